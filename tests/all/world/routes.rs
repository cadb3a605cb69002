//! How recipients are found: routes, registries that are down or slow, presence against the truth.
use super::{
    chat::{chat, clients, crash, fanout_of, gateways, secs},
    consumers::{close, count, measure, run},
};
use squall::{
    engine::{Span, Time},
    node::parameters::{OnStale, Parameters, Resume, Route},
    record::Outcome,
    scenario::{Action, ActionKind, CrashKind, NodeId, Scenario},
    units::Rate,
};

const FANOUT: NodeId = NodeId(4);
const REGISTRY: NodeId = NodeId(5);
const BUFFER: NodeId = NodeId(6);

fn quiet(users: u32, pool: u16, a_second: f64) -> Scenario {
    let mut scenario = chat(users, pool);
    let crowd = clients(&mut scenario);
    crowd.network.lifetime = None;
    crowd.resume = Resume::None;
    crowd.sends.as_mut().unwrap().per_user = Rate(a_second / f64::from(users));
    scenario.horizon = Time::ZERO + secs(300);
    scenario
}

fn during(scenario: &mut Scenario, at: u64, kind: ActionKind) {
    let name = format!("action-{}", scenario.timeline.len());
    scenario.timeline.push(Action { at: Time::ZERO + secs(at), name, kind });
}

/// The classic mistake: of n gateways one is right.
#[test]
fn a_random_gateway_is_right_once_in_n() {
    for pool in [2, 5, 10] {
        let mut scenario = quiet(2_000, pool, 300.0);
        fanout_of(&mut scenario).route = Route::RandomGateway;
        let outcome = run(&scenario);
        let n = f64::from(pool);
        let intended = measure(&outcome, "deliveries.intended");
        close(measure(&outcome, "lost.wrong_gateway") / intended, 1.0 - 1.0 / n, 0.02);
        assert_eq!(count(&outcome, "deliveries.lost"), count(&outcome, "lost.wrong_gateway"));
    }
}

#[test]
fn broadcast_and_the_ring_find_everybody_without_a_registry() {
    for route in [Route::Broadcast, Route::ConsistentHash] {
        let mut scenario = quiet(2_000, 5, 300.0);
        fanout_of(&mut scenario).route = route;
        let outcome = run(&scenario);
        assert_eq!(count(&outcome, "deliveries.lost"), 0, "{route:?}");
        let ended = count(&outcome, "deliveries.live") + count(&outcome, "deliveries.pending");
        assert_eq!(ended, count(&outcome, "deliveries.intended"), "{route:?}");
    }
}

/// Each gateway takes every message in: the CPU of the pool grows with its size.
#[test]
fn broadcast_costs_every_gateway() {
    let cpu = |route| {
        let mut scenario = quiet(2_000, 8, 2_000.0);
        gateways(&mut scenario).cpu.idle = 0.0;
        gateways(&mut scenario).cores = 1;
        fanout_of(&mut scenario).route = route;
        measure(&run(&scenario), "gateways.cpu.mean")
    };
    // Registry: 11 µs up and 11 µs down, an eighth each. Broadcast: 11 µs more at each of them.
    close(cpu(Route::Registry), 2_000.0 * 22e-6 / 8.0, 0.03);
    close(cpu(Route::Broadcast), 2_000.0 * (22e-6 / 8.0 + 11e-6), 0.03);
}

/// After a crash users sit where the ring no longer says once their gateway is back.
#[test]
fn the_ring_is_wrong_about_users_who_were_placed_elsewhere() {
    let mut scenario = quiet(2_000, 4, 300.0);
    fanout_of(&mut scenario).route = Route::ConsistentHash;
    crash(&mut scenario, 60, CrashKind::Process, Some(secs(60)));
    let outcome = run(&scenario);
    let stale = count(&outcome, "lost.stale_route");
    assert!(stale > 1_000, "{stale}");
}

/// Look-ups of a registry that is down: nothing is routed for so long.
#[test]
fn a_registry_that_is_down_loses_what_nobody_keeps() {
    let mut scenario = quiet(2_000, 4, 500.0);
    fanout_of(&mut scenario).rpc_timeout = Span::from_millis(100);
    during(&mut scenario, 60, ActionKind::Down { node: REGISTRY, lasts: secs(20) });
    let outcome = run(&scenario);
    close(measure(&outcome, "lost.registry_down"), 500.0 * 19.9, 0.03);
    assert_eq!(count(&outcome, "deliveries.lost"), count(&outcome, "lost.registry_down"));
    assert_eq!(count(&outcome, "presence.vanished"), 0, "20 s lose one refresh of two");
}

/// Falsely offline needs ⌈T/h⌉ − 1 lost refreshes in a row.
#[test]
fn users_vanish_when_enough_refreshes_are_lost() {
    let vanished = |lasts: u64| {
        let mut scenario = quiet(4_000, 4, 100.0);
        // T = 60 s, h = 25 s: two refreshes in a row must be lost, 25 to 50 s of outage.
        during(&mut scenario, 60, ActionKind::Down { node: REGISTRY, lasts: secs(lasts) });
        run(&scenario)
    };
    assert_eq!(count(&vanished(25), "presence.vanished"), 0);
    // Two fall into an outage of L, h < L < 2h, with probability L/h − 1.
    close(measure(&vanished(35), "presence.vanished"), 4_000.0 * 0.4, 0.05);
    let all = vanished(50);
    assert_eq!(count(&all, "presence.vanished"), 4_000);
    // Gone 60 s after the last refresh, back with the third after it, 75 s after the last.
    close(measure(&all, "presence.falsely_offline"), 4_000.0 * 15.0, 0.02);
    assert!(count(&all, "lost.falsely_offline") > 0);
}

/// A crash that nobody cleans up is found by the TTL: uniform on (T − h, T].
#[test]
fn entries_of_a_dead_gateway_go_after_their_ttl() {
    let mut scenario = quiet(4_000, 4, 100.0);
    clients(&mut scenario).reconnect.attempts = Some(1);
    let Parameters::LoadBalancer(edge) = &mut scenario.nodes[1].parameters else { panic!() };
    edge.health_check.interval = secs(1_000);
    crash(&mut scenario, 60, CrashKind::Process, None);
    let outcome = run(&scenario);
    // Its users try once more at the dead one, which the balancer believes in, and give up.
    let gone = measure(&outcome, "clients.gave_up");
    assert!(gone > 900.0, "{gone}");
    close(measure(&outcome, "presence.falsely_online"), gone * (60.0 - 12.5), 0.02);
}

/// Slow by so much that a queue builds: the wait grows while it lasts, also where nobody is asked.
#[test]
fn what_is_slow_delays() {
    let routes =
        [(REGISTRY, Route::Registry), (FANOUT, Route::Registry), (FANOUT, Route::Broadcast)];
    for (node, route) in routes {
        let lag = |factor: Option<f64>| {
            let mut scenario = quiet(2_000, 4, 500.0);
            let fanout = fanout_of(&mut scenario);
            (fanout.route, fanout.instances, fanout.concurrency) = (route, 1, 1);
            if let Some(factor) = factor {
                let lasts = Some(secs(60));
                during(&mut scenario, 60, ActionKind::Slow { node, factor, lasts });
            }
            let outcome = run(&scenario);
            assert_eq!(count(&outcome, "deliveries.lost"), 0);
            measure(&outcome, "delivery_lag.max")
        };
        // 500 messages a second, of which 250 are served: half of a minute late at its end.
        let factor = if node == REGISTRY { 1e5 / 250.0 } else { 25e3 / 250.0 };
        let slowest = lag(Some(factor));
        assert!((15.0..45.0).contains(&slowest), "{node:?} {route:?}: {slowest}");
        assert!(lag(None) < 3.0 && lag(Some(0.5)) < 3.0, "{node:?}");
    }
}

/// All users are dropped after a minute; the buffer does so many reads a second.
fn dropped(reads: f64) -> Outcome {
    let mut scenario = quiet(4_000, 4, 400.0);
    clients(&mut scenario).resume = Resume::LastSeenId;
    let Parameters::Buffer(buffer) = &mut scenario.nodes[6].parameters else { panic!() };
    buffer.reads = Rate(reads);
    let drop = ActionKind::DropClients {
        node: NodeId(0),
        share: squall::units::Share(1.0),
        kind: squall::scenario::DropKind::Reset,
        within: Span::ZERO,
    };
    during(&mut scenario, 60, drop);
    run(&scenario)
}

/// All users of a dropped crowd read the buffer when they return; it serves them in turn.
#[test]
fn reads_of_the_buffer_queue_up() {
    let lag = |reads| measure(&dropped(reads), "delivery_lag.max");
    // 4,000 reads at 100 a second take 40 s.
    assert!((30.0..45.0).contains(&lag(100.0)), "{}", lag(100.0));
    assert!(lag(100_000.0) < 15.0);
}

/// Everybody is connected soon; the queue of the buffer is told, and recovery waits for it.
#[test]
fn a_recovery_lasts_until_the_stores_have_caught_up() {
    let of = |reads| {
        let outcome = dropped(reads);
        let queue = outcome.series.iter().find(|it| it.node == "replay" && it.quantity == "queue");
        let longest = queue.unwrap().values.iter().copied().fold(0.0, f64::max);
        let recovery = outcome.phases.iter().find(|phase| phase.name == "recovery").unwrap();
        (longest, recovery.end.since(recovery.start).seconds())
    };
    let ((short, soon), (long, late)) = (of(100_000.0), of(100.0));
    assert!(short < 0.1 && soon < 15.0, "{short} {soon}");
    assert!((20.0..40.0).contains(&long) && (38.0..45.0).contains(&late), "{long} {late}");
}

/// A buffer that is down hands out what it kept when it is back.
#[test]
fn a_buffer_that_is_down_is_read_later() {
    let mut scenario = quiet(2_000, 4, 400.0);
    clients(&mut scenario).resume = Resume::LastSeenId;
    fanout_of(&mut scenario).on_stale = OnStale::Buffer;
    crash(&mut scenario, 60, CrashKind::Process, Some(secs(1)));
    during(&mut scenario, 60, ActionKind::Down { node: BUFFER, lasts: secs(60) });
    let outcome = run(&scenario);
    // What senders had just given to the dead gateway is lost; nothing else is.
    assert_eq!(count(&outcome, "deliveries.lost"), count(&outcome, "lost.gateway_crash"));
    assert!(measure(&outcome, "delivery_lag.max") > 55.0);
}
