//! By which of its transports each user goes, where its crowd prefers several: 4 bytes a user.
//! Clients write it, and everybody reads it by asking for the user's crowd.
//!
//! Tries go in rounds: first the transport that is remembered to work, if one is, else the first;
//! then the others in order of preference. Between two rounds a client backs off.
use crate::engine::{Span, Time, number};
use std::cell::Cell;

/// A crowd prefers at most so many.
pub const MOST: usize = 3;

/// Where each part of a row begins, in bits; each but the time has two.
const TRIES: u32 = 2;
const FIRST: u32 = 4;
const WORKED: u32 = 6;
const TIME: u32 = 8;

/// While it tries, the time is that of the round's begin in units of 2^20 ns (a millisecond), else
/// that at which the connection opened in units of 2^28 ns (a quarter of a second). Both are known
/// modulo 2^24.
const TRYING: u32 = 20;
const OPEN: u32 = 28;
/// Nothing is remembered.
const FORGOTTEN: u32 = (1 << 24) - 1;

/// How one user goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Row {
    /// The transport of its connection, or of its present or last try.
    now: u32,
    /// Tries of the present round so far; 0: there is no round.
    tries: u32,
    /// The transport with which the round began.
    first: u32,
    /// The last one that worked.
    worked: u32,
    time: u32,
}

impl From<u32> for Row {
    #[inline]
    fn from(bits: u32) -> Self {
        let part = |place: u32| (bits >> place) & 3;
        Self {
            now: part(0),
            tries: part(TRIES),
            first: part(FIRST),
            worked: part(WORKED),
            time: bits >> TIME,
        }
    }
}

impl From<Row> for u32 {
    #[inline]
    fn from(row: Row) -> u32 {
        let Row { now, tries, first, worked, time } = row;
        now | tries << TRIES | first << FIRST | worked << WORKED | time << TIME
    }
}

impl Row {
    /// The transport of the next try.
    fn next(self, now: Time, remember: Option<Span>) -> u32 {
        let Some(other) = self.tries.checked_sub(1) else {
            let age = between(self.time, units(now, OPEN), OPEN);
            let known = self.time != FORGOTTEN && remember.is_none_or(|most| age < most);
            return if known { self.worked } else { 0 };
        };
        if other < self.first { other } else { other + 1 }
    }
}

/// How a connection that opens compares with the last one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// It goes by the same transport.
    Same,
    /// By one that is preferred less.
    FellBack,
    /// By one that is preferred more.
    Upgraded,
}

fn units(at: Time, shift: u32) -> u32 {
    number::low(at.nanos() >> shift) & FORGOTTEN
}

/// From one time to another, both in units and modulo 2^24.
fn between(from: u32, to: u32, shift: u32) -> Span {
    let passed = if to >= from { to - from } else { to + (FORGOTTEN - from) + 1 };
    Span::from_nanos(u64::from(passed) << shift)
}

/// The column; empty where no crowd prefers several transports.
#[derive(Clone, Debug, Default)]
pub struct Ways {
    rows: Vec<Cell<u32>>,
}

impl Ways {
    /// Bytes a user.
    pub const BYTES: u64 = number::count(size_of::<u32>());

    /// A column of so many users.
    pub fn new(users: u32) -> Self {
        Self { rows: vec![Cell::new(0); number::index(users)] }
    }

    /// The place among the preferred of the transport that a user goes by.
    #[inline]
    pub fn now(&self, user: u32) -> usize {
        self.rows.get(number::index(user)).map_or(0, |row| number::index(row.get() & 3))
    }

    fn get(&self, user: u32) -> Row {
        self.rows.get(number::index(user)).map_or_else(Row::default, |row| row.get().into())
    }

    fn set(&self, user: u32, row: Row) {
        if let Some(place) = self.rows.get(number::index(user)) {
            place.set(row.into());
        }
    }

    /// At the start a user is connected by a transport, and has been.
    pub fn stands(&self, user: u32, way: usize) {
        let way = number::row(way);
        self.set(user, Row { now: way, worked: way, ..Row::default() });
    }

    /// A try begins: it goes by the next transport.
    pub fn tries(&self, user: u32, now: Time, remember: Option<Span>) {
        let mut row = self.get(user);
        row.now = row.next(now, remember);
        if row.tries == 0 {
            (row.first, row.time) = (row.now, units(now, TRYING));
        }
        row.tries += 1;
        self.set(user, row);
    }

    /// The transport of the next try of a user, were it to begin now.
    pub fn upcoming(&self, user: u32, now: Time, remember: Option<Span>) -> usize {
        number::index(self.get(user).next(now, remember))
    }

    /// Whether a user tries, and has one of `many` transports left in this round.
    pub fn goes_on(&self, user: u32, many: usize) -> bool {
        let tries = number::index(self.get(user).tries);
        tries > 0 && tries < many
    }

    /// Whether others have failed before the present try of this round; if so, for how long.
    pub fn failed_for(&self, user: u32, now: Time) -> Option<Span> {
        let row = self.get(user);
        (row.tries > 1).then(|| between(row.time, units(now, TRYING), TRYING))
    }

    /// A round is over without a connection, or nobody tries any more. Nothing is remembered.
    pub fn gives_up(&self, user: u32) {
        let row = self.get(user);
        if row.tries > 0 {
            self.set(user, Row { tries: 0, time: FORGOTTEN, ..row });
        }
    }

    /// A connection opens by the transport of the present try.
    pub fn opens(&self, user: u32, now: Time) -> Change {
        let row = self.get(user);
        let time = units(now, OPEN).min(FORGOTTEN - 1);
        self.set(user, Row { tries: 0, worked: row.now, time, ..row });
        match row.now.cmp(&row.worked) {
            std::cmp::Ordering::Less => Change::Upgraded,
            std::cmp::Ordering::Equal => Change::Same,
            std::cmp::Ordering::Greater => Change::FellBack,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Time {
        Time::ZERO + Span::from_secs(seconds)
    }

    fn round(ways: &Ways, now: Time, remember: Option<Span>) -> [usize; 3] {
        let tried = [0, 1, 2].map(|place| {
            assert_eq!(ways.goes_on(0, 3), place > 0);
            ways.tries(0, now, remember);
            ways.now(0)
        });
        assert!(!ways.goes_on(0, 3));
        ways.gives_up(0);
        tried
    }

    #[test]
    fn what_worked_is_tried_first_as_long_as_it_is_remembered() {
        let (ways, half_an_hour) = (Ways::new(1), Some(Span::from_secs(1_800)));
        assert_eq!(round(&ways, at(0), half_an_hour), [0, 1, 2]);
        for _ in 0..3 {
            ways.tries(0, at(10), half_an_hour);
        }
        assert_eq!(ways.opens(0, at(20)), Change::FellBack);
        let later = ways.clone();
        assert_eq!(round(&ways, at(1_800), half_an_hour), [2, 0, 1]);
        assert_eq!(round(&ways, at(1_801), half_an_hour), [0, 1, 2], "it failed since");
        assert_eq!(round(&later.clone(), at(1_821), half_an_hour), [0, 1, 2], "too long ago");
        assert_eq!(round(&later, at(1_000_000), None), [2, 0, 1]);
    }

    #[test]
    fn a_better_one_is_an_upgrade() {
        let ways = Ways::new(1);
        ways.stands(0, 1);
        ways.tries(0, at(5), Some(Span::ZERO));
        assert_eq!((ways.now(0), ways.failed_for(0, at(5))), (0, None));
        assert_eq!(ways.opens(0, at(6)), Change::Upgraded);
        ways.tries(0, at(7), Some(Span::ZERO));
        ways.tries(0, at(12), Some(Span::ZERO));
        let failed = ways.failed_for(0, at(12)).expect("one has failed").seconds();
        assert!((failed - 5.0).abs() < 0.002, "{failed}");
    }

    #[test]
    fn times_come_round() {
        let from = units(at(17_000), TRYING);
        let passed = between(from, units(at(18_000), TRYING), TRYING).seconds();
        assert!((passed - 1_000.0).abs() < 0.01, "{passed}");
    }
}
