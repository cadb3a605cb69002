//! What a board asks of a design: how much room is left, what growth costs, what a fault costs the
//! users, and what to change. Each answer is computed from metrics and the resolved input; who has
//! nothing to say is silent.
mod blast;
mod change;
mod growth;
mod headroom;
mod way_in;

pub use blast::{Back, Blast, Does, TARGET, WRONGS, blasts, in_all, wrongs};
pub(super) use blast::{but_few, is_mark};
pub use change::{AIM, Change, changes, no_advice};
pub(super) use growth::grown_to;
pub use growth::{Full, Grown, growth, too_full};
pub use headroom::{
    Budget, HANDSHAKES, Headroom, NEW_CONNECTIONS, USED_UP, binding, can_wait, headroom, rooms,
};

use super::{Metric, Summary, stated_count};
use crate::{engine::Span, units::Quantity};
use serde_json::Value as Json;

/// The parameters of all nodes of a kind, with their names.
pub(in crate::summary) fn nodes<'s>(summary: &'s Summary, kind: &str) -> Vec<(&'s str, &'s Json)> {
    let nodes = summary.input["nodes"].as_object().into_iter().flatten();
    nodes.filter_map(|(name, node)| Some((name.as_str(), node.get(kind)?))).collect()
}

/// The nodes whose work was measured, in the order of their metrics.
fn busy(summary: &Summary) -> Vec<&str> {
    let is = |it: &&Metric| it.quantity == "cpu" && it.statistic == "peak" && !it.node.is_empty();
    let all = summary.metrics.iter().filter(is);
    all.map(|metric| metric.node.as_str()).collect()
}

/// A duration of the input, in seconds.
pub(in crate::summary) fn seconds(value: &Json) -> Option<f64> {
    Span::read(value.as_str()?).ok().map(Span::seconds)
}

/// Users as the input states them; streams of sessions have none, their most connections count.
pub(super) fn users(summary: &Summary) -> Option<f64> {
    stated_users(summary).or(summary.mean("connections.peak")).filter(|&users| users > 0.0)
}

/// Those of closed crowds.
pub(super) fn stated_users(summary: &Summary) -> Option<f64> {
    let crowds = nodes(summary, "clients");
    let stated: f64 = crowds.iter().filter_map(|crowd| stated_count(&crowd.1["count"])).sum();
    (stated > 0.0).then_some(stated)
}
