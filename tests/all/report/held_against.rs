//! What is told of a run is held against the run: whatever the tick, also where something is not
//! over, and where tabs wait in their browsers.
use super::{ran, words_of};
use squall::{
    report::{html, markdown},
    summary::{
        Summary,
        board::{self, Does},
        figures::{count, plain},
        findings,
    },
};

/// A crowd that is dropped, and the only gateway gone for five seconds.
fn ticks(tick: &str) -> Summary {
    let text = "model: models/door.yaml\nhorizon: 5min\nset:\n  phones.count: 5k\n  \
                phones.network.rtt: 60ms\n  \
                phones.network.lifetime: { exponential: { mean: 10min } }\ntimeline:\n  \
                - { at: 61.5s, name: c, drop_clients: { node: phones, share: 30% } }\n  \
                - { at: 3min, name: d, crash: { node: gateways, instances: [0], restart: 5s } }\n";
    ran(&[&format!("tick={tick}")], "e.yaml", Some(text))
}

/// The same trajectory has the same peaks, and the same rate before them.
#[test]
fn a_tick_changes_no_number_of_attempts() {
    let [fine, odd, long] = ["1s", "1.5s", "7s"].map(ticks);
    for name in ["peak_per_second", "peak_over_capacity", "mean_over_capacity"] {
        let of = |summary: &Summary| summary.mean(&format!("attempts.{name}")).unwrap();
        let all = [&fine, &odd, &long].map(of);
        assert!(all[0] > 0.0 && (all[1] - all[0]).abs() < 1e-12, "{name}: {all:?}");
        assert!((all[2] - all[0]).abs() < 1e-12, "{name}: {all:?}");
    }
    let before = |summary: &Summary| -> Vec<f64> {
        let told = findings::all(summary).into_iter().map(|it| plain(&it.text));
        let rate = |text: String| text.split_once("/s before")?.0.rsplit_once(' ')?.1.parse().ok();
        told.filter_map(rate).collect()
    };
    let (fine, long) = (before(&fine), before(&long));
    // A herd that is over within a bin is not told of it.
    assert!(!long.is_empty() && fine.len() >= long.len(), "{fine:?} {long:?}");
    for one in &long {
        assert!(fine.iter().any(|other| (one - other).abs() < 0.1 * one), "{fine:?} {long:?}");
    }
}

/// Quiet seconds count, behind the last attempt too.
#[test]
fn attempts_on_average_are_those_of_the_whole_run() {
    let text = "model: models/door.yaml\nhorizon: 5min\nset: { phones.count: 5k }\ntimeline:\n  \
                - { at: 1min, name: c, drop_clients: { node: phones, share: 30% } }\n";
    let run = ran(&[], "e.yaml", Some(text));
    let [total, capacity, mean] =
        ["attempts.total", "handshakes.capacity", "attempts.mean_over_capacity"]
            .map(|name| run.mean(name).unwrap());
    assert!((mean - total / (capacity * 300.0)).abs() < 1e-9, "{mean}");
}

/// Runs of the same trajectory stand side by side with the same peak.
#[test]
fn runs_with_other_ticks_are_compared_by_the_second() {
    let (fine, long) = (ticks("1s"), ticks("7s"));
    let page = html::several(&[("fine", &fine), ("long", &long)]);
    let page = plain(&String::from_utf8(page).unwrap());
    let peak = count(fine.mean("attempts.peak_per_second").unwrap());
    assert!(page.contains(&format!("Attempts peak at {peak}/s<")), "not {peak}");
    assert!(page.contains("bins of 1 s and 7 s: longer ones are smoother"));
}

/// What a deploy costs that the run does not see to its end is at least that.
#[test]
fn a_deploy_that_is_not_over_is_told_so() {
    let text = "model: models/chat.yaml\nhorizon: 2min\nwarm_up: 10s\nset: { phones.count: 3k, \
                gateways.count: 4, gateways.drain.window: 20s }\ntimeline:\n  \
                - { at: 30s, name: deploy, deploy: { node: gateways, startup: 10s } }\n\
                slo: [ recovery.deploy.all < 1min ]\n";
    let run = |horizon: &str| ran(&[horizon], "e.yaml", Some(text));
    let (cut, whole) = (run("horizon=2min"), run("horizon=4min"));
    let does = |run: &Summary| board::blasts(run)[0].does;
    assert_eq!((does(&cut), does(&whole)), (Does::StillMoves, Does::Moves));
    assert_eq!(board::blasts(&cut)[0].at_least(), "at least ");
    let told: Vec<String> = findings::all(&cut).iter().map(|it| plain(&it.text)).collect();
    assert!(told.iter().any(|it| it.contains("and is not over when the run ends")), "{told:?}");
    assert!(words_of(&cut).contains("moved, not over") && words_of(&cut).contains("so far"));
    assert!(!words_of(&whole).contains("not over"));
}

/// A design that is expected to fail has no month to keep.
#[test]
fn what_is_expected_to_fail_is_no_target() {
    let text = "model: models/door.yaml\nhorizon: 3min\nset: { phones.count: 5k }\ntimeline:\n  - \
                { at: 1min, name: c, crash: { node: gateways, instances: [0], restart: 1min } }\n";
    let of = |slo: &str| {
        let run = ran(&[], "e.yaml", Some(&format!("{text}slo: [ {slo} ]\n")));
        let blasts = board::blasts(&run);
        assert_eq!(blasts.len(), 1, "{blasts:?}");
        blasts[0].target
    };
    let is = |one: f64, other: f64| assert!((one - other).abs() < 1e-12, "{one} {other}");
    is(of("clients.availability < 90%"), board::TARGET);
    is(of("clients.availability > 90%"), 0.9);
}

/// A tab that waited takes the place of one that is hit: as many are connected as before.
#[test]
fn a_place_that_a_waiting_tab_takes_is_back() {
    let text = "model: models/chat.yaml\nhorizon: 5min\nwarm_up: 30s\nset:\n  \
                phones.count: 1800\n  phones.tabs: 9\n  phones.transport: sse\n  \
                phones.network.lifetime: never\n  \
                phones.network.silent_drops: 0%\n  phones.wire.http: h1\n  \
                phones.reconnect: { base: 5s, cap: 20s }\n  gateways.count: 4\n  \
                gateways.drain.window: 10s\ntimeline:\n  - ";
    for entry in [
        "{ at: 2min, name: f, crash: { node: gateways, instances: 1 } }",
        "{ at: 2min, name: f, drop_clients: { node: phones, share: 25% } }",
        "{ at: 2min, name: f, deploy: { node: gateways, startup: 5s } }",
    ] {
        let run = ran(&[], "e.yaml", Some(&format!("{text}{entry}\n")));
        let held = run.level("", "connections", "online").unwrap();
        let [before, after] = [110.5, 290.5].map(|at| held.at(at).unwrap());
        assert!((before - 1_200.0).abs() < 1e-9 && (after - before).abs() < 1e-9, "{entry}");
        let blasts = board::blasts(&run);
        let [blast] = blasts.as_slice() else { panic!("{entry}: {blasts:?}") };
        let lacks: f64 = held.values().filter(|it| it.0 >= 120).map(|it| before - it.1).sum();
        assert!(blast.hit.unwrap() >= 250.0 && blast.away.is_none(), "{entry}: {blast:?}");
        assert!(blast.minutes <= lacks / 60.0 + 20.0, "{entry}: {lacks} {blast:?}");
    }
}

/// What was lost by others is told in the summary too.
#[test]
fn a_summary_tells_all_that_is_lost() {
    let run = ticks("1s");
    let told = board::in_all(&run, &board::blasts(&run)).unwrap();
    let text = markdown::page(&run, &[]);
    let page = String::from_utf8(html::page(&run, &[])).unwrap();
    let begin = plain(&told);
    let begin = begin.split(';').next().unwrap();
    assert!(begin.starts_with("In all, "), "{told}");
    assert!(plain(&text).contains(begin) && plain(&page).contains(begin), "{begin}");
}

/// What a source sends to all comes for whoever it is for: how many are online is no reason.
#[test]
fn messages_of_sources_come_for_those_who_are_away() {
    let text = "horizon: 10min\nwarm_up: 1min\nnodes:\n  \
                src: { source: { rate: 2/min, payload: 400B, to: all } }\n  \
                u: { clients: { count: 5k, heartbeat: { every: never }, network: { rtt: 80ms } } \
                }\n  edge: { load_balancer: {} }\n  \
                gateways: { managed: { idle_timeout: 20s, max_age: never } }\n  \
                bus: { pubsub: {} }\n  fanout: { fanout: { instances: 2 } }\n  \
                presence: { registry: {} }\n  replay: { buffer: {} }\n";
    let run = ran(&[], "e.yaml", Some(text));
    assert!(run.mean("clients.availability").unwrap() < 0.95);
    let line = run.napkin.iter().find(|line| line.name == "Deliveries").unwrap();
    assert!(line.reason.starts_with("chance: 15 messages, not 18"), "{}", line.reason);
}

/// Work that is measured by the pace of a slow node is no wait of that length.
#[test]
fn work_at_a_slow_node_is_told_at_its_pace() {
    let text = "model: models/chat.yaml\nhorizon: 3min\nwarm_up: 30s\nset:\n  \
                phones.count: 3k\n  fanout.instances: 1\n  fanout.concurrency: 1\n  \
                fanout.service: 2ms\ntimeline:\n  \
                - { at: 1min, name: mud, slow: { node: fanout, factor: 100, lasts: 20s } }\n";
    let run = ran(&[], "e.yaml", Some(text));
    let page = words_of(&run);
    assert!(page.contains("of work for fanout waits at"), "no slow fanout");
    assert!(page.contains(", at its slowed pace"), "no pace");
}

/// What is full keeps users out; a CPU that a herd fills for seconds makes them wait.
#[test]
fn what_keeps_out_is_first_to_bind() {
    let text = "model: models/door.yaml\nhorizon: 3min\nset:\n  phones.count: 10k\n  \
                gateways.count: 3\n  gateways.memory: { per_connection: 50KB, limit: 200MB }\n  \
                gateways.cpu.app: 2ms\n  edge.policy: round_robin\ntimeline:\n  \
                - { at: 1min, name: f, crash: { node: gateways, instances: [0] } }\n";
    let run = ran(&[], "e.yaml", Some(text));
    assert!(run.mean("gateways.cpu.peak").unwrap() > 0.999);
    assert!(run.mean("recovery.f.never").unwrap() > 0.0, "all fit");
    let rooms = board::rooms(&run);
    let (_, first) = board::binding(&rooms).unwrap();
    assert_eq!(first.name, "memory");
}
