//! A sweep becomes points. Each value of each axis is tried alone, and then each combination, so
//! that a wrong one is found before the first point runs.
mod axes;
mod points;
mod warnings;

use super::{Scenario, load::Retry};
use crate::spec::{Diagnostic, Input, Node, compose::Set, experiment::Sweep};
use serde_json::Value as Json;

/// What a sweep varies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Axis {
    /// The path of a parameter.
    pub path: String,
    /// Its values, as `--set path=value` takes them, in the order of the file.
    pub values: Vec<String>,
}

impl Axis {
    /// A short name for each axis: the last parts of its path that no other ends with.
    pub fn names(axes: &[Self]) -> Vec<String> {
        axes.iter().map(|axis| axis.name(axes)).collect()
    }

    fn name(&self, among: &[Self]) -> String {
        let starts = self.path.rmatch_indices('.').map(|(place, _)| place + 1).chain([0]);
        let tails = starts.map(|start| &self.path[start..]);
        let ends = |path: &str, tail: &str| {
            path.strip_suffix(tail).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let own = |tail: &&str| among.iter().filter(|axis| ends(&axis.path, tail)).count() < 2;
        tails.into_iter().find(own).unwrap_or(&self.path).to_owned()
    }
}

/// One point of a sweep.
#[derive(Clone, PartialEq, Debug)]
pub struct Point {
    /// `window=30s,jitter=full`: the axes by their short names.
    pub name: String,
    /// The value of each axis.
    pub values: Vec<String>,
    /// What runs.
    pub scenario: Scenario,
    /// What is probably not as meant at this point.
    pub warnings: Vec<Diagnostic>,
}

/// The path of what an argument sets: `gateways.count` of `gateways.count=4`.
pub fn path_of(set: &str) -> &str {
    set.split('=').next().unwrap_or_default().trim()
}

/// What arguments set at a point of a sweep: what they set anyway, but for its axes, and then their
/// values, as (path, value). A map leaves the keys that it does not name as they were set.
pub fn sets_at<'a>(
    sets: &[String],
    values: impl Iterator<Item = (&'a str, &'a str)>,
) -> Vec<String> {
    let values: Vec<(&str, &str)> = values.collect();
    let whole = |value: &str| !value.starts_with('{');
    let swept = |set: &str| values.iter().any(|it| it.0 == path_of(set) && whole(it.1));
    let kept = sets.iter().filter(|set| !swept(set)).cloned();
    kept.chain(values.iter().map(|(axis, value)| format!("{axis}={value}"))).collect()
}

/// The axes of a sweep, and the combinations of their values.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Plan {
    /// What varies.
    pub axes: Vec<Axis>,
    /// How many points there are.
    pub count: usize,
    /// The points in their order, if they were asked for.
    pub points: Vec<Point>,
}

/// An axis while its sweep is read.
struct Dimension {
    path: String,
    variants: Vec<Variant>,
}

/// A value of an axis.
#[derive(Clone)]
struct Variant {
    /// As `--set path=value` takes it.
    argument: String,
    set: Set,
    /// What the experiment is with this value alone; null when it is wrong.
    resolved: Json,
}

/// More points than this are a mistake.
const MOST_POINTS: usize = 10_000;

/// Checks a sweep; with `points`, each combination too.
pub(super) fn plan(
    input: &mut Input<'_>,
    retry: &Retry<'_>,
    sweep: Option<&Sweep>,
    points: bool,
) -> Plan {
    let Some(sweep) = sweep else { return Plan::default() };
    let before = input.errors();
    let tree = retry.tree();
    let values: Vec<Vec<Node>> =
        sweep.axes.0.iter().map(|(path, form)| axes::read(input, &tree, path, form)).collect();
    // Each value is an experiment of its own: too many are known before the first is read.
    if let Some(wrong) = points::too_many(sweep, &values, MOST_POINTS) {
        input.report(*wrong);
        return Plan::default();
    }
    let axes = sweep.axes.0.iter().zip(values);
    let mut dimensions: Vec<Dimension> =
        axes.map(|((path, _), values)| axes::dimension(input, retry, path, values)).collect();
    let chosen = points::combinations(input, retry, &tree, sweep, &mut dimensions);
    let mut plan = Plan {
        axes: dimensions.iter().map(Dimension::axis).collect(),
        count: chosen.len(),
        points: Vec::new(),
    };
    if chosen.is_empty() && input.errors() == before {
        let at = sweep.axes.0.first().map(|(path, _)| path.at);
        let wrong = Diagnostic::error("bad-axis", "this sweep has no points").at(at);
        input.report(wrong.help("write `axes: { gateways.count: { values: [4, 8] } }`"));
    }
    if points && input.errors() == before {
        plan.points = points::points(input, retry, &plan.axes, &dimensions, &chosen);
    }
    plan
}

impl Dimension {
    fn axis(&self) -> Axis {
        let values = self.variants.iter().map(|variant| variant.argument.clone()).collect();
        Axis { path: self.path.clone(), values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_short_as_they_can_be() {
        let axes = ["gateways.drain.window", "phones.count", "gateways.count", "seed"]
            .map(|path| Axis { path: path.to_owned(), values: Vec::new() });
        assert_eq!(Axis::names(&axes), ["window", "phones.count", "gateways.count", "seed"]);
        let axes = ["drain.window", "a.drain.window"];
        let axes = axes.map(|path| Axis { path: path.to_owned(), values: Vec::new() });
        assert_eq!(Axis::names(&axes), ["drain.window", "a.drain.window"]);
    }
}
