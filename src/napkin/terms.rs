//! The formulas themselves: numbers in, numbers out. `docs/METHOD.md` says where each is from.
use crate::engine::{Law, number};

/// From here on a pool is a fluid: what does not fit is refused.
const FLUID: f64 = 2e6;
/// From so many messages on an answer is one of the mean.
const MANY: f64 = 60.0;
/// Points at which the mean of a function of a law is taken.
pub const POINTS: u32 = 400;

/// Mean time of a long poll, in seconds: messages come at rate `rate`, a request that finds nothing
/// is held for `hold`, and `rtt` passes from its answer to the next request. What comes in between
/// is found by the next one at once: with chance `e^(-λ·RTT)` a request has to wait.
pub fn long_poll_cycle(rate: f64, rtt: f64, hold: f64) -> f64 {
    rtt + held_poll(rate, rtt, hold, [0.0; 2], 1.0)
}

/// How long a request is held on average, in seconds, one that finds something at once included:
/// `gap` passes from an answer to the next request. Messages, answers by age and deaths end one at
/// their rates κ = λ + a + δ, so that one that waits does so for m = (1 − e^(−κH)) ÷ κ. After a
/// death the next finds nothing with chance `back`, after an answer with p = e^(−λ·gap):
/// p·m ÷ (1 + m·δ·(p − back)).
pub fn held_poll(rate: f64, gap: f64, hold: f64, [aged, dies]: [f64; 2], back: f64) -> f64 {
    let all = rate + aged + dies;
    let waits = if all > 0.0 { -libm::expm1(-all * hold) / all } else { hold };
    let nothing = libm::exp(-rate * gap);
    nothing * waits / (1.0 + waits * dies * (nothing - back)).max(1e-9)
}

/// What takes so long, on average over a run of `run` seconds at whose begin there is none of it.
pub fn within(seconds: f64, run: f64) -> f64 {
    if seconds < run { seconds - seconds * seconds / (2.0 * run) } else { run / 2.0 }
}

/// What becomes of those whose connections die, as a fluid: from a begin without dead ones on.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Deaths {
    /// The share of all that no silent death holds up, on average over the run.
    pub there: f64,
    /// How many come back behind the warm-up for each who dies.
    pub returns: f64,
    /// The share of the messages that come for who is held up to the end.
    pub unheard: f64,
}

/// Connections live for `life`, a share `silent` of them dies so that it is noticed after `notices`
/// only, and all are back after `back`; warm-up and end of the run, all of it in seconds:
/// y′(t) = s·(y(t − n) − y(t)) ÷ (life + back), y the share that is not held up. Of what is noticed
/// within a two-hundredth of the run only the begin is apart: 1 ÷ (1 + s·n ÷ (life + back)).
pub fn deaths(life: f64, silent: f64, notices: f64, back: f64, [warm, run]: [f64; 2]) -> Deaths {
    const STEPS: u32 = 2_000;
    let (step, all) = (run / f64::from(STEPS), 1.0 / (life + back).max(1e-9));
    if notices < 10.0 * step {
        let held_up = silent * all * within(notices, run);
        let there = 1.0 / (1.0 + held_up);
        let unheard = silent * all * there * notices * notices / (2.0 * run);
        return Deaths { there, returns: 1.0, unheard };
    }
    let ago = |there: &[f64], place: f64| {
        let (before, part) = (number::place(number::floor(place.max(0.0))), place.fract());
        if place < 0.0 { 0.0 } else { there[before] * (1.0 - part) + there[before + 1] * part }
    };
    let mut there = vec![1.0_f64];
    let (mut returns, mut counted, mut unheard) = (0.0, 0.0, 0.0);
    for k in 0..STEPS {
        let (now, at) = (there[number::index(k)], step * f64::from(k));
        let noticed = ago(&there, f64::from(k) - notices / step);
        there.push(noticed + (now - noticed) * libm::exp(-step * silent * all));
        if at >= warm {
            returns += (1.0 - silent) * now + silent * noticed;
            counted += 1.0;
        }
        if at + notices > run {
            unheard += silent * all * now * step * (run - at);
        }
    }
    let mean = there.iter().sum::<f64>() / f64::from(STEPS + 1);
    Deaths {
        there: mean,
        returns: returns / f64::max(counted, 1.0) / mean.max(1e-9),
        unheard: (unheard / run.max(1e-9)).min(1.0),
    }
}

/// Of `tabs` that share `most` places: the share of them that has one, and that waits for one.
/// Who has one loses it and is away for `away` times as long as it had it, on average (machine
/// repair: P(k away) ∝ away^k ÷ k! ÷ Π min(j, most) over the j that are not).
pub fn places(tabs: u32, most: u32, away: f64) -> [f64; 2] {
    let mut chances = vec![1.0_f64];
    for k in 1..=tabs {
        let takes = f64::from((tabs - k + 1).min(most));
        let last = chances[number::index(k - 1)];
        chances.push(last * away * takes / f64::from(k));
        if last > 1e200 {
            chances.iter_mut().for_each(|chance| *chance *= 1e-200);
        }
    }
    let all: f64 = chances.iter().sum();
    let mean = |of: &dyn Fn(u32) -> u32| {
        let each = chances.iter().zip(0..).map(|(chance, k)| chance * f64::from(of(tabs - k)));
        each.sum::<f64>() / all / f64::from(tabs.max(1))
    };
    [mean(&|here| here.min(most)), mean(&|here| here.saturating_sub(most))]
}

/// Long polls of one who leaves after an exponential time, at rate `leaves`: how many requests it
/// sends, and how many of these are answered by nothing. With φ the chance that it is still there
/// at the end of one, E(e^(-leaves · cycle)), there are 1/(1 − φ) of them.
pub fn held_until(leaves: f64, rate: f64, [rtt, hold]: [f64; 2]) -> Held {
    let both = rate + leaves;
    let empty = libm::exp(-both * hold);
    let answered = if both > 0.0 { rate / both * -libm::expm1(-both * hold) } else { 0.0 };
    let found = -libm::expm1(-rate * rtt);
    let stays = libm::exp(-leaves * rtt) * (found + (1.0 - found) * (answered + empty));
    let asks = 1.0 / (1.0 - stays).max(1e-12);
    Held { asks, empty: libm::exp(-both * rtt) * empty * asks }
}

/// Held requests of one visit.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Held {
    /// All of them.
    pub asks: f64,
    /// Those that found nothing.
    pub empty: f64,
}

/// Mean lag behind the server with long polls: a message that comes while no request is held, for
/// `rtt` of each `cycle`, waits half of that.
pub fn long_poll_lag(rtt: f64, cycle: f64) -> f64 {
    let gap = if cycle > 0.0 { (rtt / cycle).min(1.0) } else { 0.0 };
    rtt / 2.0 + gap * rtt / 2.0
}

/// Of held requests that take turns: how long one takes from being sent to the next that takes its
/// place, in seconds, where each client waits for its turn `ratio` times as long, and one that has
/// waited so long is `held` for less: what comes while it waits is found at once. Found by
/// bisection: the more comes, the shorter all are.
pub fn shared_poll([rtt, hold]: [f64; 2], ratio: f64, held: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, rtt + hold);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if rtt + held(middle * ratio) > middle { low = middle } else { high = middle }
    }
    high
}

/// How long it takes on average until the first of `requests` is answered, in seconds, that are
/// held for `hold` or until a message comes at `rate`, and have been for some time:
/// ∫ ((e^(-λx) − e^(-λH)) ÷ (1 − e^(-λH)))ⁿ dx. Those that end together count as one.
pub fn first_end(requests: f64, rate: f64, hold: f64) -> f64 {
    if hold <= 0.0 {
        return 0.0;
    }
    let left = |part: f64| {
        if rate * hold < 1e-9 {
            return 1.0 - part;
        }
        let all = -libm::expm1(-rate * hold);
        (libm::exp(-rate * hold * part) - libm::exp(-rate * hold)) / all
    };
    // What is much shorter than the hold needs a closer look.
    let range = (50.0 / (rate * hold).max(1e-12)).min(1.0);
    let point = |k: u32| (f64::from(k) + 0.5) / f64::from(10 * POINTS) * range;
    let all = (0..10 * POINTS).map(|k| libm::pow(left(point(k)).max(0.0), requests));
    all.sum::<f64>() / f64::from(10 * POINTS) * range * hold
}

/// Answers with a message a second of one who gets them at `rate`, each `gap` after the last, or
/// `late` after one comes.
pub fn answers(rate: f64, gap: f64, late: f64) -> f64 {
    if rate > 0.0 { 1.0 / (gap + libm::exp(-rate * gap) * (1.0 / rate + late)) } else { 0.0 }
}

/// The whole numbers on both sides of a mean, each with its share.
pub fn around(mean: f64) -> Vec<(f64, f64)> {
    let (below, part) = (mean.floor(), mean.fract());
    let both = [(below, 1.0 - part), (below + 1.0, part)];
    both.into_iter().filter(|(_, share)| *share > 0.0).collect()
}

/// Numbers of messages of which there is one at least, each with its share: a Poisson law without
/// its 0 that has this mean, m/(1 − e^(−m)); of many, their mean.
pub fn some(mean: f64) -> Vec<(f64, f64)> {
    if mean <= 1.0 + 1e-9 || mean >= MANY {
        return vec![(mean.max(1.0), 1.0)];
    }
    let (mut low, mut high) = (0.0, mean);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if middle / -libm::expm1(-middle) < mean { low = middle } else { high = middle }
    }
    let all = -libm::expm1(-high);
    let mut chance = libm::exp(-high) / all;
    let mut counts = Vec::new();
    let mut left = 1.0_f64;
    for k in 1..(8 * number::low(number::floor(mean)) + 20) {
        chance *= high / f64::from(k);
        left -= chance;
        counts.push((f64::from(k), chance));
        if left < 1e-9 {
            break;
        }
    }
    counts
}

/// The mean of the smaller of two values of a law in ns, in seconds.
pub fn smaller(law: &Law) -> f64 {
    let of = |(k, (value, share)): (u32, (f64, f64))| {
        value * share * share * f64::from(2 * (POINTS - k) + 1)
    };
    (1..).zip(points(law, POINTS)).map(of).sum()
}

/// The chance of each number of successes of so many.
pub fn binomial(trials: u32, chance: f64) -> Vec<f64> {
    let mut all = vec![1.0];
    for _ in 0..trials {
        let mut next = vec![0.0; all.len() + 1];
        for (many, part) in all.iter().enumerate() {
            next[many] += part * (1.0 - chance);
            next[many + 1] += part * chance;
        }
        all = next;
    }
    all
}

/// Mean lag behind the server with a poll each `every`: it waits for U(0, every), and travels.
pub fn poll_staleness(every: f64, rtt: f64) -> f64 {
    every / 2.0 + rtt / 2.0
}

/// The share of sessions that find all `servers` taken, at `offered` Erlang (Erlang B).
pub fn erlang_b(offered: f64, servers: f64) -> f64 {
    if offered <= 0.0 {
        return 0.0;
    }
    // So far below the limit that the chance is no number.
    if servers - offered > 12.0 * servers.sqrt() {
        return 0.0;
    }
    if servers > FLUID {
        return (1.0 - servers / offered).max(0.0);
    }
    let mut blocked = 1.0;
    for taken in 1..=number::floor(servers) {
        let served = number::float(taken);
        blocked = offered * blocked / (served + offered * blocked);
    }
    blocked
}

/// The mean of a law in ns as seconds, in which nothing is negative.
pub fn mean(law: &Law) -> f64 {
    law.mean().max(0.0) / 1e9
}

/// The mean of `of` over a law in ns, by its quantiles in seconds.
pub fn over(law: &Law, of: impl Fn(f64) -> f64) -> f64 {
    points(law, POINTS).map(|(value, share)| of(value) * share).sum()
}

/// So many values of a law in ns, in seconds, of which none is negative, each with the share that
/// it stands for.
pub fn points(law: &Law, many: u32) -> impl Iterator<Item = (f64, f64)> {
    let share = 1.0 / f64::from(many);
    let at = move |k: u32| law.quantile((f64::from(k) + 0.5) * share).max(0.0) / 1e9;
    (0..many).map(move |k| (at(k), share))
}

/// The chance that a value of a law in ns is larger than so many seconds: its quantiles, bisected.
pub fn beyond(law: &Law, seconds: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        if law.quantile(middle) <= seconds * 1e9 { low = middle } else { high = middle }
    }
    1.0 - low
}

/// The mean life of a connection, in seconds, that ends by itself or with its age: `age` is the
/// largest, less U(0, `dither`). None if it has no end.
pub fn life(own: Option<&Law>, age: Option<(f64, f64)>) -> Option<f64> {
    let Some((most, dither)) = age else { return own.map(mean) };
    let ages = (0..16).map(|k| (most - dither * (f64::from(k) + 0.5) / 16.0).max(0.0));
    let least = |age: f64| match own {
        None => age,
        Some(Law::Exponential { mean }) => -libm::expm1(-age / (mean / 1e9)) * mean / 1e9,
        Some(law) => over(law, |life| life.min(age)),
    };
    Some(ages.map(least).sum::<f64>() / 16.0)
}

/// The coefficient of variation of the shares of `n` instances with `points` each on a ring.
pub fn ring_variation(n: f64, points: f64) -> f64 {
    ((n - 1.0).max(0.0) / (n * points + 1.0)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::near;

    /// Held for 30 s, a round trip of 50 ms. Computed apart.
    #[test]
    fn long_polls_come_round() {
        for (rate, cycle) in [(1.0 / 60.0, 23.6385), (0.2, 4.9880), (1.0, 1.0012)] {
            near(long_poll_cycle(rate, 0.05, 30.0), cycle, 5e-5);
        }
        near(long_poll_cycle(0.0, 0.05, 30.0), 30.05, 1e-12);
        // A message a second: 25 ms, and 4.99 % of the messages wait 25 ms more.
        near(long_poll_lag(0.05, 1.0012), 0.026_248_5, 1e-6);
        near(poll_staleness(10.0, 0.1), 5.05, 1e-12);
    }

    /// Held for 25 s, a message and an end each 30 s: m = 15·(1 − e^(−5/3)); where a death is found
    /// out at once the next finds as little as after an answer.
    #[test]
    fn what_ends_a_request_shortens_it() {
        let (rate, waits) = (1.0 / 30.0, 15.0 * -libm::expm1(-5.0 / 3.0));
        near(held_poll(rate, 0.0, 25.0, [rate, 0.0], 1.0), waits, 1e-9);
        near(held_poll(rate, 0.0, 25.0, [0.0, rate], 1.0), waits, 1e-9);
        // Whoever was away finds something: 1/30 of a second less each.
        near(held_poll(rate, 0.0, 25.0, [0.0, rate], 0.0), waits / (1.0 + waits * rate), 1e-9);
    }

    /// Two of three share one place, each as long away as it has it: the states 0, 1 and 2 away.
    #[test]
    fn places_go_round() {
        let [has, waits] = places(2, 1, 1.0);
        // Chances 1, 1 and 1/2.
        near(has, 2.0 / 2.5 / 2.0, 1e-12);
        near(waits, 1.0 / 2.5 / 2.0, 1e-12);
        let [has, waits] = places(8, 6, 0.0);
        near(has, 0.75, 1e-12);
        near(waits, 0.25, 1e-12);
        let [has, waits] = places(3, 6, 0.1);
        near(has, 1.0 / 1.1, 1e-9);
        near(waits, 0.0, 1e-12);
    }

    /// All die unnoticed: e^(−t/life) are left, 1 − e^(−2) over two lives; what is noticed at once
    /// holds nobody up.
    #[test]
    fn what_nobody_notices_adds_up() {
        let found = deaths(300.0, 1.0, 900.0, 0.0, [120.0, 600.0]);
        near(found.there, 0.5 * (1.0 - libm::exp(-2.0)), 1e-3);
        near(found.returns, 0.0, 1e-12);
        near(found.unheard, 1.0 - found.there, 2e-3);
        let found = deaths(60.0, 0.5, 0.0, 3.0, [120.0, 600.0]);
        near(found.there, 1.0, 1e-12);
        near(found.returns, 1.0, 1e-9);
        // 0.6 of them are held up for 27.5 s of 60 and 27.5 · 0.6.
        for run in [4_000.0, 60_000.0] {
            let found = deaths(60.0, 0.6, 27.5, 0.0, [500.0, run]);
            near(found.there, 60.0 / 76.5, 0.01);
            near(found.returns, 1.0, 0.01);
        }
    }

    /// Nothing comes, and 30 s are a quarter of the mean stay: e^(−1/4) of the requests end.
    #[test]
    fn who_leaves_asks_a_few_times() {
        let found = held_until(1.0 / 120.0, 0.0, [0.0, 30.0]);
        near(found.asks, 1.0 / (1.0 - 0.778_800_783), 1e-6);
        near(found.empty, found.asks - 1.0, 1e-9);
        // Who hardly ever leaves asks once in a cycle.
        let found = held_until(1e-7, 0.2, [0.05, 30.0]);
        near(found.asks / 1e7 * long_poll_cycle(0.2, 0.05, 30.0), 1.0, 1e-4);
    }

    #[test]
    fn what_lasts_longer_is_rarer() {
        near(beyond(&Law::exponential(6e11).unwrap(), 300.0), 0.606_530_66, 1e-8);
        let fixed = Law::constant(6e11).unwrap();
        near(beyond(&fixed, 599.0), 1.0, 1e-9);
        near(beyond(&fixed, 601.0), 0.0, 1e-9);
    }

    #[test]
    fn the_first_of_six_is_answered() {
        // Nothing comes: each has a residual U(0, 35), the least of six 35/7.
        near(first_end(6.0, 0.0, 35.0), 5.0, 1e-4);
        // All end by a message at rate 2: 1/12.
        near(first_end(6.0, 2.0, 1_000.0), 1.0 / 12.0, 1e-4);
        // Nothing comes: a turn lasts as long as the hold and the way.
        let held =
            |rate: f64, rtt: f64| move |wait: f64| held_poll(rate, rtt + wait, 30.0, [0.0; 2], 1.0);
        near(shared_poll([1.0, 30.0], 0.5, held(0.0, 1.0)), 31.0, 1e-9);
        // One message is always there: an answer is a round trip.
        near(shared_poll([0.1, 30.0], 0.5, held(1e6, 0.1)), 0.1, 1e-5);
        let chances = binomial(3, 0.5);
        near(chances[0], 0.125, 1e-12);
        near(chances[2], 0.375, 1e-12);
        near(binomial(200, 0.3).iter().sum(), 1.0, 1e-9);
    }

    #[test]
    fn an_answer_has_as_many_messages_as_come() {
        assert_eq!(around(2.25), [(2.0, 0.75), (3.0, 0.25)]);
        assert_eq!(around(3.0), [(3.0, 1.0)]);
        for mean in [1.2, 4.3125, 40.0] {
            let counts = some(mean);
            near(counts.iter().map(|(_, share)| share).sum(), 1.0, 1e-6);
            near(counts.iter().map(|(count, share)| count * share).sum(), mean, 1e-4);
        }
        assert_eq!(some(1.0), [(1.0, 1.0)]);
        assert_eq!(some(500.0), [(500.0, 1.0)]);
    }

    #[test]
    fn answers_come_round() {
        near(answers(2.0, 0.0, 0.0), 2.0, 1e-12);
        near(answers(2.0, 0.0, 0.5), 1.0, 1e-12);
        near(answers(1e9, 0.25, 0.1), 4.0, 1e-6);
        // Of two exponential times the shorter is half as long.
        near(smaller(&Law::exponential(2e9).unwrap()), 1.0, 2e-3);
        near(smaller(&Law::constant(3e9).unwrap()), 3.0, 1e-9);
    }

    #[test]
    fn erlang_b_is_the_table() {
        for (servers, offered, blocked) in [
            (10.0, 7.0, 0.078_741),
            (100.0, 95.0, 0.048_804),
            (1_000.0, 950.0, 0.003_649_29),
            (1_000.0, 1_000.0, 0.024_811_9),
            (50_000.0, 50_000.0, 0.003_559_77),
            (50_000.0, 50_500.0, 0.011_437_7),
        ] {
            near(erlang_b(offered, servers), blocked, 5e-7);
        }
        near(erlang_b(4e6, 3e6), 0.25, 1e-12);
        near(erlang_b(0.0, 10.0), 0.0, 0.0);
        near(erlang_b(1.0, 0.0), 1.0, 0.0);
    }

    #[test]
    fn lives_end_by_the_first_of_two_causes() {
        let two_hours = Law::exponential(7.2e12).unwrap();
        near(life(Some(&two_hours), None).unwrap(), 7_200.0, 1e-9);
        // 7,200 · (1 − e^(−1/4))
        near(life(Some(&two_hours), Some((1_800.0, 0.0))).unwrap(), 1_592.634_4, 1e-3);
        near(life(None, Some((1_800.0, 180.0))).unwrap(), 1_710.0, 1e-9);
        assert_eq!(life(None, None), None);
        let fixed = Law::constant(600e9).unwrap();
        near(life(Some(&fixed), Some((1_800.0, 0.0))).unwrap(), 600.0, 1e-9);
    }

    #[test]
    fn a_ring_of_160_points_is_uneven_by_8_percent() {
        near(ring_variation(20.0, 160.0), 0.077_04, 5e-5);
        near(ring_variation(1.0, 160.0), 0.0, 0.0);
    }
}
