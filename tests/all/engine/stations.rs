//! The station without departure events beside a plain one that has them.
use crate::property::cases;
use proptest::prelude::*;
use squall::engine::{Service, Span, Station, Time, Waiting};
use std::collections::VecDeque;

/// What happens at a station.
#[derive(Clone, Copy, Debug)]
enum Step {
    Arrive(u64),
    Crash,
    /// What is left takes so many halves, thirds, … of its time: numerator and denominator.
    Slow(u64, u64),
    Resize(usize),
}

/// Times and works are multiples of this, so that halving what is left stays exact.
const GRID: u64 = 1 << 12;

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
    now: u64,
    /// Service given so far, over all servers.
    given: u64,
}

impl Plain {
    fn new(servers: usize, bound: usize) -> Self {
        let (serving, line, starts, fates) = Default::default();
        Self { servers, bound, serving, line, starts, fates, now: 0, given: 0 }
    }

    fn pass(&mut self, now: u64) {
        self.given += self.serving.len() as u64 * (now - self.now);
        self.now = now;
    }

    fn depart_until(&mut self, now: u64) {
        while let Some(&(finish, job)) = self.serving.iter().min().filter(|first| first.0 <= now) {
            self.pass(finish);
            self.serving.retain(|other| other.1 != job);
            self.fates[job] = Fate::Served { start: self.starts[job], finish };
            self.call(finish);
        }
    }

    /// Those first in line begin, as far as there are servers: one that was taken away while it
    /// worked does not take another job.
    fn call(&mut self, now: u64) {
        while self.serving.len() < self.servers {
            let Some((next, work)) = self.line.pop_front() else { break };
            self.begin(now, next, work);
        }
    }

    fn begin(&mut self, now: u64, job: usize, work: u64) {
        self.starts[job] = now;
        self.serving.push((now + work, job));
    }

    fn step(&mut self, now: u64, step: Step) {
        self.depart_until(now);
        self.pass(now);
        match step {
            Step::Arrive(work) => self.arrive(now, work),
            Step::Crash => {
                self.serving.clear();
                self.line.clear();
            }
            Step::Slow(by, over) => {
                self.serving.iter_mut().for_each(|job| job.0 = now + (job.0 - now) * by / over);
                self.line.iter_mut().for_each(|job| job.1 = job.1 * by / over);
            }
            Step::Resize(servers) => {
                self.servers = servers;
                self.call(now);
                self.depart_until(now);
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

/// What became of the jobs, the service given by the time of each step, and in all.
#[derive(PartialEq, Debug)]
struct Ledger {
    fates: Vec<Fate>,
    given: Vec<u64>,
    busy: u64,
}

fn plainly(servers: usize, bound: usize, steps: &[(u64, Step)]) -> Ledger {
    let mut plain = Plain::new(servers, bound);
    let mut given = Vec::new();
    for &(now, step) in steps {
        plain.step(now, step);
        given.push(plain.given);
    }
    plain.depart_until(u64::MAX);
    Ledger { fates: plain.fates, given, busy: plain.given }
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
            Step::Slow(by, over) => self.slow(at, by, over),
            Step::Resize(servers) => self.resize(at, servers),
        }
    }

    fn slow(&mut self, at: Time, by: u64, over: u64) {
        let factor = by as f64 / over as f64;
        self.station.slow(at, factor);
        self.waiting.slow(at, factor);
        let later = |time: Time| time.min(at) + time.since(at).scale(factor);
        for (job, _) in self.jobs.iter_mut().zip(&self.lost).filter(|(_, lost)| !**lost) {
            let moved =
                |job: Service| Service { start: later(job.start), finish: later(job.finish) };
            *job = job.map(moved);
        }
    }

    fn resize(&mut self, at: Time, servers: usize) {
        let waits = |job: &Option<Service>| job.is_some_and(|job| job.start > at);
        let waiting: Vec<usize> =
            (0..self.jobs.len()).filter(|&job| waits(&self.jobs[job]) && !self.lost[job]).collect();
        let mut services: Vec<Service> = waiting.iter().filter_map(|&job| self.jobs[job]).collect();
        self.station.resize(at, servers, &mut services);
        self.waiting.restart(at, &services);
        for (job, service) in waiting.into_iter().zip(services) {
            self.jobs[job] = Some(service);
        }
    }
}

fn exactly(servers: usize, bound: usize, steps: &[(u64, Step)]) -> Ledger {
    let (station, waiting) = (Station::new(servers), Waiting::new(bound));
    let mut exact = Exact { station, waiting, jobs: Vec::new(), lost: Vec::new() };
    let mut given = Vec::new();
    for &(now, step) in steps {
        exact.step(now, step);
        given.push(exact.station.done(Time::from_nanos(now)).nanos());
    }
    let fate = |(job, lost): (&Option<Service>, &bool)| match job {
        None => Fate::Refused,
        Some(_) if *lost => Fate::Lost,
        Some(job) => Fate::Served { start: job.start.nanos(), finish: job.finish.nanos() },
    };
    let fates = exact.jobs.iter().zip(&exact.lost).map(fate).collect();
    Ledger { fates, given, busy: exact.station.busy().nanos() }
}

/// Six changes of speed each way, by four at the most: what is left stays on whole nanoseconds, and
/// below 2^53 of them.
fn within_reach(steps: &mut [(u64, Step)]) {
    let (mut slower, mut faster) = (0, 0);
    for (_, step) in steps {
        if let Step::Slow(by, over) = step {
            let count = if by > over { &mut slower } else { &mut faster };
            *count += 1;
            if *count > 6 {
                (*by, *over) = (1, 1);
            }
        }
    }
}

fn steps() -> impl Strategy<Value = Vec<(u64, Step)>> {
    let arrive = prop_oneof![Just(0), 0u64..30, 0u64..1000];
    let slow = prop::sample::select(vec![(2, 1), (3, 1), (4, 1), (3, 2), (1, 2), (1, 4), (3, 4)]);
    let step = prop_oneof![
        30 => arrive.prop_map(|work| Step::Arrive(work * GRID)),
        1 => Just(Step::Crash),
        1 => slow.prop_map(|(by, over)| Step::Slow(by, over)),
        2 => (1usize..=8).prop_map(Step::Resize),
    ];
    let gap = prop_oneof![2 => Just(0u64), 5 => 0u64..20, 1 => 0u64..500];
    prop::collection::vec((gap, step), 0..150).prop_map(|steps| {
        let clock = |now: &mut u64, (gap, step): (u64, Step)| {
            *now += gap * GRID;
            Some((*now, step))
        };
        let mut steps: Vec<_> = steps.into_iter().scan(0, clock).collect();
        within_reach(&mut steps);
        steps
    })
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn no_departure_event_is_missed(
        servers in 1usize..=8,
        bound in prop_oneof![Just(usize::MAX), 0usize..6],
        steps in steps(),
    ) {
        prop_assert_eq!(exactly(servers, bound, &steps), plainly(servers, bound, &steps));
    }
}

/// Two servers, then one, then three: whoever has begun stays, and whoever waits is placed again.
#[test]
fn servers_come_and_go() {
    let at = |seconds| Time::ZERO + Span::from_secs(seconds);
    let mut station = Station::new(2);
    let mut jobs: Vec<Service> =
        [10, 6, 4, 5].iter().map(|&work| station.arrive(at(0), Span::from_secs(work))).collect();
    let finishes = |jobs: &[Service]| -> Vec<u64> {
        jobs.iter().map(|job| job.finish.since(at(0)).nanos() / 1_000_000_000).collect()
    };
    assert_eq!(finishes(&jobs), [10, 6, 10, 15]);
    // The server that is free at 6 goes then; the other takes all that waits from 10 on.
    station.resize(at(1), 1, &mut jobs[2..]);
    assert_eq!((finishes(&jobs), station.servers()), (vec![10, 6, 14, 19], 1));
    // One comes back before the other has gone: two are busy, one is new and idle.
    station.resize(at(2), 3, &mut jobs[2..]);
    assert_eq!(finishes(&jobs), [10, 6, 6, 11]);
    assert_eq!(station.busy(), Span::from_secs(10 + 6 + 4 + 5));
    assert_eq!(station.done(at(2)), Span::from_secs(4));
    // A crash loses what the one that is to go still does, too.
    station.resize(at(3), 1, &mut jobs[3..]);
    assert_eq!(station.clear(at(4)), Span::from_secs(6 + 2 + 2 + 5));
    assert_eq!(station.wait(at(4)), Span::ZERO);
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
