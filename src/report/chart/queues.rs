//! What waits: messages in a bus, handshakes and messages for a CPU of a gateway. The panels stand
//! over one axis of time, so that cause and effect can be seen.
use super::{Axis, Band, Body, Chart, Lines, Panel, Shown, band, bins, evidence, line, shades};
use crate::{
    record::Unit,
    report::theme,
    summary::{Summary, figures, series::Curve},
};
use figures::{clock, counted, duration};

/// A wait that nobody notices has no panel.
const SHORTEST_WAIT: f64 = 0.01;
/// Nor has a backlog of so few messages,
const FEW: f64 = 10.0;
/// or one whose peak is not so many times its median.
const RISE: f64 = 3.0;
/// Not more panels than that.
const PANELS: usize = 4;

/// Something that waits at a node.
struct Queue<'a> {
    node: &'a str,
    unit: Unit,
    curve: Curve,
    peak: (usize, f64),
}

/// The chart; none when nothing waits that anybody would notice.
pub(super) fn chart(summary: &Summary) -> Option<Chart> {
    let waits = of(summary, "handshake_queue");
    let backlogs = of(summary, "backlog");
    let mut all: Vec<Queue> = waits.into_iter().chain(backlogs).collect();
    let left_out = all.len().saturating_sub(PANELS);
    all.truncate(PANELS);
    let first = all.first()?;
    let height = [theme::SINGLE, theme::STACKED, theme::SMALL][all.len().min(3) - 1];
    let more = match left_out {
        0 => String::new(),
        n => format!(" {n} shorter queues are left out."),
    };
    Some(Chart {
        name: "queues".to_owned(),
        headline: headline(&all),
        subtitle: format!(
            "What waits at the end of each tick, {}; linear axes, each its own.",
            bins(&first.curve),
        ),
        note: evidence(summary, Shown::Band) + &more,
        x: Axis::time(summary.horizon.seconds()),
        shades: shades(summary),
        panels: all.iter().map(|queue| queue.panel(summary, height)).collect(),
    })
}

/// The queues of one kind, the longest first.
fn of<'s>(summary: &'s Summary, quantity: &str) -> Vec<Queue<'s>> {
    let nodes = summary.nodes_with(quantity).into_iter();
    let mut all: Vec<Queue> = nodes.filter_map(|node| Queue::of(summary, node, quantity)).collect();
    all.sort_by(|a, b| b.peak.1.total_cmp(&a.peak.1));
    all
}

impl<'s> Queue<'s> {
    fn of(summary: &'s Summary, node: &'s str, quantity: &str) -> Option<Self> {
        let names = summary.statistics(node, quantity);
        let name = ["max", "total"].into_iter().find(|name| names.contains(name));
        let curve = summary.level(node, quantity, name.or(names.first().copied())?)?;
        let unit = summary.unit(node, quantity)?;
        let peak = curve.peak()?;
        let least = if unit == Unit::Seconds { SHORTEST_WAIT } else { FEW };
        let usual = curve.median().unwrap_or(0.0);
        let told = peak.1 > least && (unit == Unit::Seconds || peak.1 > RISE * usual);
        told.then_some(Self { node, unit, curve, peak })
    }

    fn panel(&self, summary: &Summary, height: f64) -> Panel {
        let pen = theme::BLUE.wide(1.75);
        let (name, y) = match self.unit {
            Unit::Seconds => {
                (format!("longest wait for a CPU of {}", self.node), Axis::lasting(self.peak.1))
            }
            _ => (
                format!("messages that wait in {}", self.node),
                Axis::linear(self.peak.1, figures::tick),
            ),
        };
        let bands: Vec<Band> = band(summary, pen, &self.curve).into_iter().collect();
        let lines = vec![line("", pen, &self.curve)];
        let body = Lines { y: y.of(self.unit), bands, lines, ..Lines::default() };
        Panel { name, height, body: Body::Lines(body) }
    }

    /// The most that waits, where, when.
    fn told(&self) -> String {
        let (node, at) = (self.node, clock(self.curve.time(self.peak.0)));
        match self.unit {
            Unit::Seconds => {
                format!("work waits up to {} for a CPU of {node} at {at}", duration(self.peak.1))
            }
            _ => {
                let most = counted(self.peak.1.round(), "message waits", "messages wait");
                format!("{most} in {node} at {at}")
            }
        }
    }
}

/// The longest queue of each kind.
fn headline(all: &[Queue]) -> String {
    let kind = |seconds: bool| all.iter().find(|queue| (queue.unit == Unit::Seconds) == seconds);
    let told: Vec<String> =
        [kind(true), kind(false)].into_iter().flatten().map(Queue::told).collect();
    figures::capitalized(&told.join("; "))
}
