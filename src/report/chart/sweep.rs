//! Charts of a sweep: each metric that matters against one axis, small multiples for a second, and
//! a grid of numbers for two.
mod axes;
mod bars;
mod bill;
mod grid;
mod lag;
mod losses;
mod rings;
mod same;

pub use same::{Same, same, sentence};

use super::{Band, Body, Chart, Line, Lines, Panel};
use crate::{
    record::Unit,
    report::theme::{self, Pen},
    summary::{
        Metric,
        figures::{self, figure},
        slo, survivors,
        sweep::{self, Point, Sweep},
        words,
    },
};
use axes::{Across, across, limits, y_axis};
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

/// A load below this share of a whole is next to nothing.
const CALM: f64 = 0.05;
/// Shares that are apart by less than this make up the whole.
const WHOLE: f64 = 5e-4;
/// Shares above this one that are apart by less than `NEAR` have no curve.
const HIGH: f64 = 0.99;
const NEAR: f64 = 1e-3;
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
    let crossed = crossed(sweep);
    let told = |name: &str| told(name) && !crossed.iter().any(|it| it == name);
    let words = roles(sweep).is_some_and(|roles| !is_scale(&sweep.axes[roles.across]));
    let one = |name: &String| {
        // Between two words there is no line.
        let cells = judged.contains(name) || (words && !told(name));
        let grid = if cells { grid::chart(sweep, name) } else { None };
        let drawn = || if words { bars::metric(sweep, name) } else { None };
        let drawn = || drawn().or_else(|| curves(sweep, name));
        grid.or_else(|| drawn().filter(|_| !told(name)))
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

/// The metrics of objectives, of crossings that are told, and those that always matter. What is the
/// same everywhere, or the reverse of another, says nothing more.
fn metrics(sweep: &Sweep) -> Vec<String> {
    let always = METRICS.iter().map(|name| (*name).to_owned());
    let all = objectives(sweep).into_iter().chain(crossed(sweep)).chain(always);
    let mut own: Vec<String> = Vec::new();
    let told = |name: &String| differs(sweep, name) && !is_calm(sweep, name);
    for name in all.filter(told) {
        if !own.iter().any(|known| *known == name || reverse(sweep, known, &name)) {
            own.push(name);
        }
    }
    own.truncate(MOST);
    own
}

/// The metrics in which designs change places.
fn crossed(sweep: &Sweep) -> Vec<String> {
    let mut names: Vec<String> = sweep.crossings().into_iter().map(|it| it.metric).collect();
    names.extend(sweep.uncrossed().and_then(|told| told.metric));
    names.dedup();
    names
}

/// Whether it is a load that is nowhere worth a look, or a share near the whole everywhere, and no
/// objective or crossing is about it.
fn is_calm(sweep: &Sweep, name: &str) -> bool {
    let Some([(.., least), (.., most)]) = sweep.extremes(name) else { return false };
    let calm = name.ends_with(".headroom") && least > 1.0 - CALM
        || name.ends_with(".cpu.peak") && most < CALM
        || is_whole(sweep, name) && most - least <= NEAR;
    calm && !objectives(sweep).iter().chain(&crossed(sweep)).any(|own| own == name)
}

/// Whether it is a share that is nowhere much below the whole.
fn is_whole(sweep: &Sweep, name: &str) -> bool {
    let whole = |metric: &Metric| metric.unit == Unit::Share && metric.mean.unwrap_or(1.0) > HIGH;
    sweep.points.iter().filter_map(|point| point.metric(name)).all(whole)
}

/// Whether one is what the other leaves of the whole, at every point: headroom and peak CPU, where
/// the CPU is what binds.
fn reverse(sweep: &Sweep, one: &str, other: &str) -> bool {
    let pool = |name: &str| {
        Some(name.rsplit_once(".headroom").or(name.rsplit_once(".cpu.peak"))?.0.to_owned())
    };
    let same = pool(one).is_some() && pool(one) == pool(other);
    let whole = |point: &Point| match (point.mean(one), point.mean(other)) {
        (Some(one), Some(other)) => (one + other - 1.0).abs() < WHOLE,
        (one, other) => one.is_none() && other.is_none(),
    };
    same && sweep.points.iter().all(whole)
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

/// Whether the values of an axis are numbers between which there is more.
fn is_scale(axis: &sweep::Axis) -> bool {
    axis.numbers().is_some()
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

/// The metric against one axis.
fn curves(sweep: &Sweep, name: &str) -> Option<Chart> {
    let called = words::metric(name);
    let roles = beside(sweep, roles(sweep)?);
    let unit = unit(sweep, name)?;
    let across = across(&sweep.axes[roles.across]);
    let panels: Vec<Chosen> = each_value(sweep, roles.panels).into_iter().take(PANELS).collect();
    let lines: Vec<Chosen> = each_value(sweep, roles.lines).into_iter().take(LINES).collect();
    let y = y_axis(sweep, name, unit, &across.axis)?;
    let marks = rings::marks(sweep, name, &roles, &across, &y);
    let limits = limits(sweep, name, unit);
    let height = if panels.len() == 1 { theme::SINGLE } else { theme::SMALL };
    let panel = |chosen: &Chosen| {
        let mut body = Lines {
            y: y.clone(),
            limits: limits.clone(),
            marks: marks.clone(),
            ..Lines::default()
        };
        for (line, pen) in lines.iter().zip(theme::EQUALS) {
            let fixed: Vec<&(usize, String)> = chosen.iter().chain(line).collect();
            let points = points(sweep, &fixed);
            let label = line.as_ref().map_or_else(String::new, |it| in_words(sweep, it));
            draw(&mut body, sweep, name, &points, &roles, &across, pen, label);
        }
        let named = chosen.as_ref().map(|it| format!("{called}, {}", in_words(sweep, it)));
        Panel::new(named.unwrap_or_else(|| called.clone()), height, Body::Lines(body))
    };
    let panels: Vec<Panel> = panels.iter().map(panel).collect();
    let crossed = !marks.is_empty();
    Some(Chart {
        name: format!("sweep-{}", stem(name)),
        headline: headline(sweep, name)?,
        subtitle: subtitle(sweep, name, &roles),
        note: note(sweep, true) + if crossed { " A ring: two lines cross." } else { "" },
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

fn headline(sweep: &Sweep, name: &str) -> Option<String> {
    let [low, high] = sweep.extremes(name)?;
    // What is a bill of a month need not say so again.
    let [least, most] = [printed(low), printed(high)].map(|text| text.replace("/month", ""));
    let called = figures::capitalized(&words::metric(name));
    let [low, high] = [low, high].map(|(point, ..)| {
        let only = survivors::only(name, &point.metrics);
        let only = only.map_or_else(String::new, |only| format!(" ({only})"));
        format!("{}{only}", sweep.spoken(point))
    });
    Some(format!("{called}: {least} at {low}, {most} at {high}{}", without(sweep, name)))
}

/// The points at which there is nothing to measure.
fn without(sweep: &Sweep, name: &str) -> String {
    let none: Vec<&Point> =
        sweep.points.iter().filter(|point| point.mean(name).is_none()).collect();
    let Some(first) = none.first() else { return String::new() };
    let why = survivors::lacking(name, &first.metrics);
    match none[..] {
        [one] => format!("; {why} at {}", sweep.spoken(one)),
        _ => format!("; {why} at {} points", none.len()),
    }
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
