//! A way to carry the messages: an experiment's text, resolved by the one loader, on a napkin.
use super::question::{Direction, Platform, Question};
use crate::{
    engine::{Span, number},
    napkin::{Napkin, Needs, napkin},
    scenario::Scenario,
    summary::bill::Charge,
    units::{Quantity, Rate},
};

/// What is written for each candidate.
const TEMPLATE: &str = include_str!("template.yaml");
/// The shortest interval that the loader takes, and the longest that makes sense.
const INTERVALS: [Span; 2] = [Span::from_millis(1), Span::from_secs(86_400)];
/// Partitions of the bus, by default; more where there are more consumers.
const PARTITIONS: u64 = 64;
/// Most gateways, and most instances of a fan-out, that are written: 65,000 are modelled in all.
const MOST: [f64; 2] = [40_000.0, 20_000.0];
/// Instances that are needed of anything, one of them to lose.
const LEAST: f64 = 2.0;

/// How long a connection lasts; who polls now and then has none.
const LIFETIME: &str = ", lifetime: { exponential: { mean: 2h } }";

/// How a client tries again that is written for it, and how a browser does by itself.
const RECONNECT: [&str; 2] = ["{ base: 1s, cap: 30s, jitter: full, timeout: 10s }", "eventsource"];

/// Messages that a mailbox keeps of each user: by default, and at most.
pub(super) const MAILBOX: [f64; 2] = [1_000.0, 65_535.0];

/// Resolves an experiment's text, or says what is wrong with it.
pub type Load<'l> = &'l dyn Fn(&str) -> Result<Scenario, String>;

/// A transport as it is advised.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Way {
    /// One connection for both ways.
    Websocket,
    /// A stream down, and a request for each message up.
    Sse,
    /// A request that is held until there is something.
    LongPoll,
    /// A request each interval.
    ShortPoll,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Websocket, Self::Sse, Self::LongPoll, Self::ShortPoll];

    /// As files write it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Websocket => "websocket",
            Self::Sse => "sse",
            Self::LongPoll => "long_poll",
            Self::ShortPoll => "short_poll",
        }
    }

    /// As people say it.
    pub fn name(self, direction: Direction) -> &'static str {
        match (self, direction) {
            (Self::Websocket, _) => "websocket",
            (Self::Sse, Direction::OneWay) => "sse",
            (Self::Sse, Direction::Both) => "sse + post",
            (Self::LongPoll, _) => "long poll",
            (Self::ShortPoll, _) => "short poll",
        }
    }

    /// As a sentence begins with it.
    pub fn title(self, direction: Direction) -> &'static str {
        match (self, direction) {
            (Self::Websocket, _) => "WebSocket",
            (Self::Sse, Direction::OneWay) => "SSE",
            (Self::Sse, Direction::Both) => "SSE + POST",
            (Self::LongPoll, _) => "Long poll",
            (Self::ShortPoll, _) => "Short poll",
        }
    }

    /// Whether a connection is held.
    pub fn holds(self) -> bool {
        matches!(self, Self::Websocket | Self::Sse)
    }
}

/// How large an experiment is written.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Size {
    /// Users.
    pub users: u64,
    /// Gateways.
    pub gateways: u64,
    /// Instances of the fan-out.
    pub fanouts: u64,
    /// How long it runs.
    pub horizon: Span,
    /// What of it does not count.
    pub warm_up: Span,
}

/// What a candidate needs, in closed form.
#[derive(Clone, PartialEq, Debug)]
pub struct Estimate {
    /// The experiment's text.
    pub text: String,
    /// Of polls: one each so long.
    pub every: Span,
    /// Mean age of a message that arrives, in seconds; none without messages.
    pub lag: Option<f64>,
    /// Bytes a second from the users.
    pub up: f64,
    /// Bytes a second to the users.
    pub down: f64,
    /// Connections held.
    pub connections: f64,
    /// Polls a second.
    pub polls: f64,
    /// Sockets that are kept for the next poll: polls a second times how long they are kept, one
    /// a user at most (Little). Nothing is charged for them.
    pub sockets: f64,
    /// Gateways, one of them to lose.
    pub gateways: u64,
    /// Whether so many carry it: more are not written.
    pub carried: bool,
    /// US dollars a month, with prices.
    pub bill: Option<f64>,
}

/// The text of a candidate's experiment.
pub fn text(question: &Question, way: Way, every: Span, size: &Size) -> String {
    let payload = question.payload.print();
    let rate = Rate(question.published(size.users)).print();
    let some = Rate::read(&rate).is_ok_and(|read| read.0 > 0.0);
    let to = question.to(size.users);
    let (mut sends, mut producer) = ("null".to_owned(), String::new());
    match question.direction {
        Direction::Both if some => {
            sends = format!("{{ per_user: {rate}, to: {to}, payload: {payload} }}");
        }
        Direction::OneWay if some => {
            let source = format!("{{ rate: {rate}, payload: {payload}, to: {to} }}");
            producer = format!("  producer: {{ source: {source} }}\n");
        }
        Direction::Both | Direction::OneWay => {}
    }
    let by_room = question.direction == Direction::Both && to.contains("room");
    let native = question.platform == Platform::Native;
    let falls_back = way == Way::Websocket && question.partly_hostile();
    let transport = if falls_back {
        format!(
            "prefer: [websocket, long_poll]\n      blocked: {{ websocket: {} }}",
            question.hostile.print()
        )
    } else {
        format!("transport: {}", way.key())
    };
    let requests = matches!(way, Way::Sse | Way::LongPoll) || falls_back;
    let transport = transport + &tabs(question, requests, size.users);
    let http = if requests && question.needs_http_2() { "h2" } else { "h1" };
    let every = every.max(INTERVALS[0]).min(INTERVALS[1]);
    let lifetime = if way == Way::ShortPoll { "" } else { LIFETIME };
    let reconnect = RECONNECT[usize::from(way == Way::Sse && !native)];
    let values = [
        ("QUESTION", format!("Does a {} do? {}", way.name(question.direction), question.words())),
        ("CANDIDATE", way.key().to_owned()),
        ("TRANSPORT", transport),
        ("HORIZON", size.horizon.print()),
        ("WARM_UP", size.warm_up.print()),
        ("USERS", size.users.to_string()),
        ("PROFILE", if native { "bare" } else { "browser" }.to_owned()),
        ("HTTP", http.to_owned()),
        ("SENDS", sends),
        ("EVERY", every.print()),
        ("GATEWAYS", size.gateways.to_string()),
        ("FANOUTS", size.fanouts.to_string()),
        ("PARTITIONS", size.fanouts.max(PARTITIONS).to_string()),
        ("KEY", if by_room { "room" } else { "recipient" }.to_owned()),
        ("PRODUCER", producer),
        ("LIFETIME", lifetime.to_owned()),
        ("RECONNECT", reconnect.to_owned()),
        ("MAILBOX", mailbox(question, way, every, size.users)),
    ];
    let quoted = |name: &str, value: &str| match name {
        "QUESTION" => crate::summary::figures::plain(value).replace(':', ","),
        _ => value.to_owned(),
    };
    let mut text = TEMPLATE.to_owned();
    for (name, value) in values {
        text = text.replace(name, &quoted(name, &value));
    }
    text = without_idle(text, way);
    if let Some(prices) = &question.prices {
        let path = serde_json::Value::from(prices.as_str());
        text += &format!("prices: {path}\n");
    }
    text
}

/// The text without the keys that have no effect on a transport.
fn without_idle(text: String, way: Way) -> String {
    let idle: &[&str] = match way {
        Way::ShortPoll => &["heartbeat", "reconnect"],
        Way::Websocket | Way::Sse | Way::LongPoll => &["short_poll"],
    };
    let text = match way {
        // A request that is held is no ping.
        Way::LongPoll => text.replace("heartbeat: { every: 25s, ", "heartbeat: { "),
        Way::Websocket | Way::Sse | Way::ShortPoll => text,
    };
    idle.iter().fold(text, |text, key| {
        text.replace(&format!("      {key}: "), &format!("      # {key}: "))
    })
}

/// How many tabs a browser has, where they share connections.
fn tabs(question: &Question, requests: bool, users: u64) -> String {
    let tabs = question.tabs_of_a_browser(users);
    if requests && tabs > 1 { format!("\n      tabs: {tabs}") } else { String::new() }
}

/// The buffer of what waits for its user: twice what comes from poll to poll, if that is more than
/// one keeps by default.
fn mailbox(question: &Question, way: Way, every: Span, users: u64) -> String {
    let room = (2.0 * question.gets(users) * every.seconds()).ceil();
    if way == Way::ShortPoll && room > MAILBOX[0] {
        return format!("{{ retention: 24h, messages: {} }}", room.min(MAILBOX[1]));
    }
    "{ retention: 24h }".to_owned()
}

/// How long a mailbox keeps all that comes for its user, if no more than half of it is filled.
pub(super) fn keeps(question: &Question) -> Span {
    Span::from_seconds(MAILBOX[1] / 2.0 / question.gets(question.size()).max(1e-9))
}

/// So rarely as `every` and a mailbox allow, within what the loader takes.
fn allowed(question: &Question, every: Span) -> Span {
    every.min(keeps(question)).max(INTERVALS[0]).min(INTERVALS[1])
}

/// The candidate on a napkin, with as many instances as it needs and one to lose. Polls come as
/// rarely as `every` and their mailbox allow, or so often that the connection of the last one is
/// still kept, if that is cheaper.
///
/// # Errors
/// What the loader says.
pub fn estimate(
    question: &Question,
    way: Way,
    every: Span,
    load: Load<'_>,
) -> Result<Estimate, String> {
    let every = allowed(question, every);
    let (rare, kept) = at(question, way, every, load)?;
    if way != Way::ShortPoll || every <= kept {
        return Ok(rare);
    }
    let (often, _) = at(question, way, kept.max(INTERVALS[0]), load)?;
    Ok(if often.cost() < rare.cost() { often } else { rare })
}

/// What polls of one interval cost, however often they could come for less, and how long the
/// connection of the last one is kept.
pub(super) fn polled(
    question: &Question,
    every: Span,
    load: Load<'_>,
) -> Result<(f64, Span), String> {
    let every = allowed(question, every);
    at(question, Way::ShortPoll, every, load).map(|(estimate, kept)| (estimate.cost(), kept))
}

/// The same for one interval, and how long a connection is kept for the next poll.
fn at(
    question: &Question,
    way: Way,
    every: Span,
    load: Load<'_>,
) -> Result<(Estimate, Span), String> {
    let most = question.most_gateways(MOST[0]);
    let minutes = |minutes: u64| Span::from_secs(60 * minutes);
    let mut size = Size {
        users: question.size(),
        gateways: number::whole(most),
        fanouts: 1,
        horizon: minutes(10),
        warm_up: minutes(1),
    };
    let needs =
        |size: &Size| Ok::<Needs, String>(napkin(&load(&text(question, way, every, size))?).needs);
    let first = needs(&size)?;
    size.gateways = number::whole(first.gateways.clamp(2.0, most));
    // A fan-out calls each gateway: what it takes is known once these are.
    let fanouts = if first.fanouts > LEAST { needs(&size)?.fanouts } else { first.fanouts };
    size.fanouts = number::whole(fanouts.clamp(1.0, MOST[1]));
    let text = text(question, way, every, &size);
    let napkin = napkin(&load(&text)?);
    let carried = first.gateways <= most && fanouts <= MOST[1];
    let estimate = Estimate::of(text, &napkin, size.gateways, carried);
    let sockets = match way {
        Way::ShortPoll => {
            (estimate.polls * napkin.kept.seconds()).min(number::float(question.users))
        }
        Way::Websocket | Way::Sse | Way::LongPoll => 0.0,
    };
    Ok((Estimate { every, sockets, ..estimate }, napkin.kept))
}

impl Estimate {
    /// US dollars a month, or without prices bytes a second.
    pub fn cost(&self) -> f64 {
        self.bill.unwrap_or(self.up + self.down)
    }

    fn of(text: String, napkin: &Napkin, gateways: u64, carried: bool) -> Self {
        let value = |name: &str| {
            let mut lines = napkin.lines.iter().filter(|line| line.name.starts_with(name));
            lines.next().map(|line| line.value)
        };
        let total = |charges: &Vec<Charge>| charges.iter().map(|charge| charge.usd_month).sum();
        Self {
            text,
            every: Span::ZERO,
            lag: value("Lag").or(value("Staleness")),
            up: value("Bytes up").unwrap_or(0.0),
            down: value("Bytes down").unwrap_or(0.0),
            connections: value("Connections").unwrap_or(0.0),
            polls: value("Polls").unwrap_or(0.0),
            sockets: 0.0,
            gateways,
            carried,
            bill: napkin.charges.as_ref().map(total),
        }
    }
}
