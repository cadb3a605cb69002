//! Curves whose crossings are known.
use super::*;
use crate::summary::{Judged, slo::Verdict, sweep::Axis};

/// A sweep of two designs over an interval; each has replications of a bill.
fn sweep(every: &[&str], bills: [&[&[f64]]; 2]) -> Sweep {
    let axis = |path: &str, values: &[&str]| Axis {
        path: path.to_owned(),
        name: path.rsplit('.').next().unwrap().to_owned(),
        values: values.iter().map(|&value| value.to_owned()).collect(),
    };
    let designs = ["websocket", "short_poll"];
    let point = |(design, place): (usize, usize)| Point {
        values: vec![designs[design].to_owned(), every[place].to_owned()],
        metrics: vec![Metric::from_values(
            "cost.total",
            &[],
            Unit::UsdPerMonth,
            bills[design][place].to_vec(),
        )],
        slo: vec![Judged {
            expr: "cost.total < 100".to_owned(),
            verdict: if bills[design][place][0] < 100.0 { Verdict::Pass } else { Verdict::Fail },
            value: None,
            limit: None,
        }],
        ..Point::default()
    };
    let places = (0..2).flat_map(|design| (0..every.len()).map(move |place| (design, place)));
    Sweep {
        file: String::new(),
        experiment: String::new(),
        question: String::new(),
        version: String::new(),
        seed: 1,
        replications: u32::try_from(bills[0][0].len()).unwrap(),
        fingerprint: 0,
        events: 0,
        input: serde_json::Value::Null,
        assumptions: Vec::new(),
        sets: Vec::new(),
        arguments: Vec::new(),
        axes: vec![axis("phones.transport", &designs), axis("phones.short_poll.every", every)],
        points: places.map(point).collect(),
        runs: Vec::new(),
    }
}

#[test]
fn lines_cross_where_they_meet() {
    // 60 against 120 − 10·t, over a narrow axis: but both are positive, so by their logarithms.
    let found = sweep(&["4s", "8s"], [&[&[60.0], &[60.0]], &[&[80.0], &[40.0]]]).crossings();
    let [crossing] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((crossing.below.as_str(), crossing.above.as_str()), ("websocket", "short_poll"));
    let part = (80.0_f64 / 60.0).ln() / ((80.0_f64 / 60.0).ln() + (60.0_f64 / 40.0).ln());
    assert!((crossing.at - (4.0 + 4.0 * part)).abs() < 1e-9, "{}", crossing.at);
    assert!((crossing.value - 60.0).abs() < 1e-9);
    // A power law over decades is a straight line of logarithms: 1,000/t meets 10 at 100 s.
    let hyperbola: [&[f64]; 3] = [&[1_000.0], &[20.0], &[1.0]];
    let flat: [&[f64]; 3] = [&[10.0], &[10.0], &[10.0]];
    let found = sweep(&["1s", "50s", "1000s"], [&flat, &hyperbola]).crossings();
    assert_eq!(found.len(), 1);
    assert!((found[0].at - 100.0).abs() < 1e-6, "{}", found[0].at);
    assert!(found[0].between.iter().zip([50.0, 1_000.0]).all(|(x, y)| (x - y).abs() < 1e-9));
}

/// At 2 s the intervals overlap: that they change places is known from 1 s and 4 s.
#[test]
fn what_overlaps_decides_nothing() {
    let flat: [&[f64]; 3] = [&[50.0, 52.0], &[50.0, 52.0], &[50.0, 52.0]];
    let falls: [&[f64]; 3] = [&[90.0, 92.0], &[45.0, 60.0], &[20.0, 21.0]];
    let found = sweep(&["1s", "2s", "4s"], [&flat, &falls]).crossings();
    assert_eq!(found.len(), 1);
    assert!(found[0].between.iter().zip([1.0, 4.0]).all(|(x, y)| (x - y).abs() < 1e-9));
    // They are never apart the other way.
    let near: [&[f64]; 3] = [&[90.0, 92.0], &[45.0, 60.0], &[40.0, 60.0]];
    assert!(sweep(&["1s", "2s", "4s"], [&flat, &near]).crossings().is_empty());
    // Single runs within a hundredth of each other are not.
    let close: [&[f64]; 2] = [&[90.0], &[49.6]];
    assert!(sweep(&["1s", "2s"], [&[&[50.0], &[50.0]], &close]).crossings().is_empty());
}

/// Who lie on each other over a stretch do not cross in it.
#[test]
fn a_stretch_of_no_difference_is_no_crossing() {
    let flat: [&[f64]; 4] = [&[50.0], &[50.0], &[50.0], &[50.0]];
    let falls: [&[f64]; 4] = [&[90.0], &[50.1], &[49.9], &[20.0]];
    let every = ["1s", "2s", "4s", "8s"];
    assert!(sweep(&every, [&flat, &falls]).crossings().is_empty());
    let falls: [&[f64]; 4] = [&[90.0], &[60.0], &[49.9], &[20.0]];
    assert_eq!(sweep(&every, [&flat, &falls]).crossings().len(), 1);
}

#[test]
fn the_sentences_say_who_is_better_where() {
    let flat: [&[f64]; 3] = [&[10.0], &[10.0], &[10.0]];
    let falls: [&[f64]; 3] = [&[1_000.0], &[20.0], &[1.0]];
    let said = sweep(&["1s", "50s", "1000s"], [&flat, &falls]).crossing_sentences();
    let plain: Vec<String> = said.iter().map(|it| figures::plain(&it.text)).collect();
    assert_eq!(plain.len(), 2, "{plain:?}");
    let bill = &plain[0];
    assert!(
        bill.starts_with("The bill of WebSocket and short polls crosses at polls every 100"),
        "{bill}"
    );
    let says = "below it WebSocket is cheaper, above it short polls (single runs are apart at";
    assert!(bill.contains(says), "{bill}");
    assert_eq!(
        plain[1],
        "cost.total < 100 is kept with short polls from polls every 50s, not at polls every 1s."
    );
}

/// Where they do not change places, that is said, and where they are as good as each other.
#[test]
fn who_is_cheaper_everywhere_is_told() {
    let told = |bills| {
        let all = sweep(&["4s", "8s"], bills).crossing_sentences().into_iter();
        all.map(|told| figures::plain(&told.text)).find(|text| text.starts_with("Nowhere"))
    };
    let dearer = told([&[&[60.0], &[60.0]], &[&[80.0], &[70.0]]]).unwrap();
    assert!(
        dearer.ends_with("is the bill of short polls less than that of WebSocket."),
        "{dearer}"
    );
    let near = told([&[&[60.0], &[60.0]], &[&[80.0], &[60.1]]]).unwrap();
    assert!(near.contains("that of WebSocket; next to no difference at "), "{near}");
    assert_eq!(told([&[&[60.0], &[60.0]], &[&[80.0], &[40.0]]]), None);
    assert_eq!(told([&[&[60.0], &[60.0]], &[&[60.1], &[60.0]]]), None);
}

/// Two numeric axes, or none, have no designs to compare.
#[test]
fn one_axis_is_numeric_and_one_is_not() {
    let mut both = sweep(&["1s", "2s"], [&[&[1.0], &[9.0]], &[&[9.0], &[1.0]]]);
    assert_eq!(both.crossings().len(), 1);
    both.axes[0].values = vec!["1".to_owned(), "2".to_owned()];
    assert!(both.crossings().is_empty());
}

/// An axis that goes along with another, such as the machines for so many users, is no axis of its
/// own.
#[test]
fn what_goes_along_with_an_axis_counts_with_it() {
    let mut both = sweep(&["1s", "2s"], [&[&[1.0], &[9.0]], &[&[9.0], &[1.0]]]);
    let count = ["3", "4"].map(str::to_owned);
    both.axes.push(Axis {
        path: "gateways.count".to_owned(),
        name: "count".to_owned(),
        values: count.clone().into(),
    });
    for (place, point) in both.points.iter_mut().enumerate() {
        point.values.push(count[place % 2].clone());
    }
    assert_eq!(both.crossings().len(), 1);
    both.points[0].values[2] = count[1].clone();
    assert!(both.crossings().is_empty());
}

/// A bill is no merit where hardly anything arrives: whose it is stands beside it.
#[test]
fn a_bill_of_few_is_told_as_theirs() {
    let mut sweep = sweep(&["4s", "8s"], [&[&[60.0], &[60.0]], &[&[80.0], &[40.0]]]);
    let told = |sweep: &Sweep| sweep.crossing_sentences()[0].text.clone();
    assert!(!told(&sweep).contains("; at "), "{}", told(&sweep));
    let last = sweep.points.last_mut().unwrap();
    let counts = [("intended", 1_000.0), ("live", 100.0), ("pending", 900.0)];
    last.metrics.extend(counts.map(|(end, count)| {
        Metric::from_values(&format!("deliveries.{end}"), &[], Unit::Count, vec![count])
    }));
    let told = told(&sweep);
    let whose = figures::plain(&told).contains("8.00 s that of short polls is with 10.0 % of");
    assert!(whose, "{told}");
}
