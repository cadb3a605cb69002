//! What runs of the chat architecture must show.
use super::chat::{away_for, chat, clients, crash, deploy, drop_users, gateways, replay, secs};
use squall::{
    engine::Time,
    node::parameters::{Audience, Jitter, Parameters, Resume, Sends},
    record::{Amount, Outcome, Trace},
    scenario::{CrashKind, Node, NodeId, Scenario},
    units::{Bytes, Rate},
    world::simulate,
};
use std::collections::BTreeMap;

fn run(scenario: &Scenario) -> Outcome {
    simulate(scenario, 0, &|_| {}).unwrap()
}

fn value(outcome: &Outcome, name: &str) -> f64 {
    let found = outcome.measures.iter().find(|measure| measure.name == name);
    found.unwrap_or_else(|| panic!("no metric {name}")).value.unwrap_or(f64::NAN)
}

fn assert_is(outcome: &Outcome, name: &str, expected: f64) {
    let found = value(outcome, name);
    assert!((found - expected).abs() < 1e-9, "{name}: {found}, expected {expected}");
}

/// What is used is taken from the time after the warm-up, also where the last phase to begin was
/// over before it.
#[test]
fn a_phase_that_is_over_before_the_warm_up_takes_no_use_away() {
    let mut scenario = chat(1_000, 3);
    (scenario.horizon, scenario.warm_up) = (Time::ZERO + secs(120), Time::ZERO + secs(20));
    gateways(&mut scenario).max_connections = 400;
    crash(&mut scenario, 0, CrashKind::Process, None);
    drop_users(&mut scenario, 1, 0.0);
    let used = run(&scenario).usage;
    assert!((used.connections / 800.0 - 1.0).abs() < 0.05, "{}", used.connections);
    assert!(!used.steady);
}

/// A month is paid for as it is designed: a host that is gone in the run is replaced within it.
#[test]
fn a_crash_makes_no_month_cheaper() {
    let mut scenario = chat(1_000, 4);
    crash(&mut scenario, 10, CrashKind::Host, None);
    let used = run(&scenario).usage;
    let machines = used.nodes.iter().find(|used| used.node == "gateways").unwrap();
    assert_eq!(machines.amount, Amount::Machines(4.0));
}

#[test]
fn a_quiet_minute_delivers_everything_live() {
    let mut scenario = chat(10_000, 4);
    clients(&mut scenario).network.lifetime = None;
    let outcome = run(&scenario);
    let intended = value(&outcome, "deliveries.intended");
    assert!((intended - 20_000.0).abs() < 4.0 * 20_000f64.sqrt(), "{intended}");
    assert_is(&outcome, "deliveries.missed", 0.0);
    assert_is(&outcome, "deliveries.replayed", 0.0);
    assert_is(&outcome, "attempts.total", 0.0);
    assert_is(&outcome, "connections.end", 10_000.0);
    let p50 = value(&outcome, "delivery_lag.p50");
    assert!((0.06..0.11).contains(&p50), "{p50}");
}

#[test]
fn a_direct_delivery_is_at_most_seven_events() {
    let mut scenario = chat(10_000, 4);
    clients(&mut scenario).network.lifetime = None;
    let outcome = run(&scenario);
    let sent = value(&outcome, "deliveries.intended");
    let pending = value(&outcome, "deliveries.pending");
    #[expect(clippy::cast_precision_loss, reason = "small")]
    let events = outcome.events as f64;
    assert!(events <= 7.0 * sent + 1.0 && events >= 7.0 * (sent - pending), "{events} for {sent}");
}

#[test]
fn a_deploy_with_replay_loses_nothing() {
    let mut scenario = chat(20_000, 4);
    scenario.horizon = Time::ZERO + secs(240);
    clients(&mut scenario).network.silent_drops = squall::units::Share(0.0);
    deploy(&mut scenario, 30, 1);
    let outcome = run(&scenario);
    assert_is(&outcome, "deliveries.missed", 0.0);
    assert!(value(&outcome, "deliveries.replayed") > 10.0);
    assert!(value(&outcome, "deploy.duration") > 100.0);
    let moves = value(&outcome, "deploy.moves_per_client");
    assert!((1.3..2.1).contains(&moves), "{moves}");
}

/// What crashes while it drains is replaced all the same, and a second deploy of a pool waits for
/// the first: each instance is drained once by each.
#[test]
fn a_crash_or_a_second_deploy_does_not_stop_a_deploy() {
    let mut scenario = chat(2_000, 3);
    scenario.horizon = Time::ZERO + secs(360);
    clients(&mut scenario).network.lifetime = None;
    deploy(&mut scenario, 20, 1);
    let alone = value(&run(&scenario), "deploy.duration");
    for (kind, restart) in
        [(CrashKind::Process, None), (CrashKind::Host, None), (CrashKind::Process, Some(secs(2)))]
    {
        let mut crashed = scenario.clone();
        crash(&mut crashed, 30, kind, restart);
        let outcome = run(&crashed);
        let duration = value(&outcome, "deploy.duration");
        assert!((alone - 30.0..alone + 30.0).contains(&duration), "{kind:?}: {duration}, {alone}");
        assert_is(&outcome, "connections.end", 2_000.0);
    }
    deploy(&mut scenario, 30, 1);
    scenario.timeline[1].name = "again".to_owned();
    let outcome = run(&scenario);
    assert_is(&outcome, "deploy.duration", alone);
    assert!((value(&outcome, "again.duration") - alone).abs() < 5.0);
    assert!((1.2..2.2).contains(&value(&outcome, "again.moves_per_client")));
}

/// A message that is kept for less time than its recipient is away expires, whoever looks first:
/// the returning client or the end of the run.
#[test]
fn what_the_buffer_keeps_too_long_expires() {
    let mut scenario = chat(6_000, 3);
    clients(&mut scenario).sends.as_mut().unwrap().per_user = squall::units::Rate(0.5);
    clients(&mut scenario).network.lifetime = None;
    clients(&mut scenario).reconnect.base = secs(30);
    clients(&mut scenario).reconnect.jitter = Jitter::None;
    replay(&mut scenario).retention = secs(10);
    crash(&mut scenario, 50, CrashKind::Process, Some(secs(1)));
    for (horizon, returned) in [(120, true), (75, false)] {
        scenario.horizon = Time::ZERO + secs(horizon);
        let outcome = run(&scenario);
        let expired = value(&outcome, "deliveries.expired");
        let late =
            value(&outcome, if returned { "deliveries.replayed" } else { "pending.waiting" });
        // A third of the users is away from 50 s on, for 30 s or until the run ends. What others
        // send them expires, but for the last 10 s; what they send waits in their outboxes.
        let away = value(&outcome, "outage.user_seconds");
        let length = if returned { 30.0 } else { 25.0 };
        let here = 1.0 - away / length / 6_000.0;
        let expected = 0.5 * away * here * (length - 10.0) / length;
        assert!((expired / expected - 1.0).abs() < 0.06, "{expired}, expected {expected}");
        assert!(late > 1_000.0, "{late}");
        assert_is(&outcome, "deliveries.lost", value(&outcome, "lost.gateway_crash"));
    }
}

/// A third of the users is away for 30 s, and writes each 2 s: half of that on average waits for
/// them to be back, none for longer.
#[test]
fn what_is_written_away_waits_in_an_outbox() {
    let mut scenario = chat(6_000, 3);
    clients(&mut scenario).sends.as_mut().unwrap().per_user = squall::units::Rate(0.5);
    clients(&mut scenario).network.lifetime = None;
    away_for(&mut scenario, 30, 1.0 / 3.0);
    let outcome = run(&scenario);
    let written = 0.5 * value(&outcome, "outage.user_seconds");
    let waited = value(&outcome, "sends.waited");
    assert!((waited / written - 1.0).abs() < 0.02, "{waited} of {written}");
    let all = 0.5 * 6_000.0 * scenario.horizon.seconds();
    assert!((value(&outcome, "sends.total") / all - 1.0).abs() < 0.02);
    assert!((value(&outcome, "sends.wait.mean") / 15.0 - 1.0).abs() < 0.03);
    assert!((29.0..35.0).contains(&value(&outcome, "sends.wait.max")));
}

/// Without resume, what is lost is what was sent to users while they were away.
#[test]
fn a_deploy_without_replay_loses_messages_times_time_away() {
    let mut scenario = chat(50_000, 4);
    scenario.horizon = Time::ZERO + secs(240);
    clients(&mut scenario).resume = Resume::None;
    clients(&mut scenario).network.lifetime = None;
    clients(&mut scenario).sends = Some(Sends {
        per_user: squall::units::Rate(0.5),
        payload: squall::units::Bytes(300),
        acknowledged: None,
        to: Audience::Direct,
    });
    deploy(&mut scenario, 30, 1);
    let outcome = run(&scenario);
    let away = value(&outcome, "outage.user_seconds");
    let lost = value(&outcome, "deliveries.missed");
    let expected = 0.5 * away;
    assert!(lost > 1_000.0);
    // Those on the way when the client leaves, and those looked up before the registry knows of
    // the new connection, are lost as well: half a round trip and about 1 ms inside for each move.
    let moved = value(&outcome, "attempts.accepted");
    let on_the_way = 0.5 * moved * 0.060;
    let error = (lost - expected - on_the_way).abs();
    assert!(error < 4.0 * lost.sqrt() + 0.1 * expected, "{lost}: {expected} + {on_the_way}");
}

#[test]
fn crashes_are_survived_with_replay() {
    for kind in [CrashKind::Process, CrashKind::Host] {
        let mut scenario = chat(20_000, 3);
        scenario.horizon = Time::ZERO + secs(240);
        crash(&mut scenario, 30, kind, Some(secs(60)));
        let outcome = run(&scenario);
        assert!(value(&outcome, "attempts.total") > 5_000.0);
        assert!(value(&outcome, "connections.end") > 19_900.0);
        let lost = value(&outcome, "deliveries.missed");
        let crashed = value(&outcome, "lost.gateway_crash") + value(&outcome, "lost.half_open");
        assert!((lost - crashed).abs() < 0.5, "{kind:?}: {lost} {crashed}");
    }
}

#[test]
fn jitter_policies_meet_the_same_messages() {
    let published = |jitter| {
        let mut scenario = chat(5_000, 3);
        clients(&mut scenario).reconnect.jitter = jitter;
        crash(&mut scenario, 20, CrashKind::Process, Some(secs(30)));
        squall::world::trace(&scenario, 0).sends
    };
    let full = published(Jitter::Full);
    assert!(full.len() > 8_000);
    assert_eq!(full, published(Jitter::None));
    assert_eq!(full, published(Jitter::Decorrelated));
}

/// Reordered deliveries, the slow way: each is held against all that reached its user earlier.
fn overtaken(trace: &Trace) -> usize {
    let mut of_user: BTreeMap<u32, Vec<(Time, u32)>> = BTreeMap::new();
    for &(at, user, place) in &trace.arrivals {
        of_user.entry(user).or_default().push((at, place));
    }
    let later = |all: &[(Time, u32)], (at, place): (Time, u32)| {
        all.iter().any(|other| other.0 < at && other.1 > place)
    };
    of_user.values().map(|all| all.iter().filter(|&&one| later(all, one)).count()).sum()
}

#[test]
fn reordered_deliveries_are_those_that_a_later_one_overtook() {
    let mut scenario = chat(2_000, 3);
    clients(&mut scenario).sends = Some(Sends {
        per_user: Rate(0.5),
        payload: Bytes(300),
        acknowledged: None,
        to: Audience::Direct,
    });
    let quiet = run(&scenario);
    assert_is(&quiet, "deliveries.reordered", 0.0);
    crash(&mut scenario, 20, CrashKind::Process, Some(secs(30)));
    for seed in 1..9 {
        scenario.seed = seed;
        let expected = overtaken(&squall::world::trace(&scenario, 0));
        assert!(expected > 20, "{expected}");
        let expected = f64::from(u32::try_from(expected).unwrap());
        let found = value(&run(&scenario), "deliveries.reordered");
        // A copy that came with a read, which is noticed later, is dated as the first of that read.
        assert!((found - expected).abs() <= 0.02 * expected, "{found}, expected {expected}");
    }
}

#[test]
fn a_bystander_moves_no_draw() {
    let scenario = chat(5_000, 3);
    let mut crowded = scenario.clone();
    let Parameters::Clients(own) = &scenario.nodes[0].parameters else { unreachable!() };
    let mut own = own.clone();
    own.sends = None;
    crowded.nodes.push(Node { name: "idlers".into(), parameters: Parameters::Clients(own) });
    crowded.links.push(super::chat::link(7, 1, None));
    let alone = squall::world::trace(&scenario, 0).sends;
    assert_eq!(alone, squall::world::trace(&crowded, 0).sends);
    let _ = NodeId(7);
}

/// A second crowd with a pool and a registry of its own changes nothing for the first, and each
/// registry is refreshed by its own users alone.
#[test]
fn a_separate_crowd_changes_nothing() {
    let mut scenario = chat(5_000, 3);
    deploy(&mut scenario, 20, 1);
    let mut crowded = scenario.clone();
    for (place, name) in [(0, "others"), (1, "edge2"), (2, "gateways2"), (5, "presence2")] {
        let Node { parameters, .. } = scenario.nodes[place].clone();
        crowded.nodes.push(Node { name: name.into(), parameters });
    }
    let Parameters::Clients(others) = &mut crowded.nodes[7].parameters else { unreachable!() };
    (others.count, others.sends, others.resume) = (45_000, None, Resume::None);
    (others.network.lifetime, others.heartbeat.every) = (None, Some(secs(5)));
    crowded
        .links
        .extend([(7, 8), (8, 9), (9, 10)].map(|(source, target)| {
            super::chat::link(source, target, (source > 7).then_some(5e5))
        }));
    let (alone, both) = (run(&scenario), run(&crowded));
    for name in ["deliveries.live", "delivery_lag.mean", "delivery_lag.max", "reconnect.p99"] {
        assert_is(&both, name, value(&alone, name));
    }
    assert_eq!(alone.fingerprint, both.fingerprint);
    assert_is(&both, "deploy.moves_per_client", value(&alone, "deploy.moves_per_client"));
    let refreshes = "registry.refreshes_per_second";
    assert!((value(&both, refreshes) - value(&alone, refreshes) - 9_000.0).abs() < 1e-6);
}

#[test]
fn the_same_seed_is_the_same_run_and_another_is_not() {
    let mut scenario = chat(5_000, 3);
    deploy(&mut scenario, 20, 1);
    let first = run(&scenario);
    assert_eq!(first, run(&scenario));
    scenario.seed = 2;
    assert_ne!(first.fingerprint, run(&scenario).fingerprint);
}

#[test]
fn ledgers_add_up_in_many_small_worlds() {
    for seed in 0..40 {
        let mut scenario = chat(500 + 37 * u32::try_from(seed).unwrap(), 3);
        scenario.seed = seed;
        scenario.warm_up = Time::ZERO + secs(10);
        gateways(&mut scenario).max_connections = 250 + 10 * u32::try_from(seed).unwrap();
        clients(&mut scenario).outbox = u16::try_from(seed % 3).unwrap();
        clients(&mut scenario).network.lifetime =
            Some(squall::engine::Law::Exponential { mean: 60e9 });
        clients(&mut scenario).sends.as_mut().unwrap().per_user = squall::units::Rate(0.5);
        clients(&mut scenario).reconnect.attempts = (seed % 4 == 0).then_some(3);
        if seed % 2 == 0 {
            clients(&mut scenario).resume = Resume::None;
        }
        deploy(&mut scenario, 20, 1 + u16::try_from(seed % 3).unwrap());
        let kind = if seed % 5 == 0 { CrashKind::Host } else { CrashKind::Process };
        crash(&mut scenario, 35 + seed, kind, (seed % 7 != 0).then_some(secs(20)));
        run(&scenario);
    }
}

/// The headline's size: run it alone, in release, to look at its speed and memory.
#[test]
#[ignore = "a million users: for the long form"]
fn a_million_users() {
    let mut scenario = chat(1_000_000, 16);
    scenario.horizon = Time::ZERO + secs(480);
    gateways(&mut scenario).max_connections = 150_000;
    clients(&mut scenario).network.silent_drops = squall::units::Share(0.0);
    deploy(&mut scenario, 60, 2);
    let outcome = run(&scenario);
    for measure in &outcome.measures {
        println!("{} {:?}", measure.name, measure.value);
    }
    println!("events {}", outcome.events);
    assert_is(&outcome, "deliveries.missed", 0.0);
}

/// The trajectory of a fixed run. A change that moves it says why in CHANGELOG.md.
#[test]
fn the_fingerprint_of_a_fixed_run() {
    let mut scenario = chat(5_000, 3);
    deploy(&mut scenario, 20, 1);
    crash(&mut scenario, 90, CrashKind::Host, Some(secs(10)));
    assert_eq!(format!("{:016x}", run(&scenario).fingerprint), "3d1ec0d6c12c2917");
}
