//! The forms of a crowd.
use super::{Background, Blocked, Fallback, LawText, Prefer, Tabs};
use crate::{
    engine::Span,
    spec::{
        schema,
        written::{Choice, Located, Shorthand, Text, Written},
    },
    units::{Bandwidth, Bytes, Count, Factor, Rate, Share},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// A crowd of equal users.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Clients {
    /// Users, 1 to 2^31 − 1; a stream of `sessions` has none.
    pub count: Option<Written<Count>>,
    /// An open stream of anonymous sessions, in place of a crowd of `count` users.
    pub sessions: Option<Sessions>,
    /// Users who are there only part of the time, and choose when; those of a crowd without it
    /// always want to be connected.
    pub visits: Option<Visits>,
    /// How the crowd stands when the run begins: `connected`; `cold`: all begin to connect at
    /// t = 0; `{ ramp: 60s }`: each within U(0, 60 s).
    pub start: Option<Located<Choice<Start>>>,
    /// How messages travel. `websocket`: one connection for both ways; `sse`: a stream to the
    /// client, and a request to any gateway for each message that it sends; `short_poll`: the
    /// client asks any gateway now and then for what lies in its mailbox; `long_poll`: such a
    /// request is held until there is something, and the next one follows at once.
    pub transport: Option<Text>,
    /// In place of `transport`: those that a client tries one after the other, until one works. Of
    /// `websocket`, `sse` and `long_poll`, each once; `{ long_poll: edge }` names the balancer that
    /// its connections go to, where there are several.
    #[schemars(schema_with = "schema::prefer")]
    pub prefer: Option<Located<Vec<Located<Choice<Prefer>>>>>,
    /// The share of users for whom a transport of the list is blocked, drawn for each.
    pub blocked: Option<Blocked>,
    /// How a client goes on from one transport to the next.
    pub fallback: Option<Fallback>,
    /// How many tabs a browser has, 1 to 255, each of which is one of the users: `7`; by a mean,
    /// `{ geometric: 2.5 }`; each number as likely, `{ empirical: [1, 1, 2, 7] }`. Over HTTP/1.1
    /// the streams and requests of all of them share six connections, over HTTP/2 one.
    #[schemars(schema_with = "schema::tabs")]
    pub tabs: Option<Located<Choice<Tabs>>>,
    /// Tabs that nobody looks at.
    pub background: Option<Background>,
    /// What messages are wrapped in on their way.
    pub wire: Wire,
    /// How a client polls.
    pub short_poll: ShortPoll,
    /// How its polls are held.
    pub long_poll: LongPoll,
    /// The way between user and balancer.
    pub network: Network,
    /// What the users send; a crowd without it only listens.
    pub sends: Option<Sends>,
    /// How either side notices that the other is gone.
    pub heartbeat: Heartbeat,
    /// When a user who lost the connection tries again: a law, or a client library by its name.
    pub reconnect: Option<Located<Shorthand<Reconnect>>>,
    /// Whether a returning user gets what it missed, from the id of the last message that it saw.
    /// It does by default where its gateways reach a buffer that the fan-out fills.
    pub resume: Option<Text>,
    /// How long after the loss of its connection a user can still resume; what was kept for it is
    /// lost by then, or goes to its inbox if there is one.
    pub resume_window: Option<Written<Span>>,
    /// The client tells what it has seen after so many messages, 1 to 65,535: up to one less come
    /// again when it resumes.
    pub acknowledge_every: Option<Written<Count>>,
    /// Whether the client shows a message that comes again only once.
    #[schemars(schema_with = "schema::flag")]
    pub dedup: Option<Text>,
    /// Users who read less than they may be written: messages for many wait for them in the send
    /// buffers of their gateways.
    pub slow: Option<Slow>,
    /// Own messages kept while offline, to 65,535.
    pub outbox: Option<Written<Count>>,
}

/// Users who read slowly.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Slow {
    /// How many of the users.
    pub share: Option<Written<Share>>,
    /// What one of them reads, at least 1 B/s.
    pub drain: Option<Written<Bandwidth>>,
}

/// How a crowd stands when the run begins.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Start {
    /// Each begins to connect at a random time within this.
    Ramp(Written<Span>),
}

/// The way between user and balancer.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Network {
    /// Round trip, drawn once a connection.
    pub rtt: Option<LawText>,
    /// How long a connection lives.
    pub lifetime: Option<LawText>,
    /// Share of the lifetimes that end without either side being told.
    pub silent_drops: Option<Written<Share>>,
}

/// An open stream of anonymous sessions, in place of a crowd of `count` users.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Sessions {
    /// How many come, whether or not there is room: a Poisson process.
    pub arrive: Option<Written<Rate>>,
    /// How long one stays, from its first connection on.
    pub stay: Option<LawText>,
    /// What one does that is refused, times out or loses its connection: `leave` for good, or
    /// `retry`, as `reconnect` says.
    pub if_refused: Option<Text>,
}

/// What messages are wrapped in on their way.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Wire {
    /// Whose heads requests have: a browser's with a token and cookies (`browser_with_cookies`), a
    /// browser's without (`browser`), or those of a program (`bare`).
    pub profile: Option<Text>,
    /// Whether there is TLS between client and gateway. Without it a handshake costs no
    /// `gateway.cpu.tls_full`; its round trips and memory stay as they are written there.
    #[schemars(schema_with = "schema::flag")]
    pub tls: Option<Text>,
    /// The version of requests, polls and event streams, HTTP/1.1 (`h1`) or HTTP/2 (`h2`). A
    /// WebSocket opens over the first.
    pub http: Option<Text>,
}

/// How a client polls.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ShortPoll {
    /// From the start of a poll to that of the next, at least 1 ms.
    pub every: Option<Written<Span>>,
}

/// How polls are held.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LongPoll {
    /// How long a request is held for which there is nothing, at least 1 ms.
    pub hold: Option<Written<Span>>,
}

/// Users who come and go by themselves.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Visits {
    /// How long one stays.
    pub stay: Option<LawText>,
    /// How long one is away until the next visit.
    pub away: Option<LawText>,
}

/// What the users send.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Sends {
    /// Messages of one user; leave `sends` out for a crowd that only listens.
    pub per_user: Option<Written<Rate>>,
    /// Who gets it: another user of the crowd, each equally likely (`direct`), every user
    /// who has not left, the sender too (`all`), or all the others in the sender's room
    /// (`{ room: 10 }`, a room of ten).
    pub to: Option<Located<Choice<Audience>>>,
    /// Size of a message, `0B` to `1GB`; an empty one has its frame and heads all the same.
    pub payload: Option<Written<Bytes>>,
    /// Whether the client keeps a message until the bus has taken it, and sends it again if no
    /// acknowledgement comes; else what is written into a dead connection is lost.
    #[schemars(schema_with = "schema::flag")]
    pub acknowledged: Option<Text>,
    /// How long it waits for an acknowledgement on an open connection, at least 1 ms.
    pub retry_after: Option<Written<Span>>,
    /// What a message that is sent again carries: the id that it had (`idempotent`: the bus takes
    /// it once), or a `new` one, and the recipient sees it twice.
    pub ids: Option<Text>,
}

/// Who gets a message.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Audience {
    /// All others in a room of so many; every user is in one.
    Room(Written<Count>),
}

/// How either side notices that the other is gone.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Heartbeat {
    /// Between two pings of the server, at least 1 ms.
    pub every: Option<Written<Span>>,
    /// After an unanswered ping both sides give up, at least 1 ms.
    pub timeout: Option<Written<Span>>,
    /// Without pings: both sides find a silent death so long after it.
    pub tcp_timeout: Option<Written<Span>>,
}

/// When a user who lost the connection tries again.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Reconnect {
    /// Delay k is min(cap, base · factor^k) before jitter.
    pub base: Option<Written<Span>>,
    /// Upper bound of the delay, at least `base`.
    pub cap: Option<Written<Span>>,
    /// Growth per attempt, 1 to 1,000.
    pub factor: Option<Written<Factor>>,
    /// How the delay d is spread. `none`: d; `equal`: d/2 + U(0, d/2); `full`: U(0, d);
    /// `decorrelated`: min(cap, U(base, 3 · previous)); `{ proportional: 20% }`: d ± 20 %.
    pub jitter: Option<Located<Choice<Jitter>>>,
    /// A client library, in place of `base`, `cap`, `factor` and `jitter`; its delays, patience and
    /// when it gives up are those of the library unless they are written.
    pub preset: Option<Text>,
    /// From the first SYN to an open connection.
    pub timeout: Option<Written<Span>>,
    /// Gives up after so many.
    pub attempts: Option<Written<Count>>,
    /// The attempts so far count until a connection has been open for so long.
    pub reset_after: Option<Written<Span>>,
    /// Whether it waits at least as long as a `Retry-After` says.
    #[schemars(schema_with = "schema::flag")]
    pub retry_after: Option<Text>,
    /// What an answer of 503 or 429 makes of the client: `retry` goes on, `give_up` leaves for
    /// good.
    pub on_503: Option<Text>,
}

/// How delays are spread, with a parameter.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Jitter {
    /// By this share of the delay, up and down.
    Proportional(Written<Share>),
}
