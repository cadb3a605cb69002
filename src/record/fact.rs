//! What a fingerprint is made of: the kinds of facts, each by its number.
use super::ledger::End;

/// The kinds of facts in a fingerprint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Fact {
    /// A message was sent.
    Sent,
    /// A delivery ended live.
    Live,
    /// A delivery ended by replay.
    Replayed,
    /// A delivery was lost.
    Lost,
    /// A delivery expired.
    Expired,
    /// An attempt began.
    Attempt,
    /// An attempt failed.
    Failed,
    /// A user came online.
    Online,
    /// A user's connection ended.
    Offline,
    /// An instance went down.
    Down,
    /// An instance came up.
    Up,
    /// A delivery ended out of an inbox.
    Pulled,
    /// A user polled.
    Poll,
}

impl Fact {
    /// A delivery ends so.
    #[inline]
    pub(super) fn of(end: End) -> Self {
        match end {
            End::Live => Self::Live,
            End::Replayed => Self::Replayed,
            End::Pulled => Self::Pulled,
            End::Expired => Self::Expired,
            End::Lost(_) => Self::Lost,
        }
    }
}
