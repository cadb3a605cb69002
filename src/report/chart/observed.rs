//! Measured values over the simulated ones, a chart for each series.
use super::{Axis, Body, Chart, Line, Lines, Panel, Shown, bins, evidence, line, shades};
use crate::{
    record::Unit,
    report::theme,
    summary::{Summary, figures, observed::Observed},
};

/// A chart for each.
pub(in crate::report) fn charts(summary: &Summary, all: &[Observed]) -> Vec<Chart> {
    all.iter().enumerate().map(|(place, one)| chart(summary, one, place)).collect()
}

fn chart(summary: &Summary, observed: &Observed, place: usize) -> Chart {
    let simulated = || observed.simulated.values().map(|(_, value)| value);
    let values = || observed.points.iter().map(|point| point.1).chain(simulated());
    let most = values().fold(0.0, f64::max);
    let y = scale(observed.unit, most);
    let measured = Line::through("measured", theme::VERMILION, vec![observed.points.clone()]);
    let lines = vec![line("simulated", theme::BLUE, &observed.simulated), measured];
    let off = figures::figure(observed.unit, observed.absolute);
    let relative = observed.relative.map_or_else(String::new, |part| {
        format!(", {} of what was measured", figures::share(part))
    });
    // No percentile is averaged.
    let shown = if observed.pooled { Shown::Together } else { Shown::Mean };
    let counted = if observed.unit == Unit::PerSecond { ", per second" } else { "" };
    Chart {
        name: format!("observed-{}", place + 1),
        headline: format!("{} is off by {off} on average{relative}", observed.name),
        subtitle: format!(
            "{}{counted}: measured over simulated, {}.",
            observed.name,
            bins(&observed.simulated),
        ),
        note: evidence(summary, shown),
        x: Axis::time(summary.horizon.seconds()),
        shades: shades(summary),
        panels: vec![Panel {
            suffix: counted.to_owned(),
            ..Panel::new(
                &observed.name,
                theme::SINGLE,
                Body::Lines(Lines { y, lines, ..Lines::default() }),
            )
        }],
    }
}

/// From zero on, in the words of the unit.
pub(super) fn scale(unit: Unit, most: f64) -> Axis {
    let axis = match unit {
        Unit::Seconds => Axis::lasting(most),
        Unit::Share => Axis::linear(most, |value| figures::tick(100.0 * value) + "%"),
        Unit::Bytes | Unit::BytesPerSecond => {
            Axis::linear(most, |value| figures::figure(unit, value))
        }
        Unit::Count | Unit::PerSecond | Unit::Ratio | Unit::Usd | Unit::UsdPerMonth => {
            Axis::linear(most, figures::tick)
        }
    };
    axis.of(unit)
}
