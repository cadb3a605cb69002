//! What the tabs of a browser share in the steady state: six connections over HTTP/1.1, so that the
//! seventh stream waits, and held requests take turns.
use super::{
    Plan,
    bursts::Line,
    crowd::Crowd,
    groups,
    held::{Ends, Turns},
    sheet::{Sheet, Value, f, metric, n, per, s},
    silence::Pattern,
    terms,
};
use crate::{
    node::{
        browser,
        parameters::{Clients, Http, Tabs, Transport},
    },
    record::Unit,
    summary::{
        figures,
        napkin::{Beside, Kind},
    },
};

/// One in so many users is too few to be told apart.
const FEW: u32 = 1_000;

/// How a crowd's users share connections with the other tabs of their browser.
#[derive(Clone, Debug, Default)]
pub(super) struct Sharing {
    /// Tabs of one browser that take a connection, and the share of the users in such a one.
    classes: Vec<(u32, f64)>,
    /// Of each of those the share that waits for a connection, and that has one which lives; empty
    /// where none ends.
    lines: Vec<[f64; 2]>,
    /// The share of its users that have lost a connection and wait for none yet.
    away: f64,
    /// The share of what comes for those who wait that they do not get before the end of the run.
    pub(super) forever: f64,
    /// Connections of a browser.
    most: u32,
    /// Whether those who wait get their turn: requests that are held.
    turns: bool,
    /// The share of its users that wait for a connection at any time.
    pub(super) waits: f64,
    /// The share of its users whose messages never leave their browser.
    pub(super) silent: f64,
    /// The share of its users whose messages wait for a connection.
    pub(super) crowded: f64,
    /// How long those wait that leave, of streams that end, in seconds.
    kept: f64,
    /// Whether all streams of a browser go by one connection.
    pub(super) one: bool,
}

impl Sharing {
    pub(super) fn of(clients: &Clients, transport: Transport) -> Self {
        let Some(tabs) = &clients.tabs else { return Self::default() };
        let http = clients.wire.http;
        let Some((requests, most)) = browser::takes(transport, http) else {
            return Self::default();
        };
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        let mut own = Self {
            classes: classes(browsers(tabs, clients.count), like(clients, requests)),
            most,
            turns: transport == Transport::LongPoll,
            forever: 1.0,
            one: requests && http == Http::Two,
            ..Self::default()
        };
        let beyond = |tabs: u32| f64::from(tabs.saturating_sub(most)) / f64::from(tabs.max(1));
        own.waits = own.mean(beyond);
        let full = own.mean(|tabs| f64::from(u8::from(tabs >= most)));
        match transport {
            Transport::Sse if http == Http::One => (own.silent, own.crowded) = (full, full),
            Transport::LongPoll if http == Http::One => own.crowded = full,
            Transport::Sse if !clients.prefer.is_empty() => own.silent = own.waits,
            Transport::Websocket | Transport::Sse | Transport::LongPoll | Transport::ShortPoll => {}
        }
        own
    }

    /// Connections live for `life` and are then dead for `unnoticed`, and their users away for
    /// `back`, all in seconds: their places go to those who wait.
    pub(super) fn settle(&mut self, life: f64, unnoticed: f64, back: f64) {
        if self.one {
            // All of a browser end together.
            return;
        }
        let placed = (life + unnoticed).max(1e-9);
        let line = |&(tabs, _): &(u32, f64)| {
            let [has, waits] = terms::places(tabs, self.most, back / placed);
            [waits, has * life / placed]
        };
        self.lines = self.classes.iter().map(line).collect();
        let of = |place: usize| -> f64 {
            let all = self.classes.iter().zip(&self.lines);
            all.map(|((_, share), line)| share * line[place]).sum()
        };
        if self.is_shared() {
            let (waits, has) = (of(0), of(1));
            (self.waits, self.away) = (waits, (1.0 - waits - has).max(0.0));
        }
    }

    /// So many connections of a user end a second, each of which lets one in that waits: over so
    /// many seconds who waits is so for an exponential time.
    pub(super) fn wait(&mut self, ends: f64, window: f64) {
        if ends > 0.0 && self.waits > 0.0 && window > 0.0 {
            let ratio = self.waits / ends / window;
            self.forever = ratio * -libm::expm1(-1.0 / ratio);
        }
    }

    /// Connections end at a rate of `ends` each: what is kept leaves when one of its browser does,
    /// after an exponential time, if that is before the end of the run. `freely` says whether that
    /// of a tab which waits for a stream does, too.
    pub(super) fn end(&mut self, ends: f64, run: f64, freely: bool) {
        if self.silent <= 0.0 || self.crowded <= 0.0 || ends <= 0.0 || run <= 0.0 {
            return;
        }
        let wait = 1.0 / (f64::from(self.most) * ends);
        let (left, ratio) = (libm::exp(-run / wait), wait / run);
        let kept = ratio * (1.0 - left);
        self.kept = wait * (1.0 + left - 2.0 * ratio * (1.0 - left)) / (1.0 - kept).max(1e-12);
        // Who first has to find out which transport works sends nothing before its own turn.
        let speak = if freely { 1.0 } else { 1.0 - self.waits };
        self.silent = self.crowded * (1.0 - (1.0 - kept) * speak);
    }

    /// How long what is kept in a browser and leaves it waits there, in seconds, on average over
    /// all messages that are sent.
    pub(super) fn waits_to_leave(&self) -> f64 {
        let leave = (1.0 - self.silent).max(1e-12);
        self.kept * (self.crowded - self.silent).max(0.0) / leave
    }

    /// The mean over users.
    pub(super) fn mean(&self, of: impl Fn(u32) -> f64) -> f64 {
        self.classes.iter().map(|&(tabs, share)| share * of(tabs)).sum()
    }

    /// Whether tabs share anything.
    pub(super) fn is_shared(&self) -> bool {
        !self.classes.is_empty()
    }

    /// The share of its users in whose browser each tab has a connection of its own.
    pub(super) fn roomy(&self) -> f64 {
        if !self.is_shared() {
            return 1.0;
        }
        let all = self.classes.iter().filter(|(tabs, _)| *tabs <= self.most);
        all.map(|(_, share)| share).sum()
    }

    /// How many wait.
    fn words(&self, there: f64) -> String {
        let most = f(f64::from(self.most));
        match self.classes.as_slice() {
            _ if self.away > 0.0 => {
                let waits = figures::share(self.waits);
                format!("N × those in line for {most} of T that come back = {} × {waits}", n(there))
            }
            [(tabs, _)] if *tabs > self.most => {
                let tabs = f(f64::from(*tabs));
                format!("N × (T − {most})/T = {} × ({tabs} − {most})/{tabs}", n(there))
            }
            [(tabs, _)] => format!("{} of a browser, at most {most}", f(f64::from(*tabs))),
            _ => format!("N × E(T − {most})⁺/E(T) = {} × {}", n(there), figures::share(self.waits)),
        }
    }

    /// The share of those who hold a request in turn that have a connection at any time.
    pub(super) fn connected(&self) -> f64 {
        let all = (1.0 - self.away).max(1e-12);
        if self.turns { (self.asks() - self.away).max(0.0) / all } else { 1.0 }
    }

    /// The share of its users that are connected, or take turns.
    pub(super) fn streams(&self) -> f64 {
        if self.turns { 1.0 } else { self.asks() }
    }

    /// The share of its users that take a place of their gateways.
    pub(super) fn asks(&self) -> f64 {
        1.0 - self.waits
    }

    /// The share of its users' messages that leave, of those who are connected.
    pub(super) fn speaks(&self) -> f64 {
        (1.0 - self.silent) / self.streams().max(1e-12)
    }

    /// Held requests of those in a browser where they take turns, with their share of all, and how
    /// long each waits to send, by what comes for a user, a round trip, a hold, and the shorter of
    /// two round trips; `same` says how many of so many tabs get what one of them gets.
    pub(super) fn turns(
        &self,
        pattern: &Pattern,
        times: [f64; 3],
        same: &dyn Fn(u32) -> Vec<(f64, u32)>,
        ends: &Ends,
    ) -> Turns {
        let mut sum = Turns::default();
        for (place, &(tabs, share)) in self.classes.iter().enumerate() {
            let ratio = self.ratio(place);
            sum.add([share; 2], &self.turns_of((tabs, ratio), pattern, times, &same(tabs), ends));
        }
        sum
    }

    /// How many of a class wait for each of them that has a connection.
    fn ratio(&self, place: usize) -> f64 {
        let (tabs, most) = (self.classes[place].0, self.most.max(1));
        match self.lines.get(place) {
            Some([waits, has]) => waits / has.max(1e-9),
            None => f64::from(tabs.saturating_sub(most)) / f64::from(most),
        }
    }

    /// Those of a browser with so many, if they take turns: as far as a message lets those in line
    /// ask they are as those who get all alike, else as those who each get their own.
    fn turns_of(
        &self,
        (tabs, ratio): (u32, f64),
        pattern: &Pattern,
        times: [f64; 3],
        same: &[(f64, u32)],
        breaks: &Ends,
    ) -> Turns {
        let most = self.most.max(1);
        let [rtt, hold, _] = times;
        let mut turns = Turns::default();
        if tabs > most {
            let let_in = |(share, same): &(f64, u32)| share * groups::let_in(*same, tabs, most);
            let together = same.iter().map(let_in).sum::<f64>().min(1.0);
            turns.add([together; 2], &Turns::of_all(pattern, times, [tabs, most], breaks));
            let apart = self.apart((tabs, ratio), pattern, [rtt, hold], breaks);
            turns.add([1.0 - together; 2], &apart);
        }
        let others = f64::from(tabs.saturating_sub(1).max(1));
        let other = |(share, same): &(f64, u32)| share * f64::from(same.saturating_sub(1)) / others;
        let sends = self.crowded > 0.0 && tabs >= self.most;
        let same = same.iter().map(other).sum::<f64>();
        turns.up = if sends { self.next_end(pattern, [rtt, hold], same, breaks) } else { 0.0 };
        turns
    }

    /// Those of a browser with more tabs than connections, of which each gets its own messages.
    fn apart(
        &self,
        (tabs, ratio): (u32, f64),
        pattern: &Pattern,
        [rtt, hold]: [f64; 2],
        breaks: &Ends,
    ) -> Turns {
        let most = self.most.max(1);
        let ahead = f64::from(tabs.saturating_sub(most)) - 1.0;
        let mut sum = Turns::default();
        let mut turn = None;
        for (share, rate) in pattern.states() {
            let held = |wait: f64| breaks.held(rate, [rtt + wait, hold], wait);
            let served = terms::shared_poll([rtt, hold], ratio, held);
            turn = turn.or(Some(served));
            let wait = served * ratio;
            let cycle = (wait + served).max(1e-9);
            // Who is the n-th in line waits for n ends.
            let steady = Pattern { steady: rate, ..Pattern::default() };
            let ends = self.next_end(&steady, [rtt, hold], 0.0, breaks);
            let rest = ends + ahead * served / f64::from(most) / 2.0;
            let travels = (rtt / cycle).min(1.0);
            let late =
                wait / cycle * rest + travels * wait + terms::long_poll_lag(rtt, cycle) - rtt / 2.0;
            let one = Turns::each(rate, [cycle, (served - rtt).max(0.0), hold], late, breaks);
            let mean = pattern.rate();
            let part = if mean > 0.0 { share * rate / mean } else { share };
            sum.add([share, part], &one);
        }
        if let (false, true, Some(served)) = (pattern.bursts.is_empty(), breaks.none(), turn) {
            // States do not last: a request ends without a message as of one who is alone.
            let empty = pattern.silences(rtt + hold, rtt + hold) / (1.0 + ratio);
            (sum.asks, sum.empty) = (sum.asks - sum.empty + empty, empty);
            sum.late += Line { tabs, most, rtt, hold, served }.left_over(pattern);
        }
        sum
    }

    /// How long it takes on average until the first of all held requests of a browser is answered;
    /// those that the same message answers are one.
    fn next_end(&self, pattern: &Pattern, [rtt, hold]: [f64; 2], same: f64, breaks: &Ends) -> f64 {
        let most = f64::from(self.most.min(1_000));
        let apart = most / (1.0 + (most - 1.0).max(0.0) * same);
        if let Some(period) = pattern.period().filter(|_| same > 0.5) {
            let (both, whole) = ((rtt + hold).max(1e-9), (period / (rtt + hold).max(1e-9)).floor());
            let rest = period - whole * both;
            return (whole * both * both + rest * rest) / (2.0 * period);
        }
        // A connection that dies silently lets nobody in.
        let rate = pattern.rate() + breaks.aged() + breaks.dies * (1.0 - breaks.silent);
        let served = terms::long_poll_cycle(rate, rtt, hold).max(1e-9);
        let travels = (rtt / served).min(1.0);
        travels * rtt / (apart + 1.0) + (1.0 - travels) * terms::first_end(apart, rate, hold)
    }
}

/// The share of a crowd's users that take the same kind of connections of their browser at a time.
fn like(clients: &Clients, requests: bool) -> f64 {
    let there = clients.visits.as_ref().map_or(1.0, crate::node::parameters::Visits::share);
    let parts = super::ways::parts(clients);
    let same = |part: &super::ways::Part| {
        let way = clients.prefer.get(part.place).map_or(clients.transport, |it| it.transport);
        browser::takes(way, clients.wire.http).is_some_and(|(kind, _)| kind == requests)
    };
    there * parts.iter().filter(|part| !part.shut && same(part)).map(|part| part.share).sum::<f64>()
}

/// The numbers of tabs, each with its share of the browsers: of a constant number the last browser
/// has what is left, which matters where there are few.
fn browsers(tabs: &Tabs, users: u32) -> Vec<(u32, f64)> {
    let Tabs::Constant(each) = tabs else { return tabs.chances() };
    let (full, left) = (users / (*each).max(1), users % (*each).max(1));
    if left == 0 || left < users / FEW {
        return tabs.chances();
    }
    let all = f64::from(full) + 1.0;
    let full = (*each, f64::from(full) / all);
    [full, (left, 1.0 / all)].into_iter().filter(|(_, share)| *share > 0.0).collect()
}

/// How many tabs of a browser take a connection where each of the others does with a chance: by the
/// share of those who take one that are in such a browser.
fn classes(chances: Vec<(u32, f64)>, chance: f64) -> Vec<(u32, f64)> {
    let mean: f64 = chances.iter().map(|&(tabs, share)| f64::from(tabs) * share).sum();
    let most = chances.iter().map(|&(tabs, _)| tabs).max().unwrap_or(1);
    let mut shares = vec![0.0; usize::try_from(most).unwrap_or(0) + 1];
    for (tabs, share) in chances {
        let users = share * f64::from(tabs) / mean.max(1e-12);
        for (others, part) in
            terms::binomial(tabs.saturating_sub(1), chance).into_iter().enumerate()
        {
            shares[others + 1] += users * part;
        }
    }
    let all = shares.into_iter().zip(0..).filter(|(share, _)| *share > 1e-12);
    all.map(|(share, tabs)| (tabs, share)).collect()
}

impl Plan<'_> {
    /// What tabs wait for.
    pub(super) fn tab_lines(&self, sheet: &mut Sheet) {
        let shares = |crowd: &&Crowd<'_>| {
            crowd.tabs.is_shared() && !crowd.shut && crowd.transport != Transport::Websocket
        };
        let rows = || self.crowds.iter().filter(shares);
        let waits: f64 = rows().map(|crowd| crowd.there * crowd.tabs.waits).sum();
        if rows().next().is_none() {
            return;
        }
        let words: Vec<String> = rows().map(|crowd| crowd.tabs.words(crowd.there)).collect();
        let value = |number, unit, kind, beside| Value { number, unit, kind, beside };
        let beside = metric("tabs.waiting.mean");
        let all = value(waits, Unit::Count, Kind::Connections, beside);
        sheet.line("Tabs that wait", words.join(" + "), all);
        let kept: f64 = rows().map(|crowd| crowd.sent * crowd.tabs.crowded).sum();
        if kept <= 0.0 {
            return;
        }
        let words: Vec<String> = rows()
            .filter(|crowd| crowd.tabs.crowded > 0.0)
            .map(|crowd| {
                let part = format!(
                    "{} × {} of the tabs",
                    per(crowd.sent),
                    figures::share(crowd.tabs.crowded)
                );
                let tabs = &crowd.tabs;
                match tabs.silent > 0.0 {
                    true if tabs.kept > 0.0 => {
                        format!(
                            "{part}, {} of them to the end",
                            figures::share(tabs.silent / tabs.crowded)
                        )
                    }
                    true => format!("{part}, for good"),
                    false => format!("{part}, {} each", s(crowd.turns.up / tabs.crowded)),
                }
            })
            .collect();
        let beside = Beside::OverRun("tabs.held_back".to_owned());
        let all = value(kept, Unit::PerSecond, Kind::Deliveries, beside);
        sheet.line("Messages kept in tabs", words.join(" + "), all);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::near;

    const ENDLESS: Ends = Ends { ages: None, dies: 0.0, silent: 0.0, back: 0.0, unnoticed: 0.0 };

    fn sharing(tabs: &Tabs, chance: f64, turns: bool) -> Sharing {
        let mut own = Sharing {
            classes: classes(tabs.chances(), chance),
            most: 6,
            turns,
            ..Sharing::default()
        };
        own.waits = own.mean(|tabs| f64::from(tabs.saturating_sub(6)) / f64::from(tabs));
        own
    }

    /// E(T − 6)⁺ / E(T).
    #[test]
    fn the_seventh_waits() {
        near(sharing(&Tabs::Constant(7), 1.0, false).waits, 1.0 / 7.0, 1e-9);
        near(sharing(&Tabs::Constant(6), 1.0, false).waits, 0.0, 1e-9);
        near(sharing(&Tabs::Listed(vec![1, 9]), 1.0, false).waits, 3.0 / 10.0, 1e-9);
        // A geometric law with mean 4: (3/4)^6 of the browsers have more, 4 more on average.
        let expected = libm::pow(0.75, 6.0);
        let found = sharing(&Tabs::Mean(4.0), 1.0, false).waits;
        assert!((found - expected).abs() < 1e-9, "{found}");
        // Each of eight with a chance of a half: 7 with 8/256, and 8 with 1/256.
        near(
            sharing(&Tabs::Constant(8), 0.5, false).waits,
            (8.0 / 256.0 + 2.0 / 256.0) / (8.0 * 0.5),
            1e-9,
        );
    }

    #[test]
    fn the_last_browser_has_what_is_left() {
        let all = browsers(&Tabs::Constant(255), 600);
        assert_eq!(all.iter().map(|one| one.0).collect::<Vec<_>>(), [255, 90]);
        let own = Sharing { classes: classes(all, 1.0), most: 100, ..Sharing::default() };
        near(
            own.mean(|tabs| f64::from(tabs.saturating_sub(100)) / f64::from(tabs)),
            310.0 / 600.0,
            1e-9,
        );
        assert_eq!(browsers(&Tabs::Constant(7), 100_000).len(), 1);
        assert_eq!(browsers(&Tabs::Constant(7), 3), [(3, 1.0)]);
    }

    /// Nothing comes: six are held at a time for 30 s and 1 s of travel, by twelve in turns.
    #[test]
    fn twelve_take_turns() {
        let own = sharing(&Tabs::Constant(12), 1.0, true);
        let nothing = Pattern::default();
        for same in [1, 12] {
            let found = own.turns(&nothing, [1.0, 30.0, 1.0], &|_| vec![(1.0, same)], &ENDLESS);
            assert!((found.asks - 1.0 / 62.0).abs() < 1e-6, "{found:?}");
        }
        let alone = Turns::alone(&nothing, 1.0, 30.0, &ENDLESS);
        near(alone.asks, 1.0 / 31.0, 1e-9);
        near(alone.up, 0.0, 1e-9);
    }

    /// A message for all each 40 s, held for 30 s: six of eight tabs have it at once, two a round
    /// trip later; each is answered once, and each connection is empty once.
    #[test]
    fn a_message_for_all_goes_round() {
        let own = sharing(&Tabs::Constant(8), 1.0, true);
        let pattern = Pattern { periods: vec![40.0], ..Pattern::default() };
        let all = |tabs| vec![(1.0, tabs)];
        let found = own.turns(&pattern, [0.1, 30.0, 0.1], &all, &ENDLESS);
        near(found.asks, 1.75 / 40.0, 1e-9);
        near(found.empty, 0.75 / 40.0, 1e-9);
        near(found.late, 0.1 * 2.0 / 8.0, 1e-9);
        // Each for itself: it waits until one of six ends.
        let apart = own.turns(&pattern, [0.1, 30.0, 0.1], &|_| vec![(1.0, 1)], &ENDLESS);
        assert!(apart.late > 1.0, "{apart:?}");
        // So many that they never end: six a round trip.
        let always = Pattern { steady: 1e9, ..Pattern::default() };
        let found = own.turns(&always, [0.1, 30.0, 0.1], &all, &ENDLESS);
        assert!((found.asks * 8.0 - 60.0).abs() < 1e-3, "{found:?}");
    }
}
