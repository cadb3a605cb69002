//! A pool of gateways in lines: what each holds, how many are needed, what they can do.
use super::{
    Needs, Plan,
    crowd::Crowd,
    shared,
    sheet::{Sheet, Value, cores as plural, f, metric, n, s, size},
};
use crate::{
    engine::number,
    node::parameters::{Gateway, Policy, Transport},
    record::Unit,
    scenario::NodeId,
    summary::{
        figures,
        napkin::{Beside, Kind},
        rolling::Placing,
    },
};

/// A pool with all that its crowds do to it.
pub(super) struct Pool<'p> {
    pub(super) name: &'p str,
    pub(super) own: &'p Gateway,
    pub(super) policy: Policy,
    /// Instances.
    pub(super) count: f64,
    /// Connections over all instances.
    pub(super) held: f64,
    /// Those of them whose connection is dead, and nobody knows.
    pub(super) dead: f64,
    /// The most at once: more where all ask again together.
    peak: f64,
    /// Users who want one.
    pub(super) there: f64,
    /// CPU time of a handshake, in seconds.
    pub(super) work: f64,
    /// Cores in use in the steady state, over all instances.
    pub(super) busy: f64,
    /// Those of them that messages keep busy.
    messages: f64,
    /// Memory of a connection, or of a stream of one, on average, in bytes.
    weighs: u64,
    /// The shortest patience of its clients, in seconds.
    pub(super) patience: f64,
    /// Whether some of its clients connect for a poll.
    anew: bool,
    /// Whether all that it holds are requests.
    asks: bool,
    /// Whether a run samples its held requests in step with what answers them.
    in_step: bool,
}

impl Plan<'_> {
    pub(super) fn pool(&self, id: NodeId) -> Option<Pool<'_>> {
        let crowds = self.of_pool(id);
        let first = crowds.first()?;
        let own = first.pool.parameters;
        // Those who connect more often weigh more; where nobody does, all weigh the same.
        let weight = |crowd: &Crowd<'_>| crowd.handshakes() + 1e-9;
        let all: f64 = crowds.iter().map(|crowd| weight(crowd)).sum();
        let work = crowds.iter().map(|crowd| weight(crowd) * crowd.handshake_work()).sum::<f64>();
        let patience = |crowd: &&Crowd<'_>| crowd.patience();
        Some(Pool {
            name: first.pool.name,
            own,
            policy: first.balancer.parameters.policy,
            count: f64::from(own.count),
            held: crowds.iter().map(|crowd| crowd.placed()).sum(),
            dead: crowds.iter().map(|crowd| crowd.placed_dead()).sum(),
            peak: crowds.iter().map(|crowd| crowd.placed_at_most()).sum(),
            there: crowds.iter().map(|crowd| crowd.wants()).sum(),
            work: work / all,
            weighs: shared::weight(&crowds),
            busy: crowds.iter().map(|crowd| crowd.cores()).sum(),
            messages: crowds.iter().map(|crowd| crowd.cores_by_messages()).sum(),
            anew: crowds.iter().any(|crowd| crowd.opens_for_each()),
            asks: crowds.iter().all(|it| it.transport == Transport::LongPoll || it.placed() <= 0.0),
            in_step: crowds.iter().any(|crowd| crowd.polls_in_step()),
            patience: crowds.iter().map(patience).fold(f64::INFINITY, f64::min),
        })
    }

    pub(super) fn pool_lines(&self, id: NodeId, sheet: &mut Sheet) {
        let Some(pool) = self.pool(id) else { return };
        let several = self.pools().len() > 1;
        sheet.about(if several { pool.name } else { "" });
        if pool.held > 0.0 && pool.own.managed.is_none() {
            pool.holds(sheet);
            pool.needs(sheet);
        }
        pool.does(several, sheet);
        sheet.about("");
    }
}

/// How busy a CPU may be that lacks one instance: as `summary::board` brings budgets to.
const AIM: f64 = 0.7;

impl Plan<'_> {
    /// What the load needs, as if there were room for all of it.
    pub(super) fn needs(&self) -> Needs {
        let first = self.pools().first().and_then(|&id| self.pool(id));
        let gateways = first.map_or(1.0, |pool| {
            let most = f64::from(pool.own.most_of(pool.weighs)).max(1.0);
            let cores = f64::from(pool.own.cores).max(1.0) * AIM;
            (pool.there / most).ceil().max((pool.busy / cores).ceil()).max(1.0) + 1.0
        });
        let crowd = self.crowds.iter().find_map(|crowd| Some((crowd.fanout?, crowd.calls())));
        let fanouts = crowd.map_or(1.0, |(fanout, rate)| {
            let busy = rate * super::terms::mean(&fanout.parameters.service);
            (busy / (f64::from(fanout.parameters.concurrency).max(1.0) * AIM)).ceil().max(1.0) + 1.0
        });
        Needs { gateways, fanouts }
    }
}

impl Pool<'_> {
    /// Cores of all instances.
    fn cores(&self) -> f64 {
        self.count * f64::from(self.own.cores)
    }

    /// Handshakes a second of `instances`, with so large a share of the CPU; none if they cost
    /// nothing. Of a managed service its quota.
    pub(super) fn capacity(&self, instances: f64, share: f64) -> Option<f64> {
        if let Some(service) = &self.own.managed {
            return Some(service.new_connections.0);
        }
        let cores = instances * f64::from(self.own.cores) * share;
        (self.work > 0.0).then(|| cores / self.work)
    }

    /// The share of the CPU that heartbeats and messages leave.
    pub(super) fn free(&self) -> f64 {
        (1.0 - self.busy / self.cores().max(1.0)).clamp(0.01, 1.0)
    }

    /// The same of an instance that holds so many connections.
    pub(super) fn free_with(&self, level: f64) -> f64 {
        let full = level * self.count / self.held.max(1e-9);
        (1.0 - self.busy / self.cores().max(1.0) * full).clamp(0.01, 1.0)
    }

    /// How those are placed who lose their instance.
    pub(super) fn placing(&self) -> Placing {
        match self.policy {
            _ if self.asks => Placing::Anew,
            Policy::ConsistentHash { .. } => Placing::Ring,
            Policy::RoundRobin => Placing::Uniform,
            Policy::LeastConnections => Placing::Fewest,
        }
    }

    fn holds(&self, sheet: &mut Sheet) {
        let each = self.held / self.count.max(1.0);
        let per = number::float(self.weighs);
        let limit = number::float(self.own.memory.limit.0);
        let beside = |of: &str| {
            if self.in_step { Beside::Nothing } else { metric(format!("{}.{of}", self.name)) }
        };
        let of = beside("connections_per_instance.mean");
        let value = Value { number: each, unit: Unit::Count, kind: Kind::Connections, beside: of };
        let mut words = format!("N ÷ n = {} ÷ {}", n(self.held), f(self.count));
        if self.dead > 0.005 * self.held {
            words += &format!(", {} of all for dead connections", n(self.dead.round()));
        }
        if self.in_step {
            words += ", on average between two messages";
        }
        sheet.line("Connections a gateway", words, value);
        let beside = beside("memory.peak_per_instance");
        let most = self.peak / self.count.max(1.0);
        let value = Value { number: most * per, unit: Unit::Bytes, kind: Kind::Fullest, beside };
        let note = if limit > 0.0 {
            format!("{} of {}", figures::share(most * per / limit), size(limit))
        } else {
            String::new()
        };
        sheet.noted("Peak memory a gateway", format!("{} × {}", n(most), size(per)), value, note);
    }

    /// Connections that an instance can hold: those that it takes, or those from which on the
    /// kernel kills it.
    pub(super) fn most(&self) -> f64 {
        f64::from(self.own.most_of(self.weighs).min(self.own.fit_of(self.weighs)))
    }

    /// Connections that all instances can hold.
    pub(super) fn places(&self) -> f64 {
        self.most() * self.count
    }

    fn needs(&self, sheet: &mut Sheet) {
        let most = self.most();
        if most <= 0.0 {
            return;
        }
        let needed = (self.there / most).ceil().max(1.0);
        let value = |number| Value {
            number,
            unit: Unit::Count,
            kind: Kind::Capacity,
            beside: Beside::Nothing,
        };
        let words = format!("⌈N ÷ {}⌉ = ⌈{} ÷ {}⌉", self.bound(), n(self.there), n(most));
        sheet.line("Gateways for capacity", words, value(needed));
        let have = figures::counted(self.count, "is there", "are there");
        sheet.noted("Gateways with N−1", format!("{} + 1", f(needed)), value(needed + 1.0), have);
    }

    /// What bounds the connections of an instance.
    pub(super) fn bound(&self) -> &'static str {
        let most = self.own.most_of(self.weighs);
        if self.own.fit_of(self.weighs) < most {
            "memory"
        } else if most == self.own.max_connections {
            "limit"
        } else if most == self.own.descriptors {
            "descriptors"
        } else {
            "memory"
        }
    }

    fn does(&self, several: bool, sheet: &mut Sheet) {
        let cores = f64::from(self.own.cores);
        if let Some(all) = self.capacity(self.count, 1.0) {
            let words = match &self.own.managed {
                Some(_) => "quota of the service".to_owned(),
                None => {
                    let apart = if self.anew { ", a poll's connection: TLS alone" } else { "" };
                    format!("{} × {} ÷ {}{apart}", f(self.count), plural(cores), s(self.work))
                }
            };
            // Of polls that connect anew it is TLS alone.
            let apart = several || self.anew;
            let beside = if apart { Beside::Nothing } else { metric("handshakes.capacity") };
            let value = Value { number: all, unit: Unit::PerSecond, kind: Kind::Capacity, beside };
            sheet.line("Handshake capacity", words, value);
        }
        let share = self.busy / self.cores().max(1.0);
        if share > 0.0 {
            let words = format!(
                "{} cores busy of {} × {}",
                figures::figure(Unit::Ratio, self.busy),
                f(self.count),
                f(cores)
            );
            let beside = metric(format!("{}.cpu.mean", self.name));
            let value = Value { number: share, unit: Unit::Share, kind: Kind::Work, beside };
            sheet.line("CPU of the gateways", words, value);
            sheet.by_messages(self.messages / self.busy);
            let works = [self.work, self.own.cpu.app.seconds()];
            sheet.by_opening(works.map(|work| work / self.cores().max(1.0)));
        }
    }
}
