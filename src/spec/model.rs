//! The forms of a model file: what can be written about nodes and links. Which keys are required
//! is settled when the scenario is resolved, so that all missing ones are named at once.
mod bus;
mod clients;
mod fanout;
mod managed;
mod prefer;
pub mod source;
mod state;
mod tabs;

pub use bus::{Group, Pubsub};
pub use clients::{
    Audience, Clients, Heartbeat, Jitter, LongPoll, Network, Reconnect, Sends, Sessions, ShortPoll,
    Slow, Start, Visits, Wire,
};
pub use fanout::Fanout;
pub use managed::Managed;
pub use prefer::{Blocked, Fallback, Prefer};
pub use source::{Popularity, Source, SourceAudience};
pub use state::{Rebuild, SessionState};
pub use tabs::{Background, Tabs};

use super::schema;
use super::written::{Choice, Located, Several, Text, Written};
use crate::{
    engine::Span,
    units::{Bytes, CoreShare, Count, Factor, Rate, Share},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// A node: its kind and its parameters.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A crowd of equal users.
    Clients(Box<Clients>),
    /// What places connections on gateways.
    LoadBalancer(Box<LoadBalancer>),
    /// A pool of gateway instances.
    Gateway(Box<Gateway>),
    /// A managed service in the place of gateways.
    Managed(Box<Managed>),
    /// A partitioned log or bus.
    Pubsub(Box<Pubsub>),
    /// What finds the recipient's gateway and forwards.
    Fanout(Box<Fanout>),
    /// The map user → gateway.
    Registry(Box<Registry>),
    /// Replay buffer per user.
    Buffer(Box<Buffer>),
    /// A producer outside the crowds.
    Source(Box<Source>),
}

/// A law: `40ms`, or one of the laws by name.
pub type LawText = Located<Choice<Law>>;

/// The laws that have a name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Law {
    /// Always the same.
    Constant(Written<Span>),
    /// Between two values.
    #[schemars(schema_with = "schema::pair")]
    Uniform(Located<Several<Written<Span>>>),
    /// By its mean.
    Exponential {
        /// The mean.
        mean: Option<Written<Span>>,
    },
    /// By its median and the value that 95 % do not exceed.
    Lognormal {
        /// The median.
        median: Option<Written<Span>>,
        /// The 95th percentile.
        p95: Option<Written<Span>>,
    },
    /// By its mean and standard deviation.
    Normal {
        /// The mean.
        mean: Option<Written<Span>>,
        /// The standard deviation.
        sd: Option<Written<Span>>,
    },
    /// By its mean, and its coefficient of variation or its shape.
    Gamma {
        /// The mean.
        mean: Option<Written<Span>>,
        /// Standard deviation over mean.
        cv: Option<Written<Factor>>,
        /// The inverse of the square of `cv`.
        shape: Option<Written<Factor>>,
    },
    /// Heavy in the tail, by its mean and its shape.
    Pareto {
        /// The mean.
        mean: Option<Written<Span>>,
        /// The shape, above 1: P(X > x) falls as x to the power of minus this.
        shape: Option<Written<Factor>>,
    },
    /// One of the values of a file, or of a list.
    #[schemars(schema_with = "schema::measured")]
    Empirical(Located<Several<Written<Span>>>),
}

/// What places connections on gateways.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LoadBalancer {
    /// 4 sees addresses, 7 reads requests.
    #[schemars(schema_with = "schema::layer")]
    pub layer: Option<Written<Count>>,
    /// How an instance is chosen: `round_robin`, `least_connections`, `{ consistent_hash: … }`.
    pub policy: Option<Located<Choice<Policy>>>,
    /// How instances that are gone are found.
    pub health_check: HealthCheck,
    /// How many attempts are let through: `all`; `{ token_bucket: { rate: 500/s, burst: 500 } }`;
    /// `{ batches: { size: 512, every: 1s } }`, in step with t = 0; `{ ramp: { from: 100/s, to:
    /// 2k/s, start: 1min, over: 10min } }`, a straight line.
    pub admission: Option<Located<Choice<Admission>>>,
    /// What it answers to those not admitted, and when no instance is up.
    #[schemars(schema_with = "schema::answer")]
    pub when_full: Option<Text>,
    /// What each 503 or 429 asks for.
    pub retry_after: Option<LawText>,
}

/// How many attempts a balancer lets through.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Admission {
    /// A bucket that fills at a rate.
    TokenBucket {
        /// Attempts that pass in the long run.
        rate: Option<Written<Rate>>,
        /// The most at once.
        burst: Option<Written<Count>>,
    },
    /// So many in each interval, in step with t = 0.
    Batches {
        /// Attempts of an interval.
        size: Option<Written<Count>>,
        /// Its length, at least 1 ms.
        every: Option<Written<Span>>,
    },
    /// A rate that changes in a straight line.
    Ramp {
        /// The rate before.
        from: Option<Written<Rate>>,
        /// The rate after.
        to: Option<Written<Rate>>,
        /// When it begins to change.
        start: Option<Written<Span>>,
        /// How long that takes.
        over: Option<Written<Span>>,
    },
}

/// How a balancer chooses.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Policy {
    /// In turn.
    RoundRobin {},
    /// The one with the fewest connections.
    LeastConnections {},
    /// By a hash ring.
    ConsistentHash {
        /// What is hashed.
        key: Option<Text>,
        /// How a balancer at layer 4 learns it: clients fetch an address first. Layer 7 needs none.
        via: Option<Text>,
        /// Points of an instance on the ring.
        virtual_nodes: Option<Written<Count>>,
    },
}

/// How instances that are gone are found.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HealthCheck {
    /// Between two probes, at least 1 ms.
    pub interval: Option<Written<Span>>,
    /// So many failures eject, so many successes bring back, 1 to 1,000.
    pub threshold: Option<Written<Count>>,
}

/// A pool of gateway instances, which hold the connections.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Gateway {
    /// Instances at the start, 1 to 65,535.
    pub count: Option<Written<Count>>,
    /// Cores of an instance, 1 to 1,024: one CPU station for all work.
    pub cores: Option<Written<Count>>,
    /// Zones, 1 to 1,000: instance i is in zone i modulo this.
    pub zones: Option<Written<Count>>,
    /// Connections of an instance; more are refused.
    pub max_connections: Option<Written<Count>>,
    /// Open files of an instance, one a connection; more are refused.
    pub descriptors: Option<Written<Count>>,
    /// Handshakes that may wait for the CPU of an instance.
    pub accept_queue: Option<Written<Count>>,
    /// What a full instance does: it drops the first packet, which is sent again after 1, 3, 7, 15
    /// and 31 s and costs no CPU, or answers with a reset, 503 or 429.
    #[schemars(schema_with = "schema::answer")]
    pub when_full: Option<Text>,
    /// What each 503 or 429 asks for.
    pub retry_after: Option<LawText>,
    /// Whether a handshake whose client has lost patience is passed over; else it is served for
    /// nothing.
    #[schemars(schema_with = "schema::flag")]
    pub skip_abandoned: Option<Text>,
    /// What connections take of the memory of an instance.
    pub memory: Memory,
    /// CPU time by kind of work.
    pub cpu: Cpu,
    /// How an instance that ends sends its clients away.
    pub drain: Drain,
    /// A client is told to move when its connection is so old, at least 1 s.
    pub max_age: Option<Written<Span>>,
    /// Up to so much earlier, drawn for each connection; at most `max_age`.
    pub age_dither: Option<Written<Span>>,
    /// How long the connection of a request is kept for the next one; a poll, or a message of who
    /// polls, that comes later pays for a new one.
    pub keep_alive: Option<Written<Span>>,
    /// Round trips from SYN to open, 0 to 100.
    pub handshake_rtts: Option<Written<Factor>>,
    /// What an instance keeps of a client beside its connection; leave it out for nothing.
    pub session: Option<SessionState>,
    /// What waits in a connection for a client that reads slowly.
    pub send_buffer: SendBuffer,
    /// The machine that the bill is for, by its name in the prices.
    pub instance: Option<Text>,
}

/// What waits in a connection for a client that reads slowly.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SendBuffer {
    /// Of one connection.
    pub size: Option<Written<Bytes>>,
    /// What happens beyond it: `drop_oldest` drops what has waited longest, `disconnect` closes the
    /// connection, `grow` keeps all, and the kernel kills an instance whose memory that uses up.
    pub when_full: Option<Text>,
}

/// What connections take of the memory of an instance.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Memory {
    /// Application, kernel and TLS together.
    pub per_connection: Option<Written<Bytes>>,
    /// Memory of an instance.
    pub limit: Option<Written<Bytes>>,
    /// What happens beyond it: `refuse` turns connections away, `die`: the kernel kills the
    /// instance.
    pub over: Option<Text>,
    /// When an instance that died of it is back.
    pub restart: Option<Written<Span>>,
}

/// CPU time by kind of work.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Cpu {
    /// A full TLS handshake.
    pub tls_full: Option<Written<Span>>,
    /// A resumed TLS handshake.
    pub tls_resumed: Option<Written<Span>>,
    /// Share of the handshakes that are resumed.
    pub resumption: Option<Written<Share>>,
    /// Application work of a handshake.
    pub app: Option<Written<Span>>,
    /// Refusing an attempt.
    pub refusal: Option<Written<Span>>,
    /// Answering a poll.
    pub poll: Option<Written<Span>>,
    /// Taking a request with a message, of clients who have a stream for one way only.
    pub request: Option<Written<Span>>,
    /// Taking a message from a client.
    pub receive: Option<Written<Span>>,
    /// Pushing a message to a client.
    pub push: Option<Written<Span>>,
    /// Of an idle connection, heartbeats included.
    pub idle: Option<Written<CoreShare>>,
}

/// How an instance that ends sends its clients away.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Drain {
    /// Who sets the pace. `client_jitter`: clients move within `window`; `server_batches`: the
    /// server closes `batch` connections each `every`, and their clients back off.
    pub by: Option<Text>,
    /// What a client does first that is told to move: `break_first` closes its connection and opens
    /// another, `make_first` opens another and then closes the old one.
    #[serde(rename = "move")]
    pub moves: Option<Text>,
    /// Clients are told to move at times spread evenly over it.
    pub window: Option<Written<Span>>,
    /// Connections of an instance that the server closes at once.
    pub batch: Option<Written<Count>>,
    /// From one batch to the next, at least 1 ms.
    pub every: Option<Written<Span>>,
    /// Connections that are left after it are closed.
    pub grace: Option<Written<Span>>,
}

/// The map from user to gateway.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Registry {
    /// An entry that is not refreshed for so long is gone, at least 1 ms.
    pub ttl: Option<Written<Span>>,
    /// Operations it can serve.
    pub rate: Option<Written<Rate>>,
    /// Look-ups read a replica that shows every write so much later.
    pub replica_lag: Option<Written<Span>>,
    /// The machine that the bill is for, by its name in the prices.
    pub instance: Option<Text>,
    /// Machines with the same entries on the bill, 1 to 65,535.
    pub copies: Option<Written<Count>>,
}

/// What is kept of the messages of each user, to be replayed.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Buffer {
    /// What is kept for whom: of each `user` what it has not seen of an open session, or, as an
    /// `inbox`, what comes while nobody is there.
    pub scope: Option<Text>,
    /// Of an inbox: how a user who is away learns of a message. `pull`: at its next visit;
    /// `{ push: { opens: 20%, after: 2min } }`: a notification, which brings some of them at once.
    pub notify: Option<Located<Choice<Notify>>>,
    /// How long a message is kept.
    pub retention: Option<Written<Span>>,
    /// Messages kept for a user, 1 to 65,535; the oldest goes first.
    pub messages: Option<Written<Count>>,
    /// Bytes kept for a user: so many whole messages, of the size of the largest that reach its
    /// crowd.
    pub bytes: Option<Written<Bytes>>,
    /// Reads of returning clients that it can serve.
    pub reads: Option<Written<Rate>>,
    /// A read of a returning client, beside the links and the queue of reads.
    pub read: Option<Written<Span>>,
    /// Replayed messages of one client.
    pub replay_rate: Option<Written<Rate>>,
    /// Where the bill keeps it: on `disk`, or in the memory of a cache, by its name in the prices.
    pub instance: Option<Text>,
}

/// How a user who is away learns of a message.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Notify {
    /// By a push notification.
    Push {
        /// Share of the notifications that bring the user.
        opens: Option<Written<Share>>,
        /// How long after one.
        after: Option<LawText>,
    },
}

/// The way of a request; answers and pushes take it back.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Link {
    /// One way; from clients `network`, half of the user's own round trip.
    pub latency: Option<LawText>,
}
