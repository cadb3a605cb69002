//! The slab of messages in flight or kept: 32 bytes a row.
use super::{calls::Calls, copies::Copies};
use crate::{
    engine::{Span, Time, number},
    node::rooms::Known,
    record::Twice,
};
use std::collections::BTreeMap;

/// No row.
pub const NIL: u32 = u32::MAX;

/// Where a message is going.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Stage {
    /// No message: the row is free.
    Free,
    /// In the sender's outbox.
    Outbox,
    /// In the recipient's replay buffer, with no copy on its way.
    Buffer,
    /// To the sender's gateway.
    Up,
    /// To a partition of the bus.
    Bus,
    /// To the fan-out.
    Fanout,
    /// To the registry.
    LookUp,
    /// To the registry once more, after a stale route.
    LookUpAgain,
    /// To the recipient's gateway.
    Push,
    /// The same, after a second look-up.
    PushAgain,
    /// To the recipient's gateway, out of the buffer.
    Replay,
    /// Back to the fan-out: the gateway did not hold the recipient.
    Stale,
    /// The same, after the second look-up.
    StaleAgain,
    /// Down to the recipient.
    Down,
    /// The same, out of the buffer.
    DownReplay,
    /// In a partition that nobody reads.
    Parked,
    /// In the recipient's inbox, with no copy on its way.
    Inbox,
    /// To the recipient's gateway, out of the inbox.
    Pull,
    /// Down to the recipient, out of the inbox.
    DownPull,
    /// At the fan-out, which has done its work and is about to call: only where calls are bounded.
    Served,
    /// To the balancer, as a request.
    Request,
    /// To the mailbox of one who polls.
    Mailbox,
    /// To a gateway instance, for all there who subscribe.
    Spread,
    /// The same, after a consumer died that had handed it on.
    SpreadAgain,
    /// In the send buffer of its recipient's connection.
    Held,
}

/// One delivery that has not ended.
#[derive(Clone, Copy, Debug)]
pub struct Message {
    /// The send call.
    pub sent: Time,
    /// In flight: when its hop comes; one that pops at another time is void. Kept: since when.
    pub due: Time,
    /// The recipient.
    pub to: u32,
    /// Which send of its crowd, modulo 2^32.
    pub id: u32,
    /// In a list: the next row. In flight: since when a bus or the fan-out has kept it, see
    /// [`Message::kept`].
    link: u32,
    /// The gateway instance it goes to.
    pub at: u16,
    /// Low byte of the recipient's session it was pushed to.
    pub session: u8,
    /// Where it is going.
    pub stage: Stage,
}

const _: () = assert!(size_of::<Message>() == 32);
/// Unit of the time since which a message has been kept, after its send: 1,024 ns.
const KEPT_SHIFT: u32 = 10;

impl Message {
    /// Whether this is a copy of another one.
    pub fn is(&self, other: &Self) -> bool {
        (self.id, self.to, self.sent) == (other.id, other.to, other.sent)
    }

    /// A message that is sent now, through the gateway instance `at`.
    pub fn new(now: Time, to: u32, id: u32, at: u16) -> Self {
        Self { sent: now, due: now, to, id, link: 0, at, session: 0, stage: Stage::Up }
    }

    /// The same message, to somebody.
    #[must_use]
    pub fn addressed_to(self, to: u32) -> Self {
        Self { to, ..self }
    }

    /// Notes that a bus, or later the fan-out, keeps the message from now on.
    #[inline]
    pub fn keep(&mut self, now: Time) {
        let age = now.since(self.sent).nanos() >> KEPT_SHIFT;
        self.link = u32::try_from(age).unwrap_or(u32::MAX);
    }

    /// Since when it has been kept, rounded down to 1.024 µs; later than 73 minutes is 73 minutes.
    #[inline]
    pub fn kept(&self) -> Time {
        self.sent + Span::from_nanos(u64::from(self.link) << KEPT_SHIFT)
    }
}

/// All messages that have not ended.
#[derive(Clone, Debug, Default)]
pub struct Messages {
    rows: Vec<Message>,
    /// The place of each of them in the order in which the bus took them in.
    places: Vec<u32>,
    /// Messages that a bus has taken in, modulo 2^32.
    logged: u32,
    free: Vec<u32>,
    /// Which rows are copies of the same delivery.
    pub copies: Copies,
    /// Of messages for rooms that are read again: which of their deliveries had not ended when
    /// their consumer died.
    pub spread: BTreeMap<u32, Vec<Known>>,
    /// Which of them an instance of a fan-out has a call waiting for.
    pub calls: Calls,
}

impl Messages {
    /// Takes a free row for a message.
    #[inline]
    pub fn open(&mut self, message: Message) -> u32 {
        if let Some(row) = self.free.pop() {
            self.rows[number::index(row)] = message;
            row
        } else {
            self.rows.push(message);
            self.places.push(0);
            number::row(self.rows.len() - 1)
        }
    }

    /// The same, for one that has a place in the bus.
    pub fn open_at(&mut self, message: Message, place: u32) -> u32 {
        let row = self.open(message);
        self.places[number::index(row)] = place;
        row
    }

    /// Gives a row back. A hop that is still pending for it is void.
    #[inline]
    pub fn close(&mut self, row: u32) {
        let message = &mut self.rows[number::index(row)];
        message.stage = Stage::Free;
        message.due = Time::NEVER;
        self.calls.end(row);
        self.free.push(row);
    }

    /// A row.
    #[inline]
    pub fn get(&self, row: u32) -> &Message {
        &self.rows[number::index(row)]
    }

    /// A row, to change it.
    #[inline]
    pub fn get_mut(&mut self, row: u32) -> &mut Message {
        &mut self.rows[number::index(row)]
    }

    /// Notes that a bus takes a message in.
    #[inline]
    pub fn log(&mut self, now: Time, row: u32) {
        self.logged = number::next(self.logged);
        self.rows[number::index(row)].keep(now);
        self.places[number::index(row)] = self.logged;
    }

    /// Opens a row for another copy of `message`, which was in the `place` of the bus. The row that
    /// holds the delivery is `row`, unless it has ended.
    pub fn copy(&mut self, message: Message, place: u32, row: Option<u32>, twice: Twice) -> u32 {
        let copy = self.open_at(message, place);
        match row {
            Some(row) => {
                let kept = self.get(row).stage == Stage::Buffer;
                self.copies.join(copy, row, kept, twice);
            }
            None => self.copies.after_the_end(copy, twice),
        }
        copy
    }

    /// Whether a row still holds this very message.
    pub fn holds(&self, row: u32, message: &Message) -> bool {
        let held = self.get(row);
        held.stage != Stage::Free && held.is(message)
    }

    /// One row of each delivery that has not ended. For the end of a run.
    pub fn pending(&self) -> Vec<&Message> {
        let mut seen = std::collections::BTreeSet::new();
        let open = self.in_use().filter(|&(row, _)| {
            !self.copies.over(row) && self.copies.number(row).is_none_or(|group| seen.insert(group))
        });
        open.map(|(_, message)| message).collect()
    }

    /// The place of a message in the order in which the bus took them in, from 1, modulo 2^32.
    #[inline]
    pub fn place(&self, row: u32) -> u32 {
        self.places[number::index(row)]
    }

    /// All rows in use. For faults and the end of a run: messages never scan.
    pub fn in_use(&self) -> impl Iterator<Item = (u32, &Message)> + '_ {
        let rows = self.rows.iter().enumerate().map(|(row, message)| (number::row(row), message));
        rows.filter(|(_, message)| message.stage != Stage::Free)
    }
}

/// A first-in-first-out list of rows, as a ring: 8 bytes for any number of messages.
#[derive(Clone, Copy, Debug)]
pub struct List {
    last: u32,
    len: u32,
}

impl Default for List {
    fn default() -> Self {
        Self { last: NIL, len: 0 }
    }
}

impl List {
    /// How many rows it holds.
    pub fn len(&self) -> u32 {
        self.len
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a row at the end. `kept` says since when its message is kept, and replaces its due
    /// time: it lies in the past, so a hop that is still pending for the row is void.
    pub fn push(&mut self, messages: &mut Messages, row: u32, stage: Stage, kept: Time) {
        let first = if self.last == NIL { row } else { messages.get(self.last).link };
        if self.last != NIL {
            messages.get_mut(self.last).link = row;
        }
        let message = messages.get_mut(row);
        (message.link, message.stage, message.due) = (first, stage, kept);
        self.last = row;
        self.len += 1;
    }

    /// Takes the first row.
    pub fn pop(&mut self, messages: &mut Messages) -> Option<u32> {
        if self.last == NIL {
            return None;
        }
        let first = messages.get(self.last).link;
        if first == self.last {
            self.last = NIL;
        } else {
            messages.get_mut(self.last).link = messages.get(first).link;
        }
        self.len -= 1;
        Some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_first_in_first_out() {
        let mut messages = Messages::default();
        let mut list = List::default();
        let rows = [1, 2, 3].map(|id| messages.open(Message::new(Time::ZERO, 9, id, 0)));
        for row in rows {
            list.push(&mut messages, row, Stage::Buffer, Time::ZERO);
        }
        assert_eq!(list.pop(&mut messages), Some(rows[0]));
        list.push(&mut messages, rows[0], Stage::Buffer, Time::ZERO);
        let rest: Vec<_> = std::iter::from_fn(|| list.pop(&mut messages)).collect();
        assert_eq!(rest, [rows[1], rows[2], rows[0]]);
        assert!(list.is_empty());
    }

    #[test]
    fn a_closed_row_is_taken_again() {
        let mut messages = Messages::default();
        let row = messages.open(Message::new(Time::ZERO, 1, 1, 0));
        messages.close(row);
        assert_eq!((messages.in_use().count(), messages.get(row).due), (0, Time::NEVER));
        assert_eq!(messages.open(Message::new(Time::ZERO, 2, 2, 0)), row);
    }

    #[test]
    fn when_it_was_kept_is_known_to_a_microsecond() {
        let mut message = Message::new(Time::from_nanos(7), 1, 1, 0);
        message.keep(Time::from_nanos(5_000_007));
        assert_eq!(message.kept(), Time::from_nanos(7 + (5_000_000 >> 10 << 10)));
    }
}
