//! Open streams of sessions: Erlang's loss formula, and the retries that keep a door shut.
use super::setting::value;
use squall::{
    record::{Outcome, Track},
    scenario, world,
};
use std::path::Path;

const FILE: &str = "
horizon: 1000s
warm_up: 100s
nodes:
  calls:
    clients:
      network: { rtt: 0s }
      sessions: { arrive: 70/s, stay: 10s, if_refused: leave }
      reconnect: { base: 1s, cap: 1s, jitter: full, timeout: 1s, attempts: 3 }
  edge: { load_balancer: {} }
  gateways:
    gateway:
      count: 1
      cores: 1
      max_connections: 1M
      accept_queue: unbounded
      memory: { per_connection: 1KB, limit: 1TB }
      handshake_rtts: 0
      cpu: { tls_full: 0s, tls_resumed: 0s, app: 0s, refusal: 0s, idle: 0us/s }
links:
  edge -> gateways: { latency: 0s }
";

fn run_file(text: &str, sets: &[String], replication: u32) -> Outcome {
    let read = |_: &Path| Ok(text.as_bytes().to_vec());
    let loaded = scenario::load(Path::new("calls.yaml"), sets, &read);
    let scenario = loaded.unwrap_or_else(|wrong| panic!("{wrong}")).scenario;
    world::simulate(&scenario, replication, &|_| {}).unwrap()
}

fn get(outcome: &Outcome, name: &str) -> f64 {
    value(outcome, name).unwrap_or_else(|| panic!("{name} has no value"))
}

/// Mean and standard error over so many replications.
fn mean(replications: u32, of: impl Fn(u32) -> f64) -> (f64, f64) {
    let values: Vec<f64> = (0..replications).map(of).collect();
    let n = f64::from(replications);
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0) / n).sqrt())
}

/// c places, offered a, blocked: Erlang B, whatever the law of the stays, 1 s on average. Within
/// four standard errors of eight runs, which are at most a tenth of what is blocked.
#[test]
fn a_limit_of_connections_is_erlang_b() {
    let stays = [
        "1s",
        "{exponential: {mean: 1s}}",
        "{pareto: {mean: 1s, shape: 2.2}}",
        "{gamma: {mean: 1s, cv: 2}}",
    ];
    for stay in stays {
        for (c, a, blocked, horizon) in [
            (10, 7.0, 0.078_741, 3_000),
            (100, 95.0, 0.048_804, 800),
            (1_000, 1_000.0, 0.024_811_9, 170),
        ] {
            let sets = [
                format!("calls.sessions.stay={stay}"),
                format!("calls.sessions.arrive={a}/s"),
                format!("gateways.max_connections={c}"),
                format!("horizon={horizon}s"),
                "warm_up=20s".to_owned(),
            ];
            let (found, error) = mean(8, |replication| {
                get(&run_file(FILE, &sets, replication), "calls.sessions.lost_share")
            });
            assert!(error < 0.1 * blocked, "{stay} {c} {a}: ± {error}");
            let far = (found - blocked).abs();
            assert!(far < 4.0 * error, "{stay} {c} {a}: {found} ± {error}, not {blocked}");
        }
    }
}

/// Without a limit as many are there as a Poisson law says, from the start on.
#[test]
fn without_a_limit_the_sessions_are_poisson() {
    let sets = ["horizon=1ms".to_owned(), "warm_up=0s".to_owned()];
    let at_start = |replication| get(&run_file(FILE, &sets, replication), "connections.end");
    let (found, _) = mean(400, at_start);
    let (squares, _) = mean(400, |replication| (at_start(replication) - 700.0).powi(2));
    // The mean is 700 ± 1.3, the variance 700 ± 50.
    assert!((found - 700.0).abs() < 5.3 && (squares - 700.0).abs() < 200.0, "{found} {squares}");
    let (later, error) = mean(10, |replication| {
        get(&run_file(FILE, &["horizon=300s".to_owned()], replication), "connections.mean")
    });
    assert!((later - 700.0).abs() < 4.0 * error, "{later} ± {error}");
}

/// Who comes does not depend on what becomes of those before.
#[test]
fn the_arrivals_depend_on_no_policy() {
    let arrived =
        |more: &str| get(&run_file(FILE, &[more.to_owned()], 0), "calls.sessions.arrived");
    let plain = arrived("calls.sessions.if_refused=retry");
    assert!((plain / 63_000.0 - 1.0).abs() < 0.02, "{plain}");
    for more in ["gateways.max_connections=10", "calls.sessions.stay=1s", "gateways.cpu.app=1s"] {
        assert!((arrived(more) - plain).abs() < f64::EPSILON, "{more}");
    }
}

/// Sessions that end while their connection is dead, tried again, drained or cut: the books, which
/// each run checks, add up, and the gateways hold nobody who has gone.
#[test]
fn sessions_survive_faults_of_all_kinds() {
    let timeline = "timeline:
  - { at: 110s, name: silent, drop_clients: { node: calls, kind: silent } }
  - { at: 150s, name: told, drop_clients: { node: calls, kind: told, within: 5s } }
  - { at: 170s, name: reset, drop_clients: { node: calls, kind: reset } }
  - { at: 200s, name: crash, crash: { node: gateways, instances: [0], restart: 5s } }
  - { at: 240s, name: host, crash: { node: gateways, instances: [1], kind: host, restart: 5s } }
  - { at: 300s, name: roll, deploy: { node: gateways, batch: 1, startup: 1s } }
";
    let text = format!("{FILE}{timeline}");
    for (policy, cut) in [("leave", 500.0..9_000.0), ("retry", 0.0..100.0)] {
        let sets = [
            format!("calls.sessions.if_refused={policy}"),
            "gateways.count=3".to_owned(),
            "gateways.cpu.app=1ms".to_owned(),
            "calls.network.rtt=50ms".to_owned(),
            "calls.sessions.stay={exponential: {mean: 10s}}".to_owned(),
            "horizon=500s".to_owned(),
        ];
        let outcome = run_file(&text, &sets, 0);
        let found = get(&outcome, "calls.sessions.cut");
        assert!(cut.contains(&found), "{policy}: {found}");
        let end = get(&outcome, "connections.end");
        assert!((550.0..850.0).contains(&end), "{policy}: {end}");
        let total = |track: &&Track| track.node == "gateways" && track.statistic == "total";
        let held = outcome.series.iter().filter(total).find(|it| it.quantity == "connections");
        let held = held.and_then(|track| track.values.last().copied()).unwrap();
        assert!((held - end).abs() < 20.0, "{policy}: {held} are held, {end} are there");
    }
}

/// All are dropped, try once more within 2 s, and the door is too slow for most: those who hang up
/// have lost that time by the drop, and so have those whose call is over before.
#[test]
fn who_hangs_up_has_lost_time_by_the_fault() {
    let text = FILE.replace("0s, app: 0s", "0s, app: 50ms").replace("leave", "retry")
        + "timeline: [{ at: 500s, name: cut, drop_clients: { node: calls } }]\n";
    let sets = ["calls.sessions.arrive=5/s", "calls.sessions.stay=100s"].map(str::to_owned);
    let once =
        run_file(&text, &[&sets[..], &["calls.reconnect.attempts=1".to_owned()]].concat(), 0);
    let (cut, left) = (get(&once, "sessions.cut"), get(&once, "recovery.cut.left"));
    assert!(cut > 300.0 && left > 0.0, "{cut} {left}");
    let lost = get(&once, "recovery.cut.user_seconds");
    // Half a second to begin, and one until its patience ends.
    assert!((lost / (1.5 * cut) - 1.0).abs() < 0.1, "{lost} by {cut}");
    let all = get(&once, "outage.user_seconds");
    assert!(lost < all, "{lost} of {all}: who came meanwhile waited as well");
}

/// With r retries a door for µ is vulnerable from µ/(1 + r) to µ: after a drop of all it serves
/// only those who have left, and below that it recovers.
#[test]
fn retries_keep_the_door_shut() {
    let timeline = "timeline:
  - { at: 60s, name: drop, drop_clients: { node: calls } }
  - { at: 250s, name: end, mark: { lasts: 50s } }
";
    let text = format!("{FILE}{timeline}");
    for (attempts, border) in [(1, 200.0), (2, 100.0), (3, 66.7), (5, 40.0)] {
        let lost = |arrive: f64| {
            let sets = [
                "horizon=300s".to_owned(),
                "warm_up=0s".to_owned(),
                "gateways.cpu.app=5ms".to_owned(),
                "gateways.accept_queue=1000".to_owned(),
                "calls.sessions.if_refused=retry".to_owned(),
                "calls.sessions.stay={exponential: {mean: 20s}}".to_owned(),
                format!("calls.sessions.arrive={arrive}/s"),
                format!("calls.reconnect.attempts={attempts}"),
            ];
            get(&run_file(&text, &sets, 0), "during(end).sessions.lost_share")
        };
        let (below, above) = (lost(border * 0.93), lost(border * 1.07));
        assert!(below < 0.01, "{attempts}: {below}");
        assert!(above > if attempts == 1 { 0.05 } else { 0.9 }, "{attempts}: {above}");
    }
}
