//! Polls of a crowd in the steady state: short ones now and then, and those that are held.
use super::{crowd::Crowd, groups, held::Turns, outside::Outside, silence::Pattern, terms};
use crate::{
    node::parameters::{Audience, Transport},
    record::meter::Answers,
};

/// Steps in which the gap between two polls is added up.
const AGES: u32 = 64;
/// Steps of what is left of a gap when a user leaves.
const RESTS: u32 = 12;

/// Polls a second.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Polls {
    pub(super) all: f64,
    pub(super) empty: f64,
    pub(super) full: f64,
    /// Of requests that are held: how long one takes.
    pub(super) cycle: f64,
}

/// Whether messages wait in a mailbox for who asks.
pub(super) fn polls(transport: Transport) -> bool {
    matches!(transport, Transport::ShortPoll | Transport::LongPoll)
}

impl Crowd<'_> {
    /// Whether its held requests are answered all at once, at a fixed period.
    pub(super) fn polls_in_step(&self) -> bool {
        self.transport == Transport::LongPoll && self.pattern().period().is_some()
    }

    /// What comes for one of its users, on average.
    fn pattern(&self) -> Pattern {
        self.pattern_of(self.each_gets(), &vec![1.0; self.outside.len()])
    }

    /// Whether all that comes for its users does so at random, for each at the same rate.
    pub(super) fn is_plain(&self) -> bool {
        let pattern = self.pattern();
        pattern.periods.is_empty()
            && pattern.bursts.is_empty()
            && self.outside.iter().all(|source| source.unlike() <= 0.0)
    }

    /// What comes for its users, each of which gets so many messages a second on average: the share
    /// of those who are alike, and what that is for them.
    fn patterns(&self, all: f64) -> Vec<(f64, Pattern)> {
        let unlike: Vec<f64> = self.outside.iter().map(Outside::unlike).collect();
        let alike = groups::popular(self.clients.parameters.count, &unlike);
        alike.into_iter().map(|(share, more)| (share, self.pattern_of(all, &more))).collect()
    }

    /// The same for those who get so many times the mean of each source.
    fn pattern_of(&self, all: f64, more: &[f64]) -> Pattern {
        let mut pattern = Pattern::default();
        let mut own = all;
        for (source, more) in self.outside.iter().zip(more) {
            let mean = all * source.deliveries() / self.carried().max(1e-300);
            let bursts = source.bursts(mean * more);
            own -= source.period().map_or(mean, |period| 1.0 / period);
            if bursts.is_none() && source.period().is_none() {
                pattern.steady += mean * more;
            }
            pattern.periods.extend(source.period());
            pattern.bursts.extend(bursts);
        }
        pattern.steady += own.max(0.0);
        pattern
    }

    /// How many of so many tabs of a browser get what one of them gets: each number with its share
    /// of the deliveries.
    fn same(&self, tabs: u32) -> Vec<(f64, u32)> {
        let own = match self.clients.parameters.sends.as_ref().map(|sends| sends.to) {
            Some(Audience::All) => vec![(1.0, tabs)],
            Some(Audience::Room(size)) => groups::rooms(tabs, size),
            Some(Audience::Direct) | None => vec![(1.0, 1)],
        };
        let outside =
            self.outside.iter().map(|source| (source.deliveries(), source.together(tabs)));
        let own = std::iter::once((self.own_carried(), own));
        let all = self.carried().max(1e-300);
        own.chain(outside)
            .flat_map(|(many, groups)| {
                groups.into_iter().map(move |(share, same)| (share * many / all, same))
            })
            .collect()
    }

    /// What comes for all of its users: messages a second, and the periods of others, in seconds.
    pub(super) fn comes_for_all(&self) -> (f64, Vec<f64>) {
        let sends = self.clients.parameters.sends.as_ref().map(|sends| sends.to);
        let own = if sends == Some(Audience::All) { self.own_carried() } else { 0.0 };
        let each = self.outside.iter().filter(|source| source.is_to_each());
        let at_random = each.clone().filter(|source| source.period().is_none());
        let all = at_random.fold(own, |sum, source| sum + source.deliveries());
        let periods = each.filter_map(Outside::period).collect();
        (self.each_gets() * all / self.carried().max(1e-300), periods)
    }

    /// Whether its held requests are answered together: most of what comes is for all of them.
    pub(super) fn polls_together(&self) -> bool {
        let sends = self.clients.parameters.sends.as_ref().map(|sends| sends.to);
        let own = if sends == Some(Audience::All) { self.own_carried() } else { 0.0 };
        let outside = self.outside.iter().filter(|source| source.is_to_each());
        let all = outside.fold(own, |sum, source| sum + source.deliveries());
        self.transport == Transport::LongPoll && all > 0.5 * self.carried()
    }

    /// Whether its users come and go.
    pub(super) fn visits(&self) -> bool {
        self.clients.parameters.visits.is_some() && self.comes > 0.0
    }

    /// Whether what comes for those who are away is kept until they are back.
    pub(super) fn keeps(&self) -> bool {
        let resumes = self.clients.parameters.resume_window.is_none();
        self.inbox.is_some() || (self.buffer.is_some() && resumes)
    }

    /// Messages that come for one user, whether or not it is there, if they are kept for it.
    pub(super) fn each_gets(&self) -> f64 {
        let many = if self.visits() && self.keeps() { self.users } else { self.there };
        if many > 0.0 { self.arrive() / many } else { 0.0 }
    }

    /// How it polls.
    pub(super) fn ask(&mut self) {
        let rate = self.each_gets();
        if self.shut {
            return;
        }
        self.polls = match self.transport {
            Transport::Websocket | Transport::Sse => return,
            Transport::ShortPoll => self.short_polls(),
            Transport::LongPoll => {
                self.turns = self.take_turns();
                self.held_polls(rate)
            }
        };
    }

    /// Requests that are held, one after the other.
    fn held_polls(&self, rate: f64) -> Polls {
        let Turns { asks, empty, failed, .. } = self.turns;
        let [all, empty, failed] = [asks, empty, failed].map(|it| it * self.held);
        let cycle = 1.0 / asks.max(1e-9);
        let steady = Polls { all, empty, full: all - empty - failed, cycle };
        let alone = self.tabs.roomy();
        let visits = self.clients.parameters.visits.as_ref();
        let Some(visits) = visits.filter(|_| alone > 0.0 && !self.polls_in_step()) else {
            return steady;
        };
        let leaves = 1.0 / terms::mean(&visits.stay).max(1e-9);
        let own = self.polls_of_visits(rate, leaves);
        // Who takes turns hardly notices that it comes and goes.
        let turns = if alone < 1.0 { self.turns_in_line() } else { Turns::default() };
        let Turns { asks, empty, failed, .. } = turns;
        let [asks, empty, failed] = [asks, empty, failed].map(|it| it * self.held);
        Polls {
            all: alone * own.all + asks,
            empty: alone * own.empty + empty,
            full: alone * own.full + asks - empty - failed,
            cycle,
        }
    }

    /// Of visits with an exponential stay, whose users take no turns: the request that finds what
    /// came meanwhile, then one after the other until the last, which nobody answers.
    fn polls_of_visits(&self, rate: f64, leaves: f64) -> Polls {
        let hold = self.clients.parameters.poll_hold.seconds();
        let comes = self.patterns(rate);
        let found = 1.0 - self.nothing(&comes);
        let visits = self.comes * self.online;
        let last = visits * self.turns.held;
        if self.is_plain() {
            let each = terms::held_until(leaves, rate, [self.rtt, hold]);
            let [all, empty] = [found + each.asks, each.empty].map(|it| it * visits);
            return Polls { all, empty, full: all - empty - last, cycle: 0.0 };
        }
        // Of silences that end with a visit, or with a message, so many last for a hold.
        let over = |(share, pattern): &(f64, Pattern)| {
            let mut ends = pattern.clone();
            ends.steady += leaves;
            share * ends.silences(self.rtt + hold, self.rtt + hold)
        };
        let empty = self.held * comes.iter().map(over).sum::<f64>();
        let Turns { asks, empty: nothing, failed, .. } = self.turns_alone();
        let full = visits * found + self.held * (asks - nothing - failed);
        Polls { all: full + empty + last, empty, full, cycle: 0.0 }
    }

    /// The chance that nothing goes over a connection of its users for so many seconds: nothing
    /// comes for them, and over a WebSocket they send nothing either.
    pub(super) fn silent_for(&self, seconds: f64) -> f64 {
        let up = if self.transport == Transport::Websocket { self.sent } else { 0.0 };
        let says = up / self.there.max(1e-12);
        let gets = self.carried() / self.there.max(1e-12);
        silent(&self.patterns(gets), seconds) * libm::exp(-says * seconds)
    }

    /// The chance that nothing came for a user while it was away.
    fn nothing(&self, all: &[(f64, Pattern)]) -> f64 {
        self.clients
            .parameters
            .visits
            .as_ref()
            .map_or(1.0, |visits| terms::over(&visits.away, |away| silent(all, away)))
    }

    /// Held requests: of those who share a connection with nobody, and of those who take turns.
    fn take_turns(&self) -> Turns {
        let alone = self.tabs.roomy();
        let mut sum = Turns::default();
        if alone > 0.0 {
            sum.add([alone; 2], &self.turns_alone());
        }
        sum.add([1.0; 2], &self.turns_in_line());
        self.hands_over(sum)
    }

    /// Of who shares with nobody, by the round trip of each user, which matters where messages come
    /// as fast.
    fn turns_alone(&self) -> Turns {
        let clients = self.clients.parameters;
        let more = 2.0 * (self.balancer.way + self.pool.way) + self.handed();
        let (all, mean) = (self.patterns(self.each_gets()), self.each_gets());
        let mut sum = Turns::default();
        for (rtt, share) in terms::points(&clients.network.rtt, terms::POINTS) {
            for (alike, pattern) in &all {
                let hold = clients.poll_hold.seconds();
                let one = Turns::alone(pattern, rtt + more, hold, &self.breaks);
                sum.add([share * alike, share * alike * often(pattern, mean)], &one);
            }
        }
        sum
    }

    /// Of those who take turns, with their share of all, and how long they wait to send.
    fn turns_in_line(&self) -> Turns {
        if !self.tabs.is_shared() {
            return Turns::default();
        }
        let clients = self.clients.parameters;
        let more = 2.0 * (self.balancer.way + self.pool.way) + self.handed();
        let quick = terms::smaller(&clients.network.rtt) + more;
        let times = [self.rtt + self.handed(), clients.poll_hold.seconds(), quick];
        let (all, mean) = (self.patterns(self.each_gets()), self.each_gets());
        let mut sum = Turns::default();
        for (alike, pattern) in &all {
            let same = |tabs| self.same(tabs);
            let one = self.tabs.turns(pattern, times, &same, &self.breaks);
            sum.add([*alike, alike * often(pattern, mean)], &one);
        }
        sum
    }

    /// A request is held as well while what comes for it is on its way from the mailbox.
    fn hands_over(&self, turns: Turns) -> Turns {
        let handed = self.handed();
        let read = self.buffer.map_or(0.0, |mailbox| mailbox.parameters.read.seconds());
        let Turns { asks, empty, failed, pushed, wasted, .. } = turns;
        let found = (asks - empty - failed - pushed - wasted).max(0.0);
        let held = turns.held + turns.pushed * handed + found * (2.0 * handed + read);
        Turns { held: held.min(1.0), ..turns }
    }

    /// What so many answers with messages are cut into: each has as many of them as come by
    /// chance, which matters where some are one segment and others two.
    pub(super) fn answers(&self, many: f64) -> Answers {
        let each = (self.arrive() + self.wasted()) / self.polls.full.max(1e-12);
        let counts = match self.pattern().period() {
            Some(_) => terms::around(each),
            None => terms::some(each),
        };
        let mut all = Answers::default();
        for (messages, share) in counts {
            all.add(&self.law.wire.answer(messages * self.payload()).times(share * many));
        }
        all
    }

    /// Those of tabs that nobody looks at are further apart.
    fn short_polls(&self) -> Polls {
        let comes = self.patterns(self.each_gets());
        let every = self.clients.parameters.poll_every.seconds().max(1e-9);
        let mut polls = Polls { cycle: every, ..Polls::default() };
        for (share, gap) in self.gaps() {
            let all = self.there * share / gap;
            let empty = all * self.finds_nothing(&comes, gap);
            polls = Polls {
                all: polls.all + all,
                empty: polls.empty + empty,
                full: polls.full + all - empty,
                ..polls
            };
        }
        // Who comes asks at once.
        let nothing = self.finds_nothing_at_first(&comes);
        polls.all += self.comes;
        polls.empty += self.comes * nothing;
        polls.full += self.comes * (1.0 - nothing);
        polls
    }

    /// The chance that the first poll of a visit finds nothing: the last one was before its user
    /// left, by the time since the poll before that or since it came, which is longer than r with
    /// the chance (1 − r/P) · P(stay > r).
    fn finds_nothing_at_first(&self, comes: &[(f64, Pattern)]) -> f64 {
        let Some(visits) = &self.clients.parameters.visits else { return self.nothing(comes) };
        let mut sum = 0.0;
        for (users, gap) in self.gaps() {
            let step = gap / f64::from(RESTS);
            let longer = |k: u32| {
                let (part, rest) = (f64::from(k) / f64::from(RESTS), f64::from(k) * step);
                (1.0 - part) * terms::beyond(&visits.stay, rest)
            };
            for k in 0..RESTS {
                let (rest, ends) = ((f64::from(k) + 0.5) * step, longer(k) - longer(k + 1));
                for (away, share) in terms::points(&visits.away, AGES) {
                    sum += users * share * ends * silent(comes, away + rest);
                }
            }
        }
        sum
    }

    /// The chance that a poll in its turn finds nothing: the one before it was as its user came, if
    /// that is less than a gap ago. Who is there has come so long ago with the density
    /// P(stay > age) ÷ E(stay).
    fn finds_nothing(&self, comes: &[(f64, Pattern)], gap: f64) -> f64 {
        let clients = self.clients.parameters;
        let visits = clients.visits.as_ref().map(|visits| &visits.stay);
        let Some(stay) = visits.or(clients.sessions.as_ref().map(|it| &it.stay)) else {
            return silent(comes, gap);
        };
        let (mean, step) = (terms::mean(stay).max(1e-9), gap / f64::from(AGES));
        let (mut nothing, mut older) = (0.0, 1.0);
        for k in 0..AGES {
            let ago = (f64::from(k) + 0.5) * step;
            let share = terms::beyond(stay, ago) * step / mean;
            nothing += share * silent(comes, ago);
            older -= share;
        }
        nothing + older.max(0.0) * silent(comes, gap)
    }

    /// The share of its users that are hidden tabs, and how far apart their polls are on average,
    /// in seconds.
    pub(super) fn held_back(&self) -> (f64, f64) {
        let every = self.clients.parameters.poll_every.seconds().max(1e-9);
        let hidden = self.clients.parameters.background;
        hidden.map_or((0.0, every), |it| (it.share.0, it.throttle.seconds().max(every)))
    }

    /// The gaps between two polls of a user, in seconds, and the share of the time that is in such
    /// a one. A timer that is held back to each A seconds fires for a poll each P after ⌊P/A⌋·A, or
    /// after A more where that is needed to keep up.
    pub(super) fn gaps(&self) -> Vec<(f64, f64)> {
        let every = self.clients.parameters.poll_every.seconds().max(1e-9);
        let (hidden, mean) = self.held_back();
        let apart = self.clients.parameters.background.map_or(mean, |it| it.throttle.seconds());
        let short = libm::floor(mean / apart) * apart;
        let longer = (mean - short) / apart;
        let held = [(1.0 - longer, short), (longer, short + apart)];
        let held = held.map(|(often, gap)| (hidden * often * gap / mean, gap));
        let all = std::iter::once((1.0 - hidden, every)).chain(held);
        all.filter(|&(share, _)| share > 0.0).collect()
    }

    /// The longest gap between two polls of a user, in seconds.
    pub(super) fn rarest(&self) -> f64 {
        self.gaps().into_iter().map(|(_, gap)| gap).fold(0.0, f64::max)
    }

    /// Connections that polls and messages of who polls open a second: with one kept for K, a poll
    /// each P > K and λ messages of a user, N · e^(−λK) · (1/P + λ(1 − K/P)). A poll opens one
    /// where nothing was sent for K, a message where no poll was, either. Who comes opens one.
    pub(super) fn opened_for_requests(&self) -> f64 {
        let kept = self.pool.parameters.keep_alive.seconds();
        let sent = self.sent / self.there.max(1e-9);
        let anew = |(share, gap)| share * (1.0 / gap + sent * (1.0 - kept / gap));
        let longer = self.gaps().into_iter().filter(|&(_, gap)| gap > kept);
        self.comes + self.there * libm::exp(-sent * kept) * longer.map(anew).sum::<f64>()
    }
}

/// How many times the mean comes by a pattern.
fn often(pattern: &Pattern, mean: f64) -> f64 {
    if mean > 0.0 { pattern.rate() / mean } else { 1.0 }
}

/// The chance that nothing comes in so many seconds, over all users.
fn silent(all: &[(f64, Pattern)], seconds: f64) -> f64 {
    all.iter().map(|(share, pattern)| share * pattern.silent(seconds)).sum()
}
