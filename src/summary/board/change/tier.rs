//! How many instances a tier needs.
use super::{AIM, Change, FULL, change, drain::placing, gone, is_herd, of_herds};
use crate::summary::{
    Summary,
    board::{
        headroom::{Budget, Headroom, USED_UP, can_wait, headroom, rooms},
        seconds,
    },
    figures::{self, count, rounded_whole, share},
    rolling::Placing,
    series::Curve,
    stated_count, student,
};
use serde_json::Value as Json;

/// A tier whose fullest budget leaves too little; `herd`: its CPU is told otherwise.
pub(super) fn instances(summary: &Summary, herd: bool) -> Vec<Change> {
    // What is full serves less than what is wanted, of this tier or of what stands before it.
    let full = rooms(summary).iter().any(|room| room.budgets.iter().any(is_full));
    headroom(summary).iter().filter_map(|room| of_tier(summary, room, herd, full)).collect()
}

/// Whether a budget that has no pace reached its limit.
fn is_full(budget: &Budget) -> bool {
    !can_wait(budget.name) && budget.peak > USED_UP
}

fn of_tier(summary: &Summary, room: &Headroom, herd: bool, full: bool) -> Option<Change> {
    let herd = does_it(summary, room, herd);
    let counts = |name: &str| !(can_wait(name) || herd && name == "CPU");
    let most = room.budgets.iter().find(|budget| counts(budget.name))?;
    let wanted = Wanted::of(summary, room, most);
    let known = wanted.known;
    let to = wanted.times(1.0).max(room.instances);
    let beside = match wanted.serve {
        Some(serve) if serve < room.instances => format!(
            ", beside those that are gone in the timeline ({} serve at that peak)",
            count(serve)
        ),
        _ => String::new(),
    };
    let least = if full && !known {
        " at least: where a budget is full, the load that was served was capped. Run it again with \
         them"
    } else if full {
        " at least; run it again with them"
    } else {
        ""
    };
    let evidence = format!(
        "{}; for {} it takes so many instances{beside}{least}.",
        used(summary, room, most),
        share(AIM)
    );
    let own = &summary.input["nodes"][&room.node]["gateway"]["count"];
    let more = most.peak > FULL && to > room.instances;
    let path = format!("{}.count", room.node);
    more.then(|| change(path, own, format!("{to:.0}"), &evidence))
}

/// Whether what the CPU of a tier does at its peak is a herd's; `herd`: there is one. Where the
/// steady time alone fills it, it is not.
fn does_it(summary: &Summary, room: &Headroom, herd: bool) -> bool {
    let Some(busy) = summary.level(&room.node, "cpu", "max") else { return herd };
    let steady = summary.steady(&busy);
    let most = steady.iter().copied().fold(0.0, f64::max);
    let mean = student::mean(&steady).unwrap_or(0.0);
    mean <= FULL && (herd || most <= AIM && moves_it(summary, &busy))
}

/// Whether the CPU is at its peak while those come back whom something sent away.
fn moves_it(summary: &Summary, busy: &Curve) -> bool {
    let Some((bin, _)) = busy.peak() else { return false };
    summary.hits().iter().any(|it| (it.deed.at..it.end()).contains(&busy.time(bin)))
}

/// How many times its even share the fullest of so many instances has on a ring: with v virtual
/// nodes shares deviate by about 1/√v, and the largest of n by √(2·ln n) of that. Other policies
/// share evenly.
fn uneven(summary: &Summary, node: &str, instances: f64) -> f64 {
    let Some((Placing::Ring, policy)) = placing(summary, node) else { return 1.0 };
    let Some(virtual_nodes) = stated_count(&policy["consistent_hash"]["virtual_nodes"]) else {
        return 1.0;
    };
    1.0 + (2.0 * libm::log(instances.max(1.0)) / virtual_nodes.max(1.0)).sqrt()
}

/// What a budget asks of a tier.
struct Wanted {
    /// Instances that would be full where all serve.
    full: f64,
    /// Whether that is known where the budget is full: the load is not capped.
    known: bool,
    /// Instances that serve at the peak, where it comes while some are gone.
    serve: Option<f64>,
    /// Of the load of those that are gone, how much the others then have,
    moved: f64,
    /// and how many times that the fullest has.
    uneven: f64,
    /// Instances that go one by one,
    single: f64,
    /// and the part that goes with zones.
    part: f64,
}

impl Wanted {
    fn of(summary: &Summary, room: &Headroom, most: &Budget) -> Self {
        let (zones, single) = gone(summary, room);
        let left = (room.instances - zones - single).max(1.0);
        // A zone takes its part of however many there are.
        let part = (zones / room.instances).min(0.9);
        let all = Self {
            full: room.instances * most.peak,
            known: false,
            serve: None,
            moved: 0.0,
            uneven: 1.0,
            single,
            part,
        };
        match most.fits {
            // As many as hold all who would come, whoever of them got in.
            Some(fits) if most.peak > USED_UP => {
                let even = room.instances * room.comes / fits;
                let full = even * uneven(summary, &room.node, even / AIM);
                let serve = Some(left).filter(|_| left < room.instances);
                Self { full, known: true, serve, moved: 1.0, ..all }
            }
            _ => match rises(summary, &room.node, most.name) {
                Some(times) if left < room.instances && times > SEEN => {
                    let carry = room.instances / left;
                    let moved = ((times - 1.0) / (carry - 1.0)).min(1.0);
                    let uneven = (times / carry).max(1.0);
                    Self { full: all.full / times, serve: Some(left), moved, uneven, ..all }
                }
                _ => all,
            },
        }
    }

    /// As many instances as so many times the users take: the fewest of which the fullest is within
    /// bounds while those are gone that go.
    fn times(&self, factor: f64) -> f64 {
        let full = self.full * factor / AIM - 1e-9;
        let gone = |count: f64| self.single + (self.part * count - 1e-9).ceil();
        let does = |count: f64| {
            let left = count - gone(count);
            let all = full / count * (1.0 - self.moved) + full / left * self.moved;
            left >= 1.0 && all * self.uneven <= 1.0
        };
        let (mut few, mut many) = (0.0, 1.0);
        while !does(many) && many < MOST {
            (few, many) = (many, 2.0 * many);
        }
        while many - few > 1.0 {
            let middle = f64::midpoint(few, many).floor();
            if does(middle) { many = middle } else { few = middle }
        }
        many
    }
}

/// Nobody has more instances.
const MOST: f64 = 1e9;
/// A peak after something takes instances that is no more times the one before is not its doing.
const SEEN: f64 = 1.02;

/// How many times what it has before anything takes instances of a tier the fullest of them has of
/// a budget at its peak; none where nobody counted.
fn rises(summary: &Summary, node: &str, budget: &str) -> Option<f64> {
    let takes =
        |entry: &&Json| ["zone_loss", "crash"].iter().any(|kind| entry[*kind]["node"] == node);
    let begins = summary.timeline().iter().filter(takes).filter_map(|it| seconds(&it["at"]));
    let first = begins.reduce(f64::min)?;
    let used = match budget {
        "CPU" => summary.level(node, "cpu", "max")?,
        _ => summary.fullest_over_time(node)?,
    };
    let before = used.inside(0.0, first).map(|(_, used)| used).reduce(f64::max);
    let after = used.within(first, f64::INFINITY).map(|(_, used)| used).reduce(f64::max);
    Some(after? / before.filter(|&before| before > 0.0)?)
}

/// As many instances as a tier takes with so many times its users, by each of its budgets. What a
/// herd does to its CPU grows with the herd: as many times the instances have it back as soon.
pub(in crate::summary::board) fn needed(summary: &Summary, room: &Headroom, factor: f64) -> f64 {
    let herd = does_it(summary, room, is_herd(summary, &of_herds(summary)));
    let own = room.budgets.iter().filter(|budget| !can_wait(budget.name));
    let all = own.map(|budget| {
        let all = Wanted::of(summary, room, budget).times(factor);
        if herd && budget.name == "CPU" { all.min((room.instances * factor).ceil()) } else { all }
    });
    all.fold(room.instances, f64::max)
}

/// How full the fullest budget is, and who would come.
fn used(summary: &Summary, room: &Headroom, most: &Budget) -> String {
    let come = match most.fits.filter(|_| most.peak > USED_UP) {
        Some(fits) => format!(
            "; one holds {}, and {} come when all do who would",
            count(rounded_whole(fits / room.instances)),
            figures::counted(rounded_whole(room.comes), "user", "users"),
        ),
        None => String::new(),
    };
    if most.exceeded {
        let killed = summary.mean("instances.killed").unwrap_or(0.0).round();
        let killed = figures::counted(killed, "time", "times");
        return format!("Memory ends instances of {} {killed}{come}", room.node);
    }
    format!(
        "The fullest instance of {} uses {} of its {} at the peak{come}",
        room.node,
        share(most.peak),
        most.name,
    )
}
