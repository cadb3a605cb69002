//! Whatever a file says, loading it ends with a scenario or with messages of a bearable length.
use super::{DEPLOY, Files};
use crate::property::cases;
use proptest::{collection::vec, prelude::*, sample::Index};
use squall::cli::diagnostics;

/// What a slip can put into a file.
const PIECES: [&str; 24] = [
    ":",
    "{",
    "}",
    "[",
    "]",
    ",",
    "-",
    " ",
    "\n",
    "  ",
    "\t",
    "\"",
    "'",
    "#",
    "null",
    "-1",
    "0",
    "1e9",
    ".nan",
    "*a",
    "&a ",
    "ü",
    "->",
    "99999999999999999999d",
];

fn survives(text: &str, sets: &[&str]) {
    let files = Files::design().with(DEPLOY, text);
    if let Err(wrong) = files.load(DEPLOY, sets) {
        let shown = diagnostics::render(&wrong, false);
        assert!(wrong.errors() > 0, "{text}");
        assert!(shown.len() < 60_000 && !shown.contains('\u{1b}'), "{shown}");
        assert!(diagnostics::render(&wrong, true).len() > shown.len());
    }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn a_file_with_slips(slips in vec((any::<Index>(), 0_usize..3, any::<Index>()), 1..6)) {
        let csv = "../tests/all/files/parts/rtt.csv";
        let whole = include_str!("zoo.yaml").replace("parts/rtt.csv", csv);
        let mut letters: Vec<char> = whole.chars().collect();
        for (place, kind, piece) in slips {
            let place = place.index(letters.len());
            let end = (place + kind * kind).min(letters.len());
            letters.splice(place..end, PIECES[piece.index(PIECES.len())].chars());
        }
        survives(&letters.into_iter().collect::<String>(), &[]);
    }

    #[test]
    fn a_path_with_slips(path in "[a-z.>:_ -]{0,30}", value in "\\PC{0,20}") {
        survives(include_str!("rolling-deploy.yaml"), &[&format!("{path}={value}")]);
        survives(include_str!("rolling-deploy.yaml"), &[&path, &value]);
    }

    #[test]
    fn a_known_path_with_any_value(value in "[0-9a-zA-Z.%/{}\\[\\]:, -]{0,20}", place: Index) {
        const PATHS: [&str; 8] = [
            "gateways.count",
            "phones.network.rtt",
            "edge.policy",
            "timeline.deploy.batch",
            "gateways.drain",
            "bus.rate",
            "links.edge -> gateways.latency",
            "horizon",
        ];
        let path = PATHS[place.index(PATHS.len())];
        survives(include_str!("rolling-deploy.yaml"), &[&format!("{path}={value}")]);
    }

    #[test]
    fn any_text(text in "(\\PC|\n){0,200}") {
        survives(&text, &[]);
    }
}

#[test]
fn large_and_hostile_files_end_quickly() {
    let long = "x".repeat(1 << 20);
    let many: Vec<String> = (0..20_000).map(|n| format!("key{n}: {{ a: [1, 2] }}")).collect();
    let deep = "a: ".to_owned() + &"{b: ".repeat(5_000);
    let nodes: Vec<String> = (0..3_000).map(|n| format!("  n{n}: {{ registry: {{}} }}")).collect();
    let bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n";
    for text in [
        format!("{long}: 1\n"),
        format!("horizon: {long}\n"),
        format!("horizon: {}\n", "[1, ".repeat(200_000)),
        many.join("\n"),
        deep,
        format!("horizon: 1min\nnodes:\n{}", nodes.join("\n")),
        bomb.to_owned(),
        "x".repeat(2 << 20),
    ] {
        survives(&text, &[]);
    }
}
