//! The axes of a sweep: each value of each axis is tried alone, so that a wrong one is found before
//! the first point runs.
use super::{Dimension, Variant};
use crate::{
    scenario::load::Retry,
    spec::{
        At, Diagnostic, Input, Located, Node, Severity, Text, Value, Written, compose::Set,
        experiment, tree::Entry,
    },
    units::{Any, Count, Steps, shown},
};
use serde_json::{Map, Value as Json};

/// More values than this on one axis are a mistake.
const MOST_VALUES: usize = 1_000;

/// Reads the values of an axis.
pub(super) fn read(
    input: &mut Input<'_>,
    tree: &Node,
    path: &Text,
    form: &experiment::Axis,
) -> Vec<Node> {
    values(tree, path, form).unwrap_or_else(|wrong| {
        input.report(*wrong);
        Vec::new()
    })
}

/// Tries each value of an axis alone.
pub(super) fn dimension(
    input: &mut Input<'_>,
    retry: &Retry<'_>,
    path: &Text,
    nodes: Vec<Node>,
) -> Dimension {
    let mut dimension = Dimension { path: path.value.clone(), variants: Vec::new() };
    for value in nodes {
        let variant = variant(input, retry, path, value);
        check_new(input, path, &variant, &dimension.variants);
        dimension.variants.push(variant);
    }
    dimension
}

/// Tries one value of an axis alone.
pub(super) fn variant(
    input: &mut Input<'_>,
    retry: &Retry<'_>,
    path: &Text,
    value: Node,
) -> Variant {
    let set = Set { at: path.at, path: path.value.clone(), value };
    let (resolved, found) = retry.with(input, std::slice::from_ref(&set));
    let wrong: Vec<Diagnostic> =
        found.into_iter().filter(|found| found.severity == Severity::Error).collect();
    let resolved = if wrong.is_empty() { resolved } else { Json::Null };
    for found in wrong {
        input.report(explained(input, found, path, &set.value));
    }
    Variant { argument: as_argument(&set.value), set, resolved }
}

/// Two values that resolve to the same input are one point.
fn check_new(input: &mut Input<'_>, path: &Text, new: &Variant, seen: &[Variant]) {
    let same = |other: &&Variant| !new.resolved.is_null() && other.resolved == new.resolved;
    if let Some(first) = seen.iter().find(same) {
        let message = format!("two values of `{}` are the same point", shown(&path.value));
        let at = new.set.value.at;
        let wrong = Diagnostic::error("same-point", message).at(at);
        let first = Some(first.set.value.at).filter(|first| *first != at);
        input.report(wrong.context(first, "first here").help("take one out"));
    }
}

/// A mistake that shows elsewhere is explained by the value that makes it one.
fn explained(input: &Input<'_>, found: Diagnostic, path: &Text, value: &Node) -> Diagnostic {
    let within = |outer: At, inner: At| {
        outer.source == inner.source && outer.start <= inner.start && inner.end <= outer.end
    };
    match found.at {
        Some(at) if at == path.at => {
            let message = found.message.replacen("`set`", "this axis", 1);
            Diagnostic { message, ..found }
        }
        Some(at) if within(value.at, at) => found,
        _ => {
            let text = shown(input.sources.text(value.at));
            let message = format!("with `{}: {text}`, {}", shown(&path.value), found.message);
            let at = found.at;
            Diagnostic { message, ..found }.at(value.at).context(at, "against this")
        }
    }
}

fn values(tree: &Node, path: &Text, form: &experiment::Axis) -> Result<Vec<Node>, Box<Diagnostic>> {
    match form {
        experiment::Axis::Values(list) => listed(tree, path, list),
        experiment::Axis::Range { from, to, step } => {
            let [from, to, step] = required(path, [("from", from), ("to", to), ("step", step)])?;
            stepped(from, to, Steps::By(quantity(step)?))
        }
        experiment::Axis::Linear { from, to, steps } => {
            let [from, to] = required(path, [("from", from), ("to", to)])?;
            stepped(from, to, Steps::Linear(number(path, steps.as_ref())?))
        }
        experiment::Axis::Log { from, to, steps } => {
            let [from, to] = required(path, [("from", from), ("to", to)])?;
            stepped(from, to, Steps::Log(number(path, steps.as_ref())?))
        }
    }
}

fn listed<T>(tree: &Node, path: &Text, list: &[Located<T>]) -> Result<Vec<Node>, Box<Diagnostic>> {
    let says = match list.len() {
        0 => "has no values".to_owned(),
        n if n > MOST_VALUES => format!("has {n} values; at most {MOST_VALUES} are taken"),
        _ => return Ok(list.iter().filter_map(|value| tree.find(value.at).cloned()).collect()),
    };
    let message = format!("the axis `{}` {says}", shown(&path.value));
    Err(Box::new(Diagnostic::error("bad-axis", message).at(path.at)))
}

fn required<'f, const N: usize>(
    path: &Text,
    parts: [(&str, &'f Option<Text>); N],
) -> Result<[&'f Text; N], Box<Diagnostic>> {
    let missing = parts.iter().find(|(_, part)| part.is_none());
    if let Some((name, _)) = missing {
        return Err(Box::new(no_part(path, name)));
    }
    let placeholder = parts.iter().find_map(|(_, part)| part.as_ref());
    let Some(placeholder) = placeholder else { return Err(Box::new(no_part(path, "from"))) };
    Ok(parts.map(|(_, part)| part.as_ref().unwrap_or(placeholder)))
}

fn no_part(path: &Text, name: &str) -> Diagnostic {
    let message = format!("the axis `{}` has no `{name}`", shown(&path.value));
    Diagnostic::error("missing-key", message).at(path.at)
}

fn number(path: &Text, written: Option<&Written<Count>>) -> Result<u64, Box<Diagnostic>> {
    let Some(written) = written else { return Err(Box::new(no_part(path, "steps"))) };
    match written.read() {
        Ok(Count(steps)) => Ok(steps),
        Err(why) => {
            let message = format!("`steps` is a count; {}", why.message);
            Err(Box::new(
                Diagnostic::error(why.code, message)
                    .at(written.at)
                    .help(why.advice("a count", "5")),
            ))
        }
    }
}

fn quantity(text: &Text) -> Result<Any, Box<Diagnostic>> {
    Any::read(&text.value).map_err(|why| {
        let message = format!("this is no quantity; {}", why.message);
        let help = why.advice("a number with its unit", "30s");
        Box::new(Diagnostic::error(why.code, message).at(text.at).help(help))
    })
}

fn stepped(from: &Text, to: &Text, steps: Steps) -> Result<Vec<Node>, Box<Diagnostic>> {
    let (first, last) = (quantity(from)?, quantity(to)?);
    let most = 1_000;
    match first.steps(last, steps, most) {
        Ok(values) => Ok(values
            .into_iter()
            .map(|value| Node { at: from.at, value: Value::Text(value.print()) })
            .collect()),
        Err(why) => Err(Box::new(Diagnostic::error("bad-axis", why).at(from.at))),
    }
}

/// A value as `--set path=value` takes it: `{base: 1s, jitter: full}`.
fn as_argument(node: &Node) -> String {
    match &node.value {
        Value::Text(text) if !text.starts_with(['{', '[', '"', '\'']) => text.clone(),
        Value::Null | Value::Text(_) => as_json(node).to_string(),
        Value::List(items) => {
            format!("[{}]", items.iter().map(inside).collect::<Vec<_>>().join(", "))
        }
        Value::Map(entries) => {
            let pair = |entry: &Entry| {
                let key = if is_plain(&entry.key.text) {
                    entry.key.text.clone()
                } else {
                    Json::from(entry.key.text.as_str()).to_string()
                };
                format!("{key}: {}", inside(&entry.value))
            };
            format!("{{{}}}", entries.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
    }
}

/// A value within braces or brackets: quoted unless it is a plain word.
fn inside(node: &Node) -> String {
    match &node.value {
        Value::Text(text) if is_plain(text) => text.clone(),
        Value::Null | Value::Text(_) => as_json(node).to_string(),
        Value::List(_) | Value::Map(_) => as_argument(node),
    }
}

/// Whether a word means itself wherever it stands.
fn is_plain(text: &str) -> bool {
    let may = |c: char| c.is_ascii_alphanumeric() || "._/%-".contains(c);
    let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric());
    begins && text.chars().all(may) && text != "null"
}

fn as_json(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Text(text) => Json::from(text.as_str()),
        Value::List(items) => Json::Array(items.iter().map(as_json).collect()),
        Value::Map(entries) => {
            let pairs = entries.iter().map(|entry| (entry.key.text.clone(), as_json(&entry.value)));
            Json::Object(pairs.collect::<Map<_, _>>())
        }
    }
}
