//! What came to whom before a run began, so that clocks that are set back by every message stand at
//! the start where they would at a random instant: the time that a request has been held for, and
//! that a connection has been idle.
use super::{
    Purpose,
    clients::Clients,
    parameters::{Popularity, SourceAudience, Ticks, Visits},
    source::Source,
    table::crowds::Crowd,
};
use crate::engine::{Law, Span, Time, Zipf, number};

/// A history of bursts is followed back for so many of them.
const LONG: u64 = 10_000;

/// What came to one user, and went from it.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Earlier {
    /// Messages a second that come for it and nobody else: a Poisson process.
    pub alone: f64,
    /// Messages a second that it sends.
    pub sends: f64,
    /// How long ago the last one came that is for many, if any is: they all share it.
    pub shared: Option<Span>,
}

/// Where a client stands whose requests are held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    /// Its request is held, for so long still.
    Held(Span),
    /// Its next request is placed after so long.
    Asks(Span),
}

/// What comes at a rate (per second) came last so long ago, at `unit` of its law.
pub(super) fn exponential(rate: f64, unit: f64) -> Option<Span> {
    (rate > 0.0).then(|| Span::from_float(-libm::log(unit) / rate * 1e9))
}

/// How much of `most` seconds is over since the last event of a Poisson process, if that was
/// within them: exponential, cut off; without a rate uniform.
fn passed(rate: f64, most: f64, unit: f64) -> f64 {
    let due = rate * most;
    if due > 1e-6 { -libm::log1p(unit * libm::expm1(-due)) / due } else { unit }
}

impl Earlier {
    /// How long ago something last came or went, which is less than `most`.
    pub(super) fn ago(&self, most: Span, unit: f64) -> Span {
        let rate = self.alone + self.sends;
        match self.shared.filter(|shared| *shared < most) {
            Some(shared) => exponential(rate, unit).map_or(shared, |alone| alone.min(shared)),
            None => most.scale(passed(rate, most.seconds(), unit)),
        }
    }

    /// Where a client stands whose requests are held for at most `hold`, and come again `trip`
    /// after each answer. The time since the last answer is that of a renewal process; a message
    /// that comes between two requests answers the next one at once.
    pub(super) fn request(&self, trip: Span, hold: Span, unit: f64) -> Standing {
        let Some(shared) = self.shared else { return self.by_itself(trip, hold, unit) };
        let last = exponential(self.alone, unit).map_or(shared, |alone| alone.min(shared));
        let cycle = trip + hold;
        let within = Span::from_nanos(last.nanos() % cycle.nanos().max(1));
        if within < trip { Standing::Asks(trip - within) } else { Standing::Held(cycle - within) }
    }

    fn by_itself(&self, trip: Span, hold: Span, unit: f64) -> Standing {
        let (rate, most) = (self.alone, hold.seconds());
        let waits = if rate * most > 1e-6 { -libm::expm1(-rate * most) / rate } else { most };
        let waits = libm::exp(-rate * trip.seconds()) * waits;
        let held = waits / (waits + trip.seconds()).max(1e-12);
        if unit < held {
            let over = passed(rate, most, 1.0 - unit / held);
            return Standing::Held(hold.scale(1.0 - over));
        }
        Standing::Asks(trip.scale((unit - held) / (1.0 - held)))
    }
}

impl Clients {
    /// How long ago the last message came that a user of the crowd sent to all.
    pub fn last_for_all(&self, crowd: &Crowd) -> Option<Span> {
        let rate = self.sends_a_second() * f64::from(crowd.count);
        exponential(rate, self.draws.unit(Purpose::Standing, 0, 1))
    }

    /// Messages that a user sends a second, on average over its life.
    fn sends_a_second(&self) -> f64 {
        let there = self.parameters.visits.as_ref().map_or(1.0, Visits::share);
        self.parameters.sends.as_ref().map_or(0.0, |sends| sends.per_user.0 * there)
    }

    /// What comes from one other user who sends to this one alone, messages a second; and what a
    /// user sends who is there.
    pub fn own_rates(&self) -> (f64, f64) {
        let sends = self.parameters.sends.as_ref().map_or(0.0, |sends| sends.per_user.0);
        (self.sends_a_second(), sends)
    }
}

impl Source {
    /// The clients node whom it reaches.
    pub fn reaches(&self) -> u8 {
        self.parameters.crowd
    }

    /// Messages a second for each of `count` users that are for that one alone: for all alike, and
    /// for each beside that, where they are not alike.
    pub fn alone(&self, count: u32, horizon: Time) -> (f64, Vec<f64>) {
        let (mut each, seconds) = (Vec::new(), horizon.seconds().max(1e-9));
        let mut to_any = self.parameters.ticks.mean(horizon);
        if let Ticks::Arrivals(all) = &self.parameters.ticks {
            let named = all.iter().take_while(|it| it.at < horizon).filter_map(|it| it.user);
            each.resize(number::index(count), 0.0);
            for user in named {
                each[number::index(user)] += 1.0 / seconds;
                to_any -= 1.0 / seconds;
            }
        }
        match (self.parameters.to, self.popularity) {
            (SourceAudience::User(Popularity::Zipf(_)), Some(zipf)) => {
                each.resize(number::index(count), 0.0);
                add_by_rank(&mut each, &zipf, to_any.max(0.0));
                (0.0, each)
            }
            (SourceAudience::User(_), _) => (to_any.max(0.0) / f64::from(count.max(1)), each),
            _ => (0.0, each),
        }
    }

    /// How long ago the last message of a topic was published, out of so many topics.
    pub fn last_for(&self, topic: u32, topics: u32, horizon: Time) -> Option<Span> {
        let unit = self.draws.unit(Purpose::Standing, u64::from(topic), 0);
        let share = 1.0 / f64::from(topics.max(1));
        match &self.parameters.ticks {
            Ticks::Every(every) => {
                let since = *every - every.scale(self.draws.unit(Purpose::Phase, 0, 0));
                let others = if topics > 1 { libm::log(unit) / libm::log1p(-share) } else { 0.0 };
                Some(since + every.times(number::floor(others)))
            }
            Ticks::Rate(rate) => exponential(rate.0 * share, unit),
            Ticks::Bursts { rate, on, off } => {
                exponential(rate.0 * share, unit).map(|exposed| self.back(exposed, on, off))
            }
            Ticks::Arrivals(all) => {
                let within = all.iter().take_while(|it| it.at < horizon);
                let many = number::count(within.filter(|it| it.user.is_none()).count());
                exponential(number::float(many) / horizon.seconds().max(1e-9) * share, unit)
            }
        }
    }

    /// How long ago it was on for so long, all together.
    fn back(&self, exposed: Span, on: &Law, off: &Law) -> Span {
        let (mut is_on, mut lasts) = self.burst_so_far(on, off);
        let (mut left, mut ago) = (exposed, Span::ZERO);
        for number in 0..LONG {
            if is_on && left <= lasts {
                return ago + left;
            }
            left = if is_on { left - lasts } else { left };
            ago += lasts;
            is_on = !is_on;
            lasts = self.burst(u64::MAX - number, is_on, on, off);
        }
        ago
    }
}

/// Adds messages a second to ranks, by Zipf's law.
fn add_by_rank(each: &mut [f64], zipf: &Zipf, rate: f64) {
    let weight = |place: usize| zipf.weight(number::float(number::count(place + 1)));
    let all: f64 = (0..each.len()).map(weight).sum();
    for (place, one) in each.iter_mut().enumerate() {
        *one += rate * weight(place) / all;
    }
}
