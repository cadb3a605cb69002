//! Exporters: from a summary to files, from files to charts. They know neither loop nor nodes.
pub mod charts;
pub mod data;

mod canvas;
mod theme;
