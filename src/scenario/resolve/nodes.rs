//! Forms of nodes → their parameters: each key read, defaulted, checked and put down.
use super::section::{Section, Word};
use crate::{
    engine::Span,
    node::parameters::{
        Buffer, Clients, Cpu, Drain, DrainBy, Fanout, Gateway, HealthCheck, Heartbeat,
        LoadBalancer, Memory, Network, Parameters, Policy, Preferred, Rebuild, Registry, Resume,
        Scope, SendBuffer, Sends, SessionState, Slow, Transport, Wire,
    },
    spec::{At, Choice, Diagnostic, Located, Text, Written, model},
    units::{Bytes, Count, Factor, Quantity, Rate, Share, shown},
};

/// The most users a scenario can have: they are numbered with 31 bits.
pub const MOST_USERS: u32 = (1 << 31) - 1;

/// The most that a crowd does a second: events of a process are some nanoseconds apart.
pub const MOST_OF_A_CROWD: Rate = Rate(1e8);

/// The largest message. An empty one is one, too: it has its frame and its heads.
pub const MOST_PAYLOAD: Bytes = Bytes(1_000_000_000);

/// No probe and no heartbeat is closer than this.
pub(super) const CLOSEST: Span = Span::from_millis(1);

/// The word for a kind in a file.
pub(super) fn kind_word(kind: &model::Kind) -> &'static str {
    match kind {
        model::Kind::Clients(_) => "clients",
        model::Kind::LoadBalancer(_) => "load_balancer",
        model::Kind::Gateway(_) => "gateway",
        model::Kind::Managed(_) => "managed",
        model::Kind::Pubsub(_) => "pubsub",
        model::Kind::Fanout(_) => "fanout",
        model::Kind::Registry(_) => "registry",
        model::Kind::Buffer(_) => "buffer",
        model::Kind::Source(_) => "source",
    }
}

/// What a node is to others: its kind, but a managed service stands where gateways would, and an
/// inbox is not the buffer that users resume from.
pub(super) fn role(kind: &model::Kind) -> &'static str {
    match kind {
        model::Kind::Managed(_) => "gateway",
        model::Kind::Buffer(form) if form.scope.as_ref().is_some_and(is_inbox) => "inbox",
        _ => kind_word(kind),
    }
}

fn is_inbox(scope: &Text) -> bool {
    scope.value == Scope::Inbox.word()
}

/// Whether a gateway writes to a client by this transport whenever it likes.
pub(super) fn streams(transport: Transport) -> bool {
    matches!(transport, Transport::Websocket | Transport::Sse)
}

impl Section<'_, '_> {
    /// A node of any kind.
    pub(super) fn node(&mut self, kind: &model::Kind) -> Parameters {
        match kind {
            model::Kind::Clients(form) => {
                let clients = self.clients(form);
                Parameters::Clients(self.in_browsers(form, clients))
            }
            model::Kind::LoadBalancer(form) => Parameters::LoadBalancer(self.balancer(form)),
            model::Kind::Gateway(form) => Parameters::Gateway(self.gateway(form)),
            model::Kind::Managed(form) => Parameters::Gateway(self.managed(form).pool()),
            model::Kind::Pubsub(form) => Parameters::Pubsub(self.pubsub(form)),
            model::Kind::Fanout(form) => Parameters::Fanout(self.fanout(form)),
            model::Kind::Registry(form) => Parameters::Registry(Registry {
                ttl: self.within("ttl", form.ttl.as_ref(), CLOSEST..=Span::FOREVER),
                rate: self.positive("rate", form.rate.as_ref()),
                replica_lag: self.value("replica_lag", form.replica_lag.as_ref()),
            }),
            model::Kind::Buffer(form) => Parameters::Buffer(self.buffer(form)),
            model::Kind::Source(form) => Parameters::Source(self.producer(form)),
        }
    }

    fn clients(&mut self, form: &model::Clients) -> Clients {
        let sessions = form.sessions.as_ref().map(|sessions| self.sessions(form, sessions));
        let count = match sessions {
            None => self.whole("count", form.count.as_ref(), 1..=MOST_USERS),
            Some(_) => 0,
        };
        let start = self.start(form.start.as_ref());
        let (transport, prefer, fallback) = self.transports(form);
        let network = self.inside("network", |section| section.network(&form.network));
        let sends = form.sends.as_ref().map(|sends| {
            self.inside("sends", |section| {
                let read = section.sends(sends);
                section.in_all("per_user", sends.per_user.as_ref(), count);
                read
            })
        });
        // What a browser does by itself it does not where a library tries one after the other.
        let alone = if fallback.is_some() { Transport::Websocket } else { transport };
        Clients {
            count,
            transport,
            prefer: prefer.clone(),
            fallback,
            tabs: None,
            background: None,
            wire: self.inside("wire", |section| Wire {
                profile: section.word("profile", form.wire.profile.as_ref()),
                tls: section.word("tls", form.wire.tls.as_ref()),
                http: section.word("http", form.wire.http.as_ref()),
            }),
            poll_every: self.inside("short_poll", |section| {
                let every = form.short_poll.every.as_ref();
                section.within("every", every, CLOSEST..=Span::FOREVER)
            }),
            poll_hold: self.inside("long_poll", |section| {
                let hold = form.long_poll.hold.as_ref();
                section.within("hold", hold, CLOSEST..=Span::FOREVER)
            }),
            start,
            network,
            visits: form.visits.as_ref().map(|visits| self.visits(form, visits)),
            sessions,
            sends,
            heartbeat: self.inside("heartbeat", |section| section.heartbeat(&form.heartbeat)),
            reconnect: self.reconnect(alone, form.reconnect.as_ref()),
            resume: self.resume(form.resume.as_ref()),
            resume_window: self.resume_window(form.resume_window.as_ref()),
            reading: self.reading(form),
            slow: form.slow.as_ref().map(|slow| self.slow(slow, transport, &prefer)),
            outbox: match form.sessions {
                None => self.short("outbox", form.outbox.as_ref(), 0..=u16::MAX),
                Some(_) => 0,
            },
        }
    }

    /// A rate of each user is not too much for a process of all of them.
    fn in_all(&mut self, key: &str, written: Option<&Written<Rate>>, users: u32) {
        let rate = written.and_then(|rate| rate.read().ok()).map_or(0.0, |rate| rate.0);
        if let Some(written) = written
            && rate * f64::from(users) > MOST_OF_A_CROWD.0
        {
            let most = MOST_OF_A_CROWD.tell();
            let says = format!("times {users} users is more than {most}, the most for a crowd");
            self.wrong("too-large", key, written.at, &says, "write less, or fewer users");
        }
    }

    /// Who reads slowly; that is no matter to who polls.
    fn slow(&mut self, form: &model::Slow, transport: Transport, prefer: &[Preferred]) -> Slow {
        let some = streams(transport) || prefer.iter().any(|entry| streams(entry.transport));
        let at = form.share.as_ref().map(|share| share.at);
        if let Some(at) = at.filter(|_| !some) {
            let name = self.name_of("slow");
            let message = format!("`{name}` has no effect: who polls asks for what it reads");
            let wrong = Diagnostic::warning("without-effect", message).at(at);
            self.input.report(wrong.help("it is about `websocket` and `sse`; take it out"));
        }
        self.inside("slow", |section| Slow {
            share: section.within("share", form.share.as_ref(), Share(0.0)..=Share(1.0)),
            drain: section.positive("drain", form.drain.as_ref()),
        })
    }

    fn network(&mut self, form: &model::Network) -> Network {
        Network {
            rtt: self.round_trip("rtt", form.rtt.as_ref()),
            lifetime: self.law_or_never("lifetime", form.lifetime.as_ref()),
            silent_drops: self.within(
                "silent_drops",
                form.silent_drops.as_ref(),
                Share(0.0)..=Share(1.0),
            ),
        }
    }

    fn sends(&mut self, form: &model::Sends) -> Sends {
        let per_user = self.positive("per_user", form.per_user.as_ref());
        let to = self.audience(form.to.as_ref());
        let payload = self.within("payload", form.payload.as_ref(), Bytes(0)..=MOST_PAYLOAD);
        Sends { per_user, to, payload, acknowledged: self.acknowledged(form) }
    }

    fn heartbeat(&mut self, form: &model::Heartbeat) -> Heartbeat {
        Heartbeat {
            every: self.or_never("every", form.every.as_ref(), |section, key, written| {
                section.within(key, written, CLOSEST..=Span::FOREVER)
            }),
            timeout: self.within("timeout", form.timeout.as_ref(), CLOSEST..=Span::FOREVER),
            tcp_timeout: self.positive("tcp_timeout", form.tcp_timeout.as_ref()),
        }
    }

    /// The default depends on the links, and is filled in when they are known.
    fn resume(&mut self, written: Option<&Text>) -> Resume {
        if written.is_some() {
            return self.word("resume", written);
        }
        self.put("resume", Resume::None.word());
        Resume::None
    }

    fn balancer(&mut self, form: &model::LoadBalancer) -> LoadBalancer {
        let layer = self.layer(form.layer.as_ref());
        LoadBalancer {
            layer,
            policy: self.policy(layer, form.policy.as_ref()),
            health_check: self
                .inside("health_check", |section| section.health_check(&form.health_check)),
            admission: self.admission(form.admission.as_ref()),
            refusal: self.balancer_refusal(form.when_full.as_ref(), form.retry_after.as_ref()),
        }
    }

    fn health_check(&mut self, form: &model::HealthCheck) -> HealthCheck {
        HealthCheck {
            interval: self.within("interval", form.interval.as_ref(), CLOSEST..=Span::FOREVER),
            threshold: self.whole("threshold", form.threshold.as_ref(), 1..=1_000),
        }
    }

    fn layer(&mut self, written: Option<&Written<Count>>) -> u8 {
        match self.value("layer", written) {
            Count(7) => return 7,
            Count(4) => {}
            Count(_) => {
                if let Some(written) = written {
                    let says = format!("is 4 or 7; this is {}", shown(&written.text));
                    let help = "4 places connections by address, 7 reads the request";
                    self.wrong("out-of-range", "layer", written.at, &says, help);
                }
            }
        }
        4
    }

    fn policy(&mut self, layer: u8, written: Option<&Located<Choice<model::Policy>>>) -> Policy {
        let Some(Located { value, at }) = written else { return self.word("policy", None) };
        match value {
            Choice::Plain(text) if text == "consistent_hash" => {
                self.inside("policy", |section| section.hash(layer, *at, [None, None], None))
            }
            Choice::Plain(text) => {
                let text = Located { value: text.clone(), at: *at };
                self.word_beside("policy", &text, "consistent_hash")
            }
            Choice::One(model::Policy::RoundRobin {}) => self.plain_policy(Policy::RoundRobin),
            Choice::One(model::Policy::LeastConnections {}) => {
                self.plain_policy(Policy::LeastConnections)
            }
            Choice::One(model::Policy::ConsistentHash { key, via, virtual_nodes }) => {
                let words = [key.as_ref(), via.as_ref()];
                self.inside("policy", |section| {
                    section.hash(layer, *at, words, virtual_nodes.as_ref())
                })
            }
        }
    }

    fn plain_policy(&mut self, policy: Policy) -> Policy {
        self.put("policy", policy.word());
        policy
    }

    fn hash(
        &mut self,
        layer: u8,
        at: At,
        [key, via]: [Option<&Text>; 2],
        virtual_nodes: Option<&Written<Count>>,
    ) -> Policy {
        self.inside("consistent_hash", |section| {
            section.only("key", key);
            if via.is_some() {
                section.only("via", via);
            } else if layer == 4 {
                let message = format!(
                    "`{}` hashes users at layer 4, which sees addresses only",
                    section.name_of("key")
                );
                section.input.report(
                    Diagnostic::error("layer-4-sees-no-user", message).at(at).help(
                        "write `via: ticket` (clients fetch an address first), or `layer: 7` \
                         (the balancer reads each request)",
                    ),
                );
            }
            let virtual_nodes = section.whole("virtual_nodes", virtual_nodes, 1..=100_000);
            Policy::ConsistentHash { virtual_nodes }
        })
    }

    fn gateway(&mut self, form: &model::Gateway) -> Gateway {
        Gateway {
            count: self.short("count", form.count.as_ref(), 1..=u16::MAX),
            cores: self.short("cores", form.cores.as_ref(), 1..=1_024),
            zones: self.short("zones", form.zones.as_ref(), 1..=1_000),
            max_connections: self.whole(
                "max_connections",
                form.max_connections.as_ref(),
                1..=MOST_USERS,
            ),
            descriptors: self.whole("descriptors", form.descriptors.as_ref(), 1..=MOST_USERS),
            accept_queue: self.or_else(
                "unbounded",
                "accept_queue",
                form.accept_queue.as_ref(),
                |section, key, written| section.whole(key, written, 0..=u32::MAX),
            ),
            refusal: self.refusal(form.when_full.as_ref(), form.retry_after.as_ref()),
            skip_abandoned: self.word("skip_abandoned", form.skip_abandoned.as_ref()),
            memory: self.inside("memory", |section| section.memory(&form.memory)),
            cpu: self.inside("cpu", |section| section.cpu(&form.cpu)),
            drain: self.inside("drain", |section| section.drain(&form.drain)),
            max_age: self.or_never("max_age", form.max_age.as_ref(), |section, key, written| {
                section.within(key, written, Span::from_secs(1)..=Span::FOREVER)
            }),
            age_dither: self.age_dither(form),
            keep_alive: self.value("keep_alive", form.keep_alive.as_ref()),
            handshake_rtts: self
                .within("handshake_rtts", form.handshake_rtts.as_ref(), Factor(0.0)..=Factor(100.0))
                .0,
            session: form
                .session
                .as_ref()
                .map(|state| self.inside("session", |section| section.state(state))),
            managed: None,
            send_buffer: self.inside("send_buffer", |section| SendBuffer {
                size: section.positive("size", form.send_buffer.size.as_ref()),
                when_full: section.word("when_full", form.send_buffer.when_full.as_ref()),
            }),
        }
    }

    fn state(&mut self, form: &model::SessionState) -> SessionState {
        let bytes = self.value("bytes", form.bytes.as_ref());
        let keep = self.value("keep", form.keep.as_ref());
        let form = &form.rebuild;
        let rebuild = self.inside("rebuild", |section| Rebuild {
            cpu: section.value("cpu", form.cpu.as_ref()),
            reads: section.whole("reads", form.reads.as_ref(), 0..=1_000),
            latency: section.value("latency", form.latency.as_ref()),
        });
        SessionState { bytes, keep, rebuild }
    }

    /// How much earlier than at its maximum age a connection may be told to move.
    fn age_dither(&mut self, form: &model::Gateway) -> Span {
        let before = self.input.errors();
        let dither = self.value("age_dither", form.age_dither.as_ref());
        let age = form.max_age.as_ref().and_then(|written| written.read().ok());
        if self.input.errors() == before
            && let Some(written) = &form.age_dither
            && dither > age.unwrap_or(Span::ZERO)
        {
            let says = "makes connections younger than their maximum age";
            let help = "write a `max_age` that is longer";
            self.wrong("out-of-range", "age_dither", written.at, says, help);
        }
        dither
    }

    fn memory(&mut self, form: &model::Memory) -> Memory {
        let before = self.input.errors();
        let memory = Memory {
            per_connection: self.positive("per_connection", form.per_connection.as_ref()),
            limit: self.positive("limit", form.limit.as_ref()),
            over: self.word("over", form.over.as_ref()),
            restart: self.or_never("restart", form.restart.as_ref(), Section::value),
        };
        if self.input.errors() == before && memory.limit < memory.per_connection {
            let (limit, each) = (memory.limit.print(), memory.per_connection.print());
            let message = format!(
                "`{}` is {limit}: not one connection of {each} fits",
                self.name_of("limit")
            );
            let wrong = Diagnostic::error("out-of-range", message);
            self.input.report(at_either(wrong, form.limit.as_ref(), form.per_connection.as_ref()));
        }
        memory
    }

    fn cpu(&mut self, form: &model::Cpu) -> Cpu {
        Cpu {
            tls_full: self.value("tls_full", form.tls_full.as_ref()),
            tls_resumed: self.value("tls_resumed", form.tls_resumed.as_ref()),
            resumption: self.value("resumption", form.resumption.as_ref()),
            app: self.value("app", form.app.as_ref()),
            refusal: self.value("refusal", form.refusal.as_ref()),
            poll: self.value("poll", form.poll.as_ref()),
            request: self.value("request", form.request.as_ref()),
            receive: self.value("receive", form.receive.as_ref()),
            push: self.value("push", form.push.as_ref()),
            idle: self.value("idle", form.idle.as_ref()).0,
        }
    }

    fn drain(&mut self, form: &model::Drain) -> Drain {
        let before = self.input.errors();
        let drain = Drain {
            by: self.word("by", form.by.as_ref()),
            moves: self.word("move", form.moves.as_ref()),
            window: self.value("window", form.window.as_ref()),
            batch: self.whole("batch", form.batch.as_ref(), 1..=MOST_USERS),
            every: self.within("every", form.every.as_ref(), CLOSEST..=Span::FOREVER),
            grace: self.value("grace", form.grace.as_ref()),
        };
        let jitter = drain.by == DrainBy::ClientJitter;
        if self.input.errors() == before && jitter && drain.window > drain.grace {
            let (window, grace) = (drain.window.print(), drain.grace.print());
            let message = format!(
                "`{}` is {window}, but connections are closed after a grace of {grace}",
                self.name_of("window")
            );
            let wrong = Diagnostic::warning("window-beyond-grace", message);
            let wrong = at_either(wrong, form.window.as_ref(), form.grace.as_ref());
            self.input.report(wrong.help(format!(
                "clients that would move later are cut off all at once; write `grace: {window}`"
            )));
        }
        drain
    }

    fn fanout(&mut self, form: &model::Fanout) -> Fanout {
        Fanout {
            instances: self.short("instances", form.instances.as_ref(), 1..=u16::MAX),
            concurrency: self.short("concurrency", form.concurrency.as_ref(), 1..=u16::MAX),
            service: self.law("service", form.service.as_ref()),
            route: self.word("route", form.route.as_ref()),
            on_stale: self.word("on_stale", form.on_stale.as_ref()),
            rpc_timeout: self.positive("rpc_timeout", form.rpc_timeout.as_ref()),
            in_flight: self.or_else(
                "unbounded",
                "in_flight",
                form.in_flight.as_ref(),
                |section, key, written| section.whole(key, written, 1..=MOST_USERS),
            ),
            retry_budget: self.or_else(
                "unbounded",
                "retry_budget",
                form.retry_budget.as_ref(),
                |section, key, written| section.within(key, written, Share(0.0)..=Share(1.0)),
            ),
            spread: self.word("spread", form.spread.as_ref()),
        }
    }

    fn buffer(&mut self, form: &model::Buffer) -> Buffer {
        let scope = self.word("scope", form.scope.as_ref());
        Buffer {
            scope,
            notify: self.notify(scope, form.notify.as_ref()),
            retention: self.positive("retention", form.retention.as_ref()),
            messages: self.short("messages", form.messages.as_ref(), 1..=u16::MAX),
            bytes: self.or_else("unbounded", "bytes", form.bytes.as_ref(), Section::positive),
            reads: self.positive("reads", form.reads.as_ref()),
            read: self.value("read", form.read.as_ref()),
            replay_rate: self.positive("replay_rate", form.replay_rate.as_ref()),
        }
    }
}

/// Points at the first of two keys that is written, and at the other beside it.
pub(super) fn at_either<A, B>(
    wrong: Diagnostic,
    first: Option<&Written<A>>,
    second: Option<&Written<B>>,
) -> Diagnostic {
    match (first, second) {
        (Some(first), second) => {
            wrong.at(first.at).context(second.map(|second| second.at), "against this")
        }
        (None, second) => wrong.at(second.map(|second| second.at)),
    }
}
