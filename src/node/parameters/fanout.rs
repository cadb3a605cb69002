//! What a fan-out is told about itself.
use crate::{
    engine::{Law, Span},
    units::Share,
};

/// What looks recipients up and forwards to their gateways.
#[derive(Clone, PartialEq, Debug)]
pub struct Fanout {
    /// Instances; partitions are dealt out to them.
    pub instances: u16,
    /// Messages an instance works on at once.
    pub concurrency: u16,
    /// CPU time of a delivery.
    pub service: Law,
    /// How it finds the recipient's gateway.
    pub route: Route,
    /// What to do when the gateway found does not hold the user.
    pub on_stale: OnStale,
    /// Until an RPC to a host that does not answer fails.
    pub rpc_timeout: Span,
    /// The most calls of one instance that wait for an answer; `None`: any number.
    pub in_flight: Option<u32>,
    /// The share of its calls that an instance may make again; `None`: all.
    pub retry_budget: Option<Share>,
    /// How messages for many go on.
    pub spread: Spread,
}

/// How a message for many goes on from the fan-out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spread {
    /// One call to each gateway that has subscribers; deliveries are counted in groups.
    Gateways,
    /// A delivery of its own for each subscriber.
    Connections,
    /// The first, with each delivery simulated for itself.
    OneByOne,
}

/// How a fan-out finds the gateway of a recipient.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Route {
    /// It asks the registry.
    Registry,
    /// It computes the place that the balancer's hash ring gives the user.
    ConsistentHash,
    /// It sends to all gateways; each looks whether it holds the user.
    Broadcast,
    /// It sends to any gateway: the classic mistake.
    RandomGateway,
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
