//! Keys that would change nothing where they stand get a warning; those that a shared model has for
//! others do not.
use super::{Files, codes};

const IDLE: &str = "experiments/idle.yaml";

/// What is warned of in an experiment on a model, by its lines and the command line.
fn warned(model: &str, lines: &str, sets: &[&str]) -> Vec<String> {
    let text = format!("model: ../models/{model}.yaml\nhorizon: 5min\n{lines}");
    let loaded = Files::default().with(IDLE, &text).good(IDLE, sets);
    let found = loaded.warnings.list.iter();
    found.map(|found| format!("{}: {}", found.code, found.message)).collect()
}

fn chat(set: &str, sets: &[&str]) -> Vec<String> {
    warned("chat", &format!("set:\n  phones.count: 1k\n{set}"), sets)
}

const POLLS: &str = "  phones.transport: short_poll\n";

fn no_effect(keys: &[&str]) -> Vec<String> {
    let says = |key: &&str| {
        format!("without-effect: `phones.{key}` has no effect: who polls holds no connection")
    };
    keys.iter().map(says).collect()
}

#[test]
fn keys_of_connections_mean_nothing_for_who_polls() {
    let keys = "  phones.network.lifetime: 1h\n  phones.network.silent_drops: 10%\n  \
                phones.heartbeat.every: 10s\n  phones.reconnect: phoenix\n";
    let all = ["network.lifetime", "network.silent_drops", "heartbeat", "reconnect"];
    assert_eq!(chat(&format!("{POLLS}{keys}"), &[]), no_effect(&all));
    // The same keys with another transport, and the model's own ones.
    assert_eq!(chat(keys, &[]), [""; 0]);
    assert_eq!(chat(POLLS, &[]), [""; 0]);
    // Who changes the transport alone is not told of what was written for another.
    assert_eq!(chat(keys, &["phones.transport=short_poll"]), [""; 0]);
    let line = ["phones.transport=short_poll", "phones.heartbeat.every=9s"];
    assert_eq!(chat("", &line), no_effect(&["heartbeat"]));
    // What says that there is none says nothing wrong.
    let none = "  phones.network.lifetime: never\n  phones.network.silent_drops: 0%\n";
    assert_eq!(chat(&format!("{POLLS}{none}"), &[]), [""; 0]);
    // At other points of the sweep they count.
    let sweep = "sweep: { axes: { phones.transport: { values: [sse, short_poll] } } }\n";
    assert_eq!(chat(&format!("{POLLS}{keys}{sweep}"), &[]), [""; 0]);
}

/// What only another transport has.
#[test]
fn keys_of_another_transport_mean_nothing() {
    let keys = "  phones.short_poll.every: 5s\n  phones.long_poll.hold: 9s\n  \
                phones.wire.http: h2\n";
    let why = |key: &str| match key {
        "wire.http" => "a WebSocket is opened over HTTP/1.1",
        _ => "this crowd goes by another transport",
    };
    let all = ["short_poll.every", "long_poll.hold", "wire.http"];
    for (transport, idle) in [
        ("websocket", &all[..]),
        ("sse", &all[..2]),
        ("short_poll", &all[1..2]),
        ("long_poll", &all[..1]),
    ] {
        let says = idle
            .iter()
            .map(|key| format!("without-effect: `phones.{key}` has no effect: {}", why(key)));
        let set = format!("  phones.transport: {transport}\n{keys}");
        // The model's own transport is one as well.
        let mut found = chat(&set, &[]);
        found.retain(|it| !it.starts_with("idle-set"));
        assert_eq!(found, says.collect::<Vec<_>>(), "{transport}");
    }
    // Written for a transport that is chosen elsewhere, or at other points of a sweep.
    assert_eq!(chat(keys, &[]), [""; 0]);
    let sweep = "sweep: { axes: { phones.transport: { values: [sse, short_poll] } } }\n";
    assert_eq!(chat(&format!("  phones.transport: sse\n{keys}{sweep}"), &[]), [""; 0]);
}

#[test]
fn who_polls_holds_no_connection_to_drop_or_to_have_room_for() {
    let drop = "timeline: [{ at: 1min, drop_clients: { node: phones } }]\n";
    let found = "without-effect: `timeline.drop_clients` drops nobody: `phones` poll, and hold no \
                 connection";
    assert_eq!(chat(&format!("{POLLS}{drop}"), &[]), [found]);
    assert_eq!(chat(drop, &[]), [""; 0]);
    let few = ["gateways.max_connections=5"];
    assert_eq!(chat(POLLS, &few), [""; 0]);
    let [warning] = &chat("  phones.transport: long_poll\n", &few)[..] else { panic!() };
    assert!(warning.starts_with("over-capacity"), "{warning}");
}

#[test]
fn slow_readers_and_their_buffers_belong_together() {
    let slow = "  readers.slow: { share: 1%, drain: 10KB/s }\n";
    let buffer = "  gateways.send_buffer.size: 64KB\n";
    let feed = |set: &str, sets: &[&str]| warned("feed", &format!("set:\n{set}"), sets);
    assert_eq!(feed(&format!("{slow}{buffer}"), &[]), [""; 0]);
    let idle = "without-effect: `gateways.send_buffer` has no effect: nobody who streams here is \
                slow";
    assert_eq!(feed(buffer, &[]), [idle]);
    assert_eq!(feed("  readers.count: 1k\n", &["gateways.send_buffer.when_full=grow"]), [idle]);
    // Slow readers at some points of a sweep.
    let sweep = "sweep: { axes: { readers.slow.share: { values: [0%, 1%] } } }\n";
    let none = "  readers.slow.drain: 1KB/s\n  readers.slow.share: 0%\n";
    assert_eq!(feed(&format!("{buffer}{none}{sweep}"), &[]), [""; 0]);
    // A list of transports without a stream is one of polls.
    let polls = format!("{slow}  readers.transport: null\n  readers.prefer: [long_poll]\n");
    let [warning] = &feed(&polls, &[])[..] else { panic!() };
    assert!(warning.contains("`readers.slow` has no effect"), "{warning}");
}

/// What a shared model says is for all who use it.
#[test]
fn a_model_is_for_several_experiments() {
    let model = include_str!("../../../models/feed.yaml")
        .replace("gateway: { count: 2 }", "gateway: { count: 2, send_buffer: { size: 64KB } }");
    assert!(model.contains("send_buffer"));
    let files = Files::default().with("models/buffered.yaml", &model);
    let text = "model: ../models/buffered.yaml\nhorizon: 5min\n";
    let loaded = files.with(IDLE, text).good(IDLE, &[]);
    assert_eq!(codes(&loaded.warnings), [""; 0]);
}

#[test]
fn no_shipped_experiment_says_what_changes_nothing() {
    let paths = std::fs::read_dir("experiments").unwrap().map(|entry| entry.unwrap().path());
    for path in paths {
        let found = codes(&Files::default().good(path.to_str().unwrap(), &[]).warnings);
        assert!(!found.contains(&"without-effect"), "{}", path.display());
    }
}
