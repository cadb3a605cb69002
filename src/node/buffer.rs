//! The replay buffer: hands a returning client what it missed. Only what somebody has not seen is
//! stored here; the size of the modelled buffer is known in closed form.
use super::{
    Cx, Purpose, Timer,
    cx::low_byte,
    outage::Outages,
    parameters,
    table::{connections::State, crowds::REPLAY, messages::Stage},
};
use crate::{
    engine::{Span, Station, Time, number},
    record::End,
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

    /// How often it has been read.
    pub fn asked(&self) -> u64 {
        self.asked
    }

    /// A returning client's gateway reads what it missed.
    pub fn on_resume(&mut self, user: u32, session: u16, cx: &mut Cx<'_>) {
        let connection = *cx.connections.get(user);
        if connection.state != State::Online || connection.session != session {
            return;
        }
        if let Some(up) = self.end_of_outage(cx.now) {
            return cx.wake(up, Timer::Resume, user, session);
        }
        let read = self.read(cx.now);
        cx.connections.since[number::index(user)] = cx.now;
        let mut missed = cx.connections.kept.take_missed(user);
        let crowd = cx.crowds.of(user);
        let Some(replay) = &crowd.replay else { return };
        let entity = crowd.connection(user, session);
        let way = replay.port.latency.draw(&crowd.draws, Purpose::Attempt, entity, REPLAY);
        let mut at = read + self.parameters.read + way;
        while let Some(message) = missed.pop(cx.messages) {
            cx.messages.copies.release(message);
            if cx.messages.copies.over(message) {
                // The client has seen it: its last id says so.
                cx.end(cx.now, message, End::Expired);
                continue;
            }
            if cx.expire(message) {
                continue;
            }
            let kept = cx.messages.get(message).due;
            let row = cx.messages.get_mut(message);
            (row.at, row.session) = (connection.gateway, low_byte(session));
            row.keep(kept);
            cx.record.meter.of(user).replayed += 1;
            cx.hop(at, crowd.gateways.node, message, Stage::Replay);
            at += self.pace;
        }
    }
}
