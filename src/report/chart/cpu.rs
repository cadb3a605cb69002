//! CPU utilisation of the nodes over time: the busiest instance and the mean.
use super::{
    Axis, Band, Body, Chart, Lines, Panel, Shown, axis, band, bins, evidence, is_idle, line,
    own_peak, shades, with_bands,
};
use crate::{
    record::Unit,
    report::theme,
    summary::{Summary, figures, series::Curve},
};
use figures::share;

/// So many nodes get a panel.
const NODES: usize = 4;
/// A node that stays within so much has nothing to say.
const FLAT: f64 = 0.03;
/// Nor one whose peak is not so many times its median,
const RISE: f64 = 1.3;
/// unless it is as busy as this.
const BUSY: f64 = 0.5;

struct Node<'a> {
    name: &'a str,
    busiest: Curve,
    mean: Option<Curve>,
    peak: (usize, f64),
    work: &'static str,
}

/// The chart; none when no node's utilisation moves.
pub(super) fn chart(summary: &Summary) -> Option<Chart> {
    let mut nodes: Vec<Node> =
        summary.nodes_with("cpu").into_iter().filter_map(|node| Node::of(summary, node)).collect();
    nodes.sort_by(|a, b| b.peak.1.total_cmp(&a.peak.1));
    let left_out = nodes.len().saturating_sub(NODES);
    nodes.truncate(NODES);
    let first = nodes.first()?;
    let height = [theme::SINGLE, theme::STACKED, theme::SMALL, theme::SMALL][nodes.len() - 1];
    let more = match left_out {
        0 => String::new(),
        n => format!(" {n} less busy nodes are left out."),
    };
    Some(Chart {
        name: "cpu".to_owned(),
        headline: format!(
            "The busiest instance of {} reaches {} {} {}",
            first.name,
            share(first.peak.1),
            if first.work == "CPU" { "CPU" } else { "of what it can do" },
            first.busiest.when(first.peak.0),
        ),
        subtitle: format!(
            "Work over capacity of the busiest instance and mean of all, {}.",
            bins(&first.busiest),
        ),
        note: evidence(summary, Shown::Band)
            + &own_peak(summary, &format!("{}.cpu.peak", first.name), first.peak.1)
            + &more,
        x: Axis::time(summary.horizon.seconds()),
        shades: shades(summary),
        panels: nodes.iter().map(|node| node.panel(height, summary)).collect(),
    })
}

impl<'a> Node<'a> {
    fn of(summary: &'a Summary, name: &'a str) -> Option<Self> {
        let mean = summary.level(name, "cpu", "mean");
        let busiest = summary.level(name, "cpu", "max").or_else(|| mean.clone())?;
        let peak = busiest.peak()?;
        let least = busiest.values().map(|(_, value)| value).fold(f64::INFINITY, f64::min);
        let moves = peak.1 - least > FLAT && peak.1 > RISE * busiest.median()?;
        let busy = peak.1 > BUSY && !is_idle(summary, &busiest, "cpu");
        (moves || busy).then_some(Self { name, busiest, mean, peak, work: summary.work(name) })
    }

    fn panel(&self, height: f64, summary: &Summary) -> Panel {
        let pen = theme::BLUE.wide(1.75);
        let mut lines = vec![line("busiest", pen, &self.busiest)];
        if let Some(mean) = &self.mean {
            lines.insert(0, line("mean", theme::GREY, mean));
        }
        let bands = band(summary, pen, &self.busiest);
        let bands: Vec<Band> = bands.into_iter().collect();
        let most = with_bands(self.peak.1, &bands).min(1.0);
        let y = Axis::linear(most, axis::percent).of(Unit::Share);
        let body = Body::Lines(Lines { y, bands, lines, ..Lines::default() });
        Panel::new(format!("{} of {}", self.work, self.name), height, body)
    }
}
