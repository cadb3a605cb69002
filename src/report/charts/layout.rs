//! Where the parts of a chart lie, in pixels.
use super::sheet::{Panel, Sheet};
use crate::engine::number;
use crate::report::canvas::Font;
use crate::report::theme::{self, HEADLINE, INK, INK2, INK3, SMALL, TEXT, WIDTH};

/// The headline's font.
pub(super) const HEAD: Font = Font::bold(HEADLINE, INK);
/// The subtitle's font.
pub(super) const SUBTITLE: Font = Font::plain(TEXT, INK2);
/// The footnote's font.
pub(super) const FOOT: Font = Font::plain(SMALL, INK3);
/// The font of ticks.
pub(super) const TICK: Font = Font::plain(SMALL, INK2);
/// The font of units.
pub(super) const UNIT: Font = Font::bold(SMALL, INK2);
/// The font of phases.
pub(super) const PHASE: Font = Font::plain(SMALL, theme::PHASE_TEXT);

/// Empty edge round the picture.
const EDGE: f64 = 8.0;
/// From one line of small text to the next.
const ROW: f64 = 15.0;
/// Height of a headline's line and of a subtitle's line.
const LINES: (f64, f64) = (21.0, 17.0);
/// From a line's end to its label.
pub(super) const LABEL_GAP: f64 = 12.0;
/// Rows of phase names at most.
const PHASE_ROWS: usize = 4;

/// A text with its baseline.
pub(super) type Placed = (f64, f64, String);

/// Where everything lies.
pub(super) struct Layout {
    /// Height of the picture.
    pub(super) height: f64,
    /// Left and right edge of the frames.
    pub(super) frame: (f64, f64),
    /// Lines of the headline, the subtitle and the footnote.
    pub(super) words: [Vec<Placed>; 3],
    /// Top and bottom edge of every frame.
    pub(super) panels: Vec<(f64, f64)>,
    /// Names of phases: the middle, the baseline, the name.
    pub(super) phases: Vec<Placed>,
    /// Where the columns of a strip's numbers end.
    pub(super) columns: Vec<f64>,
}

impl Layout {
    /// Places the parts of a chart.
    pub(super) fn new(sheet: &Sheet) -> Self {
        let mut y = EDGE;
        let head = paragraph(HEAD, &sheet.headline, LINES.0, &mut y);
        let subtitle = paragraph(SUBTITLE, &sheet.subtitle, LINES.1, &mut y);
        y += 12.0;
        let (columns, room) = columns(sheet);
        let frame = (left(sheet), WIDTH - EDGE - room.max(right(sheet)));
        let columns = columns.iter().map(|end| frame.1 + end).collect();
        let (mut phases, rows) = phases(sheet, frame);
        let mut panels = Vec::new();
        for (at, panel) in sheet.panels.iter().enumerate() {
            y += if at == 0 { ROW * number::float(number::count(rows)) + 8.0 } else { 36.0 };
            panels.push((y, y + panel.height));
            y += panel.height;
        }
        let first = panels.first().map_or(y, |panel| panel.0);
        for phase in &mut phases {
            phase.1 += first;
        }
        y += 24.0 + 10.0;
        let foot = paragraph(FOOT, &sheet.footnote, ROW, &mut y);
        let words = [head, subtitle, foot];
        Self { height: (y + EDGE).ceil(), frame, words, panels, phases, columns }
    }
}

fn paragraph(font: Font, text: &str, line: f64, y: &mut f64) -> Vec<Placed> {
    let place = |text| {
        *y += line;
        (EDGE, *y - line * 0.25, text)
    };
    font.wrap(text, WIDTH - 2.0 * EDGE).into_iter().map(place).collect()
}

fn widest<'a>(font: Font, texts: impl Iterator<Item = &'a str>) -> f64 {
    texts.map(|text| font.width(text)).fold(0.0, f64::max)
}

/// Room for tick labels or the names of rows.
fn left(sheet: &Sheet) -> f64 {
    let room = |panel: &Panel| {
        let ticks = panel.y.iter().flat_map(|axis| &axis.ticks).map(|(_, word)| word.as_str());
        let rows = panel.strip().into_iter().flat_map(|strip| &strip.rows);
        widest(TICK, ticks.chain(rows.map(|row| row.name.as_str())))
    };
    EDGE + sheet.panels.iter().map(room).fold(16.0, f64::max) + 8.0
}

/// Room for the labels of lines, and for half of the last tick.
fn right(sheet: &Sheet) -> f64 {
    let font = Font::bold(SMALL, INK);
    let room = |panel: &Panel| {
        let labels = panel.labels();
        widest(font, labels.iter().map(|(_, _, label, _)| *label))
    };
    let labels = sheet.panels.iter().map(room).fold(0.0, f64::max);
    let last = sheet.x.ticks.last().map_or(0.0, |(_, word)| TICK.width(word) / 2.0);
    if labels > 0.0 { (labels + LABEL_GAP).max(last) } else { last }
}

/// Where the columns of numbers end, from the frame's right edge, and the room they need.
fn columns(sheet: &Sheet) -> (Vec<f64>, f64) {
    let Some(strip) = sheet.panels.iter().find_map(Panel::strip) else {
        return (Vec::new(), 0.0);
    };
    let mut end = 0.0;
    let mut ends = Vec::new();
    for (at, head) in strip.heads.iter().enumerate() {
        let numbers = strip.rows.iter().filter_map(|row| row.numbers.get(at));
        end += 14.0 + widest(UNIT, numbers.map(String::as_str).chain([head.as_str()]));
        ends.push(end);
    }
    (ends, end)
}

/// Names of phases with baselines relative to the frame's top, and the rows they take.
fn phases(sheet: &Sheet, frame: (f64, f64)) -> (Vec<Placed>, usize) {
    let unit = sheet.panels.first().map_or("", |panel| panel.unit.as_str());
    let mut rows = vec![vec![(0.0, EDGE + UNIT.width(unit))]];
    if let Some(strip) = sheet.panels.first().and_then(Panel::strip) {
        rows[0].extend(strip.heads.first().map(|_| (frame.1, WIDTH)));
    }
    let mut placed = Vec::new();
    for shade in &sheet.shades {
        let x = |time| frame.0 + sheet.x.share(time) * (frame.1 - frame.0);
        let half = PHASE.width(&shade.label) / 2.0;
        let middle = f64::midpoint(x(shade.start), x(shade.end));
        let middle = middle.min(WIDTH - EDGE - half).max(EDGE + half);
        let span = (middle - half - 5.0, middle + half + 5.0);
        let free = |row: &Vec<(f64, f64)>| row.iter().all(|r| r.1 <= span.0 || span.1 <= r.0);
        let row = rows.iter().position(free).unwrap_or(rows.len());
        if row >= PHASE_ROWS {
            continue;
        }
        if row == rows.len() {
            rows.push(Vec::new());
        }
        rows[row].push(span);
        let rise = 6.0 + ROW * number::float(number::count(row));
        placed.push((middle, -rise, shade.label.clone()));
    }
    (placed, rows.len())
}
