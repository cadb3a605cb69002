//! The rule, with its reasons: one way → a stream of events; both ways → a WebSocket;
//! what may be old → polls; where proxies block → long polls. Between 10 s and 60 s the price says.
use super::{
    candidate::{Estimate, Load, MAILBOX, Way, estimate, keeps},
    crossing::{Crossing, crossing},
    question::{Audience, Direction, Question, STREAMS, STREAMS_OF_HTTP_2, rate as told},
};
use crate::{
    engine::Span,
    record::Unit,
    summary::figures::{self, share, spoken},
};

/// From here on what users see may be so old that polls do, whatever they cost, in seconds.
const OLD: f64 = 60.0;
/// From here on the price decides, in seconds: the rule's low frequency.
const LOW: f64 = 10.0;
/// Messages of a user a second above which both ways need one connection.
const BUSY: f64 = 0.1;
/// So much dearer than the answer is no answer.
const DEAR: f64 = 2.0;
/// Less than this part of a bill is no reason.
const LITTLE: f64 = 0.005;
/// The longest poll interval.
const DAY: Span = Span::from_secs(86_400);

/// Whether a candidate does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rank {
    /// It does; 1 is the answer.
    Place(usize),
    /// It does not.
    Out,
}

/// A candidate with its rank and the reason for it.
#[derive(Clone, PartialEq, Debug)]
pub struct Ranked {
    /// The transport.
    pub way: Way,
    /// Whether it does.
    pub rank: Rank,
    /// Why.
    pub reason: String,
    /// What it needs.
    pub estimate: Estimate,
}

/// What is advised.
#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    /// The answer in a sentence.
    pub sentence: String,
    /// The candidates in their order; none when the app is closed.
    pub ranked: Vec<Ranked>,
    /// Where prices turn; none without prices.
    pub crossing: Option<Crossing>,
    /// What else is to say, each a sentence.
    pub notes: Vec<String>,
}

/// Ranks the transports.
///
/// # Errors
/// What the loader says of a candidate.
pub fn advise(question: &Question, load: Load<'_>) -> Result<Answer, String> {
    if !question.open {
        return Ok(closed());
    }
    let rows =
        Way::ALL.into_iter().map(|way| Ok((way, estimate(question, way, question.fresh, load)?)));
    let all: Vec<(Way, Estimate)> = rows.collect::<Result<_, String>>()?;
    let held = held(question, &all);
    let crossing = crossing(question, &held.others, load)?;
    let (first, because) = rule(question, &held, crossing.as_ref());
    let polled = all.iter().find(|row| row.0 == Way::ShortPoll).map(|row| row.1.every);
    let because = match polled.filter(|&every| first == Way::ShortPoll && every < question.fresh) {
        Some(every) if every == keeps(question) => format!(
            "{because}; one each {}, so that a mailbox, which keeps {} messages, is never full",
            spoken(every.seconds()),
            figures::compact(MAILBOX[1])
        ),
        Some(every) if every < DAY => format!(
            "{because}; one each {} is cheapest, whose connection is kept",
            spoken(every.seconds())
        ),
        Some(_) => format!("{because}; one a day is the rarest that is modelled"),
        None => because,
    };
    let ranked = ranked(question, first, &because, all);
    let sentence = sentence(question, first, &because);
    let mut notes = Vec::new();
    notes.extend(crossing.as_ref().map(|crossing| turns(question, &held, crossing)));
    notes.extend(differs(question, &ranked));
    notes.extend(by_frequency(question, &ranked));
    notes.extend(remarks(question, first));
    notes.extend(limits(question, &ranked));
    Ok(Answer { sentence, ranked, crossing, notes })
}

/// Nothing is connected.
fn closed() -> Answer {
    Answer {
        sentence: "Web push: while the app is closed no connection of its own lives, so the \
                   vendor's push service has to wake it; seconds to minutes, best effort, 4 KB."
            .to_owned(),
        ranked: Vec::new(),
        crossing: None,
        notes: vec![
            "What the app has missed it fetches when it opens: an inbox keeps it.".to_owned(),
        ],
    }
}

/// What holds a connection, or a request, for this question.
struct Held {
    /// The one of the rule.
    usual: Way,
    /// The cheapest of those that do.
    cheapest: Way,
    /// Those that do.
    others: Vec<Way>,
    /// Why polls now and then do not.
    no_polls: Option<String>,
}

fn held(question: &Question, all: &[(Way, Estimate)]) -> Held {
    let blocked = question.hostile.0 >= 1.0;
    let streams = question.without_stream() <= 0.0;
    let usual = match question.direction {
        Direction::OneWay if streams => Way::Sse,
        Direction::OneWay | Direction::Both if blocked => Way::LongPoll,
        Direction::OneWay | Direction::Both => Way::Websocket,
    };
    let why_not = |(way, estimate): &(Way, Estimate)| out(question, *way, estimate, all);
    let does = |row: &&(Way, Estimate)| row.0 != Way::ShortPoll && why_not(row).is_none();
    let doing: Vec<_> = all.iter().filter(does).collect();
    let cheapest = doing.iter().min_by(|one, other| one.1.cost().total_cmp(&other.1.cost()));
    let others: Vec<Way> = doing.iter().map(|row| row.0).collect();
    Held {
        usual,
        cheapest: cheapest.map_or(usual, |row| row.0),
        others: if others.is_empty() { vec![usual] } else { others },
        no_polls: all.iter().find(|row| row.0 == Way::ShortPoll).and_then(why_not),
    }
}

/// The transport that the rule takes, and why.
fn rule(question: &Question, held: &Held, crossing: Option<&Crossing>) -> (Way, String) {
    let (fresh, rate) = (question.fresh.seconds(), question.messages.0);
    let why = match held.usual {
        Way::Sse => "one way: a stream down is all it takes, and it resumes by itself",
        Way::Websocket if question.direction == Direction::OneWay => {
            "a browser has a connection for each tab, which are more than HTTP/2 has streams"
        }
        Way::LongPoll => "proxies block WebSockets for all of them",
        Way::Websocket | Way::ShortPoll => "both ways over one connection; lag is the way alone",
    };
    if question.direction == Direction::Both && rate > BUSY {
        return (held.usual, format!("{why}; {} from each user", told(rate)));
    }
    if fresh >= OLD {
        return (Way::ShortPoll, format!("what is up to {} old does", question.within()));
    }
    if fresh < LOW {
        return (held.usual, why.to_owned());
    }
    let no_polls = match (crossing, &held.no_polls) {
        (None, Some(reason)) => return (held.usual, format!("{why}; {reason}")),
        (_, Some(reason)) => reason.clone(),
        (None, None) => {
            let text = format!("{} old does, the rule's low frequency", question.within());
            return (Way::ShortPoll, text);
        }
        (Some(Crossing { interval, until, cheaper: true, .. }), None) => {
            let from = spoken(interval.unwrap_or(fresh).min(fresh));
            let to = until.map_or_else(|| "on".to_owned(), |until| format!("to {}", spoken(until)));
            let name = held.cheapest.name(question.direction);
            return (Way::ShortPoll, format!("from {from} {to} polls are no dearer than {name}"));
        }
        (Some(Crossing { more, .. }), None) => {
            let by = if *more < LITTLE { ", if by less than 0.5 %" } else { "" };
            format!("polls that are {} fresh are dearer{by}", question.within())
        }
    };
    let why = if held.cheapest == held.usual { why } else { "the cheapest that is held open" };
    (held.cheapest, format!("{why}; {no_polls}"))
}

fn sentence(question: &Question, first: Way, because: &str) -> String {
    let name = first.title(question.direction);
    match first {
        Way::ShortPoll => format!("Polling suffices: {because}."),
        Way::Websocket | Way::Sse | Way::LongPoll => format!("{name}: {because}."),
    }
}

/// By rank: the answer, then the others by what they cost, then those that do not.
fn ranked(
    question: &Question,
    first: Way,
    because: &str,
    all: Vec<(Way, Estimate)>,
) -> Vec<Ranked> {
    let cost = Estimate::cost;
    let most = all.iter().find(|it| it.0 == first).map_or(0.0, |it| cost(&it.1) * DEAR);
    let outs: Vec<_> = all.iter().map(|(way, it)| out(question, *way, it, &all)).collect();
    let mut rows: Vec<(bool, f64, Ranked)> = all
        .into_iter()
        .zip(outs)
        .map(|((way, estimate), out)| {
            let out = out.filter(|_| way != first).or_else(|| {
                let dear = way != first && cost(&estimate) > most && most > 0.0;
                dear.then(|| dearer(way, question, &estimate))
            });
            let reason = match &out {
                Some(out) => out.clone(),
                None if way == first => because.to_owned(),
                None => does(question, way, &estimate),
            };
            let place = if way == first { -1.0 } else { cost(&estimate) };
            (out.is_some(), place, Ranked { way, rank: Rank::Out, reason, estimate })
        })
        .collect();
    rows.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
    let place = |(place, (out, _, row)): (usize, (bool, f64, Ranked))| Ranked {
        rank: if out { Rank::Out } else { Rank::Place(place + 1) },
        ..row
    };
    rows.into_iter().enumerate().map(place).collect()
}

/// Why it cannot be: by itself, or while another of them all can.
fn out(
    question: &Question,
    way: Way,
    estimate: &Estimate,
    all: &[(Way, Estimate)],
) -> Option<String> {
    let fresh = question.fresh.seconds();
    let late = estimate.lag.filter(|lag| *lag > fresh);
    match way {
        Way::Websocket if question.hostile.0 >= 1.0 => Some("proxies block it for all".to_owned()),
        Way::Sse if question.without_stream() > 0.0 => Some(format!(
            "{} of a browser's {} tabs get no stream: HTTP/2 has {STREAMS_OF_HTTP_2}",
            share(question.without_stream()),
            question.tabs
        )),
        Way::ShortPoll if fresh < 1.0 => Some(asks(question, estimate)),
        _ if !estimate.carried => Some("no pool that can be written carries it".to_owned()),
        _ => late.filter(|_| all.iter().any(|(_, other)| in_time(question, other))).map(|lag| {
            let polled = if way == Way::ShortPoll { "polled, " } else { "" };
            format!("{polled}a message is {} old on average", spoken(lag))
        }),
    }
}

/// Whether messages arrive within what is asked, on average.
fn in_time(question: &Question, estimate: &Estimate) -> bool {
    estimate.lag.is_some_and(|lag| lag <= question.fresh.seconds())
}

fn requests(rate: f64) -> String {
    match figures::compact(rate).as_str() {
        "1" => "1 request/s".to_owned(),
        rate => format!("{rate} requests/s"),
    }
}

fn asks(question: &Question, estimate: &Estimate) -> String {
    format!(
        "{} fresh is a poll each {}: {}",
        question.within(),
        question.within(),
        requests(estimate.polls)
    )
}

fn dearer(way: Way, question: &Question, estimate: &Estimate) -> String {
    match way {
        Way::ShortPoll => asks(question, estimate),
        Way::Websocket | Way::Sse | Way::LongPoll => {
            let what = if estimate.bill.is_some() { "as dear as" } else { "the bytes of" };
            format!("over {} times {what} the answer", figures::compact(DEAR))
        }
    }
}

/// What speaks for a candidate that is not the answer.
fn does(question: &Question, way: Way, estimate: &Estimate) -> String {
    match (way, question.direction) {
        (Way::Websocket, Direction::OneWay) => "works; nobody needs its way up".to_owned(),
        (Way::Websocket, Direction::Both) => "one connection for both ways".to_owned(),
        (Way::Sse, Direction::OneWay) => "one stream down, and it resumes by itself".to_owned(),
        (Way::Sse, Direction::Both) => {
            "passes where upgrades are blocked; a request a send".to_owned()
        }
        (Way::LongPoll, _) => {
            format!("the fallback where streams are blocked: {}", requests(estimate.polls))
        }
        (Way::ShortPoll, _) => format!("{} old at most", question.within()),
    }
}

/// Where prices turn, in a sentence.
fn turns(question: &Question, held: &Held, crossing: &Crossing) -> String {
    let name = held.cheapest.name(question.direction);
    let name = match held.others.len() {
        1 => name.to_owned(),
        _ => format!("{name}, the cheapest that is held open,"),
    };
    let first = match crossing.interval {
        Some(from) => match (crossing.until, crossing.again) {
            (None, _) => {
                format!("Polling is cheaper than {name} from a poll each {} on", spoken(from))
            }
            (Some(until), again) => {
                let again = again.map_or_else(String::new, |again| {
                    format!(", and again from one each {} on", spoken(again))
                });
                let kept = until <= crossing.kept;
                let kept = if kept { ", while the connection of the last is kept" } else { "" };
                format!(
                    "Polling is cheaper than {name} between a poll each {} and one each \
                     {}{kept}{again}",
                    spoken(from),
                    spoken(until)
                )
            }
        },
        None => format!("Polling is dearer than {name} up to a poll a day"),
    };
    let fresh = question.within();
    let [now, then] =
        if crossing.cheaper { ["no dearer", "dearer"] } else { ["dearer", "cheaper"] };
    let then = format!(", {}", changes(question, crossing, then));
    format!("{first}; polls that are {fresh} fresh are {now} at what is sent{then}.")
}

/// At which rates of messages polls as fresh as is asked change places with what is held open: the
/// nearest first.
fn changes(question: &Question, crossing: &Crossing, then: &str) -> String {
    let sent = 1.0 / question.messages.0.max(1e-12);
    let rarer = |at: f64, who: &str| format!("once {who} are {} apart", spoken(at));
    let busier = |at: f64, who: &str| format!("where {who} come each {} or more often", spoken(at));
    let (first, again) = ("messages of a user", "they");
    match (crossing.rarer, crossing.busier) {
        (Some(less), Some(more)) if sent / more.max(1e-12) <= less / sent => {
            format!("and {then} {}, or {}", busier(more, first), rarer(less, again))
        }
        (Some(less), Some(more)) => {
            format!("and {then} {}, or {}", rarer(less, first), busier(more, again))
        }
        (Some(less), None) => format!("and {then} {}", rarer(less, first)),
        (None, Some(more)) => format!("and {then} {}", busier(more, first)),
        (None, None) => {
            format!("and at other rates too, from {} to one a day", told(1.0 / crossing.busiest))
        }
    }
}

/// Where the rule and the price differ, with numbers.
fn differs(question: &Question, ranked: &[Ranked]) -> Option<String> {
    let first = ranked.first()?;
    let bill = first.estimate.bill?;
    let others = ranked.iter().skip(1).filter(|it| it.rank != Rank::Out);
    let priced = others.filter_map(|it| Some((it, it.estimate.bill?)));
    let cheapest = priced.min_by(|one, other| one.1.total_cmp(&other.1))?;
    let (other, less) = (cheapest.0, bill - cheapest.1);
    let usd = |value| figures::figure(Unit::UsdPerMonth, value);
    (less > LITTLE * bill).then(|| {
        format!(
            "The price differs from the rule: {} is {}, {} less than {}.",
            other.way.name(question.direction),
            usd(cheapest.1),
            usd(less),
            first.way.name(question.direction)
        )
    })
}

/// What the rule alone says of a low frequency, where the price says otherwise.
fn by_frequency(question: &Question, ranked: &[Ranked]) -> Option<String> {
    let first = ranked.first().filter(|first| first.way != Way::ShortPoll)?;
    let both = question.direction == Direction::Both && question.messages.0 > BUSY;
    if both || !(LOW..OLD).contains(&question.fresh.seconds()) {
        return None;
    }
    let polls = ranked.iter().find(|row| row.way == Way::ShortPoll)?;
    let (bill, own) = (first.estimate.bill?, polls.estimate.bill?);
    let usd = |value| figures::figure(Unit::UsdPerMonth, value);
    (own > bill).then(|| {
        format!(
            "The rule alone polls for what may be {} old; here that is {}, {} more than {}.",
            question.within(),
            usd(own),
            usd(own - bill),
            first.way.name(question.direction)
        )
    })
}

/// What no number here stands for.
fn limits(question: &Question, ranked: &[Ranked]) -> Vec<String> {
    let mut all = Vec::new();
    if ranked.first().is_some_and(|first| !first.estimate.carried) {
        all.push("No pool that can be written carries it: the instances are too few.".to_owned());
    }
    let sockets = ranked.first().map_or(0.0, |first| first.estimate.sockets.round());
    if sockets > 0.0 {
        all.push(format!(
            "Between polls {} for the next; no memory and no place of a gateway or \
             balancer is counted for them.",
            figures::counted(sockets, "socket is kept", "sockets are kept")
        ));
    }
    let lag = ranked.first().and_then(|first| first.estimate.lag);
    if let Some(lag) = lag.filter(|lag| *lag > question.fresh.seconds()) {
        let (fresh, lag) = (question.within(), spoken(lag));
        all.push(if ranked.iter().any(|row| in_time(question, &row.estimate)) {
            format!("That is not {fresh} fresh: a message takes {lag} on average.")
        } else {
            format!("Nothing is {fresh} fresh: a message takes {lag} on average.")
        });
    }
    if question.users < question.size() {
        all.push("One user has nobody to hear from: the numbers are those of two.".to_owned());
    }
    all
}

/// What the tabs of a browser have to share.
fn tabs(question: &Question) -> Option<String> {
    let tabs = question.tabs_of_a_browser(question.size());
    if !question.needs_http_2() {
        return None;
    }
    Some(match tabs {
        STREAMS => format!(
            "The streams of {tabs} tabs take all {STREAMS} connections of a browser to one origin \
             over HTTP/1.1, and none is left to send by: SSE needs HTTP/2, and so do long polls."
        ),
        ..=STREAMS_OF_HTTP_2 => format!(
            "{tabs} tabs are more than the {STREAMS} connections of a browser to one origin over \
             HTTP/1.1: SSE needs HTTP/2, and so do long polls."
        ),
        _ => format!(
            "{tabs} tabs are more than the {STREAMS_OF_HTTP_2} streams that HTTP/2 has by default: \
             the others have no stream of SSE, and long polls take turns."
        ),
    })
}

/// What else decides.
fn remarks(question: &Question, first: Way) -> Vec<String> {
    let mut all = Vec::new();
    let hostile = question.hostile.0;
    if question.partly_hostile() {
        let users = crate::engine::number::float(question.users) * hostile;
        let it = if first == Way::Websocket { "it" } else { "a WebSocket" };
        all.push(format!(
            "For {} of the users ({}) proxies block {it}: long poll is their fallback, in the \
             numbers of websocket too.",
            share(hostile),
            figures::compact(users)
        ));
    }
    all.extend(tabs(question));
    if question.audience == Audience::All {
        all.push(
            "All get the same: a poll through a cache costs the origin nothing (not modelled)."
                .to_owned(),
        );
    }
    if question.prices.is_none() {
        all.push(
            "No price sheet: --prices models/prices/aws-us-east-1.yaml prices the crossing."
                .to_owned(),
        );
    }
    all
}
