//! The replay buffer: hands a returning client what it missed. Only what somebody has not seen is
//! stored here; the size of the modelled buffer is known in closed form.
use super::{
    Cx, Purpose,
    cx::low_byte,
    parameters,
    table::{connections::State, crowds::REPLAY, messages::Stage},
};
use crate::engine::{Span, number};

/// A buffer in motion.
#[derive(Clone, Debug)]
pub struct Buffer {
    parameters: parameters::Buffer,
    /// Between two replayed messages of one client.
    pace: Span,
}

impl Buffer {
    /// An empty buffer.
    pub fn new(parameters: parameters::Buffer) -> Self {
        let pace = Span::from_seconds(1.0 / parameters.replay_rate.0);
        Self { parameters, pace }
    }

    /// A returning client's gateway reads what it missed.
    pub fn on_resume(&mut self, user: u32, session: u16, cx: &mut Cx<'_>) {
        let connection = *cx.connections.get(user);
        if connection.state != State::Online || connection.session != session {
            return;
        }
        cx.connections.since[number::index(user)] = cx.now;
        let mut missed = cx.connections.kept.take_missed(user);
        let crowd = cx.crowds.of(user);
        let Some(replay) = &crowd.replay else { return };
        let entity = crowd.connection(user, session);
        let way = replay.port.latency.draw(&crowd.draws, Purpose::Attempt, entity, REPLAY);
        let mut at = cx.now + self.parameters.read + way;
        while let Some(message) = missed.pop(cx.messages) {
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
