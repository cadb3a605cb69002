//! Gauges: what stands at the end of each tick.
use super::World;
use crate::{
    engine::{Span, Time, number},
    node::{Node, parameters::Transport, table::crowds::Crowds},
    record::{Gauge, Unit},
    scenario::Scenario,
};

/// The gauges of a world.
#[derive(Clone, Debug)]
pub(super) struct Gauges {
    tick: Span,
    next: Time,
    pub(super) online: Gauge,
    pub(super) ways: Vec<(Transport, Gauge)>,
    /// Tabs that wait in their browser, where browsers have several.
    pub(super) tabs: Option<Gauge>,
    pub(super) pools: Vec<Pool>,
    pub(super) fanouts: Vec<Fanouts>,
    pub(super) buses: Vec<Bus>,
}

/// The gauges of a gateway pool.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    pub(super) node: usize,
    pub(super) held: Gauge,
    pub(super) each: Vec<Gauge>,
    pub(super) cpu_mean: Gauge,
    pub(super) cpu_max: Gauge,
    pub(super) wait: Gauge,
    done: Vec<Span>,
}

/// The gauges of a fan-out.
#[derive(Clone, Debug)]
pub(super) struct Fanouts {
    pub(super) node: usize,
    pub(super) busy: Gauge,
    done: Span,
}

/// The gauge of a bus.
#[derive(Clone, Debug)]
pub(super) struct Bus {
    pub(super) node: usize,
    pub(super) backlog: Gauge,
}

impl Gauges {
    pub(super) fn new(scenario: &Scenario, nodes: &[Node], crowds: &Crowds) -> Self {
        let online = Gauge::new("", "connections", "online", Unit::Count);
        let next = Time::ZERO + scenario.tick;
        let (mut pools, mut fanouts, mut buses) = (Vec::new(), Vec::new(), Vec::new());
        for (place, (node, spec)) in nodes.iter().zip(&scenario.nodes).enumerate() {
            let gauge =
                |quantity, statistic: &str, unit| Gauge::new(&spec.name, quantity, statistic, unit);
            match node {
                Node::Gateway(pool) => pools.push(Pool {
                    node: place,
                    held: gauge("connections", "total", Unit::Count),
                    each: (0..pool.pool.len())
                        .map(|i| gauge("connections", &format!("{}-{i}", spec.name), Unit::Count))
                        .collect(),
                    cpu_mean: gauge("cpu", "mean", Unit::Share),
                    cpu_max: gauge("cpu", "max", Unit::Share),
                    wait: gauge("handshake_queue", "max", Unit::Seconds),
                    done: vec![Span::ZERO; pool.pool.len()],
                }),
                Node::Fanout(_) => fanouts.push(Fanouts {
                    node: place,
                    busy: gauge("cpu", "mean", Unit::Share),
                    done: Span::ZERO,
                }),
                Node::Pubsub(_) => {
                    buses
                        .push(Bus { node: place, backlog: gauge("backlog", "total", Unit::Count) });
                }
                Node::Clients(_) | Node::LoadBalancer(_) | Node::Registry(_) | Node::Buffer(_) => {}
            }
        }
        let ways = super::ways::gauges(crowds);
        let shared = crowds.rows().iter().any(|crowd| crowd.browsers.is_some());
        let tabs = shared.then(|| Gauge::new("", "tabs", "waiting", Unit::Count));
        Self { tick: scenario.tick, next, online, ways, tabs, pools, fanouts, buses }
    }

    /// When the gauges are read next.
    #[inline]
    pub(super) fn next(&self) -> Time {
        self.next
    }

    /// All gauges.
    pub(super) fn all(&self) -> impl Iterator<Item = &Gauge> {
        let pools = self.pools.iter().flat_map(|pool| {
            let each = pool.each.iter();
            [&pool.held].into_iter().chain(each).chain([&pool.cpu_mean, &pool.cpu_max, &pool.wait])
        });
        let fanouts = self.fanouts.iter().map(|fanout| &fanout.busy);
        let buses = self.buses.iter().map(|bus| &bus.backlog);
        let ways = self.ways.iter().map(|(_, gauge)| gauge);
        [&self.online]
            .into_iter()
            .chain(ways)
            .chain(&self.tabs)
            .chain(pools)
            .chain(fanouts)
            .chain(buses)
    }
}

impl World {
    /// Reads the gauges at every end of a tick up to `now`.
    #[inline(never)]
    pub(super) fn sample_until(&mut self, now: Time) {
        while self.gauges.next <= now && self.gauges.next <= self.record.horizon() {
            let at = self.gauges.next;
            let longest_wait = self.sample(at);
            self.check_recovery(at, longest_wait);
            self.gauges.next = at + self.gauges.tick;
        }
        if self.gauges.next > self.record.horizon() {
            self.gauges.next = Time::NEVER;
        }
    }

    /// Reads them at `at`; returns the longest wait for a gateway's CPU or in a bus.
    fn sample(&mut self, at: Time) -> Span {
        for place in 0..self.gauges.ways.len() {
            let online = self.online_by(self.gauges.ways[place].0);
            self.gauges.ways[place].1.values.push(f64::from(online));
        }
        let waiting = f64::from(self.connections.queues.waiting());
        self.gauges.tabs.iter_mut().for_each(|gauge| gauge.values.push(waiting));
        let Self { gauges, nodes, tiers, record, .. } = self;
        gauges.online.values.push(f64::from(record.online.now));
        let tick = gauges.tick.float();
        let mut longest = Span::ZERO;
        for gauge in &mut gauges.pools {
            let Node::Gateway(pool) = &nodes[gauge.node] else { continue };
            let (mut held, mut sum, mut max, mut wait) = (0.0, 0.0, 0.0f64, Span::ZERO);
            for (place, instance) in pool.pool.clone().enumerate() {
                let row = tiers.get(instance);
                gauge.each[place].values.push(f64::from(row.held));
                held += f64::from(row.held);
                let (done, queued) = pool.cpu(instance, at);
                let cores = f64::from(pool.parameters.cores);
                let share = (done - gauge.done[place]).float() / (tick * cores);
                gauge.done[place] = done;
                let idle = if tiers.serves(instance) { pool.idle_share(row.held) } else { 0.0 };
                let busy = (share * (1.0 - idle) + idle).min(1.0);
                sum += busy;
                max = max.max(busy);
                wait = wait.max(queued);
            }
            let count = number::float(number::count(pool.pool.len().max(1)));
            gauge.held.values.push(held);
            gauge.cpu_mean.values.push(sum / count);
            gauge.cpu_max.values.push(max);
            gauge.wait.values.push(wait.seconds());
            longest = longest.max(wait);
        }
        for gauge in &mut gauges.fanouts {
            let Node::Fanout(fanout) = &nodes[gauge.node] else { continue };
            let done = fanout.done(at).fold(Span::ZERO, |sum, done| sum + done);
            let (instances, servers) = fanout.size();
            let servers = number::float(number::count(instances * servers));
            gauge.busy.values.push((done - gauge.done).float() / (tick * servers));
            gauge.done = done;
        }
        for gauge in &mut gauges.buses {
            if let Node::Pubsub(bus) = &nodes[gauge.node] {
                gauge.backlog.values.push(bus.waiting(at));
                longest = longest.max(bus.longest_wait(at));
            }
        }
        longest
    }
}
