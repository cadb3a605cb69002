//! What is under way at the horizon without being late: of what was sent shortly before, as many as
//! had not arrived at the same age in the steady time.
use super::{Recorder, phase::Account};
use crate::engine::{Span, Time, number};

/// How long deliveries take, for the question how many of so many take longer.
struct Ages {
    /// From the shortest: a lag, how many take no longer, and the sum of what those take.
    all: Vec<(f64, f64, f64)>,
    /// How many have ended, and how many of them arrived.
    ended: f64,
    arrived: f64,
}

impl Ages {
    /// Those of an account; none where nothing ended.
    fn of(account: &Account) -> Option<Self> {
        let ended = account.ledger.intended.saturating_sub(account.ledger.pending());
        let (mut no_longer, mut sum) = (0.0, 0.0);
        let bucket = |(low, high, count): (Span, Span, u64)| {
            let lag = f64::midpoint(low.seconds(), high.seconds());
            no_longer += number::float(count);
            sum += number::float(count) * lag;
            (lag, no_longer, sum)
        };
        let all: Vec<_> = account.lag.buckets().map(bucket).collect();
        let arrived = all.last()?.1;
        (ended > 0).then(|| Self { all, ended: number::float(ended), arrived })
    }

    /// Where one a second was sent for the last `age` seconds, so many are under way: the integral
    /// over the ages of the share that takes longer.
    fn under_way(&self, age: f64) -> f64 {
        let place = self.all.partition_point(|&(lag, ..)| lag <= age);
        let (no_longer, sum) =
            place.checked_sub(1).map_or((0.0, 0.0), |last| (self.all[last].1, self.all[last].2));
        (sum + age * (self.arrived - no_longer)) / self.ended
    }

    /// The longest that any takes, in seconds.
    fn longest(&self) -> f64 {
        self.all.last().map_or(0.0, |it| it.0)
    }
}

impl Recorder {
    /// Of what was sent in a phase, how many would be under way at the horizon if they took as long
    /// as those of the steady time; none where nothing has arrived in that. What is sent in a tick
    /// is spread over it evenly.
    pub fn usually_pending(&self, phase: &str) -> Option<f64> {
        let steady = self.phases.iter().find(|it| it.name == "steady")?;
        let [before, window] = &steady.accounts;
        let ages = Ages::of(window).or_else(|| Ages::of(before))?;
        let (tick, horizon) = (self.series.tick().seconds(), self.horizon().seconds());
        let ends = self.stretches.iter().skip(1).map(|&(_, start)| start);
        let stretches = self.stretches.iter().zip(ends.chain([self.horizon()]));
        let own = stretches.filter(|((of, _), _)| self.phases[*of].name == phase);
        let of = |(&(_, start), end): (&(usize, Time), Time)| {
            let begin = start.seconds().max(horizon - ages.longest() - tick);
            let first = number::place(number::floor((begin / tick).max(0.0)));
            let rows = self.series.rows().iter().enumerate().skip(first);
            let opens = |bin: usize| number::float(number::count(bin)) * tick;
            let rows = rows.take_while(|(bin, _)| opens(*bin) < end.seconds());
            rows.map(|(bin, row)| {
                let opens = opens(bin);
                let (from, to) = (opens.max(start.seconds()), (opens + tick).min(end.seconds()));
                let [young, old] = [horizon - to, horizon - from].map(|age| ages.under_way(age));
                number::float(row.sent) / tick * (old - young).max(0.0)
            })
            .sum::<f64>()
        };
        Some(own.map(of).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Cause, End};

    fn at(millis: u64) -> Time {
        Time::ZERO + Span::from_millis(millis)
    }

    /// Ten a second, each up to 10 s in a mailbox, of which a tenth is lost: of the last 10 s half
    /// are on their way, and of those sent before that nobody.
    #[test]
    fn as_many_are_under_way_as_take_longer() {
        let mut record = Recorder::new(Time::ZERO, at(100_000), Span::from_secs(1), 1);
        record.enter(at(80_000), "busy");
        for (place, millis) in (0..100_000).step_by(100).enumerate() {
            let (sent, id) = (at(millis), number::row(place));
            record.sent(sent, id);
            let lag = 100 * (number::count(place) * 37 % 100) + 50;
            if number::count(place) % 10 == 3 {
                record.delivery(sent, sent, id, End::Lost(Cause::BusLost));
            } else if millis + lag < 100_000 {
                record.delivery(at(millis + lag), sent, id, End::Live);
            } else {
                record.pending(sent, false);
            }
        }
        let usual = record.usually_pending("busy").unwrap();
        assert!((usual - 45.0).abs() < 1.0, "{usual}");
        assert!(record.usually_pending("steady").unwrap() < 1e-9);
        assert_eq!(record.usually_pending("nothing"), Some(0.0));
    }

    #[test]
    fn where_nothing_arrives_nothing_is_usual() {
        let mut record = Recorder::new(Time::ZERO, at(1_000), Span::from_millis(100), 1);
        record.sent(at(500), 0);
        record.pending(at(500), false);
        assert_eq!(record.usually_pending("steady"), None);
    }
}
