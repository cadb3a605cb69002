//! A bill in short: one line for each node, and one for what goes out to the users.
use super::{Bill, Charge, GIGABYTE, HOURS};
use crate::{
    record::Unit,
    summary::figures::{self, GAP, share},
};

/// What is paid for one node, or for egress.
#[derive(Clone, PartialEq, Debug)]
pub struct Item {
    /// The node, or `egress`.
    pub name: String,
    /// What it is, in a few words: `16 × m7g.2xlarge`.
    pub what: String,
    /// US dollars a month.
    pub usd_month: f64,
    /// Of the whole bill, from 0 to 1.
    pub share: f64,
}

impl Bill {
    /// The items, the most expensive first.
    pub fn items(&self) -> Vec<Item> {
        let mut groups: Vec<(&str, Vec<&Charge>)> = Vec::new();
        for charge in &self.charges {
            let name = if charge.node.is_empty() { charge.kind() } else { &charge.node };
            match groups.iter_mut().find(|group| group.0 == name) {
                Some(group) => group.1.push(charge),
                None => groups.push((name, vec![charge])),
            }
        }
        let mut items: Vec<Item> = groups.into_iter().map(item).collect();
        items.sort_by(|a, b| b.usd_month.total_cmp(&a.usd_month));
        items
    }
}

impl Charge {
    /// The kind of node, or `egress`: the item without its part.
    pub fn kind(&self) -> &str {
        self.item.split('.').next().unwrap_or_default()
    }

    /// The part of the item, if it has parts.
    fn part(&self) -> &str {
        self.item.split_once('.').map_or("", |(_, part)| part)
    }
}

fn item((name, charges): (&str, Vec<&Charge>)) -> Item {
    let what = match charges.first().map(|charge| charge.kind()) {
        Some("egress") => egress(&charges),
        Some("load_balancer") => balancer(&charges),
        Some("managed") => managed(&charges),
        _ => charges.iter().map(|charge| amount(charge)).collect::<Vec<_>>().join(", "),
    };
    Item {
        name: name.to_owned(),
        what,
        usd_month: charges.iter().map(|charge| charge.usd_month).sum(),
        share: charges.iter().map(|charge| charge.share).sum(),
    }
}

/// `16 × m7g.2xlarge`, or `300 GB on disk`.
fn amount(charge: &Charge) -> String {
    if charge.unit == "hours" {
        return format!("{} × {}", figures::count(charge.quantity / HOURS), charge.product);
    }
    format!("{} on disk", size(charge.quantity))
}

fn size(gigabytes: f64) -> String {
    figures::figure(Unit::Bytes, gigabytes * GIGABYTE)
}

/// `NLB, 54.3 units by bytes`.
fn balancer(charges: &[&Charge]) -> String {
    let product = charges.first().map_or("", |charge| charge.product.as_str());
    let units = charges.iter().find(|charge| charge.part() == "units");
    units.map_or_else(String::new, |charge| {
        let units = figures::count(charge.quantity / HOURS);
        format!("{product}, {units} units {}", charge.why)
    })
}

/// `api-gateway, 86.4G messages, 43.8G connection-minutes`.
fn managed(charges: &[&Charge]) -> String {
    let product = charges.first().map_or("", |charge| charge.product.as_str());
    let count = |part: &str| {
        let found = charges.iter().find(|charge| charge.part() == part);
        figures::compact(found.map_or(0.0, |charge| charge.quantity * 1e6))
    };
    let (messages, minutes) = (count("messages"), count("connection_minutes"));
    format!("{product}, {messages} messages, {minutes} connection-minutes")
}

/// `33.4 TB, 40 % of it heartbeats`: the part that is not messages and weighs most.
fn egress(charges: &[&Charge]) -> String {
    let total: f64 = charges.iter().map(|charge| charge.quantity).sum();
    let size = size(total);
    let rest = charges.iter().filter(|charge| charge.part() != "messages");
    let most = rest.max_by(|a, b| a.quantity.total_cmp(&b.quantity));
    match most.filter(|most| total > 0.0 && most.quantity > 0.0) {
        Some(most) => {
            let part = if most.part() == "polls" { "empty answers" } else { most.part() };
            format!("{size}, {} of it {part}", share(most.quantity / total))
        }
        None => size,
    }
}

impl Bill {
    /// What month this is the bill of: `a month like the steady 2:47 min of a run`.
    pub fn basis(&self) -> String {
        let over = figures::clock(self.over);
        let which = if self.steady { "steady " } else { "" };
        format!("a month of {HOURS:.0}{GAP}h like the {which}{over} of the run")
    }
}
