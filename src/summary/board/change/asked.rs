//! What objectives ask of a length of time that a design chooses: a window, a spread.
use crate::summary::{
    Summary,
    slo::{self, Comparison, Verdict},
};

/// What an objective asks of a length of time.
pub(super) struct Asked {
    /// The longest or the shortest that keeps it, in seconds.
    pub(super) window: f64,
    /// As it is written.
    pub(super) expr: String,
    /// Whether the run breaks it.
    pub(super) fails: bool,
}

/// Objectives with a limit on one of some metrics, from below or from above.
pub(super) fn objectives<'s>(
    summary: &'s Summary,
    metrics: &'s [String],
    below: bool,
) -> impl Iterator<Item = (f64, &'s str, bool)> {
    summary.slo.iter().filter(|judged| judged.decides()).filter_map(move |judged| {
        let read = slo::parse(&judged.expr).ok()?;
        let side = match read.comparison {
            Comparison::Below | Comparison::AtMost => true,
            Comparison::Above | Comparison::AtLeast => false,
            Comparison::Equal | Comparison::Unequal => return None,
        };
        let own = side == below && metrics.contains(&read.metric);
        let fails = judged.verdict == Verdict::Fail;
        own.then_some((read.limit, judged.expr.as_str(), fails))
    })
}
