//! The CSV tables, in long form: one fact a row, so that one `groupby` gives any view.
//!
//! Numbers are in their shortest form that reads back to the same bits; what does not exist is an
//! empty cell. Times are the begin of their bin.
use super::unit_name;
use crate::{
    engine::{Time, number},
    record::Absence,
    summary::{Bill, Bucket, Charge, Ledger, Metric, Series, Stretch, Summary, bill::Grown},
};

/// `node` is empty for the whole system; `[during(NAME).]` stays with the metric.
pub(super) fn metrics(summary: &Summary) -> Vec<u8> {
    let header = ["node", "metric", "statistic", "unit", "value", "ci_low", "ci_high", "n"];
    each(header, &summary.metrics, metric_cells)
}

/// The cells of a metric, whatever stands before them.
pub(super) fn metric_cells(metric: &Metric) -> [String; 8] {
    [
        metric.node.clone(),
        metric.quantity.clone(),
        metric.statistic.clone(),
        unit_name(metric.unit).to_owned(),
        cell(metric.mean),
        cell(metric.ci_low),
        cell(metric.ci_high),
        metric.n.to_string(),
    ]
}

/// `replication` counts from 0 and is empty where all are taken together (`delivery_lag`).
pub(super) fn series(summary: &Summary) -> Vec<u8> {
    let header = ["time_s", "node", "metric", "statistic", "unit", "replication", "value"];
    table(header, |out| {
        for series in &summary.series {
            let replication = series.replication.map_or_else(String::new, |n| n.to_string());
            for (bin, value) in series.values.iter().enumerate() {
                out([
                    &start(series, bin),
                    &series.node,
                    &series.quantity,
                    &series.statistic,
                    unit_name(series.unit),
                    &replication,
                    &cell(*value),
                ]);
            }
        }
    })
}

fn start(series: &Series, bin: usize) -> String {
    let start = Time::ZERO + series.step.times(number::count(bin));
    start.seconds().to_string()
}

/// All replications together; `cumulative_share` is that of lags below `high_s`.
pub(super) fn histogram(summary: &Summary) -> Vec<u8> {
    let total: u64 = summary.lag.iter().map(|bucket| bucket.count).sum();
    table(["low_s", "high_s", "count", "cumulative_share"], |out| {
        let mut below = 0;
        for Bucket { low, high, count } in &summary.lag {
            below += count;
            let share = number::float(below) / number::float(total);
            out([
                &low.seconds().to_string(),
                &high.seconds().to_string(),
                &count.to_string(),
                &share.to_string(),
            ]);
        }
    })
}

/// All replications together, by time of arrival; cells without a delivery are left out.
pub(super) fn lag_cells(summary: &Summary) -> Vec<u8> {
    table(["time_s", "low_s", "high_s", "count"], |out| {
        for cell in &summary.lag_cells {
            out([
                &cell.at.seconds().to_string(),
                &cell.low.seconds().to_string(),
                &cell.high.seconds().to_string(),
                &cell.count.to_string(),
            ]);
        }
    })
}

/// Sums over the replications. `window`: messages sent in [`warm_up`, horizon); `run`: all.
pub(super) fn ledger(summary: &Summary) -> Vec<u8> {
    table(["scope", "end", "cause", "count", "share"], |out| {
        for (scope, Ledger { intended, rows, .. }) in ["window", "run"].iter().zip(&summary.ledger)
        {
            for (end, cause, count) in rows {
                let share = number::float(*count) / number::float(*intended);
                let share = if *intended > 0 { share.to_string() } else { String::new() };
                out([scope, end, cause, &count.to_string(), &share]);
            }
        }
    })
}

/// Outages of one length a row, of all replications: what came for their users when they were back,
/// and what never did. Outages without a message for their user are not counted.
pub(super) fn absences(summary: &Summary) -> Vec<u8> {
    each(ABSENCE, &summary.ledger[0].absences, absence_cells)
}

/// The columns of [`absence_cells`].
pub(super) const ABSENCE: [&str; 6] =
    ["low_s", "high_s", "outages", "came", "missed", "missed_share"];

/// The cells of outages of one length, whatever stands before them.
pub(super) fn absence_cells(row: &Absence) -> [String; 6] {
    let share = number::float(row.missed) / number::float((row.came + row.missed).max(1));
    [
        row.low.seconds().to_string(),
        row.high.seconds().to_string(),
        row.outages.to_string(),
        row.came.to_string(),
        row.missed.to_string(),
        share.to_string(),
    ]
}

pub(super) fn phases(summary: &Summary) -> Vec<u8> {
    each(PHASE, &summary.phases, phase_cells)
}

/// The columns of [`phase_cells`].
pub(super) const PHASE: [&str; 4] = ["replication", "phase", "start_s", "end_s"];

/// The cells of a phase, whatever stands before them.
pub(super) fn phase_cells(phase: &Stretch) -> [String; 4] {
    [
        phase.replication.to_string(),
        phase.name.clone(),
        phase.start.seconds().to_string(),
        phase.end.seconds().to_string(),
    ]
}

/// One line of the bill a row: `usd_month` is `quantity` times `price`, of tiers their mean.
pub(super) fn cost(bill: &Bill) -> Vec<u8> {
    each(CHARGE, &bill.charges, charge_cells)
}

/// The columns of [`charge_cells`].
pub(super) const CHARGE: [&str; 11] = [
    "item",
    "node",
    "product",
    "quantity",
    "unit",
    "price",
    "source",
    "date",
    "usd_month",
    "share",
    "why",
];

/// The cells of a line of the bill, whatever stands before them.
pub(super) fn charge_cells(charge: &Charge) -> [String; 11] {
    [
        charge.item.clone(),
        charge.node.clone(),
        charge.product.clone(),
        charge.quantity.to_string(),
        charge.unit.clone(),
        charge.price.to_string(),
        charge.source.clone(),
        charge.date.clone(),
        charge.usd_month.to_string(),
        charge.share.to_string(),
        charge.why.clone(),
    ]
}

/// One line of the bill with more users a row.
pub(super) fn growth(bill: &Bill) -> Vec<u8> {
    each(GROWN, &bill.growth, grown_cells)
}

/// The columns of [`grown_cells`].
pub(super) const GROWN: [&str; 6] = ["factor", "item", "node", "quantity", "unit", "usd_month"];

/// The cells of a line of the bill with more users, whatever stands before them.
pub(super) fn grown_cells(line: &Grown) -> [String; 6] {
    [
        line.factor.to_string(),
        line.item.clone(),
        line.node.clone(),
        line.quantity.to_string(),
        line.unit.clone(),
        line.usd_month.to_string(),
    ]
}

/// A table with a row for each of what there is.
pub(super) fn each<T, const N: usize>(
    header: [&str; N],
    all: &[T],
    cells: impl Fn(&T) -> [String; N],
) -> Vec<u8> {
    table(header, |out| all.iter().for_each(|one| out(cells(one).each_ref().map(String::as_str))))
}

pub(super) fn cell(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// A table with a header; `fill` is given what writes a row.
fn table<const N: usize>(
    header: [&str; N],
    fill: impl FnOnce(&mut dyn FnMut([&str; N])),
) -> Vec<u8> {
    rows(&header, |out| fill(&mut |cells| out(&cells)))
}

/// The same with as many columns as the header has.
pub(super) fn rows(header: &[&str], fill: impl FnOnce(&mut dyn FnMut(&[&str]))) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).expect("a row in memory is written");
    fill(&mut |cells| writer.write_record(cells).expect("a row in memory is written"));
    writer.into_inner().expect("a table in memory is written")
}
