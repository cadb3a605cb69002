//! Storms as squall's own files state them: one crowd, one balancer, one server, no network.
use super::reference::Setting;
use squall::{record::Outcome, scenario, world};
use std::{io, path::Path};

/// A storm: who is dropped how, and what the way in is like.
pub(crate) fn file(setting: &Setting, reconnect: &str) -> String {
    let Setting { clients, rate, servers, timeout, horizon, skip, .. } = setting;
    let queue = match setting.queue {
        usize::MAX => "unbounded".to_owned(),
        bound => bound.to_string(),
    };
    let (kind, within) = setting.window.map_or(("reset", 0.0), |window| ("told", window));
    let work = 1e9 / rate;
    format!(
        "horizon: {horizon}s
nodes:
  phones:
    clients: {{ count: {clients}, network: {{ rtt: 0s }}, reconnect: {reconnect} }}
  edge: {{ load_balancer: {{}} }}
  gateways:
    gateway:
      count: 1
      cores: {servers}
      max_connections: 2M
      descriptors: 2M
      accept_queue: {queue}
      skip_abandoned: {skip}
      memory: {{ per_connection: 1KB, limit: 1TB }}
      handshake_rtts: 0
      cpu: {{ tls_full: 0s, tls_resumed: 0s, app: {work:.0}ns, refusal: 0s, idle: 0us/s }}
links:
  edge -> gateways: {{ latency: 0s }}
timeline:
  - {{ at: 0s, name: drop, drop_clients: {{ node: phones, kind: {kind}, within: {within}s }} }}
"
    )
    .replace("TIMEOUT", &format!("{timeout}s"))
}

/// Runs a storm; `reconnect` is its map in the file, with `TIMEOUT` for the timeout.
pub(crate) fn squall(setting: &Setting, reconnect: &str, seed: u64) -> Outcome {
    let text = file(setting, reconnect);
    let sets = [format!("seed={seed}")];
    let read = |path: &Path| -> io::Result<Vec<u8>> {
        assert_eq!(path, Path::new("storm.yaml"));
        Ok(text.clone().into_bytes())
    };
    let loaded = scenario::load(Path::new("storm.yaml"), &sets, &read)
        .unwrap_or_else(|wrong| panic!("{text}\n{wrong}"));
    world::simulate(&loaded.scenario, 0, &|_| {}).unwrap()
}

/// The value of a metric, if it has one.
pub(crate) fn value(outcome: &Outcome, name: &str) -> Option<f64> {
    let found = outcome.measures.iter().find(|measure| measure.name == name);
    found.unwrap_or_else(|| panic!("no metric {name}")).value
}
