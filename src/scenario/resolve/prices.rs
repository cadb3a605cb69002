//! Prices: the sheet is read, and each node gets what it is paid by.
use super::{Resolved, section::Section};
use crate::{
    engine::number,
    scenario::prices::{Balancer, Egress, Machine, Price, Service, Tier},
    spec::{
        At, Diagnostic, Input, Located, Named, Text, Written,
        prices::{self, Prices},
    },
    units::{Bytes, Count, Date, PerGigabyte, PerGigabyteMonth, PerHour, PerMillion, Quantity},
};
use serde_json::{Map, Value as Json};

/// A sheet that was read.
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) instances: Vec<Machine>,
    pub(super) brokers: Vec<Machine>,
    pub(super) caches: Vec<Machine>,
    pub(super) services: Vec<Service>,
    pub(super) layer_4: Option<Balancer>,
    pub(super) layer_7: Option<Balancer>,
    pub(super) egress: Option<Egress>,
    pub(super) storage: Option<Price>,
}

/// A GB of prices, in bytes.
const GIGABYTE: f64 = 1e9;
const MILLION: f64 = 1e6;

/// Reads a sheet; returns how it is put down beside it.
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "a method itself is not general enough in its lifetimes"
)]
pub(super) fn read(input: &mut Input<'_>, form: &Located<Prices>) -> (Sheet, Map<String, Json>) {
    let Located { value: form, at } = form;
    let mut section = Section::new(input, "prices", "prices", *at);
    let sheet = Sheet {
        name: section.text("name", form.name.as_ref(), "what these prices are", "AWS us-east-1"),
        instances: section.machines("instances", &form.instances),
        brokers: section.machines("brokers", &form.brokers),
        caches: section.machines("caches", &form.caches),
        services: section.services(&form.services),
        egress: section.below("egress", form.egress.as_ref(), |it, form| it.egress(form)),
        storage: section.below("storage", form.storage.as_ref(), |it, form| it.storage(form)),
        layer_4: None,
        layer_7: None,
    };
    if form.egress.is_none() {
        section.missing("egress", "what a GB out to the users costs", "{ tiers: […] }");
    }
    let (layer_4, layer_7) = section.inside("balancers", |inner| {
        let [four, seven] = [&form.balancers.layer_4, &form.balancers.layer_7];
        (
            inner.below("layer_4", four.as_ref(), |it, form| it.balancer_price(form)),
            inner.below("layer_7", seven.as_ref(), |it, form| it.balancer_price(form)),
        )
    });
    (Sheet { layer_4, layer_7, ..sheet }, section.doc)
}

impl Section<'_, '_> {
    /// A text that must be written.
    fn text(&mut self, key: &str, written: Option<&Text>, what: &str, example: &str) -> String {
        let text = written.map(|text| text.value.trim().to_owned()).unwrap_or_default();
        if text.is_empty() {
            self.missing(key, what, example);
        }
        self.doc.insert(key.to_owned(), Json::from(text.clone()));
        text
    }

    /// A section of its own place, if it is written.
    fn below<F, T>(
        &mut self,
        key: &str,
        form: Option<&Located<F>>,
        read: impl FnOnce(&mut Section<'_, '_>, &F) -> T,
    ) -> Option<T> {
        let Located { value: form, at } = form?;
        Some(self.placed(key, *at, |inner| read(inner, form)))
    }

    fn placed<T>(&mut self, key: &str, at: At, read: impl FnOnce(&mut Section<'_, '_>) -> T) -> T {
        let name = self.name_of(key);
        let mut inner = Section::new(self.input, "prices", &name, at);
        let result = read(&mut inner);
        let doc = inner.doc;
        self.doc.insert(key.to_owned(), Json::Object(doc));
        result
    }

    fn source(&mut self, source: Option<&Text>, date: Option<&Written<Date>>) -> (String, Date) {
        let says = "who says so, or `unchecked`";
        let source = self.text("source", source, says, "the vendor's price page");
        (source, self.value("date", date))
    }

    fn machines(&mut self, key: &str, forms: &Named<prices::Machine>) -> Vec<Machine> {
        let read = |section: &mut Section<'_, '_>| {
            let machine = |(name, form): &(Text, prices::Machine)| {
                section.placed(&name.value, name.at, |inner| inner.machine(&name.value, form))
            };
            forms.0.iter().map(machine).collect()
        };
        self.placed(key, self.home(), read)
    }

    fn machine(&mut self, name: &str, form: &prices::Machine) -> Machine {
        let PerHour(usd) = self.value("price", form.price.as_ref());
        let cores = self.whole("cores", form.cores.as_ref(), 1..=1_000_000);
        let memory: Bytes = self.positive("memory", form.memory.as_ref());
        let (source, date) = self.source(form.source.as_ref(), form.date.as_ref());
        let hour = Price { usd, source, date };
        Machine { name: name.to_owned(), cores, memory, hour, why: String::new() }
    }

    fn services(&mut self, forms: &Named<prices::Service>) -> Vec<Service> {
        if forms.0.is_empty() {
            return Vec::new();
        }
        let read = |section: &mut Section<'_, '_>| {
            let service = |(name, form): &(Text, prices::Service)| {
                section.placed(&name.value, name.at, |inner| inner.service(&name.value, form))
            };
            forms.0.iter().map(service).collect()
        };
        self.placed("services", self.home(), read)
    }

    fn service(&mut self, name: &str, form: &prices::Service) -> Service {
        let messages = self.message_tiers(&form.messages);
        let PerMillion(usd) = self.value("connection_minutes", form.connection_minutes.as_ref());
        let says = "true or false";
        for (key, flag) in [
            ("counts_heartbeats", &form.counts_heartbeats),
            ("includes_egress", &form.includes_egress),
        ] {
            if flag.is_none() {
                self.missing(key, says, "false");
            }
        }
        let counts_heartbeats = self.word("counts_heartbeats", form.counts_heartbeats.as_ref());
        let includes_egress = self.word("includes_egress", form.includes_egress.as_ref());
        let (source, date) = self.source(form.source.as_ref(), form.date.as_ref());
        let minutes = Price { usd, source, date };
        Service { name: name.to_owned(), messages, minutes, counts_heartbeats, includes_egress }
    }

    fn message_tiers(&mut self, forms: &[Located<prices::MessageTier>]) -> Vec<Tier> {
        let (mut tiers, mut docs) = (Vec::new(), Vec::new());
        for (place, tier) in forms.iter().enumerate() {
            let name = self.name_of(&format!("messages.{place}"));
            let mut inner = Section::new(self.input, "prices", &name, tier.at);
            let PerMillion(usd) = inner.value("price", tier.value.price.as_ref());
            let to = tier.value.to.as_ref().map(|to| inner.positive::<Count>("to", Some(to)));
            docs.push(Json::Object(inner.doc));
            tiers.push(Tier { to: to.map(|to| number::float(to.0) / MILLION), usd });
        }
        self.doc.insert("messages".to_owned(), Json::from(docs));
        let places: Vec<At> = forms.iter().map(|tier| tier.at).collect();
        self.check_tiers(("messages", "[{ price: 1 USD/M }]"), &places, &tiers);
        tiers
    }

    fn balancer_price(&mut self, form: &prices::Balancer) -> Balancer {
        let product = self.text("product", form.product.as_ref(), "what it is called", "NLB");
        let PerHour(hour) = self.value("price", form.price.as_ref());
        let PerHour(unit) = self.value("unit_price", form.unit_price.as_ref());
        let new_connections = self.positive("new_connections", form.new_connections.as_ref());
        let active =
            self.whole("active_connections", form.active_connections.as_ref(), 1..=u32::MAX);
        let bytes: Bytes = self.positive("bytes_per_hour", form.bytes_per_hour.as_ref());
        let (source, date) = self.source(form.source.as_ref(), form.date.as_ref());
        let price = |usd| Price { usd, source: source.clone(), date };
        Balancer {
            product,
            hour: price(hour),
            unit: price(unit),
            new_connections,
            active_connections: f64::from(active),
            bytes_per_hour: number::float(bytes.0),
        }
    }

    fn storage(&mut self, form: &prices::Storage) -> Price {
        let PerGigabyteMonth(usd) = self.value("price", form.price.as_ref());
        let (source, date) = self.source(form.source.as_ref(), form.date.as_ref());
        Price { usd, source, date }
    }

    fn egress(&mut self, form: &prices::Egress) -> Egress {
        let mut tiers = Vec::new();
        let mut docs = Vec::new();
        for (place, tier) in form.tiers.iter().enumerate() {
            let name = self.name_of(&format!("tiers.{place}"));
            let mut inner = Section::new(self.input, "prices", &name, tier.at);
            let PerGigabyte(usd) = inner.value("price", tier.value.price.as_ref());
            let to = tier.value.to.as_ref().map(|to| inner.positive::<Bytes>("to", Some(to)));
            let to = to.map(|to| number::float(to.0) / GIGABYTE);
            docs.push(Json::Object(inner.doc));
            tiers.push(Tier { to, usd });
        }
        self.doc.insert("tiers".to_owned(), Json::from(docs));
        let places: Vec<At> = form.tiers.iter().map(|tier| tier.at).collect();
        self.check_tiers(("tiers", "[{ price: 0.09 USD/GB }]"), &places, &tiers);
        let (source, date) = self.source(form.source.as_ref(), form.date.as_ref());
        Egress { tiers, source, date }
    }

    /// Each byte or message has one price: tiers ascend, and the last one alone has no end.
    fn check_tiers(&mut self, (key, example): (&str, &str), places: &[At], tiers: &[Tier]) {
        let Some((last, before)) = tiers.split_last() else {
            return self.missing(key, "a list", example);
        };
        let ends: Vec<f64> = before.iter().map(|tier| tier.to.unwrap_or(f64::INFINITY)).collect();
        let mut wrong = |place: usize, says: &str, help: &str| {
            self.wrong("bad-tiers", &format!("{key}.{place}"), places[place], says, help);
        };
        if last.to.is_some() {
            let help = "add a last tier without `to`";
            wrong(before.len(), "ends, and nothing beyond it has a price", help);
        }
        for (place, end) in ends.iter().enumerate() {
            if end.is_infinite() {
                wrong(place, "has no end, so those after it are never reached", "write its `to`");
            } else if place > 0 && ends[place - 1] >= *end {
                wrong(place, "ends before the tier above it", "write them in ascending order");
            }
        }
    }
}

/// An objective about money needs prices.
pub(super) fn check_slo(input: &mut Input<'_>, slo: &[Text]) {
    for line in slo.iter().filter(|line| line.value.trim_start().starts_with("cost.")) {
        let message = "an objective about `cost` cannot be judged: there is no bill";
        let help = "write `prices: prices/aws-us-east-1.yaml`, relative to the file it stands in";
        input.report(Diagnostic::error("no-prices", message).at(line.at).help(help));
    }
}

/// Nobody asks what a node runs on but the bill.
pub(super) fn check_unpaid(input: &mut Input<'_>, nodes: &mut [Resolved]) {
    for node in nodes {
        let Some(instance) = node.outfit.instance.clone() else { continue };
        let name = &node.name.value;
        let key = node.outfit.key;
        let message = format!("`{name}.{key}` says what it costs, but there are no `prices`");
        let wrong = Diagnostic::warning("no-prices", message).at(instance.at);
        input.report(wrong.help("name a sheet: `prices: prices/aws-us-east-1.yaml`"));
        node.put(key, &instance.value);
    }
}

/// What a machine must have, or has, for messages.
pub(super) fn needs(cores: u32, memory: Option<Bytes>) -> String {
    let plural = if cores == 1 { "" } else { "s" };
    match memory {
        Some(memory) => format!("{cores} core{plural} and {}", memory.print()),
        None => format!("{cores} core{plural}"),
    }
}
