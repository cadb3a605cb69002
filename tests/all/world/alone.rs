//! Each cause of a loss alone: an experiment on the chat that loses messages to it, and to nothing
//! else.
use super::consumers::{count, run};
use squall::{record::Cause, scenario};
use std::{fs, path::Path};

const NONE: &str = "phones.resume: none";
/// Half of the users are gone for half a minute.
const LATE: &str = "phones.reconnect: { base: 30s, cap: 30s, jitter: none, timeout: 10s }";
const DROP: &str = "{ at: 60s, drop_clients: { node: phones, share: 50%, kind: reset } }";

/// How to lose messages to a cause: what is set, and what happens.
type Way = (&'static str, &'static [&'static str], &'static [&'static str]);

const WAYS: [Way; 17] = [
    (
        "lost.gateway_crash",
        &["phones.sends.per_user: 60/min", "gateways.cpu.receive: 10ms"],
        &["{ at: 60s, crash: { node: gateways, instances: [0], restart: 10s } }"],
    ),
    (
        "lost.half_open",
        &[],
        &["{ at: 60s, drop_clients: { node: phones, share: 50%, kind: silent } }"],
    ),
    (
        "lost.stale_route",
        &[NONE, "fanout.route: consistent_hash"],
        &["{ at: 60s, deploy: { node: gateways, batch: 1, startup: 10s } }"],
    ),
    ("lost.wrong_gateway", &[NONE, "fanout.route: random_gateway"], &[]),
    ("lost.registry_down", &[NONE], &["{ at: 60s, down: { node: presence, lasts: 10s } }"]),
    ("lost.in_flight", &[NONE, "fanout.in_flight: 1", "presence.rate: 1k/s"], &[]),
    (
        // The registry is there again when the second try would be made.
        "lost.retry_budget",
        &[NONE, "fanout.retry_budget: 0%"],
        &["{ at: 60s, down: { node: presence, lasts: 900ms } }"],
    ),
    (
        "lost.falsely_offline",
        &[NONE, "presence.replica_lag: 40s", "phones.start: { ramp: 2s }"],
        &[],
    ),
    (
        "lost.bus_lost",
        &["bus.profile: memory", "bus.instance: null", "bus.delivery: null"],
        &["{ at: 60s, crash: { node: fanout, instances: [0], restart: 10s } }"],
    ),
    ("lost.bus_overflow", &["bus.rate: 1/s", "bus.bound: 10"], &[]),
    ("lost.no_replay", &[NONE, "phones.start: { ramp: 60s }"], &[]),
    ("lost.buffer_overflow", &[LATE, "replay.messages: 1"], &[DROP]),
    ("lost.client_outbox", &[LATE, "phones.outbox: 1"], &[DROP]),
    (
        "lost.gave_up",
        &[
            "phones.reconnect: { base: 1s, cap: 1s, attempts: 1 }",
            "edge.admission: { token_bucket: { rate: 1/d, burst: 1 } }",
        ],
        &[DROP],
    ),
    (
        // Nobody sends any more when the window closes.
        "lost.resume_expired",
        &["phones.reconnect: { base: 5min, cap: 5min, jitter: none }", "phones.resume_window: 20s"],
        &[DROP, "{ at: 70s, load: { node: phones, factor: 0.000001 } }"],
    ),
    (
        // 17 messages of 376 B a second, of which some users read three.
        "lost.slow_consumer",
        &[
            "phones.sends.per_user: 1/min",
            "phones.sends.to: all",
            "phones.slow: { share: 10%, drain: 1KB/s }",
            "gateways.send_buffer: { size: 10KB, when_full: drop_oldest }",
        ],
        &[],
    ),
    ("deliveries.expired", &[LATE, "replay.retention: 10s"], &[DROP]),
];

fn experiment(sets: &[&str], timeline: &[&str]) -> String {
    let lines = |lines: &[&str], before: &str| -> String {
        lines.iter().flat_map(|line| ["  ", before, line, "\n"]).collect()
    };
    let base = ["phones.count: 1k", "phones.network.lifetime: never", "gateways.count: 4"];
    let often = sets.iter().any(|line| line.starts_with("phones.sends.per_user"));
    let rate = if often { "" } else { "  phones.sends.per_user: 6/min\n" };
    let (base, sets) = (lines(&base, ""), lines(sets, ""));
    let timeline = match lines(timeline, "- ") {
        none if none.is_empty() => none,
        entries => format!("timeline:\n{entries}"),
    };
    let head = "model: ../models/chat.yaml\nhorizon: 3min\nwarm_up: 10s\n";
    format!("{head}set:\n{base}{rate}{sets}{timeline}")
}

/// What is lost, by cause.
fn losses(sets: &[&str], timeline: &[&str]) -> Vec<(String, u64)> {
    let text = experiment(sets, timeline);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments/alone.yaml");
    let read = |file: &Path| {
        if file.ends_with("alone.yaml") { Ok(text.clone().into_bytes()) } else { fs::read(file) }
    };
    let loaded = scenario::load(&path, &[], &read);
    let scenario = loaded.unwrap_or_else(|errors| panic!("{text}{errors:?}")).scenario;
    let outcome = run(&scenario);
    let ends = Cause::ALL.map(|cause| format!("lost.{}", cause.name())).into_iter();
    let ends = ends.chain(["deliveries.expired".to_owned()]);
    ends.map(|name| (count(&outcome, &name), name)).map(|(lost, name)| (name, lost)).collect()
}

#[test]
fn each_cause_comes_alone() {
    assert_eq!(WAYS.len(), Cause::ALL.len() + 1);
    for (cause, sets, timeline) in WAYS {
        for (name, lost) in losses(sets, timeline) {
            assert_eq!(lost > 0, name == cause, "{cause}: {lost} of {name}");
        }
    }
}
