//! Counts what each crowd causes, and what of it belongs to which stretch of time.
use super::phase::Level;
use crate::engine::{Span, Time, number};

/// So many sources can reach a crowd.
pub const MOST_SOURCES: usize = 15;

/// What a source has caused in a crowd.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sourced {
    /// Messages that it published, whether or not anybody was there to get them.
    pub published: u64,
    /// Deliveries that they were meant to be.
    pub intended: u64,
    /// Those of its messages that were pushed down to clients.
    pub frames_down: u64,
    /// Those that were read from the buffer for returning clients.
    pub replayed: u64,
}

/// What answers to polls are cut into on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Answers {
    /// Frames of HTTP/2 that carry messages.
    pub frames: u64,
    /// Records of TLS.
    pub records: u64,
    /// Segments of TCP.
    pub segments: u64,
    /// Segments that acknowledge them before the next poll does.
    pub acknowledgements: u64,
}

impl Answers {
    /// Another one.
    pub fn add(&mut self, other: &Self) {
        self.changed(other, &Self::default());
    }

    /// So many times these, in whole numbers.
    #[must_use]
    pub fn times(&self, factor: f64) -> Self {
        let of = |count: u64| number::whole(number::float(count) * factor);
        Self {
            frames: of(self.frames),
            records: of(self.records),
            segments: of(self.segments),
            acknowledgements: of(self.acknowledgements),
        }
    }

    fn changed(&mut self, now: &Self, before: &Self) {
        self.frames += now.frames - before.frames;
        self.records += now.records - before.records;
        self.segments += now.segments - before.segments;
        self.acknowledgements += now.acknowledgements - before.acknowledgements;
    }
}

impl Sourced {
    fn changed(&mut self, now: &Self, before: &Self) {
        self.published += now.published - before.published;
        self.intended += now.intended - before.intended;
        self.frames_down += now.frames_down - before.frames_down;
        self.replayed += now.replayed - before.replayed;
    }
}

/// What a crowd has caused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Traffic {
    /// Messages that went up to a gateway.
    pub frames_up: u64,
    /// Messages pushed down to clients.
    pub frames_down: u64,
    /// Handshakes completed by gateways: full and resumed.
    pub handshakes: u64,
    /// Attempts begun.
    pub attempts: u64,
    /// Tries whose transport was blocked: those that nobody answered, and those that were.
    pub blocked: [u64; 2],
    /// Other tries that were turned away: packets that nobody answered, resets, answers of HTTP.
    pub turned_away: [u64; 3],
    /// Streams on a connection that stood for other tabs of their browser: those whose opening
    /// began, that a gateway took in, that were turned away by an answer of HTTP.
    pub beside: [u64; 3],
    /// Messages read from the buffer for returning clients.
    pub replayed: u64,
    /// Look-ups, writes and deletions of its registry, without refreshes.
    pub registry_operations: u64,
    /// Polls.
    pub polls: u64,
    /// Those of them that found nothing.
    pub polls_empty: u64,
    /// Those of them that nobody answered.
    pub polls_failed: u64,
    /// Those of them that found something.
    pub polls_full: u64,
    /// What the answers of these are cut into.
    pub answers: Answers,
    /// User-nanoseconds connected.
    pub connected: u128,
    /// The same of those whose connection counts for another tab of their browser.
    pub light: u128,
    /// What each source has caused that reaches it, by its origin from 1 on.
    pub sources: [Sourced; MOST_SOURCES],
}

/// Adds to counts what has come since.
fn add<const N: usize>(sum: &mut [u64; N], now: [u64; N], before: [u64; N]) {
    for (sum, (now, before)) in sum.iter_mut().zip(now.into_iter().zip(before)) {
        *sum += now - before;
    }
}

impl Traffic {
    fn source(&mut self, origin: u8) -> Option<&mut Sourced> {
        self.sources.get_mut(usize::from(origin.checked_sub(1)?))
    }

    /// A source publishes.
    pub fn published(&mut self, origin: u8) {
        if let Some(source) = self.source(origin) {
            source.published += 1;
        }
    }

    /// A message of a source is meant for so many.
    pub fn intended(&mut self, origin: u8, deliveries: u64) {
        if let Some(source) = self.source(origin) {
            source.intended += deliveries;
        }
    }

    /// A message is pushed down to a client: of a source, or of a user where the origin is 0.
    #[inline]
    pub fn pushed(&mut self, origin: u8) {
        self.pushed_to(origin, 1);
    }

    /// The same, to so many clients.
    #[inline]
    pub fn pushed_to(&mut self, origin: u8, clients: u64) {
        self.frames_down += clients;
        if let Some(source) = self.source(origin) {
            source.frames_down += clients;
        }
    }

    /// A message is read from the buffer for a client that returns: by its origin.
    #[inline]
    pub fn replays(&mut self, origin: u8) {
        self.replayed += 1;
        if let Some(source) = self.source(origin) {
            source.replayed += 1;
        }
    }

    fn changed(&mut self, now: &Self, before: &Self) {
        self.frames_up += now.frames_up - before.frames_up;
        self.frames_down += now.frames_down - before.frames_down;
        self.handshakes += now.handshakes - before.handshakes;
        self.attempts += now.attempts - before.attempts;
        add(&mut self.blocked, now.blocked, before.blocked);
        add(&mut self.turned_away, now.turned_away, before.turned_away);
        add(&mut self.beside, now.beside, before.beside);
        self.replayed += now.replayed - before.replayed;
        self.registry_operations += now.registry_operations - before.registry_operations;
        self.polls += now.polls - before.polls;
        self.polls_empty += now.polls_empty - before.polls_empty;
        self.polls_failed += now.polls_failed - before.polls_failed;
        self.polls_full += now.polls_full - before.polls_full;
        self.answers.changed(&now.answers, &before.answers);
        self.connected += now.connected - before.connected;
        self.light += now.light - before.light;
        let sources = self.sources.iter_mut().zip(now.sources.iter().zip(&before.sources));
        sources.for_each(|(sum, (now, before))| sum.changed(now, before));
    }

    /// User-seconds connected.
    pub fn connected(&self) -> f64 {
        Level::seconds(self.connected)
    }

    /// Seconds of connections to a balancer: browser-seconds where tabs share one.
    pub fn connections(&self) -> f64 {
        Level::seconds(self.connected - self.light)
    }

    /// Attempts that open a connection.
    pub fn openings(&self) -> u64 {
        self.attempts - self.beside[0]
    }
}

/// What all crowds have caused over a time.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Flow {
    /// How long.
    pub lasted: Span,
    /// Deliveries that reached their recipient.
    pub delivered: u64,
    /// By crowd.
    pub crowds: Vec<Traffic>,
}

impl Flow {
    /// A count over all crowds.
    pub fn sum(&self, count: impl Fn(&Traffic) -> u64) -> u64 {
        self.crowds.iter().map(count).sum()
    }

    /// Adds what has happened from `before` to `now`.
    pub fn changed(&mut self, now: &Self, before: &Self) {
        self.lasted += now.lasted - before.lasted;
        self.delivered += now.delivered - before.delivered;
        let crowds = self.crowds.len().max(now.crowds.len());
        self.crowds.resize(crowds, Traffic::default());
        let pairs = now.crowds.iter().zip(&before.crowds);
        self.crowds.iter_mut().zip(pairs).for_each(|(sum, (now, before))| sum.changed(now, before));
    }
}

/// Counts by crowd: a row for each transport that one goes by, in the order of their places.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    traffic: Vec<Traffic>,
    mark: Flow,
}

impl Meter {
    /// A meter of so many rows.
    pub fn new(rows: usize) -> Self {
        let traffic = vec![Traffic::default(); rows];
        let mark = Flow { crowds: traffic.clone(), ..Flow::default() };
        Self { traffic, mark }
    }

    /// The counts of a row.
    #[inline]
    pub fn at(&mut self, place: usize) -> &mut Traffic {
        &mut self.traffic[place]
    }

    /// The polls of all that have ended: those that found nothing, found something, failed.
    pub fn polls(&self) -> [u64; 3] {
        let ends = |row: &Traffic| [row.polls_empty, row.polls_full, row.polls_failed];
        let sum = |sum: [u64; 3], row: [u64; 3]| [0, 1, 2].map(|end| sum[end] + row[end]);
        self.traffic.iter().map(ends).fold([0; 3], sum)
    }

    /// All that has happened until `at`: `delivered` until then, `online` in each row, and of these
    /// `light`.
    pub fn read(&self, at: Time, delivered: u64, online: &[Level], light: &[Level]) -> Flow {
        let mut crowds = self.traffic.clone();
        for (traffic, (online, light)) in crowds.iter_mut().zip(online.iter().zip(light)) {
            (traffic.connected, traffic.light) = (online.area(at), light.area(at));
        }
        Flow { lasted: at.since(Time::ZERO), delivered, crowds }
    }

    /// Adds what has happened since the last mark to `flow`; `now` is the next mark.
    pub fn settle(&mut self, now: Flow, flow: &mut Flow) {
        flow.changed(&now, &self.mark);
        self.mark = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Time {
        Time::ZERO + Span::from_secs(seconds)
    }

    #[test]
    fn what_happens_belongs_to_its_crowd_and_its_stretch() {
        let mut meter = Meter::new(3);
        let (mut online, light) = (vec![Level::default(); 2], vec![Level::default(); 2]);
        online[1].change(Time::ZERO, 1);
        meter.at(0).attempts += 1;
        let (mut first, mut second) = (Flow::default(), Flow::default());
        meter.settle(meter.read(seconds(3), 5, &online, &light), &mut first);
        meter.at(1).frames_up += 2;
        meter.at(2).frames_down += 4;
        meter.settle(meter.read(seconds(5), 6, &online, &light), &mut second);
        assert_eq!((first.lasted, first.delivered), (Span::from_secs(3), 5));
        let attempts: Vec<u64> = first.crowds.iter().map(|crowd| crowd.attempts).collect();
        assert_eq!(attempts, [1, 0, 0]);
        assert_eq!((second.lasted, second.delivered), (Span::from_secs(2), 1));
        assert_eq!((second.crowds[1].frames_up, second.crowds[2].frames_down), (2, 4));
        let connected = |flow: &Flow| flow.crowds[1].connected().round();
        assert!((connected(&first) - 3.0).abs() < 1e-9);
        assert!((connected(&second) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn a_stretch_of_which_nothing_was_read_takes_nothing_away() {
        let mut sum =
            Flow { crowds: vec![Traffic { attempts: 3, ..Traffic::default() }], ..Flow::default() };
        sum.changed(&Flow::default(), &Flow::default());
        assert_eq!(sum.sum(|traffic| traffic.attempts), 3);
    }
}
