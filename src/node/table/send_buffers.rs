//! What gateways hold back for clients that read more slowly than they are written to.
//!
//! A client takes so many bytes a second, one message after another. What has not arrived lies in
//! the send buffer of its connection: a socket keeps what is not acknowledged.
use super::{fate::Entry, messages::Stage};
use crate::engine::{Span, Time, number};
use std::collections::{BTreeMap, VecDeque};

/// What waits for a client to read it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pushed {
    /// A message for many.
    OfMany {
        /// Which feed of its crowd it belongs to.
        feed: u8,
        /// What it is.
        entry: Entry,
    },
    /// A message of its own.
    Own {
        /// Its row.
        message: u32,
        /// The stage at which it goes down.
        down: Stage,
    },
}

/// A message in a send buffer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Held {
    /// What it is.
    pub what: Pushed,
    /// When it came.
    pub came: Time,
    /// How long its client takes for it.
    pub takes: Span,
    /// How much room it takes, in bytes: none where it comes as its client reads.
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
    /// Nothing goes down any more after this: the server closes the connection.
    until: Time,
    /// For when a timer is set.
    timer: Time,
}

impl SendBuffer {
    /// When each of what is held has gone down.
    fn taken(&self) -> impl Iterator<Item = (Time, &Held)> + '_ {
        self.held.iter().scan(self.began, |free, held| {
            *free = held.came.max(*free) + held.takes;
            Some((*free, held))
        })
    }
}

/// What the send buffers of an instance take, in bytes.
#[derive(Clone, Copy, Debug, Default)]
struct Room {
    now: u64,
    most: u64,
    /// The most together with what its connections take.
    with_connections: u64,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct SendBuffers {
    rows: BTreeMap<u32, SendBuffer>,
    /// By instance.
    bytes: BTreeMap<u16, Room>,
    /// Connections that were closed since their buffers were full.
    pub closed: u64,
    /// Of those who were cut off in the midst of a message: what has gone down of such.
    parts: BTreeMap<u32, u64>,
}

/// A whole message, in parts that went down.
const WHOLE: u64 = 1 << 20;

impl SendBuffers {
    /// What has arrived at a client by `now`: when, and what.
    pub fn arrived(&mut self, user: u32, now: Time) -> Vec<(Time, Held)> {
        let mut arrived = Vec::new();
        let Some(row) = self.rows.get_mut(&user) else { return arrived };
        while let Some(&first) = row.held.front() {
            let taken = row.began + first.takes;
            if taken > row.until || taken + row.way > now {
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

    /// What a client has taken by `now`, or until its connection was closed, and what has not
    /// arrived there. Of a message that it has begun to take a part went down: such parts add up to
    /// one that did.
    pub fn on_their_way(&mut self, user: u32, now: Time) -> Vec<Pushed> {
        let Some(row) = self.rows.get(&user) else { return Vec::new() };
        let mut all = Vec::new();
        let end = now.min(row.until);
        for (taken, held) in row.taken() {
            if taken <= end {
                all.push(held.what);
                continue;
            }
            let left = taken.since(end);
            if left < held.takes {
                let parts = self.parts.entry(user).or_default();
                let taken = u128::from((held.takes - left).nanos()) * u128::from(WHOLE);
                *parts += number::low64(taken / u128::from(held.takes.nanos()));
                if *parts >= WHOLE {
                    *parts -= WHOLE;
                    all.push(held.what);
                }
            }
            break;
        }
        all
    }

    /// How many bytes are held back for a client.
    pub fn of(&self, user: u32) -> u64 {
        self.rows.get(&user).map_or(0, |row| row.bytes)
    }

    /// Whether the server is closing the connection of a client.
    pub fn closes(&self, user: u32) -> bool {
        self.rows.get(&user).is_some_and(|row| row.until < Time::NEVER)
    }

    /// How many bytes are held back at an instance.
    pub fn at(&self, instance: u16) -> u64 {
        self.bytes.get(&instance).map_or(0, |room| room.now)
    }

    /// The most that was ever held back at an instance, in bytes.
    pub fn peak(&self, instance: u16) -> u64 {
        self.bytes.get(&instance).map_or(0, |room| room.most)
    }

    /// An instance takes so much now, with its connections.
    pub fn takes(&mut self, instance: u16, bytes: u64) {
        let room = self.bytes.entry(instance).or_default();
        room.with_connections = room.with_connections.max(bytes);
    }

    /// The most that was ever taken at an instance with its connections, in bytes, when something
    /// came into a send buffer.
    pub fn taken(&self, instance: u16) -> u64 {
        self.bytes.get(&instance).map_or(0, |room| room.with_connections)
    }

    /// A message goes into the send buffer of a client at an instance, `way` from there.
    pub fn push(&mut self, user: u32, instance: u16, way: Span, held: Held) {
        let row = self.rows.entry(user).or_insert_with(|| SendBuffer {
            instance,
            way,
            held: VecDeque::new(),
            began: held.came,
            bytes: 0,
            until: Time::NEVER,
            timer: Time::NEVER,
        });
        if row.held.is_empty() {
            row.began = row.began.max(held.came);
        }
        row.held.push_back(held);
        row.bytes += held.bytes;
        change(&mut self.bytes, instance, 0, held.bytes);
    }

    /// The oldest message that takes room and has not begun to go down by `now` is dropped, if
    /// there is one.
    pub fn drop_oldest(&mut self, user: u32, now: Time) -> Option<Held> {
        let row = self.rows.get_mut(&user)?;
        let waits = |(taken, held): (Time, &Held)| held.bytes > 0 && taken > now + held.takes;
        let waits = row.taken().position(waits)?;
        let dropped = row.held.remove(waits)?;
        row.bytes -= dropped.bytes;
        change(&mut self.bytes, row.instance, dropped.bytes, 0);
        Some(dropped)
    }

    /// When a timer is to be set for what arrives next at a client, if it is not set.
    pub fn timer(&mut self, user: u32) -> Option<Time> {
        let row = self.rows.get_mut(&user)?;
        let taken = row.began + row.held.front()?.takes;
        let at = taken + row.way;
        if taken > row.until || row.timer == at {
            return None;
        }
        row.timer = at;
        Some(at)
    }

    /// The server closes the connection of a client at `now`.
    pub fn close(&mut self, user: u32, now: Time) {
        if let Some(row) = self.rows.get_mut(&user) {
            row.until = now;
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

fn change(bytes: &mut BTreeMap<u16, Room>, instance: u16, less: u64, more: u64) {
    let room = bytes.entry(instance).or_default();
    room.now = room.now + more - less;
    room.most = room.most.max(room.now);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Time {
        Time::ZERO + Span::from_millis(ms)
    }

    fn message(number: u32, came: u64) -> Held {
        let entry = Entry { sent: ms(came), kept: ms(came), place: 0, id: number };
        let what = Pushed::OfMany { feed: 0, entry };
        Held { what, came: ms(came), takes: Span::from_millis(10), bytes: 100 }
    }

    fn own(message: u32, came: u64) -> Held {
        let what = Pushed::Own { message, down: Stage::Down };
        Held { what, came: ms(came), takes: Span::from_millis(10), bytes: 100 }
    }

    fn number(held: Held) -> u32 {
        match held.what {
            Pushed::OfMany { entry, .. } => entry.id,
            Pushed::Own { message, .. } => message,
        }
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
            all.into_iter().map(|(at, held)| (at, number(held))).collect()
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
        assert_eq!(buffers.drop_oldest(7, ms(4)).map(number), Some(2));
        let arrived = buffers.arrived(7, ms(100));
        let arrived: Vec<_> = arrived.into_iter().map(|(at, held)| (at, number(held))).collect();
        assert_eq!(arrived, [(ms(10), 1), (ms(20), 3)]);
        buffers.push(7, 0, Span::ZERO, message(4, 200));
        assert_eq!(buffers.drop_oldest(7, ms(200)), None);
    }

    #[test]
    fn a_connection_that_is_closed_gets_nothing_but_what_is_on_its_way() {
        let (mut buffers, way) = (SendBuffers::default(), Span::from_millis(5));
        (1..=2).for_each(|number| buffers.push(7, 3, way, message(number, 0)));
        buffers.close(7, ms(12));
        assert!(buffers.closes(7));
        let arrived = buffers.arrived(7, ms(500));
        assert_eq!(arrived.into_iter().map(|(_, held)| number(held)).collect::<Vec<_>>(), [1]);
        let left: Vec<u32> = buffers.forget(7).into_iter().map(number).collect();
        assert_eq!((left, buffers.at(3), buffers.users()), (vec![2], 0, vec![]));
    }

    #[test]
    fn a_timer_is_set_once_for_what_arrives_next() {
        let (mut buffers, way) = (SendBuffers::default(), Span::from_millis(5));
        for held in [message(1, 0), own(8, 0), message(3, 0)] {
            buffers.push(7, 0, way, held);
        }
        assert_eq!(buffers.timer(7), Some(ms(15)));
        assert_eq!(buffers.timer(7), None);
        assert_eq!(buffers.arrived(7, ms(15)).len(), 1);
        assert_eq!(buffers.timer(7), Some(ms(25)));
        buffers.close(7, ms(19));
        assert_eq!(buffers.timer(7), None);
        assert_eq!(buffers.arrived(7, ms(100)).len(), 0);
    }
}
