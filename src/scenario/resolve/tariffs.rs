//! What each node runs on, and what is paid for it: as the file says, or the cheapest that will do.
use super::{
    Resolved,
    prices::{Sheet, needs},
    section::Section,
};
use crate::{
    engine::number,
    node::parameters::{self, Parameters},
    scenario::{
        Link, NodeId,
        prices::{Machine, Paid, Service, Tariff},
    },
    spec::{Diagnostic, Input, Text, model::Kind, suggest},
    units::{Bytes, shown},
};

/// What a node's form says that only the bill reads.
#[derive(Clone, Debug, Default)]
pub(super) struct Outfit {
    pub(super) instance: Option<Text>,
    /// The key that says what it runs on.
    pub(super) key: &'static str,
    copies: u16,
}

impl Section<'_, '_> {
    /// What of a node's form only the bill reads.
    pub(super) fn outfit(&mut self, form: &Kind) -> Outfit {
        let runs_on = |instance: &Option<Text>| Outfit {
            instance: instance.clone(),
            key: "instance",
            copies: 0,
        };
        match form {
            Kind::Clients(_) | Kind::LoadBalancer(_) | Kind::Source(_) => Outfit::default(),
            Kind::Gateway(form) => runs_on(&form.instance),
            Kind::Managed(form) => Outfit { key: "service", ..runs_on(&form.service) },
            Kind::Fanout(form) => runs_on(&form.instance),
            Kind::Buffer(form) => {
                let word = form.instance.as_ref().map_or(DISK, |instance| &instance.value);
                self.put("instance", word);
                runs_on(&form.instance.clone().filter(|instance| instance.value != DISK))
            }
            Kind::Registry(form) => Outfit {
                copies: self.short("copies", form.copies.as_ref(), 1..=u16::MAX),
                ..runs_on(&form.instance)
            },
            Kind::Pubsub(form) => runs_on(&form.instance),
        }
    }
}

/// What is paid for each node; none when something that must be paid for has no price.
pub(super) fn tariffs(
    input: &mut Input<'_>,
    sheet: &Sheet,
    nodes: &mut [Resolved],
    links: &[Link],
) -> Option<Vec<Tariff>> {
    let mut all = Vec::new();
    let mut complete = true;
    let doors = doors(nodes, links);
    let unpaid = |(place, node): &(usize, &mut Resolved)| {
        matches!(node.form, Kind::Clients(_) | Kind::Source(_))
            || doors.contains(&NodeId(number::byte(*place)))
    };
    for (_, node) in nodes.iter_mut().enumerate().filter(|node| !unpaid(node)) {
        let paid = (Choice { input, sheet, node }).paid();
        complete &= paid.is_some();
        all.extend(paid.map(|paid| Tariff { node: node.name.value.clone(), paid }));
    }
    complete.then_some(all)
}

/// Balancers that lead to a managed service: they stand for its own front door, which is paid for
/// with it.
fn doors(nodes: &[Resolved], links: &[Link]) -> Vec<NodeId> {
    let node = |id: NodeId| &nodes[usize::from(id.0)];
    let front = links.iter().filter(|link| {
        let balanced = matches!(node(link.source).parameters, Parameters::LoadBalancer(_));
        balanced && matches!(node(link.target).form, Kind::Managed(_))
    });
    front.map(|link| link.source).collect()
}

/// A list of machines that a sheet has.
#[derive(Clone, Copy)]
struct Group<'s> {
    key: &'static str,
    machines: &'s [Machine],
}

/// What a machine must have: cores, and memory if it matters.
type Needs = (u32, Option<Bytes>);

struct Choice<'c, 'r> {
    input: &'c mut Input<'r>,
    sheet: &'c Sheet,
    node: &'c mut Resolved,
}

impl Choice<'_, '_> {
    /// What the node is paid by; none where nothing is paid, or something is wrong.
    fn paid(mut self) -> Option<Paid> {
        let sheet = self.sheet;
        let instances = Group { key: "instances", machines: &sheet.instances };
        let caches = Group { key: "caches", machines: &sheet.caches };
        match self.node.parameters.clone() {
            Parameters::Clients(_) | Parameters::Source(_) => None,
            Parameters::LoadBalancer(own) => {
                let (key, found) = match own.layer {
                    7 => ("balancers.layer_7", &sheet.layer_7),
                    _ => ("balancers.layer_4", &sheet.layer_4),
                };
                self.priced(key, found.as_ref())
                    .map(|balancer| Paid::LoadBalancer(balancer.clone()))
            }
            Parameters::Gateway(own) if own.managed.is_some() => self.service().map(Paid::Managed),
            Parameters::Gateway(own) => {
                let needs = (u32::from(own.cores), Some(own.memory.limit));
                self.machine(instances, Some(needs)).map(Paid::Gateway)
            }
            Parameters::Fanout(own) => {
                let needs = (u32::from(own.concurrency), None);
                self.machine(instances, Some(needs)).map(Paid::Fanout)
            }
            Parameters::Pubsub(own) => {
                let brokers = Group { key: "brokers", machines: &sheet.brokers };
                let machine = self.machine(brokers, None);
                let storage = self.priced("storage", sheet.storage.as_ref()).cloned();
                let parameters::Pubsub { brokers, copies, retention, .. } = own;
                let (machine, storage) = (machine?, storage?);
                Some(Paid::Pubsub { machine, brokers, copies, retention, storage })
            }
            Parameters::Registry(own) => {
                let machine = self.machine(caches, None)?;
                let copies = self.node.outfit.copies;
                Some(Paid::Registry { machine, copies, rate: own.rate })
            }
            Parameters::Buffer(_) if self.node.outfit.instance.is_some() => {
                self.machine(caches, None).map(Paid::BufferInMemory)
            }
            Parameters::Buffer(_) => {
                self.priced("storage", sheet.storage.as_ref()).cloned().map(Paid::BufferOnDisk)
            }
        }
    }

    /// The service that the node is: the one it names, or the first of the sheet.
    fn service(&mut self) -> Option<Service> {
        let services = Some(&self.sheet.services).filter(|services| !services.is_empty());
        let services = self.priced("services", services)?;
        let found = match self.node.outfit.instance.clone() {
            Some(name) => {
                let found = services.iter().find(|service| service.name == name.value);
                let names = services.iter().map(|service| service.name.as_str());
                found.or_else(|| self.unknown(&name, names))?
            }
            None => services.first()?,
        };
        self.node.put("service", &found.name);
        Some(found.clone())
    }

    /// A name that the sheet does not have.
    fn unknown<'n, T>(
        &mut self,
        named: &Text,
        names: impl Iterator<Item = &'n str> + Clone,
    ) -> Option<T> {
        let title = format!("{}.{}", self.node.name.value, self.node.outfit.key);
        let message = format!("`{title}` is `{}`, which has no price", shown(&named.value));
        let help = suggest::help(&named.value, names, "these have");
        self.input.report(Diagnostic::error("no-price", message).at(named.at).help(help));
        None
    }

    /// Something that the sheet must have because of this node.
    fn priced<'p, T>(&mut self, key: &str, found: Option<&'p T>) -> Option<&'p T> {
        if found.is_none() {
            let name = &self.node.name.value;
            let message = format!("`{name}` has no price: the prices have no `{key}`");
            let help = "add it to the sheet; write a price of 0 for what costs nothing";
            self.input
                .report(Diagnostic::error("no-price", message).at(self.node.name.at).help(help));
        }
        found
    }

    /// The machine that the node runs on: the one it names, or the cheapest that will do. Why it
    /// is this one does not depend on who said so: what is shown loads again to the same.
    fn machine(&mut self, group: Group<'_>, needs: Option<Needs>) -> Option<Machine> {
        let some = Some(group.machines).filter(|machines| !machines.is_empty());
        let machines = self.priced(group.key, some.as_ref()).copied()?;
        let fitting = machines.iter().filter(|machine| fits(machine, needs));
        let cheapest = fitting.min_by(|a, b| a.hour.usd.total_cmp(&b.hour.usd));
        let chosen = match self.node.outfit.instance.clone() {
            Some(instance) => self.named(machines, &instance, needs)?,
            None => match cheapest {
                Some(cheapest) => cheapest,
                None => return self.none_fits(group, needs.unwrap_or_default()),
            },
        };
        self.node.put("instance", &chosen.name);
        let why = match (cheapest == Some(chosen), needs) {
            (true, Some((cores, memory))) => {
                format!("the cheapest with {}", self::needs(cores, memory))
            }
            (true, None) => "the cheapest".to_owned(),
            (false, _) => "named".to_owned(),
        };
        Some(Machine { why, ..chosen.clone() })
    }

    fn named<'m>(
        &mut self,
        machines: &'m [Machine],
        instance: &Text,
        needs: Option<Needs>,
    ) -> Option<&'m Machine> {
        let title = format!("{}.instance", self.node.name.value);
        let Some(found) = machines.iter().find(|machine| machine.name == instance.value) else {
            let names = machines.iter().map(|machine| machine.name.as_str());
            return self.unknown(instance, names);
        };
        if let Some(needs) = needs.filter(|needs| !fits(found, Some(*needs))) {
            let has = self::needs(found.cores, Some(found.memory));
            let wants = self::needs(needs.0, needs.1);
            let message = format!("`{title}` has {has}, but what runs on it has {wants}");
            let wrong = Diagnostic::warning("too-small", message).at(instance.at);
            self.input.report(wrong.help("the bill is for a machine that could not carry this"));
        }
        Some(found)
    }

    /// A model is not wrong because a sheet is short: it runs, without a bill.
    fn none_fits(&mut self, group: Group<'_>, (cores, memory): Needs) -> Option<Machine> {
        let (name, at) = (&self.node.name.value, self.node.name.at);
        let wants = self::needs(cores, memory);
        let message =
            format!("there is no bill: `{name}` have {wants}, none of `prices.{}` has", group.key);
        let other = &group.machines[0].name;
        let help = format!("add one to the sheet, or name one: `{name}.instance: {other}`");
        self.input.report(Diagnostic::warning("no-price", message).at(at).help(help));
        None
    }
}

/// Where a buffer without machines of its own is kept.
const DISK: &str = "disk";

fn fits(machine: &Machine, needs: Option<Needs>) -> bool {
    needs.is_none_or(|(cores, memory)| {
        machine.cores >= cores && memory.is_none_or(|memory| machine.memory >= memory)
    })
}
