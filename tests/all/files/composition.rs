//! How files build on each other, and what a path can set.
use super::{DEPLOY, Files, codes};
use squall::{
    engine::{Law, Span},
    node::parameters::{Parameters, Policy, Resume},
    scenario::Loaded,
};

const CHILD: &str = "experiments/child.yaml";

fn child(text: &str) -> Loaded {
    Files::design().with(CHILD, text).good(CHILD, &[])
}

fn gateways(loaded: &Loaded) -> &squall::node::parameters::Gateway {
    let node = loaded.scenario.nodes.iter().find(|node| node.name == "gateways").unwrap();
    let Parameters::Gateway(gateway) = &node.parameters else { panic!() };
    gateway
}

fn phones(loaded: &Loaded) -> &squall::node::parameters::Clients {
    let Parameters::Clients(clients) = &loaded.scenario.nodes[0].parameters else { panic!() };
    clients
}

#[test]
fn maps_merge_and_the_rest_replaces() {
    let loaded = child(
        "extends: rolling-deploy.yaml\n\
         horizon: 20min\n\
         slo: [deliveries.missed == 0]\n\
         nodes:\n  gateways: { gateway: { drain: { grace: 45s } } }\n\
         links:\n  edge->gateways: { latency: 2ms }\n\
         set: { gateways.count: 5 }\n",
    );
    assert_eq!(loaded.scenario.horizon.nanos(), 1_200_000_000_000);
    assert_eq!(loaded.scenario.seed, 1, "from the file it extends");
    assert_eq!(loaded.scenario.slo, ["deliveries.missed == 0"], "lists replace whole");
    assert_eq!(gateways(&loaded).drain.grace, Span::from_secs(45));
    assert_eq!(gateways(&loaded).drain.window, Span::from_secs(30), "beside it");
    assert_eq!(gateways(&loaded).count, 5);
    assert_eq!(phones(&loaded).count, 100_000, "the other `set` stays");
    assert_eq!(loaded.scenario.links[1].latency, Some(Law::Constant(2e6)));
    assert_eq!(loaded.scenario.links.len(), 9, "however a link is spelled");
    assert_eq!(loaded.files.len(), 4);
}

#[test]
fn null_deletes() {
    let loaded = child(
        "extends: rolling-deploy.yaml\n\
         sweep: null\n\
         set: { phones.count: null }\n\
         nodes:\n  replay: null\n  \
         phones: { clients: { sends: ~, resume: null, network: { lifetime: null } } }\n",
    );
    assert!(!loaded.has_sweep());
    assert_eq!(loaded.plan.count, 0);
    assert_eq!(phones(&loaded).count, 1_000_000, "back to the model's");
    assert_eq!(phones(&loaded).sends, None);
    assert_eq!(phones(&loaded).network.lifetime, None);
    assert_eq!(phones(&loaded).resume, Resume::None, "no buffer, no resume");
    assert_eq!(loaded.scenario.nodes.len(), 6);
}

#[test]
fn another_choice_replaces_the_one_before() {
    let loaded = child(
        "extends: rolling-deploy.yaml\n\
         nodes:\n  phones: { clients: { network: { rtt: { uniform: [1ms, 2ms] } } } }\n  \
         edge: { load_balancer: { policy: round_robin } }\n\
         set: { phones.network.lifetime: { constant: 1h } }\n",
    );
    assert_eq!(phones(&loaded).network.rtt, Law::Uniform { low: 1e6, high: 2e6 });
    assert_eq!(phones(&loaded).network.lifetime, Some(Law::Constant(3_600e9)));
    let Parameters::LoadBalancer(edge) = &loaded.scenario.nodes[1].parameters else { panic!() };
    assert_eq!(edge.policy, Policy::RoundRobin);
}

#[test]
fn the_same_choice_merges() {
    let files = Files::design();
    let sets = ["phones.network.rtt.lognormal.p95=300ms", "gateways.drain={grace: 1min}"];
    let loaded = files.good(DEPLOY, &sets);
    assert_eq!(phones(&loaded).network.rtt, Law::lognormal_by(55e6, 300e6).unwrap());
    assert_eq!(gateways(&loaded).drain.window, Span::from_secs(30));
    assert_eq!(gateways(&loaded).drain.grace, Span::from_secs(60));
}

#[test]
fn the_command_line_comes_last() {
    let sets = [
        "seed=7",
        "replications=2",
        "gateways.count=9",
        "gateways.cpu.app=3ms",
        "timeline.deploy.batch=2",
        "timeline.deploy.at=5min",
        "links.gateways -> presence.latency=3ms",
        "phones.sends=null",
    ];
    let loaded = Files::design().good(DEPLOY, &sets);
    assert_eq!(codes(&loaded.warnings), [""; 0]);
    assert_eq!((loaded.scenario.seed, loaded.scenario.replications), (7, 2));
    assert_eq!(gateways(&loaded).count, 9);
    assert_eq!(gateways(&loaded).cpu.app, Span::from_millis(3), "a key that the file leaves out");
    assert_eq!(loaded.scenario.timeline[0].at.nanos(), 300_000_000_000);
    let registry = loaded.scenario.links.iter().find(|link| link.target.0 == 5).unwrap();
    assert_eq!((registry.latency.clone(), registry.by_default), (Some(Law::Constant(3e6)), false));
    assert_eq!(phones(&loaded).sends, None);
}

#[test]
fn the_last_argument_counts_and_says_so() {
    let loaded = Files::design().good(DEPLOY, &["gateways.count=9", "gateways.count=5"]);
    assert_eq!((gateways(&loaded).count, codes(&loaded.warnings)), (5, vec!["set-again"]));
}

#[test]
fn a_model_extends_a_model() {
    let files = Files::design()
        .with(
            "models/big.yaml",
            "extends: chat.yaml\nnodes:\n  gateways: { gateway: { count: 40 } }\n",
        )
        .with(CHILD, "model: ../models/big.yaml\nhorizon: 1min\n");
    let loaded = files.good(CHILD, &[]);
    assert_eq!(gateways(&loaded).count, 40);
    assert_eq!(loaded.scenario.question, "child", "without a headline, the name");
    assert_eq!(loaded.scenario.nodes.len(), 7);
}

#[test]
fn windows_files_load() {
    let text = format!("\u{feff}{}", include_str!("rolling-deploy.yaml").replace('\n', "\r\n"));
    let files = Files::design();
    let there = files.good(DEPLOY, &[]).scenario;
    let here = files.with(DEPLOY, &text).good(DEPLOY, &[]).scenario;
    assert_eq!(here, there);
}

#[test]
fn only_what_is_set_and_does_nothing_is_warned_of() {
    let text = "extends: rolling-deploy.yaml\nset: { gateways.cores: 8, seed: 2 }\n";
    let found = child(text).warnings;
    assert_eq!(codes(&found), ["idle-set"]);
    assert_eq!(found.list[0].message, "`gateways.cores` is set to what it is anyway");
}

/// A key is judged by what the others of its file make of it, and not by what overrides it.
#[test]
fn a_set_is_idle_beside_the_others() {
    let found = |set: &str, sets: &[&str]| {
        let base = "model: ../models/chat.yaml\nhorizon: 5min\n\
                    nodes: { phones: { clients: { transport: sse } } }\n";
        let text = format!("extends: base.yaml\nset: {{ {set} }}\n");
        let files = Files::design().with("experiments/base.yaml", base).with(CHILD, &text);
        let list = files.good(CHILD, sets).warnings.list;
        let list = list.into_iter().filter(|found| found.code == "idle-set");
        list.map(|found| found.message).collect::<Vec<_>>()
    };
    let says = |key: &str| format!("`{key}` is set to what it is anyway");
    // A stream reconnects as an EventSource does anyway, a WebSocket does not.
    let back = "phones.reconnect: eventsource, phones.transport: websocket";
    assert_eq!(found(back, &[]), [""; 0]);
    assert_eq!(found("phones.transport: sse", &[]), [says("phones.transport")]);
    assert_eq!(found("gateways.cores: 4", &["gateways.cores=4"]), [says("gateways.cores")]);
    assert_eq!(found("gateways.cores: 4", &["gateways.cores=2"]), [""; 0]);
}
