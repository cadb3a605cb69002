//! Several runs: the replications of one scenario, and the points of a sweep. It knows worlds and
//! records, not charts.
pub mod phase;
mod unit;

pub use unit::{Unit, key, read, write};
pub use world::Broken;

use crate::{
    engine::{Time, number},
    record::Outcome,
    scenario::Scenario,
    world,
};
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

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
    let run = |(place, &replication)| {
        world::simulate(scenario, replication, &|done| progress(Progress { place, done }))
    };
    threads(jobs.min(replications.len()))?
        .install(|| replications.par_iter().enumerate().map(run).collect())
}

/// Runs units on `jobs` threads, each as soon as a thread is free, in their order. `keep` is given
/// the place and the outcome of each, from the thread that ran it; once it fails, no further unit
/// begins.
///
/// # Errors
/// What `keep` says, or [`Broken`].
pub fn sweep<E: From<Broken> + Send>(
    units: &[Unit<'_>],
    jobs: usize,
    progress: &(dyn Fn(Progress) + Sync),
    keep: &(dyn Fn(usize, Outcome) -> Result<(), E> + Sync),
) -> Result<(), E> {
    let jobs = jobs.min(units.len()).max(1);
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let work = |_| {
        while !stop.load(Ordering::Relaxed) {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(unit) = units.get(place) else { break };
            let done = |done| progress(Progress { place, done });
            let outcome = world::simulate(unit.scenario, unit.replication, &done);
            let kept = outcome.map_err(E::from).and_then(|outcome| keep(place, outcome));
            if kept.is_err() {
                stop.store(true, Ordering::Relaxed);
                return kept;
            }
        }
        Ok(())
    };
    let threads = threads(jobs)?;
    threads.install(|| (0..jobs).into_par_iter().with_max_len(1).map(work).collect())
}

fn threads(jobs: usize) -> Result<rayon::ThreadPool, Broken> {
    let threads = rayon::ThreadPoolBuilder::new().num_threads(jobs.max(1)).build();
    threads.map_err(|error| Broken(format!("no threads: {error}")))
}

/// The replications of a scenario, from 0.
pub fn all(scenario: &Scenario) -> Vec<u32> {
    (0..scenario.replications.max(1)).collect()
}

/// How many units there are of a kind that is counted in 32 bits.
pub fn count(scenario: &Scenario) -> usize {
    number::index(scenario.replications.max(1))
}
