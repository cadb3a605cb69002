//! The command line: arguments, environment, wall clock, disk.
pub mod diagnostics;
pub mod run;
pub mod show;
pub mod validate;

use clap::{Parser, Subcommand};
use std::{path::PathBuf, process::ExitCode};

/// A deterministic discrete-event simulator of real-time web architectures.
#[derive(Parser, Debug)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Run an experiment and print what it measured.
    Run {
        #[command(flatten)]
        input: Input,
        /// Print one JSON document instead of a table.
        #[arg(long)]
        json: bool,
        /// Say nothing on stderr but errors.
        #[arg(long)]
        quiet: bool,
        /// Threads for replications.
        #[arg(long, default_value_t = 1)]
        jobs: usize,
    },
    /// Check an experiment: all that is wrong with it, at once.
    Validate {
        #[command(flatten)]
        input: Input,
    },
    /// Print an experiment with every default filled in.
    Show {
        #[command(flatten)]
        input: Input,
    },
}

/// An experiment and what is changed in it.
#[derive(clap::Args, Debug)]
struct Input {
    /// The experiment file.
    file: PathBuf,
    /// Change a parameter, such as gateways.count=20.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    sets: Vec<String>,
    /// Root of all random draws.
    #[arg(long)]
    seed: Option<u64>,
}

impl Input {
    fn sets(&self) -> Vec<String> {
        let seed = self.seed.map(|seed| format!("seed={seed}"));
        self.sets.iter().cloned().chain(seed).collect()
    }
}

/// Runs the program and returns its exit code.
pub fn main() -> ExitCode {
    let code = match Arguments::parse().command {
        Command::Run { input, json, quiet, jobs } => {
            run::run(&input.file, &input.sets(), &run::Options { json, quiet, jobs })
        }
        Command::Validate { input } => validate::run(&input.file, &input.sets()),
        Command::Show { input } => show::run(&input.file, &input.sets()),
    };
    ExitCode::from(code)
}
