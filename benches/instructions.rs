//! Instructions of parts, counted by valgrind: the same on every machine, whatever else runs on it.
//!
//! `cargo bench --bench instructions -- [part]`. Each part runs twice in a process of its own, with
//! less and with more to do; the difference is what its units cost, without what surrounds them.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a bench measures and prints")]
#![allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_sign_loss)]
#![allow(missing_docs, unreachable_pub)]
mod work;

use squall::{
    engine::{Agenda, Draws, EventQueue, Law, Span, Station, Time},
    record::Histogram,
    world,
};
use std::{env, hint::black_box, process::Command};

/// A part: its name, what a unit is, what it is to do at first and at last, and how.
struct Part {
    name: &'static str,
    unit: &'static str,
    sizes: [u64; 2],
    /// Does so much, and returns how many units that were.
    run: fn(u64) -> u64,
}

const PARTS: [Part; 11] = [
    Part { name: "queue", unit: "a hold, 100,000 pending", sizes: [100_000, 400_000], run: queue },
    Part { name: "draw", unit: "a draw", sizes: MANY, run: draw },
    Part { name: "exponential", unit: "a variate", sizes: MANY, run: |n| sample(0, n) },
    Part { name: "lognormal", unit: "a variate", sizes: MANY, run: |n| sample(1, n) },
    Part { name: "gamma", unit: "a variate", sizes: [1_000, 5_000], run: |n| sample(2, n) },
    Part { name: "empirical", unit: "a variate", sizes: MANY, run: |n| sample(3, n) },
    Part { name: "histogram", unit: "a record", sizes: MANY, run: histogram },
    Part { name: "station", unit: "a job, 8 servers", sizes: MANY, run: station },
    Part { name: "delivery", unit: "a direct message", sizes: [4, 10], run: delivery },
    Part {
        name: "reconnect",
        unit: "an attempt in a storm",
        sizes: [4_000, 16_000],
        run: reconnect,
    },
    Part { name: "load", unit: "a file", sizes: [2, 6], run: load },
];
const MANY: [u64; 2] = [10_000, 110_000];

/// Pops the first event and pushes one an exponential 30 s later.
fn queue(holds: u64) -> u64 {
    let draws = Draws::new(1, 0, "hold");
    let gap = |k: u64| Span::from_float(-libm::log(draws.unit(0usize, k, 0)) * 30e9);
    let gaps: Vec<Span> = (0..1 << 16).map(gap).collect();
    let mut agenda = Agenda::default();
    for k in 0..100_000 {
        agenda.push(Time::ZERO + gap(k), k);
    }
    for k in 0..holds as usize {
        let entry = agenda.pop().expect("as many events as at the start");
        agenda.push(entry.at + gaps[k & ((1 << 16) - 1)], entry.event);
    }
    holds
}

fn draw(count: u64) -> u64 {
    let draws = Draws::new(1, 0, "phones");
    for entity in 0..count {
        black_box(draws.unit(0usize, black_box(entity), 0));
    }
    count
}

fn sample(law: usize, count: u64) -> u64 {
    let laws = [
        Law::exponential(1e9),
        Law::lognormal_by(55e6, 250e6),
        Law::gamma(2.0, 1e9),
        Law::empirical(vec![1e6, 2e6, 5e6, 9e6]),
    ];
    let law = laws[law].clone().expect("a law with valid parameters");
    for k in 0..count {
        black_box(law.quantile(black_box((k as f64 + 0.5) / count as f64)));
    }
    count
}

fn histogram(count: u64) -> u64 {
    let mut histogram = Histogram::default();
    let mut nanos = 1;
    for _ in 0..count {
        nanos = nanos * 5 % 1_000_003;
        histogram.record(Span::from_nanos(black_box(nanos << 10)));
    }
    black_box(histogram.total())
}

fn station(count: u64) -> u64 {
    let mut station = Station::new(8);
    for k in 0..count {
        black_box(station.arrive(Time::from_nanos(black_box(k * 13)), Span::from_nanos(97)));
    }
    count
}

fn simulate(path: &str, sets: &[&str]) -> squall::record::Outcome {
    let sets: Vec<String> = sets.iter().map(|&set| set.to_owned()).collect();
    let scenario = work::scenario(path, &sets);
    world::simulate(&scenario, 0, &|_| {}).expect("the books balance")
}

/// So many seconds of 20,000 users whom nothing disturbs, with as many messages a second as a
/// million users send at one a minute.
fn delivery(seconds: u64) -> u64 {
    let horizon = format!("horizon={seconds}s");
    let sets = ["phones.count=20k", "phones.sends.per_user=50/min", "gateways.count=2", &horizon];
    let outcome = simulate("experiments/users-10m.yaml", &[&sets[..], &["warm_up=1s"]].concat());
    work::whole(&outcome).intended
}

/// So many clients lose their connections at once.
fn reconnect(users: u64) -> u64 {
    let users = format!("phones.count={users}");
    let outcome = simulate("experiments/naive-restart-storm.yaml", &[&users, "horizon=2min"]);
    let total = outcome.measures.iter().find(|measure| measure.name == "attempts.total");
    total.and_then(|measure| measure.value).expect("every run has it") as u64
}

fn load(files: u64) -> u64 {
    for _ in 0..files {
        black_box(work::scenario(black_box("experiments/rolling-deploy.yaml"), &[]));
    }
    files
}

/// Runs one part in a process of its own: units, and instructions.
fn count(part: &Part, size: u64) -> (u64, u64) {
    let this = env::current_exe().expect("a program knows where it lies");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(this)
        .args([CHILD, part.name, &size.to_string()])
        .output()
        .expect("valgrind is installed");
    let told = String::from_utf8_lossy(&output.stderr);
    let collected = told.lines().find_map(|line| line.split("Collected : ").nth(1));
    let units = String::from_utf8_lossy(&output.stdout).trim().parse();
    match (units, collected.map(|text| text.trim().parse())) {
        (Ok(units), Some(Ok(instructions))) => (units, instructions),
        _ => panic!("{} does not run under valgrind:\n{told}", part.name),
    }
}

const CHILD: &str = "--part";

fn main() {
    let arguments: Vec<String> = env::args().skip(1).filter(|text| text != "--bench").collect();
    if let [CHILD, name, size] = &*arguments.iter().map(String::as_str).collect::<Vec<_>>() {
        let part = PARTS.iter().find(|part| part.name == *name).expect("a part of that name");
        println!("{}", (part.run)(size.parse().expect("a size")));
        return;
    }
    let wanted = |part: &&Part| arguments.first().is_none_or(|name| part.name == name);
    for part in PARTS.iter().filter(wanted) {
        let [(less, few), (more, many)] = part.sizes.map(|size| count(part, size));
        let cost = (many - few) as f64 / (more - less) as f64;
        println!("{:12} {cost:>12.1} instructions for {}", part.name, part.unit);
    }
}
