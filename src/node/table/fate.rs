//! What has become of a message for many that one of them has missed.
use crate::{
    engine::Time,
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

impl Fate {
    /// The fate of an entry for a user whose window to resume closed at `closed`; `stopped` is why
    /// its live copy does not arrive.
    #[must_use]
    pub fn before(self, closed: Option<Time>, entry: &Entry, stopped: Cause) -> Self {
        let Some(closed) = closed else { return self };
        match self {
            _ if closed < entry.kept => Self::TooLate(entry.kept, stopped),
            Self::Overflown(at) | Self::Expired(at) if at <= closed => self,
            _ => Self::Closed(closed),
        }
    }

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
