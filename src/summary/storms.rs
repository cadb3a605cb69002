//! Whether the system comes back by itself after each fault: stable, vulnerable or metastable
//! (Bronson et al., "Metastable Failures in Distributed Systems", 2021), in numbers.
use super::{
    Summary,
    board::{but_few, nodes, users},
    figures, stated_count, survivors, words,
};
use crate::{engine::Span, units::Quantity};
use figures::{compact, count, duration, share};
use serde_json::Value as Json;

/// Fewer than this who are not back when the run ends are no sign of being stuck.
const NOTABLE: f64 = 0.001;

/// Who takes so many times longer than the handshakes is not kept by them.
const FAR: f64 = 20.0;

/// The name under which crowds stand that begin to connect when the run begins.
const START: &str = "start";

/// Of a fault of which nobody is told: how long it takes until all have noticed, by heartbeats or
/// when TCP gives up.
fn silence(summary: &Summary, name: &str) -> Option<f64> {
    let entries = summary.input.get("timeline")?.as_array()?;
    let entry = entries.iter().find(|entry| entry.get("name").is_some_and(|it| it == name))?;
    let silent = |kind: &Json| kind == "host" || kind == "silent";
    let mut actions = entry.as_object()?.values();
    actions.find(|action| action.get("kind").is_some_and(silent))?;
    let crowds = summary.input.get("nodes")?.as_object()?.values();
    let noticed = crowds.filter_map(|node| {
        let beat = node.get("clients")?.get("heartbeat")?;
        let read = |key: &str| Span::read(beat.get(key)?.as_str()?).ok().map(Span::seconds);
        read("every").map_or_else(|| read("tcp_timeout"), |every| Some(every + read("timeout")?))
    });
    noticed.reduce(f64::max)
}

/// Whether an entry of the timeline tells users to move, as a deploy does.
pub(super) fn moves(summary: &Summary, name: &str) -> bool {
    let mut own = summary.timeline().iter().filter(|entry| entry["name"] == name);
    own.any(|entry| ["deploy", "drain"].iter().any(|key| entry.get(key).is_some()))
}

/// Whether it goes on when the runs end.
pub(super) fn goes_on(summary: &Summary, name: &str) -> bool {
    moves(summary, name)
        && summary.metric(&format!("{name}.duration")).is_some_and(|it| it.mean.is_none())
}

/// How a fault ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ended {
    /// All come back by themselves.
    Stable,
    /// They do, but would not in a larger herd.
    Vulnerable,
    /// The load of those who try keeps them out.
    Metastable,
    /// They have given up.
    Lost,
    /// Not all are back when the run ends.
    Open,
}

impl Ended {
    fn word(self) -> &'static str {
        match self {
            Self::Stable => "Stable",
            Self::Vulnerable => "Vulnerable",
            Self::Metastable => "Metastable",
            Self::Lost => "Lost",
            Self::Open => "Not recovered",
        }
    }

    /// With what is to be said of it.
    fn told(self, what: &str) -> Storm {
        Storm { ended: self, hit: 0.0, text: format!("{}: {what}", self.word()) }
    }
}

/// What became of those whose connections a fault took.
pub(super) struct Storm {
    pub(super) ended: Ended,
    /// Connections that it took.
    hit: f64,
    pub(super) text: String,
}

/// One for each fault that took connections.
pub(super) fn storms(summary: &Summary) -> Vec<Storm> {
    let door = Door::new(summary);
    let mut faults: Vec<Fault> =
        summary.whom_faults_hit().filter_map(|(name, _)| Fault::new(summary, name)).collect();
    // Who gave up is known of the run alone: with several faults it is told once.
    let away: f64 = faults.iter().map(|fault| fault.never).sum();
    let mut stuck = faults.iter_mut().filter(|fault| fault.is_stuck());
    let first = stuck.next().map(|first| &mut first.quits);
    let several = stuck.next().is_some();
    if let Some(quits) = first {
        *quits = if several { Quits::InAll } else { Quits::Own };
    }
    let storm = |fault: &Fault| {
        let storm = fault.ends(summary, &door, away)?;
        Some(Storm { hit: fault.hit, ..storm })
    };
    faults.iter().filter_map(storm).collect()
}

/// At most so many of them, in their order: those that do not end, then the largest.
pub(super) fn worst(summary: &Summary, most: usize) -> Vec<Storm> {
    let all = storms(summary);
    let mut order: Vec<usize> = (0..all.len()).collect();
    let calm = |place: usize| all[place].ended == Ended::Stable;
    order.sort_by(|&a, &b| calm(a).cmp(&calm(b)).then(all[b].hit.total_cmp(&all[a].hit)));
    order.truncate(most);
    let kept = all.into_iter().enumerate().filter(|(place, _)| order.contains(place));
    kept.map(|(_, storm)| storm).collect()
}

/// The way in, as the input states it.
struct Door {
    /// Handshakes a second of all instances; not known of several tiers.
    capacity: Option<f64>,
    /// Of one instance.
    rate: Option<f64>,
    /// The shortest patience of a crowd, in seconds.
    patience: Option<f64>,
    /// The longest accept queue of an instance; infinite when it is unbounded.
    queue: Option<f64>,
}

impl Door {
    fn new(summary: &Summary) -> Self {
        let nodes = summary.input.get("nodes").and_then(Json::as_object);
        let all = |kind: &str| -> Vec<Json> {
            let nodes = nodes.into_iter().flat_map(|nodes| nodes.values());
            nodes.filter_map(|node| node.get(kind).cloned()).collect()
        };
        let pools = all("gateway");
        let instances: f64 = pools.iter().filter_map(|pool| stated_count(pool.get("count")?)).sum();
        let queues = pools.iter().filter_map(|pool| {
            let queue = pool.get("accept_queue")?;
            if queue == "unbounded" { Some(f64::INFINITY) } else { stated_count(queue) }
        });
        let patience = all("clients").into_iter().filter_map(|crowd| {
            let text = crowd.get("reconnect")?.get("timeout")?.as_str()?.to_owned();
            Span::read(&text).ok().map(Span::seconds)
        });
        // Of several tiers nobody says which one a herd meets: their sum is no way in.
        let single = pools.len() + all("managed").len() == 1;
        let capacity = summary.mean("handshakes.capacity").filter(|_| single);
        Self {
            rate: capacity.filter(|_| instances > 0.0).map(|capacity| capacity / instances),
            capacity,
            patience: patience.reduce(f64::min),
            queue: queues.reduce(f64::max),
        }
    }

    /// The longest accept queue that is served within the patience: µT.
    fn safe_queue(&self) -> Option<f64> {
        Some((self.rate? * self.patience?).floor())
    }
}

/// Whether a fault tells how many gave up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quits {
    /// It is the only one that somebody is not back from.
    Own,
    /// It is the first of several.
    InAll,
    /// Another tells it.
    Untold,
}

/// What is known of a fault.
struct Fault<'s> {
    name: &'s str,
    /// Connections, in whole: a user who is hit twice counts twice.
    hit: f64,
    /// Whether there are more of them than users.
    often: bool,
    /// Whether they were told to move, as by a deploy.
    moves: bool,
    /// Whether it goes on when the runs end.
    goes_on: bool,
    never: f64,
    t99: Option<f64>,
    all: Option<f64>,
    /// In how many runs all were back, of how many, where that is not all of them.
    some: Option<(u32, u32)>,
    quits: Quits,
}

/// Of those whom a deploy has moved so far, no more are on their way at any time.
const MOVING: f64 = 0.01;

impl<'s> Fault<'s> {
    fn new(summary: &Summary, name: &'s str) -> Option<Self> {
        let mean = |what: &str| summary.mean(&format!("recovery.{name}.{what}"));
        let hit = mean("hit").filter(|&hit| hit > 0.0)?;
        let (never, t99, all) = (mean("never")?, mean("t99"), mean("all"));
        let often = users(summary).is_some_and(|users| hit > users);
        let moves = moves(summary, name);
        let some = survivors::came(&format!("recovery.{name}.all"), &summary.metrics);
        let goes_on = goes_on(summary, name);
        Some(Self { name, hit, often, moves, goes_on, never, t99, all, some, quits: Quits::Untold })
    }

    fn is_stuck(&self) -> bool {
        // Of a deploy under way some are just moving.
        let few = if self.goes_on { MOVING } else { NOTABLE };
        self.never > few * self.hit || self.never > 0.0 && self.t99.is_none()
    }

    /// Whom it concerns.
    fn by(&self) -> String {
        if self.name == START {
            "who begin to connect at the start".to_owned()
        } else {
            format!("hit by {}", words::spaced(self.name))
        }
    }

    /// How many it concerns.
    fn those(&self) -> String {
        let hit = count(self.hit.round());
        if self.often { format!("{hit} connections") } else { hit }
    }

    /// What a move of users amounts to: its own pace says when it ends.
    fn moved(&self, summary: &Summary) -> Storm {
        let mean = |name: &str| summary.mean(name);
        let each = mean(&format!("{}.moves_per_client", self.name)).filter(|&each| each > 1.0);
        let each = each.map_or_else(String::new, |each| format!(", {} a user,", compact(each)));
        let took = mean(&format!("{}.duration", self.name));
        let took = match took {
            Some(took) => format!(" in {}", duration(took)),
            None if self.goes_on => ", and is not over when the run ends".to_owned(),
            None => String::new(),
        };
        let online = mean(&format!("during({}).clients.availability", self.name));
        let online = online.map_or_else(String::new, |online| {
            format!("; {} of user time stays online", share(online))
        });
        let cut =
            mean("connections.cut").filter(|&cut| cut > 0.0).map_or_else(String::new, |cut| {
                let are = figures::counted(cut.round(), "is cut off", "are cut off");
                format!("; {are} when the grace is over")
            });
        Ended::Stable.told(&format!(
            "{} moves {} connections{each}{took}{cut}{online}.",
            words::spaced(self.name),
            count(self.hit.round()),
        ))
    }

    /// How long the run goes on behind it, in seconds.
    fn left(&self, summary: &Summary) -> f64 {
        let began = summary.faults().find(|phase| phase.name == self.name);
        let began = began.map_or(0.0, |phase| phase.start.seconds());
        summary.horizon.seconds() - began
    }

    fn state(&self) -> &'static str {
        if self.name == START { "in" } else { "back" }
    }

    /// In how many runs all are.
    fn in_some(&self) -> Option<String> {
        self.some.map(|(some, runs)| format!(", all in {some} of {runs} runs"))
    }

    /// `away`: those who are not back from any fault.
    fn ends(&self, summary: &Summary, door: &Door, away: f64) -> Option<Storm> {
        if self.is_stuck() {
            return Some(self.stuck(summary, door, away));
        }
        let (all, who) = match self.all {
            Some(all) => (all, format!("all {}", self.those())),
            None => (self.t99?, format!("99{}% of {}", figures::GAP, self.those())),
        };
        let few = but_few(self.hit, self.never).filter(|_| self.all.is_none());
        let few = few.map_or_else(String::new, |few| format!(", {few} by the end"));
        let few = self.in_some().unwrap_or(few);
        let (by, state) = (self.by(), self.state());
        let back = format!("{who} {by} are {state} after {}{few}", duration(all));
        if let (Some(queue), Some(safe)) = (door.queue, door.safe_queue())
            && queue > safe
        {
            let holds = if queue.is_finite() {
                format!("{} handshakes", count(queue))
            } else {
                "any number of handshakes".to_owned()
            };
            return Some(Ended::Vulnerable.told(&format!(
                "{back}, but an accept queue holds {holds}, and those beyond {} wait \
                 longer than the client timeout of {}; bound it well below that.",
                count(safe),
                duration(door.patience?),
            )));
        }
        if let Some(found) = silence(summary, self.name) {
            return Some(Ended::Stable.told(&format!(
                "{back}; nobody is told, and it takes up to {} until all have noticed.",
                duration(found),
            )));
        }
        if self.moves {
            return Some(self.moved(summary));
        }
        // Far longer than the handshakes take is not by the way in.
        let near = |capacity: &f64| all <= FAR * self.hit / capacity;
        let Some(capacity) = door.capacity.filter(near) else {
            return Some(Ended::Stable.told(&format!("{back}.")));
        };
        let bound = self.hit / capacity;
        Some(Ended::Stable.told(&format!(
            "{back}, {} times the {} that as many handshakes take at {}/s.",
            compact(all / bound),
            duration(bound),
            count(capacity.round()),
        )))
    }

    /// Not all are back when the run ends: they gave up, are stuck, or had no time.
    fn stuck(&self, summary: &Summary, door: &Door, away: f64) -> Storm {
        let (left, by) = (share(self.never / self.hit), self.by());
        let run = duration(self.left(summary));
        let some = self.in_some().unwrap_or_default();
        let gave_up = summary.mean("clients.gave_up").unwrap_or(0.0);
        if gave_up > away / 2.0 {
            let users = count(gave_up.round());
            // Who comes again may give up again.
            let mut crowds = nodes(summary, "clients").into_iter();
            let again = crowds.any(|(_, crowd)| !crowd["visits"].is_null());
            let give_up = if again { "visits are given up" } else { "users give up for good" };
            let quits = match self.quits {
                Quits::Own => format!("; {users} {give_up}"),
                Quits::InAll => format!("; in all, {users} {give_up}"),
                Quits::Untold => String::new(),
            };
            let those = self.those();
            return Ended::Lost.told(&format!("{left} of {those} {by} never come back{quits}."));
        }
        // Sessions that lost their connection and gave up: who comes now is another one.
        let cut = summary.mean("sessions.cut").unwrap_or(0.0);
        let wait = summary.mean("handshake_queue.max").unwrap_or(0.0);
        let wasted = summary.mean("handshakes.wasted").unwrap_or(0.0);
        match (door.patience, door.safe_queue()) {
            (Some(patience), Some(safe)) if wait > patience && wasted > self.never => {
                Ended::Metastable.told(&format!(
                    "{left} of {} {by} are not {} {run} later, at the end{some}; the \
                     accept queue's wait of {} exceeds the client timeout of {}, and {} \
                     handshakes are served for nobody; bound it well below {}.",
                    self.those(),
                    self.state(),
                    duration(wait),
                    duration(patience),
                    count(wasted.round()),
                    count(safe),
                ))
            }
            _ if cut > away / 2.0 => {
                let quits = match self.quits {
                    Quits::Untold => String::new(),
                    _ => format!("; {} sessions are given up", count(cut.round())),
                };
                Ended::Lost
                    .told(&format!("{left} of {} {by} never come back{quits}.", self.those()))
            }
            _ => Ended::Open.told(&format!(
                "{left} of {} {by} are not {} {run} later, at the end{some}.",
                self.those(),
                self.state(),
            )),
        }
    }
}
