//! Charts of a sweep: each metric that matters against one axis, small multiples for a second, and
//! a grid of numbers for two.
mod bars;
mod bill;
mod grid;
mod lag;
mod losses;

use super::{Axis, Band, Body, Chart, Line, Lines, Panel, axis};
use crate::{
    engine::number,
    record::Unit,
    report::theme::{self, Pen},
    summary::{
        Metric,
        figures::{self, figure},
        slo, survivors,
        sweep::{self, Point, Sweep},
        words::{self, brief},
    },
};
use std::collections::BTreeSet;

/// What is drawn whatever the objectives say.
const METRICS: [&str; 7] = [
    "cost.total",
    "gateways.headroom",
    "delivery_lag.p99",
    "deliveries.missed",
    "attempts.peak_per_second",
    "gateways.cpu.peak",
    "clients.availability",
];

/// Not more charts of metrics than that.
const MOST: usize = 8;
/// Not more small multiples than that.
const PANELS: usize = 8;
/// Not more lines in a panel than there are pens.
const LINES: usize = theme::EQUALS.len();

/// All charts that have something to say. A metric is drawn once: where its numbers stand in a
/// grid, or in a chart that tells more of it, it has no curve.
pub fn all(sweep: &Sweep) -> Vec<Chart> {
    let lag = lag::percentiles(sweep);
    let whole = sweep.points.len() <= bars::BARS;
    let bill = bill::by_item(sweep);
    let lost = losses::by_cause(sweep);
    let told = |name: &str| match name {
        "delivery_lag.p50" | "delivery_lag.p95" | "delivery_lag.p99" | "delivery_lag.p999" => {
            lag.is_some()
        }
        "cost.total" => whole && bill.is_some(),
        "deliveries.missed" => whole && lost.is_some(),
        _ => false,
    };
    let judged = objectives(sweep);
    let one = |name: &String| {
        let grid = if judged.contains(name) { grid::chart(sweep, name) } else { None };
        grid.or_else(|| curves(sweep, name).filter(|_| !told(name)))
    };
    let mut charts: Vec<Chart> = metrics(sweep).iter().filter_map(one).collect();
    charts.extend(lag.clone());
    charts.extend(bill.clone());
    charts.extend(lost.clone());
    charts.extend(losses::by_absence(sweep));
    charts
}

/// The names of the charts that can show a metric, the one that shows most of it first.
pub fn of_metric(name: &str) -> Vec<String> {
    let own = ["grid", "sweep"].map(|kind| format!("{kind}-{}", stem(name)));
    let more = match name {
        "cost.total" => Some("cost-by-item"),
        "deliveries.missed" => Some("losses-by-cause"),
        name if name.starts_with("delivery_lag.") => Some("lag-percentiles"),
        _ => None,
    };
    own.into_iter().chain(more.map(str::to_owned)).collect()
}

/// The metrics of objectives.
fn objectives(sweep: &Sweep) -> Vec<String> {
    let judged = sweep.points.first().into_iter().flat_map(|point| &point.slo);
    let wanted = judged.filter_map(|judged| slo::parse(&judged.expr).ok()).map(|slo| slo.metric);
    let mut seen = BTreeSet::new();
    wanted.filter(|name| seen.insert(name.clone())).collect()
}

/// The metrics of objectives, then those that always matter; a metric that is the same everywhere
/// is left out unless there is an objective for it.
fn metrics(sweep: &Sweep) -> Vec<String> {
    let own = objectives(sweep);
    let others = METRICS.iter().map(|name| (*name).to_owned());
    let others = others.filter(|name| !own.contains(name) && differs(sweep, name));
    let known = |name: &String| sweep.points.iter().any(|point| point.mean(name).is_some());
    own.iter().cloned().chain(others).filter(known).take(MOST).collect()
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
    axes.retain(|axis| *axis != across && !sweep.follows(across, *axis));
    let mut rest = axes.into_iter();
    Some(Roles { across, panels: rest.next(), lines: rest.next() })
}

/// A second axis with few values has lines in one panel, where they can cross.
fn beside(sweep: &Sweep, roles: Roles) -> Roles {
    let few = |axis: &usize| sweep.axes[*axis].values.len() <= LINES;
    match (roles.panels.filter(few), roles.lines) {
        (Some(axis), None) => Roles { panels: None, lines: Some(axis), ..roles },
        _ => roles,
    }
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

/// The metric against one axis.
fn curves(sweep: &Sweep, name: &str) -> Option<Chart> {
    let called = words::metric(name);
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
            let label = line.as_ref().map_or_else(String::new, |it| in_words(sweep, it));
            draw(&mut body, sweep, name, &points, &roles, &across, pen, label);
        }
        let named = chosen.as_ref().map(|it| format!("{called}, {}", in_words(sweep, it)));
        Panel { name: named.unwrap_or_else(|| called.clone()), height, body: Body::Lines(body) }
    };
    let panels: Vec<Panel> = panels.iter().map(panel).collect();
    Some(Chart {
        name: format!("sweep-{}", stem(name)),
        headline: headline(sweep, name)?,
        subtitle: subtitle(sweep, name, &roles),
        note: note(sweep, true),
        x: across.axis,
        shades: Vec::new(),
        panels,
    })
}

/// A value of an axis in words.
fn in_words(sweep: &Sweep, (axis, value): &(usize, String)) -> String {
    words::choice(&sweep.input, &sweep.axes[*axis], value)
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
        // A limit of nothing lies on the marked floor, as values do.
        let limited = limits(sweep, name, unit).iter().any(|limit| limit.0 <= 0.0);
        let zero = limited || means().any(|mean| mean <= 0.0);
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

fn headline(sweep: &Sweep, name: &str) -> Option<String> {
    let [low, high] = sweep.extremes(name)?;
    // What is a bill of a month need not say so again.
    let [least, most] = [printed(low), printed(high)].map(|text| text.replace("/month", ""));
    let called = figures::capitalized(&words::metric(name));
    if least == most {
        return Some(format!("{called} is {least} at every point"));
    }
    let [low, high] = [low, high].map(|(point, ..)| {
        let only = survivors::only(name, &point.metrics);
        let only = only.map_or_else(String::new, |only| format!(" ({only})"));
        format!("{}{only}", sweep.spoken(point))
    });
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
}
