//! The nodes: one struct each, told of events, acting through `Cx`. One file a kind.
pub mod parameters;
