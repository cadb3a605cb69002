//! Where a system comes back by itself, where it only stays up, and where it does neither: borders
//! over a load, one for each value of a policy. Plain data.

/// Between which two loads something ceases to hold; both were run.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
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

/// The borders at one value of the policy.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// The value, as written.
    pub policy: String,
    /// Load comes down from the storm: below this the system recovers from what happens to it.
    pub recovers: Border,
    /// Load goes up in peace: below this the system stays well when nothing happens to it.
    pub stays: Border,
    /// How many runs that took.
    pub runs: u32,
}

/// A phase diagram.
#[derive(Clone, PartialEq, Debug)]
pub struct Phase {
    /// The experiment's name.
    pub experiment: String,
    /// The path of the load.
    pub load: String,
    /// The loads between which borders were looked for, as written.
    pub range: [String; 2],
    /// The same as numbers.
    pub bounds: [f64; 2],
    /// The path of the policy; empty when there is none.
    pub policy: String,
    /// Root of all draws.
    pub seed: u64,
    /// One row a value of the policy.
    pub rows: Vec<Row>,
}

/// What the system is at a load.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// It recovers.
    Stable,
    /// It stays well in peace, and does not recover from a storm.
    Vulnerable,
    /// It does not even stay well.
    Metastable,
}

impl Row {
    /// Between which loads the state depends on the past: on the way up the system is well, on the
    /// way down from what happened to it, it is stuck.
    pub fn hysteresis(&self) -> Option<[f64; 2]> {
        let (from, to) = (self.recovers.fails?, self.stays.holds?);
        (from <= to).then_some([from, to])
    }

    /// The state at a load that was run, or lies beyond one that was.
    pub fn state(&self, load: f64) -> State {
        let holds = |border: Border| border.holds.is_some_and(|holds| load <= holds);
        if holds(self.recovers) {
            State::Stable
        } else if holds(self.stays) {
            State::Vulnerable
        } else {
            State::Metastable
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_the_borders_a_system_is_vulnerable() {
        let recovers = Border { holds: Some(100.0), fails: Some(110.0) };
        let stays = Border { holds: Some(1_000.0), fails: None };
        let row = Row { policy: String::new(), recovers, stays, runs: 4 };
        let states = [50.0, 100.0, 500.0, 2_000.0].map(|load| row.state(load));
        let expected = [State::Stable, State::Stable, State::Vulnerable, State::Metastable];
        assert_eq!(states, expected);
        assert_eq!(row.hysteresis(), Some([110.0, 1_000.0]));
        let same = Row { stays: recovers, ..row };
        assert_eq!(same.hysteresis(), None);
        assert_eq!((stays.middle(), recovers.middle().map(f64::round)), (None, Some(105.0)));
    }
}
