//! Faults beside deploys and planned crashes: dropped connections, a restarted balancer, instances
//! that the kernel kills.
use super::{World, endings::clients_of, split, timeline::Scene};
use crate::{
    engine::{Agenda, EventQueue, Span, Time},
    node::{
        Event, Node, Purpose, Step,
        clients::Clients,
        event::NO_ENTRY,
        parameters::Transport,
        table::{
            connections::{NOWHERE, State},
            crowds::{Block, Crowd},
        },
    },
    scenario::{ActionKind, CrashKind, DropKind, Held, NodeId},
    units::Share,
};

impl ActionKind {
    /// The node it concerns; a mark concerns none.
    pub(super) fn node(&self) -> NodeId {
        match self {
            Self::Deploy { node, .. }
            | Self::Crash { node, .. }
            | Self::DropClients { node, .. }
            | Self::BalancerRestart { node, .. }
            | Self::Down { node, .. }
            | Self::Slow { node, .. }
            | Self::Block { node, .. }
            | Self::Load { node, .. } => *node,
            Self::Mark { .. } => NodeId(0),
        }
    }

    /// How long it goes on, where that is known.
    pub(super) fn lasts(&self) -> Span {
        match self {
            Self::Down { lasts, .. } | Self::Mark { lasts } => *lasts,
            Self::Slow { lasts, .. } | Self::Block { lasts, .. } | Self::Load { lasts, .. } => {
                lasts.unwrap_or(Span::FOREVER)
            }
            Self::Deploy { .. }
            | Self::Crash { .. }
            | Self::DropClients { .. }
            | Self::BalancerRestart { .. } => Span::ZERO,
        }
    }
}

impl World {
    /// An entry is over after a while.
    pub(super) fn end_after(&mut self, scene: Scene, span: Span, agenda: &mut Agenda<Event>) {
        if span == Span::ZERO {
            return self.end_action(scene);
        }
        let event = Event::Action { index: scene.index, step: Step::Ready, instance: NOWHERE };
        agenda.push(scene.now + span, event);
    }

    /// Connections of a crowd end, or their clients are told to move.
    pub(super) fn drop_clients(
        &mut self,
        scene: Scene,
        share: Share,
        kind: DropKind,
        within: Span,
        agenda: &mut Agenda<Event>,
    ) {
        let (nodes, mut cx) = split!(&mut *self, scene.now, agenda);
        let Node::Clients(clients) = &nodes[scene.node] else { return };
        let crowd = cx.crowds.of_clients(clients.id);
        for user in crowd.first..crowd.first + crowd.count {
            let entity = u64::from(user - crowd.first);
            let drawn = crowd.draws.unit(Purpose::Hit, entity, u32::from(scene.index));
            let held = cx.is_connected(user) && !crowd.connects_for_each();
            if !held || drawn >= share.0 {
                continue;
            }
            if kind == DropKind::Told {
                cx.record.recovery.hit(user);
                clients.tell(user, within, &mut cx);
                continue;
            }
            for tab in cx.lose_with(user) {
                cx.record.recovery.hit(tab);
                clients.loses(tab, kind == DropKind::Silent, &mut cx);
            }
        }
        let lasts = if kind == DropKind::Told { within } else { Span::ZERO };
        self.end_after(scene, lasts, agenda);
    }

    /// A transport of a crowd is blocked: what becomes of those who are connected by it.
    pub(super) fn block(
        &mut self,
        scene: Scene,
        transport: Transport,
        held: Held,
        agenda: &mut Agenda<Event>,
    ) {
        let (nodes, mut cx) = split!(&mut *self, scene.now, agenda);
        let Node::Clients(clients) = &nodes[scene.node] else { return };
        let crowd = cx.crowds.of_clients(clients.id);
        let users = crowd.first..crowd.first + crowd.count;
        for user in users.filter(|_| held != Held::Keep) {
            let crowd = cx.crowds.of(user);
            let online = cx.connections.get(user).state == State::Online;
            let there = online && crowd.transport == transport;
            let k = u32::from(scene.index);
            let by_this = |block: &&Block| block.draw == (Purpose::Hit, k);
            let Some(block) = crowd.blocks.iter().find(by_this).filter(|_| there) else {
                continue;
            };
            let entity = u64::from(user - crowd.first);
            if crowd.draws.unit(Purpose::Hit, entity, k) >= block.share.0 {
                continue;
            }
            cx.record.recovery.hit(user);
            if held == Held::Silent && cx.is_connected(user) {
                clients.die_silently(user, &mut cx);
            } else {
                clients.close(user, &mut cx);
                Clients::back_off(user, &mut cx);
            }
        }
    }

    /// A balancer's process ends: both ends of each connection through it see a reset.
    pub(super) fn restart_balancer(
        &mut self,
        scene: Scene,
        downtime: Span,
        agenda: &mut Agenda<Event>,
    ) {
        if let Node::LoadBalancer(balancer) = &mut self.nodes[scene.node] {
            balancer.down_until = scene.now + downtime;
        }
        let through = |crowd: &&Crowd| usize::from(crowd.balancer) == scene.node;
        let through = self.crowds.rows().iter().filter(through);
        let crowds: Vec<_> = through.map(|crowd| (crowd.first, crowd.count)).collect();
        let (nodes, mut cx) = split!(&mut *self, scene.now, agenda);
        for user in crowds.into_iter().flat_map(|(first, count)| first..first + count) {
            let Node::Clients(clients) = clients_of(nodes, user, &cx) else { continue };
            let crowd = cx.crowds.of(user);
            let through = usize::from(crowd.balancer) == scene.node;
            let held = through && !crowd.connects_for_each();
            if cx.is_connected(user) && held {
                cx.record.recovery.hit(user);
                clients.close(user, &mut cx);
                Clients::back_off(user, &mut cx);
            }
        }
        self.end_after(scene, downtime, agenda);
    }

    /// The kernel kills an instance; later the balancer notices, and the instance comes back.
    pub(super) fn on_killed(
        &mut self,
        now: Time,
        step: Step,
        instance: u16,
        agenda: &mut Agenda<Event>,
    ) {
        let pools = self.nodes.iter().enumerate().find_map(|(node, pool)| match pool {
            Node::Gateway(pool) if pool.pool.contains(&instance) => Some((node, pool)),
            _ => None,
        });
        let Some((node, pool)) = pools else { return };
        let restart = pool.parameters.memory.restart;
        // One that has been killed and is back holds nothing.
        let beyond = pool.is_beyond_memory(instance, &self.tiers, &self.feeds);
        let scene = Scene { now, index: NO_ENTRY, node };
        match step {
            Step::Killed if self.tiers.serves(instance) && beyond => {
                self.record.counts.killed += 1;
                self.crash(scene, instance, CrashKind::Process, agenda);
                self.watch(scene, instance, agenda);
                if let Some(restart) = restart {
                    let (index, step) = (NO_ENTRY, Step::Ready);
                    agenda.push(now + restart, Event::Action { index, step, instance });
                }
            }
            Step::Ready if !self.tiers.serves(instance) => {
                self.put_up(now, instance);
                self.watch(scene, instance, agenda);
            }
            Step::Checked => self.on_checked(scene, instance, false, agenda),
            Step::Begin
            | Step::Empty
            | Step::Grace
            | Step::Ready
            | Step::Killed
            | Step::Expired
            | Step::Dealt => {}
        }
    }
}
