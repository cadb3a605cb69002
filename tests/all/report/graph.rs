//! The topology as a picture and as text: as agreed, the same twice, whatever names say.
use super::{fake::Story, html::summary};
use assert_cmd::Command;
use serde_json::json;
use squall::{
    record::Unit,
    report::{
        draw,
        graph::{self, Graph},
    },
    summary::Metric,
};
use std::{fs, path::Path, process};

fn squall(arguments: &[&str]) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut command = Command::cargo_bin("squall").unwrap();
    let output = command.current_dir(root).arg("graph").args(arguments).assert().code(0);
    String::from_utf8(output.get_output().stdout.clone()).unwrap()
}

/// Holds a text against a file beside this one; `SQUALL_BLESS=1` writes it.
fn agreed(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all/report").join(name);
    if std::env::var_os("SQUALL_BLESS").is_some() {
        fs::write(&path, text).unwrap();
    }
    assert_eq!(text, fs::read_to_string(&path).unwrap(), "{name}");
}

#[test]
fn texts_are_as_agreed() {
    let file = "experiments/rolling-deploy.yaml";
    agreed("graph.dot", &squall(&[file, "--format", "dot"]));
    agreed("graph.mmd", &squall(&[file, "--format", "mermaid"]));
}

#[test]
fn what_is_set_is_drawn_and_a_model_alone_too() {
    let text = squall(&["models/chat.yaml", "--format", "dot", "--set", "gateways.count=77"]);
    assert!(text.contains("77 × "), "{text}");
    let alone = ["models/feed.yaml", "--format", "dot", "--set", "readers.count=1"];
    let text = squall(&alone);
    assert!(text.contains("1 user") && !text.contains("1 users"), "{text}");
    let picture = squall(&["models/chat.yaml", "--set", "gateways.count=77"]);
    assert!(picture.starts_with("<svg") && picture.contains("77 × "), "{picture}");
    assert_eq!(picture, squall(&["models/chat.yaml", "--set", "gateways.count=77"]));
}

/// What does not fit into a line of a box goes on below; no label of a link lies under a box.
#[test]
fn no_fact_is_cut_off() {
    let mut run = summary(&Story::default());
    run.input["nodes"]["edge"]["load_balancer"]["policy"] = "least_connections".into();
    let many = [
        ("bus.backlog.peak", 2_304_843.0),
        ("registry.stale_routes", 1_876.0),
        ("replay.messages", 12_345_678.0),
    ];
    let metric =
        |(name, value): (&str, f64)| Metric::from_values(name, &["bus"], Unit::Count, vec![value]);
    run.metrics.retain(|metric| many.iter().all(|it| it.0 != metric.name));
    run.metrics.extend(many.map(metric));
    let all = [Graph::of(&run.input), Graph::measured(&run)];
    for sheet in all.iter().flat_map(|it| [graph::across(it), graph::down(it)].map(Option::unwrap))
    {
        let texts = sheet.text_boxes();
        assert!(texts.iter().all(|(_, text)| !text.contains('…')), "{texts:?}");
        let joined: Vec<&str> = texts.iter().map(|(_, text)| *text).collect();
        assert!(joined.join(" ").contains("least connections"), "{joined:?}");
        // Pairs of texts that lie on each other would hide one of them.
        for (place, (one, text)) in texts.iter().enumerate() {
            for (other, second) in &texts[place + 1..] {
                let apart = one[2] <= other[0] || other[2] <= one[0];
                let apart = apart || one[3] <= other[1] || other[3] <= one[1];
                assert!(apart, "{text} {one:?} lies on {second} {other:?}");
            }
        }
    }
}

/// Names that no file may have; the texts stand all the same.
fn hostile() -> Graph {
    let name = "a\"];\n<b>`|\\N{}\u{202E}#end";
    Graph::of(&json!({
        "nodes": {
            name: { "gateway": { "count": "4\"<script>", "cores": "8\\" } },
            "end": { "registry": { "ttl": "\"-->|x|" } },
        },
        "links": { format!("{name} -> end"): { "latency": "1\"ms|\\" } },
    }))
}

/// The texts between quotation marks, and what stands outside of them.
fn split(line: &str, escapes: bool) -> (Vec<String>, String) {
    let (mut inside, mut outside, mut open) = (Vec::new(), String::new(), false);
    let mut letters = line.chars();
    while let Some(c) = letters.next() {
        match (open, c) {
            (_, '"') => {
                open = !open;
                if open {
                    inside.push(String::new());
                }
            }
            (true, '\\') if escapes => {
                let text = inside.last_mut().unwrap();
                text.extend(['\\', letters.next().expect("an escape has a sign")]);
            }
            (true, c) => inside.last_mut().unwrap().push(c),
            (false, c) => outside.push(c),
        }
    }
    assert!(!open, "{line}");
    (inside, outside)
}

#[test]
fn no_name_leaves_its_label_in_dot() {
    let text = graph::dot(&hostile());
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("  n")).collect();
    let outside: Vec<String> = lines.iter().skip(1).map(|line| split(line, true).1).collect();
    let expected = ["  n0 [label=];", "  n1 [label=, shape=cylinder];", "  n0 -> n1 [label=];"];
    assert_eq!(outside, expected);
    let label = &split(lines[1], true).0[0];
    assert!(label.starts_with("a\\\"]; <b>`|\\\\N{}\u{FFFD}#end\\ngateway\\n"), "{label}");
    // graphviz reads it, where it is there.
    let mut dot = process::Command::new("dot");
    let dot = dot.args(["-Tplain"]).stdin(process::Stdio::piped()).stdout(process::Stdio::piped());
    let Ok(mut child) = dot.spawn() else { return };
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let plain = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    assert_eq!(plain.lines().filter(|line| line.starts_with("node ")).count(), 2, "{plain}");
    assert_eq!(plain.lines().filter(|line| line.starts_with("edge ")).count(), 1, "{plain}");
}

#[test]
fn no_name_leaves_its_label_in_mermaid() {
    let text = graph::mermaid(&hostile());
    let outside: Vec<String> = text.lines().map(|line| split(line, false).1).collect();
    assert_eq!(outside, ["flowchart LR", "  n0[]", "  n1[()]", "  n0 -->|| n1"]);
    for line in text.lines() {
        for label in split(line, false).0 {
            // Numbers of characters and line breaks are all that is not plain.
            let rest = label.replace("<br/>", "");
            assert!(
                !rest.contains(['<', '>', '`', '|', '[', '{', '\\', '"', '\u{202E}']),
                "{rest}"
            );
        }
    }
    assert!(text.contains("a#34;#93;#59; #60;b#62;#96;#124;#92;N#123;#125;\u{FFFD}#35;end"));
}

#[test]
fn no_name_leaves_the_picture() {
    let sheet = graph::framed(graph::across(&hostile()).unwrap());
    let text = String::from_utf8(draw::svg(&sheet)).unwrap();
    assert!(!text.contains("<b>") && !text.contains("<script") && !text.contains('\u{202E}'));
    for (box_, text) in sheet.text_boxes() {
        let [left, top, right, bottom] = box_;
        let inside = left >= 0.0 && top >= 0.0 && right <= sheet.width && bottom <= sheet.height;
        assert!(inside, "{text} leaves the picture");
    }
}
