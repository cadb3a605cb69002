//! Producers outside the crowd: what they publish goes the way of all messages, is counted by its
//! own size, and moves nobody else.
use super::{
    chat::{bus_of, chat, clients, link, secs},
    consumers::{close, count, measure, run},
    inbox::with_inbox,
};
use squall::{
    engine::{Law, Span, Time, number},
    node::parameters::{
        Acknowledged, Arrival, Audience, Ids, Parameters, PartitionKey, Popularity, Resume, Source,
        SourceAudience, Ticks, Transport, WhenFull,
    },
    record::OUTSIDE,
    scenario::{Action, ActionKind, CrashKind, Node, NodeId, Scenario},
    units::{Bytes, Rate},
    world::{memory, trace},
};

const BUS: u8 = 3;

/// Adds a source to a chat; returns its number.
pub(crate) fn with_source(scenario: &mut Scenario, name: &str, ticks: Ticks) -> NodeId {
    let id = number::byte(scenario.nodes.len());
    let to = SourceAudience::User(Popularity::Uniform);
    let source = Source { ticks, payload: Bytes(200), to, crowd: 0 };
    let parameters = Parameters::Source(source);
    scenario.nodes.push(Node { name: name.to_owned(), parameters });
    scenario.links.push(link(id, BUS, Some(1e6)));
    NodeId(id)
}

/// The source that was added last.
pub(crate) fn source(scenario: &mut Scenario) -> &mut Source {
    match &mut scenario.nodes.last_mut().unwrap().parameters {
        Parameters::Source(source) => source,
        _ => panic!("the source is last"),
    }
}

/// Users who only listen, and never lose their connection.
fn listeners(users: u32, rate: f64) -> Scenario {
    let mut scenario = chat(users, 2);
    let crowd = clients(&mut scenario);
    (crowd.sends, crowd.network.lifetime) = (None, None);
    with_source(&mut scenario, "ticker", Ticks::Rate(Rate(rate)));
    scenario
}

#[test]
fn a_crowd_that_sends_nothing_is_reached_from_outside() {
    let mut scenario = listeners(500, 100.0);
    scenario.warm_up = Time::ZERO + secs(20);
    let outcome = run(&scenario);
    let messages = count(&outcome, "ticker.messages");
    close(number::float(messages), 10_000.0, 0.03);
    assert_eq!(count(&outcome, "deliveries.intended"), messages);
    assert_eq!(
        count(&outcome, "deliveries.live"),
        messages - count(&outcome, "deliveries.pending")
    );
    // 1 ms to the bus, 5.1 within, 2 + 0.04 to the fan-out's end, 0.5 + 1 to the gateway, 0.5 and
    // half a round trip of 55 ms.
    close(measure(&outcome, "delivery_lag.p50"), 0.0377, 0.08);
    assert!(memory(&scenario) > memory(&chat_without_messages()));
}

/// Of a crowd that talks and two sources each has its lag over time; one alone has none of its own.
#[test]
fn the_lag_over_time_is_that_of_each_who_sends() {
    let mut scenario = chat(500, 2);
    let first = with_source(&mut scenario, "ticker", Ticks::Rate(Rate(50.0)));
    with_source(&mut scenario, "far", Ticks::Rate(Rate(20.0)));
    let way = scenario.links.last_mut().unwrap();
    way.latency = Some(squall::engine::Law::Constant(700e6));
    let outcome = run(&scenario);
    let names: Vec<&str> = outcome.lag_of.iter().map(|of| of.0.as_str()).collect();
    assert_eq!(names, ["phones", "ticker", "far"]);
    for (bin, whole) in outcome.lag_over_time.iter().enumerate() {
        let parts: u64 = outcome.lag_of.iter().map(|of| of.1[bin].total()).sum();
        assert_eq!(parts, whole.total(), "bin {bin}");
    }
    let half = |of: usize| {
        let mut all = squall::record::Histogram::default();
        outcome.lag_of[of].1.iter().for_each(|bin| all.merge(bin));
        all.quantile(0.5).unwrap().seconds()
    };
    close(half(2) - half(1), 0.699, 0.03);
    let name = scenario.nodes[usize::from(first.0)].name.clone();
    close(half(1), measure(&outcome, &format!("{name}.delivery_lag.p50")), 0.02);
    assert!(run(&listeners(500, 100.0)).lag_of.is_empty());
}

fn chat_without_messages() -> Scenario {
    let mut scenario = chat(500, 2);
    clients(&mut scenario).sends = None;
    scenario
}

#[test]
fn a_source_moves_nobody_elses_draws() {
    let scenario = chat(5_000, 3);
    let alone = trace(&scenario, 0).sends;
    let mut crowded = scenario.clone();
    with_source(&mut crowded, "ticker", Ticks::Every(Span::from_millis(7)));
    let one: Vec<_> = trace(&crowded, 0).sends;
    with_source(&mut crowded, "other", Ticks::Rate(Rate(50.0)));
    let both = trace(&crowded, 0).sends;
    let of = |all: &[(Time, u32, u32)], outside: bool| -> Vec<(Time, u32, u32)> {
        all.iter().filter(|send| (send.1 == OUTSIDE) == outside).copied().collect()
    };
    assert_eq!(alone, of(&one, false));
    assert_eq!(alone, of(&both, false));
    let (ticks, all) = (of(&one, true), of(&both, true));
    assert!(ticks.len() > 17_000 && all.len() > ticks.len() + 5_500);
    let mut rest = all.into_iter();
    assert!(ticks.iter().all(|tick| rest.any(|other| other == *tick)), "the first stays as it is");
}

#[test]
fn each_origin_has_its_own_size() {
    for transport in [Transport::Websocket, Transport::Sse, Transport::ShortPoll] {
        let mut scenario = listeners(300, 40.0);
        clients(&mut scenario).transport = transport;
        let only = run(&scenario);
        let pushed = count(&only, "deliveries.live") + count(&only, "deliveries.replayed");
        let down = measure(&only, "wire.down.payload");
        // What is on the last mile at the end was pushed, and has not arrived.
        assert!(
            (number::float(pushed) * 200.0..number::float(pushed + 20) * 200.0 + 1.0)
                .contains(&down),
            "{transport:?}: {down}, {pushed} deliveries"
        );
        assert!(measure(&only, "wire.up.payload").abs() < 1e-9);
        with_source(&mut scenario, "large", Ticks::Rate(Rate(40.0)));
        source(&mut scenario).payload = Bytes(10_000);
        let both = measure(&run(&scenario), "wire.down.payload");
        close(both / down, 51.0, 0.05);
    }
}

#[test]
fn what_was_missed_is_replayed_in_its_own_size() {
    let mut scenario = listeners(300, 40.0);
    clients(&mut scenario).network.lifetime = Some(Law::Exponential { mean: 20e9 });
    let outcome = run(&scenario);
    let replayed = count(&outcome, "replay.messages");
    assert!(replayed > 20, "{replayed}");
    close(measure(&outcome, "replay.bytes"), number::float(replayed) * 200.0, 1e-9);
}

/// A source of ten messages a second is one partition's, where the sender chooses; that takes five.
#[test]
fn by_the_sender_all_messages_of_a_source_share_a_partition() {
    for (key, least, most) in
        [(PartitionKey::Sender, 590.0, 602.0), (PartitionKey::Recipient, 0.0, 3.0)]
    {
        let mut scenario = listeners(500, 1.0);
        source(&mut scenario).ticks = Ticks::Every(Span::from_millis(100));
        let bus = bus_of(&mut scenario);
        (bus.key, bus.rate) = (key, Rate(5.0));
        let peak = measure(&run(&scenario), "bus.backlog.peak");
        assert!((least..=most).contains(&peak), "{key:?}: {peak}");
    }
}

/// Users keep what is not acknowledged; a source keeps nothing.
#[test]
fn what_the_bus_does_not_take_of_a_source_is_lost() {
    let mut scenario = listeners(500, 1.0);
    source(&mut scenario).ticks = Ticks::Every(Span::from_millis(100));
    let bus = bus_of(&mut scenario);
    (bus.key, bus.rate, bus.bound, bus.when_full) =
        (PartitionKey::Sender, Rate(5.0), Some(10), WhenFull::Drop);
    let alone = run(&scenario);
    let lost = count(&alone, "lost.bus_overflow");
    // 10 a second come, 5 are taken, and 10 wait.
    assert!((585..=592).contains(&lost), "{lost}");
    let mut sends = chat(500, 2);
    let sends = clients(&mut sends).sends.take().unwrap();
    let acknowledged = Some(Acknowledged { retry_after: secs(5), ids: Ids::Idempotent });
    clients(&mut scenario).sends = Some(squall::node::parameters::Sends { acknowledged, ..sends });
    clients(&mut scenario).resume = Resume::None;
    let mixed = run(&scenario);
    // A few users share the partition of the source, and are refused until it has room.
    assert!(count(&mixed, "lost.bus_overflow") >= lost);
    assert!(mixed.ledger[1].adds_up());
}

/// One who has left for good is no audience; one who is away is.
#[test]
fn who_has_given_up_is_no_audience() {
    let mut scenario = listeners(200, 50.0);
    clients(&mut scenario).reconnect.attempts = Some(1);
    let kind = ActionKind::Crash {
        node: NodeId(2),
        instances: vec![0, 1],
        kind: CrashKind::Process,
        restart: None,
    };
    scenario.timeline.push(Action { at: Time::ZERO + secs(60), name: "crash".to_owned(), kind });
    let outcome = run(&scenario);
    let (messages, meant) =
        (count(&outcome, "ticker.messages"), count(&outcome, "deliveries.intended"));
    close(number::float(messages), 6_000.0, 0.04);
    // They give up within some seconds of a minute; until then messages are meant for them.
    assert!((2_900..3_600).contains(&meant), "{meant}");
    assert!(count(&outcome, "lost.gave_up") < 400);
}

#[test]
fn absent_users_find_it_in_their_inbox() {
    let mut scenario = listeners(300, 40.0);
    let source = scenario.nodes.pop().unwrap();
    scenario.links.pop();
    with_inbox(&mut scenario);
    scenario.nodes.push(source);
    scenario.links.push(link(8, BUS, Some(1e6)));
    clients(&mut scenario).visits = Some(squall::node::parameters::Visits {
        stay: Law::Exponential { mean: 10e9 },
        away: Law::Exponential { mean: 30e9 },
    });
    let outcome = run(&scenario);
    assert!(count(&outcome, "deliveries.pulled") > 1_000);
    assert_eq!(count(&outcome, "deliveries.lost"), 0);
}

#[test]
fn measured_arrivals_are_deliveries_to_their_users() {
    let mut scenario = listeners(10, 1.0);
    let arrival = |seconds, user| Arrival { at: Time::ZERO + secs(seconds), user };
    let all = vec![arrival(1, Some(9)), arrival(1, Some(0)), arrival(2, None), arrival(500, None)];
    source(&mut scenario).ticks = Ticks::Arrivals(all.into());
    let trace = trace(&scenario, 0);
    let sent: Vec<(u64, u32)> =
        trace.sends.iter().map(|(at, _, to)| (at.nanos() / 1_000_000_000, *to)).collect();
    assert_eq!(sent[..2], [(1, 9), (1, 0)]);
    assert_eq!((sent.len(), trace.arrivals.len()), (3, 3));
}

#[test]
fn the_rate_of_a_source_is_a_load_that_flows() {
    let mut scenario = listeners(10, 1.0);
    let flow = scenario.flow("ticker.rate").unwrap();
    assert_eq!((flow.node, flow.stream), (NodeId(7), false));
    assert_eq!(scenario.flow("phones.sends.per_user"), None);
    let law = Law::Constant(1e9);
    let bursts = Ticks::Bursts { rate: Rate(5.0), on: law.clone(), off: law };
    source(&mut scenario).ticks = bursts;
    assert!(
        scenario.flow("ticker.rate").is_none() && scenario.flow("ticker.bursts.rate").is_some()
    );
}

/// Of 500 users the first has 1 / H(500, 1) of the messages, H the generalised harmonic number.
#[test]
fn the_first_user_is_the_most_popular() {
    let mut scenario = listeners(500, 200.0);
    source(&mut scenario).to = SourceAudience::User(Popularity::Zipf(1.0));
    let sends = trace(&scenario, 0).sends;
    let first = sends.iter().filter(|send| send.2 == 0).count();
    let harmonic: f64 = (1..=500).map(|k| 1.0 / f64::from(k)).sum();
    let share = number::float(number::count(first)) / number::float(number::count(sends.len()));
    close(share, 1.0 / harmonic, 0.05);
}

/// A crowd in rooms, and a source for single users in it.
#[test]
fn a_source_for_one_reaches_one_of_a_room() {
    for key in [PartitionKey::Recipient, PartitionKey::Room, PartitionKey::Sender] {
        let mut scenario = chat(300, 2);
        let crowd = clients(&mut scenario);
        crowd.network.lifetime = None;
        crowd.sends.as_mut().unwrap().to = Audience::Room(10);
        bus_of(&mut scenario).key = key;
        let before = run(&scenario);
        with_source(&mut scenario, "ticker", Ticks::Rate(Rate(20.0)));
        let after = run(&scenario);
        let more = count(&after, "deliveries.intended") - count(&before, "deliveries.intended");
        assert_eq!(more, count(&after, "ticker.messages"), "{key:?}");
        assert_eq!(count(&after, "deliveries.lost"), 0);
        assert_eq!(count(&after, "deliveries.duplicates"), 0);
    }
}
