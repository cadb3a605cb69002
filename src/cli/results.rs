//! From a summary to a folder and the terminal, the same way for `run` and `render`.
use super::{BAD_INPUT, GOOD, INCONCLUSIVE, SLO_FAILED, folder, unicode};
use crate::{
    report::{
        self,
        files::{self, File},
        terminal::{self, Look},
    },
    summary::{Summary, slo::Verdict, sweep::Sweep},
};
use std::{io, path::Path};

/// Writes a summary's data files in place of what lay there.
///
/// # Errors
/// What the disk says.
pub fn write(summary: &Summary, into: &Path) -> io::Result<()> {
    folder::replace_results(into, &files::write(summary))
}

/// Reads a summary back from its files.
///
/// # Errors
/// A file that is missing or is no result file.
pub fn read(from: &Path) -> io::Result<Summary> {
    files::read(&|name| folder::open(from, name)).map_err(|error| place(from, &error))
}

/// Draws the charts and the report of a summary in place of what lay there; returns how many charts
/// there are.
///
/// # Errors
/// What the disk says.
pub fn draw(summary: &Summary, into: &Path) -> io::Result<usize> {
    let charts = report::charts(summary);
    folder::replace_charts(into, &charts)?;
    folder::add(into, &report::page(summary))?;
    // Each chart is two files.
    Ok(charts.len() / 2)
}

/// What goes to stdout: the tables, or the document as it lies in the folder.
///
/// # Errors
/// What the disk says.
pub fn text(
    summary: &Summary,
    lies_in: &Path,
    charts: Option<usize>,
    next: Option<(String, String)>,
    json: bool,
) -> io::Result<String> {
    if json {
        let bytes = folder::open(lies_in, files::SUMMARY)?;
        return String::from_utf8(bytes).map_err(io::Error::other);
    }
    let look = Look { unicode: unicode(), folder: lies_in.display().to_string(), charts, next };
    Ok(terminal::print(summary, &look))
}

/// Writes a sweep's data files in place of what lay there.
///
/// # Errors
/// What the disk says.
pub fn write_sweep(sweep: &Sweep, into: &Path) -> io::Result<()> {
    folder::replace_results(into, &files::write_sweep(sweep))
}

/// Whether a folder holds a sweep.
///
/// # Errors
/// A manifest that is missing or is none.
pub fn is_sweep(from: &Path) -> io::Result<bool> {
    files::is_sweep(&|name| folder::open(from, name)).map_err(|error| place(from, &error))
}

/// Reads a sweep back from its files.
///
/// # Errors
/// A file that is missing or is no result file.
pub fn read_sweep(from: &Path) -> io::Result<Sweep> {
    files::read_sweep(&|name| folder::open(from, name)).map_err(|error| place(from, &error))
}

fn place(from: &Path, error: &files::Unreadable) -> io::Error {
    io::Error::other(format!("{}: {error}", from.display()))
}

/// Draws the charts and the report of a sweep in place of what lay there; returns how many charts
/// there are.
///
/// # Errors
/// What the disk says.
pub fn draw_sweep(sweep: &Sweep, into: &Path) -> io::Result<usize> {
    let charts = report::sweep_charts(sweep);
    folder::replace_charts(into, &charts)?;
    folder::add(into, &report::sweep_page(sweep))?;
    Ok(charts.len() / 2)
}

/// What goes to stdout after a sweep.
///
/// # Errors
/// What the disk says.
pub fn sweep_text(
    sweep: &Sweep,
    lies_in: &Path,
    charts: Option<usize>,
    next: Option<(String, String)>,
    json: bool,
) -> io::Result<String> {
    if json {
        let bytes = folder::open(lies_in, files::SUMMARY)?;
        return String::from_utf8(bytes).map_err(io::Error::other);
    }
    let look = Look { unicode: unicode(), folder: lies_in.display().to_string(), charts, next };
    Ok(terminal::print_sweep(sweep, &look))
}

/// Adds what is not a function of the input: when, where, how long.
///
/// # Errors
/// What the disk says.
pub fn note(info: &serde_json::Value, into: &Path) -> io::Result<()> {
    let bytes = format!("{info:#}\n").into_bytes();
    folder::add(into, &File { name: "run-info.json".to_owned(), bytes })
}

/// The exit code that the objectives ask for.
pub fn exit_code(summary: &Summary, strict: bool) -> u8 {
    let any = |verdict| summary.slo.iter().any(|slo| slo.verdict == verdict);
    if any(Verdict::Error) {
        BAD_INPUT
    } else if any(Verdict::Fail) {
        SLO_FAILED
    } else if strict && any(Verdict::Inconclusive) {
        INCONCLUSIVE
    } else {
        GOOD
    }
}
