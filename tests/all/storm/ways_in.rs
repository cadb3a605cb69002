//! The way in: what a full tier answers, admission, memory, and faults that end connections.
use super::setting::value;
use squall::{record::Outcome, scenario, world};
use std::path::Path;

pub(super) const FILE: &str = "
horizon: 200s
nodes:
  phones:
    clients: { count: 10k, network: { rtt: 0s }, reconnect: { base: 1s, cap: 1s, jitter: none } }
  edge: { load_balancer: {} }
  gateways:
    gateway:
      count: 1
      cores: 1
      memory: { per_connection: 1KB, limit: 1GB }
      handshake_rtts: 0
      cpu: { tls_full: 0s, tls_resumed: 0s, app: 1ms, refusal: 0s, idle: 0us/s }
links:
  edge -> gateways: { latency: 0s }
timeline:
  - { at: 0s, name: drop, drop_clients: { node: phones } }
";

fn run_file(text: &str, sets: &[&str]) -> Outcome {
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    let read = |_: &Path| Ok(text.as_bytes().to_vec());
    let loaded = scenario::load(Path::new("storm.yaml"), &sets, &read);
    let scenario = loaded.unwrap_or_else(|wrong| panic!("{wrong}")).scenario;
    world::simulate(&scenario, 0, &|_| {}).unwrap()
}

fn run(sets: &[&str]) -> Outcome {
    run_file(FILE, sets)
}

fn get(outcome: &Outcome, name: &str) -> f64 {
    value(outcome, name).unwrap_or_else(|| panic!("{name} has no value"))
}

fn assert_is(outcome: &Outcome, name: &str, expected: f64) {
    let found = get(outcome, name);
    assert!((found - expected).abs() <= 1e-6 * expected.abs().max(1.0), "{name}: {found}");
}

/// 10,000 at once against a queue of 1,000 and 1,000 a second: 1,001 find room. Those whose packet
/// is dropped send it again after 1, 3 and 7 s within the same attempt, which the timeout ends.
#[test]
fn dropped_packets_are_repeated() {
    let sets = ["gateways.accept_queue=1k", "gateways.when_full=drop", "horizon=10s"];
    let outcome = run(&sets);
    // The first packets come at 1 s. After 1, 3 and 7 s more the queue has room for 1,000 again.
    assert_is(&outcome, "attempts.total", 10_000.0);
    let accepted = get(&outcome, "attempts.accepted");
    assert!((3_990.0..=4_004.0).contains(&accepted), "{accepted}");
    assert_is(&outcome, "attempts.refused", 0.0);
    let longer = run(&["gateways.accept_queue=1k", "gateways.when_full=drop", "horizon=11500ms"]);
    assert_is(&longer, "attempts.timed_out", 10_000.0 - get(&longer, "attempts.accepted"));
    assert_is(&longer, "attempts.total", 10_000.0);
}

/// Nobody comes back who saw a 503; a reset is no answer.
#[test]
fn a_native_eventsource_dies_of_a_503() {
    let sets = |answer| ["gateways.accept_queue=999", "phones.reconnect=eventsource", answer];
    let dead = run(&sets("gateways.when_full=503"));
    assert_is(&dead, "clients.gave_up", 9_000.0);
    assert_is(&dead, "attempts.total", 10_000.0);
    let alive = run(&sets("gateways.when_full=reset"));
    assert_is(&alive, "clients.gave_up", 0.0);
    assert_is(&alive, "connections.end", 10_000.0);
}

/// Everybody obeys: with a fixed hint of 20 s the herd comes back as one every 20 s.
#[test]
fn a_fixed_retry_after_keeps_the_herd_together() {
    let sets = ["gateways.accept_queue=999", "gateways.retry_after=20s"];
    let deaf = run(&sets);
    let all: Vec<&str> = sets.into_iter().chain(["phones.reconnect.retry_after=true"]).collect();
    let obeying = run(&all);
    assert_is(&obeying, "recovery.drop.all", 1.0 + 9.0 * 20.0 + 1.0);
    // Tries: 10,000 + 9,000 + … + 1,000.
    assert_is(&obeying, "attempts.total", 55_000.0);
    assert!(get(&deaf, "recovery.drop.all") < 12.0);
    let spread: Vec<&str> =
        all.iter().copied().chain(["gateways.retry_after={uniform: [0s, 20s]}"]).collect();
    let spread = run(&spread);
    assert!(get(&spread, "recovery.drop.all") < 60.0);
}

/// A refusal that costs CPU takes it from the handshakes.
#[test]
fn refusals_can_cost_cpu() {
    let free = run(&["gateways.accept_queue=1k"]);
    let dear = run(&["gateways.accept_queue=1k", "gateways.cpu.refusal=100us"]);
    // Each of some 45,000 refusals costs a tenth of a handshake: 4.5 s on top of 10.
    let (free, dear) = (get(&free, "recovery.drop.all"), get(&dear, "recovery.drop.all"));
    assert!(free < 11.5 && dear > free + 3.0, "{free} {dear}");
}

#[test]
fn admission_bounds_the_way_in() {
    let all = |admission: &str| {
        let outcome = run(&[&format!("edge.admission={admission}"), "gateways.cpu.app=100us"]);
        assert_is(&outcome, "attempts.timed_out", 0.0);
        get(&outcome, "recovery.drop.all")
    };
    // Everybody asks each second: 100 at once, then 100 more each second.
    let bucket = all("{token_bucket: {rate: 100/s, burst: 100}}");
    assert!((bucket - 100.0).abs() < 1.5, "{bucket}");
    let batches = all("{batches: {size: 512, every: 1s}}");
    assert!((batches - 20.5).abs() < 1.0, "{batches}");
    // A tenth of a second's worth is saved up: from 10 a second to 110.
    let ramp = all("{ramp: {from: 100/s, to: 1.1k/s, start: 0s, over: 100s}}");
    assert!((100.0..=190.0).contains(&ramp), "{ramp}");
}

#[test]
fn descriptors_bound_an_instance() {
    let outcome = run(&["gateways.descriptors=6k", "gateways.accept_queue=unbounded"]);
    assert_is(&outcome, "connections.end", 6_000.0);
}

/// Three instances with memory for 5,000 each hold 10,000; when one is lost, two have just room.
/// With room for less, the survivors die in turn, and so on.
#[test]
fn instances_that_die_of_memory_take_the_others_with_them() {
    let text = FILE.replace(
        "{ at: 0s, name: drop, drop_clients: { node: phones } }",
        "{ at: 10s, name: drop, crash: { node: gateways, instances: [0], restart: 60s } }",
    );
    let sets = [
        "gateways.count=3",
        "edge.policy=least_connections",
        "edge.health_check.interval=1s",
        "gateways.memory.over=die",
        "gateways.memory.restart=10s",
        "gateways.accept_queue=unbounded",
    ];
    let run = |limit: &str| {
        let sets: Vec<&str> = sets.iter().copied().chain([limit]).collect();
        run_file(&text, &sets)
    };
    let enough = run("gateways.memory.limit=5100KB");
    assert_is(&enough, "instances.killed", 0.0);
    assert_is(&enough, "recovery.drop.never", 0.0);
    let scarce = run("gateways.memory.limit=4MB");
    assert!(get(&scarce, "instances.killed") >= 2.0);
    assert!(get(&scarce, "recovery.drop.hit") > 6_000.0);
    let refusing = run_file(
        &text,
        &["gateways.count=3", "edge.policy=least_connections", "gateways.memory.limit=4MB"],
    );
    assert_is(&refusing, "instances.killed", 0.0);
}

#[test]
fn a_zone_is_a_third_of_the_instances() {
    let text = FILE.replace(
        "{ at: 0s, name: drop, drop_clients: { node: phones } }",
        "{ at: 10s, name: drop, zone_loss: { node: gateways, zone: 1 } }",
    );
    let sets = ["gateways.count=6", "gateways.zones=3", "phones.heartbeat.every=5s"];
    let outcome = run_file(&text, &sets);
    assert_is(&outcome, "recovery.drop.hit", 3_333.0);
    // The silence is noticed 20 to 25 s later; then all are back within seconds.
    let half = get(&outcome, "recovery.drop.t50");
    assert!((22.0..=26.0).contains(&half), "{half}");
    assert_is(&outcome, "recovery.drop.never", 0.0);
}

#[test]
fn a_share_is_dropped_and_silence_waits_for_a_heartbeat() {
    let half = run(&["timeline.drop.share=50%"]);
    assert!((get(&half, "recovery.drop.hit") - 5_000.0).abs() < 200.0);
    let silent = run(&["timeline.drop.kind=silent", "phones.heartbeat={every: 10s, timeout: 7s}"]);
    // U(0, 10 s) + 7 s, then 1 s of backoff.
    let found = get(&silent, "recovery.drop.t50");
    assert!((found - 13.0).abs() < 0.6, "{found}");
}

#[test]
fn a_balancer_takes_all_its_connections_with_it() {
    let text = FILE.replace(
        "{ at: 0s, name: drop, drop_clients: { node: phones } }",
        "{ at: 10s, name: drop, balancer_restart: { node: edge, downtime: 4500ms } }",
    );
    let outcome = run_file(&text, &["gateways.accept_queue=unbounded"]);
    assert_is(&outcome, "recovery.drop.hit", 10_000.0);
    // Tries at 1, 2, 3 and 4 s are reset; at 5 s all come in, the last after 10 s.
    assert_is(&outcome, "attempts.total", 50_000.0);
    assert_is(&outcome, "recovery.drop.all", 15.0);
}

/// Connections made within 10 s end together each 50 s; a dither of 40 s spreads them.
#[test]
fn a_maximum_age_keeps_a_herd_unless_it_is_dithered() {
    let text = FILE.replace("  - { at: 0s, name: drop, drop_clients: { node: phones } }\n", "");
    let text = text.replace("timeline:\n", "");
    let sets = ["phones.start={ramp: 10s}", "gateways.max_age=50s", "gateways.cpu.app=10us"];
    let fixed = run_file(&text, &sets);
    // 10,000 at the start, and at 50, 100 and 150 s.
    assert_is(&fixed, "attempts.total", 40_000.0);
    let attempted = |outcome: &Outcome| -> Vec<f64> {
        let track = outcome.series.iter().find(|track| track.statistic == "attempted");
        track.unwrap().values[100..].to_vec()
    };
    let most = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
    assert!(most(&attempted(&fixed)) > 900.0);
    let sets: Vec<&str> = sets.into_iter().chain(["gateways.age_dither=40s"]).collect();
    let dithered = run_file(&text, &sets);
    assert!(most(&attempted(&dithered)) < 500.0);
}

#[test]
fn a_cold_start_is_a_storm() {
    let text = FILE.replace("  - { at: 0s, name: drop, drop_clients: { node: phones } }\n", "");
    let text = text.replace("timeline:\n", "");
    let outcome = run_file(&text, &["phones.start=cold", "gateways.accept_queue=unbounded"]);
    assert_is(&outcome, "attempts.peak_per_second", 10_000.0);
    assert_is(&outcome, "connections.end", 10_000.0);
    assert_is(&outcome, "reconnect.max", 10.0);
}

/// The attempts so far are forgotten only after a connection has lived long enough.
#[test]
fn attempts_are_remembered_until_a_connection_has_lived() {
    let text = FILE.replace(
        "name: drop, drop_clients: { node: phones } }",
        "name: drop, drop_clients: { node: phones } }
  - { at: 20s, name: again, drop_clients: { node: phones } }",
    );
    let reconnect = "phones.reconnect={base: 1s, cap: 60s, jitter: none, reset_after: 30s}";
    let queue = "gateways.accept_queue=unbounded";
    let app = "gateways.cpu.app=1us";
    let remembered = run_file(&text, &[reconnect, queue, app]);
    // One attempt each time: 1 s after the first drop, 2 s after the second.
    assert!((get(&remembered, "recovery.again.t50") - 2.0).abs() < 0.05);
    let forgotten = run_file(&text, &[reconnect, queue, app, "phones.reconnect.reset_after=5s"]);
    assert!((get(&forgotten, "recovery.again.t50") - 1.0).abs() < 0.05);
}

#[test]
fn load_is_a_time_change() {
    let text = include_str!("../../../models/chat.yaml").replace("count: 1M", "count: 2k");
    let text = text.replace("prices: prices/aws-us-east-1.yaml", "");
    let text = format!(
        "horizon: 10min
{text}timeline:
  - {{ at: 2min, name: rush, load: {{ node: phones, factor: 3, lasts: 5min }} }}
"
    );
    let outcome = run_file(&text, &["gateways.count=2"]);
    let sent: Vec<f64> = {
        let track = outcome.series.iter().find(|track| track.quantity == "sent");
        track.unwrap().values.clone()
    };
    let per_second =
        |from: usize, to: usize| sent[from..to].iter().sum::<f64>() / sent[from..to].len() as f64;
    let rate = 2_000.0 / 60.0;
    assert!((per_second(0, 120) / rate - 1.0).abs() < 0.08);
    assert!((per_second(120, 420) / rate - 3.0).abs() < 0.08);
    assert!((per_second(420, 600) / rate - 1.0).abs() < 0.08);
}
