//! Candidates in motion: a part of the users, for a short while, through the ordinary pipeline.
use super::float;
use crate::{
    advise::{self, Answer, Load, Question, Rank, Ranked, Size},
    engine::{Span, number},
    study,
    summary::summarize,
};
use std::io;

/// So many users at most.
const USERS: u64 = 2_000;
/// So few at least.
const FEW: u64 = 100;
/// Deliveries and polls that a run is for, about.
const EVENTS: f64 = 200_000.0;

/// How often a user polls within a run: what has not been fetched at its end is not counted.
const POLLS: f64 = 10.0;
/// The longest run, in seconds.
const LONGEST: f64 = 2.0 * 86_400.0;

/// What came out, for all users.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Simulated {
    /// Users that were simulated.
    pub(super) users: u64,
    /// Seconds.
    pub(super) lag_mean: Option<f64>,
    /// Seconds.
    pub(super) lag_p95: Option<f64>,
    /// Bytes a second from the users.
    pub(super) up: f64,
    /// Bytes a second to them.
    pub(super) down: f64,
    /// Messages that were written in the run: few of them make its bytes a matter of chance.
    pub(super) messages: f64,
}

/// Each candidate that does.
pub(super) fn all(
    question: &Question,
    answer: &Answer,
    load: Load<'_>,
) -> io::Result<Vec<Option<Simulated>>> {
    let one = |ranked: &Ranked| match ranked.rank {
        Rank::Out => Ok(None),
        Rank::Place(_) => one(question, ranked, load).map(Some),
    };
    answer.ranked.iter().map(one).collect()
}

fn one(question: &Question, ranked: &Ranked, load: Load<'_>) -> io::Result<Simulated> {
    let every = ranked.estimate.every;
    let seconds = (POLLS * every.seconds()).clamp(120.0, LONGEST);
    let polls =
        if ranked.estimate.connections > 0.0 { 0.0 } else { 1.0 / every.seconds().max(1e-9) };
    let each = question.gets(question.size()) + polls;
    let users = number::floor(EVENTS / (each * seconds).max(1e-9)).clamp(FEW, USERS);
    let users = question.in_browsers(users.min(question.size()));
    let size = Size {
        users,
        gateways: 2,
        fanouts: 1,
        horizon: Span::from_seconds(seconds.round()),
        warm_up: Span::from_seconds((seconds / 4.0).round()),
    };
    let text = advise::text(&question.of(users), ranked.way, every, &size);
    let scenario = load(&text).map_err(io::Error::other)?;
    let outcomes = study::replicate(&scenario, &[0], 1, &|_| {});
    let outcomes = outcomes.map_err(|broken| io::Error::other(broken.to_string()))?;
    let summary = summarize(&scenario, &outcomes);
    let times = float(question.users) / float(users) / summary.horizon.seconds();
    let window = summary.horizon.seconds() - summary.warm_up.seconds();
    let deliveries = summary.mean("deliveries.intended").unwrap_or(0.0);
    let messages = deliveries / question.recipients(users) * summary.horizon.seconds();
    let bytes = |name: &str| summary.mean(name).unwrap_or(0.0) * times;
    Ok(Simulated {
        users,
        lag_mean: summary.mean("delivery_lag.mean"),
        lag_p95: summary.mean("delivery_lag.p95"),
        up: bytes("wire.up"),
        down: bytes("wire.down"),
        messages: (messages / window.max(1e-9)).round(),
    })
}
