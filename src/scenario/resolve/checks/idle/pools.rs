//! Idle keys of what stands behind the crowds: pools, balancers, registries and buffers.
use super::{Row, Scene};
use crate::{
    engine::number,
    node::parameters::{
        Audience, Clients, DrainBy, Gateway, OverMemory, Parameters, Resume, Route, Scope, Sends,
        SourceAudience, Start, Transport, WhenSlow,
    },
    scenario::{
        NodeId,
        resolve::{
            nodes::{role, streams},
            sources::looks_up,
        },
    },
    spec::{At, Input, Text, experiment::Action, model::Kind},
};

/// What may be so at a pool.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fact {
    /// Its users send by a WebSocket.
    Receives,
    /// They send by requests.
    IsRequested,
    /// Messages are pushed to them.
    Pushes,
    /// A fan-out shows it all messages.
    SeesAll,
    /// Some of them come over TLS.
    Tls,
    /// Some of them obey a `Retry-After`.
    Obeyed,
    /// A deploy drains it.
    Deployed,
    /// The timeline ends instances of it without warning.
    Crashed,
    /// Users come to it while the run goes on.
    Come,
    /// Slow users read from it.
    Slow,
    /// The sweep varies how it drains.
    DrainVaries,
    /// The sweep varies what happens beyond its memory.
    MemoryVaries,
}

/// What keys of a pool are judged by.
struct Pool {
    gateway: Gateway,
    /// By what users come to it.
    ways: Vec<Transport>,
    facts: Vec<Fact>,
}

impl Pool {
    fn has(&self, transports: &[Transport]) -> bool {
        self.ways.iter().any(|way| transports.contains(way))
    }

    fn is(&self, fact: Fact) -> bool {
        self.facts.contains(&fact)
    }

    fn note(&mut self, fact: Fact, so: bool) {
        self.facts.extend(so.then_some(fact));
    }

    /// Whether nobody holds anything there.
    fn holds_nothing(&self) -> bool {
        !self.has(&[Transport::Websocket, Transport::Sse, Transport::LongPoll])
    }

    fn never_dies(&self) -> bool {
        let grows = self.gateway.send_buffer.when_full == WhenSlow::Grow && self.is(Fact::Slow);
        self.gateway.memory.over == OverMemory::Refuse && !grows && !self.is(Fact::MemoryVaries)
    }

    fn is_not_drained(&self) -> bool {
        !self.is(Fact::Deployed) || self.holds_nothing()
    }

    fn drains_by(&self, by: DrainBy) -> bool {
        self.gateway.drain.by == by || self.is(Fact::DrainVaries)
    }
}

const OUT: &str = "take it out";
const NO_HOLD: &str = "whoever comes here polls now and then, and holds nothing";
const NO_REFUSAL: &str = "polls that come now and then are neither admitted nor refused";
const NO_DEPLOY: &str = "no `deploy` drains connections of this pool";
const NO_TLS: &str = "nobody comes here over TLS";
const DEPLOY: &str = "write a `deploy` into the timeline, or take it out";
const BATCHES: &str = "write `by: server_batches` and a `deploy`, or take it out";
const NOT_OBEYED: &str = "nobody who comes here obeys it";
const OBEY: &str = "write `reconnect: { retry_after: true }` for a crowd, or take it out";

const fn held(key: &'static str) -> Row<Pool> {
    Row { key, idle: |it| it.holds_nothing(), why: NO_HOLD, help: OUT }
}

const fn drained(key: &'static str) -> Row<Pool> {
    Row { key, idle: Pool::is_not_drained, why: NO_DEPLOY, help: DEPLOY }
}

const fn tls(key: &'static str) -> Row<Pool> {
    Row { key, idle: |it| !it.is(Fact::Tls), why: NO_TLS, help: OUT }
}

/// Keys of gateways.
const GATEWAYS: [Row<Pool>; 32] = [
    Row {
        key: "send_buffer",
        idle: |it| !it.is(Fact::Slow),
        why: "nobody who streams here is slow",
        help: "write `slow: { share: 1%, drain: 10KB/s }` for its clients, or take it out",
    },
    Row {
        key: "keep_alive",
        idle: |it| !it.has(&[Transport::ShortPoll]),
        why: "it is between two short polls of a client, and nobody here makes them",
        help: OUT,
    },
    Row {
        key: "cpu.poll",
        idle: |it| !it.has(&[Transport::ShortPoll, Transport::LongPoll]),
        why: "nobody here polls",
        help: OUT,
    },
    Row {
        key: "cpu.request",
        idle: |it| !it.is(Fact::IsRequested),
        why: "nobody here sends messages by requests",
        help: OUT,
    },
    Row {
        key: "cpu.receive",
        idle: |it| !it.is(Fact::Receives) && !it.is(Fact::SeesAll),
        why: "nobody here sends messages by a WebSocket",
        help: OUT,
    },
    Row {
        key: "cpu.push",
        idle: |it| !it.is(Fact::Pushes),
        why: "no message is pushed here",
        help: OUT,
    },
    tls("cpu.tls_full"),
    tls("cpu.tls_resumed"),
    tls("cpu.resumption"),
    held("cpu.app"),
    held("cpu.refusal"),
    held("when_full"),
    Row {
        key: "handshake_rtts",
        idle: |it| it.holds_nothing() && !it.is(Fact::Come),
        why: NO_HOLD,
        help: OUT,
    },
    held("cpu.idle"),
    held("max_connections"),
    held("descriptors"),
    held("accept_queue"),
    held("skip_abandoned"),
    held("memory.limit"),
    held("memory.per_connection"),
    held("memory.over"),
    held("session"),
    held("max_age"),
    held("age_dither"),
    Row {
        key: "memory.restart",
        idle: |it| it.never_dies() || it.holds_nothing(),
        why: "no instance dies of its memory",
        help: "write `over: die`, or take it out",
    },
    Row {
        key: "retry_after",
        idle: |it| it.gateway.refusal.retry_after.is_some() && !it.is(Fact::Obeyed),
        why: NOT_OBEYED,
        help: OBEY,
    },
    drained("drain.by"),
    drained("drain.window"),
    drained("drain.grace"),
    Row {
        key: "drain.move",
        idle: |it| {
            let ages = it.gateway.max_age.is_some() || it.is(Fact::DrainVaries);
            it.holds_nothing() || it.is_not_drained() && !ages
        },
        why: "nobody here is told to move: there is no `deploy` and no `max_age`",
        help: DEPLOY,
    },
    Row {
        key: "drain.batch",
        idle: |it| it.is_not_drained() || !it.drains_by(DrainBy::ServerBatches),
        why: "connections of this pool are not closed in batches",
        help: BATCHES,
    },
    Row {
        key: "drain.every",
        idle: |it| it.is_not_drained() || !it.drains_by(DrainBy::ServerBatches),
        why: "connections of this pool are not closed in batches",
        help: BATCHES,
    },
];

/// Keys of services in their place.
const SERVICES: [Row<Pool>; 1] = [Row {
    key: "retry_after",
    idle: |it| it.gateway.refusal.retry_after.is_some() && !it.is(Fact::Obeyed),
    why: NOT_OBEYED,
    help: OBEY,
}];

/// Keys of balancers: of the pool behind it, and what it asks for itself.
const BALANCERS: [Row<(Pool, bool)>; 4] = [
    refuses("admission"),
    refuses("when_full"),
    Row {
        key: "retry_after",
        idle: |(pool, asks)| *asks && !pool.is(Fact::Obeyed),
        why: NOT_OBEYED,
        help: OBEY,
    },
    Row {
        key: "health_check",
        idle: |(pool, _)| !pool.is(Fact::Crashed) && !pool.is(Fact::Deployed) && pool.never_dies(),
        why: "no instance behind it ends without warning",
        help: "write a `crash` into the timeline, or take it out",
    },
];

const fn refuses(key: &'static str) -> Row<(Pool, bool)> {
    Row { key, idle: |(pool, _)| pool.holds_nothing(), why: NO_REFUSAL, help: OUT }
}

/// Keys of registries, by whether someone looks users up, and whether somebody is entered.
const REGISTRIES: [Row<[bool; 2]>; 3] = [
    unentered("rate"),
    unentered("ttl"),
    Row {
        key: "replica_lag",
        idle: |[asked, entered]| !asked || !entered,
        why: "nobody looks users up here",
        help: "write `route: registry` for the fan-out, or take it out",
    },
];

const fn unentered(key: &'static str) -> Row<[bool; 2]> {
    Row { key, idle: |[_, entered]| !entered, why: "who polls has no entry here", help: OUT }
}

/// Keys of fan-outs, by whether somebody streams, and whether a message is for many.
const FANOUTS: [Row<[bool; 2]>; 4] = [
    unrouted("route"),
    unrouted("on_stale"),
    unrouted("rpc_timeout"),
    Row {
        key: "spread",
        idle: |[_, many]| !many,
        why: "no message is for many",
        help: "write `to: all`, a room or a topic for what is sent, or take it out",
    },
];

const fn unrouted(key: &'static str) -> Row<[bool; 2]> {
    let why = "what is for who polls goes to a mailbox, wherever its user is";
    Row { key, idle: |[streams, _]| !streams, why, help: OUT }
}

/// Keys of buffers, by whether someone resumes from it, by a stream, and whether states are rebuilt
/// from it.
const BUFFERS: [Row<[bool; 3]>; 6] = [
    read_by_nobody("messages"),
    read_by_nobody("bytes"),
    read_by_nobody("retention"),
    Row {
        key: "replay_rate",
        idle: |[_, streamed, _]| !streamed,
        why: "nobody who streams resumes from this buffer: a poll takes all at once",
        help: OUT,
    },
    Row { idle: |[resumed, _, rebuilt]| !resumed && !rebuilt, ..read_by_nobody("reads") },
    Row { idle: |[resumed, _, rebuilt]| !resumed && !rebuilt, ..read_by_nobody("read") },
];

const fn read_by_nobody(key: &'static str) -> Row<[bool; 3]> {
    let why = "nobody resumes from this buffer";
    let help = "write `resume: last_seen_id` for a crowd, or take it out";
    Row { key, idle: |[resumed, ..]| !resumed, why, help }
}

impl Scene<'_, '_> {
    /// All crowds.
    pub(super) fn crowds(&self) -> impl Iterator<Item = (NodeId, &Clients)> {
        self.topology.nodes.iter().enumerate().filter_map(|(place, node)| {
            let Parameters::Clients(clients) = &node.parameters else { return None };
            Some((NodeId(number::byte(place)), clients))
        })
    }

    /// Warns of what is written of a node in the experiment itself.
    fn own<F>(&self, input: &mut Input<'_>, id: NodeId, rows: &[Row<F>], facts: &F) {
        let counts = |input: &Input<'_>, at: At| self.is_own(input, at);
        self.report(input, id, (rows, facts), &counts, None);
    }

    pub(super) fn pool(&self, input: &mut Input<'_>, id: NodeId) {
        let Some(pool) = self.arrives(id) else { return };
        match &self.topology.nodes[usize::from(id.0)].form {
            Kind::Managed(_) => self.own(input, id, &SERVICES, &pool),
            _ => self.own(input, id, &GATEWAYS, &pool),
        }
    }

    pub(super) fn balancer(&self, input: &mut Input<'_>, id: NodeId) {
        let Parameters::LoadBalancer(own) = &self.topology.nodes[usize::from(id.0)].parameters
        else {
            return;
        };
        let pool = self.topology.next(id, "gateway").and_then(|pool| self.arrives(pool));
        let Some(pool) = pool else { return };
        self.own(input, id, &BALANCERS, &(pool, own.refusal.retry_after.is_some()));
    }

    pub(super) fn registry(&self, input: &mut Input<'_>, id: NodeId) {
        let mut fanouts = self.topology.of_kind("fanout").into_iter();
        let asked = fanouts.any(|fanout| {
            let Parameters::Fanout(own) = &self.topology.nodes[usize::from(fanout.0)].parameters
            else {
                return false;
            };
            let asks = own.route == Route::Registry && looks_up(self.topology, own);
            let asks = asks || self.varies(fanout, &["route", "spread"]);
            asks && self.topology.next(fanout, "registry") == Some(id)
        });
        let entered = self.some_stream(&|pool| self.topology.next(pool, "registry") == Some(id));
        self.own(input, id, &REGISTRIES, &[asked, entered]);
    }

    pub(super) fn fanout(&self, input: &mut Input<'_>, id: NodeId) {
        let streamed = self.some_stream(&|pool| self.topology.leads(id, pool));
        let many = self.topology.nodes.iter().enumerate().any(|(place, node)| {
            let varies = |key| self.varies(NodeId(number::byte(place)), &[key]);
            match &node.parameters {
                Parameters::Clients(own) => {
                    let many = |sends: &Sends| sends.to != Audience::Direct;
                    own.sends.as_ref().is_some_and(many) || varies("sends")
                }
                Parameters::Source(own) => {
                    !matches!(own.to, SourceAudience::User(_)) || varies("to")
                }
                _ => false,
            }
        });
        self.own(input, id, &FANOUTS, &[streamed, many]);
    }

    /// Whether somebody streams who comes to one of some pools.
    fn some_stream(&self, of: &dyn Fn(NodeId) -> bool) -> bool {
        let mut crowds = self.crowds();
        crowds
            .any(|(crowd, _)| self.ways(crowd).iter().any(|&(way, pool)| streams(way) && of(pool)))
    }

    pub(super) fn buffer(&self, input: &mut Input<'_>, id: NodeId) {
        let node = &self.topology.nodes[usize::from(id.0)];
        let Parameters::Buffer(buffer) = &node.parameters else { return };
        if buffer.scope != Scope::User || role(&node.form) != "buffer" {
            return;
        }
        let from = |pool: NodeId| self.topology.next(pool, "buffer") == Some(id);
        let by_default = self.topology.resuming();
        let resumed = |by: &dyn Fn(Transport) -> bool| {
            self.crowds().any(|(crowd, clients)| {
                let Kind::Clients(form) = &self.topology.nodes[usize::from(crowd.0)].form else {
                    return false;
                };
                let by_default = by_default.contains(&crowd)
                    && form.resume.is_none()
                    && clients.sessions.is_none();
                let resumes = clients.resume == Resume::LastSeenId || by_default;
                (resumes || self.varies(crowd, &["resume"]))
                    && self.ways(crowd).iter().any(|&(way, pool)| by(way) && from(pool))
            })
        };
        let rebuilt = self.topology.of_kind("gateway").into_iter().any(|pool| {
            let parameters = &self.topology.nodes[usize::from(pool.0)].parameters;
            let keeps = matches!(parameters, Parameters::Gateway(own) if own.session.is_some());
            (keeps || self.varies(pool, &["session"])) && from(pool)
        });
        let (resumed, streamed) = (resumed(&|_| true), resumed(&streams));
        self.own(input, id, &BUFFERS, &[resumed, streamed, rebuilt]);
    }

    /// Whether a tier before or of a pool says when to come again.
    pub(super) fn hints(&self, pool: NodeId) -> bool {
        let all = self.topology.nodes.iter().enumerate();
        all.into_iter().any(|(place, node)| {
            let id = NodeId(number::byte(place));
            let refusal = match &node.parameters {
                Parameters::Gateway(own) if id == pool => &own.refusal,
                Parameters::LoadBalancer(own)
                    if self.topology.next(id, "gateway") == Some(pool) =>
                {
                    &own.refusal
                }
                _ => return false,
            };
            refusal.retry_after.is_some() || self.varies(id, &["retry_after", "when_full"])
        })
    }

    /// Who and what arrives at a pool; nothing where nobody leads to it.
    fn arrives(&self, id: NodeId) -> Option<Pool> {
        let topology = self.topology;
        let Parameters::Gateway(gateway) = &topology.nodes[usize::from(id.0)].parameters else {
            return None;
        };
        let mut pool = Pool { gateway: gateway.clone(), ways: Vec::new(), facts: Vec::new() };
        pool.note(Fact::SeesAll, self.is_shown_all(id));
        pool.note(Fact::Deployed, self.is_hit(id, &|it| it.deploy.as_ref()?.node.as_ref()));
        pool.note(Fact::Crashed, self.is_hit(id, &|it| it.crash.as_ref()?.node.as_ref()));
        pool.note(Fact::Crashed, self.is_hit(id, &|it| it.zone_loss.as_ref()?.node.as_ref()));
        pool.note(Fact::Slow, self.has_slow(id));
        pool.note(Fact::DrainVaries, self.varies(id, &["drain", "max_age"]));
        pool.note(Fact::MemoryVaries, self.varies(id, &["memory", "send_buffer"]));
        let published = !topology.of_kind("source").is_empty();
        for (crowd, clients) in self.crowds() {
            let sends = clients.sends.is_some() || self.varies(crowd, &["sends"]);
            let tls = clients.wire.tls || self.varies(crowd, &["wire"]);
            let comes = clients.visits.is_some()
                || clients.start != Start::Connected
                || self.varies(crowd, &["visits", "start"]);
            let obeys = clients.reconnect.retry_after || self.varies(crowd, &["reconnect"]);
            for (way, _) in self.ways(crowd).into_iter().filter(|(_, pool)| *pool == id) {
                pool.ways.push(way);
                pool.note(Fact::Receives, sends && way == Transport::Websocket);
                pool.note(Fact::IsRequested, sends && way != Transport::Websocket);
                pool.note(Fact::Pushes, (sends || published) && way != Transport::ShortPoll);
                pool.note(Fact::Tls, tls);
                pool.note(Fact::Come, comes);
                pool.note(Fact::Obeyed, obeys);
            }
        }
        (!pool.ways.is_empty()).then_some(pool)
    }

    /// Whether a fan-out shows a pool all messages, which each instance takes.
    fn is_shown_all(&self, pool: NodeId) -> bool {
        self.topology.of_kind("fanout").into_iter().any(|fanout| {
            let parameters = &self.topology.nodes[usize::from(fanout.0)].parameters;
            let all =
                matches!(parameters, Parameters::Fanout(own) if own.route == Route::Broadcast);
            (all || self.varies(fanout, &["route"])) && self.topology.leads(fanout, pool)
        })
    }

    /// Whether the timeline names a pool in an action.
    fn is_hit(&self, pool: NodeId, node: &dyn Fn(&Action) -> Option<&Text>) -> bool {
        let name = self.topology.name(pool);
        let mut named = self.experiment.timeline.iter().filter_map(|it| node(&it.value));
        named.any(|node| node.value == name)
    }
}
