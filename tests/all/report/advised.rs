//! What is advised is run: with it the budget that asked for it is in bounds.
use squall::{
    scenario,
    summary::{Summary, board, summarize},
    world,
};
use std::{fs, path::Path};

/// A chat that loses a zone and an instance of the other one.
fn run(sets: &[&str]) -> Summary {
    let text = "model: models/chat.yaml\nhorizon: 4min\nwarm_up: 30s\nset:\n  \
                phones.count: 4k\n  phones.sends.per_user: 1/min\n  gateways.count: 4\n  \
                gateways.zones: 2\ntimeline:\n  \
                - { at: 1min, name: zone, zone_loss: { node: gateways, zone: 0 } }\n  \
                - { at: 1min, name: one, crash: { node: gateways, instances: 1 } }\n";
    let read = |path: &Path| {
        if path == Path::new("e.yaml") { Ok(text.as_bytes().to_vec()) } else { fs::read(path) }
    };
    let sets: Vec<String> = sets.iter().map(|&set| set.to_owned()).collect();
    let loaded = scenario::load(Path::new("e.yaml"), &sets, &read);
    let scenario = loaded.unwrap_or_else(|wrong| panic!("{wrong}")).scenario;
    summarize(&scenario, &[world::simulate(&scenario, 0, &|_| {}).unwrap()])
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
