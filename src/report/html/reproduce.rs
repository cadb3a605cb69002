//! How to get the same numbers again, bit by bit.
use super::text;
use crate::{
    engine::number,
    report::{files::observed::MEASURED, safe::quoted},
    scenario::path_of,
    summary::{Summary, board::Change, figures, observed::Observed},
};
use maud::{Markup, html};

/// So many fingerprints are shown.
const MOST: usize = 20;

/// The command and what identifies the result.
pub(super) fn body(summary: &Summary, observed: &[Observed]) -> Markup {
    html! {
        pre { code dir="auto" { (text::clean(&command(summary), 1_200)) } }
        (folder(&summary.file))
        @if !observed.is_empty() {
            p.foot { "The measured values beside it lie in " code { (MEASURED) } ", as "
                code { "--observed" } " reads them." }
        }
        (facts(&summary.version, summary.seed, summary.fingerprint, &summary.fingerprints,
            summary.events))
        p.foot { "The same input, seed and version give the same fingerprint and the same files, \
            on any \
            machine and with any number of threads. The resolved input lies in "
            code { "manifest.json" } "." }
    }
}

/// Where the command is for: results do not know where the file lay.
pub(super) fn folder(file: &str) -> Markup {
    html! { p.foot { "In the folder of " code { (text::clean(file, 80)) } "." } }
}

/// That the same comes out again, where no fingerprint is kept.
pub(super) fn same() -> Markup {
    html! {
        p.foot { "The same input, seed and version give the same borders, on any machine and with \
            any number of threads." }
    }
}

/// What identifies a result; `each` are the fingerprints of its runs.
pub(super) fn facts(version: &str, seed: u64, all: u64, each: &[u64], events: u64) -> Markup {
    html! {
        table.facts {
            caption.hidden { "What identifies this result" }
            tbody {
                tr { th scope="row" { "squall" } td { (text::name(version)) } }
                tr { th scope="row" { "seed" } td { (seed) } }
                tr { th scope="row" { "fingerprint" } td { code { (spaced(all)) } } }
                @if each.len() > 1 {
                    tr { th scope="row" { "of each run" } td {
                        @for one in each.iter().take(MOST) { code { (spaced(*one)) } br; }
                        @if each.len() > MOST { "and " (each.len() - MOST) " more" }
                    } }
                }
                tr { th scope="row" { "events" } td { (figures::count(number::float(events))) } }
            }
        }
    }
}

/// The command line of this run in the folder of its file, and what arguments set.
pub(in crate::report) fn command(summary: &Summary) -> String {
    let file = quoted(&summary.file);
    let sets = sets(&summary.sets, &[]);
    format!("squall run {file}{sets}{}", drawn(summary))
}

/// The same with changes of the input.
pub(super) fn changed(summary: &Summary, changes: &[Change]) -> String {
    let kept = sets(&summary.sets, changes);
    let file = quoted(&summary.file);
    let to = |change: &Change| quoted(&format!("{}={}", change.path, change.to));
    let new = changes.iter().fold(String::new(), |new, change| new + " --set " + &to(change));
    format!("squall run {file}{kept}{new}{}", drawn(summary))
}

/// Which draws they are.
fn drawn(summary: &Summary) -> String {
    let one = summary.replication.map_or_else(String::new, |k| format!(" --replication {k}"));
    format!(" --seed {}{one}", summary.seed)
}

/// What arguments set, as they were written; the seed apart, and what changes set anew.
pub(super) fn sets(written: &[String], changes: &[Change]) -> String {
    let anew = |path: &str| path == "seed" || changes.iter().any(|change| change.path == path);
    let kept = written.iter().filter(|set| !anew(path_of(set)));
    kept.fold(String::new(), |text, set| text + " --set " + &quoted(set))
}

/// In groups, as the terminal prints it.
pub(super) fn spaced(fingerprint: u64) -> String {
    let digits = format!("{fingerprint:016x}");
    let groups: Vec<&str> = (0..4).map(|k| &digits[4 * k..4 * k + 4]).collect();
    groups.join(" ")
}

/// The page's last line.
pub(super) fn foot(version: &str, seed: u64, fingerprint: u64) -> Markup {
    html! {
        span { "squall " (text::name(version)) }
        span { "seed " (seed) }
        span { "fingerprint " (spaced(fingerprint)) }
    }
}
