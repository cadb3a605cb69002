//! `squall sweep`: plans, runs what is missing, and puts the points together from their files.
use super::{
    BAD_INPUT, FAILED, GOOD, SLO_FAILED, SweepArguments, complain, diagnostics, folder, print,
    progress::SweepShown, results, run,
};
use crate::{
    engine::number,
    report::files::File,
    scenario::{self, Axis, Loaded, Point, Scenario},
    spec::Arguments,
    study::{self, Unit},
    summary::{self, Summary, slo::Verdict, sweep},
};
use std::{
    io,
    path::{Path, PathBuf},
};

/// Where the outcomes of units lie, in the folder of the results.
const UNITS: &str = "points";

/// A unit with its place in the plan and its file.
struct Planned<'p> {
    point: usize,
    unit: Unit<'p>,
    file: String,
}

/// Sweeps an experiment; returns the exit code.
pub fn run(arguments: &SweepArguments) -> u8 {
    let loaded = match load(arguments) {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    let swept = Swept::new(arguments, &loaded);
    let chosen = match swept.chosen() {
        Ok(chosen) => chosen,
        Err(code) => return code,
    };
    let done = if arguments.dry_run {
        swept.print_plan(&chosen).map(|()| GOOD)
    } else {
        run::interruptible(arguments.quiet, "stopped: the same command goes on from here");
        folder::check(&swept.folder).and_then(|()| swept.run(chosen))
    };
    done.unwrap_or_else(|error| {
        complain(&error);
        FAILED
    })
}

fn load(arguments: &SweepArguments) -> Result<Loaded, u8> {
    let replications = arguments.replications.map(|count| format!("replications={count}"));
    let sets: Vec<String> = arguments.input.sets().into_iter().chain(replications).collect();
    let given = Arguments {
        sets: &sets,
        axes: &arguments.axis,
        zip: &arguments.zip,
        include: &arguments.include,
        exclude: &arguments.exclude,
    };
    let loaded = run::loaded(&arguments.input.file, &given, true)?;
    if !loaded.has_sweep() {
        let file = arguments.input.file.display();
        complain(&format!(
            "{file} has no `sweep:`, and there is no `--axis`\n  \
             write `--axis gateways.count=4,8,16`, or in the file `sweep: {{ axes: … }}`"
        ));
        return Err(BAD_INPUT);
    }
    Ok(loaded)
}

/// A point by its name.
pub fn named<'p>(plan: &'p scenario::Plan, name: &str) -> Option<&'p Point> {
    let found = plan.points.iter().find(|point| point.name == name);
    if found.is_none() {
        let names = plan.points.iter().map(|point| point.name.as_str());
        let help = crate::spec::suggest::help(name, names, "points");
        complain(&format!("there is no point `{name}`\n  {help}"));
    }
    found
}

struct Swept<'p> {
    arguments: &'p SweepArguments,
    loaded: &'p Loaded,
    folder: PathBuf,
}

impl<'p> Swept<'p> {
    fn new(arguments: &'p SweepArguments, loaded: &'p Loaded) -> Self {
        let folder = run::folder(arguments.output.as_ref(), &loaded.scenario);
        Self { arguments, loaded, folder }
    }

    /// The units that are asked for, in the order of the plan.
    fn chosen(&self) -> Result<Vec<Planned<'p>>, u8> {
        if let Some(name) = &self.arguments.point {
            named(&self.loaded.plan, name).ok_or(BAD_INPUT)?;
        }
        let all = self.units();
        let wanted = |planned: &Planned<'_>| {
            let name = &self.loaded.plan.points[planned.point].name;
            self.arguments.point.as_ref().is_none_or(|point| point == name)
                && self.arguments.replication.is_none_or(|k| k == planned.unit.replication)
        };
        let chosen: Vec<Planned<'p>> = all.into_iter().filter(wanted).collect();
        if let (true, Some(replication)) = (chosen.is_empty(), self.arguments.replication) {
            let count = self.loaded.scenario.replications;
            complain(&format!(
                "there is no replication {replication}: they are 0 to {}",
                count - 1
            ));
            return Err(BAD_INPUT);
        }
        Ok(chosen)
    }

    fn units(&self) -> Vec<Planned<'p>> {
        let of_point = |(place, point): (usize, &'p Point)| {
            let key = study::key(&point.scenario);
            study::all(&point.scenario).into_iter().map(move |replication| Planned {
                point: place,
                unit: Unit { scenario: &point.scenario, replication },
                file: format!("{UNITS}/{key}-{replication}.json"),
            })
        };
        self.loaded.plan.points.iter().enumerate().flat_map(of_point).collect()
    }

    fn exists(&self, planned: &Planned<'_>) -> bool {
        self.folder.join(&planned.file).is_file()
    }

    /// Runs what is missing; once nothing is, the points are put together.
    fn run(&self, chosen: Vec<Planned<'p>>) -> io::Result<u8> {
        let quiet = self.arguments.quiet;
        let all = chosen.len();
        let missing: Vec<Planned<'p>> =
            chosen.into_iter().filter(|planned| !self.exists(planned)).collect();
        if !quiet {
            diagnostics::eprint(&self.loaded.warnings);
            run::say(&self.narration(all - missing.len()));
        }
        self.simulate(&missing)?;
        let every = self.units();
        let open = every.iter().filter(|planned| !self.exists(planned)).count();
        if open > 0 {
            // Only a part was asked for.
            run::say(&format!("{} of {} runs are still to be made", open, every.len()));
            return Ok(GOOD);
        }
        folder::sweep_leftovers(&self.folder.join(UNITS))?;
        let sweep = self.gather(&every)?;
        results::write_sweep(&sweep, &self.folder)?;
        drop(sweep);
        let sweep = results::read_sweep(&self.folder)?;
        let draw = || results::draw_sweep(&sweep, &self.folder);
        let charts = if self.arguments.no_charts { None } else { Some(draw()?) };
        let next = Some(self.next(&sweep));
        let shown = results::sweep_text(&sweep, &self.folder, charts, next, self.arguments.json)?;
        print(&shown)?;
        Ok(exit_code(&sweep))
    }

    fn simulate(&self, missing: &[Planned<'p>]) -> io::Result<()> {
        let units: Vec<Unit<'_>> = missing.iter().map(|planned| planned.unit).collect();
        let shown = SweepShown::new(&units, self.arguments.quiet);
        let jobs = self.arguments.jobs.unwrap_or_else(run::cores);
        let keep = |place: usize, outcome| {
            let Planned { unit, file, .. } = &missing[place];
            let file = File { name: file.clone(), bytes: study::write(unit, &outcome) };
            folder::add(&self.folder, &file).map_err(Failed::Disk)
        };
        let done = study::sweep(&units, jobs, &|progress| shown.update(progress), &keep);
        shown.finish();
        done.map_err(|failed| match failed {
            Failed::Disk(error) => error,
            Failed::Broken(broken) => io::Error::other(broken.to_string()),
        })
    }

    /// Each point from the files of its units, whoever wrote them.
    fn gather(&self, units: &[Planned<'p>]) -> io::Result<sweep::Sweep> {
        let plan = &self.loaded.plan;
        let mut points = Vec::new();
        let mut events = 0;
        for (place, point) in plan.points.iter().enumerate() {
            let own = units.iter().filter(|planned| planned.point == place);
            let outcomes: Vec<_> =
                own.map(|planned| self.open(planned)).collect::<Result<_, _>>()?;
            let summary: Summary = summary::summarize(&point.scenario, &outcomes);
            summary.slo_errors().iter().take(usize::from(place == 0) * 9).for_each(complain);
            events += summary.events;
            points.push(sweep::Point::new(&point.name, &point.values, summary));
        }
        let names = Axis::names(&plan.axes);
        let axes = plan.axes.iter().zip(names).map(|(axis, name)| sweep::Axis {
            path: axis.path.clone(),
            name,
            values: axis.values.clone(),
        });
        let scenario = &self.loaded.scenario;
        let fingerprints: Vec<u64> = points.iter().map(|point| point.fingerprint).collect();
        Ok(sweep::Sweep {
            experiment: scenario.name.clone(),
            question: scenario.question.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: scenario.seed,
            replications: scenario.replications,
            fingerprint: summary::combined(&fingerprints),
            events,
            input: scenario.resolved.clone(),
            axes: axes.collect(),
            points,
        })
    }

    fn open(&self, planned: &Planned<'_>) -> io::Result<crate::record::Outcome> {
        let path = self.folder.join(&planned.file);
        let bytes = folder::open(&self.folder, &planned.file)?;
        study::read(&planned.unit, &bytes).map_err(|why| {
            io::Error::other(format!("{}: {why}; remove it and sweep again", path.display()))
        })
    }

    /// `rolling-deploy  16 points × 3 replications, 48 runs, 12 done, seed 1`.
    fn narration(&self, done: usize) -> String {
        let scenario = &self.loaded.scenario;
        let runs = self.units().len();
        let had = if done > 0 { format!(", {done} of them done before") } else { String::new() };
        format!(
            "{}  {} × {}: {}{had}; seed {}",
            scenario.name,
            diagnostics::counted(self.loaded.plan.count, "point"),
            diagnostics::counted(number::index(scenario.replications), "replication"),
            diagnostics::counted(runs, "run"),
            scenario.seed,
        )
    }

    /// The plan as a table: what would run, and what is there.
    fn print_plan(&self, chosen: &[Planned<'_>]) -> io::Result<()> {
        let mut text = String::new();
        let mut left = 0;
        for (place, point) in self.loaded.plan.points.iter().enumerate() {
            let own: Vec<_> = chosen.iter().filter(|planned| planned.point == place).collect();
            let missing = own.iter().filter(|planned| !self.exists(planned)).count();
            left += missing;
            if let Some(first) = own.first() {
                let state = match missing {
                    0 => "done".to_owned(),
                    n if n == own.len() => "to run".to_owned(),
                    n => format!("{n} of {} to run", own.len()),
                };
                let key = first.file.trim_start_matches("points/");
                let key = key.split('-').next().unwrap_or(key);
                text += &format!("{key}  {}  {state}\n", point.name);
            }
        }
        text += &format!(
            "{}, {}, {left} to run\n",
            diagnostics::counted(self.loaded.plan.count, "point"),
            diagnostics::counted(chosen.len(), "run"),
        );
        print(&text)
    }

    fn next(&self, sweep: &sweep::Sweep) -> (String, String) {
        let file = self.arguments.input.file.display();
        let best = sweep.choice().or_else(|| sweep.points.first());
        let name = best.map_or_else(String::new, |point| point.name.clone());
        (format!("squall run {file} --point '{name}'"), "for its curves".to_owned())
    }
}

/// Good as long as one point keeps all objectives.
fn exit_code(sweep: &sweep::Sweep) -> u8 {
    if sweep.count(Verdict::Error) > 0 {
        BAD_INPUT
    } else if sweep.choice().is_none() && sweep.count(Verdict::Fail) > 0 {
        SLO_FAILED
    } else {
        GOOD
    }
}

enum Failed {
    Disk(io::Error),
    Broken(study::Broken),
}

impl From<study::Broken> for Failed {
    fn from(broken: study::Broken) -> Self {
        Self::Broken(broken)
    }
}

/// The folder in which the results of a single point lie.
pub fn folder_of_point(scenario: &Scenario, name: &str) -> PathBuf {
    let safe = |letter: char| {
        if letter.is_ascii_alphanumeric() || "=,.-_%".contains(letter) { letter } else { '_' }
    };
    let name: String = name.chars().map(safe).take(120).collect();
    Path::new("output").join(&scenario.name).join(UNITS).join(name)
}
