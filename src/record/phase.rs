//! Phases of the timeline: what is measured apart for each.
use super::{
    Histogram,
    ledger::{End, Ledger, Sessions},
    meter::Flow,
};
use crate::engine::{Span, Time, number};

/// What became of deliveries: their ends, and the lag of those that arrived.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// How they ended.
    pub ledger: Ledger,
    /// How long they took.
    pub lag: Histogram,
}

impl Account {
    /// Counts the end of so many deliveries that took equally long.
    #[inline]
    pub fn end(&mut self, lag: Span, end: End, many: u64) {
        self.ledger.end(end, many);
        if end.arrived() {
            self.lag.record_many(lag, many);
        }
    }

    /// All of these together.
    pub fn sum<'a>(accounts: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut sum = Self::default();
        for account in accounts {
            sum.ledger.merge(&account.ledger);
            sum.lag.merge(&account.lag);
        }
        sum
    }
}

/// A phase while the run goes on. Deliveries belong to the phase in which they were sent.
#[derive(Clone, Debug)]
pub struct PhaseRecord {
    /// `steady`, the name of a timeline entry, `recovery`.
    pub name: String,
    /// Its begin.
    pub start: Time,
    /// Its end.
    pub end: Time,
    /// How long it lasted; less than from begin to end when another phase came in between.
    pub lasted: Span,
    /// Its deliveries: those sent in the warm-up, and those sent in the window.
    pub accounts: [Account; 2],
    /// Attempts that began in it.
    pub attempts: u64,
    /// User-seconds connected, as nanoseconds.
    pub connected: u128,
    /// Session-seconds of open streams: those that were there or wanted to be, as nanoseconds.
    pub wanted: u128,
    /// Sessions of open streams, by when it happened.
    pub sessions: Sessions,
    /// What flowed in it, from the warm-up on.
    pub flow: Flow,
}

impl PhaseRecord {
    /// An empty phase.
    pub fn new(name: &str, start: Time) -> Self {
        Self {
            name: name.to_owned(),
            start,
            end: start,
            lasted: Span::ZERO,
            accounts: <[Account; 2]>::default(),
            attempts: 0,
            connected: 0,
            wanted: 0,
            sessions: Sessions::default(),
            flow: Flow::default(),
        }
    }
}

/// How many there are of something, integrated over time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Level {
    /// Now.
    pub now: u32,
    since: Time,
    /// Their number times nanoseconds, before `since`.
    area: u128,
    /// The most at any time.
    pub peak: u32,
}

impl Level {
    /// Counts `change` more (or fewer) from `at` on.
    pub fn change(&mut self, at: Time, change: i32) {
        self.settle(at);
        self.now = self.now.checked_add_signed(change).expect("nobody leaves who is not there");
        self.peak = self.peak.max(self.now);
    }

    /// Their number times nanoseconds, up to `at`, which is no earlier than the last change.
    pub fn area(&self, at: Time) -> u128 {
        self.area + u128::from(self.now) * u128::from(at.since(self.since).nanos())
    }

    /// The same, and settles it.
    pub fn settle(&mut self, at: Time) -> u128 {
        self.area = self.area(at);
        self.since = at;
        self.area
    }

    /// `area` in seconds. Those of all users up to the end of the clock fit into 64 bits.
    pub fn seconds(area: u128) -> f64 {
        let float = |part: u128| number::float(number::low64(part));
        float(area / 1_000_000_000) + float(area % 1_000_000_000) / 1e9
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_integrated() {
        let mut online = Level::default();
        online.change(Time::ZERO, 10);
        online.change(Time::from_nanos(2_000_000_000), -4);
        assert_eq!(online.settle(Time::from_nanos(3_000_000_000)), 26_000_000_000);
        assert_eq!((online.now, online.peak), (6, 10));
    }

    #[test]
    fn a_million_users_for_a_century_do_not_overflow() {
        let century = 100 * 365 * 86_400_u64;
        let area = 1_000_000 * u128::from(century) * 1_000_000_000 + 500_000_000;
        let expected = 1e6 * number::float(century) + 0.5;
        assert!((Level::seconds(area) / expected - 1.0).abs() < 1e-12);
        assert!((Level::seconds(1_500_000_000) - 1.5).abs() < 1e-12);
    }
}
