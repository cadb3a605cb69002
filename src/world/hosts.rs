//! Which machines of the pools exist: what is paid for, whether it serves or not.
//!
//! A machine that drains, boots, or has lost its process exists. One whose host has crashed is gone
//! until another takes its place: at the restart, or when a deploy begins to replace it.
use crate::{
    engine::{Span, Time, number},
    record::phase::Level,
};
use std::ops::Range;

/// The machines of all pools.
#[derive(Clone, Debug)]
pub(super) struct Hosts {
    there: Vec<bool>,
    /// By node; those of nodes that are no pool are empty.
    levels: Vec<Level>,
}

impl Hosts {
    /// All machines of the pools, one pool a node, at t = 0.
    pub(super) fn new(pools: &[Range<u16>]) -> Self {
        let mut levels = vec![Level::default(); pools.len()];
        for (level, pool) in levels.iter_mut().zip(pools) {
            let count = i32::try_from(pool.len()).expect("instances are numbered with 16 bits");
            level.change(Time::ZERO, count);
        }
        let all = pools.iter().map(|pool| usize::from(pool.end)).max().unwrap_or(0);
        Self { there: vec![true; all], levels }
    }

    /// From `at` on, a machine of the pool `node` exists.
    pub(super) fn present(&mut self, at: Time, node: usize, instance: u16) {
        self.change(at, node, instance, true);
    }

    /// From `at` on, it does not.
    pub(super) fn gone(&mut self, at: Time, node: usize, instance: u16) {
        self.change(at, node, instance, false);
    }

    fn change(&mut self, at: Time, node: usize, instance: u16, there: bool) {
        let before = &mut self.there[usize::from(instance)];
        if *before != there {
            *before = there;
            self.levels[node].change(at, if there { 1 } else { -1 });
        }
    }

    /// How many of a pool existed, on average over [0, horizon).
    pub(super) fn mean(&self, node: usize, horizon: Time) -> f64 {
        let area = self.levels[node].clone().settle(horizon);
        number::float(number::low64(area))
            / horizon.since(Time::ZERO).max(Span::from_nanos(1)).float()
    }
}
