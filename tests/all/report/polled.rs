//! What is told of those who poll in turn: what fails, when, and what it costs.
use super::{html::parsed, ran};
use squall::{
    report::{chart, graph::Graph, html, markdown, terminal},
    summary::{
        Summary, board,
        figures::{plain, share},
        findings,
    },
};

/// Short polls, every fifth second, at two gateways; one of them is down for half a minute.
const POLLS: &str = "
# What do short polls do at a gateway that crashes?
model: ../models/feed.yaml
horizon: 3min
warm_up: 20s
seed: 4
set:
  readers.count: 2k
  readers.transport: short_poll
  readers.short_poll.every: 5s
  readers.reconnect: null
  readers.heartbeat: null
timeline:
  - at: 1min
    name: crash
    crash: { node: gateways, instances: [1], kind: process, restart: 30s }
";

pub(super) fn polled(sets: &[&str]) -> Summary {
    ran(sets, "experiments/polled.yaml", Some(POLLS))
}

/// 2,000 users ask every 5 s for 3 minutes; half of them find nobody for 30 s.
#[test]
fn polls_that_fail_are_told() {
    let summary = polled(&[]);
    let [failed, all] = ["failed", "total"].map(|end| summary.mean(&format!("polls.{end}")));
    let (failed, all) = (failed.unwrap(), all.unwrap());
    assert!((failed - 6_000.0).abs() < 100.0 && (all - 72_000.0).abs() < 1.0, "{failed} of {all}");
    // The tracks have all of them, each in its second.
    let over_time = |end: &str| summary.rate("", "polls", end).unwrap();
    let lost = over_time("failed");
    assert!((lost.integral() - failed).abs() < 1e-6, "{lost:?}");
    let within: f64 = lost.within(60.0, 90.0).map(|(_, rate)| rate).sum();
    assert!((within - failed).abs() < 1e-6, "{within}");
    let ends = ["empty", "full"].map(|end| over_time(end).integral());
    let known = ["empty", "full"].map(|end| summary.mean(&format!("polls.{end}")).unwrap());
    assert!(ends.iter().zip(known).all(|(a, b)| (a - b).abs() < 1e-6), "{ends:?} {known:?}");
    // In the fault half of those who ask.
    let part = board::blasts(&summary)[0].wrongs[0].unwrap();
    assert!((part - 0.5).abs() < 0.05, "{part}");
    let says = format!(
        "{} of 72,000 polls ({}) fail; while crash lasts {} do.",
        squall::summary::figures::count(failed),
        plain(&share(failed / all)),
        plain(&share(part))
    );
    let told: Vec<String> = findings::all(&summary).into_iter().map(|it| it.text).collect();
    assert!(told.contains(&says), "{told:?}, not {says}");
}

#[test]
fn the_page_shows_what_polls_find() {
    let summary = polled(&[]);
    let page = String::from_utf8(html::page(&summary, &[])).unwrap();
    assert!(page.contains("id=\"chart-polls\""), "no chart");
    let words = plain(&parsed(&page).root_element().text().collect::<Vec<_>>().join(" "));
    let part = plain(&share(board::blasts(&summary)[0].wrongs[0].unwrap()));
    assert!(words.contains("polls that fail") && words.contains(&part), "{words}");
    assert!(words.contains("fails") && words.contains("of the polls while it lasts"), "{words}");
    let heads = words.contains("polls failed");
    assert!(heads && !words.contains("may lose –"), "{words}");
    let text = markdown::page(&summary, &[]);
    assert!(text.contains("| polls that fail |"), "{text}");
    // Nobody has a connection that stands, and nobody is away.
    let facts: Vec<String> = Graph::measured(&summary)
        .nodes
        .iter()
        .flat_map(|node| node.facts.iter().map(|fact| fact.label.clone()))
        .collect();
    assert!(!facts.iter().any(|label| label == "away"), "{facts:?}");
    assert!(facts.iter().any(|label| label == "failed polls"), "{facts:?}");
    let text = terminal::print(&summary, &terminal::Look { unicode: true, ..Default::default() });
    assert!(text.contains("polls failed") && !text.contains("attempts/s peak"), "{text}");
}

#[test]
fn polls_that_are_all_answered_have_no_chart() {
    let text = POLLS.split("timeline:").next().unwrap();
    let summary = ran(&[], "experiments/polled.yaml", Some(text));
    assert!(summary.mean("polls.total") > Some(0.0) && summary.mean("polls.failed") == Some(0.0));
    assert!(chart::all(&summary).iter().all(|chart| chart.name != "polls"));
    assert!(findings::all(&summary).iter().all(|it| !it.text.contains("polls")));
}

/// A crowd without heartbeats pays for none: what goes out is empty answers.
#[test]
fn empty_answers_are_no_heartbeats() {
    let summary = polled(&[]);
    let cost = |part: &str| summary.mean(&format!("cost.egress.{part}")).unwrap();
    assert!(cost("heartbeats") == 0.0 && cost("polls") > 1.0, "{:?}", summary.bill);
    let sum: f64 = ["messages", "handshakes", "heartbeats", "polls"].map(cost).iter().sum();
    assert!((sum - summary.mean("cost.egress").unwrap()).abs() < 1e-6, "{sum}");
    let items = summary.bill.as_ref().unwrap().items();
    let egress = items.iter().find(|item| item.name == "egress").unwrap();
    assert!(egress.what.ends_with("of it empty answers"), "{egress:?}");
}
