//! What several charts read from the data in the same way.
use super::sheet::{Mark, Shade};
use super::{axis::Axis, sheet::Panel, thin, words};
use crate::engine::number;
use crate::record::{Track, Unit};
use crate::report::data::ChartData;
use crate::report::theme::Stroke;

/// A series to draw: a value a tick.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Curve {
    /// What it is called.
    pub(super) name: String,
    /// A value a tick; never NaN or infinite.
    pub(super) values: Vec<f64>,
}

impl Curve {
    /// The greatest value and when its bin begins; the first of equal ones.
    pub(super) fn peak(&self, tick: f64) -> (f64, f64) {
        let mut peak = (0, 0.0);
        for (at, &value) in self.values.iter().enumerate() {
            if value > peak.1 {
                peak = (at, value);
            }
        }
        (number::float(number::count(peak.0)) * tick, peak.1)
    }

    /// The sum over time: a rate becomes a count.
    pub(super) fn total(&self, tick: f64) -> f64 {
        self.values.iter().sum::<f64>() * tick
    }

    /// A line through the middle of each bin.
    pub(super) fn line(&self, tick: f64, stroke: Stroke, label: &str) -> Mark {
        let point = |(at, &value)| (middle(at, tick), Some(value));
        let pieces = thin::pieces(self.values.iter().enumerate().map(point));
        Mark::Line { pieces, stroke, label: label.to_owned() }
    }
}

/// The middle of a bin.
pub(super) fn middle(bin: usize, tick: f64) -> f64 {
    (number::float(number::count(bin)) + 0.5) * tick
}

/// The series of a quantity.
pub(super) fn curves(data: &ChartData, quantity: &str) -> Vec<Curve> {
    data.series
        .iter()
        .filter(|track| track.quantity == quantity && !track.values.is_empty())
        .map(|track| Curve { name: track.statistic.clone(), values: values(track, data.tick) })
        .collect()
}

/// One series of a quantity; the sum over all nodes that have it.
pub(super) fn curve(data: &ChartData, quantity: &str, statistic: &str) -> Option<Curve> {
    let all = curves(data, quantity).into_iter().filter(|curve| curve.name == statistic);
    all.reduce(|sum, more| fold(sum, &more, |a, b| a + b))
}

/// The greatest over all nodes that have the series.
pub(super) fn greatest(data: &ChartData, quantity: &str, statistic: &str) -> Option<Curve> {
    let all = curves(data, quantity).into_iter().filter(|curve| curve.name == statistic);
    all.reduce(|most, more| fold(most, &more, f64::max))
}

fn fold(mut into: Curve, more: &Curve, with: impl Fn(f64, f64) -> f64) -> Curve {
    for (a, &b) in into.values.iter_mut().zip(&more.values) {
        *a = with(*a, b);
    }
    into
}

/// Counts become rates; what is not finite becomes 0.
fn values(track: &Track, tick: f64) -> Vec<f64> {
    let rated = ["attempts", "lost", "deliveries", "sent"].contains(&track.quantity.as_str());
    let counted = rated && track.unit == Unit::Count && tick > 0.0;
    let bin = if counted { tick } else { 1.0 };
    let finite = |value: f64| if value.is_finite() { value } else { 0.0 };
    track.values.iter().map(|&value| finite(value / bin)).collect()
}

/// The greatest value of all.
pub(super) fn most<'a>(curves: impl IntoIterator<Item = &'a Curve>) -> f64 {
    let values = curves.into_iter().flat_map(|curve| &curve.values);
    values.copied().fold(0.0, f64::max)
}

/// A panel of lines from 0 on.
pub(super) fn panel(unit: &str, height: f64, y: Axis, marks: Vec<Mark>) -> Panel {
    Panel { unit: unit.to_owned(), height, y: Some(y), marks }
}

/// The phases other than `steady`.
pub(super) fn shades(data: &ChartData) -> Vec<Shade> {
    data.phases
        .iter()
        .filter(|phase| phase.name != "steady")
        .map(|phase| (phase, phase.start.seconds(), phase.end.seconds().min(data.horizon)))
        .filter(|(_, start, end)| start < end)
        .map(|(phase, start, end)| Shade {
            start,
            end,
            label: format!("{}, {}", shorten(&phase.name), words::clock(end - start)),
            pale: phase.name == "recovery",
        })
        .collect()
}

/// A name of at most 32 signs.
pub(super) fn shorten(name: &str) -> String {
    if name.chars().count() <= 32 {
        return name.to_owned();
    }
    name.chars().take(31).chain(['…']).collect()
}

/// n and seed; ends every chart.
pub(super) fn footnote(data: &ChartData) -> String {
    let name = shorten(&data.name);
    match data.replications {
        1 => format!("{name} · n = 1, seed {} · single run, no interval", data.seed),
        n => format!("{name} · mean of n = {n} replications, seed {}", data.seed),
    }
}

/// The same of quantiles, which are of all replications together.
pub(super) fn pooled(data: &ChartData) -> String {
    let name = shorten(&data.name);
    match data.replications {
        0 | 1 => footnote(data),
        n => format!("{name} · n = {n} replications together, seed {}", data.seed),
    }
}

/// `in bins of 1 s`.
pub(super) fn bins(tick: f64) -> String {
    format!("in bins of {}", words::lasting_short(tick))
}
