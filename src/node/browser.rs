//! What a browser does to its tabs: over HTTP/1.1 all of them share six connections to an origin,
//! and what finds none waits in the browser, where no server hears of it; timers of tabs that
//! nobody looks at are held back.
use super::{
    Cx, Purpose, Timer,
    clients::Clients,
    event::attempt_ticket,
    parameters::{Http, Preset, Transport},
    table::{
        browsers::Turn,
        connections::{NOWHERE, State},
        crowds::Crowd,
    },
};
use crate::{
    engine::{Span, Time, number},
    record::Cause,
};
use std::ops::Range;

/// Connections of a browser to one origin over HTTP/1.1 \[P\].
pub const CONNECTIONS: usize = 6;
/// Streams of one connection over HTTP/2, as servers allow by default \[K\].
pub const STREAMS: usize = 100;
/// `WebSocket`s of a browser (Chromium) \[S\].
const SOCKETS: usize = 255;

/// What a transport takes of a browser: whether a request's connection, and how many of those there
/// are; none of a poll now and then, which is over at once.
pub fn takes(transport: Transport, http: Http) -> Option<(bool, usize)> {
    match (transport, http) {
        (Transport::ShortPoll, _) => None,
        (Transport::Websocket, _) => Some((false, SOCKETS)),
        (Transport::Sse | Transport::LongPoll, Http::One) => Some((true, CONNECTIONS)),
        (Transport::Sse | Transport::LongPoll, Http::Two) => Some((true, STREAMS)),
    }
}

fn taken_by(crowd: &Crowd) -> Option<(bool, usize)> {
    takes(crowd.transport, crowd.wire.http)
}

impl Crowd {
    /// The tabs of the browser of a user, where that has any to share with.
    fn tabs(&self, user: u32) -> Option<Range<u32>> {
        self.browsers.as_ref().map(|browsers| browsers.of(user))
    }

    /// How the timers of a user are held back: to so long apart, from which time on.
    pub(super) fn held_back(&self, user: u32) -> Option<(Span, Span)> {
        let background = self.background?;
        let unit = |k| self.draws.unit(Purpose::Background, u64::from(user - self.first), k);
        let hidden = unit(0) < background.share.0;
        hidden.then(|| (background.throttle, background.throttle.scale(unit(1))))
    }

    /// When a timer of a user fires that is set for `at`.
    pub(super) fn fires(&self, user: u32, at: Time) -> Time {
        // What a browser does by itself is no timer of the page.
        if self.reconnect.preset == Some(Preset::EventSource) {
            return at;
        }
        self.held_back(user).map_or(at, |(apart, phase)| {
            let apart = apart.nanos().max(1);
            let passed = at.nanos().saturating_sub(phase.nanos()).div_ceil(apart);
            Time::ZERO + phase + Span::from_nanos(passed * apart)
        })
    }
}

impl Cx<'_> {
    /// How many connections of one kind the other tabs of a browser have, or have been given.
    fn taken(&self, tabs: Range<u32>, user: u32, requests: bool) -> usize {
        let browser = tabs.start;
        let by = |tab: u32| match self.connections.get(tab).state {
            State::Connecting | State::HalfOpen => Some(self.crowds.of(tab)),
            State::Online => {
                let held = self.connections.get(tab).gateway != NOWHERE;
                let has = held || !self.connections.queues.waits(browser, tab);
                has.then(|| self.crowds.of(tab))
            }
            State::Away => {
                let given = self.connections.queues.is_called(tab)
                    || self.connections.opening.waits(browser, tab);
                given.then(|| self.crowds.upcoming(tab, self.now))
            }
            State::Gone | State::Absent => None,
        };
        let same = |tab: u32| by(tab).and_then(taken_by).is_some_and(|(kind, _)| kind == requests);
        tabs.filter(|&tab| tab != user && same(tab)).count()
    }

    /// Whether a user has to wait for a connection of its browser, by the transport of `crowd`; if
    /// so it waits in line from now on.
    pub fn queues(&mut self, user: u32, crowd: &Crowd) -> bool {
        let Some((tabs, (requests, most))) = crowd.tabs(user).zip(taken_by(crowd)) else {
            return false;
        };
        let browser = tabs.start;
        let full = self.taken(tabs, user, requests) >= most;
        if full && !self.connections.queues.waits(browser, user) {
            self.connections.queues.join(browser, user);
            self.record.counts.queued += 1;
            self.is_replaced(user, crowd);
        }
        full || self.waits_for_opening(user, crowd)
    }

    /// A tab whose connection a fault took finds that the others have all that their browser has:
    /// one of them has its place.
    fn is_replaced(&mut self, user: u32, crowd: &Crowd) {
        if !self.record.recovery.is_hit(user) {
            return;
        }
        let opens = |tab: u32| match self.connections.get(tab).state {
            State::Connecting => true,
            State::Away => self.connections.queues.is_called(tab),
            State::Online | State::HalfOpen | State::Gone | State::Absent => false,
        };
        let mut others = crowd.tabs(user).into_iter().flatten().filter(|&tab| tab != user);
        match others.find(|&tab| opens(tab) && !self.record.recovery.is_hit(tab)) {
            Some(heir) => self.record.recovery.hand_over(self.now, user, heir),
            None => {
                let outage = self.now.since(self.connections.wants_since(user));
                self.record.recovery.back(self.now, user, outage);
            }
        }
    }

    /// Whether a user waits for a connection of its browser.
    pub fn waits_in_line(&self, user: u32) -> bool {
        let tabs = self.crowds.of(user).tabs(user);
        tabs.is_some_and(|tabs| self.connections.queues.waits(tabs.start, user))
    }

    /// Whether what a user sends as a request can leave its browser.
    pub(super) fn can_request(&self, user: u32, crowd: &Crowd) -> bool {
        if crowd.transport == Transport::Websocket || crowd.wire.http == Http::Two {
            return true;
        }
        let room = |tabs| self.taken(tabs, NOBODY, true) < CONNECTIONS;
        crowd.tabs(user).is_none_or(room)
    }

    /// Whether a user has a connection: a tab that waits for its next turn with a held request has
    /// none.
    pub fn is_connected(&self, user: u32) -> bool {
        self.connections.get(user).state == State::Online && !self.waits_in_line(user)
    }

    /// The connection of a user ends, if it has one: whoever waits for a turn has given it back.
    pub(super) fn goes_offline(&mut self, user: u32) {
        let place = self.crowds.place(user);
        self.record.went_offline(self.now, place, user);
        self.counts_light(user, -1);
        if self.waits_in_line(user) {
            self.changes_online(user, 1);
        }
    }

    /// A user has no connection any more, nor waits for one: the next tab of its browser goes on.
    pub(super) fn vacates(&mut self, user: u32) {
        self.hands_over(user);
        self.leaves_opening(user);
        let Some(tabs) = self.crowds.of(user).tabs(user) else { return };
        let given = self.connections.queues.begins(user).unwrap_or(Turn::Room);
        if !self.connections.queues.leave(tabs.start, user) {
            self.next_tab(tabs, user, given);
        }
    }

    /// A browser has room, or a connection of it is free, which was one user's: what waits there
    /// leaves.
    fn next_tab(&mut self, tabs: Range<u32>, from: u32, mut given: Turn) {
        let mut place = Some(from);
        self.lets_all_out(tabs.clone());
        while let Some(next) = self.next_in_line(&tabs) {
            self.connections.queues.leave(tabs.start, next);
            self.goes_on_from_line(next, given);
            if let (Some(from), true) =
                (place.take(), self.connections.get(next).state != State::Online)
            {
                self.record.recovery.hand_over(self.now, from, next);
            }
            given = Turn::Room;
        }
    }

    /// Of the tabs that wait the first for which there is room, by the transport that it goes by.
    fn next_in_line(&self, tabs: &Range<u32>) -> Option<u32> {
        let mut taken = [None; 2];
        self.connections.queues.line(tabs.start).find(|&tab| {
            let online = self.connections.get(tab).state == State::Online;
            let upcoming = || self.crowds.upcoming(tab, self.now);
            let way = if online { self.crowds.of(tab) } else { upcoming() };
            taken_by(way).is_none_or(|(kind, most)| {
                let taken = &mut taken[usize::from(kind)];
                *taken.get_or_insert_with(|| self.taken(tabs.clone(), NOBODY, kind)) < most
            })
        })
    }

    /// A tab that waited goes on: who held requests before asks again on a connection that stands;
    /// everybody else begins with an attempt.
    pub(super) fn goes_on_from_line(&mut self, user: u32, given: Turn) {
        if self.connections.get(user).state == State::Online {
            if let Turn::Open(at) = given {
                self.changes_online(user, 1);
                return self.ask_at(user, at);
            }
            self.has_lost_its_own(user);
        }
        let at = if let Turn::Open(at) = given { at } else { self.now };
        self.connections.queues.call(user, given);
        let session = self.connections.get(user).session;
        let number = self.connections.attempts[number::index(user)].number;
        self.wake(at, Timer::Attempt, user, attempt_ticket(session, number));
    }

    /// A tab that gave its connection to another one has to open one anew.
    fn has_lost_its_own(&mut self, user: u32) {
        self.leaves(user, false, Cause::NoReplay);
        self.connections.get_mut(user).state = State::Away;
        self.connections.since[number::index(user)] = self.now;
    }

    /// A user begins what it may have waited for; returns whether on a connection that stands.
    /// Over HTTP/2, and for a stream, that is a request like any other.
    pub(super) fn takes_over(&mut self, user: u32) -> bool {
        let given = self.connections.queues.begins(user);
        let way = self.crowds.upcoming(user, self.now);
        let asks = way.hold().is_some() && way.wire.http == Http::One;
        matches!(given, Some(Turn::Open(_))) && asks && way.blocked(user, self.now).is_none()
    }

    /// What the tabs of a browser have written and it has kept leaves, but for what needs a stream.
    fn lets_all_out(&mut self, tabs: Range<u32>) {
        for tab in tabs {
            let requests = || self.crowds.of(tab).requests_without_stream();
            let leaves = match self.connections.get(tab).state {
                State::Online => true,
                State::Away | State::Connecting => requests(),
                State::HalfOpen | State::Gone | State::Absent => false,
            };
            if leaves {
                self.lets_requests_out(tab);
            }
        }
    }

    /// What a user has written and its browser has kept leaves.
    pub(super) fn lets_requests_out(&mut self, user: u32) {
        let crowd = self.crowds.of(user);
        let mut outbox = self.connections.kept.take_outbox(user);
        while let Some(message) = outbox.pop(self.messages) {
            self.record.outbox_wait.record(self.now.since(self.messages.get(message).sent));
            Clients::send_up(crowd, user, message, self);
        }
    }

    /// A held request of a user has been answered, which it learns at `at`: another tab of its
    /// browser may be before it. Returns whether it has to wait.
    pub(super) fn gives_way(&mut self, user: u32, at: Time) -> bool {
        let Some(tabs) = self.crowds.of(user).tabs(user) else { return false };
        let browser = tabs.start;
        if self.connections.queues.is_empty(browser) {
            self.lets_all_out(tabs);
            return false;
        }
        self.connections.queues.join(browser, user);
        self.record.change_online(self.now, self.crowds.place(user), -1);
        self.counts_light(user, -1);
        self.steps_aside(user);
        self.record.counts.queued += 1;
        self.next_tab(tabs, user, Turn::Open(at));
        true
    }
}

/// No user.
const NOBODY: u32 = u32::MAX;
