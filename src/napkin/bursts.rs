//! Tabs that take turns with held requests, of which each gets its own messages in bursts: what the
//! last burst has left for those in line waits until one of the requests ends, without a message.
use super::{
    silence::{Bursts, Pattern},
    terms,
};
use crate::engine::{Law, number};

/// Points of the law of a burst, and steps of the time after it.
const POINTS: u32 = 20;
const STEPS: u32 = 50;
/// Who is further back in line waits as long as this one: it takes more ends than requests.
const LAST: usize = 24;

/// A browser with more tabs than connections.
#[derive(Clone, Copy)]
pub(super) struct Line {
    pub(super) tabs: u32,
    pub(super) most: u32,
    pub(super) rtt: f64,
    pub(super) hold: f64,
    /// How long a turn takes while a burst lasts, in seconds.
    pub(super) served: f64,
}

/// A burst, by the messages of a tab a second in it and outside.
struct Burst<'b> {
    on: &'b Law,
    off: &'b Law,
    rate: f64,
    others: f64,
    /// The shares of the requests that end within so many seconds after it, by steps: of those that
    /// it has not answered.
    old: Vec<f64>,
    /// The chance that the next has not come by then.
    quiet: Vec<f64>,
}

impl Line {
    /// How long a message waits on average, in seconds, as a burst ends before its tab's turn.
    pub(super) fn left_over(&self, pattern: &Pattern) -> f64 {
        let ([bursts], true) = (&pattern.bursts[..], self.tabs > self.most) else { return 0.0 };
        let burst = self.burst(pattern, bursts);
        let each = pattern.rate() * (terms::mean(burst.on) + terms::mean(burst.off));
        let all =
            terms::points(burst.on, POINTS).map(|(lasts, part)| part * self.left(&burst, lasts));
        all.sum::<f64>() / (f64::from(self.tabs) * each).max(1e-12)
    }

    fn burst<'b>(&self, pattern: &Pattern, bursts: &'b Bursts) -> Burst<'b> {
        let [on, off] = &bursts.laws;
        let others = pattern.rate() - bursts.mean();
        // A request is held as long as nothing comes.
        let held = |part: f64| pattern.silent(self.hold * part).max(1e-300);
        let falls = (libm::log(held(0.5) / held(1.0)) * 2.0).clamp(1e-6, 50.0);
        let end = libm::exp(-falls);
        let old = |k: u32| (libm::exp(-falls * (1.0 - middle(k))) - end) / (1.0 - end);
        Burst {
            on,
            off,
            rate: bursts.rate + others,
            others,
            old: (0..STEPS).map(old).collect(),
            quiet: (0..STEPS).map(|k| terms::beyond(off, self.hold * middle(k))).collect(),
        }
    }

    /// What waits in the mailboxes of those in line after a burst that lasted for so long, times
    /// how long it does. Who finds something there lets the next one ask at once.
    fn left(&self, burst: &Burst<'_>, lasts: f64) -> f64 {
        let waits = self.waits(burst, lasts);
        let (mut ends, mut sum) = (1.0_f64, 0.0);
        for since in self.in_line(lasts) {
            let messages = burst.rate * since;
            let (low, part) = (number::place(number::floor(ends)), ends.fract());
            let at = |place: usize| waits[place.min(waits.len() - 1)];
            sum += messages * (at(low) * (1.0 - part) + at(low + 1) * part);
            ends += libm::exp(-messages);
        }
        sum
    }

    /// Since when each in line has been there, the first of them for longest, in seconds, but no
    /// longer than the burst: E min(lasts, Erlang).
    fn in_line(&self, lasts: f64) -> Vec<f64> {
        let waiting = number::index(self.tabs - self.most);
        let rate = f64::from(self.most) / self.served.max(1e-9);
        let mut since = vec![0.0; waiting];
        for k in 0..STEPS {
            let ends = rate * lasts * middle(k);
            let (mut chance, mut fewer) = (libm::exp(-ends), 0.0);
            for (count, place) in (1_u32..).zip((0..waiting).rev()) {
                fewer += chance;
                chance *= ends / f64::from(count);
                since[place] += fewer * lasts / f64::from(STEPS);
            }
        }
        since
    }

    /// How long it takes until so many have ended after it, in seconds, from none on: those whose
    /// answer is on its way, those that it has not answered and whose time is over, and what the
    /// next burst answers.
    fn waits(&self, burst: &Burst<'_>, lasts: f64) -> Vec<f64> {
        let travels = (self.rtt / self.served.max(1e-9)).min(1.0) / 2.0;
        let kept = (1.0 - travels) * libm::exp(-burst.rate * lasts);
        let many = LAST.min(number::index(self.tabs - self.most) + 1);
        let lets = self.lets_in(burst, many);
        let mut all = vec![0.0; many + 1];
        for (k, (old, quiet)) in (0..STEPS).zip(burst.old.iter().zip(&burst.quiet)) {
            let ends = terms::binomial(self.most, (travels + kept * old).min(1.0));
            let messages = f64::from(self.most) * burst.others * self.hold * middle(k);
            let fewer = fewer(&ends, messages, many);
            for place in 1..=many {
                let chance = fewer[place] * libm::pow(*quiet, lets[place]);
                all[place] += chance * self.hold / f64::from(STEPS);
            }
        }
        all
    }

    /// The chance that a burst answers so many requests, from none on.
    fn lets_in(&self, burst: &Burst<'_>, many: usize) -> Vec<f64> {
        let mut all = vec![1.0; many + 1];
        for (lasts, part) in terms::points(burst.on, POINTS) {
            let fewer = fewer(&[1.0], f64::from(self.most) * burst.rate * lasts, many);
            for (chance, fewer) in all.iter_mut().zip(fewer) {
                *chance -= part * fewer;
            }
        }
        all.into_iter().map(|chance| chance.max(0.0)).collect()
    }
}

/// The chance of fewer than each number up to `many`, of a count with these chances and a Poisson
/// count with this mean.
fn fewer(counts: &[f64], mean: f64, many: usize) -> Vec<f64> {
    let mut poisson = vec![libm::exp(-mean)];
    for k in 1..many.max(1) {
        let last = poisson[k - 1];
        poisson.push(last * mean / number::float(number::count(k)));
    }
    let mut all = vec![0.0; many + 1];
    for place in 1..=many {
        let exactly = |sum: usize| -> f64 {
            let parts = counts.iter().take(sum + 1).enumerate();
            parts.map(|(count, chance)| chance * poisson[sum - count]).sum()
        };
        all[place] = all[place - 1] + exactly(place - 1);
    }
    all
}

/// The middle of a step, as a part of the whole.
fn middle(step: u32) -> f64 {
    (f64::from(step) + 0.5) / f64::from(STEPS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::near;

    /// Of two halves and a Poisson count of mean 1: none of both is e^(−1)/2.
    #[test]
    fn counts_add_up() {
        let found = fewer(&[0.5, 0.5], 1.0, 3);
        near(found[1], 0.5 * libm::exp(-1.0), 1e-12);
        near(found[2], 1.5 * libm::exp(-1.0), 1e-12);
        near(fewer(&[1.0], 0.0, 2)[1], 1.0, 1e-12);
    }

    /// A turn takes 1.2 s for six: after a long burst the first of three in line has been there for
    /// 3/5 s, and after a short one none for longer than that.
    #[test]
    fn who_is_last_in_line_has_waited_least() {
        let line = Line { tabs: 9, most: 6, rtt: 0.08, hold: 25.0, served: 1.2 };
        let found = line.in_line(10.0);
        for (since, ends) in found.iter().zip([3.0, 2.0, 1.0]) {
            near(*since, ends / 5.0, 0.05);
        }
        let found = line.in_line(0.1);
        assert!(found.is_sorted_by(|one, other| one >= other) && found[0] <= 0.1, "{found:?}");
    }
}
