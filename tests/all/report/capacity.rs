//! What is used of what there is, what waits, what it costs: charts held against numbers that are
//! known otherwise.
use super::{
    board::{priced, told},
    charts::{apart, coloured, inside},
    swept::sweep,
};
use squall::{
    engine::{Span, number},
    record::Unit,
    report::{
        chart::{self, Bars, Body, Chart, Limit, Lines},
        draw::{ALONE, NARROW, WIDE, lay_out},
    },
    summary::{
        Judged, Metric, Series, Summary,
        figures::{self, plain},
        slo::Verdict,
        sweep::{Axis, Point},
    },
};

fn found(summary: &Summary, name: &str) -> Option<Chart> {
    let chart = chart::all(summary).into_iter().find(|chart| chart.name == name)?;
    drawn(&chart);
    Some(chart)
}

/// Whatever the paper, all stands on it, and no text on another.
fn drawn(chart: &Chart) {
    for paper in [ALONE, WIDE, NARROW] {
        let sheet = lay_out(chart, &paper);
        let what = format!("{} at {}", chart.name, paper.width);
        inside(&sheet, &what);
        apart(&sheet, &what);
        coloured(&sheet, &what);
    }
}

fn lines(chart: &Chart) -> Vec<&Lines> {
    let of = |panel: &'_ chart::Panel| matches!(panel.body, Body::Lines(_));
    assert!(chart.panels.iter().all(of), "lines alone");
    let lines = chart.panels.iter().filter_map(|panel| match &panel.body {
        Body::Lines(lines) => Some(lines),
        _ => None,
    });
    lines.collect()
}

fn bars(chart: &Chart) -> &Bars {
    let Body::Bars(bars) = &chart.panels[0].body else { panic!("no bars") };
    bars
}

/// A track of a value a second over the twenty minutes of the board's run.
fn track(summary: &mut Summary, key: [&str; 3], unit: Unit, value: impl Fn(usize) -> f64) {
    let [node, quantity, statistic] = key.map(str::to_owned);
    let values = (0..1_200).map(|at| Some(value(at))).collect();
    let step = Span::from_secs(1);
    let replication = Some(0);
    summary.series.push(Series { node, quantity, statistic, unit, replication, step, values });
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * b.abs()
}

#[test]
fn memory_is_what_a_connection_weighs_times_how_many() {
    let mut summary = told();
    assert!(found(&summary, "memory").is_none(), "a little of 1 GB says nothing");
    summary.input["nodes"]["gateways"]["gateway"]["memory"]["limit"] = "200MB".into();
    let chart = found(&summary, "memory").unwrap();
    let body = lines(&chart)[0];
    assert_eq!(body.limits.iter().map(|limit| limit.value).collect::<Vec<_>>(), [2e8]);
    // 4e8 bytes of 40,000 connections: 10 kB each.
    let held = summary.levels("gateways", "connections");
    let held = held.iter().filter(|(name, _)| *name != "total");
    let most = held.filter_map(|(_, curve)| Some(curve.peak()?.1)).fold(0.0, f64::max);
    let fullest = body.lines.iter().find(|line| line.label == "fullest").unwrap();
    let peak = fullest.pieces.iter().flatten().map(|point| point.1).fold(0.0, f64::max);
    assert!(near(peak, most * 1e4), "{peak} {most}");
    assert!(plain(&chart.headline).starts_with("The fullest instance of gateways holds "));
}

#[test]
fn what_waits_has_a_panel_each_and_what_does_not_has_none() {
    let mut summary = told();
    assert!(found(&summary, "queues").is_none());
    let herd = |at: usize| if (300..400).contains(&at) { 2.5 } else { 0.0 };
    track(&mut summary, ["gateways", "handshake_queue", "max"], Unit::Seconds, herd);
    let pile = |at: usize| if at == 500 { 1_234.0 } else { 3.0 };
    track(&mut summary, ["bus", "backlog", "total"], Unit::Count, pile);
    track(&mut summary, ["side", "backlog", "total"], Unit::Count, |_| 100.0);
    let chart = found(&summary, "queues").unwrap();
    let names: Vec<&str> = chart.panels.iter().map(|panel| panel.name.as_str()).collect();
    assert_eq!(names, ["longest wait for a CPU of gateways", "messages that wait in bus"]);
    let headline = "Work waits up to 2.50 s for a CPU of gateways at 5:01 min; 1,234 messages wait \
                    in bus at 8:21 min";
    assert_eq!(plain(&chart.headline), headline);
}

/// Whatever has a queue has a panel where it is long; a bounded door has its bound.
#[test]
fn stores_fan_outs_and_doors_have_their_queues() {
    let mut summary = told();
    summary.input["nodes"]["gateways"]["gateway"]["accept_queue"] = 250.into();
    let slow = |at: usize| if (300..400).contains(&at) { 13.0 } else { 0.001 };
    track(&mut summary, ["registry", "queue", "max"], Unit::Seconds, slow);
    track(&mut summary, ["buffer", "queue", "max"], Unit::Seconds, |_| 0.009);
    track(&mut summary, ["fanout", "queue", "max"], Unit::Seconds, |at| slow(at) / 10.0);
    let full = |at: usize| if at == 320 { 240.0 } else { 0.0 };
    track(&mut summary, ["gateways", "accept_queue", "max"], Unit::Count, full);
    let chart = found(&summary, "queues").unwrap();
    let names: Vec<&str> = chart.panels.iter().map(|panel| panel.name.as_str()).collect();
    let door = "handshakes that wait at the fullest of gateways";
    assert_eq!(names, ["longest wait for registry", "longest wait for fanout", door]);
    let headline = "Work waits up to 13.0 s for registry at 5:01 min; 240 handshakes wait at an \
                    instance of gateways at 5:21 min";
    assert_eq!(plain(&chart.headline), headline);
    let limits = &lines(&chart)[2].limits;
    assert_eq!(
        limits.as_slice(),
        [Limit { value: 250.0, label: "accept_queue 250".to_owned(), spans: Vec::new() }]
    );
}

/// The capacity is drawn as what the instances that serve can do; far above everything it is told.
#[test]
fn attempts_stand_against_what_the_gateways_can_do() {
    let mut summary = told();
    let labels = |summary: &Summary| -> Vec<String> {
        let chart = found(summary, "attempts").unwrap();
        lines(&chart)[0].lines.iter().map(|line| line.label.clone()).collect()
    };
    assert_eq!(labels(&summary), ["accepted", "attempted"]);
    let attempts = summary.rate("", "attempts", "attempted").unwrap().peak().unwrap().1;
    let of = |part: f64| move |at: usize| part * if at < 600 { 2.0 } else { 1.0 } * attempts;
    let mut tight = summary.clone();
    track(&mut tight, ["gateways", "handshakes", "capacity"], Unit::PerSecond, of(0.5));
    assert_eq!(labels(&tight), ["capacity", "accepted", "attempted"]);
    let note = found(&tight, "attempts").unwrap().note;
    let ending =
        |part: &str| format!("attempts come to at most {part} what those can at the same moment.");
    // One tier takes them all: what its headroom says is said here.
    assert!(plain(&note).ends_with(&ending("1.6 times")), "{note}");
    // Otherwise it is read off the lines: the peak is when half of it serves.
    tight.metrics.retain(|metric| metric.name != "attempts.peak_over_capacity");
    let note = found(&tight, "attempts").unwrap().note;
    assert!(plain(&note).ends_with(&ending("2 times")), "{note}");
    summary.metrics.retain(|metric| metric.name != "attempts.peak_over_capacity");
    track(&mut summary, ["gateways", "handshakes", "capacity"], Unit::PerSecond, of(100.0));
    let chart = found(&summary, "attempts").unwrap();
    let log = lines(&chart)[0].y.scale == chart::Scale::Log;
    assert_eq!(labels(&summary).contains(&"capacity".to_owned()), log);
    assert!(plain(&chart.note).ends_with(&ending("1.00 % of")), "{}", chart.note);
    // Of several runs the mean line has a peak, and each run its own.
    summary.replications = 3;
    summary.metrics.push(Metric::from_values(
        "attempts.peak_per_second",
        &[],
        Unit::PerSecond,
        vec![1.5 * attempts; 3],
    ));
    let note = plain(&found(&summary, "attempts").unwrap().note);
    let own = plain(&figures::figure(Unit::PerSecond, 1.5 * attempts));
    let says = format!("that of the mean line; the runs’ own peaks are {own} on average.");
    assert!(note.contains(&says), "{note}");
}

/// Two that send and are not equally late have a line each, and the limits that are theirs.
#[test]
fn each_who_sends_has_its_lag() {
    let mut summary = told();
    let lag = |summary: &mut Summary, node: &str, [half, most]: [f64; 2]| {
        let late = |at: usize| if (600..700).contains(&at) { 3.0 } else { 1.0 };
        track(summary, [node, "delivery_lag", "p50"], Unit::Seconds, |_| half);
        track(summary, [node, "delivery_lag", "p99"], Unit::Seconds, |at| most * late(at));
    };
    lag(&mut summary, "quiet", [0.037, 0.25]);
    assert!(found(&summary, "lag-by-source").is_none(), "one sends");
    let mut same = summary.clone();
    lag(&mut same, "loud", [0.037, 0.25]);
    assert!(found(&same, "lag-by-source").is_none(), "they are equally late");
    same.slo.push(judged("quiet.delivery_lag.p99 < 500ms"));
    assert!(found(&same, "lag-by-source").is_some(), "an objective asks");
    lag(&mut summary, "loud", [0.04, 4.0]);
    summary.slo.push(judged("quiet.delivery_lag.p99 < 500ms"));
    summary.slo.push(judged("loud.delivery_lag.p50 < 1s"));
    let chart = found(&summary, "lag-by-source").unwrap();
    // A bad moment is not the whole run, of which the metrics tell where they are known.
    let headline = "99 % of what loud sends comes within 4.00 s, of what quiet sends within 250 ms";
    assert_eq!(plain(&chart.headline), headline);
    let mut halves = summary.clone();
    let metric = |name: &str, unit, value| Metric::from_values(name, &["loud"], unit, vec![value]);
    let whole = ["quiet.delivery_lag.p99", "loud.delivery_lag.p99"];
    halves.metrics.extend(whole.map(|name| metric(name, Unit::Seconds, 44.8)));
    let whole = [("quiet.delivery_lag.p50", 0.04), ("loud.delivery_lag.p50", 9.0)];
    halves.metrics.extend(whole.map(|(name, value)| metric(name, Unit::Seconds, value)));
    let headline = found(&halves, "lag-by-source").unwrap().headline;
    let half = "Half of what loud sends comes within 9.00 s, of what quiet sends within 40.0 ms";
    assert_eq!(plain(&headline), half);
    halves.metrics.retain(|metric| metric.name != "loud.delivery_lag.p50");
    halves.metrics.push(metric("loud.delivery_lag.p50", Unit::Seconds, 0.04));
    let headline = found(&halves, "lag-by-source").unwrap().headline;
    let same = "What quiet and loud send is equally late: 99 % within 44.8 s";
    assert_eq!(plain(&headline), same);
    let limits: Vec<Vec<String>> = lines(&chart)
        .iter()
        .map(|body| body.limits.iter().map(|limit| plain(&limit.label)).collect())
        .collect();
    assert_eq!(limits, [["loud p50 limit 1 s"], ["quiet p99 limit 500 ms"]]);
    for body in lines(&chart) {
        let labels: Vec<&str> = body.lines.iter().map(|line| line.label.as_str()).collect();
        assert_eq!(labels, ["quiet", "loud"]);
    }
    // On a phone the key stands clear of half a tick label above the panel.
    let sheet = lay_out(&chart, &NARROW);
    let texts = sheet.text_boxes();
    let key = texts.iter().find(|(_, text)| *text == "quiet").unwrap().0;
    assert!(sheet.panels[0][0] - key[3] >= 9.0, "{key:?} {:?}", sheet.panels);
    // Lines on each other share a label, in the order in which they are told.
    let mut same = chart.clone();
    same.panels.truncate(1);
    let Body::Lines(body) = &mut same.panels[0].body else { panic!("lines") };
    body.limits.clear();
    body.lines[0].pieces = body.lines[1].pieces.clone();
    let label = |chart: &Chart, wanted: &str| {
        let sheet = lay_out(chart, &WIDE);
        sheet.text_boxes().iter().any(|(_, text)| *text == wanted)
    };
    assert!(label(&same, "quiet, loud"));
    let Body::Lines(body) = &mut same.panels[0].body else { panic!("lines") };
    body.reversed = true;
    assert!(label(&same, "loud, quiet"));
    // Where one sends, its objective stands in the chart of all.
    let mut alone = told();
    alone.slo = vec![judged("quiet.delivery_lag.p99 < 500ms")];
    let chart = found(&alone, "lag-over-time").unwrap();
    assert_eq!(plain(&lines(&chart)[0].limits[0].label), "quiet p99 limit 500 ms");
    // An objective about a phase is drawn as long as that lasts.
    let fault = alone.phases.iter().find(|phase| phase.name != "steady").unwrap().clone();
    alone.slo = vec![judged(&format!("during({}).delivery_lag.max < 20s", fault.name))];
    let chart = found(&alone, "lag-over-time").unwrap();
    let [limit] = lines(&chart)[0].limits.as_slice() else { panic!("{chart:?}") };
    assert_eq!(plain(&limit.label), format!("max limit 20 s, sent in {}", fault.name));
    assert!(limit.spans.contains(&(fault.start.seconds(), fault.end.seconds())), "{limit:?}");
    assert!(limit.spans.len() < alone.phases.len() && near(limit.value, 20.0));
}

fn judged(expr: &str) -> Judged {
    Judged { expr: expr.to_owned(), verdict: Verdict::Pass, value: None, limit: None }
}

#[test]
fn the_budget_that_binds_stands_on_top() {
    let mut summary = told();
    let metric = |name: &str, value| Metric::from_values(name, &["bus"], Unit::Share, vec![value]);
    summary.metrics.push(metric("bus.cpu.mean", 0.2));
    summary.metrics.push(metric("bus.cpu.peak", 0.45));
    track(&mut summary, ["bus", "cpu", "max"], Unit::Share, |_| 0.45);
    summary.input["nodes"]["bus"]["pubsub"]["partitions"] = 64.into();
    let chart = found(&summary, "budgets").unwrap();
    let body = bars(&chart);
    let names: Vec<&str> = body.rows.iter().map(|row| row.name.as_str()).collect();
    let expected = [
        "gateways: handshakes",
        "gateways: connections",
        "gateways: CPU",
        "bus: work",
        "gateways: descriptors",
        "gateways: memory",
    ];
    assert_eq!(names, expected);
    // A herd can wait: what binds stands out, wherever it stands.
    let bold: Vec<bool> = body.rows.iter().map(|row| row.bold).collect();
    assert_eq!(bold, [false, true, false, false, false, false]);
    assert_eq!(
        plain(&chart.headline),
        "Handshakes of gateways are wanted at 1.6 times their limit at the peak; of what cannot \
         wait, connections of gateways is used most, 80.0 %"
    );
    assert_eq!(body.limit, Some((1.0, String::new())));
    let texts: Vec<String> = body.rows.iter().map(|row| plain(&row.text)).collect();
    assert_eq!(texts[3], "45.0 %, mean 20.0 %");
    // 160 % of the handshakes at the peak: the bar ends where all do, the number does not.
    assert!(texts[0].starts_with("▲ 160 %"), "{}", texts[0]);
    assert!(body.rows.iter().all(|row| row.to <= body.axis.high && body.axis.high <= 1.25));
    for row in &body.rows {
        assert!(near(row.parts.iter().sum(), row.to), "{row:?}");
    }
}

/// One bar next to nothing is a number; two of them can be compared.
#[test]
fn a_single_budget_needs_some_weight() {
    let with = |shares: &[(&str, f64)]| {
        let mut summary = told();
        summary.input["nodes"].as_object_mut().unwrap().remove("gateways");
        summary.metrics.retain(|metric| !metric.name.contains(".cpu."));
        for (node, share) in shares {
            for what in ["mean", "peak"] {
                let name = format!("{node}.cpu.{what}");
                let metric = Metric::from_values(&name, &[node], Unit::Share, vec![*share]);
                summary.metrics.push(metric);
            }
            track(&mut summary, [node, "cpu", "max"], Unit::Share, |_| *share);
        }
        found(&summary, "budgets").map(|chart| bars(&chart).rows.len())
    };
    assert_eq!(with(&[("bus", 0.04)]), None);
    assert_eq!(with(&[("bus", 0.06)]), Some(1));
    assert_eq!(with(&[("bus", 0.04), ("fanout", 0.03)]), Some(2));
    assert_eq!(with(&[("bus", 0.06), ("fanout", 0.009)]), Some(1));
}

#[test]
fn the_bill_adds_up_item_by_item_and_with_more_users() {
    let summary = priced();
    let chart = found(&summary, "cost").unwrap();
    let (total, items) = bars(&chart).rows.split_last().unwrap();
    let mut before = 0.0;
    for bar in items {
        assert!(near(bar.from, before) || before <= 0.0, "{bar:?}");
        before = bar.to;
    }
    assert!(near(before, total.to) && near(total.to, 1_000.0));
    let growth = found(&summary, "cost-growth").unwrap();
    let rows = &bars(&growth).rows;
    let totals: Vec<f64> = rows.iter().map(|row| row.to).collect();
    assert_eq!(totals, [1_000.0, 1_900.0, 4_500.0, 8_500.0]);
    for row in rows {
        assert!(near(row.parts.iter().sum(), row.to), "{row:?}");
    }
    assert_eq!(
        plain(&growth.headline),
        "With 10 times the users a month costs $8,500, 8.5 times as much"
    );
    assert!(found(&told(), "cost").is_none() && found(&told(), "cost-growth").is_none());
}

/// Users from 1,000 to 8,000: the lag and the bill of each.
fn grown() -> Vec<Point> {
    let point = |users: &str, lags: [f64; 4], bill: [f64; 2]| {
        let of = |name: &str, unit, value| Metric::from_values(name, &[], unit, vec![value]);
        let mut metrics: Vec<Metric> = ["p50", "p95", "p99", "p999"]
            .iter()
            .zip(lags)
            .map(|(name, lag)| of(&format!("delivery_lag.{name}"), Unit::Seconds, lag))
            .collect();
        let [gateway, egress] = bill;
        for (name, value) in [("total", gateway + egress), ("gateway", gateway), ("egress", egress)]
        {
            metrics.push(of(&format!("cost.{name}"), Unit::UsdPerMonth, value));
        }
        let limit = squall::summary::Judged {
            expr: "delivery_lag.p99 < 500ms".into(),
            verdict: Verdict::Pass,
            value: Some(lags[2]),
            limit: Some(0.5),
        };
        Point {
            name: format!("count={users}"),
            values: vec![users.to_owned()],
            fingerprint: 7,
            metrics,
            slo: vec![limit],
            ..Point::default()
        }
    };
    vec![
        point("1k", [0.08, 0.1, 0.2, 0.3], [100.0, 10.0]),
        point("4k", [0.08, 0.15, 0.4, 0.9], [200.0, 40.0]),
        point("8k", [0.1, 0.9, 2.0, 9.0], [300.0, 210.0]),
    ]
}

#[test]
fn lag_stands_against_the_load_with_its_limit() {
    let mut swept = sweep(grown());
    swept.axes = vec![Axis {
        path: "phones.count".into(),
        name: "count".into(),
        values: ["1k", "4k", "8k"].map(str::to_owned).into(),
    }];
    let charts = chart::sweep::all(&swept);
    let chart = charts.iter().find(|chart| chart.name == "lag-percentiles").unwrap();
    drawn(chart);
    let body = lines(chart)[0];
    let p99 = body.lines.iter().find(|line| line.label == "p99").unwrap();
    assert_eq!(p99.pieces, [vec![(1e3, 0.2), (4e3, 0.4), (8e3, 2.0)]]);
    assert!(body.limits.len() == 1 && near(body.limits[0].value, 0.5));
    assert_eq!(
        plain(&chart.headline),
        "p99 of the delivery lag: 200 ms at 1k phones, 2.00 s at 8k phones; over its limit at one \
         point"
    );
    let bill = charts.iter().find(|chart| chart.name == "cost-by-item").unwrap();
    drawn(bill);
    let parts: Vec<&[f64]> = bars(bill).rows.iter().map(|row| row.parts.as_slice()).collect();
    assert_eq!(parts, [[100.0, 10.0], [200.0, 40.0], [300.0, 210.0]]);
    assert_eq!(
        plain(&bill.headline),
        "A month costs $110 at 1k phones, $510 at 8k phones: 50.0 % of the difference is egress"
    );
}

#[test]
fn a_lag_that_stays_has_no_curve() {
    let mut points = grown();
    for metric in points.iter_mut().flat_map(|point| &mut point.metrics) {
        metric.mean = Some(0.2);
    }
    let charts = chart::sweep::all(&sweep(points));
    let names: Vec<&str> = charts.iter().map(|chart| chart.name.as_str()).collect();
    assert!(!names.contains(&"lag-percentiles") && !names.contains(&"cost-by-item"), "{names:?}");
}

/// $3,084 against $3,085 is nothing to choose by.
#[test]
fn bills_that_are_the_same_have_no_chart() {
    let drawn = |apart: f64| {
        let mut points = grown();
        for (place, point) in points.iter_mut().enumerate() {
            let more = apart * number::float(number::count(place));
            for metric in &mut point.metrics {
                match metric.name.as_str() {
                    "cost.total" => metric.mean = Some(3_084.0 + more),
                    "cost.gateway" => metric.mean = Some(3_000.0),
                    "cost.egress" => metric.mean = Some(84.0 + more),
                    _ => {}
                }
            }
        }
        let charts = chart::sweep::all(&sweep(points));
        charts.iter().any(|chart| chart.name == "cost-by-item")
    };
    assert!(!drawn(0.5) && drawn(50.0));
}

/// A managed service has no instances whose capacity could move: its quota is a line.
#[test]
fn a_quota_is_the_capacity_of_a_service() {
    let mut summary = told();
    // A managed service has the track, and nothing on it.
    for series in summary.series.iter_mut().filter(|series| series.quantity == "handshakes") {
        series.values.fill(None);
    }
    summary.input["nodes"]["gateways"] = serde_json::json!({ "managed": {} });
    let chart = found(&summary, "attempts").unwrap();
    let Body::Lines(body) = &chart.panels[0].body else { panic!("{chart:?}") };
    let line = body.lines.iter().find(|line| line.label == "quota 1k/s").unwrap();
    assert!(line.pieces.concat().iter().all(|&(_, rate)| (rate - 1_000.0).abs() < 1e-9));
    let note = plain(&chart.note);
    let says =
        "Capacity: the quota of the service, 1,000/s; attempts come to at most 1.6 times it.";
    assert!(note.contains(says), "{note}");
}
