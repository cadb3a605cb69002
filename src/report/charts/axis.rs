//! Scales and their ticks.
use super::words;
use crate::engine::number;

/// A scale from values to a share of the axis' length.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Axis {
    /// The value where it begins.
    pub(super) low: f64,
    /// The value where it ends.
    pub(super) high: f64,
    /// Logarithmic.
    pub(super) log: bool,
    /// Where there are ticks, and what they say.
    pub(super) ticks: Vec<(f64, String)>,
}

impl Axis {
    /// Time from 0 to the horizon, in at most seven ticks.
    pub(super) fn time(horizon: f64) -> Self {
        const SECOND: [f64; 9] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5];
        const MORE: [f64; 5] = [1.0, 2.0, 5.0, 10.0, 20.0];
        const SIXTY: [f64; 7] = [1.0, 2.0, 3.0, 5.0, 10.0, 15.0, 30.0];
        const HOUR: [f64; 9] = [1.0, 2.0, 3.0, 4.0, 6.0, 12.0, 24.0, 48.0, 168.0];
        let (unit, name, steps): (f64, _, Vec<f64>) = match horizon {
            span if span <= 120.0 => (1.0, "s", [&SECOND[..], &MORE].concat()),
            span if span <= 10_800.0 => (60.0, "min", SIXTY.to_vec()),
            _ => (3600.0, "h", HOUR.to_vec()),
        };
        let fits = |step: &f64| horizon / (step * unit) <= 6.0 + 1e-9;
        let step = steps.iter().copied().find(fits).unwrap_or(horizon / unit / 6.0);
        let last = number::floor(horizon / unit / step + 1e-9);
        let tick = |k| {
            let at = number::float(k) * step;
            (at * unit, format!("{}\u{202f}{name}", words::short(at)))
        };
        Self { low: 0.0, high: horizon, log: false, ticks: (0..=last).map(tick).collect() }
    }

    /// From 0 to at least `most`, in at most six round ticks.
    pub(super) fn linear(most: f64, words: impl Fn(f64) -> String) -> Self {
        let most = if most.is_finite() && most > 0.0 { most } else { 1.0 };
        let step = round_step(most / 4.0);
        let last = number::whole((most / step - 1e-9).ceil()).max(1);
        let tick = |k| (number::float(k) * step, words(number::float(k) * step));
        let high = number::float(last) * step;
        Self { low: 0.0, high, log: false, ticks: (0..=last).map(tick).collect() }
    }

    /// A count of whole things: no tick lies between two of them.
    pub(super) fn counts(most: f64) -> Self {
        Self::linear(most, words::short)
    }

    /// Decades round the values, in at most six ticks.
    pub(super) fn decades(least: f64, most: f64, words: impl Fn(f64) -> String) -> Self {
        let low = libm::floor(libm::log10(least) + 1e-9);
        let high = libm::ceil(libm::log10(most) - 1e-9).max(low + 1.0);
        let step = ((high - low) / 5.0).ceil().max(1.0);
        let last = number::floor((high - low) / step + 1e-9);
        let tick = |k| {
            let value = libm::pow(10.0, low + number::float(k) * step);
            (value, words(value))
        };
        let ticks = (0..=last).map(tick).collect();
        Self { low: libm::pow(10.0, low), high: libm::pow(10.0, high), log: true, ticks }
    }

    /// Where a value lies, from 0 to 1.
    pub(super) fn share(&self, value: f64) -> f64 {
        let share = if self.log {
            let (low, high) = (libm::log10(self.low), libm::log10(self.high));
            (libm::log10(value.max(self.low)) - low) / (high - low)
        } else {
            (value - self.low) / (self.high - self.low)
        };
        share.clamp(0.0, 1.0)
    }
}

/// The least of 1, 2, 2.5 and 5 times a power of ten that is not below `least`.
fn round_step(least: f64) -> f64 {
    let power = libm::pow(10.0, libm::floor(libm::log10(least)));
    let rounds = [1.0, 2.0, 2.5, 5.0];
    rounds
        .into_iter()
        .map(|round| round * power)
        .find(|step| *step >= least * 0.999_999)
        .unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(axis: &Axis) -> String {
        let ticks: Vec<_> = axis.ticks.iter().map(|(_, word)| word.as_str()).collect();
        ticks.join(", ").replace('\u{202f}', " ")
    }

    #[test]
    fn time_has_few_round_ticks() {
        assert_eq!(words(&Axis::time(720.0)), "0 min, 2 min, 4 min, 6 min, 8 min, 10 min, 12 min");
        assert_eq!(words(&Axis::time(20.0)), "0 s, 5 s, 10 s, 15 s, 20 s");
        assert_eq!(words(&Axis::time(86_400.0)), "0 h, 4 h, 8 h, 12 h, 16 h, 20 h, 24 h");
        assert_eq!(words(&Axis::time(0.01)), "0 s, 0.002 s, 0.004 s, 0.006 s, 0.008 s, 0.01 s");
        for horizon in [1e-6, 3.0, 119.0, 121.0, 5000.0, 1e5, 1e8] {
            assert!(Axis::time(horizon).ticks.len() <= 8, "{horizon}");
        }
    }

    #[test]
    fn values_have_few_round_ticks() {
        assert_eq!(words(&Axis::counts(4310.0)), "0, 2,000, 4,000, 6,000");
        assert_eq!(
            words(&Axis::counts(1e9)),
            "0, 250 million, 500 million, 750 million, 1 billion"
        );
        assert_eq!(words(&Axis::counts(0.0)), "0, 0.25, 0.5, 0.75, 1");
        let lag = Axis::decades(0.02, 8.2, words::lasting_short);
        assert_eq!(words(&lag), "10 ms, 100 ms, 1 s, 10 s");
        assert!((lag.share(0.1) - 1.0 / 3.0).abs() < 1e-9);
        assert!(Axis::decades(1e-9, 1e9, words::lasting_short).ticks.len() <= 6);
    }
}
