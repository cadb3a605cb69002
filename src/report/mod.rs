//! Exporters: from a summary to files, from files to charts. They know neither loop nor nodes.
pub mod data;
