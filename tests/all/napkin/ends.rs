//! The napkin beside runs in which connections end: requests that are held until their connection
//! is too old or dies, tabs that hand their connections on, and deaths that nobody notices.
use super::{agree, compared, line, loaded};
use squall::{
    napkin::{Napkin, napkin},
    summary::napkin::Compared,
};

const MODEL: &str = "nodes:\n  src: { source: { rate: 100/s, payload: 137B, to: user } }\n  rd: { \
                     clients: { count: 3k, transport: sse, network: { rtt: 40ms }, wire: { \
                     profile: bare, tls: false } } }\n  edge: { load_balancer: { layer: 7, policy: \
                     round_robin } }\n  gw: { gateway: { count: 3, cores: 2 } }\n  bus: { pubsub: \
                     { partitions: 16, latency: 2ms } }\n  fan: { fanout: { instances: 2 } }\n  \
                     reg: { registry: { ttl: 60s } }\n  box: { buffer: { retention: 24h } }\n";

/// The model with these values.
fn text(sets: &[&str]) -> String {
    format!(
        "question: Does it agree?\nmodel: model.yaml\nhorizon: 10min\nwarm_up: 2min\nset:\n  {}\n",
        sets.join("\n  ")
    )
}

/// Its napkin.
fn asked(sets: &[&str]) -> Napkin {
    napkin(&loaded(&text(sets), MODEL).unwrap())
}

/// The napkin beside one run.
fn beside(sets: &[&str]) -> Vec<Compared> {
    compared(&text(sets), MODEL)
}

/// A tail is a reason where it makes half of the difference: one delivery in a thousand waits for
/// its tab's turn for 10 s, which is 10 ms of the mean.
#[test]
fn a_tail_says_what_it_makes() {
    let rooms = [
        "rd.transport: long_poll",
        "rd.tabs: { empirical: [1, 1, 9] }",
        "src.rate: null",
        "src.every: 2s",
        "src.payload: 5KB",
        "src.to: { room: 100 }",
    ];
    let all = beside(&rooms);
    let lag = line(&all, "Lag, mean");
    assert!(lag.is_large(), "{lag:?}");
    let begins = "the tail: the slowest thousandth takes ";
    assert!(lag.reason.starts_with(begins) && lag.reason.ends_with("of the mean"), "{lag:?}");
}

/// At layer 7 a stream without heartbeats is cut off after 60 s without a message: e^(−2) of them
/// hear nothing for so long, of those who get ten times as much e^(−20).
#[test]
fn streams_without_heartbeats_are_checked() {
    let check = |rate: &str| {
        let napkin = asked(&["rd.heartbeat.every: never", rate]);
        let found = napkin.checks.into_iter().find(|check| check.text.starts_with("no heartbeat"));
        found.unwrap_or_else(|| panic!("no check"))
    };
    let rare = check("src.rate: 100/s");
    assert!(!rare.holds && rare.text.contains("13.5"), "{rare:?}");
    let often = check("src.rate: 1000/s");
    assert!(often.holds, "{often:?}");
    // Who waits for a stream has none that could be silent.
    let tabs = asked(&["rd.heartbeat.every: never", "rd.tabs: 7"]);
    assert!(tabs.checks.iter().any(|check| !check.holds && check.text.contains("13.5")));
    let beats = asked(&["rd.tabs: 7"]);
    assert!(!beats.checks.iter().any(|check| check.text.starts_with("no heartbeat")));
}

/// Connections live for so long on average.
fn dies(seconds: u32) -> String {
    format!("rd.network.lifetime: {{ exponential: {{ mean: {seconds}s }} }}")
}

const HELD: &str = "rd.transport: long_poll";

/// A request is answered by nothing when its connection is 20 to 40 s old: of three messages and
/// holds that are cut short four come round.
#[test]
fn what_is_too_old_asks_again() {
    let polls = [("Polls", 0.02), ("Empty polls", 0.03), ("Bytes up", 0.02), ("Bytes down", 0.02)];
    agree(&beside(&[HELD, "gw.max_age: 40s", "gw.age_dither: 20s"]), &polls);
    let all = beside(&[HELD, "gw.max_age: 40s", "gw.age_dither: 0s", "src.rate: 1/s"]);
    agree(&all, &[("Polls", 0.02), ("Empty polls", 0.02)]);
    assert!(line(&all, "Polls").estimate > 150.0, "25 s and 15 s: {all:?}");
    // All of them get each message, and are silent in between.
    let ticker = ["src.rate: null", "src.every: 60s", "src.to: all"];
    let all = beside(&[&[HELD, "gw.max_age: 40s", "gw.age_dither: 20s"], &ticker[..]].concat());
    agree(&all, &[("Polls", 0.05), ("Empty polls", 0.05)]);
}

/// Who loses its connection gives its place to one who waits, and waits itself when it is back.
#[test]
fn who_waits_takes_the_place_of_who_dies() {
    let one = dies(60);
    let all = beside(&["rd.tabs: 8", &one]);
    agree(&all, &[("Connections", 0.01), ("Tabs that wait", 0.02), ("Handshakes", 0.02)]);
    agree(&all, &[("Bytes down", 0.03), ("Bytes up", 0.03), ("Bytes a delivery", 0.03)]);
    let two = dies(120);
    let all = beside(&["rd.tabs: { geometric: 4 }", &two, "src.rate: 200/s"]);
    agree(&all, &[("Connections", 0.02), ("Tabs that wait", 0.05), ("Bytes down", 0.03)]);
    // Nobody dies: who waits does so for good.
    let all = beside(&["rd.tabs: 8", "rd.network.lifetime: never"]);
    agree(&all, &[("Tabs that wait", 1e-9), ("Bytes down", 0.02)]);
}

/// Deaths end requests, told ones without an answer: their tabs take turns all the same.
#[test]
fn requests_die_with_their_connections() {
    let one = dies(60);
    let all = beside(&[HELD, "rd.tabs: 8", &one]);
    agree(&all, &[("Polls", 0.03), ("Empty polls", 0.05), ("Bytes up", 0.03), ("Lag, mean", 0.1)]);
    let dead = dies(90);
    let sets = [HELD, &dead, "rd.network.silent_drops: 50%", "src.rate: 200/s"];
    let all = beside(&sets);
    agree(&all, &[("Connections", 0.01), ("Polls", 0.02), ("Empty polls", 0.04)]);
    agree(&all, &[("Bytes up", 0.02), ("Bytes down", 0.03), ("Bytes a delivery", 0.03)]);
    // A dead request is held until something answers it, and no longer.
    agree(&all, &[("Connections a gateway", 0.03)]);
    let each = &line(&all, "Connections a gateway").formula;
    assert!(each.contains("for dead connections"), "{each}");
}

/// What is pushed to a connection that is dead goes over the wire, and once more to its user.
#[test]
fn what_the_dead_get_has_bytes() {
    let one = dies(60);
    let beat = "rd.heartbeat: { every: 15s, timeout: 20s }";
    let all = beside(&[&one, "rd.network.silent_drops: 60%", beat]);
    agree(&all, &[("Bytes down", 0.02), ("Connections", 0.02), ("Handshakes", 0.03)]);
}

/// TCP gives up after 924.6 s, which is after the run: nobody who dies comes back.
#[test]
fn what_nobody_notices_never_ends() {
    let five = dies(300);
    let silent =
        ["rd.transport: websocket", "rd.heartbeat.every: never", "rd.network.silent_drops: 100%"];
    let all = beside(&[&silent[..], &[&five]].concat());
    agree(&all, &[("Connections", 0.02), ("Bytes down", 0.03), ("Registry refreshes", 0.03)]);
    assert!(all.iter().all(|line| line.name != "Handshakes"), "{all:?}");
    agree(&all, &[("Bytes a delivery", 0.05)]);
    let words = &line(&all, "Connections").formula;
    assert!(words.contains("no death is noticed within the run"), "{words}");
}

/// What a tab sends that waits for a stream is a request: it leaves when one of the six connections
/// ends, whosever turn it then is.
#[test]
fn what_is_sent_leaves_when_a_connection_ends() {
    for (tabs, life) in [(10, 60), (8, 300)] {
        let (tabs, life) = (format!("rd.tabs: {tabs}"), dies(life));
        let sends = "rd.sends: { per_user: 2/min, payload: 200B }";
        let all = beside(&[&tabs, &life, sends, "rd.count: 1200"]);
        agree(&all, &[("Messages kept in tabs", 0.03), ("Bytes up", 0.03)]);
    }
}

/// The poll before one in its turn may be that of a user who has just come: it finds less.
#[test]
fn polls_of_visits_follow_the_first() {
    let visits = "rd.visits: { stay: { exponential: { mean: 3min } }, away: 2min }";
    let polls = ["rd.transport: short_poll", "rd.short_poll.every: 20s", visits];
    let all =
        beside(&[&polls[..], &["rd.count: 300", "src.rate: 75/s", "horizon: 40min"]].concat());
    agree(&all, &[("Polls", 0.02), ("Empty polls", 0.12)]);
    // Before an absence there is what was left of an interval, in which a minute finds much.
    let minute = ["rd.transport: short_poll", "rd.short_poll.every: 60s", visits];
    let all =
        beside(&[&minute[..], &["rd.count: 500", "src.rate: 50/s", "horizon: 60min"]].concat());
    agree(&all, &[("Polls", 0.02), ("Empty polls", 0.12)]);
    // Stays that are shorter than an interval have no other.
    let short = "rd.visits: { stay: 10s, away: 20s }";
    let all = beside(&[&polls[..2], &[short, "src.rate: 300/s", "rd.count: 900"]].concat());
    agree(&all, &[("Polls", 0.02), ("Empty polls", 0.05)]);
}
