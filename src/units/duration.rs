//! Durations: `30s`, `250ms`, `1h30min`.
use super::{
    CoreShare, Quantity, Unreadable,
    decimal::{self, Misfit},
    shown,
};
use crate::engine::{Span, number};

/// Units of time and their length in nanoseconds, longest first.
const UNITS: [(&str, u64); 7] = [
    ("d", 86_400 * SECOND),
    ("h", 3_600 * SECOND),
    ("min", 60 * SECOND),
    ("s", SECOND),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

const SECOND: u64 = 1_000_000_000;

const UNITS_ARE: &str = "the units are ns, us, ms, s, min, h, d";

impl Quantity for Span {
    const WHAT: &'static str = "a duration";
    const EXAMPLE: &'static str = "30s";
    const PATTERN: &'static str = "^([0-9]+([.][0-9]+)? ?(ns|us|µs|μs|ms|s|min|h|d) ?)+$";

    fn read(text: &str) -> Result<Self, Unreadable> {
        let mut rest = text.trim();
        let (mut total, mut longest) = (0_u64, u64::MAX);
        loop {
            let (number, tail) = decimal::split(rest)?;
            let end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
            let (name, next) = tail.split_at(end);
            let size = unit(text, number, name.trim())?;
            if size >= longest {
                return Err(out_of_order(text));
            }
            let part =
                decimal::decimal(number).times(size).map_err(|misfit| unfit(text, misfit))?;
            total = total.checked_add(part).ok_or_else(|| unfit(text, Misfit::TooLarge))?;
            if next.is_empty() {
                return limited(text, total);
            }
            (rest, longest) = (next, size);
        }
    }

    fn print(self) -> String {
        let nanos = self.nanos();
        if nanos == 0 {
            return "0s".to_owned();
        }
        if nanos >= 60 * SECOND && nanos.is_multiple_of(SECOND) {
            return compound(nanos);
        }
        match nanos {
            SECOND.. => decimal::print(nanos, 9) + "s",
            1_000_000.. => decimal::print(nanos, 6) + "ms",
            1_000.. => decimal::print(nanos, 3) + "us",
            _ => format!("{nanos}ns"),
        }
    }
}

fn limited(text: &str, nanos: u64) -> Result<Span, Unreadable> {
    let span = Span::from_nanos(nanos);
    if span > Span::FOREVER { Err(unfit(text, Misfit::TooLarge)) } else { Ok(span) }
}

fn compound(nanos: u64) -> String {
    let mut rest = nanos;
    let mut text = String::new();
    for (name, size) in &UNITS[1..4] {
        if rest >= *size {
            text += &(rest / size).to_string();
            text += name;
            rest %= size;
        }
    }
    text
}

fn unit(text: &str, number: &str, name: &str) -> Result<u64, Unreadable> {
    let name = if matches!(name, "µs" | "μs") { "us" } else { name };
    if let Some((_, size)) = UNITS.iter().find(|(known, _)| *known == name) {
        return Ok(*size);
    }
    Err(match name {
        "" => Unreadable::new(
            "missing-unit",
            format!("{} has no unit", shown(text)),
            format!(
                "write a number and a unit: `{0}s`, `{0}ms`, `{0}min` (never `m`)",
                shown(number)
            ),
        ),
        "m" | "M" => Unreadable::new(
            "unknown-unit",
            format!("the `{name}` in `{}` may mean minutes or months", shown(text)),
            format!("for minutes write `{}min`", shown(number)),
        ),
        _ => Unreadable::new(
            "unknown-unit",
            format!("`{}` in `{}` is not a unit of time", shown(name), shown(text)),
            UNITS_ARE,
        ),
    })
}

fn out_of_order(text: &str) -> Unreadable {
    let message = format!("the units of `{}` do not go from long to short", shown(text));
    Unreadable::new("bad-number", message, "write each unit once, the longest first: `1h30min`")
}

fn unfit(text: &str, misfit: Misfit) -> Unreadable {
    match misfit {
        Misfit::TooFine => Unreadable::new(
            "out-of-range",
            format!("{} is not a whole number of nanoseconds", shown(text)),
            "squall's clock ticks in nanoseconds; write fewer decimals",
        ),
        Misfit::TooLarge => Unreadable::new(
            "out-of-range",
            format!("{} is longer than squall's clock reaches", shown(text)),
            "write at most 146 years (53000d)",
        ),
    }
}

impl Quantity for CoreShare {
    const WHAT: &'static str = "CPU time per second";
    const EXAMPLE: &'static str = "4.7us/s";
    const PATTERN: &'static str = "^([0-9]+([.][0-9]+)? ?(ns|us|µs|μs|ms|s|min|h|d) ?)+/s$";

    fn read(text: &str) -> Result<Self, Unreadable> {
        let Some(span) = text.trim().strip_suffix("/s") else {
            decimal::split(text)?;
            return Err(Unreadable::new(
                "missing-unit",
                format!("{} is not per second", shown(text)),
                "write CPU time per second: `4.7us/s`",
            ));
        };
        // What a duration is advised to be is no time per second: the example says it.
        let span = Span::read(span).map_err(|wrong| Unreadable { help: String::new(), ..wrong })?;
        Ok(Self(span.seconds()))
    }

    fn print(self) -> String {
        Span::from_nanos(number::whole(self.0 * 1e9)).print() + "/s"
    }
}
