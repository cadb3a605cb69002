//! What is asked: who sends how much to whom, how fresh it has to be, and where it runs.
use crate::{
    engine::Span,
    summary::figures,
    units::{Bytes, Rate, Share},
};

/// Which way messages go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// From the servers to the users.
    OneWay,
    /// From the users too.
    Both,
}

/// Who gets a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Audience {
    /// One user.
    One,
    /// All others in a room of ten.
    Room,
    /// All users.
    All,
}

/// What the clients run on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Platform {
    /// A page.
    Browser,
    /// A program.
    Native,
}

/// What is asked.
#[derive(Clone, PartialEq, Debug)]
pub struct Question {
    /// Which way messages go.
    pub direction: Direction,
    /// One way: messages that a user gets; both ways: messages that a user sends. A second.
    pub messages: Rate,
    /// How old what a user sees may be.
    pub fresh: Span,
    /// Who gets a message.
    pub audience: Audience,
    /// How many users.
    pub users: u64,
    /// The share of them for whom proxies block a WebSocket.
    pub hostile: Share,
    /// What the clients run on.
    pub platform: Platform,
    /// Whether the application is open when messages come.
    pub open: bool,
    /// Tabs of one browser.
    pub tabs: u64,
    /// Size of a message.
    pub payload: Bytes,
    /// The file of the price sheet, as the template names it.
    pub prices: Option<String>,
}

/// Users of a room.
pub(super) const ROOM: u64 = 10;
/// One way a message is for so many users: its own way up is 1 % of it. No producer is modelled
/// that is not a user.
pub(super) const ONE_WAY: u64 = 100;
/// Streams that a browser opens to one origin over HTTP/1.1 (the brief; seen in Chromium 156).
pub(super) const STREAMS: u64 = 6;

impl Question {
    /// Users in the room that a message is for, where it is not for one alone.
    pub fn room(&self, users: u64) -> Option<u64> {
        match (self.direction, self.audience) {
            (Direction::OneWay, _) => Some(ONE_WAY.min(users)),
            (Direction::Both, Audience::One) => None,
            (Direction::Both, Audience::Room) => Some(ROOM.min(users)),
            (Direction::Both, Audience::All) => Some(users),
        }
        .filter(|&room| room > 2)
    }

    /// Messages that a user sends a second, among so many.
    pub fn sends(&self, users: u64) -> f64 {
        let others = self.room(users).map_or(1, |room| room - 1);
        match self.direction {
            Direction::OneWay => self.messages.0 / crate::engine::number::float(others),
            Direction::Both => self.messages.0,
        }
    }

    /// In a sentence.
    pub fn words(&self) -> String {
        let way = match self.direction {
            Direction::OneWay => "one way",
            Direction::Both => "both ways",
        };
        format!(
            "{way}, {} a user, fresh within {}, {}",
            rate(self.messages.0),
            figures::spoken(self.fresh.seconds()),
            figures::counted(crate::engine::number::float(self.users), "user", "users"),
        )
    }
}

/// `1 a minute`, `10 a second`, `no messages`.
pub fn rate(per_second: f64) -> String {
    let of = |count: f64, period: &str| {
        let a = if period == "hour" { "an" } else { "a" };
        format!("{} {a} {period}", figures::compact(count))
    };
    match per_second {
        it if it <= 0.0 => "no messages".to_owned(),
        it if it >= 1.0 => of(it, "second"),
        it if it >= 1.0 / 60.0 => of(it * 60.0, "minute"),
        it if it >= 1.0 / 3_600.0 => of(it * 3_600.0, "hour"),
        it => of(it * 86_400.0, "day"),
    }
}
