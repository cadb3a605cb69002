//! Polls over time, by what becomes of them: where some fail, or their number moves.
use super::{Axis, Body, Chart, Lines, Panel, Shown, bins, evidence, line, shades};
use crate::{
    record::Unit,
    report::theme::{self, Pen},
    summary::{Summary, figures, series::Curve},
};
use figures::count;

/// A rate that peaks at fewer times its median does not move.
const MOVES: f64 = 2.5;

/// What becomes of a poll, as its track is called and as a line is; what lies on top comes last.
const ENDS: [(&str, &str, Pen); 3] = [
    ("empty", "nothing there", theme::GREY),
    ("full", "with messages", theme::BLUE),
    ("failed", "failed", theme::VERMILION),
];

/// The chart; none where nobody polls, or all polls are answered at a steady rate.
pub(super) fn chart(summary: &Summary) -> Option<Chart> {
    let of = |&(name, label, pen): &(&str, &'static str, Pen)| {
        let curve = summary.rate("", "polls", name)?;
        (curve.integral() > 0.0).then_some((label, pen, curve))
    };
    let ends: Vec<(&str, Pen, Curve)> = ENDS.iter().filter_map(of).collect();
    let (all, _) = summary.polls()?;
    let (bin, peak) = all.peak()?;
    let headline = match summary.failing() {
        Some((_, text)) => text,
        None if moves(summary, &all) => {
            format!("Polls peak at {}/s {}, and none fails", count(peak), all.when(bin))
        }
        None => return None,
    };
    let most = ends.iter().filter_map(|(.., curve)| curve.peak()).map(|it| it.1);
    let most = most.fold(0.0, f64::max);
    let lines = ends.iter().map(|(label, pen, curve)| line(*label, pen.wide(1.5), curve));
    let lines = lines.collect();
    let y = Axis::linear(most, figures::tick).of(Unit::PerSecond);
    Some(Chart {
        name: "polls".to_owned(),
        headline,
        subtitle: format!("Polls per second by what they find, as they end, {}.", bins(&all)),
        note: evidence(summary, Shown::Mean),
        x: Axis::time(summary.horizon.seconds()),
        shades: shades(summary),
        panels: vec![Panel::new(
            "polls per second",
            theme::SINGLE,
            Body::Lines(Lines { y, lines, ..Lines::default() }),
        )],
    })
}

/// Whether polls peak, and not by chance.
fn moves(summary: &Summary, all: &Curve) -> bool {
    let (Some((_, peak)), Some(usual)) = (all.peak(), all.median()) else { return false };
    peak > MOVES * usual && summary.looked(all, all.values().count()).stands_out(peak, usual)
}
