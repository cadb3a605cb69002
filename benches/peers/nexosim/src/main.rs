//! The network of stations and the hold model of `benches/peers/README.md` in NeXosim, one thread.
use nexosim::{
    model::{Context, Model, schedulable},
    ports::{EventSinkReader, Output, SinkState, event_queue},
    simulation::{Mailbox, SimInit, SimulationError},
    time::MonotonicTime,
};
use rand::SeedableRng;
use rand_distr::{Distribution, Exp};
use rand_pcg::Pcg64Mcg;
use serde::{Deserialize, Serialize};
use std::{collections::VecDeque, time::Duration, time::Instant};

const CUSTOMERS: u32 = 200_000;
const TIMERS: u32 = 100_000;

/// An exponential duration of a mean in seconds.
#[derive(Serialize, Deserialize)]
struct Exponential {
    mean: f64,
    random: Pcg64Mcg,
}

impl Exponential {
    fn new(mean: f64, seed: u64) -> Self {
        Self { mean, random: Pcg64Mcg::seed_from_u64(seed) }
    }

    fn next(&mut self) -> Duration {
        let law = Exp::new(1.0 / self.mean).expect("the mean is positive");
        Duration::from_secs_f64(law.sample(&mut self.random)).max(Duration::from_nanos(1))
    }
}

/// A Poisson source of customers; each is the time at which it came.
#[derive(Serialize, Deserialize)]
struct Source {
    output: Output<MonotonicTime>,
    gap: Exponential,
    left: u32,
}

#[Model]
impl Source {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        cx.schedule_event(self.gap.next(), schedulable!(Self::send), ()).unwrap();
    }

    #[nexosim(schedulable)]
    async fn send(&mut self, _: (), cx: &Context<Self>) {
        self.output.send(cx.time()).await;
        self.left -= 1;
        if self.left > 0 {
            cx.schedule_event(self.gap.next(), schedulable!(Self::send), ()).unwrap();
        }
    }
}

/// So many servers and one queue, first in first out.
#[derive(Serialize, Deserialize)]
struct Station {
    output: Output<MonotonicTime>,
    service: Exponential,
    idle: u32,
    queue: VecDeque<MonotonicTime>,
}

#[Model]
impl Station {
    fn new(servers: u32, mean: f64, seed: u64) -> Self {
        let service = Exponential::new(mean, seed);
        Self { output: Output::default(), service, idle: servers, queue: VecDeque::new() }
    }

    async fn input(&mut self, customer: MonotonicTime, cx: &Context<Self>) {
        if self.idle == 0 {
            self.queue.push_back(customer);
        } else {
            self.idle -= 1;
            self.serve(customer, cx);
        }
    }

    fn serve(&mut self, customer: MonotonicTime, cx: &Context<Self>) {
        cx.schedule_event(self.service.next(), schedulable!(Self::done), customer).unwrap();
    }

    #[nexosim(schedulable)]
    async fn done(&mut self, customer: MonotonicTime, cx: &Context<Self>) {
        self.output.send(customer).await;
        match self.queue.pop_front() {
            Some(next) => self.serve(next, cx),
            None => self.idle += 1,
        }
    }
}

/// The same delay for everybody.
#[derive(Serialize, Deserialize)]
struct Delay {
    output: Output<MonotonicTime>,
    time: Duration,
}

#[Model]
impl Delay {
    async fn input(&mut self, customer: MonotonicTime, cx: &Context<Self>) {
        cx.schedule_event(self.time, schedulable!(Self::done), customer).unwrap();
    }

    #[nexosim(schedulable)]
    async fn done(&mut self, customer: MonotonicTime) {
        self.output.send(customer).await;
    }
}

/// Where customers leave.
#[derive(Default, Serialize, Deserialize)]
struct Sink {
    sojourn: Output<f64>,
}

#[Model]
impl Sink {
    async fn input(&mut self, customer: MonotonicTime, cx: &Context<Self>) {
        self.sojourn.send(cx.time().duration_since(customer).as_secs_f64()).await;
    }
}

/// Timers that are set again whenever they fire.
#[derive(Serialize, Deserialize)]
struct Timers {
    gap: Exponential,
    fired: u64,
    total: Output<u64>,
}

#[Model]
impl Timers {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        for timer in 0..TIMERS {
            cx.schedule_event(self.gap.next(), schedulable!(Self::fire), timer).unwrap();
        }
        cx.schedule_event(Duration::from_secs(300), schedulable!(Self::report), ()).unwrap();
    }

    #[nexosim(schedulable)]
    fn fire(&mut self, timer: u32, cx: &Context<Self>) {
        self.fired += 1;
        cx.schedule_event(self.gap.next(), schedulable!(Self::fire), timer).unwrap();
    }

    #[nexosim(schedulable)]
    async fn report(&mut self, _: ()) {
        self.total.send(self.fired).await;
    }
}

/// The mean time of a customer in the network.
fn network() -> Result<f64, SimulationError> {
    let mut source =
        Source { output: Output::default(), gap: Exponential::new(1.0 / 7.0, 1), left: CUSTOMERS };
    let mut first = Station::new(10, 1.0, 2);
    let mut delay = Delay { output: Output::default(), time: Duration::from_secs(1) };
    let mut second = Station::new(5, 0.5, 3);
    let mut sink = Sink::default();
    let boxes = (Mailbox::new(), Mailbox::new(), Mailbox::new(), Mailbox::new(), Mailbox::new());
    source.output.connect(Station::input, &boxes.1);
    first.output.connect(Delay::input, &boxes.2);
    delay.output.connect(Station::input, &boxes.3);
    second.output.connect(Sink::input, &boxes.4);
    let (writer, mut reader) = event_queue(SinkState::Enabled);
    sink.sojourn.connect_sink(writer);
    let mut simulation = SimInit::with_num_threads(1)
        .add_model(source, boxes.0, "source")
        .add_model(first, boxes.1, "first")
        .add_model(delay, boxes.2, "delay")
        .add_model(second, boxes.3, "second")
        .add_model(sink, boxes.4, "sink")
        .init(MonotonicTime::EPOCH)?;
    simulation.run()?;
    let sojourns: Vec<f64> = std::iter::from_fn(|| reader.try_read()).collect();
    assert_eq!(sojourns.len(), CUSTOMERS as usize);
    Ok(sojourns.iter().sum::<f64>() / f64::from(CUSTOMERS))
}

/// How many timers fire in 300 s.
fn hold() -> Result<f64, SimulationError> {
    let mut timers = Timers { gap: Exponential::new(30.0, 4), fired: 0, total: Output::default() };
    let (writer, mut reader) = event_queue(SinkState::Enabled);
    timers.total.connect_sink(writer);
    let mut simulation = SimInit::with_num_threads(1)
        .add_model(timers, Mailbox::new(), "timers")
        .init(MonotonicTime::EPOCH)?;
    simulation.step_until(Duration::from_secs(300))?;
    Ok(reader.try_read().expect("the timers report at the end") as f64)
}

fn main() -> Result<(), SimulationError> {
    for (name, model) in [("network", network as fn() -> _), ("hold", hold)] {
        let start = Instant::now();
        let result = model()?;
        println!("{name} {} {result}", start.elapsed().as_secs_f64());
    }
    Ok(())
}
