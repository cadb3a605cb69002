//! `squall run`: runs an experiment and prints what it measured. Result files and charts are not
//! written yet.
use super::diagnostics;
use crate::{
    record::{Ends, Outcome},
    scenario::{self, Loaded, Scenario},
    study,
};
use serde_json::{Value, json};
use std::{
    io::{self, Write},
    path::Path,
};

/// How to run and what to print.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// One JSON document in place of a table.
    pub json: bool,
    /// Nothing on stderr but errors.
    pub quiet: bool,
    /// Threads for replications.
    pub jobs: usize,
}

/// Runs an experiment; returns the exit code.
pub fn run(path: &Path, sets: &[String], options: &Options) -> u8 {
    let loaded = match scenario::load(path, sets, &|path| std::fs::read(path)) {
        Ok(loaded) => loaded,
        Err(wrong) => {
            anstream::eprint!("{}", diagnostics::render(&wrong, true));
            return 2;
        }
    };
    if !options.quiet {
        narrate(&loaded);
    }
    let outcomes = study::replicate(&loaded.scenario, options.jobs, &|_| {});
    let printed = outcomes.map_err(|broken| io::Error::other(broken.to_string()));
    let printed = printed.and_then(|outcomes| {
        let mut out = io::stdout().lock();
        if options.json {
            writeln!(out, "{:#}", document(&loaded.scenario, &outcomes))
        } else {
            table(&loaded.scenario, &outcomes, &mut out)
        }
    });
    match printed {
        Ok(()) => 0,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
        Err(error) => {
            anstream::eprintln!("error: {error}");
            1
        }
    }
}

fn narrate(loaded: &Loaded) {
    diagnostics::eprint(&loaded.warnings);
    if loaded.has_sweep {
        anstream::eprintln!("`sweep:` is not part of a single run");
    }
    if !loaded.scenario.slo.is_empty() {
        anstream::eprintln!("`slo:` is not judged yet");
    }
}

/// The results as one document; a metric's value is one a replication.
fn document(scenario: &Scenario, outcomes: &[Outcome]) -> Value {
    let replication = |outcome: &Outcome| {
        let metrics: serde_json::Map<String, Value> = outcome
            .measures
            .iter()
            .map(|measure| (measure.name.clone(), json!(measure.value)))
            .collect();
        let ledger: Vec<Value> = outcome.ledger[0]
            .rows
            .iter()
            .map(|row| json!({ "end": row.end, "cause": row.cause, "count": row.count }))
            .collect();
        json!({
            "replication": outcome.replication,
            "fingerprint": format!("{:016x}", outcome.fingerprint),
            "events": outcome.events,
            "metrics": metrics,
            "ledger": ledger,
        })
    };
    json!({
        "experiment": scenario.name,
        "version": env!("CARGO_PKG_VERSION"),
        "seed": scenario.seed,
        "replications": outcomes.iter().map(replication).collect::<Vec<_>>(),
    })
}

/// The first replication's metrics, its ledger, and every fingerprint.
fn table(scenario: &Scenario, outcomes: &[Outcome], out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}\n", scenario.question)?;
    let Some(first) = outcomes.first() else { return Ok(()) };
    for measure in &first.measures {
        if let Some(value) = measure.value {
            writeln!(out, "{:<48} {:>18.6} {:?}", measure.name, value, measure.unit)?;
        }
    }
    writeln!(out, "\nledger adds up: {}", equation(&first.ledger[0]))?;
    for outcome in outcomes {
        let (number, fingerprint) = (outcome.replication, outcome.fingerprint);
        writeln!(out, "replication {number}  fingerprint {fingerprint:016x}")?;
    }
    Ok(())
}

fn equation(ends: &Ends) -> String {
    let names = ["live", "replayed", "pulled", "lost", "expired", "pending"];
    let parts = names.map(|end| format!("{} {end}", ends.total(end)));
    format!("{} intended = {}", ends.intended, parts.join(" + "))
}
