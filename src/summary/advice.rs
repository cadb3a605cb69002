//! What a sweep says: how many points hold, which of them to take, and what the axes do.
use super::{
    figures::{self, figure},
    slo::Verdict,
    sweep::{Axis, Point, Sweep},
};
use crate::{engine::Span, record::Unit, units::Quantity};
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
        all.extend(self.reasons());
        all.extend(self.crossing_sentences());
        all.extend(self.cut_off());
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
        let count = |verdict, one: &str, many: &str| match self.count(verdict) {
            0 => String::new(),
            1 => format!(", 1 {one}"),
            n => format!(", {n} {many}"),
        };
        let single = if self.replications == 1 { " Each point is a single run." } else { "" };
        format!(
            "{} of {all} points {} every objective{}{}{}.{single}",
            self.count(Verdict::Pass),
            if self.count(Verdict::Pass) == 1 { "keeps" } else { "keep" },
            count(Verdict::Fail, "fails", "fail"),
            count(Verdict::Inconclusive, "is inconclusive", "are inconclusive"),
            count(Verdict::Error, "cannot be judged", "cannot be judged"),
        )
    }

    /// The point to take: of those that keep the objectives the cheapest; where that leaves
    /// several, the one that loses least, then is fastest, then gentlest.
    ///
    /// None where an axis is the load: how many users there are is no choice.
    pub fn choice(&self) -> Option<&Point> {
        if self.load().is_some() { None } else { best(self.points.iter()) }
    }

    /// The axis that is not for the designer to choose: users, or what they send.
    fn load(&self) -> Option<usize> {
        let is_load = |path: &str| {
            path.split_once('.').is_some_and(|(node, key)| {
                self.input["nodes"][node].get("clients").is_some()
                    && ["count", "sends.per_user"].contains(&key)
            })
        };
        self.axes.iter().position(|axis| is_load(&axis.path) && axis.values.len() > 1)
    }

    /// How far the load can rise.
    fn range_of_load(&self, axis: usize) -> String {
        let Axis { name, values, .. } = &self.axes[axis];
        let at = |value: &str| -> Vec<&Point> {
            self.points.iter().filter(|point| point.values[axis] == value).collect()
        };
        let kept = |value: &&String| best(at(value).into_iter()).is_some();
        let head = match values.iter().position(|value| !kept(&value)) {
            None => format!(
                "Every objective is kept at each {name}, from {} to {}.",
                values[0],
                values[values.len() - 1]
            ),
            Some(first) => {
                let least = at(&values[first]).into_iter().min_by_key(|one| one.broken().count());
                let broken: Vec<&str> =
                    least.iter().flat_map(|one| one.broken()).map(|it| it.expr.as_str()).collect();
                let broken = broken.join(", ");
                let before = first.checked_sub(1).map_or_else(String::new, |last| {
                    format!("Every objective is kept up to {name} {}; ", values[last])
                });
                format!("{before}at {name} {} no point shows {broken}.", values[first])
            }
        };
        let most = values.iter().rfind(kept).map(|value| (value, at(value)));
        let choice = most.filter(|(_, points)| points.len() > 1).and_then(|(value, points)| {
            let choice = best(points.into_iter())?;
            Some(format!(" At {name} {value} take {}: {}.", self.spoken(choice), told(choice)))
        });
        figures::capitalized(&head) + &choice.unwrap_or_default()
    }

    fn advice(&self) -> Option<String> {
        if !self.judged() || self.points.len() < 2 {
            return None;
        }
        if let Some(axis) = self.load() {
            return Some(self.range_of_load(axis));
        }
        let Some(choice) = self.choice() else {
            return Some(self.nearest());
        };
        Some(format!("Take {}: {}.", self.spoken(choice), told(choice)))
    }

    /// Why not the points beside the one to take: a sentence for each axis.
    fn reasons(&self) -> Vec<String> {
        let Some(choice) = self.choice().filter(|_| self.judged()) else { return Vec::new() };
        (0..self.axes.len()).filter_map(|axis| self.reason(choice, axis)).collect()
    }

    /// What the nearest values of an axis that fail do not show, all else being as chosen.
    fn reason(&self, choice: &Point, axis: usize) -> Option<String> {
        let Axis { name, values, .. } = &self.axes[axis];
        let alike = |point: &Point, other: usize| point.values[other] == choice.values[other];
        let beside = |value: &String| {
            let rest =
                |point: &&Point| (0..self.axes.len()).all(|it| it == axis || alike(point, it));
            self.points.iter().filter(rest).find(|point| point.values[axis] == *value)
        };
        let chosen = values.iter().position(|value| *value == choice.values[axis])?;
        let [below, above] = [&values[..chosen], &values[chosen + 1..]];
        if !below.iter().chain(above).any(|value| beside(value).is_some()) {
            return None;
        }
        let fails = |value: &String| {
            let broken: Vec<&str> = beside(value)?.broken().map(|it| it.expr.as_str()).collect();
            (!broken.is_empty()).then(|| format!("{value} does not show {}", broken.join(", ")))
        };
        let nearest = [below.iter().rev().find_map(fails), above.iter().find_map(fails)];
        let nearest: Vec<String> = nearest.into_iter().flatten().collect();
        let pairs = self.axes.iter().zip(&choice.values).enumerate().filter(|it| it.0 != axis);
        let given: Vec<String> =
            pairs.map(|(_, (axis, value))| format!("{} {value}", axis.name)).collect();
        let given =
            if given.is_empty() { String::new() } else { format!("with {}, ", given.join(", ")) };
        let text = match nearest.join("; ") {
            none if none.is_empty() => {
                format!("{given}every value of {name} keeps all objectives.")
            }
            failing => format!("{given}{name} {failing}."),
        };
        Some(figures::capitalized(&text))
    }

    /// Windows of drain that are longer than the grace: who has not left by then is cut off.
    fn cut_off(&self) -> Option<String> {
        let (place, axis, grace) = self.axes.iter().enumerate().find_map(|(place, axis)| {
            let node = axis.path.strip_suffix(".drain.window")?;
            let grace = self.input["nodes"][node].pointer("/gateway/drain/grace")?.as_str()?;
            Some((place, axis, Span::read(grace).ok()?))
        })?;
        let beyond = |value: &str| Span::read(value).is_ok_and(|window| window > grace);
        let peak = |beyond_grace: bool| {
            let points = self.points.iter().filter(|it| beyond(&it.values[place]) == beyond_grace);
            points.filter_map(|point| point.mean("attempts.peak_per_second")).reduce(f64::max)
        };
        let values: Vec<&str> =
            axis.values.iter().map(String::as_str).filter(|value| beyond(value)).collect();
        let herd = figure(Unit::PerSecond, peak(true)?);
        Some(format!(
            "With {} {}, longer than the grace of {}, who has not left by then is cut off at once: \
             attempts peak at up to {herd}.",
            axis.name,
            values.join(" and "),
            grace.print(),
        ))
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

    /// `window 30s, jitter full`. What is the same at all points goes without saying.
    pub fn spoken(&self, point: &Point) -> String {
        let all = self.axes.iter().all(|axis| axis.values.len() < 2);
        let pairs = self.axes.iter().zip(&point.values);
        let pairs = pairs.filter(|(axis, _)| all || axis.values.len() > 1);
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

/// Of the points that keep the objectives, the one to prefer.
fn best<'p>(points: impl Iterator<Item = &'p Point>) -> Option<&'p Point> {
    let good = |point: &&Point| point.verdict().is_none_or(|it| it == Verdict::Pass);
    points.filter(good).min_by(|a, b| better(a, b))
}

/// What a point comes to: `the bill $2,370/month, missed deliveries 12`.
fn told(point: &Point) -> String {
    let goal = |&(name, called, _): &(&str, &str, f64)| {
        let metric = point.metric(name)?;
        Some(format!("{called} {}", figure(metric.unit, metric.mean?)))
    };
    let all: Vec<String> = GOALS.iter().filter_map(goal).collect();
    all.join(", ")
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
    use crate::summary::{Judged, Metric};

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
            absences: Vec::new(),
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

    fn of_users(broken: &[bool]) -> Sweep {
        let values: Vec<String> = (1..=broken.len()).map(|n| format!("{n}M")).collect();
        let points = broken.iter().zip(&values).map(|(&broken, value)| Point {
            values: vec![value.clone()],
            slo: vec![Judged {
                expr: "delivery_lag.p99 < 1s".to_owned(),
                verdict: if broken { Verdict::Fail } else { Verdict::Pass },
                value: None,
                limit: None,
            }],
            ..point(&[("cost.total", 1.0)])
        });
        Sweep {
            experiment: String::new(),
            question: String::new(),
            version: String::new(),
            seed: 1,
            replications: 1,
            fingerprint: 0,
            events: 0,
            input: serde_json::json!({ "nodes": { "phones": { "clients": {} } } }),
            assumptions: Vec::new(),
            arguments: Vec::new(),
            points: points.collect(),
            axes: vec![Axis {
                path: "phones.count".to_owned(),
                name: "phones.count".to_owned(),
                values,
            }],
        }
    }

    #[test]
    fn nobody_chooses_how_many_users_there_are() {
        let says = |broken: &[bool]| of_users(broken).advice().unwrap();
        assert!(of_users(&[false, false]).choice().is_none());
        assert_eq!(
            says(&[false, false]),
            "Every objective is kept at each phones.count, from 1M to 2M."
        );
        assert_eq!(
            says(&[false, true]),
            "Every objective is kept up to phones.count 1M; at phones.count 2M no point shows \
             delivery_lag.p99 < 1s."
        );
        assert_eq!(says(&[true, true]), "At phones.count 1M no point shows delivery_lag.p99 < 1s.");
    }

    #[test]
    fn what_speaks_against_the_values_beside_the_chosen_one_is_said() {
        let mut sweep = of_users(&[true, false, true, true]);
        sweep.axes[0].path = "gateways.drain.window".to_owned();
        sweep.axes[0].name = "window".to_owned();
        assert_eq!(
            sweep.reasons().concat(),
            "Window 1M does not show delivery_lag.p99 < 1s; 3M does not show delivery_lag.p99 < 1s."
        );
        let jitter = ["none", "full"].map(str::to_owned);
        sweep.axes.push(Axis {
            path: "phones.reconnect.jitter".to_owned(),
            name: "jitter".to_owned(),
            values: jitter.clone().into(),
        });
        for one in std::mem::take(&mut sweep.points) {
            sweep.points.extend(jitter.iter().map(|value| {
                let mut point = one.clone();
                point.values.push(value.clone());
                point
            }));
        }
        assert_eq!(
            sweep.reasons()[1],
            "With window 2M, every value of jitter keeps all objectives."
        );
        sweep.points.retain(|point| point.values[1] == "none");
        assert_eq!(sweep.reasons().len(), 1);
    }

    #[test]
    fn a_window_beyond_the_grace_is_named() {
        let mut sweep = of_users(&[false, false]);
        sweep.axes[0].path = "gateways.drain.window".to_owned();
        sweep.axes[0].name = "window".to_owned();
        sweep.axes[0].values = ["30s", "60s"].map(str::to_owned).into();
        for (point, value) in sweep.points.iter_mut().zip(["30s", "60s"]) {
            point.values = vec![value.to_owned()];
            point.metrics = self::point(&[("attempts.peak_per_second", 5_000.0)]).metrics;
        }
        let grace = |grace: &str| {
            let drain = serde_json::json!({ "drain": { "grace": grace } });
            serde_json::json!({ "nodes": { "gateways": { "gateway": drain } } })
        };
        sweep.input = grace("30s");
        assert_eq!(
            sweep.cut_off().unwrap(),
            "With window 60s, longer than the grace of 30s, who has not left by then is cut off \
             at once: attempts peak at up to 5,000/s."
        );
        sweep.input = grace("1min");
        assert_eq!(sweep.cut_off(), None);
    }

    #[test]
    fn shares_near_one_are_told_apart_by_what_is_missing() {
        let three_nines = point(&[("clients.availability", 0.9990)]);
        let more = point(&[("clients.availability", 0.9991)]);
        assert_eq!(better(&more, &three_nines), Ordering::Less);
    }
}
