//! What is for many: who subscribes to what, before anybody is there.
use super::Plan;
use crate::{
    engine::Zipf,
    node::{
        Purpose,
        parameters::{Audience, Parameters, Popularity, SourceAudience},
        table::{
            crowds::{Crowd, Crowds, Origin},
            feeds::{Feed, Feeds, Keeping, Topics},
        },
    },
    scenario::NodeId,
};
use std::ops::Range;

impl Plan<'_> {
    /// The feeds of all crowds, which learn of theirs.
    pub(super) fn feeds(&self, crowds: &mut Crowds, pools: &[Range<u16>]) -> Feeds {
        let mut feeds = Feeds::default();
        let (mut own, mut outside) = (None, Vec::new());
        let at: Vec<Range<u16>> =
            crowds.rows().iter().map(|crowd| reaches(crowds, crowd, pools)).collect();
        for (crowd, pool) in crowds.iter_mut().zip(at) {
            if crowd.way[0] == 0 {
                own = None;
                if self.sends_to_all(crowd) {
                    own = Some(feeds.push(Self::feed(crowd, Topics::One, pool.clone())));
                }
                let topics = crowd.origins.iter().map(|origin| self.topics(origin, crowd.count));
                let topics: Vec<Option<Topics>> = topics.collect();
                let feed = |topics| Self::feed(crowd, topics, pool.clone());
                let all = topics.into_iter().map(|topics| topics.map(feed));
                outside = all.map(|feed| feed.map(|feed| feeds.push(feed))).collect();
            }
            crowd.own_feed = own;
            for (origin, feed) in crowd.origins.iter_mut().zip(&outside) {
                origin.feed = *feed;
            }
            crowd.feeds = own.into_iter().chain(outside.iter().copied().flatten()).collect();
        }
        feeds
    }

    /// To what the users of a crowd subscribe of a source, if its messages are for many.
    fn topics(&self, origin: &Origin, users: u32) -> Option<Topics> {
        let Parameters::Source(source) = self.parameters(NodeId(origin.node)) else { return None };
        match source.to {
            SourceAudience::User(_) => None,
            SourceAudience::All => Some(Topics::One),
            SourceAudience::Room(size) => Some(Topics::Rooms(size)),
            SourceAudience::Topic { topics, popularity } => {
                let zipf = match popularity {
                    Popularity::Uniform => None,
                    Popularity::Zipf(exponent) => Zipf::new(topics, exponent).ok(),
                };
                let topic = |user: u32| match &zipf {
                    None => origin.draws.below(Purpose::Topic, u64::from(user), topics),
                    Some(zipf) => {
                        let draws = &mut origin.draws.stream(Purpose::Topic, u64::from(user));
                        zipf.rank(draws) - 1
                    }
                };
                Some(Topics::Drawn(topics, (0..users).map(topic).collect()))
            }
        }
    }

    fn sends_to_all(&self, crowd: &Crowd) -> bool {
        let Parameters::Clients(clients) = self.parameters(NodeId(crowd.clients)) else {
            return false;
        };
        clients.sends.as_ref().is_some_and(|sends| sends.to == Audience::All)
    }

    fn feed(crowd: &Crowd, topics: Topics, pool: Range<u16>) -> Feed {
        let users = crowd.first..crowd.first + crowd.count;
        let keeping = crowd
            .replay
            .as_ref()
            .map(|replay| Keeping { messages: replay.messages, retention: replay.retention });
        Feed::new(users, pool, topics, keeping, crowd.takes_groups())
    }
}

/// The instances that the users of a crowd may be at, by any of the transports that they prefer,
/// and those between them.
fn reaches(crowds: &Crowds, crowd: &Crowd, pools: &[Range<u16>]) -> Range<u16> {
    let ways = crowds.rows().iter().filter(|way| way.clients == crowd.clients);
    let own = pools[usize::from(crowd.gateways.node)].clone();
    ways.map(|way| &pools[usize::from(way.gateways.node)])
        .fold(own, |all, pool| all.start.min(pool.start)..all.end.max(pool.end))
}
