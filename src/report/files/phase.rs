//! A phase diagram as a table and a document.
use super::File;
use crate::summary::phase::{Border, Phase};
use serde_json::json;

/// The files of a phase diagram.
pub fn write(phase: &Phase) -> Vec<File> {
    let file = |name: &str, bytes| File { name: name.to_owned(), bytes };
    vec![file("phase.csv", table(phase)), file("phase.json", document(phase))]
}

/// One row a border: between which loads it lies.
fn table(phase: &Phase) -> Vec<u8> {
    let mut text = format!("{},border,holds,fails,runs\n", quoted(&phase.policy));
    for row in &phase.rows {
        for (name, border) in [("recovers", row.recovers), ("stays", row.stays)] {
            let number = |it: Option<f64>| it.map_or_else(String::new, |it| it.to_string());
            text += &format!(
                "{},{name},{},{},{}\n",
                quoted(&row.policy),
                number(border.holds),
                number(border.fails),
                row.runs
            );
        }
    }
    text.into_bytes()
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
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
    let document = json!({
        "experiment": phase.experiment,
        "load": phase.load,
        "range": phase.range,
        "policy": phase.policy,
        "seed": phase.seed,
        "rows": rows,
    });
    let mut text = serde_json::to_vec_pretty(&document).expect("it is a plain document");
    text.push(b'\n');
    text
}
