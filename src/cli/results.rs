//! From a summary to a folder and the terminal, the same way for `run`, `sweep` and
//! `render`.
use super::{BAD_INPUT, GOOD, INCONCLUSIVE, SLO_FAILED, folder, unicode};
use crate::{
    report::{
        self,
        files::{self, File},
        safe::quoted,
        terminal::{self, Look},
    },
    summary::{Summary, observed::Observed, slo::Verdict, sweep::Sweep},
};
use std::{io, path::Path};

/// What can lie in a folder: what it is as files, and as text.
pub trait Results: Sized {
    /// Its data files.
    fn files(&self) -> Vec<File>;
    /// The same, read back.
    ///
    /// # Errors
    /// A file that is missing or is no result file.
    fn from_files(open: files::Open<'_>) -> Result<Self, files::Unreadable>;
    /// Its charts, each as two files.
    fn charts(&self) -> Vec<File>;
    /// Its report, as a page and in short.
    fn pages(&self) -> Vec<File>;
    /// What goes to the terminal.
    fn print(&self, look: &Look) -> String;
}

impl Results for Summary {
    fn files(&self) -> Vec<File> {
        files::write(self)
    }
    fn from_files(open: files::Open<'_>) -> Result<Self, files::Unreadable> {
        files::read(open)
    }
    fn charts(&self) -> Vec<File> {
        report::charts(self, &[])
    }
    fn pages(&self) -> Vec<File> {
        report::pages(self, &[])
    }
    fn print(&self, look: &Look) -> String {
        terminal::print(self, look)
    }
}

/// A run with what was measured elsewhere: of it, charts and report know more.
pub struct Observing {
    /// The run.
    pub summary: Summary,
    /// Measured values beside the simulated ones.
    pub observed: Vec<Observed>,
}

impl Results for Observing {
    fn files(&self) -> Vec<File> {
        self.summary.files()
    }
    fn from_files(open: files::Open<'_>) -> Result<Self, files::Unreadable> {
        Ok(Self { summary: files::read(open)?, observed: Vec::new() })
    }
    fn charts(&self) -> Vec<File> {
        report::charts(&self.summary, &self.observed)
    }
    fn pages(&self) -> Vec<File> {
        report::pages(&self.summary, &self.observed)
    }
    fn print(&self, look: &Look) -> String {
        let observed = terminal::observed(&self.observed, look);
        let gap = if observed.is_empty() { "" } else { "\n" };
        self.summary.print(look) + gap + &observed
    }
}

impl Results for Sweep {
    fn files(&self) -> Vec<File> {
        files::write_sweep(self)
    }
    fn from_files(open: files::Open<'_>) -> Result<Self, files::Unreadable> {
        files::read_sweep(open)
    }
    fn charts(&self) -> Vec<File> {
        report::sweep_charts(self)
    }
    fn pages(&self) -> Vec<File> {
        report::sweep_pages(self)
    }
    fn print(&self, look: &Look) -> String {
        terminal::print_sweep(self, look)
    }
}

/// Writes the data files in place of what lay there.
///
/// # Errors
/// What the disk says.
pub fn write(results: &impl Results, into: &Path) -> io::Result<()> {
    folder::replace_results(into, &results.files())
}

/// Reads results back from their files.
///
/// # Errors
/// A file that is missing or is no result file.
pub fn read<R: Results>(from: &Path) -> io::Result<R> {
    R::from_files(&|name| folder::open(from, name)).map_err(|error| place(from, &error))
}

/// Whether a folder holds a sweep.
///
/// # Errors
/// A manifest that is missing or is none.
pub fn is_sweep(from: &Path) -> io::Result<bool> {
    files::is_sweep(&|name| folder::open(from, name)).map_err(|error| place(from, &error))
}

fn place(from: &Path, error: &files::Unreadable) -> io::Error {
    let absent = |name: &str, error: &io::Error| {
        name == files::MANIFEST && error.kind() == io::ErrorKind::NotFound
    };
    let folder = from.display();
    match error {
        files::Unreadable::Missing { name, error } if absent(name, error) => {
            let what = if from.is_dir() {
                "this is no folder of results: it has no manifest.json"
            } else {
                "there is no such folder"
            };
            io::Error::other(format!(
                "{folder}: {what}; `squall run FILE --output {0}` or `squall sweep FILE --output \
                 {0}` writes one",
                quoted(&folder.to_string()),
            ))
        }
        _ => io::Error::other(format!("{folder}: {error}")),
    }
}

/// Draws the charts and the reports in place of what lay there; returns how many charts there are.
///
/// # Errors
/// What the disk says.
pub fn draw(results: &impl Results, into: &Path) -> io::Result<usize> {
    let charts = results.charts();
    folder::replace_charts(into, &charts)?;
    for page in results.pages() {
        folder::add(into, &page)?;
    }
    // Each chart is two files.
    Ok(charts.len() / 2)
}

/// What goes to stdout: the tables, or the document as it lies in the folder.
///
/// # Errors
/// What the disk says.
pub fn text(
    results: &impl Results,
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
    Ok(results.print(&look))
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
