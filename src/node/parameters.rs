//! What each node kind is told about itself: numbers with units, defaults filled in.
use crate::{
    engine::{Law, Span},
    units::{Bytes, Rate, Share},
};

/// A node's parameters, by kind.
#[derive(Clone, PartialEq, Debug)]
pub enum Parameters {
    /// A crowd of equal users.
    Clients(Clients),
    /// What places connections on gateways.
    LoadBalancer(LoadBalancer),
    /// A pool of gateway instances.
    Gateway(Gateway),
    /// A partitioned log or bus.
    Pubsub(Pubsub),
    /// What finds the recipient's gateway and forwards.
    Fanout(Fanout),
    /// The map user → gateway.
    Registry(Registry),
    /// Replay buffer per user.
    Buffer(Buffer),
}

/// A crowd of equal users on websockets.
#[derive(Clone, PartialEq, Debug)]
pub struct Clients {
    /// Users in the crowd, at least 1.
    pub count: u32,
    /// The way between the user and the edge.
    pub network: Network,
    /// What users send; `None` when they only listen.
    pub sends: Option<Sends>,
    /// Pings by the server.
    pub heartbeat: Heartbeat,
    /// What a user does after losing its connection.
    pub reconnect: Reconnect,
    /// Whether a returning user asks for what it missed.
    pub resume: Resume,
    /// Own messages kept while offline; beyond it a send is `lost{client_outbox`}.
    pub outbox: u16,
}

/// The last mile.
#[derive(Clone, PartialEq, Debug)]
pub struct Network {
    /// Round trip of a connection, in ns, drawn once per connection.
    pub rtt: Law,
    /// How long a connection lives, in ns; `None`: until something else ends it.
    pub lifetime: Option<Law>,
    /// Share of lifetimes that end without either side being told.
    pub silent_drops: Share,
}

/// Direct messages of a crowd.
#[derive(Clone, PartialEq, Debug)]
pub struct Sends {
    /// Messages per user and second.
    pub per_user: Rate,
    /// Size of the payload.
    pub payload: Bytes,
}

/// Server pings.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Heartbeat {
    /// Between two pings.
    pub every: Span,
    /// After an unanswered ping both sides give the connection up.
    pub timeout: Span,
}

/// Delays between attempts.
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
    /// From the first SYN to an open connection.
    pub timeout: Span,
    /// Gives up after so many failed attempts; `None`: never.
    pub attempts: Option<u32>,
}

/// How backoff delays are spread; d = min(cap, base · factor^k).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Jitter {
    /// d.
    None,
    /// d/2 + U(0, d/2).
    Equal,
    /// U(0, d).
    Full,
    /// min(cap, U(base, 3 · previous)), previous = base at first.
    Decorrelated,
}

/// How a returning client asks for what it missed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Resume {
    /// It does not.
    None,
    /// By the id of the last message it has seen.
    LastSeenId,
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
    /// Connections of an instance; more are refused.
    pub max_connections: u32,
    /// Handshakes that may wait for the CPU; more are refused.
    pub accept_queue: u32,
    /// Memory of an instance.
    pub memory: Memory,
    /// CPU costs.
    pub cpu: Cpu,
    /// How an instance sends its users away.
    pub drain: Drain,
    /// Round trips from SYN to open: TCP, TLS, upgrade.
    pub handshake_rtts: f64,
}

/// Memory of a gateway instance.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Memory {
    /// Of one connection: application, kernel and TLS together.
    pub per_connection: Bytes,
    /// Of an instance; connections beyond it are refused.
    pub limit: Bytes,
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
    /// Clients are told to move within U(0, window).
    pub window: Span,
    /// What is left after it is closed.
    pub grace: Span,
}

/// A partitioned log.
#[derive(Clone, PartialEq, Debug)]
pub struct Pubsub {
    /// Partitions, chosen by the recipient.
    pub partitions: u32,
    /// Messages per second of one partition.
    pub rate: Rate,
    /// From publish to being readable by a consumer, beside the queue.
    pub latency: Law,
    /// What a lost consumer costs.
    pub delivery: Guarantee,
}

/// What a consumer group promises.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guarantee {
    /// A lost consumer loses what was in flight.
    AtMostOnce,
    /// It is delivered again.
    AtLeastOnce,
}

/// What looks recipients up and forwards to their gateways.
#[derive(Clone, PartialEq, Debug)]
pub struct Fanout {
    /// Instances; partitions are dealt out to them.
    pub instances: u16,
    /// Messages an instance works on at once.
    pub concurrency: u16,
    /// CPU time of a delivery.
    pub service: Law,
    /// What to do when the gateway found does not hold the user.
    pub on_stale: OnStale,
    /// Until an RPC to a host that does not answer fails.
    pub rpc_timeout: Span,
}

/// What happens to a message whose route is stale.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnStale {
    /// Looked up once more, then left to the buffer.
    LookUpAgain,
    /// Left to the buffer.
    Buffer,
    /// Dropped: `lost{stale_route`}.
    Drop,
}

/// user → gateway.
#[derive(Clone, PartialEq, Debug)]
pub struct Registry {
    /// An entry not refreshed for so long is gone.
    pub ttl: Span,
    /// Operations per second it can serve.
    pub rate: Rate,
}

/// Replay per user.
#[derive(Clone, PartialEq, Debug)]
pub struct Buffer {
    /// How long a message is kept.
    pub retention: Span,
    /// How many messages are kept for a user; the oldest goes first.
    pub messages: u16,
    /// Time of a read of a returning client, beside the links.
    pub read: Span,
    /// Replayed messages per second of one client.
    pub replay_rate: Rate,
}
