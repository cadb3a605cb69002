//! What is told of several runs, of several stretches of one phase, and of times at which nobody
//! serves, held against the runs themselves.
use super::html::parsed;
use squall::{
    engine::Time,
    record::Unit,
    report::{
        chart::{self, Chart},
        html, markdown,
    },
    scenario,
    summary::{
        Stretch, Summary,
        board::{self, Blast},
        figures::{NONE, clock, compact, count, figure, plain, share},
        findings, summarize,
    },
    world,
};
use std::{fs, path::Path};

/// The summary of several runs of a text.
pub(super) fn runs(text: &str, replications: u32) -> Summary {
    let file = Path::new("experiments/told.yaml");
    let read = |path: &Path| if path == file { Ok(text.into()) } else { fs::read(path) };
    let sets = [format!("replications={replications}")];
    let loaded = scenario::load(file, &sets, &read);
    let scenario = loaded.unwrap_or_else(|wrong| panic!("{wrong}")).scenario;
    let all = (0..replications).map(|run| world::simulate(&scenario, run, &|_| {}).unwrap());
    summarize(&scenario, &all.collect::<Vec<_>>())
}

pub(super) fn chart(summary: &Summary, name: &str) -> Chart {
    chart::all(summary).into_iter().find(|chart| chart.name == name).unwrap()
}

pub(super) fn page(summary: &Summary) -> String {
    let page = String::from_utf8(html::page(summary, &[])).unwrap();
    plain(&parsed(&page).root_element().text().collect::<Vec<_>>().join(" "))
}

/// Two drops, each with its recovery, and a fault that is over just before the run is.
const TWICE: &str = "
# What is lost when users vanish twice?
model: ../models/chat.yaml
horizon: 5min
warm_up: 20s
seed: 11
set: { phones.count: 2k, gateways.count: 3, phones.network.silent_drops: 0% }
timeline:
  - { at: 1min, name: one, drop_clients: { node: phones, share: 30%, kind: silent } }
  - { at: 3min, name: two, drop_clients: { node: phones, share: 30%, kind: silent } }
  - { at: 4min 30s, name: deploy, deploy: { node: gateways, startup: 9s } }
";

#[test]
fn a_phase_that_comes_twice_is_told_with_all_its_stretches() {
    let summary = runs(TWICE, 3);
    let part = summary.mean("during(recovery).deliveries.missed").unwrap()
        / summary.mean("deliveries.missed").unwrap();
    let told = plain(&chart(&summary, "lost-and-late").headline);
    let said = if part > 1.0 - 1e-6 { "all".to_owned() } else { plain(&share(part)) };
    let said = format!("{said} of them during recovery");
    assert!(told.ends_with(&said) && part > 0.8, "{told}, not {said}");
}

/// A cause that one run of three has once: neither nothing nor one.
#[test]
fn a_mean_of_several_runs_need_not_be_whole() {
    let mut summary = runs(TWICE, 3);
    let name = summary.statistics("", "lost")[1].to_owned();
    for series in summary.series.iter_mut().filter(|it| it.quantity == "lost") {
        let own = series.statistic == name;
        series.values.iter_mut().filter(|_| own).for_each(|value| *value = Some(0.0));
        if own && series.replication == Some(1) {
            series.values[70] = Some(1.0);
        }
    }
    let panels = chart(&summary, "lost-and-late").panels;
    let spoken = name.replace('_', " ");
    let said = format!("lost: {spoken}, per second (0.333 a run)");
    let heads: Vec<String> = panels.iter().map(chart::Panel::head).collect();
    assert!(heads.contains(&said), "{heads:?}");
}

/// The latest of each run, on average, and the latest of all: each says which it is.
#[test]
fn a_largest_value_says_of_what() {
    let summary = runs(TWICE, 3);
    let told: Vec<String> = findings::all(&summary).into_iter().map(|it| it.text).collect();
    let told = told.join(" ");
    for words in ["the latest of each run ", "the last of each run after "] {
        let rest = told.split(words).nth(1).unwrap_or_else(|| panic!("no {words}in {told}"));
        assert!(rest.split([';', '.', ',']).any(|it| it.ends_with(" on average")), "{rest}");
    }
    let headline = plain(&chart(&summary, "lag-distribution").headline);
    assert!(headline.contains(", the latest of all runs "), "{headline}");
    let single = findings::all(&runs(TWICE, 1)).into_iter().map(|it| it.text);
    assert!(single.into_iter().all(|it| !it.contains("on average")));
}

/// All gateways die after a minute, and nobody starts them again.
const DEAD: &str = "
# What if all gateways die?
model: ../models/chat.yaml
horizon: 2min
warm_up: 10s
set: { phones.count: 500, gateways.count: 3, phones.reconnect.attempts: 3 }
timeline:
  - { at: 1min, name: boom, crash: { node: gateways, instances: [0, 1, 2], kind: process } }
";

#[test]
fn a_time_at_which_none_serves_is_told() {
    let summary = runs(DEAD, 1);
    let note = plain(&chart(&summary, "attempts").note);
    let rates = summary.rate("", "attempts", "attempted").unwrap();
    let came: f64 = rates.within(60.0, 120.0).map(|(_, rate)| rate).sum();
    assert!(came > 1_000.0, "{came}");
    let says = format!("None takes any from 1:00 min on; {} attempts come then.", count(came));
    assert!(note.ends_with(&says) && note.contains("/s while any does; "), "{note}");
}

/// Two tiers, of which most of the larger one dies, in ticks of a quarter of a second.
const QUARTERS: &str = "
# What do attempts come to when most gateways die?
model: ../models/fallback.yaml
horizon: 2min
warm_up: 10s
tick: 250ms
set: { phones.count: 3k, gateways.count: 3 }
timeline:
  - { at: 1min, name: boom, crash: { node: gateways, instances: [0, 1], kind: process } }
";

/// Attempts are told by the second: what serves then is not what served at a quarter of the time.
#[test]
fn attempts_are_held_against_what_serves_at_the_same_moment() {
    let summary = runs(QUARTERS, 1);
    let ticks = |node: &str, quantity: &str, statistic: &str| {
        let own = summary.level(node, quantity, statistic).unwrap();
        own.mean.into_iter().map(Option::unwrap_or_default).collect::<Vec<f64>>()
    };
    let can = ["gateways", "side"].map(|node| ticks(node, "handshakes", "capacity"));
    let came = ticks("", "attempts", "attempted");
    assert_eq!((came.len(), can[0].len()), (480, 480));
    let of = |second: usize| {
        let came: f64 = came[4 * second..4 * second + 4].iter().sum();
        came / (can[0][4 * second + 2] + can[1][4 * second + 2])
    };
    let most = (0..120).map(of).fold(0.0, f64::max);
    let told = if most > 1.5 { compact(most) + " times" } else { share(most) + " of" };
    let note = plain(&chart(&summary, "attempts").note);
    let says = format!("attempts come to at most {} what those can", plain(&told));
    assert!(note.contains(&says), "not {says}: {note}");
}

/// Of one instance there is nothing to tell apart.
#[test]
fn one_instance_is_its_pool() {
    let text = DEAD.replace("gateways.count: 3", "gateways.count: 1").replace("[0, 1, 2]", "[0]");
    let told = plain(&chart(&runs(&text, 1), "connections").headline);
    assert_eq!(told, "gateways holds at most 500 connections");
}

/// A mean of two runs may be half a delivery over a whole number: all round alike.
#[test]
fn a_number_has_one_form_on_a_page() {
    let mut summary = runs(DEAD, 2);
    // Half to even would go down.
    let rows = summary.ledger[0].rows.iter_mut().filter(|row| row.0 == "lost");
    rows.enumerate().for_each(|(place, row)| row.2 = if place == 0 { 1_001 } else { 0 });
    let metric = summary.metrics.iter_mut().find(|it| it.name == "deliveries.missed").unwrap();
    metric.mean = Some(500.5);
    let cell = figure(Unit::Count, 500.5);
    let told = findings::missed(&summary).unwrap();
    assert!(told.starts_with(&format!("{cell} of ")), "{told}, not {cell}");
}

/// A recovery that rounds to no time is none.
#[test]
fn no_stretch_ends_when_it_begins() {
    let mut summary = runs(TWICE, 1);
    let [start, end] = [269_980, 269_990].map(|it| Time::from_nanos(it * 1_000_000));
    summary.phases.push(Stretch { replication: 0, name: "recovery".into(), start, end });
    let page = page(&summary);
    assert!(page.contains("1:00 min to ") && !page.contains("4:30 min to 4:30 min"), "{page}");
}

/// All gateways of a host that is away for longer than the run, and nothing keeps what is sent.
const LOST: &str = "
# What if everything is lost?
model: ../models/chat.yaml
horizon: 3min
warm_up: 30s
set: { phones.count: 500, gateways.count: 3, phones.network.lifetime: never, phones.resume: none }
timeline:
  - at: 60s
    name: blackout
    crash: { node: gateways, kind: host, instances: [0, 1, 2], restart: 10min }
slo: [deliveries.missed == 0]
";

/// Who is not back goes on losing time: what is lost by the end is the least. And a month's budget
/// is told alike on each page, what costs nothing costs not less than that.
#[test]
fn what_is_not_over_is_told_as_the_least() {
    let summary = runs(LOST, 1);
    let blast = &board::blasts(&summary)[0];
    assert!(blast.away > Some(499.0) && blast.budget_told().starts_with("at least "), "{blast:?}");
    let (html, short) = (page(&summary), plain(&markdown::page(&summary, &[])));
    for told in [blast.minutes_told(), blast.longest_told(), blast.budget_told()] {
        let told = plain(&told);
        assert!(told.starts_with("at least ") && html.contains(&told), "{told}: {html}");
    }
    for told in [blast.minutes_told(), blast.budget_told()] {
        assert!(short.contains(&format!("| {} |", plain(&told))), "{told}: {short}");
    }
    assert!(!html.contains("-0.00") && !short.contains("-0.00"), "{short}");
    let charges = &summary.bill.as_ref().unwrap().charges;
    assert!(charges.iter().all(|it| it.usd_month.is_sign_positive()), "{charges:?}");
    assert!(charges.iter().all(|it| it.quantity.is_sign_positive()), "{charges:?}");
    // Who hits nobody takes no part of a budget.
    let nobody = Blast { minutes: 0.0, budget: Some(0.0), hit: None, away: None, ..blast.clone() };
    assert_eq!(nobody.budget_told(), NONE);
}

/// The attempts of a fault and of its recovery are those of its phases, and they end together.
#[test]
fn a_herd_is_that_of_its_phases() {
    let once = TWICE.lines().filter(|line| !line.contains("name: two") && !line.contains("deploy"));
    let text = once.collect::<Vec<&str>>().join("\n");
    let summary = runs(&text, 3);
    let of = |name: &str| summary.mean(&format!("during({name}).attempts.total")).unwrap();
    let told = findings::all(&summary).into_iter().map(|it| plain(&it.text));
    let mut own = told.filter(|it| it.starts_with("During one and the recovery from it"));
    let herd = own.next().unwrap();
    let all = plain(&count((of("one") + of("recovery")).round()));
    assert!(herd.contains(&format!("there are {all} connection attempts")), "{all}: {herd}");
    let ends = summary.phases.iter().filter(|it| it.name == "recovery");
    let ends: Vec<f64> = ends.map(|it| it.end.seconds()).collect();
    let end = plain(&clock(ends.iter().sum::<f64>() / 3.0));
    assert!(ends.len() == 3 && herd.contains(&format!(" to {end})")), "{end}: {herd}");
}
