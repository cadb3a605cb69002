//! Polls of a crowd in the steady state: short ones now and then, and those that are held.
use super::{crowd::Crowd, outside::Outside, tabs::Turns, terms};
use crate::node::parameters::Transport;

/// Polls a second.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Polls {
    pub(super) all: f64,
    pub(super) empty: f64,
    pub(super) full: f64,
    /// Of requests that are held: how long one takes.
    pub(super) cycle: f64,
}

/// Whether messages wait in a mailbox for who asks.
pub(super) fn polls(transport: Transport) -> bool {
    matches!(transport, Transport::ShortPoll | Transport::LongPoll)
}

impl Crowd<'_> {
    /// The time between two messages that all of its users get, in seconds, if it is these that
    /// answer what is held.
    fn in_step(&self, rate: f64) -> Option<f64> {
        let often = self.outside.iter().filter_map(Outside::period).reduce(f64::min)?;
        (often * rate < 2.0).then_some(often)
    }

    /// Whether its held requests are answered all at once.
    pub(super) fn polls_in_step(&self) -> bool {
        self.transport == Transport::LongPoll && self.in_step(self.each_gets()).is_some()
    }

    /// Whether its users come and go.
    pub(super) fn visits(&self) -> bool {
        self.clients.parameters.visits.is_some() && self.comes > 0.0
    }

    /// Whether what comes for those who are away is kept until they are back.
    pub(super) fn keeps(&self) -> bool {
        let resumes = self.clients.parameters.resume_window.is_none();
        self.inbox.is_some() || (self.buffer.is_some() && resumes)
    }

    /// Messages that come for one user, whether or not it is there, if they are kept for it.
    pub(super) fn each_gets(&self) -> f64 {
        let many = if self.visits() && self.keeps() { self.users } else { self.there };
        if many > 0.0 { self.arrive() / many } else { 0.0 }
    }

    /// How it polls.
    pub(super) fn ask(&mut self) {
        let rate = self.each_gets();
        if self.shut {
            return;
        }
        self.polls = match self.transport {
            Transport::Websocket | Transport::Sse => return,
            Transport::ShortPoll => self.short_polls(rate),
            Transport::LongPoll => {
                self.turns = self.take_turns(rate);
                self.held_polls(rate)
            }
        };
    }

    /// Requests that are held, one after the other.
    fn held_polls(&self, rate: f64) -> Polls {
        let [all, empty] = [self.turns.asks, self.turns.empty].map(|it| it * self.held);
        let cycle = 1.0 / self.turns.asks.max(1e-9);
        let steady = Polls { all, empty, full: all - empty, cycle };
        let clients = self.clients.parameters;
        let shared = self.tabs.is_shared() || self.in_step(rate).is_some();
        let Some(visits) = clients.visits.as_ref().filter(|_| !shared) else { return steady };
        // Of a visit with an exponential stay: the request that finds what came meanwhile, then one
        // after the other until the last, which nobody answers.
        let leaves = 1.0 / terms::mean(&visits.stay).max(1e-9);
        let hold = clients.poll_hold.seconds();
        let each = terms::held_until(leaves, rate, [self.rtt, hold]);
        let found = 1.0 - self.nothing(rate);
        let visits = self.comes * self.online;
        let [all, empty] = [found + each.asks, each.empty].map(|it| it * visits);
        Polls { all, empty, full: all - empty - visits * self.turns.held, cycle }
    }

    /// The chance that nothing came for a user while it was away.
    fn nothing(&self, rate: f64) -> f64 {
        self.clients.parameters.visits.as_ref().map_or(1.0, |visits| {
            terms::over(&visits.away, |away| self.silence(rate, away.max(0.0) / 1e9))
        })
    }

    /// Held requests, by the round trip of each user, which matters where messages come as fast.
    fn take_turns(&self, rate: f64) -> Turns {
        let (clients, inside) =
            (self.clients.parameters, 2.0 * (self.balancer.way + self.pool.way));
        let hold = clients.poll_hold.seconds();
        if self.tabs.is_shared() {
            return self.tabs.turns(rate, self.rtt, hold);
        }
        let in_step = self.in_step(rate);
        let mut sum = Turns::default();
        for (rtt, share) in terms::points(&clients.network.rtt) {
            let rtt = rtt.max(0.0) / 1e9 + inside;
            let one = match in_step {
                Some(period) => Turns::in_step(period, rtt, hold),
                None => self.tabs.turns(rate, rtt, hold),
            };
            sum.add(share, &one);
        }
        sum
    }

    /// The chance that nothing comes for a user in so long, in seconds.
    fn silence(&self, rate: f64, seconds: f64) -> f64 {
        let periods = self.outside.iter().filter_map(Outside::period);
        let (mut others, mut chance) = (rate, 1.0);
        for period in periods {
            others -= 1.0 / period;
            chance *= (1.0 - seconds / period).max(0.0);
        }
        chance * libm::exp(-others.max(0.0) * seconds)
    }

    /// Those of tabs that nobody looks at are further apart.
    fn short_polls(&self, rate: f64) -> Polls {
        let every = self.clients.parameters.poll_every.seconds().max(1e-9);
        let mut polls = Polls { cycle: every, ..Polls::default() };
        for (share, every) in self.intervals() {
            let all = self.there * share / every;
            let empty = all * self.silence(rate, every);
            polls = Polls {
                all: polls.all + all,
                empty: polls.empty + empty,
                full: polls.full + all - empty,
                ..polls
            };
        }
        // Who comes asks at once.
        let nothing = self.nothing(rate);
        polls.all += self.comes;
        polls.empty += self.comes * nothing;
        polls.full += self.comes * (1.0 - nothing);
        polls
    }

    /// The intervals at which its users poll, in seconds, and the share of each.
    pub(super) fn intervals(&self) -> [(f64, f64); 2] {
        let every = self.clients.parameters.poll_every.seconds().max(1e-9);
        let hidden = self.clients.parameters.background;
        let share = hidden.map_or(0.0, |hidden| hidden.share.0);
        let apart = hidden.map_or(every, |hidden| hidden.throttle.seconds().max(every));
        [(1.0 - share, every), (share, apart)]
    }
}
