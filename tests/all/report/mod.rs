//! Everything after the simulation, on invented outcomes.
mod charts;
mod command;
mod fake;
mod files;
mod gallery;
mod profiles;
mod terminal;
