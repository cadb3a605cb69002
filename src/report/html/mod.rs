//! The report as one page: question and verdict first, then what they rest on. It loads nothing,
//! works without scripts, follows the reader's light or dark, and prints.
//!
//! A pure function: the same summary gives the same bytes. Each section is a file of its own and
//! says nothing when it has nothing to say.
mod assumptions;
mod bill;
mod blast;
mod board;
mod charts;
mod data;
mod events;
mod head;
mod ledger;
mod method;
mod napkin;
mod numbers;
mod observed;
mod omitted;
mod phase;
mod readings;
mod reproduce;
mod several;
mod shell;
mod sweep;
mod system;
mod tables;
mod text;

pub(super) use assumptions::is_assumed;
pub(super) use board::users;
pub(super) use head::setup;
pub(super) use napkin::{headline as agreement, signed};
pub(super) use omitted::words as omitted;
pub(super) use reproduce::command;
pub(super) use sweep::{TOLD, command as swept_command, setup as swept};

use crate::summary::{
    Summary,
    findings::{Finding, all, verdict},
    observed::Observed,
    phase::Phase,
    sweep::Sweep,
};
use maud::{Markup, html};
use shell::{Frame, Section};

/// So many findings stand at the top.
const SHOWN: usize = 3;

/// The page of a run, with what was measured elsewhere beside it.
pub fn page(summary: &Summary, observed: &[Observed]) -> Vec<u8> {
    let frame = Frame {
        title: format!("{} · squall report", summary.experiment),
        header: head::header(summary),
        footer: reproduce::foot(&summary.version, summary.seed, summary.fingerprint),
    };
    shell::document(&frame, &sections(summary, observed))
}

/// The page of several runs side by side.
pub fn several(runs: &[(&str, &Summary)]) -> Vec<u8> {
    several::page(runs)
}

/// The page of a phase diagram.
pub fn phase_page(phase: &Phase) -> Vec<u8> {
    phase::page(phase)
}

/// The page of a sweep.
pub fn sweep_page(sweep: &Sweep) -> Vec<u8> {
    sweep::page(sweep)
}

/// The sections in their order, without those that have nothing to say.
fn sections(summary: &Summary, observed: &[Observed]) -> Vec<Section> {
    let section = |id, title, body| shell::section(id, title, title, body);
    let named = shell::section;
    let charts = charts::Charts::of(summary);
    let (findings, rest) = findings(summary, &charts);
    let (charts, more) = charts.beside(rest);
    let measured = observed::body(summary, observed);
    let all = [
        section("findings", "Findings", findings),
        section("recommendation", "Recommendation", board::recommendation(summary)),
        named("numbers", "The numbers that matter", "Numbers", numbers::body(summary, &more)),
        named("system", "The system", "System", system::body(summary)),
        named("napkin", "Napkin beside simulation", "Napkin", napkin::body(summary)),
        named("observed", "Measured and simulated", "Measured", measured),
        section("headroom", "Headroom", charts.headroom(board::headroom(summary))),
        section("course", "What happens", charts.course(events::body(summary))),
        section("lost", "Late and lost", charts.losses(ledger::body(summary))),
        section("blast", "Blast radius", blast::of_run(summary)),
        named("cost", "The bill", "Cost", bill::body(summary)),
        section("growth", "Growth", charts.growth(board::growth(summary))),
        section("assumptions", "Assumptions", assumptions::body(&summary.assumptions)),
        section("omitted", "Not modelled", omitted::of_input(&summary.input)),
        named("method", "How to read the numbers", "Method", Some(method::body(summary))),
        section("reproduce", "Reproduce", Some(reproduce::body(summary, observed))),
        section("metrics", "All metrics", numbers::all(summary)),
    ];
    all.into_iter().flatten().collect()
}

/// The findings that matter most, each with its chart; the others stand beside theirs.
fn findings(summary: &Summary, charts: &charts::Charts) -> (Option<Markup>, Vec<Finding>) {
    // What the answer says need not be said twice.
    let (answer, more) = verdict(summary);
    let said = |text: &String| *text == answer || more.contains(text);
    let found: Vec<Finding> = all(summary).into_iter().filter(|it| !said(&it.text)).collect();
    let mut first: Vec<usize> = (0..found.len()).collect();
    first.sort_by_key(|&place| std::cmp::Reverse(found[place].weight));
    first.truncate(SHOWN);
    first.sort_unstable();
    let item = |place: &usize| {
        let finding = &found[*place];
        shell::finding(&finding.text, charts.begins(finding.chart))
    };
    let shown = (!first.is_empty()).then(|| {
        html! {
            ol.find { @for place in &first { (item(place)) } }
        }
    });
    let rest = found.iter().enumerate().filter(|(place, _)| !first.contains(place));
    (shown, rest.map(|(_, finding)| finding.clone()).collect())
}
