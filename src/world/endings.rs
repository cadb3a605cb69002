//! How connections end when their instance does.
use crate::{
    engine::number,
    node::{
        Cx, Node, Timer,
        clients::Clients,
        table::connections::{NOWHERE, State},
    },
    record::{AttemptEnd, Cause},
};

/// What an instance had not finished is gone.
pub(super) fn end_work(nodes: &mut [Node], pool: usize, instance: u16, cx: &mut Cx<'_>) {
    if let Node::Gateway(pool) = &mut nodes[pool] {
        pool.end_work(instance, cx);
    }
}

/// The clients node of a user.
pub(super) fn clients_of<'a>(nodes: &'a [Node], user: u32, cx: &Cx<'_>) -> &'a Node {
    &nodes[usize::from(cx.crowds.of(user).clients)]
}

/// The client sees its connection end at once; one that is half open sees nothing.
pub(super) fn cut_off(nodes: &[Node], user: u32, cx: &mut Cx<'_>) {
    let Node::Clients(clients) = clients_of(nodes, user, cx) else { return };
    ends_at_its_instance(user, cx);
    let row = cx.connections.get_mut(user);
    row.gateway = NOWHERE;
    match row.state {
        State::Online => {
            cx.record.recovery.hit(user);
            Clients::lose(user, cx);
            Clients::back_off(user, cx);
        }
        State::Connecting => clients.fail(user, AttemptEnd::Abandoned, cx),
        State::HalfOpen | State::Away | State::Gone | State::Absent => {}
    }
}

/// Nothing is pushed to it there any more.
fn ends_at_its_instance(user: u32, cx: &mut Cx<'_>) {
    match cx.connections.get(user).state {
        State::Online => cx.leaves(user, false, Cause::GatewayCrash),
        State::HalfOpen => cx.death_noticed(user),
        State::Connecting | State::Away | State::Gone | State::Absent => {}
    }
}

/// The client sees nothing until a heartbeat, or its patience with an attempt, is over. How old the
/// attempt is nobody has noted: it gets its whole patience from now on.
pub(super) fn fall_silent(nodes: &[Node], user: u32, cx: &mut Cx<'_>) {
    let Node::Clients(clients) = clients_of(nodes, user, cx) else { return };
    ends_at_its_instance(user, cx);
    let row = cx.connections.get_mut(user);
    row.gateway = NOWHERE;
    let (state, session) = (row.state, row.session);
    match state {
        State::Online => {
            cx.record.recovery.hit(user);
            clients.die_silently(user, cx);
        }
        State::Connecting => {
            let number = cx.connections.attempts[number::index(user)].number;
            let at = cx.now + cx.crowds.patience(user);
            let ticket = crate::node::event::attempt_ticket(session, number);
            cx.wake(at, Timer::TimedOut, user, ticket);
        }
        State::HalfOpen | State::Away | State::Gone | State::Absent => {}
    }
}
