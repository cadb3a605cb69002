//! What lines are collected on, and how numbers stand in their formulas.
use crate::{
    record::Unit,
    summary::{
        figures::{self, GAP},
        napkin::{Beside, Kind, Line},
    },
};

/// Lines in their order. What is no number is left out.
#[derive(Default)]
pub(super) struct Sheet {
    pub(super) lines: Vec<Line>,
    /// What the lines that follow are about.
    of: String,
}

/// What stands behind a line's formula.
pub(super) struct Value {
    pub(super) number: f64,
    pub(super) unit: Unit,
    pub(super) kind: Kind,
    pub(super) beside: Beside,
}

impl Sheet {
    /// The lines that follow are about a node or an entry of the timeline.
    pub(super) fn about(&mut self, of: &str) {
        of.clone_into(&mut self.of);
    }

    pub(super) fn line(&mut self, name: &str, formula: String, value: Value) {
        self.noted(name, formula, value, String::new());
    }

    pub(super) fn noted(&mut self, name: &str, formula: String, value: Value, note: String) {
        if !value.number.is_finite() || value.number < 0.0 {
            return;
        }
        let (name, of) = (name.to_owned(), self.of.clone());
        let Value { number: value, unit, kind, beside } = value;
        self.lines.push(Line {
            name,
            of,
            formula,
            value,
            unit,
            note,
            kind,
            beside,
            opening: [0.0; 2],
            messages: 1.0,
        });
    }

    /// So large a part of the last line comes with its messages.
    pub(super) fn by_messages(&mut self, part: f64) {
        if let Some(line) = self.lines.last_mut() {
            line.messages = part;
        }
    }

    /// One handshake adds so much to the last line, and one stream on that of another tab.
    pub(super) fn by_opening(&mut self, adds: [f64; 2]) {
        if let Some(line) = self.lines.last_mut() {
            line.opening = adds;
        }
    }
}

/// A metric's name as what a line is held against.
pub(super) fn metric(name: impl Into<String>) -> Beside {
    Beside::Metric(name.into())
}

/// A count as formulas have it: `1M`, `62.5k`, `4,096`.
pub(super) fn n(count: f64) -> String {
    if count < 1e4 && count.fract() == 0.0 {
        figures::count(count)
    } else {
        figures::compact(count)
    }
}

/// A duration: `25 s`, `1:30 min`, whole ones as `2 h`.
pub(super) fn s(seconds: f64) -> String {
    let whole = |unit: f64| seconds >= unit && (seconds / unit).fract() == 0.0;
    match seconds {
        it if it >= 120.0 && whole(3_600.0) => format!("{}{GAP}h", n(it / 3_600.0)),
        it if it >= 120.0 && whole(60.0) => format!("{}{GAP}min", n(it / 60.0)),
        it => figures::spoken(it),
    }
}

/// So many cores: `1 core`, `8 cores`.
pub(super) fn cores(count: f64) -> String {
    figures::counted(count, "core", "cores")
}

/// A rate: `16.7k/s`, and from below one a second one each so long: `1 per 60 s`.
pub(super) fn per(rate: f64) -> String {
    if rate <= 0.0 {
        return "0".to_owned();
    }
    if rate >= 1.0 { format!("{}/s", n(rate)) } else { format!("1 per {}", s(1.0 / rate)) }
}

/// A size: `10 KB`.
pub(super) fn size(bytes: f64) -> String {
    figures::without_zeros(figures::figure(Unit::Bytes, bytes))
}

/// A plain factor: `1.5`.
pub(super) fn f(factor: f64) -> String {
    figures::compact(factor)
}
