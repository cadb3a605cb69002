//! What is used of the budgets of a gateway pool, and which of them is said to bind.
use super::{
    chat::{chat, clients, deploy, drop_users, secs},
    consumers::{close, measure, run as simulate},
};
use squall::{
    engine::Time,
    record::Outcome,
    scenario::{self, Action, ActionKind, CrashKind, NodeId},
    summary::{self, Summary, figures},
    world,
};
use std::{fs, path::Path};

fn run(sets: &[&str]) -> Summary {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments/undersized.yaml");
    let small = ["phones.count=4k", "gateways.count=2", "horizon=30s"];
    let sets: Vec<String> = small.iter().chain(sets).map(|&set| set.to_owned()).collect();
    let scenario = scenario::load(&path, &sets, &|path| fs::read(path)).unwrap().scenario;
    let outcome = world::simulate(&scenario, 0, &|_| {}).unwrap();
    summary::summarize(&scenario, &[outcome])
}

/// 4,000 users on two gateways; 8 GiB hold 859,000 connections of 10 KB.
#[test]
fn the_tightest_budget_is_named() {
    for (sets, used, first) in [
        (&["gateways.max_connections=1k"][..], [1.0, 0.00116], "connections"),
        (&["gateways.descriptors=1k"], [1.0, 0.00116], "descriptors"),
        (&["gateways.memory.limit=10MB", "gateways.max_connections=5k"], [0.2, 1.0], "memory"),
    ] {
        let summary = run(sets);
        let found = ["gateways.budget.connections", "gateways.budget.memory"]
            .map(|name| summary.mean(name).unwrap());
        for (found, used) in found.into_iter().zip(used) {
            assert!((found - used).abs() < 0.0001, "{sets:?}: {found}, not {used}");
        }
        assert!(summary.mean("gateways.headroom").unwrap().abs() < 1e-9, "{sets:?}");
        let says = format!("The first budget of gateways to bind is {first}, at its peak 100");
        let told = summary.diagnosis.iter().map(|sentence| figures::plain(sentence));
        assert!(told.into_iter().any(|it| it.starts_with(&says)), "{:?}", summary.diagnosis);
    }
}

/// Three of four gateways crash, and everybody comes back to the one that is left.
#[test]
fn attempts_are_held_against_those_who_serve() {
    let mut scenario = chat(2_000, 4);
    scenario.horizon = Time::ZERO + secs(120);
    clients(&mut scenario).network.lifetime = None;
    let kind = ActionKind::Crash {
        node: NodeId(2),
        instances: vec![0, 1, 2],
        kind: CrashKind::Process,
        restart: None,
    };
    let at = Time::ZERO + secs(30);
    scenario.timeline.push(Action { at, name: "crash".to_owned(), kind });
    drop_users(&mut scenario, 90, 1.0);
    let outcome = simulate(&scenario);
    let all =
        measure(&outcome, "attempts.peak_per_second") / measure(&outcome, "handshakes.capacity");
    close(measure(&outcome, "attempts.peak_over_capacity"), 4.0 * all, 1e-9);
}

/// Of two gateways one drains, and then the other: what comes then is for the one that takes it.
/// Who has restarted takes nothing until the balancer has seen it.
#[test]
fn attempts_are_held_against_those_who_take_them() {
    let mut scenario = chat(2_000, 2);
    scenario.horizon = Time::ZERO + secs(200);
    clients(&mut scenario).network.lifetime = None;
    let part = |outcome: &Outcome| {
        let all =
            measure(outcome, "attempts.peak_per_second") / measure(outcome, "handshakes.capacity");
        measure(outcome, "attempts.peak_over_capacity") / all
    };
    deploy(&mut scenario, 60, 1);
    close(part(&simulate(&scenario)), 2.0, 1e-9);
    let mut scenario = chat(2_000, 4);
    scenario.horizon = Time::ZERO + secs(200);
    clients(&mut scenario).network.lifetime = None;
    let kind = ActionKind::Crash {
        node: NodeId(2),
        instances: vec![0],
        kind: CrashKind::Process,
        restart: Some(secs(40)),
    };
    let at = Time::ZERO + secs(61);
    scenario.timeline.push(Action { at, name: "crash".to_owned(), kind });
    // It is up again at 101 s, and seen to be so at 130 s.
    drop_users(&mut scenario, 110, 1.0);
    close(part(&simulate(&scenario)), 4.0 / 3.0, 1e-9);
    scenario.timeline[1].at = Time::ZERO + secs(140);
    close(part(&simulate(&scenario)), 1.0, 1e-9);
}

/// All gateways crash for good: who knocks then is in neither the peak nor the mean.
#[test]
fn where_none_serves_attempts_are_held_against_nothing() {
    let mut scenario = chat(2_000, 2);
    scenario.horizon = Time::ZERO + secs(120);
    let kind = ActionKind::Crash {
        node: NodeId(2),
        instances: vec![0, 1],
        kind: CrashKind::Process,
        restart: None,
    };
    let at = Time::ZERO + secs(60);
    scenario.timeline.push(Action { at, name: "crash".to_owned(), kind });
    let outcome = simulate(&scenario);
    let [peak, mean] =
        ["peak", "mean"].map(|what| measure(&outcome, &format!("attempts.{what}_over_capacity")));
    assert!(0.0 < mean && mean <= peak, "{mean} {peak}");
    let total = measure(&outcome, "attempts.total") / 120.0;
    assert!(mean < total / measure(&outcome, "handshakes.capacity"), "{mean} {total}");
}

#[test]
fn what_has_room_says_nothing() {
    let summary = run(&[]);
    assert!(summary.mean("gateways.headroom").unwrap() > 0.25);
    assert!(summary.diagnosis.iter().all(|it| !it.contains("budget")), "{:?}", summary.diagnosis);
}
