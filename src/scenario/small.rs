//! A scenario made small: what it has stays, how much of it there is does not.
use super::Scenario;
use crate::{
    engine::{Span, Time, number},
    node::parameters::{Audience, Clients, Parameters, Source, SourceAudience, Ticks},
    units::Rate,
};

/// Users of a crowd, where no room or topic needs more.
const USERS: u32 = 50;
/// Messages, and sessions, a second.
const RATE: f64 = 2.0;
/// Between two polls, two ticks of a source and two samples, at least.
const APART: Span = Span::from_millis(100);
/// How long it goes on.
const HORIZON: Span = Span::from_secs(1);

impl Scenario {
    /// The same scenario for a second, with next to no load; all entries of its timeline begin one
    /// after the other. It has all that the whole one has, and little of it.
    #[must_use]
    pub fn in_small(&self) -> Self {
        let mut small = self.clone();
        small.slo.clear();
        small.warm_up = Time::ZERO;
        small.horizon = Time::ZERO + HORIZON;
        small.tick = small.tick.min(APART);
        for (place, action) in small.timeline.iter_mut().enumerate() {
            action.at = Time::ZERO + Span::from_millis(number::count(place) + 1);
        }
        let last = number::count(small.timeline.len());
        small.horizon += Span::from_millis(last);
        for node in &mut small.nodes {
            match &mut node.parameters {
                Parameters::Clients(clients) => few(clients),
                Parameters::Source(source) => slow(source),
                _ => {}
            }
        }
        let needed = needed(&small);
        for node in &mut small.nodes {
            if let Parameters::Clients(clients) = &mut node.parameters {
                clients.count = clients.count.min(needed);
                if let Some(sends) = &mut clients.sends {
                    let each = RATE / f64::from(clients.count.max(1));
                    sends.per_user = Rate(sends.per_user.0.min(each));
                }
            }
        }
        small
    }
}

/// Users that all rooms and topics have room in.
fn needed(scenario: &Scenario) -> u32 {
    let sizes = scenario.nodes.iter().map(|node| match &node.parameters {
        Parameters::Clients(Clients { sends: Some(sends), .. }) => match sends.to {
            Audience::Room(size) => size,
            Audience::Direct | Audience::All => 0,
        },
        Parameters::Source(source) => match source.to {
            SourceAudience::Room(size) => size,
            SourceAudience::Topic { topics, .. } => topics,
            SourceAudience::User(_) | SourceAudience::All => 0,
        },
        _ => 0,
    });
    sizes.fold(USERS, u32::max)
}

fn few(clients: &mut Clients) {
    clients.poll_every = clients.poll_every.max(APART);
    clients.poll_hold = clients.poll_hold.max(APART);
    if let Some(sessions) = &mut clients.sessions {
        sessions.arrive = Rate(sessions.arrive.0.min(RATE));
    }
}

fn slow(source: &mut Source) {
    match &mut source.ticks {
        Ticks::Every(every) => *every = (*every).max(APART),
        Ticks::Rate(rate) | Ticks::Bursts { rate, .. } => *rate = Rate(rate.0.min(RATE)),
        Ticks::Arrivals(_) => {}
    }
}
