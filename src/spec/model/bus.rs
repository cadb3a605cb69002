//! The forms of a bus and of its consumer group.
use super::{
    super::written::{Text, Written},
    LawText,
};
use crate::{
    engine::Span,
    units::{Count, Factor, Rate},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// What carries messages from the connection tier to the delivery tier.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Pubsub {
    /// What it is, which decides the defaults of what is not written: `log`, a partitioned log;
    /// `stream`, a stream server; `memory`, pub/sub that stores nothing; `memory_cluster`, the same
    /// over brokers that each carry all messages; `memory_sharded`, over brokers that share them.
    pub profile: Option<Text>,
    /// Partitions, chosen by the key, 1 to 1,000,000.
    pub partitions: Option<Written<Count>>,
    /// What chooses the partition: the `recipient`, `sender` or `room`, or nothing (`random`).
    pub key: Option<Text>,
    /// How unequal the partitions are: the exponent of Zipf's law over them, 0 to 10.
    pub skew: Option<Written<Factor>>,
    /// Messages that one partition can take; in memory, one broker, or a cluster as a whole.
    pub rate: Option<Written<Rate>>,
    /// From publish to readable, beside the queue.
    pub latency: Option<LawText>,
    /// Between two reads of a consumer; 0s: it is handed each message at once.
    pub fetch: Option<Written<Span>>,
    /// Messages that may wait for one partition; in memory, at one broker.
    pub bound: Option<Written<Count>>,
    /// What becomes of a message beyond it: `drop` loses it, `block` lets its publisher wait.
    pub when_full: Option<Text>,
    /// A publisher that has waited so long for room gives up.
    pub max_block: Option<Written<Span>>,
    /// Whether a consumer that ends takes what it had in hand with it, or it is read again.
    pub delivery: Option<Text>,
    /// How the instances of the fan-out share the partitions.
    pub group: Group,
    /// From the loss of a broker to another one leading its partitions.
    pub failover: Option<Written<Span>>,
    /// The machine that the bill is for, by its name in the prices.
    pub instance: Option<Text>,
    /// Machines that lead the partitions in turn, 1 to 65,535.
    pub brokers: Option<Written<Count>>,
    /// How many of them hold each message; not more than brokers.
    pub copies: Option<Written<Count>>,
    /// For how long a message is kept.
    pub retention: Option<Written<Span>>,
}

/// How the instances of a fan-out share the partitions of a bus.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Group {
    /// A consumer that has not been heard of for so long has left.
    pub session_timeout: Option<Written<Span>>,
    /// Between two signs of life, at most `session_timeout`.
    pub heartbeat: Option<Written<Span>>,
    /// What stops while partitions are dealt out anew: `eager`: all; `cooperative`: those that
    /// move.
    pub rebalance: Option<Text>,
    /// How long that takes.
    pub pause: Option<Written<Span>>,
    /// Between two commits of what was read; 0s: each message when it is read.
    pub commit: Option<Written<Span>>,
}
