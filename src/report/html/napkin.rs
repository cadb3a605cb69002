//! The napkin beside the simulation: what closed forms say, what the run shows, why they differ.
use super::text::{self, number};
use crate::summary::{
    Summary,
    figures::{self, GAP, Scale, share},
    napkin::{Compared, LARGE},
};
use maud::{Markup, html};

/// From so many times more on a difference is told as a factor.
const MANY: f64 = 10.0;

/// The table; none where nothing was held against the run.
pub(super) fn body(summary: &Summary) -> Option<Markup> {
    let all = &summary.napkin;
    let intervals = all.iter().any(|one| one.ci_low.is_some());
    (!all.is_empty()).then(|| {
        html! {
            figure.row {
                div.c {
                    h3 { (headline(all)) }
                    p.sub { "Closed forms beside the mean of the run"
                        @if summary.replications > 1 { "s" } "." }
                    table.stack.napkin {
                        caption.hidden { "Napkin beside simulation" }
                        thead { tr {
                            th scope="col" { "quantity" } th scope="col" { "closed form" }
                            th.r scope="col" { "napkin" } th.r scope="col" { "simulated" }
                            th.r scope="col" { "difference" }
                        } }
                        tbody { @for one in all { (row(one, intervals)) } }
                    }
                }
                figcaption.note {
                    p { b { "Read it so. " } "Formulas know no queue, no uneven share and no \
                        second attempt; the run does. A difference over " (share(LARGE))
                        " has its reason from the same run, or is unexplained." }
                    p { "Rates that are compared a second are those of the whole run; attempts \
                        those of its steady phase. " code { "squall napkin" } " prints the \
                        estimates alone, " code { "napkin.csv" } " has the table." }
                }
            }
        }
    })
}

/// How well they agree.
pub(in crate::report) fn headline(all: &[Compared]) -> String {
    let held: Vec<&Compared> = all.iter().filter(|one| one.simulated.is_some()).collect();
    let far: Vec<&&Compared> = held.iter().filter(|one| one.is_large()).collect();
    if held.is_empty() {
        return "The run measures none of the closed forms".to_owned();
    }
    let parts = held.iter().filter(|one| !one.is_large()).filter_map(|one| one.deviation);
    let most = parts.map(f64::abs).fold(0.0, f64::max);
    // Less than that is how the numbers are written.
    let most = if most < 1e-9 {
        "exactly".to_owned()
    } else {
        format!("within {}", share(most.max(1e-6)))
    };
    match far.as_slice() {
        [] => format!("The napkin agrees {most}"),
        [one] => format!("The napkin agrees {most}, except on {}", name(one)),
        _ => format!(
            "{} of {} closed forms agree within {}",
            held.len() - far.len(),
            held.len(),
            share(LARGE)
        ),
    }
}

/// The name within a sentence.
fn name(one: &Compared) -> String {
    let mut letters = one.name.chars();
    let first = letters.next().map(|letter| letter.to_lowercase().to_string());
    let keeps = one.name.chars().nth(1).is_some_and(char::is_uppercase);
    let name = if keeps { one.name.clone() } else { first.unwrap_or_default() + letters.as_str() };
    if one.of.is_empty() { name } else { format!("{name} ({})", text::clean(&one.of, 60)) }
}

fn row(one: &Compared, intervals: bool) -> Markup {
    html! {
        tr {
            th scope="row" { (text::name(&one.name))
                @if !one.of.is_empty() { small { (text::name(&one.of)) } } }
            td data-l="closed form" { (text::sentence(&one.formula)) }
            (held(one, intervals))
        }
    }
}

/// The estimate, what the run shows, and how far they are apart.
pub(super) fn held(one: &Compared, intervals: bool) -> Markup {
    let ends: Vec<f64> = one.ci_low.into_iter().chain(one.ci_high).collect();
    let scale = one.simulated.map(|mean| Scale::shared(one.unit, mean, &ends));
    let simulated = html! {
        @match (scale, one.simulated) {
            (Some(scale), Some(mean)) => {
                b { (scale.text(mean)) }
                @if let (true, Some(low), Some(high)) = (intervals, one.ci_low, one.ci_high) {
                    small { "[" (scale.number(low)) ", " (scale.number(high)) "]" }
                }
            }
            _ => (figures::NONE),
        }
    };
    let apart = html! { (difference(one))
    @if !one.reason.is_empty() { small { (text::sentence(&one.reason)) } } };
    html! {
        (number("napkin", Some(one.estimate), &html! {
            (figures::figure(one.unit, one.estimate)) }))
        (number("simulated", one.simulated, &simulated))
        (number("difference", one.deviation, &apart))
    }
}

/// Signed; from a factor on as that.
pub(in crate::report) fn signed(part: f64) -> String {
    // Nobody reads five digits of percent.
    if part >= MANY {
        return format!("{} times", figures::count((part + 1.0).round()));
    }
    let sign = match part {
        it if it > 0.0005 => "+",
        it if it < -0.0005 => "−",
        _ => "",
    };
    let percent = part.abs() * 100.0;
    let digits = usize::from(percent < 100.0);
    format!("{sign}{percent:.digits$}{GAP}%")
}

/// The same in ink where it is large.
fn difference(one: &Compared) -> Markup {
    html! {
        @match (one.deviation, one.simulated) {
            (Some(part), _) if one.is_large() => b { (signed(part)) },
            (Some(part), _) => (signed(part)),
            (None, Some(_)) if one.reason.is_empty() && one.estimate == 0.0 => "0",
            _ => (figures::NONE),
        }
    }
}
