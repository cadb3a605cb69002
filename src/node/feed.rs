//! Messages for many: the fan-out sends one to each gateway that has subscribers, which pushes it
//! to all of its own in one step. What they miss is a difference of numbers, found when they
//! return. The tables are in `table/feeds.rs`; `docs/METHOD.md` says what is exact.
use super::{
    Cx, Purpose,
    fanout::Fanout,
    gateway::Gateway,
    slow::Offer,
    table::{
        connections::{NOWHERE, State},
        copies::Origin,
        crowds::{Crowd, EACH},
        feeds::{Entry, Held},
        messages::{Message, Stage},
        send_buffers::Pushed,
    },
};
use crate::{
    engine::{Span, Time, draws::mix, number},
    record::{Cause, End, Twice},
};
use std::{collections::BTreeMap, ops::Range};

/// The entity of a user in draws for its places in batches; the number of a message is k.
fn reader(crowd: &Crowd, user: u32) -> u64 {
    u64::from(user - crowd.first)
}

/// Keeps the draws for the instances of a pool apart.
fn at_instance(entity: u64, instance: u16) -> u64 {
    mix(entity) ^ u64::from(instance)
}

impl Cx<'_> {
    /// The connection of a user, as its feeds see it.
    pub(super) fn held(&self, user: u32) -> Held {
        let (crowd, row) = (self.crowds.of(user), self.connections.get(user));
        let way = crowd.down(row.round_trip(), crowd.connection(user, row.session));
        Held { user, instance: row.gateway, way, slow: crowd.reads_slowly(user) }
    }

    /// A user is there from now on, connected or not: what is published is for it as well.
    pub fn subscribes(&mut self, user: u32) {
        for &feed in &self.crowds.of(user).feeds {
            self.feeds.get_mut(feed).subscribe(user);
        }
    }

    /// A delivery of a feed to one user ends otherwise than live, at `at`.
    pub(super) fn missed_by(&mut self, user: u32, entry: Entry, at: Time, end: End) {
        self.record.delivery(at, entry.sent, entry.id, end);
        self.record.late_or_never(entry.sent, user, end);
    }

    /// A user is connected.
    pub fn joins(&mut self, user: u32) {
        let held = self.held(user);
        for &id in &self.crowds.of(user).feeds {
            let feed = self.feeds.get_mut(id);
            if !feed.has(user) {
                feed.subscribe(user);
            }
            if feed.grouped {
                feed.join(held);
            }
        }
    }

    /// The connection of a user ends for it. `reads_on`: it has another one, and gets what is on
    /// its way. What its gateway held back for it is missed for `cause`.
    pub fn leaves(&mut self, user: u32, reads_on: bool, cause: Cause) {
        if !reads_on {
            self.loses_request(user);
        }
        let crowd = self.crowds.of(user);
        let gets_nothing = crowd.feeds.is_empty() && crowd.slow.is_none();
        if gets_nothing || self.connections.get(user).gateway == NOWHERE {
            return;
        }
        let held = self.held(user);
        self.feeds.noticed.remove(&user);
        self.empties_send_buffer(user, cause);
        for &id in &crowd.feeds {
            if !self.feeds.get(id).grouped {
                continue;
            }
            let missed = self.leaves_feed(id, held, reads_on);
            if self.feeds.get(id).keeping.is_none() {
                self.misses(id, user, missed, Cause::NoReplay);
            }
        }
    }

    /// A connection that gets a feed ends; returns what its user has not got of it.
    fn leaves_feed(&mut self, feed: u8, held: Held, reads_on: bool) -> Range<u32> {
        let (crowd, user) = (self.crowds.of(held.user), held.user);
        let own = |number| crowd.draws.unit(Purpose::Place, reader(crowd, user), number);
        let feed = self.feeds.get_mut(feed);
        let joined = feed.joined(user);
        let missed = feed.leave(held, self.now, reads_on, own);
        if !held.slow {
            self.connections.saw(user, missed.start - joined, self.crowds);
        }
        missed
    }

    /// What was on its way to a user whom nothing replays it for is lost.
    fn misses(&mut self, feed: u8, user: u32, missed: Range<u32>, cause: Cause) {
        self.feeds.get_mut(feed).go_back(user, missed.end);
        for number in missed {
            let entry = self.feeds.get(feed).entry(user, number);
            self.record.nobody(entry.sent, user);
            self.missed_by(user, entry, self.now, End::Lost(cause));
        }
    }

    /// The connection of a user has died, and its instance goes on pushing to it.
    pub fn dies_silently(&mut self, user: u32) {
        let crowd = self.crowds.of(user);
        let instance = self.connections.get(user).gateway;
        if crowd.feeds.is_empty() && crowd.slow.is_none() || instance == NOWHERE {
            return;
        }
        let held = self.held(user);
        self.feeds.noticed.remove(&user);
        self.empties_send_buffer(user, Cause::HalfOpen);
        for &id in &crowd.feeds {
            if !self.feeds.get(id).grouped {
                continue;
            }
            let missed = self.leaves_feed(id, held, false);
            let feed = self.feeds.get_mut(id);
            let from = feed.stays_half_open(user, instance);
            if feed.keeping.is_none() {
                self.misses(id, user, missed.start..from.max(missed.start), Cause::HalfOpen);
            }
        }
    }

    /// The instance that a dead connection is held by notices, or is gone.
    pub fn death_noticed(&mut self, user: u32) {
        let instance = self.connections.get(user).gateway;
        if instance == NOWHERE {
            return;
        }
        self.loses_request(user);
        let crowd = self.crowds.of(user);
        if crowd.resume_window.is_some() && !crowd.feeds.is_empty() {
            self.feeds.noticed.insert(user, self.now);
        }
        for &id in &crowd.feeds {
            if self.feeds.get(id).grouped {
                let missed = self.feeds.get_mut(id).noticed(user, instance);
                if self.feeds.get(id).keeping.is_none() {
                    self.misses(id, user, missed, Cause::HalfOpen);
                }
            }
        }
    }

    /// A user leaves for good, and takes with it all that was kept for it.
    pub fn unsubscribes(&mut self, user: u32) {
        if self.connections.get(user).state == State::HalfOpen {
            self.death_noticed(user);
        }
        self.gives_up_what_it_missed(user);
        for &id in &self.crowds.of(user).feeds {
            if self.feeds.get(id).has(user) {
                self.feeds.get_mut(id).unsubscribe(user);
            }
        }
    }

    /// A message for many ends before it has got a number: for all who subscribe now.
    pub(super) fn end_for_many(&mut self, at: Time, row: &Message, feed: u8, end: End) {
        let topic = row.to - self.crowds.of(row.to).first;
        let all = u64::from(self.feeds.get(feed).audience(topic).all);
        self.intended(row, all);
        self.record.deliveries(at, row.sent, row.id, end, all);
    }

    /// Why a message for many comes once more, if it has been handed on before.
    fn comes_again(&self, message: u32) -> Option<Origin> {
        let usual = Origin { twice: Twice::Redelivered, renamed: false };
        let over = self.messages.copies.over(message);
        over.then(|| self.messages.copies.origin(message).unwrap_or(usual))
    }

    /// One reader's copy of a message that comes once more.
    fn copy_of_one(&mut self, one: Message, place: u32, origin: Origin) -> u32 {
        let copy = self.messages.copy(one, place, None, origin.twice);
        if origin.renamed {
            self.messages.copies.rename(copy);
        }
        copy
    }

    /// A message is for so many.
    fn intended(&mut self, row: &Message, many: u64) {
        self.record.sent_many(row.sent, row.id, many);
        let origin = self.crowds.of(row.to).origin_of(row.id);
        self.meter(row.to).intended(origin, many);
    }

    /// What has arrived from an instance by now is counted.
    pub fn land(&mut self, feed: u8, instance: u16) {
        let (now, user) = (self.now, self.feeds.get(feed).first());
        let mut landed = Vec::new();
        self.feeds.get_mut(feed).land(instance, now, |at, entry, count| {
            landed.push((at, entry, u64::from(count)));
        });
        for (at, entry, count) in landed {
            self.record.deliveries(at, entry.sent, entry.id, End::Live, count);
            self.reached(at, entry.sent, (user, entry.id), count);
        }
    }
}

impl Fanout {
    /// A message for many: it gets its number, and goes to each gateway that has subscribers.
    pub(super) fn on_many(&mut self, message: u32, row: Message, id: u8, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of(row.to);
        let topic = row.to - crowd.first;
        if !cx.feeds.get(id).grouped {
            return self.send_each(message, row, id, topic, cx);
        }
        let again = cx.comes_again(message);
        if again.is_none() {
            let feed = cx.feeds.get_mut(id);
            let audience = feed.audience(topic);
            let place = cx.messages.place(message);
            feed.publish(topic, Entry { sent: row.sent, kept: cx.now, place, id: row.id });
            let keeps = feed.keeping.is_some();
            cx.intended(&row, u64::from(audience.all));
            if !keeps {
                let (end, away) = (End::Lost(Cause::NoReplay), u64::from(audience.away));
                cx.record.deliveries(cx.now, row.sent, row.id, end, away);
            }
        }
        if let Some(origin) = again.filter(|origin| origin.renamed) {
            Self::keeps_again(message, row, (id, topic), origin, cx);
        }
        for instance in cx.feeds.get(id).pool() {
            let feed = cx.feeds.get_mut(id);
            if again.is_some() || feed.sends_to(instance, topic) {
                self.call_gateway(row, id, instance, again, cx);
            }
        }
        cx.messages.copies.end(message, true);
        cx.messages.close(message);
    }

    /// With another id it is another message to the buffer of who is away.
    fn keeps_again(
        message: u32,
        row: Message,
        (feed, topic): (u8, u32),
        origin: Origin,
        cx: &mut Cx<'_>,
    ) {
        if cx.feeds.get(feed).keeping.is_none() {
            return;
        }
        let readers: Vec<u32> = cx.feeds.get(feed).subscribers(topic).collect();
        let place = cx.messages.place(message);
        for to in readers {
            if cx.connections.get(to).is_away() {
                let mut one = row.addressed_to(to);
                one.id |= EACH;
                let copy = cx.copy_of_one(one, place, origin);
                cx.messages.get_mut(copy).keep(cx.now);
                cx.stranded(copy, Cause::NoReplay);
            }
        }
    }

    /// One call to one gateway.
    fn call_gateway(
        &mut self,
        row: Message,
        feed: u8,
        instance: u16,
        again: Option<Origin>,
        cx: &mut Cx<'_>,
    ) {
        let at = self.reaches(row, feed, instance, cx);
        let mut copy = row;
        copy.at = instance;
        let copy = cx.messages.open(copy);
        let stage = if again.is_some() { Stage::SpreadAgain } else { Stage::Spread };
        if let Some(origin) = again {
            cx.messages.copies.stands_for(copy, origin);
        }
        let pool = cx.tiers.get(instance).pool;
        cx.hop(at, pool, copy, stage);
    }

    /// When a call of a feed reaches an instance: after those that were made before it.
    fn reaches(&mut self, row: Message, feed: u8, instance: u16, cx: &mut Cx<'_>) -> Time {
        let entity = at_instance(cx.crowds.of(row.to).message(&row), instance);
        let way = self.to_gateways(cx.tiers.get(instance).pool, entity);
        let at = self.serve(cx.now, row.at, entity).finish + way;
        cx.feeds.get_mut(feed).in_order(instance, at)
    }

    /// The plain way: a delivery to each subscriber, which goes its own way from here.
    fn send_each(&mut self, message: u32, row: Message, id: u8, topic: u32, cx: &mut Cx<'_>) {
        let readers: Vec<u32> = cx.feeds.get(id).subscribers(topic).collect();
        let place = cx.messages.place(message);
        let again = cx.comes_again(message);
        let (mut held, mut others) = (Vec::new(), Vec::new());
        for to in readers {
            let mut one = row.addressed_to(to);
            one.id |= EACH;
            let copy = match again {
                Some(origin) => cx.copy_of_one(one, place, origin),
                None => {
                    cx.intended(&row, 1);
                    cx.messages.open_at(one, place)
                }
            };
            if !cx.crowds.of(to).takes_calls() {
                others.push((copy, one));
                continue;
            }
            cx.messages.get_mut(copy).keep(cx.now);
            let connection = cx.connections.get(to);
            match connection.state {
                State::Online | State::HalfOpen if connection.gateway != NOWHERE => {
                    held.push((connection.gateway, copy));
                }
                _ => cx.stranded(copy, Cause::NoReplay),
            }
        }
        self.call_each_gateway(row, id, held, cx);
        for (copy, one) in others {
            self.on_message(copy, one, cx);
        }
        cx.messages.copies.end(message, true);
        cx.messages.close(message);
    }

    /// One call to each gateway, and a push of its own for each of its subscribers.
    fn call_each_gateway(
        &mut self,
        row: Message,
        id: u8,
        mut held: Vec<(u16, u32)>,
        cx: &mut Cx<'_>,
    ) {
        held.sort_unstable();
        for group in held.chunk_by(|one, other| one.0 == other.0) {
            let instance = group[0].0;
            let at = self.reaches(row, id, instance, cx);
            let pool = cx.tiers.get(instance).pool;
            for &(_, copy) in group {
                cx.messages.get_mut(copy).at = instance;
                cx.hop(at, pool, copy, Stage::Push);
            }
        }
    }
}

impl Fanout {
    /// Whether a row is a call to an instance for many, or a push that one call brings.
    pub(super) fn calls_for_many(&self, row: &Message, cx: &Cx<'_>) -> bool {
        let crowd = cx.crowds.of(row.to);
        self.serves(crowd)
            && match row.stage {
                Stage::Spread | Stage::SpreadAgain => true,
                Stage::Push => crowd.is_called(row),
                _ => false,
            }
    }

    /// The work on calls that are to be made takes `change` times as long from now on. Those to an
    /// instance stay in their order.
    pub(super) fn put_off_calls(&self, change: f64, cx: &mut Cx<'_>) {
        let calls = cx.messages.in_use().filter(|(_, row)| self.calls_for_many(row, cx));
        let mut calls: Vec<(u16, Time, u32)> =
            calls.map(|(message, row)| (row.at, row.due, message)).collect();
        calls.sort_unstable();
        let mut last: BTreeMap<u16, (Time, Time)> = BTreeMap::new();
        for (instance, due, message) in calls {
            let row = *cx.messages.get(message);
            let entity = at_instance(cx.crowds.of(row.to).message(&row), instance);
            let pool = cx.tiers.get(instance).pool;
            let way = self.to_gateways(pool, entity);
            let worked = due.since(cx.now + way);
            let new = match last.get(&instance) {
                // One call brings them.
                Some(&(old, new)) if old == due => new,
                _ if worked == Span::ZERO => due,
                Some(&(_, before)) => {
                    (cx.now + worked.scale(change) + way).max(before + Span::from_nanos(1))
                }
                None => cx.now + worked.scale(change) + way,
            };
            last.insert(instance, (due, new));
            if new != due {
                cx.hop(new, pool, message, row.stage);
            }
        }
        for id in 0..cx.feeds.len() {
            if !self.serves(cx.crowds.of(cx.feeds.get(id).first())) {
                continue;
            }
            for instance in cx.feeds.get(id).pool() {
                let at = last.get(&instance).map_or(cx.now, |&(_, new)| new);
                cx.feeds.get_mut(id).last_comes(instance, at);
            }
        }
    }
}

impl Gateway {
    /// A message for many comes to an instance: it is pushed to all of its subscribers.
    pub(super) fn on_spread(&mut self, message: u32, row: Message, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of(row.to);
        let Some(id) = crowd.feed_of(&row) else { return };
        let topic = row.to - crowd.first;
        let again = cx.messages.copies.stood_for(message);
        cx.messages.close(message);
        if let Some(origin) = again {
            return self.spread_again((row, origin), (id, topic), cx);
        }
        cx.land(id, row.at);
        let coming = cx.feeds.get_mut(id).comes(row.at, topic);
        let keeps = cx.feeds.get(id).keeping.is_some();
        if !keeps && coming.half_open > 0 {
            let (end, many) = (End::Lost(Cause::HalfOpen), u64::from(coming.half_open));
            cx.record.deliveries(cx.now, row.sent, row.id, end, many);
        }
        let slow = cx.feeds.get(id).slow(row.at, topic, coming.number);
        let jobs = coming.online + coming.half_open + number::row(slow.len());
        if jobs == 0 || !cx.tiers.serves(row.at) {
            return;
        }
        let batch = self.push_many(row.at, jobs, cx);
        // What is held back counts as its client takes it.
        let written = u64::from(coming.online + coming.half_open);
        cx.meter(row.to).pushed_to(crowd.origin_of(row.id), written);
        let unit = crowd.draws.unit(
            Purpose::Place,
            at_instance(crowd.message(&row), row.at),
            Stage::Spread as u32,
        );
        cx.feeds.get_mut(id).flies(row.at, topic, coming, batch, unit);
        let bytes = crowd.weight(&row);
        let what = Pushed::OfMany { feed: id, entry: coming.entry };
        for user in slow {
            let place = crowd.draws.unit(Purpose::Place, reader(crowd, user), 0);
            self.offer(Offer { user, what, came: batch.at(place), bytes }, cx);
        }
    }

    /// A consumer that died had handed the message on, or its sender has sent it again: all get it
    /// once more.
    fn spread_again(
        &mut self,
        (row, origin): (Message, Origin),
        (id, topic): (u8, u32),
        cx: &mut Cx<'_>,
    ) {
        let online = cx.feeds.get(id).online(row.at, topic);
        if online == 0 || !cx.tiers.serves(row.at) {
            return;
        }
        let batch = self.push_many(row.at, online, cx);
        let sent_by = cx.crowds.of(row.to).origin_of(row.id);
        cx.meter(row.to).pushed_to(sent_by, u64::from(online));
        let shown = origin.renamed || !cx.crowds.of(row.to).reading.dedup;
        let many = u64::from(online);
        cx.record.duplicates(batch.last, row.sent, shown, origin.twice, many);
    }
}
