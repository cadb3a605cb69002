//! Every (message, recipient) is one delivery and has exactly one end; every attempt too.
use super::{
    absence::Absence,
    outcome::{Ends, LedgerRow},
};

/// How a delivery ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// By an open connection.
    Live,
    /// Out of the buffer, after a gap.
    Replayed,
    /// Out of the inbox, at a new visit.
    Pulled,
    /// It never reaches its recipient.
    Lost(Cause),
    /// The buffer kept it too long.
    Expired,
}

impl End {
    /// Whether the message reached its recipient.
    #[inline]
    pub fn arrived(self) -> bool {
        matches!(self, Self::Live | Self::Replayed | Self::Pulled)
    }
}

/// Why a delivery is lost: the first event after which no copy could reach the recipient.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Cause {
    /// Its gateway crashed while it held the message, or the only way to it.
    GatewayCrash,
    /// Written into a connection that was dead without either side knowing.
    HalfOpen,
    /// The registry led to a gateway that did not hold the recipient, and nothing kept the message.
    StaleRoute,
    /// Sent to a gateway that never held the recipient, and nothing kept the message.
    WrongGateway,
    /// The registry could not be asked, and nothing kept the message.
    RegistryDown,
    /// Its fan-out had as many calls waiting as it may, and nothing kept the message.
    InFlight,
    /// Its fan-out had used up its budget for second tries, and nothing kept the message.
    RetryBudget,
    /// The registry took a recipient for offline who was not, and nothing kept the message.
    FalselyOffline,
    /// A consumer of the bus ended with the message in hand, or nobody read it while it was there.
    BusLost,
    /// The bus had no room for it.
    BusOverflow,
    /// The recipient was away, and nothing kept the message.
    NoReplay,
    /// The buffer was full and dropped its oldest message.
    BufferOverflow,
    /// The sender was away and its outbox full.
    ClientOutbox,
    /// The recipient, or the sender with its outbox, left for good.
    GaveUp,
    /// The recipient was away for longer than its resume window, and nothing else kept the message.
    ResumeExpired,
    /// The recipient read too slowly, and its send buffer was full.
    SlowConsumer,
}

/// Why a delivery comes a second time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Twice {
    /// A consumer of the bus died, and another read it again.
    Redelivered,
    /// Its sender had not seen it acknowledged, and sent it again.
    Resent,
    /// Its recipient had not told that it had seen it, and resumed before it.
    Cursor,
    /// It came live and out of the buffer: its recipient came back while it was on its way.
    Overlap,
}

impl Twice {
    /// All of them, in the order of the metrics.
    pub const ALL: [Self; 4] = [Self::Redelivered, Self::Resent, Self::Cursor, Self::Overlap];

    /// Its name in metrics and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Redelivered => "redelivered",
            Self::Resent => "resent",
            Self::Cursor => "cursor",
            Self::Overlap => "overlap",
        }
    }
}

/// How a session of an open stream goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Departure {
    /// Its time was over.
    Left,
    /// It gave up before it had a connection.
    Lost,
    /// It lost its connection, and did not come back.
    Cut,
}

/// The sessions of an open stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sessions {
    /// Those that were there at the start.
    pub stood: u64,
    /// Those that came.
    pub arrived: u64,
    /// Those that got in.
    pub served: u64,
    /// Those that gave up before they had a connection.
    pub lost: u64,
    /// Those that lost their connection and did not come back.
    pub cut: u64,
    /// Those that had been in, and whose time was over.
    pub left: u64,
}

impl Sessions {
    /// These and others.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        Self {
            stood: self.stood + other.stood,
            arrived: self.arrived + other.arrived,
            served: self.served + other.served,
            lost: self.lost + other.lost,
            cut: self.cut + other.cut,
            left: self.left + other.left,
        }
    }
}

impl Cause {
    /// All causes, in the order of the ledger.
    pub const ALL: [Self; 16] = [
        Self::GatewayCrash,
        Self::HalfOpen,
        Self::StaleRoute,
        Self::WrongGateway,
        Self::RegistryDown,
        Self::InFlight,
        Self::RetryBudget,
        Self::FalselyOffline,
        Self::BusLost,
        Self::BusOverflow,
        Self::NoReplay,
        Self::BufferOverflow,
        Self::ClientOutbox,
        Self::GaveUp,
        Self::ResumeExpired,
        Self::SlowConsumer,
    ];

    /// Its name in metrics and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::GatewayCrash => "gateway_crash",
            Self::HalfOpen => "half_open",
            Self::StaleRoute => "stale_route",
            Self::WrongGateway => "wrong_gateway",
            Self::RegistryDown => "registry_down",
            Self::InFlight => "in_flight",
            Self::RetryBudget => "retry_budget",
            Self::FalselyOffline => "falsely_offline",
            Self::BusLost => "bus_lost",
            Self::BusOverflow => "bus_overflow",
            Self::NoReplay => "no_replay",
            Self::BufferOverflow => "buffer_overflow",
            Self::ClientOutbox => "client_outbox",
            Self::GaveUp => "gave_up",
            Self::ResumeExpired => "resume_expired",
            Self::SlowConsumer => "slow_consumer",
        }
    }
}

/// Counts of ends.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ledger {
    /// Deliveries that were to be made.
    pub intended: u64,
    /// Live ends.
    pub live: u64,
    /// Replayed ends.
    pub replayed: u64,
    /// Ends out of an inbox.
    pub pulled: u64,
    /// Lost, by cause.
    pub lost: [u64; Cause::ALL.len()],
    /// Expired in the buffer.
    pub expired: u64,
    /// At the horizon: on their way.
    pub in_flight: u64,
    /// At the horizon: in a buffer or an outbox.
    pub waiting: u64,
    /// What was missed, by how long its recipient was away; only of the whole window.
    pub absences: Vec<Absence>,
}

impl Ledger {
    /// Counts so many equal ends.
    #[inline]
    pub fn end(&mut self, end: End, many: u64) {
        match end {
            End::Live => self.live += many,
            End::Replayed => self.replayed += many,
            End::Pulled => self.pulled += many,
            End::Lost(cause) => self.lost[cause as usize] += many,
            End::Expired => self.expired += many,
        }
    }

    /// Adds another ledger's counts.
    pub fn merge(&mut self, other: &Self) {
        self.intended += other.intended;
        self.live += other.live;
        self.replayed += other.replayed;
        self.pulled += other.pulled;
        self.lost.iter_mut().zip(other.lost).for_each(|(mine, theirs)| *mine += theirs);
        self.expired += other.expired;
        self.in_flight += other.in_flight;
        self.waiting += other.waiting;
    }

    /// Deliveries that reached their recipients.
    pub fn arrived(&self) -> u64 {
        self.live + self.replayed + self.pulled
    }

    /// Lost for any cause.
    pub fn lost_total(&self) -> u64 {
        self.lost.iter().sum()
    }

    /// Not ended at the horizon.
    pub fn pending(&self) -> u64 {
        self.in_flight + self.waiting
    }

    /// The ledger as rows in a fixed order.
    pub fn ends(&self) -> Ends {
        let row = |end: &'static str, cause: &'static str, count| LedgerRow {
            end: end.into(),
            cause: cause.into(),
            count,
        };
        let lost = Cause::ALL.map(|cause| row("lost", cause.name(), self.lost[cause as usize]));
        let mut rows = vec![
            row("live", "", self.live),
            row("replayed", "", self.replayed),
            row("pulled", "", self.pulled),
        ];
        rows.extend(lost);
        rows.push(row("expired", "", self.expired));
        rows.push(row("pending", "in_flight", self.in_flight));
        rows.push(row("pending", "waiting", self.waiting));
        Ends { intended: self.intended, rows, absences: self.absences.clone() }
    }
}

/// How an attempt to connect ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AttemptEnd {
    /// The connection opened.
    Accepted,
    /// A balancer or gateway said no.
    Refused,
    /// The client's timer fired.
    TimedOut,
    /// It ended for another cause, such as a crash of the gateway.
    Abandoned,
}

/// Counts of attempts. `attempted = accepted + refused + timed_out + abandoned + in_flight`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Attempted {
    /// Begun.
    pub total: u64,
    /// Their ends, in the order of [`AttemptEnd`].
    pub ends: [u64; 4],
    /// Under way at the horizon.
    pub in_flight: u64,
}

impl Attempted {
    /// Counts an end.
    pub fn end(&mut self, end: AttemptEnd) {
        self.ends[end as usize] += 1;
    }

    /// Attempts that ended so.
    pub fn ended(&self, end: AttemptEnd) -> u64 {
        self.ends[end as usize]
    }

    /// Whether every attempt has exactly one end.
    pub fn adds_up(&self) -> bool {
        self.total == self.ends.iter().sum::<u64>() + self.in_flight
    }
}
