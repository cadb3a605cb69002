//! Gauges: what stands at the end of each tick.
use super::World;
use crate::{
    engine::{Span, Time, number},
    node::{
        Node,
        gateway::Gateway,
        parameters::Transport,
        table::{crowds::Crowds, feeds::Feeds, send_buffers::SendBuffers, tiers::Tiers},
    },
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
    /// Polls by what became of them, where somebody polls.
    polls: Option<Polls>,
    pub(super) pools: Vec<Pool>,
    pub(super) works: Vec<Works>,
    pub(super) buses: Vec<Bus>,
}

/// The polls that ended in a tick: those that found nothing, found something, failed.
#[derive(Clone, Debug)]
struct Polls {
    ends: [Gauge; 3],
    done: [u64; 3],
}

/// The gauges of a gateway pool.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    pub(super) node: usize,
    pub(super) held: Gauge,
    pub(super) each: Vec<Gauge>,
    /// Where connections do not all weigh the same: some read slowly, or share one.
    pub(super) memory: Option<Memory>,
    pub(super) cpu_mean: Gauge,
    pub(super) cpu_max: Gauge,
    pub(super) wait: Gauge,
    /// Handshakes that wait at the fullest door, where their number is bounded.
    door: Option<Gauge>,
    pub(super) capacity: Gauge,
    done: Vec<Span>,
}

/// The memory of a pool: of each instance, and of all together.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    pub(super) all: Gauge,
    pub(super) each: Vec<Gauge>,
}

/// How busy what works beside the gateways is: instances of a fan-out, partitions of a bus, the
/// store of a registry or a buffer.
#[derive(Clone, Debug)]
pub(super) struct Works {
    pub(super) node: usize,
    pub(super) mean: Gauge,
    pub(super) max: Gauge,
    /// How long what comes now would wait; none for a bus, which counts what waits in it.
    wait: Option<Gauge>,
    done: Vec<Span>,
}

/// What a node beside the gateways did and how long its queue is.
struct Work {
    done: Span,
    servers: usize,
    wait: Span,
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
        let (mut pools, mut works, mut buses) = (Vec::new(), Vec::new(), Vec::new());
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
                    memory: weighs(crowds, place).then(|| Memory {
                        all: gauge("memory", "total", Unit::Bytes),
                        each: (0..pool.pool.len())
                            .map(|i| gauge("memory", &format!("{}-{i}", spec.name), Unit::Bytes))
                            .collect(),
                    }),
                    cpu_mean: gauge("cpu", "mean", Unit::Share),
                    cpu_max: gauge("cpu", "max", Unit::Share),
                    wait: gauge("handshake_queue", "max", Unit::Seconds),
                    door: pool
                        .parameters
                        .accept_queue
                        .map(|_| gauge("accept_queue", "max", Unit::Count)),
                    capacity: gauge("handshakes", "capacity", Unit::PerSecond),
                    done: vec![Span::ZERO; pool.pool.len()],
                }),
                Node::Pubsub(_) => {
                    buses
                        .push(Bus { node: place, backlog: gauge("backlog", "total", Unit::Count) });
                }
                Node::Clients(_)
                | Node::LoadBalancer(_)
                | Node::Fanout(_)
                | Node::Registry(_)
                | Node::Buffer(_)
                | Node::Source(_) => {}
            }
            let stations = stations(node, Time::ZERO);
            if !stations.is_empty() {
                works.push(Works {
                    node: place,
                    mean: gauge("cpu", "mean", Unit::Share),
                    max: gauge("cpu", "max", Unit::Share),
                    wait: (!matches!(node, Node::Pubsub(_)))
                        .then(|| gauge("queue", "max", Unit::Seconds)),
                    done: vec![Span::ZERO; stations.len()],
                });
            }
        }
        let ways = super::ways::gauges(crowds);
        let shared = crowds.rows().iter().any(|crowd| crowd.browsers.is_some());
        let tabs = shared.then(|| Gauge::new("", "tabs", "waiting", Unit::Count));
        let polls = crowds.rows().iter().any(|crowd| crowd.poll.is_some()).then(Polls::new);
        Self { tick: scenario.tick, next, online, ways, tabs, polls, pools, works, buses }
    }

    /// When the gauges are read next.
    #[inline]
    pub(super) fn next(&self) -> Time {
        self.next
    }

    /// All gauges.
    pub(super) fn all(&self) -> impl Iterator<Item = &Gauge> {
        let pools = self.pools.iter().flat_map(|pool| {
            let Pool { held, each, cpu_mean, cpu_max, wait, door, capacity, .. } = pool;
            let memory = pool.memory.iter().flat_map(|it| [&it.all].into_iter().chain(&it.each));
            let busy = [cpu_mean, cpu_max, wait, capacity];
            [held].into_iter().chain(each).chain(memory).chain(busy).chain(door)
        });
        let works = self.works.iter();
        let works = works.flat_map(|it| [&it.mean, &it.max].into_iter().chain(&it.wait));
        let buses = self.buses.iter().map(|bus| &bus.backlog);
        let ways = self.ways.iter().map(|(_, gauge)| gauge);
        let polls = self.polls.iter().flat_map(|polls| &polls.ends);
        let waiting = ways.chain(&self.tabs).chain(polls);
        [&self.online].into_iter().chain(waiting).chain(pools).chain(works).chain(buses)
    }
}

/// Whether it is not the number of its connections alone that tells what a pool's memory takes.
fn weighs(crowds: &Crowds, pool: usize) -> bool {
    crowds.some_read_slowly_at(pool) || crowds.some_share_at(pool)
}

impl Polls {
    fn new() -> Self {
        let ends = ["empty", "full", "failed"].map(|end| Gauge::new("", "polls", end, Unit::Count));
        Self { ends, done: [0; 3] }
    }

    /// Reads how many have ended so far.
    fn sample(&mut self, done: [u64; 3]) {
        for (gauge, (now, before)) in self.ends.iter_mut().zip(done.iter().zip(self.done)) {
            gauge.values.push(number::float(now - before));
        }
        self.done = done;
    }
}

impl Memory {
    fn sample(&mut self, pool: &Gateway, tiers: &Tiers, feeds: &Feeds) {
        let mut all = 0.0;
        for (gauge, instance) in self.each.iter_mut().zip(pool.pool.clone()) {
            let taken = number::float(pool.memory(instance, tiers, feeds));
            gauge.values.push(taken);
            all += taken;
        }
        self.all.values.push(all);
    }

    /// The most that an instance took, in bytes.
    pub(super) fn peak(&self, pool: &Gateway, held_back: &SendBuffers) -> Option<f64> {
        let between = pool.pool.clone().map(|it| number::float(held_back.taken(it)));
        self.each.iter().filter_map(Gauge::peak).chain(between).reduce(f64::max)
    }
}

impl Works {
    /// Reads them over a tick of so long; `idle` is what refreshes take of their time. Returns the
    /// longest wait.
    fn sample(&mut self, node: &Node, at: Time, tick: f64, idle: f64) -> Span {
        let (mut sum, mut max, mut wait) = (0.0, 0.0_f64, Span::ZERO);
        let stations = stations(node, at);
        for (known, station) in self.done.iter_mut().zip(&stations) {
            let servers = number::float(number::count(station.servers));
            let share = (station.done - *known).float() / (tick * servers);
            *known = station.done;
            let busy = (share * (1.0 - idle) + idle).min(1.0);
            sum += busy;
            max = max.max(busy);
            wait = wait.max(station.wait);
        }
        let count = number::float(number::count(stations.len().max(1)));
        self.mean.values.push(sum / count);
        self.max.values.push(max);
        self.wait.iter_mut().for_each(|gauge| gauge.values.push(wait.seconds()));
        wait
    }
}

/// Each station beside the gateways: the working time that it has given so far, its servers, and
/// how long what comes now would wait for one.
fn stations(node: &Node, at: Time) -> Vec<Work> {
    let work = |(done, wait), servers| Work { done, servers, wait };
    match node {
        Node::Fanout(fanout) => {
            let servers = fanout.size().1;
            fanout.stations(at).map(|station| work(station, servers)).collect()
        }
        // A bus tells itself how long it keeps its messages.
        Node::Pubsub(bus) => bus.done(at).map(|done| work((done, Span::ZERO), 1)).collect(),
        Node::Registry(registry) => vec![work(registry.station(at), 1)],
        Node::Buffer(buffer) => vec![work(buffer.station(at), 1)],
        Node::Clients(_) | Node::LoadBalancer(_) | Node::Gateway(_) | Node::Source(_) => Vec::new(),
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

    /// Reads them at `at`; returns the longest wait in any queue.
    fn sample(&mut self, at: Time) -> Span {
        for place in 0..self.gauges.ways.len() {
            let online = self.online_by(self.gauges.ways[place].0);
            self.gauges.ways[place].1.values.push(f64::from(online));
        }
        let waiting = f64::from(self.connections.queues.waiting());
        self.gauges.tabs.iter_mut().for_each(|gauge| gauge.values.push(waiting));
        let Self { gauges, nodes, tiers, record, feeds, .. } = self;
        gauges.online.values.push(f64::from(record.online.now));
        gauges.polls.iter_mut().for_each(|gauge| gauge.sample(record.polls()));
        let tick = gauges.tick.float();
        let mut longest = Span::ZERO;
        for gauge in &mut gauges.pools {
            let Node::Gateway(pool) = &mut nodes[gauge.node] else { continue };
            if let Some(memory) = &mut gauge.memory {
                memory.sample(pool, tiers, feeds);
            }
            let (mut held, mut sum, mut max, mut wait) = (0.0, 0.0, 0.0f64, Span::ZERO);
            let mut serving = 0.0;
            for (place, instance) in pool.pool.clone().enumerate() {
                let row = tiers.get(instance);
                gauge.each[place].values.push(f64::from(row.held));
                held += f64::from(row.held);
                let (done, queued) = pool.cpu(instance, at);
                let cores = f64::from(pool.parameters.cores);
                let share = (done - gauge.done[place]).float() / (tick * cores);
                gauge.done[place] = done;
                let serves = tiers.serves(instance);
                let idle = if serves { pool.idle_share(row.held) } else { 0.0 };
                serving += if row.takes_in() { cores } else { 0.0 };
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
            gauge.door.iter_mut().for_each(|it| it.values.push(f64::from(pool.at_the_door(at))));
            // What they can do when they do nothing else; nothing where a handshake is no work.
            let each = pool.mean_handshake().seconds();
            gauge.capacity.values.push(if each > 0.0 { serving / each } else { f64::NAN });
            longest = longest.max(wait);
        }
        for gauge in &mut gauges.works {
            let node = &nodes[gauge.node];
            let idle = match node {
                Node::Registry(registry) => registry.refreshing(record),
                _ => 0.0,
            };
            longest = longest.max(gauge.sample(node, at, tick, idle));
        }
        for gauge in &mut gauges.buses {
            if let Node::Pubsub(bus) = &nodes[gauge.node] {
                gauge.backlog.values.push(bus.waiting(at));
                longest = longest.max(bus.longest_wait(at));
            }
        }
        longest
    }

    /// Most attempts in one second over the handshakes that the instances which take connections in
    /// then can do. A second in which none does has nothing to be held against.
    pub(super) fn peak_over_capacity(&self) -> Option<f64> {
        self.held_against().map(|(many, rate)| many / rate).reduce(f64::max)
    }

    /// All attempts over those handshakes, in the same seconds.
    pub(super) fn mean_over_capacity(&self) -> Option<f64> {
        let sum = |(all, can), (many, rate)| (all + many, can + rate);
        let (many, rate): (f64, f64) = self.held_against().fold((0.0, 0.0), sum);
        (rate > 0.0).then(|| many / rate)
    }

    /// The attempts of each second of the run in which one takes connections in, and the handshakes
    /// that those can do who do so as it ends.
    fn held_against(&self) -> impl Iterator<Item = (f64, f64)> {
        let mut pools = self.handshakes();
        let mut changes = self.tiers.changes().iter().peekable();
        let seconds = self.record.horizon().nanos().div_ceil(SECOND);
        let attempts = self.record.attempts_a_second.iter().copied().chain(std::iter::repeat(0));
        attempts.zip(1..=seconds).filter_map(move |(many, end)| {
            while let Some(change) = changes.next_if(|it| it.at.nanos() < end * SECOND) {
                let own = pools.iter_mut().find(|pool| pool.node == usize::from(change.pool));
                own.into_iter().for_each(|it| it.serve += if change.takes_in { 1.0 } else { -1.0 });
            }
            let rate: f64 = pools.iter().map(|pool| pool.serve * pool.each).sum();
            (rate > 0.0).then(|| (f64::from(many), rate))
        })
    }

    /// What each pool can do as long as all of its instances take them; those where a handshake is
    /// no work are left out.
    fn handshakes(&self) -> Vec<Serving> {
        let all = self.nodes.iter().enumerate().filter_map(|(node, it)| match it {
            Node::Gateway(pool) => Some((node, pool)),
            _ => None,
        });
        let of = |(node, pool): (usize, &Gateway)| {
            if let Some(service) = &pool.parameters.managed {
                return Serving { node, serve: 1.0, each: service.new_connections.0 };
            }
            let each = f64::from(pool.parameters.cores) / pool.mean_handshake().seconds();
            Serving { node, serve: number::float(number::count(pool.pool.len())), each }
        };
        all.map(of).filter(|it| it.each.is_finite()).collect()
    }

    /// Handshakes a second that all gateways together can do when they do nothing else; none where
    /// one of them can do any number.
    pub(super) fn handshake_capacity(&self) -> Option<f64> {
        let pools = self.nodes.iter().filter(|node| matches!(node, Node::Gateway(_))).count();
        let known = self.handshakes();
        let all = known.iter().map(|pool| pool.serve * pool.each).sum();
        (known.len() == pools).then_some(all)
    }
}

/// Nanoseconds of a second.
const SECOND: u64 = 1_000_000_000;

/// The instances of a pool that take connections in.
struct Serving {
    /// Its node.
    node: usize,
    /// How many there are.
    serve: f64,
    /// Handshakes a second of one.
    each: f64,
}
