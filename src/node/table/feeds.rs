//! All feeds of a world, and what gateways hold back of them for slow consumers.
use super::{
    connections::{Connection, NOWHERE, State},
    crowds::{Crowd, EACH},
    messages::Message,
    send_buffers::SendBuffers,
};
pub use super::{
    fate::{Entry, Fate, Missed, fates},
    feed::{Audience, Coming, Feed, Held, Keeping},
    topics::Topics,
};
use crate::{
    engine::{Time, number},
    node::parameters::Spread,
    record::Cause,
};
use std::collections::BTreeMap;

/// All feeds of a world.
#[derive(Clone, Debug, Default)]
pub struct Feeds {
    rows: Vec<Feed>,
    /// What is held back for slow consumers.
    pub send_buffers: SendBuffers,
    /// When the silent death was noticed of who is away since, where a window to resume closes.
    pub noticed: BTreeMap<u32, Time>,
}

impl Feeds {
    /// Adds a feed; returns its number.
    pub fn push(&mut self, feed: Feed) -> u8 {
        self.rows.push(feed);
        number::byte(self.rows.len() - 1)
    }

    /// A feed.
    #[inline]
    pub fn get(&self, feed: u8) -> &Feed {
        &self.rows[usize::from(feed)]
    }

    /// A feed, to change it.
    #[inline]
    pub fn get_mut(&mut self, feed: u8) -> &mut Feed {
        &mut self.rows[usize::from(feed)]
    }

    /// What stops the live copy of a message for a user who is away.
    pub fn stopped(&self, user: u32, connection: Connection, entry: &Entry) -> Cause {
        let dead = connection.state == State::HalfOpen && connection.gateway != NOWHERE;
        let unnoticed = self.noticed.get(&user).is_some_and(|&noticed| entry.kept < noticed);
        if dead || unnoticed { Cause::HalfOpen } else { Cause::NoReplay }
    }

    /// How many there are.
    pub fn len(&self) -> u8 {
        number::byte(self.rows.len())
    }

    /// Whether some deliveries are counted in groups: of those the order is not known.
    pub fn grouped(&self) -> bool {
        self.rows.iter().any(|feed| feed.grouped)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl Crowd {
    /// The feed of a message, if it is for many: it is then addressed to its topic, counted from
    /// the first user.
    #[inline]
    pub fn feed_of(&self, message: &Message) -> Option<u8> {
        if self.feeds.is_empty() || message.id & EACH != 0 {
            return None;
        }
        match self.origin(message) {
            Some(origin) => origin.feed,
            None => self.own_feed,
        }
    }

    /// Whether one call brings what is for many to all who hold a stream at a gateway: what they
    /// miss is theirs to ask for. Of those who prefer some transport it depends on how each goes
    /// now.
    #[inline]
    pub fn takes_calls(&self) -> bool {
        self.spread != Spread::Connections && self.poll.is_none() && self.inbox.is_none()
    }

    /// Whether such a call can push to whole groups of its users at once: all hold streams to one
    /// pool, and nothing but their leaving depends on what each of them gets.
    pub fn takes_groups(&self) -> bool {
        let alike = !self.prefers() && self.idle().is_none();
        self.spread == Spread::Gateways && alike && self.takes_calls()
    }

    /// Whether a push is one of those that a call for many brings.
    #[inline]
    pub fn is_called(&self, push: &Message) -> bool {
        push.id & EACH != 0 && !self.feeds.is_empty() && self.takes_calls()
    }
}
