//! Keys that would change nothing where they stand get a warning; those that a shared model has for
//! others do not.
use super::{Files, codes};
use squall::spec::Arguments;
use std::path::Path;

const IDLE: &str = "experiments/idle.yaml";

/// What is warned of in an experiment on a model, by its lines and the command line.
fn warned(model: &str, lines: &str, sets: &[&str]) -> Vec<String> {
    let text = format!("model: ../models/{model}.yaml\nhorizon: 5min\n{lines}");
    let loaded = Files::default().with(IDLE, &text).good(IDLE, sets);
    let found = loaded.warnings.list.iter();
    found.map(|found| format!("{}: {}", found.code, found.message)).collect()
}

fn chat(set: &str, sets: &[&str]) -> Vec<String> {
    warned("chat", &format!("set:\n  phones.count: 1k\n{set}"), sets)
}

const POLLS: &str = "  phones.transport: short_poll\n";

fn no_effect(keys: &[&str]) -> Vec<String> {
    let says = |key: &&str| {
        format!("without-effect: `phones.{key}` has no effect: who polls holds no connection")
    };
    keys.iter().map(says).collect()
}

#[test]
fn keys_of_connections_mean_nothing_for_who_polls() {
    let keys = "  phones.network.lifetime: 1h\n  phones.network.silent_drops: 10%\n  \
                phones.heartbeat.every: 10s\n  phones.reconnect: phoenix\n";
    let all = ["network.lifetime", "network.silent_drops", "heartbeat", "reconnect"];
    assert_eq!(chat(&format!("{POLLS}{keys}"), &[]), no_effect(&all));
    // The same keys with another transport, and the model's own ones.
    assert_eq!(chat(keys, &[]), [""; 0]);
    assert_eq!(chat(POLLS, &[]), [""; 0]);
    // Who changes the transport alone is not told of what was written for another.
    assert_eq!(chat(keys, &["phones.transport=short_poll"]), [""; 0]);
    let line = ["phones.transport=short_poll", "phones.heartbeat.every=9s"];
    assert_eq!(chat("", &line), no_effect(&["heartbeat"]));
    // What says that there is none says nothing wrong.
    let none = "  phones.network.lifetime: never\n  phones.network.silent_drops: 0%\n";
    assert_eq!(chat(&format!("{POLLS}{none}"), &[]), [""; 0]);
    // At other points of the sweep they count.
    let sweep = "sweep: { axes: { phones.transport: { values: [sse, short_poll] } } }\n";
    assert_eq!(chat(&format!("{POLLS}{keys}{sweep}"), &[]), [""; 0]);
}

/// What only another transport has.
#[test]
fn keys_of_another_transport_mean_nothing() {
    let keys = "  phones.short_poll.every: 5s\n  phones.long_poll.hold: 9s\n  \
                phones.wire.http: h2\n";
    let why = |key: &str| match key {
        "wire.http" => "a WebSocket is opened over HTTP/1.1",
        _ => "this crowd goes by another transport",
    };
    let all = ["short_poll.every", "long_poll.hold", "wire.http"];
    for (transport, idle) in [
        ("websocket", &all[..]),
        ("sse", &all[..2]),
        ("short_poll", &all[1..2]),
        ("long_poll", &all[..1]),
    ] {
        let says = idle
            .iter()
            .map(|key| format!("without-effect: `phones.{key}` has no effect: {}", why(key)));
        let set = format!("  phones.transport: {transport}\n{keys}");
        // The model's own transport is one as well.
        let mut found = chat(&set, &[]);
        found.retain(|it| !it.starts_with("idle-set"));
        assert_eq!(found, says.collect::<Vec<_>>(), "{transport}");
    }
    // Beside the model's own transport, which nobody has changed.
    let found = chat(keys, &[]);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found.iter().all(|it| it.starts_with("without-effect: `phones.")), "{found:?}");
    // Written for a transport that is chosen elsewhere, or at other points of a sweep.
    assert_eq!(chat("  phones.short_poll.every: 5s\n", &["phones.transport=sse"]), [""; 0]);
    let sweep = "sweep: { axes: { phones.transport: { values: [sse, short_poll] } } }\n";
    assert_eq!(chat(&format!("  phones.transport: sse\n{keys}{sweep}"), &[]), [""; 0]);
}

#[test]
fn who_polls_holds_no_connection_to_drop_or_to_have_room_for() {
    let drop = "timeline: [{ at: 1min, drop_clients: { node: phones } }]\n";
    let found = "without-effect: `timeline.drop_clients` drops nobody: `phones` poll, and hold no \
                 connection";
    assert_eq!(chat(&format!("{POLLS}{drop}"), &[]), [found]);
    assert_eq!(chat(drop, &[]), [""; 0]);
    let few = ["gateways.max_connections=5"];
    let none = "without-effect: `gateways.max_connections` has no effect: whoever comes here polls \
                now and then, and holds nothing";
    assert_eq!(chat(POLLS, &few), [none]);
    let [warning] = &chat("  phones.transport: long_poll\n", &few)[..] else { panic!() };
    assert!(warning.starts_with("over-capacity"), "{warning}");
}

#[test]
fn slow_readers_and_their_buffers_belong_together() {
    let slow = "  readers.slow: { share: 1%, drain: 10KB/s }\n";
    let buffer = "  gateways.send_buffer.size: 64KB\n";
    let feed = |set: &str, sets: &[&str]| warned("feed", &format!("set:\n{set}"), sets);
    assert_eq!(feed(&format!("{slow}{buffer}"), &[]), [""; 0]);
    let idle = "without-effect: `gateways.send_buffer` has no effect: nobody who streams here is \
                slow";
    assert_eq!(feed(buffer, &[]), [idle]);
    assert_eq!(feed("  readers.count: 1k\n", &["gateways.send_buffer.when_full=grow"]), [idle]);
    // Slow readers at some points of a sweep.
    let sweep = "sweep: { axes: { readers.slow.share: { values: [0%, 1%] } } }\n";
    let none = "  readers.slow.drain: 1KB/s\n  readers.slow.share: 0%\n";
    assert_eq!(feed(&format!("{buffer}{none}{sweep}"), &[]), [""; 0]);
    // A list of transports without a stream is one of polls.
    let polls = format!("{slow}  readers.transport: null\n  readers.prefer: [long_poll]\n");
    let [warning] = &feed(&polls, &[])[..] else { panic!() };
    assert!(warning.contains("`readers.slow` has no effect"), "{warning}");
}

/// An experiment of its own: a crowd, its gateways, and what else is written.
struct Own<'w> {
    clients: &'w str,
    gateways: &'w str,
    edge: &'w str,
    rest: &'w str,
}

const PLAIN: Own<'static> = Own { clients: "", gateways: "", edge: "", rest: "" };

impl Own<'_> {
    /// What it is warned of, without what is said of messages that nobody sends.
    fn warned(&self) -> Vec<String> {
        let Own { clients, gateways, edge, rest } = self;
        let network = if clients.contains("rtt:") { "" } else { "network: { rtt: 50ms }, " };
        let nodes = format!(
            "horizon: 5min\nnodes:\n  users: {{ clients: {{ count: 1k, {network}\
             {clients} }} }}\n  edge: {{ load_balancer: {{ {edge} }} }}\n  gateways: \
             {{ gateway: {{ count: 2, {gateways} }} }}\n  bus: {{ pubsub: {{}} }}\n  fanout: \
             {{ fanout: {{ instances: 1 }} }}\n  presence: {{ registry: {{}} }}\n  \
             replay: {{ buffer: {{}} }}\n{rest}"
        );
        let loaded = Files::default().with(IDLE, &nodes).good(IDLE, &[]);
        let found = loaded.warnings.list.iter().filter(|it| it.code == "without-effect");
        found.map(|found| found.message.clone()).collect()
    }
}

/// That a key, and no other, has no effect in one experiment, and has one in others.
#[track_caller]
fn only(key: &str, idle: &Own<'_>, acting: &[Own<'_>]) {
    let found = idle.warned();
    let [one] = &found[..] else { panic!("{key}: {found:?}") };
    assert!(one.starts_with(&format!("`{key}` has no effect: ")), "{key}: {one}");
    for own in acting {
        assert_eq!(own.warned(), [""; 0], "{key}");
    }
}

const SENDS: &str = "sends: { per_user: 1/min, payload: 300B }";

/// A crowd with these keys beside those of another crowd that sends.
fn crowd(clients: &str) -> Own<'_> {
    Own { clients, ..PLAIN }
}

#[test]
fn a_fallback_needs_something_to_fall_back_to() {
    for (key, value) in [("try_timeout", "2s"), ("remember", "1min"), ("blocked_by", "refuse")] {
        let with = |list: &str, blocked: &str| {
            format!("prefer: [{list}], blocked: {{ {blocked} }}, fallback: {{ {key}: {value} }}")
        };
        let some = "websocket: 5%";
        let both = with("websocket, sse", some);
        let idle = match key {
            "blocked_by" => with("websocket, sse", "websocket: 0%"),
            _ => with("websocket", some),
        };
        only(&format!("users.fallback.{key}"), &crowd(&idle), &[crowd(&both)]);
    }
    // A slow tier needs no block to be given up.
    let slow = "prefer: [websocket, sse], fallback: { try_timeout: 2s }";
    assert_eq!(crowd(slow).warned(), [""; 0]);
    // At some points of a sweep there is another, or something is blocked.
    let alone = "prefer: [websocket], fallback: { try_timeout: 2s, blocked_by: refuse }";
    let rest = "sweep: { axes: { users.prefer: { values: [[websocket], [websocket, sse]] } } }\n";
    assert_eq!(Own { rest, ..crowd(alone) }.warned(), [""; 0]);
}

#[test]
fn lists_of_transports_have_the_keys_of_those_in_them() {
    let hold = |list: &str| format!("prefer: [{list}], long_poll: {{ hold: 9s }}");
    let [without, with] = ["websocket, sse", "websocket, long_poll"].map(hold);
    only("users.long_poll.hold", &crowd(&without), &[crowd(&with)]);
    let two = |list: &str| format!("prefer: [{list}], wire: {{ http: h2 }}");
    let [without, with] = ["websocket", "websocket, sse"].map(two);
    only("users.wire.http", &crowd(&without), &[crowd(&with)]);
}

#[test]
fn keys_that_others_turn_off_are_told_of() {
    for (key, idle, acting) in [
        ("heartbeat.tcp_timeout", "tcp_timeout: 9s", "every: never, tcp_timeout: 9s"),
        ("heartbeat.timeout", "every: never, timeout: 9s", "every: 9s, timeout: 9s"),
        ("reconnect.factor", "jitter: decorrelated, factor: 3", "jitter: full, factor: 3"),
    ] {
        let map = key.split('.').next().unwrap();
        let [idle, acting] = [idle, acting].map(|keys| format!("{map}: {{ {keys} }}"));
        only(&format!("users.{key}"), &crowd(&idle), &[crowd(&acting)]);
    }
    let outbox = format!("outbox: 5, {SENDS}");
    only("users.outbox", &crowd("outbox: 5"), &[crowd(&outbox)]);
    let drops = "network: { rtt: 50ms, silent_drops: 5%";
    let [idle, acting] = ["", ", lifetime: 1h"].map(|more| format!("{drops}{more} }}"));
    only("users.network.silent_drops", &crowd(&idle), &[crowd(&acting)]);
    // A hint is sent by a tier, and obeyed by a crowd.
    let (obeys, hints) = ("reconnect: { retry_after: true }", "retry_after: 5s");
    let both = || Own { edge: hints, ..crowd(obeys) };
    only("users.reconnect.retry_after", &crowd(obeys), &[both()]);
    only("edge.retry_after", &Own { edge: hints, ..PLAIN }, &[both()]);
    let pool = || Own { gateways: hints, ..crowd(obeys) };
    only("gateways.retry_after", &Own { gateways: hints, ..PLAIN }, &[pool()]);
}

/// Each key of a pool that only some transports use, without and with one that does.
#[test]
fn a_pool_has_the_keys_of_who_comes_to_it() {
    let by = |transport: &str| format!("transport: {transport}, {SENDS}");
    let deploy = "timeline: [{ at: 1min, deploy: { node: gateways } }]\n";
    for (key, gateways, without, with) in [
        ("keep_alive", "keep_alive: 9s", "websocket", "short_poll"),
        ("keep_alive", "keep_alive: 9s", "long_poll", "short_poll"),
        ("cpu.poll", "cpu: { poll: 9us }", "websocket", "long_poll"),
        ("cpu.request", "cpu: { request: 9us }", "websocket", "sse"),
        ("cpu.receive", "cpu: { receive: 9us }", "sse", "websocket"),
        ("cpu.push", "cpu: { push: 9us }", "short_poll", "sse"),
        ("cpu.app", "cpu: { app: 9us }", "short_poll", "sse"),
        ("cpu.idle", "cpu: { idle: 9us/s }", "short_poll", "long_poll"),
        ("max_connections", "max_connections: 9k", "short_poll", "websocket"),
        ("descriptors", "descriptors: 9k", "short_poll", "websocket"),
        ("accept_queue", "accept_queue: 9", "short_poll", "websocket"),
        ("skip_abandoned", "skip_abandoned: true", "short_poll", "websocket"),
        ("memory.limit", "memory: { limit: 9GB }", "short_poll", "sse"),
        ("memory.per_connection", "memory: { per_connection: 9KB }", "short_poll", "sse"),
        ("memory.over", "memory: { over: die }", "short_poll", "sse"),
        ("session", "session: { keep: 9s }", "short_poll", "sse"),
        ("max_age", "max_age: 1h", "short_poll", "long_poll"),
        ("drain.grace", "drain: { grace: 1min }", "short_poll", "websocket"),
        ("drain.move", "drain: { move: make_first }", "short_poll", "websocket"),
    ] {
        let [without, with] = [without, with].map(by);
        let own = |clients| Own { clients, gateways, rest: deploy, ..PLAIN };
        only(&format!("gateways.{key}"), &own(&without), &[own(&with)]);
        // At some points of a sweep who comes by another way uses it.
        let axis = "sweep: { axes: { users.transport: { values: [websocket, sse, long_poll, \
                    short_poll] } } }\n";
        let swept = format!("{deploy}{axis}");
        assert_eq!(Own { rest: &swept, ..own(&without) }.warned(), [""; 0], "{key}");
    }
    let plain = format!("wire: {{ tls: false }}, {SENDS}");
    let tls = "cpu: { tls_full: 1ms }";
    let [idle, acting] = [plain.as_str(), SENDS].map(|it| Own { gateways: tls, ..crowd(it) });
    only("gateways.cpu.tls_full", &idle, &[acting]);
}

#[test]
fn a_drain_needs_a_deploy_and_a_restart_a_death() {
    let deploy = "timeline: [{ at: 1min, deploy: { node: gateways } }]\n";
    for (key, gateways) in [
        ("drain.window", "drain: { window: 9s }"),
        ("drain.by", "drain: { by: server_batches }"),
        ("drain.move", "drain: { move: make_first }"),
    ] {
        let own = |rest| Own { gateways, rest, ..PLAIN };
        only(&format!("gateways.{key}"), &own(""), &[own(deploy)]);
    }
    let aged = Own { gateways: "max_age: 1h, drain: { move: make_first }", ..PLAIN };
    assert_eq!(aged.warned(), [""; 0]);
    let batches = "drain: { by: server_batches, batch: 9 }";
    let own = |gateways| Own { gateways, rest: deploy, ..PLAIN };
    only("gateways.drain.batch", &own("drain: { batch: 9 }"), &[own(batches)]);
    let dies = "memory: { over: die, restart: 9s }";
    only("gateways.memory.restart", &own("memory: { restart: 9s }"), &[own(dies)]);
}

#[test]
fn a_health_check_finds_what_has_ended_without_warning() {
    let own =
        |gateways, rest| Own { edge: "health_check: { interval: 5s }", gateways, rest, ..PLAIN };
    let lists = [
        "crash: { node: gateways, instances: 0 }",
        "zone_loss: { node: gateways, zone: 0 }",
        "deploy: { node: gateways }",
    ]
    .map(|action| format!("timeline: [{{ at: 1min, {action} }}]\n"));
    let dies = own("memory: { over: die }", "");
    let hit = lists.iter().map(|list| own("", list)).chain([dies]).collect::<Vec<_>>();
    only("edge.health_check", &own("", ""), &hit);
}

/// A key that acts at some points of a sweep is there for them.
#[test]
fn a_key_that_acts_at_some_points_is_not_told_of() {
    let told = |values: &str| {
        let axes = format!("sweep: {{ axes: {{ phones.transport: {{ values: {values} }} }} }}\n");
        let set = "set: { phones.count: 1k, phones.tabs: 8 }\n";
        let text = format!("model: ../models/chat.yaml\nhorizon: 5min\n{set}{axes}");
        let files = Files::default().with(IDLE, &text);
        let read = |path: &Path| files.read(path);
        let loaded = squall::scenario::load_sweep(Path::new(IDLE), &Arguments::default(), &read);
        let warned = loaded.unwrap_or_else(|wrong| panic!("{wrong}")).warnings.list;
        warned.into_iter().map(|found| found.message).collect::<Vec<_>>()
    };
    assert_eq!(told("[sse, websocket]"), [""; 0]);
    let [found] = &told("[websocket]")[..] else { panic!("no warning") };
    assert!(found.starts_with("`phones.tabs` has no effect: "), "{found}");
}

/// Where no transport is written users come by `websocket`.
#[test]
fn keys_of_another_transport_mean_nothing_by_default() {
    only(
        "users.short_poll.every",
        &crowd("short_poll: { every: 5s }"),
        &[crowd("short_poll: { every: 5s }, transport: short_poll")],
    );
    only(
        "users.long_poll.hold",
        &crowd("long_poll: { hold: 5s }"),
        &[crowd("long_poll: { hold: 5s }, prefer: [websocket, long_poll]")],
    );
    only(
        "users.heartbeat.every",
        &crowd("heartbeat: { every: 5s }, transport: long_poll"),
        &[
            crowd("heartbeat: { timeout: 5s }, transport: long_poll"),
            crowd("heartbeat: { every: 5s }, prefer: [sse, long_poll]"),
        ],
    );
}

#[test]
fn stores_are_asked_by_somebody() {
    let buffer = |clients: &str| {
        format!(
            "horizon: 5min\nnodes:\n  users: {{ clients: {{ count: 1k, network: {{ rtt: 50ms }}, \
             {clients} }} }}\n  edge: {{ load_balancer: {{}} }}\n  gateways: {{ gateway: \
             {{ count: 2 }} }}\n  bus: {{ pubsub: {{}} }}\n  fanout: {{ fanout: {{ instances: 1, \
             route: broadcast }} }}\n  presence: {{ registry: {{ replica_lag: 1s }} }}\n  replay: \
             {{ buffer: {{ messages: 9 }} }}\n"
        )
    };
    let warned = |text: &str| {
        let loaded = Files::default().with(IDLE, text).good(IDLE, &[]);
        let found = loaded.warnings.list.iter().filter(|it| it.code == "without-effect");
        found.map(|found| found.message.clone()).collect::<Vec<_>>()
    };
    let lag = "`presence.replica_lag` has no effect: nobody looks users up here";
    let kept = "`replay.messages` has no effect: nobody resumes from this buffer";
    let none = format!("resume: none, {SENDS}");
    assert_eq!(warned(&buffer(&none)), [lag, kept]);
    assert_eq!(warned(&buffer(SENDS)), [lag]);
    let asked = buffer(&none).replace("broadcast", "registry");
    assert_eq!(warned(&asked), [kept]);
}

/// What a shared model says is for all who use it.
#[test]
fn a_model_is_for_several_experiments() {
    let model = include_str!("../../../models/feed.yaml")
        .replace("gateway: { count: 2 }", "gateway: { count: 2, send_buffer: { size: 64KB } }");
    assert!(model.contains("send_buffer"));
    let files = Files::default().with("models/buffered.yaml", &model);
    let text = "model: ../models/buffered.yaml\nhorizon: 5min\n";
    let loaded = files.with(IDLE, text).good(IDLE, &[]);
    assert_eq!(codes(&loaded.warnings), [""; 0]);
}

#[test]
fn no_shipped_experiment_says_what_changes_nothing() {
    let paths = std::fs::read_dir("experiments").unwrap().map(|entry| entry.unwrap().path());
    for path in paths {
        let found = codes(&Files::default().good(path.to_str().unwrap(), &[]).warnings);
        assert!(!found.contains(&"without-effect"), "{}", path.display());
    }
}

/// What is for who polls goes to a mailbox and is asked for: nobody is entered, routed to, admitted
/// or refused. A request that is held is admitted like a connection.
#[test]
fn what_is_on_the_way_of_streams_means_nothing_for_who_polls() {
    let held = [
        ("presence.rate", "1/s"),
        ("presence.replica_lag", "2s"),
        ("presence.ttl", "20s"),
        ("fanout.route", "broadcast"),
        ("fanout.on_stale", "drop"),
        ("fanout.rpc_timeout", "2s"),
        ("replay.replay_rate", "5/s"),
        ("phones.acknowledge_every", "10"),
    ];
    let short = [
        ("edge.admission", "{ token_bucket: { rate: 1/s, burst: 1 } }"),
        ("edge.when_full", "reset"),
        ("gateways.when_full", "drop"),
        ("gateways.handshake_rtts", "9"),
        ("gateways.cpu.refusal", "1ms"),
    ];
    let told = |transport: &str, (key, value): (&str, &str)| {
        let found = chat(&format!("  phones.transport: {transport}\n  {key}: {value}\n"), &[]);
        let says = format!("without-effect: `{key}` has no effect");
        match &found[..] {
            [] => false,
            [one] if one.starts_with(&says) => true,
            _ => panic!("{transport} {key}: {found:?}"),
        }
    };
    for key in held {
        assert!(told("short_poll", key) && told("long_poll", key), "{key:?}");
    }
    for key in short {
        assert!(told("short_poll", key) && !told("long_poll", key), "{key:?}");
    }
    for key in held.into_iter().chain(short).filter(|key| key.0 != "presence.ttl") {
        assert!(!told("sse", key), "{key:?}");
    }
    // Who comes while the run goes on opens its connection in so many round trips.
    let comes = "  phones.transport: short_poll\n  gateways.handshake_rtts: 9\n  \
                 phones.visits: { stay: 1min, away: 1min }\n";
    assert_eq!(chat(comes, &[]), [""; 0]);
    // A message for one is not spread.
    let spread = "  fanout.spread: one_by_one\n";
    let idle = "without-effect: `fanout.spread` has no effect: no message is for many";
    assert_eq!(chat(spread, &[]), [idle]);
    assert_eq!(chat(&format!("{spread}  phones.sends.to: all\n"), &[]), [""; 0]);
}
