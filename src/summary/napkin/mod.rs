//! The napkin beside the simulation: each closed-form estimate, what the run shows of the same
//! quantity, how far they are apart, and why. It does not know how an estimate came about.
mod fill;
mod messages;
mod money;
mod reasons;
mod times;
mod traffic;

use super::Summary;
use crate::record::Unit;

/// From this part of an estimate on a difference needs a reason.
pub const LARGE: f64 = 0.1;

/// A share or a count below this is none.
const NONE: f64 = 1e-6;

/// What is estimated at less than this happens in no run, and nothing is a multiple of it.
const NEVER: f64 = 1e-12;

/// What an estimate is about; a reason depends on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Connections at once.
    Connections,
    /// What the fullest instance has.
    Fullest,
    /// Handshakes or attempts.
    Handshakes,
    /// Streams that are opened on the connection of another tab.
    Joins,
    /// What can be done a second.
    Capacity,
    /// Who goes by which transport, and what it takes to find out.
    Ways,
    /// Polls.
    Polls,
    /// Messages and deliveries.
    Deliveries,
    /// Time of a delivery.
    Lag,
    /// Bytes on the wire.
    Bytes,
    /// Work of a tier.
    Work,
    /// Users whom an entry of the timeline hits.
    Hit,
    /// How long something takes.
    Duration,
    /// How often a user moves.
    Moves,
    /// Sessions that get no room.
    Refused,
    /// Money.
    Bill,
}

/// What of a run an estimate is held against.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Beside {
    /// Nothing: the run does not measure it.
    Nothing,
    /// The metric of this name.
    Metric(String),
    /// This count over the horizon, a second.
    OverRun(String),
    /// This count over the time behind the warm-up, a second.
    OverWindow(String),
    /// This count of the steady phase over its length, a second.
    Steady(String),
    /// The metric of this name, which the estimate is a bound of: no run is below it.
    AtLeast(String),
}

/// A line of a napkin.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    /// What it is: `Connections a gateway`.
    pub name: String,
    /// The node or the entry of the timeline that it is about, where there are several.
    pub of: String,
    /// How it comes about, with its numbers.
    pub formula: String,
    /// The estimate.
    pub value: f64,
    /// Its unit.
    pub unit: Unit,
    /// What it means: `30 % of 8.59 GB`; empty if nothing is to say.
    pub note: String,
    /// What it is about.
    pub kind: Kind,
    /// What it is held against.
    pub beside: Beside,
    /// Of bytes and of work: what one handshake adds, and one stream that is opened on the
    /// connection of another tab; 0 of all else.
    pub opening: [f64; 2],
    /// The part of it that comes with messages, and goes where they do not.
    pub messages: f64,
}

/// An estimate beside what the run shows, as the result files hold it.
#[derive(Clone, PartialEq, Debug)]
pub struct Compared {
    /// As in [`Line`].
    pub name: String,
    /// As in [`Line`].
    pub of: String,
    /// As in [`Line`].
    pub formula: String,
    /// As in [`Line`].
    pub unit: Unit,
    /// As in [`Line`].
    pub estimate: f64,
    /// The mean over the replications; none where it is not measured.
    pub simulated: Option<f64>,
    /// The ends of its interval.
    pub ci_low: Option<f64>,
    /// See `ci_low`.
    pub ci_high: Option<f64>,
    /// Simulated less estimate, as a part of the estimate. None of a bound that holds.
    pub deviation: Option<f64>,
    /// Why they are apart, or how a bound is meant; empty if nothing is to say.
    pub reason: String,
}

impl Compared {
    /// Whether the difference needs a reason.
    pub fn is_large(&self) -> bool {
        let most = self.simulated.unwrap_or(0.0).max(self.estimate);
        if matches!(self.unit, Unit::Share | Unit::Count) && most < NONE {
            return false;
        }
        match (self.deviation, self.simulated) {
            (Some(part), _) => part.abs() > LARGE,
            (None, Some(simulated)) => self.estimate <= NEVER && simulated > NEVER,
            (None, None) => false,
        }
    }
}

/// Mean and the ends of its interval.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Shown {
    mean: f64,
    low: Option<f64>,
    high: Option<f64>,
    /// Seconds that a count was divided by; 0 of what is no rate.
    over: f64,
}

/// Holds the lines of a napkin against what the runs show.
pub fn compare(summary: &Summary, lines: &[Line]) -> Vec<Compared> {
    lines.iter().map(|line| one(summary, line, lines)).collect()
}

fn one(summary: &Summary, line: &Line, lines: &[Line]) -> Compared {
    let shown = summary.shown(&line.beside);
    let part = |shown: &Shown| (line.value > NEVER).then(|| (shown.mean - line.value) / line.value);
    let bound = matches!(line.beside, Beside::AtLeast(_));
    let deviation = shown.as_ref().and_then(part).filter(|part| !bound || *part < 0.0);
    let mut compared = Compared {
        name: line.name.clone(),
        of: line.of.clone(),
        formula: line.formula.clone(),
        unit: line.unit,
        estimate: line.value,
        simulated: shown.map(|shown| shown.mean),
        ci_low: shown.and_then(|shown| shown.low),
        ci_high: shown.and_then(|shown| shown.high),
        deviation,
        reason: String::new(),
    };
    if compared.is_large() {
        let over = shown.map_or(0.0, |shown| shown.over);
        compared.reason = reasons::reason(summary, line, lines, &compared, over);
    } else if bound && shown.is_some() {
        "a bound from below".clone_into(&mut compared.reason);
    }
    compared
}

impl Summary {
    /// What the runs show of a quantity.
    fn shown(&self, beside: &Beside) -> Option<Shown> {
        let run = self.horizon.seconds();
        match beside {
            Beside::Nothing => None,
            Beside::Metric(name) | Beside::AtLeast(name) => self.over(name, 0.0),
            Beside::OverRun(name) => self.over(name, run),
            Beside::OverWindow(name) => self.over(name, run - self.warm_up.seconds()),
            Beside::Steady(name) => {
                self.over(&format!("during(steady).{name}"), self.steady_seconds())
            }
        }
    }

    /// A metric over so many seconds; over 0 as it is.
    fn over(&self, name: &str, seconds: f64) -> Option<Shown> {
        let metric = self.metric(name)?;
        let each = |value: f64| if seconds > 0.0 { value / seconds } else { value };
        Some(Shown {
            mean: each(metric.mean?),
            low: metric.ci_low.map(each),
            high: metric.ci_high.map(each),
            over: seconds,
        })
    }
}
