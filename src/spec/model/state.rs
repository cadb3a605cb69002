//! The form of what a gateway keeps of a session.
use crate::{
    engine::Span,
    spec::written::Written,
    units::{Bytes, Count},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// What an instance keeps of a client beside its connection; without it, nothing.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SessionState {
    /// Memory of an instance that it takes while the connection is open.
    pub bytes: Option<Written<Bytes>>,
    /// How long it is kept after the loss of the connection: who returns to the same instance
    /// within that finds it.
    pub keep: Option<Written<Span>>,
    /// What anybody else pays before the connection is open.
    pub rebuild: Rebuild,
}

/// What it costs to rebuild the state of a session.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Rebuild {
    /// CPU time of the gateway on top of the handshake's.
    pub cpu: Option<Written<Span>>,
    /// Operations, 0 to 1,000, of the buffer that the pool is linked to, else of the registry.
    pub reads: Option<Written<Count>>,
    /// Time after them.
    pub latency: Option<Written<Span>>,
}
