//! Bytes on the wire, to the byte: whole runs of ten users against sums that are written here, from
//! the sizes of heads, frames, records and segments, and from nothing that the program computes.
use super::{
    chat::{chat, clients, gateways, secs},
    consumers::{close, count, measure, run},
};
use squall::{
    engine::{Law, Span, Time},
    node::parameters::{Answer, Heads, Http, Start, Transport, Wire},
    record::{Amount, Outcome},
    scenario::Scenario,
    units::{Bytes, Rate, Share},
};

/// By layer: payload, framing, TLS, TCP and IP.
type Sum = [f64; 4];

/// What the documents say of a profile: heads of a request, of one that opens a stream, of an
/// upgrade; answers to a message and to an empty poll; heads of a poll's answer, of a stream, of an
/// upgrade; around an event, with its chunk and without.
const PROFILES: [(Heads, [f64; 10]); 3] = [
    (
        Heads::BrowserWithCookies,
        [780.0, 780.0, 670.0, 200.0, 200.0, 350.0, 240.0, 130.0, 33.0, 26.0],
    ),
    (Heads::Browser, [515.0, 563.0, 507.0, 64.0, 109.0, 124.0, 142.0, 166.0, 20.0, 13.0]),
    (Heads::Bare, [100.0, 100.0, 160.0, 64.0, 64.0, 124.0, 142.0, 166.0, 20.0, 13.0]),
];

/// Something that is written at once and fits one record: segments carry 1,448 bytes behind 52.
fn written(payload: f64, framing: f64, tls: bool) -> Sum {
    let record = if tls { 22.0 } else { 0.0 };
    let segments = ((payload + framing + record) / 1_448.0).ceil();
    [payload, framing, record, 52.0 * segments]
}

/// So many segments that carry nothing.
fn empty(segments: f64) -> Sum {
    [0.0, 0.0, 0.0, 52.0 * segments]
}

fn add(sum: &mut Sum, times: f64, more: Sum) {
    for (sum, more) in sum.iter_mut().zip(more) {
        *sum += times * more;
    }
}

fn found(outcome: &Outcome, way: &str) -> Sum {
    ["payload", "framing", "tls", "tcp"]
        .map(|layer| measure(outcome, &format!("wire.{way}.{layer}")))
}

#[track_caller]
fn same(outcome: &Outcome, way: &str, expected: Sum, of: &str) {
    let found = found(outcome, way);
    for (found, expected) in found.into_iter().zip(expected) {
        assert!(
            (found - expected).abs() < 1e-6 * expected.max(1.0),
            "{way} of {of}: {found}, not {expected}"
        );
    }
    let total: f64 = expected.iter().sum();
    close(measure(outcome, &format!("wire.{way}")), total.max(1e-9), 1e-9);
}

/// Ten users on a constant network, whose connections nothing ends.
fn ten(transport: Transport, wire: Wire, payload: u32) -> Scenario {
    let mut scenario = chat(10, 2);
    scenario.horizon = Time::ZERO + secs(500);
    let crowd = clients(&mut scenario);
    (crowd.transport, crowd.wire) = (transport, wire);
    (crowd.poll_every, crowd.poll_hold) = (secs(10), secs(25));
    crowd.network.lifetime = None;
    crowd.network.rtt = Law::Constant(40e6);
    crowd.network.silent_drops = Share(0.0);
    let sends = crowd.sends.as_mut().unwrap();
    (sends.per_user, sends.payload) = (Rate(0.05), Bytes(u64::from(payload)));
    scenario
}

fn wires() -> impl Iterator<Item = (Wire, [f64; 10])> {
    PROFILES.into_iter().flat_map(|(profile, sizes)| {
        let tls = [true, false].into_iter();
        tls.flat_map(move |tls| {
            [Http::One, Http::Two].map(|http| (Wire { profile, tls, http }, sizes))
        })
    })
}

/// A frame has 2 or 4 bytes, and 4 more of a mask on the way up; each segment is acknowledged. A
/// ping is 2 bytes, a pong 6.
#[test]
fn a_websockets_bytes_are_those_of_its_frames() {
    for ((wire, _), payload) in wires().zip([300_u32, 100, 126, 125, 1_000].into_iter().cycle()) {
        let outcome = run(&ten(Transport::Websocket, wire, payload));
        let (sent, size) = (measure(&outcome, "deliveries.intended"), payload);
        let pushed = sent - measure(&outcome, "pending.in_flight");
        let header = if size <= 125 { 2.0 } else { 4.0 };
        let payload = f64::from(size);
        let beats = 10.0 * 500.0 / 25.0;
        let (mut up, mut down) = ([0.0; 4], [0.0; 4]);
        add(&mut up, sent, written(payload, header + 4.0, wire.tls));
        add(&mut down, sent, empty(1.0));
        add(&mut down, pushed, written(payload, header, wire.tls));
        add(&mut up, pushed, empty(1.0));
        add(&mut down, beats, written(0.0, 2.0, wire.tls));
        add(&mut up, beats, written(0.0, 6.0, wire.tls));
        add(&mut down, beats, empty(1.0));
        assert_eq!(count(&outcome, "handshakes.total"), 0);
        same(&outcome, "up", up, &format!("{wire:?} {size}"));
        same(&outcome, "down", down, &format!("{wire:?} {size}"));
        let both: f64 = up.iter().chain(&down).sum();
        let arrived = measure(&outcome, "deliveries.live");
        close(measure(&outcome, "wire.per_delivery"), both / arrived, 1e-9);
    }
}

/// An event has its lines and its chunk, or a frame of HTTP/2; a message up is a request with its
/// head and an answer. A comment of 3 bytes says that the stream is alive: 8 with its chunk, 12 in
/// a frame.
#[test]
fn a_streams_bytes_are_those_of_events_and_requests() {
    for (wire, sizes) in wires() {
        let [request, _, _, taken, _, _, _, _, chunked, plain] = sizes;
        let outcome = run(&ten(Transport::Sse, wire, 300));
        let sent = measure(&outcome, "deliveries.intended");
        let pushed = sent - measure(&outcome, "pending.in_flight");
        let two = wire.http == Http::Two;
        let beats = 10.0 * 500.0 / 25.0;
        let (mut up, mut down) = ([0.0; 4], [0.0; 4]);
        add(&mut up, sent, written(300.0, if two { 60.0 + 9.0 } else { request }, wire.tls));
        add(&mut down, sent, written(0.0, if two { 40.0 } else { taken }, wire.tls));
        add(&mut up, sent, empty(1.0));
        let event = if two { plain + 9.0 } else { chunked };
        add(&mut down, pushed, written(300.0, event, wire.tls));
        add(&mut up, pushed, empty(1.0));
        add(&mut down, beats, written(0.0, if two { 12.0 } else { 8.0 }, wire.tls));
        add(&mut up, beats, empty(1.0));
        same(&outcome, "up", up, &format!("{wire:?}"));
        same(&outcome, "down", down, &format!("{wire:?}"));
    }
}

/// A poll is a request with its head; its answer has one too, and all that lay in the mailbox.
#[test]
fn polls_bytes_are_those_of_requests_and_answers() {
    for transport in [Transport::ShortPoll, Transport::LongPoll] {
        for (wire, sizes) in wires() {
            let [request, _, _, taken, nothing, head, ..] = sizes;
            let outcome = run(&ten(transport, wire, 100));
            let sent = measure(&outcome, "deliveries.intended");
            let came = measure(&outcome, "deliveries.live");
            let polls = measure(&outcome, "polls.total");
            let (none, full) = (measure(&outcome, "polls.empty"), measure(&outcome, "polls.full"));
            let two = wire.http == Http::Two;
            let (mut up, mut down) = ([0.0; 4], [0.0; 4]);
            add(&mut up, sent, written(100.0, if two { 69.0 } else { request }, wire.tls));
            add(&mut down, sent, written(0.0, if two { 40.0 } else { taken }, wire.tls));
            add(&mut up, sent, empty(1.0));
            add(&mut up, polls, written(0.0, if two { 60.0 } else { request }, wire.tls));
            add(&mut down, none, written(0.0, if two { 40.0 } else { nothing }, wire.tls));
            add(&mut down, full, written(0.0, if two { 49.0 } else { head }, wire.tls));
            // All answers fit one segment, whatever lay in the mailbox; none is on its way.
            down[0] += 100.0 * (came + measure(&outcome, "pending.in_flight"));
            let of = format!("{transport:?} {wire:?}");
            if measure(&outcome, "pending.in_flight") == 0.0 {
                same(&outcome, "down", down, &of);
            }
            same(&outcome, "up", up, &of);
            assert_eq!(count(&outcome, "handshakes.total"), 0);
        }
    }
}

/// What lies in a mailbox comes in one answer: its segments are those of all messages together.
#[test]
fn an_answer_has_the_segments_of_all_that_it_carries() {
    let (wire, _) = wires().next().unwrap();
    let mut scenario = ten(Transport::ShortPoll, wire, 1_000);
    clients(&mut scenario).poll_every = secs(50);
    gateways(&mut scenario).keep_alive = secs(60);
    scenario.horizon = Time::ZERO + secs(5_000);
    let outcome = run(&scenario);
    // Of each user a Poisson stream of 2.5 messages an interval; an answer of k messages is 1,000·k
    // bytes, a head of 350 and a record of 22, or more of them beyond 16,384 bytes.
    let answers = measure(&outcome, "polls.total");
    let (mut chance, mut segments, mut acknowledgements) = ((-2.5_f64).exp(), 0.0, 0.0);
    for k in 1..40 {
        chance *= 2.5 / f64::from(k);
        let bytes = 1_000.0 * f64::from(k) + 350.0;
        let all = ((bytes + 22.0 * (bytes / 16_384.0).ceil()) / 1_448.0).ceil();
        segments += chance * all;
        acknowledgements += chance * ((all - 1.0) / 2.0).floor();
    }
    let empty = measure(&outcome, "polls.empty") * 52.0;
    let sent = measure(&outcome, "deliveries.intended") * 52.0;
    let carried = measure(&outcome, "wire.down.tcp") - empty - sent;
    close(carried, answers * segments * 52.0, 0.05);
    // Every second segment of an answer is acknowledged, the last one or two by the next poll.
    // Beside them are polls, and requests of two segments whose answers are acknowledged.
    let others = answers + 3.0 * measure(&outcome, "deliveries.intended");
    let acknowledged = measure(&outcome, "wire.up.tcp") - 52.0 * others;
    close(acknowledged, answers * acknowledgements * 52.0, 0.05);
    // A mean answer would have fewer: it would be rounded up once, not for each.
}

/// TCP opens with two segments up and one down; TLS takes 600 bytes up and 3,000 down, or 500 when
/// it is resumed; then come the heads of the first request, but for what a later one has as well.
#[test]
fn a_handshake_has_its_segments_and_its_heads() {
    for (wire, sizes) in wires() {
        let [request, stream, upgrade, _, _, _, events, upgraded, ..] = sizes;
        for resumed in [0.0, 1.0] {
            for transport in [Transport::Websocket, Transport::Sse, Transport::ShortPoll] {
                let mut scenario = ten(transport, wire, 100);
                let crowd = clients(&mut scenario);
                crowd.sends = None;
                crowd.heartbeat.every = None;
                if transport == Transport::ShortPoll {
                    crowd.poll_every = secs(100);
                } else {
                    crowd.network.lifetime = Some(Law::Constant(100e9));
                }
                gateways(&mut scenario).cpu.resumption = Share(resumed);
                let outcome = run(&scenario);
                let (opened, polls) = (
                    measure(&outcome, "handshakes.total"),
                    outcome
                        .measures
                        .iter()
                        .find(|measure| measure.name == "polls.total")
                        .and_then(|measure| measure.value)
                        .unwrap_or(0.0),
                );
                assert!(opened >= 40.0, "{opened}");
                let two = wire.http == Http::Two;
                let (mut up, mut down) = ([0.0; 4], [0.0; 4]);
                add(&mut up, opened, empty(2.0));
                add(&mut down, opened, empty(1.0));
                if wire.tls {
                    add(&mut up, opened, [0.0, 0.0, 600.0, 52.0]);
                    let half = if resumed > 0.0 { (500.0, 52.0) } else { (3_000.0, 156.0) };
                    add(&mut down, opened, [0.0, 0.0, half.0, half.1]);
                }
                let heads = match transport {
                    Transport::Websocket => Some((upgrade, upgraded)),
                    Transport::Sse => Some((stream, events)),
                    _ => None,
                };
                if let Some((request, answer)) = heads {
                    add(&mut up, opened, written(0.0, request, wire.tls));
                    add(&mut down, opened, written(0.0, answer, wire.tls));
                } else if two {
                    // The first poll of a connection and its answer have whole heads.
                    up[1] += opened * (request - 60.0);
                    down[1] += opened * (sizes[4] - 40.0);
                }
                let (asks, finds) = if two { (60.0, 40.0) } else { (request, sizes[4]) };
                add(&mut up, polls, written(0.0, asks, wire.tls));
                add(&mut down, polls, written(0.0, finds, wire.tls));
                let of = format!("{transport:?} {wire:?} {resumed}");
                same(&outcome, "up", up, &of);
                same(&outcome, "down", down, &of);
            }
        }
    }
}

/// Who is turned away by an answer has opened and asked like others; a reset is a packet each way,
/// and a packet that is dropped one that comes again after 1, 3 and 7 s.
#[test]
fn who_is_turned_away_has_bytes_as_well() {
    let wire = Wire { profile: Heads::Browser, tls: true, http: Http::One };
    let turned = |transport, answer| {
        let mut scenario = ten(transport, wire, 100);
        scenario.horizon = Time::ZERO + secs(60);
        let crowd = clients(&mut scenario);
        (crowd.sends, crowd.heartbeat.every) = (None, None);
        (crowd.reconnect.base, crowd.reconnect.cap) = (secs(4), secs(4));
        (crowd.reconnect.timeout, crowd.start) = (secs(10), Start::Ramp(Span::ZERO));
        let pool = gateways(&mut scenario);
        (pool.max_connections, pool.refusal.answer) = (0, answer);
        pool.cpu.resumption = Share(0.0);
        run(&scenario)
    };
    let of = |outcome: &Outcome, end: &str| measure(outcome, &format!("attempts.{end}"));
    for transport in [Transport::Websocket, Transport::Sse, Transport::LongPoll] {
        let (mut up, mut down) = (empty(2.0), empty(1.0));
        add(&mut up, 1.0, [0.0, 0.0, 600.0, 52.0]);
        add(&mut down, 1.0, [0.0, 0.0, 3_000.0, 156.0]);
        let (request, answer) = match transport {
            Transport::Websocket => (507.0, 166.0),
            Transport::Sse => (563.0, 142.0),
            _ => (515.0, 109.0),
        };
        add(&mut up, 1.0, written(0.0, request, true));
        add(&mut down, 1.0, written(0.0, answer, true));
        let denied = turned(transport, Answer::Unavailable);
        let all = of(&denied, "total");
        assert!(all >= 100.0 && count(&denied, "handshakes.total") == 0);
        same(&denied, "up", up.map(|bytes| all * bytes), "503");
        same(&denied, "down", down.map(|bytes| all * bytes), "503");
    }
    let reset = turned(Transport::Sse, Answer::Reset);
    same(&reset, "up", empty(of(&reset, "total")), "a reset");
    same(&reset, "down", empty(of(&reset, "total")), "a reset");
    let dropped = turned(Transport::Sse, Answer::Drop);
    let packets = found(&dropped, "up")[3] / 52.0 / of(&dropped, "total");
    assert!((3.7..=4.0).contains(&packets), "{packets}");
    assert!(measure(&dropped, "wire.down") < 1.0);
}

/// A request each so often keeps the connection for the next: polls each 100 s, of 75 s that it is
/// kept, open one where nothing was sent in between, and messages where neither was.
#[test]
fn what_is_sent_keeps_a_connection_too() {
    for rate in [0.0, 1.0 / 600.0, 1.0 / 60.0, 0.1] {
        let wire = Wire { profile: Heads::Browser, tls: false, http: Http::One };
        let mut scenario = ten(Transport::ShortPoll, wire, 100);
        scenario.horizon = Time::ZERO + secs(1_000);
        let crowd = clients(&mut scenario);
        (crowd.count, crowd.poll_every) = (2_000, secs(100));
        crowd.sends.as_mut().unwrap().per_user = Rate(rate);
        if rate <= 0.0 {
            crowd.sends = None;
        }
        gateways(&mut scenario).keep_alive = secs(75);
        let outcome = run(&scenario);
        let silent = (-75.0 * rate).exp();
        let expected = 2_000.0 * 1_000.0 * silent * (0.01 + 0.25 * rate);
        let luck = 4.0 * expected.sqrt();
        let opened = measure(&outcome, "handshakes.total");
        assert!((opened - expected).abs() < luck, "{rate}: {opened}, not {expected}");
        // Each is a new connection of the balancer.
        let used = outcome.usage.nodes.iter().find(|used| used.node == "edge").unwrap();
        let Amount::Balanced { attempts, .. } = used.amount else { panic!("{used:?}") };
        close(attempts, opened / 1_000.0, 1e-9);
    }
}

/// Without TLS a handshake is what the application does, and so is their capacity.
#[test]
fn what_is_not_encrypted_takes_no_tls() {
    let wire = Wire { profile: Heads::Browser, tls: false, http: Http::One };
    let mut scenario = ten(Transport::Websocket, wire, 100);
    let pool = gateways(&mut scenario);
    let capacity = f64::from(pool.count * pool.cores) / pool.cpu.app.seconds();
    close(measure(&run(&scenario), "handshakes.capacity"), capacity, 1e-9);
}

/// 100,000 clients that ask ten times a second: a million requests of 780 + 22 + 52 bytes,
/// 6.8 Gb/s. Here a hundredth of them.
#[test]
fn a_hundred_thousand_clients_at_ten_a_second_poll_seven_gigabits_up() {
    let (wire, _) = wires().next().unwrap();
    let mut scenario = ten(Transport::ShortPoll, wire, 100);
    let crowd = clients(&mut scenario);
    (crowd.count, crowd.poll_every, crowd.sends) = (1_000, secs(1), None);
    crowd.poll_every = squall::engine::Span::from_millis(100);
    scenario.horizon = Time::ZERO + secs(20);
    let outcome = run(&scenario);
    assert_eq!(count(&outcome, "polls.total"), 20 * 10_000);
    let bits = measure(&outcome, "wire.up") * 8.0 / 20.0 * 100.0;
    assert!((bits - 1e6 * (780.0 + 22.0 + 52.0) * 8.0).abs() < 1.0, "{bits}");
    assert!((6.5e9..7.5e9).contains(&bits));
}

/// A stream's and a socket's staleness is the way alone: half a round trip up, half down, and what
/// lies between them, whatever the round trip is.
#[test]
fn what_is_pushed_is_as_stale_as_its_way_is_long() {
    for transport in [Transport::Websocket, Transport::Sse] {
        let lag = |millis: f64| {
            let (wire, _) = wires().next().unwrap();
            let mut scenario = ten(transport, wire, 100);
            clients(&mut scenario).network.rtt = Law::Constant(millis * 1e6);
            let outcome = run(&scenario);
            (measure(&outcome, "delivery_lag.mean"), measure(&outcome, "delivery_lag.max"))
        };
        let (near, _) = lag(0.0);
        for millis in [30.0, 50.0, 200.0, 700.0] {
            let (mean, most) = lag(millis);
            assert!((mean - near - millis / 1e3).abs() < 2e-3, "{mean} at {millis} ms");
            assert!(most < mean + 0.05, "{most}");
        }
    }
}
