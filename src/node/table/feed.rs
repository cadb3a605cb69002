//! Messages for many: who subscribes to what, at which instance they are, and how far each has got.
//!
//! A feed is what one source sends to the users of one crowd; it has topics, and each user
//! subscribes to one of them. The fan-out gives each message the next number of its topic, and
//! whoever subscribes at that instant is to get it: that is its audience. What a user has got is
//! then a difference of numbers. While it is connected its cursor says from which number on its
//! instance pushes to it; while it is away, which number it has missed first.
use super::{
    descents::Descents,
    fate::Entry,
    flights::{Flight, Flights},
    members::Members,
    topics::Topics,
};
use crate::engine::{Span, Time, number};
use crate::node::batch::Batch;
use std::{
    collections::{BTreeSet, VecDeque},
    ops::Range,
};

/// The cursor of a user who does not subscribe.
const NOBODY: u32 = u32::MAX;
/// A log that nobody replays from is looked through when it has so many entries.
const LONG: usize = 256;

/// For how long what subscribers miss is kept for them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Keeping {
    /// The last so many messages of each user.
    pub messages: u32,
    /// So long.
    pub retention: Span,
}

/// One topic.
#[derive(Clone, Debug, Default)]
struct Topic {
    /// Users who subscribe, connected or not.
    subscribers: u32,
    /// Those of them whom an instance takes for connected.
    connected: u32,
    /// The number of the first entry of the log.
    first: u32,
    log: VecDeque<Entry>,
}

impl Topic {
    fn next(&self) -> u32 {
        self.first + number::row(self.log.len())
    }

    fn entry(&self, number: u32) -> Entry {
        self.log[number::index(number - self.first)]
    }
}

/// The subscribers of one topic at one instance.
#[derive(Clone, Debug, Default)]
struct Group {
    online: Members,
    /// Dead without the instance knowing.
    half_open: Members,
    /// The next number that comes to the instance.
    pushed: u32,
    /// Messages on their way to it.
    coming: u32,
}

/// What an instance has of a feed.
#[derive(Clone, Debug, Default)]
struct Door {
    ways: Descents,
    flights: Flights,
    /// When the last message comes: no later one overtakes it.
    last: Time,
    /// Slow consumers among those who are online here: topic and user.
    slow: BTreeSet<(u32, u32)>,
}

impl Door {
    /// Slow consumers of a topic, ascending.
    fn slow_of(&self, topic: u32) -> impl Iterator<Item = u32> + '_ {
        self.slow.range((topic, 0)..=(topic, u32::MAX)).map(|&(_, user)| user)
    }
}

/// Whom a message is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Audience {
    /// All of them.
    pub all: u32,
    /// Those of them who are not connected.
    pub away: u32,
}

/// A message comes to an instance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Coming {
    /// Its number.
    pub number: u32,
    /// What it is.
    pub entry: Entry,
    /// To how many who read it goes; slow ones are not counted.
    pub online: u32,
    /// To how many who do not.
    pub half_open: u32,
}

/// A connection of a subscriber.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    /// Whose.
    pub user: u32,
    /// At which instance.
    pub instance: u16,
    /// From there down to the client.
    pub way: Span,
    /// Whether its client reads slowly.
    pub slow: bool,
}

/// A feed.
#[derive(Clone, Debug)]
pub struct Feed {
    first: u32,
    users: u32,
    pool: Range<u16>,
    topics: Topics,
    /// For how long what subscribers miss is kept, if it is.
    pub keeping: Option<Keeping>,
    /// Whether deliveries are counted in groups; if not, each is simulated for itself.
    pub grouped: bool,
    logs: Vec<Topic>,
    groups: Vec<Group>,
    doors: Vec<Door>,
    cursors: Vec<u32>,
}

impl Feed {
    /// A feed for a range of users, none of whom subscribes yet, at the instances of a pool.
    pub fn new(
        users: Range<u32>,
        pool: Range<u16>,
        topics: Topics,
        keeping: Option<Keeping>,
        grouped: bool,
    ) -> Self {
        let count = users.end - users.start;
        let many = number::index(topics.count(count));
        Self {
            first: users.start,
            users: count,
            topics,
            keeping,
            grouped,
            logs: vec![Topic::default(); many],
            groups: vec![Group::default(); many * pool.len()],
            doors: vec![Door::default(); pool.len()],
            cursors: vec![NOBODY; number::index(count)],
            pool,
        }
    }

    /// How many topics it has.
    pub fn topics(&self) -> u32 {
        number::row(self.logs.len())
    }

    /// The topic of a user.
    pub fn topic(&self, user: u32) -> u32 {
        self.topics.of(user - self.first, self.users)
    }

    /// All who subscribe to a topic.
    pub fn subscribers(&self, topic: u32) -> impl Iterator<Item = u32> + '_ {
        let range = match &self.topics {
            Topics::One | Topics::Drawn(..) => 0..self.users,
            Topics::Rooms(size) => {
                let last = topic + 1 == self.topics();
                topic * size..if last { self.users } else { (topic + 1) * size }
            }
        };
        let there = |place: &u32| self.cursors[number::index(*place)] != NOBODY;
        let of_it = move |place: &u32| self.topics.of(*place, self.users) == topic;
        range.filter(there).filter(of_it).map(|place| self.first + place)
    }

    fn cursor(&mut self, user: u32) -> &mut u32 {
        &mut self.cursors[number::index(user - self.first)]
    }

    fn log(&mut self, user: u32) -> &mut Topic {
        let topic = number::index(self.topic(user));
        &mut self.logs[topic]
    }

    fn place(&self, instance: u16, topic: u32) -> usize {
        usize::from(instance - self.pool.start) * self.logs.len() + number::index(topic)
    }

    fn door(&mut self, instance: u16) -> &mut Door {
        &mut self.doors[usize::from(instance - self.pool.start)]
    }

    /// Whether a user subscribes.
    pub fn has(&self, user: u32) -> bool {
        self.cursors[number::index(user - self.first)] != NOBODY
    }

    /// From which message on a user who is connected gets what comes.
    pub fn joined(&self, user: u32) -> u32 {
        self.cursors[number::index(user - self.first)]
    }

    /// A user subscribes, and is away.
    pub fn subscribe(&mut self, user: u32) {
        let log = self.log(user);
        log.subscribers += 1;
        let next = log.next();
        *self.cursor(user) = next;
    }

    /// A user who is away leaves for good.
    pub fn unsubscribe(&mut self, user: u32) {
        self.log(user).subscribers -= 1;
        *self.cursor(user) = NOBODY;
    }

    /// A user who is away is connected again.
    pub fn join(&mut self, held: Held) {
        let topic = self.topic(held.user);
        let log = &mut self.logs[number::index(topic)];
        log.connected += 1;
        let next = log.next();
        let place = self.place(held.instance, topic);
        if held.slow {
            self.door(held.instance).slow.insert((topic, held.user));
        } else {
            self.groups[place].online.join(next);
            self.door(held.instance).ways.add(held.way);
        }
        *self.cursor(held.user) = next;
    }

    /// The connection of a user ends for it; returns what its audience had it in, and it has not
    /// got. `reads_on`: what is on its way down still arrives. `place` of a message in its batch is
    /// this user's own.
    pub fn leave(
        &mut self,
        held: Held,
        now: Time,
        reads_on: bool,
        place: impl Fn(u32) -> f64,
    ) -> Range<u32> {
        let Held { user, instance, way, slow } = held;
        let topic = self.topic(user);
        let (joined, at) = (*self.cursor(user), self.place(instance, topic));
        let group = &mut self.groups[at];
        let mut missed = group.pushed.max(joined);
        if group.coming == 0 {
            missed = self.logs[number::index(topic)].next();
        }
        if slow {
            self.door(instance).slow.remove(&(topic, user));
        } else {
            group.online.leave(joined);
            let door = self.door(instance);
            door.ways.remove(way);
            if !reads_on {
                missed = door.flights.take_back(topic, joined..missed, now, way, place);
            }
        }
        let log = &mut self.logs[number::index(topic)];
        log.connected -= 1;
        let next = log.next();
        *self.cursor(user) = missed;
        missed..next
    }

    /// A connection has died, and its instance does not know: it still pushes to it. Returns from
    /// which message on: those are lost when they come, where nothing keeps them.
    pub fn stays_half_open(&mut self, user: u32, instance: u16) -> u32 {
        let topic = self.topic(user);
        let (place, keeps) = (self.place(instance, topic), self.keeping.is_some());
        let next = self.logs[number::index(topic)].next();
        self.logs[number::index(topic)].connected += 1;
        let group = &mut self.groups[place];
        let left = self.cursors[number::index(user - self.first)];
        let from = if keeps || group.coming == 0 { next } else { group.pushed.max(left) };
        group.half_open.join(from);
        if !keeps {
            *self.cursor(user) = from;
        }
        from
    }

    /// The instance notices, or is gone; returns what was on its way.
    pub fn noticed(&mut self, user: u32, instance: u16) -> Range<u32> {
        let topic = self.topic(user);
        let (place, keeps) = (self.place(instance, topic), self.keeping.is_some());
        let log = &mut self.logs[number::index(topic)];
        log.connected -= 1;
        let next = log.next();
        let group = &mut self.groups[place];
        if keeps {
            group.half_open.leave_any();
            return next..next;
        }
        let from = if group.coming == 0 { next } else { group.pushed };
        let joined = std::mem::replace(&mut self.cursors[number::index(user - self.first)], next);
        self.groups[place].half_open.leave(joined);
        joined.max(from)..next
    }

    /// How many would get a message of a topic that is published now.
    pub fn audience(&self, topic: u32) -> Audience {
        let log = &self.logs[number::index(topic)];
        Audience { all: log.subscribers, away: log.subscribers - log.connected }
    }

    /// A message gets the next number of its topic.
    pub fn publish(&mut self, topic: u32, entry: Entry) {
        if self.keeping.is_none() && self.logs[number::index(topic)].log.len() >= LONG {
            self.forget(topic);
        }
        self.logs[number::index(topic)].log.push_back(entry);
    }

    /// Forgets what nobody will be asked about: all that every instance has pushed, and that has
    /// arrived.
    fn forget(&mut self, topic: u32) {
        let flying = self.doors.iter().filter_map(|door| door.flights.oldest()).min();
        let groups = self.pool.clone().map(|instance| &self.groups[self.place(instance, topic)]);
        let coming = groups.filter(|it| it.coming > 0).map(|it| it.pushed).min();
        let log = &mut self.logs[number::index(topic)];
        let all = number::row(log.log.len());
        let arrived = flying.map_or(all, |flying| {
            number::row(log.log.partition_point(|entry| entry.kept < flying))
        });
        let pushed = coming.map_or(all, |pushed| pushed - log.first);
        let over = arrived.min(pushed);
        log.log.drain(..number::index(over));
        log.first += over;
    }

    /// Whether the message that was published last is sent to an instance.
    pub fn sends_to(&mut self, instance: u16, topic: u32) -> bool {
        let last = self.logs[number::index(topic)].next() - 1;
        let slow = self.door(instance).slow_of(topic).next().is_some();
        let place = self.place(instance, topic);
        let group = &mut self.groups[place];
        if group.coming == 0 {
            group.pushed = last;
        }
        let some = slow || group.online.some() || group.half_open.some() || group.coming > 0;
        if some {
            group.coming += 1;
        } else {
            group.pushed = last + 1;
        }
        some
    }

    /// When a message that would come to an instance at `at` does: after those sent before it.
    pub fn in_order(&mut self, instance: u16, at: Time) -> Time {
        let last = &mut self.door(instance).last;
        *last = at.max(*last + Span::from_nanos(1));
        *last
    }

    /// The next message of a topic comes to an instance.
    pub fn comes(&mut self, instance: u16, topic: u32) -> Coming {
        let place = self.place(instance, topic);
        let group = &mut self.groups[place];
        let number = group.pushed;
        group.pushed += 1;
        group.coming -= 1;
        let (online, half_open) = (group.online.at(number), group.half_open.at(number));
        let entry = self.logs[number::index(topic)].entry(number);
        Coming { number, entry, online, half_open }
    }

    /// The last message that is on its way to an instance comes at `at`.
    pub fn last_comes(&mut self, instance: u16, at: Time) {
        self.door(instance).last = at;
    }

    /// How many are online at an instance who subscribe to a topic; slow ones are not counted.
    pub fn online(&self, instance: u16, topic: u32) -> u32 {
        self.groups[self.place(instance, topic)].online.count()
    }

    /// Slow consumers of a topic at an instance to whom a message goes.
    pub fn slow(&self, instance: u16, topic: u32, number: u32) -> Vec<u32> {
        let door = &self.doors[usize::from(instance - self.pool.start)];
        let gets = |user: &u32| self.cursors[number::index(user - self.first)] <= number;
        door.slow_of(topic).filter(gets).collect()
    }

    /// A user who has just left had got less than was thought: it has missed `number` first.
    pub fn go_back(&mut self, user: u32, number: u32) {
        *self.cursor(user) = number;
    }

    /// A message is on its way to those who are online at an instance.
    pub fn flies(&mut self, instance: u16, topic: u32, coming: Coming, batch: Batch, unit: f64) {
        let door = self.door(instance);
        let lags = door.ways.lags(batch, coming.entry.sent, coming.online, unit);
        door.flights.push(Flight::new(topic, coming, batch, lags));
    }

    /// What has arrived from an instance by `now`: when, which message, for how many.
    pub fn land(&mut self, instance: u16, now: Time, landed: impl FnMut(Time, Entry, u32)) {
        self.door(instance).flights.land(now, landed);
    }

    /// The first of its users.
    pub fn first(&self) -> u32 {
        self.first
    }

    /// The instances of its pool.
    pub fn pool(&self) -> Range<u16> {
        self.pool.clone()
    }

    /// A message of a user's topic.
    pub fn entry(&self, user: u32, number: u32) -> Entry {
        self.logs[number::index(self.topic(user))].entry(number)
    }

    /// What a user who is away has missed so far.
    pub fn missed(&self, user: u32) -> Range<u32> {
        let log = &self.logs[number::index(self.topic(user))];
        self.cursors[number::index(user - self.first)]..log.next()
    }

    /// At the end of a run: what is on its way down, and to how many.
    pub fn flying(&self) -> Vec<(Entry, u32)> {
        self.doors.iter().flat_map(|door| door.flights.left()).collect()
    }

    /// At the end of a run: messages that are on their way to instances, and for how many.
    pub fn coming(&mut self) -> Vec<(Entry, u32)> {
        let mut all = Vec::new();
        let keeps = self.keeping.is_some();
        let topics = self.topics();
        let groups = self.pool.clone().flat_map(|it| (0..topics).map(move |topic| (it, topic)));
        for (instance, topic) in groups {
            while self.groups[self.place(instance, topic)].coming > 0 {
                let coming = self.comes(instance, topic);
                let slow = number::row(self.slow(instance, topic, coming.number).len());
                let half_open = if keeps { 0 } else { coming.half_open };
                all.push((coming.entry, coming.online + half_open + slow));
            }
        }
        all
    }
}
