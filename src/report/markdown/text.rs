//! Texts from files within Markdown: nothing that they hold is read as Markdown or HTML.
use crate::{report::safe::clean, summary::figures};

/// Longer texts are cut.
const LONGEST: usize = 1_200;

/// A text as words, on one line, wherever it stands: in a paragraph, a list, a cell. What means
/// nothing where it stands stays as it is, so that the text can be read as it lies in the file.
pub(super) fn words(text: &str) -> String {
    let all: Vec<char> = figures::plain(&clean(text, LONGEST)).trim().chars().collect();
    let formula = all.iter().filter(|&&c| c == '$').count() > 1;
    let mut out = String::new();
    for (place, &c) in all.iter().enumerate() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '_' if inside(&all, place) => out.push(c),
            '\\' | '`' | '*' | '_' | '|' | '~' => out.extend(['\\', c]),
            '$' if formula => out.extend(['\\', c]),
            '[' | ']' if links(&all, place) => out.extend(['\\', c]),
            '.' if of_www(&all, place) => out += &format!("{APART}."),
            '@' | '#' | ':' if refers(&all, place) => {
                out += if begins_block(&all, place) { "\\" } else { "" };
                out.push(c);
                out += APART;
            }
            _ if begins_block(&all, place) => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out
}

/// Keeps two signs apart where they stand: what GitHub makes of them is known by the text alone, so
/// that no backslash helps.
const APART: &str = "<!-- -->";

/// Whether a sign would make a mention of what follows, a number of an issue, or an address.
fn refers(all: &[char], place: usize) -> bool {
    let next = all.get(place + 1).copied().unwrap_or(' ');
    match all[place] {
        '@' => next.is_alphanumeric(),
        '#' => next.is_ascii_digit(),
        _ => next == '/' && all.get(place + 2) == Some(&'/'),
    }
}

/// Whether a point stands behind `www`, which begins an address as well.
fn of_www(all: &[char], place: usize) -> bool {
    let starts = place.checked_sub(3).map(|start| &all[start..place]);
    starts.is_some_and(|word| word.iter().all(|c| c.eq_ignore_ascii_case(&'w')))
}

/// Whether a bracket would end the words of a link or a note, or begin a box to tick.
fn links(all: &[char], place: usize) -> bool {
    match all[place] {
        ']' => all.get(place + 1).is_some_and(|next| "([:".contains(*next)),
        _ => place == 0 && all.get(2) == Some(&']'),
    }
}

/// Whether an underscore stands within a word, where it means nothing.
fn inside(all: &[char], place: usize) -> bool {
    let word =
        |at: Option<usize>| at.and_then(|at| all.get(at)).is_some_and(|c| c.is_alphanumeric());
    word(place.checked_sub(1)) && word(place.checked_add(1))
}

/// Whether a sign would begin a headline or a list if the text stands first in its line.
fn begins_block(all: &[char], place: usize) -> bool {
    let before = &all[..place];
    match all[place] {
        '#' | '+' | '-' | '=' | ':' => before.iter().all(|&c| "#+-=: ".contains(c)),
        '.' | ')' => {
            let free = all.get(place + 1).is_none_or(|&c| c == ' ');
            free && !before.is_empty() && before.iter().all(char::is_ascii_digit)
        }
        _ => false,
    }
}

/// A text as code, set between so many backticks that none of its own ends it.
pub(super) fn code(text: &str) -> String {
    let text = clean(text, LONGEST);
    let ticks = "`".repeat(longest_run(&text) + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    if text.is_empty() { text } else { format!("{ticks}{space}{text}{space}{ticks}") }
}

/// The same in a cell of a table, which ends at a bar even within code.
pub(super) fn code_cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// Lines as code, apart from the text.
pub(super) fn block(kind: &str, text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| clean(line, LONGEST)).collect();
    let ticks = "`".repeat(lines.iter().map(|line| longest_run(line) + 1).fold(3, usize::max));
    format!("{ticks}{kind}\n{}\n{ticks}\n", lines.join("\n"))
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A table; its cells are Markdown already. Columns that hold numbers stand at their right end.
pub(super) fn table(heads: &[&str], rows: &[Vec<String>], numbers: &[usize]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let rule = |column: usize| if numbers.contains(&column) { "---:" } else { "---" };
    let rules: Vec<String> = (0..heads.len()).map(|column| rule(column).to_owned()).collect();
    let heads: Vec<String> = heads.iter().map(|&head| head.to_owned()).collect();
    line(&heads) + &line(&rules) + &rows.iter().map(|row| line(row)).collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_nothing_but_themselves() {
        for (text, written) in [
            ("a|b `c` *d* <e> [f](g) h\ni", "a\\|b \\`c\\` \\*d\\* &lt;e&gt; [f\\](g) h i"),
            ("gave_up, _not_ \\n & $x$", "gave_up, \\_not\\_ \\\\n &amp; \\$x\\$"),
            ("[354, 366] costs $5", "[354, 366] costs $5"),
            ("[x] done [a]: b [^c]", "\\[x] done [a\\]: b [^c]"),
            ("# head", "\\# head"),
            ("1. item - x", "1\\. item - x"),
            ("a\u{202E}b\0c", "a\u{FFFD}b\u{FFFD}c"),
            ("3.5\u{202F}s", "3.5 s"),
            ("see https://a.org/x, www.b.org", "see https:<!-- -->//a.org/x, www<!-- -->.b.org"),
            ("ask @ann of #12, a@b.org", "ask @<!-- -->ann of #<!-- -->12, a@<!-- -->b.org"),
            ("#12 is late: #no @ 5:30", "\\#<!-- -->12 is late: #no @ 5:30"),
        ] {
            assert_eq!(words(text), written);
        }
    }

    #[test]
    fn code_ends_where_it_should() {
        assert_eq!(code("a < b"), "`a < b`");
        assert_eq!(code("a ``b` c"), "```a ``b` c```");
        assert_eq!(code("`a"), "`` `a ``");
        assert_eq!(code_cell("a|b\n"), "`a\\|b `");
        assert_eq!(block("sh", "a ```` b\nc"), "`````sh\na ```` b\nc\n`````\n");
    }
}
