//! `squall phase`: finds the loads up to which a system recovers, and up to which it stays well,
//! for each value of a policy.
use super::{BAD_INPUT, FAILED, GOOD, PhaseArguments, complain, folder, memory, print, run};
use crate::{
    engine::Span,
    report,
    scenario::Scenario,
    spec::{Arguments, at_commas},
    study::{
        self,
        phase::{WELL, border, ends_well},
        ramp,
    },
    summary::{
        phase::{Border, Phase, Ramp, Row},
        sweep::quantity,
    },
    units::{Any, Quantity},
};
use rayon::prelude::*;
use std::{cell::Cell, io, path::Path};

/// Ends that are closer need more runs than they tell.
const CLOSEST: f64 = 0.01;

/// A ramp begins so far below the lower border, ends so far above the upper one, and grows by so
/// much from step to step.
const BELOW: f64 = 0.8;
const ABOVE: f64 = 1.1;
const STEP: f64 = 1.05;

/// Draws a phase diagram; returns the exit code.
pub fn draw(arguments: &PhaseArguments) -> u8 {
    let written = |phase| write(arguments, &phase).map_err(failed);
    find(arguments).and_then(written).err().unwrap_or(GOOD)
}

fn failed(error: impl std::fmt::Display) -> u8 {
    complain(&error);
    FAILED
}

fn find(arguments: &PhaseArguments) -> Result<Phase, u8> {
    let (load, [from, to]) = load(&arguments.load).ok_or(BAD_INPUT)?;
    let (policy, values) = match &arguments.policy {
        Some(text) => policy(text).ok_or(BAD_INPUT)?,
        None => (String::new(), vec![String::new()]),
    };
    if !(CLOSEST..=100.0).contains(&arguments.within) {
        complain(&format!(
            "`--within {}` is out of range\n  write a percentage from {CLOSEST} to 100",
            arguments.within
        ));
        return Err(BAD_INPUT);
    }
    let hold = hold(arguments)?;
    let jobs = arguments.results.jobs();
    let plain = scenario(arguments, &[])?;
    let search = Search { arguments, load: &load, kind: from, policy: &policy, hold };
    let bounds = [from.float(), to.float()];
    // All values are read, and the largest runs weighed, before the first run begins.
    let largest: Result<Vec<Scenario>, u8> =
        values.iter().map(|value| search.scenario(value, bounds[1])).collect();
    if !memory::suffices(largest?.iter(), jobs) {
        return Err(BAD_INPUT);
    }
    let threads = study::threads(jobs).map_err(failed)?;
    let rows: Result<Vec<Row>, u8> =
        threads.install(|| values.par_iter().map(|value| search.row(value, bounds)).collect());
    Ok(Phase {
        file: arguments.input.name(),
        experiment: plain.name,
        question: plain.question,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        input: plain.resolved,
        sets: plain.sets,
        within: arguments.within / 100.0,
        hold: arguments.hold.clone(),
        load,
        range: [from.print(), to.print()],
        bounds: [from, to].map(|end| quantity(end).1),
        unit: quantity(from).0,
        policy,
        well: WELL,
        seed: plain.seed,
        rows: rows?,
    })
}

fn hold(arguments: &PhaseArguments) -> Result<Option<Span>, u8> {
    let Some(text) = &arguments.hold else { return Ok(None) };
    let read = Span::read(text).ok().filter(|&hold| hold >= Span::from_millis(1));
    read.map(Some).ok_or_else(|| {
        complain(&format!("`--hold {text}` is no time\n  write such as `--hold 5min`"));
        BAD_INPUT
    })
}

/// `PATH=FROM:TO`.
fn load(text: &str) -> Option<(String, [Any; 2])> {
    let parts = text.split_once('=').and_then(|(path, range)| {
        let (from, to) = range.split_once(':')?;
        Some((path.trim().to_owned(), [Any::read(from).ok()?, Any::read(to).ok()?]))
    });
    let parts = parts.filter(|(_, [from, to])| 0.0 < from.float() && from.float() < to.float());
    if parts.is_none() {
        complain(&format!(
            "`--load {text}` is no range\n  write a path and two values above zero, the lower one \
             first, such as `--load phones.count=1k:100k`"
        ));
    }
    parts
}

/// `PATH=a,b,c`.
fn policy(text: &str) -> Option<(String, Vec<String>)> {
    let Some((path, list)) = text.split_once('=') else {
        complain(&format!(
            "`--policy {text}` has no values\n  write `--policy phones.reconnect=phoenix,signalr`"
        ));
        return None;
    };
    let values = at_commas(list).into_iter().map(|value| value.trim().to_owned()).collect();
    Some((path.trim().to_owned(), values))
}

fn scenario(arguments: &PhaseArguments, more: &[String]) -> Result<Scenario, u8> {
    let input = &arguments.input;
    let sets: Vec<String> = input.sets().into_iter().chain(more.iter().cloned()).collect();
    let given = Arguments { sets: &sets, ..Arguments::default() };
    run::loaded(&input.file, &given, false).map(|loaded| loaded.scenario)
}

struct Search<'a> {
    arguments: &'a PhaseArguments,
    load: &'a str,
    /// A value of the load, for its unit.
    kind: Any,
    policy: &'a str,
    hold: Option<Span>,
}

impl Search<'_> {
    fn row(&self, policy: &str, bounds: [f64; 2]) -> Result<Row, u8> {
        let runs = Cell::new(0);
        let find = |peace: bool| {
            border(bounds, self.arguments.within / 100.0, |load| {
                runs.set(runs.get() + 1);
                let scenario = self.scenario(policy, load)?;
                let scenario = if peace { scenario.in_peace() } else { scenario };
                ends_well(&scenario).map_err(failed)
            })
        };
        // Loads as they were run: counts are whole, times in seconds.
        let ran = |load: Option<f64>| load.map(|load| quantity(self.kind.like(load)).1);
        let find = |peace| {
            find(peace).map(|found| Border { holds: ran(found.holds), fails: ran(found.fails) })
        };
        let (recovers, stays) = (find(false)?, find(true)?);
        let ramp = self.ramp(policy, bounds, recovers, stays)?;
        let runs = runs.get() + u32::from(ramp.is_some());
        Ok(Row { policy: policy.to_owned(), recovers, stays, ramp, runs })
    }

    /// The hysteresis test, where the load is one that a run can change.
    fn ramp(
        &self,
        policy: &str,
        [low, high]: [f64; 2],
        recovers: Border,
        stays: Border,
    ) -> Result<Option<Ramp>, u8> {
        let Some(flow) = self.scenario(policy, low)?.flow(self.load) else { return Ok(None) };
        let from = recovers.holds.map_or(low, |holds| holds * BELOW);
        let to = stays.fails.unwrap_or(high) * ABOVE;
        let scenario = self.scenario(policy, from)?;
        let levels = ramp::levels([from, to], STEP);
        let hold = self.hold.unwrap_or(scenario.horizon.since(crate::engine::Time::ZERO));
        let base = self.kind.like(from).float();
        ramp::ramp(&scenario, flow, base, &levels, hold).map(Some).map_err(failed)
    }

    fn scenario(&self, policy: &str, load: f64) -> Result<Scenario, u8> {
        let mut sets = Vec::new();
        if !self.policy.is_empty() {
            sets.push(format!("{}={policy}", self.policy));
        }
        sets.push(format!("{}={}", self.load, self.kind.like(load).print()));
        scenario(self.arguments, &sets)
    }
}

fn write(arguments: &PhaseArguments, phase: &Phase) -> io::Result<()> {
    let into = arguments
        .results
        .folder(|| Path::new("output").join(format!("{}-phase", phase.experiment)));
    for file in report::phase(phase) {
        folder::add(&into, &file)?;
    }
    if arguments.results.json {
        let bytes = report::files::phase::document(phase);
        return print(&String::from_utf8_lossy(&bytes));
    }
    print(&format!(
        "{}wrote {}\nreport {}\n",
        told(phase),
        into.display(),
        into.join(report::PAGE).display()
    ))
}

/// A line for each value of the policy.
pub(super) fn told(phase: &Phase) -> String {
    let mut text = String::new();
    for row in &phase.rows {
        let value = if phase.policy.is_empty() {
            phase.load.clone()
        } else {
            format!("{}={}", phase.policy, row.policy)
        };
        text += &format!("{value}: {}{}\n", sentence(phase, row), loop_of(phase, row));
    }
    text
}

/// `; climbing step by step it is no longer well at 205, on the way down it is well again at 66`.
fn loop_of(phase: &Phase, row: &Row) -> String {
    let Some(ramp) = &row.ramp else { return String::new() };
    let (up, down) = (ramp.breaks(WELL), ramp.returns(WELL));
    let Some(breaks) = up.fails else {
        return "; climbing step by step in one run, it stays well".to_owned();
    };
    let back = down.holds.map_or_else(
        || {
            let least = down.fails.map_or_else(String::new, |load| phase.said(load));
            format!("it is not well again down to {least}")
        },
        |holds| format!("it is well again at {}", phase.said(holds)),
    );
    format!(
        "; climbing step by step in one run, it is no longer well at {}, and on the way down \
         {back}",
        phase.said(breaks)
    )
}

/// `stable up to 2,480, vulnerable up to 20,000 and more (14 runs)`.
fn sentence(phase: &Phase, row: &Row) -> String {
    let up_to = |border: &Border| match (border.holds, border.fails) {
        (None, _) => "nowhere".to_owned(),
        (Some(holds), None) => format!("up to {} and more", phase.said(holds)),
        (Some(holds), Some(fails)) => {
            format!("up to {} (not at {})", phase.said(holds), phase.said(fails))
        }
    };
    let (recovers, stays) = (up_to(&row.recovers), up_to(&row.stays));
    let past = row.hysteresis().map_or_else(String::new, |[from, to]| {
        let (from, to) = (phase.said(from), phase.said(to));
        format!("; from {from} to {to} it depends on the past: well on the way up, stuck after")
    });
    format!(
        "stable {recovers}; well in peace, in a run of its own, {stays}{past}; {} runs",
        row.runs
    )
}
