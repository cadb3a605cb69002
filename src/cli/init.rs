//! `squall init`: a small model and an experiment on it, to begin with.
use super::{BAD_INPUT, FAILED, GOOD, complain, folder, print};
use crate::{report::files::File, scenario};
use std::path::Path;

/// What is written, with `NAME` for the name.
const TEMPLATES: [(&str, &str); 2] = [
    ("models/NAME.yaml", include_str!("init/model.yaml")),
    ("experiments/NAME.yaml", include_str!("init/experiment.yaml")),
];

/// Writes both files below the current folder, if neither is there; returns the exit code.
pub fn run(name: &str) -> u8 {
    if !scenario::is_name(name) {
        let name = name.replace(char::is_control, "\u{fffd}");
        complain(&format!(
            "`{name}` cannot be the name of a file\nhelp: write letters, digits, `-` and `_`, \
             beginning with a letter, 64 at most"
        ));
        return BAD_INPUT;
    }
    let files = files(name);
    if let Some(there) = files.iter().find(|file| Path::new(&file.name).exists()) {
        complain(&format!(
            "`{}` is there already, and is left as it is\nhelp: choose another name: `squall init \
             my-chat`",
            there.name
        ));
        return BAD_INPUT;
    }
    let written = folder::create(Path::new("."), &files);
    match written.and_then(|()| print(&next(name))) {
        Ok(()) => GOOD,
        Err(error) => {
            complain(&error);
            FAILED
        }
    }
}

/// The files of a name.
pub fn files(name: &str) -> Vec<File> {
    let file = |(path, text): (&str, &str)| File {
        name: path.replace("NAME", name),
        bytes: text.replace("NAME", name).into_bytes(),
    };
    TEMPLATES.map(file).into()
}

fn next(name: &str) -> String {
    format!(
        "models/{name}.yaml       the architecture\n\
         experiments/{name}.yaml  the question\n\n\
         next: squall run experiments/{name}.yaml\n"
    )
}
