//! Where two designs change places: a ring on their lines.
use super::{Across, Roles};
use crate::{
    record::Unit,
    report::chart::Axis,
    summary::{
        crossings::Crossing,
        figures::{duration, figure},
        sweep::Sweep,
    },
};

/// The crossings of a metric, each with its place in words; none unless the designs are lines of
/// one panel.
pub(super) fn marks(
    sweep: &Sweep,
    name: &str,
    roles: &Roles,
    across: &Across,
    y: &Axis,
) -> Vec<(f64, f64, String)> {
    let Some(lines) = roles.lines.filter(|_| roles.panels.is_none()) else { return Vec::new() };
    let axis = &sweep.axes[roles.across];
    let own = |it: &Crossing| it.metric == name && it.axis.0 == axis.name;
    let line = |design: &str| -> Vec<(f64, f64)> {
        let own = sweep.points.iter().filter(|point| point.values[lines] == design);
        let dot = |value: &str| axis.values.iter().position(|it| it == value);
        let mut all: Vec<(f64, f64)> = own
            .filter_map(|point| {
                let at = across.at[dot(&point.values[roles.across])?];
                Some((across.axis.place(at), y.place(point.mean(name)?)))
            })
            .collect();
        all.sort_by(|one, other| one.0.total_cmp(&other.0));
        all
    };
    // What is told is where they cross between two values at which they are apart; the ring lies on
    // the lines as they are drawn.
    let mark = |it: Crossing| {
        let heights = [&it.below, &it.above].map(|design| height(&line(design), across, it.at));
        let [one, other] = heights;
        let middle = f64::midpoint(one?, other?);
        Some((it.at, y.value(middle), place(it.axis.1, it.at)))
    };
    sweep.crossings().into_iter().filter(own).filter_map(mark).collect()
}

/// How high a line is at a value of the x axis, both as parts of the plot.
fn height(line: &[(f64, f64)], across: &Across, at: f64) -> Option<f64> {
    let at = across.axis.place(at);
    let pair = line.windows(2).find(|pair| pair[0].0 <= at && at <= pair[1].0)?;
    let part = (at - pair[0].0) / (pair[1].0 - pair[0].0);
    Some(pair[0].1 + part * (pair[1].1 - pair[0].1))
}

/// `5.64/s`; of a rate below one a second, how far apart its events are, as the sentence says it.
fn place(unit: Unit, at: f64) -> String {
    if unit == Unit::PerSecond && at < 1.0 {
        format!("one each {}", duration(1.0 / at))
    } else {
        figure(unit, at)
    }
}
