//! One metric over the replications.
use super::{student, survivors};
use crate::{
    engine::number,
    record::{Measure, Unit},
};

/// A metric's mean with its 95 % Student interval.
#[derive(Clone, PartialEq, Debug)]
pub struct Metric {
    /// Such as `delivery_lag.p99` or `during(deploy).gateways.cpu.peak`.
    pub name: String,
    /// The node it belongs to, or empty for the whole system.
    pub node: String,
    /// The name without node and statistic: `delivery_lag`, `during(deploy).cpu`.
    pub quantity: String,
    /// The last word: `p99`.
    pub statistic: String,
    /// Its unit.
    pub unit: Unit,
    /// The mean over the replications that had something to measure. A time until something has
    /// one if that came in all of them: that of those in which it came says nothing of the others.
    pub mean: Option<f64>,
    /// Lower end of the interval; none for a single run.
    pub ci_low: Option<f64>,
    /// Upper end of the interval. For a count that is zero in all replications it is 3/n: if the
    /// true mean a run were higher, n runs without an event would have a chance under 5 % (the
    /// rule of three, for events that come independently).
    pub ci_high: Option<f64>,
    /// Replications with data.
    pub n: u32,
    /// The value of each of them. Not kept in the files: empty after reading.
    pub values: Vec<f64>,
}

/// Statistics of a level or a law: their zero is no count of events.
const LEVELS: [&str; 9] = ["peak", "mean", "end", "max", "p50", "p95", "p99", "p999", "oldest"];

impl Metric {
    /// Summarizes `values`; `nodes` are the names that can stand first in a metric's name.
    pub fn from_values(name: &str, nodes: &[&str], unit: Unit, values: Vec<f64>) -> Self {
        let (node, quantity, statistic) = split(name, nodes);
        let mut metric = Self {
            name: name.to_owned(),
            node,
            quantity,
            statistic,
            unit,
            mean: student::mean(&values),
            ci_low: None,
            ci_high: None,
            n: number::row(values.len()),
            values,
        };
        if let (Some(mean), Some(half)) = (metric.mean, student::half_width(&metric.values)) {
            let [least, most] = metric.bounds();
            (metric.ci_low, metric.ci_high) =
                (Some((mean - half).max(least)), Some((mean + half).min(most)));
        }
        if metric.n > 1 {
            metric.ci_high = metric.zero_bound().or(metric.ci_high);
        }
        metric
    }

    /// Of a time until something: it did not come in all runs, and their mean is not known.
    fn open(&mut self) {
        (self.mean, self.ci_low, self.ci_high) = (None, None, None);
    }

    /// Between what its mean can be: nothing but what is left can be negative, and there is no more
    /// than all of a whole.
    fn bounds(&self) -> [f64; 2] {
        let is = |part: &str| self.quantity.ends_with(part) || self.statistic.ends_with(part);
        let left = ["headroom", "quota_left"].into_iter().any(is);
        let part = self.unit == Unit::Share
            && (["availability", "share", "affinity"].into_iter().any(is)
                || self.statistic.starts_with("on_"));
        [if left { f64::NEG_INFINITY } else { 0.0 }, if part { 1.0 } else { f64::INFINITY }]
    }

    /// The upper bound of the mean a run of a count that was zero in all replications.
    pub fn zero_bound(&self) -> Option<f64> {
        let counts = self.unit == Unit::Count && !LEVELS.contains(&self.statistic.as_str());
        (counts && self.mean == Some(0.0)).then(|| 3.0 / f64::from(self.n))
    }
}

/// The phase that a name is of, if it is of one, and the rest: `during(deploy).attempts.total` is
/// `attempts.total` of `deploy`.
pub fn of_phase(name: &str) -> (Option<&str>, &str) {
    match name.strip_prefix("during(").and_then(|rest| rest.split_once(").")) {
        Some((phase, rest)) => (Some(phase), rest),
        None => (None, name),
    }
}

/// `during(deploy).gateways.cpu.peak` → (`gateways`, `during(deploy).cpu`, `peak`).
fn split(name: &str, nodes: &[&str]) -> (String, String, String) {
    let (phase, rest) = of_phase(name);
    let phase = phase.map_or_else(String::new, |phase| format!("during({phase})."));
    let (rest, statistic) = rest.rsplit_once('.').unwrap_or((rest, ""));
    let (node, quantity) = match rest.split_once('.') {
        Some((node, quantity)) if nodes.contains(&node) => (node, quantity),
        // The one quantity of a node without a statistic.
        None if ["headroom", "quota_left"].contains(&statistic) => {
            return (rest.to_owned(), phase + statistic, String::new());
        }
        _ => ("", rest),
    };
    (node.to_owned(), phase + quantity, statistic.to_owned())
}

/// Every metric that any replication has, in the order in which it first appears.
pub(super) fn over_replications<'m>(
    measures: impl Iterator<Item = &'m Measure>,
    nodes: &[&str],
) -> Vec<Metric> {
    let mut gathered: Vec<(&str, Unit, Vec<Option<f64>>)> = Vec::new();
    let mut places = std::collections::BTreeMap::new();
    for measure in measures {
        let place = *places.entry(measure.name.as_str()).or_insert_with(|| {
            gathered.push((&measure.name, measure.unit, Vec::new()));
            gathered.len() - 1
        });
        gathered[place].2.push(measure.value.filter(|value| value.is_finite()));
    }
    let metric = |(name, unit, values): &(&str, Unit, Vec<Option<f64>>)| {
        let there = values.iter().flatten().copied().collect();
        let mut metric = Metric::from_values(name, nodes, *unit, there);
        let hit = survivors::hits(name).and_then(|hits| Some(&gathered[*places.get(&*hits)?].2));
        let open = match hit {
            // Where nobody was hit nobody comes back.
            Some(hit) => values.iter().zip(hit).any(|it| it.0.is_none() && *it.1 != Some(0.0)),
            None => metric.statistic == "duration" && values.iter().any(Option::is_none),
        };
        if open {
            metric.open();
        }
        metric
    };
    gathered.iter().map(metric).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_interval_says_that_a_count_could_be_negative() {
        let metric = Metric::from_values("deliveries.lost", &[], Unit::Count, vec![0.0, 0.0, 4.0]);
        assert_eq!(metric.ci_low, Some(0.0));
        assert!(metric.ci_high > Some(4.0));
    }

    /// Of whom a fault hits no fewer than none are away for good, and nobody is there for longer
    /// than always; what is left of a budget may be less than nothing.
    #[test]
    fn a_part_of_a_whole_is_between_none_and_all() {
        let ends = |name: &str, values: Vec<f64>| {
            let metric = Metric::from_values(name, &["gw"], Unit::Share, values);
            (metric.ci_low.unwrap(), metric.ci_high.unwrap())
        };
        let never = ends("recovery.deploy.never_share", vec![0.0, 0.0, 0.4]);
        assert!(never.0.abs() < f64::EPSILON, "{never:?}");
        let there = ends("during(deploy).clients.availability", vec![1.0, 1.0, 0.6]);
        assert!((there.1 - 1.0).abs() < f64::EPSILON, "{there:?}");
        assert!(ends("gw.headroom", vec![0.0, 0.0, 0.4]).0 < 0.0);
        assert!(ends("gw.budget.memory", vec![1.0, 1.0, 0.6]).1 > 1.0);
    }

    /// A time that did not come in one of three runs has no mean; that nobody was hit is no such
    /// run.
    #[test]
    fn what_did_not_come_in_all_runs_has_no_mean() {
        let runs = [(9.0, Some(4.0)), (8.0, None), (0.0, None)].map(|(hit, t99)| {
            let measure = |name: &str, unit, value| Measure { name: name.to_owned(), unit, value };
            let hit = measure("recovery.drop.hit", Unit::Count, Some(hit));
            let lag = measure("delivery_lag.p99", Unit::Seconds, t99);
            [hit, measure("recovery.drop.t99", Unit::Seconds, t99), lag]
        });
        let over = |runs: &[[Measure; 3]]| over_replications(runs.iter().flatten(), &[]);
        let [_, t99, lag] = &over(&runs)[..] else { panic!() };
        assert_eq!((t99.mean, t99.n, lag.mean), (None, 1, Some(4.0)));
        let calm = [runs[0].clone(), runs[2].clone()];
        assert_eq!(over(&calm)[1].mean, Some(4.0));
    }

    #[test]
    fn names_are_split_at_node_and_statistic() {
        for (name, node, quantity, statistic) in [
            ("delivery_lag.p99", "", "delivery_lag", "p99"),
            ("gateways.cpu.peak", "gateways", "cpu", "peak"),
            ("gateways.headroom", "gateways", "headroom", ""),
            ("during(deploy).gateways.cpu.peak", "gateways", "during(deploy).cpu", "peak"),
            ("during(a.b).clients.gave_up", "", "during(a.b).clients", "gave_up"),
            ("recovery.deploy.t99", "", "recovery.deploy", "t99"),
        ] {
            let found = split(name, &["gateways", "clients"]);
            assert_eq!(found, (node.into(), quantity.into(), statistic.into()));
        }
    }

    #[test]
    fn zero_counts_have_an_upper_bound_and_zero_levels_none() {
        let of = |name: &str, n| Metric::from_values(name, &[], Unit::Count, vec![0.0; n]);
        assert_eq!(of("deliveries.missed", 5).ci_high, Some(0.6));
        assert_eq!(of("deliveries.missed", 1).ci_high, None);
        assert_eq!(of("deliveries.missed", 1).zero_bound(), Some(3.0));
        assert_eq!(of("handshake_queue.max", 5).ci_high, Some(0.0));
    }
}
