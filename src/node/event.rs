//! The closed set of events. Their order breaks ties between equal times: timeline, sources, hops,
//! timers; within a kind by node, then message or user.
use crate::engine::{Entry, Span, number};

/// What can happen. Eight bytes, so that an agenda entry is sixteen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Event {
    /// A step of a timeline entry.
    Action {
        /// Which entry of the timeline.
        index: u16,
        /// What of it.
        step: Step,
        /// The instance it concerns, by its number in the table of tiers.
        instance: u16,
    },
    /// The next event of a superposed process.
    Tick {
        /// The node that owns it.
        node: u8,
        /// Which of its processes.
        source: Source,
    },
    /// A message arrives somewhere; its row says at which stage.
    Hop {
        /// Where it arrives.
        node: u8,
        /// Its row.
        message: u32,
    },
    /// A user's timer; void unless its ticket is still the user's.
    Wake {
        /// What for.
        timer: Timer,
        /// Whose.
        user: u32,
        /// See [`Timer`].
        ticket: u16,
    },
}

const _: () = assert!(size_of::<Event>() == 8);
const _: () = assert!(size_of::<Entry<Event>>() == 16);

/// The number of what happens without an entry of the timeline.
pub const NO_ENTRY: u16 = u16::MAX;

/// The steps of timeline entries.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Step {
    /// When to begin: the entry's own time, and each further batch of a deploy.
    Begin,
    /// When an instance that drains has lost its last connection.
    Empty,
    /// When the grace of an instance that drains is over.
    Grace,
    /// When an instance is up again.
    Ready,
    /// When a balancer may have noticed that an instance went down or came back.
    Checked,
    /// When the kernel kills an instance that has used up its memory.
    Killed,
    /// When a consumer group takes a consumer for gone.
    Expired,
    /// When a consumer group has dealt its partitions out.
    Dealt,
}

/// The superposed processes of a crowd, and that of a source.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Source {
    /// Somebody sends a message.
    Send,
    /// Somebody's connection reaches the end of its life.
    Lifetime,
    /// A session of an open stream arrives.
    Session,
    /// Somebody's poll arrives at a gateway.
    Poll,
    /// A source outside the crowd publishes.
    Publish,
}

/// The timers of a user. Those of one attempt carry [`attempt_ticket`], the others the session.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Timer {
    /// When a connection with a lifetime that is not exponential ends. Session.
    Lifetime,
    /// When a client that was told to move does so. Session.
    Move,
    /// When both sides notice that a connection has died silently. Session.
    Detect,
    /// When the backoff is over. Attempt.
    Attempt,
    /// When the first packet of an attempt reaches the balancer. Attempt.
    Balance,
    /// When the handshake's work reaches the gateway. Attempt.
    Accept,
    /// When the client learns that it was refused. Attempt.
    Refused,
    /// When the client's patience with an attempt ends. Attempt.
    TimedOut,
    /// When the client sees its connection open. Attempt.
    Open,
    /// When the registry is told of an open connection. Session.
    Register,
    /// When the registry is told of a closed one. Session.
    Unregister,
    /// When the buffer is asked for what a client missed. Session.
    Resume,
    /// When a first packet that was dropped arrives again. Attempt.
    Repeat1,
    /// The second time.
    Repeat2,
    /// The third time.
    Repeat3,
    /// The fourth time.
    Repeat4,
    /// The fifth and last time.
    Repeat5,
    /// When the client learns that it was refused for good. Attempt.
    Dismissed,
    /// When the server closes a connection in its turn. Session.
    Closed,
    /// When a connection has been open for so long that its attempts are forgotten. Session.
    Settled,
    /// When a connection has reached its maximum age. Session.
    Aged,
    /// When the first packet of a new connection beside an old one reaches the balancer. Session of
    /// the old one, as of the next two.
    MakeBalance,
    /// When the work of its handshake reaches the gateway.
    MakeAccept,
    /// When the client sees it open.
    MakeOpen,
    /// When a session of an open stream has stayed for its time. No ticket: it comes once.
    Leave,
    /// When a user who is away begins its next visit. The last visit.
    Visit,
    /// When a visit is over. The visit.
    VisitOver,
    /// When the inbox is asked for what came while nobody was there. Session.
    Pull,
    /// When a client has waited for an acknowledgement for long enough. No ticket.
    Unacknowledged,
    /// When the store is asked for the state of a session. Attempt.
    Rebuild,
    /// The same for a new connection beside an old one. Session of the old one, as of the next.
    MakeRebuild,
    /// When the client's patience with such a connection ends.
    MakeTimedOut,
    /// When a timer that was held back in a hidden tab fires, and it polls. No ticket.
    PollDue,
    /// When a poll is placed. Session where polls are held, else none, as of the next two.
    PollPlaced,
    /// When a poll is answered.
    PollServed,
    /// When the mailbox is read for a poll.
    PollRead,
    /// When a request has been held for long enough. Session, as of the next.
    HoldOver,
    /// When a client learns that its poll has failed.
    PollFailed,
    /// When a managed service may have seen nothing of a connection for too long. Session.
    Idle,
    /// When a slow consumer has read a message out of its send buffer. No ticket.
    Drained,
}

/// When a first packet that was dropped is sent again, counted from the first time (Linux).
pub const REPEATS: [(Timer, Span); 5] = [
    (Timer::Repeat1, Span::from_secs(1)),
    (Timer::Repeat2, Span::from_secs(3)),
    (Timer::Repeat3, Span::from_secs(7)),
    (Timer::Repeat4, Span::from_secs(15)),
    (Timer::Repeat5, Span::from_secs(31)),
];

impl Timer {
    /// How often the first packet has been sent again, and how long after the first time.
    pub fn repeat(self) -> (usize, Span) {
        let place = REPEATS.iter().position(|(timer, _)| *timer == self);
        place.map_or((0, Span::ZERO), |place| (place + 1, REPEATS[place].1))
    }
}

/// The ticket of an attempt's timers: low bytes of session and attempt. They come round after 256
/// attempts, while a timer of an attempt lives no longer than a backoff or a time-out.
#[inline]
pub fn attempt_ticket(session: u16, attempt: u16) -> u16 {
    (session << 8) | u16::from(number::low8(u32::from(attempt)))
}
