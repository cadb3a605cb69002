//! What has become of the messages that a user has missed: one buffer has the last of them.
use super::feed::Keeping;
use crate::{
    engine::{Time, number},
    record::{Cause, End},
};

/// A message of a topic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The send call.
    pub sent: Time,
    /// When the fan-out took it.
    pub kept: Time,
    /// Its place in the order in which the bus took messages in.
    pub place: u32,
    /// Which message of its source.
    pub id: u32,
}

/// What has become of a message that a user has missed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It is kept.
    Kept,
    /// At this time there were too many later ones.
    Overflown(Time),
    /// At this time it was too old.
    Expired(Time),
    /// At this time the window closed within which its recipient could have resumed.
    Closed(Time),
    /// When it came the window was closed: what stopped its live copy.
    TooLate(Time, Cause),
}

/// One of the messages that a user who is away has missed: of its own, or of a feed.
#[derive(Clone, Copy, Debug)]
pub struct Missed<T> {
    /// Which.
    pub what: T,
    /// When the fan-out took it.
    pub kept: Time,
    /// Why its live copy does not arrive.
    pub stopped: Cause,
}

/// What has become by `now` of all that a user has missed, whose window to resume closed at
/// `closed`. One buffer has the last of them, whoever sent them; each has its fate.
pub fn fates<T>(
    mut missed: Vec<Missed<T>>,
    keeping: Keeping,
    closed: Option<Time>,
    now: Time,
) -> Vec<(Missed<T>, Fate)> {
    if !missed.is_sorted_by_key(|it| it.kept) {
        missed.sort_by_key(|it| it.kept);
    }
    let times: Vec<Time> = missed.iter().map(|it| it.kept).collect();
    let there = times.partition_point(|&kept| closed.is_none_or(|closed| kept <= closed));
    let fate = |place: usize, it: &Missed<T>| {
        let later = place.saturating_add(number::index(keeping.messages));
        let overflown = times[..there].get(later).copied().unwrap_or(Time::NEVER);
        let expired = it.kept + keeping.retention;
        match closed {
            Some(closed) if closed < it.kept => Fate::TooLate(it.kept, it.stopped),
            closed => {
                let end = closed.unwrap_or(Time::NEVER);
                match () {
                    () if overflown <= expired.min(end).min(now) => Fate::Overflown(overflown),
                    () if expired < now && expired <= end => Fate::Expired(expired),
                    () if end < Time::NEVER => Fate::Closed(end),
                    () => Fate::Kept,
                }
            }
        }
    };
    let fates: Vec<Fate> = missed.iter().enumerate().map(|(place, it)| fate(place, it)).collect();
    missed.into_iter().zip(fates).collect()
}

impl Fate {
    /// How and when the delivery has ended, if it has.
    pub fn end(self) -> Option<(Time, End)> {
        match self {
            Self::Kept => None,
            Self::Overflown(at) => Some((at, End::Lost(Cause::BufferOverflow))),
            Self::Expired(at) => Some((at, End::Expired)),
            Self::Closed(at) => Some((at, End::Lost(Cause::ResumeExpired))),
            Self::TooLate(at, cause) => Some((at, End::Lost(cause))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Span;

    fn at(seconds: u64) -> Time {
        Time::ZERO + Span::from_secs(seconds)
    }

    #[test]
    fn one_bound_is_for_all_that_is_missed() {
        let keeping = Keeping { messages: 2, retention: Span::from_secs(100) };
        let missed = |what, seconds| Missed { what, kept: at(seconds), stopped: Cause::NoReplay };
        let all = vec![missed('a', 1), missed('a', 9), missed('b', 3), missed('b', 5)];
        let told = |closed, now| -> Vec<(char, Fate)> {
            let fates = fates(all.clone(), keeping, closed, now);
            fates.into_iter().map(|(it, fate)| (it.what, fate)).collect()
        };
        let [first, second] = [at(5), at(9)].map(Fate::Overflown);
        let kept = [('a', first), ('b', second), ('b', Fate::Kept), ('a', Fate::Kept)];
        assert_eq!(told(None, at(10)), kept);
        // What comes after the window is in nobody's way.
        let closed = Fate::Closed(at(6));
        let late = Fate::TooLate(at(9), Cause::NoReplay);
        assert_eq!(
            told(Some(at(6)), at(10)),
            [('a', first), ('b', closed), ('b', closed), ('a', late)]
        );
        let expired = [at(105), at(109)].map(Fate::Expired);
        assert_eq!(told(None, at(200))[2..], [('b', expired[0]), ('a', expired[1])]);
    }
}
