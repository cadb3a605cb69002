//! A folder of wrong files, each with the message that it must cause beside it. A file begins with
//! `# --set …` for each argument of the command line.
//!
//! `SQUALL_BLESS=1 cargo test bad` writes the messages anew; read each of them before it is kept.
use squall::{cli::diagnostics, scenario};
use std::{collections::BTreeSet, fs, path::Path};

const FOLDER: &str = "tests/bad";

/// What the command line prints for a file.
fn message(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let sets: Vec<String> =
        text.lines().map_while(|line| line.strip_prefix("# --set ")).map(str::to_owned).collect();
    match scenario::load(path, &sets, &|path| fs::read(path)) {
        Ok(loaded) => panic!("{} loads, with {:?}", path.display(), loaded.warnings.list),
        Err(wrong) => diagnostics::render(&wrong, false),
    }
}

#[test]
fn wrong_files_say_what_to_write() {
    let bless = std::env::vars().any(|(name, _)| name == "SQUALL_BLESS");
    let mut differing = Vec::new();
    let mut codes = BTreeSet::new();
    let mut paths: Vec<_> =
        fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "yaml"));
    paths.sort();
    assert!(paths.len() >= 20);
    for path in paths {
        let (found, beside) = (message(&path), path.with_extension("txt"));
        codes.extend(
            found.split("error[").skip(1).map(|rest| rest.split(']').next().unwrap().to_owned()),
        );
        if bless {
            fs::write(&beside, &found).unwrap();
        } else if fs::read_to_string(&beside).unwrap_or_default() != found {
            differing.push(format!("{}:\n{found}", path.display()));
        }
    }
    assert!(differing.is_empty(), "not as expected:\n{}", differing.join("\n"));
    assert!(codes.len() >= 30, "{codes:?}");
}
