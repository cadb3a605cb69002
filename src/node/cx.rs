//! What a node may see and do while it handles an event. Effects take hold at once.
use super::{
    Event, Step, Timer,
    table::{
        connections::{Connections, NOWHERE, State},
        copies::Meaning,
        crowds::Crowds,
        messages::{Messages, Stage},
        routes::Routes,
        tiers::{Life, Tiers},
    },
};
use crate::{
    engine::{Agenda, EventQueue, Span, Time, number},
    record::{Cause, End, Recorder},
};

/// The world's tables, the agenda and the record, at one instant.
pub struct Cx<'a> {
    /// The instant.
    pub now: Time,
    /// What is still to happen.
    pub agenda: &'a mut Agenda<Event>,
    /// Messages that have not ended.
    pub messages: &'a mut Messages,
    /// One row a user.
    pub connections: &'a mut Connections,
    /// What the registries say.
    pub routes: &'a mut Routes,
    /// Gateway instances.
    pub tiers: &'a mut Tiers,
    /// The crowds and their ways.
    pub crowds: &'a Crowds,
    /// What is counted.
    pub record: &'a mut Recorder,
    /// The next step of an attempt that takes no time: handled at once, without the agenda.
    pub next: Next,
}

/// A step of an attempt that is handled at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Next {
    /// Not now: steps go over the agenda.
    #[default]
    Closed,
    /// There is none yet.
    Open,
    /// This one.
    Step(Timer, u32, u16),
}

impl Cx<'_> {
    /// Sends a message on: it arrives at `node` at `at`, at a new stage.
    #[inline]
    pub fn hop(&mut self, at: Time, node: u8, message: u32, stage: Stage) {
        let row = self.messages.get_mut(message);
        (row.due, row.stage) = (at, stage);
        self.agenda.push(at, Event::Hop { node, message });
    }

    /// The work on a message that is to arrive at `node` after `way` takes `factor` times as long
    /// from now on: it arrives later, unless the work is done.
    pub fn put_off(&mut self, message: u32, node: u8, way: Span, factor: f64) {
        let row = *self.messages.get(message);
        let worked = row.due.since(self.now + way);
        if worked > Span::ZERO {
            self.hop(self.now + worked.scale(factor) + way, node, message, row.stage);
        }
    }

    /// Sets a timer of a user.
    pub fn wake(&mut self, at: Time, timer: Timer, user: u32, ticket: u16) {
        self.agenda.push(at, Event::Wake { timer, user, ticket });
    }

    /// Sets the timer of the next step of an attempt, or takes that step at once.
    #[inline]
    pub fn go_on(&mut self, at: Time, timer: Timer, user: u32, ticket: u16) {
        if at == self.now && self.next == Next::Open {
            self.next = Next::Step(timer, user, ticket);
        } else {
            self.wake(at, timer, user, ticket);
        }
    }

    /// Ends one copy of a delivery at `at`, and with it the delivery unless another copy has ended
    /// it or may still arrive. Gives the row back.
    #[inline]
    pub fn end(&mut self, at: Time, message: u32, end: End) {
        let reached = matches!(end, End::Live | End::Replayed);
        match self.messages.copies.end(message, reached) {
            Meaning::Ends => self.end_delivery(at, message, end),
            Meaning::Again => self.record.duplicate(self.messages.get(message).sent),
            Meaning::Nothing => {}
        }
        self.messages.close(message);
    }

    #[inline]
    fn end_delivery(&mut self, at: Time, message: u32, end: End) {
        let row = self.messages.get(message);
        self.record.delivery(at, row.sent, row.id, end);
        if end != End::Live {
            self.record.late_or_never(row.sent, row.to, end);
        }
        if end.arrived() {
            let (users, place) = (self.connections.row.len(), self.messages.place(message));
            self.record.reached(at, row.to, place);
            let late = at < self.now;
            if self.connections.order.reaches(at, row.to, users, place, late) {
                self.record.reordered(row.sent);
            }
        }
    }

    /// The live copy of a message cannot reach its recipient. If a buffer keeps the message, it
    /// waits there, or has been read from there already; otherwise it is lost for `cause`.
    pub fn stranded(&mut self, message: u32, cause: Cause) {
        self.messages.calls.end(message);
        let (to, kept) = (self.messages.get(message).to, self.messages.get(message).kept());
        let connection = *self.connections.get(to);
        let since = self.connections.since[number::index(to)];
        let crowd = self.crowds.of(to);
        let Some(replay) = &crowd.replay else {
            let away =
                matches!(connection.state, State::Away | State::Connecting | State::HalfOpen);
            if away && self.messages.copies.is_last(message) {
                self.record.nobody(self.messages.get(message).sent, to);
            }
            return self.end(self.now, message, End::Lost(cause));
        };
        if self.messages.copies.over(message) {
            return self.end(self.now, message, End::Lost(cause));
        }
        match connection.state {
            State::Gone => self.end(self.now, message, End::Lost(Cause::GaveUp)),
            State::Online if kept <= since && since <= self.now => {
                self.replayed_with_the_read(message, since + self.replay_way(to));
            }
            State::Away | State::Connecting | State::Online | State::HalfOpen => {
                self.keep(message, kept, replay.messages);
            }
        }
    }

    /// The read of this session took the message, though that is noticed only now.
    fn replayed_with_the_read(&mut self, message: u32, at: Time) {
        let to = self.messages.get(message).to;
        if at <= self.now {
            self.record.meter.of(to).replayed += 1;
            return self.end(at, message, End::Replayed);
        }
        let (node, connection) = (self.crowds.of(to).clients, *self.connections.get(to));
        self.messages.get_mut(message).session = low_byte(connection.session);
        self.hop(at, node, message, Stage::DownReplay);
    }

    /// From a read of the buffer to the client of an open connection, without any queue.
    pub fn replay_way(&self, user: u32) -> Span {
        let (crowd, connection) = (self.crowds.of(user), self.connections.get(user));
        let entity = crowd.connection(user, connection.session);
        let replay = crowd.replay.as_ref().expect("asked only where there is a buffer");
        let inside = replay.port.latency.draw(
            &crowd.draws,
            super::Purpose::Attempt,
            entity,
            super::table::crowds::REPLAY,
        );
        replay.read + inside + crowd.down(connection.round_trip(), entity)
    }

    fn keep(&mut self, message: u32, kept: Time, bound: u32) {
        if self.messages.copies.keep(message) {
            // The buffer holds this message already.
            return self.end(self.now, message, End::Lost(Cause::NoReplay));
        }
        let to = self.messages.get(message).to;
        self.record.kept(self.messages.get(message).sent, to);
        let list = &mut self.connections.kept.row(to).missed;
        list.push(self.messages, message, Stage::Buffer, kept);
        if list.len() > bound {
            let oldest = list.pop(self.messages).expect("it is not empty");
            self.drop_kept(oldest, Cause::BufferOverflow);
        }
    }

    /// A message that the buffer kept is dropped, unless it had expired before.
    pub fn drop_kept(&mut self, message: u32, cause: Cause) {
        self.messages.copies.release(message);
        if !self.expire(message) {
            self.end(self.now, message, End::Lost(cause));
        }
    }

    /// Ends a message that the buffer has kept for too long, dated at its expiry, which is seen
    /// only when somebody looks; returns whether it did.
    pub fn expire(&mut self, message: u32) -> bool {
        let row = self.messages.get(message);
        let replay = self.crowds.of(row.to).replay.as_ref();
        let expiry = replay.map_or(Time::NEVER, |replay| row.due + replay.retention);
        let expired = expiry < self.now;
        if expired {
            self.end(expiry, message, End::Expired);
        }
        expired
    }

    /// A gateway holds one connection less. One that drains and holds none is empty once the last
    /// frame of its clients has arrived.
    pub fn release(&mut self, instance: u16) {
        if instance == NOWHERE {
            return;
        }
        let row = self.tiers.get_mut(instance);
        row.held -= 1;
        if row.held == 0 && row.life == Life::Draining {
            let at = row.last_frame.max(self.now) + Span::from_nanos(1);
            let index = row.drained_by;
            self.agenda.push(at, Event::Action { index, step: Step::Empty, instance });
        }
    }
}

/// The low byte of a session, as messages carry it.
#[inline]
pub fn low_byte(session: u16) -> u8 {
    number::low8(u32::from(session))
}
