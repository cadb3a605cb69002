//! How much of each budget of each node is used, on average and at its peak: which one binds.
use super::{Axis, Bar, Bars, Body, Chart, Panel, Shown, evidence};
use crate::{
    engine::number,
    report::theme,
    summary::{Summary, board, figures},
};
use figures::share;

/// From bar to bar.
const PITCH: f64 = 38.0;
/// Not more budgets have a bar.
const BARS: usize = 12;
/// Bars end here: what lies beyond is told by its number.
const END: f64 = 1.25;
/// A single budget that is used less has no chart.
const CALM: f64 = 0.05;
/// What is used less says nothing.
const LITTLE: f64 = 0.01;

/// A budget of a node, as shares of what there is.
struct Budget {
    node: String,
    name: String,
    limit: String,
    average: f64,
    peak: f64,
    /// What decides when it is full.
    binds: f64,
}

/// The chart; none when nothing is used.
pub(super) fn chart(summary: &Summary) -> Option<Chart> {
    let mut all = budgets(summary);
    all.retain(|budget| budget.peak > LITTLE);
    all.sort_by(|a, b| b.peak.total_cmp(&a.peak).then(b.binds.total_cmp(&a.binds)));
    // One bar next to nothing is a number, and the table has it.
    if let [only] = &all[..]
        && only.peak < CALM
    {
        return None;
    }
    let left_out = all.len().saturating_sub(BARS);
    all.truncate(BARS);
    let most = all.iter().map(|budget| budget.binds).fold(0.0, f64::max);
    let first = all.iter().find(|budget| budget.binds >= most)?;
    let beyond = all.iter().any(|budget| budget.peak > END);
    let end = all.iter().map(|budget| budget.peak.min(END)).fold(1.0, f64::max);
    let label = |part: f64| if part > 0.0 { super::axis::share(part) } else { "0".to_owned() };
    let axis = Axis::linear(1.0, label);
    let body = Bars {
        axis: Axis { high: end, ..axis },
        rows: all
            .iter()
            .map(|budget| Bar { bold: std::ptr::eq(budget, first), ..budget.bar(end) })
            .collect(),
        key: vec![
            ("on average".to_owned(), theme::BLUE),
            ("more at its peak".to_owned(), theme::SKY),
        ],
        limit: Some((1.0, String::new())),
        ..Bars::default()
    };
    let cut = if beyond { " Bars end at 125\u{202F}%: what lies beyond has a ▲." } else { "" };
    let more = match left_out {
        0 => String::new(),
        n => format!(" {n} budgets that are used less are left out."),
    };
    Some(Chart {
        name: "budgets".to_owned(),
        headline: headline(first, &all),
        subtitle: "How much of each budget is used: mean over the run and its instances, and the \
                   fullest instance at its peak; the one that binds first in bold."
            .to_owned(),
        note: evidence(summary, Shown::Mean) + cut + &more,
        x: Axis::default(),
        shades: Vec::new(),
        panels: vec![Panel::new(
            "share of the budget that is used",
            PITCH * number::float(number::count(all.len())),
            Body::Bars(body),
        )],
    })
}

/// The budgets of all nodes.
fn budgets(summary: &Summary) -> Vec<Budget> {
    let of = |room: board::Headroom| {
        let (node, users) = (room.node, room.users);
        room.budgets.into_iter().map(move |budget| Budget {
            // A herd can wait, where nobody comes otherwise.
            binds: budget.part(users).unwrap_or(budget.average),
            node: node.clone(),
            name: budget.name.to_owned(),
            limit: budget.limit,
            average: budget.average,
            peak: budget.peak,
        })
    };
    board::rooms(summary).into_iter().flat_map(of).collect()
}

impl Budget {
    fn bar(&self, end: f64) -> Bar {
        let mark = if self.peak > 1.0 { "▲ " } else { "" };
        let peak = self.peak.min(end);
        let average = self.average.min(peak);
        let mean = if self.average < LITTLE { figures::spoken_share } else { share };
        let text = format!("{mark}{}, mean {}", share(self.peak), mean(self.average));
        let name = format!("{}: {}", self.node, self.name);
        let parts = vec![average, peak - average];
        Bar { text, parts, ..Bar::new(&name, &self.limit, (0.0, peak)) }
    }
}

/// The budget that is full first; a herd that has to wait is told with it.
fn headline(first: &Budget, all: &[Budget]) -> String {
    let Budget { node, name, binds, .. } = first;
    let wait = |budget: &&Budget| board::can_wait(&budget.name) && budget.peak > 1.0;
    if let Some(pace) = all.iter().find(wait).filter(|_| *binds <= board::USED_UP) {
        return format!(
            "{} of {} are wanted at {} times their limit at the peak; of what cannot wait, {name} \
             of {node} is used most, {}",
            figures::capitalized(&pace.name),
            pace.node,
            figures::compact(pace.peak),
            share(*binds),
        );
    }
    if *binds > 1.0 {
        return format!("Over budget: {name} of {node}, {} of what there is", share(*binds));
    }
    if *binds > board::USED_UP {
        return format!("Used up at the peak of the run: {name} of {node}");
    }
    format!("The budget that binds first: {name} of {node}, {} used", share(*binds))
}
