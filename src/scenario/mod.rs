//! A scenario: an experiment resolved and ready. Names have become ids, units numbers, and every
//! default is filled in. It knows the files' meaning and the nodes' parameters, not the running
//! world.
pub mod catalogue;
pub mod defaults;
mod load;
mod origin;
pub mod prices;
mod resolve;
mod sweep;

pub use load::{Loaded, load, load_sweep};
pub use origin::{Origin, Writer};
pub use resolve::{LEGAL, MODEL_ALONE, is_name};
pub use sweep::{Axis, Plan, Point};

use crate::{
    engine::{Law, Span, Time},
    node::parameters::Parameters,
};

/// A node's number: its place in [`Scenario::nodes`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct NodeId(pub u8);

/// Everything a run is a function of, beside the version.
#[derive(Clone, PartialEq, Debug)]
pub struct Scenario {
    /// The experiment's name: its file's stem.
    pub name: String,
    /// What it asks, in a sentence.
    pub question: String,
    /// The run covers [0, horizon).
    pub horizon: Time,
    /// Delivery metrics cover messages sent in [`warm_up`, horizon).
    pub warm_up: Time,
    /// Bin width of the series.
    pub tick: Span,
    /// Root of all draws.
    pub seed: u64,
    /// Independent runs, at least 1.
    pub replications: u32,
    /// The nodes, in the order of the model file.
    pub nodes: Vec<Node>,
    /// The links, defaults included.
    pub links: Vec<Link>,
    /// What happens, in order of time.
    pub timeline: Vec<Action>,
    /// What things cost, if that is known.
    pub prices: Option<prices::Prices>,
    /// What must hold, as written.
    pub slo: Vec<String>,
    /// The resolved input as a document: what `squall show` prints and the manifest keeps.
    pub resolved: serde_json::Value,
    /// Where each value of it came from, in its order.
    pub origins: Vec<Origin>,
}

/// A node and what it is told about itself.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// Its name in the file: the root of its draws.
    pub name: String,
    /// Its parameters.
    pub parameters: Parameters,
}

/// A directed request path.
#[derive(Clone, PartialEq, Debug)]
pub struct Link {
    /// Where requests come from.
    pub source: NodeId,
    /// Where they go.
    pub target: NodeId,
    /// One way, in ns. `None`: half the round trip of the client's connection.
    pub latency: Option<Law>,
    /// Whether the file leaves it out.
    pub by_default: bool,
}

/// An entry of the timeline.
#[derive(Clone, PartialEq, Debug)]
pub struct Action {
    /// When it begins.
    pub at: Time,
    /// What it is addressed by; given or made from its kind (`deploy`, `crash-2`).
    pub name: String,
    /// What happens.
    pub kind: ActionKind,
}

/// What can happen.
#[derive(Clone, PartialEq, Debug)]
pub enum ActionKind {
    /// Instances are drained and replaced, batch after batch.
    Deploy {
        /// A gateway pool.
        node: NodeId,
        /// Instances at once.
        batch: u16,
        /// From the end of an instance to its successor accepting connections.
        startup: Span,
    },
    /// Instances end without warning.
    Crash {
        /// A gateway pool.
        node: NodeId,
        /// Which instances, from 0.
        instances: Vec<u16>,
        /// How it ends for the peers.
        kind: CrashKind,
        /// When it is back; `None`: never.
        restart: Option<Span>,
    },
}

/// How a crash looks from outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CrashKind {
    /// The kernel resets the connections at once.
    Process,
    /// Silence, until a heartbeat is missed.
    Host,
}
