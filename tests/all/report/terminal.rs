//! The terminal's text: golden, in 80 columns, with and without Unicode.
use super::{fake::Story, gallery::stories};
use anstream::adapter::strip_str;
use squall::report::terminal::{Look, WIDTH, print};

fn look() -> Look {
    Look {
        unicode: true,
        folder: "output/rolling-deploy".into(),
        charts: Some(6),
        next: Some((
            "squall run rolling-deploy.yaml --replications 5".into(),
            "for intervals".into(),
        )),
    }
}

fn plain(story: &Story, look: &Look) -> String {
    strip_str(&print(&story.summary(), look)).to_string()
}

/// Compares with the file beside this one; `SQUALL_BLESS=1` writes it anew.
fn golden(name: &str, text: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all/report").join(name);
    if std::env::var_os("SQUALL_BLESS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    assert!(text == expected, "{name} differs; now it is:\n{text}");
}

#[test]
fn a_single_run_that_fails() {
    golden("single.txt", &plain(&Story::default(), &look()));
}

#[test]
fn three_runs_without_losses() {
    let story = Story { losses: false, replications: 3, ..Story::default() };
    golden("three.txt", &plain(&story, &look()));
}

#[test]
fn without_unicode() {
    let text = plain(&Story::default(), &Look { unicode: false, ..look() });
    assert!(text.is_ascii(), "{text}");
    golden("ascii.txt", &text);
}

#[test]
fn everything_fits_80_columns() {
    for (name, story) in stories() {
        for line in plain(&story, &look()).lines() {
            let columns = line.chars().count();
            assert!(columns <= WIDTH, "{name}: {columns} columns: {line}");
            assert!(!line.ends_with(' '), "{name}: a space at the end of `{line}`");
        }
    }
}

#[test]
fn nothing_measured_is_no_trouble() {
    let summary = squall::summary::summarize(&Story::default().scenario(), &[]);
    let text = strip_str(&print(&summary, &look())).to_string();
    assert!(text.contains("cannot be judged"), "{text}");
}
