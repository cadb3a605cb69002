//! `squall validate`: all that is wrong with an experiment, or one line that says what it is.
use super::diagnostics::{self, counted};
use crate::scenario::{self, Loaded};
use std::path::Path;

/// Exit code of bad input.
const BAD_INPUT: u8 = 2;

/// Checks an experiment and prints the result; returns the exit code.
pub fn run(path: &Path, sets: &[String]) -> u8 {
    let loaded = scenario::load(path, sets, &|path| std::fs::read(path));
    match loaded {
        Ok(loaded) => {
            diagnostics::eprint(&loaded.warnings);
            anstream::println!("✓ {}", line(&loaded));
            0
        }
        Err(wrong) => {
            anstream::print!("{}", diagnostics::render(&wrong, true));
            BAD_INPUT
        }
    }
}

/// `2 files, 7 nodes, 10 links (4 by default), 16 points`.
pub fn line(loaded: &Loaded) -> String {
    let scenario = &loaded.scenario;
    let by_default = scenario.links.iter().filter(|link| link.by_default).count();
    let line = format!(
        "{}, {}, {} ({by_default} by default)",
        counted(loaded.files.len(), "file"),
        counted(scenario.nodes.len(), "node"),
        counted(scenario.links.len(), "link"),
    );
    if loaded.has_sweep {
        return format!("{line}, {}", counted(loaded.points, "point"));
    }
    line
}
