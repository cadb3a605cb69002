//! Slow consumers: clients that read less than they are written. What a gateway has for them waits
//! in a send buffer, which may be full.
use super::{
    Cx, Timer,
    gateway::Gateway,
    parameters::WhenSlow,
    table::{
        feeds::Feeds,
        messages::Stage,
        send_buffers::{Held, Pushed},
        tiers::Tiers,
    },
};
use crate::{
    engine::{Span, Time, number},
    record::{Cause, End},
};

/// A message for a slow consumer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer {
    pub(super) user: u32,
    pub(super) what: Pushed,
    /// When it is ready to go down.
    pub(super) came: Time,
    /// What it takes on the wire, in bytes.
    pub(super) bytes: u64,
}

impl Cx<'_> {
    /// What a slow consumer has read by now is counted.
    pub fn drained(&mut self, user: u32) {
        for (at, held) in self.feeds.send_buffers.arrived(user, self.now) {
            self.is_written(user, held.what);
            match held.what {
                Pushed::OfMany { entry, .. } => {
                    self.record.delivery(at, entry.sent, entry.id, End::Live);
                    self.connections.saw(user, 1, self.crowds);
                    self.reached(at, entry.sent, (user, entry.id), 1);
                }
                Pushed::Own { message, down } => self.goes_down(user, message, down),
            }
        }
        self.sets_timer(user);
    }

    /// A slow consumer has taken a message, which went over the wire so, whether or not its client
    /// is there as it arrives.
    fn is_written(&mut self, user: u32, what: Pushed) {
        let (id, again) = match what {
            Pushed::OfMany { entry, .. } => (entry.id, false),
            Pushed::Own { message, .. } => {
                (self.messages.get(message).id, what.is_read_as_it_goes())
            }
        };
        let origin = self.crowds.of(user).origin_of(id);
        let meter = self.meter(user);
        meter.pushed(origin);
        if again {
            meter.replays(origin);
        }
    }

    /// A message is read from its store for a client that is back: of one who reads slowly when it
    /// takes the message.
    pub(super) fn reads_again(&mut self, user: u32, id: u32) {
        let crowd = self.crowds.of(user);
        if !crowd.reads_slowly(user) {
            self.meter(user).replays(crowd.origin_of(id));
        }
    }

    fn goes_down(&mut self, user: u32, message: u32, down: Stage) {
        self.hop(self.now, self.crowds.of(user).clients, message, down);
    }

    fn sets_timer(&mut self, user: u32) {
        if let Some(at) = self.feeds.send_buffers.timer(user) {
            self.wake(at, Timer::Drained, user, 0);
        }
    }

    /// A slow consumer's connection is gone: what was held back for it, it has missed.
    pub(super) fn empties_send_buffer(&mut self, user: u32, cause: Cause) {
        self.drained(user);
        for what in self.feeds.send_buffers.on_their_way(user, self.now) {
            self.is_written(user, what);
        }
        for held in self.feeds.send_buffers.forget(user) {
            match held.what {
                Pushed::OfMany { feed, entry, .. } if self.feeds.get(feed).keeping.is_some() => {
                    self.put_into_buffer(feed, user, entry);
                }
                Pushed::OfMany { entry, .. } => {
                    self.record.nobody(entry.sent, user);
                    self.missed_by(user, entry, self.now, End::Lost(cause));
                }
                Pushed::Own { message, down } => self.goes_back(message, down, cause),
            }
        }
    }

    /// What did not go down waits where it was read, or its live copy is stranded.
    fn goes_back(&mut self, message: u32, down: Stage, cause: Cause) {
        let row = *self.messages.get(message);
        let crowd = self.crowds.of(row.to);
        let replay = self.resumes_from(row.to, *self.connections.get(row.to));
        let unread = down == Stage::DownReplay && !self.messages.copies.seen(message);
        match replay {
            Some(replay) if unread && !crowd.prefers() => {
                return self.keep(message, row.kept(), replay.messages);
            }
            None if crowd.inbox.is_none() && self.messages.copies.is_last(message) => {
                self.record.nobody(row.sent, row.to);
            }
            _ => {}
        }
        self.stranded(message, cause);
    }

    fn drops(&mut self, held: Held) {
        let end = End::Lost(Cause::SlowConsumer);
        match held.what {
            Pushed::OfMany { entry, .. } => {
                self.record.delivery(self.now, entry.sent, entry.id, end);
            }
            Pushed::Own { message, .. } => self.end(self.now, message, end),
        }
    }
}

impl Gateway {
    /// A message goes to a slow consumer, if its send buffer has room.
    pub(super) fn offer(&mut self, offer: Offer, cx: &mut Cx<'_>) {
        let Offer { user, what, came, bytes } = offer;
        let Some(slow) = &cx.crowds.of(user).slow else { return };
        cx.drained(user);
        let connection = cx.held(user);
        let (instance, way) = (connection.instance, connection.way);
        let takes = Span::from_seconds(number::float(bytes) / number::float(slow.drain.0.max(1)));
        let bytes = if what.is_read_as_it_goes() { 0 } else { bytes };
        let held = Held { what, came: came.max(cx.now), takes, bytes };
        let limit = self.parameters.send_buffer.size.0;
        let full = |cx: &Cx<'_>| bytes > 0 && cx.feeds.send_buffers.of(user) + bytes > limit;
        if !cx.feeds.send_buffers.closes(user) {
            match self.parameters.send_buffer.when_full {
                WhenSlow::DropOldest => {
                    while full(cx) {
                        let Some(dropped) = cx.feeds.send_buffers.drop_oldest(user, cx.now) else {
                            return cx.drops(held);
                        };
                        cx.drops(dropped);
                    }
                }
                WhenSlow::Disconnect if full(cx) => Self::cut_off(user, cx),
                WhenSlow::Grow | WhenSlow::Disconnect => {}
            }
        }
        if let Pushed::Own { message, .. } = what {
            let row = cx.messages.get_mut(message);
            (row.stage, row.due) = (Stage::Held, cx.now);
        }
        cx.feeds.send_buffers.push(user, instance, way, held);
        cx.sets_timer(user);
        let taken = self.memory(instance, cx.tiers, cx.feeds);
        cx.feeds.send_buffers.takes(instance, taken);
        self.look_into_memory(instance, cx);
    }

    /// The connection of a client that has fallen too far behind is closed.
    fn cut_off(user: u32, cx: &mut Cx<'_>) {
        cx.feeds.send_buffers.close(user, cx.now);
        let (way, session) = (cx.held(user).way, cx.connections.get(user).session);
        cx.wake(cx.now + way, Timer::Closed, user, session);
    }

    /// What an instance takes of its memory: by its connections, and by what it holds back.
    pub fn memory(&self, instance: u16, tiers: &Tiers, feeds: &Feeds) -> u64 {
        let row = tiers.get(instance);
        let alone = u64::from(row.held - row.light) * self.parameters.per_connection();
        let light = u64::from(row.light) * self.parameters.per_stream();
        alone + light + feeds.send_buffers.at(instance)
    }

    /// Whether an instance takes more than it has.
    pub fn is_beyond_memory(&self, instance: u16, tiers: &Tiers, feeds: &Feeds) -> bool {
        self.memory(instance, tiers, feeds) > self.parameters.memory.limit.0
    }
}

impl Pushed {
    /// Whether it waits in its store, and comes out as its client reads: it takes no room.
    fn is_read_as_it_goes(self) -> bool {
        matches!(self, Self::Own { down: Stage::DownReplay | Stage::DownPull, .. })
    }
}
