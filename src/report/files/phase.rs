//! A phase diagram as a table and a document.
use super::{File, documents, tables};
use crate::summary::phase::{Border, Phase};
use serde_json::json;

/// The files of a phase diagram.
pub fn write(phase: &Phase) -> Vec<File> {
    let file = |name: &str, bytes| File { name: name.to_owned(), bytes };
    vec![file("phase.csv", table(phase)), file("phase.json", document(phase))]
}

/// One row a border: between which loads it lies.
fn table(phase: &Phase) -> Vec<u8> {
    tables::rows(&[&phase.policy, "border", "holds", "fails", "runs"], |out| {
        for row in &phase.rows {
            let runs = row.runs.to_string();
            for (name, border) in [("recovers", row.recovers), ("stays", row.stays)] {
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
                "runs": row.runs,
            })
        })
        .collect();
    documents::pretty(&json!({
        "experiment": phase.experiment,
        "load": phase.load,
        "range": phase.range,
        "policy": phase.policy,
        "seed": phase.seed,
        "rows": rows,
    }))
}
