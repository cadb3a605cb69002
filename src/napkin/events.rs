//! Entries of the timeline in lines: whom they hit, how large the herd is, how long it takes.
use super::{
    Crowd, Plan,
    pool::Pool,
    sheet::{Sheet, Value, f, metric, n, s},
};
use crate::{
    engine::number,
    node::parameters::{Guarantee, Parameters, Rebalance},
    record::Unit,
    scenario::{Action, ActionKind, Held, NodeId},
    summary::{
        figures,
        napkin::{Beside, Kind},
    },
};

impl Plan<'_> {
    pub(super) fn event_lines(&self, action: &Action, sheet: &mut Sheet) {
        sheet.about(&action.name);
        match &action.kind {
            ActionKind::Deploy { node, batch, startup } => {
                if let Some(deploy) = self.deploy(*node, *batch) {
                    deploy.lines(&action.name, startup.seconds(), sheet);
                }
            }
            ActionKind::Crash { node, instances, .. } => {
                let gone = number::float(number::count(instances.len()));
                match self.pool(*node) {
                    Some(pool) => pool.crash_lines(&action.name, gone, sheet),
                    None => self.consumer_lines(*node, gone, sheet),
                }
            }
            ActionKind::DropClients { node, share, .. } => {
                let own = || self.crowds.iter().filter(|crowd| crowd.clients.id == *node);
                let held: f64 = own().map(Crowd::connected).sum();
                let first = own().find(|crowd| crowd.held > 0.0);
                if let Some(crowd) = first {
                    let words = format!("{} of {}", figures::share(share.0), n(held));
                    let pool = self.pool(crowd.pool.id);
                    herd_lines(&action.name, words, held * share.0, pool.as_ref(), 0.0, sheet);
                }
            }
            ActionKind::Block {
                node, transport, share, held: Held::Reset | Held::Silent, ..
            } => {
                self.block_lines(&action.name, *node, *transport, share.0, sheet);
            }
            ActionKind::BalancerRestart { node, .. } => {
                let here = |crowd: &&Crowd<'_>| crowd.balancer.id == *node;
                let held: f64 = self.crowds.iter().filter(here).map(Crowd::connected).sum();
                let pool = self.crowds.iter().find(here).and_then(|it| self.pool(it.pool.id));
                if held > 0.0 {
                    let words = format!("all {}", n(held));
                    herd_lines(&action.name, words, held, pool.as_ref(), 0.0, sheet);
                }
            }
            ActionKind::Load { .. }
            | ActionKind::Block { held: Held::Keep, .. }
            | ActionKind::Down { .. }
            | ActionKind::Slow { .. }
            | ActionKind::Mark { .. } => {}
        }
        sheet.about("");
    }

    /// What waits on the bus while consumers are missing, and how long it takes to work it off.
    fn consumer_lines(&self, node: NodeId, gone: f64, sheet: &mut Sheet) {
        let Parameters::Fanout(own) = &self.scenario.nodes[usize::from(node.0)].parameters else {
            return;
        };
        let here = |crowd: &&Crowd<'_>| crowd.fanout.is_some_and(|it| it.id == node);
        let Some(bus) = self.crowds.iter().find(here).and_then(|crowd| crowd.bus) else { return };
        let (group, rate) = (bus.parameters.group, self.published(bus.id));
        let share = (gone / f64::from(own.instances.max(1))).min(1.0);
        let missed = group.session_timeout.seconds() - group.heartbeat.seconds() / 2.0;
        let stops = match group.rebalance {
            Rebalance::Eager => 1.0,
            Rebalance::Cooperative => share,
        };
        // What was read and not committed is read again.
        let again = match bus.parameters.delivery {
            Guarantee::AtLeastOnce => group.commit.seconds() / 2.0,
            Guarantee::AtMostOnce => 0.0,
        };
        let waits = rate * (share * (missed.max(0.0) + again) + stops * group.pause.seconds());
        if waits <= 0.0 {
            return;
        }
        let words = format!(
            "λ × ({} × {} to notice + {} × {} to deal out)",
            figures::share(share),
            s(missed.max(0.0)),
            figures::share(stops),
            s(group.pause.seconds()),
        );
        let words = if again > 0.0 {
            format!("{words} + {} × {} read again", figures::share(share), s(again))
        } else {
            words
        };
        let beside = metric("backlog.peak");
        let value = Value { number: waits, unit: Unit::Count, kind: Kind::Work, beside };
        sheet.line("Backlog", words, value);
        let left = 1.0 - share;
        let spare = self.fanout_load(node).map(|(rate, all)| all * left - rate);
        if let Some(spare) = spare.filter(|spare| *spare > 0.0) {
            let words = format!("backlog ÷ (µ − λ) = {} ÷ {}/s", n(waits), n(spare));
            let beside = Beside::AtLeast("backlog.drain".to_owned());
            let value =
                Value { number: waits / spare, unit: Unit::Seconds, kind: Kind::Duration, beside };
            sheet.line("Drained in", words, value);
        }
    }
}

impl Pool<'_> {
    /// Users of crashed instances come to the others.
    fn crash_lines(&self, name: &str, gone: f64, sheet: &mut Sheet) {
        if self.held <= 0.0 {
            return;
        }
        let gone = gone.min(self.count);
        let words = format!("{} × N/n = {} × {}", f(gone), f(gone), n(self.held / self.count));
        let hit = gone * self.held / self.count.max(1.0);
        herd_lines(name, words, hit, Some(self), gone, sheet);
        let left = self.count - gone;
        if left > 0.0 {
            let value = Value {
                number: self.held / left,
                unit: Unit::Count,
                kind: Kind::Fullest,
                beside: Beside::Nothing,
            };
            let words = format!("N ÷ (n − {}) = {} ÷ {}", f(gone), n(self.held), f(left));
            let most = self.most();
            let note = format!("{} allows {}", self.bound(), n(most));
            sheet.noted("Connections each after it", words, value, note);
        }
    }
}

/// Those who are hit, and how fast they can be back at best.
pub(super) fn herd_lines(
    name: &str,
    words: String,
    hit: f64,
    pool: Option<&Pool<'_>>,
    gone: f64,
    sheet: &mut Sheet,
) {
    let beside = metric(format!("recovery.{name}.hit"));
    let value = Value { number: hit, unit: Unit::Count, kind: Kind::Hit, beside };
    sheet.line("Herd", words, value);
    let rate = pool.and_then(|pool| pool.capacity(pool.count - gone, pool.free()));
    if let Some(rate) = rate.filter(|rate| *rate > 0.0) {
        let words = format!("herd ÷ free capacity = {} ÷ {}/s", n(hit), n(rate));
        let beside = Beside::AtLeast(format!("recovery.{name}.all"));
        let value = Value { number: hit / rate, unit: Unit::Seconds, kind: Kind::Duration, beside };
        sheet.line("Shortest recovery", words, value);
    }
}
