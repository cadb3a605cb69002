//! What is kept for users. Few users at a time have anything kept for them, so a user carries only
//! the 4-byte place of a row, and rows are given back when they are emptied.
use super::messages::{List, NIL};
use crate::engine::number;

/// What is kept for a user.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kept {
    /// Messages to it that only the replay buffer still has.
    pub missed: List,
    /// Messages to it in its inbox.
    pub inbox: List,
    /// Its own messages that wait for a connection.
    pub outbox: List,
}

/// The rows of those for whom something is kept.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    /// Of each user: its row, or [`NIL`].
    places: Vec<u32>,
    rows: Vec<Kept>,
    free: Vec<u32>,
}

impl Shelf {
    /// Bytes a user for whom nothing is kept.
    pub const BYTES: usize = size_of::<u32>();

    /// Makes room for `users` in all.
    pub fn resize(&mut self, users: usize) {
        self.places.resize(users, NIL);
    }

    /// What is kept for a user, to add to it.
    pub fn row(&mut self, user: u32) -> &mut Kept {
        let place = &mut self.places[number::index(user)];
        if *place == NIL {
            *place = self.free.pop().unwrap_or_else(|| {
                self.rows.push(Kept::default());
                number::row(self.rows.len() - 1)
            });
        }
        &mut self.rows[number::index(*place)]
    }

    /// Whether there are messages to a user.
    #[inline]
    pub fn missed(&self, user: u32) -> bool {
        let place = self.places[number::index(user)];
        place != NIL && !self.rows[number::index(place)].missed.is_empty()
    }

    /// Takes the messages to a user out.
    pub fn take_missed(&mut self, user: u32) -> List {
        self.take(user, |kept| &mut kept.missed)
    }

    /// Takes the messages in a user's inbox out.
    pub fn take_inbox(&mut self, user: u32) -> List {
        self.take(user, |kept| &mut kept.inbox)
    }

    /// Takes the messages of a user out.
    pub fn take_outbox(&mut self, user: u32) -> List {
        self.take(user, |kept| &mut kept.outbox)
    }

    /// Takes one list out, and gives the row back if the others are empty as well.
    fn take(&mut self, user: u32, list: impl Fn(&mut Kept) -> &mut List) -> List {
        let place = &mut self.places[number::index(user)];
        if *place == NIL {
            return List::default();
        }
        let row = &mut self.rows[number::index(*place)];
        let taken = std::mem::take(list(row));
        if row.missed.is_empty() && row.inbox.is_empty() && row.outbox.is_empty() {
            *row = Kept::default();
            self.free.push(std::mem::replace(place, NIL));
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::messages::{Message, Messages, Stage},
        *,
    };
    use crate::engine::Time;

    #[test]
    fn a_row_is_given_back_once_both_lists_are_taken() {
        let (mut shelf, mut messages) = (Shelf::default(), Messages::default());
        shelf.resize(3);
        let [first, second] = [1, 2].map(|id| messages.open(Message::new(Time::ZERO, 0, id, 0)));
        shelf.row(2).missed.push(&mut messages, first, Stage::Buffer, Time::ZERO);
        shelf.row(2).outbox.push(&mut messages, second, Stage::Outbox, Time::ZERO);
        assert!(shelf.take_missed(0).is_empty());
        assert_eq!(shelf.take_missed(2).pop(&mut messages), Some(first));
        assert!(shelf.free.is_empty());
        assert_eq!(shelf.take_outbox(2).pop(&mut messages), Some(second));
        assert_eq!(shelf.free, [0]);
        assert!(shelf.row(1).missed.is_empty() && shelf.take_outbox(2).is_empty());
        assert_eq!((shelf.places, shelf.rows.len()), (vec![NIL, 0, NIL], 1));
    }
}
