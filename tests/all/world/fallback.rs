//! One transport after the other: who ends up on which, how long that takes, what it costs, and
//! what becomes of a smaller tier that all fall back to.
use super::{
    chat::{chat, clients, gateways, secs},
    consumers::{close, count, measure, run},
};
use squall::{
    engine::{Law, Span, Time},
    node::parameters::{BlockedBy, Fallback, Jitter, Parameters, Preferred, Start, Transport},
    record::Outcome,
    scenario::{Action, ActionKind, Held, Node, NodeId, Scenario},
    units::{Rate, Share},
};

const ALL: [Transport; 3] = [Transport::Websocket, Transport::Sse, Transport::LongPoll];

pub(super) fn preferred(transport: Transport, blocked: f64) -> Preferred {
    Preferred { transport, balancer: None, blocked: Share(blocked) }
}

pub(super) fn fallback(try_timeout: u64, blocked_by: BlockedBy) -> Fallback {
    Fallback { try_timeout: secs(try_timeout), blocked_by, remember: Some(secs(1_800)) }
}

/// Users who come within a minute and prefer some transports, each blocked for a share of them.
fn arriving(ways: &[(Transport, f64)], by: BlockedBy) -> Scenario {
    let mut scenario = chat(5_000, 2);
    scenario.horizon = Time::ZERO + secs(150);
    let crowd = clients(&mut scenario);
    crowd.prefer = ways.iter().map(|&(way, blocked)| preferred(way, blocked)).collect();
    crowd.transport = ways[0].0;
    crowd.fallback = Some(fallback(5, by));
    crowd.start = Start::Ramp(secs(60));
    crowd.network.lifetime = None;
    crowd.network.rtt = Law::Constant(50e6);
    crowd.sends.as_mut().unwrap().per_user = Rate(0.05);
    scenario
}

fn end(outcome: &Outcome, name: &str) -> f64 {
    measure(outcome, &format!("connections.on_{name}.end"))
}

fn block(scenario: &mut Scenario, at: u64, share: f64, held: Held, lasts: Option<Span>) {
    let (transport, by) = (Transport::Websocket, BlockedBy::Refuse);
    let (node, share) = (NodeId(0), Share(share));
    let kind = ActionKind::Block { node, transport, share, by, held, lasts };
    scenario.timeline.push(Action { at: Time::ZERO + secs(at), name: "outage".to_owned(), kind });
}

/// Within four standard deviations of a count.
fn within_chance(found: f64, expected: f64) {
    assert!((found - expected).abs() < 4.0 * expected.sqrt(), "{found}, expected {expected}");
}

/// Who goes by what is a product of shares, and the time it takes is tries · timeout.
#[test]
fn shares_are_products_in_any_order() {
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let ways = order.map(|place: usize| (ALL[place], [0.3, 0.2, 0.1][place]));
        let outcome = run(&arriving(&ways, BlockedBy::Swallow));
        let names = order.map(|place| ["websocket", "sse", "long_poll"][place]);
        let mut left = 5_000.0;
        for ((_, blocked), name) in ways.into_iter().zip(names) {
            within_chance(end(&outcome, name), left * (1.0 - blocked));
            left *= blocked;
        }
        // 30 users can go by none of them, and never do.
        within_chance(measure(&outcome, "clients.never_connected"), left);
        assert_eq!(
            count(&outcome, "clients.never_connected") + count(&outcome, "connections.end"),
            5_000
        );
        assert_eq!(count(&outcome, "deliveries.missed"), 0, "{order:?}");
    }
}

/// Whether a transport is blocked for a user depends on the user and the transport alone.
#[test]
fn the_same_users_are_blocked_in_every_order() {
    let of = |ways: &[(Transport, f64)]| {
        let outcome = run(&arriving(ways, BlockedBy::Refuse));
        end(&outcome, "long_poll")
    };
    let [socket, sse, poll] = [(ALL[0], 0.3), (ALL[1], 0.2), (ALL[2], 0.0)];
    assert!((of(&[socket, sse, poll]) - of(&[sse, socket, poll])).abs() < 0.5);
}

/// A try that nobody answers takes its timeout, one that is refused a round trip.
#[test]
fn failed_tries_take_their_time() {
    let spent = |by| {
        // There is nothing to strip from the request for a stream.
        let streams = if by == BlockedBy::Strip { 0.0 } else { 0.5 };
        let ways = [(ALL[0], 0.1), (ALL[1], streams), (ALL[2], 0.0)];
        let outcome = run(&arriving(&ways, by));
        assert_eq!(count(&outcome, "clients.never_connected"), 0);
        let blocked = measure(&outcome, "attempts.blocked");
        close(blocked, 5_000.0 * 0.1 * (1.0 + streams), 0.1);
        let ended = if by == BlockedBy::Swallow { "timed_out" } else { "refused" };
        assert!((measure(&outcome, &format!("attempts.{ended}")) - blocked).abs() < 0.5);
        let [p50, p99, most] = ["p50", "p99", "max"]
            .map(|statistic| measure(&outcome, &format!("negotiation.{statistic}")));
        assert!(p50 < 0.001, "{p50}");
        // The last comes after a minute, and a handshake takes three round trips.
        let rest = measure(&outcome, "reconnect.max") - most;
        assert!(rest < 60.3, "{rest}");
        (p99, most)
    };
    let (p99, most) = spent(BlockedBy::Swallow);
    close(p99, 10.0, 0.02);
    close(most, 10.0, 0.02);
    let (p99, most) = spent(BlockedBy::Refuse);
    close(p99, 0.1, 0.05);
    close(most, 0.1, 0.05);
    let (_, most) = spent(BlockedBy::Strip);
    // All the way to the gateway: the ways of a handshake, and back.
    assert!(most > 0.07 && most < 0.18, "{most}");
}

/// What is stripped of its upgrade is paid for by the gateways; what is swallowed is not.
#[test]
fn only_what_arrives_costs_cpu() {
    let busy = |by| {
        let mut scenario = arriving(&[(ALL[0], 1.0), (ALL[2], 0.0)], by);
        let pool = gateways(&mut scenario);
        (pool.cores, pool.cpu.idle, pool.cpu.refusal) = (1, 0.0, Span::from_millis(5));
        let outcome = run(&scenario);
        assert_eq!(count(&outcome, "connections.end"), 5_000);
        (measure(&outcome, "gateways.cpu.mean"), measure(&outcome, "wire.up"))
    };
    let [swallow, strip] = [BlockedBy::Swallow, BlockedBy::Strip].map(busy);
    // 5,000 tries: 5 ms and a TLS handshake of 0.208 ms on average, over 150 s and 2 cores.
    close(strip.0 - swallow.0, 5_000.0 * 5.208e-3 / 300.0, 0.05);
    // The same requests; who gets in sooner also asks more often.
    close(strip.1, swallow.1, 0.02);
}

/// Once all is blocked nobody gets in; with a limit they give up.
#[test]
fn nobody_gets_in_where_all_is_blocked() {
    let mut scenario = arriving(&[(ALL[0], 1.0), (ALL[1], 1.0)], BlockedBy::Refuse);
    clients(&mut scenario).sends = None;
    let outcome = run(&scenario);
    assert_eq!(count(&outcome, "clients.never_connected"), 5_000);
    assert_eq!(count(&outcome, "attempts.accepted"), 0);
    let crowd = clients(&mut scenario);
    crowd.reconnect.attempts = Some(3);
    (crowd.reconnect.base, crowd.reconnect.cap) = (secs(1), secs(1));
    let outcome = run(&scenario);
    // Three rounds of two tries each.
    assert_eq!(count(&outcome, "attempts.total"), 30_000);
    assert_eq!(count(&outcome, "clients.gave_up"), 5_000);
}

/// No `WebSocket` opens for a while: all fall back, and stay for as long as they remember.
#[test]
fn who_fell_back_stays_or_upgrades_as_it_remembers() {
    let after = |remember: Option<Span>| {
        let mut scenario = arriving(&[(ALL[0], 0.05), (ALL[2], 0.0)], BlockedBy::Swallow);
        scenario.horizon = Time::ZERO + secs(400);
        let crowd = clients(&mut scenario);
        crowd.start = Start::Connected;
        crowd.fallback = Some(Fallback { remember, ..fallback(5, BlockedBy::Swallow) });
        crowd.network.lifetime = Some(Law::Exponential { mean: 60e9 });
        crowd.network.silent_drops = Share(0.0);
        block(&mut scenario, 60, 1.0, Held::Reset, Some(secs(30)));
        run(&scenario)
    };
    let forever = after(None);
    assert_eq!(count(&forever, "clients.upgraded"), 0);
    close(end(&forever, "long_poll"), 5_000.0, 0.03);
    let never = after(Some(Span::ZERO));
    // After five lifetimes all but the 5 % are back; some of those who are blocked are on their
    // way.
    close(end(&never, "websocket"), 4_750.0, 0.03);
    assert!(end(&never, "long_poll") < 300.0);
    // Who is blocked tries a WebSocket in vain each time.
    assert!(measure(&never, "negotiation.p99") > 4.9);
    assert_eq!(count(&never, "deliveries.missed"), 0);
}

/// A block leaves alone who is connected if it says so.
#[test]
fn a_block_keeps_resets_or_silences_what_stands() {
    let during = |held| {
        let mut scenario = arriving(&[(ALL[0], 0.0), (ALL[1], 0.0)], BlockedBy::Refuse);
        clients(&mut scenario).start = Start::Connected;
        block(&mut scenario, 30, 0.5, held, None);
        run(&scenario)
    };
    let kept = during(Held::Keep);
    assert_eq!(count(&kept, "attempts.total"), 0);
    for held in [Held::Reset, Held::Silent] {
        let outcome = during(held);
        close(end(&outcome, "sse"), 2_500.0, 0.05);
        assert_eq!(count(&outcome, "connections.end"), 5_000);
        assert!((measure(&outcome, "clients.fell_back") - end(&outcome, "sse")).abs() < 0.5);
    }
}

/// A tier of its own for those who fall back: a balancer and a pool of one small gateway, which is
/// linked as the other is.
pub(super) fn with_tier(scenario: &mut Scenario, most: u32) {
    let Parameters::Gateway(mut pool) = scenario.nodes[2].parameters.clone() else { panic!() };
    (pool.count, pool.max_connections) = (1, most);
    let edge = scenario.nodes[1].parameters.clone();
    scenario.nodes.push(Node { name: "side".to_owned(), parameters: edge });
    scenario.nodes.push(Node { name: "spare".to_owned(), parameters: Parameters::Gateway(pool) });
    let spare = u8::try_from(scenario.nodes.len()).unwrap() - 1;
    let side = spare - 1;
    let as_the_other = |id: NodeId| match id.0 {
        1 => NodeId(side),
        2 => NodeId(spare),
        _ => id,
    };
    let links: Vec<_> = scenario
        .links
        .iter()
        .cloned()
        .filter_map(|mut link| {
            let ends = [link.source, link.target];
            (link.source, link.target) = (as_the_other(link.source), as_the_other(link.target));
            (ends != [link.source, link.target]).then_some(link)
        })
        .collect();
    scenario.links.extend(links);
    for it in &mut clients(scenario).prefer {
        let first = it.transport == Transport::Websocket;
        it.balancer = Some(if first { "edge" } else { "side" }.to_owned());
    }
}

/// The tier takes in what it holds; the rest go round until the outage is over.
#[test]
fn a_small_tier_is_flooded() {
    let flooded = |most| {
        let mut scenario = arriving(&[(ALL[0], 0.05), (ALL[2], 0.0)], BlockedBy::Refuse);
        scenario.horizon = Time::ZERO + secs(120);
        let crowd = clients(&mut scenario);
        crowd.start = Start::Connected;
        (crowd.reconnect.base, crowd.reconnect.cap) = (secs(4), secs(8));
        crowd.reconnect.jitter = Jitter::Full;
        with_tier(&mut scenario, most);
        let calm = run(&scenario);
        close(end(&calm, "long_poll"), 250.0, 0.25);
        assert!(measure(&calm, "spare.connections_per_instance.max") < 300.0);
        assert_eq!(count(&calm, "deliveries.missed"), 0);
        block(&mut scenario, 30, 1.0, Held::Reset, None);
        run(&scenario)
    };
    let small = flooded(500);
    // Those in between two requests hold nothing, so that others can slip in.
    assert!(measure(&small, "spare.connections_per_instance.max") < 500.5);
    assert!(measure(&small, "connections.end") < 800.0);
    assert!(measure(&small, "attempts.refused") > 20_000.0);
    let large = flooded(6_000);
    assert_eq!(count(&large, "connections.end"), 5_000);
    assert_eq!(count(&large, "deliveries.missed"), 0);
    assert_eq!(count(&large, "connections.on_websocket.end"), 0);
}

/// A list of one transport is that transport.
#[test]
fn a_list_of_one_changes_nothing() {
    for transport in ALL {
        let listed = arriving(&[(transport, 0.0)], BlockedBy::Swallow);
        let mut plain = listed.clone();
        let crowd = clients(&mut plain);
        (crowd.prefer, crowd.fallback) = (Vec::new(), None);
        assert_eq!(run(&listed).fingerprint, run(&plain).fingerprint, "{transport:?}");
    }
}

/// Whoever prefers what is never blocked goes as if there was nothing else.
#[test]
fn what_is_never_needed_changes_nothing() {
    let listed = arriving(&[(ALL[0], 0.0), (ALL[1], 0.0), (ALL[2], 0.0)], BlockedBy::Swallow);
    let mut plain = listed.clone();
    let crowd = clients(&mut plain);
    (crowd.prefer, crowd.fallback) = (Vec::new(), None);
    let (listed, plain) = (run(&listed), run(&plain));
    assert_eq!(listed.fingerprint, plain.fingerprint);
    for name in ["wire.up", "wire.down", "gateways.cpu.mean", "registry.operations"] {
        close(measure(&listed, name), measure(&plain, name), 1e-9);
    }
}
