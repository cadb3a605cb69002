//! Series of the same name of several runs, laid over each other.
use super::{Axis, Body, Chart, Limit, Line, Lines, Panel, Shade, attempts, bins, common, line};
use crate::{
    record::Unit,
    report::theme::{self, Pen},
    summary::{Summary, figures, series::Curve, survivors},
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
    /// What the lines are held against.
    limit: Option<Limit>,
    of: &'a dyn Fn(&Summary) -> Option<Curve>,
    /// The value of a run that matters, and how it is said.
    worst: (fn(f64, f64) -> f64, &'a str),
    /// The metric that says whose number it is, where that is not of all.
    metric: &'a str,
    /// What a line is over.
    over: &'a str,
}

/// A line of what is counted or held: each replication has its own.
const MEAN: &str = "the mean over the replications of its run";

/// Lag, connections, attempts and losses, each as far as a run has them.
pub(in crate::report) fn charts(runs: &[Named]) -> Vec<Chart> {
    let lag = Told {
        name: "lag-over-time",
        what: "p99 of the delivery lag",
        unit: Unit::Seconds,
        log: true,
        limit: None,
        of: &|summary| summary.level("", "delivery_lag", "p99"),
        worst: (f64::max, "p99 of the delivery lag peaks at"),
        metric: "delivery_lag.p99",
        over: "over the deliveries of all replications of its run together",
    };
    let connections = Told {
        name: "connections",
        what: "connections",
        unit: Unit::Count,
        log: false,
        limit: None,
        of: &|summary| summary.level("", "connections", "online"),
        worst: (f64::min, "The fewest connections are"),
        metric: "",
        over: MEAN,
    };
    let lost = Told {
        name: "lost",
        what: "missed deliveries per second",
        unit: Unit::PerSecond,
        log: false,
        limit: None,
        of: &missed,
        worst: (f64::max, "Missed deliveries peak at"),
        metric: "",
        over: MEAN,
    };
    let longer = |run: &Named| attempts::tried(run.1).is_some_and(|curve| curve.step > 1.0);
    let by_second = runs.iter().any(longer);
    let attempts = Told {
        name: "attempts",
        what: if by_second {
            "attempts in the busiest second of a bin"
        } else {
            "attempts per second"
        },
        unit: Unit::PerSecond,
        log: runs.iter().any(|run| is_steep(run.1)),
        limit: quota(runs),
        // Of bins of any width it is the attempts of a second.
        of: &|summary| summary.busiest().map(|busiest| busiest.curve),
        worst: (f64::max, "Attempts peak at"),
        metric: "",
        over: MEAN,
    };
    // What is chance in each run is chance in all.
    let told = runs.iter().any(|run| attempts::is_told(run.1));
    let all = [Some(lag), Some(connections), told.then_some(attempts), Some(lost)];
    all.into_iter().flatten().filter_map(|it| chart(&it, runs)).collect()
}

fn is_steep(run: &Summary) -> bool {
    attempts::tried(run).is_some_and(|curve| attempts::is_steep(run, &curve))
}

/// The quota that all runs have.
fn quota(runs: &[Named]) -> Option<Limit> {
    let all: Option<Vec<f64>> = runs.iter().map(|run| attempts::quota(run.1)).collect();
    let all = all?;
    let first = *all.first()?;
    let same = all.iter().all(|rate| rate.total_cmp(&first).is_eq());
    same.then(|| Limit::new(first, attempts::quota_of(first)))
}

/// What happens in all runs at the same time: it is shaded; and what does not, in words.
fn shades(runs: &[Named]) -> (Vec<Shade>, String) {
    let all: Vec<Vec<Shade>> = runs.iter().map(|run| super::shades(run.1)).collect();
    let named: Vec<(&str, &[Shade])> =
        runs.iter().zip(&all).map(|(run, own)| (run.0, own.as_slice())).collect();
    let found = common::shades(&named);
    let words = match found.words.as_str() {
        "" => String::new(),
        told => format!(" Not shaded, since not in all runs alike: {told}."),
    };
    (found.common, words)
}

/// What a line is of, with the replications and the seed of each run.
fn evidence(over: &str, runs: &[Named]) -> String {
    let own = |run: &Summary| format!("n = {}, seed {}", run.replications, run.seed);
    let first = runs.first().map(|run| own(run.1)).unwrap_or_default();
    let told = if runs.iter().all(|run| own(run.1) == first) {
        first
    } else {
        let all: Vec<String> =
            runs.iter().map(|(name, run)| format!("{name}: {}", own(run))).collect();
        all.join("; ")
    };
    if runs.iter().all(|run| run.1.replications < 2) {
        return format!("Each line is a single run, no interval ({told}).");
    }
    format!("Each line is {over} ({told}).")
}

/// Everything that is lost or expires, per second.
fn missed(summary: &Summary) -> Option<Curve> {
    summary.lost().filter(|curve| curve.integral() > 0.0)
}

fn chart(told: &Told, runs: &[Named]) -> Option<Chart> {
    let Told { what, unit, log, .. } = *told;
    let (shades, apart) = shades(runs);
    let curves: Vec<(usize, &str, Curve)> = runs
        .iter()
        .enumerate()
        .filter_map(|(place, (name, summary))| Some((place, *name, (told.of)(summary)?)))
        .filter(|(.., curve)| curve.peak().is_some())
        .collect();
    let first = &curves.first()?.2;
    let apart_in_step = curves.iter().any(|(.., curve)| (curve.step - first.step).abs() > 1e-9);
    let widths = if apart_in_step {
        let mut all: Vec<f64> = curves.iter().map(|(.., curve)| curve.step).collect();
        all.sort_by(f64::total_cmp);
        all.dedup();
        let all: Vec<String> = all.into_iter().map(figures::spoken).collect();
        format!("bins of {}: longer ones are smoother", figures::listed(&all))
    } else {
        bins(first)
    };
    let values = || curves.iter().flat_map(|(.., curve)| curve.values().map(|(_, value)| value));
    let most = values().fold(0.0, f64::max);
    let least = values().filter(|&value| value > 0.0).fold(f64::INFINITY, f64::min);
    let limits: Vec<Limit> = told.limit.iter().cloned().collect();
    let most = limits.iter().map(|limit| limit.value).fold(most, f64::max);
    let y = match (log && least.is_finite(), unit) {
        (true, Unit::Seconds) => Axis::lags(least, most),
        (true, _) => attempts::factors(values(), most),
        (false, _) => super::observed::scale(unit, most),
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
        headline: headline(told, runs, &curves),
        subtitle: format!("Each run’s {what}, {widths}{scale}."),
        note: evidence(told.over, runs) + &apart,
        x: Axis::time(longest),
        shades,
        panels: vec![Panel::new(
            what,
            theme::SINGLE,
            Body::Lines(Lines { y, lines, limits, reversed: true, ..Lines::default() }),
        )],
    })
}

/// The best and the worst run, of those whose numbers are of nearly all; then the others, each with
/// of whom it is: who loses most is not the best.
fn headline(told: &Told, runs: &[Named], curves: &[(usize, &str, Curve)]) -> String {
    let (pick, says) = told.worst;
    let worst = |(place, name, curve): &(usize, &'_ str, Curve)| {
        let only = survivors::hollow(told.metric, &runs[*place].1.metrics);
        let value = curve.values().map(|(_, value)| value).reduce(pick)?;
        Some(((*name).to_owned(), value, only))
    };
    let all = curves.iter().filter_map(worst);
    let (some, all): (Vec<_>, Vec<_>) = all.partition(|it| it.2.is_some());
    let figure = |value: f64| {
        figures::figure(told.unit, if told.unit == Unit::Count { value.round() } else { value })
    };
    let least = all.iter().min_by(|a, b| a.1.total_cmp(&b.1));
    let most = all.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    let of = |it: &(String, f64, Option<String>)| format!("{} with {}", figure(it.1), it.0);
    let those = match least.zip(most) {
        Some((least, most)) if figure(least.1) != figure(most.1) => {
            format!("{} and {}", of(least), of(most))
        }
        Some((_, most)) if some.is_empty() || all.len() > 1 => figure(most.1),
        Some((_, most)) => of(most),
        None => String::new(),
    };
    let some = some.iter().map(|it| format!("{} ({})", of(it), it.2.as_deref().unwrap_or("")));
    let some = figures::listed(&some.collect::<Vec<String>>());
    match (those.is_empty(), some.is_empty()) {
        (true, true) => told.what.to_owned(),
        (false, true) => format!("{says} {those}"),
        (true, false) => format!("{says} {some}"),
        (false, false) => format!("{says} {those}; {some}"),
    }
}
