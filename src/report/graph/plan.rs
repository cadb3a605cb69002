//! Where the boxes stand. Nodes lie in layers by their kind, in the direction of a message; `along`
//! runs over the layers, `beside` within one. Across a page `along` is x; down a phone it is y.
use super::{
    Fact, Graph, Link, Node, labels,
    routes::{FIRST_WAY, WAY},
};
use crate::{
    engine::number,
    report::{draw::wrapped, theme},
};

/// A box of a node: where it begins and how far it reaches, along and beside.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct Cell {
    pub(super) layer: usize,
    pub(super) along: f64,
    pub(super) beside: f64,
    pub(super) length: f64,
    pub(super) breadth: f64,
    /// Whether it reaches over the whole picture, so that every link meets it straight.
    pub(super) tall: bool,
}

/// A way around the layers in between.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Side {
    Before,
    After,
}

/// All places.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Plan {
    /// Whether `along` is x.
    pub(super) across: bool,
    pub(super) cells: Vec<Cell>,
    /// The end of each layer and the begin of the next.
    pub(super) gaps: Vec<(f64, f64)>,
    /// Lanes of the links that skip a layer: the link's place, its side, where it runs.
    pub(super) lanes: Vec<(usize, Side, f64)>,
    pub(super) length: f64,
    pub(super) breadth: f64,
}

/// Widths of the boxes of each layer, across a page; they and the gaps fill a chart's width.
const WIDTHS: [f64; 5] = [108.0, 92.0, 124.0, 100.0, 100.0];
const GAPS: [f64; 4] = [44.0, 46.0, 52.0, 74.0];
/// The same from top to bottom.
const DROPS: [f64; 4] = [36.0, 36.0, 40.0, 56.0];
/// Between boxes of one layer: room for a link's label.
const STACKED: f64 = 46.0;
const SIDE_BY_SIDE: f64 = 46.0;
/// How high the room for a label is, with the arrow's end.
const LABEL: f64 = 20.0;
/// From one lane to the next.
const LANE: f64 = 24.0;
/// The breadth of a lone box down a phone.
const LONE: f64 = 190.0;
/// Down a phone there is no room for more boxes in a row.
const MOST_IN_A_ROW: usize = 3;
pub(super) const PADDING: f64 = 8.0;
/// Name and kind.
pub(super) const HEAD: f64 = 38.0;
pub(super) const LINE: f64 = 16.0;
/// A bar under a line.
pub(super) const BAR: f64 = 6.0;
/// Bars of the instances, with their caption.
pub(super) const INSTANCES: f64 = 52.0;

impl Fact {
    /// Its lines in a box of that breadth, the last one with the value: words that do not fit go
    /// on below.
    pub(super) fn lines(&self, width: f64) -> Vec<String> {
        let room = width - 2.0 * PADDING;
        let mut lines = wrapped(&self.label, theme::CELL, room);
        let last = lines.last().map_or(0.0, |line| theme::width(line, theme::CELL));
        if !self.value.is_empty() && last + self.value_width() > room {
            lines.push(String::new());
        }
        lines
    }

    /// What its value takes of a line.
    pub(super) fn value_width(&self) -> f64 {
        let value = theme::width(&self.value, theme::CELL.bold());
        if self.value.is_empty() { 0.0 } else { value + 4.0 }
    }
}

/// The layer of a kind.
fn layer(kind: &str) -> usize {
    match kind {
        "clients" | "source" => 0,
        "load_balancer" => 1,
        "gateway" | "managed" => 2,
        "pubsub" | "fanout" => 3,
        _ => 4,
    }
}

/// How high a node's box of a breadth in pixels is.
fn height(node: &Node, width: f64) -> f64 {
    let bar = |share: Option<f64>| if share.is_some() { BAR } else { 0.0 };
    let lines = |fact: &Fact| number::float(number::count(fact.lines(width).len())) * LINE;
    let lines: f64 = node.facts.iter().map(|fact| lines(fact) + bar(fact.share)).sum();
    let instances = if node.instances.is_empty() { 0.0 } else { INSTANCES };
    HEAD + lines + instances + 4.0
}

/// Whether the boxes of a layer reach over the whole picture.
fn is_tall(graph: &Graph, all: &[usize]) -> bool {
    all.iter().all(|&place| graph.nodes[place].kind == "gateway")
}

impl Plan {
    /// The places of a graph; none when it has no nodes, or too many in a row for a phone.
    pub(super) fn of(graph: &Graph, across: bool) -> Option<Self> {
        let used = |wanted: usize| graph.nodes.iter().any(|node| layer(&node.kind) == wanted);
        let roles: Vec<usize> = (0..WIDTHS.len()).filter(|&role| used(role)).collect();
        let of_role = |role: usize| -> Vec<usize> {
            let places = 0..graph.nodes.len();
            places.filter(|&place| layer(&graph.nodes[place].kind) == role).collect()
        };
        let layers: Vec<Vec<usize>> = roles.iter().map(|&role| of_role(role)).collect();
        if layers.is_empty() || (!across && layers.iter().any(|all| all.len() > MOST_IN_A_ROW)) {
            return None;
        }
        let mut plan = Self {
            across,
            cells: vec![Cell::default(); graph.nodes.len()],
            gaps: Vec::new(),
            lanes: Vec::new(),
            length: 0.0,
            breadth: 0.0,
        };
        for (number, all) in layers.iter().enumerate() {
            all.iter().for_each(|&place| plan.cells[place].layer = number);
        }
        plan.choose_lanes(graph, &layers);
        plan.size(graph, &layers, &roles);
        plan.put_along(&layers, &roles);
        plan.put_beside(graph, &layers);
        Some(plan)
    }

    /// Links that skip a layer run before or after what lies between, as their target does.
    fn choose_lanes(&mut self, graph: &Graph, layers: &[Vec<usize>]) {
        for (place, link) in graph.links.iter().enumerate() {
            let ends = [link.source, link.target].map(|end| self.cells[end].layer);
            if ends[0].abs_diff(ends[1]) > 1 {
                let stack = &layers[ends[1]];
                let at = stack.iter().position(|&node| node == link.target).unwrap_or(0);
                let side = if 2 * at < stack.len() { Side::Before } else { Side::After };
                self.lanes.push((place, side, 0.0));
            }
        }
    }

    /// The room that lanes take on a side.
    fn lanes_on(&self, side: Side) -> f64 {
        let lanes = self.lanes.iter().filter(|lane| lane.1 == side);
        number::float(number::count(lanes.count())) * LANE
    }

    /// The layers between the ends of a link.
    fn passed(&self, graph: &Graph, link: usize) -> std::ops::Range<usize> {
        let ends = &graph.links[link];
        let [source, target] = [ends.source, ends.target].map(|end| self.cells[end].layer);
        source.min(target) + 1..source.max(target)
    }

    /// The room that boxes over the whole picture leave to the lanes that pass their layer: those
    /// are the outermost.
    fn passing(&self, graph: &Graph, layer: usize, side: Side) -> f64 {
        let passes = |lane: &&(usize, Side, f64)| {
            lane.1 == side && self.passed(graph, lane.0).contains(&layer)
        };
        number::float(number::count(self.lanes.iter().filter(passes).count())) * LANE
    }

    fn size(&mut self, graph: &Graph, layers: &[Vec<usize>], roles: &[usize]) {
        let lanes = self.lanes_on(Side::Before) + self.lanes_on(Side::After);
        if self.across {
            let mut most = 0.0_f64;
            for (all, &role) in layers.iter().zip(roles) {
                let gaps = number::float(number::count(all.len() - 1)) * STACKED;
                let width = WIDTHS[role];
                let heights = all.iter().map(|&place| height(&graph.nodes[place], width));
                most = most.max(heights.sum::<f64>() + gaps);
                for &place in all {
                    self.cells[place].length = width;
                    self.cells[place].breadth = height(&graph.nodes[place], width);
                }
            }
            self.breadth = most + lanes;
            return;
        }
        self.breadth = super::super::draw::NARROW.width - 4.0;
        for all in layers {
            let n = number::float(number::count(all.len()));
            let room = self.breadth - lanes - (n - 1.0) * self.apart(graph, all);
            let breadth = if all.len() == 1 { LONE } else { room / n };
            let heights = all.iter().map(|&place| height(&graph.nodes[place], breadth));
            let length = heights.fold(0.0, f64::max);
            for &place in all {
                (self.cells[place].length, self.cells[place].breadth) = (length, breadth);
            }
        }
    }

    /// From one box of a layer to the next; a link between two of them has its label there.
    fn apart(&self, graph: &Graph, all: &[usize]) -> f64 {
        let usual = match (is_tall(graph, all), self.across) {
            (true, _) => PADDING,
            (_, true) => STACKED,
            (_, false) => SIDE_BY_SIDE.min(80.0 / number::float(number::count(all.len()))),
        };
        let within = graph.links.iter().filter(|link| {
            let inside = all.contains(&link.source) && all.contains(&link.target);
            inside && !link.latency.is_empty()
        });
        let room = |link: &Link| {
            let width = Self::width(&labels::text(&link.latency)) + 8.0;
            if self.across { LABEL } else { width }
        };
        within.map(room).fold(usual, f64::max)
    }

    fn put_along(&mut self, layers: &[Vec<usize>], roles: &[usize]) {
        let mut along = 1.0;
        for (number, all) in layers.iter().enumerate() {
            let length = all.first().map_or(0.0, |&place| self.cells[place].length);
            all.iter().for_each(|&place| self.cells[place].along = along);
            along += length;
            if number + 1 < layers.len() {
                let gaps = if self.across { &GAPS } else { &DROPS };
                // Where a layer is missing, the gap before the next one counts.
                let gap = gaps[roles[number + 1] - 1];
                self.gaps.push((along, along + gap));
                along += gap;
            }
        }
        self.length = along + 1.0;
    }

    /// Widens the gaps between layers, and behind the last, for so many ways before each layer, and
    /// a label beside them.
    pub(super) fn make_room(&mut self, graph: &Graph, ways: &[u32]) {
        let turning = |count: u32| {
            if count > 0 { FIRST_WAY + WAY * (f64::from(count) - 1.0) } else { 0.0 }
        };
        for gap in 0..self.gaps.len() {
            let room = self.gaps[gap].1 - self.gaps[gap].0;
            let more = turning(ways[gap + 1]) + self.widest(graph, [gap, gap + 1]) - room;
            self.widen(gap, more);
        }
        let last = self.gaps.len();
        if ways[last + 1] > 0 {
            self.length += turning(ways[last + 1]) + self.widest(graph, [last, last]);
        }
    }

    /// What the labels of the links between two layers take of a gap, with the arrow's end.
    fn widest(&self, graph: &Graph, layers: [usize; 2]) -> f64 {
        let there = graph.links.iter().filter(|link| {
            let ends = [link.source, link.target].map(|end| self.cells[end].layer);
            ends == layers || [ends[1], ends[0]] == layers
        });
        let width = |link: &Link| match (link.latency.is_empty(), self.across) {
            (true, _) => 0.0,
            (false, true) => Self::width(&labels::text(&link.latency)) + 6.0,
            (false, false) => LABEL,
        };
        there.map(width).fold(0.0, f64::max)
    }

    /// Moves all behind a gap.
    fn widen(&mut self, gap: usize, more: f64) {
        if more <= 0.0 {
            return;
        }
        self.gaps[gap].1 += more;
        for later in &mut self.gaps[gap + 1..] {
            *later = (later.0 + more, later.1 + more);
        }
        let behind = self.cells.iter_mut().filter(|cell| cell.layer > gap);
        behind.for_each(|cell| cell.along += more);
        self.length += more;
    }

    fn put_beside(&mut self, graph: &Graph, layers: &[Vec<usize>]) {
        let (before, after) = (self.lanes_on(Side::Before), self.lanes_on(Side::After));
        let tall_layer = |layer: usize| is_tall(graph, &layers[layer]);
        let mut lanes = std::mem::take(&mut self.lanes);
        lanes.sort_by_key(|lane| !self.passed(graph, lane.0).any(tall_layer));
        self.lanes = lanes;
        for (layer, all) in layers.iter().enumerate() {
            let n = number::float(number::count(all.len()));
            let tall = is_tall(graph, all);
            let gap = self.apart(graph, all);
            let [before, after] = if tall {
                [Side::Before, Side::After].map(|side| self.passing(graph, layer, side))
            } else {
                [before, after]
            };
            if tall {
                let share = (self.breadth - before - after - (n - 1.0) * gap) / n;
                all.iter().for_each(|&place| {
                    self.cells[place].breadth = self.cells[place].breadth.max(share);
                });
            }
            let stack: f64 = all.iter().map(|&place| self.cells[place].breadth).sum();
            let room = self.breadth - before - after;
            let mut beside = before + (room - stack - (n - 1.0) * gap) / 2.0;
            for &place in all {
                self.cells[place].tall = tall;
                self.cells[place].beside = beside.max(0.0);
                beside += self.cells[place].breadth + gap;
            }
        }
        let (mut first, mut last) = (LANE / 2.0, self.breadth - LANE / 2.0);
        for (_, side, at) in &mut self.lanes {
            match side {
                Side::Before => {
                    *at = first;
                    first += LANE;
                }
                Side::After => {
                    *at = last;
                    last -= LANE;
                }
            }
        }
    }

    /// The width of a label in the picture's type.
    pub(super) fn width(text: &str) -> f64 {
        theme::width(text, theme::CELL)
    }
}
