//! The napkin beside runs of crowds that are more than one thing: visits by tabs, popular users who
//! hold requests, hidden tabs that come back, deploys of requests that are held, and tabs that join
//! the connection of another one.
use super::{agree, compared, line};
use squall::summary::napkin::Compared;

const MODEL: &str = "nodes:\n  src: { source: { rate: 50/s, to: user, payload: 137B } }\n  r: { \
                     clients: { count: 3k, transport: long_poll, network: { rtt: 80ms } } }\n  \
                     edge: { load_balancer: { layer: 7, policy: least_connections } }\n  gw: { \
                     gateway: { count: 3 } }\n  bus: { pubsub: { partitions: 16 } }\n  fanout: { \
                     fanout: { instances: 2 } }\n  presence: { registry: { ttl: 60s } }\n  \
                     replay: { buffer: { retention: 1h } }\n";

/// The napkin beside one run of the model with these values and entries of the timeline.
fn beside(horizon: &str, sets: &[&str], timeline: &str) -> Vec<Compared> {
    let text = format!(
        "question: Does it agree?\nmodel: model.yaml\nhorizon: {horizon}\nset:\n  src.payload: \
         137B\n  {}\n{timeline}",
        sets.join("\n  ")
    );
    compared(&text, MODEL)
}

const DEPLOY: &str = "timeline: [{ at: 2min, name: d, deploy: { node: gw, startup: 10s } }]\n";

const H2: &[&str] = &[
    "r.transport: sse",
    "r.heartbeat: { every: 15s, timeout: 20s }",
    "r.tabs: 5",
    "r.wire.http: h2",
];

/// A browser that has a connection for each of its tabs is as one tab: visits, and recipients of
/// whom some are more popular.
#[test]
fn tabs_with_room_enough_change_nothing() {
    let visits = "r.visits: { stay: { exponential: { mean: 30s } }, away: { exponential: { mean: \
                  5min } } }";
    let polls = [("Polls", 0.03), ("Empty polls", 0.05), ("Bytes up", 0.03), ("Bytes down", 0.1)];
    for tabs in [&[][..], &["r.tabs: 1"], &["r.tabs: 4"], &["r.tabs: 4", "r.wire.http: h2"]] {
        agree(&beside("20min", &[tabs, &[visits]].concat(), ""), &polls);
    }
    let popular = ["r.long_poll.hold: 20s", "src.to: { user: { zipf: 2 } }"];
    for tabs in ["r.tabs: 1", "r.tabs: 3"] {
        let all = beside("10min", &[&popular[..], &[tabs]].concat(), "");
        agree(&all, &[("Polls", 0.03), ("Empty polls", 0.05), ("Lag, mean", 0.1)]);
    }
}

/// Bursts are for all and come at random to each visit; what is held for 20 s in between is empty.
#[test]
fn bursts_for_visits_leave_polls_empty() {
    let bursts = "src.bursts: { rate: 5/s, on: { exponential: { mean: 5s } }, off: { exponential: \
                  { mean: 40s } } }";
    let visits = "r.visits: { stay: { exponential: { mean: 2min } }, away: { exponential: { mean: \
                  3min } } }";
    let sets = ["src.rate: null", bursts, "src.to: all", "r.count: 600", visits];
    let all = beside("40min", &[&sets[..], &["r.long_poll.hold: 20s"]].concat(), "");
    agree(&all, &[("Empty polls", 0.1), ("Polls", 0.05)]);
}

/// All tabs are hidden: who loses its connection comes back when the timer fires, once in 2 min
/// from the begin of that on, which leaves 66 s on average. An `EventSource` has none.
#[test]
fn hidden_tabs_come_back_with_their_timer() {
    let dies = "r.network.lifetime: { exponential: { mean: 3min } }";
    let hidden = |share: &str| format!("r.background: {{ share: {share}, throttle: 2min }}");
    let near = [("Connections", 0.01), ("Handshakes", 0.03), ("Bytes down", 0.03)];
    for share in ["100%", "40%"] {
        let hidden = hidden(share);
        let all = beside("1h", &["r.transport: websocket", dies, &hidden], "");
        agree(&all, &near);
    }
    let all = beside("1h", &["r.transport: websocket", dies, &hidden("100%")], "");
    let words = &line(&all, "Connections").formula;
    assert!(words.ends_with("÷ (… + 66.4\u{202f}s)"), "{words}");
    let own = ["r.transport: sse", "r.reconnect: eventsource", dies, &hidden("100%")];
    agree(&beside("30min", &own, ""), &near);
}

/// A request that is held ends within its hold, so that an instance is empty before the window is
/// over; of those who are told half have been answered until then, and move by no deploy.
#[test]
fn held_requests_end_before_the_window() {
    // The last of a thousand is by chance.
    let ends = [("Duration", 0.02), ("Moves per user", 0.05), ("Fullest gateway", 0.02)];
    let many = ["r.count: 4k", "gw.count: 4"];
    for more in [
        &[][..],
        &["r.long_poll.hold: 20s"],
        // Messages end a request sooner than its hold.
        &["src.rate: 2k/s"],
        // The window is over first, or the grace, which cuts off who is left.
        &["gw.drain: { window: 10s, grace: 30s }"],
        &["gw.drain: { window: 20s, grace: 5s }"],
    ] {
        let all = beside("6min", &[&many[..], more].concat(), DEPLOY);
        agree(&all, &ends);
        // Who asks elsewhere needs no handshake.
        assert!(all.iter().all(|line| line.name != "Shortest drain window"), "{all:?}");
    }
    let streams = ["r.transport: websocket", "r.count: 4k", "gw.count: 4"];
    agree(&beside("6min", &streams, DEPLOY), &[("Duration", 0.01), ("Moves per user", 0.01)]);
}

/// Streams that join the connection of another tab take no handshake, but an upgrade's work and
/// bytes: after a deploy all of them, after a lost connection four of five.
#[test]
fn streams_that_join_are_a_reason() {
    let all = beside("6min", &[H2, &["r.count: 5k", "gw.count: 4"]].concat(), DEPLOY);
    for name in ["CPU of the gateways", "Bytes up"] {
        let found = line(&all, name);
        assert!(found.is_large(), "{found:?}");
        assert!(found.reason.contains("streams beside another tab of herds"), "{found:?}");
    }
    let drop = "timeline: [{ at: 2min, name: d, drop_clients: { node: r, share: 50%, kind: reset \
                } }]\n";
    let all = beside("6min", &[H2, &["r.count: 5k"]].concat(), drop);
    let cpu = line(&all, "CPU of the gateways");
    assert!(cpu.is_large() && cpu.reason.contains("handshakes and "), "{cpu:?}");
    assert!(cpu.reason.contains("streams beside another tab of herds"), "{cpu:?}");
    // Those of connections that end by themselves are known.
    let dies = "r.network.lifetime: { exponential: { mean: 1min } }";
    let joins = [("Streams beside another tab", 0.05), ("Handshakes", 0.05)];
    agree(&beside("6min", &[H2, &["r.network.silent_drops: 0%", dies]].concat(), ""), &joins);
}

/// Who is dead by a 503 gets nothing, and who loses its transport goes by the next one.
#[test]
fn who_is_gone_or_goes_by_another_way_is_a_reason() {
    let full = ["r.transport: sse", "r.start: cold", "gw.max_connections: 700"];
    let all = beside("10min", &full, "");
    for name in ["Deliveries", "Load of the fan-out"] {
        let reason = &line(&all, name).reason;
        assert_eq!(reason, "900 of 3,000 users give up for good", "{name}");
    }
    let block = "timeline: [{ at: 1min, name: b, block: { node: r, transport: sse, share: 40%, \
                 held: reset } }]\n";
    let beat = "r.heartbeat: { every: 15s, timeout: 20s }";
    let ways = ["r.transport: null", "r.prefer: [sse, long_poll]", "r.count: 5k", "r.tabs: 5"];
    let all = beside("10min", &[&ways[..], &[beat]].concat(), block);
    for name in ["Bytes up", "Bytes down", "Bytes a delivery", "Registry refreshes"] {
        let reason = &line(&all, name).reason;
        assert!(reason.contains("go by long poll, not 0"), "{name}: {reason}");
    }
    assert!(all.iter().all(|line| line.reason != "unexplained"), "{all:?}");
}

/// Half of what comes is from a source, which makes half a round trip: all of a way is not less
/// than nothing.
#[test]
fn a_way_inside_is_not_negative() {
    let both = ["r.transport: websocket", "r.sends: { per_user: 1/min, payload: 137B }"];
    let all = beside("2min", &both, "");
    let words = &line(&all, "Lag, mean").formula;
    assert!(!words.contains("inside -") && !words.contains('−'), "{words}");
    assert!(words.starts_with("0.75 × RTT 60.8\u{202f}ms + the way inside "), "{words}");
}

/// Who is away for two minutes on average, at a message a second, has 120 s · (1 − e^(−50/120)) of
/// the 50 that are kept at most; with room for all, one for each second of it.
#[test]
fn an_inbox_is_full_after_its_bound() {
    let lies = |most: &str| {
        let away = "r.visits: { stay: { exponential: { mean: 3min } }, away: { exponential: { \
                    mean: 2min } } }";
        let inbox = format!("inbox.messages: {most}");
        let nodes = "nodes:\n  inbox: { buffer: { scope: inbox } }\nlinks:\n  gw -> inbox: {}\n  \
                     fanout -> inbox: {}\n";
        let sets = [away, &inbox, "r.transport: websocket", "src.rate: 1/s", "src.to: all"];
        let all = beside("2min", &sets, nodes);
        line(&all, "Inbox").clone()
    };
    let few = lies("50");
    let each = 120.0 * (1.0 - (-50.0_f64 / 120.0).exp());
    assert!((few.estimate / (1_200.0 * each * 137.0) - 1.0).abs() < 0.01, "{few:?}");
    assert_eq!(few.formula, "1,200 away × 40.8 of at most 50 × 137\u{202f}B");
    let all = lies("10k").estimate / (1_200.0 * 120.0 * 137.0);
    assert!((all - 1.0).abs() < 0.02, "{all}");
}

/// A topic of few subscribers is not on each of four gateways; one that all read is.
#[test]
fn a_small_topic_is_on_few_gateways() {
    let calls = |topics: &str| {
        let to = format!("src.to: {{ topic: {{ topics: {topics} }} }}");
        let sets = ["r.transport: websocket", "r.count: 500", "gw.count: 4", "src.rate: 20/s", &to];
        let all = beside("15min", &sets, "");
        agree(&all, &[("Load of the fan-out", 0.06)]);
        line(&all, "Load of the fan-out").estimate
    };
    let all = calls("1, popularity: uniform");
    let few = calls("50, popularity: { zipf: 1 }") / all;
    assert!((0.6..0.72).contains(&few), "{few} of four");
    let fewer = calls("500, popularity: uniform") / all;
    assert!((0.2..0.25).contains(&fewer), "{fewer} of four: many topics have nobody");
}

/// What lies in an inbox is pulled, whether or not a gap is replayed.
#[test]
fn an_inbox_is_read_without_resume() {
    let visits = "r.visits: { stay: { exponential: { mean: 1min } }, away: { exponential: { mean: \
                  1min } } }";
    let nodes = "nodes:\n  inbox: { buffer: { scope: inbox } }\nlinks:\n  gw -> inbox: {}\n  \
                 fanout -> inbox: {}\n";
    let sets = ["r.transport: websocket", "r.resume: none", "src.rate: 100/s", visits];
    let all = beside("10min", &sets, nodes);
    agree(&all, &[("Bytes down", 0.05), ("Bytes a delivery", 0.1)]);
    assert!(all.iter().any(|line| line.name == "Inbox"), "{all:?}");
}
