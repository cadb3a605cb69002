//! Student intervals: what a mean over few replications can promise.
//!
//! The number of degrees of freedom is whole, so the distribution function is a finite sum
//! (Abramowitz and Stegun 26.7.3 and 26.7.4) and needs no table.
use crate::engine::number;
use std::{f64::consts::PI, sync::LazyLock};

/// How often an interval holds the true mean.
const CONFIDENCE: f64 = 0.95;

/// The quantiles of so few degrees of freedom are kept: each bin of a series takes one.
const KEPT: u64 = 64;
static QUANTILES: LazyLock<Vec<f64>> = LazyLock::new(|| (1..=KEPT).map(solve).collect());

/// The half width of the 95 % interval of the mean of `values`; `None` for fewer than two.
pub fn half_width(values: &[f64]) -> Option<f64> {
    let n = number::count(values.len());
    let freedom = n.checked_sub(1).filter(|&freedom| freedom > 0)?;
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    let variance = squares / number::float(freedom);
    Some(quantile(freedom) * libm::sqrt(variance / number::float(n)))
}

/// The mean of `values`; `None` when there are none.
pub fn mean(values: &[f64]) -> Option<f64> {
    let first = *values.first()?;
    // Around the first value: equal values have exactly that mean.
    let excess: f64 = values.iter().map(|value| value - first).sum();
    Some(first + excess / number::float(number::count(values.len())))
}

/// The 97.5 % quantile of Student's t with `freedom` degrees of freedom, at least 1.
pub fn quantile(freedom: u64) -> f64 {
    let kept = freedom.checked_sub(1).and_then(|place| QUANTILES.get(number::place(place)));
    kept.copied().unwrap_or_else(|| solve(freedom))
}

fn solve(freedom: u64) -> f64 {
    let (mut low, mut high) = (0.0, 16.0);
    // The quantile is 12.706 at one degree of freedom and falls from there.
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if central(middle, freedom) < CONFIDENCE {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// The probability that |T| is at most `t`.
fn central(t: f64, freedom: u64) -> f64 {
    let angle = libm::atan(t / libm::sqrt(number::float(freedom)));
    let (sine, cosine) = (libm::sin(angle), libm::cos(angle));
    let odd = freedom % 2 == 1;
    let (mut term, mut sum) = if odd { (cosine, cosine) } else { (1.0, 1.0) };
    let mut k = if odd { 3 } else { 2 };
    while k < freedom {
        term *= cosine * cosine * number::float(k - 1) / number::float(k);
        sum += term;
        k += 2;
    }
    match (odd, freedom) {
        (true, 1) => 2.0 / PI * angle,
        (true, _) => 2.0 / PI * (angle + sine * sum),
        (false, _) => sine * sum,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{ContinuousCDF, StudentsT};

    #[test]
    fn quantiles_agree_with_the_oracle() {
        for freedom in (1..=40).chain([99, 100, 999, 5_000]) {
            let oracle =
                StudentsT::new(0.0, 1.0, number::float(freedom)).unwrap().inverse_cdf(0.975);
            let ours = quantile(freedom);
            assert!((ours - oracle).abs() < 1e-6, "{freedom}: {ours} and {oracle}");
        }
    }

    #[test]
    fn a_known_interval() {
        // 4.302653 (t of 2 degrees of freedom) times 1.527525 (deviation) over the root of 3.
        let half = half_width(&[1.0, 2.0, 4.0]).unwrap();
        assert!((half - 3.794_583).abs() < 1e-6, "{half}");
    }

    #[test]
    fn one_value_has_no_interval_and_equal_values_none_to_speak_of() {
        assert_eq!(half_width(&[5.0]), None);
        assert_eq!(half_width(&[0.1, 0.1, 0.1]), Some(0.0));
        assert_eq!(mean(&[0.1, 0.1, 0.1]), Some(0.1));
        assert_eq!(mean(&[]), None);
    }
}
