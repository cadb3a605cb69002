//! Faults of the delivery tier: consumers of a bus that die or are replaced, brokers that are lost.
use super::{
    World, split,
    timeline::{Scene, Timeline},
};
use crate::{
    engine::{Agenda, EventQueue, Span, number},
    node::{Cx, Event, Node, Step, pubsub::Pubsub, table::connections::NOWHERE},
};

impl Timeline {
    /// So many steps of an entry are still to come.
    fn expect(&mut self, scene: Scene, steps: usize) {
        let running = &mut self.running(scene).left;
        *running = number::short(usize::from(*running) + steps);
    }
}

impl World {
    /// The buses that the instances of a fan-out read.
    fn buses(&self, fanout: usize) -> Vec<usize> {
        let reads = |node: &Node| matches!(node, Node::Pubsub(bus) if bus.reader() == fanout);
        let buses = self.nodes.iter().enumerate().filter(|(_, node)| reads(node));
        buses.map(|(place, _)| place).collect()
    }

    /// Tells each bus of a fan-out; returns the answers.
    fn tell_buses<T>(
        &mut self,
        scene: Scene,
        agenda: &mut Agenda<Event>,
        mut tell: impl FnMut(&mut Pubsub, &mut Cx<'_>) -> T,
    ) -> Vec<T> {
        let buses = self.buses(scene.node);
        let (nodes, mut cx) = split!(&mut *self, scene.now, agenda);
        let mut answers = Vec::new();
        for bus in buses {
            if let Node::Pubsub(bus) = &mut nodes[bus] {
                answers.push(tell(bus, &mut cx));
            }
        }
        answers
    }

    /// Consumers end without warning.
    pub(super) fn crash_consumers(
        &mut self,
        scene: Scene,
        consumers: &[u16],
        restart: Option<Span>,
        agenda: &mut Agenda<Event>,
    ) {
        for &instance in consumers {
            let event = |step| Event::Action { index: scene.index, step, instance };
            let known = self.tell_buses(scene, agenda, |bus, cx| bus.on_death(instance, cx));
            if let Node::Fanout(fanout) = &mut self.nodes[scene.node] {
                fanout.end_work(instance, scene.now, &mut self.messages);
            }
            let known = known.into_iter().max().unwrap_or(scene.now);
            agenda.push(known, event(Step::Expired));
            if let Some(restart) = restart {
                agenda.push(scene.now + restart, event(Step::Ready));
            }
            self.timeline.expect(scene, 1 + usize::from(restart.is_some()));
        }
    }

    /// The session of a dead consumer is over.
    pub(super) fn on_expired(&mut self, scene: Scene, instance: u16, agenda: &mut Agenda<Event>) {
        let deals = self.tell_buses(scene, agenda, |bus, cx| bus.on_expired(instance, cx));
        self.dealing(scene, deals.contains(&true), agenda);
    }

    /// A consumer is back.
    pub(super) fn on_joined(&mut self, scene: Scene, instance: u16, agenda: &mut Agenda<Event>) {
        let deals = self.tell_buses(scene, agenda, |bus, cx| bus.on_join(instance, cx));
        self.dealing(scene, deals.contains(&true), agenda);
    }

    /// One step of an entry is through; the partitions are dealt out, or not.
    fn dealing(&mut self, scene: Scene, deals: bool, agenda: &mut Agenda<Event>) {
        let last = self.one_through(scene);
        if deals {
            self.deal_after_pause(scene, agenda);
        } else if last {
            self.on_dealt(scene, NOWHERE, agenda);
        }
    }

    fn deal_after_pause(&mut self, scene: Scene, agenda: &mut Agenda<Event>) {
        let pauses = self.tell_buses(scene, agenda, |bus, _| bus.pause());
        let at = scene.now + pauses.into_iter().max().unwrap_or_default();
        let dealings = &mut self.dealings[scene.node];
        *dealings += 1;
        let instance = *dealings;
        let (index, step) = (scene.index, Step::Dealt);
        agenda.push(at, Event::Action { index, step, instance });
    }

    /// The partitions have been dealt out, unless that has begun anew meanwhile.
    pub(super) fn on_dealt(&mut self, scene: Scene, dealing: u16, agenda: &mut Agenda<Event>) {
        if dealing == self.dealings[scene.node] {
            self.tell_buses(scene, agenda, Pubsub::on_dealt);
        }
        if self.timeline.running(scene).left == 0 {
            self.next_consumers(scene, agenda);
        }
    }

    /// The next consumers of a deploy; or the entry is over.
    fn next_consumers(&mut self, scene: Scene, agenda: &mut Agenda<Event>) {
        let Node::Fanout(fanout) = &self.nodes[scene.node] else { return };
        let all = fanout.size().0;
        let running = self.timeline.running(scene);
        if running.ended.is_some() {
            return;
        }
        if running.deploys(scene.node) {
            self.next_batch(scene, all, agenda);
        } else {
            self.end_action(scene);
        }
    }

    /// A batch of consumers leaves the group and comes back after `startup`.
    pub(super) fn replace_consumers(
        &mut self,
        scene: Scene,
        batch: u16,
        startup: Span,
        agenda: &mut Agenda<Event>,
    ) {
        let Node::Fanout(fanout) = &self.nodes[scene.node] else { return };
        let all = number::short(fanout.size().0);
        let running = self.timeline.running(scene);
        let first = running.next;
        let last = first.saturating_add(batch.max(1)).min(all);
        running.next = last;
        for instance in first..last {
            self.tell_buses(scene, agenda, |bus, cx| bus.on_leave(instance, cx));
            let (index, step) = (scene.index, Step::Ready);
            agenda.push(scene.now + startup, Event::Action { index, step, instance });
        }
        self.timeline.expect(scene, usize::from(last - first));
        self.deal_after_pause(scene, agenda);
    }

    /// Brokers are lost.
    pub(super) fn lose_brokers(
        &mut self,
        scene: Scene,
        brokers: &[u16],
        restart: Option<Span>,
        agenda: &mut Agenda<Event>,
    ) {
        let (nodes, mut cx) = split!(&mut *self, scene.now, &mut *agenda);
        let Node::Pubsub(bus) = &mut nodes[scene.node] else { return };
        let mut returns = 0;
        for &instance in brokers {
            let led = bus.on_broker_lost(instance, &mut cx);
            let back = restart.map(|restart| scene.now + restart);
            let Some(at) = led.into_iter().chain(back).min() else { continue };
            let (index, step) = (scene.index, Step::Ready);
            cx.agenda.push(at, Event::Action { index, step, instance });
            returns += 1;
        }
        if returns == 0 {
            return self.end_action(scene);
        }
        self.timeline.expect(scene, returns);
    }

    /// The partitions of a broker are led again.
    pub(super) fn on_broker_back(&mut self, scene: Scene, broker: u16, agenda: &mut Agenda<Event>) {
        let (nodes, mut cx) = split!(&mut *self, scene.now, agenda);
        if let Node::Pubsub(bus) = &mut nodes[scene.node] {
            bus.on_broker_back(broker, &mut cx);
        }
        if self.one_through(scene) {
            self.end_action(scene);
        }
    }

    /// A store can be asked again: what its outage did to those who were connected.
    pub(super) fn on_up(&mut self, scene: Scene) {
        let began = self.timeline.running(scene).began.unwrap_or(scene.now);
        let Self { routes, crowds, tiers, connections, .. } = self;
        routes.catch_up(scene.now, crowds, tiers, connections);
        for crowd in crowds.registered() {
            let here = crowd.registry.as_ref().map(|port| usize::from(port.node));
            if here == Some(scene.node) {
                routes.after_outage((began, scene.now), crowd, tiers, connections);
            }
        }
        self.end_action(scene);
    }

    /// From now on the work of a node takes `factor` times its time: `change` times what it took.
    pub(super) fn slow(
        &mut self,
        scene: Scene,
        change: f64,
        factor: Option<f64>,
        agenda: &mut Agenda<Event>,
    ) {
        let (nodes, mut cx) = split!(&mut *self, scene.now, agenda);
        match &mut nodes[scene.node] {
            Node::Fanout(fanout) => fanout.slow(change, factor, &mut cx),
            Node::Registry(registry) => registry.slow(change, factor, &mut cx),
            Node::Buffer(buffer) => buffer.slow(change, factor, cx.now),
            Node::Clients(_)
            | Node::LoadBalancer(_)
            | Node::Gateway(_)
            | Node::Pubsub(_)
            | Node::Source(_) => {}
        }
    }

    /// When a bus held the most, and when no more than a hundredth of that was left, by its gauge.
    pub(super) fn drained(&self, values: &[f64]) -> Option<Span> {
        let peak = values.iter().copied().reduce(f64::max).filter(|&peak| peak > 0.0)?;
        let top = values.iter().position(|&value| value >= peak)?;
        let after = values[top..].iter().position(|&value| value <= peak / 100.0)?;
        Some(self.record.series.tick().times(number::count(after)))
    }
}
