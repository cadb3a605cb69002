//! What a source is told about itself.
use crate::{
    engine::{Law, Span, Time, number},
    units::{Bytes, Rate},
};
use std::sync::Arc;

pub use crate::record::meter::MOST_SOURCES;

/// A producer outside the crowds.
#[derive(Clone, PartialEq, Debug)]
pub struct Source {
    /// When it publishes.
    pub ticks: Ticks,
    /// Size of a message.
    pub payload: Bytes,
    /// Whom a message is for.
    pub to: SourceAudience,
    /// The number of the clients node whose users it reaches.
    pub crowd: u8,
}

/// When a source publishes.
#[derive(Clone, PartialEq, Debug)]
pub enum Ticks {
    /// At a fixed period, from a phase on that is drawn for the run.
    Every(Span),
    /// So many messages a second, a Poisson process.
    Rate(Rate),
    /// The same while it is on, and nothing while it is off.
    Bursts {
        /// Messages a second while it is on.
        rate: Rate,
        /// How long it is on, in ns.
        on: Law,
        /// How long it is off, in ns.
        off: Law,
    },
    /// At measured times, in order.
    Arrivals(Arc<[Arrival]>),
}

impl Ticks {
    /// Messages a second on average, without any load; of measured ones those before `horizon`.
    pub fn mean(&self, horizon: Time) -> f64 {
        match self {
            Self::Every(every) => 1.0 / every.seconds().max(1e-9),
            Self::Rate(rate) => rate.0,
            Self::Bursts { rate, on, off } => rate.0 * on.mean() / (on.mean() + off.mean()),
            Self::Arrivals(all) => {
                let within = all.iter().take_while(|arrival| arrival.at < horizon).count();
                number::float(number::count(within)) / horizon.seconds().max(1e-9)
            }
        }
    }
}

/// A measured message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Arrival {
    /// When it was published.
    pub at: Time,
    /// For which user of the crowd, from 0; `None`: as the source's audience says.
    pub user: Option<u32>,
}

/// Whom a message of a source is for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum SourceAudience {
    /// One user of the crowd.
    User(Popularity),
    /// Every user of the crowd.
    All,
    /// All in one room of so many.
    Room(u32),
    /// All who subscribe to one topic.
    Topic {
        /// How many topics there are.
        topics: u32,
        /// How likely each is.
        popularity: Popularity,
    },
}

/// How likely each of several is to be meant.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Popularity {
    /// All alike.
    Uniform,
    /// By Zipf's law with this exponent, the first the most.
    Zipf(f64),
}

impl Popularity {
    /// The exponent of Zipf's law; 0 where all are alike.
    pub fn exponent(self) -> f64 {
        match self {
            Self::Uniform => 0.0,
            Self::Zipf(exponent) => exponent,
        }
    }
}
