//! The distribution of the delivery lag: which share of deliveries comes later than x.
use super::{Axis, Body, Chart, FEW, Line, Lines, Panel, Shown, axis, delivered, evidence, lag};
use crate::{
    record::Unit,
    report::theme,
    summary::{Bucket, Summary, figures, survivors, tail},
};
use figures::{count, duration};

/// What an objective forbids is at least so wide, in parts of the axis.
const CORNER: f64 = 0.42;

/// The chart; none of a few deliveries.
pub(super) fn chart(summary: &Summary) -> Option<Chart> {
    let total = delivered(summary);
    if total < FEW {
        return None;
    }
    let tail = tail(&summary.lag);
    let last = summary.lag.last()?;
    let end = last.high.seconds();
    let first = summary.lag.first()?.low.seconds();
    let start = quantile(&summary.lag, 0.98).unwrap_or(first).min(end / 2.0).max(1e-9);
    // The last bucket has nothing beyond it: the line ends at the last share that is there.
    let mut points = vec![(start.min(first.max(start)), 1.0)];
    points.extend(tail.iter().copied().filter(|&(lag, share)| share > 0.0 && lag >= start));
    let least = points.last().map_or(1.0, |point| point.1);
    let dots = ["p50", "p99", "p999"]
        .iter()
        .filter_map(|name| {
            let above = lag::above(name)?;
            let lag = quantile(&summary.lag, above).filter(|_| above >= least)?;
            Some((lag, above, lag::spoken(name, lag)))
        })
        .collect();
    let y = Axis::log(least.min(0.001), 1.0, axis::share).of(Unit::Share);
    let line = Line::through("", theme::BLUE, vec![points]);
    let corner = corner(summary);
    // The corner takes a good part of the width, so that its label has room.
    let beyond = |limit: f64| limit * libm::pow(limit / start, CORNER / (1.0 - CORNER));
    let reach = corner.as_ref().map_or(end, |corner| end.max(beyond(corner.0)));
    let lines = Lines { y, lines: vec![line], dots, corner, ..Lines::default() };
    Some(Chart {
        name: "lag-distribution".to_owned(),
        headline: headline(summary, latest(summary, last)),
        subtitle: format!("Share of {} deliveries later than x, both axes log.", count(total)),
        note: evidence(summary, Shown::Together),
        x: Axis::lags(start, reach).named("delivery lag x"),
        shades: Vec::new(),
        panels: vec![Panel::new(
            "share of deliveries later than x",
            theme::SINGLE + 30.0,
            Body::Lines(lines),
        )],
    })
}

fn headline(summary: &Summary, latest: f64) -> String {
    let all = if summary.replications > 1 { " of all runs" } else { "" };
    match quantile(&summary.lag, 0.01) {
        Some(p99) => format!(
            "1 in 100 {} takes longer than {}, the latest{all} {}",
            survivors::only("delivery_lag.p99", &summary.metrics)
                .unwrap_or_else(|| "deliveries".to_owned()),
            duration(p99),
            duration(latest),
        ),
        None => format!("The latest delivery{all} takes {}", duration(latest)),
    }
}

/// The lag that `above` of the deliveries exceed: the middle of its bucket, as everywhere.
fn quantile(buckets: &[Bucket], above: f64) -> Option<f64> {
    let place = tail(buckets).iter().position(|&(_, share)| share <= above)?;
    Some(middle(&buckets[place]))
}

fn middle(bucket: &Bucket) -> f64 {
    f64::midpoint(bucket.low.seconds(), bucket.high.seconds())
}

/// The latest delivery: exact for a single run, else the middle of the last bucket.
fn latest(summary: &Summary, last: &Bucket) -> f64 {
    let exact = summary.mean("delivery_lag.max").filter(|_| summary.replications == 1);
    exact.unwrap_or_else(|| middle(last))
}

/// What the first objective on a lag percentile forbids.
fn corner(summary: &Summary) -> Option<(f64, f64, String)> {
    let corner = |(name, limit): (String, f64)| {
        let above = lag::above(&name)?;
        let label =
            format!("SLO broken: over {} later than {}", axis::share(above), axis::seconds(limit));
        Some((limit, above, label))
    };
    lag::objectives(&summary.slo).into_iter().find_map(corner)
}
