//! From the nodes of a scenario to its crowds: each with its way in, a row for each transport that
//! it prefers, and one for those who get through by none.
use super::{
    crowd::{Crowd, Of, way},
    held::{Ends, Turns},
    outside,
    polls::{Polls, polls},
    spill::spill,
    tabs::Sharing,
    terms, ways,
};
use crate::{
    engine::number,
    node::parameters::{
        Buffer, Clients, Fanout, Gateway, Parameters, Pubsub, Registry, Resume, Scope, Transport,
    },
    scenario::{NodeId, Scenario},
    world::wire,
};

/// The crowds of a scenario, in the order of its nodes.
pub(super) fn crowds(scenario: &Scenario) -> Vec<Crowd<'_>> {
    let map = Map { scenario };
    let clients = scenario.nodes.iter().enumerate().filter_map(|(place, node)| {
        let Parameters::Clients(clients) = &node.parameters else { return None };
        let id = NodeId(number::byte(place));
        Some(Of { id, name: node.name.as_str(), parameters: clients, way: 0.0 })
    });
    let mut all: Vec<Crowd<'_>> = clients.flat_map(|clients| map.rows(clients)).collect();
    all.iter_mut().for_each(Crowd::come);
    spill(&mut all, scenario);
    let rooms: Vec<f64> = all.iter().map(|crowd| room(&all, crowd.pool.id)).collect();
    all.iter_mut().zip(rooms).for_each(|(crowd, room)| crowd.connect(room, scenario));
    let speak: Vec<f64> = all.iter().map(|crowd| speak(&all, crowd.clients.id)).collect();
    for (crowd, speak) in all.iter_mut().zip(speak) {
        crowd.speak = speak;
        crowd.say();
        crowd.ask();
    }
    ways::try_all(&mut all, scenario.horizon.seconds());
    all
}

/// The share of what crowds want of a pool that it has places for.
pub(super) fn room(all: &[Crowd<'_>], pool: NodeId) -> f64 {
    let own = || all.iter().filter(|crowd| crowd.pool.id == pool);
    let wanted: f64 = own().map(Crowd::wants).sum();
    let places = own().next().map_or(0.0, Crowd::room);
    if wanted > places { places / wanted } else { 1.0 }
}

/// The share of a crowd's messages that leave their sender.
fn speak(all: &[Crowd<'_>], clients: NodeId) -> f64 {
    let own = || all.iter().filter(|crowd| crowd.clients.id == clients);
    let there: f64 = own().map(|crowd| crowd.there).sum();
    let speaks: f64 = own().map(|crowd| crowd.there * crowd.speaks()).sum();
    if there > 0.0 { speaks / there } else { 1.0 }
}

fn gateway(node: &Parameters) -> Option<&Gateway> {
    let Parameters::Gateway(own) = node else { return None };
    Some(own)
}

fn registry(node: &Parameters) -> Option<&Registry> {
    let Parameters::Registry(own) = node else { return None };
    Some(own)
}

fn pubsub(node: &Parameters) -> Option<&Pubsub> {
    let Parameters::Pubsub(own) = node else { return None };
    Some(own)
}

fn fanout(node: &Parameters) -> Option<&Fanout> {
    let Parameters::Fanout(own) = node else { return None };
    Some(own)
}

fn buffer(scope: Scope) -> impl Fn(&Parameters) -> Option<&Buffer> {
    move |node| match node {
        Parameters::Buffer(own) if own.scope == scope => Some(own),
        _ => None,
    }
}

/// Finds nodes by their links.
struct Map<'s> {
    scenario: &'s Scenario,
}

impl<'s> Map<'s> {
    /// The next node that is of a kind, by links that pass.
    fn leads<P>(
        &self,
        source: NodeId,
        passes: impl Fn(NodeId) -> bool,
        kind: impl Fn(&'s Parameters) -> Option<&'s P>,
    ) -> Option<Of<'s, P>> {
        let links = self.scenario.links.iter();
        let links = links.filter(|link| link.source == source && passes(link.target));
        links.into_iter().find_map(|link| {
            let node = &self.scenario.nodes[usize::from(link.target.0)];
            let parameters = kind(&node.parameters)?;
            Some(Of { id: link.target, name: &node.name, parameters, way: way(link) })
        })
    }

    fn next<P>(
        &self,
        source: NodeId,
        kind: impl Fn(&'s Parameters) -> Option<&'s P>,
    ) -> Option<Of<'s, P>> {
        self.leads(source, |_| true, kind)
    }

    /// A row for each transport of a crowd.
    fn rows(&self, clients: Of<'s, Clients>) -> Vec<Crowd<'s>> {
        let laws = wire::laws_of(self.scenario, clients.id, clients.parameters);
        let rows = ways::parts(clients.parameters).into_iter().filter_map(|part| {
            let law = laws.get(part.place)?.clone();
            self.row(clients, part, law)
        });
        rows.collect()
    }

    fn row(&self, clients: Of<'s, Clients>, part: ways::Part, law: wire::Law) -> Option<Crowd<'s>> {
        let prefer = &clients.parameters.prefer;
        let named = prefer.get(part.place).and_then(|it| it.balancer.as_deref());
        let name = |id: NodeId| self.scenario.nodes[usize::from(id.0)].name.as_str();
        let own = |id: NodeId| named.is_none_or(|named| name(id) == named);
        let balancer = self.leads(clients.id, own, |node| match node {
            Parameters::LoadBalancer(own) => Some(own),
            _ => None,
        })?;
        let pool = self.next(balancer.id, gateway)?;
        let bus = self.next(pool.id, pubsub);
        let fanout = bus.and_then(|bus| self.next(bus.id, fanout));
        let after = |way: Option<f64>| way.unwrap_or(0.0);
        let back = fanout.and_then(|it| self.leads(it.id, |id| id == pool.id, gateway));
        let kept = self.next(pool.id, buffer(Scope::User));
        let aside = fanout
            .zip(kept)
            .and_then(|(it, kept)| self.leads(it.id, |id| id == kept.id, buffer(Scope::User)));
        let resumes = clients.parameters.resume == Resume::LastSeenId;
        let transport: Transport = law.transport;
        let rtt = terms::mean(&clients.parameters.network.rtt) + 2.0 * (balancer.way + pool.way);
        Some(Crowd {
            balancer,
            pool,
            bus,
            fanout,
            registry: self.next(pool.id, registry).filter(|_| !polls(transport)),
            look_up: after(fanout.and_then(|it| self.next(it.id, registry)).map(|it| it.way)),
            back: after(back.map(|it| it.way)),
            aside: after(aside.map(|it| it.way)),
            buffer: kept.filter(|_| resumes),
            inbox: self.next(pool.id, buffer(Scope::Inbox)),
            clients,
            law,
            largest: self.scenario.largest_payload(clients.id),
            transport,
            place: part.place,
            part: part.share,
            moved: 0.0,
            several: prefer.len() > 1 || part.shut,
            shut: part.shut,
            tabs: Sharing::of(clients.parameters, transport),
            tries: 0.0,
            everyone: 0.0,
            speak: 1.0,
            outside: outside::of(self.scenario, clients.id, part.share),
            users: 0.0,
            there: 0.0,
            held: 0.0,
            online: 1.0,
            refused: 0.0,
            away: 0.0,
            half_open: 0.0,
            breaks: Ends::default(),
            returns: 1.0,
            unheard: 0.0,
            ends: 0.0,
            lost: 0.0,
            alone: 1.0,
            comes: 0.0,
            life: None,
            polls: Polls::default(),
            turns: Turns::default(),
            sent: 0.0,
            audience: 1.0,
            reach: 1.0,
            rtt,
        })
    }
}
