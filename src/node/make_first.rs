//! Moving without a gap: a client that is told to move opens its new connection before it closes
//! the old one. While it does, its row stays that of the old connection; where the new one is comes
//! to lie in `Connections::making`. The new connection has the round trip of the old one.
//!
//! Whoever is refused, or does not get through in time, keeps the old connection until that is cut
//! off, and comes back as others do.
use super::{
    Cx, Timer,
    affinity::MAKES,
    clients::Clients,
    gateway::{Gateway, Offer, Taken},
    load_balancer::LoadBalancer,
    parameters::Answer,
    table::{
        connections::{State, next_session},
        tiers::Life,
    },
};
use crate::{
    engine::{Span, Time, number},
    record::{AttemptEnd, Cause},
};

/// Its attempts are the first of their sessions.
pub(super) const ATTEMPT: u16 = 1;

impl Cx<'_> {
    /// Whether a client still opens a new connection beside that of this session.
    pub(super) fn makes(&mut self, user: u32, session: u16) -> bool {
        let row = self.connections.get(user);
        let goes_on = row.state == State::Online && row.session == session;
        if !goes_on {
            self.unmake(user, AttemptEnd::Abandoned);
        }
        goes_on && self.connections.making.contains_key(&user)
    }

    /// A client has no patience left for the new connection.
    pub(super) fn make_timed_out(&mut self, user: u32, session: u16) {
        if self.makes(user, session) {
            self.record.counts.wasted += 1;
            self.unmake(user, AttemptEnd::TimedOut);
        }
    }

    /// A client stops opening a new connection beside its old one.
    fn unmake(&mut self, user: u32, end: AttemptEnd) {
        let Some(target) = self.connections.making.remove(&user) else { return };
        self.record.attempt_end(self.now, user, end);
        if end != AttemptEnd::Accepted
            && let Some(instance) = target
        {
            self.release(user, instance);
        }
    }
}

impl Clients {
    /// It begins to open a new connection.
    pub(super) fn make(user: u32, cx: &mut Cx<'_>) {
        if cx.connections.making.contains_key(&user) {
            return;
        }
        let session = cx.connections.get(user).session;
        let round_trip = cx.connections.get(user).round_trip();
        cx.connections.making.insert(user, None);
        cx.record.attempt(cx.now, user, cx.crowds.place(user));
        cx.wake(cx.now + round_trip.half(), Timer::MakeBalance, user, session);
    }

    /// The new connection is open: the old one is closed.
    pub(super) fn on_made(&self, user: u32, session: u16, cx: &mut Cx<'_>) {
        let target = cx.connections.making.get(&user).copied().flatten();
        let Some(gateway) = target.filter(|_| cx.makes(user, session)) else { return };
        cx.unmake(user, AttemptEnd::Accepted);
        let old = cx.connections.get(user).gateway;
        cx.record.moved(cx.tiers.get(old).drained_by);
        Self::last_frame(user, cx);
        cx.leaves(user, true, Cause::NoReplay);
        cx.catches_up(user);
        let next = next_session(session);
        let row = cx.connections.get_mut(user);
        (row.session, row.gateway) = (next, gateway);
        cx.connections.since[number::index(user)] = Time::NEVER;
        cx.joins(user);
        cx.moves_in(user);
        cx.release(user, old);
        cx.record.recovery.back(cx.now, user, Span::ZERO);
        self.begin(user, cx);
    }
}

impl LoadBalancer {
    /// The first packet of a new connection beside an old one arrives.
    pub(super) fn on_make(&mut self, user: u32, session: u16, cx: &mut Cx<'_>) {
        if !cx.makes(user, session) {
            return;
        }
        let crowd = cx.crowds.of(user);
        let Some(target) = self.admit(crowd.hash(user), cx) else {
            return cx.unmake(user, AttemptEnd::Refused);
        };
        cx.connections.attempts[number::index(user)].target = target;
        let entity = crowd.connection(user, next_session(session));
        let round_trip = cx.connections.get(user).round_trip();
        let way = crowd.way_in(round_trip, (entity, ATTEMPT), crowd.shares());
        let arrives = cx.now + (way - round_trip.half().min(way));
        self.places(target, arrives);
        cx.wake(arrives, Timer::MakeAccept, user, session);
    }
}

impl Gateway {
    /// The work of such a handshake arrives.
    pub(super) fn on_make(&mut self, user: u32, session: u16, cx: &mut Cx<'_>) {
        if !cx.makes(user, session) {
            return;
        }
        let crowd = cx.crowds.of(user);
        let at = cx.connections.attempts[number::index(user)].target;
        let entity = crowd.connection(user, next_session(session));
        let round_trip = cx.connections.get(user).round_trip();
        let way = crowd.way_in(round_trip, (entity, ATTEMPT), crowd.shares());
        let deadline = Time::ZERO + cx.now.since(Time::ZERO + way) + crowd.reconnect.timeout;
        let (ticket, attempt) = (session, ATTEMPT);
        let rebuilds = self.rebuilds(user, at, cx);
        let offer = Offer { user, ticket, entity, attempt, at, way, deadline, rebuilds };
        match cx.tiers.get(at).life {
            Life::Silent => {
                cx.turns_away(user, Answer::Drop);
                return cx.unmake(user, AttemptEnd::TimedOut);
            }
            Life::Stopped | Life::Draining => {
                cx.turns_away(user, Answer::Reset);
                return cx.unmake(user, AttemptEnd::Refused);
            }
            Life::Up => {}
        }
        match self.accept(offer, cx) {
            Taken::In(service) if rebuilds => {
                self.hold(user, at, service, cx);
                cx.connections.making.insert(user, Some(at));
                Self::rebuild(offer, service, MAKES, cx);
            }
            Taken::In(service) if service.finish + way <= deadline => {
                self.hold(user, at, service, cx);
                cx.connections.making.insert(user, Some(at));
                cx.wake(service.finish + way, Timer::MakeOpen, user, session);
            }
            Taken::In(_) => {
                Self::worked_for(user, cx);
                cx.record.counts.wasted += u64::from(!cx.is_beside(user));
                cx.unmake(user, AttemptEnd::TimedOut);
            }
            Taken::PassedOver => cx.unmake(user, AttemptEnd::TimedOut),
            Taken::Refused => {
                cx.turns_away(user, self.parameters.refusal.answer);
                self.pay_refusal(at, cx);
                cx.unmake(user, AttemptEnd::Refused);
            }
        }
    }
}
