//! The words of the files and what they mean.
use super::section::Word;
use crate::{
    node::parameters::{Guarantee, Jitter, OnStale, Policy, Resume},
    scenario::CrashKind,
};

/// Keys of which only one value is modelled so far.
const ONLY: [(&str, &str); 6] = [
    ("clients.transport", "websocket"),
    ("clients.sends.to", "direct"),
    ("load_balancer.policy.consistent_hash.key", "user"),
    ("load_balancer.policy.consistent_hash.via", "ticket"),
    ("pubsub.key", "recipient"),
    ("buffer.scope", "user"),
];

/// The words that a key takes, in the place of a quantity or beside it.
pub(in crate::scenario) fn of(key: &str) -> Vec<&'static str> {
    match key {
        "clients.reconnect.jitter" => all::<Jitter>(),
        "clients.resume" => all::<Resume>(),
        "pubsub.delivery" => all::<Guarantee>(),
        "fanout.on_stale" => all::<OnStale>(),
        "crash.kind" => all::<CrashKind>(),
        "clients.network.lifetime" | "clients.reconnect.attempts" | "crash.restart" => {
            vec!["never"]
        }
        "links.latency" => vec!["network"],
        _ => only(key).into_iter().collect(),
    }
}

/// The one value of a key that is modelled, if there is no more than one.
pub(super) fn only(key: &str) -> Option<&'static str> {
    ONLY.iter().find(|(only, _)| *only == key).map(|(_, word)| *word)
}

fn all<W: Word>() -> Vec<&'static str> {
    W::WORDS.iter().map(|(word, _)| *word).collect()
}

impl Word for Jitter {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("none", Self::None),
        ("equal", Self::Equal),
        ("full", Self::Full),
        ("decorrelated", Self::Decorrelated),
    ];
}

impl Word for Resume {
    const WORDS: &'static [(&'static str, Self)] =
        &[("none", Self::None), ("last_seen_id", Self::LastSeenId)];
}

/// The policies that need no parameters.
impl Word for Policy {
    const WORDS: &'static [(&'static str, Self)] =
        &[("round_robin", Self::RoundRobin), ("least_connections", Self::LeastConnections)];
}

impl Word for Guarantee {
    const WORDS: &'static [(&'static str, Self)] =
        &[("at_least_once", Self::AtLeastOnce), ("at_most_once", Self::AtMostOnce)];
}

impl Word for OnStale {
    const WORDS: &'static [(&'static str, Self)] =
        &[("look_up_again", Self::LookUpAgain), ("buffer", Self::Buffer), ("drop", Self::Drop)];
}

impl Word for CrashKind {
    const WORDS: &'static [(&'static str, Self)] =
        &[("process", Self::Process), ("host", Self::Host)];
}
