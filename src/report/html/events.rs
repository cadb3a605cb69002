//! What is done to the system, and what each phase of it shows.
use super::text;
use crate::{
    report::terminal::verdicts,
    summary::{Metric, RECOVERY, Summary, figures, student},
};
use maud::{Markup, html};
use serde_json::Value as Json;

/// What is told of a phase: head, metric.
const TOLD: [(&str, &str); 6] = [
    ("online", "clients.availability"),
    ("attempts", "attempts.total"),
    ("lag p99", "delivery_lag.p99"),
    ("missed", "deliveries.missed"),
    ("replayed", "deliveries.replayed"),
    ("polls failed", "polls.failed"),
];

/// A phase that comes more often is not told every time.
const MOST: usize = 4;

/// The timeline and its phases; none where nothing happens.
pub(super) fn body(summary: &Summary) -> Option<Markup> {
    let entries = summary.timeline();
    let phases = phases(summary);
    (!entries.is_empty() || phases.len() > 1).then(|| {
        html! {
            h3.over { "What was done, and what each phase shows" }
            @if !entries.is_empty() {
                ul.plain { @for entry in entries { li { (told(entry)) } } }
            }
            @if phases.len() > 1 { (table(summary, &phases)) }
        }
    })
}

/// `1min · deploy · deploy: node gateways, batch 2`.
fn told(entry: &Json) -> Markup {
    let text_of = |key: &str| entry[key].as_str().unwrap_or_default();
    let action = entry.as_object().into_iter().flatten().find(|(_, value)| value.is_object());
    html! {
        b { (text::name(text_of("name"))) } " at " (text::name(text_of("at")))
        @if let Some((kind, parameters)) = action {
            ": " (text::name(kind)) @if parameters.get("node").is_some() { " of " } @else { ", " }
            (text::name(&flow(parameters)))
        }
    }
}

/// `node gateways, batch 2, startup 5s`; the node without its key.
fn flow(parameters: &Json) -> String {
    let value = |value: &Json| match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    let pair = |(key, found): (&String, &Json)| match key.as_str() {
        "node" => value(found),
        key => format!("{} {}", key.replace('_', " "), value(found)),
    };
    parameters.as_object().into_iter().flatten().map(pair).collect::<Vec<_>>().join(", ")
}

/// A phase over the replications: it can come several times.
struct Phase<'a> {
    name: &'a str,
    /// The starts and ends of its first time, its second time, and so on.
    times: Vec<(Vec<f64>, Vec<f64>)>,
}

/// Phases by their name, in the order of the first replication.
fn phases(summary: &Summary) -> Vec<Phase<'_>> {
    let mut all: Vec<Phase> = Vec::new();
    for replication in summary.ran() {
        let mut seen: Vec<&str> = Vec::new();
        for phase in summary.phases.iter().filter(|phase| phase.replication == replication) {
            let time = seen.iter().filter(|&&name| name == phase.name).count();
            seen.push(&phase.name);
            let place = all.iter().position(|known| known.name == phase.name);
            let place = place.unwrap_or_else(|| {
                all.push(Phase { name: &phase.name, times: Vec::new() });
                all.len() - 1
            });
            let times = &mut all[place].times;
            if times.len() <= time {
                times.push((Vec::new(), Vec::new()));
            }
            times[time].0.push(phase.start.seconds());
            times[time].1.push(phase.end.seconds());
        }
    }
    // A recovery that is over at once, or as good as that, is none; what is done at once is told
    // all the same.
    let lasts = |(starts, ends): &(Vec<f64>, Vec<f64>)| clock_of(starts) != clock_of(ends);
    for phase in
        all.iter_mut().filter(|phase| phase.name == RECOVERY || phase.times.iter().any(lasts))
    {
        phase.times.retain(lasts);
    }
    all.retain(|phase| !phase.times.is_empty());
    all
}

fn table(summary: &Summary, phases: &[Phase]) -> Markup {
    let known = |metric: &str| {
        // Nothing is missed or replayed where nobody sends anything.
        let silent = metric.starts_with("deliveries.") && summary.ledger[0].intended == 0;
        // Where none fails at any time, no phase has to say so.
        let all_answered = metric == "polls.failed" && summary.mean(metric) <= Some(0.0);
        !silent
            && !all_answered
            && phases.iter().any(|phase| found(summary, phase, metric).is_some())
    };
    let shown: Vec<(&str, &str)> = TOLD.into_iter().filter(|(_, metric)| known(metric)).collect();
    html! {
        div.scroll tabindex="0" role="region" aria-label="Phases" { table.stack.phases {
            caption.hidden { "Phases" }
            thead { tr {
                th scope="col" { "phase" } th scope="col" { "when" }
                @for (head, _) in &shown { th.r scope="col" { (head) } }
            } }
            tbody { @for phase in phases { tr {
                th scope="row" { (text::name(phase.name)) }
                td data-l="when" {
                    @for (starts, ends) in phase.times.iter().take(MOST) { div { (when(starts,
                        ends)) } }
                    @if phase.times.len() > MOST { div { "and " (phase.times.len() - MOST) " \
                        more" } }
                    @if let Some(hit) = hit(summary, phase) { small { (hit) } }
                }
                @for (head, metric) in &shown { (cell(found(summary, phase, metric), head)) }
            } } }
        } }
        @if shown.iter().any(|(_, metric)| metric.starts_with("deliveries.")) {
            p.foot { "Messages count in the phase in which they are sent, also where they arrive, \
                or are lost, later; attempts and polls when they are made." }
        }
    }
}

/// Whom that hit which is over at once: the recovery says what became of them.
fn hit(summary: &Summary, phase: &Phase) -> Option<String> {
    let hit = summary.mean(&format!("recovery.{}.hit", phase.name)).filter(|&hit| hit > 0.0);
    hit.filter(|_| phase.at_once()).map(|hit| format!("{} hit", figures::count(hit.round())))
}

impl Phase<'_> {
    /// Whether it lasts no time, so that nothing can be counted in it.
    fn at_once(&self) -> bool {
        self.times.iter().all(|(starts, ends)| starts == ends)
    }
}

fn found<'a>(summary: &'a Summary, phase: &Phase, metric: &str) -> Option<&'a Metric> {
    let name = format!("during({}).{metric}", phase.name);
    if phase.at_once() {
        return None;
    }
    summary.metric(&name).filter(|metric| metric.mean.is_some())
}

fn cell(found: Option<&Metric>, head: &str) -> Markup {
    let none = || (figures::NONE.to_owned(), String::new());
    let (value, range) = found.map_or_else(none, verdicts::cells);
    html! { td.r data-l=(head) { (value) @if !range.is_empty() { small { (range) } } } }
}

/// From and to, as means over the replications; when, where that is the same.
fn when(starts: &[f64], ends: &[f64]) -> String {
    let [start, end] = [starts, ends].map(clock_of);
    if start == end { format!("at {start}") } else { format!("{start} to {end}") }
}

/// The mean over the replications.
fn clock_of(seconds: &[f64]) -> String {
    figures::clock(student::mean(seconds).unwrap_or_default())
}
