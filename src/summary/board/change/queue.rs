//! An accept queue: who waits in it for longer than the clients do is served for nobody.
use super::{Change, change, rate};
use crate::summary::{
    Summary,
    board::way_in,
    figures::{count, duration, floored},
    stated_count,
};
use serde_json::Value as Json;

/// Of what is served in time, how much is let in: messages wait in the same queue.
const USED: f64 = 0.9;

/// Whoever waits longer than the client's patience is served for nobody: the queue stays below
/// µ · (T − the ways of the handshake).
pub(super) fn change_of(summary: &Summary, node: &str, pool: &Json) -> Option<Change> {
    let own = &pool["accept_queue"];
    let bound = if own == "unbounded" { f64::INFINITY } else { stated_count(own)? };
    let crowds = way_in::comes(summary, node);
    let left = crowds.iter().filter_map(|it| {
        let patience = way_in::patience(it.crowd)?;
        let ways = way_in::handshake(summary, it.crowd, node, pool, way_in::slow);
        Some((patience, ways, patience - ways))
    });
    let (patience, ways, left) = left.min_by(|one, other| one.2.total_cmp(&other.2))?;
    let each = rate(summary, 1.0)?;
    let safe = floored(each * left.max(0.0) * USED, 2).floor().max(1.0);
    let wasted = summary.mean("handshakes.wasted").unwrap_or(0.0).round();
    let on_its_way = if ways > 0.0 {
        format!(" and its handshake is up to {} on its way", duration(ways))
    } else {
        String::new()
    };
    let evidence = format!(
        "µT: an instance completes {} handshakes a second, a client waits {}{on_its_way}: what \
         queues from {} on is served for nobody, in this run {} handshakes; a tenth less, as \
         messages wait there too.",
        count(each.round()),
        duration(patience),
        count((each * left.max(0.0)).floor()),
        count(wasted),
    );
    // Without a herd no queue fills.
    let fills = wasted > 0.0 && summary.mean("handshake_queue.max").is_some_and(|it| it >= left);
    let path = format!("{node}.accept_queue");
    (bound > safe && fills).then(|| change(path, own, format!("{safe:.0}"), &evidence))
}
