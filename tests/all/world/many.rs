//! Messages for many: counted in groups, and each delivery simulated for itself.
use super::{
    chat::{chat, clients, crash, fanout_of, secs},
    consumers::{close, count, measure, run},
};
use squall::{
    engine::{Law, Time},
    node::parameters::{Audience, Resume, Spread},
    record::Outcome,
    scenario::{CrashKind, Scenario},
    units::{Rate, Share},
};

/// A thousand users on three gateways who get ten messages a second, and lose their connections
/// once a minute, a third of them silently.
fn news(spread: Spread) -> Scenario {
    let mut scenario = chat(1_000, 3);
    scenario.horizon = Time::ZERO + secs(120);
    let crowd = clients(&mut scenario);
    let sends = crowd.sends.as_mut().unwrap();
    (sends.to, sends.per_user) = (Audience::All, Rate(0.01));
    crowd.network.lifetime = Some(Law::Exponential { mean: 60e9 });
    crowd.network.silent_drops = Share(0.3);
    fanout_of(&mut scenario).spread = spread;
    scenario
}

fn both(change: impl Fn(&mut Scenario)) -> [Outcome; 2] {
    [Spread::Gateways, Spread::OneByOne].map(|spread| {
        let mut scenario = news(spread);
        change(&mut scenario);
        run(&scenario)
    })
}

/// Every message is for all thousand; what is counted in groups is what happens one by one.
fn alike([grouped, plain]: &[Outcome; 2]) {
    assert_eq!(count(grouped, "deliveries.intended") % 1_000, 0);
    for name in ["deliveries.intended", "attempts.total", "connections.end"] {
        assert_eq!(count(grouped, name), count(plain, name), "{name}");
    }
    for name in ["live", "replayed", "missed"] {
        let name = format!("deliveries.{name}");
        let [one, other] = [grouped, plain].map(|it| measure(it, &name));
        let few = 6.0 * other.max(1.0).sqrt();
        assert!((one - other).abs() <= few + 0.002 * other, "{name}: {one}, {other}");
    }
    for name in ["mean", "p50", "p95", "p99"] {
        let name = format!("delivery_lag.{name}");
        close(measure(grouped, &name), measure(plain, &name), 0.02);
    }
    close(measure(grouped, "wire.down"), measure(plain, "wire.down"), 0.003);
    close(measure(grouped, "gateways.cpu.mean"), measure(plain, "gateways.cpu.mean"), 0.01);
}

#[test]
fn groups_are_their_members() {
    alike(&both(|_| {}));
}

#[test]
fn groups_without_a_buffer_lose_what_their_members_do() {
    let runs = both(|scenario| clients(scenario).resume = Resume::None);
    alike(&runs);
    for name in ["lost.half_open", "lost.no_replay"] {
        let [one, other] = [0, 1].map(|it| measure(&runs[it], name));
        assert!(other > 1_000.0, "{name}: {other}");
        close(one, other, 0.02);
    }
}

#[test]
fn a_crash_takes_whole_groups() {
    for kind in [CrashKind::Process, CrashKind::Host] {
        alike(&both(|scenario| crash(scenario, 60, kind, Some(secs(20)))));
    }
}
