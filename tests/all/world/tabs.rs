//! Tabs of one browser: what they share over HTTP/1.1, who waits, and what is held back where
//! nobody looks.
use super::{
    chat::{chat, clients, drop_users, gateways, secs},
    consumers::{close, count, measure, run},
    fallback::{fallback, preferred},
};
use squall::{
    engine::{Law, Span, Time},
    node::parameters::{Background, BlockedBy, Http, Jitter, Start, Tabs, Transport},
    record::Outcome,
    scenario::Scenario,
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
    let with_room = 1_000.0 * (1.0 - 0.9_f64.powi(6));
    close(measure(&outcome, "attempts.total"), dropped, 0.02);
    assert!(measure(&outcome, "recovery.drop.never") > 0.8 * with_room);
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
