//! How the links run: from a side of one box to a side of another, in right angles.
use super::{
    Graph,
    plan::{Cell, Plan},
};
use crate::engine::number;

/// A link's way and where its label stands, along and beside.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Route {
    pub(super) link: usize,
    /// Corners, from the source to the target.
    pub(super) points: Vec<(f64, f64)>,
    /// The piece of the way that carries the label.
    pub(super) labelled: ((f64, f64), (f64, f64)),
}

/// A side of a box.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Edge {
    /// Towards the first layer.
    Back,
    /// Towards the last layer.
    Front,
}

/// Where the links of a box meet a side of it.
struct Port {
    link: usize,
    cell: usize,
    edge: Edge,
    /// Where the other end lies: ports are in that order.
    towards: f64,
    at: f64,
}

/// From a side to the first way beside it, and from one to the next.
pub(super) const FIRST_WAY: f64 = 8.0;
pub(super) const WAY: f64 = 6.0;
/// From a corner of a box to the first link, and from one link of its side to the next.
const CORNER: f64 = 6.0;
const PORT: f64 = 12.0;

/// The ways of all links, and how many of them turn before each layer.
pub(super) fn routes(graph: &Graph, plan: &Plan) -> (Vec<Route>, Vec<u32>) {
    let mut ports = ports(graph, plan);
    spread(plan, &mut ports);
    let mut taken = vec![0_u32; plan.gaps.len() + 2];
    // Who goes around comes last: its way is the outermost.
    let around = |link: &usize| plan.lanes.iter().any(|lane| lane.0 == *link);
    let mut order: Vec<usize> = (0..graph.links.len()).collect();
    order.sort_by_key(around);
    let route = |link| route(graph, plan, &ports, link, &mut taken);
    let all = order.into_iter().map(route).collect();
    (all, taken)
}

/// Neighbours of one layer are joined directly.
fn direct(plan: &Plan, source: &Cell, target: &Cell) -> bool {
    let between = |cell: &Cell| {
        let (low, high) = (source.beside.min(target.beside), source.beside.max(target.beside));
        cell.layer == source.layer && cell.beside > low && cell.beside < high
    };
    source.layer == target.layer && !plan.cells.iter().any(between)
}

fn middle(cell: &Cell) -> f64 {
    cell.beside + cell.breadth / 2.0
}

fn ports(graph: &Graph, plan: &Plan) -> Vec<Port> {
    let mut all = Vec::new();
    for (link, ends) in graph.links.iter().enumerate() {
        let [source, target] = [ends.source, ends.target].map(|place| plan.cells[place]);
        if direct(plan, &source, &target) {
            continue;
        }
        let lane = plan.lanes.iter().find(|lane| lane.0 == link).map(|lane| lane.2);
        let edges = match source.layer.cmp(&target.layer) {
            std::cmp::Ordering::Less => (Edge::Front, Edge::Back),
            std::cmp::Ordering::Greater => (Edge::Back, Edge::Front),
            std::cmp::Ordering::Equal => (Edge::Front, Edge::Front),
        };
        let port = |cell, edge, towards| Port { link, cell, edge, towards, at: towards };
        all.push(port(ends.source, edges.0, lane.unwrap_or(middle(&target))));
        all.push(port(ends.target, edges.1, lane.unwrap_or(middle(&source))));
    }
    all
}

/// Ports of a box stand in equal distances; those of a tall box opposite to the other end, as far
/// as they keep apart.
fn spread(plan: &Plan, ports: &mut [Port]) {
    let sides: Vec<(usize, Edge)> = ports.iter().map(|port| (port.cell, port.edge)).collect();
    for place in 0..ports.len() {
        let side = sides[place];
        let cell = plan.cells[side.0];
        let rank = |port: &Port| (port.towards, port.link);
        let own = rank(&ports[place]);
        let same = (0..ports.len()).filter(|&other| sides[other] == side);
        let (mut before, mut count) = (0, 0);
        for other in same {
            count += 1;
            before += u32::from(rank(&ports[other]) < own);
        }
        ports[place].at = cell.beside + cell.breadth * f64::from(before + 1) / f64::from(count + 1);
    }
    for place in 0..ports.len() {
        let link = ports[place].link;
        let lane = plan.lanes.iter().find(|lane| lane.0 == link).map(|lane| lane.2);
        let opposite =
            ports.iter().find(|other| other.link == link && other.cell != ports[place].cell);
        let wanted = lane.or(opposite.map(|other| other.at));
        if let Some(wanted) = wanted.filter(|_| plan.cells[ports[place].cell].tall) {
            ports[place].at = wanted;
        }
    }
    let mut done: Vec<(usize, Edge)> = Vec::new();
    for side in sides {
        if plan.cells[side.0].tall && !done.contains(&side) {
            done.push(side);
            keep_apart(&plan.cells[side.0], side, ports);
        }
    }
}

/// The ports of a side within its box, in their order, none on another.
fn keep_apart(cell: &Cell, side: (usize, Edge), ports: &mut [Port]) {
    let mut own: Vec<&mut Port> =
        ports.iter_mut().filter(|port| (port.cell, port.edge) == side).collect();
    own.sort_by(|a, b| a.at.total_cmp(&b.at));
    let (low, high) = (cell.beside + CORNER, cell.beside + cell.breadth - CORNER);
    let pitch = PORT.min((high - low) / number::float(number::count(own.len().max(2) - 1)));
    let mut free = low;
    for port in &mut own {
        port.at = port.at.clamp(free, high.max(free));
        free = port.at + pitch;
    }
    let mut free = high;
    for port in own.iter_mut().rev() {
        port.at = port.at.min(free);
        free = port.at - pitch;
    }
}

fn route(graph: &Graph, plan: &Plan, ports: &[Port], link: usize, taken: &mut [u32]) -> Route {
    let ends = &graph.links[link];
    let [source, target] = [ends.source, ends.target].map(|place| plan.cells[place]);
    let mut own = ports.iter().filter(|port| port.link == link);
    let (Some(out), Some(into)) = (own.next(), own.next()) else {
        return straight(&source, &target, link);
    };
    let start = (end_of(&source, out.edge), out.at);
    let end = (end_of(&target, into.edge), into.at);
    let lane = plan.lanes.iter().find(|lane| lane.0 == link);
    let mut points = vec![start];
    if let Some(&(_, _, lane)) = lane {
        if (start.1 - lane).abs() > 0.5 {
            let way = way(plan, &source, out.edge, taken);
            points.extend([(way, start.1), (way, lane)]);
        }
        let way = way_before(plan, &target, into.edge, taken);
        points.extend([(way, lane), (way, end.1), end]);
        let labelled = (points[points.len() - 4], points[points.len() - 3]);
        return Route { link, points, labelled };
    }
    if (start.1 - end.1).abs() > 0.5 {
        let way = way(plan, &source, out.edge, taken);
        points.extend([(way, start.1), (way, end.1)]);
    }
    points.push(end);
    let labelled = (points[points.len() - 2], end);
    Route { link, points, labelled }
}

/// Between neighbours of one layer.
fn straight(source: &Cell, target: &Cell, link: usize) -> Route {
    let along = source.along + source.length.min(target.length) / 2.0;
    let ends = if source.beside < target.beside {
        (source.beside + source.breadth, target.beside)
    } else {
        (source.beside, target.beside + target.breadth)
    };
    let (from, to) = ((along, ends.0), (along, ends.1));
    Route { link, points: vec![from, to], labelled: (from, to) }
}

fn end_of(cell: &Cell, edge: Edge) -> f64 {
    match edge {
        Edge::Back => cell.along,
        Edge::Front => cell.along + cell.length,
    }
}

/// The next free way in the gap at a side of a box, near the box.
fn way(plan: &Plan, cell: &Cell, edge: Edge, taken: &mut [u32]) -> f64 {
    let gap = match edge {
        Edge::Back => cell.layer,
        Edge::Front => cell.layer + 1,
    };
    let offset = FIRST_WAY + WAY * f64::from(taken[gap]);
    taken[gap] += 1;
    match edge {
        Edge::Back => cell.along - offset,
        Edge::Front => cell.along + cell.length + offset,
    }
    .clamp(0.0, plan.length)
}

/// The next free way in the gap before a box, on the gap's far side: labels stand near the box.
fn way_before(plan: &Plan, cell: &Cell, edge: Edge, taken: &mut [u32]) -> f64 {
    let gap = match edge {
        Edge::Back => cell.layer,
        Edge::Front => cell.layer + 1,
    };
    let offset = FIRST_WAY + WAY * f64::from(taken[gap]);
    taken[gap] += 1;
    let bounds = gap.checked_sub(1).and_then(|gap| plan.gaps.get(gap));
    match (edge, bounds) {
        (Edge::Back, Some(&(from, _))) => from + offset,
        (Edge::Front, Some(&(_, to))) => to - offset,
        (Edge::Back, None) => cell.along - offset,
        (Edge::Front, None) => cell.along + cell.length + offset,
    }
}
