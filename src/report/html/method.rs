//! What replications, intervals and verdicts of this report mean.
use crate::summary::{
    Summary,
    figures::{self, GAP},
};
use maud::{Markup, html};

/// What stands under a table of verdicts.
pub(super) fn brackets(n: u32, seed: u64) -> String {
    if n < 2 {
        return format!(
            "Single run, seed {seed}: no intervals. With --replications 5 each value has one, \
                and a \
             verdict holds over all of it."
        );
    }
    format!(
        "Brackets: 95{GAP}% Student interval over n = {n} replications, seed {seed}. A verdict \
            is pass \
         or fail only when the whole interval lies on one side of the limit; == and != are asked \
         of every replication. A zero shows its 95{GAP}% upper bound."
    )
}

/// The list for a sweep.
pub(super) fn of_sweep(n: u32) -> Markup {
    html! {
        ul.plain { (runs(n)) (percentiles()) (common()) }
    }
}

/// The list.
pub(super) fn body(summary: &Summary) -> Markup {
    let n = summary.replications;
    let warm_up = summary.warm_up.seconds();
    let pending = summary.window().total(|end, _| end == "pending");
    html! {
        ul.plain {
            (runs(n))
            (percentiles())
            @if warm_up > 0.0 {
                li { b { "Warm-up. " } "Delivery metrics cover messages sent from "
                    (figures::clock(warm_up)) " to " (figures::clock(summary.horizon.seconds()))
                        "." }
            }
            @if pending > 0 {
                li { b { "Pending. " } "Lag counts what has arrived. What is pending at the \
                    horizon is \
                    not in it, and a verdict on lag or loss waits for it where it could turn. With "
                    code { "settle:" } " in the experiment it has time to arrive." }
            }
            @if let Some(settle) = summary.settle() {
                li { b { "Settling. " } "For " (settle) " after the horizon nothing \
                    new was sent, for deliveries to end. All else was measured at the horizon." }
            }
            (common())
            @if summary.bill.is_none() {
                li { b { "No bill. " } "No prices are given. With " code { "prices:" } " in the \
                    experiment or its model the report has a monthly bill." }
            }
        }
    }
}

fn runs(n: u32) -> Markup {
    html! {
        @if n < 2 {
            li { b { "One run. " } "Every number is that of a single draw of all chances. How \
                far another \
                run would differ is not known: run it with " code { "--replications 5" }
                " for intervals." }
        } @else {
            li { b { "Replications. " } "The same system was run " (n) " times with independent \
                draws. A \
                number is the mean of the " (n) " values; the brackets are the 95" (GAP)
                "% Student interval of that mean, with " (n - 1) " degrees of freedom." }
            li { b { "Verdicts. " } "Pass or fail means that the whole interval lies on one side \
                of the \
                limit; inconclusive that the limit lies inside it. What must be equal, such as "
                code { "== 0" } ", or unequal is asked of every replication: one that is not \
                fails it." }
        }
    }
}

fn percentiles() -> Markup {
    html! {
        li { b { "Percentiles. " } "Each run’s percentile comes from all of its deliveries; it \
            is never \
            averaged over time, nodes or groups. In charts over time the deliveries of all runs
                in a bin \
            are counted together first." }
    }
}

fn common() -> Markup {
    html! {
        li { b { "Common random numbers. " } "Every draw belongs to a user, a message or a \
            session: with \
            the same seed, two designs meet the same messages, so that a difference between them
                is a \
            difference of the designs." }
    }
}
