//! What the files of the design say is what the scenario gets.
use super::{DEPLOY, Files, codes};
use squall::{
    cli::validate,
    engine::{Law, Span, Time},
    node::parameters::{Guarantee, Jitter, OnStale, Parameters, Policy, Resume},
    scenario::{ActionKind, CrashKind, NodeId, Scenario},
    units::{Bytes, Rate, Share},
};

fn parameters<'s>(scenario: &'s Scenario, name: &str) -> &'s Parameters {
    &scenario.nodes.iter().find(|node| node.name == name).unwrap().parameters
}

#[test]
fn the_design_loads() {
    let loaded = Files::design().good(DEPLOY, &[]);
    assert_eq!(codes(&loaded.warnings), [""; 0]);
    let files: Vec<_> = loaded.files.iter().map(|path| path.to_str().unwrap()).collect();
    assert_eq!(files, [DEPLOY, "models/chat.yaml", "models/prices/aws-us-east-1.yaml"]);
    assert_eq!((loaded.plan.count, loaded.has_sweep()), (16, true));
    assert_eq!(validate::line(&loaded), "3 files, 7 nodes, 9 links (4 by default), 16 points");
    assert_eq!(loaded.plan.axes[0].path, "gateways.drain.window");
    assert_eq!(loaded.plan.axes[0].values, ["0s", "10s", "30s", "60s"]);
}

#[test]
fn the_head_of_the_design() {
    let scenario = Files::design().good(DEPLOY, &[]).scenario;
    assert_eq!(scenario.name, "rolling-deploy");
    let question = "Does a jittered drain keep a rolling deploy from becoming a storm?";
    assert_eq!(scenario.question, question);
    assert_eq!(scenario.horizon, Time::from_nanos(720_000_000_000));
    assert_eq!(scenario.warm_up, Time::from_nanos(60_000_000_000));
    assert_eq!(scenario.tick, Span::from_secs(1));
    assert_eq!((scenario.seed, scenario.replications), (1, 3));
    assert_eq!(scenario.slo[2], "during(deploy).clients.availability > 99.9%");
    let names: Vec<&str> = scenario.nodes.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["phones", "edge", "gateways", "bus", "fanout", "presence", "replay"]);
    let [action] = scenario.timeline.as_slice() else { panic!("{:?}", scenario.timeline) };
    assert_eq!((action.name.as_str(), action.at.nanos()), ("deploy", 180_000_000_000));
    let startup = Span::from_secs(20);
    assert_eq!(action.kind, ActionKind::Deploy { node: NodeId(2), batch: 1, startup });
}

#[test]
fn the_clients_of_the_design() {
    let scenario = Files::design().good(DEPLOY, &[]).scenario;
    let Parameters::Clients(phones) = parameters(&scenario, "phones") else { panic!() };
    assert_eq!(phones.count, 100_000);
    assert_eq!(phones.network.rtt, Law::lognormal_by(55e6, 250e6).unwrap());
    assert_eq!(phones.network.lifetime, Some(Law::exponential(7_200e9).unwrap()));
    assert_eq!(phones.network.silent_drops, Share(0.2));
    let sends = phones.sends.as_ref().unwrap();
    assert_eq!((sends.per_user, sends.payload), (Rate(1.0 / 60.0), Bytes(300)));
    assert_eq!(phones.heartbeat.every, Some(Span::from_secs(25)));
    assert_eq!(phones.heartbeat.timeout, Span::from_secs(20));
    let reconnect = &phones.reconnect;
    assert_eq!((reconnect.base, reconnect.cap), (Span::from_secs(1), Span::from_secs(30)));
    assert_eq!((reconnect.jitter, reconnect.attempts), (Jitter::Full, None));
    assert!((reconnect.factor - 2.0).abs() < 1e-12);
    assert_eq!((phones.resume, phones.outbox), (Resume::LastSeenId, 100));
}

#[test]
fn the_servers_of_the_design() {
    let scenario = Files::design().good(DEPLOY, &[]).scenario;
    let Parameters::LoadBalancer(edge) = parameters(&scenario, "edge") else { panic!() };
    assert_eq!((edge.layer, edge.policy), (4, Policy::ConsistentHash { virtual_nodes: 160 }));
    let Parameters::Gateway(gateways) = parameters(&scenario, "gateways") else { panic!() };
    assert_eq!((gateways.count, gateways.cores, gateways.max_connections), (4, 8, 100_000));
    assert_eq!(gateways.memory.per_connection, Bytes(10_000));
    assert_eq!(gateways.memory.limit, Bytes(8 << 30));
    assert_eq!(gateways.cpu.push, Span::from_nanos(10_700));
    assert!((gateways.cpu.idle - 4.7e-6).abs() < 1e-15);
    let Parameters::Pubsub(bus) = parameters(&scenario, "bus") else { panic!() };
    assert_eq!((bus.partitions, bus.rate), (64, Rate(10_000.0)));
    assert_eq!(bus.delivery, Guarantee::AtLeastOnce);
    let Parameters::Fanout(fanout) = parameters(&scenario, "fanout") else { panic!() };
    assert_eq!((fanout.instances, fanout.on_stale), (8, OnStale::LookUpAgain));
    let Parameters::Buffer(replay) = parameters(&scenario, "replay") else { panic!() };
    assert_eq!((replay.retention, replay.messages), (Span::from_secs(86_400), 1_000));
}

#[test]
fn the_links_of_the_design() {
    let scenario = Files::design().good(DEPLOY, &[]).scenario;
    let ends: Vec<_> = scenario
        .links
        .iter()
        .map(|link| (link.source.0, link.target.0, link.latency.clone(), link.by_default))
        .collect();
    let ms = |ms: f64| Some(Law::Constant(ms * 1e6));
    let expected = [
        (0, 1, None, false),
        (1, 2, ms(0.5), false),
        (2, 3, ms(1.0), false),
        (3, 4, ms(2.0), false),
        (4, 2, ms(1.0), false),
        (2, 5, ms(0.5), true),
        (4, 5, ms(0.5), true),
        (2, 6, ms(0.5), true),
        (4, 6, ms(0.5), true),
    ];
    assert_eq!(ends, expected);
}

#[test]
fn the_zoo_loads() {
    let loaded = Files::default().good("tests/all/files/zoo.yaml", &[]);
    let scenario = &loaded.scenario;
    assert_eq!(scenario.question, "Does everything load: \"quoted\", # and all?");
    assert_eq!(scenario.seed, u64::MAX);
    let names: Vec<_> = scenario.timeline.iter().map(|action| action.name.as_str()).collect();
    assert_eq!(names, ["crash", "deploy", "deploy-2", "crash-2"], "in order of time");
    let ActionKind::Crash { instances, kind, restart, .. } = &scenario.timeline[0].kind else {
        panic!()
    };
    assert_eq!((instances.as_slice(), *kind), ([2, 0].as_slice(), CrashKind::Host));
    assert_eq!(*restart, Some(Span::from_secs(90)));
    let Parameters::Clients(phones) = parameters(scenario, "phones") else { panic!() };
    assert_eq!(phones.network.rtt, Law::empirical(vec![55e6, 12e6, 15e6]).unwrap());
    assert_eq!(phones.resume, Resume::LastSeenId, "the default, for there is a buffer");
    let Parameters::Clients(listeners) = parameters(scenario, "listeners") else { panic!() };
    assert_eq!((listeners.resume, listeners.network.lifetime.as_ref()), (Resume::None, None));
    assert_eq!(loaded.plan.count, 2 * 3 * 3 * 3);
    assert_eq!(loaded.plan.axes[0].values, ["10ms", "{exponential: {mean: 10ms}}"]);
    assert_eq!(loaded.plan.axes[1].values, ["3", "6", "9"]);
    assert_eq!(loaded.plan.axes[2].values, ["10s", "20s", "30s"]);
    assert_eq!(loaded.plan.axes[3].values, ["1k", "10k", "100k"]);
}

#[test]
fn each_point_of_a_sweep_loads_by_its_values() {
    let files = Files::default();
    let path = "tests/all/files/zoo.yaml";
    let loaded = files.good(path, &[]);
    let mut seen = Vec::new();
    for axis in &loaded.plan.axes {
        for value in &axis.values {
            let point = files.good(path, &[&format!("{}={value}", axis.path)]);
            seen.push(point.scenario.resolved.to_string());
        }
    }
    seen.sort();
    seen.dedup();
    // `gateways.count: 3` and `timeline.deploy.startup: 20s` are what the file says already.
    assert_eq!(seen.len(), 2 + 3 + 3 + 3 - 1);
}

#[test]
fn a_model_alone_is_no_experiment() {
    let wrong = Files::default().load("models/chat.yaml", &[]).unwrap_err();
    assert_eq!(codes(&wrong), [squall::scenario::MODEL_ALONE]);
}

#[test]
fn the_zoo_runs() {
    let sets = ["horizon=31min", "phones.count=200"];
    let scenario = Files::default().good("tests/all/files/zoo.yaml", &sets).scenario;
    squall::world::simulate(&scenario, 0, &|_| {}).unwrap();
}

#[test]
fn warnings_do_not_stop_it() {
    let files = Files::design();
    let sets = [
        "gateways.drain.window=1min",
        "presence.ttl=20s",
        "phones.count=1M",
        "phones.network.rtt=20s",
        "gateways.cores=8",
        "bus.partitions=4",
        "fanout.on_stale=drop",
        "timeline.deploy.at=10s",
    ];
    let found = files.good(DEPLOY, &sets).warnings;
    let expected = [
        "over-capacity",
        "idle-instances",
        "before-warm-up",
        "window-beyond-grace",
        "ttl-too-short",
        "long-round-trip",
        "idle-set",
    ];
    let mut found = codes(&found);
    found.sort_unstable();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(found, expected);
}
