//! The frame of a chart: headline, subtitle, panels over one x axis, note.
use super::{
    bars, grid, heat, keys, labels, lines,
    sheet::{Anchor, Part, Sheet, balanced, fitted},
    strip,
};
use crate::{
    engine::number,
    report::{
        chart::{Axis, Body, Chart, Panel, Shade},
        safe::clean,
        theme::{self, MARGIN, Type, WIDTH},
    },
};

/// What a chart is laid out on.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Paper {
    /// Width in pixels.
    pub width: f64,
    /// Free space around the chart.
    pub margin: f64,
    /// Whether headline, subtitle and note are part of the picture.
    pub titled: bool,
    /// Whether labels stand over a panel rather than at line ends, and only peaks beside a strip.
    pub keyed: bool,
    /// Room for half a tick label at the right end.
    right: f64,
}

/// A picture that stands alone.
pub const ALONE: Paper =
    Paper { width: WIDTH, margin: MARGIN, titled: true, keyed: false, right: 30.0 };
/// Within a page that has the words.
pub const WIDE: Paper = Paper { margin: 2.0, titled: false, ..ALONE };
/// The same on a phone.
pub const NARROW: Paper = Paper { width: 358.0, keyed: true, right: 22.0, ..WIDE };

/// Words for those who cannot see are cut, as all texts of a page.
const LONGEST: usize = 400;
const HEADLINE_LINE: f64 = 23.0;
const SUBTITLE_LINE: f64 = 18.0;
const NOTE_LINE: f64 = 16.0;
const PANEL_GAP: f64 = 22.0;
/// The same between two panels, from axis to name.
const BETWEEN: f64 = 36.0;
/// The same below a panel that has an axis of its own.
const OWN_AXIS: f64 = 58.0;
/// On a narrow paper the names of bars stand over them.
const TALLER: f64 = 1.4;
/// Over the first panel of a picture without words.
const NAME_LINE: f64 = 12.0;
/// Over a panel: its name.
const NAME_ROW: f64 = 18.0;
/// Over the first panel: a row of phase names.
const PHASE_ROW: f64 = 16.0;
const TICK_LENGTH: f64 = 5.0;
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
    pub(super) paper: &'a Paper,
    /// How many lines stand in the panels above.
    pub(super) series: u16,
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
pub fn lay_out(chart: &Chart, paper: &Paper) -> Sheet {
    let mut sheet = Sheet {
        width: paper.width,
        height: 0.0,
        title: clean(&chart.headline, LONGEST),
        description: clean(&format!("{} {}", chart.subtitle, chart.note), LONGEST),
        marks: Vec::new(),
        plot: [0.0; 4],
        panels: Vec::new(),
    };
    let mut y = paper.margin;
    if paper.titled {
        y = paragraph(&mut sheet, paper, &chart.headline, (theme::HEADLINE, HEADLINE_LINE), y);
        y = paragraph(
            &mut sheet,
            paper,
            &chart.subtitle,
            (theme::SUBTITLE, SUBTITLE_LINE),
            y + 1.0,
        );
        y += PANEL_GAP - NAME_LINE;
    }
    y = panels(&mut sheet, chart, paper, y + NAME_LINE) + 36.0;
    if let Some(strip) = chart.panels.iter().find_map(strip_of) {
        y = strip::key(&mut sheet, strip, sides(chart, paper).0, y);
    }
    if let Some(body) = chart.panels.iter().find_map(heat_of) {
        y = heat::key(&mut sheet, body, sides(chart, paper).0, y);
    }
    if paper.titled {
        y = paragraph(&mut sheet, paper, &chart.note, (theme::NOTE, NOTE_LINE), y + 8.0);
        y += paper.margin - 4.0;
    }
    sheet.height = y.ceil();
    sheet
}

/// The panels over each other, the baseline of the first name at `y`; returns the last x axis.
fn panels(sheet: &mut Sheet, chart: &Chart, paper: &Paper, y: f64) -> f64 {
    let (left, right) = sides(chart, paper);
    let frame = |top, bottom| Frame { left, right, top, bottom, x: &chart.x, paper, series: 0 };
    let phases = phase_rows(chart, frame(0.0, 0.0));
    let mut series = 0;
    let mut y = y;
    for (place, panel) in chart.panels.iter().enumerate() {
        if place > 0 {
            y += if own_axis(&chart.panels[place - 1]).is_some() { OWN_AXIS } else { BETWEEN };
        }
        let name = fitted(&panel.name, theme::AXIS_NAME, paper.width - 2.0 * paper.margin);
        sheet.text((paper.margin, y), theme::AXIS_NAME, Anchor::Start, &name);
        y += NAME_ROW - 8.0;
        if let (true, Body::Lines(body)) = (paper.keyed, &panel.body) {
            y = keys::write(sheet, body, paper, y);
        }
        if let Body::Bars(body) = &panel.body {
            y = keys::squares(sheet, &body.key, paper, y);
        }
        if place == 0 {
            y = write_phases(sheet, &phases, y);
        }
        let own = own_axis(panel);
        let height = panel.height * if own.is_some() && paper.keyed { TALLER } else { 1.0 };
        let x = own.unwrap_or(&chart.x);
        let frame = Frame { x, series, ..frame(y, y + height) };
        draw(sheet, chart, panel, frame);
        series += lines_of(panel);
        y = frame.bottom;
        let top = if place == 0 { frame.top } else { sheet.plot[2] };
        sheet.plot = [left, right, top, y];
        sheet.panels.push([frame.top, frame.bottom]);
        x_axis(sheet, frame, own.is_some() || place + 1 == chart.panels.len());
    }
    y
}

fn lines_of(panel: &Panel) -> u16 {
    match &panel.body {
        Body::Lines(body) => number::short(body.lines.len()),
        Body::Strip(_) | Body::Grid(_) | Body::Bars(_) | Body::Heat(_) => 0,
    }
}

/// The x axis of a panel that does not share the chart's.
fn own_axis(panel: &Panel) -> Option<&Axis> {
    match &panel.body {
        Body::Bars(bars) => Some(&bars.axis),
        Body::Lines(_) | Body::Strip(_) | Body::Grid(_) | Body::Heat(_) => None,
    }
}

fn strip_of(panel: &Panel) -> Option<&crate::report::chart::Strip> {
    match &panel.body {
        Body::Strip(strip) => Some(strip),
        Body::Lines(_) | Body::Grid(_) | Body::Bars(_) | Body::Heat(_) => None,
    }
}

fn heat_of(panel: &Panel) -> Option<&crate::report::chart::Heat> {
    match &panel.body {
        Body::Heat(heat) => Some(heat),
        Body::Lines(_) | Body::Strip(_) | Body::Grid(_) | Body::Bars(_) => None,
    }
}

/// Writes a text over the full width below `y`; returns where it ends.
fn paragraph(
    sheet: &mut Sheet,
    paper: &Paper,
    text: &str,
    (kind, pitch): (Type, f64),
    y: f64,
) -> f64 {
    let mut y = y;
    for line in balanced(text, kind, paper.width - 2.0 * paper.margin) {
        sheet.text((paper.margin, y + 0.72 * pitch), kind, Anchor::Start, &line);
        y += pitch;
    }
    y
}

/// The plot's left and right end: what stands beside it decides.
fn sides(chart: &Chart, paper: &Paper) -> (f64, f64) {
    let mut before = 0.0_f64;
    let mut behind = 0.0_f64;
    for panel in &chart.panels {
        let (l, r) = match &panel.body {
            Body::Lines(lines) => lines::sides(lines, paper),
            Body::Strip(strip) => strip::sides(strip, paper),
            Body::Grid(body) => grid::sides(body, paper),
            Body::Bars(body) => bars::sides(body, paper),
            Body::Heat(body) => heat::sides(body),
        };
        (before, behind) = (before.max(l), behind.max(r));
    }
    (paper.margin + before + 8.0, paper.width - (paper.margin + behind).max(paper.right))
}

fn draw(sheet: &mut Sheet, chart: &Chart, panel: &Panel, frame: Frame) {
    let own = match &panel.body {
        Body::Lines(body) => &body.shades[..],
        Body::Strip(_) | Body::Grid(_) | Body::Bars(_) | Body::Heat(_) => &[],
    };
    if !chart.shades.is_empty() || !own.is_empty() {
        sheet.part(Part::Plot, |sheet| {
            chart.shades.iter().chain(own).for_each(|shade| draw_shade(sheet, shade, frame));
        });
    }
    match &panel.body {
        Body::Lines(body) => lines::draw(sheet, body, frame),
        Body::Strip(body) => strip::draw(sheet, body, frame),
        Body::Grid(body) => grid::draw(sheet, body, frame),
        Body::Bars(body) => bars::draw(sheet, body, frame),
        Body::Heat(body) => heat::draw(sheet, body, frame),
    }
}

fn draw_shade(sheet: &mut Sheet, shade: &Shade, frame: Frame) {
    let from = frame.across(shade.start);
    // What lasts a moment must still be seen.
    let to = frame.across(shade.end).max(from + 1.5).min(frame.right);
    let colour = if shade.faint { theme::RECOVERY } else { theme::PHASE };
    sheet.rectangle((from, frame.top), (to, frame.bottom), colour);
    sheet.rule((from, frame.top), (to, frame.top), theme::PHASE_EDGE);
}

/// The bottom line with its ticks; with labels under the last panel.
fn x_axis(sheet: &mut Sheet, frame: Frame, labelled: bool) {
    let y = frame.bottom;
    sheet.rule((frame.left, y), (frame.right, y), theme::INK3);
    sheet.part(Part::Ticks, |sheet| {
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
    });
}

/// The names of phases in rows, such that no two collide: (x, name).
fn phase_rows(chart: &Chart, frame: Frame) -> Vec<Vec<(f64, String)>> {
    let Frame { left, right, .. } = frame;
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
    sheet.part(Part::Phases, |sheet| {
        for row in rows.iter().rev() {
            y += PHASE_ROW;
            for (x, name) in row {
                sheet.text((*x, y - 5.0), theme::PHASE_NAME, Anchor::Start, name);
            }
        }
    });
    y
}

/// The room that labels take beside a panel of lines.
pub(super) fn label_room<'a>(labels: impl Iterator<Item = (&'a str, Type)>) -> f64 {
    labels::room(labels)
}
