//! Polls that are held: a request waits at a gateway until there is something in its client's
//! mailbox, or for its time, and the client asks again as soon as it is answered.
//!
//! While a request is held its gateway is the user's, and the mailbox hands over what comes. In
//! between the user has no gateway, and what comes waits. Each request is a session: whatever
//! belongs to an earlier one is void.
use super::{
    Cx, Purpose, Timer,
    clients::Clients,
    cx::low_byte,
    earlier::{Earlier, Standing},
    gateway::Gateway,
    parameters::{Answer, Heartbeat},
    table::{
        connections::{Connection, NOWHERE, State, next_session},
        crowds::{Crowd, REPLAY},
        messages::{Message, Stage},
        tiers::Life,
    },
};
use crate::{
    engine::{Span, Time, number},
    record::Cause,
};

/// Whether a request of a user is held, or on its way back.
fn waits(row: Connection) -> bool {
    row.gateway != NOWHERE && matches!(row.state, State::Online | State::HalfOpen)
}

impl Crowd {
    /// From a silent death to both sides noticing: an answer is missed where there are no pings.
    pub(super) fn notices(&self, heartbeat: &Heartbeat, phase: f64) -> Span {
        match self.hold() {
            Some(hold) => hold.scale(phase) + heartbeat.timeout,
            None => heartbeat.notices(phase),
        }
    }
}

impl Clients {
    /// At the start a request is held, or the next one is on its way, as at a random instant.
    pub fn stands_held(&self, user: u32, earlier: &Earlier, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of(user);
        let Some(hold) = crowd.hold() else { return };
        let phase = self.draws.unit(Purpose::Phase, u64::from(user - crowd.first), 0);
        let round_trip = cx.connections.get(user).round_trip();
        let down = crowd.down(round_trip, crowd.connection(user, 0));
        match earlier.request(down + round_trip.half(), hold, phase) {
            Standing::Held(left) => {
                cx.record.counts.standing += 1;
                cx.wake(cx.now + left, Timer::HoldOver, user, 0);
            }
            Standing::Asks(left) => {
                cx.let_go(user);
                cx.wake(cx.now + left, Timer::PollPlaced, user, 0);
            }
        }
    }

    /// A connection is open: its first request leaves.
    pub(super) fn ask_first(user: u32, cx: &mut Cx<'_>) {
        cx.let_go(user);
        cx.ask_at(user, cx.now);
    }

    /// Its gateway answers at once, so that it asks another one.
    pub(super) fn ask_elsewhere(user: u32, cx: &mut Cx<'_>) {
        let told_by = match cx.connections.get(user).gateway {
            NOWHERE => return,
            gateway => cx.tiers.get(gateway).drained_by,
        };
        cx.record.moved(told_by);
        cx.meter(user).polls_empty += 1;
        cx.let_go(user);
        cx.ask(user, cx.now);
    }

    /// It learns that a request has failed, and connects again as its backoff says.
    pub(super) fn poll_fails(&self, user: u32, cx: &mut Cx<'_>) {
        self.close(user, cx);
        Self::back_off(user, cx);
    }
}

impl Gateway {
    /// A request arrives that is held if there is nothing yet.
    pub(super) fn on_long_poll(&mut self, user: u32, hold: Span, cx: &mut Cx<'_>) {
        let (row, crowd) = (*cx.connections.get(user), cx.crowds.of(user));
        let at = cx.connections.attempts[number::index(user)].target;
        match cx.tiers.get(at).life {
            Life::Up => {}
            Life::Silent => return cx.fails(user, crowd.reconnect.timeout),
            Life::Stopped | Life::Draining => return cx.fails(user, row.round_trip().half()),
        }
        if self.is_full(user, at, cx) {
            self.pay_refusal(at, cx);
            let silent = self.parameters.refusal.answer == Answer::Drop;
            let patience = crowd.reconnect.timeout;
            return cx.fails(user, if silent { patience } else { row.round_trip().half() });
        }
        let service = self.work(at, self.parameters.cpu.poll, cx);
        cx.takes(user, at);
        cx.connections.get_mut(user).gateway = at;
        // Who was told to move has done so: it was never without a connection.
        cx.record.recovery.back(cx.now, user, Span::ZERO);
        self.look_into_memory(at, cx);
        if cx.connections.kept.missed(user) {
            let Some(mailbox) = &crowd.replay else { return };
            let entity = crowd.connection(user, row.session);
            let way = mailbox.port.latency.draw(&crowd.draws, Purpose::Attempt, entity, REPLAY);
            return cx.wake(service.finish + way, Timer::PollRead, user, row.session);
        }
        cx.looked(user);
        cx.wake(service.finish + hold, Timer::HoldOver, user, row.session);
    }

    /// A request has been held for long enough: its answer is empty.
    pub(super) fn hold_over(user: u32, session: u16, cx: &mut Cx<'_>) {
        let row = *cx.connections.get(user);
        if row.session != session || !waits(row) {
            return;
        }
        cx.meter(user).polls_empty += 1;
        cx.let_go(user);
        if row.state == State::Online {
            let crowd = cx.crowds.of(user);
            let down = crowd.down(row.round_trip(), crowd.connection(user, session));
            cx.ask(user, cx.now + down);
        }
    }

    /// A message arrives for a request that is held: it is the answer.
    pub(super) fn answer_held(&mut self, message: u32, row: Message, cx: &mut Cx<'_>) {
        let connection = *cx.connections.get(row.to);
        if low_byte(connection.session) != row.session {
            return cx.back_to_mailbox(message);
        }
        let crowd = cx.crowds.of(row.to);
        let service = self.work(row.at, self.parameters.cpu.push, cx);
        let entity = crowd.connection(row.to, connection.session);
        let at = service.finish + crowd.down(connection.round_trip(), entity);
        cx.meter(row.to).pushed(crowd.origin_of(row.id));
        cx.answered(row.to, crowd.payload_of(&row));
        cx.hop(at, crowd.clients, message, Stage::Down);
        cx.let_go(row.to);
        cx.ask(row.to, at);
    }
}

impl Cx<'_> {
    /// A client asks at `at`, unless it does not know that its connection is dead: its request is
    /// placed half a round trip later.
    pub(super) fn ask(&mut self, user: u32, at: Time) {
        let row = *self.connections.get(user);
        if row.state == State::Online && !self.gives_way(user, at) {
            self.ask_at(user, at);
        }
    }

    /// The same, where no other tab of its browser is before it.
    pub(super) fn ask_at(&mut self, user: u32, at: Time) {
        let row = *self.connections.get(user);
        if row.state == State::Online {
            self.wake(at + row.round_trip().half(), Timer::PollPlaced, user, row.session);
        }
    }

    /// Whether a request that reaches the balancer is the one that its client waits for; it is
    /// then the next session.
    pub(super) fn asks_again(&mut self, user: u32, session: u16) -> bool {
        let row = self.connections.get_mut(user);
        let right = row.session == session && row.state == State::Online && row.gateway == NOWHERE;
        if right {
            row.session = next_session(session);
        }
        right
    }

    /// The request that a gateway holds is answered.
    pub(super) fn let_go(&mut self, user: u32) {
        let gateway = std::mem::replace(&mut self.connections.get_mut(user).gateway, NOWHERE);
        self.release(user, gateway);
    }

    /// A request fails: its client learns it after `wait`.
    pub(super) fn fails(&mut self, user: u32, wait: Span) {
        self.meter(user).polls_failed += 1;
        // Who held it does so no longer.
        self.let_go(user);
        let session = self.connections.get(user).session;
        self.wake(self.now + wait, Timer::PollFailed, user, session);
    }

    /// Who holds the request of a user ends, or its connection: nobody answers it.
    pub(super) fn loses_request(&mut self, user: u32) {
        let held = self.crowds.of(user).hold().is_some();
        if held && self.connections.get(user).gateway != NOWHERE {
            self.meter(user).polls_failed += 1;
        }
    }

    /// The mailbox has been looked into; returns whether for the first time since the user is back.
    pub(super) fn looked(&mut self, user: u32) -> bool {
        let since = &mut self.connections.since[number::index(user)];
        let first = *since == Time::NEVER;
        if first {
            *since = self.now;
        }
        first
    }

    /// Whether a message that comes into the mailbox is handed over at once, as a request waits.
    pub(super) fn hand_over(&mut self, message: u32) -> bool {
        let row = *self.messages.get(message);
        let (crowd, connection) = (self.crowds.of(row.to), *self.connections.get(row.to));
        let Some(mailbox) = crowd.replay.as_ref().filter(|_| crowd.hold().is_some()) else {
            return false;
        };
        if !waits(connection) || self.connections.kept.missed(row.to) {
            return false;
        }
        let kept = self.messages.get_mut(message);
        (kept.at, kept.session) = (connection.gateway, low_byte(connection.session));
        let entity = crowd.message(&row);
        let way = mailbox.port.latency.draw(&crowd.draws, Purpose::Message, entity, REPLAY);
        let pool = self.tiers.get(connection.gateway).pool;
        self.hop(self.now + way, pool, message, Stage::Push);
        true
    }

    /// A message comes too late for the request that it was handed to.
    pub(super) fn back_to_mailbox(&mut self, message: u32) {
        let row = *self.messages.get(message);
        let crowd = self.crowds.of(row.to);
        let Some(mailbox) = &crowd.replay else { return self.stranded(message, Cause::NoReplay) };
        let entity = crowd.message(&row);
        let way = mailbox.port.latency.draw(&crowd.draws, Purpose::Message, entity, REPLAY);
        self.hop(self.now + way, mailbox.port.node, message, Stage::Mailbox);
    }
}
