//! Messages for many: counted in groups, and each delivery simulated for itself.
use super::{
    chat::{away_for, chat, clients, crash, fanout_of, replay, secs},
    consumers::{close, count, measure, run},
    fallback::{fallback, preferred},
    sources::{source, with_source},
};
use squall::{
    engine::{Law, Span, Time},
    node::parameters::{
        Audience, BlockedBy, Popularity, Resume, SourceAudience, Spread, Ticks, Transport,
    },
    record::Outcome,
    scenario::{Action, ActionKind, CrashKind, NodeId, Scenario},
    units::{Rate, Share},
};

/// A thousand users on three gateways who get ten messages a second, and lose their connections
/// once a minute, a third of them silently.
pub(super) fn news(spread: Spread) -> Scenario {
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
pub(super) fn alike([grouped, plain]: &[Outcome; 2]) {
    for name in ["deliveries.intended", "attempts.total", "connections.end"] {
        assert_eq!(count(grouped, name), count(plain, name), "{name}");
    }
    for name in ["live", "replayed", "missed"] {
        let name = format!("deliveries.{name}");
        let [one, other] = [grouped, plain].map(|it| measure(it, &name));
        let few = 6.0 * other.max(1.0).sqrt();
        assert!((one - other).abs() <= few + 0.002 * other, "{name}: {one}, {other}");
    }
    // What nobody counts of groups has no number.
    for name in ["deliveries.reordered", "duplicates.overlap"] {
        let known = [grouped, plain].map(|it| !measure(it, name).is_nan());
        assert_eq!(known, [false, true], "{name}");
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
            source(scenario).to = to;
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

/// A message that comes while its reader changes its gateway is no stale route in either.
#[test]
fn nobody_is_looked_for_who_has_left_meanwhile() {
    let runs = both(|scenario| fanout_of(scenario).service = Law::Constant(20e6));
    alike(&runs);
    for name in ["registry.stale_routes", "registry.operations"] {
        assert_eq!(count(&runs[0], name), count(&runs[1], name), "{name}");
    }
}

/// Streams of a list are called as those of one transport: one call to each gateway, also where
/// some users go by another stream; those who poll get theirs one by one, after the others.
#[test]
fn a_list_of_streams_is_called_as_one_stream() {
    let runs = [[None; 2], [Some(Transport::Sse); 2], [Some(Transport::Sse), None]].map(|list| {
        let mut scenario = news(Spread::Gateways);
        let crowd = clients(&mut scenario);
        (crowd.network.silent_drops, crowd.transport) = (Share(0.0), Transport::Websocket);
        let fanout = fanout_of(&mut scenario);
        fanout.service = Law::Constant(1e6);
        let crowd = clients(&mut scenario);
        if let [Some(second), _] = list {
            let blocked = if list[1].is_some() { 0.0 } else { 0.1 };
            crowd.prefer = vec![preferred(Transport::Websocket, blocked), preferred(second, 0.0)];
            crowd.fallback = Some(fallback(5, BlockedBy::Refuse));
        }
        run(&scenario)
    });
    for other in &runs[1..] {
        for name in ["delivery_lag.mean", "delivery_lag.p95", "fanout.cpu.mean"] {
            close(measure(other, name), measure(&runs[0], name), 0.05);
        }
        close(
            measure(other, "registry.operations"),
            measure(&runs[0], "registry.operations"),
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
        source(scenario).to = SourceAudience::All;
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

/// Who is half open beyond the window misses what its gateway pushes into the dead connection, and
/// once that is noticed what nothing keeps.
#[test]
fn groups_tell_a_dead_connection_from_a_closed_window() {
    let runs = both(|scenario| {
        let crowd = clients(scenario);
        crowd.resume_window = Some(secs(10));
        crowd.network.silent_drops = Share(0.5);
        (crowd.reconnect.base, crowd.reconnect.cap) = (secs(8), secs(8));
    });
    alike(&runs);
    for name in ["lost.resume_expired", "lost.no_replay", "lost.half_open"] {
        let [one, other] = [0, 1].map(|it| measure(&runs[it], name));
        assert!(other > 10_000.0, "{name}: {other}");
        close(one, other, 0.02);
    }
}

/// What is for one user and what is for many push each other out of a buffer that is small.
#[test]
fn a_small_buffer_has_the_last_of_all_that_was_missed() {
    let runs = both(|scenario| {
        clients(scenario).network.lifetime = Some(Law::Exponential { mean: 20e9 });
        clients(scenario).network.silent_drops = Share(0.0);
        (clients(scenario).reconnect.base, clients(scenario).reconnect.cap) = (secs(5), secs(5));
        clients(scenario).sends.as_mut().unwrap().per_user = Rate(0.001);
        replay(scenario).messages = 5;
        with_source(scenario, "ticker", Ticks::Every(Span::from_micros(500)));
    });
    alike(&runs);
    let [one, other] = [0, 1].map(|it| measure(&runs[it], "pending.oldest"));
    close(one, other, 0.02);
    for name in ["lost.buffer_overflow", "deliveries.replayed", "deliveries.pending"] {
        let [one, other] = [0, 1].map(|it| measure(&runs[it], name));
        assert!(other > 100.0, "{name}: {other}");
        close(one, other, 0.02);
    }
}

/// Who tells after seven messages what it has seen gets three of them again, on average, when it is
/// back.
#[test]
fn members_of_groups_tell_now_and_then_what_they_have_seen() {
    for every in [2_u16, 7, 50] {
        let runs = both(|scenario| {
            clients(scenario).reading.acknowledge_every = every;
            clients(scenario).network.silent_drops = Share(0.0);
        });
        let [one, other] = [0, 1].map(|it| measure(&runs[it], "duplicates.cursor"));
        close(one, other, 0.03);
        let back = measure(&runs[0], "attempts.accepted");
        close(one, back * (f64::from(every) - 1.0) / 2.0, 0.1);
    }
}

/// When a fan-out is as fast again as it was, so are the calls that it has in hand: messages for
/// many come when messages for one would.
#[test]
fn a_slow_fan_out_is_slow_no_longer_than_it_says() {
    let runs = both(|scenario| {
        clients(scenario).network.lifetime = None;
        clients(scenario).sends = None;
        with_source(scenario, "ticker", Ticks::Every(Span::from_millis(20)));
        source(scenario).to = SourceAudience::All;
        let kind = ActionKind::Slow { node: NodeId(4), factor: 10_000.0, lasts: Some(secs(5)) };
        scenario.timeline.push(Action { at: Time::ZERO + secs(60), name: "slow".to_owned(), kind });
    });
    for outcome in &runs {
        assert_eq!(count(outcome, "deliveries.missed"), 0);
        // It begins at 60 s, and what came meanwhile is done soon after 65 s.
        let longest = measure(outcome, "delivery_lag.max");
        assert!((3.0..6.0).contains(&longest), "{longest}");
    }
    alike(&runs);
}

/// What lies in a buffer is pushed out when a later message is kept, not when its stranded copy is
/// noticed: so as many are too old by then, in groups as one by one.
#[test]
fn a_small_buffer_drops_or_expires_the_same() {
    for (messages, millis) in [(20, 2_000), (50, 4_500)] {
        let runs = both(|scenario| {
            let buffer = replay(scenario);
            (buffer.messages, buffer.retention) = (messages, Span::from_millis(millis));
        });
        alike(&runs);
        for name in ["deliveries.expired", "lost.buffer_overflow"] {
            let [grouped, plain] = [0, 1].map(|it| measure(&runs[it], name));
            assert!(plain > 3_000.0, "{name}: {plain}");
            close(grouped, plain, 0.002);
        }
    }
}
