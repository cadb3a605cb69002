//! Transports side by side: a stream for one way and requests for the other, against one connection
//! for both.
use super::{
    chat::{chat, clients, crash, gateways, secs},
    consumers::{close, count, measure, run},
};
use squall::{
    engine::{Law, Span, Time},
    node::parameters::{
        Acknowledged, Admission, Answer, Ids, Jitter, Parameters, Policy, Preset, Start, Transport,
    },
    record::Outcome,
    scenario::{Action, ActionKind, CrashKind, DropKind, NodeId, Scenario},
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
    let crowd = clients(&mut scenario);
    (crowd.reconnect.base, crowd.reconnect.cap) = (secs(60), secs(60));
    crowd.reconnect.jitter = Jitter::None;
    let (share, kind) = (Share(0.5), DropKind::Reset);
    let kind = ActionKind::DropClients { node: NodeId(0), share, kind, within: Span::ZERO };
    let at = Time::ZERO + secs(60);
    scenario.timeline.push(Action { at, name: "drop".to_owned(), kind });
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

/// A balancer that lets 100 a second in answers 503 to the rest: an `EventSource` is dead then.
#[test]
fn a_503_ends_a_stream_for_good() {
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
    let dead = refused(Answer::Unavailable);
    close(measure(&dead, "clients.gave_up"), 1_900.0, 0.02);
    let alive = refused(Answer::Reset);
    assert_eq!(count(&alive, "clients.gave_up"), 0);
    assert_eq!(count(&alive, "connections.end"), 2_000);
}

/// Requests go to any gateway: to a dead one until that is noticed. What is acknowledged comes again.
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
