//! Sources in their steady state: what they publish for a crowd a second.
use super::{
    crowd::way,
    groups,
    sheet::{n, per},
    silence::Bursts,
    terms,
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
    to: SourceAudience,
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
            to: source.to,
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
        !matches!(self.to, SourceAudience::User(_))
    }

    /// Whether each message is for each user.
    pub(super) fn is_to_each(&self) -> bool {
        match self.to {
            SourceAudience::All => true,
            SourceAudience::Topic { topics, .. } => topics <= 1,
            SourceAudience::User(_) | SourceAudience::Room(_) => false,
        }
    }

    /// How many of the tabs of a browser get what one of them gets, that one included: each number
    /// with its share of the deliveries.
    pub(super) fn together(&self, tabs: u32) -> Vec<(f64, u32)> {
        match self.to {
            SourceAudience::User(_) => vec![(1.0, 1)],
            SourceAudience::All => vec![(1.0, tabs)],
            SourceAudience::Room(size) => groups::rooms(tabs, size),
            SourceAudience::Topic { topics, popularity } => {
                let exponent = popularity.exponent();
                let [all, squares] =
                    [exponent, 2.0 * exponent].map(|exponent| groups::zipf_sum(topics, exponent));
                let same = (squares / (all * all).max(1e-12)).min(1.0);
                terms::binomial(tabs.saturating_sub(1), same).into_iter().zip(1..).collect()
            }
        }
    }

    /// On how many of so many gateways are recipients of a message, each of them on any: of m of
    /// them, g · (1 − (1 − 1/g)^m), and of a topic m is binomial.
    pub(super) fn gateways(&self, all: f64) -> f64 {
        let reached = |each: f64, many: f64| all * -libm::expm1(many * libm::log1p(-each / all));
        if all <= 1.0 {
            return all.min(self.audience);
        }
        let SourceAudience::Topic { topics, popularity } = self.to else {
            return reached(1.0, self.audience);
        };
        let many = f64::from(topics.max(1));
        let users = self.audience * many;
        let like = groups::popular(topics.max(1), &[popularity.exponent()]);
        like.into_iter().map(|(share, more)| share * reached(more[0] / many, users)).sum()
    }

    /// Bursts of which a user gets so many messages a second on average.
    pub(super) fn bursts(&self, mean: f64) -> Option<Bursts> {
        Bursts::of(self.ticks, mean)
    }

    /// How unlike its recipients are: the exponent of Zipf's law, where each is for one user.
    pub(super) fn unlike(&self) -> f64 {
        match self.to {
            SourceAudience::User(popularity) => popularity.exponent(),
            _ => 0.0,
        }
    }

    /// The time between two of its messages, in seconds, where each user gets all of them.
    pub(super) fn period(&self) -> Option<f64> {
        match self.ticks {
            Ticks::Every(every) if self.is_to_each() => Some(every.seconds().max(1e-9)),
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
