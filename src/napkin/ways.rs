//! Crowds that prefer several transports: who goes by which, what their blocked tries come to, and
//! how long they take.
use super::{
    Plan,
    crowd::Crowd,
    events::herd_lines,
    sheet::{Sheet, Value, f, metric, n, s},
    terms,
};
use crate::{
    engine::{Span, number},
    node::parameters::{BlockedBy, Clients, Fallback, Jitter, Reconnect, Transport},
    record::Unit,
    scenario::{ActionKind, NodeId},
    summary::{
        figures,
        napkin::{Beside, Kind},
    },
    world::ways::name,
};

/// Points at which the mean of a preset's delay is taken.
const POINTS: u32 = 40;
/// Rounds of tries that are counted one by one.
const ROUNDS: u32 = 100_000;

/// A part of a crowd.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Part {
    /// The place of its transport among those that the crowd prefers.
    pub(super) place: usize,
    /// The share of the crowd's users.
    pub(super) share: f64,
    /// Whether all transports are blocked for them.
    pub(super) shut: bool,
}

/// Who goes by which transport: Π(blocked of those before it) · (1 − its own); at the end those for
/// whom all are blocked.
pub(super) fn parts(clients: &Clients) -> Vec<Part> {
    let mut left = 1.0;
    let mut all: Vec<Part> = Vec::new();
    for (place, way) in clients.prefer.iter().enumerate() {
        all.push(Part { place, share: left * (1.0 - way.blocked.0), shut: false });
        left *= way.blocked.0;
    }
    if all.is_empty() {
        return vec![Part { place: 0, share: 1.0, shut: false }];
    }
    let last = all.len() - 1;
    if left > 0.0 {
        all.push(Part { place: last, share: left, shut: true });
    }
    all
}

/// The rows of one crowd with a list.
struct Listed<'c, 's> {
    rows: Vec<&'c Crowd<'s>>,
    fallback: Fallback,
    /// Seconds of the run.
    run: f64,
}

/// Adds to each transport the tries a second that are blocked.
pub(super) fn try_all(all: &mut [Crowd<'_>], run: f64) {
    let ids: Vec<NodeId> = all.iter().map(|crowd| crowd.clients.id).collect();
    for (place, id) in ids.iter().enumerate() {
        if ids[..place].contains(id) {
            continue;
        }
        let Some(tries) = Listed::of(all, *id, run).map(|listed| listed.tries()) else { continue };
        let own = all.iter_mut().filter(|crowd| crowd.clients.id == *id && !crowd.shut);
        own.zip(tries).for_each(|(crowd, tries)| crowd.tries = tries);
    }
}

impl<'c, 's> Listed<'c, 's> {
    fn of(all: &'c [Crowd<'s>], id: NodeId, run: f64) -> Option<Self> {
        let rows: Vec<&Crowd<'s>> = all.iter().filter(|crowd| crowd.clients.id == id).collect();
        let clients = rows.first()?.clients.parameters;
        let fallback = clients.fallback.filter(|_| !clients.prefer.is_empty())?;
        Some(Self { rows, fallback, run })
    }

    /// Those who get through, with the number of transports that are blocked for them.
    fn open(&self) -> impl Iterator<Item = (usize, &'c Crowd<'s>)> {
        self.rows.iter().copied().filter(|row| !row.shut).enumerate()
    }

    fn shut(&self) -> Option<&'c Crowd<'s>> {
        self.rows.iter().copied().find(|row| row.shut)
    }

    fn clients(&self) -> &'c Clients {
        self.rows[0].clients.parameters
    }

    /// Blocked tries a second of each transport.
    fn tries(&self) -> Vec<f64> {
        let shut =
            self.shut().zip(self.round(ROUNDS)).map_or(0.0, |(row, round)| row.there / round);
        let mut tries = vec![shut; self.open().count()];
        for (before, row) in self.open() {
            let forgotten = self.forgotten(row);
            tries[..before].iter_mut().for_each(|tries| *tries += forgotten);
        }
        tries
    }

    /// Connections of a transport a second that are opened by who no longer knows it.
    fn forgotten(&self, row: &Crowd<'_>) -> f64 {
        let clients = self.clients();
        let Some(remember) = self.fallback.remember.map(Span::seconds) else { return 0.0 };
        // What is known at the start is known until then.
        let part = (1.0 - remember / self.run.max(1e-9)).max(0.0);
        let oldest = row.pool.parameters.max_age.map_or(f64::INFINITY, Span::seconds);
        let older = |seconds: f64| f64::from(u8::from(seconds > remember));
        let outlives = |law| older(oldest) * terms::beyond(law, remember);
        let ends = match &clients.network.lifetime {
            Some(law) => row.ends * outlives(law),
            None => row.ends * older(oldest),
        };
        let comes = match (&clients.visits, &clients.sessions) {
            (Some(visits), _) => {
                let stay = terms::mean(&visits.stay);
                row.comes * part * terms::beyond(&visits.away, remember - stay)
            }
            (None, Some(_)) => row.comes,
            (None, None) => 0.0,
        };
        ends * part + comes
    }

    /// Seconds that a blocked try takes.
    fn takes(&self) -> f64 {
        let row = self.rows[0];
        let answered = match self.fallback.blocked_by {
            BlockedBy::Swallow => return self.fallback.try_timeout.seconds(),
            BlockedBy::Refuse => terms::mean(&self.clients().network.rtt),
            BlockedBy::Strip => row.rtt * (row.pool.parameters.handshake_rtts + 1.0) / 2.0,
        };
        answered.min(self.fallback.try_timeout.seconds())
    }

    /// Seconds that a round of tries takes which all fail, with the delay after it, of which it is
    /// the `k`-th; none where clients give up before.
    fn round(&self, k: u32) -> Option<f64> {
        let reconnect = &self.clients().reconnect;
        if reconnect.attempts.is_some() {
            return None;
        }
        let others = self.clients().prefer.len().saturating_sub(1);
        let last = match self.fallback.blocked_by {
            BlockedBy::Swallow => reconnect.timeout.seconds(),
            BlockedBy::Refuse | BlockedBy::Strip => self.takes(),
        };
        let tries = number::float(number::count(others));
        Some((tries * self.takes() + last + delay(reconnect, k)).max(1e-3))
    }

    /// Rounds of those for whom all is blocked until the end of the run.
    fn rounds(&self) -> Option<f64> {
        let mut passed = delay(&self.clients().reconnect, 0);
        let mut rounds = 0.0;
        for k in 1..ROUNDS {
            if passed >= self.run {
                return Some(rounds);
            }
            passed += self.round(k)?;
            rounds += 1.0;
        }
        Some(rounds)
    }

    /// Connections opened in the run, and blocked tries before them.
    fn opened(&self) -> [f64; 2] {
        let mut sum = [0.0; 2];
        for (before, row) in self.open() {
            let before = number::float(number::count(before));
            let first = if row.cold() { row.there } else { 0.0 };
            sum[0] += first + row.attempts() * self.run;
            sum[1] += before * (first + self.forgotten(row) * self.run);
        }
        sum
    }
}

/// A transport as people say it.
fn said(transport: Transport) -> String {
    name(transport).replace('_', " ")
}

/// The mean of a delay.
pub(super) fn delay(reconnect: &Reconnect, k: u32) -> f64 {
    if let Some(preset) = reconnect.preset {
        let at = |point: u32| (f64::from(point) + 0.5) / f64::from(POINTS);
        let sum: f64 = (0..POINTS)
            .map(|point| preset.delay(at(point), k.min(60), || Span::FOREVER).seconds())
            .sum();
        return sum / f64::from(POINTS);
    }
    let (base, cap) = (reconnect.base.seconds(), reconnect.cap.seconds());
    let whole = (base * libm::pow(reconnect.factor, f64::from(k.min(200)))).min(cap);
    match reconnect.jitter {
        Jitter::None | Jitter::Proportional(_) => whole,
        Jitter::Equal => 0.75 * whole,
        Jitter::Full => 0.5 * whole,
        Jitter::Decorrelated => {
            (0..=k.min(200)).fold(base, |before, _| (f64::midpoint(base, 3.0 * before)).min(cap))
        }
    }
}

impl<'s> Plan<'s> {
    /// The nodes of its crowds, each once.
    pub(super) fn clients(&self) -> Vec<NodeId> {
        let mut ids: Vec<NodeId> = self.crowds.iter().map(|crowd| crowd.clients.id).collect();
        ids.dedup();
        ids
    }

    fn lists(&self) -> Vec<Listed<'_, 's>> {
        let run = self.scenario.horizon.seconds();
        self.clients().into_iter().filter_map(|id| Listed::of(&self.crowds, id, run)).collect()
    }

    /// Whether the timeline blocks a transport of a crowd.
    fn is_blocked_later(&self, crowd: NodeId) -> bool {
        let blocks =
            |kind: &ActionKind| matches!(kind, ActionKind::Block { node, .. } if *node == crowd);
        self.scenario.timeline.iter().any(|action| blocks(&action.kind))
    }

    /// A transport of a crowd and the next one of its list, where those go who lose it.
    pub(super) fn next_way(
        &self,
        crowd: NodeId,
        lost: Transport,
    ) -> Option<[&super::Crowd<'s>; 2]> {
        let mut own = self.crowds.iter().filter(|row| row.clients.id == crowd && !row.shut);
        let lost = own.find(|row| row.transport == lost)?;
        Some([lost, own.next()?])
    }

    /// Those who lose a transport come to the next one.
    pub(super) fn block_lines(
        &self,
        name: &str,
        crowd: NodeId,
        transport: Transport,
        share: f64,
        sheet: &mut Sheet,
    ) {
        let own =
            self.crowds.iter().find(|row| row.clients.id == crowd && row.transport == transport);
        let Some(own) = own.filter(|row| row.held > 0.0) else { return };
        let hit = own.held * share;
        let words = format!("{} of {}", figures::share(share), n(own.held));
        let next = self.next_way(crowd, transport).map(|[_, next]| next);
        let pool = next.and_then(|next| self.pool(next.pool.id));
        herd_lines(name, words, hit, pool.as_ref(), 0.0, sheet);
        let Some((next, pool)) = next.zip(pool) else { return };
        let words = format!("{} + {} by {}", n(next.placed()), n(hit), said(next.transport));
        let note = format!("places for {}", n(pool.places()));
        let value = Value {
            number: pool.held + if next.pool.id == own.pool.id { 0.0 } else { hit },
            unit: Unit::Count,
            kind: Kind::Connections,
            beside: Beside::Nothing,
        };
        sheet.noted("Connections there", words, value, note);
    }

    /// Who goes by which transport, and what the blocked ones cost.
    pub(super) fn way_lines(&self, sheet: &mut Sheet) {
        let alone = self.clients().len() == 1;
        for listed in self.lists() {
            let row = listed.rows[0];
            sheet.about(if alone { "" } else { row.clients.name });
            if listed.rows.len() > 1 {
                listed.part_lines(alone, sheet);
            }
            if !self.is_blocked_later(row.clients.id) {
                listed.try_lines(alone, sheet);
            }
        }
        sheet.about("");
    }
}

impl Listed<'_, '_> {
    fn part_lines(&self, alone: bool, sheet: &mut Sheet) {
        let held: f64 = self.rows.iter().map(|row| row.held).sum();
        let mut before: Vec<String> = Vec::new();
        for (_, row) in self.open() {
            let blocked = self.clients().prefer.iter().find(|it| it.transport == row.transport);
            let blocked = blocked.map_or(0.0, |it| it.blocked.0);
            let own = (blocked > 0.0).then(|| format!("1 − {}", figures::share(blocked)));
            let words = match (before.join(" × "), own) {
                (before, None) if before.is_empty() => "all".to_owned(),
                (before, Some(own)) if before.is_empty() => own,
                (before, Some(own)) => format!("{before} × ({own})"),
                (before, None) => before,
            };
            before.push(figures::share(blocked));
            let words = match row.moved.round() {
                moved if moved > 0.0 => format!("{words} + {} without room before", n(moved)),
                moved if moved < 0.0 => format!("{words}, less {} without room", n(-moved)),
                _ => words,
            };
            // Who loses its connection more often has one for less of the time.
            let words = if held > 0.0 && (row.held / held - row.part).abs() > 0.005 {
                format!("{words}, of those connected {} of {}", n(row.held), n(held))
            } else {
                words
            };
            let name = name(row.transport);
            let beside = if alone { metric(format!("clients.on_{name}")) } else { Beside::Nothing };
            let share = if held > 0.0 { row.held / held } else { 0.0 };
            let value = Value { number: share, unit: Unit::Share, kind: Kind::Ways, beside };
            if row.part > 0.0 && self.clients().prefer.len() > 1 {
                sheet.line(&format!("Users by {}", said(row.transport)), words, value);
            }
        }
        if let Some(shut) = self.shut() {
            let words = format!("{} × {}", before.join(" × "), n(shut.everyone));
            let beside = metric("clients.never_connected");
            let value = Value { number: shut.users, unit: Unit::Count, kind: Kind::Ways, beside };
            sheet.line("Users without a way", words, value);
        }
    }

    fn try_lines(&self, alone: bool, sheet: &mut Sheet) {
        let [opened, blocked] = self.opened();
        let most = self.open().filter(|(_, row)| row.part > 0.0).map(|(before, _)| before).max();
        let most = number::float(number::count(most.unwrap_or(0)));
        let beside = |name: &str| {
            if alone { metric(name) } else { Beside::Nothing }
        };
        let ways = number::float(number::count(self.open().count()));
        let shut = self.shut().map(|row| (row.there, self.rounds()));
        let (count, words) = match shut {
            Some((_, None)) => (None, String::new()),
            Some((there, Some(rounds))) => (
                Some(blocked + there * rounds * ways),
                format!("{} × {} rounds of {}", n(there), n(rounds.round()), f(ways)),
            ),
            None => (Some(blocked), self.known()),
        };
        if let Some(count) = count {
            let beside = beside("attempts.blocked");
            let value = Value { number: count, unit: Unit::Count, kind: Kind::Ways, beside };
            sheet.line("Blocked tries in the run", words, value);
        }
        if blocked <= 0.0 || opened <= 0.0 {
            return;
        }
        let takes = self.takes();
        let value =
            |number, beside| Value { number, unit: Unit::Seconds, kind: Kind::Ways, beside };
        let words = format!(
            "blocked ÷ opened × {} = {} ÷ {} × …",
            s(takes),
            n(blocked.round()),
            n(opened.round())
        );
        let mean = value(blocked / opened * takes, beside("negotiation.mean"));
        sheet.line("Negotiation, mean", words, mean);
        if self.fallback.blocked_by == BlockedBy::Swallow {
            let words = format!("{} × {}, a try each", f(most), s(takes));
            let longest = value(most * takes, beside("negotiation.max"));
            sheet.line("Negotiation, longest", words, longest);
        }
    }

    /// Why there are as many as there are.
    fn known(&self) -> String {
        let cold = self.rows.iter().any(|row| row.cold());
        let first = if cold { "each first connection" } else { "none at the start" };
        match self.fallback.remember.map(Span::seconds) {
            None => format!("{first}; never forgotten"),
            Some(remember) if remember >= self.run => {
                format!("{first}; known for {}", s(remember))
            }
            Some(remember) => format!("{first}, and who is back after {}", s(remember)),
        }
    }
}

impl Crowd<'_> {
    /// Blocked tries a second, those that nobody answers and those that are.
    pub(super) fn blocked_tries(&self) -> [f64; 2] {
        let by = self.clients.parameters.fallback.map(|fallback| fallback.blocked_by);
        if by == Some(BlockedBy::Swallow) { [self.tries, 0.0] } else { [0.0, self.tries] }
    }

    /// Blocked tries a second that come as far as a gateway.
    pub(super) fn stripped(&self) -> f64 {
        let by = self.clients.parameters.fallback.map(|fallback| fallback.blocked_by);
        if by == Some(BlockedBy::Strip) { self.tries } else { 0.0 }
    }
}
