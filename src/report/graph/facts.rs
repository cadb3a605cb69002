//! What stands in a node's box: what was written about it, and what was measured.
use super::{Fact, Graph, Node, entries};
use crate::{
    engine::{Span, number},
    record::Unit,
    summary::{Summary, figures, stated_count},
    units::Quantity,
};
use serde_json::Value as Json;

/// More instances have no bar of their own.
const INSTANCES: usize = 64;

/// What a file says about a node of a kind.
pub(super) fn written(kind: &str, parameters: &Json) -> Vec<Fact> {
    let text = |key: &str| text(parameters.pointer(key));
    let lines = match kind {
        "clients" => vec![
            text("/count").map(|count| format!("{count} users")),
            text("/transport"),
            text("/sends/per_user").map(|rate| format!("{rate} each")),
        ],
        "load_balancer" => {
            vec![text("/layer").map(|layer| format!("layer {layer}")), policy(parameters)]
        }
        "gateway" => vec![text("/count").zip(text("/cores")).map(cores)],
        "pubsub" => vec![text("/partitions").map(|count| format!("{count} partitions"))],
        "fanout" => vec![text("/instances").map(|count| format!("{count} instances"))],
        "registry" => vec![text("/ttl").map(|ttl| format!("TTL {}", duration(&ttl)))],
        "buffer" => vec![text("/retention").map(|retention| format!("keeps {retention}"))],
        "source" => vec![ticks(parameters), audience(&parameters["to"])],
        _ => Vec::new(),
    };
    let fact = |label| Fact { label, value: String::new(), share: None };
    lines.into_iter().flatten().map(fact).collect()
}

fn cores((count, cores): (String, String)) -> String {
    format!("{count} × {cores} cores")
}

/// When a source publishes, in a few letters.
fn ticks(parameters: &Json) -> Option<String> {
    let every = text(parameters.get("every")).map(|every| format!("every {}", duration(&every)));
    let bursts = || Some(format!("bursts of {}", text(parameters.pointer("/bursts/rate"))?));
    let measured = || {
        let all = parameters.get("arrivals")?.as_array()?;
        Some(format!("{} arrivals", figures::count(number::float(number::count(all.len())))))
    };
    every.or_else(|| text(parameters.get("rate"))).or_else(bursts).or_else(measured)
}

/// Whom a message of a source is for, in a word.
fn audience(to: &Json) -> Option<String> {
    let name = to.as_str().or_else(|| entries(to).next().map(|(name, _)| name))?;
    Some(format!("to {}", if name == "user" { "one user" } else { name }))
}

fn policy(parameters: &Json) -> Option<String> {
    let policy = &parameters["policy"];
    let name = policy.as_str().or_else(|| entries(policy).next().map(|(name, _)| name))?;
    let name = if name == "consistent_hash" { "ring hash" } else { name };
    Some(name.replace('_', " "))
}

/// A single value as a file writes it.
fn text(value: Option<&Json>) -> Option<String> {
    match value? {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

/// A latency in a few letters: `½ RTT`, `1 ms`, or the law and its first parameter.
pub(super) fn latency(value: &Json) -> String {
    match value {
        Json::String(text) if text == "network" => "½ RTT".to_owned(),
        Json::String(text) => duration(text),
        Json::Object(_) => {
            let (name, law) = entries(value).next().unwrap_or(("", &Json::Null));
            let first = match law {
                Json::Object(_) => entries(law).next().and_then(|(_, value)| text(Some(value))),
                Json::Array(items) => text(items.first()),
                Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => text(Some(law)),
            };
            first.map_or_else(|| name.to_owned(), |first| format!("~ {}", duration(&first)))
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) => String::new(),
    }
}

/// A duration as the report writes it; what is none stays as it is.
fn duration(text: &str) -> String {
    Span::read(text).map_or_else(|_| text.to_owned(), |span| figures::spoken(span.seconds()))
}

impl Graph {
    /// The graph of a summary, with what was measured at each node.
    pub fn measured(summary: &Summary) -> Self {
        let mut graph = Self::of(&summary.input);
        for place in 0..graph.nodes.len() {
            let found = graph.at(&graph.nodes[place], summary);
            let node = &mut graph.nodes[place];
            node.facts.extend(found);
            node.instances = instances(node, summary);
        }
        graph
    }

    fn at(&self, node: &Node, summary: &Summary) -> Vec<Fact> {
        let metric = |label: &str, name: &str| {
            let metric = summary.metric(name)?;
            let value = figures::figure(metric.unit, metric.mean?);
            Some(Fact { label: label.to_owned(), value, share: None })
        };
        let own = |label: &str, name: &str| metric(label, &format!("{}.{name}", node.name));
        let system =
            |label: &str, name: &str| self.only(&node.kind).then(|| metric(label, name)).flatten();
        let budgets = budgets(node, summary);
        let more = match node.kind.as_str() {
            "clients" => vec![system("lag p99", "delivery_lag.p99")],
            "pubsub" => vec![own("backlog", "backlog.peak")],
            "registry" => vec![system("stale", "registry.stale_routes")],
            "buffer" => vec![system("replays", "replay.messages")],
            _ => Vec::new(),
        };
        budgets.into_iter().chain(more.into_iter().flatten()).collect()
    }
}

/// The peak use of each budget of a node.
fn budgets(node: &Node, summary: &Summary) -> Vec<Fact> {
    let mean = |name: &str| summary.mean(&format!("{}.{name}", node.name));
    let shares = [
        ("CPU", mean("cpu.peak")),
        ("sockets", mean("budget.connections")),
        ("memory", mean("budget.memory")),
    ];
    let fact = |(label, share): (&str, Option<f64>)| {
        let share = share.filter(|share| share.is_finite())?;
        let mark = if share > 1.0 { "▲ " } else { "" };
        let value = format!("{mark}{}", figures::share(share));
        Some(Fact { label: label.to_owned(), value, share: Some(share) })
    };
    shares.into_iter().filter_map(fact).collect()
}

/// The connections that an instance of a node can hold, as the input states.
pub(in crate::report) fn most_connections(node: &Node, input: &Json) -> Option<f64> {
    let parameters = &input["nodes"][&node.name][&node.kind];
    let limits = ["max_connections", "descriptors"].map(|key| stated_count(&parameters[key]));
    limits.into_iter().flatten().reduce(f64::min)
}

impl Node {
    /// The names of its instances whose connections were recorded.
    pub(in crate::report) fn tracks<'s>(&self, summary: &'s Summary) -> Vec<&'s str> {
        let names = summary.statistics(&self.name, "connections");
        names.into_iter().filter(|&name| name != "total").collect()
    }
}

/// The peak of each instance over its limit; over the highest peak where there is no limit.
fn instances(node: &Node, summary: &Summary) -> Vec<f64> {
    let names = node.tracks(summary);
    if names.len() > INSTANCES || summary.unit(&node.name, "connections") != Some(Unit::Count) {
        return Vec::new();
    }
    let peak = |name: &str| Some(summary.level(&node.name, "connections", name)?.peak()?.1);
    let peaks: Vec<f64> = names.into_iter().filter_map(peak).collect();
    let most = peaks.iter().copied().fold(0.0, f64::max);
    let limit = most_connections(node, &summary.input).unwrap_or(most);
    peaks.into_iter().map(|peak| peak / limit.max(1.0)).collect()
}
