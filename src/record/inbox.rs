//! What lies in the inboxes.
use super::{Recorder, phase::Level};
use crate::engine::Time;

impl Recorder {
    /// The messages in an inbox, by the number of its node.
    fn inbox(&mut self, node: u8) -> &mut Level {
        let found = self.inboxes.iter().position(|(known, _)| *known == node);
        let place = found.unwrap_or(self.inboxes.len());
        if found.is_none() {
            self.inboxes.push((node, Level::default()));
        }
        &mut self.inboxes[place].1
    }

    /// A message goes into an inbox.
    pub fn stored(&mut self, at: Time, node: u8) {
        self.counts.stored += 1;
        self.inbox(node).change(at, 1);
    }

    /// So many are taken out.
    pub fn taken(&mut self, at: Time, node: u8, count: u32) {
        self.inbox(node).change(at, -i32::try_from(count).unwrap_or(i32::MAX));
    }

    /// How many messages an inbox held, on average until `at`.
    pub fn held_in(&self, node: u8, at: Time) -> f64 {
        let found = self.inboxes.iter().find(|(known, _)| *known == node);
        let area = found.map_or(0, |(_, level)| level.area(at));
        Level::seconds(area) / at.since(Time::ZERO).seconds().max(1e-9)
    }
}
