//! What a phase does to the deliveries that are sent in it. What is under way when a run ends, but
//! no longer than steady ones are, is not due yet, and no phase's doing.
use super::{Summary, chance};

/// The deliveries of a phase that are due when the run ends, in one run.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Due {
    /// All of them.
    pub(super) sent: f64,
    /// Lost or expired.
    pub(super) missed: f64,
    /// Still under way.
    pub(super) late: f64,
    /// So many that are under way can be chance.
    pub(super) luck: f64,
}

impl Due {
    /// The share that does not arrive before the run ends.
    pub(super) fn open(&self) -> f64 {
        (self.missed + self.late) / self.sent
    }
}

/// What is due of what is sent in a phase; none where nothing is.
pub(super) fn due(summary: &Summary, name: &str) -> Option<Due> {
    let of = |what: &str| summary.mean(&format!("during({name}).{what}"));
    let end = |end: &str| of(&format!("deliveries.{end}"));
    let (intended, missed, pending) = (end("intended")?, end("missed")?, end("pending")?);
    let usual = of("pending.usual").unwrap_or(0.0);
    let runs = f64::from(summary.replications.max(1));
    let luck = if usual > 0.0 { chance::beyond(usual * runs, 1) / runs } else { 0.0 };
    let late = Some(pending - usual).filter(|&late| late > luck).unwrap_or(0.0);
    let sent = intended - (pending - late);
    (sent > 0.0).then_some(Due { sent, missed, late, luck })
}
