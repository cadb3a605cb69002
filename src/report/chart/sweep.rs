//! Charts of a sweep: each metric that matters against one axis, small multiples for a second, and
//! a grid of numbers for two.
mod bars;
mod bill;
mod lag;
mod losses;

use super::{Axis, Band, Body, Chart, Grid, GridRow, Line, Lines, Panel, axis};
use crate::{
    engine::number,
    record::Unit,
    report::theme::{self, Pen},
    summary::{
        Metric,
        figures::{self, figure},
        slo,
        sweep::{self, Point, Sweep},
    },
};
use std::collections::BTreeSet;

/// What is drawn whatever the objectives say, and what a chart calls it.
const METRICS: [(&str, &str); 7] = [
    ("cost.total", "the bill of a month"),
    ("gateways.headroom", "headroom of gateways"),
    ("delivery_lag.p99", "delivery lag, p99"),
    ("deliveries.missed", "missed deliveries"),
    ("attempts.peak_per_second", "peak of connection attempts"),
    ("gateways.cpu.peak", "peak CPU"),
    ("clients.availability", "availability"),
];

/// Not more charts of metrics than that.
const MOST: usize = 8;
/// Not more small multiples than that.
const PANELS: usize = 8;
/// Not more lines in a panel than there are pens.
const LINES: usize = theme::EQUALS.len();
/// So many lines are told apart better in one panel than in one each.
const TOGETHER: usize = 3;
/// A grid with more rows is not readable.
const ROWS: usize = 24;
/// Nor is one with more columns.
const COLUMNS: usize = 14;

/// All charts that have something to say.
pub fn all(sweep: &Sweep) -> Vec<Chart> {
    let metrics = metrics(sweep);
    let mut charts: Vec<Chart> =
        metrics.iter().filter_map(|(name, called)| curves(sweep, name, called)).collect();
    charts.extend(lag::percentiles(sweep));
    charts.extend(bill::by_item(sweep));
    charts.extend(losses::by_cause(sweep));
    charts.extend(losses::by_absence(sweep));
    charts.extend(metrics.iter().filter_map(|(name, called)| grid(sweep, name, called)));
    charts
}

/// The metrics of objectives, then those that always matter; a metric that is the same everywhere
/// is left out unless there is an objective for it.
fn metrics(sweep: &Sweep) -> Vec<(String, String)> {
    let judged = sweep.points.first().into_iter().flat_map(|point| &point.slo);
    let wanted = judged.filter_map(|judged| slo::parse(&judged.expr).ok()).map(|slo| slo.metric);
    let mut seen = BTreeSet::new();
    let objectives: Vec<String> = wanted.filter(|name| seen.insert(name.clone())).collect();
    let others = METRICS.iter().map(|(name, _)| (*name).to_owned());
    let others = others.filter(|name| seen.insert(name.clone()) && differs(sweep, name));
    let called = |name: &str| {
        let known = METRICS.iter().find(|(metric, _)| *metric == name);
        known.map_or_else(|| name.to_owned(), |(_, called)| (*called).to_owned())
    };
    let known = |name: &String| sweep.points.iter().any(|point| point.mean(name).is_some());
    let all: Vec<String> = objectives.iter().cloned().chain(others).filter(known).collect();
    all.into_iter().take(MOST).map(|name| (name.clone(), called(&name))).collect()
}

/// Whether a reader can see that points differ: not when all of them print the same figure.
fn differs(sweep: &Sweep, name: &str) -> bool {
    sweep
        .extremes(name)
        .is_some_and(|ends| ends[0].2 < ends[1].2 && printed(ends[0]) != printed(ends[1]))
}

fn printed((_, metric, value): (&Point, &Metric, f64)) -> String {
    figure(metric.unit, value)
}

/// The axes by what they are drawn as: across, from panel to panel, from line to line.
struct Roles {
    across: usize,
    panels: Option<usize>,
    lines: Option<usize>,
}

fn roles(sweep: &Sweep) -> Option<Roles> {
    let several = |axis: &usize| sweep.axes[*axis].values.len() > 1;
    let mut axes: Vec<usize> = (0..sweep.axes.len()).filter(several).collect();
    // A number with many values runs across best.
    let rank = |axis: &usize| {
        let axis = &sweep.axes[*axis];
        (axis.numbers().is_some() && axis.values.len() > 2, axis.values.len())
    };
    let across = *axes.iter().rev().max_by_key(|axis| rank(axis))?;
    axes.retain(|axis| *axis != across && !follows(sweep, across, *axis));
    let mut rest = axes.into_iter();
    Some(Roles { across, panels: rest.next(), lines: rest.next() })
}

/// A second axis with few values has lines in one panel, where they can cross.
fn beside(sweep: &Sweep, roles: Roles) -> Roles {
    let few = |axis: &usize| sweep.axes[*axis].values.len() <= TOGETHER;
    match (roles.panels.filter(few), roles.lines) {
        (Some(axis), None) => Roles { panels: None, lines: Some(axis), ..roles },
        _ => roles,
    }
}

/// Whether an axis is zipped to another: each value of one comes with one of the other.
fn follows(sweep: &Sweep, leader: usize, other: usize) -> bool {
    let pairs: BTreeSet<(&str, &str)> = sweep
        .points
        .iter()
        .map(|point| (point.values[leader].as_str(), point.values[other].as_str()))
        .collect();
    let leaders: BTreeSet<&str> = pairs.iter().map(|pair| pair.0).collect();
    leaders.len() == pairs.len() && sweep.points.len() > 1
}

/// An axis and one of its values; none: it is not told apart.
type Chosen = Option<(usize, String)>;

/// Each value of an axis that is told apart.
fn each_value(sweep: &Sweep, axis: Option<usize>) -> Vec<Chosen> {
    let Some(axis) = axis else { return vec![None] };
    sweep.axes[axis].values.iter().map(|it| Some((axis, it.clone()))).collect()
}

/// Where the values of an axis lie.
struct Across {
    axis: Axis,
    at: Vec<f64>,
}

fn across(axis: &sweep::Axis) -> Across {
    let values = &axis.values;
    let named = |it: Axis| it.named(&axis.path);
    let Some((unit, at)) = axis.numbers().filter(|(_, at)| at.len() > 2) else {
        return places(axis);
    };
    let least = at.iter().copied().fold(f64::INFINITY, f64::min);
    let most = at.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let label = |value: f64| tick(unit, value);
    // Values that span more than a decade are apart by factors.
    if least > 0.0 && most / least >= 10.0 {
        let axis = Axis::log(least, most, label).of(unit);
        let axis = Axis { low: least, high: most, ..axis };
        let ticks = ticks(&axis, values, &at);
        return Across { axis: named(Axis { ticks, ..axis }), at };
    }
    Across { axis: named(Axis::linear(most, label).of(unit)), at }
}

fn tick(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Seconds => axis::seconds(value),
        Unit::Share => axis::share(value),
        Unit::Bytes => axis::bytes(value),
        Unit::Usd | Unit::UsdPerMonth => axis::usd(value),
        _ => figures::tick(value),
    }
}

/// A length in pixels that every x axis has.
const SHORT: f64 = 270.0;
/// Between two labels.
const APART: f64 = 10.0;

/// The values of an axis as its ticks, as they are written; those that have no room are left out.
fn ticks(axis: &Axis, values: &[String], at: &[f64]) -> Vec<(f64, String)> {
    let mut all: Vec<(f64, String)> =
        at.iter().copied().zip(values.iter().map(|value| brief(value))).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut end = f64::NEG_INFINITY;
    all.retain(|(value, label)| {
        let (middle, half) = (axis.place(*value) * SHORT, theme::width(label, theme::TICK) / 2.0);
        let fits = middle - half > end + APART;
        end = if fits { middle + half } else { end };
        fits
    });
    all
}

/// Words stand side by side.
fn places(axis: &sweep::Axis) -> Across {
    let at: Vec<f64> =
        (0..axis.values.len()).map(|place| number::float(number::count(place)) + 0.5).collect();
    let ticks = at.iter().copied().zip(axis.values.iter().map(|value| brief(value))).collect();
    let high = number::float(number::count(axis.values.len()));
    let axis = Axis { high, ticks, name: axis.path.clone(), ..Axis::default() };
    Across { axis, at }
}

/// A value in the room of a tick: of a map only what its keys are set to, `1s 30s full`.
fn brief(value: &str) -> String {
    let Some(map) = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
        return value.to_owned();
    };
    let parts = map.split(", ").map(|pair| pair.split_once(": ").map_or(pair, |(_, value)| value));
    parts.collect::<Vec<_>>().join(" ")
}

/// The metric against one axis.
fn curves(sweep: &Sweep, name: &str, called: &str) -> Option<Chart> {
    let roles = beside(sweep, roles(sweep)?);
    let unit = unit(sweep, name)?;
    let across = across(&sweep.axes[roles.across]);
    let panels: Vec<Chosen> = each_value(sweep, roles.panels).into_iter().take(PANELS).collect();
    let lines: Vec<Chosen> = each_value(sweep, roles.lines).into_iter().take(LINES).collect();
    let y = y_axis(sweep, name, unit)?;
    let limits = limits(sweep, name, unit);
    let height = if panels.len() == 1 { theme::SINGLE } else { theme::SMALL };
    let panel = |chosen: &Chosen| {
        let mut body = Lines { y: y.clone(), limits: limits.clone(), ..Lines::default() };
        for (line, pen) in lines.iter().zip(theme::EQUALS) {
            let fixed: Vec<&(usize, String)> = chosen.iter().chain(line).collect();
            let points = points(sweep, &fixed);
            let label = line.as_ref().map_or_else(String::new, |(_, value)| value.clone());
            draw(&mut body, sweep, name, &points, &roles, &across, pen, label);
        }
        let named = chosen
            .as_ref()
            .map(|(axis, value)| format!("{called}, {} {value}", sweep.axes[*axis].name));
        Panel { name: named.unwrap_or_else(|| called.to_owned()), height, body: Body::Lines(body) }
    };
    let panels: Vec<Panel> = panels.iter().map(panel).collect();
    Some(Chart {
        name: format!("sweep-{}", stem(name)),
        headline: headline(sweep, name, called)?,
        subtitle: subtitle(sweep, name, &roles),
        note: note(sweep, true),
        x: across.axis,
        shades: Vec::new(),
        panels,
    })
}

fn stem(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

fn unit(sweep: &Sweep, name: &str) -> Option<Unit> {
    sweep.points.iter().find_map(|point| Some(point.metric(name)?.unit))
}

/// The points with these values on these axes; an axis that is drawn as nothing keeps its first.
fn points<'s>(sweep: &'s Sweep, fixed: &[&(usize, String)]) -> Vec<&'s Point> {
    let fits = |point: &&Point| fixed.iter().all(|(axis, value)| point.values[*axis] == *value);
    sweep.points.iter().filter(fits).collect()
}

#[expect(clippy::too_many_arguments, reason = "one line of one panel")]
fn draw(
    body: &mut Lines,
    sweep: &Sweep,
    name: &str,
    points: &[&Point],
    roles: &Roles,
    across: &Across,
    pen: Pen,
    label: String,
) {
    let axis = &sweep.axes[roles.across];
    let (mut line, mut missing) = (Vec::new(), Vec::new());
    let mut band = Vec::new();
    for (value, &x) in axis.values.iter().zip(&across.at) {
        let point = points.iter().find(|point| point.values[roles.across] == *value);
        let metric = point.and_then(|point| point.metric(name));
        let Some((metric, mean)) = metric.and_then(|metric| Some((metric, metric.mean?))) else {
            missing.push(x);
            continue;
        };
        line.push((x, mean));
        if let (Some(low), Some(high)) = (metric.ci_low, metric.ci_high) {
            band.push((x, low, high));
        }
    }
    line.sort_by(|a, b| a.0.total_cmp(&b.0));
    band.sort_by(|a, b| a.0.total_cmp(&b.0));
    if band.len() > 1 {
        body.bands.push(Band { pen, points: band });
    }
    for &(x, mean) in &line {
        body.dots.push((x, mean, String::new()));
    }
    let pieces = unbroken(&line, &missing);
    body.lines.push(Line::through(label, pen, pieces));
}

/// A line in pieces: none leads over a place where nothing was measured.
fn unbroken(line: &[(f64, f64)], missing: &[f64]) -> Vec<Vec<(f64, f64)>> {
    let gap = |a: &(f64, f64), b: &(f64, f64)| missing.iter().any(|&x| a.0 < x && x < b.0);
    line.chunk_by(|a, b| !gap(a, b)).map(<[(f64, f64)]>::to_vec).collect()
}

fn y_axis(sweep: &Sweep, name: &str, unit: Unit) -> Option<Axis> {
    let metrics = || sweep.points.iter().filter_map(|point| point.metric(name));
    let means = || metrics().filter_map(|metric| metric.mean);
    // Bands reach beyond the means.
    let most = means().chain(metrics().filter_map(|it| it.ci_high)).fold(0.0, f64::max);
    let limit = limits(sweep, name, unit).first().map_or(0.0, |limit| limit.0);
    let least = means().filter(|&mean| mean > 0.0).fold(f64::INFINITY, f64::min);
    means().next()?;
    let label = |value: f64| tick(unit, value);
    let top = most.max(limit);
    if unit == Unit::Share && least.is_finite() && least > 0.9 {
        return Some(near_one(metrics().filter_map(|it| it.ci_low).fold(least, f64::min)));
    }
    // A share of some weight is read against the whole.
    let whole = unit == Unit::Share && top > 0.1;
    if least.is_finite() && top / least > 100.0 && !whole {
        let zero = means().any(|mean| mean <= 0.0);
        let axis = Axis::log(least.min(limit.max(least)), top, label).of(unit);
        return Some(if zero { axis.with_floor() } else { axis });
    }
    Some(Axis::linear(top, label).of(unit))
}

/// Shares near one are shown from just below the least.
fn near_one(least: f64) -> Axis {
    let missing = Axis::linear((1.0 - least).max(1e-6), |it| it.to_string());
    let low = 1.0 - missing.high;
    let ticks =
        missing.ticks.iter().map(|(at, _)| (1.0 - at, figures::share(1.0 - at))).rev().collect();
    Axis { unit: Unit::Share, low, high: 1.0, ticks, ..Axis::default() }
}

fn limits(sweep: &Sweep, name: &str, unit: Unit) -> Vec<(f64, String)> {
    let judged = sweep.points.first().into_iter().flat_map(|point| &point.slo);
    let read = judged.filter_map(|judged| slo::parse(&judged.expr).ok());
    let own = read.filter(|slo| slo.metric == name);
    own.map(|slo| (slo.limit, format!("SLO {}", figure(unit, slo.limit)))).collect()
}

fn headline(sweep: &Sweep, name: &str, called: &str) -> Option<String> {
    let [low, high] = sweep.extremes(name)?;
    // What is a bill of a month need not say so again.
    let [least, most] = [printed(low), printed(high)].map(|text| text.replace("/month", ""));
    // The name of a metric stays as it is.
    let called = if called == name { name.to_owned() } else { figures::capitalized(called) };
    if least == most {
        return Some(format!("{called} is {least} at every point"));
    }
    let [low, high] = [low, high].map(|end| sweep.spoken(end.0));
    Some(format!("{called}: {least} at {low}, {most} at {high}"))
}

fn subtitle(sweep: &Sweep, name: &str, roles: &Roles) -> String {
    let mut text = format!("{name} against {}", sweep.axes[roles.across].path);
    if let Some(axis) = roles.panels {
        text += &format!(", a panel for each {}", sweep.axes[axis].path);
    }
    if let Some(axis) = roles.lines {
        text += &format!(", a line for each {}", sweep.axes[axis].path);
    }
    text + "."
}

/// What a point is, and what else there is to know.
fn note(sweep: &Sweep, banded: bool) -> String {
    let (n, seed, gap) = (sweep.replications, sweep.seed, figures::GAP);
    let band = if banded { format!("; band: 95{gap}% Student interval") } else { String::new() };
    match n {
        0 | 1 => format!("Each point is a single run, no interval; seed {seed}."),
        _ => format!("Each point is the mean of n = {n} replications, seed {seed}{band}."),
    }
}

/// The numbers themselves, for two axes.
fn grid(sweep: &Sweep, name: &str, called: &str) -> Option<Chart> {
    let roles = roles(sweep)?;
    let down = roles.panels.filter(|_| roles.lines.is_none())?;
    let (columns, rows) = (&sweep.axes[roles.across], &sweep.axes[down]);
    if columns.values.len() > COLUMNS || rows.values.len() > ROWS || !differs(sweep, name) {
        return None;
    }
    let [(_, metric, least), (.., most)] = sweep.extremes(name)?;
    let shade = |value: f64| if most > least { (value - least) / (most - least) } else { 0.0 };
    let row = |value: &String| GridRow {
        name: value.clone(),
        cells: columns
            .values
            .iter()
            .map(|column| {
                let fixed = [(roles.across, column.clone()), (down, value.clone())];
                let point = points(sweep, &[&fixed[0], &fixed[1]]).into_iter().next()?;
                let mean = point.mean(name)?;
                let kept = point
                    .slo
                    .iter()
                    .filter(|it| slo::parse(&it.expr).is_ok_and(|slo| slo.metric == name))
                    .all(|it| it.verdict != slo::Verdict::Fail);
                let text = figure(metric.unit, mean).replace("/month", "");
                Some((shade(mean), if kept { text } else { format!("{text} ✗") }))
            })
            .collect(),
    };
    let body = Grid { rows: rows.values.iter().map(row).collect() };
    let height = 30.0 * number::float(number::count(body.rows.len()));
    let failing =
        if limits(sweep, name, metric.unit).is_empty() { "" } else { "; ✗ breaks its SLO" };
    Some(Chart {
        name: format!("grid-{}", stem(name)),
        headline: headline(sweep, name, called)?,
        subtitle: format!("{name}: {} across, {} down{failing}.", columns.path, rows.path),
        note: format!("{} Darker is more.", note(sweep, false)),
        x: places(columns).axis,
        shades: Vec::new(),
        panels: vec![Panel { name: rows.path.clone(), height, body: Body::Grid(body) }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_breaks_where_nothing_was_measured() {
        let line = [(0.5, 1.0), (1.5, 2.0), (3.5, 3.0)];
        let pieces = unbroken(&line, &[2.5, 4.5]);
        assert_eq!(pieces, [line[..2].to_vec(), line[2..].to_vec()]);
        assert_eq!(unbroken(&line, &[]), [line.to_vec()]);
    }

    #[test]
    fn a_map_is_brief_in_a_tick() {
        assert_eq!(brief("{base: 1s, cap: 30s, jitter: full}"), "1s 30s full");
        assert_eq!(brief("socket.io"), "socket.io");
    }
}
