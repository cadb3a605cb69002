//! The values of an empirical law, ready for both of its quantiles.
use super::number;
use std::{ops::Deref, sync::Arc};

/// Finite values in ascending order, at least one; it reads as their slice.
#[derive(Clone, PartialEq, Debug)]
pub struct Sample {
    values: Arc<[f64]>,
    /// Sums of the positive values up to and including each.
    sums: Arc<[f64]>,
}

impl Sample {
    pub(super) fn new(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let mut sum = 0.0;
        let sums = values.iter().map(|value| {
            sum += value.max(0.0);
            sum
        });
        Self { sums: sums.collect(), values: values.into() }
    }

    /// The quantile when each value is equally likely.
    #[inline]
    pub(super) fn quantile(&self, unit: f64) -> f64 {
        let count = self.values.len();
        let place = number::place(number::floor(unit * number::float(number::count(count))));
        self.values[place.min(count - 1)]
    }

    /// The quantile when each positive value weighs in proportion to itself; 0 without any.
    pub(super) fn biased_quantile(&self, unit: f64) -> f64 {
        let last = self.values.len() - 1;
        let aim = unit * self.sums[last];
        self.values[self.sums.partition_point(|&sum| sum <= aim).min(last)].max(0.0)
    }
}

impl Deref for Sample {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        &self.values
    }
}
