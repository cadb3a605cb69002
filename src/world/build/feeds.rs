//! What is for many: who subscribes to what, before anybody is there.
use super::Plan;
use crate::{
    node::{
        parameters::{Audience, Parameters, Spread},
        table::{
            crowds::{Crowd, Crowds},
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
        let mut own = None;
        for crowd in crowds.iter_mut() {
            if crowd.way[0] == 0 {
                own = None;
                if self.sends_to_all(crowd) {
                    own = Some(feeds.push(self.feed(crowd, Topics::One, pools)));
                }
            }
            crowd.own_feed = own;
            crowd.feeds.extend(own);
        }
        feeds
    }

    fn sends_to_all(&self, crowd: &Crowd) -> bool {
        let Parameters::Clients(clients) = self.parameters(NodeId(crowd.clients)) else {
            return false;
        };
        clients.sends.as_ref().is_some_and(|sends| sends.to == Audience::All)
    }

    fn feed(&self, crowd: &Crowd, topics: Topics, pools: &[Range<u16>]) -> Feed {
        let users = crowd.first..crowd.first + crowd.count;
        let pool = pools[usize::from(crowd.gateways.node)].clone();
        let keeping = crowd
            .replay
            .as_ref()
            .map(|replay| Keeping { messages: replay.messages, retention: replay.retention });
        let spread = crowd.fanout.as_ref().map(|port| self.parameters(NodeId(port.node)));
        let grouped = crowd.takes_groups()
            && matches!(spread, Some(Parameters::Fanout(own)) if own.spread == Spread::Gateways);
        Feed::new(users, pool, topics, keeping, grouped)
    }
}
