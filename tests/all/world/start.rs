//! A run begins as it goes on: what is set back by each message stands where it would at a random
//! instant.
use super::{
    chat::{chat, clients, gateways, replay, secs},
    consumers::{close, count, measure, run},
    managed::{held, service},
    sources::with_source,
};
use squall::{
    engine::{Law, Span, Time},
    node::parameters::{
        Audience, Heartbeat, Parameters, Popularity, Source, SourceAudience, Ticks, Transport,
        Visits,
    },
    record::Outcome,
    scenario::Scenario,
    units::Rate,
};

const USERS: u32 = 4_000;
const ROUND_TRIP: f64 = 0.051;

/// Requests that are held for at most 25 s, for so long a run, in which each sends at a rate.
fn holding(rate: f64, seconds: u64) -> Scenario {
    let mut scenario = chat(USERS, 2);
    let crowd = clients(&mut scenario);
    (crowd.transport, crowd.poll_hold) = (Transport::LongPoll, secs(25));
    (crowd.network.lifetime, crowd.network.rtt) = (None, Law::Constant(50e6));
    crowd.sends.as_mut().unwrap().per_user = Rate(rate);
    if rate <= 0.0 {
        crowd.sends = None;
    }
    (scenario.warm_up, scenario.horizon) = (Time::ZERO, Time::ZERO + secs(seconds));
    replay(&mut scenario).read = Span::ZERO;
    scenario
}

/// The same with a source for many.
fn fed(ticks: Ticks, to: SourceAudience, seconds: u64) -> Scenario {
    let mut scenario = holding(0.0, seconds);
    with_source(&mut scenario, "ticker", ticks);
    *source(&mut scenario) = Source { to, ..source(&mut scenario).clone() };
    scenario
}

fn source(scenario: &mut Scenario) -> &mut Source {
    match &mut scenario.nodes.last_mut().unwrap().parameters {
        Parameters::Source(source) => source,
        _ => panic!("the source is last"),
    }
}

/// Requests begun, and those that stood, end with something, with nothing, or are open.
fn books(outcome: &Outcome) -> [f64; 3] {
    let of = |name: &str| measure(outcome, &format!("polls.{name}"));
    let ended = of("empty") + of("full") + of("failed");
    assert!((of("total") + of("standing") - ended - of("held")).abs() < 1e-9);
    [of("total"), of("empty"), of("standing")]
}

/// Connections that end by their lifetime or their age, whichever is first, end as often at the
/// begin as later, in visits as well.
#[test]
fn what_ends_in_two_ways_ends_at_its_rate_from_the_start() {
    let lives = [Law::Exponential { mean: 120e9 }, Law::Uniform { low: 60e9, high: 180e9 }];
    for (life, stay) in lives.iter().flat_map(|life| [(life, None), (life, Some(90.0))]) {
        let opened = |seconds: u64| {
            let mut scenario = holding(0.0, seconds);
            let pool = gateways(&mut scenario);
            (pool.max_age, pool.age_dither) = (Some(secs(100)), secs(20));
            let crowd = clients(&mut scenario);
            (crowd.transport, crowd.network.lifetime) = (Transport::Sse, Some(life.clone()));
            crowd.visits = stay.map(|stay: f64| Visits {
                stay: Law::Gamma { shape: 4.0, scale: stay * 1e9 / 4.0 },
                away: Law::Exponential { mean: 1e9 },
            });
            measure(&run(&scenario), "attempts.total")
        };
        let (first, later) = (opened(40), opened(240) - opened(200));
        // Four standard deviations of both counts.
        let luck = 4.0 * (first + later).sqrt();
        assert!((first - later).abs() < luck, "{life:?} {stay:?}: {first}, {later}");
    }
}

/// The first seconds are like all others: as many requests, as many of them empty, and as many held
/// as the cycle of a renewal process says, whether or not messages come faster than the hold.
#[test]
fn held_requests_stand_in_their_cycle() {
    for (rate, seconds) in [(0.0, 5), (0.02, 5), (0.2, 5), (1.0, 5), (6.0, 2)] {
        let outcome = run(&holding(rate, seconds));
        let [total, empty, standing] = books(&outcome);
        let held = if rate > 0.0 { (1.0 - (-rate * 25.0_f64).exp()) / rate } else { 25.0 };
        let held = (-rate * ROUND_TRIP).exp() * held;
        let cycle = held + ROUND_TRIP;
        let users = f64::from(USERS);
        let all = users * f64::from(u32::try_from(seconds).unwrap()) / cycle;
        let near = |found: f64, expected: f64, what: &str| {
            let off = (found - expected).abs();
            assert!(off <= 4.0 * expected.sqrt() + 0.01 * expected, "{what} {found}: {expected}");
        };
        near(total, all, "total");
        near(empty, all * (-rate * (ROUND_TRIP + 25.0)).exp(), "empty");
        near(users - standing, users * ROUND_TRIP / cycle, "between two requests");
        assert!(count(&outcome, "polls.held") <= u64::from(USERS));
    }
}

/// What is for all answers all at once, and they go on in step: none of their requests ends empty
/// before the next tick, or all do at a time.
#[test]
fn who_gets_the_same_is_in_step_from_the_start() {
    let every =
        |period, seconds| run(&fed(Ticks::Every(secs(period)), SourceAudience::All, seconds));
    let [total, empty, _] = books(&every(10, 100));
    assert_eq!((total, empty), (f64::from(USERS) * 10.0, 0.0));
    // Of two ticks a minute apart: two holds end empty, the third is answered.
    let [total, empty, _] = books(&every(60, 600));
    close(total, f64::from(USERS) * 30.0, 0.04);
    close(empty, f64::from(USERS) * 20.0, 0.06);
    // One law for all topics: a hundredth of ten a second comes each ten seconds.
    let topic = SourceAudience::Topic { topics: 100, popularity: Popularity::Uniform };
    for ticks in [Ticks::Rate(Rate(10.0)), Ticks::Every(Span::from_millis(100))] {
        let [total, empty, _] = books(&run(&fed(ticks, topic, 5)));
        let cycle = 10.0 * (1.0 - (-2.5_f64).exp());
        close(total, f64::from(USERS) * 5.0 / cycle, 0.35);
        assert!(empty <= 0.25 * total, "{empty} of {total}");
    }
    // Silent for an hour: nobody has got anything for long. Sends to all are in step as well.
    let law = |seconds: f64| Law::Constant(seconds * 1e9);
    let bursts = Ticks::Bursts { rate: Rate(1.0), on: law(0.1), off: law(3_600.0) };
    let [total, empty, standing] = books(&run(&fed(bursts, SourceAudience::All, 25)));
    close(total, f64::from(USERS), 0.01);
    assert!(empty >= f64::from(USERS) - 1.0 && standing > 0.0, "{empty} {standing}");
    let mut scenario = holding(1.0 / f64::from(USERS), 3);
    clients(&mut scenario).sends.as_mut().unwrap().to = Audience::All;
    let [_, empty, _] = books(&run(&scenario));
    assert!(empty < 1.0, "{empty}");
}

/// A connection that a source feeds is no more idle at the start than later: (e^6 − 1)·10 s until
/// a gap of a minute is over where a message comes each ten seconds.
#[test]
fn what_a_source_feeds_is_not_idle_at_the_start() {
    let closed = |to, ticks, others: f64| {
        let mut scenario = held(USERS, |it| {
            *it = service();
            (it.idle_timeout, it.max_age) = (secs(60), None);
        });
        (scenario.warm_up, scenario.horizon) = (Time::ZERO, Time::ZERO + secs(60));
        let crowd = clients(&mut scenario);
        crowd.heartbeat = Heartbeat { every: None, ..crowd.heartbeat };
        crowd.sends.as_mut().unwrap().per_user = Rate(others);
        if others <= 0.0 {
            crowd.sends = None;
        }
        with_source(&mut scenario, "ticker", ticks);
        source(&mut scenario).to = to;
        measure(&run(&scenario), "connections.closed")
    };
    let users = f64::from(USERS);
    let user = |popularity| SourceAudience::User(popularity);
    let expected = users * 60.0 / ((6.0_f64.exp() - 1.0) * 10.0);
    let alike = closed(user(Popularity::Uniform), Ticks::Rate(Rate(users / 10.0)), 0.0);
    assert!((alike - expected).abs() < 4.0 * expected.sqrt(), "{alike} of {expected}");
    let both = closed(user(Popularity::Uniform), Ticks::Rate(Rate(users / 20.0)), 1.0 / 40.0);
    assert!((both - expected).abs() < 4.0 * expected.sqrt(), "{both} of {expected}");
    assert!(closed(SourceAudience::All, Ticks::Every(secs(30)), 0.0) < 1.0);
    // By Zipf's law the last ones hardly get anything, and are closed within the minute.
    let few = closed(user(Popularity::Zipf(2.0)), Ticks::Rate(Rate(20.0)), 0.0);
    assert!((0.8 * users..1.02 * users).contains(&few), "{few}");
}
