//! What the replicas of the registries show: each write, so much later. Kept only where a registry
//! has one that lags; reads catch up with what has become visible since the last one.
use super::{
    connections::{Connections, NOWHERE, State},
    crowds::Crowds,
    routes::{Entry, Routes},
    tiers::Tiers,
};
use crate::engine::{Time, number};
use std::collections::BTreeMap;

/// What a replica shows of a user.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    pub(super) entry: Entry,
    /// Since when.
    pub(super) since: Time,
    /// How long it was wrong to show it is counted already.
    pub(super) counted: bool,
}

/// A write that is still to be seen.
#[derive(Clone, Copy, Debug)]
struct Change {
    user: u32,
    entry: Entry,
    /// When the connection of a written entry opened; when that of a deleted one ended, or
    /// [`Time::NEVER`] if its user is back.
    of: Time,
}

/// The replicas of all registries.
#[derive(Clone, Debug)]
pub(super) struct Replica {
    pub(super) rows: Vec<Shown>,
    /// By the time at which each is seen, and its number.
    coming: BTreeMap<(Time, u32), Change>,
    written: u32,
}

impl Replica {
    /// Nothing of `users` users.
    pub(super) fn new(users: u32) -> Self {
        let nobody = Entry { gateway: NOWHERE, session: 0 };
        let blank = Shown { entry: nobody, since: Time::ZERO, counted: false };
        let rows = vec![blank; number::index(users)];
        Self { rows, coming: BTreeMap::new(), written: 0 }
    }

    fn will_show(&mut self, at: Time, change: Change) {
        self.written = number::next(self.written);
        self.coming.insert((at, self.written), change);
    }

    fn next(&mut self, now: Time) -> Option<(Time, Change)> {
        let first = self.coming.first_entry()?;
        let at = first.key().0;
        (at <= now).then(|| (at, first.remove()))
    }
}

impl Routes {
    /// Bytes a user of a replica.
    pub const REPLICA: u64 = number::count(size_of::<Shown>());

    /// An entry was written, for a connection that opened at `opened`: it will be seen at `at`.
    pub fn will_show(&mut self, at: Time, user: u32, entry: Entry, opened: Time) {
        if let Some(replica) = &mut self.replica {
            replica.will_show(at, Change { user, entry, of: opened });
        }
    }

    /// An entry was deleted; its connection ended at `died`, unless its user is back.
    pub fn will_hide(&mut self, at: Time, user: u32, died: Option<Time>) {
        let entry = Entry { gateway: NOWHERE, session: 0 };
        if let Some(replica) = &mut self.replica {
            replica.will_show(at, Change { user, entry, of: died.unwrap_or(Time::NEVER) });
        }
    }

    /// The replicas show what they were to show until now.
    #[inline]
    pub fn catch_up(
        &mut self,
        now: Time,
        crowds: &Crowds,
        tiers: &Tiers,
        connections: &Connections,
    ) {
        while let Some((at, change)) = self.replica.as_mut().and_then(|replica| replica.next(now)) {
            if change.entry.gateway == NOWHERE {
                self.is_hidden(at, change);
            } else {
                self.is_shown(at, change, crowds, tiers, connections);
            }
        }
    }

    fn set(&mut self, user: u32, shown: Shown) -> Option<Shown> {
        let rows = &mut self.replica.as_mut()?.rows;
        Some(std::mem::replace(&mut rows[number::index(user)], shown))
    }

    fn is_hidden(&mut self, at: Time, change: Change) {
        let Change { user, entry, of } = change;
        let before = self.set(user, Shown { entry, since: at, counted: false });
        if of != Time::NEVER && before.is_some_and(|before| !before.counted) {
            self.was_shown(of, at.max(of));
        }
    }

    /// A user was not found from its connection on, or from the end of its earlier entry.
    fn is_shown(
        &mut self,
        at: Time,
        change: Change,
        crowds: &Crowds,
        tiers: &Tiers,
        connections: &Connections,
    ) {
        let Change { user, entry, of } = change;
        let gone = self.expiry(at, user, crowds.of(user), tiers, connections);
        let Some(before) = self.set(user, Shown { entry, since: at, counted: false }) else {
            return;
        };
        let blank = if before.entry.gateway == NOWHERE { before.since } else { gone };
        let connection = connections.get(user);
        let over = connection.session == entry.session && connection.state != State::Online;
        let until = if over { connections.since[number::index(user)].min(at) } else { at };
        if blank < at {
            self.truth.flaps += 1;
            self.truth.falsely_offline += u128::from(until.since(blank.max(of)).nanos());
        }
    }

    /// How long a user was shown who is back is known.
    pub fn counted(&mut self, user: u32) {
        if let Some(replica) = &mut self.replica {
            replica.rows[number::index(user)].counted = true;
        }
    }
}
