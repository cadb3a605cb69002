//! Whether what happens at random is more than chance: the one rule for peaks of attempts, in
//! sentences and above charts, for moments at which much is late, and for what a fault is said to
//! have cost.
use super::{Summary, figures, series::Curve};
use crate::engine::number;

/// A peak that is no more times what is usual is none.
const TIMES: f64 = 1.5;

/// How likely chance alone is to bring one such peak into all bins that are looked at.
const LIKELY: f64 = 1e-3;

/// How many more than `expected` events chance brings to a bin of so many, at most: Chernoff's
/// bound of a Poisson variable, P(X ≥ x) ≤ exp(−(x ln(x/m) − x + m)), for all bins together. Where
/// many are expected, that is some five times their root.
pub fn beyond(expected: f64, bins: usize) -> f64 {
    let sure = libm::log(number::float(number::count(bins.max(1))) / LIKELY);
    let mean = expected.max(1e-300);
    // Bernstein's is more than that.
    let mut most = mean + sure / 3.0 + (sure * sure / 9.0 + 2.0 * sure * mean).sqrt();
    // Newton's rule from above, of a function that bends upwards.
    for _ in 0..ROUNDS {
        let slope = libm::log(most / mean);
        if slope <= 0.0 {
            break;
        }
        most -= (most * slope - most + mean - sure) / slope;
    }
    most - mean
}

/// Steps that are enough from nothing expected to very much.
const ROUNDS: u32 = 20;

/// The bins that a peak is the largest of.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Looked {
    /// How long each is, in seconds of all runs together.
    pub seconds: f64,
    /// How many there are.
    pub bins: usize,
}

impl Looked {
    /// Whether a rate per second is more than chance makes of the usual rate.
    pub fn stands_out(&self, peak: f64, usual: f64) -> bool {
        let more = (peak - usual) * self.seconds;
        peak > TIMES * usual && more > beyond(usual * self.seconds, self.bins)
    }
}

impl Summary {
    /// So many bins of a curve of rates: the mean over the replications rests on the events of all
    /// of them.
    pub fn looked(&self, curve: &Curve, bins: usize) -> Looked {
        Looked { seconds: curve.step * f64::from(self.replications.max(1)), bins }
    }
}

/// Attempts to connect by the second: of a bin that is longer its busiest one, where that was
/// counted.
#[derive(Clone, Debug)]
pub struct Busiest {
    /// The most in one second of each bin, as a mean over the replications.
    pub curve: Curve,
    /// Its statistic.
    statistic: &'static str,
    /// Seconds in a bin among which that is the busiest.
    among: f64,
}

impl Busiest {
    /// As a track: node, quantity and statistic.
    pub fn track(&self) -> [&'static str; 3] {
        ["", "attempts", self.statistic]
    }

    /// How long what a bin has lasts, in seconds.
    pub fn lasts(&self) -> f64 {
        self.curve.step / self.among
    }

    /// The same in words, behind a rate; empty of a second: over a longer time its peak is lower.
    pub fn over(&self) -> String {
        let lasts = self.lasts();
        if lasts > 1.0 { format!(" over {}", figures::spoken(lasts)) } else { String::new() }
    }

    /// So many bins of it.
    pub fn looked(&self, summary: &Summary, bins: usize) -> Looked {
        let all = number::float(number::count(bins)) * self.among;
        let seconds = self.lasts() * f64::from(summary.replications.max(1));
        Looked { seconds, bins: number::place(number::whole(all)) }
    }
}

impl Summary {
    /// Attempts by the second; none where nobody tries.
    pub fn busiest(&self) -> Option<Busiest> {
        let of = |statistic, by_second: bool| {
            let curve = self.rate("", "attempts", statistic)?;
            let among = if by_second { curve.step.max(1.0) } else { 1.0 };
            curve.peak().filter(|&(_, most)| most > 0.0)?;
            Some(Busiest { curve, statistic, among })
        };
        of("busiest_second", true).or_else(|| of("attempted", false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_brings_more_where_more_bins_are_looked_at() {
        // Of 100 expected five roots are 50.
        assert!((beyond(100.0, 1_000) - 56.9).abs() < 0.1, "{}", beyond(100.0, 1_000));
        assert!(beyond(100.0, 10) < 50.0 && beyond(100.0, 100_000) > 60.0);
        // Where next to nothing is expected, a few are chance all the same, and eight are none.
        assert!((4.0..6.0).contains(&beyond(0.05, 1_000)), "{}", beyond(0.05, 1_000));
        assert!((4.0..6.5).contains(&beyond(0.0222, 86_400)), "{}", beyond(0.0222, 86_400));
        assert!(beyond(0.0, 10).abs() < 1.0 && beyond(1e9, 10).is_finite());
        // The bound holds, and is tight: x ln(x/m) − x + m = L.
        let (mean, sure) = (3.0, libm::log(50.0 / LIKELY));
        let most = mean + beyond(mean, 50);
        assert!((most * libm::log(most / mean) - most + mean - sure).abs() < 1e-9);
    }

    #[test]
    fn several_runs_see_more() {
        let of = |seconds| Looked { seconds, bins: 180 };
        // 12 a second where 5 are usual: chance in one of 180 seconds, not in ten runs at once.
        assert!(!of(1.0).stands_out(12.0, 5.0));
        assert!(of(10.0).stands_out(12.0, 5.0));
        assert!(of(1.0).stands_out(40.0, 5.0));
        // However sure it is: what is a little more is no event.
        assert!(!of(100.0).stands_out(1_400.0, 1_000.0));
    }
}
