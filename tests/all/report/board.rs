//! What a board asks, held against numbers that are known otherwise.
use super::{fake::Story, html::parsed};
use assert_cmd::Command;
use serde_json::json;
use squall::{
    engine::{Span, Time},
    record::Unit,
    report::{html, markdown, terminal},
    summary::{
        Bill, Judged, Metric, Series, Stretch, Summary,
        bill::Grown,
        board::{self, Back, Budget, Change},
        figures::plain,
        slo::Verdict,
    },
};

/// A phase of the first replication, from a second to another.
pub(crate) fn phase(name: &str, start: u64, end: u64) -> Stretch {
    let [start, end] = [start, end].map(|seconds| Time::from_nanos(seconds * 1_000_000_000));
    Stretch { replication: 0, name: name.to_owned(), start, end }
}

/// 100,000 users on four gateways in two zones; a deploy takes a fiftieth away for ten minutes.
pub(super) fn told() -> Summary {
    let mut summary = Story { horizon: 1_200, ..Story::default() }.summary();
    summary.input = json!({
        "nodes": {
            "phones": { "clients": {
                "count": "100k",
                "reconnect": { "jitter": "none", "timeout": "10s" },
                "heartbeat": { "every": "25s", "tcp_timeout": "924.6s" },
            } },
            "gateways": { "gateway": {
                "count": 4, "cores": 8, "zones": 2, "max_connections": "50k",
                "descriptors": 100_000, "memory": { "limit": "1GB" }, "accept_queue": "unbounded",
                "drain": { "window": "30s", "grace": "30s" },
            } },
        },
        "timeline": [{ "at": "3min", "name": "deploy",
            "deploy": { "node": "gateways", "batch": 1 } }],
    });
    let nodes = ["phones", "gateways"];
    let metric = |(name, unit, value): (&str, Unit, f64)| {
        Metric::from_values(name, &nodes, unit, vec![value])
    };
    summary.metrics = [
        ("gateways.connections_per_instance.mean", Unit::Count, 25_000.0),
        ("gateways.connections_per_instance.max", Unit::Count, 40_000.0),
        ("gateways.memory.peak_per_instance", Unit::Bytes, 4e8),
        ("gateways.cpu.mean", Unit::Share, 0.1),
        ("gateways.cpu.peak", Unit::Share, 0.5),
        ("handshakes.capacity", Unit::PerSecond, 1_000.0),
        ("attempts.total", Unit::Count, 12_000.0),
        ("during(steady).attempts.total", Unit::Count, 6_000.0),
        ("attempts.mean_over_capacity", Unit::Ratio, 0.01),
        ("attempts.peak_over_capacity", Unit::Ratio, 1.6),
        ("handshake_queue.max", Unit::Seconds, 12.0),
        ("handshakes.wasted", Unit::Count, 300.0),
        ("outage.longest", Unit::Seconds, 90.0),
        ("outage.user_seconds", Unit::Seconds, 1_200_000.0),
        ("recovery.deploy.hit", Unit::Count, 100_000.0),
        ("recovery.deploy.all", Unit::Seconds, 610.0),
        ("during(deploy).clients.availability", Unit::Share, 0.98),
        ("during(deploy).connections.mean", Unit::Count, 98_000.0),
    ]
    .map(metric)
    .into();
    summary.phases =
        vec![phase("steady", 0, 180), phase("deploy", 180, 780), phase("steady", 780, 1_200)];
    summary
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-9 * other.abs().max(1.0)
}

#[test]
fn budgets_are_those_of_hand_reckoning() {
    let rooms = board::headroom(&told());
    let [room] = &rooms[..] else { panic!("{rooms:?}") };
    // Average, one of four less, two of four less, peak.
    let expected = [
        ("connections", 0.5, 2.0 / 3.0, 1.0, 0.8),
        ("CPU", 0.1, 0.4 / 3.0, 0.2, 0.5),
        ("descriptors", 0.25, 1.0 / 3.0, 0.5, 0.4),
        ("memory", 0.25, 1.0 / 3.0, 0.5, 0.4),
        // 6,000 attempts in ten steady minutes are 10 of 1,000 a second.
        ("handshakes", 0.01, 0.01 * 4.0 / 3.0, 0.02, 1.6),
    ];
    assert_eq!(room.budgets.len(), expected.len());
    for (Budget { name, average, one_less, zone_less, peak, full_at, .. }, wanted) in
        room.budgets.iter().zip(expected)
    {
        assert_eq!(*name, wanted.0);
        let found = [*average, one_less.unwrap(), zone_less.unwrap(), *peak];
        let wanted = [wanted.1, wanted.2, wanted.3, wanted.4];
        assert!(found.iter().zip(wanted).all(|(one, other)| near(*one, other)), "{name} {found:?}");
        let binds = if *name == "handshakes" { average } else { peak };
        assert!(near(full_at.unwrap(), 100_000.0 / binds), "{name} {full_at:?}");
    }
    // Without a steady time nobody knows how many handshakes a user takes.
    let mut storm = told();
    storm.phases.retain(|phase| phase.name != "steady");
    let rooms = board::headroom(&storm);
    let last = rooms[0].budgets.last().unwrap();
    assert_eq!((last.name, last.full_at), ("handshakes", None));
}

/// A peak ends at the limit: what fits is known from the limit, or it is not known.
#[test]
fn what_is_full_is_told_by_its_limit() {
    let mut summary = told();
    let set = |summary: &mut Summary, name: &str, value: f64| {
        let metric = summary.metrics.iter_mut().find(|it| it.name == name).unwrap();
        *metric = Metric::from_values(name, &["phones", "gateways"], metric.unit, vec![value]);
    };
    summary.input["nodes"]["phones"]["clients"]["transport"] = json!("websocket");
    summary.input["nodes"]["gateways"]["gateway"]["max_connections"] = json!("20k");
    set(&mut summary, "gateways.connections_per_instance.max", 20_000.0);
    let rooms = board::headroom(&summary);
    let first = &rooms[0].budgets[0];
    assert_eq!((first.name, first.full_at, first.fewer), ("connections", Some(80_000.0), false));
    assert!(rooms[0].budgets.iter().all(|it| it.name != "handshakes" || it.full_at.is_none()));
    assert!(near(board::growth(&summary)[0].binding.clone().unwrap().2, 1.25));
    // 100,000 on 20,000 each are five, eight at 70 %: with the one that crashes nine, twice that
    // for a zone of two.
    summary.input["timeline"] = json!([
        { "zone_loss": { "node": "gateways", "zone": 0 } },
        { "crash": { "node": "gateways", "instances": [0] } },
    ]);
    let to = |summary: &Summary| {
        let all = board::changes(summary);
        let own = all.into_iter().find(|it| it.path == "gateways.count").unwrap();
        (own.to, own.evidence)
    };
    let (count, evidence) = to(&summary);
    assert_eq!(count, "18");
    assert!(evidence.contains("at least; run it again with them"), "{evidence}");
    // As many would fit where all serve: it is full because three of four are gone.
    summary.input["nodes"]["gateways"]["gateway"]["max_connections"] = json!("40k");
    set(&mut summary, "gateways.connections_per_instance.max", 40_000.0);
    let rooms = board::headroom(&summary);
    assert!(rooms[0].budgets[0].fewer, "{rooms:?}");
    // 100,000 on 40,000 each are 2.5, four at 70 %.
    assert_eq!(to(&summary).0, "10");
    // A CPU that is full does not say by how much.
    let mut summary = told();
    set(&mut summary, "gateways.cpu.peak", 1.0);
    let rooms = board::headroom(&summary);
    let first = &rooms[0].budgets[0];
    assert_eq!((first.name, first.fewer), ("CPU", true));
    let page = parsed(&String::from_utf8(html::page(&summary, &[])).unwrap());
    assert!(page.root_element().text().collect::<String>().contains("fewer than these"));
}

/// An objective fails, and nothing is near its limit.
#[test]
fn that_nothing_is_advised_is_said() {
    let mut summary = told();
    summary.metrics.clear();
    summary.input["nodes"]["gateways"]["gateway"]["accept_queue"] = json!(10);
    summary.slo = vec![Judged {
        expr: "delivery_lag.p99 < 1s".to_owned(),
        verdict: Verdict::Fail,
        value: Some(2.0),
        limit: Some(1.0),
    }];
    let none = "No advice: delivery_lag.p99 < 1s fails, and no budget is near its limit.";
    assert_eq!(board::no_advice(&summary).as_deref(), Some(none));
    summary.slo[0].verdict = Verdict::Pass;
    assert_eq!(board::no_advice(&summary), None);
}

#[test]
fn one_instance_has_none_to_lose() {
    let mut summary = told();
    summary.input["nodes"]["gateways"]["gateway"]["count"] = json!(1);
    let rooms = board::headroom(&summary);
    let spare = |budget: &Budget| budget.one_less.is_some() || budget.zone_less.is_some();
    assert!(!rooms[0].budgets.iter().any(spare));
}

#[test]
fn a_deploy_costs_what_availability_says() {
    let blasts = board::blasts(&told());
    let [blast] = &blasts[..] else { panic!("{blasts:?}") };
    // 2,000 of 100,000 users for ten minutes; a month of 730 h may lose a thousandth.
    assert!(near(blast.minutes, 20_000.0), "{blast:?}");
    assert!(near(blast.budget.unwrap(), 20_000.0 / (100_000.0 * 43_800.0 * 0.001)), "{blast:?}");
    let back = [Back::Never, Back::Never, Back::After(610.0)];
    assert_eq!((blast.hit, &blast.back), (Some(100_000.0), &back));
    let mut quiet = told();
    quiet.phases.clear();
    assert!(board::blasts(&quiet).is_empty());
    // A mark does nothing to anybody.
    let mut marked = told();
    marked.input["timeline"] = json!([{ "at": "3min", "name": "deploy", "mark": {} }]);
    assert!(board::blasts(&marked).is_empty());
}

/// The one fault answers for its recovery; of two, nobody knows which.
#[test]
fn a_recovery_belongs_to_the_fault_before_it() {
    let mut summary = told();
    let metric = |name: &str, unit, value| Metric::from_values(name, &[], unit, vec![value]);
    summary.metrics.push(metric("during(recovery).clients.availability", Unit::Share, 0.9));
    summary.metrics.push(metric("during(recovery).connections.mean", Unit::Count, 90_000.0));
    let mut recovery = summary.phases[1].clone();
    (recovery.name, recovery.start) = ("recovery".to_owned(), recovery.end);
    recovery.end = summary.phases[2].end;
    summary.phases[2] = recovery;
    let blasts = board::blasts(&summary);
    let [blast] = &blasts[..] else { panic!("{blasts:?}") };
    // 10,000 of 100,000 users for seven minutes more.
    assert!(blast.recovered && near(blast.minutes, 20_000.0 + 70_000.0), "{blast:?}");
    let page = String::from_utf8(html::page(&summary, &[])).unwrap();
    let words = parsed(&page).root_element().text().collect::<String>();
    assert!(words.contains("deploy and the recovery from it take 90,000 user-minutes"), "{words}");
    // A crash before it that goes over into the deploy has its part in the recovery.
    let mut both = summary.clone();
    both.phases[0].name = "crash".to_owned();
    both.metrics.push(metric("recovery.crash.hit", Unit::Count, 10.0));
    let blasts = board::blasts(&both);
    let told: Vec<_> = blasts.iter().map(|it| (it.name.as_str(), it.recovered)).collect();
    assert_eq!(told, [("crash", false), ("deploy", true)]);
    assert_eq!(blasts[1].with, ["crash"]);
}

/// Two faults with a recovery each, which lack users as three to one: each has its own.
#[test]
fn each_fault_has_its_recovery() {
    let mut summary = told();
    let metric = |name: &str, unit, value| Metric::from_values(name, &[], unit, vec![value]);
    summary.metrics.retain(|metric| !metric.name.starts_with("during(deploy)"));
    summary.metrics.extend([
        metric("during(recovery).clients.availability", Unit::Share, 0.9),
        metric("during(recovery).connections.mean", Unit::Count, 90_000.0),
        metric("recovery.crash.hit", Unit::Count, 50.0),
        metric("recovery.crash.t50", Unit::Seconds, 20.0),
        metric("recovery.crash.never_share", Unit::Share, 0.25),
        metric("recovery.crash.longest", Unit::Seconds, 400.0),
    ]);
    summary.phases = vec![
        phase("steady", 0, 180),
        phase("deploy", 180, 180),
        phase("recovery", 180, 480),
        phase("steady", 480, 780),
        phase("crash", 780, 780),
        phase("recovery", 780, 1_080),
        phase("steady", 1_080, 1_200),
    ];
    let online = |at: u32| match at {
        180..480 => 97_000.0,
        780..1_080 => 99_000.0,
        _ => 100_000.0,
    };
    summary.series.retain(|series| series.quantity != "connections");
    summary.series.push(Series {
        node: String::new(),
        quantity: "connections".into(),
        statistic: "online".into(),
        unit: Unit::Count,
        replication: Some(0),
        step: Span::from_secs(1),
        values: (0..1_200).map(|at| Some(online(at))).collect(),
    });
    let blasts = board::blasts(&summary);
    let [deploy, crash] = &blasts[..] else { panic!("{blasts:?}") };
    // 10,000 users for ten minutes in all.
    assert!(near(deploy.minutes, 75_000.0) && near(crash.minutes, 25_000.0), "{blasts:?}");
    assert!(deploy.recovered && crash.recovered && crash.with.is_empty(), "{blasts:?}");
    let back = [Back::After(20.0), Back::Never, Back::Never];
    assert_eq!((&crash.back, crash.longest), (&back, Some(400.0)));
    let page = String::from_utf8(html::page(&summary, &[])).unwrap();
    let words = parsed(&page).root_element().text().collect::<String>();
    assert!(plain(&words).contains("not by the end25.0 % still away"), "{words}");
}

/// A time that never came says so, with how long the run had for it.
#[test]
fn what_is_never_reached_is_told() {
    let mut summary = told();
    summary.metrics.push(Metric::from_values("recovery.deploy.t99", &[], Unit::Seconds, vec![]));
    let expr = "recovery.deploy.t99 < 60s".to_owned();
    summary.slo = vec![Judged { expr, verdict: Verdict::Fail, value: None, limit: Some(60.0) }];
    let page = String::from_utf8(html::page(&summary, &[])).unwrap();
    let told = "not reached by the end of the run (";
    assert!(page.contains(told) && markdown::page(&summary, &[]).contains(told));
    let text = terminal::print(&summary, &terminal::Look::default());
    let line = text.lines().find(|line| line.contains("not by the end")).unwrap();
    assert!(!text.contains("no data") && !line.contains("of the run"), "{text}");
}

/// One attempt says nothing about a rate, and a bill of five users nothing about a thousand.
#[test]
fn nothing_is_made_of_a_handful() {
    let mut summary = priced();
    let page = |summary: &Summary| {
        let page = String::from_utf8(html::page(summary, &[])).unwrap();
        plain(&parsed(&page).root_element().text().collect::<String>())
    };
    let metric = |name: &str, value| Metric::from_values(name, &[], Unit::Count, vec![value]);
    summary.metrics.push(metric("cost.total", 2_000.0));
    summary.metrics.push(metric("cost.per_1k_connections", 20.0));
    summary.metrics.push(metric("connections.mean", 99_000.0));
    let each = "20 per 1,000 connections";
    assert!(page(&summary).contains(each));
    for metric in &mut summary.metrics {
        match metric.name.as_str() {
            "connections.mean" => metric.mean = Some(5.0),
            "during(steady).attempts.total" => metric.mean = Some(1.0),
            _ => {}
        }
    }
    let rooms = board::headroom(&summary);
    let handshakes = rooms[0].budgets.iter().find(|it| it.name == "handshakes").unwrap();
    assert_eq!((handshakes.full_at, handshakes.few), (None, Some(1.0)));
    let words = page(&summary);
    assert!(!words.contains(each) && words.contains("1 steady attempt is too few to tell"));
}

/// What repeats a run names the file as it was given.
#[test]
fn the_command_names_the_file_with_its_folder() {
    let mut summary = told();
    summary.file = "some where/deploy.yaml".to_owned();
    let page = String::from_utf8(html::page(&summary, &[])).unwrap();
    let words = parsed(&page).root_element().text().collect::<String>();
    for text in [words, markdown::page(&summary, &[])] {
        assert!(text.contains("squall run 'some where/deploy.yaml' --seed"), "{text}");
    }
}

/// On average is the whole run, as of every other budget; what must fit is the steady rate. Both
/// sides are over the seconds in which one serves: a mean is below its peak.
#[test]
fn handshakes_are_averaged_where_one_serves() {
    let mut summary = told();
    let part = |metric: &&mut Metric| metric.name == "attempts.mean_over_capacity";
    summary.metrics.iter_mut().find(part).unwrap().mean = Some(0.004);
    let rooms = board::headroom(&summary);
    let budget = rooms[0].budgets.iter().find(|budget| budget.name == "handshakes").unwrap();
    assert!(near(budget.average, 0.004) && budget.average < budget.peak, "{budget:?}");
    assert!(near(budget.full_at.unwrap(), 100_000.0 / (6_000.0 / 600.0 / 1_000.0)), "{budget:?}");
}

pub(super) fn priced() -> Summary {
    let mut summary = told();
    let charge = |usd_month: f64| squall::summary::Charge {
        item: "gateway".into(),
        node: "gateways".into(),
        product: "large".into(),
        quantity: 2_920.0,
        unit: "hours".into(),
        price: usd_month / 2_920.0,
        source: String::new(),
        date: String::new(),
        usd_month,
        share: 1.0,
        why: String::new(),
    };
    let grown = |(factor, usd_month): (f64, f64)| Grown {
        factor,
        item: "gateway".into(),
        node: "gateways".into(),
        quantity: 1.0,
        unit: "hours".into(),
        usd_month,
    };
    summary.bill = Some(Bill {
        prices: "list".into(),
        over: 60.0,
        steady: true,
        charges: vec![charge(1_000.0)],
        growth: [(2.0, 1_900.0), (5.0, 4_500.0), (10.0, 8_000.0), (10.0, 500.0)].map(grown).into(),
    });
    summary
}

#[test]
fn growth_is_the_bill_and_the_peak_times_the_factor() {
    let all = board::growth(&priced());
    let bills: Vec<Option<f64>> = all.iter().map(|grown| grown.bill).collect();
    assert_eq!(bills, [1_000.0, 1_900.0, 4_500.0, 8_500.0].map(Some));
    for grown in &all {
        let (name, node, part) = grown.binding.as_ref().unwrap();
        assert_eq!((*name, node.as_str()), ("connections", "gateways"));
        assert!(near(*part, 0.8 * grown.factor) && grown.users == Some(1e5 * grown.factor));
    }
    assert!(board::growth(&told()).iter().all(|grown| grown.bill.is_none()));
}

#[test]
fn changes_are_closed_forms_that_a_file_takes() {
    let found = board::changes(&told());
    let told: Vec<(&str, &str, &str)> =
        found.iter().map(|it| (it.path.as_str(), it.from.as_str(), it.to.as_str())).collect();
    // 40,000 users at 750 handshakes a second: 53.3 s, and a quarter more.
    let expected = [
        ("gateways.drain.window", "30s", "1min10s"),
        ("gateways.drain.grace", "30s", "1min10s"),
        ("gateways.accept_queue", "unbounded", "2200"),
        ("phones.reconnect.jitter", "none", "full"),
    ];
    assert_eq!(told, expected);
    assert!(found[0].evidence.contains("53.3 s"), "{}", found[0].evidence);
    let mut show = Command::cargo_bin("squall").unwrap();
    show.current_dir(env!("CARGO_MANIFEST_DIR")).args(["show", "experiments/rolling-deploy.yaml"]);
    for Change { path, to, .. } in &found {
        show.arg("--set").arg(format!("{path}={to}"));
    }
    let shown = show.assert().code(0).get_output().stdout.clone();
    assert!(String::from_utf8(shown).unwrap().contains("accept_queue: 2200"));
}

#[test]
fn a_full_tier_gets_more_instances_and_a_good_design_no_advice() {
    let mut full = calm();
    full.metrics.iter_mut().filter(|it| it.name == "gateways.cpu.peak").for_each(|metric| {
        metric.mean = Some(1.05);
    });
    let found = board::changes(&full);
    let count = found.iter().find(|change| change.path == "gateways.count").unwrap();
    // 4 · 1.05 / 0.7 = 6.
    assert_eq!((count.from.as_str(), count.to.as_str()), ("4", "6"));
    assert_eq!(board::changes(&calm()), []);
    // While a herd is to be thinned, the CPU that it fills is no reason for more instances.
    let mut herd = told();
    herd.metrics.iter_mut().filter(|it| it.name == "gateways.cpu.peak").for_each(|metric| {
        metric.mean = Some(1.05);
    });
    assert!(board::changes(&herd).iter().all(|change| change.path != "gateways.count"));
}

/// The same within all closed forms.
fn calm() -> Summary {
    let mut good = told();
    good.input["nodes"]["gateways"]["gateway"]["drain"] =
        json!({ "window": "1min", "grace": "1min" });
    good.input["nodes"]["gateways"]["gateway"]["accept_queue"] = json!("2k");
    good.input["nodes"]["phones"]["clients"]["reconnect"]["jitter"] = json!("full");
    good.metrics.retain(|metric| metric.name != "attempts.peak_over_capacity");
    good
}

/// Names that no file may have; a folder that a person has changed may hold them.
#[test]
fn no_name_is_markup_in_any_answer() {
    let evil = "ga<b>\"&\u{202E}\n";
    let mut summary = priced();
    let pool = summary.input["nodes"]["gateways"].take();
    summary.input["nodes"] = json!({ evil: pool, "phones": summary.input["nodes"]["phones"] });
    summary.input["nodes"][evil]["gateway"]["drain"]["window"] = json!("1s");
    summary.input["timeline"][0]["deploy"]["node"] = json!(evil);
    for metric in &mut summary.metrics {
        metric.name = metric.name.replace("gateways.", &format!("{evil}."));
        metric.name = metric.name.replace("deploy", evil);
    }
    summary.phases[1].name = evil.to_owned();
    let found = board::changes(&summary);
    assert!(found.iter().any(|change| change.path.contains("<b>")), "{found:?}");
    let page = String::from_utf8(html::page(&summary, &[])).unwrap();
    parsed(&page);
    assert!(!page.contains("ga<b>") && !page.contains('\u{202E}') && page.contains("ga&lt;b&gt;"));
    for id in ["recommendation", "headroom", "growth", "blast"] {
        assert!(page.contains(&format!("id=\"{id}\"")), "no {id}");
    }
    let text = markdown::page(&summary, &[]);
    assert!(!text.contains('\u{202E}') && text.contains("## Recommendation"));
}

#[test]
fn the_page_has_each_answer_and_no_empty_section() {
    let page = String::from_utf8(html::page(&priced(), &[])).unwrap();
    let html = parsed(&page);
    let words = plain(&html.root_element().text().collect::<String>());
    for said in [
        "Of gateways alone: connections would be full first, with 125,000 users, 1.25 times",
        "With 10 times the users a month costs $8,500, 8.5 times as much",
        "The nodes of this run do not carry twice its users",
        "deploy takes 20,000 user-minutes from the users, 0.457 % of what a month may lose",
        "In all, 20,000 user-minutes are lost; the longest that one user",
        "--set gateways.drain.window=1min10s --set gateways.drain.grace=1min10s",
    ] {
        assert!(words.contains(said), "no `{said}`");
    }
    let mut bare = told();
    bare.metrics.clear();
    bare.phases.clear();
    bare.slo.clear();
    let page = String::from_utf8(html::page(&bare, &[])).unwrap();
    for id in ["recommendation", "headroom", "growth", "blast"] {
        assert!(!page.contains(&format!("id=\"{id}\"")), "{id} says nothing");
    }
}
