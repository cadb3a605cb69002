//! The designs of a sweep over time: the same chart of each, one below the other on the same axes.
use super::{Axis, Body, Chart, Line, Lines, Panel, Shade, common, several, several::Named};
use crate::{
    report::theme,
    summary::{Summary, advice::Design, sweep::Sweep},
};

/// What the page of a sweep tells elsewhere, of all points.
const ELSEWHERE: [&str; 3] = ["budgets", "cost", "cost-growth"];
/// How the names of these charts begin.
const PREFIX: &str = "design-";
/// Where the lines of all designs stand in one panel.
const TOGETHER: &str = "lag-distribution";

/// The name of the same chart of a single run.
pub(in crate::report) fn plain(name: &str) -> &str {
    name.strip_prefix(PREFIX).unwrap_or(name)
}

/// A chart of a design.
struct Own<'d> {
    design: &'d str,
    chart: Chart,
}

/// The charts of the designs of a sweep that ran once more.
pub fn of_sweep(sweep: &Sweep) -> Vec<Chart> {
    let named = |design: Design<'_>| {
        let (name, run) = (sweep.spoken_design(design.point), sweep.curves_of(design.point)?);
        let role = if design.is_advised() { " (advised)" } else { "" };
        Some((name + role, run))
    };
    let runs: Vec<(String, &Summary)> =
        sweep.drawn_designs().into_iter().filter_map(named).collect();
    charts(&runs.iter().map(|(name, run)| (name.as_str(), *run)).collect::<Vec<Named>>())
}

/// The charts of some designs; the first is the one that is told in full. What has no lines over
/// time is drawn of that one alone.
fn charts(designs: &[Named]) -> Vec<Chart> {
    let all: Vec<Own> = designs.iter().flat_map(|(name, run)| of(name, run)).collect();
    let mut names: Vec<&str> = Vec::new();
    for own in &all {
        if !names.contains(&own.chart.name.as_str()) {
            names.push(&own.chart.name);
        }
    }
    let same =
        |name: &&str| -> Vec<&Own> { all.iter().filter(|own| own.chart.name == **name).collect() };
    let first = designs.first().map_or("", |design| design.0);
    names.iter().filter_map(|name| together(&same(name), first)).collect()
}

fn of<'d>(design: &'d str, run: &Summary) -> Vec<Own<'d>> {
    let all = super::all(run).into_iter();
    let own = all.filter(|chart| !ELSEWHERE.contains(&chart.name.as_str()));
    own.map(|chart| Own { design, chart }).collect()
}

/// The same chart of several designs as one.
fn together(all: &[&Own], shown: &str) -> Option<Chart> {
    let first = all.iter().find(|own| own.design == shown).or(all.first())?;
    let lines = |own: &&&Own| own.chart.panels.iter().all(|it| matches!(it.body, Body::Lines(_)));
    let alike = all.len() > 1 && all.iter().filter(lines).count() == all.len();
    let mut chart = match first.chart.name.as_str() {
        TOGETHER if alike => over_each_other(all),
        _ if alike && first.chart.x.is_time() => stacked(all),
        _ => first.chart.clone(),
    };
    chart.name = format!("{PREFIX}{}", first.chart.name);
    chart.headline = format!("{}: {}", first.design, first.chart.headline);
    Some(chart)
}

/// All panels, each under the name of its design. What happens in all of them at the same time is
/// told over them, what differs in the panels.
fn stacked(all: &[&Own]) -> Chart {
    let mut chart = all[0].chart.clone();
    let named: Vec<(&str, &[Shade])> =
        all.iter().map(|own| (own.design, own.chart.shades.as_slice())).collect();
    let shades = common::shades(&named);
    chart.shades = shades.common;
    if !shades.words.is_empty() {
        chart.note = format!("{} Shaded: {}.", chart.note, shades.words);
    }
    chart.x = Axis::over(all.iter().map(|own| &own.chart.x));
    let first = |own: &Own| own.chart.panels.first().map(Panel::head);
    let alike = all.iter().all(|own| first(own) == first(all[0]));
    let panels = all.iter().zip(&shades.own).enumerate();
    let panels = panels.flat_map(|(at, (own, shades))| panels_of(own, shades, alike, at == 0));
    let panels = panels.collect();
    chart.panels = by_quantity(panels);
    chart
}

/// The panels of a design, each with what it shows; where the first ones of all designs show the
/// same, the name of that has what it says.
fn panels_of(own: &Own, shades: &[Shade], alike: bool, first: bool) -> Vec<(String, Panel)> {
    let named = |(place, panel): (usize, &Panel)| {
        // The first design's own is the headline of all.
        let says = place == 0 && alike && !first;
        let (told, suffix) = if says {
            (brief(&own.chart.headline), String::new())
        } else {
            (panel.name.as_str(), panel.suffix.clone())
        };
        let mut body = panel.body.clone();
        if let Body::Lines(lines) = &mut body {
            lines.shades = shades.to_vec();
        }
        let (name, height) = (format!("{}: {told}", own.design), panel.height.min(theme::STACKED));
        (panel.head(), Panel { suffix, ..Panel::new(name, height, body) })
    };
    own.chart.panels.iter().enumerate().map(named).collect()
}

/// The panels of one quantity stand together, on one axis.
fn by_quantity(all: Vec<(String, Panel)>) -> Vec<Panel> {
    let mut groups: Vec<(String, Vec<Panel>)> = Vec::new();
    for (what, panel) in all {
        match groups.iter_mut().find(|group| group.0 == what) {
            Some(group) => group.1.push(panel),
            None => groups.push((what, vec![panel])),
        }
    }
    let shared = |(_, mut group): (String, Vec<Panel>)| {
        let axes: Vec<Axis> = group.iter().filter_map(|panel| y_of(panel).cloned()).collect();
        let axis = Axis::over(axes.iter());
        for panel in &mut group {
            if let Body::Lines(lines) = &mut panel.body {
                lines.y = axis.clone();
            }
        }
        group
    };
    groups.into_iter().flat_map(shared).collect()
}

fn y_of(panel: &Panel) -> Option<&Axis> {
    match &panel.body {
        Body::Lines(lines) => Some(&lines.y),
        Body::Strip(_) | Body::Grid(_) | Body::Bars(_) | Body::Heat(_) => None,
    }
}

/// A headline up to its first half-sentence.
fn brief(headline: &str) -> &str {
    let ends = [", ", "; ", ": "].into_iter().filter_map(|end| headline.find(end));
    ends.min().map_or(headline, |end| &headline[..end])
}

/// One panel with a line for each design.
fn over_each_other(all: &[&Own]) -> Chart {
    let mut chart = all[0].chart.clone();
    let mut lines: Vec<Line> = Vec::new();
    let mut axes: Vec<Axis> = Vec::new();
    for (place, own) in all.iter().enumerate() {
        let Some(Body::Lines(body)) = own.chart.panels.first().map(|panel| &panel.body) else {
            continue;
        };
        axes.push(body.y.clone());
        let named = |line: &Line| Line {
            label: own.design.to_owned(),
            pen: several::pen(place).wide(1.75),
            ..line.clone()
        };
        lines.extend(body.lines.iter().map(named));
    }
    lines.reverse();
    chart.x = Axis::over(all.iter().map(|own| &own.chart.x));
    if let Some(Panel { body: Body::Lines(body), .. }) = chart.panels.first_mut() {
        let y = Axis::over(axes.iter());
        let corner = body.corner.clone();
        *body = Lines { y, lines, reversed: true, corner, ..Lines::default() };
    }
    chart
}
