//! A sweep's points side by side. Plain data: exactly what its result files hold.
use super::{
    Bill, Judged, Ledger, Metric, Stretch, Summary,
    napkin::Compared,
    slo::{self, Verdict},
};
use crate::{
    engine::{Span, Time},
    record::{Absence, Unit},
    scenario::{Origin, sets_at},
    units::Any,
};
use serde::{Deserialize, Serialize};

/// The results of a sweep.
#[derive(Clone, PartialEq, Debug)]
pub struct Sweep {
    /// The name of the experiment's file, without its folder.
    pub file: String,
    /// The experiment's name.
    pub experiment: String,
    /// What it asks, in a sentence.
    pub question: String,
    /// The version of squall that ran it.
    pub version: String,
    /// Root of all draws, where no axis varies it.
    pub seed: u64,
    /// Independent runs of a point.
    pub replications: u32,
    /// All trajectories in one number.
    pub fingerprint: u64,
    /// Events handled, over all points and replications.
    pub events: u64,
    /// The resolved input without the axes.
    pub input: serde_json::Value,
    /// Where each value comes from; those of the axes are those of the first point.
    pub assumptions: Vec<Origin>,
    /// What arguments set, as they were written.
    pub sets: Vec<String>,
    /// The words of the command line that made axes or points.
    pub arguments: Vec<String>,
    /// What varies.
    pub axes: Vec<Axis>,
    /// The points in the order of the plan.
    pub points: Vec<Point>,
    /// The designs that ran once more for what moves over time: the name of a point and its run.
    pub runs: Vec<(String, Summary)>,
}

/// What a sweep varies.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Axis {
    /// The path of a parameter.
    pub path: String,
    /// Its last parts, as long as they are its own.
    pub name: String,
    /// Its values, as written.
    pub values: Vec<String>,
}

/// One point.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Point {
    /// `window=30s,jitter=full`.
    pub name: String,
    /// The value of each axis.
    pub values: Vec<String>,
    /// Its trajectories in one number.
    pub fingerprint: u64,
    /// Every metric.
    pub metrics: Vec<Metric>,
    /// The objectives and what the evidence says about them.
    pub slo: Vec<Judged>,
    /// What stands out.
    pub diagnosis: Vec<String>,
    /// What users missed by how long they were away, of all replications.
    pub absences: Vec<Absence>,
    /// What it is as a run of its own.
    pub alone: Alone,
}

/// What a point is as a run of its own, beside its metrics: all that is asked of a design and is
/// not a curve.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Alone {
    /// Where its resolved input differs from that without the axes.
    pub input: json_patch::Patch,
    /// Independent runs.
    pub replications: u32,
    /// The runs cover [0, horizon).
    pub horizon: Time,
    /// Delivery metrics cover messages sent in [`warm_up`, horizon).
    pub warm_up: Time,
    /// What a month costs that looks like the runs, if prices are given.
    pub bill: Option<Bill>,
    /// Closed-form estimates beside what the runs show.
    pub napkin: Vec<Compared>,
    /// The phases of each replication.
    pub phases: Vec<Stretch>,
}

impl Point {
    /// Its resolved input, from that without the axes.
    ///
    /// # Errors
    /// Changes that lead nowhere.
    pub fn input(
        &self,
        plain: &serde_json::Value,
    ) -> Result<serde_json::Value, json_patch::PatchError> {
        let mut input = plain.clone();
        json_patch::patch(&mut input, &self.alone.input)?;
        Ok(input)
    }

    /// A point from what its replications say together; `input` is that without the axes.
    pub fn new(name: &str, values: &[String], summary: Summary, input: &serde_json::Value) -> Self {
        let alone = Alone {
            input: json_patch::diff(input, &summary.input),
            replications: summary.replications,
            horizon: summary.horizon,
            warm_up: summary.warm_up,
            bill: summary.bill,
            napkin: summary.napkin,
            phases: summary.phases,
        };
        Self {
            alone,
            name: name.to_owned(),
            values: values.to_vec(),
            fingerprint: summary.fingerprint,
            metrics: summary.metrics,
            slo: summary.slo,
            diagnosis: summary.diagnosis,
            absences: summary.ledger.into_iter().next().unwrap_or_default().absences,
        }
    }

    /// The metric of that name.
    pub fn metric(&self, name: &str) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.name == name)
    }

    /// The mean of the metric of that name, if it has data.
    pub fn mean(&self, name: &str) -> Option<f64> {
        self.metric(name)?.mean
    }

    /// What should hold and is not shown to.
    pub fn broken(&self) -> impl Iterator<Item = &Judged> {
        let broken = |judged: &&Judged| judged.verdict != Verdict::Pass;
        self.slo.iter().filter(broken).filter(|judged| judged.decides())
    }

    /// The worst of all its verdicts, expectations of failure and stated numbers included: what an
    /// exit code tells; none without objectives.
    pub fn verdict(&self) -> Option<Verdict> {
        slo::worst(self.slo.iter())
    }
}

impl Axis {
    /// Its values as numbers of one unit, if they are such.
    pub fn numbers(&self) -> Option<(Unit, Vec<f64>)> {
        let read = |text: &String| Any::read(text).ok().map(quantity);
        let read: Vec<(Unit, f64)> = self.values.iter().map(read).collect::<Option<_>>()?;
        let unit = read.first()?.0;
        let alike = read.iter().all(|(other, _)| *other == unit);
        alike.then(|| (unit, read.into_iter().map(|(_, number)| number).collect()))
    }
}

/// A value in the unit in which results are given: times in seconds.
pub fn quantity(any: Any) -> (Unit, f64) {
    let unit = match any {
        Any::Span(span) => return (Unit::Seconds, span.seconds()),
        Any::Bytes(_) => Unit::Bytes,
        Any::Bandwidth(_) => Unit::BytesPerSecond,
        Any::Rate(_) => Unit::PerSecond,
        Any::Share(_) => Unit::Share,
        Any::Count(_) | Any::Factor(_) => Unit::Count,
    };
    (unit, any.float())
}

impl Sweep {
    /// The arguments by which `squall run` makes a point alone: `run` knows nothing of axes that
    /// arguments made, so their values are set.
    pub fn way_to(&self, point: &Point) -> Vec<String> {
        if self.arguments.is_empty() {
            return vec!["--point".to_owned(), point.name.clone()];
        }
        let values = self.axes.iter().zip(&point.values);
        values
            .flat_map(|(axis, value)| ["--set".into(), format!("{}={value}", axis.path)])
            .collect()
    }

    /// The run of a point with all that moves over time, if it ran once more for that.
    pub fn curves_of(&self, point: &Point) -> Option<&Summary> {
        self.runs.iter().find(|(name, _)| *name == point.name).map(|(_, run)| run)
    }

    /// A point as a run of its own, as `squall run --point` has it. What moves over time,
    /// histograms and ledger are those of [`Self::curves_of`]; without them what is told of those
    /// is silent.
    pub fn run_of(&self, point: &Point) -> Summary {
        let Alone { replications, horizon, warm_up, bill, napkin, phases, .. } = &point.alone;
        let input = point.input(&self.input).expect("what is read was tried");
        let axes = self.axes.iter().zip(&point.values);
        let axes = axes.map(|(axis, value)| (axis.path.as_str(), value.as_str()));
        let alone = Summary {
            experiment: self.experiment.clone(),
            file: self.file.clone(),
            question: self.question.clone(),
            version: self.version.clone(),
            seed: input["seed"].as_u64().unwrap_or(self.seed),
            replications: *replications,
            replication: None,
            fingerprint: point.fingerprint,
            fingerprints: Vec::new(),
            events: 0,
            horizon: *horizon,
            warm_up: *warm_up,
            tick: Span::ZERO,
            lag_bin: Span::ZERO,
            input,
            assumptions: Vec::new(),
            sets: sets_at(&self.sets, axes),
            metrics: point.metrics.clone(),
            bill: bill.clone(),
            napkin: napkin.clone(),
            slo: point.slo.clone(),
            diagnosis: point.diagnosis.clone(),
            ledger: [Ledger::default(), Ledger::default()],
            lag: Vec::new(),
            lag_cells: Vec::new(),
            series: Vec::new(),
            phases: phases.clone(),
        };
        match self.curves_of(point).cloned() {
            None => alone,
            // What is told of it may rest on what moved over time.
            Some(run) => Summary {
                file: alone.file,
                question: alone.question,
                assumptions: alone.assumptions,
                sets: alone.sets,
                ..run
            },
        }
    }

    /// How many points have this as the worst of their verdicts.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.points.iter().filter(|point| point.verdict() == Some(verdict)).count()
    }

    /// How many points have this as the worst verdict of what should hold.
    pub fn keeping(&self, verdict: Verdict) -> usize {
        self.points.iter().filter(|point| point.kept() == Some(verdict)).count()
    }

    /// The means of a metric at all points that know it.
    fn means<'s>(&'s self, name: &'s str) -> impl Iterator<Item = f64> + 's {
        self.points.iter().filter_map(move |point| point.mean(name))
    }

    /// Whether a metric says something of these points: some know it, and where it counts
    /// deliveries, some are meant for somebody.
    pub fn knows(&self, name: &str) -> bool {
        let mut meant = self.means("deliveries.intended").peekable();
        let idle = meant.peek().is_some() && meant.all(|count| count <= 0.0);
        self.means(name).next().is_some() && !(idle && name.starts_with("deliveries."))
    }

    /// Whether it is worth a column: there is an objective for it, or it is not zero everywhere.
    pub fn is_worth(&self, name: &str) -> bool {
        let judged = self.points.first().map_or(&[][..], |point| &point.slo);
        let own = |it: &Judged| slo::parse(&it.expr).is_ok_and(|slo| slo.metric == name);
        self.knows(name) && (judged.iter().any(own) || self.means(name).any(|mean| mean != 0.0))
    }

    /// Whether there are objectives, beside those that state a number.
    pub fn judged(&self) -> bool {
        self.points.iter().any(|point| point.slo.iter().any(|judged| !judged.states_number()))
    }

    /// The points with the least and with the most of a metric.
    pub fn extremes(&self, name: &str) -> Option<[(&Point, &Metric, f64); 2]> {
        let values = || {
            let value = |point| {
                let metric = Point::metric(point, name)?;
                Some((point, metric, metric.mean?))
            };
            self.points.iter().filter_map(value)
        };
        let least = values().min_by(|a, b| a.2.total_cmp(&b.2))?;
        let most = values().max_by(|a, b| a.2.total_cmp(&b.2))?;
        Some([least, most])
    }
}
