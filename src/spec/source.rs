//! The texts that were read, and places in them.
use crate::engine::number;
use std::path::PathBuf;

/// A stretch of bytes in a source.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct At {
    /// The source's number in [`Sources`].
    pub source: u16,
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl At {
    /// The bytes from `start` to `end` of a source; sources have fewer than 2^32 bytes.
    pub fn new(source: u16, start: usize, end: usize) -> Self {
        Self { source, start: number::row(start), end: number::row(end) }
    }

    /// Whether another place lies within this one.
    pub fn covers(self, other: Self) -> bool {
        self.source == other.source && self.start <= other.start && other.end <= self.end
    }
}

/// A text, and how messages name it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// Its path as a message shows it, or `command line`.
    pub name: String,
    /// The folder against which paths in it are read.
    pub folder: PathBuf,
    /// What it says, with line feeds alone as line ends.
    pub text: String,
    /// Whether it counts as a file of the scenario.
    pub is_file: bool,
}

/// All texts that were read, in the order of reading.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Sources {
    list: Vec<Source>,
}

impl Sources {
    /// Adds a source and returns its number.
    pub fn add(&mut self, source: Source) -> u16 {
        self.list.push(source);
        number::short(self.list.len() - 1)
    }

    /// The source that a place lies in.
    pub fn of(&self, at: At) -> &Source {
        &self.list[usize::from(at.source)]
    }

    /// The text at a place.
    pub fn text(&self, at: At) -> &str {
        let range = number::index(at.start)..number::index(at.end);
        self.of(at).text.get(range).unwrap_or_default()
    }

    /// The line of a place, from 1.
    pub fn line(&self, at: At) -> usize {
        let before = self.of(at).text.as_bytes().get(..number::index(at.start)).unwrap_or_default();
        before.split(|byte| *byte == b'\n').count()
    }

    /// How many sources there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether nothing was read.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many files there are among them.
    pub fn files(&self) -> usize {
        self.list.iter().filter(|source| source.is_file).count()
    }
}
