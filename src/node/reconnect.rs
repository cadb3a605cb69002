//! When a client that has lost its connection tries again.
//!
//! Delay k precedes attempt k + 1: delay 0 counts from the loss, each later one from the failure of
//! the attempt before it. Being told to move is delay 0. The jitter laws are those of Brooker,
//! "Exponential Backoff and Jitter" (AWS Architecture Blog, 2015).
use super::{
    Purpose,
    parameters::{Jitter, Reconnect},
};
use crate::engine::{Draws, Span};

impl Reconnect {
    /// Delay `k` of an outage; `outage` is its entity in `draws`.
    pub fn delay(&self, draws: &Draws, outage: u64, k: u32) -> Span {
        let unit = |k| draws.unit(Purpose::Backoff, outage, k);
        match self.jitter {
            Jitter::None => self.exponential(k),
            Jitter::Equal => {
                let half = self.exponential(k).half();
                half + half.scale(unit(k))
            }
            Jitter::Full => self.exponential(k).scale(unit(k)),
            Jitter::Decorrelated => (0..=k).fold(self.base, |previous, k| {
                let spread = previous.times(3) - self.base;
                (self.base + spread.scale(unit(k))).min(self.cap)
            }),
        }
    }

    /// min(cap, base · factor^k).
    fn exponential(&self, k: u32) -> Span {
        self.base.scale(libm::pow(self.factor, f64::from(k))).min(self.cap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reconnect(jitter: Jitter) -> Reconnect {
        Reconnect {
            base: Span::from_secs(1),
            cap: Span::from_secs(30),
            factor: 2.0,
            jitter,
            timeout: Span::from_secs(10),
            attempts: None,
        }
    }

    fn delays(jitter: Jitter, outage: u64) -> Vec<f64> {
        let draws = Draws::new(1, 0, "phones");
        (0..8).map(|k| reconnect(jitter).delay(&draws, outage, k).seconds()).collect()
    }

    #[test]
    fn without_jitter_delays_double_up_to_the_cap() {
        let expected = [1, 2, 4, 8, 16, 30, 30, 30].map(f64::from);
        assert_eq!(delays(Jitter::None, 5), expected);
    }

    #[test]
    fn jitter_stays_in_its_range() {
        let plain = delays(Jitter::None, 5);
        for outage in 0..100 {
            for (k, d) in plain.iter().enumerate() {
                let equal = delays(Jitter::Equal, outage)[k];
                let full = delays(Jitter::Full, outage)[k];
                assert!(d / 2.0 <= equal && equal <= *d && 0.0 <= full && full <= *d);
            }
            let decorrelated = delays(Jitter::Decorrelated, outage);
            assert!((1.0..=3.0).contains(&decorrelated[0]));
            for pair in decorrelated.windows(2) {
                assert!(1.0 <= pair[1] && pair[1] <= (3.0 * pair[0]).min(30.0) + 1e-9);
            }
        }
    }

    #[test]
    fn the_same_attempt_draws_the_same_delay() {
        assert_eq!(delays(Jitter::Full, 7), delays(Jitter::Full, 7));
        assert_ne!(delays(Jitter::Full, 7), delays(Jitter::Full, 8));
    }
}
