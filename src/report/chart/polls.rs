//! Polls over time, by what becomes of them: where some fail, or their number moves.
use super::{Axis, Body, Chart, Lines, Panel, Shown, bins, evidence, line, shades};
use crate::{
    record::Unit,
    report::theme::{self, Pen},
    summary::{Summary, figures, series::Curve},
};
use figures::{clock, count, share};

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
    let curves: Vec<Curve> = ends.iter().map(|(.., curve)| curve.clone()).collect();
    let all = Curve::sum(&curves)?;
    let failed = summary.rate("", "polls", "failed").filter(|curve| curve.integral() > 0.0);
    let (bin, peak) = all.peak()?;
    let headline = match &failed {
        Some(failed) => fails(&all, failed)?,
        None if peak > MOVES * all.median()? => {
            format!("Polls peak at {}/s at {}, and none fails", count(peak), clock(all.time(bin)))
        }
        None => return None,
    };
    let most = curves.iter().filter_map(Curve::peak).map(|it| it.1).fold(0.0, f64::max);
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

/// How many fail, and when most of those who ask.
fn fails(all: &Curve, failed: &Curve) -> Option<String> {
    let parts = failed.values().filter_map(|(bin, failed)| {
        let of = (*all.mean.get(bin)?).filter(|&of| of > 0.0)?;
        Some((bin, failed / of))
    });
    // The first of equal ones.
    let (bin, most) = parts.reduce(|best, it| if it.1 > best.1 { it } else { best })?;
    let lost = failed.integral().round();
    Some(format!(
        "{} of {} polls {} ({}); at {} {} of those of the moment",
        count(lost),
        count(all.integral().round()),
        if lost > 1.5 { "fail" } else { "fails" },
        share(failed.integral() / all.integral()),
        clock(all.time(bin)),
        share(most),
    ))
}
