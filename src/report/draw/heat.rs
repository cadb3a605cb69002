//! A heat map: a shade for each cell, and what the shades mean.
use super::{
    layout::Frame,
    lines,
    sheet::{Anchor, Mark, Part, Sheet},
};
use crate::{
    engine::number,
    report::{
        chart::{Heat, HeatCell},
        theme,
    },
    summary::figures,
};

/// A box of the key.
const KEY: (f64, f64) = (16.0, 9.0);
/// A hair over the edge: no seam shows the page between two rectangles.
const HAIR: f64 = 0.2;

/// The room that a heat map takes left and right of its plot.
pub(super) fn sides(heat: &Heat) -> (f64, f64) {
    let ticks = heat.y.ticks.iter().map(|(_, label)| theme::width(label, theme::TICK));
    (ticks.fold(0.0, f64::max), 0.0)
}

/// Cells side by side of one shade are one rectangle.
pub(super) fn draw(sheet: &mut Sheet, heat: &Heat, frame: Frame) {
    lines::grid(sheet, &heat.y, frame);
    let mut cells: Vec<(&HeatCell, usize)> =
        heat.cells.iter().map(|cell| (cell, step(heat, cell.value))).collect();
    cells.sort_by(|(one, _), (other, _)| {
        one.low.total_cmp(&other.low).then(one.from.total_cmp(&other.from))
    });
    let follows = |one: &(&HeatCell, usize), other: &(&HeatCell, usize)| {
        let beside = one.0.low.total_cmp(&other.0.low).is_eq() && other.0.from - one.0.to < 1e-6;
        beside && one.1 == other.1
    };
    sheet.marks.push(Mark::Open(Part::Plot));
    for same in cells.chunk_by(follows) {
        let (first, last) = (same[0].0, same[same.len() - 1].0);
        let right = (frame.across(last.to) + HAIR).min(frame.right);
        let upper = frame.up(&heat.y, first.high) - HAIR;
        let corner = (frame.across(first.from), upper.max(frame.top));
        let other = (right, frame.up(&heat.y, first.low));
        sheet.rectangle(corner, other, theme::RAMP[same[0].1]);
    }
    sheet.marks.push(Mark::Close);
}

/// Equal factors are equal steps. The lightest shade is too near to the page.
fn step(heat: &Heat, value: f64) -> usize {
    let last = theme::RAMP.len() - 1;
    if heat.high <= heat.low {
        return last;
    }
    let share = libm::log(value / heat.low) / libm::log(heat.high / heat.low);
    let step = number::floor(share.clamp(0.0, 1.0) * number::float(number::count(last)));
    (number::place(step) + 1).min(last)
}

/// What the shades mean; returns where it ends.
pub(super) fn key(sheet: &mut Sheet, heat: &Heat, left: f64, y: f64) -> f64 {
    // Below the name of the x axis, which a narrow key would meet.
    let y = y - 6.0;
    let mut x = left;
    for colour in &theme::RAMP[1..] {
        sheet.rectangle((x, y), (x + KEY.0, y + KEY.1), *colour);
        x += KEY.0;
    }
    let middle = (heat.low * heat.high).sqrt();
    let ends = [(heat.low, 0.0, Anchor::Start), (middle, 0.5, Anchor::Middle)];
    for (value, share, anchor) in ends.into_iter().chain([(heat.high, 1.0, Anchor::End)]) {
        let at = (left + (x - left) * share, y + KEY.1 + 12.0);
        sheet.text(at, theme::CELL, anchor, &figures::compact(value));
    }
    let at = (x + 10.0, y + KEY.1 + 12.0);
    sheet.text(at, theme::CELL, Anchor::Start, &format!("{}, log scale", heat.unit));
    y + KEY.1 + 20.0
}
