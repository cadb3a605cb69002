//! Calls of the fan-out that wait for an answer: their cap and the budget of second tries, against
//! Little's law and Erlang's formula.
use super::{
    chat::{chat, clients, crash, fanout_of, secs},
    consumers::{close, count, measure, run},
};
use squall::{
    engine::{Span, Time},
    node::parameters::{OnStale, Parameters, Policy, Resume},
    record::Outcome,
    scenario::{Action, ActionKind, CrashKind, NodeId, Scenario},
    units::{Rate, Share},
};

const USERS: u32 = 4_000;
const RATE: f64 = 4_000.0;

/// A quarter of the users is on a host that is silent from the 60th second on; nobody has noticed
/// by the 79th.
fn silent() -> Scenario {
    let mut scenario = chat(USERS, 4);
    let crowd = clients(&mut scenario);
    crowd.network.lifetime = None;
    crowd.resume = Resume::None;
    crowd.sends.as_mut().unwrap().per_user = Rate(RATE / f64::from(USERS));
    let Parameters::LoadBalancer(edge) = &mut scenario.nodes[1].parameters else { panic!() };
    edge.policy = Policy::RoundRobin;
    fanout_of(&mut scenario).instances = 1;
    fanout_of(&mut scenario).on_stale = OnStale::Drop;
    crash(&mut scenario, 60, CrashKind::Host, None);
    scenario.warm_up = Time::ZERO + secs(62);
    scenario.horizon = Time::ZERO + secs(79);
    scenario
}

fn capped(in_flight: u32) -> Outcome {
    let mut scenario = silent();
    fanout_of(&mut scenario).in_flight = Some(in_flight);
    run(&scenario)
}

/// What comes to the fan-out: three quarters of the senders are alive.
fn arrived(outcome: &Outcome) -> f64 {
    measure(outcome, "deliveries.intended") - measure(outcome, "lost.half_open")
}

/// Calls that wait: rate times how long they do. A look-up and its answer take 2 ms in all, and a
/// silent host a second more.
fn offered() -> f64 {
    let rate = RATE * 3.0 / 4.0;
    rate * (0.002_01 + 1.0 / 4.0)
}

/// The share of calls that find all of `lines` taken, whatever the law of their length.
fn erlang_b(offered: f64, lines: u32) -> f64 {
    (1..=lines).fold(1.0, |b, k| offered * b / (f64::from(k) + offered * b))
}

#[test]
fn calls_to_a_silent_host_wait_as_littles_law_says() {
    let peak = measure(&capped(1_000_000), "fanout.in_flight.peak");
    let mean = offered();
    assert!(mean < peak && peak < mean + 5.0 * mean.sqrt(), "{peak}, mean {mean}");
    assert_eq!(count(&capped(1_000_000), "lost.in_flight"), 0);
}

/// A cap below that is a system with so many lines and no queue. It is shared, so those on live
/// hosts lose the same share, though their own calls would never fill it.
#[test]
fn what_a_cap_loses_is_erlangs_formula() {
    for cap in [100, 300, 600] {
        let outcome = capped(cap);
        let blocked = erlang_b(offered(), cap);
        assert_eq!(count(&outcome, "fanout.in_flight.peak"), u64::from(cap));
        close(measure(&outcome, "lost.in_flight"), arrived(&outcome) * blocked, 0.03);
        let live = measure(&outcome, "deliveries.live") + measure(&outcome, "pending.in_flight");
        let dead = measure(&outcome, "lost.stale_route");
        // What waits for a silent host at the end is under way as well.
        close(live + dead, arrived(&outcome) * (1.0 - blocked), 0.03);
        let waiting = f64::from(cap);
        close(live - waiting, arrived(&outcome) * (1.0 - blocked) * 3.0 / 4.0, 0.04);
    }
    // Without the silent host a call takes 2 ms, and six wait on average: 100 are never there.
    let mut scenario = silent();
    scenario.timeline.clear();
    fanout_of(&mut scenario).in_flight = Some(100);
    assert_eq!(count(&run(&scenario), "deliveries.lost"), 0);
}

/// What fails fast is left to the buffer, and comes late in place of never.
#[test]
fn what_fails_fast_is_left_to_the_buffer() {
    let mut scenario = silent();
    clients(&mut scenario).resume = Resume::LastSeenId;
    fanout_of(&mut scenario).in_flight = Some(300);
    let outcome = run(&scenario);
    assert_eq!(count(&outcome, "lost.in_flight"), 0);
    let blocked = arrived(&outcome) * erlang_b(offered(), 300);
    assert!(measure(&outcome, "pending.waiting") > blocked * 0.9, "{blocked}");
}

fn troubled(in_flight: Option<u32>) -> Outcome {
    let mut scenario = silent();
    let fanout = fanout_of(&mut scenario);
    (fanout.instances, fanout.on_stale, fanout.in_flight) = (3, OnStale::LookUpAgain, in_flight);
    let fanout = NodeId(4);
    let dies = ActionKind::Crash {
        node: fanout,
        instances: vec![1],
        kind: CrashKind::Process,
        restart: Some(secs(5)),
    };
    let slow = ActionKind::Slow { node: fanout, factor: 400.0, lasts: Some(secs(3)) };
    let down = ActionKind::Down { node: NodeId(5), lasts: secs(4) };
    for (at, kind) in [(63, dies), (66, slow), (68, down)] {
        let name = format!("trouble-{at}");
        scenario.timeline.push(Action { at: Time::ZERO + secs(at), name, kind });
    }
    let ActionKind::Crash { restart, .. } = &mut scenario.timeline[0].kind else { panic!() };
    *restart = Some(secs(30));
    scenario.warm_up = Time::ZERO + secs(150);
    scenario.horizon = Time::ZERO + secs(200);
    run(&scenario)
}

/// Whatever ends a call gives its place back: later nothing is missing. A cap that is not reached
/// changes nothing.
#[test]
fn no_place_is_lost_in_trouble() {
    let free = troubled(None);
    assert_eq!(troubled(Some(1_000_000)).fingerprint, free.fingerprint);
    let outcome = troubled(Some(40));
    assert_eq!(count(&outcome, "fanout.in_flight.peak"), 40, "it was reached");
    assert_eq!(count(&outcome, "deliveries.lost"), 0, "and is free again");
}

/// Second look-ups: ten at each instance, and then a share of its calls. So much more the registry
/// has to do in an outage, and no more.
#[test]
fn second_tries_stay_within_their_budget() {
    let outcome = |budget: Option<f64>| {
        let mut scenario = silent();
        scenario.warm_up = Time::ZERO;
        let fanout = fanout_of(&mut scenario);
        (fanout.instances, fanout.on_stale) = (2, OnStale::LookUpAgain);
        (fanout.in_flight, fanout.retry_budget) = (Some(1_000_000), budget.map(Share));
        fanout.rpc_timeout = Span::from_millis(100);
        run(&scenario)
    };
    let (free, none) = (outcome(None), outcome(Some(0.0)));
    assert_eq!(count(&none, "fanout.retries"), 20, "what the buckets hold");
    for budget in [0.001, 0.01] {
        let some = outcome(Some(budget));
        let (calls, retries) = (measure(&some, "fanout.calls"), measure(&some, "fanout.retries"));
        assert!(retries <= budget * calls + 20.0, "{retries} of {calls}");
        // Sixty seconds of them find the buckets full, and nineteen add to them.
        close(retries, budget * calls * 19.0 * 0.75 / (60.0 + 19.0 * 0.75) + 20.0, 0.03);
        let more = |name| measure(&free, name) - measure(&some, name);
        assert!((more("registry.operations") - more("fanout.retries")).abs() <= 1.0);
        assert!(more("fanout.retries") > 10_000.0, "a quarter of the calls for 19 s");
        close(measure(&some, "lost.retry_budget"), more("fanout.retries"), 0.01);
    }
}
