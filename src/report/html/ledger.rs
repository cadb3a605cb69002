//! Where every delivery ended, cause by cause, and every attempt.
use super::text;
use crate::{
    engine::number,
    summary::{
        Summary,
        figures::{self, GAP},
    },
};
use maud::{Markup, html};

/// An end with its count.
struct Bar<'a> {
    end: &'a str,
    cause: &'a str,
    count: u64,
}

/// Both ledgers; none when nothing was sent.
pub(super) fn body(summary: &Summary) -> Option<Markup> {
    let ledger = summary.window();
    (ledger.intended > 0).then(|| {
        html! {
            figure.row id="ledger" {
                div.c {
                    h3 { (headline(summary)) }
                    p.sub { "Every message to every recipient is one delivery with one end." }
                    (ends(summary))
                    (attempts(summary))
                }
                figcaption.note { (notes(summary)) }
            }
        }
    })
}

fn headline(summary: &Summary) -> String {
    let ledger = summary.window();
    let missed = ledger.total(|end, _| end == "lost" || end == "expired");
    let intended = figures::count(number::float(ledger.intended));
    let runs = match summary.replications {
        0 | 1 => String::new(),
        n => format!(" of {n} runs"),
    };
    match missed {
        0 => format!("All {intended} deliveries{runs} are accounted for, and none is missed"),
        _ => format!(
            "{} of {intended} deliveries{runs} are missed, and all are accounted for",
            figures::count(number::float(missed)),
        ),
    }
}

fn label(bar: &Bar) -> String {
    let name = if bar.cause.is_empty() {
        bar.end.to_owned()
    } else {
        format!("{}.{}", bar.end, bar.cause)
    };
    text::clean(&name, 80)
}

/// A bar from a share of the width on; its number stands beside it.
pub(super) fn strip(from: f64, share: f64, class: &str) -> Markup {
    let percent = |share: f64| (share * 10_000.0).round() / 100.0;
    html! {
        svg.strip viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
            rect class=(class) x=(percent(from)) y="0" width=(percent(share).max(0.3))
                height="10" {}
        }
    }
}

fn missed(end: &str) -> bool {
    end == "lost" || end == "expired"
}

fn rows(summary: &Summary) -> impl Iterator<Item = Bar<'_>> {
    let rows = summary.window().rows.iter();
    rows.map(|(end, cause, count)| Bar { end, cause, count: *count })
}

fn runs(summary: &Summary) -> String {
    match summary.replications {
        0 | 1 => String::new(),
        n => format!(", sum of {n} runs"),
    }
}

fn ends(summary: &Summary) -> Markup {
    let ledger = summary.window();
    let names = ["live", "replayed", "pulled", "lost", "expired", "pending"];
    let count = |name: &str| ledger.total(|end, _| end == name);
    let shown: Vec<(&str, u64)> =
        names.into_iter().map(|name| (name, count(name))).filter(|end| end.1 > 0).collect();
    let part = |count: u64| figures::share(number::float(count) / number::float(ledger.intended));
    let sum = if summary.adds_up() { "adds up" } else { "DOES NOT ADD UP" };
    html! {
        table.ends {
            caption { "Ends of all deliveries" (runs(summary)) }
            thead { tr { th scope="col" { "end" } th.r scope="col" { "deliveries" } th.r
                scope="col" { "share" } } }
            tbody {
                @for (name, count) in shown { tr {
                    th scope="row" { (name) }
                    td.r { (figures::count(number::float(count))) } td.r { (part(count)) }
                } }
                tr.total {
                    th scope="row" { "intended, " (sum) }
                    td.r { (figures::count(number::float(ledger.intended))) } td.r {}
                }
            }
        }
    }
}

/// `attempted = accepted + refused + timed out + abandoned + in flight`, of an average run.
fn attempts(summary: &Summary) -> Markup {
    let Some(total) = summary.mean("attempts.total").filter(|&total| total > 0.0) else {
        return html! {};
    };
    let names = ["accepted", "refused", "timed_out", "abandoned", "in_flight"];
    let part = |name: &str| {
        let count = summary.mean(&format!("attempts.{name}")).filter(|&count| count > 0.0)?;
        Some(format!("{} {}", figures::count(count), name.replace('_', " ")))
    };
    let parts: Vec<String> = names.into_iter().filter_map(part).collect();
    let a_run = if summary.replications > 1 { " a run" } else { "" };
    html! {
        p.foot { "Connection attempts" (a_run) ": " (figures::count(total)) " = " (parts.join(" \
            + ")) "." }
    }
}

/// What was counted and is zero, with its bound.
fn notes(summary: &Summary) -> Markup {
    let zero: Vec<String> = rows(summary)
        .filter(|bar| missed(bar.end) && bar.count == 0)
        .map(|bar| label(&bar))
        .collect();
    let bound = figures::compact(3.0 / f64::from(summary.replications.max(1)));
    let warm_up = summary.warm_up.seconds();
    html! {
        @if !zero.is_empty() {
            p { b { "Counted, and zero. " } (zero.join(", ")) ". With 95" (GAP) "% confidence \
                each is \
                at most " (bound) " a run (rule of three)." }
        }
        @if warm_up > 0.0 {
            p { "Messages sent from " (figures::clock(warm_up)) " on, after the warm-up." }
        }
        p { "Pending is what had not ended "
            @match summary.settle() {
                Some(settle) => { (settle) " after the horizon, without new sends." }
                None => { "at the horizon." }
            }
        }
    }
}
