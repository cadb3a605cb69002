//! The result files of a sweep: written, and read back.
use super::{
    ABSENCES, File, MANIFEST, POINTS, SUMMARY,
    documents::{self, Document, DocumentPoint, hexadecimal},
    read::{
        Cells, Open, Unreadable, Verdicts, absence, each, fingerprint, json, malformed, metric,
    },
    tables::{self, absence_cells, metric_cells},
};
use crate::{
    scenario::Origin,
    summary::sweep::{Axis, Point, Sweep},
};
use serde::{Deserialize, Serialize};

/// What was run.
#[derive(Serialize, Deserialize)]
struct Manifest {
    experiment: String,
    question: String,
    version: String,
    seed: u64,
    replications: u32,
    events: u64,
    fingerprint: String,
    axes: Vec<Axis>,
    points: Vec<Place>,
    input: serde_json::Value,
    assumptions: Vec<Origin>,
    /// None in results of earlier versions: the name stands for it.
    #[serde(default)]
    file: Option<String>,
    #[serde(default)]
    sets: Vec<String>,
    arguments: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Place {
    name: String,
    values: Vec<String>,
    fingerprint: String,
}

#[derive(Deserialize)]
struct Judgements {
    points: Vec<Verdicts>,
}

/// All data files of a sweep, the manifest last.
pub fn write_sweep(sweep: &Sweep) -> Vec<File> {
    let files = [
        (SUMMARY, document(sweep)),
        (POINTS, points(sweep)),
        (ABSENCES, absences(sweep)),
        (MANIFEST, manifest(sweep)),
    ];
    files.map(|(name, bytes)| File { name: name.to_owned(), bytes }).into()
}

fn manifest(sweep: &Sweep) -> Vec<u8> {
    let place = |point: &Point| Place {
        name: point.name.clone(),
        values: point.values.clone(),
        fingerprint: hexadecimal(point.fingerprint),
    };
    documents::pretty(&Manifest {
        experiment: sweep.experiment.clone(),
        question: sweep.question.clone(),
        version: sweep.version.clone(),
        seed: sweep.seed,
        replications: sweep.replications,
        events: sweep.events,
        fingerprint: hexadecimal(sweep.fingerprint),
        axes: sweep.axes.clone(),
        points: sweep.points.iter().map(place).collect(),
        input: sweep.input.clone(),
        assumptions: sweep.assumptions.clone(),
        file: Some(sweep.file.clone()),
        sets: sweep.sets.clone(),
        arguments: sweep.arguments.clone(),
    })
}

fn document(sweep: &Sweep) -> Vec<u8> {
    let point = |point: &'_ Point| -> serde_json::Map<String, serde_json::Value> {
        let pairs = sweep.axes.iter().zip(&point.values);
        pairs.map(|(axis, value)| (axis.path.clone(), value.as_str().into())).collect()
    };
    let points = sweep.points.iter().map(|it| DocumentPoint {
        name: &it.name,
        axes: point(it),
        fingerprint: hexadecimal(it.fingerprint),
        metrics: &it.metrics,
        slo: &it.slo,
        diagnosis: &it.diagnosis,
    });
    let diagnosis = sweep.findings();
    documents::pretty(&Document {
        experiment: &sweep.experiment,
        version: &sweep.version,
        seed: sweep.seed,
        replications: sweep.replications,
        fingerprint: hexadecimal(sweep.fingerprint),
        metrics: &[],
        slo: &[],
        diagnosis: &diagnosis,
        points: Some(points.collect()),
    })
}

/// The metrics of all points; a column for each axis.
fn points(sweep: &Sweep) -> Vec<u8> {
    let fixed = ["node", "metric", "statistic", "unit", "value", "ci_low", "ci_high", "n"];
    by_point(sweep, &fixed, |point| point.metrics.iter().map(metric_cells).collect())
}

/// What users of each point missed, by how long they were away.
fn absences(sweep: &Sweep) -> Vec<u8> {
    let cells = |point: &Point| point.absences.iter().map(absence_cells).collect();
    by_point(sweep, &tables::ABSENCE, cells)
}

/// Rows of all points; before them the point's name and a column for each axis.
fn by_point<const N: usize>(
    sweep: &Sweep,
    fixed: &[&str; N],
    cells: impl Fn(&Point) -> Vec<[String; N]>,
) -> Vec<u8> {
    let axes = sweep.axes.iter().map(|axis| axis.name.as_str());
    let header: Vec<&str> = ["point"].into_iter().chain(axes).chain(*fixed).collect();
    tables::rows(&header, |out| {
        for point in &sweep.points {
            for cells in cells(point) {
                let start = [&point.name].into_iter().chain(&point.values);
                out(&start.chain(&cells).map(String::as_str).collect::<Vec<&str>>());
            }
        }
    })
}

/// Whether a folder's results are those of a sweep.
///
/// # Errors
/// There is no manifest.
pub fn is_sweep(open: Open) -> Result<bool, Unreadable> {
    let manifest: serde_json::Value = json(open, MANIFEST)?;
    Ok(manifest.get("axes").is_some())
}

/// Reads the rows of a table of points, which stand in their order.
fn each_of(
    open: Open,
    name: &'static str,
    axes: usize,
    points: &mut [Point],
    mut row: impl FnMut(&mut Point, Cells) -> Option<()>,
) -> Result<(), Unreadable> {
    let mut at = 0;
    each(open, name, |mut cells| {
        let name = cells.text()?;
        at += points.get(at..)?.iter().position(|point| point.name == name)?;
        for _ in 0..axes {
            cells.text()?;
        }
        row(&mut points[at], cells)
    })
}

/// Reads a sweep back; `open` gives a file's bytes.
///
/// # Errors
/// A file that is missing, or no file of a sweep of this version.
pub fn read_sweep(open: Open) -> Result<Sweep, Unreadable> {
    let manifest: Manifest = json(open, MANIFEST)?;
    let judged: Judgements = json(open, SUMMARY)?;
    if judged.points.len() != manifest.points.len() {
        return Err(malformed(SUMMARY, "it has other points than the manifest"));
    }
    let mut points = Vec::new();
    for (place, judged) in manifest.points.into_iter().zip(judged.points) {
        points.push(Point {
            fingerprint: fingerprint(&place.fingerprint)?,
            name: place.name,
            values: place.values,
            metrics: Vec::new(),
            slo: judged.slo,
            diagnosis: judged.diagnosis,
            absences: Vec::new(),
        });
    }
    let axes = manifest.axes.len();
    each_of(open, POINTS, axes, &mut points, |point, cells| {
        point.metrics.push(metric(cells)?);
        Some(())
    })?;
    each_of(open, ABSENCES, axes, &mut points, |point, cells| {
        point.absences.push(absence(cells)?);
        Some(())
    })?;
    Ok(Sweep {
        fingerprint: fingerprint(&manifest.fingerprint)?,
        file: manifest.file.unwrap_or_else(|| format!("{}.yaml", manifest.experiment)),
        experiment: manifest.experiment,
        question: manifest.question,
        version: manifest.version,
        seed: manifest.seed,
        replications: manifest.replications,
        events: manifest.events,
        input: manifest.input,
        assumptions: manifest.assumptions,
        sets: manifest.sets,
        arguments: manifest.arguments,
        axes: manifest.axes,
        points,
    })
}
