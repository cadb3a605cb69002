//! Percentiles of the delivery lag over time. The counts of all replications are added before a
//! percentile is taken; no percentile is averaged.
use super::{
    Axis, Body, Chart, Limit, Line, Lines, Panel, Shown, axis, bins, evidence, line, shades,
};
use crate::{
    engine::number,
    report::theme::{self, Pen},
    summary::{
        Burst, Judged, Summary, bursts, figures, of_phase,
        series::Curve,
        slo::{self, Comparison},
        survivors,
    },
};
use figures::duration;

const PERCENTILES: [(&str, Pen); 4] =
    [("p50", theme::GREY), ("p95", theme::SKY), ("max", theme::EXTREME), ("p99", theme::BLUE)];

/// The chart; none without deliveries.
pub(super) fn chart(summary: &Summary) -> Option<Chart> {
    let curves: Vec<(&str, Pen, Curve)> = PERCENTILES
        .iter()
        .filter_map(|&(name, pen)| Some((name, pen, summary.level("", "delivery_lag", name)?)))
        .collect();
    let p99 = &curves.iter().find(|(name, ..)| *name == "p99")?.2;
    p99.peak()?;
    let values = || curves.iter().flat_map(|(_, _, curve)| curve.values().map(|(_, value)| value));
    let positive = values().filter(|&value| value > 0.0);
    let (least, most) = positive
        .fold((f64::INFINITY, 0.0_f64), |(least, most), value| (least.min(value), most.max(value)));
    if most <= 0.0 {
        return None;
    }
    let mut limits = limits(summary);
    limits.extend(of_phases(summary));
    let reach = |ends: (f64, f64), limit: f64| (ends.0.min(limit), ends.1.max(limit));
    let (least, most) = limits.iter().map(|limit| limit.value).fold((least, most), reach);
    let y = Axis::lags(least, most);
    let burst = bursts(summary);
    let lines: Vec<Line> = match &burst {
        Some(burst) => by_burst(burst, summary.horizon.seconds()),
        None => curves.iter().map(|(name, pen, curve)| line(*name, *pen, curve)).collect(),
    };
    let what = match &burst {
        Some(burst) => format!(
            "Delivery lag percentiles of each of {} bursts by time of arrival, within a fifth, log \
             scale; between them next to nothing arrives.",
            burst.len(),
        ),
        None => {
            format!("Delivery lag percentiles by time of arrival, {}, log scale.", bins(p99))
        }
    };
    let body = Body::Lines(Lines { y, lines, limits, ..Lines::default() });
    let told = burst.as_deref().map_or_else(|| headline(summary, p99), of_bursts);
    Some(Chart {
        name: "lag-over-time".to_owned(),
        headline: survivors::with(told, "delivery_lag.p99", &summary.metrics),
        subtitle: what,
        note: evidence(summary, Shown::Together),
        x: Axis::time(summary.horizon.seconds()),
        shades: shades(summary),
        panels: vec![Panel::new("delivery lag", theme::SINGLE + 30.0, body)],
    })
}

/// A percentile that moves by no more than this factor stays where it is.
const EVENT: f64 = 1.3;
/// A burst is drawn at least so long, of the whole time.
const SHORT: f64 = 0.008;

/// A stroke for each percentile of each burst, solid: dashes would be mistaken for bursts.
fn by_burst(all: &[Burst], horizon: f64) -> Vec<Line> {
    let line = |&(name, pen): &(&str, Pen)| {
        let value = |burst: &Burst| match name {
            "p50" => burst.quantiles[0],
            "p95" => burst.quantiles[1],
            "p99" => burst.quantiles[2],
            _ => burst.max,
        };
        let piece = |burst: &Burst| {
            let end = burst.to.max(burst.from + SHORT * horizon).min(horizon);
            vec![(burst.from, value(burst)), (end, value(burst))]
        };
        Line::through(name, pen.solid(), all.iter().map(piece).collect())
    };
    PERCENTILES.iter().map(line).collect()
}

/// From where to where p99 goes from burst to burst.
fn of_bursts(all: &[Burst]) -> String {
    let p99 = || all.iter().map(|burst| burst.quantiles[2]);
    let (least, most) = (p99().fold(f64::INFINITY, f64::min), p99().fold(0.0, f64::max));
    let count = figures::count(number::float(number::count(all.len())));
    if most < 1.3 * least {
        return format!("p99 of the delivery lag is {} in each of {count} bursts", duration(most));
    }
    format!(
        "p99 of the delivery lag lies between {} and {} in {count} bursts",
        duration(least),
        duration(most),
    )
}

/// The peak of p99 from the first fault on, held against what is usual before it: its median, and
/// the highest bin that is chance. Where nothing happens, from where to where it goes.
fn headline(summary: &Summary, p99: &Curve) -> String {
    let Some(first) = summary.faults().next() else { return range(summary, p99) };
    let (first, horizon) = (first.start.seconds(), summary.horizon.seconds());
    let begin = summary.warm_up.seconds().min(first);
    let calm = p99.part(begin, first);
    let Some(usual) = calm.median().filter(|&usual| usual > 0.0) else {
        return range(summary, p99);
    };
    let chance = calm.peak().map_or(usual, |(_, most)| most);
    let Some((bin, peak)) = p99.part(first, horizon).peak() else { return range(summary, p99) };
    if peak <= chance.max(EVENT * usual) {
        return format!("p99 of the delivery lag is at most {}", duration(peak.max(chance)));
    }
    let time = p99.time(bin);
    let during =
        summary.faults().find(|fault| (fault.start.seconds()..fault.end.seconds()).contains(&time));
    let place = match during {
        Some(fault) => format!("in {}", fault.name),
        None => p99.when(bin),
    };
    let (from, to) = (duration(usual), duration(peak));
    format!("p99 of the delivery lag rises from {from} to {to} {place}")
}

/// From where to where nine of ten bins go, behind the warm-up: a single one is chance.
fn range(summary: &Summary, p99: &Curve) -> String {
    let (begin, end) = (summary.warm_up.seconds(), summary.horizon.seconds());
    let mut all: Vec<f64> = p99.within(begin, end).map(|(_, value)| value).collect();
    all.sort_by(f64::total_cmp);
    let at = |part: usize| all.get(all.len().saturating_sub(1) * part / 20).copied();
    match at(1).zip(at(19)) {
        Some((low, high)) if low > 0.0 && high > EVENT * low => format!(
            "p99 of the delivery lag lies between {} and {} in nine of ten bins",
            duration(low),
            duration(high),
        ),
        Some((_, high)) if high > 0.0 => {
            let whole = summary.mean("delivery_lag.p99").unwrap_or(high);
            format!("p99 of the delivery lag stays near {}", duration(whole))
        }
        _ => "Delivery lag over time".to_owned(),
    }
}

/// The limits that objectives set, each with its label.
pub(super) fn limits(summary: &Summary) -> Vec<Limit> {
    let mut all = asked(&summary.slo);
    // Where only one sends, its lag is that of all.
    if summary.nodes_with("delivery_lag").iter().all(|node| node.is_empty()) {
        let own = super::origins::limits(summary, None).into_iter();
        all.extend(own.map(|(_, limit, label)| Limit::new(limit, label)));
    }
    all
}

/// The limits that objectives set to all that is delivered.
pub(super) fn asked(judged: &[Judged]) -> Vec<Limit> {
    let label = |(name, limit): (String, f64)| {
        Limit::new(limit, format!("{name} limit {}", axis::seconds(limit)))
    };
    objectives(judged).into_iter().map(label).collect()
}

/// The limits that objectives set to what is sent in a phase, as long as it lasts.
fn of_phases(summary: &Summary) -> Vec<Limit> {
    let limit = |judged: &Judged| {
        let slo = slo::parse(&judged.expr).ok()?;
        let (phase, metric) = of_phase(&slo.metric);
        let phase = phase?;
        let percentile = metric.strip_prefix("delivery_lag.")?;
        let own = summary.stretches().filter(|stretch| stretch.name == phase);
        let spans: Vec<(f64, f64)> =
            own.map(|stretch| (stretch.start.seconds(), stretch.end.seconds())).collect();
        let label = format!("{percentile} limit {}, sent in {phase}", axis::seconds(slo.limit));
        let drawn = is_upper(&slo) && !spans.is_empty();
        drawn.then_some(Limit { value: slo.limit, label, spans })
    };
    summary.slo.iter().filter_map(limit).collect()
}

/// Whether it can be drawn as a line that a lag has to stay below.
pub(super) fn is_upper(slo: &slo::Slo) -> bool {
    matches!(slo.comparison, Comparison::Below | Comparison::AtMost) && slo.limit > 0.0
}

/// Upper limits of lag percentiles, as written: (percentile, limit).
pub(super) fn objectives(judged: &[Judged]) -> Vec<(String, f64)> {
    let limit = |judged: &Judged| {
        let slo = slo::parse(&judged.expr).ok()?;
        let percentile = slo.metric.strip_prefix("delivery_lag.")?.to_owned();
        is_upper(&slo).then_some((percentile, slo.limit))
    };
    judged.iter().filter_map(limit).collect()
}

/// What share of deliveries a percentile's name leaves above it.
pub(super) fn above(percentile: &str) -> Option<f64> {
    match percentile {
        "p50" => Some(0.5),
        "p95" => Some(0.05),
        "p99" => Some(0.01),
        "p999" => Some(0.001),
        _ => None,
    }
}

/// A percentile as people say it: `p99`, `p99.9`.
pub(super) fn spoken(percentile: &str, seconds: f64) -> String {
    let name = if percentile == "p999" { "p99.9" } else { percentile };
    format!("{name} {}", duration(seconds))
}
