//! Decimal numbers, read and printed without rounding.
use super::{Unreadable, shown};
use crate::engine::number;

/// More digits than this are no measured quantity.
const MOST_DIGITS: usize = 30;

/// A number as written: `digits` with the last `places` of them behind the point.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decimal {
    digits: u128,
    places: u32,
}

/// Why a number of units is no whole number of the smallest unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Misfit {
    /// Something is left below the smallest unit.
    TooFine,
    /// It exceeds 64 bits.
    TooLarge,
}

impl Decimal {
    /// How many of the smallest unit this many of a unit of `size` are.
    pub(super) fn times(self, size: u64) -> Result<u64, Misfit> {
        let product = self.digits.checked_mul(u128::from(size)).ok_or(Misfit::TooLarge)?;
        let divisor = 10_u128.pow(self.places);
        if product % divisor != 0 {
            return Err(Misfit::TooFine);
        }
        u64::try_from(product / divisor).map_err(|_| Misfit::TooLarge)
    }
}

/// Cuts a text into the number it begins with and the rest, its unit.
pub(super) fn split(text: &str) -> Result<(&str, &str), Unreadable> {
    let text = text.trim();
    check_sign(text)?;
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    if !number.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(no_number(text));
    }
    check_style(number, unit)?;
    Ok((number, unit.trim()))
}

fn check_sign(text: &str) -> Result<(), Unreadable> {
    let Some(rest) = text.strip_prefix('-').or_else(|| text.strip_prefix('−')) else {
        return Ok(());
    };
    if !rest.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(no_number(text));
    }
    let message = format!("{} is negative", shown(text));
    Err(Unreadable::new("out-of-range", message, "it must be zero or more"))
}

fn check_style(number: &str, unit: &str) -> Result<(), Unreadable> {
    let wrong = |what: &str, help: &str| {
        let message = format!("`{}` {what}", shown(&format!("{number}{unit}")));
        Err(Unreadable::new("bad-number", message, help))
    };
    if unit.starts_with(',') || unit.starts_with('_') || unit.starts_with('\'') {
        return wrong(
            "has a sign within the number",
            "the decimal sign is a point, and digits are not grouped: 1.5, 1000000",
        );
    }
    let exponent = unit.strip_prefix(['e', 'E']).unwrap_or_default();
    if exponent.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+') {
        return wrong("has an exponent", "write the number out: 1000000 for 1e6");
    }
    if number.ends_with('.') || number.matches('.').count() > 1 {
        return wrong("is not a number", "write one point with digits on both sides: 1.5");
    }
    if number.len() > MOST_DIGITS {
        return wrong("has too many digits", "write at most 30 digits");
    }
    Ok(())
}

fn no_number(text: &str) -> Unreadable {
    let message = match text.to_ascii_lowercase().trim_start_matches(['.', '-', '+']) {
        "nan" | "inf" | "infinity" => format!("`{}` is not a finite number", shown(text)),
        "" => "nothing is written".to_owned(),
        _ => format!("`{}` does not begin with a number", shown(text)),
    };
    Unreadable::new("bad-number", message, "")
}

/// Reads the number that [`split`] found.
pub(super) fn decimal(number: &str) -> Decimal {
    let digits = number.bytes().filter(u8::is_ascii_digit);
    let places = number.split_once('.').map_or(0, |(_, behind)| number::row(behind.len()));
    Decimal { digits: digits.fold(0, |sum, digit| sum * 10 + u128::from(digit - b'0')), places }
}

/// Reads the number that [`split`] found, rounded to the nearest float.
pub(super) fn float(number: &str) -> f64 {
    number.parse().unwrap_or(0.0)
}

/// Prints `whole` of the smallest unit in a unit of 10^`power`, without rounding.
pub(super) fn print(whole: u64, power: u32) -> String {
    let size = 10_u64.pow(power);
    let rest = whole % size;
    if rest == 0 {
        return (whole / size).to_string();
    }
    let places = number::index(power);
    let digits = format!("{rest:0places$}");
    format!("{}.{}", whole / size, digits.trim_end_matches('0'))
}
