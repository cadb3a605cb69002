//! Reasons that are a count of the run: handshakes, polls, what waited, and what slow readers did
//! not take. Each has to make at least half of the difference by its own number.
use super::{
    Line,
    reasons::{Case, HALF},
};
use crate::{
    engine::number,
    record::Unit,
    summary::{
        board,
        figures::{self, count, duration, share},
        stated_count,
    },
};
use serde_json::Value as Json;

/// From this part of an estimate on it is reached.
const FULL: f64 = 0.95;

impl Case<'_> {
    /// How far the two are apart.
    pub(super) fn apart(&self) -> Option<f64> {
        Some((self.found.simulated? - self.found.estimate).abs())
    }

    /// Whether so many handshakes more, and streams on the connection of another tab, are bytes or
    /// work enough to be the reason.
    pub(super) fn are_enough(&self, [handshakes, joins]: [f64; 2]) -> bool {
        let opening = self.line.opening;
        if opening[0] <= 0.0 && self.line.kind == super::Kind::Work {
            return false;
        }
        if opening[0] <= 0.0 {
            let planned = self.planned_handshakes() + self.planned(super::Kind::Joins);
            return self.makes((handshakes + joins) / planned.max(1.0));
        }
        let over = match self.line.unit {
            // Bytes of a delivery are shared by those that arrive.
            Unit::Bytes => ["live", "replayed", "pulled"]
                .into_iter()
                .filter_map(|end| self.mean(&format!("deliveries.{end}")))
                .sum(),
            _ => self.summary.horizon.seconds(),
        };
        let adds = (handshakes * opening[0] + joins * opening[1]) / over.max(1e-9);
        self.apart().is_some_and(|apart| adds >= HALF * apart)
    }

    /// Handshakes of the whole run by the napkin.
    pub(super) fn planned_handshakes(&self) -> f64 {
        self.planned(super::Kind::Handshakes)
    }

    /// The same of another kind of lines.
    fn planned(&self, kind: super::Kind) -> f64 {
        let planned = self.lines.iter().filter(|line| line.kind == kind);
        planned.map(|line| line.value).fold(0.0, f64::max) * self.summary.horizon.seconds()
    }

    /// Streams on the connection of another tab, more than the napkin has.
    fn more_joins(&self) -> f64 {
        let all = self.mean("tabs.shared").unwrap_or(0.0);
        (all - self.planned(super::Kind::Joins)).max(0.0)
    }

    /// More handshakes than connections that end by themselves, or users who come: faults.
    pub(super) fn herds(&self) -> Option<String> {
        let seconds = self.summary.horizon.seconds();
        let all = self.mean("handshakes.total")?;
        let joins = self.more_joins();
        // Streams that need no handshake are attempts as well.
        let steady = self.summary.steady_attempts().filter(|_| joins <= 0.0);
        let usual = steady.map_or(0.0, |(attempts, lasted)| attempts / lasted * seconds);
        let more = (all - usual.max(self.planned_handshakes())).max(0.0);
        let herd = self.summary.whom_faults_hit().any(|(name, hit)| name != "start" && hit > 0.0);
        let many = more + joins > 0.05 * (all + joins);
        (herd && many && self.more() && self.are_enough([more, joins]))
            .then(|| format!("{} of herds, beside the steady ones", openings([more, joins])))
    }

    /// Streams of those whom faults take their connection, or tell to move.
    pub(super) fn hit(&self) -> Option<String> {
        let faults = self.summary.whom_faults_hit().filter(|(name, _)| *name != "start");
        let hit: f64 = faults.map(|(_, hit)| hit).sum();
        let enough = hit >= HALF * self.apart()? * self.over;
        (self.more() && enough)
            .then(|| format!("{} connections are hit by the timeline", count(hit.round())))
    }

    /// More handshakes than the napkin has: those of tabs whose turn comes, of first connections,
    /// of tries that are made again. Those of herds are told as such.
    pub(super) fn more_handshakes(&self) -> Option<String> {
        if self.herds().is_some() {
            return None;
        }
        let all = self.mean("handshakes.total")?;
        let (planned, joins) = (self.planned_handshakes(), self.more_joins());
        if !self.more() && joins <= 0.0 && self.are_enough([planned - all, 0.0]) {
            let [all, planned] = [all, planned].map(|it| count(it.round()));
            return Some(format!("{all} handshakes, not {planned}"));
        }
        let more = (all - planned).max(0.0);
        if more + joins <= 0.05 * (all + joins) || !self.more() || !self.are_enough([more, joins]) {
            return None;
        }
        let joins = [joins, self.planned(super::Kind::Joins)];
        Some(match joins {
            [more, _] if more <= 0.0 => {
                format!("{} handshakes, not {}", count(all.round()), count(planned.round()))
            }
            [more, usual] => {
                format!("{}, not {}", openings([all, more + usual]), openings([planned, usual]))
            }
        })
    }

    /// Attempts that are turned away by an answer, which has bytes as an opening has.
    pub(super) fn turned_away(&self) -> Option<String> {
        let refused = self.mean("attempts.refused").filter(|refused| *refused > 0.0)?;
        (self.more() && self.are_enough([refused, 0.0])).then(|| {
            format!("{} attempts are refused, which takes bytes too", count(refused.round()))
        })
    }

    /// The first short poll of a user finds only what has come since the begin, half an interval on
    /// average: of e that find nothing it is (1 − e)/(−ln e).
    pub(super) fn first_polls(&self) -> Option<String> {
        if !self.line.name.starts_with("Empty") {
            return None;
        }
        let users = self.short_polled()?;
        let all = self.lines.iter().find(|line| line.name == "Polls")?.value;
        let usual = (self.found.estimate / all.max(1e-12)).clamp(1e-9, 1.0 - 1e-9);
        let more = users * ((1.0 - usual) / -libm::log(usual) - usual);
        let apart = (self.found.simulated? - self.found.estimate) * self.over;
        (apart > 0.0 && more >= HALF * apart)
            .then(|| format!("the first poll of each of {} users finds less", count(users)))
    }

    /// How many users poll in short intervals by the napkin; none where nobody may.
    pub(super) fn short_polled(&self) -> Option<f64> {
        let is = |way: &Json| way == "short_poll" || way.get("short_poll").is_some();
        let all = board::nodes(self.summary, "clients").into_iter().filter_map(|(name, it)| {
            let mut listed = it["prefer"].as_array().into_iter().flatten();
            let any = is(&it["transport"]) || listed.any(is);
            let about = |line: &&Line| ["", name].contains(&line.of.as_str());
            let mut lines = self.lines.iter().filter(about);
            let part = lines.find(|line| line.name == "Users by short poll");
            any.then(|| Some(stated_count(&it["count"])? * part.map_or(1.0, |it| it.value)))?
        });
        all.reduce(|one, other| one + other)
    }

    /// For a while there are fewer, since they begin without connections or something takes them.
    pub(super) fn fills(&self) -> Option<String> {
        let online = self.summary.level("", "connections", "online")?;
        let (start, end) = (self.summary.warm_up.seconds(), self.summary.horizon.seconds());
        let lack = |(bin, held)| (online.time(bin), 1.0 - held / self.found.estimate);
        let all: Vec<(f64, f64)> = online.within(start, end).map(lack).collect();
        let full = |(_, lack): &(f64, f64)| *lack <= 1.0 - FULL;
        let sum = |part: &[(f64, f64)]| part.iter().map(|(_, lack)| lack).sum::<f64>();
        let stretches = all.split(full).filter(|part| !part.is_empty());
        let long = stretches.max_by(|one, other| sum(one).total_cmp(&sum(other)))?;
        if !self.makes(-sum(long) / number::float(number::count(all.len()))) {
            return None;
        }
        let (from, last) = (long.first()?.0, long.last()?.0);
        let lasts = duration(last - from + online.step);
        let begins = from <= all.first()?.0;
        if begins && last >= all.last()?.0 {
            return None;
        }
        if begins {
            return Some(format!("it takes {lasts} until as many have come"));
        }
        let at = |entry: &&Json| board::seconds(&entry["at"]).is_some_and(|at| at <= from);
        let acts = |entry: &&Json| entry["mark"].is_null();
        let name = self.summary.timeline().iter().filter(acts).rfind(at)?["name"].as_str()?;
        Some(if last < all.last()?.0 {
            format!("it takes {lasts} from {name} on until as many are back")
        } else {
            format!("from {name} on not as many are back, for {lasts}")
        })
    }

    /// Requests that are held by who drains: they are answered with nothing, and asked elsewhere.
    pub(super) fn drained(&self) -> Option<String> {
        let users = board::stated_users(self.summary)?;
        let entries = self.summary.timeline().iter();
        let deploys = entries.filter(|entry| entry["deploy"].is_object());
        let moves = deploys.filter_map(|entry| {
            self.mean(&format!("{}.moves_per_client", entry["name"].as_str()?))
        });
        let told = moves.sum::<f64>() * users;
        let apart = (self.found.simulated? - self.found.estimate) * self.over;
        let empty = self.line.name.starts_with("Empty") && apart > 0.0;
        (empty && told >= HALF * apart && self.short_polled().is_none()).then(|| {
            format!("{} requests are answered with nothing by who drains", count(told.round()))
        })
    }

    /// Polls that nobody answers: their clients back off before the next.
    pub(super) fn failed_polls(&self) -> Option<String> {
        let (failed, all) = (self.mean("polls.failed")?, self.mean("polls.total")?);
        let enough = failed >= HALF * self.apart()? * self.over;
        (failed > 0.05 * all && enough)
            .then(|| format!("{} of the polls fail", share(failed / all.max(1.0))))
    }

    /// What readers do not take waits at their gateway, or is dropped there.
    pub(super) fn slow_readers(&self) -> Option<String> {
        let nodes = self.summary.input["nodes"].as_object()?;
        let slow = nodes.values().any(|node| node["clients"]["slow"].is_object());
        let all = self.mean("deliveries.intended").filter(|all| slow && *all > 0.0)?;
        let dropped = self.mean("lost.slow_consumer").unwrap_or(0.0) / all;
        if self.line.kind == super::Kind::Bytes {
            let each = self.line.unit == Unit::Bytes;
            let apart = self.found.deviation?.abs();
            return (self.more() == each && dropped >= HALF * apart).then(|| {
                format!("slow readers: {} of the deliveries are dropped unread", share(dropped))
            });
        }
        let peaks = self.summary.metrics.iter();
        let peaks = peaks.filter(|metric| metric.name.ends_with(".send_buffers.peak"));
        let peak = peaks.filter_map(|metric| metric.mean).fold(0.0, f64::max);
        (self.more() && peak > 0.0).then(|| {
            let peak = figures::figure(Unit::Bytes, peak);
            format!("slow readers: up to {peak} wait in the send buffers of an instance")
        })
    }

    /// What arrives while the run settles has no part in the bytes of a delivery, which are those
    /// until the horizon.
    pub(super) fn settles(&self) -> Option<String> {
        let window = self.summary.horizon.seconds() - self.summary.warm_up.seconds();
        let rate = self.mean("deliveries.intended")? / window.max(1e-9);
        let bytes = self.mean("wire.up")? + self.mean("wire.down")?;
        let arrived = bytes / self.mean("wire.per_delivery").filter(|each| *each > 0.0)?;
        let late = 1.0 - arrived / (rate * self.summary.horizon.seconds()).max(1e-9);
        let enough = late >= HALF * self.found.deviation?;
        (self.line.unit == Unit::Bytes && self.more() && enough).then(|| {
            format!("{} of the deliveries arrive after the horizon, or never", share(late))
        })
    }
}

/// Handshakes, and streams that need none, in words.
fn openings([handshakes, joins]: [f64; 2]) -> String {
    let opened = figures::counted(handshakes.round(), "handshake", "handshakes");
    if joins < 0.5 {
        return opened;
    }
    let joins = figures::counted(joins.round(), "stream", "streams");
    let joins = format!("{joins} beside another tab");
    if handshakes < 0.5 { joins } else { format!("{opened} and {joins}") }
}
