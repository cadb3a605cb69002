//! What growth costs, and what it fills.
use super::{text, used};
use crate::{
    record::Unit,
    summary::{
        Summary,
        board::{self, AIM, Grown, USED_UP},
        figures::{self, GAP, share},
    },
};
use maud::{Markup, html};

/// What more users would cost and fill; none where neither is known.
pub(in crate::report::html) fn growth(summary: &Summary) -> Option<Markup> {
    let all = board::growth(summary);
    let priced = all.iter().any(|grown| grown.bill.is_some());
    let bound = all.iter().any(|grown| grown.binding.is_some());
    (!all.is_empty()).then(|| {
        html! {
            figure.row {
                div.c {
                    h3 { (carried(&all).unwrap_or_else(|| dearer(&all))) }
                    p.sub { "The same design with more users who do the same." }
                    table.stack.growth {
                        caption.hidden { "Growth" }
                        thead { tr {
                            th scope="col" { "users" }
                            @if priced { th.r scope="col" { "bill a month" }
                                th.r scope="col" { "per 1,000 users" } }
                            @if bound { th.r scope="col" { "wanted of the fullest budget, on \
                                the nodes of this run" } }
                        } }
                        tbody { @for grown in &all { (of_growth(grown, priced, bound)) } }
                    }
                }
                figcaption.note {
                    @if priced {
                        p { "The bill by its own rules, of designs that carry their users: as many \
                            gateways and fan-outs as keep the fullest within " (share(AIM)) " \
                            at its peak, not fewer than there are; what a herd does to a CPU \
                            grows with the herd, and stays as full; shards of \
                            the registry as needed, tiers of what goes out; brokers and hours of \
                            the balancer stay. Line by line in "
                            code { "growth.csv" } "." }
                        @if let Some(full) = above(summary) { p.also { (text::sentence(&full)) } }
                    }
                    @if bound { p { "What is wanted of the fullest budget is what this run's \
                        users want times the factor: over 100" (GAP) "% the design does not carry \
                        it. A herd of more users takes so many times as long to be back." } }
                }
            }
        }
    })
}

/// That this run's own row is no design that carries its users as the others do.
fn above(summary: &Summary) -> Option<String> {
    let told = |full: &board::Full| {
        let least = if full.at_least { "at least " } else { "" };
        let takes = figures::count(full.takes);
        format!("{least}{takes} {} instead of {}", full.node, figures::count(full.count))
    };
    let all: Vec<String> = board::too_full(summary).iter().map(told).collect();
    (!all.is_empty()).then(|| {
        format!(
            "This run's own row is the design as it is, above {}: for that its users take {}. What \
             flows is what flowed in this run, refused attempts too, times the factor.",
            share(AIM),
            figures::listed(&all),
        )
    })
}

/// How the bill grows, where no budget is known.
fn dearer(all: &[Grown]) -> String {
    let bills = all.first().and_then(|it| it.bill).zip(all.last().and_then(|it| it.bill));
    let last = all.last().map_or(1.0, |grown| grown.factor);
    match bills.filter(|bills| bills.0 > 0.0) {
        Some((now, then)) => format!(
            "With {} times the users the bill is {}",
            figures::compact(last),
            figures::as_much(then / now),
        ),
        None => "What more users would cost".to_owned(),
    }
}

/// How many users the gateways carry: the chart beside it tells how the bill grows.
fn carried(all: &[Grown]) -> Option<String> {
    let fits = |grown: &&Grown| grown.binding.as_ref().is_some_and(|it| it.2 <= 1.0);
    all.first()?.binding.as_ref()?;
    Some(match all.iter().rfind(fits).map(|grown| grown.factor) {
        Some(_) if all[0].binding.as_ref().is_some_and(|it| it.2 > USED_UP) => {
            "The nodes of this run are full with its users".to_owned()
        }
        Some(factor) if factor > 1.0 => {
            format!("The nodes of this run carry {} times its users", figures::compact(factor))
        }
        Some(_) => "The nodes of this run do not carry twice its users".to_owned(),
        None => "The nodes of this run do not carry its users".to_owned(),
    })
}

fn of_growth(grown: &Grown, priced: bool, bound: bool) -> Markup {
    let usd = |value: Option<f64>| {
        let told = |value| figures::figure(Unit::UsdPerMonth, value);
        value.map_or_else(|| figures::NONE.to_owned(), told).replace("/month", "")
    };
    let each = grown.bill.zip(grown.users).map(|(bill, users)| bill / users * 1_000.0);
    let factor = format!("{} ×", figures::compact(grown.factor));
    let count = grown.users.map(|users| figures::count(users.round()));
    html! {
        tr {
            th scope="row" {
                (count.as_deref().unwrap_or(&factor))
                small { @if grown.factor > 1.0 { (factor) } @else { "this run" } }
            }
            @if priced {
                td.r data-l="bill a month" { (usd(grown.bill)) }
                td.r data-l="per 1,000 users" { (usd(each)) }
            }
            @if bound {
                td.r data-l="fullest budget" {
                    @if let Some((name, node, part)) = &grown.binding {
                        (used(Some(*part))) small { (name) " of " (text::name(node)) }
                    }
                }
            }
        }
    }
}
