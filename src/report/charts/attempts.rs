//! Connection attempts a second and how they end.
use super::source::{self, Curve};
use super::{axis::Axis, sheet::Sheet, words};
use crate::report::data::ChartData;
use crate::report::theme::{BLUE, GREY, PURPLE, Stroke, VERMILION, solid};

const ENDS: [(&str, &str, Stroke); 4] = [
    ("attempted", "attempted", GREY),
    ("accepted", "accepted", solid(BLUE)),
    ("refused", "refused", VERMILION),
    ("timed_out", "timed out", PURPLE),
];

/// The chart; absent without attempts.
pub(super) fn sheet(data: &ChartData) -> Option<Sheet> {
    let curves: Vec<_> = ENDS
        .iter()
        .filter_map(|end| Some((source::curve(data, "attempts", end.0)?, end)))
        .filter(|(curve, _)| source::most([curve]) > 0.0)
        .collect();
    let most = source::most(curves.iter().map(|(curve, _)| curve));
    if most <= 0.0 {
        return None;
    }
    let line = |(curve, end): &(Curve, &(&str, &str, Stroke))| curve.line(data.tick, end.2, end.1);
    let marks = curves.iter().map(line).collect();
    let unit = "Attempts per second";
    Some(Sheet {
        name: "attempts",
        headline: headline(data),
        subtitle: format!("Connection attempts per second by end, {}.", source::bins(data.tick)),
        footnote: source::footnote(data),
        x: Axis::time(data.horizon),
        shades: source::shades(data),
        panels: vec![source::panel(unit, 250.0, Axis::counts(most), marks)],
    })
}

fn headline(data: &ChartData) -> String {
    let Some(attempted) = source::curve(data, "attempts", "attempted") else {
        return "Connection attempts over time".to_owned();
    };
    let (time, peak) = attempted.peak(data.tick);
    let all = attempted.total(data.tick);
    let lost = ["refused", "timed_out"].map(|end| source::curve(data, "attempts", end));
    let failed: f64 = lost.iter().flatten().map(|curve| curve.total(data.tick)).sum();
    if all <= 0.0 {
        return "Connection attempts over time".to_owned();
    }
    let ends = if failed > 0.0 {
        let share = words::percent((failed / all).min(1.0));
        format!("{share} of all are refused or time out")
    } else {
        "none is refused or times out".to_owned()
    };
    let (peak, time) = (words::short(peak), words::clock(time));
    format!("Connection attempts peak at {peak} a second at {time}; {ends}")
}
