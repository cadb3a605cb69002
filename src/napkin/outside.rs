//! Sources in their steady state: what they publish for a crowd a second.
use super::{
    crowd::way,
    sheet::{n, per},
};
use crate::{
    engine::number,
    node::parameters::{Parameters, SourceAudience, Ticks},
    scenario::{NodeId, Scenario},
    summary::figures,
};

/// A source that reaches a crowd.
#[derive(Clone, Debug)]
pub(super) struct Outside<'s> {
    name: &'s str,
    ticks: &'s Ticks,
    /// Messages a second: of a crowd that goes by several transports, the part of this one.
    pub(super) rate: f64,
    /// Bytes of payload of a message.
    pub(super) payload: f64,
    /// Recipients of each.
    pub(super) audience: f64,
    many: bool,
    /// Whether each message is for each user.
    to_each: bool,
    /// The part of the crowd that this is about.
    part: f64,
    /// To its bus, in seconds.
    pub(super) way: f64,
}

/// The sources that reach a crowd, of which this is a part.
pub(super) fn of(scenario: &Scenario, crowd: NodeId, part: f64) -> Vec<Outside<'_>> {
    let users = match &scenario.nodes[usize::from(crowd.0)].parameters {
        Parameters::Clients(clients) => f64::from(clients.count),
        _ => 0.0,
    };
    let all = scenario.sources_of(crowd).map(move |(id, source)| {
        let mut links = scenario.links.iter();
        Outside {
            name: &scenario.nodes[usize::from(id.0)].name,
            ticks: &source.ticks,
            rate: source.ticks.mean(scenario.horizon) * part,
            part,
            payload: number::float(source.payload.0),
            many: !matches!(source.to, SourceAudience::User(_)),
            to_each: match source.to {
                SourceAudience::All => true,
                SourceAudience::Topic { topics, .. } => topics <= 1,
                SourceAudience::User(_) | SourceAudience::Room(_) => false,
            },
            audience: match source.to {
                SourceAudience::User(_) => 1.0,
                SourceAudience::All => users,
                SourceAudience::Room(size) => f64::from(size),
                SourceAudience::Topic { topics, .. } => users / f64::from(topics.max(1)),
            },
            way: links.find(|link| link.source == id).map_or(0.0, way),
        }
    });
    all.collect()
}

impl Outside<'_> {
    /// Deliveries a second.
    pub(super) fn deliveries(&self) -> f64 {
        self.rate * self.audience
    }

    /// Whether a message is for more than one user.
    pub(super) fn is_for_many(&self) -> bool {
        self.many
    }

    /// The time between two of its messages, in seconds, where each user gets all of them.
    pub(super) fn period(&self) -> Option<f64> {
        match self.ticks {
            Ticks::Every(every) if self.to_each => Some(every.seconds().max(1e-9)),
            _ => None,
        }
    }

    /// How its deliveries a second come about.
    pub(super) fn words(&self) -> String {
        let rate = match self.ticks {
            Ticks::Bursts { rate, on, off } => {
                let share = on.mean() / (on.mean() + off.mean());
                format!("{} × {} on", per(rate.0 * self.part), figures::share(share))
            }
            Ticks::Every(_) | Ticks::Rate(_) | Ticks::Arrivals(_) => per(self.rate),
        };
        match self.audience {
            it if it > 1.0 => format!("{} {rate} × {}", self.name, n(it)),
            _ => format!("{} {rate}", self.name),
        }
    }
}
