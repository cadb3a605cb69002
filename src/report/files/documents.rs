//! The two JSON documents: the manifest (what was run) and the summary (what came out).
use super::{contents::Contents, unit_name};
use crate::{
    scenario::Origin,
    summary::{Bill, Judged, Metric, Summary},
};
use serde::{Deserialize, Serialize, Serializer, ser::SerializeMap};

/// What was run, so that anyone can run it again.
#[derive(Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) experiment: String,
    pub(super) question: String,
    pub(super) version: String,
    pub(super) seed: u64,
    pub(super) replications: u32,
    pub(super) events: u64,
    pub(super) fingerprint: String,
    pub(super) fingerprints: Vec<String>,
    pub(super) horizon_s: f64,
    pub(super) warm_up_s: f64,
    pub(super) tick_s: f64,
    pub(super) lag_bin_s: f64,
    pub(super) ledger: Check,
    pub(super) bill: Option<Basis>,
    pub(super) input: serde_json::Value,
    pub(super) assumptions: Vec<Origin>,
    pub(super) file: String,
    #[serde(default)]
    pub(super) sets: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) replication: Option<u32>,
    pub(super) contents: Contents,
    pub(super) seal: String,
}
/// What the bill was reckoned from; null without prices.
#[derive(Serialize, Deserialize)]
pub(super) struct Basis {
    pub(super) prices: String,
    pub(super) over_s: f64,
    pub(super) steady: bool,
}

impl Basis {
    pub(super) fn of(bill: &Bill) -> Self {
        Self { prices: bill.prices.clone(), over_s: bill.over, steady: bill.steady }
    }

    /// The bill without its lines.
    pub(super) fn bill(self) -> Bill {
        let Self { prices, over_s: over, steady } = self;
        Bill { prices, over, steady, charges: Vec::new(), growth: Vec::new() }
    }
}

/// That every delivery has exactly one end.
#[derive(Serialize, Deserialize)]
pub(super) struct Check {
    pub(super) adds_up: bool,
    pub(super) intended_window: u64,
    pub(super) intended_run: u64,
}

/// The shape of `summary.json`. That of a sweep has its metrics and verdicts at its points.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    pub(super) experiment: &'a str,
    pub(super) version: &'a str,
    pub(super) seed: u64,
    pub(super) replications: u32,
    pub(super) fingerprint: String,
    #[serde(serialize_with = "in_order")]
    pub(super) metrics: &'a [Metric],
    pub(super) slo: &'a [Judged],
    pub(super) diagnosis: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) points: Option<Vec<DocumentPoint<'a>>>,
}

#[derive(Serialize)]
pub(super) struct DocumentPoint<'a> {
    pub(super) name: &'a str,
    pub(super) axes: serde_json::Map<String, serde_json::Value>,
    pub(super) fingerprint: String,
    #[serde(serialize_with = "in_order")]
    pub(super) metrics: &'a [Metric],
    pub(super) slo: &'a [Judged],
    pub(super) diagnosis: &'a [String],
}

#[derive(Serialize)]
struct Value {
    unit: &'static str,
    mean: Option<f64>,
    ci_low: Option<f64>,
    ci_high: Option<f64>,
    n: u32,
}

pub(super) fn manifest(summary: &Summary, contents: Contents) -> Vec<u8> {
    pretty(&Manifest {
        experiment: summary.experiment.clone(),
        question: summary.question.clone(),
        version: summary.version.clone(),
        seed: summary.seed,
        replications: summary.replications,
        events: summary.events,
        fingerprint: hexadecimal(summary.fingerprint),
        fingerprints: summary.fingerprints.iter().copied().map(hexadecimal).collect(),
        horizon_s: summary.horizon.seconds(),
        warm_up_s: summary.warm_up.seconds(),
        tick_s: summary.tick.seconds(),
        lag_bin_s: summary.lag_bin.seconds(),
        ledger: Check {
            adds_up: summary.adds_up(),
            intended_window: summary.ledger[0].intended,
            intended_run: summary.ledger[1].intended,
        },
        bill: summary.bill.as_ref().map(Basis::of),
        input: summary.input.clone(),
        assumptions: summary.assumptions.clone(),
        file: summary.file.clone(),
        sets: summary.sets.clone(),
        replication: summary.replication,
        contents,
        seal: String::new(),
    })
}

pub(super) fn summary(summary: &Summary) -> Vec<u8> {
    pretty(&Document {
        experiment: &summary.experiment,
        version: &summary.version,
        seed: summary.seed,
        replications: summary.replications,
        fingerprint: hexadecimal(summary.fingerprint),
        metrics: &summary.metrics,
        slo: &summary.slo,
        diagnosis: &summary.diagnosis,
        points: None,
    })
}

/// Metrics as a map, in their own order.
fn in_order<S: Serializer>(metrics: &&[Metric], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(metrics.len()))?;
    for metric in *metrics {
        let value = Value {
            unit: unit_name(metric.unit),
            mean: metric.mean,
            ci_low: metric.ci_low,
            ci_high: metric.ci_high,
            n: metric.n,
        };
        map.serialize_entry(&metric.name, &value)?;
    }
    map.end()
}

pub(super) fn hexadecimal(fingerprint: u64) -> String {
    format!("{fingerprint:016x}")
}

pub(super) fn pretty(document: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(document).expect("plain data becomes JSON");
    bytes.push(b'\n');
    bytes
}
