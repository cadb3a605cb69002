//! What moved over time, of each replication, and the lag of all of them together.
use super::{Summary, figures, student};
use crate::{
    engine::{Span, number},
    record::{Histogram, Outcome, Unit},
};
use std::collections::BTreeMap;

/// One quantity over time.
#[derive(Clone, PartialEq, Debug)]
pub struct Series {
    /// The node it belongs to, or empty for the whole system.
    pub node: String,
    /// Such as `connections` or `delivery_lag`.
    pub quantity: String,
    /// Such as `gateways-3`, `total`, a cause, `p99`.
    pub statistic: String,
    /// Its unit.
    pub unit: Unit,
    /// Which replication, from 0; none: all together.
    pub replication: Option<u32>,
    /// Width of a bin; the first begins at 0.
    pub step: Span,
    /// One value a bin; none: there was nothing to measure.
    pub values: Vec<Option<f64>>,
}

/// Which quantiles of the lag are kept over time; `max` and `count` stand beside them.
pub const LAG_QUANTILES: [(&str, f64); 4] =
    [("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("p999", 0.999)];

/// The tracks of all replications, each track's replications together, then the lag over time.
pub(super) fn collect(outcomes: &[Outcome]) -> Vec<Series> {
    let mut all: Vec<Series> = outcomes.iter().flat_map(tracks).collect();
    let mut places = BTreeMap::new();
    for series in &all {
        let next = places.len();
        places.entry(key(series)).or_insert(next);
    }
    all.sort_by_cached_key(|series| (places.get(&key(series)).copied(), series.replication));
    all.extend(lag_over_time(outcomes));
    all
}

fn key(series: &Series) -> [String; 3] {
    [series.node.clone(), series.quantity.clone(), series.statistic.clone()]
}

fn tracks(outcome: &Outcome) -> impl Iterator<Item = Series> + '_ {
    outcome.series.iter().map(|track| Series {
        node: track.node.clone(),
        quantity: track.quantity.clone(),
        statistic: track.statistic.clone(),
        unit: track.unit,
        replication: Some(outcome.replication),
        step: outcome.tick,
        values: track.values.iter().map(|&value| value.is_finite().then_some(value)).collect(),
    })
}

/// Counts of all replications are added first, quantiles taken then: no percentile is averaged.
fn lag_over_time(outcomes: &[Outcome]) -> Vec<Series> {
    let Some(step) = outcomes.first().map(|outcome| outcome.lag_bin) else { return Vec::new() };
    let whole = outcomes.iter().map(|outcome| outcome.lag_over_time.as_slice());
    let mut all = lag_of("", step, whole);
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in outcomes.iter().flat_map(|outcome| &outcome.lag_of) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    for name in names {
        let own = outcomes.iter().flat_map(|outcome| &outcome.lag_of).filter(|of| of.0 == name);
        all.extend(lag_of(name, step, own.map(|of| of.1.as_slice())));
    }
    all
}

/// The lag of what a node sent, or of all.
fn lag_of<'h>(node: &str, step: Span, all: impl Iterator<Item = &'h [Histogram]>) -> Vec<Series> {
    let mut merged: Vec<Histogram> = Vec::new();
    for histograms in all {
        if merged.len() < histograms.len() {
            merged.resize(histograms.len(), Histogram::default());
        }
        for (bin, histogram) in merged.iter_mut().zip(histograms) {
            bin.merge(histogram);
        }
    }
    if merged.is_empty() {
        return Vec::new();
    }
    let series = |statistic: &str, unit, values| Series {
        node: node.to_owned(),
        quantity: "delivery_lag".to_owned(),
        statistic: statistic.to_owned(),
        unit,
        replication: None,
        step,
        values,
    };
    let seconds = |of: &dyn Fn(&Histogram) -> Option<Span>| -> Vec<Option<f64>> {
        merged.iter().map(|bin| of(bin).map(Span::seconds)).collect()
    };
    let mut all: Vec<Series> = LAG_QUANTILES
        .iter()
        .map(|&(name, share)| series(name, Unit::Seconds, seconds(&|bin| bin.quantile(share))))
        .collect();
    let max = seconds(&|bin| (bin.total() > 0).then(|| bin.max()));
    all.push(series("max", Unit::Seconds, max));
    let counts = merged.iter().map(|bin| Some(number::float(bin.total()))).collect();
    all.push(series("count", Unit::Count, counts));
    all
}

/// A curve over time, in seconds, with the interval of its mean if it has one.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Curve {
    /// Width of a bin in seconds.
    pub step: f64,
    /// The mean over the replications, one value a bin.
    pub mean: Vec<Option<f64>>,
    /// The 95 % Student interval of each mean; empty for a single run.
    pub band: Vec<Option<(f64, f64)>>,
}

/// From a bin's end to its middle, with what rounding leaves.
const HALF: f64 = 0.5 - 1e-9;

impl Curve {
    /// The time of a bin's middle.
    pub fn time(&self, bin: usize) -> f64 {
        (number::float(number::count(bin)) + 0.5) * self.step
    }

    /// When a bin is, for a sentence: at its middle, or between its ends if it is longer than a
    /// second.
    pub fn when(&self, bin: usize) -> String {
        let start = number::float(number::count(bin)) * self.step;
        if self.step > 1.0 {
            let [from, to] = figures::ends(start, start + self.step);
            format!("between {from} and {to}")
        } else {
            format!("at {}", figures::clock(self.time(bin)))
        }
    }

    /// The mean of the bin that a time in seconds lies in: two curves need not have bins of the
    /// same width. None before the first and after the last.
    pub fn at(&self, time: f64) -> Option<f64> {
        let inside = time >= 0.0 && self.step > 0.0;
        let bin = inside.then(|| number::place(number::floor(time / self.step)))?;
        self.mean.get(bin).copied().flatten()
    }

    /// The largest mean and its bin.
    pub fn peak(&self) -> Option<(usize, f64)> {
        let mut best: Option<(usize, f64)> = None;
        for (bin, value) in self.values() {
            if best.is_none_or(|(_, most)| value > most) {
                best = Some((bin, value));
            }
        }
        best
    }

    /// The bins that have a mean.
    pub fn values(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.mean.iter().enumerate().filter_map(|(bin, value)| Some((bin, (*value)?)))
    }

    /// The bins that lie between `start` and `end` as a whole: nothing that happens before or after
    /// is in them.
    pub fn inside(&self, start: f64, end: f64) -> impl Iterator<Item = (usize, f64)> + '_ {
        let (first, last) = (start + self.step * HALF, end - self.step * HALF);
        self.values().filter(move |&(bin, _)| first <= self.time(bin) && self.time(bin) <= last)
    }

    /// The bins from `start` to `end`, in seconds.
    pub fn within(&self, start: f64, end: f64) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.values().filter(move |&(bin, _)| start <= self.time(bin) && self.time(bin) < end)
    }

    /// The curve from `start` to `end`, in seconds; there is nothing before and after.
    #[must_use]
    pub fn part(&self, start: f64, end: f64) -> Self {
        let mut mean = vec![None; self.mean.len()];
        for (bin, value) in self.within(start, end) {
            mean[bin] = Some(value);
        }
        Self { step: self.step, mean, band: Vec::new() }
    }

    /// The sum over all bins of a rate per second: how many there were.
    pub fn integral(&self) -> f64 {
        self.values().map(|(_, value)| value).sum::<f64>() * self.step
    }

    /// The sum of curves; an interval of it is not known from theirs. None without curves.
    pub fn sum(curves: &[Self]) -> Option<Self> {
        let step = curves.first()?.step;
        let bins = curves.iter().map(|curve| curve.mean.len()).max()?;
        let at = |bin: usize| -> f64 {
            curves.iter().filter_map(|curve| curve.mean.get(bin).copied().flatten()).sum()
        };
        let mean = (0..bins).map(|bin| Some(at(bin))).collect();
        Some(Self { step, mean, band: Vec::new() })
    }

    /// Another quantity of each bin; an interval of it is not known.
    #[must_use]
    pub fn map(self, of: impl Fn(f64) -> f64) -> Self {
        let mean = self.mean.into_iter().map(|value| value.map(&of)).collect();
        Self { mean, band: Vec::new(), ..self }
    }

    /// The median of the bins' values.
    pub fn median(&self) -> Option<f64> {
        let mut values: Vec<f64> = self.values().map(|(_, value)| value).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    }
}

/// The mean over the replications of what stands in the same bin. A quantity per second
/// (`rate`) is brought to bins of one second if the tick is shorter, and to a rate if it counts.
pub fn curve<'a>(replications: impl Iterator<Item = &'a Series>, rate: bool) -> Option<Curve> {
    let all: Vec<(f64, Vec<Option<f64>>)> = replications
        .map(
            |series| {
                if rate { per_second(series) } else { (seconds(series), series.values.clone()) }
            },
        )
        .collect();
    let step = all.first()?.0;
    let bins = all.iter().map(|(_, values)| values.len()).max()?;
    let column = |bin: usize| -> Vec<f64> {
        all.iter().filter_map(|(_, values)| values.get(bin).copied().flatten()).collect()
    };
    let columns: Vec<Vec<f64>> = (0..bins).map(column).collect();
    let interval = |values: &Vec<f64>| {
        let (mean, half) = (student::mean(values)?, student::half_width(values)?);
        Some((mean - half, mean + half))
    };
    Some(Curve {
        step,
        mean: columns.iter().map(|values| student::mean(values)).collect(),
        band: if all.len() > 1 { columns.iter().map(interval).collect() } else { Vec::new() },
    })
}

impl Summary {
    /// The mean over the replications of a track, as it is recorded.
    pub fn level(&self, node: &str, quantity: &str, statistic: &str) -> Option<Curve> {
        curve(self.track(node, quantity, statistic), false)
    }

    /// The same of what counts events, per second and in bins of at least a second.
    pub fn rate(&self, node: &str, quantity: &str, statistic: &str) -> Option<Curve> {
        curve(self.track(node, quantity, statistic), true)
    }

    /// What each replication has at its own peak from a time to another, as a mean over them: more
    /// than the peak of their mean, where they do not peak at once.
    pub fn own_peak(
        &self,
        [node, quantity, statistic]: [&str; 3],
        (start, end): (f64, f64),
        rate: bool,
    ) -> Option<f64> {
        let own = |series: &Series| {
            let own = curve(std::iter::once(series), rate)?;
            own.within(start, end).map(|(_, value)| value).reduce(f64::max)
        };
        let peaks: Vec<f64> = self.track(node, quantity, statistic).filter_map(own).collect();
        student::mean(&peaks)
    }

    /// The nodes that have tracks of a quantity, in their order.
    pub fn nodes_with(&self, quantity: &str) -> Vec<&str> {
        let with = self.series.iter().filter(|series| series.quantity == quantity);
        unique(with.map(|series| series.node.as_str()))
    }

    /// The values of a curve in the steady time behind the warm-up, of bins that lie in it as a
    /// whole.
    pub fn steady(&self, curve: &Curve) -> Vec<f64> {
        let steady = self.stretches().filter(|phase| phase.name == "steady");
        let ends = steady.map(|it| (it.start.max(self.warm_up).seconds(), it.end.seconds()));
        ends.flat_map(|(from, to)| curve.inside(from, to)).map(|(_, value)| value).collect()
    }

    /// The statistics that a node has of a quantity, in their order.
    pub fn statistics(&self, node: &str, quantity: &str) -> Vec<&str> {
        let of = |series: &&Series| series.node == node && series.quantity == quantity;
        unique(self.series.iter().filter(of).map(|series| series.statistic.as_str()))
    }

    /// All tracks of a node's quantity by their statistics, in their order: one pass, as there may
    /// be tens of thousands.
    pub fn levels(&self, node: &str, quantity: &str) -> Vec<(&str, Curve)> {
        let of = |series: &&Series| series.node == node && series.quantity == quantity;
        let all: Vec<&Series> = self.series.iter().filter(of).collect();
        // The replications of a track stand together.
        let tracks = all.chunk_by(|a, b| a.statistic == b.statistic);
        let level = |track: &[&'_ Series]| curve(track.iter().copied(), false);
        tracks.filter_map(|track| Some((track[0].statistic.as_str(), level(track)?))).collect()
    }

    /// The unit of a node's tracks of a quantity.
    pub fn unit(&self, node: &str, quantity: &str) -> Option<Unit> {
        let of = |series: &&Series| series.node == node && series.quantity == quantity;
        self.series.iter().find(of).map(|series| series.unit)
    }

    fn track(&self, node: &str, quantity: &str, name: &str) -> impl Iterator<Item = &Series> {
        self.series.iter().filter(move |series| {
            series.quantity == quantity && series.statistic == name && series.node == node
        })
    }
}

fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut all = Vec::new();
    for name in names {
        // Equal names stand together, but for replications.
        if all.last() != Some(&name) && !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

fn seconds(series: &Series) -> f64 {
    series.step.seconds()
}

fn per_second(series: &Series) -> (f64, Vec<Option<f64>>) {
    let step = seconds(series);
    let group = if step < 1.0 { number::place(number::whole(1.0 / step)).max(1) } else { 1 };
    let bin = |values: &[Option<f64>]| {
        let sum: f64 = values.iter().flatten().sum();
        let divisor = match series.unit {
            Unit::PerSecond | Unit::BytesPerSecond => 1.0,
            Unit::Count
            | Unit::Seconds
            | Unit::Bytes
            | Unit::Share
            | Unit::Ratio
            | Unit::Usd
            | Unit::UsdPerMonth => step,
        };
        let width = number::float(number::count(values.len()));
        values.iter().any(Option::is_some).then_some(sum / (divisor * width))
    };
    let values = series.values.chunks(group).map(bin).collect();
    (step * number::float(number::count(group)), values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(unit: Unit, step: Span, replication: u32, values: &[f64]) -> Series {
        Series {
            node: String::new(),
            quantity: "attempts".into(),
            statistic: "attempted".into(),
            unit,
            replication: Some(replication),
            step,
            values: values.iter().map(|&value| Some(value)).collect(),
        }
    }

    #[test]
    fn short_ticks_become_seconds_and_counts_rates() {
        let half = Span::from_millis(500);
        let counts = series(Unit::Count, half, 0, &[1.0, 3.0, 0.0, 2.0]);
        let curve = curve(std::iter::once(&counts), true).unwrap();
        assert_eq!((curve.step, curve.mean.clone()), (1.0, vec![Some(4.0), Some(2.0)]));
        assert_eq!((curve.peak(), curve.integral()), (Some((0, 4.0)), 6.0));
        let rates = series(Unit::PerSecond, half, 0, &[2.0, 4.0]);
        assert_eq!(super::curve(std::iter::once(&rates), true).unwrap().mean, [Some(3.0)]);
    }

    #[test]
    fn a_time_lies_in_a_bin() {
        let curve = Curve { step: 0.25, mean: vec![Some(1.0), None, Some(3.0)], band: Vec::new() };
        for (time, found) in [
            (0.0, Some(1.0)),
            (0.249, Some(1.0)),
            (0.25, None),
            (0.74, Some(3.0)),
            (0.75, None),
            (-0.1, None),
            (f64::NAN, None),
        ] {
            assert_eq!(curve.at(time), found, "{time}");
        }
        assert_eq!(Curve::default().at(0.0), None);
    }

    #[test]
    fn replications_give_a_mean_and_a_band() {
        let tick = Span::from_secs(5);
        let both = [series(Unit::Count, tick, 0, &[1.0]), series(Unit::Count, tick, 1, &[3.0])];
        let curve = curve(both.iter(), false).unwrap();
        assert_eq!(curve.mean, [Some(2.0)]);
        let (low, high) = curve.band[0].unwrap();
        assert!((low + 10.706).abs() < 1e-3 && (high - 14.706).abs() < 1e-3, "{low} {high}");
    }
}
