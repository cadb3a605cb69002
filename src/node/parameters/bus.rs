//! What a bus and its consumer group are told about themselves.
use crate::{
    engine::{Law, Span},
    units::Rate,
};

/// What carries messages from the connection tier to the delivery tier.
#[derive(Clone, PartialEq, Debug)]
pub struct Pubsub {
    /// Whether messages wait for readers that are away, or are gone.
    pub stores: bool,
    /// Partitions, at least 1.
    pub partitions: u32,
    /// Queues that the partitions share in turn: one each in a log, one a broker, or one in all.
    pub queues: u32,
    /// What chooses the partition of a message.
    pub key: PartitionKey,
    /// Exponent of Zipf's law over the partitions; 0: each is as likely.
    pub skew: f64,
    /// Messages per second of one queue.
    pub rate: Rate,
    /// From publish to being readable by a consumer, beside the queue.
    pub latency: Law,
    /// Between two reads of a consumer; zero: it is handed each message at once.
    pub fetch: Span,
    /// Messages that may wait in one queue; `None`: any number.
    pub bound: Option<u32>,
    /// What becomes of those beyond it.
    pub when_full: WhenFull,
    /// How long a publisher waits for room.
    pub max_block: Span,
    /// How long a message is kept for readers.
    pub retention: Span,
    /// What a lost consumer costs.
    pub delivery: Guarantee,
    /// How consumers share the partitions.
    pub group: Group,
    /// Machines that lead the partitions, in turn.
    pub brokers: u16,
    /// Machines that hold each message.
    pub copies: u16,
    /// From the loss of a broker to another one leading its partitions.
    pub failover: Span,
}

/// What chooses the partition of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PartitionKey {
    /// Who gets it: each user's messages stay in order.
    Recipient,
    /// Who sends it: each sender's messages stay in order.
    Sender,
    /// The room that it is for: each room's messages stay in order.
    Room,
    /// Nothing.
    Random,
}

/// What becomes of a message for which a partition has no room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WhenFull {
    /// It is lost.
    Drop,
    /// Its publisher waits.
    Block,
}

/// How consumers share partitions.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Group {
    /// A consumer that has not been heard of for so long has left.
    pub session_timeout: Span,
    /// Between two signs of life.
    pub heartbeat: Span,
    /// What stops when the partitions are dealt out anew.
    pub rebalance: Rebalance,
    /// How long that takes.
    pub pause: Span,
    /// Between two commits of what has been read; zero: each message at once.
    pub commit: Span,
}

/// What stops while partitions are dealt out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rebalance {
    /// All of them.
    Eager,
    /// Those that move.
    Cooperative,
}

/// What a lost consumer costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guarantee {
    /// What it had in hand is lost.
    AtMostOnce,
    /// What it had not committed is delivered again.
    AtLeastOnce,
}
