//! What a run leaves behind: ledger, histograms, series. Plain data; it does not know who reads it.
pub mod absence;
mod fact;
pub mod histogram;
mod inbox;
pub mod ledger;
pub mod meter;
pub mod origins;
pub mod outcome;
pub mod phase;
pub mod recorder;
pub mod recovery;
pub mod series;
mod sessions;
mod stored;
mod trace;
pub mod usage;
mod usual;

pub use absence::Absence;
pub use fact::Fact;
pub use histogram::Histogram;
pub use ledger::{AttemptEnd, Attempted, Cause, Departure, End, Ledger, Sessions, Twice};
pub use outcome::{Ends, LedgerRow, Measure, Outcome, Phase, Track, Unit};
pub use recorder::Recorder;
pub use series::Gauge;
pub use trace::{OUTSIDE, Trace};
pub use usage::{Amount, Egress, Usage, Used};
