//! Whom each fault hit, and how long after the fault they were back.
use super::Histogram;
use crate::engine::{Span, Time, number};
use std::collections::BTreeMap;

/// The users whom no fault has hit, or who are back.
const NOBODY: u8 = u8::MAX;

/// One fault.
#[derive(Clone, Debug, Default)]
pub struct Hits {
    /// Its name.
    pub name: String,
    /// When it began.
    pub began: Time,
    /// How often it took somebody's connection, or told somebody to move.
    pub hit: u64,
    /// Those of them who left of their own accord before they were back; `hit` is without them.
    pub left: u64,
    /// From its begin to the connection that replaced it.
    pub back: Histogram,
    /// The longest that one of them was without a connection.
    pub longest: Span,
    /// How long they were, over all of them; in nanoseconds.
    pub away: u128,
}

impl Hits {
    /// When so large a share of those hit were back, from the fault's begin; `None` when they were
    /// not within the run.
    pub fn until(&self, share: f64) -> Option<Span> {
        let rank = (share * number::float(self.hit)).ceil().max(1.0);
        let back = number::float(self.back.total());
        if rank > back { None } else { self.back.quantile(rank / back) }
    }

    /// When the last one was back; `None` when not all are.
    pub fn all(&self) -> Option<Span> {
        (self.hit > 0 && self.never() == 0).then(|| self.back.max())
    }

    fn was_away(&mut self, outage: Span) {
        self.longest = self.longest.max(outage);
        self.away += u128::from(outage.nanos());
    }

    /// Those who were not back when the run ended.
    pub fn never(&self) -> u64 {
        self.hit - self.back.total()
    }
}

/// All faults of a run. A user counts for the first fault that hits it until it is back.
#[derive(Clone, Debug, Default)]
pub struct Recovery {
    /// The faults, in order of their begin.
    pub faults: Vec<Hits>,
    /// The fault that a user is hit by; empty before the first.
    by: Vec<u8>,
    /// Who is to replace the connection of another user, and since when: it has none itself for as
    /// long, whatever it waited for before.
    takes_over: BTreeMap<u32, Time>,
}

impl Recovery {
    /// A fault begins, which may hit any of so many users. Beyond 255 faults the last takes all.
    /// One that begins again goes on.
    pub fn begin(&mut self, name: &str, began: Time, users: u32) {
        self.by.resize(number::index(users), NOBODY);
        let last = self.faults.last().is_some_and(|last| last.name == name);
        if !last && self.faults.len() < usize::from(NOBODY) {
            let name = name.to_owned();
            self.faults.push(Hits { name, began, ..Hits::default() });
        }
    }

    /// The latest fault takes a user's connection, or tells it to move.
    pub fn hit(&mut self, user: u32) {
        let Some(last) = self.faults.len().checked_sub(1) else { return };
        let by = &mut self.by[number::index(user)];
        if *by == NOBODY {
            *by = number::byte(last);
            self.faults[last].hit += 1;
        }
    }

    /// A user was told to move and has not by the end: it counts for no fault.
    pub fn forget(&mut self, user: u32) {
        self.take_out(user);
    }

    /// A user no longer wants to be online, after so long without a connection: nobody knows when
    /// it would have been back.
    pub fn leaves(&mut self, at: Time, user: u32, outage: Span) {
        let since = self.takes_over.get(&user).copied();
        if let Some(fault) = self.take_out(user) {
            fault.left += 1;
            fault.was_away(lacks(since, at, outage));
        }
    }

    fn take_out(&mut self, user: u32) -> Option<&mut Hits> {
        let by = self.by.get_mut(number::index(user))?;
        let fault = std::mem::replace(by, NOBODY);
        self.takes_over.remove(&user);
        let fault = self.faults.get_mut(usize::from(fault))?;
        fault.hit -= 1;
        Some(fault)
    }

    /// Whether a fault has hit a user who is not back.
    pub fn is_hit(&self, user: u32) -> bool {
        self.by.get(number::index(user)).is_some_and(|&by| by != NOBODY)
    }

    /// The place of a user whose connection is gone is another one's from now on, whose connection
    /// replaces it.
    pub fn hand_over(&mut self, at: Time, from: u32, to: u32) {
        let places = [from, to].map(number::index);
        let [Some(&by), Some(&NOBODY)] = places.map(|place| self.by.get(place)) else { return };
        if by != NOBODY {
            (self.by[places[0]], self.by[places[1]]) = (NOBODY, by);
            let since = self.takes_over.remove(&from).unwrap_or(at);
            self.takes_over.insert(to, since);
        }
    }

    /// A user is online again, after so long without a connection.
    #[inline]
    pub fn back(&mut self, at: Time, user: u32, outage: Span) {
        let Some(by) = self.by.get_mut(number::index(user)) else { return };
        let fault = std::mem::replace(by, NOBODY);
        if let Some(fault) = self.faults.get_mut(usize::from(fault)) {
            fault.back.record(at.since(fault.began));
            fault.was_away(lacks(self.takes_over.remove(&user), at, outage));
        }
    }

    /// The run ends at `at`, or a session gives up, after so long without a connection.
    pub fn still_away(&mut self, at: Time, user: u32, outage: Span) {
        let Some(&by) = self.by.get(number::index(user)) else { return };
        if let Some(fault) = self.faults.get_mut(usize::from(by)) {
            fault.was_away(lacks(self.takes_over.get(&user).copied(), at, outage));
        }
    }
}

/// How long somebody has been away for a fault: from when it was to replace another one, if it was.
fn lacks(since: Option<Time>, at: Time, outage: Span) -> Span {
    since.map_or(outage, |since| outage.min(at.since(since)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(seconds: u64) -> Span {
        Span::from_secs(seconds)
    }

    fn at(seconds: u64) -> Time {
        Time::ZERO + secs(seconds)
    }

    #[test]
    fn shares_are_of_those_hit() {
        let mut recovery = Recovery::default();
        recovery.back(at(1), 3, secs(1));
        recovery.begin("drop", at(10), 10);
        (0..10).for_each(|user| recovery.hit(user));
        (0..9).for_each(|user| recovery.back(at(11 + u64::from(user)), user, secs(2)));
        let [fault] = recovery.faults.as_slice() else { panic!() };
        let half = fault.until(0.5).unwrap().seconds();
        assert!((half - 5.0).abs() < 0.05, "{half}");
        assert_eq!((fault.until(0.99), fault.all(), fault.never()), (None, None, 1));
        recovery.still_away(at(40), 9, secs(30));
        let fault = &recovery.faults[0];
        assert_eq!((fault.longest, fault.away), (secs(30), 48 * 1_000_000_000));
        recovery.back(at(40), 9, secs(30));
        let fault = &recovery.faults[0];
        assert_eq!((fault.all(), fault.never()), (Some(Span::from_secs(30)), 0));
        let most = fault.until(0.99).unwrap().seconds();
        assert!((most - 30.0).abs() < 0.3, "{most}");
    }

    /// Who goes of its own accord is none of those hit, and stays known.
    #[test]
    fn who_leaves_is_not_waited_for() {
        let mut recovery = Recovery::default();
        recovery.begin("drop", at(10), 4);
        (0..3).for_each(|user| recovery.hit(user));
        recovery.leaves(at(11), 0, secs(1));
        recovery.leaves(at(11), 3, secs(1));
        recovery.forget(1);
        recovery.back(at(12), 2, secs(2));
        let fault = &recovery.faults[0];
        assert_eq!((fault.hit, fault.left, fault.never()), (1, 1, 0));
        assert_eq!(fault.away, 3_000_000_000, "its time is lost all the same");
    }

    /// The tab that waited gets the place, and the time since then counts.
    #[test]
    fn who_gets_the_place_replaces_the_connection() {
        let mut recovery = Recovery::default();
        recovery.begin("drop", at(10), 4);
        recovery.hit(0);
        recovery.hand_over(at(11), 0, 1);
        recovery.hand_over(at(11), 2, 3);
        recovery.back(at(12), 3, secs(12));
        assert_eq!(recovery.faults[0].all(), None);
        recovery.hand_over(at(13), 1, 2);
        recovery.back(at(14), 2, secs(14));
        recovery.back(at(50), 0, secs(40));
        let fault = &recovery.faults[0];
        assert_eq!((fault.hit, fault.longest, fault.all()), (1, secs(3), Some(secs(4))));
    }

    #[test]
    fn a_user_counts_for_the_first_fault_until_it_is_back() {
        let mut recovery = Recovery::default();
        recovery.begin("drop", at(10), 2);
        recovery.hit(0);
        recovery.begin("crash", at(20), 2);
        recovery.hit(0);
        recovery.hit(1);
        recovery.back(at(30), 0, secs(20));
        recovery.hit(0);
        let hits: Vec<u64> = recovery.faults.iter().map(|fault| fault.hit).collect();
        assert_eq!(hits, [1, 2]);
        assert_eq!(recovery.faults[0].all(), Some(Span::from_secs(20)));
    }
}
