//! Keys that are written and would change nothing where they stand: those of connections in a crowd
//! that polls now and then, those of polls in one that does not, and send buffers where every
//! client keeps up.
//!
//! Models are shared: a key of theirs is for all who use them, also for a crowd whose transport an
//! experiment or the command line changes. So a key of a crowd is idle only where the file that
//! writes it writes the transport as well, and one of a pool only in the experiment itself or on
//! the command line; and neither where a sweep varies what makes it idle.
use crate::{
    engine::number,
    node::parameters::{Clients, Http, Parameters, Transport},
    scenario::{
        NodeId,
        resolve::{links::Topology, nodes::streams},
    },
    spec::{
        At, Diagnostic, Experiment, Input,
        arguments::COMMAND_LINE,
        model::{self, Kind},
    },
};

/// Warns of such keys; `own` is where the experiment's file begins.
pub(in crate::scenario::resolve) fn check(
    input: &mut Input<'_>,
    topology: &Topology<'_>,
    experiment: &Experiment,
    own: At,
) {
    for (place, node) in topology.nodes.iter().enumerate() {
        let name = &node.name.value;
        match (&node.parameters, &node.form) {
            (Parameters::Clients(clients), Kind::Clients(form))
                if !varies(experiment, name, "transport")
                    && !varies(experiment, name, "prefer") =>
            {
                if clients.transport == Transport::ShortPoll {
                    of_connections(input, name, clients, form);
                }
                if clients.prefer.is_empty() {
                    of_others(input, name, clients, form);
                }
            }
            (Parameters::Gateway(_), Kind::Gateway(form)) => {
                let written = [
                    form.send_buffer.size.as_ref().map(|it| it.at),
                    form.send_buffer.when_full.as_ref().map(|it| it.at),
                ];
                let mut written = written.into_iter().flatten();
                let here = |at: &At| {
                    let of_arguments = input.sources.of(*at).name == COMMAND_LINE;
                    at.source == own.source || of_arguments
                };
                let first = written.find(here);
                let id = NodeId(number::byte(place));
                if let Some(at) = first.filter(|_| !has_slow(topology, experiment, id)) {
                    input.report(keeps_up(name, at));
                }
            }
            _ => {}
        }
    }
}

/// Whether an axis of the sweep is a key of a node, something in it, or the node as a whole.
fn varies(experiment: &Experiment, node: &str, key: &str) -> bool {
    let axes = experiment.sweep.iter().flat_map(|sweep| &sweep.axes.0);
    axes.into_iter().any(|(path, _)| {
        let inner = path.value.strip_prefix(node);
        inner.is_some_and(|rest| {
            let key = rest.strip_prefix('.').and_then(|rest| rest.strip_prefix(key));
            rest.is_empty() || key.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    })
}

/// Who asks now and then holds nothing that ends, is kept alive, or is opened again.
fn of_connections(input: &mut Input<'_>, name: &str, clients: &Clients, form: &model::Clients) {
    let Some(transport) = &form.transport else { return };
    let (network, heartbeat) = (&form.network, &form.heartbeat);
    let lifetime = network.lifetime.as_ref().filter(|_| clients.network.lifetime.is_some());
    let silent = network.silent_drops.as_ref().filter(|_| clients.network.silent_drops.0 > 0.0);
    let beats = [&heartbeat.every, &heartbeat.timeout, &heartbeat.tcp_timeout];
    let beat = beats.into_iter().flatten().find(|beat| beat.at.source == transport.at.source);
    let keys = [
        ("network.lifetime", lifetime.map(|it| it.at)),
        ("network.silent_drops", silent.map(|it| it.at)),
        ("heartbeat", beat.map(|it| it.at)),
        ("reconnect", form.reconnect.as_ref().map(|it| it.at)),
    ];
    for (key, at) in keys {
        let Some(at) = at.filter(|at| at.source == transport.at.source) else { continue };
        let message = format!("`{name}.{key}` has no effect: who polls holds no connection");
        let wrong = Diagnostic::warning("without-effect", message).at(at);
        let wrong = wrong.context(transport.at, "polls now and then");
        input.report(wrong.help("take it out, or write another `transport`"));
    }
}

/// What another transport has, and this one does not.
fn of_others(input: &mut Input<'_>, name: &str, clients: &Clients, form: &model::Clients) {
    let Some(transport) = &form.transport else { return };
    let other = |of: Transport| clients.transport != of;
    let two = clients.wire.http == Http::Two && !other(Transport::Websocket);
    let [every, hold] = [&form.short_poll.every, &form.long_poll.hold];
    let keys = [
        ("short_poll.every", every.as_ref().map(|it| it.at), other(Transport::ShortPoll)),
        ("long_poll.hold", hold.as_ref().map(|it| it.at), other(Transport::LongPoll)),
        ("wire.http", form.wire.http.as_ref().map(|it| it.at), two),
    ];
    for (key, at, idle) in keys {
        let Some(at) = at.filter(|at| idle && at.source == transport.at.source) else { continue };
        let why = match key {
            "wire.http" => "a WebSocket is opened over HTTP/1.1",
            _ => "this crowd goes by another transport",
        };
        let message = format!("`{name}.{key}` has no effect: {why}");
        let wrong = Diagnostic::warning("without-effect", message).at(at);
        let wrong = wrong.context(transport.at, "the transport is written here");
        input.report(wrong.help("take it out, or write another `transport`"));
    }
}

/// Whether some of those whose streams a pool holds may read slowly.
fn has_slow(topology: &Topology<'_>, experiment: &Experiment, pool: NodeId) -> bool {
    topology.nodes.iter().enumerate().any(|(place, node)| {
        let Parameters::Clients(clients) = &node.parameters else { return false };
        let varies = |key| varies(experiment, &node.name.value, key);
        let ways = topology.ways(NodeId(number::byte(place)));
        let streamed = |&(transport, it): &(Transport, NodeId)| {
            it == pool && (streams(transport) || varies("transport") || varies("prefer"))
        };
        (clients.slow.is_some() || varies("slow")) && ways.iter().any(streamed)
    })
}

fn keeps_up(name: &str, at: At) -> Diagnostic {
    let message = format!("`{name}.send_buffer` has no effect: nobody who streams here is slow");
    let help = "write `slow: { share: 1%, drain: 10KB/s }` for its clients, or take it out";
    Diagnostic::warning("without-effect", message).at(at).help(help)
}
