//! A crowd of equal users: they send, lose their connections, and come back.
//!
//! Equal Poisson processes are superposed: one pending event a crowd picks its user when it comes.
//! The k-th send has the same gap, sender and recipient whatever else happens.
use super::{
    Cx, Event, Purpose, Source, Timer,
    cx::low_byte,
    event::attempt_ticket,
    load::Load,
    parameters::{self, Transport},
    table::{
        connections::{Connections, NOWHERE, State},
        crowds::{Crowd, OWN},
        messages::{Message, Stage},
    },
};
use crate::{
    engine::{Draws, EventQueue, Law, Span, Time, number},
    record::{AttemptEnd, Cause, End, Twice},
};

/// A crowd in motion.
#[derive(Clone, Debug)]
pub struct Clients {
    /// Its number.
    pub id: u8,
    /// What it was told about itself.
    pub parameters: parameters::Clients,
    /// Its random numbers.
    pub draws: Draws,
    /// How much more or less it sends, or comes.
    load: Load,
    /// Sends so far.
    sends: u64,
    /// Ends of life drawn so far.
    ends: u64,
    /// Polls so far.
    pub(super) polls: u64,
    /// Sessions of an open stream that have arrived so far.
    pub(super) arrived: u64,
}

/// What an end of life looks like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Death {
    /// Both sides are told.
    Told,
    /// Neither is.
    Silent,
}

impl Clients {
    /// A crowd that has done nothing yet.
    pub fn new(id: u8, parameters: parameters::Clients, load: Load, draws: Draws) -> Self {
        Self { id, parameters, draws, load, sends: 0, ends: 0, polls: 0, arrived: 0 }
    }

    /// Starts the superposed processes.
    pub fn start(&self, cx: &mut Cx<'_>) {
        self.schedule_send(cx);
        self.schedule_end(cx);
        self.schedule_arrival(cx);
        self.schedule_poll(cx);
    }

    /// The next event of one of its processes.
    #[inline]
    pub fn on_tick(&mut self, source: Source, cx: &mut Cx<'_>) {
        match source {
            Source::Send => self.on_send(cx),
            Source::Lifetime => self.on_end_of_life(cx),
            Source::Session => self.on_arrival(cx),
            Source::Poll => self.on_poll(cx),
            Source::Publish => unreachable!("a crowd sends"),
        }
    }

    /// Reads the row of the user whom the next event of a process will pick.
    #[inline]
    pub fn touch(&self, source: Source, crowd: &Crowd, connections: &Connections) -> u32 {
        let user = match source {
            Source::Send => crowd.pair(self.sends).0,
            Source::Lifetime => {
                self.draws.below(Purpose::LifetimeUser, self.ends, self.parameters.count)
            }
            // The last session comes after the horizon, and has no row; polls come in order.
            Source::Session | Source::Poll | Source::Publish => return 0,
        };
        u32::from(connections.get(crowd.first + user).session)
    }

    fn schedule_send(&self, cx: &mut Cx<'_>) {
        let Some(sends) = &self.parameters.sends else { return };
        let rate = sends.per_user.0 * f64::from(self.parameters.count);
        let next = self.next_at(Source::Send, Purpose::SendGap, self.sends, rate, cx.now);
        if let Some(at) = next.filter(|&at| at < cx.record.horizon()) {
            self.schedule_tick(Source::Send, at, cx);
        }
    }

    fn schedule_end(&self, cx: &mut Cx<'_>) {
        // Who polls has no connection that could end.
        let held = self.parameters.transport != Transport::ShortPoll;
        if let Some(Law::Exponential { mean }) = self.parameters.network.lifetime
            && held
        {
            let rate = f64::from(self.parameters.count) / mean * 1e9;
            self.schedule_next(Source::Lifetime, Purpose::LifetimeGap, self.ends, rate, cx);
        }
    }

    /// Event k has the same exposure under every rate (per second).
    #[inline]
    fn schedule_next(&self, source: Source, gap: Purpose, k: u64, rate: f64, cx: &mut Cx<'_>) {
        if let Some(at) = self.next_at(source, gap, k, rate, cx.now) {
            self.schedule_tick(source, at, cx);
        }
    }

    #[inline]
    pub(super) fn schedule_tick(&self, source: Source, at: Time, cx: &mut Cx<'_>) {
        cx.agenda.push(at, Event::Tick { node: self.id, source });
    }

    /// When event `k` of a process comes whose last event was at `now`.
    #[inline]
    pub(super) fn next_at(
        &self,
        source: Source,
        gap: Purpose,
        k: u64,
        rate: f64,
        now: Time,
    ) -> Option<Time> {
        match source {
            Source::Send | Source::Session => self.load.poisson(&self.draws, gap, k, rate, now),
            _ => Load::default().poisson(&self.draws, gap, k, rate, now),
        }
    }

    fn on_send(&mut self, cx: &mut Cx<'_>) {
        let k = self.sends;
        self.sends += 1;
        self.schedule_send(cx);
        let crowd = cx.crowds.of_clients(self.id);
        let (sender, recipient) = crowd.pair(k);
        let (from, id) = (crowd.first + sender, crowd.id(OWN, k));
        let to = match crowd.own_feed {
            Some(feed) => crowd.first + cx.feeds.get(feed).topic(from),
            None if crowd.room.is_some() => from,
            None => crowd.first + recipient,
        };
        let connection = *cx.connections.get(from);
        if connection.state == State::Absent {
            return;
        }
        cx.record.counts.written += 1;
        if crowd.own_feed.is_none() {
            for _ in 0..crowd.audience(from) {
                cx.record.sent(cx.now, id);
            }
        }
        cx.record.pair(cx.now, from, to);
        let message = cx.messages.open(Message::new(cx.now, to, id, connection.gateway));
        let crowd = cx.crowds.of(from);
        let requests = crowd.requests_without_stream();
        if crowd.browsers.is_some()
            && matches!(connection.state, State::Online | State::Away | State::Connecting)
            && !cx.can_request(from, crowd)
        {
            cx.record.counts.held_back += 1;
            return self.put_into_outbox(from, message, cx);
        }
        match connection.state {
            State::Online => Self::send_up(crowd, from, message, cx),
            // A request needs no stream.
            State::Away | State::Connecting if requests => Self::send_up(crowd, from, message, cx),
            State::HalfOpen if crowd.transport != Transport::Websocket => {
                Self::send_up(crowd, from, message, cx);
            }
            State::HalfOpen if crowd.acknowledged.is_none() => {
                cx.end(cx.now, message, End::Lost(Cause::HalfOpen));
            }
            State::Gone => cx.end(cx.now, message, End::Lost(Cause::GaveUp)),
            State::Away | State::Connecting | State::HalfOpen | State::Absent => {
                self.put_into_outbox(from, message, cx);
            }
        }
    }

    pub(super) fn send_up(crowd: &Crowd, from: u32, message: u32, cx: &mut Cx<'_>) {
        let connection = *cx.connections.get(from);
        let entity = crowd.connection(from, connection.session);
        cx.meter(from).frames_up += 1;
        cx.connections.is_active(from, cx.now);
        match crowd.transport {
            Transport::Websocket => {
                cx.messages.get_mut(message).at = connection.gateway;
                let at = cx.now + crowd.down(connection.round_trip(), entity);
                cx.hop(at, crowd.gateways.node, message, Stage::Up);
            }
            Transport::Sse | Transport::ShortPoll | Transport::LongPoll => {
                let at = cx.now + connection.round_trip().half();
                cx.messages.get_mut(message).at = NOWHERE;
                cx.hop(at, crowd.balancer, message, Stage::Request);
            }
        }
        if crowd.acknowledged.is_some() {
            cx.awaits(from, message);
        }
    }

    fn put_into_outbox(&self, from: u32, message: u32, cx: &mut Cx<'_>) {
        let outbox = &mut cx.connections.kept.row(from).outbox;
        if outbox.len() < u32::from(self.parameters.outbox) {
            outbox.push(cx.messages, message, Stage::Outbox, cx.now);
        } else {
            cx.end(cx.now, message, End::Lost(Cause::ClientOutbox));
        }
    }

    fn on_end_of_life(&mut self, cx: &mut Cx<'_>) {
        let k = self.ends;
        self.ends += 1;
        self.schedule_end(cx);
        let crowd = cx.crowds.of_clients(self.id);
        let user = crowd.first + self.draws.below(Purpose::LifetimeUser, k, crowd.count);
        let death = self.death(k);
        if cx.is_connected(user) {
            self.ends_for_all(user, death == Death::Silent, cx);
        }
    }

    fn death(&self, entity: u64) -> Death {
        let silent = self.parameters.network.silent_drops.0;
        if self.draws.unit(Purpose::Silent, entity, 0) < silent {
            Death::Silent
        } else {
            Death::Told
        }
    }

    /// A message reaches its recipient, or finds nobody.
    #[inline]
    pub fn on_hop(&mut self, message: u32, cx: &mut Cx<'_>) {
        let row = *cx.messages.get(message);
        let end = match row.stage {
            Stage::Down => End::Live,
            Stage::DownReplay => End::Replayed,
            Stage::DownPull => End::Pulled,
            _ => return,
        };
        if row.due != cx.now {
            return;
        }
        let connection = *cx.connections.get(row.to);
        let session = low_byte(connection.session);
        // One who moves still reads the old connection when the new one is open.
        let old = row.session == session.checked_sub(1).unwrap_or(u8::MAX);
        let reads = session == row.session
            || old && connection.session > 0 && cx.crowds.of(row.to).make_first;
        if connection.state == State::Online && reads {
            Self::deliver(message, end, connection.session, cx);
        } else if connection.state == State::HalfOpen {
            cx.stranded(message, Cause::HalfOpen);
        } else {
            cx.stranded(message, Cause::NoReplay);
        }
    }

    /// The first copy that reaches the application ends the delivery; a later one is suppressed.
    #[inline]
    fn deliver(message: u32, end: End, session: u16, cx: &mut Cx<'_>) {
        if end != End::Live {
            return cx.end(cx.now, message, end);
        }
        match if session > 0 { Self::copy_of_the_read(message, cx) } else { None } {
            Some(earlier) if earlier < cx.now => cx.end(earlier, message, End::Replayed),
            _ => cx.end(cx.now, message, End::Live),
        }
    }

    /// When the other copy of a live message comes, if this session's read of the buffer took one.
    fn copy_of_the_read(message: u32, cx: &mut Cx<'_>) -> Option<Time> {
        let row = *cx.messages.get(message);
        let since = cx.connections.since[number::index(row.to)];
        let crowd = cx.crowds.of(row.to);
        let read = crowd.replay.is_some() && crowd.poll.is_none() && since <= cx.now;
        (read && row.kept() <= since).then(|| {
            let shown = !cx.crowds.of(row.to).reading.dedup;
            cx.record.duplicate(cx.now, row.sent, shown, Twice::Overlap);
            since + cx.replay_way(row.to)
        })
    }

    /// A user's timer fires.
    pub fn on_wake(&mut self, timer: Timer, user: u32, ticket: u16, cx: &mut Cx<'_>) {
        let row = *cx.connections.get(user);
        let number = cx.connections.attempts[number::index(user)].number;
        let session = ticket == row.session;
        let opened = || cx.connections.opened_with(user, ticket, cx.crowds.of(user));
        let attempt = ticket == attempt_ticket(row.session, number);
        match (timer, row.state) {
            (Timer::Lifetime, State::Online) if opened() && cx.waits_in_line(user) => {
                self.lives_on(user, ticket, cx);
            }
            (Timer::Lifetime, State::Online) if opened() => {
                let crowd = cx.crowds.of(user);
                let death = self.death(crowd.connection(user, ticket) | 1 << 63);
                self.ends_for_all(user, death == Death::Silent, cx);
            }
            (Timer::MakeOpen, _) => self.on_made(user, ticket, cx),
            (Timer::MakeTimedOut, _) => cx.make_timed_out(user, ticket),
            (Timer::Aged, State::Online) if session && cx.crowds.of(user).closes.is_some() => {
                self.closed_by_service(user, cx);
            }
            (Timer::Aged, State::Online) if cx.crowds.of(user).hold().is_some() && opened() => {
                // It keeps the connection, and grows old again.
                Self::ask_elsewhere(user, cx);
                self.schedule_age(user, ticket, cx);
            }
            (Timer::Move | Timer::Aged, State::Online) if session => self.on_move(user, cx),
            (Timer::Idle, State::Online) if session => self.on_idle(user, cx),
            (Timer::Detect, State::HalfOpen) if session => self.on_detect(user, cx),
            (Timer::Detect, State::Gone) if session => self.detect_without_client(user, cx),
            (Timer::Drained, _) => cx.drained(user),
            (Timer::Leave, _) => self.leave(user, cx),
            (Timer::Visit, State::Absent) => self.on_visit(user, ticket, cx),
            (Timer::VisitOver, _) => self.on_visit_over(user, ticket, cx),
            (Timer::PollDue, State::Online) if cx.crowds.of(user).connects_for_each() => {
                Self::polls(user, cx);
            }
            (Timer::PollFailed, State::Online) if session => self.poll_fails(user, cx),
            (Timer::Unacknowledged, State::Online) => Self::on_unacknowledged(user, cx),
            (Timer::Unacknowledged, State::Away | State::Connecting)
                if cx.crowds.of(user).requests_without_stream() =>
            {
                Self::on_unacknowledged(user, cx);
            }
            (Timer::Attempt, State::Away) if attempt => self.attempt(user, cx),
            (Timer::Refused, State::Connecting) if attempt => {
                self.fail(user, AttemptEnd::Refused, cx);
            }
            (Timer::Dismissed, State::Connecting) if attempt => self.dismissed(user, cx),
            (Timer::Closed, State::Online) if session => {
                if row.gateway != NOWHERE {
                    cx.record.moved(cx.tiers.get(row.gateway).drained_by);
                }
                self.close(user, cx);
                Self::back_off(user, cx);
            }
            (Timer::Settled, State::Online) if opened() => {
                cx.connections.attempts[number::index(user)].number = 0;
            }
            (Timer::TimedOut, State::Connecting) if attempt => {
                cx.patience_ends(user);
                self.fail(user, AttemptEnd::TimedOut, cx);
            }
            (Timer::Open, State::Connecting) if attempt && row.gateway != NOWHERE => {
                self.open(user, cx);
            }
            _ => {}
        }
    }

    /// It closes the old connection and opens a new one at once: the wait was delay 0.
    fn on_move(&self, user: u32, cx: &mut Cx<'_>) {
        if cx.crowds.of(user).hold().is_some() {
            return Self::ask_elsewhere(user, cx);
        }
        if cx.crowds.of(user).make_first {
            return Self::make(user, cx);
        }
        let told_by = cx.tiers.get(cx.connections.get(user).gateway).drained_by;
        cx.record.moved(told_by);
        self.close(user, cx);
        self.attempt(user, cx);
    }

    fn on_detect(&self, user: u32, cx: &mut Cx<'_>) {
        cx.death_noticed(user);
        let row = cx.connections.get_mut(user);
        row.state = State::Away;
        let instance = std::mem::replace(&mut row.gateway, NOWHERE);
        if instance != NOWHERE {
            self.tell_registry(user, Timer::Unregister, Span::ZERO, cx);
        }
        cx.release(user, instance);
        if cx.crowds.of(user).prefers() {
            cx.keep_unacknowledged(user);
        }
        cx.vacates(user);
        if cx.connections.leaving.remove(&user) {
            return self.go(user, Self::lacked(user, cx), cx);
        }
        Self::back_off(user, cx);
    }

    /// The connection ends in order: both sides know.
    pub fn close(&self, user: u32, cx: &mut Cx<'_>) {
        let gateway = cx.connections.get(user).gateway;
        let way = Self::last_frame(user, cx);
        self.tell_registry(user, Timer::Unregister, way, cx);
        Self::lose(user, cx);
        cx.release(user, gateway);
    }

    /// The last frame of a connection is sent; returns how long it takes.
    pub(super) fn last_frame(user: u32, cx: &mut Cx<'_>) -> Span {
        let crowd = cx.crowds.of(user);
        let row = *cx.connections.get(user);
        let way = crowd.down(row.round_trip(), crowd.connection(user, row.session));
        if row.gateway != NOWHERE {
            let instance = cx.tiers.get_mut(row.gateway);
            instance.last_frame = instance.last_frame.max(cx.now + way);
        }
        way
    }

    /// The client learns that its connection is gone. Whoever held it has been told, or is dead.
    pub fn lose(user: u32, cx: &mut Cx<'_>) {
        cx.leaves(user, false, Cause::NoReplay);
        let row = cx.connections.get_mut(user);
        (row.state, row.gateway) = (State::Away, NOWHERE);
        cx.connections.since[number::index(user)] = cx.now;
        cx.goes_offline(user);
        if !cx.crowds.of(user).requests_without_stream() {
            // A request has a connection of its own.
            cx.keep_unacknowledged(user);
        }
        cx.vacates(user);
    }

    /// The connection is dead, and neither side knows before a heartbeat is missed.
    pub fn die_silently(&self, user: u32, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of(user);
        cx.dies_silently(user);
        let row = cx.connections.get_mut(user);
        row.state = State::HalfOpen;
        let session = row.session;
        let entity = crowd.connection(user, session);
        let beat = self.draws.unit(Purpose::Heartbeat, entity, 0);
        cx.connections.since[number::index(user)] = cx.now;
        cx.goes_offline(user);
        cx.keep_unacknowledged(user);
        let at = cx.now + crowd.notices(&self.parameters.heartbeat, beat);
        cx.wake(at, Timer::Detect, user, session);
    }

    /// The server closes the connection after `wait`; the client learns it from the last frame.
    pub fn close_after(&self, user: u32, wait: Span, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of(user);
        let row = *cx.connections.get(user);
        let way = crowd.down(row.round_trip(), crowd.connection(user, row.session));
        cx.wake(cx.now + wait + way, Timer::Closed, user, row.session);
    }

    /// Told to move within `window`: sets the time. The window is the gateway's: the last client
    /// has left, as the gateway sees it, when it ends.
    pub fn tell(&self, user: u32, window: Span, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of(user);
        let row = *cx.connections.get(user);
        let entity = crowd.connection(user, row.session);
        let way = crowd.down(row.round_trip(), entity);
        let wait = (window - way.times(2)).scale(self.draws.unit(Purpose::Move, entity, 0));
        let at = cx.now + way + wait;
        cx.wake(at, Timer::Move, user, row.session);
    }

    /// The gateway, which knows after `wait`, tells the registry.
    pub fn tell_registry(&self, user: u32, timer: Timer, wait: Span, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of(user);
        if crowd.registry.is_none() {
            return;
        }
        let session = cx.connections.get(user).session;
        let inside = crowd.to_registry(user, session, 0);
        cx.wake(cx.now + wait + inside, timer, user, session);
    }
}
