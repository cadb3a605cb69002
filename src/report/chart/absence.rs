//! Loss against time away: of what was sent to users while they were away, the share that they
//! never got, by how long they were away.
use super::{Axis, Body, Chart, Line, Lines, Panel, Shown, axis, evidence};
use crate::{
    engine::number,
    record::{Absence, Unit},
    report::theme,
    summary::{Summary, figures},
};
use figures::{counted, share, spoken};

/// With fewer lengths there is no curve.
pub(super) const LENGTHS: usize = 3;

/// A share of fewer messages is not worth a headline.
pub(super) const ENOUGH: u64 = 30;

/// The chart; none when nobody misses anything by being away.
pub(super) fn chart(summary: &Summary) -> Option<Chart> {
    let rows = &summary.window().absences;
    if rows.len() < LENGTHS || rows.iter().all(|row| row.missed == 0) {
        return None;
    }
    let part = missed_share;
    let most = rows.iter().map(part).fold(0.0, f64::max);
    let points = |value: &dyn Fn(&Absence) -> f64| -> Vec<(f64, f64)> {
        rows.iter().map(|row| (middle(row), value(row))).collect()
    };
    let counts = points(&|row| number::float(total(row)));
    let largest = counts.iter().map(|point| point.1).fold(1.0, f64::max);
    let least = counts.iter().map(|point| point.1).fold(f64::INFINITY, f64::min);
    let share_axis = Axis::linear(most, axis::percent).of(Unit::Share);
    let panels = vec![
        panel("never got, of what was sent to them", theme::SINGLE, share_axis, points(&part)),
        panel(
            "messages sent to users away for so long, log scale",
            theme::SMALL,
            Axis::log(least.max(1.0), largest, figures::tick),
            counts,
        ),
    ];
    let [first, last] = [rows.first()?, rows.last()?].map(middle);
    Some(Chart {
        name: "loss-against-absence".to_owned(),
        headline: headline(rows, part),
        subtitle: "Share of the messages to a user who is away that never reach it, against the \
                   length of the outage; outages that ended, by length, log scale."
            .to_owned(),
        note: evidence(summary, Shown::Together),
        x: Axis::lags(first, last).named("time away"),
        shades: Vec::new(),
        panels,
    })
}

pub(super) fn total(row: &Absence) -> u64 {
    row.came + row.missed
}

/// Of what was sent to users who were away for so long, what they never got.
pub(super) fn missed_share(row: &Absence) -> f64 {
    number::float(row.missed) / number::float(total(row).max(1))
}

/// Where a stretch of lengths is drawn: in its middle on a logarithmic axis.
pub(super) fn middle(row: &Absence) -> f64 {
    let high = row.high.seconds();
    let low = row.low.seconds().max(high / 2.0);
    (low * high).sqrt().max(low)
}

fn panel(name: &str, height: f64, y: Axis, points: Vec<(f64, f64)>) -> Panel {
    let dots = points.iter().map(|&(x, value)| (x, value, String::new())).collect();
    let line = Line::through("", theme::BLUE, vec![points]);
    let body = Body::Lines(Lines { y, lines: vec![line], dots, ..Lines::default() });
    Panel::new(name, height, body)
}

/// Up to which length nothing is missed, and what the longest cost.
fn headline(rows: &[Absence], part: impl Fn(&Absence) -> f64) -> String {
    let missed: u64 = rows.iter().map(|row| row.missed).sum();
    let longest = rows.iter().rev().find(|row| total(row) >= ENOUGH).map(|row| (row, part(row)));
    let safe = rows.iter().take_while(|row| row.missed == 0).last();
    match (safe, longest) {
        (Some(safe), Some((row, part))) if part > 0.0 => format!(
            "Users away for up to {} miss nothing; from {} on they miss {}",
            spoken(safe.high.seconds()),
            spoken(row.low.seconds()),
            share(part),
        ),
        (None, _) if rows.iter().all(|row| row.came == 0) => {
            "However short an outage is, nothing that is sent meanwhile ever comes".to_owned()
        }
        _ => {
            let missed = counted(number::float(missed), "message is", "messages are");
            format!("{missed} never got by users who were away")
        }
    }
}
