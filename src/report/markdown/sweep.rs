//! A sweep in short, as Markdown.
use super::{
    again, head, joined, links, list, omitted, section, sign,
    text::{code_cell, table, words},
    told,
};
use crate::{
    report::{chart::Chart, html, terminal::verdicts},
    summary::{
        figures,
        sweep::{Point, Sweep},
    },
};

/// More points are in the file alone.
const SHOWN: usize = 60;
/// The summary of a sweep.
pub fn sweep(sweep: &Sweep, charts: &[Chart]) -> String {
    let findings = sweep.findings();
    let answer = findings.first().map_or_else(String::new, |it| format!("**{}**", words(it)));
    let identity = told(&sweep.version, sweep.seed, sweep.fingerprint, &sweep.assumptions);
    let parts = [
        head(&sweep.question, &html::swept(sweep)),
        answer,
        section("Findings", &list(findings.iter().skip(1).map(|found| words(found)))),
        section("Points", &points(sweep)),
        section("Charts", &links(charts)),
        section("Not modelled", &omitted(&sweep.input)),
        section("Reproduce", &again(&html::swept_command(sweep), &identity)),
    ];
    joined(&parts)
}

fn points(sweep: &Sweep) -> String {
    let told: Vec<&(&str, &str)> = html::TOLD
        .iter()
        .filter(|(metric, _)| sweep.points.iter().any(|point| point.mean(metric).is_some()))
        .collect();
    let axes: Vec<String> = sweep.axes.iter().map(|axis| words(&axis.name)).collect();
    let mut heads: Vec<&str> = axes.iter().map(String::as_str).collect();
    heads.extend(sweep.judged().then_some("SLO"));
    let first = heads.len();
    heads.extend(told.iter().map(|(_, head)| *head));
    let row = |point: &Point| {
        let verdict = point.verdict().map_or("", sign).to_owned();
        let mut cells: Vec<String> = point.values.iter().map(|value| code_cell(value)).collect();
        cells.extend(sweep.judged().then_some(verdict));
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
    let (value, range) = point.metric(metric).map_or_else(none, verdicts::cells);
    words(&format!("{value} {range}"))
}
