//! How long links and services take.
use crate::{
    engine::{Draws, Law, Span},
    node::Purpose,
};

/// The time a link or a service takes.
#[derive(Clone, PartialEq, Debug)]
pub enum Delay {
    /// Always the same.
    Fixed(Span),
    /// Drawn for each use, in ns.
    Drawn(Law),
    /// One after the other.
    Both(Box<(Delay, Delay)>),
}

/// Keeps the second of two delays independent of the first.
const SECOND: u32 = 1 << 16;

impl Delay {
    /// The delay of draw `k` of `entity`.
    #[inline]
    pub fn draw(&self, draws: &Draws, purpose: Purpose, entity: u64, k: u32) -> Span {
        if let Self::Fixed(span) = self { *span } else { self.drawn(draws, purpose, entity, k) }
    }

    /// The same, apart from the usual case.
    fn drawn(&self, draws: &Draws, purpose: Purpose, entity: u64, k: u32) -> Span {
        match self {
            Self::Fixed(span) => *span,
            Self::Drawn(law) => Span::from_float(law.quantile(draws.unit(purpose, entity, k))),
            Self::Both(both) => {
                let (first, second) = &**both;
                first.draw(draws, purpose, entity, k)
                    + second.draw(draws, purpose, entity, k ^ SECOND)
            }
        }
    }

    /// This delay and then another.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        match (self, next) {
            (Self::Fixed(first), Self::Fixed(second)) => Self::Fixed(first + second),
            (first, second) => Self::Both(Box::new((first, second))),
        }
    }
}

impl From<&Law> for Delay {
    fn from(law: &Law) -> Self {
        match law {
            Law::Constant(nanos) => Self::Fixed(Span::from_float(*nanos)),
            Law::Uniform { .. }
            | Law::Exponential { .. }
            | Law::Normal { .. }
            | Law::Lognormal { .. }
            | Law::Gamma { .. }
            | Law::Pareto(..)
            | Law::Empirical(_) => Self::Drawn(law.clone()),
        }
    }
}
