//! How soon a herd is back that is spread evenly, and how long objectives on that let it be.
use super::Herd;
use crate::{
    engine::Law,
    record::Unit,
    summary::{
        Summary,
        board::{
            change::asked::{Asked, objectives},
            users, way_in,
        },
        figures,
    },
};
use serde_json::Value as Json;

/// Of a limit of an objective, how much a spread may use: what it comes to is known that well.
const WITHIN: f64 = 0.98;

/// What a metric comes to with a spread of W seconds: `rest` + `slope` · W.
struct Line {
    metric: String,
    slope: f64,
    rest: f64,
    /// The availability is 1 − that.
    lacks: bool,
}

/// The longest spread that keeps an objective.
pub(super) struct Back {
    pub(super) asked: Asked,
    line: Line,
    unit: Unit,
}

impl Back {
    /// The limit that a spread keeps, in its unit.
    pub(super) fn limit(&self, spread: f64) -> String {
        let bad = (self.line.rest + self.line.slope * spread) / WITHIN;
        figures::figure(self.unit, if self.line.lacks { 1.0 - bad } else { bad })
    }
}

/// The objectives on those who come back, the one with the least time first.
pub(super) fn bounds(summary: &Summary, service: &str, pool: &Json, herd: &Herd) -> Vec<Back> {
    let crowds = way_in::comes(summary, service);
    let way = |of: &dyn Fn(&Law) -> f64| {
        let own = crowds.iter();
        let ways = own.map(|it| way_in::handshake(summary, it.crowd, service, pool, of));
        ways.fold(0.0, f64::max)
    };
    // The slowest of all, for the last one.
    let slowest = |law: &Law| law.quantile(1.0 - 1.0 / herd.users.max(2.0));
    let lines = lines(summary, herd, way(&Law::mean), way(&slowest));
    let mut all: Vec<Back> = lines.iter().flat_map(|line| of_line(summary, line)).collect();
    all.sort_by(|one, other| one.asked.window.total_cmp(&other.asked.window));
    all
}

fn of_line(summary: &Summary, own: &Line) -> Vec<Back> {
    let metric = [own.metric.clone()];
    let unit = summary.metric(&own.metric).map_or(Unit::Seconds, |it| it.unit);
    let of = |(limit, expr, fails): (f64, &str, bool)| {
        let bad = if own.lacks { 1.0 - limit } else { limit };
        let window = (bad * WITHIN - own.rest) / own.slope;
        let line = Line { metric: own.metric.clone(), ..*own };
        Back { asked: Asked { window, expr: expr.to_owned(), fails }, line, unit }
    };
    objectives(summary, &metric, !own.lacks).map(of).collect()
}

/// Who is told to come at a moment drawn evenly from W seconds is back by then and a handshake:
/// half after W/2, 99 % after 0.99 W, all after W.
fn lines(summary: &Summary, herd: &Herd, way: f64, slowest: f64) -> Vec<Line> {
    let names = summary.whom_faults_hit().filter(|(name, _)| (*name == "start") == herd.at_start);
    let mut all = Vec::new();
    let mut add = |metric: String, slope: f64, rest: f64| {
        all.push(Line { metric, slope, rest, lacks: false });
    };
    let (mut hit, mut now) = (0.0, 0.0);
    for (name, users) in names {
        for (what, part, way) in [
            ("t50", 0.5, way),
            ("t99", 0.99, way),
            ("all", 1.0, slowest),
            ("longest", 1.0, slowest),
        ] {
            add(format!("recovery.{name}.{what}"), part, way);
        }
        let seconds = format!("recovery.{name}.user_seconds");
        now += summary.mean(&seconds).unwrap_or(0.0);
        hit += users;
        add(seconds, users / 2.0, users * way);
    }
    if herd.at_start || hit <= 0.0 {
        return all;
    }
    for (what, part, way) in [("p50", 0.5, way), ("p99", 0.99, way), ("max", 1.0, slowest)] {
        add(format!("reconnect.{what}"), part, way);
    }
    add("outage.longest".to_owned(), 1.0, slowest);
    if let Some(out) = summary.mean("outage.user_seconds") {
        let (slope, rest) = (hit / 2.0, (out - now).max(0.0) + hit * way);
        add("outage.user_seconds".to_owned(), slope, rest);
        if let Some(all_time) = users(summary).map(|all| all * summary.horizon.seconds()) {
            let metric = "clients.availability".to_owned();
            all.push(Line { metric, slope: slope / all_time, rest: rest / all_time, lacks: true });
        }
    }
    all
}
