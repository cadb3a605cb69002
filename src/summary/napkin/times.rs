//! Reasons that are times: what waited for its recipient or its sender, what is slow beside all
//! else, and what goes in step. Each has to make at least half of the difference.
use super::reasons::{Case, HALF};
use crate::summary::{
    board,
    figures::{self, duration, share},
};
use serde_json::Value as Json;

/// The slowest parts of all deliveries that may be a tail, and from which quantile each is on.
const TAILS: [(f64, &str, &str); 3] =
    [(0.001, "thousandth", "p999"), (0.01, "hundredth", "p99"), (0.05, "twentieth", "p95")];

impl Case<'_> {
    /// Half of them are as fast as expected, and a few are not: so much slower that they alone make
    /// half of the difference. The slowest take at least the quantile where they begin.
    pub(super) fn tail(&self) -> Option<String> {
        let half = self.mean("delivery_lag.p50")?;
        let apart = self.found.simulated? - self.found.estimate;
        if !self.more() || half >= 1.1 * self.found.estimate {
            return None;
        }
        // Those of a smaller part take as long as its own quantile.
        let (mut before, mut makes) = (0.0, 0.0);
        TAILS.into_iter().find_map(|(part, name, quantile)| {
            let slow = self.mean(&format!("delivery_lag.{quantile}"))?;
            makes += (part - before) * (slow - self.found.estimate);
            before = part;
            (makes >= HALF * apart).then(|| {
                let [slow, makes] = [slow, makes].map(duration);
                format!("the tail: the slowest {name} takes {slow} or more, {makes} of the mean")
            })
        })
    }

    /// Replayed or pulled after an absence: many, or a few that waited for long.
    pub(super) fn late(&self) -> Option<String> {
        let late = self.mean("deliveries.replayed")? + self.mean("deliveries.pulled")?;
        if !self.more() || late <= 0.0 {
            return None;
        }
        // Of those that arrived: a lag is of no other.
        let all = late + self.mean("deliveries.live")?;
        let longest = self.mean("delivery_lag.max")?;
        let enough = late / all * longest >= HALF * self.apart()?;
        if enough && late > 0.01 * all {
            return Some(format!("{} waited for their recipient", share(late / all)));
        }
        enough.then(|| {
            let late = figures::counted(late.round(), "delivery", "deliveries");
            format!("{late} waited for their recipient, up to {}", duration(longest))
        })
    }

    /// What is written while its sender is away waits in an outbox until it is back.
    pub(super) fn written_away(&self) -> Option<String> {
        let sent = self.mean("sends.total")?.max(1.0);
        // What waits in a tab for a request is in the estimate.
        let waited = self.mean("sends.waited")? - self.mean("tabs.held_back").unwrap_or(0.0);
        let waited = waited.max(0.0) / sent;
        let each = self.mean("sends.wait.mean")?;
        // Beside sources the messages of users are a part of all, one delivery each at least.
        let nodes = self.summary.input["nodes"].as_object()?;
        let others = nodes.values().any(|node| node["source"].is_object());
        let all = self.mean("deliveries.intended").unwrap_or(0.0).max(sent);
        let part = if others { sent / all } else { 1.0 };
        let enough = waited * each * part >= HALF * self.apart()?;
        (self.more() && enough).then(|| {
            let [waited, each] = [share(waited), duration(each)];
            format!("{waited} of the messages wait for their sender, {each} on average")
        })
    }

    /// Polls at a fixed interval, and messages at one that goes into it or the other way round:
    /// each user has its own place between them for the whole run.
    pub(super) fn in_step(&self) -> Option<String> {
        let every = |node: &Json, way: &[&str]| {
            let at = way.iter().fold(node, |node, key| &node[*key]);
            board::seconds(at).filter(|every| *every > 0.0)
        };
        let nodes = self.summary.input["nodes"].as_object()?;
        let polls = nodes.values().find_map(|it| every(it, &["clients", "short_poll", "every"]))?;
        let comes = nodes.values().find_map(|it| every(it, &["source", "every"]))?;
        let times = polls.max(comes) / polls.min(comes);
        let whole = (times - times.round()).abs() < 1e-9;
        (self.short_polled().is_some() && whole && self.apart()? <= polls / 2.0).then(|| {
            let [polls, comes] = [polls, comes].map(duration);
            format!("in step: polls each {polls}, messages each {comes}")
        })
    }
}
