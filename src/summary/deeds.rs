//! What is done to the system, each thing once, with the time at which it begins and until when it
//! is the last thing that hit users.
use super::{RECOVERY, Summary, board::is_mark, student};
use crate::{
    engine::{Span, number},
    units::Quantity,
};

/// An entry of the timeline.
#[derive(Clone, PartialEq, Debug)]
pub struct Deed {
    /// Its name.
    pub name: String,
    /// When it begins, in seconds.
    pub at: f64,
}

/// A phase that is shorter is over at once.
const MOMENT: f64 = 1.0;

/// What hit users, and until when it is the last that did.
pub(super) struct Hit {
    /// It.
    pub(super) deed: Deed,
    /// The end of its stretch in each run, in seconds.
    ends: Vec<f64>,
}

impl Hit {
    /// The end of its stretch: the mean over the runs.
    pub(super) fn end(&self) -> f64 {
        student::mean(&self.ends).unwrap_or(self.deed.at)
    }
}

impl Summary {
    /// The entries of the timeline in the order of time, then what has a phase without being one.
    /// A phase that another interrupts begins once.
    pub fn deeds(&self) -> Vec<Deed> {
        let entry = |entry: &serde_json::Value| {
            let name = entry["name"].as_str()?.to_owned();
            let written = entry["at"].as_str().and_then(|at| Span::read(at).ok());
            let at = written.map(Span::seconds).or_else(|| self.begins(&name))?;
            Some(Deed { name, at })
        };
        let mut all: Vec<Deed> = self.timeline().iter().filter_map(entry).collect();
        for phase in self.faults().filter(|phase| phase.name != RECOVERY) {
            if all.iter().all(|deed| deed.name != phase.name) {
                all.push(Deed { name: phase.name.clone(), at: phase.start.seconds() });
            }
        }
        all.sort_by(|a, b| a.at.total_cmp(&b.at));
        all
    }

    fn begins(&self, name: &str) -> Option<f64> {
        self.faults().find(|phase| phase.name == name).map(|phase| phase.start.seconds())
    }

    /// What hit users, each with the stretch in which it is the last that did: until the next one,
    /// or until nothing is left of it. What takes no connection sends nobody anywhere.
    pub(super) fn hits(&self) -> Vec<Hit> {
        let hit = |name: &str| self.mean(&format!("recovery.{name}.hit"));
        let mut all = self.deeds();
        all.retain(|deed| !is_mark(self, &deed.name) && self.begins(&deed.name).is_some());
        let known = all.iter().any(|deed| hit(&deed.name).is_some());
        all.retain(|deed| !known || hit(&deed.name) > Some(0.0));
        let next: Vec<f64> = all.iter().skip(1).map(|deed| deed.at).collect();
        let next = next.into_iter().chain([f64::INFINITY]);
        let of = |(deed, next): (Deed, f64)| {
            let ends = self.ran().map(|run| self.calm_after(&deed, run).min(next)).collect();
            Hit { deed, ends }
        };
        all.into_iter().zip(next).map(of).collect()
    }

    /// The attempts of the phases that make up the stretch of a hit, in one run, as those phases
    /// count them; none where one of them is also of something else.
    pub(super) fn attempts_of(&self, hit: &Hit) -> Option<f64> {
        let (mut own, mut others): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
        let first = self.ran().start;
        for phase in &self.phases {
            let (start, end) = (phase.start.seconds(), phase.end.seconds());
            let over = hit.ends.get(number::index(phase.replication - first)).copied()?;
            let inside = (hit.deed.at..over).contains(&start);
            let all = if inside { &mut own } else { &mut others };
            if end - start >= MOMENT && !all.contains(&phase.name.as_str()) {
                all.push(&phase.name);
            }
        }
        if own.iter().any(|name| others.contains(name)) {
            return None;
        }
        let of = |name: &&str| self.mean(&format!("during({name}).attempts.total"));
        own.iter().map(of).sum()
    }

    /// Whether anything took connections.
    pub fn hits_some(&self) -> bool {
        self.whom_faults_hit().any(|(_, hit)| hit > 0.0)
    }

    /// When nothing is left of a deed in one of the runs: its own phase, those of deeds that began
    /// before it, and the recovery from them are over.
    fn calm_after(&self, deed: &Deed, run: u32) -> f64 {
        let (mut end, mut reach, mut own) = (deed.at, deed.at, true);
        let faults = self.phases.iter().filter(|it| it.replication == run && it.name != "steady");
        for phase in faults.filter(|phase| phase.start.seconds() >= deed.at) {
            if phase.start.seconds() > reach {
                break;
            }
            reach = reach.max(phase.end.seconds());
            let earlier = || self.begins(&phase.name).is_some_and(|begin| begin <= deed.at);
            own = if phase.name == RECOVERY { own } else { earlier() };
            end = if own { reach } else { end };
        }
        end
    }

    /// How long the phases of a deed last, in seconds: the mean over the replications.
    pub(super) fn lasts(&self, deed: &Deed) -> f64 {
        let own = self.phases.iter().filter(|phase| phase.name == deed.name);
        let all: f64 = own.map(|phase| phase.end.seconds() - phase.start.seconds()).sum();
        all / f64::from(self.replications.max(1))
    }
}

/// The begin of the bin of a curve that a time falls into: a herd begins within it.
pub(super) fn bin_of(time: f64, step: f64) -> f64 {
    number::float(number::floor(time / step + 1e-9)) * step
}
