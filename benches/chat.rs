//! The workload of `chat-1m`, squall and the bare program in turn: µs a message, ns an event.
//!
//! `cargo bench --bench chat -- [users] [seconds] [rounds]`, 1M users, 600 s, 3 rounds by default.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a bench measures and prints")]
#![allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_sign_loss)]
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::suboptimal_flops)]
mod bare;
mod work;

use bare::Bare;
use std::time::Instant;

/// One run: wall time in seconds, messages, events.
struct Run {
    seconds: f64,
    messages: f64,
    events: f64,
}

impl Run {
    fn per_message(&self) -> f64 {
        self.seconds / self.messages * 1e6
    }
}

fn squall(users: u32, seconds: u64) -> Run {
    let sets = work::chat_1m(users, seconds);
    let scenario = work::scenario("experiments/chat-1m.yaml", &sets);
    let start = Instant::now();
    let outcome = squall::world::simulate(&scenario, 0, &|_| {}).unwrap();
    let seconds = start.elapsed().as_secs_f64();
    let messages = work::whole(&outcome).intended as f64;
    Run { seconds, messages, events: outcome.events as f64 }
}

fn bare(users: u32, seconds: u64) -> Run {
    let start = Instant::now();
    let mut bare = Bare::new(users);
    bare.run(seconds);
    std::hint::black_box((bare.check(), bare.delivered, bare.opened));
    let seconds = start.elapsed().as_secs_f64();
    Run { seconds, messages: bare.sent as f64, events: bare.events as f64 }
}

fn median(runs: &mut [Run]) -> &Run {
    runs.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    &runs[runs.len() / 2]
}

fn main() {
    let [users, seconds, rounds] = work::arguments([1_000_000, 600, 3]);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        ours.push(squall(users as u32, seconds));
        theirs.push(bare(users as u32, seconds));
    }
    let (ours, theirs) = (median(&mut ours), median(&mut theirs));
    println!("{users} users, {seconds} s, median of {rounds} rounds in turn");
    for (name, run) in [("squall", ours), ("bare", theirs)] {
        println!(
            "{name:8} {:7.2} s  {:6.3} µs/message  {:6.1} ns/event  {:5.2} events/message",
            run.seconds,
            run.per_message(),
            run.seconds / run.events * 1e9,
            run.events / run.messages,
        );
    }
    println!("ratio    {:.2} per message", ours.per_message() / theirs.per_message());
}
