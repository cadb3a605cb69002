//! What nodes report while a run goes on. It only counts: nothing here changes what happens.
use super::{
    Histogram,
    absence::Absences,
    fact::Fact,
    ledger::{AttemptEnd, Attempted, End, Sessions, Twice},
    meter::{Flow, Meter},
    origins::Origins,
    phase::{Account, Level, PhaseRecord},
    recovery::Recovery,
    series::{Bins, Series},
    trace::Trace,
};
use crate::engine::{Fingerprint, Span, Time, number};

/// How many bins the lag over time has at most.
const LAG_BINS: u64 = 240;

/// Counts of one kind of event that belong to no other table.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Users who left for good.
    pub gave_up: u64,
    /// Handshakes that were paid for and led nowhere.
    pub wasted: u64,
    /// Look-ups that led to a gateway that did not hold the user.
    pub stale_routes: u64,
    /// Later copies of the window's messages that reached their users, in the order of [`Twice`].
    pub duplicates: [u64; Twice::ALL.len()],
    /// Those of them that the users saw.
    pub shown: u64,
    /// Messages that users wrote.
    pub written: u64,
    /// Messages that were sent again because no acknowledgement had come.
    pub resent: u64,
    /// Those of them that the bus knew by their id.
    pub known: u64,
    /// Deliveries of the window that came after one to the same user which the bus took in later.
    pub reordered: u64,
    /// Connections that were closed because the grace of their instance was over.
    pub cut: u64,
    /// Connections that a managed service closed, too old or idle for too long.
    pub closed: u64,
    /// Instances that the kernel killed because their memory was used up.
    pub killed: u64,
    /// Messages that went into an inbox.
    pub stored: u64,
    /// Notifications that were pushed to users who were away.
    pub notified: u64,
    /// Requests that were held when the run began.
    pub standing: u64,
    /// Tries whose transport was blocked.
    pub blocked: u64,
    /// Connections, held requests included, that had to wait in their browser.
    pub queued: u64,
    /// Messages that had to wait there for a request.
    pub held_back: u64,
    /// Connections by a transport that is preferred less than that of the last one.
    pub fell_back: u64,
    /// Connections by one that is preferred more.
    pub upgraded: u64,
    /// Connections of users who had had one before, where gateways keep the state of sessions.
    pub returned: u64,
    /// Those of them that found it.
    pub found: u64,
}

/// The recorder of one run.
#[derive(Clone, Debug)]
pub struct Recorder {
    /// The trajectory.
    pub fingerprint: Fingerprint,
    /// Attempts to connect.
    pub attempts: Attempted,
    /// Lag by time of arrival.
    pub lag_over_time: Vec<Histogram>,
    /// The bins of `lag_over_time`.
    pub lag_bins: Bins,
    /// Attempts begun in each second, whatever the tick.
    pub attempts_a_second: Vec<u32>,
    /// From losing a connection to being online again.
    pub reconnect: Histogram,
    /// Waits of handshakes for the CPU.
    pub handshake_wait: Histogram,
    /// Of connections of crowds that prefer several transports: time spent on tries that failed.
    pub negotiation: Histogram,
    /// How long messages waited in the outbox of their sender until they left it.
    pub outbox_wait: Histogram,
    /// Lag by the row of the recipient, where transports differ; else empty.
    pub lag_by_way: Vec<Histogram>,
    /// Lag over time of what each node sends, where several do.
    pub origins: Origins,
    /// Lag of what each source published in the window, by the number of its node.
    pub lag_by_source: Vec<Histogram>,
    /// Counts a tick.
    pub series: Series,
    /// Users connected.
    pub online: Level,
    /// The same of each row of the table of crowds.
    pub crowds: Vec<Level>,
    /// Those of them whose connection counts for another tab of their browser.
    pub light: Vec<Level>,
    /// Sessions of open streams that are there, or want to be.
    pub wanted: Level,
    /// Sessions of each open stream, by the number of its clients node: of the whole run, and from
    /// the warm-up on.
    pub streams: Vec<(u8, [Sessions; 2])>,
    /// Messages in each inbox, by the number of its node.
    pub inboxes: Vec<(u8, Level)>,
    /// Connections that ended because a deploy told their clients to move, or cut them off; by the
    /// place of the deploy in the timeline.
    pub moves: Vec<u64>,
    /// Longest time that anybody was away.
    pub longest_outage: Span,
    /// Other counts.
    pub counts: Counts,
    /// Whom each fault hit, and when they were back.
    pub recovery: Recovery,
    /// What each crowd causes.
    pub meter: Meter,
    /// When the oldest delivery was sent that has not ended; known at the horizon.
    pub oldest: Option<Time>,
    /// Who sent and received what when, if asked for.
    pub trace: Option<Trace>,
    /// What users miss while they are away.
    pub absences: Absences,
    /// What is measured apart for each phase.
    pub phases: Vec<PhaseRecord>,
    /// The stretches of phases so far: (index into `phases`, start).
    pub stretches: Vec<(usize, Time)>,
    warm_up: Time,
    horizon: Time,
    /// User-time connected when the present stretch began.
    settled: u128,
    /// The same of the sessions that were wanted.
    settled_wanted: u128,
}

impl Recorder {
    /// An empty record; the table of crowds has so many rows.
    pub fn new(warm_up: Time, horizon: Time, tick: Span, rows: usize) -> Self {
        let bin = horizon.nanos().div_ceil(LAG_BINS).max(tick.nanos()).max(1);
        let bin = bin.div_ceil(tick.nanos().max(1)) * tick.nanos().max(1);
        let lag_bins = Bins::new(Span::from_nanos(bin), horizon);
        Self {
            fingerprint: Fingerprint::default(),
            attempts: Attempted::default(),
            lag_over_time: vec![Histogram::default(); lag_bins.count()],
            lag_bins,
            attempts_a_second: Vec::new(),
            reconnect: Histogram::default(),
            handshake_wait: Histogram::default(),
            negotiation: Histogram::default(),
            outbox_wait: Histogram::default(),
            lag_by_way: Vec::new(),
            origins: Origins::default(),
            lag_by_source: Vec::new(),
            series: Series::new(tick, horizon),
            online: Level::default(),
            crowds: vec![Level::default(); rows],
            light: vec![Level::default(); rows],
            wanted: Level::default(),
            streams: Vec::new(),
            inboxes: Vec::new(),
            moves: Vec::new(),
            longest_outage: Span::ZERO,
            counts: Counts::default(),
            recovery: Recovery::default(),
            meter: Meter::new(rows),
            oldest: None,
            trace: None,
            absences: Absences::default(),
            phases: vec![PhaseRecord::new("steady", Time::ZERO)],
            stretches: vec![(0, Time::ZERO)],
            warm_up,
            horizon,
            settled: 0,
            settled_wanted: 0,
        }
    }

    /// Adds a fact to the fingerprint.
    #[inline]
    pub fn fact(&mut self, at: Time, fact: Fact, who: u32) {
        self.fingerprint.fact(at, fact as u8, who);
    }

    /// A message to one recipient is sent.
    #[inline]
    pub fn sent(&mut self, at: Time, id: u32) {
        self.fact(at, Fact::Sent, id);
        self.series.at(at).sent += 1;
        self.account(at).ledger.intended += 1;
    }

    /// A message that was sent at `at` is for so many.
    pub fn sent_many(&mut self, at: Time, id: u32, many: u64) {
        self.many(at, Fact::Sent, id, many);
        self.series.at(at).sent += many;
        self.account(at).ledger.intended += many;
    }

    /// So many deliveries of a message end alike.
    pub fn deliveries(&mut self, at: Time, sent: Time, id: u32, end: End, many: u64) {
        if many > 0 {
            self.many(at, Fact::of(end), id, many);
            self.ended(at, sent, end, many);
        }
    }

    /// A fact about so many.
    fn many(&mut self, at: Time, fact: Fact, id: u32, many: u64) {
        self.fact(at, fact, id ^ number::low(crate::engine::draws::mix(many)));
    }

    /// Whether what is sent at `at` counts: from the warm-up on.
    pub fn counts_from(&self, at: Time) -> bool {
        at >= self.warm_up
    }

    /// The lag of what a source published.
    pub fn of_source(&mut self, node: u8) -> &mut Histogram {
        let place = usize::from(node);
        if self.lag_by_source.len() <= place {
            self.lag_by_source.resize(place + 1, Histogram::default());
        }
        &mut self.lag_by_source[place]
    }

    /// Who sends to whom, for those who asked.
    #[inline]
    pub fn pair(&mut self, at: Time, from: u32, to: u32) {
        if let Some(trace) = &mut self.trace {
            trace.sends.push((at, from, to));
        }
    }

    /// Who is reached, for those who asked.
    #[inline]
    pub fn reached(&mut self, at: Time, user: u32, place: u32) {
        if let Some(trace) = &mut self.trace {
            trace.arrivals.push((at, user, place));
        }
    }

    /// A delivery ends at `at`, which may lie before now when the end is noticed later.
    #[inline]
    pub fn delivery(&mut self, at: Time, sent: Time, id: u32, end: End) {
        self.fact(at, Fact::of(end), id);
        self.ended(at, sent, end, 1);
    }

    #[inline]
    fn ended(&mut self, at: Time, sent: Time, end: End, many: u64) {
        let lag = at.since(sent);
        self.series.end(at, end, many);
        self.account(sent).end(lag, end, many);
        if end.arrived() {
            self.lag_over_time[self.lag_bins.of(at)].record_many(lag, many);
        }
    }

    /// A user polls.
    #[inline]
    pub fn polled(&mut self, at: Time, user: u32, place: usize) {
        self.fact(at, Fact::Poll, user);
        self.meter.at(place).polls += 1;
    }

    /// A later copy of a message comes; `shown`: the user sees it again.
    pub fn duplicate(&mut self, at: Time, sent: Time, shown: bool, twice: Twice) {
        self.duplicates(at, sent, shown, twice, 1);
    }

    /// The same for so many.
    pub fn duplicates(&mut self, at: Time, sent: Time, shown: bool, twice: Twice, many: u64) {
        let counts = if sent >= self.warm_up { many } else { 0 };
        self.series.at(at).twice[twice as usize] += many;
        self.counts.duplicates[twice as usize] += counts;
        self.counts.shown += if shown { counts } else { 0 };
    }

    /// A delivery came after one to the same user which the bus took in later.
    pub fn reordered(&mut self, at: Time, sent: Time, end: End) {
        match end {
            End::Replayed => self.series.at(at).reordered[1] += 1,
            End::Pulled => self.series.at(at).reordered[2] += 1,
            End::Live | End::Lost(_) | End::Expired => self.series.at(at).reordered[0] += 1,
        }
        self.counts.reordered += u64::from(sent >= self.warm_up);
    }

    /// A message that was sent at `sent` is kept until its recipient is back.
    pub fn kept(&mut self, sent: Time, user: u32) {
        if sent >= self.warm_up {
            self.absences.waits(user);
        }
    }

    /// A message that was sent at `sent` finds its recipient away, and nothing keeps it.
    pub fn nobody(&mut self, sent: Time, user: u32) {
        if sent >= self.warm_up {
            self.absences.nobody(user);
        }
    }

    /// A delivery to `user` ends otherwise than live.
    pub fn late_or_never(&mut self, sent: Time, user: u32, end: End) {
        if sent >= self.warm_up {
            self.absences.ends(user, sent, end);
        }
    }

    /// A delivery has not ended at the horizon. `waiting`: it is kept, not on its way.
    pub fn pending(&mut self, sent: Time, waiting: bool) {
        self.pending_many(sent, waiting, 1);
    }

    /// The same for so many.
    pub fn pending_many(&mut self, sent: Time, waiting: bool, many: u64) {
        if many > 0 {
            self.oldest = Some(self.oldest.map_or(sent, |oldest| oldest.min(sent)));
        }
        let ledger = &mut self.account(sent).ledger;
        if waiting { ledger.waiting += many } else { ledger.in_flight += many }
    }

    /// Where a delivery that was sent at `sent` is counted: once, by its phase and by whether it
    /// was sent in [`warm_up`, horizon).
    #[inline]
    fn account(&mut self, sent: Time) -> &mut Account {
        let phase = self.phase_at(sent);
        &mut self.phases[phase].accounts[usize::from(sent >= self.warm_up)]
    }

    /// The deliveries sent in [`warm_up`, horizon).
    pub fn window(&self) -> Account {
        let mut window = Account::sum(self.phases.iter().map(|phase| &phase.accounts[1]));
        window.ledger.absences = self.absences.table();
        window
    }

    /// All deliveries.
    pub fn whole(&self) -> Account {
        Account::sum(self.phases.iter().flat_map(|phase| &phase.accounts))
    }

    /// An attempt begins.
    #[inline]
    pub fn attempt(&mut self, at: Time, user: u32, place: usize) {
        self.fact(at, Fact::Attempt, user);
        self.attempts.total += 1;
        self.meter.at(place).attempts += 1;
        let second = number::place(at.nanos() / 1_000_000_000);
        if self.attempts_a_second.len() <= second {
            self.attempts_a_second.resize(second + 1, 0);
        }
        self.attempts_a_second[second] += 1;
        self.series.at(at).attempted += 1;
        let phase = self.phase_at(at);
        self.phases[phase].attempts += 1;
    }

    /// An attempt ends.
    #[inline]
    pub fn attempt_end(&mut self, at: Time, user: u32, end: AttemptEnd) {
        if end != AttemptEnd::Accepted {
            self.fact(at, Fact::Failed, user);
        }
        self.attempts.end(end);
        self.series.at(at).attempts[end as usize] += 1;
    }

    /// A user of a row comes online after `outage` without a connection that it wanted, and `away`
    /// in all.
    pub fn came_online(&mut self, at: Time, place: usize, user: u32, [outage, away]: [Span; 2]) {
        self.fact(at, Fact::Online, user);
        self.change_online(at, place, 1);
        self.reconnect.record(outage);
        self.recovery.back(at, user, outage);
        self.absences.back(user, at, away);
        self.longest_outage = self.longest_outage.max(outage);
    }

    /// The connection of a user of a row ends.
    pub fn went_offline(&mut self, at: Time, place: usize, user: u32) {
        self.fact(at, Fact::Offline, user);
        self.change_online(at, place, -1);
    }

    /// So many users of a row more (or fewer) are connected from `at` on.
    pub fn change_online(&mut self, at: Time, place: usize, change: i32) {
        self.crowds[place].change(at, change);
        self.online.change(at, change);
    }

    /// A client moves because the deploy at this place of the timeline told it to, or cut it off.
    /// One that moves for another cause is not counted.
    pub fn moved(&mut self, entry: u16) {
        if entry == u16::MAX {
            return;
        }
        let place = usize::from(entry);
        if self.moves.len() <= place {
            self.moves.resize(place + 1, 0);
        }
        self.moves[place] += 1;
    }

    /// From `at` on, what happens belongs to the phase `name`.
    pub fn enter(&mut self, at: Time, name: &str) {
        let found = self.phases.iter().position(|phase| phase.name == name);
        let phase = found.unwrap_or(self.phases.len());
        if found.is_none() {
            self.phases.push(PhaseRecord::new(name, at));
        }
        if self.stretches.last().is_some_and(|&(current, _)| current == phase) {
            return;
        }
        self.leave(at);
        self.stretches.push((phase, at));
    }

    /// The most attempts in one second that lies within a phase.
    pub fn peak_attempts(&self, phase: &str) -> Option<f64> {
        let ends = self.stretches.iter().skip(1).map(|&(_, start)| start).chain([self.horizon]);
        let stretches = self.stretches.iter().zip(ends);
        let inside = stretches.filter(|((of, _), _)| self.phases[*of].name == phase);
        let seconds = inside.flat_map(|(&(_, start), end)| {
            let first = start.nanos().div_ceil(1_000_000_000);
            first..(end.nanos() / 1_000_000_000)
        });
        let count = |second| self.attempts_a_second.get(number::place(second)).copied();
        seconds.map(|second| f64::from(count(second).unwrap_or(0))).reduce(f64::max)
    }

    /// Closes the accounts of the present stretch.
    pub fn leave(&mut self, at: Time) {
        let area = self.online.settle(at);
        let wanted = self.wanted.settle(at);
        let now = self.flow(at);
        if let Some(&(phase, start)) = self.stretches.last() {
            let phase = &mut self.phases[phase];
            phase.connected += area - self.settled;
            phase.wanted += wanted - self.settled_wanted;
            phase.lasted += at.since(start);
            phase.end = at;
            self.meter.settle(now, &mut phase.flow);
        }
        self.settled = area;
        self.settled_wanted = wanted;
    }

    /// All that has flowed until `at`.
    pub fn flow(&self, at: Time) -> Flow {
        self.meter.read(at, self.whole().ledger.arrived(), &self.crowds, &self.light)
    }

    /// The polls that have ended: those that found nothing, found something, failed.
    pub fn polls(&self) -> [u64; 3] {
        self.meter.polls()
    }

    /// The warm-up is over: what has flowed so far counts no more.
    pub fn warmed_up(&mut self, at: Time) {
        self.meter.settle(self.flow(at), &mut Flow::default());
        self.phases.iter_mut().for_each(|phase| phase.flow = Flow::default());
    }

    /// The horizon.
    pub fn horizon(&self) -> Time {
        self.horizon
    }

    /// The run has gone on until `at`, for what was under way at its horizon.
    pub fn settled(&mut self, at: Time) {
        self.horizon = at;
    }

    /// The begin of the window.
    pub fn warm_up(&self) -> Time {
        self.warm_up
    }

    #[inline]
    fn phase_at(&self, at: Time) -> usize {
        let found = self.stretches.iter().rev().find(|&&(_, start)| start <= at);
        found.map_or(0, |&(phase, _)| phase)
    }
}
