//! What is asked: who sends how much to whom, how fresh it has to be, and where it runs.
use crate::{
    engine::{Span, number},
    scenario::{CONNECTIONS_OF_A_BROWSER, MOST_GROUPS, STREAMS_OF_A_CONNECTION},
    summary::figures,
    units::{Bytes, Quantity, Rate, Share},
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
/// Streams that a browser opens to one origin over HTTP/1.1.
pub(super) const STREAMS: u64 = CONNECTIONS_OF_A_BROWSER as u64;
/// Streams of one connection over HTTP/2.
pub(super) const STREAMS_OF_HTTP_2: u64 = STREAMS_OF_A_CONNECTION as u64;

impl Question {
    /// Who gets a message, in the words of the files: one way of a source, both ways of a user.
    pub(super) fn to(&self, users: u64) -> String {
        match (self.direction, self.audience) {
            (_, Audience::All) => "all".to_owned(),
            (_, Audience::Room) if users > 2 => format!("{{ room: {} }}", ROOM.min(users)),
            (Direction::OneWay, Audience::One | Audience::Room) => "user".to_owned(),
            (Direction::Both, Audience::One | Audience::Room) => "direct".to_owned(),
        }
    }

    /// Users that are modelled: with one alone nobody hears what it sends.
    pub fn size(&self) -> u64 {
        self.users.max(if self.direction == Direction::Both { 2 } else { 1 })
    }

    /// Gateways at which that many groups of subscribers are modelled: a source has one for each
    /// room at each gateway.
    pub(super) fn most_gateways(&self, most: f64) -> f64 {
        if self.direction == Direction::Both || self.audience != Audience::Room {
            return most;
        }
        let rooms = number::float(self.size()) / number::float(ROOM);
        most.min((number::float(MOST_GROUPS) / rooms.max(1.0)).floor().max(2.0))
    }

    /// Whether users send something.
    pub(super) fn sends(&self) -> bool {
        self.direction == Direction::Both && self.messages.0 > 0.0
    }

    /// How many of so many users are tabs of one browser.
    pub(super) fn tabs_of_a_browser(&self, users: u64) -> u64 {
        match self.platform {
            Platform::Browser => self.tabs.min(users),
            Platform::Native => 1,
        }
    }

    /// As many of so many users as fill the browsers that they are tabs of.
    pub fn in_browsers(&self, users: u64) -> u64 {
        let tabs = self.tabs_of_a_browser(users).max(1);
        users - users % tabs
    }

    /// Whether streams and held requests need HTTP/2: over HTTP/1.1 the tabs of a browser have six
    /// connections to share, one of which a message needs to be sent by.
    pub(super) fn needs_http_2(&self) -> bool {
        let tabs = self.tabs_of_a_browser(self.size());
        tabs > STREAMS || tabs == STREAMS && self.sends()
    }

    /// The share of the tabs for which a browser has no stream, over HTTP/2 as well.
    pub(super) fn without_stream(&self) -> f64 {
        let tabs = self.tabs_of_a_browser(self.size());
        number::float(tabs.saturating_sub(STREAMS_OF_HTTP_2)) / number::float(tabs.max(1))
    }

    /// Whether proxies block a WebSocket for some of the users, and not for all.
    pub fn partly_hostile(&self) -> bool {
        self.hostile.0 > 0.0 && self.hostile.0 < 1.0
    }

    /// The same question for a part of the users, each of whom gets as much: what all users send to
    /// all is sent by fewer.
    #[must_use]
    pub fn of(&self, users: u64) -> Self {
        let mut part = self.clone();
        if self.direction == Direction::Both && self.audience == Audience::All {
            part.messages.0 *= number::float(self.size()) / number::float(users.max(1));
        }
        part
    }

    /// How many of so many users get a message.
    pub fn recipients(&self, users: u64) -> f64 {
        let own = u64::from(self.direction == Direction::Both);
        let many = match self.audience {
            Audience::One => 1,
            Audience::Room => ROOM.min(users).saturating_sub(own).max(1),
            Audience::All => users,
        };
        number::float(many)
    }

    /// Messages a second that are written: by each user, or one way by the source for all of them.
    pub fn published(&self, users: u64) -> f64 {
        match self.direction {
            Direction::OneWay => self.messages.0 * number::float(users) / self.recipients(users),
            Direction::Both => self.messages.0,
        }
    }

    /// Messages a second that a user gets.
    pub fn gets(&self, users: u64) -> f64 {
        match self.direction {
            Direction::OneWay => self.messages.0,
            Direction::Both => self.messages.0 * self.recipients(users),
        }
    }

    /// How fresh, in a sentence; as it is written where three digits would say something else.
    pub fn within(&self) -> String {
        let text = self.fresh.print();
        let digits = text.chars().filter(char::is_ascii_digit).collect::<String>();
        let spoken = digits.trim_matches('0').len() <= 3;
        if spoken { figures::spoken(self.fresh.seconds()) } else { text }
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
            self.within(),
            figures::counted(number::float(self.users), "user", "users"),
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
