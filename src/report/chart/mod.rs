//! Charts as descriptions: what is drawn and what it says, computed from a summary.
//!
//! A chart's headline comes from the very numbers that its lines show. A chart with nothing to say
//! is not made. Nothing here knows how lines become pixels.
mod absence;
mod attempts;
mod axis;
mod budgets;
mod common;
pub(crate) mod connections;
mod cost;
mod cpu;
pub mod designs;
mod fall;
mod heat;
mod lag;
mod load;
mod lost;
mod memory;
pub(super) mod observed;
mod order;
mod origins;
pub mod phase;
mod polls;
mod queues;
pub mod ramp;
pub(super) mod several;
mod stacked;
pub mod sweep;
mod tail;
mod thin;

pub(super) use attempts::quota;
pub use axis::{Axis, Scale};
pub(super) use connections::fullest_and_mean;
pub(super) use order::numbered;

use super::theme::Pen;
use crate::{
    engine::number,
    summary::{RECOVERY, Summary, figures, series::Curve, slo},
};

/// A chart: panels over one x axis.
#[derive(Clone, PartialEq, Debug)]
pub struct Chart {
    /// Its file's stem.
    pub name: String,
    /// The finding.
    pub headline: String,
    /// What is plotted.
    pub subtitle: String,
    /// How many, which seed, what the band means.
    pub note: String,
    /// The common x axis.
    pub x: Axis,
    /// What happens, when.
    pub shades: Vec<Shade>,
    /// From top to bottom.
    pub panels: Vec<Panel>,
}

/// A stretch of time with a name.
#[derive(Clone, PartialEq, Debug)]
pub struct Shade {
    /// Its begin on the x axis.
    pub start: f64,
    /// Its end.
    pub end: f64,
    /// What stands over it.
    pub name: String,
    /// Whether it is only the aftermath of another.
    pub faint: bool,
}

/// One coordinate system.
#[derive(Clone, PartialEq, Debug)]
pub struct Panel {
    /// What its y axis measures.
    pub name: String,
    /// What stands behind the name where it is drawn, such as the unit and the sum of its lines;
    /// a pointer does not tell it.
    pub suffix: String,
    /// Height in pixels.
    pub height: f64,
    /// What is in it.
    pub body: Body,
}

impl Panel {
    /// A panel with nothing behind its name.
    pub fn new(name: impl Into<String>, height: f64, body: Body) -> Self {
        Self { name: name.into(), suffix: String::new(), height, body }
    }

    /// What stands over it.
    pub fn head(&self) -> String {
        format!("{}{}", self.name, self.suffix)
    }
}

/// What is in a panel.
#[derive(Clone, PartialEq, Debug)]
pub enum Body {
    /// Lines over a y axis.
    Lines(Lines),
    /// A row of shades for each of many.
    Strip(Strip),
    /// A number for each pair of values.
    Grid(Grid),
    /// A bar for each of a few, on an axis of their own.
    Bars(Bars),
    /// A shade for each stretch of both axes.
    Heat(Heat),
}

/// Bars from left to right, from top to bottom.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Bars {
    /// Their x axis: that of the chart is not used.
    pub axis: Axis,
    /// The bars.
    pub rows: Vec<Bar>,
    /// Whether each begins where the one above it ends.
    pub falls: bool,
    /// What the parts of all bars mean, if they have some.
    pub key: Vec<(String, Pen)>,
    /// What no bar should pass, with its label; empty: the bars' own words say it.
    pub limit: Option<(f64, String)>,
}

/// A bar.
#[derive(Clone, PartialEq, Debug)]
pub struct Bar {
    /// What it counts.
    pub name: String,
    /// The same in words, or nothing.
    pub words: String,
    /// Its left end.
    pub from: f64,
    /// Its right end.
    pub to: f64,
    /// How many it is, and which share.
    pub text: String,
    /// Whose colour it takes.
    pub pen: Pen,
    /// Whether the next one begins at its right end rather than at its left one.
    pub rises: bool,
    /// Whether it is a sum.
    pub bold: bool,
    /// How much of it is what the key names, in the order of the key; empty: it is of one piece.
    pub parts: Vec<f64>,
}

impl Bar {
    /// A bar of one piece, without a number behind it.
    fn new(name: &str, words: &str, (from, to): (f64, f64)) -> Self {
        Self {
            name: name.to_owned(),
            words: words.to_owned(),
            from,
            to,
            text: String::new(),
            pen: super::theme::GREY,
            rises: false,
            bold: false,
            parts: Vec::new(),
        }
    }
}

/// A shaded number for each pair of values.
#[derive(Clone, PartialEq, Debug)]
pub struct Grid {
    /// From top to bottom.
    pub rows: Vec<GridRow>,
}

/// One row of a grid.
#[derive(Clone, PartialEq, Debug)]
pub struct GridRow {
    /// The value it belongs to.
    pub name: String,
    /// From left to right, where something was run: how dark, from 0 to 1, and the number; without
    /// a shade, why there is none.
    pub cells: Vec<Option<(Option<f64>, String)>>,
}

/// Shades over both axes.
#[derive(Clone, PartialEq, Debug)]
pub struct Heat {
    /// The y axis.
    pub y: Axis,
    /// The cells that have a shade.
    pub cells: Vec<HeatCell>,
    /// The value of the lightest shade.
    pub low: f64,
    /// The value of the darkest one; between them, equal factors are equal steps.
    pub high: f64,
    /// What the values are.
    pub unit: String,
}

/// A shade.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct HeatCell {
    /// Its begin on the x axis.
    pub from: f64,
    /// Its end.
    pub to: f64,
    /// Its lower end on the y axis.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// How much.
    pub value: f64,
}

/// What a value is held against.
#[derive(Clone, PartialEq, Debug)]
pub struct Limit {
    /// Where it lies.
    pub value: f64,
    /// What it is called.
    pub label: String,
    /// From where to where it holds; none: everywhere.
    pub spans: Vec<(f64, f64)>,
}

impl Limit {
    /// A limit that holds everywhere.
    fn new(value: f64, label: String) -> Self {
        Self { value, label, spans: Vec::new() }
    }
}

/// Lines over a y axis.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Lines {
    /// The y axis.
    pub y: Axis,
    /// Areas behind the lines.
    pub bands: Vec<Band>,
    /// The lines, the most important last.
    pub lines: Vec<Line>,
    /// Whether they are told in the opposite order where several share a label: the first lies on
    /// top.
    pub reversed: bool,
    /// Horizontal limits.
    pub limits: Vec<Limit>,
    /// What is forbidden: right of and above this point, with its label.
    pub corner: Option<(f64, f64, String)>,
    /// Points with a label beside them.
    pub dots: Vec<(f64, f64, String)>,
    /// Where lines cross, with the place in words: a ring.
    pub marks: Vec<(f64, f64, String)>,
    /// What the room around a place is called.
    pub regions: Vec<(f64, f64, String)>,
    /// What happens in this panel alone.
    pub shades: Vec<Shade>,
}

/// One line, in pieces where there is nothing to measure.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    /// What stands at its end; empty: nothing.
    pub label: String,
    /// How it is drawn.
    pub pen: Pen,
    /// Its pieces.
    pub pieces: Vec<Vec<(f64, f64)>>,
    /// Where its pieces were thinned, or stand for bins of time: all values, for those who look
    /// closer.
    pub fine: Option<Curve>,
}

/// An area between two lines.
#[derive(Clone, PartialEq, Debug)]
pub struct Band {
    /// Whose colour it takes.
    pub pen: Pen,
    /// x, lower and upper end.
    pub points: Vec<(f64, f64, f64)>,
}

/// A row of shades for each of many.
#[derive(Clone, PartialEq, Debug)]
pub struct Strip {
    /// From top to bottom.
    pub rows: Vec<Row>,
    /// The value of the darkest shade.
    pub top: f64,
    /// The end of the last column on the x axis; the first begins at 0.
    pub end: f64,
}

/// One row of a strip.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// Whose it is.
    pub name: String,
    /// One value a column.
    pub values: Vec<Option<f64>>,
    /// Values at the start, at the peak and at the end.
    pub marks: [f64; 3],
}

/// Parts of the horizon that cannot be seen.
const BRIEF: f64 = 0.005;

/// All charts that have something to say.
pub fn all(summary: &Summary) -> Vec<Chart> {
    let mut charts = connections::charts(summary);
    let rules = [
        attempts::chart,
        polls::chart,
        queues::chart,
        cpu::chart,
        memory::chart,
        lag::chart,
        origins::chart,
        load::chart,
        heat::chart,
        tail::chart,
        fall::chart,
        lost::chart,
        absence::chart,
        budgets::chart,
        cost::items,
        cost::growth,
    ];
    charts.extend(rules.iter().filter_map(|rule| rule(summary)));
    charts
}

/// A line through a curve's means, thinned.
fn line(label: impl Into<String>, pen: Pen, curve: &Curve) -> Line {
    let pieces = thin::pieces(curve);
    let fine = (curve.mean.len() <= FINEST).then(|| Curve {
        step: curve.step,
        mean: curve.mean.clone(),
        band: Vec::new(),
    });
    Line { label: label.into(), pen, pieces, fine }
}

/// Longer curves are kept as they are drawn.
const FINEST: usize = 4_096;

impl Line {
    /// A line through points.
    fn through(label: impl Into<String>, pen: Pen, pieces: Vec<Vec<(f64, f64)>>) -> Self {
        Self { label: label.into(), pen, pieces, fine: None }
    }
}

/// Fewer replications give bands so wide that they hide what they surround.
const BANDED: u32 = 3;

/// The interval around a curve, thinned.
fn band(summary: &Summary, pen: Pen, curve: &Curve) -> Option<Band> {
    let points = thin::band(curve);
    (summary.replications >= BANDED && !points.is_empty()).then_some(Band { pen, points })
}

/// The end of a y axis that shows bands too, as long as they do not dwarf the lines.
fn with_bands(most: f64, bands: &[Band]) -> f64 {
    let highs = bands.iter().flat_map(|band| band.points.iter().map(|&(_, _, high)| high));
    highs.fold(most, f64::max).min(1.5 * most)
}

/// Faults as shades of the time axis; a recovery too short to be seen is left out. What another
/// fault interrupts is one shade.
fn shades(summary: &Summary) -> Vec<Shade> {
    let horizon = summary.horizon.seconds();
    let mut whole: Vec<(&str, f64, f64)> = Vec::new();
    for phase in summary.faults() {
        let (start, end) = (phase.start.seconds(), phase.end.seconds().min(horizon));
        let before = whole.iter_mut().rev().find(|known| known.0 == phase.name);
        // Nothing but what lasts no time lies between.
        match before.filter(|known| phase.name != RECOVERY && known.2 >= start) {
            Some(known) => known.2 = known.2.max(end),
            None => whole.push((&phase.name, start, end)),
        }
    }
    let shade = |(name, start, end): (&str, f64, f64)| {
        let span = figures::spoken(end - start);
        let faint = name == RECOVERY;
        let name = if end > start { format!("{name}, {span}") } else { name.to_owned() };
        let shown = !faint || end - start > BRIEF * horizon;
        shown.then_some(Shade { start, end, name, faint })
    };
    whole.into_iter().filter_map(shade).collect()
}

/// Fewer deliveries have no distribution: single ones are told, not drawn.
const FEW: f64 = 100.0;

/// How many deliveries have a lag, over all replications.
fn delivered(summary: &Summary) -> f64 {
    number::float(summary.lag.iter().map(|bucket| bucket.count).sum())
}

/// A curve that moves less behind the warm-up, as a part of its peak, has nothing to say.
const STILL: f64 = 0.02;

/// Whether a line is flat and nobody asks how it would be: nothing is done, and no objective is
/// about it. Its number stands in the tables.
fn is_idle(summary: &Summary, curve: &Curve, quantity: &str) -> bool {
    let (begin, end) = (summary.warm_up.seconds(), summary.horizon.seconds());
    let ends = curve
        .within(begin, end)
        .fold((f64::INFINITY, 0.0_f64), |ends, (_, value)| (ends.0.min(value), ends.1.max(value)));
    let asked = || {
        let metrics = summary.slo.iter().filter_map(|judged| slo::parse(&judged.expr).ok());
        metrics.into_iter().any(|slo| slo.metric.split('.').any(|part| part == quantity))
    };
    ends.1 - ends.0 <= STILL * ends.1 && summary.faults().next().is_none() && !asked()
}

/// What the lines of a chart are, over several replications.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// Means.
    Mean,
    /// Means with their interval.
    Band,
    /// Quantiles of all counted together.
    Together,
}

/// Where a number comes from: mean or single run, seed, what a band means.
fn evidence(summary: &Summary, shown: Shown) -> String {
    let (n, seed, gap) = (summary.replications, summary.seed, figures::GAP);
    match (n, shown) {
        (0 | 1, _) => format!("Single run, no interval; seed {seed}."),
        (_, Shown::Together) => {
            format!("n = {n} replications, seed {seed}, all deliveries counted together.")
        }
        (BANDED.., Shown::Band) => {
            format!("Mean of n = {n} replications, seed {seed}; band: 95{gap}% Student interval.")
        }
        (_, Shown::Band) => {
            format!("Mean of n = {n} replications, too few for a band; seed {seed}.")
        }
        (_, Shown::Mean) => format!("Mean of n = {n} replications, seed {seed}."),
    }
}

/// Of several runs, where the peak of their mean line is not what each of them has at its peak:
/// what they have on average, by the metric of that name.
fn own_peak(summary: &Summary, metric: &str, peak: f64) -> String {
    let own = summary.metric(metric).filter(|_| summary.replications > 1);
    let differs = |own: f64| (own - peak).abs() > SAME_PEAK * peak;
    own.and_then(|metric| Some((metric.unit, metric.mean.filter(|&it| differs(it))?)))
        .map(|(unit, own)| {
            format!(
                " The peak is that of the mean line; the runs’ own peaks are {} on average.",
                figures::figure(unit, own)
            )
        })
        .unwrap_or_default()
}

/// Peaks that differ by no more of themselves are told alike.
const SAME_PEAK: f64 = 0.01;

/// The bins of a curve in words.
fn bins(curve: &Curve) -> String {
    let bins = number::count(curve.mean.len());
    let width = figures::spoken(curve.step);
    if bins > number::count(thin::MOST) {
        format!("{width} bins, thinned to their extremes")
    } else {
        format!("{width} bins")
    }
}
