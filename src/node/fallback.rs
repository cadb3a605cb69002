//! One transport after the other: which is tried next, and what a try costs that is blocked.
//!
//! A try is an attempt like any other. As long as another transport is left in the round its client
//! waits no longer than for `try_timeout`, and goes on at once; after the last it backs off.
use super::{
    Cx, Timer,
    parameters::{Answer, BlockedBy, Transport},
    table::{crowds::Crowd, ways::Change},
};
use crate::engine::{Span, Time};

impl Crowd {
    /// Whether a user sends without a stream of its own: each message is a request, and the client
    /// does not first have to find out what works.
    #[inline]
    pub(super) fn requests_without_stream(&self) -> bool {
        self.transport != Transport::Websocket && !self.prefers()
    }
}

impl<'a> Cx<'a> {
    /// An attempt of a user begins; returns its crowd by the transport that it tries.
    pub(super) fn tries(&mut self, user: u32) -> &'a Crowd {
        let crowd = self.crowds.of(user);
        let Some(fallback) = crowd.fallback.filter(|_| crowd.prefers()) else { return crowd };
        self.crowds.ways().tries(user, self.now, fallback.remember);
        match self.crowds.ways().failed_for(user, self.now) {
            Some(failed) => self.connections.negotiating.insert(user, failed),
            None => self.connections.negotiating.remove(&user),
        };
        self.crowds.of(user)
    }

    /// A try is blocked; returns whether it ends before it reaches the balancer.
    pub(super) fn blocked(&mut self, user: u32, ticket: u16, by: BlockedBy) -> bool {
        self.record.counts.blocked += 1;
        let answered = by != BlockedBy::Swallow;
        self.meter(user).blocked[usize::from(answered)] += 1;
        match by {
            BlockedBy::Strip => return false,
            BlockedBy::Swallow => {
                let at = self.now + self.crowds.patience(user);
                self.wake(at, Timer::TimedOut, user, ticket);
            }
            BlockedBy::Refuse => {
                let back = self.connections.get(user).round_trip();
                let at = self.now + back.min(self.crowds.patience(user));
                self.refuse(user, ticket, at, Answer::Reset, Span::ZERO);
            }
        }
        true
    }

    /// Whether an attempt that began at a time reaches its gateway as a request that is none for
    /// this transport.
    pub(super) fn is_stripped(&self, user: u32, began: Time) -> bool {
        let crowd = self.crowds.of(user);
        !crowd.blocks.is_empty() && crowd.blocked(user, began) == Some(BlockedBy::Strip)
    }

    /// A user that prefers several transports is connected by one of them.
    pub(super) fn gets_through(&mut self, user: u32) {
        let failed = self.connections.negotiating.remove(&user).unwrap_or_default();
        self.record.negotiation.record(failed);
        match self.crowds.ways().opens(user, self.now) {
            Change::Same => {}
            Change::FellBack => self.record.counts.fell_back += 1,
            Change::Upgraded => self.record.counts.upgraded += 1,
        }
    }
}
