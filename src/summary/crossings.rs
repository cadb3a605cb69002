//! Where two designs change places: over a numeric axis of a sweep, for each pair of values of its
//! other axis. A crossing lies between two values at which the intervals of both are apart, one way
//! and then the other; where between them is interpolated.
use super::{
    Metric,
    advice::Told,
    figures, slo, survivors,
    sweep::{Point, Sweep},
    words,
};
use crate::record::Unit;
use figures::figure;

/// What is compared, and what it is called; less is better.
const COMPARED: [(&str, &str, &str); 4] = [
    ("cost.total", "the bill", "cheaper"),
    ("delivery_lag.mean", "the mean delivery lag", "faster"),
    ("delivery_lag.p99", "delivery lag p99", "faster"),
    ("wire.per_delivery", "bytes per delivered message", "smaller"),
];
/// Single runs have no interval: they are apart when they differ by more than this share.
const APART: f64 = 0.01;
/// Two designs that are alike at more steps in a row do not cross there: they lie on each other.
const ALIKE: u32 = 1;
/// An axis whose values span more than this factor is read by its logarithm.
const WIDE: f64 = 4.0;

/// Two designs that change places.
#[derive(Clone, PartialEq, Debug)]
pub struct Crossing {
    /// The metric.
    pub metric: String,
    /// What it is called.
    pub called: &'static str,
    /// What less of it is.
    pub better: &'static str,
    /// The design that has less of it below the crossing.
    pub below: String,
    /// The one that has less of it above.
    pub above: String,
    /// The axis, by its short name, and its unit.
    pub axis: (String, Unit),
    /// Where they cross.
    pub at: f64,
    /// The values of the axis on both sides at which they are apart.
    pub between: [f64; 2],
    /// What both have there, interpolated.
    pub value: f64,
    /// Its unit.
    pub unit: Unit,
}

/// An objective that a design keeps on one side.
#[derive(Clone, PartialEq, Debug)]
pub struct Limit {
    /// The objective.
    pub expr: String,
    /// The design.
    pub design: String,
    /// The axis, by its short name.
    pub axis: String,
    /// The values of the axis on both sides.
    pub between: [String; 2],
    /// Whether it is kept below.
    pub kept_below: bool,
}

/// The two axes that designs are compared over.
struct Plane<'s> {
    sweep: &'s Sweep,
    numeric: usize,
    other: usize,
    unit: Unit,
    /// The numeric axis' values ascending, with their places.
    steps: Vec<(f64, usize)>,
}

impl Sweep {
    /// All crossings, metric by metric; nothing unless one axis is numeric and one is not.
    pub fn crossings(&self) -> Vec<Crossing> {
        let Some(plane) = Plane::new(self) else { return Vec::new() };
        let designs = &self.axes[plane.other].values;
        let pairs = designs.iter().enumerate().flat_map(|(place, one)| {
            designs[place + 1..].iter().map(move |other| (one.as_str(), other.as_str()))
        });
        let pairs: Vec<(&str, &str)> = pairs.collect();
        let of = |compared: &(&'static str, &'static str, &'static str)| {
            pairs.iter().flat_map(|pair| plane.crossings(*compared, *pair)).collect::<Vec<_>>()
        };
        COMPARED.iter().flat_map(of).collect()
    }

    /// Where each design stops or begins to keep each objective.
    pub fn limits(&self) -> Vec<Limit> {
        let Some(plane) = Plane::new(self) else { return Vec::new() };
        let designs = self.axes[plane.other].values.iter();
        designs.flat_map(|design| plane.limits(design)).collect()
    }

    /// What they come to, a sentence each.
    pub(super) fn crossing_sentences(&self) -> Vec<Told> {
        let Some(plane) = Plane::new(self) else { return Vec::new() };
        let crossings = self.crossings();
        let told = crossings.iter().map(|it| Told::of(plane.crossing(it), &it.metric));
        told.chain(self.uncrossed()).chain(self.limit_sentences(&plane)).collect()
    }

    /// That the bills of two designs do not cross, and which is less.
    pub fn uncrossed(&self) -> Option<Told> {
        let plane = Plane::new(self)?;
        let crossed = self.crossings().iter().any(|it| it.metric == COMPARED[0].0);
        plane.never_crossed().filter(|_| !crossed)
    }

    /// The limits, those that are alike in one sentence.
    fn limit_sentences(&self, plane: &Plane) -> Vec<Told> {
        let designs = &self.axes[plane.other];
        let mut told: Vec<(Limit, Vec<String>)> = Vec::new();
        for limit in self.limits() {
            let alike = |other: &&mut (Limit, Vec<String>)| {
                let Limit { expr, between, kept_below, .. } = &other.0;
                (expr, between, *kept_below) == (&limit.expr, &limit.between, limit.kept_below)
            };
            match told.iter_mut().find(alike) {
                Some((_, others)) => others.push(limit.design),
                None => told.push((limit.clone(), vec![limit.design])),
            }
        }
        let whose = |those: &[String]| {
            if those.len() == designs.values.len() && those.len() > 1 {
                return format!("every {}", words::axis(designs));
            }
            figures::listed(&those.iter().map(|value| plane.design(value)).collect::<Vec<_>>())
        };
        let sentence = |(limit, those): &(Limit, Vec<String>)| Told {
            text: plane.limit(limit, &whose(those)),
            metric: slo::parse(&limit.expr).ok().map(|slo| slo.metric),
        };
        told.iter().map(sentence).collect()
    }
}

impl Plane<'_> {
    /// A design in words.
    fn design(&self, value: &str) -> String {
        words::choice(&self.sweep.input, &self.sweep.axes[self.other], value)
    }

    /// A value of the numeric axis in words.
    fn step(&self, value: &str) -> String {
        words::choice(&self.sweep.input, &self.sweep.axes[self.numeric], value)
    }

    /// `The bill of a and b crosses at window 57.3 s, with $1,200/month: below it a is cheaper, …`.
    fn crossing(&self, it: &Crossing) -> String {
        let (_, unit) = it.axis;
        let runs = if self.sweep.replications > 1 { "intervals" } else { "single runs" };
        let [low, high] = it.between.map(|value| figure(unit, value));
        let [below, above] = [&it.below, &it.above].map(|value| self.design(value));
        format!(
            "{} of {below} and {above} crosses at {}{}, with {}: below it {below} is {}, above it \
             {above} ({runs} are apart at {low} and {high}{}).",
            figures::capitalized(it.called),
            self.step(&figure(unit, it.at)),
            interval(unit, it.at),
            figure(it.unit, it.value),
            it.better,
            self.hollow(&it.metric, &it.between, [&it.below, &it.above]).concat(),
        )
    }

    /// Low is no merit where little is done for it: at which of some values of the axis the number
    /// of a design is of few alone.
    fn hollow(&self, metric: &str, at: &[f64], designs: [&str; 2]) -> Vec<String> {
        let of = |(at, design): (f64, &str)| {
            let step = self.steps.iter().find(|step| step.0.total_cmp(&at).is_eq())?.1;
            let only = survivors::hollow(metric, &self.point(design, step)?.metrics)?;
            let step = self.step(&figure(self.unit, at));
            Some(format!("; at {step} that of {} is {only}", self.design(design)))
        };
        let all = at.iter().flat_map(|&at| designs.map(|design| (at, design)));
        all.filter_map(of).collect()
    }

    fn limit(&self, it: &Limit, whose: &str) -> String {
        let [low, high] = &it.between;
        let (kept, lost) = if it.kept_below { (low, high) } else { (high, low) };
        let way = if it.kept_below { "up to" } else { "from" };
        let [kept, lost] = [kept, lost].map(|value| self.step(value));
        let stated = slo::parse(&it.expr).is_ok_and(|slo| slo.states_failure());
        let so = if stated { "comes true" } else { "is kept" };
        format!("{} {so} with {whose} {way} {kept}, not at {lost}.", it.expr)
    }
}

/// Of a rate below one a second, how far apart its events are.
fn interval(unit: Unit, value: f64) -> String {
    if unit == Unit::PerSecond && value > 0.0 && value < 1.0 {
        return format!(" (one each {})", figure(Unit::Seconds, 1.0 / value));
    }
    String::new()
}

impl<'s> Plane<'s> {
    fn new(sweep: &'s Sweep) -> Option<Self> {
        let varied = sweep.axes.iter().enumerate().filter(|(_, axis)| axis.values.len() > 1);
        let (numeric, other): (Vec<_>, Vec<_>) =
            varied.map(|(place, _)| place).partition(|&at| sweep.axes[at].numbers().is_some());
        let (numeric, other) = (leading(sweep, &numeric)?, leading(sweep, &other)?);
        let (unit, numbers) = sweep.axes[numeric].numbers()?;
        let mut steps: Vec<(f64, usize)> =
            numbers.into_iter().enumerate().map(|(place, number)| (number, place)).collect();
        steps.sort_by(|one, other| one.0.total_cmp(&other.0));
        Some(Self { sweep, numeric, other, unit, steps })
    }

    fn point(&self, design: &str, step: usize) -> Option<&'s Point> {
        let value = &self.sweep.axes[self.numeric].values[step];
        let here = |point: &&Point| {
            point.values[self.other] == design && point.values[self.numeric] == *value
        };
        self.sweep.points.iter().find(here)
    }

    fn crossings(
        &self,
        (metric, called, better): (&str, &'static str, &'static str),
        (one, other): (&str, &str),
    ) -> Vec<Crossing> {
        let mut found = Vec::new();
        let mut last: Option<(f64, [f64; 2], Unit)> = None;
        let mut alike = 0;
        for &(x, step) in &self.steps {
            let both = [one, other].map(|design| self.point(design, step)?.metric(metric));
            let [Some(first), Some(second)] = both else { continue };
            let Some(values) = apart(first, second) else {
                alike += 1;
                continue;
            };
            let here = (x, values, first.unit);
            let near = std::mem::take(&mut alike) <= ALIKE;
            if let Some(before) = last.filter(|before| near && crossed(before.1, values)) {
                let [at, value] = self.interpolated(before, here);
                let (below, above) =
                    if before.1[0] < before.1[1] { (one, other) } else { (other, one) };
                found.push(Crossing {
                    metric: metric.to_owned(),
                    called,
                    better,
                    below: below.to_owned(),
                    above: above.to_owned(),
                    axis: (self.sweep.axes[self.numeric].name.clone(), self.unit),
                    at,
                    between: [before.0, x],
                    value,
                    unit: here.2,
                });
            }
            last = Some(here);
        }
        found
    }

    /// Of two designs whose bills never change places: `Nowhere from polls every 5s to polls every
    /// 4min is the bill of short polls less than that of WebSocket.`
    fn never_crossed(&self) -> Option<Told> {
        let (metric, called, _) = COMPARED[0];
        let [one, other] = self.sweep.axes[self.other].values.as_slice() else { return None };
        let values = &self.sweep.axes[self.numeric].values;
        let (mut ahead, mut alike) = (Vec::new(), Vec::new());
        for &(_, step) in &self.steps {
            let both = [one, other].map(|design| self.point(design, step)?.metric(metric));
            let [Some(first), Some(second)] = both else { return None };
            match apart(first, second) {
                Some(values) => ahead.push(values[0] < values[1]),
                None => alike.push(self.step(&values[step])),
            }
        }
        let first = *ahead.first().filter(|first| ahead.iter().all(|it| it == *first))?;
        let (less, more) = if first { (one, other) } else { (other, one) };
        let [less, more] = [less, more].map(|design| self.design(design));
        let ends = [self.steps.first()?, self.steps.last()?].map(|step| self.step(&values[step.1]));
        let as_good = if alike.is_empty() {
            String::new()
        } else {
            format!("; next to no difference at {}", figures::listed(&alike))
        };
        let steps: Vec<f64> = self.steps.iter().map(|step| step.0).collect();
        let hollow = self.hollow(metric, &steps, [one, other]);
        let hollow = hollow.first().map_or("", String::as_str);
        let text = format!(
            "Nowhere from {} to {} is {called} of {more} less than that of \
             {less}{as_good}{hollow}.",
            ends[0], ends[1]
        );
        Some(Told::of(text, metric))
    }

    /// Where two curves meet between two steps, and at which value. What is positive is a straight
    /// line of logarithms; so is an axis that spans decades.
    fn interpolated(
        &self,
        (low, before, _): (f64, [f64; 2], Unit),
        (high, after, _): (f64, [f64; 2], Unit),
    ) -> [f64; 2] {
        let least = self.steps.first().map_or(0.0, |step| step.0);
        let most = self.steps.last().map_or(0.0, |step| step.0);
        let wide = least > 0.0 && most / least > WIDE;
        let positive = before.iter().chain(&after).all(|&value| value > 0.0);
        let scale = |log: bool, value: f64| if log { libm::log(value) } else { value };
        let back = |log: bool, value: f64| if log { libm::exp(value) } else { value };
        let [x0, x1] = [low, high].map(|x| scale(wide, x));
        let [y0, y1] = [before, after].map(|pair| pair.map(|y| scale(positive, y)));
        let (first, second) = (y0[0] - y0[1], y1[0] - y1[1]);
        let part = first / (first - second);
        let value = y0[0] + part * (y1[0] - y0[0]);
        [back(wide, x0 + part * (x1 - x0)), back(positive, value)]
    }

    fn limits(&self, design: &str) -> Vec<Limit> {
        let axis = &self.sweep.axes[self.numeric];
        let mut found = Vec::new();
        let count = self.sweep.points.first().map_or(0, |point| point.slo.len());
        for objective in 0..count {
            use super::slo::Verdict::{Fail, Pass};
            // What is a number of one point only has no border.
            let judged = |step: usize| {
                let judged = self.point(design, step)?.slo.get(objective)?;
                (!judged.states_number()).then(|| judged.clone())
            };
            let decided = self.steps.iter().filter_map(|&(_, step)| {
                let judged = judged(step)?;
                matches!(judged.verdict, Pass | Fail).then_some((step, judged))
            });
            let decided: Vec<_> = decided.collect();
            for pair in decided.windows(2) {
                let [(low, before), (high, after)] = pair else { continue };
                if before.verdict != after.verdict {
                    found.push(Limit {
                        expr: before.expr.clone(),
                        design: design.to_owned(),
                        axis: axis.name.clone(),
                        between: [*low, *high].map(|step| axis.values[step].clone()),
                        kept_below: before.verdict == Pass,
                    });
                }
            }
        }
        found
    }
}

/// The axis that the others go along with, value by value.
fn leading(sweep: &Sweep, axes: &[usize]) -> Option<usize> {
    let follows = |first: usize, axis: usize| {
        let mut known = std::collections::BTreeMap::new();
        sweep.points.iter().all(|point| {
            let [value, own] = [first, axis].map(|at| point.values[at].as_str());
            *known.entry(value).or_insert(own) == own
        })
    };
    let (&first, others) = axes.split_first()?;
    others.iter().all(|&axis| follows(first, axis)).then_some(first)
}

/// Two means whose intervals do not touch.
fn apart(one: &Metric, other: &Metric) -> Option<[f64; 2]> {
    let means = [one.mean?, other.mean?];
    let ends = |metric: &Metric| metric.ci_low.zip(metric.ci_high);
    let apart = match (ends(one), ends(other)) {
        (Some(first), Some(second)) => first.1 < second.0 || second.1 < first.0,
        _ => (means[0] - means[1]).abs() > APART * means[0].abs().max(means[1].abs()),
    };
    apart.then_some(means)
}

fn crossed(before: [f64; 2], after: [f64; 2]) -> bool {
    (before[0] < before[1]) != (after[0] < after[1])
}

#[cfg(test)]
mod tests;
