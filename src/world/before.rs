//! What came to the users of a crowd before a run began.
use crate::{
    engine::{Span, number},
    node::{
        Cx, Node,
        clients::Clients,
        earlier::Earlier,
        table::{crowds::Crowd, feeds::Feeds},
    },
};

/// What came to the users of one crowd, and went from them.
#[derive(Clone, Debug, Default)]
pub(super) struct Before {
    /// Messages a second for each for itself, from other users and from outside, for all alike.
    own: f64,
    outside: f64,
    /// For each beside that, by its place, for each source that does not reach all alike.
    each: Vec<Vec<f64>>,
    /// What each sends who is there, messages a second.
    sends: f64,
    /// Of each feed, when the last message of each topic came.
    shared: Vec<(u8, Vec<Option<Span>>)>,
}

impl Before {
    /// Of a crowd, as far as a clock of it asks for that.
    pub(super) fn of(clients: &Clients, crowd: &Crowd, nodes: &[Node], cx: &Cx<'_>) -> Self {
        let asks = |row: &Crowd| row.hold().is_some() || row.idle().is_some();
        let mut ways = cx.crowds.rows().iter().filter(|row| row.clients == crowd.clients);
        if !ways.any(asks) {
            return Self::default();
        }
        let (feeds, horizon) = (&*cx.feeds, cx.record.horizon());
        let (own, sends) = clients.own_rates();
        let mut before = Self { own, sends, ..Self::default() };
        if let Some(feed) = crowd.own_feed {
            before.own = 0.0;
            before.shared.push((feed, vec![clients.last_for_all(crowd)]));
        }
        for origin in &crowd.origins {
            let Node::Source(source) = &nodes[usize::from(origin.node)] else { continue };
            let (alike, each) = source.alone(crowd.count, horizon);
            before.outside += alike;
            before.each.extend((!each.is_empty()).then_some(each));
            if let Some(feed) = origin.feed {
                let topics = feeds.get(feed).topics();
                let last = |topic| source.last_for(topic, topics, horizon);
                before.shared.push((feed, (0..topics).map(last).collect()));
            }
        }
        before
    }

    /// To one of them.
    pub(super) fn to(&self, user: u32, crowd: &Crowd, feeds: &Feeds) -> Earlier {
        let place = number::index(user - crowd.first);
        let each: f64 = self.each.iter().map(|each| each[place]).sum();
        let others = f64::from(crowd.audience(user));
        let last = |(feed, last): &(u8, Vec<Option<Span>>)| {
            last[number::index(feeds.get(*feed).topic(user))]
        };
        Earlier {
            alone: self.own * others + self.outside + each,
            sends: self.sends,
            shared: self.shared.iter().filter_map(last).min(),
        }
    }
}
