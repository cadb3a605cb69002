//! Price sheets: found from where they are named, laid over each other, set by path, and what each
//! node is paid by.
use super::{DEPLOY, Files, codes};
use squall::{
    engine::Span,
    scenario::{
        Loaded,
        prices::{Machine, Paid, Prices},
    },
    units::Bytes,
};

fn prices(loaded: &Loaded) -> &Prices {
    loaded.scenario.prices.as_ref().unwrap()
}

fn paid<'l>(loaded: &'l Loaded, node: &str) -> &'l Paid {
    let tariffs = &prices(loaded).tariffs;
    &tariffs.iter().find(|tariff| tariff.node == node).unwrap().paid
}

fn machine<'l>(loaded: &'l Loaded, node: &str) -> &'l Machine {
    match paid(loaded, node) {
        Paid::Gateway(machine)
        | Paid::Fanout(machine)
        | Paid::BufferInMemory(machine)
        | Paid::Pubsub { machine, .. }
        | Paid::Registry { machine, .. } => machine,
        other => panic!("{node} has no machine but {other:?}"),
    }
}

fn usd(loaded: &Loaded, node: &str) -> String {
    machine(loaded, node).hour.usd.to_string()
}

#[test]
fn the_shipped_sheet_prices_the_shipped_model() {
    let loaded = Files::design().good(DEPLOY, &[]);
    assert_eq!(prices(&loaded).name, "AWS us-east-1, on demand, list prices");
    let gateways = machine(&loaded, "gateways");
    assert_eq!((gateways.name.as_str(), gateways.cores), ("m7g.2xlarge", 8));
    assert_eq!(gateways.why, "the cheapest with 8 cores and 8GiB");
    assert_eq!(machine(&loaded, "fanout").why, "the cheapest with 8 cores");
    assert_eq!(machine(&loaded, "bus").why, "named");
    assert_eq!(machine(&loaded, "presence").why, "the cheapest");
    let Paid::LoadBalancer(edge) = paid(&loaded, "edge") else { panic!() };
    assert_eq!(edge.product, "NLB");
    assert!(matches!(paid(&loaded, "replay"), Paid::BufferOnDisk(price) if price.usd > 0.09));
    let ends: Vec<Option<f64>> = prices(&loaded).egress.tiers.iter().map(|tier| tier.to).collect();
    assert_eq!(ends, [Some(100.0), Some(10e3), Some(50e3), Some(150e3), None]);
    assert!(prices(&loaded).tariffs.iter().all(|tariff| tariff.node != "phones"));
}

#[test]
fn what_a_node_is_decides_what_it_runs_on() {
    let chosen = |sets: &[&str], node: &str| {
        let loaded = Files::design().good(DEPLOY, sets);
        machine(&loaded, node).name.clone()
    };
    assert_eq!(chosen(&["gateways.cores=2"], "gateways"), "m7g.large", "it has 8 GiB");
    let small = ["gateways.cores=2", "gateways.memory.limit=4GiB"];
    assert_eq!(chosen(&small, "gateways"), "c6g.large");
    assert_eq!(chosen(&["gateways.memory.limit=33GiB"], "gateways"), "m7g.4xlarge");
    assert_eq!(chosen(&["fanout.concurrency=1"], "fanout"), "c6g.large", "memory does not matter");
    assert_eq!(chosen(&["gateways.instance=m7g.4xlarge"], "gateways"), "m7g.4xlarge");
    assert_eq!(chosen(&["bus.instance=null"], "bus"), "kafka.t3.small");
    let loaded = Files::design().good(DEPLOY, &["edge.layer=7", "replay.instance=cache.m6g.large"]);
    assert!(matches!(paid(&loaded, "edge"), Paid::LoadBalancer(it) if it.product == "ALB"));
    assert_eq!(machine(&loaded, "replay").memory, Bytes(6_380_000_000));
    let loaded = Files::design().good(DEPLOY, &["gateways.instance=m7g.large"]);
    assert_eq!(codes(&loaded.warnings), ["too-small"]);
}

#[test]
fn an_experiments_sheet_replaces_its_models() {
    let sheet = "extends: prices/aws-us-east-1.yaml\nname: ours\n\
                 instances: { m7g.2xlarge: { price: 0.2 USD/h, source: contract } }\n";
    let child = "extends: rolling-deploy.yaml\nprices: ../models/ours.yaml\n";
    let loaded = Files::design()
        .with("models/ours.yaml", sheet)
        .with("experiments/child.yaml", child)
        .good("experiments/child.yaml", &[]);
    assert_eq!((prices(&loaded).name.as_str(), usd(&loaded, "gateways")), ("ours", "0.2".into()));
    let hour = &machine(&loaded, "gateways").hour;
    assert_eq!((hour.source.as_str(), hour.date.month), ("contract", 6), "the rest is the list's");
    assert_eq!(usd(&loaded, "bus"), "0.21");
}

#[test]
fn lines_and_sheets_can_be_set() {
    let sets = [
        "prices.instances.m7g.2xlarge.price=1 USD/h",
        "prices.storage.price=0.2 USD/GB-month",
        "bus.retention=1h",
        "bus.brokers=5",
        "presence.copies=1",
    ];
    let loaded = Files::design().good(DEPLOY, &sets);
    // The next cheapest of 8 cores takes its place.
    assert_eq!(machine(&loaded, "gateways").name, "m7g.4xlarge");
    let Paid::Pubsub { brokers, copies, retention, storage, .. } = paid(&loaded, "bus") else {
        panic!()
    };
    assert_eq!((*brokers, *copies, *retention), (5, 3, Span::from_secs(3_600)));
    assert!((storage.usd - 0.2).abs() < 1e-12);
    assert!(matches!(paid(&loaded, "presence"), Paid::Registry { copies: 1, .. }));
    let other = include_str!("../../../models/prices/aws-us-east-1.yaml")
        .replace("name: AWS", "name: not AWS");
    let loaded = Files::design()
        .with("cheap.yaml", &other)
        .good(DEPLOY, &["prices=cheap.yaml", "prices.storage.price=0 USD/GB-month"]);
    assert!(prices(&loaded).name.starts_with("not AWS"));
    assert!(matches!(paid(&loaded, "replay"), Paid::BufferOnDisk(price) if price.usd == 0.0));
}

#[test]
fn without_prices_there_is_nothing_to_pay() {
    let loaded = Files::design().good(DEPLOY, &["prices=null"]);
    assert_eq!(loaded.scenario.prices, None);
    assert_eq!(codes(&loaded.warnings), ["no-prices"]);
    assert!(loaded.scenario.resolved.get("prices").is_none());
}
