//! The event queue that runs: a hierarchical wheel whose lowest slot is sorted when it is reached.
//!
//! Five levels of 1,024 slots. An entry lies in the level of the highest slot digit in which its
//! time differs from now; reaching a slot of a higher level spreads it over the level below. What
//! lands in the open slot goes to a small side heap. Slot width cannot change the order: entries
//! are compared by (time, event) alone.
use super::{
    number,
    queue::{Entry, EventQueue},
    time::Time,
};
use std::{cmp::Reverse, collections::BinaryHeap};

const BITS: u32 = 10;
const SLOTS: usize = 1 << BITS;
const WORDS: usize = SLOTS / 64;
const LEVELS: usize = 5;
/// The width of the lowest slots: 2^17 ns = 131 µs. Five levels then reach beyond 64 bits of time.
const SHIFT: u32 = 17;
/// A slot that grew beyond this many entries gives its memory back when it is emptied.
const KEPT: usize = 4096;

/// Pending events; see the module's text.
#[derive(Clone, Debug)]
pub struct Agenda<E> {
    slots: Vec<Vec<Entry<E>>>,
    occupied: Vec<u64>,
    tick: u64,
    /// The open slot, latest first.
    open: Vec<Entry<E>>,
    side: BinaryHeap<Reverse<Entry<E>>>,
    opened: bool,
}

impl<E: Copy + Ord> Default for Agenda<E> {
    fn default() -> Self {
        Self {
            slots: (0..LEVELS * SLOTS).map(|_| Vec::new()).collect(),
            occupied: vec![0; LEVELS * WORDS],
            tick: 0,
            open: Vec::new(),
            side: BinaryHeap::new(),
            opened: false,
        }
    }
}

impl<E: Copy + Ord> EventQueue<E> for Agenda<E> {
    #[inline]
    fn push(&mut self, at: Time, event: E) {
        let entry = Entry { at, event };
        let tick = at.nanos() >> SHIFT;
        if tick <= self.tick { self.side.push(Reverse(entry)) } else { self.place(entry, tick) }
    }

    #[inline]
    fn pop(&mut self) -> Option<Entry<E>> {
        loop {
            match (self.open.last().copied(), self.side.peek()) {
                (Some(_), None) => return self.open.pop(),
                (Some(open), Some(&Reverse(side))) if open < side => return self.open.pop(),
                (_, Some(_)) => return self.side.pop().map(|Reverse(entry)| entry),
                (None, None) => {
                    if !self.advance() {
                        return None;
                    }
                }
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.open.is_empty() && self.side.is_empty() && self.occupied.iter().all(|&word| word == 0)
    }
}

impl<E: Copy + Ord> Agenda<E> {
    /// The events of a slot that has just opened, latest first; none otherwise.
    #[inline]
    pub fn just_opened(&mut self) -> Option<&[Entry<E>]> {
        std::mem::take(&mut self.opened).then_some(&self.open)
    }

    #[inline]
    fn place(&mut self, entry: Entry<E>, tick: u64) {
        let level = number::index((tick ^ self.tick).ilog2() / BITS);
        let slot = number::place(tick >> (BITS * number::row(level))) & (SLOTS - 1);
        self.slots[level * SLOTS + slot].push(entry);
        self.occupied[level * WORDS + slot / 64] |= 1 << (slot % 64);
    }

    /// The first occupied slot of `level` after the open one.
    fn next_slot(&self, level: usize) -> Option<usize> {
        let open = number::place(self.tick >> (BITS * number::row(level))) & (SLOTS - 1);
        let words = &self.occupied[level * WORDS..(level + 1) * WORDS];
        let first = words[open / 64] & ((!0 << (open % 64)) << 1);
        let rest = (open / 64 + 1..WORDS).map(|word| (word, words[word]));
        std::iter::once((open / 64, first))
            .chain(rest)
            .find(|&(_, bits)| bits != 0)
            .map(|(word, bits)| word * 64 + number::index(bits.trailing_zeros()))
    }

    /// Opens the next occupied slot; false when nothing is pending.
    #[inline(never)]
    fn advance(&mut self) -> bool {
        while self.open.is_empty() {
            let found = (0..LEVELS).find_map(|level| Some((level, self.next_slot(level)?)));
            let Some((level, slot)) = found else { return false };
            self.occupied[level * WORDS + slot / 64] &= !(1 << (slot % 64));
            let shift = BITS * number::row(level);
            let above = (self.tick >> shift) & !(number::count(SLOTS) - 1);
            self.tick = (above | number::count(slot)) << shift;
            self.empty_into_open(level * SLOTS + slot, level);
        }
        self.open.sort_unstable_by(|a, b| b.cmp(a));
        self.opened = true;
        true
    }

    fn empty_into_open(&mut self, index: usize, level: usize) {
        if level == 0 {
            std::mem::swap(&mut self.open, &mut self.slots[index]);
            return;
        }
        let mut entries = std::mem::take(&mut self.slots[index]);
        for entry in entries.drain(..) {
            let tick = entry.at.nanos() >> SHIFT;
            if tick == self.tick { self.open.push(entry) } else { self.place(entry, tick) }
        }
        if entries.capacity() <= KEPT {
            self.slots[index] = entries;
        }
    }
}
