//! The end of a run: books are balanced, and what was counted becomes named metrics.
use super::{Broken, World, sheet::Sheet, split, wire};
use crate::{
    engine::{Agenda, Span, Time, number},
    node::{
        Node,
        table::{
            connections::State,
            messages::{Message, Stage},
        },
    },
    record::{
        AttemptEnd, Cause, Histogram, Outcome, Phase, Track, Twice, Unit,
        meter::Flow,
        phase::{Account, Level, PhaseRecord},
    },
    scenario::{NodeId, Scenario},
};

impl World {
    /// Closes the books at the horizon.
    pub(super) fn finish(self, scenario: &Scenario) -> Result<Outcome, Broken> {
        self.close(scenario).map(|(outcome, _)| outcome)
    }

    /// The same, with the places of the measures that tell how deliveries end.
    pub(super) fn close(mut self, scenario: &Scenario) -> Result<(Outcome, Vec<usize>), Broken> {
        let horizon = scenario.horizon;
        self.sample_until(horizon);
        self.record.leave(horizon);
        self.settle_buffers(horizon);
        self.expire_kept(horizon);
        self.close_presence(horizon);
        self.count_pending(horizon);
        self.count_pending_of_many(horizon);
        self.check()?;
        let all = self.record.flow(horizon);
        let sheet = self.measures(scenario, &all);
        let usage = self.usage(scenario);
        let tracks = self.record.series.tracks().into_iter().chain(self.busiest_seconds());
        let window = self.record.window();
        let outcome = Outcome {
            replication: self.replication,
            fingerprint: self.record.fingerprint.value(),
            events: self.events,
            measures: sheet.rows,
            usage,
            ledger: [window.ledger.ends(), self.record.whole().ledger.ends()],
            series: tracks
                .chain(self.gauges.all().map(super::super::record::series::Gauge::track))
                .collect(),
            phases: self.phases(horizon),
            lag: window.lag,
            lag_over_time: self.record.lag_over_time,
            lag_of: self.record.origins.named(&self.names),
            lag_bin: self.record.lag_bins.width(),
            tick: scenario.tick,
        };
        Ok((outcome, sheet.of_deliveries))
    }

    /// What the buffer has kept for too long is seen now at the latest.
    fn expire_kept(&mut self, horizon: Time) {
        let kept = self
            .messages
            .in_use()
            .filter(|(_, row)| matches!(row.stage, Stage::Buffer | Stage::Inbox));
        let kept: Vec<u32> = kept.map(|(message, _)| message).collect();
        let mut agenda = Agenda::default();
        let (_, mut cx) = split!(self, horizon, &mut agenda);
        for message in kept {
            cx.expire(message);
        }
    }

    fn count_pending(&mut self, horizon: Time) {
        let waits =
            |stage| matches!(stage, Stage::Outbox | Stage::Buffer | Stage::Parked | Stage::Inbox);
        let each = |row: &&Message| self.crowds.of(row.to).feed_of(row).is_none();
        let pending = self.messages.pending().into_iter().filter(each).flat_map(|row| {
            let all = self.crowds.of(row.to).everybody(row);
            vec![(row.sent, waits(row.stage)); all.map_or(1, Iterator::count)]
        });
        let pending: Vec<(Time, bool)> = pending.collect();
        for (sent, waiting) in pending {
            self.record.pending(sent, waiting);
        }
        self.record.attempts.in_flight += number::count(self.connections.making.len());
        for (place, row) in self.connections.row.iter().enumerate() {
            if row.state == State::Connecting {
                self.record.attempts.in_flight += 1;
            }
            let user = number::row(place);
            let gone = row.state == State::Gone && self.crowds.is_session(user);
            if !matches!(row.state, State::Online | State::Absent) && !gone {
                let outage = horizon.since(self.connections.wants_since(user));
                self.record.longest_outage = self.record.longest_outage.max(outage);
                self.record.recovery.still_away(horizon, user, outage);
            }
            // It was told to move, and is where it was.
            if row.state == State::Online {
                self.record.recovery.forget(user);
            }
        }
    }

    fn check(&self) -> Result<(), Broken> {
        let record = &self.record;
        for (name, account) in [("window", record.window()), ("whole run", record.whole())] {
            let ends = account.ledger.ends();
            if !ends.adds_up() {
                return Err(Broken(format!("the ledger of the {name} does not add up: {ends:?}")));
            }
        }
        if !record.attempts.adds_up() {
            let attempts = record.attempts;
            return Err(Broken(format!("the attempts do not add up: {attempts:?}")));
        }
        self.open_polls()?;
        self.check_sessions()
    }

    /// Polls that nobody has answered yet.
    fn open_polls(&self) -> Result<u64, Broken> {
        let all = self.record.flow(self.record.horizon());
        let ended = all.sum(|it| it.polls_empty + it.polls_full + it.polls_failed);
        let begun = all.sum(|it| it.polls) + self.record.counts.standing;
        let many = || Broken(format!("{ended} polls ended, and {begun} had begun"));
        begun.checked_sub(ended).ok_or_else(many)
    }

    fn phases(&self, horizon: Time) -> Vec<Phase> {
        let stretches = &self.record.stretches;
        let ends = stretches.iter().skip(1).map(|&(_, start)| start).chain([horizon]);
        let phases = stretches.iter().zip(ends).map(|(&(phase, start), end)| Phase {
            name: self.record.phases[phase].name.clone(),
            start,
            end,
        });
        phases.collect()
    }

    fn measures(&self, scenario: &Scenario, all: &Flow) -> Sheet {
        let mut sheet = Sheet::default();
        self.connection_measures(scenario, &mut sheet);
        self.attempt_measures(all, &mut sheet);
        self.way_measures(&mut sheet);
        self.recovery_measures(&mut sheet);
        self.session_measures(scenario, &mut sheet);
        self.delivery_measures(&mut sheet);
        self.pool_measures(scenario, all, &mut sheet);
        self.send_buffer_measures(&mut sheet);
        self.delivery_tier_measures(scenario, all, &mut sheet);
        self.presence_measures(&mut sheet);
        self.wire_measures(scenario, all, &mut sheet);
        self.timeline_measures(&mut sheet);
        for phase in &self.record.phases {
            self.phase_measures(phase, &mut sheet);
        }
        sheet
    }

    /// User-seconds connected.
    fn connected(&self) -> f64 {
        Level::seconds(self.record.phases.iter().map(|phase| phase.connected).sum())
    }

    /// User-seconds that the users of a row were connected.
    pub(super) fn connected_of(&self, place: usize) -> f64 {
        Level::seconds(self.record.crowds[place].area(self.record.horizon()))
    }

    /// Users of closed crowds.
    fn users(&self) -> f64 {
        f64::from(self.crowds.closed())
    }

    /// Users whose connections a pool holds.
    fn users_of(&self, pool: NodeId) -> u32 {
        let here = self.crowds.rows().iter().filter(|crowd| crowd.gateways.node == pool.0);
        let mut firsts: Vec<(u32, u32)> = here
            .filter(|crowd| crowd.always_there())
            .map(|crowd| (crowd.first, crowd.count))
            .collect();
        firsts.dedup();
        firsts.into_iter().map(|(_, count)| count).sum()
    }

    fn connection_measures(&self, scenario: &Scenario, sheet: &mut Sheet) {
        let online = &self.record.online;
        let connected = self.connected();
        let horizon = scenario.horizon.seconds();
        let streams = Level::seconds(self.record.wanted.area(scenario.horizon));
        let wanted = self.users() * horizon + streams;
        sheet.count("connections.peak", u64::from(online.peak));
        sheet.set("connections.mean", Unit::Count, Some(connected / horizon));
        sheet.count("connections.end", u64::from(online.now));
        sheet.share("clients.availability", connected, wanted);
        sheet.count("clients.gave_up", self.record.counts.gave_up);
        sheet.set("outage.user_seconds", Unit::Seconds, Some(wanted - connected));
        sheet.seconds("outage.longest", Some(self.record.longest_outage));
        let never = self.connections.row.iter().enumerate().filter(|(place, row)| {
            row.session == 0
                && !matches!(row.state, State::Online | State::Absent)
                && self.connections.since[*place] == Time::ZERO
                && !self.crowds.is_session(number::row(*place))
        });
        sheet.count("clients.never_connected", number::count(never.count()));
    }

    /// Attempts in the busiest second that begins in each tick, where a tick is longer than one.
    fn busiest_seconds(&self) -> Option<Track> {
        let (tick, bins) = (self.record.series.tick(), self.record.series.rows().len());
        if tick <= Span::from_secs(1) {
            return None;
        }
        let mut most = vec![0_u32; bins];
        for (second, &attempts) in self.record.attempts_a_second.iter().enumerate() {
            let bin = Span::from_secs(number::count(second)).nanos() / tick.nanos();
            let most = &mut most[number::place(bin).min(bins - 1)];
            *most = attempts.max(*most);
        }
        let values = most.into_iter().map(f64::from).collect();
        Some(Track::new("", "attempts", "busiest_second", Unit::PerSecond, values))
    }

    fn attempt_measures(&self, all: &Flow, sheet: &mut Sheet) {
        let record = &self.record;
        let attempts = &record.attempts;
        sheet.count("attempts.total", attempts.total);
        let ends = [
            ("accepted", AttemptEnd::Accepted),
            ("refused", AttemptEnd::Refused),
            ("timed_out", AttemptEnd::TimedOut),
            ("abandoned", AttemptEnd::Abandoned),
        ];
        for (name, end) in ends {
            sheet.count(format!("attempts.{name}"), attempts.ended(end));
        }
        sheet.count("attempts.in_flight", attempts.in_flight);
        let each = self.users() + self.arrived();
        let per_client = (each > 0.0).then(|| number::float(attempts.total) / each);
        sheet.set("attempts.per_client", Unit::Ratio, per_client);
        let peak = record.attempts_a_second.iter().copied().max().unwrap_or(0);
        sheet.set("attempts.peak_per_second", Unit::PerSecond, Some(f64::from(peak)));
        let some = record.reconnect.total() > 0;
        sheet.seconds("reconnect.p50", record.reconnect.quantile(0.5));
        sheet.seconds("reconnect.p99", record.reconnect.quantile(0.99));
        sheet.seconds("reconnect.max", some.then(|| record.reconnect.max()));
        self.affinity_measures(sheet);
        sheet.seconds("handshake_queue.p99", record.handshake_wait.quantile(0.99));
        let waited = record.handshake_wait.total() > 0;
        sheet.seconds("handshake_queue.max", waited.then(|| record.handshake_wait.max()));
        sheet.count("handshakes.total", all.sum(|crowd| crowd.handshakes));
        sheet.count("handshakes.wasted", record.counts.wasted);
        let capacity = self.handshake_capacity();
        sheet.set("handshakes.capacity", Unit::PerSecond, capacity);
        let ratio = capacity.and_then(|_| self.peak_over_capacity());
        sheet.set("attempts.peak_over_capacity", Unit::Ratio, ratio);
        let ratio = capacity.and_then(|_| self.mean_over_capacity());
        sheet.set("attempts.mean_over_capacity", Unit::Ratio, ratio);
        sheet.count("instances.killed", record.counts.killed);
        sheet.count("connections.cut", record.counts.cut);
    }

    /// What it was worth to return to the same place, and what the stores had to read.
    fn affinity_measures(&self, sheet: &mut Sheet) {
        if self.crowds.rows().iter().all(|crowd| crowd.affinity.is_none()) {
            return;
        }
        let counts = &self.record.counts;
        let (found, returned) = (number::float(counts.found), number::float(counts.returned));
        sheet.share("reconnect.affinity", found, returned);
        for (node, name) in self.nodes.iter().zip(&self.names) {
            if let Node::Buffer(buffer) = node {
                sheet.count(format!("{name}.reads"), buffer.asked());
            }
        }
    }

    fn recovery_measures(&self, sheet: &mut Sheet) {
        let goes = |node: &Node| {
            let Node::Clients(it) = node else { return false };
            it.parameters.sessions.is_some() || it.parameters.visits.is_some()
        };
        let some_go = self.nodes.iter().any(goes);
        for fault in &self.record.recovery.faults {
            let name = &fault.name;
            sheet.count(format!("recovery.{name}.hit"), fault.hit);
            if some_go {
                sheet.count(format!("recovery.{name}.left"), fault.left);
            }
            sheet.seconds(format!("recovery.{name}.t50"), fault.until(0.5));
            sheet.seconds(format!("recovery.{name}.t99"), fault.until(0.99));
            sheet.seconds(format!("recovery.{name}.all"), fault.all());
            sheet.count(format!("recovery.{name}.never"), fault.never());
            let share = number::float(fault.never()) / number::float(fault.hit.max(1));
            sheet.share(format!("recovery.{name}.never_share"), share, 1.0);
            let hit = fault.hit > 0;
            sheet.seconds(format!("recovery.{name}.longest"), hit.then_some(fault.longest));
            let away = hit.then(|| Level::seconds(fault.away));
            sheet.set(format!("recovery.{name}.user_seconds"), Unit::Seconds, away);
        }
    }

    fn delivery_measures(&self, sheet: &mut Sheet) {
        let record = &self.record;
        let Account { ledger, lag } = record.window();
        sheet.ledger("", &ledger);
        for (place, (node, name)) in self.nodes.iter().zip(&self.names).enumerate() {
            if let Node::Source(source) = node {
                sheet.count(format!("{name}.messages"), source.counted());
                let none = Histogram::default();
                let lag = self.record.lag_by_source.get(place).unwrap_or(&none);
                sheet.lag(&format!("{name}.delivery_lag"), lag);
            }
        }
        sheet.of_deliveries(|sheet| self.copy_measures(sheet));
        if self.crowds.rows().iter().any(|crowd| crowd.poll.is_some()) {
            let all = record.flow(record.horizon());
            sheet.count("polls.total", all.sum(|crowd| crowd.polls));
            sheet.count("polls.empty", all.sum(|crowd| crowd.polls_empty));
            sheet.count("polls.full", all.sum(|crowd| crowd.polls_full));
            sheet.count("polls.failed", all.sum(|crowd| crowd.polls_failed));
            sheet.count("polls.standing", record.counts.standing);
            sheet.count("polls.held", self.open_polls().unwrap_or(0));
        }
        let writes =
            |node: &Node| matches!(node, Node::Clients(it) if it.parameters.sends.is_some());
        if self.nodes.iter().any(writes) {
            sheet.count("sends.total", record.counts.written);
            sheet.count("sends.waited", record.outbox_wait.total());
            sheet.times("sends.wait", &record.outbox_wait);
        }
        if self.crowds.iter().any(|crowd| crowd.acknowledged.is_some()) {
            sheet.count("sends.resent", record.counts.resent);
            sheet.count("sends.known", record.counts.known);
        }
        if self.crowds.iter().any(|crowd| crowd.inbox.is_some()) {
            sheet.count("inbox.stored", record.counts.stored);
            sheet.count("inbox.notified", record.counts.notified);
        }
        sheet.of_deliveries(|sheet| {
            let reordered = number::float(record.counts.reordered);
            let reordered = Some(reordered).filter(|_| !self.feeds.grouped());
            sheet.set("deliveries.reordered", Unit::Count, reordered);
            for cause in Cause::ALL {
                sheet.count(format!("lost.{}", cause.name()), ledger.lost[cause as usize]);
            }
            sheet.count("pending.in_flight", ledger.in_flight);
            sheet.count("pending.waiting", ledger.waiting);
        });
        sheet.lag("delivery_lag", &lag);
        let oldest = record.oldest.map(|sent| record.horizon().since(sent));
        sheet.of_deliveries(|sheet| sheet.seconds("pending.oldest", oldest));
    }

    /// What came twice.
    fn copy_measures(&self, sheet: &mut Sheet) {
        let counts = &self.record.counts;
        sheet.count("deliveries.duplicates", counts.duplicates.iter().sum());
        for twice in Twice::ALL {
            let count = number::float(counts.duplicates[twice as usize]);
            let known = twice != Twice::Overlap || !self.feeds.grouped();
            let count = Some(count).filter(|_| known);
            sheet.set(format!("duplicates.{}", twice.name()), Unit::Count, count);
        }
        sheet.count("deliveries.duplicates_shown", counts.shown);
    }

    fn delivery_tier_measures(&self, scenario: &Scenario, all: &Flow, sheet: &mut Sheet) {
        for gauge in &self.gauges.works {
            let name = &self.names[gauge.node];
            sheet.set(format!("{name}.cpu.mean"), Unit::Share, gauge.mean.mean());
            sheet.set(format!("{name}.cpu.peak"), Unit::Share, gauge.max.peak());
            self.call_measures(gauge.node, sheet);
        }
        let mut worst = None::<(f64, Option<Span>)>;
        for gauge in &self.gauges.buses {
            let Node::Pubsub(bus) = &self.nodes[gauge.node] else { continue };
            let name = &self.names[gauge.node];
            let peak = gauge.backlog.peak().unwrap_or(0.0).max(bus.most_parked());
            let drain = self.drained(&gauge.backlog.values);
            sheet.set(format!("{name}.backlog.peak"), Unit::Count, Some(peak));
            sheet.seconds(format!("{name}.backlog.drain"), drain);
            if worst.is_none_or(|(most, _)| peak > most) {
                worst = Some((peak, drain));
            }
        }
        if let Some((peak, drain)) = worst {
            sheet.set("backlog.peak", Unit::Count, Some(peak));
            sheet.seconds("backlog.drain", drain);
        }
        let counts = &self.record.counts;
        let online = |crowd| self.connected_of(crowd) / scenario.horizon.seconds();
        let refreshes: f64 = self
            .nodes
            .iter()
            .filter_map(|node| {
                let Node::Registry(registry) = node else { return None };
                Some(registry.refreshes(online))
            })
            .sum();
        let operations = number::float(all.sum(|crowd| crowd.registry_operations));
        let total = operations + refreshes * scenario.horizon.seconds();
        sheet.set("registry.operations", Unit::Count, Some(total));
        sheet.set("registry.refreshes_per_second", Unit::PerSecond, Some(refreshes));
        sheet.count("registry.stale_routes", counts.stale_routes);
        sheet.count("replay.messages", all.sum(|crowd| crowd.replayed));
        let crowds = all.crowds.iter().zip(wire::laws(scenario));
        let bytes = crowds.map(|(traffic, law)| law.replayed(traffic)).sum();
        sheet.set("replay.bytes", Unit::Bytes, Some(bytes));
    }

    /// The calls of a fan-out that bounds them.
    fn call_measures(&self, node: usize, sheet: &mut Sheet) {
        let Node::Fanout(fanout) = &self.nodes[node] else { return };
        let Some(called) = fanout.called(&self.messages) else { return };
        let name = &self.names[node];
        sheet.count(format!("{name}.in_flight.peak"), u64::from(called.peak));
        sheet.count(format!("{name}.calls"), called.calls);
        sheet.count(format!("{name}.retries"), called.retries);
    }

    fn timeline_measures(&self, sheet: &mut Sheet) {
        for (place, running) in self.timeline.entries().iter().enumerate() {
            let name = &running.action.name;
            let duration =
                running.began.zip(running.ended).map(|(began, ended)| ended.since(began));
            sheet.seconds(format!("{name}.duration"), duration);
            let moves = self.record.moves.get(place).copied().unwrap_or(0);
            let users = f64::from(self.users_of(running.action.kind.node()));
            let some = running.began.filter(|_| users > 0.0);
            let each = some.map(|_| number::float(moves) / users);
            sheet.set(format!("{name}.moves_per_client"), Unit::Ratio, each);
        }
    }

    fn phase_measures(&self, phase: &PhaseRecord, sheet: &mut Sheet) {
        let prefix = format!("during({}).", phase.name);
        let wanted = self.users() * phase.lasted.seconds() + Level::seconds(phase.wanted);
        let connected = Level::seconds(phase.connected);
        sheet.share(format!("{prefix}clients.availability"), connected, wanted);
        let mean = (phase.lasted > Span::ZERO).then(|| connected / phase.lasted.seconds());
        sheet.set(format!("{prefix}connections.mean"), Unit::Count, mean);
        sheet.count(format!("{prefix}attempts.total"), phase.attempts);
        let peak = self.record.peak_attempts(&phase.name);
        sheet.set(format!("{prefix}attempts.peak_per_second"), Unit::PerSecond, peak);
        if self.crowds.rows().iter().any(|crowd| crowd.poll.is_some()) {
            sheet.count(format!("{prefix}polls.total"), phase.flow.sum(|crowd| crowd.polls));
            let failed = phase.flow.sum(|crowd| crowd.polls_failed);
            sheet.count(format!("{prefix}polls.failed"), failed);
        }
        if !self.record.streams.is_empty() {
            sheet.sessions(&format!("{prefix}sessions"), &phase.sessions);
        }
        let Account { ledger, lag } = Account::sum(&phase.accounts);
        sheet.ledger(&prefix, &ledger);
        sheet.lag(&format!("{prefix}delivery_lag"), &lag);
        let usual = self.record.usually_pending(&phase.name);
        let name = format!("{prefix}pending.usual");
        sheet.of_deliveries(|sheet| sheet.set(name, Unit::Count, usual));
    }
}
