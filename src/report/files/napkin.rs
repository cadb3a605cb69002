//! The napkin as files: the table beside a run, and the document of `squall napkin --json`.
use super::{
    NAPKIN, Open, Unreadable,
    read::{Cells, rows},
    tables, unit_name,
};
use crate::summary::{
    figures::plain,
    napkin::{Compared, Line},
};
use serde::Serialize;
use std::io;

/// `simulated` and what follows are empty where the run does not measure it.
pub(super) fn table(all: &[Compared]) -> Vec<u8> {
    tables::each(COMPARED, all, cells)
}

/// The columns of [`cells`].
pub(super) const COMPARED: [&str; 10] = [
    "quantity",
    "of",
    "formula",
    "unit",
    "estimate",
    "simulated",
    "ci_low",
    "ci_high",
    "deviation",
    "reason",
];

/// The cells of a comparison, whatever stands before them.
pub(super) fn cells(one: &Compared) -> [String; 10] {
    [
        one.name.clone(),
        one.of.clone(),
        plain(&one.formula),
        unit_name(one.unit).to_owned(),
        one.estimate.to_string(),
        tables::cell(one.simulated),
        tables::cell(one.ci_low),
        tables::cell(one.ci_high),
        tables::cell(one.deviation),
        plain(&one.reason),
    ]
}

/// Reads the table back; a folder without one has no napkin.
pub(super) fn read(open: Open) -> Result<Vec<Compared>, Unreadable> {
    if is_there(open) { rows(open, NAPKIN, compared) } else { Ok(Vec::new()) }
}

/// Whether a folder has such a table.
pub(super) fn is_there(open: Open) -> bool {
    !open(NAPKIN).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// A row of it.
pub(super) fn compared(mut cells: Cells) -> Option<Compared> {
    Some(Compared {
        name: cells.owned()?,
        of: cells.owned()?,
        formula: cells.owned()?,
        unit: cells.unit()?,
        estimate: cells.number()?,
        simulated: cells.float()?,
        ci_low: cells.float()?,
        ci_high: cells.float()?,
        deviation: cells.float()?,
        reason: cells.owned()?,
    })
}

/// Something that must hold.
#[derive(Serialize)]
pub struct Checked {
    /// With its numbers, with plain spaces.
    pub text: String,
    /// Whether it does.
    pub holds: bool,
}

#[derive(Serialize)]
struct Row<'a> {
    quantity: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    of: &'a str,
    formula: String,
    value: f64,
    unit: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    note: String,
}

/// What `squall napkin --json` prints.
#[derive(Serialize)]
struct Document<'a> {
    experiment: &'a str,
    version: &'a str,
    lines: Vec<Row<'a>>,
    checks: &'a [Checked],
    not_in_a_napkin: String,
    next: &'a str,
}

fn row(line: &Line) -> Row<'_> {
    Row {
        quantity: &line.name,
        of: &line.of,
        formula: plain(&line.formula),
        value: line.value,
        unit: unit_name(line.unit),
        note: plain(&line.note),
    }
}

/// One document: lines, checks, what is left out, and the next command.
pub fn document(
    experiment: &str,
    lines: &[Line],
    checks: &[Checked],
    left_out: &str,
    next: &str,
) -> Vec<u8> {
    super::documents::pretty(&Document {
        experiment,
        version: env!("CARGO_PKG_VERSION"),
        lines: lines.iter().map(row).collect(),
        checks,
        not_in_a_napkin: plain(left_out),
        next,
    })
}
