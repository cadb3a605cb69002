//! `squall validate`: all that is wrong with an experiment, or one line that says what it is.
use super::{
    BAD_INPUT, FAILED, GOOD, complain,
    diagnostics::{self, counted},
    objectives, print,
};
use crate::{
    scenario::{self, Loaded},
    spec::{Arguments, Diagnostics},
};
use std::path::Path;

/// Checks an experiment and prints the result; returns the exit code.
pub fn run(path: &Path, sets: &[String]) -> u8 {
    let checked = check(path, sets);
    let checked = checked.and_then(|loaded| objectives::check(&loaded, true).map(|()| loaded));
    let (text, code) = match checked {
        Ok(loaded) => {
            diagnostics::eprint(&loaded.warnings);
            (format!("✓ {}\n", line(&loaded)), GOOD)
        }
        Err(wrong) => (diagnostics::render(&wrong, true), BAD_INPUT),
    };
    match print(&text) {
        Ok(()) => code,
        Err(error) => {
            complain(&error);
            FAILED
        }
    }
}

/// Loads an experiment; a model alone is checked as it would be in one.
pub(super) fn check(path: &Path, sets: &[String]) -> Result<Loaded, Diagnostics> {
    let load = |sets: &[String]| {
        let given = Arguments { sets, ..Arguments::default() };
        scenario::load_sweep(path, &given, &|path| std::fs::read(path))
    };
    let wrong = match load(sets) {
        Ok(loaded) => return Ok(loaded),
        Err(wrong) => wrong,
    };
    if wrong.list.iter().any(|found| found.code == scenario::MODEL_ALONE) {
        return load(&[sets, &["horizon=1h".to_owned()]].concat());
    }
    Err(wrong)
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
    if loaded.has_sweep() {
        return format!("{line}, {}", counted(loaded.plan.count, "point"));
    }
    line
}
