//! `squall phase`: finds the loads up to which a system recovers, and up to which it stays well,
//! for each value of a policy.
use super::{BAD_INPUT, FAILED, GOOD, PhaseArguments, complain, cores, diagnostics, folder, print};
use crate::{
    report,
    scenario::{self, Scenario},
    study::phase::{border, ends_well},
    summary::{
        figures::compact,
        phase::{Border, Phase, Row},
    },
    units::Any,
};
use rayon::prelude::*;
use std::{cell::Cell, io};

/// Why there is no diagram.
enum Failed {
    /// It has been said.
    Input,
    Run(String),
}

/// Draws a phase diagram; returns the exit code.
pub fn run(arguments: &PhaseArguments) -> u8 {
    match find(arguments).and_then(|phase| write(arguments, &phase).map_err(run_failed)) {
        Ok(()) => GOOD,
        Err(Failed::Input) => BAD_INPUT,
        Err(Failed::Run(why)) => {
            complain(&why);
            FAILED
        }
    }
}

fn run_failed(error: impl std::fmt::Display) -> Failed {
    Failed::Run(error.to_string())
}

fn find(arguments: &PhaseArguments) -> Result<Phase, Failed> {
    let (load, [from, to]) = load(&arguments.load).ok_or(Failed::Input)?;
    let (policy, values) = match &arguments.policy {
        Some(text) => policy(text).ok_or(Failed::Input)?,
        None => (String::new(), vec![String::new()]),
    };
    let plain = scenario(arguments, &[])?;
    let search = Search { arguments, load: &load, kind: from, policy: &policy };
    let bounds = [from.float(), to.float()];
    let threads = rayon::ThreadPoolBuilder::new()
        .num_threads(arguments.jobs.unwrap_or_else(cores))
        .build()
        .map_err(run_failed)?;
    let rows: Result<Vec<Row>, Failed> =
        threads.install(|| values.par_iter().map(|value| search.row(value, bounds)).collect());
    Ok(Phase {
        experiment: plain.name,
        load,
        range: [from.print(), to.print()],
        bounds,
        policy,
        seed: plain.seed,
        rows: rows?,
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

/// `PATH=a,b,c`; commas within braces and brackets belong to a value.
fn policy(text: &str) -> Option<(String, Vec<String>)> {
    let Some((path, list)) = text.split_once('=') else {
        complain(&format!(
            "`--policy {text}` has no values\n  write `--policy phones.reconnect=phoenix,signalr`"
        ));
        return None;
    };
    let (mut values, mut depth) = (vec![String::new()], 0_u32);
    for letter in list.chars() {
        match letter {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if letter == ',' && depth == 0 {
            values.push(String::new());
        } else if let Some(last) = values.last_mut() {
            last.push(letter);
        }
    }
    let values = values.into_iter().map(|value| value.trim().to_owned()).collect();
    Some((path.trim().to_owned(), values))
}

fn scenario(arguments: &PhaseArguments, more: &[String]) -> Result<Scenario, Failed> {
    let input = &arguments.input;
    let sets: Vec<String> = input.sets().into_iter().chain(more.iter().cloned()).collect();
    match scenario::load(&input.file, &sets, &|path| std::fs::read(path)) {
        Ok(loaded) => Ok(loaded.scenario),
        Err(wrong) => {
            diagnostics::eprint(&wrong);
            Err(Failed::Input)
        }
    }
}

struct Search<'a> {
    arguments: &'a PhaseArguments,
    load: &'a str,
    /// A value of the load, for its unit.
    kind: Any,
    policy: &'a str,
}

impl Search<'_> {
    fn row(&self, policy: &str, bounds: [f64; 2]) -> Result<Row, Failed> {
        let runs = Cell::new(0);
        let find = |peace: bool| {
            border(bounds, self.arguments.within / 100.0, |load| {
                runs.set(runs.get() + 1);
                let scenario = self.scenario(policy, load)?;
                let scenario = if peace { scenario.in_peace() } else { scenario };
                ends_well(&scenario).map_err(run_failed)
            })
        };
        // Loads as they were run: counts are whole.
        let ran = |load: Option<f64>| load.map(|load| self.kind.like(load).float());
        let find = |peace| {
            find(peace).map(|found| Border { holds: ran(found.holds), fails: ran(found.fails) })
        };
        let (recovers, stays) = (find(false)?, find(true)?);
        Ok(Row { policy: policy.to_owned(), recovers, stays, runs: runs.get() })
    }

    fn scenario(&self, policy: &str, load: f64) -> Result<Scenario, Failed> {
        let mut sets = Vec::new();
        if !self.policy.is_empty() {
            sets.push(format!("{}={policy}", self.policy));
        }
        sets.push(format!("{}={}", self.load, self.kind.like(load).print()));
        scenario(self.arguments, &sets)
    }
}

fn write(arguments: &PhaseArguments, phase: &Phase) -> io::Result<()> {
    let into = arguments.output.clone().unwrap_or_else(|| {
        std::path::Path::new("output").join(format!("{}-phase", phase.experiment))
    });
    for file in report::phase(phase) {
        folder::add(&into, &file)?;
    }
    if arguments.json {
        let bytes = report::files::phase::document(phase);
        return print(&String::from_utf8_lossy(&bytes));
    }
    let mut text = String::new();
    for row in &phase.rows {
        let value = if phase.policy.is_empty() {
            phase.load.clone()
        } else {
            format!("{}={}", phase.policy, row.policy)
        };
        text += &format!("{value}: {}\n", sentence(row));
    }
    print(&format!("{text}wrote {}\n", into.display()))
}

/// `stable up to 2,480, vulnerable up to 20,000 and more (14 runs)`.
fn sentence(row: &Row) -> String {
    let up_to = |border: &Border| match (border.holds, border.fails) {
        (None, _) => "nowhere".to_owned(),
        (Some(holds), None) => format!("up to {} and more", compact(holds)),
        (Some(holds), Some(fails)) => {
            format!("up to {} (not at {})", compact(holds), compact(fails))
        }
    };
    let (recovers, stays) = (up_to(&row.recovers), up_to(&row.stays));
    let past = row.hysteresis().map_or_else(String::new, |[from, to]| {
        let (from, to) = (compact(from), compact(to));
        format!("; from {from} to {to} it depends on the past: well on the way up, stuck after")
    });
    format!("stable {recovers}; stays well in peace {stays}{past}; {} runs", row.runs)
}
