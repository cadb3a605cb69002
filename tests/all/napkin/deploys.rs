//! The napkin of rolling deploys beside runs of them: whom they move, how long they take, and why a
//! run is far from an estimate.
use super::{agree, compared, line};
use squall::summary::napkin::Compared;

const MODEL: &str = "nodes:\n  src: { source: { rate: 20/s, payload: 100B, to: user } }\n  rd: { \
                     clients: { count: 2k, transport: sse, network: { rtt: 80ms } } }\n  edge: { \
                     load_balancer: { layer: 7, policy: round_robin } }\n  gw: { gateway: { \
                     count: 8, drain: { window: 10s, grace: 30s } } }\n  bus: { pubsub: { \
                     partitions: 8 } }\n  fan: { fanout: { instances: 2 } }\n  reg: { registry: \
                     { ttl: 60s } }\n  box: { buffer: { scope: user } }\n";

/// The napkin of a deploy, so many instances at once, beside a run of it.
fn deploy(batch: u32, sets: &[&str]) -> Vec<Compared> {
    let text = format!(
        "question: Does it agree?\nmodel: model.yaml\nhorizon: 7min\ntimeline:\n  - {{ at: 1min, \
         name: deploy, deploy: {{ node: gw, batch: {batch}, startup: 15s }} }}\nset:\n  {}\n",
        sets.join("\n  ")
    );
    compared(&text, MODEL)
}

/// Nine tabs share six streams: a deploy moves the six, not the three that wait.
#[test]
fn who_waits_for_a_stream_is_not_moved() {
    for (batch, tabs, policy) in [
        (1, "9", "round_robin"),
        (2, "8", "least_connections"),
        (3, "{ empirical: [3, 14] }", "round_robin"),
    ] {
        let (tabs, policy) = (format!("rd.tabs: {tabs}"), format!("edge.policy: {policy}"));
        let all = deploy(batch, &[&tabs, &policy]);
        agree(&all, &[("Moves per user", 0.05), ("Duration", 0.01)]);
        assert!(line(&all, "Moves per user").estimate < 1.2, "{all:?}");
    }
    // A place that is free goes to a tab that hashes elsewhere: not only its own users come.
    let ring = ["rd.tabs: 24", "edge.policy: { consistent_hash: {} }"];
    agree(&deploy(1, &ring), &[("Moves per user", 0.04)]);
    // Where all have a stream, all are moved.
    let all = deploy(1, &["rd.tabs: 6"]);
    agree(&all, &[("Moves per user", 0.03)]);
    assert!(line(&all, "Moves per user").estimate > 1.6, "{all:?}");
}

/// An instance that closes 100 each 5 s closes the first of them at once: 250 take 10 s, 334 take
/// 15 s, and what it can close at once takes no time.
#[test]
fn a_server_closes_its_first_batch_at_once() {
    let by = ["gw.drain.window: null", "gw.drain.by: server_batches", "gw.drain.every: 5s"];
    for (batch, closes, policy, lasts) in [
        (2, "100", "least_connections", 4.0 * 15.0 + 10.0 + 3.0 * 15.0),
        (2, "10k", "least_connections", 4.0 * 15.0),
        (4, "125", "round_robin", 2.0 * 15.0 + 5.0 + 15.0),
    ] {
        let (closes, policy) =
            (format!("gw.drain.batch: {closes}"), format!("edge.policy: {policy}"));
        let all = deploy(batch, &[&by[..], &[&closes, &policy]].concat());
        agree(&all, &[("Duration", 0.01)]);
        let estimate = line(&all, "Duration").estimate;
        assert!((estimate - lasts).abs() < 1e-6, "{batch} {closes}: {estimate} {lasts}");
    }
    // By uniform placing the load grows with each batch.
    let grows = ["gw.drain.batch: 50", "gw.count: 5"];
    agree(&deploy(1, &[&by[..], &grows].concat()), &[("Duration", 0.02)]);
}

/// While one of eight drains and its successor fills up again, the others hold what it had: shares
/// are no less even for it. What finds nothing then was answered by who drains.
#[test]
fn requests_that_are_held_go_to_those_that_serve() {
    let all = deploy(1, &["rd.transport: long_poll", "rd.count: 4k"]);
    let memory = line(&all, "Peak memory a gateway");
    assert!(memory.is_large(), "{memory:?}");
    assert!(memory.reason.starts_with("7 of 8 instances of gw serve at the peak"), "{memory:?}");
    let each = |rate: &str| {
        let sets = ["rd.transport: long_poll", rate, "src.to: all", "gw.drain.window: 20s"];
        let all = deploy(1, &sets);
        let empty = line(&all, "Empty polls");
        assert!(empty.is_large(), "{empty:?}");
        let drained = empty.reason.contains("are answered with nothing by who drains");
        assert!(drained && !empty.reason.contains("first poll"), "{empty:?}");
        line(&all, "Moves per user").clone()
    };
    let moves = each("src.rate: 1/s");
    assert!(!moves.is_large() || moves.reason.starts_with("chance: 8 drains"), "{moves:?}");
    let moves = each("src.rate: null\n  src.every: 1s");
    assert!(moves.reason.starts_with("8 drains begin in step with"), "{moves:?}");
}

/// Who is told to leave at once hears of it after its own way, the last of 250 after a long one; a
/// grace cuts that off.
#[test]
fn the_last_to_hear_of_a_drain_is_late() {
    let rtt = "rd.network.rtt: { lognormal: { median: 400ms, p95: 1s } }";
    let drains = |sets: &[&str], says: bool| {
        let all = deploy(1, &[&[rtt], sets].concat());
        agree(&all, &[("Duration", 0.01)]);
        let line = line(&all, "Duration");
        assert_eq!(line.formula.contains("until the slowest is told"), says, "{line:?}");
        line.estimate / 8.0 - 15.0
    };
    let at_once = drains(&["gw.drain.window: 0s"], true);
    assert!((1.5..3.0).contains(&at_once), "{at_once}");
    let within = drains(&["gw.drain.window: 2s"], true);
    assert!(within > at_once && within < at_once + 0.5, "{within}");
    let cut = drains(&["gw.drain: { window: 0s, grace: 1s }"], false);
    assert!((cut - 1.0).abs() < 0.01, "{cut}");
}
