//! The metrics that matter, each with its interval and its course; and all of them, at the end.
use super::text;
use crate::{
    engine::number,
    report::terminal::{
        metrics::{Course, Row, rows, value_head},
        verdicts,
    },
    summary::{
        Metric, Summary,
        figures::{self, GAP},
        series::Curve,
        spark::{Pick, heights},
        survivors,
    },
};
use maud::{Markup, html};

/// A course is so large, in pixels,
const WIDTH: f64 = 200.0;
const HEIGHT: f64 = 26.0;
/// and shows so many stretches.
const STRETCHES: usize = 100;

/// The table of what matters, and what else was found.
pub(super) fn body(summary: &Summary, more: &[String]) -> Option<Markup> {
    let rows = rows(summary);
    let end = figures::clock(summary.horizon.seconds());
    (!rows.is_empty()).then(|| {
        html! {
            p.lead { (lead(summary)) }
            table.stack.matter {
                caption.hidden { "The numbers that matter" }
                thead { tr {
                    th scope="col" { "number" } th.r scope="col" { (value_head(summary)) }
                    th scope="col" { (interval_head(summary)) }
                    th scope="col" { "over time, 0 to " (end) }
                    th scope="col" { "metric" }
                } }
                tbody { @for row in &rows { (line(summary, row)) } }
            }
            @for sentence in more { p.foot { (text::sentence(sentence)) } }
        }
    })
}

fn lead(summary: &Summary) -> String {
    match summary.replications {
        0 | 1 => format!("One run, seed {}.", summary.seed),
        n => format!("Means of {n} replications, seed {}, with 95{GAP}% intervals.", summary.seed),
    }
}

fn interval_head(summary: &Summary) -> String {
    if summary.replications > 1 { format!("95{GAP}% interval") } else { "single run".to_owned() }
}

fn line(summary: &Summary, row: &Row) -> Markup {
    let (value, range) = verdicts::cells(row.metric);
    let only = survivors::only(&row.metric.name, &summary.metrics);
    html! {
        tr {
            th scope="row" { (text::name(&row.label))
                @if let Some(only) = only { small { (text::sentence(&only)) } } }
            td.r.big data-l=(value_head(summary)) { (value) }
            td.i data-l="interval" { (range) }
            td.course data-l="over time" { (course(summary, &row.course)) }
            td.faint data-l="metric" { (text::code(&row.metric.name)) }
        }
    }
}

/// A small curve over the phases; its numbers are in the charts.
fn course(summary: &Summary, course: &Course) -> Markup {
    let (curve, pick, log) = match course {
        Course::None => (None, Pick::Most, false),
        Course::Most(curve) => (curve.as_ref(), Pick::Most, false),
        Course::Least(curve) => (curve.as_ref(), Pick::Least, false),
        Course::Log(curve) => (curve.as_ref(), Pick::Most, true),
    };
    let Some(curve) = curve.filter(|curve| curve.peak().is_some()) else { return html! {} };
    let across = |seconds: f64| tenths(seconds / summary.horizon.seconds().max(1e-9) * WIDTH);
    html! {
        svg.spark width=(WIDTH) height=(HEIGHT) viewBox={ "0 0 " (WIDTH) " " (HEIGHT) }
            aria-hidden="true" {
            @for phase in summary.faults() {
                rect.f-phase x=(across(phase.start.seconds())) y="0" height=(HEIGHT)
                    width=(across((phase.end.seconds() -
                        phase.start.seconds()).max(0.0)).max(1.0)) {}
            }
            path.l-blue stroke-width="1.5" d=(path(curve, pick, log)) {}
        }
    }
}

fn path(curve: &Curve, pick: Pick, log: bool) -> String {
    let heights = heights(curve, STRETCHES, pick, log);
    let step = WIDTH / number::float(number::count(heights.len().max(1)));
    let mut out = String::new();
    let mut pen = 'M';
    for (place, height) in heights.iter().enumerate() {
        let Some(height) = height else {
            pen = 'M';
            continue;
        };
        let x = tenths(step * (number::float(number::count(place)) + 0.5));
        let y = tenths(HEIGHT - 2.0 - (HEIGHT - 4.0) * height);
        out += &format!("{pen}{x} {y}");
        pen = 'L';
    }
    out
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// Every metric, folded away.
pub(super) fn all(summary: &Summary) -> Option<Markup> {
    (!summary.metrics.is_empty()).then(|| {
        html! {
            p.lead { "The same numbers lie in " code { "summary.csv" } ", the curves in "
                code { "series.csv" } "." }
            details {
                summary { "Show " (summary.metrics.len()) " metrics" }
                div.scroll tabindex="0" role="region" aria-label="All metrics" {
                    table {
                        thead { tr {
                            th scope="col" { "metric" } th.r scope="col" { "mean" }
                            th scope="col" { (interval_head(summary)) } th.r scope="col" { "n" }
                        } }
                        tbody { @for metric in &summary.metrics { (metric_row(metric)) } }
                    }
                }
            }
        }
    })
}

fn metric_row(metric: &Metric) -> Markup {
    let (value, range) = verdicts::cells(metric);
    html! {
        tr {
            th scope="row" { (text::code(&metric.name)) }
            td.r { (value) } td.i { (range) } td.r { (metric.n) }
        }
    }
}
