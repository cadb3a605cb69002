//! What is lost over a sweep: the missed deliveries of each point by cause, and the curves of loss
//! against time away on one sheet.
use super::{brief, note};
use crate::{
    engine::number,
    record::{Absence, Cause, Unit},
    report::{
        chart::{
            Axis, Bar, Bars, Body, Chart, Line, Lines, Panel,
            absence::{ENOUGH, LENGTHS, middle, missed_share, total},
            axis,
            fall::most,
        },
        theme::{self, Pen},
    },
    summary::{
        figures,
        sweep::{Point, Sweep},
    },
};
use figures::{count, share};

/// Not more points have a bar.
const BARS: usize = 16;
/// Not more points have a curve.
const CURVES: usize = 6;
/// From bar to bar.
const PITCH: f64 = 30.0;
/// The first causes have a colour of their own.
const PENS: [Pen; 5] = [theme::VERMILION, theme::BLUE, theme::GREEN, theme::PURPLE, theme::SKY];
/// What is left of them; a sixth curve.
const LAST: Pen = theme::GREY.wide(1.75);

/// So many places of `all`, evenly apart, with both ends.
fn evenly(all: usize, most: usize) -> Vec<usize> {
    if all <= most {
        return (0..all).collect();
    }
    let last = most - 1;
    (0..most).map(|place| (place * (all - 1) + last / 2) / last).collect()
}

/// The axes that vary, by their places.
fn varied(sweep: &Sweep) -> Vec<usize> {
    (0..sweep.axes.len()).filter(|&axis| sweep.axes[axis].values.len() > 1).collect()
}

/// What a point is called on a chart: its values, without their axes.
fn called(sweep: &Sweep, point: &Point) -> String {
    let values = varied(sweep).into_iter().map(|axis| brief(&point.values[axis]));
    values.collect::<Vec<_>>().join(" · ")
}

fn names(sweep: &Sweep, name: impl Fn(usize) -> String) -> String {
    varied(sweep).into_iter().map(name).collect::<Vec<_>>().join(" · ")
}

fn chosen(shown: usize, all: usize) -> String {
    let all = if shown < all { all } else { return String::new() };
    format!("; {shown} of {all} points, evenly chosen")
}

/// Missed deliveries by cause, a bar for each point; none where nothing is missed anywhere.
pub(super) fn by_cause(sweep: &Sweep) -> Option<Chart> {
    let causes = causes(sweep);
    if causes.is_empty() || sweep.points.len() < 2 {
        return None;
    }
    let shown = evenly(sweep.points.len(), BARS);
    let points = || shown.iter().map(|&place| &sweep.points[place]);
    let rows: Vec<Bar> = points().map(|point| bar(sweep, point, &causes)).collect();
    let longest = rows.iter().map(|row| row.to).fold(1.0, f64::max);
    let axis = Axis::linear(longest, figures::tick).named("deliveries");
    let axis = Axis { high: longest, ..axis };
    let ticks = axis.ticks.iter().filter(|tick| tick.0 <= longest && tick.0.fract() == 0.0);
    let axis = Axis { ticks: ticks.cloned().collect(), ..axis };
    let height = PITCH * number::float(number::count(rows.len()));
    let body = Bars { axis, rows, falls: false, key: key(&causes) };
    let run = if sweep.replications > 1 { ", mean of a run" } else { "" };
    Some(Chart {
        name: "losses-by-cause".to_owned(),
        headline: headline(sweep, &causes)?,
        subtitle: format!(
            "Missed deliveries by cause against {}{run}, and their share of all{}. Linear axis; \
             what is too small is a hairline.",
            names(sweep, |axis| sweep.axes[axis].path.clone()),
            chosen(shown.len(), sweep.points.len()),
        ),
        note: note(sweep, false).replace("Each point", "Each bar"),
        x: Axis::default(),
        shades: Vec::new(),
        panels: vec![Panel {
            name: names(sweep, |axis| sweep.axes[axis].name.clone()),
            height,
            body: Body::Bars(body),
        }],
    })
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

/// What the colours mean: from the sixth cause on they share one.
fn key(causes: &[(String, String)]) -> Vec<(String, Pen)> {
    let named = causes.iter().zip(PENS).map(|((name, _), pen)| (name.clone(), pen));
    let rest = match causes.get(PENS.len()..) {
        Some([one]) => Some(one.0.clone()),
        Some([_, _, ..]) => Some("other causes".to_owned()),
        Some([]) | None => None,
    };
    named.chain(rest.map(|name| (name, LAST))).collect()
}

/// How many a point misses for each entry of the key.
fn parts(point: &Point, causes: &[(String, String)]) -> Vec<f64> {
    let mut parts = vec![0.0; causes.len().min(PENS.len() + 1)];
    for (place, (_, metric)) in causes.iter().enumerate() {
        parts[place.min(PENS.len())] += point.mean(metric).unwrap_or(0.0);
    }
    parts
}

fn bar(sweep: &Sweep, point: &Point, causes: &[(String, String)]) -> Bar {
    let parts = parts(point, causes);
    let missed: f64 = parts.iter().sum();
    let intended = point.mean("deliveries.intended").unwrap_or(0.0).max(1.0);
    let text = format!("{} · {}", count(missed), share(missed / intended));
    Bar {
        name: called(sweep, point),
        words: String::new(),
        from: 0.0,
        to: missed,
        text: if missed > 0.0 { text } else { "none".to_owned() },
        pen: LAST,
        rises: false,
        bold: false,
        parts,
    }
}

/// What most of the worst point is, and the best one.
fn headline(sweep: &Sweep, causes: &[(String, String)]) -> Option<String> {
    let missed = |point: &Point| parts(point, causes).iter().sum::<f64>();
    let by_missed = |a: &&Point, b: &&Point| missed(a).total_cmp(&missed(b));
    let worst = sweep.points.iter().max_by(by_missed)?;
    let best = sweep.points.iter().min_by(by_missed)?;
    let own = |cause: &&(String, String)| worst.mean(&cause.1).unwrap_or(0.0);
    let first = causes.iter().max_by(|a, b| own(a).total_cmp(&own(b)))?;
    let (all, largest) = (missed(worst), own(&first));
    let part = if largest >= all { "all".to_owned() } else { most(largest / all) };
    let mut text = format!(
        "Missed deliveries: {} at {} ({part} {})",
        count(all),
        sweep.spoken(worst),
        first.0,
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
    let shown: Vec<&Point> =
        evenly(curved.len(), CURVES).into_iter().map(|place| curved[place]).collect();
    let lines: Vec<Line> = shown
        .iter()
        .zip(theme::EQUALS.iter().chain([&LAST]))
        .map(|(point, pen)| {
            let at = |row: &&Absence| (middle(row), missed_share(row));
            let pieces = vec![told(point).iter().map(at).collect()];
            Line { label: called(sweep, point), pen: *pen, pieces }
        })
        .collect();
    let dots = || lines.iter().flat_map(|line| line.pieces.iter().flatten());
    let top = dots().map(|dot| dot.1).fold(0.0, f64::max);
    let first = dots().map(|dot| dot.0).fold(f64::INFINITY, f64::min);
    let last = dots().map(|dot| dot.0).fold(0.0, f64::max);
    let x = Axis::log(first, last, axis::seconds).of(Unit::Seconds).named("time away");
    let y = Axis::linear(top, axis::share).of(Unit::Share);
    let name = "never got, of what was sent to them".to_owned();
    let body = Body::Lines(Lines { y, lines, ..Lines::default() });
    Some(Chart {
        name: "absence-curves".to_owned(),
        headline: absent(sweep, &curved)?,
        subtitle: format!(
            "Share of the messages to a user who is away that never reach it, against the length \
             of the outage, log scale; a line for each {}{}.",
            names(sweep, |axis| sweep.axes[axis].path.clone()),
            chosen(shown.len(), curved.len()),
        ),
        note: evidence(sweep),
        x,
        shades: Vec::new(),
        panels: vec![Panel { name, height: theme::SINGLE, body }],
    })
}

/// What those miss who are away for the longest time that all points know; of points that know too
/// little in common, the worst.
fn absent(sweep: &Sweep, curved: &[&Point]) -> Option<String> {
    let at = |point: &Point, low| told(point).into_iter().find(|row| row.low == low).copied();
    let shared = |row: &&Absence| curved.iter().all(|point| at(point, row.low).is_some());
    let rows = |low| curved.iter().filter_map(move |point| Some((*point, at(point, low)?)));
    let by_share = |a: &(&Point, Absence), b: &(&Point, Absence)| {
        missed_share(&a.1).total_cmp(&missed_share(&b.1))
    };
    if let Some(longest) = told(curved.first()?).into_iter().rev().find(shared) {
        let (best, worst) =
            (rows(longest.low).min_by(by_share)?, rows(longest.low).max_by(by_share)?);
        let least = share(missed_share(&best.1));
        let text = never_get(sweep, worst);
        if missed_share(&worst.1) > 0.0 {
            return Some(format!("{text}, {least} at {}", sweep.spoken(best.0)));
        }
    }
    let all = curved.iter().flat_map(|point| told(point).into_iter().map(|row| (*point, *row)));
    Some(never_get(sweep, all.max_by(by_share)?))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_lies_evenly() {
        assert_eq!(evenly(4, 6), [0, 1, 2, 3]);
        assert_eq!(evenly(14, 6), [0, 3, 5, 8, 10, 13]);
        assert_eq!(evenly(100, 6), [0, 20, 40, 59, 79, 99]);
    }

    #[test]
    fn the_sixth_cause_shares_its_colour() {
        let causes = |count: usize| -> Vec<(String, String)> {
            (0..count).map(|place| (format!("c{place}"), String::new())).collect()
        };
        let last = |count| key(&causes(count)).pop().map(|(name, _)| name);
        assert_eq!(last(5).as_deref(), Some("c4"));
        assert_eq!(last(6).as_deref(), Some("c5"));
        assert_eq!(last(7).as_deref(), Some("other causes"));
        assert_eq!(key(&causes(9)).len(), 6);
    }
}
