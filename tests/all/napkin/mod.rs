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

use squall::summary::napkin::Compared;

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
