//! What a gateway is told about the state of its clients' sessions.
use crate::{engine::Span, units::Bytes};

/// What an instance keeps of a client beside its connection.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SessionState {
    /// Memory that it takes while the connection is open.
    pub bytes: Bytes,
    /// For how long after the loss of the connection it is kept.
    pub keep: Span,
    /// What it costs where it is not.
    pub rebuild: Rebuild,
}

/// What it costs to rebuild the state of a session.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rebuild {
    /// CPU time on top of the handshake's.
    pub cpu: Span,
    /// Operations of the store.
    pub reads: u32,
    /// Time after them.
    pub latency: Span,
}
