//! The graph as text for other programs: DOT for graphviz, a flowchart for Mermaid. What a box
//! says is what it says in the picture; names are a stranger's in both.
use super::{Graph, Node};
use crate::report::safe::clean;

/// Longer labels are cut.
const LONGEST: usize = 80;

/// The graph in the language of graphviz.
pub fn dot(graph: &Graph) -> String {
    let mut out = "digraph squall {\n  rankdir=LR;\n  node [shape=box, style=rounded, \
                   fontname=\"sans-serif\", fontsize=11];\n  edge [fontname=\"sans-serif\", \
                   fontsize=9];\n"
        .to_owned();
    for (place, node) in graph.nodes.iter().enumerate() {
        let lines: Vec<String> = lines(node).iter().map(|line| in_dot(line)).collect();
        let shape = if keeps(node) { ", shape=cylinder" } else { "" };
        out += &format!("  n{place} [label=\"{}\"{shape}];\n", lines.join("\\n"));
    }
    for link in &graph.links {
        let label = in_dot(&link.latency);
        out += &format!("  n{} -> n{} [label=\"{label}\"];\n", link.source, link.target);
    }
    out + "}\n"
}

/// The graph as a flowchart, for Markdown that draws Mermaid.
pub fn mermaid(graph: &Graph) -> String {
    let mut out = "flowchart LR\n".to_owned();
    for (place, node) in graph.nodes.iter().enumerate() {
        let lines: Vec<String> = lines(node).iter().map(|line| in_mermaid(line)).collect();
        let label = lines.join("<br/>");
        let (open, close) = if keeps(node) { ("[(", ")]") } else { ("[", "]") };
        out += &format!("  n{place}{open}\"{label}\"{close}\n");
    }
    for link in &graph.links {
        let label = in_mermaid(&link.latency);
        let arrow = if label.is_empty() { "-->".to_owned() } else { format!("-->|\"{label}\"|") };
        out += &format!("  n{} {arrow} n{}\n", link.source, link.target);
    }
    out
}

/// Name, kind, and what matters.
fn lines(node: &Node) -> Vec<String> {
    let fact = |fact: &super::Fact| format!("{} {}", fact.label, fact.value).trim().to_owned();
    let head = [node.name.clone(), node.kind.replace('_', " ")];
    head.into_iter().chain(node.facts.iter().map(fact)).collect()
}

/// Whether a node is there to remember.
fn keeps(node: &Node) -> bool {
    ["registry", "buffer", "inbox"].contains(&node.kind.as_str())
}

/// A text within quotation marks; a backslash would begin an escape of graphviz's own.
fn in_dot(text: &str) -> String {
    clean(text, LONGEST).replace('\\', "\\\\").replace('"', "\\\"")
}

/// A text within quotation marks. Mermaid has no escapes there but the numbers of characters, and
/// reads what is left as HTML and Markdown.
fn in_mermaid(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || !c.is_ascii() || " -,./:%+()".contains(c);
    let sign = |c: char| if plain(c) { c.to_string() } else { format!("#{};", u32::from(c)) };
    clean(text, LONGEST).chars().map(sign).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_leaves_its_quotation_marks() {
        assert_eq!(in_dot("a\"b\\N\nc"), "a\\\"b\\\\N c");
        assert_eq!(in_mermaid("a\"]<b>#`c\n"), "a#34;#93;#60;b#62;#35;#96;c ");
        assert_eq!(in_mermaid("½ RTT, 500 µs (4 × 8)"), "½ RTT, 500 µs (4 × 8)");
    }
}
