//! The first screen: what was asked, what the answer is, objective by objective.
use super::{method, text};
use crate::{
    record::Unit,
    report::terminal::verdicts,
    summary::{
        Deed, Judged, Summary,
        figures::{self, GAP},
        findings,
        slo::{self, Said, Verdict},
        stated_count, survivors,
    },
};
use maud::{Markup, PreEscaped, html};

/// A bill for fewer connections is not one for a thousand: most of it is there for anybody.
const A_FEW: f64 = 100.0;
/// A longer question is set smaller.
const LONG: usize = 110;
/// A longer one is cut.
const MOST: usize = 400;

/// Question, setup, verdict, decision table.
pub(super) fn header(summary: &Summary) -> Markup {
    html! {
        p.eyebrow { "squall report · " (text::name(&summary.experiment)) }
        (question(&summary.question))
        p.setup { (setup(summary)) }
        (verdict(summary))
        @if summary.slo.is_empty() {
            p.foot { "No objective is set. With " code { "slo:" } " in the experiment, such as "
                code { "delivery_lag.p99 < 500ms" } ", each gets a verdict." }
        } @else {
            (decision(summary))
        }
    }
}

/// What was asked, as the page's headline.
pub(super) fn question(words: &str) -> Markup {
    let class = if words.chars().count() > LONG { "long" } else { "short" };
    html! { h1 dir="auto" class=(class) { (text::clean(words, MOST)) } }
}

/// `20,000 users, 4 gateways; 8:00 min, …`.
pub(in crate::report) fn setup(summary: &Summary) -> String {
    let counted = |kind: &str, one: &str, many: &str| {
        let count = total(summary, kind);
        (count > 0.0).then(|| figures::counted(count, one, many))
    };
    let crowd = [counted("clients", "user", "users"), counted("gateway", "gateway", "gateways")];
    let crowd: Vec<String> = crowd.into_iter().flatten().collect();
    let warm_up = summary.warm_up.seconds();
    let length = figures::spoken(summary.horizon.seconds());
    let length = if warm_up > 0.0 {
        format!("{length}, of which {} warm-up", figures::spoken(warm_up))
    } else {
        length
    };
    let length = match summary.settle() {
        Some(settle) => format!("{length}, and {settle} to settle"),
        None => length,
    };
    let runs = match summary.replications {
        0 | 1 => "single run".to_owned(),
        n => format!("{n} replications"),
    };
    let mut done = done(summary);
    if done.is_empty() && summary.timeline().is_empty() {
        "no fault".clone_into(&mut done);
    }
    let parts = [crowd.join(" on "), length, done, runs];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("; ") + "."
}

/// What is done takes no more room, in characters.
const DONE: usize = 150;

/// What is done, each thing once with the time at which it begins; what has no room is counted.
fn done(summary: &Summary) -> String {
    let deed =
        |deed: Deed| format!("{} at {}", text::clean(&deed.name, 60), figures::clock(deed.at));
    let all: Vec<String> = summary.deeds().into_iter().map(deed).collect();
    let mut room = DONE;
    let fit = all.iter().take_while(|told| {
        let left = room.checked_sub(told.chars().count() + 2);
        room = left.unwrap_or(0);
        left.is_some()
    });
    let fit = fit.count().max(1);
    let told = all.iter().take(fit).cloned().collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(fit) {
        0 => told,
        more => format!("{told} and {more} more"),
    }
}

/// The sum of `count` over the nodes of a kind.
fn total(summary: &Summary, kind: &str) -> f64 {
    let nodes = summary.input["nodes"].as_object().into_iter().flatten();
    nodes.filter_map(|(_, node)| stated_count(&node[kind]["count"])).sum()
}

/// The answer, what stands behind it, and the price.
fn verdict(summary: &Summary) -> Markup {
    let (answer, more) = findings::verdict(summary);
    html! {
        p.verdict { b { (text::sentence(&answer)) }
            @for more in &more { " " (text::sentence(more)) }
            @if let Some(price) = price(summary) { " " (text::sentence(&price)) } }
    }
}

/// What it costs: no board decides without.
fn price(summary: &Summary) -> Option<String> {
    let usd = |name: &str| {
        let metric = summary.metric(name)?;
        Some(figures::figure(metric.unit, metric.mean?).replace("/month", ""))
    };
    let total = usd("cost.total")?;
    // What comes from a producer is paid by the message, who talks to each other by the user.
    let each = if has(summary, "source") {
        usd("cost.per_million_deliveries").map(|each| format!(", {each} per million deliveries"))
    } else {
        let each = usd("cost.per_1k_connections").filter(|_| are_many(summary));
        each.map(|each| format!(", {each} per 1,000 connections"))
    };
    let only = survivors::only("cost.total", &summary.metrics);
    let only = only.map_or_else(String::new, |only| format!(" ({only})"));
    Some(format!("A month costs {total}{}{only}.", each.unwrap_or_default()))
}

/// Whether so many are connected that their bill can be told per thousand.
pub(super) fn are_many(summary: &Summary) -> bool {
    summary.mean("connections.mean").is_none_or(|mean| mean >= A_FEW)
}

/// Whether there is a node of a kind.
fn has(summary: &Summary, kind: &str) -> bool {
    let nodes = summary.input["nodes"].as_object();
    nodes.is_some_and(|nodes| nodes.values().any(|node| node.get(kind).is_some()))
}

fn decision(summary: &Summary) -> Markup {
    let single = summary.replications < 2;
    let interval = if single { "single run".to_owned() } else { format!("95{GAP}% interval") };
    html! {
        table.decide.stack {
            caption.hidden { "Objectives and their verdicts" }
            thead { tr {
                th scope="col" { "SLO" } th scope="col" { "verdict" }
                th.r scope="col" { "value" } th scope="col" { (interval) }
                th.r scope="col" { "limit" }
            } }
            tbody { @for judged in &summary.slo { (row(summary, judged, &interval)) } }
        }
        p.foot { (footnote(summary)) }
    }
}

fn row(summary: &Summary, judged: &Judged, interval: &str) -> Markup {
    let (value, range) = verdicts::numbers(summary, judged);
    let unit =
        slo::parse(&judged.expr).ok().and_then(|slo| Some(summary.metric(&slo.metric)?.unit));
    let known = if judged.expr.trim_end().ends_with('%') { Unit::Share } else { Unit::Ratio };
    let limit = judged.limit.map(|limit| figures::figure(unit.unwrap_or(known), limit));
    let range = verdicts::with_whose(range, summary, judged);
    html! {
        tr {
            th scope="row" { (objective(&judged.expr)) }
            td data-l="verdict" { (badge(judged.said())) }
            td.r.big data-l="value" { (value) }
            td.i data-l=(interval) { @if !range.is_empty() { (text::sentence(&range)) } }
            td.r data-l="limit" { (limit.as_deref().unwrap_or(figures::NONE)) }
        }
    }
}

/// An objective, with a word where it states what goes wrong.
pub(super) fn objective(expr: &str) -> Markup {
    let states = slo::parse(expr).is_ok_and(|objective| objective.states_failure());
    html! { (text::code(expr)) @if states { small { "states what goes wrong" } } }
}

/// The word with a sign of its own: colour is never alone.
pub(super) fn badge(said: Said) -> Markup {
    html! { span class={ "v " (class(said)) } { (drawn(said)) (said) } }
}

/// The sign alone, with the word for those who cannot see it.
pub(super) fn sign(said: Said) -> Markup {
    html! { span class={ "v " (class(said)) } { (drawn(said)) span.hidden { (said) } } }
}

/// An expectation has the colour of the text: it is neither kept nor broken.
fn class(said: Said) -> &'static str {
    match said {
        Said::Judged(Verdict::Pass) => "pass",
        Said::Judged(Verdict::Fail | Verdict::Error) => "fail",
        Said::Judged(Verdict::Inconclusive) => "inc",
        Said::AsStated | Said::InPart | Said::NotSo => "said",
    }
}

/// A ring whose right half is full.
const HALF: &str =
    r#"<circle cx="8" cy="8" r="5.5"/><path fill="currentColor" d="M8 2.5a5.5 5.5 0 010 11"/>"#;

fn drawn(said: Said) -> Markup {
    let paths = match said {
        Said::Judged(Verdict::Pass) => {
            r#"<circle cx="8" cy="8" r="6.5"/><path d="M5 8.3l2.1 2.1L11 6"/>"#
        }
        Said::Judged(Verdict::Fail | Verdict::Error) => {
            r#"<path d="M1.8 1.8h12.4v12.4H1.8zM5.3 5.3l5.4 5.4m0-5.4l-5.4 5.4"/>"#
        }
        Said::Judged(Verdict::Inconclusive) => {
            r#"<path d="M8 1l7 7-7 7-7-7zM5 8.6c1-1.8 2-1.8 3-.6s2 1.2 3-.6"/>"#
        }
        Said::AsStated => r#"<circle cx="8" cy="8" r="5.5" fill="currentColor"/>"#,
        Said::InPart => HALF,
        Said::NotSo => r#"<circle cx="8" cy="8" r="5.5"/>"#,
    };
    html! {
        svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true" { (PreEscaped(paths)) }
    }
}

/// What the brackets mean, and what would settle the rest.
fn footnote(summary: &Summary) -> String {
    let open = summary.slo.iter().any(|judged| judged.verdict == Verdict::Inconclusive);
    let open = if summary.waits_for_pending() {
        let settles = if summary.pending_would_settle() {
            "; a longer `settle` would let it arrive."
        } else {
            "."
        };
        format!(" What is pending at the end could turn what is inconclusive{settles}")
    } else if open && summary.replications > 1 {
        format!(
            " More replications would settle what is inconclusive (now n = {}).",
            summary.replications
        )
    } else {
        String::new()
    };
    method::brackets(summary.replications, summary.seed) + &open
}
