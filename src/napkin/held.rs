//! Requests that are held, in their steady state: how often one asks, and what ends a request:
//! a message, its time, the age of its connection, or a death.
use super::{silence::Pattern, terms};

/// What ends a connection while a request is held, or the request alone.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ends {
    /// How old a connection becomes, in seconds, and the dither of that: it is told to ask
    /// elsewhere, by the same connection, and is as old again later.
    pub(super) ages: Option<(f64, f64)>,
    /// Deaths a second of a connection.
    pub(super) dies: f64,
    /// The share of these that neither side is told of.
    pub(super) silent: f64,
    /// Seconds from a death that is noticed to the next request.
    pub(super) back: f64,
    /// Seconds until a silent one is noticed.
    pub(super) unnoticed: f64,
}

impl Ends {
    /// Whether nothing does but a message and its time.
    pub(super) fn none(&self) -> bool {
        self.ages.is_none() && self.dies <= 0.0
    }

    /// Answers a second by the age of a connection.
    pub(super) fn aged(&self) -> f64 {
        self.ages.map_or(0.0, |(most, dither)| 1.0 / (most - dither / 2.0).max(1e-9))
    }

    /// The chance that nothing comes from a death until the next request, `more` seconds later than
    /// by itself.
    pub(super) fn finds_nothing(&self, rate: f64, more: f64) -> f64 {
        let after = |seconds: f64| libm::exp(-rate * (seconds + more));
        (1.0 - self.silent) * after(self.back) + self.silent * after(self.back + self.unnoticed)
    }

    /// How long a request is held that is sent so long after the last answer.
    pub(super) fn held(&self, rate: f64, [gap, hold]: [f64; 2], wait: f64) -> f64 {
        let back = self.finds_nothing(rate, wait);
        terms::held_poll(rate, gap, hold, [self.aged(), self.dies], back)
    }

    /// What comes, with all that ends a request before its time.
    fn with(&self, pattern: &Pattern) -> Pattern {
        let mut all = pattern.clone();
        all.steady += self.dies;
        all.ages = self.ages;
        all
    }

    /// Of a request whose connection has died silently, by messages at a rate: the chance that one
    /// answers it, and how long it is held. It was sent x ago with a density of e^(-κx), where κ is
    /// the rate of all ends, and lasts for H − x at most.
    fn dead(&self, rate: f64, hold: f64) -> [f64; 2] {
        let rate = rate.max(1e-9);
        let (others, all) = (self.dies + self.aged(), rate + self.dies + self.aged());
        if others * hold <= 0.0 {
            return [0.0; 2];
        }
        let part = all / others * libm::expm1(-others * hold) / libm::expm1(-all * hold);
        let answered = 1.0 - part * libm::exp(-rate * hold);
        [answered, answered / rate]
    }
}

/// Held requests that take turns.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Turns {
    /// Requests of a user a second.
    pub(super) asks: f64,
    /// Those of them that find nothing.
    pub(super) empty: f64,
    /// Those of them that nobody answers.
    pub(super) failed: f64,
    /// How long a message waits for its user's next request, on average, in seconds.
    pub(super) late: f64,
    /// How long one that is sent waits in its browser, on average, in seconds.
    pub(super) up: f64,
    /// The share of its time that a user has a request held.
    pub(super) held: f64,
    /// Messages of a user a second that come while a request is held.
    pub(super) pushed: f64,
    /// Requests of dead connections that are held, of a user with a live one.
    pub(super) dead: f64,
    /// Messages a second that answer these.
    pub(super) wasted: f64,
}

impl Turns {
    /// Adds others, of a share of the users that gets a part of the messages.
    pub(super) fn add(&mut self, [share, part]: [f64; 2], other: &Self) {
        self.asks += share * other.asks;
        self.empty += share * other.empty;
        self.failed += share * other.failed;
        self.late += part * other.late;
        self.up += share * other.up;
        self.held += share * other.held;
        self.pushed += share * other.pushed;
        self.dead += share * other.dead;
        self.wasted += share * other.wasted;
    }

    /// With the deaths of connections that hold a request for so large a share of the time: those
    /// that are told of fail; the others are answered by a message, or by nothing at their time.
    fn die(self, rate: f64, hold: f64, ends: &Ends) -> Self {
        let deaths = ends.dies * self.held;
        let [answered, lasts] = ends.dead(rate, hold);
        let silent = deaths * ends.silent;
        Self {
            empty: self.empty + silent * (1.0 - answered),
            failed: deaths - silent,
            dead: silent * lasts,
            wasted: silent * answered,
            ..self
        }
    }

    /// Of one who shares a connection with nobody.
    pub(super) fn alone(pattern: &Pattern, rtt: f64, hold: f64, ends: &Ends) -> Self {
        if pattern.period().is_some() || !pattern.bursts.is_empty() {
            return Self::of_all(pattern, [rtt, hold, rtt], [1, 1], ends);
        }
        let rate = pattern.rate();
        if ends.ages.is_some() {
            return Self::aged(pattern, [rtt, hold], ends);
        }
        let held = ends.held(rate, [rtt, hold], 0.0);
        let late = terms::long_poll_lag(rtt, rtt + held) - rtt / 2.0;
        Self::each(rate, [rtt + held, held, hold], late, ends)
    }

    /// Of requests that come round in so many seconds, and are held for a part of them; a message
    /// waits so long for the next.
    pub(super) fn each(rate: f64, [cycle, held, hold]: [f64; 3], late: f64, ends: &Ends) -> Self {
        let all = rate + ends.aged() + ends.dies;
        let over = libm::exp(-all * hold);
        // So many find nothing at once, and those of them last to their time.
        let waits = if all > 0.0 { held * all / (1.0 - over).max(1e-300) } else { held / hold };
        let (cycle, held) = (cycle.max(1e-9), held / cycle.max(1e-9));
        let one = Self {
            asks: 1.0 / cycle,
            empty: waits * over / cycle + ends.aged() * held,
            late,
            held,
            pushed: rate * held,
            ..Self::default()
        };
        one.die(rate, hold, ends)
    }

    /// The same where connections become too old: of silences of all that ends a request so many
    /// are longer than a hold and a round trip, again and again.
    fn aged(pattern: &Pattern, [rtt, hold]: [f64; 2], ends: &Ends) -> Self {
        let (rate, both) = (pattern.rate(), rtt + hold);
        let over = ends.with(pattern).silences(both, both);
        let (found, back) = (libm::exp(-rate * rtt), ends.finds_nothing(rate, 0.0));
        let all = rate + ends.aged() + ends.dies * (1.0 + found - back);
        let asks = (all + over) / (found + rtt * all);
        let held = (1.0 - rtt * asks).max(0.0);
        let one = Self {
            asks,
            empty: over + ends.aged() * held,
            late: terms::long_poll_lag(rtt, 1.0 / asks.max(1e-9)) - rtt / 2.0,
            held,
            pushed: rate * held,
            ..Self::default()
        };
        one.die(rate, hold, ends)
    }

    /// Where each message is for all tabs of a browser, which hold `most` requests at a time: it
    /// answers these, their connections go to those in line, who find it a round trip later, and so
    /// on; after T/6 round trips all can be answered again. Who is quick is answered first and
    /// comes to the front of the line, so that on average the shorter one of two passes for each
    /// place. In between what is held for long enough ends.
    pub(super) fn of_all(
        pattern: &Pattern,
        [rtt, hold, quick]: [f64; 3],
        [tabs, most]: [u32; 2],
        ends: &Ends,
    ) -> Self {
        let more = f64::from(tabs.saturating_sub(most));
        let later = (more / f64::from(most.max(1)) - 1.0).max(0.0) / 2.0;
        let held = f64::from(tabs.min(most)) / f64::from(tabs);
        let round = (rtt / held).max(1e-9);
        let line = more / f64::from(tabs) * (rtt + later * quick);
        let both = (rtt + hold).max(1e-9);
        let broken = ends.with(pattern);
        let broken = Some(broken).filter(|_| ends.dies > 0.0 || ends.ages.is_some());
        let over = |pattern: &Pattern| pattern.silences(both + round - rtt, both);
        let (full, empty, late, pushed);
        if let Some(period) = pattern.period() {
            let in_time = round < period;
            full = 1.0 / period.max(round);
            let undisturbed = ((period - (round - rtt)).max(0.0) / both).floor() / period;
            empty = broken.as_ref().map_or(undisturbed, over);
            late = if in_time { line } else { round / 2.0 };
            pushed = if in_time { full } else { 0.0 };
        } else {
            let sum = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
                let states = pattern.states().into_iter();
                states
                    .map(|(share, rate)| share * of(rate, terms::answers(rate, round, line)))
                    .sum()
            };
            full = sum(&|_, full| full);
            empty = over(broken.as_ref().unwrap_or(pattern));
            pushed = sum(&|rate, full| libm::exp(-rate * round) * full);
            let waits = |rate: f64, full: f64| {
                rate * ((1.0 - round * full) * line + round * full * round / 2.0)
            };
            late = sum(&waits) / pattern.rate().max(1e-300);
        }
        let (empty, all) = (held * empty, full + held * empty);
        let others = ends.aged() + ends.dies;
        // What ends them otherwise does so as long as they are held.
        let asks = (all + others * held) / (1.0 + others * rtt);
        let held = (held - rtt * asks).max(0.0);
        let one = Self {
            asks,
            empty: empty + ends.aged() * held,
            late,
            held,
            pushed: f64::from(tabs.min(most)) / f64::from(tabs) * pushed,
            ..Self::default()
        };
        one.die(pattern.rate(), hold, ends)
    }
}
