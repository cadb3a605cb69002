//! The answer as text, and as a document.
use super::{Simulated, float};
use crate::{
    advise::{Answer, Audience, Direction, Platform, Question, Rank, Ranked},
    record::Unit,
    report::terminal,
    summary::figures::{self, NONE},
};
use anstyle::{AnsiColor, Style};
use serde_json::{Value as Json, json};

const BOLD: Style = Style::new().bold();
const CYAN: Style = AnsiColor::Cyan.on_default();
const WIDTH: usize = 80;

/// The whole text.
pub(super) fn print(
    question: &Question,
    answer: &Answer,
    simulated: &[Option<Simulated>],
    next: &str,
    unicode: bool,
) -> String {
    let mut text = paragraph(&figures::capitalized(&question.words()), Style::new());
    text += &paragraph(&answer.sentence, BOLD);
    if !answer.ranked.is_empty() {
        text.push('\n');
        answer.ranked.iter().for_each(|row| text += &reason(question, row));
        text.push('\n');
        text += &table(question, answer, simulated);
    }
    if !answer.notes.is_empty() {
        text.push('\n');
    }
    for note in &answer.notes {
        text += &paragraph(note, Style::new());
    }
    text += &format!("next    {CYAN}{next}{CYAN:#}\n");
    terminal::shown(&text, unicode)
}

fn paragraph(text: &str, style: Style) -> String {
    let lines = terminal::wrapped(text, WIDTH);
    let mut painted = String::new();
    lines.iter().for_each(|line| painted += &format!("{style}{line}{style:#}\n"));
    painted
}

/// `1  websocket    one connection for both ways`.
fn reason(question: &Question, row: &Ranked) -> String {
    let place = match row.rank {
        Rank::Place(place) => place.to_string(),
        Rank::Out => "✗".to_owned(),
    };
    let head = format!("{place:<3}{:<13}", row.way.name(question.direction));
    let lines = terminal::wrapped(&row.reason, WIDTH - 16);
    let mut text = String::new();
    for (place, line) in lines.iter().enumerate() {
        let head = if place == 0 { head.as_str() } else { "" };
        text += &format!("{head:<16}{line}\n");
    }
    text
}

/// Megabits a second.
fn megabits(bytes: f64) -> String {
    figures::figure(Unit::Ratio, bytes * 8.0 / 1e6)
}

fn seconds(value: Option<f64>) -> String {
    value.map_or_else(|| NONE.to_owned(), figures::duration)
}

fn table(question: &Question, answer: &Answer, simulated: &[Option<Simulated>]) -> String {
    let ran = simulated.iter().any(Option::is_some);
    let priced = answer.ranked.iter().any(|row| row.estimate.bill.is_some());
    let mut rows = vec![vec![
        "closed forms".to_owned(),
        "lag mean".to_owned(),
        "up, Mb/s".to_owned(),
        "down, Mb/s".to_owned(),
        "connections".to_owned(),
        "gateways".to_owned(),
    ]];
    if priced {
        rows[0].push("USD a month".to_owned());
    }
    for row in &answer.ranked {
        let it = &row.estimate;
        let bill = it.bill.map(|bill| figures::count(bill.round()));
        let mut cells = vec![
            row.way.name(question.direction).to_owned(),
            seconds(it.lag),
            megabits(it.up),
            megabits(it.down),
            figures::compact(it.connections),
            figures::count(float(it.gateways)),
        ];
        cells.extend(bill);
        rows.push(cells);
    }
    let mut text = aligned(&rows);
    if ran {
        text.push('\n');
        text += &aligned(&simulation(question, answer, simulated));
        text += &few(simulated);
        text += &shorter(question, answer, simulated);
    }
    text
}

/// Below so many messages two standard deviations of their number are more than 10 %.
const FEW: f64 = 400.0;

/// What is by chance in short runs.
fn few(simulated: &[Option<Simulated>]) -> String {
    let messages = simulated.iter().flatten().map(|ran| ran.messages);
    match messages.fold(f64::INFINITY, f64::min) {
        least if least < FEW => format!(
            "A run has few messages, {} at least: bytes differ by up to {} by their chance.\n",
            figures::count(least),
            figures::share(2.0 / least.max(1.0).sqrt())
        ),
        _ => String::new(),
    }
}

/// Lags that are this part of the table's are less than it.
const LESS: f64 = 0.9;

/// Why lags are less than the table's.
fn shorter(question: &Question, answer: &Answer, simulated: &[Option<Simulated>]) -> String {
    let less = |(row, ran): (&Ranked, &Option<Simulated>)| {
        let Some((ran, lag)) = ran.as_ref().zip(row.estimate.lag) else { return false };
        ran.users < question.users && ran.lag_mean.is_some_and(|mean| mean < LESS * lag)
    };
    let all = question.audience == Audience::All;
    if !all || !answer.ranked.iter().zip(simulated).any(less) {
        return String::new();
    }
    "With fewer users a message for all is a shorter batch at each gateway: lags are less than the \
     table's.\n"
        .to_owned()
}

/// What came out of the simulations.
fn simulation(
    question: &Question,
    answer: &Answer,
    simulated: &[Option<Simulated>],
) -> Vec<Vec<String>> {
    let head = ["simulated", "lag mean", "lag p95", "up, Mb/s", "down, Mb/s", "with users"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for (row, ran) in answer.ranked.iter().zip(simulated) {
        let name = row.way.name(question.direction).to_owned();
        rows.push(match ran {
            None => vec![name, "not run".to_owned()],
            Some(ran) => vec![
                name,
                seconds(ran.lag_mean),
                seconds(ran.lag_p95),
                megabits(ran.up),
                megabits(ran.down),
                figures::count(float(ran.users)),
            ],
        });
    }
    rows
}

/// Columns to the right, but for the first.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let wide = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..columns).map(|column| wide(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        for (place, cell) in row.iter().enumerate() {
            let room = widths[place].saturating_sub(cell.chars().count());
            if place == 0 {
                text += &(cell.clone() + &" ".repeat(room));
            } else {
                text += &("  ".to_owned() + &" ".repeat(room) + cell);
            }
        }
        text.push('\n');
    }
    text
}

/// One document.
pub(super) fn document(
    question: &Question,
    answer: &Answer,
    simulated: &[Option<Simulated>],
    next: &str,
) -> String {
    let candidates = answer.ranked.iter().zip(simulated);
    let candidates: Vec<Json> = candidates.map(|(row, ran)| candidate(row, *ran)).collect();
    let way = match question.direction {
        Direction::OneWay => "one-way",
        Direction::Both => "both",
    };
    let first = answer.ranked.first().map_or("web_push", |row| row.way.key());
    let document = json!({
        "question": {
            "direction": way,
            "messages_per_second": question.messages.0,
            "fresh_s": question.fresh.seconds(),
            "audience": match question.audience {
                Audience::One => "one",
                Audience::Room => "room",
                Audience::All => "all",
            },
            "platform": match question.platform {
                Platform::Browser => "browser",
                Platform::Native => "native",
            },
            "users": question.users,
            "hostile_share": question.hostile.0,
            "app_open": question.open,
            "tabs": question.tabs,
            "payload_bytes": question.payload.0,
        },
        "transport": first,
        "answer": figures::plain(&answer.sentence),
        "candidates": candidates,
        "crossing": answer.crossing.map(|it| json!({
            "poll_interval_s": it.interval,
            "poll_interval_until_s": it.until,
            "poll_interval_again_s": it.again,
            "rarer_messages_s": it.rarer,
            "busier_messages_s": it.busier,
        })),
        "notes": answer.notes.iter().map(|note| figures::plain(note)).collect::<Vec<_>>(),
        "next": next,
    });
    format!("{document:#}\n")
}

fn candidate(row: &Ranked, ran: Option<Simulated>) -> Json {
    let it = &row.estimate;
    json!({
        "transport": row.way.key(),
        "rank": match row.rank { Rank::Place(place) => Some(place), Rank::Out => None },
        "reason": figures::plain(&row.reason),
        "lag_mean_s": it.lag,
        "bytes_up_per_second": it.up,
        "bytes_down_per_second": it.down,
        "connections": it.connections,
        "polls_per_second": it.polls,
        "gateways": it.gateways,
        "usd_per_month": it.bill,
        "simulated": ran.map(|ran| json!({
            "users": ran.users,
            "lag_mean_s": ran.lag_mean,
            "lag_p95_s": ran.lag_p95,
            "bytes_up_per_second": ran.up,
            "bytes_down_per_second": ran.down,
            "messages": ran.messages,
        })),
    })
}
