//! Idle keys of crowds.
use super::{Row, Scene};
use crate::{
    node::parameters::{Clients, Http, Jitter, Parameters, Transport},
    scenario::{NodeId, resolve::nodes::streams},
    spec::{At, Input, model},
    units::Share,
};

/// What keys of a crowd are judged by.
struct Crowd {
    clients: Clients,
    /// By what its users come.
    ways: Vec<Transport>,
    /// Whether something is blocked for some of them.
    blocked: bool,
    /// Whether it sends.
    sends: bool,
    /// Whether a tier on its way sends a `Retry-After`.
    hinted: bool,
    /// What a sweep varies beside that: lifetimes, heartbeats, delays.
    varies: [bool; 3],
}

impl Crowd {
    fn goes_by(&self, transport: Transport) -> bool {
        self.ways.contains(&transport)
    }

    fn only_polls(&self) -> bool {
        self.ways.iter().all(|&it| it == Transport::ShortPoll)
    }
}

const OTHER: &str = "take it out, or write another `transport`";
const POLLS: &str = "who polls holds no connection";
const NOT_THIS: &str = "this crowd goes by another transport";
const ONE: &str = "there is no other transport to go on to";
const LIST: &str = "take it out, or write more into `prefer`";

/// Keys that depend on the transports of their own crowd.
const BY_TRANSPORT: [Row<Crowd>; 12] = [
    Row {
        key: "acknowledge_every",
        idle: |it| !it.ways.iter().any(|&way| streams(way)),
        why: "a poll tells with each request what it has seen",
        help: OTHER,
    },
    Row {
        key: "network.lifetime",
        idle: |it| it.only_polls() && it.clients.network.lifetime.is_some(),
        why: POLLS,
        help: OTHER,
    },
    Row {
        key: "network.silent_drops",
        idle: |it| it.only_polls() && it.clients.network.silent_drops > Share(0.0),
        why: POLLS,
        help: OTHER,
    },
    Row { key: "heartbeat", idle: Crowd::only_polls, why: POLLS, help: OTHER },
    Row {
        key: "heartbeat.every",
        idle: |it| !it.only_polls() && !it.ways.iter().any(|&way| streams(way)),
        why: "a request that is held has no heartbeats: its `timeout` alone counts",
        help: OTHER,
    },
    Row { key: "reconnect", idle: Crowd::only_polls, why: POLLS, help: OTHER },
    Row {
        key: "short_poll.every",
        idle: |it| !it.goes_by(Transport::ShortPoll),
        why: NOT_THIS,
        help: "take it out, or write `transport: short_poll`",
    },
    Row {
        key: "long_poll.hold",
        idle: |it| !it.goes_by(Transport::LongPoll),
        why: NOT_THIS,
        help: "take it out, or write `long_poll` into `transport` or `prefer`",
    },
    Row {
        key: "wire.http",
        idle: |it| {
            it.clients.wire.http == Http::Two
                && it.ways.iter().all(|&it| it == Transport::Websocket)
        },
        why: "a WebSocket is opened over HTTP/1.1",
        help: OTHER,
    },
    Row { key: "fallback.try_timeout", idle: |it| it.ways.len() < 2, why: ONE, help: LIST },
    Row { key: "fallback.remember", idle: |it| it.ways.len() < 2, why: ONE, help: LIST },
    Row {
        key: "fallback.blocked_by",
        idle: |it| !it.blocked,
        why: "nothing is blocked",
        help: "write `blocked: { websocket: 5% }`, or take it out; a `block` has a `by` of its own",
    },
];

/// Keys that other keys turn off.
const BY_OTHERS: [Row<Crowd>; 6] = [
    Row {
        key: "network.silent_drops",
        idle: |it| {
            let network = &it.clients.network;
            let dies = network.lifetime.is_some() || it.varies[0] || it.only_polls();
            network.silent_drops > Share(0.0) && !dies
        },
        why: "it is a share of the lifetimes that end, and none does",
        help: "write a `lifetime`, or take it out",
    },
    Row {
        key: "heartbeat.timeout",
        idle: |it| {
            let beats = it.clients.heartbeat.every.is_some() || it.varies[1];
            !beats && !it.goes_by(Transport::LongPoll) && !it.only_polls()
        },
        why: "there are no heartbeats to wait for",
        help: "write `heartbeat.every`, or `tcp_timeout` in its place",
    },
    Row {
        key: "heartbeat.tcp_timeout",
        idle: |it| it.clients.heartbeat.every.is_some() && !it.varies[1] && !it.only_polls(),
        why: "a heartbeat finds a dead connection first",
        help: "write `every: never`, or take it out",
    },
    Row {
        key: "reconnect.factor",
        idle: |it| {
            let law = &it.clients.reconnect;
            law.preset.is_none() && law.jitter == Jitter::Decorrelated && !it.varies[2]
        },
        why: "decorrelated delays grow by the one before",
        help: "take it out, or write another `jitter`",
    },
    Row {
        key: "reconnect.retry_after",
        idle: |it| it.clients.reconnect.retry_after && !it.hinted && !it.only_polls(),
        why: "no tier that it reaches sends one",
        help: "write `retry_after` for its balancer or gateways, or take it out",
    },
    Row {
        key: "outbox",
        idle: |it| !it.sends && it.clients.sessions.is_none(),
        why: "this crowd sends nothing",
        help: "write `sends`, or take it out",
    },
];

impl Scene<'_, '_> {
    pub(super) fn crowd(&self, input: &mut Input<'_>, id: NodeId) {
        let node = &self.topology.nodes[usize::from(id.0)];
        let (Parameters::Clients(clients), model::Kind::Clients(form)) =
            (&node.parameters, &node.form)
        else {
            return;
        };
        let ways = self.ways(id);
        if ways.is_empty() {
            return;
        }
        let varies = |key: &str| self.varies(id, &[key]);
        let prefers = varies("blocked") || varies("prefer");
        let share = |share: Share| share > Share(0.0);
        let crowd = Crowd {
            clients: clients.clone(),
            blocked: clients.prefer.iter().any(|it| share(it.blocked)) || prefers,
            sends: clients.sends.is_some() || varies("sends"),
            hinted: ways.iter().any(|&(_, pool)| self.hints(pool)),
            varies: ["network", "heartbeat", "reconnect"].map(varies),
            ways: ways.into_iter().map(|(transport, _)| transport).collect(),
        };
        let transport = form.transport.as_ref().map(|it| it.at);
        let beside = transport.or_else(|| form.prefer.as_ref().map(|it| it.at));
        let counts = |input: &Input<'_>, at: At| self.is_own(input, at);
        self.report(input, id, (&BY_OTHERS, &crowd), &counts, None);
        let Some(beside) = beside else {
            // By default.
            return self.report(input, id, (&BY_TRANSPORT, &crowd), &counts, None);
        };
        // What is written for a transport that is chosen later may well be for another one.
        let counts = |input: &Input<'_>, at: At| {
            at.source == beside.source || self.is_own(input, at) && !self.is_own(input, beside)
        };
        let says = if crowd.only_polls() {
            "polls now and then"
        } else if transport.is_some() {
            "the transport is written here"
        } else {
            "the transports are written here"
        };
        self.report(input, id, (&BY_TRANSPORT, &crowd), &counts, Some((beside, says)));
    }

    /// Whether some of those whose streams a pool holds may read slowly.
    pub(super) fn has_slow(&self, pool: NodeId) -> bool {
        self.crowds().any(|(id, clients)| {
            let slow = clients.slow.is_some() || self.varies(id, &["slow"]);
            slow && self.ways(id).iter().any(|&(way, it)| it == pool && streams(way))
        })
    }
}
