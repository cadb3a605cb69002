//! What a run used of what is paid for: what stands there, and what flows.
//!
//! What stands is counted over the whole run. What flows is counted over the steady time behind
//! the warm-up, if there is any, so that one fault in a short run does not become a month of them.
use super::stored::nanos;
use crate::engine::Span;
use serde::{Deserialize, Serialize};

/// What one replication used.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Usage {
    /// How long rates were taken over.
    #[serde(with = "nanos")]
    pub over: Span,
    /// Whether that is the steady time; otherwise it is all behind the warm-up.
    pub steady: bool,
    /// Users connected, on average.
    pub connections: f64,
    /// Deliveries that reached their recipient, per second.
    pub deliveries: f64,
    /// What goes out to the users.
    pub egress: Egress,
    /// What each node used, in the order of the model.
    pub nodes: Vec<Used>,
}

impl Usage {
    /// The same with so many times the users; `machines` says how many of a node that takes, by its
    /// name and how many there are.
    #[must_use]
    pub fn grown(&self, factor: f64, machines: &dyn Fn(&str, f64) -> f64) -> Self {
        let used = |used: &Used| {
            let amount = match used.amount {
                Amount::Machines(count) => Amount::Machines(machines(&used.node, count)),
                other => other.times(factor),
            };
            Used { amount, ..used.clone() }
        };
        Self {
            connections: self.connections * factor,
            deliveries: self.deliveries * factor,
            egress: self.egress.times(factor),
            nodes: self.nodes.iter().map(used).collect(),
            ..*self
        }
    }
}

impl Amount {
    fn times(self, factor: f64) -> Self {
        match self {
            Self::Machines(count) => Self::Machines(count * factor),
            Self::Balanced { attempts, connections, bytes } => Self::Balanced {
                attempts: attempts * factor,
                connections: connections * factor,
                bytes: bytes * factor,
            },
            Self::Published(rate) => Self::Published(rate * factor),
            Self::Registered { entries, operations } => {
                Self::Registered { entries: entries * factor, operations: operations * factor }
            }
            Self::Kept(bytes) => Self::Kept(bytes * factor),
            Self::Managed { messages, pings, connections, egress } => Self::Managed {
                messages: messages * factor,
                pings: pings * factor,
                connections: connections * factor,
                egress: egress.times(factor),
            },
        }
    }
}

/// Bytes per second out to the users, by what they are for.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Egress {
    /// Messages down, and the acknowledgements of those that went up.
    pub messages: f64,
    /// Handshakes.
    pub handshakes: f64,
    /// Heartbeats.
    pub heartbeats: f64,
    /// Answers to polls that find nothing.
    pub polls: f64,
}

impl Egress {
    /// All of them.
    pub fn total(&self) -> f64 {
        self.messages + self.handshakes + self.heartbeats + self.polls
    }

    /// These and others.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self {
            messages: self.messages + other.messages,
            handshakes: self.handshakes + other.handshakes,
            heartbeats: self.heartbeats + other.heartbeats,
            polls: self.polls + other.polls,
        }
    }

    /// So many times these.
    #[must_use]
    pub fn times(&self, factor: f64) -> Self {
        Self {
            messages: self.messages * factor,
            handshakes: self.handshakes * factor,
            heartbeats: self.heartbeats * factor,
            polls: self.polls * factor,
        }
    }
}

/// What a node used.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Used {
    /// The node's name.
    pub node: String,
    /// How much of what.
    pub amount: Amount,
}

/// How much of what a node used.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amount {
    /// Machines of the design.
    Machines(f64),
    /// What went through a balancer.
    Balanced {
        /// Attempts to connect, per second.
        attempts: f64,
        /// Connections open, on average.
        connections: f64,
        /// Bytes per second, up and down.
        bytes: f64,
    },
    /// Bytes of payload published, per second.
    Published(f64),
    /// What a registry held and did.
    Registered {
        /// Entries, on average.
        entries: f64,
        /// Operations per second, refreshes among them.
        operations: f64,
    },
    /// Bytes kept for replay.
    Kept(f64),
    /// What went through a managed service.
    Managed {
        /// Messages up and down as it bills them, per second.
        messages: f64,
        /// Pings and pongs, per second.
        pings: f64,
        /// Connections open, on average.
        connections: f64,
        /// What goes out to its users.
        egress: Egress,
    },
}
