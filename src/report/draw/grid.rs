//! A grid: a shaded cell with its number for each pair of values.
use super::{
    labels,
    layout::{Frame, Paper},
    sheet::{Anchor, Sheet, fitted},
};
use crate::{
    engine::number,
    report::{chart::Grid, theme},
};

/// Between two cells.
const GAP: f64 = 2.0;

/// The room that a grid takes left and right of its plot.
pub(super) fn sides(grid: &Grid, paper: &Paper) -> (f64, f64) {
    let names = grid.rows.iter().map(|row| theme::width(&row.name, theme::TICK));
    (names.fold(0.0, f64::max).min(widest(paper)), 0.0)
}

/// No name is wider.
fn widest(paper: &Paper) -> f64 {
    labels::WIDEST.min(paper.width / 4.0)
}

pub(super) fn draw(sheet: &mut Sheet, grid: &Grid, frame: Frame) {
    let rows = number::float(number::count(grid.rows.len().max(1)));
    let pitch = (frame.bottom - frame.top) / rows;
    for (place, row) in grid.rows.iter().enumerate() {
        let top = frame.top + pitch * number::float(number::count(place));
        let baseline = top + pitch / 2.0 + 0.35 * theme::TICK.size;
        let name = fitted(&row.name, theme::TICK, widest(frame.paper));
        sheet.text((frame.left - 8.0, baseline), theme::TICK, Anchor::End, &name);
        let columns = number::float(number::count(row.cells.len().max(1)));
        let width = (frame.right - frame.left) / columns;
        for (column, cell) in row.cells.iter().enumerate() {
            let Some((shade, text)) = cell else { continue };
            let left = frame.left + width * number::float(number::count(column));
            let last = theme::RAMP.len() - 1;
            let step = |shade: f64| {
                number::place(number::floor(shade * number::float(number::count(last))))
            };
            let (from, to) = ((left + GAP, top + GAP), (left + width - GAP, top + pitch - GAP));
            let kind = match shade.map(step) {
                Some(step) => {
                    sheet.rectangle(from, to, theme::RAMP[step.min(last)]);
                    if step > last / 2 { theme::ON_DARK } else { theme::IN_CELL }
                }
                // No number has no shade: a frame says that something was run.
                None => {
                    let corners = [from, (to.0, from.1), to, (from.0, to.1), from];
                    sheet.line(corners.to_vec(), theme::EMPTY);
                    theme::IN_CELL
                }
            };
            let text = fitted(text, kind, width - 4.0 * GAP);
            sheet.text((left + width / 2.0, baseline), kind, Anchor::Middle, &text);
        }
    }
}
