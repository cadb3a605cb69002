//! What a node may see and do while it handles an event. Effects take hold at once.
use super::{
    Event, Step, Timer,
    table::{
        connections::{Connections, NOWHERE},
        copies::Meaning,
        crowds::Crowds,
        feeds::Feeds,
        messages::{Message, Messages, Stage},
        routes::Routes,
        tiers::{Life, Tiers},
    },
};
use crate::{
    engine::{Agenda, EventQueue, Span, Time, number},
    record::{End, Recorder, meter::Traffic},
};

/// The world's tables, the agenda and the record, at one instant.
pub struct Cx<'a> {
    /// The instant.
    pub now: Time,
    /// What is still to happen.
    pub agenda: &'a mut Agenda<Event>,
    /// Messages that have not ended.
    pub messages: &'a mut Messages,
    /// One row a user.
    pub connections: &'a mut Connections,
    /// What the registries say.
    pub routes: &'a mut Routes,
    /// Gateway instances.
    pub tiers: &'a mut Tiers,
    /// Who gets messages for many, and how far each has got.
    pub feeds: &'a mut Feeds,
    /// The crowds and their ways.
    pub crowds: &'a Crowds,
    /// What is counted.
    pub record: &'a mut Recorder,
    /// The next step of an attempt that takes no time: handled at once, without the agenda.
    pub next: Next,
}

/// A step of an attempt that is handled at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Next {
    /// Not now: steps go over the agenda.
    #[default]
    Closed,
    /// There is none yet.
    Open,
    /// This one.
    Step(Timer, u32, u16),
}

impl Cx<'_> {
    /// Sends a message on: it arrives at `node` at `at`, at a new stage.
    #[inline]
    pub fn hop(&mut self, at: Time, node: u8, message: u32, stage: Stage) {
        let row = self.messages.get_mut(message);
        (row.due, row.stage) = (at, stage);
        self.agenda.push(at, Event::Hop { node, message });
    }

    /// The work on a message that is to arrive at `node` after `way` takes `factor` times as long
    /// from now on: it arrives later, unless the work is done.
    pub fn put_off(&mut self, message: u32, node: u8, way: Span, factor: f64) {
        let row = *self.messages.get(message);
        let worked = row.due.since(self.now + way);
        if worked > Span::ZERO {
            self.hop(self.now + worked.scale(factor) + way, node, message, row.stage);
        }
    }

    /// Sets a timer of a user.
    pub fn wake(&mut self, at: Time, timer: Timer, user: u32, ticket: u16) {
        self.agenda.push(at, Event::Wake { timer, user, ticket });
    }

    /// Sets the timer of the next step of an attempt, or takes that step at once.
    #[inline]
    pub fn go_on(&mut self, at: Time, timer: Timer, user: u32, ticket: u16) {
        if at == self.now && self.next == Next::Open {
            self.next = Next::Step(timer, user, ticket);
        } else {
            self.wake(at, timer, user, ticket);
        }
    }

    /// What a user's crowd causes, as the user goes now.
    #[inline]
    pub fn meter(&mut self, user: u32) -> &mut Traffic {
        self.record.meter.at(self.crowds.place(user))
    }

    /// Ends one copy of a delivery at `at`, and with it the delivery unless another copy has ended
    /// it or may still arrive. Gives the row back.
    #[inline]
    pub fn end(&mut self, at: Time, message: u32, end: End) {
        let reached = end.arrived();
        match self.messages.copies.end(message, reached) {
            Meaning::Ends => self.end_all(at, message, end),
            Meaning::Again { renamed, twice } => {
                let row = self.messages.get(message);
                let shown = renamed || !self.crowds.of(row.to).reading.dedup;
                self.record.duplicate(at, row.sent, shown, twice);
            }
            Meaning::Nothing => {}
        }
        self.messages.close(message);
    }

    /// All deliveries that a message still is end.
    #[inline]
    fn end_all(&mut self, at: Time, message: u32, end: End) {
        let (row, place) = (*self.messages.get(message), self.messages.place(message));
        if let Some(feed) = self.crowds.of(row.to).feed_of(&row) {
            return self.end_for_many(at, &row, feed, end);
        }
        match self.crowds.of(row.to).everybody(&row) {
            None => self.end_delivery(at, &row, place, end),
            Some(all) => all.for_each(|to| {
                self.end_delivery(at, &row.addressed_to(to), place, end);
            }),
        }
    }

    #[inline]
    fn end_delivery(&mut self, at: Time, row: &Message, place: u32, end: End) {
        self.record.delivery(at, row.sent, row.id, end);
        if end != End::Live {
            self.record.late_or_never(row.sent, row.to, end);
        }
        if end.arrived() {
            let users = self.connections.row.len();
            self.record.reached(at, row.to, place);
            self.reached(at, row.sent, (row.to, row.id), 1);
            self.connections.saw(row.to, 1, self.crowds);
            let late = at < self.now;
            if self.connections.order.reaches(at, row.to, users, place, late) {
                self.record.reordered(at, row.sent, end);
            }
        }
    }

    /// Messages of an id that were sent at `sent` have reached so many like this user, by the
    /// transport that it goes by now.
    #[inline]
    pub(super) fn reached(&mut self, at: Time, sent: Time, (to, id): (u32, u32), many: u64) {
        if self.record.origins.are_kept() {
            let crowd = self.crowds.of(to);
            let source = crowd.origin_of(id).checked_sub(1);
            let node = source.map_or(crowd.clients, |it| crowd.origins[usize::from(it)].node);
            let bin = self.record.lag_bins.of(at);
            self.record.origins.record(node, bin, at.since(sent), many);
        }
        if sent < self.record.warm_up() {
            return;
        }
        if !self.record.lag_by_way.is_empty() {
            let lags = &mut self.record.lag_by_way[self.crowds.place(to)];
            lags.record_many(at.since(sent), many);
        }
        let crowd = self.crowds.of(to);
        if let Some(place) = crowd.origin_of(id).checked_sub(1) {
            let node = crowd.origins[usize::from(place)].node;
            self.record.of_source(node).record_many(at.since(sent), many);
        }
    }

    /// A gateway holds one connection of a user less. One that drains and holds none is empty once
    /// the last frame of its clients has arrived.
    pub fn release(&mut self, user: u32, instance: u16) {
        if instance == NOWHERE {
            return;
        }
        let light = u32::from(self.is_light(user));
        let row = self.tiers.get_mut(instance);
        row.held -= 1;
        row.light -= light;
        if row.held == 0 && row.life == Life::Draining {
            let at = row.last_frame.max(self.now) + Span::from_nanos(1);
            let index = row.drained_by;
            self.agenda.push(at, Event::Action { index, step: Step::Empty, instance });
        }
    }
}

/// The low byte of a session, as messages carry it.
#[inline]
pub fn low_byte(session: u16) -> u8 {
    number::low8(u32::from(session))
}
