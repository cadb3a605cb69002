//! Rates (`1/min`), shares (`20%`) and plain numbers, as floats.
use super::{Factor, Quantity, Rate, Share, Unreadable, decimal, shown, size};
use crate::engine::number;

/// What a rate can be per, in seconds.
const PERIODS: [(&str, f64); 4] = [("s", 1.0), ("min", 60.0), ("h", 3_600.0), ("d", 86_400.0)];

/// Decimals after which a printed number counts as not short.
const SHORT: usize = 3;

/// Decimals that tell any two floats between 0.01 and 100 apart.
const EXACT: usize = 20;

impl Quantity for Rate {
    const WHAT: &'static str = "a rate";
    const EXAMPLE: &'static str = "1/min";
    const PATTERN: &'static str = "^[0-9]+([.][0-9]+)? ?[kMG]? ?/ ?(s|min|h|d)$";

    fn read(text: &str) -> Result<Self, Unreadable> {
        let (number, unit) = decimal::split(text)?;
        let Some((suffix, period)) = unit.split_once('/') else {
            size::multiple(text, unit, "/s")?;
            return Err(Unreadable::new(
                "missing-unit",
                format!("{} does not say per what", shown(text)),
                format!("write `{0}/s`, `{0}/min` or `{0}/h`", shown(text.trim())),
            ));
        };
        let Some((_, seconds)) = PERIODS.iter().find(|(known, _)| *known == period.trim()) else {
            return Err(Unreadable::new(
                "unknown-unit",
                format!("`/{}` in `{}` is not a period", shown(period), shown(text)),
                "write `/s`, `/min`, `/h` or `/d`",
            ));
        };
        let multiple = size::multiple(text, suffix.trim(), &format!("/{}", period.trim()))?;
        Ok(Self(decimal::float(number) * number::float(multiple) / seconds))
    }

    fn print(self) -> String {
        let same = |text: &String| Self::read(text).is_ok_and(|read| read == self);
        let thousands = format!("{:.0}k/s", self.0 / 1e3);
        if self.0 > 0.0 && same(&thousands) {
            return thousands;
        }
        let mut periods = PERIODS.into_iter();
        periods.find_map(|period| self.per(period)).unwrap_or(format!("{}/s", self.0))
    }

    /// In the largest unit that is exact, else without decimals if it can be.
    fn tell(self) -> String {
        let round = |(multiple, suffix): (f64, &str)| {
            let text = format!("{:.0}{suffix}/s", self.0 / multiple);
            Self::read(&text).is_ok_and(|read| read == self && read.0 > 0.0).then_some(text)
        };
        if let Some(text) = [(1e9, "G"), (1e6, "M")].into_iter().find_map(round) {
            return text;
        }
        let text = self.print();
        let periods = PERIODS.into_iter().filter_map(|period| self.per(period));
        // `3/h` is shorter than `0.05/min`, but nobody says `60/h` for `1/min`.
        let others = periods.filter(|_| text.contains('.'));
        std::iter::once(text.clone()).chain(others).min_by_key(String::len).unwrap_or_default()
    }
}

impl Rate {
    /// So many per period, if that is exact with few decimals.
    fn per(self, (period, seconds): (&str, f64)) -> Option<String> {
        let short = |decimals: usize| format!("{:.decimals$}/{period}", self.0 * seconds);
        let same = |text: &String| Self::read(text).is_ok_and(|read| read == self);
        (0..=SHORT).map(short).find(same)
    }
}

impl Quantity for Share {
    const WHAT: &'static str = "a share";
    const EXAMPLE: &'static str = "20%";
    const PATTERN: &'static str = "^[0-9]+([.][0-9]+)? ?%$";

    fn read(text: &str) -> Result<Self, Unreadable> {
        let (number, unit) = decimal::split(text)?;
        let value = decimal::float(number);
        match unit {
            "%" if value <= 100.0 => Ok(Self(value / 100.0)),
            "%" => Err(Unreadable::new(
                "out-of-range",
                format!("{} is more than the whole", shown(text)),
                "write `0%` to `100%`",
            )),
            "" => Err(Unreadable::new(
                "missing-unit",
                format!("{} has no unit", shown(text)),
                without_unit(value),
            )),
            _ => Err(Unreadable::new(
                "unknown-unit",
                format!("`{}` in `{}` is not `%`", shown(unit), shown(text)),
                "write a percentage: `20%`",
            )),
        }
    }

    fn print(self) -> String {
        let percent = |decimals: usize| format!("{:.decimals$}%", self.0 * 100.0);
        let same = |text: &String| Self::read(text).is_ok_and(|read| read == self);
        (0..=EXACT).map(percent).find(same).unwrap_or_else(|| percent(EXACT))
    }
}

fn without_unit(value: f64) -> String {
    if value <= 1.0 {
        format!("write a percentage: `{}`", Share(value).print())
    } else {
        format!("write a percentage: `{}%`", value.min(100.0))
    }
}

impl Quantity for Factor {
    const WHAT: &'static str = "a number";
    const EXAMPLE: &'static str = "2";
    const PATTERN: &'static str = "^[0-9]+([.][0-9]+)?$";
    const NUMBER: Option<&'static str> = Some("number");

    fn read(text: &str) -> Result<Self, Unreadable> {
        match decimal::split(text)? {
            (number, "") => Ok(Self(decimal::float(number))),
            (_, unit) => Err(Unreadable::new(
                "unknown-unit",
                format!("`{}` in `{}` is not expected", shown(unit), shown(text)),
                "write a number without a unit",
            )),
        }
    }

    fn print(self) -> String {
        self.0.to_string()
    }
}
