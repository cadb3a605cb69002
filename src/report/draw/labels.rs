//! Labels at line ends, spread so that none lies on another.
use super::sheet::{Anchor, Part, Sheet, fitted};
use crate::report::theme::{self, LABEL_PITCH, Type};

/// A label moved further than this gets a leader.
const LEADER: f64 = 3.0;
/// From the line's end to its label.
const GAP: f64 = 14.0;
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
    let widths = labels.map(|(text, kind)| theme::width(text, kind).min(WIDEST));
    let widest = widths.fold(0.0, f64::max);
    if widest > 0.0 { widest + GAP } else { 0.0 }
}

/// Writes labels right of `x`, between `top` and `bottom`.
pub(super) fn write(sheet: &mut Sheet, mut labels: Vec<Label>, x: f64, top: f64, bottom: f64) {
    labels.sort_by(|a, b| a.y.total_cmp(&b.y));
    let wanted: Vec<f64> = labels.iter().map(|label| label.y).collect();
    for (label, y) in labels.iter().zip(spread(&wanted, top, bottom)) {
        let draw = |sheet: &mut Sheet| {
            if (y - label.y).abs() > LEADER {
                sheet.rule((x + 3.0, label.y), (x + GAP - 3.0, y), theme::INK3);
            }
            let text = fitted(&label.text, label.kind, WIDEST);
            let baseline = y + 0.35 * label.kind.size;
            sheet.text((x + GAP, baseline), label.kind, Anchor::Start, &text);
        };
        match label.series {
            Some(series) => sheet.part(Part::Series(series), draw),
            None => draw(sheet),
        }
    }
}

/// Heights near the wanted ones (ascending), at least a pitch apart. Neighbours that would touch
/// form a block around the middle of what they want.
fn spread(wanted: &[f64], top: f64, bottom: f64) -> Vec<f64> {
    struct Block {
        count: usize,
        middle: f64,
    }
    let size = |count: usize| LABEL_PITCH * f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let mut blocks: Vec<Block> = Vec::new();
    for &y in wanted {
        blocks.push(Block { count: 1, middle: y });
        while let [.., above, below] = blocks.as_slice() {
            if below.middle - above.middle >= f64::midpoint(size(above.count), size(below.count)) {
                break;
            }
            let (a, b) = (size(above.count), size(below.count));
            let middle = (above.middle * a + below.middle * b) / (a + b);
            let count = above.count + below.count;
            blocks.truncate(blocks.len() - 2);
            blocks.push(Block { count, middle });
        }
    }
    let mut floor = f64::NEG_INFINITY;
    let mut heights = Vec::new();
    for block in blocks {
        let half = size(block.count) / 2.0;
        let middle =
            block.middle.min(bottom + LABEL_PITCH / 2.0 - half).max(top - LABEL_PITCH / 2.0 + half);
        let mut y = (middle - half + LABEL_PITCH / 2.0).max(floor);
        for _ in 0..block.count {
            heights.push(y);
            y += LABEL_PITCH;
        }
        floor = y;
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_keep_their_distance_and_their_order() {
        let heights = spread(&[10.0, 11.0, 12.0, 100.0], 0.0, 120.0);
        assert!(heights.is_sorted());
        assert!(heights.windows(2).all(|pair| pair[1] - pair[0] >= LABEL_PITCH - 1e-9));
        assert!((heights[3] - 100.0).abs() < 1e-9);
        assert!((heights[1] - 13.5).abs() < 3.0, "{heights:?}");
    }

    #[test]
    fn labels_stay_inside() {
        let heights = spread(&[119.0, 120.0], 0.0, 120.0);
        assert!((heights[1] - 120.0).abs() < 1e-9, "{heights:?}");
    }
}
