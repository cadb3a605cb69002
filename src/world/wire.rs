//! Bytes on the wire, in closed form, under TLS 1.3 and IPv4 with timestamps.
use crate::{
    engine::number,
    node::parameters::{Parameters, Transport},
    record::{Egress, meter::Traffic},
    scenario::Scenario,
};

/// Header of a frame from a client: RFC 6455, masked, for payloads of 126 bytes to 64 KiB.
const FRAME_UP: f64 = 8.0;
/// Header of a frame to a client.
const FRAME_DOWN: f64 = 4.0;
/// TLS 1.3 around one record.
const TLS_RECORD: f64 = 22.0;
/// Headers of a segment, or a segment that only acknowledges.
const TCP_IP: f64 = 52.0;
/// An empty frame to a client.
const PING: f64 = 2.0;
/// An empty frame from a client.
const PONG: f64 = 6.0;
/// A TLS handshake with an ECDSA chain and the answer to the upgrade; representative, unchecked.
const HANDSHAKE_DOWN: f64 = 3_000.0 + 130.0;
/// The client's half of both, with a browser's headers; representative, unchecked.
const HANDSHAKE_UP: f64 = 600.0 + 670.0;

/// Around the payload of an event with an id: `id:` and `data:` lines and the chunk.
const EVENT: f64 = 33.0;
/// A comment in a stream, and its chunk.
const COMMENT: f64 = 8.0;
/// The head of a browser's request, with cookies; representative, unchecked.
const REQUEST: f64 = 780.0;
/// The answer to a request that says no more than that it was taken.
const ANSWER: f64 = 200.0;
/// The answer to a poll that found nothing: a 304.
const EMPTY: f64 = 200.0;
/// The head of one that found something.
const FULL: f64 = 350.0;
/// The answer that opens a stream: our measurement.
const STREAM: f64 = 142.0;
/// TLS 1.3 with an ECDSA chain, down and up.
const TLS_DOWN: f64 = 3_000.0;
const TLS_UP: f64 = 600.0;

/// What decides how many bytes a crowd's traffic has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Law {
    /// How its messages travel.
    pub(super) transport: Transport,
    /// Bytes of a message.
    pub(super) payload: f64,
    /// Seconds between two pings; infinite without them.
    pub(super) every: f64,
}

/// The laws of all crowds, in their order.
pub(super) fn laws(scenario: &Scenario) -> impl Iterator<Item = Law> + '_ {
    scenario.nodes.iter().filter_map(|node| {
        let Parameters::Clients(clients) = &node.parameters else { return None };
        let payload = clients.sends.as_ref().map_or(0.0, |sends| number::float(sends.payload.0));
        let every = clients.heartbeat.every;
        let every = every.map_or(f64::INFINITY, |every| every.seconds().max(1e-9));
        Some(Law { transport: clients.transport, payload, every })
    })
}

/// Bytes in both directions.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bytes {
    /// From the users.
    pub(super) up: f64,
    /// To them.
    pub(super) down: Egress,
}

impl Law {
    /// The bytes of a crowd's traffic. A message is acknowledged by a segment of its own; a pong
    /// acknowledges its ping, and is acknowledged.
    pub(super) fn bytes(&self, traffic: &Traffic) -> Bytes {
        let [frames_up, frames_down, handshakes] =
            [traffic.frames_up, traffic.frames_down, traffic.handshakes].map(number::float);
        let beats = traffic.connected() / self.every;
        let [polls, empty, full] =
            [traffic.polls, traffic.polls_empty, traffic.polls_full].map(number::float);
        let segment = |bytes: f64| bytes + TLS_RECORD + TCP_IP;
        match self.transport {
            Transport::Websocket => Bytes {
                up: frames_up * segment(self.payload + FRAME_UP)
                    + frames_down * TCP_IP
                    + handshakes * HANDSHAKE_UP
                    + beats * segment(PONG),
                down: Egress {
                    messages: frames_down * segment(self.payload + FRAME_DOWN) + frames_up * TCP_IP,
                    handshakes: handshakes * HANDSHAKE_DOWN,
                    heartbeats: beats * (segment(PING) + TCP_IP),
                },
            },
            // Each poll is a request with a head; its answer carries what there is.
            Transport::ShortPoll | Transport::LongPoll => Bytes {
                up: frames_up * (segment(self.payload + REQUEST) + TCP_IP)
                    + polls * segment(REQUEST)
                    + handshakes * TLS_UP,
                down: Egress {
                    messages: frames_down * self.payload
                        + full * segment(FULL)
                        + frames_up * segment(ANSWER),
                    handshakes: handshakes * TLS_DOWN,
                    heartbeats: empty * segment(EMPTY),
                },
            },
            // A request is acknowledged by its answer; a comment is acknowledged, and no more.
            Transport::Sse => Bytes {
                up: frames_up * (segment(self.payload + REQUEST) + TCP_IP)
                    + frames_down * TCP_IP
                    + handshakes * (TLS_UP + REQUEST)
                    + beats * TCP_IP,
                down: Egress {
                    messages: frames_down * segment(self.payload + EVENT)
                        + frames_up * segment(ANSWER),
                    handshakes: handshakes * (TLS_DOWN + STREAM),
                    heartbeats: beats * segment(COMMENT),
                },
            },
        }
    }
}

impl Bytes {
    /// These and others.
    pub(super) fn and(&self, other: &Self) -> Self {
        Self { up: self.up + other.up, down: self.down.and(&other.down) }
    }

    /// So many times these.
    pub(super) fn times(&self, factor: f64) -> Self {
        Self { up: self.up * factor, down: self.down.times(factor) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heartbeat_is_128_bytes_down() {
        let law = Law { transport: Transport::Websocket, payload: 300.0, every: 30.0 };
        // A million users for 30 s.
        let traffic = Traffic { connected: 30_000_000_000_000_000, ..Traffic::default() };
        let bytes = law.bytes(&traffic);
        assert!((bytes.down.total() - 128e6).abs() < 1.0, "{bytes:?}");
        assert!((bytes.up - 80e6).abs() < 1.0, "{bytes:?}");
    }

    #[test]
    fn a_message_is_acknowledged() {
        let law = Law { transport: Transport::Websocket, payload: 300.0, every: 30.0 };
        let one = Traffic { frames_up: 1, frames_down: 1, handshakes: 1, ..Traffic::default() };
        let bytes = law.bytes(&one);
        assert!((bytes.up - (382.0 + 52.0 + 1_270.0)).abs() < 1e-9, "{bytes:?}");
        assert!((bytes.down.messages - (378.0 + 52.0)).abs() < 1e-9, "{bytes:?}");
        assert!((bytes.down.handshakes - 3_130.0).abs() < 1e-9, "{bytes:?}");
    }

    #[test]
    fn a_stream_costs_a_request_for_each_message_up() {
        let law = Law { transport: Transport::Sse, payload: 100.0, every: 15.0 };
        let one = Traffic { frames_up: 1, frames_down: 1, handshakes: 1, ..Traffic::default() };
        let bytes = law.bytes(&one);
        // 780 + 100 + 22 + 52, an acknowledgement of the answer, and one of the event.
        assert!((bytes.up - (954.0 + 52.0 + 52.0 + 1_380.0)).abs() < 1e-9, "{bytes:?}");
        // 100 + 33 + 22 + 52, and the answer of 200 + 22 + 52.
        assert!((bytes.down.messages - (207.0 + 274.0)).abs() < 1e-9, "{bytes:?}");
        let idle = Traffic { connected: 15_000_000_000, ..Traffic::default() };
        assert!((law.bytes(&idle).down.heartbeats - 82.0).abs() < 1e-9);
    }
}
