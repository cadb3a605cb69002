//! A crowd in its steady state: who is connected, what comes and goes a second, in closed form.
use super::{
    outside::{self, Outside},
    terms,
};
use crate::{
    engine::number,
    node::parameters::{
        Audience, Buffer, Clients, Fanout, Gateway, LoadBalancer, Managed, Parameters,
        PartitionKey, Pubsub, Registry, Resume, Route, Scope, Start, Transport,
    },
    record::meter::Traffic,
    scenario::{Link, NodeId, Scenario},
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

/// Polls a second.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Polls {
    pub(super) all: f64,
    pub(super) empty: f64,
    pub(super) full: f64,
    /// Of requests that are held: how long one takes.
    pub(super) cycle: f64,
}

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
    pub(super) buffer: Option<Of<'s, Buffer>>,
    pub(super) inbox: Option<Of<'s, Buffer>>,
    law: wire::Law,
    /// The size of the largest message that reaches it.
    largest: Option<Bytes>,
    /// What sources publish for it.
    pub(super) outside: Vec<Outside<'s>>,
    /// Users, or sessions at once.
    pub(super) users: f64,
    /// Those of them who are there.
    pub(super) there: f64,
    /// Connections.
    pub(super) held: f64,
    /// The share of those who are there that have a connection, where one is held.
    pub(super) online: f64,
    /// Sessions that find no room.
    pub(super) refused: f64,
    /// Connections that end by themselves.
    pub(super) ends: f64,
    /// Users who come.
    pub(super) comes: f64,
    /// Seconds that a connection lives, if it ends.
    pub(super) life: Option<f64>,
    pub(super) polls: Polls,
    /// Messages sent.
    pub(super) sent: f64,
    /// Recipients of each.
    pub(super) audience: f64,
    /// The share of recipients that a message can reach.
    pub(super) reach: f64,
    /// Mean round trip of a user's connection to its gateway, in seconds.
    pub(super) rtt: f64,
}

/// The crowds of a scenario, in the order of its nodes.
pub(super) fn crowds(scenario: &Scenario) -> Vec<Crowd<'_>> {
    let map = Map { scenario };
    let clients = scenario.nodes.iter().enumerate().filter_map(|(place, node)| {
        let Parameters::Clients(clients) = &node.parameters else { return None };
        let id = NodeId(number::byte(place));
        Some(Of { id, name: node.name.as_str(), parameters: clients, way: 0.0 })
    });
    let all = clients.filter_map(|clients| {
        let law = wire::laws_of(scenario, clients.id, clients.parameters).into_iter().next()?;
        map.crowd(clients, law)
    });
    all.collect()
}

/// Finds nodes by their links.
struct Map<'s> {
    scenario: &'s Scenario,
}

impl<'s> Map<'s> {
    fn next<P>(
        &self,
        source: NodeId,
        kind: impl Fn(&'s Parameters) -> Option<&'s P>,
    ) -> Option<Of<'s, P>> {
        let links = self.scenario.links.iter().filter(|link| link.source == source);
        links.into_iter().find_map(|link| {
            let node = &self.scenario.nodes[usize::from(link.target.0)];
            let parameters = kind(&node.parameters)?;
            Some(Of { id: link.target, name: &node.name, parameters, way: way(link) })
        })
    }

    fn crowd(&self, clients: Of<'s, Clients>, law: wire::Law) -> Option<Crowd<'s>> {
        let balancer = self.next(clients.id, |node| match node {
            Parameters::LoadBalancer(own) => Some(own),
            _ => None,
        })?;
        let gateway = |node: &'s Parameters| match node {
            Parameters::Gateway(own) => Some(own),
            _ => None,
        };
        let registry = |node: &'s Parameters| match node {
            Parameters::Registry(own) => Some(own),
            _ => None,
        };
        let buffer = |scope: Scope| {
            move |node: &'s Parameters| match node {
                Parameters::Buffer(own) if own.scope == scope => Some(own),
                _ => None,
            }
        };
        let pool = self.next(balancer.id, gateway)?;
        let bus = self.next(pool.id, |node| match node {
            Parameters::Pubsub(own) => Some(own),
            _ => None,
        });
        let fanout = bus.and_then(|bus| {
            self.next(bus.id, |node| match node {
                Parameters::Fanout(own) => Some(own),
                _ => None,
            })
        });
        let after = |way: Option<f64>| way.unwrap_or(0.0);
        let resumes = clients.parameters.resume == Resume::LastSeenId;
        let polls = polls(clients.parameters);
        let rtt = terms::mean(&clients.parameters.network.rtt) + 2.0 * (balancer.way + pool.way);
        let mut crowd = Crowd {
            balancer,
            pool,
            bus,
            fanout,
            registry: self.next(pool.id, registry).filter(|_| !polls),
            look_up: after(fanout.and_then(|it| self.next(it.id, registry)).map(|it| it.way)),
            back: after(fanout.and_then(|it| self.next(it.id, gateway)).map(|it| it.way)),
            buffer: self.next(pool.id, buffer(Scope::User)).filter(|_| resumes),
            inbox: self.next(pool.id, buffer(Scope::Inbox)).filter(|_| resumes),
            clients,
            law,
            largest: self.scenario.largest_payload(clients.id),
            outside: outside::of(self.scenario, clients.id),
            users: f64::from(clients.parameters.count),
            there: 0.0,
            held: 0.0,
            online: 1.0,
            refused: 0.0,
            ends: 0.0,
            comes: 0.0,
            life: None,
            polls: Polls::default(),
            sent: 0.0,
            audience: 1.0,
            reach: 1.0,
            rtt,
        };
        crowd.come_and_go();
        crowd.say();
        crowd.ask();
        Some(crowd)
    }
}

/// One way over a link, in seconds; half a round trip of the network is none of its own.
pub(super) fn way(link: &Link) -> f64 {
    link.latency.as_ref().map_or(0.0, terms::mean)
}

pub(super) fn polls(clients: &Clients) -> bool {
    matches!(clients.transport, Transport::ShortPoll | Transport::LongPoll)
}

impl Crowd<'_> {
    /// Who is there and connected.
    fn come_and_go(&mut self) {
        let (clients, pool) = (self.clients.parameters, self.pool.parameters);
        self.there = self.users;
        if let Some(sessions) = &clients.sessions {
            let seconds = terms::mean(&sessions.stay);
            self.users = sessions.arrive.0 * seconds;
            self.refused = terms::erlang_b(self.users, self.room());
            self.there = self.users * (1.0 - self.refused);
            self.comes = sessions.arrive.0 * (1.0 - self.refused);
        }
        if let Some(visits) = &clients.visits {
            let (seconds, away) = (terms::mean(&visits.stay), terms::mean(&visits.away));
            let whole = (seconds + away).max(1e-9);
            self.there = self.users * seconds / whole;
            self.comes = self.users / whole;
        }
        if !self.opens_for_each() {
            self.held = self.there.min(self.room());
            self.online = if self.there > 0.0 { self.held / self.there } else { 1.0 };
        }
        let age = pool.max_age.map(|age| (age.seconds(), pool.age_dither.seconds()));
        self.life = terms::life(clients.network.lifetime.as_ref(), age).filter(|life| *life > 0.0);
        self.ends = self.life.map_or(0.0, |life| self.held / life);
    }

    /// Connections that the pool has room for.
    pub(super) fn room(&self) -> f64 {
        let pool = self.pool.parameters;
        f64::from(pool.most_connections()) * f64::from(pool.count)
    }

    /// Connections that it wants to hold: of sessions also those that find no room.
    pub(super) fn wants(&self) -> f64 {
        match (self.opens_for_each(), &self.clients.parameters.sessions) {
            (true, _) => 0.0,
            (false, Some(_)) => self.users,
            (false, None) => self.there,
        }
    }

    /// Whether no connection is held between two exchanges.
    pub(super) fn opens_for_each(&self) -> bool {
        self.clients.parameters.transport == Transport::ShortPoll
    }

    /// What is sent, and to how many.
    fn say(&mut self) {
        let clients = self.clients.parameters;
        if let Some(sends) = &clients.sends {
            self.sent = self.there * sends.per_user.0;
            self.audience = match sends.to {
                Audience::Direct => 1.0,
                Audience::Room(size) => f64::from(size.saturating_sub(1)),
                Audience::All => self.users.max(self.there),
            };
        }
        let kept =
            self.inbox.is_some() || (self.buffer.is_some() && clients.resume_window.is_none());
        let here = if self.users > 0.0 { self.there / self.users } else { 1.0 };
        let guess = self.fanout.is_some_and(|it| it.parameters.route == Route::RandomGateway);
        let finds = if guess { 1.0 / f64::from(self.pool.parameters.count.max(1)) } else { 1.0 };
        self.reach = if kept { 1.0 } else { here } * finds * self.online;
    }

    /// Deliveries a second of what its users send.
    pub(super) fn own(&self) -> f64 {
        self.sent * self.audience
    }

    /// Deliveries a second.
    pub(super) fn deliveries(&self) -> f64 {
        self.outside.iter().fold(self.own(), |sum, source| sum + source.deliveries())
    }

    /// Those of them whose sender is connected, or no user.
    pub(super) fn carried(&self) -> f64 {
        let own = self.own() * self.online;
        self.outside.iter().fold(own, |sum, source| sum + source.deliveries())
    }

    /// Deliveries that arrive.
    pub(super) fn arrive(&self) -> f64 {
        self.carried() * self.reach
    }

    /// Messages that go up.
    pub(super) fn up(&self) -> f64 {
        self.sent * self.online
    }

    /// Messages that come for one user.
    fn each_gets(&self) -> f64 {
        if self.there > 0.0 { self.arrive() / self.there } else { 0.0 }
    }

    /// How it polls.
    fn ask(&mut self) {
        let clients = self.clients.parameters;
        let rate = self.each_gets();
        let (all, empty, cycle) = match clients.transport {
            Transport::Websocket | Transport::Sse => return,
            Transport::ShortPoll => {
                let every = clients.poll_every.seconds().max(1e-9);
                (self.there / every, libm::exp(-rate * every), every)
            }
            Transport::LongPoll => {
                let hold = clients.poll_hold.seconds();
                let cycle = terms::long_poll_cycle(rate, self.rtt, hold).max(1e-9);
                (self.there / cycle, libm::exp(-rate * (self.rtt + hold)), cycle)
            }
        };
        self.polls = Polls { all, empty: all * empty, full: all * (1.0 - empty), cycle };
    }

    /// Whether each poll opens a connection, as that of the last is no longer kept.
    pub(super) fn anew(&self) -> bool {
        self.opens_for_each()
            && self.clients.parameters.poll_every > self.pool.parameters.keep_alive
    }

    /// Attempts to connect a second.
    pub(super) fn attempts(&self) -> f64 {
        self.ends + self.comes
    }

    /// Handshakes a second.
    pub(super) fn handshakes(&self) -> f64 {
        if self.anew() { self.polls.all } else { self.attempts() }
    }

    /// CPU time of one, in seconds.
    pub(super) fn handshake_work(&self) -> f64 {
        let cpu = &self.pool.parameters.cpu;
        let app = if self.anew() { 0.0 } else { cpu.app.seconds() };
        let resumed = cpu.resumption.0;
        let tls = cpu.tls_resumed.seconds() * resumed + cpu.tls_full.seconds() * (1.0 - resumed);
        app + if self.clients.parameters.wire.tls { tls } else { 0.0 }
    }

    /// Cores that it keeps busy at its gateways.
    pub(super) fn cores(&self) -> f64 {
        let cpu = &self.pool.parameters.cpu;
        let up = match self.clients.parameters.transport {
            Transport::Websocket => cpu.receive,
            Transport::Sse | Transport::ShortPoll | Transport::LongPoll => cpu.request,
        };
        let pushes = match self.clients.parameters.transport {
            Transport::ShortPoll => 0.0,
            Transport::Websocket | Transport::Sse | Transport::LongPoll => self.arrive(),
        };
        let broadcast = self.fanout.is_some_and(|it| it.parameters.route == Route::Broadcast);
        let everywhere = if broadcast { f64::from(self.pool.parameters.count) } else { 0.0 };
        self.held * cpu.idle
            + self.up() * up.seconds()
            + pushes * cpu.push.seconds()
            + self.carried() * everywhere * cpu.receive.seconds()
            + self.polls.all * cpu.poll.seconds()
            + self.handshakes() * self.handshake_work()
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
        if apart { self.own() * self.online } else { self.up() }
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

    /// Seconds between two pings.
    pub(super) fn beat(&self) -> Option<f64> {
        let held =
            matches!(self.clients.parameters.transport, Transport::Websocket | Transport::Sse);
        self.clients.parameters.heartbeat.every.filter(|_| held).map(|it| it.seconds().max(1e-9))
    }

    /// Whether nobody is connected at the start.
    pub(super) fn cold(&self) -> bool {
        self.clients.parameters.start != Start::Connected
    }

    /// Bytes a second.
    pub(super) fn bytes(&self) -> wire::Bytes {
        let rates = [self.up(), self.arrive(), self.handshakes(), self.polls.all, self.held, 1e-6];
        let seconds = MANY / rates.into_iter().fold(0.0, f64::max);
        let count = |rate: f64| number::whole(rate * seconds);
        let mut sources = Traffic::default().sources;
        for (counted, source) in sources.iter_mut().zip(&self.outside) {
            counted.frames_down = count(source.deliveries() * self.reach);
        }
        let from_outside: u64 = sources.iter().map(|source| source.frames_down).sum();
        let own = count(self.own() * self.online * self.reach);
        // An answer as it is on average.
        let each = self.arrive() / self.polls.full.max(1e-12);
        let answer = self.law.wire.answer(each * self.payload()).map(number::float);
        let traffic = Traffic {
            frames_up: count(self.up()),
            frames_down: own + from_outside,
            sources,
            handshakes: count(self.handshakes()),
            attempts: count(self.attempts()),
            polls: count(self.polls.all),
            polls_empty: count(self.polls.empty),
            polls_full: count(self.polls.full),
            answer_records: count(self.polls.full * answer[0]),
            answer_segments: count(self.polls.full * answer[1]),
            connected: u128::from(count(self.held)) * 1_000_000_000,
            ..Traffic::default()
        };
        self.law.bytes(&traffic).times(1.0 / seconds)
    }

    /// The modelled size of its share of a buffer: what retention and bound allow each user.
    pub(super) fn kept(&self) -> f64 {
        let Some(buffer) = self.buffer.filter(|_| self.users > 0.0) else { return 0.0 };
        let most = buffer.parameters.holds(self.largest);
        let each = self.deliveries() / self.users * buffer.parameters.retention.seconds();
        self.users * each.min(f64::from(most)) * self.payload()
    }

    /// Messages that lie in its inbox: those who are away for a while get more, so that the mean
    /// wait is that for the end of an absence met at random (Little's law).
    pub(super) fn waiting(&self) -> f64 {
        let (Some(inbox), Some(visits)) = (self.inbox, &self.clients.parameters.visits) else {
            return 0.0;
        };
        let square = terms::over(&visits.away, |away| (away.max(0.0) / 1e9).powi(2));
        let rest = square / (2.0 * terms::mean(&visits.away).max(1e-9));
        let away = self.users - self.there;
        let each = self.deliveries() / self.users.max(1.0);
        let most = f64::from(inbox.parameters.messages);
        away * (each * rest.min(inbox.parameters.retention.seconds())).min(most)
    }
}
