//! Why the simulation is far from the napkin: evidence out of the same run, or the word that there
//! is none. Each reason is a number of the run that is large enough to matter.
use super::{Beside, Compared, Kind, Line};
use crate::{
    record::Unit,
    summary::{
        Summary, board,
        figures::{count, duration, share},
        stated_count,
    },
};

/// What is said when nothing in the run explains it.
pub(super) const UNEXPLAINED: &str = "unexplained";

/// From this share of a difference on something is a reason for it.
pub(super) const HALF: f64 = 0.5;

/// Reasons in one cell, at most.
const MOST: usize = 2;

/// The reasons of a large difference; `over` are the seconds that a count was divided by.
pub(super) fn reason(
    summary: &Summary,
    line: &Line,
    lines: &[Line],
    found: &Compared,
    over: f64,
) -> String {
    let case = Case { summary, line, lines, found, over };
    if let Some(chance) = case.chance() {
        return chance;
    }
    let all: Vec<String> = case.all().into_iter().flatten().take(MOST).collect();
    if all.is_empty() { UNEXPLAINED.to_owned() } else { all.join("; ") }
}

pub(super) struct Case<'c> {
    pub(super) summary: &'c Summary,
    pub(super) line: &'c Line,
    pub(super) lines: &'c [Line],
    pub(super) found: &'c Compared,
    pub(super) over: f64,
}

impl Case<'_> {
    /// In the order in which they decide.
    fn all(&self) -> Vec<Option<String>> {
        let mut all = vec![self.unfinished(), self.other_ways()];
        match self.line.kind {
            Kind::Connections => {
                all.extend([self.gave_up(), self.lost_sessions(), self.away()]);
                all.extend([self.held_for_nobody(), self.arriving(), self.fills()]);
                all.push(self.came_back());
            }
            Kind::Fullest => {
                all.extend([self.unsent(), self.uneven(), self.gave_up(), self.away()]);
                all.extend([self.lost_sessions(), self.crowded()]);
            }
            Kind::Moves => all.extend([self.drains_by_message(), self.away()]),
            Kind::Handshakes => {
                all.extend([self.arriving(), self.retries(), self.closed(), self.came_back()]);
                all.extend([
                    self.fewer(),
                    self.not_yet_back(),
                    self.young(),
                    self.gave_up(),
                    self.away(),
                ]);
            }
            Kind::Joins => all.extend([self.arriving(), self.hit(), self.gave_up(), self.away()]),
            Kind::Capacity => {}
            Kind::Ways => {
                all.extend([self.arriving(), self.slow_tries(), self.retries(), self.fell_back()]);
            }
            Kind::Polls => {
                all.extend([self.few(), self.drained(), self.first_polls(), self.failed_polls()]);
                all.extend([self.gave_up(), self.away(), self.load(), self.by_messages()]);
            }
            Kind::Deliveries => {
                all.extend([self.load(), self.bursts(), self.arriving()]);
                all.extend([self.gave_up(), self.away(), self.came_back()]);
                all.push(self.few_messages());
            }
            Kind::Lag => {
                all.extend([
                    self.slow_readers(),
                    self.late(),
                    self.written_away(),
                    self.tail(),
                    self.in_step(),
                    self.backlog(),
                    self.queues(),
                    self.load(),
                ]);
                all.extend([self.censored(), self.overflow()]);
            }
            Kind::Bytes => all.extend(self.of_bytes()),
            Kind::Work => all.extend(self.of_work()),
            Kind::Hit => all.extend([
                self.left(),
                self.killed(),
                self.lost_sessions(),
                self.away(),
                self.uneven(),
                self.arriving(),
            ]),
            Kind::Duration => {
                all.extend([self.lasts(), self.drains_by_message(), self.away()]);
            }
            Kind::Refused => all.extend([self.retries(), self.warming(), self.herds()]),
            Kind::Bill => return self.of_money(),
        }
        all
    }

    /// Of bytes on the wire.
    fn of_bytes(&self) -> Vec<Option<String>> {
        vec![
            self.load(),
            self.herds(),
            self.turned_away(),
            self.more_handshakes(),
            self.arriving(),
            self.slow_readers(),
            self.missed().or_else(|| self.settles()),
            self.gave_up(),
            self.away(),
            self.came_back(),
            self.by_messages(),
        ]
    }

    /// Of work and of stores.
    fn of_work(&self) -> Vec<Option<String>> {
        vec![
            self.load(),
            self.herds(),
            self.more_handshakes(),
            self.arriving(),
            self.refusals(),
            self.saturated(),
            self.missed(),
            self.gave_up(),
            self.away(),
            self.stale(),
            self.came_back(),
            self.by_messages(),
        ]
    }

    pub(super) fn mean(&self, metric: &str) -> Option<f64> {
        self.summary.mean(metric)
    }

    pub(super) fn more(&self) -> bool {
        self.found.simulated.is_some_and(|simulated| simulated > self.found.estimate)
    }

    /// Whether so large a change, as a part of the estimate, is half of the difference or more, in
    /// its direction.
    pub(super) fn makes(&self, part: f64) -> bool {
        let apart = self.found.deviation.unwrap_or(f64::EPSILON);
        (part > 0.0) == (apart > 0.0) && part.abs() >= HALF * apart.abs()
    }

    /// How many more connections there are than the napkin has, as a part of those.
    fn connections(&self) -> Option<f64> {
        let line = self.lines.iter().find(|line| line.name == "Connections")?;
        let found = self.summary.shown(&line.beside)?.mean;
        (line.value > 0.0).then(|| found / line.value - 1.0)
    }

    /// The entry of the timeline that it is about has not ended.
    fn unfinished(&self) -> Option<String> {
        let entry = self.line.of.as_str();
        let duration = self.summary.metric(&format!("{entry}.duration"))?;
        let whole = matches!(self.line.kind, Kind::Fullest | Kind::Moves);
        (whole && duration.mean.is_none())
            .then(|| "it is not over at the end of the run".to_owned())
    }

    /// Users who go by another transport than the napkin has them on: theirs was blocked for a
    /// while, or slow.
    pub(super) fn other_ways(&self) -> Option<String> {
        let ways = self.lines.iter().filter(|line| line.kind == Kind::Ways);
        let planned = ways.filter_map(|line| match &line.beside {
            Beside::Metric(name) if name.starts_with("clients.on_") => Some((name, line.value)),
            _ => None,
        });
        let mut planned: Vec<(&str, f64)> =
            planned.map(|(name, value)| (name.as_str(), value)).collect();
        // A transport that nobody goes by in peace has no line; messages are for the same users.
        let same = matches!(self.line.kind, Kind::Deliveries | Kind::Hit | Kind::Moves);
        let others = self.summary.metrics.iter().map(|metric| metric.name.as_str());
        let others = others.filter(|name| name.starts_with("clients.on_"));
        let others: Vec<&str> =
            others.filter(|name| planned.iter().all(|(known, _)| known != name)).collect();
        if !planned.is_empty() && !same {
            planned.extend(others.into_iter().map(|name| (name, 0.0)));
        }
        let apart = planned.into_iter().filter_map(|(name, planned)| {
            let found = self.mean(name)?;
            let way = name.trim_start_matches("clients.on_").replace('_', " ");
            Some((found - planned, found, way, planned))
        });
        let all: Vec<(f64, f64, String, f64)> = apart.collect();
        let polled = |way: &str| matches!(way, "long poll" | "short poll");
        let sum = |of: fn(&(f64, f64, String, f64)) -> f64| -> f64 {
            all.iter().filter(|it| polled(&it.2)).map(of).sum()
        };
        // No quantity grows by more than the transport that grows most, nor falls by more.
        let grown = |it: &(f64, f64, String, f64)| it.0 / it.3.max(1e-3);
        let part = match self.line.kind {
            Kind::Polls => sum(|it| it.1) / sum(|it| it.3).max(1e-3) - 1.0,
            _ if self.more() => all.iter().map(grown).fold(0.0, f64::max),
            _ => all.iter().map(grown).fold(0.0, f64::min),
        };
        let (more, found, way, planned) =
            all.into_iter().max_by(|one, other| one.0.total_cmp(&other.0))?;
        (more > 0.01 && self.makes(part))
            .then(|| format!("fallbacks: {} go by {way}, not {}", share(found), share(planned)))
    }

    /// Transports that fail for other reasons than being blocked.
    fn fell_back(&self) -> Option<String> {
        let fell = self.mean("clients.fell_back").filter(|fell| *fell > 0.0)?;
        let back = self.mean("clients.upgraded")?;
        Some(format!(
            "{} connections by a transport that is preferred less, {} by one preferred more",
            count(fell.round()),
            count(back.round())
        ))
    }

    /// Whose connections came in a herd, and are too young to end in this run: not so where each
    /// ends as likely at any age.
    fn young(&self) -> Option<String> {
        let most = self.summary.whom_faults_hit().map(|(_, hit)| hit).fold(0.0, f64::max);
        let there = self.mean("connections.mean").filter(|there| *there > 0.0)?;
        let ages = |it: &serde_json::Value| it["network"]["lifetime"]["exponential"].is_null();
        let any = board::nodes(self.summary, "clients").iter().any(|(_, it)| ages(it));
        (any && most > 0.2 * there && !self.more())
            .then(|| format!("the {} connections of a herd are young", count(most.round())))
    }

    /// All have a connection at the start, so that none comes back until one has been lost, and its
    /// time away is over.
    fn not_yet_back(&self) -> Option<String> {
        let back = self.mean("reconnect.p50")?;
        let counts = self.summary.steady_seconds().max(1e-9);
        let start = self.mean("recovery.start.hit").unwrap_or(0.0) > 0.0;
        (!start && self.makes(-(back / counts).min(1.0)))
            .then(|| format!("half of those who lose it are back after {}", duration(back)))
    }

    /// Connections that were closed because their client reads too slowly, and are opened again.
    fn closed(&self) -> Option<String> {
        let closed = self.mean("send_buffers.closed").filter(|closed| *closed > 0.0)?;
        let counted = closed / (self.found.estimate * self.over).max(1e-9);
        self.makes(counted).then(|| {
            format!("{} connections are closed for a full send buffer", count(closed.round()))
        })
    }

    /// What instances hold beyond those that are online: handshakes under way, dead connections.
    fn held_for_nobody(&self) -> Option<String> {
        let Beside::Metric(name) = &self.line.beside else { return None };
        let node = name.strip_suffix(".connections_per_instance.mean")?;
        let pool = &self.summary.input["nodes"][node]["gateway"];
        let held = self.found.simulated? * stated_count(&pool["count"])?;
        let online = self.mean("connections.mean")?;
        let nodes = self.summary.input["nodes"].as_object()?;
        let is_tier =
            |node: &serde_json::Value| ["gateway", "managed"].iter().any(|it| !node[it].is_null());
        let single = nodes.values().filter(|node| is_tier(node)).count() < 2;
        (self.more() && single && held > 1.05 * online)
            .then(|| format!("{} more are held than are online", count((held - online).round())))
    }

    /// So few that they may differ by luck: within two standard deviations of a Poisson count, or
    /// inside the interval.
    fn chance(&self) -> Option<String> {
        let simulated = self.found.simulated?;
        if let (Some(low), Some(high)) = (self.found.ci_low, self.found.ci_high) {
            let runs = self.summary.replications;
            if low <= self.found.estimate && self.found.estimate <= high {
                return Some(format!("chance: the interval of {runs} runs holds it"));
            }
        }
        // Over all runs.
        let runs = f64::from(self.summary.replications.max(1));
        // How many are hit is a count as well.
        let over = if self.line.kind == Kind::Hit { 1.0 } else { self.over };
        let [expected, counted] = [self.found.estimate, simulated].map(|rate| rate * over * runs);
        let luck = over > 0.0 && (counted - expected).abs() <= 2.0 * expected.max(1.0).sqrt();
        luck.then(|| {
            let place = if runs > 1.0 { "all runs" } else { "the run" };
            format!("chance: {} in {place}", count(counted.round()))
        })
    }

    /// Whether users send messages: those of sources come for all, connected or not.
    pub(super) fn sends(&self) -> bool {
        board::nodes(self.summary, "clients").iter().any(|(_, it)| !it["sends"].is_null())
    }

    /// Users without a connection, more than the napkin has: what comes for those who poll lies in
    /// their mailbox all the same.
    pub(super) fn away(&self) -> Option<String> {
        let there = self.mean("clients.availability")?;
        let polled = self.lines.iter().any(|line| line.kind == Kind::Polls);
        let whoever = self.line.kind == Kind::Deliveries || self.line.name.contains("fan-out");
        if whoever && (polled || !self.sends()) {
            return None;
        }
        let own = matches!(self.line.kind, Kind::Connections | Kind::Fullest);
        let part = self.connections().filter(|_| !own).unwrap_or(there - 1.0);
        if there >= 0.95 || self.more() || !self.makes(part) {
            return None;
        }
        let time = format!("{} of the time without a connection", share(1.0 - there));
        // Of connections it is their number in other words: it comes from how long it takes.
        let back = self.mean("reconnect.p50").filter(|_| self.line.name == "Connections");
        // Where those who reconnect make it: half of them are away for so long, or longer.
        let often = self.mean("attempts.accepted").unwrap_or(0.0) / 2.0;
        let all = self.mean("outage.user_seconds").unwrap_or(0.0);
        let back = back.filter(|back| back * often >= HALF * HALF * all);
        Some(match back {
            Some(back) => {
                format!("{time}: half of those who reconnect take {} or more", duration(back))
            }
            None => time,
        })
    }

    /// They begin without connections.
    fn arriving(&self) -> Option<String> {
        let hit = self.mean("recovery.start.hit").filter(|hit| *hit > 0.0)?;
        let work = matches!(self.line.kind, Kind::Bytes | Kind::Work | Kind::Handshakes);
        let enough = match self.line.kind {
            Kind::Bytes | Kind::Work => self.are_enough([hit, 0.0]),
            Kind::Handshakes => self.makes(hit / (self.found.estimate * self.over).max(1.0)),
            Kind::Connections => hit >= HALF * self.apart()?,
            _ => self.connections().is_none_or(|part| self.makes(part)),
        };
        (self.more() == work && enough)
            .then(|| format!("{} connect for the first time in this run", count(hit.round())))
    }

    /// A push brings users who were away.
    fn came_back(&self) -> Option<String> {
        let notified = self.mean("inbox.notified").filter(|notified| *notified > 0.0)?;
        let counted = notified / (self.found.estimate * self.over).max(1e-9);
        let part = if self.over > 0.0 { counted } else { 0.0 };
        let enough = self.makes(part.max(self.connections().unwrap_or(f64::INFINITY)));
        (self.more() && enough)
            .then(|| format!("{} push notifications bring users", count(notified.round())))
    }

    /// Attempts that failed and were made again.
    fn retries(&self) -> Option<String> {
        let ends = ["refused", "timed_out", "abandoned"];
        let failed = ends.into_iter().filter_map(|end| self.mean(&format!("attempts.{end}")));
        // Those that are blocked are in the estimate of what they take.
        let blocked = self.mean("attempts.blocked").filter(|_| self.line.kind == Kind::Ways);
        let failed = failed.sum::<f64>() - blocked.unwrap_or(0.0);
        let all = self.mean("attempts.total").filter(|all| *all > 0.0)?;
        let part = failed / (self.found.estimate * self.over).max(1.0);
        let enough = self.line.kind != Kind::Handshakes || self.makes(part);
        let (all, those) = match blocked {
            Some(blocked) => (all - blocked, "attempts that nothing blocks"),
            None => (all, "all attempts"),
        };
        (failed > 0.05 * all && self.more() && enough)
            .then(|| format!("{} of {those} fail, and are made again", share(failed / all)))
    }

    /// A difference that is next to nothing beside all polls.
    fn few(&self) -> Option<String> {
        let all = self.mean("polls.total").filter(|all| *all > 0.0)?;
        let apart = (self.found.simulated? - self.found.estimate).abs() * self.over;
        (apart < 0.01 * all).then(|| format!("{} of all polls", share(apart / all)))
    }

    /// Sessions that are lost, or end before they are back.
    fn lost_sessions(&self) -> Option<String> {
        let lost =
            |name: &str| name.ends_with(".sessions.lost_share") && !name.starts_with("during");
        let mut all = self.summary.metrics.iter().filter(|metric| lost(&metric.name));
        let most = all.find_map(|metric| metric.mean.filter(|lost| *lost > 0.01))?;
        self.makes(-most).then(|| format!("{} of the sessions are lost", share(most)))
    }

    /// Who was hit, and whose session or visit was over first: they count for no fault.
    fn left(&self) -> Option<String> {
        let Beside::Metric(name) = &self.line.beside else { return None };
        let left = self.mean(&name.replace(".hit", ".left"))?;
        let enough = self.makes(-left / self.found.estimate.max(1.0));
        enough.then(|| format!("{} leave before they are back", count(left.round())))
    }

    /// Tries that end by a timeout although nothing blocks them.
    fn slow_tries(&self) -> Option<String> {
        let refuses = |it: &serde_json::Value| {
            it["prefer"].is_array() && it["fallback"]["blocked_by"] != "swallow"
        };
        let refused = board::nodes(self.summary, "clients").iter().any(|(_, it)| refuses(it));
        let blocked = self.mean("attempts.blocked").filter(|_| !refused);
        let over = self.mean("attempts.timed_out")? - blocked.unwrap_or(0.0);
        (over > 0.0 && self.more())
            .then(|| format!("{} tries time out that nothing blocks", count(over.round())))
    }

    /// Fewer than live connections would end: half-open ones are noticed late.
    fn fewer(&self) -> Option<String> {
        let silent = self.mean("lost.half_open").filter(|lost| *lost > 0.0)?;
        (!self.more()).then(|| {
            format!(
                "silent deaths are noticed late ({} messages lost by them)",
                count(silent.round())
            )
        })
    }

    /// A station that is busy enough to make others wait.
    fn queues(&self) -> Option<String> {
        let busy = self.summary.metrics.iter().filter(|metric| metric.name.ends_with(".cpu.peak"));
        let most = busy.filter_map(|metric| Some((metric.mean?, &metric.node)));
        let (peak, node) = most.max_by(|one, other| one.0.total_cmp(&other.0))?;
        (self.more() && peak > 0.7)
            .then(|| format!("queues: {node} is {} busy at its peak", share(peak)))
    }

    /// More than it can do is cut off.
    fn saturated(&self) -> Option<String> {
        let simulated = self.found.simulated?;
        let full = self.line.unit == Unit::Share && self.found.estimate > 1.0 && simulated <= 1.0;
        full.then(|| "a tier that is full does no more than it can".to_owned())
    }

    fn refusals(&self) -> Option<String> {
        let refused = self.mean("attempts.refused").filter(|refused| *refused > 0.0)?;
        let all = self.mean("attempts.total")?;
        let work = self.line.opening[0] > 0.0;
        (work && refused > 0.1 * all && self.makes(refused / (all - refused).max(1.0)))
            .then(|| format!("{} attempts are refused, which is work too", count(refused.round())))
    }

    fn stale(&self) -> Option<String> {
        let stale = self.mean("registry.stale_routes").filter(|stale| *stale > 0.0)?;
        let all = self.mean("deliveries.intended").filter(|all| *all > 0.0)?;
        self.makes(stale / all)
            .then(|| format!("{} stale routes are looked up again", count(stale.round())))
    }

    /// It has not settled yet.
    fn warming(&self) -> Option<String> {
        let behind = self.summary.warm_up.seconds() <= 0.0;
        behind.then(|| "there is no warm-up: the begin counts".to_owned())
    }

    /// Something ended later than its bound, or the run before it.
    fn lasts(&self) -> Option<String> {
        let cut = self.mean("connections.cut").filter(|cut| *cut > 0.0)?;
        Some(format!("{} are cut off before the window is over", count(cut.round())))
    }
}
