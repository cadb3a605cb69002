//! The one way in: a path, and what the command line sets, become a scenario or a list of all that
//! is wrong. The disk is behind a function.
use super::{
    Scenario, origin,
    resolve::{Title, resolve},
    sweep,
};
use crate::spec::{
    At, Diagnostic, Diagnostics, Experiment, Input, Node, Severity,
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
    /// How many points the sweep has; 1 without a sweep.
    pub points: usize,
    /// Whether there is a sweep.
    pub has_sweep: bool,
    /// The axes of the sweep. A point is loaded by adding `path=value` of each axis to the sets.
    pub axes: Vec<Axis>,
}

/// What a sweep varies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Axis {
    /// The path of a parameter.
    pub path: String,
    /// Its values, as `--set path=value` takes them.
    pub values: Vec<String>,
}

/// Reads an experiment with all that it names, applies `sets` (`path=value`), resolves it and
/// checks it, its sweep included. `read` gives the bytes of a file.
///
/// # Errors
/// All that is wrong, in the order of the files, with the warnings among it.
pub fn load(path: &Path, sets: &[String], read: ReadFile<'_>) -> Result<Loaded, Diagnostics> {
    let mut input = Input::new(read);
    let composed = compose(&mut input, path, sets);
    let built = composed.and_then(|composed| build(&mut input, &composed, path));
    let failed = input.errors() > 0;
    let (diagnostics, files) = input.finish();
    match built {
        Some((scenario, axes)) if !failed => {
            let has_sweep = !axes.is_empty();
            let points = axes.iter().map(|axis| axis.values.len()).product();
            Ok(Loaded { scenario, warnings: diagnostics, files, points, has_sweep, axes })
        }
        _ => Err(diagnostics),
    }
}

fn build(input: &mut Input<'_>, composed: &Composed, path: &Path) -> Option<(Scenario, Vec<Axis>)> {
    let title = title(input, composed.source, path);
    let mut tree = composed.whole();
    let experiment: Experiment = shape::shape(input, &mut tree)?;
    let mut scenario = resolve(input, &experiment, &title);
    if input.errors() > 0 {
        return None;
    }
    scenario.origins = origin::origins(input, composed, &tree, &scenario.resolved);
    let retry = Retry { title: &title, composed };
    retry.warn_of_idle_sets(input);
    let axes = sweep::check(input, &retry, experiment.sweep.as_ref());
    Some((scenario, axes))
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

    /// Resolves the experiment with one more parameter set, without reporting anything.
    pub(super) fn with(&self, input: &mut Input<'_>, set: &Set) -> (Json, Vec<Diagnostic>) {
        let mut tree = self.composed.whole();
        match path::apply(&mut tree, set) {
            Ok(()) => self.resolve(input, tree),
            Err(wrong) => (Json::Null, vec![*wrong]),
        }
    }

    fn resolve(&self, input: &mut Input<'_>, mut tree: Node) -> (Json, Vec<Diagnostic>) {
        let kept = mem::take(&mut input.found);
        let experiment: Option<Experiment> = shape::shape(input, &mut tree);
        let scenario = experiment.map(|experiment| resolve(input, &experiment, self.title));
        input.broken = false;
        input.cut.clear();
        let found = mem::replace(&mut input.found, kept);
        (scenario.map_or(Json::Null, |scenario| scenario.resolved), found)
    }

    /// Warns of a `set` that leaves the resolved input as it was before.
    fn warn_of_idle_sets(&self, input: &mut Input<'_>) {
        let mut before = None;
        for (place, set) in self.composed.sets.iter().enumerate() {
            let before_it = before.take().or_else(|| self.first(input, place));
            let after = self.first(input, place + 1);
            if after.is_some() && before_it == after {
                let message = format!("`{}` is set to what it is anyway", set.path);
                let found = Diagnostic::warning("idle-set", message).at(set.at);
                input.report(found.help("take it out, or write another value"));
            }
            before = after;
        }
    }

    /// The resolved input with the first few sets alone, if it has no errors.
    fn first(&self, input: &mut Input<'_>, sets: usize) -> Option<Json> {
        let (resolved, found) = self.resolve(input, self.composed.with(sets));
        found.iter().all(|found| found.severity == Severity::Warning).then_some(resolved)
    }
}
