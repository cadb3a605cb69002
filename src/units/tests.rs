//! What can be written, what it means, and that printing it can be read again.
use super::*;
use proptest::{prelude::*, test_runner::RngSeed};

fn nanos(text: &str) -> u64 {
    span(text).unwrap().nanos()
}

fn code<T: fmt::Debug>(read: Result<T, Unreadable>) -> &'static str {
    read.unwrap_err().code
}

#[test]
fn durations_are_exact() {
    assert_eq!(nanos("30s"), 30_000_000_000);
    assert_eq!(nanos("10.7us"), 10_700);
    assert_eq!(nanos("0.1us"), 100);
    assert_eq!(nanos("1h30min"), 5_400_000_000_000);
    assert_eq!([nanos("1d"), nanos("24h"), nanos("1440 min")], [86_400_000_000_000; 3]);
    assert_eq!([nanos("500µs"), nanos("500us"), nanos("0.5ms")], [500_000; 3]);
    assert_eq!([nanos("0s"), nanos("10ns"), nanos("250ms")], [0, 10, 250_000_000]);
}

#[test]
fn wrong_durations_say_why() {
    let cases = [
        ("12", "missing-unit"),
        ("0", "missing-unit"),
        ("1h30", "missing-unit"),
        ("30m", "unknown-unit"),
        ("30sec", "unknown-unit"),
        ("30S", "unknown-unit"),
        ("", "bad-number"),
        ("s", "bad-number"),
        ("1,5s", "bad-number"),
        ("1_000s", "bad-number"),
        ("1e3s", "bad-number"),
        ("1.2.3s", "bad-number"),
        ("1.s", "bad-number"),
        (".5s", "bad-number"),
        (".nan", "bad-number"),
        ("1min1h", "bad-number"),
        ("1s1s", "bad-number"),
        ("-5s", "out-of-range"),
        ("1.5ns", "out-of-range"),
        ("54000d", "out-of-range"),
        ("999999999999999999999999999999d", "out-of-range"),
        ("9999999999999999999999999999999999999s", "bad-number"),
    ];
    for (text, expected) in cases {
        assert_eq!(code(span(text)), expected, "{text}");
    }
    let help = span("30m").unwrap_err().help;
    assert_eq!(help, "for minutes write `30min`");
}

/// A document keeps the form that it always had; a message says it shorter.
#[test]
fn rates_are_told_in_the_largest_unit_that_is_exact() {
    let told = |text| (rate(text).unwrap().tell(), rate(text).unwrap().print());
    let both = |tell: &str, print: &str| (tell.to_owned(), print.to_owned());
    assert_eq!(told("100M/s"), both("100M/s", "100000k/s"));
    assert_eq!(told("1G/s"), both("1G/s", "1000000k/s"));
    assert_eq!(told("1.5M/s"), both("1500k/s", "1500k/s"));
    assert_eq!(told("7/min"), both("7/min", "7/min"));
    assert_eq!(told("0/s"), both("0/s", "0/s"));
    assert_eq!(told("1/min"), both("1/min", "1/min"));
    assert_eq!(told("3/h"), both("3/h", "0.05/min"));
    assert_eq!(told("33/d"), both("33/d", "1.375/h"));
}

#[test]
fn sizes_and_counts() {
    assert_eq!([bytes("10KB").unwrap(), bytes("8GiB").unwrap()], [Bytes(10_000), Bytes(8 << 30)]);
    assert_eq!([bytes("0.3KB").unwrap(), bytes("300B").unwrap()], [Bytes(300); 2]);
    assert_eq!([count("1M").unwrap(), count("1.5k").unwrap()], [Count(1_000_000), Count(1_500)]);
    assert_eq!(count("18446744073709551615").unwrap(), Count(u64::MAX));
    assert_eq!(code(count("18446744073709551616")), "out-of-range");
    assert_eq!(code(count("1.5")), "out-of-range");
    assert_eq!(code(count("3 users")), "unknown-unit");
    assert_eq!([code(bytes("10")), code(bytes("0.5B"))], ["missing-unit", "out-of-range"]);
    assert!(bytes("10kb").unwrap_err().help.starts_with("did you mean `10KB`?"));
    assert!(bytes("8G").unwrap_err().help.starts_with("did you mean `8GB`?"));
}

#[test]
fn rates_shares_and_numbers() {
    assert_eq!(rate("500/s").unwrap(), Rate(500.0));
    assert_eq!(rate("10k/s").unwrap(), Rate(10_000.0));
    assert_eq!(rate("1/min").unwrap(), Rate(1.0 / 60.0));
    assert_eq!([code(rate("5")), code(rate("5/m"))], ["missing-unit", "unknown-unit"]);
    assert_eq!(share("20%").unwrap(), Share(0.2));
    assert_eq!([code(share("0.2")), code(share("101%"))], ["missing-unit", "out-of-range"]);
    assert_eq!(share("0.2").unwrap_err().help, "write a percentage: `20%`");
    assert_eq!(CoreShare::read("4.7us/s").unwrap(), CoreShare(4_700.0 / 1e9));
    assert_eq!(code(CoreShare::read("4.7us")), "missing-unit");
    assert_eq!(Factor::read("2.5").unwrap(), Factor(2.5));
    assert_eq!(code(Factor::read("2x")), "unknown-unit");
}

#[test]
fn prints_as_people_write() {
    let spans = ["0s", "10.7us", "250ms", "1.5s", "1h30min", "24h", "1min30s", "40us", "7ns"];
    for text in spans {
        assert_eq!(span(text).unwrap().print(), text);
    }
    for text in ["10KB", "8GiB", "300B", "32GB", "1.536KB", "64KiB"] {
        assert_eq!(bytes(text).unwrap().print(), text);
    }
    for text in ["1/min", "500/s", "10k/s", "0.5/s", "7/h", "1.5/s", "1/d", "100k/s"] {
        assert_eq!(rate(text).unwrap().print(), text);
    }
    for text in ["20%", "0%", "100%", "7%", "99.9%", "0.01%"] {
        assert_eq!(share(text).unwrap().print(), text);
    }
    for text in ["64", "100k", "1M", "4096", "1500"] {
        assert_eq!(count(text).unwrap().print(), text);
    }
    assert_eq!(CoreShare::read("4.7us/s").unwrap().print(), "4.7us/s");
}

/// Quantities that a text is no `Q` for are advised in ways that can be read.
fn advice_can_be_read<Q: Quantity>() {
    let mut refused = Vec::new();
    let numbers = ["0", "5", "2.5", "0.2", "1,5", "1e3", "1.", "1_000", "5..2", ""];
    let units = [
        "",
        "s",
        "S",
        "m",
        "M",
        "ms",
        "min",
        "sec",
        "h",
        "d",
        "%",
        "k",
        "K",
        "x",
        "B",
        "KB",
        "kb",
        "G",
        "TB",
        "KB/s",
        "kb/s",
        "/s",
        "/min",
        "/h",
        "/x",
        "m/s",
        "K/s",
        "x/s",
        "us/s",
        "us",
        " USD",
        " USD/h",
        " USD/GB",
        " USD/GB-month",
        " USD/M",
        "$",
        " EUR/h",
        " USD/min",
    ];
    for text in numbers.iter().flat_map(|number| units.map(|unit| format!("{number}{unit}"))) {
        let Err(wrong) = Q::read(&text) else { continue };
        let advice = wrong.advice(Q::WHAT, Q::EXAMPLE);
        let whole = |part: &&str| part.starts_with(|it: char| it.is_ascii_digit());
        for part in advice.split('`').skip(1).step_by(2).filter(whole) {
            let again = Q::read(part);
            refused.extend(again.err().map(|again| format!("`{text}`: {advice}: {again}")));
        }
    }
    assert!(refused.is_empty(), "{}: {}", Q::WHAT, refused.join("\n"));
}

#[test]
fn what_is_advised_can_be_read() {
    advice_can_be_read::<Span>();
    advice_can_be_read::<Rate>();
    advice_can_be_read::<Bytes>();
    advice_can_be_read::<Share>();
    advice_can_be_read::<Count>();
    advice_can_be_read::<Factor>();
    advice_can_be_read::<Bandwidth>();
    advice_can_be_read::<CoreShare>();
    advice_can_be_read::<PerHour>();
    advice_can_be_read::<PerGigabyte>();
    advice_can_be_read::<PerGigabyteMonth>();
    advice_can_be_read::<PerMillion>();
    advice_can_be_read::<Date>();
}

fn values(from: &str, to: &str, steps: Steps) -> Vec<String> {
    let read = |text| Any::read(text).unwrap();
    read(from).steps(read(to), steps, 100).unwrap().into_iter().map(Any::print).collect()
}

#[test]
fn steps_between_quantities() {
    let by = |text| Steps::By(Any::read(text).unwrap());
    assert_eq!(values("0s", "30s", by("10s")), ["0s", "10s", "20s", "30s"]);
    assert_eq!(values("10%", "40%", by("10%")), ["10%", "20%", "30%", "40%"]);
    assert_eq!(values("1", "10", by("4")), ["1", "5", "9"]);
    assert_eq!(values("10", "20", Steps::Linear(3)), ["10", "15", "20"]);
    assert_eq!(values("1ms", "100ms", Steps::Log(3)), ["1ms", "10ms", "100ms"]);
    let wrong = |from, to, steps| {
        Any::read(from).unwrap().steps(Any::read(to).unwrap(), steps, 100).unwrap_err()
    };
    assert_eq!(wrong("1s", "5", Steps::Linear(3)), "`from` and `to` are of different kinds");
    assert_eq!(wrong("5", "1", Steps::Linear(3)), "`to` is not beyond `from`");
    assert_eq!(wrong("0", "1M", by("1")), "these are more than 100 values");
    assert_eq!(wrong("0", "5", Steps::Log(3)), "a log axis begins above zero");
}

fn same<Q: Quantity>(quantity: Q) -> Result<(), TestCaseError> {
    let text = quantity.print();
    prop_assert_eq!(Q::read(&text).ok(), Some(quantity), "printed {}", text);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Default::default()
    })]

    #[test]
    fn what_is_printed_reads_back(whole: u64, shift in 0_u32..64, float in 1e-9_f64..1e12) {
        let whole = whole >> shift;
        same(Span::from_nanos(whole / 4))?;
        same(Bytes(whole))?;
        same(Bytes(whole & !1023))?;
        same(Count(whole))?;
        same(Rate(float))?;
        same(Rate(crate::engine::number::float(whole) / 60.0))?;
        prop_assert_eq!(rate(&Rate(float).tell()).ok(), Some(Rate(float)));
        same(Factor(float))?;
        same(CoreShare(crate::engine::number::float(whole % 1_000_000_000) / 1e9))?;
    }

    #[test]
    fn a_share_that_was_read_reads_back(millionths in 0_u32..=100_000_000) {
        same(Share(f64::from(millionths) / 1e6 / 100.0))?;
    }

    #[test]
    fn no_text_is_a_panic(text in "\\PC*") {
        let _ = (span(&text), bytes(&text), rate(&text), share(&text), count(&text));
        let _ = (Factor::read(&text), CoreShare::read(&text), Any::read(&text).is_ok());
    }

    #[test]
    fn no_near_quantity_is_a_panic(text in "[0-9.,eE+-]{0,40}[ a-zA-Zµ%/]{0,4}[0-9]{0,3}[a-z]?") {
        let _ = (span(&text), bytes(&text), rate(&text), share(&text), count(&text));
        let _ = (Factor::read(&text), CoreShare::read(&text), Any::read(&text).is_ok());
    }
}
