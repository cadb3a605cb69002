//! How many attempts a balancer lets through: an exact count, without events of its own.
use super::parameters::Admission;
use crate::engine::{Span, Time};

/// An admission law in motion.
#[derive(Clone, Debug)]
pub struct Gate {
    law: Admission,
    /// Admissions so far, in units of the integrated rate; unused ones beyond the burst are gone.
    spent: f64,
    /// The interval of the last batch, and what is left of it.
    batch: (u64, u32),
}

impl Gate {
    /// A gate that has let nobody through.
    pub fn new(law: Admission) -> Self {
        Self { law, spent: f64::MIN, batch: (u64::MAX, 0) }
    }

    /// Whether an attempt that comes now may pass; if so, it is counted.
    pub fn admits(&mut self, now: Time) -> bool {
        match self.law {
            Admission::Batches { size, every } => {
                let interval = now.nanos() / every.nanos().max(1);
                if self.batch.0 != interval {
                    self.batch = (interval, size);
                }
                let left = self.batch.1 > 0;
                self.batch.1 = self.batch.1.saturating_sub(1);
                left
            }
            Admission::TokenBucket { rate, burst } => {
                self.spend(rate.0 * now.seconds(), f64::from(burst))
            }
            // What a tenth of a second lets through may be saved up.
            Admission::Ramp { from, to, start, over } => {
                let burst = (rate(self.law, now) * 0.1).max(1.0);
                self.spend(ramp([from.0, to.0], start, over, now), burst)
            }
        }
    }

    /// `exposure` is the integrated rate up to now.
    fn spend(&mut self, exposure: f64, burst: f64) -> bool {
        self.spent = self.spent.max(exposure - burst);
        let admitted = self.spent + 1.0 <= exposure;
        if admitted {
            self.spent += 1.0;
        }
        admitted
    }
}

/// The integral from 0 to `now` of a rate that goes from one value to another in a straight line.
fn ramp([from, to]: [f64; 2], start: Span, over: Span, now: Time) -> f64 {
    let before = now.since(Time::ZERO).min(start).seconds();
    let since = now.since(Time::ZERO + start);
    let on = since.min(over).seconds();
    let after = (since - since.min(over)).seconds();
    let slope = if over > Span::ZERO { (to - from) / over.seconds() } else { 0.0 };
    from * (before + on) + slope * on * on / 2.0 + to * after
}

/// How many attempts a second a law lets through at `now`.
pub fn rate(law: Admission, now: Time) -> f64 {
    match law {
        Admission::TokenBucket { rate, .. } => rate.0,
        Admission::Batches { size, every } => f64::from(size) / every.seconds(),
        Admission::Ramp { from, to, start, over } => {
            let part = now.since(Time::ZERO + start).float() / over.float().max(1.0);
            from.0 + (to.0 - from.0) * part.min(1.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{engine::number, units::Rate};

    const SECOND: Span = Span::from_secs(1);

    /// How many attempts pass that come every `gap` from one time to another.
    fn passed(law: Admission, from: Span, until: Span, gap: Span) -> u64 {
        let mut gate = Gate::new(law);
        let steps = (until - from).nanos() / gap.nanos();
        let times = (0..steps).map(|step| Time::ZERO + from + gap.times(step));
        number::count(times.filter(|&now| gate.admits(now)).count())
    }

    #[test]
    fn a_bucket_gives_its_burst_and_then_its_rate() {
        let law = Admission::TokenBucket { rate: Rate(500.0), burst: 100 };
        let gap = Span::from_micros(100);
        assert_eq!(passed(law, SECOND, SECOND + Span::from_nanos(100), Span::from_nanos(1)), 100);
        assert_eq!(passed(law, SECOND, SECOND.times(3), gap), 1_099);
    }

    #[test]
    fn batches_are_not_saved_up() {
        let law = Admission::Batches { size: 512, every: SECOND };
        let gap = Span::from_micros(500);
        assert_eq!(passed(law, Span::ZERO, SECOND.times(3), gap), 3 * 512);
        assert_eq!(passed(law, SECOND.half(), SECOND.times(2), gap), 2 * 512);
    }

    #[test]
    fn a_ramp_admits_the_integral_of_its_rate() {
        let law = Admission::Ramp {
            from: Rate(100.0),
            to: Rate(1_100.0),
            start: SECOND.times(2),
            over: SECOND.times(10),
        };
        let found = passed(law, Span::ZERO, SECOND.times(13), Span::from_micros(200));
        assert!(found.abs_diff(200 + 6_000 + 1_100) <= 111, "{found}");
        assert!((rate(law, Time::ZERO + SECOND.times(7)) - 600.0).abs() < 1e-9);
    }
}
