//! What a sweep says: which of its points to take, why, and what the axes do.
mod designs;
mod load;
mod ranking;
mod recommended;
mod stated;
#[cfg(test)]
mod tests;

pub use designs::Design;
pub use load::Load;
pub use recommended::Recommended;

use super::{
    figures::{self, figure},
    slo::{self, Verdict},
    survivors,
    sweep::{Axis, Point, Sweep},
    words,
};
use crate::{
    engine::Span,
    record::Unit,
    units::{Any, Quantity},
};
use ranking::{GOALS, Nearness, apart, badness, differ, points, ranked, sieved, value};
use serde_json::Value as Json;
use std::cmp::Ordering;

/// A sentence, and the metric whose chart shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// The sentence.
    pub text: String,
    /// The metric's name.
    pub metric: Option<String>,
}

impl Told {
    pub(super) fn of(text: String, metric: &str) -> Self {
        Self { text, metric: Some(metric.to_owned()) }
    }
}

/// Whether the words for a point begin with a number of things: `3 gateways`.
fn are_many(words: &str) -> bool {
    let mut each = words.split_whitespace();
    let count = each.next().and_then(|first| first.replace(',', "").parse::<f64>().ok());
    count.is_some_and(|count| (count - 1.0).abs() > f64::EPSILON)
        && each.next().is_some_and(|what| what.trim_end_matches([',', ';']).ends_with('s'))
}

impl Sweep {
    /// What stands out, in sentences with numbers: the answer first.
    pub fn findings(&self) -> Vec<String> {
        let (answer, more) = self.answer();
        let told = self.told().into_iter().map(|told| told.text);
        let all = std::iter::once(answer.clone()).chain(more).chain(told);
        let all: Vec<String> = all.chain(self.ranges().filter(|range| *range != answer)).collect();
        all.iter().map(|sentence| figures::plain(sentence)).collect()
    }

    /// The answer in a sentence, and what stands behind it.
    pub fn answer(&self) -> (String, Vec<String>) {
        if let Some((shown, rest)) = self.shown() {
            return (shown, rest.into_iter().chain(self.single()).collect());
        }
        if let [point] = &self.points[..] {
            return self.only(point);
        }
        let verdicts = self.verdicts();
        if !self.judged() || self.points.len() < 2 {
            return match self.ranges().next().filter(|_| !self.judged()) {
                Some(range) => (range, vec![verdicts]),
                None => (verdicts, Vec::new()),
            };
        }
        let loads = self.loads();
        if !loads.is_empty() {
            let more = load::range_over(&loads).filter(|_| self.has_designs());
            return (self.over_loads(&loads), more.into_iter().chain([verdicts]).collect());
        }
        let Some(choice) = self.choice() else {
            return (self.nearest(), self.single().into_iter().collect());
        };
        let more = [self.against(choice), self.single()];
        (self.taken(choice), more.into_iter().flatten().collect())
    }

    /// The answer of a sweep of one point, which is that of its run.
    fn only(&self, point: &Point) -> (String, Vec<String>) {
        let own = self.run_of(point);
        let (answer, verdicts) = (own.answer(), own.verdicts());
        let told = Some(verdicts).filter(|it| !it.is_empty() && *it != answer);
        let none = if point.slo.is_empty() { "; the experiment states no objective" } else { "" };
        let only = format!("It is the only point{none}.");
        let all = [answer].into_iter().chain(told).chain([only]).chain(self.single());
        let mut all = all.filter(|it| !it.is_empty());
        (all.next().unwrap_or_default(), all.collect())
    }

    /// What the answer rests on, sentence by sentence, the most telling first.
    pub fn told(&self) -> Vec<Told> {
        let mut all: Vec<Told> = self.decides().into_iter().collect();
        if all.is_empty() {
            all = self.reasons();
        }
        all.extend(self.cut_off());
        all.extend(self.crossing_sentences());
        for told in &mut all {
            told.text = figures::plain(&told.text);
        }
        all
    }

    /// How many points keep the objectives.
    fn verdicts(&self) -> String {
        let all = self.points.len();
        if !self.judged() {
            let none = if self.points.iter().all(|point| point.slo.is_empty()) {
                "the experiment states no objective"
            } else {
                "no objective tells them apart"
            };
            return format!("{all} points; {none}.");
        }
        let kept = self.keeping(Verdict::Pass);
        let keep = if kept == 1 { "keeps" } else { "keep" };
        let single = self.single().map_or_else(String::new, |single| format!(" {single}"));
        format!("{kept} of {all} points {keep} every objective{}.{single}", self.others(", "))
    }

    fn single(&self) -> Option<String> {
        (self.replications == 1).then(|| "Each point is a single run.".to_owned())
    }

    /// The points that do not keep every objective, by why: `, 12 fail`.
    fn others(&self, between: &str) -> String {
        let count = |verdict, one: &str, many: &str| match self.keeping(verdict) {
            0 => String::new(),
            1 => format!("{between}1 {one}"),
            n => format!("{between}{n} {many}"),
        };
        [
            count(Verdict::Fail, "fails", "fail"),
            count(Verdict::Inconclusive, "is inconclusive", "are inconclusive"),
            count(Verdict::Error, "cannot be judged", "cannot be judged"),
        ]
        .concat()
    }

    /// The point to take: of those that keep the objectives the cheapest; where that leaves
    /// several, the one that loses least, then is fastest, then gentlest.
    ///
    /// None where an axis is the load: how many users there are is no choice. None where an
    /// objective states a failure.
    pub fn choice(&self) -> Option<&Point> {
        let free = self.loads().is_empty() && self.failures().is_empty();
        ranked(self.points.iter().filter(|_| free), self.as_written()).first().copied()
    }

    /// `Take window 30s: of 4 points that keep every objective it is the fastest; 12 fail.`
    fn taken(&self, choice: &Point) -> String {
        let kept = ranked(self.points.iter(), self.as_written());
        let others = self.others(", ");
        let others = others.strip_prefix(", ").map(|it| format!("; {it}")).unwrap_or_default();
        let design = self.spoken_design(choice);
        let Some(next) = kept.get(1) else {
            let all = points(self.points.len());
            return format!("Take {design}: of {all} it alone keeps every objective{others}.");
        };
        let which = self.best_of(choice, &kept, next);
        if kept.len() == self.points.len() {
            return format!("Take {design}: all {} keep every objective, and {which}.", {
                points(kept.len())
            });
        }
        let kept = points(kept.len());
        format!("Take {design}: of {kept} that keep every objective {which}{others}.")
    }

    /// In what the point to take is ahead of the others that keep the objectives, `kept`; where
    /// the next is as good, in what no other is.
    fn best_of(&self, choice: &Point, kept: &[&Point], next: &Point) -> String {
        let others = &kept[1..];
        let (_, steps) = sieved(kept, None);
        let alone = GOALS.iter().any(|goal| apart(choice, next, goal));
        if let Some((goal, left)) = steps.last().filter(|_| alone) {
            // The best of all in it, or of those that are as good in what matters more.
            let bad = |point: &Point| Some(badness(goal.metric, point.mean(goal.metric)?));
            let ahead = |other: &&Point| match (bad(choice), bad(other)) {
                (Some(own), Some(there)) => own <= there || !apart(choice, other, goal),
                _ => true,
            };
            if others.iter().all(ahead) {
                return goal.ahead(choice, others, "");
            }
            let more = steps[..steps.len() - 1].iter().map(|(goal, _)| words::metric(goal.metric));
            let more: Vec<String> = more.collect();
            let (before, more) = (left.len(), figures::listed(&more));
            return goal.ahead(choice, left, &format!(" of the {before} that are best in {more}"));
        }
        let ahead = GOALS.iter().find(|goal| others.iter().any(|it| apart(choice, it, goal)));
        let Some(goal) = ahead else {
            let known = GOALS.iter().filter(|goal| self.knows(goal.metric));
            let names: Vec<String> = known.map(|goal| words::metric(goal.metric)).collect();
            return match names[..] {
                [] => "nothing tells them apart".to_owned(),
                _ => format!("none is better in {}", figures::listed(&names)),
            };
        };
        goal.unbeaten(choice, others, "")
    }

    /// The point to take beside that of today, or else, where nothing is to be said of that, the
    /// one that keeps least.
    fn against(&self, choice: &Point) -> Option<String> {
        let others = [self.as_written(), self.keeps_least()];
        let others = others.into_iter().flatten().filter(|it| it.name != choice.name);
        others.into_iter().find_map(|other| self.beside(choice, other))
    }

    /// A point beside another: in what is not kept there, and in the bill.
    fn beside(&self, choice: &Point, other: &Point) -> Option<String> {
        let broken =
            other.broken().filter_map(|judged| Some(slo::parse(&judged.expr).ok()?.metric));
        let mut metrics: Vec<String> = broken.take(2).collect();
        metrics.extend(["cost.total".to_owned()]);
        let parts = metrics.iter().filter_map(|metric| {
            let here = value(choice, metric)?;
            let lacking = || survivors::lacking(metric, &other.metrics);
            let there = value(other, metric).unwrap_or_else(lacking);
            (here != there).then(|| format!("{} {here} instead of {there}", words::metric(metric)))
        });
        let parts: Vec<String> = parts.collect();
        let open = other.kept() == Some(Verdict::Inconclusive);
        let open = if open { ", which is inconclusive" } else { "" };
        let what = self.spoken(other);
        (!parts.is_empty()).then(|| format!("Against {what}{open}: {}.", parts.join(", ")))
    }

    /// The point that is the experiment as it is without its axes: the one with its values, or,
    /// where these are maps, whose resolved input is the same.
    pub fn as_written(&self) -> Option<&Point> {
        let same = |(axis, value): (&Axis, &String)| {
            at(&self.input, &axis.path).is_some_and(|found| alike(&found, value))
        };
        let by_value =
            self.points.iter().find(|point| self.axes.iter().zip(&point.values).all(same));
        // Where nobody knows any input, all are the same.
        let same = |point: &&Point| point.alone.input.0.is_empty();
        let known = !self.points.iter().all(|point| same(&point));
        by_value.or_else(|| self.points.iter().find(same).filter(|_| known))
    }

    /// The point that is furthest from keeping every objective, if one breaks any; of equals that
    /// of today.
    pub fn keeps_least(&self) -> Option<&Point> {
        let nearness = Nearness::of(self.points.iter());
        let last = self.points.iter().rev().max_by(|one, other| nearness.order(one, other));
        let last = last.filter(|point| point.broken().next().is_some())?;
        let today = self.as_written().filter(|it| nearness.order(it, last) == Ordering::Equal);
        today.or(Some(last))
    }

    /// An axis that alone says which points keep every objective.
    fn decides(&self) -> Option<Told> {
        if !self.judged() || !self.failures().is_empty() || self.varied().count() < 2 {
            return None;
        }
        let kept = |point: &&Point| point.kept() == Some(Verdict::Pass);
        let (all, good) = (self.points.len(), self.points.iter().filter(kept).count());
        let alone = |&axis: &usize| {
            self.axes[axis].values.iter().all(|value| {
                let own = || self.points.iter().filter(|point| point.values[axis] == *value);
                own().all(|point| kept(&point)) || !own().any(|point| kept(&point))
            })
        };
        let axis = self.varied().find(alone).filter(|_| good > 0 && good < all)?;
        let own = |point: &&Point| kept(point);
        let mut values: Vec<String> = Vec::new();
        for point in self.points.iter().filter(own) {
            let words = self.words_of(point, &[axis]);
            if !values.contains(&words) {
                values.push(words);
            }
        }
        let others: Vec<String> = self
            .varied()
            .filter(|&other| other != axis && !self.follows(axis, other))
            .filter(|&other| self.changes_nothing(other))
            .map(|other| words::axis(&self.axes[other]))
            .collect();
        let change = if others.len() == 1 { "changes" } else { "change" };
        let rest = if others.is_empty() {
            String::new()
        } else {
            format!("; {} {change} no verdict", figures::listed(&others))
        };
        let which = figures::capitalized(&words::axis(&self.axes[axis]));
        let open = self.keeping(Verdict::Inconclusive) + self.keeping(Verdict::Error) > 0;
        let no = if open {
            format!("no other is shown to: {}", self.others(", ").trim_start_matches(", "))
        } else {
            "no other does".to_owned()
        };
        let text = format!(
            "{which} decides: every point with {} keeps all objectives, {no}{rest}.",
            figures::listed(&values).replace(" and ", " or "),
        );
        Some(Told { text, metric: self.first_broken() })
    }

    /// Whether the points that differ on this axis alone all have the same verdict.
    fn changes_nothing(&self, axis: usize) -> bool {
        let mut known = std::collections::BTreeMap::new();
        self.points.iter().all(|point| {
            let mut rest: Vec<&str> = point.values.iter().map(String::as_str).collect();
            rest[axis] = "";
            *known.entry(rest).or_insert(point.kept()) == point.kept()
        })
    }

    /// The metric of the objective that most points break.
    fn first_broken(&self) -> Option<String> {
        let count = |place: usize| {
            let bad = |point: &&Point| {
                point.slo.get(place).is_some_and(|judged| judged.verdict != Verdict::Pass)
            };
            self.points.iter().filter(bad).count()
        };
        let judged = &self.points.first()?.slo;
        let own = (0..judged.len()).filter(|&place| judged[place].decides());
        let place = own.rev().max_by_key(|&place| count(place))?;
        Some(slo::parse(&judged[place].expr).ok()?.metric)
    }

    /// Why not the points beside the one to take: a sentence for each axis.
    fn reasons(&self) -> Vec<Told> {
        let Some(choice) = self.choice().filter(|_| self.judged()) else { return Vec::new() };
        self.varied().filter_map(|axis| self.reason(choice, axis)).collect()
    }

    /// What the nearest values of an axis that fail do not show, all else being as chosen.
    fn reason(&self, choice: &Point, axis: usize) -> Option<Told> {
        let values = &self.axes[axis].values;
        let alike = |point: &Point, other: usize| point.values[other] == choice.values[other];
        let beside = |value: &String| {
            let rest =
                |point: &&Point| (0..self.axes.len()).all(|it| it == axis || alike(point, it));
            self.points.iter().filter(rest).find(|point| point.values[axis] == *value)
        };
        let chosen = values.iter().position(|value| *value == choice.values[axis])?;
        let [below, above] = [&values[..chosen], &values[chosen + 1..]];
        if !below.iter().chain(above).any(|value| beside(value).is_some()) {
            return None;
        }
        let said = |point: &Point| self.words_of(point, &[axis]);
        let fails = |value: &String| {
            let point = beside(value)?;
            let broken: Vec<String> = point.broken().map(|it| it.expr.clone()).collect();
            let text = || {
                let said = said(point);
                let does = if are_many(&said) { "do" } else { "does" };
                format!("{said} {does} not show {}", figures::listed(&broken))
            };
            (!broken.is_empty()).then(text)
        };
        let nearest = [below.iter().rev().find_map(fails), above.iter().find_map(fails)];
        let nearest: Vec<String> = nearest.into_iter().flatten().collect();
        let rest: Vec<usize> = self.varied().filter(|&other| other != axis).collect();
        let given = self.words_of(choice, &rest);
        let given = if given.is_empty() { given } else { format!("with {given}, ") };
        let text = match nearest.join("; ") {
            none if none.is_empty() => {
                let name = words::axis(&self.axes[axis]);
                format!("{given}every value of {name} keeps all objectives.")
            }
            failing => format!("{given}{failing}."),
        };
        Some(Told { text: figures::capitalized(&text), metric: self.first_broken() })
    }

    /// Windows of drain that are longer than the grace: who has not left by then is cut off.
    fn cut_off(&self) -> Option<Told> {
        let (place, axis, grace) = self.axes.iter().enumerate().find_map(|(place, axis)| {
            let node = axis.path.strip_suffix(".drain.window")?;
            let grace = self.input["nodes"][node].pointer("/gateway/drain/grace")?.as_str()?;
            Some((place, axis, Span::read(grace).ok()?))
        })?;
        let beyond = |value: &str| Span::read(value).is_ok_and(|window| window > grace);
        let own = self.points.iter().filter(|point| beyond(&point.values[place]));
        let peak = own.filter_map(|point| point.mean("attempts.peak_per_second"));
        let values: Vec<&str> =
            axis.values.iter().map(String::as_str).filter(|value| beyond(value)).collect();
        let herd = figure(Unit::PerSecond, peak.reduce(f64::max)?);
        let text = format!(
            "With {} {}, longer than the grace of {}, who has not left by then is cut off at once: \
             attempts peak at up to {herd}.",
            axis.name,
            values.join(" and "),
            grace.print(),
        );
        Some(Told::of(text, "attempts.peak_per_second"))
    }

    fn breaks_fewest(&self) -> Option<&Point> {
        ranking::nearest(&self.points.iter().collect::<Vec<_>>())
    }

    /// Where none keeps all objectives: the point that comes nearest.
    fn nearest(&self) -> String {
        let Some(least) = self.breaks_fewest() else {
            return "There are no points.".to_owned();
        };
        let broken = least.broken().map(|judged| {
            let metric = slo::parse(&judged.expr).ok().map(|slo| slo.metric);
            let value = metric.and_then(|metric| value(least, &metric));
            value.map_or_else(|| judged.expr.clone(), |it| format!("{} ({it})", judged.expr))
        });
        let least = self.spoken(least);
        let [comes, does] = if are_many(&least) { ["come", "do"] } else { ["comes", "does"] };
        format!(
            "No point of {} keeps every objective; {least} {comes} nearest and {does} not show {}.",
            self.points.len(),
            figures::listed(&broken.collect::<Vec<_>>()),
        )
    }

    /// `window 30s, jitter full`. What is the same at all points goes without saying.
    pub fn spoken(&self, point: &Point) -> String {
        let mut axes: Vec<usize> = self.varied().collect();
        if axes.is_empty() {
            axes = (0..self.axes.len()).collect();
        }
        self.words_of(point, &axes)
    }

    /// The same without what makes no difference there, such as how often a WebSocket polls.
    pub fn spoken_design(&self, point: &Point) -> String {
        let acts: Vec<usize> = self.varied().filter(|&axis| self.acts(point, axis)).collect();
        if acts.is_empty() { self.spoken(point) } else { self.words_of(point, &acts) }
    }

    /// Whether another value of an axis, with all others as they are at a point, runs otherwise.
    fn acts(&self, point: &Point, axis: usize) -> bool {
        let beside = |other: &&Point| {
            let mut values = other.values.iter().zip(&point.values).enumerate();
            other.name != point.name && values.all(|(at, (one, own))| at == axis || one == own)
        };
        let mut all = self.points.iter().filter(beside).peekable();
        let same = |other: &Point| {
            other.fingerprint == point.fingerprint && other.metrics == point.metrics
        };
        all.peek().is_none() || !all.all(same)
    }

    /// How far the points are apart in each goal, in sentences.
    fn ranges(&self) -> impl Iterator<Item = String> + '_ {
        GOALS.iter().filter_map(|goal| self.range(goal.metric, goal.least))
    }

    /// From the least to the most of a metric, if the points differ in it.
    fn range(&self, name: &str, least: f64) -> Option<String> {
        let [low, high] = self.extremes(name)?;
        let end = |(point, metric, value): (&Point, &super::Metric, f64)| {
            let only = survivors::only(name, &point.metrics);
            let only = only.map_or_else(String::new, |only| format!("; {only}"));
            let value = figure(metric.unit, value).replace("/month", "");
            format!("{value} ({}{only})", self.spoken(point))
        };
        differ(badness(name, low.2), badness(name, high.2), least).then(|| {
            let called = figures::capitalized(&words::metric(name));
            format!("{called}: {} to {}.", end(low), end(high))
        })
    }
}

/// The value at a path that skips the kinds of nodes: `gateways.drain.window`.
fn at(input: &Json, path: &str) -> Option<String> {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let start = match input["nodes"][first].as_object() {
        Some(kinds) => kinds.values().next()?,
        None => &input[first],
    };
    let found =
        rest.split('.').filter(|key| !key.is_empty()).try_fold(start, |at, key| at.get(key));
    match found? {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

/// `60s` and `1min` are the same.
fn alike(a: &str, b: &str) -> bool {
    let read = |text: &str| Any::read(text).ok().map(|any| any.float().to_bits());
    a == b || read(a).is_some_and(|bits| read(b) == Some(bits))
}
