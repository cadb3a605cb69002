//! Texts from files, made safe to read. maud escapes markup; what else a text can do to a page
//! (turn its direction, hide in control characters, never end) is taken from it here.
pub(super) use crate::report::safe::clean;
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

/// The same where there is little room: it breaks behind points and brackets.
pub(super) fn breaking(text: &str) -> Markup {
    let text = clean(text, NAME);
    html! { code { bdi {
        @for piece in text.split_inclusive(['.', ')']) { (piece) wbr; }
    } } }
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

/// `code` between backticks, all else as text.
pub(super) fn with_code(text: &str) -> Markup {
    let pieces = text.split('`').enumerate();
    html! {
        @for (place, piece) in pieces {
            @if place % 2 == 1 { code { (piece) } } @else { (piece) }
        }
    }
}

/// A cell under a head that is sorted by its number, whatever units the others have.
pub(super) fn number(head: &str, value: Option<f64>, body: &Markup) -> Markup {
    html! { td.r data-l=(head) data-v=[value.filter(|it| it.is_finite())] { (body) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_text() {
        assert_eq!(name("<b>\"").into_string(), "<bdi>&lt;b&gt;&quot;</bdi>");
    }
}
