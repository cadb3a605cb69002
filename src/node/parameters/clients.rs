//! What a crowd is told about itself.
use super::{Reconnect, Wire};
use crate::{
    engine::{Law, Span, Time},
    units::{Bandwidth, Bytes, Rate, Share},
};

/// A crowd of equal users.
#[derive(Clone, PartialEq, Debug)]
pub struct Clients {
    /// Users in the crowd; 0 for an open stream.
    pub count: u32,
    /// How messages travel: where several transports are preferred, the first.
    pub transport: Transport,
    /// The transports that it prefers, in order; empty where `transport` is all there is.
    pub prefer: Vec<Preferred>,
    /// How it tries them.
    pub fallback: Option<Fallback>,
    /// How many tabs a browser has open, each of them one of the users; `None`: one alone.
    pub tabs: Option<Tabs>,
    /// Those of them that nobody looks at.
    pub background: Option<Background>,
    /// What its messages are wrapped in.
    pub wire: Wire,
    /// Of clients who poll: from the start of a poll to that of the next.
    pub poll_every: Span,
    /// Of clients whose polls are held: for how long, where there is nothing.
    pub poll_hold: Span,
    /// How they stand when the run begins.
    pub start: Start,
    /// The way between the user and the edge.
    pub network: Network,
    /// An open stream of sessions in place of a crowd; `count` is then 0.
    pub sessions: Option<Sessions>,
    /// When its users are there; `None`: always.
    pub visits: Option<Visits>,
    /// What users send; `None` when they only listen.
    pub sends: Option<Sends>,
    /// Pings by the server.
    pub heartbeat: Heartbeat,
    /// What a user does after losing its connection.
    pub reconnect: Reconnect,
    /// Whether a returning user asks for what it missed.
    pub resume: Resume,
    /// How long after a loss it can; `None`: however long.
    pub resume_window: Option<Span>,
    /// How it handles what comes again.
    pub reading: Reading,
    /// Those who read slowly, if there are any.
    pub slow: Option<Slow>,
    /// Own messages kept while offline; beyond it a send is `lost{client_outbox`}.
    pub outbox: u16,
}

impl Clients {
    /// How many sessions come by `horizon` on average at the plain rate, those at the start
    /// included; 0 without an open stream.
    pub fn sessions_by(&self, horizon: Time) -> f64 {
        self.sessions.as_ref().map_or(0.0, |sessions| {
            sessions.arrive.0 * (horizon.seconds() + sessions.stay.mean() / 1e9)
        })
    }
}

/// An open stream of anonymous sessions.
#[derive(Clone, PartialEq, Debug)]
pub struct Sessions {
    /// Sessions a second, a Poisson process.
    pub arrive: Rate,
    /// How long one stays, in ns, from its first connection on.
    pub stay: Law,
    /// What one does that is refused, or loses its connection.
    pub if_refused: IfRefused,
}

/// Users who come and go by themselves.
#[derive(Clone, PartialEq, Debug)]
pub struct Visits {
    /// How long one stays, in ns.
    pub stay: Law,
    /// How long one is away until the next visit, in ns.
    pub away: Law,
}

impl Visits {
    /// The share of its time that a user is there.
    pub fn share(&self) -> f64 {
        let (stay, away) = (self.stay.mean(), self.away.mean());
        stay / (stay + away)
    }
}

/// How a user who is away learns of a message in its inbox by a push notification.
#[derive(Clone, PartialEq, Debug)]
pub struct Notify {
    /// Share of the notifications that bring the user.
    pub opens: Share,
    /// How long after one, in ns.
    pub after: Law,
}

/// How a client handles what it gets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reading {
    /// It tells what it has seen after so many messages.
    pub acknowledge_every: u16,
    /// Whether it shows a message that comes again only once.
    pub dedup: bool,
}

/// How messages travel between a client and its gateway.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Transport {
    /// One connection for both ways.
    Websocket,
    /// A stream to the client; what it sends is a request each, to any gateway.
    Sse,
    /// No connection that is held: a request now and then, to any gateway.
    ShortPoll,
    /// A request to any gateway that is held until there is something, and then the next one.
    LongPoll,
}

/// One of the transports that a crowd prefers.
#[derive(Clone, PartialEq, Debug)]
pub struct Preferred {
    /// Which.
    pub transport: Transport,
    /// The balancer that its connections go to, by its name; `None`: there is only one.
    pub balancer: Option<String>,
    /// The share of users for whom it is blocked.
    pub blocked: Share,
}

/// How many tabs a browser has.
#[derive(Clone, PartialEq, Debug)]
pub enum Tabs {
    /// So many, but for the last browser.
    Constant(u32),
    /// A geometric law on 1, 2, …, by its mean.
    Mean(f64),
    /// One of these, each as likely.
    Listed(Vec<u32>),
}

/// Tabs that nobody looks at.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Background {
    /// The share of the users.
    pub share: Share,
    /// Their timers fire no closer than this.
    pub throttle: Span,
}

/// How a crowd tries one transport after the other.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Fallback {
    /// From the begin of a try to the next, as long as there is a next.
    pub try_timeout: Span,
    /// How a try ends whose transport is blocked.
    pub blocked_by: BlockedBy,
    /// How long a transport that worked is tried first; `None`: as long as it works.
    pub remember: Option<Span>,
}

/// What blocks a transport.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BlockedBy {
    /// Something near the user never answers.
    Swallow,
    /// Something near the user resets it, which is no answer of HTTP.
    Refuse,
    /// Something takes the upgrade out of the request for a WebSocket, and the gateway refuses
    /// what is left. No other transport asks for one.
    Strip,
}

/// What a session does that is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IfRefused {
    /// It leaves for good.
    Leave,
    /// It tries again, as `reconnect` says.
    Retry,
}

/// How a crowd stands when the run begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Start {
    /// In the stationary state: online where there is room.
    Connected,
    /// Nobody is; each begins to connect within U(0, this).
    Ramp(Span),
}

/// The last mile.
#[derive(Clone, PartialEq, Debug)]
pub struct Network {
    /// Round trip of a connection, in ns, drawn once per connection.
    pub rtt: Law,
    /// How long a connection lives, in ns; `None`: until something else ends it.
    pub lifetime: Option<Law>,
    /// Share of lifetimes that end without either side being told.
    pub silent_drops: Share,
}

/// Direct messages of a crowd.
#[derive(Clone, PartialEq, Debug)]
pub struct Sends {
    /// Messages per user and second.
    pub per_user: Rate,
    /// Who gets it.
    pub to: Audience,
    /// Size of the payload.
    pub payload: Bytes,
    /// How a client knows that a message has been taken; `None`: it does not.
    pub acknowledged: Option<Acknowledged>,
}

/// Clients that read more slowly than they may be written to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Slow {
    /// Share of the users.
    pub share: Share,
    /// What one of them takes.
    pub drain: Bandwidth,
}

/// Who gets a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Audience {
    /// One other user of the crowd.
    Direct,
    /// All others in a room of so many.
    Room(u32),
    /// Every user of the crowd who has not left, the sender too.
    All,
}

/// Sends that are kept until they are acknowledged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Acknowledged {
    /// How long a client waits on an open connection before it sends a message again.
    pub retry_after: Span,
    /// What a message that is sent again carries.
    pub ids: Ids,
}

/// What a message that is sent again carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ids {
    /// The id that it had.
    Idempotent,
    /// Another one.
    New,
}

/// Server pings.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Heartbeat {
    /// Between two pings; `None`: there are none.
    pub every: Option<Span>,
    /// After an unanswered ping both sides give the connection up.
    pub timeout: Span,
    /// Without pings: until TCP gives up on what nobody acknowledges.
    pub tcp_timeout: Span,
}

impl Heartbeat {
    /// From a silent death to both sides noticing; `phase` is uniform in (0, 1).
    pub fn notices(&self, phase: f64) -> Span {
        self.every.map_or(self.tcp_timeout, |every| every.scale(phase) + self.timeout)
    }
}

/// How a returning client asks for what it missed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Resume {
    /// It does not.
    None,
    /// By the id of the last message it has seen.
    LastSeenId,
}
