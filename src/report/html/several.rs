//! Several runs side by side: verdicts and numbers in columns, curves over each other, and what
//! their inputs differ in.
use super::{
    charts::Charts,
    head::{self, badge},
    reproduce,
    shell::{self, Frame, Section},
    text,
};
use crate::{
    report::{
        chart::several::Named,
        terminal::{metrics, verdicts},
    },
    summary::{Summary, figures, survivors},
};
use maud::{Markup, html};

/// The columns of more runs are narrow.
const MANY: usize = 4;
/// More differences are counted alone.
const DIFFERENCES: usize = 80;

/// The page.
pub(in crate::report) fn page(runs: &[Named]) -> Vec<u8> {
    let mut versions: Vec<&str> = runs.iter().map(|(_, run)| run.version.as_str()).collect();
    versions.dedup();
    let frame = Frame {
        title: format!("{} runs · squall report", runs.len()),
        header: header(runs),
        footer: html! { span { "squall " (text::name(&versions.join(", "))) } },
    };
    shell::document(&frame, &sections(runs))
}

fn sections(runs: &[Named]) -> Vec<Section> {
    let section = |id, title, body| shell::section(id, title, title, body);
    let all = [
        section("numbers", "Numbers", numbers(runs)),
        section("curves", "Curves", Charts::several(runs).all()),
        section("differences", "Differences", Some(differences(runs))),
        section("reproduce", "Reproduce", Some(again(runs))),
    ];
    all.into_iter().flatten().collect()
}

fn header(runs: &[Named]) -> Markup {
    let first = runs.first().map_or("", |run| run.1.question.as_str());
    let same = runs.iter().all(|(_, run)| run.question == first) && !first.is_empty();
    let count = format!("{} runs side by side", runs.len());
    html! {
        p.eyebrow { "squall report · side by side" }
        (head::question(if same { first } else { &count }))
        p.setup { @for (place, (name, run)) in runs.iter().enumerate() {
            @if place > 0 { br; }
            b { (text::name(name)) } ": " (head::setup(run))
        } }
        p.verdict { @for (place, (name, run)) in runs.iter().enumerate() {
            @if place > 0 { br; }
            b { (text::name(name)) ": " } (text::sentence(&run.answer()))
        } }
        (objectives(runs))
    }
}

/// Objectives that any run has, each with its verdict in each run.
fn objectives(runs: &[Named]) -> Markup {
    let mut all: Vec<&str> = Vec::new();
    for judged in runs.iter().flat_map(|(_, run)| &run.slo) {
        if !all.contains(&judged.expr.as_str()) {
            all.push(&judged.expr);
        }
    }
    let cell = |run: &Summary, expr: &str| {
        let judged = run.slo.iter().find(|judged| judged.expr == expr);
        html! {
            @if let Some(judged) = judged {
                @let (value, range) = verdicts::numbers(run, judged);
                @let range = verdicts::with_whose(range, run, judged);
                div { (badge(judged.said())) span.big { (value) } span.i { (range) } }
            } @else { (figures::NONE) }
        }
    };
    html! {
        @if !all.is_empty() {
            div.scroll tabindex="0" role="region" aria-label="Objectives" {
                table.decide.designs.stack.many[runs.len() > MANY] {
                    caption.hidden { "Objectives and their verdicts" }
                    thead { tr { th scope="col" { "SLO" } (heads(runs)) } }
                    tbody { @for expr in all { tr {
                        th scope="row" { (head::objective(expr)) }
                        @for (name, run) in runs {
                            td data-l=(text::clean(name, 80)) { (cell(run, expr)) }
                        }
                    } } }
                }
            }
        }
    }
}

fn heads(runs: &[Named]) -> Markup {
    html! { @for (name, _) in runs { th scope="col" { (text::name(name)) } } }
}

/// The metrics that matter in any run.
fn numbers(runs: &[Named]) -> Option<Markup> {
    let mut all: Vec<(String, String)> = Vec::new();
    for (_, run) in runs {
        for row in metrics::rows(run) {
            if !all.iter().any(|known| known.1 == row.metric.name) {
                all.push((row.label, row.metric.name.clone()));
            }
        }
    }
    all.extend(["cost.total".to_owned()].into_iter().filter_map(|name| {
        let priced = runs.iter().any(|(_, run)| run.mean(&name).is_some());
        priced.then_some(("bill".to_owned(), name))
    }));
    (!all.is_empty()).then(|| {
        html! {
            p.lead { "Means over the replications of each run; brackets are 95" (figures::GAP)
                "% intervals. Runs that share a seed meet the same messages." }
            div.scroll tabindex="0" role="region" aria-label="Numbers of all runs" {
                table.designs.stack.many[runs.len() > MANY] {
                    caption.hidden { "The numbers that matter" }
                    thead { tr { th scope="col" { "number" } (heads(runs)) } }
                    tbody { @for (label, metric) in &all { tr.plain {
                        th scope="row" { (text::name(label)) small { (text::name(metric)) } }
                        @for (name, run) in runs {
                            td data-l=(text::clean(name, 80)) { (value(run, metric)) }
                        }
                    } } }
                }
            }
        }
    })
}

fn value(run: &Summary, metric: &str) -> Markup {
    let none = || (figures::NONE.to_owned(), String::new());
    let told = |metric| verdicts::cells_in(run, metric);
    let (value, range) = run.metric(metric).map_or_else(none, told);
    let only = survivors::only(metric, &run.metrics).filter(|_| run.mean(metric).is_some());
    html! { div { span.big { (value) } span.i { (range) }
    @if let Some(only) = only { span.i { (text::sentence(&only)) } } } }
}

/// A path and its value in each run.
type Row<'r> = (&'r str, Vec<Option<String>>);

/// What the inputs differ in: a row for each path, a column for each run.
fn differences(runs: &[Named]) -> Markup {
    let found = |run: &Summary, path: &str| -> Option<String> {
        let origin = run.assumptions.iter().find(|origin| origin.path == path)?;
        Some(origin.value.clone())
    };
    let mut paths: Vec<&str> = Vec::new();
    for origin in runs.iter().flat_map(|(_, run)| &run.assumptions) {
        let told = origin.path.starts_with("slo.") || origin.path == "question";
        if !told && !paths.contains(&origin.path.as_str()) {
            paths.push(&origin.path);
        }
    }
    let values = |path: &&str| -> Vec<Option<String>> {
        runs.iter().map(|(_, run)| found(run, path)).collect()
    };
    let rows = paths.iter().map(|path| (*path, values(path)));
    let differ = rows.filter(|(_, values)| values.iter().any(|value| *value != values[0]));
    // A price sheet is one thing: its name says which.
    let sheet = |path: &str| path.starts_with("prices.") && path != "prices.name";
    let (prices, rows): (Vec<Row>, Vec<Row>) = differ.partition(|(path, _)| sheet(path));
    html! {
        @if rows.is_empty() && prices.is_empty() {
            p.lead { "The inputs are the same, seed included: so are the results." }
        } @else {
            p.lead { (figures::counted(count(rows.len()), "value of the input differs",
                "values of the input differ")) ", defaults included." }
            div.scroll tabindex="0" role="region" aria-label="Differences of the inputs" {
                table.stack {
                    caption.hidden { "What the inputs differ in" }
                    thead { tr { th scope="col" { "parameter" } (heads(runs)) } }
                    tbody { @for (path, values) in rows.iter().take(DIFFERENCES) { tr {
                        th scope="row" { (text::code(path)) }
                        @for ((name, _), value) in runs.iter().zip(values) {
                            td data-l=(text::clean(name, 80)) {
                                (text::name(value.as_deref().unwrap_or(figures::NONE))) }
                        }
                    } } }
                }
            }
            @if rows.len() > DIFFERENCES {
                p.foot { "And " (rows.len() - DIFFERENCES) " more." }
            }
            @if !prices.is_empty() {
                p.foot { (figures::counted(count(prices.len()), "value of the price sheets differs",
                    "values of the price sheets differ")) ", not shown." }
            }
        }
    }
}

fn count(length: usize) -> f64 {
    crate::engine::number::float(crate::engine::number::count(length))
}

fn again(runs: &[Named]) -> Markup {
    let commands: Vec<String> = runs.iter().map(|(_, run)| reproduce::command(run)).collect();
    html! {
        pre { code dir="auto" { (text::lines(&commands.join("\n"), 1_200)) } }
        table.facts {
            caption.hidden { "What identifies these results" }
            thead { tr { th scope="col" { "run" } th scope="col" { "seed" }
                th scope="col" { "fingerprint" } } }
            tbody { @for (name, run) in runs { tr {
                th scope="row" { (text::name(name)) }
                td { (run.seed) }
                td { code { (reproduce::spaced(run.fingerprint)) } }
            } } }
        }
    }
}
