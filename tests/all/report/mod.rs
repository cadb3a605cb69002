//! Everything after the simulation, on invented outcomes.
mod charts;
pub(crate) mod command;
mod fake;
mod files;
mod gallery;
mod html;
mod profiles;
mod swept;
mod terminal;
