//! The report: safe whatever names say, well formed, nothing loaded, the same bytes twice.
use super::{fake::Story, gallery::stories};
use scraper::{Html, Selector};
use serde_json::json;
use squall::{
    record::Unit,
    report::{
        chart::{self, Body, Chart, Scale},
        html::{page, sweep_page},
        palette::TOKENS,
    },
    summary::{
        Summary, figures,
        slo::Verdict,
        sweep::{Axis, Point, Sweep},
    },
};
use std::collections::BTreeSet;

/// A summary with a graph, as a run of the chat model has it.
pub(super) fn summary(story: &Story) -> Summary {
    let mut summary = story.summary();
    summary.input = json!({
        "nodes": {
            "phones": { "clients": { "count": "100k", "sends": { "per_user": "1/min" } } },
            "edge": { "load_balancer": { "layer": 4, "policy": { "consistent_hash": {} } } },
            "gateways": { "gateway": { "count": 16, "cores": 8, "max_connections": "10k" } },
            "bus": { "pubsub": { "partitions": 64 } },
            "fanout": { "fanout": { "instances": 8 } },
            "presence": { "registry": { "ttl": "1min" } },
            "replay": { "buffer": { "retention": "24h" } },
        },
        "links": {
            "phones -> edge": { "latency": "network" },
            "edge -> gateways": { "latency": "500us" },
            "gateways -> bus": { "latency": { "exponential": { "mean": "1ms" } } },
            "bus -> fanout": { "latency": "2ms" },
            "fanout -> gateways": { "latency": "1ms" },
            "gateways -> presence": { "latency": "500us" },
            "fanout -> presence": { "latency": "500us" },
            "gateways -> replay": { "latency": "500us" },
            "fanout -> replay": { "latency": "500us" },
        },
        "timeline": [{ "at": "3min", "name": "deploy", "deploy": { "node": "gateways" } }],
    });
    summary
}

fn text(summary: &Summary) -> String {
    String::from_utf8(page(summary, &[])).unwrap()
}

/// The page as a browser reads it; a page that a browser has to mend fails.
pub(super) fn parsed(text: &str) -> Html {
    let html = Html::parse_document(text);
    assert!(html.errors.is_empty(), "{:?}", html.errors);
    html
}

pub(super) fn all(html: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    html.select(&selector).map(|found| found.text().collect()).collect()
}

fn attributes(html: &Html) -> Vec<(String, String, String)> {
    let elements = html.tree.values().filter_map(|node| node.as_element());
    let of = |element: &scraper::node::Element| -> Vec<_> {
        let pairs = element.attrs();
        pairs.map(|(k, v)| (element.name().to_owned(), k.to_owned(), v.to_owned())).collect()
    };
    elements.flat_map(of).collect()
}

/// How many attributes there are. A label of a chart may take two lines where another takes one,
/// and then a leader.
fn shape(html: &Html) -> usize {
    let drawn = ["text", "path", "g"];
    attributes(html).iter().filter(|it| !drawn.contains(&it.0.as_str())).count()
}

/// What must hold of every page.
pub(super) fn sound(text: &str) -> Html {
    let html = parsed(text);
    let mut ids = BTreeSet::new();
    let found = attributes(&html);
    for (_, key, value) in &found {
        assert!(key != "id" || ids.insert(value.clone()), "id {value} twice");
    }
    for (element, key, value) in &found {
        assert!(!key.starts_with("on") && key != "style", "{element} {key}={value}");
        // Nothing is loaded: every reference stays in the page.
        if ["src", "href", "xlink:href", "data", "action", "poster", "srcset"]
            .contains(&key.as_str())
        {
            let target =
                value.strip_prefix('#').unwrap_or_else(|| panic!("{element} {key}={value}"));
            assert!(ids.contains(target), "{value} leads nowhere");
        }
        if key == "data-chart" {
            assert!(ids.contains(value), "{value} is nowhere");
        }
        if key == "aria-labelledby" {
            assert!(value.split(' ').all(|id| ids.contains(id)), "{value}");
        }
    }
    let style = all(&html, "style").concat();
    assert!(!style.contains("url(") && !style.contains("@import"));
    for element in ["img", "link", "iframe", "object", "base", "form"] {
        assert!(all(&html, element).is_empty(), "there is a {element}");
    }
    // One script runs; all others are data, which reads as such.
    assert_eq!(all(&html, "script:not([type='application/json'])").len(), 1);
    for data in all(&html, "script[type='application/json']") {
        assert!(!data.contains('<') && serde_json::from_str::<serde_json::Value>(&data).is_ok());
    }
    let run = all(&html, "script:not([type])").concat();
    for word in ["innerHTML", "insertAdjacentHTML", "document.write", "eval(", "fetch(", "http:"] {
        assert!(!run.contains(word), "the script says {word}");
    }
    // Headlines in order: none deeper than one below the one before.
    let mut depth = 0;
    let heads = Selector::parse("h1, h2, h3, h4").unwrap();
    for head in html.select(&heads) {
        let level = head.value().name()[1..].parse::<u32>().unwrap();
        assert!(level <= depth + 1, "h{level} follows h{depth}");
        depth = level;
    }
    assert_eq!(all(&html, "h1").len(), 1);
    for landmark in ["html[lang=en]", "header", "main", "nav", "footer", "head > title"] {
        assert_eq!(all(&html, landmark).len(), 1, "{landmark}");
    }
    html
}

#[test]
fn every_story_gives_a_sound_page_twice_the_same() {
    for (name, story) in stories() {
        let summary = summary(&story);
        let text = text(&summary);
        sound(&text);
        assert!(text.len() < 3_000_000, "{name} has {} bytes", text.len());
        assert_eq!(text.as_bytes(), page(&summary, &[]), "{name}");
    }
}

#[test]
fn every_part_is_there() {
    let summary = summary(&Story { replications: 3, ..Story::default() });
    let text = text(&summary);
    let html = sound(&text);
    let words = figures::plain(&html.root_element().text().collect::<String>());
    for metric in &summary.metrics {
        assert!(words.contains(&metric.name), "no {}", metric.name);
    }
    for judged in &summary.slo {
        assert!(words.contains(&judged.expr) && words.contains(&judged.verdict.to_string()));
    }
    for sentence in &summary.diagnosis {
        assert!(words.contains(&figures::plain(sentence)), "no `{sentence}`");
    }
    for chart in squall::report::chart::all(&summary) {
        let headline = figures::plain(&chart.headline);
        assert!(words.contains(&headline), "no `{headline}`");
        let shown = all(&html, &format!("#chart-{} svg", chart.name));
        assert_eq!(shown.len(), 2, "{} is drawn wide and narrow", chart.name);
        assert_eq!(all(&html, &format!("#chart-{} details table", chart.name)).len(), 1);
    }
    for node in ["phones", "edge", "gateways", "bus", "fanout", "presence", "replay", "½ RTT"] {
        assert!(all(&html, "#topology svg").iter().all(|svg| svg.contains(node)), "no {node}");
    }
    let titles = all(&html, "h2");
    let expected = [
        "Findings",
        "Recommendation",
        "The numbers that matter",
        "The system",
        "Headroom",
        "What happens",
        "Late and lost",
        "Growth",
        "Assumptions",
        "Not modelled",
        "How to read the numbers",
        "Reproduce",
        "All metrics",
    ];
    assert_eq!(titles, expected);
    assert!(words.contains("squall run rolling-deploy.yaml --seed 1"));
    // The ledger's equation, by end.
    assert!(words.contains("intended, adds up") && words.contains("lost.gave_up"));
}

#[test]
fn nothing_measured_is_no_trouble() {
    let summary = squall::summary::summarize(&Story::default().scenario(), &[]);
    let html = sound(&text(&summary));
    assert!(all(&html, ".decide tbody tr").len() == 4);
    let calm = Story { deploy: false, losses: false, ..Story::default() };
    let words = sound(&text(&calm.summary())).root_element().text().collect::<String>();
    assert!(words.contains("; no fault;") && !words.contains("What happens"), "{words}");
}

const HOSTILE: [&str; 6] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>'",
    "</style></title></svg></code><b>",
    "مرحبا שלום \u{202E}evil",
    "&lt;b&gt; &amp; \0\u{7}",
    "{{7*7}} ${x} `code` <!-- -->",
];

/// Puts a text wherever a file can have one.
fn spoilt(name: &str) -> Summary {
    let mut summary = summary(&Story { horizon: 60, gateways: 3, ..Story::default() });
    name.clone_into(&mut summary.experiment);
    name.clone_into(&mut summary.question);
    name.clone_into(&mut summary.version);
    name.clone_into(&mut summary.slo[0].expr);
    summary.slo[1].expr = format!("{name}.p99 < 5s");
    summary.diagnosis.push(name.to_owned());
    name.clone_into(&mut summary.metrics[0].name);
    name.clone_into(&mut summary.phases[1].name);
    for series in &mut summary.series {
        if series.node == "gateways" {
            name.clone_into(&mut series.node);
            series.statistic = format!("{name}-{}", series.statistic);
        }
        if series.quantity == "lost" {
            series.statistic.insert_str(0, name);
        }
    }
    for row in &mut summary.ledger[0].rows {
        row.1.insert_str(0, name);
    }
    let input = summary.input.to_string();
    let quoted = serde_json::Value::from(name).to_string();
    let inner = &quoted[1..quoted.len() - 1];
    let input = input.replace("gateways", inner).replace("1ms", inner).replace("deploy", inner);
    summary.input = serde_json::from_str(&input).unwrap();
    summary
}

#[test]
fn hostile_names_are_text() {
    let calm = sound(&text(&spoilt("plain")));
    for name in HOSTILE {
        let page = text(&spoilt(name));
        let html = sound(&page);
        for element in ["img", "b > b", "style + style"] {
            assert!(all(&html, element).is_empty(), "{name} became {element}");
        }
        // The page has the same shape as with a plain name.
        assert_eq!(shape(&html), shape(&calm), "{name}");
        for sign in ['\u{202E}', '\0', '\u{7}'] {
            assert!(!page.contains(sign), "{sign:?} is in the page");
        }
        let title = all(&html, "h1").concat();
        assert_eq!(title.is_empty(), name.is_empty());
    }
    assert!(text(&spoilt(HOSTILE[3])).contains("مرحبا"));
}

#[test]
fn endless_names_are_cut() {
    let long = "x".repeat(10_000);
    let page = text(&spoilt(&long));
    sound(&page);
    assert!(!page.contains(&"x".repeat(1_300)), "a name goes on and on");
    assert!(page.contains("… (10000 characters)"));
    let plain = text(&spoilt("plain"));
    assert!(page.len() < plain.len() + 200_000, "{} against {}", page.len(), plain.len());
}

#[test]
fn the_policy_names_the_style_that_is_there() {
    let page = text(&summary(&Story { horizon: 60, gateways: 3, ..Story::default() }));
    let html = sound(&page);
    let policy = attributes(&html).into_iter().find(|(element, key, value)| {
        element == "meta" && key == "content" && value.contains("src")
    });
    let policy = policy.unwrap().2;
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(policy.contains("; script-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe"));
    let style = all(&html, "style").concat();
    for token in TOKENS {
        assert_eq!(style.matches(&format!("--{}:", token.name)).count(), 2, "{}", token.name);
    }
}

/// Two axes, four points, of which one keeps all objectives; the calm ones are single runs.
fn sweep(name: &str) -> Sweep {
    let story = Story { horizon: 60, gateways: 3, ..Story::default() };
    let axis = |path: &str, short: &str, values: [&str; 2]| Axis {
        path: path.into(),
        name: short.into(),
        values: values.map(str::to_owned).into(),
    };
    let Summary { mut input, assumptions, .. } = summary(&story);
    input["nodes"]["gateways"]["gateway"]["drain"] = json!({ "window": "1min" });
    input["nodes"]["phones"]["clients"]["reconnect"] = json!({ "jitter": "none" });
    let points = [("0s", "none"), ("0s", name), ("60s", "none"), ("60s", name)];
    let point = |(place, (window, jitter)): (usize, &(&str, &str))| {
        let mut summary = Story { losses: place < 3, ..story.clone() }.summary();
        if place == 3 {
            summary.slo.iter_mut().for_each(|judged| judged.verdict = Verdict::Pass);
        }
        let values = [(*window).to_owned(), (*jitter).to_owned()];
        summary.input = input.clone();
        let nodes = &mut summary.input["nodes"];
        nodes["gateways"]["gateway"]["drain"]["window"] = json!(window);
        nodes["phones"]["clients"]["reconnect"]["jitter"] = json!(jitter);
        Point::new(&format!("window={window},jitter={jitter}"), &values, summary, &input)
    };
    Sweep {
        file: format!("{name}.yaml"),
        experiment: name.into(),
        question: name.into(),
        version: "0.1.0".into(),
        seed: 1,
        replications: 1,
        fingerprint: 7,
        events: 4,
        points: points.iter().enumerate().map(point).collect(),
        runs: Vec::new(),
        input,
        assumptions,
        sets: Vec::new(),
        arguments: Vec::new(),
        axes: vec![
            axis("gateways.drain.window", "window", ["0s", "60s"]),
            axis("phones.reconnect.jitter", "jitter", ["none", name]),
        ],
    }
}

fn sweep_text(sweep: &Sweep) -> String {
    String::from_utf8(sweep_page(sweep)).unwrap()
}

#[test]
fn a_sweep_shows_its_points_and_what_to_take() {
    let sweep = sweep("full");
    let html = sound(&sweep_text(&sweep));
    let words = figures::plain(&html.root_element().text().collect::<String>());
    let (answer, more) = sweep.answer();
    let told = sweep.told().into_iter().map(|told| told.text);
    for finding in std::iter::once(answer).chain(more).chain(told) {
        assert!(words.contains(&figures::plain(&finding)), "no `{finding}`");
    }
    assert!(all(&html, "ol.find li").len() <= 3);
    assert_eq!(all(&html, "table.points tbody tr").len(), 4);
    assert_eq!(all(&html, "table.points tr.pick td").first().unwrap(), "60s");
    // As written, and keeping least, is the third point: `60s` is `1min`.
    let heads = all(&html, "table.designs thead th");
    assert_eq!(heads.len(), 3, "{heads:?}");
    assert_eq!(heads[1], "window 60s, jitter noneas written");
    assert_eq!(heads[2], "window 60s, jitter fulladvised");
    for chart in chart::sweep::all(&sweep) {
        assert_eq!(widths(&html, &chart), 2, "{}", chart.name);
    }
    assert!(words.contains("squall run full.yaml --point window=60s,jitter=full"));
    assert_eq!(sweep_page(&sweep), sweep_page(&sweep));
}

/// At how many widths a chart is drawn.
fn widths(html: &Html, chart: &Chart) -> usize {
    all(html, &format!("#chart-{} svg", chart.name)).len()
}

/// A grid is drawn narrow only where all its numbers have room.
#[test]
fn a_grid_of_many_columns_keeps_its_width() {
    let mut sweep = sweep("full");
    for window in 1..=10 {
        for mut point in [sweep.points[0].clone(), sweep.points[1].clone()] {
            point.values[0] = format!("{window}s");
            sweep.points.push(point);
        }
        sweep.axes[0].values.push(format!("{window}s"));
    }
    let html = sound(&sweep_text(&sweep));
    let charts = chart::sweep::all(&sweep);
    let grid = |chart: &&Chart| chart.name == "grid-delivery-lag-p99";
    assert_eq!(widths(&html, charts.iter().find(grid).unwrap()), 1);
}

/// Charts of a sweep whose points have these means, and intervals up to twice as much.
fn swept(name: &str, unit: Unit, means: [f64; 4]) -> Option<Chart> {
    let mut sweep = sweep("full");
    for (point, mean) in sweep.points.iter_mut().zip(means) {
        point.slo.clear();
        point.metrics.retain(|metric| metric.name != name);
        let mut metric = point.metrics[0].clone();
        (metric.name, metric.unit, metric.mean) = (name.to_owned(), unit, Some(mean));
        (metric.ci_low, metric.ci_high) = (Some(0.0), Some(2.0 * mean));
        point.metrics.push(metric);
    }
    let wanted = format!("sweep-{}", name.replace(['.', '_'], "-"));
    chart::sweep::all(&sweep).into_iter().find(|chart| chart.name == wanted)
}

fn lines(chart: &Chart) -> impl Iterator<Item = &chart::Lines> {
    chart.panels.iter().filter_map(|panel| match &panel.body {
        Body::Lines(lines) => Some(lines),
        _ => None,
    })
}

#[test]
fn an_interval_is_drawn_to_its_end() {
    let name = "attempts.peak_per_second";
    let chart = swept(name, Unit::PerSecond, [47e3, 5e3, 55e3, 6e3]).unwrap();
    for lines in lines(&chart) {
        let bands = lines.bands.iter().flat_map(|band| &band.points);
        assert!(!lines.bands.is_empty() && bands.into_iter().all(|it| it.2 <= lines.y.high));
    }
}

#[test]
fn headroom_is_read_against_the_whole() {
    let chart = swept("gateways.headroom", Unit::Share, [0.0, 0.484, 0.502, 0.0046]).unwrap();
    assert!(lines(&chart).all(|lines| lines.y.scale == Scale::Linear));
}

#[test]
fn what_prints_alike_at_every_point_has_no_chart() {
    let bill = |most| swept("cost.total", Unit::UsdPerMonth, [3_898.1, 3_898.2, 3_898.3, most]);
    assert_eq!(bill(3_898.4), None);
    assert!(bill(3_998.0).is_some());
}

#[test]
fn a_hostile_sweep_is_text() {
    let shape = |sweep: &Sweep| shape(&sound(&sweep_text(sweep)));
    let calm = shape(&sweep("full"));
    for name in HOSTILE {
        assert_eq!(shape(&sweep(name)), calm, "{name}");
    }
    assert!(!sweep_text(&sweep(&"x".repeat(10_000))).contains(&"x".repeat(1_300)));
}

/// What only the command line knows is in the command.
#[test]
fn a_sweep_from_the_command_line_says_how_to_run_it_again() {
    let mut sweep = sweep("full");
    assert!(sweep_text(&sweep).contains("squall sweep full.yaml\nsquall run full.yaml --point"));
    sweep.arguments = ["--axis", "gateways.drain.window=0s,60s"].map(str::to_owned).into();
    let html = sound(&sweep_text(&sweep));
    let words = html.root_element().text().collect::<String>();
    assert!(words.contains("squall sweep full.yaml --axis gateways.drain.window=0s,60s\n"));
    let alone =
        "squall run full.yaml --set gateways.drain.window=60s --set phones.reconnect.jitter=full";
    assert!(words.contains(alone));
}
