//! The napkin of users who come and go beside a run, and why a run is elsewhere than its napkin: a
//! reason is a number of the run that makes the difference.
use super::{
    command::{both, shows},
    compared, line,
};

fn reason<'t>(table: &'t [csv::StringRecord], quantity: &str) -> &'t str {
    let row = table.iter().find(|row| &row[0] == quantity);
    &row.unwrap_or_else(|| panic!("no {quantity}: {table:?}"))[9]
}

/// Messages are for those who are away as well, so that a user gets λ and not λ ÷ share there; the
/// first poll of a visit opens a connection, without the work of an upgrade, and is no attempt.
#[test]
fn visits_of_who_polls_are_estimated() {
    for transport in ["short_poll", "long_poll"] {
        let (_, run) = both(&format!(
            "  phones.visits: {{ stay: {{ exponential: {{ mean: 1min }} }}, away: {{ exponential: \
             {{ mean: 30s }} }} }}\n  phones.sends.per_user: 2/min\n  \
             phones.transport: {transport}\n"
        ));
        for quantity in ["Handshakes", "Polls", "Empty polls", "Bytes up", "Bytes down"] {
            shows(&run, quantity, 0.03);
        }
        shows(&run, "CPU of the gateways", 0.05);
        let herds = run.iter().filter(|row| row[9].contains("herds")).count();
        assert_eq!(herds, 0, "{transport}: {run:?}");
        let lag = if transport == "short_poll" { "Staleness, mean" } else { "Lag, mean" };
        assert!(reason(&run, lag).contains("waited for their recipient"), "{run:?}");
    }
}

#[test]
fn slow_readers_are_the_reason_of_a_lag() {
    let slow = "  phones.slow: { share: 100%, drain: 8B/s }\n  \
                gateways.send_buffer: { size: 2KB, when_full: drop_oldest }\n  \
                phones.network.lifetime: never\n";
    let (_, run) = both(slow);
    let lag = reason(&run, "Lag, mean");
    assert!(lag.contains("wait in the send buffers of an instance"), "{lag}");
    let each = reason(&run, "Bytes a delivery");
    assert!(each.contains("deliveries") && !each.contains("handshakes"), "{each}");
}

/// A twentieth is away for 40 s: a few messages wait for them, and they make the mean. All others
/// are as fast as ever, so that a p99 of the median is no tail.
#[test]
fn a_few_that_waited_for_long_make_a_mean() {
    let few = "  phones.network.lifetime: never\n  \
               phones.network.rtt: 80ms\n  \
               phones.reconnect: { base: 40s, cap: 40s, jitter: none }\ntimeline: [{ at: 3min, \
               drop_clients: { node: phones, share: 5% } }]\n";
    let (_, run) = both(few);
    let lag = reason(&run, "Lag, mean");
    assert!(lag.contains("deliveries waited for their recipient, up to 40."), "{lag}");
    assert!(!lag.contains("the tail"), "{lag}");
    let herd = run.iter().filter(|row| row[9].contains("handshakes, not")).count();
    assert_eq!(herd, 0, "100 handshakes are few bytes: {run:?}");
}

/// What polls find while a run settles counts as delivered, and its bytes as those of later.
#[test]
fn what_arrives_after_the_horizon_has_no_bytes() {
    let late = "  phones.transport: short_poll\n  phones.short_poll.every: 2min\n";
    let (_, run) = both(&format!("{late}  settle: 5min\n"));
    let each = reason(&run, "Bytes a delivery");
    assert!(each.contains("of the deliveries arrive after the horizon"), "{each}");
    let (_, run) = both(late);
    let each = reason(&run, "Bytes a delivery");
    assert!(!each.contains("arrive after the horizon"), "{each}");
}

/// Ten messages a minute for all are few: that there are more or fewer is by their chance, not by
/// that of their deliveries. Each reason makes half of its difference by its own number.
#[test]
fn a_few_messages_for_all_are_few() {
    let few = "  phones.sends: null\n  phones.network.lifetime: never\n";
    let source = "nodes:\n  ticker: { source: { rate: 12/min, payload: 200B, to: all } }\nlinks:\n\
                  \x20 ticker -> bus: {}\n";
    let none_is_far = "";
    for (seed, why) in [
        (1, "chance: 94 messages, not 108, each for many"),
        (2, none_is_far),
        (7, "chance: 122 messages, not 108, each for many"),
    ] {
        let (_, run) = both(&format!("{few}seed: {seed}\n{source}"));
        for quantity in ["Deliveries", "Bytes down"] {
            assert_eq!(reason(&run, quantity), why, "{quantity}, seed {seed}");
        }
    }
}

/// Six of eight tabs have a connection, as the napkin says: that a third of the bytes is missing is
/// by half of the load, and not by the quarter of the time without one.
#[test]
fn what_the_napkin_says_is_no_reason() {
    let tabs = "  phones.transport: long_poll\n  phones.tabs: 8\n  phones.sends.per_user: 2/min\n";
    let load = "timeline: [{ at: 1min, load: { node: phones, factor: 0.5 } }]\n";
    let (_, run) = both(&format!("{tabs}{load}"));
    assert_eq!(reason(&run, "Bytes down"), "the timeline changes the load (0.5 ×)");
    for row in &run {
        assert!(!row[9].contains("without a connection"), "{row:?}");
    }
}

/// A mailbox of one message keeps the last that comes within four minutes, which waits for less;
/// one of a thousand keeps all.
#[test]
fn what_full_mailboxes_push_out_has_no_lag() {
    let lag = |size: &str| {
        let (_, run) = both(&format!(
            "  phones.transport: short_poll\n  phones.short_poll.every: 4min\n  \
             phones.sends.per_user: 1/min\n  replay.messages: {size}\n  horizon: 20min\n"
        ));
        reason(&run, "Staleness, mean").to_owned()
    };
    let (one, many) = (lag("1"), lag("1000"));
    assert!(one.contains("of the deliveries are pushed out of full mailboxes"), "{one}");
    assert!(!many.contains("pushed out"), "{many}");
}

/// Few messages are little more than the bytes that are free: a seventh more is much more to pay.
/// Of many hardly any are free, and egress differs as its bytes do.
#[test]
fn free_bytes_make_a_bill_differ_by_more() {
    let egress = |sets: &str| {
        let load = "timeline: [{ at: 1min, load: { node: phones, factor: 1.2 } }]";
        let (_, run) = both(&format!("{sets}{load}\n"));
        reason(&run, "Egress").to_owned()
    };
    let few = egress("  phones.sends.per_user: 2/min\n");
    let many = egress("  phones.sends.per_user: 60/min\n");
    assert!(few.contains("more bytes, of which the first are free"), "{few}");
    assert!(!many.contains("free"), "{many}");
}

/// The small tier gets those whose `WebSocket` fails, many times as many as it has in peace: that
/// is why it dies of its memory, and as the shares are even nothing else is.
#[test]
fn a_herd_fills_an_instance() {
    let text = "question: Why is it full?\nmodel: models/fallback.yaml\nhorizon: 5min\nwarm_up: \
                30s\nset:\n  phones.count: 4k\n  side.memory: { limit: 30MB, over: die }\n\
                timeline:\n  - { at: 1min, name: out, block: { node: phones, transport: websocket, \
                lasts: 3min } }\n";
    let all = compared(text, "");
    let side =
        |line: &&_| matches!(line, squall::summary::napkin::Compared { of, .. } if of == "side");
    let memory = all.iter().filter(side).find(|line| line.name.starts_with("Peak memory")).unwrap();
    assert!(
        memory.is_large() && memory.reason.starts_with("the fullest holds up to"),
        "{memory:?}"
    );
    assert!(memory.reason.ends_with("connections, not 100"), "{memory:?}");
}

/// Of two crowds the one that polls has first polls.
#[test]
fn who_does_not_poll_has_no_first_poll() {
    let (_, run) = both(
        "nodes:\n  others: { clients: { count: 200, transport: short_poll, \
         network: { rtt: 80ms } } }\n  feed: { source: { clients: others, rate: 400/s, payload: \
         100B, to: user } }\nlinks:\n  others -> edge: {}\n  feed -> bus: {}\n",
    );
    let empty = reason(&run, "Empty polls");
    assert!(empty.contains("the first poll of each of 200 users"), "{empty}");
}

/// What nobody could see is no difference.
#[test]
fn a_share_of_nothing_is_nothing() {
    let text = "question: Who waits?\nmodel: models/feed.yaml\nhorizon: 1min\nset:\n  \
                readers.count: 300\n  readers.tabs: { geometric: 4 }\n  readers.wire.http: h2\n";
    let all = compared(text, "");
    let wait = line(&all, "Tabs that wait");
    assert!(wait.estimate > 0.0 && wait.simulated == Some(0.0), "{wait:?}");
    assert!(!wait.is_large() && wait.reason.is_empty(), "{wait:?}");
}

/// Who has lost its connection writes on, and what it writes waits in its outbox. Not so where it
/// is back within the second.
#[test]
fn what_is_written_away_makes_a_lag() {
    let lag = |wait: &str| {
        let away = "  phones.network: { rtt: 80ms, silent_drops: 0%, lifetime: { exponential: { \
                    mean: 2min } } }\n  replay.retention: 1s\n";
        let (_, run) = both(&format!(
            "{away}  phones.reconnect: {{ base: {wait}, cap: {wait}, jitter: none }}\n"
        ));
        reason(&run, "Lag, mean").to_owned()
    };
    let long = lag("10s");
    assert!(long.contains("of the messages wait for their sender, 4.9"), "{long}");
    let short = lag("100ms");
    assert!(!short.contains("wait for their sender"), "{short}");
}

/// Where the polls of one reader lie between the messages stays so for the run; at other intervals
/// they come to lie anywhere.
#[test]
fn polls_in_step_with_messages_are_no_chance() {
    let stale = |every: &str| {
        let text = format!(
            "question: Is it stale?\nmodel: models/feed.yaml\nhorizon: 5min\nwarm_up: 1min\n\
             seed: 2\nset:\n  readers.count: 1\n  readers.transport: short_poll\n  \
             readers.short_poll.every: {every}\n  readers.network.lifetime: never\n  ticker.to: \
             all\n  ticker.every: 10s\n"
        );
        line(&compared(&text, ""), "Staleness, mean").clone()
    };
    for (every, polls) in [("10s", "10.0"), ("5s", "5.00")] {
        let step = stale(every);
        let says = format!("in step: polls each {polls}\u{202f}s, messages each 10.0\u{202f}s");
        assert!(step.is_large() && step.reason == says, "{step:?}");
    }
    assert!(!stale("7s").is_large());
}

/// A herd has those who are back, or still want to be: who has left before is told.
#[test]
fn who_leaves_before_is_no_herd() {
    let text = "question: Who is hit?\nmodel: models/calls.yaml\nhorizon: 3min\nset:\n  \
                callers.sessions.arrive: 50/s\ntimeline:\n  - { at: 1min, name: cut, drop_clients: \
                { node: callers } }\n";
    let all = compared(text, "");
    let herd = line(&all, "Herd");
    assert!(herd.is_large() && herd.reason.contains(" leave before they are back"), "{herd:?}");
    let left: f64 = herd.reason.split(' ').next().unwrap().parse().unwrap();
    let hit = herd.simulated.unwrap() + left;
    assert!((hit / 1_000.0 - 1.0).abs() < 0.07, "{hit}");
}

/// After all have been dropped, a stream of sessions fills a pool within a multiple of their stay.
#[test]
fn a_pool_that_fills_again_is_not_full() {
    let mean = |stay: &str| {
        let text = format!(
            "question: Is it full?\nmodel: models/calls.yaml\nhorizon: 5min\nset:\n  \
             callers.sessions.arrive: 50/s\n  callers.sessions.stay: {{ exponential: {{ mean: \
             {stay} }} }}\ntimeline:\n  - {{ at: 1min, name: cut, drop_clients: {{ node: \
             callers }} }}\n"
        );
        line(&compared(&text, ""), "Connections").clone()
    };
    let again = mean("20s");
    assert!(again.is_large() && again.reason.starts_with("it takes 74."), "{again:?}");
    assert!(again.reason.ends_with(" from cut on until as many are back"), "{again:?}");
    let long = mean("5min");
    assert!(long.reason.starts_with("from cut on not as many are back, for 4:"), "{long:?}");
    assert!(!mean("5s").is_large());
}

/// Three times the load makes three times the messages, and no more refreshes, nor more bytes of
/// each; handshakes of a herd are no work of the fan-out.
#[test]
fn more_load_explains_what_grows_with_it() {
    let (_, run) = both(
        "  phones.sends.per_user: 6/min\n  phones.network.rtt: 80ms\ntimeline:\n  - { at: 2min, \
         name: more, load: { node: phones, factor: 3, lasts: 4min } }\n  - { at: 7min, name: cut, \
         drop_clients: { node: phones, share: 40% } }\n",
    );
    let all: Vec<&str> =
        run.iter().filter(|row| row[9].contains("load (3")).map(|row| &row[0]).collect();
    for grows in ["Deliveries", "Load of the fan-out"] {
        assert!(all.contains(&grows), "{all:?}");
    }
    for stays in ["Registry refreshes", "Heartbeats"] {
        assert!(!all.contains(&stays), "{all:?}");
    }
    let each = run.iter().find(|row| &row[0] == "Bytes a delivery").unwrap();
    let less = each[5].parse::<f64>().unwrap() < each[4].parse::<f64>().unwrap();
    assert!(less || !each[9].contains("load (3"), "{each:?}");
    assert!(!reason(&run, "Load of the fan-out").contains("handshakes"), "{run:?}");
}

/// Who reads too slowly is closed, and opens again.
#[test]
fn full_send_buffers_are_handshakes() {
    let (_, run) = both(
        "  phones.slow: { share: 20%, drain: 8B/s }\n  gateways.send_buffer: { size: 2KB, \
         when_full: disconnect }\n  phones.sends.per_user: 20/min\n",
    );
    let shakes = reason(&run, "Handshakes");
    assert!(shakes.contains("are closed for a full send buffer"), "{shakes}");
}
