//! The engine from outside: randomness, laws, queue, stations, and the theory of queues.
#![expect(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "tests: a panic is the report, and the counts are small"
)]
mod laws;
mod randomness;
mod stations;
mod theory;
mod zipf;

/// How many standard deviations the chi-square statistic lies from its mean (Wilson, Hilferty).
fn chi_square(cells: impl IntoIterator<Item = (f64, f64)>) -> f64 {
    let (mut sum, mut freedom) = (0.0, -1.0);
    for (observed, expected) in cells {
        sum += (observed - expected) * (observed - expected) / expected;
        freedom += 1.0;
    }
    let spread = 2.0 / (9.0 * freedom);
    ((sum / freedom).cbrt() - (1.0 - spread)) / spread.sqrt()
}
