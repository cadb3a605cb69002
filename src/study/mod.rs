//! Several runs: the replications of one scenario, and the points of a sweep. It knows worlds and
//! records, not charts.
pub mod dry;
pub mod phase;
pub mod ramp;
mod unit;

pub use unit::{MEASURES, Unit, key, read, write};
pub use world::Broken;

use crate::{engine::Time, record::Outcome, scenario::Scenario, world};
use rayon::prelude::*;

/// How far a replication has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// Which of the replications or units that are run, from 0.
    pub place: usize,
    /// Simulated time that is done.
    pub done: Time,
}

/// Runs replications on `jobs` threads; the outcomes are in order and do not depend on `jobs`.
///
/// # Errors
/// [`Broken`] when a ledger does not add up, or no thread can be started.
pub fn replicate(
    scenario: &Scenario,
    replications: &[u32],
    jobs: usize,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Vec<Outcome>, Broken> {
    let unit = |&replication| Unit { scenario, replication };
    let units: Vec<Unit<'_>> = replications.iter().map(unit).collect();
    each(&units, jobs, progress, &|_, outcome| Ok(outcome))
}

/// Runs units on `jobs` threads, each as soon as a thread is free. `keep` is given the place and
/// the outcome of each, from the thread that ran it; once it fails, no further unit begins.
///
/// # Errors
/// What `keep` says, or [`Broken`].
pub fn each<T: Send, E: From<Broken> + Send>(
    units: &[Unit<'_>],
    jobs: usize,
    progress: &(dyn Fn(Progress) + Sync),
    keep: &(dyn Fn(usize, Outcome) -> Result<T, E> + Sync),
) -> Result<Vec<T>, E> {
    let run = |(place, unit): (usize, &Unit<'_>)| {
        let done = |done| progress(Progress { place, done });
        keep(place, world::simulate(unit.scenario, unit.replication, &done)?)
    };
    let threads = threads(jobs.min(units.len()))?;
    threads.install(|| units.par_iter().enumerate().with_max_len(1).map(run).collect())
}

/// Threads for so many jobs at a time.
///
/// # Errors
/// [`Broken`] when the system has none.
pub fn threads(jobs: usize) -> Result<rayon::ThreadPool, Broken> {
    let threads = rayon::ThreadPoolBuilder::new().num_threads(jobs.max(1)).build();
    threads.map_err(|error| Broken(format!("no threads: {error}")))
}
