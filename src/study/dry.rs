//! Which metrics a run measures, known before it: the same scenario for a second, with a handful of
//! users and messages, and all that its timeline has. What is measured depends on nodes, phases and
//! parameters, never on how much of anything there is.
use super::replicate;
use crate::{
    scenario::Scenario,
    summary::{Metric, summarize},
};

/// The metrics that a run of a scenario has, with their units; what they are worth means nothing.
/// None if not even that can be run.
pub fn metrics(scenario: &Scenario) -> Option<Vec<Metric>> {
    let small = scenario.in_small();
    let outcomes = replicate(&small, &[0], 1, &|_| {}).ok()?;
    Some(summarize(&small, &outcomes).metrics)
}
