//! What the registries say: user → gateway. Gateways write and refresh, the registry answers, and
//! how far that is from the truth is known where a connection opens or ends.
//!
//! Refreshes are no events. Entry (user, session) is refreshed at φ + k·h, φ uniform in (0, h), as
//! long as its gateway lives and holds the connection, and as the registry is up.
use super::{
    connections::{Connections, NOWHERE, State},
    crowds::Crowd,
    replica::{Replica, Shown},
    tiers::Tiers,
};
use crate::{
    engine::{Span, Time, number},
    node::{Purpose, outage::Outages},
    record::Histogram,
};

/// The gateway that wrote an entry, and the session it was written for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// [`NOWHERE`] when there is no entry.
    pub gateway: u16,
    /// The session.
    pub session: u16,
}

/// How the entries of a crowd are kept.
#[derive(Clone, Debug)]
pub struct Keeping {
    /// The crowd, by its clients node.
    pub clients: u8,
    /// An entry not refreshed for so long is gone.
    pub ttl: Span,
    /// Between two refreshes.
    pub every: Span,
    /// Reads see what was so much earlier.
    pub lag: Span,
    /// When the registry cannot be asked.
    pub outages: Outages,
}

/// How far the registries were from the truth.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    /// User-nanoseconds that somebody who was gone was shown as online.
    pub falsely_online: u128,
    /// User-nanoseconds that somebody who was connected was not found.
    pub falsely_offline: u128,
    /// How often somebody who had been shown as gone was shown again.
    pub flaps: u64,
    /// Users whom an outage of the registry made vanish although they were connected.
    pub vanished: u64,
    /// From the end of a connection to that of its entry.
    pub noticed: Histogram,
}

/// The entries of all users, and how they are kept.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    entries: Vec<Entry>,
    /// When each was written, in ms; kept only where a registry has outages.
    written: Vec<u32>,
    keepings: Vec<Keeping>,
    pub(super) replica: Option<Box<Replica>>,
    /// How far they were from the truth.
    pub truth: Truth,
}

/// Whether the gateway of an entry has served without a break.
#[inline]
fn steady(entry: Entry, tiers: &Tiers) -> bool {
    tiers.get(entry.gateway).incarnation == 0 && tiers.serves(entry.gateway)
}

/// So long before.
fn back(at: Time, lag: Span) -> Time {
    Time::from_nanos(at.nanos().saturating_sub(lag.nanos()))
}

/// A number of nanoseconds that can be subtracted from.
fn signed(nanos: u64) -> i64 {
    i64::try_from(nanos).unwrap_or(i64::MAX)
}

impl Keeping {
    /// The last refresh of an entry no later than `at` that reached the registry, in ns from the
    /// start; negative before it.
    fn refreshed(&self, phase: Span, at: Time) -> i64 {
        let every = signed(self.every.nanos().max(1));
        let phase = signed(phase.nanos());
        let before = |at: i64| phase + (at - phase).div_euclid(every) * every;
        let mut last = before(signed(at.nanos()));
        for (from, to) in self.outages.back() {
            let (from, to) = (signed(from.nanos()), signed(to.nanos()));
            if from <= last && last < to {
                last = before(from - 1);
            }
        }
        last
    }
}

impl Routes {
    /// Bytes a user.
    pub const BYTES: u64 = number::count(size_of::<Entry>());

    /// No entries of `users` users; no table where nobody keeps one.
    pub fn new(keepings: Vec<Keeping>, users: u32) -> Self {
        let nobody = Entry { gateway: NOWHERE, session: 0 };
        let all = if keepings.is_empty() { 0 } else { number::index(users) };
        let outages = keepings.iter().any(|keeping| !keeping.outages.is_empty());
        let lags = keepings.iter().any(|keeping| keeping.lag > Span::ZERO);
        Self {
            entries: vec![nobody; all],
            written: vec![0; if outages { all } else { 0 }],
            keepings,
            replica: lags.then(|| Box::new(Replica::new(users))),
            truth: Truth::default(),
        }
    }

    /// An entry.
    #[inline]
    pub fn get(&self, user: u32) -> Entry {
        self.entries[number::index(user)]
    }

    /// What reads see of an entry.
    #[inline]
    pub fn seen(&self, user: u32, crowd: &Crowd) -> Entry {
        self.shown(user, crowd).map_or_else(|| self.get(user), |shown| shown.entry)
    }

    /// What a replica shows, if reads of a crowd's entries see one that lags.
    #[inline]
    fn shown(&self, user: u32, crowd: &Crowd) -> Option<Shown> {
        let replica = self.replica.as_ref()?;
        let lags = self.keeping(crowd.clients).lag > Span::ZERO;
        lags.then(|| replica.rows[number::index(user)])
    }

    /// An entry that is there from the start.
    pub fn stands(&mut self, user: u32, entry: Entry) {
        self.write(Time::ZERO, user, entry);
        if let Some(replica) = &mut self.replica {
            replica.rows[number::index(user)].entry = entry;
        }
    }

    /// How the entries of a crowd are kept.
    #[inline]
    pub fn keeping(&self, clients: u8) -> &Keeping {
        let found = self.keepings.iter().find(|keeping| keeping.clients == clients);
        found.expect("asked only for crowds that a registry serves")
    }

    /// How those of all crowds are.
    pub fn keepings(&self) -> &[Keeping] {
        &self.keepings
    }

    /// Writes an entry.
    pub fn write(&mut self, now: Time, user: u32, entry: Entry) {
        let place = number::index(user);
        self.entries[place] = entry;
        if let Some(written) = self.written.get_mut(place) {
            *written = number::low(now.nanos() / 1_000_000);
        }
    }

    /// Deletes an entry.
    pub fn delete(&mut self, user: u32) {
        self.entries[number::index(user)].gateway = NOWHERE;
    }

    /// The gateway of a user's entry, unless it has expired.
    #[inline]
    pub fn route(
        &self,
        now: Time,
        user: u32,
        crowd: &Crowd,
        tiers: &Tiers,
        connections: &Connections,
    ) -> Option<u16> {
        let entry = self.seen(user, crowd);
        if entry.gateway == NOWHERE {
            return None;
        }
        if steady(entry, tiers) && self.written.is_empty() {
            return Some(entry.gateway);
        }
        (now < self.expiry(now, user, crowd, tiers, connections)).then_some(entry.gateway)
    }

    /// When a user's entry is gone, by what is known at `now`; never, as long as it is refreshed.
    pub fn expiry(
        &self,
        now: Time,
        user: u32,
        crowd: &Crowd,
        tiers: &Tiers,
        connections: &Connections,
    ) -> Time {
        let (shown, keeping) = (self.shown(user, crowd), self.keeping(crowd.clients));
        let entry = shown.map_or_else(|| self.get(user), |shown| shown.entry);
        if entry.gateway == NOWHERE {
            return Time::NEVER;
        }
        let connection = connections.get(user);
        let held = connection.gateway == entry.gateway && connection.session == entry.session;
        let fresh = held && matches!(connection.state, State::Online | State::HalfOpen);
        let refreshed = fresh || steady(entry, tiers) || Self::later(shown, entry, keeping, tiers);
        if refreshed && keeping.outages.is_empty() {
            return Time::NEVER;
        }
        let until = if refreshed { back(now, keeping.lag) } else { tiers.get(entry.gateway).ended };
        let last = keeping.refreshed(Self::phase(user, entry, crowd, keeping), until);
        let written = shown.map_or_else(
            || self.written_at(user),
            |shown| signed(back(shown.since, keeping.lag).nanos()),
        );
        let shown_for = signed(keeping.ttl.nanos()).saturating_add(signed(keeping.lag.nanos()));
        let expiry = last.max(written).saturating_add(shown_for);
        Time::from_nanos(expiry.try_into().unwrap_or(0))
    }

    /// Whether a replica shows an entry that was written since its gateway has served: when its
    /// connection ends, it is there until it is seen to be deleted.
    fn later(shown: Option<Shown>, entry: Entry, keeping: &Keeping, tiers: &Tiers) -> bool {
        shown.is_some_and(|shown| {
            tiers.serves(entry.gateway)
                && back(shown.since, keeping.lag) > tiers.get(entry.gateway).ended
        })
    }

    fn written_at(&self, user: u32) -> i64 {
        let written = self.written.get(number::index(user)).copied().unwrap_or(0);
        if written == 0 { i64::MIN } else { i64::from(written) * 1_000_000 }
    }

    fn phase(user: u32, entry: Entry, crowd: &Crowd, keeping: &Keeping) -> Span {
        let key = crowd.connection(user, entry.session);
        keeping.every.scale(crowd.draws.unit(Purpose::Refresh, key, 0))
    }

    /// The connection of a user that ended at `died` was shown until `gone`.
    pub fn was_shown(&mut self, died: Time, gone: Time) {
        self.truth.falsely_online += u128::from(gone.since(died).nanos());
        self.truth.noticed.record(gone.since(died));
    }

    /// An outage of a registry is over: who was connected all the time and not found until its
    /// next refresh.
    pub fn after_outage(
        &mut self,
        outage: (Time, Time),
        crowd: &Crowd,
        tiers: &Tiers,
        connections: &Connections,
    ) {
        let keeping = self.keeping(crowd.clients).clone();
        for user in crowd.first..crowd.first + crowd.count {
            let (entry, row) = (self.seen(user, crowd), connections.get(user));
            if row.state != State::Online || entry.gateway != row.gateway {
                continue;
            }
            let gone = self.expiry(outage.1, user, crowd, tiers, connections);
            let phase = Self::phase(user, entry, crowd, &keeping);
            let back = keeping.refreshed(phase, outage.1 + keeping.every);
            let back = Time::from_nanos(back.try_into().unwrap_or(0)) + keeping.lag;
            if gone < back && gone >= outage.0 {
                self.truth.falsely_offline += u128::from(back.since(gone).nanos());
                self.truth.flaps += 1;
                self.truth.vanished += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Time {
        Time::ZERO + Span::from_secs(seconds)
    }

    #[test]
    fn an_outage_swallows_refreshes() {
        let mut outages = Outages::default();
        outages.add(at(100), at(160));
        let (ttl, every) = (Span::from_secs(60), Span::from_secs(25));
        let keeping = Keeping { clients: 0, ttl, every, lag: Span::ZERO, outages };
        let refreshed = |now| keeping.refreshed(Span::from_secs(10), at(now)) / 1_000_000_000;
        // 10, 35, 60, 85, (110, 135,) 160, 185.
        assert_eq!([84, 85, 110, 159, 160, 200].map(refreshed), [60, 85, 85, 85, 160, 185]);
        assert_eq!(refreshed(5), -15);
    }
}
