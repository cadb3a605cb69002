//! A managed service in the place of gateways: its quota, its clocks, and what it bills.
use super::{
    chat::{chat, clients, fanout_of, secs},
    consumers::{close, count, measure, run},
    sources::{source, with_source},
};
use squall::{
    engine::{Law, Span, Time},
    node::parameters::{Heartbeat, Jitter, Managed, Parameters, Reconnect, SourceAudience, Ticks},
    record::{Amount, Outcome},
    scenario::{Action, ActionKind, DropKind, NodeId, Scenario},
    units::{Bytes, Rate, Share},
};

pub(crate) fn service() -> Managed {
    Managed {
        new_connections: Rate(100.0),
        burst: 100,
        retry_after: None,
        max_frame: Bytes(32_000),
        max_message: Bytes(128_000),
        message_unit: Bytes(32_000),
        idle_timeout: secs(600),
        max_age: Some(secs(7_200)),
        latency: Span::ZERO,
        handshake_rtts: 3.0,
        resumption: Share(0.6),
    }
}

/// The chat, held by a service; nothing but it ends a connection.
pub(crate) fn held(users: u32, change: impl FnOnce(&mut Managed)) -> Scenario {
    let mut scenario = chat(users, 1);
    let mut managed = service();
    change(&mut managed);
    scenario.nodes[2].parameters = Parameters::Gateway(managed.pool());
    let crowd = clients(&mut scenario);
    crowd.network.lifetime = None;
    crowd.network.rtt = Law::Constant(50e6);
    scenario
}

fn drop_all(scenario: &mut Scenario, at: u64) {
    scenario.timeline.push(Action {
        at: Time::ZERO + secs(at),
        name: "drop".to_owned(),
        kind: ActionKind::DropClients {
            node: NodeId(0),
            share: Share(1.0),
            kind: DropKind::Reset,
            within: Span::ZERO,
        },
    });
}

/// Who is dropped together comes back no faster than the quota fills, less its burst.
#[test]
fn a_herd_comes_back_at_the_pace_of_the_quota() {
    let back = |users: u32, window: u64| {
        let mut scenario = held(users, |_| {});
        scenario.horizon = Time::ZERO + secs(400);
        let crowd = clients(&mut scenario);
        let reconnect = Reconnect { base: secs(1), cap: secs(30), ..crowd.reconnect.clone() };
        crowd.reconnect = match window {
            0 => Reconnect { jitter: Jitter::Full, ..reconnect },
            _ => Reconnect { base: secs(window), cap: secs(window), ..reconnect },
        };
        drop_all(&mut scenario, 10);
        run(&scenario)
    };
    for users in [5_000_u32, 10_000] {
        let bound = (f64::from(users) - 100.0) / 100.0;
        let storm = back(users, 0);
        let all = measure(&storm, "recovery.drop.all");
        assert!((bound..1.6 * bound).contains(&all), "{all} of {bound}");
        assert!(measure(&storm, "attempts.refused") > f64::from(users));
        assert_eq!(count(&storm, "clients.gave_up"), 0);
        // A window of N over the quota is wide enough, but for chance.
        let window = u64::from(users) / 100;
        let wide = back(users, window + window / 5);
        assert_eq!(count(&wide, "attempts.refused"), 0);
        close(measure(&wide, "attempts.total"), f64::from(users), 0.001);
        let narrow = back(users, window / 2);
        assert!(measure(&narrow, "attempts.refused") > f64::from(users) / 4.0);
    }
}

/// Each connection is closed when it is so old: N over the age a second, for ever.
#[test]
fn connections_have_a_longest_age() {
    let mut scenario = held(4_000, |managed| managed.max_age = Some(secs(200)));
    scenario.horizon = Time::ZERO + secs(1_000);
    let outcome = run(&scenario);
    close(measure(&outcome, "connections.closed"), 4_000.0 * 5.0, 0.02);
    close(measure(&outcome, "gateways.budget.new_connections"), 0.2, 0.02);
    assert_eq!(count(&outcome, "deliveries.missed"), 0);
    let never = run(&held(4_000, |managed| managed.max_age = None));
    assert_eq!(count(&never, "connections.closed"), 0);
}

/// What is for all is one call, also where each connection ends when nothing has gone over it.
#[test]
fn who_may_be_closed_idle_is_called_with_the_others() {
    let runs = [Some(secs(25)), None].map(|every| {
        let mut scenario = held(2_000, |managed| managed.max_age = None);
        with_source(&mut scenario, "ticker", Ticks::Every(secs(1)));
        source(&mut scenario).to = SourceAudience::All;
        fanout_of(&mut scenario).service = Law::Constant(1e6);
        let crowd = clients(&mut scenario);
        crowd.sends = None;
        crowd.heartbeat.every = every;
        run(&scenario)
    });
    for name in ["delivery_lag.mean", "fanout.cpu.mean"] {
        close(measure(&runs[1], name), measure(&runs[0], name), 0.02);
    }
    assert_eq!(count(&runs[0], "deliveries.missed"), count(&runs[1], "deliveries.missed"));
}

/// Heartbeats keep a connection open that has no messages; without them a user who neither sends
/// nor gets one is cut off, each time anew.
#[test]
fn what_is_idle_is_closed() {
    let closed = |every: Option<Span>, rate: f64| {
        let mut scenario = held(2_000, |managed| {
            (managed.idle_timeout, managed.max_age) = (secs(60), None);
        });
        scenario.horizon = Time::ZERO + secs(660);
        let crowd = clients(&mut scenario);
        crowd.heartbeat = Heartbeat { every, ..crowd.heartbeat };
        crowd.sends.as_mut().unwrap().per_user = Rate(rate);
        run(&scenario)
    };
    assert_eq!(count(&closed(Some(secs(25)), 1e-6), "connections.closed"), 0);
    // Eleven minutes, and a handshake and a backoff of half a second between two connections.
    for every in [None, Some(secs(60))] {
        let idle = measure(&closed(every, 1e-6), "connections.closed");
        close(idle, 2_000.0 * 660.0 / 60.7, 0.02);
    }
    // Sent or got one in 20 s: the first gap of a minute is over after (e^3 − 1)·20 s on average.
    let some = measure(&closed(None, 1.0 / 40.0), "connections.closed");
    close(some, 2_000.0 * 660.0 / ((3.0_f64.exp() - 1.0) * 20.0), 0.08);
    assert_eq!(count(&closed(None, 1.0), "connections.closed"), 0);
}

/// It adds its latency on the way up and on the way down.
#[test]
fn its_latency_is_on_both_ways() {
    let lag = |millis| {
        let outcome = run(&held(1_000, |managed| managed.latency = Span::from_millis(millis)));
        measure(&outcome, "delivery_lag.mean")
    };
    let (without, with) = (lag(0), lag(20));
    assert!((with - without - 0.040).abs() < 1e-3, "{without} {with}");
}

fn billed(outcome: &Outcome) -> (f64, f64, f64) {
    let used = outcome.usage.nodes.iter().find(|used| used.node == "gateways").unwrap();
    let Amount::Managed { messages, pings, connections, .. } = used.amount else { panic!() };
    (messages, pings, connections)
}

/// A message counts once up and once down, and once for each unit that it fills.
#[test]
fn messages_are_billed_by_the_unit() {
    for (payload, units) in [(300, 1.0), (32_000, 1.0), (32_001, 2.0), (100_000, 4.0)] {
        let mut scenario = held(1_000, |managed| managed.max_age = None);
        clients(&mut scenario).sends.as_mut().unwrap().payload = Bytes(payload);
        let outcome = run(&scenario);
        let seconds = outcome.usage.over.seconds();
        let (messages, pings, connections) = billed(&outcome);
        let sent = measure(&outcome, "deliveries.intended");
        let pending = measure(&outcome, "pending.in_flight");
        let both = messages * seconds / units;
        assert!((2.0 * (sent - pending)..=2.0 * sent).contains(&both.round()), "{both} of {sent}");
        close(connections, 1_000.0, 1e-3);
        close(pings, 2.0 * connections / 25.0, 1e-9);
        close(measure(&outcome, "gateways.messages"), messages * seconds, 1e-9);
    }
}

/// Nothing is sized: no memory, no CPU, no room.
/// What a source sends is billed by its own size, not by that of what users send.
#[test]
fn messages_of_a_source_are_billed_by_their_own_size() {
    let messages = |payload| {
        let mut scenario = held(1_000, |_| {});
        clients(&mut scenario).sends = None;
        with_source(&mut scenario, "ticker", Ticks::Rate(Rate(100.0)));
        let Some(Parameters::Source(source)) =
            scenario.nodes.last_mut().map(|node| &mut node.parameters)
        else {
            panic!("the source is last")
        };
        source.payload = Bytes(payload);
        let outcome = run(&scenario);
        (billed(&outcome).0, measure(&outcome, "gateways.messages"))
    };
    let (small, large) = (messages(200), messages(90_000));
    close(large.0, 3.0 * small.0, 1e-9);
    close(large.1, 3.0 * small.1, 1e-9);
}

#[test]
fn no_budget_of_ours() {
    let outcome = run(&held(1_000, |_| {}));
    let has = |name: &str| outcome.measures.iter().any(|measure| measure.name == name);
    for name in ["memory.peak", "gateways.cpu.peak", "gateways.budget.memory"] {
        assert!(!has(name), "{name}");
    }
    assert!((measure(&outcome, "handshakes.capacity") - 100.0).abs() < 1e-9);
    assert_eq!(count(&outcome, "connections.peak"), 1_000);
}
