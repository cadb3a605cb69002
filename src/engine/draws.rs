//! Keyed random numbers: a draw is a function of (key, entity, k), never of what was drawn before.
//!
//! The key comes from (root seed, replication, node name, purpose). Nothing is stored per entity,
//! so adding a node, a probe or a policy shifts nobody else's draws.
use super::number;
use rand::TryRng;
use std::convert::Infallible;

/// The golden ratio in 64 bits: the step of splitmix64.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
/// How many purposes one node may tell apart.
const PURPOSES: usize = 64;

/// The finaliser of splitmix64 (Steele, Lea, Flood 2014; constants of Stafford's variant 13).
#[inline]
pub const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A hash of text that no crate's update can move: eight bytes a step through [`mix`].
pub fn hash(text: &str) -> u64 {
    text.as_bytes().chunks(8).fold(mix(number::count(text.len())), |state, chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        mix((state ^ u64::from_le_bytes(word)).wrapping_add(STEP))
    })
}

/// The high 52 bits as a float in the open interval (0, 1): the middles of 2^52 equal cells, each
/// exact. (With 53 bits the last middle would round to 1.)
#[inline]
pub fn unit(bits: u64) -> f64 {
    (number::float(bits >> 12) + 0.5) * (1.0 / 4_503_599_627_370_496.0)
}

/// A number below `n` from the high 32 bits (multiply and shift; bias below 2⁻³² · n).
#[inline]
pub fn below(bits: u64, n: u32) -> u32 {
    number::low(((bits >> 32) * u64::from(n)) >> 32)
}

/// One node's random numbers, told apart by purpose.
#[derive(Clone, Debug)]
pub struct Draws {
    keys: [u64; PURPOSES],
}

impl Draws {
    /// The draws of the node called `name` in one replication.
    pub fn new(seed: u64, replication: u32, name: &str) -> Self {
        let root = mix(mix(seed).wrapping_add((u64::from(replication) + 1).wrapping_mul(STEP)));
        let node = mix(root ^ hash(name));
        let key = |purpose| mix(node.wrapping_add((number::count(purpose) + 1).wrapping_mul(STEP)));
        Self { keys: std::array::from_fn(key) }
    }

    /// 64 random bits for draw `k` of `entity`: the only way to randomness.
    #[inline]
    pub fn bits(&self, purpose: impl Into<usize>, entity: u64, k: u32) -> u64 {
        let key = self.keys[purpose.into()];
        let stream = mix(key.wrapping_add(entity.wrapping_mul(STEP)));
        mix(stream.wrapping_add((u64::from(k) + 1).wrapping_mul(STEP)))
    }

    /// A uniform float in (0, 1).
    #[inline]
    pub fn unit(&self, purpose: impl Into<usize>, entity: u64, k: u32) -> f64 {
        unit(self.bits(purpose, entity, k))
    }

    /// A uniform number below `n`.
    #[inline]
    pub fn below(&self, purpose: impl Into<usize>, entity: u64, n: u32) -> u32 {
        below(self.bits(purpose, entity, 0), n)
    }

    /// The draws of `entity` as a generator, for samplers that need more than one uniform.
    pub fn stream(&self, purpose: impl Into<usize>, entity: u64) -> Stream {
        let key = self.keys[purpose.into()];
        Stream { state: mix(key.wrapping_add(entity.wrapping_mul(STEP))) }
    }
}

/// The draws k = 0, 1, 2, … of one entity as a generator of the `rand` crate.
#[derive(Clone, Debug)]
pub struct Stream {
    state: u64,
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|bits| number::low(bits >> 32))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.state = self.state.wrapping_add(STEP);
        Ok(mix(self.state))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let word = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn a_stream_is_the_draws_in_order() {
        let draws = Draws::new(1, 0, "phones");
        let mut stream = draws.stream(3usize, 77);
        let in_turn: Vec<u64> = (0..4).map(|_| stream.next_u64()).collect();
        let keyed: Vec<u64> = (0..4).map(|k| draws.bits(3usize, 77, k)).collect();
        assert_eq!(in_turn, keyed);
    }

    #[test]
    fn bits_do_not_move() {
        assert_eq!(mix(1), 0x5692_161D_100B_05E5);
        assert_eq!(hash(""), 0x0000_0000_0000_0000);
        assert_eq!(hash("phones"), 0xE8F8_017D_9DB3_7677);
        assert_eq!(hash("gateways of the north"), 0x645C_0DB1_5950_CB28);
        let draws = Draws::new(1, 0, "phones");
        assert_eq!(draws.bits(0usize, 0, 0), 0xCD75_A04E_5B3F_2D8E);
        assert_eq!(draws.bits(31usize, 999_999, 7), 0x73E5_AD4F_6FE2_28C8);
        let other = Draws::new(u64::MAX, 4, "laptops");
        assert_eq!(other.bits(5usize, u64::MAX, u32::MAX), 0x1E11_42D0_3456_E827);
    }

    #[test]
    fn every_part_of_the_key_counts() {
        let first = |seed, replication, name, purpose: usize, entity, k| {
            Draws::new(seed, replication, name).bits(purpose, entity, k)
        };
        let all = [
            first(1, 0, "phones", 0, 0, 0),
            first(2, 0, "phones", 0, 0, 0),
            first(1, 1, "phones", 0, 0, 0),
            first(1, 0, "laptops", 0, 0, 0),
            first(1, 0, "phones", 1, 0, 0),
            first(1, 0, "phones", 0, 1, 0),
            first(1, 0, "phones", 0, 0, 1),
        ];
        assert_eq!(std::collections::BTreeSet::from(all).len(), all.len());
    }

    #[test]
    fn units_stay_inside() {
        assert!(unit(0) > 0.0 && unit(u64::MAX) < 1.0);
        assert_eq!(unit(u64::MAX).to_bits(), (1.0 - f64::EPSILON / 2.0).to_bits());
        assert_eq!((below(0, 7), below(u64::MAX, 7)), (0, 6));
    }
}
