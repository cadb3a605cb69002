//! All crowds. Where one prefers several transports it has a row for each, and its users go now by
//! one, now by another.
pub use super::crowd::*;
use super::ways::Ways;
use crate::engine::{Span, Time};

/// All crowds, in order of their users' numbers, and by which transport each user goes.
#[derive(Clone, Debug, Default)]
pub struct Crowds {
    /// A row for each transport of a crowd, as it prefers them.
    rows: Vec<Crowd>,
    ways: Ways,
    /// Whether there is one row.
    only: bool,
}

impl Crowds {
    /// Adds a crowd, or the next transport of the last one; its users follow those of the last.
    pub fn push(&mut self, crowd: Crowd) {
        self.rows.push(crowd);
        self.only = self.rows.len() == 1;
        self.ways = if self.prefers() { Ways::new(self.users()) } else { Ways::default() };
    }

    /// The crowd of a user, as it goes now.
    #[inline]
    pub fn of(&self, user: u32) -> &Crowd {
        if self.only { &self.rows[0] } else { self.found(user) }
    }

    fn found(&self, user: u32) -> &Crowd {
        &self.rows[self.place(user)]
    }

    /// The place of that among all rows.
    #[inline]
    pub fn place(&self, user: u32) -> usize {
        if self.only { 0 } else { self.base(user) + self.ways.now(user) }
    }

    /// The place of the first row of a user's crowd.
    fn base(&self, user: u32) -> usize {
        let later = self.rows.iter().skip(1).take_while(|crowd| crowd.first <= user);
        let last = later.count();
        last - self.rows.get(last).map_or(0, |crowd| crowd.way[0])
    }

    /// The rows of a user's crowd: its transports, as it prefers them.
    pub fn ways_of(&self, user: u32) -> &[Crowd] {
        let base = self.base(user);
        &self.rows[base..base + self.rows[base].way[1].max(1)]
    }

    /// The registry of a user's crowd, whatever transport it goes by.
    pub fn registry(&self, user: u32) -> Option<&Port> {
        self.ways_of(user).iter().find_map(|crowd| crowd.registry.as_ref())
    }

    /// The crowds that a registry serves, each by the first transport that is registered.
    pub fn registered(&self) -> impl Iterator<Item = &Crowd> {
        let crowds = self.rows.chunk_by(|one, next| one.clients == next.clients);
        crowds.filter_map(|ways| ways.iter().find(|crowd| crowd.registry.is_some()))
    }

    /// Whether any crowd has several transports.
    pub fn prefers(&self) -> bool {
        self.rows.iter().any(Crowd::prefers)
    }

    /// Whether there are several transports, of one crowd or of several.
    pub fn differ(&self) -> bool {
        self.rows.windows(2).any(|pair| pair[0].transport != pair[1].transport)
    }

    /// By which transport each user goes, where that can change.
    pub fn ways(&self) -> &Ways {
        &self.ways
    }

    /// The crowd of a user by the transport that its next try goes by.
    pub fn upcoming(&self, user: u32, now: Time) -> &Crowd {
        let crowd = self.of(user);
        let Some(fallback) = crowd.fallback.filter(|_| crowd.prefers()) else { return crowd };
        let way = self.ways.upcoming(user, now, fallback.remember);
        &self.rows[self.base(user) + way]
    }

    /// Whether a user that tries has another transport to go on to before it backs off.
    #[inline]
    pub fn goes_on(&self, user: u32) -> bool {
        let crowd = self.of(user);
        crowd.prefers() && self.ways.goes_on(user, crowd.way[1])
    }

    /// How long a user waits for its present attempt.
    pub fn patience(&self, user: u32) -> Span {
        let crowd = self.of(user);
        match &crowd.fallback {
            Some(fallback) if self.goes_on(user) => fallback.try_timeout,
            Some(_) | None => crowd.reconnect.timeout,
        }
    }

    /// The crowd of a clients node, by the transport that it prefers.
    #[inline]
    pub fn of_clients(&self, node: u8) -> &Crowd {
        let found = self.rows.iter().find(|crowd| crowd.clients == node);
        found.expect("each clients node has its crowd")
    }

    /// Whether some who read slowly hold connections to a pool.
    pub fn some_read_slowly_at(&self, pool: usize) -> bool {
        let here = |crowd: &Crowd| usize::from(crowd.gateways.node) == pool;
        self.iter().any(|crowd| crowd.slow.is_some() && here(crowd))
    }

    /// Whether streams that share the connection of a browser are held by a pool.
    pub fn some_share_at(&self, pool: usize) -> bool {
        let here = |crowd: &Crowd| usize::from(crowd.gateways.node) == pool;
        self.rows.iter().any(|crowd| crowd.shares() && here(crowd))
    }

    /// Whether a user is a session of an open stream.
    pub fn is_session(&self, user: u32) -> bool {
        self.of(user).if_refused.is_some()
    }

    /// All crowds, before the run.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Crowd> {
        self.rows.iter_mut()
    }

    /// Users who want to be connected all the time.
    pub fn closed(&self) -> u32 {
        let closed = self.iter().filter(|crowd| crowd.always_there());
        closed.map(|crowd| crowd.count).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// All crowds, by the transport that each prefers.
    pub fn iter(&self) -> impl Iterator<Item = &Crowd> {
        self.rows.iter().filter(|crowd| crowd.way[0] == 0)
    }

    /// The same with all transports of each, in the order of their places.
    pub fn rows(&self) -> &[Crowd] {
        &self.rows
    }

    /// All users together.
    pub fn users(&self) -> u32 {
        self.rows.last().map_or(0, |crowd| crowd.first + crowd.count)
    }
}
