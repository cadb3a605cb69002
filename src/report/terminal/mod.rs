//! The result on a terminal: the answer first, then the numbers it rests on, in 80 columns.
//!
//! The text carries colours; whoever prints it strips them where they are not wanted.
pub(super) mod metrics;
pub mod napkin;
mod observed;
mod sparkline;
mod sweep;
pub(super) mod verdicts;

use super::safe::{straight, visible};
use crate::{
    engine::number,
    summary::{Judged, Ledger, Summary, figures, observed::Observed, slo::Verdict},
};
pub use sweep::print as print_sweep;

use anstyle::{AnsiColor, Style};

/// The width of everything.
pub const WIDTH: usize = 80;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GREEN: Style = AnsiColor::Green.on_default();
const RED: Style = AnsiColor::Red.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const CYAN: Style = AnsiColor::Cyan.on_default();

/// How a result is printed, beside what it is.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// Whether the terminal shows more than ASCII.
    pub unicode: bool,
    /// Where the results lie.
    pub folder: String,
    /// How many charts lie there beside the report; none when nothing was drawn.
    pub charts: Option<usize>,
    /// The next useful command and what it is good for.
    pub next: Option<(String, String)>,
}

/// The whole text.
pub fn print(summary: &Summary, look: &Look) -> String {
    let parts = [
        answer(summary),
        verdicts::table(summary),
        metrics::table(summary, look.unicode),
        findings(summary),
        ledger(summary),
        places(look),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    seen(&parts.join("\n"), look.unicode)
}

/// How far measured values and simulated ones are apart; empty without measured ones.
pub fn observed(all: &[Observed], look: &Look) -> String {
    seen(&observed::table(all), look.unicode)
}

fn painted(style: Style, text: &str) -> String {
    if text.is_empty() || style == PLAIN {
        text.to_owned()
    } else {
        format!("{style}{text}{style:#}")
    }
}

/// The question, and what the objectives say, or else the main finding.
fn answer(summary: &Summary) -> String {
    let mut text = String::new();
    for line in wrapped(&summary.question, WIDTH) {
        text += &(painted(BOLD, &line) + "\n");
    }
    let real = || summary.slo.iter().filter(|judged| !judged.states_failure());
    let count = |verdict| real().filter(|judged| judged.verdict == verdict).count();
    let all = summary.slo.len();
    let style = match (count(Verdict::Fail) + count(Verdict::Error), count(Verdict::Inconclusive)) {
        _ if all == 0 => BOLD,
        // What goes wrong as it should is neither good nor bad news.
        (0, 0) if summary.slo.iter().any(Judged::states_failure) => BOLD,
        (0, 0) => GREEN.bold(),
        (0, _) => YELLOW.bold(),
        _ => RED.bold(),
    };
    let answer = summary.answer();
    for line in wrapped(&answer, WIDTH) {
        text += &(painted(style, &line) + "\n");
    }
    for line in wrapped(&summary.verdicts(), WIDTH).iter().filter(|_| answer != summary.verdicts())
    {
        text += &(line.clone() + "\n");
    }
    text
}

fn findings(summary: &Summary) -> String {
    if summary.diagnosis.iter().all(|sentence| *sentence == summary.answer()) {
        return String::new();
    }
    let mut text = painted(BOLD, "Findings") + "\n";
    // What the answer says need not be said twice.
    let answer = summary.answer();
    for sentence in summary.diagnosis.iter().filter(|sentence| **sentence != answer) {
        for (place, line) in wrapped(sentence, WIDTH - 4).iter().enumerate() {
            text += if place == 0 { "  " } else { "    " };
            text += &(line.clone() + "\n");
        }
    }
    text
}

/// That every delivery has exactly one end, with the numbers that are not zero.
fn ledger(summary: &Summary) -> String {
    let ledger = &summary.ledger[0];
    let ends = ["live", "replayed", "pulled", "lost", "expired", "pending"];
    let part = |end: &str| {
        let count = ledger.total(|known, _| known == end);
        (count > 0).then(|| format!("{} {end}", figures::count(number::float(count))))
    };
    let parts: Vec<String> = ends.into_iter().filter_map(part).collect();
    let whole = figures::count(number::float(ledger.intended));
    let sum = if parts.is_empty() { "0".to_owned() } else { parts.join(" + ") };
    let holds = if summary.adds_up() { "adds up" } else { "DOES NOT ADD UP" };
    let runs = match summary.replications {
        0 | 1 => String::new(),
        n => format!(" ({n} runs)"),
    };
    let equation = format!("ledger {holds}: {whole} intended = {sum}{runs}");
    let mut text = String::new();
    for (place, line) in wrapped(&equation, WIDTH - 2).iter().enumerate() {
        text += &(painted(DIM, &format!("{}{line}", if place == 0 { "" } else { "  " })) + "\n");
    }
    let hexadecimal = format!("{:016x}", summary.fingerprint);
    let groups: Vec<&str> = (0..4).map(|k| &hexadecimal[4 * k..4 * k + 4]).collect();
    let fingerprint = format!("  fingerprint {}, seed {}", groups.join(" "), summary.seed);
    text + &painted(DIM, &fingerprint) + "\n"
}

fn places(look: &Look) -> String {
    let mut text = format!("results  {}\n", painted(DIM, &look.folder));
    if let Some(charts) = look.charts {
        let page = format!("{}/{}", look.folder, super::PAGE);
        text += &format!("report   {}\n", painted(DIM, &page));
        let folder = format!("{}/charts", look.folder);
        if charts > 0 {
            text += &format!("charts   {}, {charts} as SVG and PNG\n", painted(DIM, &folder));
        }
    }
    if let Some((command, purpose)) = &look.next {
        text += &format!("next     {}", painted(CYAN, command));
        let room = WIDTH.saturating_sub(9 + command.chars().count());
        text += if purpose.chars().count() + 3 <= room { "   " } else { "\n         " };
        text += &(painted(DIM, purpose) + "\n");
    }
    text
}

impl Summary {
    /// The ledger of the window.
    pub fn window(&self) -> &Ledger {
        &self.ledger[0]
    }
}

/// A text as the terminal shows it.
pub fn shown(text: &str, unicode: bool) -> String {
    if unicode { seen(text, true) } else { seen(&napkin::symbols(text), false) }
}

/// The same of results: plain spaces, and nothing that turns what follows. Colours stay.
fn seen(text: &str, unicode: bool) -> String {
    let text = figures::plain(text).chars().map(straight).collect::<String>();
    if unicode { text } else { ascii(&text) }
}

/// Breaks a text at spaces; a word longer than the width stands alone.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    // No colours here: a control character is a stranger's.
    let text: String = text.chars().map(visible).collect();
    for word in figures::plain_words(&text) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

/// Between two columns.
const GUTTER: usize = 2;

/// How wide a column is whose cells stand at its right end.
fn widest<'t>(least: usize, cells: impl Iterator<Item = &'t String>) -> usize {
    cells.map(|cell| cell.chars().count() + GUTTER).fold(least, usize::max)
}

/// A cell whose text stands at its right end; colours take no room.
fn right(style: Style, text: &str, width: usize) -> String {
    let room = " ".repeat(width.saturating_sub(text.chars().count()));
    room + &painted(style, text)
}

/// A cell whose text stands at its left end.
fn left(style: Style, text: &str, width: usize) -> String {
    let room = " ".repeat(width.saturating_sub(text.chars().count()));
    painted(style, text) + &room
}

/// Neither bold nor coloured.
const PLAIN: Style = Style::new();

/// What a terminal without Unicode can show.
fn ascii(text: &str) -> String {
    let replace = |c: char| -> String {
        match c {
            '−' | '–' => "-".to_owned(),
            '×' => "x".to_owned(),
            'µ' => "u".to_owned(),
            '…' => "...".to_owned(),
            '’' => "'".to_owned(),
            _ => c.to_string(),
        }
    };
    let signs = text.replace("✓ pass", "ok    ").replace("✗ fail", "FAIL  ");
    let signs = signs.replace('●', "*").replace('◐', "~").replace('○', "-");
    let signs = signs.replace("◇ inconclusive", "? inconclusive").replace("✗ error", "ERROR  ");
    signs.chars().map(replace).collect()
}
