//! The designs of a sweep over time: one below the other, on the same axes.
use super::{board::phase, fake::Story, swept};
use squall::{
    report::chart::{Body, Chart, Lines, designs},
    summary::sweep::Sweep,
};

/// Two designs of a sweep, the second with a deploy that takes longer and is worse.
fn two() -> (Sweep, [String; 2]) {
    let mut sweep = swept::retention();
    let names: Vec<String> =
        sweep.drawn_designs().iter().map(|design| design.point.name.clone()).take(2).collect();
    let [first, second]: [String; 2] = names.try_into().unwrap();
    let mut one = Story::default().summary();
    one.phases = vec![phase("deploy", 180, 300), phase("recovery", 300, 360)];
    let mut other = one.clone();
    other.phases = vec![phase("deploy", 180, 300), phase("recovery", 300, 600)];
    for series in other.series.iter_mut().filter(|it| it.quantity == "attempts") {
        series.values.iter_mut().flatten().for_each(|value| *value *= 7.0);
    }
    sweep.runs = vec![(first.clone(), one), (second.clone(), other)];
    (sweep, [first, second])
}

fn lines(chart: &Chart) -> Vec<&Lines> {
    let mut all = Vec::new();
    for panel in &chart.panels {
        if let Body::Lines(lines) = &panel.body {
            all.push(lines);
        }
    }
    all
}

#[test]
fn designs_stand_below_each_other_on_one_axis() {
    let (sweep, _) = two();
    let charts = designs::of_sweep(&sweep);
    let attempts = charts.iter().find(|chart| chart.name == "design-attempts").unwrap();
    let first: Vec<&str> = attempts.panels.iter().map(|panel| panel.name.as_str()).collect();
    let designs = sweep.drawn_designs();
    let spoken = |place: usize| sweep.spoken(designs[place].point);
    assert!(first[0].starts_with(&spoken(0)), "{first:?}");
    assert!(first.iter().any(|name| name.starts_with(&spoken(1))), "{first:?}");
    assert!(attempts.headline.starts_with(&spoken(0)), "{}", attempts.headline);
    let all = lines(attempts);
    let half = all.len() / 2;
    assert_eq!((all[0].y.low, all[0].y.high), (all[half].y.low, all[half].y.high));
    let most = all.iter().flat_map(|it| &it.lines).flat_map(|it| it.pieces.concat());
    assert!(most.map(|(_, value)| value).fold(0.0, f64::max) <= all[0].y.high);
    // The deploy is the same, the recovery is not.
    let told: Vec<&str> = attempts.shades.iter().map(|shade| shade.name.as_str()).collect();
    assert!(told.len() == 1 && told[0].starts_with("deploy"), "{told:?}");
    assert!(all.iter().all(|it| it.shades.len() == 1 && it.shades[0].faint));
}

#[test]
fn tails_lie_over_each_other() {
    let (sweep, _) = two();
    let charts = designs::of_sweep(&sweep);
    let tail = charts.iter().find(|chart| chart.name == "design-lag-distribution").unwrap();
    let [body] = lines(tail)[..] else { panic!("{tail:?}") };
    assert_eq!(body.lines.len(), 2);
    let mut labels: Vec<&str> = body.lines.iter().map(|line| line.label.as_str()).collect();
    labels.dedup();
    assert_eq!(labels.len(), 2);
    assert_ne!(body.lines[0].pen, body.lines[1].pen);
}

/// One alone is told with its name, and what is told of all points is not told again.
#[test]
fn a_design_alone_has_its_charts() {
    let (mut sweep, [_, second]) = two();
    sweep.runs.retain(|(name, _)| *name == second);
    let charts = designs::of_sweep(&sweep);
    assert!(charts.len() > 3 && charts.iter().all(|chart| chart.name.starts_with("design-")));
    let point = sweep.points.iter().find(|point| point.name == second).unwrap();
    assert!(charts.iter().all(|chart| chart.headline.starts_with(&sweep.spoken(point))));
    assert!(charts.iter().all(|chart| !chart.name.contains("cost")));
    sweep.runs.clear();
    assert_eq!(designs::of_sweep(&sweep), []);
}
