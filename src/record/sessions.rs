//! What is counted of open streams of sessions.
use super::{Departure, Recorder, Sessions};
use crate::engine::Time;

impl Recorder {
    /// Counts sessions of a stream: in the whole run, from the warm-up on, and in the phase.
    fn sessions(&mut self, at: Time, stream: u8, count: impl Fn(&mut Sessions)) {
        let found = self.streams.iter().position(|(node, _)| *node == stream);
        let place = found.unwrap_or(self.streams.len());
        if found.is_none() {
            self.streams.push((stream, Default::default()));
        }
        let warm = at >= self.warm_up();
        let [whole, window] = &mut self.streams[place].1;
        count(whole);
        if warm {
            count(window);
        }
        if let Some(&(phase, _)) = self.stretches.last() {
            count(&mut self.phases[phase].sessions);
        }
    }

    /// There is such a stream.
    pub fn stream(&mut self, stream: u8) {
        self.sessions(Time::ZERO, stream, |_| {});
    }

    /// A session stands at the start.
    pub fn session_stands(&mut self, stream: u8) {
        self.wanted.change(Time::ZERO, 1);
        self.sessions(Time::ZERO, stream, |sessions| sessions.stood += 1);
    }

    /// A session arrives.
    pub fn session_arrived(&mut self, at: Time, stream: u8) {
        self.wanted.change(at, 1);
        self.sessions(at, stream, |sessions| sessions.arrived += 1);
    }

    /// A session gets its first connection.
    pub fn session_served(&mut self, at: Time, stream: u8) {
        self.sessions(at, stream, |sessions| sessions.served += 1);
    }

    /// A session goes for good.
    pub fn session_gone(&mut self, at: Time, stream: u8, departure: Departure) {
        self.wanted.change(at, -1);
        self.sessions(at, stream, |sessions| match departure {
            Departure::Left => sessions.left += 1,
            Departure::Lost => sessions.lost += 1,
            Departure::Cut => sessions.cut += 1,
        });
    }
}
