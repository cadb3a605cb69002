//! `squall report`: several runs in one page, side by side.
use super::{BAD_INPUT, FAILED, GOOD, complain, folder, print, results};
use crate::{
    report::{self, files::File},
    summary::Summary,
};
use std::{
    io,
    path::{Path, PathBuf},
};

/// So many runs can be told from each other in a chart.
const MOST: usize = 10;

/// Writes the page of several runs; returns the exit code.
pub fn run(folders: &[PathBuf], output: &Path) -> u8 {
    let written = read(folders).map_err(|error| (BAD_INPUT, error)).and_then(|runs| {
        let names = names(folders, &runs);
        let named: Vec<(&str, &Summary)> = names.iter().map(String::as_str).zip(&runs).collect();
        write(output, report::several(&named)).map_err(|error| (FAILED, error))
    });
    match written {
        Ok(()) => GOOD,
        Err((code, error)) => {
            complain(&error);
            code
        }
    }
}

fn read(folders: &[PathBuf]) -> io::Result<Vec<Summary>> {
    if folders.len() > MOST {
        return Err(io::Error::other(format!("at most {MOST} runs stand side by side")));
    }
    let one = |folder: &PathBuf| {
        if results::is_sweep(folder)? {
            let path = folder.display();
            let why = format!("{path} holds a sweep; `squall run FILE --point NAME` makes a run");
            return Err(io::Error::other(why));
        }
        results::read(folder)
    };
    folders.iter().map(one).collect()
}

/// What the runs are called: the experiment where that tells them apart, else the folder's own
/// name, else its path.
fn names(folders: &[PathBuf], runs: &[Summary]) -> Vec<String> {
    let last = |folder: &PathBuf| {
        folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    };
    let candidates = [
        runs.iter().map(|run| run.experiment.clone()).collect::<Vec<_>>(),
        folders.iter().map(last).collect(),
        folders.iter().map(|folder| folder.display().to_string()).collect(),
    ];
    let [.., paths] = &candidates;
    let apart = |names: &&Vec<String>| {
        let mut sorted: Vec<&String> = names.iter().collect();
        sorted.sort();
        sorted.windows(2).all(|pair| pair[0] != pair[1]) && !names.iter().any(String::is_empty)
    };
    candidates.iter().find(apart).unwrap_or(paths).clone()
}

fn write(output: &Path, bytes: Vec<u8>) -> io::Result<()> {
    let name = output.file_name().ok_or(io::ErrorKind::IsADirectory)?;
    let parent = output.parent().filter(|parent| !parent.as_os_str().is_empty());
    let into = parent.unwrap_or(Path::new("."));
    folder::check(into)?;
    folder::add(into, &File { name: name.to_string_lossy().into_owned(), bytes })?;
    print(&format!("report   {}\n", output.display()))
}
