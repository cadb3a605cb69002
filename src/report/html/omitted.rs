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
    let all = words(input);
    (!all.is_empty()).then(|| {
        html! {
            p.lead { "A result says nothing about what its model leaves out. Of the nodes used \
                here:" }
            dl.omitted {
                @for (kind, words) in &all {
                    dt { (kind.replace('_', " ")) }
                    dd { (text::with_code(words)) }
                }
            }
        }
    })
}

/// What the document says of each kind of node that an input has.
pub(in crate::report) fn words(input: &Json) -> Vec<(&'static str, String)> {
    let graph = Graph::of(input);
    let mut kinds: Vec<&str> = graph.nodes.iter().map(|node| node.kind.as_str()).collect();
    let mut seen = Vec::new();
    kinds.retain(|kind| {
        let new = !seen.contains(kind);
        seen.push(*kind);
        new
    });
    let known = |kind: &str| -> Option<(&'static str, String)> {
        let head = sections().map(|(head, _)| head).find(|&head| head == kind)?;
        Some((head, of(head)?))
    };
    kinds.into_iter().filter_map(known).collect()
}

/// The document's sections with their heads.
fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    MODELS.split("\n## ").skip(1).map(|section| section.split_once('\n').unwrap_or((section, "")))
}

/// What the section of a kind says under its mark, up to the end of the paragraph.
fn of(kind: &str) -> Option<String> {
    let section = sections().find(|section| section.0 == kind)?.1;
    let rest = section.split_once(MARK)?.1;
    let words = rest.split("\n\n").next()?.split_whitespace().collect::<Vec<_>>().join(" ");
    (!words.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_says_what_it_leaves_out() {
        let kinds: Vec<&str> = sections().map(|section| section.0).collect();
        assert!(kinds.len() >= 7, "{kinds:?}");
        for kind in kinds {
            let words = of(kind).unwrap_or_else(|| panic!("{kind} does not say it"));
            assert!(words.ends_with('.') && !words.contains("##"), "{kind}: {words}");
        }
    }
}
