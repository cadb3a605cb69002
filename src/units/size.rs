//! Whole numbers: counts (`100k`) and sizes (`10KB`, `8GiB`).
use super::{
    Bytes, Count, Quantity, Unreadable,
    decimal::{self, Misfit},
    shown,
};

/// Units of size in bytes. KB is 1,000 B, KiB is 1,024 B.
const UNITS: [(&str, u64); 9] = [
    ("B", 1),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

const UNITS_ARE: &str = "the units are B, KB, MB, GB, TB (1 KB = 1000 B) and KiB, MiB, GiB, TiB";

impl Quantity for Bytes {
    const WHAT: &'static str = "a size";
    const EXAMPLE: &'static str = "10KB";
    const PATTERN: &'static str = "^[0-9]+([.][0-9]+)? ?([KMGT]i?)?B$";

    fn read(text: &str) -> Result<Self, Unreadable> {
        bytes(text, "")
    }

    fn print(self) -> String {
        let bytes = self.0;
        if bytes.is_multiple_of(1_024) && !bytes.is_multiple_of(1_000) {
            return binary(bytes);
        }
        match bytes {
            1_000_000_000_000.. => decimal::print(bytes, 12) + "TB",
            1_000_000_000.. => decimal::print(bytes, 9) + "GB",
            1_000_000.. => decimal::print(bytes, 6) + "MB",
            1_000.. => decimal::print(bytes, 3) + "KB",
            _ => format!("{bytes}B"),
        }
    }
}

/// A size to which `per` belongs, which what is advised has behind it.
pub(super) fn bytes(text: &str, per: &str) -> Result<Bytes, Unreadable> {
    let (number, name) = decimal::split(text)?;
    let Some((_, size)) = UNITS.iter().find(|(known, _)| *known == name) else {
        return Err(no_unit(text, number, name, per));
    };
    decimal::decimal(number).times(*size).map(Bytes).map_err(|misfit| match misfit {
        Misfit::TooFine => Unreadable::new(
            "out-of-range",
            format!("{} is not a whole number of bytes", shown(text)),
            "write fewer decimals",
        ),
        Misfit::TooLarge => Unreadable::new(
            "out-of-range",
            format!("{} is larger than 64 bits can count", shown(text)),
            "write a smaller size",
        ),
    })
}

/// In the largest binary unit that needs no decimals; `bytes` is a multiple of 1,024.
fn binary(bytes: u64) -> String {
    let (name, size) =
        UNITS[5..].iter().rfind(|(_, size)| bytes.is_multiple_of(*size)).unwrap_or(&UNITS[5]);
    format!("{}{name}", bytes / size)
}

fn no_unit(text: &str, number: &str, name: &str, per: &str) -> Unreadable {
    if name.is_empty() {
        // There are no parts of bytes.
        let units = if number.contains('.') { ["KB", "MB", "GB"] } else { ["B", "KB", "GiB"] };
        let [one, two, three] = units.map(|unit| format!("`{}{unit}{per}`", shown(number)));
        return Unreadable::new(
            "missing-unit",
            format!("{} has no unit", shown(text)),
            format!("write a number and a unit: {one}, {two}, {three}"),
        );
    }
    let same = |known: &&(&str, u64)| {
        known.0.eq_ignore_ascii_case(name) || known.0.eq_ignore_ascii_case(&format!("{name}B"))
    };
    let help = match UNITS.iter().find(same) {
        Some((known, _)) => format!("did you mean `{}{known}{per}`? {UNITS_ARE}", shown(number)),
        None => UNITS_ARE.to_owned(),
    };
    let message = format!("`{}` in `{}` is not a unit of size", shown(name), shown(text));
    Unreadable::new("unknown-unit", message, help)
}

/// The factor of a suffix: `k`, `M`, `G`, or none; what is advised has `per` behind it.
pub(super) fn multiple(text: &str, suffix: &str, per: &str) -> Result<u64, Unreadable> {
    match suffix {
        "" => Ok(1),
        "k" => Ok(1_000),
        "M" => Ok(1_000_000),
        "G" => Ok(1_000_000_000),
        _ => Err(Unreadable::new(
            "unknown-unit",
            format!("`{}` in `{}` is not a multiple", shown(suffix), shown(text)),
            match suffix {
                "m" => format!("for a million write `M`: `1M{per}`"),
                "K" => format!("for a thousand write `k`: `1k{per}`"),
                _ => format!(
                    "write the number alone, or with k, M or G: `64{per}`, `100k{per}`, `1M{per}`"
                ),
            },
        )),
    }
}

impl Quantity for Count {
    const WHAT: &'static str = "a count";
    const EXAMPLE: &'static str = "100";
    const PATTERN: &'static str = "^[0-9]+([.][0-9]+)? ?[kMG]?$";
    const NUMBER: Option<&'static str> = Some("integer");

    fn read(text: &str) -> Result<Self, Unreadable> {
        let (number, suffix) = decimal::split(text)?;
        let size = multiple(text, suffix, "")?;
        decimal::decimal(number).times(size).map(Self).map_err(|misfit| match misfit {
            Misfit::TooFine => Unreadable::new(
                "out-of-range",
                format!("{} is not whole", shown(text)),
                "write a whole number",
            ),
            Misfit::TooLarge => Unreadable::new(
                "out-of-range",
                format!("{} is larger than 64 bits can count", shown(text)),
                "write a smaller number",
            ),
        })
    }

    fn print(self) -> String {
        match self.0 {
            0 => "0".to_owned(),
            n if n.is_multiple_of(1_000_000_000) => format!("{}G", n / 1_000_000_000),
            n if n.is_multiple_of(1_000_000) => format!("{}M", n / 1_000_000),
            n if n.is_multiple_of(1_000) => format!("{}k", n / 1_000),
            n => n.to_string(),
        }
    }
}
