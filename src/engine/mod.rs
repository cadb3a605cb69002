//! The engine: clock, event queue, keyed draws, laws, stations. It knows nothing of the web.
//!
//! A [`Model`] handles its own closed set of events; [`run()`] hands it one after another in order
//! of (time, event). Nothing else orders events: time is whole nanoseconds, and no sequence number
//! exists. Randomness is a function of (key, entity, k), so a run is a function of its inputs. A
//! first-in-first-out queue is a [`Station`], which knows the end of a job when it arrives.
//!
//! ```
//! use squall::engine::{Agenda, Draws, EventQueue, Law, Model, Span, Station, Time, run};
//!
//! /// One server, and customers who come at random: M/M/1.
//! struct Shop { draws: Draws, gap: Law, work: Law, server: Station, stay: Span, customers: u32 }
//!
//! impl Model for Shop {
//!     type Event = u32; // which customer comes
//!
//!     fn handle(&mut self, now: Time, customer: u32, agenda: &mut Agenda<u32>) {
//!         let unit = |purpose: usize| self.draws.unit(purpose, customer.into(), 0);
//!         agenda.push(now + Span::from_seconds(self.gap.quantile(unit(0))), customer + 1);
//!         let work = Span::from_seconds(self.work.quantile(unit(1)));
//!         self.stay += self.server.arrive(now, work).finish.since(now);
//!         self.customers += 1;
//!     }
//! }
//!
//! let mut shop = Shop {
//!     draws: Draws::new(1, 0, "shop"),
//!     gap: Law::exponential(2.0)?,  // seconds
//!     work: Law::exponential(1.0)?, // so the server is busy half of the time
//!     server: Station::new(1),
//!     stay: Span::ZERO,
//!     customers: 0,
//! };
//! let mut agenda = Agenda::default();
//! agenda.push(Time::ZERO, 0);
//! run(&mut shop, &mut agenda, Time::ZERO + Span::from_secs(400_000));
//! let mean = shop.stay.seconds() / f64::from(shop.customers);
//! assert!((mean - 1.0 / (1.0 - 0.5)).abs() < 0.03, "a customer stays {mean} s on average");
//! # Ok::<(), squall::engine::LawError>(())
//! ```
pub mod agenda;
pub mod draws;
pub mod empirical;
pub mod fingerprint;
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
pub use law::{Law, LawError};
pub use queue::{Entry, EventQueue, HeapQueue};
pub use run::{Model, run};
pub use station::{Service, Station, Waiting};
pub use time::{Span, Time};
pub use zipf::Zipf;
