//! Whole runs: ledgers that add up, the way of a message, losses that theory predicts.
mod affinity;
mod anything;
mod budgets;
mod calls;
pub(crate) mod chat;
pub(crate) mod consumers;
mod fingerprints;
mod idle;
mod moves;
mod routes;
mod runs;
mod stores;
