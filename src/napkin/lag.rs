//! How long a delivery takes on average, in closed form: every way and work of it, and no queue.
use super::{
    crowd::{Crowd, polls},
    terms,
};
use crate::{
    engine::Law,
    node::parameters::{Route, Transport},
};

impl Crowd<'_> {
    /// Mean time of a delivery, in seconds, without any queue.
    pub(super) fn lag(&self) -> Option<f64> {
        let (bus, fanout) = (self.bus?, self.fanout?);
        let pool = &self.pool.parameters.cpu;
        let service = |law: &Law| terms::mean(law);
        let up = match self.clients.parameters.transport {
            Transport::Websocket => pool.receive,
            Transport::Sse | Transport::ShortPoll | Transport::LongPoll => pool.request,
        };
        // From the sender's call, or the source's, on average over deliveries.
        let mut begins = self.own() * self.online * (self.rtt / 2.0 + up.seconds() + bus.way);
        for source in &self.outside {
            begins += source.deliveries() * source.way;
        }
        let begins = begins / self.carried().max(1e-12);
        let published = begins
            + 1.0 / bus.parameters.rate.0.max(1e-9)
            + service(&bus.parameters.latency)
            + bus.parameters.fetch.seconds() / 2.0
            + fanout.way
            + service(&fanout.parameters.service);
        let down = if polls(self.clients.parameters) {
            self.mailbox()
        } else {
            let asks = self.registry.filter(|_| fanout.parameters.route == Route::Registry);
            let look_up =
                asks.map_or(0.0, |it| self.look_up + 1.0 / it.parameters.rate.0.max(1e-9));
            let look_up = look_up * self.routed() / self.carried().max(1e-12);
            look_up + self.back + self.batch() + pool.push.seconds() + self.rtt / 2.0
        };
        Some(published + down)
    }

    /// From the fan-out through the mailbox to the client.
    fn mailbox(&self) -> f64 {
        let Some(mailbox) = self.buffer else { return 0.0 };
        let cpu = &self.pool.parameters.cpu;
        match self.clients.parameters.transport {
            Transport::LongPoll => {
                let push = mailbox.way + cpu.push.seconds();
                mailbox.way + push + terms::long_poll_lag(self.rtt, self.polls.cycle)
            }
            _ => {
                let read = 2.0 * mailbox.way + mailbox.parameters.read.seconds();
                let every = self.clients.parameters.poll_every.seconds();
                mailbox.way + read + cpu.poll.seconds() + terms::poll_staleness(every, self.rtt)
            }
        }
    }
}
