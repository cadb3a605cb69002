//! An open stream of anonymous sessions: each arrives by itself, gets in or leaves, stays for its
//! time, and goes for good. Whether there is room for it does not change who comes next.
//!
//! The arrivals are one Poisson process. A session is a row of its own, numbered in the order of
//! the arrivals, behind those that stand at the start: so its draws do not depend on any policy.
use super::{
    Cx, Purpose, Source, Timer,
    clients::Clients,
    ends,
    parameters::IfRefused,
    table::{
        connections::{NOWHERE, State},
        crowds::Crowd,
    },
};
use crate::{
    engine::{Span, Time, number},
    record::{AttemptEnd, Departure},
};

/// Weights below this share of the largest are left out of a sum.
const NEGLIGIBLE: f64 = 1e-18;

impl Clients {
    /// How many sessions arrive before `horizon`.
    pub fn arrivals(&self, horizon: Time) -> u32 {
        let (mut at, mut count) = (Time::ZERO, 0);
        while let Some(next) = self.next_arrival(u64::from(count), at) {
            if next >= horizon || count == u32::MAX {
                break;
            }
            (at, count) = (next, count + 1);
        }
        count
    }

    /// When arrival `k` comes that follows one at `now`.
    fn next_arrival(&self, k: u64, now: Time) -> Option<Time> {
        let rate = self.parameters.sessions.as_ref()?.arrive.0;
        self.next_at(Source::Session, Purpose::SessionGap, k, rate, now)
    }

    pub(super) fn schedule_arrival(&self, cx: &mut Cx<'_>) {
        let next = self.next_arrival(self.arrived, cx.now);
        if let Some(at) = next.filter(|&at| at < cx.record.horizon()) {
            self.schedule_tick(Source::Session, at, cx);
        }
    }

    pub(super) fn on_arrival(&mut self, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of_clients(self.id);
        let user = crowd.first + crowd.present + number::low(self.arrived);
        self.arrived += 1;
        self.schedule_arrival(cx);
        cx.connections.since[number::index(user)] = cx.now;
        cx.record.session_arrived(cx.now, self.id);
        self.attempt(user, cx);
    }

    /// Whether a session that is opening its first connection now has just got in.
    pub(super) fn get_in(&self, user: u32, session: u16, cx: &mut Cx<'_>) {
        let Some(sessions) = &self.parameters.sessions else { return };
        let crowd = cx.crowds.of_clients(self.id);
        if session == 1 && !stood_at_the_start(crowd, user) {
            cx.record.session_served(cx.now, self.id);
            let unit = self.draws.unit(Purpose::Stay, u64::from(user - crowd.first), 0);
            let stay = Span::from_float(sessions.stay.quantile(unit));
            cx.wake(cx.now + stay, Timer::Leave, user, 0);
        }
    }

    /// A session that stands at the start leaves after what is left of its stay.
    pub(super) fn schedule_residual_stay(&self, user: u32, cx: &mut Cx<'_>) {
        let Some(sessions) = &self.parameters.sessions else { return };
        let [first, second] = self.stay_units(user, cx);
        let left = Span::from_float(sessions.stay.residual(first, second));
        cx.wake(cx.now + left, Timer::Leave, user, 0);
    }

    /// How much of a session that stands there at the start is over, in nanoseconds.
    pub(super) fn stay_so_far(&self, user: u32, cx: &Cx<'_>) -> Option<f64> {
        let [first, second] = self.stay_units(user, cx);
        Some(ends::elapsed(&self.parameters.sessions.as_ref()?.stay, first, second))
    }

    fn stay_units(&self, user: u32, cx: &Cx<'_>) -> [f64; 2] {
        let place = u64::from(user - cx.crowds.of_clients(self.id).first);
        [0, 1].map(|k| self.draws.unit(Purpose::Stay, place, k))
    }

    /// Its time is over, wherever it stands. A dead connection is held until that is noticed.
    pub(super) fn leave(&self, user: u32, cx: &mut Cx<'_>) {
        let lacked = Self::lacked(user, cx);
        match cx.connections.get(user).state {
            State::Gone | State::Absent => return,
            State::Online => self.close(user, cx),
            State::Connecting => Self::end_attempt(user, AttemptEnd::Abandoned, cx),
            State::Away => cx.vacates(user),
            State::HalfOpen => {}
        }
        cx.unsubscribes(user);
        cx.connections.get_mut(user).state = State::Gone;
        cx.record.recovery.leaves(cx.now, user, lacked);
        cx.record.session_gone(cx.now, self.id, Departure::Left);
    }

    /// For how long a user has wanted a connection that it has not.
    pub(super) fn lacked(user: u32, cx: &Cx<'_>) -> Span {
        match cx.connections.get(user).state {
            State::Online | State::Gone | State::Absent => Span::ZERO,
            State::Away | State::Connecting | State::HalfOpen => {
                cx.now.since(cx.connections.wants_since(user))
            }
        }
    }

    /// A connection that died before its session left is given up by the gateway.
    pub(super) fn detect_without_client(&self, user: u32, cx: &mut Cx<'_>) {
        let instance = std::mem::replace(&mut cx.connections.get_mut(user).gateway, NOWHERE);
        if instance != NOWHERE {
            self.tell_registry(user, Timer::Unregister, Span::ZERO, cx);
        }
        cx.release(user, instance);
    }
}

/// A session gives up: it never got in, or it does not come back.
pub(super) fn give_up(user: u32, cx: &mut Cx<'_>) {
    let crowd = cx.crowds.of(user);
    let was_in = stood_at_the_start(crowd, user) || cx.connections.get(user).session > 0;
    cx.record.recovery.still_away(cx.now, user, Clients::lacked(user, cx));
    let departure = if was_in { Departure::Cut } else { Departure::Lost };
    cx.record.session_gone(cx.now, crowd.clients, departure);
}

fn stood_at_the_start(crowd: &Crowd, user: u32) -> bool {
    user - crowd.first < crowd.present
}

/// Whether those who lose their connection leave for good.
pub(super) fn leaves(crowd: &Crowd) -> bool {
    crowd.if_refused == Some(IfRefused::Leave)
}

/// How many sessions stand at a random instant where `offered` would without a limit, and where
/// `room` is all there is: the value that a Poisson law cut off at `room` does not exceed with
/// probability `unit` (Erlang's loss formula; it holds whatever the law of the stays).
pub fn standing(offered: f64, room: u32, unit: f64) -> u32 {
    let top = u32::try_from(number::floor(offered)).map_or(room, |mean| mean.min(room));
    let up = |n: u32, weight: f64| weight * offered / f64::from(n + 1);
    let (mut lowest, mut weight, mut sum) = (top, 1.0, 1.0);
    while lowest > 0 && weight > NEGLIGIBLE {
        weight *= f64::from(lowest) / offered;
        lowest -= 1;
        sum += weight;
    }
    let first = weight;
    let (mut n, mut weight) = (top, 1.0);
    while n < room && weight > NEGLIGIBLE {
        weight = up(n, weight);
        n += 1;
        sum += weight;
    }
    let highest = n;
    let (mut n, mut weight, mut below) = (lowest, first, first);
    while n < highest && below < unit * sum {
        weight = up(n, weight);
        n += 1;
        below += weight;
    }
    n
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(offered: f64, room: u32) -> f64 {
        let units = (0..4_000).map(|i| (f64::from(i) + 0.5) / 4_000.0);
        units.map(|unit| f64::from(standing(offered, room, unit))).sum::<f64>() / 4_000.0
    }

    /// Erlang's loss formula: a(1 − B) stand on average; without a limit a.
    #[test]
    fn what_stands_follows_erlang() {
        for (offered, room, blocked) in
            [(7.0, 10, 0.078_741), (95.0, 100, 0.048_804), (50_500.0, 50_000, 0.011_437_7)]
        {
            let expected = offered * (1.0 - blocked);
            let found = mean(offered, room);
            assert!((found / expected - 1.0).abs() < 2e-3, "{found}, not {expected}");
        }
        let found = mean(500.0, u32::MAX);
        assert!((found - 500.0).abs() < 0.5, "{found}");
        assert_eq!((standing(0.0, 10, 0.5), standing(5.0, 0, 0.5)), (0, 0));
    }
}
