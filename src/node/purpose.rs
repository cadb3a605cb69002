//! What random numbers are drawn for. A new purpose goes to the end: the place is part of the key.

/// The purposes of draws; the entity and k that each is keyed by stand beside it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Time from the k-th send to the next, of a crowd or a source. (k)
    SendGap,
    /// Sender of the k-th send. (k)
    Sender,
    /// Recipient of the k-th send, or of the k-th message of a source. (k)
    Recipient,
    /// Time from the k-th lifetime event to the next. (k)
    LifetimeGap,
    /// Whose connection the k-th lifetime event ends. (k)
    LifetimeUser,
    /// Whether an end of life is silent. (k, or user and session)
    Silent,
    /// A lifetime, or what is left of it at the start. (user and session; k = 0, 1)
    Lifetime,
    /// Round trip of a connection. (user and session)
    RoundTrip,
    /// Time to the next heartbeat after a silent death. (user and session)
    Heartbeat,
    /// Jitter of a backoff. (user and session, attempt)
    Backoff,
    /// When a client that was told to move does so. (user and session)
    Move,
    /// Whether TLS is resumed. (user and session, attempt)
    Resumption,
    /// Link and service times of a message. (message, stage)
    Message,
    /// Link times of an attempt. (user and session, attempt)
    Attempt,
    /// Age of the last refresh of a registry entry. (user and session)
    Refresh,
    /// The jitter of a library that draws it once a page load. (user)
    PageLoad,
    /// Whom a fault hits. (user; entry of the timeline)
    Hit,
    /// When a client that connects at the start begins. (user)
    Arrival,
    /// When a connection has grown too old. (user and session)
    Age,
    /// What a `Retry-After` says. (user and session, attempt)
    RetryAfter,
    /// The partition of a message that has no key. (message)
    Partition,
    /// When a consumer that dies has last been heard of, and when it commits. (instance, k)
    Consumer,
    /// To which gateway a fan-out sends that does not know. (message)
    Route,
    /// Time from the k-th session of an open stream to the next. (k)
    SessionGap,
    /// How long a session stays, or what is left of it at the start. (session; k = 0, 1)
    Stay,
    /// How many sessions stand at the start. (0; k = 0) How long ago the last message for all was
    /// sent by a user (0; k = 1), and of a topic published by a source. (topic)
    Standing,
    /// How long a visit lasts, how long its user is away after it, and whether it goes on at the
    /// start. (user and visit; k = 0; 1; 2, 3) The same of the bursts of a source, and how long one
    /// has lasted at the start. (burst; k = 0 to 4)
    Visit,
    /// Whether and when a notification brings its user. (message; k = 0, 1)
    Notify,
    /// When a user polls, within its share of the interval, and when it sent last before the start.
    /// (user; k = 0, 1) When a source that has a period publishes first. (0)
    Phase,
    /// Whether a transport is blocked for a user. (user; transport)
    Blocked,
    /// Its place among those to whom a message is pushed. (user, number of the message); how the
    /// lags of all of them are rounded. (message and instance)
    Place,
    /// Whether a user reads slowly. (user)
    Slow,
    /// To which topic a user subscribes, and which one a message is for. (user or k)
    Topic,
    /// How many tabs a browser has. (browser)
    Tabs,
    /// Whether a tab is in the background, and when its timers fire. (user; k = 0, 1)
    Background,
    /// Which tab of a browser comes first at the start, and whose stream counts for the connection
    /// that all of them share. (user; k = 0, 1)
    TabOrder,
}

impl From<Purpose> for usize {
    #[inline]
    fn from(purpose: Purpose) -> usize {
        purpose as usize
    }
}
