//! Where the users stand when a run begins.
use super::{World, before::Before, split};
use crate::{
    engine::{Agenda, Time},
    node::{
        Cx, Event, Node,
        clients::Clients,
        earlier::Earlier,
        parameters::Start,
        table::{connections::State, crowds::Crowd, routes::Entry},
    },
};

impl World {
    /// Places the users and starts the superposed processes.
    pub(super) fn start(&mut self, agenda: &mut Agenda<Event>) {
        let crowds: Vec<Crowd> = self.crowds.iter().cloned().collect();
        let users = self.crowds.users();
        for crowd in crowds {
            let (nodes, mut cx) = split!(&mut *self, Time::ZERO, &mut *agenda);
            let Node::Clients(clients) = nodes[usize::from(crowd.clients)].clone() else {
                continue;
            };
            let before = Before::of(&clients, &crowd, nodes, &cx);
            clients.start(&mut cx);
            if clients.parameters.sessions.is_some() {
                cx.record.stream(crowd.clients);
            } else if clients.parameters.start != Start::Connected {
                cx.record.recovery.begin("start", Time::ZERO, users);
            }
            for user in crowd.in_order() {
                place(&clients, &before, &crowd, user, nodes, &mut cx);
            }
        }
        let (nodes, mut cx) = split!(&mut *self, Time::ZERO, &mut *agenda);
        for node in nodes {
            if let Node::Source(source) = node {
                source.start(&mut cx);
            }
        }
    }
}

/// Puts a user where it stands in the stationary state: online if its gateway has room.
fn place(
    clients: &Clients,
    before: &Before,
    crowd: &Crowd,
    user: u32,
    nodes: &mut [Node],
    cx: &mut Cx<'_>,
) {
    if let Start::Ramp(over) = clients.parameters.start {
        if crowd.visits {
            return clients.come_after(user, clients.arrives_after(user, over, cx), cx);
        }
        cx.subscribes(user);
        cx.record.recovery.hit(user);
        return clients.arrive(user, over, cx);
    }
    cx.subscribes(user);
    if !clients.stands_there(user, cx) {
        return;
    }
    let placed = find_place(crowd, user, nodes, cx);
    let crowd = cx.crowds.of(user);
    if crowd.connects_for_each() {
        let row = cx.connections.get_mut(user);
        row.state = State::Online;
        row.set_round_trip(clients.round_trip(crowd.connection(user, 0)));
        return clients.stands_between(user, cx);
    }
    let session = crowd.if_refused.is_some();
    let Some(instance) = placed else {
        if session {
            // It would have been refused.
            cx.unsubscribes(user);
            cx.connections.get_mut(user).state = State::Gone;
            return;
        }
        if cx.waits_in_line(user) {
            return waits_for_its_turn(clients, user, &before.to(user, crowd, cx.feeds), cx);
        }
        return Clients::back_off(user, cx);
    };
    cx.stands_beside(user);
    cx.takes(user, instance);
    let row = cx.connections.get_mut(user);
    (row.state, row.gateway) = (State::Online, instance);
    row.set_round_trip(clients.round_trip(crowd.connection(user, 0)));
    cx.joins(user);
    cx.moves_in(user);
    cx.changes_online(user, 1);
    if session {
        cx.record.session_stands(crowd.clients);
    }
    let earlier = before.to(user, crowd, cx.feeds);
    clients.schedule_residual_lifetime(user, &earlier, cx);
    clients.stands_held(user, &earlier, cx);
    if crowd.registry.is_some() {
        cx.routes.stands(user, Entry { gateway: instance, session: 0 });
    }
}

/// All connections of its browser are taken: whoever holds requests has had its turn, and waits for
/// the next one; a stream waits to be opened.
fn waits_for_its_turn(clients: &Clients, user: u32, earlier: &Earlier, cx: &mut Cx<'_>) {
    let crowd = cx.crowds.of(user);
    if crowd.hold().is_none() {
        return;
    }
    cx.begins_stream(user);
    let row = cx.connections.get_mut(user);
    row.state = State::Online;
    row.set_round_trip(clients.round_trip(crowd.connection(user, 0)));
    cx.joins(user);
    clients.schedule_residual_lifetime(user, earlier, cx);
}

/// The instance that holds a user at the start, if there is room: by the first of its transports
/// that is not blocked for it.
fn find_place(crowd: &Crowd, user: u32, nodes: &mut [Node], cx: &mut Cx<'_>) -> Option<u16> {
    if crowd.connects_for_each() {
        return None;
    }
    for way in cx.crowds.ways_of(user) {
        if way.blocked(user, Time::ZERO).is_some() {
            continue;
        }
        if cx.queues(user, way) {
            cx.crowds.ways().stands(user, way.way[0]);
            return None;
        }
        let Node::LoadBalancer(balancer) = &mut nodes[usize::from(way.balancer)] else { continue };
        let picked = balancer.pick(way.hash(user), Time::ZERO, cx.tiers);
        let Node::Gateway(pool) = &nodes[usize::from(way.gateways.node)] else { continue };
        if let Some(found) = picked.filter(|&instance| !pool.is_full(user, instance, cx)) {
            cx.crowds.ways().stands(user, way.way[0]);
            return Some(found);
        }
    }
    None
}
