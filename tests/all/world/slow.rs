//! Slow consumers: what is held back for them at their gateway, and what becomes of it.
use super::{
    chat::{away_for, chat, clients, crash, fanout_of, gateways, secs},
    consumers::{count, measure, run},
    many::{alike, news},
    sources::with_source,
};
use squall::{
    engine::{Law, Span, Time},
    node::parameters::{Resume, SendBuffer, Slow, Spread, Ticks, WhenSlow},
    record::Outcome,
    scenario::{CrashKind, Scenario},
    units::{Bandwidth, Bytes, Share},
};

/// One client in ten reads 1 kB a second of 3.6 that come: what is too much is dropped.
fn slowly(when_full: WhenSlow, size: u64) -> Scenario {
    let mut scenario = news(Spread::Gateways);
    let crowd = clients(&mut scenario);
    crowd.network.lifetime = None;
    crowd.network.rtt = Law::Constant(20e6);
    crowd.slow = Some(Slow { share: Share(0.1), drain: Bandwidth(1_000) });
    gateways(&mut scenario).send_buffer = SendBuffer { size: Bytes(size), when_full };
    scenario
}

/// A message takes 300 B, 2 of a frame, 22 of TLS and 52 of TCP: 376 B, of which 2.66 a second are
/// read; of those who read slowly, so many messages come as they have time for.
#[test]
fn a_full_send_buffer_drops_what_has_waited_longest() {
    let outcome = run(&slowly(WhenSlow::DropOldest, 10_000));
    let (intended, live) =
        (measure(&outcome, "deliveries.intended"), measure(&outcome, "deliveries.live"));
    let messages = intended / 1_000.0;
    let slow = (intended - live) / (messages - 120.0 * 1_000.0 / 376.0);
    assert!((60.0..140.0).contains(&slow), "{slow} users read slowly");
    assert_eq!(count(&outcome, "lost.slow_consumer"), count(&outcome, "deliveries.missed"));
    // 26 messages fit. Ten a second come behind one: it is pushed to the front in 2.6 s, and read
    // then or dropped. One in 35 of those that arrive has waited so.
    let waited = measure(&outcome, "delivery_lag.p99");
    assert!((2.2..4.0).contains(&waited), "{waited}");
    let peak = measure(&outcome, "gateways.send_buffers.peak");
    assert!(peak <= 60.0 * 10_000.0 && peak > 20.0 * 9_000.0, "{peak}");
}

#[test]
fn a_slow_consumer_may_be_cut_off_and_reads_the_rest_when_it_is_back() {
    let outcome = run(&slowly(WhenSlow::Disconnect, 10_000));
    assert!(count(&outcome, "send_buffers.closed") > 500);
    assert_eq!(count(&outcome, "deliveries.missed"), 0);
    assert!(count(&outcome, "deliveries.replayed") > 20_000);
}

/// Without a bound it takes memory/(users x what is too much) until the kernel kills an instance.
#[test]
fn a_send_buffer_without_a_bound_ends_its_gateway() {
    let mut scenario = slowly(WhenSlow::Grow, 10_000);
    gateways(&mut scenario).memory.limit = Bytes(8_000_000);
    let outcome = run(&scenario);
    assert!(count(&outcome, "instances.killed") >= 3);
    // 333 users at 10 kB are 3.3 MB; 33 who fall behind by 2.8 kB a second have the rest in 50 s.
    let mut short = scenario.clone();
    short.horizon = Time::ZERO + secs(35);
    assert_eq!(count(&run(&short), "instances.killed"), 0);
}

/// What is counted in groups, of which the slow ones are simulated for themselves, is what happens
/// where each push is.
#[test]
fn slow_consumers_of_groups_are_those_of_the_plain_way() {
    for when_full in [WhenSlow::DropOldest, WhenSlow::Disconnect] {
        let runs = [Spread::Gateways, Spread::OneByOne].map(|spread| {
            let mut scenario = slowly(when_full, 10_000);
            fanout_of(&mut scenario).spread = spread;
            clients(&mut scenario).network.lifetime = Some(Law::Exponential { mean: 60e9 });
            crash(&mut scenario, 60, CrashKind::Process, Some(secs(20)));
            run(&scenario)
        });
        alike(&runs);
        for name in ["lost.slow_consumer", "lost.buffer_overflow", "send_buffers.closed"] {
            let [one, other] = [0, 1].map(|it| measure(&runs[it], name));
            let few = 6.0 * other.max(1.0).sqrt();
            assert!((one - other).abs() <= few + 0.01 * other, "{name}: {one}, {other}");
        }
    }
}

/// One who reads 1,000 B a second gets five messages a second of 278 B each, and has time for 3.6.
fn one_reader(when_full: WhenSlow, size: u64) -> Scenario {
    let mut scenario = chat(1, 1);
    let crowd = clients(&mut scenario);
    (crowd.sends, crowd.network.lifetime) = (None, None);
    crowd.network.rtt = Law::Constant(20e6);
    crowd.slow = Some(Slow { share: Share(1.0), drain: Bandwidth(1_000) });
    gateways(&mut scenario).send_buffer = SendBuffer { size: Bytes(size), when_full };
    with_source(&mut scenario, "ticker", Ticks::Every(Span::from_millis(200)));
    scenario
}

fn in_time(outcome: &Outcome, expected: f64) {
    let got = measure(outcome, "deliveries.live") + measure(outcome, "deliveries.replayed");
    assert!((got - expected).abs() <= 2.0, "{got} of {expected}");
}

/// Messages for one user wait as those for many do: a frame of 200 B takes 278 B of the wire.
#[test]
fn a_message_for_one_waits_for_a_slow_consumer() {
    let outcome = run(&one_reader(WhenSlow::DropOldest, 2_000));
    let takes = 278.0 / 1_000.0;
    in_time(&outcome, 120.0 / takes);
    let [missed, dropped] =
        ["deliveries.missed", "lost.slow_consumer"].map(|it| count(&outcome, it));
    assert!(missed == dropped && dropped > 150, "{missed}, {dropped}");
    // Seven fit: one goes down, and the last of the others has six before it at most.
    let longest = measure(&outcome, "delivery_lag.max");
    assert!(longest > 5.0 * takes && longest < 8.0 * takes, "{longest}");
    assert_eq!(count(&outcome, "gateways.send_buffers.peak"), 7 * 278);
}

/// What is dropped, or cut off, at the gateway never reached the wire: however it ends, so many
/// bytes went down as the client has time to read, and those of what arrived.
#[test]
fn no_more_goes_down_than_is_read() {
    for when_full in [WhenSlow::DropOldest, WhenSlow::Disconnect, WhenSlow::Grow] {
        let outcome = run(&one_reader(when_full, 2_000));
        let arrived =
            measure(&outcome, "deliveries.live") + measure(&outcome, "deliveries.replayed");
        let (down, most) = (measure(&outcome, "wire.down.payload") / 200.0, 120_000.0 / 278.0);
        let again = measure(&outcome, "replay.messages");
        assert!(down >= arrived - 2.0 && down <= most + 2.0, "{when_full:?}: {down} of {arrived}");
        assert!(again <= down, "{when_full:?}: {again} replays");
        // Who is cut off has read a part of the next.
        let cut = when_full == WhenSlow::Disconnect;
        assert!(cut || down <= arrived + 2.0, "{when_full:?}: {down} of {arrived}");
    }
}

/// A buffer is read as its client reads, and takes no room at the gateway.
#[test]
fn a_slow_consumer_gets_what_it_missed_slowly() {
    let mut scenario = one_reader(WhenSlow::DropOldest, 1_000_000);
    away_for(&mut scenario, 20, 1.0);
    let outcome = run(&scenario);
    // Nothing is read in the 20 s.
    in_time(&outcome, 100.0 * 1_000.0 / 278.0);
    assert_eq!(count(&outcome, "deliveries.missed"), 0);
    let mut none = scenario.clone();
    clients(&mut none).resume = Resume::None;
    assert!(count(&run(&none), "deliveries.missed") > 50);
}

/// Whose gateway ends loses what had not gone down, or has it replayed.
#[test]
fn a_send_buffer_ends_with_its_instance() {
    for kind in [CrashKind::Process, CrashKind::Host] {
        let lost = |resume: Resume| {
            let mut scenario = one_reader(WhenSlow::DropOldest, 1_000_000);
            clients(&mut scenario).resume = resume;
            crash(&mut scenario, 60, kind, Some(secs(5)));
            let outcome = run(&scenario);
            (count(&outcome, "lost.gateway_crash"), count(&outcome, "deliveries.replayed"))
        };
        // After a minute 300 messages have come, of which 217 have gone down.
        let (crash, _) = lost(Resume::None);
        assert!((75..=90).contains(&crash), "{crash}");
        let (crash, replayed) = lost(Resume::LastSeenId);
        assert!(crash == 0 && replayed > 75, "{crash}, {replayed}");
    }
}

/// Who is killed and back at once holds nothing: the rest of a batch does not kill it again.
#[test]
fn an_instance_is_killed_once_for_what_it_held() {
    let killed = [Span::ZERO, Span::from_millis(1)].map(|restart| {
        let mut scenario = slowly(WhenSlow::Grow, 10_000);
        let pool = gateways(&mut scenario);
        (pool.memory.limit, pool.memory.restart) = (Bytes(8_000_000), Some(restart));
        measure(&run(&scenario), "instances.killed")
    });
    assert!(killed[1] >= 3.0 && (killed[0] - killed[1]).abs() <= 2.0, "{killed:?}");
}
