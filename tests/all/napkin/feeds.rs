//! The napkin of a feed that is polled beside runs of it: tabs that share connections, bursts,
//! recipients who are more popular than others, and links that take their time.
use super::{agree, compared, line};
use squall::summary::napkin::Compared;

/// A feed for 1,000 readers whose connections do not end, with these values and links.
fn feed(sets: &str, links: &str) -> Vec<Compared> {
    feed_of(1_000, sets, links)
}

/// The same for so many.
fn feed_of(readers: u32, sets: &str, links: &str) -> Vec<Compared> {
    let text = format!(
        "question: Does it agree?\nmodel: models/feed.yaml\nhorizon: 5min\nwarm_up: 1min\nset:\n  \
         readers.count: {readers}\n  readers.network.lifetime: never\n{sets}{links}"
    );
    compared(&text, "")
}

/// What is for all answers all that is held, and goes on to those in line a round trip later: it
/// waits for no turn. Each tab is answered once a message; what is held for 30 s is empty once.
#[test]
fn tabs_get_what_is_for_all_at_once() {
    let polls = [("Polls", 0.01), ("Bytes up", 0.01), ("Lag", 0.06)];
    for (tabs, every) in [(8, "5s"), (12, "5s"), (8, "40s"), (20, "20s")] {
        let all = feed(
            &format!(
                "  readers.transport: long_poll\n  readers.tabs: {tabs}\n  ticker.to: all\n  \
                 ticker.every: {every}\n"
            ),
            "",
        );
        agree(&all, &polls);
        assert!(line(&all, "Lag").estimate < 0.16, "{all:?}");
    }
}

/// A room of twenty is wider than a browser: what it gets waits for no turn either. Those who each
/// get their own do.
#[test]
fn tabs_get_what_is_for_their_room_at_once() {
    let tabs = "  readers.transport: long_poll\n  readers.tabs: 8\n";
    let room = "  ticker.to: { room: 20 }\n  ticker.every: 500ms\n";
    agree(&feed(&format!("{tabs}{room}"), ""), &[("Polls", 0.04), ("Lag", 0.15)]);
    let own = "  ticker.to: user\n  ticker.every: 10ms\n";
    let own = feed(&format!("{tabs}{own}"), "");
    agree(&own, &[("Polls", 0.04), ("Lag", 0.15)]);
    assert!(line(&own, "Lag").estimate > 0.4, "{own:?}");
}

/// Bursts are silent for long: as many polls find nothing as by the two states of their source.
/// Fifty to ninety bursts are few, so that a count of empty polls is by chance to a tenth.
#[test]
fn polls_of_bursts_find_nothing_in_between() {
    let bursts = |on: &str, off: &str| {
        format!(
            "  ticker.to: all\n  ticker.every: null\n  ticker.bursts: {{ rate: 5/s, on: {on}, \
             off: {off} }}\n  horizon: 50min\n"
        )
    };
    let exponential = |seconds: u32| format!("{{ exponential: {{ mean: {seconds}s }} }}");
    let usual = bursts(&exponential(5), &exponential(55));
    let fixed = bursts("5s", "30s");
    let short = "  readers.transport: short_poll\n  readers.short_poll.every: 10s\n";
    for bursts in [&usual, &fixed] {
        let all = feed_of(200, &format!("{short}{bursts}"), "");
        agree(&all, &[("Polls", 0.01), ("Empty polls", 0.06)]);
        assert!(line(&all, "Empty polls").estimate > 10.0, "{all:?}");
        let all = feed_of(200, &format!("  readers.transport: long_poll\n{bursts}"), "");
        agree(&all, &[("Empty polls", 0.12)]);
        assert!(line(&all, "Empty polls").estimate > 4.0, "{all:?}");
    }
}

/// What a burst leaves in the mailboxes of those in line waits for the next, or until a request has
/// been held for its time; those are as many as of readers who share with nobody.
#[test]
fn what_bursts_leave_waits_for_its_turn() {
    let bursts = |tabs: u32, rate: u32| {
        format!(
            "  readers.transport: long_poll\n  readers.tabs: {tabs}\n  ticker.to: user\n  \
             ticker.every: null\n  ticker.bursts: {{ rate: {rate}/s, on: {{ exponential: {{ mean: \
             2s }} }}, off: {{ exponential: {{ mean: 20s }} }} }}\n  horizon: 50min\n"
        )
    };
    for (tabs, rate) in [(9, 300), (12, 600)] {
        let all = feed_of(504, &bursts(tabs, rate), "");
        agree(&all, &[("Empty polls", 0.12), ("Lag", 0.2)]);
        assert!(line(&all, "Lag").estimate > 0.5, "{all:?}");
    }
}

/// By Zipf's law a few get most: the others' polls find nothing more often than on average.
#[test]
fn polls_of_the_unpopular_find_nothing() {
    let zipf = "  ticker.to: { user: { zipf: 1 } }\n  ticker.every: 10ms\n";
    let short = "  readers.transport: short_poll\n  readers.short_poll.every: 10s\n";
    agree(&feed(&format!("{short}{zipf}"), ""), &[("Empty polls", 0.03), ("Bytes down", 0.03)]);
    let held = feed(&format!("  readers.transport: long_poll\n{zipf}"), "");
    agree(&held, &[("Polls", 0.02), ("Empty polls", 0.03)]);
}

/// What is put aside goes by the link of the fan-out, what is handed over or read by that of the
/// gateways: once of what is held for, twice of what a poll finds.
#[test]
fn a_mailbox_is_reached_by_its_own_links() {
    let sets = "  ticker.to: user\n  ticker.every: 40ms\n";
    let link = |ends: &str| format!("links:\n  {ends}: {{ latency: 300ms }}\n");
    for (ends, held, polled) in [("fanout -> replay", 0.3, 0.3), ("gateways -> replay", 0.3, 0.6)] {
        for (transport, more) in [("long_poll", held), ("short_poll", polled)] {
            let sets =
                format!("{sets}  readers.transport: {transport}\n  readers.short_poll.every: 2s\n");
            let (with, without) = (feed(&sets, &link(ends)), feed(&sets, ""));
            let name = if transport == "long_poll" { "Lag" } else { "Staleness" };
            agree(&with, &[(name, 0.03), ("Polls", 0.02)]);
            let [with, without] = [with, without].map(|all| line(&all, name).estimate);
            assert!((with - without - more).abs() < 0.02, "{ends} {transport}: {with}, {without}");
        }
    }
}

/// What all send to all is answered for all at once: before it, everybody has a request held.
#[test]
fn the_most_that_is_held_is_all() {
    let sets = "  readers.transport: long_poll\n  ticker.to: all\n  \
                ticker.every: null\n  ticker.rate: 8/s\n";
    agree(&feed(sets, ""), &[("Peak memory", 0.03), ("Connections a gateway", 0.03)]);
}
