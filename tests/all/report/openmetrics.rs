//! OpenMetrics: read by a strict little parser of its own, and by promtool where it is there.
use super::{command::contents, fake::Story, swept};
use assert_cmd::Command;
use squall::{
    cli::results,
    record::Unit,
    report::openmetrics,
    summary::{Metric, Summary},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    process::Stdio,
};
use tempfile::TempDir;

/// A sample: name, labels, value.
type Sample = (String, BTreeMap<String, String>, f64);

fn legal(name: &str) -> bool {
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(first) && name.chars().all(|c| first(c) || c.is_ascii_digit())
}

/// The labels between braces: names once each, values with the three escapes and no others.
fn labels(text: &str) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut letters = text.chars().peekable();
    while letters.peek().is_some() {
        let name: String = letters.by_ref().take_while(|&c| c != '=').collect();
        assert!(legal(&name) && letters.next() == Some('"'), "{text}");
        let mut value = String::new();
        loop {
            match letters.next().expect("a value ends") {
                '"' => break,
                '\\' => value.push(match letters.next() {
                    Some('\\') => '\\',
                    Some('"') => '"',
                    Some('n') => '\n',
                    other => panic!("\\{other:?} is no escape"),
                }),
                c => value.push(c),
            }
        }
        assert!(all.insert(name, value).is_none(), "a label twice: {text}");
        assert!(letters.next().is_none_or(|c| c == ','), "{text}");
    }
    all
}

/// The samples of an exposition of gauges; what the format forbids fails.
fn read(text: &str) -> Vec<Sample> {
    let body = text.strip_suffix("# EOF\n").expect("it ends with # EOF");
    assert!(!body.contains("\n# EOF"));
    let (mut families, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let (mut family, mut told) = (String::new(), Vec::new());
    let mut samples = Vec::new();
    for line in body.lines() {
        if let Some(rest) = line.strip_prefix("# ") {
            let [kind, name, what] = rest.splitn(3, ' ').collect::<Vec<_>>()[..] else {
                panic!("{line}")
            };
            if kind == "TYPE" {
                assert!(families.insert(name.to_owned()), "{name} in two places");
                assert!(legal(name) && what == "gauge", "{line}");
                (family, told) = (name.to_owned(), Vec::new());
            }
            assert_eq!(name, family, "{line}");
            assert!(["TYPE", "UNIT", "HELP"].contains(&kind) && !told.contains(&kind), "{line}");
            assert!(kind != "UNIT" || name.ends_with(&format!("_{what}")), "{line}");
            assert!(kind != "HELP" || !what.trim().is_empty(), "{line}");
            told.push(kind);
            continue;
        }
        let (head, value) = line.rsplit_once(' ').unwrap();
        let (name, rest) = head.split_once('{').unwrap();
        assert_eq!(name, family, "{line}");
        assert!(told.contains(&"HELP"), "{line}");
        assert!(seen.insert(head.to_owned()), "{head} twice");
        let labels = labels(rest.strip_suffix('}').unwrap());
        samples.push((name.to_owned(), labels, value.parse().unwrap()));
    }
    for reserved in ["_total", "_created", "_count", "_sum", "_bucket", "_gcount", "_gsum"] {
        assert!(families.iter().all(|name| !name.ends_with(reserved)), "{reserved}");
    }
    samples
}

/// Says once, past what tests keep to themselves, that nothing was checked.
fn skipped() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let words = "skipped: no promtool to check the OpenMetrics export (Debian: prometheus)\n";
        std::io::stderr().write_all(words.as_bytes()).unwrap();
    });
}

/// What promtool finds wrong, where it is there.
fn checked(text: &str) {
    let mut promtool = std::process::Command::new("promtool");
    promtool.args(["check", "metrics"]).stdin(Stdio::piped());
    let Ok(mut child) = promtool.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn() else {
        return skipped();
    };
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap()).concat();
    assert!(output.status.success() && said.trim().is_empty(), "{said}");
}

fn finite(metric: &Metric) -> usize {
    [metric.mean, metric.ci_low, metric.ci_high].iter().flatten().count()
}

#[test]
fn every_metric_is_there_with_its_value() {
    let summary = Story { replications: 3, ..Story::default() }.summary();
    let text = openmetrics::run(&summary);
    checked(&text);
    let samples = read(&text);
    let values: usize = summary.metrics.iter().map(finite).sum();
    assert_eq!(samples.len(), values + 1);
    let find = |name: &str, wanted: &[(&str, &str)]| {
        let fits = |sample: &&Sample| {
            let label =
                |(key, value): &(&str, &str)| sample.1.get(*key).is_some_and(|it| it == value);
            sample.0 == name && wanted.iter().all(label) && sample.1.len() == wanted.len() + 1
        };
        let found: Vec<&Sample> = samples.iter().filter(fits).collect();
        assert_eq!(found.len(), 1, "{name} {wanted:?}");
        assert_eq!(found[0].1["experiment"], "rolling-deploy");
        Some(found[0].2)
    };
    let metric = |name: &str| summary.metric(name).unwrap();
    let lag = metric("delivery_lag.p99");
    let p99 = [("statistic", "p99")];
    assert_eq!(find("squall_delivery_lag_seconds", &p99), lag.mean);
    assert_eq!(find("squall_delivery_lag_ci_high_seconds", &p99), lag.ci_high);
    let cpu = [("node", "gateways"), ("statistic", "peak")];
    assert_eq!(find("squall_cpu_ratio", &cpu), metric("gateways.cpu.peak").mean);
    let during = [("phase", "deploy"), ("statistic", "availability")];
    let available = metric("during(deploy).clients.availability");
    assert_eq!(find("squall_clients_ratio", &during), available.mean);
    assert!(text.contains("\n# UNIT squall_delivery_lag_seconds seconds\n"));
    assert!(text.contains("# HELP squall_delivery_lag_seconds From sending a message to"));
}

#[test]
fn names_of_the_writer_are_labels() {
    let metric = |name: &str, unit| Metric::from_values(name, &["a-b"], unit, vec![2.0]);
    let mut summary = Story::default().summary();
    summary.metrics = vec![
        metric("roll-out.duration", Unit::Seconds),
        metric("recovery.roll-out.t99", Unit::Seconds),
        metric("recovery.roll-out.hit", Unit::Count),
        metric("a-b.headroom", Unit::Share),
        metric("during(roll-out).attempts.total", Unit::Count),
    ];
    summary.experiment = "a\"b\\c\nd\u{202E}".to_owned();
    let samples = read(&openmetrics::run(&summary));
    checked(&openmetrics::run(&summary));
    let told: Vec<(&str, Option<&str>)> = samples
        .iter()
        .skip(1)
        .map(|(name, labels, _)| {
            let label = ["action", "node", "phase"].iter().find_map(|key| labels.get(*key));
            (name.as_str(), label.map(String::as_str))
        })
        .collect();
    let expected = [
        ("squall_action_seconds", Some("roll-out")),
        ("squall_recovery_seconds", Some("roll-out")),
        ("squall_recovery", Some("roll-out")),
        ("squall_headroom_ratio", Some("a-b")),
        ("squall_attempts", Some("roll-out")),
    ];
    assert_eq!(told, expected);
    assert!(samples.iter().all(|sample| sample.1["experiment"] == "a\"b\\c d\u{FFFD}"));
}

#[test]
fn hostile_names_stay_names_and_no_sample_comes_twice() {
    let mut summary: Summary = Story { replications: 2, ..Story::default() }.summary();
    for metric in &mut summary.metrics {
        metric.quantity = format!("x y{{}}\n\"{}", metric.quantity);
        metric.node = "\u{202E}\"} 1\n# EOF".to_owned();
    }
    let again = summary.metrics.clone();
    summary.metrics.extend(again);
    read(&openmetrics::run(&summary));
    checked(&openmetrics::run(&summary));
}

#[test]
fn points_of_a_sweep_are_labels() {
    let sweep = swept::retention();
    let text = openmetrics::sweep(&sweep);
    checked(&text);
    let points: BTreeSet<String> =
        read(&text).into_iter().filter_map(|(_, mut labels, _)| labels.remove("point")).collect();
    assert_eq!(points, sweep.points.iter().map(|point| point.name.clone()).collect());
}

#[test]
fn render_prints_it_and_leaves_the_folder_alone() {
    let here = TempDir::new().unwrap();
    let small = Story { horizon: 60, gateways: 3, replications: 2, ..Story::default() };
    results::write(&small.summary(), here.path()).unwrap();
    let summary: Summary = results::read(here.path()).unwrap();
    let before = contents(here.path());
    let mut command = Command::cargo_bin("squall").unwrap();
    let done = command.arg("render").arg(here.path()).arg("--openmetrics").assert().code(0);
    let text = String::from_utf8(done.get_output().stdout.clone()).unwrap();
    assert_eq!(text, openmetrics::run(&summary));
    assert_eq!(contents(here.path()), before);
    let mut command = Command::cargo_bin("squall").unwrap();
    command.arg("render").arg(here.path()).args(["--openmetrics", "--json"]).assert().code(2);
}
