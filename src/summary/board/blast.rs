//! What each thing that was done to the system cost its users.
use super::{stated_users, users};
use crate::summary::{Summary, bill::HOURS, slo, storms};

/// The availability that a month is held against where no objective says another.
pub const TARGET: f64 = 0.999;

/// What a timeline entry did.
#[derive(Clone, PartialEq, Debug)]
pub struct Blast {
    /// Its name.
    pub name: String,
    /// When it began, in seconds.
    pub at: f64,
    /// Connections that it cost, or that it told to move.
    pub hit: Option<f64>,
    /// Whether they were told to move, as by a deploy, at its own pace.
    pub moves: bool,
    /// Minutes without a connection, over all users, while it lasted.
    pub minutes: f64,
    /// From its begin until all who were hit were back, or 99 % of them; in seconds.
    pub back: Option<f64>,
    /// The share of those hit who were not back at the end of the run.
    pub never: Option<f64>,
    /// Of the minutes that a month's target leaves.
    pub budget: Option<f64>,
    /// That target.
    pub target: f64,
    /// Whether the recovery from it is in its minutes.
    pub recovered: bool,
}

/// Every entry of the timeline that cost users time, and the recovery behind them.
pub fn blasts(summary: &Summary) -> Vec<Blast> {
    let mut names: Vec<&str> = Vec::new();
    for phase in summary.faults() {
        if !names.contains(&phase.name.as_str()) && !is_mark(summary, &phase.name) {
            names.push(&phase.name);
        }
    }
    // A recovery that is over at once, or what touches no connection, says nothing here.
    let counts = |blast: &Blast| blast.minutes >= 0.5 || blast.hit.is_some();
    let mut all: Vec<Blast> = names.into_iter().filter_map(|name| blast(summary, name)).collect();
    // The only fault answers for the recovery as well.
    if let [fault, recovery] = all.as_mut_slice()
        && recovery.name == "recovery"
    {
        fault.minutes += recovery.minutes;
        fault.budget = fault.budget.zip(recovery.budget).map(|(one, other)| one + other);
        fault.recovered = recovery.minutes >= 0.5;
        all.truncate(1);
    }
    all.retain(counts);
    all
}

fn blast(summary: &Summary, name: &str) -> Option<Blast> {
    let mean = |metric: String| summary.mean(&metric);
    let hit = mean(format!("recovery.{name}.hit")).filter(|&hit| hit > 0.0);
    let during = |what: &str| mean(format!("during({name}).{what}"));
    // What is away all the time is not of its doing.
    let usual = mean("during(steady).clients.availability".to_owned()).filter(|&it| it > 0.0);
    let usual = usual.map_or(0.0, |available| 1.0 / available - 1.0);
    let away = match during("clients.availability").zip(during("connections.mean")) {
        // Connected is so large a part of what the users wanted.
        Some((available, connected)) if available > 0.0 => {
            connected * (1.0 / available - 1.0 - usual).max(0.0)
        }
        // How many an open stream would have had nobody says.
        Some(_) => stated_users(summary).unwrap_or(0.0),
        // What is over at once lasts no time itself: its recovery does.
        None => 0.0,
    };
    let own = || summary.phases.iter().filter(|phase| phase.name == name);
    let lasted: f64 = own().map(|phase| phase.end.seconds() - phase.start.seconds()).sum();
    let minutes = away * lasted / f64::from(summary.replications.max(1)) / 60.0;
    let target = target(summary);
    let month = users(summary).map(|users| users * HOURS * 60.0 * (1.0 - target));
    Some(Blast {
        name: name.to_owned(),
        at: own().next()?.start.seconds(),
        hit,
        moves: storms::moves(summary, name),
        minutes,
        never: mean(format!("recovery.{name}.never_share")).filter(|&never| never > 0.0),
        back: mean(format!("recovery.{name}.all")).or(mean(format!("recovery.{name}.t99"))),
        budget: month.filter(|&month| month > 0.0).map(|month| minutes / month),
        target,
        recovered: false,
    })
}

/// Whether a timeline entry does nothing: it gives a stretch of time a name.
pub(in crate::summary) fn is_mark(summary: &Summary, name: &str) -> bool {
    let entries = summary.input["timeline"].as_array().into_iter().flatten();
    entries.clone().any(|entry| entry["name"] == name && !entry["mark"].is_null())
}

/// The strictest objective on the availability of the whole run.
fn target(summary: &Summary) -> f64 {
    let limits = summary.slo.iter().filter_map(|judged| {
        let slo = slo::parse(&judged.expr).ok()?;
        (slo.metric == "clients.availability").then_some(slo.limit)
    });
    limits.filter(|limit| (0.0..1.0).contains(limit)).reduce(f64::max).unwrap_or(TARGET)
}
