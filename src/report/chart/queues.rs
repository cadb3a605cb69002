//! What waits: work for a CPU of a gateway, for a fan-out, for a registry or a buffer, handshakes
//! at a bounded door, messages in a bus. The panels stand over one axis of time, so that cause and
//! effect can be seen.
use super::{
    Axis, Band, Body, Chart, Limit, Lines, Panel, Shown, band, bins, evidence, line, shades,
};
use crate::{
    record::Unit,
    report::theme,
    summary::{Summary, figures, series::Curve, stated_count},
};
use figures::{counted, duration};
use serde_json::Value as Json;

/// A wait that nobody notices has no panel.
const SHORTEST_WAIT: f64 = 0.01;
/// Nor has a backlog of so few messages,
const FEW: f64 = 10.0;
/// or one whose peak is not so many times its median.
const RISE: f64 = 3.0;
/// A bound so many times the peak would flatten what is below it.
const NEAR: f64 = 3.0;
/// Not more panels than that.
const PANELS: usize = 4;

/// What waits where.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Work for a CPU of a gateway.
    Cpu,
    /// Work for a node beside the gateways.
    Node,
    /// Handshakes at a door that takes so many.
    Door,
    /// Messages in a bus.
    Bus,
}

/// The quantity of each kind: first those that are told as times.
const KINDS: [(Kind, &str); 4] = [
    (Kind::Cpu, "handshake_queue"),
    (Kind::Node, "queue"),
    (Kind::Door, "accept_queue"),
    (Kind::Bus, "backlog"),
];

/// Something that waits at a node.
struct Queue<'a> {
    kind: Kind,
    node: &'a str,
    unit: Unit,
    curve: Curve,
    peak: (usize, f64),
}

/// The chart; none when nothing waits that anybody would notice.
pub(super) fn chart(summary: &Summary) -> Option<Chart> {
    let (all, left_out) = longest(summary);
    let first = all.first()?;
    let height = [theme::SINGLE, theme::STACKED, theme::SMALL][all.len().min(3) - 1];
    let more = match left_out {
        0 => String::new(),
        n => format!(" {n} shorter queues are left out."),
    };
    Some(Chart {
        name: "queues".to_owned(),
        headline: headline(summary, &all),
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

/// The longest queues, times before counts, and how many more there are. Half of the panels are for
/// counts where there are so many.
fn longest(summary: &Summary) -> (Vec<Queue<'_>>, usize) {
    let (mut waits, mut counts) = (of(summary, &KINDS[..2]), of(summary, &KINDS[2..]));
    let all = waits.len() + counts.len();
    waits.truncate(PANELS - counts.len().min(PANELS / 2));
    counts.truncate(PANELS - waits.len());
    waits.extend(counts);
    let left_out = all - waits.len();
    (waits, left_out)
}

/// The queues of some kinds, the longest first.
fn of<'s>(summary: &'s Summary, kinds: &[(Kind, &str)]) -> Vec<Queue<'s>> {
    let queues = |&(kind, quantity): &(Kind, &str)| -> Vec<Queue<'s>> {
        let nodes = summary.nodes_with(quantity).into_iter();
        nodes.filter_map(|node| Queue::of(summary, node, kind, quantity)).collect()
    };
    let mut all: Vec<Queue> = kinds.iter().flat_map(queues).collect();
    all.sort_by(|a, b| b.peak.1.total_cmp(&a.peak.1));
    all
}

impl<'s> Queue<'s> {
    fn of(summary: &'s Summary, node: &'s str, kind: Kind, quantity: &str) -> Option<Self> {
        let names = summary.statistics(node, quantity);
        let name = ["max", "total"].into_iter().find(|name| names.contains(name));
        let curve = summary.level(node, quantity, name.or(names.first().copied())?)?;
        let unit = summary.unit(node, quantity)?;
        let peak = curve.peak()?;
        let least = if unit == Unit::Seconds { SHORTEST_WAIT } else { FEW };
        let usual = curve.median().unwrap_or(0.0);
        let told = peak.1 > least && (unit == Unit::Seconds || peak.1 > RISE * usual);
        told.then_some(Self { kind, node, unit, curve, peak })
    }

    fn panel(&self, summary: &Summary, height: f64) -> Panel {
        let pen = theme::BLUE.wide(1.75);
        let node = self.node;
        let name = match self.kind {
            Kind::Cpu => format!("longest wait for a CPU of {node}"),
            Kind::Node => format!("longest wait for {node}"),
            Kind::Door => format!("handshakes that wait at the fullest of {node}"),
            Kind::Bus => format!("messages that wait in {node}"),
        };
        let limits = self.limit(summary);
        let most = limits.iter().fold(self.peak.1, |most, limit| most.max(limit.value));
        let y = match self.unit {
            Unit::Seconds => Axis::lasting(most),
            _ => Axis::linear(most, figures::tick),
        };
        let bands: Vec<Band> = band(summary, pen, &self.curve).into_iter().collect();
        let lines = vec![line("", pen, &self.curve)];
        let body = Lines { y: y.of(self.unit), bands, lines, limits, ..Lines::default() };
        Panel::new(name, height, Body::Lines(body))
    }

    /// How many a door takes, where that is not far.
    fn limit(&self, summary: &Summary) -> Vec<Limit> {
        let stated = &summary.input["nodes"][self.node]["gateway"]["accept_queue"];
        let bound = stated_count(stated).filter(|_| self.kind == Kind::Door);
        let near = bound.filter(|&bound| bound < NEAR * self.peak.1);
        near.map(|bound| Limit::new(bound, format!("accept_queue {}", figures::count(bound))))
            .into_iter()
            .collect()
    }

    /// Whether it has the most while the timeline slows it down.
    fn is_slowed(&self, summary: &Summary) -> bool {
        let slow = |it: &&Json| it["slow"]["node"] == self.node;
        let names = summary.timeline().iter().filter(slow).filter_map(|it| it["name"].as_str());
        let names: Vec<&str> = names.collect();
        // A wait is that at the end of its bin.
        let time = self.curve.time(self.peak.0) + self.curve.step / 2.0;
        summary
            .faults()
            .filter(|it| names.contains(&it.name.as_str()))
            .any(|it| (it.start.seconds()..it.end.seconds() + self.curve.step).contains(&time))
    }

    /// The most that waits, where, when.
    fn told(&self, summary: &Summary) -> String {
        let (node, at) = (self.node, self.curve.when(self.peak.0));
        let many = |one, more| counted(self.peak.1.round(), one, more);
        let long = || duration(self.peak.1);
        // The wait ends sooner once it is as fast as before.
        if self.unit == Unit::Seconds && self.is_slowed(summary) {
            let whose = if self.kind == Kind::Cpu { "a CPU of " } else { "" };
            return format!("{} of work for {whose}{node} waits {at}, at its slowed pace", long());
        }
        match self.kind {
            Kind::Cpu => format!("work waits up to {} for a CPU of {node} {at}", long()),
            Kind::Node => format!("work waits up to {} for {node} {at}", long()),
            Kind::Door => {
                let many = many("handshake waits", "handshakes wait");
                format!("{many} at an instance of {node} {at}")
            }
            Kind::Bus => {
                format!("{} in {node} {at}", many("message waits", "messages wait"))
            }
        }
    }
}

/// The longest queue of each unit.
fn headline(summary: &Summary, all: &[Queue]) -> String {
    let unit = |seconds: bool| all.iter().find(|queue| (queue.unit == Unit::Seconds) == seconds);
    let both = [unit(true), unit(false)].into_iter().flatten();
    let told: Vec<String> = both.map(|queue| queue.told(summary)).collect();
    figures::capitalized(&told.join("; "))
}
