//! A panel of bars from left to right, each with its name before it and its number behind it.
use super::{
    labels,
    layout::{AXIS_ROW, Frame, Paper},
    lines::LIMIT_LABEL,
    sheet::{Anchor, Sheet, balanced, evenly, fitted},
};
use crate::{
    engine::number,
    report::{
        chart::{Bar, Bars},
        theme::{self, Type},
    },
};

/// Height of a bar.
const BAR: f64 = 18.0;
/// From a bar's end to its number.
const GAP: f64 = 6.0;
/// What is not nothing is seen.
const LEAST: f64 = 1.5;
/// Between the names of a point's values.
const BETWEEN: &str = " · ";
/// No name is wider.
const WIDEST: f64 = 1.5 * labels::WIDEST;
/// From the middle of a bar up to the baseline of a name of two lines.
const FIRST_LINE: f64 = 3.0;
/// And down to that of its second.
const SECOND_LINE: f64 = 11.0;
/// Before the least of the axis.
const NAME_GAP: f64 = 10.0;

/// The room that bars take left and right of their plot.
pub(super) fn sides(bars: &Bars, paper: &Paper) -> (f64, f64) {
    let widest = |texts: &mut dyn Iterator<Item = f64>| texts.fold(0.0, f64::max);
    let behind = widest(&mut bars.rows.iter().map(|bar| theme::width(&bar.text, theme::VALUE)));
    if paper.keyed {
        // Names and numbers stand over the bars.
        return (0.0, 0.0);
    }
    let name =
        |bar: &Bar| theme::width(&bar.name, kind(bar)).max(theme::width(&bar.words, theme::CELL));
    (widest(&mut bars.rows.iter().map(name)).min(WIDEST) + NAME_GAP, behind + GAP)
}

pub(super) fn draw(sheet: &mut Sheet, bars: &Bars, frame: Frame) {
    // Where names stand over their bars, lines would cross them.
    let ruled = !frame.paper.keyed;
    for (value, _) in bars.axis.ticks.iter().filter(|_| ruled) {
        let x = frame.across(*value);
        sheet.rule((x, frame.top), (x, frame.bottom), theme::GRID);
    }
    // Below the bars and their numbers, but over a bar that passes it.
    let limit = bars.limit.as_ref().map(|limit| frame.across(limit.0));
    if let Some(x) = limit.filter(|_| ruled) {
        sheet.line(vec![(x, frame.top), (x, frame.bottom)], theme::LIMIT);
    }
    let pitch = (frame.bottom - frame.top) / number::float(number::count(bars.rows.len().max(1)));
    // A name over its bar pushes it down.
    let shift = if frame.paper.keyed { 0.5 * BAR } else { 0.0 };
    let mut before: Option<(f64, f64)> = None;
    for (place, bar) in bars.rows.iter().enumerate() {
        let middle = frame.top + pitch * (number::float(number::count(place)) + 0.5) + shift;
        let (top, bottom) = (middle - BAR / 2.0, middle + BAR / 2.0);
        let (from, to) = ends(bar, frame);
        if let (true, Some((x, end))) = (bars.falls && ruled, before) {
            sheet.rule((x, end), (x, top), theme::INK3);
        }
        if bar.parts.is_empty() {
            sheet.rectangle((from, top), (to, bottom), bar.pen.stroke);
        } else {
            stack(sheet, bars, bar, frame, (top, bottom));
        }
        if let Some(x) = limit.filter(|&x| !ruled || from < x && x < to) {
            sheet.line(vec![(x, top), (x, bottom)], theme::LIMIT);
        }
        name(sheet, bar, frame, middle);
        before = Some((if bar.rises { to } else { from }, bottom));
        if frame.paper.keyed {
            continue;
        }
        // The number stands on the page: no line of the grid crosses it; behind the limit, where
        // it would lie on that.
        let width = theme::width(&bar.text, theme::VALUE);
        let over = limit.filter(|&x| to <= x && x < to + 2.0 * GAP + width);
        let start = over.map_or(to, |x| x) + GAP;
        sheet.rectangle(
            (start - GAP / 2.0, middle - BAR / 2.0),
            (start + width, middle + BAR / 2.0),
            theme::PAGE,
        );
        sheet.text((start, middle + 4.0), theme::VALUE, Anchor::Start, &bar.text);
    }
    limit_label(sheet, bars, frame);
}

/// What the limit is, below its line and beside the name of the axis.
fn limit_label(sheet: &mut Sheet, bars: &Bars, frame: Frame) {
    let Some((limit, label)) = bars.limit.as_ref().filter(|limit| !limit.1.is_empty()) else {
        return;
    };
    let margin = frame.paper.margin;
    let end = frame.right - theme::width(&bars.axis.name, theme::AXIS_NAME) - NAME_GAP;
    let label = fitted(label, LIMIT_LABEL, end - margin);
    let half = theme::width(&label, LIMIT_LABEL) / 2.0;
    let x = frame.across(*limit).min(end - half).max(margin + half);
    sheet.text((x, frame.bottom + AXIS_ROW), LIMIT_LABEL, Anchor::Middle, &label);
}

/// The parts of a bar side by side; what is small lies on its neighbours, so that it is seen.
fn stack(sheet: &mut Sheet, bars: &Bars, bar: &Bar, frame: Frame, (top, bottom): (f64, f64)) {
    let mut pieces = Vec::new();
    let mut before = bar.from;
    for (&part, (_, pen)) in bar.parts.iter().zip(&bars.key).filter(|(part, _)| **part > 0.0) {
        let (from, to) = (frame.across(before), frame.across(before + part));
        pieces.push((from, to, pen.stroke));
        before += part;
    }
    let small = |piece: &(f64, f64, theme::Colour)| piece.1 - piece.0 < 2.0 * LEAST;
    for &(from, to, colour) in pieces.iter().filter(|piece| !small(piece)) {
        sheet.rectangle((from, top), (to, bottom), colour);
        // Neighbours are told apart without their colours.
        sheet.rule((from, top), (from, bottom), theme::PAGE);
    }
    for &(from, _, colour) in pieces.iter().filter(|piece| small(piece)) {
        let from = from.min(frame.right - LEAST);
        sheet.rectangle((from, top), (from + LEAST, bottom), colour);
    }
}

/// Where a bar begins and ends; a small one reaches to the right, or to the left at the plot's end.
fn ends(bar: &Bar, frame: Frame) -> (f64, f64) {
    let (from, to) = (frame.across(bar.from), frame.across(bar.to));
    if to - from >= LEAST {
        return (from, to);
    }
    let from = from.min(frame.right - LEAST);
    (from, from + LEAST)
}

/// A name in a line, or where it is too wide for that, in two: of several the longest is cut.
fn lines(name: &str, kind: Type) -> [String; 2] {
    let broken = |text: &str| balanced(text, kind, WIDEST);
    let told = evenly(name, BETWEEN, |text| {
        let lines = broken(text);
        lines.len() <= 2 && lines.iter().all(|line| theme::width(line, kind) <= WIDEST)
    });
    match &broken(&told)[..] {
        [first] => [first.clone(), String::new()],
        [first, rest @ ..] => [first.clone(), rest.join(" ")],
        [] => [told, String::new()],
    }
}

/// How a bar's name is written.
fn kind(bar: &Bar) -> Type {
    if bar.bold { theme::TICK_STRONG } else { theme::BAR_NAME }
}

fn name(sheet: &mut Sheet, bar: &Bar, frame: Frame, middle: f64) {
    let kind = kind(bar);
    let margin = frame.paper.margin;
    if frame.paper.keyed {
        let at = (margin, middle - BAR / 2.0 - 5.0);
        let end = frame.paper.width - margin;
        sheet.text((end, at.1), theme::VALUE, Anchor::End, &bar.text);
        let room = end - margin - theme::width(&bar.text, theme::VALUE) - NAME_GAP;
        let told = evenly(&bar.name, BETWEEN, |text| theme::width(text, kind) <= room);
        let told = fitted(&told, kind, room);
        let width = theme::width(&told, kind);
        sheet.text(at, kind, Anchor::Start, &told);
        let room = room - width - NAME_GAP;
        let words = fitted(&bar.words, theme::CELL, room);
        if words == bar.words && !words.is_empty() {
            sheet.text((margin + width + NAME_GAP, at.1), theme::CELL, Anchor::Start, &words);
        }
        return;
    }
    let write = |sheet: &mut Sheet, y: f64, kind: Type, text: &str| {
        sheet.text((margin, y), kind, Anchor::Start, &fitted(text, kind, WIDEST));
    };
    if bar.words.is_empty() {
        let [first, second] = lines(&bar.name, kind);
        if second.is_empty() {
            return write(sheet, middle + 4.0, kind, &first);
        }
        write(sheet, middle - FIRST_LINE, kind, &first);
        return write(sheet, middle + SECOND_LINE, kind, &second);
    }
    write(sheet, middle - FIRST_LINE, kind, &bar.name);
    write(sheet, middle + SECOND_LINE, theme::CELL, &bar.words);
}
