//! Which users of a crowd are tabs of one browser, and who of them waits for a connection.
//!
//! Tabs of a browser follow one another. How many it has is drawn by its number.
use crate::{
    engine::{Draws, Time, number},
    node::{Purpose, parameters::Tabs},
};
use std::{
    collections::{BTreeMap, VecDeque},
    ops::Range,
};

/// A browser has at most so many tabs.
pub const MOST_TABS: u32 = 255;

/// The browsers of a crowd.
#[derive(Clone, PartialEq, Debug)]
pub enum Browsers {
    /// Each has so many tabs, but for the last.
    Alike {
        /// The first user.
        first: u32,
        /// Users of the crowd.
        count: u32,
        /// Tabs of a browser.
        tabs: u32,
    },
    /// The first tab of each, and at the end the first user beyond.
    Drawn(Vec<u32>),
}

impl Tabs {
    /// The chance of each number of tabs that a browser can have.
    pub fn chances(&self) -> Vec<(u32, f64)> {
        match self {
            Self::Constant(tabs) => vec![(*tabs, 1.0)],
            Self::Listed(list) => {
                let each = 1.0 / number::float(number::count(list.len().max(1)));
                list.iter().map(|tabs| (*tabs, each)).collect()
            }
            Self::Mean(mean) => {
                let more = 1.0 - 1.0 / mean;
                let beyond = |tabs: u32| libm::pow(more, f64::from(tabs));
                let one = |tabs| match tabs {
                    MOST_TABS => (tabs, beyond(tabs - 1)),
                    _ => (tabs, beyond(tabs - 1) - beyond(tabs)),
                };
                (1..=MOST_TABS).map(one).collect()
            }
        }
    }

    /// How many tabs a browser has.
    fn draw(&self, unit: f64) -> u32 {
        match self {
            Self::Constant(tabs) => *tabs,
            Self::Listed(list) => {
                let place = number::floor(unit * number::float(number::count(list.len())));
                list[number::place(place).min(list.len() - 1)]
            }
            Self::Mean(mean) => {
                // Geometric on 1, 2, …: P(more than k) = (1 − 1/mean)^k.
                let more = 1.0 - 1.0 / mean;
                let tabs = if more <= 0.0 { 0.0 } else { libm::log(unit) / libm::log(more) };
                u32::try_from(number::floor(tabs) + 1).unwrap_or(MOST_TABS).min(MOST_TABS)
            }
        }
    }
}

impl Browsers {
    /// The browsers of `count` users from `first` on. The last one's tabs may be fewer than drawn.
    pub fn new(tabs: &Tabs, first: u32, count: u32, draws: &Draws) -> Self {
        if let Tabs::Constant(tabs) = *tabs {
            return Self::Alike { first, count, tabs };
        }
        let (mut starts, mut next, end) = (Vec::new(), first, first + count);
        while next < end {
            let browser = number::count(starts.len());
            starts.push(next);
            next = next.saturating_add(tabs.draw(draws.unit(Purpose::Tabs, browser, 0)));
        }
        starts.push(end);
        Self::Drawn(starts)
    }

    /// Whether any of them has more than one tab.
    pub fn has_several(&self) -> bool {
        match self {
            Self::Alike { count, tabs, .. } => *count.min(tabs) > 1,
            Self::Drawn(starts) => starts.windows(2).any(|pair| pair[1] - pair[0] > 1),
        }
    }

    /// The tabs of the browser that a user is a tab of.
    pub fn of(&self, user: u32) -> Range<u32> {
        match self {
            Self::Alike { first, count, tabs } => {
                let start = first + (user - first) / tabs * tabs;
                start..(start + tabs).min(first + count)
            }
            Self::Drawn(starts) => {
                let after = starts.partition_point(|&start| start <= user);
                starts[after - 1]..starts[after]
            }
        }
    }
}

/// How a stream stands to the others of its browser, where all of them share one connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Beside {
    /// It was opened on a connection that stood, or is being so.
    pub joined: bool,
    /// Another one counts for the connection.
    pub light: bool,
}

/// What a tab gets for which it has waited.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turn {
    /// Room for a connection, or for a stream more of one.
    Room,
    /// A connection that stands: another tab's request on it has been answered, which is known from
    /// then on.
    Open(Time),
}

/// The tabs that wait for a connection of their browser, by its first tab, in order of time; and
/// those who have got what they waited for, and have not begun: it is nobody else's meanwhile.
#[derive(Clone, Debug, Default)]
pub struct Queues {
    of: BTreeMap<u32, VecDeque<u32>>,
    waiting: u32,
    called: BTreeMap<u32, Turn>,
}

impl Queues {
    /// A tab of a browser begins to wait.
    pub fn join(&mut self, browser: u32, tab: u32) {
        self.of.entry(browser).or_default().push_back(tab);
        self.waiting += 1;
    }

    /// Whether a tab of a browser waits.
    pub fn waits(&self, browser: u32, tab: u32) -> bool {
        self.of.get(&browser).is_some_and(|queue| queue.contains(&tab))
    }

    /// A tab waits no more; returns whether it did.
    pub fn leave(&mut self, browser: u32, tab: u32) -> bool {
        let Some(queue) = self.of.get_mut(&browser) else { return false };
        let Some(place) = queue.iter().position(|&waiting| waiting == tab) else { return false };
        queue.remove(place);
        self.waiting -= 1;
        if queue.is_empty() {
            self.of.remove(&browser);
        }
        true
    }

    /// The tab of a browser that has waited for longest, and waits no more.
    pub fn next(&mut self, browser: u32) -> Option<u32> {
        let first = *self.of.get(&browser)?.front()?;
        self.leave(browser, first);
        Some(first)
    }

    /// Who waits for a connection of a browser, in order of time.
    pub fn line(&self, browser: u32) -> impl Iterator<Item = u32> + '_ {
        self.of.get(&browser).into_iter().flatten().copied()
    }

    /// A tab that waited begins as soon as it can.
    pub fn call(&mut self, tab: u32, turn: Turn) {
        self.called.insert(tab, turn);
    }

    /// Whether a tab has waited, and not yet begun.
    pub fn is_called(&self, tab: u32) -> bool {
        self.called.contains_key(&tab)
    }

    /// A tab that has waited begins, or wants to no more; returns what it has got, if it did.
    pub fn begins(&mut self, tab: u32) -> Option<Turn> {
        self.called.remove(&tab)
    }

    /// Whether nobody waits for a connection of a browser.
    pub fn is_empty(&self, browser: u32) -> bool {
        !self.of.contains_key(&browser)
    }

    /// How many wait.
    pub fn waiting(&self) -> u32 {
        self.waiting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_are_dealt_to_browsers_in_order() {
        let draws = Draws::new(1, 0, "phones");
        let alike = Browsers::new(&Tabs::Constant(7), 10, 20, &draws);
        assert_eq!([10, 16, 17, 29].map(|user| alike.of(user)), [10..17, 10..17, 17..24, 24..30]);
        let drawn = Browsers::new(&Tabs::Listed(vec![1, 3]), 10, 50, &draws);
        let mut next = 10;
        while next < 60 {
            let tabs = drawn.of(next);
            assert_eq!(tabs.start, next);
            assert!(tabs.end == 60 || [1, 3].contains(&tabs.len()), "{tabs:?}");
            assert!(tabs.clone().all(|tab| drawn.of(tab) == tabs));
            next = tabs.end;
        }
    }

    #[test]
    fn the_mean_is_the_mean() {
        for mean in [1.0, 1.5, 4.0] {
            let units = (0..100_000).map(|i| (f64::from(i) + 0.5) / 1e5);
            let sum: u32 = units.map(|unit| Tabs::Mean(mean).draw(unit)).sum();
            let found = f64::from(sum) / 1e5;
            assert!((found / mean - 1.0).abs() < 1e-3, "{found}, not {mean}");
        }
    }

    #[test]
    fn chances_are_those_of_the_draws() {
        for tabs in [Tabs::Constant(7), Tabs::Listed(vec![1, 3, 3]), Tabs::Mean(2.5)] {
            let draws = (0..100_000).map(|i| tabs.draw((f64::from(i) + 0.5) / 1e5));
            let (mut one, mut three, mut seven) = (0, 0, 0);
            draws.for_each(|drawn| match drawn {
                1 => one += 1,
                3 => three += 1,
                7 => seven += 1,
                _ => {}
            });
            let chance = |many| {
                let all = tabs.chances();
                all.iter().filter(|(tabs, _)| *tabs == many).map(|(_, share)| share).sum::<f64>()
            };
            for (many, found) in [(1, one), (3, three), (7, seven)] {
                let found = f64::from(found) / 1e5;
                assert!((found - chance(many)).abs() < 1e-4, "{tabs:?}: {many}: {found}");
            }
        }
    }

    #[test]
    fn who_waits_longest_is_next() {
        let mut queues = Queues::default();
        for tab in [7, 9, 8] {
            queues.join(3, tab);
        }
        assert!(queues.leave(3, 9) && !queues.leave(3, 9) && !queues.leave(4, 7));
        assert_eq!((queues.waiting(), queues.waits(3, 8)), (2, true));
        assert_eq!(queues.line(3).collect::<Vec<_>>(), [7, 8]);
        assert_eq!([3, 3, 3].map(|browser| queues.next(browser)), [Some(7), Some(8), None]);
        assert_eq!(queues.waiting(), 0);
        queues.call(7, Turn::Room);
        assert!(queues.is_called(7) && !queues.waits(3, 7));
        assert_eq!([7, 7].map(|tab| queues.begins(tab)), [Some(Turn::Room), None]);
    }
}
