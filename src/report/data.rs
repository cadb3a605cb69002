//! What charts are drawn from: what lies in a result folder, read back.
use crate::record::{Phase, Track};

/// The content of a result folder, as far as charts need it.
#[derive(Clone, PartialEq, Debug)]
pub struct ChartData {
    /// The experiment's name.
    pub name: String,
    /// The experiment's question.
    pub question: String,
    /// Root of the draws.
    pub seed: u64,
    /// How many runs the series are the mean of.
    pub replications: u32,
    /// The horizon, in seconds.
    pub horizon: f64,
    /// Bin width of the series, in seconds.
    pub tick: f64,
    /// The phases of the timeline in order of their start.
    pub phases: Vec<Phase>,
    /// The series; the mean over replications.
    pub series: Vec<Track>,
    /// Delivery lag by time of arrival; quantiles of all replications together.
    pub lag_over_time: Vec<LagPoint>,
    /// Delivery lag of the window: (low, high, count), in seconds, ascending.
    pub lag: Vec<(f64, f64, u64)>,
}

/// Quantiles of the lag of what arrived in one bin, in seconds; absent where nothing arrived.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LagPoint {
    /// Begin of the bin, in seconds.
    pub time: f64,
    /// How many deliveries arrived.
    pub count: u64,
    /// Median.
    pub p50: Option<f64>,
    /// 95th percentile.
    pub p95: Option<f64>,
    /// 99th percentile.
    pub p99: Option<f64>,
    /// Largest.
    pub max: Option<f64>,
}

/// A drawn chart.
#[derive(Clone, PartialEq, Debug)]
pub struct Chart {
    /// File stem in `charts/`.
    pub name: &'static str,
    /// The finding, a sentence without full stop.
    pub headline: String,
    /// The picture as SVG.
    pub svg: String,
    /// The picture as PNG.
    pub png: Vec<u8>,
}
