//! A scenario: an experiment resolved and ready. Names have become ids, units numbers, and every
//! default is filled in. It knows the files' meaning and the nodes' parameters, not the running
//! world.
pub mod catalogue;
pub mod defaults;
mod load;
mod origin;
pub mod prices;
mod resolve;
mod small;
mod sweep;

pub use load::{Loaded, load, load_sweep};
pub use origin::{Origin, Writer};
pub use resolve::{
    LEGAL, MODEL_ALONE, MOST_GROUPS, MOST_OF_A_CROWD, MOST_OF_A_SOURCE, MOST_PAYLOAD, MOST_USERS,
    is_name, stated_law,
};
pub use sweep::{Axis, Plan, Point, path_of, sets_at};

/// What the tabs of a browser share: connections over HTTP/1.1, streams over HTTP/2.
pub use crate::node::browser::{
    CONNECTIONS as CONNECTIONS_OF_A_BROWSER, STREAMS as STREAMS_OF_A_CONNECTION,
};

use crate::{
    engine::{Law, Span, Time, number},
    node::parameters::{self, BlockedBy, Parameters, Start, Ticks, Transport},
    units::{Bytes, Share},
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
    /// How long it goes on after the horizon without new sends, for deliveries to end.
    pub settle: Span,
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
    /// What arguments set, as they were written: `path=value`.
    pub sets: Vec<String>,
}

impl Scenario {
    /// Users over all crowds.
    pub fn users(&self) -> f64 {
        let crowds = self.nodes.iter().filter_map(|node| match &node.parameters {
            Parameters::Clients(clients) => Some(f64::from(clients.count)),
            _ => None,
        });
        crowds.sum()
    }

    /// The sources that reach a crowd, in the order of the file.
    pub fn sources_of(
        &self,
        crowd: NodeId,
    ) -> impl Iterator<Item = (NodeId, &parameters::Source)> + '_ {
        let sources = self.nodes.iter().enumerate();
        sources.filter_map(move |(place, node)| match &node.parameters {
            Parameters::Source(source) if source.crowd == crowd.0 => {
                Some((NodeId(number::byte(place)), source))
            }
            _ => None,
        })
    }

    /// The size of the largest messages that users of a crowd can get, if they can get any.
    pub fn largest_payload(&self, crowd: NodeId) -> Option<Bytes> {
        let own = match &self.nodes[usize::from(crowd.0)].parameters {
            Parameters::Clients(clients) => clients.sends.as_ref().map(|sends| sends.payload),
            _ => None,
        };
        let from_outside = self.sources_of(crowd).map(|(_, source)| source.payload);
        from_outside.chain(own).max_by_key(|payload| payload.0)
    }

    /// Whether sessions of an open stream come.
    pub fn has_stream(&self) -> bool {
        let has = |node: &Node| match &node.parameters {
            Parameters::Clients(clients) => clients.sessions.is_some(),
            _ => false,
        };
        self.nodes.iter().any(has)
    }

    /// The flow of a path such as `callers.sessions.arrive`, `phones.sends.per_user` or
    /// `ticker.rate`: a load that a timeline can change. Nothing else changes within a run: not how
    /// many users a closed crowd has, and no bound.
    pub fn flow(&self, path: &str) -> Option<Flow> {
        let (name, key) = path.split_once('.')?;
        let place = self.nodes.iter().position(|node| node.name == name)?;
        let node = NodeId(number::byte(place));
        let stream = match (&self.nodes[place].parameters, key) {
            (Parameters::Clients(clients), "sessions.arrive") if clients.sessions.is_some() => true,
            (Parameters::Clients(clients), "sends.per_user") if clients.sends.is_some() => false,
            (Parameters::Source(source), "rate") if matches!(source.ticks, Ticks::Rate(_)) => false,
            (Parameters::Source(source), "bursts.rate")
                if matches!(source.ticks, Ticks::Bursts { .. }) =>
            {
                false
            }
            _ => return None,
        };
        Some(Flow { node, stream })
    }

    /// The same scenario in peace: everybody is connected, and nothing happens but what is part of
    /// the load.
    #[must_use]
    pub fn in_peace(&self) -> Self {
        let mut peace = self.clone();
        peace.timeline.retain(|action| {
            matches!(action.kind, ActionKind::Load { .. } | ActionKind::Mark { .. })
        });
        for node in &mut peace.nodes {
            if let Parameters::Clients(clients) = &mut node.parameters {
                clients.start = Start::Connected;
            }
        }
        peace
    }
}

/// A load that a timeline can change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Flow {
    /// The clients or the source that cause it.
    pub node: NodeId,
    /// An open stream of sessions; otherwise messages.
    pub stream: bool,
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
    /// Connections end, though no instance does.
    DropClients {
        /// A crowd.
        node: NodeId,
        /// How many of those online.
        share: Share,
        /// How they end.
        kind: DropKind,
        /// Within which time clients move that are told to.
        within: Span,
    },
    /// A balancer that carries connections ends, and with it all of them.
    BalancerRestart {
        /// A balancer.
        node: NodeId,
        /// How long it accepts nobody.
        downtime: Span,
    },
    /// A transport is blocked for some users of a crowd.
    Block {
        /// A crowd.
        node: NodeId,
        /// One of its transports.
        transport: Transport,
        /// The share of its users.
        share: Share,
        /// How their tries end.
        by: BlockedBy,
        /// What becomes of the connections by it that stand.
        held: Held,
        /// For how long; `None`: to the end of the run.
        lasts: Option<Span>,
    },
    /// A crowd sends more or less.
    Load {
        /// A crowd.
        node: NodeId,
        /// So many times its rate.
        factor: f64,
        /// For how long; `None`: to the end of the run.
        lasts: Option<Span>,
    },
    /// A store cannot be asked.
    Down {
        /// A registry or a buffer.
        node: NodeId,
        /// For how long.
        lasts: Span,
    },
    /// A node works more slowly.
    Slow {
        /// A fan-out, a registry or a buffer.
        node: NodeId,
        /// Its work takes so many times its time.
        factor: f64,
        /// For how long; `None`: to the end of the run.
        lasts: Option<Span>,
    },
    /// Nothing happens: a stretch of the run is measured apart.
    Mark {
        /// For how long.
        lasts: Span,
    },
}

/// How a connection ends that is dropped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DropKind {
    /// Its client is told to move, within a window.
    Told,
    /// Both sides see it end.
    Reset,
    /// Neither side does, until a heartbeat is missed.
    Silent,
}

/// What becomes of connections by a transport that is blocked from now on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Held {
    /// They stand.
    Keep,
    /// Both sides see them end.
    Reset,
    /// Neither side does, until a heartbeat is missed.
    Silent,
}

/// How a crash looks from outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CrashKind {
    /// The kernel resets the connections at once.
    Process,
    /// Silence, until a heartbeat is missed.
    Host,
}
