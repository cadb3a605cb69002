//! Every send and arrival of a run, for tests and for the curious.
use crate::engine::Time;

/// Who sends what a source publishes, in a trace: nobody.
pub const OUTSIDE: u32 = u32::MAX;

/// Every message of a run, for tests and for the curious.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Trace {
    /// (time, sender, recipient) of every send, in order; [`OUTSIDE`] sends what a source does.
    pub sends: Vec<(Time, u32, u32)>,
    /// (time, recipient, the message's place in the bus) of every delivery that reached its
    /// recipient, in the order in which that was noticed.
    pub arrivals: Vec<(Time, u32, u32)>,
}
