//! Probability laws, sampled on `libm` so that their bits are the same on every platform.
//!
//! One uniform makes one variate, by inversion: a law can change and every draw keeps its rank.
use super::{draws, empirical::Sample, number, special};
use rand::Rng;
use rand_distr::Distribution;
use std::fmt;

/// A law of one real variable. Values carry no unit: whoever builds the law chooses it.
///
/// The constructors check their arguments; a variant written out by hand is trusted.
#[derive(Clone, PartialEq, Debug)]
pub enum Law {
    /// Always the same value.
    Constant(f64),
    /// Equally likely between two values.
    Uniform {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// Exponential.
    Exponential {
        /// Mean, the inverse of the rate.
        mean: f64,
    },
    /// Normal; samples of a duration are clamped at zero by whoever uses them.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        sd: f64,
    },
    /// Lognormal: its logarithm is normal.
    Lognormal {
        /// Mean of the logarithm: ln(median).
        mu: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// Gamma.
    Gamma {
        /// Shape.
        shape: f64,
        /// Scale; the mean is shape · scale.
        scale: f64,
    },
    /// Pareto, heavy in the tail: least value and shape, P(X > x) = (least / x)^shape.
    Pareto(f64, f64),
    /// One of the given values, each equally likely; sorted ascending.
    Empirical(Sample),
}

/// Which condition the arguments of a law do not meet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LawError(&'static str);

impl fmt::Display for LawError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for LawError {}

/// `Ok` when `holds`; NaN makes every comparison fail, so conditions are stated positively.
pub(super) fn require(holds: bool, condition: &'static str) -> Result<(), LawError> {
    if holds { Ok(()) } else { Err(LawError(condition)) }
}

fn positive(value: f64) -> bool {
    value > 0.0 && value.is_finite()
}

/// The constructors.
#[expect(clippy::missing_errors_doc, reason = "each says what it asks of its arguments")]
impl Law {
    /// Always `value`, which is finite.
    pub fn constant(value: f64) -> Result<Self, LawError> {
        require(value.is_finite(), "a constant must be finite")?;
        Ok(Self::Constant(value))
    }

    /// Uniform from `low` to `high`, not below `low`.
    pub fn uniform(low: f64, high: f64) -> Result<Self, LawError> {
        require((high - low).is_finite(), "the ends of a uniform law must be finite")?;
        require(low <= high, "a uniform law needs its lower end first")?;
        Ok(Self::Uniform { low, high })
    }

    /// Exponential with a positive mean.
    pub fn exponential(mean: f64) -> Result<Self, LawError> {
        require(positive(mean), "the mean of an exponential law must be positive and finite")?;
        Ok(Self::Exponential { mean })
    }

    /// Normal with a finite mean and a standard deviation that is not negative.
    pub fn normal(mean: f64, sd: f64) -> Result<Self, LawError> {
        require(mean.is_finite(), "the mean of a normal law must be finite")?;
        require(
            sd >= 0.0 && sd.is_finite(),
            "the standard deviation of a normal law must be finite and not negative",
        )?;
        Ok(Self::Normal { mean, sd })
    }

    /// Lognormal with a positive median and a 95th percentile that is not below it.
    pub fn lognormal_by(median: f64, p95: f64) -> Result<Self, LawError> {
        require(positive(median), "the median of a lognormal law must be positive and finite")?;
        require(
            p95 >= median && p95.is_finite(),
            "the p95 of a lognormal law must be finite and not below its median",
        )?;
        let sigma = libm::log(p95 / median) / special::normal_quantile(0.95);
        Ok(Self::Lognormal { mu: libm::log(median), sigma })
    }

    /// Gamma with a positive shape and scale.
    pub fn gamma(shape: f64, scale: f64) -> Result<Self, LawError> {
        require(positive(shape), "the shape of a gamma law must be positive and finite")?;
        require(positive(scale), "the scale of a gamma law must be positive and finite")?;
        Ok(Self::Gamma { shape, scale })
    }

    /// Pareto with a positive mean and a shape above 1.
    pub fn pareto(mean: f64, shape: f64) -> Result<Self, LawError> {
        require(positive(mean), "the mean of a Pareto law must be positive and finite")?;
        require(positive(shape - 1.0), "the shape of a Pareto law must be above 1 and finite")?;
        Ok(Self::Pareto(mean * (shape - 1.0) / shape, shape))
    }

    /// One of `values`, each equally likely, in any order.
    pub fn empirical(values: impl Into<Vec<f64>>) -> Result<Self, LawError> {
        let values = values.into();
        require(!values.is_empty(), "an empirical law needs at least one value")?;
        require(values.iter().all(|v| v.is_finite()), "empirical values must be finite")?;
        Ok(Self::Empirical(Sample::new(values)))
    }
}

impl Law {
    /// The value that is not exceeded with probability `unit`, which lies in (0, 1).
    #[inline]
    pub fn quantile(&self, unit: f64) -> f64 {
        match *self {
            Self::Constant(value) => value,
            Self::Uniform { low, high } => low + (high - low) * unit,
            // Exact below the logarithm: `unit` is a multiple of 2^-53.
            Self::Exponential { mean } => -libm::log(1.0 - unit) * mean,
            Self::Normal { mean, sd } => mean + sd * special::normal_quantile(unit),
            Self::Lognormal { mu, sigma } => libm::exp(mu + sigma * special::normal_quantile(unit)),
            Self::Gamma { shape, scale } => scale * special::gamma_quantile(shape, unit),
            Self::Pareto(least, shape) => least * libm::pow(1.0 - unit, -1.0 / shape),
            Self::Empirical(ref sample) => sample.quantile(unit),
        }
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Uniform { low, high } => f64::midpoint(*low, *high),
            Self::Exponential { mean } | Self::Normal { mean, .. } => *mean,
            Self::Lognormal { mu, sigma } => libm::exp(mu + 0.5 * sigma * sigma),
            Self::Gamma { shape, scale } => shape * scale,
            Self::Pareto(least, shape) => least * shape / (shape - 1.0),
            Self::Empirical(values) => {
                values.iter().sum::<f64>() / number::float(number::count(values.len()))
            }
        }
    }

    /// A sample of the time that is left at a random instant of a renewal process with this law
    /// (equilibrium law, density (1 − F(x)) / mean), from two uniforms in (0, 1).
    ///
    /// Negative values count as zero, as for any duration; a law without positive values (or a
    /// normal law with its mean ten standard deviations below zero) leaves 0.
    pub fn residual(&self, first: f64, second: f64) -> f64 {
        if let Self::Exponential { .. } = self {
            return self.quantile(second); // without memory
        }
        first * self.biased_quantile(second)
    }

    /// The quantile of the interval that covers a random instant: density x f(x) / mean.
    fn biased_quantile(&self, unit: f64) -> f64 {
        match *self {
            Self::Constant(value) => value.max(0.0),
            Self::Uniform { low, high } => {
                let (low, high) = (low.max(0.0), high.max(0.0));
                (low * low + (high * high - low * low) * unit).sqrt()
            }
            Self::Exponential { mean } => mean * special::gamma_quantile(2.0, unit),
            Self::Normal { mean, sd } if sd > 0.0 && mean > -10.0 * sd => {
                sd * special::biased_normal_quantile(mean / sd, unit)
            }
            Self::Normal { sd, .. } if sd > 0.0 => 0.0,
            Self::Normal { mean, .. } => mean.max(0.0),
            Self::Lognormal { mu, sigma } => {
                Self::Lognormal { mu: mu + sigma * sigma, sigma }.quantile(unit)
            }
            Self::Gamma { shape, scale } => scale * special::gamma_quantile(shape + 1.0, unit),
            // Pareto again, with a shape less by one.
            Self::Pareto(least, shape) => least * libm::pow(1.0 - unit, -1.0 / (shape - 1.0)),
            Self::Empirical(ref sample) => sample.biased_quantile(unit),
        }
    }
}

impl Distribution<f64> for Law {
    /// The quantile at one uniform: takes exactly one `next_u64`.
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        self.quantile(draws::unit(rng.next_u64()))
    }
}
