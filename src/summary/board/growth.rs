//! What more users would cost, and which budget they would fill first.
use super::{
    AIM, Headroom, binding,
    change::tier::needed,
    headroom::{USED_UP, can_wait},
    rooms,
};
use crate::summary::{
    Summary,
    bill::{FACTORS, Grown as Line},
    stated_count,
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

/// How many of a node, of which there are so many now, carry so many times the users: as many as
/// keep its fullest budget within [`AIM`], but for the CPU of a herd, not fewer than there are.
pub(in crate::summary) fn grown_to(summary: &Summary) -> impl Fn(&str, f64, f64) -> f64 + '_ {
    let rooms = rooms(summary);
    move |node, count, factor| {
        let own = rooms.iter().find(|room| room.node == node);
        own.map_or(count * factor, |room| takes(summary, room, count, factor))
    }
}

/// Gateways by all that the timeline does to them, all else by its busiest instance.
fn takes(summary: &Summary, room: &Headroom, count: f64, factor: f64) -> f64 {
    if summary.input["nodes"][&room.node].get("gateway").is_some() {
        return needed(summary, room, factor).max(count);
    }
    let peak = room.budgets.iter().map(|budget| budget.peak).fold(0.0, f64::max);
    (count * factor * peak / AIM - 1e-9).ceil().max(count)
}

/// A tier that is fuller today than the designs are priced for.
#[derive(Clone, PartialEq, Debug)]
pub struct Full {
    /// It.
    pub node: String,
    /// Its instances.
    pub count: f64,
    /// As many as carry its users at [`AIM`].
    pub takes: f64,
    /// It takes no fewer: a budget is full, and nobody knows how much is wanted.
    pub at_least: bool,
}

/// The gateways and fan-outs that are above [`AIM`] in this run.
pub fn too_full(summary: &Summary) -> Vec<Full> {
    let count = |node: &str| {
        let form = &summary.input["nodes"][node];
        stated_count(&form["gateway"]["count"]).or(stated_count(&form["fanout"]["instances"]))
    };
    let all = rooms(summary).into_iter().filter_map(|room| {
        let count = count(&room.node)?;
        let takes = takes(summary, &room, count, 1.0);
        let full = |budget: &super::Budget| budget.peak > USED_UP && budget.fits.is_none();
        let at_least = room.budgets.iter().any(|it| !can_wait(it.name) && full(it));
        (takes > count).then_some(Full { node: room.node, count, takes, at_least })
    });
    all.collect()
}
