//! A napkin on a terminal: each estimate with its formula, so that a reader can argue.
use super::{BOLD, CYAN, DIM, GREEN, PLAIN, RED, WIDTH, left, painted, right, shown, wrapped};
use crate::summary::{
    figures::{self, Scale},
    napkin::Line,
};

/// Columns of the names.
const NAMES: usize = 25;
/// A formula has at least so many columns beside its value; else the value takes the next line.
const LEAST: usize = 24;

/// Something that must hold, and whether it does.
pub type Checked<'a> = (&'a str, bool);

/// What is printed of a napkin.
#[derive(Clone, Debug)]
pub struct Text<'a> {
    /// The experiment's name.
    pub experiment: &'a str,
    /// The estimates.
    pub lines: &'a [Line],
    /// What must hold.
    pub checks: Vec<Checked<'a>>,
    /// What only a simulation shows.
    pub left_out: &'a str,
    /// The next useful command.
    pub next: &'a str,
}

/// The whole text.
pub fn print(text: &Text<'_>, unicode: bool) -> String {
    let mut out = painted(BOLD, text.experiment) + ", closed forms only\n\n";
    let mut about = "";
    for one in text.lines {
        if one.of != about && !one.of.is_empty() {
            out += &(painted(BOLD, &one.of) + "\n");
        } else if one.of != about {
            out.push('\n');
        }
        about = &one.of;
        out += &line(one);
    }
    out.push('\n');
    out += &checks(&text.checks);
    for part in wrapped(&format!("Not in a napkin: {}", text.left_out), WIDTH) {
        out += &(painted(DIM, &part) + "\n");
    }
    out += &format!("next    {}\n", painted(CYAN, text.next));
    shown(&out, unicode)
}

/// Name, formula, value: in one line if they fit.
fn line(line: &Line) -> String {
    let mut value = figures::figure(line.unit, line.value);
    if value.is_empty() {
        value = Scale::of(line.unit, line.value).text(line.value);
    }
    if !line.note.is_empty() {
        value = format!("{value}, {}", line.note);
    }
    let indent = if line.of.is_empty() { "" } else { "  " };
    let names = NAMES - indent.len();
    let room = WIDTH.saturating_sub(NAMES + 2 + value.chars().count());
    let width = if room < LEAST { WIDTH - NAMES } else { room };
    let mut parts = wrapped(&line.formula, width);
    if parts.is_empty() {
        parts.push(String::new());
    }
    let mut text = String::new();
    // A name that fills its column has a line of its own.
    let long = line.name.chars().count() >= names;
    if long {
        text += &format!("{indent}{}\n", line.name);
    }
    for (place, part) in parts.iter().enumerate() {
        let name = if place == 0 && !long { line.name.as_str() } else { "" };
        text += indent;
        text += &left(PLAIN, name, names);
        let rest = WIDTH - NAMES;
        if place == 0 && room >= LEAST {
            text += &left(DIM, part, room + 2);
            text += &right(BOLD, &value, rest.saturating_sub(room + 2));
        } else {
            text += &painted(DIM, part);
        }
        text.push('\n');
    }
    if room < LEAST {
        text += &" ".repeat(NAMES);
        text += &(right(BOLD, &value, WIDTH - NAMES) + "\n");
    }
    text
}

/// What must hold: first what does not.
fn checks(all: &[Checked<'_>]) -> String {
    let mut text = String::new();
    if all.is_empty() {
        return text;
    }
    for holds in [false, true] {
        for (what, _) in all.iter().filter(|check| check.1 == holds) {
            let (style, sign) = if holds { (GREEN, "✓") } else { (RED, "✗") };
            let mut lines = wrapped(what, WIDTH - 4).into_iter();
            text += &format!("  {} {}\n", painted(style, sign), lines.next().unwrap_or_default());
            lines.for_each(|line| text += &format!("    {line}\n"));
        }
    }
    let broken = all.iter().filter(|check| !check.1).count();
    let head = match broken {
        0 => "Checked: all holds".to_owned(),
        _ => format!("Checked: {broken} of {} do not hold", all.len()),
    };
    format!("{}\n{text}\n", painted(BOLD, &head))
}

/// What a terminal without Unicode shows of formulas.
pub(super) fn symbols(text: &str) -> String {
    let pairs = [
        ("✓", "ok"),
        ("✗", "NO"),
        ("÷", "/"),
        ("≥", ">="),
        ("≤", "<="),
        ("λ", "lambda"),
        ("→", "->"),
        ("⌈", "ceil("),
        ("⌉", ")"),
        ("·", "*"),
    ];
    pairs.into_iter().fold(text.to_owned(), |text, (sign, words)| text.replace(sign, words))
}
