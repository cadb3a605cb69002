//! The real program: the same bytes however a sweep came to its end.
use crate::report::command::contents;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread,
    time::Duration,
};
use tempfile::TempDir;

const POINTS: usize = 40;

/// Forty points of a small world.
fn experiment(folder: &Path) -> PathBuf {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/chat.yaml");
    let text = format!(
        "model: {}\nhorizon: 60s\nwarm_up: 5s\n\
         set: {{ phones.count: 1k, gateways.count: 2 }}\n\
         timeline:\n  - {{ at: 20s, name: deploy, deploy: {{ node: gateways }} }}\n\
         slo: [ deliveries.missed < 100 ]\n\
         sweep:\n  axes:\n    gateways.drain.window: {{ values: [0s, 5s, 10s, 20s, 30s] }}\n    \
         phones.reconnect.jitter: {{ values: [none, equal, full, decorrelated] }}\n    \
         phones.count: {{ values: [1k, 2k] }}\n",
        model.display()
    );
    let path = folder.join("forty.yaml");
    fs::write(&path, text).unwrap();
    path
}

pub(super) fn squall() -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("squall"));
    command.stdin(Stdio::null()).env("NO_COLOR", "1").env("LANG", "C.UTF-8");
    command
}

pub(super) fn sweep(file: &Path, out: &Path, more: &[&str]) -> Output {
    let mut command = squall();
    command.arg("sweep").arg(file).arg("--output").arg(out).args(more);
    command.output().unwrap()
}

pub(super) fn good(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{:?}\n{said}", output.status.code());
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The finished files of units.
fn units(out: &Path) -> usize {
    let Ok(entries) = fs::read_dir(out.join("points")) else { return 0 };
    let ends = |path: PathBuf| path.extension().is_some_and(|ending| ending == "json");
    entries.filter(|entry| ends(entry.as_ref().unwrap().path())).count()
}

/// Waits until so many units are done.
#[expect(clippy::disallowed_methods, reason = "another process has to come so far")]
fn wait_for(count: usize, out: &Path, child: &mut Child) {
    while units(out) < count {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it could be stopped");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn forty_points_are_the_same_bytes_whatever_happened() {
    let here = TempDir::new().unwrap();
    let file = experiment(here.path());
    let at = |name: &str| here.path().join(name);
    let one = good(&sweep(&file, &at("one"), &["--jobs", "1"]));
    let expected = contents(&at("one"));
    assert_eq!(units(&at("one")), POINTS);
    assert!(expected.iter().any(|(name, _)| name == "points.csv"));
    assert!(expected.iter().any(|(name, _)| name.starts_with("charts/sweep-")));

    let two = good(&sweep(&file, &at("two"), &["--jobs", "2", "--quiet"]));
    assert_eq!(contents(&at("two")), expected);
    // What is printed differs in the folder alone.
    let place = |text: &str, name: &str| text.replace(at(name).to_str().unwrap(), "DIR");
    assert_eq!(place(&one, "one"), place(&two, "two"));

    // Killed three times, each time with more done than before.
    for share in 1..=3 {
        let mut child = squall()
            .arg("sweep")
            .arg(&file)
            .args(["--quiet", "--jobs", "2", "--output"])
            .arg(at("killed"))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        wait_for(share * POINTS / 5, &at("killed"), &mut child);
        child.kill().unwrap();
        assert!(!child.wait().unwrap().success());
        assert!(!at("killed").join("manifest.json").exists());
    }
    // What it was writing when it died is no result, and goes.
    fs::write(at("killed").join("points/.squall-half"), "{\"input\":").unwrap();
    let before = units(&at("killed"));
    let said = sweep(&file, &at("killed"), &[]);
    good(&said);
    let told = String::from_utf8(said.stderr).unwrap();
    assert!(before >= 3 * POINTS / 5 && told.contains(&format!("{before} of them done")), "{told}");
    assert_eq!(contents(&at("killed")), expected);

    // One by one, as workers do.
    let plan = good(&sweep(&file, &at("single"), &["--dry-run"]));
    assert!(plan.contains("40 points, 40 runs, 40 to run"), "{plan}");
    assert!(!at("single").exists());
    for line in plan.lines().take(POINTS).collect::<Vec<_>>().into_iter().rev() {
        let name = line.split("  ").nth(1).unwrap();
        good(&sweep(&file, &at("single"), &["--point", name, "--replication", "0", "--quiet"]));
    }
    let done = good(&sweep(&file, &at("single"), &["--dry-run"]));
    assert!(done.contains("0 to run"), "{done}");
    good(&sweep(&file, &at("single"), &["--quiet"]));
    assert_eq!(contents(&at("single")), expected);
    good(&squall().arg("render").arg(at("single")).output().unwrap());
    assert_eq!(contents(&at("single")), expected);
}

/// The designs that the page tells of have their curves, as a run of the point alone has them.
#[test]
fn designs_are_drawn_over_time() {
    let here = TempDir::new().unwrap();
    let written = fs::read_to_string(experiment(here.path())).unwrap();
    let axes = "sweep: { axes: { gateways.drain.window: { values: [0s, 10s, 30s] } } }\n";
    let file = here.path().join("drain.yaml");
    fs::write(&file, written.split("sweep:").next().unwrap().to_owned() + axes).unwrap();
    let at = |name: &str| here.path().join(name);
    let page = || fs::read_to_string(at("o").join("report.html")).unwrap();
    good(&sweep(&file, &at("o"), &["--replications", "2", "--quiet", "--no-charts"]));
    assert!(!at("o").join("points/window=30s").exists(), "nobody would see its curves");
    good(&sweep(&file, &at("o"), &["--replications", "2", "--quiet"]));
    for part in ["course", "lost", "chart-design-attempts", "chart-design-lag-distribution"] {
        assert!(page().contains(&format!("id=\"{part}\"")), "no {part}");
    }
    let short = fs::read_to_string(at("o").join("report.md")).unwrap();
    assert!(short.contains("(charts/design-attempts.svg)"), "{short}");
    let mut run = squall();
    run.arg("run").arg(&file).args(["--point", "window=30s", "--replications", "2", "--quiet"]);
    good(&run.args(["--no-charts", "--output"]).arg(at("r")).output().unwrap());
    let mut alone = contents(&at("r"));
    alone.retain(|(name, _)| name != "run-info.json");
    assert_eq!(contents(&at("o").join("points/window=30s")), alone);
    // A table of it, or of the sweep, that was cut short is not passed over.
    for table in ["points/window=30s/series.csv", "points.csv"] {
        let path = at("o").join(table);
        let written = fs::read_to_string(&path).unwrap();
        let header: String = written.split_inclusive('\n').take(1).collect();
        fs::write(&path, header).unwrap();
        let done = squall().arg("render").arg(at("o")).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        let told = format!("{}: it is not as it was written", table.trim_start_matches("points/"));
        assert!(done.status.code() == Some(2) && said.contains(&told), "{said}");
        fs::write(&path, written).unwrap();
    }
    // Other objectives and prices move no trajectory: the page has the new ones all the same.
    let more = "deliveries.missed < 100, clients.availability > 1% ]";
    let again = fs::read_to_string(&file).unwrap().replace("deliveries.missed < 100 ]", more);
    fs::write(&file, again).unwrap();
    good(&sweep(&file, &at("o"), &["--replications", "2", "--quiet"]));
    let kept = fs::read_to_string(at("o").join("points/window=30s/summary.json")).unwrap();
    assert!(kept.contains("clients.availability > 1%"), "that of before lies there");
    // What lies in the folder counts: without them the page is whole, and silent of that; it is
    // said where it is drawn.
    for name in fs::read_dir(at("o").join("points")).unwrap().map(|it| it.unwrap().path()) {
        if name.is_dir() {
            fs::remove_dir_all(name).unwrap();
        }
    }
    let done = squall().arg("render").arg(at("o")).output().unwrap();
    good(&done);
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(said.contains("window=30s: the run of this point is not there"), "{said}");
    assert!(!page().contains("chart-design-") && page().contains("id=\"sweep\""));
}

#[test]
fn a_point_alone_is_the_point_of_the_sweep() {
    let here = TempDir::new().unwrap();
    let written = fs::read_to_string(experiment(here.path())).unwrap();
    let axes =
        "sweep: { axes: { phones.count: { values: [1k, 3k] }, seed: { values: [1, 2] } } }\n";
    let again = here.path().join("again.yaml");
    fs::write(&again, written.split("sweep:").next().unwrap().to_owned() + axes).unwrap();
    let more = ["--replications", "2", "--json", "--quiet"];
    let text = good(&sweep(&again, &here.path().join("o"), &more));
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let points = document["points"].as_array().unwrap();
    assert_eq!(points.len(), 4);
    let run = |more: &[&str]| {
        let mut run = squall();
        run.arg("run").arg(&again).args(["--json", "--quiet", "--no-charts", "--output"]);
        let done = run.arg(here.path().join("r")).args(more).output().unwrap();
        serde_json::from_str::<serde_json::Value>(&good(&done)).unwrap()
    };
    let name = "count=3k,seed=2";
    let alone = run(&["--point", name, "--replications", "2"]);
    let swept = points.iter().find(|point| point["name"] == name).unwrap();
    for part in ["metrics", "slo", "fingerprint"] {
        assert_eq!(alone[part], swept[part], "{part}");
    }
    // Its second replication alone is another trajectory than its first.
    let of = |k: &str| run(&["--point", name, "--replications", "2", "--replication", k]);
    assert_ne!(of("0")["fingerprint"], of("1")["fingerprint"]);
}

#[test]
fn wrong_names_are_bad_input() {
    let here = TempDir::new().unwrap();
    let file = experiment(here.path());
    let out = here.path().join("o");
    let plain = here.path().join("plain.yaml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&plain, text.split("sweep:").next().unwrap()).unwrap();
    for (file, more, says) in [
        (&file, ["--point", "window=5s,jitter=nnoe,count=1k"], "did you mean"),
        (&file, ["--replication", "1"], "there is no replication 1: they are 0 to 0"),
        (&plain, ["--jobs", "1"], "has no `sweep:`"),
        (&file, ["--axis", "phones.cuont=1,2"], "phones.cuont"),
    ] {
        let done = sweep(file, &out, &more);
        let said = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(2), "{said}");
        assert!(said.contains(says), "{more:?}: {said}");
        assert!(!out.exists());
    }
}

#[test]
fn a_file_of_another_input_is_not_taken() {
    let here = TempDir::new().unwrap();
    let file = experiment(here.path());
    let out = here.path().join("o");
    good(&sweep(&file, &out, &["--quiet", "--no-charts"]));
    let first = fs::read_dir(out.join("points")).unwrap().next().unwrap().unwrap().path();
    let text = fs::read_to_string(&first).unwrap();
    let availability = text.find("\"clients.availability\"").unwrap();
    let digit = availability + text[availability..].find("0.").unwrap() + 2;
    let changed = format!("{}1{}", &text[..digit], &text[digit + 1..]);
    for other in [&text[..text.len() / 2], &changed] {
        fs::write(&first, other).unwrap();
        let done = sweep(&file, &out, &["--quiet"]);
        let said = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(2), "{said}");
        assert!(said.contains(first.file_name().unwrap().to_str().unwrap()), "{said}");
    }
}

#[test]
#[cfg(unix)]
fn an_interrupted_sweep_is_130_and_goes_on() {
    let here = TempDir::new().unwrap();
    let file = experiment(here.path());
    let out = here.path().join("o");
    let mut run = squall();
    run.arg("sweep").arg(&file).args(["--jobs", "1", "--output"]).arg(&out);
    let mut child = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_for(3, &out, &mut child);
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(units(&out) >= 3 && !out.join("manifest.json").exists());
    good(&sweep(&file, &out, &["--quiet", "--no-charts"]));
    assert_eq!(units(&out), POINTS);
}

/// One point keeps an objective for sure, one not, and of the mean itself nobody is sure.
#[test]
fn exit_codes_tell_of_the_best_point() {
    let here = TempDir::new().unwrap();
    let out = here.path().join("o");
    let code = |slo: &str, more: &[&str]| {
        let file = experiment(here.path());
        let text = fs::read_to_string(&file).unwrap();
        let text = text.split("sweep:").next().unwrap();
        let text = text.replace("deliveries.missed < 100", slo);
        fs::write(&file, text + "replications: 3\n").unwrap();
        let axis = ["--axis", "phones.count=500,1k", "--quiet", "--no-charts", "--json"];
        let output = sweep(&file, &out, &[&axis[..], more].concat());
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(code("delivery_lag.mean > 0ms", &["--strict"]).0, 0);
    assert_eq!(code("gateways.connections_per_instance.max < 600", &["--strict"]).0, 0);
    let (none, said) = code("delivery_lag.mean < 0ms", &[]);
    assert_eq!(none, 99);
    // Where nothing keeps the objectives the report says why nothing is advised.
    let more = ["--axis", "phones.count=500,1k", "--quiet"];
    assert_eq!(sweep(&here.path().join("forty.yaml"), &out, &more).status.code(), Some(99));
    for name in ["report.md", "report.html"] {
        let text = fs::read_to_string(out.join(name)).unwrap();
        assert!(text.contains("Recommendation") && text.contains("No advice"), "{name}");
    }
    let document: serde_json::Value = serde_json::from_str(&said).unwrap();
    let mean = document["points"][0]["metrics"]["delivery_lag.mean"]["mean"].as_f64().unwrap();
    let first = &["--exclude", "phones.count=1k"];
    let slo = format!("delivery_lag.mean < {:.3}ms", mean * 1e3);
    assert_eq!(code(&slo, first).0, 0);
    assert_eq!(code(&slo, &[&first[..], &["--strict"]].concat()).0, 98);
}
