//! Sends that are kept until they are acknowledged, and readers who tell now and then what they
//! have seen: what is lost, what comes twice, and who sees it.
use super::{
    chat::{bus_of, chat, clients, crash, drop_users, fanout_of, gateways, secs},
    consumers::{close, count, measure, run},
};
use squall::{
    engine::{Law, Span, Time},
    node::parameters::{Acknowledged, Audience, Ids, Resume, Spread, WhenFull},
    scenario::{Action, ActionKind, CrashKind, NodeId, Scenario},
    units::{Rate, Share},
};

fn acknowledged(scenario: &mut Scenario, ids: Ids) {
    let acknowledged = Acknowledged { retry_after: secs(10), ids };
    clients(scenario).sends.as_mut().unwrap().acknowledged = Some(acknowledged);
}

/// Connections that die within half a minute without anybody being told.
fn dying() -> Scenario {
    let mut scenario = chat(1_000, 2);
    scenario.horizon = Time::ZERO + secs(300);
    let crowd = clients(&mut scenario);
    crowd.network.lifetime = Some(Law::Exponential { mean: 30e9 });
    crowd.network.silent_drops = Share(1.0);
    crowd.sends.as_mut().unwrap().per_user = Rate(0.2);
    scenario
}

#[test]
fn what_is_written_into_a_dead_connection_is_sent_again() {
    let mut scenario = dying();
    let without = run(&scenario);
    assert!(count(&without, "lost.half_open") > 5_000);
    acknowledged(&mut scenario, Ids::Idempotent);
    let with = run(&scenario);
    assert_eq!(count(&with, "deliveries.missed"), 0);
    assert_eq!(count(&with, "deliveries.duplicates_shown"), 0);
    assert!(count(&with, "sends.known") > 0, "acknowledgements are lost on the way, too");
}

/// Who waits for less than a round trip sends each message once more, and then learns that the
/// first copy was taken in.
#[test]
fn an_acknowledgement_that_comes_late_ends_the_waiting() {
    for ids in [Ids::Idempotent, Ids::New] {
        let mut scenario = chat(200, 2);
        let crowd = clients(&mut scenario);
        (crowd.network.rtt, crowd.network.lifetime) = (Law::Constant(700e6), None);
        let acknowledged = Acknowledged { retry_after: Span::from_millis(500), ids };
        crowd.sends.as_mut().unwrap().acknowledged = Some(acknowledged);
        let outcome = run(&scenario);
        let each = measure(&outcome, "sends.resent") / measure(&outcome, "deliveries.intended");
        assert!((0.95..1.05).contains(&each), "{ids:?}: {each}");
    }
}

/// Where the acknowledgement is lost and not the message, another id makes it another message.
#[test]
fn with_a_new_id_the_recipient_sees_it_twice() {
    let mut scenario = dying();
    acknowledged(&mut scenario, Ids::New);
    let outcome = run(&scenario);
    let shown = count(&outcome, "deliveries.duplicates_shown");
    assert!(shown > 0 && count(&outcome, "sends.known") == 0);
    assert!(count(&outcome, "duplicates.resent") >= shown);
    assert_eq!(count(&outcome, "deliveries.missed"), 0);
    acknowledged(&mut scenario, Ids::Idempotent);
    // The bus knows what would have come twice.
    close(measure(&run(&scenario), "sends.known"), measure(&outcome, "duplicates.resent"), 0.2);
}

/// What is for all comes twice to all, and is told from what a consumer hands on again.
#[test]
fn with_a_new_id_all_see_it_twice() {
    let twice = [Spread::Gateways, Spread::OneByOne].map(|spread| {
        let mut scenario = dying();
        acknowledged(&mut scenario, Ids::New);
        let sends = clients(&mut scenario).sends.as_mut().unwrap();
        (sends.to, sends.per_user) = (Audience::All, Rate(0.01));
        fanout_of(&mut scenario).spread = spread;
        let outcome = run(&scenario);
        assert_eq!(count(&outcome, "duplicates.redelivered"), 0);
        let shown = count(&outcome, "deliveries.duplicates_shown");
        assert!(shown > 0 && shown <= count(&outcome, "duplicates.resent"), "{shown}");
        measure(&outcome, "duplicates.resent")
    });
    close(twice[0], twice[1], 0.02);
}

/// A gateway that dies takes with it what it has not handed on; its clients still have it. The
/// other one has room for all.
#[test]
fn a_crash_costs_nothing() {
    for kind in [CrashKind::Process, CrashKind::Host] {
        let mut scenario = chat(2_000, 2);
        scenario.horizon = Time::ZERO + secs(240);
        let crowd = clients(&mut scenario);
        crowd.network.lifetime = None;
        crowd.sends.as_mut().unwrap().per_user = Rate(0.5);
        let pool = gateways(&mut scenario);
        (pool.cores, pool.cpu.receive) = (1, Span::from_micros(900));
        crash(&mut scenario, 60, kind, Some(secs(30)));
        let without = run(&scenario);
        assert!(count(&without, "deliveries.lost") > 0, "{kind:?}");
        acknowledged(&mut scenario, Ids::Idempotent);
        clients(&mut scenario).outbox = 1_000;
        let with = run(&scenario);
        assert_eq!(count(&with, "deliveries.missed"), 0, "{kind:?}");
    }
}

/// 100 messages a second, and a bus whose partitions hold two each while its brokers are away, from
/// 60 s to 90 s.
fn without_brokers() -> Scenario {
    let mut scenario = chat(500, 2);
    scenario.horizon = Time::ZERO + secs(200);
    let crowd = clients(&mut scenario);
    crowd.network.lifetime = None;
    crowd.sends.as_mut().unwrap().per_user = Rate(0.2);
    let bus = bus_of(&mut scenario);
    (bus.copies, bus.bound) = (1, Some(2));
    let (kind, restart) = (CrashKind::Process, Some(secs(30)));
    let kind = ActionKind::Crash { node: NodeId(3), instances: vec![0, 1, 2], kind, restart };
    scenario.timeline.push(Action { at: Time::ZERO + secs(60), name: "brokers".to_owned(), kind });
    scenario
}

/// A bus that is full for a while says so, and its publishers try again after their patience.
#[test]
fn what_the_bus_refuses_is_sent_again() {
    let mut scenario = without_brokers();
    let without = run(&scenario);
    // 100 messages a second for 30 s, of which 64 partitions hold two each.
    close(measure(&without, "lost.bus_overflow"), 3_000.0 - 128.0, 0.05);
    acknowledged(&mut scenario, Ids::Idempotent);
    let with = run(&scenario);
    assert_eq!(count(&with, "deliveries.missed"), 0);
    // Each is tried every 10 s until the brokers are back: 1, 2 or 3 times.
    close(measure(&with, "sends.resent"), 3_000.0 * 2.0, 0.1);
    assert!(measure(&with, "delivery_lag.max") < 41.0);
}

/// Who waits for room in the bus has no acknowledgement yet: what it gives up is sent again.
#[test]
fn a_publisher_that_is_blocked_acknowledges_nothing() {
    let mut scenario = without_brokers();
    let bus = bus_of(&mut scenario);
    (bus.when_full, bus.max_block) = (WhenFull::Block, secs(5));
    // Those of the first 25 of 30 s, but for what the partitions hold.
    close(measure(&run(&scenario), "lost.bus_overflow"), 2_500.0 - 128.0, 0.05);
    acknowledged(&mut scenario, Ids::Idempotent);
    let with = run(&scenario);
    assert_eq!(count(&with, "deliveries.missed"), 0);
    assert_eq!(count(&with, "deliveries.duplicates_shown"), 0);
}

/// All lose their connection once; of what a user has seen since it told last, which is uniform on
/// 0 to n − 1, all comes again.
#[test]
fn a_coarse_cursor_makes_duplicates() {
    let users = 3_000;
    let mut scenario = chat(users, 2);
    scenario.horizon = Time::ZERO + secs(300);
    let crowd = clients(&mut scenario);
    crowd.network.lifetime = None;
    crowd.sends.as_mut().unwrap().per_user = Rate(0.5);
    drop_users(&mut scenario, 200, 1.0);
    let fresh = count(&run(&scenario), "deliveries.duplicates");
    for every in [5, 20] {
        clients(&mut scenario).reading.acknowledge_every = every;
        let outcome = run(&scenario);
        let expected = f64::from(users) * f64::from(every - 1) / 2.0;
        close(measure(&outcome, "duplicates.cursor"), expected, 0.04);
        let others =
            ["redelivered", "resent"].map(|it| count(&outcome, &format!("duplicates.{it}")));
        assert_eq!(others, [0, 0]);
        assert_eq!(count(&outcome, "deliveries.duplicates_shown"), 0);
        assert!(fresh < 100);
    }
    clients(&mut scenario).reading.dedup = false;
    let outcome = run(&scenario);
    let shown = count(&outcome, "deliveries.duplicates_shown");
    assert_eq!(shown, count(&outcome, "deliveries.duplicates"));
    clients(&mut scenario).resume = Resume::None;
    assert_eq!(count(&run(&scenario), "deliveries.duplicates"), 0);
}

/// Where nothing is lost nothing is sent again, however many messages a row has held.
#[test]
fn a_calm_day_needs_no_second_copy() {
    for to in [Audience::Direct, Audience::All] {
        let mut scenario = chat(200, 2);
        scenario.horizon = Time::ZERO + secs(60);
        let crowd = clients(&mut scenario);
        crowd.network.lifetime = None;
        let sends = crowd.sends.as_mut().unwrap();
        (sends.to, sends.per_user) = (to, Rate(0.2));
        acknowledged(&mut scenario, Ids::New);
        let outcome = run(&scenario);
        assert!(count(&outcome, "deliveries.live") > 2_000);
        for name in ["sends.resent", "deliveries.duplicates"] {
            assert_eq!(count(&outcome, name), 0, "{to:?} {name}");
        }
    }
}
