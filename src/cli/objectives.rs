//! Objectives, judged as far as that goes before anything runs: whether they can be read, and
//! whether a run will measure what they are about.
use crate::{
    scenario::{Loaded, Scenario},
    spec::{Diagnostic, Diagnostics},
    study,
    summary::{
        Metric, RECOVERY,
        slo::{self, Slo, SloError},
    },
};

/// The phase that each run has.
const STEADY: &str = "steady";

/// All objectives that no run could judge, each at its place; with `points` one may also be about
/// what only some points of the sweep measure.
pub(super) fn check(loaded: &Loaded, points: bool) -> Result<(), Diagnostics> {
    let scenario = &loaded.scenario;
    if scenario.slo.is_empty() {
        return Ok(());
    }
    let known = study::dry::metrics(scenario);
    let mut list = Vec::new();
    for (place, text) in scenario.slo.iter().enumerate() {
        let wrong = match readable(scenario, text) {
            Ok(slo) => known.as_ref().and_then(|known| judged(&slo, known).err()).filter(|wrong| {
                let unknown = matches!(wrong, SloError::UnknownMetric { .. });
                !(unknown && points && some_point(loaded, &slo))
            }),
            Err(wrong) => Some(wrong),
        };
        let at = loaded.objectives.get(place).copied();
        list.extend(wrong.map(|wrong| told(&wrong).at(at)));
    }
    if list.is_empty() {
        return Ok(());
    }
    Err(Diagnostics { sources: loaded.warnings.sources.clone(), list })
}

/// The objective, if it can be read and is about a phase that there is.
fn readable(scenario: &Scenario, text: &str) -> Result<Slo, SloError> {
    let actions = scenario.timeline.iter().map(|action| action.name.as_str());
    let slo = slo::parse(text)?;
    slo.check_phase([STEADY, RECOVERY].into_iter().chain(actions))?;
    Ok(slo)
}

/// Whether a run that has these metrics can judge an objective. What is measured of one phase is
/// measured of each, if it comes to it.
fn judged(slo: &Slo, known: &[Metric]) -> Result<(), SloError> {
    let Some(phase) = slo.phase().filter(|phase| *phase != STEADY) else {
        return slo.resolve(known).map(|_| ());
    };
    let steady = format!("during({STEADY}).");
    let of_phase = known.iter().filter_map(|metric| {
        let rest = metric.name.strip_prefix(&steady)?;
        Some(Metric { name: format!("during({phase}).{rest}"), ..metric.clone() })
    });
    let all: Vec<Metric> = of_phase.collect();
    slo.resolve(&all).map(|_| ())
}

/// Whether a point measures it: one for each value of each axis is looked at.
fn some_point(loaded: &Loaded, slo: &Slo) -> bool {
    let points = &loaded.plan.points;
    let mut seen: Vec<(usize, &str)> = Vec::new();
    points.iter().any(|point| {
        let values = || point.values.iter().map(String::as_str).enumerate();
        let new = values().any(|value| !seen.contains(&value));
        seen.extend(values().filter(|value| new && !seen.contains(value)).collect::<Vec<_>>());
        let measures = |known: Vec<Metric>| judged(slo, &known).is_ok();
        new && study::dry::metrics(&point.scenario).is_some_and(measures)
    })
}

/// What is wrong with an objective, and what to write instead.
fn told(wrong: &SloError) -> Diagnostic {
    let meant = |suggestion: &Option<String>, other: &str| match suggestion {
        Some(name) => format!("did you mean `{name}`?"),
        None => other.to_owned(),
    };
    match wrong {
        SloError::Shape(text) => {
            Diagnostic::error("bad-objective", format!("`{text}` is not `metric OP value`"))
                .help("write for example `delivery_lag.p99 < 500ms`")
        }
        SloError::Limit { limit, example, .. } => {
            Diagnostic::error("bad-objective", format!("the limit `{limit}` is not a quantity"))
                .help(format!("write for example {example}"))
        }
        SloError::Unit { metric, unit, example, .. } => {
            Diagnostic::error("bad-objective", format!("{metric} is measured in {unit}"))
                .help(format!("write for example {example}"))
        }
        SloError::UnknownMetric { metric, suggestion, .. } => {
            Diagnostic::error("no-such-metric", format!("a run of this measures no `{metric}`"))
                .help(meant(suggestion, "`squall explain metrics` lists what can be measured"))
        }
        SloError::UnknownPhase { phase, suggestion, .. } => {
            let other = "phases are `steady`, `recovery`, and the names in `timeline`";
            Diagnostic::error("no-such-phase", format!("there is no phase `{phase}`"))
                .help(meant(suggestion, other))
        }
    }
}
