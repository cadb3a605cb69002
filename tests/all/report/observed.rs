//! Measured values over simulated ones, and several runs side by side.
use super::{
    command::{contents, experiment},
    fake::Story,
    html::sound,
};
use assert_cmd::Command;
use squall::{
    cli::results,
    engine::number,
    record::Unit,
    report::{self, html},
    summary::{
        Metric, Summary,
        figures::plain,
        observed::{Measured, compare},
    },
};
use std::{fs, path::Path};
use tempfile::TempDir;

fn small() -> Story {
    Story { horizon: 60, gateways: 3, ..Story::default() }
}

fn squall(arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::cargo_bin("squall").unwrap();
    command.current_dir(folder).args(arguments).env("LANG", "C.UTF-8").env_remove("LC_ALL");
    command
}

/// A series of the only replication, so many higher than simulated, at the begin of each bin.
fn shifted(summary: &Summary, [node, quantity, statistic]: [&str; 3], by: f64) -> Measured {
    let of = |series: &&squall::summary::Series| {
        series.node == node && series.quantity == quantity && series.statistic == statistic
    };
    let series = summary.series.iter().find(of).unwrap();
    let step = series.step.seconds();
    let point = |(bin, value): (usize, &Option<f64>)| {
        Some((number::float(number::count(bin)) * step, (*value)? + by))
    };
    let parts: Vec<&str> =
        [node, quantity, statistic].into_iter().filter(|part| !part.is_empty()).collect();
    let points = series.values.iter().enumerate().filter_map(point).collect();
    Measured { name: parts.join("."), points }
}

#[test]
fn the_error_is_what_was_added() {
    let summary = small().summary();
    let connections = ["gateways", "connections", "total"];
    let same = shifted(&summary, connections, 0.0);
    let more = shifted(&summary, connections, 250.0);
    // Counts in bins of a second are rates per second.
    let counted = shifted(&summary, ["", "attempts", "attempted"], 3.0);
    let found = compare(&summary, &[same, more.clone(), counted]).unwrap();
    assert!(found[0].absolute.abs() < 1e-9 && found[0].relative == Some(0.0));
    assert!((found[1].absolute - 250.0).abs() < 1e-6, "{}", found[1].absolute);
    let size: f64 = more.points.iter().map(|point| point.1).sum::<f64>() / 60.0;
    assert!((found[1].relative.unwrap() - 250.0 / size).abs() < 1e-9);
    assert!((found[2].absolute - 3.0).abs() < 1e-6, "{}", found[2].absolute);
    assert_eq!(found[1].points.len(), 60);
}

#[test]
fn what_lies_outside_of_the_run_is_left_out_and_counted() {
    let summary = small().summary();
    let mut measured = shifted(&summary, ["gateways", "connections", "total"], 1.0);
    measured.points.extend([(60.0, 0.0), (-1.0, 0.0), (1e9, 0.0)]);
    let found = compare(&summary, std::slice::from_ref(&measured)).unwrap();
    assert_eq!((found[0].left_out, found[0].points.len()), (3, 60));
    assert!((found[0].absolute - 1.0).abs() < 1e-9);
    measured.points = vec![(60.0, 0.0)];
    assert!(compare(&summary, &[measured]).unwrap_err()[0].why.contains("no measured value lies"));
}

#[test]
fn a_folder_is_drawn_with_measured_values_and_without() {
    let here = TempDir::new().unwrap();
    let out = here.path().join("out");
    results::write(&small().summary(), &out).unwrap();
    squall(&["render", "out"], here.path()).assert().code(0);
    let plain_contents = contents(&out);
    let wide = "t_seconds,gateways.connections.total,delivery_lag.p99\n0,90000,0.1\n30,1e5,\n";
    fs::write(here.path().join("m.csv"), wide).unwrap();
    let done = squall(&["render", "out", "--observed", "m.csv"], here.path()).assert().code(0);
    let said = String::from_utf8(done.get_output().stdout.clone()).unwrap();
    let line = |name: &str| said.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(line("Measured and simulated").ends_with("relative"), "{said}");
    let cells: Vec<String> =
        line("gateways.connections.total").split_whitespace().map(str::to_owned).collect();
    assert_eq!(cells[1], "2", "{said}");
    assert!(said.lines().all(|line| line.chars().count() <= 80));
    let names: Vec<String> = contents(&out).into_iter().map(|file| file.0).collect();
    for name in ["charts/observed-1.svg", "charts/observed-2.png"] {
        assert!(names.iter().any(|known| known == name), "{names:?}");
    }
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    let html = sound(&page);
    let words = plain(&html.root_element().text().collect::<String>());
    assert!(words.contains("gateways.connections.total is off by"), "no headline");
    // The document on stdout stays one.
    let done = squall(&["render", "out", "--observed", "m.csv", "--json"], here.path()).assert();
    let output = done.code(0).get_output().clone();
    assert_eq!(output.stdout, fs::read(out.join("summary.json")).unwrap());
    assert!(String::from_utf8_lossy(&output.stderr).contains("Measured and simulated"));
    // They are kept, until their table is taken away.
    let observed = contents(&out);
    squall(&["render", "out"], here.path()).assert().code(0);
    assert_eq!(contents(&out), observed);
    fs::remove_file(out.join("measured.csv")).unwrap();
    squall(&["render", "out"], here.path()).assert().code(0);
    assert_eq!(contents(&out), plain_contents);
}

#[test]
fn wrong_measured_values_are_bad_input() {
    let here = TempDir::new().unwrap();
    results::write(&small().summary(), &here.path().join("out")).unwrap();
    for (table, part) in [
        (
            "t_seconds,gateways.conections.total\n0,1\n",
            "m.csv: line 1: there is no series `gateways.conections.total`: did you mean \
             `gateways.connections.total`?",
        ),
        ("t_seconds,metric,value\n0,delivery_lag.p98,1\n", "did you mean `delivery_lag.p9"),
        ("t_seconds,attempts.total\n0,1\n", "did you mean `attempts.attempted`? There is also `a"),
        ("t_seconds,metric,value\n99,attempts.attempted,1\n", "line 2: `attempts.attempted`: no "),
        ("t_seconds,sent.total,sent.total\n0,1,2\n", "m.csv: line 1: `sent.total` stands in"),
        ("time,a\n0,1\n", "m.csv: line 1: a table of measured values begins with"),
        ("t_seconds,sent.total\n0,lots\n", "m.csv: line 2: `lots` is no number"),
    ] {
        fs::write(here.path().join("m.csv"), table).unwrap();
        let done = squall(&["render", "out", "--observed", "m.csv"], here.path()).assert().code(2);
        let said = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
        assert!(said.contains(part), "{table}: {said}");
    }
    let done = squall(&["render", "out", "--observed", "none.csv"], here.path()).assert().code(2);
    assert!(String::from_utf8_lossy(&done.get_output().stderr).contains("none.csv: "));
}

#[test]
fn a_run_tells_how_far_it_is_off() {
    let here = TempDir::new().unwrap();
    let file = experiment(here.path(), "");
    let run = |table: &str, code: i32| {
        fs::write(here.path().join("m.csv"), table).unwrap();
        let mut run = squall(&["run"], here.path());
        run.arg(&file).args(["--output", "out", "--observed", "m.csv", "--quiet"]);
        run.assert().code(code).get_output().clone()
    };
    // Nobody else is there: 3,000 users are all connected at the start.
    let said = run("t_seconds,connections.online\n1,3010\n2,3010\n", 0).stdout;
    let said = String::from_utf8(said).unwrap();
    let line = said.lines().find(|line| line.starts_with("connections.online")).unwrap();
    let error: f64 = line.split_whitespace().nth(2).unwrap().parse().unwrap();
    assert!((10.0..15.0).contains(&error), "{line}");
    // The data are there all the same.
    fs::remove_dir_all(here.path().join("out")).unwrap();
    run("t_seconds,conections.online\n1,3010\n", 2);
    assert!(here.path().join("out/manifest.json").is_file());
    // What is no table is said before the run.
    fs::remove_dir_all(here.path().join("out")).unwrap();
    run("t_seconds\n1\n", 2);
    assert!(!here.path().join("out").exists());
}

/// Two runs that differ in their gateways.
fn both() -> [Summary; 2] {
    let more = Story { gateways: 4, losses: false, ..small() };
    [small().summary(), more.summary()]
}

#[test]
fn runs_stand_side_by_side() {
    let [one, other] = both();
    let runs = [("three", &one), ("fo<u>r\u{202E}", &other)];
    let page = String::from_utf8(html::several(&runs)).unwrap();
    assert_eq!(page.as_bytes(), report::several(&runs));
    let html = sound(&page);
    let words = plain(&html.root_element().text().collect::<String>());
    assert!(words.contains("fo<u>r\u{FFFD}") && !page.contains("<u>"));
    for run in [&one, &other] {
        let p99 = run.metric("delivery_lag.p99").unwrap();
        let figure = squall::summary::figures::figure(p99.unit, p99.mean.unwrap());
        assert!(words.contains(&plain(&figure)), "{figure}");
        assert!(words.contains(&run.seed.to_string()));
    }
    // What differs is told, what is the same is not.
    assert!(words.contains("1 value of the input differs") && words.contains("gateways.count"));
    assert!(!words.contains("gateways.cores"));
    for chart in ["chart-lag-over-time", "chart-lost"] {
        assert!(page.contains(&format!("id=\"{chart}\"")), "no {chart}");
    }
    let same = [("one", &one), ("two", &one)];
    let page = String::from_utf8(html::several(&same)).unwrap();
    assert!(page.contains("The inputs are the same"));
}

/// Who loses most does not look best: a lag of those that arrived is none to compare.
#[test]
fn a_lag_of_a_few_is_not_held_against_that_of_all() {
    let [one, other] = both();
    let mut few = other.clone();
    let ends = [("intended", 1_000.0), ("live", 200.0), ("replayed", 0.0), ("missed", 800.0)];
    few.metrics.retain(|metric| !metric.name.starts_with("deliveries."));
    few.metrics.extend(ends.map(|(end, count)| {
        Metric::from_values(&format!("deliveries.{end}"), &[], Unit::Count, vec![count])
    }));
    let lag = |it: &&mut squall::summary::Series| {
        it.quantity == "delivery_lag" && it.statistic == "p99" && it.node.is_empty()
    };
    let p99 = few.series.iter_mut().find(lag).unwrap();
    p99.values.iter_mut().flatten().for_each(|value| *value = 0.001);
    let runs = [("whole", &one), ("holey", &few)];
    let words = plain(&String::from_utf8(html::several(&runs)).unwrap());
    let (_, told) = words.split_once("p99 of the delivery lag peaks at ").unwrap();
    let told = told.split('<').next().unwrap();
    let says = " with whole; 1.00 ms with holey (of the 20.0 % that arrived)";
    assert!(told.ends_with(says), "{told}");
}

#[test]
fn a_page_of_several_folders_is_written() {
    let here = TempDir::new().unwrap();
    for (name, summary) in ["three", "four"].iter().zip(both()) {
        results::write(&summary, &here.path().join(name)).unwrap();
    }
    let arguments = ["report", "three", "four", "-o", "pages/both.html"];
    squall(&arguments, here.path()).assert().code(0);
    let page = fs::read_to_string(here.path().join("pages/both.html")).unwrap();
    // One experiment: the folders tell them apart.
    let html = sound(&page);
    let words = html.root_element().text().collect::<String>();
    assert!(words.contains("three") && words.contains("four"));
    squall(&["report", "none", "-o", "p.html"], here.path()).assert().code(2);
    squall(&["report", "-o", "p.html"], here.path()).assert().code(2);
    assert!(!here.path().join("p.html").exists());
}
