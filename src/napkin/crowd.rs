//! A crowd in its steady state: who is connected, what comes and goes a second, in closed form. One
//! that prefers several transports has a row for each.
use super::{
    held::{Ends, Turns},
    outside::Outside,
    polls::Polls,
    tabs::Sharing,
    terms,
};
use crate::{
    engine::number,
    node::parameters::{
        Audience, Buffer, Clients, Fanout, Gateway, LoadBalancer, Managed, PartitionKey, Pubsub,
        Registry, Route, Start, Transport,
    },
    record::meter::Traffic,
    scenario::{Link, NodeId},
    units::Bytes,
    world::wire,
};

/// Counts are taken over so long that nothing is lost by rounding: this many things happen.
const MANY: f64 = 1e12;

/// A node and its parameters.
#[derive(Debug)]
pub(super) struct Of<'s, P> {
    pub(super) id: NodeId,
    pub(super) name: &'s str,
    pub(super) parameters: &'s P,
    /// One way to it, in seconds.
    pub(super) way: f64,
}

impl<P> Clone for Of<'_, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for Of<'_, P> {}

/// A crowd with its way in and its rates, all of them a second.
#[derive(Clone, Debug)]
pub(super) struct Crowd<'s> {
    pub(super) clients: Of<'s, Clients>,
    pub(super) balancer: Of<'s, LoadBalancer>,
    pub(super) pool: Of<'s, Gateway>,
    pub(super) bus: Option<Of<'s, Pubsub>>,
    pub(super) fanout: Option<Of<'s, Fanout>>,
    pub(super) registry: Option<Of<'s, Registry>>,
    /// From the fan-out to the registry.
    pub(super) look_up: f64,
    /// From the fan-out, or the registry's answer, to the gateways.
    pub(super) back: f64,
    /// From the fan-out to the buffer; that has the way from the gateways.
    pub(super) aside: f64,
    pub(super) buffer: Option<Of<'s, Buffer>>,
    pub(super) inbox: Option<Of<'s, Buffer>>,
    pub(super) law: wire::Law,
    /// The size of the largest message that reaches it.
    pub(super) largest: Option<Bytes>,
    /// How its messages travel.
    pub(super) transport: Transport,
    /// The place of that among those that they prefer.
    pub(super) place: usize,
    /// The share of its clients that go by this transport, and whether others go by another one.
    pub(super) part: f64,
    /// How many of them come from a pool without room; below 0 how many have gone on from here.
    pub(super) moved: f64,
    pub(super) several: bool,
    /// Whether all transports are blocked for them.
    pub(super) shut: bool,
    /// What the tabs of a browser share.
    pub(super) tabs: Sharing,
    /// Tries of this transport a second that are blocked.
    pub(super) tries: f64,
    /// Users of the whole crowd, by whichever transport.
    pub(super) everyone: f64,
    /// The share of the whole crowd's messages that leave their sender.
    pub(super) speak: f64,
    /// What sources publish for it.
    pub(super) outside: Vec<Outside<'s>>,
    /// Users, or sessions at once.
    pub(super) users: f64,
    /// Those of them who are there.
    pub(super) there: f64,
    /// Users who hold a connection, or a request in turn.
    pub(super) held: f64,
    /// The share of those who are there that do, where one is held.
    pub(super) online: f64,
    /// Sessions that find no room.
    pub(super) refused: f64,
    /// How long one is without a connection that has lost its own, in seconds; 0 of what is too
    /// short to matter.
    pub(super) away: f64,
    /// Connections that only their gateways still have.
    pub(super) half_open: f64,
    /// What ends its connections, or the requests that they hold.
    pub(super) breaks: Ends,
    /// The share of those who lose a connection that come back within the run.
    pub(super) returns: f64,
    /// The share of its messages that silent deaths keep from their users to the end of the run.
    pub(super) unheard: f64,
    /// Connections, or streams of one, that end by themselves, as their users come back.
    pub(super) ends: f64,
    /// The share of them whose connection ends on its way, with all that is on it, and not at its
    /// gateway; and of those others that find no other tab of their browser connected.
    pub(super) lost: f64,
    pub(super) alone: f64,
    /// Users who come.
    pub(super) comes: f64,
    /// Seconds that a connection lives, if it ends.
    pub(super) life: Option<f64>,
    pub(super) polls: Polls,
    /// Of requests that are held: how they take turns.
    pub(super) turns: Turns,
    /// Messages sent.
    pub(super) sent: f64,
    /// Recipients of each.
    pub(super) audience: f64,
    /// The share of recipients that a message can reach.
    pub(super) reach: f64,
    /// Mean round trip of a user's connection to its gateway, in seconds.
    pub(super) rtt: f64,
}

/// One way over a link, in seconds; half a round trip of the network is none of its own.
pub(super) fn way(link: &Link) -> f64 {
    link.latency.as_ref().map_or(0.0, terms::mean)
}

impl Crowd<'_> {
    /// Who is there and connected.
    pub(super) fn come(&mut self) {
        let clients = self.clients.parameters;
        self.everyone = f64::from(clients.count);
        self.users = self.everyone * self.part;
        self.there = self.users;
        if let Some(sessions) = &clients.sessions {
            let (seconds, comes) = (terms::mean(&sessions.stay), sessions.arrive.0 * self.part);
            self.everyone = sessions.arrive.0 * seconds;
            self.users = comes * seconds;
            self.refused = terms::erlang_b(self.users, self.room());
            self.there = self.users * (1.0 - self.refused);
            self.comes = comes * (1.0 - self.refused);
        }
        if let Some(visits) = &clients.visits {
            let (seconds, away) = (terms::mean(&visits.stay), terms::mean(&visits.away));
            let whole = (seconds + away).max(1e-9);
            self.there = self.users * seconds / whole;
            self.comes = self.users / whole;
        }
    }

    /// Connections: who waits for its turn in a browser has none.
    pub(super) fn connected(&self) -> f64 {
        self.held * self.tabs.connected()
    }

    /// Connections that the pool has room for.
    pub(super) fn room(&self) -> f64 {
        let pool = self.pool.parameters;
        f64::from(pool.most_of(number::whole(self.weight()))) * f64::from(pool.count)
    }

    /// Places of its pool that it wants: of sessions also for those that find no room.
    pub(super) fn wants(&self) -> f64 {
        let many = match self.clients.parameters.sessions {
            _ if self.opens_for_each() || self.shut => 0.0,
            Some(_) => self.users,
            None => self.there,
        };
        many * self.tabs.asks()
    }

    /// Places of its pool that it takes: those who wait for their turn in a browser take none.
    pub(super) fn placed(&self) -> f64 {
        let polls = self.transport == Transport::LongPoll;
        self.placed_dead() + if polls { self.held * self.turns.held } else { self.held }
    }

    /// Those of them whose connection is dead, and nobody knows.
    pub(super) fn placed_dead(&self) -> f64 {
        let polls = self.transport == Transport::LongPoll;
        if polls { self.held * self.turns.dead } else { self.half_open }
    }

    /// The most of them at once, on average: what is for all ends their requests together, so that
    /// all are held before it.
    pub(super) fn placed_at_most(&self) -> f64 {
        if self.polls_together() { self.connected() + self.half_open } else { self.placed() }
    }

    /// Whether no connection is held between two exchanges.
    pub(super) fn opens_for_each(&self) -> bool {
        self.transport == Transport::ShortPoll
    }

    /// Whether what its users send is a request that needs no stream.
    pub(super) fn requests_without_stream(&self) -> bool {
        self.transport != Transport::Websocket && self.clients.parameters.prefer.len() < 2
    }

    /// The share of its messages that leave their sender.
    pub(super) fn speaks(&self) -> f64 {
        if self.requests_without_stream() {
            return 1.0 - self.tabs.silent;
        }
        self.online * self.tabs.speaks()
    }

    /// What is sent, and to how many.
    pub(super) fn say(&mut self) {
        let clients = self.clients.parameters;
        if let Some(sends) = &clients.sends {
            self.sent = self.there * sends.per_user.0;
            self.audience = match sends.to {
                Audience::Direct => 1.0,
                Audience::Room(size) => f64::from(size.saturating_sub(1)),
                Audience::All => self.everyone,
            };
        }
        let guess = self.fanout.is_some_and(|it| it.parameters.route == Route::RandomGateway);
        let finds = if guess { 1.0 / f64::from(self.pool.parameters.count.max(1)) } else { 1.0 };
        self.reach = finds * if self.keeps() { self.gets() } else { self.hears() };
    }

    /// The share of what comes that its users get at once, or never.
    fn hears(&self) -> f64 {
        let here = if self.users > 0.0 { self.there / self.users } else { 1.0 };
        let held = if self.there > 0.0 { self.held / self.there } else { 1.0 };
        here * if self.opens_for_each() { self.online } else { held }
    }

    /// The same where what they miss is kept for them: those who wait for a stream get it when
    /// their turn comes.
    fn gets(&self) -> f64 {
        let streams = self.tabs.streams();
        let room = if streams > 0.0 { self.online / streams } else { 0.0 };
        let turns = room * (1.0 - (1.0 - streams) * self.tabs.forever);
        turns * (1.0 - self.unheard)
    }

    /// Deliveries a second of what its users send.
    pub(super) fn own(&self) -> f64 {
        self.sent * self.audience
    }

    /// Those of them whose sender is connected.
    pub(super) fn own_carried(&self) -> f64 {
        self.own() * self.speak
    }

    /// Deliveries a second.
    pub(super) fn deliveries(&self) -> f64 {
        self.outside.iter().fold(self.own(), |sum, source| sum + source.deliveries())
    }

    /// Those of them whose sender is connected, or no user.
    pub(super) fn carried(&self) -> f64 {
        self.outside.iter().fold(self.own_carried(), |sum, source| sum + source.deliveries())
    }

    /// Deliveries that arrive.
    pub(super) fn arrive(&self) -> f64 {
        self.carried() * self.reach
    }

    /// Messages a second that are pushed to connections that are dead, and to their users later.
    pub(super) fn wasted(&self) -> f64 {
        match self.transport {
            Transport::ShortPoll => 0.0,
            Transport::LongPoll => self.held * self.turns.wasted,
            Transport::Websocket | Transport::Sse => {
                self.carried() / self.there.max(1e-12) * self.half_open
            }
        }
    }

    /// Messages that go up.
    pub(super) fn up(&self) -> f64 {
        self.sent * self.speaks()
    }

    /// Whether the connection of a poll is not kept until the next: that opens one, unless its user
    /// has sent something meanwhile.
    pub(super) fn anew(&self) -> bool {
        self.opens_for_each() && self.rarest() > self.pool.parameters.keep_alive.seconds()
    }

    /// Attempts to connect a second.
    pub(super) fn attempts(&self) -> f64 {
        self.ends + self.comes
    }

    /// Handshakes a second.
    pub(super) fn handshakes(&self) -> f64 {
        if self.anew() { self.opened_for_requests() } else { self.attempts() - self.beside() }
    }

    /// How long a try of it may take, in seconds, before it goes on to another transport.
    pub(super) fn patience(&self) -> f64 {
        let clients = self.clients.parameters;
        let last = clients.prefer.last().is_none_or(|last| last.transport == self.transport);
        match clients.fallback.filter(|_| !last) {
            Some(fallback) => fallback.try_timeout.seconds(),
            None => clients.reconnect.timeout.seconds(),
        }
    }

    /// CPU time of one, in seconds.
    pub(super) fn handshake_work(&self) -> f64 {
        let app = self.pool.parameters.cpu.app.seconds();
        // What a poll takes is its own.
        self.tls_work() + if self.opens_for_each() { 0.0 } else { app }
    }

    fn tls_work(&self) -> f64 {
        let cpu = &self.pool.parameters.cpu;
        let resumed = cpu.resumption.0;
        let tls = cpu.tls_resumed.seconds() * resumed + cpu.tls_full.seconds() * (1.0 - resumed);
        if self.clients.parameters.wire.tls { tls } else { 0.0 }
    }

    /// Cores that it keeps busy at its gateways.
    pub(super) fn cores(&self) -> f64 {
        let cpu = &self.pool.parameters.cpu;
        self.placed() * cpu.idle
            + self.stripped() * (self.tls_work() + cpu.refusal.seconds())
            + self.cores_by_messages()
            + self.polls.all * cpu.poll.seconds()
            + self.handshakes() * self.handshake_work()
            + self.beside() * cpu.app.seconds()
    }

    /// Those of them that its messages keep busy.
    pub(super) fn cores_by_messages(&self) -> f64 {
        let cpu = &self.pool.parameters.cpu;
        let up = match self.transport {
            Transport::Websocket => cpu.receive,
            Transport::Sse | Transport::ShortPoll | Transport::LongPoll => cpu.request,
        };
        let pushes = match self.transport {
            Transport::ShortPoll => 0.0,
            Transport::LongPoll => self.held * self.turns.pushed + self.wasted(),
            Transport::Websocket | Transport::Sse => self.arrive() + self.wasted(),
        };
        let broadcast = self.fanout.is_some_and(|it| it.parameters.route == Route::Broadcast);
        let everywhere = if broadcast { f64::from(self.pool.parameters.count) } else { 0.0 };
        self.up() * up.seconds()
            + pushes * cpu.push.seconds()
            + self.carried() * everywhere * cpu.receive.seconds()
    }

    /// Seconds between two refreshes of an entry of its registry.
    pub(super) fn refresh(&self) -> Option<f64> {
        let registry = self.registry?;
        let every = self.clients.parameters.heartbeat.every;
        Some(every.unwrap_or(registry.parameters.ttl.half()).seconds().max(1e-9))
    }

    /// Look-ups, writes and deletions of its registry a second, without refreshes.
    pub(super) fn operations(&self) -> f64 {
        if self.registry.is_none() {
            return 0.0;
        }
        let asks = self.fanout.is_some_and(|it| it.parameters.route == Route::Registry);
        2.0 * self.attempts() + if asks { self.routed() } else { 0.0 }
    }

    /// Whether the bus carries a message for each recipient.
    fn published_for_each(&self) -> bool {
        self.bus.is_some_and(|bus| bus.parameters.key == PartitionKey::Recipient)
    }

    /// Messages that its users publish a second.
    fn published_by_users(&self) -> f64 {
        let all = self.clients.parameters.sends.as_ref().map(|sends| sends.to);
        let apart = self.published_for_each() && all != Some(Audience::All);
        if apart { self.own() / self.sent.max(1e-300) * self.up() } else { self.up() }
    }

    /// Messages published a second.
    pub(super) fn published(&self) -> f64 {
        self.outside.iter().fold(self.published_by_users(), |sum, source| sum + source.rate)
    }

    /// Bytes of payload published a second.
    pub(super) fn published_bytes(&self) -> f64 {
        let own = self.published_by_users() * self.law.payload;
        self.outside.iter().fold(own, |sum, source| sum + source.rate * source.payload)
    }

    /// Bytes of payload of a message, on average over deliveries.
    pub(super) fn payload(&self) -> f64 {
        self.over_deliveries(|payload| payload)
    }

    /// What depends on the bytes of payload of a message, on average over deliveries.
    fn over_deliveries(&self, value: impl Fn(f64) -> f64) -> f64 {
        if self.outside.is_empty() {
            return value(self.law.payload);
        }
        let of = |source: &Outside<'_>| source.deliveries() * value(source.payload);
        let own = self.own() * value(self.law.payload);
        (own + self.outside.iter().map(of).sum::<f64>()) / self.deliveries().max(1e-12)
    }

    /// Messages up and down as a managed service bills them.
    pub(super) fn billed(&self, service: &Managed) -> f64 {
        let up = self.up() * service.billed(self.law.payload);
        up + self.arrive() * self.over_deliveries(|payload| service.billed(payload))
    }

    /// Whether messages are pushed down a connection that stays.
    pub(super) fn is_stream(&self) -> bool {
        matches!(self.transport, Transport::Websocket | Transport::Sse)
    }

    /// Seconds between two pings.
    pub(super) fn beat(&self) -> Option<f64> {
        let every = self.clients.parameters.heartbeat.every.filter(|_| self.is_stream());
        every.map(|it| it.seconds().max(1e-9))
    }

    /// Whether nobody is connected at the start.
    pub(super) fn cold(&self) -> bool {
        self.clients.parameters.start != Start::Connected
    }

    /// Bytes a second.
    pub(super) fn bytes(&self) -> wire::Bytes {
        let rates = [self.up(), self.arrive(), self.handshakes(), self.polls.all, self.held];
        let rates = rates.into_iter().chain([self.beside(), self.tries, 1e-6]);
        let seconds = MANY / rates.fold(0.0, f64::max);
        let count = |rate: f64| number::whole(rate * seconds);
        let mut sources = Traffic::default().sources;
        let pushed = self.reach + self.wasted() / self.carried().max(1e-300);
        for (counted, source) in sources.iter_mut().zip(&self.outside) {
            counted.frames_down = count(source.deliveries() * pushed);
        }
        let from_outside: u64 = sources.iter().map(|source| source.frames_down).sum();
        let own = count(self.own_carried() * pushed);
        let traffic = Traffic {
            frames_up: count(self.up()),
            frames_down: own + from_outside,
            sources,
            handshakes: count(self.handshakes()),
            attempts: count(self.attempts()),
            beside: [0, count(self.beside()), 0],
            blocked: self.blocked_tries().map(count),
            polls: count(self.polls.all),
            polls_empty: count(self.polls.empty),
            polls_full: count(self.polls.full),
            answers: self.answers(self.polls.full * seconds),
            connected: u128::from(count(self.connected())) * 1_000_000_000,
            ..Traffic::default()
        };
        self.law.bytes(&traffic).times(1.0 / seconds)
    }

    /// Bytes up and down of a handshake, and of a stream on the connection of another tab.
    pub(super) fn bytes_of_an_opening(&self) -> [[f64; 2]; 2] {
        let one = self.law.bytes(&Traffic { handshakes: 1, ..Traffic::default() });
        let beside = if self.tabs.one { [0, 1, 0] } else { [0; 3] };
        let join = self.law.bytes(&Traffic { beside, ..Traffic::default() });
        [[one.up.total(), join.up.total()], [one.down().total(), join.down().total()]]
    }

    /// The modelled size of its share of a buffer: what retention and bound allow each user.
    pub(super) fn kept(&self) -> f64 {
        let Some(buffer) = self.buffer.filter(|_| self.users > 0.0) else { return 0.0 };
        let most = buffer.parameters.holds(self.largest);
        let each = self.deliveries() / self.users * buffer.parameters.retention.seconds();
        self.users * each.min(f64::from(most)) * self.payload()
    }

    /// How many lie in the inbox of one who is away, at a random instant: of an absence of a
    /// seconds, met as often as it is long, all that came since its begin, up to what retention and
    /// bound leave: after r = min(retention, bound ÷ λ) no more. E[∫₀^a λ·min(t, r) dt] ÷ E[a].
    pub(super) fn waiting(&self) -> f64 {
        let (Some(inbox), Some(visits)) = (self.inbox, &self.clients.parameters.visits) else {
            return 0.0;
        };
        let each = self.deliveries() / self.users.max(1.0);
        let most = f64::from(inbox.parameters.messages) / each.max(1e-12);
        let full = inbox.parameters.retention.seconds().min(most);
        let lie = |away: f64| {
            let fills = away.min(full);
            each * fills * (away - fills / 2.0)
        };
        terms::over(&visits.away, lie) / terms::mean(&visits.away).max(1e-9)
    }

    /// Users who are not there, of those with an inbox.
    pub(super) fn absent(&self) -> f64 {
        self.users - self.there
    }
}
