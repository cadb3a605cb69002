//! Over HTTP/2 all streams of a browser go by one connection: one handshake, one place on the bill,
//! and what else a connection has, however many tabs there are.
use super::{
    chat::{balancer, chat, clients, crash, drop_users, gateways, secs},
    consumers::{close, count, measure, run},
};
use squall::{
    engine::{Law, Span, Time, number},
    node::parameters::{Heads, Http, Policy, Start, Tabs, Transport, Visits, Wire},
    record::{Amount, Outcome},
    scenario::{Action, ActionKind, CrashKind, DropKind, NodeId, Scenario},
    units::{Bytes, Share},
};

/// So many browsers of six tabs, which say nothing, come within 20 s.
fn browsers(many: u32, transport: Transport, http: Http) -> Scenario {
    let mut scenario = chat(6 * many, 2);
    let crowd = clients(&mut scenario);
    (crowd.transport, crowd.tabs) = (transport, Some(Tabs::Constant(6)));
    crowd.wire = Wire { profile: Heads::Browser, tls: true, http };
    (crowd.sends, crowd.heartbeat.every) = (None, None);
    crowd.poll_hold = secs(30);
    crowd.network.lifetime = None;
    crowd.network.rtt = Law::Constant(50e6);
    crowd.start = Start::Ramp(secs(20));
    let pool = gateways(&mut scenario);
    pool.memory.per_connection = Bytes(51_000);
    pool.cpu.resumption = Share(0.0);
    scenario
}

const BOTH: [Transport; 2] = [Transport::Sse, Transport::LongPoll];

/// Connections on the balancer's bill, and how many are opened a second.
fn balanced(outcome: &Outcome) -> [f64; 2] {
    let used = outcome.usage.nodes.iter().find(|used| used.node == "edge").unwrap();
    let Amount::Balanced { connections, attempts, .. } = used.amount else { panic!("{used:?}") };
    [connections, attempts]
}

/// Handshakes, and streams on the connection of another tab.
fn opened(outcome: &Outcome) -> [u64; 2] {
    ["handshakes.total", "tabs.shared"].map(|name| count(outcome, name))
}

#[test]
fn the_first_tab_opens_the_connection_of_all() {
    for transport in BOTH {
        let [one, two] = [Http::One, Http::Two].map(|http| run(&browsers(1_000, transport, http)));
        for outcome in [&one, &two] {
            assert_eq!(count(outcome, "connections.end"), 6_000);
            assert_eq!(count(outcome, "attempts.accepted"), 6_000);
        }
        assert_eq!(count(&one, "handshakes.total"), 6_000);
        assert!(one.measures.iter().all(|measure| measure.name != "tabs.shared"));
        assert_eq!(opened(&two), [1_000, 5_000]);
        // The first of six comes after a seventh of 20 s, on average, and the mean one after 10 s.
        let seconds = two.usage.over.seconds();
        let [open, opens] = balanced(&two);
        close(open, 1_000.0 * (seconds - 20.0 / 7.0) / seconds, 0.01);
        close(opens, 1_000.0 / seconds, 1e-9);
        let [open, opens] = balanced(&one);
        close(open, 6_000.0 * (seconds - 10.0) / seconds, 0.01);
        close(opens, 6_000.0 / seconds, 1e-9);
    }
}

/// Bytes of what is written at once, in a record and in one segment.
fn written(bytes: f64) -> f64 {
    bytes + 22.0 + 52.0
}

/// A connection takes three empty segments, 600 bytes up in one segment and 3,000 down in three,
/// and the heads of its first request; a stream beside it a head of 60 and one of 40.
#[test]
fn a_tab_more_takes_the_bytes_of_a_request() {
    let [one, more] = [10.0, 50.0];
    let shake = [2.0 * 52.0 + 600.0 + 52.0, 52.0 + 3_000.0 + 3.0 * 52.0];
    let streams = run(&browsers(10, Transport::Sse, Http::Two));
    assert_eq!(opened(&streams), [10, 50]);
    let ways = [("wire.up", shake[0], 563.0, 60.0), ("wire.down", shake[1], 142.0, 40.0)];
    for (way, shake, first, later) in ways {
        let expected = one * (shake + written(first)) + more * written(later);
        close(measure(&streams, way), expected, 1e-12);
    }
    let polls = run(&browsers(10, Transport::LongPoll, Http::Two));
    let [asked, answered] = ["total", "empty"].map(|it| measure(&polls, &format!("polls.{it}")));
    // Of each connection the first request and its answer have whole heads.
    let up = one * (shake[0] + 515.0 - 60.0) + asked * written(60.0);
    close(measure(&polls, "wire.up"), up, 1e-12);
    let down = one * (shake[1] + 109.0 - 40.0) + answered * written(40.0);
    close(measure(&polls, "wire.down"), down, 1e-12);
}

/// Of the 51 KB of a connection 24 are its own, and 27 those of each stream.
#[test]
fn a_tab_more_weighs_what_the_application_keeps_of_it() {
    for (http, each) in [(Http::One, 51_000.0), (Http::Two, 51_000.0 / 6.0 + 27_000.0 * 5.0 / 6.0)]
    {
        let mut scenario = browsers(1_000, Transport::Sse, http);
        clients(&mut scenario).start = Start::Connected;
        let outcome = run(&scenario);
        close(measure(&outcome, "memory.peak"), 6_000.0 * each, 1e-12);
        assert_eq!(count(&outcome, "handshakes.total"), 0);
        close(balanced(&outcome)[0], if http == Http::Two { 1_000.0 } else { 6_000.0 }, 1e-9);
    }
    // Two instances with room for 4,000 whole connections have it for all of them.
    let held = |http| {
        let mut scenario = browsers(1_000, Transport::Sse, http);
        clients(&mut scenario).start = Start::Connected;
        gateways(&mut scenario).memory.limit = Bytes(2_000 * 51_000);
        count(&run(&scenario), "connections.end")
    };
    assert_eq!((held(Http::One), held(Http::Two)), (4_000, 6_000));
}

/// Whose stream counts for the connection is as by chance: in each instance as many do, also where
/// the tabs of a browser are dealt out in turn, and when those of one instance have gone on.
#[test]
fn no_instance_has_all_connections() {
    for (tabs, pools) in [(2, 2), (3, 3), (6, 2), (5, 4)] {
        let mut scenario = browsers(1_000, Transport::Sse, Http::Two);
        let crowd = clients(&mut scenario);
        (crowd.start, crowd.tabs) = (Start::Connected, Some(Tabs::Constant(tabs)));
        balancer(&mut scenario).policy = Policy::LeastConnections;
        gateways(&mut scenario).count = pools;
        let each = 27_000.0 + 24_000.0 / f64::from(tabs);
        let outcome = run(&scenario);
        let all = 6_000.0 * each;
        close(measure(&outcome, "memory.peak"), all, 1e-9);
        close(measure(&outcome, "memory.peak_per_instance"), all / f64::from(pools), 0.03);
        crash(&mut scenario, 40, CrashKind::Process, None);
        let outcome = run(&scenario);
        let most = all / f64::from(pools - 1);
        close(measure(&outcome, "memory.peak_per_instance"), most, 0.03);
    }
}

/// It waits for its request, and for nothing before: one round trip in place of three, and the work
/// of the application alone.
#[test]
fn a_late_tab_waits_for_its_request_alone() {
    let told = |http| {
        let mut scenario = browsers(1_000, Transport::Sse, http);
        clients(&mut scenario).start = Start::Connected;
        gateways(&mut scenario).cpu.idle = 0.0;
        let (share, kind) = (Share(0.05), DropKind::Told);
        let kind = ActionKind::DropClients { node: NodeId(0), share, kind, within: secs(20) };
        let at = Time::ZERO + secs(10);
        scenario.timeline.push(Action { at, name: "drop".to_owned(), kind });
        run(&scenario)
    };
    let [one, two] = [Http::One, Http::Two].map(told);
    // Each way has 0.5 ms inside, and the application takes 2 ms, TLS 0.4 more.
    for (outcome, back) in [(&one, 3.0 * 0.051 + 0.0024), (&two, 0.051 + 0.002)] {
        close(measure(outcome, "reconnect.p50"), back, 0.01);
        assert!((250..350).contains(&count(outcome, "attempts.total")));
    }
    assert_eq!(opened(&two), [0, count(&two, "attempts.total")]);
    let busy = |outcome: &Outcome| measure(outcome, "gateways.cpu.mean") * 120.0 * 2.0 * 8.0;
    for (outcome, each) in [(&one, 0.0024), (&two, 0.002)] {
        close(busy(outcome), measure(outcome, "attempts.total") * each, 0.01);
    }
}

/// What ends a connection on its way ends the streams of all tabs: the first that is back opens
/// another one, and the others wait for it.
#[test]
fn who_loses_a_connection_loses_it_with_all_tabs() {
    for (share, transport) in [(1.0, BOTH[0]), (1.0, BOTH[1]), (0.3, BOTH[0]), (0.3, BOTH[1])] {
        let mut scenario = browsers(1_000, transport, Http::Two);
        clients(&mut scenario).start = Start::Connected;
        drop_users(&mut scenario, 30, share);
        let outcome = run(&scenario);
        let [shakes, shared] = opened(&outcome);
        assert_eq!(shared, 5 * shakes);
        close(
            measure(&outcome, "recovery.drop.hit"),
            6.0 * measure(&outcome, "handshakes.total"),
            1e-9,
        );
        assert!((1_000.0 * share - measure(&outcome, "handshakes.total")).abs() < 60.0, "{shakes}");
        assert_eq!(
            (count(&outcome, "connections.end"), count(&outcome, "tabs.waiting.end")),
            (6_000, 0)
        );
        close(balanced(&outcome)[0], 1_000.0, 0.02);
    }
}

/// Streams end as often as connections of their own would, and a sixth of them costs a handshake;
/// of silent deaths as well, though each tab notices its own, some of them not before the end.
#[test]
fn a_sixth_of_the_ends_costs_a_handshake() {
    for (law, silent) in [
        (Law::Exponential { mean: 200e9 }, 0.0),
        (Law::Exponential { mean: 200e9 }, 0.5),
        (Law::Constant(200e9), 0.0),
    ] {
        let mut scenario = browsers(1_000, Transport::Sse, Http::Two);
        scenario.horizon = Time::ZERO + secs(300);
        let crowd = clients(&mut scenario);
        crowd.start = Start::Connected;
        (crowd.network.lifetime, crowd.network.silent_drops) = (Some(law), Share(silent));
        crowd.heartbeat.every = Some(secs(25));
        let outcome = run(&scenario);
        let attempts = measure(&outcome, "attempts.total");
        close(attempts, 9_000.0 * (1.0 - silent * 0.15), 0.1);
        let late = if silent > 0.0 { 0.05 } else { 0.02 };
        close(measure(&outcome, "handshakes.total"), attempts / 6.0, late);
        close(balanced(&outcome)[0], measure(&outcome, "connections.mean") / 6.0, late);
    }
}

/// Tabs come and go: whoever is there keeps the connection, and the last one takes it along. Of two
/// that are there half of the time and apart, one has it for three quarters.
#[test]
fn the_last_tab_takes_the_connection_along() {
    let mut scenario = browsers(1_000, Transport::Sse, Http::Two);
    scenario.horizon = Time::ZERO + secs(600);
    let crowd = clients(&mut scenario);
    (crowd.start, crowd.tabs, crowd.count) = (Start::Connected, Some(Tabs::Constant(2)), 2_000);
    let law = Law::Exponential { mean: 60e9 };
    crowd.visits = Some(Visits { stay: law.clone(), away: law });
    let outcome = run(&scenario);
    close(measure(&outcome, "connections.mean"), 1_000.0, 0.03);
    close(balanced(&outcome)[0], 750.0, 0.03);
    // Who comes finds the other one there half of the time.
    let [shakes, shared] = opened(&outcome);
    let all = measure(&outcome, "attempts.total");
    close(measure(&outcome, "attempts.accepted"), number::float(shakes + shared), 0.005);
    close(measure(&outcome, "handshakes.total"), all / 2.0, 0.03);
    let mean = 51_000.0 * 750.0 + 27_000.0 * 250.0;
    close(measure(&outcome, "memory.mean"), mean, 0.03);
}

/// A gateway that crashes ends its streams; the connection is that to the balancer, and stays with
/// those on the other gateway. All weigh afterwards what they weighed before.
#[test]
fn a_gateway_is_not_the_connection() {
    for transport in BOTH {
        let mut scenario = browsers(1_000, transport, Http::Two);
        clients(&mut scenario).start = Start::Connected;
        crash(&mut scenario, 40, CrashKind::Process, Some(Span::from_secs(10)));
        let outcome = run(&scenario);
        let hit = measure(&outcome, "recovery.crash.hit");
        let [shakes, shared] = opened(&outcome);
        close(measure(&outcome, "handshakes.total") + measure(&outcome, "tabs.shared"), hit, 0.01);
        // All six tabs of a browser are there with 1/64.
        assert!(shakes < 60 && shared > 2_500, "{shakes}, {shared}");
        assert_eq!(count(&outcome, "connections.end"), 6_000);
        assert!(measure(&outcome, "memory.peak") <= 1_000.0 * 51e3 + 5_000.0 * 27e3);
    }
}

/// One tab, and what is not of HTTP/2, is as it was.
#[test]
fn who_has_one_tab_shares_nothing() {
    let of = |tabs: Option<Tabs>, transport, http| {
        let mut scenario = browsers(100, transport, http);
        clients(&mut scenario).tabs = tabs;
        clients(&mut scenario).network.lifetime = Some(Law::Exponential { mean: 60e9 });
        run(&scenario).measures
    };
    let tabs = |outcome: Vec<squall::record::Measure>| {
        outcome.into_iter().filter(|it| !it.name.starts_with("tabs.")).collect::<Vec<_>>()
    };
    let alone = of(None, Transport::Sse, Http::Two);
    assert_eq!(tabs(of(Some(Tabs::Constant(1)), Transport::Sse, Http::Two)), tabs(alone));
    let sockets = of(None, Transport::Websocket, Http::Two);
    assert_eq!(tabs(of(Some(Tabs::Constant(6)), Transport::Websocket, Http::Two)), tabs(sockets));
}
