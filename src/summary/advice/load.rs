//! Axes that nobody designs: how many users there are and what they do, how networks are, what
//! happens to the system. A choice holds for one load; where a load is swept, each has its own.
use super::ranking::{differ, holds, ranked, told, value};
use crate::summary::{
    figures,
    slo::Verdict,
    sweep::{Point, Sweep},
    words,
};

/// The points of one load.
#[derive(Clone, PartialEq, Debug)]
pub struct Load<'s> {
    /// It, in words.
    pub words: String,
    /// Its points.
    pub points: Vec<&'s Point>,
    /// Those that keep every objective, the one to take first.
    pub kept: Vec<&'s Point>,
}

impl<'s> Load<'s> {
    /// Of its points the one that comes nearest to keeping every objective.
    pub fn nearest(&self) -> Option<&'s Point> {
        super::ranking::nearest(&self.points)
    }

    /// Whether it is not known that each of its points breaks an objective.
    pub fn is_open(&self) -> bool {
        !self.points.iter().all(|point| point.kept() == Some(Verdict::Fail))
    }
}

/// Keys of the run itself.
const RUN: [&str; 3] = ["seed", "horizon", "warm_up"];
/// Keys of a crowd that are its own.
const CROWD: [&str; 5] = ["count", "sends.per_user", "sessions.arrive", "sessions.stay", "tabs"];
/// Of a source.
const SOURCE: [&str; 3] = ["every", "rate", "bursts.rate"];
/// Of what happens.
const TIMELINE: [&str; 6] = ["kind", "lasts", "factor", "share", "instances", "zone"];
/// More groups of loads are told in the table alone.
const GROUPS: usize = 4;

impl Sweep {
    /// Whether the value of an axis is for the designer to choose.
    fn is_given(&self, axis: usize) -> bool {
        let path = self.axes[axis].path.as_str();
        let Some((node, key)) = path.split_once('.') else { return RUN.contains(&path) };
        let is = |kind: &str| self.input["nodes"][node].get(kind).is_some();
        if node == "timeline" {
            return key.split_once('.').is_some_and(|(_, key)| TIMELINE.contains(&key));
        }
        let own = CROWD.contains(&key) || key.starts_with("network.") || key == "blocked";
        is("clients") && own || is("source") && SOURCE.contains(&key)
    }

    /// The axes that vary and are no choice, apart from how long a run lasts.
    fn given(&self) -> Vec<usize> {
        self.varied().filter(|&axis| self.is_given(axis)).collect()
    }

    /// The axes that a designer chooses on; what goes along with a load is no choice.
    fn chosen(&self) -> Vec<usize> {
        let given = self.given();
        let own = |axis: &usize| !given.iter().any(|&load| self.follows(load, *axis));
        self.varied().filter(|&axis| !self.is_given(axis)).filter(own).collect()
    }

    /// The axes that are told: with more than one value, and not only the length of a run.
    pub fn varied(&self) -> impl Iterator<Item = usize> + '_ {
        let several = |axis: &usize| self.axes[*axis].values.len() > 1;
        (0..self.axes.len()).filter(several).filter(|&axis| !self.is_length(axis))
    }

    /// Whether an axis only makes runs as long as another of their values needs.
    fn is_length(&self, axis: usize) -> bool {
        let length = ["horizon", "warm_up"].contains(&self.axes[axis].path.as_str());
        length && (0..self.axes.len()).any(|other| other != axis && self.follows(other, axis))
    }

    /// Whether an axis is zipped to another: each value of one comes with one of the other.
    pub fn follows(&self, leader: usize, other: usize) -> bool {
        let mut known = std::collections::BTreeMap::new();
        self.points.len() > 1
            && self.points.iter().all(|point| {
                let own = point.values[other].as_str();
                *known.entry(point.values[leader].as_str()).or_insert(own) == own
            })
    }

    /// Whether there is something to choose beside the load.
    pub fn has_designs(&self) -> bool {
        !self.chosen().is_empty()
    }

    /// The design of a point in words, apart from its load.
    pub fn design(&self, point: &Point) -> String {
        self.words_of(point, &self.chosen())
    }

    pub(super) fn words_of(&self, point: &Point, axes: &[usize]) -> String {
        let one = |&axis: &usize| words::choice(&self.input, &self.axes[axis], &point.values[axis]);
        axes.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    /// The points by load, in the order of the plan; empty where none is swept.
    pub fn loads(&self) -> Vec<Load<'_>> {
        let given = self.given();
        let mut all: Vec<Load> = Vec::new();
        if given.is_empty() {
            return all;
        }
        for point in &self.points {
            let words = self.words_of(point, &given);
            match all.iter_mut().find(|load| load.words == words) {
                Some(load) => load.points.push(point),
                None => all.push(Load { words, points: vec![point], kept: Vec::new() }),
            }
        }
        let home = self.as_written();
        all.iter_mut().for_each(|load| load.kept = ranked(load.points.iter().copied(), home));
        all
    }

    /// What to take at each load, or how far the load can rise.
    pub(super) fn over_loads(&self, loads: &[Load]) -> String {
        if self.has_designs() { self.designs_over(loads) } else { range_of(loads) }
    }

    /// `Take WebSocket from 10/s to 1/min, SSE at 12/h`.
    fn designs_over(&self, loads: &[Load]) -> String {
        let design = |load: &Load| load.kept.first().map(|point| self.design(point));
        let groups: Vec<&[Load]> = loads.chunk_by(|a, b| design(a) == design(b)).collect();
        if let ([_], Some(design)) = (groups.as_slice(), loads.first().and_then(design)) {
            let (end, why) = (ends(loads), self.why(loads));
            let why = why.map_or_else(String::new, |why| format!(", and {why}"));
            return format!(
                "Take {design}, whatever the load: it keeps every objective {end}{why}."
            );
        }
        let take = |group: &&[Load]| {
            let (design, ends) = (design(&group[0])?, ends(group));
            let why = self.why(group).map_or_else(String::new, |why| format!(" ({})", bare(&why)));
            Some(format!("{design} {ends}{why}"))
        };
        let taken: Vec<String> = groups.iter().filter_map(take).collect();
        let none = groups.iter().copied().filter(|group| group[0].kept.is_empty());
        // What is not shown is no failure: those that fail are told apart.
        let none = none.flat_map(|group| group.chunk_by(|a, b| a.is_open() == b.is_open()));
        let missed = none.map(|group| {
            let known = if group[0].is_open() { "none is known to keep" } else { "none keeps" };
            format!("{} {known} {}", ends(group), figures::listed(&missing(&group[0])))
        });
        let missed: Vec<String> = missed.collect();
        let more = if taken.len() > GROUPS { "; the table has the others" } else { "" };
        let shown = &taken[..taken.len().min(GROUPS)];
        let take = if shown.is_empty() {
            String::new()
        } else {
            format!("Take {}", figures::listed(shown))
        };
        let parts = [take, missed.join("; ")];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        figures::capitalized(&parts.join("; ")) + more + "."
    }

    /// Why one design is taken where others keep the objectives too: in what it is ahead, at most
    /// of the loads.
    fn why(&self, loads: &[Load]) -> Option<String> {
        let chosen = loads.iter().filter(|load| load.points.len() > 1);
        let (mut told, mut alone): (Vec<(String, usize)>, usize) = (Vec::new(), 0);
        for load in chosen {
            let reason = match load.kept[..] {
                [] => continue,
                [_] => {
                    alone += 1;
                    continue;
                }
                [first, next, ..] => self.best_of(first, &load.kept, next),
            };
            match told.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, count)) => *count += 1,
                None => told.push((reason, 1)),
            }
        }
        let Some(most) = told.iter().map(|(_, count)| *count).max() else {
            return (alone > 0).then(|| "no other does".to_owned());
        };
        let (reason, _) = told.iter().find(|(_, count)| *count == most)?;
        // What another reason is told for is true of this one too where it holds there.
        let holds = |load: &&Load| match load.kept[..] {
            [first, _, ..] => holds(reason, first, &load.kept[1..]),
            _ => false,
        };
        let most = loads.iter().filter(holds).count().max(most);
        // Who alone keeps the objectives is the best of those that do in anything.
        let part = match most + alone {
            all if all == loads.len() => String::new(),
            some => format!(" at {some} of {} loads", loads.len()),
        };
        Some(format!("{reason}{part}"))
    }
}

/// A reason without its subject.
fn bare(why: &str) -> &str {
    why.strip_prefix("it is ").unwrap_or(why)
}

/// What the designs to take cost, and how late they are, from load to load.
pub(super) fn range_over(loads: &[Load]) -> Option<String> {
    let by = |(metric, least): &(&str, f64)| {
        let known = loads.iter().filter_map(|load| {
            let best = *load.kept.first()?;
            Some((load.words.as_str(), best, best.mean(metric)?))
        });
        let low = known.clone().min_by(|a, b| a.2.total_cmp(&b.2))?;
        let high = known.max_by(|a, b| a.2.total_cmp(&b.2))?;
        if !differ(low.2, high.2, *least) {
            return told(low.1, metric);
        }
        let [a, b] = [value(low.1, metric)?, value(high.1, metric)?];
        Some(format!("{} {a} at {}, {b} at {}", words::metric(metric), low.0, high.0))
    };
    let goals = [("cost.total", 0.01), ("delivery_lag.p99", 0.05)];
    let parts: Vec<String> = goals.iter().filter_map(by).collect();
    (!parts.is_empty()).then(|| figures::capitalized(&parts.join("; ")) + ".")
}

/// `at 12/h`, `from 10/s to 12/h`.
fn ends(loads: &[Load]) -> String {
    match loads {
        [first, .., last] => format!("from {} to {}", first.words, last.words),
        [one] => format!("at {}", one.words),
        [] => String::new(),
    }
}

/// What the nearest point of a load does not show.
fn missing(load: &Load) -> Vec<String> {
    let nearest = load.nearest();
    nearest.iter().flat_map(|point| point.broken()).map(|judged| judged.expr.clone()).collect()
}

/// How far the load can rise.
fn range_of(loads: &[Load]) -> String {
    let open =
        |load: &Load| load.points.iter().all(|point| point.kept() == Some(Verdict::Inconclusive));
    if loads.len() > 1 && loads.iter().all(open) {
        let mut exprs: Vec<String> = loads.iter().flat_map(missing).collect();
        exprs.sort();
        exprs.dedup();
        let (all, exprs) = (loads.len(), figures::listed(&exprs));
        return format!("All {all} loads are inconclusive: none is known to keep {exprs}.");
    }
    match loads.iter().position(|load| load.kept.is_empty()) {
        None => format!("Every objective is kept {}.", ends(loads)),
        Some(first) => {
            let none =
                if loads[first].is_open() { "no point is known to show" } else { "no point shows" };
            let at = format!("at {} {none} {}", loads[first].words, {
                let missing = missing(&loads[first]);
                figures::listed(&missing)
            });
            match first.checked_sub(1) {
                Some(last) => format!("Every objective is kept up to {}; {at}.", loads[last].words),
                None => figures::capitalized(&at) + ".",
            }
        }
    }
}
