//! What happens to the architecture: deploys and crashes, step by step. Faults may scan all users
//! and messages; messages may not.
use super::{
    World,
    endings::{clients_of, cut_off, end_work, fall_silent},
    split,
};
use crate::{
    engine::{Agenda, EventQueue, Span, Time, number},
    node::{
        Event, Node, Step, Timer,
        event::NO_ENTRY,
        parameters::DrainBy,
        table::{
            connections::{NOWHERE, State},
            tiers::Life,
        },
    },
    record::{AttemptEnd, Fact},
    scenario::{Action, ActionKind, CrashKind, Scenario},
};

/// The timeline in motion.
#[derive(Clone, Debug)]
pub(super) struct Timeline {
    actions: Vec<Running>,
    /// The entries under way, in order of their begin.
    active: Vec<u16>,
    /// Users online before the first fault of the present trouble.
    before: u32,
    /// The longest wait in any queue at the last tick, and at the last before that trouble.
    wait: Span,
    wait_before: Span,
    recovering: bool,
}

/// An entry in motion.
#[derive(Clone, Debug)]
pub(super) struct Running {
    pub(super) action: Action,
    /// The first instance of the next batch, within its pool.
    pub(super) next: u16,
    /// Instances that are not through, or steps still to come.
    pub(super) left: u16,
    /// A deploy that waits for another one of its pool to end.
    waits: bool,
    /// Its begin, once it has begun.
    pub(super) began: Option<Time>,
    /// Its end, once it is over.
    pub(super) ended: Option<Time>,
}

impl Timeline {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let running = |action: &Action| Running {
            action: action.clone(),
            next: 0,
            left: 0,
            waits: false,
            began: None,
            ended: None,
        };
        let actions = scenario.timeline.iter().map(running).collect();
        Self {
            actions,
            active: Vec::new(),
            before: 0,
            wait: Span::ZERO,
            wait_before: Span::ZERO,
            recovering: false,
        }
    }

    pub(super) fn schedule(&self, agenda: &mut Agenda<Event>) {
        for (index, running) in self.actions.iter().enumerate() {
            let index = number::short(index);
            let event = Event::Action { index, step: Step::Begin, instance: NOWHERE };
            agenda.push(running.action.at, event);
        }
    }

    pub(super) fn running(&mut self, scene: Scene) -> &mut Running {
        &mut self.actions[usize::from(scene.index)]
    }

    pub(super) fn entries(&self) -> &[Running] {
        &self.actions
    }

    /// A pool has one deploy at a time: a later one waits until the earlier is over.
    fn must_wait(&mut self, scene: Scene) -> bool {
        let busy = self.active.iter().any(|&other| {
            other != scene.index && self.actions[usize::from(other)].deploys(scene.node)
        });
        let running = &mut self.actions[usize::from(scene.index)];
        running.waits = busy && running.deploys(scene.node);
        running.waits
    }

    /// The first deploy that waited for this pool.
    fn next_deploy(&self, pool: usize) -> Option<u16> {
        let waits = |running: &Running| running.waits && running.deploys(pool);
        self.actions.iter().position(waits).map(number::short)
    }
}

impl Running {
    pub(super) fn deploys(&self, pool: usize) -> bool {
        matches!(self.action.kind, ActionKind::Deploy { node, .. } if usize::from(node.0) == pool)
    }
}

/// What a world needs to know of an entry at one of its steps.
#[derive(Clone, Copy)]
pub(super) struct Scene {
    pub(super) now: Time,
    pub(super) index: u16,
    pub(super) node: usize,
}

impl World {
    /// A step of a timeline entry.
    pub(super) fn on_action(
        &mut self,
        now: Time,
        index: u16,
        step: Step,
        instance: u16,
        agenda: &mut Agenda<Event>,
    ) {
        if index == NO_ENTRY {
            return self.on_killed(now, step, instance, agenda);
        }
        let kind = self.timeline.actions[usize::from(index)].action.kind.clone();
        let scene = Scene { now, index, node: usize::from(kind.node().0) };
        if step == Step::Begin {
            if self.timeline.must_wait(scene) {
                return;
            }
            self.begin(scene);
        }
        let lasts = kind.lasts();
        match (kind, step) {
            (ActionKind::Deploy { batch, startup, .. }, Step::Begin) if self.consumes(scene) => {
                self.replace_consumers(scene, batch, startup, agenda);
            }
            (ActionKind::Crash { instances, restart, .. }, Step::Begin) if self.consumes(scene) => {
                self.crash_consumers(scene, &instances, restart, agenda);
            }
            (ActionKind::Deploy { .. } | ActionKind::Crash { .. }, Step::Ready)
                if self.consumes(scene) =>
            {
                self.on_joined(scene, instance, agenda);
            }
            (_, Step::Expired) => self.on_expired(scene, instance, agenda),
            (_, Step::Dealt) => self.on_dealt(scene, instance, agenda),
            (ActionKind::Crash { instances, restart, .. }, Step::Begin) if self.carries(scene) => {
                self.lose_brokers(scene, &instances, restart, agenda);
            }
            (ActionKind::Crash { .. }, Step::Ready) if self.carries(scene) => {
                self.on_broker_back(scene, instance, agenda);
            }
            (ActionKind::Deploy { batch, startup, .. }, Step::Begin) => {
                self.begin_batch(scene, batch, startup, agenda);
            }
            (ActionKind::Deploy { startup, .. }, Step::Empty | Step::Grace) => {
                self.replace(scene, instance, startup, agenda);
            }
            (ActionKind::Deploy { .. }, Step::Ready) => self.on_replaced(scene, instance, agenda),
            (ActionKind::Crash { instances, kind, restart, .. }, Step::Begin) => {
                self.crash_all(scene, &instances, kind, restart, agenda);
            }
            (ActionKind::Crash { .. }, Step::Ready) => self.on_restart(scene, instance, agenda),
            (ActionKind::Crash { restart, .. }, Step::Checked) => {
                self.on_checked(scene, instance, restart.is_none(), agenda);
            }
            (ActionKind::DropClients { share, kind, within, .. }, Step::Begin) => {
                self.drop_clients(scene, share, kind, within, agenda);
            }
            (ActionKind::BalancerRestart { downtime, .. }, Step::Begin) => {
                self.restart_balancer(scene, downtime, agenda);
            }
            (ActionKind::Down { .. }, Step::Ready) => self.on_up(scene),
            (ActionKind::Slow { factor, .. }, Step::Begin) => {
                self.slow(scene, factor, Some(factor), agenda);
                self.end_after(scene, lasts, agenda);
            }
            (ActionKind::Slow { factor, .. }, Step::Ready) => {
                self.slow(scene, 1.0 / factor, None, agenda);
                self.end_action(scene);
            }
            (ActionKind::Block { transport, held, .. }, Step::Begin) => {
                self.block(scene, transport, held, agenda);
                self.end_after(scene, lasts, agenda);
            }
            // Nothing has to be done for the others.
            (_, Step::Begin) => self.end_after(scene, lasts, agenda),
            (_, Step::Ready) => self.end_action(scene),
            (_, Step::Checked | Step::Empty | Step::Grace | Step::Killed) => {}
        }
    }

    /// Whether an entry concerns the consumers of a bus.
    fn consumes(&self, scene: Scene) -> bool {
        matches!(self.nodes[scene.node], Node::Fanout(_))
    }

    /// Whether it concerns the brokers of a bus.
    fn carries(&self, scene: Scene) -> bool {
        matches!(self.nodes[scene.node], Node::Pubsub(_))
    }

    fn begin(&mut self, scene: Scene) {
        let timeline = &mut self.timeline;
        let running = &mut timeline.actions[usize::from(scene.index)];
        if running.began.is_some() {
            return;
        }
        running.began = Some(scene.now);
        if timeline.active.is_empty() && !timeline.recovering {
            timeline.before = self.record.online.now;
            timeline.wait_before = timeline.wait;
        }
        timeline.active.push(scene.index);
        self.record.enter(scene.now, &running.action.name);
        let part_of_load =
            matches!(running.action.kind, ActionKind::Load { .. } | ActionKind::Mark { .. });
        let front = matches!(
            self.nodes[scene.node],
            Node::Clients(_) | Node::LoadBalancer(_) | Node::Gateway(_)
        );
        if front && !part_of_load {
            let users = self.crowds.users();
            self.record.recovery.begin(&running.action.name, scene.now, users);
        }
    }

    pub(super) fn end_action(&mut self, scene: Scene) {
        let timeline = &mut self.timeline;
        timeline.actions[usize::from(scene.index)].ended = Some(scene.now);
        timeline.active.retain(|&index| index != scene.index);
        if let Some(&index) = timeline.active.last() {
            let name = timeline.actions[usize::from(index)].action.name.clone();
            self.record.enter(scene.now, &name);
        } else {
            timeline.recovering = true;
            self.record.enter(scene.now, "recovery");
        }
    }

    /// Recovery is over when 99.9 % are back and no queue of the system is longer than 100 ms, or
    /// than before.
    pub(super) fn check_recovery(&mut self, now: Time, longest_wait: Span) {
        let back = u64::from(self.record.online.now) * 1_000;
        // Sessions of open streams come and go: all that are there now count.
        let streams = self.record.wanted.now;
        let timeline = &mut self.timeline;
        timeline.wait = longest_wait;
        let before = if streams > 0 { self.crowds.closed() + streams } else { timeline.before };
        if timeline.recovering
            && timeline.active.is_empty()
            && back >= u64::from(before) * 999
            && longest_wait <= timeline.wait_before.max(Span::from_millis(100))
        {
            timeline.recovering = false;
            self.record.enter(now, "steady");
        }
    }

    pub(super) fn one_through(&mut self, scene: Scene) -> bool {
        let running = &mut self.timeline.actions[usize::from(scene.index)];
        running.left = running.left.saturating_sub(1);
        running.left == 0
    }

    fn begin_batch(&mut self, scene: Scene, batch: u16, startup: Span, agenda: &mut Agenda<Event>) {
        let Node::Gateway(pool) = &self.nodes[scene.node] else { return };
        let (range, grace) = (pool.pool.clone(), pool.parameters.drain.grace);
        let running = &mut self.timeline.actions[usize::from(scene.index)];
        let first = range.start + running.next;
        let last = first.saturating_add(batch.max(1)).min(range.end);
        (running.next, running.left) = (last - range.start, last - first);
        for instance in first..last {
            let event = |step| Event::Action { index: scene.index, step, instance };
            if self.tiers.serves(instance) {
                agenda.push(scene.now + grace, event(Step::Grace));
                self.drain(scene, instance, agenda);
            } else {
                agenda.push(scene.now + startup, event(Step::Ready));
            }
        }
    }

    /// An instance stops accepting and tells its clients to move.
    fn drain(&mut self, scene: Scene, instance: u16, agenda: &mut Agenda<Event>) {
        self.tiers.drains(instance, scene.index, scene.now);
        let row = self.tiers.get(instance);
        if row.held == 0 {
            let (index, step) = (scene.index, Step::Empty);
            agenda.push(scene.now, Event::Action { index, step, instance });
        }
        let Node::Gateway(pool) = &self.nodes[scene.node] else { return };
        let drain = pool.parameters.drain;
        let mut held = self.connections.held_by(instance);
        held.retain(|&user| self.connections.get(user).state == State::Online);
        let (nodes, mut cx) = split!(self, scene.now, agenda);
        for (place, user) in held.into_iter().enumerate() {
            let Node::Clients(clients) = clients_of(nodes, user, &cx) else { continue };
            cx.record.recovery.hit(user);
            match drain.by {
                DrainBy::ClientJitter => clients.tell(user, drain.window, &mut cx),
                DrainBy::ServerBatches => {
                    let batch = number::count(place) / u64::from(drain.batch);
                    clients.close_after(user, drain.every.times(batch), &mut cx);
                }
            }
        }
    }

    /// An instance that drained has lost its last connection, or its grace is over. One that
    /// crashed meanwhile is replaced now, unless it has been restarted.
    fn replace(&mut self, scene: Scene, instance: u16, startup: Span, agenda: &mut Agenda<Event>) {
        let row = self.tiers.get_mut(instance);
        if row.drained_by != scene.index {
            return;
        }
        row.drained_by = u16::MAX;
        let (index, step, life) = (scene.index, Step::Ready, row.life);
        if life == Life::Draining {
            self.cut(scene, instance, agenda);
            self.put_down(scene.now, instance, Life::Stopped);
        }
        // Its successor boots from now on, on another machine if the host is gone.
        let wait = if life == Life::Up { Span::ZERO } else { startup };
        agenda.push(scene.now + wait, Event::Action { index, step, instance });
    }

    /// What is left of an instance is closed: its clients and the registry are told.
    fn cut(&mut self, scene: Scene, instance: u16, agenda: &mut Agenda<Event>) {
        let held = self.connections.held_by(instance);
        if held.is_empty() {
            return;
        }
        let (nodes, mut cx) = split!(self, scene.now, agenda);
        end_work(nodes, scene.node, instance, &mut cx);
        for user in held {
            if cx.connections.get(user).state == State::Online {
                cx.record.moved(scene.index);
                cx.record.counts.cut += 1;
                let Node::Clients(clients) = clients_of(nodes, user, &cx) else { continue };
                clients.tell_registry(user, Timer::Unregister, Span::ZERO, &mut cx);
            }
            cut_off(nodes, user, &mut cx);
        }
    }

    fn put_down(&mut self, now: Time, instance: u16, life: Life) {
        self.tiers.change(instance, life, now);
        let row = self.tiers.get_mut(instance);
        (row.held, row.light, row.ended) = (0, 0, now);
        for user in self.connections.stop_making(instance) {
            self.record.attempt_end(now, user, AttemptEnd::Abandoned);
        }
        self.record.fact(now, Fact::Down, u32::from(instance));
    }

    pub(super) fn put_up(&mut self, now: Time, instance: u16) {
        self.tiers.change(instance, Life::Up, now);
        let row = self.tiers.get_mut(instance);
        row.incarnation = row.incarnation.saturating_add(1);
        self.record.fact(now, Fact::Up, u32::from(instance));
    }

    fn on_replaced(&mut self, scene: Scene, instance: u16, agenda: &mut Agenda<Event>) {
        if !self.tiers.serves(instance) {
            self.put_up(scene.now, instance);
            self.tiers.believe(instance, true, scene.now);
        }
        if !self.one_through(scene) {
            return;
        }
        let Node::Gateway(pool) = &self.nodes[scene.node] else { return };
        self.next_batch(scene, pool.pool.len(), agenda);
    }

    /// The next instances of a deploy; after the last of `all`, the deploy that waits for its end.
    pub(super) fn next_batch(&mut self, scene: Scene, all: usize, agenda: &mut Agenda<Event>) {
        let more = usize::from(self.timeline.running(scene).next) < all;
        if !more {
            self.end_action(scene);
        }
        let waits = || self.timeline.next_deploy(scene.node);
        if let Some(index) = if more { Some(scene.index) } else { waits() } {
            let step = Step::Begin;
            agenda.push(scene.now, Event::Action { index, step, instance: NOWHERE });
        }
    }

    fn crash_all(
        &mut self,
        scene: Scene,
        instances: &[u16],
        kind: CrashKind,
        restart: Option<Span>,
        agenda: &mut Agenda<Event>,
    ) {
        let Node::Gateway(pool) = &self.nodes[scene.node] else { return };
        let first = pool.pool.start;
        let hit: Vec<u16> = instances.iter().map(|instance| first + instance).collect();
        self.timeline.actions[usize::from(scene.index)].left = number::short(hit.len());
        for instance in hit {
            let event = |step| Event::Action { index: scene.index, step, instance };
            if let Some(restart) = restart {
                agenda.push(scene.now + restart, event(Step::Ready));
            }
            if self.tiers.serves(instance) {
                self.crash(scene, instance, kind, agenda);
            }
            self.watch(scene, instance, agenda);
        }
    }

    /// An instance ends without warning.
    pub(super) fn crash(
        &mut self,
        scene: Scene,
        instance: u16,
        kind: CrashKind,
        agenda: &mut Agenda<Event>,
    ) {
        let held = self.connections.held_by(instance);
        let (nodes, mut cx) = split!(self, scene.now, agenda);
        end_work(nodes, scene.node, instance, &mut cx);
        for user in held {
            match kind {
                CrashKind::Process => cut_off(nodes, user, &mut cx),
                CrashKind::Host => fall_silent(nodes, user, &mut cx),
            }
        }
        let life = if kind == CrashKind::Process { Life::Stopped } else { Life::Silent };
        self.put_down(scene.now, instance, life);
    }

    fn on_restart(&mut self, scene: Scene, instance: u16, agenda: &mut Agenda<Event>) {
        if !self.tiers.serves(instance) {
            self.put_up(scene.now, instance);
            self.watch(scene, instance, agenda);
        }
        if self.one_through(scene) {
            self.end_action(scene);
        }
    }

    /// The balancer of the pool plans when it notices.
    pub(super) fn watch(&mut self, scene: Scene, instance: u16, agenda: &mut Agenda<Event>) {
        let Some(balancer) = self.balancer_of(scene.node) else { return };
        let (nodes, mut cx) = split!(self, scene.now, agenda);
        if let Node::LoadBalancer(balancer) = &nodes[balancer] {
            balancer.watch(scene.index, instance, &mut cx);
        }
    }

    /// `ends`: the crash is over for good once the balancer knows.
    pub(super) fn on_checked(
        &mut self,
        scene: Scene,
        instance: u16,
        ends: bool,
        agenda: &mut Agenda<Event>,
    ) {
        if let Some(balancer) = self.balancer_of(scene.node) {
            let (nodes, mut cx) = split!(self, scene.now, agenda);
            if let Node::LoadBalancer(balancer) = &nodes[balancer] {
                balancer.on_checked(instance, &mut cx);
            }
        }
        if ends && self.one_through(scene) {
            self.end_action(scene);
        }
    }

    pub(super) fn balancer_of(&self, pool: usize) -> Option<usize> {
        let mut crowds = self.crowds.rows().iter();
        let crowd = crowds.find(|crowd| usize::from(crowd.gateways.node) == pool)?;
        Some(usize::from(crowd.balancer))
    }
}
