//! What must hold between nodes: that messages find their way, and that the numbers of one node
//! fit those of another.
mod buffers;
mod fanouts;
pub(super) mod idle;

use super::{
    Resolved,
    links::Topology,
    managed,
    nodes::{MOST_USERS, streams},
    sources::looks_up,
};
use crate::{
    engine::number,
    node::parameters::{
        Audience, Clients, Gateway, Parameters, PartitionKey, Resume, Route, Source, Start,
        Transport, Visits,
    },
    scenario::NodeId,
    spec::{At, Diagnostic, Input, model::Kind},
    units::{Count, Quantity},
};

/// Instances are numbered with 16 bits over the whole scenario.
const MOST_INSTANCES: u64 = 65_000;

/// Checks a complete topology; `readable` says that all numbers are as written.
pub(super) fn check(input: &mut Input<'_>, topology: &Topology<'_>, readable: bool) {
    if readable {
        check_totals(input, topology.nodes);
    }
    for (place, node) in topology.nodes.iter().enumerate() {
        let id = NodeId(number::byte(place));
        let checks = Checks { topology, id, node, readable };
        match &node.parameters {
            Parameters::Clients(clients) => checks.crowd(input, clients),
            Parameters::LoadBalancer(_) => {
                checks.needs(input, "gateway", "place connections on");
            }
            Parameters::Pubsub(_) => checks.needs(input, "fanout", "be read by"),
            Parameters::Fanout(fanout) => {
                if fanout.route == Route::Registry && looks_up(topology, fanout) {
                    checks.needs(input, "registry", "look recipients up in");
                }
                checks.needs(input, "gateway", "forward to");
                checks.fanout(input, fanout);
                topology.check_reach(input, id, fanout);
            }
            Parameters::Registry(_) => checks.asked_once(input),
            Parameters::Gateway(gateway) => checks.rebuild(input, gateway),
            Parameters::Buffer(_) => {}
            Parameters::Source(source) => checks.source(input, source),
        }
    }
}

fn check_totals(input: &mut Input<'_>, nodes: &[Resolved]) {
    let (mut users, mut instances) = (0_u64, 0_u64);
    for node in nodes {
        match &node.parameters {
            Parameters::Clients(clients) => users += u64::from(clients.count),
            Parameters::Gateway(gateway) => instances += u64::from(gateway.count),
            Parameters::Fanout(fanout) => instances += u64::from(fanout.instances),
            Parameters::LoadBalancer(_)
            | Parameters::Pubsub(_)
            | Parameters::Registry(_)
            | Parameters::Buffer(_)
            | Parameters::Source(_) => {}
        }
    }
    let last = nodes.last().map(|node| node.name.at);
    let mut too_many = |what: &str, total: u64, most: u64| {
        if total > most {
            let message = format!("{total} {what} in all; at most {most} are modelled");
            input.report(Diagnostic::error("too-large", message).at(last));
        }
    };
    too_many("users", users, u64::from(MOST_USERS));
    too_many("instances of gateways and fanouts", instances, MOST_INSTANCES);
}

struct Checks<'c, 'n> {
    topology: &'c Topology<'n>,
    id: NodeId,
    node: &'n Resolved,
    readable: bool,
}

impl Checks<'_, '_> {
    fn at(&self) -> At {
        self.node.name.at
    }

    fn name(&self) -> &str {
        &self.node.name.value
    }

    fn needs(&self, input: &mut Input<'_>, kind: &str, to: &str) {
        if self.topology.next(self.id, kind).is_none() {
            let message = format!("`{}` has no {kind} to {to}", self.name());
            input.report(incomplete(message, kind).at(self.at()));
        }
    }

    fn crowd(&self, input: &mut Input<'_>, clients: &Clients) {
        if self.topology.next(self.id, "load_balancer").is_none() {
            return self.needs(input, "load_balancer", "connect to");
        }
        let ways = self.topology.ways(self.id);
        let Some(&(_, pool)) = ways.first() else { return };
        if clients.sends.is_some() {
            self.sends(input, clients, pool);
        }
        self.topology.check_ways(input, self.id);
        for (transport, pool) in ways {
            if matches!(transport, Transport::ShortPoll | Transport::LongPoll) {
                self.polls(input, clients, transport, pool);
            }
        }
        if clients.resume == Resume::LastSeenId {
            self.resume(input, pool);
        } else if !self.resumes_by_default(clients) {
            self.without_resume(input, clients);
        }
        self.inbox(input, pool);
        if self.readable {
            if let (Resume::LastSeenId, Some(sends)) = (clients.resume, &clients.sends) {
                self.bytes(input, sends.payload, pool);
            }
            self.room(input, clients, pool);
            self.send_buffers(input, clients);
        }
        managed::check(input, self.topology, self.id, self.readable);
        if self.readable {
            self.ttl(input, clients, pool);
        }
    }

    fn sends(&self, input: &mut Input<'_>, clients: &Clients, pool: NodeId) {
        if self.readable && clients.count < 2 {
            let message = format!("`{}` is one user, who has nobody to send to", self.name());
            let wrong = Diagnostic::error("out-of-range", message).at(self.at());
            input.report(wrong.help("write a `count` of 2 or more, or leave `sends` out"));
        }
        let (topology, name) = (self.topology, self.topology.name(pool));
        let Some(bus) = topology.next(pool, "pubsub") else {
            let message = format!(
                "`{}` send messages, but `{name}` has no pubsub to publish them to",
                self.name()
            );
            return input.report(incomplete(message, "pubsub").at(self.at()));
        };
        self.rooms(input, clients, bus);
        let Some(fanout) = topology.next(bus, "fanout") else { return };
        let back = topology.next(fanout, "gateway");
        if back.is_some() && !topology.leads(fanout, pool) {
            let message = format!(
                "messages of `{}` never come back: `{}` does not forward to `{name}`",
                self.name(),
                topology.name(fanout)
            );
            let help = format!("write the link `{} -> {name}`", topology.name(fanout));
            input.report(Diagnostic::error("incomplete-path", message).at(self.at()).help(help));
        }
        self.same_registry(input, pool, fanout);
    }

    /// What a source publishes is kept by buffers that have room for it, and routed by registries
    /// that know its recipients. Whom it reaches is another question.
    fn source(&self, input: &mut Input<'_>, source: &Source) {
        let topology = self.topology;
        let Some(bus) = topology.next(self.id, "pubsub") else {
            return self.needs(input, "pubsub", "publish to");
        };
        let Some(fanout) = topology.next(bus, "fanout") else { return };
        let Some(pool) = topology.next(fanout, "gateway") else { return };
        self.same_registry(input, pool, fanout);
        if self.readable {
            self.bytes(input, source.payload, pool);
        }
    }

    /// A room has its members, and a key of rooms has rooms.
    fn rooms(&self, input: &mut Input<'_>, clients: &Clients, bus: NodeId) {
        let to = clients.sends.as_ref().map(|sends| sends.to);
        if let Some(Audience::Room(size)) = to
            && self.readable
            && size > clients.count
        {
            let message = format!(
                "`{}` are {} users, and send to rooms of {size}",
                self.name(),
                clients.count
            );
            let wrong = Diagnostic::error("out-of-range", message).at(self.at());
            input.report(wrong.help("write a larger `count` or smaller rooms"));
        }
        let node = &self.topology.nodes[usize::from(bus.0)];
        let Parameters::Pubsub(own) = &node.parameters else { return };
        if own.key == PartitionKey::Room && to == Some(Audience::Direct) {
            let message = format!(
                "`{}` chooses partitions by the room, but `{}` send to one user each",
                node.name.value,
                self.name()
            );
            let wrong = Diagnostic::error("without-effect", message).at(node.name.at);
            input.report(wrong.help("write `sends.to: { room: 10 }`, or `key: recipient`"));
        }
    }

    /// The gateways write where the fan-out reads.
    fn same_registry(&self, input: &mut Input<'_>, pool: NodeId, fanout: NodeId) {
        let registry = |id| self.topology.next(id, "registry");
        if registry(fanout).is_some() && registry(pool) != registry(fanout) {
            let at = self.topology.to(fanout, "registry").map(|edge| edge.at);
            let (pool, fanout) = (self.topology.name(pool), self.topology.name(fanout));
            let message = format!("`{fanout}` looks users up where `{pool}` does not write them");
            let help = "link both to the same registry";
            input.report(Diagnostic::error("incomplete-path", message).at(at).help(help));
        }
    }

    fn resume(&self, input: &mut Input<'_>, pool: NodeId) {
        let topology = self.topology;
        let Kind::Clients(form) = &self.node.form else { return };
        let at = form.resume.as_ref().map_or(self.at(), |resume| resume.at);
        let Some(buffer) = topology.next(pool, "buffer") else {
            let message = format!(
                "`{}.resume` asks for what was missed, but `{}` has no buffer to ask",
                self.name(),
                topology.name(pool)
            );
            return input.report(incomplete(message, "buffer").at(at));
        };
        let fanout = topology.next(pool, "pubsub").and_then(|bus| topology.next(bus, "fanout"));
        let Some(fanout) = fanout else { return };
        if topology.next(fanout, "buffer") != Some(buffer) {
            let (fanout, buffer) = (topology.name(fanout), topology.name(buffer));
            let message = format!("`{fanout}` does not write to `{buffer}`, where users ask");
            let help = format!("write the link `{fanout} -> {buffer}`");
            input.report(Diagnostic::error("incomplete-path", message).at(at).help(help));
        }
    }

    /// Who polls asks a buffer that the fan-out fills for what it missed.
    fn mailbox(&self, input: &mut Input<'_>, clients: &Clients, pool: NodeId) {
        let Kind::Clients(form) = &self.node.form else { return };
        let filled = self.topology.resuming().contains(&self.id);
        match &form.resume {
            _ if clients.resume != Resume::None => {}
            None if filled => {}
            Some(none) if filled => {
                let message = format!(
                    "`{}.resume` is `none`, but who polls asks for what it missed",
                    self.name()
                );
                let wrong = Diagnostic::error("not-modelled", message).at(none.at);
                input.report(wrong.help("write `resume: last_seen_id`, or take it out"));
            }
            _ => {
                let message = format!(
                    "`{}` poll, but `{}` has no buffer for their mailboxes that the fan-out fills",
                    self.name(),
                    self.topology.name(pool)
                );
                input.report(incomplete(message, "buffer").at(self.at()));
            }
        }
    }

    /// Who polls has a mailbox, and is there all the time.
    fn polls(&self, input: &mut Input<'_>, clients: &Clients, transport: Transport, pool: NodeId) {
        self.mailbox(input, clients, pool);
        let held = transport == Transport::LongPoll;
        let go = clients.visits.is_some() || clients.start != Start::Connected;
        if (held || go) && self.topology.next(pool, "inbox").is_some() {
            let name = self.name();
            let message = format!("an inbox of `{name}`, who poll, is not modelled");
            let wrong = Diagnostic::error("not-modelled", message).at(self.at());
            input.report(wrong.help("take it out, or write `transport: websocket` or `sse`"));
        }
        if held {
            return;
        }
        let others = [
            ("sessions", clients.sessions.is_some()),
            ("resume_window", clients.resume_window.is_some()),
        ];
        for (key, _) in others.into_iter().filter(|(_, written)| *written) {
            let message = format!("`{}.{key}` of clients who poll is not modelled", self.name());
            let wrong = Diagnostic::error("not-modelled", message).at(self.at());
            input.report(wrong.help("take it out, or write `transport: websocket`"));
        }
    }

    /// Whether the links are enough for these users to resume.
    fn resumes_by_default(&self, clients: &Clients) -> bool {
        let Kind::Clients(form) = &self.node.form else { return false };
        let free = form.resume.is_none() && clients.sessions.is_none();
        free && self.topology.resuming().contains(&self.id)
    }

    /// Keys that mean nothing for users who never resume.
    fn without_resume(&self, input: &mut Input<'_>, clients: &Clients) {
        let Kind::Clients(form) = &self.node.form else { return };
        let window = form.resume_window.as_ref().map(|it| ("resume_window", it.at));
        let cursor = form.acknowledge_every.as_ref().map(|it| ("acknowledge_every", it.at));
        let window = window.filter(|_| clients.resume_window.is_some());
        let cursor = cursor.filter(|_| clients.reading.acknowledge_every > 1);
        for (key, at) in window.into_iter().chain(cursor) {
            let message = format!(
                "`{}.{key}` is about resuming, but these users have no buffer to resume from",
                self.name()
            );
            let wrong = Diagnostic::error("without-effect", message).at(at);
            input.report(wrong.help("add a buffer and `resume: last_seen_id`, or take it out"));
        }
    }

    /// The fan-out puts messages where users look for them.
    fn inbox(&self, input: &mut Input<'_>, pool: NodeId) {
        let topology = self.topology;
        let Some(inbox) = topology.next(pool, "inbox") else { return };
        let fanout = topology.next(pool, "pubsub").and_then(|bus| topology.next(bus, "fanout"));
        let Some(fanout) = fanout else { return };
        if topology.next(fanout, "inbox") != Some(inbox) {
            let at = topology.to(pool, "inbox").map(|edge| edge.at);
            let (fanout, inbox) = (topology.name(fanout), topology.name(inbox));
            let message = format!("`{fanout}` does not write to `{inbox}`, where users look");
            let help = format!("write the link `{fanout} -> {inbox}`");
            input.report(Diagnostic::error("incomplete-path", message).at(at).help(help));
        }
    }

    /// State is read from a store.
    fn rebuild(&self, input: &mut Input<'_>, gateway: &Gateway) {
        let reads = gateway.session.map_or(0, |session| session.rebuild.reads);
        let store =
            ["buffer", "registry"].into_iter().find_map(|kind| self.topology.to(self.id, kind));
        if reads == 0 || store.is_some() {
            return;
        }
        let Kind::Gateway(form) = &self.node.form else { return };
        let written = form.session.as_ref().and_then(|session| session.rebuild.reads.as_ref());
        let message = format!(
            "`{}.session.rebuild.reads` is {reads}, but there is no buffer and no registry to read",
            self.name()
        );
        let at = written.map_or(self.at(), |reads| reads.at);
        let help = "write `reads: 0`, or add a node `replay: { buffer: {} }`";
        input.report(Diagnostic::error("incomplete-path", message).at(at).help(help));
    }

    /// Connections that are held have room; who asks now and then holds none.
    fn room(&self, input: &mut Input<'_>, clients: &Clients, pool: NodeId) {
        if clients.transport == Transport::ShortPoll {
            return;
        }
        let Parameters::Gateway(gateway) = &self.topology.nodes[usize::from(pool.0)].parameters
        else {
            return;
        };
        let (room, budget) = room(gateway);
        let there = clients.visits.as_ref().map_or(1.0, Visits::share);
        if f64::from(clients.count) * there > number::float(room) {
            let message = format!(
                "`{}` are {} users, but `{}` hold {room} connections ({budget} binds)",
                self.name(),
                Count(u64::from(clients.count)).print(),
                self.topology.name(pool),
            );
            let wrong = Diagnostic::warning("over-capacity", message).at(self.at());
            input.report(wrong.help("the others are refused and try again for the whole run"));
        }
    }

    fn ttl(&self, input: &mut Input<'_>, clients: &Clients, pool: NodeId) {
        let Some(id) = self.topology.next(pool, "registry") else { return };
        let node = &self.topology.nodes[usize::from(id.0)];
        let (Parameters::Registry(registry), Kind::Registry(form)) = (&node.parameters, &node.form)
        else {
            return;
        };
        let Some(every) = clients.heartbeat.every else { return };
        let refreshed = self.topology.ways(self.id).iter().any(|&(way, _)| streams(way));
        if registry.ttl <= every && refreshed {
            let message = format!(
                "`{}.ttl` is {}, but `{}` refresh their entries each {} only",
                node.name.value,
                registry.ttl.print(),
                self.name(),
                every.print()
            );
            let at = form.ttl.as_ref().map_or(node.name.at, |ttl| ttl.at);
            let wrong = Diagnostic::warning("ttl-too-short", message).at(at);
            input.report(wrong.help(format!(
                "that entries expire between two refreshes is not modelled: nobody who is online \
                 is missing; write a `ttl` of at least {}",
                every.times(2).print()
            )));
        }
    }
}

/// How many connections a pool holds, and the budget that bounds them.
fn room(gateway: &Gateway) -> (u64, &'static str) {
    let by_memory = gateway.memory.limit.0 / gateway.per_connection().max(1);
    let by_limit = u64::from(gateway.max_connections);
    let (each, budget) = if by_memory < by_limit {
        (by_memory, "memory.limit")
    } else {
        (by_limit, "max_connections")
    };
    (each * u64::from(gateway.count), budget)
}

fn incomplete(message: String, kind: &str) -> Diagnostic {
    let name = match kind {
        "load_balancer" => "edge",
        "gateway" => "gateways",
        "pubsub" => "bus",
        "fanout" => "fanout",
        "registry" => "presence",
        _ => "replay",
    };
    let help = match kind {
        "gateway" => "add a node `gateways: { gateway: { count: 4 } }`, or a link".to_owned(),
        "fanout" => "add a node `fanout: { fanout: { instances: 4 } }`, or a link".to_owned(),
        _ => format!("add a node `{name}: {{ {kind}: {{}} }}`, or a link"),
    };
    Diagnostic::error("incomplete-path", message).help(help)
}
