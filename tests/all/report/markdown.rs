//! The report in short: what the page says, and no text that is read as Markdown.
use super::{fake::Story, gallery::stories, swept};
use serde_json::json;
use squall::{
    record::Unit,
    report::{chart, markdown},
    summary::{Summary, board, figures, napkin::Compared},
};

fn text(summary: &Summary) -> String {
    markdown::page(summary, &chart::all(summary))
}

fn told() -> Summary {
    let mut summary = Story { replications: 3, ..Story::default() }.summary();
    summary.input = json!({ "nodes": {
        "phones": { "clients": { "count": "100k" } }, "gateways": { "gateway": { "count": 16 } },
    } });
    summary
}

/// The text below a headline.
fn section<'t>(text: &'t str, head: &str) -> &'t str {
    let rest =
        text.split_once(&format!("\n## {head}\n\n")).unwrap_or_else(|| panic!("no {head}")).1;
    rest.split("\n## ").next().unwrap()
}

#[test]
fn every_part_is_there_with_its_numbers() {
    let summary = told();
    let text = text(&summary);
    assert!(text.starts_with(&format!("# {}\n\n100,000 users on 16 gateways", summary.question)));
    for judged in &summary.slo {
        assert!(text.contains(&format!("| `{}` |", judged.expr)), "{}", judged.expr);
    }
    let p99 = summary.metric("delivery_lag.p99").unwrap();
    let value = figures::plain(&figures::figure(p99.unit, p99.mean.unwrap()));
    let line = section(&text, "Numbers").lines().find(|it| it.ends_with("| `delivery_lag.p99` |"));
    assert!(line.unwrap().starts_with(&format!("| lag p99 | {value} | [")), "{line:?}");
    for finding in &summary.diagnosis {
        let first: String = finding.chars().take(24).collect();
        assert!(section(&text, "Findings").contains(&first), "{finding}");
    }
    // The causes add up to what is missed.
    let losses = section(&text, "Losses by cause");
    let counts = losses.lines().filter(|line| line.starts_with("| `"));
    let count = |line: &str| line.split(" | ").nth(1).unwrap().replace(',', "").parse::<u64>();
    let sum: u64 = counts.map(|line| count(line).unwrap()).sum();
    let gone = |end: &str| end == "lost" || end == "expired";
    assert_eq!(sum, summary.window().total(|end, _| gone(end)));
    assert!(sum > 0 && losses.contains("the ledger adds up"));
    for chart in chart::all(&summary) {
        assert!(section(&text, "Charts").contains(&format!("(charts/{}.svg)", chart.name)));
    }
    assert!(section(&text, "Not modelled").contains("- **gateway**: "));
    assert!(section(&text, "Reproduce").contains("```sh\nsquall run rolling-deploy.yaml"));
    assert!(section(&text, "Reproduce").contains(&format!("{:016x}", summary.fingerprint)));
}

#[test]
fn every_story_gives_the_same_text_twice_and_whole_tables() {
    for (name, story) in stories() {
        let summary = story.summary();
        let text = text(&summary);
        assert_eq!(text, markdown::page(&summary, &chart::all(&summary)), "{name}");
        assert!(
            !text.contains("\n\n\n") && text.ends_with('\n') && !text.contains("NaN"),
            "{name}"
        );
        whole(&text);
    }
}

/// Every row of a table has as many cells as its head.
fn whole(text: &str) {
    let mut width = None;
    for line in text.lines() {
        if !line.starts_with('|') {
            width = None;
            continue;
        }
        let cells = line.replace("\\|", "").matches('|').count();
        assert_eq!(*width.get_or_insert(cells), cells, "{line}");
    }
}

#[test]
fn no_text_is_read_as_markdown_or_html() {
    let evil = "a|b\n# c `d` <img src=x> [e](javascript:f) \u{202E}g\0 *h* ```\n";
    let mut summary = told();
    summary.question = evil.to_owned();
    summary.experiment = evil.to_owned();
    summary.diagnosis = vec![evil.to_owned()];
    summary.slo[0].expr = evil.to_owned();
    summary.metrics.iter_mut().for_each(|metric| metric.name = evil.to_owned() + &metric.name);
    summary.ledger[0].rows.push(("lost".to_owned(), evil.to_owned(), 7));
    for stretch in &mut summary.phases {
        stretch.name = evil.to_owned();
    }
    let text = text(&summary);
    assert!(!text.contains('\u{202E}') && !text.contains('\0'));
    whole(&text);
    let mut fenced = false;
    for line in text.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
            continue;
        }
        if fenced || line.starts_with("- **") {
            continue;
        }
        let plain = outside_code(line);
        assert!(!plain.contains("<img") && !plain.contains("[e]"), "{line}");
        assert!(!plain.replace("\\*", "").contains("*h*"), "{line}");
        assert!(!line.starts_with("# c"), "{line}");
    }
    assert!(!fenced, "a block of code does not end");
}

/// A line without its pieces of code: those between equal numbers of backticks.
fn outside_code(line: &str) -> String {
    let line = line.replace("\\`", "");
    let mut pieces = line.as_str();
    let mut out = String::new();
    while let Some(start) = pieces.find('`') {
        let ticks = pieces[start..].chars().take_while(|&c| c == '`').count();
        let rest = &pieces[start + ticks..];
        let mut end = 0;
        loop {
            let next = rest[end..].find('`').unwrap_or_else(|| panic!("code without end: {line}"));
            let run = rest[end + next..].chars().take_while(|&c| c == '`').count();
            end += next + run;
            if run == ticks {
                break;
            }
        }
        out += &pieces[..start];
        pieces = &rest[end..];
    }
    out + pieces
}

#[test]
fn a_sweep_has_its_points() {
    let sweep = swept::retention();
    let text = markdown::sweep(&sweep, &chart::sweep::all(&sweep));
    whole(&text);
    let rows = section(&text, "Points").lines().filter(|line| line.starts_with("| `"));
    assert_eq!(rows.count(), sweep.points.len());
    assert!(section(&text, "Reproduce").contains("squall sweep retention.yaml"));
    assert!(section(&text, "Reproduce").contains("squall run retention.yaml"));
}

/// What a board asks is told of a run, and of one design of a sweep with its name.
#[test]
fn the_boards_questions_are_answered() {
    let mut run = super::board::priced();
    let compared = |name: &str, estimate, simulated: f64, reason: &str| Compared {
        name: name.to_owned(),
        of: String::new(),
        formula: "a | b".to_owned(),
        unit: Unit::PerSecond,
        estimate,
        simulated: Some(simulated),
        ci_low: None,
        ci_high: None,
        deviation: Some(simulated / estimate - 1.0),
        reason: reason.to_owned(),
    };
    run.napkin = vec![
        compared("Polls", 100.0, 104.0, "chance"),
        compared("Handshakes", 10.0, 15.0, "a herd"),
    ];
    let text = text(&run);
    whole(&text);
    let napkin = section(&text, "Napkin");
    assert!(napkin.starts_with("The napkin agrees within 4.0"), "{napkin}");
    assert!(
        napkin.contains("| Handshakes | 10/s | 15/s |") && !napkin.contains("Polls"),
        "{napkin}"
    );
    assert!(napkin.contains("| a herd |"), "{napkin}");
    let mut exact = run.clone();
    exact.napkin = vec![compared("Polls", 100.0, 100.0, ""), compared("Herd", 3.0, 3.0, "")];
    let exact = self::text(&exact);
    assert!(section(&exact, "Napkin").starts_with("The napkin agrees exactly"), "{exact}");
    let rooms = board::rooms(&run);
    let (room, first) = board::binding(&rooms).unwrap();
    let head = format!("Full first is {} of {}", first.name, room.node);
    assert!(section(&text, "Headroom").starts_with(&head), "{text}");
    let blast = section(&text, "Blast radius");
    assert!(blast.starts_with("Of those hit") || blast.starts_with("Beyond the steady"), "{blast}");
    let told = section(&text, "Recommendation");
    assert!(
        told.starts_with("From closed forms") && told.contains("gateways.drain.window"),
        "{told}"
    );
    // Of a sweep: what it has run first.
    let sweep = swept::retention();
    let text = markdown::sweep(&sweep, &chart::sweep::all(&sweep));
    let design = sweep.shown_design().unwrap();
    let told = sweep.recommended(design, &sweep.run_of(design.point));
    let part = text.split("\n## ").find(|part| part.starts_with("Recommendation"));
    assert_eq!(part.is_some(), !(told.swept.is_empty() && told.beyond.is_empty()), "{told:?}");
    for change in told.swept.iter().chain(&told.beyond) {
        assert!(part.unwrap().contains(&format!("`{}`", change.path)), "{part:?}");
    }
}
