//! squall: a deterministic discrete-event simulator of real-time web architectures.
//!
//! The modules stand in the order in which the data passes them; `docs/ARCHITECTURE.md` is the map.
pub mod units;

pub mod spec;

pub mod scenario;

pub mod study;

pub mod world;

pub mod engine;

pub mod node;

pub mod record;

pub mod summary;

pub mod napkin;

pub mod advise;

pub mod report;

pub mod cli;

mod seal;

#[cfg(test)]
mod testing;
