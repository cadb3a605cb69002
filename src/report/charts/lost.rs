//! Deliveries that are lost, by cause, and those that come late, by replay.
use super::sheet::{Panel, Sheet};
use super::source::{self, Curve};
use super::{axis::Axis, words};
use crate::report::data::ChartData;
use crate::report::theme::{BLUE, GREEN, GREY, PURPLE, SKY, Stroke, VERMILION, solid};

const STROKES: [Stroke; 6] = [solid(VERMILION), BLUE, PURPLE, GREEN, SKY, GREY];

/// The chart; absent if nothing was lost or replayed.
pub(super) fn sheet(data: &ChartData) -> Option<Sheet> {
    let causes = causes(data);
    let late =
        source::curve(data, "deliveries", "replayed").filter(|curve| source::most([curve]) > 0.0);
    let none = if causes.is_empty() { " (no delivery was lost)" } else { "" };
    let panels: Vec<Panel> = lost(data, &causes)
        .into_iter()
        .chain(late.iter().map(|curve| replayed(data, curve, none)))
        .collect();
    if panels.is_empty() {
        return None;
    }
    let bins = source::bins(data.tick);
    Some(Sheet {
        name: "lost-and-late",
        headline: headline(data, &causes, late.as_ref()),
        subtitle: format!("Deliveries per second by the time of their end, {bins}."),
        footnote: source::footnote(data),
        x: Axis::time(data.horizon),
        shades: source::shades(data),
        panels,
    })
}

/// The causes that lost anything, from large to small; beyond six the rest is one.
fn causes(data: &ChartData) -> Vec<Curve> {
    let mut causes: Vec<Curve> = Vec::new();
    for curve in source::curves(data, "lost") {
        if curve.name == "total" || causes.iter().any(|known| known.name == curve.name) {
            continue;
        }
        causes.extend(source::curve(data, "lost", &curve.name));
    }
    causes.retain(|curve| curve.total(data.tick) > 0.0);
    causes.sort_by(|a, b| b.total(data.tick).total_cmp(&a.total(data.tick)));
    let rest = causes.split_off(causes.len().min(STROKES.len() - 1));
    let rest = rest.into_iter().reduce(|mut sum, more| {
        sum.values.iter_mut().zip(more.values).for_each(|(a, b)| *a += b);
        "other causes".clone_into(&mut sum.name);
        sum
    });
    causes.extend(rest);
    causes
}

fn lost(data: &ChartData, causes: &[Curve]) -> Option<Panel> {
    let most = source::most(causes);
    if most <= 0.0 {
        return None;
    }
    let line = |(curve, stroke): (&Curve, &Stroke)| {
        curve.line(data.tick, *stroke, &source::shorten(&curve.name.replace('_', " ")))
    };
    let marks = causes.iter().zip(&STROKES).map(line).collect();
    Some(source::panel("Lost per second, by cause", 150.0, Axis::counts(most), marks))
}

fn replayed(data: &ChartData, curve: &Curve, none: &str) -> Panel {
    let marks = vec![curve.line(data.tick, BLUE, "replayed")];
    let y = Axis::counts(source::most([curve]));
    source::panel(&format!("Late per second, by replay{none}"), 150.0, y, marks)
}

fn headline(data: &ChartData, causes: &[Curve], late: Option<&Curve>) -> String {
    let lost: f64 = causes.iter().map(|curve| curve.total(data.tick)).sum();
    let late = late.map_or(0.0, |curve| curve.total(data.tick));
    let replayed = if late > 0.0 {
        format!("{} late by replay", words::things(late, "comes", "come"))
    } else {
        "none is replayed".to_owned()
    };
    let Some(first) = causes.first() else {
        return format!("No delivery is lost; {replayed}");
    };
    let verb = if words::whole(lost) == "1" { "is" } else { "are" };
    let lost_words = words::things(lost, "delivery", "deliveries");
    let share = words::percent(first.total(data.tick) / lost);
    let cause = first.name.replace('_', " ");
    format!("{lost_words} {verb} lost, {share} to {cause}; {replayed}")
}
