//! The words of the files and what they mean.
use super::section::Word;
use crate::{
    engine::Span,
    node::parameters::{
        Answer, BlockedBy, DrainBy, Guarantee, Heads, Http, Ids, IfRefused, Jitter, Moves, On503,
        OnStale, OverMemory, PartitionKey, Policy, Preset, Rebalance, Resume, Route, Scope, Spread,
        Start, Transport, WhenFull, WhenSlow,
    },
    scenario::{CrashKind, DropKind, Held},
};

/// Keys of which only one value is modelled so far.
const ONLY: [(&str, &str); 2] = [
    ("load_balancer.policy.consistent_hash.key", "user"),
    ("load_balancer.policy.consistent_hash.via", "ticket"),
];

/// The words that a key takes, in the place of a quantity or beside it.
pub(in crate::scenario) fn of(key: &str) -> Vec<&'static str> {
    match key {
        "clients.sessions.if_refused" => all::<IfRefused>(),
        "clients.reconnect.jitter" => all::<Jitter>(),
        "clients.start" => all::<Start>(),
        "clients.reconnect.preset" => all::<Preset>(),
        "clients.reconnect.on_503" => all::<On503>(),
        "load_balancer.admission" => vec!["all"],
        "gateway.when_full" => all::<Answer>(),
        // It answers; it drops no packets.
        "load_balancer.when_full" => vec!["reset", "503", "429"],
        "gateway.accept_queue"
        | "pubsub.bound"
        | "clients.resume_window"
        | "clients.fallback.remember"
        | "fanout.in_flight"
        | "fanout.retry_budget"
        | "buffer.bytes" => vec!["unbounded"],
        "gateway.memory.over" => all::<OverMemory>(),
        "gateway.drain.move" => all::<Moves>(),
        "gateway.drain.by" => all::<DrainBy>(),
        "drop_clients.kind" => all::<DropKind>(),
        "clients.resume" => all::<Resume>(),
        "pubsub.profile" => all::<Profile>(),
        "pubsub.key" => all::<PartitionKey>(),
        "pubsub.when_full" => all::<WhenFull>(),
        "pubsub.group.rebalance" => all::<Rebalance>(),
        "pubsub.delivery" => all::<Guarantee>(),
        "clients.transport" => all::<Transport>(),
        "clients.fallback.blocked_by" | "block.by" => all::<BlockedBy>(),
        "block.transport" => vec!["websocket", "sse", "long_poll"],
        "block.held" => all::<Held>(),
        "clients.wire.profile" => all::<Heads>(),
        "clients.wire.http" => all::<Http>(),
        "clients.sends.to" => vec!["direct", "all"],
        "source.to" => vec!["user", "all"],
        "source.to.user" | "source.to.topic.popularity" => vec!["uniform"],
        "buffer.scope" => all::<Scope>(),
        "buffer.notify" => vec!["pull"],
        "clients.sends.ids" => all::<Ids>(),
        "fanout.route" => all::<Route>(),
        "fanout.on_stale" => all::<OnStale>(),
        "fanout.spread" => all::<Spread>(),
        "gateway.send_buffer.when_full" => all::<WhenSlow>(),
        "crash.kind" | "zone_loss.kind" => all::<CrashKind>(),
        "clients.network.lifetime"
        | "clients.heartbeat.every"
        | "clients.reconnect.attempts"
        | "load_balancer.retry_after"
        | "gateway.retry_after"
        | "managed.retry_after"
        | "managed.max_age"
        | "gateway.memory.restart"
        | "gateway.max_age"
        | "crash.restart"
        | "zone_loss.restart"
        | "slow.lasts"
        | "block.lasts"
        | "load.lasts" => vec!["never"],
        "links.latency" => vec!["network"],
        _ => only(key).into_iter().collect(),
    }
}

/// The one value of a key that is modelled, if there is no more than one.
pub(super) fn only(key: &str) -> Option<&'static str> {
    ONLY.iter().find(|(only, _)| *only == key).map(|(_, word)| *word)
}

fn all<W: Word>() -> Vec<&'static str> {
    W::WORDS.iter().map(|(word, _)| *word).collect()
}

impl Word for IfRefused {
    const WORDS: &'static [(&'static str, Self)] =
        &[("leave", Self::Leave), ("retry", Self::Retry)];
}

/// The jitter laws that need no parameters.
impl Word for Jitter {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("none", Self::None),
        ("equal", Self::Equal),
        ("full", Self::Full),
        ("decorrelated", Self::Decorrelated),
    ];
}

impl Word for Preset {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("socket.io", Self::SocketIo),
        ("phoenix", Self::Phoenix),
        ("signalr", Self::SignalR),
        ("centrifuge-js", Self::CentrifugeJs),
        ("graphql-ws", Self::GraphqlWs),
        ("reconnecting-websocket", Self::ReconnectingWebsocket),
        ("ably", Self::Ably),
        ("pusher", Self::Pusher),
        ("mqtt.js", Self::MqttJs),
        ("eventsource", Self::EventSource),
        ("grpc", Self::Grpc),
    ];
}

/// The ways to start that need no parameters.
impl Word for Start {
    const WORDS: &'static [(&'static str, Self)] =
        &[("connected", Self::Connected), ("cold", Self::Ramp(Span::ZERO))];
}

impl Word for bool {
    const WORDS: &'static [(&'static str, Self)] = &[("false", false), ("true", true)];
}

impl Word for On503 {
    const WORDS: &'static [(&'static str, Self)] =
        &[("retry", Self::Retry), ("give_up", Self::GiveUp)];
}

impl Word for Answer {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("drop", Self::Drop),
        ("reset", Self::Reset),
        ("503", Self::Unavailable),
        ("429", Self::TooMany),
    ];
}

impl Word for DrainBy {
    const WORDS: &'static [(&'static str, Self)] =
        &[("client_jitter", Self::ClientJitter), ("server_batches", Self::ServerBatches)];
}

impl Word for Moves {
    const WORDS: &'static [(&'static str, Self)] =
        &[("break_first", Self::BreakFirst), ("make_first", Self::MakeFirst)];
}

impl Word for OverMemory {
    const WORDS: &'static [(&'static str, Self)] = &[("refuse", Self::Refuse), ("die", Self::Die)];
}

impl Word for Resume {
    const WORDS: &'static [(&'static str, Self)] =
        &[("none", Self::None), ("last_seen_id", Self::LastSeenId)];
}

impl Word for Ids {
    const WORDS: &'static [(&'static str, Self)] =
        &[("idempotent", Self::Idempotent), ("new", Self::New)];
}

impl Word for Transport {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("websocket", Self::Websocket),
        ("sse", Self::Sse),
        ("short_poll", Self::ShortPoll),
        ("long_poll", Self::LongPoll),
    ];
}

impl Word for Heads {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("browser_with_cookies", Self::BrowserWithCookies),
        ("browser", Self::Browser),
        ("bare", Self::Bare),
    ];
}

impl Word for Http {
    const WORDS: &'static [(&'static str, Self)] = &[("h1", Self::One), ("h2", Self::Two)];
}

impl Word for Scope {
    const WORDS: &'static [(&'static str, Self)] = &[("user", Self::User), ("inbox", Self::Inbox)];
}

/// The policies that need no parameters.
impl Word for Policy {
    const WORDS: &'static [(&'static str, Self)] =
        &[("round_robin", Self::RoundRobin), ("least_connections", Self::LeastConnections)];
}

impl Word for Guarantee {
    const WORDS: &'static [(&'static str, Self)] =
        &[("at_least_once", Self::AtLeastOnce), ("at_most_once", Self::AtMostOnce)];
}

impl Word for PartitionKey {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("recipient", Self::Recipient),
        ("sender", Self::Sender),
        ("room", Self::Room),
        ("random", Self::Random),
    ];
}

impl Word for WhenFull {
    const WORDS: &'static [(&'static str, Self)] = &[("drop", Self::Drop), ("block", Self::Block)];
}

impl Word for Rebalance {
    const WORDS: &'static [(&'static str, Self)] =
        &[("cooperative", Self::Cooperative), ("eager", Self::Eager)];
}

/// What a bus is: the defaults of the rest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Profile {
    /// A partitioned log.
    Log,
    /// A stream server.
    Stream,
    /// Pub/sub in memory.
    Memory,
    /// The same over brokers that each carry all.
    MemoryCluster,
    /// The same over brokers that share.
    MemorySharded,
}

impl Word for Profile {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("log", Self::Log),
        ("stream", Self::Stream),
        ("memory", Self::Memory),
        ("memory_cluster", Self::MemoryCluster),
        ("memory_sharded", Self::MemorySharded),
    ];
}

impl Profile {
    /// Whether messages wait for readers that are away.
    pub(super) fn stores(self) -> bool {
        matches!(self, Self::Log | Self::Stream)
    }

    /// How many queues its partitions share.
    pub(super) fn queues(self, partitions: u32, brokers: u16) -> u32 {
        match self {
            Self::Log | Self::Stream => partitions,
            Self::Memory | Self::MemoryCluster => 1,
            Self::MemorySharded => u32::from(brokers),
        }
    }

    /// What it says where the file says nothing; other keys have the defaults of a log.
    pub(super) fn defaults(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Log => &[],
            Self::Stream => STREAM,
            Self::Memory => MEMORY,
            Self::MemoryCluster => MEMORY_CLUSTER,
            Self::MemorySharded => MEMORY_SHARDED,
        }
    }
}

/// Each message is acknowledged; one that is not is handed to another consumer after 30 s. \[K\]
const STREAM: &[(&str, &str)] = &[
    ("pubsub.partitions", "16"),
    ("pubsub.latency", "1ms"),
    ("pubsub.group.session_timeout", "30s"),
    ("pubsub.group.heartbeat", "0s"),
    ("pubsub.group.pause", "0s"),
    ("pubsub.group.commit", "0s"),
];

/// One core of Redis: 650k messages a second (Centrifugo \[P\]).
const MEMORY: &[(&str, &str)] = &[
    ("pubsub.rate", "650k/s"),
    ("pubsub.latency", "200us"),
    ("pubsub.delivery", "at_most_once"),
    ("pubsub.brokers", "1"),
    ("pubsub.copies", "1"),
    ("pubsub.retention", "0s"),
    ("pubsub.group.session_timeout", "1s"),
    ("pubsub.group.heartbeat", "0s"),
    ("pubsub.group.pause", "0s"),
];

/// Every broker carries every message: the whole collapses at about 400k a second, however many
/// there are (Centrifugo \[P\]).
const MEMORY_CLUSTER: &[(&str, &str)] = &[
    ("pubsub.rate", "400k/s"),
    ("pubsub.latency", "500us"),
    ("pubsub.delivery", "at_most_once"),
    ("pubsub.brokers", "3"),
    ("pubsub.copies", "1"),
    ("pubsub.retention", "0s"),
    ("pubsub.group.session_timeout", "1s"),
    ("pubsub.group.heartbeat", "0s"),
    ("pubsub.group.pause", "0s"),
];

/// Eight shards carry 5M messages a second (Centrifugo \[P\]).
const MEMORY_SHARDED: &[(&str, &str)] = &[
    ("pubsub.rate", "625k/s"),
    ("pubsub.latency", "200us"),
    ("pubsub.delivery", "at_most_once"),
    ("pubsub.brokers", "8"),
    ("pubsub.copies", "1"),
    ("pubsub.retention", "0s"),
    ("pubsub.group.session_timeout", "1s"),
    ("pubsub.group.heartbeat", "0s"),
    ("pubsub.group.pause", "0s"),
];

impl Word for Route {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("registry", Self::Registry),
        ("consistent_hash", Self::ConsistentHash),
        ("broadcast", Self::Broadcast),
        ("random_gateway", Self::RandomGateway),
    ];
}

impl Word for Spread {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("gateways", Self::Gateways),
        ("connections", Self::Connections),
        ("one_by_one", Self::OneByOne),
    ];
}

impl Word for WhenSlow {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("drop_oldest", Self::DropOldest),
        ("disconnect", Self::Disconnect),
        ("grow", Self::Grow),
    ];
}

impl Word for OnStale {
    const WORDS: &'static [(&'static str, Self)] =
        &[("look_up_again", Self::LookUpAgain), ("buffer", Self::Buffer), ("drop", Self::Drop)];
}

impl Word for CrashKind {
    const WORDS: &'static [(&'static str, Self)] =
        &[("process", Self::Process), ("host", Self::Host)];
}

impl Word for DropKind {
    const WORDS: &'static [(&'static str, Self)] =
        &[("told", Self::Told), ("reset", Self::Reset), ("silent", Self::Silent)];
}

impl Word for Held {
    const WORDS: &'static [(&'static str, Self)] =
        &[("keep", Self::Keep), ("reset", Self::Reset), ("silent", Self::Silent)];
}

impl Word for BlockedBy {
    const WORDS: &'static [(&'static str, Self)] =
        &[("swallow", Self::Swallow), ("refuse", Self::Refuse), ("strip", Self::Strip)];
}
