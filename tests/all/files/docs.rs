//! `docs/FILES.md` says what the program does.
use super::{DEPLOY, Files};
use serde_json::Value;
use squall::{
    record::Cause,
    scenario::{
        LEGAL,
        catalogue::{self, Key},
        defaults,
    },
    spec::codes,
    summary::glossary::{self, METRICS},
    units::Any,
};
use std::fs;

const PATH: &str = "docs/FILES.md";

const FILES: &str = include_str!("../../../docs/FILES.md");

/// The row that a table should have for a key: what it takes, its default with its source, what it
/// means.
fn row(key: &Key) -> String {
    let words: Vec<String> = key.words.iter().map(|word| format!("`{word}`")).collect();
    let words = words.join(" ");
    let (mut value, mut meaning) =
        (key.value.clone(), key.meaning.trim_end_matches('.').to_owned());
    if key.value == "word" {
        meaning += &format!(" ({words})");
    } else if !words.is_empty() {
        value += &format!(", {words}");
    }
    let (default, source) = match key.default {
        Some(default) if key.by_rule => (default.text.to_owned(), default.source),
        Some(default) => (format!("`{}`", default.text), default.source),
        None if key.is_required() => ("required".to_owned(), ""),
        None => (String::new(), ""),
    };
    let source = if source.is_empty() { String::new() } else { format!("{source} ") };
    format!("| `{}` | {value} | {default} | {source}| {meaning} |", key.name)
}

/// The tables of the document that the program has too: what each row must be, by how it starts.
fn rows() -> Vec<(String, String)> {
    let keys = catalogue::keys();
    let sections = |key: &&Key| {
        let section = key.name.split('.').next().unwrap();
        catalogue::ACTIONS.contains(&section) || catalogue::example_name(section).is_some()
    };
    let head = |key: &&Key| {
        ["horizon", "warm_up", "tick", "seed", "replications"]
            .map(|name| format!("experiment.{name}"))
            .contains(&key.name)
    };
    let leaf = |key: &&Key| !key.value.is_empty();
    let keys = keys.iter().filter(|key| sections(key) || head(key)).filter(leaf);
    let mut rows: Vec<(String, String)> =
        keys.map(|key| (format!("| `{}` |", key.name), row(key))).collect();
    rows.extend(catalogue::VALUES.iter().map(|(name, written, says)| {
        (format!("| {name} | `"), format!("| {name} | {written} | {says} |"))
    }));
    rows.extend(METRICS.iter().map(|metric| {
        let unit = glossary::unit(metric.unit);
        let says = metric.meaning.trim_end_matches('.');
        (format!("| `{}` |", metric.name), format!("| `{}` | {unit} | {says} |", metric.name))
    }));
    rows.extend(Cause::ALL.map(|cause| {
        let says = glossary::cause(cause).trim_end_matches('.');
        (format!("| `{}` |", cause.name()), format!("| `{}` | {says} |", cause.name()))
    }));
    rows.extend(codes::CODES.iter().map(|(code, says)| {
        (format!("| `{code}` |"), format!("| `{code}` | {} |", says.trim_end_matches('.')))
    }));
    rows
}

/// `SQUALL_BLESS=1 cargo test docs` writes the rows anew.
#[test]
fn the_tables_say_what_the_program_knows() {
    let mut text = fs::read_to_string(PATH).unwrap();
    let bless = std::env::vars().any(|(name, _)| name == "SQUALL_BLESS");
    let mut wrong = Vec::new();
    for (start, row) in rows() {
        let found: Vec<&str> = text.lines().filter(|line| line.starts_with(&start)).collect();
        assert_eq!(found.len(), 1, "{PATH} has {} rows that start with {start}", found.len());
        if found[0] != row && bless {
            text = text.replacen(found[0], &row, 1);
        } else if found[0] != row {
            wrong.push(row);
        }
    }
    if bless {
        fs::write(PATH, text).unwrap();
    }
    assert!(wrong.is_empty(), "{PATH} has other rows than\n{}", wrong.join("\n"));
}

#[test]
fn every_default_is_documented() {
    for default in defaults::TABLE {
        if let Some(pair) = default.key.strip_prefix("links.") {
            let (source, target) = pair.split_once(" -> ").unwrap();
            let row =
                format!("| `{source}` | `{target}` | `{}` | {} |", default.text, default.source);
            assert!(FILES.contains(&row), "{PATH} lacks {row}");
        } else {
            let row = format!("| `{}` |", default.key);
            assert!(FILES.contains(&row), "{PATH} lacks {row}");
        }
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
        let laws = ["rtt", "lifetime", "latency", "service", "on", "off"];
        let is_law = laws.contains(&key.as_str());
        if is_law || !value.is_object() {
            found.push(path);
        } else {
            keys(&path, value, found);
        }
    }
}

#[test]
fn every_key_of_a_node_is_known() {
    let zoo = Files::default().good("tests/all/files/zoo.yaml", &[]).scenario;
    let mut found = Vec::new();
    for node in zoo.resolved["nodes"].as_object().unwrap().values() {
        for (kind, parameters) in node.as_object().unwrap() {
            keys(kind, parameters, &mut found);
        }
    }
    assert!(found.len() > 60, "{found:?}");
    let known = catalogue::keys();
    for key in found {
        assert!(known.iter().any(|known| known.name == key), "{key}");
    }
}

/// A scenario that says nothing that it need not.
const LEAST: &str = "
horizon: 1min
nodes:
  users: { clients: { count: 2, network: { rtt: 50ms }, sends: { per_user: 1/min, payload: 1B } } }
  edge: { load_balancer: {} }
  gateways: { gateway: { count: 1, session: {} } }
  bus: { pubsub: }
  fanout: { fanout: { instances: 1 } }
  presence: { registry: {} }
  replay: { buffer: {} }
  mail: { buffer: { scope: inbox } }
  ticker: { source: { rate: 1/s, payload: 1B } }
timeline:
  - { at: 0s, deploy: { node: gateways } }
  - { at: 0s, crash: { node: gateways, instances: 0 } }
  - { at: 0s, zone_loss: { node: gateways, zone: 0 } }
  - { at: 0s, drop_clients: { node: users } }
  - { at: 0s, balancer_restart: { node: edge } }
  - { at: 0s, block: { node: users, transport: websocket } }
  - { at: 0s, load: { node: users, factor: 2 } }
  - { at: 0s, slow: { node: presence, factor: 2 } }
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
    let (crowd, sends) = ("count: 2,", "sends: { per_user: 1/min, payload: 1B }");
    let text = LEAST.replace(crowd, "").replace(sends, "sessions: { arrive: 1/s, stay: 1s }");
    // What sources publish is for users.
    let text = text.replace("ticker: { source: { rate: 1/s, payload: 1B } }", "");
    let files = files.with("stream.yaml", &text);
    let stream = files.good("stream.yaml", &[]).scenario.resolved;
    let list = LEAST.replace(
        crowd,
        "count: 2, prefer: [websocket, sse, long_poll], background: { share: 1% },",
    );
    let list = list.replace("  mail: { buffer: { scope: inbox } }\n", "");
    let files = files.with("list.yaml", &list);
    let list = files.good("list.yaml", &[]).scenario.resolved;
    let (head, _) = LEAST.split_once("timeline:").unwrap();
    let text = head.replace("gateway: { count: 1, session: {} }", "managed: {}");
    let files = files.with("held.yaml", &text);
    let held = files.good("held.yaml", &[]).scenario.resolved;
    for default in defaults::TABLE {
        let (form, path) = default.key.split_once('.').unwrap();
        let start = match form {
            "managed" => &held["nodes"]["gateways"]["managed"],
            "experiment" => &resolved,
            "links" => continue,
            // A stream, in place of a crowd.
            "clients" if path.starts_with("sessions.") => &stream["nodes"]["users"]["clients"],
            // A list, in place of one transport.
            "clients"
                if ["blocked", "fallback", "background"]
                    .contains(&path.split('.').next().unwrap()) =>
            {
                &list["nodes"]["users"]["clients"]
            }
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
