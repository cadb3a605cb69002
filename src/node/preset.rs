//! When well-known client libraries try again, their faults included.
//!
//! Each delay is a function of a uniform number r in (0, 1) and of k, the failures before it, so
//! that a table can be held against it. Sources: the libraries' own code, as `docs/FILES.md` says.
use super::parameters::{Jitter, On503, Reconnect};
use crate::engine::{Span, number};

/// A client library with its defaults.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Preset {
    /// socket.io (backo2): 1 s · 2^k ± up to 50 %, then at most 5 s. The clamp comes after the
    /// jitter, so that from the fifth delay on everybody waits exactly 5 s.
    SocketIo,
    /// Phoenix channels: nine steps from 10 ms to 2 s, then 5 s, without jitter.
    Phoenix,
    /// `SignalR` with automatic reconnect: 0, 2, 10, 30 s without jitter, then it gives up.
    SignalR,
    /// centrifuge-js: 0.5 s and full jitter up to 20 s.
    CentrifugeJs,
    /// graphql-ws: 2^k s and U(0.3, 3) s; it gives up after 5.
    GraphqlWs,
    /// reconnecting-websocket: U(1, 5) s drawn once a page load, · 1.3^k, at most 10 s.
    ReconnectingWebsocket,
    /// Ably: 15 s · min((n + 2)/3, 2) for the n-th retry, less up to 20 %; 30 s once it has been
    /// away for 120 s.
    Ably,
    /// pusher-js: 1 s, without jitter.
    Pusher,
    /// MQTT.js: 1 s, without jitter.
    MqttJs,
    /// `EventSource`: 3 s, without jitter; an answer other than 200 ends it for good.
    EventSource,
    /// gRPC: 1 s · 1.6^k up to 120 s, ± 20 %.
    Grpc,
}

const PHOENIX: [u64; 9] = [10, 50, 100, 150, 200, 250, 500, 1_000, 2_000];
const SIGNAL_R: [u64; 4] = [0, 2_000, 10_000, 30_000];

/// What comes after the last step is the last.
fn step(steps: &[u64], k: u32, after: u64) -> Span {
    Span::from_millis(steps.get(number::index(k)).copied().unwrap_or(after))
}

/// base^k; a power of 2 is exact, and cheap.
pub(super) fn power(base: f64, k: u32) -> f64 {
    if base.to_bits() == 2_f64.to_bits() && k < 1_000 {
        return f64::from_bits(u64::from(1_023 + k) << 52);
    }
    libm::pow(base, f64::from(k))
}

fn seconds(seconds: f64) -> Span {
    Span::from_seconds(seconds)
}

impl Preset {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::SocketIo,
        Self::Phoenix,
        Self::SignalR,
        Self::CentrifugeJs,
        Self::GraphqlWs,
        Self::ReconnectingWebsocket,
        Self::Ably,
        Self::Pusher,
        Self::MqttJs,
        Self::EventSource,
        Self::Grpc,
    ];

    /// Delay `k` for a client that has been away for `away`; `r` is uniform in (0, 1).
    pub fn delay(self, r: f64, k: u32, away: impl FnOnce() -> Span) -> Span {
        let power = |base: f64| power(base, k);
        match self {
            Self::SocketIo => {
                let ms = 1_000.0 * power(2.0);
                let deviation = libm::floor(r * 0.5 * ms);
                let minus = number::floor(10.0 * r).is_multiple_of(2);
                let ms = if minus { ms - deviation } else { ms + deviation };
                seconds(ms.min(5_000.0) / 1e3)
            }
            Self::Phoenix => step(&PHOENIX, k, 5_000),
            Self::SignalR => step(&SIGNAL_R, k, 30_000),
            Self::CentrifugeJs => seconds((0.5 + r * (0.5 * power(2.0)).min(20.0)).min(20.0)),
            Self::GraphqlWs => seconds(power(2.0) + 0.3 + 2.7 * r),
            Self::ReconnectingWebsocket => seconds(((1.0 + 4.0 * r) * power(1.3)).min(10.0)),
            Self::Ably if away() >= Span::from_secs(120) => Span::from_secs(30),
            Self::Ably => seconds(15.0 * ((f64::from(k) + 3.0) / 3.0).min(2.0) * (1.0 - 0.2 * r)),
            Self::Pusher | Self::MqttJs => Span::from_secs(1),
            Self::EventSource => Span::from_secs(3),
            Self::Grpc => seconds(power(1.6).min(120.0) * (0.8 + 0.4 * r)),
        }
    }

    /// Whether r is drawn once for each user, as long as its page is open.
    pub fn draws_once(self) -> bool {
        self == Self::ReconnectingWebsocket
    }

    /// What it does beside its delays.
    pub fn reconnect(self) -> Reconnect {
        let timeout = match self {
            Self::SocketIo | Self::Grpc => 20,
            Self::ReconnectingWebsocket => 4,
            Self::MqttJs => 30,
            Self::Phoenix
            | Self::SignalR
            | Self::CentrifugeJs
            | Self::GraphqlWs
            | Self::Ably
            | Self::Pusher
            | Self::EventSource => 10,
        };
        let attempts = match self {
            Self::SignalR => Some(4),
            Self::GraphqlWs => Some(5),
            _ => None,
        };
        let reset_after = if self == Self::ReconnectingWebsocket { 5 } else { 0 };
        Reconnect {
            base: Span::ZERO,
            cap: Span::ZERO,
            factor: 1.0,
            jitter: Jitter::None,
            preset: Some(self),
            timeout: Span::from_secs(timeout),
            attempts,
            reset_after: Span::from_secs(reset_after),
            retry_after: false,
            on_503: if self == Self::EventSource { On503::GiveUp } else { On503::Retry },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Rows = &'static [(f64, u32, u64)];

    /// Each preset: (r, k) → ms.
    const GOLDEN: [(Preset, Rows); 11] = [
        (
            Preset::SocketIo,
            &[
                (0.05, 0, 975),
                (0.15, 0, 1_075),
                (0.999, 0, 1_499),
                (0.85, 1, 1_150),
                (0.95, 1, 2_950),
                (0.25, 2, 3_500),
                (0.35, 2, 4_700),
                (0.95, 2, 5_000),
                (0.05, 3, 5_000),
                (0.85, 3, 4_600),
                (0.999, 4, 5_000),
                (0.89, 4, 5_000),
                (0.5, 20, 5_000),
            ],
        ),
        (
            Preset::Phoenix,
            &[
                (0.5, 0, 10),
                (0.1, 1, 50),
                (0.9, 2, 100),
                (0.5, 3, 150),
                (0.5, 4, 200),
                (0.5, 5, 250),
                (0.5, 6, 500),
                (0.5, 7, 1_000),
                (0.5, 8, 2_000),
                (0.5, 9, 5_000),
                (0.5, 99, 5_000),
            ],
        ),
        (Preset::SignalR, &[(0.5, 0, 0), (0.5, 1, 2_000), (0.5, 2, 10_000), (0.5, 3, 30_000)]),
        (
            Preset::CentrifugeJs,
            &[
                (0.5, 0, 750),
                (0.5, 1, 1_000),
                (0.25, 3, 1_500),
                (0.5, 10, 10_500),
                (0.99, 9, 20_000),
            ],
        ),
        (Preset::GraphqlWs, &[(0.0, 0, 1_300), (0.5, 1, 3_650), (1.0, 4, 19_000)]),
        (
            Preset::ReconnectingWebsocket,
            &[(0.0, 0, 1_000), (0.5, 0, 3_000), (0.5, 1, 3_900), (0.5, 4, 8_568), (0.5, 5, 10_000)],
        ),
        (
            Preset::Ably,
            &[
                (0.0, 0, 15_000),
                (1.0, 0, 12_000),
                (0.5, 1, 18_000),
                (0.5, 3, 27_000),
                (0.5, 9, 27_000),
            ],
        ),
        (Preset::Pusher, &[(0.3, 0, 1_000), (0.3, 50, 1_000)]),
        (Preset::MqttJs, &[(0.3, 0, 1_000), (0.3, 50, 1_000)]),
        (Preset::EventSource, &[(0.3, 0, 3_000), (0.3, 50, 3_000)]),
        (Preset::Grpc, &[(0.5, 0, 1_000), (0.0, 1, 1_280), (1.0, 2, 3_072), (0.5, 30, 120_000)]),
    ];

    #[test]
    fn every_preset_waits_as_its_library_does() {
        assert_eq!(GOLDEN.map(|(preset, _)| preset), Preset::ALL);
        for (preset, rows) in GOLDEN {
            for &(r, k, ms) in rows {
                let delay = preset.delay(r, k, || Span::ZERO);
                let rounded = number::whole(delay.seconds() * 1e3);
                assert_eq!(rounded, ms, "{preset:?} at r = {r}, k = {k}");
            }
        }
    }

    #[test]
    fn ably_is_suspended_after_two_minutes() {
        let delay = Preset::Ably.delay(0.9, 6, || Span::from_secs(120));
        assert_eq!(delay, Span::from_secs(30));
    }

    #[test]
    fn powers_of_two_are_those_of_the_library() {
        for k in 0..1_000 {
            assert_eq!(power(2.0, k).to_bits(), libm::pow(2.0, f64::from(k)).to_bits());
        }
    }

    #[test]
    fn some_give_up() {
        let attempts = Preset::ALL.map(|preset| preset.reconnect().attempts);
        let expected = [None, None, Some(4), None, Some(5), None, None, None, None, None, None];
        assert_eq!(attempts, expected);
    }
}
