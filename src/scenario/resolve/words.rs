//! The words of the files and what they mean.
use super::section::Word;
use crate::{
    engine::Span,
    node::parameters::{
        Answer, DrainBy, Guarantee, Jitter, On503, OnStale, OverMemory, Policy, Preset, Resume,
        Start,
    },
    scenario::{CrashKind, DropKind},
};

/// The jitter laws that need no parameters.
impl Word for Jitter {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("none", Self::None),
        ("equal", Self::Equal),
        ("full", Self::Full),
        ("decorrelated", Self::Decorrelated),
    ];
}

impl Word for Preset {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("socket.io", Self::SocketIo),
        ("phoenix", Self::Phoenix),
        ("signalr", Self::SignalR),
        ("centrifuge-js", Self::CentrifugeJs),
        ("graphql-ws", Self::GraphqlWs),
        ("reconnecting-websocket", Self::ReconnectingWebsocket),
        ("ably", Self::Ably),
        ("pusher", Self::Pusher),
        ("mqtt.js", Self::MqttJs),
        ("eventsource", Self::EventSource),
        ("grpc", Self::Grpc),
    ];
}

/// The ways to start that need no parameters.
impl Word for Start {
    const WORDS: &'static [(&'static str, Self)] =
        &[("connected", Self::Connected), ("cold", Self::Ramp(Span::ZERO))];
}

impl Word for bool {
    const WORDS: &'static [(&'static str, Self)] = &[("false", false), ("true", true)];
}

impl Word for On503 {
    const WORDS: &'static [(&'static str, Self)] =
        &[("retry", Self::Retry), ("give_up", Self::GiveUp)];
}

impl Word for Answer {
    const WORDS: &'static [(&'static str, Self)] =
        &[("drop", Self::Drop), ("reset", Self::Reset), ("503", Self::Unavailable)];
}

impl Word for DrainBy {
    const WORDS: &'static [(&'static str, Self)] =
        &[("client_jitter", Self::ClientJitter), ("server_batches", Self::ServerBatches)];
}

impl Word for OverMemory {
    const WORDS: &'static [(&'static str, Self)] = &[("refuse", Self::Refuse), ("die", Self::Die)];
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

impl Word for DropKind {
    const WORDS: &'static [(&'static str, Self)] =
        &[("told", Self::Told), ("reset", Self::Reset), ("silent", Self::Silent)];
}
