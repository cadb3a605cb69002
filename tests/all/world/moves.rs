//! Moving to another gateway: first the new connection, or first the end of the old one.
use super::{
    chat::{chat, clients, deploy, gateways, secs},
    consumers::{count, measure, run},
};
use squall::{
    engine::{Span, Time},
    node::parameters::{Moves, OverMemory, Parameters, Resume, Transport},
    record::Outcome,
    scenario::{NodeId, Scenario},
    units::{Bytes, Rate},
};

fn deployed(moves: Moves, change: impl Fn(&mut Scenario)) -> Outcome {
    let mut scenario = chat(3_000, 4);
    scenario.horizon = Time::ZERO + secs(300);
    let crowd = clients(&mut scenario);
    crowd.network.lifetime = None;
    crowd.sends.as_mut().unwrap().per_user = Rate(0.2);
    gateways(&mut scenario).drain.moves = moves;
    // Who is told last needs time to open before the grace is over.
    gateways(&mut scenario).drain.window = secs(20);
    deploy(&mut scenario, 30, 1);
    change(&mut scenario);
    run(&scenario)
}

#[test]
fn whoever_opens_first_is_never_away() {
    let first = deployed(Moves::MakeFirst, |_| {});
    assert!((measure(&first, "clients.availability") - 1.0).abs() < 1e-12);
    assert_eq!(count(&first, "deliveries.missed"), 0);
    // The same moves as those who break first, each with one attempt.
    let last = deployed(Moves::BreakFirst, |_| {});
    assert!(measure(&last, "clients.availability") < 0.999_9);
    let moves = measure(&first, "deploy.moves_per_client");
    assert!((moves - measure(&last, "deploy.moves_per_client")).abs() < 0.1, "{moves}");
    assert!((measure(&first, "attempts.per_client") - moves).abs() < 1e-9);
    assert_eq!(count(&first, "connections.end"), 3_000);
    assert_eq!(count(&first, "recovery.deploy.never"), 0);
}

#[test]
fn without_replay_hardly_anything_is_lost() {
    let without = |scenario: &mut Scenario| clients(scenario).resume = Resume::None;
    let (first, last) = (deployed(Moves::MakeFirst, without), deployed(Moves::BreakFirst, without));
    let [first, last] = [&first, &last].map(|outcome| count(outcome, "deliveries.lost"));
    assert!(last > 100 && first * 20 < last, "{first} {last}");
}

/// For a while both connections are held: where there is no room for that, the old one is kept
/// until it is cut off.
#[test]
fn who_finds_no_room_is_cut_off() {
    let outcome = deployed(Moves::MakeFirst, |scenario| {
        gateways(scenario).max_connections = 850;
        gateways(scenario).drain.grace = secs(40);
    });
    assert!(count(&outcome, "attempts.refused") > 100);
    assert!(count(&outcome, "connections.cut") > 100);
}

/// A request that is held is answered, and the next one is held elsewhere: nobody is away then,
/// and everybody has moved when the window is over. The same beside a crowd that polls in its turn.
#[test]
fn whoever_asks_elsewhere_is_back() {
    for other in [None, Some(Transport::ShortPoll)] {
        let outcome = deployed(Moves::BreakFirst, |scenario| {
            let crowd = clients(scenario);
            (crowd.transport, crowd.poll_hold) = (Transport::LongPoll, secs(25));
            if let Some(transport) = other {
                let mut second = scenario.nodes[0].clone();
                let Parameters::Clients(crowd) = &mut second.parameters else { panic!() };
                crowd.transport = transport;
                second.name = "others".to_owned();
                let id = NodeId(u8::try_from(scenario.nodes.len()).unwrap());
                scenario.nodes.push(second);
                let as_the_other = |node: NodeId| if node.0 == 0 { id } else { node };
                for mut link in scenario.links.clone() {
                    let ends = [link.source, link.target].map(as_the_other);
                    if ends != [link.source, link.target] {
                        [link.source, link.target] = ends;
                        scenario.links.push(link);
                    }
                }
            }
        });
        assert!(count(&outcome, "recovery.deploy.hit") > 2_500);
        assert_eq!(count(&outcome, "recovery.deploy.never"), 0);
        // Four gateways one after the other, each for as long as its window.
        let all = measure(&outcome, "recovery.deploy.all");
        assert!((60.0..120.0).contains(&all), "{all}");
        let longest = measure(&outcome, "recovery.deploy.longest");
        assert!(longest < 1.0, "{longest}");
    }
}

/// Who has been told to move when the run ends, and has not yet, is where it was.
#[test]
fn who_has_not_moved_yet_is_not_away() {
    for moves in [Moves::BreakFirst, Moves::MakeFirst] {
        let outcome = deployed(moves, |scenario| scenario.horizon = Time::ZERO + secs(60));
        let hit = count(&outcome, "recovery.deploy.hit");
        assert!(hit > 500, "{hit}");
        // But for those who are on their way.
        let never = count(&outcome, "recovery.deploy.never");
        assert_eq!(never + count(&outcome, "connections.end"), 3_000);
        assert!(10 * never < hit, "{never}");
    }
}

/// A maximum age moves users in the same way.
#[test]
fn an_old_connection_is_replaced_without_a_gap() {
    let outcome = deployed(Moves::MakeFirst, |scenario| {
        scenario.timeline.clear();
        let pool = gateways(scenario);
        (pool.max_age, pool.age_dither) = (Some(secs(60)), secs(20));
        pool.cpu.app = Span::from_micros(100);
    });
    assert!((measure(&outcome, "clients.availability") - 1.0).abs() < 1e-12);
    // 300 s of ages of 50 s on average.
    let moves = measure(&outcome, "attempts.per_client");
    assert!((5.5..6.5).contains(&moves), "{moves}");
}

/// Beside the old connection the new one takes memory: too many of both end an instance.
#[test]
fn who_opens_first_can_use_up_the_memory() {
    let outcome = deployed(Moves::MakeFirst, |scenario| {
        let pool = gateways(scenario);
        pool.memory.over = OverMemory::Die;
        (pool.memory.per_connection, pool.memory.limit) = (Bytes(1_000), Bytes(900_000));
    });
    assert!(count(&outcome, "instances.killed") > 0);
}
