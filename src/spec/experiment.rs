//! The form of an experiment file; a composed one holds the model's nodes and links too.
use super::{
    model::{Kind, Link},
    written::{Located, Named, Several, Text, Written},
};
use crate::{
    engine::Span,
    units::{Count, Factor, Share},
};
use serde::{Deserialize, de::IgnoredAny};

/// What a model file may hold at its top.
pub const MODEL_KEYS: [&str; 3] = ["nodes", "links", "extends"];

/// What a `set` can address at the top of an experiment.
pub const HEAD_KEYS: [&str; 6] = ["question", "horizon", "warm_up", "tick", "seed", "replications"];

/// An experiment, its model included.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Experiment {
    /// The model's path; it has been followed.
    pub model: Option<IgnoredAny>,
    /// The path of what this builds on; it has been followed.
    pub extends: Option<IgnoredAny>,
    /// What it asks.
    pub question: Option<Text>,
    /// How long a run is.
    pub horizon: Option<Written<Span>>,
    /// From when on it counts.
    pub warm_up: Option<Written<Span>>,
    /// Bin width of the series.
    pub tick: Option<Written<Span>>,
    /// Root of all draws.
    pub seed: Option<Written<Count>>,
    /// Independent runs.
    pub replications: Option<Written<Count>>,
    /// The nodes by name.
    pub nodes: Named<Kind>,
    /// The links by `a -> b`.
    pub links: Named<Option<Link>>,
    /// Changed parameters; they have been changed.
    pub set: Option<IgnoredAny>,
    /// What happens.
    pub timeline: Vec<Located<Action>>,
    /// What must hold.
    pub slo: Vec<Text>,
    /// What is varied.
    pub sweep: Option<Sweep>,
}

impl Experiment {
    /// Whether this is no more than a model.
    pub fn is_model(&self) -> bool {
        let head = [&self.horizon, &self.warm_up, &self.tick];
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
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Action {
    /// When it begins.
    pub at: Option<Written<Span>>,
    /// What it is addressed by.
    pub name: Option<Text>,
    /// Instances are replaced.
    pub deploy: Option<Deploy>,
    /// Instances end without warning.
    pub crash: Option<Crash>,
    /// All instances of a zone do.
    pub zone_loss: Option<ZoneLoss>,
    /// Connections end.
    pub drop_clients: Option<DropClients>,
    /// A balancer and all connections through it end.
    pub balancer_restart: Option<BalancerRestart>,
    /// A crowd sends more or less.
    pub load: Option<Load>,
    /// A stretch is measured apart.
    pub mark: Option<Mark>,
}

/// `deploy:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors scenario::ActionKind, where each key is explained")]
pub struct Deploy {
    pub node: Option<Text>,
    pub batch: Option<Written<Count>>,
    pub startup: Option<Written<Span>>,
}

/// `crash:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors scenario::ActionKind, where each key is explained")]
pub struct Crash {
    pub node: Option<Text>,
    pub instances: Option<Located<Several<Written<Count>>>>,
    pub kind: Option<Text>,
    pub restart: Option<Written<Span>>,
}

/// `zone_loss:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors scenario::ActionKind, where each key is explained")]
pub struct ZoneLoss {
    pub node: Option<Text>,
    pub zone: Option<Written<Count>>,
    pub kind: Option<Text>,
    pub restart: Option<Written<Span>>,
}

/// `drop_clients:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors scenario::ActionKind, where each key is explained")]
pub struct DropClients {
    pub node: Option<Text>,
    pub share: Option<Written<Share>>,
    pub kind: Option<Text>,
    pub within: Option<Written<Span>>,
}

/// `balancer_restart:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors scenario::ActionKind, where each key is explained")]
pub struct BalancerRestart {
    pub node: Option<Text>,
    pub downtime: Option<Written<Span>>,
}

/// `load:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors scenario::ActionKind, where each key is explained")]
pub struct Load {
    pub node: Option<Text>,
    pub factor: Option<Written<Factor>>,
    pub lasts: Option<Written<Span>>,
}

/// `mark:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "a form mirrors scenario::ActionKind, where each key is explained")]
pub struct Mark {
    pub lasts: Option<Written<Span>>,
}

/// `sweep:`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sweep {
    /// The axes by path.
    pub axes: Named<Axis>,
    /// Axes that go forward together.
    pub zip: Vec<Located<Vec<Text>>>,
    /// Points beside the combinations: a value of each axis, looked up in the tree by its place.
    pub include: Vec<Located<Named<Located<IgnoredAny>>>>,
    /// Combinations that are left out: values of some axes.
    pub exclude: Vec<Located<Named<Located<IgnoredAny>>>>,
}

/// The values of an axis.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Axis {
    /// As listed; they may be maps, and are looked up in the tree by their places.
    Values(Vec<Located<IgnoredAny>>),
    /// From one value to another by a step.
    Range {
        /// The first.
        from: Option<Text>,
        /// Not beyond this.
        to: Option<Text>,
        /// The distance.
        step: Option<Text>,
    },
    /// So many, evenly apart.
    Linear {
        /// The first.
        from: Option<Text>,
        /// The last.
        to: Option<Text>,
        /// How many.
        steps: Option<Written<Count>>,
    },
    /// So many, by an even factor.
    Log {
        /// The first.
        from: Option<Text>,
        /// The last.
        to: Option<Text>,
        /// How many.
        steps: Option<Written<Count>>,
    },
}

/// Whether a key is one of a map of one key that chooses a form, so that another choice replaces
/// it when files are merged.
pub fn is_choice(key: &str) -> bool {
    const CHOICES: [&str; 25] = [
        "clients",
        "load_balancer",
        "gateway",
        "pubsub",
        "fanout",
        "registry",
        "buffer",
        "constant",
        "uniform",
        "exponential",
        "lognormal",
        "normal",
        "gamma",
        "empirical",
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
