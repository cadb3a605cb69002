//! What the users of a pool of gateways have of it.
use crate::{
    engine::Law,
    node::{
        parameters::{self, Transport},
        table::crowds::{Crowd, Crowds, Poll},
    },
    scenario::NodeId,
};

/// How a crowd polls at a pool, if it does.
pub(super) fn poll(
    transport: Transport,
    clients: &parameters::Clients,
    gateway: &parameters::Gateway,
) -> Option<Poll> {
    match transport {
        Transport::Websocket | Transport::Sse => None,
        Transport::ShortPoll => {
            Some(Poll::Short { every: clients.poll_every, kept: gateway.keep_alive })
        }
        Transport::LongPoll => Some(Poll::Long { hold: clients.poll_hold }),
    }
}

/// Of the users of a pool, the share whose connections are encrypted.
pub(super) fn encrypted(pool: NodeId, crowds: &Crowds) -> f64 {
    let own = || crowds.rows().iter().filter(|crowd| crowd.gateways.node == pool.0);
    let users = |some: &dyn Fn(&Crowd) -> bool| -> f64 {
        own().filter(|crowd| some(crowd)).map(|crowd| f64::from(crowd.count)).sum()
    };
    let all = users(&|_| true);
    if all > 0.0 { users(&|crowd| crowd.wire.tls) / all } else { 1.0 }
}

/// When the gateways of a pool tell a client to move.
pub(super) fn max_age(gateway: &parameters::Gateway) -> Option<Law> {
    let age = gateway.max_age?;
    Some(Law::Uniform { low: (age - gateway.age_dither).float(), high: age.float() })
}
