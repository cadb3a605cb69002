//! Bytes per second: a size and `/s`.
use super::{Bandwidth, Bytes, Quantity, Unreadable, shown, size};

impl Quantity for Bandwidth {
    const WHAT: &'static str = "a bandwidth";
    const EXAMPLE: &'static str = "10KB/s";
    const PATTERN: &'static str = "^[0-9]+([.][0-9]+)? ?([KMGT]i?)?B ?/ ?s$";

    fn read(text: &str) -> Result<Self, Unreadable> {
        let Some((bytes, period)) = text.split_once('/') else {
            size::bytes(text, "/s")?;
            return Err(Unreadable::new(
                "missing-unit",
                format!("{} does not say per what", shown(text)),
                format!("write `{}/s`", shown(text.trim())),
            ));
        };
        if period.trim() != "s" {
            return Err(Unreadable::new(
                "unknown-unit",
                format!("`/{}` in `{}` is not a second", shown(period.trim()), shown(text)),
                "write a size and `/s`: `10KB/s`",
            ));
        }
        size::bytes(bytes, "/s").map(|bytes| Self(bytes.0))
    }

    fn print(self) -> String {
        format!("{}/s", Bytes(self.0).print())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bandwidth_is_a_size_a_second() {
        for (text, bytes) in [("10KB/s", 10_000), ("1.5MiB/s", 1_572_864), ("7B / s", 7)] {
            assert_eq!(Bandwidth::read(text), Ok(Bandwidth(bytes)));
            assert_eq!(Bandwidth::read(&Bandwidth(bytes).print()), Ok(Bandwidth(bytes)));
        }
        let wrong = |text| Bandwidth::read(text).unwrap_err();
        assert_eq!(
            (wrong("10KB").code, wrong("10KB").help.as_str()),
            ("missing-unit", "write `10KB/s`")
        );
        assert_eq!(wrong("10KB/min").code, "unknown-unit");
        for text in ["10/s", "10", "10kb/s", "10kb"] {
            let help = wrong(text).help;
            let advised = help.split('`').skip(1).step_by(2).next().unwrap();
            assert!(Bandwidth::read(advised).is_ok(), "{text}: {help}");
        }
    }
}
