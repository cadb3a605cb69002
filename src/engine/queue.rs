//! What is still to happen, in order: the interface and the plain heap that is its reference.
use super::time::Time;
use std::{cmp::Reverse, collections::BinaryHeap};

/// One pending event. Order: time, then the event's own order; never the order of pushing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Entry<E> {
    /// When it happens.
    pub at: Time,
    /// What happens.
    pub event: E,
}

/// A queue of pending events.
pub trait EventQueue<E: Copy + Ord> {
    /// Adds an event; `at` is not earlier than the last event popped.
    fn push(&mut self, at: Time, event: E);
    /// Takes the first event in order of (time, event).
    fn pop(&mut self) -> Option<Entry<E>>;
    /// Whether nothing is pending.
    fn is_empty(&self) -> bool;
}

/// The reference: a binary heap. Slower when many events are pending, and obviously right.
#[derive(Clone, Debug)]
pub struct HeapQueue<E> {
    entries: BinaryHeap<Reverse<Entry<E>>>,
}

impl<E: Ord> Default for HeapQueue<E> {
    fn default() -> Self {
        Self { entries: BinaryHeap::new() }
    }
}

impl<E: Copy + Ord> EventQueue<E> for HeapQueue<E> {
    fn push(&mut self, at: Time, event: E) {
        self.entries.push(Reverse(Entry { at, event }));
    }

    fn pop(&mut self) -> Option<Entry<E>> {
        self.entries.pop().map(|Reverse(entry)| entry)
    }

    fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

const _: () = assert!(size_of::<Entry<u64>>() == 16);
