//! A managed service is put in the place of gateways in one line; what cannot be asked of it is an
//! error.
use super::{Files, codes};
use squall::{
    node::parameters::{Answer, Gateway, Parameters},
    scenario::{Loaded, prices::Paid},
};

const SWAPPED: &str = "experiments/swapped.yaml";

/// The chat behind a managed service, with some lines more.
fn swapped(more: &str) -> Files {
    let text = format!(
        "model: ../models/chat.yaml\nhorizon: 5min\n\
         nodes: {{ gateways: {{ managed: {{}} }} }}\n{more}"
    );
    Files::default().with(SWAPPED, &text)
}

fn good(more: &str, sets: &[&str]) -> Loaded {
    swapped(more).good(SWAPPED, sets)
}

fn wrong(more: &str, sets: &[&str]) -> String {
    format!("{:?}", swapped(more).load(SWAPPED, sets).err().unwrap().list)
}

fn pool(loaded: &Loaded) -> &Gateway {
    let node = loaded.scenario.nodes.iter().find(|node| node.name == "gateways").unwrap();
    let Parameters::Gateway(pool) = &node.parameters else { panic!() };
    pool
}

#[test]
fn one_line_swaps_the_gateways() {
    let loaded = good("set: { phones.count: 100k }\n", &[]);
    assert_eq!(codes(&loaded.warnings), [""; 0]);
    let pool = pool(&loaded);
    let managed = pool.managed.as_ref().unwrap();
    assert_eq!((pool.count, pool.refusal.answer), (1, Answer::TooMany));
    assert!((managed.new_connections.0 - 500.0).abs() < 1e-9);
    assert_eq!(loaded.scenario.links.len(), 9);
    let tariffs = &loaded.scenario.prices.as_ref().unwrap().tariffs;
    let paid = |name: &str| tariffs.iter().find(|it| it.node == name).map(|it| &it.paid);
    let Some(Paid::Managed(service)) = paid("gateways") else { panic!() };
    assert_eq!((service.name.as_str(), service.counts_heartbeats), ("api-gateway", false));
    assert!(paid("edge").is_none(), "it stands for the service's own door");
}

/// A whole node is set with its kind; its keys by their path.
#[test]
fn a_whole_node_can_be_set() {
    let file = Files::default()
        .with(SWAPPED, "model: ../models/chat.yaml\nhorizon: 5min\nset: { phones.count: 9k }\n");
    let set = |sets: &[&str]| file.good(SWAPPED, sets);
    let loaded = set(&["gateways={managed: {latency: 5ms}}", "gateways.new_connections=50/s"]);
    assert!((pool(&loaded).managed.as_ref().unwrap().new_connections.0 - 50.0).abs() < 1e-9);
    // Of the same kind it is laid over what stands there.
    let loaded = set(&["gateways={gateway: {count: 3}}"]);
    assert_eq!((pool(&loaded).count, pool(&loaded).max_connections), (3, 100_000));
    let ably = set(&["gateways={managed: {service: ably}}"]);
    let tariffs = &ably.scenario.prices.as_ref().unwrap().tariffs;
    assert!(tariffs.iter().any(|it| matches!(&it.paid, Paid::Managed(it) if it.includes_egress)));
}

#[test]
fn what_cannot_happen_to_it_is_an_error() {
    for action in [
        "deploy: { node: gateways }",
        "crash: { node: gateways, instances: 0 }",
        "zone_loss: { node: gateways, zone: 0 }",
    ] {
        let found = wrong(&format!("timeline: [{{ at: 1min, {action} }}]\n"), &[]);
        assert!(found.contains("is a managed service"), "{found}");
        assert!(found.contains("drop_clients"), "{found}");
    }
    good("timeline: [{ at: 1min, drop_clients: { node: phones } }]\n", &["phones.count=1k"]);
    let found = wrong("", &["phones.transport=sse"]);
    assert!(found.contains("write `transport: websocket`"), "{found}");
    let listed = ["phones.transport=null", "phones.prefer=[websocket, sse, long_poll]"];
    let found = wrong("", &listed);
    assert!(found.contains("`phones.prefer` names `sse`"), "{found}");
    assert!(found.contains("`phones.prefer` names `long_poll`"), "{found}");
    assert_eq!(found.matches("is all that `gateways`").count(), 2, "{found}");
    let found = wrong("", &["phones.sends.payload=129KB"]);
    assert!(found.contains("takes no message over 128KB"), "{found}");
    let found = wrong("", &["gateways.service=pusher"]);
    assert!(found.contains("these have: api-gateway, ably"), "{found}");
    let found = wrong("", &["gateways.cores=8"]);
    assert!(found.contains("gateways.cores"), "{found}");
}

/// A list may lead to gateways of one's own beside the service, and to the service as a second way.
#[test]
fn each_way_is_held_against_what_holds_its_connections() {
    let side = "nodes: { gateways: { managed: {} }, side_edge: { load_balancer: {} }, \
                side: { gateway: { count: 2 } } }\nset: { phones.count: 1k }\n\
                links: { side_edge -> side: {}, fanout -> side: {} }\n";
    let load = |prefer: &str, every: &str| {
        let text = format!("model: ../models/chat.yaml\nhorizon: 5min\n{side}");
        let sets = [
            "phones.transport=null",
            prefer,
            "presence.ttl=1h",
            &format!("phones.heartbeat.every={every}"),
        ];
        Files::default().with(SWAPPED, &text).load(SWAPPED, &sets)
    };
    let list = "phones.prefer=[{sse: side_edge}, {websocket: edge}]";
    assert_eq!(codes(&load(list, "24s").unwrap().warnings), [""; 0]);
    assert_eq!(codes(&load(list, "20min").unwrap().warnings), ["idle-timeout"]);
    let found = load("phones.prefer=[{websocket: side_edge}, {sse: edge}]", "24s").err().unwrap();
    let found = format!("{found:?}");
    assert!(found.contains("`phones.prefer` names `sse`"), "{found}");
}

#[test]
fn what_it_will_do_to_users_is_a_warning() {
    let warned = |sets: &[&str]| {
        let sets: Vec<&str> = ["phones.count=100k"].iter().chain(sets).copied().collect();
        good("", &sets).warnings
    };
    assert_eq!(codes(&warned(&["phones.heartbeat.every=9min", "presence.ttl=20min"])), [""; 0]);
    for every in ["10min", "15min", "never"] {
        let found = warned(&[&format!("phones.heartbeat.every={every}"), "presence.ttl=1h"]);
        assert_eq!(codes(&found), ["idle-timeout"], "{every}");
    }
    // A life of two hours cut off at two hours is 4,551 s on average, and 500 a second open.
    let few = good("", &["phones.count=2250k"]).warnings;
    assert_eq!(codes(&few), [""; 0]);
    let many = good("", &["phones.count=2300k"]).warnings;
    assert_eq!(codes(&many), ["over-capacity"]);
    assert!(format!("{:?}", many.list).contains("with at most 2275"), "{many}");
}
