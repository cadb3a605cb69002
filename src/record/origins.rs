//! The lag over time of what each origin sends, where there are several: sources, and crowds whose
//! users send. A room and a feed that share a gateway can be told apart.
use super::Histogram;
use crate::engine::{Span, number};

/// By the number of the node that sends. Memory is that of the lag of all deliveries over time,
/// for each of them.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    bins: usize,
    of: Vec<Vec<Histogram>>,
}

impl Origins {
    /// So many bins of time for each of so many nodes; they are made when something arrives.
    pub fn new(bins: usize, nodes: usize) -> Self {
        Self { bins, of: vec![Vec::new(); nodes] }
    }

    /// So many deliveries of what a node sent arrive in a bin. Nothing where there is one origin.
    #[inline]
    pub fn record(&mut self, node: u8, bin: usize, lag: Span, many: u64) {
        let Some(own) = self.of.get_mut(number::index(u32::from(node))) else { return };
        if own.is_empty() {
            own.resize(self.bins, Histogram::default());
        }
        own[bin].record_many(lag, many);
    }

    /// Whether there are several origins.
    #[inline]
    pub fn are_kept(&self) -> bool {
        !self.of.is_empty()
    }

    /// Those from which something came, by their names.
    pub fn named(self, names: &[String]) -> Vec<(String, Vec<Histogram>)> {
        let pairs = names.iter().cloned().zip(self.of);
        pairs.filter(|(_, bins)| !bins.is_empty()).collect()
    }
}
