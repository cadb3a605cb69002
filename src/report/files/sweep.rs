//! The result files of a sweep: written, and read back.
use super::{
    ABSENCES, COST, File, GROWTH, MANIFEST, NAPKIN, PHASES, POINTS, SUMMARY,
    contents::{self, Contents},
    documents::{self, Basis, Document, DocumentPoint, hexadecimal},
    napkin,
    read::{
        Cells, Open, Unreadable, Verdicts, absence, charge, each, fingerprint, grown, json,
        malformed, metric, phase, read,
    },
    sealed,
    tables::{self, absence_cells, charge_cells, grown_cells, metric_cells, phase_cells},
};
use crate::{
    engine::{Span, Time},
    scenario::Origin,
    summary::{
        Charge, Summary,
        bill::Grown,
        sweep::{Alone, Axis, Point, Sweep},
    },
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
    file: String,
    #[serde(default)]
    sets: Vec<String>,
    arguments: Vec<String>,
    contents: Contents,
    seal: String,
}
#[derive(Serialize, Deserialize)]
struct Place {
    name: String,
    values: Vec<String>,
    fingerprint: String,
    replications: u32,
    horizon_s: f64,
    warm_up_s: f64,
    bill: Option<Basis>,
    input: json_patch::Patch,
}

#[derive(Deserialize)]
struct Judgements {
    points: Vec<Verdicts>,
}

/// Where the outcomes of units lie in the folder of a sweep, and the runs of single points.
pub const POINTS_FOLDER: &str = "points";

/// The folder of a point's own run in that of its sweep.
pub fn place_of(point: &str) -> String {
    let safe = |letter: char| {
        if letter.is_ascii_alphanumeric() || "=,.-_%".contains(letter) { letter } else { '_' }
    };
    let name: String = point.chars().map(safe).take(120).collect();
    format!("{POINTS_FOLDER}/{name}")
}

/// All data files of a sweep, the manifest last; runs of single points have folders of their own.
pub fn write_sweep(sweep: &Sweep) -> Vec<File> {
    let files = [
        (SUMMARY, document(sweep)),
        (POINTS, points(sweep)),
        (ABSENCES, by_point(sweep, &tables::ABSENCE, |it| &it.absences, absence_cells)),
        (PHASES, by_point(sweep, &tables::PHASE, |it| &it.alone.phases, phase_cells)),
    ];
    let paid = sweep.points.iter().any(|point| point.alone.bill.is_some());
    let cost = || by_point(sweep, &tables::CHARGE, |it| it.charges(), charge_cells);
    let growth = || by_point(sweep, &tables::GROWN, |it| it.growth(), grown_cells);
    let cost = paid.then(|| [(COST, cost()), (GROWTH, growth())]);
    let estimated = sweep.points.iter().any(|point| !point.alone.napkin.is_empty());
    let table = || by_point(sweep, &napkin::COMPARED, |it| &it.alone.napkin, napkin::cells);
    let napkin = estimated.then(|| (NAPKIN, table()));
    let all = files.into_iter().chain(cost.into_iter().flatten()).chain(napkin);
    sealed(all, |contents| manifest(sweep, contents))
}

impl Point {
    fn charges(&self) -> &[Charge] {
        self.alone.bill.as_ref().map_or(&[], |bill| &bill.charges)
    }

    fn growth(&self) -> &[Grown] {
        self.alone.bill.as_ref().map_or(&[], |bill| &bill.growth)
    }
}

fn manifest(sweep: &Sweep, contents: Contents) -> Vec<u8> {
    let place = |point: &Point| Place {
        name: point.name.clone(),
        values: point.values.clone(),
        fingerprint: hexadecimal(point.fingerprint),
        replications: point.alone.replications,
        horizon_s: point.alone.horizon.seconds(),
        warm_up_s: point.alone.warm_up.seconds(),
        bill: point.alone.bill.as_ref().map(Basis::of),
        input: point.alone.input.clone(),
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
        file: sweep.file.clone(),
        sets: sweep.sets.clone(),
        arguments: sweep.arguments.clone(),
        contents,
        seal: String::new(),
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
    by_point(sweep, &fixed, |point| &point.metrics, metric_cells)
}

/// Rows of all points; before them the point's name and a column for each axis.
fn by_point<'s, T: 's, const N: usize>(
    sweep: &'s Sweep,
    fixed: &[&str; N],
    of: impl Fn(&'s Point) -> &'s [T],
    cells: impl Fn(&T) -> [String; N],
) -> Vec<u8> {
    let axes = sweep.axes.iter().map(|axis| axis.name.as_str());
    let header: Vec<&str> = ["point"].into_iter().chain(axes).chain(*fixed).collect();
    tables::rows(&header, |out| {
        for point in &sweep.points {
            for cells in of(point).iter().map(&cells) {
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

/// Reads the rows of a table of points into their places.
fn fill<T>(
    open: Open,
    name: &'static str,
    (axes, points): (usize, &mut [Point]),
    row: impl Fn(Cells) -> Option<T>,
    place: impl Fn(&mut Point) -> Option<&mut Vec<T>>,
) -> Result<(), Unreadable> {
    each_of(open, name, axes, points, |point, cells| {
        place(point)?.push(row(cells)?);
        Some(())
    })
}

/// Reads what the tables hold of each point.
fn read_tables(open: Open, axes: usize, points: &mut [Point]) -> Result<(), Unreadable> {
    fill(open, POINTS, (axes, points), metric, |it| Some(&mut it.metrics))?;
    fill(open, ABSENCES, (axes, points), absence, |it| Some(&mut it.absences))?;
    fill(open, PHASES, (axes, points), phase, |it| Some(&mut it.alone.phases))?;
    if points.iter().any(|point| point.alone.bill.is_some()) {
        fill(open, COST, (axes, points), charge, |it| Some(&mut it.alone.bill.as_mut()?.charges))?;
        fill(open, GROWTH, (axes, points), grown, |it| Some(&mut it.alone.bill.as_mut()?.growth))?;
    }
    if napkin::is_there(open) {
        let row = napkin::compared;
        fill(open, NAPKIN, (axes, points), row, |it| Some(&mut it.alone.napkin))?;
    }
    Ok(())
}

/// Reads a sweep back; `open` gives a file's bytes.
///
/// # Errors
/// A file that is missing, or no file of a sweep of this version.
pub fn read_sweep(open: Open) -> Result<Sweep, Unreadable> {
    let manifest: Manifest = contents::sealed(open, MANIFEST)?;
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
            alone: Alone {
                input: place.input,
                replications: place.replications,
                horizon: Time::ZERO + Span::from_seconds(place.horizon_s),
                warm_up: Time::ZERO + Span::from_seconds(place.warm_up_s),
                bill: place.bill.map(Basis::bill),
                ..Alone::default()
            },
        });
    }
    for point in &points {
        let tried = point.input(&manifest.input).map(|_| ());
        tried.map_err(|error| malformed(MANIFEST, &format!("point {}: {error}", point.name)))?;
    }
    read_tables(open, manifest.axes.len(), &mut points)?;
    contents::check(open, &manifest.contents)?;
    let mut sweep = Sweep {
        fingerprint: fingerprint(&manifest.fingerprint)?,
        file: manifest.file,
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
        runs: Vec::new(),
    };
    let drawn: Vec<&Point> = sweep.drawn_designs().iter().map(|design| design.point).collect();
    let runs = drawn.into_iter().filter_map(|point| run_of(open, &sweep, point).transpose());
    sweep.runs = runs.collect::<Result<_, _>>()?;
    Ok(sweep)
}

/// The run of a point, if its folder holds the very one: prices and objectives move no trajectory.
fn run_of(
    open: Open,
    sweep: &Sweep,
    point: &Point,
) -> Result<Option<(String, Summary)>, Unreadable> {
    let folder = place_of(&point.name);
    let own = |name: &str| open(&format!("{folder}/{name}"));
    if own(MANIFEST).is_err() {
        return Ok(None);
    }
    let damaged = |error| malformed(POINTS_FOLDER, &format!("{}/{error}", point.name));
    let manifest: serde_json::Value = json(&own, MANIFEST).map_err(damaged)?;
    if manifest["version"] != sweep.version {
        return Ok(None);
    }
    let run = read(&own).map_err(damaged)?;
    let same = run.fingerprint == point.fingerprint;
    let alike = || run.metrics == point.metrics && run.slo == point.slo;
    let input = || point.input(&sweep.input).is_ok_and(|input| input == run.input);
    Ok((same && alike() && input()).then(|| (point.name.clone(), run)))
}
