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
    is(&found, "Peak memory a gateway", 10e9 / 16.0);
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
    // But for those before which its user has sent something, once an hour, within 75 s; what is
    // sent within the 45 s in which no connection is kept opens one.
    let silent = (-75.0_f64 / 3_600.0).exp();
    let (polls, sends) = (100_000.0 / 120.0, 100_000.0 / 3_600.0 * 45.0 / 120.0);
    is(&anew, "Handshakes", silent * (polls + sends));
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

/// What is sent between two polls keeps a connection open, or opens one: by both about as many are.
#[test]
fn what_is_sent_keeps_the_connection_of_polls() {
    let (found, run) = both(
        "  phones.transport: short_poll\n  phones.short_poll.every: 2min\n  \
         phones.sends.per_user: 0.5/min\n",
    );
    let (kept, every, sent) = (75.0_f64, 120.0, 1.0 / 120.0);
    let each = (-sent * kept).exp() * (1.0 / every + sent * (1.0 - kept / every));
    is(&found, "Handshakes", 2_100.0 * each);
    shows(&run, "Handshakes", 0.03);
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

/// An experiment on the chat with a few users, and what is set in it.
fn small(here: &Path, sets: &str) -> String {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/chat.yaml");
    let text = format!(
        "question: Does it hold?\nmodel: {}\nhorizon: 10min\nwarm_up: 1min\nset:\n  \
         phones.count: 2100\n  gateways.count: 2\n{sets}",
        model.display()
    );
    let file = here.join("small.yaml");
    fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

/// The napkin of an experiment, and the same beside a run of it.
pub(super) fn both(sets: &str) -> (Json, Vec<csv::StringRecord>) {
    let here = TempDir::new().unwrap();
    let file = small(here.path(), sets);
    let out = here.path().join("out");
    let found = document(&[&file]);
    let words = ["run", &file, "--output", out.to_str().unwrap(), "--quiet", "--no-charts"];
    let (_, err, code) = squall(&words);
    assert_eq!(code, 0, "{err}");
    let table = csv::Reader::from_path(out.join("napkin.csv")).unwrap();
    (found, table.into_records().map(Result::unwrap).collect())
}

/// Whether a run shows so much of a quantity, and how much of the estimate it is.
#[track_caller]
pub(super) fn shows(table: &[csv::StringRecord], quantity: &str, within: f64) {
    let row = table.iter().find(|row| &row[0] == quantity);
    let row = row.unwrap_or_else(|| panic!("no {quantity}: {table:?}"));
    let [estimate, simulated] = [4, 5].map(|place| row[place].parse::<f64>().unwrap());
    let off = (simulated - estimate).abs();
    assert!(off <= within * estimate, "{quantity}: {estimate}, and the run has {simulated}");
}

/// Half of the users have no WebSocket, and half of those no stream: a half, a quarter, a quarter;
/// each first connection of the second tries once in vain, of the third twice.
#[test]
fn users_are_counted_by_the_transport_that_is_left_for_them() {
    let list = "  phones.transport: null\n  phones.prefer: [websocket, sse, long_poll]\n  \
                phones.blocked: { websocket: 50%, sse: 50% }\n  phones.start: { ramp: 30s }\n  \
                phones.network.lifetime: never\n";
    let (found, run) = both(list);
    is(&found, "Users by websocket", 0.5);
    is(&found, "Users by sse", 0.25);
    is(&found, "Users by long poll", 0.25);
    is(&found, "Connections", 2_100.0);
    is(&found, "Blocked tries in the run", 2_100.0 * (0.25 + 0.25 * 2.0));
    is(&found, "Negotiation, mean", 0.75 * 5.0);
    is(&found, "Negotiation, longest", 10.0);
    assert!(!has(&found, "Users without a way"));
    for (quantity, within) in [
        ("Users by websocket", 0.05),
        ("Users by long poll", 0.1),
        ("Blocked tries in the run", 0.05),
        ("Negotiation, mean", 0.05),
        ("Polls", 0.15),
    ] {
        shows(&run, quantity, within);
    }
}

/// Who has forgotten what worked tries the blocked one again: e^(−5/10) of the connections last
/// for more than five minutes. Those for whom all is blocked are without a connection.
#[test]
fn blocked_tries_come_again() {
    let list = "  phones.transport: null\n  phones.prefer: [websocket, sse]\n  \
                phones.blocked: { websocket: 50% }\n  phones.fallback.remember: 5min\n  \
                phones.network.lifetime: { exponential: { mean: 10min } }\n  \
                phones.network.silent_drops: 0%\n";
    let (found, run) = both(list);
    // 1,050 users, one connection each ten minutes, in the second half of the run.
    is(&found, "Blocked tries in the run", 1_050.0 * 0.606_531 * 0.5);
    shows(&run, "Blocked tries in the run", 0.15);
    let shut = "  phones.transport: null\n  phones.prefer: [websocket]\n  \
                phones.blocked: { websocket: 30% }\n";
    let (found, run) = both(shut);
    is(&found, "Users without a way", 630.0);
    is(&found, "Connections", 1_470.0);
    shows(&run, "Users without a way", 0.1);
    shows(&run, "Blocked tries in the run", 0.1);
}

/// A proxy that swallows for a while sends all to a tier that cannot hold them.
#[test]
fn a_block_fills_the_next_tier() {
    let found = document(&["experiments/fallback-flood.yaml"]);
    is(&found, "Herd", 95_000.0);
    is(&found, "Connections there", 100_000.0);
    // 1 GB holds 18,518 connections of 54 KB, on two instances.
    assert!(!checked(&found, "side gets 100k ≤ 37k places"));
    let larger = document(&["experiments/fallback-flood.yaml", "--set", "side.count=16"]);
    assert!(checked(&larger, "side gets"));
}

/// Over HTTP/1.1 a browser has six connections to an origin.
#[test]
fn the_seventh_tab_waits_on_a_napkin() {
    let tabs = |tabs: &str| {
        format!(
            "  phones.transport: sse\n  phones.network.lifetime: never\n  phones.tabs: {tabs}\n"
        )
    };
    let (found, run) = both(&tabs("7"));
    is(&found, "Connections", 1_800.0);
    is(&found, "Tabs that wait", 300.0);
    is(&found, "Connections a gateway", 900.0);
    is(&found, "Messages kept in tabs", 35.0);
    for quantity in ["Connections", "Tabs that wait", "Messages kept in tabs", "Bytes up"] {
        shows(&run, quantity, 0.05);
    }
    let (found, run) = both(&tabs("5"));
    is(&found, "Tabs that wait", 0.0);
    assert!(!has(&found, "Messages kept in tabs"));
    shows(&run, "Lag, mean", 0.1);
    let (found, run) = both(&tabs("{ empirical: [1, 2, 7, 12] }"));
    is(&found, "Tabs that wait", 2_100.0 * (1.0 + 6.0) / 22.0);
    shows(&run, "Connections", 0.05);
    let shared = tabs("7") + "  phones.wire.http: h2\n";
    is(&both(&shared).0, "Connections", 2_100.0);
}

/// Held requests of seven tabs take turns; what is sent waits for the first of six that ends.
#[test]
fn held_requests_take_turns_on_a_napkin() {
    for (tabs, within) in [(5, 0.05), (6, 0.1), (7, 0.1), (14, 0.15)] {
        let sets = format!(
            "  phones.transport: long_poll\n  phones.network.lifetime: never\n  phones.tabs: \
             {tabs}\n"
        );
        let (_, run) = both(&sets);
        shows(&run, "Polls", 0.03);
        shows(&run, "Lag, mean", within);
        shows(&run, "Connections a gateway", 0.02);
    }
}

/// Who is told to move by the age of its connection is away for a handshake; who loses one that is
/// younger waits for its first delay as well.
#[test]
fn an_old_connection_is_renewed_without_a_delay() {
    let sets = |lifetime: &str| {
        format!(
            "  phones.network.lifetime: {lifetime}\n  phones.network.silent_drops: 0%\n  \
             phones.reconnect: eventsource\n  gateways.max_age: 20s\n"
        )
    };
    for lifetime in ["never", "{ exponential: { mean: 20s } }"] {
        let (_, run) = both(&sets(lifetime));
        shows(&run, "Connections", 0.01);
        shows(&run, "Handshakes", 0.03);
    }
}

/// Timers of tabs that nobody looks at fire once a minute.
#[test]
fn hidden_tabs_poll_less() {
    let sets = "  phones.transport: short_poll\n  phones.short_poll.every: 10s\n  \
                phones.background: { share: 40%, throttle: 1min }\n";
    let (found, run) = both(sets);
    is(&found, "Polls", 2_100.0 * (0.6 / 10.0 + 0.4 / 60.0));
    shows(&run, "Polls", 0.03);
    shows(&run, "Staleness, mean", 0.1);
}

/// Those each 90 s fire after 60 s and 120 s in turn: 50 s on average, of which 120 s are too long
/// for a connection that is kept for 100 s.
#[test]
fn hidden_tabs_wait_for_a_multiple() {
    let sets = "  phones.transport: short_poll\n  phones.short_poll.every: 90s\n  \
                phones.background: { share: 40%, throttle: 1min }\n  gateways.keep_alive: 100s\n  \
                phones.sends: null\n";
    let (found, run) = both(sets);
    is(&found, "Polls", 2_100.0 / 90.0);
    is(&found, "Handshakes", 0.4 * 2_100.0 / 180.0);
    for quantity in ["Polls", "Handshakes"] {
        shows(&run, quantity, 0.03);
    }
}

/// What a managed service adds to each message, up and down.
#[test]
fn a_managed_service_takes_its_time() {
    let tier = |latency: &str| {
        format!(
            "  gateways: {{ managed: {{ latency: {latency} }} }}\n  \
             phones.network.lifetime: never\n"
        )
    };
    let [none, some] = ["0ms", "40ms"].map(|latency| both(&tier(latency)));
    let lag = |found: &Json| {
        let lines = found["lines"].as_array().unwrap();
        let line = lines.iter().find(|line| line["quantity"] == "Lag, mean").unwrap();
        line["value"].as_f64().unwrap()
    };
    assert!((lag(&some.0) - lag(&none.0) - 0.080).abs() < 1e-6);
    shows(&some.1, "Lag, mean", 0.02);
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

/// The report has the table, drawn from `napkin.csv`.
#[test]
fn the_report_has_the_napkin_beside_the_simulation() {
    let here = TempDir::new().unwrap();
    let file = crate::report::command::experiment(here.path(), "");
    let out = here.path().join("out");
    let [file, out_text] = [file.to_str().unwrap(), out.to_str().unwrap()];
    let words = ["run", file, "--output", out_text, "--quiet", "--no-charts"];
    let (_, err, code) = squall(&words);
    assert_eq!(code, 0, "{err}");
    let table = fs::read_to_string(out.join("napkin.csv")).unwrap();
    assert!(table.starts_with("quantity,of,formula,unit,estimate,simulated,"), "{table}");
    assert!(
        table.contains("\nConnections,,N = \"3,000\"") || table.contains("N = 3,000"),
        "{table}"
    );
    // A page is drawn once with it, and once without: each takes longer than all else.
    let (_, err, code) = squall(&["render", out_text]);
    assert_eq!(code, 0, "{err}");
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("id=\"napkin\""));
    assert!(page.contains("Largest herd"));
    // A folder that has lost its own says so.
    fs::remove_file(out.join("napkin.csv")).unwrap();
    let (_, err, code) = squall(&["render", out_text]);
    assert!(code == 2 && err.contains("napkin.csv: "), "{err}");
    // Nor does it help to take it out of the manifest, which knows what it said.
    let manifest = out.join("manifest.json");
    let mut said: Json = serde_json::from_slice(&fs::read(&manifest).unwrap()).unwrap();
    said["contents"].as_object_mut().unwrap().remove("napkin.csv").unwrap();
    fs::write(&manifest, said.to_string()).unwrap();
    let (_, err, code) = squall(&["render", out_text]);
    assert!(code == 2 && err.contains("manifest.json: "), "{err}");
}

/// Who finds no room by one transport goes on to the next with a pool of its own; half of those are
/// kept from it, and the last tier takes them.
#[test]
fn a_full_tier_sends_its_users_on() {
    let here = TempDir::new().unwrap();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/fallback.yaml");
    let run = |sets: &str| {
        let text = format!(
            "model: {}\nhorizon: 3min\nwarm_up: 1min\nset:\n  phones.count: 2k\n  \
             gateways.count: 2\n  phones.network.lifetime: never\n{sets}",
            model.display()
        );
        let file = here.path().join("full.yaml");
        fs::write(&file, text).unwrap();
        let (file, out) = (file.to_str().unwrap().to_owned(), here.path().join("out"));
        let words = ["run", &file, "--output", out.to_str().unwrap(), "--quiet", "--no-charts"];
        let (_, err, code) = squall(&words);
        assert_eq!(code, 0, "{err}");
        let table = csv::Reader::from_path(out.join("napkin.csv")).unwrap();
        let table: Vec<csv::StringRecord> = table.into_records().map(Result::unwrap).collect();
        (document(&[&file]), table)
    };
    let (found, table) = run("  phones.blocked.websocket: 5%\n  gateways.max_connections: 400\n");
    is(&found, "Users by websocket", 0.4);
    is(&found, "Users by long poll", 0.6);
    for quantity in ["Users by websocket", "Users by long poll", "Connections", "Polls", "Bytes up"]
    {
        shows(&table, quantity, 0.05);
    }
    // No room there either: 400 of 2,000 have no connection.
    let (found, table) = run("  gateways.max_connections: 400\n  side.max_connections: 400\n");
    is(&found, "Connections", 1_600.0);
    shows(&table, "Connections", 0.05);
    shows(&table, "Users by websocket", 0.05);
    // Half of those who are sent on may not hold a request: they wait for the others.
    let some = "  gateways.max_connections: 400\n  phones.blocked.long_poll: 50%\n  \
                phones.blocked.websocket: 0%\n";
    let (found, table) = run(some);
    is(&found, "Connections", 1_400.0);
    shows(&table, "Connections", 0.05);
}
