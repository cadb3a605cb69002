//! What the replications say together: means with intervals, verdicts, sums, findings.
//!
//! A [`Summary`] is plain data: it holds exactly what the result files hold, and reading the files
//! gives it back. It does not know the loop, the nodes, or who reads it.
pub mod advice;
mod answer;
pub mod bill;
pub mod board;
mod causes;
pub mod chance;
pub mod crossings;
mod deeds;
mod disturbed;
mod due;
pub mod figures;
pub mod findings;
pub mod glossary;
mod herds;
mod lag;
mod losses;
mod metric;
pub mod napkin;
pub mod observed;
pub mod phase;
mod polls;
pub mod rolling;
pub mod series;
pub mod shares;
pub mod slo;
pub mod spark;
mod storms;
pub mod student;
pub mod survivors;
pub mod sweep;
pub mod words;

pub use bill::{Bill, Charge};
pub use deeds::Deed;
pub use lag::{Bucket, Burst, Cell as LagCell, bursts, tail};
pub use metric::{Metric, of_phase};
pub use series::Series;

use crate::{
    engine::{Span, Time, number},
    record::{Absence, Measure, Outcome},
    scenario::{Origin, Scenario},
    units::{Count, Quantity},
};
use serde::{Deserialize, Serialize};
use slo::Verdict;

/// A smaller share of attempts, polls or deliveries that fail is not worth a word.
const NOTABLE: f64 = 0.001;

/// What is advised to add to a run for what is pending to arrive.
const SETTLE: Span = Span::from_secs(60);

/// The phase behind faults, until those whom they hit are back.
pub const RECOVERY: &str = "recovery";

/// The results of an experiment over its replications.
#[derive(Clone, PartialEq, Debug)]
pub struct Summary {
    /// The name of the experiment's file, without its folder.
    pub file: String,
    /// The experiment's name.
    pub experiment: String,
    /// What it asks, in a sentence.
    pub question: String,
    /// The version of squall that ran it.
    pub version: String,
    /// Root of all draws.
    pub seed: u64,
    /// Independent runs.
    pub replications: u32,
    /// The only one of the experiment's that ran, where one was asked for alone.
    pub replication: Option<u32>,
    /// All trajectories in one number: that of the only replication, else a hash of all of them in
    /// their order.
    pub fingerprint: u64,
    /// The trajectory of each replication.
    pub fingerprints: Vec<u64>,
    /// Events handled, over all replications.
    pub events: u64,
    /// The runs cover [0, horizon).
    pub horizon: Time,
    /// Delivery metrics cover messages sent in [`warm_up`, horizon).
    pub warm_up: Time,
    /// Bin width of the series.
    pub tick: Span,
    /// Bin width of the lag over time.
    pub lag_bin: Span,
    /// The resolved input.
    pub input: serde_json::Value,
    /// Where each value of it came from: written, set, or a default with its source.
    pub assumptions: Vec<Origin>,
    /// What arguments set, as they were written.
    pub sets: Vec<String>,
    /// Every metric, in the order of the first replication.
    pub metrics: Vec<Metric>,
    /// What a month costs that looks like the runs, if prices are given.
    pub bill: Option<Bill>,
    /// Closed-form estimates beside what the runs show; empty where nobody made any.
    pub napkin: Vec<napkin::Compared>,
    /// The objectives and what the evidence says about them.
    pub slo: Vec<Judged>,
    /// What stands out, in sentences with numbers.
    pub diagnosis: Vec<String>,
    /// Ends of all deliveries sent in [`warm_up`, horizon), then of the whole run; sums over the
    /// replications.
    pub ledger: [Ledger; 2],
    /// Delivery lag of the window, all replications together.
    pub lag: Vec<Bucket>,
    /// Delivery lag by time of arrival, all replications together.
    pub lag_cells: Vec<LagCell>,
    /// What moved over time.
    pub series: Vec<Series>,
    /// The phases of each replication.
    pub phases: Vec<Stretch>,
}

/// An objective with its verdict.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Judged {
    /// As written.
    pub expr: String,
    /// What the evidence says.
    pub verdict: Verdict,
    /// The metric's mean; none without data.
    pub value: Option<f64>,
    /// The limit in the metric's unit.
    pub limit: Option<f64>,
}

/// Sums of the ends of deliveries.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ledger {
    /// Deliveries that were to be made.
    pub intended: u64,
    /// The ends: (end, cause, count) in their fixed order.
    pub rows: Vec<(String, String, u64)>,
    /// What was missed, by how long its recipient was away; of the window alone.
    pub absences: Vec<Absence>,
}

/// A phase of one replication.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stretch {
    /// Which replication, from 0.
    pub replication: u32,
    /// Such as `deploy`.
    pub name: String,
    /// Its begin.
    pub start: Time,
    /// Its end.
    pub end: Time,
}

/// Summarizes the replications of a scenario; `outcomes` in the order of their replication.
pub fn summarize(scenario: &Scenario, outcomes: &[Outcome]) -> Summary {
    let nodes: Vec<&str> = scenario.nodes.iter().map(|node| node.name.as_str()).collect();
    let first = outcomes.first();
    let fingerprints: Vec<u64> = outcomes.iter().map(|outcome| outcome.fingerprint).collect();
    let (bill, costs) = bill_of(scenario, outcomes);
    let measures = outcomes.iter().enumerate().flat_map(|(place, outcome)| {
        outcome.measures.iter().chain(costs.get(place).into_iter().flatten())
    });
    let mut summary = Summary {
        file: format!("{}.yaml", scenario.name),
        experiment: scenario.name.clone(),
        question: scenario.question.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: scenario.seed,
        replications: crate::engine::number::row(outcomes.len()),
        replication: None,
        fingerprint: combined(&fingerprints),
        fingerprints,
        events: outcomes.iter().map(|outcome| outcome.events).sum(),
        horizon: scenario.horizon,
        warm_up: scenario.warm_up,
        tick: first.map_or(scenario.tick, |outcome| outcome.tick),
        lag_bin: first.map_or(scenario.tick, |outcome| outcome.lag_bin),
        input: scenario.resolved.clone(),
        assumptions: scenario.origins.clone(),
        sets: scenario.sets.clone(),
        metrics: metric::over_replications(measures, &nodes),
        bill,
        napkin: Vec::new(),
        slo: Vec::new(),
        diagnosis: Vec::new(),
        ledger: [0, 1].map(|scope| Ledger::sum(outcomes, scope)),
        lag: lag::buckets(outcomes),
        lag_cells: lag::cells(outcomes),
        series: series::collect(outcomes),
        phases: outcomes.iter().flat_map(stretches).collect(),
    };
    summary.slo = scenario.slo.iter().map(|text| summary.judge(text)).collect();
    let growth = scenario
        .prices
        .as_ref()
        .map(|prices| bill::grown::lines(outcomes, prices, &board::grown_to(&summary)));
    if let Some((bill, growth)) = summary.bill.as_mut().zip(growth) {
        bill.growth = growth;
    }
    summary.diagnosis = findings::sentences(&summary);
    summary
}

/// The bill, and what it is in each replication as metrics.
fn bill_of(scenario: &Scenario, outcomes: &[Outcome]) -> (Option<Bill>, Vec<Vec<Measure>>) {
    let Some(prices) = &scenario.prices else { return (None, Vec::new()) };
    let bills: Vec<Vec<Charge>> =
        outcomes.iter().map(|outcome| bill::charges(&outcome.usage, prices)).collect();
    let pairs = outcomes.iter().zip(&bills);
    let costs = pairs.map(|(outcome, bill)| bill::measures(&outcome.usage, bill)).collect();
    (Bill::mean(outcomes, prices, &bills), costs)
}

/// One number for all trajectories.
pub fn combined(fingerprints: &[u64]) -> u64 {
    let [only] = fingerprints else {
        let mut hasher = blake3::Hasher::new();
        for fingerprint in fingerprints {
            hasher.update(&fingerprint.to_le_bytes());
        }
        let mut first = [0; 8];
        first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        return u64::from_le_bytes(first);
    };
    *only
}

fn stretches(outcome: &Outcome) -> impl Iterator<Item = Stretch> + '_ {
    outcome.phases.iter().map(|phase| Stretch {
        replication: outcome.replication,
        name: phase.name.clone(),
        start: phase.start,
        end: phase.end,
    })
}

/// A count as an input holds it: a number, or a text with its unit.
pub fn stated_count(value: &serde_json::Value) -> Option<f64> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Count::read(&text).ok().map(|count| number::float(count.0))
}

impl Summary {
    /// The entries of the timeline, as the input states them.
    pub fn timeline(&self) -> &[serde_json::Value] {
        self.input["timeline"].as_array().map_or(&[], Vec::as_slice)
    }

    /// The metric of that name.
    pub fn metric(&self, name: &str) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.name == name)
    }

    /// The mean of the metric of that name, if it has data.
    pub fn mean(&self, name: &str) -> Option<f64> {
        self.metric(name)?.mean
    }

    /// The objectives that cannot be judged, and why.
    pub fn slo_errors(&self) -> Vec<slo::SloError> {
        let resolve = |judged: &Judged| {
            slo::parse(&judged.expr).and_then(|slo| slo.resolve(&self.metrics).map(|_| ())).err()
        };
        self.slo.iter().filter_map(resolve).collect()
    }

    /// How long it went on after the horizon, as it is spoken, if it did.
    pub fn settle(&self) -> Option<String> {
        let settle = Span::read(self.input["settle"].as_str()?).ok()?;
        (settle > Span::ZERO).then(|| figures::spoken(settle.seconds()))
    }

    /// What a metric is a part of, where there is none of it: that 0 of none are missed says
    /// nothing of how many could be.
    pub fn has_none_of(&self, metric: &str) -> Option<&'static str> {
        const WHOLES: [(&str, &str, &str); 4] = [
            ("lost.", "deliveries.intended", "deliveries"),
            ("deliveries.", "deliveries.intended", "deliveries"),
            ("polls.", "polls.total", "polls"),
            ("attempts.", "attempts.total", "attempts"),
        ];
        let (phase, own) = match metric.split_once(").") {
            Some((phase, own)) => (format!("{phase})."), own),
            None => (String::new(), metric),
        };
        let (_, whole, what) = WHOLES.iter().find(|it| own.starts_with(it.0))?;
        (self.mean(&format!("{phase}{whole}")) == Some(0.0)).then_some(*what)
    }

    /// Whether an objective is open for what was still pending at the end.
    pub fn waits_for_pending(&self) -> bool {
        let waits = |judged: &Judged| {
            let slo = slo::parse(&judged.expr);
            slo.is_ok_and(|slo| lag::pending_could_flip(self, &slo))
        };
        let mut open = self.slo.iter().filter(|judged| judged.verdict == Verdict::Inconclusive);
        open.any(waits)
    }

    /// Whether a minute behind the horizon would let it arrive, as what arrives takes no longer:
    /// what waits for users who are away for hours, or in a queue that grows, does not come by it.
    pub fn pending_would_settle(&self) -> bool {
        let settles = Span::read(self.input["settle"].as_str().unwrap_or_default());
        let longer = settles.is_ok_and(|settle| settle >= SETTLE);
        let soon = self.mean("delivery_lag.p99").is_some_and(|lag| lag <= SETTLE.seconds());
        soon && !longer && self.waits_for_pending()
    }

    /// How long the steady phase lasts in one replication.
    fn steady_seconds(&self) -> f64 {
        let steady = self.phases.iter().filter(|phase| phase.name == "steady");
        let lasted: f64 = steady.map(|phase| phase.end.seconds() - phase.start.seconds()).sum();
        lasted / f64::from(self.replications.max(1))
    }

    /// Attempts of the steady time of one replication, and how many seconds that lasts.
    fn steady_attempts(&self) -> Option<(f64, f64)> {
        let attempts = self.mean("during(steady).attempts.total")?;
        Some((attempts, self.steady_seconds())).filter(|it| it.1 > 0.0)
    }

    /// How many connections each fault took, by its name, and by `start` who begin to connect then.
    fn whom_faults_hit(&self) -> impl Iterator<Item = (&str, f64)> {
        self.metrics.iter().filter_map(|metric| {
            let name = metric.name.strip_prefix("recovery.")?.strip_suffix(".hit")?;
            Some((name, metric.mean?))
        })
    }

    /// The numbers of the replications that ran.
    pub fn ran(&self) -> std::ops::Range<u32> {
        let first = self.replication.unwrap_or(0);
        first..first + self.replications
    }

    /// The phases of the first of them.
    pub fn stretches(&self) -> impl Iterator<Item = &Stretch> {
        let first = self.ran().start;
        self.phases.iter().filter(move |phase| phase.replication == first)
    }

    /// Those that charts shade: all but `steady`.
    pub fn faults(&self) -> impl Iterator<Item = &Stretch> {
        self.stretches().filter(|phase| phase.name != "steady")
    }

    /// What stands before a largest value, which is the mean of one each run: `of each run `.
    pub fn of_each(&self) -> &'static str {
        if self.replications > 1 { "of each run " } else { "" }
    }

    /// What stands behind it.
    pub fn on_average(&self) -> &'static str {
        if self.replications > 1 { " on average" } else { "" }
    }

    /// What is said of a table of several runs: ` Each number is a mean over 8 runs.`
    pub fn each_is_a_mean(&self) -> String {
        match self.replications {
            0 | 1 => String::new(),
            runs => format!(" Each number is a mean over {runs} runs."),
        }
    }

    /// What a node's utilisation is of: the CPU of its instances, or else its work.
    pub fn work(&self, node: &str) -> &'static str {
        let form = &self.input["nodes"][node];
        let store = ["pubsub", "registry", "buffer"].iter().any(|kind| form.get(kind).is_some());
        if store { "work" } else { "CPU" }
    }

    /// Whether every delivery has exactly one end.
    pub fn adds_up(&self) -> bool {
        self.ledger.iter().all(|ledger| ledger.intended == ledger.total(|_, _| true))
    }

    fn judge(&self, text: &str) -> Judged {
        let mut judged =
            Judged { expr: text.to_owned(), verdict: Verdict::Error, value: None, limit: None };
        let Ok(slo) = slo::parse(text) else { return judged };
        judged.limit = Some(slo.limit);
        let Ok(metric) = slo.resolve(&self.metrics) else { return judged };
        judged.value = metric.mean;
        judged.verdict = slo.verdict(metric);
        if judged.verdict == Verdict::Pass && lag::pending_could_flip(self, &slo) {
            judged.verdict = Verdict::Inconclusive;
        }
        judged
    }
}

impl Ledger {
    fn sum(outcomes: &[Outcome], scope: usize) -> Self {
        let mut sum = Self::default();
        for ends in outcomes.iter().map(|outcome| &outcome.ledger[scope]) {
            sum.intended += ends.intended;
            for row in &ends.rows {
                let same =
                    |known: &&mut (String, String, u64)| known.0 == row.end && known.1 == row.cause;
                match sum.rows.iter_mut().find(same) {
                    Some(known) => known.2 += row.count,
                    None => sum.rows.push((row.end.to_string(), row.cause.to_string(), row.count)),
                }
            }
            ends.absences.iter().for_each(|row| sum.add_absence(*row));
        }
        sum
    }

    /// Adds outages of one length to those of the same.
    fn add_absence(&mut self, row: Absence) {
        match self.absences.binary_search_by_key(&row.low, |known| known.low) {
            Ok(place) => {
                let known = &mut self.absences[place];
                known.outages += row.outages;
                known.came += row.came;
                known.missed += row.missed;
            }
            Err(place) => self.absences.insert(place, row),
        }
    }

    /// How many deliveries ended in one of the chosen ways: (end, cause).
    pub fn total(&self, chosen: impl Fn(&str, &str) -> bool) -> u64 {
        let rows = self.rows.iter().filter(|(end, cause, _)| chosen(end, cause));
        rows.map(|row| row.2).sum()
    }
}
