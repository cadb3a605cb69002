//! Bytes on the wire, by layer: what one exchange between a client and its gateway takes.
//!
//! TCP over IPv4 with timestamps, segments of 1,448 bytes, an acknowledgement for every second
//! one; TLS 1.3 with an ECDSA chain. Figures with their sources stand in `docs/MODELS.md`.
use super::Transport;
use crate::{engine::number, record::meter::Answers};

/// Headers of a segment.
const SEGMENT: f64 = 52.0;
/// What a segment carries at most.
const LARGEST: f64 = 1_448.0;
/// TLS 1.3 around one record.
const RECORD: f64 = 22.0;
/// What a record carries at most.
const LARGEST_RECORD: f64 = 16_384.0;
/// The server's half of a TLS handshake: full, and resumed.
const TLS_DOWN: [f64; 2] = [3_000.0, 500.0];
/// The client's half.
const TLS_UP: f64 = 600.0;
/// A frame of HTTP/2.
const FRAME: f64 = 9.0;
/// What a frame of HTTP/2 carries at most, unless the other side allows more (RFC 9113, 4.2).
const LARGEST_FRAME: f64 = 16_384.0;
/// The head of a request, and of an answer, when HPACK knows most of it.
const KNOWN_HEADS: [f64; 2] = [60.0, 40.0];

/// What a client's messages are wrapped in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wire {
    /// Whose heads they are.
    pub profile: Heads,
    /// Whether they are encrypted.
    pub tls: bool,
    /// Of requests, polls and event streams; a WebSocket opens over HTTP/1.1.
    pub http: Http,
}

/// Whose heads requests and answers have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Heads {
    /// A browser's, with a token and cookies.
    BrowserWithCookies,
    /// A browser's, without cookies.
    Browser,
    /// Those of a program, as short as they can be.
    Bare,
}

/// The version of HTTP.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Http {
    /// 1.1: heads are text, each time.
    One,
    /// 2: frames, and heads that are sent once.
    Two,
}

/// Bytes by layer.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Layers {
    /// What the application wanted to say.
    pub payload: f64,
    /// Heads, frames, events, pings.
    pub framing: f64,
    /// Records and handshakes of TLS.
    pub tls: f64,
    /// Headers of segments, with those that only open or acknowledge.
    pub tcp: f64,
}

impl Layers {
    /// All of them.
    pub fn total(&self) -> f64 {
        self.payload + self.framing + self.tls + self.tcp
    }

    /// These and others.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self {
            payload: self.payload + other.payload,
            framing: self.framing + other.framing,
            tls: self.tls + other.tls,
            tcp: self.tcp + other.tcp,
        }
    }

    /// So many times these.
    #[must_use]
    pub fn times(&self, factor: f64) -> Self {
        Self {
            payload: self.payload * factor,
            framing: self.framing * factor,
            tls: self.tls * factor,
            tcp: self.tcp * factor,
        }
    }

    /// Segments that acknowledge these, and carry nothing.
    #[must_use]
    pub fn acknowledged(&self) -> Self {
        let segments = (self.tcp / SEGMENT).round();
        Self { tcp: (segments / 2.0).ceil() * SEGMENT, ..Self::default() }
    }

    fn segments(&mut self) {
        let bytes = self.payload + self.framing + self.tls;
        self.tcp += (bytes / LARGEST).ceil() * SEGMENT;
    }
}

/// Both directions of one exchange.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Exchange {
    /// From the client.
    pub up: Layers,
    /// To it.
    pub down: Layers,
}

impl Exchange {
    /// Something goes up, and is only acknowledged.
    fn up(up: Layers) -> Self {
        Self { up, down: up.acknowledged() }
    }

    /// Something comes down, and is only acknowledged.
    fn down(down: Layers) -> Self {
        Self { up: down.acknowledged(), down }
    }
}

impl Heads {
    /// Heads of a request by a script, of one that opens a stream of events, of an upgrade.
    fn requests(self) -> [f64; 3] {
        match self {
            Self::BrowserWithCookies => [780.0, 780.0, 670.0],
            Self::Browser => [515.0, 563.0, 507.0],
            Self::Bare => [100.0, 100.0, 160.0],
        }
    }

    /// Answers: to a request that is taken, to a poll that found nothing; the heads of one that
    /// found something, of a stream of events, of an upgrade.
    fn answers(self) -> [f64; 5] {
        match self {
            Self::BrowserWithCookies => [200.0, 200.0, 350.0, 240.0, 130.0],
            Self::Browser => [64.0, 109.0, 124.0, 142.0, 166.0],
            Self::Bare => [64.0, 64.0, 124.0, 142.0, 166.0],
        }
    }

    /// Lines around the data of an event, and with the length of its chunk.
    fn event(self) -> [f64; 2] {
        match self {
            Self::BrowserWithCookies => [26.0, 33.0],
            Self::Browser | Self::Bare => [13.0, 20.0],
        }
    }
}

impl Wire {
    /// What is written at once: in records, in segments.
    fn write(self, payload: f64, framing: f64) -> Layers {
        let records = ((payload + framing) / LARGEST_RECORD).ceil();
        let tls = if self.tls { records * RECORD } else { 0.0 };
        let mut layers = Layers { payload, framing, tls, tcp: 0.0 };
        layers.segments();
        layers
    }

    /// The head of a request, of one that comes after others on its connection.
    fn request_head(self) -> f64 {
        match self.http {
            Http::One => self.profile.requests()[0],
            Http::Two => KNOWN_HEADS[0],
        }
    }

    /// A head of an answer that has `text` bytes in HTTP/1.1.
    fn answer_head(self, text: f64) -> f64 {
        match self.http {
            Http::One => text,
            Http::Two => KNOWN_HEADS[1],
        }
    }

    /// Frames of HTTP/2 around what a request, an answer or an event carries.
    fn data_frames(self, carried: f64) -> f64 {
        match self.http {
            Http::One => 0.0,
            Http::Two => (carried / LARGEST_FRAME).ceil().max(1.0),
        }
    }

    /// The header of a frame of a WebSocket (RFC 6455), without the mask.
    fn frame(payload: f64) -> f64 {
        match payload {
            it if it <= 125.0 => 2.0,
            it if it <= 65_535.0 => 4.0,
            _ => 10.0,
        }
    }

    /// The headers of all frames of a message: none carries more than `most`.
    fn frames(payload: f64, most: f64, mask: f64) -> f64 {
        let whole = (payload / most).ceil() - 1.0;
        if whole < 1.0 {
            return Self::frame(payload) + mask;
        }
        let last = payload - whole * most;
        whole * (Self::frame(most) + mask) + Self::frame(last) + mask
    }

    /// A message from a client, in frames of at most so many bytes. A request is acknowledged by
    /// its answer, whose segment is.
    pub fn sends(self, transport: Transport, payload: f64, frame: f64) -> Exchange {
        match transport {
            Transport::Websocket => {
                Exchange::up(self.write(payload, Self::frames(payload, frame, 4.0)))
            }
            Transport::Sse | Transport::ShortPoll | Transport::LongPoll => {
                let body = self.data_frames(payload) * FRAME;
                let up = self.write(payload, self.request_head() + body);
                let down = self.write(0.0, self.answer_head(self.profile.answers()[0]));
                Exchange { up: up.and(&down.acknowledged()), down }
            }
        }
    }

    /// A message to a client that is held on a connection, in frames of at most so many bytes.
    pub fn pushes(self, transport: Transport, payload: f64, frame: f64) -> Exchange {
        let [lines, chunked] = self.profile.event();
        let framing = match (transport, self.http) {
            (Transport::Websocket, _) => Self::frames(payload, frame, 0.0),
            (_, Http::One) => chunked,
            (_, Http::Two) => lines + self.data_frames(payload + lines) * FRAME,
        };
        Exchange::down(self.write(payload, framing))
    }

    /// A poll, which the next one or its answer acknowledges.
    pub fn asks(self) -> Layers {
        self.write(0.0, self.request_head())
    }

    /// The answer to a poll that found nothing.
    pub fn finds_nothing(self) -> Layers {
        let [_, nothing, ..] = self.profile.answers();
        self.write(0.0, self.answer_head(nothing))
    }

    /// The head of an answer that carries messages.
    fn found(self) -> f64 {
        let [_, _, head, ..] = self.profile.answers();
        self.answer_head(head)
    }

    /// What the answer to a poll is cut into that found messages of so many bytes in all, and the
    /// segments that acknowledge it before the next poll does: every second one is.
    pub fn answer(self, payload: f64) -> Answers {
        let frames = self.data_frames(payload);
        let layers = self.write(payload, self.found() + frames * FRAME);
        let [frames, records, segments] =
            [frames, layers.tls / RECORD, layers.tcp / SEGMENT].map(number::whole);
        Answers { frames, records, segments, acknowledgements: segments.saturating_sub(1) / 2 }
    }

    /// So many segments that carry nothing: they open a connection, or acknowledge.
    pub fn empty(count: f64) -> Layers {
        Layers { tcp: count * SEGMENT, ..Layers::default() }
    }

    /// What the head of the first answer on a connection has beyond that of a later one: of one
    /// that carries messages, and of one that found nothing.
    pub fn first_answers(self) -> [Layers; 2] {
        let [_, nothing, head, ..] = self.profile.answers();
        let first = [head, nothing];
        let later = first.map(|text| self.answer_head(text));
        [0, 1].map(|it| Layers { framing: first[it] - later[it], ..Layers::default() })
    }

    /// So many answers to polls that found something: what they are cut into, and how many bytes of
    /// messages they carry in all.
    pub fn finds(self, count: u64, answers: Answers, payload: f64) -> Layers {
        let float = number::float;
        Layers {
            payload,
            framing: float(count) * self.found() + float(answers.frames) * FRAME,
            tls: float(answers.records) * RECORD,
            tcp: float(answers.segments) * SEGMENT,
        }
    }

    /// Nothing is said, so that both sides know that the other is there.
    pub fn beats(self, transport: Transport) -> Exchange {
        match transport {
            // A pong acknowledges its ping, and is acknowledged.
            Transport::Websocket => {
                let (ping, pong) = (self.write(0.0, 2.0), self.write(0.0, 6.0));
                Exchange { up: pong, down: ping.and(&pong.acknowledged()) }
            }
            Transport::Sse => {
                let comment = if self.http == Http::Two { 3.0 + FRAME } else { 8.0 };
                Exchange::down(self.write(0.0, comment))
            }
            Transport::ShortPoll | Transport::LongPoll => Exchange::default(),
        }
    }

    /// A stream is opened on a connection that stands; the first request of those who ask again
    /// and again is counted with the others.
    pub fn joins(self, transport: Transport) -> Exchange {
        if transport != Transport::Sse {
            return Exchange::default();
        }
        let [up, down] = KNOWN_HEADS.map(|head| self.write(0.0, head));
        Exchange { up, down }
    }

    /// A connection opens, `resumed` is the share of TLS handshakes that are; with the first head
    /// of its requests, as far as it is longer than those that follow.
    pub fn opens(self, transport: Transport, resumed: f64) -> Exchange {
        let [fetch, stream, upgrade] = self.profile.requests();
        let [.., events, upgraded] = self.profile.answers();
        // The first packet and its answer, and the acknowledgement of that.
        let mut all = Exchange { up: Self::empty(2.0), down: Self::empty(1.0) };
        if self.tls {
            let half = |bytes: f64| {
                let mut layers = Layers { tls: bytes, ..Layers::default() };
                layers.segments();
                layers
            };
            let full = half(TLS_DOWN[0]).times(1.0 - resumed);
            all.down = all.down.and(&full).and(&half(TLS_DOWN[1]).times(resumed));
            all.up = all.up.and(&half(TLS_UP));
        }
        let (request, answer) = match transport {
            Transport::Websocket => (upgrade, upgraded),
            Transport::Sse => (stream, events),
            Transport::ShortPoll | Transport::LongPoll => {
                // The first poll is counted with the others: here is what it has beyond them.
                all.up.framing += fetch - self.request_head();
                return all;
            }
        };
        let [request, answer] = [request, answer].map(|bytes| self.write(0.0, bytes));
        Exchange { up: all.up.and(&request), down: all.down.and(&answer) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIRE: Wire = Wire { profile: Heads::BrowserWithCookies, tls: true, http: Http::One };

    #[track_caller]
    fn is(layers: Layers, expected: [f64; 4]) {
        let found = [layers.payload, layers.framing, layers.tls, layers.tcp];
        assert_eq!(found.map(f64::to_bits), expected.map(f64::to_bits), "{found:?}");
    }

    #[test]
    fn a_frame_has_2_4_or_10_bytes_before_it_and_a_mask_on_the_way_up() {
        for (payload, header) in [(125.0, 2.0), (126.0, 4.0), (300.0, 4.0)] {
            let down = WIRE.pushes(Transport::Websocket, payload, f64::INFINITY);
            is(down.down, [payload, header, 22.0, 52.0]);
            is(down.up, [0.0, 0.0, 0.0, 52.0]);
            let up = WIRE.sends(Transport::Websocket, payload, f64::INFINITY);
            is(up.up, [payload, header + 4.0, 22.0, 52.0]);
        }
        // 100,010 bytes are 7 records and 70 segments.
        let large = WIRE.pushes(Transport::Websocket, 100_000.0, f64::INFINITY);
        is(large.down, [100_000.0, 10.0, 154.0, 70.0 * 52.0]);
        is(large.up, [0.0, 0.0, 0.0, 35.0 * 52.0]);
        // Three frames of 32,000 bytes and one of 4,000, each with 4 bytes, or 8 on the way up.
        let split = WIRE.pushes(Transport::Websocket, 100_000.0, 32_000.0);
        is(split.down, [100_000.0, 16.0, 154.0, 70.0 * 52.0]);
        let split = WIRE.sends(Transport::Websocket, 100_000.0, 32_000.0);
        is(split.up, [100_000.0, 32.0, 154.0, 70.0 * 52.0]);
    }

    #[test]
    fn an_event_and_a_poll_have_heads() {
        is(WIRE.pushes(Transport::Sse, 128.0, f64::INFINITY).down, [128.0, 33.0, 22.0, 52.0]);
        is(WIRE.asks(), [0.0, 780.0, 22.0, 52.0]);
        is(WIRE.finds_nothing(), [0.0, 200.0, 22.0, 52.0]);
        let ten = Answers { frames: 0, records: 10, segments: 10, acknowledgements: 0 };
        is(WIRE.finds(10, ten, 5_000.0), [5_000.0, 3_500.0, 220.0, 520.0]);
        // 350 and 22 with 1,076 bytes fill a segment; 16,034 and 350 a record.
        let cut = |wire: Wire, payload: f64| {
            let Answers { frames, records, segments, acknowledgements } = wire.answer(payload);
            [frames, records, segments, acknowledgements]
        };
        assert_eq!([1_076.0, 1_077.0].map(|it| cut(WIRE, it)), [[0, 1, 1, 0], [0, 1, 2, 0]]);
        assert_eq!([16_034.0, 16_035.0].map(|it| cut(WIRE, it)), [[0, 1, 12, 5], [0, 2, 12, 5]]);
        let bare = Wire { profile: Heads::Bare, tls: false, http: Http::One };
        is(bare.pushes(Transport::Sse, 128.0, f64::INFINITY).down, [128.0, 20.0, 0.0, 52.0]);
        assert_eq!(cut(bare, 128.0), [0, 0, 1, 0]);
        is(bare.asks(), [0.0, 100.0, 0.0, 52.0]);
        let two = Wire { http: Http::Two, ..WIRE };
        is(two.asks(), [0.0, 60.0, 22.0, 52.0]);
        is(two.pushes(Transport::Sse, 128.0, f64::INFINITY).down, [128.0, 35.0, 22.0, 52.0]);
        // 65,536 bytes are four frames, and a fifth for the lines of an event.
        let large = |carried: f64| two.pushes(Transport::Sse, carried, f64::INFINITY).down.framing;
        assert_eq!(
            [65_510.0, 65_536.0].map(large).map(f64::to_bits),
            [62.0, 71.0].map(f64::to_bits)
        );
        // 46 segments, and one that acknowledges the answer.
        let up = two.sends(Transport::Sse, 65_536.0, f64::INFINITY).up;
        is(up, [65_536.0, 60.0 + 4.0 * 9.0, 5.0 * 22.0, 47.0 * 52.0]);
        assert_eq!([0.0, 16_384.0, 65_537.0].map(|it| cut(two, it)[0]), [1, 1, 5]);
    }

    #[test]
    fn a_heartbeat_is_128_bytes_down_and_80_up() {
        let beat = WIRE.beats(Transport::Websocket);
        is(beat.down, [0.0, 2.0, 22.0, 104.0]);
        is(beat.up, [0.0, 6.0, 22.0, 52.0]);
    }

    #[test]
    fn a_resumed_handshake_has_no_certificates() {
        let full = WIRE.opens(Transport::Websocket, 0.0);
        // An answer to the first packet, 3,000 bytes in three segments, and the upgrade.
        is(full.down, [0.0, 130.0, 3_022.0, 5.0 * 52.0]);
        is(full.up, [0.0, 670.0, 622.0, 4.0 * 52.0]);
        let resumed = WIRE.opens(Transport::Websocket, 1.0);
        is(resumed.down, [0.0, 130.0, 522.0, 3.0 * 52.0]);
        let plain = Wire { tls: false, ..WIRE }.opens(Transport::ShortPoll, 0.6);
        is(plain.down, [0.0, 0.0, 0.0, 52.0]);
        is(plain.up, [0.0, 0.0, 0.0, 104.0]);
    }
}
