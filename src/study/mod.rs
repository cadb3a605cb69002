//! Several runs of one scenario. It knows worlds and records, not charts.
use crate::{
    engine::{Time, number},
    record::Outcome,
    scenario::Scenario,
    world,
};
use rayon::prelude::*;

pub use world::Broken;

/// How far a replication has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// Which replication, from 0.
    pub replication: u32,
    /// Simulated time that is done.
    pub done: Time,
}

/// Runs all replications on `jobs` threads; the outcomes are in order and do not depend on `jobs`.
///
/// # Errors
/// [`Broken`] when a ledger does not add up, or no thread can be started.
pub fn replicate(
    scenario: &Scenario,
    jobs: usize,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Vec<Outcome>, Broken> {
    let jobs = jobs.clamp(1, number::index(scenario.replications.max(1)));
    let threads = rayon::ThreadPoolBuilder::new().num_threads(jobs).build();
    let threads = threads.map_err(|error| Broken(format!("no threads: {error}")))?;
    threads.install(|| {
        let replications = 0..scenario.replications.max(1);
        let run = |replication| {
            world::simulate(scenario, replication, &|done| {
                progress(Progress { replication, done });
            })
        };
        replications.into_par_iter().map(run).collect()
    })
}
