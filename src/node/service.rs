//! What a managed service does to the connections that it holds: it closes those that are too old,
//! and those on which nothing has come or gone for too long. Their clients back off, as after any
//! loss that they are told of.
use super::{Cx, Purpose, Timer, clients::Clients, earlier::Earlier};
use crate::engine::{Time, number};

impl Clients {
    /// The service closes a connection; its client has the last frame now.
    pub(super) fn closed_by_service(&self, user: u32, cx: &mut Cx<'_>) {
        cx.record.counts.closed += 1;
        self.close(user, cx);
        Self::back_off(user, cx);
    }

    /// Nothing may have come or gone for too long; otherwise it is looked at again later.
    pub(super) fn on_idle(&self, user: u32, cx: &mut Cx<'_>) {
        let Some(most) = cx.crowds.of(user).idle() else { return };
        let active = cx.connections.active[number::index(user)];
        // Who stood there idle at the start, and has done nothing since, has been so for longer.
        if active == Time::ZERO || active + most <= cx.now {
            return self.closed_by_service(user, cx);
        }
        let session = cx.connections.get(user).session;
        cx.wake(active + most, Timer::Idle, user, session);
    }

    /// A connection is open: from now on something must come or go within the time.
    pub(super) fn watch_idle(user: u32, session: u16, cx: &mut Cx<'_>) {
        let Some(most) = cx.crowds.of(user).idle() else { return };
        cx.connections.is_active(user, cx.now);
        cx.wake(cx.now + most, Timer::Idle, user, session);
    }

    /// At the start part of that time has passed: since the last message, which is less than the
    /// timeout ago.
    pub(super) fn stands_idle(&self, user: u32, earlier: &Earlier, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of(user);
        let Some(most) = crowd.idle() else { return };
        let unit = self.draws.unit(Purpose::Age, crowd.connection(user, 0), 2);
        cx.wake(cx.now + (most - earlier.ago(most, unit)), Timer::Idle, user, 0);
    }
}
