//! The theory of queues: what the engine measures must be what the formulas say.
//!
//! Each figure is the mean of independent pairs of replications, the second on mirrored draws
//! (1 − u), which halves the variance. Its 99.9 % Student interval must hold the true value, and
//! must be narrow enough to exclude a value that is wrong by 3 %; by 5 or 10 % where the figure
//! rests on rare and long busy periods.
use squall::engine::{
    Agenda, Draws, EventQueue, Law, Model, Service, Span, Station, Time, Waiting, run,
};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// The mean service time, and the unit of all figures below.
const UNIT: Span = Span::from_millis(1);
const PAIRS: u32 = 32;

/// A queue with c servers, fed by one arrival after another.
struct Queue {
    gaps: Law,
    service: Law,
    draws: Draws,
    mirrored: bool,
    station: Station,
    waiting: Waiting,
    arrivals: u32,
    warm_up: u32,
    waits: Vec<f64>,
    sojourns: Vec<f64>,
    refused: f64,
}

impl Queue {
    fn drawn(&self, law: &Law, purpose: usize, k: u32) -> Span {
        let unit = self.draws.unit(purpose, u64::from(k), 0);
        UNIT.scale(law.quantile(if self.mirrored { 1.0 - unit } else { unit }))
    }

    /// When the arrival after the k-th comes.
    fn next(&self, now: Time, k: u32) -> Option<Time> {
        (k + 1 < self.arrivals).then(|| now + self.drawn(&self.gaps, 0, k))
    }

    fn arrive(&mut self, now: Time, k: u32) -> Option<Service> {
        let work = self.drawn(&self.service, 1, k);
        let served = self.waiting.offer(&mut self.station, now, work);
        if k >= self.warm_up {
            match served {
                None => self.refused += 1.0,
                Some(served) => {
                    self.waits.push(served.start.since(now).float() / UNIT.float());
                    self.sojourns.push(served.finish.since(now).float() / UNIT.float());
                }
            }
        }
        served
    }
}

impl Model for Queue {
    /// Which arrival.
    type Event = u32;

    fn handle(&mut self, now: Time, k: u32, agenda: &mut Agenda<u32>) {
        if let Some(next) = self.next(now, k) {
            agenda.push(next, k + 1);
        }
        self.arrive(now, k);
    }
}

/// A kind of queue: Poisson arrivals, `load` per server, a law of service with mean 1.
struct Kind {
    servers: usize,
    load: f64,
    service: Law,
    /// How many may wait.
    bound: usize,
    /// Arrivals that count, over all pairs.
    arrivals: u32,
}

impl Kind {
    fn new(servers: usize, load: f64, service: &Law, bound: usize, arrivals: u32) -> Self {
        assert!((service.mean() - 1.0).abs() < 1e-12, "{service:?} must have the mean 1");
        Self { servers, load, service: service.clone(), bound, arrivals }
    }

    fn empty(&self, name: &str, replication: u32, mirrored: bool) -> Queue {
        let each = self.arrivals / PAIRS / 2;
        let warm_up = each / 10;
        Queue {
            gaps: Law::exponential(1.0 / (self.load * self.servers as f64)).unwrap(),
            service: self.service.clone(),
            draws: Draws::new(1, replication, name),
            mirrored,
            station: Station::new(self.servers),
            waiting: Waiting::new(self.bound),
            arrivals: each + warm_up,
            warm_up,
            waits: Vec::with_capacity(each as usize + 1),
            sojourns: Vec::with_capacity(each as usize + 1),
            refused: 0.0,
        }
    }

    fn run(&self, name: &str, replication: u32, mirrored: bool) -> Queue {
        let mut queue = self.empty(name, replication, mirrored);
        let mut agenda = Agenda::default();
        agenda.push(Time::ZERO, 0);
        run(&mut queue, &mut agenda, Time::NEVER);
        queue
    }

    /// Holds each measured figure against its true value.
    fn check(&self, name: &str, figures: &[Figure]) {
        let mut seen = vec![Vec::new(); figures.len()];
        for replication in 0..PAIRS {
            let mut pair = [false, true].map(|mirrored| self.run(name, replication, mirrored));
            for (seen, figure) in seen.iter_mut().zip(figures) {
                seen.push(mean(&pair.each_mut().map(figure.measure)));
            }
        }
        for (seen, figure) in seen.iter().zip(figures) {
            figure.check(name, seen);
        }
    }
}

/// Something to measure in each replication, and what it must be on average.
struct Figure {
    name: &'static str,
    truth: f64,
    measure: fn(&mut Queue) -> f64,
    /// The error that would be found.
    percent: f64,
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

impl Figure {
    fn new(name: &'static str, truth: f64, measure: fn(&mut Queue) -> f64) -> Self {
        Self { name, truth, measure, percent: 3.0 }
    }

    fn within(self, percent: f64) -> Self {
        Self { percent, ..self }
    }

    #[expect(clippy::print_stdout, reason = "the figures, for whoever asks with --nocapture")]
    fn check(&self, queue: &str, seen: &[f64]) {
        let n = seen.len() as f64;
        let centre = mean(seen);
        let variance = seen.iter().map(|x| (x - centre).powi(2)).sum::<f64>() / (n - 1.0);
        let student = StudentsT::new(0.0, 1.0, n - 1.0).unwrap().inverse_cdf(0.9995);
        let half = student * (variance / n).sqrt();
        let found = format!("{queue}, {}: {centre:.6} ± {half:.6}", self.name);
        println!("{found}, true {:.6}", self.truth);
        let holds = |factor: f64| (centre - self.truth * factor).abs() <= half;
        assert!(holds(1.0), "{found} does not hold {}", self.truth);
        let (low, high) = (1.0 - self.percent / 100.0, 1.0 + self.percent / 100.0);
        assert!(!holds(low) && !holds(high), "{found} is too wide to find {} %", self.percent);
    }
}

fn mean_wait(truth: f64) -> Figure {
    Figure::new("mean wait", truth, |queue| mean(&queue.waits))
}

fn mean_sojourn(truth: f64) -> Figure {
    Figure::new("mean sojourn", truth, |queue| mean(&queue.sojourns))
}

fn p99_sojourn(truth: f64) -> Figure {
    let measure = |queue: &mut Queue| {
        let place = queue.sojourns.len() * 99 / 100;
        *queue.sojourns.select_nth_unstable_by(place, f64::total_cmp).1
    };
    Figure::new("p99 sojourn", truth, measure)
}

fn share_waiting(truth: f64) -> Figure {
    let measure = |queue: &mut Queue| {
        let waited = queue.waits.iter().filter(|&&wait| wait > 0.0).count();
        waited as f64 / queue.waits.len() as f64
    };
    Figure::new("P(wait)", truth, measure)
}

fn share_refused(truth: f64) -> Figure {
    let measure = |queue: &mut Queue| queue.refused / (queue.refused + queue.waits.len() as f64);
    Figure::new("loss", truth, measure)
}

/// The probability that all of `servers` are busy when nobody may wait.
fn erlang_b(servers: usize, offered: f64) -> f64 {
    (1..=servers).fold(1.0, |b, c| offered * b / (c as f64 + offered * b))
}

/// The probability of waiting when everybody may.
fn erlang_c(servers: usize, load: f64) -> f64 {
    let b = erlang_b(servers, load * servers as f64);
    b / (1.0 - load * (1.0 - b))
}

/// Pollaczek and Khinchine: the mean wait at one server with mean service 1.
fn pollaczek(load: f64, cv2: f64) -> f64 {
    load * (1.0 + cv2) / (2.0 * (1.0 - load))
}

fn same(value: f64, anchor: f64) {
    assert!((value - anchor).abs() < 6e-7 * anchor.max(1.0), "{value} is not {anchor}");
}

fn exponential() -> Law {
    Law::exponential(1.0).unwrap()
}

/// The formulas themselves, against figures from elsewhere.
#[test]
fn formulas_give_the_known_figures() {
    let waits = [(2, 0.8, 0.711_111, 1.777_778), (10, 0.9, 0.668_732, 0.668_732)];
    let many = [(50, 0.95, 0.629_095, 0.251_638), (100, 0.9, 0.216_940, 0.021_694)];
    for (servers, load, waiting, wait) in waits.into_iter().chain(many) {
        same(erlang_c(servers, load), waiting);
        same(erlang_c(servers, load) / (servers as f64 * (1.0 - load)), wait);
    }
    same(erlang_b(10, 7.0), 0.078_741);
    same(erlang_b(100, 95.0), 0.048_804);
    same(erlang_b(1000, 950.0), 0.003_649_29);
    same(erlang_b(50_000, 50_500.0), 0.011_437_7);
    for (load, wait) in [(0.5, 2.5), (0.8, 10.0), (0.9, 22.5)] {
        same(pollaczek(load, 4.0), wait);
    }
    same(bounded_loss(0.9, 10), 0.050_814);
}

/// M/M/1 with room for `room` jobs in all.
fn bounded_loss(load: f64, room: i32) -> f64 {
    (1.0 - load) * load.powi(room) / (1.0 - load.powi(room + 1))
}

#[test]
fn one_exponential_server() {
    for (load, arrivals) in [(0.5, 2_000_000), (0.8, 6_000_000), (0.9, 12_000_000)] {
        let kind = Kind::new(1, load, &exponential(), usize::MAX, arrivals);
        let truth = 1.0 / (1.0 - load);
        let p99 = p99_sojourn(100_f64.ln() * truth).within(5.0);
        kind.check(&format!("M/M/1 at {load}"), &[mean_sojourn(truth), p99]);
    }
}

#[test]
fn a_few_exponential_servers() {
    check_many(2, 0.8, 3_000_000, 3.0);
    check_many(10, 0.9, 24_000_000, 3.0);
}

#[test]
fn many_exponential_servers() {
    check_many(50, 0.95, 24_000_000, 5.0);
    check_many(100, 0.9, 12_000_000, 10.0);
}

fn check_many(servers: usize, load: f64, arrivals: u32, percent: f64) {
    let kind = Kind::new(servers, load, &exponential(), usize::MAX, arrivals);
    let waiting = erlang_c(servers, load);
    let wait = waiting / (servers as f64 * (1.0 - load));
    let name = format!("M/M/{servers} at {load}");
    kind.check(&name, &[share_waiting(waiting), mean_wait(wait).within(percent)]);
}

#[test]
fn one_constant_server() {
    for (load, arrivals) in [(0.5, 1_000_000), (0.9, 8_000_000)] {
        let kind = Kind::new(1, load, &Law::constant(1.0).unwrap(), usize::MAX, arrivals);
        kind.check(&format!("M/D/1 at {load}"), &[mean_wait(pollaczek(load, 0.0))]);
    }
}

#[test]
fn one_irregular_server() {
    let rare = Law::empirical([0.0, 0.0, 0.0, 0.0, 5.0]).unwrap();
    check_irregular("two values", 0.8, &rare, 4.0, 8_000_000);
    check_irregular("gamma", 0.5, &Law::gamma(0.25, 4.0).unwrap(), 4.0, 2_000_000);
    let sigma = 2f64.ln().sqrt();
    let lognormal = Law::Lognormal { mu: -0.5 * sigma * sigma, sigma };
    check_irregular("lognormal", 0.5, &lognormal, 1.0, 2_000_000);
}

fn check_irregular(name: &str, load: f64, service: &Law, cv2: f64, arrivals: u32) {
    let kind = Kind::new(1, load, service, usize::MAX, arrivals);
    kind.check(&format!("M/G/1 at {load}, {name}"), &[mean_wait(pollaczek(load, cv2))]);
}

#[test]
fn one_server_with_a_bound() {
    let kind = Kind::new(1, 0.9, &exponential(), 9, 4_000_000);
    kind.check("M/M/1/10 at 0.9", &[share_refused(bounded_loss(0.9, 10))]);
}

#[test]
fn nobody_may_wait() {
    // Erlang's loss does not depend on the law of the holding time.
    let laws = [
        exponential(),
        Law::constant(1.0).unwrap(),
        Law::uniform(0.0, 2.0).unwrap(),
        Law::empirical([0.5, 0.5, 0.5, 0.5, 3.0]).unwrap(),
    ];
    for (servers, offered, arrivals) in [(10, 7.0, 1_000_000), (100, 95.0, 4_000_000)] {
        for (place, law) in laws.iter().enumerate() {
            let kind = Kind::new(servers, offered / servers as f64, law, 0, arrivals);
            let name = format!("Erlang B, {servers} servers, law {place}");
            kind.check(&name, &[share_refused(erlang_b(servers, offered))]);
        }
    }
}

/// Counts those present at every arrival and departure.
struct Present {
    queue: Queue,
    departs: Vec<Time>,
    count: u64,
    last: Time,
    area: u128,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Passage {
    Departs,
    Arrives(u32),
}

impl Present {
    fn new(servers: usize) -> Self {
        let kind = Kind::new(servers, 0.9, &exponential(), usize::MAX, 2 * PAIRS * 5_000);
        let queue = Queue { warm_up: 0, ..kind.empty("Little", 0, false) };
        Self { queue, departs: Vec::new(), count: 0, last: Time::ZERO, area: 0 }
    }
}

impl Model for Present {
    type Event = Passage;

    fn handle(&mut self, now: Time, event: Passage, agenda: &mut Agenda<Passage>) {
        self.area += u128::from(self.count) * u128::from(now.since(self.last).nanos());
        self.last = now;
        let Passage::Arrives(k) = event else {
            self.count -= 1;
            return;
        };
        self.count += 1;
        if let Some(next) = self.queue.next(now, k) {
            agenda.push(next, Passage::Arrives(k + 1));
        }
        let served = self.queue.arrive(now, k).unwrap();
        agenda.push(served.finish, Passage::Departs);
        self.departs.push(served.finish);
    }
}

/// Little: the time that all spend here is the integral of how many are here, to the nanosecond.
#[test]
fn those_present_are_those_who_stay() {
    for servers in [1, 3, 10] {
        let mut model = Present::new(servers);
        let mut agenda = Agenda::default();
        agenda.push(Time::ZERO, Passage::Arrives(0));
        run(&mut model, &mut agenda, Time::NEVER);
        assert_eq!(model.count, 0);
        assert_eq!(model.departs.iter().max(), Some(&model.last));
        let stays = model.queue.sojourns.iter().sum::<f64>() * UNIT.float();
        assert!((stays / model.area as f64 - 1.0).abs() < 1e-12, "{stays} {}", model.area);
    }
}
