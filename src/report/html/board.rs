//! What a board asks: how much room is left, what growth costs, what to change. The answers are
//! those of `summary::board`.
mod growth;

pub(super) use growth::growth;

use super::{reproduce, text};
use crate::{
    engine::number,
    summary::{
        Summary,
        board::{self, Budget, Change, Headroom, USED_UP},
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
    let none = board::no_advice(summary).map(|it| html! { p.lead { (text::sentence(&it)) } });
    let all = recommended(summary, &board::changes(summary));
    (none.is_some() || all.is_some())
        .then(|| html! { (none.unwrap_or_default()) (all.unwrap_or_default()) })
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
                            @for wait in room.budgets.iter().filter_map(Budget::wait) {
                                "; " (wait) }
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
    figures::counted(figures::rounded_whole(count), "user", "users")
}

/// Where everybody who tries to connect is part of a herd, or tries again.
const UNSTEADY: &str = "no steady rate to tell by";

/// The users with whom a budget is full, as far as that can be told from those of this run.
pub(super) fn full_with(budget: &Budget, all: f64) -> String {
    match budget.full_at {
        // A peak ends at the limit: it does not say by how much more is wanted.
        Some(_) if budget.fewer => "fewer than these".to_owned(),
        Some(full) if full > FAR * all => format!("over {} times these", figures::count(FAR)),
        Some(full) => users(full),
        None => budget.few.map_or_else(
            || if board::can_wait(budget.name) { UNSTEADY } else { figures::NONE }.to_owned(),
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
