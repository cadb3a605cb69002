//! Times of parts: keyed draws, samplers, histogram, one delivery's way, a reconnect wave, loading.
//!
//! `cargo bench --bench parts -- [part]`.
#![allow(missing_docs, unreachable_pub, reason = "criterion's macros; modules that benches share")]
mod work;

use criterion::{Criterion, criterion_group, criterion_main};
use squall::{
    engine::{Draws, Law, Span},
    record::Histogram,
    world,
};
use std::hint::black_box;

fn draws(c: &mut Criterion) {
    let draws = Draws::new(1, 0, "phones");
    let mut entity = 0;
    c.bench_function("draw", |b| {
        b.iter(|| {
            entity += 1;
            draws.unit(0usize, black_box(entity), 0)
        });
    });
}

fn samplers(c: &mut Criterion) {
    let laws = [
        ("exponential", Law::exponential(1e9)),
        ("lognormal", Law::lognormal_by(55e6, 250e6)),
        ("gamma", Law::gamma(2.0, 1e9)),
        ("empirical", Law::empirical(vec![1e6, 2e6, 5e6, 9e6])),
    ];
    for (name, law) in laws {
        let law = law.expect("a law with valid parameters");
        c.bench_function(&format!("sample {name}"), |b| {
            b.iter(|| law.quantile(black_box(0.73)));
        });
    }
}

fn histogram(c: &mut Criterion) {
    let mut histogram = Histogram::default();
    let mut nanos = 1;
    c.bench_function("record in a histogram", |b| {
        b.iter(|| {
            nanos = nanos * 5 % 1_000_003;
            histogram.record(Span::from_nanos(black_box(nanos << 10)));
        });
    });
}

fn runs(c: &mut Criterion) {
    let run = |path: &str, sets: &[&str]| {
        let sets: Vec<String> = sets.iter().map(|&set| set.to_owned()).collect();
        work::scenario(path, &sets)
    };
    // About 10,000 deliveries, from setup to outcome.
    let quiet = ["phones.count=10k", "phones.network.lifetime=never", "horizon=60s", "warm_up=1s"];
    let quiet = run(
        "experiments/users-10m.yaml",
        &[&quiet[..], &["gateways.count=2", "phones.sends.per_user=1/min"]].concat(),
    );
    // The same users all lose their connection once, in a deploy.
    let wave = run("experiments/no-resume.yaml", &["phones.count=10k", "horizon=3min"]);
    let mut group = c.benchmark_group("runs of 10,000 users");
    group.sample_size(10);
    group.bench_function("10,000 deliveries", |b| b.iter(|| world::simulate(&quiet, 0, &|_| {})));
    group.bench_function("a reconnect wave", |b| b.iter(|| world::simulate(&wave, 0, &|_| {})));
    group.finish();
}

fn load(c: &mut Criterion) {
    c.bench_function("load a file", |b| {
        b.iter(|| work::scenario(black_box("experiments/rolling-deploy.yaml"), &[]));
    });
}

criterion_group!(parts, draws, samplers, histogram, runs, load);
criterion_main!(parts);
