//! Which share of deliveries is later than a lag.
use super::sheet::{Mark, Sheet};
use super::{axis::Axis, source, thin, words};
use crate::engine::number;
use crate::report::data::ChartData;
use crate::report::theme::{BLUE, INK2, PURPLE, Stroke, VERMILION};

const MARKS: [(&str, f64, Stroke); 3] = [
    ("p50", 0.5, Stroke { colour: INK2, ..BLUE }),
    ("p99", 0.01, VERMILION),
    ("p99.9", 0.001, PURPLE),
];

/// The chart; absent without deliveries.
pub(super) fn sheet(data: &ChartData) -> Option<Sheet> {
    let tail = tail(data)?;
    let count: u64 = data.lag.iter().map(|bin| bin.2).sum();
    let (first, last) = (tail.first()?, tail.last()?);
    let x = Axis::decades(first.0, last.0, words::lasting_short);
    let least = tail.iter().map(|point| point.1).filter(|share| *share > 0.0).fold(1.0, f64::min);
    let y = Axis::decades(least, 1.0, one_in);
    let drawn: Vec<_> = tail.iter().map(|&(lag, share)| (lag, share.max(y.low))).collect();
    let line = Mark::Line { pieces: vec![thin::thin(&drawn)], stroke: BLUE, label: String::new() };
    let mut marks = vec![line];
    for (name, share, stroke) in MARKS {
        if number::float(count) * share >= 1.0 {
            let lag = later(&tail, share);
            let label = format!("{name} {}", words::lasting(lag));
            marks.push(Mark::Point { at: (lag, share.max(y.low)), stroke, label });
        }
    }
    let deliveries = words::things(number::float(count), "delivery", "deliveries");
    Some(Sheet {
        name: "lag-distribution",
        headline: headline(&tail, count),
        subtitle: "Share of deliveries that are later than the lag below; both scales are \
                   logarithmic."
            .to_owned(),
        footnote: format!("{} · {deliveries}", source::pooled(data)),
        x,
        shades: Vec::new(),
        panels: vec![source::panel("Later than", 270.0, y, marks)],
    })
}

/// (lag, share of deliveries later than it), from all to none.
fn tail(data: &ChartData) -> Option<Vec<(f64, f64)>> {
    let count: u64 = data.lag.iter().map(|bin| bin.2).sum();
    let most = data.lag.iter().filter(|bin| bin.2 > 0).map(|bin| bin.1).fold(0.0, f64::max);
    if count == 0 || !most.is_finite() || most <= 0.0 {
        return None;
    }
    let floor = (most * 1e-9).max(1e-9).min(most);
    let mut left = count;
    let mut tail = Vec::new();
    for &(low, high, bin) in data.lag.iter().filter(|bin| bin.2 > 0) {
        if tail.is_empty() {
            tail.push((low.max(floor), 1.0));
        }
        left -= bin;
        tail.push((high.max(floor), number::float(left) / number::float(count)));
    }
    Some(tail)
}

/// The least lag that at most a share of deliveries exceeds.
fn later(tail: &[(f64, f64)], share: f64) -> f64 {
    let limit = share * (1.0 + 1e-12);
    tail.iter().find(|point| point.1 <= limit).map_or(0.0, |point| point.0)
}

fn one_in(share: f64) -> String {
    if share >= 1.0 { "all".to_owned() } else { format!("1 in {}", words::short(1.0 / share)) }
}

fn headline(tail: &[(f64, f64)], count: u64) -> String {
    let p50 = words::lasting(later(tail, 0.5));
    if count < 100 {
        return format!("Half of the deliveries are later than {p50}");
    }
    let p99 = words::lasting(later(tail, 0.01));
    if count < 1000 {
        return format!("1 delivery in 100 is later than {p99}, half of them than {p50}");
    }
    let last = words::lasting(later(tail, 0.001));
    format!("1 delivery in 100 is later than {p99}, 1 in 1,000 later than {last}")
}
