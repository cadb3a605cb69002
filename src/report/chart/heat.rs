//! All deliveries by time of arrival and lag: where percentiles show four lines, this shows every
//! group, such as those that wait for a reconnect.
use super::{Axis, Body, Chart, FEW, Heat, HeatCell, Panel, Shown, delivered, evidence, shades};
use crate::{
    engine::number,
    report::theme,
    summary::{LagCell, Summary, chance::beyond, figures, survivors},
};

/// Bins that differ by less of all they hold, on average, look alike.
const STILL: f64 = 0.05;

/// What is called late: so many times the median.
const LATE: f64 = 10.0;

/// A bin with so many times the mean is a moment that is worth a word.
const PEAK: f64 = 3.0;

/// The chart; none without deliveries.
pub(super) fn chart(summary: &Summary) -> Option<Chart> {
    let cells = &summary.lag_cells;
    let width = summary.lag_bin.seconds();
    let runs = f64::from(summary.replications.max(1));
    let rate = |cell: &LagCell| number::float(cell.count) / (runs * width.max(1e-9));
    let least = cells.iter().map(|cell| cell.low.seconds()).filter(|&low| low > 0.0);
    let least = least.fold(f64::INFINITY, f64::min);
    let most = cells.iter().map(|cell| cell.high.seconds()).fold(0.0, f64::max);
    let rates = || cells.iter().map(rate);
    let (low, high) = (rates().fold(f64::INFINITY, f64::min), rates().fold(0.0, f64::max));
    if is_still(summary) {
        return None;
    }
    if delivered(summary) < FEW || !(least.is_finite() && most > 0.0 && high > 0.0) {
        return None;
    }
    let y = Axis::lags(least, most);
    let cell = |cell: &LagCell| HeatCell {
        from: cell.at.seconds(),
        to: cell.at.seconds() + width,
        low: cell.low.seconds().max(y.low),
        high: cell.high.seconds().max(y.low),
        value: rate(cell),
    };
    let cells: Vec<HeatCell> = cells.iter().map(cell).collect();
    let unit = "deliveries/s".to_owned();
    let body = Body::Heat(Heat { y, cells, low, high, unit });
    Some(Chart {
        name: "lag-heat".to_owned(),
        headline: headline(summary),
        subtitle: format!(
            "Deliveries by time of arrival, {} bins, and by lag, four steps an octave, log scale; \
             a stronger \
             shade is more.",
            figures::spoken(width),
        ),
        note: evidence(summary, Shown::Together) + " No shade: no delivery.",
        x: Axis::time(summary.horizon.seconds()),
        shades: shades(summary),
        panels: vec![Panel::new("delivery lag", theme::SINGLE + 60.0, body)],
    })
}

/// Whether nothing is done and each bin behind the warm-up looks like the others: stripes say less
/// than percentiles.
fn is_still(summary: &Summary) -> bool {
    let (begin, end) = (summary.warm_up.seconds(), summary.horizon.seconds());
    let width = summary.lag_bin.seconds();
    let inside = |cell: &&LagCell| cell.at.seconds() >= begin && cell.at.seconds() + width <= end;
    let mut cells: Vec<&LagCell> = summary.lag_cells.iter().filter(inside).collect();
    cells.sort_by_key(|cell| cell.at);
    let bins = number::float(number::count(cells.chunk_by(|a, b| a.at == b.at).count()));
    cells.sort_by_key(|cell| cell.low);
    let (mut apart, mut all) = (0.0, 0.0);
    for row in cells.chunk_by(|a, b| a.low == b.low) {
        let counts: Vec<f64> = row.iter().map(|cell| number::float(cell.count)).collect();
        let sum: f64 = counts.iter().sum();
        let mean = sum / bins;
        let absent = bins - number::float(number::count(counts.len()));
        apart += counts.iter().map(|count| (count - mean).abs()).sum::<f64>() + absent * mean;
        all += sum;
    }
    summary.faults().next().is_none() && bins > 1.0 && apart < STILL * all
}

/// How many take much longer than usual behind the warm-up, of those that arrived, and when the
/// largest share of them comes. A cell is late as a whole, so that the limit is the lower edge of
/// one.
fn headline(summary: &Summary) -> String {
    let cells = summary.lag_cells.iter().filter(|cell| cell.at >= summary.warm_up);
    let cells: Vec<&LagCell> = cells.collect();
    let all: u64 = cells.iter().map(|cell| cell.count).sum();
    let with = |text: String| survivors::with(text, "delivery_lag.p99", &summary.metrics);
    let told = summary.mean("delivery_lag.p50").filter(|&median| median > 0.0);
    let Some(median) = told.or_else(|| median(&cells, all)) else {
        return with("Delivery lag over time".to_owned());
    };
    let late: Vec<&LagCell> =
        cells.iter().filter(|cell| cell.low.seconds() >= LATE * median).copied().collect();
    let Some(limit) = late.iter().map(|cell| cell.low).min() else {
        let most = figures::duration(latest(summary, &cells));
        return with(format!("No delivery takes longer than {most}"));
    };
    let sum: u64 = late.iter().map(|cell| cell.count).sum();
    let share = figures::share(number::float(sum) / number::float(all.max(1)));
    let only = survivors::only("delivery_lag.p99", &summary.metrics);
    let whose = only.unwrap_or_else(|| "of the deliveries".to_owned());
    let limit = figures::duration(limit.seconds());
    let when = when(summary, &late, sum).unwrap_or_default();
    format!("{share} {whose} take {limit} or more, over ten times the median{when}")
}

/// The longest that a delivery takes behind the warm-up: a cell knows no more than its edges.
fn latest(summary: &Summary, cells: &[&LagCell]) -> f64 {
    let edge = cells.iter().map(|cell| cell.high.seconds()).fold(0.0, f64::max);
    let exact = summary.level("", "delivery_lag", "max").and_then(|curve| {
        let (begin, end) = (summary.warm_up.seconds(), summary.horizon.seconds());
        curve.within(begin, end + curve.step).map(|(_, most)| most).reduce(f64::max)
    });
    exact.map_or(edge, |exact| exact.min(edge))
}

/// When the largest share of those comes that are late, if it is a moment of its own: a bin with
/// more of them than three times their mean, and so many that this is no chance.
fn when(summary: &Summary, late: &[&LagCell], sum: u64) -> Option<String> {
    let mut most = (0, 0.0);
    for bin in late.chunk_by(|one, other| one.at == other.at) {
        let count: u64 = bin.iter().map(|cell| cell.count).sum();
        if count > most.0 {
            most = (count, bin[0].at.seconds());
        }
    }
    let ran = summary.horizon.seconds() - summary.warm_up.seconds();
    let bins = (ran / summary.lag_bin.seconds().max(1e-9)).max(1.0);
    let (mean, peak) = (number::float(sum) / bins, number::float(most.0));
    let chance = beyond(mean, number::place(number::floor(bins)));
    let part = peak / number::float(sum.max(1));
    (peak > PEAK * mean && peak - mean > chance).then(|| {
        let (share, at) = (figures::share(part), figures::clock(most.1));
        if part > 0.5 {
            format!("; most of these, {share}, come at {at}")
        } else {
            format!("; the largest share of these, {share}, comes at {at}")
        }
    })
}

/// The middle of the cell in which half of all are reached.
fn median(cells: &[&LagCell], all: u64) -> Option<f64> {
    let mut sorted = cells.to_vec();
    sorted.sort_by_key(|cell| cell.low);
    let mut seen = 0;
    let half = sorted.into_iter().find(|cell| {
        seen += cell.count;
        2 * seen >= all
    })?;
    Some(f64::midpoint(half.low.seconds(), half.high.seconds())).filter(|&median| median > 0.0)
}
