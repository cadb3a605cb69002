//! A managed service in the place of gateways: its parameters, and what must hold between it and
//! those who use it.
use super::{
    Resolved,
    links::Topology,
    prefer,
    section::{Section, Word},
};
use crate::{
    engine::{Law, Span, number},
    node::parameters::{Clients, Gateway, Managed, Parameters, Transport},
    scenario::NodeId,
    spec::{Diagnostic, Input, model, model::Kind},
    units::{Bytes, Count, Factor, Quantity},
};

impl Section<'_, '_> {
    /// A managed service.
    pub(super) fn managed(&mut self, form: &model::Managed) -> Managed {
        let second = Span::from_secs(1)..=Span::FOREVER;
        Managed {
            new_connections: self.positive("new_connections", form.new_connections.as_ref()),
            burst: self.whole("burst", form.burst.as_ref(), 1..=u32::MAX),
            retry_after: self.law_or_never("retry_after", form.retry_after.as_ref()),
            max_frame: self.positive("max_frame", form.max_frame.as_ref()),
            max_message: self.positive("max_message", form.max_message.as_ref()),
            message_unit: self.positive("message_unit", form.message_unit.as_ref()),
            idle_timeout: self.within("idle_timeout", form.idle_timeout.as_ref(), second.clone()),
            max_age: self.or_never("max_age", form.max_age.as_ref(), |section, key, written| {
                section.within(key, written, second)
            }),
            latency: self.value("latency", form.latency.as_ref()),
            handshake_rtts: self
                .within("handshake_rtts", form.handshake_rtts.as_ref(), Factor(0.0)..=Factor(100.0))
                .0,
            resumption: self.value("resumption", form.resumption.as_ref()),
        }
    }
}

/// What a crowd may not ask of the managed services behind its transports, and what it should know;
/// `readable` says that all numbers are as written.
pub(super) fn check(input: &mut Input<'_>, topology: &Topology<'_>, crowd: NodeId, readable: bool) {
    let node = &topology.nodes[usize::from(crowd.0)];
    let Parameters::Clients(clients) = &node.parameters else { return };
    let ways = topology.ways(crowd);
    for (place, &(transport, pool)) in ways.iter().enumerate() {
        let service = &topology.nodes[usize::from(pool.0)];
        let Parameters::Gateway(Gateway { managed: Some(managed), .. }) = &service.parameters
        else {
            continue;
        };
        if transport != Transport::Websocket {
            input.report(not_had(node, transport, &service.name.value));
        }
        let again = ways[..place].iter().any(|&(_, before)| before == pool);
        if again || !readable {
            continue;
        }
        sizes(input, (node, clients), (service, managed));
        heartbeats(input, (node, clients), (service, managed));
        // How many come by what is not tried first nobody knows before the run.
        if place == 0 {
            churn(input, (node, clients), (service, managed));
        }
    }
}

/// A transport that a managed service does not have, where the crowd names it.
fn not_had(crowd: &Resolved, transport: Transport, service: &str) -> Diagnostic {
    let (name, word) = (&crowd.name.value, transport.word());
    let form = if let Kind::Clients(form) = &crowd.form { Some(form) } else { None };
    let listed = form.and_then(|form| prefer::place(form, transport));
    let (says, help) = if listed.is_some() {
        let help = format!(
            "take it out, or name a balancer that leads to gateways of your own: `{{ {word}: \
             side_edge }}`"
        );
        ("prefer` names", help)
    } else {
        let help = "write `transport: websocket`, or gateways of your own: `{ gateway: {} }`";
        ("transport` is", help.to_owned())
    };
    let message = format!(
        "`{name}.{says} `{word}`, but `websocket` is all that `{service}`, a managed service, has"
    );
    let transport = form.and_then(|form| form.transport.as_ref()).map(|text| text.at);
    let at = listed.or(transport).unwrap_or(crowd.name.at);
    Diagnostic::error("not-modelled", message).at(at).help(help)
}

/// A message that is too large closes its connection (1009): nobody means that.
fn sizes(
    input: &mut Input<'_>,
    (crowd, clients): (&Resolved, &Clients),
    (service, managed): (&Resolved, &Managed),
) {
    let Some(sends) = clients.sends.as_ref().filter(|it| it.payload > managed.max_message) else {
        return;
    };
    let form = if let Kind::Clients(form) = &crowd.form { form.sends.as_ref() } else { None };
    let written = form.and_then(|sends| sends.payload.as_ref());
    let at = written.map_or(crowd.name.at, |payload| payload.at);
    let key = format!("{}.sends.payload", crowd.name.value);
    let wrong = too_large(&key, sends.payload, (service, managed)).at(at);
    input.report(wrong.help("it closes the connection (1009); send a link to what is larger"));
}

/// A payload that a service does not take.
fn too_large(key: &str, payload: Bytes, (service, managed): (&Resolved, &Managed)) -> Diagnostic {
    let (name, most) = (&service.name.value, managed.max_message.print());
    let payload = payload.print();
    let message = format!("`{key}` is {payload}, but `{name}` takes no message over {most}");
    Diagnostic::error("out-of-range", message)
}

/// What a source publishes is no larger than the service of its crowd takes.
pub(super) fn publishes(
    input: &mut Input<'_>,
    topology: &Topology<'_>,
    source: NodeId,
    crowd: NodeId,
) {
    let node = &topology.nodes[usize::from(source.0)];
    let (Parameters::Source(producer), Kind::Source(form)) = (&node.parameters, &node.form) else {
        return;
    };
    for (_, pool) in topology.ways(crowd) {
        let service = &topology.nodes[usize::from(pool.0)];
        let Parameters::Gateway(Gateway { managed: Some(managed), .. }) = &service.parameters
        else {
            continue;
        };
        if producer.payload <= managed.max_message {
            continue;
        }
        let at = form.payload.as_ref().map_or(node.name.at, |payload| payload.at);
        let key = format!("{}.payload", node.name.value);
        let wrong = too_large(&key, producer.payload, (service, managed)).at(at);
        input.report(wrong.help("it refuses it (413); send a link to what is larger"));
    }
}

/// Heartbeats that come too seldom keep no connection open.
fn heartbeats(
    input: &mut Input<'_>,
    (crowd, clients): (&Resolved, &Clients),
    (service, managed): (&Resolved, &Managed),
) {
    let every = clients.heartbeat.every;
    if every.is_some_and(|every| every < managed.idle_timeout) {
        return;
    }
    let says = every.map_or_else(|| "never".to_owned(), Quantity::print);
    let message = format!(
        "`{}.heartbeat.every` is {says}, but `{}` closes what is idle for {}",
        crowd.name.value,
        service.name.value,
        managed.idle_timeout.print()
    );
    let form = if let Kind::Clients(form) = &crowd.form { Some(form) } else { None };
    let written = form.and_then(|form| form.heartbeat.every.as_ref());
    let at = written.map_or(crowd.name.at, |every| every.at);
    let wrong = Diagnostic::warning("idle-timeout", message).at(at);
    input.report(wrong.help(format!(
        "who neither sends nor gets a message for so long is cut off; write at most {}",
        managed.idle_timeout.half().print()
    )));
}

/// How long a connection lasts on average that ends by its own lifetime or by the service's.
fn lasts(clients: &Clients, age: Option<Span>) -> Option<f64> {
    let age = age.map(Span::seconds);
    match (&clients.network.lifetime, age) {
        (None, age) => age,
        (Some(Law::Exponential { mean }), Some(age)) => {
            let mean = mean / 1e9;
            Some(-mean * libm::expm1(-age / mean))
        }
        (Some(law), age) => Some((law.mean() / 1e9).min(age.unwrap_or(f64::INFINITY))),
    }
}

/// Connections that end come back: with so many of them the quota alone keeps users out.
fn churn(
    input: &mut Input<'_>,
    (crowd, clients): (&Resolved, &Clients),
    (service, managed): (&Resolved, &Managed),
) {
    let Some(lasts) = lasts(clients, managed.max_age).filter(|&lasts| lasts > 0.0) else { return };
    let quota = managed.new_connections;
    let rate = f64::from(clients.count) / lasts;
    if rate <= quota.0 {
        return;
    }
    let users = number::whole(quota.0 * lasts);
    let message = format!(
        "`{}` open {} connections a second for ever, each lasts {} on average; `{}` takes {}",
        crowd.name.value,
        number::whole(rate),
        Span::from_seconds(lasts.round()).print(),
        service.name.value,
        quota.tell()
    );
    let wrong = Diagnostic::warning("over-capacity", message).at(crowd.name.at);
    let most = Count(users).print();
    input.report(wrong.help(format!("with at most {most} users it keeps up; or ask for more")));
}
