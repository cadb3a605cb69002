//! What each node kind is told about itself: numbers with units, defaults filled in.
mod bus;
mod clients;
mod fanout;
mod managed;
mod source;
mod state;
mod wire;

pub use super::preset::Preset;
use crate::{
    engine::{Law, Span},
    units::{Bytes, Rate, Share},
};
pub use bus::{Group, Guarantee, PartitionKey, Pubsub, Rebalance, WhenFull};
pub use clients::{
    Acknowledged, Audience, Background, BlockedBy, Clients, Fallback, Heartbeat, Ids, IfRefused,
    Network, Notify, Preferred, Reading, Resume, Sends, Sessions, Slow, Start, Tabs, Transport,
    Visits,
};
pub use fanout::{Fanout, OnStale, Route, Spread};
pub use managed::Managed;
pub use source::{Arrival, MOST_SOURCES, Popularity, Source, SourceAudience, Ticks};
pub use state::{Rebuild, SessionState};
pub use wire::{Exchange, Heads, Http, Layers, Wire};

/// A node's parameters, by kind.
#[derive(Clone, PartialEq, Debug)]
#[expect(clippy::large_enum_variant, reason = "one a node, read when a run begins")]
pub enum Parameters {
    /// A crowd of equal users.
    Clients(Clients),
    /// What places connections on gateways.
    LoadBalancer(LoadBalancer),
    /// A pool of gateway instances, or a managed service in its place.
    Gateway(Gateway),
    /// A partitioned log or bus.
    Pubsub(Pubsub),
    /// What finds the recipient's gateway and forwards.
    Fanout(Fanout),
    /// The map user → gateway.
    Registry(Registry),
    /// Replay buffer per user.
    Buffer(Buffer),
    /// A producer outside the crowds.
    Source(Source),
}

/// Delays between attempts, and what else a client does about them.
#[derive(Clone, PartialEq, Debug)]
pub struct Reconnect {
    /// Delay k is min(cap, base · factor^k) before jitter.
    pub base: Span,
    /// Upper bound of the delay.
    pub cap: Span,
    /// Growth per attempt.
    pub factor: f64,
    /// How the delay is spread.
    pub jitter: Jitter,
    /// The library whose delays count in place of the four above.
    pub preset: Option<Preset>,
    /// From the first SYN to an open connection.
    pub timeout: Span,
    /// Gives up after so many failed attempts; `None`: never.
    pub attempts: Option<u32>,
    /// The attempts so far are forgotten when a connection has been open for so long.
    pub reset_after: Span,
    /// Whether it waits at least as long as a `Retry-After` says.
    pub retry_after: bool,
    /// What it does after an answer of 503 or 429.
    pub on_503: On503,
}

/// What a client does after an answer of 503 or 429.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum On503 {
    /// It tries again.
    Retry,
    /// It leaves for good.
    GiveUp,
}

/// How backoff delays are spread; d = min(cap, base · factor^k).
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Jitter {
    /// d.
    None,
    /// d/2 + U(0, d/2).
    Equal,
    /// U(0, d).
    Full,
    /// min(cap, U(base, 3 · previous)), previous = base at first.
    Decorrelated,
    /// d · U(1 − x, 1 + x).
    Proportional(Share),
}

/// What places connections.
#[derive(Clone, PartialEq, Debug)]
pub struct LoadBalancer {
    /// 4 or 7.
    pub layer: u8,
    /// How an instance is chosen.
    pub policy: Policy,
    /// How a dead instance is noticed.
    pub health_check: HealthCheck,
    /// How many attempts it lets through; `None`: all.
    pub admission: Option<Admission>,
    /// What it answers to those it does not let through, or for whom no instance is up.
    pub refusal: Refusal,
}

/// How many attempts may pass.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Admission {
    /// A bucket that fills at a rate, up to its burst.
    TokenBucket {
        /// Attempts a second.
        rate: Rate,
        /// The most at once.
        burst: u32,
    },
    /// So many in each interval, in step with t = 0.
    Batches {
        /// Attempts of an interval.
        size: u32,
        /// Its length.
        every: Span,
    },
    /// A rate that changes in a straight line.
    Ramp {
        /// Attempts a second before.
        from: Rate,
        /// Attempts a second after.
        to: Rate,
        /// When it begins to change, from t = 0.
        start: Span,
        /// How long that takes.
        over: Span,
    },
}

/// What a tier that is full does with an attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// It drops the first packet, which the client repeats after 1, 3, 7, 15 and 31 s.
    Drop,
    /// A reset.
    Reset,
    /// 503, with a `Retry-After` if there is one.
    Unavailable,
    /// 429, with a `Retry-After` if there is one.
    TooMany,
}

impl Answer {
    /// Whether it is one of HTTP, which can carry a `Retry-After` and ends an event source.
    pub fn is_status(self) -> bool {
        match self {
            Self::Drop | Self::Reset => false,
            Self::Unavailable | Self::TooMany => true,
        }
    }
}

/// How a tier refuses.
#[derive(Clone, PartialEq, Debug)]
pub struct Refusal {
    /// What it answers.
    pub answer: Answer,
    /// What `Retry-After` says, in ns, drawn for each 503 or 429.
    pub retry_after: Option<Law>,
}

/// How an instance is chosen among those believed up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Policy {
    /// In turn.
    RoundRobin,
    /// The one with the fewest connections.
    LeastConnections,
    /// The next point on a hash ring of the user's id.
    ConsistentHash {
        /// Points of each instance on the ring.
        virtual_nodes: u32,
    },
}

/// Periodic probes, in step with t = 0.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct HealthCheck {
    /// Between two probes.
    pub interval: Span,
    /// So many failures in a row eject; so many successes bring back.
    pub threshold: u32,
}

/// A pool of gateway instances.
#[derive(Clone, PartialEq, Debug)]
pub struct Gateway {
    /// Instances at the start.
    pub count: u16,
    /// Cores of an instance: one CPU station for all work.
    pub cores: u16,
    /// Zones; instance i is in zone i modulo their number.
    pub zones: u16,
    /// Connections of an instance; more are refused.
    pub max_connections: u32,
    /// Open files of an instance, one a connection; more are refused.
    pub descriptors: u32,
    /// Handshakes that may wait for the CPU; more are refused. `None`: any number.
    pub accept_queue: Option<u32>,
    /// What it answers to those it refuses.
    pub refusal: Refusal,
    /// Whether a handshake whose client has gone is passed over, or served for nothing.
    pub skip_abandoned: bool,
    /// Memory of an instance.
    pub memory: Memory,
    /// CPU costs.
    pub cpu: Cpu,
    /// How an instance sends its users away.
    pub drain: Drain,
    /// A client is told to move when its connection is so old, less U(0, dither); `None`: never.
    pub max_age: Option<Span>,
    /// See `max_age`.
    pub age_dither: Span,
    /// How long an idle connection of a request is kept for the next one.
    pub keep_alive: Span,
    /// Round trips from SYN to open: TCP, TLS, upgrade.
    pub handshake_rtts: f64,
    /// What it keeps of a client beside the connection, if anything.
    pub session: Option<SessionState>,
    /// Whether it is a service that others run.
    pub managed: Option<Box<Managed>>,
    /// What waits for those who read slowly.
    pub send_buffer: SendBuffer,
}

impl Gateway {
    /// Memory of one connection, with the state of its session.
    pub fn per_connection(&self) -> u64 {
        self.memory.per_connection.0 + self.session.map_or(0, |session| session.bytes.0)
    }

    /// Memory of a stream beside others on its connection, with the state of its session: of the
    /// 51 KB of a connection by default, 4 of the kernel and 20 of TLS are those of the others.
    pub fn per_stream(&self) -> u64 {
        let application = self.memory.per_connection.0.saturating_mul(27) / 51;
        application + self.session.map_or(0, |session| session.bytes.0)
    }

    /// How many connections fit into the memory of an instance that weigh so much.
    pub fn fit_of(&self, each: u64) -> u32 {
        let fit = self.memory.limit.0.checked_div(each).unwrap_or(u64::MAX);
        u32::try_from(fit).unwrap_or(u32::MAX)
    }

    /// How many connections and streams an instance accepts, whatever they weigh.
    pub fn most_sockets(&self) -> u32 {
        self.max_connections.min(self.descriptors)
    }

    /// What a managed service adds to each message and handshake.
    pub fn latency(&self) -> Span {
        self.managed.as_ref().map_or(Span::ZERO, |managed| managed.latency)
    }

    /// How many connections an instance accepts: the tightest of its budgets.
    pub fn most_connections(&self) -> u32 {
        self.most_of(self.per_connection())
    }

    /// The same of such that weigh so much.
    pub fn most_of(&self, each: u64) -> u32 {
        let memory = match self.memory.over {
            OverMemory::Refuse => self.fit_of(each),
            OverMemory::Die => u32::MAX,
        };
        memory.min(self.most_sockets())
    }
}

/// What waits in a connection for a client that reads slowly.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SendBuffer {
    /// Of one connection.
    pub size: Bytes,
    /// What happens beyond it.
    pub when_full: WhenSlow,
}

/// What a gateway does about a client that reads too slowly.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WhenSlow {
    /// It drops the oldest message that waits.
    DropOldest,
    /// It closes the connection.
    Disconnect,
    /// It keeps all, until the kernel kills it.
    Grow,
}

/// Memory of a gateway instance.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Memory {
    /// Of one connection: application, kernel and TLS together.
    pub per_connection: Bytes,
    /// Of an instance.
    pub limit: Bytes,
    /// What happens to a connection beyond it.
    pub over: OverMemory,
    /// When an instance that died of it is back; `None`: never.
    pub restart: Option<Span>,
}

/// What happens when memory is used up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OverMemory {
    /// Connections are refused.
    Refuse,
    /// The kernel kills the instance.
    Die,
}

/// CPU time of one core.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Cpu {
    /// A full TLS handshake.
    pub tls_full: Span,
    /// A resumed one.
    pub tls_resumed: Span,
    /// Share of handshakes that are resumed.
    pub resumption: Share,
    /// Application work of a handshake: authentication, subscriptions.
    pub app: Span,
    /// Refusing an attempt.
    pub refusal: Span,
    /// Answering a poll.
    pub poll: Span,
    /// Taking a request with a message.
    pub request: Span,
    /// Taking a message from a client.
    pub receive: Span,
    /// Pushing a message to a client.
    pub push: Span,
    /// CPU time per second of an idle connection (heartbeats), as a share of one core.
    pub idle: f64,
}

/// How an instance sends its users away.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Drain {
    /// Who sets the pace.
    pub by: DrainBy,
    /// What a client does first that is told to move.
    pub moves: Moves,
    /// Clients are told to move within U(0, window).
    pub window: Span,
    /// Connections that the server closes at once, in batches.
    pub batch: u32,
    /// From one batch to the next.
    pub every: Span,
    /// What is left after it is closed.
    pub grace: Span,
}

/// What a client does first that moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moves {
    /// It closes its connection, and opens another.
    BreakFirst,
    /// It opens another, and then closes the old one.
    MakeFirst,
}

/// Who sets the pace of a drain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DrainBy {
    /// Each client waits within the window, and then moves.
    ClientJitter,
    /// The server closes connections batch by batch; their clients back off.
    ServerBatches,
}

/// user → gateway.
#[derive(Clone, PartialEq, Debug)]
pub struct Registry {
    /// An entry not refreshed for so long is gone.
    pub ttl: Span,
    /// Operations per second it can serve.
    pub rate: Rate,
    /// Look-ups see what was so much earlier.
    pub replica_lag: Span,
}

/// Replay per user.
#[derive(Clone, PartialEq, Debug)]
pub struct Buffer {
    /// What it keeps for whom.
    pub scope: Scope,
    /// Of an inbox: whether it calls users who are away.
    pub notify: Option<Notify>,
    /// How long a message is kept.
    pub retention: Span,
    /// How many messages are kept for a user; the oldest goes first.
    pub messages: u16,
    /// How many bytes are kept for a user; the oldest goes first. `None`: any number.
    pub bytes: Option<Bytes>,
    /// Reads of returning clients that it can serve.
    pub reads: Rate,
    /// Time of a read of a returning client, beside the links and the queue of reads.
    pub read: Span,
    /// Replayed messages per second of one client.
    pub replay_rate: Rate,
}

impl Buffer {
    /// How many messages of one size are kept for a user: the tighter of its bounds.
    pub fn holds(&self, payload: Option<Bytes>) -> u32 {
        let each = payload.map_or(0, |payload| payload.0);
        let fit = self.bytes.and_then(|bytes| bytes.0.checked_div(each)).unwrap_or(u64::MAX);
        u32::try_from(fit).unwrap_or(u32::MAX).min(u32::from(self.messages))
    }
}

/// What a buffer keeps for whom.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// What a user has not seen of an open session.
    User,
    /// What comes while a user is not there.
    Inbox,
}
