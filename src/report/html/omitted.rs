//! What the model leaves out, for each kind of node that it contains. The words are those of
//! docs/MODELS.md, the one place that says it.
use super::text;
use crate::report::graph::Graph;
use maud::{Markup, html};
use serde_json::Value as Json;

const MODELS: &str = include_str!("../../../docs/MODELS.md");
const MARK: &str = "*Not modelled*:";

/// The list; none without nodes that the document knows.
pub(super) fn of_input(input: &Json) -> Option<Markup> {
    let graph = Graph::of(input);
    let mut kinds: Vec<&str> = graph.nodes.iter().map(|node| node.kind.as_str()).collect();
    let mut seen = Vec::new();
    kinds.retain(|kind| {
        let new = !seen.contains(kind);
        seen.push(*kind);
        new
    });
    let all: Vec<(&str, String)> =
        kinds.into_iter().filter_map(|kind| Some((kind, of(kind)?))).collect();
    (!all.is_empty()).then(|| {
        html! {
            p.lead { "A result says nothing about what its model leaves out. Of the nodes used \
                here:" }
            dl.omitted {
                @for (kind, words) in all {
                    dt { (kind.replace('_', " ")) }
                    dd { (text::with_code(&words)) }
                }
            }
        }
    })
}

/// What the section of a kind says under its mark, up to the end of the paragraph.
fn of(kind: &str) -> Option<String> {
    let section = MODELS.split("\n## ").find(|section| section.lines().next() == Some(kind))?;
    let rest = section.split_once(MARK)?.1;
    let words = rest.split("\n\n").next()?.split_whitespace().collect::<Vec<_>>().join(" ");
    (!words.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_says_what_it_leaves_out() {
        let sections = MODELS.split("\n## ").skip(1);
        let kinds: Vec<&str> = sections.filter_map(|section| section.lines().next()).collect();
        assert!(kinds.len() >= 7, "{kinds:?}");
        for kind in kinds {
            let words = of(kind).unwrap_or_else(|| panic!("{kind} does not say it"));
            assert!(words.ends_with('.') && !words.contains("##"), "{kind}: {words}");
        }
    }
}
