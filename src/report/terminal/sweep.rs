//! A sweep on a terminal: the answer, what to take, and a line for each point.
use super::{
    BOLD, DIM, GREEN, Look, PLAIN, RED, WIDTH, left, painted, places, right, seen, verdicts,
    widest, wrapped,
};
use crate::summary::{
    figures::{self, figure},
    slo::{Said, Verdict},
    sweep::{Point, Sweep},
};

/// Columns of numbers: (metric, head, width).
const COLUMNS: [(&str, &str, usize); 5] = [
    ("deliveries.missed", "missed", 9),
    ("delivery_lag.p99", "lag p99", 10),
    ("attempts.peak_per_second", "attempts/s", 11),
    ("clients.availability", "available", 11),
    ("cost.total", "cost", 14),
];
/// Points beyond this are in the file alone.
const SHOWN: usize = 60;

/// The whole text.
pub fn print(sweep: &Sweep, look: &Look) -> String {
    let mut text = String::new();
    for line in wrapped(&sweep.question, WIDTH) {
        text += &(painted(BOLD, &line) + "\n");
    }
    let style = match sweep.keeping(Verdict::Pass) {
        // What goes wrong as it should is neither good nor bad news.
        _ if !sweep.judged() || !sweep.failures().is_empty() => BOLD,
        0 => RED.bold(),
        _ => GREEN.bold(),
    };
    for (place, sentence) in sweep.findings().iter().enumerate() {
        for (line_place, line) in wrapped(sentence, WIDTH - 4).iter().enumerate() {
            text += match (place, line_place) {
                (0, _) => "",
                (_, 0) => "  ",
                _ => "    ",
            };
            text += &(painted(if place == 0 { style } else { PLAIN }, line) + "\n");
        }
    }
    text += "\n";
    text += &table(sweep);
    text += "\n";
    text += &painted(DIM, &format!("fingerprint {:016x}, seed {}", sweep.fingerprint, sweep.seed));
    text += "\n";
    text += &places(look);
    seen(&text, look.unicode)
}

fn table(sweep: &Sweep) -> String {
    let (judged, stated) = (sweep.has_slos(), !sweep.failures().is_empty());
    let [verdict, wrong] = [(judged, 14), (stated, 13)].map(|(is, wide)| if is { wide } else { 0 });
    let longest = sweep.points.iter().map(|point| point.name.chars().count()).max().unwrap_or(0);
    let name = longest.max(5) + 2;
    let mut room = WIDTH.saturating_sub(name.min(WIDTH / 2) + verdict + wrong);
    let shown = || sweep.points.iter().take(SHOWN);
    let value = |point: &Point, metric: &str| {
        let value = point.metric(metric).and_then(|it| Some(figure(it.unit, it.mean?)));
        value.unwrap_or_else(|| figures::NONE.to_owned())
    };
    let worth = COLUMNS.iter().filter(|it| sweep.is_worth(it.0));
    let wide = |&(metric, head, width): &(&'static str, &'static str, usize)| {
        let values: Vec<String> = shown().map(|point| value(point, metric)).collect();
        (metric, head, widest(width, values.iter()))
    };
    let mut columns: Vec<_> = worth.map(wide).collect();
    columns.retain(|(.., width)| {
        let fits = *width <= room;
        room = room.saturating_sub(*width);
        fits
    });
    let mut text = left(BOLD, "point", name);
    if judged {
        text += &left(BOLD, "SLO", verdict);
    }
    text += &left(BOLD, if stated { "goes wrong" } else { "" }, wrong);
    for (_, head, width) in &columns {
        text += &right(BOLD, head, *width);
    }
    text += "\n";
    for point in shown() {
        text += &left(PLAIN, &point.name, name);
        text += &said(point.kept().map(Said::Judged), verdict);
        text += &said(point.as_stated(), wrong);
        for (metric, _, width) in &columns {
            text += &right(PLAIN, &value(point, metric), *width);
        }
        text = text.trim_end().to_owned() + "\n";
    }
    if sweep.points.len() > SHOWN {
        let more = sweep.points.len() - SHOWN;
        text += &painted(DIM, &format!("and {more} more in points.csv\n"));
    }
    text
}

fn said(said: Option<Said>, width: usize) -> String {
    let Some(said) = said else { return " ".repeat(width) };
    left(verdicts::colour(said), &verdicts::words(said), width)
}
