//! A strip: a row of shades for each of many, with the numbers that matter beside it.
use super::{
    labels,
    layout::{Frame, Paper},
    sheet::{Anchor, Part, Sheet, fitted},
};
use crate::{
    engine::number,
    report::{
        chart::{Row, Strip, connections::mark},
        theme::{self, Colour},
    },
    summary::figures,
};

/// Between two rows.
const GAP: f64 = 1.0;
/// A column of numbers.
const COLUMN: f64 = 50.0;
const HEADS: [&str; 3] = ["start", "peak", "end"];
/// A box of the key.
const KEY: (f64, f64) = (16.0, 9.0);

/// The room that a strip takes left and right of its plot.
pub(super) fn sides(strip: &Strip, paper: &Paper) -> (f64, f64) {
    let names = strip.rows.iter().map(|row| theme::width(&row.name, theme::CELL));
    let columns = number::float(number::count(columns(paper).len()));
    (names.fold(0.0, f64::max).min(widest(paper)), columns * COLUMN)
}

/// The numbers that stand beside a strip: all, or only the peak.
fn columns(paper: &Paper) -> &'static [usize] {
    if paper.keyed { &[1] } else { &[0, 1, 2] }
}

/// No name is wider.
fn widest(paper: &Paper) -> f64 {
    labels::WIDEST.min(paper.width / 4.0)
}

pub(super) fn draw(sheet: &mut Sheet, strip: &Strip, frame: Frame) {
    let pitch = (frame.bottom - frame.top) / number::float(number::count(strip.rows.len()));
    let top = |place: usize| frame.top + pitch * number::float(number::count(place));
    sheet.part(Part::Plot, |sheet| {
        for (place, row) in strip.rows.iter().enumerate() {
            let span = (top(place) + GAP / 2.0, top(place) + pitch - GAP / 2.0);
            cells(sheet, strip, row, frame, span);
        }
    });
    for (column, &mark) in columns(frame.paper).iter().enumerate() {
        let at = (column_end(frame, column), frame.top - 6.0);
        sheet.text(at, theme::CELL, Anchor::End, HEADS[mark]);
    }
    let most = strip.rows.iter().map(|row| row.marks[1]).fold(0.0, f64::max);
    for (place, row) in strip.rows.iter().enumerate() {
        let baseline = top(place) + pitch / 2.0 + 0.35 * theme::CELL.size;
        let name = fitted(&row.name, theme::CELL, widest(frame.paper));
        sheet.text((frame.left - 8.0, baseline), theme::CELL, Anchor::End, &name);
        numbers(sheet, row, frame, baseline, most);
    }
}

fn numbers(sheet: &mut Sheet, row: &Row, frame: Frame, baseline: f64, most: f64) {
    for (column, &which) in columns(frame.paper).iter().enumerate() {
        let value = row.marks[which];
        // Nearly the highest peak of all: the eye should find it.
        let high = which == 1 && value >= 0.97 * most;
        let kind = if high { theme::CELL.bold() } else { theme::CELL };
        sheet.text((column_end(frame, column), baseline), kind, Anchor::End, &mark(value));
    }
}

fn column_end(frame: Frame, column: usize) -> f64 {
    frame.right + COLUMN * number::float(number::count(column + 1))
}

/// Equal neighbours are one rectangle.
fn cells(sheet: &mut Sheet, strip: &Strip, row: &Row, frame: Frame, span: (f64, f64)) {
    let width = (frame.right - frame.left) / number::float(number::count(row.values.len().max(1)));
    let edge = |column: usize| frame.left + width * number::float(number::count(column));
    let shades: Vec<Colour> = row.values.iter().map(|value| shade(*value, strip.top)).collect();
    let mut from = 0;
    for to in 1..=shades.len() {
        if to == shades.len() || shades[to] != shades[from] {
            // A hair over the edge: no seam shows the page between two rectangles.
            let right = (edge(to) + 0.2).min(frame.right);
            sheet.rectangle((edge(from), span.0), (right, span.1), shades[from]);
            from = to;
        }
    }
}

/// Nothing at all is the page itself.
fn shade(value: Option<f64>, top: f64) -> Colour {
    let Some(value) = value.filter(|&value| value >= 0.5) else { return theme::PAGE };
    let step = number::place(number::floor(value / top * 10.0)).min(theme::RAMP.len() - 1);
    theme::RAMP[step]
}

/// What the shades mean; returns where it ends.
pub(super) fn key(sheet: &mut Sheet, strip: &Strip, left: f64, y: f64) -> f64 {
    let y = y - 14.0;
    let mut x = left;
    for colour in theme::RAMP {
        sheet.rectangle((x, y), (x + KEY.0, y + KEY.1), colour);
        x += KEY.0;
    }
    for (share, anchor) in [(0.0, Anchor::Start), (0.5, Anchor::Middle), (1.0, Anchor::End)] {
        let at = (left + (x - left) * share, y + KEY.1 + 12.0);
        sheet.text(at, theme::CELL, anchor, &figures::compact(strip.top * share));
    }
    y + KEY.1 + 20.0
}
