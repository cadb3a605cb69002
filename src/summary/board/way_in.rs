//! Who comes to a tier, and what the way there takes: as the input states it.
use super::{nodes, seconds};
use crate::{
    engine::Law,
    scenario::stated_law,
    summary::{Summary, stated_count},
    units::{Quantity, Share},
};
use serde_json::Value as Json;

/// A crowd, as a tier sees it.
pub(super) struct Comes<'s> {
    /// The parameters of its clients.
    pub(super) crowd: &'s Json,
    /// How many of it come to the tier when all come who would.
    pub(super) users: f64,
    /// The transport by which they come; empty where it is not written.
    pub(super) transport: &'s str,
}

impl Comes<'_> {
    /// Whether its users hold a connection until one side ends it.
    pub(super) fn is_stream(&self) -> bool {
        !["short_poll", "long_poll"].contains(&self.transport)
    }
}

/// The share of those who come to a tier who hold a stream; none where nobody comes.
pub(super) fn streams(summary: &Summary, node: &str) -> Option<f64> {
    let all = comes(summary, node);
    let sum = |which: &dyn Fn(&&Comes) -> bool| -> f64 {
        all.iter().filter(|it| which(it)).map(|it| it.users).sum()
    };
    let whole = sum(&|_| true);
    (whole > 0.0).then(|| sum(&|it| it.is_stream()) / whole)
}

/// The crowds whose transports lead to a tier. Who finds one blocked, for good or by an entry of
/// the timeline, comes by the next.
pub(super) fn comes<'s>(summary: &'s Summary, node: &str) -> Vec<Comes<'s>> {
    let all = nodes(summary, "clients").into_iter();
    all.filter_map(|(name, crowd)| {
        let (share, transport) = share_to(summary, name, crowd, node)?;
        let users = stated_count(&crowd["count"]).unwrap_or(0.0) * share;
        Some(Comes { crowd, users, transport })
    })
    .collect()
}

/// How large a share of a crowd comes to a tier at most, and by what; none where no way leads.
fn share_to<'s>(
    summary: &Summary,
    name: &str,
    crowd: &'s Json,
    node: &str,
) -> Option<(f64, &'s str)> {
    let Some(list) = crowd["prefer"].as_array() else {
        // Without any links there is one way.
        let leads = summary.input["links"].is_null()
            || targets(summary, name).any(|edge| leads_to(summary, edge, node));
        return leads.then(|| (1.0, crowd["transport"].as_str().unwrap_or_default()));
    };
    let mut left = 1.0;
    for way in list {
        let transport = match way {
            Json::String(name) => name.as_str(),
            way => way.as_object()?.keys().next()?.as_str(),
        };
        let edge = way[transport].as_str();
        let leads = match edge {
            Some(edge) => leads_to(summary, edge, node),
            None => targets(summary, name).any(|edge| leads_to(summary, edge, node)),
        };
        let open = 1.0 - share(&crowd["blocked"][transport]);
        if leads && open > 0.0 {
            return Some((left, transport));
        }
        left *= 1.0 - open * (1.0 - shut(summary, name, transport));
    }
    None
}

/// The largest share of a crowd for which the timeline shuts a transport.
fn shut(summary: &Summary, crowd: &str, transport: &str) -> f64 {
    let blocks = summary.timeline().iter().map(|entry| &entry["block"]);
    let own = blocks.filter(|it| it["node"] == crowd && it["transport"] == transport);
    own.map(|it| share(&it["share"])).fold(0.0, f64::max)
}

fn share(value: &Json) -> f64 {
    value.as_str().and_then(|text| Share::read(text).ok()).map_or(0.0, |it| it.0)
}

/// Where the links of a node lead.
fn targets<'s>(summary: &'s Summary, node: &'s str) -> impl Iterator<Item = &'s str> {
    let links = summary.input["links"].as_object().into_iter().flatten();
    let ends = links.filter_map(|(ends, _)| ends.split_once(" -> "));
    ends.filter(move |ends| ends.0 == node).map(|ends| ends.1)
}

fn leads_to(summary: &Summary, edge: &str, node: &str) -> bool {
    edge == node || targets(summary, edge).any(|target| target == node)
}

/// What a handshake of a crowd takes on its ways to a tier and back, in seconds: its round trips,
/// each through the balancer. Of the law of round trips `of` takes a value.
pub(super) fn handshake(
    summary: &Summary,
    crowd: &Json,
    node: &str,
    pool: &Json,
    of: impl Fn(&Law) -> f64,
) -> f64 {
    let nanos = |value: &Json| stated_law(value).map_or(0.0, |law| of(&law).max(0.0));
    let links = summary.input["links"].as_object().into_iter().flatten();
    let inside = links.filter(|(ends, _)| ends.split_once(" -> ").is_some_and(|it| it.1 == node));
    let from_edge = |ends: &str| {
        let from = ends.split_once(" -> ").map_or("", |ends| ends.0);
        summary.input["nodes"][from].get("load_balancer").is_some()
    };
    let inside = inside.filter(|(ends, _)| from_edge(ends)).map(|it| nanos(&it.1["latency"]));
    let each = nanos(&crowd["network"]["rtt"]) + 2.0 * inside.fold(0.0, f64::max);
    let trips = pool["handshake_rtts"].as_f64().or_else(|| stated_count(&pool["handshake_rtts"]));
    trips.unwrap_or(0.0) * each / 1e9
}

/// The value of a law that one in a hundred exceeds.
pub(super) fn slow(law: &Law) -> f64 {
    law.quantile(0.99)
}

/// Whether a tier lost instances to its memory: those that die of it, of which the fullest was.
pub(super) fn dies(summary: &Summary, node: &str) -> bool {
    let killed = summary.mean("instances.killed").is_some_and(|killed| killed > 0.0);
    let dying = nodes(summary, "gateway").into_iter();
    let dying = dying.filter(|(_, pool)| pool["memory"]["over"] == "die");
    let used: Vec<(&str, f64)> = dying
        .filter_map(|(name, _)| Some((name, summary.mean(&format!("{name}.budget.memory"))?)))
        .collect();
    let most = used.iter().map(|it| it.1).fold(0.0, f64::max);
    // It is killed between two ticks, so that the last one saw less.
    killed && used.iter().any(|&(name, used)| name == node && (used >= most || used > NEARLY))
}

/// From this share of its memory on, an instance of a tier that lost some may have been one.
const NEARLY: f64 = 0.95;

/// Seconds of the input that a crowd waits for an attempt.
pub(super) fn patience(crowd: &Json) -> Option<f64> {
    seconds(&crowd["reconnect"]["timeout"])
}
