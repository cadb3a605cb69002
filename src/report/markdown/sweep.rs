//! A sweep in short, as Markdown.
use super::{
    NOT_RUN, again, bill,
    board::{blast, headroom, napkin},
    changed, head, joined, links, list, omitted, section, sign,
    text::{code_cell, table, words},
    told as identified,
};
use crate::{
    report::{
        chart::{self, Chart},
        html,
        terminal::verdicts,
    },
    summary::{
        Metric, Summary,
        advice::{Design, Recommended},
        figures,
        slo::Said,
        survivors,
        sweep::{Point, Sweep},
    },
};

/// More points are in the file alone.
const SHOWN: usize = 60;
/// The summary of a sweep.
pub fn sweep(sweep: &Sweep, charts: &[Chart]) -> String {
    let findings = sweep.findings();
    let answer = findings.first().map_or_else(String::new, |it| format!("**{}**", words(it)));
    let identity = identified(&sweep.version, sweep.seed, sweep.fingerprint, &sweep.assumptions);
    let shown = sweep.shown_design().map(|design| (design, sweep.run_of(design.point)));
    let told = |tell: fn(&Summary) -> String| {
        shown.as_ref().map_or_else(String::new, |(design, run)| whose(sweep, *design, tell(run)))
    };
    let advised = shown.as_ref().map(|(design, run)| recommended(sweep, *design, run));
    let parts = [
        head(&sweep.question, &html::swept(sweep)),
        answer,
        section("Findings", &list(findings.iter().skip(1).map(|found| words(found)))),
        section("Recommendation", &advised.unwrap_or_default()),
        section("Points", &points(sweep)),
        section("Napkin", &told(napkin)),
        section("Headroom", &told(headroom)),
        section("Blast radius", &told(blast)),
        section("Bill", &told(|run| run.bill.as_ref().map_or_else(String::new, bill))),
        section("Charts", &drawn(sweep, charts)),
        section("Not modelled", &omitted(&sweep.input)),
        section("Reproduce", &again(&html::swept_command(sweep), &identity)),
    ];
    joined(&parts)
}

/// What is told of the design to take, or of the one that is told in its place, with its name.
fn whose(sweep: &Sweep, design: Design<'_>, text: String) -> String {
    if text.is_empty() {
        return text;
    }
    let role = if design.role.is_empty() { String::new() } else { format!(" ({})", design.role) };
    format!("Of **{}**{role}: {text}", words(&sweep.spoken_design(design.point)))
}

/// What to change: what the sweep has run, then what closed forms say beyond.
fn recommended(sweep: &Sweep, design: Design<'_>, run: &Summary) -> String {
    let Recommended { swept, beyond, none } = sweep.recommended(design, run);
    let (swept, beyond) = (changed(swept), changed(beyond));
    let said = |words: &str, table: String| {
        if table.is_empty() { table } else { format!("{words}\n\n{table}") }
    };
    let not_run = whose(sweep, design, said(NOT_RUN, beyond));
    let none = whose(sweep, design, none.map_or_else(String::new, |it| words(&it)));
    joined(&[said("What this sweep has run.", swept), not_run, none]).trim_end().to_owned()
}

fn drawn(sweep: &Sweep, charts: &[Chart]) -> String {
    let same = chart::sweep::sentence(sweep).map(|same| words(&same));
    joined(&[links(charts), same.unwrap_or_default()])
}

fn points(sweep: &Sweep) -> String {
    let told: Vec<&(&str, &str)> =
        html::TOLD.iter().filter(|(metric, _)| sweep.is_worth(metric)).collect();
    let axes: Vec<String> = sweep.axes.iter().map(|axis| words(&axis.name)).collect();
    let mut heads: Vec<&str> = axes.iter().map(String::as_str).collect();
    let (judged, stated) = (sweep.has_slos(), !sweep.failures().is_empty());
    heads.extend(judged.then_some("SLO"));
    heads.extend(stated.then_some("goes wrong"));
    let first = heads.len();
    heads.extend(told.iter().map(|(_, head)| *head));
    let row = |point: &Point| {
        let said = |said: Option<Said>| said.map_or_else(String::new, sign);
        let mut cells: Vec<String> = point.values.iter().map(|value| code_cell(value)).collect();
        cells.extend(judged.then(|| said(point.kept().map(Said::Judged))));
        cells.extend(stated.then(|| said(point.as_stated())));
        cells.extend(told.iter().map(|(metric, _)| value(point, metric)));
        cells
    };
    let rows: Vec<Vec<String>> = sweep.points.iter().take(SHOWN).map(row).collect();
    let numbers: Vec<usize> = (first..heads.len()).collect();
    let text = table(&heads, &rows, &numbers);
    match sweep.points.len().checked_sub(SHOWN).filter(|&more| more > 0) {
        Some(more) => format!("{text}\nAnd {more} more in points.csv.\n"),
        None => text,
    }
}

fn value(point: &Point, metric: &str) -> String {
    let none = || (figures::NONE.to_owned(), String::new());
    let known = |metric: &Metric| match metric.mean {
        Some(_) => verdicts::cells(metric),
        None => (survivors::lacking(&metric.name, &point.metrics), String::new()),
    };
    let (value, range) = point.metric(metric).map_or_else(none, known);
    let only = survivors::only(metric, &point.metrics).filter(|_| point.mean(metric).is_some());
    let only = only.map_or_else(String::new, |only| format!("({only})"));
    let parts = [value, range, only];
    let told: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    words(&told.join(" "))
}
