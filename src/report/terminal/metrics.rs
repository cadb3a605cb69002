//! The metrics that matter, each with its interval and its course over time.
use super::{BOLD, DIM, PLAIN, WIDTH, left, painted, right, sparkline, verdicts::cells, widest};
use crate::summary::{Metric, Summary, bursts, figures, series::Curve};

const LABEL: usize = 16;
/// Columns are as wide as what stands in them, and at least so wide.
const VALUE: usize = 11;
const INTERVAL: usize = 19;
/// Before a sparkline, which has what room is left.
const GAP: usize = 3;

/// Which course is drawn beside a metric, and which values of a stretch stand for it.
pub(in crate::report) enum Course {
    None,
    Most(Option<Curve>),
    Least(Option<Curve>),
    /// Over a logarithmic scale.
    Log(Option<Curve>),
}

/// A metric that matters.
pub(in crate::report) struct Row<'a> {
    pub(in crate::report) label: String,
    pub(in crate::report) metric: &'a Metric,
    pub(in crate::report) course: Course,
}

/// The table.
pub(super) fn table(summary: &Summary, unicode: bool) -> String {
    let rows = rows(summary);
    if rows.is_empty() {
        return String::new();
    }
    let interval = if summary.replications > 1 { "95 % interval" } else { "single run" };
    let cells: Vec<(String, String)> = rows.iter().map(|row| cells(row.metric)).collect();
    let value_width = widest(VALUE, cells.iter().map(|cell| &cell.0));
    let interval_width = widest(INTERVAL, cells.iter().map(|cell| &cell.1));
    let spark = WIDTH.saturating_sub(LABEL + value_width + interval_width + GAP);
    let mut text = format!(
        "{}{}{}{}{}\n",
        " ".repeat(LABEL),
        right(BOLD, value_head(summary), value_width),
        right(BOLD, interval, interval_width),
        " ".repeat(GAP),
        painted(DIM, &time_axis(summary, spark)),
    );
    for (row, (value, interval)) in rows.iter().zip(&cells) {
        let line = format!(
            "{}{}{}{}{}",
            left(PLAIN, &row.label, LABEL),
            right(PLAIN, value, value_width),
            right(DIM, interval, interval_width),
            " ".repeat(GAP),
            course(&row.course, spark, unicode),
        );
        text += &(line.trim_end().to_owned() + "\n");
    }
    text
}

/// A mean, or the value of the one run.
pub(in crate::report) fn value_head(summary: &Summary) -> &'static str {
    if summary.replications > 1 { "mean" } else { "value" }
}

/// `0 min    over time       20 min`.
fn time_axis(summary: &Summary, width: usize) -> String {
    let end = figures::plain(&figures::clock(summary.horizon.seconds()));
    let middle = "over time";
    let room = width.saturating_sub(1 + middle.len() + end.chars().count());
    let before = room / 2;
    format!("0{}{middle}{}{end}", " ".repeat(before), " ".repeat(room - before))
}

fn course(course: &Course, width: usize, unicode: bool) -> String {
    use crate::summary::spark::Pick;
    use sparkline::draw;
    match course {
        Course::None => String::new(),
        Course::Most(curve) => draw(curve.as_ref(), width, Pick::Most, false, unicode),
        Course::Least(curve) => draw(curve.as_ref(), width, Pick::Least, false, unicode),
        Course::Log(curve) => draw(curve.as_ref(), width, Pick::Most, true, unicode),
    }
}

/// What matters in any run, then what went wrong, if it did.
pub(in crate::report) fn rows(summary: &Summary) -> Vec<Row<'_>> {
    let polls = |name: &str| Course::Most(summary.rate("", "polls", name));
    // Who polls in turn has no connection that stands.
    let polled = summary.mean("polls.total").is_some_and(|all| all > 0.0);
    let attempts = |name: &str| Course::Most(summary.rate("", "attempts", name));
    // Between bursts there is no lag: a course in pieces would be noise.
    let bursty = bursts(summary).is_some();
    let lag = |name: &str| {
        if bursty { Course::None } else { Course::Log(summary.level("", "delivery_lag", name)) }
    };
    let fixed = [
        ("connections", "connections.mean", Course::Least(connections(summary)), true),
        ("attempts/s peak", "attempts.peak_per_second", attempts("attempted"), true),
        ("polls", "polls.total", Course::None, false),
        ("polls empty", "polls.empty", polls("empty"), false),
        ("polls failed", "polls.failed", polls("failed"), false),
        ("refused", "attempts.refused", attempts("refused"), false),
        ("timed out", "attempts.timed_out", attempts("timed_out"), false),
        ("gave up", "clients.gave_up", Course::None, false),
        ("reconnect p50", "reconnect.p50", Course::None, true),
        ("reconnect p99", "reconnect.p99", Course::None, true),
        ("lag p50", "delivery_lag.p50", lag("p50"), true),
        ("lag p99", "delivery_lag.p99", lag("p99"), true),
        ("lag max", "delivery_lag.max", lag("max"), true),
        ("replayed", "deliveries.replayed", deliveries(summary, "replayed"), false),
        ("pulled", "deliveries.pulled", deliveries(summary, "pulled"), false),
        ("missed", "deliveries.missed", Course::Most(summary.lost()), true),
    ];
    let mut rows: Vec<Row> = fixed
        .into_iter()
        .filter_map(|(label, name, course, always)| {
            let metric = summary.metric(name).filter(|metric| metric.mean.is_some())?;
            // Nothing is missed where nobody sends anything.
            let silent = name == "deliveries.missed" && summary.ledger[0].intended == 0;
            let stands = name.starts_with("connections.") || name.starts_with("attempts.");
            let always = always && !silent && !(polled && stands);
            let shown = always || metric.mean.is_some_and(|mean| mean > 0.0);
            shown.then(|| Row { label: label.to_owned(), metric, course })
        })
        .collect();
    rows.extend(busiest(summary));
    rows
}

fn deliveries(summary: &Summary, end: &str) -> Course {
    Course::Most(summary.rate("", "deliveries", end))
}

/// All connections: of the system, or the sum of the pools.
fn connections(summary: &Summary) -> Option<Curve> {
    let all = |node: &str, name: &str| summary.level(node, "connections", name);
    all("", "online").or_else(|| all("", "total")).or_else(|| {
        let pools = summary.nodes_with("connections");
        let totals: Vec<Curve> = pools.into_iter().filter_map(|node| all(node, "total")).collect();
        Curve::sum(&totals)
    })
}

/// The node with the highest peak.
fn busiest(summary: &Summary) -> Option<Row<'_>> {
    let peaks = summary.metrics.iter().filter(|metric| {
        metric.quantity == "cpu" && metric.statistic == "peak" && metric.mean.is_some()
    });
    let metric =
        peaks.max_by(|a, b| a.mean.unwrap_or_default().total_cmp(&b.mean.unwrap_or_default()))?;
    let node = &metric.node;
    let course = Course::Most(summary.level(node, "cpu", "max"));
    let work = summary.work(node).to_lowercase();
    let label: String = format!("{work} {node}").chars().take(LABEL - 1).collect();
    Some(Row { label, metric, course })
}
