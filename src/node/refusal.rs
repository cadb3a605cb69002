//! The way back of a refused attempt.
//!
//! What a client does after a refusal is known when it is refused: it fails when the answer comes,
//! and tries again after its backoff. Nothing in between can change that, for it holds nothing; so
//! the next attempt is scheduled at once, and the failure booked with its own time.
use super::{
    Cx, Timer,
    parameters::{Answer, On503},
    stream::leaves,
    table::connections::{NOWHERE, State},
};
use crate::{
    engine::{Span, Time, number},
    record::AttemptEnd,
};

impl Cx<'_> {
    /// How long a client waits that learns at `at` that it has no connection; the attempts so far
    /// say which delay it is.
    pub fn backoff(&self, user: u32, at: Time) -> Span {
        let (crowd, place) = (self.crowds.of(user), number::index(user));
        let attempts = crowd.rounds(self.connections.attempts[place].number);
        let outage = crowd.connection(user, self.connections.get(user).session);
        let away = || at.since(self.connections.since[place]);
        crowd.reconnect.delay(&crowd.draws, outage, attempts, away)
    }

    /// A try is turned away, or its first packet dropped: what that costs on the wire.
    pub(super) fn turns_away(&mut self, user: u32, answer: Answer) {
        let place = match answer {
            Answer::Drop => 0,
            Answer::Reset => 1,
            Answer::Unavailable | Answer::TooMany => 2,
        };
        let beside = place == 2 && self.is_beside(user);
        let meter = self.meter(user);
        meter.turned_away[place] += u64::from(!beside);
        meter.beside[2] += u64::from(beside);
    }

    /// The client learns at `at` that it was refused; `hint` is what a `Retry-After` said.
    pub fn refuse(&mut self, user: u32, ticket: u16, at: Time, answer: Answer, hint: Span) {
        let crowd = self.crowds.of(user);
        let reconnect = &crowd.reconnect;
        let attempts = crowd.rounds(self.connections.attempts[number::index(user)].number);
        let more = self.crowds.goes_on(user);
        if !more && reconnect.on_503 == On503::GiveUp && answer.is_status() {
            return self.wake(at, Timer::Dismissed, user, ticket);
        }
        let last = !more && (reconnect.ends_with(attempts) || leaves(crowd));
        if last || at >= self.record.horizon() {
            return self.wake(at, Timer::Refused, user, ticket);
        }
        self.record.attempt_end(at, user, AttemptEnd::Refused);
        let row = self.connections.get_mut(user);
        (row.state, row.gateway) = (State::Away, NOWHERE);
        self.vacates(user);
        if more {
            return self.wake(at, Timer::Attempt, user, ticket);
        }
        self.crowds.ways().gives_up(user);
        let own = self.backoff(user, at);
        let wait = if reconnect.retry_after { own.max(hint) } else { own };
        let at = crowd.fires(user, at + wait);
        self.wake(at, Timer::Attempt, user, ticket);
    }
}
