//! What `squall init` writes is a good beginning: it loads, runs, sweeps, and is never overwritten.
use super::{Files, schema};
use assert_cmd::Command;
use squall::{
    cli::init,
    scenario::{self, catalogue::File},
    spec::Arguments,
    study, summary,
    summary::slo::Verdict,
};
use std::{fs, path::Path};
use tempfile::TempDir;

fn written() -> (Files, String) {
    let mut files = Files::default();
    let mut experiment = String::new();
    for file in init::files("first") {
        files = files.with(&file.name, std::str::from_utf8(&file.bytes).unwrap());
        experiment = file.name;
    }
    (files, experiment)
}

#[test]
fn it_loads_without_warnings_and_holds_what_it_asks() {
    let (files, experiment) = written();
    let arguments = Arguments::default();
    let read = |path: &Path| files.read(path);
    let loaded = scenario::load_sweep(Path::new(&experiment), &arguments, &read).unwrap();
    assert!(loaded.warnings.is_empty(), "{}", loaded.warnings);
    assert_eq!(loaded.plan.points.len(), 6);
    assert_eq!(loaded.scenario.question, "Does a drain keep a deploy from being noticed?");
    let outcomes = study::replicate(&loaded.scenario, &[0], 1, &|_| {}).unwrap();
    let events: u64 = outcomes.iter().map(|outcome| outcome.events).sum();
    assert!((10_000..1_000_000).contains(&events), "{events} events");
    let summary = summary::summarize(&loaded.scenario, &outcomes);
    assert_eq!(summary.slo.len(), 3);
    assert!(summary.slo.iter().all(|slo| slo.verdict == Verdict::Pass), "{:?}", summary.slo);
}

#[test]
fn editors_find_nothing_wrong() {
    for file in init::files("first") {
        let kind = if file.name.starts_with("models/") { File::Model } else { File::Experiment };
        let text = std::str::from_utf8(&file.bytes).unwrap();
        schema::check_good(&schema::validator(kind), &file.name, text);
    }
}

#[test]
fn nothing_is_overwritten() {
    let here = TempDir::new().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::cargo_bin("squall").unwrap();
        command.current_dir(here.path()).args(arguments).output().unwrap()
    };
    let first = run(&["init", "my-chat"]);
    assert_eq!(first.status.code(), Some(0));
    let text = String::from_utf8(first.stdout).unwrap();
    assert!(text.ends_with("next: squall run experiments/my-chat.yaml\n"), "{text}");
    assert_eq!(run(&["validate", "experiments/my-chat.yaml"]).status.code(), Some(0));
    let model = here.path().join("models/my-chat.yaml");
    fs::write(&model, "mine").unwrap();
    fs::remove_file(here.path().join("experiments/my-chat.yaml")).unwrap();
    let second = run(&["init", "my-chat"]);
    assert_eq!(second.status.code(), Some(2));
    let text = String::from_utf8(second.stderr).unwrap();
    assert!(text.starts_with("error: `models/my-chat.yaml` is there already"), "{text}");
    assert_eq!(fs::read_to_string(&model).unwrap(), "mine");
    assert!(!here.path().join("experiments/my-chat.yaml").exists(), "both or neither");
    for name in ["../x", "", "a/b", "2x"] {
        assert_eq!(run(&["init", name]).status.code(), Some(2), "{name}");
    }
    assert_eq!(fs::read_dir(here.path()).unwrap().count(), 2);
}
