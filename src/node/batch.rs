//! Many equal jobs that arrive at a station at once: one step for all of them.
use crate::engine::{Span, Station, Time, number};

/// When the jobs of a batch end: the first, the last, and the others evenly between them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Batch {
    /// End of the first job.
    pub first: Time,
    /// End of the last job.
    pub last: Time,
    /// How many jobs, at least one.
    pub jobs: u32,
}

impl Batch {
    /// The end of the job at `place`, a share in (0, 1) of the batch.
    pub fn at(&self, place: f64) -> Time {
        self.first + self.last.since(self.first).scale(place)
    }

    /// Takes `jobs` jobs that arrive now and need `work` of one server each: the servers are
    /// afterwards as busy as if each had been taken for itself.
    ///
    /// Server i ends its k-th job at sᵢ + k·work, where sᵢ is when it is free; the jobs end at the
    /// earliest of all these instants. The batch says the first and the last of them. In between
    /// they are even where the servers are free at the same time, and else within the spread of sᵢ.
    pub fn arrive(station: &mut Station, now: Time, jobs: u32, work: Span) -> Self {
        let jobs = jobs.max(1);
        if jobs == 1 || work == Span::ZERO {
            let finish = station.arrive(now, work).finish;
            return Self { first: finish, last: finish, jobs };
        }
        let mut starts = station.free_from(now);
        starts.sort_unstable();
        let first = starts[0] + work;
        let last = last_end(&starts, jobs, work);
        let mut left = jobs;
        let before = |start: Time, until: Time| until.since(start).nanos() / work.nanos();
        // All that end before the last instant, then as many at it as there are left.
        let just_before = Time::from_nanos(last.nanos() - 1);
        let mut counts: Vec<u64> = starts.iter().map(|&it| before(it, just_before)).collect();
        left -= number::low(counts.iter().sum());
        for (count, &start) in counts.iter_mut().zip(&starts) {
            if left > 0 && before(start, last) > *count {
                *count += 1;
                left -= 1;
            }
        }
        // The earliest server takes its share as one job, then the next one is the earliest.
        for &count in counts.iter().take_while(|&&count| count > 0) {
            station.arrive(now, work.times(count));
        }
        Self { first, last, jobs }
    }
}

/// The instant at which the last of `jobs` jobs ends, by bisection over the instants.
fn last_end(starts: &[Time], jobs: u32, work: Span) -> Time {
    let ended = |until: Time| -> u64 {
        starts.iter().map(|&start| until.since(start).nanos() / work.nanos()).sum()
    };
    let (mut low, mut high) =
        (starts[0].nanos(), (starts[0] + work.times(u64::from(jobs))).nanos());
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if ended(Time::from_nanos(middle)) >= u64::from(jobs) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Time::from_nanos(high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Draws, draws};

    fn at(nanos: u64) -> Time {
        Time::from_nanos(nanos)
    }

    #[test]
    fn an_idle_station_serves_a_batch_in_rounds() {
        let mut station = Station::new(3);
        let batch = Batch::arrive(&mut station, at(100), 7, Span::from_nanos(10));
        assert_eq!(batch, Batch { first: at(110), last: at(130), jobs: 7 });
        assert_eq!(station.busy(), Span::from_nanos(70));
        // One server is busy until 130, two until 120.
        assert_eq!(station.arrive(at(100), Span::from_nanos(1)).start, at(120));
        assert_eq!(station.arrive(at(100), Span::from_nanos(20)).start, at(120));
        assert_eq!(station.arrive(at(100), Span::from_nanos(1)).start, at(121));
    }

    /// A batch leaves a station as the same jobs one after another do, whatever is in hand.
    #[test]
    fn a_batch_is_its_jobs() {
        let draws = Draws::new(7, 0, "batch");
        for case in 0..500_u64 {
            let draw = |k: u32, n: u32| draws::below(draws.bits(0usize, case, k), n);
            let servers = number::index(1 + draw(0, 9));
            let (mut one, mut other) = (Station::new(servers), Station::new(servers));
            let mut now = at(0);
            for step in 0..6 {
                now += Span::from_nanos(u64::from(draw(10 + step, 300)));
                let jobs = 1 + draw(20 + step, 40);
                let work = Span::from_nanos(u64::from(draw(30 + step, 60)));
                let batch = Batch::arrive(&mut one, now, jobs, work);
                let ends: Vec<Time> = (0..jobs).map(|_| other.arrive(now, work).finish).collect();
                assert_eq!(Some(&batch.first), ends.iter().min(), "case {case}");
                assert_eq!(Some(&batch.last), ends.iter().max(), "case {case}");
                assert_eq!(one.busy(), other.busy());
                let later = Span::from_nanos(u64::from(draw(40 + step, 90)));
                let single = [&mut one, &mut other].map(|it| it.arrive(now, later).finish);
                assert_eq!(single[0], single[1], "case {case}");
            }
        }
    }
}
