//! Texts from files, made safe to read. maud escapes markup; what else a text can do to a page
//! (turn its direction, hide in control characters, never end) is taken from it here.
use crate::summary::figures;
use maud::{Markup, html};

/// Longer names and values are cut.
const NAME: usize = 160;
/// Longer sentences are cut.
const SENTENCE: usize = 1_200;
/// Between a number and its unit.
const GAP: &str = "\u{202F}";

/// A name or a value, apart from the direction of what stands around it.
pub(super) fn name(text: &str) -> Markup {
    html! { bdi { (clean(text, NAME)) } }
}

/// The same as a piece of a file or a command.
pub(super) fn code(text: &str) -> Markup {
    html! { code { bdi { (clean(text, NAME)) } } }
}

/// A sentence that may hold names; no line breaks between a number and its unit.
pub(super) fn sentence(text: &str) -> Markup {
    let words = figures::plain_words(&clean(text, SENTENCE));
    let words: Vec<String> = words.iter().map(|word| word.replace(' ', GAP)).collect();
    html! { span dir="auto" { (words.join(" ")) } }
}

/// A text of several lines.
pub(super) fn lines(text: &str, most: usize) -> String {
    text.lines().map(|line| clean(line, most)).collect::<Vec<_>>().join("\n")
}

/// A text with no more than `most` characters, without those that have no sign of their own.
pub(super) fn clean(text: &str, most: usize) -> String {
    let length = text.chars().count();
    let mut out: String = text.chars().take(most).map(visible).collect();
    if length > most {
        out += &format!("… ({length} characters)");
    }
    out
}

/// Control characters, and those that turn the direction of all that follows, as a sign.
fn visible(c: char) -> char {
    match c {
        '\t' | '\n' | '\r' => ' ',
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' => '\u{FFFD}',
        c if c.is_control() => '\u{FFFD}',
        c => c,
    }
}

/// `code` between backticks, all else as text.
pub(super) fn with_code(text: &str) -> Markup {
    let pieces = text.split('`').enumerate();
    html! {
        @for (place, piece) in pieces {
            @if place % 2 == 1 { code { (piece) } } @else { (piece) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_turn_or_hide_what_follows() {
        assert_eq!(clean("a\u{202E}b\0c\td", 10), "a\u{FFFD}b\u{FFFD}c d");
        assert_eq!(clean("שלום", 10), "שלום");
        assert_eq!(clean("abcdef", 3), "abc… (6 characters)");
        assert_eq!(name("<b>\"").into_string(), "<bdi>&lt;b&gt;&quot;</bdi>");
    }
}
