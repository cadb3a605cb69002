//! How the time of a run grows with users, messages and horizon: one of them doubled at a time.
//!
//! `cargo bench --bench growth -- [rounds]` prints a table and draws `docs/images/growth.svg`.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a bench measures and prints")]
#![allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_sign_loss)]
#![allow(missing_docs, unreachable_pub)]
mod work;

use squall::report::{
    chart::{Axis, Body, Chart, Line, Lines, Panel},
    draw, theme,
};
use std::{fs, path::Path, time::Instant};

/// How many times users, messages and horizon, when one of them grows so many times.
type Grow = fn(u64) -> [u64; 3];
/// (times, seconds).
type Points = Vec<(f64, f64)>;

/// What grows: so many times 100,000 users, 1,000 messages a second, 30 s.
const GROWS: [(&str, Grow); 3] = [
    ("messages", |times| [1, times, 1]),
    ("horizon", |times| [1, 1, times]),
    ("users", |times| [times, 1, 1]),
];
const TIMES: [u64; 6] = [1, 2, 4, 8, 16, 32];

/// One run: seconds, and events.
fn run([users, messages, horizon]: [u64; 3]) -> (f64, u64) {
    let rate = 0.6 * messages as f64 / users as f64;
    let sets = [
        format!("phones.count={}k", 100 * users),
        format!("gateways.count={}", 4 * users),
        format!("phones.sends.per_user={rate}/min"),
        format!("horizon={}s", 30 * horizon),
        "warm_up=1s".to_owned(),
    ];
    let scenario = work::scenario("experiments/users-10m.yaml", &sets);
    let start = Instant::now();
    let outcome = squall::world::simulate(&scenario, 0, &|_| {}).expect("the books balance");
    (start.elapsed().as_secs_f64(), outcome.events)
}

/// The chart of (times, seconds) by what grows.
fn chart(rows: &[(&str, Points)], rounds: u64) -> Chart {
    let seconds = || rows.iter().flat_map(|(_, points)| points.iter().map(|(_, seconds)| *seconds));
    let (least, most) = (seconds().fold(f64::MAX, f64::min), seconds().fold(0.0, f64::max));
    let mut x = Axis::log(1.0, 32.0, |times| format!("{times}×"));
    x.high = TIMES[TIMES.len() - 1] as f64;
    x.ticks = TIMES.iter().map(|&times| (times as f64, format!("{times}×"))).collect();
    let line = |place: usize, name: &str, points: &Points| Line {
        label: name.to_owned(),
        pen: theme::EQUALS[place],
        pieces: vec![points.clone()],
        fine: None,
    };
    let all = rows.iter().enumerate();
    let lines = Lines {
        y: Axis::log(least, most, |seconds| format!("{seconds} s")),
        lines: all.map(|(place, (name, points))| line(place, name, points)).collect(),
        ..Lines::default()
    };
    Chart {
        name: "growth".to_owned(),
        headline: "A run takes as long as what happens in it".to_owned(),
        subtitle:
            "Time of a run when one of three grows: messages at the same users, the horizon, \
                   users at the same messages, who cost only their placing at the start. 1× is \
                   100,000 users, 1,000 messages a second, 30 s."
                .to_owned(),
        note: format!("The least of {rounds} rounds in turn, one core, with setup and end."),
        x: x.named("times"),
        shades: Vec::new(),
        panels: vec![Panel::new("time of a run", theme::SINGLE, Body::Lines(lines))],
    }
}

fn main() {
    let [rounds] = work::arguments([5]);
    let mut rows =
        GROWS.map(|(name, _)| (name, TIMES.map(|times| (times as f64, f64::MAX)).to_vec()));
    let mut events = [[0; TIMES.len()]; GROWS.len()];
    for _ in 0..rounds {
        for (place, (_, grow)) in GROWS.iter().enumerate() {
            for (step, &times) in TIMES.iter().enumerate() {
                let (seconds, handled) = run(grow(times));
                let least = &mut rows[place].1[step].1;
                *least = least.min(seconds);
                events[place][step] = handled;
            }
        }
    }
    println!("| times | {} |", GROWS.map(|(name, _)| format!("{name}: s, events")).join(" | "));
    for (step, times) in TIMES.iter().enumerate() {
        let cell = |place: usize| format!("{:.3}, {}", rows[place].1[step].1, events[place][step]);
        println!("| {times} | {} | {} | {} |", cell(0), cell(1), cell(2));
    }
    let sheet = draw::lay_out(&chart(&rows, rounds), &draw::ALONE);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/images/growth.svg");
    fs::write(path, draw::svg(&sheet)).expect("the picture can be written");
}
