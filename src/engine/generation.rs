//! Cancelling without searching the queue: a timer carries the generation it was set in, and one
//! that comes in another generation is void.
//!
//! ```
//! # use squall::engine::generation::Generation;
//! let mut current = Generation::default();
//! let (event, generation) = ("give up", current); // what is pushed onto the agenda
//! current = current.next(); //                       cancels it, and all others of before
//! assert!(!generation.is_current(current), "{event} is void");
//! ```

/// Which setting of a timer an event belongs to.
///
/// It wraps: 65,536 settings later a number comes again. An event that is still pending then would
/// pass for current, so a timer must not be set that often within its own length.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct Generation(u16);

impl Generation {
    /// The generation after this one; makes every event of this one void.
    #[inline]
    #[must_use]
    pub const fn next(self) -> Self {
        Self(if self.0 == u16::MAX { 0 } else { self.0 + 1 })
    }

    /// Whether an event of this generation still counts when the timer is in `current`.
    #[inline]
    pub const fn is_current(self, current: Self) -> bool {
        self.0 == current.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Agenda, EventQueue, Time};

    #[test]
    fn a_cancelled_timer_comes_and_is_void() {
        let mut agenda = Agenda::default();
        let first = Generation::default();
        agenda.push(Time::from_nanos(10), first);
        let current = first.next(); // cancelled, and set again for later
        agenda.push(Time::from_nanos(20), current);
        let fired: Vec<_> = std::iter::from_fn(|| agenda.pop())
            .filter(|entry| entry.event.is_current(current))
            .map(|entry| entry.at.nanos())
            .collect();
        assert_eq!(fired, [20]);
    }

    #[test]
    fn it_wraps_after_65536_settings() {
        let first = Generation::default();
        let later = |settings: u32| (0..settings).fold(first, |generation, _| generation.next());
        assert!(!first.is_current(later(65_535)));
        assert!(first.is_current(later(65_536)));
    }
}
