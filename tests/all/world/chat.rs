//! The brief's chat architecture, built without files.
use squall::{
    engine::{Law, Span, Time},
    node::parameters::{
        Answer, Audience, Buffer, Clients, Cpu, Drain, DrainBy, Fanout, Gateway, Group, Guarantee,
        Heads, HealthCheck, Heartbeat, Http, Jitter, LoadBalancer, Memory, Moves, Network, On503,
        OnStale, OverMemory, Parameters, PartitionKey, Policy, Pubsub, Reading, Rebalance,
        Reconnect, Refusal, Registry, Resume, Route, Scope, SendBuffer, Sends, Spread, Start,
        Transport, WhenFull, WhenSlow, Wire,
    },
    scenario::{Action, ActionKind, CrashKind, DropKind, Link, Node, NodeId, Scenario},
    units::{Bytes, Rate, Share},
};

/// Nodes: 0 phones, 1 edge, 2 gateways, 3 bus, 4 fanout, 5 presence, 6 replay.
pub(crate) fn chat(users: u32, gateways: u16) -> Scenario {
    let nodes = [
        ("phones", Parameters::Clients(phones(users))),
        ("edge", Parameters::LoadBalancer(edge())),
        ("gateways", Parameters::Gateway(pool(gateways))),
        ("bus", Parameters::Pubsub(bus())),
        ("fanout", Parameters::Fanout(fanout())),
        ("presence", Parameters::Registry(registry())),
        ("replay", Parameters::Buffer(buffer())),
    ];
    let links = [
        (0, 1, None),
        (1, 2, Some(500_000.0)),
        (2, 3, Some(1e6)),
        (3, 4, Some(2e6)),
        (4, 2, Some(1e6)),
        (2, 5, Some(5e5)),
        (4, 5, Some(5e5)),
        (2, 6, Some(5e5)),
        (4, 6, Some(5e5)),
    ];
    Scenario {
        name: "chat".to_owned(),
        question: "What does chat do?".to_owned(),
        horizon: Time::ZERO + secs(120),
        warm_up: Time::ZERO,
        settle: Span::ZERO,
        tick: secs(1),
        seed: 1,
        replications: 1,
        nodes: nodes.map(|(name, parameters)| Node { name: name.to_owned(), parameters }).to_vec(),
        links: links.map(|(source, target, nanos)| link(source, target, nanos)).to_vec(),
        timeline: Vec::new(),
        prices: None,
        slo: Vec::new(),
        resolved: serde_json::Value::Null,
        origins: Vec::new(),
        sets: Vec::new(),
    }
}

pub(crate) fn secs(seconds: u64) -> Span {
    Span::from_secs(seconds)
}

pub(crate) fn link(source: u8, target: u8, nanos: Option<f64>) -> Link {
    Link {
        source: NodeId(source),
        target: NodeId(target),
        latency: nanos.map(Law::Constant),
        by_default: false,
    }
}

fn phones(count: u32) -> Clients {
    Clients {
        count,
        transport: Transport::Websocket,
        prefer: Vec::new(),
        fallback: None,
        tabs: None,
        background: None,
        wire: Wire { profile: Heads::BrowserWithCookies, tls: true, http: Http::One },
        poll_every: secs(10),
        poll_hold: Span::from_secs(25),
        start: Start::Connected,
        network: Network {
            rtt: Law::lognormal_by(55e6, 250e6).unwrap(),
            lifetime: Some(Law::Exponential { mean: 7_200e9 }),
            silent_drops: Share(0.2),
        },
        sessions: None,
        visits: None,
        sends: Some(Sends {
            per_user: Rate(1.0 / 60.0),
            payload: Bytes(300),
            acknowledged: None,
            to: Audience::Direct,
        }),
        heartbeat: Heartbeat { every: Some(secs(25)), timeout: secs(20), tcp_timeout: secs(924) },
        reconnect: Reconnect {
            base: secs(1),
            cap: secs(30),
            factor: 2.0,
            jitter: Jitter::Full,
            preset: None,
            timeout: secs(10),
            attempts: None,
            reset_after: Span::ZERO,
            retry_after: false,
            on_503: On503::Retry,
        },
        resume: Resume::LastSeenId,
        resume_window: None,
        reading: Reading { acknowledge_every: 1, dedup: true },
        slow: None,
        outbox: 100,
    }
}

fn edge() -> LoadBalancer {
    LoadBalancer {
        layer: 4,
        policy: Policy::ConsistentHash { virtual_nodes: 160 },
        health_check: HealthCheck { interval: secs(10), threshold: 3 },
        admission: None,
        refusal: Refusal { answer: Answer::Unavailable, retry_after: None },
    }
}

fn pool(count: u16) -> Gateway {
    Gateway {
        count,
        cores: 8,
        max_connections: 100_000,
        zones: 1,
        descriptors: 1 << 20,
        accept_queue: Some(4_096),
        refusal: Refusal { answer: Answer::Unavailable, retry_after: None },
        skip_abandoned: false,
        memory: Memory {
            per_connection: Bytes(10_000),
            limit: Bytes(8 << 30),
            over: OverMemory::Refuse,
            restart: None,
        },
        cpu: Cpu {
            tls_full: Span::from_micros(400),
            tls_resumed: Span::from_micros(80),
            resumption: Share(0.6),
            app: Span::from_millis(2),
            refusal: Span::from_micros(40),
            poll: Span::from_micros(11),
            request: Span::from_micros(12),
            receive: Span::from_micros(11),
            push: Span::from_micros(11),
            idle: 4.7e-6,
        },
        drain: Drain {
            by: DrainBy::ClientJitter,
            moves: Moves::BreakFirst,
            window: secs(30),
            batch: 10_000,
            every: secs(2),
            grace: secs(30),
        },
        max_age: None,
        age_dither: Span::ZERO,
        keep_alive: secs(75),
        handshake_rtts: 3.0,
        session: None,
        managed: None,
        send_buffer: SendBuffer { size: Bytes(1_000_000), when_full: WhenSlow::Disconnect },
    }
}

fn bus() -> Pubsub {
    Pubsub {
        stores: true,
        partitions: 64,
        queues: 64,
        key: PartitionKey::Recipient,
        skew: 0.0,
        rate: Rate(10_000.0),
        latency: Law::Constant(5e6),
        fetch: Span::ZERO,
        bound: None,
        when_full: WhenFull::Drop,
        max_block: secs(60),
        retention: secs(86_400),
        delivery: Guarantee::AtLeastOnce,
        group: Group {
            session_timeout: secs(45),
            heartbeat: secs(3),
            rebalance: Rebalance::Cooperative,
            pause: secs(3),
            commit: secs(5),
        },
        brokers: 3,
        copies: 3,
        failover: secs(10),
    }
}

fn fanout() -> Fanout {
    Fanout {
        instances: 8,
        concurrency: 8,
        service: Law::Constant(40e3),
        route: Route::Registry,
        on_stale: OnStale::LookUpAgain,
        rpc_timeout: secs(1),
        in_flight: None,
        retry_budget: None,
        spread: Spread::Gateways,
    }
}

fn registry() -> Registry {
    Registry { ttl: secs(60), rate: Rate(100_000.0), replica_lag: Span::ZERO }
}

fn buffer() -> Buffer {
    Buffer {
        scope: Scope::User,
        notify: None,
        retention: secs(86_400),
        messages: 1_000,
        bytes: None,
        reads: Rate(50_000.0),
        read: Span::from_millis(1),
        replay_rate: Rate(1_000.0),
    }
}

pub(crate) fn clients(scenario: &mut Scenario) -> &mut Clients {
    match &mut scenario.nodes[0].parameters {
        Parameters::Clients(clients) => clients,
        _ => panic!("node 0 is the crowd"),
    }
}

pub(crate) fn balancer(scenario: &mut Scenario) -> &mut LoadBalancer {
    match &mut scenario.nodes[1].parameters {
        Parameters::LoadBalancer(balancer) => balancer,
        other => panic!("the second node is no balancer: {other:?}"),
    }
}

pub(crate) fn gateways(scenario: &mut Scenario) -> &mut Gateway {
    match &mut scenario.nodes[2].parameters {
        Parameters::Gateway(gateway) => gateway,
        _ => panic!("node 2 is the pool"),
    }
}

pub(crate) fn bus_of(scenario: &mut Scenario) -> &mut Pubsub {
    match &mut scenario.nodes[3].parameters {
        Parameters::Pubsub(bus) => bus,
        _ => panic!("node 3 is the bus"),
    }
}

pub(crate) fn fanout_of(scenario: &mut Scenario) -> &mut Fanout {
    match &mut scenario.nodes[4].parameters {
        Parameters::Fanout(fanout) => fanout,
        _ => panic!("node 4 is the fan-out"),
    }
}

pub(crate) fn replay(scenario: &mut Scenario) -> &mut Buffer {
    match &mut scenario.nodes[6].parameters {
        Parameters::Buffer(buffer) => buffer,
        _ => panic!("node 6 is the buffer"),
    }
}

pub(crate) fn deploy(scenario: &mut Scenario, at: u64, batch: u16) {
    let kind = ActionKind::Deploy { node: NodeId(2), batch, startup: secs(5) };
    let at = Time::ZERO + secs(at);
    scenario.timeline.push(Action { at, name: "deploy".to_owned(), kind });
}

/// A share of the users lose their connection, and are told so by a reset.
pub(crate) fn drop_users(scenario: &mut Scenario, at: u64, share: f64) {
    let (share, kind) = (Share(share), DropKind::Reset);
    let kind = ActionKind::DropClients { node: NodeId(0), share, kind, within: Span::ZERO };
    let at = Time::ZERO + secs(at);
    scenario.timeline.push(Action { at, name: "drop".to_owned(), kind });
}

/// A share of the users do at 60 s, and try again after so many seconds.
pub(crate) fn away_for(scenario: &mut Scenario, seconds: u64, share: f64) {
    let reconnect = &mut clients(scenario).reconnect;
    (reconnect.base, reconnect.cap, reconnect.jitter) =
        (secs(seconds), secs(seconds), Jitter::None);
    drop_users(scenario, 60, share);
}

pub(crate) fn crash(scenario: &mut Scenario, at: u64, kind: CrashKind, restart: Option<Span>) {
    let kind = ActionKind::Crash { node: NodeId(2), instances: vec![0], kind, restart };
    let at = Time::ZERO + secs(at);
    scenario.timeline.push(Action { at, name: "crash".to_owned(), kind });
}
