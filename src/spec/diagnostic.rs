//! What is wrong with the input, where, and what to write instead. How it is shown is the command
//! line's business.
use super::source::{At, Sources};
use std::fmt;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// The input cannot be used.
    Error,
    /// It can, but probably not as meant.
    Warning,
}

/// A place beside the one that is wrong, with a few words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// Where it is.
    pub at: At,
    /// What to see there.
    pub label: String,
}

/// A text to write in place of another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What to replace.
    pub at: At,
    /// What to write there.
    pub text: String,
}

/// One thing that is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What kind of mistake it is: `unknown-key`, `missing-unit`.
    pub code: &'static str,
    /// What is wrong, in a sentence.
    pub message: String,
    /// Where it is; a file that cannot be read has no place.
    pub at: Option<At>,
    /// A few words under the place.
    pub label: String,
    /// Another place that explains it.
    pub context: Option<Note>,
    /// What to write instead, in a sentence.
    pub help: Option<String>,
    /// The same as an edit.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// An error of a kind.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            message: message.into(),
            at: None,
            label: String::new(),
            context: None,
            help: None,
            fix: None,
        }
    }

    /// A warning of a kind.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Says where it is.
    #[must_use]
    pub fn at(mut self, at: impl Into<Option<At>>) -> Self {
        self.at = at.into();
        self
    }

    /// Puts a few words under the place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Points to another place; does nothing when there is none.
    #[must_use]
    pub fn context(mut self, at: impl Into<Option<At>>, label: impl Into<String>) -> Self {
        self.context = at.into().map(|at| Note { at, label: label.into() });
        self
    }

    /// Says what to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Shows the edit that the help speaks of.
    #[must_use]
    pub fn fix(mut self, at: At, text: impl Into<String>) -> Self {
        self.fix = Some(Fix { at, text: text.into() });
        self
    }
}

/// All that is wrong with an input, and the texts it speaks of.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Diagnostics {
    /// The texts.
    pub sources: Sources,
    /// What is wrong, in the order of the files.
    pub list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// How many errors there are.
    pub fn errors(&self) -> usize {
        self.list.iter().filter(|found| found.severity == Severity::Error).count()
    }

    /// How many warnings there are.
    pub fn warnings(&self) -> usize {
        self.list.len() - self.errors()
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many different files the errors lie in.
    pub fn files(&self) -> usize {
        let errors = self.list.iter().filter(|found| found.severity == Severity::Error);
        let places = errors.filter_map(|found| found.at);
        let in_files = places.filter(|at| self.sources.of(*at).is_file);
        let mut files: Vec<u16> = in_files.map(|at| at.source).collect();
        files.sort_unstable();
        files.dedup();
        files.len()
    }
}

impl fmt::Display for Diagnostics {
    /// One line for each, without excerpts: `models/chat.yaml:3: error[…]: …`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for found in &self.list {
            if let Some(at) = found.at {
                write!(f, "{}:{}: ", self.sources.of(at).name, self.sources.line(at))?;
            }
            let word = match found.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            writeln!(f, "{word}[{}]: {}", found.code, found.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}
