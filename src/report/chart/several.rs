//! Series of the same name of several runs, laid over each other.
use super::{Axis, Body, Chart, Line, Lines, Panel, bins, line};
use crate::{
    record::Unit,
    report::theme::{self, Pen},
    summary::{Summary, figures, series::Curve},
};

/// A run and what it is called here.
pub(in crate::report) type Named<'s> = (&'s str, &'s Summary);

/// How a run's line is drawn: five pens, then the same the other way round.
pub(super) fn pen(place: usize) -> Pen {
    let pen = theme::EQUALS[place % theme::EQUALS.len()];
    let again = place >= theme::EQUALS.len();
    match (again, pen.dash.is_empty()) {
        (true, true) => Pen { dash: &[6.0, 3.0], ..pen },
        (true, false) => pen.solid(),
        (false, _) => pen,
    }
}

/// What is laid over each other.
struct Told<'a> {
    name: &'a str,
    /// What its axis measures.
    what: &'a str,
    unit: Unit,
    log: bool,
    of: &'a dyn Fn(&Summary) -> Option<Curve>,
    /// The value of a run that matters, and how it is said.
    worst: (fn(f64, f64) -> f64, &'a str),
    /// What a line is over.
    over: &'a str,
}

/// A line of what is counted or held: each replication has its own.
const MEAN: &str = "Each line is the mean over the replications of its run.";

/// Lag, connections and losses, each as far as a run has them.
pub(in crate::report) fn charts(runs: &[Named]) -> Vec<Chart> {
    let lag = Told {
        name: "lag-over-time",
        what: "p99 of the delivery lag",
        unit: Unit::Seconds,
        log: true,
        of: &|summary| summary.level("", "delivery_lag", "p99"),
        worst: (f64::max, "p99 of the delivery lag peaks at"),
        over: "Each line is over the deliveries of all replications of its run together.",
    };
    let connections = Told {
        name: "connections",
        what: "connections",
        unit: Unit::Count,
        log: false,
        of: &|summary| summary.level("", "connections", "online"),
        worst: (f64::min, "The fewest connections are"),
        over: MEAN,
    };
    let lost = Told {
        name: "lost",
        what: "missed deliveries per second",
        unit: Unit::PerSecond,
        log: false,
        of: &missed,
        worst: (f64::max, "Missed deliveries peak at"),
        over: MEAN,
    };
    [lag, connections, lost].iter().filter_map(|told| chart(told, runs)).collect()
}

/// Everything that is lost or expires, per second.
fn missed(summary: &Summary) -> Option<Curve> {
    let causes = summary.statistics("", "lost");
    let lost = causes.into_iter().filter(|&cause| cause != "total");
    let mut all: Vec<Curve> = lost.filter_map(|cause| summary.rate("", "lost", cause)).collect();
    all.extend(summary.rate("", "deliveries", "expired"));
    Curve::sum(&all).filter(|curve| curve.integral() > 0.0)
}

fn chart(told: &Told, runs: &[Named]) -> Option<Chart> {
    let Told { what, unit, log, .. } = *told;
    let curves: Vec<(usize, &str, Curve)> = runs
        .iter()
        .enumerate()
        .filter_map(|(place, (name, summary))| Some((place, *name, (told.of)(summary)?)))
        .filter(|(.., curve)| curve.peak().is_some())
        .collect();
    let step = &curves.first()?.2;
    let values = || curves.iter().flat_map(|(.., curve)| curve.values().map(|(_, value)| value));
    let most = values().fold(0.0, f64::max);
    let least = values().filter(|&value| value > 0.0).fold(f64::INFINITY, f64::min);
    let y = if log && least.is_finite() {
        Axis::lags(least, most)
    } else {
        super::observed::scale(unit, most)
    };
    // The first run is the most important line: it lies on top.
    let lines: Vec<Line> = curves
        .iter()
        .rev()
        .map(|(place, name, curve)| {
            let pen = pen(*place).wide(1.75);
            // A line alone needs no dashes: on what is jagged they turn to noise.
            line(*name, if curves.len() > 1 { pen } else { pen.solid() }, curve)
        })
        .collect();
    let longest = runs.iter().map(|(_, run)| run.horizon.seconds()).fold(0.0, f64::max);
    let scale = if log { ", log scale" } else { "" };
    Some(Chart {
        name: told.name.to_owned(),
        headline: headline(told, &curves),
        subtitle: format!("Each run’s {what}, {}{scale}.", bins(step)),
        note: told.over.to_owned(),
        x: Axis::time(longest),
        shades: Vec::new(),
        panels: vec![Panel {
            name: what.to_owned(),
            height: theme::SINGLE,
            body: Body::Lines(Lines { y, lines, reversed: true, ..Lines::default() }),
        }],
    })
}

/// The best and the worst run.
fn headline(told: &Told, curves: &[(usize, &str, Curve)]) -> String {
    let (pick, says) = told.worst;
    let worst = |(_, name, curve): &(usize, &'_ str, Curve)| {
        Some(((*name).to_owned(), curve.values().map(|(_, value)| value).reduce(pick)?))
    };
    let all: Vec<(String, f64)> = curves.iter().filter_map(worst).collect();
    let figure = |value: f64| {
        figures::figure(told.unit, if told.unit == Unit::Count { value.round() } else { value })
    };
    let least = all.iter().min_by(|a, b| a.1.total_cmp(&b.1));
    let most = all.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    match least.zip(most) {
        Some((least, most)) if figure(least.1) != figure(most.1) => format!(
            "{says} {} with {} and {} with {}",
            figure(least.1),
            least.0,
            figure(most.1),
            most.0,
        ),
        Some((_, most)) => format!("{says} {}", figure(most.1)),
        None => told.what.to_owned(),
    }
}
