//! The engine alone, without any node: the experiment of Brooker, "Exponential Backoff and Jitter"
//! (AWS Architecture Blog, 2015; code: aws-samples/aws-arch-backoff-simulator). N clients write one
//! row optimistically. Each leg takes an independent |Normal(10, 2)| ms; the server answers at
//! once. A write that meets another version than it read fails, and its client backs off.
//!
//! `cargo run --release --example backoff` prints 1,000 trials of each beside the published means.
#![allow(clippy::print_stdout, reason = "an example prints")]
use squall::engine::{Agenda, Draws, EventQueue, Law, Model, Span, Time, run};

const BASE: f64 = 5e6;
const CAP: f64 = 2_000e6;

/// The laws of the article.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Backoff {
    /// At once.
    None,
    /// min(cap, base · 2^attempt).
    Exponential,
    /// Half of that, and a uniform share of the other half.
    Equal,
    /// A uniform share of that.
    Full,
    /// min(cap, base + a uniform share of three times the one before less base).
    Decorrelated,
}

/// What reaches whom; the client's number breaks ties.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Event {
    /// A read reaches the server.
    Read(u32),
    /// A write with this version reaches the server.
    Write(u32, u32),
    /// A client learns whether its write was accepted.
    Reply(u32, bool),
}

struct Trial {
    backoff: Backoff,
    leg: Law,
    draws: Draws,
    version: u32,
    calls: u32,
    done: Time,
    /// Legs and failures so far, and the last decorrelated delay, of each client.
    clients: Vec<(u32, u32, f64)>,
}

impl Trial {
    fn new(clients: u32, backoff: Backoff, trial: u32) -> Self {
        let leg = Law::normal(10e6, 2e6).expect("a law of the article");
        let draws = Draws::new(2015, trial, "clients");
        let clients = vec![(0, 0, BASE); usize::try_from(clients).expect("a machine has 32 bits")];
        Self { backoff, leg, draws, version: 0, calls: 0, done: Time::ZERO, clients }
    }

    fn client(&mut self, client: u32) -> &mut (u32, u32, f64) {
        &mut self.clients[usize::try_from(client).expect("a machine has 32 bits")]
    }

    fn leg(&mut self, client: u32) -> Span {
        let legs = &mut self.client(client).0;
        *legs += 1;
        let k = *legs;
        let nanos = self.leg.quantile(self.draws.unit(0_usize, u64::from(client), k));
        Span::from_float(nanos.abs())
    }

    fn delay(&mut self, client: u32) -> Span {
        let row = self.client(client);
        row.1 += 1;
        let (failures, previous) = (row.1, row.2);
        let unit = self.draws.unit(1_usize, u64::from(client), failures);
        let expo = CAP.min(BASE * 2_f64.powi(failures.min(60).cast_signed()));
        let nanos = match self.backoff {
            Backoff::None => 0.0,
            Backoff::Exponential => expo,
            Backoff::Equal => expo / 2.0 + unit * expo / 2.0,
            Backoff::Full => unit * expo,
            Backoff::Decorrelated => CAP.min(BASE + unit * (3.0 * previous - BASE)),
        };
        self.client(client).2 = nanos;
        Span::from_float(nanos)
    }
}

impl Model for Trial {
    type Event = Event;

    fn handle(&mut self, now: Time, event: Event, agenda: &mut Agenda<Event>) {
        match event {
            Event::Read(client) => {
                let version = self.version;
                let ways = self.leg(client) + self.leg(client);
                agenda.push(now + ways, Event::Write(client, version));
            }
            Event::Write(client, version) => {
                self.calls += 1;
                let accepted = version == self.version;
                self.version += u32::from(accepted);
                let leg = self.leg(client);
                agenda.push(now + leg, Event::Reply(client, accepted));
            }
            Event::Reply(_, true) => self.done = now,
            Event::Reply(client, false) => {
                let wait = self.delay(client) + self.leg(client);
                agenda.push(now + wait, Event::Read(client));
            }
        }
    }
}

/// The mean time in ms, its standard error, and the mean calls, over so many trials.
pub fn means(clients: u32, backoff: Backoff, trials: u32) -> (f64, f64, f64) {
    let of = |trial| {
        let mut model = Trial::new(clients, backoff, trial);
        let mut agenda = Agenda::default();
        for client in 0..clients {
            let leg = model.leg(client);
            agenda.push(Time::ZERO + leg, Event::Read(client));
        }
        run(&mut model, &mut agenda, Time::NEVER);
        (model.done.seconds() * 1e3, f64::from(model.calls))
    };
    let all: Vec<(f64, f64)> = (0..trials).map(of).collect();
    let n = f64::from(trials);
    let mean = all.iter().map(|trial| trial.0).sum::<f64>() / n;
    let variance = all.iter().map(|trial| (trial.0 - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let calls = all.iter().map(|trial| trial.1).sum::<f64>() / n;
    (mean, (variance / n).sqrt(), calls)
}

/// Clients, law, mean ms and its standard error, mean calls: 1,000 trials of the article's code.
pub const TABLE: [(u32, Backoff, f64, f64, f64); 15] = [
    (10, Backoff::None, 381.8, 1.1, 51.04),
    (10, Backoff::Exponential, 3426.0, 41.0, 50.68),
    (10, Backoff::Equal, 722.5, 5.8, 42.45),
    (10, Backoff::Full, 464.3, 3.3, 38.95),
    (10, Backoff::Decorrelated, 436.8, 2.8, 37.67),
    (50, Backoff::None, 1140.9, 1.4, 689.2),
    (50, Backoff::Exponential, 36472.0, 103.0, 624.1),
    (50, Backoff::Equal, 4253.0, 18.0, 347.2),
    (50, Backoff::Full, 2883.0, 18.0, 332.6),
    (50, Backoff::Decorrelated, 2202.0, 16.0, 374.2),
    (100, Backoff::None, 2027.9, 1.4, 2422.8),
    (100, Backoff::Exponential, 63267.0, 118.0, 1854.3),
    (100, Backoff::Equal, 6645.0, 20.0, 812.3),
    (100, Backoff::Full, 4926.0, 17.0, 796.0),
    (100, Backoff::Decorrelated, 4568.0, 21.0, 1003.0),
];

/// How far a mean time is from the published one, in combined standard errors.
pub fn errors((mean, own): (f64, f64), (published, other): (f64, f64)) -> f64 {
    (mean - published).abs() / (other * other + own * own).sqrt()
}

fn main() {
    println!("clients  backoff            ms  published  standard errors   calls  published");
    for (clients, backoff, ms, error, calls) in TABLE {
        let (mean, own, found) = means(clients, backoff, 1_000);
        let far = errors((mean, own), (ms, error));
        let law = format!("{backoff:?}");
        println!(
            "{clients:7}  {law:12} {mean:8.1}  {ms:9.1}  {far:15.1}  {found:6.1}  {calls:9.1}"
        );
    }
}
