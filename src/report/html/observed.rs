//! What was measured elsewhere beside what was simulated.
use super::{charts::Charts, text};
use crate::summary::{
    Summary,
    figures::{self, share},
    observed::Observed,
};
use maud::{Markup, html};

/// The errors and the curves; none without measured values.
pub(super) fn body(summary: &Summary, all: &[Observed]) -> Option<Markup> {
    (!all.is_empty()).then(|| {
        html! {
            p.lead { "Each measured value is held against what was simulated in its bin"
                @if summary.replications > 1 { ": " (of_runs(all)) }
                ". They lie in " code { "measured.csv" } ", for " code { "--observed" } "." }
            table.stack.observed {
                caption.hidden { "Errors" }
                thead { tr {
                    th scope="col" { "series" } th.r scope="col" { "values" }
                    th.r scope="col" { "mean absolute error" }
                    th.r scope="col" { "relative to the mean" }
                } }
                tbody { @for one in all { (row(one)) } }
            }
            (Charts::observed(summary, all).all().unwrap_or_default())
        }
    })
}

/// What the replications have in a bin.
fn of_runs(all: &[Observed]) -> &'static str {
    let pooled = all.iter().filter(|one| one.pooled).count();
    match pooled {
        0 => "the mean of the replications",
        some if some == all.len() => "what all replications together have",
        _ => "the mean of the replications, for the delivery lag what all of them together have",
    }
}

fn row(one: &Observed) -> Markup {
    let error = figures::figure(one.unit, one.absolute);
    html! {
        tr {
            th scope="row" { (text::code(&one.name)) }
            td.r data-l="values" { (one.points.len())
                @if one.left_out > 0 { small { (one.left_out) " outside of the run" } } }
            td.r data-l="mean absolute error" { (error) }
            td.r data-l="relative to the mean" {
                (one.relative.map_or_else(|| figures::NONE.to_owned(), share)) }
        }
    }
}
