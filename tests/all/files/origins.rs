//! Every value of a scenario says where it came from.
use super::{DEPLOY, Files};
use serde_json::Value;
use squall::{
    scenario::{self, Origin, Scenario, Writer},
    spec::Arguments,
};
use std::path::Path;

const PRICES: &str = include_str!("../../../models/prices/aws-us-east-1.yaml");
const CHEAPEST: &str = "[squall] the cheapest with its cores and memory";

fn origin<'s>(scenario: &'s Scenario, path: &str) -> (&'s str, Writer, &'s str) {
    let mut found = scenario.origins.iter().filter(|origin| origin.path == path);
    let Origin { value, from, source, .. } =
        found.next().unwrap_or_else(|| panic!("no origin for {path}"));
    assert_eq!(found.next(), None, "two origins for {path}");
    (value, *from, source)
}

#[test]
fn each_writer_is_named() {
    let files = Files::default()
        .with("base.yaml", include_str!("../../../models/chat.yaml"))
        .with("prices/aws-us-east-1.yaml", PRICES)
        .with("model.yaml", "extends: base.yaml\nnodes:\n  bus: { pubsub: { partitions: 32 } }\n")
        .with(
            "general.yaml",
            "horizon: 5min\nmodel: model.yaml\nset:\n  phones.count: 1k\ntimeline:\n\
             - at: 1min\n  deploy: { node: gateways }\n",
        )
        .with(
            "a/folder/special.yaml",
            "# What then?\nextends: ../../general.yaml\nseed: 4\n\
             set: { gateways.memory: { limit: 4GiB }, timeline.deploy.batch: 2 }\n\
             slo:\n - deliveries.missed == 0\n",
        );
    let sets = ["gateways.drain={window: 5s}", "bus.latency={exponential: {mean: 3ms}}"];
    let scenario = files.good("a/folder/special.yaml", &sets).scenario;
    for (path, value, from, source) in [
        ("question", "What then?", Writer::Experiment, "special.yaml:1"),
        ("seed", "4", Writer::Experiment, "special.yaml:3"),
        ("horizon", "5min", Writer::ExtendedExperiment, "general.yaml:1"),
        ("phones.count", "1k", Writer::Set, "general.yaml:4"),
        ("gateways.memory.limit", "4GiB", Writer::Set, "special.yaml:4"),
        ("gateways.memory.per_connection", "10KB", Writer::ExtendedModel, "base.yaml:24"),
        ("bus.partitions", "32", Writer::Model, "model.yaml:3"),
        ("gateways.drain.window", "5s", Writer::CommandLine, "--set gateways.drain"),
        ("gateways.drain.grace", "30s", Writer::ExtendedModel, "base.yaml:25"),
        ("bus.latency.exponential.mean", "3ms", Writer::CommandLine, "--set bus.latency"),
        ("gateways.cores", "8", Writer::ExtendedModel, "base.yaml:22"),
        ("gateways.handshake_rtts", "3", Writer::Default, "TCP, TLS 1.3, upgrade [K]"),
        ("edge.policy.consistent_hash.via", "ticket", Writer::ExtendedModel, "base.yaml:18"),
        ("links.edge -> gateways.latency", "500us", Writer::ExtendedModel, "base.yaml:32"),
        ("links.fanout -> replay.latency", "500us", Writer::Default, "as a registry operation [K]"),
        ("timeline.deploy.at", "1min", Writer::ExtendedExperiment, "general.yaml:6"),
        ("timeline.deploy.name", "deploy", Writer::Default, "[squall] by its action"),
        ("timeline.deploy.batch", "2", Writer::Set, "special.yaml:4"),
        ("timeline.deploy.startup", "20s", Writer::Default, "[K]"),
        ("prices.storage.price", "0.1 USD/GB-month", Writer::Prices, "aws-us-east-1.yaml:71"),
        ("prices.instances.m7g.large.cores", "2", Writer::Prices, "aws-us-east-1.yaml:8"),
        ("gateways.instance", "m7g.2xlarge", Writer::Default, CHEAPEST),
        ("bus.instance", "kafka.m5.large", Writer::ExtendedModel, "base.yaml:26"),
        ("slo.0", "deliveries.missed == 0", Writer::Experiment, "special.yaml:6"),
    ] {
        assert_eq!(origin(&scenario, path), (value, from, source), "{path}");
    }
}

fn leaves(value: &Value) -> usize {
    match value {
        Value::Object(entries) if !entries.is_empty() => entries.values().map(leaves).sum(),
        _ => 1,
    }
}

#[test]
fn no_value_is_without_an_origin() {
    for (files, path) in [(Files::design(), DEPLOY), (Files::default(), "tests/all/files/zoo.yaml")]
    {
        let scenario = files.good(path, &[]).scenario;
        let mut document = scenario.resolved.clone();
        let [timeline, slo] = ["timeline", "slo"].map(|key| document[key].take());
        let lists: usize =
            [timeline, slo].iter().flat_map(|list| list.as_array().unwrap()).map(leaves).sum();
        let expected = leaves(&document) - 2 + lists;
        assert_eq!(scenario.origins.len(), expected, "{path}");
        for origin in &scenario.origins {
            assert!(!origin.source.is_empty() && !origin.value.is_empty(), "{origin:?}");
        }
    }
}

#[test]
fn what_is_written_in_short_is_found() {
    let text = include_str!("zoo.yaml");
    let files = Files::default().with("tests/all/files/short.yaml", text);
    let sets = ["edge.policy=consistent_hash", "edge.layer=7", "gateways.handshake_rtts=null"];
    let scenario = files.good("tests/all/files/short.yaml", &sets).scenario;
    let nodes = origin(&scenario, "edge.policy.consistent_hash.virtual_nodes");
    assert_eq!(nodes, ("160", Writer::Default, "nginx ketama [P]"));
    assert_eq!(
        origin(&scenario, "gateways.handshake_rtts").1,
        Writer::Default,
        "null takes it back"
    );
    let (value, from, source) = origin(&scenario, "phones.network.rtt.empirical");
    assert_eq!((value, from), ("[55ms, 12ms, 15ms]", Writer::Experiment));
    assert!(source.starts_with("short.yaml:"));
}

#[test]
fn the_folder_does_not_matter() {
    let files = Files::design();
    let model = include_str!("../../../models/chat.yaml");
    let one = files.good(DEPLOY, &[]).scenario;
    let text = include_str!("rolling-deploy.yaml");
    let elsewhere = Files::default()
        .with("/some/where/experiments/rolling-deploy.yaml", text)
        .with("/some/where/models/chat.yaml", model)
        .with("/some/where/models/prices/aws-us-east-1.yaml", PRICES);
    let other = elsewhere.good("/some/where/experiments/rolling-deploy.yaml", &[]).scenario;
    assert_eq!(one, other);
}

#[test]
fn the_points_of_a_sweep_name_its_axes() {
    let files = Files::design();
    let axes = ["phones.count=500,1k".to_owned()];
    let arguments = Arguments { axes: &axes, ..Arguments::default() };
    let loaded = scenario::load_sweep(Path::new(DEPLOY), &arguments, &|path| files.read(path));
    let plan = loaded.unwrap().plan;
    assert_eq!(plan.points.len(), 2 * 4 * 4);
    for point in &plan.points {
        let window = origin(&point.scenario, "gateways.drain.window");
        assert_eq!((window.1, window.2), (Writer::Axis, "rolling-deploy.yaml:16"), "{window:?}");
        let users = origin(&point.scenario, "phones.count");
        assert_eq!((users.1, users.2), (Writer::Axis, "--axis phones.count"), "{users:?}");
        assert_eq!(origin(&point.scenario, "gateways.drain.grace").1, Writer::Model);
    }
}
