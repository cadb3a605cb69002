//! Consumer groups and brokers: what waits, what is read twice, what is lost, against closed forms.
use super::chat::{away_for, bus_of, chat, clients, fanout_of, secs};
use squall::{
    engine::{Span, Time, number},
    node::parameters::{Guarantee, PartitionKey, Rebalance, Resume, WhenFull},
    record::Outcome,
    scenario::{Action, ActionKind, CrashKind, NodeId, Scenario},
    units::Rate,
    world::simulate,
};

const BUS: NodeId = NodeId(3);
const FANOUT: NodeId = NodeId(4);

/// A quiet chat of users who stay: nothing is lost unless the delivery tier loses it.
fn quiet(users: u32, a_second: f64) -> Scenario {
    let mut scenario = chat(users, 4);
    let crowd = clients(&mut scenario);
    crowd.network.lifetime = None;
    crowd.resume = Resume::None;
    crowd.sends.as_mut().unwrap().per_user = Rate(a_second / f64::from(users));
    fanout_of(&mut scenario).instances = 4;
    scenario.horizon = Time::ZERO + secs(300);
    scenario
}

fn crash(scenario: &mut Scenario, node: NodeId, at: u64, instances: &[u16], restart: Option<Span>) {
    let instances = instances.to_vec();
    let kind = ActionKind::Crash { node, instances, kind: CrashKind::Process, restart };
    let at = Time::ZERO + secs(at);
    scenario.timeline.push(Action { at, name: format!("crash-{node:?}"), kind });
}

fn deploy(scenario: &mut Scenario, at: u64, batch: u16) {
    let kind = ActionKind::Deploy { node: FANOUT, batch, startup: secs(10) };
    let at = Time::ZERO + secs(at);
    scenario.timeline.push(Action { at, name: "deploy".to_owned(), kind });
}

pub(crate) fn run(scenario: &Scenario) -> Outcome {
    simulate(scenario, 0, &|_| {}).unwrap()
}

pub(crate) fn measure(outcome: &Outcome, name: &str) -> f64 {
    let found = outcome.measures.iter().find(|measure| measure.name == name);
    found.unwrap_or_else(|| panic!("no {name}")).value.unwrap_or(f64::NAN)
}

pub(crate) fn count(outcome: &Outcome, name: &str) -> u64 {
    number::whole(measure(outcome, name))
}

pub(crate) fn close(value: f64, expected: f64, share: f64) {
    assert!((value - expected).abs() <= expected * share, "{value}, expected {expected}");
}

/// After a stop of everything: the peak is λ times its length, drained in peak/(µ − λ).
#[test]
fn a_backlog_peaks_and_drains_as_the_closed_form_says() {
    for (lambda, mu, detect, pause) in [(1_000.0, 1_500.0, 45, 5), (800.0, 2_000.0, 20, 10)] {
        let mut scenario = quiet(2_000, lambda);
        let bus = bus_of(&mut scenario);
        (bus.partitions, bus.queues) = (1, 1);
        bus.rate = Rate(mu);
        bus.group.session_timeout = secs(detect);
        bus.group.heartbeat = Span::ZERO;
        bus.group.pause = secs(pause);
        bus.group.commit = Span::ZERO;
        fanout_of(&mut scenario).instances = 1;
        scenario.tick = Span::from_millis(500);
        // Its only consumer is back before the group knows that it was gone.
        crash(&mut scenario, FANOUT, 30, &[0], Some(secs(5)));
        let outcome = run(&scenario);
        let away = f64::from(u32::try_from(detect + pause).unwrap());
        close(measure(&outcome, "backlog.peak"), lambda * away, 0.02);
        close(measure(&outcome, "backlog.drain"), lambda * away / (mu - lambda), 0.04);
        assert_eq!(count(&outcome, "deliveries.lost"), 0);
        // What is on its way at the end.
        assert!(measure(&outcome, "deliveries.pending") < 0.2 * lambda);
    }
}

/// One of four dies. Its partitions wait until the others have them; with the eager protocol all
/// others wait as well while they are dealt out.
#[test]
fn eager_stops_all_and_cooperative_what_moves() {
    let peak = |rebalance| {
        let mut scenario = quiet(2_000, 1_000.0);
        let bus = bus_of(&mut scenario);
        bus.group.rebalance = rebalance;
        bus.group.heartbeat = Span::ZERO;
        bus.group.session_timeout = secs(20);
        bus.group.pause = secs(10);
        crash(&mut scenario, FANOUT, 60, &[2], None);
        measure(&run(&scenario), "bus.backlog.peak")
    };
    close(peak(Rebalance::Cooperative), 1_000.0 / 4.0 * 30.0, 0.06);
    close(peak(Rebalance::Eager), 1_000.0 * (0.25 * 30.0 + 0.75 * 10.0), 0.06);
}

#[test]
fn at_most_once_loses_what_was_in_hand_and_at_least_once_nothing() {
    let outcome = |delivery| {
        let mut scenario = quiet(2_000, 2_000.0);
        bus_of(&mut scenario).delivery = delivery;
        crash(&mut scenario, FANOUT, 60, &[1], Some(secs(10)));
        run(&scenario)
    };
    let most = outcome(Guarantee::AtMostOnce);
    let lost = count(&most, "lost.bus_lost");
    // In hand: on the way (2 ms) and looked up (0.5 ms and an operation), a quarter of 2,000/s.
    assert!((0..8).contains(&lost), "{lost}");
    assert_eq!(count(&most, "deliveries.lost"), lost);
    assert_eq!(count(&most, "deliveries.duplicates"), 0);
    let least = outcome(Guarantee::AtLeastOnce);
    assert_eq!(count(&least, "deliveries.lost"), 0);
    // What it had handed on since its last commit, U(0, 5 s) before, comes twice.
    let twice = measure(&least, "deliveries.duplicates");
    assert!((1.0..2_600.0).contains(&twice), "{twice}");
    let ended = count(&least, "deliveries.live") + count(&least, "deliveries.pending");
    assert_eq!(ended, count(&least, "deliveries.intended"));
}

/// A rate of duplicates: the age of a commit is uniform, so the mean over many runs is half of it.
#[test]
fn duplicates_are_what_was_read_since_the_last_commit() {
    let (runs, rate, commit) = (40, 400.0, 8);
    let mut sum = 0.0;
    for replication in 0..runs {
        let mut scenario = quiet(1_000, rate);
        scenario.horizon = Time::ZERO + secs(120);
        let bus = bus_of(&mut scenario);
        bus.group.commit = secs(commit);
        bus.group.session_timeout = secs(5);
        crash(&mut scenario, FANOUT, 50, &[0], None);
        let outcome = simulate(&scenario, replication, &|_| {}).unwrap();
        sum += measure(&outcome, "deliveries.duplicates");
    }
    // A quarter of the messages; the standard error of the mean of 40 uniform ages is 4.6 %.
    close(sum / f64::from(runs), rate / 4.0 * 4.0, 0.15);
}

#[test]
fn a_rolling_restart_of_consumers_loses_and_doubles_nothing() {
    for rebalance in [Rebalance::Eager, Rebalance::Cooperative] {
        let mut scenario = quiet(1_000, 500.0);
        bus_of(&mut scenario).group.rebalance = rebalance;
        deploy(&mut scenario, 30, 1);
        let outcome = run(&scenario);
        assert_eq!(count(&outcome, "deliveries.lost"), 0);
        assert_eq!(count(&outcome, "deliveries.duplicates"), 0);
        // An instance works on eight messages at once: in a burst two of one user may end together.
        assert!(measure(&outcome, "deliveries.reordered") < 20.0);
        // Four times: 10 s to start, 3 s to deal out.
        close(measure(&outcome, "deploy.duration"), 4.0 * 13.0, 0.001);
    }
}

#[test]
fn a_bus_that_stores_nothing_loses_what_nobody_reads() {
    let mut scenario = quiet(2_000, 1_000.0);
    let bus = bus_of(&mut scenario);
    bus.stores = false;
    bus.delivery = Guarantee::AtMostOnce;
    bus.group.heartbeat = Span::ZERO;
    bus.group.session_timeout = secs(10);
    bus.group.pause = Span::ZERO;
    crash(&mut scenario, FANOUT, 60, &[0], None);
    let outcome = run(&scenario);
    close(measure(&outcome, "lost.bus_lost"), 1_000.0 / 4.0 * 10.0, 0.06);
    assert_eq!(count(&outcome, "deliveries.lost"), count(&outcome, "lost.bus_lost"));
}

#[test]
fn a_lost_broker_stops_its_partitions_until_another_leads_them() {
    let mut scenario = quiet(2_000, 900.0);
    crash(&mut scenario, BUS, 60, &[1], None);
    let outcome = run(&scenario);
    // 21 of 64 partitions for 10 s.
    close(measure(&outcome, "backlog.peak"), 900.0 * 10.0 * 21.0 / 64.0, 0.08);
    assert_eq!(count(&outcome, "deliveries.lost"), 0);
    // Without a second copy they wait for the broker itself.
    bus_of(&mut scenario).copies = 1;
    let outcome = run(&scenario);
    close(measure(&outcome, "deliveries.pending"), 900.0 * 240.0 * 21.0 / 64.0, 0.08);
}

#[test]
fn a_bound_drops_or_holds_back() {
    let outcome = |when_full| {
        let mut scenario = quiet(2_000, 1_000.0);
        let bus = bus_of(&mut scenario);
        (bus.partitions, bus.queues, bus.rate) = (1, 1, Rate(500.0));
        (bus.bound, bus.when_full) = (Some(100), when_full);
        bus.max_block = secs(20);
        run(&scenario)
    };
    let dropped = outcome(WhenFull::Drop);
    close(measure(&dropped, "lost.bus_overflow"), 500.0 * 300.0, 0.02);
    assert!(measure(&dropped, "delivery_lag.p99") < 0.7);
    let held = outcome(WhenFull::Block);
    // The queue grows to 20 s beyond its bound before anything is lost.
    close(measure(&held, "lost.bus_overflow"), 500.0 * 300.0 - 20.0 * 500.0, 0.03);
    close(measure(&held, "delivery_lag.p99"), 20.4, 0.02);
}

/// Retention of the log: what waited longer is gone when it is read again.
#[test]
fn the_log_forgets_after_its_retention() {
    let mut scenario = quiet(2_000, 1_000.0);
    let bus = bus_of(&mut scenario);
    bus.retention = secs(15);
    bus.group.heartbeat = Span::ZERO;
    bus.group.session_timeout = secs(30);
    bus.group.pause = secs(5);
    fanout_of(&mut scenario).instances = 1;
    crash(&mut scenario, FANOUT, 60, &[0], Some(secs(1)));
    let outcome = run(&scenario);
    close(measure(&outcome, "lost.bus_lost"), 1_000.0 * 20.0, 0.03);
}

/// All are away for 30 s. What they write meanwhile is in the log only when they are back: brokers
/// that are lost for 10 s then hold it for that long, which is less than the retention.
#[test]
fn the_log_forgets_nothing_that_it_has_only_just_got() {
    let mut scenario = quiet(500, 500.0);
    away_for(&mut scenario, 30, 1.0);
    let bus = bus_of(&mut scenario);
    (bus.retention, bus.copies) = (secs(15), 1);
    crash(&mut scenario, BUS, 85, &[0, 1, 2], Some(secs(10)));
    let outcome = run(&scenario);
    assert_eq!(count(&outcome, "lost.bus_lost"), 0);
    assert!(measure(&outcome, "backlog.peak") > 0.9 * 500.0 * 30.0);
}

/// A key that keeps a user's messages together keeps them in order; none does not, where
/// partitions are unequally behind.
#[test]
fn without_a_key_messages_overtake_each_other() {
    let reordered = |key| {
        let mut scenario = quiet(500, 1_000.0);
        let bus = bus_of(&mut scenario);
        bus.key = key;
        bus.group.session_timeout = secs(10);
        crash(&mut scenario, FANOUT, 60, &[0], None);
        count(&run(&scenario), "deliveries.reordered")
    };
    assert_eq!(reordered(PartitionKey::Recipient), 0);
    assert!(reordered(PartitionKey::Random) > 500);
    assert!(reordered(PartitionKey::Sender) > 500);
}

/// Skewed keys: the fullest of 16 partitions has its share by Zipf's law, and saturates alone.
#[test]
fn a_skewed_key_saturates_one_partition() {
    let mut scenario = quiet(20_000, 1_000.0);
    let bus = bus_of(&mut scenario);
    (bus.partitions, bus.queues, bus.skew, bus.rate) = (16, 16, 1.0, Rate(200.0));
    fanout_of(&mut scenario).instances = 4;
    let outcome = run(&scenario);
    // 1/H(16) = 29.6 % of 1,000/s on a partition of 200/s.
    close(measure(&outcome, "backlog.peak"), (296.0 - 200.0) * 300.0, 0.1);
}

/// A fan-out has one deploy at a time: a later one waits, and is made.
#[test]
fn a_second_deploy_of_consumers_waits_for_the_first() {
    let mut scenario = quiet(500, 100.0);
    deploy(&mut scenario, 30, 2);
    deploy(&mut scenario, 40, 2);
    scenario.timeline[1].name = "again".to_owned();
    let outcome = run(&scenario);
    // Two batches of 10 s and 3 s each; both in a row.
    close(measure(&outcome, "deploy.duration"), 26.0, 0.001);
    close(measure(&outcome, "again.duration"), 26.0, 0.001);
    assert_eq!(count(&outcome, "deliveries.lost"), 0);
}

/// A log forgets what it has not handed on in time, whether or not somebody reads it: with 1.5
/// times the load that it can carry and 10 s of memory a third is lost once it is 10 s behind, in
/// 20 s.
#[test]
fn a_log_that_falls_behind_forgets() {
    let mut scenario = quiet(2_000, 1_500.0);
    let bus = bus_of(&mut scenario);
    (bus.partitions, bus.queues, bus.key) = (1, 1, PartitionKey::Random);
    (bus.rate, bus.retention) = (Rate(1_000.0), secs(10));
    fanout_of(&mut scenario).instances = 1;
    let outcome = run(&scenario);
    close(measure(&outcome, "lost.bus_lost"), 500.0 * 280.0, 0.03);
    assert!(measure(&outcome, "delivery_lag.p95") < 10.5);
}
