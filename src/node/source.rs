//! A producer outside the crowds: it publishes straight to its bus, at a fixed period, as a Poisson
//! process, in bursts, or at measured times. It keeps nothing: what the bus does not take is lost.
//!
//! Its k-th message has the same gap and the same recipient whatever else happens.
use super::{
    Cx, Event, Purpose,
    load::{Load, exposure},
    parameters::{self, Popularity, SourceAudience, Ticks},
    table::{
        connections::{NOWHERE, State},
        crowds::{Crowd, EACH, Port},
        messages::{Message, Stage},
    },
};
use crate::{
    engine::{Draws, EventQueue, Law, Span, Time, Zipf, number},
    record::OUTSIDE,
};

/// What is drawn of a burst: how long it lasts, how long the silence after it, whether it goes on
/// at the start, and what is left of it then.
const ON: u32 = 0;
const OFF: u32 = 1;
const THERE: u32 = 2;
const LEFT: u32 = 3;
/// For how long it has gone on at the start, where that does not follow from what is left.
const PASSED: u32 = 4;

/// A source in motion.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its number.
    id: u8,
    pub(super) parameters: parameters::Source,
    /// Which origin of its crowd's messages it is.
    origin: u8,
    bus: Port,
    pub(super) draws: Draws,
    load: Load,
    /// How popular its recipients are, where they are not all alike.
    pub(super) popularity: Option<Zipf>,
    burst: Burst,
    /// Messages so far.
    ticks: u64,
    /// Those of them that count.
    counted: u64,
}

/// Where a source that publishes in bursts stands.
#[derive(Clone, Copy, Debug)]
struct Burst {
    number: u64,
    on: bool,
    until: Time,
}

impl Source {
    /// A source that has published nothing yet: the `origin`-th that reaches its crowd, which has
    /// `count` users.
    pub fn new(
        id: u8,
        parameters: parameters::Source,
        (origin, count): (u8, u32),
        bus: Port,
        load: Load,
        draws: Draws,
    ) -> Self {
        let popularity = match parameters.to {
            SourceAudience::User(Popularity::Zipf(exponent)) => {
                Some(Zipf::new(count, exponent).expect("checked when it was read"))
            }
            _ => None,
        };
        let mut burst = Burst { number: 0, on: true, until: Time::NEVER };
        if let Ticks::Bursts { on, off, .. } = &parameters.ticks {
            burst = Burst::at_the_start(on, off, &draws);
        }
        let (ticks, counted) = (0, 0);
        Self { id, parameters, origin, bus, draws, load, popularity, burst, ticks, counted }
    }

    /// Plans the first message.
    pub fn start(&mut self, cx: &mut Cx<'_>) {
        self.schedule(cx);
    }

    /// Messages that it published from the warm-up on.
    pub fn counted(&self) -> u64 {
        self.counted
    }

    /// Whether a burst goes on at the start, and for how long it has, or the silence.
    pub(super) fn burst_so_far(&self, on: &Law, off: &Law) -> (bool, Span) {
        let unit = |k| self.draws.unit(Purpose::Visit, 0, k);
        let is_on = Burst::is_on(on, off, &self.draws);
        let (law, k) = if is_on { (on, ON) } else { (off, OFF) };
        let without_memory = matches!(law, Law::Exponential { .. });
        let second = unit(if without_memory { PASSED } else { LEFT });
        (is_on, Span::from_float(law.residual(1.0 - unit(k), second)))
    }

    /// How long burst `number` lasts, or the silence after it.
    pub(super) fn burst(&self, number: u64, is_on: bool, on: &Law, off: &Law) -> Span {
        let (law, k) = if is_on { (on, ON) } else { (off, OFF) };
        Span::from_float(law.quantile(self.draws.unit(Purpose::Visit, number, k)))
    }

    fn schedule(&mut self, cx: &mut Cx<'_>) {
        if let Some(at) = self.next_at(cx.now, cx.record.horizon()) {
            let event = Event::Tick { node: self.id, source: super::Source::Publish };
            cx.agenda.push(at, event);
        }
    }

    /// When the next message comes, if it comes before the horizon.
    fn next_at(&mut self, now: Time, horizon: Time) -> Option<Time> {
        let k = self.ticks;
        let at = match &self.parameters.ticks {
            Ticks::Every(every) => {
                let first = || every.scale(self.draws.unit(Purpose::Phase, 0, 0));
                let gap = if k == 0 { first() } else { *every };
                let at = self.load.after(now, gap);
                Some(if k == 0 { at } else { at.max(now + Span::from_nanos(1)) })
            }
            Ticks::Rate(rate) => self.load.poisson(&self.draws, Purpose::SendGap, k, rate.0, now),
            Ticks::Bursts { rate, on, off } => {
                let gap = exposure(&self.draws, Purpose::SendGap, k, rate.0);
                let (draws, load) = (&self.draws, &self.load);
                self.burst.after(now, gap, horizon, load, |burst| burst.turn(on, off, draws))
            }
            Ticks::Arrivals(all) => all.get(number::place(k)).map(|arrival| arrival.at),
        };
        at.filter(|at| *at < horizon)
    }

    /// It publishes, and plans the next message.
    pub fn on_tick(&mut self, cx: &mut Cx<'_>) {
        let k = self.ticks;
        self.ticks += 1;
        self.schedule(cx);
        self.counted += u64::from(cx.record.counts_from(cx.now));
        let crowd = cx.crowds.of_clients(self.parameters.crowd);
        cx.meter(crowd.first).published(self.origin);
        let feed = crowd.origins[usize::from(self.origin) - 1].feed;
        match feed.filter(|_| self.measured(k).is_none()) {
            Some(feed) => self.to_many(k, feed, crowd, cx),
            None => self.to_one(k, crowd, cx),
        }
    }

    /// A message for all who subscribe to a topic when the fan-out takes it.
    fn to_many(&self, k: u64, feed: u8, crowd: &Crowd, cx: &mut Cx<'_>) {
        let topic = self.draws.below(Purpose::Recipient, k, cx.feeds.get(feed).topics());
        let id = crowd.id(self.origin, k);
        let to = crowd.first + topic;
        let message = cx.messages.open(Message::new(cx.now, to, id, NOWHERE));
        self.publish(message, crowd, cx);
    }

    /// A message for one user; none, if that one has left for good.
    fn to_one(&self, k: u64, crowd: &Crowd, cx: &mut Cx<'_>) {
        let to = crowd.first + self.recipient(k, crowd.count);
        if cx.connections.get(to).state == State::Gone {
            return;
        }
        let mut id = crowd.id(self.origin, k);
        if crowd.origins[usize::from(self.origin) - 1].feed.is_some() {
            id |= EACH;
        }
        cx.record.sent(cx.now, id);
        cx.record.pair(cx.now, OUTSIDE, to);
        cx.meter(to).intended(self.origin, 1);
        let message = cx.messages.open(Message::new(cx.now, to, id, NOWHERE));
        self.publish(message, crowd, cx);
    }

    /// The recipient of message `k`, by its place in the crowd.
    fn recipient(&self, k: u64, count: u32) -> u32 {
        self.measured(k).unwrap_or_else(|| match &self.popularity {
            Some(zipf) => zipf.rank(&mut self.draws.stream(Purpose::Recipient, k)) - 1,
            None => self.draws.below(Purpose::Recipient, k, count),
        })
    }

    /// For whom message `k` was measured to be, if for one user.
    fn measured(&self, k: u64) -> Option<u32> {
        match &self.parameters.ticks {
            Ticks::Arrivals(all) => all.get(number::place(k)).and_then(|arrival| arrival.user),
            Ticks::Every(_) | Ticks::Rate(_) | Ticks::Bursts { .. } => None,
        }
    }

    /// A message leaves for the bus.
    fn publish(&self, message: u32, crowd: &Crowd, cx: &mut Cx<'_>) {
        let entity = crowd.published(cx.messages.get(message));
        let way = self.bus.latency.draw(&self.draws, Purpose::Message, entity, Stage::Bus as u32);
        cx.hop(cx.now + way, self.bus.node, message, Stage::Bus);
    }
}

impl Burst {
    /// A source stands at a random instant of its life when the run begins.
    fn at_the_start(on: &Law, off: &Law, draws: &Draws) -> Self {
        let unit = |k| draws.unit(Purpose::Visit, 0, k);
        let is_on = Self::is_on(on, off, draws);
        let (law, k) = if is_on { (on, ON) } else { (off, OFF) };
        let left = Span::from_float(law.residual(unit(k), unit(LEFT)));
        Self { number: 0, on: is_on, until: Time::ZERO + left }
    }

    fn is_on(on: &Law, off: &Law, draws: &Draws) -> bool {
        draws.unit(Purpose::Visit, 0, THERE) < on.mean() / (on.mean() + off.mean())
    }

    /// What is on goes off, and what is off on.
    fn turn(&mut self, on: &Law, off: &Law, draws: &Draws) {
        self.on = !self.on;
        self.number += u64::from(self.on);
        let (law, k) = if self.on { (on, ON) } else { (off, OFF) };
        let lasts = Span::from_float(law.quantile(draws.unit(Purpose::Visit, self.number, k)));
        self.until += lasts;
    }

    /// When a gap that begins now has passed, of which nothing passes while it is off.
    fn after(
        &mut self,
        now: Time,
        gap: Span,
        horizon: Time,
        load: &Load,
        turn: impl Fn(&mut Self),
    ) -> Option<Time> {
        let (mut at, mut left) = (now, gap);
        loop {
            if self.on {
                let room = load.passes(at, self.until);
                if left <= room {
                    return Some(load.after(at, left) + Span::from_nanos(1));
                }
                left = left - room;
            }
            at = self.until.max(at);
            if at >= horizon {
                return None;
            }
            turn(self);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        node::{parameters::Arrival, table::crowds::Delay},
        units::{Bytes, Rate},
    };

    fn source(ticks: Ticks, load: Vec<(Time, f64)>) -> Source {
        let bus = Port { node: 1, latency: Delay::Fixed(Span::ZERO) };
        let to = SourceAudience::User(Popularity::Uniform);
        let parameters = parameters::Source { ticks, payload: Bytes(200), to, crowd: 0 };
        let draws = Draws::new(1, 0, "ticker");
        Source::new(7, parameters, (1, 1_000), bus, Load::new(load), draws)
    }

    /// The first `n` times, in ns, or as many as come within three hours.
    fn times(mut source: Source, n: u64) -> Vec<u64> {
        let horizon = Time::ZERO + Span::from_secs(10_800);
        let mut now = Time::ZERO;
        let mut all = Vec::new();
        while let Some(at) = source.next_at(now, horizon).filter(|_| source.ticks < n) {
            (now, source.ticks) = (at, source.ticks + 1);
            all.push(at.nanos());
        }
        all
    }

    fn seconds(seconds: u64) -> Time {
        Time::ZERO + Span::from_secs(seconds)
    }

    /// Phase, gaps and recipients follow from the formula of the draws, worked out apart in Python.
    #[test]
    fn a_period_has_its_phase_and_a_rate_its_gaps() {
        let every = || Ticks::Every(Span::from_millis(100));
        assert_eq!(times(source(every(), Vec::new()), 3), [8_077_864, 108_077_864, 208_077_864]);
        let rate = || Ticks::Rate(Rate(500.0));
        let found = times(source(rate(), Vec::new()), 4);
        assert_eq!(found, [4_345_813, 8_570_270, 13_151_408, 18_208_676]);
        let source = source(rate(), Vec::new());
        assert_eq!([0, 1, 2, 3].map(|k| source.recipient(k, 1_000)), [244, 691, 804, 240]);
    }

    #[test]
    fn a_load_is_a_change_of_time() {
        let twice = vec![(Time::from_nanos(208_077_864), 2.0)];
        let every = Ticks::Every(Span::from_millis(100));
        let found = times(source(every, twice), 5);
        assert_eq!(found[2..], [208_077_864, 258_077_864, 308_077_864]);
        let rate = Ticks::Rate(Rate(500.0));
        let ten = times(source(rate, vec![(Time::ZERO, 10.0)]), 4);
        // A tenth of each gap, rounded, and the nanosecond after it.
        assert_eq!(ten, [434_582, 857_029, 1_315_144, 1_820_872]);
    }

    #[test]
    fn bursts_have_their_mean_rate_and_their_silence() {
        let law = |mean| Law::exponential(mean).unwrap();
        let bursts = Ticks::Bursts { rate: Rate(100.0), on: law(10e9), off: law(30e9) };
        let found = times(source(bursts.clone(), Vec::new()), u64::MAX);
        // 100 a second for a quarter of three hours; the standard deviation is about 7 %.
        let expected = 100.0 * 0.25 * 10_800.0;
        let count = number::float(number::count(found.len()));
        assert!((count / expected - 1.0).abs() < 0.15, "{count} of {expected}");
        let silences = found.windows(2).filter(|pair| pair[1] - pair[0] > 1_000_000_000).count();
        // One each 40 s, but those that are shorter than a second.
        assert!((200..330).contains(&silences), "{silences}");
        // Twice the load doubles the messages, and leaves the bursts as they are.
        let twice = times(source(bursts, vec![(Time::ZERO, 2.0)]), u64::MAX);
        let ratio = number::float(number::count(twice.len())) / count;
        assert!((ratio - 2.0).abs() < 0.01, "{ratio}");
    }

    #[test]
    fn constant_bursts_are_on_and_off_by_the_clock() {
        let law = |seconds: u64| Law::constant(Span::from_secs(seconds).float()).unwrap();
        let bursts = Ticks::Bursts { rate: Rate(1_000.0), on: law(1), off: law(9) };
        let found = times(source(bursts, Vec::new()), u64::MAX);
        let starts: Vec<u64> = found
            .windows(2)
            .filter(|pair| pair[1] - pair[0] > 5_000_000_000)
            .map(|pair| pair[1])
            .collect();
        assert!((1_079..=1_080).contains(&starts.len()), "{}", starts.len());
        for pair in starts.windows(2) {
            // To the next burst's first message, an exponential gap of a millisecond.
            assert!(pair[1].abs_diff(pair[0]).abs_diff(10_000_000_000) < 15_000_000);
        }
    }

    #[test]
    fn measured_messages_come_when_they_came_and_to_whom() {
        let arrival = |nanos, user| Arrival { at: Time::from_nanos(nanos), user };
        let all = [arrival(1, Some(9)), arrival(1, None), arrival(12_500_000_001, Some(0))];
        let late = arrival(seconds(10_800).nanos(), None);
        let ticks = Ticks::Arrivals(all.into_iter().chain([late]).collect());
        let source = source(ticks, Vec::new());
        assert_eq!([0, 1, 2].map(|k| source.recipient(k, 1_000)), [9, 691, 0]);
        assert_eq!(times(source, u64::MAX), [1, 1, 12_500_000_001]);
    }
}
