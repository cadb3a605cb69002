//! What more users would cost, and which budget they would fill first.
use super::{binding, rooms};
use crate::summary::{
    Summary,
    bill::{FACTORS, Grown as Line},
};

/// So many times the users.
#[derive(Clone, PartialEq, Debug)]
pub struct Grown {
    /// How many times.
    pub factor: f64,
    /// How many users that is; none where nobody counted.
    pub users: Option<f64>,
    /// On the nodes that there are: the fullest budget, its node, and how much of it.
    pub binding: Option<(&'static str, String, f64)>,
    /// That budget reached its limit with fewer users than those of the run.
    pub fewer: bool,
    /// The bill with the gateways and fan-outs that it takes, in US dollars a month.
    pub bill: Option<f64>,
}

/// Today, then each factor; nothing where neither budgets nor a bill are known.
pub fn growth(summary: &Summary) -> Vec<Grown> {
    let rooms = rooms(summary);
    let first = binding(&rooms).and_then(|(room, budget)| {
        let part = budget.part(room.users)?;
        Some((budget.name, room.node.as_str(), part, budget.fewer))
    });
    let lines = summary.bill.as_ref().map_or(&[][..], |bill| &bill.growth);
    if first.is_none() && lines.is_empty() {
        return Vec::new();
    }
    let bill = |factor: f64| {
        let of = |line: &&Line| line.factor.total_cmp(&factor).is_eq();
        let found: Vec<f64> = lines.iter().filter(of).map(|line| line.usd_month).collect();
        (!found.is_empty()).then(|| found.iter().sum())
    };
    let now = summary.bill.as_ref().map(super::super::Bill::total);
    let grown = |factor: f64| Grown {
        factor,
        users: super::users(summary).map(|users| users * factor),
        binding: first.map(|(name, node, share, _)| (name, node.to_owned(), share * factor)),
        fewer: first.is_some_and(|first| first.3),
        bill: if factor > 1.0 { bill(factor) } else { now },
    };
    [1.0].into_iter().chain(FACTORS).map(grown).collect()
}
