//! Which of two points is better, and in what.
use crate::summary::{
    Judged,
    figures::{self, figure},
    slo::{self, Verdict},
    survivors,
    sweep::Point,
    words,
};
use std::{cmp::Ordering, collections::BTreeMap};

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

/// A goal that tells some points apart, and these.
type Step<'p> = (&'static Goal, Vec<&'p Point>);

impl Goal {
    /// How far another point is below one in it: what is no order counts here too.
    fn below(&self, point: &Point, other: &Point) -> Option<f64> {
        let both = point.mean(self.metric).zip(other.mean(self.metric));
        both.map(|(one, two)| badness(self.metric, one) - badness(self.metric, two))
    }

    /// That a point is the best of some in it; where others are by less than counts, or as good,
    /// that none is better by more. `of` says which.
    pub(super) fn ahead(&self, point: &Point, points: &[&Point], of: &str) -> String {
        let others = points.iter().filter(|other| !std::ptr::eq(**other, point));
        let mut below = others.filter_map(|other| self.below(point, other));
        if below.any(|it| it >= 0.0) {
            return self.unbeaten(point, points, of);
        }
        format!("it is {}{of}", self.best)
    }

    /// That no other is better in it.
    pub(super) fn unbeaten(&self, point: &Point, points: &[&Point], of: &str) -> String {
        let mut below = points.iter().filter_map(|other| self.below(point, other));
        let by = if below.any(|it| it > 0.0) {
            let percent = figures::compact(self.least * 100.0);
            let lacks = self.metric == "clients.availability";
            let of = if lacks { " of what it lacks" } else { "" };
            format!(" by more than {percent}{}%{of}", figures::GAP)
        } else {
            String::new()
        };
        format!("none{of} {}{by}", self.none)
    }
}

/// Whether a reason is true of a point beside others, be it by less than counts.
pub(super) fn holds(reason: &str, point: &Point, others: &[&Point]) -> bool {
    // That none is better by as much as counts.
    let near = |goal: &Goal| {
        let better = |other: &&&Point| goal.below(point, other).is_some_and(|it| it > 0.0);
        !others.iter().filter(better).any(|other| apart(point, other, goal))
    };
    if reason.starts_with("none is better in ") {
        return GOALS.iter().all(near);
    }
    GOALS.iter().any(|goal| {
        let mut below = others.iter().filter_map(|other| goal.below(point, other));
        match reason.strip_prefix(&format!("none {}", goal.none)) {
            None => reason == format!("it is {}", goal.best) && below.all(|it| it < 0.0),
            Some("") => below.all(|it| it <= 0.0),
            Some(_) => near(goal),
        }
    })
}

/// Of the points that keep the objectives, the best first; of equals the one that is nearest to
/// `home`.
pub(super) fn ranked<'p>(
    points: impl Iterator<Item = &'p Point>,
    home: Option<&Point>,
) -> Vec<&'p Point> {
    let good = |point: &&Point| point.kept().is_none_or(|it| it == Verdict::Pass);
    let mut left: Vec<&Point> = points.filter(good).collect();
    let mut all = Vec::new();
    // What differs by little is no order: the best is looked for each time.
    while let Some(best) = sieved(&left, home).0 {
        left.retain(|point| !std::ptr::eq(*point, best));
        all.push(best);
    }
    all
}

/// The best of some points: goal by goal, those stay that are as good as the best in it. With it
/// each goal that tells some apart, and those that were left before. What is as good is no reason
/// to change anything: of equals it is the one that has the most values of `home`.
pub(super) fn sieved<'p>(
    points: &[&'p Point],
    home: Option<&Point>,
) -> (Option<&'p Point>, Vec<Step<'p>>) {
    let mut left = points.to_vec();
    let mut steps = Vec::new();
    for goal in &GOALS {
        let bad = |point: &Point| Some(badness(goal.metric, point.mean(goal.metric)?));
        let known = left.iter().filter_map(|point| Some((*point, bad(point)?)));
        let Some((best, _)) = known.min_by(|a, b| a.1.total_cmp(&b.1)) else { continue };
        let before = left.clone();
        left.retain(|point| !apart(best, point, goal));
        if left.len() < before.len() {
            steps.push((goal, before));
        }
    }
    let kept = |point: &Point| {
        let values = home.into_iter().flat_map(|home| home.values.iter().zip(&point.values));
        values.filter(|(one, other)| one == other).count()
    };
    let most = left.iter().map(|point| kept(point)).max();
    (left.into_iter().find(|point| Some(kept(point)) == most), steps)
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

/// How far points are from what is asked: fewer objectives that are not kept come first, then a
/// smaller sum of how far they are missed, each as a part of what is missed most at any point.
pub(super) struct Nearness {
    /// Of each objective, by its text, the most that is missed.
    most: BTreeMap<String, f64>,
}

/// A number of those who are left is further off than any of nearly all,
const SURVIVED: f64 = 1.0;
/// and none at all further than both.
const NONE: f64 = 3.0;

impl Nearness {
    pub(super) fn of<'p>(points: impl Iterator<Item = &'p Point>) -> Self {
        let mut most = BTreeMap::new();
        for judged in points.flat_map(Point::broken) {
            let own: &mut f64 = most.entry(judged.expr.clone()).or_default();
            *own = own.max(missed(judged).unwrap_or(0.0));
        }
        Self { most }
    }

    /// The objectives that a point breaks, and how far off it is in them.
    fn off(&self, point: &Point) -> (usize, f64) {
        let far = |judged: &Judged| {
            let Some(by) = missed(judged) else { return NONE };
            let most = self.most.get(&judged.expr).copied().unwrap_or(0.0);
            let part = if most > 0.0 { by / most } else { 0.0 };
            let name = slo::parse(&judged.expr).map(|slo| slo.metric).unwrap_or_default();
            let gone =
                survivors::hollow(&name, &point.metrics).and(survivors::left(&point.metrics));
            part + gone.map_or(0.0, |left| SURVIVED + 1.0 - left)
        };
        (point.broken().count(), point.broken().map(far).sum())
    }

    /// The nearer first.
    pub(super) fn order(&self, one: &Point, other: &Point) -> Ordering {
        let (one, other) = (self.off(one), self.off(other));
        one.0.cmp(&other.0).then(one.1.total_cmp(&other.1))
    }
}

/// By how much an objective is missed, on the wrong side of its limit; none without a value.
fn missed(judged: &Judged) -> Option<f64> {
    let (value, limit) = judged.value.zip(judged.limit)?;
    let holds = slo::parse(&judged.expr).is_ok_and(|slo| slo.comparison.holds(value, limit));
    Some(if holds { 0.0 } else { (value - limit).abs() })
}

/// The point that comes nearest to keeping every objective; the first of equals.
pub(super) fn nearest<'p>(points: &[&'p Point]) -> Option<&'p Point> {
    let nearness = Nearness::of(points.iter().copied());
    points.iter().copied().min_by(|one, other| nearness.order(one, other))
}

/// How many points: `1 point`, `4 points`.
pub(super) fn points(count: usize) -> String {
    let count = crate::engine::number::float(crate::engine::number::count(count));
    figures::counted(count, "point", "points")
}
