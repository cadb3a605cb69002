//! What stands in a node's box: what was written about it, and what was measured.
use super::{Fact, Graph, Node, entries};
use crate::{
    engine::{Span, number},
    record::Unit,
    report::chart,
    summary::{Summary, board, figures, series::Curve, stated_count},
    units::Quantity,
};
use serde_json::Value as Json;

/// What is said of users without a connection: no budget.
pub(in crate::report) const AWAY: &str = "away";
/// The same of polls that nobody answers.
pub(in crate::report) const FAILED: &str = "failed polls";
/// What a managed service lets in per second.
pub(in crate::report) const QUOTA: &str = "quota";
/// A wait that nobody notices.
const SHORTEST_WAIT: f64 = 0.01;
/// A share of users that somebody sees.
const SEEN: f64 = 0.001;
/// More instances have no bar of their own.
const INSTANCES: usize = 64;

/// What a file says about a node of a kind.
pub(super) fn written(kind: &str, parameters: &Json) -> Vec<Fact> {
    let text = |key: &str| text(parameters.pointer(key));
    let lines = match kind {
        "clients" => vec![
            text("/count").map(|count| several(&count, "user")),
            text("/transport").or_else(|| preferred(&parameters["prefer"])),
            text("/sends/per_user").map(|rate| format!("{rate} each")),
        ],
        "load_balancer" => {
            vec![text("/layer").map(|layer| format!("layer {layer}")), policy(parameters)]
        }
        "gateway" => vec![text("/count").zip(text("/cores")).map(cores)],
        "managed" => {
            vec![text("/service"), text("/new_connections").map(|rate| format!("{rate} new"))]
        }
        "pubsub" => vec![text("/partitions").map(|count| several(&count, "partition"))],
        "fanout" => vec![text("/instances").map(|count| several(&count, "instance"))],
        "registry" => vec![text("/ttl").map(|ttl| format!("TTL {}", duration(&ttl)))],
        "buffer" => vec![text("/retention").map(|retention| format!("keeps {retention}"))],
        "source" => vec![ticks(parameters), audience(&parameters["to"])],
        _ => Vec::new(),
    };
    let fact = |label| Fact { label, value: String::new(), share: None, course: None };
    lines.into_iter().flatten().map(fact).collect()
}

/// The transports that a crowd prefers, in order.
fn preferred(list: &Json) -> Option<String> {
    let word = |it: &Json| match it {
        Json::String(word) => Some(word.clone()),
        _ => entries(it).next().map(|(word, _)| word.to_owned()),
    };
    let words: Vec<String> = list.as_array()?.iter().filter_map(word).collect();
    Some(words.join(" → "))
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
            Some(Fact { label: label.to_owned(), value, share: None, course: None })
        };
        // A count says of what, in its label: its box is narrow.
        let own = |label: &str, name: &str| metric(label, &format!("{}.{name}", node.name));
        let alone = self.only(&node.kind);
        let system = |label: &str, name: &str| alone.then(|| metric(label, name)).flatten();
        let budgets = budgets(node, summary);
        let more = match node.kind.as_str() {
            "clients" => {
                let lag = summary.level("", "delivery_lag", "p99");
                // Who polls in turn is away from one poll to the next: what fails says more.
                let polls = polls_in_turn(&summary.input["nodes"][&node.name][&node.kind]);
                let herd = || if polls { failed_polls(summary) } else { herd(node, summary) };
                let away = alone.then(herd).flatten();
                vec![moving(system("lag p99", "delivery_lag.p99"), Unit::Seconds, lag), away]
            }
            "gateway" => vec![waits(node, summary)],
            "managed" => vec![quota(node, summary)],
            "pubsub" => {
                let waiting = summary.level(&node.name, "backlog", "total");
                vec![moving(own("backlog (msg)", "backlog.peak"), Unit::Count, waiting)]
            }
            "registry" => vec![in_all(system("stale look-ups", "registry.stale_routes"))],
            "buffer" => vec![in_all(system("replays (msg)", "replay.messages"))],
            _ => Vec::new(),
        };
        budgets.into_iter().chain(more.into_iter().flatten()).collect()
    }
}

/// Whether a crowd polls in turn, or some of it may.
fn polls_in_turn(crowd: &Json) -> bool {
    let is = |transport: &Json| {
        transport == "short_poll"
            || entries(transport).next().is_some_and(|it| it.0 == "short_poll")
    };
    is(&crowd["transport"]) || crowd["prefer"].as_array().is_some_and(|all| all.iter().any(is))
}

/// How many of the polls fail at worst, of a moment or a fault.
fn failed_polls(summary: &Summary) -> Option<Fact> {
    let (peak, _) = summary.failing().filter(|&(peak, _)| peak > SEEN)?;
    let course = summary.failing_over_time().map(|course| (Unit::Share, course));
    Some(Fact { label: FAILED.to_owned(), value: told(peak), share: Some(peak), course })
}

/// How many users of the only crowd are away at the worst moment.
fn herd(node: &Node, summary: &Summary) -> Option<Fact> {
    let users = stated_count(&summary.input["nodes"][&node.name][&node.kind]["count"])?;
    let online = summary.level("", "connections", "online").filter(|_| users > 0.0)?;
    let course = online.map(|online| (1.0 - online / users).max(0.0));
    let (_, peak) = course.peak().filter(|&(_, peak)| peak > SEEN)?;
    let course = Some((Unit::Share, course));
    Some(Fact { label: AWAY.to_owned(), value: told(peak), share: Some(peak), course })
}

/// The peak use of each budget of a node, and how it moved.
fn budgets(node: &Node, summary: &Summary) -> Vec<Fact> {
    let mean = |name: &str| summary.mean(&format!("{}.{name}", node.name));
    let busy = || summary.level(&node.name, "cpu", "max");
    let fullest = chart::fullest_and_mean(summary, &node.name, "connections").map(|both| both.0);
    // Sockets and memory are used in proportion to the connections of the fullest instance.
    let filled = |share: Option<f64>| {
        let (curve, share) = (fullest.clone()?, share?);
        let peak = curve.peak().map(|(_, peak)| peak).filter(|&peak| peak > 0.0)?;
        Some(curve.map(|held| held / peak * share))
    };
    let (sockets, memory) = (mean("budget.connections"), mean("budget.memory"));
    let work = summary.work(&node.name);
    let shares = [
        (work, mean("cpu.peak"), busy().or_else(|| summary.level(&node.name, "cpu", "mean"))),
        ("sockets", sockets, filled(sockets)),
        ("memory", memory, filled(memory)),
    ];
    let fact = |(label, share, course): (&str, Option<f64>, Option<Curve>)| {
        let share = share.filter(|share| share.is_finite())?;
        let course = course.map(|course| (Unit::Share, course));
        let (label, value) = (label.to_owned(), told(share));
        Some(Fact { label, value, share: Some(share), course })
    };
    shares.into_iter().filter_map(fact).collect()
}

/// A share of a budget: more than there is has a sign.
pub(in crate::report) fn told(share: f64) -> String {
    let mark = if share > 1.0 { "▲ " } else { "" };
    // In the room of a box, two digits of what is little.
    let little = share > 0.0 && share < 0.01;
    let text = if little { figures::spoken_share(share) } else { figures::share(share) };
    format!("{mark}{text}")
}

/// What a managed service is limited by: new connections, those that it refuses included. How they
/// come over time is known where it stands alone.
fn quota(node: &Node, summary: &Summary) -> Option<Fact> {
    let room = board::headroom(summary).into_iter().find(|room| room.node == node.name)?;
    let peak = room.budgets.iter().find(|it| it.name == board::NEW_CONNECTIONS)?.peak;
    let course = chart::quota(summary).and_then(|rate| {
        let attempted = summary.rate("", "attempts", "attempted")?;
        Some(attempted.map(|tried| tried / rate))
    });
    let course = course.map(|course| (Unit::Share, course));
    Some(Fact { label: QUOTA.to_owned(), value: told(peak), share: Some(peak), course })
}

/// A sum over the whole run: while it plays nobody knows it.
fn in_all(fact: Option<Fact>) -> Option<Fact> {
    let unknown = Curve { step: 1.0, mean: Vec::new(), band: Vec::new() };
    fact.map(|fact| Fact { course: Some((Unit::Count, unknown)), ..fact })
}

/// The longest wait for a CPU, where anybody waits.
fn waits(node: &Node, summary: &Summary) -> Option<Fact> {
    let course = summary.level(&node.name, "handshake_queue", "max")?;
    let (_, peak) = course.peak().filter(|&(_, peak)| peak > SHORTEST_WAIT)?;
    let value = figures::duration(peak);
    let course = Some((Unit::Seconds, course));
    Some(Fact { label: "CPU wait".to_owned(), value, share: None, course })
}

/// A fact with how it moved.
fn moving(fact: Option<Fact>, unit: Unit, course: Option<Curve>) -> Option<Fact> {
    fact.map(|fact| Fact { course: course.map(|course| (unit, course)), ..fact })
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

/// `1 instance`, `8 instances`; the count as it is written.
fn several(count: &str, one: &str) -> String {
    format!("{count} {one}{}", if count == "1" { "" } else { "s" })
}

/// The peak of each instance over its limit; none where there is no limit.
fn instances(node: &Node, summary: &Summary) -> Vec<f64> {
    let names = node.tracks(summary);
    if names.len() > INSTANCES || summary.unit(&node.name, "connections") != Some(Unit::Count) {
        return Vec::new();
    }
    let peak = |name: &str| Some(summary.level(&node.name, "connections", name)?.peak()?.1);
    let Some(limit) = most_connections(node, &summary.input) else { return Vec::new() };
    names.into_iter().filter_map(peak).map(|peak| peak / limit.max(1.0)).collect()
}
