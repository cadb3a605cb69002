//! Percentiles of the delivery lag over time.
use super::sheet::{Mark, Sheet};
use super::{axis::Axis, source, thin, words};
use crate::report::data::{ChartData, LagPoint};
use crate::report::theme::{BLUE, GREY, SKY, Stroke, VERMILION, solid};

type Pick = fn(&LagPoint) -> Option<f64>;

const LINES: [(&str, Stroke, Pick); 4] = [
    ("max", VERMILION, |point| point.max),
    ("p99", BLUE, |point| point.p99),
    ("p95", solid(SKY), |point| point.p95),
    ("p50", GREY, |point| point.p50),
];

/// The least lag that a log axis shows.
const FLOOR: f64 = 1e-6;

/// The chart; absent where nothing arrived.
pub(super) fn sheet(data: &ChartData) -> Option<Sheet> {
    let points = &data.lag_over_time;
    let values = points.iter().flat_map(|point| LINES.map(|line| (line.2)(point))).flatten();
    let values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
    let most = values.iter().copied().fold(0.0, f64::max);
    if most <= 0.0 {
        return None;
    }
    let floor = FLOOR.min(most);
    let least = values.iter().map(|value| value.max(floor)).fold(most, f64::min);
    let bin = bin(data);
    let marks = LINES.iter().map(|&(name, stroke, pick)| {
        let at = |point: &LagPoint| (point.time + bin / 2.0, pick(point).map(|v| v.max(floor)));
        let pieces = thin::pieces(points.iter().map(at));
        Mark::Line { pieces, stroke, label: name.to_owned() }
    });
    let y = Axis::decades(least, most, words::lasting_short);
    let gaps = if points.iter().any(|point| point.p50.is_none()) {
        " A gap: nothing arrived."
    } else {
        ""
    };
    let bins = source::bins(bin);
    Some(Sheet {
        name: "lag",
        headline: headline(points),
        subtitle: format!("Delivery lag by time of arrival, {bins}, logarithmic scale.{gaps}"),
        footnote: source::pooled(data),
        x: Axis::time(data.horizon),
        shades: source::shades(data),
        panels: vec![source::panel("Delivery lag", 270.0, y, marks.collect())],
    })
}

/// The bin width of the points.
fn bin(data: &ChartData) -> f64 {
    match data.lag_over_time.as_slice() {
        [first, second, ..] => second.time - first.time,
        _ => data.tick,
    }
}

fn headline(points: &[LagPoint]) -> String {
    let peak = points
        .iter()
        .filter_map(|point| Some((point.time, point.p99.filter(|value| value.is_finite())?)))
        .reduce(|most, next| if next.1 > most.1 { next } else { most });
    let mut all: Vec<f64> = points.iter().filter_map(|point| point.p99).collect();
    all.sort_by(f64::total_cmp);
    let Some(((time, peak), &usual)) = peak.zip(all.get(all.len() / 2)) else {
        return "Delivery lag over time".to_owned();
    };
    let (at, usually) = (words::clock(time), words::lasting(usual));
    if usual > 0.0 && peak / usual >= 1.5 {
        let (peak, times) = (words::lasting(peak), words::short(peak / usual));
        format!("The lag’s p99 peaks at {peak} at {at}, {times} times its median of {usually}")
    } else {
        let peak = words::lasting(peak);
        format!("The lag’s p99 stays at or below {peak}, at a median of {usually}")
    }
}
