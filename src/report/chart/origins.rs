//! The lag of what each origin sends, over time, where several send and their lags differ: half of
//! the deliveries, and all but 1 %. The counts of all replications are added first.
use super::{Axis, Body, Chart, Line, Lines, Panel, Shown, axis, bins, evidence, line, shades};
use crate::{
    report::theme,
    summary::{
        Judged, Summary, figures,
        series::Curve,
        slo::{self, Comparison},
    },
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
    peak: f64,
}

/// The chart; none where one origin sends, or all that is sent is equally late.
pub(super) fn chart(summary: &Summary) -> Option<Chart> {
    let mut all = origins(summary);
    let (first, last) = (all.first()?, all.last()?);
    let usual = |origin: &Origin| origin.most.median().unwrap_or(0.0);
    let apart = |one: f64, other: f64| one.max(other) > ALIKE * one.min(other);
    let differ = apart(first.peak, last.peak) || apart(usual(first), usual(last));
    let asked = all.iter().any(|origin| !limits(summary, Some(origin.node)).is_empty());
    if all.len() < 2 || !(differ || asked) {
        return None;
    }
    let headline = headline(first, last);
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
            // What comes before the warm-up is over is not judged.
            let settled = most.within(summary.warm_up.seconds(), summary.horizon.seconds());
            let peak = settled.map(|(_, value)| value).reduce(f64::max)?;
            Some(Origin { node, half, most, peak })
        })
        .collect();
    all.sort_by(|a, b| b.peak.total_cmp(&a.peak));
    all
}

/// A panel for half of the deliveries, or for all but 1 %.
fn panel(summary: &Summary, all: &[Origin], most: bool) -> Panel {
    let curve = |origin: &Origin| if most { origin.most.clone() } else { origin.half.clone() };
    let limits: Vec<(f64, String)> = all
        .iter()
        .flat_map(|origin| limits(summary, Some(origin.node)))
        .filter(|(statistic, ..)| (statistic == "p50") != most)
        .map(|(_, limit, label)| (limit, label))
        .collect();
    let curves: Vec<Curve> = all.iter().map(curve).collect();
    let values = curves.iter().flat_map(|curve| curve.values().map(|(_, value)| value));
    let ends = values.filter(|&value| value > 0.0).chain(limits.iter().map(|limit| limit.0));
    let (least, greatest) = ends
        .fold((f64::INFINITY, 0.0_f64), |(least, most), value| (least.min(value), most.max(value)));
    let pairs = all.iter().zip(&curves).zip(theme::EQUALS).rev();
    let lines: Vec<Line> =
        pairs.map(|((origin, curve), pen)| line(origin.node, pen.solid(), curve)).collect();
    let body = Lines { y: Axis::lags(least, greatest), lines, limits, ..Lines::default() };
    let part = if most { format!("99{}%", figures::GAP) } else { "half".to_owned() };
    let name = format!("{part} of the deliveries within");
    Panel { name, height: theme::STACKED, body: Body::Lines(body) }
}

/// Upper limits that objectives set to the lag of what a node sends, or of any: percentile, limit,
/// label.
pub(super) fn limits(summary: &Summary, node: Option<&str>) -> Vec<(String, f64, String)> {
    let limit = |judged: &Judged| {
        let slo = slo::parse(&judged.expr).ok()?;
        let (of, statistic) = slo.metric.split_once(".delivery_lag.")?;
        let upper = matches!(slo.comparison, Comparison::Below | Comparison::AtMost);
        let own = node.is_none_or(|node| node == of) && !of.starts_with("during(");
        (own && upper && slo.limit > 0.0).then(|| {
            let label = format!("{of} {statistic} limit {}", axis::seconds(slo.limit));
            (statistic.to_owned(), slo.limit, label)
        })
    };
    summary.slo.iter().filter_map(limit).collect()
}

/// The latest and the earliest, by the peaks of their lines.
fn headline(first: &Origin, last: &Origin) -> String {
    let apart = first.peak > ALIKE * last.peak;
    let (one, other) = (duration(first.peak), duration(last.peak));
    let gap = figures::GAP;
    if apart {
        format!(
            "99{gap}% of what {} sends comes within {one}, of what {} sends within {other}",
            first.node, last.node,
        )
    } else {
        format!("What {} and {} send is equally late: 99{gap}% within {one}", first.node, last.node)
    }
}
