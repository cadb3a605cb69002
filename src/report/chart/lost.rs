//! What is lost, by cause, and what comes late: by replay, from the inbox.
use super::{Axis, Body, Chart, Lines, Panel, Shown, bins, evidence, line, shades};
use crate::{
    engine::number,
    record::Unit,
    report::theme::{self, Pen},
    summary::{Summary, figures, series::Curve},
};
use figures::{counted, share};

/// The chart; none when nothing is lost and nothing is late.
pub(super) fn chart(summary: &Summary) -> Option<Chart> {
    let lost = lost(summary);
    let late = late(summary);
    let step = lost.first().or(late.first())?.1.clone();
    let mut panels = Vec::new();
    let height = if lost.is_empty() || late.is_empty() { theme::SINGLE } else { theme::STACKED };
    if !lost.is_empty() {
        panels.push(panel("deliveries lost per second, by cause", &lost, height, &PENS));
    }
    if !late.is_empty() {
        let pens = [theme::BLUE, theme::GREEN];
        panels.push(panel("late deliveries per second", &late, height, &pens));
    }
    let what = match (lost.is_empty(), late.is_empty()) {
        (false, false) => "Lost and late deliveries",
        (false, true) => "Lost deliveries",
        (true, _) => "Late deliveries",
    };
    Some(Chart {
        name: "lost-and-late".to_owned(),
        headline: headline(&lost, &late),
        subtitle: format!("{what} per second over the whole run, {}.", bins(&step)),
        note: evidence(summary, Shown::Mean),
        x: Axis::time(summary.horizon.seconds()),
        shades: shades(summary),
        panels,
    })
}

const PENS: [Pen; 5] = [theme::VERMILION, theme::PURPLE, theme::BLUE, theme::GREEN, theme::SKY];

/// Causes with their losses, most first; all beyond four are one.
fn lost(summary: &Summary) -> Vec<(String, Curve)> {
    let causes = summary.statistics("", "lost").into_iter().filter(|&name| name != "total");
    let mut all: Vec<(String, Curve)> = causes
        .filter_map(|cause| Some((cause.to_owned(), summary.rate("", "lost", cause)?)))
        .chain(summary.rate("", "deliveries", "expired").map(|curve| ("expired".to_owned(), curve)))
        .filter(|(_, curve)| curve.integral() > 0.0)
        .collect();
    all.sort_by(|a, b| b.1.integral().total_cmp(&a.1.integral()));
    if all.len() > PENS.len() {
        let rest: Vec<Curve> =
            all.split_off(PENS.len() - 1).into_iter().map(|(_, curve)| curve).collect();
        all.extend(Curve::sum(&rest).map(|sum| (format!("{} others", rest.len()), sum)));
    }
    all
}

fn late(summary: &Summary) -> Vec<(String, Curve)> {
    [("replayed", "replayed"), ("pulled", "from the inbox")]
        .into_iter()
        .filter_map(|(name, label)| Some((label.to_owned(), summary.rate("", "deliveries", name)?)))
        .filter(|(_, curve)| curve.integral() > 0.0)
        .collect()
}

fn headline(lost: &[(String, Curve)], late: &[(String, Curve)]) -> String {
    let count = |curves: &[(String, Curve)]| -> f64 {
        curves.iter().map(|(_, curve)| curve.integral()).sum()
    };
    let (gone, delayed) = (count(lost), count(late));
    let deliveries =
        |count: f64| counted(number::float(number::whole(count)), "delivery", "deliveries");
    let verb = |count: f64| if count < 1.5 { "is" } else { "are" };
    match lost.first() {
        Some((cause, _)) if lost.len() == 1 => {
            format!("{} {} lost, all by {cause}", deliveries(gone), verb(gone))
        }
        Some((cause, most)) => format!(
            "{} {} lost, {} of them by {cause}",
            deliveries(gone),
            verb(gone),
            share(most.integral() / gone),
        ),
        None => {
            let come = if delayed < 1.5 { "comes" } else { "come" };
            format!("Nothing is lost; {} {come} late", deliveries(delayed))
        }
    }
}

fn panel(name: &str, shown: &[(String, Curve)], height: f64, pens: &[Pen]) -> Panel {
    let most = shown.iter().filter_map(|(_, curve)| Some(curve.peak()?.1)).fold(0.0, f64::max);
    let drawn = || shown.iter().zip(pens).rev();
    let lines =
        drawn().map(|((name, curve), pen)| line(name.as_str(), pen.solid().wide(1.5), curve));
    let lines = lines.collect();
    let body = Body::Lines(Lines {
        y: Axis::linear(most, figures::tick).of(Unit::PerSecond),
        lines,
        ..Lines::default()
    });
    Panel { name: name.to_owned(), height, body }
}
