//! Users who change from one transport to another: the requests and the clocks of the one are those
//! of the other no longer.
use super::{
    chat::{chat, clients, secs},
    consumers::{close, count, measure, run},
    fallback::{fallback, preferred, with_tier},
    managed::service,
};
use squall::{
    engine::{Law, Span, Time},
    node::parameters::{BlockedBy, Fallback, Heartbeat, Parameters, Transport},
    record::Outcome,
    scenario::{Action, ActionKind, Held, NodeId, Scenario},
    units::{Rate, Share},
};

const USERS: u32 = 2_000;

/// Users who stand on the first of two transports, of which one is blocked for half of them from
/// 30 s on, for a minute if at all.
fn moved(ways: [Transport; 2], blocked: Transport, held: Held) -> Scenario {
    let mut scenario = chat(USERS, 2);
    (scenario.warm_up, scenario.horizon) = (Time::ZERO, Time::ZERO + secs(180));
    let crowd = clients(&mut scenario);
    crowd.prefer = ways.map(|way| preferred(way, 0.0)).to_vec();
    crowd.transport = ways[0];
    // It tries the first one again each time.
    let remember = Some(Span::ZERO);
    crowd.fallback = Some(Fallback { remember, ..fallback(2, BlockedBy::Refuse) });
    crowd.network.lifetime = Some(Law::Exponential { mean: 60e9 });
    crowd.network.silent_drops = Share(0.0);
    crowd.network.rtt = Law::Constant(50e6);
    crowd.sends.as_mut().unwrap().per_user = Rate(0.05);
    block(&mut scenario, (blocked, held), 0.5, Some(secs(60)));
    scenario
}

fn block(
    scenario: &mut Scenario,
    (transport, held): (Transport, Held),
    share: f64,
    lasts: Option<Span>,
) {
    let (node, by, share) = (NodeId(0), BlockedBy::Refuse, Share(share));
    let kind = ActionKind::Block { node, transport, share, by, held, lasts };
    let at = Time::ZERO + secs(30);
    scenario.timeline.push(Action { at, name: "block".to_owned(), kind });
}

/// What began has ended or is held by those who are on long polls at the end; returns how many were
/// held when the run began, how many began, and how many hold one at the end.
fn books(outcome: &Outcome) -> [f64; 3] {
    let of = |name: &str| measure(outcome, &format!("polls.{name}"));
    let ended = of("empty") + of("full") + of("failed");
    assert!((of("total") + of("standing") - ended - of("held")).abs() < 0.5);
    let there = measure(outcome, "connections.on_long_poll.end");
    // Between two requests there is a round trip, after an answer or a hold of 25 s.
    assert!(of("held") <= there + 0.5, "{} of {there}", of("held"));
    assert!(of("held") >= 0.97 * there - 10.0, "{} of {there}", of("held"));
    [of("standing"), of("total"), of("held")]
}

/// Who stands on a held request, is moved off it, and comes back.
#[test]
fn requests_end_with_the_transport_that_they_are_of() {
    let users = f64::from(USERS);
    for held in [Held::Keep, Held::Reset, Held::Silent] {
        let ways = [Transport::LongPoll, Transport::Websocket];
        let outcome = run(&moved(ways, Transport::LongPoll, held));
        let [standing, total, at_the_end] = books(&outcome);
        assert_eq!(count(&outcome, "deliveries.missed"), 0, "{held:?}");
        close(standing, users, 0.01);
        assert!(total > users, "{total}");
        assert!(measure(&outcome, "clients.fell_back") > 200.0, "{held:?}");
        assert!(measure(&outcome, "clients.upgraded") > 100.0, "{held:?}");
        assert!(at_the_end > 0.7 * users && at_the_end < users, "{at_the_end}");
    }
}

/// Who stands on a socket asks only once it has fallen back, and no more when it is back.
#[test]
fn nobody_asks_who_has_a_socket() {
    for held in [Held::Keep, Held::Reset, Held::Silent] {
        let ways = [Transport::Websocket, Transport::LongPoll];
        let outcome = run(&moved(ways, Transport::Websocket, held));
        let [standing, total, at_the_end] = books(&outcome);
        // What is written into a connection that has died silently is lost.
        let lost = count(&outcome, "deliveries.missed");
        assert_eq!(lost > 0, held == Held::Silent, "{held:?}");
        assert!(standing < 0.5, "{standing}");
        assert!(total > 200.0 && at_the_end < 600.0, "{total} {at_the_end}");
    }
}

/// Sockets on a service that closes what is idle for a minute, and long polls on gateways that do
/// not; nobody sends anything.
fn beside_a_service(blocked: f64) -> Scenario {
    let mut scenario = chat(USERS, 2);
    (scenario.warm_up, scenario.horizon) = (Time::ZERO, Time::ZERO + secs(119));
    let crowd = clients(&mut scenario);
    crowd.prefer =
        vec![preferred(Transport::Websocket, blocked), preferred(Transport::LongPoll, 0.0)];
    crowd.transport = Transport::Websocket;
    crowd.fallback = Some(fallback(2, BlockedBy::Refuse));
    crowd.network.lifetime = None;
    crowd.network.rtt = Law::Constant(50e6);
    crowd.heartbeat = Heartbeat { every: None, ..crowd.heartbeat };
    crowd.sends = None;
    with_tier(&mut scenario, 100_000);
    let mut managed = service();
    (managed.idle_timeout, managed.max_age) = (secs(60), None);
    (managed.new_connections, managed.burst) = (Rate(1e6), 1_000_000);
    scenario.nodes[2].parameters = Parameters::Gateway(managed.pool());
    scenario
}

/// The clock of the service is for those whom it holds, and for none of the others.
#[test]
fn an_idle_clock_is_that_of_one_transport() {
    let outcome = run(&beside_a_service(0.5));
    let polled = measure(&outcome, "connections.on_long_poll.end");
    close(polled, 1_000.0, 0.1);
    // Each of the others is closed in the first minute, and a minute after it is back.
    let closed = measure(&outcome, "connections.closed");
    let others = f64::from(USERS) - polled;
    assert!(closed > 1.9 * others && closed <= 2.0 * others, "{closed} of {others}");
    // Nobody else has tried anything.
    assert!((measure(&outcome, "attempts.total") - closed).abs() <= 40.0);
}

/// Who has fallen back takes no clock along.
#[test]
fn an_idle_clock_ends_with_its_transport() {
    let mut scenario = beside_a_service(0.0);
    block(&mut scenario, (Transport::Websocket, Held::Reset), 1.0, None);
    let outcome = run(&scenario);
    // At 30 s half of them have been closed, and nobody is after that.
    close(measure(&outcome, "connections.closed"), 0.5 * f64::from(USERS), 0.08);
    assert_eq!(count(&outcome, "connections.on_long_poll.end"), u64::from(USERS));
}
