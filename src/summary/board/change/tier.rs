//! How many instances a tier needs.
use super::{AIM, Change, FULL, change, drain::placing, gone, is_herd, of_herds};
use crate::summary::{
    Summary,
    board::headroom::{Budget, Headroom, USED_UP, can_wait, headroom, rooms},
    figures::{self, count, rounded, share},
    rolling::Placing,
    stated_count,
};

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
    let herd = herd || moves_it(summary, room);
    let counts = |name: &str| !(can_wait(name) || herd && name == "CPU");
    let most = room.budgets.iter().find(|budget| counts(budget.name))?;
    let wanted = Wanted::of(summary, room, most);
    let (left, known) = (wanted.left, wanted.known);
    let to = wanted.times(1.0).max(room.instances);
    let beside = if left < room.instances {
        format!(", beside those that are gone in the timeline ({} then serve)", count(left))
    } else {
        String::new()
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

/// Whether the CPU of a tier is at its peak while those come back whom something sent away, and is
/// within bounds in the steady time.
fn moves_it(summary: &Summary, room: &Headroom) -> bool {
    let Some(busy) = summary.level(&room.node, "cpu", "max") else { return false };
    let Some((bin, _)) = busy.peak() else { return false };
    let moved = summary.hits().iter().any(|(deed, end)| (deed.at..*end).contains(&busy.time(bin)));
    let quiet = summary.stretches().filter(|phase| phase.name == "steady");
    let ends = quiet.map(|phase| (phase.start.max(summary.warm_up), phase.end));
    let inside = ends.flat_map(|(from, to)| busy.within(from.seconds(), to.seconds()));
    moved && inside.map(|(_, used)| used).fold(0.0, f64::max) <= AIM
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
    /// Instances that would be full.
    full: f64,
    /// Whether that is known where the budget is full: the load is not capped.
    known: bool,
    /// Instances that serve at the worst moment of the timeline.
    left: f64,
    /// Instances that go one by one,
    single: f64,
    /// and the part that goes with zones.
    part: f64,
}

impl Wanted {
    fn of(summary: &Summary, room: &Headroom, most: &Budget) -> Self {
        let (zones, single) = gone(summary, room);
        let left = (room.instances - zones - single).max(1.0);
        let (full, known) = match most.fits {
            // As many as hold all who would come, whoever of them got in.
            Some(fits) if most.peak > USED_UP => {
                let even = room.instances * room.comes / fits;
                (even * uneven(summary, &room.node, even / AIM), true)
            }
            _ => (left * most.peak, false),
        };
        // A zone takes its part of however many there are.
        Self { full, known, left, single, part: (zones / room.instances).min(0.9) }
    }

    /// As many instances as so many times the users take.
    fn times(&self, factor: f64) -> f64 {
        let kept = (self.full * factor / AIM - 1e-9).ceil();
        ((kept + self.single) / (1.0 - self.part) - 1e-9).ceil()
    }
}

/// As many instances as a tier takes with so many times its users, by each of its budgets. What a
/// herd does to its CPU grows with the herd: as many times the instances have it back as soon.
pub(in crate::summary::board) fn needed(summary: &Summary, room: &Headroom, factor: f64) -> f64 {
    let herd = is_herd(summary, &of_herds(summary)) || moves_it(summary, room);
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
            count(rounded(fits / room.instances).round()),
            figures::counted(rounded(room.comes).round(), "user", "users"),
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
