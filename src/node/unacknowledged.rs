//! Sends that their client keeps until they are acknowledged, and sends again: on the next
//! connection, or when it has waited on this one for long enough. Whether the first copy is lost,
//! or only its acknowledgement, the client cannot know.
use super::{
    Cx, Purpose, Timer,
    clients::Clients,
    parameters::Ids,
    table::{
        connections::{State, Unacknowledged},
        messages::Stage,
    },
};
use crate::{
    engine::Time,
    record::{Cause, End, Twice},
};

impl Cx<'_> {
    /// The note of a message that its sender has written, if it waits for an acknowledgement.
    fn note(&mut self, row: u32) -> Option<&mut Unacknowledged> {
        let message = *self.messages.get(row);
        let sender = self.crowds.of(message.to).sender(message.id)?;
        let notes = self.connections.unacknowledged.get_mut(&sender)?;
        // A row is given to another message when it has ended.
        notes.iter_mut().find(|note| note.row == row && note.message.id == message.id)
    }

    /// A client writes a message, and waits for the acknowledgement.
    pub(super) fn awaits(&mut self, sender: u32, row: u32) {
        let Some(acknowledged) = self.crowds.of(sender).acknowledged else { return };
        let (message, wrote) = (*self.messages.get(row), self.now);
        let note =
            Unacknowledged { message, row, wrote, acknowledged: Time::NEVER, in_hand: false };
        self.connections.unacknowledged.entry(sender).or_default().push(note);
        self.wake(self.now + acknowledged.retry_after, Timer::Unacknowledged, sender, 0);
    }

    /// The bus takes a message in, which its sender will learn; returns whether it had taken it in
    /// before, by its id.
    pub fn taken_in(&mut self, row: u32) -> bool {
        let message = *self.messages.get(row);
        let crowd = self.crowds.of(message.to);
        let Some(acknowledged) = crowd.acknowledged else { return false };
        // A source keeps nothing, and waits for nothing.
        let Some(sender) = crowd.sender(message.id) else { return false };
        let connection = *self.connections.get(sender);
        let entity = crowd.connection(sender, connection.session);
        let inside = crowd.from_bus.draw(
            &crowd.draws,
            Purpose::Message,
            crowd.message(&message),
            Stage::Outbox as u32,
        );
        let at = self.now + inside + crowd.down(connection.round_trip(), entity);
        // The acknowledgement of any copy is one of the message.
        let notes = self.connections.unacknowledged.get_mut(&sender);
        if let Some(note) = notes.into_iter().flatten().find(|note| note.message.is(&message)) {
            note.acknowledged = note.acknowledged.min(at);
        }
        self.messages.copies.take_in(row) && acknowledged.ids == Ids::Idempotent
    }

    /// A message that has been taken in before comes again, and goes no further.
    pub fn known(&mut self, row: u32) {
        self.record.counts.known += 1;
        self.end(self.now, row, End::Lost(Cause::NoReplay));
    }

    /// What a client wrote does not get to the bus. Where it waits for an acknowledgement it still
    /// has the message; otherwise that is lost, and so is what a source published.
    pub fn unsent(&mut self, row: u32, cause: Cause) {
        self.unsent_at(self.now, row, cause);
    }

    /// The same, of one that was given up at `at`.
    pub fn unsent_at(&mut self, at: Time, row: u32, cause: Cause) {
        let message = *self.messages.get(row);
        let sender = self.crowds.of(message.to).sender(message.id);
        let gone = |sender: u32| self.connections.get(sender).state == State::Gone;
        let keeps = sender.is_some_and(|sender| !gone(sender));
        let Some(note) = self.note(row).filter(|_| keeps) else {
            return self.end(at, row, End::Lost(cause));
        };
        note.in_hand = true;
        let message = self.messages.get_mut(row);
        (message.stage, message.due) = (Stage::Outbox, Time::ZERO);
    }

    /// A sender loses its connection: what is not acknowledged by now it will send again.
    pub fn keep_unacknowledged(&mut self, sender: u32) {
        let Some(notes) = self.connections.unacknowledged.remove(&sender) else { return };
        let now = self.now;
        for note in notes.into_iter().filter(|note| note.acknowledged > now) {
            let row = self.again(note);
            let outbox = &mut self.connections.kept.row(sender).outbox;
            outbox.push(self.messages, row, Stage::Outbox, self.now);
        }
    }

    /// The row of what is sent again: the same if nothing else is under way, or a copy.
    fn again(&mut self, note: Unacknowledged) -> u32 {
        self.record.counts.resent += 1;
        if note.in_hand {
            return note.row;
        }
        let there = self.messages.holds(note.row, &note.message).then_some(note.row);
        let copy =
            self.messages.copy(note.message, self.messages.place(note.row), there, Twice::Resent);
        if note.acknowledged < Time::NEVER || there.is_none() {
            self.messages.copies.take_in(copy);
        }
        let acknowledged = self.crowds.of(note.message.to).acknowledged;
        if acknowledged.is_some_and(|it| it.ids == Ids::New) {
            self.messages.copies.rename(copy);
        }
        copy
    }
}

impl Clients {
    /// A client has waited for long enough: it sends again what is not acknowledged.
    pub(super) fn on_unacknowledged(user: u32, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of(user);
        let (Some(waits), Some(notes)) =
            (crowd.acknowledged, cx.connections.unacknowledged.remove(&user))
        else {
            return;
        };
        let open = notes.into_iter().filter(|note| note.acknowledged > cx.now);
        let (due, rest): (Vec<_>, Vec<_>) =
            open.partition(|note| note.wrote + waits.retry_after <= cx.now);
        if !rest.is_empty() {
            cx.connections.unacknowledged.insert(user, rest);
        }
        for note in due {
            let known = note.acknowledged;
            let row = cx.again(note);
            Self::send_up(crowd, user, row, cx);
            // The acknowledgement of an earlier copy is still on its way.
            if let Some(note) = cx.note(row) {
                note.acknowledged = known;
            }
        }
    }
}
