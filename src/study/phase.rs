//! Borders by bisection: up to which load a system recovers, and up to which it stays well.
use super::Broken;
use crate::{
    engine::{Span, Time},
    record::Outcome,
    scenario::{Action, ActionKind, Scenario},
    summary::phase::Border,
    world,
};

/// So many of its users are online when a system is well, and so many of the sessions of an open
/// stream get in.
pub const WELL: f64 = 0.99;

/// The last tenth of a run, in which the sessions of an open stream are counted.
const END: &str = "end-of-run";

/// Finds the border of `holds` between two loads, both above zero, until the ends are within a
/// factor of 1 + `within` of each other. What holds at a load is taken to hold at all below it.
///
/// # Errors
/// What `holds` says.
pub fn border<E>(
    [low, high]: [f64; 2],
    within: f64,
    mut holds: impl FnMut(f64) -> Result<bool, E>,
) -> Result<Border, E> {
    if holds(high)? {
        return Ok(Border { holds: Some(high), fails: None });
    }
    if !holds(low)? {
        return Ok(Border { holds: None, fails: Some(low) });
    }
    let (mut good, mut bad) = (low, high);
    while bad > good * (1.0 + within) {
        let middle = (good * bad).sqrt();
        if holds(middle)? { good = middle } else { bad = middle }
    }
    Ok(Border { holds: Some(good), fails: Some(bad) })
}

/// Whether all but a hundredth of the users are online when a run ends. Of an open stream, whether
/// all but a hundredth of the sessions get in during its last tenth.
///
/// # Errors
/// [`Broken`] when a ledger does not add up.
pub fn ends_well(scenario: &Scenario) -> Result<bool, Broken> {
    if !scenario.has_stream() {
        let outcome = world::simulate(scenario, 0, &|_| {})?;
        return Ok(online(&outcome) >= WELL * scenario.users());
    }
    let mut scenario = scenario.clone();
    let lasts = Span::from_nanos(scenario.horizon.nanos() / 10);
    let at = Time::from_nanos(scenario.horizon.nanos() - lasts.nanos());
    scenario.timeline.push(mark(at, END, lasts));
    let outcome = world::simulate(&scenario, 0, &|_| {})?;
    Ok(get_in(&outcome, END) >= WELL && online(&outcome) >= WELL * scenario.users())
}

fn mark(at: Time, name: &str, lasts: Span) -> Action {
    Action { at, name: name.to_owned(), kind: ActionKind::Mark { lasts } }
}

fn online(outcome: &Outcome) -> f64 {
    value(outcome, "connections.end").unwrap_or(0.0)
}

/// The share of sessions that got in during a phase; where nobody got in or gave up, all did if
/// nobody came.
pub(super) fn get_in(outcome: &Outcome, phase: &str) -> f64 {
    let of = |name: &str| value(outcome, &format!("during({phase}).sessions.{name}"));
    let none_came = of("arrived").is_none_or(|arrived| arrived <= 0.0);
    let lost = of("lost_share").unwrap_or(if none_came { 0.0 } else { 1.0 });
    1.0 - lost
}

pub(super) fn value(outcome: &Outcome, name: &str) -> Option<f64> {
    outcome.measures.iter().find(|measure| measure.name == name).and_then(|it| it.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_border_is_bracketed() {
        let mut runs = 0;
        let found = border([1.0, 10_000.0], 0.02, |load| {
            runs += 1;
            Ok::<bool, ()>(load <= 2_500.0)
        });
        let Border { holds: Some(holds), fails: Some(fails) } = found.unwrap() else { panic!() };
        assert!(holds <= 2_500.0 && 2_500.0 < fails && fails <= holds * 1.02, "{holds} {fails}");
        assert!(runs <= 12, "{runs}");
    }

    #[test]
    fn a_border_beyond_the_ends_is_said_to_be() {
        let all = border([1.0, 9.0], 0.1, |_| Ok::<bool, ()>(true)).unwrap();
        assert_eq!(all, Border { holds: Some(9.0), fails: None });
        let none = border([1.0, 9.0], 0.1, |_| Ok::<bool, ()>(false)).unwrap();
        assert_eq!(none, Border { holds: None, fails: Some(1.0) });
    }
}
