//! A bus with partitions and a consumer group, computed the plain way: for each message the times
//! at which its copies reach their recipient, from a list of who waits in which partition. Nothing
//! is shared with the simulator but its draws.
use super::{
    chat::{bus_of, chat, clients, fanout_of, gateways, secs},
    consumers::{count, run},
};
use crate::property::cases;
use proptest::{prelude::*, sample::select};
use squall::{
    engine::{
        Draws, Law, Span, Time,
        draws::{below, hash, mix},
        number,
    },
    node::{
        Purpose,
        parameters::{Guarantee, Parameters, PartitionKey, Rebalance, Resume},
        table::messages::Stage,
    },
    record::Trace,
    scenario::{Action, ActionKind, CrashKind, NodeId, Scenario},
    units::Rate,
    world::trace,
};
use std::collections::BTreeMap;

/// A round trip, a multiple of the unit in which the tables keep it.
const ROUND_TRIP: u64 = 1_024 * 50_000;
/// From a client to its gateway, or back: half a round trip and the link behind the balancer.
const WAY: u64 = ROUND_TRIP / 2 + 500_000;
/// The links of the chat.
const TO_BUS: u64 = 1_000_000;
const TO_FANOUT: u64 = 2_000_000;
/// From the fan-out to the registry, and the same back.
const LOOK_UP: u64 = 500_000;
const TO_GATEWAY: u64 = 1_000_000;
/// Keeps a user's partition independent of its place on a ring.
const SPREAD: u64 = 0x5851_F42D_4C95_7F2D;
const HORIZON: u64 = 60_000_000_000;

/// What a case is about; times in ns.
#[derive(Clone, Debug)]
struct Case {
    users: u32,
    /// Messages a second of all users, and how many times that the partitions can serve.
    rate: f64,
    room: f64,
    partitions: u32,
    consumers: u16,
    key: PartitionKey,
    delivery: Guarantee,
    rebalance: Rebalance,
    crash: u64,
    session_timeout: u64,
    heartbeat: u64,
    pause: u64,
    commit: u64,
    /// Between two reads of a partition; 0: each message at once.
    fetch: u64,
    /// Whether the consumer is back before its session is over.
    back: bool,
    seed: u64,
}

impl Case {
    fn service(&self) -> u64 {
        number::whole(1e9 * f64::from(self.partitions) / (self.rate * self.room))
    }

    /// The chat without any work but the partitions', and with links that always take the same.
    fn scenario(&self) -> Scenario {
        let mut scenario = chat(self.users, 4);
        (scenario.horizon, scenario.seed) = (Time::from_nanos(HORIZON), self.seed);
        let crowd = clients(&mut scenario);
        (crowd.network.lifetime, crowd.resume) = (None, Resume::None);
        crowd.network.rtt = Law::Constant(number::float(ROUND_TRIP));
        crowd.sends.as_mut().unwrap().per_user = Rate(self.rate / f64::from(self.users));
        let cpu = &mut gateways(&mut scenario).cpu;
        (cpu.receive, cpu.push, cpu.idle) = (Span::ZERO, Span::ZERO, 0.0);
        let fanout = fanout_of(&mut scenario);
        (fanout.instances, fanout.service) = (self.consumers, Law::Constant(0.0));
        if let Parameters::Registry(registry) = &mut scenario.nodes[5].parameters {
            registry.rate = Rate(1e12);
        }
        self.set_bus(&mut scenario);
        let restart = self.back.then(|| Span::from_nanos(self.session_timeout / 4));
        let (node, kind) = (NodeId(4), CrashKind::Process);
        let kind = ActionKind::Crash { node, instances: vec![1], kind, restart };
        let at = Time::from_nanos(self.crash);
        scenario.timeline.push(Action { at, name: "crash".to_owned(), kind });
        scenario
    }

    fn set_bus(&self, scenario: &mut Scenario) {
        let bus = bus_of(scenario);
        (bus.partitions, bus.queues) = (self.partitions, self.partitions);
        (bus.key, bus.delivery) = (self.key, self.delivery);
        bus.rate = Rate(1e9 / number::float(self.service()));
        // Wide enough that no two copies come at the same nanosecond.
        bus.latency = Law::Uniform { low: 5e6, high: 9e6 };
        bus.fetch = Span::from_nanos(self.fetch);
        let group = &mut bus.group;
        group.rebalance = self.rebalance;
        group.session_timeout = Span::from_nanos(self.session_timeout);
        group.heartbeat = Span::from_nanos(self.heartbeat);
        (group.pause, group.commit) = (Span::from_nanos(self.pause), Span::from_nanos(self.commit));
    }
}

/// A message as the bus takes it in; its place in the log is that in the list.
#[derive(Clone, Copy)]
struct Taken {
    at: u64,
    to: u32,
    partition: u32,
    /// Inside the bus, behind the queue.
    latency: u64,
}

/// What became of them: when the copies of each came, by its place in the log.
struct Delivered {
    log: Vec<Taken>,
    copies: Vec<Vec<u64>>,
    lost: u64,
}

impl Delivered {
    /// A copy is with the fan-out at a time, and nothing holds it up any more.
    fn arrives(&mut self, place: usize, at_the_fanout: u64) {
        let at = at_the_fanout + 2 * LOOK_UP + TO_GATEWAY + WAY;
        if at < HORIZON {
            self.copies[place].push(at);
        }
    }

    /// Copies that reached somebody who had the message.
    fn duplicates(&self) -> u64 {
        self.copies.iter().map(|times| number::count(times.len().saturating_sub(1))).sum()
    }

    /// When each message first came: (time, recipient, place).
    fn first(&self) -> Vec<(u64, u32, u32)> {
        let come = self.copies.iter().enumerate();
        let come = come.filter_map(|(place, times)| {
            times.iter().min().map(|&at| (at, self.log[place].to, number::row(place) + 1))
        });
        let mut come: Vec<_> = come.collect();
        come.sort_unstable();
        come
    }

    /// Those that came after one of the same recipient with a later place.
    fn reordered(&self) -> u64 {
        let mut latest: BTreeMap<u32, u32> = BTreeMap::new();
        let mut reordered = 0;
        for (_, to, place) in self.first() {
            let latest = latest.entry(to).or_default();
            reordered += u64::from(*latest > place);
            *latest = place.max(*latest);
        }
        reordered
    }
}

/// So much of a length of time.
fn part(nanos: u64, share: f64) -> u64 {
    number::whole(number::float(nanos) * share)
}

/// When the dead consumer last committed.
fn committed(case: &Case, draws: &Draws) -> u64 {
    if case.commit == 0 {
        return case.crash;
    }
    let first = part(case.commit, draws.unit(Purpose::Consumer, 1, 0));
    let commits = (0..).map(|k| first + k * case.commit).take_while(|&at| at <= case.crash);
    commits.last().unwrap_or(0)
}

/// When the group takes it for gone.
fn missed(case: &Case, draws: &Draws) -> u64 {
    let heard = part(case.heartbeat, draws.unit(Purpose::Consumer, 1, 1));
    case.crash + case.session_timeout - heard
}

fn log(case: &Case, trace: &Trace, draws: &Draws) -> Vec<Taken> {
    let salt = hash("phones");
    let of_user = |user: u32| below(mix(mix(salt ^ u64::from(user)) ^ SPREAD), case.partitions);
    let taken = |(k, &(sent, from, to)): (usize, &(Time, u32, u32))| {
        let entity = salt ^ number::count(k);
        let inside = draws.unit(Purpose::Message, entity, Stage::Bus as u32);
        Taken {
            at: sent.nanos() + WAY + TO_BUS,
            to,
            partition: match case.key {
                PartitionKey::Recipient => of_user(to),
                PartitionKey::Sender => of_user(from),
                PartitionKey::Room => unreachable!("nobody here sends to rooms"),
                PartitionKey::Random => draws.below(Purpose::Partition, entity, case.partitions),
            },
            latency: number::whole(5e6 + 4e6 * inside),
        }
    };
    trace.sends.iter().enumerate().map(taken).collect()
}

/// One partition: a server, and from when until when nobody reads it.
struct Partition<'c> {
    case: &'c Case,
    committed: u64,
    orphaned: bool,
    stopped: (u64, u64),
    /// When its consumer first asks for messages, if it asks at intervals.
    phase: u64,
    /// When its server is free, and when its last message left.
    free: u64,
    left: u64,
}

impl Partition<'_> {
    /// When a message that it reads at `now` is with the fan-out.
    fn read(&mut self, now: u64, message: &Taken) -> u64 {
        self.free = self.free.max(now) + self.case.service();
        let mut ready = self.free + message.latency;
        if self.case.fetch > 0 {
            ready = self.phase
                + ready.saturating_sub(self.phase).div_ceil(self.case.fetch) * self.case.fetch;
        }
        // None overtakes another.
        self.left = ready.max(self.left + 1);
        self.left + TO_FANOUT
    }

    /// Those of one partition, by their places; adds the arrivals of their copies to `all`.
    fn deliver(mut self, places: &[usize], all: &mut Delivered) {
        let least = self.case.delivery == Guarantee::AtLeastOnce;
        let (stop, resume) = self.stopped;
        let mut waiting = Vec::new();
        let before = places.partition_point(|&place| all.log[place].at < stop);
        for &place in &places[..before] {
            let message = all.log[place];
            let there = self.read(message.at, &message);
            let left = there - TO_FANOUT <= stop;
            let in_hand = self.orphaned && left && there + LOOK_UP >= stop;
            if left && !in_hand {
                all.arrives(place, there);
            }
            let again = self.orphaned && least && there > self.committed;
            if !left || (in_hand && least) || again {
                waiting.push(place);
            } else if in_hand {
                all.lost += 1;
            }
        }
        let meanwhile = places[before..].partition_point(|&place| all.log[place].at < resume);
        let (meanwhile, after) = places[before..].split_at(meanwhile);
        (self.free, self.left) = (resume, self.left.min(stop));
        for &place in waiting.iter().chain(meanwhile) {
            let there = self.read(resume, &all.log[place]);
            all.arrives(place, there);
        }
        for &place in after {
            let there = self.read(all.log[place].at, &all.log[place]);
            all.arrives(place, there);
        }
    }
}

/// Everything that is delivered, the plain way.
fn plainly(case: &Case, trace: &Trace) -> Delivered {
    let draws = Draws::new(case.seed, 0, "bus");
    let log = log(case, trace, &draws);
    let mut all = Delivered { copies: vec![Vec::new(); log.len()], log, lost: 0 };
    let (missed, committed) = (missed(case, &draws), committed(case, &draws));
    let dealt = missed + case.pause;
    for number in 0..case.partitions {
        let orphaned = number % u32::from(case.consumers) == 1;
        let stopped = match case.rebalance {
            _ if orphaned => (case.crash, dealt),
            Rebalance::Eager => (missed, dealt),
            Rebalance::Cooperative => (HORIZON, HORIZON),
        };
        let mine = |place: &usize| all.log[*place].partition == number;
        let places: Vec<usize> = (0..all.log.len()).filter(mine).collect();
        let unit = draws.unit(Purpose::Consumer, 1 << 32 | u64::from(number), 0);
        let phase = part(case.fetch, unit);
        let idle = Partition { case, committed, orphaned, stopped, phase, free: 0, left: 0 };
        idle.deliver(&places, &mut all);
    }
    all
}

fn case() -> impl Strategy<Value = Case> {
    let second = 1_000_000_000_u64;
    let load = (3_u32..200, 20.0..400.0, 1.2..5.0, 2_u32..24, 2_u16..6);
    let bus = (
        select(vec![PartitionKey::Recipient, PartitionKey::Sender, PartitionKey::Random]),
        select(vec![Guarantee::AtLeastOnce, Guarantee::AtLeastOnce, Guarantee::AtMostOnce]),
        select(vec![Rebalance::Eager, Rebalance::Cooperative]),
    );
    let times = (
        8 * second..30 * second,
        second..12 * second,
        0.0..0.5,
        prop_oneof![Just(0), 0..5 * second],
        prop_oneof![1 => Just(0), 5 => second / 10..12 * second],
    );
    let fetch = prop_oneof![Just(0), second / 100..second / 2];
    let rest = (fetch, any::<bool>(), any::<u64>());
    (load, bus, times, rest).prop_map(|(load, bus, times, (fetch, back, seed))| {
        let (users, rate, room, partitions, consumers) = load;
        let (key, delivery, rebalance) = bus;
        let (crash, session_timeout, beats, pause, commit) = times;
        let heartbeat = part(session_timeout, beats);
        let partitions = partitions.max(u32::from(consumers));
        Case {
            users,
            rate,
            room,
            partitions,
            consumers,
            key,
            delivery,
            rebalance,
            crash,
            session_timeout,
            heartbeat,
            pause,
            commit,
            fetch,
            back,
            seed,
        }
    })
}

/// Holds a run against the plain computation; returns its duplicates and reorderings.
fn check(case: &Case) -> Result<(u64, u64), TestCaseError> {
    let scenario = case.scenario();
    let (outcome, trace) = (run(&scenario), trace(&scenario, 0));
    let plain = plainly(case, &trace);
    let first = plain.first();
    let tied = |pair: &[(u64, u32, u32)]| pair[0].0 == pair[1].0 && pair[0].1 == pair[1].1;
    prop_assert!(!first.windows(2).any(tied), "two of a user at the same nanosecond");
    let mut found: Vec<_> =
        trace.arrivals.iter().map(|&(at, to, place)| (at.nanos(), to, place)).collect();
    found.sort_unstable();
    let differs = found.iter().zip(&first).find(|(found, plain)| found != plain);
    prop_assert!(differs.is_none(), "found and plain: {differs:?}");
    prop_assert_eq!(count(&outcome, "deliveries.live"), number::count(first.len()));
    prop_assert_eq!(count(&outcome, "deliveries.lost"), plain.lost);
    prop_assert_eq!(count(&outcome, "deliveries.duplicates"), plain.duplicates());
    prop_assert_eq!(count(&outcome, "deliveries.reordered"), plain.reordered());
    Ok((plain.duplicates(), plain.reordered()))
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn a_rebalance_delivers_what_the_plain_bus_delivers(case in case()) {
        check(&case)?;
    }
}

/// A case whose counts are large, under each key.
#[test]
fn many_duplicates_and_reorderings_are_counted_alike() {
    for (key, reorders) in [
        (PartitionKey::Recipient, false),
        (PartitionKey::Sender, true),
        (PartitionKey::Random, true),
    ] {
        let case = Case {
            users: 60,
            rate: 600.0,
            room: 1.6,
            partitions: 12,
            consumers: 3,
            key,
            delivery: Guarantee::AtLeastOnce,
            rebalance: Rebalance::Eager,
            crash: 20_123_456_789,
            session_timeout: secs(8).nanos(),
            heartbeat: secs(2).nanos(),
            pause: secs(2).nanos(),
            commit: secs(6).nanos(),
            fetch: 0,
            back: false,
            seed: 3,
        };
        let (duplicates, reordered) = check(&case).unwrap();
        assert!(duplicates > 100, "{key:?}: {duplicates}");
        assert_eq!(reordered > 1_000, reorders, "{key:?}: {reordered}");
    }
}

/// A read finds several messages of a user at once, and hands them on in the order of the log.
#[test]
fn a_read_of_many_messages_keeps_their_order() {
    let mut scenario = chat(50, 4);
    let crowd = clients(&mut scenario);
    (crowd.network.lifetime, crowd.resume) = (None, Resume::None);
    crowd.sends.as_mut().unwrap().per_user = Rate(10.0);
    bus_of(&mut scenario).fetch = Span::from_millis(500);
    let outcome = run(&scenario);
    assert!(count(&outcome, "deliveries.live") > 50_000);
    // An instance works on eight messages at once: two of one user may end together.
    assert!(count(&outcome, "deliveries.reordered") < 600);
}
