//! Copies of one delivery that are under way at the same time: it ends at the first that reaches
//! its recipient, and is lost when the last of them is.
use crate::{engine::number, record::Twice};
use std::collections::BTreeMap;

/// No group.
const ALONE: u32 = u32::MAX;

/// The copies of one delivery.
#[derive(Clone, Copy, Debug)]
struct Group {
    /// Rows that have not ended.
    rows: u32,
    /// Whether one has reached the recipient: and whether it had another id than the first.
    reached: Option<bool>,
    /// Whether the buffer holds one that nobody has asked for.
    kept: bool,
    /// Whether a bus has taken one in.
    taken: bool,
    /// Why there is more than one.
    twice: Twice,
}

/// Why a copy is there.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// What made it.
    pub twice: Twice,
    /// Whether it has another id than the first.
    pub renamed: bool,
}

/// What the end of a row means for its delivery.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meaning {
    /// It is the end of the delivery.
    Ends,
    /// The recipient has it already, and gets it again; `renamed`: with another id.
    Again {
        /// So that it cannot tell.
        renamed: bool,
        /// Why.
        twice: Twice,
    },
    /// Nothing: it has ended, or another copy may still get there.
    Nothing,
}

/// Which rows of the slab are copies of the same delivery. Costs nothing until there is one.
#[derive(Clone, Debug, Default)]
pub struct Copies {
    /// By row.
    of: Vec<u32>,
    groups: Vec<Group>,
    free: Vec<u32>,
    /// Why each copy is there, and whether it has another id than the first.
    origins: BTreeMap<u32, Origin>,
}

impl Copies {
    #[inline]
    fn group(&self, row: u32) -> Option<u32> {
        self.of.get(number::index(row)).copied().filter(|&group| group != ALONE)
    }

    fn put(&mut self, row: u32, group: u32) {
        let place = number::index(row);
        if self.of.len() <= place {
            self.of.resize(place + 1, ALONE);
        }
        self.of[place] = group;
    }

    fn open(&mut self, group: Group) -> u32 {
        if let Some(place) = self.free.pop() {
            self.groups[number::index(place)] = group;
            return place;
        }
        self.groups.push(group);
        number::row(self.groups.len() - 1)
    }

    /// From now on `copy` is a copy of the delivery of `row`, whose copy `kept` says whether the
    /// buffer holds.
    pub fn join(&mut self, copy: u32, row: u32, kept: bool, twice: Twice) {
        let group = self.group(row).unwrap_or_else(|| {
            let group = Group { rows: 1, reached: None, kept, taken: false, twice };
            let group = self.open(group);
            self.put(row, group);
            group
        });
        self.groups[number::index(group)].rows += 1;
        self.put(copy, group);
        self.origins.insert(copy, Origin { twice, renamed: false });
    }

    /// From now on `row` is a copy of a delivery that has ended.
    pub fn after_the_end(&mut self, row: u32, twice: Twice) {
        let group = Group { rows: 1, reached: Some(false), kept: false, taken: false, twice };
        let group = self.open(group);
        self.put(row, group);
        self.origins.insert(row, Origin { twice, renamed: false });
    }

    /// A row that is the copy of no other stands for such copies: why they are there.
    pub fn stands_for(&mut self, row: u32, origin: Origin) {
        self.origins.insert(row, origin);
    }

    /// A row stands for copies no longer; returns why they are there.
    pub fn stood_for(&mut self, row: u32) -> Option<Origin> {
        self.origins.remove(&row)
    }

    /// A copy has another id than the first: who gets both cannot tell.
    pub fn rename(&mut self, row: u32) {
        if let Some(origin) = self.origins.get_mut(&row) {
            origin.renamed = true;
        }
    }

    /// A bus takes a copy in, or has; returns whether it had before. Of a message without copies
    /// nothing is noted.
    pub fn take_in(&mut self, row: u32) -> bool {
        let Some(group) = self.group(row) else { return false };
        std::mem::replace(&mut self.groups[number::index(group)].taken, true)
    }

    /// Whether the delivery of a row has ended by another copy.
    #[inline]
    pub fn over(&self, row: u32) -> bool {
        self.group(row).is_some_and(|group| self.groups[number::index(group)].reached.is_some())
    }

    /// Whether the recipient knows a row by its id: it has had a copy with the same one.
    pub fn seen(&self, row: u32) -> bool {
        let reached = self.group(row).and_then(|group| self.groups[number::index(group)].reached);
        reached == Some(false) && !self.is_renamed(row)
    }

    fn is_renamed(&self, row: u32) -> bool {
        self.origin(row).is_some_and(|origin| origin.renamed)
    }

    /// Why a copy is there; nothing of what is none.
    pub fn origin(&self, row: u32) -> Option<Origin> {
        self.origins.get(&row).copied()
    }

    /// Whether the delivery of a row ends with it.
    pub fn is_last(&self, row: u32) -> bool {
        self.group(row).is_none_or(|group| {
            let group = self.groups[number::index(group)];
            group.rows == 1 && group.reached.is_none()
        })
    }

    /// The buffer is to hold this copy; returns whether it holds another one already. One with an
    /// id of its own is another message to it.
    pub fn keep(&mut self, row: u32) -> bool {
        let Some(group) = self.group(row).filter(|_| !self.is_renamed(row)) else { return false };
        std::mem::replace(&mut self.groups[number::index(group)].kept, true)
    }

    /// The buffer holds this copy no longer.
    pub fn release(&mut self, row: u32) {
        if let Some(group) = self.group(row).filter(|_| !self.is_renamed(row)) {
            self.groups[number::index(group)].kept = false;
        }
    }

    /// A row ends; `reached` says whether at its recipient.
    #[inline]
    pub fn end(&mut self, row: u32, reached: bool) -> Meaning {
        let Some(place) = self.group(row) else { return Meaning::Ends };
        self.of[number::index(row)] = ALONE;
        let origin = self.origins.remove(&row);
        let renamed = origin.is_some_and(|origin| origin.renamed);
        let group = &mut self.groups[number::index(place)];
        let meaning = match (group.reached, reached) {
            (Some(first), true) => Meaning::Again {
                renamed: renamed != first,
                twice: origin.map_or(group.twice, |origin| origin.twice),
            },
            (Some(_), false) => Meaning::Nothing,
            (None, false) if group.rows > 1 => Meaning::Nothing,
            (None, _) => Meaning::Ends,
        };
        if reached {
            group.reached = group.reached.or(Some(renamed));
        }
        group.rows -= 1;
        if group.rows == 0 {
            self.free.push(place);
        }
        meaning
    }

    /// The number of a row's group, for those who count deliveries.
    pub fn number(&self, row: u32) -> Option<u32> {
        self.group(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGAIN: Twice = Twice::Redelivered;

    #[test]
    fn the_first_copy_that_arrives_ends_the_delivery() {
        let mut copies = Copies::default();
        copies.join(7, 3, false, AGAIN);
        copies.join(8, 3, false, AGAIN);
        assert_eq!(copies.end(7, false), Meaning::Nothing);
        assert_eq!(copies.end(3, true), Meaning::Ends);
        assert!(copies.over(8));
        assert_eq!(copies.end(8, true), Meaning::Again { renamed: false, twice: AGAIN });
        assert_eq!(copies.end(8, true), Meaning::Ends, "the row is somebody else's by now");
    }

    #[test]
    fn the_last_copy_that_is_lost_loses_the_delivery() {
        let mut copies = Copies::default();
        copies.join(1, 0, false, AGAIN);
        assert!(copies.is_last(7) && !copies.is_last(0));
        assert_eq!(copies.end(0, false), Meaning::Nothing);
        assert!(copies.is_last(1));
        assert_eq!(copies.end(1, false), Meaning::Ends);
    }

    #[test]
    fn a_copy_after_the_end_ends_nothing() {
        let mut copies = Copies::default();
        copies.after_the_end(4, AGAIN);
        assert_eq!(copies.end(4, true), Meaning::Again { renamed: false, twice: AGAIN });
        copies.after_the_end(4, AGAIN);
        assert_eq!(copies.end(4, false), Meaning::Nothing);
    }

    #[test]
    fn the_buffer_holds_one_copy() {
        let mut copies = Copies::default();
        copies.join(1, 0, false, AGAIN);
        assert_eq!((copies.keep(0), copies.keep(1)), (false, true));
        copies.release(0);
        assert!(!copies.keep(1));
    }

    #[test]
    fn who_gets_both_ids_cannot_tell() {
        let mut copies = Copies::default();
        for copy in [1, 2] {
            copies.join(copy, 0, false, AGAIN);
            copies.rename(copy);
        }
        assert_eq!(copies.end(1, true), Meaning::Ends);
        assert_eq!(copies.end(2, true), Meaning::Again { renamed: false, twice: AGAIN });
        assert_eq!(copies.end(0, true), Meaning::Again { renamed: true, twice: AGAIN });
    }

    #[test]
    fn a_bus_knows_what_it_has_taken_in() {
        let mut copies = Copies::default();
        assert!(!copies.take_in(0) && !copies.take_in(0), "nothing is noted of one alone");
        copies.join(1, 0, false, AGAIN);
        assert_eq!([copies.take_in(1), copies.take_in(0)], [false, true]);
    }

    #[test]
    fn a_copy_with_an_id_of_its_own_is_another_message() {
        let mut copies = Copies::default();
        copies.join(1, 0, false, AGAIN);
        copies.join(2, 0, false, AGAIN);
        copies.rename(1);
        assert_eq!([copies.keep(0), copies.keep(1), copies.keep(2)], [false, false, true]);
        assert_eq!(copies.end(2, true), Meaning::Ends);
        assert_eq!([copies.seen(0), copies.seen(1)], [true, false]);
    }
}
