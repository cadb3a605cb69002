//! The right-hand side of an objective: a number with its unit.
use crate::record::Unit;

/// What kind of quantity a limit is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Dimension {
    /// A bare number, `1k` or `2M` included.
    Bare,
    /// Seconds.
    Time,
    /// Percent.
    Share,
    /// Bytes.
    Bytes,
    /// A bare number per second.
    Rate,
    /// Bytes per second.
    ByteRate,
    /// US dollars.
    Money,
}

/// Unit, power of ten and factor to the base unit, kind.
const UNITS: &[(&str, i32, f64, Dimension)] = &[
    ("", 0, 1.0, Dimension::Bare),
    ("k", 3, 1.0, Dimension::Bare),
    ("M", 6, 1.0, Dimension::Bare),
    ("G", 9, 1.0, Dimension::Bare),
    ("%", -2, 1.0, Dimension::Share),
    ("ns", -9, 1.0, Dimension::Time),
    ("us", -6, 1.0, Dimension::Time),
    ("µs", -6, 1.0, Dimension::Time),
    ("ms", -3, 1.0, Dimension::Time),
    ("s", 0, 1.0, Dimension::Time),
    ("min", 0, 60.0, Dimension::Time),
    ("h", 0, 3600.0, Dimension::Time),
    ("B", 0, 1.0, Dimension::Bytes),
    ("KB", 3, 1.0, Dimension::Bytes),
    ("MB", 6, 1.0, Dimension::Bytes),
    ("GB", 9, 1.0, Dimension::Bytes),
    ("TB", 12, 1.0, Dimension::Bytes),
    ("KiB", 0, 1024.0, Dimension::Bytes),
    ("MiB", 0, 1_048_576.0, Dimension::Bytes),
    ("GiB", 0, 1_073_741_824.0, Dimension::Bytes),
    ("USD", 0, 1.0, Dimension::Money),
    ("k USD", 3, 1.0, Dimension::Money),
    ("M USD", 6, 1.0, Dimension::Money),
];

/// Reads a limit; the error is what to write instead.
pub(super) fn read(text: &str) -> Result<(f64, Dimension), &'static str> {
    let (quantity, per_second) = match text.strip_suffix("/s") {
        Some(quantity) => (quantity, true),
        None => (text, false),
    };
    let digits = |c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+'));
    let end = quantity.find(digits).unwrap_or(quantity.len());
    let (number, unit) = (&quantity[..end], quantity[end..].trim());
    let &(_, power, factor, kind) =
        UNITS.iter().find(|known| known.0 == unit).ok_or_else(|| example(unit))?;
    // The power of ten is read with the number: `99.9%` is 0.999 to the last bit.
    let number: f64 = format!("{number}e{power}").parse().map_err(|_| example(unit))?;
    let dimension = match (kind, per_second) {
        (kind, false) => kind,
        (Dimension::Bare, true) => Dimension::Rate,
        (Dimension::Bytes, true) => Dimension::ByteRate,
        _ => return Err("`500/s`"),
    };
    Ok((number * factor, dimension))
}

fn example(unit: &str) -> &'static str {
    match unit {
        "m" => "`5min` (never `m`)",
        "kB" | "kb" | "Kb" | "K" => "`10KB`, `2k`",
        "$" | "usd" | "EUR" | "USD/month" | "USD/mo" => "`2000 USD`",
        _ => "`500ms`, `2s`, `99.9%`, `10KB`, `500/s`, `2000 USD` or `0`",
    }
}

impl Dimension {
    /// Whether a limit of this kind can be held against a metric; the error is what to write.
    /// A bare zero is zero in every unit.
    pub(super) fn fits(self, unit: Unit, limit: f64) -> Result<(), &'static str> {
        let (fits, example) = match unit {
            Unit::Count => (self == Self::Bare, "`100` or `2k`"),
            Unit::Ratio => (matches!(self, Self::Bare | Self::Share), "`1.5`"),
            Unit::PerSecond => (matches!(self, Self::Bare | Self::Rate), "`500/s`"),
            Unit::Seconds => (self == Self::Time, "`500ms`, `2s`"),
            Unit::Bytes => (self == Self::Bytes, "`10KB`, `8GiB`"),
            Unit::BytesPerSecond => (self == Self::ByteRate, "`10MB/s`"),
            Unit::Share => (matches!(self, Self::Share | Self::Bare), "`99.9%`"),
            Unit::Usd | Unit::UsdPerMonth => (self == Self::Money, "`2000 USD`"),
        };
        let zero = self == Self::Bare && limit == 0.0;
        if fits || zero { Ok(()) } else { Err(example) }
    }
}
