//! The real program: folders, streams and exit codes.
use super::fake::Story;
use assert_cmd::Command;
use squall::cli::{folder, results};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

fn squall() -> Command {
    let mut command = Command::cargo_bin("squall").unwrap();
    command.env_remove("NO_COLOR").env("LANG", "C.UTF-8").env_remove("LC_ALL");
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

fn small() -> Story {
    Story { horizon: 60, gateways: 3, ..Story::default() }
}

/// Names and bytes of all files below a folder, but for what tells of the wall clock.
pub(crate) fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            let inner = contents(&path).into_iter();
            all.extend(inner.map(|(file, bytes)| (format!("{name}/{file}"), bytes)));
        } else if name != "run-info.json" {
            all.push((name, fs::read(&path).unwrap()));
        }
    }
    all.sort();
    all
}

/// An experiment small enough to be run often.
pub(crate) fn experiment(folder: &Path, more: &str) -> std::path::PathBuf {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/chat.yaml");
    let text = format!(
        "model: {}\nhorizon: 90s\nwarm_up: 10s\nseed: 1\n\
         set: {{ phones.count: 3k, gateways.count: 2 }}\n\
         timeline:\n  - {{ at: 30s, name: deploy, deploy: {{ node: gateways }} }}\n{more}",
        model.display()
    );
    let path = folder.join("small.yaml");
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn rendering_a_folder_gives_the_bytes_of_the_run() {
    let here = TempDir::new().unwrap();
    let file = experiment(here.path(), "");
    let out = here.path().join("out");
    let run = squall().arg("run").arg(&file).arg("--output").arg(&out).assert().code(0);
    let first = contents(&out);
    assert!(first.iter().any(|(name, _)| name == "charts/attempts.svg"));
    fs::remove_dir_all(out.join("charts")).unwrap();
    let render = squall().arg("render").arg(&out).assert().code(0);
    assert_eq!(contents(&out), first);
    let [run, render] =
        [run, render].map(|done| String::from_utf8(done.get_output().stdout.clone()).unwrap());
    let next = run.find("next ").unwrap();
    assert_eq!(run[..next], render);
}

#[test]
fn what_is_said_changes_no_result() {
    let here = TempDir::new().unwrap();
    let file = experiment(here.path(), "");
    let run = |name: &str, more: &[&str]| {
        let out = here.path().join(name);
        let done = squall().arg("run").arg(&file).arg("--output").arg(&out).args(more).assert();
        (contents(&out), done.code(0).get_output().clone())
    };
    let (plain, said) = run("plain", &["--jobs", "1"]);
    assert!(String::from_utf8_lossy(&said.stderr).contains("3,000 users, 2 gateways, 1:30 min"));
    let (quiet, said) = run("quiet", &["--quiet", "--jobs", "2"]);
    assert!(said.stderr.is_empty() && !said.stdout.is_empty());
    let (json, said) = run("json", &["--json"]);
    assert!(plain == quiet && plain == json);
    assert_eq!(said.stdout, fs::read(here.path().join("json/summary.json")).unwrap());
    let (bare, _) = run("bare", &["--no-charts"]);
    let data: Vec<_> = plain
        .into_iter()
        .filter(|file| !file.0.starts_with("charts") && !file.0.starts_with("report."))
        .collect();
    assert_eq!(bare, data);
}

#[test]
fn exit_codes_tell_of_objectives() {
    let here = TempDir::new().unwrap();
    for (slo, code, part) in [
        ("delivery_lag.p50 < 10min", 0, "The SLO holds, in a single run."),
        ("delivery_lag.p50 > 1ms", 0, "The expectation of failure comes true, in a single run."),
        (
            "delivery_lag.p50 > 10min",
            99,
            "The expectation of failure does not come true, in a single run.",
        ),
        ("delivery_lag.p51 < 10min", 2, "did you mean `delivery_lag.p50`?"),
        ("delivery_lag.p50 < 10", 2, "write for example `500ms`"),
        ("during(deplyo).delivery_lag.p50 < 1s", 2, "did you mean `deploy`?"),
        ("p50 < fast", 2, "metric OP value"),
    ] {
        let file = experiment(here.path(), &format!("slo:\n  - \"{slo}\"\n"));
        let mut run = squall();
        run.arg("run").arg(&file).arg("--no-charts").arg("--output").arg(here.path().join("o"));
        let done = run.assert().code(code);
        let output = done.get_output();
        let said = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
        assert!(said.concat().contains(part), "{slo}: {said:?}");
    }
}

#[test]
fn replications_and_inconclusive_objectives() {
    let here = TempDir::new().unwrap();
    // The mean of few runs of so small a crowd is uncertain.
    let file = experiment(here.path(), "slo:\n  - \"delivery_lag.max < 4s\"\n");
    let summary = |strict: &[&str]| {
        let out = here.path().join("o");
        let done = squall().arg("run").arg(&file).arg("--output").arg(&out).args(strict).assert();
        let code = done.get_output().status.code().unwrap();
        let text = fs::read_to_string(out.join("summary.json")).unwrap();
        (code, serde_json::from_str::<serde_json::Value>(&text).unwrap())
    };
    let (_, document) = summary(&["--replications", "3", "--no-charts"]);
    assert_eq!(document["replications"], 3);
    assert!(document["metrics"]["delivery_lag.max"]["ci_low"].is_number());
    let verdict = document["slo"][0]["verdict"].as_str().unwrap().to_owned();
    let (code, _) = summary(&["--replications", "3", "--no-charts", "--strict"]);
    let expected = [("pass", 0), ("fail", 99), ("inconclusive", 98)];
    assert!(expected.contains(&(verdict.as_str(), code)), "{verdict} and {code}");
}

/// Long enough to be interrupted.
#[test]
#[cfg(unix)]
fn an_interrupt_is_130_and_leaves_nothing() {
    use std::io::{BufRead, BufReader};
    let here = TempDir::new().unwrap();
    let file = experiment(here.path(), "");
    let out = here.path().join("o");
    let mut run = std::process::Command::new(assert_cmd::cargo::cargo_bin("squall"));
    run.arg("run").arg(&file).args(["--set", "horizon=20h", "--output"]).arg(&out);
    let mut child = run.stderr(std::process::Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().contains("3,000 users"));
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!out.exists());
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let here = TempDir::new().unwrap();
    results::write(&small().summary(), here.path()).unwrap();
    let mut render = std::process::Command::new(assert_cmd::cargo::cargo_bin("squall"));
    render.arg("render").arg(here.path()).stdout(std::process::Stdio::piped());
    let mut child = render.stderr(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Where nothing can be printed, or no folder be made, it is said: before a run, not after it.
#[test]
fn what_cannot_be_written_is_1() {
    let here = TempDir::new().unwrap();
    let file = experiment(here.path(), "");
    for out in [file.clone(), file.join("below")] {
        let run = squall().arg("run").arg(&file).arg("--output").arg(&out).assert().code(1);
        let said = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
        assert!(said.contains("small.yaml: not a directory"), "{said}");
    }
    if let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") {
        for command in ["show", "validate"] {
            let mut program = std::process::Command::new(assert_cmd::cargo::cargo_bin("squall"));
            let program = program.arg(command).arg(&file).stdout(full.try_clone().unwrap());
            assert_eq!(
                program.stderr(std::process::Stdio::null()).status().unwrap().code(),
                Some(1)
            );
        }
    }
}

/// Nothing is missed where nothing has ended yet: the answer says so.
#[test]
fn many_pending_deliveries_are_named() {
    let here = TempDir::new().unwrap();
    let file = experiment(here.path(), "slo: [ deliveries.missed == 0 ]\n");
    let said = |set: &str| {
        let mut command = squall();
        command.arg("run").arg(&file).args(["--no-charts", "--set", set]);
        command.args(["--set", "phones.network.silent_drops=0%", "--output"]);
        let done = command.arg(here.path().join("out")).assert().code(0);
        let text = String::from_utf8_lossy(&done.get_output().stdout).into_owned();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let full = said("gateways.max_connections=1");
    assert!(full.contains("still pending at the end (100"));
    // What has not ended may still be lost.
    assert!(full.contains("inconclusive"), "{full}");
    let roomy = said("gateways.max_connections=50k");
    assert!(!roomy.contains("still pending") && roomy.contains("The SLO holds"), "{roomy}");
}

/// Where a file lies, and from where it is run, changes no byte of its results.
#[test]
fn results_do_not_know_their_folder() {
    let results = || {
        let here = TempDir::new().unwrap();
        let out = here.path().join("out");
        let file = experiment(here.path(), "slo: [ deliveries.missed == 0 ]\n");
        squall().arg("run").arg(&file).arg("--output").arg(&out).output().unwrap();
        let files = contents(&out);
        assert!(files.iter().any(|(name, _)| name.ends_with("report.html")));
        files
    };
    let (first, second) = (results(), results());
    for (one, other) in first.iter().zip(&second) {
        assert!(one == other, "{} and {} differ", one.0, other.0);
    }
    assert_eq!(first.len(), second.len());
}

/// An objective that is open for what is pending is decided once that has had time to arrive.
#[test]
fn what_is_pending_is_let_in_by_the_command_that_is_told() {
    let here = TempDir::new().unwrap();
    let file = experiment(here.path(), "slo: [ delivery_lag.p99 < 24900ms ]\n");
    let out = here.path().join("out");
    let said = |sets: &[&str]| {
        let mut command = squall();
        let polls = ["phones.transport=short_poll", "phones.short_poll.every=25s", "horizon=40s"];
        command.arg("run").arg(&file).args(polls.iter().flat_map(|set| ["--set", set]));
        command.args(sets.iter().flat_map(|set| ["--set", set])).arg("--output").arg(&out);
        let output = command.output().unwrap();
        let page = fs::read_to_string(out.join("report.html")).unwrap();
        (String::from_utf8_lossy(&output.stdout).into_owned(), page)
    };
    let (open, page) = said(&[]);
    assert!(open.contains("inconclusive") && open.contains("--set settle=1min"), "{open}");
    assert!(page.contains("a longer `settle` would let it"));
    let (settled, page) = said(&["settle=1min"]);
    assert!(!settled.contains("inconclusive") && settled.contains("The SLO holds"), "{settled}");
    assert!(page.contains(" to settle; deploy at"), "{page}");
}

/// A number that no run writes is no crash of `render`; one that was changed by hand is none of the
/// results.
#[test]
fn numbers_that_were_changed_by_hand_are_no_panic() {
    let here = TempDir::new().unwrap();
    let mut huge = small().summary();
    for value in huge.series.iter_mut().flat_map(|series| &mut series.values) {
        *value = value.map(|_| 1e308);
    }
    results::write(&huge, here.path()).unwrap();
    squall().arg("render").arg(here.path()).assert().code(0);
    results::write(&small().summary(), here.path()).unwrap();
    let series = here.path().join("series.csv");
    let written = fs::read_to_string(&series).unwrap();
    let change = |number: &str| {
        let row = |line: &str| match line.rsplit_once(',') {
            Some((before, value)) if value.parse::<f64>().is_ok() => format!("{before},{number}\n"),
            _ => format!("{line}\n"),
        };
        fs::write(&series, written.lines().map(row).collect::<String>()).unwrap();
        squall().arg("render").arg(here.path()).assert()
    };
    for number in ["1e308", "NaN", "inf"] {
        change(number).code(2);
    }
}

/// A table that ends early, at the end of a line or before its first, is found whichever it is, and
/// nothing is drawn from it.
#[test]
fn what_was_cut_short_is_no_result() {
    let here = TempDir::new().unwrap();
    results::write(&small().summary(), here.path()).unwrap();
    squall().arg("render").arg(here.path()).assert().code(0);
    let page = fs::read(here.path().join("report.html")).unwrap();
    let tables = fs::read_dir(here.path()).unwrap().map(|entry| entry.unwrap().path());
    let tables: Vec<PathBuf> =
        tables.filter(|path| path.extension().is_some_and(|kind| kind == "csv")).collect();
    assert!(tables.len() >= 7, "{tables:?}");
    for table in tables {
        let name = table.file_name().unwrap().to_string_lossy().into_owned();
        let written = fs::read_to_string(&table).unwrap();
        let lines = written.lines().count();
        for keep in [0, lines / 2] {
            let cut: String = written.split_inclusive('\n').take(keep).collect();
            fs::write(&table, cut).unwrap();
            let done = squall().arg("render").arg(here.path()).assert().code(2);
            let said = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
            let told = format!("{name}: it is not as it was written");
            assert!(said.contains(&told), "{keep} of {lines}: {said}");
        }
        fs::write(&table, written).unwrap();
    }
    assert_eq!(fs::read(here.path().join("report.html")).unwrap(), page);
    squall().arg("render").arg(here.path()).assert().code(0);
}

#[test]
fn bad_input_is_2() {
    squall().args(["run", "no-such-file.yaml"]).assert().code(2);
    squall().args(["run", "--no-such-flag"]).assert().code(2);
    let here = TempDir::new().unwrap();
    let done = squall().arg("render").arg(here.path()).assert().code(2);
    let said = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
    assert!(said.contains("manifest.json"), "{said}");
}

/// What is no folder of results says which command makes one; a damaged one says what is wrong.
#[test]
fn a_folder_without_results_says_what_to_do() {
    let here = TempDir::new().unwrap();
    let said = |arguments: &[&str]| {
        let done = squall().current_dir(here.path()).args(arguments).assert().code(2);
        String::from_utf8_lossy(&done.get_output().stderr).into_owned()
    };
    fs::create_dir(here.path().join("empty")).unwrap();
    let command =
        "`squall run FILE --output empty` or `squall sweep FILE --output empty` writes one";
    for arguments in [&["render", "empty"][..], &["report", "empty", "-o", "p.html"]] {
        let text = said(arguments);
        assert!(
            text.contains("empty: this is no folder of results") && text.contains(command),
            "{text}"
        );
    }
    assert!(said(&["render", "none"]).contains("none: there is no such folder; `squall run FILE"));
    let out = here.path().join("out");
    results::write(&small().summary(), &out).unwrap();
    let text = fs::read_to_string(out.join("manifest.json")).unwrap();
    let damaged = text.replace("\"replications\": 1", "\"replications\": \"three\"");
    assert_ne!(damaged, text);
    fs::write(out.join("manifest.json"), damaged).unwrap();
    let text = said(&["render", "out"]);
    assert!(text.contains("manifest.json: `\"replications\": \"three\"`: invalid type"), "{text}");
    assert!(text.contains("it is damaged") && !text.contains("another version"), "{text}");
}

#[test]
fn a_sweep_is_left_out_and_said_so() {
    let here = TempDir::new().unwrap();
    let file = experiment(here.path(), "sweep:\n  axes:\n    gateways.count: { values: [2, 3] }\n");
    let mut run = squall();
    run.arg("run").arg(&file).arg("--no-charts").arg("--output").arg(here.path().join("o"));
    let done = run.assert().code(0);
    let said = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
    assert_eq!(said.lines().filter(|line| line.contains("sweep")).count(), 1, "{said}");
}

#[test]
fn colours_only_where_they_are_wanted() {
    let here = TempDir::new().unwrap();
    results::write(&small().summary(), here.path()).unwrap();
    let render = |variable: (&str, &str)| {
        let done = squall().arg("render").arg(here.path()).env(variable.0, variable.1).assert();
        String::from_utf8(done.code(0).get_output().stdout.clone()).unwrap()
    };
    assert!(!render(("TERM", "xterm")).contains('\u{1b}'));
    assert!(render(("CLICOLOR_FORCE", "1")).contains("\u{1b}[1m"));
    assert!(!render(("NO_COLOR", "1")).contains('\u{1b}'));
    assert!(render(("LC_ALL", "C")).is_ascii());
}

#[test]
fn old_results_go_and_foreign_files_stay() {
    let here = TempDir::new().unwrap();
    let put = |name: &str| {
        let path = here.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "old").unwrap();
    };
    let old = ["report.html", "report.md", "charts/gone.svg", "cost.csv"];
    old.into_iter().chain(["charts/note.txt", "mine.txt"]).for_each(put);
    results::write(&small().summary(), here.path()).unwrap();
    let names: Vec<String> = contents(here.path()).into_iter().map(|file| file.0).collect();
    let expected = [
        "absences.csv",
        "charts/note.txt",
        "histogram.csv",
        "lag_over_time.csv",
        "ledger.csv",
        "manifest.json",
        "mine.txt",
        "phases.csv",
        "series.csv",
        "summary.csv",
        "summary.json",
    ];
    assert_eq!(names, expected);
}

#[test]
fn a_folder_that_cannot_be_written_keeps_what_it_has() {
    let here = TempDir::new().unwrap();
    results::write(&small().summary(), here.path()).unwrap();
    let before = contents(here.path());
    let bad = squall::report::files::File { name: "manifest.json/x".into(), bytes: Vec::new() };
    let mut files = squall::report::files::write(&small().summary());
    files.push(bad);
    assert!(folder::replace_results(here.path(), &files).is_err());
    assert_eq!(contents(here.path()), before);
}

/// The command that a run or a sweep advises, as words.
fn advised(stdout: &[u8]) -> Vec<String> {
    let text = String::from_utf8(stdout.to_vec()).unwrap();
    let (_, rest) = text.split_once("\nnext ").unwrap();
    let (command, _) = rest.split_once("for ").unwrap();
    command.split_whitespace().skip(1).map(|word| word.trim_matches('\'').to_owned()).collect()
}

#[test]
fn the_next_command_is_about_the_same_input() {
    let here = TempDir::new().unwrap();
    let file = experiment(here.path(), "slo: [ delivery_lag.p99 < 1h ]\n");
    let run = |arguments: &[&str]| {
        squall().current_dir(&here).args(arguments).arg("--quiet").assert().code(0)
    };
    let file = file.to_str().unwrap();
    let first = run(&["run", file, "--set", "phones.count=2k", "--seed", "7", "--output", "out"]);
    let advised_run = advised(&first.get_output().stdout);
    let expected = ["run", file, "--set", "phones.count=2k", "--seed", "7", "--output", "out"];
    assert_eq!(advised_run, [&expected[..], &["--replications", "5"]].concat());

    let axis = "gateways.count=2,3";
    let set = "phones.count=1k";
    let swept = run(&["sweep", file, "--axis", axis, "--set", set, "--output", "out2"]);
    let words = advised(&swept.get_output().stdout);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    run(&words);
    let point = fs::read_dir(here.path().join("out2/points")).unwrap().map(Result::unwrap);
    let point = point.map(|entry| entry.path()).find(|path| path.is_dir()).unwrap();
    let manifest = fs::read_to_string(point.join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest["input"]["nodes"]["phones"]["clients"]["count"], "1k");
}

/// A whole map, a list and what is taken out are set again as they were: the command of a report
/// makes the same trajectory.
#[test]
fn the_command_of_a_report_makes_it_again() {
    let here = TempDir::new().unwrap();
    let file = experiment(
        here.path(),
        "replications: 2\nsweep: { axes: { gateways.count: { values: [1, 2] }, phones.reconnect: \
         { values: [{ base: 1s, cap: 5s }, { base: 2s, cap: 9s }] } } }\n",
    );
    let sets = [
        "phones.reconnect={ base: 10s, jitter: none }",
        "phones.network.rtt={ empirical: [10ms, 20ms, 30ms, 40ms, 50ms, 60ms, 70ms, 80ms, 90ms] }",
        "phones.network.silent_drops=0%",
        "gateways.memory=null",
    ];
    let sets = sets.iter().flat_map(|set| ["--set", set]).collect::<Vec<_>>();
    let name = "count=2,reconnect={base: 2s, cap: 9s}";
    let [point, one] = [["--point", name], ["--replication", "1"]];
    for more in [&[][..], &one, &point, &[point, one].concat()] {
        made_again(&here, &file, &[&sets, more].concat());
    }
}

/// The command that a report of a run says gives the same fingerprint.
fn made_again(here: &TempDir, file: &Path, more: &[&str]) {
    let mut first = squall();
    first.current_dir(here).arg("run").arg(file).args(["--output", "one"]).args(more);
    first.assert().code(0);
    let report = fs::read_to_string(here.path().join("one/report.md")).unwrap();
    let line = report.lines().find(|line| line.starts_with("squall run")).unwrap();
    let program = assert_cmd::cargo::cargo_bin("squall");
    let words = line.strip_prefix("squall").unwrap();
    let again = format!("'{}'{words} --no-charts --output two", program.display());
    let shell = std::process::Command::new("sh").arg("-c").arg(&again).current_dir(here).output();
    let shell = shell.unwrap();
    assert!(shell.status.success(), "{again}: {}", String::from_utf8_lossy(&shell.stderr));
    let made = |folder: &str| {
        let manifest = fs::read_to_string(here.path().join(folder).join("manifest.json")).unwrap();
        serde_json::from_str::<serde_json::Value>(&manifest).unwrap()["fingerprint"].clone()
    };
    assert_eq!(made("one"), made("two"), "{again}");
}
