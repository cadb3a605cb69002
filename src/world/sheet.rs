//! Where the metrics of a run are collected, by their names.
use crate::{
    engine::{Span, number},
    record::{Histogram, Ledger, Measure, Unit},
};

/// Collects metrics.
#[derive(Default)]
pub(super) struct Sheet {
    pub(super) rows: Vec<Measure>,
    /// Those of them that tell how deliveries end, by their places.
    pub(super) of_deliveries: Vec<usize>,
}

impl Sheet {
    pub(super) fn set(&mut self, name: impl Into<String>, unit: Unit, value: Option<f64>) {
        self.rows.push(Measure { name: name.into(), unit, value });
    }

    pub(super) fn count(&mut self, name: impl Into<String>, count: u64) {
        self.set(name, Unit::Count, Some(number::float(count)));
    }

    pub(super) fn seconds(&mut self, name: impl Into<String>, span: Option<Span>) {
        self.set(name, Unit::Seconds, span.map(Span::seconds));
    }

    pub(super) fn share(&mut self, name: impl Into<String>, part: f64, whole: f64) {
        self.set(name, Unit::Share, (whole > 0.0).then(|| part / whole));
    }

    /// What `add` sets tells how deliveries end, which may be after the horizon.
    pub(super) fn of_deliveries(&mut self, add: impl FnOnce(&mut Self)) {
        let before = self.rows.len();
        add(self);
        self.of_deliveries.extend(before..self.rows.len());
    }

    /// How long something took that may never have happened.
    pub(super) fn times(&mut self, prefix: &str, times: &Histogram) {
        self.seconds(format!("{prefix}.mean"), times.mean());
        self.seconds(format!("{prefix}.p50"), times.quantile(0.5));
        self.seconds(format!("{prefix}.p99"), times.quantile(0.99));
        self.seconds(format!("{prefix}.max"), (times.total() > 0).then(|| times.max()));
    }

    /// The lag of deliveries.
    pub(super) fn lag(&mut self, prefix: &str, lag: &Histogram) {
        self.of_deliveries(|sheet| {
            sheet.seconds(format!("{prefix}.mean"), lag.mean());
            for (name, share) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("p999", 0.999)] {
                sheet.seconds(format!("{prefix}.{name}"), lag.quantile(share));
            }
            sheet.seconds(format!("{prefix}.max"), (lag.total() > 0).then(|| lag.max()));
        });
    }

    /// Deliveries and their ends.
    pub(super) fn ledger(&mut self, prefix: &str, ledger: &Ledger) {
        let lost = ledger.lost_total();
        let rows = [
            ("intended", ledger.intended),
            ("live", ledger.live),
            ("replayed", ledger.replayed),
            ("pulled", ledger.pulled),
            ("lost", lost),
            ("expired", ledger.expired),
            ("missed", lost + ledger.expired),
            ("pending", ledger.pending()),
        ];
        self.of_deliveries(|sheet| {
            for (name, count) in rows {
                sheet.count(format!("{prefix}deliveries.{name}"), count);
            }
        });
    }
}
