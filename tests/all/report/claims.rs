//! What headlines and sentences claim of a run, held against the run itself.
use super::{
    board::{phase, told},
    fake::Story,
    html::parsed,
    ran,
};
use serde_json::json;
use squall::{
    record::Unit,
    report::{
        chart,
        draw::{ALONE, NARROW, lay_out, unnamed},
        html, markdown, terminal,
    },
    summary::{
        Metric, Series, Summary, board,
        figures::{count, plain},
        findings,
    },
};

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
    let summary = ran(&["phones.count=21k", "gateways.cores=1"], "experiments/az-loss.yaml", None);
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

/// Five things are done, two of them nearly at once, two of them in a moment: each is told once,
/// with its own time and its own herd.
#[test]
fn five_faults_are_told_apart() {
    let summary = ran(&[], "tests/all/report/five-faults.yaml", None);
    let phases = summary.faults().filter(|phase| phase.name == "crash-one").count();
    assert_eq!(phases, 2, "the drop interrupts the crash");
    let page = String::from_utf8(html::page(&summary, &[])).unwrap();
    let dom = parsed(&page);
    let text = |node: scraper::ElementRef| plain(&node.text().collect::<Vec<_>>().join(" "));
    let all = |css: &str| -> Vec<String> {
        dom.select(&scraper::Selector::parse(css).unwrap()).map(text).collect()
    };
    assert_eq!(
        all("p.setup")[0],
        "10,000 users on 4 gateways; 6:00 min, of which 20 s warm-up; crash-one at 1:00 min, \
         drop-all-tablets at 1:06 min, roll at 1:40 min, fanout-crash at 4:00 min, \
         drop-some-phones at 5:00 min; single run."
    );
    let mut longer = summary.clone();
    let entries = longer.input["timeline"].as_array_mut().unwrap();
    entries.extend((1..=4).map(|at| json!({ "name": format!("entry-{at}"), "at": "5min30s" })));
    let page = String::from_utf8(html::page(&longer, &[])).unwrap();
    let setup = plain(&parsed(&page).root_element().text().collect::<String>());
    assert!(setup.contains("entry-1 at 5:30 min and 3 more; single run."), "{setup}");
    // What is over at once has a row, with whom it hit.
    let rows = all("table.phases tbody tr");
    let row = |name: &str| rows.iter().find(|row| row.contains(name)).unwrap();
    assert!(row("drop-all-tablets").contains("at 1:06 min"), "{rows:?}");
    assert!(row("drop-all-tablets").contains(" hit"), "{rows:?}");
    assert!(row("drop-some-phones").contains("at 5:00 min"), "{rows:?}");
    // The largest peak belongs to the drop, also as the fault before it is not over.
    let attempts = summary.rate("", "attempts", "attempted").unwrap();
    let (bin, peak) = attempts.peak().unwrap();
    assert!((66.0..68.0).contains(&attempts.time(bin)), "{bin}");
    let told = sentences(&summary);
    let of_drop = "During drop-all-tablets and the recovery from it (1:06 to 1:37 min)";
    let herd = told.split("During ").find(|part| part.starts_with("drop-all-tablets")).unwrap();
    assert!(told.contains(of_drop), "{told}");
    assert!(herd.contains(&format!("{}/s", count(peak))), "{herd}");
    let crash = told.split("During ").find(|part| part.starts_with("crash-one")).unwrap();
    assert!(crash.starts_with("crash-one (1:00 to 1:06 min)"), "{crash}");
    // The largest peak is told though it belongs to the last.
    let mut late = summary.clone();
    let own = |series: &&mut Series| series.quantity == "attempts" && series.node.is_empty();
    let attempted = |series: &&mut Series| own(series) && series.statistic == "attempted";
    late.series.iter_mut().find(attempted).unwrap().values[300] = Some(9_999.0);
    let told = sentences(&late);
    assert!(told.contains("During drop-some-phones") && told.contains("9,999/s"), "{told}");
}

/// The longest phase has its name first, each name stands once, and what has no room is told below.
#[test]
fn every_shade_has_a_name() {
    let summary = ran(&[], "tests/all/report/five-faults.yaml", None);
    let charts = chart::all(&summary);
    let chart = charts.iter().find(|chart| chart.name == "attempts").unwrap();
    let crash: Vec<_> = chart.shades.iter().filter(|it| it.name.starts_with("crash-one")).collect();
    assert!(crash.len() == 1 && (crash[0].start, crash[0].end) == (60.0, 70.0), "{crash:?}");
    for paper in [&ALONE, &NARROW] {
        let sheet = lay_out(chart, paper);
        let texts: Vec<String> =
            sheet.text_boxes().into_iter().map(|(_, text)| text.to_owned()).collect();
        let below = unnamed(chart, &[paper]);
        assert!(texts.iter().any(|text| text.starts_with("roll, ")), "{texts:?}");
        for deed in summary.deeds() {
            let stands = texts.iter().filter(|text| text.starts_with(&deed.name)).count();
            let told = below.contains(&deed.name);
            assert!(stands == 1 || stands == 0 && told, "{} {stands} {below}", deed.name);
        }
    }
}

/// One of a third of a million who is not back makes no fault one that did not end.
#[test]
fn a_few_who_are_not_back_are_told_as_few() {
    let run = |never: f64| {
        let mut summary = told();
        summary.metrics.retain(|metric| !metric.name.starts_with("recovery.deploy."));
        let all = [
            ("hit", 333_334.0),
            ("never", never),
            ("never_share", never / 333_334.0),
            ("t50", 37.3),
            ("t99", 45.4),
            ("user_seconds", 60_000.0),
        ];
        let metric = |(name, value): (&str, f64)| {
            Metric::from_values(&format!("recovery.deploy.{name}"), &[], Unit::Count, vec![value])
        };
        summary.metrics.extend(all.map(metric));
        summary
    };
    let words = |summary: &Summary| {
        let page = String::from_utf8(html::page(summary, &[])).unwrap();
        plain(&parsed(&page).root_element().text().collect::<String>())
    };
    let one = run(1.0);
    assert_eq!(board::blasts(&one)[0].back[2].to_string(), "all but 1");
    let (page, short) = (words(&one), markdown::page(&one, &[]));
    assert!(page.contains("all but 1") && !page.contains("not by the end"), "{page}");
    assert!(short.contains("| all but 1 |") && !short.contains("not by the end"), "{short}");
    let told = sentences(&one);
    assert!(told.contains("all but 1 by the end"), "{told}");
    let many = run(9_000.0);
    assert_eq!(board::blasts(&many)[0].back[2].to_string(), "not by the end");
    assert!(words(&many).contains("not by the end"));
}

/// A single user who is not back is away for longer than the run shows: the longest outage is at
/// least that, while what all of them lose is known in three digits.
#[test]
fn one_who_is_not_back_makes_the_longest_outage_open() {
    let run = |never: f64, back: f64| {
        let mut summary = told();
        summary.metrics.retain(|metric| !metric.name.starts_with("recovery.deploy."));
        let all = [
            ("recovery.deploy.hit", 333_334.0),
            ("recovery.deploy.never", never),
            ("recovery.deploy.longest", 90.0),
            ("recovery.deploy.user_seconds", 60_000.0),
            ("reconnect.max", back),
        ];
        let metric =
            |(name, value): (&str, f64)| Metric::from_values(name, &[], Unit::Count, vec![value]);
        summary.metrics.extend(all.map(metric));
        summary
    };
    let told = |summary: &Summary| {
        let all = board::blasts(summary);
        [all[0].longest_told(), board::in_all(summary, &all).unwrap(), all[0].minutes_told()]
            .map(|text| plain(&text))
    };
    let [longest, in_all, minutes] = told(&run(1.0, 52.0));
    assert_eq!([longest, minutes], ["at least 90.0 s", "1,000"]);
    assert!(in_all.contains("connection is at least 90.0 s"), "{in_all}");
    let [longest, in_all, _] = told(&run(0.0, 90.0));
    assert_eq!(longest, "90.0 s");
    assert!(!in_all.contains("at least"), "{in_all}");
}

/// 0.9 % that are missed are nearly all that p99 leaves above it: each sentence, headline and table
/// says of whom it speaks.
#[test]
fn a_lag_is_of_those_that_arrived() {
    let mut summary = Story::default().summary();
    let all = [
        ("deliveries.intended", 1_000_000.0),
        ("deliveries.live", 991_000.0),
        ("deliveries.replayed", 0.0),
        ("deliveries.missed", 9_000.0),
    ];
    let own = |name: &str| all.iter().any(|(known, _)| *known == name);
    summary.metrics.retain(|metric| !own(&metric.name));
    summary
        .metrics
        .extend(all.map(|(name, value)| Metric::from_values(name, &[], Unit::Count, vec![value])));
    let of = "of the 99.1 % that arrived";
    let head = headline(&summary, "lag-over-time");
    assert!(head.ends_with(of), "{head}");
    // Not behind a clause about something else.
    let head = headline(&summary, "lag-heat");
    assert!(head.contains(&format!(" % {of} take ")), "{head}");
    let head = headline(&summary, "lag-distribution");
    assert!(head.starts_with("1 in 100 of the 99.1 % that arrived takes"), "{head}");
    let told = sentences(&summary);
    assert!(told.contains("Of the 99.1 % that arrived, half take"), "{told}");
    let text = terminal::print(&summary, &terminal::Look::default());
    let short = plain(&markdown::page(&summary, &[]));
    assert!(text.contains(of) && short.contains(of), "{text}{short}");
}

/// Nine deliveries have no distribution, and a line that does not move says no more than its number
/// in the tables; unless something is done, or an objective asks.
#[test]
fn what_says_nothing_is_no_chart() {
    let named =
        |summary: &Summary, name: &str| chart::all(summary).iter().any(|chart| chart.name == name);
    let mut few = Story::default().summary();
    assert!(named(&few, "lag-distribution") && named(&few, "lag-heat"));
    few.lag.truncate(1);
    few.lag[0].count = 9;
    assert!(!named(&few, "lag-distribution") && !named(&few, "lag-heat"));
    let mut flat = Story { deploy: false, ..Story::default() }.summary();
    for series in flat.series.iter_mut().filter(|series| series.quantity == "cpu") {
        series.values.iter_mut().for_each(|value| *value = Some(0.7));
    }
    assert!(!named(&flat, "cpu"), "nothing moves");
    let mut asked = flat.clone();
    "gateways.cpu.peak < 80%".clone_into(&mut asked.slo[0].expr);
    assert!(named(&asked, "cpu"), "an objective asks");
    flat.phases.push(phase("deploy", 180, 300));
    assert!(named(&flat, "cpu"), "something is done, and it does not move");
}
