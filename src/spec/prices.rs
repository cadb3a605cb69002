//! The form of a price sheet, as a file of its own or within an experiment.
use super::{
    schema,
    written::{Located, Named, Text, Written},
};
use crate::units::{Bytes, Count, Date, PerGigabyte, PerGigabyteMonth, PerHour, PerMillion, Rate};
use schemars::JsonSchema;
use serde::Deserialize;

/// What things cost: dated prices, each with its source.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Prices {
    /// What these prices are: whose, where, on which terms.
    pub name: Option<Text>,
    /// Machines by the hour, for gateways and fan-outs.
    pub instances: Named<Machine>,
    /// Machines of a broker by the hour.
    pub brokers: Named<Machine>,
    /// Machines that keep all in memory by the hour, for registries and buffers.
    pub caches: Named<Machine>,
    /// Balancers, by what they see.
    pub balancers: Balancers,
    /// Managed services in the place of gateways, by messages and by minutes of a connection.
    pub services: Named<Service>,
    /// Bytes out to the users.
    pub egress: Option<Located<Egress>>,
    /// Bytes on disk.
    pub storage: Option<Located<Storage>>,
}

/// A machine by the hour.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Machine {
    /// Of an hour.
    pub price: Option<Written<PerHour>>,
    /// How many it has.
    pub cores: Option<Written<Count>>,
    /// How much it has.
    pub memory: Option<Written<Bytes>>,
    /// Who says so.
    pub source: Option<Text>,
    /// When it was so.
    pub date: Option<Written<Date>>,
}

/// Balancers, by what they see.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Balancers {
    /// Addresses.
    pub layer_4: Option<Located<Balancer>>,
    /// Requests.
    pub layer_7: Option<Located<Balancer>>,
}

/// A balancer, paid by the hour and by capacity units.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Balancer {
    /// What the vendor calls it.
    pub product: Option<Text>,
    /// Of an hour, whatever it does.
    pub price: Option<Written<PerHour>>,
    /// Of a capacity unit for an hour.
    pub unit_price: Option<Written<PerHour>>,
    /// New connections that a unit covers.
    pub new_connections: Option<Written<Rate>>,
    /// Open connections that a unit covers.
    pub active_connections: Option<Written<Count>>,
    /// Bytes an hour, both ways, that a unit covers.
    pub bytes_per_hour: Option<Written<Bytes>>,
    /// Who says so.
    pub source: Option<Text>,
    /// When it was so.
    pub date: Option<Written<Date>>,
}

/// A managed service, paid by messages and by minutes of a connection.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Service {
    /// Of messages up and down, in tiers of a month, ascending.
    pub messages: Vec<Located<MessageTier>>,
    /// Of minutes that a connection is open.
    pub connection_minutes: Option<Written<PerMillion>>,
    /// Whether a ping and its pong are two messages; else they cost nothing.
    #[schemars(schema_with = "schema::flag")]
    pub counts_heartbeats: Option<Text>,
    /// Whether bytes out to its users are in these prices; else they are paid as all others.
    #[schemars(schema_with = "schema::flag")]
    pub includes_egress: Option<Text>,
    /// Who says so.
    pub source: Option<Text>,
    /// When it was so.
    pub date: Option<Written<Date>>,
}

/// A tier of messages: what lies between the end of the one before and its own.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MessageTier {
    /// Its end; the last one has none.
    pub to: Option<Written<Count>>,
    /// Of a million messages in it.
    pub price: Option<Written<PerMillion>>,
}

/// Bytes out to the users, in tiers.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Egress {
    /// The tiers of a month, ascending.
    pub tiers: Vec<Located<Tier>>,
    /// Who says so.
    pub source: Option<Text>,
    /// When it was so.
    pub date: Option<Written<Date>>,
}

/// A tier: what lies between the end of the one before and its own.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Tier {
    /// Its end; the last one has none.
    pub to: Option<Written<Bytes>>,
    /// Of a GB in it.
    pub price: Option<Written<PerGigabyte>>,
}

/// Bytes on disk.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Storage {
    /// Of a GB for a month.
    pub price: Option<Written<PerGigabyteMonth>>,
    /// Who says so.
    pub source: Option<Text>,
    /// When it was so.
    pub date: Option<Written<Date>>,
}
