//! Where a system comes back by itself, where it only stays up, and where it does neither: borders
//! over a load, one for each value of a policy. Plain data.

use super::{
    figures::{self, compact},
    sweep::Axis,
    words,
};
use crate::record::Unit;
use serde::{Deserialize, Serialize};

/// Between which two loads something ceases to hold; both were run.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Border {
    /// The highest load at which it holds; none: it holds nowhere.
    pub holds: Option<f64>,
    /// The lowest load at which it does not; none: it holds everywhere.
    pub fails: Option<f64>,
}

impl Border {
    /// The middle of the two, by factors; none when one of them is not known.
    pub fn middle(&self) -> Option<f64> {
        Some((self.holds? * self.fails?).sqrt())
    }
}

/// A step of a ramp.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Step {
    /// Whether the load climbs to it, or comes down.
    pub up: bool,
    /// The load.
    pub load: f64,
    /// How well the system was: the share of sessions that got in, or of their time that users
    /// were online, in the second half of the step.
    pub well: f64,
}

/// A load that climbs in steps and comes down again, within one run.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Ramp {
    /// The steps in the order of time.
    pub steps: Vec<Step>,
}

impl Ramp {
    /// On the way up: the last load at which the system is well, and the first at which it is not.
    pub fn breaks(&self, least: f64) -> Border {
        let up: Vec<&Step> = self.steps.iter().filter(|step| step.up).collect();
        let first = up.iter().position(|step| step.well < least);
        let holds = first.unwrap_or(up.len()).checked_sub(1).map(|last| up[last].load);
        Border { holds, fails: first.map(|first| up[first].load) }
    }

    /// On the way down: the first load from which on the system is well again, and the last at
    /// which it is not.
    pub fn returns(&self, least: f64) -> Border {
        let top = self.steps.iter().rposition(|step| step.up).unwrap_or(0);
        let down = self.steps.get(top..).unwrap_or_default();
        let last = down.iter().rposition(|step| step.well < least);
        let next = last.map_or(0, |last| last + 1);
        Border { holds: down.get(next).map(|step| step.load), fails: last.map(|at| down[at].load) }
    }
}

/// The borders at one value of the policy.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Row {
    /// The value, as written.
    pub policy: String,
    /// Load comes down from the storm: below this the system recovers from what happens to it.
    pub recovers: Border,
    /// Load goes up in peace: below this the system stays well when nothing happens to it.
    pub stays: Border,
    /// Load goes up and comes down within one run, where a run can change it: where the system
    /// breaks, and where it is well again.
    pub ramp: Option<Ramp>,
    /// How many runs that took.
    pub runs: u32,
}

/// A phase diagram.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Phase {
    /// The name of the experiment's file, without its folder.
    pub file: String,
    /// The experiment's name.
    pub experiment: String,
    /// What it asks.
    pub question: String,
    /// The version of squall that drew it.
    pub version: String,
    /// The resolved input without load and policy.
    pub input: serde_json::Value,
    /// What arguments set, as they were written.
    pub sets: Vec<String>,
    /// How far the ends of a border may be apart, as a share.
    pub within: f64,
    /// How long each step of the ramp lasts, as written; none: the horizon.
    pub hold: Option<String>,
    /// The path of the load.
    pub load: String,
    /// The loads between which borders were looked for, as written.
    pub range: [String; 2],
    /// The same as numbers.
    pub bounds: [f64; 2],
    /// What they, and all loads here, are measured in.
    pub unit: Unit,
    /// The path of the policy; empty when there is none.
    pub policy: String,
    /// The least share that counts as well.
    pub well: f64,
    /// Root of all draws.
    pub seed: u64,
    /// One row a value of the policy.
    pub rows: Vec<Row>,
}

impl Phase {
    /// A load as a reader wants it: `2,480`, `168/s`, `1.5 s`.
    pub fn said(&self, load: f64) -> String {
        match self.unit {
            Unit::Seconds => figures::spoken(load),
            Unit::PerSecond => format!("{}/s", compact(load)),
            Unit::Count | Unit::Ratio => compact(load),
            unit => figures::without_zeros(figures::figure(unit, load)),
        }
    }

    /// A load in words: `168/s arrivals`.
    pub fn loaded(&self, load: f64) -> String {
        choice(&self.load, &self.said(load))
    }

    /// A value of the policy in words: `1 attempt`; nothing where there is no policy.
    pub fn chosen(&self, row: &Row) -> String {
        if self.policy.is_empty() { String::new() } else { choice(&self.policy, &row.policy) }
    }
}

fn choice(path: &str, value: &str) -> String {
    let name = path.rsplit('.').next().unwrap_or_default().to_owned();
    let axis = Axis { path: path.to_owned(), name, values: Vec::new() };
    words::choice(&serde_json::Value::Null, &axis, value)
}

/// What the system is at a load.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// It recovers.
    Stable,
    /// It stays well in peace, and does not recover from a storm.
    Vulnerable,
    /// It does not even stay well: more comes than it serves.
    Overloaded,
}

impl Row {
    /// Between which loads the state depends on the past: on the way up the system is well, on the
    /// way down from what happened to it, it is stuck.
    pub fn hysteresis(&self) -> Option<[f64; 2]> {
        let (from, to) = (self.recovers.fails?, self.stays.holds?);
        (from < to).then_some([from, to])
    }

    /// The state at a load, where it is known: nothing was run between the ends of a border.
    pub fn known(&self, load: f64) -> Option<State> {
        let between = |border: Border| {
            border.holds.is_none_or(|holds| load > holds)
                && border.fails.is_some_and(|fails| load < fails)
        };
        let beyond =
            |border: Border| border.fails.is_none() && border.holds.is_none_or(|it| load > it);
        let state = self.state(load);
        let open = match state {
            State::Stable => false,
            State::Vulnerable => between(self.recovers) || beyond(self.recovers),
            State::Overloaded => between(self.stays) || beyond(self.stays),
        };
        (!open).then_some(state)
    }

    /// The state at a load that was run, or lies beyond one that was.
    pub fn state(&self, load: f64) -> State {
        let holds = |border: Border| border.holds.is_some_and(|holds| load <= holds);
        if holds(self.recovers) {
            State::Stable
        } else if holds(self.stays) {
            State::Vulnerable
        } else {
            State::Overloaded
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_breaks_high_and_returns_low() {
        let step = |up, load, well| Step { up, load, well };
        let up = [(1.0, 1.0), (2.0, 1.0), (3.0, 0.2), (4.0, 0.1)];
        let down = [(3.0, 0.0), (2.0, 0.0), (1.0, 1.0)];
        let steps = up.map(|(load, well)| step(true, load, well));
        let steps = steps.into_iter().chain(down.map(|(load, well)| step(false, load, well)));
        let mut ramp = Ramp { steps: steps.collect() };
        let border = |holds, fails| Border { holds, fails };
        assert_eq!(ramp.breaks(0.99), border(Some(2.0), Some(3.0)));
        assert_eq!(ramp.returns(0.99), border(Some(1.0), Some(2.0)));
        ramp.steps.pop();
        assert_eq!(ramp.returns(0.99), border(None, Some(2.0)));
        let well = Ramp { steps: vec![step(true, 1.0, 1.0), step(true, 2.0, 1.0)] };
        assert_eq!(well.breaks(0.99), border(Some(2.0), None));
        assert_eq!(well.returns(0.99), border(Some(2.0), None));
    }

    #[test]
    fn between_the_borders_a_system_is_vulnerable() {
        let recovers = Border { holds: Some(100.0), fails: Some(110.0) };
        let stays = Border { holds: Some(1_000.0), fails: None };
        let row = Row { policy: String::new(), recovers, stays, ramp: None, runs: 4 };
        let states = [50.0, 100.0, 500.0, 2_000.0].map(|load| row.state(load));
        let expected = [State::Stable, State::Stable, State::Vulnerable, State::Overloaded];
        assert_eq!(states, expected);
        // Between the ends of a border nothing was run, nor beyond the highest load.
        let known = [50.0, 105.0, 110.0, 1_000.0, 2_000.0].map(|load| row.known(load));
        let [stable, vulnerable] = [State::Stable, State::Vulnerable].map(Some);
        assert_eq!(known, [stable, None, vulnerable, vulnerable, None]);
        assert_eq!(row.hysteresis(), Some([110.0, 1_000.0]));
        let same = Row { stays: recovers, ..row.clone() };
        assert_eq!(same.hysteresis(), None);
        assert_eq!((stays.middle(), recovers.middle().map(f64::round)), (None, Some(105.0)));
    }
}
