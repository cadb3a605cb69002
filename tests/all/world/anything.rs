//! Random small architectures under random timelines: whatever is combined, the books balance, the
//! same run is the same run, and no cause appears whose reason is not there.
use super::{
    chat::{bus_of, chat, clients, fanout_of, gateways, replay, secs},
    consumers::{count, run},
    fallback::{preferred, with_tier},
    inbox::with_inbox,
    sources::with_source,
};
use crate::property::cases;
use proptest::{prelude::*, sample::select};
use squall::{
    engine::{Law, Span, Time, number},
    node::parameters::{
        Acknowledged, Audience, Background, BlockedBy, Fallback, Guarantee, Http, Ids, Moves,
        Notify, OnStale, OverMemory, Parameters, PartitionKey, Reading, Rebalance, Rebuild, Resume,
        Route, SendBuffer, SessionState, Slow, Spread, Start, Tabs, Ticks, Transport, Visits,
        WhenFull, WhenSlow,
    },
    scenario::{Action, ActionKind, CrashKind, DropKind, Held, NodeId, Scenario},
    units::{Bandwidth, Bytes, Rate, Share},
};

/// What a bus and its readers are like.
#[derive(Clone, Debug)]
struct Tier {
    stores: bool,
    delivery: Guarantee,
    key: PartitionKey,
    rebalance: Rebalance,
    bound: Option<u32>,
    when_full: WhenFull,
    commit: u64,
    fetch: u64,
    copies: u16,
    route: Route,
    on_stale: OnStale,
}

fn tier() -> impl Strategy<Value = Tier> {
    let bus = (
        any::<bool>(),
        select(vec![Guarantee::AtLeastOnce, Guarantee::AtMostOnce]),
        select(vec![
            PartitionKey::Recipient,
            PartitionKey::Sender,
            PartitionKey::Room,
            PartitionKey::Random,
        ]),
        select(vec![Rebalance::Eager, Rebalance::Cooperative]),
        select(vec![None, Some(0), Some(3), Some(100)]),
        select(vec![WhenFull::Drop, WhenFull::Block]),
    );
    let readers = (
        select(vec![0_u64, 2, 5]),
        select(vec![0_u64, 50]),
        select(vec![1_u16, 3]),
        select(vec![
            Route::Registry,
            Route::ConsistentHash,
            Route::Broadcast,
            Route::RandomGateway,
        ]),
        select(vec![OnStale::LookUpAgain, OnStale::Buffer, OnStale::Drop]),
    );
    (bus, readers).prop_map(|(bus, readers)| {
        let (stores, delivery, key, rebalance, bound, when_full) = bus;
        let (commit, fetch, copies, route, on_stale) = readers;
        Tier {
            stores,
            delivery,
            key,
            rebalance,
            bound,
            when_full,
            commit,
            fetch,
            copies,
            route,
            on_stale,
        }
    })
}

/// How users send and are reached.
#[derive(Clone, Debug)]
struct Reach {
    /// Whether it pushes notifications.
    inbox: Option<bool>,
    visits: bool,
    window: Option<u64>,
    every: u16,
    dedup: bool,
    ids: Option<Ids>,
    /// 0: all are in one.
    room: Option<u32>,
    transport: Transport,
    /// The transports that it prefers, if it does, each with the share for whom it is blocked.
    prefer: Vec<(Transport, f64)>,
}

impl Reach {
    fn notify(&self) -> Option<Notify> {
        self.inbox?.then_some(Notify { opens: Share(0.5), after: Law::Constant(2e9) })
    }
}

fn reach() -> impl Strategy<Value = Reach> {
    let every = select(vec![1_u16, 1, 7]);
    let window = select(vec![None, None, Some(2_u64), Some(20)]);
    let ids = select(vec![None, Some(Ids::Idempotent), Some(Ids::New)]);
    let room = select(vec![None, None, Some(2_u32), Some(6), Some(0), Some(0)]);
    let inbox = select(vec![None, Some(false), Some(true)]);
    let transport = select(vec![
        Transport::Websocket,
        Transport::Sse,
        Transport::ShortPoll,
        Transport::LongPoll,
    ]);
    let flags = (inbox, any::<bool>(), any::<bool>());
    (flags, window, every, ids, room, transport, prefer()).prop_map(
        |((inbox, visits, dedup), window, every, ids, room, transport, prefer)| Reach {
            inbox,
            visits,
            window,
            every,
            dedup,
            ids,
            room,
            transport,
            prefer,
        },
    )
}

/// Half of the crowds prefer several transports.
fn prefer() -> impl Strategy<Value = Vec<(Transport, f64)>> {
    let ways = [Transport::Websocket, Transport::Sse, Transport::LongPoll];
    let shares = select(vec![0.0, 0.3, 1.0]);
    let orders = (0_usize..6, 0_usize..4, [shares.clone(), shares.clone(), shares]);
    (any::<bool>(), orders).prop_map(move |(prefers, (order, many, shares))| {
        let places = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]][order];
        let all = places.map(|place: usize| (ways[place], shares[place]));
        if prefers { all[..many].to_vec() } else { Vec::new() }
    })
}

/// What happens: when (s), and what.
fn event() -> impl Strategy<Value = (u64, ActionKind)> {
    let restart = select(vec![None, Some(secs(0)), Some(secs(3)), Some(secs(20))]);
    let crash = (select(vec![2_u8, 3, 4]), 0_u16..3, any::<bool>(), restart).prop_map(
        |(node, instance, host, restart)| {
            let kind = if host { CrashKind::Host } else { CrashKind::Process };
            ActionKind::Crash { node: NodeId(node), instances: vec![instance], kind, restart }
        },
    );
    let deploy = (select(vec![2_u8, 4]), 1_u16..3, 0_u64..8).prop_map(|(node, batch, startup)| {
        ActionKind::Deploy { node: NodeId(node), batch, startup: secs(startup) }
    });
    let kinds = select(vec![DropKind::Told, DropKind::Reset, DropKind::Silent]);
    let drop = (kinds, 0.0..1.0).prop_map(|(kind, share)| {
        let within = if kind == DropKind::Told { secs(5) } else { Span::ZERO };
        ActionKind::DropClients { node: NodeId(0), share: Share(share), kind, within }
    });
    let down = (select(vec![5_u8, 6]), 1_u64..60)
        .prop_map(|(node, lasts)| ActionKind::Down { node: NodeId(node), lasts: secs(lasts) });
    let slow = (select(vec![4_u8, 5, 6]), select(vec![0.5, 3.0, 1_000.0]), 1_u64..40).prop_map(
        |(node, factor, lasts)| ActionKind::Slow {
            node: NodeId(node),
            factor,
            lasts: Some(secs(lasts)),
        },
    );
    let ways = select(vec![Transport::Websocket, Transport::Sse, Transport::LongPoll]);
    let by = select(vec![BlockedBy::Swallow, BlockedBy::Refuse, BlockedBy::Strip]);
    let held = select(vec![Held::Keep, Held::Reset, Held::Silent]);
    let block =
        (ways, by, held, 0.0..1.5, 1_u64..40).prop_map(|(transport, by, held, share, lasts)| {
            let (node, share) = (NodeId(0), Share(f64::min(share, 1.0)));
            ActionKind::Block { node, transport, share, by, held, lasts: Some(secs(lasts)) }
        });
    let edge = (0_u64..10).prop_map(|downtime| ActionKind::BalancerRestart {
        node: NodeId(1),
        downtime: secs(downtime),
    });
    let what = prop_oneof![
        3 => crash, 2 => deploy, 2 => drop, 1 => down, 1 => slow, 1 => edge, 1 => block
    ];
    (1_u64..100, what)
}

fn scenario(
    tier: &Tier,
    events: Vec<(u64, ActionKind)>,
    (seed, resume, messages, retention, cold): (u64, bool, u16, u64, bool),
    reach: &Reach,
) -> Scenario {
    let mut scenario = chat(150, 3);
    if reach.inbox.is_some() {
        let mail = with_inbox(&mut scenario);
        (mail.messages, mail.retention, mail.notify) = (messages, secs(600), reach.notify());
    }
    (scenario.seed, scenario.settle) = (seed, secs(if seed.is_multiple_of(3) { 20 } else { 0 }));
    scenario.horizon = Time::ZERO + secs(120);
    scenario.warm_up = Time::ZERO + secs(10);
    let crowd = clients(&mut scenario);
    crowd.network.lifetime = Some(Law::Exponential { mean: 30e9 });
    crowd.sends.as_mut().unwrap().per_user = Rate(0.5);
    crowd.resume = if resume { Resume::LastSeenId } else { Resume::None };
    crowd.reconnect.attempts = Some(6);
    crowd.outbox = 2;
    crowd.visits = reach.visits.then_some(Visits {
        stay: Law::Exponential { mean: 20e9 },
        away: Law::Exponential { mean: 15e9 },
    });
    crowd.resume_window = reach.window.map(secs).filter(|_| resume);
    crowd.reading = Reading { acknowledge_every: reach.every, dedup: reach.dedup };
    crowd.sends.as_mut().unwrap().acknowledged =
        reach.ids.map(|ids| Acknowledged { retry_after: secs(3), ids });
    // Who polls has a mailbox.
    let comes = reach.visits || cold;
    let polls = resume && reach.window.is_none() && !(comes && reach.inbox.is_some());
    if match reach.transport {
        Transport::ShortPoll => polls,
        Transport::LongPoll => resume && reach.inbox.is_none(),
        Transport::Websocket | Transport::Sse => true,
    } {
        crowd.transport = reach.transport;
    }
    let sends = crowd.sends.as_mut().unwrap();
    match reach.room {
        None => {}
        Some(0) => (sends.to, sends.per_user) = (Audience::All, Rate(0.02)),
        Some(size) => sends.to = Audience::Room(size),
    }
    many(&mut scenario);
    let crowd = clients(&mut scenario);
    if cold {
        crowd.start = Start::Ramp(secs(3));
    }
    transports(&mut scenario, tier, reach, resume);
    browsers(&mut scenario);
    lives(&mut scenario);
    let pool = gateways(&mut scenario);
    pool.drain.moves = if seed % 2 == 0 { Moves::BreakFirst } else { Moves::MakeFirst };
    (pool.memory.over, pool.memory.restart) = (OverMemory::Die, Some(secs(4)));
    (pool.memory.per_connection, pool.memory.limit) = (Bytes(1_000), Bytes(110_000));
    let buffer = replay(&mut scenario);
    (buffer.messages, buffer.retention) = (messages, secs(retention));
    let bus = bus_of(&mut scenario);
    (bus.stores, bus.delivery, bus.key) = (tier.stores, tier.delivery, tier.key);
    (bus.partitions, bus.queues) = (6, if tier.stores { 6 } else { 2 });
    (bus.bound, bus.when_full, bus.max_block) = (tier.bound, tier.when_full, secs(2));
    (bus.rate, bus.fetch) = (Rate(40.0), Span::from_millis(tier.fetch));
    (bus.copies, bus.failover, bus.retention) = (tier.copies, secs(3), secs(15));
    bus.group.rebalance = tier.rebalance;
    bus.group.commit = secs(tier.commit);
    (bus.group.session_timeout, bus.group.pause) = (secs(8), secs(2));
    let fanout = fanout_of(&mut scenario);
    (fanout.instances, fanout.route, fanout.on_stale) = (3, tier.route, tier.on_stale);
    bounds(&mut scenario);
    outside(&mut scenario);
    for (place, (at, kind)) in events.into_iter().enumerate() {
        let at = Time::ZERO + secs(at);
        scenario.timeline.push(Action { at, name: format!("event-{place}"), kind });
    }
    scenario.timeline.sort_by_key(|action| action.at);
    scenario
}

/// What a crowd prefers, and whether there is a tier for those who fall back: by the bits of the
/// seed.
fn transports(scenario: &mut Scenario, tier: &Tier, reach: &Reach, resume: bool) {
    let seed = scenario.seed;
    let bit = |place: u32| seed >> place & 1 == 1;
    let mailbox = resume && reach.inbox.is_none();
    let ways = reach.prefer.iter().filter(|way| way.0 != Transport::LongPoll || mailbox);
    let ways: Vec<_> = ways.map(|&(way, blocked)| preferred(way, blocked)).collect();
    let Some(first) = ways.first().map(|way| way.transport) else { return };
    let crowd = clients(scenario);
    (crowd.transport, crowd.prefer) = (first, ways);
    crowd.fallback = Some(Fallback {
        try_timeout: secs(2),
        blocked_by: [BlockedBy::Swallow, BlockedBy::Refuse, BlockedBy::Strip]
            [usize::try_from(seed % 3).unwrap()],
        remember: if bit(6) { bit(7).then_some(secs(20)) } else { Some(Span::ZERO) },
    });
    if bit(8) && tier.route == Route::Registry {
        with_tier(scenario, 60);
    }
}

/// Whether users are tabs of browsers, and some of them hidden: by the bits of the seed.
fn browsers(scenario: &mut Scenario) {
    let seed = scenario.seed;
    let hidden = seed >> 9 & 1 == 1;
    let many = usize::try_from(seed % 5).unwrap().min(2);
    let crowd = clients(scenario);
    let tabs = [None, Some(Tabs::Constant(9)), Some(Tabs::Listed(vec![1, 4, 12]))];
    crowd.tabs.clone_from(&tabs[many]);
    let background = Background { share: Share(0.4), throttle: secs(7) };
    crowd.background = hidden.then_some(background);
    if seed % 7 < 3 {
        crowd.wire.http = Http::Two;
    }
}

/// How long connections live, how old they may get, and how long a request is held: by the bits of
/// the seed.
fn lives(scenario: &mut Scenario) {
    let seed = scenario.seed;
    let law = [
        Some(Law::Exponential { mean: 30e9 }),
        Some(Law::Exponential { mean: 30e9 }),
        Some(Law::Constant(25e9)),
        Some(Law::Uniform { low: 0.0, high: 40e9 }),
        None,
    ];
    let crowd = clients(scenario);
    crowd.network.lifetime.clone_from(&law[number::place(seed / 3 % 5)]);
    if seed & 1 == 1 {
        crowd.poll_hold = secs(3);
    }
    let old = (seed / 2).is_multiple_of(3);
    for node in &mut scenario.nodes {
        if let Parameters::Gateway(pool) = &mut node.parameters {
            pool.max_age = old.then_some(secs(12));
            pool.age_dither = secs(5);
        }
    }
}

/// How what is for many goes on, and who reads it slowly: by the bits of the seed.
fn many(scenario: &mut Scenario) {
    let seed = scenario.seed;
    let spreads = [Spread::Gateways, Spread::Gateways, Spread::OneByOne, Spread::Connections];
    fanout_of(scenario).spread = spreads[number::place(seed >> 6 & 3)];
    let slow = Slow { share: Share(0.3), drain: Bandwidth(300) };
    clients(scenario).slow = (seed >> 8 & 1 == 1).then_some(slow);
    let full = [WhenSlow::DropOldest, WhenSlow::Disconnect, WhenSlow::Grow];
    let when_full = full[number::place(seed % 3)];
    gateways(scenario).send_buffer = SendBuffer { size: Bytes(2_000), when_full };
}

/// What is bounded, lags, or keeps the state of sessions: by the bits of the seed.
fn bounds(scenario: &mut Scenario) {
    let seed = scenario.seed;
    let bit = |place: u32| seed >> place & 1 == 1;
    let fanout = fanout_of(scenario);
    fanout.in_flight = bit(1).then_some(2);
    fanout.retry_budget = bit(2).then_some(Share(0.1));
    let Parameters::Registry(registry) = &mut scenario.nodes[5].parameters else { panic!() };
    registry.replica_lag = if bit(3) { secs(3) } else { Span::ZERO };
    replay(scenario).bytes = bit(4).then_some(Bytes(1_000));
    let (cpu, latency) = (Span::from_millis(2), Span::from_millis(200));
    let rebuild = Rebuild { cpu, reads: 2, latency };
    let state = SessionState { bytes: Bytes(100), keep: secs(2), rebuild };
    gateways(scenario).session = bit(5).then_some(state);
}

/// Who else publishes, and whether the users do: by the bits of the seed. So little that no
/// partition falls behind by it.
fn outside(scenario: &mut Scenario) {
    let seed = scenario.seed;
    let bit = |place: u32| seed >> place & 1 == 1;
    if !bit(6) {
        return;
    }
    let law = |seconds: u64| Law::Constant(secs(seconds).float());
    let ticks = match seed % 3 {
        0 => Ticks::Every(Span::from_millis(50)),
        1 => Ticks::Rate(Rate(20.0)),
        _ => Ticks::Bursts { rate: Rate(40.0), on: law(5), off: law(5) },
    };
    let node = with_source(scenario, "ticker", ticks);
    with_source(scenario, "drip", Ticks::Rate(Rate(1.0)));
    let kind = ActionKind::Load { node, factor: 1.2, lasts: Some(secs(30)) };
    let at = Time::ZERO + secs(20);
    scenario.timeline.push(Action { at, name: "busy".to_owned(), kind });
    if bit(7) {
        clients(scenario).sends = None;
    }
}

fn touches(scenario: &Scenario, node: u8) -> bool {
    let kinds = scenario.timeline.iter().map(|action| &action.kind);
    kinds.into_iter().any(|kind| match kind {
        ActionKind::Crash { node: hit, .. }
        | ActionKind::Deploy { node: hit, .. }
        | ActionKind::Down { node: hit, .. } => hit.0 == node,
        _ => false,
    })
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn the_books_balance_whatever_happens(
        tier in tier(),
        events in prop::collection::vec(event(), 0..6),
        rest in (
            0_u64..1_000,
            any::<bool>(),
            1_u16..40,
            select(vec![1_u64, 10, 600]),
            any::<bool>(),
        ),
        reach in reach(),
    ) {
        let scenario = scenario(&tier, events, rest, &reach);
        // A run whose ledger or attempts do not add up panics here.
        let outcome = run(&scenario);
        prop_assert_eq!(outcome.fingerprint, run(&scenario).fingerprint);
        for ends in &outcome.ledger {
            prop_assert!(ends.adds_up());
        }
        // Who polls is in no registry.
        let measured = |name: &str| outcome.measures.iter().any(|measure| measure.name == name);
        let never = |name: &str, there: bool| {
            there || !measured(name) && name.starts_with("presence") || count(&outcome, name) == 0
        };
        let reads_twice = tier.stores && tier.delivery == Guarantee::AtLeastOnce;
        prop_assert!(never("lost.bus_overflow", tier.bound.is_some()));
        // Rooms are more than the bus can carry: it falls behind what it remembers.
        let behind = tier.stores && reach.room.is_some();
        let bus_lost = behind || touches(&scenario, 3) || touches(&scenario, 4);
        prop_assert!(never("lost.bus_lost", bus_lost));
        prop_assert!(never("lost.wrong_gateway", tier.route == Route::RandomGateway));
        prop_assert!(never("lost.registry_down", touches(&scenario, 5)));
        let lags = scenario.seed >> 3 & 1 == 1;
        prop_assert!(never("lost.falsely_offline", lags || touches(&scenario, 5)));
        let slow = scenario.seed >> 8 & 1 == 1;
        prop_assert!(never("lost.slow_consumer", slow));
        prop_assert!(never("lost.in_flight", scenario.seed >> 1 & 1 == 1));
        prop_assert!(never("lost.retry_budget", scenario.seed >> 2 & 1 == 1));
        prop_assert!(never("presence.vanished", touches(&scenario, 5)));
        prop_assert!(never("deliveries.replayed", rest.1));
        prop_assert!(never("deliveries.pulled", reach.inbox.is_some()));
        prop_assert!(never("deliveries.expired", rest.1));
        prop_assert!(never("lost.buffer_overflow", rest.1 || reach.inbox.is_some()));
        prop_assert!(never("lost.resume_expired", reach.window.is_some() && reach.inbox.is_none()));
        // Twice comes what is read twice by a consumer, by a live copy and the buffer, or is sent
        // twice.
        let twice = rest.1 || reads_twice && touches(&scenario, 4) || reach.ids.is_some();
        prop_assert!(never("deliveries.duplicates", twice));
        let shown = !reach.dedup || reach.ids == Some(Ids::New);
        prop_assert!(never("deliveries.duplicates_shown", shown));
    }
}
