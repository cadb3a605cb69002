//! A registry whose replica lags, and a buffer with a bound in bytes, against closed forms.
use super::{
    chat::{chat, clients, fanout_of, replay, secs},
    consumers::{close, count, measure, run},
};
use squall::{
    engine::{Law, Span, Time},
    node::parameters::{Jitter, OnStale, Parameters, Resume},
    record::{Amount, Outcome},
    scenario::Scenario,
    units::{Bytes, Rate, Share},
};

const USERS: u32 = 2_000;
const RATE: f64 = 4_000.0;

/// Connections that live for a minute on average, of users who are back after three seconds.
fn restless(lag: Span) -> Scenario {
    let mut scenario = chat(USERS, 4);
    let crowd = clients(&mut scenario);
    crowd.network.rtt = Law::Constant(50e6);
    crowd.network.lifetime = Some(Law::Exponential { mean: 60e9 });
    crowd.network.silent_drops = Share(0.0);
    (crowd.reconnect.base, crowd.reconnect.jitter) = (secs(3), Jitter::None);
    crowd.resume = Resume::None;
    crowd.sends.as_mut().unwrap().per_user = Rate(RATE / f64::from(USERS));
    fanout_of(&mut scenario).on_stale = OnStale::Drop;
    let Parameters::Registry(registry) = &mut scenario.nodes[5].parameters else { panic!() };
    registry.replica_lag = lag;
    scenario.horizon = Time::ZERO + secs(300);
    scenario
}

/// A connection's end reaches the gateway after 25.5 ms and the registry after 26.01 ms.
const CLOSE: f64 = 0.026_01;
/// From the look-up to the push: an operation, and 1.5 ms.
const PUSH: f64 = 0.001_51;

/// A look-up is stale from when its answer finds nobody until the replica shows that.
#[test]
fn stale_look_ups_are_reconnects_times_the_lag_and_the_rest() {
    for (lag, error) in [(0, 0.12), (200, 0.05), (1_000, 0.03)] {
        let outcome = run(&restless(Span::from_millis(lag)));
        let lag = Span::from_millis(lag).seconds();
        let losses = measure(&outcome, "attempts.total");
        let each = losses / f64::from(USERS) / 300.0;
        let share = each * (lag + CLOSE + PUSH);
        let stale = measure(&outcome, "registry.stale_routes");
        close(stale / measure(&outcome, "deliveries.intended"), share, error);
        assert_eq!(count(&outcome, "registry.stale_routes"), count(&outcome, "lost.stale_route"));
        // Shown for so long after each end, and not for so long after each begin.
        close(measure(&outcome, "presence.falsely_online"), losses * (lag + CLOSE), 0.02);
        let late = measure(&outcome, "presence.falsely_offline");
        close(late, losses * (lag + 0.000_51), 0.02);
        close(measure(&outcome, "presence.flaps"), losses, 0.02);
        close(measure(&outcome, "presence.noticed.p50"), lag + CLOSE, 0.02);
    }
}

/// A lag that is longer than an absence shows it once it is over: users are online all the while
/// that they are away, and away as long while they are online.
#[test]
fn a_lag_longer_than_an_absence_shows_it_afterwards() {
    let mut scenario = restless(secs(4));
    clients(&mut scenario).network.lifetime = Some(Law::Exponential { mean: 1_200e9 });
    scenario.horizon = Time::ZERO + secs(1_200);
    scenario.tick = secs(10);
    clients(&mut scenario).sends = None;
    let outcome = run(&scenario);
    let away = measure(&outcome, "outage.user_seconds");
    close(measure(&outcome, "presence.falsely_online"), away, 0.01);
    close(measure(&outcome, "presence.falsely_offline"), away, 0.03);
}

/// A route that is not seen yet leaves messages in the buffer until the next return.
#[test]
fn what_misses_the_new_route_waits_for_the_next_return() {
    let outcome = |lag| {
        let mut scenario = restless(lag);
        clients(&mut scenario).resume = Resume::LastSeenId;
        fanout_of(&mut scenario).on_stale = OnStale::LookUpAgain;
        run(&scenario)
    };
    let (none, lags) = (outcome(Span::ZERO), outcome(secs(1)));
    for outcome in [&none, &lags] {
        assert_eq!(count(outcome, "deliveries.lost"), 0);
    }
    // Its sender was away, and then it: two absences.
    assert!(measure(&none, "delivery_lag.max") < 10.0, "replayed at once");
    assert!(measure(&lags, "delivery_lag.max") > 100.0, "after another life of a connection");
    let waits = measure(&lags, "pending.waiting") - measure(&none, "pending.waiting");
    // At the end those wait who came in the first second of the connections that are open: a
    // message for each two connections' rate, less what reads between open and entry took.
    let expected = RATE / f64::from(USERS) * f64::from(USERS) * (1.0 - 300.0_f64.recip());
    assert!(waits > 0.5 * expected && waits < 1.1 * expected, "{waits} of {expected}");
}

/// Outages and crashes with a replica: the same entries, so much later.
#[test]
fn a_lag_shifts_the_end_of_what_a_dead_gateway_leaves() {
    let noticed = |lag| {
        let mut scenario = restless(lag);
        let crowd = clients(&mut scenario);
        (crowd.network.lifetime, crowd.reconnect.attempts) = (None, Some(1));
        let Parameters::LoadBalancer(edge) = &mut scenario.nodes[1].parameters else { panic!() };
        edge.health_check.interval = secs(1_000);
        super::chat::crash(&mut scenario, 60, squall::scenario::CrashKind::Process, None);
        let outcome = run(&scenario);
        (measure(&outcome, "clients.gave_up"), measure(&outcome, "presence.falsely_online"))
    };
    let ((gone, none), (same, lags)) = (noticed(Span::ZERO), noticed(secs(5)));
    assert!(gone > 300.0 && (gone - same).abs() < 0.5);
    close(none, gone * (60.0 - 12.5), 0.03);
    assert!((lags - none - gone * 5.0).abs() < 0.01 * none, "{lags} after {none}");
}

fn kept(outcome: &Outcome) -> f64 {
    let used = outcome.usage.nodes.iter().find(|used| used.node == "replay").unwrap();
    let Amount::Kept(bytes) = used.amount else { panic!() };
    bytes
}

/// All payloads of a crowd are of one size: bytes are a bound on messages, on the bill as well.
#[test]
fn bytes_are_a_bound_on_messages() {
    let outcome = |messages, bytes: Option<u64>| {
        let mut scenario = restless(Span::ZERO);
        let crowd = clients(&mut scenario);
        crowd.resume = Resume::LastSeenId;
        crowd.sends.as_mut().unwrap().payload = Bytes(300);
        let replay = replay(&mut scenario);
        (replay.messages, replay.bytes) = (messages, bytes.map(Bytes));
        run(&scenario)
    };
    let (by_bytes, by_messages) = (outcome(1_000, Some(1_000)), outcome(3, None));
    assert_eq!(by_bytes.fingerprint, by_messages.fingerprint);
    close(kept(&by_bytes), f64::from(USERS) * 3.0 * 300.0, 1e-9);
    // Of Poisson(2/s · 3.2 s) messages three are kept: E[(N − 3)⁺] for each absence.
    let mean = RATE / f64::from(USERS) * 3.16;
    let chance = |n: i32| mean.powi(n) * (-mean).exp() / (1..=n).map(f64::from).product::<f64>();
    let short: f64 = (0..3).map(|n| f64::from(3 - n) * chance(n)).sum();
    let absences = measure(&by_bytes, "attempts.total");
    close(measure(&by_bytes, "lost.buffer_overflow"), absences * (mean - 3.0 + short), 0.05);
    assert_eq!(count(&outcome(1_000, None), "lost.buffer_overflow"), 0);
    assert_eq!(outcome(3, Some(1_000_000)).fingerprint, by_messages.fingerprint, "the tighter");
}
