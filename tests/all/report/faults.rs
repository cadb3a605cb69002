//! What is told of a run with several faults: each with its own users, at most once.
use super::{
    board::{phase, told},
    html::parsed,
    ran, words_of,
};
use squall::{
    engine::Span,
    record::Unit,
    report::{draw::ALONE, draw::lay_out, html},
    summary::{Metric, Series, Summary, board, figures::plain, findings},
};

fn add(summary: &mut Summary, all: &[(&str, Unit, f64)]) {
    let metric = |&(name, unit, value): &(&str, Unit, f64)| {
        Metric::from_values(name, &["phones", "gateways"], unit, vec![value])
    };
    summary.metrics.extend(all.iter().map(metric));
}

/// A drop of clients and the loss of a zone at the same time, behind a deploy and its recovery.
fn several() -> Summary {
    let mut summary = told();
    summary.phases = vec![
        phase("steady", 0, 180),
        phase("deploy", 180, 300),
        phase("recovery", 300, 600),
        phase("drop", 600, 600),
        phase("recovery", 600, 600),
        phase("zone", 600, 700),
        phase("recovery", 700, 1_200),
    ];
    let (count, seconds) = (Unit::Count, Unit::Seconds);
    add(
        &mut summary,
        &[
            ("recovery.deploy.never", count, 0.0),
            ("recovery.deploy.user_seconds", seconds, 60_000.0),
            ("recovery.drop.hit", count, 3_000.0),
            ("recovery.drop.never", count, 2_790.0),
            ("recovery.drop.never_share", Unit::Share, 0.93),
            ("recovery.drop.user_seconds", seconds, 600_000.0),
            ("recovery.zone.hit", count, 1_500.0),
            ("recovery.zone.never", count, 90.0),
            ("recovery.zone.never_share", Unit::Share, 0.06),
            ("recovery.zone.user_seconds", seconds, 300_000.0),
            ("clients.gave_up", count, 2_800.0),
            ("during(recovery).clients.availability", Unit::Share, 0.5),
            ("during(recovery).connections.mean", count, 50_000.0),
            ("during(zone).clients.availability", Unit::Share, 0.1),
            ("during(zone).connections.mean", count, 10_000.0),
        ],
    );
    summary
}

fn words(summary: &Summary) -> String {
    let page = String::from_utf8(html::page(summary, &[])).unwrap();
    plain(&parsed(&page).root_element().text().collect::<String>())
}

/// Each fault has the minutes of those it hit, though another begins at the same time; what is left
/// over is said once.
#[test]
fn each_fault_has_the_minutes_of_those_it_hit() {
    let summary = several();
    let blasts = board::blasts(&summary);
    let told: Vec<_> = blasts.iter().map(|it| (it.name.as_str(), it.minutes.round())).collect();
    assert_eq!(told, [("deploy", 1_000.0), ("drop", 10_000.0), ("zone", 5_000.0)]);
    assert!(blasts.iter().all(|blast| !blast.recovered && blast.with.is_empty()), "{blasts:?}");
    let words = words(&summary);
    for said in [
        "drop takes at least 10,000 user-minutes from the users",
        "drop at 10:00 min; 2,790 not back at the end",
        "In all, at least 20,000 user-minutes are lost, 4,000 of them by users whom none of this \
         had hit;",
    ] {
        assert!(words.replace("dropat", "drop at").contains(said), "no `{said}` in {words}");
    }
}

/// What hits nobody has no more than the others leave.
#[test]
fn phases_share_what_is_left() {
    let mut summary = several();
    summary.metrics.retain(|metric| !metric.name.starts_with("recovery.zone."));
    let blasts = board::blasts(&summary);
    let zone = blasts.iter().find(|blast| blast.name == "zone").unwrap();
    // 90,000 users for a hundred seconds are 150,000; 20,000 - 1,000 - 10,000 are left.
    assert!(!zone.own && (zone.minutes - 9_000.0).abs() < 1e-6, "{zone:?}");
}

#[test]
fn one_minute_is_lost_and_a_small_share_is_no_zero() {
    let mut summary = several();
    for metric in &mut summary.metrics {
        match metric.name.as_str() {
            name if name.ends_with("user_seconds") => {
                metric.mean = Some(if name.contains("drop") { 60.0 } else { 0.0 });
            }
            _ => {}
        }
    }
    let outage = summary.metrics.iter_mut().find(|it| it.name == "outage.user_seconds").unwrap();
    outage.mean = Some(60.0);
    let words = words(&summary);
    assert!(words.contains("In all, at least 1 user-minute is lost;"), "{words}");
    assert!(
        words.contains("drop takes at least 1 user-minute from the users, < 0.01 % of"),
        "{words}"
    );
}

/// How many gave up is known of the run alone.
#[test]
fn who_gave_up_is_told_once() {
    let told = findings::all(&several());
    let told: Vec<&str> = told.iter().map(|finding| finding.text.as_str()).collect();
    let lost: Vec<String> =
        told.iter().filter(|text| text.starts_with("Lost: ")).map(|text| plain(text)).collect();
    assert_eq!(
        lost,
        [
            "Lost: 93.0 % of 3,000 hit by drop never come back; in all, 2,800 users give up for \
             good.",
            "Lost: 6.00 % of 1,500 hit by zone never come back.",
        ]
    );
}

/// What an earlier fault set off is no measure for a later one.
#[test]
fn a_rate_before_a_fault_is_that_of_the_calm() {
    let mut summary = several();
    let rate = |at: u32| match at {
        0..180 => 10.0,
        180..600 => 500.0,
        _ => 1_000.0,
    };
    let own = |series: &Series| series.quantity == "attempts" && series.node.is_empty();
    summary.series.retain(|series| !own(series));
    summary.series.push(Series {
        node: String::new(),
        quantity: "attempts".into(),
        statistic: "attempted".into(),
        unit: Unit::PerSecond,
        replication: Some(0),
        step: Span::from_secs(1),
        values: (0..1_200).map(|at| Some(rate(at))).collect(),
    });
    let told = findings::all(&summary).into_iter().map(|finding| plain(&finding.text));
    let herd: Vec<String> = told.filter(|text| text.starts_with("During zone")).collect();
    let [herd] = &herd[..] else { panic!("{herd:?}") };
    assert!(herd.contains("1,000/s, 100 times the 10/s before"), "{herd}");
}

/// What lasts no time begins in the table of phases and does not end, and names that begin at once
/// stand over each other in a chart.
#[test]
fn phases_that_begin_at_once_are_told_apart() {
    let summary = several();
    let words = words(&summary);
    assert!(!words.contains("10:00 min to 10:00 min"), "{words}");
    assert!(words.contains("drop") && words.contains("at 10:00 min"), "{words}");
    assert!(words.contains("11:40 min to 20:00 min"), "{words}");
    let charts = squall::report::chart::all(&summary);
    let chart = charts.iter().find(|chart| chart.name.starts_with("connections")).unwrap();
    let sheet = lay_out(chart, &ALONE);
    let boxes = sheet.text_boxes();
    let of = |name: &str| boxes.iter().find(|(_, text)| text.starts_with(name)).unwrap().0;
    let ([_, top, _, bottom], [_, above, _, below]) = (of("drop"), of("zone"));
    assert!(bottom <= above || below <= top, "{boxes:?}");
    assert!(chart.shades.iter().all(|shade| shade.name != "recovery"));
}

/// What takes no connection has a blast radius where messages do not arrive; where nothing is lost
/// but what is lost by chance all the time, there is none.
#[test]
fn a_blast_radius_is_of_messages_too_and_not_of_chance() {
    let sets = ["phones.count=4k", "horizon=4min"];
    let down = ran(&sets, "experiments/registry-down.yaml", None);
    let all = board::blasts(&down);
    let [blast] = all.as_slice() else { panic!("{all:?}") };
    let part = blast.wrongs[1].unwrap();
    let sent = down.mean("during(outage).deliveries.intended").unwrap();
    let gone = ["missed", "pending"]
        .map(|end| down.mean(&format!("during(outage).deliveries.{end}")).unwrap());
    assert!(part > 0.5 && (part - (gone[0] + gone[1]) / sent).abs() < 1e-12, "{part}");
    let page = words_of(&down);
    for said in ["of what is sent while it lasts does not arrive", "sent then, not arrived"] {
        assert!(page.contains(said), "{said}");
    }
    for seed in 1..=4 {
        let text = format!(
            "model: models/chat.yaml\nhorizon: 4min\nwarm_up: 30s\nseed: {seed}\nset: {{ \
             phones.count: 4k, gateways.count: 2, phones.network.lifetime: 10min }}\ntimeline:\n  \
             - {{ at: 2min, name: rush, load: {{ node: phones, factor: 2, lasts: 30s }} }}\n"
        );
        let all = board::blasts(&ran(&[], "e.yaml", Some(&text)));
        assert!(all.is_empty(), "{seed}: {all:?}");
    }
}
