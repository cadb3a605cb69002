//! The command line: arguments, environment, wall clock, disk.
mod advise;
pub mod diagnostics;
mod examples;
pub mod explain;
pub mod folder;
pub mod graph;
pub mod init;
mod memory;
mod napkin;
mod objectives;
mod observed;
pub mod phase;
mod progress;
pub mod render;
pub mod report;
pub mod results;
pub mod run;
pub mod schema;
pub mod show;
pub mod sweep;
pub mod validate;

use crate::{
    report::safe::quoted,
    scenario::{Scenario, catalogue::File},
};
use clap::{
    Args, Parser, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use std::{
    io::{self, IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
};

/// All is well.
pub const GOOD: u8 = 0;
/// Something failed that is not the input's fault.
pub const FAILED: u8 = 1;
/// The input is wrong: a file, an argument, an objective that cannot be judged.
pub const BAD_INPUT: u8 = 2;
/// With `--strict`: no objective fails, but one is inconclusive.
pub const INCONCLUSIVE: u8 = 98;
/// An objective fails.
pub const SLO_FAILED: u8 = 99;
/// Interrupted.
pub const INTERRUPTED: u8 = 130;

/// A deterministic discrete-event simulator of real-time web architectures.
#[derive(Parser, Debug)]
#[command(version, after_help = examples::ALL)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Run an experiment: write its results, charts and report, and print what came out.
    #[command(after_help = examples::RUN)]
    Run(RunArguments),
    /// Run every point of a sweep on all cores; go on where an earlier sweep was stopped.
    #[command(after_help = examples::SWEEP)]
    Sweep(SweepArguments),
    /// Find up to which load a system recovers from its timeline, and up to which it stays well in
    /// peace, for each value of a policy.
    ///
    /// A load that flows (`NODE.sessions.arrive`, `NODE.sends.per_user`, a source's `NODE.rate`) is
    /// then turned up and down within one run, in steps of 5 % from a fifth below the lower border
    /// to a tenth above the upper one: the hysteresis test. It says at which load the system breaks
    /// on the way up, and at which lower one it is well again on the way down. In between, what it
    /// is depends on its past: to get it back, shed load below the lower one.
    #[command(after_help = examples::PHASE)]
    Phase(PhaseArguments),
    /// Draw charts and report of a result folder again, from its files alone; print what they say.
    #[command(after_help = examples::RENDER)]
    Render {
        /// The folder of an experiment's results, such as output/chat-100k.
        folder: PathBuf,
        /// Print summary.json instead of tables.
        #[arg(long)]
        json: bool,
        /// Print every metric in the text format of OpenMetrics, and draw nothing.
        #[arg(long, conflicts_with = "json")]
        openmetrics: bool,
        /// Lay measured values over the series of the same name: a table `t_seconds,metric,value`,
        /// or `t_seconds` and a column for each series. Counts are per second.
        #[arg(long, value_name = "FILE.csv", conflicts_with = "openmetrics")]
        observed: Option<PathBuf>,
    },
    /// Put several runs into one page, side by side.
    #[command(after_help = examples::REPORT)]
    Report {
        /// The folders of their results, of single runs, such as output/chat-100k.
        #[arg(required = true)]
        folders: Vec<PathBuf>,
        /// The page to write, such as both.html.
        #[arg(long, short, value_name = "FILE")]
        output: PathBuf,
    },
    /// Estimate an experiment in closed form, without a simulation: connections, memory,
    /// handshakes, bytes, lag, herds, the bill, and what can be checked before anything runs.
    #[command(after_help = examples::NAPKIN)]
    Napkin {
        #[command(flatten)]
        input: Input,
        /// One document, for programs.
        #[arg(long)]
        json: bool,
    },
    /// Say which transport: a ranked list with reasons, what each costs, and where prices turn.
    ///
    /// Each candidate is an experiment of its own, estimated in closed form as `squall napkin`
    /// does. The rule: both ways and more than a message each 10 s of each user → websocket (long
    /// polls where proxies block it for all); what may be 60 s old → polls; what may be less than
    /// 10 s old → one way sse, both ways websocket. From 10 s to 60 s the price decides; without
    /// `--prices` it is polls.
    #[command(after_help = examples::ADVISE)]
    Advise(advise::AdviseArguments),
    /// Check an experiment: all that is wrong with it, at once.
    #[command(after_help = examples::VALIDATE)]
    Validate {
        #[command(flatten)]
        input: Input,
    },
    /// Print an experiment with every default filled in, or where each value comes from.
    #[command(after_help = examples::SHOW)]
    Show {
        #[command(flatten)]
        input: Input,
        /// One line a value: what it is, who says so, and the source.
        #[arg(long)]
        origin: bool,
        /// One document, for programs.
        #[arg(long)]
        json: bool,
    },
    /// Draw the topology of an experiment or a model, as the report does, to stdout.
    #[command(after_help = examples::GRAPH)]
    Graph {
        #[command(flatten)]
        input: Input,
        /// A picture, or text for graphviz or Mermaid.
        #[arg(long, value_enum, default_value_t = graph::Format::Svg)]
        format: graph::Format,
    },
    /// Say what a key, a metric, a cause or a code means; alone, list what there is.
    #[command(after_help = examples::EXPLAIN)]
    Explain {
        /// Such as gateways.drain.window, jitter, drain, metrics, idle-set.
        key: Option<String>,
    },
    /// Write a small model and an experiment on it, below models/ and experiments/.
    #[command(after_help = examples::INIT)]
    Init {
        /// How both are called.
        #[arg(default_value = "first")]
        name: String,
    },
    /// Print the JSON Schema of a kind of file, for editors.
    #[command(after_help = examples::SCHEMA)]
    Schema {
        /// Which kind of file.
        #[arg(value_parser = file_kind(), default_value = "experiment")]
        file: File,
    },
}

/// The kinds of files that have a schema, by their names.
fn file_kind() -> impl TypedValueParser<Value = File> {
    let named = |name: String| File::ALL.into_iter().find(|file| file.name() == name);
    PossibleValuesParser::new(File::ALL.map(File::name))
        .map(move |name| named(name).unwrap_or(File::Experiment))
}

/// What `squall run` is told.
#[derive(Args, Clone, Debug)]
pub struct RunArguments {
    #[command(flatten)]
    common: Common,
    /// Exit with 98 when an objective is inconclusive.
    #[arg(long)]
    strict: bool,
    /// Lay measured values over the series of the same name: a table `t_seconds,metric,value`, or
    /// `t_seconds` and a column for each series. Counts are per second.
    #[arg(long, value_name = "FILE.csv")]
    observed: Option<PathBuf>,
}

/// What `squall sweep` is told.
#[derive(Args, Clone, Debug)]
pub struct SweepArguments {
    #[command(flatten)]
    common: Common,
    /// Vary a parameter: `PATH=a,b,c`, or `PATH=log:100k:10M:5` (`linear:FROM:TO:STEPS`,
    /// `range:FROM:TO:STEP`).
    #[arg(long, value_name = "PATH=VALUES")]
    axis: Vec<String>,
    /// Axes that go forward together.
    #[arg(long, value_name = "PATH,PATH")]
    zip: Vec<String>,
    /// A point beside the combinations: a value of each axis.
    #[arg(long, value_name = "PATH=VALUE,…")]
    include: Vec<String>,
    /// Combinations that are left out: values of some axes.
    #[arg(long, value_name = "PATH=VALUE,…")]
    exclude: Vec<String>,
    /// Print the plan, and run nothing.
    #[arg(long)]
    dry_run: bool,
    /// Exit with 98 when no point is shown to keep every objective and none fails one.
    #[arg(long)]
    strict: bool,
}

impl SweepArguments {
    /// What made axes and points, word by word.
    fn words(&self) -> Vec<String> {
        let given = [
            ("--axis", &self.axis),
            ("--zip", &self.zip),
            ("--include", &self.include),
            ("--exclude", &self.exclude),
        ];
        let pairs = given.into_iter().flat_map(|(name, all)| all.iter().map(move |it| [name, it]));
        pairs.flatten().map(str::to_owned).collect()
    }
}

/// What whatever simulates is told.
#[derive(Args, Clone, Debug)]
struct Common {
    #[command(flatten)]
    input: Input,
    /// Independent runs, for intervals [default: as the experiment says, or 1].
    #[arg(long, value_name = "N")]
    replications: Option<u32>,
    /// One point of the sweep alone, by its name, as `squall sweep FILE --dry-run` lists them.
    #[arg(long, value_name = "NAME")]
    point: Option<String>,
    /// One replication alone, counted from 0.
    #[arg(long, value_name = "K")]
    replication: Option<u32>,
    #[command(flatten)]
    results: Results,
    /// Say nothing on stderr but errors.
    #[arg(long)]
    quiet: bool,
    /// Write data only: no charts, no report.
    #[arg(long)]
    no_charts: bool,
}

/// What `squall phase` is told.
#[derive(Args, Clone, Debug)]
pub struct PhaseArguments {
    #[command(flatten)]
    input: Input,
    /// What is turned up and down: `PATH=FROM:TO`, such as phones.count=1k:100k. More is harder.
    #[arg(long, value_name = "PATH=FROM:TO")]
    load: String,
    /// What is compared: `PATH=a,b,c`, such as `gateways.accept_queue=1k,4k,unbounded`.
    #[arg(long, value_name = "PATH=VALUES")]
    policy: Option<String>,
    /// How long each step of the ramp lasts [default: the horizon of the experiment]. Hold it until
    /// what has piled up above the border is worked off.
    #[arg(long, value_name = "TIME")]
    hold: Option<String>,
    /// How close the ends of a border come to each other, in percent.
    #[arg(long, value_name = "PERCENT", default_value_t = 2.0)]
    within: f64,
    #[command(flatten)]
    results: Results,
}

/// How results are made, and where they go.
#[derive(Args, Clone, Debug)]
struct Results {
    /// The folder of the results itself [default: output/EXPERIMENT; for one point below it
    /// points/NAME, for a phase diagram output/EXPERIMENT-phase].
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Threads [default: all cores]; results do not depend on it.
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Print the results as one JSON document, and nothing else, on stdout.
    #[arg(long)]
    json: bool,
}

impl Results {
    fn jobs(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        self.jobs.unwrap_or_else(cores)
    }

    /// `--output` is the folder of the results itself.
    fn folder(&self, default: impl FnOnce() -> PathBuf) -> PathBuf {
        self.output.clone().unwrap_or_else(default)
    }
}

impl Common {
    /// All that is set.
    fn sets(&self) -> Vec<String> {
        let replications = self.replications.map(|count| format!("replications={count}"));
        self.input.sets().into_iter().chain(replications).collect()
    }

    /// The same input, point and folder of results, as a shell reads them.
    fn again(&self) -> String {
        let mut words = self.input.again();
        if let Some(point) = &self.point {
            words += &format!(" --point {}", quoted(point));
        }
        if let Some(folder) = &self.results.output {
            words += &format!(" --output {}", quoted(&folder.to_string_lossy()));
        }
        words
    }

    /// The replications that are asked for, of so many.
    fn replications(&self, scenario: &Scenario) -> Result<Vec<u32>, u8> {
        let all = 0..scenario.replications.max(1);
        match self.replication {
            None => Ok(all.collect()),
            Some(k) if all.contains(&k) => Ok(vec![k]),
            Some(k) => {
                let last = all.end - 1;
                complain(&format!("there is no replication {k}: they are 0 to {last}"));
                Err(BAD_INPUT)
            }
        }
    }
}

/// An experiment and what is changed in it.
#[derive(Args, Clone, Debug)]
struct Input {
    /// The experiment file; `validate` and `graph` take a model, too.
    file: PathBuf,
    /// Change a parameter, such as gateways.count=20; as often as is wanted.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    sets: Vec<String>,
    /// Root of all random draws [default: as the experiment says, or 1].
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

impl Input {
    fn sets(&self) -> Vec<String> {
        let seed = self.seed.map(|seed| format!("seed={seed}"));
        self.sets.iter().cloned().chain(seed).collect()
    }

    /// What the file is called, without its folder: results do not depend on where it lies.
    fn name(&self) -> String {
        let name = self.file.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// The same file with the same changes, as a shell reads it.
    fn again(&self) -> String {
        let mut words = quoted(&self.file.to_string_lossy());
        for set in &self.sets {
            words += &format!(" --set {}", quoted(set));
        }
        self.seed.map_or(words.clone(), |seed| format!("{words} --seed {seed}"))
    }
}

/// Runs the program and returns its exit code.
pub fn main() -> ExitCode {
    let code = match Arguments::parse().command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Sweep(arguments) => sweep::run(&arguments),
        Command::Phase(arguments) => phase::draw(&arguments),
        Command::Render { folder, openmetrics: true, .. } => render::openmetrics(&folder),
        Command::Render { folder, json, observed, .. } => {
            render::run(&folder, json, observed.as_deref())
        }
        Command::Report { folders, output } => report::run(&folders, &output),
        Command::Napkin { input, json } => napkin::run(&input, json),
        Command::Advise(arguments) => advise::run(&arguments),
        Command::Validate { input } => validate::run(&input.file, &input.sets()),
        Command::Show { input, origin, json } => {
            show::run(&input.file, &input.sets(), show::Form::of(origin, json))
        }
        Command::Graph { input, format } => graph::run(&input.file, &input.sets(), format),
        Command::Explain { key } => explain::run(key.as_deref()),
        Command::Init { name } => init::run(&name),
        Command::Schema { file } => schema::run(file),
    };
    ExitCode::from(code)
}

/// Prints on stdout, with colours where they are wanted. A reader that has gone away is no error.
fn print(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Says on stderr why nothing came of it.
fn complain(error: &impl std::fmt::Display) {
    tell(anstyle::AnsiColor::Red, "error", error);
}

/// Says on stderr what is probably not as meant.
fn warn(what: &impl std::fmt::Display) {
    tell(anstyle::AnsiColor::Yellow, "warning", what);
}

fn tell(colour: anstyle::AnsiColor, word: &str, what: &impl std::fmt::Display) {
    let style = colour.on_default().bold();
    // There is nowhere left to say that stderr is closed.
    let _ = writeln!(anstream::stderr(), "{style}{word}{style:#}: {what}");
}

/// A variable of the environment, if it says anything.
#[expect(clippy::disallowed_methods, reason = "the environment belongs here")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether the locale, as far as one is set, shows more than ASCII.
fn unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable);
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

/// Whether stderr can redraw a line.
fn lively() -> bool {
    io::stderr().is_terminal() && variable("TERM").is_none_or(|term| term != "dumb")
}
