//! Connections per gateway: lines for few, a heat strip for some, a band for many.
use super::sheet::{Mark, Panel, Sheet};
use super::source::{self, Curve};
use super::{axis::Axis, strip::strip, words};
use crate::engine::number;
use crate::report::data::ChartData;
use crate::report::theme::{BLUE, SERIES, VERMILION, solid};

/// From so many instances on a strip is drawn.
const STRIP: usize = 6;
/// Beyond so many instances a band is drawn.
const BAND: usize = 60;
/// What is not an instance.
const SUMS: [&str; 5] = ["total", "mean", "max", "min", "median"];

/// The chart; absent without connections.
pub(super) fn sheet(data: &ChartData) -> Option<Sheet> {
    let mut curves = source::curves(data, "connections");
    curves.retain(|curve| !SUMS.contains(&curve.name.as_str()));
    curves.iter_mut().for_each(|curve| curve.name = source::shorten(&curve.name));
    let most = source::most(&curves);
    if most <= 0.0 {
        return None;
    }
    let bins = format!("at the end of bins of {}", words::lasting_short(data.tick));
    let (panel, how) = match curves.len() {
        ..STRIP => (lines(data, &curves, most), "one line a gateway"),
        STRIP..=BAND => (heat(data, &curves, most), "one row a gateway, darker for more"),
        _ => (band(data, &curves, most), "the bands hold half of the gateways and all of them"),
    };
    Some(Sheet {
        name: "connections",
        headline: headline(&curves),
        subtitle: format!("Connections per gateway {bins}; {how}."),
        footnote: source::footnote(data),
        x: Axis::time(data.horizon),
        shades: source::shades(data),
        panels: vec![panel],
    })
}

fn lines(data: &ChartData, curves: &[Curve], most: f64) -> Panel {
    let line = |(curve, stroke): (&Curve, _)| curve.line(data.tick, stroke, &curve.name);
    let marks = curves.iter().zip(SERIES).map(line).collect();
    source::panel("Connections", 250.0, Axis::counts(most), marks)
}

fn heat(data: &ChartData, curves: &[Curve], most: f64) -> Panel {
    let rows = number::float(number::count(curves.len()));
    let row = if curves.len() <= 30 { 15.0 } else { 13.0 };
    let unit = format!("Connections, 0 to {}", words::short(most));
    let marks = vec![Mark::Strip(strip(curves, data.tick, most))];
    Panel { unit, height: rows * row, y: None, marks }
}

fn band(data: &ChartData, curves: &[Curve], most: f64) -> Panel {
    let ticks = curves.iter().map(|curve| curve.values.len()).max().unwrap_or(0);
    let sorted: Vec<Vec<f64>> = (0..ticks).map(|at| instant(curves, at)).collect();
    let width = ticks.div_ceil(400).max(1);
    let between = |low: f64, high: f64| {
        let bin = |(at, bin): (usize, &[Vec<f64>])| {
            let least = bin.iter().map(|all| quantile(all, low)).fold(f64::INFINITY, f64::min);
            let greatest = bin.iter().map(|all| quantile(all, high)).fold(0.0, f64::max);
            (source::middle(at * width, data.tick), least, greatest)
        };
        sorted.chunks(width).enumerate().map(bin).collect::<Vec<_>>()
    };
    let area = |points, alpha| Mark::Band { points, stroke: BLUE, alpha, label: String::new() };
    let median = Curve {
        name: "median".to_owned(),
        values: sorted.iter().map(|all| quantile(all, 0.5)).collect(),
    };
    let mean = |all: &Vec<f64>| all.iter().sum::<f64>() / number::float(number::count(all.len()));
    let mean = Curve { name: "mean".to_owned(), values: sorted.iter().map(mean).collect() };
    let marks = vec![
        area(between(0.0, 1.0), 0.15),
        area(between(0.25, 0.75), 0.25),
        mean.line(data.tick, solid(VERMILION), "mean"),
        median.line(data.tick, BLUE, "median"),
    ];
    source::panel("Connections", 250.0, Axis::counts(most), marks)
}

/// The values of all instances at one tick, ascending.
fn instant(curves: &[Curve], at: usize) -> Vec<f64> {
    let mut all: Vec<f64> = curves.iter().filter_map(|c| c.values.get(at).copied()).collect();
    all.sort_by(f64::total_cmp);
    all
}

/// A quantile by the nearest rank.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let last = number::float(number::count(sorted.len().saturating_sub(1)));
    sorted.get(number::place(number::whole(last * share))).copied().unwrap_or(0.0)
}

fn headline(curves: &[Curve]) -> String {
    let end = |curve: &Curve| curve.values.last().copied().unwrap_or(0.0);
    let total: f64 = curves.iter().map(end).sum();
    let count = number::float(number::count(curves.len()));
    let most = curves.iter().reduce(|most, next| if end(next) > end(most) { next } else { most });
    let least = curves.iter().map(end).fold(f64::INFINITY, f64::min);
    let Some(most) = most else { return "Connections per gateway over time".to_owned() };
    let ratio = end(most) * count / total;
    let gateways = words::things(count, "gateway", "gateways");
    if curves.len() == 1 {
        format!("{} holds {} connections at the end", most.name, words::short(total))
    } else if total > 0.0 && ratio >= 1.1 {
        let (name, held, ratio) = (&most.name, words::short(end(most)), words::short(ratio));
        format!("{name} ends with {held} connections, {ratio} times the mean of {gateways}")
    } else {
        let (all, least, most) = (words::short(total), words::short(least), end(most));
        let most = words::short(most);
        format!("{gateways} end with {all} connections, {least} to {most} each")
    }
}
