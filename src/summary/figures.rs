//! Numbers as people read them: three significant digits, thousands with commas, a unit.
//!
//! A narrow no-break space stands before the unit, for charts; [`plain`] makes it a plain one, for
//! the terminal.
use crate::{engine::number, record::Unit};

/// Between a number and its unit.
pub const GAP: char = '\u{202F}';

/// What is written for a number that does not exist.
pub const NONE: &str = "–";

/// How a value and its interval are printed alike.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    form: Form,
    factor: f64,
    decimals: usize,
    prefix: &'static str,
    suffix: &'static str,
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Decimal,
    Clock,
}

/// Steps of a unit: (from this value on, factor, suffix), ascending.
type Steps = &'static [(f64, f64, &'static str)];

const SECONDS: Steps =
    &[(0.0, 1e9, "ns"), (1e-6, 1e6, "µs"), (1e-3, 1e3, "ms"), (1.0, 1.0, "s"), (120.0, 1.0, "min")];
const BYTES: Steps = &[
    (0.0, 1.0, "B"),
    (1e3, 1e-3, "KB"),
    (1e6, 1e-6, "MB"),
    (1e9, 1e-9, "GB"),
    (1e12, 1e-12, "TB"),
];
const BYTE_RATES: Steps = &[
    (0.0, 1.0, "B/s"),
    (1e3, 1e-3, "KB/s"),
    (1e6, 1e-6, "MB/s"),
    (1e9, 1e-9, "GB/s"),
    (1e12, 1e-12, "TB/s"),
];

impl Scale {
    /// The scale that suits `value`.
    pub fn of(unit: Unit, value: f64) -> Self {
        Self::shared(unit, value, &[])
    }

    /// The scale that suits `value` and shows `others` (its interval) in the same unit.
    pub fn shared(unit: Unit, value: f64, others: &[f64]) -> Self {
        match unit {
            Unit::Count | Unit::PerSecond => Self::count(unit, value, others),
            Unit::Seconds => Self::stepped(SECONDS, value, others),
            Unit::Bytes => Self::stepped(BYTES, value, others),
            Unit::BytesPerSecond => Self::stepped(BYTE_RATES, value, others),
            Unit::Share => Self::share(value),
            Unit::Ratio => Self::decimal(1.0, digits(value), ""),
            Unit::Usd => Self::money(value, ""),
            Unit::UsdPerMonth => Self::money(value, "/month"),
        }
    }

    fn decimal(factor: f64, decimals: usize, suffix: &'static str) -> Self {
        Self { form: Form::Decimal, factor, decimals, prefix: "", suffix }
    }

    /// Without cents from 10 dollars on.
    fn money(value: f64, suffix: &'static str) -> Self {
        let decimals = if value.abs() >= 10.0 { 0 } else { digits(value).max(2) };
        let decimals = if value == 0.0 { 0 } else { decimals };
        Self { prefix: "$", ..Self::decimal(1.0, decimals, suffix) }
    }

    fn count(unit: Unit, value: f64, others: &[f64]) -> Self {
        let whole = |value: &f64| value.fract() == 0.0;
        let shown = whole(&value) && others.iter().all(whole);
        let decimals = if shown || value.abs() >= 100.0 { 0 } else { digits(value.max(1.0)) };
        let decimals = if !shown && value.abs() < 1.0 { digits(value).min(3) } else { decimals };
        Self::decimal(1.0, decimals, if unit == Unit::PerSecond { "/s" } else { "" })
    }

    fn stepped(steps: Steps, value: f64, others: &[f64]) -> Self {
        // A zero takes the unit of its upper bound.
        let sample = if value == 0.0 { others.iter().copied().fold(0.0, f64::max) } else { value };
        let size = rounded(sample.abs());
        // A zero without one is a zero of the plain unit, not of the smallest.
        let size = if size == 0.0 { 1.0 } else { size };
        let step = steps.iter().rev().find(|step| size >= step.0).unwrap_or(&steps[0]);
        let scale = Self::decimal(step.1, digits(value * step.1), step.2);
        if step.2 == "min" { Self { form: Form::Clock, ..scale } } else { scale }
    }

    /// Near 1 the digits that matter are those of what is missing.
    fn share(value: f64) -> Self {
        let percent = value * 100.0;
        let missing = (100.0 - percent).abs();
        let near = percent > 50.0 && missing > 1e-9;
        let (sample, most) = if near { (missing, 3) } else { (percent, 4) };
        // What that many decimals do not show has one digit.
        let few = sample.abs() < tenth(most) && sample.abs() > 1e-9;
        let most = if few { first_digit(sample.abs()) } else { most };
        Self::decimal(100.0, digits(sample).min(most), "%")
    }

    /// The number without its unit.
    pub fn number(&self, value: f64) -> String {
        match self.form {
            Form::Decimal => grouped(value * self.factor, self.decimals),
            Form::Clock => clock_digits(value),
        }
    }

    /// The number with its unit.
    pub fn text(&self, value: f64) -> String {
        let number = self.number(value);
        match (self.form, self.suffix) {
            (Form::Clock, _) => format!("{number}{GAP}{}", clock_unit(value)),
            (Form::Decimal, "") => self.prefix.to_owned() + &number,
            (Form::Decimal, suffix) if suffix.starts_with('/') => {
                format!("{}{number}{suffix}", self.prefix)
            }
            (Form::Decimal, suffix) => format!("{number}{GAP}{suffix}"),
        }
    }
}

/// A value with its unit, in the scale that suits it.
pub fn figure(unit: Unit, value: f64) -> String {
    Scale::of(unit, value).text(value)
}

/// A duration in seconds, as [`figure`] prints it.
pub fn duration(seconds: f64) -> String {
    figure(Unit::Seconds, seconds)
}

/// The same without trailing zeros, where nothing is measured but said: `30 s`, `1 s bins`.
pub fn spoken(seconds: f64) -> String {
    without_zeros(duration(seconds))
}

/// A figure with its unit, without trailing zeros.
pub fn without_zeros(text: String) -> String {
    match text.split_once(GAP) {
        Some((number, unit)) if number.contains('.') => {
            format!("{}{GAP}{unit}", number.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => text,
    }
}

/// A number of things, as [`figure`] prints it.
pub fn count(value: f64) -> String {
    figure(Unit::Count, value)
}

/// A share, as [`figure`] prints it, with at most three digits: near nothing and near all as many
/// as show that it is neither.
pub fn share(value: f64) -> String {
    let percent = value * 100.0;
    let missing = 100.0 - percent;
    let off = missing.abs();
    if percent > 0.0 && percent < LEAST {
        return format!("<{GAP}{LEAST}{GAP}%");
    }
    // Shares are sums and quotients: off by less than anybody counts.
    let decimals = match off {
        off if off < 1e-7 => 0,
        off if off < LEAST && missing > 0.0 => return format!(">{GAP}{}{GAP}%", 100.0 - LEAST),
        off if off < LEAST => return format!(">{GAP}100{GAP}%"),
        off if off <= 0.05 || (off < 0.5 && missing < 0.0) => first_digit(off),
        _ => digits(percent).min(4),
    };
    format!("{}{GAP}%", grouped(percent, decimals))
}

/// What a share is told apart from nothing and from all by, in percent.
const LEAST: f64 = 0.0001;

/// The decimals that show one digit of a number, at most six.
fn first_digit(value: f64) -> usize {
    (1..6).find(|&at| value >= tenth(at)).unwrap_or(6)
}

/// 10 to the power of minus `at`, and a trifle less: what so many decimals show.
fn tenth(at: usize) -> f64 {
    libm::pow(0.1, number::float(number::count(at))) * (1.0 - 1e-9)
}

/// The same with at most two decimals, for a small share: `0.74 %`, `0.07 %`.
pub fn spoken_share(value: f64) -> String {
    let percent = value * 100.0;
    if value > 0.0 && percent < 0.01 {
        return format!("<{GAP}0.01{GAP}%");
    }
    format!("{}{GAP}%", grouped(percent, 2).trim_end_matches('0').trim_end_matches('.'))
}

/// An instant of the run: `16.5 s`, `8:12 min`, from an hour on `1:02:03 h`.
pub fn clock(seconds: f64) -> String {
    if seconds < 60.0 {
        return format!("{}{GAP}s", trimmed(seconds));
    }
    format!("{}{GAP}{}", clock_digits(seconds), clock_unit(seconds))
}

/// Two instants of the run, the first without a unit that both have: `1:00` and `1:10 min`.
pub fn ends(from: f64, to: f64) -> [String; 2] {
    let (start, end) = (clock(from), clock(to));
    match (start.rsplit_once(GAP), end.rsplit_once(GAP)) {
        (Some((digits, one)), Some((_, other))) if one == other => [digits.to_owned(), end],
        _ => [start, end],
    }
}

/// A number for an axis or a line's label: `850`, `48.6k`, `1.25M`; whole numbers stay whole.
pub fn compact(value: f64) -> String {
    let size = rounded(value.abs());
    let (factor, suffix) = match size {
        s if s >= 1e9 => (1e-9, "G"),
        s if s >= 1e6 => (1e-6, "M"),
        s if s >= 1e4 => (1e-3, "k"),
        _ => (1.0, ""),
    };
    trimmed(rounded(value) * factor) + suffix
}

/// A tick of an axis: `0`, `2.5`, `100`, `1k`, `2.5M`.
pub fn tick(value: f64) -> String {
    let size = rounded(value.abs());
    let (factor, suffix) = match size {
        s if s >= 1e9 => (1e-9, "G"),
        s if s >= 1e6 => (1e-6, "M"),
        s if s >= 1e3 => (1e-3, "k"),
        _ => (1.0, ""),
    };
    trimmed(rounded(value) * factor) + suffix
}

/// Three significant digits without trailing zeros.
fn trimmed(value: f64) -> String {
    let text = grouped(value, digits(value));
    let short =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    short.to_owned()
}

/// A text of charts for the terminal: plain spaces.
pub fn plain(text: &str) -> String {
    text.replace(GAP, " ")
}

/// The words of a text; a number and its unit stay one word, with a plain space between them.
pub fn plain_words(text: &str) -> Vec<String> {
    const UNITS: [&str; 12] = ["ns", "µs", "ms", "s", "min", "h", "%", "B", "KB", "MB", "GB", "TB"];
    let mut words: Vec<String> = Vec::new();
    for word in text.split([' ', GAP]).filter(|word| !word.is_empty()) {
        let unit = UNITS.contains(&word.trim_end_matches(|c: char| ",.;:)".contains(c)));
        let number = |word: &String| word.ends_with(|c: char| c.is_ascii_digit());
        match words.last_mut().filter(|last| unit && number(last)) {
            Some(last) => *last += &format!(" {word}"),
            None => words.push(word.to_owned()),
        }
    }
    words
}

/// The same text with a capital at its begin.
pub fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// `n thing` or `n things`.
pub fn counted(value: f64, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        count(value),
        if number::whole(value) == 1 && value.fract() == 0.0 { one } else { many }
    )
}

/// How many times another number it is; no one says that it is 1 times that.
pub fn as_much(times: f64) -> String {
    match compact(times).as_str() {
        "1" => "the same as now".to_owned(),
        times => format!("{times} times as much"),
    }
}

/// Cut down to so many digits, but not below 0: of `4,687` with two `4,600`.
pub fn floored(value: f64, digits: i32) -> f64 {
    if value <= 0.0 {
        return 0.0;
    }
    let unit = libm::pow(10.0, libm::floor(libm::log10(value)) - f64::from(digits - 1));
    (value / unit * (1.0 + 1e-12)).floor() * unit
}

/// Three significant digits.
pub fn rounded(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

/// The same of what is counted.
pub fn rounded_whole(value: f64) -> f64 {
    rounded(value).round()
}

/// Decimals that show three significant digits.
fn digits(value: f64) -> usize {
    let size = rounded(value.abs());
    match size {
        s if s == 0.0 || s >= 100.0 => 0,
        s if s >= 10.0 => 1,
        s if s >= 1.0 => 2,
        s if s >= 0.1 => 3,
        s if s >= 0.01 => 4,
        s if s >= 0.001 => 5,
        _ => 6,
    }
}

/// Fixed decimals, thousands with commas, a true minus sign.
fn grouped(value: f64, decimals: usize) -> String {
    // Halves go up, as where a count is rounded before: one number has one form.
    let size = if decimals == 0 { value.abs().round() } else { value.abs() };
    let text = format!("{size:.decimals$}");
    let (whole, fraction) =
        text.split_once('.').map_or((text.as_str(), None), |(w, f)| (w, Some(f)));
    let mut out = String::new();
    if value < 0.0 && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
        out.push('−');
    }
    for (place, digit) in whole.char_indices() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

fn clock_digits(seconds: f64) -> String {
    let whole = number::whole(seconds.max(0.0));
    let (minutes, seconds) = (whole / 60, whole % 60);
    if minutes < 60 {
        format!("{minutes}:{seconds:02}")
    } else {
        format!("{}:{:02}:{seconds:02}", minutes / 60, minutes % 60)
    }
}

fn clock_unit(seconds: f64) -> &'static str {
    if seconds < 3599.5 { "min" } else { "h" }
}

/// Names in a row: `a, b and c`.
pub fn listed(all: &[String]) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(unit: Unit, cases: &[(f64, &str)]) {
        for &(value, text) in cases {
            assert_eq!(plain(&figure(unit, value)), text, "{unit:?} {value}");
        }
    }

    #[test]
    fn three_significant_digits_and_a_unit() {
        check(
            Unit::Seconds,
            &[
                (0.0, "0 s"),
                (0.485, "485 ms"),
                (0.9996, "1.00 s"),
                (6.6, "6.60 s"),
                (41.26, "41.3 s"),
                (119.7, "2:00 min"),
                (800.0, "13:20 min"),
                (3_723.0, "1:02:03 h"),
                (0.000_25, "250 µs"),
                (-6.23, "−6.23 s"),
            ],
        );
        check(Unit::Bytes, &[(300.0, "300 B"), (5.2e9, "5.20 GB"), (999_999.0, "1.00 MB")]);
        check(Unit::Ratio, &[(1.4849, "1.48"), (0.0123, "0.0123")]);
    }

    #[test]
    fn money_has_cents_only_where_they_matter() {
        check(
            Unit::UsdPerMonth,
            &[(1_234.4, "$1,234/month"), (59.6, "$60/month"), (0.0, "$0/month")],
        );
        check(Unit::Usd, &[(9.5, "$9.50"), (0.2166, "$0.217"), (0.004, "$0.00400"), (10.4, "$10")]);
    }

    #[test]
    fn counts_are_whole_where_they_can_be() {
        check(
            Unit::Count,
            &[
                (0.0, "0"),
                (12_666.0, "12,666"),
                (12_666.4, "12,666"),
                (12.333_333, "12.3"),
                (0.666_666, "0.667"),
                (3.0, "3"),
                (9_988.5, "9,989"),
                (1_000_000.0, "1,000,000"),
            ],
        );
        check(Unit::PerSecond, &[(48_558.0, "48,558/s"), (13.94, "13.9/s")]);
    }

    #[test]
    fn shares_near_one_show_what_is_missing() {
        check(
            Unit::Share,
            &[
                (0.960_43, "96.04 %"),
                (0.999_432, "99.943 %"),
                (0.452, "45.2 %"),
                (1.0, "100 %"),
                (0.0, "0 %"),
                (0.000_123, "0.0123 %"),
                (0.000_000_2, "0.00002 %"),
                (0.999_999_8, "99.99998 %"),
            ],
        );
    }

    /// Nothing is all beside another part, and nothing is nothing that is some.
    #[test]
    fn a_part_is_neither_all_nor_nothing() {
        for (value, text) in [
            (1.0, "100 %"),
            (1.0 - 1e-15, "100 %"),
            (1.2, "120 %"),
            (1.002, "100.2 %"),
            (0.9994, "99.9 %"),
            (0.9996, "99.96 %"),
            (0.999_908, "99.991 %"),
            (0.999_999_99, "> 99.9999 %"),
            (0.000_092, "0.0092 %"),
            (0.000_000_01, "< 0.0001 %"),
            (0.0, "0 %"),
        ] {
            assert_eq!(plain(&share(value)), text, "{value}");
        }
    }

    #[test]
    fn an_interval_is_printed_in_its_values_unit() {
        let scale = Scale::shared(Unit::Seconds, 0.98, &[0.9, 1.06]);
        assert_eq!(scale.number(1.06), "1,060");
        let scale = Scale::shared(Unit::Count, 2.0, &[0.5, 3.5]);
        assert_eq!((scale.number(2.0), scale.number(0.5)), ("2.00".into(), "0.50".into()));
    }

    #[test]
    fn a_unit_stays_with_its_number() {
        let words = plain_words("the last after 31.2\u{202F}s. Then 99 % of 7 users");
        assert_eq!(words, ["the", "last", "after", "31.2 s.", "Then", "99 %", "of", "7", "users"]);
    }

    #[test]
    fn labels_are_short() {
        for (value, text) in [
            (0.0, "0"),
            (850.0, "850"),
            (7664.0, "7,660"),
            (48_558.0, "48.6k"),
            (1e6, "1M"),
            (0.25, "0.25"),
        ] {
            assert_eq!(compact(value), text, "{value}");
        }
    }
}
