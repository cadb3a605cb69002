//! Of whom a peak is, and when it comes: what is kept out makes none, and who is gone then serves
//! nobody.
use super::{board::told, ran, runs::chart};
use serde_json::json;
use squall::summary::{
    Metric, Summary, board,
    figures::{self, plain},
};

fn set(summary: &mut Summary, name: &str, value: f64) {
    let metric = summary.metrics.iter_mut().find(|it| it.name == name).unwrap();
    *metric = Metric::from_values(name, &["phones", "gateways"], metric.unit, vec![value]);
}

/// 80,000 of 100,000 get in: the peaks of all other budgets are theirs.
#[test]
fn who_is_kept_out_has_no_part_in_a_peak() {
    let mut summary = told();
    summary.input["nodes"]["phones"]["clients"]["transport"] = json!("websocket");
    summary.input["nodes"]["gateways"]["gateway"]["max_connections"] = json!("20k");
    set(&mut summary, "gateways.connections_per_instance.max", 20_000.0);
    let rooms = board::headroom(&summary);
    let full = |name: &str| {
        let budget = rooms[0].budgets.iter().find(|it| it.name == name).unwrap();
        figures::count(budget.full_at.unwrap().round())
    };
    assert_eq!(full("connections"), "80,000");
    // Four with 100,000 descriptors; 400 of 1,000 MB are taken by 80,000.
    assert_eq!([full("descriptors"), full("memory")], ["400,000", "200,000"]);
    // A bar shows what was used, and the headline what is wanted, by one word each.
    let headline = plain(&chart(&summary, "budgets").headline);
    let says = "Over budget: connections of gateways are wanted at 1.25 times their limit";
    assert!(headline.starts_with(says), "{headline}");
    assert!(!headline.contains("of what there is"), "{headline}");
}

/// A chat whose memory is near its limit, and what is done to it.
fn near(sets: &[&str], policy: &str, does: &str) -> Summary {
    let text = format!(
        "model: models/chat.yaml\nhorizon: 90s\nwarm_up: 20s\nset: {{ \
         phones.sends.per_user: 0.2/min, phones.network.silent_drops: 0%, {policy} }}\ntimeline:\n\
         \x20 - {{ at: 40s, name: crash, crash: {{ node: gateways, {does} }} }}\n"
    );
    ran(sets, "e.yaml", Some(&text))
}

/// With as many gateways as are advised the fullest is at 70 %, whenever its peak comes.
#[test]
fn as_many_as_advised_are_within_bounds_whenever_the_peak_comes() {
    let (ring, even) = ("seed: 2", "edge.policy: least_connections");
    for (sets, policy, does) in [
        // Nine of ten blink: the peak is that of the steady time.
        (
            ["phones.count=10k", "gateways.count=10", "gateways.memory.limit=13MB"],
            ring,
            "instances: [0, 1, 2, 3, 4, 5, 6, 7, 8], restart: 1s",
        ),
        // One of five is away for ten seconds, in which some of its users come to the others,
        (
            ["phones.count=10k", "gateways.count=5", "gateways.memory.limit=25MB"],
            ring,
            "instances: [0], restart: 10s",
        ),
        // and for the rest of the run, in which all do.
        (
            ["phones.count=10k", "gateways.count=5", "gateways.memory.limit=30MB"],
            even,
            "instances: [0]",
        ),
    ] {
        let before = near(&sets, policy, does);
        let all = board::changes(&before);
        let change = all.iter().find(|it| it.path == "gateways.count").unwrap();
        let more = format!("gateways.count={}", change.to);
        let after = near(&[sets[0], &more, sets[2]], policy, does);
        let used = after.mean("gateways.budget.memory").unwrap();
        assert!((0.55..0.715).contains(&used), "{does}: {change:?}: {}", figures::share(used));
    }
}
