//! Brokers that are lost: their partitions wait for another leader, or for them.
use super::Pubsub;
use crate::{
    engine::{Time, number},
    node::Cx,
};

impl Pubsub {
    /// The partitions that a broker leads.
    fn led_by(&self, broker: u16) -> Vec<u32> {
        let brokers = u32::from(self.parameters.brokers.max(1));
        let leads = |place: &u32| place % brokers == u32::from(broker);
        (0..number::row(self.partitions.len())).filter(leads).collect()
    }

    /// A broker is lost: its partitions have no leader. Returns when another leads them, unless
    /// nobody has what they hold.
    pub fn on_broker_lost(&mut self, broker: u16, cx: &mut Cx<'_>) -> Option<Time> {
        let led = self.led_by(broker);
        self.stop(&led, cx);
        for place in led {
            self.partitions[number::index(place)].headless = true;
        }
        (self.parameters.copies > 1).then(|| cx.now + self.parameters.failover)
    }

    /// The partitions of a broker have a leader again.
    pub fn on_broker_back(&mut self, broker: u16, cx: &mut Cx<'_>) {
        self.most_parked = self.most_parked.max(self.waiting(cx.now));
        for place in self.led_by(broker) {
            let partition = &mut self.partitions[number::index(place)];
            if std::mem::replace(&mut partition.headless, false) && !partition.stopped() {
                self.resume(place, cx);
            }
        }
    }
}
