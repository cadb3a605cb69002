//! The smallest piece of a sweep: one replication of one point, known by what it is a function of.
use crate::{record::Outcome, scenario::Scenario, seal};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// What a trajectory is a function of beside the input: a change of behaviour moves these.
const TRAJECTORIES: &str = include_str!("../../tests/fingerprints.csv");

/// Counts up when an outcome holds other measures than before, or the same by another rule.
pub const MEASURES: u32 = 15;

/// What says nothing about the trajectory of one replication.
const APART: [&str; 4] = ["question", "replications", "slo", "prices"];

/// The same of nodes: what the bill alone reads, and it is reckoned from what is kept.
const BILLED: [(&str, &[&str]); 6] = [
    ("gateway", &["instance"]),
    ("managed", &["service"]),
    ("pubsub", &["instance", "brokers", "copies", "retention"]),
    ("fanout", &["instance"]),
    ("registry", &["instance", "copies"]),
    ("buffer", &["instance"]),
];

/// One replication of one point.
#[derive(Clone, Copy, Debug)]
pub struct Unit<'p> {
    /// What runs.
    pub scenario: &'p Scenario,
    /// Which replication, from 0.
    pub replication: u32,
}

/// The name under which a scenario's units are kept: a hash of its resolved input and of the
/// version of what is simulated. Two versions that simulate alike share it.
pub fn key(scenario: &Scenario) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&MEASURES.to_le_bytes());
    hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
    hasher.update(TRAJECTORIES.as_bytes());
    hasher.update(essence(scenario).to_string().as_bytes());
    hasher.finalize().to_hex()[..24].to_owned()
}

/// The resolved input without what says nothing about the trajectory.
fn essence(scenario: &Scenario) -> Json {
    let mut input = scenario.resolved.clone();
    if let Json::Object(entries) = &mut input {
        entries.retain(|key, _| !APART.contains(&key.as_str()));
    }
    let nodes = input.get_mut("nodes").and_then(Json::as_object_mut);
    for node in nodes.into_iter().flat_map(|nodes| nodes.values_mut()) {
        for (kind, keys) in BILLED {
            if let Some(Json::Object(parameters)) = node.get_mut(kind) {
                parameters.retain(|key, _| !keys.contains(&key.as_str()));
            }
        }
    }
    input
}

#[derive(Serialize)]
struct File<'a> {
    input: Json,
    outcome: &'a Outcome,
    seal: &'static str,
}

#[derive(Deserialize)]
struct Kept {
    input: Json,
    outcome: Outcome,
    seal: String,
}

/// A unit's outcome as the bytes of a file, without its series.
pub fn write(unit: &Unit<'_>, outcome: &Outcome) -> Vec<u8> {
    let file = File { input: essence(unit.scenario), outcome, seal: "" };
    let mut bytes = seal::close(serde_json::to_vec(&file).expect("plain data becomes JSON"));
    bytes.push(b'\n');
    bytes
}

/// A unit's outcome from the bytes of its file.
///
/// # Errors
/// A sentence: the file is no such outcome, or that of another unit.
pub fn read(unit: &Unit<'_>, bytes: &[u8]) -> Result<Outcome, String> {
    let kept: Kept = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if kept.input != essence(unit.scenario) || kept.outcome.replication != unit.replication {
        return Err("it holds the outcome of another input".to_owned());
    }
    // The last byte ends the line.
    if !seal::holds(bytes.strip_suffix(b"\n").unwrap_or(bytes), &kept.seal) {
        return Err("it is not as it was written".to_owned());
    }
    Ok(kept.outcome)
}
