//! `squall render`: draws the charts and the report of a folder again. It reads the result files and
//! nothing else.
use super::{BAD_INPUT, FAILED, GOOD, complain, print, results};
use std::path::Path;

/// Draws charts and report and prints the summary; returns the exit code. Objectives do not matter
/// here: they were judged by the run.
pub fn run(folder: &Path, json: bool) -> u8 {
    let summary = match results::read(folder) {
        Ok(summary) => summary,
        Err(error) => {
            complain(&error);
            return BAD_INPUT;
        }
    };
    let printed = results::draw(&summary, folder)
        .and_then(|charts| results::text(&summary, folder, Some(charts), None, json))
        .and_then(|text| print(&text));
    match printed {
        Ok(()) => GOOD,
        Err(error) => {
            complain(&error);
            FAILED
        }
    }
}
