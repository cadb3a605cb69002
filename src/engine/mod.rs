//! The engine: clock, event queue, keyed draws, samplers, stations. It knows nothing of the web.
pub mod agenda;
pub mod draws;
pub mod empirical;
pub mod fingerprint;
pub mod generation;
pub mod law;
pub mod number;
pub mod queue;
pub mod run;
mod special;
pub mod station;
pub mod time;
pub mod zipf;

pub use agenda::Agenda;
pub use draws::Draws;
pub use fingerprint::Fingerprint;
pub use generation::Generation;
pub use law::{Law, LawError};
pub use queue::{Entry, EventQueue, HeapQueue};
pub use run::{Model, run};
pub use station::{Service, Station, Waiting};
pub use time::{Span, Time};
pub use zipf::Zipf;
