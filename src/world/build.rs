//! From a scenario to a world at t = 0: links become ports, users get their places.
mod feeds;
mod pools;
mod sources;

use super::{World, sample::Gauges, timeline::Timeline};
use crate::{
    engine::{Agenda, Draws, Span, Time, draws, number},
    node::{
        Event, Node, Purpose,
        buffer::Buffer,
        clients::Clients,
        fanout::{Fanout, Ways},
        gateway::Gateway,
        load_balancer::LoadBalancer,
        outage::Outages,
        parameters::{
            self, Audience, Moves, Parameters, PartitionKey, Policy, Resume, Route, Scope,
            SessionState, Spread, Start, Transport,
        },
        pubsub::Pubsub,
        registry::Registry,
        ring::Ring,
        stream::standing,
        table::{
            browsers::Browsers,
            connections::Connections,
            crowds::{Affinity, Block, Closes, Crowd, Crowds, Delay, Inbox, Port, Replay, Streams},
            messages::Messages,
            routes::{Keeping, Routes},
            tiers::Tiers,
        },
    },
    record::{Histogram, Recorder, origins::Origins},
    scenario::{ActionKind, Link, NodeId, Scenario},
};
use std::{ops::Range, sync::Arc};

impl World {
    /// The world of one replication at t = 0, with its first events on the agenda.
    pub fn new(scenario: &Scenario, replication: u32, agenda: &mut Agenda<Event>) -> Self {
        let plan = Plan { scenario, replication };
        let mut tiers = Tiers::default();
        let pools: Vec<Range<u16>> = scenario
            .nodes
            .iter()
            .enumerate()
            .map(|(place, node)| {
                if let Parameters::Gateway(gateway) = &node.parameters {
                    tiers.extend(number::byte(place), gateway.count)
                } else {
                    0..0
                }
            })
            .collect();
        let mut crowds = plan.crowds();
        let feeds = plan.feeds(&mut crowds, &pools);
        let connections = Connections::of(&crowds);
        let routes = Routes::new(plan.keepings(&crowds), crowds.users());
        let nodes: Vec<Node> = plan.ids().map(|id| plan.node(id, &pools, &crowds)).collect();
        let rows = crowds.rows().len();
        let mut record = Recorder::new(scenario.warm_up, scenario.horizon, scenario.tick, rows);
        if crowds.differ() {
            record.lag_by_way = vec![Histogram::default(); rows];
        }
        let sends = |it: &&Parameters| {
            matches!(it, Parameters::Source(_))
                || matches!(it, Parameters::Clients(crowd) if crowd.sends.is_some())
        };
        if scenario.nodes.iter().map(|node| &node.parameters).filter(sends).count() > 1 {
            record.origins = Origins::new(record.lag_bins.count(), nodes.len());
        }
        let mut world = Self {
            gauges: Gauges::new(scenario, &nodes, &crowds),
            nodes,
            names: scenario.nodes.iter().map(|node| node.name.clone()).collect(),
            crowds,
            feeds,
            connections,
            routes,
            messages: Messages::default(),
            tiers,
            timeline: Timeline::new(scenario),
            record,
            dealings: vec![0; scenario.nodes.len()],
            replication,
            events: 0,
        };
        world.timeline.schedule(agenda);
        world.start(agenda);
        world
    }
}

/// What building reads.
struct Plan<'a> {
    scenario: &'a Scenario,
    replication: u32,
}

impl Plan<'_> {
    fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..number::byte(self.scenario.nodes.len())).map(NodeId)
    }

    fn parameters(&self, id: NodeId) -> &Parameters {
        &self.scenario.nodes[usize::from(id.0)].parameters
    }

    fn draws(&self, id: NodeId) -> Draws {
        let name = &self.scenario.nodes[usize::from(id.0)].name;
        Draws::new(self.scenario.seed, self.replication, name)
    }

    /// The link from `source` to a node of a kind.
    fn link(&self, source: NodeId, kind: fn(&Parameters) -> bool) -> Option<&Link> {
        let mut links = self.scenario.links.iter();
        links.find(|link| link.source == source && kind(self.parameters(link.target)))
    }

    fn port(&self, source: NodeId, kind: fn(&Parameters) -> bool) -> Option<Port> {
        self.link(source, kind).map(|link| Port { node: link.target.0, latency: latency(link) })
    }

    fn crowds(&self) -> Crowds {
        let mut crowds = Crowds::default();
        for id in self.ids() {
            if let Parameters::Clients(clients) = self.parameters(id) {
                let first = crowds.users();
                let mut browsers = None;
                for place in 0..clients.prefer.len().max(1) {
                    let mut crowd = self.crowd(id, clients, place, first);
                    let deal = |tabs| Browsers::new(tabs, first, crowd.count, &crowd.draws);
                    browsers = browsers.or_else(|| clients.tabs.as_ref().map(deal).map(Arc::new));
                    crowd.browsers.clone_from(&browsers);
                    crowd.streams = crowd.streams_are();
                    crowds.push(crowd);
                }
            }
        }
        crowds
    }

    /// A crowd by the transport at a place among those that it prefers.
    fn crowd(&self, id: NodeId, clients: &parameters::Clients, way: usize, first: u32) -> Crowd {
        let edge = self.edge(id, clients, way);
        let transport = clients.prefer.get(way).map_or(clients.transport, |it| it.transport);
        let inner = self.link(edge.target, is_gateway).expect("validated: it has a pool");
        let pool = inner.target;
        let Parameters::Gateway(gateway) = self.parameters(pool) else { unreachable!() };
        let bus = self.link(pool, is_pubsub).map(|link| link.target);
        let fanout = bus.and_then(|bus| self.link(bus, is_fanout)).map(|link| link.target);
        let rpc_timeout = fanout.and_then(|fanout| {
            let Parameters::Fanout(fanout) = self.parameters(fanout) else { return None };
            Some(fanout.rpc_timeout)
        });
        let present = self.present(id, clients, gateway);
        let poll = pools::poll(transport, clients, gateway);
        Crowd {
            first,
            count: present
                + Clients::new(id.0, clients.clone(), self.load(id), self.draws(id))
                    .arrivals(self.scenario.horizon),
            present,
            if_refused: clients.sessions.as_ref().map(|sessions| sessions.if_refused),
            salt: draws::hash(&self.scenario.nodes[usize::from(id.0)].name),
            clients: id.0,
            balancer: edge.target.0,
            gateways: Port { node: pool.0, latency: latency(edge).then(latency(inner)) },
            transport,
            way: [way, clients.prefer.len().max(1)],
            fallback: clients.fallback,
            browsers: None,
            streams: Streams::Apart,
            background: clients.background,
            blocks: self.blocks(id, clients, transport, way),
            wire: clients.wire,
            payload: clients.sends.as_ref().map_or(0, |sends| sends.payload.0),
            spread: fanout.map_or(Spread::Connections, |fanout| self.spread(fanout)),
            poll,
            room: match clients.sends.as_ref().map(|sends| sends.to) {
                Some(Audience::Room(size)) => Some(size),
                Some(Audience::Direct | Audience::All) | None => None,
            },
            publishes_for_each: bus.is_some_and(|bus| self.key(bus) == PartitionKey::Recipient),
            bus: bus.map(|bus| bus.0),
            closes: gateway
                .managed
                .as_ref()
                .map(|_| Closes { idle: gateway.idle_timeout(clients.heartbeat.every) }),
            registry: self.port(pool, is_registry).filter(|_| poll.is_none()),
            fanout: fanout.map(|fanout| self.back(fanout)),
            rpc_timeout: rpc_timeout.unwrap_or_default(),
            replay: (clients.resume == Resume::LastSeenId)
                .then(|| self.kept(pool, Scope::User, id))
                .flatten(),
            resume_window: clients.resume_window,
            inbox: self.inbox(pool, id),
            visits: clients.visits.is_some(),
            reading: clients.reading,
            acknowledged: clients.sends.as_ref().and_then(|sends| sends.acknowledged),
            from_bus: self.link(pool, is_pubsub).map_or(Delay::Fixed(Span::ZERO), latency),
            handshake_rtts: gateway.handshake_rtts,
            affinity: gateway.session.map(|session| self.affinity(pool, session)),
            reconnect: clients.reconnect.clone(),
            drain_window: gateway.drain.window,
            make_first: gateway.drain.moves == Moves::MakeFirst,
            max_age: pools::max_age(gateway),
            draws: self.draws(id),
            feeds: Vec::new(),
            own_feed: None,
            slow: clients.slow,
            usual: self.usual(id, clients),
            origins: self.origins(id),
        }
    }

    /// The link from a crowd to the balancer that its connections by a transport go to.
    fn edge(&self, id: NodeId, clients: &parameters::Clients, way: usize) -> &Link {
        let named = clients.prefer.get(way).and_then(|it| it.balancer.as_ref());
        let mut links = self.scenario.links.iter().filter(|link| link.source == id);
        let name = |link: &&Link| &self.scenario.nodes[usize::from(link.target.0)].name;
        let found = named.and_then(|named| links.find(|link| name(link) == named));
        found.or_else(|| self.link(id, is_balancer)).expect("validated: a crowd has a balancer")
    }

    /// For whom a transport of a crowd is blocked: all the time, and by the timeline.
    fn blocks(
        &self,
        id: NodeId,
        clients: &parameters::Clients,
        transport: Transport,
        way: usize,
    ) -> Vec<Block> {
        let always = clients.prefer.get(way).zip(clients.fallback).map(|(it, fallback)| Block {
            from: Time::ZERO,
            until: Time::NEVER,
            share: it.blocked,
            draw: (Purpose::Blocked, transport as u32),
            by: fallback.blocked_by,
        });
        let now_and_then = self.scenario.timeline.iter().enumerate();
        let now_and_then = now_and_then.filter_map(|(place, action)| match action.kind {
            ActionKind::Block { node, transport: blocked, share, by, lasts, .. }
                if node == id && blocked == transport =>
            {
                let until = lasts.map_or(Time::NEVER, |lasts| action.at + lasts);
                let draw = (Purpose::Hit, number::row(place));
                Some(Block { from: action.at, until, share, draw, by })
            }
            _ => None,
        });
        always.into_iter().filter(|block| block.share.0 > 0.0).chain(now_and_then).collect()
    }

    /// How many users are there at the start: of a stream those who would be at a random instant.
    fn present(
        &self,
        id: NodeId,
        clients: &parameters::Clients,
        pool: &parameters::Gateway,
    ) -> u32 {
        let Some(sessions) = &clients.sessions else { return clients.count };
        if clients.start != Start::Connected {
            return 0;
        }
        let offered = sessions.arrive.0 * sessions.stay.mean() / 1e9;
        let room = pool.most_connections().saturating_mul(u32::from(pool.count));
        let unit = self.draws(id).unit(Purpose::Standing, 0, 0);
        standing(offered, room, unit)
    }

    /// What chooses the partitions of a bus.
    fn key(&self, bus: NodeId) -> PartitionKey {
        match self.parameters(bus) {
            Parameters::Pubsub(bus) => bus.key,
            _ => PartitionKey::Random,
        }
    }

    /// What the gateways of a pool keep, and the store that they rebuild it from.
    fn affinity(&self, pool: NodeId, session: SessionState) -> Affinity {
        let buffer = self.buffer(pool, Scope::User).map(|(port, _)| port);
        let store = buffer.or_else(|| self.port(pool, is_registry));
        Affinity { session, store: store.filter(|_| session.rebuild.reads > 0) }
    }

    /// How a fan-out sends on what is for many.
    fn spread(&self, fanout: NodeId) -> Spread {
        let Parameters::Fanout(own) = self.parameters(fanout) else { unreachable!() };
        own.spread
    }

    /// The way from the gateways back to a fan-out.
    fn back(&self, fanout: NodeId) -> Port {
        let link = self.link(fanout, is_gateway).expect("validated: it leads to gateways");
        Port { node: fanout.0, latency: latency(link) }
    }

    /// The buffer of a scope that a pool asks.
    fn buffer(&self, pool: NodeId, scope: Scope) -> Option<(Port, &parameters::Buffer)> {
        let mut links = self.scenario.links.iter().filter(|link| link.source == pool);
        links.find_map(|link| match self.parameters(link.target) {
            Parameters::Buffer(buffer) if buffer.scope == scope => {
                Some((Port { node: link.target.0, latency: latency(link) }, buffer))
            }
            _ => None,
        })
    }

    fn kept(&self, pool: NodeId, scope: Scope, crowd: NodeId) -> Option<Replay> {
        let (port, buffer) = self.buffer(pool, scope)?;
        let (read, retention) = (buffer.read, buffer.retention);
        let messages = buffer.holds(self.scenario.largest_payload(crowd));
        Some(Replay { port, read, messages, retention })
    }

    fn inbox(&self, pool: NodeId, crowd: NodeId) -> Option<Inbox> {
        let (_, buffer) = self.buffer(pool, Scope::Inbox)?;
        let (kept, notify) = (self.kept(pool, Scope::Inbox, crowd)?, buffer.notify.clone());
        Some(Inbox { kept, notify })
    }

    fn node(&self, id: NodeId, pools: &[Range<u16>], crowds: &Crowds) -> Node {
        let draws = self.draws(id);
        let pool = |id: u8| pools[usize::from(id)].clone();
        match self.parameters(id) {
            Parameters::Clients(own) => {
                Node::Clients(Clients::new(id.0, own.clone(), self.load(id), draws))
            }
            Parameters::LoadBalancer(own) => {
                let target = self.port(id, is_gateway).expect("validated: it has a pool").node;
                let name = &self.scenario.nodes[usize::from(target)].name;
                Node::LoadBalancer(LoadBalancer::new(own.clone(), pool(target), name))
            }
            Parameters::Gateway(own) => {
                let bus = self.port(id, is_pubsub);
                let encrypted = pools::encrypted(id, crowds);
                Node::Gateway(Gateway::new(own.clone(), pool(id.0), bus, encrypted, draws))
            }
            Parameters::Pubsub(own) => {
                let fanout = self.port(id, is_fanout).expect("validated: it has a fan-out");
                Node::Pubsub(Box::new(self.pubsub(id, own, fanout, draws)))
            }
            Parameters::Fanout(own) => {
                let ways = self.ways(id, own, pools);
                Node::Fanout(Fanout::new(id.0, self.first_of(id), own, ways, draws))
            }
            Parameters::Registry(own) => Node::Registry(self.registry(id, own, crowds, draws)),
            Parameters::Buffer(own) => Node::Buffer(Buffer::new(own.clone(), self.outages(id))),
            Parameters::Source(own) => Node::Source(self.source(id, own, crowds)),
        }
    }

    /// How many instances the fan-outs before one have.
    fn first_of(&self, id: NodeId) -> u16 {
        let before = self.scenario.nodes.iter().take(usize::from(id.0));
        let instances = before.map(|node| match &node.parameters {
            Parameters::Fanout(fanout) => fanout.instances,
            _ => 0,
        });
        instances.sum()
    }

    fn ways(&self, id: NodeId, own: &parameters::Fanout, pools: &[Range<u16>]) -> Ways {
        let gateways = self.port(id, is_gateway).expect("validated: it leads to gateways");
        let pool = pools[usize::from(gateways.node)].clone();
        let ring = match own.route {
            Route::ConsistentHash => self.ring(NodeId(gateways.node), pool.clone()),
            Route::Registry | Route::Broadcast | Route::RandomGateway => Ring::default(),
        };
        let mailbox = self.buffer(id, Scope::User).map(|(port, _)| port);
        let onward = self.scenario.links.iter().filter(|link| link.source == id);
        let onward = onward.filter(|link| is_gateway(self.parameters(link.target)));
        let others = onward.map(|link| Port { node: link.target.0, latency: latency(link) });
        let others = others.filter(|port| port.node != gateways.node).collect();
        Ways { registry: self.port(id, is_registry), gateways, others, pool, ring, mailbox }
    }

    /// The ring by which the balancer of a pool places users.
    fn ring(&self, gateways: NodeId, pool: Range<u16>) -> Ring {
        let mut links = self.scenario.links.iter();
        let balancer = links.find_map(|link| match self.parameters(link.source) {
            Parameters::LoadBalancer(own) if link.target == gateways => Some(own),
            _ => None,
        });
        let Some(Policy::ConsistentHash { virtual_nodes }) = balancer.map(|own| own.policy) else {
            return Ring::default();
        };
        let name = &self.scenario.nodes[usize::from(gateways.0)].name;
        let names: Vec<String> = (0..pool.len()).map(|i| format!("{name}-{i}")).collect();
        Ring::new(pool.zip(names.iter().map(String::as_str)), virtual_nodes)
    }

    fn pubsub(&self, id: NodeId, own: &parameters::Pubsub, fanout: Port, draws: Draws) -> Pubsub {
        let reader = NodeId(fanout.node);
        let Parameters::Fanout(readers) = self.parameters(reader) else { unreachable!() };
        let mut timeline = self.scenario.timeline.iter();
        let dies = timeline
            .any(|action| matches!(action.kind, ActionKind::Crash { node, .. } if node == reader));
        Pubsub::new(id.0, own.clone(), fanout, readers.instances, dies, draws)
    }

    fn registry(
        &self,
        id: NodeId,
        own: &parameters::Registry,
        crowds: &Crowds,
        draws: Draws,
    ) -> Registry {
        let asks = |link: &&Link| link.target == id && is_fanout(self.parameters(link.source));
        let asking = self.scenario.links.iter().find(asks);
        let answers = asking.into_iter().flat_map(|link| {
            let onward = self.scenario.links.iter().filter(move |onward| {
                onward.source == link.source && is_gateway(self.parameters(onward.target))
            });
            onward.map(move |onward| Port {
                node: onward.target.0,
                latency: latency(link).then(latency(onward)),
            })
        });
        let keepings = self.keepings(crowds);
        let served = crowds.rows().iter().enumerate().filter_map(|(place, crowd)| {
            crowd.registry.as_ref().filter(|port| port.node == id.0)?;
            let keeping = keepings.iter().find(|keeping| keeping.clients == crowd.clients)?;
            Some((place, keeping.every))
        });
        Registry::new(id.0, own, served.collect(), answers.collect(), draws)
    }

    /// How the registries keep the entries of each crowd.
    fn keepings(&self, crowds: &Crowds) -> Vec<Keeping> {
        let keeping = |crowd: &Crowd| {
            let id = NodeId(crowd.registry.as_ref()?.node);
            let (Parameters::Clients(clients), Parameters::Registry(registry)) =
                (self.parameters(NodeId(crowd.clients)), self.parameters(id))
            else {
                return None;
            };
            // Without pings the gateways refresh by themselves, twice within the time to live.
            let every = clients.heartbeat.every.unwrap_or(registry.ttl.half());
            let outages = self.outages(id);
            let (clients, ttl, lag) = (crowd.clients, registry.ttl, registry.replica_lag);
            Some(Keeping { clients, ttl, every, lag, outages })
        };
        crowds.registered().filter_map(keeping).collect()
    }

    /// When a node cannot be asked.
    fn outages(&self, id: NodeId) -> Outages {
        let mut all = Outages::default();
        for action in &self.scenario.timeline {
            match action.kind {
                ActionKind::Down { node, lasts } if node == id => {
                    all.add(action.at, action.at + lasts);
                }
                _ => {}
            }
        }
        all
    }
}

/// A link's own latency; half a round trip of the network is none of its own.
fn latency(link: &Link) -> Delay {
    link.latency.as_ref().map_or(Delay::Fixed(Span::ZERO), Delay::from)
}

fn is_balancer(parameters: &Parameters) -> bool {
    matches!(parameters, Parameters::LoadBalancer(_))
}

fn is_gateway(parameters: &Parameters) -> bool {
    matches!(parameters, Parameters::Gateway(_))
}

fn is_pubsub(parameters: &Parameters) -> bool {
    matches!(parameters, Parameters::Pubsub(_))
}

fn is_fanout(parameters: &Parameters) -> bool {
    matches!(parameters, Parameters::Fanout(_))
}

fn is_registry(parameters: &Parameters) -> bool {
    matches!(parameters, Parameters::Registry(_))
}
