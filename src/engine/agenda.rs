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

    /// The first occupied slot of `level`. All of them lie after the open one: an earlier time is
    /// past, and an equal digit belongs to a lower level.
    fn next_slot(&self, level: usize) -> Option<usize> {
        let open = number::place(self.tick >> (BITS * number::row(level))) & (SLOTS - 1);
        (open / 64..WORDS).find_map(|word| {
            let bits = self.occupied[level * WORDS + word];
            (bits != 0).then(|| word * 64 + number::index(bits.trailing_zeros()))
        })
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
            if self.slots[index].capacity() > KEPT {
                self.slots[index] = Vec::new();
            }
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

#[cfg(test)]
mod tests {
    use super::{super::queue::HeapQueue, *};
    use proptest::{prelude::*, test_runner::RngSeed};

    /// Spans of every size: ties, the open slot, the edges of each level, the end of time.
    fn span() -> impl Strategy<Value = u64> {
        let edges = (0u32..64, 0u64..3).prop_map(|(bit, near)| ((1 << bit) + near).max(1) - 1);
        let sizes = (0u32..64, any::<u64>()).prop_map(|(bit, any)| any >> bit);
        prop_oneof![3 => Just(0), 3 => 0..(1u64 << SHIFT), 4 => edges, 4 => sizes]
    }

    /// Pushes so far ahead of now, or a pop. Many pushes fall on a coarse grid, and so on a tie.
    fn program() -> impl Strategy<Value = Vec<Option<(u64, u64, u8)>>> {
        (1u32..4, 1u32..4).prop_flat_map(|(pushes, pops)| {
            let grid = prop_oneof![Just(0), Just((1 << (SHIFT - 1)) - 1)];
            let push = (span(), grid, 0u8..4).prop_map(Some);
            let step = prop_oneof![pushes => push, pops => Just(None)];
            prop::collection::vec(step, 0..200)
        })
    }

    /// Both queues side by side, and the time of the last pop.
    #[derive(Default)]
    struct Pair {
        wheel: Agenda<u8>,
        heap: HeapQueue<u8>,
        pending: Vec<Entry<u8>>,
        now: Time,
    }

    impl Pair {
        fn push(&mut self, at: Time, event: u8) {
            self.wheel.push(at, event);
            self.heap.push(at, event);
            self.pending.push(Entry { at, event });
        }

        fn pop(&mut self) -> Option<Entry<u8>> {
            let (ours, theirs) = (self.wheel.pop(), self.heap.pop());
            assert_eq!(ours, theirs);
            let popped = ours?;
            let place = self.pending.iter().position(|entry| *entry == popped);
            self.pending.swap_remove(place.expect("what is popped was pushed"));
            self.check_opened(popped.at);
            self.now = popped.at;
            Some(popped)
        }

        /// A slot opens when the first of its events is popped, and shows all the others in it.
        fn check_opened(&mut self, at: Time) {
            let slot = |time: Time| time.nanos() >> SHIFT;
            let opened = self.wheel.just_opened().map(<[_]>::to_vec);
            let mut others: Vec<_> =
                self.pending.iter().copied().filter(|other| slot(other.at) == slot(at)).collect();
            others.sort_unstable_by(|a, b| b.cmp(a));
            assert_eq!(opened, (slot(at) > slot(self.now)).then_some(others));
            assert!(self.wheel.just_opened().is_none());
        }

        fn drain(&mut self) {
            while self.pop().is_some() {}
            assert!(self.wheel.is_empty() && self.heap.is_empty() && self.pending.is_empty());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 400, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Default::default()
        })]

        #[test]
        fn the_wheel_pops_what_the_heap_pops(steps in program()) {
            let mut pair = Pair::default();
            for step in steps {
                match step {
                    Some((ahead, grid, event)) => {
                        let at = pair.now.nanos().saturating_add(ahead) | grid;
                        pair.push(Time::from_nanos(at), event);
                    }
                    None => drop(pair.pop()),
                }
            }
            pair.drain();
        }
    }

    #[test]
    fn every_edge_of_every_level_keeps_its_order() {
        let mut pair = Pair::default();
        for bit in 0..64 {
            for near in [-1, 0, 1] {
                pair.push(Time::from_nanos((1u64 << bit).saturating_add_signed(near)), 0);
            }
            pair.push(Time::from_nanos(u64::MAX - (u64::MAX >> bit)), 1);
            pair.push(Time::from_nanos(u64::MAX >> bit), 2);
        }
        pair.drain();
        assert_eq!(pair.now, Time::NEVER);
    }

    #[test]
    fn pushing_back_what_was_popped_changes_nothing() {
        let mut agenda = Agenda::default();
        agenda.push(Time::from_nanos(1 << 40), 1);
        let popped = agenda.pop().expect("one event is pending");
        agenda.push(popped.at, popped.event);
        agenda.push(Time::from_nanos(5), 2); // earlier than the slot that is open by now
        assert_eq!(agenda.pop().map(|entry| entry.event), Some(2));
        assert_eq!(agenda.pop(), Some(popped));
        assert!(agenda.is_empty());
    }
}
