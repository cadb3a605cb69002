//! Everything after the simulation, on invented outcomes.
mod board;
mod capacity;
mod charts;
pub(crate) mod command;
mod fake;
mod files;
mod gallery;
mod graph;
mod heat;
mod html;
mod markdown;
mod observed;
mod openmetrics;
mod plane;
mod profiles;
mod swept;
mod terminal;
mod to_come;
