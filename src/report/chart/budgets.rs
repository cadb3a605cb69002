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
/// From so many times its limit on more is wanted of a budget than there is.
const OVER: f64 = 1.005;
/// What is used less says nothing.
const LITTLE: f64 = 0.01;

/// A budget of a node, as shares of what there is.
struct Budget {
    node: String,
    name: String,
    limit: String,
    average: f64,
    peak: f64,
    /// What decides when it is full, where that is known.
    binds: Option<f64>,
    /// Instances were killed for it.
    exceeded: bool,
}

/// The chart; none when nothing is used.
pub(super) fn chart(summary: &Summary) -> Option<Chart> {
    let rooms = board::rooms(summary);
    let mut all = budgets(&rooms);
    all.retain(|budget| budget.peak > LITTLE);
    let binds = |budget: &Budget| budget.binds.unwrap_or(0.0);
    all.sort_by(|a, b| b.peak.total_cmp(&a.peak).then(binds(b).total_cmp(&binds(a))));
    // One bar next to nothing is a number, and the table has it.
    if let [only] = &all[..]
        && only.peak < CALM
    {
        return None;
    }
    let (room, binding) = board::binding(&rooms)?;
    let is_first = |budget: &Budget| budget.node == room.node && budget.name == binding.name;
    let place = all.iter().position(is_first)?;
    // However many are used more at their peak: they can wait.
    all.swap(place, place.min(BARS - 1));
    let left_out = all.len().saturating_sub(BARS);
    all.truncate(BARS);
    let first = &all[place.min(BARS - 1)];
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
fn budgets(rooms: &[board::Headroom]) -> Vec<Budget> {
    let of = |room: &board::Headroom| {
        let (node, users) = (room.node.clone(), room.users);
        let of = |budget: &board::Budget| Budget {
            binds: budget.part(users),
            node: node.clone(),
            name: budget.name.to_owned(),
            limit: budget.limit.clone(),
            average: budget.average,
            peak: budget.peak,
            exceeded: budget.exceeded,
        };
        room.budgets.iter().map(of).collect::<Vec<Budget>>()
    };
    rooms.iter().flat_map(of).collect()
}

impl Budget {
    /// What is wanted of it, beyond what there is: a bar shows what was used.
    fn wanted(&self, times: f64) -> String {
        let Self { node, name, .. } = self;
        let (are, their) = if name.ends_with('s') { ("are", "their") } else { ("is", "its") };
        let times = figures::compact(times);
        format!("{name} of {node} {are} wanted at {times} times {their} limit")
    }

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
    let Budget { node, name, .. } = first;
    let binds = first.binds.unwrap_or(first.peak);
    let wait = |budget: &&Budget| board::can_wait(&budget.name) && budget.peak > 1.0;
    let pace = all.iter().find(wait);
    if let Some(pace) = pace.filter(|_| binds <= board::USED_UP && !first.exceeded) {
        return format!(
            "{} at the peak; of what cannot wait, {name} of {node} is used most, {}",
            figures::capitalized(&pace.wanted(pace.peak)),
            share(binds),
        );
    }
    // What waits for what is full already.
    let also = pace.filter(|pace| pace.name != *name);
    let also = also.map_or_else(String::new, |pace| format!("; {}", pace.wanted(pace.peak)));
    if binds > OVER {
        return format!("Over budget: {}{also}", first.wanted(binds));
    }
    if first.exceeded {
        return format!("Over budget: {name} of {node}, instances end of it{also}");
    }
    if binds > board::USED_UP {
        return format!("Used up at the peak of the run: {name} of {node}{also}");
    }
    format!("The budget that binds first: {name} of {node}, {} used", share(binds))
}
