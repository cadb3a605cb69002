//! Everything after the simulation, on invented outcomes.
mod fake;
mod gallery;
