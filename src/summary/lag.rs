//! Delivery lag of all replications together.
use super::{
    Summary,
    slo::{Comparison, Slo},
};
use crate::{
    engine::{Span, Time, number},
    record::{Histogram, Outcome},
};
use std::collections::BTreeMap;

/// A stretch of lag and how many deliveries fell into it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bucket {
    /// Lower end.
    pub low: Span,
    /// Upper end, not included.
    pub high: Span,
    /// Deliveries.
    pub count: u64,
}

/// The merged histogram.
pub(super) fn buckets(outcomes: &[Outcome]) -> Vec<Bucket> {
    let mut all = Histogram::default();
    for outcome in outcomes {
        all.merge(&outcome.lag);
    }
    all.buckets().map(|(low, high, count)| Bucket { low, high, count }).collect()
}

/// A stretch of time and lag, and how many deliveries fell into it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cell {
    /// When the bin of time begins.
    pub at: Time,
    /// Lower end of the lag.
    pub low: Span,
    /// Upper end, not included.
    pub high: Span,
    /// Deliveries, over all replications.
    pub count: u64,
}

/// Each power of two of the lag is cut into 2 to this power: a person sees no more.
const SUB_BITS: u32 = 2;

/// The lag by time of arrival, all replications together, in the order of time, then of lag. There
/// are at most as many as the recorder has bins of time, times the steps of a lag.
pub(super) fn cells(outcomes: &[Outcome]) -> Vec<Cell> {
    let Some(width) = outcomes.first().map(|outcome| outcome.lag_bin) else { return Vec::new() };
    let mut all: BTreeMap<(Time, Span, Span), u64> = BTreeMap::new();
    for outcome in outcomes {
        for (bin, histogram) in outcome.lag_over_time.iter().enumerate() {
            let at = Time::ZERO + width.times(number::count(bin));
            for (low, _, count) in histogram.buckets() {
                let (low, high) = step(low);
                *all.entry((at, low, high)).or_default() += count;
            }
        }
    }
    all.into_iter().map(|((at, low, high), count)| Cell { at, low, high, count }).collect()
}

/// Deliveries with nothing before and nothing behind them: what a feed that sends at times brings.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Burst {
    /// When it begins, in seconds.
    pub from: f64,
    /// When it ends.
    pub to: f64,
    /// Half of its deliveries, 95 % and 99 % of them are not later, within a fifth; in seconds.
    pub quantiles: [f64; 3],
    /// Its latest.
    pub max: f64,
}

/// The shares of [`Burst::quantiles`].
const SHARES: [f64; 3] = [0.5, 0.95, 0.99];
/// A feed with fewer stretches of nothing, of all, is steady.
const EMPTY: f64 = 0.2;
/// So is one with fewer bursts.
const BURSTS: usize = 3;
/// A stretch that lasts for a larger share of all is no burst: something else stops in between.
const SHORT: f64 = 0.1;
/// A burst of a smaller share of all deliveries has no percentiles to speak of.
const BURST: f64 = 0.001;

/// The bursts of a run, where deliveries come in such; none where they come all the time.
pub fn bursts(summary: &Summary) -> Option<Vec<Burst>> {
    let width = summary.lag_bin.nanos().max(1);
    let mut bins: BTreeMap<u64, Vec<&Cell>> = BTreeMap::new();
    for cell in &summary.lag_cells {
        bins.entry(cell.at.nanos() / width).or_default().push(cell);
    }
    let (first, last) = (*bins.keys().next()?, *bins.keys().next_back()?);
    let (all, full) = (number::float(last - first + 1), number::float(number::count(bins.len())));
    let mut groups: Vec<(u64, u64, Vec<&Cell>)> = Vec::new();
    for (bin, cells) in bins {
        match groups.last_mut() {
            Some(group) if group.1 == bin => {
                group.1 = bin + 1;
                group.2.extend(cells);
            }
            _ => groups.push((bin, bin + 1, cells)),
        }
    }
    let total: u64 = summary.lag_cells.iter().map(|cell| cell.count).sum();
    let counted = |cells: &[&Cell]| cells.iter().map(|cell| cell.count).sum::<u64>();
    groups.retain(|group| number::float(counted(&group.2)) >= BURST * number::float(total));
    let long = |group: &(u64, u64, Vec<&Cell>)| number::float(group.1 - group.0) > SHORT * all;
    let bursty = all - full >= EMPTY * all && groups.len() >= BURSTS && !groups.iter().any(long);
    let seconds = |bin: u64| number::float(bin) * summary.lag_bin.seconds();
    let burst = |(from, to, cells): &(u64, u64, Vec<&Cell>)| {
        let (from, to) = (seconds(*from), seconds(*to));
        burst(summary, cells, from, to)
    };
    bursty.then(|| groups.iter().map(burst).collect())
}

fn burst(summary: &Summary, cells: &[&Cell], from: f64, to: f64) -> Burst {
    let mut cells = cells.to_vec();
    cells.sort_by_key(|cell| cell.low);
    let total = number::float(cells.iter().map(|cell| cell.count).sum());
    let middle = |cell: &Cell| (cell.low.seconds() * cell.high.seconds()).sqrt();
    let at = |share: f64| {
        let mut before = 0.0;
        let found = cells.iter().find(|cell| {
            before += number::float(cell.count);
            before >= share * total
        });
        found.or(cells.last()).map_or(0.0, |cell| middle(cell))
    };
    let latest = summary.level("", "delivery_lag", "max");
    let latest = latest.and_then(|max| max.within(from, to).map(|it| it.1).reduce(f64::max));
    let max = latest.or(cells.last().map(|cell| cell.high.seconds())).unwrap_or(0.0);
    Burst { from, to, quantiles: SHARES.map(at), max }
}

/// The step that a lag falls into.
fn step(lag: Span) -> (Span, Span) {
    let nanos = lag.nanos();
    let shift = (u64::BITS - nanos.leading_zeros()).saturating_sub(SUB_BITS + 1);
    let low = nanos >> shift << shift;
    (Span::from_nanos(low), Span::from_nanos(low.saturating_add(1 << shift)))
}

/// The share of deliveries that came later than the end of each bucket: (lag in seconds, share).
pub fn tail(buckets: &[Bucket]) -> Vec<(f64, f64)> {
    let total: u64 = buckets.iter().map(|bucket| bucket.count).sum();
    let mut left = total;
    let later = |bucket: &Bucket| {
        left -= bucket.count;
        (bucket.high.seconds(), number::float(left) / number::float(total))
    };
    buckets.iter().map(later).collect()
}

/// Whether deliveries still pending at the horizon could turn an objective that holds.
pub(super) fn pending_could_flip(summary: &Summary, slo: &Slo) -> bool {
    let lost = ["deliveries.missed", "deliveries.lost", "deliveries.expired"];
    if lost.contains(&slo.metric.as_str()) || slo.metric.starts_with("lost.") {
        return pending_could_be_lost(summary, slo);
    }
    pending_could_be_late(summary, slo)
}

/// Fewer pending deliveries leave no objective on losses open: one user who is still away keeps
/// messages waiting in any run.
const FEW: f64 = 0.001;

/// Of a limit on losses: if those were lost too that are older than any delivery that came, would
/// it be broken? What is younger is on its way as others were.
fn pending_could_be_lost(summary: &Summary, slo: &Slo) -> bool {
    let mean = |name: &str| summary.mean(name).unwrap_or(0.0);
    let old = mean("pending.oldest") > mean("delivery_lag.max");
    let many = mean("deliveries.pending") > FEW * mean("deliveries.intended");
    let upper =
        matches!(slo.comparison, Comparison::Below | Comparison::AtMost | Comparison::Equal);
    upper && old && many && mean(&slo.metric) + mean("deliveries.pending") > slo.limit
}

/// Of a limit on a lag: if they all came later than it, would the quantile lie beyond it?
fn pending_could_be_late(summary: &Summary, slo: &Slo) -> bool {
    let quantile = match slo.metric.as_str() {
        "delivery_lag.p50" => 0.5,
        "delivery_lag.p95" => 0.95,
        "delivery_lag.p99" => 0.99,
        "delivery_lag.p999" => 0.999,
        "delivery_lag.max" => 1.0,
        _ => return false,
    };
    let upper = matches!(slo.comparison, Comparison::Below | Comparison::AtMost);
    let old = summary.mean("pending.oldest").is_some_and(|oldest| oldest > slo.limit);
    if !upper || !old {
        return false;
    }
    let pending = number::float(summary.ledger[0].total(|end, _| end == "pending"));
    let late = summary.lag.iter().filter(|bucket| bucket.low.seconds() > slo.limit);
    let late = number::float(late.map(|bucket| bucket.count).sum());
    let arrived = number::float(summary.lag.iter().map(|bucket| bucket.count).sum());
    pending > 0.0 && late + pending > (1.0 - quantile) * (arrived + pending)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A minute of a burst each four: steady in between is nothing.
    #[test]
    fn what_comes_at_times_is_told_by_the_burst() {
        let mut summary = super::super::summarize(&scenario(), &[]);
        summary.lag_bin = Span::from_secs(60);
        let cell = |minute: u64, low: u64, count| Cell {
            at: Time::ZERO + Span::from_secs(60 * minute),
            low: Span::from_millis(low),
            high: Span::from_millis(low + low / 4),
            count,
        };
        let burst = |minute| [cell(minute, 100, 980), cell(minute + 1, 4_000, 20)];
        summary.lag_cells = [1, 5, 9].into_iter().flat_map(burst).collect();
        let found = bursts(&summary).unwrap();
        let ends: Vec<(f64, f64)> = found.iter().map(|burst| (burst.from, burst.to)).collect();
        assert_eq!(ends, [(60.0, 180.0), (300.0, 420.0), (540.0, 660.0)]);
        let [p50, p95, p99] = found[0].quantiles;
        assert!((p50 - 0.1118).abs() < 1e-4 && p95 <= p50 && (p99 - 4.472).abs() < 1e-3);
        summary.lag_cells = (0..12).map(|minute| cell(minute, 100, 9)).collect();
        assert_eq!(bursts(&summary), None);
    }

    fn scenario() -> crate::scenario::Scenario {
        let read = |path: &std::path::Path| std::fs::read(path);
        let file = std::path::Path::new("experiments/chat-100k.yaml");
        crate::scenario::load(file, &[], &read).unwrap().scenario
    }

    #[test]
    fn the_tail_ends_at_zero() {
        let bucket = |low, count| Bucket {
            low: Span::from_millis(low),
            high: Span::from_millis(low + 1),
            count,
        };
        let tail = tail(&[bucket(0, 3), bucket(5, 1)]);
        assert_eq!(tail, [(0.001, 0.25), (0.006, 0.0)]);
    }
}
