//! What gateways hold back for clients that read more slowly than they are written to.
//!
//! A client takes so many bytes a second, one message after another. What has not arrived lies in
//! the send buffer of its connection: a socket keeps what is not acknowledged.
use super::fate::Entry;
use crate::engine::{Span, Time};
use std::collections::{BTreeMap, VecDeque};

/// A message in a send buffer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Held {
    /// Which feed of its crowd it belongs to.
    pub feed: u8,
    /// Its number there.
    pub number: u32,
    /// What it is.
    pub entry: Entry,
    /// When it came.
    pub came: Time,
    /// How long its client takes for it.
    pub takes: Span,
    /// How much room it takes, in bytes.
    pub bytes: u64,
}

/// The send buffer of one connection.
#[derive(Clone, Debug)]
struct SendBuffer {
    instance: u16,
    /// From the instance down to the client.
    way: Span,
    held: VecDeque<Held>,
    /// When the first of them began to be taken.
    began: Time,
    bytes: u64,
    /// The server closes the connection: nothing more goes down.
    closing: bool,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct SendBuffers {
    rows: BTreeMap<u32, SendBuffer>,
    /// Bytes by instance: now, and the most.
    bytes: BTreeMap<u16, [u64; 2]>,
    /// Connections that were closed since their buffers were full.
    pub closed: u64,
}

impl SendBuffers {
    /// What has arrived at a client by `now`: when, and what.
    pub fn arrived(&mut self, user: u32, now: Time) -> Vec<(Time, Held)> {
        let mut arrived = Vec::new();
        let Some(row) = self.rows.get_mut(&user).filter(|row| !row.closing) else {
            return arrived;
        };
        while let Some(&first) = row.held.front() {
            let taken = row.began + first.takes;
            if taken + row.way > now {
                break;
            }
            row.held.pop_front();
            row.bytes -= first.bytes;
            change(&mut self.bytes, row.instance, first.bytes, 0);
            row.began = row.held.front().map_or(taken, |next| next.came.max(taken));
            arrived.push((taken + row.way, first));
        }
        arrived
    }

    /// How many bytes are held back for a client.
    pub fn of(&self, user: u32) -> u64 {
        self.rows.get(&user).map_or(0, |row| row.bytes)
    }

    /// Whether the server is closing the connection of a client.
    pub fn closes(&self, user: u32) -> bool {
        self.rows.get(&user).is_some_and(|row| row.closing)
    }

    /// How many bytes are held back at an instance.
    pub fn at(&self, instance: u16) -> u64 {
        self.bytes.get(&instance).map_or(0, |bytes| bytes[0])
    }

    /// The most that was ever held back at an instance, in bytes.
    pub fn peak(&self, instance: u16) -> u64 {
        self.bytes.get(&instance).map_or(0, |bytes| bytes[1])
    }

    /// A message goes into the send buffer of a client at an instance, `way` from there.
    pub fn push(&mut self, user: u32, instance: u16, way: Span, held: Held) {
        let row = self.rows.entry(user).or_insert_with(|| SendBuffer {
            instance,
            way,
            held: VecDeque::new(),
            began: held.came,
            bytes: 0,
            closing: false,
        });
        if row.held.is_empty() {
            row.began = row.began.max(held.came);
        }
        row.held.push_back(held);
        row.bytes += held.bytes;
        change(&mut self.bytes, instance, 0, held.bytes);
    }

    /// The oldest message that has not begun to go down by `now` is dropped, if there is one.
    pub fn drop_oldest(&mut self, user: u32, now: Time) -> Option<Held> {
        let row = self.rows.get_mut(&user)?;
        let mut begins = row.began;
        let waits = row.held.iter().position(|held| {
            let begun = begins.max(held.came);
            begins = begun + held.takes;
            begun > now
        })?;
        let dropped = row.held.remove(waits)?;
        row.bytes -= dropped.bytes;
        change(&mut self.bytes, row.instance, dropped.bytes, 0);
        Some(dropped)
    }

    /// The server closes the connection of a client.
    pub fn close(&mut self, user: u32) {
        if let Some(row) = self.rows.get_mut(&user) {
            row.closing = true;
            self.closed += 1;
        }
    }

    /// A connection is gone, with what was held back for it.
    pub fn forget(&mut self, user: u32) -> VecDeque<Held> {
        let Some(row) = self.rows.remove(&user) else { return VecDeque::new() };
        change(&mut self.bytes, row.instance, row.bytes, 0);
        row.held
    }

    /// Those for whom something is held back.
    pub fn users(&self) -> Vec<u32> {
        self.rows.keys().copied().collect()
    }
}

fn change(bytes: &mut BTreeMap<u16, [u64; 2]>, instance: u16, less: u64, more: u64) {
    let row = bytes.entry(instance).or_default();
    row[0] = row[0] + more - less;
    row[1] = row[1].max(row[0]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Time {
        Time::ZERO + Span::from_millis(ms)
    }

    fn message(number: u32, came: u64) -> Held {
        let entry = Entry { sent: ms(came), kept: ms(came), place: 0, id: number };
        let takes = Span::from_millis(10);
        Held { feed: 0, number, entry, came: ms(came), takes, bytes: 100 }
    }

    #[test]
    fn a_client_takes_one_after_another() {
        let (mut buffers, way) = (SendBuffers::default(), Span::from_millis(5));
        for (number, came) in [(1, 0), (2, 2), (3, 50)] {
            buffers.push(7, 0, way, message(number, came));
        }
        assert_eq!((buffers.of(7), buffers.at(0)), (300, 300));
        let arrived = |buffers: &mut SendBuffers, now| -> Vec<(Time, u32)> {
            let all = buffers.arrived(7, ms(now));
            all.into_iter().map(|(at, held)| (at, held.number)).collect()
        };
        assert_eq!(arrived(&mut buffers, 14), []);
        assert_eq!(arrived(&mut buffers, 60), [(ms(15), 1), (ms(25), 2)]);
        assert_eq!(arrived(&mut buffers, 65), [(ms(65), 3)]);
        assert_eq!((buffers.at(0), buffers.peak(0)), (0, 300));
    }

    #[test]
    fn what_has_begun_to_go_down_is_not_dropped() {
        let mut buffers = SendBuffers::default();
        (1..=3).for_each(|number| buffers.push(7, 0, Span::ZERO, message(number, 0)));
        let dropped = buffers.drop_oldest(7, ms(4)).map(|held| held.number);
        assert_eq!(dropped, Some(2));
        let arrived = buffers.arrived(7, ms(100));
        let arrived: Vec<_> = arrived.into_iter().map(|(at, held)| (at, held.number)).collect();
        assert_eq!(arrived, [(ms(10), 1), (ms(20), 3)]);
        buffers.push(7, 0, Span::ZERO, message(4, 200));
        assert_eq!(buffers.drop_oldest(7, ms(200)), None);
    }

    #[test]
    fn a_connection_that_is_closed_gets_nothing_more() {
        let mut buffers = SendBuffers::default();
        buffers.push(7, 3, Span::ZERO, message(1, 0));
        buffers.close(7);
        assert!(buffers.closes(7) && buffers.arrived(7, ms(500)).is_empty());
        let left: Vec<u32> = buffers.forget(7).into_iter().map(|held| held.number).collect();
        assert_eq!((left, buffers.at(3), buffers.users()), (vec![1], 0, vec![]));
    }
}
