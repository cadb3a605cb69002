//! What users miss by how long they are away: of the messages that found them away, how many came
//! once they were back, and how many never did.
//!
//! A user costs memory from the first message that it misses. How long an outage lasts is known
//! when it ends, so what comes or is given up later is still counted to it. Outages that last at
//! the horizon are left out: nobody knows how long they are.
use super::{
    ledger::{Cause, End},
    stored::nanos,
};
use crate::engine::{Span, Time};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where one stretch of lengths ends and the next begins, in milliseconds.
const EDGES: [u64; 24] = [
    100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 20_000, 30_000, 45_000, 60_000, 90_000,
    120_000, 180_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000,
    28_800_000, 86_400_000,
];

/// Outages of like length during which something came for their user.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Absence {
    /// They are not shorter.
    #[serde(with = "nanos")]
    pub low: Span,
    /// They are shorter; of the last stretch there is no such limit.
    #[serde(with = "nanos")]
    pub high: Span,
    /// How many outages.
    pub outages: u64,
    /// Messages that came once the user was back.
    pub came: u64,
    /// Messages that never came.
    pub missed: u64,
}

/// The present or last outage of a user.
#[derive(Clone, Copy, Debug, Default)]
struct Outage {
    came: u32,
    missed: u32,
    /// When it ended, and how long it was.
    back: Option<(Time, Span)>,
}

/// The outages of a run.
#[derive(Clone, Debug, Default)]
pub struct Absences {
    ended: [Absence; EDGES.len() + 1],
    users: BTreeMap<u32, Outage>,
}

impl Absences {
    /// A message waits until the user is back.
    pub fn waits(&mut self, user: u32) {
        self.present(user);
    }

    /// A message finds its recipient away, and nothing keeps it.
    pub fn nobody(&mut self, user: u32) {
        self.present(user).missed += 1;
    }

    /// A delivery ends. What was lost elsewhere than on its way to an absent user or in its buffer
    /// is not counted: it has nothing to do with where the user was.
    pub fn ends(&mut self, user: u32, sent: Time, end: End) {
        let came = match end {
            End::Replayed | End::Pulled => true,
            End::Expired | End::Lost(Cause::BufferOverflow | Cause::ResumeExpired) => false,
            End::Live | End::Lost(_) => return,
        };
        let Some(outage) = self.users.get_mut(&user) else { return };
        if outage.back.is_none_or(|(at, _)| sent <= at) {
            *(if came { &mut outage.came } else { &mut outage.missed }) += 1;
        }
    }

    /// A user is back after `outage`.
    pub fn back(&mut self, user: u32, at: Time, outage: Span) {
        if let Some(present) = self.users.get_mut(&user).filter(|it| it.back.is_none()) {
            present.back = Some((at, outage));
        }
    }

    /// The outages that have ended, by their length; lengths that did not occur are left out.
    pub fn table(&self) -> Vec<Absence> {
        let mut table = self.ended;
        self.users.values().for_each(|outage| count(&mut table, outage));
        let edge = |place: usize| Span::from_millis(EDGES[place]);
        for (place, row) in table.iter_mut().enumerate() {
            row.low = if place > 0 { edge(place - 1) } else { Span::ZERO };
            row.high = edge(place.min(EDGES.len() - 1));
        }
        table.into_iter().filter(|row| row.outages > 0).collect()
    }

    /// The outage that lasts; one that is over makes room for it.
    fn present(&mut self, user: u32) -> &mut Outage {
        let outage = self.users.entry(user).or_default();
        if outage.back.is_some() {
            count(&mut self.ended, outage);
            *outage = Outage::default();
        }
        outage
    }
}

fn count(table: &mut [Absence], outage: &Outage) {
    let Some((_, length)) = outage.back.filter(|_| outage.came + outage.missed > 0) else { return };
    let row = &mut table[EDGES.partition_point(|&edge| Span::from_millis(edge) <= length)];
    row.outages += 1;
    row.came += u64::from(outage.came);
    row.missed += u64::from(outage.missed);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Time {
        Time::ZERO + Span::from_secs(seconds)
    }

    fn counts(absences: &Absences) -> Vec<(u64, u64, u64, u64)> {
        let row = |row: &Absence| (row.low.nanos() / 1_000_000, row.outages, row.came, row.missed);
        absences.table().iter().map(row).collect()
    }

    #[test]
    fn what_ends_after_the_return_belongs_to_the_outage() {
        let mut absences = Absences::default();
        for _ in 0..3 {
            absences.waits(7);
        }
        absences.back(7, at(50), Span::from_secs(40));
        absences.ends(7, at(12), End::Expired);
        absences.ends(7, at(45), End::Replayed);
        absences.ends(7, at(49), End::Replayed);
        // Sent after the return: another story.
        absences.ends(7, at(60), End::Lost(Cause::BufferOverflow));
        assert_eq!(counts(&absences), [(30_000, 1, 2, 1)]);
    }

    #[test]
    fn each_outage_counts_by_its_own_length() {
        let mut absences = Absences::default();
        for (back, length) in [(10, 1), (20, 5), (30, 5)] {
            absences.nobody(3);
            absences.back(3, at(back), Span::from_secs(length));
        }
        assert_eq!(counts(&absences), [(1_000, 1, 0, 1), (5_000, 2, 0, 2)]);
    }

    #[test]
    fn only_outages_that_end_and_cost_something_count() {
        let mut absences = Absences::default();
        absences.nobody(1);
        absences.waits(2);
        absences.back(2, at(4), Span::from_secs(2));
        absences.ends(3, at(5), End::Lost(Cause::BusLost));
        absences.ends(3, at(5), End::Live);
        absences.back(3, at(6), Span::from_secs(2));
        assert_eq!(counts(&absences), []);
    }
}
