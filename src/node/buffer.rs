//! The replay buffer: hands a returning client what it missed; or the inbox: what came while nobody
//! was there. Only what somebody has not seen is stored here; the size of the modelled buffer is
//! known in closed form.
use super::{
    Cx, Purpose, Timer,
    cx::low_byte,
    outage::Outages,
    parameters,
    table::{
        connections::State,
        crowds::REPLAY,
        messages::{List, Message, Stage},
    },
};
use crate::{
    engine::{Span, Station, Time, number},
    record::{End, Twice},
};

/// A buffer in motion.
#[derive(Clone, Debug)]
pub struct Buffer {
    parameters: parameters::Buffer,
    /// Between two replayed messages of one client.
    pace: Span,
    /// When it cannot be read.
    outages: Outages,
    /// Reads of returning clients, one after the other.
    reads: Station,
    work: Span,
    /// So many times its time a read takes now.
    factor: f64,
    /// Reads so far.
    asked: u64,
}

impl Buffer {
    /// An empty buffer.
    pub fn new(parameters: parameters::Buffer, outages: Outages) -> Self {
        let pace = Span::from_seconds(1.0 / parameters.replay_rate.0);
        let work = Span::from_seconds(1.0 / parameters.reads.0);
        Self { parameters, pace, outages, reads: Station::new(1), work, factor: 1.0, asked: 0 }
    }

    /// From now on a read takes `factor` times its time.
    pub fn slow(&mut self, change: f64, factor: Option<f64>, now: Time) {
        self.factor = factor.unwrap_or(1.0);
        self.reads.slow(now, change);
    }

    /// When the outage that goes on is over.
    pub(super) fn end_of_outage(&self, now: Time) -> Option<Time> {
        self.outages.end(now)
    }

    /// One read, after those before it; returns when it is done.
    pub(super) fn read(&mut self, now: Time) -> Time {
        self.asked += 1;
        self.reads.arrive(now, self.work.scale(self.factor)).finish
    }

    /// The time that reads have taken so far, and how long one would wait now.
    pub fn station(&self, now: Time) -> (Span, Span) {
        (self.reads.done(now), self.reads.wait(now))
    }

    /// How often it has been read.
    pub fn asked(&self) -> u64 {
        self.asked
    }

    /// A returning client's gateway reads what it missed, or what lies in its inbox.
    pub fn on_read(&mut self, timer: Timer, user: u32, session: u16, cx: &mut Cx<'_>) {
        let connection = *cx.connections.get(user);
        if connection.state != State::Online || connection.session != session {
            return;
        }
        if let Some(up) = self.end_of_outage(cx.now) {
            return cx.wake(up, timer, user, session);
        }
        let read = self.read(cx.now);
        let crowd = cx.crowds.of(user);
        let (store, list, stage) = if timer == Timer::Pull {
            let inbox = crowd.inbox.as_ref().map(|inbox| &inbox.kept);
            (inbox, cx.take_inbox(user), Stage::Pull)
        } else {
            cx.connections.since[number::index(user)] = cx.now;
            (crowd.replay.as_ref(), cx.connections.kept.take_missed(user), Stage::Replay)
        };
        let Some(store) = store else { return };
        let entity = crowd.connection(user, session);
        let way = store.port.latency.draw(&crowd.draws, Purpose::Attempt, entity, REPLAY);
        let mut at = read + self.parameters.read + way;
        if timer == Timer::Resume {
            at = self.seen_again(user, at, cx);
        }
        self.hand_over(list, user, at, stage, cx);
    }

    /// What a client has seen since it told last what it has seen comes again; returns when the
    /// rest of what it missed follows.
    fn seen_again(&self, user: u32, mut at: Time, cx: &mut Cx<'_>) -> Time {
        let Some(seen) = cx.connections.seen.get_mut(number::index(user)) else { return at };
        let (seen, crowd) = (std::mem::take(seen), cx.crowds.of(user));
        let connection = *cx.connections.get(user);
        for _ in 0..seen {
            let id = crowd.id(crowd.usual, 0);
            let mut again = Message::new(cx.now, user, id, connection.gateway);
            again.session = low_byte(connection.session);
            let row = cx.messages.copy(again, 0, None, Twice::Cursor);
            cx.reads_again(user, id);
            cx.hop(at, crowd.gateways.node, row, Stage::Replay);
            at += self.pace;
        }
        at
    }

    /// What was kept for a user goes to its gateway, the first of it at `at`.
    fn hand_over(&self, mut list: List, user: u32, at: Time, stage: Stage, cx: &mut Cx<'_>) {
        let (gateways, connection) = (cx.crowds.of(user).gateways.node, *cx.connections.get(user));
        let mut at = at;
        let mut kept = Vec::new();
        while let Some(message) = list.pop(cx.messages) {
            kept.push(message);
        }
        // What an earlier read did not bring to its client came back later than what was new.
        kept.sort_by_key(|&message| cx.messages.get(message).due);
        for message in kept {
            cx.messages.copies.release(message);
            if cx.messages.copies.seen(message) {
                // The client has seen it: its last id says so.
                cx.end(cx.now, message, End::Expired);
                continue;
            }
            if cx.expire(message) {
                continue;
            }
            let kept = cx.messages.get(message).due;
            let row = cx.messages.get_mut(message);
            (row.at, row.session) = (connection.gateway, low_byte(connection.session));
            row.keep(kept);
            let id = row.id;
            cx.reads_again(user, id);
            cx.hop(at, gateways, message, stage);
            at += self.pace;
        }
    }
}
