//! Where each value of a scenario came from: who wrote it, where, or which default it is.
//!
//! Every leaf of the resolved document is looked up in the tree of the files by the same keys: what
//! stands there was written, and what does not is a default.
use super::defaults;
use crate::{
    engine::number,
    spec::{
        At, Input, Node, Value,
        compose::{Composed, Role, Set},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::{collections::BTreeMap, path::Path};

/// A value, and where it came from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Origin {
    /// What it is addressed by: `gateways.drain.window`, `links.edge -> gateways.latency`.
    pub path: String,
    /// The value as it is shown.
    pub value: String,
    /// Who says so.
    pub from: Writer,
    /// The file and line (`chat.yaml:12`), the argument (`--set gateways.count`), or the source of
    /// the default (`socket.io [P]`).
    pub source: String,
}

/// Who says that a value is so.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Writer {
    /// An axis of the sweep, at this point of it.
    Axis,
    /// An argument.
    CommandLine,
    /// `set:` of the experiment.
    Set,
    /// The experiment itself.
    Experiment,
    /// An experiment that it extends.
    ExtendedExperiment,
    /// The model.
    Model,
    /// A model that the model extends.
    ExtendedModel,
    /// A price sheet.
    Prices,
    /// Nobody wrote it.
    Default,
}

impl Writer {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Axis => "axis",
            Self::CommandLine => "command line",
            Self::Set => "set",
            Self::Experiment => "experiment",
            Self::ExtendedExperiment => "extended experiment",
            Self::Model => "model",
            Self::ExtendedModel => "extended model",
            Self::Prices => "price sheet",
            Self::Default => "default",
        }
    }
}

/// The origins of all values of a resolved document, in its order; `tree` is what it was resolved
/// from, and `axes` what a point of a sweep sets beside all others.
pub(super) fn origins(
    input: &Input<'_>,
    composed: &Composed,
    axes: &[Set],
    tree: &Node,
    resolved: &Json,
) -> Vec<Origin> {
    let mut search = Search { input, composed, axes, lines: BTreeMap::new(), found: Vec::new() };
    for (key, value) in entries(resolved) {
        let written = tree.get(key);
        match key {
            "nodes" => search.nodes(value, written),
            "links" => search.links(value, written, &resolved["nodes"]),
            "timeline" => search.timeline(value, written),
            "slo" => search.slo(value, written),
            "question" => search.question(value, written),
            key => search.value(key.to_owned(), &format!("experiment.{key}"), value, written),
        }
    }
    search.found
}

fn entries(value: &Json) -> impl Iterator<Item = (&str, &Json)> {
    value.as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

struct Search<'s, 'r> {
    input: &'s Input<'r>,
    composed: &'s Composed,
    axes: &'s [Set],
    /// Where the lines of a source begin.
    lines: BTreeMap<u16, Vec<u32>>,
    found: Vec<Origin>,
}

impl Search<'_, '_> {
    fn nodes(&mut self, nodes: &Json, written: Option<&Node>) {
        for (name, node) in entries(nodes) {
            for (kind, parameters) in entries(node) {
                let written = written.and_then(|nodes| nodes.get(name)?.get(kind));
                self.value(name.to_owned(), kind, parameters, written);
            }
        }
    }

    fn links(&mut self, links: &Json, written: Option<&Node>, nodes: &Json) {
        let kind = |name: &str| entries(&nodes[name]).next().map_or("", |(kind, _)| kind);
        for (name, link) in entries(links) {
            let (source, target) = name.split_once(" -> ").unwrap_or_default();
            let default = format!("links.{} -> {}", kind(source), kind(target));
            let written = written.and_then(|links| links.get(name));
            for (key, value) in entries(link) {
                let written = written.and_then(|link| link.get(key));
                self.value(format!("links.{name}.{key}"), &default, value, written);
            }
        }
    }

    fn timeline(&mut self, timeline: &Json, written: Option<&Node>) {
        for entry in timeline.as_array().into_iter().flatten() {
            let named =
                |item: &&Node| item.get("name").and_then(Node::text) == entry["name"].as_str();
            let written = written.and_then(Node::items).and_then(|items| items.iter().find(named));
            let path = format!("timeline.{}", entry["name"].as_str().unwrap_or_default());
            for (key, value) in entries(entry) {
                let written_here = written.and_then(|entry| entry.get(key));
                if value.is_object() {
                    self.value(path.clone(), key, value, written_here);
                } else {
                    // A name that was made stands where its entry does.
                    let given = written_here.filter(|node| Some(node.at) != written.map(|e| e.at));
                    self.value(format!("{path}.{key}"), &format!("timeline.{key}"), value, given);
                }
            }
        }
    }

    fn slo(&mut self, slo: &Json, written: Option<&Node>) {
        let items = written.and_then(Node::items);
        for (place, value) in slo.as_array().into_iter().flatten().enumerate() {
            let path = format!("slo.{place}");
            let written = items.and_then(|items| items.get(place));
            self.value(path, "experiment.slo", value, written);
        }
    }

    /// A question that is not written is the headline of the file, or its name.
    fn question(&mut self, value: &Json, written: Option<&Node>) {
        let start = At::new(self.composed.source, 0, 0);
        let source = self.input.sources.of(start);
        let stem = Path::new(&source.name).file_stem().unwrap_or_default().to_string_lossy();
        let is_name = value.as_str() == Some(&stem);
        match written {
            None if !is_name => self.push("question".to_owned(), value, start),
            written => {
                self.value("question".to_owned(), "experiment.question", value, written);
            }
        }
    }

    /// A value, or all that a map holds; `key` is that of its default.
    fn value(&mut self, path: String, key: &str, value: &Json, written: Option<&Node>) {
        if value.as_object().is_some_and(|entries| !entries.is_empty()) {
            // A library's name stands for all that it decides.
            let library = written.filter(|_| key.ends_with(".reconnect")).and_then(|node| {
                if node.text().is_some() { Some(node) } else { node.get("preset") }
            });
            for (name, value) in entries(value) {
                let written = written.and_then(|node| node.get(name)).or(library);
                self.value(format!("{path}.{name}"), &format!("{key}.{name}"), value, written);
            }
            return;
        }
        match written.filter(|node| !node.is_null()) {
            Some(node) => self.push(path, value, innermost(node)),
            None => {
                let default = defaults::of(key).or_else(|| defaults::derived(key));
                let source = default.map_or("", |default| default.source).to_owned();
                let value = shown(value);
                self.found.push(Origin { path, value, from: Writer::Default, source });
            }
        }
    }

    fn push(&mut self, path: String, value: &Json, at: At) {
        let (from, source) = self.writer(at);
        self.found.push(Origin { path, value: shown(value), from, source });
    }

    /// Who wrote what stands at a place.
    fn writer(&mut self, at: At) -> (Writer, String) {
        let within =
            |outer: At| outer.source == at.source && outer.start <= at.start && at.end <= outer.end;
        let axis = self.axes.iter().find(|set| within(set.value.at));
        let set = self.composed.sets.iter().rev().find(|set| within(set.value.at));
        let role = self.composed.roles.iter().find(|(source, ..)| *source == at.source);
        let from = match (axis, set, role) {
            (Some(axis), _, None) => return (Writer::Axis, format!("--axis {}", axis.path)),
            (Some(_), _, Some(_)) => Writer::Axis,
            (None, Some(set), None) => {
                return (Writer::CommandLine, format!("--set {}", set.path));
            }
            (None, Some(_), Some(_)) => Writer::Set,
            (None, None, Some((_, Role::Model, false))) => Writer::Model,
            (None, None, Some((_, Role::Model, true))) => Writer::ExtendedModel,
            (None, None, Some((_, Role::Prices, _))) => Writer::Prices,
            (None, None, Some((_, Role::Experiment, true))) => Writer::ExtendedExperiment,
            (None, None, Some((_, Role::Experiment, false)) | None) => Writer::Experiment,
        };
        (from, self.place(at))
    }

    /// `chat.yaml:12`: the name alone, so that results do not depend on where they were made.
    fn place(&mut self, at: At) -> String {
        let source = self.input.sources.of(at);
        let starts = self.lines.entry(at.source).or_insert_with(|| {
            let feeds = source.text.match_indices('\n');
            feeds.map(|(place, _)| number::row(place)).collect()
        });
        let line = starts.partition_point(|feed| *feed < at.start) + 1;
        let name = Path::new(&source.name).file_name().unwrap_or_default();
        format!("{}:{line}", name.to_string_lossy())
    }
}

/// Within maps of one key, such as `{ constant: 5ms }`, what the key chooses.
fn innermost(node: &Node) -> At {
    match &node.value {
        Value::Map(entries) if entries.len() == 1 && !entries[0].value.is_null() => {
            innermost(&entries[0].value)
        }
        Value::Null | Value::Text(_) | Value::List(_) | Value::Map(_) => node.at,
    }
}

/// A value in one short line.
fn shown(value: &Json) -> String {
    const LISTED: usize = 8;
    match value {
        Json::String(text) => text.clone(),
        Json::Array(items) => {
            let mut texts: Vec<String> = items.iter().take(LISTED).map(shown).collect();
            if items.len() > LISTED {
                texts.push(format!("… ({} values)", items.len()));
            }
            format!("[{}]", texts.join(", "))
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => value.to_string(),
    }
}
