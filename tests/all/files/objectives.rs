//! Objectives are judged before anything runs, as far as that goes: with file and line, a
//! suggestion, and no false alarm.
use assert_cmd::Command;
use squall::{scenario, study, summary::summarize};
use std::{collections::BTreeSet, fs, path::Path};
use tempfile::TempDir;

/// Standard output, standard error and exit code.
fn squall(arguments: &[&str]) -> (String, String, i32) {
    let output = Command::cargo_bin("squall").unwrap().args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

/// An experiment with a source, a crash and an objective in its ninth line.
fn asked(here: &Path, objective: &str, sweep: &str) -> String {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/feed.yaml");
    let text = format!(
        "question: Does it hold?\nmodel: {}\nhorizon: 2min\nwarm_up: 10s\n\
         set: {{ readers.count: 500 }}\ntimeline:\n  - {{ at: 1min, name: loss, crash: {{ node: \
         gateways, instances: [0] }} }}\nslo:\n  - \"{objective}\"\n{sweep}",
        model.display()
    );
    let file = here.join("asked.yaml");
    fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn an_objective_that_no_run_can_judge_is_an_error_before_it() {
    let here = TempDir::new().unwrap();
    for (objective, code, help) in [
        ("delivery_lag.p98 < 1s", "no-such-metric", "did you mean `delivery_lag.p95`?"),
        ("ticker.message > 1", "no-such-metric", "did you mean `ticker.messages`?"),
        ("tickr.delivery_lag.p99 < 1s", "no-such-metric", "`ticker.delivery_lag.p99`"),
        ("recovery.los.t99 < 1min", "no-such-metric", "`recovery.loss.t99`"),
        ("during(loss).delivery_lag.p98 < 1s", "no-such-metric", "`during(loss).delivery_lag.p9"),
        ("during(lose).delivery_lag.p99 < 1s", "no-such-phase", "did you mean `loss`?"),
        ("gateways.memory.peak_per_instances < 1GB", "no-such-metric", "peak_per_instance"),
        ("tabs.waiting.peak == 0", "no-such-metric", ""),
        ("delivery_lag.p99 < 10", "bad-objective", "`500ms`"),
        ("p99 < fast", "bad-objective", "delivery_lag.p99 < 500ms"),
    ] {
        let file = asked(here.path(), objective, "");
        for command in ["validate", "run"] {
            let (out, err, exit) = squall(&[command, &file]);
            let said = out + &err;
            assert_eq!(exit, 2, "{objective}: {said}");
            assert!(said.contains(&format!("error[{code}]")), "{objective}: {said}");
            assert!(said.contains("asked.yaml:9:"), "{objective}: {said}");
            assert!(said.contains(help), "{objective}: {said}");
        }
    }
}

#[test]
fn what_a_run_measures_passes() {
    let here = TempDir::new().unwrap();
    for objective in [
        "delivery_lag.p99 < 1s",
        "ticker.messages > 1",
        "ticker.delivery_lag.p99 < 1s",
        "recovery.loss.t99 < 1min",
        "during(recovery).delivery_lag.p50 < 1s",
        "during(loss).clients.availability > 10%",
        "gateways.memory.peak_per_instance < 1GB",
        "gateways.connections_per_instance.max < 1k",
        "cost.total < 10000 USD",
    ] {
        let (out, err, exit) = squall(&["validate", &asked(here.path(), objective, "")]);
        assert_eq!(exit, 0, "{objective}: {out}{err}");
    }
    // What only some points measure is known there.
    let sweep = "sweep: { axes: { readers.tabs: { values: [1, 7] } } }\n";
    let file = asked(here.path(), "tabs.waiting.peak == 0", sweep);
    let (out, err, exit) = squall(&["validate", &file]);
    assert_eq!(exit, 0, "{out}{err}");
    let (_, err, exit) = squall(&["run", &file]);
    assert_eq!(exit, 2, "{err}");
}

/// Every objective that is shipped can be judged, as far as it is known beforehand.
#[test]
fn shipped_objectives_are_judged_alike_before_a_run() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let (out, err, exit) = squall(&["validate", path.to_str().unwrap()]);
        assert_eq!(exit, 0, "{}: {out}{err}", path.display());
    }
}

/// What a run has is known before it: every metric of it, but for phases that it may not come to.
#[test]
fn every_metric_is_known_before_the_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = fs::read_to_string(root.join("tests/fingerprints.csv")).unwrap();
    let some = [
        "at-least-once.yaml",
        "consumer-slow.yaml",
        "drop-mid-session.yaml",
        "fallback-flood.yaml",
        "notifications.yaml",
        "offline-inbox.yaml",
        "retry-storm.yaml",
        "seventh-tab.yaml",
        "stale-registry.yaml",
        "managed-gateway-quota.yaml",
    ];
    let rows = table.lines().map(|row| row.split(',').collect::<Vec<_>>());
    let mut seen = 0;
    for row in rows.filter(|row| some.contains(&row[0])) {
        let sets: Vec<String> = row[1].split_whitespace().map(str::to_owned).collect();
        let file = root.join("experiments").join(row[0]);
        let loaded = scenario::load(&file, &sets, &|path| fs::read(path)).unwrap();
        let known = study::dry::metrics(&loaded.scenario).unwrap();
        let known: BTreeSet<String> = known.into_iter().map(|metric| metric.name).collect();
        let outcomes = study::replicate(&loaded.scenario, &[0], 1, &|_| {}).unwrap();
        for metric in summarize(&loaded.scenario, &outcomes).metrics {
            let steady = match metric.name.strip_prefix("during(") {
                Some(rest) => {
                    format!("during(steady).{}", rest.split_once(").").unwrap().1)
                }
                None => metric.name.clone(),
            };
            assert!(known.contains(&steady), "{}: {}", row[0], metric.name);
        }
        seen += 1;
    }
    assert_eq!(seen, some.len());
}

/// What a shipped experiment says of a design is so by whichever seed: no objective of one that
/// holds is near what chance alone makes.
#[test]
fn shipped_objectives_are_no_matter_of_luck() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let here = TempDir::new().unwrap();
    for (experiment, sets, seeds) in [
        // A hundred messages are under way at any time.
        ("seventh-tab", &["phones.tabs=5", "horizon=40s", "warm_up=20s"][..], ["1", "2", "99"]),
        // By the last seed the round trip of one user is so long that it is never back.
        ("sse-503", &["edge.when_full=reset", "horizon=2min"][..], ["1", "6", "99"]),
    ] {
        let file = root.join(format!("experiments/{experiment}.yaml"));
        for seed in seeds {
            let mut arguments = vec!["run", file.to_str().unwrap(), "--no-charts", "--quiet"];
            arguments.extend(["--seed", seed, "--output", here.path().to_str().unwrap()]);
            arguments.extend(sets.iter().flat_map(|set| ["--set", set]));
            let (out, err, exit) = squall(&arguments);
            assert_eq!(exit, 0, "{experiment}, seed {seed}: {out}{err}");
        }
    }
}
