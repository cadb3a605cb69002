//! The topology, drawn from the graph of the resolved input, with the peaks that were measured.
use super::{data, text};
use crate::{
    report::{
        draw,
        graph::{self, Graph, Node},
    },
    summary::{
        Summary,
        figures::{self, GAP},
    },
};
use maud::{Markup, PreEscaped, html};
use serde_json::Value as Json;

/// The picture with what was measured; none without nodes.
pub(super) fn body(summary: &Summary) -> Option<Markup> {
    let graph = Graph::measured(summary);
    figure(&graph, data::frames(summary, &graph).as_ref())
}

/// The picture of an input alone.
pub(super) fn planned(input: &Json) -> Option<Markup> {
    figure(&Graph::of(input), None)
}

fn figure(graph: &Graph, frames: Option<&Markup>) -> Option<Markup> {
    let mut wide = graph::across(graph)?;
    let headline = headline(graph);
    wide.title.clone_from(&headline);
    let narrow = graph::down(graph).map(|mut sheet| {
        sheet.title.clone_from(&headline);
        draw::inline(&sheet, "topology-n", "n")
    });
    let scrolls = narrow.is_none();
    let class = if scrolls { "always" } else { "w" };
    let wide = draw::inline(&wide, "topology-w", class);
    Some(html! {
        figure.row id="topology" {
            div.c {
                h3 { (headline) }
                p.sub { "Requests run along the arrows, answers back; one way latencies." }
                @if scrolls {
                    div.scroll tabindex="0" role="region" aria-label="Topology" {
                        (PreEscaped(&wide)) }
                } @else {
                    (PreEscaped(&wide)) (PreEscaped(narrow.unwrap_or_default()))
                }
                (table(graph))
                @if let Some(frames) = frames { (frames) }
            }
            figcaption.note {
                @if measured(graph) {
                    p { b { "Read it so. " } "Peaks of the busiest instance as a share of its \
                        budget: blue \
                        below 50" (GAP) "%, orange to 80" (GAP) "%, vermilion above. The number
                            stands \
                        beside each bar." }
                }
                @if frames.is_some() {
                    p.live { "While the run plays, the arrows of the clients grow with "
                        (grow_with(graph))
                        "; a box tells what it holds at that moment." }
                }
                p { "½ RTT is half of the round trip of the client’s own connection." }
            }
        }
    })
}

/// What the arrows of the clients show while a run plays.
fn grow_with(graph: &Graph) -> &'static str {
    if graph::tiers(graph).len() > 1 {
        "the connections that each tier gains"
    } else {
        "those who try to connect"
    }
}

fn measured(graph: &Graph) -> bool {
    graph.nodes.iter().any(|node| node.facts.iter().any(|fact| fact.share.is_some()))
}

/// The budget that is used most.
fn headline(graph: &Graph) -> String {
    let budgets = graph
        .nodes
        .iter()
        .flat_map(|node| node.facts.iter().filter_map(move |fact| Some((node, fact, fact.share?))))
        .filter(|(_, fact, _)| ![graph::AWAY, graph::FAILED].contains(&fact.label.as_str()));
    match budgets.max_by(|a, b| a.2.total_cmp(&b.2)) {
        Some((node, fact, share)) => {
            let name = text::clean(&node.name, 60);
            if fact.label == graph::QUOTA && share > 1.0 {
                let times = figures::compact(share);
                return format!("New connections of {name} are wanted at {times} times its quota");
            }
            let what = match fact.label.as_str() {
                "CPU" | "work" => "what it can do",
                "memory" => "its memory",
                graph::QUOTA => "its quota of new connections",
                _ => "its connections",
            };
            format!("The fullest budget: {name} reaches {} of {what}", fact.value)
        }
        None => format!("{} nodes, {} links", graph.nodes.len(), graph.links.len()),
    }
}

fn table(graph: &Graph) -> Markup {
    let name = |place: usize| &graph.nodes[place].name;
    html! {
        details {
            summary { "Show nodes and links as a table" }
            div.scroll tabindex="0" role="region" aria-label="Nodes and links" {
                table {
                    thead { tr { th scope="col" { "node" } th scope="col" { "kind" } th
                        scope="col" { "" } } }
                    tbody { @for node in &graph.nodes { tr {
                        th scope="row" { (text::name(&node.name)) }
                        td { (text::name(&node.kind.replace('_', " "))) }
                        td { (text::name(&facts(node))) }
                    } } }
                }
                table {
                    thead { tr { th scope="col" { "from" } th scope="col" { "to" } th
                        scope="col" { "one way" } } }
                    tbody { @for link in &graph.links { tr {
                        td { (text::name(name(link.source))) }
                        td { (text::name(name(link.target))) }
                        td { (text::name(&link.latency)) }
                    } } }
                }
            }
        }
    }
}

fn facts(node: &Node) -> String {
    let fact = |fact: &graph::Fact| format!("{} {}", fact.label, fact.value).trim().to_owned();
    node.facts.iter().map(fact).collect::<Vec<_>>().join(", ")
}
