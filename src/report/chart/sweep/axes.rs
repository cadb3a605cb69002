//! The axes of a sweep's curves: ticks carry their unit, what spans factors is drawn by factors.
use crate::{
    engine::number,
    record::Unit,
    report::{
        chart::{Axis, Limit, Scale, axis},
        theme,
    },
    summary::{
        figures::{self, figure},
        slo,
        sweep::{self, Sweep},
        words::short,
    },
};

/// Values of an x axis that span this factor are apart by factors.
const DECADE: f64 = 10.0;
/// Over such an x axis, so are those of a metric that span this factor.
const SPAN: f64 = 8.0;
/// Smaller shares are one in many.
const SMALL: f64 = 0.99e-4;
/// Over any other, those that span this one.
const WIDE: f64 = 100.0;
/// An x axis of values above this part of the largest begins with the least.
const FAR: f64 = 0.25;
/// A tick is off by less than this part of a step.
const EXACT: f64 = 0.01;
/// No share of a count has more.
const DECIMALS: usize = 9;
/// A length in pixels that every x axis has.
const SHORT: f64 = 270.0;
/// Between two labels.
const APART: f64 = 10.0;

/// Where the values of an axis lie.
pub(super) struct Across {
    pub(super) axis: Axis,
    pub(super) at: Vec<f64>,
}

pub(super) fn across(axis: &sweep::Axis) -> Across {
    let Some((unit, at)) = axis.numbers().filter(|(_, at)| at.len() > 2) else {
        return places(axis);
    };
    let least = at.iter().copied().fold(f64::INFINITY, f64::min);
    let most = at.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let log = least > 0.0 && most / least >= DECADE;
    let plain = if log { Axis::log(least, most, figures::tick) } else { linear(unit, most) };
    // Where nothing is far from all values, the axis has no room for it.
    let near = log || least > FAR * most;
    let own = Axis { low: if near { least } else { 0.0 }, high: most, ..plain }.of(unit);
    let names: Vec<(f64, String)> = at.iter().copied().zip(axis.values.iter().cloned()).collect();
    let ticks = ticks(&own, &names);
    Across { axis: Axis { ticks, names, ..own }.named(&axis.path), at }
}

/// The values of an axis as its ticks, as they are written; those between that have no room are
/// left out.
fn ticks(axis: &Axis, names: &[(f64, String)]) -> Vec<(f64, String)> {
    let mut all = names.to_vec();
    // A linear axis begins at nothing, which is told where it is no value itself.
    let nothing = axis.scale == Scale::Linear && names.iter().all(|it| it.0 > axis.low);
    all.extend(nothing.then(|| (axis.low, figures::tick(axis.low))));
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    // The first and the last value are told before all others.
    let least = names.iter().map(|it| it.0).fold(f64::INFINITY, f64::min);
    let is_end = |&value: &f64| value <= least || value >= axis.high;
    let (ends, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|tick| is_end(&tick.0));
    let mut taken: Vec<(f64, f64)> = Vec::new();
    let mut fits = |(value, label): &(f64, String)| {
        let (middle, half) = (axis.place(*value) * SHORT, theme::width(label, theme::TICK) / 2.0);
        let apart = |it: &(f64, f64)| middle - half > it.1 + APART || middle + half < it.0 - APART;
        let free = is_end(value) || taken.iter().all(apart);
        taken.extend(free.then_some((middle - half, middle + half)));
        free
    };
    let mut shown: Vec<_> = ends.into_iter().chain(rest).filter(|tick| fits(tick)).collect();
    shown.sort_by(|a, b| a.0.total_cmp(&b.0));
    shown
}

/// Words stand side by side.
pub(super) fn places(axis: &sweep::Axis) -> Across {
    let at: Vec<f64> =
        (0..axis.values.len()).map(|place| number::float(number::count(place)) + 0.5).collect();
    let ticks: Vec<(f64, String)> =
        at.iter().copied().zip(axis.values.iter().map(|value| short(axis, value))).collect();
    let high = number::float(number::count(axis.values.len()));
    let names = ticks.clone();
    let axis = Axis { high, ticks, names, name: axis.path.clone(), ..Axis::default() };
    Across { axis, at }
}

/// From nothing to the most of a unit.
pub(super) fn linear(unit: Unit, most: f64) -> Axis {
    let axis = match unit {
        Unit::Seconds => Axis::lasting(most),
        Unit::Share => Axis::linear(most, axis::percent),
        _ => Axis::linear(most, |value| axis::of_unit(unit, value)),
    };
    axis.of(unit)
}

/// Decades of a unit.
fn log(unit: Unit, least: f64, most: f64) -> Axis {
    match unit {
        Unit::Seconds => Axis::lags(least, most),
        Unit::Share if least >= SMALL => Axis::log(least, most, axis::percent).of(unit),
        Unit::Share => Axis::log(least, most, axis::share).of(unit),
        _ => Axis::log(least, most, |value| axis::of_unit(unit, value)).of(unit),
    }
}

/// The y axis of a metric over an x axis.
pub(super) fn y_axis(sweep: &Sweep, name: &str, unit: Unit, x: &Axis) -> Option<Axis> {
    let metrics = || sweep.points.iter().filter_map(|point| point.metric(name));
    let means = || metrics().filter_map(|metric| metric.mean);
    // Bands reach beyond the means.
    let most = means().chain(metrics().filter_map(|it| it.ci_high)).fold(0.0, f64::max);
    let limit = limits(sweep, name, unit).first().map_or(0.0, |limit| limit.value);
    let least = means().filter(|&mean| mean > 0.0).fold(f64::INFINITY, f64::min);
    means().next()?;
    let mut top = most.max(limit);
    if unit == Unit::Share && least.is_finite() && least > 0.9 {
        return Some(near_one(metrics().filter_map(|it| it.ci_low).fold(least, f64::min)));
    }
    // No band makes a CPU more than full.
    if unit == Unit::Share && means().all(|mean| mean <= 1.0) {
        top = top.min(1.0);
    }
    // A share of some weight is read against the whole.
    let whole = unit == Unit::Share && top > 0.1;
    let wide = if x.scale == Scale::Log { SPAN } else { WIDE };
    if least.is_finite() && top / least > wide && !whole {
        // A limit of nothing lies on the marked floor, as values do.
        let limited = limits(sweep, name, unit).iter().any(|limit| limit.value <= 0.0);
        let zero = limited || means().any(|mean| mean <= 0.0);
        let axis = log(unit, least.min(limit.max(least)), top);
        return Some(if zero { axis.with_floor() } else { axis });
    }
    Some(linear(unit, top))
}

/// Shares near one are shown from just below the least.
fn near_one(least: f64) -> Axis {
    let missing = Axis::linear((1.0 - least).max(1e-6), |it| it.to_string());
    let low = 1.0 - missing.high;
    let at: Vec<f64> = missing.ticks.iter().map(|(at, _)| 1.0 - at).rev().collect();
    let ticks = at.iter().copied().zip(told_apart(&at)).collect();
    Axis { unit: Unit::Share, low, high: 1.0, ticks, ..Axis::default() }
}

/// Shares in percent with as many decimals as tell them from each other, and as they are.
fn told_apart(at: &[f64]) -> Vec<String> {
    let step = at.windows(2).map(|pair| pair[1] - pair[0]).fold(1.0, f64::min) * 100.0;
    let rounded = |value: f64, decimals: usize| format!("{:.decimals$}", value * 100.0);
    let exact = |decimals: &usize| {
        at.iter().all(|&value| {
            let read: Result<f64, _> = rounded(value, *decimals).parse();
            read.is_ok_and(|read| (read - value * 100.0).abs() < EXACT * step)
        })
    };
    let decimals = (0..DECIMALS).find(exact).unwrap_or(DECIMALS);
    let told = |&value: &f64| {
        let text = rounded(value, decimals);
        let point = text.contains('.');
        let short = if point { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        format!("{short}{}%", figures::GAP)
    };
    at.iter().map(told).collect()
}

/// What objectives hold a metric against; what an expectation states is no limit.
pub(super) fn limits(sweep: &Sweep, name: &str, unit: Unit) -> Vec<Limit> {
    let judged = sweep.points.first().into_iter().flat_map(|point| &point.slo);
    let read = judged.filter_map(|judged| slo::parse(&judged.expr).ok());
    let own = read.filter(|slo| slo.metric == name);
    let limit = |slo: slo::Slo| {
        let word = if slo.states_failure() || slo.states_number() { "stated" } else { "SLO" };
        Limit::new(slo.limit, format!("{word} {}", figure(unit, slo.limit)))
    };
    own.map(limit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<String> {
        axis.ticks.iter().map(|tick| figures::plain(&tick.1)).collect()
    }

    #[test]
    fn ticks_near_the_whole_differ() {
        let ticks = labels(&near_one(0.99910));
        assert_eq!(ticks, ["99.9 %", "99.925 %", "99.95 %", "99.975 %", "100 %"]);
        for least in [0.91, 0.99, 0.998_7, 0.999_91, 0.999_999_9] {
            let axis = near_one(least);
            let ticks = labels(&axis);
            assert!(ticks.windows(2).all(|pair| pair[0] != pair[1]), "{ticks:?}");
            for (value, label) in &axis.ticks {
                let read: f64 = label.trim_end_matches(['%', figures::GAP]).parse().unwrap();
                assert!((read / 100.0 - value).abs() < 0.01 * (1.0 - axis.low), "{label}");
            }
        }
    }

    #[test]
    fn the_ends_of_an_axis_have_ticks() {
        let swept = |values: &[&str]| {
            let values = values.iter().map(|&value| value.to_owned()).collect();
            let axis = sweep::Axis { path: "phones.count".into(), name: "count".into(), values };
            labels(&across(&axis).axis)
        };
        let users = swept(&["100k", "178k", "316k", "562k", "1M", "1780k", "3160k"]);
        assert_eq!(users, ["100k", "178k", "316k", "562k", "1M", "3160k"]);
        assert_eq!(swept(&["1000", "400000", "410000"]), ["1000", "410000"]);
        assert_eq!(swept(&["3", "5", "10", "17"]), ["0", "3", "5", "10", "17"]);
    }
}
