//! What carries messages from the connection tier to the delivery tier: partitions, each in the
//! order of the log, the queues that they share, and the consumer group that reads them.
//!
//! A partition that nobody reads holds its messages (`Stage::Parked`), in the order of the log,
//! until it is read again; a bus that stores nothing loses them.
use super::{
    Cx, Purpose,
    group::Group,
    parameters::{self, Guarantee, PartitionKey, WhenFull},
    rooms::{Spread, spread_of},
    table::{
        crowds::{Delay, Port, spread},
        messages::{Message, Stage},
    },
};
use crate::{
    engine::{Draws, Span, Station, Time, Zipf, number},
    record::{Cause, End, Twice},
};
use std::{cmp::Ordering, collections::VecDeque};

mod brokers;

/// Keeps the phase of a partition's reads apart from what is drawn for consumers.
const READS: u64 = 1 << 32;

/// A bus in motion.
#[derive(Clone, Debug)]
pub struct Pubsub {
    id: u8,
    parameters: parameters::Pubsub,
    fanout: Port,
    draws: Draws,
    latency: Delay,
    service: Span,
    skew: Option<Zipf>,
    partitions: Vec<Partition>,
    queues: Vec<Station>,
    group: Group,
    /// Whether what is handed out is noted until it is committed: only where a consumer can die.
    notes: bool,
    /// The most messages that waited when partitions began to be read again.
    most_parked: f64,
}

/// One partition.
#[derive(Clone, Debug)]
struct Partition {
    /// Messages that wait for somebody to read them.
    parked: VecDeque<u32>,
    /// Whether the group has stopped it.
    unread: bool,
    /// Whether its broker is gone.
    headless: bool,
    /// What has been handed out and not committed.
    handed: VecDeque<Handed>,
    /// When the last message leaves it: no later one overtakes that.
    left: Time,
}

/// A message that has been handed out.
#[derive(Clone, Copy, Debug)]
struct Handed {
    at: Time,
    row: u32,
    /// In the order of the log.
    position: u32,
    message: Message,
}

/// Whether a message that was handed out waits to be read again.
fn is_parked(note: &Handed, cx: &Cx<'_>) -> bool {
    cx.messages.holds(note.row, &note.message) && cx.messages.get(note.row).stage == Stage::Parked
}

impl Partition {
    fn stopped(&self) -> bool {
        self.unread || self.headless
    }
}

impl Pubsub {
    /// A bus with empty partitions that `consumers` instances read. `notes`: a consumer can die.
    pub fn new(
        id: u8,
        parameters: parameters::Pubsub,
        fanout: Port,
        consumers: u16,
        notes: bool,
        draws: Draws,
    ) -> Self {
        let partition = Partition {
            parked: VecDeque::new(),
            unread: false,
            headless: false,
            handed: VecDeque::new(),
            left: Time::ZERO,
        };
        let many = parameters.partitions;
        let skew = (parameters.skew > 0.0).then(|| Zipf::new(many, parameters.skew));
        Self {
            id,
            fanout,
            draws: draws.clone(),
            latency: Delay::from(&parameters.latency),
            service: Span::from_seconds(1.0 / parameters.rate.0),
            skew: skew.map(|zipf| zipf.expect("checked when it was read")),
            partitions: vec![partition; number::index(many)],
            queues: vec![Station::new(1); number::index(parameters.queues)],
            group: Group::new(parameters.group, draws, consumers, many),
            notes: notes && parameters.stores && parameters.delivery == Guarantee::AtLeastOnce,
            most_parked: 0.0,
            parameters,
        }
    }

    /// A message is published.
    #[inline]
    pub fn on_hop(&mut self, message: u32, cx: &mut Cx<'_>) {
        let row = *cx.messages.get(message);
        if row.stage != Stage::Bus || row.due != cx.now {
            return;
        }
        let place = self.partition(&row, cx);
        let partition = &self.partitions[number::index(place)];
        let full = match self.parameters.bound {
            Some(bound) if partition.stopped() => self.is_full(place, bound),
            Some(bound) => self.overflows(place, bound, cx.now),
            None => false,
        };
        if full {
            return cx.unsent(message, Cause::BusOverflow);
        }
        let stopped = partition.stopped();
        // Who waits for room has no acknowledgement yet.
        let waits = stopped && self.waits_for_room(partition.parked.len());
        if !waits && cx.taken_in(message) {
            return cx.known(message);
        }
        cx.messages.log(cx.now, message);
        if stopped {
            return self.park(place, message, cx);
        }
        let behind = self.queues[self.queue(place)].wait(cx.now) > self.parameters.retention;
        if behind && self.parameters.stores {
            // The log will have forgotten it when its turn comes.
            return cx.end(cx.now, message, End::Lost(Cause::BusLost));
        }
        self.hand_out(place, message, cx);
    }

    /// The partition of a message.
    #[inline]
    fn partition(&self, row: &Message, cx: &Cx<'_>) -> u32 {
        let crowd = cx.crowds.of(row.to);
        let many = number::row(self.partitions.len());
        let key = match self.parameters.key {
            PartitionKey::Recipient => crowd.hash(row.to),
            PartitionKey::Sender => crowd.hash_of_sender(row),
            PartitionKey::Room => crowd.hash(crowd.room(row.to).map_or(row.to, |room| room.start)),
            PartitionKey::Random => {
                let entity = crowd.published(row);
                return self
                    .skewed(entity)
                    .unwrap_or_else(|| self.draws.below(Purpose::Partition, entity, many));
            }
        };
        self.skewed(key).unwrap_or_else(|| spread(key, many))
    }

    /// The queue of a partition.
    #[inline]
    fn queue(&self, place: u32) -> usize {
        number::index(place) % self.queues.len()
    }

    fn skewed(&self, key: u64) -> Option<u32> {
        self.skew.map(|zipf| zipf.rank(&mut self.draws.stream(Purpose::Partition, key)) - 1)
    }

    /// Whether a partition that is read has no room in time.
    fn overflows(&self, place: u32, bound: u32, now: Time) -> bool {
        let wait = self.queues[self.queue(place)].wait(now);
        let room_after = wait - self.service.times(u64::from(bound)).min(wait);
        let patience = match self.parameters.when_full {
            WhenFull::Drop => Span::ZERO,
            WhenFull::Block => self.parameters.max_block,
        };
        room_after > patience
    }

    /// A partition hands a message to its consumer, after those before it.
    #[inline]
    fn hand_out(&mut self, place: u32, message: u32, cx: &mut Cx<'_>) {
        let row = *cx.messages.get(message);
        let entity = cx.crowds.of(row.to).message(&row);
        let consumer = self.group.owner(place);
        let queue = self.queue(place);
        let service = self.queues[queue].arrive(cx.now, self.service);
        let inside = self.latency.draw(&self.draws, Purpose::Message, entity, Stage::Bus as u32);
        let left = self.next_read(place, service.finish + inside);
        let last = &mut self.partitions[number::index(place)].left;
        let left = left.max(*last + Span::from_nanos(1));
        *last = left;
        let at = left + self.link(entity);
        if self.notes {
            let position = cx.messages.place(message);
            let handed = Handed { at, row: message, position, message: row };
            self.note(handed, consumer, place, cx);
        }
        cx.messages.get_mut(message).at = consumer;
        cx.hop(at, self.fanout.node, message, Stage::Fanout);
    }

    #[inline]
    fn link(&self, entity: u64) -> Span {
        self.fanout.latency.draw(&self.draws, Purpose::Message, entity, Stage::Fanout as u32)
    }

    /// When a consumer that asks at its interval next finds what is readable from `at` on.
    #[inline]
    fn next_read(&self, place: u32, at: Time) -> Time {
        let every = self.parameters.fetch.nanos();
        if every == 0 {
            return at;
        }
        let unit = self.draws.unit(Purpose::Consumer, READS | u64::from(place), 0);
        let phase = self.parameters.fetch.scale(unit).nanos();
        let passed = (at.nanos() + every - phase) % every;
        at + Span::from_nanos(if passed == 0 { 0 } else { every - passed })
    }

    fn note(&mut self, handed: Handed, consumer: u16, place: u32, cx: &Cx<'_>) {
        let committed = self.group.committed(cx.now, consumer);
        let notes = &mut self.partitions[number::index(place)].handed;
        while notes.front().is_some_and(|first| first.at <= committed) {
            notes.pop_front();
        }
        notes.push_back(handed);
    }

    /// Whether a message behind so many others in a partition that nobody reads is still its
    /// publisher's.
    fn waits_for_room(&self, position: usize) -> bool {
        let full = self.parameters.bound.is_some_and(|bound| position >= number::index(bound));
        full && self.parameters.when_full == WhenFull::Block
    }

    /// Whether a partition that nobody reads has no room.
    fn is_full(&self, place: u32, bound: u32) -> bool {
        let parked = &self.partitions[number::index(place)].parked;
        self.parameters.stores
            && self.parameters.when_full == WhenFull::Drop
            && parked.len() >= number::index(bound)
    }

    /// A message comes to a partition that nobody reads.
    fn park(&mut self, place: u32, message: u32, cx: &mut Cx<'_>) {
        if !self.parameters.stores {
            return cx.end(cx.now, message, End::Lost(Cause::BusLost));
        }
        self.partitions[number::index(place)].parked.push_back(message);
        let row = cx.messages.get_mut(message);
        (row.stage, row.due) = (Stage::Parked, cx.now);
    }

    /// Partitions stop being read: what they have not handed out waits.
    fn stop(&mut self, stopped: &[u32], cx: &mut Cx<'_>) {
        let mut stops = vec![false; self.partitions.len()];
        for &place in stopped {
            stops[number::index(place)] = true;
            let left = &mut self.partitions[number::index(place)].left;
            *left = cx.now.min(*left);
            if self.queues.len() == self.partitions.len() {
                self.queues[number::index(place)].clear(cx.now);
            }
        }
        for (message, place) in self.in_flight(cx, |row| row.stage == Stage::Fanout) {
            let row = *cx.messages.get(message);
            let on_the_way = self.link(cx.crowds.of(row.to).message(&row));
            if stops[number::index(place)] && row.due > cx.now + on_the_way {
                self.park_again(place, message, cx);
            }
        }
        for &place in stopped {
            self.sort(place, cx);
            let notes = &mut self.partitions[number::index(place)].handed;
            notes.retain(|note| !is_parked(note, cx));
        }
    }

    /// A message that the partition had given away, or would have, is read again later.
    fn park_again(&mut self, place: u32, message: u32, cx: &mut Cx<'_>) {
        if !self.parameters.stores {
            return cx.end(cx.now, message, End::Lost(Cause::BusLost));
        }
        cx.messages.calls.end(message);
        let row = cx.messages.get_mut(message);
        (row.stage, row.due) = (Stage::Parked, cx.now);
        self.partitions[number::index(place)].parked.push_back(message);
    }

    /// Restores the order of the log.
    fn sort(&mut self, place: u32, cx: &Cx<'_>) {
        let parked = self.partitions[number::index(place)].parked.make_contiguous();
        parked.sort_by(|&one, &other| {
            let places = [one, other].map(|row| cx.messages.place(row));
            match places {
                [a, b] if a == b => one.cmp(&other),
                [a, b] if number::later(a, b) => Ordering::Greater,
                _ => Ordering::Less,
            }
        });
    }

    /// Those of this bus's messages, with their partitions. For faults: messages never scan.
    fn in_flight(&self, cx: &Cx<'_>, which: impl Fn(&Message) -> bool) -> Vec<(u32, u32)> {
        let mine = cx
            .messages
            .in_use()
            .filter(|(_, row)| which(row) && cx.crowds.of(row.to).bus == Some(self.id));
        mine.map(|(message, row)| (message, self.partition(row, cx))).collect()
    }

    /// A partition is read again, from its first message on.
    fn resume(&mut self, place: u32, cx: &mut Cx<'_>) {
        let parked = std::mem::take(&mut self.partitions[number::index(place)].parked);
        for (position, message) in parked.into_iter().enumerate() {
            let row = *cx.messages.get(message);
            let waited = self.waits_for_room(position);
            if waited && cx.now.since(row.due) > self.parameters.max_block {
                cx.unsent_at(row.due + self.parameters.max_block, message, Cause::BusOverflow);
            } else if waited && cx.taken_in(message) {
                cx.known(message);
            } else if cx.now.since(row.kept()) > self.parameters.retention {
                cx.end(row.kept() + self.parameters.retention, message, End::Lost(Cause::BusLost));
            } else {
                self.hand_out(place, message, cx);
            }
        }
    }

    /// A consumer dies with what it has in hand; returns when the group will know.
    pub fn on_death(&mut self, consumer: u16, cx: &mut Cx<'_>) -> Time {
        let owned = self.group.of(consumer);
        self.unread(&owned, cx);
        let asking = |stage| matches!(stage, Stage::LookUpAgain | Stage::Stale | Stage::StaleAgain);
        let in_hand = self.in_flight(cx, |row| match row.stage {
            Stage::Fanout | Stage::Served | Stage::LookUp => row.at == consumer,
            stage => asking(stage),
        });
        for (message, place) in in_hand {
            let elsewhere = asking(cx.messages.get(message).stage);
            if !elsewhere || self.group.owner(place) == consumer {
                self.drop_from_hand(place, message, cx);
            }
        }
        let committed = self.group.committed(cx.now, consumer);
        let spread = if self.notes { spread_of(self.id, cx) } else { Spread::new() };
        for &place in &owned {
            let handed = std::mem::take(&mut self.partitions[number::index(place)].handed);
            for note in handed.into_iter().filter(|note| note.at > committed) {
                self.read_again(place, note, &spread, cx);
            }
            self.sort(place, cx);
        }
        self.group.dies(cx.now, consumer)
    }

    fn drop_from_hand(&mut self, place: u32, message: u32, cx: &mut Cx<'_>) {
        let again = self.parameters.delivery == Guarantee::AtLeastOnce && self.parameters.stores;
        if again {
            self.park_again(place, message, cx);
        } else if cx.messages.get(message).stage == Stage::Fanout {
            cx.end(cx.now, message, End::Lost(Cause::BusLost));
        } else {
            cx.stranded(message, Cause::BusLost);
        }
    }

    /// What was handed out and not committed is read a second time.
    fn read_again(&mut self, place: u32, note: Handed, spread: &Spread, cx: &mut Cx<'_>) {
        if is_parked(&note, cx) {
            return;
        }
        let there = cx.messages.holds(note.row, &note.message);
        let mut copy = note.message;
        (copy.stage, copy.due) = (Stage::Parked, cx.now);
        let copy =
            cx.messages.copy(copy, note.position, there.then_some(note.row), Twice::Redelivered);
        let for_all = cx.crowds.of(note.message.to).everybody(&note.message).is_some();
        let known = spread.get(&(note.message.id, note.message.sent)).filter(|_| for_all);
        if let Some(known) = known {
            cx.messages.spread.insert(copy, known.clone());
        }
        self.partitions[number::index(place)].parked.push_back(copy);
    }

    fn unread(&mut self, places: &[u32], cx: &mut Cx<'_>) {
        self.stop(places, cx);
        for &place in places {
            self.partitions[number::index(place)].unread = true;
        }
    }

    /// The session of a dead consumer is over; returns whether the partitions are dealt out.
    pub fn on_expired(&mut self, consumer: u16, cx: &mut Cx<'_>) -> bool {
        let deals = self.group.expires(consumer);
        if deals {
            self.deal(cx);
        }
        deals
    }

    /// A consumer finishes what it has in hand, and leaves the group.
    pub fn on_leave(&mut self, consumer: u16, cx: &mut Cx<'_>) {
        self.group.leaves(consumer);
        self.deal(cx);
    }

    /// A consumer is there again; returns whether the partitions are dealt out.
    pub fn on_join(&mut self, consumer: u16, cx: &mut Cx<'_>) -> bool {
        let deals = self.group.joins(consumer);
        if deals {
            self.deal(cx);
        }
        deals
    }

    /// The node whose instances read it.
    pub fn reader(&self) -> usize {
        usize::from(self.fanout.node)
    }

    /// How long it takes to deal the partitions out.
    pub fn pause(&self) -> Span {
        self.parameters.group.pause
    }

    /// Partitions that stop are given back in order: what was read of them is committed.
    fn deal(&mut self, cx: &mut Cx<'_>) {
        let stopped = self.group.deal();
        for &place in &stopped {
            self.partitions[number::index(place)].handed.clear();
        }
        let orphans = (0..number::row(self.partitions.len())).filter(|&p| !self.group.is_read(p));
        let orphans: Vec<u32> = orphans.collect();
        self.unread(&stopped, cx);
        self.unread(&orphans, cx);
    }

    /// The partitions have been dealt out; those whose owners are there are read.
    pub fn on_dealt(&mut self, cx: &mut Cx<'_>) {
        self.most_parked = self.most_parked.max(self.waiting(cx.now));
        for place in 0..number::row(self.partitions.len()) {
            let partition = &mut self.partitions[number::index(place)];
            if partition.unread && self.group.is_read(place) {
                partition.unread = false;
                if !partition.stopped() {
                    self.resume(place, cx);
                }
            }
        }
    }

    /// The most messages that waited when partitions began to be read again.
    pub fn most_parked(&self) -> f64 {
        self.most_parked
    }

    /// The longest wait of a message that comes now; for ever where nobody reads what waits.
    pub fn longest_wait(&self, now: Time) -> Span {
        if self.partitions.iter().any(|partition| !partition.parked.is_empty()) {
            return Span::FOREVER;
        }
        self.queues.iter().map(|queue| queue.wait(now)).max().unwrap_or_default()
    }

    /// The time that each partition's messages have taken so far; none where they take none.
    pub fn done(&self, now: Time) -> impl Iterator<Item = Span> + '_ {
        let queues = if self.service == Span::ZERO { &[][..] } else { &self.queues };
        queues.iter().map(move |queue| queue.done(now))
    }

    /// The messages that wait now, over all partitions.
    pub fn waiting(&self, now: Time) -> f64 {
        let parked: usize = self.partitions.iter().map(|partition| partition.parked.len()).sum();
        let parked = number::float(number::count(parked));
        if self.service == Span::ZERO {
            return parked;
        }
        let queued = |queue: &Station| (queue.wait(now).float() / self.service.float()).ceil();
        parked + self.queues.iter().map(queued).sum::<f64>()
    }
}
