//! The hysteresis test: one run whose load climbs in steps until the system breaks, and comes down
//! again in the same steps until it is well.
use super::Broken;
use crate::{
    engine::{Span, Time},
    record::Outcome,
    scenario::{Action, ActionKind, Flow, Scenario},
    summary::phase::{Ramp, Step},
    world,
};

/// Loads from `low` to `high` or just above it, each above the last by the same factor.
pub fn levels([low, high]: [f64; 2], factor: f64) -> Vec<f64> {
    let mut levels = vec![low];
    while let Some(&last) = levels.last().filter(|&&last| last < high) {
        levels.push(last * factor);
    }
    levels
}

/// Runs `scenario`, whose load is `base`, through `levels` and back without its timeline; each
/// step lasts for `hold`, of which the second half counts.
///
/// # Errors
/// [`Broken`] when a ledger does not add up.
pub fn ramp(
    scenario: &Scenario,
    flow: Flow,
    base: f64,
    levels: &[f64],
    hold: Span,
) -> Result<Ramp, Broken> {
    let half = hold.half();
    let down = levels.iter().rev().skip(1).map(|&load| (false, load));
    let steps: Vec<(bool, f64)> = levels.iter().map(|&load| (true, load)).chain(down).collect();
    let mut run = scenario.in_peace();
    run.timeline.clear();
    let mut at = Time::ZERO;
    for (place, (_, load)) in steps.iter().enumerate() {
        let kind = ActionKind::Load { node: flow.node, factor: load / base, lasts: Some(hold) };
        run.timeline.push(Action { at, name: format!("step-{place}"), kind });
        let kind = ActionKind::Mark { lasts: half };
        run.timeline.push(Action { at: at + half, name: held(place), kind });
        at += hold;
    }
    (run.horizon, run.warm_up, run.tick) = (at, Time::ZERO, hold);
    let outcome = world::simulate(&run, 0, &|_| {})?;
    let steps = steps.iter().enumerate().map(|(place, &(up, load))| Step {
        up,
        load,
        well: well(&outcome, flow, &held(place)),
    });
    Ok(Ramp { steps: steps.collect() })
}

fn held(place: usize) -> String {
    format!("held-{place}")
}

/// The share of sessions that get in, or of their time that users are online.
fn well(outcome: &Outcome, flow: Flow, phase: &str) -> f64 {
    if flow.stream {
        return super::phase::get_in(outcome, phase);
    }
    super::phase::value(outcome, &format!("during({phase}).clients.availability")).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_reach_the_top() {
        let levels = levels([10.0, 20.0], 1.5);
        assert_eq!(levels, [10.0, 15.0, 22.5]);
    }
}
