//! What the script reads: the series of a chart and where they stand, the frames of a run. Plain
//! data in an element of its own, which no browser runs.
use super::text;
use crate::{
    engine::number,
    record::Unit,
    report::{
        chart::{Axis, Body, Chart, Heat, HeatCell, Line, Lines, Panel, Row, Scale, Shade, Strip},
        draw::Sheet,
        files,
        graph::{Fact, Graph, comes_along, doors, most_connections, tiers, told},
    },
    summary::{Summary, figures, series::Curve},
};
use maud::{Markup, PreEscaped, html};
use serde_json::{Number, Value as Json, json};

/// The slider has not more steps.
const FRAMES: usize = 120;
/// Larger numbers are written as they are.
const WHOLE: f64 = 1e15;

/// What the script draws and tells of a chart; none for charts without series.
pub(super) fn chart(chart: &Chart, wide: &Sheet, narrow: &Sheet) -> Option<Markup> {
    let mut series = Vec::new();
    let mut strips = Vec::new();
    let mut heat = Json::Null;
    for (place, panel) in chart.panels.iter().enumerate() {
        match &panel.body {
            Body::Lines(lines) => {
                let first = series.len();
                for at in lines.told() {
                    series.push(of_line(first + at, place, panel, lines, &lines.lines[at]));
                }
            }
            Body::Strip(strip) => strips.push(of_strip(place, strip)),
            Body::Heat(body) => heat = of_heat(place, body),
            Body::Grid(_) | Body::Bars(_) => {}
        }
    }
    let some = !series.is_empty() || !strips.is_empty() || !heat.is_null();
    let shade = |shade: &Shade| {
        json!({ "from": short(shade.start), "to": short(shade.end),
            "name": text::clean(&shade.name, 60) })
    };
    let data = json!({
        "x": x_axis(&chart.x),
        "zooms": chart.x.is_time(),
        "frames": [wide.plot, narrow.plot],
        "panels": [wide.panels, narrow.panels],
        "names": chart.panels.iter().map(called).collect::<Vec<_>>(),
        "shades": chart.shades.iter().map(shade).collect::<Vec<_>>(),
        "series": series,
        "strips": strips,
        "heat": heat,
    });
    some.then(|| element(&id(chart), &data))
}

fn of_line(place: usize, panel: usize, around: &Panel, lines: &Lines, line: &Line) -> Json {
    // Panels of one line each are told from each other without a button.
    let named = !line.label.is_empty();
    let label = if named { text::clean(&line.label, 90) } else { called(around) };
    let mut data = json!({
        "s": place,
        "panel": panel,
        "named": named,
        "label": label,
        "unit": files::unit_name(lines.y.unit),
        "y": axis(&lines.y),
    });
    match &line.fine {
        Some(curve) => {
            let values = curve.mean.iter().map(|value| value.map(|it| digits_on(&lines.y, it)));
            data["step"] = json!(curve.step);
            data["values"] = values.map(Json::from).collect();
        }
        None => data["points"] = points(&lines.y, &line.pieces.concat()).into(),
    }
    data
}

/// The value of each row at each moment.
fn of_strip(panel: usize, strip: &Strip) -> Json {
    let row = |row: &Row| {
        let values = row.values.iter().map(|value| value.map(|value| digits(value.round())));
        json!({ "label": text::clean(&row.name, 60), "values": values.collect::<Vec<_>>() })
    };
    json!({ "panel": panel, "end": strip.end,
        "rows": strip.rows.iter().map(row).collect::<Vec<_>>() })
}

/// Cells by the places of their column and their row: from, low and high are told once.
fn of_heat(panel: usize, heat: &Heat) -> Json {
    let known = |of: fn(&HeatCell) -> f64| {
        let mut all: Vec<f64> = heat.cells.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all.dedup();
        all
    };
    let (columns, rows) = (known(|cell| cell.from), known(|cell| cell.low));
    let place = |all: &[f64], value: f64| {
        let found = all.binary_search_by(|known| known.total_cmp(&value));
        found.unwrap_or_else(|place| place)
    };
    let cell = |cell: &HeatCell| {
        let at = [place(&columns, cell.from), place(&rows, cell.low)].map(Json::from);
        at.into_iter().chain([digits(cell.value)])
    };
    let width = heat.cells.first().map_or(0.0, |cell| cell.to - cell.from);
    json!({
        "panel": panel,
        "y": axis(&heat.y),
        "unit": heat.unit,
        "width": width,
        "columns": columns.iter().map(|&at| digits(at)).collect::<Vec<_>>(),
        "rows": rows.iter().map(|&at| digits(at)).collect::<Vec<_>>(),
        "cells": heat.cells.iter().flat_map(cell).collect::<Vec<_>>(),
    })
}

/// The element's name.
pub(super) fn id(chart: &Chart) -> String {
    format!("data-{}", chart.name)
}

fn axis(axis: &Axis) -> Json {
    let scale = if axis.scale == Scale::Log { "log" } else { "linear" };
    json!({ "scale": scale, "low": axis.low, "high": axis.high, "fine": is_fine(axis),
        "unit": files::unit_name(axis.unit) })
}

/// Whether the first digits of values may be the same everywhere: of shares on an axis that does
/// not begin at nothing.
fn is_fine(axis: &Axis) -> bool {
    axis.scale == Scale::Linear && axis.low > 0.0 && axis.unit == Unit::Share
}

/// The same with its chosen values as they are written.
fn x_axis(x: &Axis) -> Json {
    let name = |(at, label): &(f64, String)| json!([short(*at), text::clean(label, 60)]);
    let mut data = axis(x);
    data["names"] = x.names.iter().map(name).collect();
    data
}

/// What a pointer calls a panel.
fn called(panel: &Panel) -> String {
    text::clean(&panel.name, 90)
}

/// x and y in turn.
fn points(axis: &Axis, all: &[(f64, f64)]) -> Vec<Json> {
    all.iter().flat_map(|&(x, y)| [digits(x), digits_on(axis, y)]).collect()
}

/// All digits of a value where the first ones say too little.
fn digits_on(axis: &Axis, value: f64) -> Json {
    if is_fine(axis) {
        Number::from_f64(value).map_or(Json::Null, Json::Number)
    } else {
        digits(value)
    }
}

/// Five digits are enough for a pointer; a whole number needs no point.
fn digits(value: f64) -> Json {
    let short = short(value);
    let whole = short.fract() == 0.0 && short.abs() < WHOLE;
    let text = if whole { format!("{short:.0}") } else { short.to_string() };
    text.parse::<Number>().map_or(Json::Null, Json::Number)
}

fn short(value: f64) -> f64 {
    format!("{value:.4e}").parse().unwrap_or(value)
}

/// The run as frames: how much of its limit each instance holds, what each box tells, and how many
/// come along the links of the clients.
pub(super) fn frames(summary: &Summary, graph: &Graph) -> Option<Markup> {
    let count = summary.series.iter().map(|series| series.values.len()).max()?.min(FRAMES);
    let over = Frames { horizon: summary.horizon.seconds(), count };
    let mut shares: Vec<Vec<Json>> = Vec::new();
    for node in graph.nodes.iter().filter(|node| !node.instances.is_empty()) {
        // What has bars has a limit.
        let most = most_connections(node, &summary.input)?.max(1.0);
        for name in node.tracks(summary) {
            let curve = summary.level(&node.name, "connections", name)?;
            let share = |value: Option<f64>| digits(value.unwrap_or(0.0) / most);
            shares.push(over.of(&curve).into_iter().map(share).collect());
        }
    }
    let facts: Vec<Json> = graph
        .nodes
        .iter()
        .flat_map(|node| node.facts.iter().filter_map(|fact| moving(fact, &over)))
        .collect();
    let attempts = summary.rate("", "attempts", "attempted").map(|curve| over.of(&curve));
    let labels: Vec<String> = (0..over.count)
        .map(|frame| {
            let rate = attempts.as_ref().and_then(|rates| *rates.get(frame)?);
            label(summary, over.begin(frame), rate)
        })
        .collect();
    let herds = herds(summary, graph, &over, attempts.as_deref().unwrap_or_default());
    (over.count > 1).then(|| {
        let data = json!({ "labels": labels, "shares": shares, "facts": facts, "herds": herds });
        element("data-topology", &data)
    })
}

/// Who comes along each link of the clients, by its place, as parts of the most that come along
/// any: who tries to connect. Where there are several tiers, nobody counts who tries which: those
/// whom each gains.
fn herds(summary: &Summary, graph: &Graph, over: &Frames, attempts: &[Option<f64>]) -> Json {
    let ways: Vec<usize> =
        (0..graph.links.len()).filter(|&at| comes_along(graph, &graph.links[at])).collect();
    let several = tiers(graph).len() > 1;
    let gained =
        |tier: &str| Some(over.of(&gains(&summary.level(tier, "connections", "total")?)));
    let of = |&at: &usize| -> (usize, Vec<f64>) {
        let own = doors(graph, &graph.links[at]);
        let all: Vec<Vec<Option<f64>>> = if several {
            own.iter().filter_map(|tier| gained(tier)).collect()
        } else {
            vec![attempts.to_vec()]
        };
        let at_frame = |frame: usize| all.iter().filter_map(|it| *it.get(frame)?).sum();
        (at, (0..over.count).map(at_frame).collect())
    };
    let all: Vec<(usize, Vec<f64>)> = ways.iter().map(of).collect();
    let most = all.iter().flat_map(|way| &way.1).copied().fold(0.0, f64::max).max(1e-9);
    let shares = |(at, values): (usize, Vec<f64>)| {
        let shares: Vec<Json> = values.into_iter().map(|value| digits(value / most)).collect();
        (at.to_string(), Json::from(shares))
    };
    Json::Object(all.into_iter().map(shares).collect())
}

/// By how much a level rises in each bin.
fn gains(level: &Curve) -> Curve {
    let rise = |pair: &[Option<f64>]| Some((pair[1]? - pair[0]?).max(0.0));
    let mean = std::iter::once(None).chain(level.mean.windows(2).map(rise)).collect();
    Curve { step: level.step, mean, band: Vec::new() }
}

/// A fact at each moment: its share, if it has one, and its words.
fn moving(fact: &Fact, over: &Frames) -> Option<Json> {
    let (unit, curve) = fact.course.as_ref()?;
    let values = over.of(curve);
    let words = |value: &Option<f64>| match (value, unit) {
        (None, _) => figures::NONE.to_owned(),
        (Some(share), Unit::Share) => told(*share),
        (Some(value), Unit::Count) => figures::compact(value.round()),
        (Some(value), unit) => figures::figure(*unit, *value),
    };
    let share = |value: &Option<f64>| digits(value.unwrap_or(0.0));
    let words: Vec<String> = values.iter().map(words).collect();
    let shares: Vec<Json> = values.iter().map(share).collect();
    let shares = if fact.share.is_some() { shares.into() } else { Json::Null };
    Some(json!({ "words": words, "shares": shares }))
}

fn label(summary: &Summary, at: f64, rate: Option<f64>) -> String {
    let rate = rate.map_or_else(String::new, |rate| {
        format!(" · {}", figures::figure(Unit::PerSecond, rate.round())) + " attempts"
    });
    format!("{}{}{rate}", figures::clock(at), phase(summary, at))
}

fn phase(summary: &Summary, at: f64) -> String {
    let now =
        summary.faults().find(|phase| (phase.start.seconds()..phase.end.seconds()).contains(&at));
    now.map_or_else(String::new, |phase| format!(" · {}", text::clean(&phase.name, 40)))
}

/// Equal stretches of the run.
struct Frames {
    horizon: f64,
    count: usize,
}

impl Frames {
    fn begin(&self, frame: usize) -> f64 {
        let part = number::float(number::count(frame)) / number::float(number::count(self.count));
        self.horizon * part
    }

    /// The largest value of each; where there is none, the one before.
    fn of(&self, curve: &Curve) -> Vec<Option<f64>> {
        let mut all: Vec<Option<f64>> = vec![None; self.count];
        for (bin, value) in curve.values() {
            let part = curve.time(bin) / self.horizon * number::float(number::count(self.count));
            let frame = number::place(number::floor(part)).min(self.count - 1);
            all[frame] = Some(all[frame].map_or(value, |known| known.max(value)));
        }
        let mut last = None;
        all.iter_mut().for_each(|value| {
            last = value.or(last);
            *value = last;
        });
        all
    }
}

/// Data that no text in it can leave.
fn element(id: &str, data: &Json) -> Markup {
    let text =
        data.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    html! { script type="application/json" id=(id) { (PreEscaped(text)) } }
}
