//! Everything after the simulation, on invented outcomes.
mod advised;
mod agreement;
mod board;
mod capacity;
mod charts;
mod claims;
pub(crate) mod command;
mod designs;
mod due;
mod fake;
mod faults;
mod files;
mod findings;
mod gallery;
mod graph;
mod heat;
mod held_against;
mod html;
mod markdown;
mod observed;
mod openmetrics;
mod peaks;
mod plane;
mod polled;
mod profiles;
mod runs;
mod swept;
mod terminal;
mod to_come;
mod worded;

use squall::{
    napkin, report, scenario,
    summary::{Summary, figures, napkin::compare, summarize},
    world,
};
use std::{fs, path::Path};

/// The summary of a single run of a file, or of a text in its place.
fn ran(sets: &[&str], file: &str, text: Option<&str>) -> Summary {
    let read = |path: &Path| match text {
        Some(text) if path == Path::new(file) => Ok(text.as_bytes().to_vec()),
        _ => fs::read(path),
    };
    let sets: Vec<String> = sets.iter().map(|&set| set.to_owned()).collect();
    let loaded = scenario::load(Path::new(file), &sets, &read);
    let scenario = loaded.unwrap_or_else(|wrong| panic!("{wrong}")).scenario;
    let outcome = world::simulate(&scenario, 0, &|_| {}).unwrap();
    let mut summary = summarize(&scenario, &[outcome]);
    summary.napkin = compare(&summary, &napkin::napkin(&scenario).lines);
    summary
}

/// The page of a run, with plain spaces.
fn words_of(summary: &Summary) -> String {
    let page = String::from_utf8(report::html::page(summary, &[])).unwrap();
    figures::plain(&page)
}
