//! The terminal's text: golden, in 80 columns, with and without Unicode.
use super::{fake::Story, gallery::stories};
use anstream::adapter::strip_str;
use squall::{
    record::Unit,
    report::terminal::{Look, WIDTH, observed, print},
    summary::{Metric, observed::Observed, series::Curve},
};

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

/// Two spaces stand between two columns, however long what stands in them.
#[test]
fn columns_stand_apart() {
    let mut summary = Story { replications: 2, ..Story::default() }.summary();
    let count =
        |name: &str, values: &[f64]| Metric::from_values(name, &[], Unit::Count, values.to_vec());
    summary.metrics.retain(|it| !["deliveries.missed", "clients.gave_up"].contains(&&*it.name));
    summary.metrics.extend([
        count("polls.total", &[1_200_000.0, 1_200_000.0]),
        count("polls.empty", &[112_345_678.0, 123_456_789.0]),
        count("clients.gave_up", &[12_000.0, 29_000.0]),
        count("deliveries.missed", &[0.0, 0.0]),
    ]);
    let gave_up = summary.slo.iter_mut().find(|it| it.expr.starts_with("clients")).unwrap();
    gave_up.value = Some(20_500.0);
    let text = strip_str(&print(&summary, &look())).to_string();
    let rows: Vec<&str> = text.lines().filter(|line| line.contains(['[', '✓', '✗'])).collect();
    assert!(rows.len() > 8, "{text}");
    for row in &rows {
        let before = row.split('[').next().unwrap_or_default();
        assert!(!row.contains('[') || before.ends_with("  "), "glued: {row}");
        assert!(row.chars().count() <= WIDTH, "{row}");
    }
    let zero: Vec<&&str> = rows.iter().filter(|row| row.contains("at most 1.5 a run")).collect();
    assert!(
        !zero.is_empty() && zero.iter().all(|row| row.contains("0  at most 1.5 a run")),
        "{text}"
    );
}

/// What a stranger writes neither turns nor colours what follows.
#[test]
fn a_question_cannot_turn_the_terminal() {
    let mut summary = Story::default().summary();
    summary.question = "a \u{202E}b \u{1b}[31mred\u{2067}".to_owned();
    let text = print(&summary, &look());
    let first = strip_str(text.lines().next().unwrap()).to_string();
    assert_eq!(first, "a \u{FFFD}b \u{FFFD}[31mred\u{FFFD}");
}

#[test]
fn charts_that_are_not_there_are_not_counted() {
    let text = plain(&Story::default(), &Look { charts: Some(0), ..look() });
    assert!(text.contains("report   ") && !text.contains("charts   "), "{text}");
}

#[test]
fn one_value_lies_outside() {
    let one = |left_out| Observed {
        pooled: false,
        name: "sent.total".into(),
        unit: Unit::PerSecond,
        points: vec![(0.0, 1.0)],
        left_out,
        simulated: Curve::default(),
        absolute: 0.5,
        relative: None,
    };
    let text = observed(&[one(1), one(2)], &look());
    assert!(text.contains("1 value lies outside of the run"), "{text}");
    assert!(text.contains("2 values lie outside of the run"), "{text}");
}
