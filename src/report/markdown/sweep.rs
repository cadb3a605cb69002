//! A sweep in short, as Markdown.
use super::{
    again, bill, head, joined, links, list, omitted, section, sign,
    text::{code_cell, table, words},
    told,
};
use crate::{
    report::{
        chart::{self, Chart},
        html,
        terminal::verdicts,
    },
    summary::{
        Metric, Summary, board, figures,
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
    let identity = told(&sweep.version, sweep.seed, sweep.fingerprint, &sweep.assumptions);
    let parts = [
        head(&sweep.question, &html::swept(sweep)),
        answer,
        section("Findings", &list(findings.iter().skip(1).map(|found| words(found)))),
        section("Points", &points(sweep)),
        section("Headroom", &of_design(sweep, headroom)),
        section("Blast radius", &of_design(sweep, blast)),
        section("Bill", &of_design(sweep, |run| run.bill.as_ref().map_or_else(String::new, bill))),
        section("Charts", &drawn(sweep, charts)),
        section("Not modelled", &omitted(&sweep.input)),
        section("Reproduce", &again(&html::swept_command(sweep), &identity)),
    ];
    joined(&parts)
}

/// What is told of the design to take, or of the one that is told in its place, with its name.
fn of_design(sweep: &Sweep, told: impl Fn(&Summary) -> String) -> String {
    let Some(design) = sweep.shown_design() else { return String::new() };
    let text = told(&sweep.run_of(design.point));
    let role = if design.role.is_empty() { String::new() } else { format!(" ({})", design.role) };
    let whose = format!("Of **{}**{role}: ", words(&sweep.spoken(design.point)));
    if text.is_empty() { text } else { whose + &text }
}

/// The budget that is full first.
fn headroom(run: &Summary) -> String {
    let rooms = board::rooms(run);
    let Some((room, first)) = board::binding(&rooms) else { return String::new() };
    let less = |share: Option<f64>, what: &str| {
        share.map(|share| format!("{} with {what}", figures::share(share)))
    };
    let parts = [
        Some(format!("{} on average", figures::share(first.average))),
        less(first.one_less, "one instance less"),
        less(first.zone_less, "a zone less"),
        Some(format!("{} at its peak", figures::share(first.peak))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    words(&format!("full first is {} of {}, {}.", first.name, room.node, figures::listed(&parts)))
}

/// What each thing that was done cost the users.
fn blast(run: &Summary) -> String {
    let none = || figures::NONE.to_owned();
    let row = |blast: &board::Blast| {
        let hit = blast.hit.map_or_else(none, |hit| figures::count(hit.round()));
        let back = match (blast.back[2], blast.hit) {
            (None, Some(_)) => "not by the end".to_owned(),
            (back, _) => back.map_or_else(none, figures::duration),
        };
        let part = blast.budget.map_or_else(none, figures::share);
        let cells = [hit, figures::count(blast.minutes.round()), back, part];
        let cells = cells.iter().map(|cell| words(cell));
        [code_cell(&blast.name)].into_iter().chain(cells).collect()
    };
    let rows: Vec<Vec<String>> = board::blasts(run).iter().map(row).collect();
    let heads = ["what", "connections", "user-minutes lost", "all back", "of a month’s budget"];
    let table = table(&heads, &rows, &[1, 2, 3, 4]);
    let own = board::blasts(run).iter().any(|blast| blast.own);
    let counts = if own { "of those hit, until each is back." } else { "beyond the steady time." };
    if table.is_empty() { table } else { format!("{counts}\n\n{table}") }
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
        None => (survivors::lacking(&metric.name, &point.metrics).to_owned(), String::new()),
    };
    let (value, range) = point.metric(metric).map_or_else(none, known);
    let only = survivors::only(metric, &point.metrics).filter(|_| point.mean(metric).is_some());
    let only = only.map_or_else(String::new, |only| format!("({only})"));
    let parts = [value, range, only];
    let told: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    words(&told.join(" "))
}
