//! Reasons that are messages: so few of them that their number is by chance, and those that are
//! missed, pushed out, or still wait. Each has to make at least half of the difference.
use super::{Kind, reasons::Case};
use crate::{
    record::Unit,
    summary::{
        board,
        figures::{self, count, share},
        stated_count,
    },
};
use serde_json::Value as Json;

impl Case<'_> {
    /// The timeline changes the load.
    pub(super) fn load(&self) -> Option<String> {
        let load = self.summary.timeline().iter().find(|entry| entry["load"].is_object())?;
        let factor = &load["load"]["factor"];
        let says = || {
            let times = factor.as_f64().map_or_else(|| factor.to_string(), figures::compact);
            format!("the timeline changes the load ({times} ×)")
        };
        let of = |name: &str| self.line.name.starts_with(name);
        // Who is connected and silent is as much work as who sends.
        let silent = of("Registry refreshes") || of("Heartbeats");
        let part = match (self.deliveries(), factor.as_f64()) {
            _ if silent => return None,
            // Bytes of a delivery fall where there are more.
            (Some(more), _) if of("Bytes a delivery") => 1.0 / (1.0 + more) - 1.0,
            (Some(more), _) => more * self.line.messages,
            // Without deliveries nobody knows for how long.
            (None, factor) => factor.map_or(0.0, |factor| factor - 1.0),
        };
        let enough = match self.line.kind {
            // It is as much work for a part of the time.
            Kind::Lag => (part > 0.0) == self.more(),
            // More messages are more polls, and fewer that find nothing.
            Kind::Polls => self.makes(part) || self.makes(-part),
            _ => self.makes(part),
        };
        enough.then(says)
    }

    /// How many more deliveries there are than the napkin has, as a part of those.
    pub(super) fn deliveries(&self) -> Option<f64> {
        let line = self.lines.iter().find(|line| line.kind == Kind::Deliveries)?;
        let found = self.summary.shown(&line.beside)?.mean;
        (line.value > 0.0).then(|| found / line.value - 1.0)
    }

    /// A source is on by chance, for a larger or a smaller part of the run than on average.
    pub(super) fn bursts(&self) -> Option<String> {
        let more = self.deliveries()?;
        self.of_bursts(more, "of this run")
    }

    fn of_bursts(&self, more: f64, place: &str) -> Option<String> {
        let nodes = self.summary.input["nodes"].as_object()?;
        let bursts = nodes.values().any(|node| node["source"]["bursts"].is_object());
        let times = figures::compact(1.0 + more);
        bursts.then(|| format!("bursts: {times} times the usual deliveries {place}"))
    }

    /// So few messages, each for many, that their number is by chance: within two standard
    /// deviations of a Poisson count, which that of their deliveries is not.
    pub(super) fn few_messages(&self) -> Option<String> {
        let line = self.lines.iter().find(|line| line.kind == Kind::Deliveries)?;
        let (came, expected) = (self.summary.shown(&line.beside)?.mean, line.value);
        let nodes = self.summary.input["nodes"].as_object()?;
        let sources = nodes.iter().filter(|(_, node)| node["source"].is_object());
        let counted = sources.filter_map(|(name, _)| self.mean(&format!("{name}.messages")));
        let runs = f64::from(self.summary.replications.max(1));
        let messages = counted.sum::<f64>() * runs;
        let planned = messages * expected / came.max(1e-12);
        let window = self.summary.horizon.seconds() - self.summary.warm_up.seconds();
        let each = came * window * runs / messages.max(1.0);
        let luck = (messages - planned).abs() <= 2.0 * planned.max(1.0).sqrt();
        (messages > 0.0 && each > 1.5 && luck).then(|| {
            let [messages, planned] = [messages, planned].map(|it| count(it.round()));
            format!("chance: {messages} messages, not {planned}, each for many")
        })
    }

    /// What is for all answers all requests that a drain still holds: how many move before it does
    /// is the chance of one message for each of the drains. Those at a fixed period come at the
    /// phase at which the drains begin, which begin in step with them.
    pub(super) fn drains_by_message(&self) -> Option<String> {
        let nodes = self.summary.input["nodes"].as_object()?;
        let all =
            |node: &&Json| node["source"]["to"] == "all" || node["clients"]["sends"]["to"] == "all";
        let many: Vec<&Json> = nodes.values().filter(all).collect();
        if many.is_empty() || self.mean("polls.total").is_none() {
            return None;
        }
        let mut timeline = self.summary.timeline().iter();
        let deploy = &timeline.find(|entry| entry["name"] == self.line.of.as_str())?["deploy"];
        let pool = nodes.get(deploy["node"].as_str()?)?;
        let at_once = stated_count(&deploy["batch"]).unwrap_or(1.0).max(1.0);
        let drains = (stated_count(&pool["gateway"]["count"])? / at_once).ceil();
        let apart = self.found.deviation?.abs();
        let words = figures::counted(drains, "drain", "drains");
        if many.iter().any(|node| !node["source"]["every"].is_null()) {
            let word = "in step with the messages for all, which answer what is held";
            return (apart <= 1.0).then(|| format!("{words} begin {word}"));
        }
        (apart <= 2.0 / drains.sqrt())
            .then(|| format!("chance: {words}, whose requests the next message for all answers"))
    }

    /// As many more or fewer deliveries by the chance of bursts, or of a few messages, as make half
    /// of the difference to all else.
    pub(super) fn by_messages(&self) -> Option<String> {
        let line = self.lines.iter().find(|line| line.kind == Kind::Deliveries)?;
        let came = self.summary.shown(&line.beside)?.mean / line.value;
        // Bills are of what is behind the warm-up, as deliveries are; all else is of the whole run.
        let over = if self.line.kind == Kind::Bill { 1.0 } else { self.before()? };
        let part = came * over - 1.0;
        let each = self.line.unit == Unit::Bytes;
        let part = if each { 1.0 / (1.0 + part).max(1e-9) - 1.0 } else { part };
        if !self.makes(part * self.line.messages) {
            return None;
        }
        let window = self.line.kind == Kind::Bill || self.summary.warm_up.seconds() <= 0.0;
        let place = if window { "of this run" } else { "in the run, its warm-up included" };
        self.of_bursts(came * over - 1.0, place).or_else(|| self.few_messages())
    }

    /// How many times as much is sent a second in the whole run as behind the warm-up.
    fn before(&self) -> Option<f64> {
        let sent = self.summary.level("", "sent", "total")?;
        let (start, end) = (self.summary.warm_up.seconds(), self.summary.horizon.seconds());
        let all: f64 = sent.values().map(|(_, value)| value).sum();
        let window: f64 = sent.within(start, end).map(|(_, value)| value).sum();
        (window > 0.0).then(|| all / end / (window / (end - start).max(1e-9)))
    }

    /// What is pushed out of full mailboxes has waited for longest.
    pub(super) fn overflow(&self) -> Option<String> {
        let all = self.mean("deliveries.intended").filter(|all| *all > 0.0)?;
        let lost = self.mean("lost.buffer_overflow")? / all;
        self.makes(-lost)
            .then(|| format!("{} of the deliveries are pushed out of full mailboxes", share(lost)))
    }

    /// What waits on the bus, enough of it to make the difference (Little's law).
    pub(super) fn backlog(&self) -> Option<String> {
        let peak = self.mean("backlog.peak").filter(|peak| *peak > 1.0)?;
        let window = (self.summary.horizon.seconds() - self.summary.warm_up.seconds()).max(1e-9);
        let rate = self.mean("deliveries.intended")? / window;
        let more = self.found.simulated? - self.found.estimate;
        (more > 0.0 && peak >= rate * more / 2.0)
            .then(|| format!("up to {} messages wait on the bus", count(peak.round())))
    }

    /// What is missed, or waits at the end of the run, is not pushed.
    pub(super) fn missed(&self) -> Option<String> {
        let all = self.mean("deliveries.intended").filter(|all| *all > 0.0)?;
        let part = |name: &str| self.mean(name).map(|count| count / all);
        // Bytes of a delivery are shared by those that arrive; all else lacks what they bring.
        let each = self.line.unit == Unit::Bytes;
        let large = |part: &f64| {
            let lack = -part * self.line.messages;
            self.makes(if each { *part / (1.0 - part).max(1e-9) } else { lack })
        };
        let missed = part("deliveries.missed").filter(large);
        let waits = part("deliveries.pending").filter(large);
        missed
            .map(|missed| format!("{} of the deliveries are missed", share(missed)))
            .or(waits
                .map(|waits| format!("{} of the deliveries still wait at the end", share(waits))))
    }

    /// Who has given up for good gets nothing any more, and has no part in anything.
    pub(super) fn gave_up(&self) -> Option<String> {
        let gone = self.mean("clients.gave_up").filter(|gone| *gone > 0.0)?;
        let users = board::stated_users(self.summary)?;
        let enough = self.makes(-gone / users);
        let [gone, users] = [gone, users].map(|it| count(it.round()));
        enough.then(|| format!("{gone} of {users} users give up for good"))
    }

    /// What still waits at the end has no lag yet, and would have a long one.
    pub(super) fn censored(&self) -> Option<String> {
        let all = self.mean("deliveries.intended").filter(|all| *all > 0.0)?;
        let waits = self.mean("deliveries.pending")? / all;
        (waits > 0.03 && !self.more())
            .then(|| format!("{} of the deliveries still wait at the end", share(waits)))
    }
}
