//! `--observed FILE.csv`: measured values beside the simulated ones.
use super::{BAD_INPUT, complain, folder, results::Observing, run::say};
use crate::{
    report::{
        files::{self, observed::MEASURED},
        terminal,
    },
    summary::{
        Summary,
        observed::{Measured, compare},
    },
};
use std::{io, path::Path};

/// Reads measured values, if a file is given; what is wrong with it is said on stderr, and an exit
/// code comes back.
pub(super) fn read(file: Option<&Path>) -> Result<Vec<Measured>, u8> {
    let Some(file) = file else { return Ok(Vec::new()) };
    let read = std::fs::read(file).map_err(|error| error.to_string());
    read.and_then(|bytes| files::observed::read(&bytes)).map_err(|why| {
        complain(&format!("{}: {why}", file.display()));
        BAD_INPUT
    })
}

/// Measured values that an earlier command has left in a folder.
pub(super) fn kept(folder: &Path) -> Result<Vec<Measured>, u8> {
    let table = folder.join(MEASURED);
    read(Some(table.as_path()).filter(|table| table.exists()))
}

/// Leaves measured values in a folder, so that what is drawn again has them.
///
/// # Errors
/// What the disk says.
pub(super) fn keep(measured: &[Measured], folder: &Path) -> io::Result<()> {
    match measured {
        [] => Ok(()),
        some => folder::add(folder, &files::observed::write(some)),
    }
}

/// A run with measured values beside it, which are from a file.
pub(super) fn beside(
    summary: Summary,
    measured: &[Measured],
    file: Option<&Path>,
) -> Result<Observing, u8> {
    match compare(&summary, measured) {
        Ok(observed) => Ok(Observing { summary, observed }),
        Err(wrong) => {
            wrong.iter().for_each(|it| complain(&format!("{}{}", place(file, &it.name), it.why)));
            Err(BAD_INPUT)
        }
    }
}

/// Where a series stands: `measured.csv: line 1: `.
fn place(file: Option<&Path>, name: &str) -> String {
    let Some(file) = file else { return String::new() };
    let bytes = std::fs::read(file).unwrap_or_default();
    let line = files::observed::line_of(&bytes, name);
    let line = line.map_or_else(String::new, |line| format!("line {line}: "));
    format!("{}: {line}", file.display())
}

/// What the document on stdout does not say goes to stderr.
pub(super) fn tell(held: &Observing) {
    let look = terminal::Look { unicode: super::unicode(), ..terminal::Look::default() };
    let text = terminal::observed(&held.observed, &look);
    if !text.is_empty() {
        say(&anstream::adapter::strip_str(&text).to_string());
    }
}
