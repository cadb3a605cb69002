//! Where the labels of the links stand: beside the own line, where there is neither a box nor
//! another label nor a line of another link.
use super::{Graph, plan::Plan, routes::Route};
use crate::report::{draw::fitted, theme};

/// Left, top, right, bottom.
pub(super) type Area = [f64; 4];

/// A label and where it stands.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Label {
    pub(super) text: String,
    pub(super) area: Area,
}

/// No label is wider than that.
const WIDEST: f64 = 64.0;
/// Above and below the baseline.
const RISE: f64 = 9.0;
pub(super) const FALL: f64 = 2.0;
/// From one place that is tried to the next.
const STEP: f64 = 4.0;
/// Between a label and an upright line, and what an arrow's head takes of a line.
const ASIDE: f64 = 5.0;
const HEAD: f64 = 8.0;
/// A piece of a way that is longer carries its label at its begin, where it is upright.
const LONG: f64 = 90.0;

/// What speaks against a place, the worst first: boxes and labels on it, lines of others, that it
/// is not at the piece meant for it, the own line, the way from the best place, the side.
type Cost = (usize, usize, usize, usize, u32, usize);
/// The piece of a way, the steps from the best place, the side.
type Rank = (usize, u32, usize);
/// Where a label can stand at a piece: the steps from the best place, the side.
type Place = (Area, u32, usize);

/// What a picture holds besides labels.
struct Ground<'p> {
    size: (f64, f64),
    boxes: Vec<Area>,
    /// The lines of each route, from corner to corner.
    lines: Vec<Vec<Area>>,
    routes: &'p [Route],
    plan: &'p Plan,
}

/// The text of a link's label, as it fits.
pub(super) fn text(latency: &str) -> String {
    fitted(latency, theme::CELL, WIDEST)
}

/// The labels of all routes, in their order; none for a link without a latency.
pub(super) fn place(graph: &Graph, plan: &Plan, routes: &[Route], size: (f64, f64)) -> Vec<Label> {
    let ground = Ground::of(plan, routes, size);
    let texts: Vec<String> =
        routes.iter().map(|route| text(&graph.links[route.link].latency)).collect();
    let mut order: Vec<usize> = (0..routes.len()).filter(|&at| !texts[at].is_empty()).collect();
    // Who has the fewest free places chooses first.
    order.sort_by_cached_key(|&at| {
        let places = ground.places(at, Plan::width(&texts[at]));
        places.iter().filter(|(area, _)| ground.cost(area, at, &[]) == (0, 0)).count()
    });
    let mut taken: Vec<(usize, Area)> = Vec::new();
    for at in order {
        let others: Vec<Area> = taken.iter().map(|place| place.1).collect();
        let area = ground.choose(at, Plan::width(&texts[at]), &others);
        taken.push((at, area));
    }
    taken.sort_by_key(|place| place.0);
    let label = |(at, area): (usize, Area)| Label { text: texts[at].clone(), area };
    taken.into_iter().map(label).collect()
}

/// Whether two areas share a point.
fn meet(one: &Area, other: &Area) -> bool {
    one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3]
}

/// The area with a rim.
fn wider(area: &Area, rim: f64) -> Area {
    [area[0] - rim, area[1] - rim, area[2] + rim, area[3] + rim]
}

fn between(from: (f64, f64), to: (f64, f64)) -> Area {
    [from.0.min(to.0), from.1.min(to.1), from.0.max(to.0), from.1.max(to.1)]
}

impl<'p> Ground<'p> {
    fn of(plan: &'p Plan, routes: &'p [Route], size: (f64, f64)) -> Self {
        let lines = |route: &Route| {
            let points: Vec<(f64, f64)> = route.points.iter().map(|&at| plan.at(at)).collect();
            points.windows(2).map(|ends| between(ends[0], ends[1])).collect()
        };
        Self {
            size,
            boxes: plan.cells.iter().map(|cell| plan.area(cell)).collect(),
            lines: routes.iter().map(lines).collect(),
            routes,
            plan,
        }
    }

    /// Boxes and labels, then lines of others, that a label of a route would lie on or touch.
    fn cost(&self, area: &Area, at: usize, labels: &[Area]) -> (usize, usize) {
        let near = wider(area, 1.0);
        let solid = self.boxes.iter().chain(labels).filter(|&other| meet(&near, other)).count();
        let of_others = self.lines.iter().enumerate().filter(|&(other, _)| other != at);
        let crossed = of_others.filter(|(_, lines)| lines.iter().any(|line| meet(&near, line)));
        (solid, crossed.count())
    }

    /// The best place for the label of a route.
    fn choose(&self, at: usize, width: f64, labels: &[Area]) -> Area {
        let full = |(area, (piece, far, side)): (Area, Rank)| {
            let (solid, crossed) = self.cost(&area, at, labels);
            let own = self.lines[at].iter().filter(|line| meet(&area, line)).count();
            let cost: Cost = (solid, crossed, piece, own, far, side);
            (cost, area)
        };
        let places = self.places(at, width).into_iter().map(full).min_by_key(|place| place.0);
        match places {
            Some((cost, area)) if cost.0 == 0 => area,
            found => {
                let anywhere = self.anywhere(at, width).map(full).min_by_key(|place| place.0);
                let best = anywhere.into_iter().chain(found).min_by_key(|place| place.0);
                best.map_or([0.0, 0.0, width, RISE + FALL], |place| place.1)
            }
        }
    }

    /// Places along the pieces of a route's line: the piece, the way from its best place, the side.
    fn places(&self, at: usize, width: f64) -> Vec<(Area, Rank)> {
        let route = &self.routes[at];
        let labelled = (self.plan.at(route.labelled.0), self.plan.at(route.labelled.1));
        let points: Vec<(f64, f64)> = route.points.iter().map(|&at| self.plan.at(at)).collect();
        let mut pieces = vec![labelled];
        pieces.extend(points.windows(2).map(|ends| (ends[0], ends[1])));
        let mut all = Vec::new();
        for (rank, &(from, to)) in pieces.iter().enumerate() {
            let level = (from.1 - to.1).abs() < 0.5;
            let around =
                if level { self.along(from, to, width) } else { self.beside(from, to, width) };
            all.extend(
                around.into_iter().map(|(area, far, side)| (area, (rank.min(1), far, side))),
            );
        }
        all.retain(|(area, _)| self.holds(area));
        all
    }

    fn holds(&self, area: &Area) -> bool {
        // A label over the first lane or under the last may reach as far as a line is broad.
        let inside = area[0] >= 0.0 && area[1] >= -1.0 && area[2] <= self.size.0;
        inside && area[3] <= self.size.1 + FALL
    }
}

impl Ground<'_> {
    /// Over, under and on a level piece, its middle first.
    fn along(&self, from: (f64, f64), to: (f64, f64), width: f64) -> Vec<Place> {
        let (middle, line) = (f64::midpoint(from.0, to.0), from.1);
        let length = (from.0 - to.0).abs();
        let slack = ((length - width) / 2.0).max(2.0 * STEP);
        let on = (length > width + 4.0 * HEAD).then_some(f64::midpoint(RISE, -FALL));
        let baselines: Vec<f64> = [-4.0, 12.0].into_iter().chain(on).collect();
        let shifted = |(far, shift): (u32, f64)| {
            let left = (middle + shift - width / 2.0).clamp(0.0, (self.size.0 - width).max(0.0));
            let sides = baselines.iter().enumerate();
            let place = move |(side, by): (usize, &f64)| (at(left, line + by, width), far, side);
            sides.map(place).collect::<Vec<Place>>()
        };
        shifts(slack).flat_map(shifted).collect()
    }

    /// Beside and on an upright piece, the best first: on the side where there is room, near its
    /// middle or, of a long one, its begin.
    fn beside(&self, from: (f64, f64), to: (f64, f64), width: f64) -> Vec<Place> {
        let (low, high) = (from.1.min(to.1), from.1.max(to.1));
        let towards = if to.1 > from.1 { 22.0 } else { -22.0 };
        let best = if high - low > LONG { from.1 + towards } else { f64::midpoint(low, high) };
        let (left, right) = (from.0 - ASIDE - width, from.0 + ASIDE);
        let outer = from.0 > self.size.0 * 0.8;
        let sides = if outer { [left, right] } else { [right, left] };
        let on = (high - low > RISE + FALL + 2.0 * HEAD).then_some(from.0 - width / 2.0);
        let lefts: Vec<f64> = sides.into_iter().chain(on).collect();
        let inside = |&(far, shift): &(u32, f64)| {
            far == 0 || (low + 7.0..=high - 7.0).contains(&(best + shift))
        };
        let shifted = |(far, shift): (u32, f64)| {
            let place =
                |(side, &left): (usize, &f64)| (at(left, best + shift + 4.0, width), far, side);
            lefts.iter().enumerate().map(place).collect::<Vec<Place>>()
        };
        shifts(high - low).filter(inside).flat_map(shifted).collect()
    }

    /// All of the picture, for a label that has no room along its line: near its piece first.
    fn anywhere(&self, route: usize, width: f64) -> impl Iterator<Item = (Area, Rank)> + use<> {
        let (from, to) = self.routes[route].labelled;
        let (from, to) = (self.plan.at(from), self.plan.at(to));
        let middle = [f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1)];
        let steps = |room: f64| {
            let all = (0_u32..).map(|step| (step, f64::from(step) * STEP));
            all.take_while(move |&(_, at)| at <= room)
        };
        let [across, down] = middle.map(|at| steps(at).map(|(step, _)| step).last().unwrap_or(0));
        let (room, height) = (self.size.0 - width, self.size.1 - FALL);
        steps(room).flat_map(move |(column, left)| {
            steps(height).skip(3).map(move |(row, baseline)| {
                let far = across.abs_diff(column).pow(2) + down.abs_diff(row).pow(2);
                (at(left, baseline, width), (2, far, 3))
            })
        })
    }
}

/// The area of a label that begins there, over a baseline.
fn at(left: f64, baseline: f64, width: f64) -> Area {
    [left, baseline - RISE, left + width, baseline + FALL]
}

/// Nothing, then steps to both sides up to a slack.
fn shifts(slack: f64) -> impl Iterator<Item = (u32, f64)> {
    let steps = (1_u32..).map(|far| (far, f64::from(far) * STEP));
    let both = steps.take_while(move |&(_, shift)| shift <= slack);
    let both = both.flat_map(|(far, shift)| [(far, shift), (far, -shift)]);
    std::iter::once((0, 0.0)).chain(both)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::graph::{Fact, Link, Node, picture::laid_out};
    use crate::{scenario::load_sweep, spec::Arguments};

    /// What the labels of a graph lie on: boxes and labels, then lines of others.
    fn hidden(graph: &Graph, across: bool) -> Option<(usize, usize)> {
        let (plan, routes) = laid_out(graph, across)?;
        let size = plan.size_of_sheet();
        let labels = place(graph, &plan, &routes, size);
        assert_eq!(labels, place(graph, &plan, &routes, size));
        let named: Vec<usize> = (0..routes.len())
            .filter(|&at| !graph.links[routes[at].link].latency.is_empty())
            .collect();
        assert_eq!(labels.len(), named.len());
        let ground = Ground::of(&plan, &routes, size);
        let mut all = (0, 0);
        for (number, (label, &route)) in labels.iter().zip(&named).enumerate() {
            assert!(ground.holds(&label.area), "{label:?} leaves the picture");
            let others: Vec<Area> = labels[number + 1..].iter().map(|other| other.area).collect();
            let solid = ground.boxes.iter().chain(&others);
            all.0 += solid.filter(|other| meet(&label.area, other)).count();
            let lines = ground.lines.iter().enumerate().filter(|&(other, _)| other != route);
            all.1 +=
                lines.filter(|(_, lines)| lines.iter().any(|line| meet(&label.area, line))).count();
        }
        Some(all)
    }

    /// What a link runs through or along: boxes other than its ends, stretches of other links.
    fn hindered(graph: &Graph, across: bool) -> Option<(usize, usize)> {
        let (plan, routes) = laid_out(graph, across)?;
        let ground = Ground::of(&plan, &routes, plan.size_of_sheet());
        let mut all = (0, 0);
        for (at, lines) in ground.lines.iter().enumerate() {
            let inner: Vec<Area> = ground.boxes.iter().map(|area| wider(area, -1.0)).collect();
            all.0 += inner.iter().filter(|area| lines.iter().any(|it| meet(area, it))).count();
            // Two lines lie on each other where their areas, a little wider, share a stretch.
            let along = |one: &Area, other: &Area| {
                let from = [one[0].max(other[0]), one[1].max(other[1])];
                let to = [one[2].min(other[2]), one[3].min(other[3])];
                let shared = [to[0] - from[0], to[1] - from[1]];
                shared[0].max(shared[1]) > 2.0 && shared[0].min(shared[1]) > -1.0
            };
            let later = ground.lines[at + 1..].iter();
            all.1 += later
                .filter(|other| lines.iter().any(|one| other.iter().any(|it| along(one, it))))
                .count();
        }
        Some(all)
    }

    #[test]
    fn labels_of_what_is_shipped_are_free() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut files: Vec<std::path::PathBuf> = ["experiments", "models"]
            .iter()
            .flat_map(|folder| std::fs::read_dir(root.join(folder)).unwrap())
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
            .collect();
        files.sort();
        assert!(files.len() > 40);
        for file in files {
            // A model is checked as it would be in an experiment.
            let model = file.parent().unwrap().ends_with("models");
            let sets = if model { vec!["horizon=1h".to_owned()] } else { Vec::new() };
            let given = Arguments { sets: &sets, ..Arguments::default() };
            let loaded = load_sweep(&file, &given, &|path| std::fs::read(path)).unwrap();
            let graph = Graph::of(&loaded.scenario.resolved);
            for across in [true, false] {
                let found = hidden(&graph, across).unwrap();
                assert_eq!(found, (0, 0), "{}, across: {across}", file.display());
                let found = hindered(&graph, across).unwrap();
                assert_eq!(found, (0, 0), "links of {}, across: {across}", file.display());
            }
        }
    }

    /// A graph with up to 14 nodes, with facts or without, and links of all sorts between them.
    fn generated(seed: u64) -> Graph {
        let mut state = seed + 1;
        let mut below = |most: u64| {
            state = state * 48_271 % 2_147_483_647;
            (state >> 7) % most
        };
        let kinds = [
            "clients",
            "source",
            "load_balancer",
            "gateway",
            "managed",
            "pubsub",
            "fanout",
            "registry",
            "buffer",
        ];
        let mut graph = Graph::default();
        for place in 0..2 + below(13) {
            let fact = |_| Fact {
                label: "a fact".to_owned(),
                value: String::new(),
                share: None,
                course: None,
            };
            graph.nodes.push(Node {
                name: format!("n{place}"),
                kind: kinds[usize::try_from(below(9)).unwrap()].to_owned(),
                facts: (0..below(5)).map(fact).collect(),
                instances: Vec::new(),
            });
        }
        let count = u64::try_from(graph.nodes.len()).unwrap();
        let latencies = ["½ RTT", "1 ms", "500 µs", "~ 1.25 ms", "", "a law without a name"];
        let mut pairs = std::collections::BTreeSet::new();
        for _ in 0..count + below(count) {
            let [source, target] = [(); 2].map(|()| usize::try_from(below(count)).unwrap());
            if source != target && pairs.insert((source, target)) {
                let latency = latencies[usize::try_from(below(6)).unwrap()].to_owned();
                graph.links.push(Link { source, target, latency });
            }
        }
        graph
    }

    #[test]
    fn labels_of_any_graph_hide_nothing() {
        let mut crossings = [0; 2];
        let mut labels = 0;
        for seed in 0..200 {
            let graph = generated(seed);
            labels += graph.links.iter().filter(|link| !link.latency.is_empty()).count();
            for across in [true, false] {
                let Some((solid, crossed)) = hidden(&graph, across) else { continue };
                assert_eq!(solid, 0, "seed {seed}, across: {across}");
                crossings[usize::from(across)] += crossed;
            }
        }
        // Twenty links in a few gaps leave some labels no place beside all lines of others.
        assert!(labels > 1_000 && crossings.iter().all(|crossed| crossed * 20 < labels));
    }
}
