//! Prices (`0.0225 USD/h`) and the dates at which they held (`2026-08`). The currency is the US
//! dollar; a GB is 1,000,000,000 bytes.
use super::{Quantity, Unreadable, decimal, shown};

/// US dollars per hour.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Default)]
pub struct PerHour(pub f64);

/// US dollars per GB.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Default)]
pub struct PerGigabyte(pub f64);

/// US dollars per GB that is kept for a month.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Default)]
pub struct PerGigabyteMonth(pub f64);

/// US dollars per million: of messages, of minutes that a connection is open.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Default)]
pub struct PerMillion(pub f64);

/// A month, or a day in it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Date {
    /// Four digits.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31; 0: the month as a whole.
    pub day: u8,
}

/// The units of prices, for whoever takes one for another.
const UNITS: [&str; 4] = ["USD/h", "USD/GB", "USD/GB-month", "USD/M"];

fn price(text: &str, what: &str, unit: &str) -> Result<f64, Unreadable> {
    let (number, found) = decimal::split(text)?;
    // `USD / h` is the same.
    let spelled: String = found.split_whitespace().collect();
    if spelled == unit {
        return Ok(decimal::float(number));
    }
    let help = format!("write {what} in US dollars: `{} {unit}`", shown(number));
    if found.is_empty() {
        let message = format!("{} has no unit", shown(text));
        return Err(Unreadable::new("missing-unit", message, help));
    }
    let message = if UNITS.contains(&spelled.as_str()) {
        format!("{} is a price of something else", shown(text))
    } else {
        format!("`{}` in `{}` is not `{unit}`", shown(found), shown(text))
    };
    Err(Unreadable::new("unknown-unit", message, help))
}

impl Quantity for PerHour {
    const WHAT: &'static str = "a price per hour";
    const EXAMPLE: &'static str = "0.0225 USD/h";
    const PATTERN: &'static str = "^[0-9]+([.][0-9]+)? ?USD ?/ ?h$";

    fn read(text: &str) -> Result<Self, Unreadable> {
        price(text, Self::WHAT, UNITS[0]).map(Self)
    }

    fn print(self) -> String {
        format!("{} {}", self.0, UNITS[0])
    }
}

impl Quantity for PerGigabyte {
    const WHAT: &'static str = "a price per GB";
    const EXAMPLE: &'static str = "0.09 USD/GB";
    const PATTERN: &'static str = "^[0-9]+([.][0-9]+)? ?USD ?/ ?GB$";

    fn read(text: &str) -> Result<Self, Unreadable> {
        price(text, Self::WHAT, UNITS[1]).map(Self)
    }

    fn print(self) -> String {
        format!("{} {}", self.0, UNITS[1])
    }
}

impl Quantity for PerGigabyteMonth {
    const WHAT: &'static str = "a price per GB and month";
    const EXAMPLE: &'static str = "0.1 USD/GB-month";
    const PATTERN: &'static str = "^[0-9]+([.][0-9]+)? ?USD ?/ ?GB-month$";

    fn read(text: &str) -> Result<Self, Unreadable> {
        price(text, Self::WHAT, UNITS[2]).map(Self)
    }

    fn print(self) -> String {
        format!("{} {}", self.0, UNITS[2])
    }
}

impl Quantity for PerMillion {
    const WHAT: &'static str = "a price per million";
    const EXAMPLE: &'static str = "1 USD/M";
    const PATTERN: &'static str = "^[0-9]+([.][0-9]+)? ?USD ?/ ?M$";

    fn read(text: &str) -> Result<Self, Unreadable> {
        price(text, Self::WHAT, UNITS[3]).map(Self)
    }

    fn print(self) -> String {
        format!("{} {}", self.0, UNITS[3])
    }
}

impl Quantity for Date {
    const WHAT: &'static str = "a date";
    const EXAMPLE: &'static str = "2026-08";
    const PATTERN: &'static str = "^[0-9]{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?$";

    fn read(text: &str) -> Result<Self, Unreadable> {
        let no_date = || {
            let message = format!("`{}` is not one", shown(text));
            Unreadable::new("bad-date", message, "write year and month, or a day: `2026-08-31`")
        };
        let parts: Vec<&str> = text.trim().split('-').collect();
        let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        let digits = parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
        if !digits || !matches!(lengths.as_slice(), [4, 2] | [4, 2, 2]) {
            return Err(no_date());
        }
        let short = |place: usize| parts.get(place).map_or(Ok(0), |part| part.parse::<u8>());
        let date = match (parts[0].parse(), short(1), short(2)) {
            (Ok(year), Ok(month), Ok(day)) => Self { year, month, day },
            _ => return Err(no_date()),
        };
        let day = parts.len() == 2 || (1..=31).contains(&date.day);
        if (1..=12).contains(&date.month) && day { Ok(date) } else { Err(no_date()) }
    }

    fn print(self) -> String {
        let month = format!("{:04}-{:02}", self.year, self.month);
        if self.day == 0 { month } else { format!("{month}-{:02}", self.day) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_have_a_currency_and_say_of_what() {
        assert_eq!(PerHour::read("0.0225 USD/h"), Ok(PerHour(0.0225)));
        assert_eq!(PerGigabyte::read("0.09USD/GB"), Ok(PerGigabyte(0.09)));
        assert_eq!(PerGigabyteMonth::read(".1 USD/GB-month").unwrap_err().code, "bad-number");
        let wrong = |text| PerHour::read(text).unwrap_err();
        assert_eq!(wrong("0.02").code, "missing-unit");
        assert_eq!(wrong("0.02").help, "write a price per hour in US dollars: `0.02 USD/h`");
        assert_eq!(wrong("0.02 USD/GB").message, "0.02 USD/GB is a price of something else");
        assert_eq!(wrong("0.02 EUR/h").message, "`EUR/h` in `0.02 EUR/h` is not `USD/h`");
        assert_eq!(wrong("-1 USD/h").code, "out-of-range");
    }

    #[test]
    fn dates_are_months_or_days() {
        let august = Date { year: 2026, month: 8, day: 0 };
        assert_eq!(Date::read("2026-08"), Ok(august));
        assert_eq!(Date::read("2026-08-31"), Ok(Date { day: 31, ..august }));
        for text in ["2026", "2026-8", "2026-13", "2026-08-00", "26-08-01", "August", "2026-08-1x"]
        {
            assert_eq!(Date::read(text).unwrap_err().code, "bad-date", "{text}");
        }
    }

    #[test]
    fn what_is_printed_reads_back() {
        for text in ["0.0225 USD/h", "10 USD/h", "0 USD/h"] {
            assert_eq!(PerHour::read(text).unwrap().print(), text);
        }
        assert_eq!(PerGigabyte(0.05).print(), "0.05 USD/GB");
        assert_eq!(PerGigabyteMonth(0.1).print(), "0.1 USD/GB-month");
        assert_eq!(PerMillion::read("0.25 USD/M").unwrap().print(), "0.25 USD/M");
        for text in ["2026-08", "2026-06-17", "0999-12-01"] {
            assert_eq!(Date::read(text).unwrap().print(), text);
        }
    }
}
