//! Producers outside the crowds: which of them reach whom, and how a load changes them.
use super::{Plan, is_pubsub};
use crate::{
    engine::{Span, Time, draws, number},
    node::{
        load::Load,
        parameters,
        source::Source,
        table::crowds::{Crowds, OWN, Origin},
    },
    scenario::{ActionKind, NodeId},
};

impl Plan<'_> {
    /// The sources that reach a crowd.
    pub(super) fn origins(&self, crowd: NodeId) -> Vec<Origin> {
        let origin = |(id, source): (NodeId, &parameters::Source)| Origin {
            node: id.0,
            salt: draws::hash(&self.scenario.nodes[usize::from(id.0)].name),
            payload: source.payload,
            draws: self.draws(id),
            feed: None,
        };
        self.scenario.sources_of(crowd).map(origin).collect()
    }

    /// Whose messages those of a crowd are if nobody knows: its own users' if they send.
    pub(super) fn usual(&self, crowd: NodeId, clients: &parameters::Clients) -> u8 {
        let reached = self.scenario.sources_of(crowd).next().is_some();
        if reached && clients.sends.is_none() { OWN + 1 } else { OWN }
    }

    pub(super) fn source(&self, id: NodeId, own: &parameters::Source, crowds: &Crowds) -> Source {
        let crowd = crowds.of_clients(own.crowd);
        let place = crowd.origins.iter().position(|origin| origin.node == id.0);
        let origin = number::byte(place.expect("it reaches its crowd") + 1);
        let bus = self.port(id, is_pubsub).expect("validated: it has a bus");
        let (load, draws) = (self.load(id), self.draws(id));
        Source::new(id.0, own.clone(), (origin, crowd.count), bus, load, draws)
    }

    /// From when on a crowd or a source sends so many times its rate; entries that overlap
    /// multiply.
    pub(super) fn load(&self, producer: NodeId) -> Load {
        let entries = self.scenario.timeline.iter().filter_map(|action| match action.kind {
            ActionKind::Load { node, factor, lasts } if node == producer => {
                Some((action.at, action.at + lasts.unwrap_or(Span::FOREVER), factor))
            }
            _ => None,
        });
        let entries: Vec<(Time, Time, f64)> = entries.collect();
        let mut times: Vec<Time> = entries.iter().flat_map(|entry| [entry.0, entry.1]).collect();
        times.sort_unstable();
        times.dedup();
        let factor = |time| {
            let under = entries.iter().filter(|entry| entry.0 <= time && time < entry.1);
            under.map(|entry| entry.2).product()
        };
        Load::new(times.into_iter().map(|time| (time, factor(time))).collect())
    }
}
