//! What is paid for each node, and by which price: chosen when the files are read. How much of it
//! there is only a run tells.
use crate::{
    engine::Span,
    units::{Bytes, Date, Rate},
};

/// A price sheet, as far as a scenario needs it.
#[derive(Clone, PartialEq, Debug)]
pub struct Prices {
    /// What these prices are: whose, where, on which terms.
    pub name: String,
    /// Bytes out to the users.
    pub egress: Egress,
    /// What is paid for each node but the users, in the order of the nodes.
    pub tariffs: Vec<Tariff>,
}

/// What is paid for a node.
#[derive(Clone, PartialEq, Debug)]
pub struct Tariff {
    /// The node's name.
    pub node: String,
    /// By what.
    pub paid: Paid,
}

/// By what a node is paid.
#[derive(Clone, PartialEq, Debug)]
pub enum Paid {
    /// Gateways: by the machines that exist.
    Gateway(Machine),
    /// A managed service: by messages and by minutes of a connection.
    Managed(Service),
    /// A balancer: by the hour and by capacity units.
    LoadBalancer(Balancer),
    /// A log: by its machines, and by what they keep on disk.
    Pubsub {
        /// What it runs on.
        machine: Machine,
        /// How many of them.
        brokers: u16,
        /// Each message is kept so many times.
        copies: u16,
        /// For so long.
        retention: Span,
        /// Of a GB kept for a month.
        storage: Price,
    },
    /// A fan-out: by its machines.
    Fanout(Machine),
    /// A registry: by the machines that its entries and operations need.
    Registry {
        /// What it runs on.
        machine: Machine,
        /// Each entry is kept so many times.
        copies: u16,
        /// Operations that a machine can serve.
        rate: Rate,
    },
    /// A replay buffer in memory: by the machines that it needs.
    BufferInMemory(Machine),
    /// A replay buffer on disk: by what it keeps.
    BufferOnDisk(Price),
}

/// A price in US dollars.
#[derive(Clone, PartialEq, Debug)]
pub struct Price {
    /// Per hour, GB, GB and month, or million.
    pub usd: f64,
    /// Who says so.
    pub source: String,
    /// When it was so.
    pub date: Date,
}

/// A machine by the hour.
#[derive(Clone, PartialEq, Debug)]
pub struct Machine {
    /// What the vendor calls it.
    pub name: String,
    /// How many it has.
    pub cores: u32,
    /// How much it has.
    pub memory: Bytes,
    /// Of an hour.
    pub hour: Price,
    /// Why this one.
    pub why: String,
}

/// A managed service, paid by messages and by minutes of a connection.
#[derive(Clone, PartialEq, Debug)]
pub struct Service {
    /// What the vendor calls it.
    pub name: String,
    /// Of a million messages up and down, in tiers of a month that end at so many millions.
    pub messages: Vec<Tier>,
    /// Of a million minutes that a connection is open.
    pub minutes: Price,
    /// Whether a ping and its pong are two messages.
    pub counts_heartbeats: bool,
    /// Whether bytes out to its users are in these prices.
    pub includes_egress: bool,
}

/// A balancer, paid by the hour and by capacity units.
#[derive(Clone, PartialEq, Debug)]
pub struct Balancer {
    /// What the vendor calls it.
    pub product: String,
    /// Of an hour, whatever it does.
    pub hour: Price,
    /// Of a capacity unit for an hour.
    pub unit: Price,
    /// New connections that a unit covers.
    pub new_connections: Rate,
    /// Open connections that a unit covers.
    pub active_connections: f64,
    /// Bytes an hour, both ways, that a unit covers.
    pub bytes_per_hour: f64,
}

/// Bytes out to the users, in tiers of a month.
#[derive(Clone, PartialEq, Debug)]
pub struct Egress {
    /// Ascending; the last one has no end.
    pub tiers: Vec<Tier>,
    /// Who says so.
    pub source: String,
    /// When it was so.
    pub date: Date,
}

/// What lies between the end of the tier before and its own.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Tier {
    /// Its end, in GB or in millions of messages.
    pub to: Option<f64>,
    /// Of one of them in it.
    pub usd: f64,
}
