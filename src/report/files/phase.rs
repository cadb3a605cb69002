//! A phase diagram as a table and a document.
use super::{File, Open, Unreadable, contents, documents, tables};
use crate::{
    seal,
    summary::phase::{Border, Phase},
};
use serde_json::json;

/// The document: it holds all of the diagram, and is read back.
pub const DOCUMENT: &str = "phase.json";

/// The files of a phase diagram.
pub fn write(phase: &Phase) -> Vec<File> {
    let file = |name: &str, bytes| File { name: name.to_owned(), bytes };
    let mut files = vec![file("phase.csv", table(phase)), file(DOCUMENT, document(phase))];
    if phase.rows.iter().any(|row| row.ramp.is_some()) {
        files.push(file("ramp.csv", steps(phase)));
    }
    files
}

/// One row a step of a ramp, in the order of time.
fn steps(phase: &Phase) -> Vec<u8> {
    tables::rows(&[&phase.policy, "direction", "load", "well"], |out| {
        for row in &phase.rows {
            for step in row.ramp.iter().flat_map(|ramp| &ramp.steps) {
                let [load, well] = [step.load, step.well].map(|it| tables::cell(Some(it)));
                out(&[&row.policy, if step.up { "up" } else { "down" }, &load, &well]);
            }
        }
    })
}

/// One row a border: between which loads it lies.
fn table(phase: &Phase) -> Vec<u8> {
    tables::rows(&[&phase.policy, "border", "holds", "fails", "runs"], |out| {
        for row in &phase.rows {
            let runs = row.runs.to_string();
            let mut borders = vec![("recovers", row.recovers), ("stays", row.stays)];
            if let Some(ramp) = &row.ramp {
                borders.push(("up", ramp.breaks(phase.well)));
                borders.push(("down", ramp.returns(phase.well)));
            }
            for (name, border) in borders {
                let [holds, fails] = [border.holds, border.fails].map(tables::cell);
                out(&[&row.policy, name, &holds, &fails, &runs]);
            }
        }
    })
}

/// The document that `--json` prints.
pub fn document(phase: &Phase) -> Vec<u8> {
    let border = |it: Border| json!({ "holds": it.holds, "fails": it.fails });
    let rows: Vec<_> = phase
        .rows
        .iter()
        .map(|row| {
            json!({
                "policy": row.policy,
                "recovers": border(row.recovers),
                "stays": border(row.stays),
                "hysteresis": row.hysteresis(),
                "ramp": row.ramp,
                "up": row.ramp.as_ref().map(|ramp| border(ramp.breaks(phase.well))),
                "down": row.ramp.as_ref().map(|ramp| border(ramp.returns(phase.well))),
                "runs": row.runs,
            })
        })
        .collect();
    seal::close(documents::pretty(&json!({
        "file": phase.file,
        "experiment": phase.experiment,
        "question": phase.question,
        "version": phase.version,
        "load": phase.load,
        "range": phase.range,
        "bounds": phase.bounds,
        "unit": phase.unit,
        "policy": phase.policy,
        "well": phase.well,
        "within": phase.within,
        "hold": phase.hold,
        "seed": phase.seed,
        "sets": phase.sets,
        "rows": rows,
        "input": phase.input,
        "seal": "",
    })))
}

/// The diagram of a document; what follows from the rest is not read.
///
/// # Errors
/// A file that is missing, or is no such document.
pub fn stored(open: Open<'_>) -> Result<Phase, Unreadable> {
    contents::sealed(open, DOCUMENT)
}
