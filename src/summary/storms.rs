//! Whether the system comes back by itself after each fault: stable, vulnerable or metastable
//! (Bronson et al., "Metastable Failures in Distributed Systems", 2021), in numbers.
use super::{Summary, figures, stated_count};
use crate::{engine::Span, units::Quantity};
use figures::{compact, count, duration, share};
use serde_json::Value as Json;

/// Fewer than this who are not back when the run ends are no sign of being stuck.
const NOTABLE: f64 = 0.001;

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

/// One sentence a fault that took connections.
pub(super) fn sentences(summary: &Summary) -> Vec<String> {
    let mut names: Vec<&str> = Vec::new();
    for metric in &summary.metrics {
        let rest = metric.name.strip_prefix("recovery.");
        if let Some(name) = rest.and_then(|rest| rest.strip_suffix(".hit")) {
            names.push(name);
        }
    }
    let door = Door::new(summary);
    names.iter().filter_map(|name| Fault::new(summary, name)?.sentence(summary, &door)).collect()
}

/// The way in, as the input states it.
struct Door {
    /// Handshakes a second of one instance.
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
        let capacity = summary.mean("handshakes.capacity");
        Self {
            rate: capacity.filter(|_| instances > 0.0).map(|capacity| capacity / instances),
            patience: patience.reduce(f64::min),
            queue: queues.reduce(f64::max),
        }
    }

    /// The longest accept queue that is served within the patience: µT.
    fn safe_queue(&self) -> Option<f64> {
        Some((self.rate? * self.patience?).floor())
    }
}

/// What is known of a fault.
struct Fault<'s> {
    name: &'s str,
    hit: f64,
    never: f64,
    t99: Option<f64>,
    all: Option<f64>,
}

impl<'s> Fault<'s> {
    fn new(summary: &Summary, name: &'s str) -> Option<Self> {
        let mean = |what: &str| summary.mean(&format!("recovery.{name}.{what}"));
        let hit = mean("hit").filter(|&hit| hit > 0.0)?;
        Some(Self { name, hit, never: mean("never")?, t99: mean("t99"), all: mean("all") })
    }

    /// Whom it concerns.
    fn by(&self) -> String {
        if self.name == START {
            "who begin to connect at the start".to_owned()
        } else {
            format!("hit by {}", self.name)
        }
    }

    fn state(&self) -> &'static str {
        if self.name == START { "in" } else { "back" }
    }

    fn sentence(&self, summary: &Summary, door: &Door) -> Option<String> {
        if self.never > NOTABLE * self.hit {
            return Some(self.stuck(summary, door));
        }
        let (all, who) = match self.all {
            Some(all) => (all, format!("all {}", count(self.hit.round()))),
            None => (self.t99?, format!("99{}% of {}", figures::GAP, count(self.hit.round()))),
        };
        let capacity = summary.mean("handshakes.capacity")?;
        let bound = self.hit / capacity;
        let back = format!("{who} {} are {} after {}", self.by(), self.state(), duration(all));
        if let (Some(queue), Some(safe)) = (door.queue, door.safe_queue())
            && queue > safe
        {
            let holds = if queue.is_finite() {
                format!("{} handshakes", count(queue))
            } else {
                "any number of handshakes".to_owned()
            };
            return Some(format!(
                "Vulnerable: {back}, but an accept queue holds {holds}, and those beyond {} wait \
                 longer than the client timeout of {}; bound it to {} or less.",
                count(safe),
                duration(door.patience?),
                count(safe),
            ));
        }
        if let Some(found) = silence(summary, self.name) {
            return Some(format!(
                "Stable: {back}; nobody is told, and it takes up to {} until all have noticed.",
                duration(found),
            ));
        }
        Some(format!(
            "Stable: {back}, {} times the {} that as many handshakes take at {}/s.",
            compact(all / bound),
            duration(bound),
            count(capacity.round()),
        ))
    }

    /// Not all are back when the run ends: they gave up, are stuck, or had no time.
    fn stuck(&self, summary: &Summary, door: &Door) -> String {
        let (left, by) = (share(self.never / self.hit), self.by());
        let run = duration(summary.horizon.seconds());
        let gave_up = summary.mean("clients.gave_up").unwrap_or(0.0);
        if gave_up > self.never / 2.0 {
            return format!(
                "Lost: {left} of {} {by} never come back; {} users give up for good.",
                count(self.hit.round()),
                count(gave_up.round()),
            );
        }
        let wait = summary.mean("handshake_queue.max").unwrap_or(0.0);
        let wasted = summary.mean("handshakes.wasted").unwrap_or(0.0);
        match (door.patience, door.safe_queue()) {
            (Some(patience), Some(safe)) if wait > patience && wasted > self.never => format!(
                "Metastable: {left} of {} {by} never connect within {run}; the accept queue's \
                 wait of {} exceeds the client timeout of {}, and {} handshakes are served for \
                 nobody; bound it to {} or less.",
                count(self.hit.round()),
                duration(wait),
                duration(patience),
                count(wasted.round()),
                count(safe),
            ),
            _ => format!(
                "Not recovered: {left} of {} {by} are not {} after {run}, at the end.",
                count(self.hit.round()),
                self.state(),
            ),
        }
    }
}
