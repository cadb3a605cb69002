//! Charts: the same bytes twice, nothing clipped, no text on another, headlines from the data.
use super::{fake::Story, gallery::stories};
use squall::{
    engine::{Span, number},
    report::{
        chart::{self, Body, Chart},
        draw::{ALONE, Mark, NARROW, Sheet, WIDE, inline, lay_out, png, svg},
        palette::TOKENS,
    },
    summary::{
        LagCell,
        figures::{clock, plain},
    },
};

fn chart(story: &Story, name: &str) -> Chart {
    let charts = chart::all(&story.summary());
    charts.into_iter().find(|chart| chart.name == name).expect(name)
}

#[test]
fn no_text_is_clipped_or_lies_on_another() {
    for (name, story) in stories() {
        for chart in chart::all(&story.summary()) {
            for paper in [ALONE, WIDE, NARROW] {
                let sheet = lay_out(&chart, &paper);
                let what = format!("{name}/{} at {}", chart.name, paper.width);
                inside(&sheet, &what);
                apart(&sheet, &what);
                coloured(&sheet, &what);
            }
        }
    }
}

pub(super) fn inside(sheet: &Sheet, what: &str) {
    for ([left, top, right, bottom], text) in sheet.text_boxes() {
        let fits = left >= 0.0 && top >= 0.0 && right <= sheet.width && bottom <= sheet.height;
        assert!(fits, "{what}: `{text}` at {left:.0} to {right:.0}");
    }
    for mark in &sheet.marks {
        if let Mark::Line { points, .. } | Mark::Area { points, .. } = mark {
            let fits = |&(x, y): &(f64, f64)| {
                (0.0..=sheet.width).contains(&x) && (0.0..=sheet.height).contains(&y)
            };
            assert!(points.iter().all(fits), "{what}: a line leaves the sheet");
        }
    }
}

pub(super) fn apart(sheet: &Sheet, what: &str) {
    let boxes = sheet.text_boxes();
    for (place, (a, first)) in boxes.iter().enumerate() {
        for (b, second) in &boxes[place + 1..] {
            let overlap = a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
            assert!(!overlap, "{what}: `{first}` lies on `{second}`");
        }
    }
}

/// A page knows every colour by its name.
pub(super) fn coloured(sheet: &Sheet, what: &str) {
    for mark in &sheet.marks {
        let colour = match mark {
            Mark::Line { pen, .. } => pen.stroke,
            Mark::Area { colour, .. } => *colour,
            Mark::Text { kind, .. } => kind.colour,
            Mark::Open(_) | Mark::Close => continue,
        };
        assert!(TOKENS.iter().any(|token| token.light == colour), "{what}: {colour:?}");
    }
}

#[test]
fn the_same_sheet_gives_the_same_bytes() {
    for name in ["connections", "lag-over-time"] {
        let story = Story { horizon: 60, gateways: 6, ..Story::default() };
        let [first, second] = [(); 2].map(|()| lay_out(&chart(&story, name), &ALONE));
        assert_eq!(inline(&first, "a", "w"), inline(&second, "a", "w"));
        assert_eq!(svg(&first), svg(&second));
        assert_eq!(png(&first), png(&second));
    }
}

#[test]
fn a_picture_can_be_read_without_seeing_it() {
    let text =
        String::from_utf8(svg(&lay_out(&chart(&Story::default(), "attempts"), &ALONE))).unwrap();
    let head: Vec<&str> = text.lines().take(3).collect();
    assert!(head[0].contains("width=\"740\"") && head[0].contains("viewBox=\"0 0 7400 "));
    assert!(head[0].contains("role=\"img\"") && head[0].contains("'DejaVu Sans'"));
    assert!(head[1].starts_with("<title>Attempts peak at "), "{}", head[1]);
    assert!(head[2].starts_with("<desc>Connection attempts per second, 1\u{202F}s bins"));
    assert!(!text.contains("squall") && text.ends_with("</svg>\n"));
}

#[test]
fn a_png_is_twice_as_large() {
    let sheet = lay_out(&chart(&Story { horizon: 60, ..Story::default() }, "cpu"), &ALONE);
    let bytes = png(&sheet);
    let reader = png::Decoder::new(bytes.as_slice()).read_info().unwrap();
    let size = reader.info().size();
    let doubled = [sheet.width, sheet.height].map(|length| number::whole(2.0 * length));
    assert_eq!([size.0, size.1].map(u64::from), doubled);
}

#[test]
fn the_number_of_instances_decides_the_form() {
    for (gateways, strip, lines) in [(5, false, 5), (6, true, 0), (60, true, 0), (61, false, 3)] {
        let story = Story { gateways, ..Story::default() };
        match &chart(&story, "connections").panels[0].body {
            Body::Strip(found) => assert!(strip && found.rows.len() == gateways),
            Body::Grid(_) | Body::Bars(_) | Body::Heat(_) => panic!("not for instances"),
            Body::Lines(found) => assert!(!strip && found.lines.len() == lines),
        }
    }
}

#[test]
fn headlines_are_findings() {
    let headline = |story: &Story, name: &str| plain(&chart(story, name).headline);
    let losses = Story::default();
    let lag = headline(&losses, "lag-over-time");
    assert_eq!(lag, "p99 of the delivery lag rises from 287 ms to 96.1 s in deploy");
    let lost = headline(&losses, "lost-and-late");
    assert_eq!(lost, "821 deliveries are lost, all of them during deploy");
    let fall = headline(&losses, "loss-waterfall");
    assert!(fall.ends_with(" % of them by gave up"), "{fall}");
    let calm = Story { losses: false, ..losses.clone() };
    assert!(headline(&calm, "lost-and-late").starts_with("Nothing is lost; "));
    assert!(headline(&losses, "connections").starts_with("gateways-15 peaks at 16,292 "));
}

/// Where nothing is done, no bin is an event: chance makes one the highest.
#[test]
fn chance_is_no_event() {
    let mut summary = Story { deploy: false, losses: false, ..Story::default() }.summary();
    let headline = |summary: &squall::summary::Summary, name: &str| {
        let chart = chart::all(summary).into_iter().find(|chart| chart.name == name).unwrap();
        plain(&chart.headline)
    };
    let p99 = summary.series.iter_mut().find(|series| {
        (series.quantity.as_str(), series.statistic.as_str()) == ("delivery_lag", "p99")
    });
    for (place, value) in p99.unwrap().values.iter_mut().flatten().enumerate() {
        *value = if place % 10 < 5 { 0.2 } else { 0.4 };
        if place == 77 {
            *value = 30.0;
        }
    }
    let lag = headline(&summary, "lag-over-time");
    assert_eq!(lag, "p99 of the delivery lag lies between 200 ms and 400 ms in nine of ten bins");
    let heat = headline(&summary, "lag-heat");
    assert!(!heat.contains("of these"), "{heat}");
    // A moment at which most of what is late comes is one.
    let warm = summary.warm_up;
    let place = summary.lag_cells.iter().position(|cell| cell.at >= warm).unwrap();
    let at = summary.lag_cells[place].at;
    let (low, high) = (Span::from_secs(50), Span::from_secs(60));
    summary.lag_cells.insert(place + 1, LagCell { at, low, high, count: 100 });
    let heat = headline(&summary, "lag-heat");
    let told = format!(" come at {}", clock(at.seconds()));
    assert!(heat.contains("; most of these, "), "{heat}");
    assert!(heat.ends_with(&plain(&told)), "{heat} at {told}");
    // As many that are spread over the run leave it the largest share, and no more.
    let next = summary.lag_cells.iter().map(|cell| cell.at).filter(|&other| other > at).min();
    let other = summary.lag_cells.iter().rposition(|cell| Some(cell.at) == next).unwrap();
    let at_next = summary.lag_cells[other].at;
    let late = LagCell { at: at_next, low, high, count: 100 };
    summary.lag_cells.insert(other + 1, late);
    let heat = headline(&summary, "lag-heat");
    let told = format!(" comes at {}", clock(at.seconds()));
    assert!(heat.contains("; the largest share of these, "), "{heat}");
    assert!(heat.ends_with(&plain(&told)), "{heat} at {told}");
}

/// A bin that is high before anything happens is chance, and what comes later is held against it.
#[test]
fn a_peak_before_a_fault_is_not_its_doing() {
    let headline = |before: f64, after: f64| {
        let mut summary = Story { losses: false, ..Story::default() }.summary();
        let start = summary.faults().next().unwrap().start.seconds();
        let p99 = summary.series.iter_mut().find(|series| {
            (series.quantity.as_str(), series.statistic.as_str()) == ("delivery_lag", "p99")
        });
        let p99 = p99.unwrap();
        let step = p99.step.seconds();
        let bin = number::place(number::floor(start / step));
        for (place, value) in p99.values.iter_mut().enumerate().filter(|it| it.1.is_some()) {
            *value = Some(0.2);
            if place + 2 == bin {
                *value = Some(before);
            }
            if place == bin + 2 {
                *value = Some(after);
            }
        }
        let charts = chart::all(&summary);
        let lag = charts.into_iter().find(|chart| chart.name == "lag-over-time").unwrap();
        plain(&lag.headline)
    };
    let rises = "p99 of the delivery lag rises from 200 ms to 5.00 s";
    assert!(headline(0.3, 5.0).starts_with(rises), "{}", headline(0.3, 5.0));
    assert_eq!(headline(5.0, 0.3), "p99 of the delivery lag is at most 5.00 s");
    assert_eq!(headline(0.21, 0.22), "p99 of the delivery lag is at most 220 ms");
}

#[test]
fn what_has_nothing_to_say_is_left_out() {
    let story = Story { deploy: false, losses: false, ..Story::default() };
    let names: Vec<String> =
        chart::all(&story.summary()).into_iter().map(|chart| chart.name).collect();
    assert_eq!(names, ["lag-over-time", "lag-heat", "lag-distribution", "budgets"]);
    let nothing = squall::summary::summarize(&story.scenario(), &[]);
    assert_eq!(chart::all(&nothing), []);
}

#[test]
fn missing_tracks_are_no_trouble() {
    let story = Story { horizon: 60, ..Story::default() };
    let full = story.outcomes();
    for missing in 0..full[0].series.len() {
        let mut outcomes = full.clone();
        outcomes[0].series.remove(missing);
        let summary = squall::summary::summarize(&story.scenario(), &outcomes);
        chart::all(&summary).iter().for_each(|chart| assert!(!chart.headline.is_empty()));
    }
}

/// Each bar of what is missed begins where the last one ends, and the last ends at their sum.
#[test]
fn the_waterfall_adds_up() {
    let story = Story::default();
    let (summary, chart) = (story.summary(), chart(&story, "loss-waterfall"));
    let ledger = summary.window();
    let panels: Vec<&chart::Bars> = chart
        .panels
        .iter()
        .filter_map(|panel| match &panel.body {
            Body::Bars(bars) => Some(bars),
            Body::Lines(_) | Body::Strip(_) | Body::Grid(_) | Body::Heat(_) => None,
        })
        .collect();
    let [all, causes] = panels[..] else { panic!("{} panels", panels.len()) };
    let same = |a: f64, b: f64| (a - b).abs() < 0.5;
    let mut left = number::float(ledger.intended);
    for bar in &all.rows[1..] {
        assert!(same(bar.to, left) && bar.from < bar.to, "{bar:?}");
        left = bar.from;
    }
    assert!(same(left, 0.0) && same(all.axis.high, number::float(ledger.intended)));
    let mut before = 0.0;
    let (sum, parts) = causes.rows.split_last().unwrap();
    for bar in parts {
        assert!(same(bar.from, before), "{bar:?}");
        before = bar.to;
    }
    let names: Vec<&str> = parts.iter().map(|bar| bar.name.as_str()).collect();
    assert_eq!(names, ["lost.gave_up", "lost.client_outbox"], "most first, none that is zero");
    let missed = ledger.total(|end, _| end == "lost" || end == "expired");
    assert!(same(sum.to, before) && same(sum.to, number::float(missed)));
}

/// However rare a cause is, its bar is seen and its number stands beside it.
#[test]
fn a_rare_cause_is_seen_beside_a_frequent_one() {
    let mut summary = Story::default().summary();
    for (end, cause, count) in &mut summary.ledger[0].rows {
        match (end.as_str(), cause.as_str()) {
            ("lost", "gave_up") => *count = 1_000_000,
            ("lost", "client_outbox") => *count = 10,
            _ => {}
        }
    }
    let charts = chart::all(&summary);
    let chart = charts.iter().find(|chart| chart.name == "loss-waterfall").unwrap();
    for paper in [ALONE, WIDE, NARROW] {
        let sheet = lay_out(chart, &paper);
        inside(&sheet, "rare");
        apart(&sheet, "rare");
        let texts = sheet.text_boxes();
        assert!(texts.iter().any(|(_, text)| text.starts_with("10 · 0.00")), "{texts:?}");
        let widths = sheet.marks.iter().filter_map(|mark| match mark {
            Mark::Area { points, .. } => Some(points[1].0 - points[0].0),
            Mark::Line { .. } | Mark::Text { .. } | Mark::Open(_) | Mark::Close => None,
        });
        assert!(widths.fold(f64::INFINITY, f64::min) > 1.4);
    }
}
