//! What is lost over a sweep: the missed deliveries of each point by cause, and the curves of loss
//! against time away on one sheet.
use super::bars::{Bars, behind, called, chosen, evenly_with, names, sum};
use crate::{
    record::{Absence, Cause, Unit},
    report::{
        chart::{
            Axis, Body, Chart, Line, Lines, Panel,
            absence::{ENOUGH, LENGTHS, middle, missed_share, total},
            axis,
            fall::{cause, most},
            stacked,
        },
        theme::{self, Pen},
    },
    summary::{
        figures,
        sweep::{Point, Sweep},
    },
};
use figures::{count, share};

/// Not more points have a curve.
const CURVES: usize = 6;
/// What is missed is first of all what goes wrong.
const PENS: [Pen; 5] = [theme::VERMILION, theme::BLUE, theme::GREEN, theme::PURPLE, theme::SKY];
/// A sixth curve.
const LAST: Pen = theme::GREY.wide(1.75);

/// Missed deliveries by cause, a bar for each point; none where nothing is missed anywhere,
/// or everywhere the same.
pub(super) fn by_cause(sweep: &Sweep) -> Option<Chart> {
    let causes = causes(sweep);
    let alike = |cause: &(String, String)| {
        let told = |point: &Point| count(point.mean(&cause.1).unwrap_or(0.0));
        sweep.points.iter().all(|point| told(point) == told(&sweep.points[0]))
    };
    // What is the same everywhere is a line of text.
    if sweep.points.len() < 2 || causes.iter().all(alike) {
        return None;
    }
    let text = |point: &Point, missed: f64| {
        let intended = point.mean("deliveries.intended").unwrap_or(0.0).max(1.0);
        let behind = behind(point, "deliveries.missed");
        format!("{} · {}{behind}", count(missed), share(missed / intended))
    };
    let bars = Bars::of(sweep, &causes, text);
    let axis = bars.axis(figures::tick).named("deliveries");
    let ticks = axis.ticks.iter().filter(|tick| tick.0.fract() == 0.0).cloned().collect();
    let run = if sweep.replications > 1 { ", mean of a run" } else { "" };
    let subtitle = format!(
        "Missed deliveries by cause against {}{run}, and their share of all{}. Linear axis; what \
         is too small is a hairline.",
        names(sweep, |axis| sweep.axes[axis].path.clone()),
        nothing(&bars, sweep.points.len()),
    );
    let names: Vec<String> = causes.iter().map(|cause| cause.0.clone()).collect();
    let key = stacked::key(&names, "other causes", PENS);
    let headline = headline(sweep, &causes)?;
    Some(bars.chart("losses-by-cause", headline, subtitle, Axis { ticks, ..axis }, key))
}

/// How many points have no bar, and why.
fn nothing(bars: &Bars, all: usize) -> String {
    let some = all - bars.none;
    let which = chosen(bars.rows.len(), some);
    if bars.none == 0 {
        return which;
    }
    format!("{which}; {} of {all} points without a bar: nothing is missed there", bars.none)
}

/// What the ledger calls each way of missing, with its metric: the one that costs most first.
fn causes(sweep: &Sweep) -> Vec<(String, String)> {
    let all = Cause::ALL.iter().map(|cause| format!("lost.{}", cause.name()));
    let all = all.map(|name| (name.clone(), name));
    let all = all.chain([("expired".to_owned(), "deliveries.expired".to_owned())]);
    let sum =
        |metric: &str| -> f64 { sweep.points.iter().filter_map(|point| point.mean(metric)).sum() };
    let mut causes: Vec<(f64, (String, String))> =
        all.map(|cause| (sum(&cause.1), cause)).filter(|(sum, _)| *sum > 0.0).collect();
    causes.sort_by(|a, b| b.0.total_cmp(&a.0));
    causes.into_iter().map(|(_, cause)| cause).collect()
}

/// What most of the worst point is, and the best one.
fn headline(sweep: &Sweep, causes: &[(String, String)]) -> Option<String> {
    let missed = |point: &Point| sum(point, causes);
    let by_missed = |a: &&Point, b: &&Point| missed(a).total_cmp(&missed(b));
    let worst = sweep.points.iter().max_by(by_missed)?;
    let best = sweep.points.iter().min_by(by_missed)?;
    let own = |cause: &&(String, String)| worst.mean(&cause.1).unwrap_or(0.0);
    let first = causes.iter().max_by(|a, b| own(a).total_cmp(&own(b)))?;
    let (all, largest) = (missed(worst), own(&first));
    let part = if largest >= all { "all".to_owned() } else { most(largest / all) };
    let mut text = format!(
        "Missed deliveries: {} at {} ({part} by {}{})",
        count(all),
        sweep.spoken(worst),
        cause(&first.0),
        behind(worst, "deliveries.missed").replace(" · ", "; "),
    );
    let least = missed(best);
    if count(least) != count(all) {
        let least = if least > 0.0 { count(least) } else { "none".to_owned() };
        text += &format!(", {least} at {}", sweep.spoken(best));
    }
    Some(text)
}

/// The lengths of outages that say something.
fn told(point: &Point) -> Vec<&Absence> {
    point.absences.iter().filter(|row| total(row) >= ENOUGH).collect()
}

/// Loss against time away, a line for each point; none where nobody misses anything by being away.
pub(super) fn by_absence(sweep: &Sweep) -> Option<Chart> {
    let curved: Vec<&Point> =
        sweep.points.iter().filter(|point| told(point).len() >= LENGTHS).collect();
    if curved.iter().all(|point| told(point).iter().all(|row| row.missed == 0)) {
        return None;
    }
    let (headline, named) = absent(sweep, &curved)?;
    let place = |named: &&Point| curved.iter().position(|it| std::ptr::eq(*it, *named));
    let named: Vec<usize> = named.iter().filter_map(place).collect();
    let shown = evenly_with(curved.len(), CURVES, &named);
    let shown: Vec<&Point> = shown.into_iter().map(|place| curved[place]).collect();
    let lines: Vec<Line> = shown
        .iter()
        .zip(theme::EQUALS.iter().chain([&LAST]))
        .map(|(point, pen)| {
            let at = |row: &&Absence| (middle(row), missed_share(row));
            let pieces = vec![told(point).iter().map(at).collect()];
            Line::through(called(sweep, point), *pen, pieces)
        })
        .collect();
    let dots = || lines.iter().flat_map(|line| line.pieces.iter().flatten());
    let top = dots().map(|dot| dot.1).fold(0.0, f64::max);
    let first = dots().map(|dot| dot.0).fold(f64::INFINITY, f64::min);
    let last = dots().map(|dot| dot.0).fold(0.0, f64::max);
    let x = Axis::lags(first, last).named("time away");
    let y = Axis::linear(top, axis::percent).of(Unit::Share);
    let name = "never got, of what was sent to them".to_owned();
    let body = Body::Lines(Lines { y, lines, ..Lines::default() });
    Some(Chart {
        name: "absence-curves".to_owned(),
        headline,
        subtitle: format!(
            "Share of the messages to a user who is away that never reach it, against the length \
             of the outage, log scale; a line for each {}{}.",
            names(sweep, |axis| sweep.axes[axis].path.clone()),
            chosen(shown.len(), curved.len()),
        ),
        note: evidence(sweep),
        x,
        shades: Vec::new(),
        panels: vec![Panel::new(name, theme::SINGLE, body)],
    })
}

/// What those miss who are away for the longest time that all points know; of points that know too
/// little in common, the worst. With the points that it names.
fn absent<'p>(sweep: &Sweep, curved: &[&'p Point]) -> Option<(String, Vec<&'p Point>)> {
    let at = |point: &Point, low| told(point).into_iter().find(|row| row.low == low).copied();
    let shared = |row: &&Absence| curved.iter().all(|point| at(point, row.low).is_some());
    let rows = |low| curved.iter().filter_map(move |point| Some((*point, at(point, low)?)));
    let by_share = |a: &(&'p Point, Absence), b: &(&'p Point, Absence)| {
        missed_share(&a.1).total_cmp(&missed_share(&b.1))
    };
    if let Some(longest) = told(curved.first()?).into_iter().rev().find(shared) {
        let (best, worst) =
            (rows(longest.low).min_by(by_share)?, rows(longest.low).max_by(by_share)?);
        let least = share(missed_share(&best.1));
        let text = never_get(sweep, worst);
        if missed_share(&worst.1) > 0.0 && std::ptr::eq(best.0, worst.0) {
            return Some((text, vec![worst.0]));
        }
        if missed_share(&worst.1) > 0.0 {
            let text = format!("{text}, {least} at {}", sweep.spoken(best.0));
            return Some((text, vec![worst.0, best.0]));
        }
    }
    let all = curved.iter().flat_map(|point| told(point).into_iter().map(|row| (*point, *row)));
    let worst = all.max_by(by_share)?;
    Some((never_get(sweep, worst), vec![worst.0]))
}

fn never_get(sweep: &Sweep, (point, row): (&Point, Absence)) -> String {
    format!(
        "Users away for {} to {} never get {} of what is sent to them at {}",
        figures::spoken(row.low.seconds()),
        figures::spoken(row.high.seconds()),
        share(missed_share(&row)),
        sweep.spoken(point),
    )
}

fn evidence(sweep: &Sweep) -> String {
    let (n, seed) = (sweep.replications, sweep.seed);
    let runs = match n {
        0 | 1 => format!("Each line is a single run, no interval; seed {seed}"),
        _ => format!("n = {n} replications a line, counted together; seed {seed}"),
    };
    format!("{runs}. Lengths of outages with fewer than {ENOUGH} messages are left out.")
}
