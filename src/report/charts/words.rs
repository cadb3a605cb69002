//! Numbers as people read them: three significant digits, thousands commas, units after a narrow
//! space that does not break.
use crate::engine::number;

/// U+202F, between a number and its unit.
const NARROW: char = '\u{202f}';
/// U+2212.
const MINUS: char = '\u{2212}';

/// A number with three significant digits.
pub(super) fn three(value: f64) -> String {
    let value = round(value);
    let size = value.abs();
    if !value.is_finite() {
        return "–".to_owned();
    }
    if size >= 1e15 || (size > 0.0 && size < 1e-4) {
        return power(value);
    }
    for (unit, name) in [(1e12, "trillion"), (1e9, "billion"), (1e6, "million")] {
        if size >= unit {
            return format!("{}{NARROW}{name}", plain(value / unit, decimals(value / unit)));
        }
    }
    plain(value, decimals(value))
}

/// A number with up to three significant digits, without trailing zeros.
pub(super) fn short(value: f64) -> String {
    let text = three(value);
    let (digits, unit) = match text.find(NARROW) {
        Some(at) => text.split_at(at),
        None => (text.as_str(), ""),
    };
    if !digits.contains('.') || digits.contains('×') {
        return text;
    }
    format!("{}{unit}", digits.trim_end_matches('0').trim_end_matches('.'))
}

/// A whole number, such as of things; three significant digits beyond 999.
pub(super) fn whole(value: f64) -> String {
    if value.abs() < 999.5 && (value - value.round()).abs() < 1e-9 {
        return plain(value.round(), 0);
    }
    three(value)
}

/// `1 delivery`, `12,300 deliveries`.
pub(super) fn things(count: f64, one: &str, many: &str) -> String {
    let text = whole(count);
    let name = if text == "1" { one } else { many };
    format!("{text} {name}")
}

/// A share as percent.
pub(super) fn percent(share: f64) -> String {
    format!("{}{NARROW}%", short(share * 100.0))
}

/// A length of time with its unit, from nanoseconds to hours.
pub(super) fn lasting(seconds: f64) -> String {
    let (factor, unit) = scale(round(seconds));
    format!("{}{NARROW}{unit}", three(seconds * factor))
}

/// The same without trailing zeros, for ticks and limits.
pub(super) fn lasting_short(seconds: f64) -> String {
    let (factor, unit) = scale(round(seconds));
    format!("{}{NARROW}{unit}", short(seconds * factor))
}

fn scale(seconds: f64) -> (f64, &'static str) {
    match seconds.abs() {
        0.0 => (1.0, "s"),
        size if size < 1e-6 => (1e9, "ns"),
        size if size < 1e-3 => (1e6, "µs"),
        size if size < 1.0 => (1e3, "ms"),
        size if size < 600.0 => (1.0, "s"),
        size if size < 36_000.0 => (1.0 / 60.0, "min"),
        _ => (1.0 / 3600.0, "h"),
    }
}

/// A moment or a length of the timeline: `20 s`, `5 min`, `2:20 min`, `1:05 h`.
pub(super) fn clock(seconds: f64) -> String {
    if seconds < 59.95 {
        return format!("{}{NARROW}s", short(seconds.max(0.0)));
    }
    let total = number::whole(seconds);
    let (major, minor, unit) = if total < 3600 {
        (total / 60, total % 60, "min")
    } else {
        let minutes = number::whole(seconds / 60.0);
        (minutes / 60, minutes % 60, "h")
    };
    if minor == 0 {
        format!("{major}{NARROW}{unit}")
    } else {
        format!("{major}:{minor:02}{NARROW}{unit}")
    }
}

/// Rounds to three significant digits.
fn round(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let digits = 2.0 - libm::floor(libm::log10(value.abs()));
    if digits.abs() > 300.0 {
        return value;
    }
    let factor = libm::pow(10.0, digits.abs());
    if digits >= 0.0 {
        (value * factor).round() / factor
    } else {
        (value / factor).round() * factor
    }
}

/// Decimals of a number that make three significant digits.
fn decimals(value: f64) -> usize {
    let size = value.abs();
    let mut limit = 100.0;
    for places in 0..7 {
        if size >= limit * 0.999_999 {
            return places;
        }
        limit /= 10.0;
    }
    if size == 0.0 { 0 } else { 7 }
}

fn plain(value: f64, places: usize) -> String {
    let text = format!("{:.places$}", value.abs());
    let (digits, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    if value < 0.0 {
        grouped.push(MINUS);
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}

/// `1.23 × 10` to a power in superscript digits.
fn power(value: f64) -> String {
    let text = format!("{:.2e}", value.abs());
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let raised: String = exponent
        .chars()
        .map(|sign| match sign {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            digit => char::from_u32(digit.to_digit(10).unwrap_or(0) + 0x2070).unwrap_or('⁰'),
        })
        .collect();
    let minus = if value < 0.0 { "\u{2212}" } else { "" };
    format!("{minus}{digits} × 10{raised}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_significant_digits() {
        let cases = [
            (0.0, "0"),
            (1.0, "1.00"),
            (12.345, "12.3"),
            (999.6, "1,000"),
            (7664.0, "7,660"),
            (199_660.0, "200,000"),
            (1.234e6, "1.23\u{202f}million"),
            (-45.67, "\u{2212}45.7"),
            (0.001_234, "0.00123"),
            (1.2e-9, "1.20 × 10⁻⁹"),
            (4.5e20, "4.50 × 10²⁰"),
            (f64::NAN, "–"),
        ];
        for (value, text) in cases {
            assert_eq!(three(value), text);
        }
        assert_eq!([short(2.50), short(1e6), short(100.0)], ["2.5", "1\u{202f}million", "100"]);
        assert_eq!([whole(7.0), whole(12_345.0)], ["7", "12,300"]);
        assert_eq!([percent(0.123_4), percent(1.0)], ["12.3\u{202f}%", "100\u{202f}%"]);
        assert_eq!(things(1.0, "delivery", "deliveries"), "1 delivery");
    }

    #[test]
    fn time_has_the_unit_people_say() {
        let cases = [(0.485, "485 ms"), (1.2, "1.20 s"), (4e-5, "40.0 µs"), (1800.0, "30.0 min")];
        for (seconds, text) in cases {
            assert_eq!(lasting(seconds), text.replace(' ', "\u{202f}"));
        }
        let cases = [(140.0, "2:20 min"), (300.0, "5 min"), (20.0, "20 s"), (3900.0, "1:05 h")];
        for (seconds, text) in cases {
            assert_eq!(clock(seconds), text.replace(' ', "\u{202f}"));
        }
        assert_eq!(lasting_short(0.1), "100\u{202f}ms");
        assert_eq!(clock(3599.9), "1\u{202f}h");
    }
}
