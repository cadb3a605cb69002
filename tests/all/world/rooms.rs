//! Messages for rooms: one on the bus, or one for each who gets it; as many deliveries either way.
use super::{
    chat::{bus_of, chat, clients, crash, fanout_of, secs},
    consumers::{close, count, measure, run},
};
use squall::{
    engine::{Span, Time},
    node::parameters::{Acknowledged, Audience, Guarantee, Ids, PartitionKey, Resume},
    record::Outcome,
    scenario::{Action, ActionKind, CrashKind, NodeId, Scenario},
    units::Rate,
};

const KEYS: [PartitionKey; 4] =
    [PartitionKey::Recipient, PartitionKey::Sender, PartitionKey::Room, PartitionKey::Random];

fn rooms(users: u32, size: u32, key: PartitionKey) -> Scenario {
    let mut scenario = chat(users, 2);
    scenario.horizon = Time::ZERO + secs(180);
    let crowd = clients(&mut scenario);
    crowd.network.lifetime = None;
    let sends = crowd.sends.as_mut().unwrap();
    (sends.per_user, sends.to) = (Rate(0.1), Audience::Room(size));
    bus_of(&mut scenario).key = key;
    fanout_of(&mut scenario).instances = 4;
    scenario
}

fn consumers_crash(scenario: &mut Scenario, at: u64) {
    let kind = ActionKind::Crash {
        node: NodeId(4),
        instances: vec![0, 1, 2, 3],
        kind: CrashKind::Process,
        restart: Some(secs(5)),
    };
    scenario.timeline.push(Action { at: Time::ZERO + secs(at), name: "crash".to_owned(), kind });
}

/// A message for a room of ten is nine deliveries, whatever it is on the bus.
#[test]
fn everybody_else_in_the_room_gets_it() {
    let [recipient, sender, room, random] = KEYS.map(|key| run(&rooms(1_000, 10, key)));
    close(measure(&room, "deliveries.intended"), 1_000.0 * 0.1 * 180.0 * 9.0, 0.02);
    for outcome in [&recipient, &sender, &room, &random] {
        assert_eq!(count(outcome, "deliveries.intended"), count(&room, "deliveries.intended"));
        let ended = count(outcome, "deliveries.live") + count(outcome, "deliveries.pending");
        assert_eq!(ended, count(outcome, "deliveries.intended"));
        assert_eq!(count(outcome, "deliveries.duplicates"), 0);
    }
    // The way of each is as long: the bus adds the same.
    let median = |outcome: &Outcome| measure(outcome, "delivery_lag.p50");
    close(median(&recipient), median(&room), 0.02);
}

/// The last room takes those in who are left over: 20 users in rooms of 7 are 7 and 13.
#[test]
fn nobody_is_without_a_room() {
    let mut scenario = rooms(20, 7, PartitionKey::Room);
    clients(&mut scenario).sends.as_mut().unwrap().per_user = Rate(20.0);
    let outcome = run(&scenario);
    let each = (7.0 * 6.0 + 13.0 * 12.0) / 20.0;
    close(measure(&outcome, "deliveries.intended"), 20.0 * 20.0 * 180.0 * each, 0.02);
    // Who is in the small room hears six others, and in the large one twelve.
    let mut heard = [0_u32; 20];
    for (_, to, _) in squall::world::trace(&scenario, 0).arrivals {
        heard[usize::try_from(to).unwrap()] += 1;
    }
    for (user, heard) in heard.into_iter().enumerate() {
        let others = if user < 7 { 6.0 } else { 12.0 };
        close(f64::from(heard), others * 20.0 * 180.0, 0.05);
    }
}

/// What the bus loses is lost to all in the room.
#[test]
fn a_lost_message_is_lost_to_all() {
    let mut scenario = rooms(1_000, 10, PartitionKey::Room);
    clients(&mut scenario).resume = Resume::None;
    bus_of(&mut scenario).stores = false;
    bus_of(&mut scenario).queues = 1;
    consumers_crash(&mut scenario, 60);
    let outcome = run(&scenario);
    // 100 messages a second, until the dead are missed and the partitions dealt out.
    close(measure(&outcome, "lost.bus_lost"), 100.0 * 9.0 * (43.5 + 3.0), 0.06);
    let mut scenario = rooms(1_000, 10, PartitionKey::Room);
    crash(&mut scenario, 60, CrashKind::Host, None);
    let half_open = count(&run(&scenario), "lost.half_open");
    assert!(half_open > 0 && half_open.is_multiple_of(9), "{half_open}");
}

/// Consumers that die hand on again what they had not committed, to each in the room, as they do
/// where each recipient has a message of its own.
#[test]
fn what_is_read_again_comes_again_to_all() {
    let again = |key| {
        let mut scenario = rooms(1_000, 10, key);
        bus_of(&mut scenario).delivery = Guarantee::AtLeastOnce;
        consumers_crash(&mut scenario, 60);
        run(&scenario)
    };
    let each = again(PartitionKey::Recipient);
    for key in [PartitionKey::Room, PartitionKey::Sender, PartitionKey::Random] {
        let outcome = again(key);
        assert_eq!(count(&outcome, "deliveries.missed"), 0, "{key:?}");
        let duplicates = measure(&outcome, "deliveries.duplicates");
        assert!(duplicates > 500.0, "{duplicates}");
        assert_eq!(measure(&outcome, "duplicates.redelivered").to_bits(), duplicates.to_bits());
        close(duplicates, measure(&each, "deliveries.duplicates"), 0.25);
    }
}

/// A sender that sends a message for a room again sends it to all of them.
#[test]
fn a_room_gets_what_is_sent_again() {
    for (ids, key) in [
        (Ids::Idempotent, PartitionKey::Room),
        (Ids::Idempotent, PartitionKey::Recipient),
        (Ids::New, PartitionKey::Room),
        (Ids::New, PartitionKey::Recipient),
    ] {
        let mut scenario = rooms(1_000, 10, key);
        let sends = clients(&mut scenario).sends.as_mut().unwrap();
        sends.acknowledged = Some(Acknowledged { retry_after: secs(10), ids });
        crash(&mut scenario, 60, CrashKind::Host, Some(Span::ZERO));
        let outcome = run(&scenario);
        assert_eq!(count(&outcome, "deliveries.missed"), 0, "{ids:?} {key:?}");
        let shown = count(&outcome, "deliveries.duplicates_shown");
        assert_eq!(shown > 0, ids == Ids::New, "{shown} {ids:?} {key:?}");
    }
}
