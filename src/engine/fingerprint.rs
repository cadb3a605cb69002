//! One number for a whole trajectory: equal numbers, equal runs.
use super::{number, time::Time};

/// A wrapping sum over facts (time, kind, who): their order does not matter, any other change does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// Adds a fact. `kind` is a closed set of the model's, `who` a user, message or instance.
    #[inline]
    pub fn fact(&mut self, at: Time, kind: u8, who: u32) {
        let when = at.nanos() ^ 0xA076_1D64_78BD_642F;
        let what = ((u64::from(kind) << 32) | u64::from(who)) ^ 0xE703_7ED1_A0B4_28DB;
        let product = u128::from(when) * u128::from(what);
        let folded = number::low64(product) ^ number::low64(product >> 64);
        self.0 = self.0.wrapping_add(folded);
    }

    /// The number.
    pub fn value(self) -> u64 {
        self.0
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_does_not_matter_and_content_does() {
        let facts = [(1, 2, 3), (4, 5, 6)];
        let sum = |facts: &[(u64, u8, u32)]| {
            let mut fingerprint = Fingerprint::default();
            for &(at, kind, who) in facts {
                fingerprint.fact(Time::from_nanos(at), kind, who);
            }
            fingerprint
        };
        assert_eq!(sum(&facts), sum(&[facts[1], facts[0]]));
        assert_ne!(sum(&facts), sum(&[(1, 2, 3), (4, 5, 7)]));
    }
}
