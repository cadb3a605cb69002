//! Files → one tree: what is extended, the model, the experiment itself, its `set`, then the
//! command line, each laid over the one before.
use super::{
    arguments::Arguments,
    diagnostic::Diagnostic,
    experiment::{MODEL_KEYS, is_choice},
    input::{Input, tidy},
    path,
    source::At,
    suggest,
    tree::{Entry, Key, Node, Value},
    yaml,
};
use crate::units::shown;
use std::path::{Path, PathBuf};

/// A composed experiment.
pub struct Composed {
    /// The source of the experiment's own file.
    pub source: u16,
    /// What is set, in the order of being set.
    pub sets: Vec<Set>,
    /// The files it is made of: what each is, and whether another extends it.
    pub roles: Vec<(u16, Role, bool)>,
    /// The tree without what is set.
    base: Node,
}

impl Composed {
    /// The tree.
    pub fn whole(&self) -> Node {
        let mut tree = self.base.clone();
        for set in &self.sets {
            // It has been applied before, in the same order, without a mistake.
            let applied = path::apply(&mut tree, set);
            debug_assert!(applied.is_ok());
        }
        tree
    }

    /// The tree with some of the sets alone, if they can be set so.
    pub fn with(&self, keeps: impl Fn(usize) -> bool) -> Option<Node> {
        let mut tree = self.base.clone();
        let kept = self.sets.iter().enumerate().filter(|(place, _)| keeps(*place));
        for (_, set) in kept {
            path::apply(&mut tree, set).ok()?;
        }
        Some(tree)
    }
}

/// A parameter that is set by its path.
#[derive(Clone, Debug)]
pub struct Set {
    /// Where the path is written.
    pub at: At,
    /// The path.
    pub path: String,
    /// The value.
    pub value: Node,
}

impl Set {
    /// Whether two of them set the same, or one a part of what the other sets.
    pub fn overlaps(&self, other: &Self) -> bool {
        path::is_within(&self.path, &other.path) || path::is_within(&other.path, &self.path)
    }

    /// Whether a place lies in what is written of it.
    pub fn holds(&self, at: At) -> bool {
        At { end: self.value.at.end.max(self.at.end), ..self.at }.covers(at)
    }
}

/// What a file is, by which it has its keys at the top.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// An experiment: all keys.
    Experiment,
    /// A model: nodes and links.
    Model,
    /// A price sheet.
    Prices,
}

/// The files on the way to one that is being read.
#[derive(Default)]
struct Way {
    open: Vec<PathBuf>,
    roles: Vec<(u16, Role, bool)>,
}

/// Reads an experiment with all that it builds on, and applies the arguments.
///
/// Mistakes are reported to `input`; `None` means that there is no tree at all.
pub fn compose(input: &mut Input<'_>, path: &Path, arguments: &Arguments<'_>) -> Option<Composed> {
    let mut way = Way::default();
    let (mut tree, source) = file(input, path, None, Role::Experiment, &mut way)?;
    let mut base = model(input, &tree, &mut way)
        .unwrap_or(Node { at: At::new(source, 0, 0), value: Value::Map(Vec::new()) });
    let written = tree.take("set");
    base.overlay(tree, &is_choice);
    if let Some(prices) = base.get_mut("prices") {
        follow_prices(input, prices, &mut way);
    }
    path::name_timeline(&mut base, &mut input.found);
    let (from_arguments, sweep) = arguments.read(input);
    if let Some(sweep) = sweep {
        base.overlay(sweep, &is_choice);
    }
    let mut sets = written.map_or_else(Vec::new, |entry| from_file(input, &entry));
    sets.extend(from_arguments);
    for set in sets.iter_mut().filter(|set| set.path == "prices") {
        follow_prices(input, &mut set.value, &mut way);
    }
    let mut tree = base.clone();
    sets.retain(|set| match path::apply(&mut tree, set) {
        Ok(()) => true,
        Err(wrong) => {
            input.report(*wrong);
            false
        }
    });
    Some(Composed { source, sets, roles: way.roles, base })
}

/// A file with what it extends.
fn file(
    input: &mut Input<'_>,
    path: &Path,
    named: Option<At>,
    role: Role,
    way: &mut Way,
) -> Option<(Node, u16)> {
    let read = read_file(input, path, named, role, way);
    input.broken |= read.is_none();
    read
}

fn read_file(
    input: &mut Input<'_>,
    path: &Path,
    named: Option<At>,
    role: Role,
    way: &mut Way,
) -> Option<(Node, u16)> {
    if way.open.contains(&tidy(path)) {
        input.report(cycle(&way.open, path).at(named));
        return None;
    }
    let source = input.open(path, named)?;
    let mut tree = parse(input, source, role)?;
    if role == Role::Model {
        check_model(input, &mut tree);
    }
    spell_links(&mut tree, &mut input.found);
    way.roles.push((source, role, !way.open.is_empty()));
    way.open.push(tidy(path));
    let base = follow(input, &tree, "extends", role, way);
    way.open.pop();
    input.order.push(source);
    match base {
        Some((mut base, _)) => {
            base.overlay(tree, &is_choice);
            Some((base, source))
        }
        None => Some((tree, source)),
    }
}

fn model(input: &mut Input<'_>, tree: &Node, way: &mut Way) -> Option<Node> {
    let place = input.order.len();
    let (model, _) = follow(input, tree, "model", Role::Model, way)?;
    input.order.rotate_left(place);
    Some(model)
}

fn follow(
    input: &mut Input<'_>,
    tree: &Node,
    key: &str,
    role: Role,
    way: &mut Way,
) -> Option<(Node, u16)> {
    let entry = tree.entry(key)?;
    match &entry.value.value {
        Value::Null => None,
        Value::Text(path) => {
            let path = input.beside(entry.value.at, path);
            file(input, &path, Some(entry.value.at), role, way)
        }
        Value::List(_) | Value::Map(_) => {
            let wrong = Diagnostic::error("bad-value", format!("`{key}` is the path of one file"));
            input.report(wrong.at(entry.value.at).help(format!("write `{key}: file.yaml`")));
            input.broken = true;
            None
        }
    }
}

/// Puts a price sheet where its path is written.
fn follow_prices(input: &mut Input<'_>, written: &mut Node, way: &mut Way) {
    let Value::Text(path) = &written.value else { return };
    let (path, before) = (input.beside(written.at, path), input.errors());
    match file(input, &path, Some(written.at), Role::Prices, way) {
        Some((mut sheet, _)) if input.errors() == before => {
            sheet.take("extends");
            *written = sheet;
        }
        _ => {
            written.value = Value::Null;
            input.cut.push("prices".to_owned());
        }
    }
}

fn cycle(way: &[PathBuf], path: &Path) -> Diagnostic {
    let mut names: Vec<String> = way.iter().map(|path| path.display().to_string()).collect();
    names.push(tidy(path).display().to_string());
    Diagnostic::error("cycle", format!("these files build on each other: {}", names.join(" → ")))
        .help("a file cannot build on itself; take one `extends` or `model` out")
}

fn parse(input: &mut Input<'_>, source: u16, role: Role) -> Option<Node> {
    let (two, three) = match role {
        Role::Experiment | Role::Model => {
            ("`model: …` or `nodes:`", "`model: …`, `nodes:`, `horizon: …`")
        }
        Role::Prices => ("`name: …` or `egress:`", "`name: …`, `instances:`, `egress:`"),
    };
    let start = At::new(source, 0, 0);
    let text = input.sources.of(start).text.clone();
    let before = input.found.len();
    let tree = yaml::parse(&text, source, 0, &mut input.found);
    if input.found.len() > before {
        input.order.push(source);
    }
    match tree {
        Some(tree) if tree.entries().is_some() => Some(tree),
        Some(Node { value: Value::Text(_) | Value::List(_), at }) => {
            let wrong = Diagnostic::error("bad-file", "this is not a map of keys").at(at);
            input.report(wrong.help(format!("begin with keys such as {three}")));
            None
        }
        None if input.found.len() > before => None,
        Some(_) | None => {
            let name = shown(&input.sources.of(start).name);
            let wrong = Diagnostic::error("empty-file", format!("`{name}` is empty")).at(start);
            input.report(wrong.help(format!("begin with {two}")));
            None
        }
    }
}

/// A model holds nodes and links; the rest belongs to experiments.
fn check_model(input: &mut Input<'_>, tree: &mut Node) {
    let Some(entries) = tree.entries_mut() else { return };
    entries.retain(|Entry { key, .. }| {
        let known = MODEL_KEYS.contains(&key.text.as_str());
        if !known {
            let name = shown(&key.text);
            let wrong =
                Diagnostic::error("unknown-key", format!("`{name}` is not a key of a model"));
            let help = suggest::help(&key.text, MODEL_KEYS, "a model has");
            input.report(wrong.at(key.at).help(help + "; the rest belongs to the experiment"));
        }
        known
    });
}

/// Spells `a->b` as `a -> b`, so that links merge whatever their spaces.
fn spell_links(tree: &mut Node, found: &mut Vec<Diagnostic>) {
    let Some(links) = tree.get_mut("links").and_then(Node::entries_mut) else { return };
    let mut first: Vec<Key> = Vec::new();
    links.retain_mut(|Entry { key, .. }| {
        key.text = path::spell_link(&key.text);
        let twice = first.iter().find(|other| other.text == key.text);
        if let Some(other) = twice {
            let wrong = Diagnostic::error(
                "duplicate-key",
                format!("the link `{}` is written twice", shown(&key.text)),
            );
            found.push(wrong.at(key.at).context(other.at, "first here").help("keep one"));
            return false;
        }
        first.push(key.clone());
        true
    });
}

fn from_file(input: &mut Input<'_>, written: &Entry) -> Vec<Set> {
    match &written.value.value {
        Value::Null => Vec::new(),
        Value::Map(entries) => entries
            .iter()
            .map(|Entry { key, value }| Set {
                at: key.at,
                path: key.text.clone(),
                value: value.clone(),
            })
            .collect(),
        Value::Text(_) | Value::List(_) => {
            let wrong = Diagnostic::error("bad-value", "`set` is a map of paths and values");
            input.report(wrong.at(written.value.at).help("write `set: { gateways.count: 4 }`"));
            Vec::new()
        }
    }
}

/// The first line of comment at the top of a file, without the file's own name before it. A line
/// that tells editors the schema does not count.
pub fn headline(text: &str) -> Option<String> {
    let comments = text.lines().map_while(|line| line.strip_prefix('#'));
    let line = comments.map(str::trim).find(|line| !line.starts_with("yaml-language-server:"))?;
    let told = match line.split_once(": ") {
        Some((name, told)) if !name.contains(' ') && name.contains('.') => told.trim(),
        _ => line,
    };
    let mut letters = told.chars();
    let first = letters.next()?;
    Some(first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headline_is_a_sentence() {
        let cases = [
            (
                "# experiments/x.yaml: does a jittered drain help?\n#\n",
                "Does a jittered drain help?",
            ),
            ("# What if: everything fails?", "What if: everything fails?"),
            ("# yaml-language-server: $schema=x.json\n# why?", "Why?"),
            ("#", ""),
            ("model: x", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(headline(text).unwrap_or_default(), expected);
        }
        // A page cuts it, and says how long it is.
        let long = headline(&format!("# {}", "a".repeat(10_000))).unwrap();
        assert_eq!(long.len(), 10_000);
    }
}
