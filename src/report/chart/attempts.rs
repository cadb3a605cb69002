//! Connection attempts per second, what becomes of them, and who waits.
use super::{
    Axis, Band, Body, Chart, Lines, Panel, Shown, axis, band, bins, evidence, line, shades,
    with_bands,
};
use crate::{
    record::Unit,
    report::theme::{self, Pen},
    summary::{Summary, figures, series::Curve, student},
};
use figures::{clock, compact, count, share};

/// Peaks so many times over the usual rate need a log axis.
const LOG: f64 = 30.0;

/// Peaks below so many times the usual rate, without a failure, are chance: nothing to say.
const CHANCE: f64 = 2.5;

/// Waits that nobody notices have no panel.
const SHORTEST_WAIT: f64 = 0.01;

/// A share of failures that the headline names.
const NOTABLE: f64 = 0.001;

/// What can become of an attempt beside a connection.
const FAILURES: [(&str, &str, Pen); 3] = [
    ("abandoned", "abandoned", theme::GREEN),
    ("timed_out", "timed out", theme::PURPLE),
    ("refused", "refused", theme::VERMILION),
];

/// The chart; none without attempts.
pub(super) fn chart(summary: &Summary) -> Option<Chart> {
    let attempted = summary.rate("", "attempts", "attempted")?;
    let (bin, peak) = attempted.peak().filter(|&(_, peak)| peak > 0.0)?;
    let accepted = summary.rate("", "attempts", "accepted");
    let mut shown = vec![(theme::BLUE.wide(1.75), "attempted", attempted.clone())];
    if let Some(accepted) = accepted {
        shown.insert(0, (theme::GREY, "accepted", accepted));
    }
    let failures = failures(summary);
    let usual = usual(summary, &attempted);
    let steady = usual.is_some_and(|usual| peak < CHANCE * usual);
    if steady && failures.is_empty() && summary.faults().next().is_none() {
        return None;
    }
    let log = usual.is_some_and(|usual| peak > LOG * usual);
    let bands = band(summary, theme::BLUE, &attempted).into_iter().collect();
    let mut panels = vec![panel("attempts per second", &shown, log, bands)];
    if !failures.is_empty() {
        panels.push(panel("failed attempts per second", &failures, false, Vec::new()));
    }
    panels.extend(waiting(summary));
    let heights = [theme::SINGLE, theme::STACKED, theme::SMALL];
    let height = heights[panels.len().min(3) - 1];
    panels.iter_mut().for_each(|panel| panel.height = height);
    Some(Chart {
        name: "attempts".to_owned(),
        headline: headline(summary, &attempted, (bin, peak), &failures),
        subtitle: format!(
            "Connection attempts per second, {}{}.",
            bins(&attempted),
            if log { ", log scale" } else { "" },
        ),
        note: evidence(summary, Shown::Band),
        x: Axis::time(summary.horizon.seconds()),
        shades: shades(summary),
        panels,
    })
}

/// The rate before anything happens; the median where nothing does.
fn usual(summary: &Summary, attempted: &Curve) -> Option<f64> {
    let Some(fault) = summary.faults().next() else { return attempted.median() };
    let start = fault.start.seconds();
    let before = attempted.within(summary.warm_up.seconds().min(start / 2.0), start);
    let before: Vec<f64> = before.map(|(_, value)| value).collect();
    student::mean(&before).or_else(|| attempted.median())
}

fn headline(
    summary: &Summary,
    attempted: &Curve,
    (bin, peak): (usize, f64),
    failures: &[(Pen, &str, Curve)],
) -> String {
    let failed: f64 = failures.iter().map(|(_, _, curve)| curve.integral()).sum();
    let at = clock(attempted.time(bin));
    let before = if summary.faults().next().is_some() { "rate before" } else { "median" };
    let ending = match usual(summary, attempted).filter(|&usual| usual > 0.0) {
        _ if failed > NOTABLE * attempted.integral() => {
            format!("; {} of all attempts fail", share(failed / attempted.integral()))
        }
        Some(usual) if peak > 2.0 * usual => {
            format!(", {} times the {before}", compact(peak / usual))
        }
        _ => String::new(),
    };
    format!("Attempts peak at {}/s at {at}{ending}", count(peak))
}

/// What failed, the most frequent last: on top.
fn failures(summary: &Summary) -> Vec<(Pen, &'static str, Curve)> {
    let mut all: Vec<(Pen, &str, Curve)> = FAILURES
        .iter()
        .filter_map(|&(name, label, pen)| {
            let curve = summary.rate("", "attempts", name)?;
            (curve.integral() > 0.0).then_some((pen.solid(), label, curve))
        })
        .collect();
    all.sort_by(|a, b| a.2.integral().total_cmp(&b.2.integral()));
    all
}

/// How long the unluckiest handshake waits, or how many wait, at the node where it is worst.
fn waiting(summary: &Summary) -> Option<Panel> {
    let mut worst: Option<(f64, &str, Unit, Curve)> = None;
    for node in summary.nodes_with("handshake_queue") {
        let Some((unit, curve)) = queue(summary, node) else { continue };
        let peak = curve.peak().map_or(0.0, |(_, peak)| peak);
        let least = if unit == Unit::Seconds { SHORTEST_WAIT } else { 0.0 };
        if peak > worst.as_ref().map_or(least, |(most, ..)| *most) {
            worst = Some((peak, node, unit, curve));
        }
    }
    let (peak, node, unit, curve) = worst?;
    let name = match unit {
        Unit::Seconds => format!("longest wait for a CPU of {node}"),
        _ => format!("handshakes waiting in {node}"),
    };
    let shown = [(theme::BLUE.wide(1.75), "", curve)];
    let mut panel = panel(&name, &shown, false, Vec::new());
    if let (Body::Lines(lines), Unit::Seconds) = (&mut panel.body, unit) {
        lines.y = Axis::linear(peak, axis::seconds).of(Unit::Seconds);
    }
    Some(panel)
}

fn queue(summary: &Summary, node: &str) -> Option<(Unit, Curve)> {
    let names = summary.statistics(node, "handshake_queue");
    let name = ["max", "total"].into_iter().find(|name| names.contains(name));
    let name = name.or(names.first().copied())?;
    let unit = summary.unit(node, "handshake_queue")?;
    Some((unit, summary.level(node, "handshake_queue", name)?))
}

fn panel(name: &str, shown: &[(Pen, &str, Curve)], log: bool, bands: Vec<Band>) -> Panel {
    let values = || shown.iter().flat_map(|(_, _, curve)| curve.values().map(|(_, value)| value));
    let most = with_bands(values().fold(0.0, f64::max), &bands);
    let least = values().filter(|&value| value > 0.0).fold(f64::INFINITY, f64::min);
    let zeros = values().any(|value| value <= 0.0);
    let y = match (log, zeros) {
        (true, true) => Axis::log(least, most, figures::tick).with_floor(),
        (true, false) => Axis::log(least, most, figures::tick),
        (false, _) => Axis::linear(most, figures::tick),
    };
    let lines = shown.iter().map(|(pen, label, curve)| line(*label, *pen, curve)).collect();
    let y = y.of(Unit::PerSecond);
    let body = Body::Lines(Lines { y, bands, lines, ..Lines::default() });
    Panel { name: name.to_owned(), height: theme::SINGLE, body }
}
