//! The numbers themselves, shaded, for two axes with several values each: where a design holds.
use super::{differs, headline, limits, note, places, points, roles, stem};
use crate::{
    engine::number,
    report::chart::{Body, Chart, Grid, GridRow, Panel},
    summary::{figures::figure, slo, sweep::Sweep, words},
};

/// A grid with more rows is not readable.
const ROWS: usize = 24;
/// Nor is one with more columns.
const COLUMNS: usize = 14;

/// The chart; none without two axes, or where all is the same.
pub(super) fn chart(sweep: &Sweep, name: &str) -> Option<Chart> {
    let roles = roles(sweep)?;
    let down = roles.panels.filter(|_| roles.lines.is_none())?;
    let (columns, rows) = (&sweep.axes[roles.across], &sweep.axes[down]);
    if columns.values.len() > COLUMNS || rows.values.len() > ROWS || !differs(sweep, name) {
        return None;
    }
    let [(_, metric, least), (.., most)] = sweep.extremes(name)?;
    let shade = |value: f64| if most > least { (value - least) / (most - least) } else { 0.0 };
    let row = |value: &String| GridRow {
        name: words::brief(value),
        cells: columns
            .values
            .iter()
            .map(|column| {
                let fixed = [(roles.across, column.clone()), (down, value.clone())];
                let point = points(sweep, &[&fixed[0], &fixed[1]]).into_iter().next()?;
                let mean = point.mean(name)?;
                let kept = point
                    .slo
                    .iter()
                    .filter(|it| slo::parse(&it.expr).is_ok_and(|slo| slo.metric == name))
                    .all(|it| it.verdict != slo::Verdict::Fail);
                let text = figure(metric.unit, mean).replace("/month", "");
                Some((shade(mean), if kept { text } else { format!("{text} ✗") }))
            })
            .collect(),
    };
    let body = Grid { rows: rows.values.iter().map(row).collect() };
    let height = 30.0 * number::float(number::count(body.rows.len()));
    let failing =
        if limits(sweep, name, metric.unit).is_empty() { "" } else { "; ✗ breaks its SLO" };
    Some(Chart {
        name: format!("grid-{}", stem(name)),
        headline: headline(sweep, name)?,
        subtitle: format!("{name}: {} across, {} down{failing}.", columns.path, rows.path),
        note: format!("{} A stronger shade is more.", note(sweep, false)),
        x: places(columns).axis,
        shades: Vec::new(),
        panels: vec![Panel { name: rows.path.clone(), height, body: Body::Grid(body) }],
    })
}
