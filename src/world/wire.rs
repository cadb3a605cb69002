//! Bytes on the wire, in closed form, of websockets under TLS 1.3 and IPv4 with timestamps.
use crate::{
    engine::number,
    node::parameters::Parameters,
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

/// What decides how many bytes a crowd's traffic has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Law {
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
        Some(Law { payload, every })
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
        let message = |header: f64| self.payload + header + TLS_RECORD + TCP_IP;
        Bytes {
            up: frames_up * message(FRAME_UP)
                + frames_down * TCP_IP
                + handshakes * HANDSHAKE_UP
                + beats * (PONG + TLS_RECORD + TCP_IP),
            down: Egress {
                messages: frames_down * message(FRAME_DOWN) + frames_up * TCP_IP,
                handshakes: handshakes * HANDSHAKE_DOWN,
                heartbeats: beats * (PING + TLS_RECORD + 2.0 * TCP_IP),
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
        let law = Law { payload: 300.0, every: 30.0 };
        // A million users for 30 s.
        let traffic = Traffic { connected: 30_000_000_000_000_000, ..Traffic::default() };
        let bytes = law.bytes(&traffic);
        assert!((bytes.down.total() - 128e6).abs() < 1.0, "{bytes:?}");
        assert!((bytes.up - 80e6).abs() < 1.0, "{bytes:?}");
    }

    #[test]
    fn a_message_is_acknowledged() {
        let law = Law { payload: 300.0, every: 30.0 };
        let one = Traffic { frames_up: 1, frames_down: 1, handshakes: 1, ..Traffic::default() };
        let bytes = law.bytes(&one);
        assert!((bytes.up - (382.0 + 52.0 + 1_270.0)).abs() < 1e-9, "{bytes:?}");
        assert!((bytes.down.messages - (378.0 + 52.0)).abs() < 1e-9, "{bytes:?}");
        assert!((bytes.down.handshakes - 3_130.0).abs() < 1e-9, "{bytes:?}");
    }
}
