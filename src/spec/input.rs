//! What has been read so far, and what was found wrong with it. The disk is behind a function that
//! the command line passes in.
use super::{
    diagnostic::{Diagnostic, Diagnostics, Severity},
    source::{At, Source, Sources},
};
use crate::units::shown;
use std::{
    io,
    path::{Component, Path, PathBuf},
};

/// A model or experiment file is no larger than this.
const LARGEST: usize = 1 << 20;

/// A file of measured values is no larger than this.
const LARGEST_VALUES: usize = 16 << 20;

/// So many sources and no more: far beyond any scenario, well within a source's number.
const MOST_SOURCES: usize = 1_000;

/// More errors than this are not reported.
pub const MOST_ERRORS: usize = 50;

/// How the bytes of a file are had.
pub type ReadFile<'r> = &'r dyn Fn(&Path) -> io::Result<Vec<u8>>;

/// The files read, and the mistakes found.
pub struct Input<'r> {
    read: ReadFile<'r>,
    values: Vec<(PathBuf, u16)>,
    /// The texts.
    pub sources: Sources,
    /// What is wrong, in the order of finding.
    pub found: Vec<Diagnostic>,
    /// The files, in the order of reading.
    pub files: Vec<PathBuf>,
    /// Keys that were cut out because they could not be read: they are not missing.
    pub cut: Vec<String>,
    /// Where each map stands, by what messages call it: its missing keys are reported there.
    pub maps: Vec<(String, At)>,
    /// Whether nodes or links are missing because they could not be read, so that a name that
    /// cannot be found says nothing.
    pub broken: bool,
    /// The sources in the order of composition: what others build on comes first.
    pub order: Vec<u16>,
}

impl<'r> Input<'r> {
    /// Nothing read so far.
    pub fn new(read: ReadFile<'r>) -> Self {
        Self {
            read,
            values: Vec::new(),
            sources: Sources::default(),
            found: Vec::new(),
            files: Vec::new(),
            cut: Vec::new(),
            maps: Vec::new(),
            broken: false,
            order: Vec::new(),
        }
    }

    /// Notes a mistake.
    pub fn report(&mut self, found: Diagnostic) {
        self.found.push(found);
    }

    /// Where a map stands, by what messages call it, if it is written.
    pub fn map(&self, name: &str) -> Option<At> {
        self.maps.iter().find(|(title, _)| title == name).map(|(_, at)| *at)
    }

    /// How many errors there are so far.
    pub fn errors(&self) -> usize {
        self.found.iter().filter(|found| found.severity == Severity::Error).count()
    }

    /// Reads a model or experiment, which `named` at a place; reports what prevents it.
    pub fn open(&mut self, path: &Path, named: Option<At>) -> Option<u16> {
        self.open_file(path, named, LARGEST)
    }

    /// Reads a file of measured values, once.
    pub fn open_values(&mut self, path: &Path, named: At) -> Option<u16> {
        if let Some(source) = self.opened_values(path) {
            return Some(source);
        }
        let source = self.open_file(path, Some(named), LARGEST_VALUES)?;
        self.values.push((path.to_path_buf(), source));
        Some(source)
    }

    /// A file of measured values that has been read.
    pub fn opened_values(&self, path: &Path) -> Option<u16> {
        let known = self.values.iter().find(|(known, _)| known == path);
        known.map(|(_, source)| *source)
    }

    fn open_file(&mut self, path: &Path, named: Option<At>, largest: usize) -> Option<u16> {
        let name = tidy(path).display().to_string();
        let bytes = match (self.read)(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.report(unopened(&name, &error).at(named));
                return None;
            }
        };
        if self.sources.len() >= MOST_SOURCES || bytes.len() > largest {
            let (kib, most) = (bytes.len() >> 10, largest >> 10);
            let message = format!("`{name}` is too large: {kib} KiB; at most {most} KiB are read");
            self.report(Diagnostic::error("too-large", message).at(named));
            return None;
        }
        self.files.push(tidy(path));
        self.accept(&name, path, &bytes)
    }

    fn accept(&mut self, name: &str, path: &Path, bytes: &[u8]) -> Option<u16> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
        let source =
            self.sources.add(Source { name: name.to_owned(), folder, text, is_file: true });
        match std::str::from_utf8(bytes) {
            Ok(_) => Some(source),
            Err(error) => {
                let place = At::new(source, 0, 0);
                self.report(not_utf8(name, bytes, error.valid_up_to()).at(place));
                None
            }
        }
    }

    /// Adds a text that is no file.
    pub fn add_text(&mut self, name: &str, text: String) -> u16 {
        let (name, folder) = (name.to_owned(), PathBuf::new());
        self.sources.add(Source { name, folder, text, is_file: false })
    }

    /// A path that is written at a place: relative to the folder of its source.
    pub fn beside(&self, at: At, path: &str) -> PathBuf {
        self.sources.of(at).folder.join(path)
    }

    /// All that was found, in the order of the files, and the texts.
    pub fn finish(self) -> (Diagnostics, Vec<PathBuf>) {
        let Self { sources, found: mut list, files, order, .. } = self;
        let rank = |at: At| order.iter().position(|source| *source == at.source);
        list.sort_by_key(|found| {
            let place = found.at.map(|at| (rank(at).unwrap_or(usize::MAX), at.source, at.start));
            (place.is_some(), place)
        });
        list.dedup();
        (Diagnostics { sources, list }, files)
    }
}

/// A path without `.` and without `folder/..`, as messages show it and cycles are seen by it.
pub fn tidy(path: &Path) -> PathBuf {
    let mut tidied = PathBuf::new();
    for part in path.components() {
        let can_go_up = matches!(tidied.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::CurDir => {}
            Component::ParentDir if can_go_up => {
                tidied.pop();
            }
            Component::Prefix(_)
            | Component::RootDir
            | Component::ParentDir
            | Component::Normal(_) => tidied.push(part),
        }
    }
    tidied
}

fn unopened(name: &str, error: &io::Error) -> Diagnostic {
    let name = shown_path(name);
    if error.kind() == io::ErrorKind::NotFound {
        return Diagnostic::error("no-such-file", format!("there is no file `{name}`"))
            .help("paths are relative to the file that names them");
    }
    Diagnostic::error("unreadable-file", format!("`{name}` cannot be read: {error}"))
}

/// A path in one line; long ones keep their end.
fn shown_path(name: &str) -> String {
    const LONGEST: usize = 100;
    let length = name.chars().count();
    let tail: String = name.chars().skip(length.saturating_sub(LONGEST)).collect();
    let tail: String = tail.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if length > LONGEST { format!("…{tail}") } else { tail }
}

fn not_utf8(name: &str, bytes: &[u8], place: usize) -> Diagnostic {
    let name = shown(name);
    let message = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => format!("`{name}` is UTF-16, not UTF-8"),
        _ => format!("`{name}` is not UTF-8: byte {place} begins no letter"),
    };
    Diagnostic::error("not-utf8", message).help("save the file as UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_tidied_without_the_disk() {
        let tidied = |path: &str| tidy(Path::new(path)).display().to_string();
        assert_eq!(tidied("experiments/../models/./chat.yaml"), "models/chat.yaml");
        assert_eq!(tidied("../../a.yaml"), "../../a.yaml");
        assert_eq!(tidied("/a/../b"), "/b");
    }
}
