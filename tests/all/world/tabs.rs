//! Tabs of one browser: what they share over HTTP/1.1, who waits, and what is held back where
//! nobody looks.
use super::{
    chat::{balancer, chat, clients, crash, drop_users, gateways, secs},
    consumers::{close, count, measure, run},
    fallback::{fallback, preferred},
};
use squall::{
    engine::{Law, Span, Time},
    node::parameters::{
        Background, BlockedBy, Heads, Http, Jitter, Policy, Start, Tabs, Transport, Visits, Wire,
    },
    record::Outcome,
    scenario::{Action, ActionKind, CrashKind, DropKind, NodeId, Scenario},
    units::{Rate, Share},
};

/// 7,000 tabs.
fn browsers(tabs: Tabs, transport: Transport) -> Scenario {
    let mut scenario = chat(7_000, 2);
    scenario.horizon = Time::ZERO + secs(120);
    let crowd = clients(&mut scenario);
    (crowd.transport, crowd.tabs) = (transport, Some(tabs));
    crowd.network.lifetime = None;
    crowd.network.rtt = Law::Constant(50e6);
    crowd.sends.as_mut().unwrap().per_user = Rate(0.05);
    scenario
}

fn waiting(outcome: &Outcome) -> u64 {
    count(outcome, "tabs.waiting.end")
}

/// The seventh stream waits for good, and with six of them nobody's message goes out.
#[test]
fn six_streams_are_all_there_is() {
    let outcome = run(&browsers(Tabs::Constant(7), Transport::Sse));
    assert_eq!((waiting(&outcome), count(&outcome, "connections.end")), (1_000, 6_000));
    assert_eq!(count(&outcome, "attempts.total"), 0);
    assert_eq!(count(&outcome, "deliveries.live"), 0);
    assert_eq!(count(&outcome, "deliveries.pending"), count(&outcome, "deliveries.intended"));
    let six = run(&browsers(Tabs::Constant(6), Transport::Sse));
    // The last browser has four tabs.
    assert_eq!((waiting(&six), count(&six, "connections.end")), (0, 7_000));
    close(measure(&six, "deliveries.live"), 4.0 / 7_000.0 * 42_000.0, 0.6);
    let five = run(&browsers(Tabs::Constant(5), Transport::Sse));
    assert_eq!((waiting(&five), count(&five, "deliveries.pending") < 100), (0, true));
}

/// Streams of HTTP/2 and `WebSocket`s have room.
#[test]
fn streams_of_one_connection_are_a_hundred() {
    let mut scenario = browsers(Tabs::Constant(140), Transport::Sse);
    clients(&mut scenario).wire.http = Http::Two;
    assert_eq!(waiting(&run(&scenario)), 50 * 40);
    let sockets = run(&browsers(Tabs::Constant(140), Transport::Websocket));
    assert_eq!((waiting(&sockets), count(&sockets, "connections.end")), (0, 7_000));
}

/// The share of tabs that wait is known from the law of the tabs.
#[test]
fn as_many_wait_as_there_are_beyond_six() {
    let outcome = run(&browsers(Tabs::Listed(vec![1, 2, 10]), Transport::Sse));
    close(measure(&outcome, "tabs.waiting.end"), 7_000.0 * 4.0 / 13.0, 0.05);
    let outcome = run(&browsers(Tabs::Mean(4.0), Transport::Sse));
    // E(T − 6)⁺ = q⁶ · mean, of the mean.
    close(measure(&outcome, "tabs.waiting.end"), 7_000.0 * 0.75_f64.powi(6), 0.08);
}

/// Whoever waits goes on when another tab's stream ends.
#[test]
fn a_stream_that_ends_makes_room() {
    let mut scenario = browsers(Tabs::Constant(7), Transport::Sse);
    let crowd = clients(&mut scenario);
    crowd.sends = None;
    (crowd.reconnect.base, crowd.reconnect.cap) = (secs(10), secs(10));
    crowd.reconnect.jitter = Jitter::None;
    drop_users(&mut scenario, 30, 0.1);
    let outcome = run(&scenario);
    // Each browser with a stream that ended has another tab's within a moment; who lost it waits.
    assert_eq!((waiting(&outcome), count(&outcome, "connections.end")), (1_000, 6_000));
    let dropped = measure(&outcome, "recovery.drop.hit");
    close(dropped, 600.0, 0.15);
    close(measure(&outcome, "attempts.total"), dropped, 0.02);
    // As many are connected as before: where another stream of a browser ended too, after 10 s.
    assert_eq!(count(&outcome, "recovery.drop.never"), 0);
    let half = measure(&outcome, "recovery.drop.t50");
    assert!(half < 1.0, "{half}");
    close(measure(&outcome, "recovery.drop.all"), 10.0, 0.1);
}

/// All come at once: six of seven get in.
#[test]
fn who_comes_last_waits() {
    let mut scenario = browsers(Tabs::Constant(7), Transport::Sse);
    clients(&mut scenario).start = Start::Ramp(secs(20));
    let outcome = run(&scenario);
    assert_eq!((waiting(&outcome), count(&outcome, "connections.end")), (1_000, 6_000));
    assert_eq!(count(&outcome, "attempts.total"), 6_000);
    assert_eq!(count(&outcome, "clients.never_connected"), 1_000);
}

/// Whoever is told to move gives its place to who has waited for longest, and waits: all get their
/// turn, and each move is one place in line.
#[test]
fn who_moves_goes_to_the_end_of_the_line() {
    let mut scenario = browsers(Tabs::Constant(7), Transport::Sse);
    clients(&mut scenario).sends = None;
    for number in 0..7 {
        let kind = DropKind::Told;
        let (node, share, within) = (NodeId(0), Share(1.0), secs(5));
        let kind = ActionKind::DropClients { node, share, kind, within };
        let at = Time::ZERO + secs(10 * (number + 1));
        scenario.timeline.push(Action { at, name: format!("told{number}"), kind });
    }
    let outcome = run(&scenario);
    assert_eq!((waiting(&outcome), count(&outcome, "connections.end")), (1_000, 6_000));
    assert_eq!(count(&outcome, "clients.never_connected"), 0);
    // Each of six moves; who comes last has waited since the first of them left.
    assert_eq!(count(&outcome, "attempts.accepted"), 7 * 6_000);
    assert_eq!(count(&outcome, "tabs.queued"), 1_000 + 7 * 6_000);
    assert!(measure(&outcome, "reconnect.max") < 15.0);
}

/// The same of streams that grow too old, and of instances that are deployed: none waits for good.
#[test]
fn nobody_waits_for_good_where_streams_grow_old() {
    let mut scenario = browsers(Tabs::Constant(14), Transport::Sse);
    scenario.horizon = Time::ZERO + secs(300);
    scenario.settle = secs(120);
    let pool = gateways(&mut scenario);
    (pool.max_age, pool.age_dither) = (Some(secs(30)), secs(10));
    let outcome = run(&scenario);
    assert_eq!((waiting(&outcome), count(&outcome, "connections.peak")), (4_000, 3_000));
    assert_eq!(count(&outcome, "clients.never_connected"), 0);
    assert_eq!(count(&outcome, "deliveries.missed"), 0);
    // An age is up to 10 s less than 30 s: of a life of 25 s eight of six go by in line.
    close(measure(&outcome, "reconnect.p50"), 25.0 * 8.0 / 6.0, 0.1);
}

/// Tabs that go away while they wait, or before they have tried again, take no place and give none.
#[test]
fn tabs_that_come_and_go_wait_in_order() {
    for transport in [Transport::Sse, Transport::LongPoll] {
        let mut scenario = browsers(Tabs::Constant(14), transport);
        scenario.horizon = Time::ZERO + secs(600);
        let crowd = clients(&mut scenario);
        (crowd.poll_hold, crowd.sends) = (secs(5), None);
        crowd.network.lifetime = Some(Law::Exponential { mean: 100e9 });
        crowd.network.silent_drops = Share(0.0);
        let [stay, away] = [60e9, 20e9].map(|mean| Law::Exponential { mean });
        crowd.visits = Some(Visits { stay, away });
        let outcome = run(&scenario);
        let peak = count(&outcome, "connections.peak");
        assert!(peak <= 3_000, "{transport:?}: {peak}");
        close(measure(&outcome, "connections.mean"), 3_000.0, 0.03);
        assert_eq!(count(&outcome, "attempts.timed_out"), 0);
    }
}

/// Six connections a browser, however many tabs take turns on them, from the first moment on: who
/// takes one over sends a request, as where all were there before.
#[test]
fn turns_take_no_handshakes() {
    for (tabs, start) in [7, 14].into_iter().flat_map(|tabs| {
        [Start::Ramp(Span::ZERO), Start::Ramp(secs(20)), Start::Connected].map(|it| (tabs, it))
    }) {
        let mut scenario = browsers(Tabs::Constant(tabs), Transport::LongPoll);
        let crowd = clients(&mut scenario);
        (crowd.poll_hold, crowd.start, crowd.sends) = (secs(5), start, None);
        crowd.wire = Wire { profile: Heads::Browser, tls: true, http: Http::One };
        let outcome = run(&scenario);
        let opened = if start == Start::Connected { 0 } else { 6 * 7_000 / tabs };
        for name in ["handshakes.total", "attempts.total", "attempts.accepted"] {
            assert_eq!(count(&outcome, name), u64::from(opened), "{name} of {tabs}, {start:?}");
        }
        assert_eq!(count(&outcome, "clients.never_connected"), 0);
        assert_eq!(count(&outcome, "connections.end"), 42_000 / u64::from(tabs));
        let shake = f64::from(opened) * (2.0 * 52.0 + 600.0 + 52.0);
        let asked = measure(&outcome, "polls.total") * (515.0 + 22.0 + 52.0);
        close(measure(&outcome, "wire.up"), shake + asked, 1e-9);
    }
}

/// Where connections end, who has waited for longest opens the next one; whoever lost it takes one
/// over in its turn. So there are as many handshakes as ends.
#[test]
fn each_connection_that_ends_is_opened_once() {
    let ends = |scenario: &mut Scenario| {
        let crowd = clients(scenario);
        (crowd.poll_hold, crowd.network.silent_drops) = (secs(5), Share(0.0));
        (crowd.reconnect.base, crowd.reconnect.cap) = (secs(2), secs(2));
    };
    let mut dropped = browsers(Tabs::Constant(14), Transport::LongPoll);
    ends(&mut dropped);
    drop_users(&mut dropped, 30, 0.1);
    let outcome = run(&dropped);
    let hit = measure(&outcome, "recovery.drop.hit");
    close(hit, 300.0, 0.2);
    close(measure(&outcome, "handshakes.total"), hit, 1e-9);
    assert_eq!(count(&outcome, "deliveries.missed"), 0);
    // In 120 s each of 3,000 connections ends 1.2 times, whatever the law.
    for law in [Law::Exponential { mean: 100e9 }, Law::Uniform { low: 0.0, high: 200e9 }] {
        let mut scenario = browsers(Tabs::Constant(14), Transport::LongPoll);
        ends(&mut scenario);
        clients(&mut scenario).network.lifetime = Some(law);
        let outcome = run(&scenario);
        close(measure(&outcome, "handshakes.total"), 3_600.0, 0.05);
        close(measure(&outcome, "connections.mean"), 3_000.0, 0.01);
    }
    // Requests that were held by an instance that crashes have a connection each.
    let mut crashed = browsers(Tabs::Constant(14), Transport::LongPoll);
    ends(&mut crashed);
    balancer(&mut crashed).policy = Policy::LeastConnections;
    crash(&mut crashed, 40, CrashKind::Process, Some(secs(10)));
    let outcome = run(&crashed);
    assert!(measure(&outcome, "handshakes.total") >= measure(&outcome, "recovery.crash.hit"));
    assert_eq!(waiting(&outcome), 4_000);
}

/// Held requests take turns: a message waits for a turn, and nothing is lost.
#[test]
fn held_requests_take_turns() {
    let lag = |tabs| {
        let mut scenario = browsers(tabs, Transport::LongPoll);
        clients(&mut scenario).poll_hold = secs(5);
        let outcome = run(&scenario);
        assert_eq!(count(&outcome, "deliveries.missed"), 0);
        assert!(measure(&outcome, "deliveries.pending") < 0.1 * 42_000.0);
        measure(&outcome, "delivery_lag.mean")
    };
    let [six, twelve] = [6, 12].map(|tabs| lag(Tabs::Constant(tabs)));
    assert!(twelve > six + 0.5, "{six} and {twelve}");
}

/// Who waits for its turn has no connection: as many are open as requests are held, from the start
/// on and through losses, silent ones too.
#[test]
fn a_tab_that_waits_for_its_turn_is_not_connected() {
    let turns = |tabs: u32, lifetime, silent| {
        let mut scenario = browsers(Tabs::Constant(tabs), Transport::LongPoll);
        let crowd = clients(&mut scenario);
        (crowd.poll_hold, crowd.network.lifetime) = (secs(5), lifetime);
        crowd.network.silent_drops = Share(silent);
        drop_users(&mut scenario, 30, 0.1);
        run(&scenario)
    };
    let calm = turns(7, None, 0.0);
    close(measure(&calm, "connections.mean"), 6_000.0, 0.01);
    close(measure(&calm, "tabs.waiting.mean"), 1_000.0, 0.05);
    close(measure(&calm, "clients.availability"), 6.0 / 7.0, 0.01);
    // A tenth of those who have a connection.
    close(measure(&calm, "recovery.drop.hit"), 600.0, 0.15);
    let law = Law::Exponential { mean: 60e9 };
    for silent in [0.0, 0.5] {
        let outcome = turns(14, Some(law.clone()), silent);
        let (open, peak) =
            (measure(&outcome, "connections.mean"), count(&outcome, "connections.peak"));
        assert!(open <= 3_000.0 && open > 2_000.0 && peak <= 3_000, "{silent}: {open}, {peak}");
        assert_eq!(count(&outcome, "deliveries.missed"), 0);
    }
}

/// Polls of hidden tabs come once in a throttle.
#[test]
fn hidden_tabs_poll_rarely() {
    let lag = |share| {
        let mut scenario = browsers(Tabs::Constant(1), Transport::ShortPoll);
        scenario.horizon = Time::ZERO + secs(400);
        let crowd = clients(&mut scenario);
        crowd.tabs = None;
        crowd.poll_every = secs(10);
        crowd.background = Some(Background { share: Share(share), throttle: secs(60) });
        let outcome = run(&scenario);
        (measure(&outcome, "delivery_lag.mean"), measure(&outcome, "polls.total"))
    };
    let [(seen, polls), (hidden, rare)] = [0.0, 1.0].map(lag);
    close(seen, 5.0, 0.05);
    close(polls, 7_000.0 * 40.0, 0.01);
    close(rare, polls / 6.0, 0.1);
    // Half of a minute, less what the horizon cuts off.
    close(hidden, 30.0, 0.1);
}

/// A timer that is held back fires late: no message is older than a throttle and a way, also where
/// that is no multiple of the interval.
#[test]
fn a_hidden_tab_is_never_staler_than_its_throttle() {
    for (every, throttle) in [(45, 60), (59, 60), (7, 25), (60, 60)] {
        let mut scenario = browsers(Tabs::Constant(1), Transport::ShortPoll);
        scenario.horizon = Time::ZERO + secs(900);
        scenario.settle = secs(180);
        let crowd = clients(&mut scenario);
        (crowd.tabs, crowd.poll_every) = (None, secs(every));
        crowd.background = Some(Background { share: Share(1.0), throttle: secs(throttle) });
        let outcome = run(&scenario);
        let [mean, most] =
            ["mean", "max"].map(|what| measure(&outcome, &format!("delivery_lag.{what}")));
        let throttle = Span::from_secs(throttle).seconds();
        close(mean, throttle / 2.0, 0.02);
        assert!((throttle * 0.95..throttle + 1.0).contains(&most), "{every} {throttle}: {most}");
    }
}

/// In 15 s one poll of those each 10 s is the first, also where it is no multiple.
#[test]
fn a_throttle_need_not_be_a_multiple() {
    for (throttle, polls) in [(15, 40.0), (25, 24.0), (5, 60.0)] {
        let mut scenario = browsers(Tabs::Constant(1), Transport::ShortPoll);
        scenario.horizon = Time::ZERO + secs(600);
        let crowd = clients(&mut scenario);
        (crowd.tabs, crowd.sends, crowd.poll_every) = (None, None, secs(10));
        crowd.background = Some(Background { share: Share(1.0), throttle: secs(throttle) });
        close(measure(&run(&scenario), "polls.total"), 7_000.0 * polls, 0.01);
    }
}

/// Held back beyond the time that a connection is kept, each poll opens one, from the start on;
/// each 90 s in a clock of 60 s come 60 s and 120 s after one another, of which one is too late.
#[test]
fn hidden_tabs_let_their_connections_go() {
    for (every, throttle, keep, share) in
        [(10, 120, 75, 1.0), (90, 60, 100, 0.5), (10, 60, 75, 0.0)]
    {
        let mut scenario = browsers(Tabs::Constant(1), Transport::ShortPoll);
        scenario.horizon = Time::ZERO + secs(720);
        let crowd = clients(&mut scenario);
        (crowd.tabs, crowd.sends, crowd.poll_every) = (None, None, secs(every));
        crowd.background = Some(Background { share: Share(1.0), throttle: secs(throttle) });
        gateways(&mut scenario).keep_alive = secs(keep);
        let outcome = run(&scenario);
        let [opened, polls] =
            ["handshakes.total", "polls.total"].map(|name| measure(&outcome, name));
        close(opened, polls * share, 0.01);
    }
}

/// A reconnect timer of a hidden tab fires once a minute.
#[test]
fn hidden_tabs_come_back_late() {
    let back = |share| {
        let mut scenario = browsers(Tabs::Constant(1), Transport::Websocket);
        let crowd = clients(&mut scenario);
        crowd.tabs = None;
        crowd.background = Some(Background { share: Share(share), throttle: secs(60) });
        drop_users(&mut scenario, 30, 1.0);
        let outcome = run(&scenario);
        (measure(&outcome, "reconnect.p50"), measure(&outcome, "reconnect.max"))
    };
    let [(soon, _), (late, most)] = [0.0, 1.0].map(back);
    assert!(soon < 1.0 && most < 61.5, "{soon}, {most}");
    close(late, 30.0, 0.1);
    assert!(most > 55.0 && Span::from_secs(60).seconds() > 59.0);
}

/// At the start the streams of those for whom the first transport is blocked share the six as well:
/// of 14 tabs Bin(14, 1/2) have one, and E(X - 6)+ = 21,920/16,384 of a browser wait.
#[test]
fn who_stands_by_a_second_transport_waits_too() {
    let mut scenario = browsers(Tabs::Constant(14), Transport::Websocket);
    let crowd = clients(&mut scenario);
    crowd.prefer = vec![preferred(Transport::Websocket, 0.5), preferred(Transport::Sse, 0.0)];
    crowd.fallback = Some(fallback(5, BlockedBy::Refuse));
    close(measure(&run(&scenario), "tabs.waiting.end"), 500.0 * 21_920.0 / 16_384.0, 0.1);
}

/// Streams and held requests of a browser share the six, also where some tabs have tried others
/// before: a tab that waits for one is not called by what ends of another kind.
#[test]
fn several_transports_share_the_six() {
    let mut scenario = browsers(Tabs::Constant(14), Transport::Websocket);
    let crowd = clients(&mut scenario);
    (crowd.poll_hold, crowd.sends) = (secs(5), None);
    let ways = [(Transport::Websocket, 0.5), (Transport::Sse, 0.5), (Transport::LongPoll, 0.0)];
    crowd.prefer = ways.map(|(transport, blocked)| preferred(transport, blocked)).to_vec();
    crowd.fallback = Some(fallback(5, BlockedBy::Refuse));
    let calm = run(&scenario);
    close(measure(&calm, "tabs.waiting.mean"), 500.0 * 21_920.0 / 16_384.0, 0.1);
    assert_eq!(count(&calm, "connections.peak"), count(&calm, "connections.end"));
    let all = count(&calm, "connections.peak");
    clients(&mut scenario).network.lifetime = Some(Law::Exponential { mean: 30e9 });
    clients(&mut scenario).network.silent_drops = Share(0.0);
    let outcome = run(&scenario);
    assert!(count(&outcome, "connections.peak") <= all, "{all}");
    assert_eq!(count(&outcome, "clients.never_connected"), 0);
}
