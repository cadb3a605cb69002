//! What it is worth to return to the instance that held one's last connection.
use super::{
    chat::{chat, clients, deploy, gateways, replay, secs},
    consumers::{close, count, measure, run},
};
use squall::{
    engine::{Law, Span, Time},
    node::parameters::{Moves, Parameters, Policy, Rebuild, Resume, SessionState},
    record::Outcome,
    scenario::{Action, ActionKind, DropKind, NodeId, Scenario},
    units::{Bytes, Rate, Share},
};

const USERS: u32 = 4_000;

fn state(keep: Span) -> SessionState {
    let rebuild = Rebuild { cpu: Span::from_millis(2), reads: 3, latency: Span::from_millis(20) };
    SessionState { bytes: Bytes(4_000), keep, rebuild }
}

/// Users who send nothing, on `pool` gateways that keep the state of their sessions for a minute.
fn quiet(pool: u16, policy: Policy) -> Scenario {
    let mut scenario = chat(USERS, pool);
    let crowd = clients(&mut scenario);
    crowd.network.rtt = Law::Constant(50e6);
    (crowd.network.lifetime, crowd.sends, crowd.resume) = (None, None, Resume::None);
    let Parameters::LoadBalancer(edge) = &mut scenario.nodes[1].parameters else { panic!() };
    edge.policy = policy;
    gateways(&mut scenario).session = Some(state(secs(60)));
    scenario
}

/// The network drops them all.
fn dropped(pool: u16, policy: Policy) -> Scenario {
    let mut scenario = quiet(pool, policy);
    let (share, kind, within) = (Share(1.0), DropKind::Reset, Span::ZERO);
    let kind = ActionKind::DropClients { node: NodeId(0), share, kind, within };
    scenario.timeline.push(Action { at: Time::ZERO + secs(30), name: "drop".to_owned(), kind });
    scenario
}

const RING: Policy = Policy::ConsistentHash { virtual_nodes: 160 };

fn affinity(scenario: &Scenario) -> f64 {
    measure(&run(scenario), "reconnect.affinity")
}

#[test]
fn a_ring_leads_back_and_turns_do_once_in_n() {
    let ring = run(&dropped(4, RING));
    close(measure(&ring, "reconnect.affinity"), 1.0, 0.0);
    assert_eq!(count(&ring, "replay.reads"), 0);
    for pool in [4, 10] {
        let outcome = run(&dropped(pool, Policy::RoundRobin));
        let share = measure(&outcome, "reconnect.affinity");
        assert!((share - 1.0 / f64::from(pool)).abs() < 0.02, "{share} of {pool}");
        let rebuilt = f64::from(USERS) * (1.0 - share);
        close(measure(&outcome, "replay.reads"), 3.0 * rebuilt, 1e-9);
    }
}

/// A deploy replaces every instance: nobody finds anything, wherever they go.
#[test]
fn nothing_is_left_after_a_deploy() {
    for moves in [Moves::BreakFirst, Moves::MakeFirst] {
        for policy in [RING, Policy::RoundRobin] {
            let mut scenario = quiet(4, policy);
            scenario.horizon = Time::ZERO + secs(300);
            gateways(&mut scenario).drain.moves = moves;
            deploy(&mut scenario, 10, 1);
            let outcome = run(&scenario);
            assert_eq!(count(&outcome, "reconnect.affinity"), 0, "{moves:?} {policy:?}");
            let moved = count(&outcome, "attempts.accepted");
            assert!(moved > u64::from(USERS), "each moves once at least");
            // A few are cut off again while they open.
            let reads = count(&outcome, "replay.reads");
            assert!(3 * moved <= reads && reads <= 3 * count(&outcome, "attempts.total"));
        }
    }
}

/// Told to move by their age, those on a ring come back to where they are.
#[test]
fn who_makes_first_finds_its_state() {
    let outcome = |policy| {
        let mut scenario = quiet(4, policy);
        let pool = gateways(&mut scenario);
        pool.drain.moves = Moves::MakeFirst;
        (pool.max_age, pool.age_dither) = (Some(secs(50)), secs(20));
        run(&scenario)
    };
    let ring = outcome(RING);
    assert!(count(&ring, "attempts.accepted") > 2 * u64::from(USERS));
    close(measure(&ring, "reconnect.affinity"), 1.0, 0.0);
    assert!((affinity_of(&outcome(Policy::RoundRobin)) - 0.25).abs() < 0.02);
}

fn affinity_of(outcome: &Outcome) -> f64 {
    measure(outcome, "reconnect.affinity")
}

/// State that is kept for half a second: the backoff is U(0, 1 s), and the handshake takes one and
/// a half round trips to the gateway.
#[test]
fn state_is_kept_for_so_long() {
    let mut scenario = dropped(4, RING);
    gateways(&mut scenario).session = Some(state(Span::from_millis(500)));
    let share = 0.5 - 1.5 * 0.051;
    assert!((affinity(&scenario) - share).abs() < 0.02, "{}", affinity(&scenario));
}

/// The time of a rebuild is that of the connection, to the nanosecond.
#[test]
fn a_rebuild_delays_each_connection_by_its_latency() {
    let outcome = |session: Option<SessionState>| {
        let mut scenario = dropped(4, RING);
        gateways(&mut scenario).session = session;
        run(&scenario)
    };
    let latency = Span::from_millis(300);
    let mut session = state(Span::ZERO);
    session.rebuild = Rebuild { cpu: Span::ZERO, reads: 0, latency };
    let (without, with) = (outcome(None), outcome(Some(session)));
    let longer = |name| measure(&with, name) - measure(&without, name);
    close(longer("reconnect.max"), 0.3, 1e-9);
    close(longer("reconnect.p50"), 0.3, 0.03);
    close(longer("outage.user_seconds"), 0.3 * f64::from(USERS), 1e-6);
    // 2 ms of CPU more than 2.2 ms, at the same instances.
    session.rebuild.cpu = Span::from_millis(2);
    let busy = |outcome: &Outcome| measure(outcome, "gateways.cpu.mean");
    let none = outcome(None);
    let added = (busy(&outcome(Some(session))) - busy(&none)) * 120.0 * 32.0;
    close(added, 0.002 * f64::from(USERS), 0.02);
}

/// A herd queues at the store: 12,000 reads at 2,000 a second take six. What takes longer than the
/// clients' patience is tried again, and read again.
#[test]
fn a_herd_queues_at_the_store() {
    let outcome = |rate| {
        let mut scenario = dropped(4, RING);
        gateways(&mut scenario).session = Some(state(Span::ZERO));
        replay(&mut scenario).reads = Rate(rate);
        scenario.horizon = Time::ZERO + secs(600);
        run(&scenario)
    };
    let calm = outcome(2_000.0);
    assert_eq!(count(&calm, "replay.reads"), 12_000);
    close(measure(&calm, "reconnect.max"), 6.2, 0.03);
    assert_eq!(count(&calm, "attempts.timed_out"), 0);
    let storm = outcome(500.0);
    assert!(count(&storm, "attempts.timed_out") > 1_000);
    assert!(count(&storm, "replay.reads") > 15_000);
    assert!(count(&storm, "handshakes.wasted") > 1_000);
}

/// Where there is no buffer, the registry is read.
#[test]
fn without_a_buffer_the_registry_is_read() {
    let operations = |keep| {
        let mut scenario = dropped(4, RING);
        scenario.links.retain(|link| link.target != NodeId(6));
        gateways(&mut scenario).session = Some(state(keep));
        measure(&run(&scenario), "registry.operations")
    };
    let more = operations(Span::ZERO) - operations(secs(60));
    // Refreshes stand still for some milliseconds more.
    close(more, 3.0 * f64::from(USERS), 1e-3);
}

#[test]
fn state_takes_memory() {
    let mut scenario = quiet(4, Policy::RoundRobin);
    let outcome = run(&scenario);
    close(measure(&outcome, "memory.peak"), f64::from(USERS) * 14_000.0, 1e-9);
    gateways(&mut scenario).memory.limit = Bytes(14_000 * 900);
    assert_eq!(count(&run(&scenario), "connections.peak"), 3_600);
}
