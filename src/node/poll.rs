//! Clients who poll: no connection is held for them. What is sent to them lies in their mailbox
//! until one of their polls takes it.
//!
//! Polls come at a fixed interval, and the users are numbered by their phase: one pending event a
//! crowd walks through them. Its instant is that at which the poll reaches a gateway, whose phase
//! is as uniform as the client's own.
use super::{
    Cx, Event, Purpose, Source, Timer,
    buffer::Buffer,
    clients::Clients,
    cx::low_byte,
    earlier::exponential,
    fanout::Fanout,
    gateway::Gateway,
    load_balancer::LoadBalancer,
    table::{
        connections::{NOWHERE, State},
        crowds::{Crowd, Poll, REPLAY},
        messages::{Message, Stage},
    },
};
use crate::{
    engine::{EventQueue, Span, Time, number},
    record::{Cause, End},
};

/// The ticket of a poll in its turn, and of one that opens a connection as its user comes.
const USUAL: u16 = 0;
const FIRST: u16 = 1;

/// Between two messages of one answer, as its client reads them: no more than their order.
const IN_AN_ANSWER: Span = Span::from_nanos(1);

/// The timer of the polls of a hidden tab, in nanoseconds of a clock at whose multiples of `apart`
/// timers fire.
struct HeldBack {
    every: u64,
    apart: u64,
    /// When the first poll of the run is due; two before it are still behind zero.
    first: u64,
}

impl HeldBack {
    /// None where no timer is held back.
    fn of(crowd: &Crowd, user: u32) -> Option<Self> {
        let Some(Poll::Short { every, .. }) = crowd.poll else { return None };
        let (apart, phase) = crowd.held_back(user)?;
        let (every, apart) = (every.nanos().max(1), apart.nanos().max(1));
        Some(Self { every, apart, first: phase.nanos() + apart * (every.div_ceil(apart) + 1) * 2 })
    }

    /// When a timer fires that is due at a time.
    fn fires(&self, at: u64) -> u64 {
        at.div_ceil(self.apart) * self.apart
    }

    /// How long before the start the last one fired, as the first of the run is due at `first`.
    fn ago(&self, first: Span) -> Span {
        let start = self.first.saturating_sub(first.nanos());
        let fired = start / self.apart * self.apart;
        let rounds = self.first.saturating_sub(fired).div_ceil(self.every);
        let due = self.first.saturating_sub(rounds * self.every);
        Span::from_nanos(start.saturating_sub(self.fires(due)))
    }
}

impl Clients {
    /// When poll `k` of the crowd reaches a gateway: the users one after another, each at a random
    /// place within its share of the interval.
    fn poll_at(&self, k: u64, crowd: &Crowd) -> Option<Time> {
        let Some(Poll::Short { every, .. }) = crowd.poll else { return None };
        let (round, place) = (k / u64::from(crowd.count), k % u64::from(crowd.count));
        let phase = number::float(place) + self.draws.unit(Purpose::Phase, place, 0);
        let within = every.scale(phase / f64::from(crowd.count));
        Some(Time::ZERO + every.times(round) + within)
    }

    pub(super) fn schedule_poll(&self, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of_clients(self.id);
        if let Some(at) = self.poll_at(self.polls, crowd) {
            let event = Event::Tick { node: self.id, source: Source::Poll };
            cx.agenda.push(at.max(cx.now), event);
        }
    }

    /// How late the poll of a round is, as the timers of its user are held back: until the next
    /// time that they fire. None where the one before it is as late: both are one.
    fn late(crowd: &Crowd, user: u32, round: u64) -> Option<Span> {
        let Some(timer) = HeldBack::of(crowd, user) else { return Some(Span::ZERO) };
        let at = timer.first + round * timer.every;
        let fires = timer.fires(at);
        (timer.fires(at - timer.every) < fires).then(|| Span::from_nanos(fires - at))
    }

    /// The poll before the first of a user, if it is held back beyond the start.
    fn owes(&self, user: u32, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of(user);
        let Some(timer) = HeldBack::of(crowd, user) else { return };
        let first = self.poll_at(u64::from(user - crowd.first), crowd).unwrap_or(Time::ZERO);
        let fires = first + Span::from_nanos(timer.fires(timer.first - timer.every));
        let at = fires.since(Time::ZERO + Span::from_nanos(timer.first));
        if at > Span::ZERO {
            cx.wake(Time::ZERO + at, Timer::PollDue, user, USUAL);
        }
    }

    /// The next user polls.
    pub(super) fn on_poll(&mut self, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of_clients(self.id);
        let user = crowd.first + number::low(self.polls % u64::from(crowd.count));
        let round = self.polls / u64::from(crowd.count);
        self.polls += 1;
        self.schedule_poll(cx);
        let there = cx.connections.get(user).state == State::Online;
        match Self::late(crowd, user, round).filter(|_| there) {
            None => {}
            Some(Span::ZERO) => Self::polls(user, cx),
            Some(late) => cx.wake(cx.now + late, Timer::PollDue, user, USUAL),
        }
    }

    /// A user polls in its turn.
    pub(super) fn polls(user: u32, cx: &mut Cx<'_>) {
        cx.record.polled(cx.now, user, cx.crowds.place(user));
        cx.go_on(cx.now, Timer::PollPlaced, user, USUAL);
    }

    /// A user who polls stands at a random instant of its life: the connection of its last request
    /// may still be kept, that of a poll or of a message, which it sends at so many a second.
    pub fn stands_between(&self, user: u32, cx: &mut Cx<'_>) {
        self.owes(user, cx);
        let crowd = cx.crowds.of(user);
        let Some(Poll::Short { every, kept }) = crowd.poll else { return };
        let rate = self.parameters.sends.as_ref().map_or(0.0, |sends| sends.per_user.0);
        let Some(until) = cx.connections.kept_until.get_mut(number::index(user)) else { return };
        let place = u64::from(user - crowd.first);
        let first = self.poll_at(place, crowd).unwrap_or(Time::ZERO);
        let sent = exponential(rate, self.draws.unit(Purpose::Phase, place, 1));
        let first = first.since(Time::ZERO);
        let ago = HeldBack::of(crowd, user).map_or(every - first, |timer| timer.ago(first));
        let last = sent.map_or(ago, |sent| sent.min(ago));
        *until = Time::ZERO + (kept - last);
    }

    /// A user comes, and asks at once, over a new connection; then in its turn.
    pub(super) fn begins_to_poll(&self, user: u32, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of(user);
        let row = cx.connections.get_mut(user);
        let round_trip = self.round_trip(crowd.connection(user, row.session));
        row.set_round_trip(round_trip);
        row.state = State::Online;
        // From its first visit on, what is for many is for it as well.
        cx.joins(user);
        let outage = cx.now.since(cx.connections.wants_since(user));
        cx.connections.since[number::index(user)] = cx.now;
        cx.record.recovery.back(cx.now, user, outage);
        cx.record.polled(cx.now, user, cx.crowds.place(user));
        let way = crowd.handshake_way(round_trip, crowd.connection(user, 0), 1);
        cx.wake(cx.now + way.max(round_trip.half()), Timer::PollPlaced, user, FIRST);
    }
}

impl LoadBalancer {
    /// A poll is placed, for itself.
    pub(super) fn on_poll(&mut self, user: u32, session: u16, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of(user);
        if crowd.poll.is_none() {
            // It goes by another transport by now.
            return;
        }
        let held = crowd.hold().is_some();
        if held {
            if !cx.asks_again(user, session) {
                return;
            }
            cx.record.polled(cx.now, user, cx.crowds.place(user));
        }
        let up = cx.now >= self.down_until;
        let row = *cx.connections.get(user);
        let Some(target) = up.then(|| self.pick(crowd.hash(user), cx.now, cx.tiers)).flatten()
        else {
            if held {
                return cx.fails(user, row.round_trip().half());
            }
            cx.meter(user).polls_failed += 1;
            return;
        };
        cx.connections.attempts[number::index(user)].target = target;
        if held {
            let inside = crowd.inside(crowd.connection(user, row.session));
            self.places(target, cx.now + inside);
            return cx.go_on(cx.now + inside, Timer::PollServed, user, row.session);
        }
        cx.go_on(cx.now, Timer::PollServed, user, session);
    }
}

impl Gateway {
    /// A poll is answered: at once, if nothing lies in the mailbox.
    pub(super) fn on_poll(&mut self, user: u32, session: u16, cx: &mut Cx<'_>) {
        if let Some(hold) = cx.crowds.of(user).hold() {
            let row = *cx.connections.get(user);
            if row.session == session && row.state == State::Online {
                self.on_long_poll(user, hold, cx);
            } else {
                cx.meter(user).polls_failed += 1;
            }
            return;
        }
        if cx.crowds.of(user).poll.is_none() {
            // Its client goes by another transport by now, and waits for no answer.
            cx.meter(user).polls_failed += 1;
            return;
        }
        let at = cx.connections.attempts[number::index(user)].target;
        if !cx.tiers.serves(at) {
            cx.meter(user).polls_failed += 1;
            return;
        }
        let crowd = cx.crowds.of(user);
        let mut work = self.parameters.cpu.poll;
        if cx.asks_anew(user) || session == FIRST {
            work += self.opens_for_a_request(user, cx);
        }
        let service = self.work(at, work, cx);
        if !cx.connections.kept.missed(user) {
            cx.meter(user).polls_empty += 1;
            return;
        }
        let Some(mailbox) = &crowd.replay else { return };
        let entity = crowd.connection(user, 0);
        let way = mailbox.port.latency.draw(&crowd.draws, Purpose::Attempt, entity, REPLAY);
        cx.wake(service.finish + way, Timer::PollRead, user, 0);
    }

    /// A connection is opened for a request of a client that polls; returns the work.
    pub(super) fn opens_for_a_request(&self, user: u32, cx: &mut Cx<'_>) -> Span {
        cx.meter(user).handshakes += 1;
        let crowd = cx.crowds.of(user);
        let Some(Poll::Short { every, .. }) = crowd.poll.filter(|_| crowd.wire.tls) else {
            return Span::ZERO;
        };
        let polls = number::low(cx.now.nanos() / every.nanos().max(1));
        self.tls(crowd.connection(user, 0), polls)
    }
}

impl Cx<'_> {
    /// A request of a client that polls comes to a gateway; returns whether the connection of its
    /// last one is no longer kept.
    pub(super) fn asks_anew(&mut self, user: u32) -> bool {
        let crowd = self.crowds.of(user);
        let Some(Poll::Short { kept, .. }) = crowd.poll.filter(|_| crowd.polls_anew()) else {
            return false;
        };
        let until = &mut self.connections.kept_until[number::index(user)];
        std::mem::replace(until, self.now + kept) <= self.now
    }

    /// A poll is answered with messages of so many bytes: frames, records and segments are those of
    /// all together.
    pub(super) fn answered(&mut self, user: u32, bytes: u64) {
        let crowd = self.crowds.of(user);
        let answer = crowd.wire.answer(number::float(bytes));
        let traffic = self.meter(user);
        traffic.polls_full += 1;
        traffic.answers.add(&answer);
    }
}

impl Fanout {
    /// A message for one who polls goes to the mailbox.
    pub(super) fn put_aside(&self, at: Time, message: u32, row: Message, cx: &mut Cx<'_>) {
        let Some(mailbox) = &self.ways.mailbox else {
            return cx.stranded(message, Cause::NoReplay);
        };
        let way = self.way(mailbox, row, Stage::Mailbox, cx);
        cx.hop(at + way, mailbox.node, message, Stage::Mailbox);
    }
}

impl Buffer {
    /// A message arrives in a mailbox.
    pub fn on_hop(&mut self, message: u32, cx: &mut Cx<'_>) {
        let row = *cx.messages.get(message);
        if row.stage != Stage::Mailbox || row.due != cx.now {
            return;
        }
        let Some(mailbox) = &cx.crowds.of(row.to).replay else { return };
        if cx.connections.get(row.to).state == State::Gone {
            return cx.end(cx.now, message, End::Lost(Cause::GaveUp));
        }
        if cx.crowds.of(row.to).poll.is_none() {
            // Its recipient goes by another transport by now.
            return cx.stranded(message, Cause::NoReplay);
        }
        if cx.messages.copies.seen(message) {
            // It has been taken.
            return cx.end(cx.now, message, End::Lost(Cause::NoReplay));
        }
        if cx.hand_over(message) {
            return;
        }
        if cx.messages.copies.keep(message) {
            // It lies there already.
            return cx.end(cx.now, message, End::Lost(Cause::NoReplay));
        }
        let list = &mut cx.connections.kept.row(row.to).missed;
        list.push(cx.messages, message, Stage::Buffer, cx.now);
        if list.len() > mailbox.messages {
            let oldest = list.pop(cx.messages).expect("it is not empty");
            cx.drop_kept(oldest, cx.now, Cause::BufferOverflow);
        }
    }

    /// A mailbox is emptied into the answer to a poll. While it is down the next poll has to ask.
    pub(super) fn on_poll(&mut self, user: u32, session: u16, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of(user);
        let connection = *cx.connections.get(user);
        let held = crowd.hold();
        if crowd.poll.is_none() {
            return;
        }
        if held.is_some() && (connection.session != session || connection.gateway == NOWHERE) {
            return;
        }
        if self.end_of_outage(cx.now).is_some() {
            match held {
                Some(_) => cx.fails(user, connection.round_trip().half()),
                None => cx.meter(user).polls_failed += 1,
            }
            return;
        }
        let read = self.read(cx.now);
        let Some(mailbox) = &crowd.replay else { return };
        let entity = crowd.connection(user, connection.session);
        let way = mailbox.port.latency.draw(&crowd.draws, Purpose::Attempt, entity, REPLAY);
        let at = read + mailbox.read + way + crowd.down(connection.round_trip(), entity);
        let first = held.is_some() && cx.looked(user);
        let since = cx.connections.since[number::index(user)];
        let mut list = cx.connections.kept.take_missed(user);
        let (mut found, mut bytes) = (0, 0);
        while let Some(message) = list.pop(cx.messages) {
            cx.messages.copies.release(message);
            if cx.expire(message) {
                continue;
            }
            let row = cx.messages.get_mut(message);
            let kept = row.due;
            row.session = low_byte(connection.session);
            row.keep(kept);
            let row = *row;
            // What came before its user did, or while no request was held.
            let missed = first || held.is_none() && kept < since;
            let stage = if missed { Stage::DownReplay } else { Stage::Down };
            cx.meter(user).pushed(crowd.origin_of(row.id));
            bytes += crowd.payload_of(&row);
            // One after another, as they lie in the answer: equal times would go by their rows.
            cx.hop(at + IN_AN_ANSWER.times(found), crowd.clients, message, stage);
            found += 1;
        }
        match held {
            Some(hold) if found == 0 => cx.wake(read + hold, Timer::HoldOver, user, session),
            Some(_) => {
                cx.answered(user, bytes);
                cx.let_go(user);
                cx.ask(user, at);
            }
            None => cx.answered(user, bytes),
        }
    }
}
