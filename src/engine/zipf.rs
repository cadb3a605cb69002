//! Zipf's law over the ranks 1..=n: rank k has a probability in proportion to k^-exponent.
//!
//! Rejection-inversion (Hörmann and Derflinger, ACM TOMACS 6 (1996) 169–184): no table, a constant
//! number of uniforms on average for any n. Since that number varies, it draws from a stream of
//! its own, `Draws::stream(purpose, entity)`.
use super::{
    draws,
    law::{LawError, require},
    number,
};
use rand::Rng;

/// Zipf's law; see the module's text.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Zipf {
    ranks: f64,
    exponent: f64,
    /// The integral of the hat at its two ends.
    ends: (f64, f64),
    /// At most so far above the inverted value, a rank needs no test.
    sure: f64,
}

impl Zipf {
    /// Ranks 1..=`ranks` with `exponent`; exponent 0 makes all equally likely.
    ///
    /// # Errors
    /// No ranks, or an exponent that is negative or not finite.
    pub fn new(ranks: u32, exponent: f64) -> Result<Self, LawError> {
        require(ranks > 0, "a Zipf law needs at least one rank")?;
        require(
            exponent >= 0.0 && exponent.is_finite(),
            "the exponent of a Zipf law must be finite and not negative",
        )?;
        let mut zipf = Self { ranks: f64::from(ranks), exponent, ends: (0.0, 0.0), sure: 0.0 };
        zipf.ends = (zipf.integral(1.5) - 1.0, zipf.integral(zipf.ranks + 0.5));
        zipf.sure = 2.0 - zipf.inverse(zipf.integral(2.5) - zipf.weight(2.0));
        Ok(zipf)
    }

    /// A rank in 1..=n.
    pub fn rank<R: Rng + ?Sized>(&self, rng: &mut R) -> u32 {
        let (first, last) = self.ends;
        loop {
            let area = last + draws::unit(rng.next_u64()) * (first - last);
            let x = self.inverse(area);
            let rank = (x + 0.5).floor().clamp(1.0, self.ranks);
            if rank - x <= self.sure || area >= self.integral(rank + 0.5) - self.weight(rank) {
                return number::low(number::floor(rank));
            }
        }
    }

    /// x^-exponent: how likely rank `x` is, but for a factor that all share.
    pub fn weight(&self, x: f64) -> f64 {
        libm::exp(-self.exponent * libm::log(x))
    }

    /// The integral of [`Self::weight`] from 1 to `x`.
    fn integral(&self, x: f64) -> f64 {
        let ln = libm::log(x);
        let power = (1.0 - self.exponent) * ln;
        ln * if power.abs() < 1e-8 { 1.0 + power / 2.0 } else { libm::expm1(power) / power }
    }

    /// The inverse of [`Self::integral`].
    fn inverse(&self, area: f64) -> f64 {
        let power = ((1.0 - self.exponent) * area).max(-1.0);
        let ln = if power.abs() < 1e-8 { 1.0 - power / 2.0 } else { libm::log1p(power) / power };
        libm::exp(area * ln)
    }
}
