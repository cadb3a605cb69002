//! Calls of the fan-outs that wait for an answer: which message belongs to which instance, and how
//! many each has. Kept only where a fan-out bounds its calls; nothing is written elsewhere.
use crate::engine::{Time, number};
use std::{cmp::Reverse, collections::BinaryHeap};

/// No instance.
const NOBODY: u16 = u16::MAX;

/// What a second try takes from the bucket. Tokens are counted in millionths.
pub const TRY: u64 = 1_000_000;
/// What a bucket holds at most, and at the start: ten tries, as in the example of gRPC's retry
/// throttling (gRFC A6, `maxTokens: 10`).
pub const BUCKET: u64 = 10 * TRY;

/// What bounds the calls of each instance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The most that wait for an answer at once.
    pub in_flight: u32,
    /// What a first call adds to the bucket that second tries take from; `None`: they need none.
    pub budget: Option<u64>,
}

/// One instance.
#[derive(Clone, Copy, Debug)]
struct Caller {
    open: u32,
    peak: u32,
    calls: u64,
    retries: u64,
    bucket: u64,
}

/// What some instances have called.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Called {
    /// The most calls that one of them had waiting at once.
    pub peak: u32,
    /// First calls.
    pub calls: u64,
    /// Second tries.
    pub retries: u64,
}

/// All calls that wait for an answer.
#[derive(Clone, Debug, Default)]
pub struct Calls {
    /// By row of the slab.
    of: Vec<u16>,
    callers: Vec<Caller>,
    /// Those whose message has ended before their answer is there, and when it is.
    late: BinaryHeap<Reverse<(Time, u16)>>,
}

impl Calls {
    fn caller(&mut self, who: u16) -> &mut Caller {
        let place = usize::from(who);
        if self.callers.len() <= place {
            let idle = Caller { open: 0, peak: 0, calls: 0, retries: 0, bucket: BUCKET };
            self.callers.resize(place + 1, idle);
        }
        &mut self.callers[place]
    }

    fn take(&mut self, row: u32) -> Option<u16> {
        let who = self.of.get_mut(number::index(row))?;
        Some(std::mem::replace(who, NOBODY)).filter(|&who| who != NOBODY)
    }

    /// An instance is to call for a message; returns whether it may.
    pub fn begin(&mut self, now: Time, row: u32, who: u16, limits: Limits) -> bool {
        while let Some(&Reverse((at, who))) = self.late.peek()
            && at <= now
        {
            self.late.pop();
            self.caller(who).open -= 1;
        }
        let caller = self.caller(who);
        if caller.open >= limits.in_flight {
            return false;
        }
        caller.open += 1;
        caller.peak = caller.peak.max(caller.open);
        caller.calls += 1;
        caller.bucket = (caller.bucket + limits.budget.unwrap_or(0)).min(BUCKET);
        let place = number::index(row);
        if self.of.len() <= place {
            self.of.resize(place + 1, NOBODY);
        }
        self.of[place] = who;
        true
    }

    /// Its call has failed and is to be made once more; returns whether it may. One that has died
    /// tries nothing again where that has a budget.
    pub fn again(&mut self, row: u32, limits: Limits) -> bool {
        let who = self.of.get(number::index(row)).copied().filter(|&who| who != NOBODY);
        let price = if limits.budget.is_some() { TRY } else { 0 };
        let Some(who) = who else { return price == 0 };
        let caller = self.caller(who);
        let may = caller.bucket >= price;
        if may {
            caller.bucket -= price;
            caller.retries += 1;
        }
        may
    }

    /// The call for a message is over, if there is one.
    #[inline]
    pub fn end(&mut self, row: u32) {
        if let Some(who) = self.take(row) {
            self.caller(who).open -= 1;
        }
    }

    /// The message ends now, and the call for it at `at`.
    pub fn end_at(&mut self, row: u32, at: Time) {
        if let Some(who) = self.take(row) {
            self.late.push(Reverse((at, who)));
        }
    }

    /// An instance dies, and its calls with it. For faults: messages never scan.
    pub fn forget(&mut self, who: u16) {
        self.of.iter_mut().filter(|of| **of == who).for_each(|of| *of = NOBODY);
        self.late.retain(|Reverse((_, of))| *of != who);
        if let Some(caller) = self.callers.get_mut(usize::from(who)) {
            caller.open = 0;
        }
    }

    /// What `count` instances from `first` on have called.
    pub fn called(&self, first: u16, count: usize) -> Called {
        let mine = self.callers.iter().skip(usize::from(first)).take(count);
        mine.fold(Called::default(), |sum, one| Called {
            peak: sum.peak.max(one.peak),
            calls: sum.calls + one.calls,
            retries: sum.retries + one.retries,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Span;

    fn limits(in_flight: u32) -> Limits {
        Limits { in_flight, budget: None }
    }

    fn at(millis: u64) -> Time {
        Time::ZERO + Span::from_millis(millis)
    }

    #[test]
    fn a_call_makes_room_once_when_it_ends() {
        let mut calls = Calls::default();
        assert!(calls.begin(at(0), 0, 3, limits(2)) && calls.begin(at(0), 1, 3, limits(2)));
        assert!(!calls.begin(at(0), 2, 3, limits(2)) && calls.begin(at(0), 3, 1, limits(2)));
        calls.end(0);
        calls.end(0);
        assert!(calls.begin(at(0), 2, 3, limits(2)) && !calls.begin(at(0), 0, 3, limits(2)));
        assert_eq!(calls.called(3, 1), Called { peak: 2, calls: 3, retries: 0 });
        assert_eq!(calls.called(0, 3), Called { peak: 1, calls: 1, retries: 0 });
    }

    #[test]
    fn an_answer_can_come_after_the_end_of_its_message() {
        let mut calls = Calls::default();
        assert!(calls.begin(at(0), 0, 0, limits(1)));
        calls.end_at(0, at(5));
        assert!(!calls.begin(at(4), 1, 0, limits(1)) && calls.begin(at(5), 1, 0, limits(1)));
    }

    #[test]
    fn the_dead_wait_for_nothing() {
        let mut calls = Calls::default();
        assert!(calls.begin(at(0), 0, 0, limits(2)) && calls.begin(at(0), 1, 0, limits(2)));
        calls.end_at(1, at(5));
        calls.forget(0);
        calls.end(0);
        assert!(calls.begin(at(9), 4, 0, limits(1)) && !calls.begin(at(9), 5, 0, limits(1)));
    }

    #[test]
    fn ten_tries_are_in_the_bucket_and_each_tenth_call_adds_one() {
        let mut calls = Calls::default();
        let limits = Limits { in_flight: 1_000, budget: Some(TRY / 10) };
        let mut tried = 0;
        for row in 0..100 {
            assert!(calls.begin(at(0), row, 0, limits));
            tried += u32::from(calls.again(row, limits));
        }
        // The first adds to a full bucket.
        assert_eq!(tried, 10 + 9);
        assert!(!calls.again(777, limits) && calls.again(777, super::tests::limits(1)));
    }
}
