//! The station without departure events beside a plain one that has them.
use proptest::{prelude::*, test_runner::RngSeed};
use squall::engine::{Service, Span, Station, Time, Waiting};
use std::collections::VecDeque;

/// What happens at a station.
#[derive(Clone, Copy, Debug)]
enum Step {
    Arrive(u64),
    Crash,
    Slow(u8),
}

/// What became of a job.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Fate {
    Refused,
    Lost,
    Served { start: u64, finish: u64 },
}

/// A queue as one would draw it: servers, a line, and an event for every departure.
struct Plain {
    servers: usize,
    bound: usize,
    serving: Vec<(u64, usize)>,
    line: VecDeque<(usize, u64)>,
    starts: Vec<u64>,
    fates: Vec<Fate>,
}

impl Plain {
    fn depart_until(&mut self, now: u64) {
        while let Some(&(finish, job)) = self.serving.iter().min().filter(|first| first.0 <= now) {
            self.serving.retain(|other| other.1 != job);
            self.fates[job] = Fate::Served { start: self.starts[job], finish };
            if let Some((next, work)) = self.line.pop_front() {
                self.begin(finish, next, work);
            }
        }
    }

    fn begin(&mut self, now: u64, job: usize, work: u64) {
        self.starts[job] = now;
        self.serving.push((now + work, job));
    }

    fn step(&mut self, now: u64, step: Step) {
        self.depart_until(now);
        match step {
            Step::Arrive(work) => self.arrive(now, work),
            Step::Crash => {
                self.serving.clear();
                self.line.clear();
            }
            Step::Slow(factor) => {
                let factor = u64::from(factor);
                self.serving.iter_mut().for_each(|job| job.0 = now + (job.0 - now) * factor);
                self.line.iter_mut().for_each(|job| job.1 *= factor);
            }
        }
    }

    fn arrive(&mut self, now: u64, work: u64) {
        let job = self.fates.len();
        self.starts.push(0);
        self.fates.push(Fate::Lost);
        if self.serving.len() < self.servers {
            self.begin(now, job, work);
            self.depart_until(now);
        } else if self.line.len() < self.bound {
            self.line.push_back((job, work));
        } else {
            self.fates[job] = Fate::Refused;
        }
    }
}

fn plainly(servers: usize, bound: usize, steps: &[(u64, Step)]) -> Vec<Fate> {
    let (serving, line, starts, fates) = Default::default();
    let mut plain = Plain { servers, bound, serving, line, starts, fates };
    for &(now, step) in steps {
        plain.step(now, step);
    }
    plain.depart_until(u64::MAX);
    plain.fates
}

/// The same from the station's answers; faults walk over what is still there, as a model does.
struct Exact {
    station: Station,
    waiting: Waiting,
    jobs: Vec<Option<Service>>,
    lost: Vec<bool>,
}

impl Exact {
    fn step(&mut self, now: u64, step: Step) {
        let at = Time::from_nanos(now);
        match step {
            Step::Arrive(work) => {
                let work = Span::from_nanos(work);
                self.jobs.push(self.waiting.offer(&mut self.station, at, work));
                self.lost.push(false);
            }
            Step::Crash => {
                self.station.clear(at);
                self.waiting.clear();
                for (job, lost) in self.jobs.iter().zip(&mut self.lost) {
                    *lost |= job.is_some_and(|job| job.finish > at);
                }
            }
            Step::Slow(factor) => {
                self.station.slow(at, f64::from(factor));
                self.waiting.slow(at, f64::from(factor));
                let later = |time: Time| time.min(at) + time.since(at).times(u64::from(factor));
                for (job, _) in self.jobs.iter_mut().zip(&self.lost).filter(|(_, lost)| !**lost) {
                    let moved = |job: Service| Service {
                        start: later(job.start),
                        finish: later(job.finish),
                    };
                    *job = job.map(moved);
                }
            }
        }
    }
}

fn exactly(servers: usize, bound: usize, steps: &[(u64, Step)]) -> (Vec<Fate>, Station) {
    let (station, waiting) = (Station::new(servers), Waiting::new(bound));
    let mut exact = Exact { station, waiting, jobs: Vec::new(), lost: Vec::new() };
    for &(now, step) in steps {
        exact.step(now, step);
    }
    let fate = |(job, lost): (&Option<Service>, &bool)| match job {
        None => Fate::Refused,
        Some(_) if *lost => Fate::Lost,
        Some(job) => Fate::Served { start: job.start.nanos(), finish: job.finish.nanos() },
    };
    (exact.jobs.iter().zip(&exact.lost).map(fate).collect(), exact.station)
}

fn steps() -> impl Strategy<Value = Vec<(u64, Step)>> {
    let arrive = prop_oneof![Just(0), 0u64..30, 0u64..1000].prop_map(Step::Arrive);
    let step = prop_oneof![
        30 => arrive,
        1 => Just(Step::Crash),
        1 => (2u8..5).prop_map(Step::Slow)
    ];
    let gap = prop_oneof![2 => Just(0u64), 5 => 0u64..20, 1 => 0u64..500];
    prop::collection::vec((gap, step), 0..150).prop_map(|steps| {
        let clock = |now: &mut u64, (gap, step): (u64, Step)| {
            *now += gap;
            Some((*now, step))
        };
        steps.into_iter().scan(0, clock).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2000, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Default::default()
    })]

    #[test]
    fn no_departure_event_is_missed(
        servers in 1usize..=5,
        bound in prop_oneof![Just(usize::MAX), 0usize..6],
        steps in steps(),
    ) {
        let (fates, station) = exactly(servers, bound, &steps);
        prop_assert_eq!(&fates, &plainly(servers, bound, &steps));
        if !steps.iter().any(|(_, step)| matches!(step, Step::Crash | Step::Slow(_))) {
            let served = |fate: &Fate| match fate {
                Fate::Served { start, finish } => finish - start,
                Fate::Refused | Fate::Lost => 0,
            };
            prop_assert_eq!(station.busy().nanos(), fates.iter().map(served).sum::<u64>());
        }
    }
}

#[test]
fn busy_is_the_service_given_whatever_happens() {
    let at = |seconds| Time::ZERO + Span::from_secs(seconds);
    let mut station = Station::new(2);
    for work in [10, 4, 8] {
        station.arrive(at(0), Span::from_secs(work)); // ends at 10, 4, 12
    }
    station.slow(at(6), 2.0); // ends at 14 and 18
    assert_eq!(station.busy(), Span::from_secs(14 + 4 + 14));
    assert_eq!(station.wait(at(6)), Span::from_secs(8));
    assert_eq!(station.clear(at(13)), Span::from_secs(1 + 5));
    assert_eq!(station.busy(), Span::from_secs(13 + 4 + 9));
}
