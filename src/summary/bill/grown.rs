//! The bill with more users, by the same rules: tiers, whole shards and fixed hours stay what they
//! are. Of gateways and fan-outs there are as many as carry their users (`board::grown_to`);
//! brokers stay.
use super::{Charge, charges};
use crate::{engine::number, record::Outcome, scenario::prices::Prices};

/// So many times the users.
pub const FACTORS: [f64; 3] = [2.0, 5.0, 10.0];

/// A line of a bill that does not exist yet; the mean over the replications.
#[derive(Clone, PartialEq, Debug)]
pub struct Grown {
    /// How many times the users.
    pub factor: f64,
    /// As in [`Charge`].
    pub item: String,
    /// As in [`Charge`].
    pub node: String,
    /// How much of it in a month.
    pub quantity: f64,
    /// Of what.
    pub unit: String,
    /// US dollars a month.
    pub usd_month: f64,
}

/// How many of a node, of which there are so many now, with so many times the users.
pub(in crate::summary) type Machines<'m> = dyn Fn(&str, f64, f64) -> f64 + 'm;

/// All lines for each factor, in the order of the bill.
pub(in crate::summary) fn lines(
    outcomes: &[Outcome],
    prices: &Prices,
    machines: &Machines,
) -> Vec<Grown> {
    FACTORS.into_iter().flat_map(|factor| of_factor(outcomes, prices, factor, machines)).collect()
}

fn of_factor(
    outcomes: &[Outcome],
    prices: &Prices,
    factor: f64,
    machines: &Machines,
) -> Vec<Grown> {
    let bill = |outcome: &Outcome| {
        let machines = |node: &str, count: f64| machines(node, count, factor);
        charges(&outcome.usage.grown(factor, &machines), prices)
    };
    let bills: Vec<Vec<Charge>> = outcomes.iter().map(bill).collect();
    let n = number::float(number::count(bills.len()));
    let mean = |of: &dyn Fn(&[Charge]) -> f64| bills.iter().map(|bill| of(bill)).sum::<f64>() / n;
    let first = bills.first().into_iter().flatten().enumerate();
    let line = |(place, charge): (usize, &Charge)| Grown {
        factor,
        item: charge.item.clone(),
        node: charge.node.clone(),
        quantity: mean(&|bill| bill[place].quantity),
        unit: charge.unit.clone(),
        usd_month: mean(&|bill| bill[place].usd_month),
    };
    first.map(line).collect()
}
