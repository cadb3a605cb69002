//! Where prices turn: from which interval on polling is cheaper than a held connection.
use super::{
    candidate::{Load, Way, estimate},
    question::Question,
};
use crate::engine::Span;

/// Shortest and longest interval, in seconds.
const ENDS: [f64; 2] = [1.0, 86_400.0];
/// Steps of the first look: each 1.6 times the last.
const STEPS: u32 = 24;
/// The ends of a bisection come to within this part of each other.
const CLOSE: f64 = 0.005;

/// Where polling begins to be cheaper than a connection.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Crossing {
    /// From this poll interval on, in seconds, for these messages; none: never within a day.
    pub interval: Option<f64>,
    /// With polls as often as the freshness asks: from this time between two messages of a user
    /// on, in seconds; none: never within a day.
    pub silence: Option<f64>,
}

/// The crossing for a held way; none without prices.
///
/// # Errors
/// What the loader says.
pub fn crossing(
    question: &Question,
    held: Way,
    load: Load<'_>,
) -> Result<Option<Crossing>, String> {
    if question.prices.is_none() {
        return Ok(None);
    }
    let bill = |question: &Question, way: Way, every: Span| {
        estimate(question, way, every, load).map(|it| it.bill.unwrap_or(0.0))
    };
    let stands = bill(question, held, question.fresh)?;
    let interval = first(&|seconds| {
        let polls = bill(question, Way::ShortPoll, Span::from_seconds(seconds))?;
        Ok(polls <= stands)
    })?;
    let silence = first(&|seconds| {
        let quiet = Question { messages: crate::units::Rate(1.0 / seconds), ..question.clone() };
        let polls = bill(&quiet, Way::ShortPoll, question.fresh)?;
        Ok(polls <= bill(&quiet, held, question.fresh)?)
    })?;
    Ok(Some(Crossing { interval, silence }))
}

/// The first value from which on something is true: looked for in steps, then bisected on its
/// logarithm. Where it comes and goes, its first time counts.
fn first(holds: &dyn Fn(f64) -> Result<bool, String>) -> Result<Option<f64>, String> {
    let ratio = libm::pow(ENDS[1] / ENDS[0], 1.0 / f64::from(STEPS));
    if holds(ENDS[0])? {
        return Ok(Some(ENDS[0]));
    }
    let mut high = ENDS[0];
    let mut low = loop {
        let before = high;
        high = (high * ratio).min(ENDS[1]);
        if holds(high)? {
            break before;
        }
        if high >= ENDS[1] {
            return Ok(None);
        }
    };
    while high / low > 1.0 + CLOSE {
        let middle = (low * high).sqrt();
        if holds(middle)? { high = middle } else { low = middle }
    }
    Ok(Some(high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_place_where_it_holds_is_found() {
        let found = first(&|seconds| Ok(seconds >= 47.0)).unwrap().unwrap();
        assert!((46.9..=47.3).contains(&found), "{found}");
        assert_eq!(first(&|_| Ok(false)).unwrap(), None);
        assert_eq!(first(&|_| Ok(true)).unwrap(), Some(1.0));
        assert!(first(&|_| Err("no".to_owned())).is_err());
    }
}
