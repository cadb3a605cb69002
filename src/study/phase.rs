//! Borders by bisection: up to which load a system recovers, and up to which it stays well.
use super::Broken;
use crate::{record::Outcome, scenario::Scenario, summary::phase::Border, world};

/// So many of its users are online when a system is well.
const WELL: f64 = 0.99;

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

/// Whether all but a hundredth of the users are online when a run ends, or have had the chance.
///
/// # Errors
/// [`Broken`] when a ledger does not add up.
pub fn ends_well(scenario: &Scenario) -> Result<bool, Broken> {
    let outcome = world::simulate(scenario, 0, &|_| {})?;
    Ok(online(&outcome) >= WELL * scenario.users())
}

fn online(outcome: &Outcome) -> f64 {
    let found = outcome.measures.iter().find(|measure| measure.name == "connections.end");
    found.and_then(|measure| measure.value).unwrap_or(0.0)
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
