//! `squall render`: draws the charts and the report of a folder again, or prints its metrics for
//! other programs. It reads the result files and nothing else.
use super::{
    BAD_INPUT, FAILED, GOOD, complain, folder, observed, phase, print,
    results::{self, Observing, Results},
    warn,
};
use crate::{
    report::{
        self,
        files::{self, observed::MEASURED},
        openmetrics,
    },
    summary::{Summary, sweep::Sweep},
};
use std::{io, path::Path};

/// Draws charts and report and prints the summary; returns the exit code. Objectives do not matter
/// here: they were judged by the run.
pub fn run(folder: &Path, json: bool, measured: Option<&Path>) -> u8 {
    if holds_phase(folder) {
        return printed(phase_again(folder, json, measured.is_some()));
    }
    let text = match results::is_sweep(folder) {
        Ok(true) if measured.is_some() => {
            let why = "it holds a sweep; measured values are held against a run";
            Err((BAD_INPUT, io::Error::other(format!("{}: {why}", folder.display()))))
        }
        Ok(true) => read::<Sweep>(folder).and_then(|sweep| {
            tell_undrawn(&sweep, folder);
            again(&sweep, folder, json)
        }),
        Ok(false) => match observing(folder, measured) {
            Err(code) => return code,
            Ok(held) => held.and_then(|held| {
                let text = again(&held, folder, json);
                if json {
                    observed::tell(&held);
                }
                text
            }),
        },
        Err(error) => Err((BAD_INPUT, error)),
    };
    printed(text)
}

/// The run of a folder with measured values beside it, those of the last time if no others are
/// given; what is wrong with them is said.
fn observing(folder: &Path, file: Option<&Path>) -> Result<Failing<Observing>, u8> {
    let measured = match file {
        Some(_) => observed::read(file)?,
        None => observed::kept(folder)?,
    };
    let kept = folder.join(MEASURED);
    let held = match read::<Summary>(folder) {
        Ok(summary) => observed::beside(summary, &measured, Some(file.unwrap_or(&kept)))?,
        Err(failed) => return Ok(Err(failed)),
    };
    let kept = observed::keep(&measured, folder);
    Ok(kept.map(|()| held).map_err(|error| (FAILED, error)))
}

/// Whether a folder holds a phase diagram and no run.
fn holds_phase(folder: &Path) -> bool {
    let there = |name: &str| folder.join(name).exists();
    there(files::phase::DOCUMENT) && !there(files::MANIFEST)
}

/// Charts and page of a phase diagram.
fn phase_again(folder: &Path, json: bool, measured: bool) -> Failing<String> {
    let at = |why: &dyn std::fmt::Display| io::Error::other(format!("{}: {why}", folder.display()));
    if measured {
        let why = "it holds a phase diagram; measured values are held against a run";
        return Err((BAD_INPUT, at(&why)));
    }
    let open = |name: &str| folder::open(folder, name);
    let phase = files::phase::stored(&open).map_err(|error| (BAD_INPUT, at(&error)))?;
    let failed = |error| (FAILED, error);
    folder::replace_charts(folder, &report::phase_charts(&phase)).map_err(failed)?;
    folder::add(folder, &report::phase_page(&phase)).map_err(failed)?;
    if json {
        return Ok(String::from_utf8_lossy(&files::phase::document(&phase)).into_owned());
    }
    Ok(phase::told(&phase))
}

/// A failure comes with its exit code.
type Failing<T> = Result<T, (u8, io::Error)>;

fn read<R: Results>(folder: &Path) -> Failing<R> {
    results::read(folder).map_err(|error| (BAD_INPUT, error))
}

/// Prints every metric of a folder in the text format of OpenMetrics; returns the exit code. A
/// folder keeps each number once: what another program wants of it is made when it is asked for.
pub fn openmetrics(folder: &Path) -> u8 {
    let text = match results::is_sweep(folder) {
        Ok(true) => results::read(folder).map(|sweep| openmetrics::sweep(&sweep)),
        Ok(false) => results::read(folder).map(|summary| openmetrics::run(&summary)),
        Err(error) => Err(error),
    };
    printed(text.map_err(|error| (BAD_INPUT, error)))
}

fn printed(text: Failing<String>) -> u8 {
    let printed = text.and_then(|text| print(&text).map_err(|error| (FAILED, error)));
    match printed {
        Ok(()) => GOOD,
        Err((code, error)) => {
            complain(&error);
            code
        }
    }
}

/// Says which designs have no charts over time, as their own runs are not in the folder.
fn tell_undrawn(sweep: &Sweep, folder: &Path) {
    let drawn = sweep.drawn_designs().into_iter().map(|design| design.point);
    for point in drawn.filter(|point| sweep.curves_of(point).is_none()) {
        let place = folder.join(files::place_of(&point.name));
        warn(&format!(
            "{}: the run of this point is not there, so that it has no charts over time; \
             `squall sweep` runs it",
            place.display(),
        ));
    }
}

/// What lies in a folder is drawn again.
fn again(results: &impl Results, folder: &Path, json: bool) -> Failing<String> {
    let charts = results::draw(results, folder).map_err(|error| (FAILED, error))?;
    results::text(results, folder, Some(charts), None, json).map_err(|error| (FAILED, error))
}
