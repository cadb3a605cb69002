//! Users who come and go by themselves: a visit, a time away, the next visit. Each is drawn for
//! itself, by user and visit, so that what happens in one moves no other.
use super::{
    Cx, Purpose, Timer,
    clients::Clients,
    ends,
    table::connections::{State, next_session},
};
use crate::{
    engine::{Law, Span, number},
    record::AttemptEnd,
};

/// What is drawn of a visit: how long it lasts, how long its user is away after it, whether it goes
/// on at the start, and what is left of it then.
const STAY: u32 = 0;
const AWAY: u32 = 1;
const THERE: u32 = 2;
const LEFT: u32 = 3;

impl Clients {
    fn visit_unit(&self, user: u32, k: u32, cx: &Cx<'_>) -> f64 {
        let crowd = cx.crowds.of(user);
        let number = cx.connections.visits[number::index(user)].number;
        self.draws.unit(Purpose::Visit, crowd.connection(user, number), k)
    }

    /// A user stands at a random instant of its life when the run begins; returns whether it is
    /// there.
    pub fn stands_there(&self, user: u32, cx: &mut Cx<'_>) -> bool {
        let Some(visits) = &self.parameters.visits else { return true };
        let there = self.visit_unit(user, THERE, cx) < visits.share();
        let residual = |law: &Law, k| {
            let units = [k, LEFT].map(|k| self.visit_unit(user, k, cx));
            Span::from_float(law.residual(units[0], units[1]))
        };
        if there {
            let left = residual(&visits.stay, STAY);
            Self::wants(user, 1, cx);
            cx.wake(cx.now + left, Timer::VisitOver, user, 0);
        } else {
            let left = residual(&visits.away, AWAY);
            cx.connections.get_mut(user).state = State::Absent;
            cx.wake(cx.now + left, Timer::Visit, user, 0);
        }
        there
    }

    /// How much of a visit that goes on at the start is over, in nanoseconds.
    pub(super) fn visit_so_far(&self, user: u32, cx: &Cx<'_>) -> Option<f64> {
        let visits = self.parameters.visits.as_ref()?;
        let units = [STAY, LEFT].map(|k| self.visit_unit(user, k, cx));
        Some(ends::elapsed(&visits.stay, units[0], units[1]))
    }

    /// A user begins its first visit after `wait`; the others of its life follow.
    pub fn come_after(&self, user: u32, wait: Span, cx: &mut Cx<'_>) {
        cx.connections.get_mut(user).state = State::Absent;
        cx.wake(cx.now + wait, Timer::Visit, user, 0);
    }

    /// A visit begins, for which nobody has to wait.
    pub(super) fn on_visit(&self, user: u32, last: u16, cx: &mut Cx<'_>) {
        let Some(visits) = &self.parameters.visits else { return };
        let place = number::index(user);
        if cx.connections.visits[place].number != last {
            return;
        }
        let visit = &mut cx.connections.visits[place];
        (visit.number, visit.began) = (next_session(last), cx.now);
        let number = visit.number;
        let stay = Span::from_float(visits.stay.quantile(self.visit_unit(user, STAY, cx)));
        cx.wake(cx.now + stay, Timer::VisitOver, user, number);
        Self::wants(user, 1, cx);
        cx.connections.get_mut(user).state = State::Away;
        cx.connections.attempts[place].number = 0;
        cx.crowds.ways().gives_up(user);
        self.attempt(user, cx);
    }

    /// A visit is over, wherever its user stands. A dead connection is one that the client does not
    /// know of: it leaves when it does.
    pub(super) fn on_visit_over(&self, user: u32, number: u16, cx: &mut Cx<'_>) {
        if cx.connections.visits[number::index(user)].number != number {
            return;
        }
        let lacked = Self::lacked(user, cx);
        match cx.connections.get(user).state {
            State::Gone | State::Absent => return,
            State::HalfOpen => {
                cx.connections.leaving.insert(user);
                return;
            }
            // It has no connection.
            State::Online if cx.crowds.of(user).connects_for_each() => {}
            State::Online => self.close(user, cx),
            State::Connecting => Self::end_attempt(user, AttemptEnd::Abandoned, cx),
            State::Away => cx.vacates(user),
        }
        self.go(user, lacked, cx);
    }

    /// So many more users want a connection; who polls wants none.
    fn wants(user: u32, more: i32, cx: &mut Cx<'_>) {
        if !cx.crowds.of(user).connects_for_each() {
            cx.record.wanted.change(cx.now, more);
        }
    }

    /// A user goes until its next visit, after so long without a connection.
    pub(super) fn go(&self, user: u32, lacked: Span, cx: &mut Cx<'_>) {
        let Some(visits) = &self.parameters.visits else { return };
        let away = Span::from_float(visits.away.quantile(self.visit_unit(user, AWAY, cx)));
        let number = cx.connections.visits[number::index(user)].number;
        let row = cx.connections.get_mut(user);
        // What is still on its way of an attempt, or waits for one, is void.
        (row.state, row.session) = (State::Absent, next_session(row.session));
        cx.record.recovery.leaves(cx.now, user, lacked);
        Self::wants(user, -1, cx);
        cx.wake(cx.now + away, Timer::Visit, user, number);
    }
}
