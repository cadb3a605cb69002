//! What a sweep loses: by cause at each point, and by how long its users are away.
use super::{
    charts::{apart, coloured, inside},
    fake::Story,
};
use squall::{
    engine::{Span, number},
    record::{Absence, Unit},
    report::{
        chart::{self, Bars, Body, Chart, Lines},
        draw::{ALONE, Mark, NARROW, Sheet, WIDE, lay_out},
        files::{File, read_sweep, write_sweep},
        theme,
    },
    summary::{
        Judged, Metric,
        figures::plain,
        slo::Verdict,
        sweep::{Axis, Point, Sweep},
    },
};

/// Of 1,000,000 deliveries, what each point misses by cause.
type Missed<'a> = &'a [&'a [(&'a str, f64)]];

fn point(value: &str, missed: &[(&str, f64)], absences: Vec<Absence>) -> Point {
    let metric =
        |(name, value): (&str, f64)| Metric::from_values(name, &[], Unit::Count, vec![value]);
    let all: f64 = missed.iter().map(|part| part.1).sum();
    let rest = [("deliveries.intended", 1e6), ("deliveries.missed", all)];
    Point {
        name: format!("retention={value}"),
        values: vec![value.to_owned()],
        fingerprint: 7,
        metrics: missed.iter().copied().chain(rest).map(metric).collect(),
        slo: Vec::new(),
        absences,
        ..Point::default()
    }
}

pub(super) fn sweep(points: Vec<Point>) -> Sweep {
    let summary = Story { horizon: 60, gateways: 3, ..Story::default() }.summary();
    Sweep {
        file: "retention.yaml".into(),
        experiment: "retention".into(),
        question: "How long?".into(),
        version: "0.1.0".into(),
        seed: 5,
        replications: 1,
        fingerprint: 7,
        events: 4,
        input: summary.input,
        assumptions: Vec::new(),
        sets: Vec::new(),
        arguments: Vec::new(),
        axes: vec![Axis {
            path: "replay.retention".into(),
            name: "retention".into(),
            values: points.iter().map(|point| point.values[0].clone()).collect(),
        }],
        points,
        runs: Vec::new(),
    }
}

fn losing(missed: Missed) -> Sweep {
    let value = |place: usize| format!("{}s", 10 * (place + 1));
    let points = missed.iter().enumerate();
    sweep(points.map(|(place, missed)| point(&value(place), missed, Vec::new())).collect())
}

/// Two points, one of which loses a quarter.
pub(crate) fn retention() -> Sweep {
    losing(&[&[("lost.half_open", 250_000.0)], &[]])
}

fn found(sweep: &Sweep, name: &str) -> Option<Chart> {
    chart::sweep::all(sweep).into_iter().find(|chart| chart.name == name)
}

fn bars(chart: &Chart) -> &Bars {
    let Body::Bars(bars) = &chart.panels[0].body else { panic!("no bars") };
    bars
}

fn lines(chart: &Chart) -> &Lines {
    let Body::Lines(lines) = &chart.panels[0].body else { panic!("no lines") };
    lines
}

const THREE: Missed = &[
    &[("deliveries.expired", 300.0), ("lost.half_open", 100.0), ("lost.gave_up", 0.0)],
    &[("deliveries.expired", 0.0), ("lost.half_open", 2_000.0), ("lost.gave_up", 0.0)],
    &[("deliveries.expired", 0.0), ("lost.half_open", 0.0), ("lost.gave_up", 0.0)],
];

#[test]
fn each_point_is_a_bar_of_its_causes() {
    let chart = found(&losing(THREE), "losses-by-cause").unwrap();
    let bars = bars(&chart);
    let key: Vec<&str> = bars.key.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(key, ["lost.half_open", "expired"]);
    let parts: Vec<&[f64]> = bars.rows.iter().map(|row| row.parts.as_slice()).collect();
    // The third misses nothing, and has no bar.
    assert_eq!(parts, [[100.0, 300.0], [2_000.0, 0.0]]);
    let texts: Vec<String> = bars.rows.iter().map(|row| plain(&row.text)).collect();
    assert_eq!(texts, ["400 · 0.0400 %", "2,000 · 0.200 %"]);
    let names: Vec<&str> = bars.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["10s", "20s"]);
    assert!(
        chart.subtitle.contains("; 1 of 3 points without a bar: nothing is missed there"),
        "{}",
        chart.subtitle
    );
    let headline = "Missed deliveries: 2,000 at retention 20s (all by half open), none at \
                    retention 30s";
    assert_eq!(plain(&chart.headline), headline);
    assert_eq!(chart.note, "Each bar is a single run, no interval; seed 5.");
    assert!(chart.subtitle.contains("replay.retention"));
}

/// Areas of a colour on a sheet.
fn areas(sheet: &Sheet, colour: theme::Colour) -> Vec<[f64; 4]> {
    let all = sheet.marks.iter().filter_map(|mark| match mark {
        Mark::Area { points, colour: own, .. } if *own == colour => Some(points),
        _ => None,
    });
    let ends = |points: &Vec<(f64, f64)>| [points[0].0, points[0].1, points[2].0, points[2].1];
    all.map(ends).collect()
}

#[test]
fn what_is_drawn_is_in_proportion_and_below_its_key() {
    let chart = found(&losing(THREE), "losses-by-cause").unwrap();
    for paper in [ALONE, WIDE, NARROW] {
        let sheet = lay_out(&chart, &paper);
        let [left, right, top, bottom] = sheet.plot;
        let scale = (right - left) / 2_000.0;
        for (place, (name, pen)) in bars(&chart).key.iter().enumerate() {
            let mut found = areas(&sheet, pen.stroke);
            let key = found.remove(0);
            assert!(key[3] < top, "the key of {name} lies on the bars");
            let rows = bars(&chart).rows.iter().map(|row| row.parts[place]);
            let parts: Vec<f64> = rows.filter(|part| *part > 0.0).collect();
            assert_eq!(found.len(), parts.len());
            for (area, part) in found.iter().zip(parts) {
                assert!((area[2] - area[0] - part * scale).abs() < 1e-6, "{name}: {area:?}");
                assert!(area[1] >= top && area[3] <= bottom);
            }
        }
    }
}

#[test]
fn a_hairline_is_seen_between_large_parts() {
    let missed: Missed = &[
        &[("lost.half_open", 500_000.0), ("lost.gave_up", 1.0), ("deliveries.expired", 0.0)],
        &[("lost.half_open", 500_000.0), ("lost.gave_up", 0.0), ("deliveries.expired", 9e3)],
    ];
    let chart = found(&losing(missed), "losses-by-cause").unwrap();
    let (_, pen) = bars(&chart).key.iter().find(|(name, _)| name == "lost.gave_up").unwrap();
    let found = areas(&lay_out(&chart, &ALONE), pen.stroke);
    assert_eq!(found.len(), 2);
    assert!(found[1][2] - found[1][0] > 1.0);
}

#[test]
fn what_all_points_lose_alike_is_no_chart() {
    let alike = losing(&[&[("lost.half_open", 21.0)], &[("lost.half_open", 21.0)]]);
    assert_eq!(found(&alike, "losses-by-cause"), None);
    let said = chart::sweep::sentence(&alike).unwrap();
    assert_eq!(said, "The same at every point: missed deliveries 21.");
    let otherwise = losing(&[&[("lost.half_open", 21.0)], &[("lost.gateway_crash", 21.0)]]);
    assert!(found(&otherwise, "losses-by-cause").is_some());
}

#[test]
fn nothing_lost_has_no_chart_and_one_point_is_no_sweep() {
    let nothing: Missed = &[&[("lost.half_open", 0.0)], &[("lost.half_open", 0.0)]];
    assert_eq!(found(&losing(nothing), "losses-by-cause"), None);
    assert_eq!(found(&losing(&THREE[..1]), "losses-by-cause"), None);
}

const CAUSES: [&str; 8] = [
    "deliveries.expired",
    "lost.half_open",
    "lost.gateway_crash",
    "lost.buffer_overflow",
    "lost.stale_route",
    "lost.client_outbox",
    "lost.no_replay",
    "lost.bus_overflow",
];

#[test]
fn many_points_and_causes_are_readable() {
    for (points, causes) in [(2, 1), (12, 6), (14, 8), (60, 8)] {
        let count = |point: usize, cause: usize| {
            number::float(number::count(((point * 7 + cause * 13) % 11 + 1) * 1_000))
        };
        let missed: Vec<Vec<(&str, f64)>> = (0..points)
            .map(|point| (0..causes).map(|it| (CAUSES[it], count(point, it))).collect())
            .collect();
        let missed: Vec<&[(&str, f64)]> = missed.iter().map(Vec::as_slice).collect();
        let chart = found(&losing(&missed), "losses-by-cause").unwrap();
        assert_eq!(bars(&chart).rows.len(), points.min(16));
        assert_eq!(chart.subtitle.contains("16 of 60 points, evenly chosen"), points == 60);
        assert_eq!(bars(&chart).key.len(), causes.min(6));
        let all: f64 = bars(&chart).rows.iter().flat_map(|row| &row.parts).sum();
        let rows: f64 = bars(&chart).rows.iter().map(|row| row.to).sum();
        assert!((all - rows).abs() < 1e-6);
        for paper in [ALONE, WIDE, NARROW] {
            let sheet = lay_out(&chart, &paper);
            let what = format!("{points} points, {causes} causes at {}", paper.width);
            inside(&sheet, &what);
            apart(&sheet, &what);
            coloured(&sheet, &what);
        }
    }
}

/// Outages of (from, to) seconds, of which so many messages came and so many did not.
fn away(rows: &[(u64, u64, u64, u64)]) -> Vec<Absence> {
    let row = |&(low, high, came, missed): &(u64, u64, u64, u64)| {
        let (low, high) = (Span::from_secs(low), Span::from_secs(high));
        Absence { low, high, outages: 9, came, missed }
    };
    rows.iter().map(row).collect()
}

fn forgetting(count: u64) -> Sweep {
    let rows = |place: u64| {
        let lost = 50 * place;
        away(&[(1, 2, 400, 0), (2, 5, 400, 0), (5, 10, 900 - lost, lost), (60, 90, 20, 9)])
    };
    let points = (0..count).map(|place| point(&format!("{place}s"), &[], rows(place)));
    sweep(points.collect())
}

#[test]
fn curves_of_loss_against_time_away_share_a_sheet() {
    let chart = found(&forgetting(3), "absence-curves").unwrap();
    let labels: Vec<&str> = lines(&chart).lines.iter().map(|line| line.label.as_str()).collect();
    assert_eq!(labels, ["0s", "1s", "2s"]);
    // The longest outages have too few messages for a share.
    let ends: Vec<(f64, f64)> =
        lines(&chart).lines.iter().map(|line| *line.pieces[0].last().unwrap()).collect();
    let middle = 50f64.sqrt();
    assert_eq!(ends, [(middle, 0.0), (middle, 50.0 / 900.0), (middle, 100.0 / 900.0)]);
    assert_eq!(lines(&chart).y.unit, Unit::Share);
    assert!(chart.subtitle.ends_with("a line for each replay.retention."), "{}", chart.subtitle);
    assert!(chart.note.contains("seed 5. Lengths of outages with fewer than 30"), "{}", chart.note);
    let headline = "Users away for 5 s to 10 s never get 11.1 % of what is sent to them at \
                    retention 2s, 0 % at retention 0s";
    assert_eq!(plain(&chart.headline), headline);
}

/// A point that knows only short outages is not held against one that knows long ones.
#[test]
fn only_outages_of_like_length_are_compared() {
    let short = away(&[(1, 2, 99, 0), (2, 5, 99, 0), (5, 10, 99, 0)]);
    let mut long = short.clone();
    long.extend(away(&[(10, 15, 60, 40), (15, 20, 20, 80)]));
    let sweep = sweep(vec![point("1s", &[], short), point("2s", &[], long)]);
    let chart = found(&sweep, "absence-curves").unwrap();
    let headline = "Users away for 15 s to 20 s never get 80.0 % of what is sent to them at \
                    retention 2s";
    assert_eq!(plain(&chart.headline), headline);
}

#[test]
fn at_most_six_curves_are_shown_evenly_chosen() {
    let chart = found(&forgetting(14), "absence-curves").unwrap();
    let labels: Vec<&str> = lines(&chart).lines.iter().map(|line| line.label.as_str()).collect();
    assert_eq!(labels, ["0s", "3s", "5s", "8s", "10s", "13s"]);
    assert!(chart.subtitle.contains("6 of 14 points, evenly chosen"), "{}", chart.subtitle);
    for paper in [ALONE, WIDE, NARROW] {
        let sheet = lay_out(&chart, &paper);
        inside(&sheet, "curves");
        apart(&sheet, "curves");
        coloured(&sheet, "curves");
    }
}

#[test]
fn without_loss_by_absence_there_are_no_curves() {
    let of = |rows: &[(u64, u64, u64, u64)]| {
        let points = ["1s", "2s"].map(|value| point(value, &[], away(rows)));
        found(&sweep(points.into()), "absence-curves")
    };
    let three = [(1, 2, 100, 0), (2, 5, 100, 0), (5, 10, 100, 1)];
    assert!(of(&three).is_some());
    assert_eq!(of(&three[1..]), None);
    assert_eq!(of(&[three[0], three[1], (5, 10, 100, 0)]), None);
}

#[test]
fn absences_come_back_from_the_files() {
    let sweep = forgetting(4);
    let files = write_sweep(&sweep);
    let file = |name: &str| files.iter().find(|file: &&File| file.name == name);
    let text = String::from_utf8(file("absences.csv").unwrap().bytes.clone()).unwrap();
    assert!(text.starts_with(
        "point,retention,low_s,high_s,outages,came,missed,missed_share\nretention=0s,0s,1,2,9,"
    ));
    let open = |name: &str| {
        let missing = || std::io::Error::from(std::io::ErrorKind::NotFound);
        file(name).map(|file| file.bytes.clone()).ok_or_else(missing)
    };
    let back = read_sweep(&open).unwrap();
    for (point, back) in sweep.points.iter().zip(&back.points) {
        assert_eq!(point.absences, back.absences);
    }
    assert_eq!(chart::sweep::all(&back), chart::sweep::all(&sweep));
}

/// An objective of nothing, on a logarithmic axis, lies on the floor that is marked.
#[test]
fn a_limit_of_nothing_is_drawn_at_nothing() {
    let mut sweep = losing(&[
        &[("lost.half_open", 40_000.0)],
        &[("lost.half_open", 100.0)],
        &[("lost.half_open", 9_000.0)],
    ]);
    for point in &mut sweep.points {
        point.slo = vec![Judged {
            expr: "deliveries.missed == 0".to_owned(),
            verdict: Verdict::Fail,
            value: None,
            limit: Some(0.0),
        }];
    }
    // With more points than bars the metric has a curve of its own.
    while sweep.points.len() < 20 {
        let mut more = sweep.points[sweep.points.len() % 3].clone();
        more.values = vec![format!("{}s", 100 + sweep.points.len())];
        sweep.axes[0].values.push(more.values[0].clone());
        sweep.points.push(more);
    }
    let chart = found(&sweep, "sweep-deliveries-missed").unwrap();
    let body = lines(&chart);
    assert_eq!(body.limits[0].value.to_bits(), 0.0_f64.to_bits());
    assert_eq!(body.y.ticks[0].1, "0");
    assert!(body.y.place(body.limits[0].value) < 1e-9 && body.y.place(100.0) > 0.05);
}

/// A metric is drawn once: what its causes tell has no curve beside them.
#[test]
fn a_metric_is_drawn_once() {
    let charts = chart::sweep::all(&losing(THREE));
    let names: Vec<&str> = charts.iter().map(|chart| chart.name.as_str()).collect();
    assert!(names.contains(&"losses-by-cause"), "{names:?}");
    assert!(!names.contains(&"sweep-deliveries-missed"), "{names:?}");
}

/// Writes the pictures into `target/gallery`.
#[test]
#[ignore = "for people to look at"]
fn gallery() {
    let target = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("gallery/swept");
    std::fs::create_dir_all(&target).unwrap();
    for (sweep, name) in [(losing(THREE), "losses-by-cause"), (forgetting(14), "absence-curves")] {
        let chart = found(&sweep, name).unwrap();
        for (paper, wide) in [(ALONE, "alone"), (WIDE, "wide"), (NARROW, "narrow")] {
            let bytes = squall::report::draw::png(&lay_out(&chart, &paper));
            std::fs::write(target.join(format!("{name}-{wide}.png")), bytes).unwrap();
        }
    }
}
