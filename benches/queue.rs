//! The hold model: pop the first event, push one an exponential 30 s later, at so many pending.
//! squall's agenda, a binary heap and a 4-ary heap in turn; median ns of a pop and a push.
//!
//! `cargo bench --bench queue -- [holds] [rounds]`, 1M holds and 5 rounds by default.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a bench measures and prints")]
#![allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_sign_loss)]
#![allow(missing_docs, unreachable_pub)]
mod four;
mod work;

use four::FourHeap;
use squall::engine::{Agenda, Draws, EventQueue, HeapQueue, Span, Time};
use std::time::Instant;

/// The pending events of a queue, each of them with its own 32 bytes in memory.
struct Hold<Q> {
    queue: Q,
    rows: Vec<[u64; 4]>,
    gaps: Vec<Span>,
    next: usize,
}

impl<Q: EventQueue<u64> + Default> Hold<Q> {
    fn new(pending: u64) -> Self {
        let draws = Draws::new(1, 0, "hold");
        let gap = |k| Span::from_float(-libm::log(draws.unit(0usize, k, 0)) * 30e9);
        let gaps: Vec<Span> = (0..1 << 20).map(gap).collect();
        let mut queue = Q::default();
        for k in 0..pending {
            queue.push(Time::ZERO + gap(k), k);
        }
        Self { queue, rows: vec![[0; 4]; pending as usize], gaps, next: 0 }
    }

    /// ns of one hold.
    fn run(&mut self, holds: u64) -> f64 {
        let start = Instant::now();
        for _ in 0..holds {
            let entry = self.queue.pop().expect("as many events as at the start");
            self.rows[entry.event as usize][0] += 1;
            self.next = (self.next + 1) & ((1 << 20) - 1);
            self.queue.push(entry.at + self.gaps[self.next], entry.event);
        }
        start.elapsed().as_secs_f64() * 1e9 / holds as f64
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() {
    let [holds, rounds] = work::arguments([1_000_000, 5]);
    println!(
        "{:>10} {:>10} {:>12} {:>12}  ns a hold",
        "pending", "agenda", "binary heap", "4-ary heap"
    );
    for pending in [1_000, 100_000, 1_000_000, 10_000_000] {
        let mut agenda: Hold<Agenda<u64>> = Hold::new(pending);
        let mut heap: Hold<HeapQueue<u64>> = Hold::new(pending);
        let mut four: Hold<FourHeap> = Hold::new(pending);
        let holds = holds.max(pending);
        let _ = (agenda.run(holds), heap.run(holds.min(1_000_000)), four.run(holds.min(1_000_000)));
        let mut times = [vec![], vec![], vec![]];
        for _ in 0..rounds {
            times[0].push(agenda.run(holds));
            times[1].push(heap.run(holds.min(1_000_000)));
            times[2].push(four.run(holds.min(1_000_000)));
        }
        let [agenda, heap, four] = times.map(median);
        println!(
            "{pending:>10} {agenda:>10.1} {heap:>12.1} {four:>12.1}  {:.1}x, {:.1}x",
            heap / agenda,
            four / agenda
        );
    }
}
