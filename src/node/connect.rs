//! How a client gets a connection: backoff, attempts, and what it does when one opens or fails.
use super::{
    Cx, Purpose, Timer,
    clients::Clients,
    event::attempt_ticket,
    stream,
    table::{
        connections::{NOWHERE, State, next_session},
        tiers::Life,
    },
};
use crate::{
    engine::{Span, Time, number},
    record::{AttemptEnd, Cause, End},
};

/// Within what time tabs ask that come all at once.
const AT_ONCE: Span = Span::from_micros(1);

impl Clients {
    /// Waits for the next attempt; the attempts so far say which delay it is.
    pub fn back_off(user: u32, cx: &mut Cx<'_>) {
        if stream::leaves(cx.crowds.of(user)) {
            return Self::leave_for_good(user, cx);
        }
        let session = cx.connections.get(user).session;
        let number = cx.connections.attempts[number::index(user)].number;
        cx.crowds.ways().gives_up(user);
        let at = cx.crowds.of(user).fires(user, cx.now + cx.backoff(user, cx.now));
        cx.wake(at, Timer::Attempt, user, attempt_ticket(session, number));
    }

    /// An attempt begins: its first packet leaves.
    pub fn attempt(&self, user: u32, cx: &mut Cx<'_>) {
        if cx.takes_over(user) {
            return self.goes_on_for_another(user, cx);
        }
        if cx.queues(user, cx.crowds.upcoming(user, cx.now)) {
            return;
        }
        let crowd = cx.tries(user);
        if crowd.connects_for_each() {
            return self.begins_to_poll(user, cx);
        }
        cx.begins_stream(user);
        let session = cx.connections.get(user).session;
        let entity = crowd.connection(user, next_session(session));
        let round_trip = self.round_trip(entity);
        let row = cx.connections.get_mut(user);
        row.set_round_trip(round_trip);
        row.state = State::Connecting;
        let round_trip = row.round_trip();
        let attempts = &mut cx.connections.attempts[number::index(user)];
        attempts.number = attempts.number.saturating_add(1);
        let number = attempts.number;
        cx.record.attempt(cx.now, user, cx.crowds.place(user));
        let beside = cx.is_beside(user);
        let way = crowd.way_in(round_trip, (entity, number), beside);
        let ticket = attempt_ticket(session, number);
        let patience = cx.crowds.patience(user);
        if let Some(by) = crowd.blocked(user, cx.now)
            && cx.blocked(user, ticket, by)
        {
            return;
        }
        cx.meter(user).beside[0] += u64::from(beside);
        if way >= patience {
            // It has left before the gateway hears of it.
            return cx.wake(cx.now + patience, Timer::TimedOut, user, ticket);
        }
        cx.go_on(cx.now + way.min(round_trip.half()), Timer::Balance, user, ticket);
    }

    /// The round trip of a connection.
    pub fn round_trip(&self, connection: u64) -> Span {
        let unit = self.draws.unit(Purpose::RoundTrip, connection, 0);
        Span::from_float(self.parameters.network.rtt.quantile(unit))
    }

    /// An attempt fails: it tries again, or leaves for good.
    pub fn fail(&self, user: u32, end: AttemptEnd, cx: &mut Cx<'_>) {
        Self::end_attempt(user, end, cx);
        let number = cx.connections.attempts[number::index(user)].number;
        if cx.crowds.goes_on(user) {
            self.attempt(user, cx);
        } else if self.parameters.reconnect.ends_with(cx.crowds.of(user).rounds(number)) {
            self.give_up(user, cx);
        } else {
            Self::back_off(user, cx);
        }
    }

    /// An attempt ends without a connection.
    pub(super) fn end_attempt(user: u32, end: AttemptEnd, cx: &mut Cx<'_>) {
        cx.record.attempt_end(cx.now, user, end);
        let row = cx.connections.get_mut(user);
        row.state = State::Away;
        let instance = std::mem::replace(&mut row.gateway, NOWHERE);
        cx.release(user, instance);
        cx.vacates(user);
    }

    /// The last answer was one that ends it for good.
    pub(super) fn dismissed(&self, user: u32, cx: &mut Cx<'_>) {
        cx.record.attempt_end(cx.now, user, AttemptEnd::Refused);
        self.give_up(user, cx);
        cx.vacates(user);
    }

    /// It leaves for good, and takes with it all that was still kept for it.
    fn give_up(&self, user: u32, cx: &mut Cx<'_>) {
        if self.parameters.visits.is_some() {
            // It sits there without a connection until its visit is over, and comes again.
            cx.record.counts.gave_up += 1;
            cx.connections.get_mut(user).state = State::Away;
            return;
        }
        Self::leave_for_good(user, cx);
    }

    fn leave_for_good(user: u32, cx: &mut Cx<'_>) {
        if cx.crowds.is_session(user) {
            stream::give_up(user, cx);
        } else {
            cx.record.counts.gave_up += 1;
        }
        cx.unsubscribes(user);
        cx.connections.get_mut(user).state = State::Gone;
        let mut outbox = cx.connections.kept.take_outbox(user);
        for mut list in [cx.connections.kept.take_missed(user), cx.take_inbox(user)] {
            while let Some(message) = list.pop(cx.messages) {
                cx.drop_kept(message, cx.now, Cause::GaveUp);
            }
        }
        while let Some(message) = outbox.pop(cx.messages) {
            cx.end(cx.now, message, End::Lost(Cause::GaveUp));
        }
    }

    /// The attempts so far are forgotten, at once or when the connection has proved itself.
    fn settle(&self, user: u32, session: u16, cx: &mut Cx<'_>) {
        let reset_after = self.parameters.reconnect.reset_after;
        if reset_after > Span::ZERO {
            cx.wake(cx.now + reset_after, Timer::Settled, user, session);
        } else {
            cx.connections.attempts[number::index(user)].number = 0;
        }
    }

    pub(super) fn open(&self, user: u32, cx: &mut Cx<'_>) {
        cx.record.attempt_end(cx.now, user, AttemptEnd::Accepted);
        self.is_open(user, cx);
    }

    /// A connection that another tab has opened is its own from now on.
    fn goes_on_for_another(&self, user: u32, cx: &mut Cx<'_>) {
        let crowd = cx.tries(user);
        let session = cx.connections.get(user).session;
        let round_trip = self.round_trip(crowd.connection(user, next_session(session)));
        cx.connections.get_mut(user).set_round_trip(round_trip);
        self.is_open(user, cx);
    }

    fn is_open(&self, user: u32, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of(user);
        cx.catches_up(user);
        cx.close_window(user);
        let row = cx.connections.get_mut(user);
        row.state = State::Online;
        row.session = next_session(row.session);
        let (session, place) = (row.session, number::index(user));
        cx.connections.opens(user);
        let outage = cx.now.since(cx.connections.wants_since(user));
        let since = std::mem::replace(&mut cx.connections.since[place], Time::NEVER);
        self.settle(user, session, cx);
        self.get_in(user, session, cx);
        cx.joins(user);
        cx.moves_in(user);
        let place = cx.crowds.place(user);
        cx.record.came_online(cx.now, place, user, [outage, cx.now.since(since)]);
        cx.counts_light(user, 1);
        cx.opens_for_others(user);
        if crowd.prefers() {
            cx.gets_through(user);
        }
        Self::was_shown(user, since, cx);
        self.begin(user, cx);
        if cx.can_request(user, crowd) {
            cx.lets_requests_out(user);
        }
    }

    /// A connection is open: what is to come of it.
    pub(super) fn begin(&self, user: u32, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of(user);
        let row = *cx.connections.get(user);
        if crowd.hold().is_some() {
            Self::ask_first(user, cx);
        }
        self.tell_registry(user, Timer::Register, Span::ZERO, cx);
        if crowd.registry.is_none() && crowd.poll.is_none() {
            cx.ask_for_missed(cx.now, user, row.session);
        }
        if row.gateway != NOWHERE && cx.tiers.get(row.gateway).life == Life::Draining {
            self.tell(user, crowd.drain_window, cx);
        }
        self.schedule_lifetime(user, row.session, cx);
        self.schedule_age(user, row.session, cx);
        Self::watch_idle(user, row.session, cx);
    }

    /// Until now, or until it expired, the entry of an earlier connection showed the user.
    fn was_shown(user: u32, died: Time, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of(user);
        if crowd.registry.is_none() {
            return;
        }
        cx.routes.catch_up(cx.now, cx.crowds, cx.tiers, cx.connections);
        if cx.routes.seen(user, crowd).gateway == NOWHERE {
            return;
        }
        let expiry = cx.routes.expiry(cx.now, user, crowd, cx.tiers, cx.connections);
        cx.routes.was_shown(died, expiry.min(cx.now).max(died));
        cx.routes.counted(user);
    }

    /// Its first connection begins at a random time within `over` from the start.
    pub fn arrive(&self, user: u32, over: Span, cx: &mut Cx<'_>) {
        let wait = self.arrives_after(user, over, cx);
        cx.wake(cx.now + wait, Timer::Attempt, user, attempt_ticket(0, 0));
    }

    /// How long after the start a user comes, within `over`.
    pub fn arrives_after(&self, user: u32, over: Span, cx: &Cx<'_>) -> Span {
        let crowd = cx.crowds.of(user);
        let place = user - crowd.first;
        // Tabs that come all at once ask one after another, as by chance.
        let over = if crowd.browsers.is_some() { over.max(AT_ONCE) } else { over };
        over.scale(self.draws.unit(Purpose::Arrival, u64::from(place), 0))
    }
}
