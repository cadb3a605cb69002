//! A folder of results on the disk: written whole or not at all.
use crate::report::files::{File, MANIFEST, observed::MEASURED};
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// Files of an earlier run that must not stand beside new ones. What a sweep leaves (`points`) is
/// not among them.
const STALE: [&str; 17] = [
    MANIFEST,
    "summary.json",
    "summary.csv",
    "series.csv",
    "histogram.csv",
    "ledger.csv",
    "absences.csv",
    "phases.csv",
    "points.csv",
    "cost.csv",
    "growth.csv",
    "lag_over_time.csv",
    "napkin.csv",
    MEASURED,
    "run-info.json",
    "report.html",
    "report.md",
];

/// How the name of a file begins that is not complete yet.
const UNFINISHED: &str = ".squall-";

/// The folder of charts in that of the results.
const CHARTS: &str = "charts";

/// Whether a folder can be made at a path: what is there already, of it and above it, is a folder.
///
/// # Errors
/// What stands in the way.
pub fn check(folder: &Path) -> io::Result<()> {
    match in_the_way(folder) {
        Some(path) => Err(at(path, &io::Error::from(io::ErrorKind::NotADirectory))),
        None => Ok(()),
    }
}

/// What stands where a folder should be: at its path, or above it.
pub fn in_the_way(folder: &Path) -> Option<&Path> {
    let there = folder.ancestors().find(|path| path.exists());
    there.filter(|path| !path.is_dir())
}

/// Puts new results in place of old ones. All files are complete under other names before the
/// first old one goes; the manifest comes last, and a folder without it holds no results.
///
/// # Errors
/// What the disk says, with the path.
pub fn replace_results(folder: &Path, files: &[File]) -> io::Result<()> {
    let ready = prepare(folder, files)?;
    for name in STALE {
        remove(&folder.join(name))?;
    }
    remove_charts(folder)?;
    keep(ready)
}

/// Puts new charts in place of old ones.
///
/// # Errors
/// What the disk says, with the path.
pub fn replace_charts(folder: &Path, files: &[File]) -> io::Result<()> {
    let ready = prepare(folder, files)?;
    remove_charts(folder)?;
    keep(ready)
}

/// Adds a file, whole or not at all.
///
/// # Errors
/// What the disk says, with the path.
pub fn add(folder: &Path, file: &File) -> io::Result<()> {
    keep(prepare(folder, std::slice::from_ref(file))?)
}

/// Puts new files where none are: all are complete before the first one stands in its place, and
/// nothing is replaced.
///
/// # Errors
/// What the disk says, with the path.
pub fn create(folder: &Path, files: &[File]) -> io::Result<()> {
    for (file, path) in prepare(folder, files)? {
        file.persist_noclobber(&path).map_err(|failed| at(&path, &failed.error))?;
    }
    Ok(())
}

/// Reads a file of a folder by its name.
///
/// # Errors
/// What the disk says.
pub fn open(folder: &Path, name: &str) -> io::Result<Vec<u8>> {
    fs::read(folder.join(name))
}

/// Removes what a killed program was writing when it died. To be called when nobody writes there.
///
/// # Errors
/// What the disk says.
pub fn sweep_leftovers(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        if name.is_some_and(|name| name.starts_with(UNFINISHED)) {
            remove(&path)?;
        }
    }
    Ok(())
}

/// Complete files, each beside the place where it is to be.
fn prepare(folder: &Path, files: &[File]) -> io::Result<Vec<(NamedTempFile, PathBuf)>> {
    let prepare = |file: &File| {
        let path = folder.join(&file.name);
        let parent = path.parent().unwrap_or(folder);
        let ready = fs::create_dir_all(parent).and_then(|()| temporary(parent, &file.bytes));
        Ok((ready.map_err(|error| at(&path, &error))?, path))
    };
    files.iter().map(prepare).collect()
}

fn temporary(parent: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED);
    // As any other file: tempfile's own are for their owner alone.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut ready = builder.tempfile_in(parent)?;
    ready.write_all(bytes)?;
    Ok(ready)
}

fn keep(ready: Vec<(NamedTempFile, PathBuf)>) -> io::Result<()> {
    for (file, path) in ready {
        file.persist(&path).map_err(|failed| at(&path, &failed.error))?;
    }
    Ok(())
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(path, &error)),
        _ => Ok(()),
    }
}

/// Removes the pictures; what else a person keeps there stays.
fn remove_charts(folder: &Path) -> io::Result<()> {
    let charts = folder.join(CHARTS);
    let Ok(entries) = fs::read_dir(&charts) else { return Ok(()) };
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "svg" || ending == "png") {
            remove(&path)?;
        }
    }
    // It goes when it is empty.
    let _ = fs::remove_dir(&charts);
    Ok(())
}

fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
