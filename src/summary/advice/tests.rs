//! What a sweep advises, and what it gives as reasons.
use super::{
    ranking::{nearest, sieved},
    *,
};
use crate::summary::{Judged, Metric};

fn point(values: &[(&str, f64)]) -> Point {
    let metric =
        |&(name, value): &(&str, f64)| Metric::from_values(name, &[], Unit::Ratio, vec![value]);
    Point { metrics: values.iter().map(metric).collect(), ..Point::default() }
}

#[test]
fn the_more_important_goal_decides_unless_it_is_close() {
    let dear = point(&[("cost.total", 103.0), ("deliveries.missed", 0.0)]);
    let cheap = point(&[("cost.total", 100.0), ("deliveries.missed", 9.0)]);
    let close = point(&[("cost.total", 100.9), ("deliveries.missed", 0.0)]);
    let best = |all: &[&Point]| sieved(all, None).0.cloned();
    assert_eq!(best(&[&dear, &cheap]), Some(cheap.clone()));
    assert_eq!(best(&[&cheap, &close]), Some(close.clone()));
    assert_eq!(best(&[]), None);
    // What is a little cheaper than a little cheaper is no longer close to the cheapest.
    let pricey = point(&[("cost.total", 101.8), ("deliveries.missed", 0.0)]);
    let least = point(&[("cost.total", 100.9), ("deliveries.missed", 5.0)]);
    for all in [[&cheap, &pricey, &least], [&least, &pricey, &cheap], [&pricey, &least, &cheap]] {
        assert_eq!(best(&all), Some(least.clone()));
    }
}

/// What is as good is no reason to change anything, and what makes no difference is not told.
#[test]
fn of_equals_the_nearest_to_what_is_written_is_taken() {
    let of = |values: [&str; 2], cost: f64| Point {
        values: values.map(str::to_owned).to_vec(),
        name: values.join(","),
        ..point(&[("cost.total", cost)])
    };
    let written = of(["short_poll", "10s"], 4.0);
    let all = [of(["websocket", "5s"], 3.0), of(["websocket", "10s"], 3.0), written.clone()];
    let points: Vec<&Point> = all.iter().collect();
    assert_eq!(sieved(&points, None).0, Some(&all[0]));
    assert_eq!(sieved(&points, Some(&written)).0, Some(&all[1]));
    let mut sweep = of_users(&[false]);
    let axis = |path: &str, values: [&str; 2]| Axis {
        path: path.to_owned(),
        name: path.to_owned(),
        values: values.map(str::to_owned).to_vec(),
    };
    sweep.axes = vec![axis("transport", ["websocket", "short_poll"]), axis("every", ["5s", "10s"])];
    sweep.points = all.to_vec();
    sweep.points.push(of(["short_poll", "5s"], 5.0));
    assert!(!sweep.spoken_design(&all[1]).contains("10s"), "{}", sweep.spoken_design(&all[1]));
    assert!(sweep.spoken_design(&written).contains("10s"), "{}", sweep.spoken_design(&written));
}

fn of_users(broken: &[bool]) -> Sweep {
    let values: Vec<String> = (1..=broken.len()).map(|n| format!("{n}M")).collect();
    let points = broken.iter().zip(&values).map(|(&broken, value)| Point {
        values: vec![value.clone()],
        slo: vec![Judged {
            expr: "delivery_lag.p99 < 1s".to_owned(),
            verdict: if broken { Verdict::Fail } else { Verdict::Pass },
            value: None,
            limit: None,
        }],
        ..point(&[("cost.total", 1.0)])
    });
    Sweep {
        file: String::new(),
        experiment: String::new(),
        question: String::new(),
        version: String::new(),
        seed: 1,
        replications: 1,
        fingerprint: 0,
        events: 0,
        input: serde_json::json!({ "nodes": { "phones": { "clients": {} } } }),
        assumptions: Vec::new(),
        sets: Vec::new(),
        arguments: Vec::new(),
        runs: Vec::new(),
        points: points.collect(),
        axes: vec![Axis {
            path: "phones.count".to_owned(),
            name: "phones.count".to_owned(),
            values,
        }],
    }
}

#[test]
fn nobody_chooses_how_many_users_there_are() {
    let says = |broken: &[bool]| of_users(broken).answer().0;
    assert!(of_users(&[false, false]).choice().is_none());
    assert_eq!(says(&[false, false]), "Every objective is kept from 1M users to 2M users.");
    assert_eq!(
        says(&[false, true]),
        "Every objective is kept up to 1M users; at 2M users no point shows delivery_lag.p99 < 1s."
    );
    assert_eq!(says(&[true, true]), "At 1M users no point shows delivery_lag.p99 < 1s.");
}

#[test]
fn one_design_is_told_in_full_and_few_side_by_side() {
    let of_gateways = |broken: &[bool]| {
        let mut sweep = of_users(broken);
        sweep.axes[0].path = "gateways.count".to_owned();
        sweep
    };
    let shown = |sweep: &Sweep| {
        let design = sweep.shown_design().unwrap();
        (design.point.values[0].clone(), design.role)
    };
    let mut sweep = of_gateways(&[true, false, false]);
    assert_eq!(shown(&sweep), ("2M".to_owned(), "advised"));
    sweep.input["nodes"]["gateways"]["gateway"]["count"] = "2M".into();
    assert_eq!(shown(&sweep), ("2M".to_owned(), "as written, advised"));
    // None is to be taken: as it is written, else the one that comes nearest.
    let mut none = of_gateways(&[true, true, true]);
    none.points[0].slo = vec![none.points[1].slo[0].clone(); 2];
    assert_eq!(shown(&none), ("2M".to_owned(), "comes nearest"));
    none.input["nodes"]["gateways"]["gateway"]["count"] = "3M".into();
    assert_eq!(shown(&none), ("3M".to_owned(), "as written"));
    let roles = |count: usize| -> Vec<&str> {
        let mut broken = vec![true; count];
        broken[count / 2] = false;
        let sweep = of_gateways(&broken);
        sweep.told_designs().iter().map(|design| design.role).collect()
    };
    let mut all = vec![""; 12];
    (all[0], all[6]) = ("keeps least", "advised");
    assert_eq!(roles(12), all);
    assert_eq!(roles(13), ["keeps least", "advised"]);
    // Of loads, which nobody chooses, the one that keeps the objectives at each.
    let loads = of_users(&[[false; 11].as_slice(), &[true; 9]].concat());
    let told = loads.told_designs();
    assert!(told.len() == 12 && told[10].role == "the most that is kept", "{told:?}");
}

#[test]
fn what_speaks_against_the_values_beside_the_chosen_one_is_said() {
    let mut sweep = of_users(&[true, false, true, true]);
    sweep.axes[0].path = "gateways.drain.window".to_owned();
    sweep.axes[0].name = "window".to_owned();
    assert_eq!(
        sweep.reasons()[0].text,
        "Window 1M does not show delivery_lag.p99 < 1s; window 3M does not show \
         delivery_lag.p99 < 1s."
    );
    let jitter = ["none", "full"].map(str::to_owned);
    sweep.axes.push(Axis {
        path: "phones.reconnect.jitter".to_owned(),
        name: "jitter".to_owned(),
        values: jitter.clone().into(),
    });
    for one in std::mem::take(&mut sweep.points) {
        sweep.points.extend(jitter.iter().map(|value| {
            let mut point = one.clone();
            point.values.push(value.clone());
            point
        }));
    }
    assert_eq!(
        sweep.reasons()[1].text,
        "With window 2M, every value of jitter keeps all objectives."
    );
    sweep.points.retain(|point| point.values[1] == "none");
    assert_eq!(sweep.reasons().len(), 1);
}

/// The next is as cheap and slower; a dearer one is faster than both.
#[test]
fn what_is_better_than_the_next_alone_is_told_so() {
    let mut sweep = of_users(&[false, false, false]);
    sweep.axes[0].path = "gateways.drain.window".to_owned();
    sweep.axes[0].name = "window".to_owned();
    let numbers = [(100.0, 1.0), (100.5, 2.0), (103.0, 0.5)];
    for (point, (cost, lag)) in sweep.points.iter_mut().zip(numbers) {
        point.metrics = self::point(&[("cost.total", cost), ("delivery_lag.p99", lag)]).metrics;
    }
    let says = |sweep: &Sweep| sweep.taken(sweep.choice().unwrap());
    let slower = "Take window 1M: all 3 points keep every objective, and it is the fastest of the \
                  2 that are best in the bill of a month.";
    assert_eq!(says(&sweep), slower);
    sweep.points[2].metrics =
        self::point(&[("cost.total", 103.0), ("delivery_lag.p99", 3.0)]).metrics;
    let fastest = "Take window 1M: all 3 points keep every objective, and it is the fastest.";
    assert_eq!(says(&sweep), fastest);
}

#[test]
fn a_number_of_things_is_plural() {
    for (words, many) in [
        ("3 gateways", true),
        ("1,000 users with jitter", true),
        ("1 gateway", false),
        ("window 30s", false),
        ("SSE with 3 gateways", false),
    ] {
        assert_eq!(are_many(words), many, "{words}");
    }
}

#[test]
fn a_window_beyond_the_grace_is_named() {
    let mut sweep = of_users(&[false, false]);
    sweep.axes[0].path = "gateways.drain.window".to_owned();
    sweep.axes[0].name = "window".to_owned();
    sweep.axes[0].values = ["30s", "60s"].map(str::to_owned).into();
    for (point, value) in sweep.points.iter_mut().zip(["30s", "60s"]) {
        point.values = vec![value.to_owned()];
        point.metrics = self::point(&[("attempts.peak_per_second", 5_000.0)]).metrics;
    }
    let grace = |grace: &str| {
        let drain = serde_json::json!({ "drain": { "grace": grace } });
        serde_json::json!({ "nodes": { "gateways": { "gateway": drain } } })
    };
    sweep.input = grace("30s");
    assert_eq!(
        sweep.cut_off().unwrap().text,
        "With window 60s, longer than the grace of 30s, who has not left by then is cut off \
         at once: attempts peak at up to 5,000/s."
    );
    sweep.input = grace("1min");
    assert_eq!(sweep.cut_off(), None);
}

/// All break the same two objectives: the cheapest serves half of its users, the dearest is near.
#[test]
fn the_nearest_is_not_the_cheapest_but_the_one_that_misses_least() {
    let mut sweep = of_users(&[true, true, true]);
    sweep.axes[0].path = "gateways.count".to_owned();
    for (point, (arrived, lag)) in
        sweep.points.iter_mut().zip([(50.0, 20.0), (100.0, 60.0), (100.0, 29.0)])
    {
        point.metrics = self::point(&[
            ("deliveries.intended", 100.0),
            ("deliveries.live", arrived),
            ("deliveries.replayed", 0.0),
            ("deliveries.inbox", 0.0),
            ("deliveries.pending", 100.0 - arrived),
            ("delivery_lag.p99", lag),
        ])
        .metrics;
        point.slo[0].value = Some(lag);
        point.slo[0].limit = Some(1.0);
    }
    let all: Vec<&Point> = sweep.points.iter().collect();
    assert_eq!(nearest(&all).unwrap().values, ["3M"]);
    assert!(sweep.answer().0.contains("3M"), "{}", sweep.answer().0);
    let role = |role: &str| {
        let designs = sweep.designs();
        designs.iter().find(|it| it.role == role).map(|it| it.point.values[0].clone())
    };
    assert_eq!(role("comes nearest").as_deref(), Some("3M"));
    assert_eq!(role("keeps least").as_deref(), Some("1M"));
}

/// No other keeps them, but of some nobody knows.
#[test]
fn what_is_inconclusive_does_not_count_as_failing() {
    let mut sweep = of_transports(&[(1.0, 5.0, true), (1.0, 5.0, true), (1.0, 5.0, true)]);
    sweep.axes[1].path = "gateways.drain.window".to_owned();
    for point in &mut sweep.points {
        let sse = point.values[0] == "sse";
        point.slo[0].verdict = match point.values[1].as_str() {
            "1/s" => Verdict::Pass,
            "10/s" if sse => Verdict::Inconclusive,
            _ => Verdict::Fail,
        };
    }
    assert_eq!(
        sweep.told()[0].text,
        "Per user decides: every point with window 1/s keeps all objectives, no other is shown \
         to: 3 fail, 1 is inconclusive."
    );
}

#[test]
fn shares_near_one_are_told_apart_by_what_is_missing() {
    let three_nines = point(&[("clients.availability", 0.9990)]);
    let more = point(&[("clients.availability", 0.9991)]);
    assert_eq!(sieved(&[&three_nines, &more], None).0, Some(&more));
}

/// Two transports at three message rates: (bill of the first, of the second, whether the second
/// keeps its objective).
fn of_transports(bills: &[(f64, f64, bool)]) -> Sweep {
    let mut sweep = of_users(&[false]);
    let rates = ["10/s", "1/s", "12/h"].map(str::to_owned);
    let axis = |path: &str, values: &[String]| Axis {
        path: path.to_owned(),
        name: path.rsplit('.').next().unwrap().to_owned(),
        values: values.to_vec(),
    };
    let transports = ["websocket", "sse"].map(str::to_owned);
    let template = sweep.points.remove(0);
    for (place, transport) in transports.iter().enumerate() {
        for (rate, (one, other, kept)) in rates.iter().zip(bills) {
            let bill = if place == 0 { *one } else { *other };
            let mut point = template.clone();
            point.values = vec![transport.clone(), rate.clone()];
            point.metrics = self::point(&[("cost.total", bill)]).metrics;
            if place == 1 && !kept {
                point.slo[0].verdict = Verdict::Fail;
            }
            sweep.points.push(point);
        }
    }
    sweep.axes = vec![axis("phones.transport", &transports), axis("phones.sends.per_user", &rates)];
    sweep
}

#[test]
fn each_load_has_a_design_of_its_own() {
    let sweep = of_transports(&[(9.0, 15.0, true), (5.0, 4.0, false), (3.0, 2.0, true)]);
    assert!(sweep.choice().is_none() && sweep.has_designs());
    let (answer, more) = sweep.answer();
    assert_eq!(
        answer,
        "Take WebSocket from 10/s per user to 1/s per user (the cheapest) and SSE at 12/h per user \
         (the cheapest)."
    );
    assert!(more[0].starts_with("The bill of a month 2.00 at 12/h per user, 9.00 at"), "{more:?}");
    let loads = sweep.loads();
    let next: Vec<usize> = loads.iter().map(|load| load.kept.len()).collect();
    assert_eq!(next, [2, 1, 2]);
    let one = of_transports(&[(1.0, 5.0, true), (1.0, 5.0, true), (1.0, 5.0, true)]);
    assert_eq!(
        one.answer().0,
        "Take WebSocket, whatever the load: it keeps every objective from 10/s per user to 12/h \
         per user, and it is the cheapest."
    );
}

/// At how many loads a design is the cheapest is counted by its bills: it is where another is
/// dearer by less than counts, and is not where another is cheaper by as little.
#[test]
fn the_cheapest_is_counted_where_it_is_the_cheapest() {
    let sweep = of_transports(&[(1.0, 5.0, true), (1.0, 5.0, true), (100.0, 100.5, true)]);
    let answer = sweep.answer().0;
    assert!(answer.ends_with("per user, and it is the cheapest."), "{answer}");
    let sweep = of_transports(&[(1.0, 5.0, true), (1.0, 5.0, true), (100.0, 99.5, true)]);
    let answer = sweep.answer().0;
    assert!(answer.ends_with("per user, and it is the cheapest at 2 of 3 loads."), "{answer}");
    // What none is by more than counts, none is where it is the cheapest either.
    let sweep = of_transports(&[(1.0, 5.0, true), (100.0, 99.5, true), (100.0, 99.5, true)]);
    let answer = figures::plain(&sweep.answer().0);
    assert!(answer.ends_with("per user, and none is better in the bill of a month."), "{answer}");
}

/// What is not shown to hold is no failure; the first that fails is told apart from it.
#[test]
fn an_inconclusive_verdict_is_no_failure() {
    let mut sweep = of_transports(&[(1.0, 5.0, true), (1.0, 5.0, false), (1.0, 5.0, false)]);
    for point in &mut sweep.points {
        point.slo[0].verdict = match point.values[1].as_str() {
            "10/s" => Verdict::Pass,
            "1/s" => Verdict::Inconclusive,
            _ => Verdict::Fail,
        };
    }
    let says = "Take WebSocket at 10/s per user (the cheapest); at 1/s per user none is known to \
                keep delivery_lag.p99 < 1s; at 12/h per user none keeps delivery_lag.p99 < 1s.";
    assert_eq!(sweep.answer().0, says);
    let mut users = of_users(&[false, true]);
    users.points[1].slo[0].verdict = Verdict::Inconclusive;
    assert_eq!(
        users.answer().0,
        "Every objective is kept up to 1M users; at 2M users no point is known to show \
         delivery_lag.p99 < 1s."
    );
}

#[test]
fn nothing_is_advised_by_what_states_a_failure() {
    let mut sweep = of_transports(&[(1.0, 5.0, true), (1.0, 5.0, false), (1.0, 5.0, false)]);
    sweep.axes[1].path = "gateways.drain.window".to_owned();
    assert!(sweep.choice().is_some());
    for point in &mut sweep.points {
        point.slo[0].expr = "recovery.drop.never_share > 86%".to_owned();
    }
    assert!(sweep.choice().is_none() && sweep.reasons().is_empty());
    assert_eq!(
        sweep.answer().0,
        "It goes wrong, as the experiment states, at 4 of 6 points (WebSocket with window 10/s, \
         window 1/s and window 12/h; SSE with window 10/s): recovery.drop.never_share > 86%."
    );
}

#[test]
fn an_axis_that_decides_alone_is_named() {
    let mut sweep = of_transports(&[(1.0, 5.0, true), (1.0, 5.0, true), (1.0, 5.0, true)]);
    sweep.axes[1].path = "gateways.drain.window".to_owned();
    for point in &mut sweep.points {
        let kept = point.values[1] == "1/s";
        point.slo[0].verdict = if kept { Verdict::Pass } else { Verdict::Fail };
    }
    let told = sweep.told();
    assert_eq!(
        told[0].text,
        "Per user decides: every point with window 1/s keeps all objectives, no other does; \
         transport changes no verdict."
    );
    assert_eq!(told[0].metric.as_deref(), Some("delivery_lag.p99"));
    assert_eq!(
        sweep.answer().0,
        "Take WebSocket, window 1/s: of 2 points that keep every objective it is the cheapest; 4 \
         fail."
    );
}

#[test]
fn what_is_as_good_is_compared_in_what_others_are_behind_in() {
    let mut sweep = of_transports(&[(5.0, 5.0, true), (7.0, 7.0, true), (9.0, 9.0, true)]);
    sweep.axes[1].path = "gateways.drain.window".to_owned();
    assert_eq!(
        sweep.answer().0,
        "Take WebSocket, window 10/s: all 6 points keep every objective, and none is cheaper."
    );
    for point in &mut sweep.points {
        point.metrics = self::point(&[("cost.total", 5.0), ("delivery_lag.p99", 1.0)]).metrics;
    }
    assert_eq!(
        sweep.answer().0,
        "Take WebSocket, window 10/s: all 6 points keep every objective, and none is better in the \
         bill of a month and delivery lag, p99."
    );
}
