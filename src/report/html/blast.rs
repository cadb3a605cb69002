//! What each thing that was done to the system cost its users. The answers are those of
//! `summary::board`.
use super::text;
use crate::{
    record::Unit,
    summary::{
        Summary,
        board::{self, Back, Blast},
        figures::{self, rounded_whole, share},
    },
};
use maud::{Markup, html};

/// What each thing that was done cost the users; none where nothing did.
pub(super) fn of_run(summary: &Summary) -> Option<Markup> {
    let all = board::blasts(summary);
    let part = |blast: &Blast| blast.wrongs.iter().flatten().copied().fold(0.0, f64::max);
    let weight = |blast: &&Blast| (rounded_whole(blast.minutes), part(blast));
    let worst = all.iter().max_by(|one, other| {
        let (one, other) = (weight(one), weight(other));
        one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1))
    })?;
    let shown = board::wrongs(&all);
    Some(html! {
        // Its table needs the whole width where it has more columns.
        figure.row.wide[shown.contains(&true)] {
            div.c {
                h3 {
                    (text::name(&worst.name))
                    @if rounded_whole(worst.minutes) < 1.0 {
                        (goes_wrong(worst))
                    } @else {
                        @if worst.recovered { " and the recovery from it take " }
                        @else { " takes " }
                        (worst.at_least()) (minutes(worst.minutes)) " from the users"
                        @if worst.budget.is_some() {
                            ", " (worst.budget_told()) " of what a month may lose"
                        }
                    }
                }
                p.sub { (counts(&all)) (summary.each_is_a_mean()) }
                div.scroll tabindex="0" role="region" aria-label="Blast radius" {
                table.stack.blast {
                    caption.hidden { "Blast radius" }
                    thead { tr {
                        th scope="col" { "what" } th.r scope="col" { "connections" }
                        th.r scope="col" { "user-minutes lost" }
                        @for head in BACK { th.r scope="col" { (head) } }
                        th.r scope="col" { "longest outage" }
                        @for (head, _) in board::WRONGS.iter().zip(shown).filter(|it| it.1) {
                            th.r scope="col" { (head) } }
                        th.r scope="col" { "of a month’s budget" }
                    } }
                    tbody { @for blast in &all { (of_blast(summary, blast, shown)) } }
                }
                }
                @if let Some(longest) = board::in_all(summary, &all) { p.foot { (longest) } }
            }
            figcaption.note {
                p { b { "Read it so. " }
                    "Hit is a connection that is lost by it, moved one that is told to go \
                    elsewhere; a user whose connection is hit twice counts twice, and for the \
                    first fault until it is back. Back is counted from the fault’s begin." }
                @if all.iter().any(|blast| !blast.with.is_empty()) {
                    p { "A recovery belongs to the faults before it and stands with the last of \
                        them." }
                }
                @if gives_up(summary) {
                    p { "A session that gives up is without a connection until it does, not for \
                        the rest of its stay." }
                }
                @if worst.budget.is_some_and(|part| part > 0.0) {
                    p { "A month that is to have " (figures::figure(Unit::Share, worst.target))
                        " availability may lose " (allowed(worst)) " over all users." }
                }
            }
        }
    })
}

/// What the minutes of the rows are.
fn counts(all: &[Blast]) -> &'static str {
    let own = all.iter().filter(|blast| blast.own).count();
    if own == 0 {
        "Time without a connection beyond that of the steady time, over all users."
    } else if own == all.len() {
        "Time without a connection of those whom it hits, until each is back or the run ends."
    } else {
        "Time without a connection of those whom it hits, until each is back or the run ends; of \
         what hits nobody, that of all users beyond the steady time."
    }
}

/// Whether sessions of open streams end without having been served.
fn gives_up(summary: &Summary) -> bool {
    summary.mean("sessions.lost").is_some_and(|lost| lost > 0.0)
}

fn minutes(value: f64) -> String {
    figures::counted(rounded_whole(value), "user-minute", "user-minutes")
}

/// What a month may lose, over all users.
fn allowed(blast: &Blast) -> String {
    let whole = blast.budget.filter(|&part| part > 0.0).map(|part| blast.minutes / part);
    whole.map_or_else(|| figures::NONE.to_owned(), minutes)
}

/// When so many of those hit are back.
const BACK: [&str; 3] = ["half back", "99 % back", "all back"];

/// What goes wrong where no time without a connection is lost.
fn goes_wrong(blast: &Blast) -> String {
    match blast.wrongs {
        [Some(part), _] => format!(" fails {} of the polls while it lasts", share(part)),
        [_, Some(part)] => {
            let until = match blast.late {
                late if late >= 1.0 => " before the run ends, none of it is lost",
                late if late > 0.0 => " before the run ends",
                _ => "",
            };
            format!(": {} of what is sent while it lasts does not arrive{until}", share(part))
        }
        [None, None] => " takes no time from the users".to_owned(),
    }
}

/// The cells of what goes wrong, of those that are shown.
pub(super) fn wrongs(blast: &Blast, shown: [bool; 2]) -> Markup {
    let all = board::WRONGS.iter().zip(blast.wrongs).zip(shown);
    html! {
        @for ((head, part), _) in all.filter(|it| it.1) {
            (text::number(head, part, &html! {
                (part.map_or_else(|| figures::NONE.to_owned(), share)) }))
        }
    }
}

fn of_blast(summary: &Summary, blast: &Blast, shown: [bool; 2]) -> Markup {
    let none = || figures::NONE.to_owned();
    html! {
        tr {
            th scope="row" { (text::name(&blast.name)) small { "at " (figures::clock(blast.at))
                (with(blast)) } }
            td.r data-l="connections" {
                (blast.hit.map_or_else(none, |hit| figures::count(hit.round())))
                @if blast.hit.is_some() {
                    small { (blast.does.word()) } } }
            td.r data-l="user-minutes lost" { b { (blast.minutes_told()) } }
            @for (back, head) in blast.back.iter().zip(BACK) {
                td.r data-l=(head) { (after(summary, blast, back)) } }
            td.r data-l="longest outage" { (blast.longest_told()) }
            (wrongs(blast, shown))
            td.r data-l="of a month’s budget" { (blast.budget_told()) }
        }
    }
}

/// Whose recovery is told with it, or how many have none.
fn with(blast: &Blast) -> String {
    if let Some(away) = blast.away.map(f64::round).filter(|&away| away > 0.0) {
        return format!("; {} not back at the end", figures::count(away));
    }
    let others: Vec<String> = blast.with.iter().map(|name| text::clean(name, 60)).collect();
    match (blast.recovered, others.is_empty()) {
        (false, _) => String::new(),
        (true, true) => ", with its recovery".to_owned(),
        (true, false) => format!(", with the recovery from it and {}", figures::listed(&others)),
    }
}

/// When they are back; if they are not, until when nobody saw them.
pub(super) fn after(summary: &Summary, blast: &Blast, back: &Back) -> Markup {
    html! {
        (back)
        @if blast.so_far(back) { small { "of those so far" } }
        @if *back == Back::Never {
            small { @if let Some(never) = blast.never { (share(never)) " still away" }
                @else { "at " (figures::spoken(summary.horizon.seconds())) } }
        }
    }
}
