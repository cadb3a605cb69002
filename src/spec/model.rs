//! The forms of a model file: what can be written about nodes and links. Which keys are required
//! is settled when the scenario is resolved, so that all missing ones are named at once.
use super::written::{Choice, Located, Several, Shorthand, Text, Written};
use crate::{
    engine::Span,
    units::{Bytes, CoreShare, Count, Factor, Rate, Share},
};
use serde::Deserialize;

/// A node: its kind and its parameters.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A crowd of equal users.
    Clients(Box<Clients>),
    /// What places connections on gateways.
    LoadBalancer(Box<LoadBalancer>),
    /// A pool of gateway instances.
    Gateway(Box<Gateway>),
    /// A partitioned log or bus.
    Pubsub(Box<Pubsub>),
    /// What finds the recipient's gateway and forwards.
    Fanout(Box<Fanout>),
    /// The map user → gateway.
    Registry(Box<Registry>),
    /// Replay buffer per user.
    Buffer(Box<Buffer>),
}

/// A law: `40ms`, or one of the laws by name.
pub type LawText = Located<Choice<Law>>;

/// The laws that have a name.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Law {
    /// Always the same.
    Constant(Written<Span>),
    /// Between two values.
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
    /// One of the values of a file, or of a list.
    Empirical(Located<Several<Written<Span>>>),
}

/// `clients:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors node::parameters, where each key is explained")]
pub struct Clients {
    pub count: Option<Written<Count>>,
    pub start: Option<Located<Choice<Start>>>,
    pub transport: Option<Text>,
    pub network: Network,
    pub sends: Option<Sends>,
    pub heartbeat: Heartbeat,
    pub reconnect: Option<Located<Shorthand<Reconnect>>>,
    pub resume: Option<Text>,
    pub outbox: Option<Written<Count>>,
}

/// How a crowd stands at the start.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Start {
    /// It connects within a time.
    Ramp(Written<Span>),
}

/// `clients.network:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors node::parameters, where each key is explained")]
pub struct Network {
    pub rtt: Option<LawText>,
    pub lifetime: Option<LawText>,
    pub silent_drops: Option<Written<Share>>,
}

/// `clients.sends:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors node::parameters, where each key is explained")]
pub struct Sends {
    pub per_user: Option<Written<Rate>>,
    pub to: Option<Text>,
    pub payload: Option<Written<Bytes>>,
}

/// `clients.heartbeat:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors node::parameters, where each key is explained")]
pub struct Heartbeat {
    pub every: Option<Written<Span>>,
    pub timeout: Option<Written<Span>>,
    pub tcp_timeout: Option<Written<Span>>,
}

/// `clients.reconnect:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors node::parameters, where each key is explained")]
pub struct Reconnect {
    pub base: Option<Written<Span>>,
    pub cap: Option<Written<Span>>,
    pub factor: Option<Written<Factor>>,
    pub jitter: Option<Located<Choice<Jitter>>>,
    pub preset: Option<Text>,
    pub timeout: Option<Written<Span>>,
    pub attempts: Option<Written<Count>>,
    pub reset_after: Option<Written<Span>>,
    pub retry_after: Option<Text>,
    pub on_503: Option<Text>,
}

/// How delays are spread.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Jitter {
    /// By a share of the delay, up and down.
    Proportional(Written<Share>),
}

/// `load_balancer:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors node::parameters, where each key is explained")]
pub struct LoadBalancer {
    pub layer: Option<Written<Count>>,
    pub policy: Option<Located<Choice<Policy>>>,
    pub health_check: HealthCheck,
    pub admission: Option<Located<Choice<Admission>>>,
    pub when_full: Option<Text>,
    pub retry_after: Option<LawText>,
}

/// How many attempts a balancer lets through.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Admission {
    /// A bucket that fills at a rate.
    TokenBucket {
        /// Attempts a second.
        rate: Option<Written<Rate>>,
        /// The most at once.
        burst: Option<Written<Count>>,
    },
    /// So many in each interval.
    Batches {
        /// Attempts of an interval.
        size: Option<Written<Count>>,
        /// Its length.
        every: Option<Written<Span>>,
    },
    /// A rate that changes.
    Ramp {
        /// Before.
        from: Option<Written<Rate>>,
        /// After.
        to: Option<Written<Rate>>,
        /// When it begins to change.
        start: Option<Written<Span>>,
        /// How long that takes.
        over: Option<Written<Span>>,
    },
}

/// How a balancer chooses.
#[derive(Clone, Debug, Deserialize)]
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
        /// How a balancer at layer 4 learns it.
        via: Option<Text>,
        /// Points of an instance on the ring.
        virtual_nodes: Option<Written<Count>>,
    },
}

/// `load_balancer.health_check:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors node::parameters, where each key is explained")]
pub struct HealthCheck {
    pub interval: Option<Written<Span>>,
    pub threshold: Option<Written<Count>>,
}

/// `gateway:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors node::parameters, where each key is explained")]
pub struct Gateway {
    pub count: Option<Written<Count>>,
    pub cores: Option<Written<Count>>,
    pub zones: Option<Written<Count>>,
    pub max_connections: Option<Written<Count>>,
    pub descriptors: Option<Written<Count>>,
    pub accept_queue: Option<Written<Count>>,
    pub when_full: Option<Text>,
    pub retry_after: Option<LawText>,
    pub skip_abandoned: Option<Text>,
    pub memory: Memory,
    pub cpu: Cpu,
    pub drain: Drain,
    pub max_age: Option<Written<Span>>,
    pub age_dither: Option<Written<Span>>,
    pub handshake_rtts: Option<Written<Factor>>,
}

/// `gateway.memory:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors node::parameters, where each key is explained")]
pub struct Memory {
    pub per_connection: Option<Written<Bytes>>,
    pub limit: Option<Written<Bytes>>,
    pub over: Option<Text>,
    pub restart: Option<Written<Span>>,
}

/// `gateway.cpu:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors node::parameters, where each key is explained")]
pub struct Cpu {
    pub tls_full: Option<Written<Span>>,
    pub tls_resumed: Option<Written<Span>>,
    pub resumption: Option<Written<Share>>,
    pub app: Option<Written<Span>>,
    pub refusal: Option<Written<Span>>,
    pub receive: Option<Written<Span>>,
    pub push: Option<Written<Span>>,
    pub idle: Option<Written<CoreShare>>,
}

/// `gateway.drain:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors node::parameters, where each key is explained")]
pub struct Drain {
    pub by: Option<Text>,
    pub window: Option<Written<Span>>,
    pub batch: Option<Written<Count>>,
    pub every: Option<Written<Span>>,
    pub grace: Option<Written<Span>>,
}

/// `pubsub:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors node::parameters, where each key is explained")]
pub struct Pubsub {
    pub partitions: Option<Written<Count>>,
    pub key: Option<Text>,
    pub rate: Option<Written<Rate>>,
    pub latency: Option<LawText>,
    pub delivery: Option<Text>,
}

/// `fanout:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors node::parameters, where each key is explained")]
pub struct Fanout {
    pub instances: Option<Written<Count>>,
    pub concurrency: Option<Written<Count>>,
    pub service: Option<LawText>,
    pub on_stale: Option<Text>,
    pub rpc_timeout: Option<Written<Span>>,
}

/// `registry:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors node::parameters, where each key is explained")]
pub struct Registry {
    pub ttl: Option<Written<Span>>,
    pub rate: Option<Written<Rate>>,
}

/// `buffer:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors node::parameters, where each key is explained")]
pub struct Buffer {
    pub scope: Option<Text>,
    pub retention: Option<Written<Span>>,
    pub messages: Option<Written<Count>>,
    pub read: Option<Written<Span>>,
    pub replay_rate: Option<Written<Rate>>,
}

/// A link, `a -> b:`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Link {
    /// One way, or `network`.
    pub latency: Option<LawText>,
}
