//! Result files: they read back to what was written, and have the shape that others rely on.
use super::fake::Story;
use squall::{
    report::files::{self, File},
    summary::Summary,
};
use std::io;

fn small() -> Story {
    Story { horizon: 60, gateways: 3, replications: 2, ..Story::default() }
}

fn text(files: &[File], name: &str) -> String {
    let file = files.iter().find(|file| file.name == name).expect(name);
    String::from_utf8(file.bytes.clone()).unwrap()
}

fn read_back(files: &[File]) -> Result<Summary, files::Unreadable> {
    files::read(&|name| {
        let found = files.iter().find(|file| file.name == name);
        found.map(|file| file.bytes.clone()).ok_or_else(|| io::ErrorKind::NotFound.into())
    })
}

#[test]
fn reading_gives_back_what_was_written() {
    for story in [small(), Story { deploy: false, ..small() }, Story { replications: 1, ..small() }]
    {
        let mut summary = story.summary();
        let read = read_back(&files::write(&summary)).unwrap();
        // The values of single replications are not kept.
        summary.metrics.iter_mut().for_each(|metric| metric.values.clear());
        assert_eq!(read, summary);
        assert_eq!(files::write(&read), files::write(&summary));
    }
}

#[test]
fn the_summary_has_the_shape_that_is_promised() {
    let files = files::write(&small().summary());
    let document: serde_json::Value = serde_json::from_str(&text(&files, "summary.json")).unwrap();
    let keys: Vec<&String> = document.as_object().unwrap().keys().collect();
    let expected = [
        "experiment",
        "version",
        "seed",
        "replications",
        "fingerprint",
        "metrics",
        "slo",
        "diagnosis",
    ];
    assert_eq!(keys, expected);
    let metric = &document["metrics"]["reconnect.p99"];
    let keys: Vec<&String> = metric.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["unit", "mean", "ci_low", "ci_high", "n"]);
    assert_eq!((metric["unit"].as_str(), metric["n"].as_u64()), (Some("seconds"), Some(2)));
    let nothing = &document["metrics"]["polls.total"];
    assert!(nothing["mean"].is_null() && nothing["n"] == 0);
    let slo = &document["slo"][0];
    assert_eq!(slo["expr"], "delivery_lag.p99 < 500ms");
    assert!(slo["verdict"] == "fail" && slo["limit"] == 0.5 && slo["value"].is_number());
    assert!(document["diagnosis"].as_array().unwrap().iter().all(serde_json::Value::is_string));
}

#[test]
fn one_replication_has_no_interval() {
    let files = files::write(&Story { replications: 1, ..small() }.summary());
    let document: serde_json::Value = serde_json::from_str(&text(&files, "summary.json")).unwrap();
    for metric in document["metrics"].as_object().unwrap().values() {
        assert!(metric["ci_low"].is_null() && metric["ci_high"].is_null(), "{metric}");
    }
    assert_eq!(document["fingerprint"], "2be077a10c4d91f3");
}

#[test]
fn tables_are_tidy() {
    let files = files::write(&small().summary());
    for (name, header) in [
        ("summary.csv", "node,metric,statistic,unit,value,ci_low,ci_high,n"),
        ("series.csv", "time_s,node,metric,statistic,unit,replication,value"),
        ("histogram.csv", "low_s,high_s,count,cumulative_share"),
        ("lag_over_time.csv", "time_s,low_s,high_s,count"),
        ("ledger.csv", "scope,end,cause,count,share"),
        ("absences.csv", "low_s,high_s,outages,came,missed,missed_share"),
        ("phases.csv", "replication,phase,start_s,end_s"),
    ] {
        let text = text(&files, name);
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some(header));
        let columns = header.split(',').count();
        assert!(lines.clone().count() > 0, "{name} is empty");
        assert!(lines.all(|line| line.split(',').count() == columns), "{name}");
        assert!(text.ends_with('\n') && !text.contains('\r') && !text.contains("NaN"), "{name}");
    }
    let metrics = text(&files, "summary.csv");
    assert!(metrics.contains("\ngateways,cpu,peak,share,0.97,0.97,0.97,2\n"), "{metrics}");
    assert!(metrics.contains("\n,during(deploy).clients,availability,share,"), "{metrics}");
    assert!(metrics.contains("\n,polls,total,count,,,,0\n"), "{metrics}");
}

#[test]
fn the_ledger_adds_up_in_the_file() {
    let summary = small().summary();
    let files = files::write(&summary);
    let mut reader =
        csv::Reader::from_reader(text(&files, "ledger.csv").into_bytes().leak() as &[u8]);
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    for (scope, ledger) in ["window", "run"].into_iter().zip(&summary.ledger) {
        let rows = rows.iter().filter(|row| &row[0] == scope);
        let counted: u64 = rows.clone().map(|row| row[3].parse::<u64>().unwrap()).sum();
        assert_eq!(counted, ledger.intended);
        let shares: f64 = rows.map(|row| row[4].parse::<f64>().unwrap()).sum();
        assert!((shares - 1.0).abs() < 1e-12);
    }
}

#[test]
fn lag_over_time_has_empty_cells_where_nothing_arrived() {
    let files = files::write(&Story { losses: false, ..small() }.summary());
    let series = text(&files, "series.csv");
    let last: Vec<&str> =
        series.lines().filter(|line| line.contains("delivery_lag,p99,")).collect();
    assert!(last[0].starts_with("0,,delivery_lag,p99,seconds,,0."), "{}", last[0]);
    assert!(last.last().unwrap().ends_with(",,delivery_lag,p99,seconds,,"));
    assert!(series.contains(",delivery_lag,count,count,,0\n"));
    assert!(series.contains("0.") && series.contains(",,attempts,attempted,count,1,"));
}

#[test]
fn files_that_are_no_results_say_so() {
    let good = files::write(&small().summary());
    let without = |name: &str| -> Vec<File> {
        good.iter().filter(|file| file.name != name).cloned().collect()
    };
    let error = read_back(&without("manifest.json")).unwrap_err().to_string();
    assert!(error.starts_with("manifest.json: "), "{error}");
    let mut torn = without("series.csv");
    torn.push(File { name: "series.csv".into(), bytes: b"time_s,node\n0,\n".to_vec() });
    let error = read_back(&torn).unwrap_err().to_string();
    assert_eq!(error, "series.csv: line 2 is no row of this table");
}

#[test]
fn several_replications_have_a_fingerprint_of_their_own() {
    let both = small().summary();
    assert_eq!(both.fingerprints.len(), 2);
    assert!(!both.fingerprints.contains(&both.fingerprint));
    let mut swapped = small().outcomes();
    swapped.reverse();
    let swapped = squall::summary::summarize(&small().scenario(), &swapped);
    assert_ne!(both.fingerprint, swapped.fingerprint);
}

/// Whatever is changed in a manifest by hand, it is none of the results.
#[test]
fn a_manifest_is_as_it_was_written() {
    let good = files::write(&small().summary());
    let manifest = text(&good, "manifest.json");
    let document: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let seed = format!("\"seed\": {}", document["seed"]);
    for (from, to) in [
        (seed.as_str(), "\"seed\": 12345"),
        ("\"replications\": 2", "\"replications\": 1"),
        ("\"horizon_s\": 60", "\"horizon_s\": 50"),
        ("\"tick_s\": 1", "\"tick_s\": 2"),
        ("\"phases.csv\"", "\"phases.csw\""),
        ("\"events\"", " \"events\""),
    ] {
        assert!(manifest.contains(from), "{from}: {manifest}");
        let mut changed: Vec<File> =
            good.iter().filter(|file| file.name != "manifest.json").cloned().collect();
        let bytes = manifest.replacen(from, to, 1).into_bytes();
        changed.push(File { name: "manifest.json".into(), bytes });
        let error = read_back(&changed).unwrap_err().to_string();
        assert!(error.starts_with("manifest.json: it is not as it was written"), "{to}: {error}");
    }
}
