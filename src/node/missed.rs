//! What becomes of a message whose live copy cannot reach its recipient: it waits in the replay
//! buffer, for as long as the recipient can resume, or in its inbox, or it is lost.
use super::{
    Cx, Event, Purpose, Timer,
    cx::low_byte,
    table::{
        connections::{Connection, Connections, State},
        crowds::{Crowd, Inbox, REPLAY, Replay},
        messages::{List, Message, Stage},
    },
};
use crate::{
    engine::{EventQueue, Span, Time, number},
    record::{Cause, End},
};

impl Connection {
    /// Whether the user has no connection that works, and may come back.
    pub fn is_away(self) -> bool {
        match self.state {
            State::Away | State::Connecting | State::HalfOpen | State::Absent => true,
            State::Online | State::Gone => false,
        }
    }
}

impl Connections {
    /// When the window closed within which a user who is away at `now` could have resumed.
    pub fn window_closed(&self, user: u32, window: Option<Span>, now: Time) -> Option<Time> {
        let closed = self.since[number::index(user)] + window?;
        (self.get(user).is_away() && closed < now).then_some(closed)
    }
}

impl<'a> Cx<'a> {
    /// The live copy of a message cannot reach its recipient. If a buffer keeps the message, it
    /// waits there, or has been read from there already; otherwise it is lost for `cause`.
    pub fn stranded(&mut self, message: u32, cause: Cause) {
        self.messages.calls.end(message);
        let (to, kept) = (self.messages.get(message).to, self.messages.get(message).kept());
        let connection = *self.connections.get(to);
        if self.messages.copies.seen(message) {
            return self.end(self.now, message, End::Lost(cause));
        }
        let since = self.connections.since[number::index(to)];
        let crowd = self.crowds.of(to);
        let gone = connection.state == State::Gone;
        if crowd.prefers() && !gone && self.hand_over(message) {
            return;
        }
        if let Some(replay) = self.resumes_from(to, connection) {
            match connection.state {
                State::Gone => self.end(self.now, message, End::Lost(Cause::GaveUp)),
                State::Online if crowd.poll.is_none() && kept <= since && since <= self.now => {
                    self.replayed_with_the_read(message, since + self.replay_way(to));
                }
                _ => self.keep(message, kept, replay.messages),
            }
        } else if let Some(inbox) = crowd.inbox.as_ref().filter(|_| !gone) {
            self.put_into_inbox(message, self.now, inbox);
        } else {
            self.lost(message, connection, cause);
        }
    }

    /// The buffer that holds what a user misses now: none when it cannot resume any more, or when
    /// it is not there and has an inbox.
    pub(super) fn resumes_from(&self, user: u32, connection: Connection) -> Option<&'a Replay> {
        let crowd = self.crowds.of(user);
        let elsewhere = connection.state == State::Absent && crowd.inbox.is_some();
        crowd.replay.as_ref().filter(|_| !elsewhere && self.window_closed(user).is_none())
    }

    /// When a user who is away could resume last, if that is over.
    pub(super) fn window_closed(&self, user: u32) -> Option<Time> {
        self.connections.window_closed(user, self.crowds.of(user).resume_window, self.now)
    }

    fn lost(&mut self, message: u32, connection: Connection, cause: Cause) {
        let (sent, to) = (self.messages.get(message).sent, self.messages.get(message).to);
        if connection.is_away() && self.messages.copies.is_last(message) {
            self.record.nobody(sent, to);
        }
        self.end(self.now, message, End::Lost(cause));
    }

    /// The read of this session took the message, though that is noticed only now.
    fn replayed_with_the_read(&mut self, message: u32, at: Time) {
        let Message { to, id, .. } = *self.messages.get(message);
        if at <= self.now {
            let origin = self.crowds.of(to).origin_of(id);
            self.meter(to).replays(origin);
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
        let inside = replay.port.latency.draw(&crowd.draws, Purpose::Attempt, entity, REPLAY);
        replay.read + inside + crowd.down(connection.round_trip(), entity)
    }

    pub(super) fn keep(&mut self, message: u32, kept: Time, bound: u32) {
        if self.messages.copies.keep(message) {
            // The buffer holds this message already.
            return self.end(self.now, message, End::Lost(Cause::NoReplay));
        }
        let to = self.messages.get(message).to;
        self.record.kept(self.messages.get(message).sent, to);
        let list = &mut self.connections.kept.row(to).missed;
        list.push(self.messages, message, Stage::Buffer, kept);
        self.within_the_buffer(to, bound, kept);
    }

    /// The buffer of a user holds so many messages, and drops the oldest beyond them. The last one
    /// lies there since `kept`, though that is noticed only now.
    pub(super) fn within_the_buffer(&mut self, user: u32, bound: u32, kept: Time) {
        let list = &mut self.connections.kept.row(user).missed;
        if list.len() > bound {
            let oldest = list.pop(self.messages).expect("it is not empty");
            let at = kept.max(self.messages.get(oldest).due);
            self.drop_kept(oldest, at, Cause::BufferOverflow);
        }
    }

    /// A message goes into its recipient's inbox, since `kept`; its recipient may be called.
    fn put_into_inbox(&mut self, message: u32, kept: Time, inbox: &Inbox) {
        if self.messages.copies.keep(message) {
            // It lies there already.
            return self.end(self.now, message, End::Lost(Cause::NoReplay));
        }
        let row = *self.messages.get(message);
        self.record.kept(row.sent, row.to);
        self.record.stored(self.now, inbox.kept.port.node);
        self.notify(row.to, self.crowds.of(row.to).message(&row), inbox);
        let list = &mut self.connections.kept.row(row.to).inbox;
        list.push(self.messages, message, Stage::Inbox, kept);
        if list.len() > inbox.kept.messages {
            let oldest = list.pop(self.messages).expect("it is not empty");
            self.record.taken(self.now, inbox.kept.port.node, 1);
            self.drop_kept(oldest, self.now, Cause::BufferOverflow);
        }
    }

    /// A notification may bring a user who is not there.
    fn notify(&mut self, user: u32, message: u64, inbox: &Inbox) {
        let Some(notify) = &inbox.notify else { return };
        if self.connections.get(user).state != State::Absent {
            return;
        }
        self.record.counts.notified += 1;
        let draws = &self.crowds.of(user).draws;
        if draws.unit(Purpose::Notify, message, 0) < notify.opens.0 {
            let after =
                Span::from_float(notify.after.quantile(draws.unit(Purpose::Notify, message, 1)));
            let ticket = self.connections.visits[number::index(user)].number;
            self.wake(self.now + after, Timer::Visit, user, ticket);
        }
    }

    /// Takes out what lies in a user's inbox.
    pub fn take_inbox(&mut self, user: u32) -> List {
        let list = self.connections.kept.take_inbox(user);
        if let Some(inbox) = self.crowds.of(user).inbox.as_ref().filter(|_| !list.is_empty()) {
            self.record.taken(self.now, inbox.kept.port.node, list.len());
        }
        list
    }

    /// A user is back. If it comes too late to resume, what the buffer kept for it went to its
    /// inbox when the window closed, or was lost then.
    pub fn close_window(&mut self, user: u32) {
        let Some(closed) = self.window_closed(user) else { return };
        if let Some(seen) = self.connections.seen.get_mut(number::index(user)) {
            // It begins anew: nothing that it has seen comes again.
            *seen = 0;
        }
        let mut missed = self.connections.kept.take_missed(user);
        while let Some(message) = missed.pop(self.messages) {
            self.messages.copies.release(message);
            match &self.crowds.of(user).inbox {
                Some(inbox) if !self.expire(message) => {
                    self.put_into_inbox(message, closed, inbox);
                }
                Some(_) => {}
                None => self.drop_kept(message, self.now, Cause::ResumeExpired),
            }
        }
    }

    /// Once its entry in the registry is written, a gateway reads at `at` what its client missed:
    /// whatever the fan-out keeps after that finds the new route.
    pub fn ask_for_missed(&mut self, at: Time, user: u32, session: u16) {
        let crowd = self.crowds.of(user);
        let entity = crowd.connection(user, session);
        let way =
            |store: &Replay| store.port.latency.draw(&crowd.draws, Purpose::Attempt, entity, 2);
        let wake = |timer| Event::Wake { timer, user, ticket: session };
        if let Some(replay) = &crowd.replay {
            self.agenda.push(at + way(replay), wake(Timer::Resume));
        }
        if let Some(inbox) = &crowd.inbox {
            self.agenda.push(at + way(&inbox.kept), wake(Timer::Pull));
        }
    }

    /// A message that the buffer kept is dropped at `at`, unless it had expired before.
    pub fn drop_kept(&mut self, message: u32, at: Time, cause: Cause) {
        self.messages.copies.release(message);
        if !self.expire_before(message, at) {
            self.end(at, message, End::Lost(cause));
        }
    }

    /// Ends a message that a store has kept for too long, dated at its expiry, which is seen only
    /// when somebody looks; returns whether it did. What its recipient came too late to resume
    /// from, and no inbox took, is lost when the window closed.
    pub fn expire(&mut self, message: u32) -> bool {
        self.expire_before(message, self.now)
    }

    /// The same, where it was not there any more from `by` on.
    fn expire_before(&mut self, message: u32, by: Time) -> bool {
        let row = *self.messages.get(message);
        let crowd = self.crowds.of(row.to);
        let expiry = crowd.keeps_at(row.stage).map_or(Time::NEVER, |it| row.due + it.retention);
        let resumes = row.stage == Stage::Buffer && crowd.inbox.is_none();
        let closed = if resumes { self.window_closed(row.to) } else { None };
        let (at, end) = match closed {
            Some(closed) if closed < expiry => (closed, End::Lost(Cause::ResumeExpired)),
            _ => (expiry, End::Expired),
        };
        let over = at < by;
        if over {
            self.end(at, message, end);
        }
        over
    }
}

impl Crowd {
    /// What keeps a message that waits at a stage.
    fn keeps_at(&self, stage: Stage) -> Option<&Replay> {
        match stage {
            Stage::Inbox => self.inbox.as_ref().map(|inbox| &inbox.kept),
            _ => self.replay.as_ref(),
        }
    }
}
