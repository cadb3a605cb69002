//! The graph as a picture, across a page or down a phone.
use super::{
    Fact, Graph, Link, Node,
    labels::{self, Area, Label},
    plan::{BAR, Cell, HEAD, INSTANCES, LINE, PADDING, Plan},
    routes::{Route, routes},
};
use crate::{
    engine::number,
    report::{
        draw::{Anchor, Mark, Part, Sheet, fitted},
        safe::clean,
        theme::{self, Colour, MARGIN, Type},
    },
};

const NAME: Type = Type { size: 12.0, bold: true, colour: theme::INK };
const KIND: Type = Type { size: 11.0, bold: false, colour: theme::INK3 };
/// Half the width of an arrow's head; it is twice as long.
const HEAD_HALF: f64 = 3.0;
/// A budget that is used so far is worth a look, and so far alarming.
const WARM: f64 = 0.5;
const HOT: f64 = 0.8;

/// The picture with its layers from left to right, for pages and slides.
pub fn across(graph: &Graph) -> Option<Sheet> {
    picture(graph, true)
}

/// The picture with its layers from top to bottom, for phones; none when a layer is too wide.
pub fn down(graph: &Graph) -> Option<Sheet> {
    picture(graph, false)
}

/// The picture alone, with some of the page around it.
#[must_use]
pub fn framed(mut sheet: Sheet) -> Sheet {
    let moved = |points: &mut Vec<(f64, f64)>| {
        points.iter_mut().for_each(|point| *point = (point.0 + MARGIN, point.1 + MARGIN));
    };
    for mark in &mut sheet.marks {
        match mark {
            Mark::Line { points, .. } | Mark::Area { points, .. } => moved(points),
            Mark::Text { x, y, .. } => (*x, *y) = (*x + MARGIN, *y + MARGIN),
            Mark::Open(_) | Mark::Close => {}
        }
    }
    sheet.width += 2.0 * MARGIN;
    sheet.height += 2.0 * MARGIN;
    sheet
}

/// The boxes and the ways, with room between the layers for the ways and a label.
pub(super) fn laid_out(graph: &Graph, across: bool) -> Option<(Plan, Vec<Route>)> {
    let mut plan = Plan::of(graph, across)?;
    let (_, ways) = routes(graph, &plan);
    plan.make_room(graph, &ways);
    let (all, _) = routes(graph, &plan);
    Some((plan, all))
}

fn picture(graph: &Graph, across: bool) -> Option<Sheet> {
    let (plan, all) = laid_out(graph, across)?;
    let (width, height) = plan.size_of_sheet();
    let names: Vec<&str> = graph.nodes.iter().map(|node| node.name.as_str()).collect();
    let mut sheet = Sheet {
        width,
        height,
        title: format!("Topology of {} nodes", graph.nodes.len()),
        description: clean(&format!("{}. {} links.", names.join(", "), graph.links.len()), 400),
        marks: Vec::new(),
        plot: [0.0; 4],
        panels: Vec::new(),
    };
    for route in &all {
        if comes_along(graph, &graph.links[route.link]) {
            let part = Part::Way(number::short(route.link));
            sheet.part(part, |sheet| draw_way(sheet, &plan, route));
        } else {
            draw_way(&mut sheet, &plan, route);
        }
    }
    for label in labels::place(graph, &plan, &all, (width, height)) {
        draw_label(&mut sheet, &label);
    }
    let mut drawn = Drawn::default();
    for (node, cell) in graph.nodes.iter().zip(&plan.cells) {
        draw_box(&mut sheet, &plan, node, cell, &mut drawn);
    }
    Some(sheet)
}

impl Plan {
    /// How wide and how high the picture is.
    pub(super) fn size_of_sheet(&self) -> (f64, f64) {
        let (length, breadth) = (self.length, self.breadth + 2.0);
        if self.across { (length, breadth) } else { (breadth + 2.0, length) }
    }

    /// Where a box stands in the picture.
    pub(super) fn area(&self, cell: &Cell) -> Area {
        let (left, top) = self.at((cell.along, cell.beside));
        let (right, bottom) = self.at((cell.along + cell.length, cell.beside + cell.breadth));
        [left, top, right, bottom]
    }

    /// A place in the picture.
    pub(super) fn at(&self, (along, beside): (f64, f64)) -> (f64, f64) {
        if self.across { (along, beside + 1.0) } else { (beside + 2.0, along) }
    }
}

/// Whether clients come along a link: theirs, and that of a balancer to its gateways.
pub(in crate::report) fn comes_along(graph: &Graph, link: &Link) -> bool {
    let kind = |place: usize| graph.nodes[place].kind.as_str();
    let come = ["clients", "load_balancer"].contains(&kind(link.source));
    come && (kind(link.target) == "load_balancer" || is_door(kind(link.target)))
}

fn is_door(kind: &str) -> bool {
    ["gateway", "managed"].contains(&kind)
}

/// The tiers to which a link leads those who come along it.
pub(in crate::report) fn doors<'g>(graph: &'g Graph, link: &Link) -> Vec<&'g str> {
    let behind = graph.links.iter().filter(|it| it.source == link.target);
    let all = behind.map(|it| it.target).chain([link.target]).map(|place| &graph.nodes[place]);
    let balanced = graph.nodes[link.target].kind == "load_balancer";
    let door = |node: &&Node| is_door(&node.kind);
    all.filter(|node| balanced || node.name == graph.nodes[link.target].name)
        .filter(door)
        .map(|node| node.name.as_str())
        .collect()
}

/// All tiers that clients come to, by name.
pub(in crate::report) fn tiers(graph: &Graph) -> Vec<&str> {
    let ways = graph.links.iter().filter(|link| comes_along(graph, link));
    let mut all: Vec<&str> = ways.flat_map(|link| doors(graph, link)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn draw_way(sheet: &mut Sheet, plan: &Plan, route: &Route) {
    let points: Vec<(f64, f64)> = route.points.iter().map(|&point| plan.at(point)).collect();
    let [.., from, to] = points[..] else { return };
    let length = (to.0 - from.0).abs() + (to.1 - from.1).abs();
    let step = ((to.0 - from.0) / length.max(1e-9), (to.1 - from.1) / length.max(1e-9));
    let back = (to.0 - step.0 * 2.0 * HEAD_HALF, to.1 - step.1 * 2.0 * HEAD_HALF);
    let wing = (step.1 * HEAD_HALF, step.0 * HEAD_HALF);
    let pen = theme::GREY.wide(1.25);
    sheet.line(points, pen);
    let head = vec![to, (back.0 + wing.0, back.1 - wing.1), (back.0 - wing.0, back.1 + wing.1)];
    sheet.area(head, theme::INK3, 1.0);
}

/// The page behind a label keeps it readable where it cannot but stand on a line.
fn draw_label(sheet: &mut Sheet, label: &Label) {
    let [left, top, right, bottom] = label.area;
    sheet.rectangle((left, top), (right, bottom), theme::PAGE);
    sheet.text((left, bottom - labels::FALL), theme::CELL, Anchor::Start, &label.text);
}

/// How many instances and moving facts have been drawn: each is a part of its own.
#[derive(Default)]
struct Drawn {
    instances: u16,
    facts: u16,
}

fn draw_box(sheet: &mut Sheet, plan: &Plan, node: &Node, cell: &Cell, drawn: &mut Drawn) {
    let (x, y) = plan.at((cell.along, cell.beside));
    let (right, bottom) = plan.at((cell.along + cell.length, cell.beside + cell.breadth));
    sheet.rectangle((x, y), (right, bottom), theme::PAGE);
    let outline = vec![(x, y), (right, y), (right, bottom), (x, bottom), (x, y)];
    sheet.line(outline, theme::GREY.wide(1.0));
    let (left, width) = (x + PADDING, right - x - 2.0 * PADDING);
    sheet.text((left, y + 17.0), NAME, Anchor::Start, &fitted(&node.name, NAME, width));
    let kind = fitted(&node.kind.replace('_', " "), KIND, width);
    sheet.text((left, y + 31.0), KIND, Anchor::Start, &kind);
    let mut top = y + HEAD;
    for fact in &node.facts {
        if fact.course.is_some() {
            sheet.marks.push(Mark::Open(Part::Fact(drawn.facts)));
            drawn.facts += 1;
        }
        top = draw_fact(sheet, fact, (left, top), width);
        if fact.course.is_some() {
            sheet.marks.push(Mark::Close);
        }
    }
    if !node.instances.is_empty() {
        draw_instances(sheet, &node.instances, (left, top), width, drawn.instances);
        drawn.instances += number::short(node.instances.len());
    }
}

fn draw_fact(sheet: &mut Sheet, fact: &Fact, (left, top): (f64, f64), width: f64) -> f64 {
    let value_kind = theme::CELL.bold();
    let value = fitted(&fact.value, value_kind, width);
    let lines = fact.lines(width + 2.0 * PADDING);
    let mut top = top;
    for (place, line) in lines.iter().enumerate() {
        let last = place + 1 == lines.len();
        let room = if last { width - fact.value_width() } else { width };
        sheet.text(
            (left, top + 11.0),
            theme::CELL,
            Anchor::Start,
            &fitted(line, theme::CELL, room),
        );
        if !last {
            top += LINE;
        }
    }
    if !value.is_empty() {
        sheet.text((left + width, top + 11.0), value_kind, Anchor::End, &value);
    }
    let Some(share) = fact.share else { return top + LINE };
    let (upper, lower) = (top + LINE - 1.0, top + LINE + 3.0);
    sheet.rectangle((left, upper), (left + width, lower), theme::GRID);
    let end = left + width * share.clamp(0.0, 1.0);
    sheet.rectangle((left, upper), (end, lower), heat(share));
    top + LINE + BAR
}

/// A bar for each instance: the peak of its connections over the limit.
fn draw_instances(
    sheet: &mut Sheet,
    shares: &[f64],
    (left, top): (f64, f64),
    width: f64,
    first: u16,
) {
    let count = number::float(number::count(shares.len()));
    let (upper, lower) = (top + 4.0, top + INSTANCES - 18.0);
    let pitch = width / count;
    let thick = (pitch - 1.0).min(14.0).max(pitch * 0.5);
    for (place, share) in shares.iter().enumerate() {
        let x = left + pitch * number::float(number::count(place));
        let high = lower - (lower - upper) * share.clamp(0.0, 1.0);
        sheet.part(Part::Series(first + number::short(place)), |sheet| {
            sheet.rectangle((x, upper), (x + thick, lower), theme::GRID);
            sheet.rectangle((x, high), (x + thick, lower), heat(*share));
        });
    }
    let caption = fitted("sockets of each", KIND, width);
    sheet.text((left, lower + 13.0), KIND, Anchor::Start, &caption);
}

fn heat(share: f64) -> Colour {
    if share < WARM {
        theme::BLUE.stroke
    } else if share < HOT {
        theme::WARM
    } else {
        theme::FORBIDDEN
    }
}
