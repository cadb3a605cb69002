//! The page of a sweep: the answer, the designs that matter side by side, all points, the charts.
mod board;
mod by_load;

use super::{
    assumptions,
    charts::Charts,
    head::badge,
    method, omitted, reproduce,
    shell::{self, Frame, Section},
    system, text,
};
use crate::{
    report::{chart, safe, terminal::verdicts},
    summary::{
        Judged, Metric,
        advice::{Design, Told},
        figures::{self, figure},
        slo::{self, Said},
        survivors,
        sweep::{Point, Sweep},
    },
    units::Any,
};
use board::Board;
use maud::{Markup, html};

/// So many findings stand at the top.
const SHOWN_FINDINGS: usize = 3;
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

fn sections<'s>(sweep: &'s Sweep) -> Vec<Section> {
    let section = |id, title, body| shell::section(id, title, title, body);
    let named = shell::section;
    let charts = Charts::swept(sweep);
    let (findings, rest) = findings(sweep, &charts);
    let (charts, more) = charts.with_told(rest);
    let board = Board::of(sweep);
    let over_time = Charts::designs(sweep);
    let of = |part: fn(&Board<'s>) -> Option<Markup>| board.as_ref().and_then(part);
    let system = of(Board::system).or_else(|| system::planned(&sweep.input));
    let method = Some(method::of_sweep(sweep.replications));
    let all = [
        section("findings", "Findings", findings),
        section("recommendation", "Recommendation", of(Board::recommendation)),
        named("points", "The points", "Points", points(sweep, &more)),
        named("system", "The system", "System", system),
        named("napkin", "Napkin beside simulation", "Napkin", of(Board::napkin)),
        section("course", "What happens", over_time.course(of(Board::events))),
        section("lost", "Late and lost", over_time.losses(of(Board::ledger))),
        named("sweep", "The sweep", "Sweep", drawn(sweep, &charts)),
        section("headroom", "Headroom", of(Board::headroom)),
        section("blast", "Blast radius", of(Board::blast)),
        named("cost", "The bill", "Cost", of(Board::bill)),
        section("growth", "Growth", of(Board::growth)),
        section("assumptions", "Assumptions", assumptions::body(&sweep.assumptions)),
        section("omitted", "Not modelled", omitted::of_input(&sweep.input)),
        named("method", "How to read the numbers", "Method", method),
        section("reproduce", "Reproduce", Some(again(sweep))),
    ];
    all.into_iter().flatten().collect()
}

/// The charts, then what is the same at every point.
fn drawn(sweep: &Sweep, charts: &Charts) -> Option<Markup> {
    let (charts, same) = (charts.all(), chart::sweep::sentence(sweep));
    (charts.is_some() || same.is_some()).then(|| {
        html! {
            @if let Some(charts) = charts { (charts) }
            @if let Some(same) = same { p.foot.same { (text::sentence(&same)) } }
        }
    })
}

fn header(sweep: &Sweep) -> Markup {
    let (answer, more) = sweep.answer();
    let loads = sweep.loads();
    let judged = sweep.judged() && sweep.failures().is_empty();
    let by_design = judged && !loads.is_empty() && sweep.has_designs();
    html! {
        p.eyebrow { "squall report · " (text::name(&sweep.experiment)) }
        (super::head::question(&sweep.question))
        p.setup { (text::sentence(&setup(sweep))) }
        p.verdict { b { (text::sentence(&answer)) }
            @for more in &more { " " (text::sentence(more)) } }
        @if by_design {
            (by_load::table(sweep, &loads))
        } @else {
            @let designs = sweep.designs();
            @if !designs.is_empty() { (decision(sweep, &designs)) }
        }
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
    let mut axes = String::new();
    for (place, own) in sweep.axes.iter().enumerate() {
        // What is zipped goes along: it makes no points of its own.
        let zipped = (0..place).any(|other| sweep.follows(other, place));
        axes += match place {
            0 => "",
            _ if zipped => " with ",
            _ => " against ",
        };
        axes += &axis(own);
    }
    let runs = match sweep.replications {
        0 | 1 => "a single run each".to_owned(),
        n => format!("{n} replications each"),
    };
    let points = figures::counted(count(sweep.points.len()), "point", "points");
    format!("Swept: {axes}; {points}, {runs}.")
}

fn count(length: usize) -> f64 {
    crate::engine::number::float(crate::engine::number::count(length))
}

fn decision(sweep: &Sweep, designs: &[Design]) -> Markup {
    let objectives: Vec<&Judged> =
        sweep.points.first().into_iter().flat_map(|it| &it.slo).collect();
    let judged = metrics(&objectives);
    let told: Vec<&(&str, &str)> = TOLD
        .iter()
        .filter(|(name, _)| !judged.iter().any(|known| known == name))
        .filter(|(name, _)| sweep.knows(name))
        .filter(|(name, _)| designs.iter().any(|design| design.point.mean(name).is_some()))
        .collect();
    let class = |design: &Design| if design.is_advised() { "pick" } else { "other" };
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
                    th scope="row" { (stated(judged)) }
                    @for design in designs {
                        td class=(class(design)) data-l=(label(sweep, design)) {
                            (objective(design.point, place)) }
                    }
                } }
                @for (name, head) in told { tr.plain {
                    th scope="row" { (head) }
                    @for design in designs {
                        td class=(class(design)) data-l=(label(sweep, design)) {
                            (value(design.point, name)) }
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
    html! { div { (badge(judged.swept())) (figures_of(point, metric)) } }
}

/// An objective, with a word where it is none.
fn stated(judged: &Judged) -> Markup {
    html! { (super::head::objective(&judged.expr)) (number_stated(judged)) }
}

fn number_stated(judged: &Judged) -> Markup {
    html! { @if judged.states_number() { small { "states a number" } } }
}

fn value(point: &Point, name: &str) -> Markup {
    html! { div { (figures_of(point, point.metric(name))) } }
}

/// A value, its interval, and whose number it is where that is not nearly all.
fn figures_of(point: &Point, metric: Option<&Metric>) -> Markup {
    let (value, range) = number(point, metric);
    let only = metric.and_then(|metric| survivors::only(&metric.name, &point.metrics));
    html! {
        span.big { (value) } span.i { (range) }
        @if let Some(only) = only { span.i { (text::sentence(&only)) } }
    }
}

fn number(point: &Point, metric: Option<&Metric>) -> (String, String) {
    let none = || (figures::NONE.to_owned(), String::new());
    let known = |metric: &Metric| match metric.mean {
        Some(_) => verdicts::cells(metric),
        None => (survivors::lacking(&metric.name, &point.metrics), String::new()),
    };
    metric.map_or_else(none, known)
}

/// The first of what is told, each with its chart; the rest stands beside theirs.
fn findings(sweep: &Sweep, charts: &Charts) -> (Option<Markup>, Vec<Told>) {
    let mut told = sweep.told();
    let rest = told.split_off(told.len().min(SHOWN_FINDINGS));
    let shown = (!told.is_empty()).then(|| {
        html! {
            ol.find { @for it in &told { (shell::finding(&it.text, charts.of_metric(it))) } }
        }
    });
    (shown, rest)
}

/// Every point with its verdicts, and what else was found.
fn points(sweep: &Sweep, more: &[String]) -> Option<Markup> {
    let objectives: Vec<&Judged> =
        sweep.points.first().into_iter().flat_map(|it| &it.slo).collect();
    let judged = metrics(&objectives);
    let told: Vec<&(&str, &str)> = TOLD
        .iter()
        .filter(|(name, _)| !judged.iter().any(|known| known == name) && sweep.is_worth(name))
        .collect();
    let choice = sweep.choice().filter(|_| sweep.judged()).map(|point| point.name.as_str());
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
                    @if sweep.has_slos() { th scope="col" { "verdict" } }
                    @for judged in &objectives { th scope="col" {
                        (text::breaking(&judged.expr)) (number_stated(judged)) } }
                    @for (_, head) in &told { th.r scope="col" { (head) } }
                } }
                tbody { @for point in sweep.points.iter().take(SHOWN) {
                    tr class=(if choice == Some(point.name.as_str()) { "pick" } else { "other" }) {
                        @for value in &point.values { td data-v=(sortable(value)) {
                            (text::name(value)) } }
                        @if let Some(verdict) = point.kept() {
                            td data-v=(point.broken().count()) { (badge(Said::Judged(verdict))) }
                        }
                        @for place in 0..objectives.len() { (judged_cell(point, place)) }
                        @for (name, _) in &told { (told_cell(point, name)) }
                    }
                } }
            }
        }
        (hint())
        @for sentence in more { p.foot { (text::sentence(sentence)) } }
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
    let only = metric.and_then(|metric| survivors::only(&metric.name, &point.metrics));
    let (told, range) = number(point, metric);
    html! {
        td.verdicts data-v=[value] { (super::head::sign(judged.swept())) " " (told)
            small { (range) @if let Some(only) = only { " " (text::sentence(&only)) } } }
    }
}

/// Why there is no value.
fn missing(point: &Point, metric: Option<&Metric>) -> String {
    let lacking = |metric: &Metric| survivors::lacking(&metric.name, &point.metrics);
    metric.map_or_else(|| figures::NONE.to_owned(), lacking)
}

fn told_cell(point: &Point, name: &str) -> Markup {
    let metric = point.metric(name);
    let value = metric.and_then(|metric| Some(figure(metric.unit, metric.mean?)));
    let value = value.map(|value| value.replace("/month", ""));
    let sort = metric.and_then(|metric| metric.mean);
    let only = survivors::only(name, &point.metrics).filter(|_| value.is_some());
    html! {
        td.r data-v=[sort] { (value.unwrap_or_else(|| missing(point, metric)))
            @if let Some(only) = only { small { (text::sentence(&only)) } } }
    }
}

/// The commands that make the sweep again, and the point to take alone.
pub(in crate::report) fn command(sweep: &Sweep) -> String {
    let file = safe::quoted(&sweep.file);
    let sets = reproduce::sets(&sweep.sets, &[]);
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
        (reproduce::folder(&sweep.file))
        (reproduce::facts(&sweep.version, sweep.seed, sweep.fingerprint, &[], sweep.events))
        p.foot { "The same input, seed and version give the same points, in any order, on any \
            number of \
            threads, and after any interruption." }
    }
}
