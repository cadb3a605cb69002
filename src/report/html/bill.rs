//! What a month costs that looks like the run, line by line with its source.
use super::{head, ledger, text};
use crate::{
    record::Unit,
    summary::{
        Bill, Charge, Summary,
        figures::{self, GAP},
    },
};
use maud::{Markup, html};

/// The bill, from the dearest line on; none without prices.
pub(super) fn body(summary: &Summary) -> Option<Markup> {
    let bill = summary.bill.as_ref()?;
    let mut charges: Vec<&Charge> = bill.charges.iter().collect();
    charges.sort_by(|a, b| b.usd_month.total_cmp(&a.usd_month));
    Some(html! {
        figure.row id="bill" {
            div.c {
                h3 { (headline(bill, charges.first().copied())) }
                p.sub { (text::clean(&bill.prices, 200)) }
                (table(bill, &charges))
                (rates(summary))
            }
            figcaption.note { (notes(bill)) }
        }
    })
}

fn usd(value: f64) -> String {
    figures::figure(Unit::UsdPerMonth, value)
}

fn headline(bill: &Bill, first: Option<&Charge>) -> String {
    let total = usd(bill.total());
    match first.filter(|first| first.share > 0.0) {
        Some(first) => {
            let whose = if first.node.is_empty() { &first.item } else { &first.node };
            let part = figures::share(first.share);
            format!("{total}, {part} of it for {}", text::clean(whose, 60))
        }
        None => total,
    }
}

fn table(bill: &Bill, charges: &[&Charge]) -> Markup {
    html! {
        table.stack.bill {
            caption.hidden { "The bill" }
            thead { tr {
                th scope="col" { "item" } th scope="col" { "quantity a month" }
                th.r scope="col" { "price, USD" }
                th scope="col" { "share" } th.r scope="col" { "USD a month" }
            } }
            tbody {
                @for charge in charges { (line(charge)) }
                tr.total {
                    th scope="row" { "total" } td {} td {} td {}
                    td.r data-l="USD a month" { (money(bill.total())) }
                }
            }
        }
    }
}

fn line(charge: &Charge) -> Markup {
    let which = format!("{} {}", charge.product, charge.why);
    html! {
        tr {
            th scope="row" {
                (text::code(&charge.item))
                @if !charge.node.is_empty() { " " (text::name(&charge.node)) }
                small { (text::clean(which.trim(), 160)) }
            }
            td data-l="quantity a month" {
                (figures::count(charge.quantity)) " " (text::name(&charge.unit))
            }
            td.r data-l="price, USD" { (price(charge.price)) }
            td.bar data-l="share" {
                (ledger::strip(0.0, charge.share, "f-blue"))
                small { (figures::share(charge.share)) }
            }
            td.r data-l="USD a month" { (money(charge.usd_month)) }
        }
    }
}

/// Without cents over 10.
pub(super) fn money(value: f64) -> String {
    if value >= 10.0 { figures::count(value.round()) } else { format!("{value:.2}") }
}

fn price(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What the bill comes to for each connection and delivery.
fn rates(summary: &Summary) -> Markup {
    let told = |name: &str, what: &str| {
        let metric = summary.metric(name)?;
        Some(format!("{} {what}", figures::figure(metric.unit, metric.mean?)))
    };
    let many = head::are_many(summary);
    let all = [
        told("cost.per_1k_connections", "per 1,000 connections").filter(|_| many),
        told("cost.per_million_deliveries", "per million deliveries"),
    ];
    let all: Vec<String> = all.into_iter().flatten().collect();
    html! { @if !all.is_empty() { p.foot { (all.join("; ")) "." } } }
}

/// Where the prices come from, each once.
fn notes(bill: &Bill) -> Markup {
    let mut sources: Vec<String> = Vec::new();
    for charge in &bill.charges {
        let source = format!("{}, {}", charge.source, charge.date);
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    let phases = if bill.steady { "its steady phases" } else { "all of it" };
    html! {
        p { "A month of 730" (GAP) "h that looks like the run: rates are those of " (phases) ", "
            (figures::spoken(bill.over)) " of it." }
        p { b { "Prices. " } @for (place, source) in sources.iter().enumerate() {
            @if place > 0 { "; " } (text::name(source)) } "." }
    }
}
