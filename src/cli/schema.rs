//! `squall schema`: the JSON Schema of a kind of file, for editors.
use super::{FAILED, GOOD, complain, print};
use crate::scenario::catalogue::File;

/// Prints the schema of a kind of file; returns the exit code.
pub fn run(file: File) -> u8 {
    match print(&text(file)) {
        Ok(()) => GOOD,
        Err(error) => {
            complain(&error);
            FAILED
        }
    }
}

/// The schema as it lies in `docs/schema`.
pub fn text(file: File) -> String {
    format!("{:#}\n", file.schema())
}
