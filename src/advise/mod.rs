//! Which transport: candidates are written as experiments, resolved by the one loader, put on a
//! napkin, and ranked by a rule and by price. It has no formulas of its own, and
//! does not know where texts come from or go to.
mod candidate;
mod crossing;
mod question;
mod rule;

pub use candidate::{Estimate, Load, Size, Way, estimate, text};
pub use crossing::{Crossing, crossing};
pub use question::{Audience, Direction, Platform, Question, rate};
pub use rule::{Answer, Rank, Ranked, advise};
