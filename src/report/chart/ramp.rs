//! The hysteresis test: how well a system is at each load, on the way up and on the way down.
use super::{Axis, Body, Chart, Line, Lines, Panel, axis};
use crate::{
    record::Unit,
    report::theme,
    summary::{
        figures,
        phase::{Phase, Ramp, Row},
    },
};

/// Not more panels than that.
const PANELS: usize = 8;

/// The chart, where a load was turned up and down within one run.
pub fn chart(phase: &Phase) -> Option<Chart> {
    let ramps: Vec<(&Row, &Ramp)> =
        phase.rows.iter().filter_map(|row| Some((row, row.ramp.as_ref()?))).take(PANELS).collect();
    let loads = || ramps.iter().flat_map(|(_, ramp)| &ramp.steps).map(|step| step.load);
    let [low, high] = [loads().fold(f64::INFINITY, f64::min), loads().fold(0.0, f64::max)];
    let (row, ramp) =
        ramps.iter().max_by(|a, b| width(phase, a.1).total_cmp(&width(phase, b.1)))?;
    let mut names: Vec<(f64, String)> = loads().map(|load| (load, phase.said(load))).collect();
    names.sort_by(|a, b| a.0.total_cmp(&b.0));
    names.dedup();
    let x = Axis::log(low, high, |it| axis::of_unit(phase.unit, it)).of(phase.unit);
    let height = if ramps.len() == 1 { theme::SINGLE } else { theme::SMALL };
    Some(Chart {
        name: "ramp".to_owned(),
        headline: headline(phase, row, ramp),
        subtitle: format!(
            "{} climbs in steps and comes down again within one run. Where the lines part, what \
             the system is depends on where it came from.",
            phase.load
        ),
        note: format!("One run; the second half of each step counts; seed {}.", phase.seed),
        x: Axis { names, ..x }.named(&phase.load),
        shades: Vec::new(),
        panels: ramps.iter().map(|(row, ramp)| panel(phase, row, ramp, height)).collect(),
    })
}

/// How far apart, as a factor, the loads lie at which it breaks and is well again.
fn width(phase: &Phase, ramp: &Ramp) -> f64 {
    let low = ramp.steps.first().map(|step| step.load);
    let breaks = ramp.breaks(phase.well).fails;
    breaks.zip(ramp.returns(phase.well).holds.or(low)).map_or(0.0, |(up, down)| up / down)
}

fn panel(phase: &Phase, row: &Row, ramp: &Ramp, height: f64) -> Panel {
    let line = |label: &str, pen, up: bool| {
        // The way down begins at the top, where the way up ends.
        let top = ramp.steps.iter().rfind(|step| step.up).filter(|_| !up);
        let steps = top.into_iter().chain(ramp.steps.iter().filter(|step| step.up == up));
        let mut points: Vec<(f64, f64)> = steps.map(|step| (step.load, step.well)).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        Line::through(label, pen, vec![points])
    };
    let y = Axis::linear(1.0, axis::percent).of(Unit::Share);
    let lines =
        vec![line("up", theme::EQUALS[0], true), line("down", theme::EQUALS[1].solid(), false)];
    let value =
        if phase.policy.is_empty() { String::new() } else { format!(", {}", phase.chosen(row)) };
    let body = Body::Lines(Lines { y, lines, ..Lines::default() });
    Panel::new(format!("well{value}"), height, body)
}

fn headline(phase: &Phase, row: &Row, ramp: &Ramp) -> String {
    let place = if phase.policy.is_empty() {
        String::new()
    } else {
        format!("With {}: ", phase.chosen(row))
    };
    let text = match (ramp.breaks(phase.well).fails, ramp.returns(phase.well).holds) {
        (None, _) => "stays well on the way up, step by step in one run".to_owned(),
        (Some(breaks), None) => {
            format!(
                "step by step in one run it is no longer well at {}, and does not come back",
                phase.said(breaks)
            )
        }
        (Some(breaks), Some(back)) => {
            format!(
                "step by step in one run it is no longer well at {}, well again only at {}",
                phase.said(breaks),
                phase.said(back)
            )
        }
    };
    if place.is_empty() { figures::capitalized(&text) } else { place + &text }
}
