//! What it is worth to return to the instance that held one's last connection: the state of the
//! session is still there, and need not be rebuilt. Who must pays before its connection is open:
//! CPU with the handshake, reads of a store in its queue, and time. Its patience runs on.
use super::{
    Cx, Purpose, Timer,
    buffer::Buffer,
    event::attempt_ticket,
    gateway::{Gateway, Offer},
    make_first::ATTEMPT,
    registry::Registry,
    table::{
        connections::{NOWHERE, State, next_session},
        crowds::{REBUILD, REBUILT},
    },
};
use crate::engine::{Service, Span, Time, number};

/// The timers of a handshake: its patience ends, the store is asked, it is open.
pub(super) type Way = [Timer; 3];

/// Of an attempt.
pub(super) const ATTEMPTS: Way = [Timer::TimedOut, Timer::Rebuild, Timer::Open];
/// Of a new connection beside an old one.
pub(super) const MAKES: Way = [Timer::MakeTimedOut, Timer::MakeRebuild, Timer::MakeOpen];

impl Gateway {
    /// Whether the state of a client's session must be rebuilt at an instance.
    pub(super) fn rebuilds(&self, user: u32, at: u16, cx: &mut Cx<'_>) -> bool {
        let Some(session) = &self.parameters.session else { return false };
        let held = cx.connections.get(user).state == State::Online;
        let lost = cx.now.since(cx.connections.since[number::index(user)]);
        let kept = held || lost <= session.keep;
        !cx.connections.states.look(user, at, cx.tiers.get(at).incarnation, kept)
    }

    /// CPU time of a rebuild.
    pub(super) fn rebuild_work(&self) -> Span {
        self.parameters.session.map_or(Span::ZERO, |session| session.rebuild.cpu)
    }

    /// A handshake that needs it is in the queue of the CPU: what comes after that.
    pub(super) fn rebuild(offer: Offer, service: Service, way: Way, cx: &mut Cx<'_>) {
        let Offer { user, ticket, entity, .. } = offer;
        let [late, read, open] = way;
        cx.wake(offer.deadline, late, user, ticket);
        let crowd = cx.crowds.of(user);
        let Some(affinity) = &crowd.affinity else { return };
        let (at, next) = match &affinity.store {
            Some(store) => {
                let way = store.latency.draw(&crowd.draws, Purpose::Attempt, entity, REBUILD);
                (service.finish + way, read)
            }
            None => (service.finish + affinity.session.rebuild.latency + offer.way, open),
        };
        if at <= offer.deadline {
            cx.wake(at, next, user, ticket);
        }
    }
}

impl Cx<'_> {
    /// Whether the handshake goes on for which a store is asked.
    fn asks(&mut self, timer: Timer, user: u32, ticket: u16) -> bool {
        if timer == Timer::MakeRebuild {
            return self.makes(user, ticket);
        }
        let row = self.connections.get(user);
        let number = self.connections.attempts[number::index(user)].number;
        let goes_on = row.state == State::Connecting && row.gateway != NOWHERE;
        goes_on && ticket == attempt_ticket(row.session, number)
    }

    /// How often the store is asked.
    fn reads(&self, user: u32) -> u32 {
        let affinity = self.crowds.of(user).affinity.as_ref();
        affinity.map_or(0, |affinity| affinity.session.rebuild.reads)
    }

    /// The store has been read at `read`: the rest of the handshake.
    fn rebuilt(&mut self, timer: Timer, user: u32, ticket: u16, read: Time) {
        let crowd = self.crowds.of(user);
        let row = *self.connections.get(user);
        let (attempt, open) = if timer == Timer::MakeRebuild {
            (ATTEMPT, Timer::MakeOpen)
        } else {
            (self.connections.attempts[number::index(user)].number, Timer::Open)
        };
        let entity = crowd.connection(user, next_session(row.session));
        let way = crowd.way_in(row.round_trip(), (entity, attempt), self.is_beside(user));
        let Some((affinity, store)) = crowd.affinity.as_ref().zip(crowd.store()) else { return };
        let back = store.latency.draw(&crowd.draws, Purpose::Attempt, entity, REBUILT);
        self.wake(read + back + affinity.session.rebuild.latency + way, open, user, ticket);
    }

    /// A client loses patience: what was rebuilt for it is wasted.
    pub(super) fn patience_ends(&mut self, user: u32) {
        let affinity = self.crowds.of(user).affinity.is_some();
        let taken_in = affinity && self.connections.get(user).gateway != NOWHERE;
        let wasted = taken_in && self.connections.states.rebuilds(user);
        self.record.counts.wasted += u64::from(wasted);
    }

    /// A connection is open: the state of its session is where it is.
    pub fn moves_in(&mut self, user: u32) {
        let gateway = self.connections.get(user).gateway;
        if self.crowds.of(user).affinity.is_none() || gateway == NOWHERE {
            return;
        }
        let incarnation = self.tiers.get(gateway).incarnation;
        if let Some(found) = self.connections.states.moves_in(user, gateway, incarnation) {
            self.record.counts.returned += 1;
            self.record.counts.found += u64::from(found);
        }
    }
}

impl Registry {
    /// A gateway reads what it needs for the state of a session.
    pub(super) fn on_rebuild(&mut self, timer: Timer, user: u32, ticket: u16, cx: &mut Cx<'_>) {
        if !cx.asks(timer, user, ticket) {
            return;
        }
        if let Some(up) = cx.routes.keeping(cx.crowds.of(user).clients).outages.end(cx.now) {
            return cx.wake(up, timer, user, ticket);
        }
        let read = (0..cx.reads(user)).fold(cx.now, |_, _| self.operate(user, cx));
        cx.rebuilt(timer, user, ticket, read);
    }
}

impl Buffer {
    /// The same.
    pub(super) fn on_rebuild(&mut self, timer: Timer, user: u32, ticket: u16, cx: &mut Cx<'_>) {
        if !cx.asks(timer, user, ticket) {
            return;
        }
        if let Some(up) = self.end_of_outage(cx.now) {
            return cx.wake(up, timer, user, ticket);
        }
        let read = (0..cx.reads(user)).fold(cx.now, |_, _| self.read(cx.now));
        cx.rebuilt(timer, user, ticket, read);
    }
}
