//! How busy the gateways are, and how long handshakes wait.
use super::source::{self, Curve};
use super::{axis::Axis, sheet::Panel, sheet::Sheet, words};
use crate::engine::number;
use crate::report::data::ChartData;
use crate::report::theme::{BLUE, VERMILION, solid};

/// Waits below this are not worth a panel, in seconds.
const WORTH: f64 = 1e-3;

/// The chart; absent if nothing is ever busy.
pub(super) fn sheet(data: &ChartData) -> Option<Sheet> {
    let (mean, most) = shares(data)?;
    let peak = source::most([&most, &mean]);
    if peak <= 0.0 {
        return None;
    }
    let y = Axis::linear(peak, words::percent);
    let marks =
        vec![mean.line(data.tick, BLUE, "mean"), most.line(data.tick, solid(VERMILION), "busiest")];
    let cpu = source::panel("CPU of gateways", 190.0, y, marks);
    let wait = source::greatest(data, "handshake_queue", "max")
        .filter(|curve| source::most([curve]) > WORTH);
    let panels: Vec<_> = [cpu].into_iter().chain(wait.iter().map(|c| waits(data, c))).collect();
    let waiting = if wait.is_some() { ", and the longest handshake queue" } else { "" };
    let bins = source::bins(data.tick);
    Some(Sheet {
        name: "cpu",
        headline: headline(data, &mean, &most, wait.as_ref()),
        subtitle: format!("CPU in use, mean and busiest gateway{waiting}, {bins}."),
        footnote: source::footnote(data),
        x: Axis::time(data.horizon),
        shades: source::shades(data),
        panels,
    })
}

fn waits(data: &ChartData, curve: &Curve) -> Panel {
    let y = Axis::linear(source::most([curve]), words::lasting_short);
    let marks = vec![curve.line(data.tick, BLUE, "longest")];
    source::panel("Wait for a handshake", 120.0, y, marks)
}

/// Mean and greatest share: as recorded, or taken over the instances.
fn shares(data: &ChartData) -> Option<(Curve, Curve)> {
    let recorded = source::curve(data, "cpu", "mean").zip(source::greatest(data, "cpu", "max"));
    if recorded.is_some() {
        let nodes = source::curves(data, "cpu").iter().filter(|c| c.name == "mean").count();
        let count = number::float(number::count(nodes.max(1)));
        return recorded.map(|(mut mean, most)| {
            mean.values.iter_mut().for_each(|value| *value /= count);
            (mean, most)
        });
    }
    let all = source::curves(data, "cpu");
    let count = number::float(number::count(all.len()));
    let ticks = all.iter().map(|curve| curve.values.len()).max()?;
    let over = |at: usize| all.iter().filter_map(move |curve| curve.values.get(at).copied());
    let means = (0..ticks).map(|at| over(at).sum::<f64>() / count).collect();
    let greatest = (0..ticks).map(|at| over(at).fold(0.0, f64::max)).collect();
    let curve = |name: &str, values| Curve { name: name.to_owned(), values };
    Some((curve("mean", means), curve("max", greatest)))
}

fn headline(data: &ChartData, mean: &Curve, most: &Curve, wait: Option<&Curve>) -> String {
    let (time, peak) = most.peak(data.tick);
    let (_, average) = mean.peak(data.tick);
    let (peak, average) = (words::percent(peak), words::percent(average));
    let at = words::clock(time);
    let waits = wait.map_or(String::new(), |curve| {
        format!("; handshakes wait up to {}", words::lasting(curve.peak(data.tick).1))
    });
    format!(
        "The busiest gateway uses {peak} of its CPU at {at}, the mean peaks at {average}{waits}"
    )
}
