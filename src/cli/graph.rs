//! `squall graph`: the topology of an experiment or a model, drawn as the report draws it, or as
//! text for other programs.
use super::{BAD_INPUT, FAILED, GOOD, complain, diagnostics, print, validate};
use crate::report::{
    draw,
    graph::{self, Graph},
};
use std::path::Path;

/// What the topology is written as.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Format {
    /// A picture.
    Svg,
    /// The language of graphviz.
    Dot,
    /// A flowchart that Markdown on many sites draws.
    Mermaid,
}

/// Prints the topology; returns the exit code.
pub fn run(path: &Path, sets: &[String], format: Format) -> u8 {
    let loaded = match validate::check(path, sets) {
        Ok(loaded) => loaded,
        Err(wrong) => {
            diagnostics::eprint(&wrong);
            return BAD_INPUT;
        }
    };
    diagnostics::eprint(&loaded.warnings);
    match print(&text(&Graph::of(&loaded.scenario.resolved), format)) {
        Ok(()) => GOOD,
        Err(error) => {
            complain(&error);
            FAILED
        }
    }
}

fn text(graph: &Graph, format: Format) -> String {
    match format {
        Format::Svg => graph::across(graph).map_or_else(String::new, |sheet| {
            let bytes = draw::svg(&graph::framed(sheet));
            String::from_utf8(bytes).expect("a drawing is text")
        }),
        Format::Dot => graph::dot(graph),
        Format::Mermaid => graph::mermaid(graph),
    }
}
