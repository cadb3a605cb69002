//! When messages come for one user: the chance that none does for a while, and how often none does
//! for longer. Sources publish at a fixed period, at random, or in bursts of random messages.
use super::terms;
use crate::{
    engine::{Law, number},
    node::parameters::Ticks,
};

/// Points of a law of bursts, and parts of each interval in which an instant may lie.
const POINTS: u32 = 50;
const PARTS: u32 = 20;
/// Steps of a table over so many cycles of on and off.
const STEPS: u32 = 2_000;
const CYCLES: f64 = 20.0;
/// Silences that are added up one by one; what is longer is an integral.
const TERMS: u32 = 200;

/// What comes for one user.
#[derive(Clone, Debug, Default)]
pub(super) struct Pattern {
    /// Messages a second that come at random.
    pub(super) steady: f64,
    /// Periods of messages that each user gets, in seconds.
    pub(super) periods: Vec<f64>,
    /// Bursts, independent of each other.
    pub(super) bursts: Vec<Bursts>,
    /// What is no message, but ends a silence as well: a connection that is so old, in seconds,
    /// less a uniform part of the dither, again and again.
    pub(super) ages: Option<(f64, f64)>,
}

/// The chance that no connection becomes too old within so many seconds, and how fast it falls: of
/// ages U(a − d, a) one after the other, from any instant on.
fn old((most, dither): (f64, f64), seconds: f64) -> (f64, f64) {
    let mean = (most - dither / 2.0).max(1e-9);
    if seconds < most - dither {
        return (1.0 - seconds / mean, 1.0 / mean);
    }
    let left = (most - seconds).max(0.0);
    let wide = dither.max(1e-12);
    (left * left / (2.0 * wide * mean), left / (wide * mean))
}

/// Messages that come at random while their source is on.
#[derive(Clone, Debug)]
pub(super) struct Bursts {
    /// The share of the time that it is on.
    on: f64,
    /// Messages a second then.
    pub(super) rate: f64,
    /// How long it is on, and off, in ns.
    pub(super) laws: [Law; 2],
    silence: Silence,
}

/// The chance that nothing comes from bursts for so long.
#[derive(Clone, Debug)]
enum Silence {
    /// Both exponential: a sum of two exponentials, each with its weight and its rate.
    Exponential([(f64, f64); 2]),
    /// Any laws.
    Table(Table),
}

/// The chance that nothing comes by steps of a table.
#[derive(Clone, Debug)]
struct Table {
    /// Messages a second while it is on.
    rate: f64,
    /// What is left of an on at a random instant: the ends of each part, and its share.
    left_on: Vec<([f64; 2], f64)>,
    /// What is left of an off.
    left_off: Vec<(f64, f64)>,
    /// The share of the time that it is on.
    on: f64,
    /// Seconds.
    step: f64,
    /// From the begin of an on, and from that of an off.
    begins: [Vec<f64>; 2],
}

impl Pattern {
    /// Messages a second.
    pub(super) fn rate(&self) -> f64 {
        let periods: f64 = self.periods.iter().map(|period| 1.0 / period).sum();
        let bursts: f64 = self.bursts.iter().map(Bursts::mean).sum();
        self.steady + periods + bursts
    }

    /// The time between two messages that all users get, in seconds, if it is these that answer
    /// what is held.
    pub(super) fn period(&self) -> Option<f64> {
        let often = self.periods.iter().copied().reduce(f64::min)?;
        (often * self.rate() < 2.0).then_some(often)
    }

    /// The chance that nothing comes for so many seconds.
    pub(super) fn silent(&self, seconds: f64) -> f64 {
        let periods = self.periods.iter().map(|period| (1.0 - seconds / period).max(0.0));
        let bursts = self.bursts.iter().map(|bursts| bursts.silence.at(seconds));
        let young = self.ages.map_or(1.0, |ages| old(ages, seconds).0);
        libm::exp(-self.steady * seconds) * young * periods.chain(bursts).product::<f64>()
    }

    /// Silences a second that last for longer: −dP/dt of the chance P of one, of a product.
    fn longer(&self, seconds: f64) -> f64 {
        let steady = libm::exp(-self.steady * seconds);
        let mut all = vec![(steady, self.steady * steady)];
        for period in &self.periods {
            let in_time = f64::from(u8::from(seconds < *period));
            all.push(((1.0 - seconds / period).max(0.0), in_time / period));
        }
        all.extend(self.ages.map(|ages| old(ages, seconds)));
        let bursts = self.bursts.iter().map(|bursts| &bursts.silence);
        all.extend(bursts.map(|silence| (silence.at(seconds), silence.longer(seconds))));
        let others = |own: usize| {
            let rest = all.iter().enumerate().filter(|(place, _)| *place != own);
            rest.map(|(_, (chance, _))| chance).product::<f64>()
        };
        all.iter().enumerate().map(|(place, (_, longer))| longer * others(place)).sum()
    }

    /// How often nothing comes for longer than `first`, `first + apart`, and so on, added up, a
    /// second.
    pub(super) fn silences(&self, first: f64, apart: f64) -> f64 {
        let apart = apart.max(1e-9);
        if self.rate() <= 0.0 && self.ages.is_none() {
            return 1.0 / apart;
        }
        let one = |k: u32| self.longer(first + f64::from(k) * apart);
        let rest = self.silent(first + (f64::from(TERMS) - 0.5) * apart) / apart;
        (0..TERMS).map(one).sum::<f64>() + rest
    }

    /// The states that it is in, each with its share of the time and its messages a second.
    pub(super) fn states(&self) -> Vec<(f64, f64)> {
        let periods: f64 = self.periods.iter().map(|period| 1.0 / period).sum();
        let mut all = vec![(1.0, self.steady + periods)];
        for Bursts { on, rate, .. } in &self.bursts {
            let both = |&(share, other): &(f64, f64)| {
                [(share * on, other + rate), (share * (1.0 - on), other)]
            };
            all = all.iter().flat_map(both).collect();
        }
        all
    }
}

impl Bursts {
    /// Those of a source, of which a user gets so many messages a second on average.
    pub(super) fn of(ticks: &Ticks, mean: f64) -> Option<Self> {
        let Ticks::Bursts { on, off, .. } = ticks else { return None };
        let share = on.mean() / (on.mean() + off.mean());
        let rate = mean / share.max(1e-12);
        let silence = match (on, off) {
            (Law::Exponential { mean: on }, Law::Exponential { mean: off }) => {
                Silence::two_states(rate, on / 1e9, off / 1e9)
            }
            _ => Silence::table(rate, on, off),
        };
        let laws = [on.clone(), off.clone()];
        Some(Self { on: share, rate, laws, silence })
    }

    /// Messages a second on average.
    pub(super) fn mean(&self) -> f64 {
        self.on * self.rate
    }
}

impl Silence {
    /// On and off last exponential times: the two roots of θ² − (a + b + r)·θ + r·b, with rates a
    /// out of on, b out of off and r of messages; at 0 the chance falls with the mean rate.
    fn two_states(rate: f64, on: f64, off: f64) -> Self {
        let (a, b) = (1.0 / on.max(1e-9), 1.0 / off.max(1e-9));
        let sum = a + b + rate;
        let root = (sum * sum - 4.0 * rate * b).max(0.0).sqrt();
        let (slow, fast) = (2.0 * rate * b / (sum + root), f64::midpoint(sum, root));
        let mean = rate * b / (a + b);
        let weight = if fast > slow { (fast - mean) / (fast - slow) } else { 1.0 };
        Self::Exponential([(weight, slow), (1.0 - weight, fast)])
    }

    /// Any laws, by the renewal equations of what begins with an on or with an off.
    fn table(rate: f64, on: &Law, off: &Law) -> Self {
        let [on, off] = [on, off].map(|law| {
            let mut points: Vec<(f64, f64)> = terms::points(law, POINTS).collect();
            // A constant is one point.
            points.dedup_by(|next, kept| {
                let same = next.0.total_cmp(&kept.0).is_eq();
                kept.1 += if same { next.1 } else { 0.0 };
                same
            });
            points
        });
        let both = mean(&on) + mean(&off);
        let step = (both * CYCLES / f64::from(STEPS)).max(1e-9);
        let (mut begins_on, mut begins_off) = (vec![1.0], vec![1.0]);
        for k in 1..=STEPS {
            let at = step * f64::from(k);
            let next = goes_on(&on, rate, (&begins_off, step), at);
            begins_off.push(goes_on(&off, 0.0, (&begins_on, step), at));
            begins_on.push(next);
        }
        let (share, begins) = (mean(&on) / both.max(1e-12), [begins_on, begins_off]);
        let middle = |(ends, share): ([f64; 2], f64)| (f64::midpoint(ends[0], ends[1]), share);
        let left_off = residual(&off).into_iter().map(middle).collect();
        let left_on = residual(&on);
        Self::Table(Table { rate, left_on, left_off, on: share, step, begins })
    }

    fn at(&self, seconds: f64) -> f64 {
        match self {
            Self::Exponential(parts) => {
                parts.iter().map(|(weight, rate)| weight * libm::exp(-rate * seconds)).sum()
            }
            Self::Table(table) => {
                let off = (&table.begins[0][..], table.step);
                let off = goes_on(&table.left_off, 0.0, off, seconds);
                table.after(seconds) + (1.0 - table.on) * off
            }
        }
    }

    fn longer(&self, seconds: f64) -> f64 {
        match self {
            Self::Exponential(parts) => {
                let of = |(weight, rate): &(f64, f64)| weight * rate * libm::exp(-rate * seconds);
                parts.iter().map(of).sum()
            }
            // A message comes at a random instant of an on.
            Self::Table(table) => table.rate * table.after(seconds),
        }
    }
}

impl Table {
    /// The chance that it is on and nothing comes.
    fn after(&self, seconds: f64) -> f64 {
        let quiet = |[from, to]: [f64; 2]| {
            let [begin, end] = [from, to].map(|at| libm::exp(-self.rate * at));
            let wide = self.rate * (to - from);
            if wide > 1e-6 { (begin - end) / wide } else { begin }
        };
        let one = |&(ends, share): &([f64; 2], f64)| {
            let lasts = f64::midpoint(ends[0], ends[1]);
            share
                * if lasts > seconds {
                    libm::exp(-self.rate * seconds)
                } else {
                    quiet(ends) * read(&self.begins[1], self.step, seconds - lasts)
                }
        };
        self.on * self.left_on.iter().map(one).sum::<f64>()
    }
}

/// The chance that nothing comes for so long in which one state lasts by a law, with messages at a
/// rate, and then the other begins, of which that chance is known by its steps.
fn goes_on(law: &[(f64, f64)], rate: f64, (other, step): (&[f64], f64), at: f64) -> f64 {
    let one = |&(lasts, share): &(f64, f64)| {
        let then = if lasts > at { 1.0 } else { read(other, step, at - lasts) };
        share * libm::exp(-rate * lasts.min(at)) * then
    };
    law.iter().map(one).sum()
}

/// The mean of the points of a law, which that of the law is close to.
fn mean(law: &[(f64, f64)]) -> f64 {
    law.iter().map(|(value, share)| value * share).sum()
}

/// What is left at a random instant: that lies in an interval by its length, anywhere within it.
fn residual(law: &[(f64, f64)]) -> Vec<([f64; 2], f64)> {
    let mean = mean(law).max(1e-12);
    let part = |k: u32| f64::from(k) / f64::from(PARTS);
    let of = |&(value, share): &(f64, f64)| {
        let share = share * value / mean / f64::from(PARTS);
        (0..PARTS).map(move |k| ([part(k), part(k + 1)].map(|part| value * part), share))
    };
    law.iter().flat_map(of).collect()
}

/// A table at a place, between its steps; beyond its end it falls as it did last.
fn read(table: &[f64], step: f64, at: f64) -> f64 {
    let (place, last) = (at.max(0.0) / step, table.len() - 1);
    let before = number::place(number::floor(place));
    if before < last {
        let part = place.fract();
        return table[before] * (1.0 - part) + table[before + 1] * part;
    }
    let (earlier, end) = (table[last - last / 10], table[last]);
    let steps = number::float(number::count(last / 10)).max(1.0);
    let beyond = place - number::float(number::count(last));
    if end <= 0.0 || earlier <= end {
        return end;
    }
    end * libm::exp(libm::log(end / earlier) / steps * beyond)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::near;
    use crate::units::Rate;

    fn bursts(rate: f64, on: Law, off: Law) -> Pattern {
        let share = on.mean() / (on.mean() + off.mean());
        let ticks = Ticks::Bursts { rate: Rate(rate), on, off };
        let bursts = vec![Bursts::of(&ticks, rate * share).unwrap()];
        Pattern { bursts, ..Pattern::default() }
    }

    fn exponential(seconds: f64) -> Law {
        Law::exponential(seconds * 1e9).unwrap()
    }

    /// On for 5 s, off for 55 s: 10 s are silent by (slow root) 0.922 99·e^(−0.174 86).
    #[test]
    fn bursts_leave_long_silences() {
        let found = bursts(5.0, exponential(5.0), exponential(55.0));
        near(found.silent(10.0), 0.774_9, 1e-4);
        near(found.rate(), 5.0 / 12.0, 1e-12);
        near(found.silent(0.0), 1.0, 1e-12);
        // Those that last for longer than nothing are as many as there are messages.
        near((1.0 - found.silent(1e-6)) / 1e-6, 5.0 / 12.0, 1e-5);
        assert_eq!(found.states().len(), 2);
    }

    /// The two ways to the same chance, and two constants: 10 s always have an on of 5 s; 2 s are
    /// silent where they lie in the 5 s off, but for what no message has come of.
    #[test]
    fn a_table_has_any_laws() {
        let (on, off) = (exponential(5.0), exponential(55.0));
        let table = Silence::table(5.0, &on, &off);
        let exact = Silence::two_states(5.0, 5.0, 55.0);
        for seconds in [0.5, 5.0, 10.0, 60.0, 300.0] {
            near(table.at(seconds), exact.at(seconds), 0.01);
            near(table.longer(seconds), exact.longer(seconds), 0.002);
        }
        let fixed = |seconds: f64| Law::constant(seconds * 1e9).unwrap();
        let found = bursts(5.0, fixed(5.0), fixed(5.0));
        near(found.silent(10.0), 0.0, 1e-3);
        near(found.silent(2.0), 0.3 + 2.0 / 50.0, 0.02);
        // Each 105 s nothing comes for 100 s, which are three times 30 s.
        let found = bursts(20.0, fixed(5.0), fixed(100.0));
        near(found.silences(30.0, 30.0), 3.0 / 105.0, 1e-3);
    }

    /// A message each 10 s leaves one silence of more than 4 s and one of more than 8 s each 10 s.
    #[test]
    fn silences_are_counted() {
        let periods = Pattern { periods: vec![10.0], ..Pattern::default() };
        near(periods.silences(4.0, 4.0), 0.2, 1e-9);
        let steady = Pattern { steady: 0.1, ..Pattern::default() };
        let ratio = libm::exp(-0.4);
        near(steady.silences(4.0, 4.0), 0.1 * ratio / (1.0 - ratio), 1e-4);
        near(Pattern::default().silences(4.0, 4.0), 0.25, 1e-12);
        // Each 40 s a connection is too old: 25 s pass once before that, as they do on average
        // where it is so at 20 s to 40 s.
        let old = |dither: f64| Pattern { ages: Some((40.0, dither)), ..Pattern::default() };
        near(old(0.0).silences(25.0, 25.0), 1.0 / 40.0, 1e-9);
        near(old(20.0).silences(25.0, 25.0), 0.75 / 30.0, 1e-9);
        near(old(20.0).silent(30.0), 100.0 / 40.0 / 30.0, 1e-9);
        // Hardly any message: one after the other.
        let rare = Pattern { steady: 1e-9, ..Pattern::default() };
        near(rare.silences(4.0, 4.0), 0.25, 1e-3);
    }
}
