//! Tabs whose streams share one connection, over HTTP/2: how many connections there are, how often
//! one is opened, and what its streams weigh.
use super::{crowd::Crowd, sheet::per, tabs::Sharing};
use crate::{engine::number, summary::figures};

impl Sharing {
    /// Connections for each stream: a browser with streams has one, where all of them share it.
    fn connections(&self) -> f64 {
        if !self.one {
            return 1.0;
        }
        let each = self.mean(|tabs| 1.0 / f64::from(tabs.max(1)));
        (each / self.streams().max(1e-12)).min(1.0)
    }

    /// The share of streams that are opened while no other tab of their browser is connected, of
    /// which each is with a chance.
    pub(super) fn alone(&self, chance: f64) -> f64 {
        if !self.one {
            return 1.0;
        }
        self.mean(|tabs| libm::pow(1.0 - chance, f64::from(tabs.saturating_sub(1))))
    }
}

impl Crowd<'_> {
    /// Streams a second that are opened on a connection of their browser that stands. The first tab
    /// that is back opens one for all that have lost it; who comes, or was sent away by its
    /// gateway, finds that of another tab.
    pub(super) fn beside(&self) -> f64 {
        let lost = self.ends * self.lost;
        let others = self.ends - lost + self.comes;
        lost * (1.0 - self.tabs.connections()) + others * (1.0 - self.alone)
    }

    /// How many connections are opened, of the streams that are.
    pub(super) fn opens_words(&self) -> Option<String> {
        let opened = self.handshakes();
        (self.attempts() > 0.0).then(|| {
            let beside = figures::share(self.beside() / self.attempts());
            format!("{} of {}, {beside} beside another tab", per(opened), per(self.attempts()))
        })
    }

    /// Connections to its balancer.
    pub(super) fn balanced(&self) -> f64 {
        if self.tabs.one { self.held * self.tabs.connections() } else { self.placed() }
    }

    /// Memory of a connection of its pool, or of a stream of one, on average, in bytes.
    pub(super) fn weight(&self) -> f64 {
        let pool = self.pool.parameters;
        let [whole, stream] = [pool.per_connection(), pool.per_stream()].map(number::float);
        let light = 1.0 - self.tabs.connections();
        if light > 0.0 { whole - light * (whole - stream) } else { whole }
    }
}

/// The same over all crowds of a pool, in whole bytes.
pub(super) fn weight(crowds: &[&Crowd<'_>]) -> u64 {
    let placed: f64 = crowds.iter().map(|crowd| crowd.placed()).sum();
    let whole = crowds.first().map_or(0, |crowd| crowd.pool.parameters.per_connection());
    if placed <= 0.0 || crowds.iter().all(|crowd| !crowd.tabs.one) {
        return whole;
    }
    let all = crowds.iter().map(|crowd| crowd.placed() * crowd.weight());
    number::whole(all.sum::<f64>() / placed)
}
