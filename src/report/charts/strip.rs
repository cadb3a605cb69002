//! A heat strip: one row an instance, darker for more.
use super::sheet::{Row, Strip};
use super::source::Curve;
use super::words;
use crate::engine::number;
use crate::report::theme::RAMP;

/// Cells of a row at most.
const CELLS: usize = 240;

/// The strip of several series with the same axis from 0 to `most`.
pub(super) fn strip(curves: &[Curve], tick: f64, most: f64) -> Strip {
    let heads = ["start", "peak", "end"].map(str::to_owned).to_vec();
    let rows = curves.iter().map(|curve| row(curve, tick, most)).collect();
    Strip { heads, rows }
}

fn row(curve: &Curve, tick: f64, most: f64) -> Row {
    let values = &curve.values;
    let width = values.len().div_ceil(CELLS).max(1);
    let mut cells: Vec<(f64, f64, usize)> = Vec::new();
    for (at, bin) in values.chunks(width).enumerate() {
        let count = number::float(number::count(bin.len()));
        let begin = number::float(number::count(at * width)) * tick;
        let end = begin + count * tick;
        let step = step(bin.iter().sum::<f64>() / count, most);
        match cells.last_mut() {
            Some(last) if last.2 == step => last.1 = end,
            _ => cells.push((begin, end, step)),
        }
    }
    let ends = [values.first(), values.last()].map(|value| value.copied().unwrap_or(0.0));
    let numbers = [ends[0], curve.peak(tick).1, ends[1]].map(words::short).to_vec();
    Row { name: curve.name.clone(), cells, numbers }
}

/// The step of the ramp; the lightest is for less than 1 in 20.
fn step(value: f64, most: f64) -> usize {
    let last = RAMP.len() - 1;
    let share = if most > 0.0 { value / most } else { 0.0 };
    number::place(number::whole(share * number::float(number::count(last)))).min(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_neighbours_are_one_cell() {
        let curve = Curve { name: "g-0".to_owned(), values: vec![0.0, 0.0, 10.0, 10.0, 5.0] };
        let strip = strip(&[curve], 2.0, 10.0);
        assert_eq!(strip.rows[0].cells, [(0.0, 4.0, 0), (4.0, 8.0, 9), (8.0, 10.0, 5)]);
        assert_eq!(strip.rows[0].numbers, ["0", "10", "5"]);
    }
}
