//! What to change: a parameter, from what to what, and the numbers that say so. Each rule is a
//! closed form over what was measured; where the design is within it, it says nothing.
mod asked;
mod closings;
mod drain;
mod queue;
mod spread;
pub(super) mod tier;

use super::{
    headroom::{Headroom, rooms},
    nodes, seconds,
};
use crate::{
    engine::number,
    summary::{Judged, Summary, figures, slo::Verdict, stated_count, words},
};
use figures::{count, duration, share};
use serde_json::Value as Json;

/// Of a closed form, how much more is asked for: queues and uneven shares take some.
const MARGIN: f64 = 1.25;
/// A budget should be used no more than this at its peak.
const FULL: f64 = 0.8;
/// What it is brought down to.
pub const AIM: f64 = 0.7;

/// A change of a parameter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// The path, as `--set` takes it.
    pub path: String,
    /// Its value in the run.
    pub from: String,
    /// Its value from now on.
    pub to: String,
    /// Why.
    pub evidence: String,
}

/// All changes that the run speaks for, the most pressing first.
pub fn changes(summary: &Summary) -> Vec<Change> {
    let mut all = of_herds(summary);
    all.extend(tier::instances(summary, is_herd(summary, &all)));
    let spread = spread::changes(summary);
    let jittered = |it: &Change| spread.iter().all(|other| other.path != it.path);
    let crowds = nodes(summary, "clients").into_iter();
    all.extend(crowds.filter_map(|(node, it)| jitter(summary, node, it)).filter(jittered));
    all.extend(spread);
    all.extend(
        nodes(summary, "clients").into_iter().filter_map(|(node, it)| beat(summary, node, it)),
    );
    all
}

/// What thins a herd, tier by tier.
fn of_herds(summary: &Summary) -> Vec<Change> {
    let tiers = nodes(summary, "gateway").into_iter();
    tiers
        .flat_map(|(node, pool)| {
            let drain = drain::changes(summary, node, pool);
            drain.into_iter().chain(queue::change_of(summary, node, pool))
        })
        .collect()
}

/// Whether what the CPU does at its peak is a herd's, and goes with it; `thinned`: what is advised
/// for that.
fn is_herd(summary: &Summary, thinned: &[Change]) -> bool {
    let over = summary.mean("attempts.peak_over_capacity").is_some_and(|peak| peak > 1.0);
    over || !thinned.is_empty()
}

fn change(path: String, from: &Json, to: String, evidence: &str) -> Change {
    let from = from.as_str().map_or_else(|| from.to_string(), str::to_owned);
    Change { path, from, to, evidence: figures::plain(evidence) }
}

/// Handshakes a second of so many instances; not known where tiers of several kinds share them.
fn rate(summary: &Summary, instances: f64) -> Option<f64> {
    let pools = nodes(summary, "gateway");
    let [(_, pool)] = pools.as_slice() else { return None };
    let all = stated_count(&pool["count"])?;
    let capacity = summary.mean("handshakes.capacity")?;
    Some(capacity / all * instances).filter(|rate| *rate > 0.0 && rate.is_finite())
}

/// The instances of a tier that the timeline takes away at most: in zones, and one by one. What
/// comes back may be away together with the rest: the peak is taken for that moment.
fn gone(summary: &Summary, room: &Headroom) -> (f64, f64) {
    let own = |kind: &'static str| {
        let entries = summary.timeline().iter().map(move |it| &it[kind]);
        entries.filter(|it| it["node"] == room.node.as_str())
    };
    let mut zones: Vec<String> = own("zone_loss").map(|it| it["zone"].to_string()).collect();
    zones.sort();
    zones.dedup();
    let zones = f64::from(number::row(zones.len())) * room.instances / room.zones;
    let crashed = own("crash").filter_map(|it| it["instances"].as_array());
    let single = crashed.map(|all| f64::from(number::row(all.len()))).fold(0.0, f64::max);
    // Nobody is left to count by where all go.
    if zones + single < room.instances { (zones, single) } else { (0.0, 0.0) }
}

/// The objectives that fail.
fn failing(summary: &Summary) -> Vec<String> {
    let fails = |it: &&Judged| it.decides() && it.verdict == Verdict::Fail;
    summary.slo.iter().filter(fails).map(|it| it.expr.clone()).collect()
}

/// That an objective fails and nothing is advised, or that what would be breaks another one; none
/// where something is, or none fails.
pub fn no_advice(summary: &Summary) -> Option<String> {
    if let Some(unkept) = spread::unkept(summary) {
        return Some(unkept);
    }
    let failed = failing(summary);
    if failed.is_empty() || !changes(summary).is_empty() {
        return None;
    }
    if let Some(why) = drain::hopeless(summary) {
        let failed = figures::listed(&failed);
        return Some(figures::plain(&format!("No advice for {failed}. {why}")));
    }
    let fullest = rooms(summary).into_iter().flat_map(|room| {
        let node = room.node;
        let budgets = room.budgets.into_iter().filter(|budget| budget.peak > FULL);
        budgets.map(move |it| format!("{} of {node} at {}", it.name, share(it.peak)))
    });
    let near: Vec<String> = fullest.collect();
    let fail = if failed.len() == 1 { "fails" } else { "fail" };
    let why = match near[..] {
        [] => format!("and no budget is near its limit{}", most_missed(summary)),
        _ => format!("and no rule says what helps; near their limit: {}", figures::listed(&near)),
    };
    Some(format!("No advice: {} {fail}, {why}.", figures::listed(&failed)))
}

/// The cause by which most is missed, where an objective on what is missed fails.
fn most_missed(summary: &Summary) -> String {
    let about = ["deliveries.missed", "deliveries.lost", "deliveries.expired", "lost."];
    let asked = failing(summary).iter().any(|expr| about.iter().any(|name| expr.contains(name)));
    let causes =
        summary.ledger[0].rows.iter().filter(|(end, ..)| end == "lost" || end == "expired");
    let worst = causes.max_by_key(|(_, _, count)| *count).filter(|it| asked && it.2 > 0);
    worst.map_or_else(String::new, |(end, cause, _)| {
        let cause = if cause.is_empty() { end } else { cause };
        format!("; most of what is missed is so by {}", words::spaced(cause))
    })
}

/// Clients that all wait equally long come back as one.
fn jitter(summary: &Summary, node: &str, crowd: &Json) -> Option<Change> {
    let own = &crowd["reconnect"]["jitter"];
    let peak = summary.mean("attempts.peak_over_capacity").filter(|&peak| peak > 1.0)?;
    let evidence = format!(
        "Attempts peak at {} times what all gateways complete; without jitter, who is refused \
         together comes back together.",
        figures::compact(peak),
    );
    let path = format!("{node}.reconnect.jitter");
    (own == "none").then(|| change(path, own, "full".to_owned(), &evidence))
}

/// Without pings, a dead connection is found when TCP gives up.
fn beat(summary: &Summary, node: &str, crowd: &Json) -> Option<Change> {
    let own = &crowd["heartbeat"]["every"];
    let lost = summary.mean("lost.half_open").filter(|&lost| lost > 0.0)?;
    let tcp = seconds(&crowd["heartbeat"]["tcp_timeout"])?;
    let evidence = format!(
        "{} deliveries were written into dead connections, each taken for alive until TCP gives \
         up after {}.",
        count(lost.round()),
        duration(tcp),
    );
    let path = format!("{node}.heartbeat.every");
    (own == "never").then(|| change(path, own, "25s".to_owned(), &evidence))
}
