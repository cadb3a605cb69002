//! Whole runs: ledgers that add up, the way of a message, losses that theory predicts.
mod acknowledged;
mod affinity;
mod alone;
mod anything;
mod budgets;
mod calls;
pub(crate) mod chat;
pub(crate) mod consumers;
mod copies;
mod fingerprints;
mod idle;
pub(crate) mod inbox;
mod moves;
mod rooms;
mod routes;
mod runs;
mod stores;
mod transports;
