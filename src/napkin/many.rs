//! Messages for many in their steady state: one call to each gateway, which pushes to its own.
use super::{crowd::Crowd, outside::Outside, polls::polls, terms};
use crate::node::parameters::{Audience, Spread};

impl Crowd<'_> {
    /// Whether the fan-out calls gateways with what is for many.
    fn spreads(&self) -> bool {
        self.fanout.is_some_and(|it| it.parameters.spread != Spread::Connections)
    }

    /// Whether one call brings it to all of its users at a gateway: as the crowds of a run have it.
    fn takes_calls(&self) -> bool {
        self.spreads() && !polls(self.transport) && self.inbox.is_none()
    }

    /// Its users' own deliveries a second that go one by one, and messages that go to all.
    fn own_by_audience(&self) -> (f64, f64) {
        let all = self.clients.parameters.sends.as_ref().map(|sends| sends.to);
        if all == Some(Audience::All) && self.takes_calls() {
            return (0.0, self.up());
        }
        (self.own_carried(), 0.0)
    }

    fn is_called(&self, source: &Outside<'_>) -> bool {
        self.takes_calls() && source.is_for_many()
    }

    /// Deliveries a second whose recipient is looked for by itself.
    pub(super) fn routed(&self) -> f64 {
        let apart = self.outside.iter().filter(|source| !self.is_called(source));
        apart.fold(self.own_by_audience().0, |sum, source| sum + source.deliveries())
    }

    /// Calls of the fan-out a second: one for each of those, and one for each gateway that has
    /// subscribers of a message for many.
    pub(super) fn calls(&self) -> f64 {
        let gateways = f64::from(self.pool.parameters.count);
        let many = self.outside.iter().filter(|source| self.is_called(source));
        let many = many.map(|source| source.rate * source.gateways(gateways));
        self.routed() + self.own_by_audience().1 * gateways + many.sum::<f64>()
    }

    /// How long a delivery waits for those of its message that the fan-out routes before it, one by
    /// one, on average, in seconds.
    pub(super) fn behind(&self) -> f64 {
        let Some(fanout) = self.fanout.map(|it| it.parameters) else { return 0.0 };
        let each = terms::mean(&fanout.service) / f64::from(fanout.concurrency.max(1));
        // Of a crowd that goes by several transports only those who are not called with others.
        let part = if self.spreads() { self.part } else { 1.0 };
        let wait = |audience: f64| (audience * part - 1.0).max(0.0) * each / 2.0;
        let apart = self.outside.iter().filter(|source| !self.is_called(source));
        let sum: f64 = apart.map(|source| source.deliveries() * wait(source.audience)).sum();
        sum / self.carried().max(1e-12)
    }

    /// How long a delivery waits for those that its gateway pushes before it, on average, in
    /// seconds.
    pub(super) fn batch(&self) -> f64 {
        let pool = &self.pool.parameters;
        let (gateways, cores) = (f64::from(pool.count.max(1)), f64::from(pool.cores.max(1)));
        let wait = |audience: f64| audience / gateways * pool.cpu.push.seconds() / cores / 2.0;
        let many = self.outside.iter().filter(|source| self.is_called(source));
        let own = self.own_by_audience().1 * self.audience;
        let sum = many.fold(own * wait(self.audience), |sum, source| {
            sum + source.deliveries() * wait(source.audience)
        });
        sum / self.carried().max(1e-12)
    }
}
