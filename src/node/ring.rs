//! A consistent-hash ring: each instance owns the arcs before its points, so that an instance that
//! leaves moves its own keys and no others (Karger et al. 1997).
use crate::engine::{
    draws::{hash, mix},
    number,
};

/// Points on a ring, sorted by hash.
#[derive(Clone, Debug, Default)]
pub struct Ring {
    points: Vec<(u64, u16)>,
    /// The first point of each equal arc, about one an arc, so that a look-up reads on from there.
    starts: Vec<u32>,
    /// How far a key is shifted to the number of its arc.
    shift: u32,
}

impl Ring {
    /// A ring of `virtual_nodes` points for each (instance, name).
    pub fn new<'a>(instances: impl Iterator<Item = (u16, &'a str)>, virtual_nodes: u32) -> Self {
        let mut points: Vec<(u64, u16)> = instances
            .flat_map(|(instance, name)| {
                let name = hash(name);
                (0..u64::from(virtual_nodes)).map(move |point| (mix(name ^ mix(point)), instance))
            })
            .collect();
        points.sort_unstable();
        let bits = points.len().next_power_of_two().trailing_zeros().max(1);
        let shift = u64::BITS - bits;
        let starts = (0..1u64 << bits)
            .map(|arc| points.partition_point(|&(point, _)| point < arc << shift))
            .map(number::row)
            .collect();
        Self { points, starts, shift }
    }

    /// The instance of the first point at or after `key` that is `eligible`, going round once.
    pub fn find(&self, key: u64, eligible: impl Fn(u16) -> bool) -> Option<u16> {
        let arc = key >> self.shift;
        let start = number::index(*self.starts.get(number::place(arc))?);
        let within = self.points[start..].iter().take_while(|&&(point, _)| point < key).count();
        let first = start + within;
        let (before, after) = self.points.split_at(first);
        after.iter().chain(before).map(|&(_, instance)| instance).find(|&found| eligible(found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::number::float;

    fn ring(instances: u16, virtual_nodes: u32) -> Ring {
        let names: Vec<String> = (0..instances).map(|i| format!("gateways-{i}")).collect();
        Ring::new((0..).zip(names.iter().map(String::as_str)), virtual_nodes)
    }

    #[test]
    fn who_leaves_moves_its_own_keys_only() {
        let ring = ring(10, 160);
        for key in (0..2_000).map(mix) {
            let before = ring.find(key, |_| true).unwrap();
            let after = ring.find(key, |instance| instance != 3).unwrap();
            assert!(after != 3 && (before == 3 || before == after));
        }
    }

    #[test]
    fn a_look_up_finds_what_a_search_of_all_points_finds() {
        for (instances, virtual_nodes) in [(1, 1), (1, 2), (3, 5), (40, 160)] {
            let ring = ring(instances, virtual_nodes);
            let on_points =
                ring.points.iter().flat_map(|&(point, _)| [point - 1, point, point + 1]);
            for key in on_points.chain((0..2_000).map(mix)).chain([0, u64::MAX]) {
                let at_or_after = ring.points.iter().find(|&&(point, _)| point >= key);
                let plain = at_or_after.or(ring.points.first()).map(|&(_, instance)| instance);
                assert_eq!(ring.find(key, |_| true), plain);
            }
        }
    }

    /// The coefficient of variation of shares is √((n − 1)/(n v + 1)).
    #[test]
    fn shares_spread_as_theory_says() {
        let (n, v, keys) = (20u16, 160, 400_000u64);
        let ring = ring(n, v);
        let mut counts = vec![0u64; usize::from(n)];
        for key in 0..keys {
            counts[usize::from(ring.find(mix(key), |_| true).unwrap())] += 1;
        }
        let mean = float(keys) / f64::from(n);
        let variance: f64 =
            counts.iter().map(|&c| (float(c) - mean).powi(2)).sum::<f64>() / f64::from(n - 1);
        let expected = (f64::from(n - 1) / (f64::from(n) * f64::from(v) + 1.0)).sqrt();
        let ratio = variance.sqrt() / mean / expected;
        assert!((0.6..1.5).contains(&ratio), "{ratio}");
    }

    #[test]
    fn nobody_eligible_is_nobody() {
        assert_eq!(ring(3, 10).find(5, |_| false), None);
        assert_eq!(Ring::default().find(5, |_| true), None);
    }
}
