//! `squall render`: draws the charts and the report of a folder again, or prints its metrics for
//! other programs. It reads the result files and nothing else.
use super::{
    BAD_INPUT, FAILED, GOOD, complain, print,
    results::{self, Results},
};
use crate::{
    report::openmetrics,
    summary::{Summary, sweep::Sweep},
};
use std::{io, path::Path};

/// Draws charts and report and prints the summary; returns the exit code. Objectives do not matter
/// here: they were judged by the run.
pub fn run(folder: &Path, json: bool) -> u8 {
    let text = match results::is_sweep(folder) {
        Ok(true) => again::<Sweep>(folder, json),
        Ok(false) => again::<Summary>(folder, json),
        Err(error) => Err((BAD_INPUT, error)),
    };
    printed(text)
}

/// Prints every metric of a folder in the text format of OpenMetrics; returns the exit code. A
/// folder keeps each number once: what another program wants of it is made when it is asked for.
pub fn openmetrics(folder: &Path) -> u8 {
    let text = match results::is_sweep(folder) {
        Ok(true) => results::read(folder).map(|sweep| openmetrics::sweep(&sweep)),
        Ok(false) => results::read(folder).map(|summary| openmetrics::run(&summary)),
        Err(error) => Err(error),
    };
    printed(text.map_err(|error| (BAD_INPUT, error)))
}

fn printed(text: Result<String, (u8, io::Error)>) -> u8 {
    let printed = text.and_then(|text| print(&text).map_err(|error| (FAILED, error)));
    match printed {
        Ok(()) => GOOD,
        Err((code, error)) => {
            complain(&error);
            code
        }
    }
}

/// What lies in a folder is drawn again; a failure comes with its exit code.
fn again<R: Results>(folder: &Path, json: bool) -> Result<String, (u8, io::Error)> {
    let results: R = results::read(folder).map_err(|error| (BAD_INPUT, error))?;
    let charts = results::draw(&results, folder).map_err(|error| (FAILED, error))?;
    results::text(&results, folder, Some(charts), None, json).map_err(|error| (FAILED, error))
}
