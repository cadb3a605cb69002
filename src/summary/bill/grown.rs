//! The bill with more users, by the same rules: tiers, whole shards and fixed hours stay what they
//! are. Gateways and fan-outs are added where those that there are would be too full, never more
//! than as many times as users; brokers stay.
use super::{Charge, charges};
use crate::{engine::number, record::Outcome, scenario::prices::Prices, summary::board::AIM};

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

/// All lines for each factor, in the order of the bill.
pub(super) fn lines(outcomes: &[Outcome], prices: &Prices) -> Vec<Grown> {
    FACTORS.into_iter().flat_map(|factor| of_factor(outcomes, prices, factor)).collect()
}

fn of_factor(outcomes: &[Outcome], prices: &Prices, factor: f64) -> Vec<Grown> {
    let bill = |outcome: &Outcome| {
        let machines = |node: &str, count: f64| instances(count, factor, fullest(outcome, node));
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

/// As many instances as so many times the users take: those that there are as long as their fullest
/// budget stays within what is advised, and as full as that or as now from there on.
fn instances(count: f64, factor: f64, fullest: Option<f64>) -> f64 {
    let most = count * factor;
    let needed = fullest.map_or(most, |fullest| (most * fullest / AIM - 1e-9).ceil());
    needed.clamp(count, most.max(count))
}

/// The fullest budget of a node's fullest instance at its fullest moment; none without any.
fn fullest(outcome: &Outcome, node: &str) -> Option<f64> {
    let of = |what: &str| {
        let name = format!("{node}.{what}");
        outcome.measures.iter().find(|measure| measure.name == name)?.value
    };
    let budgets = ["cpu.peak", "budget.connections", "budget.memory"];
    budgets.into_iter().filter_map(of).reduce(f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_come_where_those_that_there_are_would_be_too_full() {
        // A peak of 20 % is 40 % and 100 % with 2 and 5 times the users: eight of four at 70 %.
        let of = |factor, fullest| number::whole(instances(4.0, factor, fullest));
        assert_eq!([2.0, 3.5, 5.0].map(|factor| of(factor, Some(0.2))), [4, 4, 6]);
        // What is full already grows with the users, as does what nobody measured.
        assert_eq!([2.0, 10.0].map(|factor| of(factor, Some(0.95))), [8, 40]);
        assert_eq!(of(10.0, None), 40);
        assert_eq!(of(10.0, Some(0.0)), 4);
    }
}
