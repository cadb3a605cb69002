//! Closed forms: beside short simulations of every shipped experiment, as a person calls them, and
//! as advice is made of them.
mod advise;
mod answers;
mod beside;
mod command;
mod crowds;
mod deploys;
mod ends;
mod feeds;
mod reasons;
mod shared;

use squall::{
    napkin::napkin,
    scenario::{self, Scenario},
    study,
    summary::{self, napkin::Compared},
};
use std::{fs, path::Path};

/// An experiment as a text; `model` is what it finds as `model.yaml`, all else lies in the project.
fn loaded(text: &str, model: &str) -> Result<Scenario, String> {
    let read = |path: &Path| match path.to_str() {
        Some("asked.yaml") => Ok(text.as_bytes().to_vec()),
        Some("model.yaml") => Ok(model.as_bytes().to_vec()),
        _ => fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)),
    };
    let loaded = scenario::load(Path::new("asked.yaml"), &[], &read);
    loaded.map(|loaded| loaded.scenario).map_err(|wrong| format!("{:?}", wrong.list))
}

/// Its napkin beside one run of it.
fn compared(text: &str, model: &str) -> Vec<Compared> {
    let scenario = loaded(text, model).unwrap();
    let outcomes = study::replicate(&scenario, &[0], 1, &|_| {}).unwrap();
    let summary = summary::summarize(&scenario, &outcomes);
    summary::napkin::compare(&summary, &napkin(&scenario).lines)
}

/// The first line whose name begins so.
fn line<'c>(all: &'c [Compared], name: &str) -> &'c Compared {
    let found = all.iter().find(|line| line.name.starts_with(name));
    found.unwrap_or_else(|| panic!("no {name}: {all:?}"))
}

/// Whether a run shows so much of some quantities, but for a part of the estimate.
#[track_caller]
fn agree(all: &[Compared], within: &[(&str, f64)]) {
    for (name, within) in within {
        let line = line(all, name);
        let simulated = line.simulated.unwrap_or_else(|| panic!("{name} has no run"));
        let off = (simulated - line.estimate).abs();
        let estimate = line.estimate;
        assert!(off <= within * estimate, "{name}: {estimate}, and the run has {simulated}");
    }
}
