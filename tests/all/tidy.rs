//! Rules about the code that the compiler does not know.
use std::{
    fs,
    path::{Path, PathBuf},
};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

fn all() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["src", "tests"] {
        sources(&root.join(folder), &mut found);
    }
    found.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        (path.strip_prefix(root).unwrap().to_owned(), text)
    };
    found.into_iter().map(read).collect()
}

#[test]
fn every_file_says_what_it_is_and_stays_short() {
    for (path, text) in all() {
        assert!(text.starts_with("//!"), "{} does not open with //!", path.display());
        assert!(text.lines().count() <= 500, "{} has over 500 lines", path.display());
        for (number, line) in text.lines().enumerate() {
            let columns = line.chars().count();
            assert!(columns <= 100, "{}:{} has {columns} columns", path.display(), number + 1);
        }
    }
}

/// Whoever reads the kernel reads all of it: lines of code, without comments and tests.
#[test]
fn the_engine_stays_small() {
    let mut lines = 0;
    for (path, text) in all().into_iter().filter(|(path, _)| path.starts_with("src/engine")) {
        let name = path.file_name().unwrap();
        if name == "tests.rs" {
            continue;
        }
        let own = text.split("#[cfg(test)]").next().unwrap();
        let code = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
        lines += own.lines().filter(code).count();
    }
    assert!((500..=1_000).contains(&lines), "{lines}");
}

/// Which modules a module may not use, by `crate::` alone or in braces.
const FORBIDDEN: [(&str, &[&str]); 11] = [
    ("engine", &["node", "record", "units", "spec", "scenario", "world", "study", "cli"]),
    ("record", &["node", "spec", "scenario", "world", "study", "summary", "report", "cli"]),
    ("node", &["spec", "scenario", "world", "study", "summary", "report", "cli"]),
    ("spec", &["node", "record", "scenario", "world", "study", "summary", "report"]),
    ("scenario", &["record", "world", "study", "summary", "report", "cli"]),
    ("world", &["spec", "study", "summary", "report", "cli"]),
    ("study", &["spec", "node", "report", "cli"]),
    ("summary", &["node", "world", "spec", "napkin", "advise", "report", "cli"]),
    ("napkin", &["spec", "study", "advise", "report", "cli"]),
    ("advise", &["node", "world", "spec", "study", "report", "cli"]),
    ("report", &["node", "world", "study", "spec", "napkin", "cli"]),
];

/// Whether a file names a module: `crate::other`, or `other::` at the second level of a braced
/// `use crate::{…}`.
fn uses(text: &str, other: &str) -> bool {
    let own = text.split("#[cfg(test)]").next().unwrap();
    let braced = own.split("use crate::{").skip(1).any(|rest| {
        let inside = rest.split("\n};").next().unwrap();
        inside.lines().any(|line| {
            let line = line.strip_prefix("    ").unwrap_or(line);
            line.starts_with(&format!("{other}::")) || line == format!("{other},")
        })
    });
    own.contains(&format!("crate::{other}::"))
        || own.contains(&format!("crate::{other};"))
        || braced
}

#[test]
fn knowledge_goes_one_way() {
    for (path, text) in all() {
        for (module, forbidden) in FORBIDDEN {
            if !path.starts_with(Path::new("src").join(module)) {
                continue;
            }
            for other in forbidden {
                assert!(!uses(&text, other), "{} uses {other}", path.display());
            }
        }
    }
}

#[test]
fn randomness_and_wrapping_stay_in_their_rooms() {
    for (path, text) in all() {
        let inside = path.starts_with("src/node") || path.starts_with("src/world");
        assert!(!inside || !text.contains("rand::"), "{} uses rand", path.display());
        let wraps = text.contains(".wrapping_") && path.starts_with("src");
        let may = ["src/engine/draws.rs", "src/engine/fingerprint.rs", "src/engine/number.rs"];
        // Sessions are counted modulo 2^16.
        let sessions = ["src/node/clients.rs", "src/node/gateway.rs", "src/node/load_balancer.rs"];
        let allowed = may.iter().chain(&sessions).any(|room| path == Path::new(room));
        assert!(!wraps || allowed, "{} wraps numbers", path.display());
    }
}

#[test]
fn each_node_has_its_section() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let models = fs::read_to_string(root.join("docs/MODELS.md")).unwrap();
    let kinds =
        ["clients", "load_balancer", "gateway", "pubsub", "fanout", "registry", "buffer", "source"];
    for kind in kinds {
        assert!(models.contains(&format!("\n## {kind}\n")), "no section for {kind}");
        assert!(root.join(format!("src/node/{kind}.rs")).exists());
    }
}

#[test]
fn each_experiment_has_its_row_in_the_readme() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let table = fs::read_to_string(root.join("tests/fingerprints.csv")).unwrap();
    let experiments = fs::read_dir(root.join("experiments")).unwrap();
    for entry in experiments {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(readme.contains(&format!("](experiments/{name}) |")), "no row for {name}");
        assert!(table.contains(&format!("\n{name},")), "no fingerprint for {name}");
    }
}

/// The texts that people read, with the folder that their links start from.
fn texts() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let pages = docs.filter(|path| path.extension().is_some_and(|end| end == "md"));
    let read = |path: PathBuf| (path.clone(), fs::read_to_string(path).unwrap());
    pages.chain(["README.md", "CHANGELOG.md"].map(|name| root.join(name))).map(read).collect()
}

#[test]
fn links_lead_somewhere() {
    for (path, text) in texts() {
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap();
            let found = link.contains("://") || path.with_file_name(file).exists();
            assert!(found, "{} links to {link}", path.display());
        }
    }
}

#[test]
fn source_files_that_texts_name_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (path, text) in texts() {
        let source = |code: &&str| Path::new(code).extension().is_some_and(|end| end == "rs");
        for name in text.split('`').skip(1).step_by(2).filter(source) {
            let found = [root.join(name), root.join("src").join(name)].iter().any(|at| at.exists());
            assert!(found, "{} names {name}", path.display());
        }
    }
}

#[test]
fn notebooks_are_kept_without_results() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    for entry in fs::read_dir(root.join("notebooks")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "ipynb") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let notebook: serde_json::Value = serde_json::from_str(&text).unwrap();
        let cells = notebook["cells"].as_array().unwrap();
        assert_eq!(cells[0]["cell_type"], "markdown", "{} has no title", path.display());
        for cell in cells.iter().filter(|cell| cell["cell_type"] == "code") {
            let bare =
                cell["outputs"] == serde_json::json!([]) && cell["execution_count"].is_null();
            assert!(bare, "{} has outputs: clear them", path.display());
            seen += 1;
        }
    }
    assert!(seen > 0);
}
