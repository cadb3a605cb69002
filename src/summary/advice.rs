//! What a sweep says: how many points hold, which of them to take, and what the axes do.
use super::{
    figures::{self, figure},
    slo::Verdict,
    sweep::{Point, Sweep},
};
use std::cmp::Ordering;

/// What tells good points from each other, the most important first: (metric, what it is called,
/// the relative difference that counts).
const GOALS: [(&str, &str, f64); 6] = [
    ("cost.total", "the bill", 0.01),
    ("deliveries.missed", "missed deliveries", 0.05),
    ("clients.availability", "availability", 0.05),
    ("delivery_lag.p99", "delivery lag p99", 0.05),
    ("attempts.peak_per_second", "the peak of attempts", 0.05),
    ("deploy.duration", "the time a deploy takes", 0.05),
];

impl Sweep {
    /// What stands out, in sentences with numbers.
    pub fn findings(&self) -> Vec<String> {
        let mut all = vec![self.verdicts()];
        all.extend(self.advice());
        all.extend(
            GOALS.iter().filter_map(|&(metric, called, least)| self.range(metric, called, least)),
        );
        all.into_iter().map(|sentence| figures::plain(&sentence)).collect()
    }

    /// How many points keep the objectives.
    fn verdicts(&self) -> String {
        let all = self.points.len();
        if !self.judged() {
            return format!("{all} points; the experiment states no objective.");
        }
        let count = |verdict, text: &str| match self.count(verdict) {
            0 => String::new(),
            n => format!(", {n} {text}"),
        };
        let single = if self.replications == 1 { " Each point is a single run." } else { "" };
        format!(
            "{} of {all} points keep every objective{}{}{}.{single}",
            self.count(Verdict::Pass),
            count(Verdict::Fail, "fail"),
            count(Verdict::Inconclusive, "are inconclusive"),
            count(Verdict::Error, "cannot be judged"),
        )
    }

    /// The point to take: of those that keep the objectives the cheapest; where that leaves
    /// several, the one that loses least, then is fastest, then gentlest.
    pub fn choice(&self) -> Option<&Point> {
        let good = |point: &&Point| point.verdict().is_none_or(|it| it == Verdict::Pass);
        self.points.iter().filter(good).min_by(|a, b| better(a, b))
    }

    fn advice(&self) -> Option<String> {
        if !self.judged() || self.points.len() < 2 {
            return None;
        }
        let Some(choice) = self.choice() else {
            return Some(self.nearest());
        };
        let told: Vec<String> = GOALS
            .iter()
            .filter_map(|&(name, called, _)| {
                let metric = choice.metric(name)?;
                let value = figure(metric.unit, metric.mean?);
                Some(format!("{called} {value}"))
            })
            .collect();
        Some(format!("Take {}: {}.", self.spoken(choice), told.join(", ")))
    }

    /// Where none keeps all objectives: the point that breaks the fewest.
    fn nearest(&self) -> String {
        let least = self.points.iter().min_by_key(|point| point.broken().count());
        match least {
            Some(point) => {
                let broken: Vec<&str> = point.broken().map(|judged| judged.expr.as_str()).collect();
                format!(
                    "No point keeps every objective; {} comes nearest and does not show {}.",
                    self.spoken(point),
                    broken.join(", ")
                )
            }
            None => "There are no points.".to_owned(),
        }
    }

    /// `window 30s, jitter full`.
    pub fn spoken(&self, point: &Point) -> String {
        let pairs = self.axes.iter().zip(&point.values);
        let parts: Vec<String> =
            pairs.map(|(axis, value)| format!("{} {value}", axis.name)).collect();
        parts.join(", ")
    }

    /// From the least to the most of a metric, if the points differ in it.
    fn range(&self, name: &str, called: &str, least: f64) -> Option<String> {
        let [low, high] = self.extremes(name)?;
        differ(badness(name, low.2), badness(name, high.2), least).then(|| {
            format!(
                "{}: {} ({}) to {} ({}).",
                figures::capitalized(called),
                figure(low.1.unit, low.2),
                self.spoken(low.0),
                figure(high.1.unit, high.2),
                self.spoken(high.0),
            )
        })
    }
}

/// What there should be little of: of a metric that should be near one, what is missing.
fn badness(name: &str, value: f64) -> f64 {
    if name == "clients.availability" { 1.0 - value } else { value }
}

/// Whether two values differ by more than this share of the larger.
fn differ(one: f64, other: f64, least: f64) -> bool {
    (one - other).abs() > least * one.abs().max(other.abs())
}

/// Less of each goal in turn; what differs by little counts as equal.
fn better(a: &Point, b: &Point) -> Ordering {
    for (name, _, least) in GOALS {
        let (Some(one), Some(other)) = (a.mean(name), b.mean(name)) else { continue };
        let (one, other) = (badness(name, one), badness(name, other));
        if differ(one, other, least) {
            return one.total_cmp(&other);
        }
    }
    Ordering::Equal
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{record::Unit, summary::Metric};

    fn point(values: &[(&str, f64)]) -> Point {
        let metric =
            |&(name, value): &(&str, f64)| Metric::from_values(name, &[], Unit::Ratio, vec![value]);
        Point {
            name: String::new(),
            values: Vec::new(),
            fingerprint: 0,
            metrics: values.iter().map(metric).collect(),
            slo: Vec::new(),
            diagnosis: Vec::new(),
        }
    }

    #[test]
    fn the_more_important_goal_decides_unless_it_is_close() {
        let dear = point(&[("cost.total", 103.0), ("deliveries.missed", 0.0)]);
        let cheap = point(&[("cost.total", 100.0), ("deliveries.missed", 9.0)]);
        let close = point(&[("cost.total", 100.9), ("deliveries.missed", 0.0)]);
        assert_eq!(better(&cheap, &dear), Ordering::Less);
        assert_eq!(better(&close, &cheap), Ordering::Less);
        assert_eq!(better(&close, &close), Ordering::Equal);
    }

    #[test]
    fn shares_near_one_are_told_apart_by_what_is_missing() {
        let three_nines = point(&[("clients.availability", 0.9990)]);
        let more = point(&[("clients.availability", 0.9991)]);
        assert_eq!(better(&more, &three_nines), Ordering::Less);
    }
}
