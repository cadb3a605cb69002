//! How much more or less a producer sends than it would: a change of time. The k-th message has
//! the same exposure under every load, and with it all that is drawn by its number.
use super::Purpose;
use crate::engine::{Draws, Span, Time};

/// From when on a producer sends so many times its rate, in order of time; once before that.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Load {
    factors: Vec<(Time, f64)>,
}

impl Load {
    /// A load of factors above zero, in order of time.
    pub fn new(factors: Vec<(Time, f64)>) -> Self {
        Self { factors }
    }

    /// When a gap that begins now has passed, where time counts so many times as the load says.
    #[inline]
    pub fn after(&self, now: Time, gap: Span) -> Time {
        if self.factors.is_empty() { now + gap } else { self.after_changes(now, gap) }
    }

    fn after_changes(&self, now: Time, gap: Span) -> Time {
        let (mut at, mut left) = (now, gap.float());
        let (mut factor, changes) = self.from(now);
        for &(from, next) in changes {
            let until = from.since(at).float() * factor;
            if left <= until {
                break;
            }
            (left, at, factor) = (left - until, from, next);
        }
        at + Span::from_float(left / factor)
    }

    /// How much of a gap passes from `now` to `until`.
    pub fn passes(&self, now: Time, until: Time) -> Span {
        if self.factors.is_empty() {
            return until.since(now);
        }
        let (mut at, mut sum) = (now, 0.0);
        let (mut factor, changes) = self.from(now);
        for &(from, next) in changes.iter().take_while(|(from, _)| *from < until) {
            sum += from.since(at).float() * factor;
            (at, factor) = (from, next);
        }
        Span::from_float(sum + until.since(at).float() * factor)
    }

    /// The factor that holds now, and its changes to come.
    fn from(&self, now: Time) -> (f64, &[(Time, f64)]) {
        let passed = self.factors.iter().take_while(|(from, _)| *from <= now).count();
        let factor = passed.checked_sub(1).map_or(1.0, |last| self.factors[last].1);
        (factor, &self.factors[passed..])
    }

    /// When event `k` of a Poisson process of so many events a second comes, whose last event was
    /// at `now`: it inverts the integrated rate of a process of unit rate. Never without a rate.
    #[inline]
    pub fn poisson(
        &self,
        draws: &Draws,
        gap: Purpose,
        k: u64,
        rate: f64,
        now: Time,
    ) -> Option<Time> {
        (rate > 0.0).then(|| self.after(now, exposure(draws, gap, k, rate)) + Span::from_nanos(1))
    }
}

/// The gap before event `k` of a Poisson process of so many events a second, without any load.
#[inline]
pub fn exposure(draws: &Draws, gap: Purpose, k: u64, rate: f64) -> Span {
    Span::from_seconds(-libm::log(draws.unit(gap, k, 0)) / rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Time {
        Time::ZERO + Span::from_secs(seconds)
    }

    #[test]
    fn time_counts_so_many_times_as_the_load_says() {
        let load = Load::new(vec![(at(10), 3.0), (at(20), 0.5)]);
        let after = |now, gap| load.after(at(now), Span::from_secs(gap));
        assert_eq!([after(0, 4), after(0, 10), after(4, 36)], [at(4), at(10), at(20)]);
        assert_eq!([after(0, 41), after(12, 3), after(30, 2)], [at(22), at(13), at(34)]);
        let passes = |now, until| load.passes(at(now), at(until));
        assert_eq!([passes(0, 4), passes(4, 20), passes(12, 13)], [4, 36, 3].map(Span::from_secs));
        assert_eq!([passes(0, 22), passes(30, 34)], [41, 2].map(Span::from_secs));
        let plain = Load::default();
        assert_eq!(plain.passes(at(3), at(5)), Span::from_secs(2));
        assert_eq!(plain.after(at(3), Span::from_secs(2)), at(5));
    }
}
