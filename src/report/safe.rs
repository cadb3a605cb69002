//! Texts from files as signs that can be seen: nothing that turns, hides or never ends.
use std::ops::RangeInclusive;

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
pub(super) fn visible(c: char) -> char {
    match c {
        '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => ' ',
        c if c.is_control() => '\u{FFFD}',
        c => straight(c),
    }
}

/// The latter alone.
pub(super) fn straight(c: char) -> char {
    if turns(c) { '\u{FFFD}' } else { c }
}

/// Whether a character turns the direction of what follows, or hides.
pub fn turns(c: char) -> bool {
    const TURNING: [RangeInclusive<char>; 4] = [
        '\u{061C}'..='\u{061C}',
        '\u{200E}'..='\u{200F}',
        '\u{202A}'..='\u{202E}',
        '\u{2066}'..='\u{2069}',
    ];
    c == '\u{FEFF}' || TURNING.iter().any(|range| range.contains(&c))
}

/// A word as a shell reads it.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./=:,%@+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Words as a shell reads them, each behind a space.
pub fn quoted_words(words: &[String]) -> String {
    words.iter().fold(String::new(), |text, word| text + " " + &quoted(word))
}

#[cfg(test)]
mod tests {
    use super::{clean, quoted, quoted_words};

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(quoted("rolling-deploy"), "rolling-deploy");
        assert_eq!(quoted("a.b=[1, 2]"), "'a.b=[1, 2]'");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(quoted_words(&["a".to_owned(), "b c".to_owned()]), " a 'b c'");
    }

    #[test]
    fn texts_cannot_turn_or_hide_what_follows() {
        assert_eq!(clean("a\u{202E}b\0c\td", 10), "a\u{FFFD}b\u{FFFD}c d");
        assert_eq!(clean("שלום", 10), "שלום");
        assert_eq!(clean("a\u{2028}\u{200F}b", 10), "a \u{FFFD}b");
        assert_eq!(clean("abcdef", 3), "abc… (6 characters)");
    }
}
