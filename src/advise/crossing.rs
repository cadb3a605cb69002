//! Where prices turn: from which interval on polling is cheaper than a held connection.
use super::{
    candidate::{Load, Way, estimate, polled},
    question::Question,
};
use crate::engine::{Span, number};

/// Shortest and longest interval, in seconds.
const ENDS: [f64; 2] = [1.0, 86_400.0];
/// Logarithm of a step of the first look: each is at most 1.6 times the last.
const STEP: f64 = 0.474;
/// The ends of a bisection come to within this part of each other.
const CLOSE: f64 = 0.005;

/// Where polling begins to be cheaper than what is held open.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Crossing {
    /// From this poll interval on, in seconds, for these messages; none: never within a day.
    pub interval: Option<f64>,
    /// Up to this poll interval, in seconds: beyond it the connection of the last poll is not kept,
    /// and each opens one; none: up to a day.
    pub until: Option<f64>,
    /// From this one on they are cheaper again; none: never within a day.
    pub again: Option<f64>,
    /// With polls as fresh as is asked: whether they are no dearer at what is sent.
    pub cheaper: bool,
    /// With polls as fresh as is asked: so much more they cost, as a part of what stands.
    pub more: f64,
    /// With polls as fresh as is asked: at this time between two messages of a user, in seconds,
    /// the two change places, the nearest to what is sent, where less is sent or else more; none:
    /// nowhere from a message a second to one a day.
    pub silence: Option<f64>,
}

/// The crossing with the cheapest of some held ways; none without prices.
///
/// # Errors
/// What the loader says.
pub fn crossing(
    question: &Question,
    held: &[Way],
    load: Load<'_>,
) -> Result<Option<Crossing>, String> {
    if question.prices.is_none() {
        return Ok(None);
    }
    let bill = |question: &Question, way: Way, every: Span| {
        estimate(question, way, every, load).map(|it| it.cost())
    };
    let cheapest = |question: &Question| {
        let bills = held.iter().map(|&way| bill(question, way, question.fresh));
        bills.reduce(|one, other| Ok(one?.min(other?))).unwrap_or(Ok(f64::INFINITY))
    };
    let stands = cheapest(question)?;
    let polls_are_cheaper = |seconds: f64| {
        let polls = bill(question, Way::ShortPoll, Span::from_seconds(seconds))?;
        Ok(no_dearer(polls, stands))
    };
    let interval =
        if polls_are_cheaper(ENDS[0])? { Some(ENDS[0]) } else { turn(ENDS, &polls_are_cheaper)? };
    let (until, again) = match interval {
        Some(from) => kept(question, from, stands, load)?,
        None => (None, None),
    };
    let at_rate = |rate: f64| {
        let other = Question { messages: crate::units::Rate(rate), ..question.clone() };
        let polls = bill(&other, Way::ShortPoll, question.fresh)?;
        Ok::<bool, String>(no_dearer(polls, cheapest(&other)?))
    };
    let cheaper = at_rate(question.messages.0)?;
    let more = bill(question, Way::ShortPoll, question.fresh)? / stands - 1.0;
    let sent = (1.0 / question.messages.0.max(1.0 / ENDS[1])).min(ENDS[1]);
    // From what is sent on: it may lie between two places where they change.
    // What is more than can be modelled is no place where they change.
    let apart = |seconds: f64| Ok(at_rate(1.0 / seconds).is_ok_and(|other| other != cheaper));
    let silence = match turn([sent, ENDS[1]], &apart)? {
        None if sent > ENDS[0] => turn([sent, ENDS[0]], &apart)?,
        found => found,
    };
    Ok(Some(Crossing { interval, until, again, cheaper, more, silence }))
}

/// From `from` on: where polls become dearer than what stands, and where cheaper again.
fn kept(
    question: &Question,
    from: f64,
    stands: f64,
    load: Load<'_>,
) -> Result<(Option<f64>, Option<f64>), String> {
    let cheaper = |seconds: f64| {
        let (polls, _) = polled(question, Span::from_seconds(seconds), load)?;
        Ok(no_dearer(polls, stands))
    };
    let (_, kept) = polled(question, Span::from_seconds(from), load)?;
    let kept = kept.seconds();
    let Some(until) = turn([from, ENDS[1]], &|seconds| cheaper(seconds).map(|it| !it))? else {
        return Ok((None, None));
    };
    let again = turn([until, ENDS[1]], &cheaper)?;
    // It is a step, which is known.
    let near = until > kept && until <= kept * (1.0 + CLOSE);
    Ok((Some(if near { kept } else { until }), again))
}

/// Whether polls cost no more than a connection, but for rounding.
fn no_dearer(polls: f64, stands: f64) -> bool {
    polls <= stands * (1.0 + 1e-6)
}

/// The first value on the way from one end to the other at which something is true that is not at
/// the first end: looked for in steps, then bisected on its logarithm.
fn turn(
    [from, to]: [f64; 2],
    holds: &dyn Fn(f64) -> Result<bool, String>,
) -> Result<Option<f64>, String> {
    let steps = (libm::log(to / from).abs() / STEP).ceil().max(1.0);
    let ratio = libm::pow(to / from, 1.0 / steps);
    let (mut before, mut found) = (from, None);
    for step in 1..=number::floor(steps) {
        let next = from * libm::pow(ratio, number::float(step));
        if holds(next)? {
            found = Some(next);
            break;
        }
        before = next;
    }
    let Some(mut after) = found else { return Ok(None) };
    while (after / before).max(before / after) > 1.0 + CLOSE {
        let middle = (before * after).sqrt();
        if holds(middle)? { after = middle } else { before = middle }
    }
    Ok(Some(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_place_where_it_holds_is_found() {
        let found = turn(ENDS, &|seconds| Ok(seconds >= 47.0)).unwrap().unwrap();
        assert!((46.9..=47.3).contains(&found), "{found}");
        let found = turn([500.0, 1.0], &|seconds| Ok(seconds <= 47.0)).unwrap().unwrap();
        assert!((46.7..=47.1).contains(&found), "{found}");
        assert_eq!(turn(ENDS, &|_| Ok(false)).unwrap(), None);
        assert!(turn(ENDS, &|_| Err("no".to_owned())).is_err());
    }
}
