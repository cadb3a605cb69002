//! What headlines and sentences claim of a run, held against the run itself.
use squall::{
    napkin,
    report::chart,
    scenario,
    summary::{Summary, figures::plain, findings, napkin::compare, summarize},
    world,
};
use std::path::Path;

/// The summary of a single run of a file.
pub(super) fn ran(file: &str, sets: &[&str]) -> Summary {
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    let read = |path: &Path| std::fs::read(path);
    let loaded = scenario::load(Path::new(file), &sets, &read);
    let scenario = loaded.unwrap_or_else(|wrong| panic!("{wrong}")).scenario;
    let outcome = world::simulate(&scenario, 0, &|_| {}).unwrap();
    let mut summary = summarize(&scenario, &[outcome]);
    summary.napkin = compare(&summary, &napkin::napkin(&scenario).lines);
    summary
}

/// The headline of a chart.
fn headline(summary: &Summary, name: &str) -> String {
    let all = chart::all(summary);
    plain(&all.iter().find(|chart| chart.name == name).unwrap().headline)
}

fn sentences(summary: &Summary) -> String {
    let all = findings::all(summary).into_iter().map(|finding| plain(&finding.text));
    all.collect::<Vec<_>>().join(" ")
}

/// A third of the pool dies, the others share evenly: no instance holds more than its share.
#[test]
fn the_dead_have_no_share() {
    let summary = ran("experiments/az-loss.yaml", &["phones.count=21k", "gateways.cores=1"]);
    let fullest = summary.fullest("gateways").unwrap();
    assert!((fullest.serve, fullest.of) == (14.0, 21.0), "{fullest:?}");
    assert!((fullest.times() - 1.0).abs() < 0.05, "{fullest:?}");
    let head = headline(&summary, "connections");
    let some = "14 of 21 instances of gateways serve";
    assert!(head.starts_with(some) && head.contains("share evenly"), "{head}");
    let told = sentences(&summary);
    assert!(told.contains(some) && !told.contains("an even share"), "{told}");
    let reasons: Vec<&str> = summary.napkin.iter().map(|line| line.reason.as_str()).collect();
    assert!(reasons.iter().any(|reason| reason.contains(some)), "{reasons:?}");
    assert!(!reasons.iter().any(|reason| reason.contains("uneven")), "{reasons:?}");
}
