//! Quantities with units: what a person writes (`250ms`, `10KB`, `1M`) and how it is printed.
use crate::engine::Span;

/// Events per second.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Default)]
pub struct Rate(pub f64);

/// A number of bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Bytes(pub u64);

/// A share between 0 and 1.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Default)]
pub struct Share(pub f64);

/// Why a text is not a quantity: what to write instead.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreadable(pub String);

/// Reads a duration such as `30s`, `250ms`, `1h30min`.
pub fn span(text: &str) -> Result<Span, Unreadable> {
    Err(Unreadable(text.to_owned()))
}
