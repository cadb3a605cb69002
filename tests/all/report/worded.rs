//! The word for what a number is of: what is missed and not lost, none of none, one of two that
//! serves alone, what is pending for longer than anybody waits, a sweep of one point.
use super::{
    ran,
    runs::{chart, page, runs},
    swept::sweep,
};
use squall::{
    record::Unit,
    report::{chart as charts, html},
    summary::{Metric, figures::plain, findings, sweep::Point},
};

/// What expires is missed: it is not among the lost of the same page.
#[test]
fn what_expires_is_not_lost() {
    let summary = ran(&["phones.count=1k"], "experiments/retention.yaml", None);
    assert_eq!(summary.mean("deliveries.lost"), Some(0.0));
    let told = chart(&summary, "lost-and-late");
    assert!(told.headline.contains(" are missed, "), "{}", told.headline);
    assert!(told.subtitle.starts_with("Missed and late deliveries"), "{}", told.subtitle);
    assert!(!told.headline.contains(" lost"), "{}", told.headline);
}

/// A single gateway of two serves at the peak: it shares with nobody.
#[test]
fn who_serves_alone_shares_with_nobody() {
    let text = "
# Does one do?
model: ../models/chat.yaml
horizon: 3min
warm_up: 20s
set: { phones.count: 500, gateways.count: 2, phones.network.lifetime: never }
timeline:
  - at: 60s
    name: crash
    crash: { node: gateways, kind: process, instances: [1], restart: 10min }
";
    let summary = runs(text, 1);
    let fullest = summary.fullest("gateways").unwrap();
    assert_eq!((fullest.serve, fullest.of), (1.0, 2.0), "{fullest:?}");
    assert_eq!(
        fullest.reason().as_deref(),
        Some("1 of 2 instances of gateways serves at the peak")
    );
    let head = chart(&summary, "connections").headline;
    assert!(head.starts_with("1 of 2 instances of gateways serves at the peak: "), "{head}");
    let told: Vec<String> = findings::all(&summary).into_iter().map(|it| it.text).collect();
    let told = told.join(" ");
    assert!(told.contains("1 of 2 instances of gateways serves when it is fullest: "), "{told}");
    assert!(!page(&summary).contains("evenly: gateways"));
}

/// Of what a run has none of, nothing is bounded: 0 of no deliveries are no 3 a run at most.
#[test]
fn none_of_none_has_no_bound() {
    let silent = ran(&["phones.count=2100", "gateways.cores=1"], "experiments/az-loss.yaml", None);
    let loud = ran(&["phones.count=1k"], "experiments/retention.yaml", None);
    assert_eq!(silent.has_none_of("deliveries.missed"), Some("deliveries"));
    assert_eq!(silent.has_none_of("during(steady).deliveries.missed"), Some("deliveries"));
    assert_eq!(silent.has_none_of("attempts.refused"), None);
    assert_eq!(loud.has_none_of("deliveries.missed"), None);
    let pages = html::several(&[("silent", &silent), ("loud", &loud)]);
    let dom = scraper::Html::parse_document(&String::from_utf8(pages).unwrap());
    let rows = scraper::Selector::parse("tr").unwrap();
    let told = |row: scraper::ElementRef| plain(&row.text().collect::<Vec<_>>().join(" "));
    let all: Vec<String> = dom.select(&rows).map(told).collect();
    let missed = all.iter().find(|row| row.contains("deliveries.missed")).unwrap();
    assert!(missed.contains("0 of no deliveries") && !missed.contains("at most"), "{missed}");
}

/// What waits for users who are away for hours does not come in a minute: nobody is told that it
/// does.
#[test]
fn what_waits_for_hours_is_not_let_in_by_a_minute() {
    let set = ["phones.count=300", "replications=1"];
    let mut summary = ran(&set, "experiments/offline-inbox.yaml", None);
    assert!(summary.waits_for_pending() && !summary.pending_would_settle());
    let told = page(&summary);
    assert!(!told.contains("a longer settle would let it"), "{told}");
    // Where nearly all comes within a minute it would, unless it has had one.
    let lag = summary.metrics.iter_mut().find(|it| it.name == "delivery_lag.p99").unwrap();
    lag.mean = Some(30.0);
    assert!(summary.pending_would_settle());
    summary.input["settle"] = "1min".into();
    assert!(!summary.pending_would_settle());
}

/// The answer of a sweep of one point is that of its run.
#[test]
fn one_point_is_answered_as_a_run() {
    let own = runs(
        "
# What does it cost?
model: ../models/chat.yaml
horizon: 1min
warm_up: 10s
set: { phones.count: 200, gateways.count: 2 }
",
        1,
    );
    let mut one = sweep(vec![Point { values: vec!["1s".into()], ..Point::default() }]);
    one.points[0].metrics = own.metrics.clone();
    let (answer, more) = one.answer();
    assert_eq!(answer, one.run_of(&one.points[0]).answer());
    assert!(!answer.is_empty() && !answer.contains("1 points"), "{answer}");
    assert!(more[0].starts_with("It is the only point; the experiment states no"), "{more:?}");
}

/// What a headline names is drawn, however many points there are.
#[test]
fn bars_and_curves_that_are_named_are_drawn() {
    let missed = |place: u32| match place {
        17 => 9_000.0,
        38 => 1.0,
        _ => 100.0 + f64::from(place),
    };
    let point = |place: u32| {
        let metric = |name: &str, value| Metric::from_values(name, &[], Unit::Count, vec![value]);
        Point {
            name: format!("retention={place}s"),
            values: vec![format!("{place}s")],
            metrics: vec![
                metric("lost.half_open", missed(place)),
                metric("deliveries.missed", missed(place)),
                metric("deliveries.intended", 1e6),
            ],
            ..Point::default()
        }
    };
    let all = charts::sweep::all(&sweep((0..60).map(point).collect()));
    let chart = all.into_iter().find(|chart| chart.name == "losses-by-cause").unwrap();
    let charts::Body::Bars(bars) = &chart.panels[0].body else { panic!("no bars") };
    let names: Vec<&str> = bars.rows.iter().map(|row| row.name.as_str()).collect();
    assert!(names.len() == 16 && names.contains(&"17s") && names.contains(&"38s"), "{names:?}");
    assert!(chart.headline.contains("9,000 at retention 17s"), "{}", chart.headline);
    assert!(chart.headline.contains("1 at retention 38s"), "{}", chart.headline);
    assert!(chart.subtitle.contains("with those that are named above"), "{}", chart.subtitle);
}
