//! Many small worlds in which everything happens at once: the books must balance in each, and the
//! same world must run the same way twice.
use squall::{scenario, world};
use std::path::Path;

const TIMELINE: &str = "timeline:
  - { at: 10s, drop_clients: { node: phones, share: 60%, kind: KIND } }
  - { at: 12s, deploy: { node: gateways, batch: 2, startup: 3s } }
  - { at: 25s, zone_loss: { node: gateways, zone: 1, kind: host, restart: 20s } }
  - { at: 40s, balancer_restart: { node: edge, downtime: 2s } }
  - { at: 50s, crash: { node: gateways, instances: [0, 2], restart: 5s } }
  - { at: 55s, load: { node: phones, factor: 4, lasts: 20s } }
  - { at: 60s, drop_clients: { node: phones, kind: told, within: 10s } }
  - { at: 65s, mark: { lasts: 10s } }
";

/// One of the values, by the seed.
fn pick<'a>(seed: usize, stride: usize, values: &[&'a str]) -> &'a str {
    values[seed / stride % values.len()]
}

#[test]
fn the_books_balance_whatever_happens() {
    let model = include_str!("../../../models/chat.yaml");
    for seed in 0..72 {
        let kind = pick(seed, 1, &["reset", "silent", "told"]);
        let text = format!("horizon: 2min\n{model}{}", TIMELINE.replace("KIND", kind));
        let sets = [
            format!("seed={seed}"),
            "phones.count=600".to_owned(),
            "phones.sends.per_user=20/min".to_owned(),
            "phones.network.lifetime={exponential: {mean: 40s}}".to_owned(),
            format!("phones.start={}", pick(seed, 2, &["connected", "{ramp: 8s}", "cold"])),
            format!("phones.resume={}", pick(seed, 3, &["last_seen_id", "none"])),
            format!(
                "phones.reconnect={{preset: {}, base: null, cap: null, jitter: null, timeout: 2s}}",
                pick(seed, 1, &["socket.io", "phoenix", "signalr", "eventsource", "ably", "grpc"])
            ),
            format!("phones.heartbeat.every={}", pick(seed, 4, &["4s", "never"])),
            "gateways.count=6".to_owned(),
            "gateways.zones=3".to_owned(),
            "gateways.cores=1".to_owned(),
            format!("gateways.cpu.app={}", pick(seed, 1, &["2ms", "30ms"])),
            format!("gateways.accept_queue={}", pick(seed, 2, &["5", "unbounded", "0"])),
            format!("gateways.when_full={}", pick(seed, 3, &["drop", "reset", "503"])),
            format!("gateways.skip_abandoned={}", pick(seed, 5, &["true", "false"])),
            format!("gateways.memory.over={}", pick(seed, 2, &["die", "refuse"])),
            "gateways.memory.limit=1400KB".to_owned(),
            "gateways.memory.restart=7s".to_owned(),
            format!("gateways.max_age={}", pick(seed, 3, &["30s", "never"])),
            format!("gateways.drain.by={}", pick(seed, 4, &["server_batches", "client_jitter"])),
            "gateways.drain={window: 8s, batch: 30, every: 1s, grace: 5s}".to_owned(),
            format!(
                "edge.admission={}",
                pick(seed, 5, &["all", "{batches: {size: 60, every: 1s}}"])
            ),
        ];
        let text = text.replace("prices: prices/aws-us-east-1.yaml", "");
        let read = |_: &Path| Ok(text.clone().into_bytes());
        let loaded = scenario::load(Path::new("soak.yaml"), &sets, &read);
        let scenario = loaded.unwrap_or_else(|wrong| panic!("{seed}: {wrong}")).scenario;
        let run = || world::simulate(&scenario, 0, &|_| {});
        let outcome = run().unwrap_or_else(|broken| panic!("{seed}: {broken}"));
        assert_eq!(outcome.fingerprint, run().unwrap().fingerprint, "{seed}");
    }
}
