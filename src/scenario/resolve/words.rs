//! The words of the files and what they mean.
use super::section::Word;
use crate::{
    node::parameters::{Guarantee, Jitter, OnStale, Policy, Resume},
    scenario::CrashKind,
};

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
