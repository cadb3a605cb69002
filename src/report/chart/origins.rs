//! The lag of what each origin sends, over time, where several send and their lags differ: half of
//! the deliveries, and all but 1 %. The counts of all replications are added first.
use super::{
    Axis, Body, Chart, Limit, Line, Lines, Panel, Shown, axis, bins, evidence, line, shades,
};
use crate::{
    report::theme,
    summary::{Judged, Summary, figures, series::Curve, slo, survivors},
};
use figures::duration;

/// Lags within so much of each other are the same.
const ALIKE: f64 = 1.3;
/// So many origins have a line.
const MOST: usize = theme::EQUALS.len();

/// What an origin sends, by how late it comes.
struct Origin<'s> {
    node: &'s str,
    half: Curve,
    most: Curve,
    /// Half of its deliveries of the whole run are within this, in seconds.
    p50: f64,
    /// 99 % of them.
    p99: f64,
}

/// The chart; none where one origin sends, or all that is sent is equally late.
pub(super) fn chart(summary: &Summary) -> Option<Chart> {
    let mut all = origins(summary);
    let (first, last) = (all.first()?, all.last()?);
    let differ = apart(first.p99, last.p99) || {
        let (early, late) = by_half(&all)?;
        apart(late.p50, early.p50)
    };
    let asked = all.iter().any(|origin| !limits(summary, Some(origin.node)).is_empty());
    if all.len() < 2 || !(differ || asked) {
        return None;
    }
    let headline = headline(summary, &all)?;
    let left_out = all.len().saturating_sub(MOST);
    all.truncate(MOST);
    let bins = bins(&all[0].most);
    let more = match left_out {
        0 => String::new(),
        n => format!(" {n} that are earlier are left out."),
    };
    Some(Chart {
        name: "lag-by-source".to_owned(),
        headline,
        subtitle: format!(
            "Delivery lag of what each sends, percentiles by time of arrival, {bins}, log scale."
        ),
        note: evidence(summary, Shown::Together) + &more,
        x: Axis::time(summary.horizon.seconds()),
        shades: shades(summary),
        panels: vec![panel(summary, &all, false), panel(summary, &all, true)],
    })
}

/// Those that have deliveries, the latest first.
fn origins(summary: &Summary) -> Vec<Origin<'_>> {
    let nodes = summary.nodes_with("delivery_lag").into_iter().filter(|node| !node.is_empty());
    let level = |node, name| summary.level(node, "delivery_lag", name);
    let mut all: Vec<Origin> = nodes
        .filter_map(|node| {
            let (half, most) = (level(node, "p50")?, level(node, "p99")?);
            let whole = |name: &str, curve: &Curve| {
                let told = summary.mean(&format!("{node}.delivery_lag.{name}"));
                told.or_else(|| settled(summary, curve).median())
            };
            let (p50, p99) = (whole("p50", &half)?, whole("p99", &most)?);
            Some(Origin { node, half, most, p50, p99 })
        })
        .collect();
    all.sort_by(|a, b| b.p99.total_cmp(&a.p99));
    all
}

/// A curve without what comes before the warm-up is over: that is not judged.
fn settled(summary: &Summary, curve: &Curve) -> Curve {
    curve.part(summary.warm_up.seconds(), summary.horizon.seconds())
}

fn apart(one: f64, other: f64) -> bool {
    one.max(other) > ALIKE * one.min(other)
}

/// The earliest and the latest by half of their deliveries.
fn by_half<'a, 's>(all: &'a [Origin<'s>]) -> Option<(&'a Origin<'s>, &'a Origin<'s>)> {
    let by = |a: &&Origin, b: &&Origin| a.p50.total_cmp(&b.p50);
    all.iter().min_by(by).zip(all.iter().max_by(by))
}

/// A panel for half of the deliveries, or for all but 1 %.
fn panel(summary: &Summary, all: &[Origin], most: bool) -> Panel {
    let curve = |origin: &Origin| if most { origin.most.clone() } else { origin.half.clone() };
    let limits: Vec<Limit> = all
        .iter()
        .flat_map(|origin| limits(summary, Some(origin.node)))
        .filter(|(statistic, ..)| (statistic == "p50") != most)
        .map(|(_, limit, label)| Limit::new(limit, label))
        .collect();
    let curves: Vec<Curve> = all.iter().map(curve).collect();
    let values = curves.iter().flat_map(|curve| curve.values().map(|(_, value)| value));
    let ends = values.filter(|&value| value > 0.0).chain(limits.iter().map(|limit| limit.value));
    let (least, greatest) = ends
        .fold((f64::INFINITY, 0.0_f64), |(least, most), value| (least.min(value), most.max(value)));
    let pairs = all.iter().zip(&curves).zip(theme::EQUALS).rev();
    let lines: Vec<Line> =
        pairs.map(|((origin, curve), pen)| line(origin.node, pen.solid(), curve)).collect();
    let body = Lines { y: Axis::lags(least, greatest), lines, limits, ..Lines::default() };
    let part = if most { format!("99{}%", figures::GAP) } else { "half".to_owned() };
    let name = format!("{part} of the deliveries within");
    Panel::new(name, theme::STACKED, Body::Lines(body))
}

/// Upper limits that objectives set to the lag of what a node sends, or of any: percentile, limit,
/// label.
pub(super) fn limits(summary: &Summary, node: Option<&str>) -> Vec<(String, f64, String)> {
    let limit = |judged: &Judged| {
        let slo = slo::parse(&judged.expr).ok()?;
        let (of, statistic) = slo.metric.split_once(".delivery_lag.")?;
        let own = node.is_none_or(|node| node == of) && slo.phase().is_none();
        (own && super::lag::is_upper(&slo)).then(|| {
            let label = format!("{of} {statistic} limit {}", axis::seconds(slo.limit));
            (statistic.to_owned(), slo.limit, label)
        })
    };
    summary.slo.iter().filter_map(limit).collect()
}

/// The latest and the earliest over the whole run: by 99 % of their deliveries, or else by half.
/// A moment in which all are late says nothing of the others.
fn headline(summary: &Summary, all: &[Origin]) -> Option<String> {
    let (first, last) = (all.first()?, all.last()?);
    let gap = figures::GAP;
    let of = |origin: &Origin, name: &str| format!("{}.delivery_lag.{name}", origin.node);
    let told = |late: &Origin, early: &Origin, name: &str| {
        let part = if name == "p50" { "half".to_owned() } else { format!("99{gap}%") };
        let only = [late, early].map(|it| survivors::only(&of(it, name), &summary.metrics));
        // Of whom both speak is said once.
        let alike = only[0] == only[1];
        let within = |origin: &Origin, only: &Option<String>| {
            let lag = duration(if name == "p50" { origin.p50 } else { origin.p99 });
            let own = only.as_ref().filter(|_| !alike);
            own.map_or_else(|| lag.clone(), |own| format!("{lag} ({own})"))
        };
        let both = only[0].as_ref().filter(|_| alike);
        format!(
            "{part} of what {} sends comes within {}, of what {} sends within {}{}",
            late.node,
            within(late, &only[0]),
            early.node,
            within(early, &only[1]),
            both.map_or_else(String::new, |own| format!("; both {own}")),
        )
    };
    if apart(first.p99, last.p99) {
        return Some(told(first, last, "p99"));
    }
    let (early, late) = by_half(all)?;
    if apart(late.p50, early.p50) {
        return Some(figures::capitalized(&told(late, early, "p50")));
    }
    let those: Vec<String> = all.iter().map(|origin| origin.node.to_owned()).collect();
    let text = format!(
        "What {} send is equally late: 99{gap}% within {}",
        figures::listed(&those),
        duration(first.p99)
    );
    Some(survivors::with(text, &of(first, "p99"), &summary.metrics))
}
