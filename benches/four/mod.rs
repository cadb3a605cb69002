//! A 4-ary heap, for comparison: half the levels of a binary heap, four entries a cache line.
use squall::engine::{Entry, EventQueue, Time};

/// Pending events; the first at the top.
#[derive(Default)]
pub struct FourHeap {
    entries: Vec<Entry<u64>>,
}

impl EventQueue<u64> for FourHeap {
    fn push(&mut self, at: Time, event: u64) {
        let entry = Entry { at, event };
        let mut place = self.entries.len();
        self.entries.push(entry);
        while place > 0 {
            let parent = (place - 1) / 4;
            if self.entries[parent] <= entry {
                break;
            }
            self.entries[place] = self.entries[parent];
            place = parent;
        }
        self.entries[place] = entry;
    }

    fn pop(&mut self) -> Option<Entry<u64>> {
        let last = self.entries.pop()?;
        let Some(&first) = self.entries.first() else { return Some(last) };
        let mut place = 0;
        loop {
            let children = 4 * place + 1;
            let end = (children + 4).min(self.entries.len());
            let Some(least) = (children..end).min_by_key(|&child| self.entries[child]) else {
                break;
            };
            if self.entries[least] >= last {
                break;
            }
            self.entries[place] = self.entries[least];
            place = least;
        }
        self.entries[place] = last;
        Some(first)
    }

    fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
