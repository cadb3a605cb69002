//! Percentiles of the lag against what loads the system: where the knee is, and which percentile
//! breaks the objective first.
use super::{Chosen, Roles, across, each_value, in_words, note, points, roles, unbroken, without};
use crate::{
    engine::number,
    report::{
        chart::{Axis, Body, Chart, Line, Lines, Panel, lag},
        theme::{self, Pen},
    },
    summary::{
        Judged, figures,
        sweep::{Point, Sweep},
    },
};
use figures::duration;

/// From the fastest half to the slowest in a thousand; the one that objectives name on top.
const PERCENTILES: [(&str, Pen); 4] =
    [("p50", theme::GREY), ("p95", theme::SKY), ("p999", theme::EXTREME), ("p99", theme::BLUE)];
/// Not more panels than that.
const PANELS: usize = 6;
/// A lag that differs by less says nothing.
const FLAT: f64 = 1.25;

/// The percentiles against a number that varies; none where the lag does not move.
pub(super) fn percentiles(sweep: &Sweep) -> Option<Chart> {
    let roles = roles(sweep)?;
    let axis = &sweep.axes[roles.across];
    axis.numbers().filter(|(_, at)| at.len() > 2)?;
    if roles.lines.is_some() {
        return None;
    }
    let lags = || PERCENTILES.iter().flat_map(|(name, _)| values(sweep, name));
    let (least, most) = ends(lags())?;
    let (low, high) = ends(values(sweep, "p99"))?;
    if high / low < FLAT {
        return None;
    }
    let limits = lag::asked(judged(sweep));
    let reach = limits.iter().fold((least, most), |(a, b), it| (a.min(it.value), b.max(it.value)));
    let y = Axis::lags(reach.0, reach.1);
    let across = across(axis);
    let chosen: Vec<_> = each_value(sweep, roles.panels).into_iter().take(PANELS).collect();
    let height = if chosen.len() == 1 { theme::SINGLE + 30.0 } else { theme::STACKED };
    let panel = |chosen: &Chosen| {
        let fixed: Vec<&(usize, String)> = chosen.iter().collect();
        let points = points(sweep, &fixed);
        let lines = PERCENTILES.iter().map(|(name, pen)| {
            let label = if *name == "p999" { "p99.9" } else { *name };
            Line::through(label, *pen, pieces(sweep, &roles, &points, &across.at, name))
        });
        let body = Lines {
            y: y.clone(),
            lines: lines.collect(),
            limits: limits.clone(),
            ..Lines::default()
        };
        let name = match chosen {
            Some(it) => format!("delivery lag, {}", in_words(sweep, it)),
            None => "delivery lag".to_owned(),
        };
        Panel::new(name, height, Body::Lines(body))
    };
    Some(Chart {
        name: "lag-percentiles".to_owned(),
        headline: headline(sweep)?,
        subtitle: format!("Delivery lag percentiles against {}, log scale.", axis.path),
        note: note(sweep, false),
        x: across.axis,
        shades: Vec::new(),
        panels: chosen.iter().map(panel).collect(),
    })
}

fn metric(percentile: &str) -> String {
    format!("delivery_lag.{percentile}")
}

fn values<'s>(sweep: &'s Sweep, percentile: &str) -> impl Iterator<Item = f64> + 's {
    let name = metric(percentile);
    sweep.points.iter().filter_map(move |point| point.mean(&name)).filter(|&lag| lag > 0.0)
}

fn ends(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |ends: Option<(f64, f64)>, lag| {
        Some(ends.map_or((lag, lag), |(least, most)| (least.min(lag), most.max(lag))))
    })
}

fn pieces(
    sweep: &Sweep,
    roles: &Roles,
    points: &[&Point],
    at: &[f64],
    percentile: &str,
) -> Vec<Vec<(f64, f64)>> {
    let (mut line, mut missing) = (Vec::new(), Vec::new());
    for (value, &x) in sweep.axes[roles.across].values.iter().zip(at) {
        let point = points.iter().find(|point| point.values[roles.across] == *value);
        match point.and_then(|point| point.mean(&metric(percentile))).filter(|&lag| lag > 0.0) {
            Some(lag) => line.push((x, lag)),
            None => missing.push(x),
        }
    }
    line.sort_by(|a, b| a.0.total_cmp(&b.0));
    unbroken(&line, &missing)
}

/// The objectives, as the first point has them.
fn judged(sweep: &Sweep) -> &[Judged] {
    sweep.points.first().map_or(&[], |point| &point.slo)
}

/// From where to where p99 goes, and how many points it keeps its limit at.
fn headline(sweep: &Sweep) -> Option<String> {
    let [low, high] = sweep.extremes(&metric("p99"))?;
    let text = format!(
        "p99 of the delivery lag: {} at {}, {} at {}",
        duration(low.2),
        sweep.spoken(low.0),
        duration(high.2),
        sweep.spoken(high.0),
    );
    let limit = lag::objectives(judged(sweep)).into_iter().find(|(name, _)| name == "p99");
    let Some((_, limit)) = limit else { return Some(text) };
    let (all, over) =
        (values(sweep, "p99").count(), values(sweep, "p99").filter(|&lag| lag >= limit).count());
    let over = match over {
        0 => "no point".to_owned(),
        over if over == all => "every point".to_owned(),
        1 => "one point".to_owned(),
        over => format!("{} points", figures::count(number::float(number::count(over)))),
    };
    Some(format!("{text}; over its limit at {over}{}", without(sweep, &metric("p99"))))
}
