//! How to get the same numbers again, bit by bit.
use super::text;
use crate::{
    engine::number,
    scenario::Writer,
    summary::{Summary, figures},
};
use maud::{Markup, html};

/// The command and what identifies the result.
pub(super) fn body(summary: &Summary) -> Markup {
    html! {
        pre { code dir="auto" { (text::clean(&command(summary), 4_000)) } }
        table.facts {
            caption.hidden { "What identifies this result" }
            tbody {
                tr { th scope="row" { "squall" } td { (text::name(&summary.version)) } }
                tr { th scope="row" { "seed" } td { (summary.seed) } }
                tr { th scope="row" { "fingerprint" } td { code { (fingerprint(summary)) } } }
                @if summary.fingerprints.len() > 1 {
                    tr { th scope="row" { "of each run" } td {
                        @for one in summary.fingerprints.iter().take(20) { code { (spaced(*one)) } br; }
                        @if summary.fingerprints.len() > 20 { "and " (summary.fingerprints.len() - 20) " more" }
                    } }
                }
                tr { th scope="row" { "events" } td { (figures::count(number::float(summary.events))) } }
            }
        }
        p.foot { "The same input, seed and version give the same fingerprint and the same files, on any \
            machine and with any number of threads. The resolved input lies in "
            code { "manifest.json" } "." }
    }
}

/// The command line of this run: the file by its name, and what arguments set.
fn command(summary: &Summary) -> String {
    let mut line = format!("squall run {}", quoted(&format!("{}.yaml", summary.experiment)));
    let set = summary.assumptions.iter().filter(|origin| origin.from == Writer::CommandLine);
    for origin in set.filter(|origin| origin.path != "seed") {
        line += &format!(" --set {}", quoted(&format!("{}={}", origin.path, origin.value)));
    }
    format!("{line} --seed {}", summary.seed)
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./=:,%@+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn fingerprint(summary: &Summary) -> String {
    spaced(summary.fingerprint)
}

/// In groups, as the terminal prints it.
fn spaced(fingerprint: u64) -> String {
    let digits = format!("{fingerprint:016x}");
    let groups: Vec<&str> = (0..4).map(|k| &digits[4 * k..4 * k + 4]).collect();
    groups.join(" ")
}

/// The page's last line.
pub(super) fn footer(summary: &Summary) -> Markup {
    html! {
        span { "squall " (text::name(&summary.version)) }
        span { "seed " (summary.seed) }
        span { "fingerprint " (fingerprint(summary)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(quoted("rolling-deploy"), "rolling-deploy");
        assert_eq!(quoted("a.b=[1, 2]"), "'a.b=[1, 2]'");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
    }
}
