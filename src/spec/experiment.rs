//! The form of an experiment file; a composed one holds the model's nodes and links too.
use super::{
    model::{Kind, Link},
    prices::Prices,
    schema,
    written::{Located, Named, Several, Text, Written},
};
use crate::{
    engine::Span,
    units::{Count, Factor, Share},
};
use schemars::JsonSchema;
use serde::{Deserialize, de::IgnoredAny};

/// What a model file may hold at its top.
pub const MODEL_KEYS: [&str; 4] = ["nodes", "links", "extends", "prices"];

/// What a `set` can address at the top of an experiment.
pub const HEAD_KEYS: [&str; 8] =
    ["question", "horizon", "warm_up", "settle", "tick", "seed", "replications", "prices"];

/// An experiment, its model included.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Experiment {
    /// The file of the model, relative to this one.
    #[schemars(schema_with = "schema::file")]
    pub model: Option<IgnoredAny>,
    /// The file that this one is laid over, relative to it: maps merge by key, all else replaces.
    #[schemars(schema_with = "schema::file")]
    pub extends: Option<IgnoredAny>,
    /// What it asks, in a sentence.
    pub question: Option<Text>,
    /// The run covers [0, horizon).
    pub horizon: Option<Written<Span>>,
    /// From when on it counts, below `horizon`.
    pub warm_up: Option<Written<Span>>,
    /// How long it goes on after `horizon`, when nothing new is sent, for deliveries to end.
    pub settle: Option<Written<Span>>,
    /// Bin width of the series; at most 1,000,000 bins.
    pub tick: Option<Written<Span>>,
    /// Root of all draws, 64 bits.
    pub seed: Option<Written<Count>>,
    /// Independent runs, 1 to 10,000.
    pub replications: Option<Written<Count>>,
    /// What things cost: the file of a price sheet, relative to this one, or its keys.
    #[schemars(schema_with = "schema::prices")]
    pub prices: Option<Located<Prices>>,
    /// The parts of the architecture by name: each is a map of one key, its kind.
    #[schemars(schema_with = "schema::nodes")]
    pub nodes: Named<Kind>,
    /// The ways of requests, `a -> b`; those that are left out follow from the kinds of the nodes.
    #[schemars(schema_with = "schema::links")]
    pub links: Named<Option<Link>>,
    /// Parameters that are changed, by their paths: `gateways.drain.window: 10s`.
    #[schemars(schema_with = "schema::paths")]
    pub set: Option<IgnoredAny>,
    /// What happens, and when.
    pub timeline: Vec<Located<Action>>,
    /// What must hold: a metric, a comparison and a limit, such as `delivery_lag.p99 < 500ms`.
    #[schemars(schema_with = "schema::objectives")]
    pub slo: Vec<Text>,
    /// What is varied: every combination of the axes is a point.
    pub sweep: Option<Sweep>,
}

impl Experiment {
    /// Whether this is no more than a model.
    pub fn is_model(&self) -> bool {
        self.horizon.is_none() && self.has_no_head()
    }

    /// Whether it has no key of an experiment, but for a horizon, which an argument may give to a
    /// model that is checked alone.
    pub fn has_no_head(&self) -> bool {
        let head = [&self.warm_up, &self.settle, &self.tick];
        let counts = [&self.seed, &self.replications];
        head.iter().all(|written| written.is_none())
            && counts.iter().all(|written| written.is_none())
            && self.model.is_none()
            && self.question.is_none()
            && self.timeline.is_empty()
            && self.slo.is_empty()
            && self.sweep.is_none()
            && !self.nodes.0.is_empty()
    }
}

/// An entry of the timeline: when, and one action.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Action {
    /// When it begins, below `horizon`.
    pub at: Option<Written<Span>>,
    /// What it is addressed by; its phase is called so too.
    #[schemars(schema_with = "schema::name")]
    pub name: Option<Text>,
    /// Instances are replaced.
    pub deploy: Option<Deploy>,
    /// Instances end without warning.
    pub crash: Option<Crash>,
    /// All instances of a zone end without warning.
    pub zone_loss: Option<ZoneLoss>,
    /// Connections end, though no instance does.
    pub drop_clients: Option<DropClients>,
    /// A balancer ends, and with it all connections through it.
    pub balancer_restart: Option<BalancerRestart>,
    /// A store cannot be asked.
    pub down: Option<Down>,
    /// A node works more slowly.
    pub slow: Option<Slow>,
    /// A transport is blocked for some users of a crowd.
    pub block: Option<Block>,
    /// A crowd or a source sends more or less.
    pub load: Option<Load>,
    /// Nothing happens; a stretch of the run is measured apart.
    pub mark: Option<Mark>,
}

/// Instances are drained and replaced, batch after batch.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Deploy {
    /// A gateway pool, or a fan-out: its instances leave their consumer group and come back.
    #[schemars(schema_with = "schema::name")]
    pub node: Option<Text>,
    /// Instances at once, no more than the pool has.
    pub batch: Option<Written<Count>>,
    /// From the end of an instance to its successor accepting connections.
    pub startup: Option<Written<Span>>,
}

/// Instances end without warning.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Crash {
    /// A gateway pool, a fan-out (its group finds out when the session is over) or a pubsub (its
    /// brokers).
    #[schemars(schema_with = "schema::name")]
    pub node: Option<Text>,
    /// Which instances, from 0.
    pub instances: Option<Located<Several<Written<Count>>>>,
    /// How a gateway looks from outside: `process` resets at once, `host` is silence.
    pub kind: Option<Text>,
    /// When it is back.
    pub restart: Option<Written<Span>>,
}

/// All instances of a zone end without warning.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ZoneLoss {
    /// A gateway pool.
    #[schemars(schema_with = "schema::name")]
    pub node: Option<Text>,
    /// Which of its zones, from 0.
    pub zone: Option<Written<Count>>,
    /// How it looks from outside: `process` resets at once, `host` is silence.
    pub kind: Option<Text>,
    /// When it is back.
    pub restart: Option<Written<Span>>,
}

/// Connections end, though no instance does.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DropClients {
    /// A crowd.
    #[schemars(schema_with = "schema::name")]
    pub node: Option<Text>,
    /// Share of those online, drawn for each.
    pub share: Option<Written<Share>>,
    /// How they end: `told` to move within `within`; `reset`: both sides see it; `silent`: neither.
    pub kind: Option<Text>,
    /// The window of those told to move.
    pub within: Option<Written<Span>>,
}

/// A balancer ends, and with it all connections through it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BalancerRestart {
    /// A balancer.
    #[schemars(schema_with = "schema::name")]
    pub node: Option<Text>,
    /// For so long it resets all attempts.
    pub downtime: Option<Written<Span>>,
}

/// A store cannot be asked.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Down {
    /// A registry or a buffer.
    #[schemars(schema_with = "schema::name")]
    pub node: Option<Text>,
    /// For how long.
    pub lasts: Option<Written<Span>>,
}

/// A node works more slowly.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Slow {
    /// A fan-out, a registry or a buffer.
    #[schemars(schema_with = "schema::name")]
    pub node: Option<Text>,
    /// Its work takes so many times its time, 0.001 to 1,000,000; entries do not overlap.
    pub factor: Option<Written<Factor>>,
    /// For how long.
    pub lasts: Option<Written<Span>>,
}

/// A transport is blocked for some users of a crowd.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Block {
    /// A crowd.
    #[schemars(schema_with = "schema::name")]
    pub node: Option<Text>,
    /// Which of its transports.
    pub transport: Option<Text>,
    /// The share of its users, drawn for each.
    pub share: Option<Written<Share>>,
    /// How their tries end: `swallow`: nobody answers; `refuse`: by a reset at once; `strip`: a
    /// WebSocket loses its upgrade, and ends at the gateway, which pays for it.
    pub by: Option<Text>,
    /// What becomes of their connections that stand: `keep`; `reset`: both sides see them end;
    /// `silent`: neither does.
    pub held: Option<Text>,
    /// For how long.
    pub lasts: Option<Written<Span>>,
}

/// A crowd sends more or less.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Load {
    /// A crowd, or a source whose arrivals are not measured.
    #[schemars(schema_with = "schema::name")]
    pub node: Option<Text>,
    /// It sends so many times its rate; overlapping entries multiply.
    pub factor: Option<Written<Factor>>,
    /// For how long.
    pub lasts: Option<Written<Span>>,
}

/// Nothing happens; a stretch of the run is measured apart.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mark {
    /// How long the stretch is.
    pub lasts: Option<Written<Span>>,
}

/// What is varied.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Sweep {
    /// The axes by the path of the parameter that they vary.
    pub axes: Named<Axis>,
    /// Axes that go forward together, from value to value.
    #[schemars(schema_with = "schema::zip")]
    pub zip: Vec<Located<Vec<Text>>>,
    /// Points beside the combinations: a value of each axis.
    #[schemars(schema_with = "schema::points")]
    pub include: Vec<Located<Named<Located<IgnoredAny>>>>,
    /// Combinations that are left out: values of some axes.
    #[schemars(schema_with = "schema::points")]
    pub exclude: Vec<Located<Named<Located<IgnoredAny>>>>,
}

/// The values of an axis.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Axis {
    /// As listed; laws and other maps among them.
    #[schemars(schema_with = "schema::values")]
    Values(Vec<Located<IgnoredAny>>),
    /// From one value to another by a step.
    Range {
        /// The first.
        #[schemars(schema_with = "schema::end")]
        from: Option<Text>,
        /// Not beyond this.
        #[schemars(schema_with = "schema::end")]
        to: Option<Text>,
        /// The distance.
        #[schemars(schema_with = "schema::end")]
        step: Option<Text>,
    },
    /// So many, evenly apart.
    Linear {
        /// The first.
        #[schemars(schema_with = "schema::end")]
        from: Option<Text>,
        /// The last.
        #[schemars(schema_with = "schema::end")]
        to: Option<Text>,
        /// How many.
        steps: Option<Written<Count>>,
    },
    /// So many, by an even factor.
    Log {
        /// The first.
        #[schemars(schema_with = "schema::end")]
        from: Option<Text>,
        /// The last.
        #[schemars(schema_with = "schema::end")]
        to: Option<Text>,
        /// How many.
        steps: Option<Written<Count>>,
    },
}

/// Whether a key is one of a map of one key that chooses a form, so that another choice replaces
/// it when files are merged.
pub fn is_choice(key: &str) -> bool {
    const CHOICES: [&str; 32] = [
        "clients",
        "load_balancer",
        "gateway",
        "managed",
        "pubsub",
        "fanout",
        "registry",
        "buffer",
        "source",
        "user",
        "room",
        "topic",
        "constant",
        "uniform",
        "exponential",
        "lognormal",
        "normal",
        "gamma",
        "pareto",
        "empirical",
        "geometric",
        "round_robin",
        "least_connections",
        "consistent_hash",
        "proportional",
        "token_bucket",
        "batches",
        "ramp",
        "values",
        "range",
        "linear",
        "log",
    ];
    CHOICES.contains(&key)
}
