//! The network of stations and the hold model of `benches/peers/README.md` on squall's engine.
//!
//! `benches/peers/run` runs it beside the other simulators.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a bench measures and prints")]
#![allow(clippy::cast_precision_loss)]
#![allow(missing_docs)]
use squall::engine::{Agenda, Draws, EventQueue, Law, Model, Span, Station, Time, run};
use std::time::Instant;

const CUSTOMERS: u32 = 200_000;
const TIMERS: u32 = 100_000;
const SECOND: f64 = 1e9;

/// A network: a source, two stations with a delay between them.
struct Network {
    draws: Draws,
    gap: Law,
    stations: [(Station, Law); 2],
    /// When each customer came.
    came: Vec<Time>,
    sojourn: Span,
    left: u32,
}

/// What happens to a customer. A station needs no event of its own when a service ends: the finish
/// is known on arrival, and the delay behind it is part of the next event's time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Comes,
    Arrives(u32),
    Leaves(u32),
}

impl Network {
    fn serve(&mut self, now: Time, place: usize, customer: u32) -> Time {
        let (station, law) = &mut self.stations[place];
        let unit = self.draws.unit(1 + place, u64::from(customer), 0);
        station.arrive(now, Span::from_float(law.quantile(unit))).finish
    }

    fn next(&self) -> Span {
        Span::from_float(self.gap.quantile(self.draws.unit(0usize, self.came.len() as u64, 0)))
    }
}

impl Model for Network {
    type Event = Step;

    fn handle(&mut self, now: Time, event: Step, agenda: &mut Agenda<Step>) {
        match event {
            Step::Comes => {
                let customer = CUSTOMERS - 1 - self.left;
                self.came.push(now);
                let finish = self.serve(now, 0, customer);
                agenda.push(finish + Span::from_secs(1), Step::Arrives(customer));
                if self.left > 0 {
                    self.left -= 1;
                    agenda.push(now + self.next(), Step::Comes);
                }
            }
            Step::Arrives(customer) => {
                let finish = self.serve(now, 1, customer);
                agenda.push(finish, Step::Leaves(customer));
            }
            Step::Leaves(customer) => {
                self.sojourn += now.since(self.came[customer as usize]);
            }
        }
    }
}

fn exponential(seconds: f64) -> Law {
    Law::exponential(seconds * SECOND).expect("the mean is positive")
}

/// The mean time of a customer in the network, in seconds.
fn network() -> f64 {
    let mut agenda = Agenda::default();
    let mut network = Network {
        draws: Draws::new(1, 0, "network"),
        gap: exponential(1.0 / 7.0),
        stations: [(Station::new(10), exponential(1.0)), (Station::new(5), exponential(0.5))],
        came: Vec::new(),
        sojourn: Span::ZERO,
        left: CUSTOMERS - 1,
    };
    agenda.push(Time::ZERO + network.next(), Step::Comes);
    run(&mut network, &mut agenda, Time::NEVER);
    assert_eq!(network.came.len(), CUSTOMERS as usize);
    network.sojourn.seconds() / f64::from(CUSTOMERS)
}

/// Timers that are set again whenever they fire.
struct Timers {
    draws: Draws,
    gap: Law,
    /// How often each has fired.
    fired: Vec<u32>,
}

impl Timers {
    fn gap(&self, timer: u32) -> Span {
        let fired = self.fired[timer as usize];
        Span::from_float(self.gap.quantile(self.draws.unit(0usize, u64::from(timer), fired)))
    }
}

impl Model for Timers {
    type Event = u32;

    fn handle(&mut self, now: Time, timer: u32, agenda: &mut Agenda<u32>) {
        self.fired[timer as usize] += 1;
        agenda.push(now + self.gap(timer), timer);
    }
}

/// How many timers fire in 300 s.
fn hold() -> f64 {
    let mut agenda = Agenda::default();
    let draws = Draws::new(1, 0, "timers");
    let mut timers = Timers { draws, gap: exponential(30.0), fired: vec![0; TIMERS as usize] };
    for timer in 0..TIMERS {
        agenda.push(Time::ZERO + timers.gap(timer), timer);
    }
    run(&mut timers, &mut agenda, Time::ZERO + Span::from_secs(300));
    timers.fired.iter().map(|&fired| f64::from(fired)).sum()
}

fn main() {
    for (name, model) in [("network", network as fn() -> f64), ("hold", hold)] {
        let start = Instant::now();
        let result = model();
        println!("{name} {} {result}", start.elapsed().as_secs_f64());
    }
}
