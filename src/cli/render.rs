//! `squall render`: draws the charts and the report of a folder again. It reads the result files and
//! nothing else.
use super::{BAD_INPUT, FAILED, GOOD, complain, print, results};
use std::path::Path;

/// Draws charts and report and prints the summary; returns the exit code. Objectives do not matter
/// here: they were judged by the run.
pub fn run(folder: &Path, json: bool) -> u8 {
    let printed = match results::is_sweep(folder) {
        Ok(true) => results::read_sweep(folder).map(|sweep| {
            results::draw_sweep(&sweep, folder)
                .and_then(|charts| results::sweep_text(&sweep, folder, Some(charts), None, json))
        }),
        Ok(false) => results::read(folder).map(|summary| {
            results::draw(&summary, folder)
                .and_then(|charts| results::text(&summary, folder, Some(charts), None, json))
        }),
        Err(error) => Err(error),
    };
    match printed {
        Err(error) => {
            complain(&error);
            BAD_INPUT
        }
        Ok(text) => match text.and_then(|text| print(&text)) {
            Ok(()) => GOOD,
            Err(error) => {
                complain(&error);
                FAILED
            }
        },
    }
}
