//! Reading the result files back: what `render` knows, and all it knows.
use super::{
    ABSENCES, COST, GROWTH, HISTOGRAM, LAG_CELLS, LEDGER, MANIFEST, METRICS, PHASES, SERIES,
    SUMMARY, contents,
    documents::{Basis, Manifest},
    unit_named,
};
use crate::{
    engine::{Span, Time},
    record::{Absence, Unit},
    report::safe::clean,
    summary::{
        Bill, Bucket, Charge, Judged, LagCell, Ledger, Metric, Series, Stretch, Summary,
        bill::Grown,
    },
};
use serde::Deserialize;
use std::io;

/// Why a folder's files are not results.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The file is not there, or cannot be opened.
    #[error("{name}: {error}")]
    Missing {
        /// The file.
        name: &'static str,
        /// What the disk says.
        error: io::Error,
    },
    /// The file is there and is no result file of this version.
    #[error("{name}: {why}")]
    Malformed {
        /// The file.
        name: &'static str,
        /// What is wrong with it.
        why: String,
    },
}

/// Opens a file by its name.
pub type Open<'a> = &'a dyn Fn(&str) -> io::Result<Vec<u8>>;

#[derive(Deserialize)]
pub(super) struct Verdicts {
    pub(super) slo: Vec<Judged>,
    pub(super) diagnosis: Vec<String>,
}

/// Reads a summary back; `open` gives a file's bytes.
pub fn read(open: Open) -> Result<Summary, Unreadable> {
    let manifest: Manifest = contents::sealed(open, MANIFEST)?;
    let verdicts: Verdicts = json(open, SUMMARY)?;
    let span = Span::from_seconds;
    let (tick, lag_bin) = (span(manifest.tick_s), span(manifest.lag_bin_s));
    let contents = manifest.contents.clone();
    let summary = Summary {
        fingerprint: fingerprint(&manifest.fingerprint)?,
        fingerprints: manifest
            .fingerprints
            .iter()
            .map(|text| fingerprint(text))
            .collect::<Result<_, _>>()?,
        ledger: ledger(open, &manifest)?,
        file: manifest.file,
        experiment: manifest.experiment,
        question: manifest.question,
        version: manifest.version,
        seed: manifest.seed,
        replications: manifest.replications,
        events: manifest.events,
        horizon: Time::ZERO + span(manifest.horizon_s),
        warm_up: Time::ZERO + span(manifest.warm_up_s),
        tick,
        lag_bin,
        input: manifest.input,
        assumptions: manifest.assumptions,
        sets: manifest.sets,
        replication: manifest.replication,
        metrics: rows(open, METRICS, metric)?,
        bill: bill(open, manifest.bill)?,
        napkin: super::napkin::read(open)?,
        slo: verdicts.slo,
        diagnosis: verdicts.diagnosis,
        lag: rows(open, HISTOGRAM, bucket)?,
        lag_cells: rows(open, LAG_CELLS, lag_cell)?,
        series: series(open, tick, lag_bin)?,
        phases: rows(open, PHASES, phase)?,
    };
    contents::check(open, &contents)?;
    Ok(summary)
}

pub(super) fn json<T: for<'a> Deserialize<'a>>(
    open: Open,
    name: &'static str,
) -> Result<T, Unreadable> {
    let bytes = open(name).map_err(|error| Unreadable::Missing { name, error })?;
    parsed(&bytes, name)
}

/// A document from its bytes.
pub(super) fn parsed<T: for<'a> Deserialize<'a>>(
    bytes: &[u8],
    name: &'static str,
) -> Result<T, Unreadable> {
    serde_json::from_slice(bytes).map_err(|error| malformed(name, &unlike(bytes, &error)))
}

/// Why a document is none of this version: one that can be read, and says who wrote it, lacks what
/// another version did not write. What this one wrote was changed since.
fn unlike(bytes: &[u8], error: &serde_json::Error) -> String {
    let document = || serde_json::from_slice::<serde_json::Value>(bytes).ok();
    let version = document().filter(|_| error.is_data());
    let version = version.and_then(|it| it["version"].as_str().map(str::to_owned));
    match version {
        Some(version) if version != env!("CARGO_PKG_VERSION") => format!(
            "another version of squall wrote it ({version}), which this one does not read: run or \
             sweep the experiment again ({error})"
        ),
        _ => format!(
            "{}{error}: it is damaged; put the file back as it was written, or run or sweep the \
             experiment again",
            line_of(bytes, error.line()),
        ),
    }
}

/// No more of a line is told, in characters.
const TOLD: usize = 80;

/// A line of a document, which has its key: `"replications": "three", `.
fn line_of(bytes: &[u8], line: usize) -> String {
    let text = String::from_utf8_lossy(bytes);
    let line = line.checked_sub(1).and_then(|above| text.lines().nth(above));
    let told = clean(line.unwrap_or_default().trim().trim_end_matches(','), TOLD);
    if told.is_empty() { told } else { format!("`{told}`: ") }
}

pub(super) fn malformed(name: &'static str, why: &str) -> Unreadable {
    Unreadable::Malformed { name, why: why.to_owned() }
}

/// A fingerprint as the manifest writes it.
pub(super) fn fingerprint(text: &str) -> Result<u64, Unreadable> {
    u64::from_str_radix(text, 16).map_err(|error| malformed(MANIFEST, &error.to_string()))
}

/// The cells of a row, in order; `None` when a row is not what it should be.
pub(super) struct Cells<'a>(csv::StringRecordIter<'a>);

impl<'a> Cells<'a> {
    pub(super) fn text(&mut self) -> Option<&'a str> {
        self.0.next()
    }

    pub(super) fn owned(&mut self) -> Option<String> {
        self.text().map(str::to_owned)
    }

    pub(super) fn number<T: std::str::FromStr>(&mut self) -> Option<T> {
        self.text()?.parse().ok()
    }

    /// A cell that may be empty.
    #[expect(clippy::option_option, reason = "wrong, empty and a number are three things")]
    fn maybe<T: std::str::FromStr>(&mut self) -> Option<Option<T>> {
        match self.text()? {
            "" => Some(None),
            text => text.parse().ok().map(Some),
        }
    }

    /// A finite number, or an empty cell.
    #[expect(clippy::option_option, reason = "wrong, empty and a number are three things")]
    pub(super) fn float(&mut self) -> Option<Option<f64>> {
        self.maybe().filter(|value: &Option<f64>| value.is_none_or(f64::is_finite))
    }

    pub(super) fn unit(&mut self) -> Option<Unit> {
        unit_named(self.text()?)
    }

    fn span(&mut self) -> Option<Span> {
        Some(Span::from_seconds(self.number()?))
    }
}

/// Reads a table row by row.
pub(super) fn each(
    open: Open,
    name: &'static str,
    mut row: impl FnMut(Cells) -> Option<()>,
) -> Result<(), Unreadable> {
    let bytes = open(name).map_err(|error| Unreadable::Missing { name, error })?;
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let mut record = csv::StringRecord::new();
    let mut line = 1_u64;
    loop {
        line += 1;
        match reader.read_record(&mut record) {
            Ok(true) => row(Cells(record.iter()))
                .ok_or_else(|| malformed(name, &format!("line {line} is no row of this table")))?,
            Ok(false) => return Ok(()),
            Err(error) => return Err(malformed(name, &error.to_string())),
        }
    }
}

pub(super) fn rows<T>(
    open: Open,
    name: &'static str,
    row: impl Fn(Cells) -> Option<T>,
) -> Result<Vec<T>, Unreadable> {
    let mut all = Vec::new();
    each(open, name, |cells| {
        all.push(row(cells)?);
        Some(())
    })?;
    Ok(all)
}

pub(super) fn metric(mut cells: Cells) -> Option<Metric> {
    let [node, quantity, statistic] = [cells.owned()?, cells.owned()?, cells.owned()?];
    Some(Metric {
        name: full_name(&node, &quantity, &statistic),
        node,
        quantity,
        statistic,
        unit: cells.unit()?,
        mean: cells.float()?,
        ci_low: cells.float()?,
        ci_high: cells.float()?,
        n: cells.number()?,
        values: Vec::new(),
    })
}

/// Puts the node back where it stood: behind the phase.
fn full_name(node: &str, quantity: &str, statistic: &str) -> String {
    let (phase, quantity) = match quantity.split_once(").") {
        Some((phase, quantity)) => (format!("{phase})."), quantity),
        None => (String::new(), quantity),
    };
    let parts = [node, quantity, statistic];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    phase + &parts.join(".")
}

fn bill(open: Open, basis: Option<Basis>) -> Result<Option<Bill>, Unreadable> {
    let Some(basis) = basis else { return Ok(None) };
    let (charges, growth) = (rows(open, COST, charge)?, rows(open, GROWTH, grown)?);
    Ok(Some(Bill { charges, growth, ..basis.bill() }))
}

pub(super) fn grown(mut cells: Cells) -> Option<Grown> {
    Some(Grown {
        factor: cells.number()?,
        item: cells.owned()?,
        node: cells.owned()?,
        quantity: cells.number()?,
        unit: cells.owned()?,
        usd_month: cells.number()?,
    })
}

pub(super) fn charge(mut cells: Cells) -> Option<Charge> {
    Some(Charge {
        item: cells.owned()?,
        node: cells.owned()?,
        product: cells.owned()?,
        quantity: cells.number()?,
        unit: cells.owned()?,
        price: cells.number()?,
        source: cells.owned()?,
        date: cells.owned()?,
        usd_month: cells.number()?,
        share: cells.number()?,
        why: cells.owned()?,
    })
}

fn bucket(mut cells: Cells) -> Option<Bucket> {
    Some(Bucket { low: cells.span()?, high: cells.span()?, count: cells.number()? })
}

fn lag_cell(mut cells: Cells) -> Option<LagCell> {
    let at = Time::ZERO + cells.span()?;
    Some(LagCell { at, low: cells.span()?, high: cells.span()?, count: cells.number()? })
}

pub(super) fn phase(mut cells: Cells) -> Option<Stretch> {
    Some(Stretch {
        replication: cells.number()?,
        name: cells.owned()?,
        start: Time::ZERO + cells.span()?,
        end: Time::ZERO + cells.span()?,
    })
}

fn ledger(open: Open, manifest: &Manifest) -> Result<[Ledger; 2], Unreadable> {
    let intended = [manifest.ledger.intended_window, manifest.ledger.intended_run];
    let mut both = intended.map(|intended| Ledger { intended, ..Ledger::default() });
    each(open, LEDGER, |mut cells| {
        let scope = match cells.text()? {
            "window" => 0,
            "run" => 1,
            _ => return None,
        };
        both[scope].rows.push((cells.owned()?, cells.owned()?, cells.number()?));
        Some(())
    })?;
    both[0].absences = rows(open, ABSENCES, absence)?;
    Ok(both)
}

pub(super) fn absence(mut cells: Cells) -> Option<Absence> {
    Some(Absence {
        low: cells.span()?,
        high: cells.span()?,
        outages: cells.number()?,
        came: cells.number()?,
        missed: cells.number()?,
    })
}

/// Rows of one series stand together, in the order of time; a bin 0 begins the next.
fn series(open: Open, tick: Span, lag_bin: Span) -> Result<Vec<Series>, Unreadable> {
    let mut all: Vec<Series> = Vec::new();
    each(open, SERIES, |mut cells| {
        let first = cells.number::<f64>()? == 0.0;
        let key = [cells.text()?, cells.text()?, cells.text()?];
        let (unit, replication, value) = (cells.unit()?, cells.maybe()?, cells.float()?);
        if first {
            let [node, quantity, statistic] = key.map(str::to_owned);
            let step = if replication.is_some() { tick } else { lag_bin };
            let values = Vec::new();
            all.push(Series { node, quantity, statistic, unit, replication, step, values });
        }
        all.last_mut()?.values.push(value);
        Some(())
    })?;
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_of_another_version_is_told_so() {
        let why = |text: &'static str| {
            let open = move |_: &str| Ok(text.as_bytes().to_vec());
            json::<Verdicts>(&open, SUMMARY).err().unwrap().to_string()
        };
        let other = why(r#"{"version": "0.0.1"}"#);
        assert!(other.contains("another version of squall wrote it (0.0.1)"), "{other}");
        assert!(other.contains("again (missing field `slo`"), "{other}");
        assert!(!why("{").contains("another version"));
        let own = format!("{{\n  \"version\": \"{}\",\n", env!("CARGO_PKG_VERSION"));
        let own = own + "  \"slo\": \"three\",\n  \"diagnosis\": []\n}";
        let why = why(Box::leak(own.into_boxed_str()));
        assert!(why.starts_with("summary.json: `\"slo\": \"three\"`: invalid type"), "{why}");
        assert!(why.contains("line 3") && why.contains("it is damaged"), "{why}");
    }
}
