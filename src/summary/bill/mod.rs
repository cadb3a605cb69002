//! The bill: what a month costs that looks like the run. A pure function of what was used and of
//! the prices; `docs/MODELS.md` has every formula.
pub(super) mod grown;
mod items;

pub use grown::{FACTORS, Grown};
pub use items::Item;

use crate::{
    record::{Amount, Egress, Measure, Outcome, Unit, Usage},
    scenario::prices::{Balancer, Machine, Paid, Price, Prices, Service, Tariff, Tier},
    units::Quantity,
};

/// Hours of a month.
pub const HOURS: f64 = 730.0;
const SECONDS: f64 = 3_600.0 * HOURS;
/// Bytes of a GB, as prices count it.
const GIGABYTE: f64 = 1e9;
const MILLION: f64 = 1e6;
/// Bytes of a registry's entry: a key, an address and what a store adds; unchecked.
const ENTRY: f64 = 100.0;

/// A line of the bill: `usd_month = quantity · price`.
#[derive(Clone, PartialEq, Debug)]
pub struct Charge {
    /// The kind of node, or `egress`, and a part of it behind a point: `load_balancer.units`.
    pub item: String,
    /// The node; empty for what belongs to none.
    pub node: String,
    /// What the vendor calls it; empty where it has no name.
    pub product: String,
    /// How much of it in a month.
    pub quantity: f64,
    /// Of what: `hours`, `unit hours`, `GB`, `GB-months`, `million messages`, `million minutes`.
    pub unit: String,
    /// US dollars for one; of tiers the mean.
    pub price: f64,
    /// Who says so.
    pub source: String,
    /// When it was so.
    pub date: String,
    /// US dollars a month.
    pub usd_month: f64,
    /// Of the whole bill, from 0 to 1.
    pub share: f64,
    /// Why this product, or what decided the quantity; empty where nothing is to say.
    pub why: String,
}

/// A bill over all replications.
#[derive(Clone, PartialEq, Debug)]
pub struct Bill {
    /// What the prices are.
    pub prices: String,
    /// Seconds of a run that rates were taken from, on average.
    pub over: f64,
    /// Whether they were its steady ones.
    pub steady: bool,
    /// The lines, each the mean over the replications.
    pub charges: Vec<Charge>,
    /// The same with more users.
    pub growth: Vec<Grown>,
}

/// The bill of one replication.
pub fn charges(usage: &Usage, prices: &Prices) -> Vec<Charge> {
    let mut all = Vec::new();
    let mut out = usage.egress;
    for tariff in &prices.tariffs {
        let used = usage.nodes.iter().find(|used| used.node == tariff.node);
        let amount = used.expect("what is paid for is counted").amount;
        all.extend(node(tariff, amount));
        if let (
            Paid::Managed(Service { includes_egress: true, .. }),
            Amount::Managed { egress, .. },
        ) = (&tariff.paid, amount)
        {
            out = out.and(&egress.times(-1.0));
        }
    }
    all.extend(egress(&out, prices));
    let total: f64 = all.iter().map(|charge| charge.usd_month).sum();
    all.iter_mut().for_each(|charge| charge.share = share(charge.usd_month, total));
    all
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

fn node(tariff: &Tariff, used: Amount) -> Vec<Charge> {
    let name = tariff.node.as_str();
    match (&tariff.paid, used) {
        (Paid::Gateway(machine), Amount::Machines(count)) => {
            vec![machines("gateway", name, machine, count)]
        }
        (Paid::Managed(own), Amount::Managed { messages, pings, connections, .. }) => {
            managed(name, own, [messages, pings, connections])
        }
        (Paid::Fanout(machine), Amount::Machines(count)) => {
            vec![machines("fanout", name, machine, count)]
        }
        (Paid::LoadBalancer(own), Amount::Balanced { attempts, connections, bytes }) => {
            balancer(name, own, [attempts, connections, bytes])
        }
        (
            Paid::Pubsub { machine, brokers, copies, retention, storage },
            Amount::Published(rate),
        ) => {
            let copies = f64::from(*copies.min(brokers));
            let kept = rate * retention.seconds() * copies;
            vec![
                machines("pubsub.instances", name, machine, f64::from(*brokers)),
                disk("pubsub.storage", name, kept, storage),
            ]
        }
        (Paid::Registry { machine, copies, rate }, Amount::Registered { entries, operations }) => {
            let by_memory = whole(entries * ENTRY, memory(machine));
            let shards = by_memory.max(whole(operations, rate.0)).max(1.0);
            vec![machines("registry", name, machine, shards * f64::from(*copies))]
        }
        (Paid::BufferInMemory(machine), Amount::Kept(bytes)) => {
            vec![machines("buffer", name, machine, whole(bytes, memory(machine)))]
        }
        (Paid::BufferOnDisk(price), Amount::Kept(bytes)) => {
            vec![disk("buffer", name, bytes, price)]
        }
        (paid, amount) => unreachable!("{name} is paid by {paid:?}, not by {amount:?}"),
    }
}

/// How many of a size hold an amount.
fn whole(amount: f64, size: f64) -> f64 {
    (amount / size).ceil()
}

fn memory(machine: &Machine) -> f64 {
    crate::engine::number::float(machine.memory.0)
}

/// A line whose share is not known yet.
fn charge(item: &str, node: &str, quantity: (f64, &str), price: &Price) -> Charge {
    let (quantity, unit) = quantity;
    Charge {
        item: item.to_owned(),
        node: node.to_owned(),
        product: String::new(),
        quantity,
        unit: unit.to_owned(),
        price: price.usd,
        source: price.source.clone(),
        date: price.date.print(),
        usd_month: quantity * price.usd,
        share: 0.0,
        why: String::new(),
    }
}

fn machines(item: &str, node: &str, machine: &Machine, count: f64) -> Charge {
    Charge {
        product: machine.name.clone(),
        why: machine.why.clone(),
        ..charge(item, node, (count * HOURS, "hours"), &machine.hour)
    }
}

fn disk(item: &str, node: &str, bytes: f64, price: &Price) -> Charge {
    charge(item, node, (bytes / GIGABYTE, "GB-months"), price)
}

/// The messages, tier by tier, and the minutes that connections are open.
fn managed(node: &str, own: &Service, rates: [f64; 3]) -> Vec<Charge> {
    let [messages, pings, connections] = rates;
    let counted = messages + if own.counts_heartbeats { pings } else { 0.0 };
    let (millions, minutes) = (counted * SECONDS / MILLION, connections * SECONDS / 60.0 / MILLION);
    let price = Price { usd: mean_price(millions, &own.messages), ..own.minutes.clone() };
    let heartbeats = if own.counts_heartbeats { "heartbeats counted" } else { "heartbeats free" };
    let charges = [
        charge("managed.messages", node, (millions, "million messages"), &price),
        charge("managed.connection_minutes", node, (minutes, "million minutes"), &own.minutes),
    ];
    let whys = [heartbeats, ""];
    let named = charges.into_iter().zip(whys).map(|(charge, why)| Charge {
        product: own.name.clone(),
        why: why.to_owned(),
        ..charge
    });
    named.collect()
}

/// The hour, and the capacity units of the dimension that needs most of them.
fn balancer(node: &str, own: &Balancer, rates: [f64; 3]) -> Vec<Charge> {
    let [attempts, connections, bytes] = rates;
    let dimensions = [
        (connections / own.active_connections, "active connections"),
        (attempts / own.new_connections.0, "new connections"),
        (bytes * 3_600.0 / own.bytes_per_hour, "bytes"),
    ];
    let most =
        dimensions.into_iter().reduce(|most, next| if next.0 > most.0 { next } else { most });
    let (units, binding) = most.unwrap_or_default();
    let product = own.product.clone();
    vec![
        Charge {
            product: product.clone(),
            ..charge("load_balancer.hours", node, (HOURS, "hours"), &own.hour)
        },
        Charge {
            product,
            why: format!("by {binding}"),
            ..charge("load_balancer.units", node, (units * HOURS, "unit hours"), &own.unit)
        },
    ]
}

/// What goes out to the users; all parts share the mean price of the tiers that they fill together.
fn egress(rates: &Egress, prices: &Prices) -> Vec<Charge> {
    let gigabytes = |rate: f64| rate * SECONDS / GIGABYTE;
    let total = gigabytes(rates.total());
    let usd = mean_price(total, &prices.egress.tiers);
    let price = Price { usd, source: prices.egress.source.clone(), date: prices.egress.date };
    [
        ("egress.messages", rates.messages),
        ("egress.handshakes", rates.handshakes),
        ("egress.heartbeats", rates.heartbeats),
        ("egress.polls", rates.polls),
    ]
    .map(|(item, rate)| charge(item, "", (gigabytes(rate), "GB"), &price))
    .into()
}

/// What one of an amount costs that fills tiers; of nothing, what the first one would.
fn mean_price(amount: f64, tiers: &[Tier]) -> f64 {
    let list = tiers.first().map_or(0.0, |tier| tier.usd);
    if amount > 0.0 { tiered(amount, tiers) / amount } else { list }
}

/// What an amount costs that fills tiers from the first one on.
fn tiered(amount: f64, tiers: &[Tier]) -> f64 {
    let mut begin = 0.0;
    let mut sum = 0.0;
    for tier in tiers {
        let end = tier.to.unwrap_or(f64::INFINITY);
        sum += (amount.min(end) - begin).max(0.0) * tier.usd;
        begin = end;
    }
    sum
}

/// The bill of a replication as metrics; `cost.<item>` is a sum over nodes and parts.
pub(super) fn measures(usage: &Usage, charges: &[Charge]) -> Vec<Measure> {
    let measure = |name: &str, unit, value| Measure { name: format!("cost.{name}"), unit, value };
    let total: f64 = charges.iter().map(|charge| charge.usd_month).sum();
    let per = |amount: f64, size: f64| (amount > 0.0).then(|| total / (amount / size));
    let deliveries = usage.deliveries * SECONDS;
    let mut all = vec![
        measure("total", Unit::UsdPerMonth, Some(total)),
        measure("per_1k_connections", Unit::UsdPerMonth, per(usage.connections, 1e3)),
        measure("per_million_deliveries", Unit::Usd, per(deliveries, 1e6)),
    ];
    let mut names: Vec<&str> = Vec::new();
    for charge in charges {
        let whole = charge.item.split('.').next().unwrap_or_default();
        for name in [whole, &charge.item] {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    all.extend(names.into_iter().map(|name| {
        let within = |charge: &&Charge| {
            charge
                .item
                .strip_prefix(name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let sum = charges.iter().filter(within).map(|charge| charge.usd_month).sum();
        measure(name, Unit::UsdPerMonth, Some(sum))
    }));
    all
}

impl Bill {
    /// The bills of all replications together; all have the same lines. Not yet with more
    /// users. None without any.
    pub(super) fn mean(
        outcomes: &[Outcome],
        prices: &Prices,
        bills: &[Vec<Charge>],
    ) -> Option<Self> {
        let first = bills.first()?;
        let n = crate::engine::number::float(crate::engine::number::count(bills.len()));
        let mean =
            |of: &dyn Fn(&[Charge]) -> f64| bills.iter().map(|bill| of(bill)).sum::<f64>() / n;
        let total = mean(&|bill| bill.iter().map(|charge| charge.usd_month).sum());
        let charges = first.iter().enumerate().map(|(place, one)| {
            let usd_month = mean(&|bill| bill[place].usd_month);
            let quantity = mean(&|bill| bill[place].quantity);
            // A mean of tiers differs between replications; all else has the price of its sheet.
            let same = bills.iter().all(|bill| bill[place].price.to_bits() == one.price.to_bits());
            let price = match quantity {
                _ if same => one.price,
                quantity if quantity > 0.0 => usd_month / quantity,
                _ => mean(&|bill| bill[place].price),
            };
            Charge { quantity, price, usd_month, share: share(usd_month, total), ..one.clone() }
        });
        Some(Self {
            prices: prices.name.clone(),
            over: outcomes.iter().map(|outcome| outcome.usage.over.seconds()).sum::<f64>() / n,
            steady: outcomes.iter().all(|outcome| outcome.usage.steady),
            charges: charges.collect(),
            growth: Vec::new(),
        })
    }

    /// US dollars a month.
    pub fn total(&self) -> f64 {
        self.charges.iter().map(|charge| charge.usd_month).sum()
    }
}

#[cfg(test)]
mod tests;
