//! The forms of a crowd whose users are tabs of browsers.
use crate::{
    engine::Span,
    spec::{schema, written::Written},
    units::{Count, Factor, Share},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// How many tabs a browser has, by a law.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Tabs {
    /// A geometric law on 1, 2, … with this mean, at least 1.
    Geometric(Written<Factor>),
    /// One of the numbers of a list, each as likely.
    #[schemars(schema_with = "schema::counts")]
    Empirical(Vec<Written<Count>>),
}

/// Tabs that nobody looks at.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Background {
    /// The share of the users, drawn for each.
    pub share: Option<Written<Share>>,
    /// Their timers fire no closer to one another than this, at least 1 ms: those of polls and of
    /// a library that comes back, but not those of the browser itself.
    pub throttle: Option<Written<Span>>,
}
