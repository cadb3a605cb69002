//! Where prices turn: from which interval on polling is cheaper than a held connection.
use super::{
    candidate::{Load, Way, estimate, polled},
    question::Question,
};
use crate::engine::{Span, number};

/// Shortest and longest interval, in seconds, and the longest time between two messages.
const ENDS: [f64; 2] = [1.0, 86_400.0];
/// The shortest time between two messages of a user, in seconds.
const OFTEN: f64 = 1e-3;
/// Logarithm of a step of the first look: each is at most 1.6 times the last.
const STEP: f64 = 0.474;
/// The ends of a bisection come to within this part of each other.
const CLOSE: f64 = 0.005;

/// Where polling begins to be cheaper than what is held open.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Crossing {
    /// From this poll interval on, in seconds, for these messages, of those from a second on, or
    /// from what is asked on; none: never within a day.
    pub interval: Option<f64>,
    /// Up to this poll interval, in seconds: beyond it they are dearer. Often it is `kept`, as
    /// polls open connections from there on; none: up to a day.
    pub until: Option<f64>,
    /// How long the connection of a poll is kept for the next one, in seconds.
    pub kept: f64,
    /// From this one on they are cheaper again; none: never within a day.
    pub again: Option<f64>,
    /// With polls as fresh as is asked: whether they are no dearer at what is sent.
    pub cheaper: bool,
    /// With polls as fresh as is asked: so much more they cost, as a part of what stands.
    pub more: f64,
    /// With polls as fresh as is asked: at this time between two messages of a user, in seconds,
    /// the two change places, the nearest where less is sent; none: nowhere up to one a day.
    pub rarer: Option<f64>,
    /// The same, the nearest where more is sent; none: nowhere up to a thousand a second.
    pub busier: Option<f64>,
    /// The shortest time between two messages of a user that can be modelled, in seconds.
    pub busiest: f64,
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
    // What is asked is looked at itself, and so is the last whose connection is kept.
    let asked = question.fresh.seconds();
    let first = ENDS[0].min(asked);
    let (_, kept) = polled(question, question.fresh, load)?;
    let known = [asked, kept.seconds()];
    let interval = if polls_are_cheaper(first)? {
        Some(first)
    } else {
        turn(&places([first, ENDS[1]], &known), &polls_are_cheaper)?
    };
    let at_rate = |rate: f64| {
        let other = Question { messages: crate::units::Rate(rate), ..question.clone() };
        let polls = bill(&other, Way::ShortPoll, question.fresh)?;
        Ok::<bool, String>(no_dearer(polls, cheapest(&other)?))
    };
    let cheaper = at_rate(question.messages.0)?;
    let (until, again) = match interval {
        Some(from) => ends(question, [from, kept.seconds()], (stands, cheaper), load)?,
        None => (None, None),
    };
    let more = bill(question, Way::ShortPoll, question.fresh)? / stands - 1.0;
    let sent = (1.0 / question.messages.0.max(1.0 / ENDS[1])).clamp(OFTEN, ENDS[1]);
    // What is more than can be modelled is no place where they change.
    let apart = |seconds: f64| Ok(at_rate(1.0 / seconds).is_ok_and(|other| other != cheaper));
    let rarer = turn(&places([sent, ENDS[1]], &[]), &apart)?;
    let busier = turn(&places([sent, OFTEN], &[]), &apart)?;
    let too_often = |seconds: f64| Ok(at_rate(1.0 / seconds).is_err());
    let busiest = match busier {
        None => turn(&places([sent, OFTEN], &[]), &too_often)?.unwrap_or(OFTEN),
        Some(_) => OFTEN,
    };
    let kept = kept.seconds();
    Ok(Some(Crossing { interval, until, kept, again, cheaper, more, rarer, busier, busiest }))
}

/// From `from` on: where polls become dearer than what stands, and where cheaper again. Where those
/// that are asked for are dearer, only beyond them.
fn ends(
    question: &Question,
    [from, kept]: [f64; 2],
    (stands, asked_is_cheaper): (f64, bool),
    load: Load<'_>,
) -> Result<(Option<f64>, Option<f64>), String> {
    let cheaper = |seconds: f64| {
        let (polls, _) = polled(question, Span::from_seconds(seconds), load)?;
        Ok(no_dearer(polls, stands))
    };
    let asked = question.fresh.seconds();
    let all = places([from, ENDS[1]], &[asked, kept]);
    let Some(until) = turn(&all, &|seconds| cheaper(seconds).map(|it| !it))? else {
        return Ok((None, None));
    };
    let beyond = if asked_is_cheaper { until } else { until.max(asked) };
    let again = turn(&places([beyond, ENDS[1]], &[asked]), &cheaper)?;
    // It is a step, which is known.
    let near = until > kept && until <= kept * (1.0 + CLOSE);
    Ok((Some(if near { kept } else { until }), again))
}

/// Whether polls cost no more than a connection, but for rounding.
fn no_dearer(polls: f64, stands: f64) -> bool {
    polls <= stands * (1.0 + 1e-6)
}

/// Values on the way from one end to the other in equal steps of their logarithm, with some others
/// that lie between.
fn places([from, to]: [f64; 2], others: &[f64]) -> Vec<f64> {
    let steps = (libm::log(to / from).abs() / STEP).ceil().max(1.0);
    let ratio = libm::pow(to / from, 1.0 / steps);
    let [low, high] = [from.min(to), from.max(to)];
    let others = others.iter().copied().filter(|it| (low..=high).contains(it));
    let step = |step: u64| (from * libm::pow(ratio, number::float(step))).clamp(low, high);
    let mut all: Vec<f64> = (0..=number::floor(steps)).map(step).chain(others).collect();
    all.sort_by(f64::total_cmp);
    all.dedup();
    if from > to {
        all.reverse();
    }
    all
}

/// The first value on the way over some places at which something is true that is not at the first
/// of them: looked for there, then bisected on its logarithm.
fn turn(
    places: &[f64],
    holds: &dyn Fn(f64) -> Result<bool, String>,
) -> Result<Option<f64>, String> {
    let (mut before, mut found) = (places.first().copied().unwrap_or(1.0), None);
    for &next in places.iter().skip(1) {
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
        let all = places(ENDS, &[]);
        let found = turn(&all, &|seconds| Ok(seconds >= 47.0)).unwrap().unwrap();
        assert!((46.9..=47.3).contains(&found), "{found}");
        let found = turn(&places([500.0, 1.0], &[]), &|seconds| Ok(seconds <= 47.0));
        let found = found.unwrap().unwrap();
        assert!((46.7..=47.1).contains(&found), "{found}");
        assert_eq!(turn(&all, &|_| Ok(false)).unwrap(), None);
        // What lies between two steps is found where a place is known.
        let narrow = |seconds: f64| Ok((74.0..=75.0).contains(&seconds));
        assert_eq!(turn(&all, &narrow).unwrap(), None);
        let found = turn(&places(ENDS, &[74.5, 1e9]), &narrow).unwrap().unwrap();
        assert!((74.0..=74.5).contains(&found), "{found}");
        let all = places([74.5, 74.5], &[74.5]);
        assert!(all.iter().all(|it| (it - 74.5).abs() < 1e-12), "{all:?}");
        assert!(turn(&places(ENDS, &[]), &|_| Err("no".to_owned())).is_err());
    }
}
