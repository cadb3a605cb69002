//! Quantities with units: what a person writes (`250ms`, `10KB`, `1M`) and how it is printed.
//!
//! Reading what was printed gives the same quantity back, bit by bit. This room knows nothing of
//! files: where a text stands is its reader's business.
mod any;
mod bandwidth;
mod decimal;
mod duration;
mod money;
mod ratio;
mod size;

pub use any::{Any, Steps};
pub use money::{Date, PerGigabyte, PerGigabyteMonth, PerHour, PerMillion};

use crate::engine::Span;
use std::fmt;

/// Events per second.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Default)]
pub struct Rate(pub f64);

/// A number of bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Bytes(pub u64);

/// A share between 0 and 1.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Default)]
pub struct Share(pub f64);

/// A number of things: users, instances, messages.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Count(pub u64);

/// A number without a unit that need not be whole.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Default)]
pub struct Factor(pub f64);

/// Bytes per second.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Bandwidth(pub u64);

/// CPU time per second, as a share of one core.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Default)]
pub struct CoreShare(pub f64);

/// Why a text is not a quantity, and what to write instead.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreadable {
    /// What kind of mistake it is, such as `missing-unit`.
    pub code: &'static str,
    /// What is wrong, as half a sentence: "12 has no unit".
    pub message: String,
    /// What to write instead; empty when an example says it best.
    pub help: String,
}

impl Unreadable {
    fn new(code: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: help.into() }
    }

    /// What to write instead, by an example of the quantity if need be.
    pub fn advice(&self, what: &str, example: &str) -> String {
        if self.help.is_empty() {
            format!("write {what}, such as `{example}`")
        } else {
            self.help.clone()
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if self.help.is_empty() { Ok(()) } else { write!(f, "; {}", self.help) }
    }
}

impl std::error::Error for Unreadable {}

/// A quantity that a file can state.
pub trait Quantity: Copy + PartialOrd + fmt::Debug {
    /// What it is, as a message says it: "a duration".
    const WHAT: &'static str;

    /// How one is written.
    const EXAMPLE: &'static str;

    /// A regular expression that matches the texts of quantities, as an editor checks it; it does
    /// not know their bounds.
    const PATTERN: &'static str;

    /// The JSON type of the numbers that mean one without a unit, if they do.
    const NUMBER: Option<&'static str> = None;

    /// Reads it from a text.
    ///
    /// # Errors
    /// The text is no such quantity.
    fn read(text: &str) -> Result<Self, Unreadable>;

    /// Prints it so that [`Quantity::read`] gives the same back.
    fn print(self) -> String;

    /// The same as a person would write it, for messages; what a document holds is printed.
    fn tell(self) -> String {
        self.print()
    }
}

/// Reads a duration such as `30s`, `250ms`, `1h30min`.
///
/// # Errors
/// The text is none.
pub fn span(text: &str) -> Result<Span, Unreadable> {
    Span::read(text)
}

/// Reads a rate such as `500/s`, `1/min`, `10k/s`.
///
/// # Errors
/// The text is none.
pub fn rate(text: &str) -> Result<Rate, Unreadable> {
    Rate::read(text)
}

/// Reads a size such as `300B`, `10KB`, `8GiB`.
///
/// # Errors
/// The text is none.
pub fn bytes(text: &str) -> Result<Bytes, Unreadable> {
    Bytes::read(text)
}

/// Reads a share such as `20%`.
///
/// # Errors
/// The text is none.
pub fn share(text: &str) -> Result<Share, Unreadable> {
    Share::read(text)
}

/// Reads a count such as `64`, `100k`, `1M`.
///
/// # Errors
/// The text is none.
pub fn count(text: &str) -> Result<Count, Unreadable> {
    Count::read(text)
}

/// A text as a message shows it: in one line and not too long.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut shown: String = text.chars().take(LONGEST).map(printable).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

fn printable(letter: char) -> char {
    if letter.is_control() { '\u{fffd}' } else { letter }
}

#[cfg(test)]
mod tests;
