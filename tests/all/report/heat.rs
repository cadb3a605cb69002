//! The lag as a heat map: every delivery has its cell.
use super::{fake::Story, ran};
use squall::{
    cli::results,
    engine::{Span, Time, number},
    report::{
        chart::{self, Body, Chart, Heat},
        draw::{ALONE, Mark, NARROW, WIDE, lay_out, svg},
        theme,
    },
    summary::{LagCell, Summary, figures::plain},
};
use tempfile::TempDir;

fn found(summary: &Summary) -> Option<Chart> {
    chart::all(summary).into_iter().find(|chart| chart.name == "lag-heat")
}

fn heat(chart: &Chart) -> &Heat {
    let Body::Heat(heat) = &chart.panels[0].body else { panic!("no heat map") };
    heat
}

#[test]
fn every_delivery_is_in_one_cell() {
    let summary = Story { replications: 3, ..Story::default() }.summary();
    let chart = found(&summary).unwrap();
    let cells: f64 = heat(&chart).cells.iter().map(|cell| cell.value * (cell.to - cell.from)).sum();
    let of = |series: &&squall::summary::Series| {
        series.quantity == "delivery_lag" && series.statistic == "count"
    };
    let counts = summary.series.iter().find(of).unwrap().values.iter().flatten().sum::<f64>();
    assert!((cells * 3.0 - counts).abs() < 1e-6 * counts, "{cells} {counts}");
    let all: u64 = summary.lag_cells.iter().map(|cell| cell.count).sum();
    assert!((number::float(all) - counts).abs() < 0.5 && counts > 0.0);
}

#[test]
fn it_is_bounded_whatever_the_horizon() {
    let story = Story { horizon: 7_200, gateways: 2, ..Story::default() };
    let summary = story.summary();
    let mut times: Vec<_> = summary.lag_cells.iter().map(|cell| cell.at).collect();
    times.dedup();
    // Four steps for each power of two of nanoseconds that a lag can have.
    assert!(times.len() <= 240, "{}", times.len());
    assert!(summary.lag_cells.len() <= times.len() * 64 * 4);
}

#[test]
fn the_drawing_is_the_same_twice_and_has_its_key() {
    let summary = Story::default().summary();
    let chart = found(&summary).unwrap();
    assert_eq!(svg(&lay_out(&chart, &ALONE)), svg(&lay_out(&found(&summary).unwrap(), &ALONE)));
    for paper in [ALONE, WIDE, NARROW] {
        let sheet = lay_out(&chart, &paper);
        let says = |wanted: &str| sheet.text_boxes().iter().any(|text| text.1 == wanted);
        assert!(says("deliveries/s, log scale"));
        for (box_, text) in sheet.text_boxes() {
            assert!(box_[0] >= 0.0 && box_[2] <= sheet.width + 0.5, "{text} leaves the sheet");
        }
        // The darkest cell has the darkest shade, and cells stay within the plot.
        let [left, right, top, bottom] = sheet.plot;
        let inside = |points: &Vec<(f64, f64)>| {
            points.iter().all(|&(x, y)| {
                (left - 0.1..right + 0.1).contains(&x) && (top - 0.1..bottom + 0.1).contains(&y)
            })
        };
        let darkest = theme::RAMP[theme::RAMP.len() - 1];
        let dark: Vec<&Vec<(f64, f64)>> = sheet
            .marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Area { points, colour, .. } if *colour == darkest => Some(points),
                _ => None,
            })
            .collect();
        // One of them is the key's.
        assert!(dark.len() > 1 && dark.iter().filter(|points| !inside(points)).count() == 1);
    }
}

#[test]
fn without_deliveries_there_is_none() {
    let mut summary = Story::default().summary();
    summary.lag_cells.clear();
    assert!(found(&summary).is_none());
}

/// Equal stripes say less than percentiles, unless something is done to the system.
#[test]
fn equal_stripes_are_drawn_only_where_a_fault_could_bend_them() {
    let striped = |deploy: bool, swelling: u64| {
        let mut summary = Story { deploy, ..Story::default() }.summary();
        let all = std::mem::take(&mut summary.lag_cells);
        let mut times: Vec<_> = all.iter().map(|cell| cell.at).collect();
        times.dedup();
        let first = all.iter().filter(|cell| cell.at == all[0].at);
        let at = |(place, at)| {
            let more = if place % 2 == 0 { swelling } else { 1 };
            first.clone().map(move |cell| LagCell { at, count: more * cell.count, ..*cell })
        };
        summary.lag_cells = times.into_iter().enumerate().flat_map(at).collect();
        found(&summary).is_some()
    };
    assert!(!striped(false, 1), "a steady run");
    assert!(striped(true, 1), "a deploy that moves nothing");
    assert!(striped(false, 2), "every other bin has twice as many");
}

/// No delivery is later than is said, and as many are as late as is said, behind the warm-up alone.
#[test]
fn the_headline_is_true_of_every_delivery() {
    let mut summary = Story::default().summary();
    let warm_up = summary.warm_up;
    let seconds = |ms: u64| Span::from_millis(ms);
    let at = |at: Time, low: u64, high: u64, count: u64| LagCell {
        at,
        low: seconds(low),
        high: seconds(high),
        count,
    };
    let later = warm_up + summary.lag_bin;
    summary.metrics.retain(|metric| metric.name != "delivery_lag.p50");
    // Of 1,000 half take 75 ms; the latest lies somewhere below 800 ms.
    summary.lag_cells = vec![at(later, 70, 80, 990), at(later, 700, 800, 10)];
    let headline = |summary: &Summary| plain(&found(summary).unwrap().headline);
    assert_eq!(headline(&summary), "No delivery takes longer than 800 ms");
    // A cell ends where it ends: the latest of all is known exactly.
    let max = |it: &&mut squall::summary::Series| {
        (it.quantity.as_str(), it.statistic.as_str()) == ("delivery_lag", "max")
    };
    let mut exact = summary.clone();
    let most = exact.series.iter_mut().find(max).unwrap();
    most.values.iter_mut().for_each(|value| *value = Some(0.712));
    assert_eq!(headline(&exact), "No delivery takes longer than 712 ms");
    // What comes before the warm-up is over is not told.
    summary.lag_cells =
        vec![at(Time::ZERO, 1_000, 1_200, 500), at(later, 70, 80, 990), at(later, 900, 1_000, 10)];
    let late = "1.00 % of the deliveries take 900 ms or more, over ten times the median";
    assert!(headline(&summary).starts_with(late), "{}", headline(&summary));
}

/// Four times what the bus carries comes for 40 s: what is drawn from the files is no shorter than
/// the way, no longer than the longest lag, and longer under load.
#[test]
fn lag_against_load_is_that_of_the_deliveries() {
    let text = "model: models/feed.yaml\nhorizon: 100s\nwarm_up: 10s\nset: { readers.count: 300, \
                ticker.every: null, ticker.rate: 40/s, bus.partitions: 1, bus.rate: 400/s, \
                readers.network.rtt: 80ms, readers.network.lifetime: never }\ntimeline:\n  - { at: \
                40s, name: more, load: { node: ticker, factor: 4, lasts: 20s } }\n  - { at: 1min, \
                name: rush, load: { node: ticker, factor: 40, lasts: 40s } }\n";
    let here = TempDir::new().unwrap();
    results::write(&ran(&[], "e.yaml", Some(text)), here.path()).unwrap();
    let summary: Summary = results::read(here.path()).unwrap();
    let chart = chart::all(&summary).into_iter().find(|it| it.name == "lag-against-load").unwrap();
    let Body::Lines(lines) = &chart.panels[0].body else { panic!("no lines") };
    let longest = summary.mean("delivery_lag.max").unwrap();
    for line in &lines.lines {
        let all: Vec<f64> = line.pieces.iter().flatten().map(|point| point.1).collect();
        assert!(all.iter().all(|lag| (0.04..=longest).contains(lag)), "{all:?} of {longest}");
        assert!(all.last() > Some(&(10.0 * all[0])), "{all:?}");
    }
    let calm = ran(&["timeline.rush.factor=1.5"], "e.yaml", Some(text));
    assert!(chart::all(&calm).iter().all(|it| it.name != "lag-against-load"), "it stays");
}
