//! The only loop: takes the next event and hands it to the model.
use super::{
    agenda::Agenda,
    queue::{Entry, EventQueue},
    time::Time,
};

/// What can be simulated: something that handles its own events.
pub trait Model {
    /// The closed set of its events. Their order breaks ties between equal times.
    type Event: Copy + Ord;

    /// Handles one event and pushes what follows from it.
    fn handle(&mut self, now: Time, event: Self::Event, agenda: &mut Agenda<Self::Event>);

    /// Is shown the events of a slot that opens, to read ahead what they will touch. It cannot
    /// change anything.
    fn touch(&self, upcoming: &[Entry<Self::Event>]) {
        let _ = upcoming;
    }
}

/// Handles all events before `until`, in order of (time, event), and returns how many.
pub fn run<M: Model>(model: &mut M, agenda: &mut Agenda<M::Event>, until: Time) -> u64 {
    let mut handled = 0;
    let mut last = Time::ZERO;
    while let Some(entry) = agenda.pop() {
        if entry.at >= until {
            agenda.push(entry.at, entry.event);
            break;
        }
        debug_assert!(entry.at >= last, "the clock ran backwards");
        last = entry.at;
        if let Some(upcoming) = agenda.just_opened() {
            model.touch(upcoming);
        }
        model.handle(entry.at, entry.event, agenda);
        handled += 1;
    }
    handled
}
