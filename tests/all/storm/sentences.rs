//! What is said of a storm: its numbers are those of the run, and each cause has words of its own.
use super::ways_in::FILE;
use squall::{scenario, summary, world};
use std::path::Path;

const DROP: &str = "  - { at: 0s, name: drop, drop_clients: { node: phones } }\n";

/// What the findings begin with.
fn said(text: &str, sets: &[&str]) -> String {
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    let read = |_: &Path| Ok(text.as_bytes().to_vec());
    let loaded = scenario::load(Path::new("storm.yaml"), &sets, &read);
    let scenario = loaded.unwrap_or_else(|wrong| panic!("{wrong}")).scenario;
    let outcome = world::simulate(&scenario, 0, &|_| {}).unwrap();
    summary::summarize(&scenario, &[outcome]).diagnosis.remove(0)
}

/// 4,000 handshakes at 1,000 a second take 4 s, less than the clients' patience of 10 s.
#[test]
fn a_cold_start_that_a_bounded_queue_serves_in_time() {
    let text = FILE.replace(DROP, "").replace("timeline:\n", "");
    let sets = ["phones.start=cold", "gateways.accept_queue=4k", "phones.count=4k"];
    assert_eq!(
        said(&text, &sets),
        "Stable: all 4,000 who begin to connect at the start are in after 4.00 s, 1 times the \
         4.00 s that as many handshakes take at 1,000/s."
    );
}

#[test]
fn a_cold_start_into_an_unbounded_queue() {
    let text = FILE.replace(DROP, "").replace("timeline:\n", "");
    let sets = ["phones.start=cold", "gateways.accept_queue=unbounded", "phones.count=4k"];
    assert_eq!(
        said(&text, &sets),
        "Vulnerable: all 4,000 who begin to connect at the start are in after 4.00 s, but an \
         accept queue holds any number of handshakes, and those beyond 10,000 wait longer than \
         the client timeout of 10.0 s; bound it well below that."
    );
}

/// Nobody is told: a heartbeat of 10 s and its timeout of 7 s find it.
#[test]
fn a_silent_fault_is_noticed_late() {
    let sets = [
        "timeline.drop.kind=silent",
        "phones.heartbeat={every: 10s, timeout: 7s}",
        "gateways.accept_queue=4k",
    ];
    let sentence = said(FILE, &sets);
    let end = "; nobody is told, and it takes up to 17.0 s until all have noticed.";
    assert!(sentence.starts_with("Stable: all 10,000 hit by drop are back after "), "{sentence}");
    assert!(sentence.ends_with(end), "{sentence}");
}

/// 10,000 against 1,000 a second and a patience of 4 s: who waits longer has gone when served.
#[test]
fn an_unbounded_queue_with_impatient_clients_is_metastable() {
    let sets = ["phones.reconnect.timeout=4s", "gateways.accept_queue=unbounded"];
    let sentence = said(FILE, &sets);
    assert!(sentence.starts_with("Metastable: "), "{sentence}");
    assert!(sentence.ends_with("bound it well below 4,000."), "{sentence}");
}
