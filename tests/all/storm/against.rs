//! Storms at other points than the tables', against the reference model.
use super::{
    reference::{Setting, storm},
    setting::{squall, value},
};

fn setting(clients: usize, rate: f64, queue: usize, delay: fn(f64, u32) -> f64) -> Setting {
    Setting {
        clients,
        rate,
        servers: 1,
        queue,
        timeout: 10.0,
        horizon: 400.0,
        window: None,
        attempts: u32::MAX,
        skip: false,
        delay,
    }
}

fn doubled(cap: f64, k: u32) -> f64 {
    cap.min(2_f64.powi(k.min(60).cast_signed()))
}

/// Mean and squared standard error of what all runs have; `None` when one has it not.
fn mean(values: &[Option<f64>]) -> Option<(f64, f64)> {
    let there: Vec<f64> = values.iter().flatten().copied().collect();
    let n = there.len() as f64;
    let mean = there.iter().sum::<f64>() / n;
    let squares: f64 = there.iter().map(|value| (value - mean).powi(2)).sum();
    (there.len() == values.len()).then(|| (mean, squares / (n - 1.0) / n))
}

/// Both sides draw anew; what they find is compared as means of five runs each: within 5 % or
/// 0.5 s, or, for what varies much from run to run, within four combined standard errors.
fn compare(setting: &Setting, reconnect: &str) {
    let clients = setting.clients;
    let seeds = 1..=5;
    let theirs: Vec<_> = seeds.clone().map(|seed| storm(setting, seed)).collect();
    let ours: Vec<_> = seeds.map(|seed| squall(setting, reconnect, seed)).collect();
    let what = format!("{reconnect} at {clients} clients");
    for (name, share) in [("t50", 0.5), ("t99", 0.99), ("all", 1.0)] {
        let metric = format!("recovery.drop.{name}");
        let found: Vec<_> = ours.iter().map(|run| value(run, &metric)).collect();
        let expected: Vec<_> = theirs.iter().map(|run| run.until(share, clients)).collect();
        match (mean(&found), mean(&expected)) {
            (Some((found, own)), Some((expected, other))) => {
                let bound = 0.5_f64.max(0.05 * expected).max(4.0 * (own + other).sqrt());
                let error = (found - expected).abs();
                assert!(error <= bound, "{what}: {name} {found} s, not {expected} s");
            }
            (found, expected) => assert_eq!(found, expected, "{what}: {name}"),
        }
    }
    let ratio = |name: &str, expected: Vec<f64>, slack: f64| {
        let found: Vec<_> = ours.iter().map(|run| value(run, name)).collect();
        let (found, _) = mean(&found).unwrap();
        let expected = expected.iter().sum::<f64>() / expected.len() as f64;
        let error = (found - expected).abs();
        assert!(error <= 0.05 * expected + slack, "{what}: {name} {found}, not {expected}");
    };
    let each = |of: &dyn Fn(&super::reference::Found) -> f64| theirs.iter().map(of).collect();
    ratio("attempts.total", each(&|run| run.attempts as f64), 0.0);
    ratio("attempts.peak_per_second", each(&|run| run.peak as f64), 0.0);
    ratio("clients.gave_up", each(&|run| run.gave_up as f64), 0.01 * clients as f64);
    ratio("handshakes.wasted", each(&|run| run.wasted as f64), 0.01 * clients as f64);
}

#[test]
fn laws_of_jitter() {
    let of = |delay| setting(12_000, 800.0, 700, delay);
    compare(&of(|r, k| r * doubled(20.0, k)), "{ base: 1s, cap: 20s, timeout: TIMEOUT }");
    compare(
        &of(|r, k| (0.5 + 0.5 * r) * doubled(20.0, k)),
        "{ base: 1s, cap: 20s, jitter: equal, timeout: TIMEOUT }",
    );
    compare(&of(|_, k| doubled(8.0, k)), "{ base: 1s, cap: 8s, jitter: none, timeout: TIMEOUT }");
    compare(
        &of(|r, k| (0.7 + 0.6 * r) * doubled(8.0, k)),
        "{ base: 1s, cap: 8s, jitter: { proportional: 30% }, timeout: TIMEOUT }",
    );
}

#[test]
fn presets() {
    let of = |delay| setting(9_000, 600.0, 500, delay);
    compare(&of(|_, _| 3.0), "{ preset: eventsource, on_503: retry, timeout: TIMEOUT }");
    compare(&of(|_, _| 1.0), "{ preset: mqtt.js, timeout: TIMEOUT }");
    compare(
        &of(|r, k| (0.8 + 0.4 * r) * 120_f64.min(1.6_f64.powi(k.min(60).cast_signed()))),
        "{ preset: grpc, timeout: TIMEOUT }",
    );
    compare(
        &Setting { attempts: 5, ..of(|r, k| doubled(1e9, k) + 0.3 + 2.7 * r) },
        "{ preset: graphql-ws, timeout: TIMEOUT }",
    );
    let signal_r = |_: f64, k: u32| [0.0, 2.0, 10.0, 30.0][k.min(3) as usize];
    compare(&Setting { attempts: 4, ..of(signal_r) }, "{ preset: signalr, timeout: TIMEOUT }");
}

#[test]
fn queues_timeouts_windows_and_servers() {
    let full = |r: f64, k: u32| r * doubled(30.0, k);
    let law = "{ base: 1s, cap: 30s, timeout: TIMEOUT }";
    let of = |queue| setting(8_000, 250.0, queue, full);
    compare(&Setting { timeout: 4.0, ..of(600) }, law);
    compare(&Setting { timeout: 4.0, ..of(1_400) }, law);
    compare(&Setting { timeout: 20.0, ..of(0) }, law);
    compare(&Setting { timeout: 6.0, servers: 4, ..of(2_000) }, law);
    compare(&Setting { window: Some(12.0), ..of(900) }, law);
    compare(&Setting { window: Some(40.0), ..of(900) }, law);
    compare(&Setting { timeout: 3.0, horizon: 150.0, ..of(usize::MAX) }, law);
    compare(&Setting { timeout: 3.0, skip: true, ..of(usize::MAX) }, law);
}

/// No livelock needs a queue of at most µT: just below it all are in, far above it most never are.
#[test]
fn the_border_of_metastability() {
    let fixed = "{ base: 1s, cap: 1s, jitter: none, timeout: TIMEOUT }";
    let of = |queue| Setting {
        timeout: 4.0,
        horizon: 200.0,
        ..setting(10_000, 300.0, queue, |_, _| 1.0)
    };
    let never = |queue| {
        let outcome = squall(&of(queue), fixed, 1);
        value(&outcome, "recovery.drop.never_share").unwrap()
    };
    assert_eq!((never(1_100), never(1_190)), (0.0, 0.0));
    // All come each second: a queue of less than µT + µ has places within the patience again.
    assert!(never(1_700) > 0.5, "{}", never(1_700));
    compare(&of(1_700), fixed);
}
