//! The delivery tier in lines: bus, fan-out, registry, buffers.
use super::{
    Plan,
    sheet::{Sheet, Value, f, metric, n, per, s, size},
    terms,
};
use crate::{
    engine::number,
    node::parameters::{Parameters, Scope},
    record::Unit,
    scenario::{Node, NodeId},
    summary::napkin::{Beside, Kind},
};

impl Plan<'_> {
    pub(super) fn tier_lines(&self, sheet: &mut Sheet) {
        for (place, node) in self.scenario.nodes.iter().enumerate() {
            sheet.about("");
            let id = NodeId(number::byte(place));
            if self.kind(node) > 1 {
                sheet.about(&node.name);
            }
            match &node.parameters {
                Parameters::Pubsub(_) => self.bus_line(id, node, sheet),
                Parameters::Fanout(_) => self.fanout_line(id, node, sheet),
                Parameters::Registry(_) => self.registry_lines(id, sheet),
                Parameters::Buffer(_) => self.buffer_line(id, node, sheet),
                _ => {}
            }
        }
        sheet.about("");
    }

    /// How many nodes there are of the kind of this one.
    fn kind(&self, node: &Node) -> usize {
        let kind = std::mem::discriminant(&node.parameters);
        let same = |other: &&Node| std::mem::discriminant(&other.parameters) == kind;
        self.scenario.nodes.iter().filter(same).count()
    }

    /// Messages that a bus carries a second.
    pub(super) fn published(&self, id: NodeId) -> f64 {
        self.sum(
            |crowd| if crowd.bus.is_some_and(|bus| bus.id == id) { crowd.published() } else { 0.0 },
        )
    }

    fn bus_line(&self, id: NodeId, node: &Node, sheet: &mut Sheet) {
        let Parameters::Pubsub(bus) = &node.parameters else { return };
        let rate = self.published(id);
        let capacity = f64::from(bus.queues) * bus.rate.0;
        if rate <= 0.0 || capacity <= 0.0 {
            return;
        }
        let words = format!("{} ÷ ({} × {})", per(rate), f(f64::from(bus.queues)), per(bus.rate.0));
        let value = Value {
            number: rate / capacity,
            unit: Unit::Share,
            kind: Kind::Work,
            beside: Beside::Nothing,
        };
        sheet.line("Load of the bus", words, value);
    }

    /// The share of a fan-out's work that it can do, and what it does.
    pub(super) fn fanout_load(&self, id: NodeId) -> Option<(f64, f64)> {
        let Parameters::Fanout(own) = &self.scenario.nodes[usize::from(id.0)].parameters else {
            return None;
        };
        let here = |crowd: &super::Crowd<'_>| crowd.fanout.is_some_and(|it| it.id == id);
        let rate = self.sum(|crowd| if here(crowd) { crowd.calls() } else { 0.0 });
        let servers = f64::from(own.instances) * f64::from(own.concurrency);
        let service = terms::mean(&own.service);
        (service > 0.0).then(|| (rate, servers / service))
    }

    fn fanout_line(&self, id: NodeId, node: &Node, sheet: &mut Sheet) {
        let Parameters::Fanout(own) = &node.parameters else { return };
        let Some((rate, capacity)) = self.fanout_load(id).filter(|load| load.0 > 0.0) else {
            return;
        };
        let words = format!(
            "{} × {} ÷ ({} × {})",
            per(rate),
            s(terms::mean(&own.service)),
            f(f64::from(own.instances)),
            f(f64::from(own.concurrency)),
        );
        let beside = metric(format!("{}.cpu.mean", node.name));
        let value = Value { number: rate / capacity, unit: Unit::Share, kind: Kind::Work, beside };
        sheet.line("Load of the fan-out", words, value);
    }

    /// Refreshes of a registry a second.
    pub(super) fn refreshes(&self, id: NodeId) -> f64 {
        self.sum(|crowd| {
            let here = crowd.registry.is_some_and(|it| it.id == id);
            crowd.refresh().filter(|_| here).map_or(0.0, |every| crowd.held / every)
        })
    }

    /// All operations of a registry a second.
    pub(super) fn operations(&self, id: NodeId) -> f64 {
        let own = |crowd: &super::Crowd<'_>| crowd.registry.is_some_and(|it| it.id == id);
        let other = self.sum(|crowd| if own(crowd) { crowd.operations() } else { 0.0 });
        other + self.refreshes(id)
    }

    fn registry_lines(&self, id: NodeId, sheet: &mut Sheet) {
        let (refreshes, all) = (self.refreshes(id), self.operations(id));
        let only = self.crowds.iter().all(|crowd| crowd.registry.is_none_or(|it| it.id == id));
        let beside = |held| if only { held } else { Beside::Nothing };
        let value = |number, held| Value {
            number,
            unit: Unit::PerSecond,
            kind: Kind::Work,
            beside: beside(held),
        };
        if refreshes > 0.0 {
            let every = self.crowds.iter().find_map(super::Crowd::refresh).unwrap_or_default();
            let held = self.sum(|crowd| if crowd.registry.is_some() { crowd.held } else { 0.0 });
            let words = format!("N ÷ h = {} ÷ {}", n(held), s(every));
            let held = metric("registry.refreshes_per_second");
            sheet.line("Registry refreshes", words, value(refreshes, held));
            sheet.by_messages(0.0);
        }
        if all > 0.0 {
            let own = |crowd: &super::Crowd<'_>| crowd.registry.is_some_and(|it| it.id == id);
            let ends = self.sum(|crowd| if own(crowd) { crowd.attempts() } else { 0.0 });
            let words = format!(
                "refreshes {} + 2 × handshakes {} + look-ups {}",
                per(refreshes),
                per(ends),
                per((all - refreshes - 2.0 * ends).max(0.0))
            );
            let held = Beside::OverRun("registry.operations".to_owned());
            sheet.line("Registry operations", words, value(all, held));
            sheet.by_opening([2.0; 2]);
            sheet.by_messages((1.0 - (refreshes + 2.0 * ends) / all).max(0.0));
        }
    }

    /// Bytes that a buffer keeps.
    pub(super) fn kept(&self, id: NodeId) -> f64 {
        self.sum(|crowd| {
            let replay = crowd.buffer.is_some_and(|it| it.id == id);
            let inbox = crowd.inbox.is_some_and(|it| it.id == id);
            let lies = || crowd.absent() * crowd.waiting() * crowd.payload();
            let waiting = if inbox { lies() } else { 0.0 };
            waiting + if replay { crowd.kept() } else { 0.0 }
        })
    }

    fn buffer_line(&self, id: NodeId, node: &Node, sheet: &mut Sheet) {
        let Parameters::Buffer(own) = &node.parameters else { return };
        let kept = self.kept(id);
        if kept <= 0.0 {
            return;
        }
        let payload = self.crowds.iter().map(super::Crowd::payload).fold(0.0, f64::max);
        let keeps = s(own.retention.seconds());
        let words = match own.scope {
            Scope::User => {
                format!("N × min(λ × {keeps}, {}) × {}", n(f64::from(own.messages)), size(payload))
            }
            Scope::Inbox => self.inbox_words(id, own.messages.into(), payload),
        };
        let value =
            Value { number: kept, unit: Unit::Bytes, kind: Kind::Work, beside: Beside::Nothing };
        let name = match own.scope {
            Scope::User => "Replay buffer",
            Scope::Inbox => "Inbox",
        };
        sheet.line(name, words, value);
    }

    /// Who is away, and what lies there for each of them on average.
    fn inbox_words(&self, id: NodeId, most: u32, payload: f64) -> String {
        let own = |crowd: &super::Crowd<'_>| crowd.inbox.is_some_and(|it| it.id == id);
        let away = self.sum(|crowd| if own(crowd) { crowd.absent() } else { 0.0 });
        let lie = |crowd: &super::Crowd<'_>| crowd.absent() * crowd.waiting();
        let all = self.sum(|crowd| if own(crowd) { lie(crowd) } else { 0.0 });
        let each = f(all / away.max(1e-9));
        format!("{} away × {each} of at most {} × {}", n(away), n(f64::from(most)), size(payload))
    }
}
