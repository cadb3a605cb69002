//! The help texts: every command ends with examples, and each of them runs as it stands.
use assert_cmd::Command;
use std::{os::unix::fs::symlink, path::Path};
use tempfile::TempDir;

const COMMANDS: [&str; 13] = [
    "run", "sweep", "phase", "render", "report", "napkin", "advise", "validate", "show", "graph",
    "explain", "init", "schema",
];

fn squall(here: &Path, arguments: &[&str]) -> (String, String, i32) {
    let mut command = Command::cargo_bin("squall").unwrap();
    command.current_dir(here).env_remove("COLUMNS");
    let output = command.args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

/// The words of the examples of a command.
fn examples(here: &Path, command: &str) -> Vec<Vec<String>> {
    let (help, _, code) = squall(here, &[command, "--help"]);
    assert_eq!(code, 0);
    let lines = help.lines().filter_map(|line| line.strip_prefix("  squall "));
    let all: Vec<&str> = lines.collect();
    assert!(!all.is_empty(), "{command} has no example:\n{help}");
    all.iter().map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
}

#[test]
fn the_examples_of_the_help_run() {
    let here = TempDir::new().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["experiments", "models"] {
        symlink(root.join(folder), here.path().join(folder)).unwrap();
    }
    let inside = here.path();
    for command in COMMANDS {
        // A new model is not written into the project.
        let fresh = TempDir::new().unwrap();
        let folder = if command == "init" { fresh.path() } else { inside };
        for mut words in examples(inside, command) {
            // As they are, but without charts: `render` draws them.
            if ["run", "sweep"].contains(&command) {
                words.push("--no-charts".to_owned());
            }
            // Each step of a ramp is as long as the experiment, unless it is told otherwise.
            if command == "phase" {
                words.extend(["--hold", "1min"].map(str::to_owned));
            }
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let (_, err, code) = squall(folder, &words);
            assert!([0, 99].contains(&code), "squall {}: {code}: {err}", words.join(" "));
        }
    }
}

/// Each argument of each command says what it is, and the codes of those that judge are listed.
#[test]
fn every_argument_is_explained() {
    let here = TempDir::new().unwrap();
    for command in COMMANDS {
        let (help, _, _) = squall(here.path(), &[command, "-h"]);
        let option = |line: &&str| line.starts_with("      --") || line.starts_with("  -");
        for line in help.lines().filter(|line| option(line) && !line.starts_with("       ")) {
            let said = line.trim_start().split("  ").filter(|part| !part.is_empty()).count();
            assert!(said >= 2, "{command}: {line}");
        }
        let judges = ["run", "sweep", "phase"].contains(&command);
        assert_eq!(help.contains("Exit codes: 0 good"), judges, "{command}: {help}");
    }
}
