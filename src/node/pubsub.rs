//! A partitioned log between the connection tier and the delivery tier. A partition is one server:
//! its rate is the service, its replication latency a delay beside the queue.
use super::{
    Cx, Purpose, parameters,
    table::{
        crowds::{Delay, Port},
        messages::Stage,
    },
};
use crate::engine::{Draws, Span, Station, number};

/// A log in motion.
#[derive(Clone, Debug)]
pub struct Pubsub {
    fanout: Port,
    draws: Draws,
    latency: Delay,
    service: Span,
    partitions: Vec<Station>,
    /// The longest wait of a message for its partition.
    pub longest_wait: Span,
}

impl Pubsub {
    /// A log with empty partitions.
    pub fn new(parameters: &parameters::Pubsub, fanout: Port, draws: Draws) -> Self {
        Self {
            fanout,
            draws,
            latency: Delay::from(&parameters.latency),
            service: Span::from_seconds(1.0 / parameters.rate.0),
            partitions: vec![Station::new(1); number::index(parameters.partitions)],
            longest_wait: Span::ZERO,
        }
    }

    /// A message is published. Its partition is the recipient's.
    #[inline]
    pub fn on_hop(&mut self, message: u32, cx: &mut Cx<'_>) {
        let row = *cx.messages.get(message);
        if row.stage != Stage::Bus || row.due != cx.now {
            return;
        }
        cx.messages.log(message);
        let crowd = cx.crowds.of(row.to);
        let partition = crowd.spread(row.to, number::row(self.partitions.len()));
        let service = self.partitions[number::index(partition)].arrive(cx.now, self.service);
        self.longest_wait = self.longest_wait.max(service.start.since(cx.now));
        let entity = crowd.message(row.id);
        let draws = &self.draws;
        let inside = self.latency.draw(draws, Purpose::Message, entity, Stage::Bus as u32);
        let link = self.fanout.latency.draw(draws, Purpose::Message, entity, Stage::Fanout as u32);
        cx.hop(service.finish + inside + link, self.fanout.node, message, Stage::Fanout);
    }

    /// The most messages that waited for one partition.
    pub fn backlog(&self) -> f64 {
        if self.service == Span::ZERO {
            return 0.0;
        }
        (self.longest_wait.float() / self.service.float()).ceil()
    }

    /// The most messages that wait for one partition now.
    pub fn waiting(&self, now: crate::engine::Time) -> f64 {
        let wait = self.partitions.iter().map(|partition| partition.wait(now)).max();
        let wait = wait.unwrap_or_default();
        if self.service == Span::ZERO { 0.0 } else { (wait.float() / self.service.float()).ceil() }
    }
}
