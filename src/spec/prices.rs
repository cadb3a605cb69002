//! The form of a price sheet, as a file of its own or within an experiment.
use super::written::{Located, Named, Text, Written};
use crate::units::{Bytes, Count, Date, PerGigabyte, PerGigabyteMonth, PerHour, Rate};
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
