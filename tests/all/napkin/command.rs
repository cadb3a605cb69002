//! `squall napkin` and the section of the report, as a person meets them.
use assert_cmd::Command;
use serde_json::Value as Json;
use std::{fs, path::Path};
use tempfile::TempDir;

/// Standard output, standard error and exit code.
fn squall(arguments: &[&str]) -> (String, String, i32) {
    let mut command = Command::cargo_bin("squall").unwrap();
    command.env("LANG", "C.UTF-8").env_remove("LC_ALL").env_remove("NO_COLOR");
    let output = command.args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

fn document(arguments: &[&str]) -> Json {
    let (out, err, code) = squall(&[&["napkin", "--json"], arguments].concat());
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).unwrap()
}

#[track_caller]
fn is(document: &Json, quantity: &str, expected: f64) {
    let lines = document["lines"].as_array().unwrap();
    let line = lines.iter().find(|line| line["quantity"] == quantity);
    let value = line.unwrap_or_else(|| panic!("no {quantity}: {document:#}"))["value"].as_f64();
    let value = value.unwrap();
    assert!(
        (value - expected).abs() <= 5e-4 * expected.abs(),
        "{quantity}: {value}, not {expected}"
    );
}

fn has(document: &Json, quantity: &str) -> bool {
    document["lines"].as_array().unwrap().iter().any(|line| line["quantity"] == quantity)
}

fn checked(document: &Json, begin: &str) -> bool {
    let checks = document["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["text"].as_str().unwrap().starts_with(begin));
    check.unwrap_or_else(|| panic!("no {begin}: {document:#}"))["holds"].as_bool().unwrap()
}

/// The brief's arithmetic: 1M × 10 KB = 10 GB on 16 gateways; a refresh each 25 s; two hours of
/// life; a deploy that sends twice a sixteenth away in its last batch of two.
#[test]
fn a_million_chat_users_on_a_napkin() {
    let found = document(&["experiments/chat-1m.yaml"]);
    is(&found, "Connections", 1e6);
    is(&found, "Connections a gateway", 62_500.0);
    is(&found, "Memory a gateway", 10e9 / 16.0);
    is(&found, "Handshakes", 1e6 / 7_200.0);
    is(&found, "Registry refreshes", 40_000.0);
    is(&found, "Deliveries", 1e6 / 60.0);
    is(&found, "Largest herd", 250_000.0);
    is(&found, "Moves per user", 1.5);
    is(&found, "Duration", 280.0);
    // 0.6 of the handshakes are resumed: 2 + 0.6 · 0.08 + 0.4 · 0.4 ms.
    is(&found, "Handshake capacity", 16.0 * 8.0 / 2.208e-3);
    // Each second 40,000 pings of 128 B; 16,667 messages of 378 B and acknowledgements of 52 B;
    // 138.9 handshakes: 0.4 of 3,412 B and 0.6 of 808 B.
    let down = 40_000.0 * 128.0 + 1e6 / 60.0 * 430.0 + 1e6 / 7_200.0 * 1_849.6;
    is(&found, "Bytes down", down);
    assert!(checked(&found, "N−1"));
    assert!(checked(&found, "drain window"));
    assert!(!has(&found, "Polls") && !has(&found, "Sessions without room"));
    assert!(found["next"] == "squall run experiments/chat-1m.yaml");
}

/// 100,000 users fill 2 gateways of 50,000: with one less they are too few, with 3 they hold.
#[test]
fn n_minus_1_is_checked() {
    let with = |count: &str| {
        document(&[
            "experiments/chat-100k.yaml",
            "--set",
            "gateways.max_connections=50k",
            "--set",
            count,
        ])
    };
    let (two, three) = (with("gateways.count=2"), with("gateways.count=3"));
    is(&two, "Gateways for capacity", 2.0);
    is(&two, "Gateways with N−1", 3.0);
    assert!(checked(&two, "N/n") && !checked(&two, "N−1"));
    assert!(checked(&three, "N−1"));
}

#[test]
fn polls_are_counted() {
    let file = "experiments/poll-breakeven.yaml";
    let short = document(&[file]);
    is(&short, "Polls", 10_000.0);
    // Half of 10 s, a round trip of 84.5 ms, and what lies inside.
    let lines = short["lines"].as_array().unwrap();
    let stale = lines.iter().find(|line| line["quantity"] == "Staleness, mean").unwrap();
    let stale = stale["value"].as_f64().unwrap();
    assert!((5.08..5.11).contains(&stale), "{stale}");
    assert!(
        !has(&short, "Connections") && !has(&short, "Handshakes") && !has(&short, "Heartbeats")
    );
    let anew = document(&[file, "--set", "phones.short_poll.every=2min"]);
    is(&anew, "Handshakes", 100_000.0 / 120.0);
    assert!(!checked(&anew, "poll each"));
    let long = document(&[
        file,
        "--set",
        "phones.transport=long_poll",
        "--set",
        "phones.long_poll.hold=30s",
        "--set",
        "phones.network.rtt=49ms",
        "--set",
        "phones.sends.per_user=1/min",
    ]);
    // A cycle of 23.6385 s with a round trip of 50 ms in all, by an independent computation.
    is(&long, "Polls", 100_000.0 / 23.638_5);
}

#[test]
fn streams_of_sessions_find_room_by_erlang() {
    let found = document(&[
        "experiments/retry-storm.yaml",
        "--set",
        "desk.max_connections=1000",
        "--set",
        "callers.sessions={ arrive: 100/s, stay: 10s, if_refused: leave }",
    ]);
    is(&found, "Sessions without room", 0.024_811_9);
    is(&found, "Connections", 1_000.0 * (1.0 - 0.024_811_9));
}

/// Whatever is set: numbers stay numbers.
#[test]
fn absurd_inputs_print_numbers() {
    let chat = "experiments/chat-1m.yaml";
    let cases: &[&[&str]] = &[
        &["phones.count=1"],
        &["phones.count=100M", "gateways.count=1"],
        &["prices=null"],
        &["phones.sends=null"],
        &["phones.sends.per_user=0/s"],
        &["phones.sends.payload=0B"],
        &["phones.heartbeat.every=never"],
        &["gateways.cpu={ tls_full: 0s, tls_resumed: 0s, app: 0s, idle: 0us/s }"],
        &["phones.sends.per_user=1G/s"],
        &["phones.transport=short_poll", "phones.short_poll.every=1ns"],
        &["phones.transport=short_poll", "phones.short_poll.every=1d"],
        &["phones.transport=long_poll", "phones.long_poll.hold=1ns", "phones.network.rtt=0s"],
        &["phones.transport=sse"],
        &["phones.network.lifetime=1ns"],
        &["gateways.drain.window=0s", "timeline.deploy.batch=16"],
    ];
    for sets in cases {
        let mut arguments = vec!["napkin", chat];
        sets.iter().for_each(|set| arguments.extend(["--set", set]));
        let (out, err, code) = squall(&arguments);
        if code == 2 {
            // Refused by the loader, in words.
            assert!(err.contains("error["), "{sets:?}: {err}");
            continue;
        }
        assert_eq!(code, 0, "{sets:?}: {err}");
        for line in out.lines().filter(|line| !line.starts_with("next ")) {
            for wrong in ["NaN", "inf", " −", " -", "$−"] {
                assert!(!line.contains(wrong), "{sets:?}: {wrong} in\n{out}");
            }
            assert!(line.chars().count() <= 80, "{sets:?}: {line}");
        }
    }
}

#[test]
fn every_shipped_experiment_has_one() {
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments")).unwrap() {
        let path = entry.unwrap().path();
        let (out, err, code) = squall(&["napkin", path.to_str().unwrap()]);
        assert_eq!(code, 0, "{}: {err}", path.display());
        assert!(out.contains("Connections") || out.contains("Polls"), "{out}");
        assert!(out.contains("Not in a napkin: "), "{out}");
        let next = out.lines().find(|line| line.starts_with("next ")).unwrap();
        assert!(next.contains("squall run "), "{next}");
        assert!(!out.contains("NaN") && !out.contains("inf "), "{out}");
    }
}

#[test]
fn a_wrong_file_is_a_diagnostic() {
    let (out, err, code) = squall(&["napkin", "tests/bad/several-at-once.yaml"]);
    assert_eq!((out.as_str(), code), ("", 2));
    assert!(err.contains("error["), "{err}");
    let (_, err, code) = squall(&["napkin", "experiments/chat-1m.yaml", "--set", "phone.count=3"]);
    assert_eq!(code, 2);
    assert!(err.contains("phones.count"), "{err}");
}

/// The report has the table, and `render` draws the same from `napkin.csv`.
#[test]
fn the_report_has_the_napkin_beside_the_simulation() {
    let here = TempDir::new().unwrap();
    let file = crate::report::command::experiment(here.path(), "");
    let out = here.path().join("out");
    let [file, out_text] = [file.to_str().unwrap(), out.to_str().unwrap()];
    let (_, err, code) = squall(&["run", file, "--output", out_text, "--quiet"]);
    assert_eq!(code, 0, "{err}");
    let table = fs::read_to_string(out.join("napkin.csv")).unwrap();
    assert!(table.starts_with("quantity,of,formula,unit,estimate,simulated,"), "{table}");
    assert!(
        table.contains("\nConnections,,N = \"3,000\"") || table.contains("N = 3,000"),
        "{table}"
    );
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("id=\"napkin\""));
    assert!(page.contains("Largest herd"));
    let (_, err, code) = squall(&["render", out_text]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(fs::read_to_string(out.join("report.html")).unwrap(), page);
    // An older folder has none, and says nothing of it.
    fs::remove_file(out.join("napkin.csv")).unwrap();
    let (_, err, code) = squall(&["render", out_text]);
    assert_eq!(code, 0, "{err}");
    assert!(!fs::read_to_string(out.join("report.html")).unwrap().contains("id=\"napkin\""));
}
