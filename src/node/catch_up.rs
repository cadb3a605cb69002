//! What a user has missed while it was away, of its own and of its feeds: one buffer has the last
//! of it, in the order in which the fan-out took it.
use super::{
    Cx,
    table::{
        connections::NOWHERE,
        crowds::EACH,
        fate::{Entry, Fate, Missed, fates},
        messages::{Message, Stage},
    },
};
use crate::{
    engine::Time,
    record::{Cause, End},
};

/// A message that was missed.
#[derive(Clone, Copy, Debug)]
pub enum What {
    /// Of its own: its row.
    Own(u32),
    /// For many.
    OfMany(Entry),
}

impl Cx<'_> {
    /// The feeds of which what a user misses is a difference of numbers.
    fn kept_feeds(&self, user: u32) -> impl Iterator<Item = u8> + '_ {
        let all = self.crowds.of(user).feeds.iter().copied();
        all.filter(move |&id| {
            let feed = self.feeds.get(id);
            feed.grouped && feed.has(user) && feed.keeping.is_some()
        })
    }

    /// Takes out all that a user has missed, with what has become of it; none where it has no feed
    /// that is kept for it.
    pub fn takes_what_it_missed(&mut self, user: u32) -> Vec<(Missed<What>, Fate)> {
        let feeds: Vec<u8> = self.kept_feeds(user).collect();
        let keeping = feeds.first().and_then(|&id| self.feeds.get(id).keeping);
        let Some(keeping) = keeping else { return Vec::new() };
        let connection = *self.connections.get(user);
        let mut missed = Vec::new();
        let mut list = self.connections.kept.take_missed(user);
        while let Some(row) = list.pop(self.messages) {
            let kept = self.messages.get(row).due;
            missed.push(Missed { what: What::Own(row), kept, stopped: Cause::NoReplay });
        }
        for id in feeds {
            let feed = self.feeds.get(id);
            for number in feed.missed(user) {
                let entry = feed.entry(user, number);
                let stopped = self.feeds.stopped(user, connection, &entry);
                missed.push(Missed { what: What::OfMany(entry), kept: entry.kept, stopped });
            }
            let next = feed.missed(user).end;
            self.feeds.get_mut(id).go_back(user, next);
        }
        fates(missed, keeping, self.window_closed(user), self.now)
    }

    /// A user is back: all that it has missed lies in its buffer, which is read next.
    pub fn catches_up(&mut self, user: u32) {
        for (missed, fate) in self.takes_what_it_missed(user) {
            match missed.what {
                What::Own(row) => self.stays_in_buffer(user, row, missed.kept, fate),
                What::OfMany(entry) => self.comes_into_buffer(user, entry, fate),
            }
        }
    }

    /// A message of its own that lies in the buffer, unless others have pushed it out.
    pub fn stays_in_buffer(&mut self, user: u32, row: u32, kept: Time, fate: Fate) {
        if let Fate::Overflown(_) | Fate::Expired(_) = fate
            && let Some((at, end)) = fate.end()
        {
            self.messages.copies.release(row);
            return self.end(at, row, end);
        }
        let list = &mut self.connections.kept.row(user).missed;
        list.push(self.messages, row, Stage::Buffer, kept);
    }

    fn comes_into_buffer(&mut self, user: u32, entry: Entry, fate: Fate) {
        if let Fate::TooLate(at, cause) = fate {
            self.record.nobody(entry.sent, user);
            return self.missed_by(user, entry, at, End::Lost(cause));
        }
        self.record.kept(entry.sent, user);
        if let Some((at, end)) = fate.end() {
            return self.missed_by(user, entry, at, end);
        }
        let message = Message::new(entry.sent, user, entry.id | EACH, NOWHERE);
        let row = self.messages.open_at(message, entry.place);
        let list = &mut self.connections.kept.row(user).missed;
        list.push(self.messages, row, Stage::Buffer, entry.kept);
    }

    /// What a connection that is lost had still to take of a feed lies in the buffer.
    pub(super) fn put_into_buffer(&mut self, feed: u8, user: u32, entry: Entry) {
        let feed = self.feeds.get(feed);
        let Some(keeping) = feed.keeping else { return };
        let stopped = self.feeds.stopped(user, *self.connections.get(user), &entry);
        let one = vec![Missed { what: (), kept: entry.kept, stopped }];
        for (_, fate) in fates(one, keeping, self.window_closed(user), self.now) {
            self.comes_into_buffer(user, entry, fate);
        }
        self.within_the_buffer(user, keeping.messages, entry.kept);
    }

    /// A user leaves for good: what it has missed of its feeds is gone.
    pub(super) fn gives_up_what_it_missed(&mut self, user: u32) {
        for (missed, fate) in self.takes_what_it_missed(user) {
            match missed.what {
                What::Own(row) => self.stays_in_buffer(user, row, missed.kept, fate),
                What::OfMany(entry) => {
                    let gave_up = (self.now, End::Lost(Cause::GaveUp));
                    let (at, end) = fate.end().unwrap_or(gave_up);
                    self.missed_by(user, entry, at, end);
                }
            }
        }
    }
}
