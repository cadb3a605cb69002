//! What to change: a parameter, from what to what, and the numbers that say so. Each rule is a
//! closed form over what was measured; where the design is within it, it says nothing.
use super::{
    headroom::{Headroom, USED_UP, can_wait, headroom, rooms},
    nodes, seconds,
};
use crate::{
    engine::{Span, number},
    summary::{Judged, Summary, figures, slo::Verdict, stated_count},
    units::Quantity,
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
    let mut all = Vec::new();
    for (node, pool) in nodes(summary, "gateway") {
        all.extend(window(summary, node, pool));
        all.extend(grace(node, pool, all.last()));
        all.extend(queue(summary, node, pool));
    }
    // What a herd does to the CPU goes with the herd.
    let over = summary.mean("attempts.peak_over_capacity").is_some_and(|peak| peak > 1.0);
    let herd = over || !all.is_empty();
    all.extend(instances(summary, herd));
    all.extend(
        nodes(summary, "clients").into_iter().filter_map(|(node, it)| jitter(summary, node, it)),
    );
    all.extend(
        nodes(summary, "clients").into_iter().filter_map(|(node, it)| beat(summary, node, it)),
    );
    all
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

/// The largest batch that a deploy of the timeline takes at once.
fn batch(summary: &Summary, node: &str) -> Option<f64> {
    let entries = summary.input["timeline"].as_array()?;
    let deploys = entries.iter().map(|entry| &entry["deploy"]);
    let own = deploys.filter(|deploy| deploy["node"] == node);
    own.filter_map(|deploy| stated_count(&deploy["batch"])).reduce(f64::max)
}

/// Whole steps of five seconds, as a file writes them.
fn written(seconds: f64) -> String {
    Span::from_seconds((seconds / 5.0).ceil() * 5.0).print()
}

/// A drain must leave the others time for the handshakes of a batch: window ≥ N/µ.
fn window(summary: &Summary, node: &str, pool: &Json) -> Option<Change> {
    let instances = stated_count(&pool["count"])?;
    let batch = batch(summary, node)?.min(instances - 1.0);
    let fullest = summary.mean(&format!("{node}.connections_per_instance.max"))?;
    let (herd, rate) = (fullest * batch, rate(summary, instances - batch)?);
    let own = &pool["drain"]["window"];
    let (now, least) = (seconds(own)?, herd / rate);
    let evidence = format!(
        "N/µ: a batch moves up to {} users, and the other {} gateways complete {} handshakes a \
         second: {} of work in a window of {}; a quarter more for queues and uneven shares.",
        count(herd.round()),
        count(instances - batch),
        count(rate.round()),
        duration(least),
        duration(now),
    );
    let to = written(least * MARGIN);
    (now < least).then(|| change(format!("{node}.drain.window"), own, to, &evidence))
}

/// Who has not left when the grace is over is cut off: grace ≥ window.
fn grace(node: &str, pool: &Json, last: Option<&Change>) -> Option<Change> {
    let own = &pool["drain"]["grace"];
    let longer = last.filter(|last| last.path == format!("{node}.drain.window"));
    let window = match longer {
        Some(last) => Span::read(&last.to).ok()?.seconds(),
        None => seconds(&pool["drain"]["window"])?,
    };
    let evidence = format!(
        "A drain takes {} to move its users; after a grace of {} the rest are cut off at once.",
        duration(window),
        duration(seconds(own)?),
    );
    let to = Span::from_seconds(window).print();
    (seconds(own)? < window).then(|| change(format!("{node}.drain.grace"), own, to, &evidence))
}

/// Who waits longer than the client's patience is served for nobody: queue ≤ µT.
fn queue(summary: &Summary, node: &str, pool: &Json) -> Option<Change> {
    let own = &pool["accept_queue"];
    let bound = if own == "unbounded" { f64::INFINITY } else { stated_count(own)? };
    let crowds = nodes(summary, "clients");
    let patience = crowds.iter().filter_map(|crowd| seconds(&crowd.1["reconnect"]["timeout"]));
    let patience = patience.reduce(f64::min)?;
    let each = rate(summary, 1.0)?;
    let safe = (each * patience).floor().max(1.0);
    let wasted = summary.mean("handshakes.wasted").unwrap_or(0.0).round();
    let evidence = format!(
        "µT: an instance completes {} handshakes a second, a client waits {}; what queues beyond \
         {} is served for nobody, in this run {} handshakes.",
        count(each.round()),
        duration(patience),
        count(safe),
        count(wasted),
    );
    // Without a herd no queue fills.
    let fills = summary.mean("handshake_queue.max").is_some_and(|wait| wait > patience);
    let to = format!("{safe:.0}");
    (bound > safe && fills).then(|| change(format!("{node}.accept_queue"), own, to, &evidence))
}

/// A tier whose fullest budget leaves too little; `herd`: its CPU is told otherwise.
fn instances(summary: &Summary, herd: bool) -> Vec<Change> {
    // What is full serves less than what is wanted, of this tier or of what stands before it.
    let full = rooms(summary).iter().any(is_full);
    let tier = |room: &Headroom| {
        let counts = |name: &str| !(can_wait(name) || herd && name == "CPU");
        let most = room.budgets.iter().find(|budget| counts(budget.name))?;
        let (zones, single) = gone(summary, room);
        let left = (room.instances - zones - single).max(1.0);
        let (wanted, known) = match most.fits {
            // As many as hold all users, whoever of them got in.
            Some(fits) if most.peak > USED_UP => (room.instances * room.users / fits, true),
            _ => (left * most.peak, false),
        };
        let kept = (wanted / AIM - 1e-9).ceil();
        // A zone takes its part of however many there are.
        let part = (zones / room.instances).min(0.9);
        let to = ((kept + single) / (1.0 - part) - 1e-9).ceil().max(room.instances);
        let beside = if left < room.instances {
            format!(", beside those that are gone in the timeline ({} then serve)", count(left))
        } else {
            String::new()
        };
        let least = if full && !known {
            " at least: where a budget is full, the load that was served was capped. Run it again \
             with them"
        } else if full {
            " at least; run it again with them"
        } else {
            ""
        };
        let evidence = format!(
            "The fullest instance of {} uses {} of its {} at the peak; for {} it takes so many \
             instances{beside}{least}.",
            room.node,
            share(most.peak),
            most.name,
            share(AIM),
        );
        let own = &summary.input["nodes"][&room.node]["gateway"]["count"];
        let more = most.peak > FULL && to > room.instances;
        let path = format!("{}.count", room.node);
        more.then(|| change(path, own, format!("{to:.0}"), &evidence))
    };
    headroom(summary).iter().filter_map(tier).collect()
}

/// Whether a budget of it that has no pace reached its limit.
fn is_full(room: &Headroom) -> bool {
    room.budgets.iter().any(|budget| !can_wait(budget.name) && budget.peak > USED_UP)
}

/// The instances of a tier that the timeline takes away at most: in zones, and one by one. What
/// comes back may be away together with the rest: the peak is taken for that moment.
fn gone(summary: &Summary, room: &Headroom) -> (f64, f64) {
    let entries = || summary.input["timeline"].as_array().into_iter().flatten();
    let own = |kind: &'static str| {
        entries().map(move |it| &it[kind]).filter(|it| it["node"] == room.node.as_str())
    };
    let mut zones: Vec<String> = own("zone_loss").map(|it| it["zone"].to_string()).collect();
    zones.sort();
    zones.dedup();
    let zones = f64::from(number::row(zones.len())) * room.instances / room.zones;
    let crashed = own("crash").map(|it| match it["instances"].as_array() {
        Some(all) => f64::from(number::row(all.len())),
        None => stated_count(&it["instances"]).unwrap_or(0.0),
    });
    let single = crashed.fold(0.0, f64::max);
    // Nobody is left to count by where all go.
    if zones + single < room.instances { (zones, single) } else { (0.0, 0.0) }
}

/// That an objective fails and nothing is advised; none where something is, or none fails.
pub fn no_advice(summary: &Summary) -> Option<String> {
    let fails = |it: &&Judged| it.decides() && it.verdict == Verdict::Fail;
    let failed: Vec<String> = summary.slo.iter().filter(fails).map(|it| it.expr.clone()).collect();
    if failed.is_empty() || !changes(summary).is_empty() {
        return None;
    }
    let fullest = rooms(summary).into_iter().flat_map(|room| {
        let node = room.node;
        let budgets = room.budgets.into_iter().filter(|budget| budget.peak > FULL);
        budgets.map(move |it| format!("{} of {node} at {}", it.name, share(it.peak)))
    });
    let near: Vec<String> = fullest.collect();
    let fail = if failed.len() == 1 { "fails" } else { "fail" };
    let why = match near[..] {
        [] => "and no budget is near its limit".to_owned(),
        _ => format!("and no rule says what helps; near their limit: {}", figures::listed(&near)),
    };
    Some(format!("No advice: {} {fail}, {why}.", figures::listed(&failed)))
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
