//! `squall sweep`: plans, runs what is missing, and puts the points together from their files.
use super::{
    BAD_INPUT, Common, FAILED, GOOD, INCONCLUSIVE, SLO_FAILED, SweepArguments, complain,
    diagnostics, folder, memory, print,
    progress::{Shown, Told},
    results, run,
};
use crate::{
    engine::number,
    record::Outcome,
    report::{
        files::{self, File, POINTS_FOLDER},
        safe::{quoted, quoted_words},
    },
    scenario::{self, Axis, Loaded, Point, Scenario},
    spec::Arguments,
    study::{self, Unit},
    summary::{self, slo::Verdict, sweep},
};
use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
};

/// A unit with its place in the plan and its file.
#[derive(Clone, Debug)]
struct Planned<'p> {
    point: usize,
    unit: Unit<'p>,
    file: String,
}

/// Sweeps an experiment; returns the exit code.
pub fn run(arguments: &SweepArguments) -> u8 {
    try_run(arguments).unwrap_or_else(|code| code)
}

fn try_run(arguments: &SweepArguments) -> Result<u8, u8> {
    let loaded = load(arguments)?;
    let swept = Swept::new(arguments, &loaded);
    let chosen = swept.chosen()?;
    let done = if arguments.dry_run {
        swept.warn();
        swept.print_plan(&chosen).map(|()| GOOD)
    } else {
        run::interruptible(arguments.common.quiet, "stopped: the same command goes on from here");
        folder::check(&swept.folder).and_then(|()| swept.run(&chosen))
    };
    done.map_err(|error| {
        complain(&error);
        if error.kind() == io::ErrorKind::InvalidData { BAD_INPUT } else { FAILED }
    })
}

fn load(arguments: &SweepArguments) -> Result<Loaded, u8> {
    let (common, sets) = (&arguments.common, arguments.common.sets());
    let given = Arguments {
        sets: &sets,
        axes: &arguments.axis,
        zip: &arguments.zip,
        include: &arguments.include,
        exclude: &arguments.exclude,
    };
    let loaded = run::loaded(&common.input.file, &given, true)?;
    if !loaded.has_sweep() {
        let file = common.input.file.display();
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
    common: &'p Common,
    loaded: &'p Loaded,
    folder: PathBuf,
    /// All units, in the order of the plan.
    units: Vec<Planned<'p>>,
}

impl<'p> Swept<'p> {
    fn new(arguments: &'p SweepArguments, loaded: &'p Loaded) -> Self {
        let common = &arguments.common;
        let folder = common.results.folder(|| run::folder(&loaded.scenario));
        let of_point = |(place, point): (usize, &'p Point)| {
            let key = study::key(&point.scenario);
            let replications = 0..point.scenario.replications.max(1);
            replications.map(move |replication| Planned {
                point: place,
                unit: Unit { scenario: &point.scenario, replication },
                file: format!("{POINTS_FOLDER}/{key}-{replication}.json"),
            })
        };
        let units = loaded.plan.points.iter().enumerate().flat_map(of_point).collect();
        Self { arguments, common, loaded, folder, units }
    }

    /// The units that are asked for.
    fn chosen(&self) -> Result<Vec<&Planned<'p>>, u8> {
        let plan = &self.loaded.plan;
        let named = |name| named(plan, name).ok_or(BAD_INPUT);
        let point = self.common.point.as_deref().map(named).transpose()?;
        let replications = self.common.replications(&self.loaded.scenario)?;
        let wanted = |planned: &&Planned<'_>| {
            point.is_none_or(|point| std::ptr::eq(point, &raw const plan.points[planned.point]))
                && replications.contains(&planned.unit.replication)
        };
        Ok(self.units.iter().filter(wanted).collect())
    }

    fn exists(&self, planned: &Planned<'_>) -> bool {
        self.folder.join(&planned.file).is_file()
    }

    /// Runs what is missing; once nothing is, the points are put together.
    fn run(&self, chosen: &[&Planned<'p>]) -> io::Result<u8> {
        let mut missing: Vec<&Planned<'p>> =
            chosen.iter().copied().filter(|planned| !self.exists(planned)).collect();
        self.warn();
        self.tell(|| self.narration(chosen.len() - missing.len()));
        // Points that differ in prices alone are the same runs.
        let mut seen = BTreeSet::new();
        missing.retain(|planned| seen.insert(&planned.file));
        if !memory::suffices(
            missing.iter().map(|planned| planned.unit.scenario),
            self.common.results.jobs(),
        ) {
            return Ok(BAD_INPUT);
        }
        self.simulate(&missing)?;
        let open = self.units.iter().filter(|planned| !self.exists(planned)).count();
        if open > 0 {
            // Only a part was asked for.
            self.tell(|| format!("{open} of {} runs are still to be made", self.units.len()));
            return Ok(GOOD);
        }
        folder::sweep_leftovers(&self.folder.join(POINTS_FOLDER))?;
        results::write(&self.gather()?, &self.folder)?;
        // From here on, only what lies in the folder counts: `render` gives the same.
        let mut sweep: sweep::Sweep = results::read(&self.folder)?;
        if !self.common.no_charts && self.run_designs(&sweep)? {
            sweep = results::read(&self.folder)?;
        }
        let draw = || results::draw(&sweep, &self.folder);
        let charts = if self.common.no_charts { None } else { Some(draw()?) };
        let next = Some(self.next(&sweep));
        print(&results::text(&sweep, &self.folder, charts, next, self.common.results.json)?)?;
        Ok(exit_code(&sweep, self.arguments.strict))
    }

    /// Says what is probably not as meant, at all points or at the one that is asked for.
    fn warn(&self) {
        if self.common.quiet {
            return;
        }
        let asked = self.common.point.as_deref();
        let points = &self.loaded.plan.points;
        match asked.and_then(|name| points.iter().find(|point| point.name == name)) {
            Some(point) => diagnostics::eprint(&self.loaded.warnings_at(point)),
            None => diagnostics::eprint(&self.loaded.warnings),
        }
    }

    fn tell(&self, text: impl FnOnce() -> String) {
        if !self.common.quiet {
            run::say(&text());
        }
    }

    fn simulate(&self, missing: &[&Planned<'p>]) -> io::Result<()> {
        let units: Vec<Unit<'_>> = missing.iter().map(|planned| planned.unit).collect();
        let keep = |place: usize, outcome| {
            let Planned { unit, file, .. } = missing[place];
            let file = File { name: file.clone(), bytes: study::write(unit, &outcome) };
            folder::add(&self.folder, &file).map_err(Failed::Disk)
        };
        self.each(&units, &keep).map(|_: Vec<()>| ())
    }

    /// Runs units, and shows how far they have come.
    fn each<T: Send>(
        &self,
        units: &[Unit<'_>],
        keep: &(dyn Fn(usize, Outcome) -> Result<T, Failed> + Sync),
    ) -> io::Result<Vec<T>> {
        let horizons = units.iter().map(|unit| unit.scenario.horizon).collect();
        let shown = Shown::new(Told::Sweep, horizons, self.common.quiet);
        let told = |progress| shown.update(progress);
        let done = study::each(units, self.common.results.jobs(), &told, keep);
        shown.finish();
        done.map_err(|failed| match failed {
            Failed::Disk(error) => error,
            Failed::Broken(broken) => io::Error::other(broken.to_string()),
        })
    }

    /// Runs the designs that are drawn over time once more, as units keep no curves; returns
    /// whether there were any to run.
    fn run_designs(&self, sweep: &sweep::Sweep) -> io::Result<bool> {
        let drawn = sweep.drawn_designs().into_iter().map(|design| design.point);
        let missing = drawn.filter(|point| sweep.curves_of(point).is_none());
        let missing: Vec<&Point> =
            missing.filter_map(|it| named(&self.loaded.plan, &it.name)).collect();
        let of = |point: &Point| -> Vec<Unit<'_>> {
            let own = |unit: &Unit<'_>| std::ptr::eq(unit.scenario, &raw const point.scenario);
            self.units.iter().map(|planned| planned.unit).filter(own).collect()
        };
        let all: Vec<Unit<'_>> = missing.iter().flat_map(|point| of(point)).collect();
        let mut outcomes = self.each(&all, &|_, outcome| Ok(outcome))?.into_iter();
        for point in &missing {
            let own: Vec<Outcome> = outcomes.by_ref().take(of(point).len()).collect();
            let mut summary = run::summarized(&point.scenario, &own);
            summary.file = self.arguments.common.input.name();
            results::write(&summary, &point_folder(&self.folder, &point.name))?;
        }
        Ok(!missing.is_empty())
    }

    /// Each point from the files of its units, whoever wrote them.
    fn gather(&self) -> io::Result<sweep::Sweep> {
        let Loaded { plan, scenario, .. } = self.loaded;
        let mut points: Vec<sweep::Point> = Vec::new();
        let mut events = 0;
        for units in self.units.chunk_by(|one, other| one.point == other.point) {
            let point = &plan.points[units[0].point];
            let outcomes: Vec<Outcome> =
                units.iter().map(|planned| self.open(planned)).collect::<Result<_, _>>()?;
            let summary = run::summarized(&point.scenario, &outcomes);
            // What cannot be judged at one point cannot be judged at any.
            if points.is_empty() {
                summary.slo_errors().iter().for_each(complain);
            }
            events += summary.events;
            let new = sweep::Point::new;
            points.push(new(&point.name, &point.values, summary, &scenario.resolved));
        }
        let names = Axis::names(&plan.axes);
        let axes = plan.axes.iter().zip(names).map(|(axis, name)| sweep::Axis {
            path: axis.path.clone(),
            name,
            values: axis.values.clone(),
        });
        let fingerprints: Vec<u64> = points.iter().map(|point| point.fingerprint).collect();
        Ok(sweep::Sweep {
            file: self.arguments.common.input.name(),
            experiment: scenario.name.clone(),
            question: scenario.question.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: scenario.seed,
            replications: scenario.replications,
            fingerprint: summary::combined(&fingerprints),
            events,
            input: scenario.resolved.clone(),
            assumptions: scenario.origins.clone(),
            sets: scenario.sets.clone(),
            arguments: self.arguments.words(),
            axes: axes.collect(),
            points,
            runs: Vec::new(),
        })
    }

    fn open(&self, planned: &Planned<'_>) -> io::Result<Outcome> {
        let path = self.folder.join(&planned.file);
        let bytes = folder::open(&self.folder, &planned.file)?;
        study::read(&planned.unit, &bytes).map_err(|why| {
            let why = format!("{}: {why}; remove it and sweep again", path.display());
            io::Error::new(io::ErrorKind::InvalidData, why)
        })
    }

    /// `rolling-deploy  16 points × 3 replications, 48 runs, 12 done, seed 1`.
    fn narration(&self, done: usize) -> String {
        let scenario = &self.loaded.scenario;
        let had = if done > 0 { format!(", {done} of them done before") } else { String::new() };
        format!(
            "{}  {} × {}: {}{had}; seed {}",
            scenario.name,
            diagnostics::counted(self.loaded.plan.count, "point"),
            diagnostics::counted(number::index(scenario.replications), "replication"),
            diagnostics::counted(self.units.len(), "run"),
            scenario.seed,
        )
    }

    /// The plan as a table: what would run, and what is there.
    fn print_plan(&self, chosen: &[&Planned<'_>]) -> io::Result<()> {
        let mut text = String::new();
        let mut left = 0;
        for own in chosen.chunk_by(|one, other| one.point == other.point) {
            let point = &self.loaded.plan.points[own[0].point];
            let missing = own.iter().filter(|planned| !self.exists(planned)).count();
            left += missing;
            let state = match missing {
                0 => "done".to_owned(),
                n if n == own.len() => "to run".to_owned(),
                n => format!("{n} of {} to run", own.len()),
            };
            text += &format!("{}  {}  {state}\n", study::key(&point.scenario), point.name);
        }
        text += &format!(
            "{}, {}, {left} to run\n",
            diagnostics::counted(self.loaded.plan.count, "point"),
            diagnostics::counted(chosen.len(), "run"),
        );
        print(&text)
    }

    fn next(&self, sweep: &sweep::Sweep) -> (String, String) {
        let mut command = format!("squall run {}", self.common.input.again());
        if let Some(best) = sweep.choice().or_else(|| sweep.points.first()) {
            command += &self.chosen_point(sweep, best);
        }
        (command, "for a report of its own".to_owned())
    }

    /// How to run a point alone, and where its results belong.
    fn chosen_point(&self, sweep: &sweep::Sweep, best: &sweep::Point) -> String {
        let default = run::folder(&self.loaded.scenario) == self.folder;
        let mut words = quoted_words(&sweep.way_to(best));
        if !sweep.arguments.is_empty() || !default {
            let folder = point_folder(&self.folder, &best.name);
            words += &format!(" --output {}", quoted(&folder.to_string_lossy()));
        }
        words
    }
}

/// Good as long as one point keeps all objectives.
fn exit_code(sweep: &sweep::Sweep, strict: bool) -> u8 {
    let any = |verdict| sweep.count(verdict) > 0;
    if any(Verdict::Error) {
        BAD_INPUT
    } else if any(Verdict::Pass) {
        GOOD
    } else if any(Verdict::Fail) {
        SLO_FAILED
    } else if strict && any(Verdict::Inconclusive) {
        INCONCLUSIVE
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
    point_folder(&run::folder(scenario), name)
}

fn point_folder(sweep: &Path, name: &str) -> PathBuf {
    sweep.join(files::place_of(name))
}
