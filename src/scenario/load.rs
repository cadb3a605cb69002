//! The one way in: a path, and what the command line sets, become a scenario or a list of all that
//! is wrong. The disk is behind a function.
use super::{
    Scenario, origin,
    resolve::{Title, resolve},
    sweep::{self, Plan, Point},
};
use crate::engine::number;
use crate::spec::{
    Arguments, At, Diagnostic, Diagnostics, Experiment, Input, Node, Severity,
    compose::{self, Composed, Set, compose},
    input::ReadFile,
    path, shape,
};
use serde_json::Value as Json;
use std::{mem, path::Path, path::PathBuf};

/// A scenario that is ready, and what is known beside it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The scenario, with its sweep left out.
    pub scenario: Scenario,
    /// What is probably not as meant.
    pub warnings: Diagnostics,
    /// The files it is made of, in the order of reading.
    pub files: Vec<PathBuf>,
    /// What its sweep varies.
    pub plan: Plan,
    /// Where its objectives stand, in their order.
    pub objectives: Vec<At>,
}

impl Loaded {
    /// Whether there is a sweep.
    pub fn has_sweep(&self) -> bool {
        self.plan.count > 0
    }

    /// What is probably not as meant at one point of the sweep.
    pub fn warnings_at(&self, point: &Point) -> Diagnostics {
        // A `set` that changes nothing is none of the point's.
        let of_all = self.warnings.list.iter().filter(|found| found.code == "idle-set");
        let list = of_all.chain(&point.warnings).cloned().collect();
        Diagnostics { sources: self.warnings.sources.clone(), list }
    }
}

/// Reads an experiment with all that it names, applies `sets` (`path=value`), resolves it and
/// checks it, the axes of its sweep included. `read` gives the bytes of a file.
///
/// # Errors
/// All that is wrong, in the order of the files, with the warnings among it.
pub fn load(path: &Path, sets: &[String], read: ReadFile<'_>) -> Result<Loaded, Diagnostics> {
    load_all(path, &Arguments { sets, ..Arguments::default() }, false, read)
}

/// The same with all points of the sweep, each of them resolved and checked.
///
/// # Errors
/// The same.
pub fn load_sweep(
    path: &Path,
    arguments: &Arguments<'_>,
    read: ReadFile<'_>,
) -> Result<Loaded, Diagnostics> {
    load_all(path, arguments, true, read)
}

fn load_all(
    path: &Path,
    arguments: &Arguments<'_>,
    points: bool,
    read: ReadFile<'_>,
) -> Result<Loaded, Diagnostics> {
    let mut input = Input::new(read);
    let composed = compose(&mut input, path, arguments);
    let built = composed.and_then(|composed| build(&mut input, &composed, path, points));
    let failed = input.errors() > 0;
    let (diagnostics, files) = input.finish();
    match built {
        Some((scenario, plan, objectives)) if !failed => {
            Ok(Loaded { scenario, warnings: diagnostics, files, plan, objectives })
        }
        _ => Err(diagnostics),
    }
}

fn build(
    input: &mut Input<'_>,
    composed: &Composed,
    path: &Path,
    points: bool,
) -> Option<(Scenario, Plan, Vec<At>)> {
    let title = title(input, composed.source, path);
    let mut tree = composed.whole();
    let experiment: Experiment = shape::shape(input, &mut tree)?;
    let mut scenario = resolve(input, (&experiment, &tree), &title);
    if input.errors() > 0 {
        return None;
    }
    scenario.origins = origin::origins(input, composed, &[], &tree, &scenario.resolved);
    scenario.sets = written(input, composed);
    let retry = Retry { title: &title, composed };
    retry.warn_of_idle_sets(input);
    let plan = sweep::plan(input, &retry, experiment.sweep.as_ref(), points);
    let objectives = experiment.slo.iter().map(|line| line.at).collect();
    Some((scenario, plan, objectives))
}

/// What arguments set, as they were written: each stands on a line of its own.
fn written(input: &Input<'_>, composed: &Composed) -> Vec<String> {
    let of_file = |at: At| composed.roles.iter().any(|(source, ..)| *source == at.source);
    let line = |at: At| {
        let text = &input.sources.of(at).text;
        let start = text[..number::index(at.start)].rfind('\n').map_or(0, |feed| feed + 1);
        let line = text[start..].lines().next().unwrap_or_default();
        line.strip_prefix("--set ").unwrap_or(line).to_owned()
    };
    composed.sets.iter().map(|set| set.at).filter(|&at| !of_file(at)).map(line).collect()
}

fn title(input: &Input<'_>, source: u16, path: &Path) -> Title {
    let at = At::new(source, 0, 0);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let headline = compose::headline(&input.sources.of(at).text);
    let question = headline.filter(|line| !line.is_empty()).unwrap_or_else(|| stem.to_string());
    Title { name: stem.into_owned(), question, at }
}

/// Resolves variants of the same experiment, to see what they change.
pub(super) struct Retry<'c> {
    title: &'c Title,
    composed: &'c Composed,
}

impl Retry<'_> {
    /// The tree as it is resolved.
    pub(super) fn tree(&self) -> Node {
        self.composed.whole()
    }

    /// Resolves the experiment with more parameters set, without reporting anything.
    pub(super) fn with(&self, input: &mut Input<'_>, sets: &[Set]) -> (Json, Vec<Diagnostic>) {
        match self.tree_with(sets) {
            Ok(tree) => {
                let (scenario, found) = self.resolve(input, tree);
                (scenario.map_or(Json::Null, |scenario| scenario.resolved), found)
            }
            Err(wrong) => (Json::Null, vec![*wrong]),
        }
    }

    /// The same, whole: a point of a sweep, and where its values come from.
    pub(super) fn scenario(
        &self,
        input: &mut Input<'_>,
        sets: &[Set],
    ) -> (Option<Scenario>, Vec<Diagnostic>) {
        let tree = match self.tree_with(sets) {
            Ok(tree) => tree,
            Err(wrong) => return (None, vec![*wrong]),
        };
        let (mut scenario, found) = self.resolve(input, tree.clone());
        if let Some(scenario) = &mut scenario {
            let composed = self.composed;
            scenario.origins = origin::origins(input, composed, sets, &tree, &scenario.resolved);
            scenario.sets = written(input, composed);
        }
        (scenario, found)
    }

    fn tree_with(&self, sets: &[Set]) -> Result<Node, Box<Diagnostic>> {
        let mut tree = self.composed.whole();
        sets.iter().try_for_each(|set| path::apply(&mut tree, set))?;
        Ok(tree)
    }

    fn resolve(
        &self,
        input: &mut Input<'_>,
        mut tree: Node,
    ) -> (Option<Scenario>, Vec<Diagnostic>) {
        let kept = mem::take(&mut input.found);
        let experiment: Option<Experiment> = shape::shape(input, &mut tree);
        let scenario =
            experiment.map(|experiment| resolve(input, (&experiment, &tree), self.title));
        input.broken = false;
        input.cut.clear();
        let found = mem::replace(&mut input.found, kept);
        (scenario, found)
    }

    /// Warns of a `set` without which the resolved input is the same, with the others of its file
    /// as they are. What is warned of already has no effect for a better reason.
    fn warn_of_idle_sets(&self, input: &mut Input<'_>) {
        for (place, set) in self.composed.sets.iter().enumerate() {
            let known = |found: &Diagnostic| {
                found.code == "without-effect" && found.at.is_some_and(|at| set.holds(at))
            };
            // Whoever asks for a seed wants to be sure of it.
            if set.path == "seed" || input.found.iter().any(known) {
                continue;
            }
            // What overrides it later does not make it idle.
            let stands = |&(other, later): &(usize, &Set)| {
                other <= place || later.at.source == set.at.source && !later.overlaps(set)
            };
            let others = self.composed.sets.iter().enumerate().filter(stands);
            let others: Vec<usize> = others.map(|(other, _)| other).collect();
            let with = self.some(input, |other| others.contains(&other));
            let without = self.some(input, |other| other != place && others.contains(&other));
            if with.is_some() && with == without {
                let message = format!("`{}` is set to what it is anyway", set.path);
                let found = Diagnostic::warning("idle-set", message).at(set.at);
                input.report(found.help("take it out, or write another value"));
            }
        }
    }

    /// The resolved input with some of the sets alone, if it has no errors.
    fn some(&self, input: &mut Input<'_>, keeps: impl Fn(usize) -> bool) -> Option<Json> {
        let (scenario, found) = self.resolve(input, self.composed.with(keeps)?);
        let good = found.iter().all(|found| found.severity == Severity::Warning);
        scenario.filter(|_| good).map(|scenario| scenario.resolved)
    }
}
