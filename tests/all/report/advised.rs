//! What is advised is run: with it the budget that asked for it is in bounds.
use super::ran;
use squall::summary::{Summary, board, slo::Verdict};

/// A chat that loses a zone and an instance of the other one.
fn run(sets: &[&str]) -> Summary {
    let text = "model: models/chat.yaml\nhorizon: 4min\nwarm_up: 30s\nset:\n  \
                phones.count: 4k\n  phones.sends.per_user: 1/min\n  gateways.count: 4\n  \
                gateways.zones: 2\ntimeline:\n  \
                - { at: 1min, name: zone, zone_loss: { node: gateways, zone: 0 } }\n  \
                - { at: 1min, name: one, crash: { node: gateways, instances: 1 } }\n";
    ran(sets, "e.yaml", Some(text))
}

fn advised(summary: &Summary) -> Option<String> {
    let all = board::changes(summary).into_iter();
    all.filter(|change| change.path == "gateways.count").map(|change| change.to).next()
}

#[test]
fn as_many_gateways_as_advised_hold_what_is_left() {
    for (bound, count) in [
        // All would fit on four, none on one: five at 70 %, one to crash, twice that for a zone.
        ("gateways.max_connections=1400", "12"),
        // Not even on four.
        ("gateways.max_connections=800", "18"),
        ("gateways.memory={ limit: 14MB, per_connection: 10KB }", "12"),
    ] {
        let before = run(&[bound]);
        let to =
            advised(&before).unwrap_or_else(|| panic!("{bound}: {:?}", board::headroom(&before)));
        assert_eq!(to, count, "{bound}");
        let after = run(&[bound, &format!("gateways.count={to}")]);
        assert_eq!(advised(&after), None, "{bound}");
        let peak = |summary: &Summary| board::headroom(summary)[0].budgets[0].peak;
        assert!(peak(&before) > 0.999 && peak(&after) < 0.8, "{bound}: {}", peak(&after));
    }
}

/// A shipped experiment with other values.
fn experiment(name: &str, sets: &[&str]) -> Summary {
    ran(sets, &format!("experiments/{name}.yaml"), None)
}

/// What is advised on some paths, as `--set` takes it.
fn sets(summary: &Summary, paths: &[&str]) -> Vec<String> {
    let all = board::changes(summary);
    let own = all.iter().filter(|change| paths.contains(&change.path.as_str()));
    let own: Vec<String> = own.map(|change| format!("{}={}", change.path, change.to)).collect();
    assert_eq!(own.len(), paths.len(), "{all:?}");
    own
}

/// The experiment with what it advises on some paths beside its own values, and the advice.
fn taken(name: &str, own: &[&str], paths: &[&str]) -> (Summary, Vec<String>) {
    let before = experiment(name, own);
    let advised = sets(&before, paths);
    let all: Vec<&str> = own.iter().copied().chain(advised.iter().map(String::as_str)).collect();
    (experiment(name, &all), advised)
}

/// With a queue that takes as long as its clients wait all would be served in vain: strictly fewer.
#[test]
fn nobody_is_served_in_vain_behind_the_queue_that_is_advised() {
    let own = ["phones.count=20k", "horizon=3min"];
    let full = experiment("thundering-boot", &[&own[..], &["gateways.accept_queue=5000"]].concat());
    assert!(full.mean("handshakes.wasted").unwrap() > 1_000.0);
    let (after, advised) = taken("thundering-boot", &own, &["gateways.accept_queue"]);
    assert_eq!(advised, ["gateways.accept_queue=4500"]);
    assert_eq!(after.mean("handshakes.wasted"), Some(0.0));
    assert_eq!(after.mean("connections.end"), Some(20_000.0));
    // Six of ten seconds are on the way: 2,000 in the four that are left.
    let far = ["phones.count=20k", "horizon=3min", "phones.network.rtt=2s"];
    let far = [&far[..], &["gateways.handshake_rtts=3"]].concat();
    let (after, advised) = taken("thundering-boot", &far, &["gateways.accept_queue"]);
    assert_eq!(advised, ["gateways.accept_queue=1800"]);
    assert_eq!(after.mean("handshakes.wasted"), Some(0.0));
}

/// A tier that dies of those who fall back to it: as many as hold all, not those who got in.
#[test]
fn a_tier_gets_what_all_take_who_would_come() {
    let own = ["phones.count=20k", "side.memory.limit=200MB", "horizon=5min"];
    let before = experiment("fallback-flood", &own);
    assert!(before.mean("instances.killed").unwrap() > 0.0);
    let rooms = board::headroom(&before);
    let side = rooms.iter().find(|room| room.node == "side").unwrap();
    let memory = &side.budgets[0];
    assert!(memory.name == "memory" && memory.exceeded && memory.peak >= 1.0, "{side:?}");
    // Two of 200 MB, and 54 KB each.
    let full = memory.full_at.unwrap();
    assert!((full / 7_407.0 - 1.0).abs() < 0.02 && side.comes > 19_999.0, "{side:?}");
    assert_eq!(board::binding(&rooms).unwrap().1.name, "memory");
    let (after, advised) = taken("fallback-flood", &own, &["side.count"]);
    assert_eq!(advised, ["side.count=8"]);
    assert_eq!(after.mean("instances.killed"), Some(0.0));
    assert!(after.slo.iter().all(|judged| judged.verdict == Verdict::Pass), "{:?}", after.slo);
}

/// A drain with a window lasts for it: one that an objective has no time for is not advised.
#[test]
fn a_grace_is_not_advised_for_longer_than_an_objective_allows() {
    let paths = ["gateways.drain.window", "gateways.drain.grace"];
    let (after, advised) = taken("grace-violated", &[], &paths);
    assert_eq!(advised, ["gateways.drain.window=55s", "gateways.drain.grace=55s"]);
    assert_eq!(after.mean("connections.cut"), Some(0.0));
    assert!(after.mean("recovery.deploy.all").unwrap() < 60.0);
    // With a tenth of the handshakes no window does both, which is said.
    let slow =
        experiment("grace-violated", &["gateways.cpu.app=40ms", "gateways.drain.window=30s"]);
    let all = board::changes(&slow);
    let window = all.iter().find(|change| change.path == "gateways.drain.window").unwrap();
    assert!(window.evidence.contains("does not keep recovery.deploy.all"), "{window:?}");
}

/// The others have time for a batch long before an objective on availability is kept.
#[test]
fn a_window_keeps_the_availability_that_is_asked_for() {
    let own = ["phones.count=20k", "gateways.drain.window=1s"];
    let before = experiment("rolling-deploy", &own);
    assert!(before.mean("during(deploy).clients.availability").unwrap() < 0.997);
    let (after, _) = taken("rolling-deploy", &own, &["gateways.drain.window"]);
    let kept = after.mean("during(deploy).clients.availability").unwrap();
    assert!((0.997..0.998).contains(&kept), "{kept}");
    assert_eq!(board::changes(&after), []);
}

/// A herd at a quota takes N/µ: spread over a quarter more, hardly anybody is refused.
#[test]
fn a_herd_is_spread_over_what_a_quota_takes() {
    let own = ["phones.count=10k"];
    let before = experiment("managed-gateway-quota", &own);
    assert!(before.mean("attempts.per_client").unwrap() > 2.0);
    let (after, advised) = taken("managed-gateway-quota", &own, &["phones.reconnect.base"]);
    assert_eq!(advised, ["phones.reconnect.base=25s"]);
    assert!(after.mean("attempts.per_client").unwrap() < 1.1);
    assert!(board::changes(&after).iter().all(|change| !change.path.contains("reconnect")));
    let waits = squall::report::markdown::page(&before, &[]);
    assert!(waits.contains("a herd waits for new connections"), "{waits}");
}
