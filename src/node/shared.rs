//! Over HTTP/2 all streams of a browser go by one connection to its balancer: the first tab opens
//! it, which costs a handshake, the others only send a request on it.
//!
//! Whoever has a stream keeps the connection open. One of the streams counts for it, on the bill
//! and in memory; when that one ends another one does, and the last one takes it along. What ends
//! the connection on its way to the balancer ends all of its streams.
use super::{
    Cx, Purpose,
    clients::Clients,
    gateway::Gateway,
    parameters::{Http, Transport},
    table::{
        browsers::{Beside, Turn},
        connections::{NOWHERE, State},
        crowds::{Crowd, Streams},
    },
};
use crate::engine::{Span, number};

/// How the connection of a browser stands for one of its tabs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Standing {
    /// There is none.
    None,
    /// Another tab opens it.
    Opening,
    /// Another tab has it.
    Open,
}

/// Of [`Purpose::TabOrder`]: when a tab comes, and whether it counts for the connection of all.
const COMES: u32 = 0;
const COUNTS: u32 = 1;

impl Crowd {
    /// How streams of several tabs go.
    pub fn streams_are(&self) -> Streams {
        let requests = matches!(self.transport, Transport::Sse | Transport::LongPoll);
        let several = self.browsers.as_ref().is_some_and(|browsers| browsers.has_several());
        if requests && self.wire.http == Http::Two && several {
            Streams::Together
        } else {
            Streams::Apart
        }
    }

    /// In which order tabs of a browser come, or count for what they share.
    pub fn order(&self, user: u32, of_what: u32) -> u64 {
        self.draws.bits(Purpose::TabOrder, u64::from(user - self.first), of_what)
    }

    /// The users in the order in which they come at the start: browsers in turn, and the tabs of
    /// each as by chance.
    pub fn in_order(&self) -> impl Iterator<Item = u32> + '_ {
        let end = self.first + self.present;
        let alone = if self.browsers.is_none() { self.first..end } else { end..end };
        let firsts = self.browsers.iter().flat_map(move |browsers| {
            let next = move |start: &u32| Some(browsers.of(*start).end).filter(|&it| it < end);
            std::iter::successors(Some(self.first), next).map(|start| browsers.of(start))
        });
        let shared = firsts.flat_map(|tabs| {
            let mut tabs: Vec<u32> = tabs.collect();
            tabs.sort_by_key(|&tab| self.order(tab, COMES));
            tabs
        });
        alone.chain(shared)
    }

    /// The browser of a user, by its first tab.
    fn browser(&self, user: u32) -> Option<u32> {
        self.browsers.as_ref().map(|browsers| browsers.of(user).start)
    }

    /// From the first packet of an attempt, or of a request on a connection that stands, to its
    /// work at the gateway.
    pub(super) fn way_in(&self, round_trip: Span, id: (u64, u16), beside: bool) -> Span {
        let (entity, attempt) = id;
        if beside {
            self.request_way(round_trip, entity, attempt)
        } else {
            self.handshake_way(round_trip, entity, attempt)
        }
    }
}

impl Cx<'_> {
    fn beside(&self, user: u32) -> Beside {
        let row = self.connections.beside.get(number::index(user));
        row.copied().filter(|_| self.crowds.of(user).shares()).unwrap_or_default()
    }

    /// Whether the connection of a user's stream counts for another tab of its browser.
    pub fn is_light(&self, user: u32) -> bool {
        self.beside(user).light
    }

    /// Whether the stream that a user opens is a request on a connection that stands: another tab
    /// has it, or its own old stream.
    pub(super) fn is_beside(&self, user: u32) -> bool {
        let moves = self.connections.get(user).state == State::Online;
        self.crowds.of(user).shares() && (moves || self.beside(user).joined)
    }

    /// The other tabs of a browser whose streams go by the same connection as those of `crowd`.
    fn beside_it<'c>(&'c self, user: u32, crowd: &'c Crowd) -> impl Iterator<Item = u32> + 'c {
        let tabs = crowd.browsers.as_ref().filter(|_| crowd.shares());
        let tabs = tabs.map_or(0..0, |browsers| browsers.of(user));
        tabs.filter(move |&tab| {
            let other = self.crowds.of(tab);
            tab != user && other.shares() && other.balancer == crowd.balancer
        })
    }

    fn standing(&self, user: u32, crowd: &Crowd) -> Standing {
        let mut found = Standing::None;
        for tab in self.beside_it(user, crowd) {
            match self.connections.get(tab).state {
                State::Online if !self.waits_in_line(tab) => return Standing::Open,
                State::Connecting if self.beside(tab).joined => return Standing::Open,
                State::Connecting => found = Standing::Opening,
                _ => {}
            }
        }
        found
    }

    /// Whether another tab opens the connection that a user's stream will go by; if so it waits for
    /// that from now on.
    pub(super) fn waits_for_opening(&mut self, user: u32, crowd: &Crowd) -> bool {
        let waits = crowd.shares() && self.standing(user, crowd) == Standing::Opening;
        if let Some(browser) = crowd.browser(user).filter(|_| waits)
            && !self.connections.opening.waits(browser, user)
        {
            self.connections.opening.join(browser, user);
        }
        waits
    }

    /// A user does not wait for a connection that is being opened, nor does it open one: the next
    /// one that waits does.
    pub(super) fn leaves_opening(&mut self, user: u32) {
        let crowd = self.crowds.of(user);
        let Some(browser) = crowd.browser(user) else { return };
        if self.connections.opening.leave(browser, user) {
            return;
        }
        if let Some(next) = self.connections.opening.next(browser) {
            self.goes_on_from_line(next, Turn::Room);
        }
    }

    /// A user's stream is opened from now on, or stands when the run begins: on the connection of
    /// its browser, if there is one.
    pub fn begins_stream(&mut self, user: u32) {
        let crowd = self.crowds.of(user);
        if !crowd.shares() {
            return;
        }
        let open = self.standing(user, crowd) == Standing::Open;
        self.connections.beside[number::index(user)] = Beside { joined: open, light: open };
    }

    /// The stream of a user stands when the run begins: any of its browser may have opened the
    /// connection, and counts for it.
    pub fn stands_beside(&mut self, user: u32) {
        self.begins_stream(user);
        let crowd = self.crowds.of(user);
        let counts = |tab: &u32| self.is_connected(*tab) && !self.is_light(*tab);
        let later = |tab: &u32| crowd.order(user, COUNTS) < crowd.order(*tab, COUNTS);
        let one = self.beside_it(user, crowd).find(counts).filter(later);
        if let Some(other) = one.filter(|_| self.is_light(user)) {
            self.connections.beside.swap(number::index(user), number::index(other));
            self.changes_light(other, 1);
            let held = self.connections.get(other).gateway;
            if held != NOWHERE {
                self.tiers.get_mut(held).light += 1;
            }
        }
    }

    /// A user has the connection of its browser open: who waited for that goes on.
    pub(super) fn opens_for_others(&mut self, user: u32) {
        let crowd = self.crowds.of(user);
        let Some(browser) = crowd.browser(user).filter(|_| crowd.shares()) else { return };
        while let Some(next) = self.connections.opening.next(browser) {
            self.goes_on_from_line(next, Turn::Room);
        }
    }

    /// A user's stream has ended: if it counted for the connection, another one does from now on.
    pub(super) fn hands_over(&mut self, user: u32) {
        let crowd = self.crowds.of(user);
        if !crowd.shares() || self.beside(user).light {
            return;
        }
        let rank = |tab: &u32| match self.connections.get(*tab).state {
            State::Online if !self.waits_in_line(*tab) => Some(0),
            State::Connecting => Some(1),
            State::HalfOpen => Some(2),
            _ => None,
        };
        let ranked = self.beside_it(user, crowd).filter_map(|tab| Some((rank(&tab)?, tab)));
        let all: Vec<(u8, u32)> = ranked.collect();
        if all.iter().any(|&(rank, tab)| rank < 2 && !self.is_light(tab)) {
            return;
        }
        let light = all.into_iter().filter(|&(_, tab)| self.is_light(tab));
        if let Some((_, tab)) = light.min_by_key(|&(rank, tab)| (rank, crowd.order(tab, COUNTS))) {
            self.counts_for_all(tab);
        }
    }

    /// A user waits for its next turn with a stream: another one counts for the connection.
    pub(super) fn steps_aside(&mut self, user: u32) {
        self.hands_over(user);
        if self.crowds.of(user).shares() {
            self.connections.beside[number::index(user)].light = true;
        }
    }

    /// The stream of a user that was beside others counts for their connection from now on.
    fn counts_for_all(&mut self, user: u32) {
        self.changes_light(user, -1);
        self.connections.beside[number::index(user)].light = false;
        let made = self.connections.making.get(&user).copied().flatten();
        let held = self.connections.get(user).gateway;
        for instance in made.into_iter().chain([held]).filter(|&instance| instance != NOWHERE) {
            self.tiers.get_mut(instance).light -= 1;
        }
    }

    /// An instance holds a connection of a user more, or a stream of one.
    pub fn takes(&mut self, user: u32, instance: u16) {
        let light = u32::from(self.is_light(user));
        let row = self.tiers.get_mut(instance);
        row.held += 1;
        row.light += light;
    }

    /// A user is connected from now on, or is so no longer.
    pub fn changes_online(&mut self, user: u32, change: i32) {
        self.record.change_online(self.now, self.crowds.place(user), change);
        self.counts_light(user, change);
    }

    /// The same of what counts for another tab.
    pub(super) fn counts_light(&mut self, user: u32, change: i32) {
        if self.is_light(user) {
            self.record.light[self.crowds.place(user)].change(self.now, change);
        }
    }

    /// The same, if it is connected now.
    fn changes_light(&mut self, user: u32, change: i32) {
        if self.is_connected(user) {
            self.counts_light(user, change);
        }
    }

    /// Who loses the connection of a user with it, that user among them: all tabs that share it.
    /// Nobody, where it counts for another one.
    pub fn lose_with(&self, user: u32) -> Vec<u32> {
        if self.is_light(user) {
            return Vec::new();
        }
        let others = self.beside_it(user, self.crowds.of(user));
        let all = others.filter(|&tab| self.is_connected(tab));
        std::iter::once(user).chain(all).collect()
    }
}

impl Gateway {
    /// An instance works on a handshake of a user, or on what opens a stream beside others.
    pub(super) fn worked_for(user: u32, cx: &mut Cx<'_>) {
        let beside = u64::from(cx.is_beside(user));
        let meter = cx.meter(user);
        meter.handshakes += 1 - beside;
        meter.beside[1] += beside;
    }
}

impl Clients {
    /// The connection of a user ends, silently or not, and with it all streams on it.
    pub(super) fn ends_for_all(&self, user: u32, silently: bool, cx: &mut Cx<'_>) {
        if !cx.crowds.of(user).shares() {
            return self.loses(user, silently, cx);
        }
        for tab in cx.lose_with(user) {
            self.loses(tab, silently, cx);
        }
    }

    /// A user loses its connection, silently or not.
    pub fn loses(&self, user: u32, silently: bool, cx: &mut Cx<'_>) {
        if silently {
            return self.die_silently(user, cx);
        }
        self.close(user, cx);
        Self::back_off(user, cx);
    }
}
