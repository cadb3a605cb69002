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
    summary::figures,
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
/// From one line of it to the next, and how many it has at most.
const NAME_PITCH: f64 = 15.0;
const NAME_LINES: usize = 3;
/// What a label of the upper tick takes above a panel.
const TICK_ROOM: f64 = 5.0;
/// Over the first panel: a row of phase names.
const PHASE_ROW: f64 = 16.0;
const TICK_LENGTH: f64 = 5.0;
/// From an axis to the baseline of its name.
pub(super) const AXIS_ROW: f64 = 33.0;
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
        let note = [chart.note.clone(), unnamed(chart, &[paper])].join(" ");
        y = paragraph(&mut sheet, paper, note.trim_end(), (theme::NOTE, NOTE_LINE), y + 8.0);
        y += paper.margin - 4.0;
    }
    sheet.height = y.ceil();
    sheet
}

/// The panels over each other, the baseline of the first name at `y`; returns the last x axis.
fn panels(sheet: &mut Sheet, chart: &Chart, paper: &Paper, y: f64) -> f64 {
    let (left, right) = sides(chart, paper);
    let frame = |top, bottom| Frame { left, right, top, bottom, x: &chart.x, paper, series: 0 };
    let (phases, _) = phase_rows(chart, frame(0.0, 0.0));
    let mut series = 0;
    let mut y = y;
    for (place, panel) in chart.panels.iter().enumerate() {
        if place > 0 {
            y += if own_axis(&chart.panels[place - 1]).is_some() { OWN_AXIS } else { BETWEEN };
        }
        y = panel_name(sheet, paper, &panel.head(), y);
        // A tick of the upper end reaches above the panel.
        y += if place == 0 && !phases.is_empty() { 0.0 } else { TICK_ROOM };
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

/// The name of a panel, in lines where it is long; returns where the panel begins.
fn panel_name(sheet: &mut Sheet, paper: &Paper, name: &str, y: f64) -> f64 {
    let width = paper.width - 2.0 * paper.margin;
    let mut lines = balanced(name, theme::AXIS_NAME, width);
    if lines.len() > NAME_LINES {
        let rest = lines.split_off(NAME_LINES - 1).join(" ");
        lines.push(rest);
    }
    let mut y = y;
    for (place, line) in lines.iter().enumerate() {
        y += if place > 0 { NAME_PITCH } else { 0.0 };
        let line = fitted(line, theme::AXIS_NAME, width);
        sheet.text((paper.margin, y), theme::AXIS_NAME, Anchor::Start, &line);
    }
    y + NAME_ROW - 8.0
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
            sheet.text((frame.right, y + AXIS_ROW), theme::AXIS_NAME, Anchor::End, &frame.x.name);
        }
    });
}

/// The names of phases in rows, such that no two collide: (x, name).
type Rows = Vec<Vec<(f64, String)>>;

/// From one name to the next in a row.
const NAME_GAP: f64 = 8.0;
/// A name is told again where its phase comes again so far away, in parts of the axis.
const AGAIN: f64 = 0.3;

/// Rows of names, and the shades that find no room for theirs. Faults come before what is left of
/// them, and the longest first: it is seen most.
fn phase_rows<'c>(chart: &'c Chart, frame: Frame) -> (Rows, Vec<&'c Shade>) {
    let Frame { left, right, .. } = frame;
    let mut shades: Vec<&Shade> = chart.shades.iter().collect();
    let length = |shade: &Shade| shade.end - shade.start;
    shades.sort_by(|a, b| a.faint.cmp(&b.faint).then(length(b).total_cmp(&length(a))));
    let mut rows: Vec<Vec<(f64, f64, String)>> = vec![Vec::new(); PHASE_ROWS];
    let mut told: Vec<&Shade> = Vec::new();
    let mut out: Vec<&Shade> = Vec::new();
    for shade in shades {
        let far = |known: &&Shade| {
            (frame.x.place(known.start) - frame.x.place(shade.start)).abs() > AGAIN
        };
        if told.iter().any(|known| bare(known) == bare(shade) && !far(known)) {
            continue;
        }
        let name = fitted(&shade.name, theme::PHASE_NAME, right - left);
        let width = theme::width(&name, theme::PHASE_NAME);
        let from = frame.across(shade.start).min(right - width).max(left);
        let free = |row: &&mut Vec<(f64, f64, String)>| {
            row.iter()
                .all(|&(start, end, _)| end + NAME_GAP <= from || from + width + NAME_GAP <= start)
        };
        match rows.iter_mut().find(free) {
            Some(row) => {
                row.push((from, from + width, name));
                told.push(shade);
            }
            None => out.push(shade),
        }
    }
    let bare_rows = rows.into_iter().filter(|row| !row.is_empty());
    let names = |row: Vec<(f64, f64, String)>| row.into_iter().map(|it| (it.0, it.2)).collect();
    (bare_rows.map(names).collect(), out)
}

/// The name of a shade without how long it lasts.
fn bare(shade: &Shade) -> &str {
    shade.name.rsplit_once(", ").map_or(shade.name.as_str(), |(name, _)| name)
}

/// The shades that no name stands over, in words; nothing where all have one. What is left of a
/// fault is known by its paler shade.
pub fn unnamed(chart: &Chart, papers: &[&Paper]) -> String {
    let out = papers.iter().flat_map(|paper| {
        let (left, right) = sides(chart, paper);
        let frame = Frame { left, right, top: 0.0, bottom: 0.0, x: &chart.x, paper, series: 0 };
        phase_rows(chart, frame).1
    });
    let mut out: Vec<&Shade> = out.filter(|shade| !shade.faint).collect();
    out.sort_by(|a, b| a.start.total_cmp(&b.start));
    out.dedup_by(|a, b| a == b);
    let names: Vec<String> = out
        .iter()
        .map(|shade| format!("{} at {}", bare(shade), figures::clock(shade.start)))
        .collect();
    if names.is_empty() {
        return String::new();
    }
    format!("Shaded with no room for a name: {}.", figures::listed(&names))
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
