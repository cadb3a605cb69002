//! How much of each budget of a gateway tier is used, and with how many users it would be full.
use super::{AIM, busy, nodes, users, way_in};
use crate::{
    engine::number,
    record::Unit,
    summary::{Summary, figures, stated_count},
    units::{Bytes, Quantity, Rate},
};
use serde_json::Value as Json;

/// The budgets of a gateway tier.
#[derive(Clone, PartialEq, Debug)]
pub struct Headroom {
    /// The tier.
    pub node: String,
    /// Its instances.
    pub instances: f64,
    /// Its zones.
    pub zones: f64,
    /// The users of the run.
    pub users: f64,
    /// Those who come to this tier when all do who would.
    pub comes: f64,
    /// Each budget, the first to be full first.
    pub budgets: Vec<Budget>,
}

/// How much of a budget is used: shares of what one instance has, or all together.
#[derive(Clone, PartialEq, Debug)]
pub struct Budget {
    /// What it is.
    pub name: &'static str,
    /// How much there is of it.
    pub limit: String,
    /// On average over the run, spread evenly.
    pub average: f64,
    /// The same work on one instance less; none with a single one.
    pub one_less: Option<f64>,
    /// The same work without the largest zone; none with a single one.
    pub zone_less: Option<f64>,
    /// Of the fullest instance, at the fullest moment of the run.
    pub peak: f64,
    /// The users with whom it would be full, all else being equal: by its peak, or by the average
    /// of what a client can wait for. None where that is not known.
    pub full_at: Option<f64>,
    /// It reached its limit with fewer users than those of the run, and nobody knows with how many:
    /// `full_at` is then no more than those.
    pub fewer: bool,
    /// The users that all instances hold together, where its limit and the use of each are known.
    pub fits: Option<f64>,
    /// Instances were killed for it.
    pub exceeded: bool,
    /// The events that would say so, where they are too few.
    pub few: Option<f64>,
}

/// What a CPU is called.
const CPU: &str = "CPU";

/// Fewer attempts of the steady time say nothing about a rate: with so many its standard error is a
/// fifth.
const FEW: f64 = 25.0;

/// The budget of a gateway tier on attempts to connect.
pub const HANDSHAKES: &str = "handshakes";
/// The one budget of a managed service.
pub const NEW_CONNECTIONS: &str = "new connections";

/// What its kernel kills an instance for.
const MEMORY: &str = "memory";

/// From here on a budget is taken for full.
pub const USED_UP: f64 = 0.999;

/// Whether a herd can wait for a budget of this name: it is a matter of pace, not of size.
pub fn can_wait(name: &str) -> bool {
    [HANDSHAKES, NEW_CONNECTIONS].contains(&name)
}

/// What a budget is, before its shares are known.
struct Used {
    name: &'static str,
    limit: String,
    average: Option<f64>,
    peak: Option<f64>,
    /// What decides when it is full.
    binds: Option<f64>,
    /// The users that fit, where its limit and the use of each are known.
    fits: Option<f64>,
    /// How many events that rests on, where they are too few.
    few: Option<f64>,
}

/// The budgets of every gateway tier that was measured.
pub fn headroom(summary: &Summary) -> Vec<Headroom> {
    let (pools, services) = (nodes(summary, "gateway"), nodes(summary, "managed"));
    let only = pools.len() + services.len() == 1;
    let own = pools.iter().filter_map(|(name, pool)| of_pool(summary, name, pool, only));
    own.chain(services.iter().filter_map(|(name, it)| of_service(summary, name, it, only)))
        .collect()
}

/// The budgets of all nodes: of the gateway tiers, then of whatever else works, which has one each:
/// fan-outs, partitions, registries, buffers.
pub fn rooms(summary: &Summary) -> Vec<Headroom> {
    let mut all = headroom(summary);
    let is_tier = |node: &&str| all.iter().any(|room| room.node == **node);
    let others: Vec<&str> = busy(summary).into_iter().filter(|node| !is_tier(node)).collect();
    all.extend(others.into_iter().filter_map(|node| of_work(summary, node)));
    all
}

/// The one budget of a node that is no tier.
fn of_work(summary: &Summary, node: &str) -> Option<Headroom> {
    let mean = |what: &str| summary.mean(&format!("{node}.cpu.{what}"));
    let (average, peak, users) = (mean("mean")?, mean("peak")?, users(summary).unwrap_or(0.0));
    let budget = Budget {
        name: summary.work(node),
        limit: "its busiest instance".to_owned(),
        average,
        one_less: None,
        zone_less: None,
        peak,
        few: None,
        full_at: Some(users / peak).filter(|_| peak > 0.0 && users > 0.0),
        fewer: peak > USED_UP,
        fits: None,
        exceeded: false,
    };
    Some(Headroom::of_one(node, users, budget))
}

impl Headroom {
    /// What has one budget, and all users.
    fn of_one(node: &str, users: f64, budget: Budget) -> Self {
        let (node, budgets) = (node.to_owned(), vec![budget]);
        Self { node, instances: 1.0, zones: 1.0, users, comes: users, budgets }
    }
}

impl Budget {
    /// What a herd waits for: more is wanted at once than there is of what can wait.
    pub fn wait(&self) -> Option<String> {
        let waits = can_wait(self.name) && self.peak > 1.0;
        waits.then(|| {
            let times = figures::compact(self.peak);
            format!("a herd waits for {}, at its peak {times} times what there is", self.name)
        })
    }

    /// How much of it so many users take when it is full first; none of what can wait and has too
    /// little to say.
    pub fn part(&self, users: f64) -> Option<f64> {
        match self.full_at {
            Some(full) => Some(users / full),
            None => Some(self.peak).filter(|_| !can_wait(self.name)),
        }
    }
}

/// The budget that is full first, with its tier; none where nothing is used.
pub fn binding(rooms: &[Headroom]) -> Option<(&Headroom, &Budget)> {
    let firsts = rooms.iter().filter_map(|room| {
        let first = room.budgets.first()?;
        Some((room, first, first.part(room.users).filter(|&part| part > 0.0)?))
    });
    // What ended instances is exceeded, whatever else is full.
    let order = |it: &(&Headroom, &Budget, f64)| (it.1.exceeded, it.2);
    let first = firsts.max_by(|one, other| {
        let (one, other) = (order(one), order(other));
        one.0.cmp(&other.0).then(one.1.total_cmp(&other.1))
    });
    first.map(|(room, budget, _)| (room, budget))
}

/// A managed service has one budget: its quota on new connections. A herd can wait, so that what
/// must fit is the steady rate.
fn of_service(summary: &Summary, node: &str, service: &Json, only: bool) -> Option<Headroom> {
    let users = users(summary)?;
    let quota = Rate::read(service["new_connections"].as_str()?).ok()?.0;
    let opened = summary.mean(&format!("{node}.budget.new_connections"))?;
    let used = only.then(|| handshakes(summary)).flatten();
    let binds = used.as_ref().and_then(|used| used.binds).unwrap_or(opened);
    let budget = Budget {
        name: NEW_CONNECTIONS,
        limit: figures::figure(Unit::PerSecond, quota),
        // What it opens: attempts that it refuses use nothing of it.
        average: opened,
        one_less: None,
        zone_less: None,
        peak: used.and_then(|used| used.peak).unwrap_or(opened),
        full_at: Some(binds).filter(|&share| share > 0.0).map(|share| users / share),
        fewer: false,
        fits: None,
        exceeded: false,
        few: None,
    };
    Some(Headroom::of_one(node, users, budget))
}

fn of_pool(summary: &Summary, node: &str, pool: &Json, only: bool) -> Option<Headroom> {
    let instances = stated_count(&pool["count"]).filter(|&count| count >= 1.0)?;
    let zones = stated_count(&pool["zones"]).unwrap_or(1.0).clamp(1.0, instances);
    let users = users(summary)?;
    let (each, comes) = (each_holds(summary, node), comes(summary, node).unwrap_or(users));
    let dies = way_in::dies(summary, node);
    let mut used = sockets(summary, node, pool, each);
    used.extend(memory(summary, node, pool, each));
    let mean = |metric: &str| summary.mean(&format!("{node}.{metric}"));
    used.push(Used {
        name: CPU,
        limit: cores(&pool["cores"]),
        average: mean("cpu.mean"),
        peak: mean("cpu.peak"),
        binds: mean("cpu.peak"),
        fits: None,
        few: None,
    });
    used.extend(only.then(|| handshakes(summary)).flatten());
    // Whoever a full budget keeps out has no part in the peaks of the others.
    let full = |used: &&Used| used.peak.is_some_and(|peak| peak > USED_UP);
    let fits = used.iter().filter(full).filter_map(|used| used.fits);
    let inside = fits.fold(comes, f64::min) / comes;
    // The largest zone has what does not divide evenly.
    let zone = (instances / zones).ceil();
    let on = |left: f64, share: f64| (left > 0.0).then(|| share * instances / left);
    let budget = |used: Used| {
        let exceeded = dies && used.name == MEMORY;
        let most = if exceeded { used.peak?.max(1.0) } else { used.peak? };
        let (average, peak) = (used.average?, most);
        let (full_at, fewer) = used.full_at(users, comes, [peak, inside]);
        (peak > 0.0).then(|| Budget {
            name: used.name,
            limit: used.limit,
            average,
            one_less: on(instances - 1.0, average),
            zone_less: if zones > 1.0 { on(instances - zone, average) } else { None },
            peak,
            full_at,
            fewer,
            fits: used.fits,
            exceeded,
            few: used.few,
        })
    };
    let mut budgets: Vec<Budget> = used.into_iter().filter_map(budget).collect();
    // Who does not fit tries again all the time: that is no steady rate of those who would.
    let known = |budget: &Budget| budget.full_at.is_some_and(|full| full < users * USED_UP);
    if budgets.iter().any(|budget| !can_wait(budget.name) && budget.peak > USED_UP && known(budget))
    {
        let waiting = budgets.iter_mut().filter(|budget| can_wait(budget.name));
        waiting.for_each(|budget| budget.full_at = None);
    }
    // A CPU that is full for the seconds of a herd makes it wait; what is full keeps it out.
    let calm = budgets.iter().any(|it| it.name == CPU && it.average <= AIM);
    let keeps_out = |it: &Budget| calm && it.name != CPU && !can_wait(it.name) && it.peak > USED_UP;
    let order = |it: &Budget| (it.exceeded, keeps_out(it));
    let full_at = |it: &Budget| it.full_at.unwrap_or(f64::INFINITY);
    budgets.sort_by(|one, other| {
        order(other).cmp(&order(one)).then(full_at(one).total_cmp(&full_at(other)))
    });
    let node = node.to_owned();
    (!budgets.is_empty()).then_some(Headroom { node, instances, zones, users, comes, budgets })
}

impl Used {
    /// The users with whom it is full, and whether it is with fewer than those of the run: a peak
    /// ends at the limit, so that from there on the limit itself says it. Of those who come a part
    /// is `inside`, and makes the peak.
    fn full_at(&self, users: f64, comes: f64, [peak, inside]: [f64; 2]) -> (Option<f64>, bool) {
        let full = peak > USED_UP && !can_wait(self.name);
        if let Some(fits) = self.fits.filter(|&fits| full && fits < comes) {
            return (Some(fits), false);
        }
        (self.binds.filter(|&share| share > 0.0).map(|share| users * inside / share), full)
    }
}

/// Connections of a user who comes to a tier, where each holds one: a held request is one, but for
/// a moment; who polls in turn holds one now and then.
fn each_holds(summary: &Summary, node: &str) -> Option<f64> {
    let crowds = way_in::comes(summary, node);
    let holds = |it: &way_in::Comes| ["websocket", "sse", "long_poll"].contains(&it.transport);
    (!crowds.is_empty() && crowds.iter().all(holds)).then_some(1.0)
}

/// The users who come to a tier when all do who would; none of streams of sessions.
fn comes(summary: &Summary, node: &str) -> Option<f64> {
    let all: f64 = way_in::comes(summary, node).iter().map(|it| it.users).sum();
    Some(all).filter(|&all| all > 0.0)
}

/// Connections, by their own bound and by that of descriptors: each takes one.
fn sockets(summary: &Summary, node: &str, pool: &Json, each: Option<f64>) -> Vec<Used> {
    let instances = stated_count(&pool["count"]);
    let of = |what: &str| summary.mean(&format!("{node}.connections_per_instance.{what}"));
    let used = |name, key: &str| {
        let limit = stated_count(&pool[key])?;
        let share = |what: &str| of(what).map(|held| held / limit);
        let (average, peak) = (share("mean"), share("max"));
        let fits = instances.zip(each).map(|(instances, each)| limit * instances / each);
        let limit = format!("{} each", figures::count(limit));
        Some(Used { name, limit, average, peak, binds: peak, fits, few: None })
    };
    let both = [used("connections", "max_connections"), used("descriptors", "descriptors")];
    both.into_iter().flatten().collect()
}

fn memory(summary: &Summary, node: &str, pool: &Json, each: Option<f64>) -> Option<Used> {
    let limit = number::float(Bytes::read(pool["memory"]["limit"].as_str()?).ok()?.0);
    let of = |what: &str| summary.mean(&format!("{node}.{what}"));
    let most = of("memory.peak_per_instance").filter(|&most| most > 0.0)?;
    let instances = stated_count(&pool["count"]).unwrap_or(1.0);
    let average = match of("memory.mean") {
        Some(all) => Some(all / instances.max(1.0)),
        None => {
            let held = of("connections_per_instance.max").filter(|&held| held > 0.0)?;
            of("connections_per_instance.mean").map(|mean| mean * most / held)
        }
    };
    // What a connection weighs, by the fullest instance.
    let held = of("connections_per_instance.max").filter(|&held| held > 0.0);
    let fits = held.zip(each).map(|(held, each)| limit / (most / held) * instances / each);
    Some(Used {
        name: MEMORY,
        limit: format!("{} each", figures::figure(Unit::Bytes, limit)),
        average: average.map(|bytes| bytes / limit),
        peak: Some(most / limit),
        binds: Some(most / limit),
        fits,
        few: None,
    })
}

fn cores(value: &Json) -> String {
    stated_count(value)
        .map_or_else(String::new, |cores| figures::counted(cores, "core", "cores") + " each")
}

/// Attempts to connect over what the instances that serve can do together. A herd can wait, so that
/// a peak is no end: what must fit is the steady rate.
fn handshakes(summary: &Summary) -> Option<Used> {
    let capacity = summary.mean("handshakes.capacity").filter(|&capacity| capacity > 0.0)?;
    // Over all replications.
    let few = |attempts: &f64| attempts * f64::from(summary.replications.max(1)) < FEW;
    let steady = summary.steady_attempts();
    let (few, steady) = (steady.map(|it| it.0).filter(few), steady.filter(|it| !few(&it.0)));
    let steady = steady.map(|(attempts, lasted)| attempts / lasted / capacity);
    Some(Used {
        name: HANDSHAKES,
        limit: format!("{} together", figures::figure(Unit::PerSecond, capacity.round())),
        // Over the same seconds as the peak: those in which one serves.
        average: summary.mean("attempts.mean_over_capacity"),
        peak: summary.mean("attempts.peak_over_capacity"),
        binds: steady,
        fits: None,
        few: few.filter(|&attempts| attempts > 0.0),
    })
}
