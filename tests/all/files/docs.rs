//! `docs/FILES.md` says what the program does.
use super::{DEPLOY, Files};
use serde_json::Value;
use squall::{
    scenario::{LEGAL, defaults},
    units::Any,
};

const FILES: &str = include_str!("../../../docs/FILES.md");

/// The cells of the row that a table has for a key.
fn row(key: &str) -> Vec<&'static str> {
    let start = format!("| `{key}` |");
    let mut rows = FILES.lines().filter(|line| line.starts_with(&start));
    let row = rows.next().unwrap_or_else(|| panic!("docs/FILES.md has no row for `{key}`"));
    assert_eq!(rows.next(), None, "docs/FILES.md has two rows for `{key}`");
    row.trim_matches('|').split('|').map(str::trim).collect()
}

#[test]
fn every_default_and_its_source_are_documented() {
    for default in defaults::TABLE {
        if let Some(pair) = default.key.strip_prefix("links.") {
            let (source, target) = pair.split_once(" -> ").unwrap();
            let row =
                format!("| `{source}` | `{target}` | `{}` | {} |", default.text, default.source);
            assert!(FILES.contains(&row), "docs/FILES.md lacks {row}");
            continue;
        }
        let cells = row(default.key);
        assert_eq!(cells[2], format!("`{}`", default.text), "{}", default.key);
        assert_eq!(cells[3], default.source, "{}", default.key);
    }
}

#[test]
fn every_legal_link_has_a_default_and_no_other_is_documented() {
    for (source, target) in LEGAL {
        assert!(defaults::of(&format!("links.{source} -> {target}")).is_some());
    }
    let links = FILES.split("## Links").nth(1).unwrap().split("## Timeline").next().unwrap();
    let rows = links.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(rows, LEGAL.len());
}

/// The keys of a resolved map, without the keys of laws.
fn keys(form: &str, value: &Value, found: &mut Vec<String>) {
    let Value::Object(entries) = value else { return };
    for (key, value) in entries {
        let path = format!("{form}.{key}");
        let is_law = ["rtt", "lifetime", "latency", "service"].contains(&key.as_str());
        if is_law || !value.is_object() {
            found.push(path);
        } else {
            keys(&path, value, found);
        }
    }
}

#[test]
fn every_key_of_a_node_is_documented() {
    let zoo = Files::default().good("tests/all/files/zoo.yaml", &[]).scenario;
    let mut found = Vec::new();
    for node in zoo.resolved["nodes"].as_object().unwrap().values() {
        for (kind, parameters) in node.as_object().unwrap() {
            keys(kind, parameters, &mut found);
        }
    }
    assert!(found.len() > 60, "{found:?}");
    for key in found {
        row(&key);
    }
}

/// A scenario that says nothing that it need not.
const LEAST: &str = "
horizon: 1min
nodes:
  users: { clients: { count: 2, network: { rtt: 50ms }, sends: { per_user: 1/min, payload: 1B } } }
  edge: { load_balancer: {} }
  gateways: { gateway: { count: 1 } }
  bus: { pubsub: }
  fanout: { fanout: { instances: 1 } }
  presence: { registry: {} }
  replay: { buffer: {} }
timeline:
  - { at: 0s, deploy: { node: gateways } }
  - { at: 0s, crash: { node: gateways, instances: 0 } }
  - { at: 0s, zone_loss: { node: gateways, zone: 0 } }
  - { at: 0s, drop_clients: { node: users } }
  - { at: 0s, balancer_restart: { node: edge } }
  - { at: 0s, load: { node: users, factor: 2 } }
";

/// Whether two texts mean the same: `60s` and `1min`.
fn same(one: &Value, other: &str) -> bool {
    let one = one.as_str().map_or_else(|| one.to_string(), str::to_owned);
    one == other || Any::read(&one).is_ok_and(|one| Any::read(other) == Ok(one))
}

#[test]
fn what_is_left_out_is_the_default() {
    let files = Files::default().with("least.yaml", LEAST);
    let resolved = files.good("least.yaml", &[]).scenario.resolved;
    for default in defaults::TABLE {
        let (form, path) = default.key.split_once('.').unwrap();
        let start = match form {
            "experiment" => &resolved,
            "links" => continue,
            kind => {
                let entries = resolved["timeline"].as_array().unwrap().iter();
                let nodes = resolved["nodes"].as_object().unwrap().values();
                nodes.chain(entries).find_map(|it| it.get(kind)).unwrap()
            }
        };
        if path.starts_with("policy.") {
            continue;
        }
        let value = path.split('.').fold(start, |value, key| &value[key]);
        assert!(same(value, default.text), "{}: {value}, not {}", default.key, default.text);
    }
    let hash = "edge.policy={consistent_hash: {via: ticket}}";
    let resolved = files.good("least.yaml", &[hash]).scenario.resolved;
    let hash = &resolved["nodes"]["edge"]["load_balancer"]["policy"]["consistent_hash"];
    assert_eq!(hash.to_string(), r#"{"key":"user","via":"ticket","virtual_nodes":160}"#);
}

#[test]
fn every_default_link_has_its_latency() {
    let files = Files::default().with("least.yaml", LEAST);
    let scenario = files.good("least.yaml", &[]).scenario;
    assert_eq!(scenario.links.len(), LEGAL.len());
    let links = scenario.resolved["links"].as_object().unwrap();
    for ((source, target), (_, link)) in LEGAL.iter().zip(links) {
        let default = defaults::of(&format!("links.{source} -> {target}")).unwrap();
        assert_eq!(link["latency"], default.text, "{source} -> {target}");
    }
}

#[test]
fn the_example_is_the_design() {
    let example = FILES.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let loaded = Files::default().with(DEPLOY, example).good(DEPLOY, &[]);
    assert_eq!(loaded.plan.count, 4);
}
