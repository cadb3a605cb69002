//! A phase diagram: both borders over the values of the policy.
use super::{Axis, Body, Chart, Line, Lines, Panel, Scale};
use crate::{
    engine::number,
    record::Unit,
    report::theme,
    summary::{
        figures,
        phase::{Border, Phase, Row},
    },
};

/// The chart.
pub fn chart(phase: &Phase) -> Chart {
    let [low, high] = phase.bounds;
    let y = Axis::log(low, high, figures::tick);
    let place = |place: usize| number::float(number::count(place)) + 0.5;
    let at = |border: &Border| border.holds.unwrap_or(y.low);
    let line = |label: &str, pen, of: fn(&Row) -> &Border| {
        let points = phase.rows.iter().enumerate().map(|(row, it)| (place(row), at(of(it))));
        Line::through(label, pen, vec![points.collect()])
    };
    let dots = phase
        .rows
        .iter()
        .enumerate()
        .map(|(row, it)| (place(row), at(&it.recovers), phase.said(at(&it.recovers))));
    let open = phase.rows.iter().all(|row| row.stays.fails.is_none());
    let stays = if open { "well at all tried" } else { "well in peace" };
    let lines = vec![
        line(stays, theme::EQUALS[1], |row| &row.stays),
        line("recovers", theme::EQUALS[0], |row| &row.recovers),
    ];
    let dots = dots.collect();
    let ticks = phase.rows.iter().enumerate().map(|(row, it)| (place(row), it.policy.clone()));
    let x = Axis {
        scale: Scale::Linear,
        low: 0.0,
        high: number::float(number::count(phase.rows.len())),
        ticks: ticks.collect(),
        name: phase.policy.clone(),
        unit: Unit::Count,
    };
    Chart {
        name: "phase".to_owned(),
        headline: headline(phase),
        subtitle: format!(
            "Stable below the solid line: the system comes back from what happens to it. \
             Vulnerable between the lines: well until it happens, stuck afterwards. {} against {}.",
            phase.load, phase.policy
        ),
        note: format!("One run a probe, found by bisection; seed {}.", phase.seed),
        x,
        shades: Vec::new(),
        panels: vec![Panel {
            name: phase.load.clone(),
            height: theme::SINGLE,
            body: Body::Lines(Lines { y, lines, dots, ..Lines::default() }),
        }],
    }
}

fn headline(phase: &Phase) -> String {
    let value = |row: &Row| row.recovers.holds.unwrap_or(0.0);
    let best = phase.rows.iter().max_by(|a, b| value(a).total_cmp(&value(b)));
    best.map_or_else(String::new, |row| {
        let place = if phase.policy.is_empty() {
            String::new()
        } else {
            let short = phase.policy.rsplit('.').next().unwrap_or_default();
            format!(" at a {short} of {}", row.policy)
        };
        match (row.recovers.holds, row.recovers.fails) {
            (Some(holds), None) => {
                format!("Recovers up to a {} of {} and more{place}", phase.load, phase.said(holds))
            }
            (Some(holds), _) => {
                format!("Recovers up to a {} of {}{place}", phase.load, phase.said(holds))
            }
            (None, _) => format!("Recovers at no {} that was tried", phase.load),
        }
    })
}
