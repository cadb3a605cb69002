//! The result of one replication, as plain data.
use super::{Absence, Histogram, Usage, stored::nanos};
use crate::engine::{Span, Time};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What one replication left behind.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// Which replication, from 0.
    pub replication: u32,
    /// The trajectory in one number.
    pub fingerprint: u64,
    /// Events handled.
    pub events: u64,
    /// Every metric, one value a name; names are unique.
    pub measures: Vec<Measure>,
    /// What was used of what is paid for.
    pub usage: Usage,
    /// The ends of all deliveries sent in [`warm_up`, horizon), then those of the whole run.
    pub ledger: [Ends; 2],
    /// Delivery lag of the window.
    pub lag: Histogram,
    /// Delivery lag by time of arrival, in bins of `lag_bin`, from 0 to the horizon. Not kept in
    /// the files of a sweep.
    #[serde(skip)]
    pub lag_over_time: Vec<Histogram>,
    /// The same of what each node sent, where several did.
    #[serde(skip)]
    pub lag_of: Vec<(String, Vec<Histogram>)>,
    /// The bin width of `lag_over_time`.
    #[serde(with = "nanos")]
    pub lag_bin: Span,
    /// Bin width of the series.
    #[serde(with = "nanos")]
    pub tick: Span,
    /// What moved, over time. Not kept in the files of a sweep.
    #[serde(skip)]
    pub series: Vec<Track>,
    /// The phases of the timeline in order of their start.
    pub phases: Vec<Phase>,
}

/// One metric's value in one replication.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Measure {
    /// Such as `delivery_lag.p99` or `during(deploy).clients.availability`.
    pub name: String,
    /// Its unit.
    pub unit: Unit,
    /// `None`: there was nothing to measure.
    pub value: Option<f64>,
}

/// Units of metrics and series.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A number of things.
    #[default]
    Count,
    /// Things per second.
    PerSecond,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// Bytes per second.
    BytesPerSecond,
    /// A share between 0 and 1.
    Share,
    /// A number without unit, such as a ratio.
    Ratio,
    /// US dollars.
    Usd,
    /// US dollars a month.
    UsdPerMonth,
}

/// Where deliveries ended.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Ends {
    /// Deliveries that were to be made.
    pub intended: u64,
    /// The ends, in a fixed order: live, replayed, pulled, each lost cause, expired, pending.
    pub rows: Vec<LedgerRow>,
    /// What was missed, by how long its recipient was away; of the window alone.
    #[serde(default)]
    pub absences: Vec<Absence>,
}

/// One kind of end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LedgerRow {
    /// `live`, `replayed`, `pulled`, `lost`, `expired`, `pending`.
    pub end: Cow<'static, str>,
    /// The cause of a loss, or which kind of pending; empty otherwise.
    pub cause: Cow<'static, str>,
    /// How many.
    pub count: u64,
}

impl Ends {
    /// Whether every delivery has exactly one end.
    pub fn adds_up(&self) -> bool {
        self.intended == self.rows.iter().map(|row| row.count).sum::<u64>()
    }

    /// The deliveries that ended so, over all causes.
    pub fn total(&self, end: &str) -> u64 {
        self.rows.iter().filter(|row| row.end == end).map(|row| row.count).sum()
    }
}

/// One quantity over time: a value a tick.
#[derive(Clone, PartialEq, Debug)]
pub struct Track {
    /// The node it belongs to, or empty for the whole system.
    pub node: String,
    /// Such as `connections`, `attempts`, `lost`.
    pub quantity: String,
    /// Such as `gateways-3` for an instance, a cause, or `total`.
    pub statistic: String,
    /// Its unit.
    pub unit: Unit,
    /// From 0 to the horizon, one value a tick.
    pub values: Vec<f64>,
}

impl Track {
    /// A track.
    pub fn new(node: &str, quantity: &str, stat: &str, unit: Unit, values: Vec<f64>) -> Self {
        let (node, quantity, statistic) = (node.into(), quantity.into(), stat.into());
        Self { node, quantity, statistic, unit, values }
    }
}

/// A stretch of the run with a name.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Phase {
    /// `steady`, the name of a timeline entry, `recovery`.
    pub name: String,
    /// Its begin.
    #[serde(with = "nanos")]
    pub start: Time,
    /// Its end.
    #[serde(with = "nanos")]
    pub end: Time,
}
