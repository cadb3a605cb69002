//! Closed forms of a scenario: what a good engineer writes on a napkin, and what can be checked
//! without a simulation. Nothing here runs anything, and nothing is drawn at random.
//!
//! It reads the resolved scenario alone. Bytes come from the law that the simulation uses, the bill
//! from the bill's own rules: there is no second set of either.
mod bursts;
mod checks;
mod crowd;
mod deploy;
mod events;
mod groups;
mod held;
mod lag;
mod life;
mod load;
mod many;
mod map;
mod outside;
mod polls;
mod pool;
mod shared;
mod sheet;
mod silence;
mod spill;
mod tabs;
pub mod terms;
mod tiers;
mod usage;
mod ways;

pub use checks::Check;

use crate::{
    engine::Span,
    record::{Unit, Usage},
    scenario::{NodeId, Scenario},
    summary::{
        bill::{self, Charge},
        napkin::{Kind, Line},
    },
};
use crowd::Crowd;
use sheet::{Sheet, Value, metric};

/// Instances that the load needs, one of them to lose, with a CPU that is at most 70 % busy then.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Needs {
    /// Of the first pool.
    pub gateways: f64,
    /// Of the first fan-out.
    pub fanouts: f64,
}

/// All that can be told of a scenario without a simulation.
#[derive(Clone, PartialEq, Debug)]
pub struct Napkin {
    /// The estimates.
    pub lines: Vec<Line>,
    /// What must hold for the design to work, and whether it does.
    pub checks: Vec<Check>,
    /// What only a simulation shows of it.
    pub left_out: String,
    /// What the load needs.
    pub needs: Needs,
    /// How long the first pool keeps an idle connection of a request.
    pub kept: Span,
    /// What is used of what is paid for.
    pub usage: Usage,
    /// The bill of that, if there are prices.
    pub charges: Option<Vec<Charge>>,
}

/// A scenario with its crowds and pools.
struct Plan<'s> {
    scenario: &'s Scenario,
    crowds: Vec<Crowd<'s>>,
}

impl<'s> Plan<'s> {
    /// The pools that crowds come to, each once.
    fn pools(&self) -> Vec<NodeId> {
        let mut all: Vec<NodeId> = Vec::new();
        for crowd in &self.crowds {
            if !all.contains(&crowd.pool.id) {
                all.push(crowd.pool.id);
            }
        }
        all
    }

    /// The crowds of a pool.
    fn of_pool(&self, pool: NodeId) -> Vec<&Crowd<'s>> {
        self.crowds.iter().filter(|crowd| crowd.pool.id == pool).collect()
    }

    fn sum(&self, of: impl Fn(&Crowd<'s>) -> f64) -> f64 {
        self.crowds.iter().map(of).sum()
    }
}

/// The napkin of a scenario.
pub fn napkin(scenario: &Scenario) -> Napkin {
    let plan = Plan { scenario, crowds: map::crowds(scenario) };
    let mut sheet = Sheet::default();
    plan.load_lines(&mut sheet);
    for pool in plan.pools() {
        plan.pool_lines(pool, &mut sheet);
    }
    plan.tier_lines(&mut sheet);
    for action in &scenario.timeline {
        plan.event_lines(action, &mut sheet);
    }
    let usage = plan.usage();
    let charges = scenario.prices.as_ref().map(|prices| bill::charges(&usage, prices));
    if let Some(charges) = &charges {
        bill_lines(charges, &mut sheet);
    }
    let checks = plan.checks();
    Napkin {
        lines: sheet.lines,
        checks,
        left_out: plan.left_out(),
        needs: plan.needs(),
        kept: plan.crowds.first().map_or(Span::ZERO, |crowd| crowd.pool.parameters.keep_alive),
        usage,
        charges,
    }
}

fn bill_lines(charges: &[Charge], sheet: &mut Sheet) {
    sheet.about("");
    let of = |kind: &str| -> f64 {
        let own = charges.iter().filter(|charge| charge.kind() == kind);
        own.map(|charge| charge.usd_month).sum()
    };
    let value = |number, name: &str| Value {
        number,
        unit: Unit::UsdPerMonth,
        kind: Kind::Bill,
        beside: metric(format!("cost.{name}")),
    };
    let gigabytes: f64 = charges
        .iter()
        .filter(|charge| charge.kind() == "egress")
        .map(|charge| charge.quantity)
        .sum();
    let egress = format!("{} out to the users", sheet::size(gigabytes * 1e9));
    sheet.line("Egress", egress, value(of("egress"), "egress"));
    let total = charges.iter().map(|charge| charge.usd_month).sum();
    let paid = charges.iter().filter(|charge| charge.usd_month > 0.0).count();
    sheet.line("Bill", format!("{paid} items"), value(total, "total"));
}
