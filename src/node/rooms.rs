//! A message for a room: one message up to where it is spread, then a delivery to each of the
//! others. Until then it is addressed to its own sender.
use super::{
    Cx,
    table::{
        crowds::Crowd,
        messages::{Message, Stage},
    },
};
use crate::{engine::Time, record::Twice};
use std::collections::BTreeMap;

/// What a consumer that died had done about a message for a room that is read again.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// The delivery, when it died.
    pub message: Message,
    /// Its row.
    pub row: u32,
}

/// Deliveries of messages for rooms, by id and time of the send.
pub(super) type Spread = BTreeMap<(u32, Time), Vec<Known>>;

/// The deliveries of messages for rooms that a bus has carried and that have not ended. For faults:
/// messages never scan.
pub(super) fn spread_of(bus: u8, cx: &Cx<'_>) -> Spread {
    let mut spread = Spread::new();
    let in_rooms =
        |crowd: &Crowd| crowd.bus == Some(bus) && crowd.room.is_some() && !crowd.publishes_for_each;
    if !cx.crowds.iter().any(in_rooms) {
        return spread;
    }
    for (row, message) in cx.messages.in_use() {
        let crowd = cx.crowds.of(message.to);
        if in_rooms(crowd) && crowd.everybody(message).is_none() {
            let known = Known { message: *message, row };
            spread.entry((message.id, message.sent)).or_default().push(known);
        }
    }
    spread
}

impl Cx<'_> {
    /// A message for a room becomes a delivery to each of the others in it; returns their rows. Of
    /// one that has been spread before, each is a copy. Nothing, if it is for one user.
    pub fn spread(&mut self, message: u32) -> Option<Vec<u32>> {
        let row = *self.messages.get(message);
        let everybody = self.crowds.of(row.to).everybody(&row)?;
        let known = self.messages.spread.remove(&message);
        let again = self.messages.copies.over(message);
        let origin = self.messages.copies.origin(message);
        let twice = origin.map_or(Twice::Redelivered, |origin| origin.twice);
        let place = self.messages.place(message);
        let mut rows = Vec::new();
        for to in everybody {
            let one = row.addressed_to(to);
            let of_this = |known: &&Known| {
                let Known { message, .. } = known;
                (message.to, message.id, message.sent) == (to, row.id, row.sent)
            };
            let before = known.iter().flatten().find(of_this);
            let parked = |known: &&Known| known.message.stage == Stage::Parked;
            if before.as_ref().is_some_and(parked) {
                // It is read again by itself.
                continue;
            }
            if !again {
                rows.push(self.messages.open_at(one, place));
                continue;
            }
            let there = before.filter(|known| self.messages.holds(known.row, &one));
            let copy = self.messages.copy(one, place, there.map(|known| known.row), twice);
            if origin.is_some_and(|origin| origin.renamed) {
                self.messages.copies.rename(copy);
            }
            rows.push(copy);
        }
        self.messages.copies.end(message, true);
        self.messages.close(message);
        Some(rows)
    }
}
