//! The page of a sweep: the answer, the designs that matter side by side, all points, the charts.
use super::{
    assumptions,
    charts::Charts,
    head::badge,
    method, omitted, reproduce,
    shell::{self, Frame, Section},
    system, text,
};
use crate::{
    report::{safe, terminal::verdicts},
    summary::{
        Judged, Metric,
        figures::{self, figure},
        slo,
        sweep::{Point, Sweep},
    },
    units::Any,
};
use maud::{Markup, html};
use serde_json::Value as Json;

/// More points are in the file alone.
const SHOWN: usize = 300;
/// What a table of points tells beside the objectives: (metric, head).
pub(in crate::report) const TOLD: [(&str, &str); 5] = [
    ("cost.total", "bill a month"),
    ("delivery_lag.p99", "lag p99"),
    ("deliveries.missed", "missed"),
    ("attempts.peak_per_second", "attempts/s, peak"),
    ("deploy.duration", "deploy takes"),
];

/// The page.
pub(in crate::report) fn page(sweep: &Sweep) -> Vec<u8> {
    let frame = Frame {
        title: format!("{} · squall report", sweep.experiment),
        header: header(sweep),
        footer: reproduce::foot(&sweep.version, sweep.seed, sweep.fingerprint),
    };
    shell::document(&frame, &sections(sweep))
}

fn sections(sweep: &Sweep) -> Vec<Section> {
    let charts = Charts::swept(sweep);
    let all = [
        shell::section("findings", "Findings", "Findings", findings(sweep)),
        shell::section("points", "The points", "Points", points(sweep)),
        shell::section("sweep", "The sweep", "Sweep", charts.all()),
        shell::section("system", "The system", "System", system::planned(&sweep.input)),
        shell::section(
            "assumptions",
            "Assumptions",
            "Assumptions",
            assumptions::body(&sweep.assumptions),
        ),
        shell::section("omitted", "Not modelled", "Not modelled", omitted::of_input(&sweep.input)),
        shell::section(
            "method",
            "How to read the numbers",
            "Method",
            Some(method::of_sweep(sweep.replications)),
        ),
        shell::section("reproduce", "Reproduce", "Reproduce", Some(again(sweep))),
    ];
    all.into_iter().flatten().collect()
}

fn header(sweep: &Sweep) -> Markup {
    let findings = sweep.findings();
    let designs = designs(sweep);
    html! {
        p.eyebrow { "squall report · " (text::name(&sweep.experiment)) }
        (super::head::question(&sweep.question))
        p.setup { (text::sentence(&setup(sweep))) }
        p.verdict {
            @if let Some(first) = findings.first() { b { (text::sentence(first)) } }
            @if let Some(second) = findings.get(1).filter(|_| sweep.judged()) {
                " " (text::sentence(second))
            }
        }
        @if !designs.is_empty() { (decision(sweep, &designs)) }
    }
}

/// What is varied, over how many points.
pub(in crate::report) fn setup(sweep: &Sweep) -> String {
    let axis = |axis: &crate::summary::sweep::Axis| {
        let values: Vec<String> = axis.values.iter().map(|value| text::clean(value, 40)).collect();
        let shown = if values.len() > 8 {
            format!("{} to {}, {} values", values[0], values[values.len() - 1], values.len())
        } else {
            values.join(", ")
        };
        format!("{} ({shown})", text::clean(&axis.path, 80))
    };
    let axes: Vec<String> = sweep.axes.iter().map(axis).collect();
    let runs = match sweep.replications {
        0 | 1 => "a single run each".to_owned(),
        n => format!("{n} replications each"),
    };
    let points = figures::counted(count(sweep.points.len()), "point", "points");
    format!("Swept: {}; {points}, {runs}.", axes.join(" against "))
}

fn count(length: usize) -> f64 {
    crate::engine::number::float(crate::engine::number::count(length))
}

/// A design in the first table.
struct Design<'s> {
    point: &'s Point,
    role: &'static str,
}

/// What the experiment has without the sweep, the point to take, and the one that keeps least.
fn designs(sweep: &Sweep) -> Vec<Design<'_>> {
    let mut all: Vec<Design> = Vec::new();
    let mut add = |point: Option<&'_ Point>, role| {
        let Some(point) = point else { return };
        match all.iter_mut().find(|known: &&mut Design| std::ptr::eq(known.point, point)) {
            Some(known) if role == ADVISED => known.role = "as written, advised",
            Some(_) => {}
            None => all.push(Design { point: find(sweep, point), role }),
        }
    };
    add(sweep.points.iter().find(|point| written(sweep, point)), "as written");
    add(
        sweep
            .points
            .iter()
            .max_by_key(|point| point.broken().count())
            .filter(|it| it.broken().next().is_some()),
        "keeps least",
    );
    add(sweep.choice().filter(|_| sweep.judged()), ADVISED);
    all
}

const ADVISED: &str = "advised";

fn find<'s>(sweep: &'s Sweep, point: &Point) -> &'s Point {
    sweep.points.iter().find(|known| known.name == point.name).unwrap_or(&sweep.points[0])
}

/// Whether a point is the experiment as it is without its axes.
fn written(sweep: &Sweep, point: &Point) -> bool {
    let same = |(axis, value): (&crate::summary::sweep::Axis, &String)| {
        at(&sweep.input, &axis.path).is_some_and(|found| alike(&found, value))
    };
    sweep.axes.iter().zip(&point.values).all(same)
}

/// The value at a path that skips the kinds of nodes: `gateways.drain.window`.
fn at(input: &Json, path: &str) -> Option<String> {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let start = match input["nodes"][first].as_object() {
        Some(kinds) => kinds.values().next()?,
        None => &input[first],
    };
    let found =
        rest.split('.').filter(|key| !key.is_empty()).try_fold(start, |at, key| at.get(key));
    match found? {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

/// `60s` and `1min` are the same.
fn alike(a: &str, b: &str) -> bool {
    let read = |text: &str| Any::read(text).ok().map(|any| any.float().to_bits());
    a == b || read(a).is_some_and(|bits| read(b) == Some(bits))
}

fn decision(sweep: &Sweep, designs: &[Design]) -> Markup {
    let objectives: Vec<&Judged> =
        sweep.points.first().into_iter().flat_map(|it| &it.slo).collect();
    let judged = metrics(&objectives);
    let told: Vec<&(&str, &str)> = TOLD
        .iter()
        .filter(|(name, _)| !judged.iter().any(|known| known == name))
        .filter(|(name, _)| designs.iter().any(|design| design.point.mean(name).is_some()))
        .collect();
    let class = |design: &Design| if design.role.contains(ADVISED) { "pick" } else { "other" };
    html! {
        table.decide.designs.stack {
            caption.hidden { "Designs side by side" }
            thead { tr {
                th scope="col" { "SLO" }
                @for design in designs {
                    th scope="col" class=(class(design)) {
                        (text::clean(&sweep.spoken(design.point), 120)) small { (design.role) }
                    }
                }
            } }
            tbody {
                @for (place, judged) in objectives.iter().enumerate() { tr {
                    th scope="row" { (text::code(&judged.expr)) }
                    @for design in designs {
                        td class=(class(design)) data-l=(label(sweep, design)) {
                            (objective(design.point, place)) }
                    }
                } }
                @for (name, head) in told { tr.plain {
                    th scope="row" { (head) }
                    @for design in designs {
                        td class=(class(design)) data-l=(label(sweep, design)) {
                            (value(design.point.metric(name))) }
                    }
                } }
            }
        }
        p.foot { (method::brackets(sweep.replications, sweep.seed)) }
    }
}

/// A sign that there is more beside the screen.
fn hint() -> Markup {
    html! { p.hint { "Wider than this screen: the table scrolls sideways." } }
}

/// What the objectives are about.
fn metrics(objectives: &[&Judged]) -> Vec<String> {
    objectives.iter().filter_map(|judged| Some(slo::parse(&judged.expr).ok()?.metric)).collect()
}

fn label(sweep: &Sweep, design: &Design) -> String {
    format!("{} ({})", text::clean(&sweep.spoken(design.point), 80), design.role)
}

/// An objective's verdict and value at a point.
fn objective(point: &Point, place: usize) -> Markup {
    let Some(judged) = point.slo.get(place) else { return html! { (figures::NONE) } };
    let metric = slo::parse(&judged.expr).ok().and_then(|slo| point.metric(&slo.metric));
    html! { div { (badge(judged.verdict)) span.big { (number(metric).0) } span.i {
    (number(metric).1) } } }
}

fn value(metric: Option<&Metric>) -> Markup {
    let (value, range) = number(metric);
    html! { div { span.big { (value) } span.i { (range) } } }
}

fn number(metric: Option<&Metric>) -> (String, String) {
    metric.map_or_else(|| (figures::NONE.to_owned(), String::new()), verdicts::cells)
}

/// All findings but those of the verdict.
fn findings(sweep: &Sweep) -> Option<Markup> {
    let skipped = if sweep.judged() && sweep.points.len() > 1 { 2 } else { 1 };
    let rest: Vec<String> = sweep.findings().into_iter().skip(skipped).collect();
    (!rest.is_empty()).then(|| {
        html! {
            ol.find { @for sentence in &rest { li { (text::sentence(sentence)) } } }
        }
    })
}

/// Every point with its verdicts.
fn points(sweep: &Sweep) -> Option<Markup> {
    let objectives: Vec<&Judged> =
        sweep.points.first().into_iter().flat_map(|it| &it.slo).collect();
    let judged = metrics(&objectives);
    let told: Vec<&(&str, &str)> = TOLD
        .iter()
        .filter(|(name, _)| {
            !judged.iter().any(|known| known == name)
                && sweep.points.iter().any(|point| point.mean(name).is_some())
        })
        .collect();
    let choice = sweep.choice().filter(|_| !objectives.is_empty()).map(|point| point.name.as_str());
    let left = sweep.points.len().saturating_sub(SHOWN);
    (!sweep.points.is_empty()).then(|| html! {
        p.lead { "All numbers of every point lie in " code { "points.csv" } "; a point’s name \
            runs it alone."
            @if left > 0 { " " (left) " further points are in the file alone." } }
        div.scroll tabindex="0" role="region" aria-label="All points" {
            table.sort.points {
                caption.hidden { "All points" }
                thead { tr {
                    @for axis in &sweep.axes { th scope="col" { (text::name(&axis.name)) } }
                    @if !objectives.is_empty() { th scope="col" { "verdict" } }
                    @for judged in &objectives { th scope="col" { (text::breaking(&judged.expr)) } }
                    @for (_, head) in &told { th.r scope="col" { (head) } }
                } }
                tbody { @for point in sweep.points.iter().take(SHOWN) {
                    tr class=(if choice == Some(point.name.as_str()) { "pick" } else { "other" }) {
                        @for value in &point.values { td data-v=(sortable(value)) {
                            (text::name(value)) } }
                        @if let Some(verdict) = point.verdict() {
                            td data-v=(point.broken().count()) { (badge(verdict)) }
                        }
                        @for place in 0..objectives.len() { (judged_cell(point, place)) }
                        @for (name, _) in &told { (told_cell(point.metric(name))) }
                    }
                } }
            }
        }
        (hint())
    })
}

/// What a column is sorted by: the number, or the word.
fn sortable(value: &str) -> String {
    Any::read(value).map_or_else(|_| text::clean(value, 80), |any| any.float().to_string())
}

fn judged_cell(point: &Point, place: usize) -> Markup {
    let Some(judged) = point.slo.get(place) else { return html! { td {} } };
    let metric = slo::parse(&judged.expr).ok().and_then(|slo| point.metric(&slo.metric));
    let value = metric.and_then(|metric| metric.mean);
    html! {
        td.verdicts data-v=[value] { (super::head::sign(judged.verdict)) " " (number(metric).0)
            small { (number(metric).1) } }
    }
}

fn told_cell(metric: Option<&Metric>) -> Markup {
    let value = metric.and_then(|metric| Some(figure(metric.unit, metric.mean?)));
    let sort = metric.and_then(|metric| metric.mean);
    html! { td.r data-v=[sort] { (value.as_deref().unwrap_or(figures::NONE)) } }
}

/// The commands that make the sweep again, and the point to take alone.
pub(in crate::report) fn command(sweep: &Sweep) -> String {
    let file = safe::quoted(&format!("{}.yaml", sweep.experiment));
    let sets = reproduce::sets(&sweep.assumptions);
    let point = sweep.choice().or(sweep.points.first()).map(|point| {
        format!("\nsquall run {file}{sets}{}", safe::quoted_words(&sweep.way_to(point)))
    });
    let given = safe::quoted_words(&sweep.arguments);
    format!("squall sweep {file}{sets}{given}{}", point.unwrap_or_default())
}

/// The commands, and what identifies the result.
fn again(sweep: &Sweep) -> Markup {
    html! {
        pre { code dir="auto" { (text::lines(&command(sweep), 1_200)) } }
        (reproduce::facts(&sweep.version, sweep.seed, sweep.fingerprint, &[], sweep.events))
        p.foot { "The same input, seed and version give the same points, in any order, on any \
            number of \
            threads, and after any interruption." }
    }
}
