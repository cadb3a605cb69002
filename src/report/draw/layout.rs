//! The frame of a chart: headline, subtitle, panels over one x axis, note.
use super::{
    grid, labels, lines,
    sheet::{Anchor, Sheet, balanced, fitted},
    strip,
};
use crate::report::{
    chart::{Axis, Body, Chart, Panel, Shade},
    theme::{self, MARGIN, Type, WIDTH},
};

const HEADLINE_LINE: f64 = 23.0;
const SUBTITLE_LINE: f64 = 18.0;
const NOTE_LINE: f64 = 16.0;
const PANEL_GAP: f64 = 22.0;
/// The same between two panels, from axis to name.
const BETWEEN: f64 = 36.0;
/// Over a panel: its name.
const NAME_ROW: f64 = 18.0;
/// Over the first panel: a row of phase names.
const PHASE_ROW: f64 = 16.0;
const TICK_LENGTH: f64 = 5.0;
/// Room for half a tick label at the right end.
const RIGHT: f64 = 30.0;
/// Phases whose names would collide stand in up to so many rows.
const PHASE_ROWS: usize = 3;

/// The coordinate system of a panel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'a> {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    pub(super) x: &'a Axis,
}

impl Frame<'_> {
    pub(super) fn across(&self, value: f64) -> f64 {
        self.left + (self.right - self.left) * self.x.place(value)
    }

    pub(super) fn up(&self, y: &Axis, value: f64) -> f64 {
        self.bottom - (self.bottom - self.top) * y.place(value)
    }
}

/// Lays a chart out.
pub fn lay_out(chart: &Chart) -> Sheet {
    let mut sheet = Sheet {
        width: WIDTH,
        height: 0.0,
        title: chart.headline.clone(),
        description: format!("{} {}", chart.subtitle, chart.note),
        marks: Vec::new(),
    };
    let mut y = MARGIN;
    y = paragraph(&mut sheet, &chart.headline, theme::HEADLINE, HEADLINE_LINE, y);
    y = paragraph(&mut sheet, &chart.subtitle, theme::SUBTITLE, SUBTITLE_LINE, y + 1.0);
    let (left, right) = sides(chart);
    let phases = phase_rows(chart, left, right);
    for (place, panel) in chart.panels.iter().enumerate() {
        y += if place == 0 { PANEL_GAP } else { BETWEEN };
        sheet.text((MARGIN, y), theme::AXIS_NAME, Anchor::Start, &panel.name);
        y += NAME_ROW - 8.0;
        if place == 0 {
            y = write_phases(&mut sheet, &phases, y);
        }
        let frame = Frame { left, right, top: y, bottom: y + panel.height, x: &chart.x };
        draw(&mut sheet, chart, panel, frame);
        y = frame.bottom;
        x_axis(&mut sheet, frame, place + 1 == chart.panels.len());
    }
    y += 36.0;
    if let Some(strip) = chart.panels.iter().find_map(strip_of) {
        y = strip::key(&mut sheet, strip, left, y);
    }
    y = paragraph(&mut sheet, &chart.note, theme::NOTE, NOTE_LINE, y + 8.0);
    sheet.height = (y + MARGIN - 4.0).ceil();
    sheet
}

fn strip_of(panel: &Panel) -> Option<&crate::report::chart::Strip> {
    match &panel.body {
        Body::Strip(strip) => Some(strip),
        Body::Lines(_) | Body::Grid(_) => None,
    }
}

/// Writes a text over the full width below `y`; returns where it ends.
fn paragraph(sheet: &mut Sheet, text: &str, kind: Type, pitch: f64, y: f64) -> f64 {
    let mut y = y;
    for line in balanced(text, kind, WIDTH - 2.0 * MARGIN) {
        sheet.text((MARGIN, y + 0.72 * pitch), kind, Anchor::Start, &line);
        y += pitch;
    }
    y
}

/// The plot's left and right end: what stands beside it decides.
fn sides(chart: &Chart) -> (f64, f64) {
    let mut before = 0.0_f64;
    let mut behind = 0.0_f64;
    for panel in &chart.panels {
        let (l, r) = match &panel.body {
            Body::Lines(lines) => lines::sides(lines),
            Body::Strip(strip) => strip::sides(strip),
            Body::Grid(body) => grid::sides(body),
        };
        (before, behind) = (before.max(l), behind.max(r));
    }
    (MARGIN + before + 8.0, WIDTH - MARGIN - behind.max(RIGHT - MARGIN))
}

fn draw(sheet: &mut Sheet, chart: &Chart, panel: &Panel, frame: Frame) {
    for shade in &chart.shades {
        let from = frame.across(shade.start);
        // What lasts a moment must still be seen.
        let to = frame.across(shade.end).max(from + 1.5).min(frame.right);
        let colour = if shade.faint { theme::RECOVERY } else { theme::PHASE };
        sheet.rectangle((from, frame.top), (to, frame.bottom), colour);
        sheet.rule((from, frame.top), (to, frame.top), theme::PHASE_EDGE);
    }
    match &panel.body {
        Body::Lines(body) => lines::draw(sheet, body, frame),
        Body::Strip(body) => strip::draw(sheet, body, frame),
        Body::Grid(body) => grid::draw(sheet, body, frame),
    }
}

/// The bottom line with its ticks; with labels under the last panel.
fn x_axis(sheet: &mut Sheet, frame: Frame, labelled: bool) {
    let y = frame.bottom;
    sheet.rule((frame.left, y), (frame.right, y), theme::INK3);
    for (value, label) in &frame.x.ticks {
        let x = frame.across(*value);
        sheet.rule((x, y), (x, y + TICK_LENGTH), theme::INK3);
        if labelled {
            sheet.text((x, y + 17.0), theme::TICK, Anchor::Middle, label);
        }
    }
    if labelled {
        sheet.text((frame.right, y + 33.0), theme::AXIS_NAME, Anchor::End, &frame.x.name);
    }
}

/// The names of phases in rows, such that no two collide: (x, name).
fn phase_rows(chart: &Chart, left: f64, right: f64) -> Vec<Vec<(f64, String)>> {
    let frame = Frame { left, right, top: 0.0, bottom: 0.0, x: &chart.x };
    let mut rows: Vec<Vec<(f64, String)>> = Vec::new();
    let mut ends = [f64::NEG_INFINITY; PHASE_ROWS];
    let mut shades: Vec<&Shade> = chart.shades.iter().collect();
    shades.sort_by(|a, b| a.start.total_cmp(&b.start));
    for shade in shades {
        let name = fitted(&shade.name, theme::PHASE_NAME, right - left);
        let width = theme::width(&name, theme::PHASE_NAME);
        let x = frame.across(shade.start).min(right - width).max(left);
        // Beyond the last row a name is left out: the shade is still there.
        if let Some(row) = ends.iter().position(|&end| end + 8.0 <= x) {
            ends[row] = x + width;
            if rows.len() <= row {
                rows.push(Vec::new());
            }
            rows[row].push((x, name));
        }
    }
    rows
}

/// The first row stands next to the panel; returns where the panel begins.
fn write_phases(sheet: &mut Sheet, rows: &[Vec<(f64, String)>], y: f64) -> f64 {
    let mut y = y;
    for row in rows.iter().rev() {
        y += PHASE_ROW;
        for (x, name) in row {
            sheet.text((*x, y - 5.0), theme::PHASE_NAME, Anchor::Start, name);
        }
    }
    y
}

/// The room that labels take beside a panel of lines.
pub(super) fn label_room<'a>(labels: impl Iterator<Item = (&'a str, Type)>) -> f64 {
    labels::room(labels)
}
