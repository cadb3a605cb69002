//! The key over a panel that has no room for labels at its line ends: samples with their names.
use super::{
    layout::Paper,
    lines::LIMIT_LABEL,
    sheet::{Anchor, Sheet, fitted},
};
use crate::report::{
    chart::Lines,
    theme::{self, Pen, Type},
};

/// A piece of the line.
const SAMPLE: f64 = 20.0;
/// The side of a square.
const SQUARE: f64 = 10.0;
/// From the sample to its name.
const GAP: f64 = 6.0;
/// From a name to the next sample.
const BETWEEN: f64 = 14.0;
const ROW: f64 = 17.0;
/// From the last row to the panel, whose top tick reaches half a line above it.
const ABOVE_TICK: f64 = 14.0;

/// Writes the key below `y`; returns where it ends.
pub(super) fn write(sheet: &mut Sheet, body: &Lines, paper: &Paper, y: f64) -> f64 {
    let entries = entries(body);
    if entries.is_empty() {
        return y;
    }
    let (mut x, mut y) = (paper.margin, y + ROW - 3.0);
    for (pen, kind, name) in entries {
        let room = paper.width - 2.0 * paper.margin - SAMPLE - GAP;
        let name = fitted(name, kind, room);
        let width = SAMPLE + GAP + theme::width(&name, kind);
        if x > paper.margin && x + width > paper.width - paper.margin {
            (x, y) = (paper.margin, y + ROW);
        }
        sheet.line(vec![(x, y - 4.0), (x + SAMPLE, y - 4.0)], pen);
        sheet.text((x + SAMPLE + GAP, y), kind, Anchor::Start, &name);
        x += width + BETWEEN;
    }
    y + ABOVE_TICK
}

/// Writes the key of bars in parts: squares with their names. Returns where it ends.
pub(super) fn squares(sheet: &mut Sheet, key: &[(String, Pen)], paper: &Paper, y: f64) -> f64 {
    if key.is_empty() {
        return y;
    }
    let (mut x, mut y) = (paper.margin, y + ROW - 3.0);
    for (name, pen) in key {
        let kind = Type::label(*pen);
        let name = fitted(name, kind, paper.width - 2.0 * paper.margin - SQUARE - GAP);
        let width = SQUARE + GAP + theme::width(&name, kind);
        if x > paper.margin && x + width > paper.width - paper.margin {
            (x, y) = (paper.margin, y + ROW);
        }
        sheet.rectangle((x, y - SQUARE + 1.0), (x + SQUARE, y + 1.0), pen.stroke);
        sheet.text((x + SQUARE + GAP, y), kind, Anchor::Start, &name);
        x += width + BETWEEN;
    }
    y + 8.0
}

fn entries(body: &Lines) -> Vec<(Pen, Type, &str)> {
    let told = body.told().into_iter().map(|at| &body.lines[at]);
    let named = told.filter(|line| !line.label.is_empty());
    let lines = named.map(|line| (line.pen, Type::label(line.pen), line.label.as_str()));
    let limits = body.limits.iter().map(|limit| &limit.label);
    let corner = body.corner.iter().map(|(.., label)| label);
    let limits = limits.chain(corner).map(|label| (theme::LIMIT, LIMIT_LABEL, label.as_str()));
    lines.chain(limits).collect()
}
