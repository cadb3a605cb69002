//! What the script reads: the series of a chart and where they stand, the frames of a run. Plain
//! data in an element of its own, which no browser runs.
use super::text;
use crate::{
    engine::number,
    record::Unit,
    report::{
        chart::{Axis, Body, Chart, Scale},
        draw::Sheet,
        files,
        graph::{Graph, most_connections},
    },
    summary::{Summary, figures, series::Curve},
};
use maud::{Markup, PreEscaped, html};
use serde_json::{Value as Json, json};

/// The slider has not more steps.
const FRAMES: usize = 120;
/// Points of a series for the pointer.
const POINTS: usize = 320;

/// A chart's series, in the order of their marks; none for charts without lines.
pub(super) fn chart(chart: &Chart, wide: &Sheet, narrow: &Sheet) -> Option<Markup> {
    let mut series = Vec::new();
    for panel in &chart.panels {
        let Body::Lines(lines) = &panel.body else { continue };
        for line in &lines.lines {
            // Panels of one line each are told from each other without a button.
            let named = !line.label.is_empty();
            let label = if line.label.is_empty() { &panel.name } else { &line.label };
            series.push(json!({
                "s": series.len(),
                "named": named,
                "label": text::clean(label, 60),
                "unit": files::unit_name(lines.y.unit),
                "points": points(&line.pieces.concat()),
            }));
        }
    }
    let data = json!({
        "x": axis(&chart.x),
        "frames": [wide.plot, narrow.plot],
        "series": series,
    });
    (!series.is_empty()).then(|| element(&id(chart), &data))
}

/// The element's name.
pub(super) fn id(chart: &Chart) -> String {
    format!("data-{}", chart.name)
}

fn axis(axis: &Axis) -> Json {
    let scale = if axis.scale == Scale::Log { "log" } else { "linear" };
    json!({ "scale": scale, "low": axis.low, "high": axis.high, "unit":
        files::unit_name(axis.unit) })
}

/// x and y in turn, at most so many; five digits are enough for a pointer.
fn points(all: &[(f64, f64)]) -> Vec<f64> {
    let step = all.len().div_ceil(POINTS).max(1);
    all.iter().step_by(step).flat_map(|&(x, y)| [short(x), short(y)]).collect()
}

fn short(value: f64) -> f64 {
    format!("{value:.4e}").parse().unwrap_or(value)
}

/// The run as frames: how much of its limit each instance holds at each step.
pub(super) fn frames(summary: &Summary, graph: &Graph) -> Option<Markup> {
    let mut shares: Vec<Vec<f64>> = Vec::new();
    for node in graph.nodes.iter().filter(|node| !node.instances.is_empty()) {
        let limit = most_connections(node, &summary.input);
        for name in node.tracks(summary) {
            let curve = summary.level(&node.name, "connections", name)?;
            let most = limit.or(curve.peak().map(|peak| peak.1)).unwrap_or(1.0).max(1.0);
            shares.push(steps(&curve).into_iter().map(|value| short(value / most)).collect());
        }
    }
    let count = shares.first()?.len();
    let attempts = summary.rate("", "attempts", "attempted").map(|curve| steps(&curve));
    let label = |frame: usize| {
        let at = summary.horizon.seconds() * number::float(number::count(frame))
            / number::float(number::count(count));
        let rate = attempts.as_ref().and_then(|rates| rates.get(frame));
        let rate = rate.map_or_else(String::new, |rate| {
            format!(" · {}", figures::figure(Unit::PerSecond, rate.round())) + " attempts"
        });
        format!("{}{}{rate}", figures::clock(at), phase(summary, at))
    };
    let labels: Vec<String> = (0..count).map(label).collect();
    Some(element("data-topology", &json!({ "labels": labels, "shares": shares })))
}

fn phase(summary: &Summary, at: f64) -> String {
    let now =
        summary.faults().find(|phase| (phase.start.seconds()..phase.end.seconds()).contains(&at));
    now.map_or_else(String::new, |phase| format!(" · {}", text::clean(&phase.name, 40)))
}

/// The largest value of each step.
fn steps(curve: &Curve) -> Vec<f64> {
    let group = curve.mean.len().div_ceil(FRAMES).max(1);
    let most = |values: &[Option<f64>]| values.iter().flatten().copied().fold(0.0, f64::max);
    curve.mean.chunks(group).map(most).collect()
}

/// Data that no text in it can leave.
fn element(id: &str, data: &Json) -> Markup {
    let text =
        data.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    html! { script type="application/json" id=(id) { (PreEscaped(text)) } }
}
