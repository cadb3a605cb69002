//! The report in short, as Markdown: for a document or a pull request. What it says is what the
//! page says; the curves stay in their files.
mod board;
mod sweep;
mod text;

pub use sweep::sweep;

use super::{
    chart::Chart,
    html,
    terminal::{metrics, verdicts},
};
use crate::{
    engine::number,
    record::Unit,
    scenario::Origin,
    summary::{
        Bill, Charge, Judged, Summary,
        board::{self as answers, Change},
        figures, findings,
        slo::{self, Said, Verdict},
        survivors,
    },
};
use serde_json::Value as Json;
use text::{block, code, code_cell, table, words};

/// Lines of the bill; the rest is told together.
const CHARGES: usize = 12;

/// What stands behind a recommendation.
const NOT_RUN: &str = "From closed forms over what was measured, not run yet.";

/// The summary of a run.
pub fn page(summary: &Summary, charts: &[Chart]) -> String {
    let interval = if summary.replications > 1 { "95 % interval" } else { "single run" };
    let parts = [
        head(&summary.question, &html::setup(summary)),
        answer(summary),
        objectives(summary, interval),
        section("Numbers", &numbers(summary, interval)),
        section("Findings", &list(summary.diagnosis.iter().map(|found| words(found)))),
        section("Recommendation", &recommended(summary)),
        section("Losses by cause", &losses(summary)),
        section("Napkin", &board::napkin(summary)),
        section("Headroom", &figures::capitalized(&board::headroom(summary))),
        section("Blast radius", &figures::capitalized(&board::blast(summary))),
        section("Bill", &summary.bill.as_ref().map_or_else(String::new, bill)),
        section("Charts", &links(charts)),
        section("Not modelled", &omitted(&summary.input)),
        section("Reproduce", &again(&html::command(summary), &identity(summary))),
    ];
    joined(&parts)
}

/// Parts with a free line between them, without those that say nothing.
fn joined(parts: &[String]) -> String {
    let said: Vec<&str> =
        parts.iter().map(|part| part.trim_end()).filter(|it| !it.is_empty()).collect();
    said.join("\n\n") + "\n"
}

fn head(question: &str, setup: &str) -> String {
    let question = words(question);
    let question = if question.is_empty() { "squall report".to_owned() } else { question };
    format!("# {question}\n\n{}", words(setup))
}

/// A part with a headline; nothing without a body.
fn section(title: &str, body: &str) -> String {
    if body.is_empty() { String::new() } else { format!("## {title}\n\n{body}") }
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.fold(String::new(), |list, item| list + "- " + &item + "\n")
}

/// What the objectives say together, and what stands behind it.
fn answer(summary: &Summary) -> String {
    let (answer, more) = findings::verdict(summary);
    let more: Vec<String> = more.iter().map(|more| words(more)).collect();
    let more = more.join(" ");
    if answer.is_empty() { more } else { format!("**{}** {more}", words(&answer)) }
}

fn sign(said: Said) -> String {
    let words = verdicts::words(said);
    match words.split_once(' ') {
        // What is broken is seen at once.
        Some((sign, word)) if matches!(said, Said::Judged(Verdict::Fail | Verdict::Error)) => {
            format!("{sign} **{word}**")
        }
        _ => words,
    }
}

fn objectives(summary: &Summary, interval: &str) -> String {
    let row = |judged: &Judged| {
        let (value, range) = verdicts::numbers(summary, judged);
        let range = verdicts::with_whose(range, summary, judged);
        let metric = slo::parse(&judged.expr).ok().and_then(|slo| summary.metric(&slo.metric));
        let unit = metric.map_or(Unit::Ratio, |metric| metric.unit);
        let limit = judged.limit.map_or(figures::NONE.to_owned(), |it| figures::figure(unit, it));
        let verdict = sign(judged.said());
        vec![code_cell(&judged.expr), verdict, words(&value), words(&range), words(&limit)]
    };
    let rows: Vec<Vec<String>> = summary.slo.iter().map(row).collect();
    table(&["SLO", "verdict", "value", interval, "limit"], &rows, &[2, 4])
}

fn numbers(summary: &Summary, interval: &str) -> String {
    let row = |row: &metrics::Row| {
        let (value, range) = verdicts::cells(row.metric);
        let only = survivors::only(&row.metric.name, &summary.metrics);
        let label = only.map_or_else(|| row.label.clone(), |it| format!("{}, {it}", row.label));
        vec![words(&label), words(&value), words(&range), code_cell(&row.metric.name)]
    };
    let rows: Vec<Vec<String>> = metrics::rows(summary).iter().map(row).collect();
    table(&["number", "mean", interval, "metric"], &rows, &[1])
}

/// What to change, and why; or that nothing is advised.
fn recommended(summary: &Summary) -> String {
    let none = answers::no_advice(summary).map(|it| words(&it));
    let table = changed(answers::changes(summary));
    let all = (!table.is_empty()).then(|| format!("{NOT_RUN}\n\n{table}"));
    none.into_iter().chain(all).collect::<Vec<_>>().join("\n\n")
}

/// Parameters, each from what to what and why.
fn changed(changes: Vec<Change>) -> String {
    let row = |change: Change| {
        let [path, from, to] = [change.path, change.from, change.to].map(|text| code_cell(&text));
        vec![path, from, to, words(&change.evidence)]
    };
    let rows: Vec<Vec<String>> = changes.into_iter().map(row).collect();
    table(&["parameter", "from", "to", "evidence"], &rows, &[])
}

/// What is lost or expires in the window, over all runs, the most frequent cause first.
fn losses(summary: &Summary) -> String {
    let ledger = summary.window();
    let gone = |end: &str| end == "lost" || end == "expired";
    let missed = ledger.total(|end, _| gone(end));
    if ledger.intended == 0 {
        return String::new();
    }
    let counted = |count: u64| figures::count(number::float(count));
    let of =
        |count: u64, all: u64| figures::share(number::float(count) / number::float(all.max(1)));
    let runs = if summary.replications > 1 {
        format!(" in {} runs", summary.replications)
    } else {
        String::new()
    };
    let adds_up =
        if summary.adds_up() { "the ledger adds up" } else { "THE LEDGER DOES NOT ADD UP" };
    let sum = format!(
        "{} of {} deliveries{runs} are missed ({}); {adds_up}.\n",
        counted(missed),
        counted(ledger.intended),
        words(&of(missed, ledger.intended)),
    );
    let mut rows: Vec<&(String, String, u64)> =
        ledger.rows.iter().filter(|(end, _, count)| gone(end) && *count > 0).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.2));
    let row = |(end, cause, count): &(String, String, u64)| {
        let name = if cause.is_empty() { end.clone() } else { format!("{end}.{cause}") };
        vec![code_cell(&name), counted(*count), words(&of(*count, missed))]
    };
    let rows: Vec<Vec<String>> = rows.into_iter().map(row).collect();
    let table = table(&["cause", "deliveries", "of what is missed"], &rows, &[1, 2]);
    if table.is_empty() { sum } else { format!("{sum}\n{table}") }
}

fn bill(bill: &Bill) -> String {
    let usd = |value: f64| words(&figures::figure(Unit::UsdPerMonth, value));
    let mut charges: Vec<&Charge> = bill.charges.iter().collect();
    charges.sort_by(|a, b| b.usd_month.total_cmp(&a.usd_month));
    let row = |charge: &&Charge| {
        let quantity = format!("{} {}", figures::count(charge.quantity), charge.unit);
        vec![
            code_cell(&charge.item),
            words(&charge.node),
            words(&quantity),
            words(&figures::share(charge.share)),
            usd(charge.usd_month),
        ]
    };
    let mut rows: Vec<Vec<String>> = charges.iter().take(CHARGES).map(row).collect();
    if let Some(rest) = charges.get(CHARGES..).filter(|rest| !rest.is_empty()) {
        let sum: f64 = rest.iter().map(|charge| charge.usd_month).sum();
        let name = format!("{} more", rest.len());
        rows.push(vec![name, String::new(), String::new(), String::new(), usd(sum)]);
    }
    let heads = ["item", "node", "quantity a month", "share", "cost"];
    let total = format!("{} with {}.\n\n", usd(bill.total()), words(&bill.prices));
    total + &table(&heads, &rows, &[3, 4])
}

fn links(charts: &[Chart]) -> String {
    list(charts.iter().map(|chart| {
        // The name is the program's own but for names of nodes: letters, digits, `-`, `_`.
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let file: String = chart.name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
        format!("[{}](charts/{file}.svg)", words(&chart.headline))
    }))
}

fn omitted(input: &Json) -> String {
    let item = |(kind, says): (&str, String)| {
        // The words of the documents are Markdown already.
        format!("**{}**: {says}", kind.replace('_', " "))
    };
    list(html::omitted(input).into_iter().map(item))
}

fn again(command: &str, identity: &str) -> String {
    format!("{}\n{identity}\n", block("sh", command))
}

fn identity(summary: &Summary) -> String {
    told(&summary.version, summary.seed, summary.fingerprint, &summary.assumptions)
}

/// What a result is a function of, and its fingerprint.
fn told(version: &str, seed: u64, fingerprint: u64, assumptions: &[Origin]) -> String {
    format!(
        "squall {}, seed {seed}, fingerprint {}; {} values of the input, each with its source, are \
         in report.html.",
        words(version),
        code(&format!("{fingerprint:016x}")),
        assumptions.iter().filter(|origin| html::is_assumed(origin)).count(),
    )
}
