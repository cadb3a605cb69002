//! The result files: a summary written as tidy tables and JSON, and read back.
//!
//! Nothing here touches the disk: files are names and bytes. The same summary gives the same bytes.
mod contents;
mod documents;
pub mod napkin;
pub mod observed;
pub mod phase;
mod read;
mod sweep;
mod tables;

pub use read::{Open, Unreadable, read};
pub use sweep::{POINTS_FOLDER, is_sweep, place_of, read_sweep, write_sweep};

use crate::{record::Unit, seal, summary::Summary};

/// A result file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct File {
    /// Its path in the experiment's folder.
    pub name: String,
    /// Its contents.
    pub bytes: Vec<u8>,
}

/// What a complete folder of results holds; a folder without it is not one.
pub const MANIFEST: &str = "manifest.json";
/// The document that `--json` prints.
pub const SUMMARY: &str = "summary.json";
/// Metrics with intervals.
pub const METRICS: &str = "summary.csv";
/// What moved over time.
pub const SERIES: &str = "series.csv";
/// Delivery lag by bucket.
pub const HISTOGRAM: &str = "histogram.csv";
/// Delivery lag by time of arrival and bucket.
pub const LAG_CELLS: &str = "lag_over_time.csv";
/// Ends of deliveries.
pub const LEDGER: &str = "ledger.csv";
/// What users missed, by how long they were away.
pub const ABSENCES: &str = "absences.csv";
/// Metrics of a sweep's points.
pub const POINTS: &str = "points.csv";
/// Phases of the timeline.
pub const PHASES: &str = "phases.csv";
/// The bill, if prices are given.
pub const COST: &str = "cost.csv";
/// The same with more users.
pub const GROWTH: &str = "growth.csv";
/// Closed-form estimates beside what the runs show, if there are any.
pub const NAPKIN: &str = "napkin.csv";

/// All data files of a summary, the manifest last.
pub fn write(summary: &Summary) -> Vec<File> {
    let files = [
        (SUMMARY, documents::summary(summary)),
        (METRICS, tables::metrics(summary)),
        (SERIES, tables::series(summary)),
        (HISTOGRAM, tables::histogram(summary)),
        (LAG_CELLS, tables::lag_cells(summary)),
        (LEDGER, tables::ledger(summary)),
        (ABSENCES, tables::absences(summary)),
        (PHASES, tables::phases(summary)),
    ];
    let cost = summary
        .bill
        .iter()
        .flat_map(|bill| [(COST, tables::cost(bill)), (GROWTH, tables::growth(bill))]);
    let napkin = (!summary.napkin.is_empty()).then(|| (NAPKIN, napkin::table(&summary.napkin)));
    sealed(files.into_iter().chain(cost).chain(napkin), |contents| {
        documents::manifest(summary, contents)
    })
}

/// Data files with the manifest behind them, which knows what they hold.
fn sealed(
    files: impl Iterator<Item = (&'static str, Vec<u8>)>,
    manifest: impl FnOnce(contents::Contents) -> Vec<u8>,
) -> Vec<File> {
    let file = |(name, bytes): (&str, Vec<u8>)| File { name: name.to_owned(), bytes };
    let mut all: Vec<File> = files.map(file).collect();
    let contents = contents::of(&all);
    all.push(file((MANIFEST, seal::close(manifest(contents)))));
    all
}

/// The names of units in the files.
const UNITS: [(Unit, &str); 9] = [
    (Unit::Count, "count"),
    (Unit::PerSecond, "per_second"),
    (Unit::Seconds, "seconds"),
    (Unit::Bytes, "bytes"),
    (Unit::BytesPerSecond, "bytes_per_second"),
    (Unit::Share, "share"),
    (Unit::Ratio, "ratio"),
    (Unit::Usd, "usd"),
    (Unit::UsdPerMonth, "usd_per_month"),
];

pub(super) fn unit_name(unit: Unit) -> &'static str {
    UNITS.iter().find(|known| known.0 == unit).map_or("", |known| known.1)
}

fn unit_named(name: &str) -> Option<Unit> {
    UNITS.iter().find(|known| known.1 == name).map(|known| known.0)
}
