//! Users by what they get: those who are more popular than others, and tabs of a browser that get
//! the same.
use crate::engine::number;

/// Tabs of a browser of `tabs` that are in one room of `size`, both side by side from the first
/// user on: each number with the share of the tabs that are in such a group.
pub(super) fn rooms(tabs: u32, size: u32) -> Vec<(f64, u32)> {
    let (tabs, size) = (tabs.max(1), size.max(1));
    let apart = divisor(tabs, size);
    // A browser begins at each such place of a room as often.
    let places = size / apart;
    let share = 1.0 / f64::from(places) / f64::from(tabs);
    let mut all = vec![0.0; number::index(tabs.min(size)) + 1];
    for place in 0..places {
        let (mut left, mut room) = (tabs, size - place * apart);
        while left > 0 {
            let same = left.min(room);
            all[number::index(same)] += share * f64::from(same);
            (left, room) = (left - same, size);
        }
    }
    all.into_iter().zip(0..).filter(|(share, _)| *share > 0.0).collect()
}

/// The greatest common divisor.
fn divisor(one: u32, other: u32) -> u32 {
    if other == 0 { one } else { divisor(other, one % other) }
}

/// The share of the tabs in line that a message for `same` of the `tabs` of a browser lets ask at
/// once, where `most` have a request held: it ends some of these, whose connections go to those in
/// line, and who finds nothing there keeps his. If it is for more than are in line, those that it
/// is not for cannot take all connections.
pub(super) fn let_in(same: u32, tabs: u32, most: u32) -> f64 {
    let waiting = tabs.saturating_sub(most);
    if same > waiting {
        return 1.0;
    }
    let part = f64::from(same.saturating_sub(1)) / f64::from(tabs.saturating_sub(1).max(1));
    let left = |before: u32| f64::from(most) * part - (1.0 - part) * f64::from(before);
    let all: f64 = (0..waiting).map(|before| left(before).clamp(0.0, 1.0)).sum();
    all / f64::from(waiting.max(1))
}

/// Ranks of Zipf's law that are taken one by one, and by how much others differ that are one.
const RANKS: u32 = 32;
const ALIKE: f64 = 1.1;

/// Ranks 1 to `many` in groups of what is nearly as popular: from a half below the first of each.
fn ranks(many: u32) -> Vec<[f64; 2]> {
    let (mut from, end) = (0.5, f64::from(many) + 0.5);
    let mut all = Vec::new();
    while from < end {
        let to = if from < f64::from(RANKS) { from + 1.0 } else { (from * ALIKE).floor() + 0.5 };
        all.push([from, to.min(end)]);
        from = to;
    }
    all
}

/// The sum of k^(−exponent) over a group of ranks, one of them alone exactly.
fn weigh([from, to]: [f64; 2], exponent: f64) -> f64 {
    if to - from <= 1.0 {
        return libm::pow(f64::midpoint(from, to), -exponent);
    }
    let power = 1.0 - exponent;
    if power.abs() < 1e-9 {
        return libm::log(to / from);
    }
    (libm::pow(to, power) - libm::pow(from, power)) / power
}

/// The sum of k^(−exponent) for k from 1 to `many`.
pub(super) fn zipf_sum(many: u32, exponent: f64) -> f64 {
    ranks(many).into_iter().map(|group| weigh(group, exponent)).sum()
}

/// Users by how popular they are: the share of each group, and how much more than the mean it gets
/// by each of some laws of Zipf.
pub(super) fn popular(users: u32, exponents: &[f64]) -> Vec<(f64, Vec<f64>)> {
    if exponents.iter().all(|exponent| *exponent <= 0.0) {
        return vec![(1.0, vec![1.0; exponents.len()])];
    }
    let all: Vec<f64> = exponents.iter().map(|&it| zipf_sum(users, it)).collect();
    let of = |group: [f64; 2]| {
        let share = (group[1] - group[0]) / f64::from(users.max(1));
        let more = exponents.iter().zip(&all).map(|(&it, all)| weigh(group, it) / all / share);
        (share, more.collect())
    };
    ranks(users).into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::near;

    #[test]
    fn what_is_popular_is_weighed() {
        let exact = |many: u32, exponent: f64| -> f64 {
            (1..=many).map(|k| libm::pow(f64::from(k), -exponent)).sum()
        };
        for (many, exponent) in [(1, 1.0), (30, 0.5), (2_000, 1.0), (2_000, 2.0), (50_000, 0.0)] {
            let expected = exact(many, exponent);
            near(zipf_sum(many, exponent) / expected, 1.0, 1e-3);
        }
        let users = popular(2_000, &[1.0, 0.0]);
        near(users.iter().map(|(share, _)| share).sum(), 1.0, 1e-9);
        near(users.iter().map(|(share, more)| share * more[0]).sum(), 1.0, 1e-9);
        near(users[0].1[0], 2_000.0 / exact(2_000, 1.0), 0.5);
        near(users[40].1[1], 1.0, 1e-9);
        assert_eq!(popular(9, &[0.0]), [(1.0, vec![1.0])]);
    }

    #[test]
    fn a_message_for_all_lets_all_ask() {
        near(let_in(106, 106, 6), 1.0, 1e-12);
        near(let_in(1, 8, 6), 0.0, 1e-12);
        // Four of eight: the other four cannot take all six connections.
        near(let_in(4, 8, 6), 1.0, 1e-12);
        // Six of eleven others: three end, and every other one in line keeps its connection.
        assert!((0.6..0.9).contains(&let_in(6, 12, 6)), "{}", let_in(6, 12, 6));
        for (tabs, size) in [(2, 2), (12, 8), (8, 20), (8, 1), (3, 3), (1, 5)] {
            let all = rooms(tabs, size);
            near(all.iter().map(|(share, _)| share).sum(), 1.0, 1e-9);
            assert!(all.iter().all(|(_, same)| *same <= size.min(tabs)), "{all:?}");
        }
        // Each browser of two is a room of two; of eight, the third of five lies in two of twenty.
        assert_eq!(rooms(2, 2), [(1.0, 2)]);
        let all = rooms(8, 20);
        near(all[0].0, 0.2, 1e-12);
        assert_eq!((all[0].1, all[1].1, all.len()), (4, 8, 2));
    }
}
