//! What must hold: `[during(NAME).]metric OP value`, read and judged.
mod limit;
mod said;

pub use said::Said;
pub(super) use said::worst;

use super::{Metric, of_phase};
use crate::record::Unit;
use limit::Dimension;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A readable objective.
#[derive(Clone, PartialEq, Debug)]
pub struct Slo {
    /// As written.
    pub text: String,
    /// The metric, such as `during(deploy).clients.availability`.
    pub metric: String,
    /// How the metric is held against the limit.
    pub comparison: Comparison,
    /// The limit in the base unit: seconds, bytes, a share, a count.
    pub limit: f64,
    dimension: Dimension,
}

/// How a metric is held against its limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
    /// `!=`
    Unequal,
}

/// What the evidence says about an objective.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It holds, over the whole interval.
    Pass,
    /// It does not hold, over the whole interval, or there is no data.
    Fail,
    /// The limit lies in the interval: more replications would settle it.
    Inconclusive,
    /// There is no such metric, or the limit has another unit.
    Error,
}

/// Why an objective cannot be judged, and what to write instead.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SloError {
    /// The text has another shape.
    #[error("`{0}` is not `metric OP value`: write for example `delivery_lag.p99 < 500ms`")]
    Shape(String),
    /// The value cannot be read.
    #[error("`{text}`: the limit `{limit}` is not a quantity: write for example {example}")]
    Limit {
        /// The objective.
        text: String,
        /// The part that cannot be read.
        limit: String,
        /// What could stand there.
        example: &'static str,
    },
    /// The limit has another unit than the metric.
    #[error("`{text}`: {metric} is measured in {unit}: write for example {example}")]
    Unit {
        /// The objective.
        text: String,
        /// Its metric.
        metric: String,
        /// The metric's unit.
        unit: &'static str,
        /// What could stand there.
        example: &'static str,
    },
    /// Nothing of that name is measured.
    #[error("`{text}`: there is no metric `{metric}`{}", hint(.suggestion.as_deref()))]
    UnknownMetric {
        /// The objective.
        text: String,
        /// The unknown name.
        metric: String,
        /// The nearest known name.
        suggestion: Option<String>,
    },
    /// The run has no such phase.
    #[error("`{text}`: there is no phase `{phase}`{}", hint(.suggestion.as_deref()))]
    UnknownPhase {
        /// The objective.
        text: String,
        /// The unknown name.
        phase: String,
        /// The nearest known name.
        suggestion: Option<String>,
    },
}

fn hint(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |name| format!(": did you mean `{name}`?"))
}

/// Reads an objective such as `during(deploy).clients.availability > 99.9%`.
pub fn parse(text: &str) -> Result<Slo, SloError> {
    let text = text.trim();
    let shape = || SloError::Shape(text.to_owned());
    let at = text.find(['<', '>', '=', '!']).ok_or_else(shape)?;
    let (metric, rest) = (text[..at].trim(), &text[at..]);
    let (comparison, limit) = Comparison::split(rest).ok_or_else(shape)?;
    if !is_metric(metric) {
        return Err(shape());
    }
    let (limit, dimension) = limit::read(limit.trim()).map_err(|example| SloError::Limit {
        text: text.to_owned(),
        limit: limit.trim().to_owned(),
        example,
    })?;
    Ok(Slo { text: text.to_owned(), metric: metric.to_owned(), comparison, limit, dimension })
}

fn is_metric(name: &str) -> bool {
    let (_, inner) = of_phase(name);
    let word = |part: &str| {
        let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        !part.is_empty() && part.chars().all(plain)
    };
    inner.contains('.') && inner.split('.').all(word)
}

impl Comparison {
    fn split(text: &str) -> Option<(Self, &str)> {
        // Two characters before one: `<=` is not `<`.
        [
            ("<=", Self::AtMost),
            (">=", Self::AtLeast),
            ("==", Self::Equal),
            ("!=", Self::Unequal),
            ("<", Self::Below),
            (">", Self::Above),
        ]
        .into_iter()
        .find_map(|(sign, comparison)| Some((comparison, text.strip_prefix(sign)?)))
    }

    /// Whether one value holds.
    #[expect(clippy::float_cmp, reason = "`==` asks for the very same number")]
    pub fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::Below => value < limit,
            Self::AtMost => value <= limit,
            Self::Above => value > limit,
            Self::AtLeast => value >= limit,
            Self::Equal => value == limit,
            Self::Unequal => value != limit,
        }
    }
}

/// Of these there should be little: beginnings of names, or with a point before them, endings.
const HARMS: [&str; 26] = [
    "attempts.",
    "clients.gave_up",
    "clients.never_connected",
    "connections.cut",
    "cost.",
    "deliveries.duplicates",
    "deliveries.expired",
    "deliveries.lost",
    "deliveries.missed",
    "deliveries.pending",
    "delivery_lag.",
    "handshakes.wasted",
    "instances.killed",
    "lost.",
    "outage.",
    "presence.falsely_online",
    "presence.vanished",
    "reconnect.",
    ".all",
    ".longest",
    ".lost_share",
    ".never",
    ".never_share",
    ".t50",
    ".t99",
    ".user_seconds",
];
/// Of these there should be much.
const GOODS: [&str; 6] = [
    "clients.availability",
    "connections.end",
    "deliveries.live",
    ".headroom",
    ".quota_left",
    ".served",
];

fn has(metric: &str, form: &str) -> bool {
    if form.starts_with('.') { metric.ends_with(form) } else { metric.starts_with(form) }
}

impl Slo {
    /// The phase that the objective is about, if it names one.
    pub fn phase(&self) -> Option<&str> {
        of_phase(&self.metric).0
    }

    /// Whether it asks for what nobody wants, such as that many are lost: it then states that
    /// something breaks, and is kept by what is worse.
    pub fn states_failure(&self) -> bool {
        let high = matches!(self.comparison, Comparison::Above | Comparison::AtLeast);
        let low = matches!(self.comparison, Comparison::Below | Comparison::AtMost);
        let metric = self.metric.split_once(").").map_or(self.metric.as_str(), |it| it.1);
        // Who asks for no more than that most never come back expects that they do not.
        let most = self.dimension == Dimension::Share && self.limit > 0.5 && self.limit < 1.0;
        if low && most && [".never_share", ".lost_share"].iter().any(|form| has(metric, form)) {
            return true;
        }
        high && HARMS.iter().any(|form| has(metric, form))
            || low && GOODS.iter().any(|form| has(metric, form))
    }

    /// Whether it pins a number of the experiment as written, such as how many a crash hits: at
    /// other points of a sweep that is neither good nor bad. None of something, and all of it, are
    /// asked for.
    pub fn states_number(&self) -> bool {
        let whole = self.dimension == Dimension::Share && self.limit >= 1.0;
        self.comparison == Comparison::Equal && self.limit != 0.0 && !whole
    }

    /// Finds the metric and checks that the limit has its unit.
    pub fn resolve<'a>(&self, metrics: &'a [Metric]) -> Result<&'a Metric, SloError> {
        let found = metrics.iter().find(|metric| metric.name == self.metric);
        let metric = found.ok_or_else(|| SloError::UnknownMetric {
            text: self.text.clone(),
            metric: self.metric.clone(),
            suggestion: nearest(&self.metric, metrics.iter().map(|metric| metric.name.as_str())),
        })?;
        match self.dimension.fits(metric.unit, self.limit) {
            Ok(()) => Ok(metric),
            Err(example) => Err(SloError::Unit {
                text: self.text.clone(),
                metric: self.metric.clone(),
                unit: unit_in_words(metric.unit),
                example,
            }),
        }
    }

    /// Checks, before anything runs, that the phase exists.
    pub fn check_phase<'a>(&self, known: impl Iterator<Item = &'a str>) -> Result<(), SloError> {
        let known: Vec<&str> = known.collect();
        match self.phase() {
            Some(phase) if !known.contains(&phase) => Err(SloError::UnknownPhase {
                text: self.text.clone(),
                phase: phase.to_owned(),
                suggestion: nearest(phase, known.into_iter()),
            }),
            _ => Ok(()),
        }
    }

    /// Judges the objective by the metric's interval. With one replication there is none, and the
    /// value alone decides (the summary marks it `single run`). `==` and `!=` ask every
    /// replication: they are about what happened, not about a mean.
    pub fn verdict(&self, metric: &Metric) -> Verdict {
        let Some(mean) = metric.mean else { return Verdict::Fail };
        let holds = |value: f64| self.comparison.holds(value, self.limit);
        let equality = matches!(self.comparison, Comparison::Equal | Comparison::Unequal);
        if equality && !metric.values.is_empty() {
            return sure(metric.values.iter().all(|&value| holds(value)));
        }
        match (metric.ci_low, metric.ci_high) {
            (Some(low), Some(high)) if !equality => match (holds(low), holds(high)) {
                (true, true) => Verdict::Pass,
                (false, false) => Verdict::Fail,
                _ => Verdict::Inconclusive,
            },
            _ => sure(holds(mean)),
        }
    }
}

fn sure(holds: bool) -> Verdict {
    if holds { Verdict::Pass } else { Verdict::Fail }
}

/// The known name that looks most like `name`.
/// The nearest of the names that would be right, if one is near.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut best: Option<(f64, &str)> = None;
    for other in known {
        let likeness = strsim::jaro_winkler(name, other);
        if likeness > best.map_or(0.75, |(likeness, _)| likeness) {
            best = Some((likeness, other));
        }
    }
    best.map(|(_, name)| name.to_owned())
}

fn unit_in_words(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "a count",
        Unit::PerSecond => "a rate",
        Unit::Seconds => "time",
        Unit::Bytes => "bytes",
        Unit::BytesPerSecond => "bytes per second",
        Unit::Share => "a share",
        Unit::Ratio => "a plain number",
        Unit::Usd => "US dollars",
        Unit::UsdPerMonth => "US dollars a month",
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
            Self::Error => "error",
        })
    }
}

#[cfg(test)]
mod tests;
