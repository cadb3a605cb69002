//! When a client that has lost its connection tries again.
//!
//! Delay k precedes attempt k + 1: delay 0 counts from the loss, each later one from the failure of
//! the attempt before it. Being told to move is delay 0. The jitter laws are those of Brooker,
//! "Exponential Backoff and Jitter" (AWS Architecture Blog, 2015).
use super::{
    Purpose,
    parameters::{Jitter, Reconnect},
    preset::power,
};
use crate::{
    engine::{Draws, Span},
    units::Share,
};

impl Reconnect {
    /// Delay `k` of an outage that has lasted for `away`. `outage` is its entity in `draws`, the
    /// user in its upper 48 bits.
    pub fn delay(&self, draws: &Draws, outage: u64, k: u32, away: impl FnOnce() -> Span) -> Span {
        let unit = |k| draws.unit(Purpose::Backoff, outage, k);
        if let Some(preset) = self.preset {
            let page = || draws.unit(Purpose::PageLoad, outage >> 16, 0);
            return preset.delay(if preset.draws_once() { page() } else { unit(k) }, k, away);
        }
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
            Jitter::Proportional(Share(x)) => {
                self.exponential(k).scale(1.0 - x + 2.0 * x * unit(k))
            }
        }
    }

    /// min(cap, base · factor^k).
    /// Whether a client that has failed so often leaves for good.
    pub fn ends_with(&self, attempts: u32) -> bool {
        self.attempts.is_some_and(|most| attempts >= most)
    }

    fn exponential(&self, k: u32) -> Span {
        self.base.scale(power(self.factor, k)).min(self.cap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::parameters::{On503, Preset};

    fn reconnect(jitter: Jitter) -> Reconnect {
        Reconnect {
            base: Span::from_secs(1),
            cap: Span::from_secs(30),
            factor: 2.0,
            jitter,
            preset: None,
            timeout: Span::from_secs(10),
            attempts: None,
            reset_after: Span::ZERO,
            retry_after: false,
            on_503: On503::Retry,
        }
    }

    fn delays(jitter: Jitter, outage: u64) -> Vec<f64> {
        let draws = Draws::new(1, 0, "phones");
        (0..8)
            .map(|k| reconnect(jitter).delay(&draws, outage, k, || Span::ZERO).seconds())
            .collect()
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
            for (plain, found) in plain.iter().zip(delays(Jitter::Proportional(Share(0.2)), outage))
            {
                assert!(0.8 * plain <= found && found <= 1.2 * plain);
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

    #[test]
    fn a_page_load_draws_once_for_all_its_outages() {
        let law = Preset::ReconnectingWebsocket.reconnect();
        let draws = Draws::new(1, 0, "phones");
        let first = |outage| law.delay(&draws, outage, 0, || Span::ZERO);
        assert_eq!(first(7 << 16), first((7 << 16) | 5));
        assert_ne!(first(7 << 16), first(8 << 16));
    }
}
