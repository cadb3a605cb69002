//! Messages for many: counted in groups, and each delivery simulated for itself.
use super::{
    chat::{away_for, chat, clients, crash, fanout_of, gateways, replay, secs},
    consumers::{close, count, measure, run},
    sources::with_source,
};
use squall::{
    engine::{Law, Span, Time},
    node::parameters::{
        Audience, Parameters, Popularity, Resume, SendBuffer, Slow, SourceAudience, Spread, Ticks,
        WhenSlow,
    },
    record::Outcome,
    scenario::{CrashKind, Scenario},
    units::{Bandwidth, Bytes, Rate, Share},
};

/// A thousand users on three gateways who get ten messages a second, and lose their connections
/// once a minute, a third of them silently.
fn news(spread: Spread) -> Scenario {
    let mut scenario = chat(1_000, 3);
    scenario.horizon = Time::ZERO + secs(120);
    let crowd = clients(&mut scenario);
    let sends = crowd.sends.as_mut().unwrap();
    (sends.to, sends.per_user) = (Audience::All, Rate(0.01));
    crowd.network.lifetime = Some(Law::Exponential { mean: 60e9 });
    crowd.network.silent_drops = Share(0.3);
    fanout_of(&mut scenario).spread = spread;
    scenario
}

fn both(change: impl Fn(&mut Scenario)) -> [Outcome; 2] {
    [Spread::Gateways, Spread::OneByOne].map(|spread| {
        let mut scenario = news(spread);
        change(&mut scenario);
        run(&scenario)
    })
}

/// What is counted in groups is what happens one by one.
fn alike([grouped, plain]: &[Outcome; 2]) {
    for name in ["deliveries.intended", "attempts.total", "connections.end"] {
        assert_eq!(count(grouped, name), count(plain, name), "{name}");
    }
    for name in ["live", "replayed", "missed"] {
        let name = format!("deliveries.{name}");
        let [one, other] = [grouped, plain].map(|it| measure(it, &name));
        let few = 6.0 * other.max(1.0).sqrt();
        assert!((one - other).abs() <= few + 0.002 * other, "{name}: {one}, {other}");
    }
    for name in ["mean", "p50", "p95", "p99"] {
        let name = format!("delivery_lag.{name}");
        close(measure(grouped, &name), measure(plain, &name), 0.02);
    }
    close(measure(grouped, "wire.down"), measure(plain, "wire.down"), 0.003);
    close(measure(grouped, "gateways.cpu.mean"), measure(plain, "gateways.cpu.mean"), 0.01);
}

#[test]
fn groups_are_their_members() {
    let runs = both(|_| {});
    alike(&runs);
    // Every message is for all thousand.
    assert_eq!(count(&runs[0], "deliveries.intended") % 1_000, 0);
}

/// Of what a source sends, the topics and rooms have their readers, popular or not.
#[test]
fn topics_and_rooms_are_their_members() {
    let zipf = SourceAudience::Topic { topics: 20, popularity: Popularity::Zipf(1.0) };
    for to in [zipf, SourceAudience::Room(50), SourceAudience::All] {
        let runs = both(|scenario| {
            clients(scenario).sends = None;
            with_source(scenario, "ticker", Ticks::Every(Span::from_millis(40)));
            let Some(Parameters::Source(source)) =
                scenario.nodes.last_mut().map(|node| &mut node.parameters)
            else {
                panic!("the source is last")
            };
            source.to = to;
            crash(scenario, 60, CrashKind::Process, Some(secs(20)));
        });
        alike(&runs);
        let messages = measure(&runs[0], "ticker.messages");
        let each = measure(&runs[0], "deliveries.intended") / messages;
        let expected = if to == SourceAudience::All { 1_000.0 } else { 50.0 };
        close(each, expected, 0.03);
        close(
            measure(&runs[0], "ticker.delivery_lag.p95"),
            measure(&runs[1], "ticker.delivery_lag.p95"),
            0.02,
        );
    }
}

#[test]
fn groups_without_a_buffer_lose_what_their_members_do() {
    let runs = both(|scenario| clients(scenario).resume = Resume::None);
    alike(&runs);
    for name in ["lost.half_open", "lost.no_replay"] {
        let [one, other] = [0, 1].map(|it| measure(&runs[it], name));
        assert!(other > 1_000.0, "{name}: {other}");
        close(one, other, 0.02);
    }
}

/// Whoever sends, what a user misses lies in one buffer.
#[test]
fn a_buffer_is_one_for_all_that_a_user_gets() {
    let runs = both(|scenario| {
        with_source(scenario, "ticker", Ticks::Every(Span::from_millis(100)));
        let Some(Parameters::Source(source)) =
            scenario.nodes.last_mut().map(|node| &mut node.parameters)
        else {
            panic!("the source is last")
        };
        source.to = SourceAudience::All;
        replay(scenario).messages = 50;
        away_for(scenario, 60, 0.5);
    });
    let lost = [0, 1].map(|it| measure(&runs[it], "lost.buffer_overflow"));
    assert!(lost[1] > 100_000.0, "{lost:?}");
    close(lost[0], lost[1], 0.02);
    let replayed = [0, 1].map(|it| measure(&runs[it], "deliveries.replayed"));
    close(replayed[0], replayed[1], 0.02);
}

/// Who comes back too late to resume gets nothing of what it missed, or of what came after that.
#[test]
fn a_window_to_resume_closes_for_groups_as_for_their_members() {
    let runs = both(|scenario| {
        let crowd = clients(scenario);
        crowd.resume_window = Some(secs(20));
        (crowd.network.lifetime, crowd.network.silent_drops) = (None, Share(0.0));
        away_for(scenario, 50, 0.5);
    });
    alike(&runs);
    for name in ["lost.resume_expired", "lost.no_replay"] {
        let [one, other] = [0, 1].map(|it| measure(&runs[it], name));
        assert!(other > 10_000.0, "{name}: {other}");
        close(one, other, 0.02);
    }
}

#[test]
fn a_crash_takes_whole_groups() {
    for kind in [CrashKind::Process, CrashKind::Host] {
        alike(&both(|scenario| crash(scenario, 60, kind, Some(secs(20)))));
    }
}

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
