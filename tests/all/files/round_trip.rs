//! What `squall show` prints is an experiment, and the same one.
use super::{DEPLOY, Files};
use crate::property::cases;
use proptest::prelude::*;
use squall::{
    cli::show,
    node::parameters::Parameters,
    scenario::{Scenario, stated_law},
};

const SHOWN: &str = "elsewhere/shown.yaml";
const LAW: &str = "experiments/law.yaml";

/// The scenario as it is after its links have been written out.
fn spelled_out(mut scenario: Scenario, name: &str) -> Scenario {
    for link in &mut scenario.links {
        link.by_default = false;
    }
    name.clone_into(&mut scenario.name);
    scenario.origins.clear();
    scenario.sets.clear();
    scenario
}

fn check(scenario: &Scenario) {
    let json = serde_json::to_string_pretty(&scenario.resolved).unwrap();
    for text in [show::yaml(scenario), json] {
        let again = Files::default().with(SHOWN, &text).good(SHOWN, &[]);
        assert_eq!(again.scenario.resolved, scenario.resolved, "{text}");
        assert_eq!(again.files.len(), 1, "it stands alone");
        let [again, scenario] =
            [&again.scenario, scenario].map(|s| spelled_out(s.clone(), "shown"));
        assert_eq!(again, scenario, "{text}");
    }
}

#[test]
fn the_design_loads_again() {
    check(&Files::design().good(DEPLOY, &[]).scenario);
}

#[test]
fn the_zoo_loads_again() {
    check(&Files::default().good("tests/all/files/zoo.yaml", &[]).scenario);
}

#[test]
fn what_is_shown_is_short_and_says_what_is_by_default() {
    let text = show::yaml(&Files::design().good(DEPLOY, &[]).scenario);
    assert!(text.contains("\n  gateways -> presence: { latency: 500us } # by default\n"), "{text}");
    assert!(text.contains("\n  edge -> gateways: { latency: 500us }\n"), "{text}");
    assert!(text.contains("\n        idle: 4.7us/s\n"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    let prices = |line: &&str| line.starts_with("prices:");
    assert!(text.lines().take_while(|line| !prices(line)).count() < 10, "{text}");
    let rest = text.lines().skip_while(|line| *line != "nodes:").count();
    assert!((50..170).contains(&rest), "{text}");
}

#[test]
fn what_turns_a_terminal_is_escaped() {
    let sets = [r#"question="a \u202eb\u2067""#];
    let scenario = Files::design().good(DEPLOY, &sets).scenario;
    assert!(scenario.question.contains('\u{202E}'), "{}", scenario.question);
    let text = show::yaml(&scenario);
    assert!(text.starts_with(r#"question: "a \u202eb\u2067""#), "{text}");
    check(&scenario);
}

#[test]
fn spelling_does_not_matter() {
    let files = Files::design();
    let one = files.good(DEPLOY, &["gateways.drain.window=90s", "phones.count=100000"]).scenario;
    let other = files.good(DEPLOY, &["gateways.drain.window=1min30s"]).scenario;
    assert_eq!(one.resolved.to_string(), other.resolved.to_string());
}

proptest! {
    #![proptest_config(cases(64))]
    #[test]
    fn random_parameters_load_again(
        count in 2_u32..3_000_000,
        nanos in 1_000_000_u64..1_000_000_000_000_000,
        rate in 1_u32..100_000,
        thousandths in 0_u32..=100_000,
        bytes in 1_u64..1 << 40,
        factor in 1.0_f64..10.0,
        question in "\\PC{0,30}",
        seed: u64,
    ) {
        let sets = [
            format!("phones.count={count}"),
            format!("phones.heartbeat.every={nanos}ns"),
            format!("phones.network.rtt={{normal: {{mean: {nanos}ns, sd: {nanos}ns}}}}"),
            format!("phones.sends.per_user={rate}/h"),
            format!("phones.network.silent_drops={}%", f64::from(thousandths) / 1e3),
            format!("gateways.memory={{per_connection: {bytes}B, limit: 2TiB}}"),
            format!("phones.reconnect.factor={factor}"),
            format!("question={}", serde_json::Value::from(question)),
            format!("seed={seed}"),
        ];
        let sets: Vec<&str> = sets.iter().map(String::as_str).collect();
        check(&Files::design().good(DEPLOY, &sets).scenario);
    }
}

/// A resolved input says each law as it was drawn from.
#[test]
fn a_resolved_law_is_the_law() {
    for law in [
        "80ms",
        "{ uniform: [10ms, 90ms] }",
        "{ exponential: { mean: 80ms } }",
        "{ lognormal: { median: 55ms, p95: 250ms } }",
        "{ normal: { mean: 80ms, sd: 10ms } }",
        "{ gamma: { mean: 80ms, cv: 0.5 } }",
        "{ gamma: { mean: 80ms, shape: 3 } }",
        "{ pareto: { mean: 80ms, shape: 2.5 } }",
        "{ empirical: [10ms, 80ms, 300ms] }",
    ] {
        let text = "model: ../models/chat.yaml\nhorizon: 5min\nset: { phones.count: 1k }\n";
        let files = Files::default().with(LAW, text);
        let scenario = files.good(LAW, &[&format!("phones.network.rtt={law}")]).scenario;
        let own = scenario.nodes.iter().find_map(|node| match &node.parameters {
            Parameters::Clients(clients) => Some(clients.network.rtt.clone()),
            _ => None,
        });
        let stated = &scenario.resolved["nodes"]["phones"]["clients"]["network"]["rtt"];
        assert_eq!(stated_law(stated), own, "{law} as {stated}");
    }
    assert_eq!(stated_law(&"never".into()), None);
}
