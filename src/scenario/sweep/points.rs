//! Combinations of the axes' values, less what is excluded, and what is included beside them.
use super::{Axis, Dimension, Point, Variant, axes, sets_at, warnings::Warnings};
use crate::{
    scenario::load::Retry,
    spec::{
        At, Diagnostic, Input, Located, Named, Node, Severity, Text, experiment::Sweep, suggest,
    },
    units::shown,
};
use serde::de::IgnoredAny;
use std::collections::BTreeSet;

/// For each axis, which of its values.
pub(super) type Combination = Vec<usize>;

type Pick = Located<Named<Located<IgnoredAny>>>;

/// What is wrong with a sweep of more than `most` points: the product of the lengths of its axes,
/// of those that go forward together once.
pub(super) fn too_many(
    sweep: &Sweep,
    values: &[Vec<Node>],
    most: usize,
) -> Option<Box<Diagnostic>> {
    let paths: Vec<&str> = sweep.axes.0.iter().map(|(path, _)| path.value.as_str()).collect();
    let follows = |place: usize| {
        let zips = sweep.zip.iter().map(|zip| zip.value.iter().map(|path| path.value.as_str()));
        zips.into_iter().any(|mut zip| {
            let leader = zip.next();
            leader != Some(paths[place]) && zip.any(|path| path == paths[place])
        })
    };
    let lengths: Vec<usize> = values
        .iter()
        .enumerate()
        .filter(|&(place, values)| !values.is_empty() && !follows(place))
        .map(|(_, values)| values.len())
        .collect();
    let count = lengths.iter().try_fold(1_usize, |count, length| count.checked_mul(*length));
    if count.is_some_and(|count| count <= most) {
        return None;
    }
    let product: Vec<String> = lengths.iter().map(usize::to_string).collect();
    let message = format!("this sweep has more than {most} points: {}", product.join(" × "));
    let at = sweep.axes.0.last().map(|(path, _)| path.at);
    Some(Box::new(Diagnostic::error("too-large", message).at(at).help("vary less at a time")))
}

/// The points as places on the axes. Values that only `include` names join their axis.
pub(super) fn combinations(
    input: &mut Input<'_>,
    retry: &Retry<'_>,
    tree: &Node,
    sweep: &Sweep,
    dimensions: &mut Vec<Dimension>,
) -> Vec<Combination> {
    let groups = groups(input, &sweep.zip, dimensions);
    let lengths = groups.iter().map(|group| dimensions[group[0]].variants.len());
    let lengths: Vec<usize> = lengths.collect();
    let count = lengths.iter().product();
    let mut all: Vec<Combination> = if groups.is_empty() {
        Vec::new()
    } else {
        (0..count).map(|place| combination(place, &groups, &lengths, dimensions.len())).collect()
    };
    for pick in &sweep.exclude {
        let Some(chosen) = exclusion(input, retry, tree, pick, dimensions) else { continue };
        let before = all.len();
        all.retain(|combination| !chosen.iter().all(|&(axis, at)| combination[axis] == at));
        if all.len() == before {
            let wrong = Diagnostic::error("bad-axis", "this excludes no point").at(pick.at);
            input.report(wrong.help("take it out; no combination has these values"));
        }
    }
    for pick in &sweep.include {
        all.extend(inclusion(input, retry, tree, pick, dimensions));
    }
    all
}

/// The first axis moves slowest.
fn combination(place: usize, groups: &[Vec<usize>], lengths: &[usize], axes: usize) -> Combination {
    let mut combination = vec![0; axes];
    let mut rest = place;
    for (group, length) in groups.iter().zip(lengths).rev() {
        for &axis in group {
            combination[axis] = rest % length;
        }
        rest /= length;
    }
    combination
}

/// Axes that go forward together, in the order of their first one; the others stand alone.
fn groups(
    input: &mut Input<'_>,
    zips: &[Located<Vec<Text>>],
    dimensions: &[Dimension],
) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut zipped = BTreeSet::new();
    for zip in zips {
        let mut group = Vec::new();
        for path in &zip.value {
            match place_of(input, dimensions, path) {
                Some(axis) if zipped.insert(axis) => group.push(axis),
                Some(_) => {
                    let message = format!("`{}` is zipped twice", shown(&path.value));
                    input.report(Diagnostic::error("bad-axis", message).at(path.at));
                }
                None => {}
            }
        }
        check_lengths(input, zip.at, &group, dimensions);
        if !group.is_empty() {
            groups.push(group);
        }
    }
    let alone = (0..dimensions.len()).filter(|axis| !zipped.contains(axis));
    groups.extend(alone.map(|axis| vec![axis]));
    groups.sort_by_key(|group| group.iter().min().copied());
    groups
}

fn check_lengths(input: &mut Input<'_>, at: At, group: &[usize], dimensions: &[Dimension]) {
    let told = |&axis: &usize| {
        let Dimension { path, variants } = &dimensions[axis];
        format!("`{}` has {}", shown(path), variants.len())
    };
    let mut lengths = group.iter().map(|&axis| dimensions[axis].variants.len());
    let first = lengths.next();
    let wrong = if group.len() < 2 {
        "two axes at least are zipped".to_owned()
    } else if lengths.any(|length| Some(length) != first) {
        let told: Vec<String> = group.iter().map(told).collect();
        format!("zipped axes have equally many values: {}", told.join(", "))
    } else {
        return;
    };
    input.report(Diagnostic::error("bad-axis", wrong).at(at));
}

fn place_of(input: &mut Input<'_>, dimensions: &[Dimension], path: &Text) -> Option<usize> {
    let place = dimensions.iter().position(|dimension| dimension.path == path.value);
    if place.is_none() {
        let message = format!("`{}` is no axis of this sweep", shown(&path.value));
        let paths = dimensions.iter().map(|dimension| dimension.path.as_str());
        let help = suggest::help(&path.value, paths, "axes");
        input.report(Diagnostic::error("bad-axis", message).at(path.at).help(help));
    }
    place
}

/// The values that an entry of `exclude` names.
fn exclusion(
    input: &mut Input<'_>,
    retry: &Retry<'_>,
    tree: &Node,
    pick: &Pick,
    dimensions: &[Dimension],
) -> Option<Vec<(usize, usize)>> {
    let before = input.errors();
    let mut chosen = Vec::new();
    for (path, value) in &pick.value.0 {
        let Some(axis) = place_of(input, dimensions, path) else { continue };
        let Some(node) = tree.find(value.at).cloned() else { continue };
        let variant = axes::variant(input, retry, path, node);
        match find(&dimensions[axis], &variant) {
            Some(place) => chosen.push((axis, place)),
            None if variant.resolved.is_null() => {}
            None => {
                let message =
                    format!("`{}` has no value `{}`", shown(&path.value), shown(&variant.argument));
                let values = dimensions[axis].variants.iter().map(|known| known.argument.as_str());
                let help = format!("its values: {}", suggest::listed(values));
                input.report(Diagnostic::error("bad-axis", message).at(value.at).help(help));
            }
        }
    }
    (input.errors() == before && !chosen.is_empty()).then_some(chosen)
}

fn find(dimension: &Dimension, wanted: &Variant) -> Option<usize> {
    let same = |known: &Variant| !wanted.resolved.is_null() && known.resolved == wanted.resolved;
    dimension.variants.iter().position(same)
}

/// The point that an entry of `include` names: a value of each axis. Without axes, the first entry
/// says what they are.
fn inclusion(
    input: &mut Input<'_>,
    retry: &Retry<'_>,
    tree: &Node,
    pick: &Pick,
    dimensions: &mut Vec<Dimension>,
) -> Option<Combination> {
    if dimensions.is_empty() {
        let new =
            |(path, _): &(Text, _)| Dimension { path: path.value.clone(), variants: Vec::new() };
        dimensions.extend(pick.value.0.iter().map(new));
    }
    let mut combination = vec![None; dimensions.len()];
    for (path, value) in &pick.value.0 {
        let axis = place_of(input, dimensions, path)?;
        let node = tree.find(value.at).cloned()?;
        let variant = axes::variant(input, retry, path, node);
        let place = find(&dimensions[axis], &variant).unwrap_or_else(|| {
            dimensions[axis].variants.push(variant);
            dimensions[axis].variants.len() - 1
        });
        combination[axis] = Some(place);
    }
    let missing = combination.iter().position(Option::is_none);
    if let Some(axis) = missing {
        let message = format!("this point has no value of `{}`", shown(&dimensions[axis].path));
        let wrong = Diagnostic::error("bad-axis", message).at(pick.at);
        input.report(wrong.help("an entry of `include` has a value of each axis"));
    }
    combination.into_iter().collect()
}

/// Resolves each combination; one that is wrong, or the same as another, is reported.
pub(super) fn points(
    input: &mut Input<'_>,
    retry: &Retry<'_>,
    axes: &[Axis],
    dimensions: &[Dimension],
    chosen: &[Combination],
) -> Vec<Point> {
    let names = Axis::names(axes);
    let (mut seen, mut gathered) = (BTreeSet::new(), Warnings::default());
    let mut points = Vec::new();
    for combination in chosen {
        let variants: Vec<&Variant> = combination
            .iter()
            .zip(dimensions)
            .map(|(&place, dimension)| &dimension.variants[place])
            .collect();
        let values: Vec<String> = variants.iter().map(|variant| variant.argument.clone()).collect();
        let parts = names.iter().zip(&values).map(|(name, value)| format!("{name}={value}"));
        let name = parts.collect::<Vec<_>>().join(",");
        let sets: Vec<_> = variants.iter().map(|variant| variant.set.clone()).collect();
        let (scenario, found) = retry.scenario(input, &sets);
        gathered.add(&name, &sets, &found);
        let (errors, warnings): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|found| found.severity == Severity::Error);
        for found in errors {
            let message = format!("at the point `{}`, {}", shown(&name), found.message);
            let at = sets.last().map(|set| set.value.at);
            let context = found.at;
            let wrong = Diagnostic { message, ..found }.at(at);
            input.report(wrong.context(context, "against this"));
        }
        let Some(mut scenario) = scenario else { continue };
        let of_axes = axes.iter().zip(&values);
        let of_axes = of_axes.map(|(axis, value)| (axis.path.as_str(), value.as_str()));
        scenario.sets = sets_at(&scenario.sets, of_axes);
        if !seen.insert(scenario.resolved.to_string()) {
            let message = format!("the point `{}` is there twice", shown(&name));
            let at = sets.last().map(|set| set.value.at);
            let wrong = Diagnostic::error("same-point", message).at(at);
            input.report(wrong.help("take one out"));
        }
        points.push(Point { name, values, scenario, warnings });
    }
    gathered.report(input);
    points
}
