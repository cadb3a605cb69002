//! What a board asks: how much room is left, what growth costs, what to change. The answers are
//! those of `summary::board`.
use super::{reproduce, text};
use crate::{
    engine::number,
    record::Unit,
    summary::{
        Summary,
        board::{self, AIM, Budget, Change, Grown, Headroom, USED_UP},
        figures::{self, GAP, share},
    },
};
use maud::{Markup, html};

/// So many times the users are too far from those of the run to be told.
const FAR: f64 = 1_000.0;
/// So few of a tier's most connections are next to nobody.
const FEW: f64 = 0.01;
/// A tier without a connection for a larger part of the run is told.
const IDLE: f64 = 0.02;
/// A share below this is told as that.
const LEAST: f64 = 1e-4;

/// The changes that the run speaks for; none where there are none.
pub(super) fn recommendation(summary: &Summary) -> Option<Markup> {
    let none = || board::no_advice(summary).map(|it| html! { p.lead { (text::sentence(&it)) } });
    recommended(summary, &board::changes(summary)).or_else(none)
}

/// The same with some of them.
pub(super) fn recommended(summary: &Summary, changes: &[Change]) -> Option<Markup> {
    (!changes.is_empty()).then(|| {
        html! {
            p.lead { "From closed forms over what this run measured. Not run yet: whether a change \
                does what it should is for the next run to say." }
            (table(changes))
            pre { code dir="auto" {
                (text::clean(&reproduce::changed(summary, changes), 1_200)) } }
        }
    })
}

/// Parameters, each from what to what and why.
pub(super) fn table(changes: &[Change]) -> Markup {
    html! {
        table.stack.changes {
            caption.hidden { "Recommended changes" }
            thead { tr {
                th scope="col" { "parameter" } th scope="col" { "from" } th scope="col" { "to" }
                th scope="col" { "evidence" }
            } }
            tbody { @for change in changes { (changed(change)) } }
        }
    }
}

fn changed(change: &Change) -> Markup {
    html! {
        tr {
            th scope="row" { (text::code(&change.path)) }
            td data-l="from" { (text::name(&change.from)) }
            td data-l="to" { b { (text::name(&change.to)) } }
            td data-l="evidence" { (text::sentence(&change.evidence)) }
        }
    }
}

/// The budgets of each gateway tier; none without one.
pub(super) fn headroom(summary: &Summary) -> Option<Markup> {
    let rooms = board::headroom(summary);
    let all = board::rooms(summary);
    let first = board::binding(&all);
    (!rooms.is_empty()).then(|| {
        html! { @for room in &rooms {
            (of_tier(room, first.filter(|it| it.0.node != room.node), idle(summary, &room.node)))
        } }
    })
}

/// For how long nobody was connected to a tier that is used otherwise, in seconds.
fn idle(summary: &Summary, node: &str) -> Option<f64> {
    let held = summary.level(node, "connections", "total")?;
    let (_, most) = held.peak().filter(|&(_, most)| most > 0.0)?;
    // Some stay where nobody else gets to.
    let none = held.values().filter(|&(_, held)| held <= FEW * most).count();
    let idle = number::float(number::count(none)) * held.step;
    (idle >= IDLE * summary.horizon.seconds()).then_some(idle)
}

/// What of another node is full with the users of the run, or with fewer.
fn elsewhere(first: Option<(&Headroom, &Budget)>) -> Option<String> {
    let full = |it: &(&Headroom, &Budget)| !board::can_wait(it.1.name) && it.1.peak > USED_UP;
    let (room, budget) = first.filter(full)?;
    Some(format!("; {} of {} is full already", budget.name, text::clean(&room.node, 80)))
}

/// `first` is the budget of another node that is full before all of this tier.
fn of_tier(room: &Headroom, first: Option<(&Headroom, &Budget)>, idle: Option<f64>) -> Markup {
    let before = elsewhere(first);
    let first = &room.budgets[0];
    let zones = room.budgets.iter().any(|budget| budget.zone_less.is_some());
    let less = room.budgets.iter().any(|budget| budget.one_less.is_some());
    html! {
        figure.row {
            div.c {
                h3 {
                    "Of " (text::name(&room.node)) " alone: "
                    @match first.full_at {
                        Some(full) if first.wait().is_some() => {
                            (first.wait().unwrap_or_default())
                            "; the steady rate is full with " (users(full))
                        }
                        Some(full) if first.exceeded => { (exceeded(first, full)) }
                        Some(full) if full > room.users * 1.001 => {
                            (first.name) " would be full first, with " (users(full)) ", "
                            (figures::compact(full / room.users)) " times those of this run"
                            @if let Some(before) = &before { (before) }
                        }
                        Some(full) if full > room.users * USED_UP => {
                            "nothing is left of its " (first.name) " at the peak of this run"
                        }
                        Some(full) => { (first.name) " do for no more than " (users(full)) }
                        None => { (first.name) " at " (share(first.peak)) " at its peak" }
                    }
                }
                p.sub { "How much of each budget is used, from the first to be full on." }
                table.stack.budgets {
                    caption.hidden { "Budgets of " (text::name(&room.node)) }
                    thead { tr {
                        th scope="col" { "budget" } th.r scope="col" { "on average" }
                        @if less { th.r scope="col" { "one instance less" } }
                        @if zones { th.r scope="col" { "a zone less" } }
                        th.r scope="col" { "peak of the run" } th.r scope="col" { "full with" }
                    } }
                    tbody { @for budget in &room.budgets {
                        (of_budget(budget, room.users, [less, zones]))
                    } }
                }
            }
            figcaption.note {
                @if room.budgets.iter().any(|budget| budget.name == board::NEW_CONNECTIONS) {
                    p { "Its vendor sizes it; what binds is the quota. The peak is the second with \
                        most attempts: beyond 100" (GAP) "% they are refused. A herd can wait: the \
                        users with whom it is full are those whose steady rate is all of it." }
                } @else {
                p { b { "Read it so. " } "Averages are spread evenly over "
                    (figures::counted(room.instances, "instance", "instances"))
                    @if zones { " in " (figures::counted(room.zones, "zone", "zones")) }
                    "; with some less, the others carry the same work. The peak is that of the \
                    fullest instance, whatever was done to the system; the users with whom it \
                    would be full do the same in the same timeline." }
                }
                @if let Some(idle) = idle {
                    p.also { "For " (figures::clock(idle)) " of the run next to nobody is \
                        connected to it: what is free then is no headroom, and its averages are \
                        lower for it." }
                }
                @if room.budgets.iter().any(|budget| budget.name == board::HANDSHAKES) {
                    p { "Handshakes are attempts over what the gateways that serve at that moment \
                        do when they do nothing else; beyond 100" (GAP) "% they queue. A herd \
                        can wait: the users with whom it is full are those whose steady rate \
                        is all of it." }
                }
            }
        }
    }
}

/// That instances were killed for a budget.
fn exceeded(budget: &Budget, full: f64) -> String {
    let most = users(full);
    format!("its {} is exceeded, instances end of it: it does for no more than {most}", budget.name)
}

pub(in crate::report) fn users(count: f64) -> String {
    figures::counted(rounded(count), "user", "users")
}

/// Three digits: no more are known.
pub(super) fn rounded(value: f64) -> f64 {
    format!("{value:.2e}").parse::<f64>().unwrap_or(value).round()
}

/// The users with whom a budget is full, as far as that can be told from those of this run.
pub(super) fn full_with(budget: &Budget, all: f64) -> String {
    match budget.full_at {
        // A peak ends at the limit: it does not say by how much more is wanted.
        Some(_) if budget.fewer => "fewer than these".to_owned(),
        Some(full) if full > FAR * all => format!("over {} times these", figures::count(FAR)),
        Some(full) => users(full),
        None => budget.few.map_or_else(
            || figures::NONE.to_owned(),
            |few| format!("{} too few to tell", attempts(few)),
        ),
    }
}

fn attempts(count: f64) -> String {
    figures::counted(count.ceil(), "steady attempt is", "steady attempts are")
}

fn of_budget(budget: &Budget, all: f64, [less, zones]: [bool; 2]) -> Markup {
    html! {
        tr {
            th scope="row" { (budget.name) small { (budget.limit) } }
            td.r data-l="on average" { (used(Some(budget.average))) }
            @if less { td.r data-l="one instance less" { (used(budget.one_less)) } }
            @if zones { td.r data-l="a zone less" { (used(budget.zone_less)) } }
            td.r data-l="peak of the run" { b { (used(Some(budget.peak))) } }
            td.r data-l="full with" {
                (full_with(budget, all))
            }
        }
    }
}

/// A share with a word where it is more than there is: colour is never alone.
pub(super) fn used(part: Option<f64>) -> Markup {
    let over = part.is_some_and(|part| part > 1.0);
    html! {
        @if over { span.fail { "▲ " (told(part)) } } @else { (told(part)) }
    }
}

pub(super) fn told(part: Option<f64>) -> String {
    let told = |part: f64| {
        if part > 0.0 && part < LEAST { figures::spoken_share(part) } else { share(part) }
    };
    part.map_or_else(|| figures::NONE.to_owned(), told)
}

/// What more users would cost and fill; none where neither is known.
pub(super) fn growth(summary: &Summary) -> Option<Markup> {
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
                            @if bound { th.r scope="col" { "fullest budget, on the nodes of \
                                this run" } }
                        } }
                        tbody { @for grown in &all { (of_growth(grown, priced, bound)) } }
                    }
                }
                figcaption.note {
                    @if priced {
                        p { "The bill by its own rules: gateways and fan-outs are added where the \
                            fullest of those that there are would pass " (share(AIM)) ", shards of \
                            the registry as needed, tiers of what goes out; brokers and hours of \
                            the balancer stay. Line by line in "
                            code { "growth.csv" } "." }
                    }
                    @if bound { p { "The fullest budget is that of this run times the factor: \
                        over 100" (GAP) "% the design does not carry it. A herd of more users \
                        takes so many times as long to be back." } }
                }
            }
        }
    })
}

/// How the bill grows, where no budget is known.
fn dearer(all: &[Grown]) -> String {
    let bills = all.first().and_then(|it| it.bill).zip(all.last().and_then(|it| it.bill));
    let last = all.last().map_or(1.0, |grown| grown.factor);
    match bills.filter(|bills| bills.0 > 0.0) {
        Some((now, then)) => format!(
            "With {} times the users the bill is {} times as high",
            figures::compact(last),
            figures::compact(then / now),
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
