//! What an instance has pushed to many, until it has arrived: as counts of lags.
use super::{descents::Lags, fate::Entry, feed::Coming};
use crate::engine::{Span, Time};
use crate::node::batch::Batch;
use std::{collections::VecDeque, ops::Range};

/// One message on its way from an instance to its readers.
#[derive(Clone, Debug)]
pub struct Flight {
    topic: u32,
    number: u32,
    entry: Entry,
    batch: Batch,
    /// Ascending; those before `next` have arrived.
    lags: Vec<Lags>,
    next: usize,
}

impl Flight {
    /// One that has just been pushed.
    pub fn new(topic: u32, coming: Coming, batch: Batch, lags: Vec<Lags>) -> Self {
        let Coming { number, entry, .. } = coming;
        Self { topic, number, entry, batch, lags, next: 0 }
    }

    /// One copy that would arrive at about `at` does not arrive; returns whether any is left.
    fn take_one(&mut self, at: Time) -> bool {
        let lag = at.since(self.entry.sent);
        let coming = &mut self.lags[self.next..];
        let near = coming.partition_point(|it| it.lag < lag);
        let (before, after) = coming.split_at_mut(near);
        let some = |it: &&mut Lags| it.count > 0;
        let found = after.iter_mut().find(some).or_else(|| before.iter_mut().rev().find(some));
        found.map(|lags| lags.count -= 1).is_some()
    }
}

/// All that an instance has pushed and that has not arrived, in order of their numbers.
#[derive(Clone, Debug, Default)]
pub struct Flights {
    all: VecDeque<Flight>,
}

impl Flights {
    /// One more.
    pub fn push(&mut self, flight: Flight) {
        self.all.push_back(flight);
    }

    /// What has arrived by `now`: when, which message, for how many.
    pub fn land(&mut self, now: Time, mut landed: impl FnMut(Time, Entry, u32)) {
        for flight in &mut self.all {
            let begun = flight.next > 0;
            while let Some(lags) = flight.lags.get(flight.next) {
                let at = flight.entry.sent + lags.lag;
                if at > now {
                    break;
                }
                if lags.count > 0 {
                    landed(at, flight.entry, lags.count);
                }
                flight.next += 1;
            }
            if !begun && flight.next == 0 && !flight.lags.is_empty() {
                // Later ones come later still.
                break;
            }
        }
        let over = |flight: &Flight| flight.next == flight.lags.len();
        while self.all.front().is_some_and(over) {
            self.all.pop_front();
        }
    }

    /// A reader is gone at `now`, after which nothing reaches it: what was on its way to it is
    /// taken back. Its messages are those of `topic` in `its`; returns the first that it has not
    /// got. `place` is its own in the batch of a message.
    pub fn take_back(
        &mut self,
        topic: u32,
        its: Range<u32>,
        now: Time,
        way: Span,
        place: impl Fn(u32) -> f64,
    ) -> u32 {
        let mut first = its.end;
        let of_it = |it: &&mut Flight| it.topic == topic && its.contains(&it.number);
        for flight in self.all.iter_mut().rev().filter(of_it) {
            let at = flight.batch.at(place(flight.number)) + way;
            if at <= now || !flight.take_one(at) {
                break;
            }
            first = flight.number;
        }
        first
    }

    /// When the fan-out took the oldest message that has not arrived.
    pub fn oldest(&self) -> Option<Time> {
        self.all.front().map(|flight| flight.entry.kept)
    }

    /// What has not arrived: which message, for how many.
    pub fn left(&self) -> impl Iterator<Item = (Entry, u32)> + '_ {
        self.all.iter().map(|flight| {
            let left = flight.lags[flight.next..].iter().map(|lags| lags.count).sum();
            (flight.entry, left)
        })
    }
}
