//! How long a delivery takes on average, in closed form: every way and work of it, and no queue.
use super::{crowd::Crowd, polls::polls, sheet::f, terms};
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
        let up = match self.transport {
            Transport::Websocket => pool.receive,
            Transport::Sse | Transport::ShortPoll | Transport::LongPoll => pool.request,
        };
        // From the sender's call, or the source's, on average over deliveries.
        let ways =
            self.rtt / 2.0 + up.seconds() + self.pool.parameters.latency().seconds() + bus.way;
        let mut begins = self.own_carried() * (self.turns.up + self.tabs.waits_to_leave() + ways);
        for source in &self.outside {
            begins += source.deliveries() * source.way;
        }
        let begins = begins / self.carried().max(1e-12);
        let published = begins
            + 1.0 / bus.parameters.rate.0.max(1e-9)
            + service(&bus.parameters.latency)
            + bus.parameters.fetch.seconds() / 2.0
            + fanout.way
            + self.behind()
            + service(&fanout.parameters.service);
        let down = if polls(self.transport) {
            self.mailbox()
        } else {
            let asks = self.registry.filter(|_| fanout.parameters.route == Route::Registry);
            let look_up =
                asks.map_or(0.0, |it| 2.0 * self.look_up + 1.0 / it.parameters.rate.0.max(1e-9));
            let look_up = look_up * self.routed() / self.carried().max(1e-12);
            let push = pool.push.seconds() + self.pool.parameters.latency().seconds();
            look_up + self.back + self.batch() + push + self.rtt / 2.0
        };
        Some(published + down)
    }

    /// The share of what comes for its users that others of them have sent.
    pub(super) fn own_share(&self) -> f64 {
        self.own_carried() / self.carried().max(1e-300)
    }

    /// What of a round trip a message makes on its way, in words and in seconds: of a source's only
    /// the way down.
    pub(super) fn trip(&self) -> (String, f64) {
        let own = self.own_share();
        let share = f64::midpoint(own, 1.0);
        let words = match own {
            _ if self.sent <= 0.0 => "RTT/2".to_owned(),
            own if own >= 1.0 => "RTT".to_owned(),
            _ => format!("{} × RTT", f(share)),
        };
        (words, self.rtt * share)
    }

    /// From the fan-out through the mailbox to the client: what a poll finds is asked for and read
    /// over the way from the gateways, what is held for is handed over by half of it.
    fn mailbox(&self) -> f64 {
        let Some(mailbox) = self.buffer else { return 0.0 };
        let cpu = &self.pool.parameters.cpu;
        let read = cpu.poll.seconds() + 2.0 * mailbox.way + mailbox.parameters.read.seconds();
        match self.transport {
            Transport::LongPoll => {
                let handed = self.handed() + cpu.push.seconds();
                let found = 1.0 - self.turns.pushed / self.each_gets().max(1e-300);
                let found = found.clamp(0.0, 1.0);
                let waits = handed + found * (read - handed) + self.turns.late;
                self.aside + waits + self.rtt / 2.0
            }
            _ => {
                let each = |(share, gap)| share * terms::poll_staleness(gap, self.rtt);
                let stale: f64 = self.gaps().into_iter().map(each).sum();
                self.aside + read + stale
            }
        }
    }

    /// From the mailbox to the gateway that holds a request, in seconds: what comes meanwhile waits
    /// for the next one.
    pub(super) fn handed(&self) -> f64 {
        self.buffer.map_or(0.0, |mailbox| mailbox.way)
    }
}
