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
    ("clients.availability", "availability", 0.0001),
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
        if self.points.iter().all(|point| point.slo.is_empty()) {
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
        let judged = self.points.iter().any(|point| !point.slo.is_empty());
        if !judged || self.points.len() < 2 {
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
        let broken = |point: &Point| -> Vec<String> {
            let bad = point.slo.iter().filter(|judged| judged.verdict != Verdict::Pass);
            bad.map(|judged| judged.expr.clone()).collect()
        };
        let least = self.points.iter().min_by_key(|point| broken(point).len());
        match least {
            Some(point) => format!(
                "No point keeps every objective; {} comes nearest and does not show {}.",
                self.spoken(point),
                broken(point).join(", ")
            ),
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
        let values = || self.points.iter().filter_map(|it| Some((it, it.mean(name)?)));
        let low = values().min_by(|a, b| a.1.total_cmp(&b.1))?;
        let high = values().max_by(|a, b| a.1.total_cmp(&b.1))?;
        let unit = low.0.metric(name)?.unit;
        let differ = high.1 - low.1 > least * high.1.abs().max(f64::MIN_POSITIVE);
        differ.then(|| {
            let mut called: Vec<char> = called.chars().collect();
            called[0] = called[0].to_ascii_uppercase();
            format!(
                "{} goes from {} ({}) to {} ({}).",
                called.into_iter().collect::<String>(),
                figure(unit, low.1),
                self.spoken(low.0),
                figure(unit, high.1),
                self.spoken(high.0),
            )
        })
    }
}

/// Less of each goal in turn, but more availability; what differs by little counts as equal.
fn better(a: &Point, b: &Point) -> Ordering {
    for (name, _, least) in GOALS {
        let (Some(one), Some(other)) = (a.mean(name), b.mean(name)) else { continue };
        if (one - other).abs() <= least * one.abs().max(other.abs()) {
            continue;
        }
        let order = one.total_cmp(&other);
        return if name == "clients.availability" { order.reverse() } else { order };
    }
    Ordering::Equal
}
