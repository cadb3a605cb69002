//! Everything that has a name can be asked for, and what is told is true.
use super::{DEPLOY, Files, codes};
use assert_cmd::Command;
use squall::{
    cli::explain::explain,
    record::Cause,
    scenario::catalogue,
    spec::codes::CODES,
    summary::{
        self,
        glossary::{self, ENDS, METRICS},
    },
    world,
};
use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn everything_that_has_a_name_is_explained() {
    for key in catalogue::keys() {
        let text = explain(&key.name).unwrap_or_else(|| panic!("{} is unknown", key.name));
        assert!(text.starts_with(&key.name), "{text}");
    }
    let metrics = METRICS.iter().flat_map(glossary::Described::names);
    let fixed = CODES.iter().chain(ENDS).map(|row| row.0.to_owned());
    let causes = Cause::ALL.map(|cause| cause.name().to_owned());
    for name in metrics.chain(fixed).chain(causes) {
        assert!(explain(&name).is_some(), "{name} is unknown");
    }
}

#[test]
fn a_key_is_found_by_its_end_and_by_the_name_of_a_node() {
    for (topic, name) in [
        ("gateways.drain.window", "gateway.drain.window"),
        ("drain.window", "gateway.drain.window"),
        ("window", "gateway.drain.window"),
        ("reconnect.jitter", "clients.reconnect.jitter"),
        ("replay.retention", "buffer.retention"),
        ("nodes.gateways.drain.window", "gateway.drain.window"),
        ("timeline.deploy-2.batch", "deploy.batch"),
        ("timeline.deploy.at", "timeline.at"),
        ("seed", "experiment.seed"),
        ("links.edge -> gateways.latency", "links.latency"),
        ("lognormal", "law.lognormal"),
    ] {
        let text = explain(topic).unwrap_or_else(|| panic!("{topic} is unknown"));
        assert!(
            text.starts_with(&format!("{name} ")) || text.starts_with(&format!("{name}\n")),
            "{topic}: {text}"
        );
    }
    let both = explain("ours.count").unwrap();
    assert!(both.contains("clients.count (count)") && both.contains("gateway.count (count)"));
}

/// What an example says to write can be written.
#[test]
fn the_examples_load() {
    let mut count = 0;
    for key in catalogue::keys() {
        let Some([text, argument]) = key.example() else { continue };
        let value: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
        assert!(value.is_object(), "{text}");
        let section = key.name.split('.').next().unwrap();
        let other_action = section != "deploy" && catalogue::ACTIONS.contains(&section);
        if other_action || argument.is_empty() {
            continue;
        }
        let argument = argument.trim_matches('\'');
        let loaded = Files::design().load(DEPLOY, &[argument]);
        assert!(loaded.is_ok(), "{argument}: {}", loaded.unwrap_err());
        count += 1;
    }
    assert!(count > 60, "{count}");
}

#[test]
fn every_metric_of_a_run_is_in_the_glossary_and_no_other() {
    let mut used = BTreeSet::new();
    let mut run = |files: &Files, path: &str, sets: &[&str]| {
        let scenario = files.good(path, sets).scenario;
        let outcome = world::simulate(&scenario, 0, &|_| {}).unwrap();
        for measure in summary::summarize(&scenario, &[outcome]).metrics {
            let name = &measure.name;
            let found =
                glossary::metric(name).unwrap_or_else(|| panic!("`{name}` is not explained"));
            let unit = found.unit == measure.unit || name.ends_with(".imbalance");
            assert!(unit, "`{name}` is measured in {:?}", measure.unit);
            used.insert(found.name);
        }
    };
    run(&Files::design(), DEPLOY, &["phones.count=200", "horizon=4min"]);
    run(&Files::default(), "tests/all/files/zoo.yaml", &["horizon=31min", "phones.count=200"]);
    run(&Files::default(), "experiments/retry-storm.yaml", &["callers.sessions.arrive=5/s"]);
    let few = ["phones.count=200", "horizon=10min", "warm_up=1min"];
    run(&Files::default(), "experiments/offline-inbox.yaml", &few);
    run(&Files::default(), "experiments/poll-breakeven.yaml", &few);
    run(&Files::default(), "experiments/managed-gateway-quota.yaml", &few);
    run(&Files::default(), "experiments/hostile-proxies.yaml", &few);
    run(&Files::default(), "experiments/seventh-tab.yaml", &few);
    let shared = [&few[..], &["phones.wire.http=h2"]].concat();
    run(&Files::default(), "experiments/seventh-tab.yaml", &shared);
    let few = ["readers.count=100", "horizon=1min"];
    run(&Files::default(), "experiments/consumer-slow.yaml", &few);
    for metric in METRICS {
        assert!(used.contains(metric.name), "nothing measures `{}`", metric.name);
    }
}

/// The codes that the sources make: literals behind what makes a diagnostic.
fn made(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            made(&path, found);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap_or_default();
        for makes in
            ["Diagnostic::error(", "Diagnostic::warning(", "Unreadable::new(", ".wrong(", "wrong("]
        {
            for rest in text.split(makes).skip(1) {
                let Some(rest) = rest.trim_start().strip_prefix('"') else { continue };
                let code = rest.split('"').next().unwrap();
                let kebab = |c: char| c.is_ascii_lowercase() || c == '-' || c.is_ascii_digit();
                if code.chars().all(kebab) && code.starts_with(|c: char| c.is_ascii_lowercase()) {
                    found.insert(code.to_owned());
                }
            }
        }
    }
}

#[test]
fn every_code_is_explained_and_no_other() {
    let mut found = BTreeSet::from([squall::scenario::MODEL_ALONE.to_owned()]);
    made(Path::new("src/spec"), &mut found);
    made(Path::new("src/scenario"), &mut found);
    made(Path::new("src/units"), &mut found);
    made(Path::new("src/cli"), &mut found);
    let known: BTreeSet<String> = CODES.iter().map(|row| row.0.to_owned()).collect();
    assert_eq!(found, known);
    assert!(CODES.is_sorted());
    let wrong = Files::default().load("tests/bad/unknown-key.yaml", &[]).unwrap_err();
    assert!(codes(&wrong).iter().all(|code| known.contains(*code)));
}

#[test]
fn what_is_unknown_is_bad_input() {
    let run = |topic: &[&str]| {
        let arguments = [&["explain"], topic].concat();
        Command::cargo_bin("squall").unwrap().args(arguments).output().unwrap()
    };
    let output = run(&["gateways.drain.windw"]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    let expected = "error: there is nothing called `gateways.drain.windw`\n\
         help: did you mean `gateway.drain.window`? `squall explain` lists what there is\n";
    assert_eq!(text, expected);
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    for section in ["clients", "timeline", "sweep", "law", "metrics", "codes"] {
        assert!(text.contains(&format!("\n  {section} ")), "{text}");
    }
}
