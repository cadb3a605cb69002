//! The forms of a model file: what can be written about nodes and links. Which keys are required
//! is settled when the scenario is resolved, so that all missing ones are named at once.
use super::written::{Choice, Located, Several, Text, Written};
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
    pub transport: Option<Text>,
    pub network: Network,
    pub sends: Option<Sends>,
    pub heartbeat: Heartbeat,
    pub reconnect: Reconnect,
    pub resume: Option<Text>,
    pub outbox: Option<Written<Count>>,
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
}

/// `clients.reconnect:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors node::parameters, where each key is explained")]
pub struct Reconnect {
    pub base: Option<Written<Span>>,
    pub cap: Option<Written<Span>>,
    pub factor: Option<Written<Factor>>,
    pub jitter: Option<Text>,
    pub timeout: Option<Written<Span>>,
    pub attempts: Option<Written<Count>>,
}

/// `load_balancer:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors node::parameters, where each key is explained")]
pub struct LoadBalancer {
    pub layer: Option<Written<Count>>,
    pub policy: Option<Located<Choice<Policy>>>,
    pub health_check: HealthCheck,
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
    pub max_connections: Option<Written<Count>>,
    pub accept_queue: Option<Written<Count>>,
    pub memory: Memory,
    pub cpu: Cpu,
    pub drain: Drain,
    pub handshake_rtts: Option<Written<Factor>>,
    pub instance: Option<Text>,
}

/// `gateway.memory:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors node::parameters, where each key is explained")]
pub struct Memory {
    pub per_connection: Option<Written<Bytes>>,
    pub limit: Option<Written<Bytes>>,
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
    pub window: Option<Written<Span>>,
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
    pub instance: Option<Text>,
    pub brokers: Option<Written<Count>>,
    pub copies: Option<Written<Count>>,
    pub retention: Option<Written<Span>>,
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
    pub instance: Option<Text>,
}

/// `registry:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors node::parameters, where each key is explained")]
pub struct Registry {
    pub ttl: Option<Written<Span>>,
    pub rate: Option<Written<Rate>>,
    pub instance: Option<Text>,
    pub copies: Option<Written<Count>>,
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
    pub instance: Option<Text>,
}

/// A link, `a -> b:`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Link {
    /// One way, or `network`.
    pub latency: Option<LawText>,
}
