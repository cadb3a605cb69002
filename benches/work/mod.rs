//! What the benches run: shipped experiments, with other sizes.
#![allow(dead_code, reason = "each bench uses a part")]
use squall::{record::Outcome, scenario::Scenario};
use std::{fs, path::Path};

/// An experiment of the repository, with `path=value` applied.
pub fn scenario(path: &str, sets: &[String]) -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let loaded = squall::scenario::load(&path, sets, &|path| fs::read(path));
    loaded.expect("a shipped experiment is without errors").scenario
}

/// `chat-1m` with so many users and simulated seconds.
pub fn chat_1m(users: u32, seconds: u64) -> Vec<String> {
    vec![format!("phones.count={users}"), format!("horizon={seconds}s")]
}

/// Counts of one run.
pub struct Whole {
    /// Deliveries that were to be made.
    pub intended: u64,
}

/// The ledger of the whole run.
pub fn whole(outcome: &Outcome) -> Whole {
    Whole { intended: outcome.ledger[1].intended }
}

/// The numbers on the command line, or defaults; what cargo adds is left out.
pub fn arguments<const N: usize>(defaults: [u64; N]) -> [u64; N] {
    let mut given = std::env::args().skip(1).filter_map(|text| text.parse().ok());
    defaults.map(|default| given.next().unwrap_or(default))
}
