//! Which of two points is better, and in what.
use crate::summary::{
    figures::{self, figure},
    slo::Verdict,
    sweep::Point,
    words,
};
use std::cmp::Ordering;

/// What tells good points from each other.
pub(super) struct Goal {
    pub(super) metric: &'static str,
    /// The relative difference that counts.
    pub(super) least: f64,
    /// What the best one in it is.
    pub(super) best: &'static str,
    /// What no other is, where others are as good.
    pub(super) none: &'static str,
}

const fn goal(metric: &'static str, least: f64, best: &'static str, none: &'static str) -> Goal {
    Goal { metric, least, best, none }
}

/// The most important first.
pub(super) const GOALS: [Goal; 6] = [
    goal("cost.total", 0.01, "the cheapest", "is cheaper"),
    goal("deliveries.missed", 0.05, "the one that misses least", "misses less"),
    goal(
        "clients.availability",
        0.05,
        "the one with the highest availability",
        "has a higher availability",
    ),
    goal("delivery_lag.p99", 0.05, "the fastest", "is faster"),
    goal(
        "attempts.peak_per_second",
        0.05,
        "the one with the lowest peak of attempts",
        "has a lower peak of attempts",
    ),
    goal("deploy.duration", 0.05, "the one with the shortest deploy", "has a shorter deploy"),
];

/// Of the points that keep the objectives, the best first.
pub(super) fn ranked<'p>(points: impl Iterator<Item = &'p Point>) -> Vec<&'p Point> {
    let good = |point: &&Point| point.kept().is_none_or(|it| it == Verdict::Pass);
    let mut left: Vec<&Point> = points.filter(good).collect();
    let mut all = Vec::new();
    // What differs by little is no order: the best is looked for each time.
    while let Some(best) = left.iter().copied().min_by(|a, b| better(a, b)) {
        left.retain(|point| !std::ptr::eq(*point, best));
        all.push(best);
    }
    all
}

/// The first goal in which two points differ.
pub(super) fn differing(a: &Point, b: &Point) -> Option<&'static Goal> {
    GOALS.iter().find(|goal| apart(a, b, goal))
}

/// Whether two points differ in a goal.
pub(super) fn apart(a: &Point, b: &Point, goal: &Goal) -> bool {
    let both = a.mean(goal.metric).zip(b.mean(goal.metric));
    let bad = |value| badness(goal.metric, value);
    both.is_some_and(|(one, other)| differ(bad(one), bad(other), goal.least))
}

/// What a point comes to in a metric: `the bill of a month $2,370`.
pub(super) fn told(point: &Point, metric: &str) -> Option<String> {
    Some(format!("{} {}", words::metric(metric), value(point, metric)?))
}

/// A metric's value at a point; of a bill without the month, which its name says.
pub(super) fn value(point: &Point, metric: &str) -> Option<String> {
    let it = point.metric(metric)?;
    Some(figure(it.unit, it.mean?).replace("/month", ""))
}

/// What there should be little of: of a metric that should be near one, what is missing.
pub(super) fn badness(name: &str, value: f64) -> f64 {
    if name == "clients.availability" { 1.0 - value } else { value }
}

/// Whether two values differ by more than this share of the larger.
pub(super) fn differ(one: f64, other: f64, least: f64) -> bool {
    (one - other).abs() > least * one.abs().max(other.abs())
}

/// Less of each goal in turn; what differs by little counts as equal.
pub(super) fn better(a: &Point, b: &Point) -> Ordering {
    let Some(goal) = differing(a, b) else { return Ordering::Equal };
    let bad = |point: &Point| badness(goal.metric, point.mean(goal.metric).unwrap_or(0.0));
    bad(a).total_cmp(&bad(b))
}

/// How many points: `1 point`, `4 points`.
pub(super) fn points(count: usize) -> String {
    let count = crate::engine::number::float(crate::engine::number::count(count));
    figures::counted(count, "point", "points")
}
