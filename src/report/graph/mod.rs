//! The topology as people see it: nodes with what matters about them, links with their latency,
//! read from the resolved input. What was measured is added when there is a summary.
mod facts;
mod labels;
mod picture;
mod plan;
mod routes;
mod text;

pub(super) use facts::{AWAY, FAILED, QUOTA, most_connections, told};
pub use picture::{across, down, framed};
pub(super) use picture::{comes_along, doors, tiers};
pub use text::{dot, mermaid};

use crate::{record::Unit, summary::series::Curve};
use serde_json::Value as Json;

/// Nodes and links.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Graph {
    /// The nodes, in the order of the file.
    pub nodes: Vec<Node>,
    /// Request paths.
    pub links: Vec<Link>,
}

/// A node.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Its kind, such as `load_balancer`.
    pub kind: String,
    /// What matters about it.
    pub facts: Vec<Fact>,
    /// How much of its limit each instance used at its peak; empty when nobody counted.
    pub instances: Vec<f64>,
}

/// A line in a node's box.
#[derive(Clone, PartialEq, Debug)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// How much; empty when the label says it all.
    pub value: String,
    /// Of a budget: how much of it is used.
    pub share: Option<f64>,
    /// How it moved over the run, in a unit of its own.
    pub course: Option<(Unit, Curve)>,
}

/// A directed request path.
#[derive(Clone, PartialEq, Debug)]
pub struct Link {
    /// The place of the node where it begins.
    pub source: usize,
    /// The place of the node where it ends.
    pub target: usize,
    /// One way, in words.
    pub latency: String,
}

impl Graph {
    /// The graph of a resolved input.
    pub fn of(input: &Json) -> Self {
        let nodes: Vec<Node> = entries(&input["nodes"]).filter_map(node).collect();
        let place = |name: &str| nodes.iter().position(|node| node.name == name);
        let link = |(name, link): (&str, &Json)| {
            let (source, target) = name.split_once(" -> ")?;
            let latency = facts::latency(&link["latency"]);
            Some(Link { source: place(source)?, target: place(target)?, latency })
        };
        let links = entries(&input["links"]).filter_map(link).collect();
        Self { nodes, links }
    }

    /// Whether there is only one node of that kind: what is measured of the system is its own.
    fn only(&self, kind: &str) -> bool {
        self.nodes.iter().filter(|node| node.kind == kind).count() == 1
    }
}

fn node((name, form): (&str, &Json)) -> Option<Node> {
    let (kind, parameters) = entries(form).next()?;
    Some(Node {
        name: name.to_owned(),
        kind: kind.to_owned(),
        facts: facts::written(kind, parameters),
        instances: Vec::new(),
    })
}

fn entries(value: &Json) -> impl Iterator<Item = (&str, &Json)> {
    value.as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_graph_is_left_out() {
        for input in [
            serde_json::json!(null),
            serde_json::json!({ "nodes": [1], "links": "x" }),
            serde_json::json!({ "nodes": { "a": 1, "b": {} } }),
        ] {
            assert_eq!(Graph::of(&input), Graph::default());
        }
        let dangling = serde_json::json!({
            "nodes": { "a": { "clients": null } },
            "links": { "a -> b": {}, "a": {}, "a -> a": { "latency": "network" } },
        });
        let graph = Graph::of(&dangling);
        assert_eq!((graph.nodes.len(), graph.links.len()), (1, 1));
        assert_eq!(graph.links[0].latency, "½ RTT");
    }
}
