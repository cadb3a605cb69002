//! Labels at line ends, spread so that none lies on another.
use super::sheet::{Anchor, Part, Sheet, balanced, evenly, fitted};
use crate::report::theme::{self, LABEL_PITCH, Type};

/// A label moved further than this gets a leader.
const LEADER: f64 = 3.0;
/// From the line's end to its label.
const GAP: f64 = 14.0;
/// No label has more lines.
const ROWS: usize = 3;
/// Behind these a word may go on in the next line.
const SIGNS: [char; 5] = ['-', '_', '.', '/', ' '];
/// Between the names of lines that lie on each other.
const BETWEEN: &str = ", ";
/// No label is wider.
pub(super) const WIDEST: f64 = 150.0;

/// A label and the height it belongs to.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Label {
    pub(super) y: f64,
    pub(super) kind: Type,
    pub(super) text: String,
    /// The series it names.
    pub(super) series: Option<u16>,
}

/// The room that labels take beside a panel.
pub(super) fn room<'a>(labels: impl Iterator<Item = (&'a str, Type)>) -> f64 {
    let width = |(text, kind): (&str, Type)| {
        rows(text, kind).iter().map(|row| theme::width(row, kind)).fold(0.0, f64::max)
    };
    let widths = labels.map(width);
    let widest = widths.fold(0.0, f64::max);
    if widest > 0.0 { widest + GAP } else { 0.0 }
}

/// A label in one line, or where it is too wide for that, in several. A word that is too wide goes
/// on below behind one of its signs; several names are cut until there are not too many lines; of
/// too many lines of one the last ones stay: names tell themselves from each other at their end.
fn rows(text: &str, kind: Type) -> Vec<String> {
    let broken = |text: &str| -> Vec<String> {
        let lines = balanced(text, kind, WIDEST);
        lines.iter().flat_map(|line| parts(line, kind)).collect()
    };
    let several = text.contains(BETWEEN);
    let text = evenly(text, BETWEEN, |text| !several || broken(text).len() <= ROWS);
    let mut lines = broken(&text);
    if lines.len() > ROWS {
        lines.drain(1..=lines.len() - ROWS);
        lines[0] = format!("{} …", lines[0]);
    }
    lines.iter().map(|row| fitted(row, kind, WIDEST)).collect()
}

/// A line in parts that are not too wide, as far as its signs allow.
fn parts(line: &str, kind: Type) -> Vec<String> {
    let mut all = vec![String::new()];
    for piece in line.split_inclusive(SIGNS) {
        let last = all.last_mut().expect("there is a part");
        if last.is_empty() || theme::width(&format!("{last}{piece}"), kind) <= WIDEST {
            *last += piece;
        } else {
            all.push(piece.to_owned());
        }
    }
    all
}

/// Writes labels right of `x`, between `top` and `bottom`.
pub(super) fn write(sheet: &mut Sheet, mut labels: Vec<Label>, x: f64, top: f64, bottom: f64) {
    labels.sort_by(|a, b| a.y.total_cmp(&b.y));
    let rows: Vec<Vec<String>> = labels.iter().map(|label| rows(&label.text, label.kind)).collect();
    let wanted: Vec<(f64, usize)> =
        labels.iter().zip(&rows).map(|(label, rows)| (label.y, rows.len())).collect();
    for ((label, rows), y) in labels.iter().zip(&rows).zip(spread(&wanted, top, bottom)) {
        let draw = |sheet: &mut Sheet| {
            if (y - label.y).abs() > LEADER {
                sheet.rule((x + 3.0, label.y), (x + GAP - 3.0, y), theme::INK3);
            }
            let mut baseline = y + 0.35 * label.kind.size - (size(rows.len()) - LABEL_PITCH) / 2.0;
            for row in rows {
                sheet.text((x + GAP, baseline), label.kind, Anchor::Start, row);
                baseline += LABEL_PITCH;
            }
        };
        match label.series {
            Some(series) => sheet.part(Part::Series(series), draw),
            None => draw(sheet),
        }
    }
}

/// The height of so many rows.
fn size(rows: usize) -> f64 {
    LABEL_PITCH * f64::from(u32::try_from(rows).unwrap_or(u32::MAX))
}

/// Middles near the wanted ones (ascending, each with its rows), such that none lies on another.
/// Neighbours that would touch form a block around the middle of what they want.
fn spread(wanted: &[(f64, usize)], top: f64, bottom: f64) -> Vec<f64> {
    struct Block {
        count: usize,
        labels: usize,
        middle: f64,
    }
    let mut blocks: Vec<Block> = Vec::new();
    for &(y, rows) in wanted {
        blocks.push(Block { count: rows, labels: 1, middle: y });
        while let [.., above, below] = blocks.as_slice() {
            if below.middle - above.middle >= f64::midpoint(size(above.count), size(below.count)) {
                break;
            }
            let (a, b) = (size(above.count), size(below.count));
            let middle = (above.middle * a + below.middle * b) / (a + b);
            let (count, labels) = (above.count + below.count, above.labels + below.labels);
            blocks.truncate(blocks.len() - 2);
            blocks.push(Block { count, labels, middle });
        }
    }
    let mut floor = f64::NEG_INFINITY;
    let mut heights = Vec::new();
    for block in blocks {
        let half = size(block.count) / 2.0;
        let middle =
            block.middle.min(bottom + LABEL_PITCH / 2.0 - half).max(top - LABEL_PITCH / 2.0 + half);
        let mut edge = (middle - half).max(floor);
        for &(_, rows) in wanted.iter().skip(heights.len()).take(block.labels) {
            heights.push(edge + size(rows) / 2.0);
            edge += size(rows);
        }
        floor = edge;
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_keep_their_distance_and_their_order() {
        let heights = spread(&[(10.0, 1), (11.0, 1), (12.0, 1), (100.0, 1)], 0.0, 120.0);
        assert!(heights.is_sorted());
        assert!(heights.windows(2).all(|pair| pair[1] - pair[0] >= LABEL_PITCH - 1e-9));
        assert!((heights[3] - 100.0).abs() < 1e-9);
        assert!((heights[1] - 13.5).abs() < 3.0, "{heights:?}");
    }

    #[test]
    fn a_label_of_two_rows_has_room_for_both() {
        let heights = spread(&[(50.0, 2), (50.0, 1)], 0.0, 120.0);
        assert!((heights[1] - heights[0] - 1.5 * LABEL_PITCH).abs() < 1e-9, "{heights:?}");
        let kind = Type::label(theme::BLUE);
        assert_eq!(rows("spread over connections", kind).concat(), "spread overconnections");
        assert_eq!(rows("p99", kind), ["p99"]);
        // Of lines that lie on each other none loses its name.
        let both =
            "policy least connections, consistent hash key user via ticket virtual nodes 160";
        let told = rows(both, kind);
        assert!(told.len() <= ROWS, "{told:?}");
        let told = told.concat();
        assert!(told.starts_with("policy least") && told.contains(", consistent"), "{told}");
    }

    #[test]
    fn labels_stay_inside() {
        let heights = spread(&[(119.0, 1), (120.0, 1)], 0.0, 120.0);
        assert!((heights[1] - 120.0).abs() < 1e-9, "{heights:?}");
    }
}
