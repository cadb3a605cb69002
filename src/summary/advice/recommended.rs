//! What a sweep says to change: what it has run, then what closed forms say beyond.
use super::Design;
use crate::{
    summary::{
        Summary,
        board::{self, Change},
        sweep::{Point, Sweep},
    },
    units::Any,
};

/// What to change in a sweep's experiment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recommended {
    /// From the experiment as it is written to the point to take: run.
    pub swept: Vec<Change>,
    /// Of that point, by closed forms, where the sweep itself says nothing of it: not run.
    pub beyond: Vec<Change>,
    /// Why there is neither, where the point breaks an objective.
    pub none: Option<String>,
}

impl Sweep {
    /// What to change, by a design and what it comes to as a run.
    pub fn recommended(&self, design: Design<'_>, run: &Summary) -> Recommended {
        let mut beyond = board::changes(run);
        beyond.retain(|change| !self.is_swept(change));
        let swept = self.apart_from_written(design);
        let broken = design.point.broken().count() > 0;
        let none = (swept.is_empty() && beyond.is_empty() && broken).then(|| {
            let ran = "No advice: what the rules would change, the points of this sweep have run.";
            board::no_advice(run).unwrap_or_else(|| ran.to_owned())
        });
        Recommended { swept, beyond, none }
    }

    /// Whether the points themselves say what a change comes to.
    fn is_swept(&self, change: &Change) -> bool {
        let axis = self.axes.iter().find(|axis| axis.path == change.path);
        let number = |text: &String| Any::read(text).ok().map(Any::float);
        axis.is_some_and(|axis| {
            let numbers = || axis.values.iter().filter_map(number);
            let within = number(&change.to)
                .is_some_and(|to| numbers().any(|it| it <= to) && numbers().any(|it| it >= to));
            within || axis.values.contains(&change.to)
        })
    }

    /// The axes on which the point to take is not as written.
    fn apart_from_written(&self, design: Design<'_>) -> Vec<Change> {
        let to = design.point;
        let from = self.as_written().filter(|from| design.is_advised() && from.name != to.name);
        let Some(from) = from else { return Vec::new() };
        let mut evidence = kept(from, to);
        let axes = self.axes.iter().zip(from.values.iter().zip(&to.values));
        let changed = axes.filter(|(_, (old, new))| old != new);
        changed
            .map(|(axis, (old, new))| Change {
                path: axis.path.clone(),
                from: old.clone(),
                to: new.clone(),
                evidence: std::mem::replace(&mut evidence, "Run together with it.".to_owned()),
            })
            .collect()
    }
}

/// How many objectives are kept at one point and at another.
fn kept(from: &Point, to: &Point) -> String {
    let all = to.slo.iter().filter(|judged| judged.decides()).count();
    let kept = |point: &Point| all.saturating_sub(point.broken().count());
    match kept(from) {
        own if own == all => "Run in this sweep: both points keep every objective.".to_owned(),
        own => format!(
            "Run in this sweep: it keeps every objective, the point as written {own} of {all}."
        ),
    }
}
