//! What is advised is run: with it the budget that asked for it is in bounds.
use super::{ran, words_of};
use squall::{
    report::{html, markdown},
    summary::{Summary, board, figures, slo::Verdict},
};

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
        // All would fit on four, none on one: five at 70 % (the fullest share of the ring is 14 %
        // more than an even one), one to crash, twice that for a zone.
        ("gateways.max_connections=1400", "12"),
        // Not even on four.
        ("gateways.max_connections=800", "20"),
        ("gateways.memory={ limit: 14MB, per_connection: 10KB }", "12"),
    ] {
        let before = run(&[bound]);
        let to =
            advised(&before).unwrap_or_else(|| panic!("{bound}: {:?}", board::headroom(&before)));
        assert_eq!(to, count, "{bound}");
        let after = run(&[bound, &format!("gateways.count={to}")]);
        assert_eq!(advised(&after), None, "{bound}");
        let peak = |summary: &Summary| board::headroom(summary)[0].budgets[0].peak;
        assert!(peak(&before) > 0.999 && peak(&after) < 0.71, "{bound}: {}", peak(&after));
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

/// 10,000 at 500 a second take 20 s.
fn quota(limit: &str, sets: &[&str]) -> Summary {
    let text = format!(
        "model: models/chat.yaml\nnodes: {{ gateways: {{ managed: {{}} }} }}\nhorizon: 4min\n\
         warm_up: 1min\nset: {{ phones.count: 10k, phones.network.lifetime: never }}\ntimeline:\n  \
         - {{ at: 90s, name: drop, drop_clients: {{ node: phones, kind: reset }} }}\nslo:\n  \
         - {limit}\n  - attempts.per_client < 1.1\n"
    );
    ran(sets, "e.yaml", Some(&text))
}

/// The objectives that a run breaks.
fn broken(summary: &Summary) -> Vec<&str> {
    let own = summary.slo.iter().filter(|judged| judged.verdict != Verdict::Pass);
    own.map(|judged| judged.expr.as_str()).collect()
}

/// A quarter more than N/µ would be too long for an objective that holds.
#[test]
fn no_spread_breaks_an_objective_that_held() {
    for (limit, over) in [
        ("recovery.drop.t99 < 110s", 25),
        ("recovery.drop.t99 < 24s", 23),
        ("recovery.drop.user_seconds < 115000s", 22),
        ("clients.availability > 95%", 22),
        ("reconnect.p50 < 12s", 23),
        ("reconnect.max < 27s", 21),
    ] {
        let before = quota(limit, &["phones.reconnect.cap=8s"]);
        assert_eq!(broken(&before), ["attempts.per_client < 1.1"], "{limit}");
        let advised = sets(&before, &["phones.reconnect.base", "phones.reconnect.cap"]);
        let both = ["base", "cap"].map(|key| format!("phones.reconnect.{key}={over}s"));
        assert_eq!(advised, both, "{limit}");
        let own: Vec<&str> = advised.iter().map(String::as_str).collect();
        let after = quota(limit, &own);
        assert_eq!(broken(&after), <[&str; 0]>::default(), "{limit} {:?}", after.slo);
        assert_eq!(board::changes(&after), [], "{limit}");
    }
}

/// Over N/µ or more at least: an objective that wants them back sooner needs another quota.
#[test]
fn what_no_spread_keeps_is_said_in_numbers() {
    let before = quota("recovery.drop.t99 < 20.2s", &["phones.reconnect.cap=4s"]);
    assert_eq!(broken(&before), ["attempts.per_client < 1.1"]);
    assert_eq!(board::changes(&before), []);
    let said = figures::plain(&board::no_advice(&before).unwrap());
    let why = "No spread of the herd is advised for attempts.per_client < 1.1, as none keeps \
               recovery.drop.t99 < 20.2s with it: a herd of 10,000 takes 20.0 s at a quota of 500 \
               a second; it takes a quota of 5";
    assert!(said.starts_with(why), "{said}");
    for page in [markdown::page(&before, &[]), String::from_utf8(html::page(&before, &[])).unwrap()]
    {
        assert!(page.contains("No spread of the herd is advised"), "{page}");
    }
    // What fails anyway is no reason not to spread.
    let before = quota("recovery.drop.t99 < 15s", &[]);
    let all = board::changes(&before);
    assert_eq!((all[0].path.as_str(), all[0].to.as_str()), ("phones.reconnect.base", "25s"));
    assert!(all[0].evidence.contains("That does not keep recovery.drop.t99 < 15s"), "{all:?}");
    // One that is longer than it needs to be.
    let long = ["phones.reconnect={ base: 1min, cap: 1min }"];
    let before = quota("recovery.drop.t99 < 30s", &long);
    assert_eq!(broken(&before), ["recovery.drop.t99 < 30s"]);
    assert_eq!(sets(&before, &["phones.reconnect.base"]), ["phones.reconnect.base=25s"]);
}

/// Three gateways that complete 49 handshakes a second each, and a deploy that is in a hurry.
fn deployed(policy: &str, sets: &[&str]) -> Summary {
    asked_of_a_deploy("", policy, sets)
}

/// The same with an objective.
fn asked_of_a_deploy(slo: &str, policy: &str, sets: &[&str]) -> Summary {
    let text = format!(
        "model: models/chat.yaml\nhorizon: 5min\nwarm_up: 30s\nset:\n  phones.count: 3k\n  \
         phones.network.lifetime: never\n  edge.policy: {policy}\n  gateways.count: 3\n  \
         gateways.cores: 1\n  gateways.cpu.app: 20ms\n  gateways.drain.window: 5s\n  \
         gateways.drain.grace: 5s\ntimeline:\n  \
         - {{ at: 1min, name: deploy, deploy: {{ node: gateways, batch: 1, startup: 10s }} }}\n\
         {slo}"
    );
    ran(sets, "e.yaml", Some(&text))
}

/// The emptiest takes a batch alone: 1,500 at 49 a second. In turn two take the 2,250 that the
/// last one has; a ring gives each of two a thousand. And a quarter more.
#[test]
fn a_window_is_as_long_as_those_need_who_take_the_batch_in() {
    for (policy, window) in [
        ("least_connections", "40s"),
        ("round_robin", "30s"),
        ("{ consistent_hash: { key: user, via: ticket } }", "30s"),
    ] {
        let before = deployed(policy, &[]);
        assert!(before.mean("handshake_queue.max").unwrap() > 9.0, "{policy}");
        let advised = sets(&before, &["gateways.drain.window", "gateways.drain.grace"]);
        let both = ["window", "grace"].map(|key| format!("gateways.drain.{key}={window}"));
        assert_eq!(advised, both, "{policy}");
        let own: Vec<&str> = advised.iter().map(String::as_str).collect();
        let after = deployed(policy, &own);
        for none in ["attempts.refused", "attempts.timed_out", "connections.cut"] {
            assert_eq!(after.mean(none), Some(0.0), "{policy}: {none}");
        }
        let queue = after.mean("handshake_queue.max").unwrap();
        assert!(queue < 1.0, "{policy}: {queue}");
        let all = board::changes(&after);
        assert!(all.iter().all(|change| !change.path.contains("drain")), "{policy}: {all:?}");
    }
}

/// Whose server closes the connections has no window: fewer are closed at once.
#[test]
fn closings_are_as_large_as_the_others_take() {
    let closes = ["gateways.drain.by=server_batches", "gateways.drain.batch=300"];
    let run = |more: &[&str]| deployed("least_connections", &[&closes[..], more].concat());
    let before = run(&["gateways.drain.every=2s", "gateways.drain.grace=1min"]);
    let advised = sets(&before, &["gateways.drain.batch"]);
    // 49 a second of one, for two seconds, a fifth less.
    assert_eq!(advised, ["gateways.drain.batch=78"]);
    let all = board::changes(&before);
    assert!(all.iter().all(|change| !change.path.ends_with("window")), "{all:?}");
    let after = run(&["gateways.drain.every=2s", "gateways.drain.grace=1min", &advised[0]]);
    let queue = |run: &Summary| run.mean("handshake_queue.max").unwrap();
    assert!(queue(&before) > 3.0 * queue(&after), "{} {}", queue(&before), queue(&after));
    let all = board::changes(&after);
    assert!(all.iter().all(|change| !change.path.contains("drain")), "{all:?}");
}

/// A request that is answered asks again: no drain of those who poll waits for handshakes.
#[test]
fn who_polls_needs_no_window() {
    let polls = ["phones.transport=long_poll", "phones.heartbeat=null"];
    let run = deployed("least_connections", &polls);
    let all = board::changes(&run);
    assert!(all.iter().all(|change| !change.path.contains("drain")), "{all:?}");
}

/// A CPU that messages alone fill is no herd's, whatever else is advised for one.
#[test]
fn a_cpu_that_is_full_in_peace_asks_for_more() {
    let text = "model: models/chat.yaml\nhorizon: 3min\nwarm_up: 30s\nset:\n  phones.count: 3k\n  \
                phones.sends.per_user: 12/min\n  phones.network.lifetime: never\n  \
                gateways.count: 3\n  gateways.cores: 1\n  gateways.cpu.push: 2ms\n  \
                gateways.cpu.receive: 2ms\n  edge.policy: least_connections\ntimeline:\n  \
                - { at: 2min, name: drop, drop_clients: { node: phones, share: 10% } }\n";
    let run = |sets: &[&str]| ran(sets, "e.yaml", Some(text));
    let before = run(&[]);
    assert!(before.mean("gateways.cpu.mean").unwrap() > 0.7, "it is to be full");
    let to = advised(&before).unwrap_or_else(|| panic!("{:?}", board::changes(&before)));
    let after = run(&[&format!("gateways.count={to}")]);
    assert!(after.mean("gateways.cpu.mean").unwrap() < 0.75);
    assert_eq!(advised(&after), None);
}

/// More gateways are more batches: where windows that suffice take too long together, larger
/// batches do, and with them nothing is advised any more.
#[test]
fn larger_batches_keep_what_more_gateways_would_not() {
    let slo = "slo: [recovery.deploy.all < 2min]\n";
    let run = |sets: &[&str]| {
        let all = [&["gateways.count=6"], sets].concat();
        asked_of_a_deploy(slo, "least_connections", &all)
    };
    let before = run(&[]);
    let all = board::changes(&before);
    let batch = all.iter().find(|it| it.path == "timeline.deploy.batch").unwrap();
    assert!((batch.from.as_str(), batch.to.as_str()) == ("1", "2"), "{batch:?}");
    assert!(batch.evidence.contains("does not keep recovery.deploy.all < 2min"), "{batch:?}");
    let paths = ["timeline.deploy.batch", "gateways.drain.window", "gateways.drain.grace"];
    let own = sets(&before, &paths);
    let after = run(&own.iter().map(String::as_str).collect::<Vec<&str>>());
    assert_eq!(broken(&after), [""; 0], "{:?}", after.slo);
    assert_eq!(board::changes(&after), [], "{own:?}");
    assert_eq!(after.mean("attempts.refused"), Some(0.0));
}

/// A deploy that nothing is wrong with but how long it takes: a shorter window, or larger batches.
#[test]
fn a_deploy_that_is_too_slow_is_made_shorter() {
    let run = |slo: &str, sets: &[&str]| {
        let text = format!(
            "model: models/chat.yaml\nhorizon: 8min\nwarm_up: 30s\nset: {{ phones.count: 4k, \
             gateways.count: 8, phones.network.silent_drops: 0%, phones.network.lifetime: never, \
             phones.sends.per_user: 0.1/min }}\ntimeline:\n  \
             - {{ at: 1min, name: deploy, deploy: {{ node: gateways, batch: 1, startup: 20s }} }}\n\
             slo: [{slo}]\n"
        );
        ran(sets, "e.yaml", Some(&text))
    };
    for (slo, paths) in [
        ("recovery.deploy.t99 < 3min", &["gateways.drain.window"][..]),
        ("deploy.duration < 5min", &["gateways.drain.window"][..]),
        ("deploy.duration < 150s", &["timeline.deploy.batch", "gateways.drain.window"][..]),
        ("deploy.duration < 40s", &[][..]),
    ] {
        let before = run(slo, &[]);
        assert_eq!(broken(&before), [slo]);
        let own = sets(&before, paths);
        if own.is_empty() {
            let none = board::no_advice(&before).unwrap();
            assert!(none.contains(&format!("does not keep {slo}")), "{none}");
            continue;
        }
        let after = run(slo, &own.iter().map(String::as_str).collect::<Vec<&str>>());
        assert_eq!(broken(&after), [""; 0], "{own:?} {:?}", after.slo);
        assert_eq!(board::changes(&after), [], "{own:?}");
    }
}

/// The bill with more users is that of gateways that hold them, whoever of today's got in.
#[test]
fn what_is_priced_with_more_users_carries_them() {
    let grown = |bound: &str| {
        let text = "model: models/chat.yaml\nhorizon: 2min\nwarm_up: 30s\nset: { phones.count: 4k, \
                    gateways.count: 2 }\n";
        let summary = ran(&[bound], "e.yaml", Some(text));
        let lines = summary.bill.as_ref().unwrap().growth.iter();
        let own = lines.filter(|line| line.item == "gateway").map(|line| line.usd_month);
        let now = summary.mean("cost.gateway").unwrap() / 2.0;
        (own.map(|usd| (usd / now).round()).collect::<Vec<f64>>(), words_of(&summary))
    };
    // 4,000 on 1,400 each at 70 % are 4.1; and 8.2, 20.4, 40.8: on a ring 16 %, 19 % and 21 % more.
    let (count, page) = grown("gateways.max_connections=1400");
    assert!(count == [10.0, 24.0, 47.0], "{count:?}");
    assert!(page.contains("for that its users take 5 gateways instead of 2"), "{page}");
    // The fullest holds 94 % of 2,200.
    let (count, page) = grown("gateways.max_connections=2200");
    assert!(count == [6.0, 14.0, 27.0], "{count:?}");
    assert!(page.contains("for that its users take 3 gateways instead of 2"), "{page}");
    let (count, page) = grown("gateways.max_connections=100k");
    assert!(count[0] <= 2.0 && !page.contains("the design as it is, above"), "{count:?}");
}

/// What a herd does to a CPU grows with the herd: as many times the gateways have it back as soon.
#[test]
fn a_herd_takes_no_more_gateways_than_users() {
    let text = "model: models/chat.yaml\nhorizon: 3min\nwarm_up: 30s\nset: { phones.count: 20k, \
                gateways.count: 2 }\ntimeline:\n  \
                - { at: 1min, name: drop, drop_clients: { node: phones, kind: reset } }\n";
    let summary = ran(&[], "e.yaml", Some(text));
    let peak = summary.mean("gateways.cpu.peak").unwrap();
    assert!(peak > 0.7, "{peak}");
    let lines = summary.bill.as_ref().unwrap().growth.iter();
    let own = lines.filter(|line| line.item == "gateway").map(|line| line.usd_month);
    let now = summary.mean("cost.gateway").unwrap();
    let times: Vec<f64> = own.map(|usd| (usd / now).round()).collect();
    assert_eq!(times, [2.0, 5.0, 10.0]);
}
