//! The table of objectives: verdict, value, interval.
use super::{BOLD, DIM, GREEN, PLAIN, RED, WIDTH, YELLOW, left, right, widest};
use crate::summary::{
    Judged, Metric, Summary,
    figures::{self, Scale},
    slo::{self, Said, Verdict},
    survivors,
};

/// Columns are as wide as what stands in them, and at least so wide.
const VALUE: usize = 9;
const INTERVAL: usize = 17;

/// The table; empty without objectives.
pub(super) fn table(summary: &Summary) -> String {
    if summary.slo.is_empty() {
        return String::new();
    }
    let words: Vec<String> = summary.slo.iter().map(|judged| words(judged.said())).collect();
    let verdict = words.iter().map(|word| word.chars().count()).fold(7, usize::max);
    let numbers: Vec<(String, String)> =
        summary.slo.iter().map(|judged| numbers_or(summary, judged, NOT_BY_THE_END)).collect();
    let value_width = widest(VALUE, numbers.iter().map(|cell| &cell.0));
    let interval_width = widest(INTERVAL, numbers.iter().map(|cell| &cell.1));
    let expression = WIDTH.saturating_sub(verdict + value_width + interval_width + 2);
    let interval = if summary.replications > 1 { "95 % interval" } else { "single run" };
    let mut text = format!(
        "{}  {}{}{}\n",
        left(BOLD, "SLO", expression),
        left(BOLD, "verdict", verdict),
        right(BOLD, "value", value_width),
        right(BOLD, interval, interval_width),
    );
    for ((judged, word), (value, interval)) in summary.slo.iter().zip(words).zip(&numbers) {
        // A long objective takes a line of its own.
        if judged.expr.chars().count() > expression {
            text += &format!("{}\n{}", judged.expr, " ".repeat(expression));
        } else {
            text += &left(PLAIN, &judged.expr, expression);
        }
        text += &format!(
            "  {}{}{}\n",
            left(colour(judged.said()), &word, verdict),
            right(PLAIN, value, value_width),
            right(DIM, interval, interval_width),
        );
        if let Some(whose) = whose(&judged.expr, &summary.metrics) {
            text += &format!("{}\n", right(DIM, &whose, WIDTH));
        }
    }
    text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

pub(in crate::report) fn words(said: Said) -> String {
    let sign = match said {
        Said::Judged(Verdict::Pass) => '✓',
        Said::Judged(Verdict::Fail | Verdict::Error) => '✗',
        Said::Judged(Verdict::Inconclusive) => '◇',
        Said::AsStated => '●',
        Said::InPart => '◐',
        Said::NotSo => '○',
    };
    format!("{sign} {said}")
}

pub(super) fn colour(said: Said) -> anstyle::Style {
    match said {
        Said::Judged(Verdict::Pass) => GREEN,
        Said::Judged(Verdict::Fail | Verdict::Error) => RED,
        Said::Judged(Verdict::Inconclusive) => YELLOW,
        // An expectation is neither kept nor broken.
        Said::AsStated | Said::InPart | Said::NotSo => PLAIN,
    }
}

/// The value that an objective is held against, and its interval or why there is none.
pub(in crate::report) fn numbers(summary: &Summary, judged: &Judged) -> (String, String) {
    let end = figures::spoken(summary.horizon.seconds());
    numbers_or(summary, judged, &format!("not reached by the end of the run ({end})"))
}

/// What never came, where there is little room.
const NOT_BY_THE_END: &str = "not by the end";

/// The same; what never came in any run is told as `never`.
fn numbers_or(summary: &Summary, judged: &Judged, never: &str) -> (String, String) {
    let slo = slo::parse(&judged.expr).ok();
    let metric = slo.as_ref().and_then(|slo| summary.metric(&slo.metric));
    let all = &summary.metrics;
    match (judged.verdict, metric) {
        (Verdict::Error, None) => (figures::NONE.to_owned(), "no such metric".to_owned()),
        (Verdict::Error, Some(_)) => (figures::NONE.to_owned(), "another unit".to_owned()),
        (_, Some(metric)) if metric.mean.is_some() => cells_in(summary, metric),
        (_, Some(metric)) if metric.n == 0 && survivors::never_came(&metric.name, all) => {
            (figures::NONE.to_owned(), never.to_owned())
        }
        (_, Some(metric)) => (figures::NONE.to_owned(), survivors::lacking(&metric.name, all)),
        _ => (figures::NONE.to_owned(), "no data".to_owned()),
    }
}

/// Whose number an objective is held against, where that is not nearly all.
pub(in crate::report) fn whose(expr: &str, metrics: &[Metric]) -> Option<String> {
    survivors::only(&slo::parse(expr).ok()?.metric, metrics)
}

/// An interval with whose number it is of.
pub(in crate::report) fn with_whose(range: String, summary: &Summary, judged: &Judged) -> String {
    match whose(&judged.expr, &summary.metrics) {
        Some(whose) if range.is_empty() => whose,
        Some(whose) => format!("{range} {whose}"),
        None => range,
    }
}

/// The same in a run; of what it has none of, nothing is bounded.
pub(in crate::report) fn cells_in(summary: &Summary, metric: &Metric) -> (String, String) {
    match summary.has_none_of(&metric.name) {
        Some(what) if metric.mean == Some(0.0) => ("0".to_owned(), format!("of no {what}")),
        _ => cells(metric),
    }
}

/// A metric's value, and its interval in the same unit.
pub(in crate::report) fn cells(metric: &Metric) -> (String, String) {
    let Some(mean) = metric.mean else { return (figures::NONE.to_owned(), String::new()) };
    let ends = metric.ci_low.zip(metric.ci_high);
    if let Some(bound) = metric.zero_bound() {
        return ("0".to_owned(), format!("at most {} a run", figures::compact(bound)));
    }
    let Some((low, high)) = ends else {
        return (figures::figure(metric.unit, mean), String::new());
    };
    let scale = Scale::shared(metric.unit, mean, &[low, high]);
    (scale.text(mean), format!("[{}, {}]", scale.number(low), scale.number(high)))
}
