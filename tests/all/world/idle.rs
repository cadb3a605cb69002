//! What users cost who do nothing.
use squall::{scenario, world};
use std::{fs, path::Path};

fn events(users: &str, sends: &str) -> f64 {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments/users-10m.yaml");
    let sets = [format!("phones.count={users}"), format!("phones.sends.per_user={sends}")];
    let fixed = ["gateways.count=2", "horizon=1min"].map(str::to_owned);
    let sets: Vec<String> = sets.into_iter().chain(fixed).collect();
    let scenario = scenario::load(&path, &sets, &|path| fs::read(path)).unwrap().scenario;
    let events = world::simulate(&scenario, 0, &|_| {}).unwrap().events;
    f64::from(u32::try_from(events).unwrap())
}

/// The same 100,000 messages a minute from twice and four times the users.
#[test]
fn idle_users_cost_no_events() {
    let base = events("20k", "5/min");
    assert!(base > 500_000.0, "{base}");
    for more in [events("40k", "2.5/min"), events("80k", "1.25/min")] {
        assert!((more / base - 1.0).abs() < 0.01, "{base} and {more}");
    }
}
