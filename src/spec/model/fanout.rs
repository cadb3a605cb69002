//! The form of a fan-out.
use super::LawText;
use crate::{
    engine::Span,
    spec::written::{Text, Written},
    units::{Count, Share},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// What finds the gateway of each recipient and forwards.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Fanout {
    /// Instances at the start, 1 to 65,535; partitions are dealt out to them.
    pub instances: Option<Written<Count>>,
    /// Messages an instance works on at once, 1 to 65,535.
    pub concurrency: Option<Written<Count>>,
    /// CPU time of a delivery.
    pub service: Option<LawText>,
    /// How it finds a recipient's gateway: it asks the `registry`; by `consistent_hash` it computes
    /// where the balancer places users; by `broadcast` all gateways get each message; to a
    /// `random_gateway` is the classic mistake.
    pub route: Option<Text>,
    /// What becomes of a message whose recipient is no longer where the registry says.
    pub on_stale: Option<Text>,
    /// Until a call to a dead host fails.
    pub rpc_timeout: Option<Written<Span>>,
    /// The most calls of one instance that wait for an answer, 1 to 2^31 − 1. A further message
    /// fails at once: it is left to the buffer, or lost.
    pub in_flight: Option<Written<Count>>,
    /// How many calls an instance may make again, as a share of those it makes; the first ten are
    /// free. Without room in it a message is left to the buffer, or lost.
    pub retry_budget: Option<Written<Share>>,
    /// How a message for many goes on. `gateways`: one call to each that has subscribers, which
    /// pushes it to its own; `connections`: a look-up and a call for each subscriber, as if it were
    /// a message of its own; `one_by_one` is `gateways` with each push simulated for itself: slow,
    /// for those who want to check the first.
    pub spread: Option<Text>,
    /// The machine that the bill is for, by its name in the prices.
    pub instance: Option<Text>,
}
