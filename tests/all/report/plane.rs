//! A sweep over two axes: what is drawn of it, on which axes, and what is told of objectives that
//! state what goes wrong.
use super::{
    charts::{apart, inside},
    fake::Story,
    html::{all, parsed},
    swept,
};
use anstream::adapter::strip_str;
use squall::{
    record::Unit,
    report::{
        chart::{self, Body, Chart, Lines, Scale},
        draw::{ALONE, NARROW, WIDE, lay_out},
        html, markdown,
        terminal::{Look, print, print_sweep},
    },
    summary::{
        Judged, Metric,
        figures::plain,
        findings,
        slo::{self, Verdict},
        sweep::{Axis, Point, Sweep},
    },
};

/// The values of a metric, row by row; none: nothing was measured.
type Told<'a> = (&'a str, Unit, &'a [&'a [Option<f64>]]);

fn axis((path, values): (&str, &[&str])) -> Axis {
    Axis {
        path: path.to_owned(),
        name: path.rsplit('.').next().unwrap().to_owned(),
        values: values.iter().map(|&value| value.to_owned()).collect(),
    }
}

/// A point for each value of both axes, its objectives judged as those of a run are.
fn plane(down: (&str, &[&str]), across: (&str, &[&str]), all: &[Told], slo: &[&str]) -> Sweep {
    let mut points = Vec::new();
    for (row, one) in down.1.iter().enumerate() {
        for (column, two) in across.1.iter().enumerate() {
            let metric = |&(name, unit, values): &Told| {
                let mean = values[row][column];
                let metric =
                    Metric::from_values(name, &["gateways"], unit, vec![mean.unwrap_or(0.0)]);
                Metric { mean, values: mean.into_iter().collect(), ..metric }
            };
            let metrics: Vec<Metric> = all.iter().map(metric).collect();
            let judged = |&expr: &&str| {
                let slo = slo::parse(expr).unwrap();
                let metric = metrics.iter().find(|metric| metric.name == slo.metric).unwrap();
                let (verdict, limit) = (slo.verdict(metric), Some(slo.limit));
                Judged { expr: expr.to_owned(), verdict, value: metric.mean, limit }
            };
            points.push(Point {
                name: format!("{one},{two}"),
                values: vec![(*one).to_owned(), (*two).to_owned()],
                fingerprint: 7,
                slo: slo.iter().map(judged).collect(),
                metrics,
                ..Point::default()
            });
        }
    }
    Sweep { axes: vec![axis(down), axis(across)], ..swept::sweep(points) }
}

fn rows(values: &[&[f64]]) -> Vec<Vec<Option<f64>>> {
    values.iter().map(|row| row.iter().copied().map(Some).collect()).collect()
}

fn slices(rows: &[Vec<Option<f64>>]) -> Vec<&[Option<f64>]> {
    rows.iter().map(Vec::as_slice).collect()
}

fn found(sweep: &Sweep, name: &str) -> Option<Chart> {
    chart::sweep::all(sweep).into_iter().find(|chart| chart.name == name)
}

fn lines(chart: &Chart) -> &Lines {
    let Body::Lines(lines) = &chart.panels[0].body else { panic!("no lines") };
    lines
}

fn labels(axis: &chart::Axis) -> Vec<String> {
    axis.ticks.iter().map(|tick| plain(&tick.1)).collect()
}

const ATTEMPTS: (&str, &[&str]) = ("callers.reconnect.attempts", &["1", "3"]);
const ARRIVALS: (&str, &[&str]) = ("callers.sessions.arrive", &["50/s", "100/s", "150/s"]);
const STATED: [&str; 3] = [
    "during(steady).sessions.lost_share < 0.1%",
    "during(end).sessions.lost_share > 99%",
    "during(end).attempts.total > 17000",
];

/// Callers who retry: three attempts break it from 100 a second on.
fn retries() -> Sweep {
    let steady = rows(&[&[0.0; 3], &[0.0; 3]]);
    let lost = rows(&[&[0.0; 3], &[0.0, 1.0, 1.0]]);
    let attempts = rows(&[&[3e3, 6e3, 9e3], &[3e3, 15e3, 27e3]]);
    let peak = rows(&[&[1e3, 2e3, 3e3], &[1e3, 2.2e3, 3.8e3]]);
    let none = rows(&[&[0.0; 3], &[0.0; 3]]);
    let parts = [&steady, &lost, &attempts, &peak, &none].map(|rows| slices(rows));
    let names = [
        ("during(steady).sessions.lost_share", Unit::Share),
        ("during(end).sessions.lost_share", Unit::Share),
        ("during(end).attempts.total", Unit::Count),
        ("attempts.peak_per_second", Unit::PerSecond),
        ("deliveries.missed", Unit::Count),
    ];
    let mut all: Vec<Told> = names
        .iter()
        .zip(&parts)
        .map(|((name, unit), rows)| (*name, *unit, rows.as_slice()))
        .collect();
    all.push(("deliveries.intended", Unit::Count, &parts[4]));
    plane(ATTEMPTS, ARRIVALS, &all, &STATED)
}

/// Where it goes wrong is no success, and where it does not no failure.
#[test]
fn what_goes_wrong_as_stated_is_told_where() {
    let sweep = retries();
    let (answer, more) = sweep.answer();
    assert_eq!(
        answer,
        "It goes wrong, as the experiment states, at 2 of 6 points (3 attempts with 100/s arrivals \
         and 150/s arrivals)."
    );
    assert_eq!(
        more[..2],
        [
            "during(end).sessions.lost_share > 99% at 2, during(end).attempts.total > 17000 at 1.",
            "The SLO holds at every point.",
        ]
    );
    let text =
        strip_str(&print_sweep(&sweep, &Look { unicode: true, ..Look::default() })).to_string();
    let line = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(line("1,50/s").contains("✓ pass") && line("1,50/s").contains("○ not so"), "{text}");
    assert!(line("3,100/s").contains("✓ pass") && line("3,100/s").contains("◐ in part"), "{text}");
    assert!(
        line("3,150/s").contains("✓ pass") && line("3,150/s").contains("● as stated"),
        "{text}"
    );
    assert!(!text.contains("✗") && !text.contains("missed"), "{text}");
    let text = markdown::sweep(&sweep, &chart::sweep::all(&sweep));
    assert!(text.contains("| ✓ pass | ● as stated |") && !text.contains("**fail**"), "{text}");
}

#[test]
fn an_expectation_has_no_colour_of_a_verdict() {
    let sweep = retries();
    let page = String::from_utf8(html::sweep_page(&sweep)).unwrap();
    let document = parsed(&page);
    let count = |selector: &str| all(&document, selector).len();
    // The SLO, in the column of verdicts and in its own.
    assert_eq!(count("table.points .v.pass"), 12);
    assert_eq!(count("table.points .v.said"), 12);
    assert_eq!(count(".v.fail"), 0);
    // Nobody sends a message here.
    let words = document.root_element().text().collect::<String>();
    assert!(!words.contains("at most 3 a run"), "there are no deliveries to miss");
}

#[test]
fn a_grid_of_an_expectation_breaks_nothing() {
    let chart = found(&retries(), "grid-during-end--attempts-total").unwrap();
    let Body::Grid(grid) = &chart.panels[0].body else { panic!("no grid") };
    let cells: Vec<&str> = grid
        .rows
        .iter()
        .flat_map(|row| row.cells.iter().flatten())
        .map(|it| it.1.as_str())
        .collect();
    assert_eq!(cells, ["3,000", "6,000", "9,000", "3,000", "15,000", "27,000 ●"]);
    assert!(chart.subtitle.contains("; ● goes wrong as stated") && !chart.subtitle.contains("SLO"));
}

/// A run that breaks as its experiment states does not begin with what holds.
#[test]
fn a_collapse_comes_before_what_holds() {
    let mut summary = Story::default().summary();
    let judged = |(expr, verdict): (&str, Verdict)| Judged {
        expr: expr.to_owned(),
        verdict,
        value: Some(0.4),
        limit: Some(0.001),
    };
    summary.slo = [
        ("clients.availability > 1%", Verdict::Pass),
        ("delivery_lag.p99 > 1ms", Verdict::Pass),
        ("attempts.total > 1", Verdict::Pass),
    ]
    .map(judged)
    .into();
    // A bound from below need not be a failure: nothing breaks.
    let holds = "The SLO holds; both expectations of failure come true, in a single run.";
    assert_eq!(summary.answer(), holds);
    for (name, count) in [("hit", 100.0), ("never", 50.0)] {
        let name = format!("recovery.deploy.{name}");
        summary.metrics.push(Metric::from_values(&name, &[], Unit::Count, vec![count]));
    }
    let (answer, more) = findings::verdict(&summary);
    assert!(answer.starts_with("Lost: 50.0 % of 100 hit by deploy never come back"), "{answer}");
    assert_eq!((answer, more[0].as_str()), (summary.answer(), holds));
    summary.slo[1].verdict = Verdict::Fail;
    summary.slo[2].verdict = Verdict::Fail;
    assert_eq!(
        summary.answer(),
        "The SLO holds; no expectation of failure comes true, in a single run."
    );
    summary.diagnosis.clear();
    let text = strip_str(&print(&summary, &Look::default())).to_string();
    assert!(text.contains("ok    ") && text.contains("- not so"), "{text}");
}

/// How many one crash hits is a number of the experiment as written: no design is better for it.
#[test]
fn a_stated_number_decides_nothing() {
    let gateways = ("gateways.count", &["3", "5", "10"][..]);
    let hit = [vec![Some(333e3), Some(200e3), Some(100e3)]];
    let back = [vec![None, Some(57.0), Some(29.0)]];
    let herd = [vec![Some(400e3), Some(240e3), Some(120e3)]];
    let told: [Told; 3] = [
        ("recovery.crash.hit", Unit::Count, &slices(&hit)),
        ("recovery.crash.t99", Unit::Seconds, &slices(&back)),
        ("attempts.peak_per_second", Unit::PerSecond, &slices(&herd)),
    ];
    let objectives = ["recovery.crash.hit == 200000", "recovery.crash.t99 < 60s"];
    let sweep = plane(("gateways.drain.window", &["30s"]), gateways, &told, &objectives);
    let (answer, more) = sweep.answer();
    assert_eq!(
        answer,
        "Take 10 gateways: of 2 points that keep every objective it is the one with the lowest \
         peak of attempts; 1 fails."
    );
    assert_eq!(
        plain(&more[0]),
        "Against 3 gateways: time until 99 % are back from crash 29.0 s instead of never within \
         the run."
    );
    assert!(sweep.told().iter().all(|told| !told.text.contains("hit ==")), "{:?}", sweep.told());
    // Against the experiment as written there is nothing to say: it keeps all, and has no bill.
    let mut written = sweep.clone();
    written.input = serde_json::json!({ "nodes": { "gateways": { "gateway": {
        "count": 5, "drain": { "window": "30s" },
    } } } });
    assert_eq!(written.as_written().unwrap().values[1], "5");
    assert_eq!(written.answer(), sweep.answer());
    let verdicts = sweep.points.iter().map(|point| point.verdict().unwrap());
    assert_eq!(verdicts.collect::<Vec<_>>(), [Verdict::Fail, Verdict::Pass, Verdict::Fail]);
    let page = String::from_utf8(html::sweep_page(&sweep)).unwrap();
    let document = parsed(&page);
    let count = |selector: &str| all(&document, selector).len();
    // What is to hold, in the column of verdicts and in its own; the number beside it.
    assert_eq!(count("table.points .v.fail"), 2);
    assert_eq!(count("table.points .v.pass"), 4);
    assert_eq!(count("table.points .v.said"), 3);
    let words = document.root_element().text().collect::<String>();
    assert!(words.contains("states a number") && !words.contains("states what goes wrong"));
    assert!(words.contains("never within the run"));
    let text =
        strip_str(&print_sweep(&sweep, &Look { unicode: true, ..Look::default() })).to_string();
    assert_eq!((text.matches("✗").count(), text.matches("goes wrong").count()), (1, 0), "{text}");
    let chart = found(&sweep, "sweep-recovery-crash-hit").unwrap();
    assert!(lines(&chart).limits[0].label.starts_with("stated "), "{:?}", lines(&chart).limits);
    let number = plane(("gateways.drain.window", &["30s"]), gateways, &told, &objectives[..1]);
    assert!(number.choice().is_some() && number.told().is_empty());
    assert!(number.answer().0.starts_with("Peak of connection attempts"), "{:?}", number.answer());
    assert_eq!(number.answer().1, ["3 points; no objective tells them apart."]);
}

/// A metric that does not move is a line of text, and ticks carry their unit.
#[test]
fn what_is_the_same_everywhere_has_no_chart() {
    let sweep = retries();
    assert_eq!(found(&sweep, "sweep-during-steady--sessions-lost-share"), None);
    let told = chart::sweep::sentence(&sweep).unwrap();
    assert_eq!(told, "The same at every point: share of sessions lost in steady 0 %.");
    let page = String::from_utf8(html::sweep_page(&sweep)).unwrap();
    assert!(plain(&page).contains(&told), "the page has it too");
    let chart = found(&sweep, "sweep-attempts-peak-per-second").unwrap();
    assert_eq!(labels(&chart.x), ["50/s", "100/s", "150/s"]);
    assert_eq!(labels(&lines(&chart).y), ["0", "1k/s", "2k/s", "3k/s", "4k/s"]);
}

const SPREAD: (&str, &[&str]) = ("fanout.spread", &["gateways", "connections"]);
const READERS: (&str, &[&str]) = ("readers.count", &["100", "1k", "10k"]);

#[test]
fn a_cell_without_a_number_says_why() {
    let lag = [vec![Some(0.1), Some(0.2), Some(0.25)], vec![Some(0.1), Some(26.0), None]];
    let told: [Told; 1] = [("delivery_lag.p99", Unit::Seconds, &slices(&lag))];
    let sweep = plane(SPREAD, READERS, &told, &["delivery_lag.p99 < 500ms"]);
    let chart = found(&sweep, "grid-delivery-lag-p99").unwrap();
    let Body::Grid(grid) = &chart.panels[0].body else { panic!("no grid") };
    assert_eq!(grid.rows[1].cells[2], Some((None, "none arrived ✗".to_owned())));
    let end = "; none arrived at spread over connections, 10k readers";
    assert!(chart.headline.ends_with(end), "{}", chart.headline);
    for paper in [ALONE, WIDE, NARROW] {
        let sheet = lay_out(&chart, &paper);
        inside(&sheet, "grid");
        apart(&sheet, "grid");
    }
    let page = String::from_utf8(html::sweep_page(&sweep)).unwrap();
    let document = parsed(&page);
    let cells = scraper::Selector::parse("table.points td.verdicts").unwrap();
    let last = document.select(&cells).next_back().unwrap().text().collect::<String>();
    assert!(last.contains("fail") && last.contains("none arrived"), "{last}");
}

/// Shares that hardly differ are a sentence; whoever holds them against a limit sees their curve.
#[test]
fn availabilities_near_the_whole_are_a_line_of_text() {
    let near = [vec![Some(0.99910), Some(0.99913), Some(0.99911)]];
    let told: [Told; 1] = [("clients.availability", Unit::Share, &slices(&near))];
    let window = ("gateways.drain.window", &["30s"][..]);
    let sweep = plane(window, READERS, &told, &[]);
    assert_eq!(found(&sweep, "sweep-clients-availability"), None);
    let said = chart::sweep::sentence(&sweep).unwrap();
    assert_eq!(said, "At every point: availability at least 99.910 %.");
    let judged = plane(window, READERS, &told, &["clients.availability > 99.9%"]);
    let chart = found(&judged, "sweep-clients-availability").unwrap();
    let ticks = ["99.9 %", "99.925 %", "99.95 %", "99.975 %", "100 %"];
    assert_eq!(labels(&lines(&chart).y), ticks);
    let apart = [vec![Some(0.9981), Some(0.9993), Some(0.9994)]];
    let told: [Told; 1] = [("clients.availability", Unit::Share, &slices(&apart))];
    let sweep = plane(window, READERS, &told, &[]);
    assert!(found(&sweep, "sweep-clients-availability").is_some());
    assert_eq!(chart::sweep::sentence(&sweep), None);
}

/// A bill and a loss with most messages still under way are no small ones.
#[test]
fn what_is_pending_stands_beside_bills_and_losses() {
    let [intended, pending] = [[1e6; 3], [0.0, 5e3, 981e3]].map(|it| rows(&[&it]));
    let live = rows(&[&[999_900.0, 994_800.0, 18_700.0]]);
    let missed = rows(&[&[100.0, 200.0, 300.0]]);
    let bill = rows(&[&[10.0, 100.0, 1_000.0]]);
    let parts = [&intended, &pending, &live, &missed, &missed, &bill, &bill].map(|it| slices(it));
    let names = ["intended", "pending", "live", "missed"].map(|end| format!("deliveries.{end}"));
    let more = ["lost.half_open", "cost.total", "cost.gateway"].map(str::to_owned);
    let names: Vec<String> = names.into_iter().chain(more).collect();
    let unit = |name: &str| {
        if name.starts_with("cost") { Unit::UsdPerMonth } else { Unit::Count }
    };
    let told: Vec<Told> =
        names.iter().zip(&parts).map(|(it, rows)| (it.as_str(), unit(it), &rows[..])).collect();
    let sweep = plane(("gateways.drain.window", &["30s"]), READERS, &told, &[]);
    let texts = |name: &str| -> Vec<String> {
        let chart = found(&sweep, name).unwrap();
        let Body::Bars(bars) = &chart.panels[0].body else { panic!("no bars") };
        bars.rows.iter().map(|row| plain(&row.text)).collect()
    };
    let losses = texts("losses-by-cause");
    assert_eq!(losses[2], "300 · 0.0300 % · 98.1 % pending");
    assert!(losses[..2].iter().all(|text| !text.contains("pending")), "{losses:?}");
    let bills = texts("cost-by-item");
    assert_eq!((bills[1].as_str(), bills[2].as_str()), ("$100", "$1,000 · 1.87 % arrived"));
    let page = String::from_utf8(html::sweep_page(&sweep)).unwrap();
    let words = plain(&parsed(&page).root_element().text().collect::<String>());
    assert!(words.contains("98.1 % pending") && words.contains("1.87 % of deliveries arrived"));
}

/// What the headroom is what the CPU leaves has one of both.
#[test]
fn nothing_is_drawn_twice() {
    let cpu = rows(&[&[0.2, 0.5, 0.9], &[0.1, 0.3, 0.7]]);
    let left = rows(&[&[0.8, 0.5, 0.1], &[0.9, 0.7, 0.3]]);
    let other = rows(&[&[0.8, 0.5, 0.1], &[0.9, 0.7, 0.2]]);
    for (left, both) in [(&left, false), (&other, true)] {
        let (cpu, left) = (slices(&cpu), slices(left));
        let told: [Told; 2] =
            [("gateways.cpu.peak", Unit::Share, &cpu), ("gateways.headroom", Unit::Share, &left)];
        let sweep = plane(SPREAD, READERS, &told, &[]);
        assert!(found(&sweep, "sweep-gateways-headroom").is_some());
        assert_eq!(found(&sweep, "sweep-gateways-cpu-peak").is_some(), both);
    }
    // Next to nothing everywhere: a number says as much.
    let calm = rows(&[&[0.01, 0.02, 0.03], &[0.001, 0.001, 0.002]]);
    let told: [Told; 1] = [("gateways.cpu.peak", Unit::Share, &slices(&calm))];
    let sweep = plane(SPREAD, READERS, &told, &[]);
    assert_eq!(found(&sweep, "sweep-gateways-cpu-peak"), None);
    let said = chart::sweep::sentence(&sweep).unwrap();
    assert_eq!(said, "At every point: peak CPU of gateways at most 3.00 %.");
}

#[test]
fn a_cpu_has_no_axis_beyond_what_is_full() {
    let cpu = rows(&[&[0.2, 0.5, 1.0], &[0.1, 0.3, 0.7]]);
    let told: [Told; 1] = [("gateways.cpu.peak", Unit::Share, &slices(&cpu))];
    let mut sweep = plane(SPREAD, READERS, &told, &[]);
    sweep.points[2].metrics[0].ci_low = Some(0.9);
    sweep.points[2].metrics[0].ci_high = Some(1.1);
    let chart = found(&sweep, "sweep-gateways-cpu-peak").unwrap();
    assert_eq!(labels(&lines(&chart).y), ["0 %", "25 %", "50 %", "75 %", "100 %"]);
}

/// Factors on both axes, a ring where two lines cross, and a chart for each crossing that is told.
#[test]
fn a_crossing_is_on_its_chart() {
    let transports: (&str, &[&str]) = ("phones.transport", &["sse", "short_poll"]);
    let rates: (&str, &[&str]) = ("phones.sends.per_user", &["12/h", "1/min", "1/s", "10/s"]);
    let bill =
        rows(&[&[1_000.0, 1_100.0, 3_000.0, 15_000.0], &[1_200.0, 1_250.0, 2_800.0, 12_000.0]]);
    let bytes = rows(&[&[3e3, 2e3, 1.9e3, 1.8e3], &[30e3, 9e3, 2e3, 1.7e3]]);
    let (bill, bytes) = (slices(&bill), slices(&bytes));
    let told: [Told; 2] =
        [("cost.total", Unit::UsdPerMonth, &bill), ("wire.per_delivery", Unit::Bytes, &bytes)];
    let sweep = plane(transports, rates, &told, &[]);
    for crossing in sweep.crossings() {
        let name = format!("sweep-{}", crossing.metric.replace(['.', '_'], "-"));
        let chart = found(&sweep, &name).unwrap();
        let body = lines(&chart);
        assert_eq!((chart.x.scale, body.y.scale), (Scale::Log, Scale::Log), "{name}");
        assert_eq!(labels(&chart.x), ["12/h", "1/min", "1/s", "10/s"]);
        let (at, height, _) = body.marks[0];
        assert!((at / crossing.at - 1.0).abs() < 1e-9);
        assert!((height / crossing.value - 1.0).abs() < 1e-6, "{name}: {height}");
        assert!(chart.note.ends_with("A ring: two lines cross."), "{}", chart.note);
        for paper in [ALONE, WIDE, NARROW] {
            let sheet = lay_out(&chart, &paper);
            inside(&sheet, &name);
            apart(&sheet, &name);
        }
    }
    assert_eq!(sweep.crossings().len(), 2);
    let place = |name: &str| plain(&lines(&found(&sweep, name).unwrap()).marks[0].2);
    assert!(place("sweep-cost-total").starts_with("one each "));
    assert!(place("sweep-wire-per-delivery").ends_with("/s"));
}

/// Lines on each other have one label, and none is cut.
#[test]
fn labels_at_line_ends_are_whole() {
    let peak = rows(&[&[1e3, 2e3, 3e3], &[1e3, 2e3, 3e3]]);
    let told: [Told; 1] = [("attempts.peak_per_second", Unit::PerSecond, &slices(&peak))];
    let chart = found(&plane(SPREAD, READERS, &told, &[]), "sweep-attempts-peak-per-second");
    let sheet = lay_out(&chart.unwrap(), &ALONE);
    let texts: Vec<&str> = sheet.text_boxes().into_iter().map(|it| it.1).collect();
    assert!(texts.iter().all(|text| !text.contains('…')), "{texts:?}");
    assert!(texts.join(" ").contains("spread over gateways, connections"), "{texts:?}");
}

/// Between two words there is no line.
#[test]
fn an_axis_of_words_has_bars() {
    let values: [f64; 3] = [1e3, 2e3, 5e3];
    let point = |(place, value): (usize, &f64)| Point {
        name: format!("{place}"),
        values: vec![["none", "equal", "full"][place].to_owned()],
        fingerprint: 7,
        metrics: vec![Metric::from_values(
            "attempts.peak_per_second",
            &[],
            Unit::PerSecond,
            vec![*value],
        )],
        slo: Vec::new(),
        ..Point::default()
    };
    let mut sweep = swept::sweep(values.iter().enumerate().map(point).collect());
    sweep.axes[0] = axis(("phones.reconnect.jitter", &["none", "equal", "full"]));
    let chart = found(&sweep, "sweep-attempts-peak-per-second").unwrap();
    let Body::Bars(bars) = &chart.panels[0].body else { panic!("no bars") };
    let told: Vec<(&str, String)> =
        bars.rows.iter().map(|row| (row.name.as_str(), row.text.clone())).collect();
    let all = [("none", "1,000/s"), ("equal", "2,000/s"), ("full", "5,000/s")];
    assert_eq!(told, all.map(|(name, text)| (name, text.to_owned())));
    assert_eq!(labels(&bars.axis), ["0", "2k/s", "4k/s"]);
}
