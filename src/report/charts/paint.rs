//! Draws a chart: phase, grid, band, line, label.
use super::layout::{self, Layout};
use super::sheet::{Mark, Panel, Sheet, Strip};
use super::spread::spread;
use crate::engine::number;
use crate::report::canvas::{Anchor, Canvas, Draw, Font};
use crate::report::theme::{self, GRID, INK3, LABEL_STEP, PAGE, RAMP, SMALL, Stroke};
use plotters::backend::DrawingBackend;

/// A chart with its places.
pub(super) struct Picture<'a> {
    sheet: &'a Sheet,
    layout: Layout,
}

impl<'a> Picture<'a> {
    /// Places a chart.
    pub(super) fn new(sheet: &'a Sheet) -> Self {
        Self { sheet, layout: Layout::new(sheet) }
    }
}

impl Draw for Picture<'_> {
    fn size(&self) -> (f64, f64) {
        (theme::WIDTH, self.layout.height)
    }

    fn draw<B: DrawingBackend>(&self, canvas: &mut Canvas<B>) {
        canvas.rect((0.0, 0.0), self.size(), PAGE);
        let fonts = [layout::HEAD, layout::SUBTITLE, layout::FOOT];
        for (lines, font) in self.layout.words.iter().zip(fonts) {
            for (x, y, text) in lines {
                canvas.text((*x, *y), Anchor::Start, font, text);
            }
        }
        for (x, y, text) in &self.layout.phases {
            canvas.text((*x, *y), Anchor::Middle, layout::PHASE, text);
        }
        for (panel, &place) in self.sheet.panels.iter().zip(&self.layout.panels) {
            let frame = Frame { sheet: self.sheet, panel, x: self.layout.frame, y: place };
            frame.back(canvas);
            panel.marks.iter().for_each(|mark| frame.mark(canvas, mark, &self.layout.columns));
            frame.labels(canvas);
        }
        self.time_axis(canvas);
    }
}

impl Picture<'_> {
    fn time_axis<B: DrawingBackend>(&self, canvas: &mut Canvas<B>) {
        let (left, right) = self.layout.frame;
        for (at, &(_, bottom)) in self.layout.panels.iter().enumerate() {
            canvas.line(&[(left, bottom), (right, bottom)], 1.0, INK3);
            for (value, word) in &self.sheet.x.ticks {
                let x = left + self.sheet.x.share(*value) * (right - left);
                canvas.line(&[(x, bottom), (x, bottom + 5.0)], 1.0, INK3);
                if at + 1 == self.layout.panels.len() {
                    canvas.text((x, bottom + 18.0), Anchor::Middle, layout::TICK, word);
                }
            }
        }
    }
}

/// One panel with its place.
struct Frame<'a> {
    sheet: &'a Sheet,
    panel: &'a Panel,
    x: (f64, f64),
    y: (f64, f64),
}

impl Frame<'_> {
    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let rise = self.panel.y.as_ref().map_or(0.0, |axis| axis.share(y));
        (self.across(x), self.y.1 - rise * (self.y.1 - self.y.0))
    }

    fn across(&self, x: f64) -> f64 {
        self.x.0 + self.sheet.x.share(x) * (self.x.1 - self.x.0)
    }

    /// Phases, unit, grid and its labels.
    fn back<B: DrawingBackend>(&self, canvas: &mut Canvas<B>) {
        for shade in &self.sheet.shades {
            let (from, to) = (self.across(shade.start), self.across(shade.end));
            let colour = if shade.pale { theme::RECOVERY } else { theme::PHASE };
            canvas.rect((from, self.y.0), (to.max(from + 1.0), self.y.1), colour);
        }
        canvas.text((8.0, self.y.0 - 6.0), Anchor::Start, layout::UNIT, &self.panel.unit);
        for (value, word) in self.panel.y.iter().flat_map(|axis| &axis.ticks) {
            let (_, y) = self.at((0.0, *value));
            canvas.line(&[(self.x.0, y), (self.x.1, y)], 1.0, GRID);
            canvas.text((self.x.0 - 6.0, y + 4.0), Anchor::End, layout::TICK, word);
        }
    }

    fn mark<B: DrawingBackend>(&self, canvas: &mut Canvas<B>, mark: &Mark, columns: &[f64]) {
        match mark {
            Mark::Line { pieces, stroke, .. } => {
                for piece in pieces {
                    let points: Vec<_> = piece.iter().map(|&point| self.at(point)).collect();
                    match points.as_slice() {
                        [alone] => canvas.dot(*alone, stroke.width, stroke.colour),
                        points => canvas.stroke(points, *stroke),
                    }
                }
            }
            Mark::Band { points, stroke, alpha, .. } => {
                let upper = points.iter().map(|&(x, _, high)| self.at((x, high)));
                let lower = points.iter().rev().map(|&(x, low, _)| self.at((x, low)));
                let edge: Vec<_> = upper.chain(lower).collect();
                canvas.polygon(&edge, stroke.colour, *alpha);
            }
            Mark::Point { at, stroke, label } => self.point(canvas, *at, *stroke, label),
            Mark::Strip(strip) => self.strip(canvas, strip, columns),
        }
    }

    /// A dot with its words at the upper right, or at the lower left near the edge.
    fn point<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<B>,
        at: (f64, f64),
        stroke: Stroke,
        label: &str,
    ) {
        let (x, y) = self.at(at);
        canvas.dot((x, y), 5.5, PAGE);
        canvas.dot((x, y), 4.0, stroke.colour);
        let font = Font::bold(SMALL, stroke.text);
        if x + 9.0 + font.width(label) <= theme::WIDTH - 8.0 {
            canvas.text((x + 9.0, y - 5.0), Anchor::Start, font, label);
        } else {
            canvas.text((x - 9.0, y + 14.0), Anchor::End, font, label);
        }
    }

    fn strip<B: DrawingBackend>(&self, canvas: &mut Canvas<B>, strip: &Strip, columns: &[f64]) {
        let rows = number::float(number::count(strip.rows.len().max(1)));
        let height = (self.y.1 - self.y.0) / rows;
        for (head, &x) in strip.heads.iter().zip(columns) {
            canvas.text((x, self.y.0 - 6.0), Anchor::End, layout::UNIT, head);
        }
        let mut top = self.y.0;
        for row in &strip.rows {
            for &(begin, end, step) in &row.cells {
                let (from, to) = (self.across(begin), self.across(end));
                let gap = if height > 6.0 { 1.0 } else { 0.0 };
                canvas.rect((from, top), (to, top + height - gap), RAMP[step.min(9)]);
            }
            let base = top + height / 2.0 + 4.0;
            canvas.text((self.x.0 - 6.0, base), Anchor::End, layout::TICK, &row.name);
            for (text, &x) in row.numbers.iter().zip(columns) {
                canvas.text((x, base), Anchor::End, layout::TICK, text);
            }
            top += height;
        }
    }

    /// Names at the ends of lines, moved apart, with a leader where they moved far.
    fn labels<B: DrawingBackend>(&self, canvas: &mut Canvas<B>) {
        let labels = self.panel.labels();
        let ends: Vec<_> = labels.iter().map(|&(x, y, _, _)| self.at((x, y))).collect();
        let wanted: Vec<_> = ends.iter().map(|end| end.1).collect();
        let placed = spread(&wanted, LABEL_STEP, self.y.0 + 2.0, self.y.1 - 2.0);
        for ((&(_, _, label, stroke), end), y) in labels.iter().zip(&ends).zip(placed) {
            let x = self.x.1 + layout::LABEL_GAP;
            if (end.1 - y).abs() > 3.0 || x - end.0 > layout::LABEL_GAP + 8.0 {
                canvas.line(&[(end.0 + 2.0, end.1), (x - 2.0, y)], 0.75, INK3);
            }
            canvas.text((x, y + 4.0), Anchor::Start, Font::bold(SMALL, stroke.text), label);
        }
    }
}
