//! Probability laws, sampled on `libm` so that their bits are the same on every platform.
use std::sync::Arc;

/// A law of one real variable. Values carry no unit: whoever builds the law chooses it.
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
    /// One of the given values, each equally likely; sorted ascending.
    Empirical(Arc<[f64]>),
}

impl Law {
    /// The value that is not exceeded with probability `unit`, which lies in (0, 1).
    pub fn quantile(&self, unit: f64) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Uniform { low, high } => low + (high - low) * unit,
            Self::Exponential { mean } => -libm::log(unit) * mean,
            _ => 0.0,
        }
    }
    /// The mean.
    pub fn mean(&self) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Uniform { low, high } => f64::midpoint(*low, *high),
            Self::Exponential { mean } => *mean,
            _ => 0.0,
        }
    }
    /// A sample of the time that is left at a random instant of a renewal process with this law
    /// (equilibrium law, density (1 − F(x)) / mean), from two uniforms in (0, 1).
    pub fn residual(&self, first: f64, second: f64) -> f64 {
        first * self.quantile(second)
    }
}
