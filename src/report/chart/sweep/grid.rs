//! The numbers themselves, shaded, for two axes with several values each: where a design holds.
use super::{axes::places, differs, headline, note, points, roles, stem};
use crate::{
    engine::number,
    record::Unit,
    report::chart::{Body, Chart, Grid, GridRow, Panel},
    summary::{
        Judged,
        figures::figure,
        slo::{self, Said, Verdict},
        survivors,
        sweep::{Point, Sweep},
        words,
    },
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
    let strength = strength(metric.unit, least, most);
    let shade = |value: f64| strength * (value - least) / (most - least);
    let row = |value: &String| GridRow {
        name: words::short(rows, value),
        cells: columns
            .values
            .iter()
            .map(|column| {
                let fixed = [(roles.across, column.clone()), (down, value.clone())];
                let point = points(sweep, &[&fixed[0], &fixed[1]]).into_iter().next()?;
                let mean = point.mean(name);
                let text = mean.map(|mean| figure(metric.unit, mean).replace("/month", ""));
                let text = text.unwrap_or_else(|| survivors::lacking(name, &point.metrics));
                Some((mean.map(shade), text + sign(point, name)))
            })
            .collect(),
    };
    let body = Grid { rows: rows.values.iter().map(row).collect() };
    let height = 30.0 * number::float(number::count(body.rows.len()));
    let own = || sweep.points.iter().flat_map(|point| point.slo.iter()).filter(|it| of(it, name));
    let breaks = if own().any(Judged::decides) { "; ✗ breaks its SLO" } else { "" };
    let wrong = if own().any(Judged::states_failure) { "; ● goes wrong as stated" } else { "" };
    let number = if own().any(Judged::states_number) { "; ● as stated" } else { "" };
    Some(Chart {
        name: format!("grid-{}", stem(name)),
        headline: headline(sweep, name)?,
        subtitle: format!(
            "{name}: {} across, {} down{breaks}{wrong}{number}.",
            columns.path, rows.path
        ),
        note: format!("{} A stronger shade is more.", note(sweep, false)),
        x: places(columns).axis,
        shades: Vec::new(),
        panels: vec![Panel::new(rows.path.clone(), height, Body::Grid(body))],
    })
}

fn of(judged: &Judged, name: &str) -> bool {
    slo::parse(&judged.expr).is_ok_and(|slo| slo.metric == name)
}

/// What stands behind a number: that it breaks its objective, or is what an expectation states.
fn sign(point: &Point, name: &str) -> &'static str {
    let said = || point.slo.iter().filter(|it| of(it, name)).map(Judged::swept);
    if said().any(|it| it == Said::Judged(Verdict::Fail)) {
        " ✗"
    } else if said().any(|it| it == Said::AsStated) {
        " ●"
    } else {
        ""
    }
}

/// How dark the most is: what differs by little looks alike. Of a share near one, what is missing
/// counts as well.
fn strength(unit: Unit, least: f64, most: f64) -> f64 {
    let part = (most - least) / most.abs().max(least.abs());
    let missing = if unit == Unit::Share { (most - least) / (1.0 - least) } else { 0.0 };
    (2.0 * part.max(missing)).min(1.0)
}
