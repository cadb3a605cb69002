//! Which nodes a crowd's users meet by one of its transports, and whose messages reach them: fixed
//! before the run, read by all.
pub use super::delay::Delay;
use super::{browsers::Browsers, messages::Message};
use crate::engine::{
    Draws, Law, Span, Time,
    draws::{below, mix},
    number,
};
use crate::node::{
    Purpose,
    parameters::{
        Acknowledged, Background, BlockedBy, Fallback, IfRefused, Notify, Reading, Reconnect,
        SessionState, Slow, Transport, Wire,
    },
};
use crate::{
    node::parameters::MOST_SOURCES,
    units::{Bytes, Share},
};
use std::{ops::Range, sync::Arc};

/// Keeps a user's partition independent of its place on a hash ring.
const SPREAD: u64 = 0x5851_F42D_4C95_7F2D;

/// The k of link times that belong to a connection rather than to one of its attempts.
pub const REPLAY: u32 = u32::MAX;
/// The same, for the way down.
pub const DOWN: u32 = u32::MAX - 1;

/// The same, from a gateway to the store that state is rebuilt from.
pub const REBUILD: u32 = u32::MAX - 2;
/// The same, back.
pub const REBUILT: u32 = u32::MAX - 3;

/// Marks the id of a delivery to one user of what is for many.
pub const EACH: u32 = 1 << 27;

/// The origin of what a crowd's own users send.
pub const OWN: u8 = 0;

/// Where the origin begins in a message's id; below it are [`EACH`] and a count.
const ORIGIN: u32 = 28;

const _: () = assert!(MOST_SOURCES < 1 << (u32::BITS - ORIGIN) && EACH < 1 << ORIGIN);

/// A source that reaches a crowd.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Its node.
    pub node: u8,
    /// Tells its messages from those of others in draws: a hash of its name.
    pub salt: u64,
    /// Size of a message.
    pub payload: Bytes,
    /// Its draws.
    pub draws: Draws,
    /// What its messages feed, if they are for many.
    pub feed: Option<u8>,
}

/// A way to a node.
#[derive(Clone, PartialEq, Debug)]
pub struct Port {
    /// Its number.
    pub node: u8,
    /// One way.
    pub latency: Delay,
}

/// When a managed service closes connections: those that are too old, and idle ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Closes {
    /// On which nothing comes or goes for so long; `None` where heartbeats come more often.
    pub idle: Option<Span>,
}

/// A crowd's place in the tables and its way in.
#[derive(Clone, Debug)]
pub struct Crowd {
    /// Its first user's number.
    pub first: u32,
    /// How many users; of an open stream all sessions of the run.
    pub count: u32,
    /// How many of them are there at the start, the first ones: all but of an open stream.
    pub present: u32,
    /// Of an open stream: what a session does that is refused.
    pub if_refused: Option<IfRefused>,
    /// Tells its messages from those of other crowds in draws: a hash of its name.
    pub salt: u64,
    /// The clients node.
    pub clients: u8,
    /// The balancer.
    pub balancer: u8,
    /// From the balancer to the gateways.
    pub gateways: Port,
    /// How its messages travel.
    pub transport: Transport,
    /// The place of that among the transports that it prefers, from 0, and how many there are.
    pub way: [usize; 2],
    /// How it tries one after the other, where it has a list of them.
    pub fallback: Option<Fallback>,
    /// The browsers whose tabs its users are, where they share anything.
    pub browsers: Option<Arc<Browsers>>,
    /// How the streams of a browser go that has several.
    pub streams: Streams,
    /// Those of them that nobody looks at.
    pub background: Option<Background>,
    /// For whom this transport is blocked, and when.
    pub blocks: Vec<Block>,
    /// What its messages are wrapped in.
    pub wire: Wire,
    /// Bytes of payload in a message.
    pub payload: u64,
    /// How it polls, if it does.
    pub poll: Option<Poll>,
    /// Whoever sends, sends to all in a room of so many; `None`: to one other user.
    pub room: Option<u32>,
    /// Whether a message for a room is published for each in it.
    pub publishes_for_each: bool,
    /// Where what it sends is published, if it is.
    pub bus: Option<u8>,
    /// When a managed service closes its connections, if one holds them.
    pub closes: Option<Closes>,
    /// From the gateways to the registry, if there is one.
    pub registry: Option<Port>,
    /// The fan-out that reaches it, if there is one; the latency is from the gateways back.
    pub fanout: Option<Port>,
    /// Until a call of the fan-out to a host that does not answer fails.
    pub rpc_timeout: Span,
    /// How it gets what it missed, if it does.
    pub replay: Option<Replay>,
    /// How long after a loss it can; `None`: however long.
    pub resume_window: Option<Span>,
    /// Where messages go while nobody is there, if they are kept.
    pub inbox: Option<Inbox>,
    /// Whether its users come and go by themselves.
    pub visits: bool,
    /// How its clients handle what they get.
    pub reading: Reading,
    /// How its clients know that a message has been taken, if they do.
    pub acknowledged: Option<Acknowledged>,
    /// From the bus back to the gateways.
    pub from_bus: Delay,
    /// Round trips from the first packet to an open connection.
    pub handshake_rtts: f64,
    /// What its gateways keep of a session, if anything.
    pub affinity: Option<Affinity>,
    /// What it does after a loss or a failure.
    pub reconnect: Reconnect,
    /// Within which clients move that are told to.
    pub drain_window: Span,
    /// Whether those who are told to move open the new connection before they close the old one.
    pub make_first: bool,
    /// When its gateways tell a client to move, by the age of its connection in ns.
    pub max_age: Option<Law>,
    /// The draws of its clients node.
    pub draws: Draws,
    /// The feeds that its users get.
    pub feeds: Vec<u8>,
    /// Which of them its own sends are.
    pub own_feed: Option<u8>,
    /// Those who read slowly, if there are any.
    pub slow: Option<Slow>,
    /// The sources that reach it, in the order of the file: origins 1, 2, ….
    pub origins: Vec<Origin>,
    /// The origin of messages of which it is not known whose they are: its own users if they send.
    pub usual: u8,
}

/// How streams of several tabs go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Streams {
    /// Each by a connection of its own; so does a WebSocket.
    Apart,
    /// All of them by one.
    Together,
}

/// A transport is blocked for some users.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Block {
    /// From when on.
    pub from: Time,
    /// Until when.
    pub until: Time,
    /// The share of the users.
    pub share: Share,
    /// By what draw they are chosen.
    pub draw: (Purpose, u32),
    /// How it looks to them.
    pub by: BlockedBy,
}

/// What gateways keep of a session.
#[derive(Clone, Debug)]
pub struct Affinity {
    /// What it is worth.
    pub session: SessionState,
    /// Where it is rebuilt from; none if nothing is read.
    pub store: Option<Port>,
}

/// How a crowd polls.
#[derive(Clone, Copy, Debug)]
pub enum Poll {
    /// Now and then.
    Short {
        /// From one poll to the next.
        every: Span,
        /// How long its connection is kept for the next request.
        kept: Span,
    },
    /// Again as soon as the last is answered.
    Long {
        /// How long a request is held for which there is nothing.
        hold: Span,
    },
}

/// The buffer that a crowd resumes from.
#[derive(Clone, Debug)]
pub struct Replay {
    /// From the gateways to the buffer.
    pub port: Port,
    /// Time of a read.
    pub read: Span,
    /// Messages kept for a user.
    pub messages: u32,
    /// How long a message is kept.
    pub retention: Span,
}

/// The inbox of a crowd.
#[derive(Clone, Debug)]
pub struct Inbox {
    /// From where and for how long.
    pub kept: Replay,
    /// Whether it calls users who are away.
    pub notify: Option<Notify>,
}

/// A number below `n` that is fixed for what has this hash: its partition.
#[inline]
pub fn spread(hash: u64, n: u32) -> u32 {
    below(mix(hash ^ SPREAD), n)
}

impl Crowd {
    /// Whether all its users want to be connected all the time.
    pub fn always_there(&self) -> bool {
        self.if_refused.is_none() && !self.visits && !self.connects_for_each()
    }

    /// Whether polls alone come too rarely for the connection of the last one: where timers are
    /// held back to multiples, two are up to the next multiple apart.
    pub fn polls_anew(&self) -> bool {
        let Some(Poll::Short { every, kept }) = self.poll else { return false };
        let apart = self.background.filter(|it| it.share.0 > 0.0).map(|it| it.throttle.nanos());
        let apart = apart.map_or(0, |apart| every.nanos().div_ceil(apart.max(1)) * apart);
        every.nanos().max(apart) > kept.nanos()
    }

    /// Whether all streams of a browser go by one connection.
    #[inline]
    pub fn shares(&self) -> bool {
        self.streams == Streams::Together
    }

    /// Whether no connection is held between two exchanges.
    pub fn connects_for_each(&self) -> bool {
        matches!(self.poll, Some(Poll::Short { .. }))
    }

    /// Whether its users can go by several transports.
    #[inline]
    pub fn prefers(&self) -> bool {
        self.way[1] > 1
    }

    /// How its transport is blocked for a user at a time, if it is.
    pub fn blocked(&self, user: u32, at: Time) -> Option<BlockedBy> {
        let hits = |block: &&Block| {
            let (purpose, k) = block.draw;
            let there = block.from <= at && at < block.until;
            there && self.draws.unit(purpose, u64::from(user - self.first), k) < block.share.0
        };
        self.blocks.iter().find(hits).map(|block| block.by)
    }

    /// How often a user has tried all it could, of so many attempts.
    pub fn rounds(&self, attempts: u16) -> u32 {
        u32::from(attempts) / number::row(self.way[1].max(1))
    }

    /// The feed of a message, if it is for many: it is then addressed to its topic, counted from
    /// the first user.
    #[inline]
    pub fn feed_of(&self, message: &Message) -> Option<u8> {
        if self.feeds.is_empty() || message.id & EACH != 0 {
            return None;
        }
        match self.origin(message) {
            Some(origin) => origin.feed,
            None => self.own_feed,
        }
    }

    /// Bytes of payload in a message.
    pub fn payload_of(&self, message: &Message) -> u64 {
        self.origin(message).map_or(self.payload, |origin| origin.payload.0)
    }

    /// Whether what is for many can go to whole groups of its users: they hold streams to one pool,
    /// and what they miss is theirs to ask for.
    pub fn takes_groups(&self) -> bool {
        let one = self.poll.is_none() && !self.prefers();
        one && self.inbox.is_none() && self.idle().is_none()
    }

    /// What a message takes on its way down, in bytes.
    pub fn weight(&self, message: &Message) -> u64 {
        let payload = number::float(self.payload_of(message));
        number::whole(self.wire.pushes(self.transport, payload, f64::INFINITY).down.total())
    }

    /// Whether a user reads slowly.
    pub fn reads_slowly(&self, user: u32) -> bool {
        self.slow.is_some_and(|slow| {
            let place = u64::from(user - self.first);
            self.draws.unit(Purpose::Slow, place, 0) < slow.share.0
        })
    }

    /// Of a crowd whose requests are held: for how long.
    #[inline]
    pub fn hold(&self) -> Option<Span> {
        match self.poll {
            Some(Poll::Long { hold }) => Some(hold),
            Some(Poll::Short { .. }) | None => None,
        }
    }

    /// What the state of its sessions is rebuilt from.
    pub fn store(&self) -> Option<&Port> {
        self.affinity.as_ref()?.store.as_ref()
    }

    /// The entity of a user's connection in draws.
    #[inline]
    pub fn connection(&self, user: u32, session: u16) -> u64 {
        (u64::from(user - self.first) << 16) | u64::from(session)
    }

    /// The id of message `k` of an origin. Where no source reaches the crowd, and nothing is for
    /// many, all bits count.
    #[inline]
    pub fn id(&self, origin: u8, k: u64) -> u32 {
        u32::from(origin) << ORIGIN | self.counted(number::low(k))
    }

    /// Which message of its origin has this id.
    #[inline]
    fn counted(&self, id: u32) -> u32 {
        if self.origins.is_empty() && self.feeds.is_empty() { id } else { id & (EACH - 1) }
    }

    /// The number of the origin of a message with this id.
    #[inline]
    pub fn origin_of(&self, id: u32) -> u8 {
        if self.origins.is_empty() { OWN } else { number::low8(id >> ORIGIN) }
    }

    /// The source of a message; none of what the crowd's own users send.
    #[inline]
    pub fn origin(&self, message: &Message) -> Option<&Origin> {
        let place = self.origin_of(message.id).checked_sub(1)?;
        self.origins.get(usize::from(place))
    }

    /// The entity of a message in draws. Those who are in a room get the same one at times of their
    /// own.
    #[inline]
    pub fn message(&self, message: &Message) -> u64 {
        let salt = self.origin(message).map(|origin| origin.salt);
        let one_of_many = !self.feeds.is_empty() && message.id & EACH != 0;
        let apart = one_of_many || salt.is_none() && self.room.is_some();
        let entity = salt.unwrap_or(self.salt) ^ u64::from(self.counted(message.id));
        if apart { mix(entity) ^ mix(u64::from(message.to)) } else { entity }
    }

    /// The same as it is on the bus, where it may be one for all in a room.
    #[inline]
    pub fn published(&self, message: &Message) -> u64 {
        if self.room.is_none() || self.publishes_for_each {
            return self.message(message);
        }
        let sender = self.sender(message.id).unwrap_or(message.to);
        self.message(&message.addressed_to(sender))
    }

    /// Those who are in the room of a user, with itself; of a crowd without rooms, nobody. The last
    /// room takes those in who are left over.
    pub fn room(&self, user: u32) -> Option<Range<u32>> {
        let size = self.room?;
        let rooms = (self.count / size).max(1);
        let room = ((user - self.first) / size).min(rooms - 1);
        let end = if room + 1 == rooms { self.count } else { (room + 1) * size };
        Some(self.first + room * size..self.first + end)
    }

    /// The others in the room that a message is for, as long as it is one message for all of them:
    /// it is addressed to its own sender.
    pub fn everybody(&self, message: &Message) -> Option<impl Iterator<Item = u32> + use<>> {
        let sender = message.to;
        let room = self.room(sender).filter(|_| self.sender(message.id) == Some(sender))?;
        Some(room.filter(move |&user| user != sender))
    }

    /// After how long a managed service closes a connection on which nothing comes or goes.
    pub fn idle(&self) -> Option<Span> {
        self.closes.and_then(|closes| closes.idle)
    }

    /// How many deliveries a message of a user is.
    pub fn audience(&self, user: u32) -> u32 {
        self.room(user).map_or(1, |room| room.end - room.start - 1)
    }

    /// Sender and recipient of the k-th send, by their places in the crowd: two different users.
    #[inline]
    pub fn pair(&self, k: u64) -> (u32, u32) {
        let sender = self.draws.below(Purpose::Sender, k, self.count);
        let other = self.draws.below(Purpose::Recipient, k, self.count - 1);
        (sender, if other < sender { other } else { other + 1 })
    }

    /// The user who sent the message with this id; none if a source did. Of more than 2^32 sends of
    /// a crowd (2^28 where sources reach it), the first are meant.
    #[inline]
    pub fn sender(&self, id: u32) -> Option<u32> {
        (self.origin_of(id) == OWN).then(|| self.first + self.pair(u64::from(self.counted(id))).0)
    }

    /// What stands for the sender of a message where it is hashed: a user, or a source.
    pub fn hash_of_sender(&self, message: &Message) -> u64 {
        let of_source = || self.origin(message).map_or(0, |origin| mix(origin.salt));
        self.sender(message.id).map_or_else(of_source, |sender| self.hash(sender))
    }

    /// From the first packet to the handshake's work at the gateway, for a connection with this
    /// round trip; the same again from the end of the work to the open connection.
    pub fn handshake_way(&self, round_trip: Span, entity: u64, attempt: u16) -> Span {
        let inside = self.latency(Purpose::Attempt, entity, u32::from(attempt));
        (round_trip + inside.times(2)).scale(self.handshake_rtts / 2.0)
    }

    /// The same for a stream that is opened on a connection that stands: one round trip in all.
    pub fn request_way(&self, round_trip: Span, entity: u64, attempt: u16) -> Span {
        let inside = self.latency(Purpose::Attempt, entity, u32::from(attempt));
        (round_trip + inside.times(2)).scale(self.handshake_rtts.min(1.0) / 2.0)
    }

    /// From a gateway down to the client, or up. It is drawn once per connection, so that one
    /// connection delivers in order.
    #[inline]
    pub fn down(&self, round_trip: Span, connection: u64) -> Span {
        round_trip.half() + self.inside(connection)
    }

    /// From the gateways to the registry, for write `k` of a connection.
    pub fn to_registry(&self, user: u32, session: u16, k: u32) -> Span {
        let entity = self.connection(user, session);
        let way = |port: &Port| port.latency.draw(&self.draws, Purpose::Attempt, entity, k);
        self.registry.as_ref().map_or(Span::ZERO, way)
    }

    /// From the gateways to the balancer.
    #[inline]
    pub fn latency(&self, purpose: Purpose, entity: u64, k: u32) -> Span {
        self.gateways.latency.draw(&self.draws, purpose, entity, k)
    }

    /// From the balancer to the gateways, for all that belongs to one connection.
    pub fn inside(&self, connection: u64) -> Span {
        self.latency(Purpose::Attempt, connection, DOWN)
    }

    /// What a `Retry-After` says to one attempt.
    pub fn hint(&self, retry_after: Option<&Law>, entity: u64, attempt: u16) -> Span {
        retry_after.map_or(Span::ZERO, |law| {
            let unit = self.draws.unit(Purpose::RetryAfter, entity, u32::from(attempt));
            Span::from_float(law.quantile(unit))
        })
    }

    /// A hash of a user's id.
    #[inline]
    pub fn hash(&self, user: u32) -> u64 {
        mix(self.salt ^ u64::from(user - self.first))
    }
}
