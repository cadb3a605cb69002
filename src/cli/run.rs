//! `squall run`: loads, runs, summarizes, writes, draws, prints.
use super::{
    BAD_INPUT, Common, FAILED, INTERRUPTED, RunArguments, complain, diagnostics, folder, memory,
    objectives, observed, print,
    progress::{self, Shown, Told},
    results, sweep,
};
use crate::{
    engine::number,
    napkin,
    node::parameters::Parameters,
    record::Outcome,
    report::safe::quoted,
    scenario::{self, Loaded, Scenario},
    spec::{Arguments, Diagnostics},
    study,
    summary::{self, Summary, figures, observed::Measured, slo},
};
use serde_json::json;
use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

/// Runs an experiment; returns the exit code.
pub fn run(arguments: &RunArguments) -> u8 {
    try_run(arguments).unwrap_or_else(|code| code)
}

fn try_run(arguments: &RunArguments) -> Result<u8, u8> {
    let common = &arguments.common;
    let loaded = load(common)?;
    let (scenario, warnings) = chosen(common, &loaded)?;
    let replications = common.replications(&scenario)?;
    let measured = observed::read(arguments.observed.as_deref())?;
    if !memory::suffices(replications.iter().map(|_| &scenario), common.results.jobs()) {
        return Err(BAD_INPUT);
    }
    interruptible(common.quiet, "stopped: a run that has not ended leaves no results");
    if !common.quiet {
        diagnostics::eprint(&warnings);
        say(&narration(&scenario, common.replication));
        if loaded.has_sweep() && common.point.is_none() {
            say("`sweep:` is not part of a single run and is left out");
        }
    }
    simulate(arguments, &scenario, &replications, &measured).map_err(|error| {
        complain(&error);
        FAILED
    })
}

fn load(common: &Common) -> Result<Loaded, u8> {
    let sets = common.sets();
    let given = Arguments { sets: &sets, ..Arguments::default() };
    loaded(&common.input.file, &given, common.point.is_some())
}

/// Reads the input, with all points of its sweep if they are wanted; what is wrong with it is said
/// on stderr, and an exit code comes back.
pub(super) fn loaded(file: &Path, given: &Arguments<'_>, points: bool) -> Result<Loaded, u8> {
    let read = |path: &Path| std::fs::read(path);
    let loaded = if points {
        scenario::load_sweep(file, given, &read)
    } else {
        scenario::load(file, given.sets, &read)
    };
    let loaded = loaded.map_err(|wrong| {
        diagnostics::eprint(&wrong);
        BAD_INPUT
    })?;
    objectives::check(&loaded, points).map_err(|wrong| {
        diagnostics::eprint(&wrong);
        BAD_INPUT
    })?;
    Ok(loaded)
}

/// The experiment, or the point that is asked for, and what is probably not as meant with it.
fn chosen(common: &Common, loaded: &Loaded) -> Result<(Scenario, Diagnostics), u8> {
    match &common.point {
        None => Ok((loaded.scenario.clone(), loaded.warnings.clone())),
        Some(_) if !loaded.has_sweep() => {
            complain(&format!("{} has no `sweep:`", common.input.file.display()));
            Err(BAD_INPUT)
        }
        Some(name) => {
            let point = sweep::named(&loaded.plan, name).ok_or(BAD_INPUT)?;
            Ok((point.scenario.clone(), loaded.warnings_at(point)))
        }
    }
}

fn simulate(
    arguments: &RunArguments,
    scenario: &Scenario,
    replications: &[u32],
    measured: &[Measured],
) -> io::Result<u8> {
    let began = progress::now();
    let common = &arguments.common;
    let jobs = common.results.jobs();
    let into = common.results.folder(|| match &common.point {
        Some(name) => sweep::folder_of_point(scenario, name),
        None => folder(scenario),
    });
    // Better now than after the run.
    folder::check(&into)?;
    let horizons = vec![scenario.horizon; replications.len()];
    let shown = Shown::new(Told::Run, horizons, common.quiet);
    let outcomes =
        study::replicate(scenario, replications, jobs, &|progress| shown.update(progress));
    shown.finish();
    let outcomes = outcomes.map_err(|broken| io::Error::other(broken.to_string()))?;
    let simulated = progress::now().duration_since(began);
    let mut summary = summarized(scenario, &outcomes);
    summary.file = common.input.name();
    summary.replication = common.replication;
    results::write(&summary, &into)?;
    drop(outcomes);
    // From here on, only what lies in the folder counts: `render` gives the same.
    let held =
        match observed::beside(results::read(&into)?, measured, arguments.observed.as_deref()) {
            Ok(held) => held,
            Err(code) => return Ok(code),
        };
    observed::keep(measured, &into)?;
    let summary = &held.summary;
    let draw = || results::draw(&held, &into);
    let charts = if common.no_charts { None } else { Some(draw()?) };
    let written = progress::now().duration_since(began).saturating_sub(simulated);
    results::note(&info(summary, jobs, simulated, written), &into)?;
    let next = Some(next(common, summary, &into));
    print(&results::text(&held, &into, charts, next, common.results.json)?)?;
    if common.results.json {
        observed::tell(&held);
    }
    summary.slo_errors().iter().for_each(complain);
    Ok(results::exit_code(summary, arguments.strict))
}

/// The summary, with the napkin beside it.
pub(super) fn summarized(scenario: &Scenario, outcomes: &[Outcome]) -> Summary {
    let mut summary = summary::summarize(scenario, outcomes);
    summary.napkin = summary::napkin::compare(&summary, &napkin::napkin(scenario).lines);
    summary
}

/// Where the results of an experiment lie by default.
pub(super) fn folder(scenario: &Scenario) -> PathBuf {
    Path::new("output").join(&scenario.name)
}

/// `rolling-deploy  1,000,000 users, 20 gateways, 20:00 min, 5 replications, seed 1`.
fn narration(scenario: &Scenario, only: Option<u32>) -> String {
    let (mut users, mut gateways, mut sessions) = (0, 0, 0.0);
    for node in &scenario.nodes {
        match &node.parameters {
            Parameters::Clients(clients) => {
                users += u64::from(clients.count);
                sessions += clients.sessions.as_ref().map_or(0.0, |sessions| sessions.arrive.0);
            }
            Parameters::Gateway(pool) => gateways += u64::from(pool.count),
            _ => {}
        }
    }
    let counted =
        |count: u64, one: &str| figures::counted(number::float(count), one, &format!("{one}s"));
    let crowd = match (users, sessions > 0.0) {
        (_, false) => counted(users, "user"),
        (0, true) => format!("{} sessions/s", figures::compact(sessions)),
        (_, true) => {
            format!("{}, {} sessions/s", counted(users, "user"), figures::compact(sessions))
        }
    };
    let replications = counted(u64::from(scenario.replications), "replication");
    let ran =
        only.map_or_else(|| replications.clone(), |k| format!("number {k} of {replications}"));
    let text = format!(
        "{}  {}, {}, {}, {ran}, seed {}",
        scenario.name,
        crowd,
        counted(gateways, "gateway"),
        figures::clock(scenario.horizon.seconds()),
        scenario.seed,
    );
    figures::plain(&text)
}

/// The next useful command and what it is good for.
fn next(common: &Common, summary: &Summary, folder: &Path) -> (String, String) {
    let again = common.again();
    let inconclusive = summary.slo.iter().any(|slo| slo.verdict == slo::Verdict::Inconclusive);
    if summary.pending_would_settle() {
        let settle = format!("squall run {again} --set settle=1min");
        return (settle, "for what is pending to arrive".to_owned());
    }
    match summary.replications {
        0 | 1 => (format!("squall run {again} --replications 5"), "for intervals".to_owned()),
        n if inconclusive && !summary.waits_for_pending() => {
            let more = n.saturating_mul(4);
            (format!("squall run {again} --replications {more}"), "for narrower ones".to_owned())
        }
        _ if common.no_charts => (
            format!("squall render {}", quoted(&folder.to_string_lossy())),
            "for charts and report".to_owned(),
        ),
        _ => (format!("squall show {}", common.input.again()), "for every default".to_owned()),
    }
}

/// What is not a function of the input.
fn info(summary: &Summary, jobs: usize, ran: Duration, wrote: Duration) -> serde_json::Value {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let seconds = ran.as_secs_f64();
    json!({
        "command": std::env::args().collect::<Vec<_>>(),
        "started_unix_s": unix_seconds() - seconds - wrote.as_secs_f64(),
        "simulated_in_s": seconds,
        "written_in_s": wrote.as_secs_f64(),
        "events_per_s": number::float(summary.events) / seconds.max(1e-9),
        "threads": jobs,
        "host": host.map(|host| host.trim().to_owned()),
        "os": std::env::consts::OS,
        "architecture": std::env::consts::ARCH,
    })
}

#[expect(clippy::disallowed_methods, reason = "run-info.json holds the wall clock's part")]
fn unix_seconds() -> f64 {
    let since = std::time::SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0.0, |since| since.as_secs_f64())
}

/// An interrupt ends the program with its own exit code. Results are written whole or not at all.
pub(super) fn interruptible(quiet: bool, says: &'static str) {
    // Without a handler the system's own way to end remains.
    let _ = ctrlc::set_handler(move || {
        if !quiet {
            say(&format!("\n{says}"));
        }
        std::process::exit(i32::from(INTERRUPTED));
    });
}

pub(super) fn say(text: &str) {
    // There is nowhere left to say that stderr is closed.
    let _ = writeln!(io::stderr(), "{text}");
}
