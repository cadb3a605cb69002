//! Slow consumers: clients that read less than they are written. What a gateway has for them waits
//! in a send buffer, which may be full.
use super::{
    Cx, Event, Step, Timer,
    batch::Batch,
    event::NO_ENTRY,
    gateway::Gateway,
    parameters::WhenSlow,
    table::{feeds::Coming, send_buffers::Held},
};
use crate::{
    engine::{EventQueue, Span, number},
    record::{Cause, End},
};

/// A message for a slow consumer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer {
    pub(super) user: u32,
    pub(super) feed: u8,
    pub(super) coming: Coming,
    pub(super) batch: Batch,
    /// What it takes on the wire, in bytes.
    pub(super) bytes: u64,
}

impl Cx<'_> {
    /// What a slow consumer has read by now is counted.
    pub fn drained(&mut self, user: u32) {
        for (at, held) in self.feeds.send_buffers.arrived(user, self.now) {
            self.record.delivery(at, held.entry.sent, held.entry.id, End::Live);
            self.reached(at, held.entry.sent, (user, held.entry.id), 1);
        }
    }

    /// A slow consumer's connection is gone: what was held back for it, it has missed.
    pub(super) fn empties_send_buffer(&mut self, user: u32, cause: Cause) {
        self.drained(user);
        for held in self.feeds.send_buffers.forget(user) {
            if self.feeds.get(held.feed).keeping.is_some() {
                self.put_into_buffer(held.feed, user, held.number);
            } else {
                self.record.nobody(held.entry.sent, user);
                self.missed_by(user, held.entry, self.now, End::Lost(cause));
            }
        }
    }

    fn drops(&mut self, held: Held) {
        let end = End::Lost(Cause::SlowConsumer);
        self.record.delivery(self.now, held.entry.sent, held.entry.id, end);
    }
}

impl Gateway {
    /// A message goes to a slow consumer, if its send buffer has room.
    pub(super) fn offer(&mut self, offer: Offer, cx: &mut Cx<'_>) {
        let Offer { user, feed, coming, batch, bytes } = offer;
        let crowd = cx.crowds.of(user);
        let Some(slow) = &crowd.slow else { return };
        cx.drained(user);
        let connection = cx.held(user);
        let (instance, way) = (connection.instance, connection.way);
        let place = crowd.draws.unit(super::Purpose::Place, u64::from(user - crowd.first), 0);
        let held = Held {
            feed,
            number: coming.number,
            entry: coming.entry,
            came: batch.at(place).max(cx.now),
            takes: Span::from_seconds(number::float(bytes) / number::float(slow.drain.0.max(1))),
            bytes,
        };
        let limit = self.parameters.send_buffer.size.0;
        match self.parameters.send_buffer.when_full {
            _ if cx.feeds.send_buffers.closes(user) => {}
            WhenSlow::Grow => {}
            WhenSlow::DropOldest => {
                while cx.feeds.send_buffers.of(user) + bytes > limit {
                    let Some(dropped) = cx.feeds.send_buffers.drop_oldest(user, cx.now) else {
                        return cx.drops(held);
                    };
                    cx.drops(dropped);
                }
            }
            WhenSlow::Disconnect => {
                if cx.feeds.send_buffers.of(user) + bytes > limit {
                    cx.feeds.send_buffers.push(user, instance, way, held);
                    cx.feeds.send_buffers.close(user);
                    return cx.wake(
                        cx.now + way,
                        Timer::Closed,
                        user,
                        cx.connections.get(user).session,
                    );
                }
            }
        }
        cx.feeds.send_buffers.push(user, instance, way, held);
        self.outgrows(instance, cx);
    }

    /// An instance whose send buffers take the rest of its memory is killed.
    fn outgrows(&self, instance: u16, cx: &mut Cx<'_>) {
        let held = u64::from(cx.tiers.get(instance).held) * self.parameters.per_connection();
        let taken = held + cx.feeds.send_buffers.at(instance);
        let grows = self.parameters.send_buffer.when_full == WhenSlow::Grow;
        if grows && taken > self.parameters.memory.limit.0 {
            let killed = Event::Action { index: NO_ENTRY, step: Step::Killed, instance };
            cx.agenda.push(cx.now, killed);
        }
    }
}
