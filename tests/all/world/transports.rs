//! Transports side by side: a stream for one way and requests for the other, against one connection
//! for both.
use super::{
    chat::{away_for, chat, clients, crash, deploy, gateways, replay, secs},
    consumers::{close, count, measure, run},
    sources::{source, with_source},
};
use squall::{
    engine::{Law, Span, Time},
    node::parameters::{
        Acknowledged, Admission, Answer, BlockedBy, DrainBy, Ids, Parameters, Policy, Preset,
        SourceAudience, Start, Ticks, Transport, Visits,
    },
    record::Outcome,
    scenario::{Action, ActionKind, CrashKind, Held, NodeId, Scenario},
    units::{Rate, Share},
};

fn with(transport: Transport) -> Scenario {
    let mut scenario = chat(2_000, 2);
    scenario.horizon = Time::ZERO + secs(180);
    let crowd = clients(&mut scenario);
    crowd.transport = transport;
    crowd.network.lifetime = None;
    crowd.network.rtt = Law::Constant(50e6);
    crowd.sends.as_mut().unwrap().per_user = Rate(0.5);
    scenario
}

/// Half of the users lose their connection, and try again after a minute.
fn dropped(transport: Transport) -> Outcome {
    let mut scenario = with(transport);
    away_for(&mut scenario, 60, 0.5);
    run(&scenario)
}

/// The same messages take the same way: half a round trip up, half down. Of a request it is placed
/// for itself.
#[test]
fn a_quiet_day_is_the_same() {
    let [socket, stream] = [Transport::Websocket, Transport::Sse].map(|it| run(&with(it)));
    for name in ["deliveries.intended", "attempts.total", "connections.peak"] {
        assert_eq!(count(&socket, name), count(&stream, name), "{name}");
    }
    assert_eq!(count(&stream, "deliveries.missed"), 0);
    let median = |outcome: &Outcome| measure(outcome, "delivery_lag.p50");
    close(median(&stream), median(&socket), 0.02);
    // Each message up is a request with a head and an answer.
    assert!(measure(&stream, "wire.up") > 2.0 * measure(&socket, "wire.up"));
}

/// Who has lost its stream still sends: half of the messages of a minute wait for nobody.
#[test]
fn a_request_needs_no_stream() {
    let [socket, stream] = [Transport::Websocket, Transport::Sse].map(dropped);
    let away = 1_000.0 * 0.5 * 60.0;
    // What waits for absent recipients alone: sent by all, or by those who are connected.
    close(measure(&stream, "deliveries.replayed"), away, 0.05);
    close(
        measure(&socket, "deliveries.live") + away / 2.0,
        measure(&stream, "deliveries.live"),
        0.2,
    );
    assert!(measure(&stream, "delivery_lag.p50") < 0.1);
    assert_eq!(count(&stream, "deliveries.missed"), 0);
}

/// The server closes what it has held between two polls too, in batches, and all are back.
#[test]
fn a_drain_in_batches_reaches_who_polls() {
    for transport in [Transport::LongPoll, Transport::Sse] {
        let mut scenario = with(transport);
        gateways(&mut scenario).drain.by = DrainBy::ServerBatches;
        deploy(&mut scenario, 20, 1);
        let outcome = run(&scenario);
        assert_eq!(count(&outcome, "connections.end"), 2_000, "{transport:?}");
    }
}

/// The work of a request is that of a request: so much more CPU, at the same rate.
#[test]
fn a_request_costs_more_cpu_than_a_frame() {
    let busy = |transport| {
        let mut scenario = with(transport);
        let pool = gateways(&mut scenario);
        (pool.cores, pool.cpu.idle) = (1, 0.0);
        (pool.cpu.request, pool.cpu.receive) = (Span::from_micros(800), Span::from_micros(300));
        measure(&run(&scenario), "gateways.cpu.mean")
    };
    // 500 messages a second and gateway.
    let more = busy(Transport::Sse) - busy(Transport::Websocket);
    close(more, 500.0 * 500e-6, 0.05);
}

/// A balancer that lets 100 a second in answers the rest: any status ends an `EventSource` for
/// good, and a lost connection does not.
#[test]
fn an_answer_ends_a_stream_for_good() {
    let refused = |answer| {
        let mut scenario = with(Transport::Sse);
        scenario.horizon = Time::ZERO + secs(120);
        let crowd = clients(&mut scenario);
        crowd.sends = None;
        crowd.start = Start::Ramp(Span::ZERO);
        crowd.reconnect = Preset::EventSource.reconnect();
        let Parameters::LoadBalancer(edge) = &mut scenario.nodes[1].parameters else { panic!() };
        edge.admission = Some(Admission::TokenBucket { rate: Rate(100.0), burst: 100 });
        edge.refusal.answer = answer;
        run(&scenario)
    };
    for answer in [Answer::Unavailable, Answer::TooMany] {
        close(measure(&refused(answer), "clients.gave_up"), 1_900.0, 0.02);
    }
    let alive = refused(Answer::Reset);
    assert_eq!(count(&alive, "clients.gave_up"), 0);
    assert_eq!(count(&alive, "connections.end"), 2_000);
}

/// What blocks a stream on its way is no answer of HTTP: an `EventSource` comes back once it is
/// over.
#[test]
fn an_event_source_outlives_a_block() {
    for by in [BlockedBy::Refuse, BlockedBy::Swallow] {
        let mut scenario = with(Transport::Sse);
        scenario.horizon = Time::ZERO + secs(120);
        clients(&mut scenario).reconnect = Preset::EventSource.reconnect();
        let (node, transport, held) = (NodeId(0), Transport::Sse, Held::Reset);
        let (share, lasts) = (Share(1.0), Some(secs(30)));
        let kind = ActionKind::Block { node, transport, share, by, held, lasts };
        let at = Time::ZERO + secs(30);
        scenario.timeline.push(Action { at, name: "block".to_owned(), kind });
        let outcome = run(&scenario);
        assert!(measure(&outcome, "attempts.blocked") >= 2_000.0, "{by:?}");
        assert_eq!(count(&outcome, "clients.gave_up"), 0, "{by:?}");
        assert_eq!(count(&outcome, "connections.end"), 2_000, "{by:?}");
    }
}

/// Requests go to any gateway: to a dead one until that is noticed. What is acknowledged is kept.
#[test]
fn a_dead_gateway_takes_requests_until_it_is_missed() {
    let mut scenario = with(Transport::Sse);
    let Parameters::LoadBalancer(edge) = &mut scenario.nodes[1].parameters else { panic!() };
    edge.policy = Policy::RoundRobin;
    crash(&mut scenario, 60, CrashKind::Process, None);
    let lost = measure(&run(&scenario), "lost.gateway_crash");
    // Half of 1,000 a second for 30 s.
    close(lost, 15_000.0, 0.05);
    let acknowledged = Acknowledged { retry_after: secs(10), ids: Ids::Idempotent };
    clients(&mut scenario).sends.as_mut().unwrap().acknowledged = Some(acknowledged);
    let kept = run(&scenario);
    assert_eq!(count(&kept, "lost.gateway_crash"), 0);
    assert_eq!(count(&kept, "deliveries.missed"), 0);
}

/// 2,000 users who ask every 10 s.
fn polling(every: u64) -> Scenario {
    let mut scenario = with(Transport::ShortPoll);
    clients(&mut scenario).poll_every = secs(every);
    clients(&mut scenario).sends.as_mut().unwrap().per_user = Rate(0.1);
    scenario.warm_up = Time::ZERO + secs(20);
    scenario
}

/// N/P requests a second; what is sent waits for U(0, P), and the ways: half a round trip to the
/// gateway as a request, half of it back, bus, fan-out and mailbox between.
#[test]
fn polls_come_at_their_interval_and_staleness_is_uniform() {
    for every in [4_u64, 10, 30] {
        let mut scenario = polling(every);
        scenario.horizon = Time::ZERO + secs(600);
        let outcome = run(&scenario);
        let period = secs(every).seconds();
        assert_eq!(count(&outcome, "polls.total"), 2_000 * 600 / every);
        let ways = 0.065;
        close(measure(&outcome, "delivery_lag.mean"), period / 2.0 + ways, 0.03);
        close(measure(&outcome, "delivery_lag.p50"), period / 2.0 + ways, 0.03);
        close(measure(&outcome, "delivery_lag.p95"), 0.95 * period + ways, 0.02);
        assert!(measure(&outcome, "delivery_lag.max") < period + 0.1);
        // Of each user a Poisson stream: nothing has come within an interval; before the first poll
        // it is part of one.
        let (none, rounds) = ((-0.1 * period).exp(), 600.0 / period);
        let expected = ((rounds - 1.0) * none + (1.0 - none) / (0.1 * period)) / rounds;
        let empty = measure(&outcome, "polls.empty") / measure(&outcome, "polls.total");
        close(empty, expected, 0.05);
        assert_eq!(count(&outcome, "deliveries.missed"), 0);
        assert_eq!(count(&outcome, "deliveries.live"), {
            count(&outcome, "deliveries.intended") - count(&outcome, "deliveries.pending")
        });
        assert_eq!(count(&outcome, "connections.peak"), 0);
    }
}

/// Of those who come for a minute in four, a quarter is there: they ask once as they come, over a
/// new connection, and then in their turn. What was sent meanwhile is what they missed.
#[test]
fn who_polls_comes_and_goes() {
    let mut scenario = polling(10);
    scenario.horizon = Time::ZERO + secs(1_200);
    let visits = Visits { stay: Law::Constant(60e9), away: Law::Constant(180e9) };
    clients(&mut scenario).visits = Some(visits);
    let outcome = run(&scenario);
    // A visit each 240 s.
    let visits = 2_000.0 * 1_200.0 / 240.0;
    close(measure(&outcome, "polls.total"), 2_000.0 * 0.25 * 120.0 + visits, 0.02);
    close(measure(&outcome, "handshakes.total"), visits, 0.02);
    // What comes in the last turn of a visit waits for the next one.
    let live = measure(&outcome, "deliveries.live") / measure(&outcome, "deliveries.intended");
    close(live, 0.25 * 55.0 / 60.0, 0.03);
    assert!(count(&outcome, "deliveries.replayed") > 2 * count(&outcome, "deliveries.live"));
    let longest = measure(&outcome, "delivery_lag.max");
    assert!((185.0..192.0).contains(&longest), "{longest}");
    assert_eq!(count(&outcome, "deliveries.missed"), 0);
}

/// Who comes within a minute after the start asks from then on.
#[test]
fn who_polls_may_come_one_after_the_other() {
    let mut scenario = polling(10);
    clients(&mut scenario).start = Start::Ramp(secs(60));
    scenario.horizon = Time::ZERO + secs(240);
    let outcome = run(&scenario);
    close(measure(&outcome, "polls.total"), 2_000.0 * (210.0 / 10.0 + 1.0), 0.01);
    close(measure(&outcome, "recovery.start.t50"), 30.0, 0.05);
    assert_eq!(count(&outcome, "handshakes.total"), 2_000);
    assert_eq!(count(&outcome, "deliveries.missed"), 0);
}

/// What is for all is for who polls from its first visit on, also where nobody is there at first.
#[test]
fn who_comes_to_poll_gets_what_is_for_all() {
    let mut scenario = polling(1);
    scenario.horizon = Time::ZERO + secs(120);
    let crowd = clients(&mut scenario);
    (crowd.sends, crowd.start) = (None, Start::Ramp(secs(10)));
    let away = |seconds: f64| Law::Exponential { mean: seconds * 1e9 };
    crowd.visits = Some(Visits { stay: away(600.0), away: away(1.0) });
    with_source(&mut scenario, "ticker", Ticks::Every(secs(1)));
    source(&mut scenario).to = SourceAudience::All;
    let outcome = run(&scenario);
    let each = measure(&outcome, "deliveries.intended") / measure(&outcome, "ticker.messages");
    close(each, 2_000.0, 1e-9);
    close(measure(&outcome, "deliveries.live"), 2_000.0 * 98.0, 0.05);
}

/// One partition and a message a second: what a poll finds is read in the order in which it came.
#[test]
fn an_answer_is_read_in_order() {
    for transport in [Transport::ShortPoll, Transport::LongPoll] {
        let mut scenario = polling(30);
        let crowd = clients(&mut scenario);
        (crowd.count, crowd.sends, crowd.transport) = (2, None, transport);
        with_source(&mut scenario, "ticker", Ticks::Every(Span::from_millis(100)));
        let outcome = run(&scenario);
        assert!(measure(&outcome, "deliveries.live") > 1_000.0, "{transport:?}");
        assert_eq!(count(&outcome, "deliveries.reordered"), 0, "{transport:?}");
    }
}

/// 780 bytes of a head, a TLS record and the headers of a segment, for each poll.
#[test]
fn a_poll_is_854_bytes_up() {
    let mut scenario = polling(10);
    clients(&mut scenario).sends = None;
    let outcome = run(&scenario);
    let polls = measure(&outcome, "polls.total");
    assert!((measure(&outcome, "wire.up") - polls * 854.0).abs() < 1.0);
    assert!((measure(&outcome, "wire.down") - polls * 274.0).abs() < 1.0);
    // Later than the connection is kept, each is a new one.
    assert_eq!(count(&outcome, "handshakes.total"), 0);
    clients(&mut scenario).poll_every = secs(90);
    let outcome = run(&scenario);
    assert_eq!(count(&outcome, "handshakes.total"), count(&outcome, "polls.total"));
}

/// The gateway that answers pays: so much of its CPU.
#[test]
fn polls_cost_cpu() {
    let mut scenario = polling(1);
    clients(&mut scenario).sends = None;
    let pool = gateways(&mut scenario);
    (pool.cores, pool.cpu.poll) = (1, Span::from_micros(300));
    // 1,000 a second and gateway.
    close(measure(&run(&scenario), "gateways.cpu.mean"), 0.3, 0.01);
}

/// Polls to a dead gateway are lost until that is noticed; what lies in the mailboxes is not.
#[test]
fn a_mailbox_outlives_a_gateway() {
    let mut scenario = polling(10);
    let Parameters::LoadBalancer(edge) = &mut scenario.nodes[1].parameters else { panic!() };
    edge.policy = Policy::RoundRobin;
    let quiet = run(&scenario);
    crash(&mut scenario, 60, CrashKind::Host, None);
    let outcome = run(&scenario);
    // Half of 200 a second, for 30 s.
    close(measure(&outcome, "polls.failed"), 3_000.0, 0.02);
    // The requests with messages are: without acknowledgements they are gone.
    close(measure(&outcome, "lost.gateway_crash"), 3_000.0, 0.06);
    let others = count(&outcome, "deliveries.missed") - count(&outcome, "lost.gateway_crash");
    assert_eq!(others, 0);
    assert!(measure(&outcome, "delivery_lag.p99") > measure(&quiet, "delivery_lag.p99") + 5.0);
    assert_eq!(count(&outcome, "attempts.total"), 0);
}

/// 2,000 users whose requests are held, each of whom gets `rate` messages a second.
fn holding(rate: f64, hold: u64) -> Scenario {
    let mut scenario = with(Transport::LongPoll);
    let crowd = clients(&mut scenario);
    crowd.poll_hold = secs(hold);
    crowd.sends.as_mut().unwrap().per_user = Rate(rate);
    scenario.warm_up = Time::ZERO + secs(20);
    scenario.horizon = Time::ZERO + secs(620);
    // What waited in the mailbox comes as fast as what is handed over.
    replay(&mut scenario).read = Span::ZERO;
    scenario
}

/// The mean cycle is e^(−λ·RTT) · (1 − e^(−λH))/λ + RTT: a request is answered at once if something
/// came in the round trip before it, else by the first message or after its time. What comes in a
/// gap waits for half of it on average.
#[test]
fn long_polls_follow_their_cycle() {
    let mut ways = None;
    for (rate, hold) in [(1.0 / 60.0, 30_u64), (0.2, 30), (1.0, 30), (0.5, 2), (4.0, 30)] {
        let outcome = run(&holding(rate, hold));
        // To the balancer, and half a millisecond more to the gateway, each way.
        let round_trip = 0.051;
        let held = (1.0 - (-rate * secs(hold).seconds()).exp()) / rate;
        let cycle = (-rate * round_trip).exp() * held + round_trip;
        let found = 2_000.0 * 620.0 / measure(&outcome, "polls.total");
        close(found, cycle, 0.01);
        // Up as a request, through bus, fan-out and mailbox, and down: the same for all.
        let gap = (round_trip / cycle) * round_trip / 2.0;
        let lag = measure(&outcome, "delivery_lag.mean");
        let ways = *ways.get_or_insert(lag - gap);
        assert!((0.055..0.065).contains(&ways), "{ways}");
        assert!((lag - ways - gap).abs() < 4e-4, "{lag} at {rate}");
        assert_eq!(count(&outcome, "deliveries.missed"), 0);
        assert_eq!(count(&outcome, "deliveries.replayed"), 0);
        assert_eq!(count(&outcome, "connections.end"), 2_000);
        assert_eq!(count(&outcome, "attempts.total"), 0);
        // A request is empty, or carries something, or is still held at the end.
        let open = count(&outcome, "polls.held");
        assert_eq!(count(&outcome, "polls.failed"), 0);
        assert!(open <= 2_000, "{open}");
    }
}

/// Who asks is at the gateway that died with one in two; its request is reset, it connects again,
/// and what came meanwhile waits in its mailbox.
#[test]
fn a_held_request_dies_with_its_gateway() {
    for kind in [CrashKind::Process, CrashKind::Host] {
        let mut scenario = holding(0.2, 25);
        let Parameters::LoadBalancer(edge) = &mut scenario.nodes[1].parameters else { panic!() };
        edge.policy = Policy::RoundRobin;
        crash(&mut scenario, 60, kind, None);
        let outcome = run(&scenario);
        let missed = count(&outcome, "deliveries.missed");
        assert_eq!(missed, count(&outcome, "lost.gateway_crash"), "{kind:?}");
        assert!(measure(&outcome, "polls.failed") > 0.0);
        close(measure(&outcome, "recovery.crash.hit"), 1_000.0, 0.1);
        assert_eq!(count(&outcome, "recovery.crash.never"), 0);
        assert!(measure(&outcome, "deliveries.replayed") > 100.0, "{kind:?}");
        assert_eq!(count(&outcome, "connections.end"), 2_000);
    }
}

/// A deploy moves those who wait without a handshake: their request is answered, and they ask
/// again.
#[test]
fn a_deploy_answers_what_is_held() {
    let mut scenario = holding(0.2, 25);
    super::chat::deploy(&mut scenario, 60, 1);
    let outcome = run(&scenario);
    assert_eq!(count(&outcome, "deliveries.missed"), 0);
    assert_eq!(count(&outcome, "deliveries.replayed"), 0);
    assert_eq!(count(&outcome, "attempts.total"), 0);
    assert_eq!(count(&outcome, "connections.end"), 2_000);
}

/// A connection lives on from request to request: it dies by any law of lifetime, and forgets its
/// attempts when it has lasted; what is too old asks elsewhere, again and again.
#[test]
fn a_connection_outlives_its_requests() {
    let of = |lifetime, change: &dyn Fn(&mut Scenario)| {
        let mut scenario = holding(0.5, 25);
        scenario.horizon = Time::ZERO + secs(320);
        let network = &mut clients(&mut scenario).network;
        (network.lifetime, network.silent_drops) = (lifetime, Share(0.0));
        change(&mut scenario);
        run(&scenario)
    };
    let exponential = of(Some(Law::Exponential { mean: 20e9 }), &|_| {});
    let constant = of(Some(Law::Constant(20e9)), &|_| {});
    // 20 s, a backoff of half a second and a handshake.
    let expected = 2_000.0 * 320.0 / 20.65;
    close(measure(&exponential, "attempts.total"), expected, 0.02);
    close(measure(&constant, "attempts.total"), expected, 0.02);
    let old = of(None, &|scenario| gateways(scenario).max_age = Some(secs(4)));
    let young = of(None, &|_| {});
    assert_eq!(count(&old, "attempts.total"), 0);
    let empty = measure(&old, "polls.empty") - measure(&young, "polls.empty");
    close(empty, 2_000.0 * 320.0 / 4.0, 0.05);
    assert_eq!(count(&old, "deliveries.missed"), 0);
}

/// A budget of connections is one of requests that are held.
#[test]
fn a_pool_that_is_full_refuses_requests() {
    let mut scenario = holding(0.2, 25);
    scenario.horizon = Time::ZERO + secs(120);
    gateways(&mut scenario).max_connections = 800;
    let outcome = run(&scenario);
    close(measure(&outcome, "connections.mean"), 1_600.0, 0.03);
    assert!(measure(&outcome, "attempts.refused") > 1_000.0);
}

/// Each request that is held ends once: with something, with nothing, or with its connection.
#[test]
fn held_requests_keep_their_books() {
    let mut scenario = holding(0.02, 25);
    scenario.warm_up = Time::ZERO;
    let crowd = clients(&mut scenario);
    crowd.network.lifetime = Some(Law::Exponential { mean: 60e9 });
    crowd.network.silent_drops = Share(0.3);
    crash(&mut scenario, 60, CrashKind::Process, Some(secs(20)));
    crash(&mut scenario, 200, CrashKind::Host, Some(secs(20)));
    let outcome = run(&scenario);
    let of = |name: &str| measure(&outcome, &format!("polls.{name}"));
    let open = of("total") + of("standing") - of("empty") - of("full") - of("failed");
    assert!(open.total_cmp(&of("held")).is_eq() && open <= 2_000.0, "{open}");
    assert!(of("failed") > 10_000.0, "{}", of("failed"));
}

/// A mailbox that is down fails each request that asks it, once.
#[test]
fn a_request_fails_once() {
    let mut scenario = holding(0.5, 25);
    scenario.warm_up = Time::ZERO;
    let kind = ActionKind::Down { node: NodeId(6), lasts: secs(5) };
    scenario.timeline.push(Action { at: Time::ZERO + secs(60), name: "down".to_owned(), kind });
    let outcome = run(&scenario);
    let of = |name: &str| measure(&outcome, &format!("polls.{name}"));
    let open = of("held") - of("standing");
    // As many stand at the start as at the end, but for a few.
    assert!(of("failed") > 300.0 && open.abs() <= 150.0, "{} {open}", of("failed"));
}
