//! What a run leaves behind: ledger, histograms, series. Plain data; it does not know who reads it.
pub mod histogram;
pub mod outcome;

pub use histogram::Histogram;
pub use outcome::{Ends, LedgerRow, Measure, Outcome, Phase, Track, Unit};
