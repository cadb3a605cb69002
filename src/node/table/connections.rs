//! One row a user, both ends of its connection. Columns are cut by visit: what a message reads is
//! one 8-byte row, what only a loss or a return reads lies apart. 24 bytes a user in all,
//! 28 with its entry in the registry, and 8 more once messages reach it.
use super::{
    browsers::{Beside, Queues},
    crowds::{Crowd, Crowds},
    kept::Shelf,
    messages::Message,
    states::States,
};
use crate::engine::{Span, Time, number};
use std::collections::{BTreeMap, BTreeSet};

/// No instance.
pub const NOWHERE: u16 = u16::MAX;

/// The session after this one; sessions are counted modulo 2^16.
#[inline]
pub fn next_session(session: u16) -> u16 {
    session.checked_add(1).unwrap_or(0)
}

/// Where a user's connection stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum State {
    /// No connection; the next attempt is due.
    Away,
    /// An attempt is under way.
    Connecting,
    /// Open.
    Online,
    /// Dead, and the client does not know.
    HalfOpen,
    /// Left for good.
    Gone,
    /// Not there, by its own choice, until its next visit.
    Absent,
}

/// What a message reads of a user.
#[derive(Clone, Copy, Debug)]
pub struct Connection {
    /// The instance that holds the connection or the handshake; [`NOWHERE`] when none does.
    pub gateway: u16,
    /// Which connection of the user, from 0, modulo 2^16; it counts at open.
    pub session: u16,
    /// Round trip in units of 1,024 ns.
    round_trip: [u8; 3],
    /// Where it stands.
    pub state: State,
}

const _: () = assert!(size_of::<Connection>() == 8);
/// A round trip is known to 2^10 ns = 1 µs, and at most 2^34 ns = 17 s.
const UNIT: u32 = 10;

impl Connection {
    /// The first connection of a user.
    pub fn new(state: State) -> Self {
        Self { gateway: NOWHERE, session: 0, round_trip: [0; 3], state }
    }

    /// From the client to the edge and back.
    #[inline]
    pub fn round_trip(&self) -> Span {
        let [a, b, c] = self.round_trip;
        Span::from_nanos(u64::from(u32::from_le_bytes([a, b, c, 0])) << UNIT)
    }

    /// Sets the round trip, rounded to its unit.
    pub fn set_round_trip(&mut self, span: Span) {
        let units = (span.nanos() + (1 << (UNIT - 1))) >> UNIT;
        let [a, b, c, ..] = number::low(units.min((1 << 24) - 1)).to_le_bytes();
        self.round_trip = [a, b, c];
    }
}

/// The attempts of a user's present outage.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attempts {
    /// How many have begun.
    pub number: u16,
    /// Where the last one was sent.
    pub target: u16,
}

/// The columns.
#[derive(Clone, Debug, Default)]
pub struct Connections {
    /// Read by every message. Written by clients.
    pub row: Vec<Connection>,
    /// While away: when the connection died. While online: when the buffer was read for this
    /// session, or [`Time::NEVER`] before that. Written by clients and, for the read, the buffer.
    pub since: Vec<Time>,
    /// Written by clients; `target` by the balancer.
    pub attempts: Vec<Attempts>,
    /// Written by clients and the buffer.
    pub kept: Shelf,
    /// Where the state of each session is, if gateways keep any. Written by them and by clients.
    pub states: States,
    /// In which order messages reach each user. Written when a delivery ends.
    pub order: Order,
    /// Those who open a new connection beside their old one, and the instance that has let them in.
    pub making: BTreeMap<u32, Option<u16>>,
    /// Tabs that wait for a connection of their browser. Written by clients.
    pub queues: Queues,
    /// Those that wait for it to be open, where all share one and another tab opens it. The same.
    pub opening: Queues,
    /// Where the streams of a browser share one connection: how each user's stands to the others.
    /// Written by clients.
    pub beside: Vec<Beside>,
    /// Those who try a transport after others have failed, and how long those took.
    pub negotiating: BTreeMap<u32, Span>,
    /// Where users come and go: the present or last visit of each. Written by clients.
    pub visits: Vec<Visit>,
    /// Those whose visit is over, and whose connection is dead without their knowing.
    pub leaving: BTreeSet<u32>,
    /// What each sender has written and not seen acknowledged. Written by clients and the bus.
    pub unacknowledged: BTreeMap<u32, Vec<Unacknowledged>>,
    /// Where clients tell now and then what they have seen: what each has seen since. Written when
    /// a delivery ends, and by the buffer.
    pub seen: Vec<u16>,
    /// Where a managed service closes idle connections: when something last came or went on each.
    /// Written by clients and gateways.
    pub active: Vec<Time>,
    /// Where clients poll so rarely that the connection of the last poll is no longer kept: until
    /// when that of each one's last request is, such as of a message. Written by gateways.
    pub kept_until: Vec<Time>,
    /// Where each request that is held is a session: that with which the connection of each opened.
    /// Written by clients.
    pub opened: Vec<u16>,
}

/// A message that its sender has written, and may have to send again.
#[derive(Clone, Copy, Debug)]
pub struct Unacknowledged {
    /// As it was written last.
    pub message: Message,
    /// Its row.
    pub row: u32,
    /// When it was written last.
    pub wrote: Time,
    /// When its acknowledgement comes; never, before the bus has taken it in.
    pub acknowledged: Time,
    /// Whether the row waits here: what was written is lost, and the sender does not know.
    pub in_hand: bool,
}

/// A visit of a user.
#[derive(Clone, Copy, Debug, Default)]
pub struct Visit {
    /// Which of them, from 0, modulo 2^16.
    pub number: u16,
    /// When it began.
    pub began: Time,
}

/// The latest message that has reached each user, and when. Only users who receive something cost
/// memory: the column is zero until then.
#[derive(Clone, Debug, Default)]
pub struct Order {
    latest: Vec<[u32; 2]>,
}

/// Unit of the arrivals that [`Order`] keeps: 2^20 ns, about a millisecond.
const ARRIVAL_SHIFT: u32 = 20;

impl Order {
    /// A message that has the `place` in the bus reaches `user`, one of `users`, at `at`; returns
    /// whether one that the bus took in later reached it before. `at` may lie before the arrivals
    /// that are known already; it is held against them to a millisecond.
    #[inline]
    pub fn reaches(&mut self, at: Time, user: u32, users: usize, place: u32, late: bool) -> bool {
        if self.latest.is_empty() {
            self.latest = vec![[0; 2]; users];
        }
        let [latest, arrival] = &mut self.latest[number::index(user)];
        let at = number::low(at.nanos() >> ARRIVAL_SHIFT);
        if number::later(*latest, place) {
            return !late || *arrival < at;
        }
        (*latest, *arrival) = (place, at);
        false
    }
}

impl Connections {
    /// Bytes a user; more once messages reach it.
    pub fn bytes(receives: bool) -> u64 {
        let columns =
            size_of::<Connection>() + size_of::<Time>() + size_of::<Attempts>() + Shelf::BYTES;
        let order = if receives { size_of::<[u32; 2]>() } else { 0 };
        number::count(columns + order)
    }

    /// The users of all crowds, who are away; columns that none of them needs are empty.
    pub fn of(crowds: &Crowds) -> Self {
        let mut all = Self::default();
        all.extend(crowds.users());
        let users = number::index(crowds.users());
        if crowds.iter().any(|crowd| crowd.visits) {
            all.visits = vec![Visit::default(); users];
        }
        if crowds.iter().any(|crowd| crowd.reading.acknowledge_every > 1) {
            all.seen = vec![0; users];
        }
        if crowds.rows().iter().any(|crowd| crowd.affinity.is_some()) {
            all.states = States::new(crowds.users());
        }
        if crowds.rows().iter().any(|crowd| crowd.idle().is_some()) {
            all.active = vec![Time::ZERO; users];
        }
        if crowds.rows().iter().any(Crowd::polls_anew) {
            all.kept_until = vec![Time::ZERO; users];
        }
        if crowds.rows().iter().any(Crowd::shares) {
            all.beside = vec![Beside::default(); users];
        }
        if crowds.rows().iter().any(|crowd| crowd.hold().is_some()) {
            all.opened = vec![0; users];
        }
        all
    }

    /// Adds `count` users who are away.
    pub fn extend(&mut self, count: u32) {
        let len = self.row.len() + number::index(count);
        self.row.resize(len, Connection::new(State::Away));
        self.since.resize(len, Time::ZERO);
        self.attempts.resize(len, Attempts::default());
        self.kept.resize(len);
    }

    /// An instance is gone, and with it the connections that were being opened there; returns
    /// whose.
    pub fn stop_making(&mut self, instance: u16) -> Vec<u32> {
        let there = self.making.iter().filter(|(_, target)| **target == Some(instance));
        let users: Vec<u32> = there.map(|(user, _)| *user).collect();
        for user in &users {
            self.making.remove(user);
        }
        users
    }

    /// A user sees so many messages more.
    #[inline]
    pub fn saw(&mut self, user: u32, many: u32, crowds: &Crowds) {
        if let Some(seen) = self.seen.get_mut(number::index(user)) {
            let every = u32::from(crowds.of(user).reading.acknowledge_every.max(1));
            let all = (u32::from(*seen) + many % every) % every;
            *seen = u16::try_from(all).unwrap_or(0);
        }
    }

    /// Since when a user who has no connection wants one: since it was lost, or since its visit
    /// began.
    pub fn wants_since(&self, user: u32) -> Time {
        let place = number::index(user);
        let began = self.visits.get(place).map_or(Time::ZERO, |visit| visit.began);
        self.since[place].max(began)
    }

    /// The connection of a user opens, with its present session.
    pub fn opens(&mut self, user: u32) {
        if let Some(opened) = self.opened.get_mut(number::index(user)) {
            *opened = self.row[number::index(user)].session;
        }
    }

    /// Whether a timer that was set when a connection opened, with its session, is about the one
    /// that a user has now.
    pub fn opened_with(&self, user: u32, ticket: u16, crowd: &Crowd) -> bool {
        let opened = self.opened.get(number::index(user)).filter(|_| crowd.hold().is_some());
        ticket == opened.copied().unwrap_or(self.get(user).session)
    }

    /// Something comes or goes on a user's connection.
    #[inline]
    pub fn is_active(&mut self, user: u32, now: Time) {
        if let Some(active) = self.active.get_mut(number::index(user)) {
            *active = now;
        }
    }

    /// A user's row.
    #[inline]
    pub fn get(&self, user: u32) -> &Connection {
        &self.row[number::index(user)]
    }

    /// A user's row, to change it.
    #[inline]
    pub fn get_mut(&mut self, user: u32) -> &mut Connection {
        &mut self.row[number::index(user)]
    }

    /// Reads of each column what the end of a delivery to `user` will read: see
    /// [`Model::touch`](crate::engine::Model::touch).
    #[inline]
    pub fn touch_end(&self, user: u32) -> u32 {
        let place = number::index(user);
        let order = self.order.latest.get(place).map_or(0, |[latest, _]| *latest);
        order ^ u32::from(self.row[place].session) ^ number::low(self.since[place].nanos())
    }

    /// The same for a timer of `user`.
    #[inline]
    pub fn touch_timer(&self, user: u32) -> u32 {
        let place = number::index(user);
        let row = u32::from(self.row[place].session ^ self.attempts[place].number);
        row ^ number::low(self.since[place].nanos())
    }

    /// The users whose connection or handshake an instance holds. For faults: messages never scan.
    pub fn held_by(&self, instance: u16) -> Vec<u32> {
        let held = self.row.iter().enumerate().filter(|(_, row)| row.gateway == instance);
        held.map(|(user, _)| number::row(user)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_takes_24_bytes_and_8_more_once_it_receives() {
        assert_eq!((Connections::bytes(false), Connections::bytes(true)), (24, 32));
    }

    #[test]
    fn a_round_trip_is_kept_to_a_microsecond() {
        let mut row = Connection::new(State::Online);
        row.set_round_trip(Span::from_millis(55));
        let error = row.round_trip().float() - 55e6;
        assert!(error.abs() <= 512.0, "{error}");
        row.set_round_trip(Span::from_secs(100));
        assert_eq!(row.round_trip(), Span::from_nanos(((1 << 24) - 1) << 10));
    }
}
