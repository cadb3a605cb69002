//! Invented results for tests, and tests over all charts.
use super::draw;
use crate::engine::{Time, number};
use crate::record::{Phase, Track, Unit};
use crate::report::data::{ChartData, LagPoint};

/// Noise in [0, 1) from two numbers.
fn noise(a: usize, b: usize) -> f64 {
    let mut bits = number::count(a) << 20 ^ number::count(b) ^ 0x5eed;
    for _ in 0..3 {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
    }
    number::float(bits >> 11) / 9.007_199_254_740_992e15
}

/// What a sample is made of.
struct Shape {
    gateways: usize,
    horizon: f64,
    tick: f64,
    lossy: bool,
    size: f64,
}

fn phase(name: &str, start: f64, end: f64) -> Phase {
    let at = |seconds: f64| Time::from_nanos(number::whole(seconds * 1e9));
    Phase { name: name.to_owned(), start: at(start), end: at(end) }
}

/// A rolling deploy in the second quarter of the run.
#[expect(clippy::too_many_lines, reason = "a sample is a list")]
fn sample(shape: &Shape) -> ChartData {
    let (begin, end) = (shape.horizon / 4.0, shape.horizon * 4.0 / 9.0);
    let recovered = shape.horizon * 0.6;
    let ticks = number::place(number::whole(shape.horizon / shape.tick));
    let time = |k: usize| number::float(number::count(k)) * shape.tick;
    let surge = |t: f64| {
        if t < begin { 0.0 } else { (1.0 - (t - end).max(0.0) / (recovered - end)).max(0.0) }
    };
    let track = |node: &str, quantity: &str, stat: &str, unit, value: &dyn Fn(usize) -> f64| {
        Track::new(node, quantity, stat, unit, (0..ticks).map(value).collect())
    };
    let count = Unit::Count;
    let mut series = Vec::new();
    let all = number::float(number::count(shape.gateways));
    for g in 0..shape.gateways {
        let turn = begin + (end - begin) * number::float(number::count(g)) / all;
        let value = |k: usize| {
            let t = time(k);
            let before = 12_000.0
                * shape.size
                * (1.0 + 0.3 * surge(t.min(turn)) * (t - begin).max(0.0) / (end - begin));
            let after = 14_000.0 * shape.size * (1.0 - 0.55 * (turn - begin) / (end - begin));
            let grown = ((t - turn) / (0.06 * shape.horizon)).clamp(0.0, 1.0);
            (if t < turn { before } else { after * grown })
                + (noise(g, k) * 60.0 * shape.size).round()
        };
        series.push(track("gateways", "connections", &format!("gateways-{g}"), count, &value));
    }
    let bin = shape.tick * shape.size;
    let rate = |k: usize| 40.0 + 4000.0 * surge(time(k)) * (0.5 + noise(1, k));
    series.push(track("", "attempts", "attempted", count, &|k| rate(k) * bin));
    series.push(track("", "attempts", "accepted", count, &|k| rate(k).min(3000.0) * bin));
    series.push(track("", "attempts", "refused", count, &|k| {
        (rate(k) - 3000.0).max(0.0) * 0.7 * bin
    }));
    series.push(track("", "attempts", "timed_out", count, &|k| {
        (rate(k) - 3000.0).max(0.0) * 0.3 * bin
    }));
    if shape.lossy {
        for (at, cause) in
            ["half_open", "stale_route", "buffer_overflow", "gave_up"].iter().enumerate()
        {
            let weight = 900.0 / number::float(number::count(at * at + 1));
            let value = |k: usize| surge(time(k)) * weight * noise(at + 5, k) * bin;
            series.push(track("", "lost", cause, count, &value));
        }
    }
    series.push(track("", "lost", "no_replay", count, &|_| 0.0));
    series.push(track("", "deliveries", "replayed", count, &|k| {
        surge(time(k)) * 2500.0 * noise(3, k) * bin
    }));
    let cpu = |k: usize| 0.31 + 0.02 * noise(4, k) + 0.3 * surge(time(k));
    series.push(track("gateways", "cpu", "mean", Unit::Share, &cpu));
    series.push(track("gateways", "cpu", "max", Unit::Share, &|k| (cpu(k) * 1.6).min(1.0)));
    let wait = |k: usize| surge(time(k)) * 2.4 * noise(6, k);
    series.push(track("gateways", "handshake_queue", "max", Unit::Seconds, &wait));
    let lag = (0..ticks).map(|k| {
        let p50 = 0.021 * (1.0 + 0.2 * noise(7, k)) * (1.0 + 3.0 * surge(time(k)));
        let p99 = p50 * 3.0 * (1.0 + 40.0 * surge(time(k)) * noise(8, k));
        let quiet = (time(k) / shape.horizon - 0.8).abs() < 0.02;
        let some = |value: f64| (!quiet).then_some(value);
        let (p95, max) = (some(p50 * 1.9), some(p99 * (1.3 + 2.0 * noise(9, k))));
        LagPoint { time: time(k), count: 100, p50: some(p50), p95, p99: some(p99), max }
    });
    let bins = (0..120_u32).map(|k| {
        let low = libm::pow(10.0, -2.0 + f64::from(k) / 40.0);
        let high = libm::pow(10.0, -2.0 + f64::from(k + 1) / 40.0);
        let weight = libm::exp(-f64::from(k) / 6.0) * f64::from(k.min(12));
        (low, high, number::whole(1e6 * weight))
    });
    ChartData {
        name: "rolling-deploy".to_owned(),
        question: "Does a rolling deploy lose messages?".to_owned(),
        seed: 42,
        replications: if shape.lossy { 5 } else { 1 },
        horizon: shape.horizon,
        tick: shape.tick,
        phases: vec![
            phase("steady", 0.0, begin),
            phase("deploy", begin, end),
            phase("recovery", end, recovered),
            phase("steady", recovered, shape.horizon),
        ],
        lag_over_time: lag.collect(),
        lag: bins.collect(),
        series,
    }
}

/// Every sample with its name.
fn samples() -> Vec<(&'static str, ChartData)> {
    let shape = |gateways, horizon, tick, lossy, size| {
        sample(&Shape { gateways, horizon, tick, lossy, size })
    };
    let mut crowded = shape(5, 720.0, 1.0, true, 1.0);
    crowded.phases = vec![
        phase("gateway crash <&\"'> in the second zone of the region", 100.0, 130.0),
        phase("recovery", 130.0, 200.0),
        phase("network partition", 200.0, 215.0),
        phase("recovery", 215.0, 260.0),
        phase("deploy", 700.0, 720.0),
    ];
    vec![
        ("deploy", shape(16, 720.0, 1.0, true, 1.0)),
        ("small", shape(3, 720.0, 1.0, false, 1.0)),
        ("short", shape(3, 20.0, 0.1, true, 1.0)),
        ("day", shape(100, 86_400.0, 60.0, true, 1.0)),
        ("tiny", shape(2, 720.0, 1.0, true, 1e-6)),
        ("huge", shape(40, 720.0, 1.0, true, 1e6)),
        ("crowded", crowded),
    ]
}

#[test]
fn every_sample_has_its_charts_and_the_same_bytes_twice() {
    for (name, data) in samples() {
        let charts = draw(&data);
        let names: Vec<_> = charts.iter().map(|chart| chart.name).collect();
        let all = ["connections", "attempts", "lag", "lag-distribution", "lost-and-late", "cpu"];
        assert_eq!(names, all, "{name}");
        assert_eq!(charts, draw(&data), "{name}");
        for chart in charts {
            assert!(chart.svg.starts_with("<svg ") && chart.svg.ends_with("</svg>\n"));
            assert!(!chart.svg.contains("NaN") && !chart.svg.contains("inf"), "{name}");
            assert!(!chart.headline.ends_with('.'), "{}", chart.headline);
            assert!(chart.png.starts_with(b"\x89PNG"));
        }
    }
}

#[test]
fn text_from_files_is_escaped() {
    let (_, data) = samples().pop().unwrap();
    let charts = draw(&data);
    assert!(charts.iter().all(|chart| !chart.svg.contains("<&")));
    assert!(charts.iter().any(|chart| chart.svg.contains("&lt;&amp;&quot;&apos;&gt;")));
}

#[test]
fn without_tracks_there_is_no_chart() {
    let (_, mut data) = samples().swap_remove(1);
    assert!(draw(&data)[4].headline.starts_with("No delivery is lost"));
    data.series.iter_mut().for_each(|track| track.values.fill(0.0));
    data.lag_over_time.iter_mut().for_each(|point| {
        *point =
            LagPoint { time: point.time, count: 0, p50: None, p95: None, p99: None, max: None };
    });
    data.lag.clear();
    assert!(draw(&data).is_empty());
    data.series.clear();
    data.lag_over_time.clear();
    assert!(draw(&data).is_empty());
}

#[test]
#[ignore = "writes pictures to look at"]
fn pictures() {
    for (name, data) in samples() {
        let folder = std::env::temp_dir().join(format!("charts-{name}"));
        std::fs::create_dir_all(&folder).unwrap();
        for chart in draw(&data) {
            std::fs::write(folder.join(chart.name).with_extension("svg"), &chart.svg).unwrap();
            std::fs::write(folder.join(chart.name).with_extension("png"), &chart.png).unwrap();
        }
    }
}
