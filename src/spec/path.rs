//! Paths of parameters: `gateways.drain.window`, `seed`, `timeline.deploy.batch`. A path skips the
//! kind of a node; where it leads, a value is laid over what stands there.
use super::{
    compose::Set,
    diagnostic::Diagnostic,
    experiment::{HEAD_KEYS, is_choice},
    source::At,
    suggest,
    tree::{Entry, Key, Node, Value},
};
use crate::units::shown;
use std::collections::BTreeMap;

/// Keys of a timeline entry that are not its action.
const ENTRY_KEYS: [&str; 2] = ["at", "name"];

/// Whether a path is another one, or leads to something in what that leads to.
pub fn is_within(whole: &str, path: &str) -> bool {
    path.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Lays a value over what a path leads to.
///
/// # Errors
/// The path leads nowhere.
pub fn apply(tree: &mut Node, set: &Set) -> Result<(), Box<Diagnostic>> {
    let target = target(tree, set)?;
    if target.node.is_null() {
        target.node.value = Value::Map(Vec::new());
    }
    check_way(target.node, &target.rest, set)?;
    let value = target.rest.iter().rev().fold(set.value.clone(), |value, key| {
        let key = Key { text: (*key).to_owned(), at: set.at, path: Some(set.path.clone()) };
        Node { at: value.at, value: Value::Map(vec![Entry { key, value }]) }
    });
    target.node.overlay(value, &is_choice);
    Ok(())
}

/// Where a path leads: a map, and the keys from there on.
struct Target<'t, 's> {
    node: &'t mut Node,
    rest: Vec<&'s str>,
}

fn target<'t, 's>(tree: &'t mut Node, set: &'s Set) -> Result<Target<'t, 's>, Box<Diagnostic>> {
    let keys = keys(tree, &set.path);
    let [first, rest @ ..] = keys.as_slice() else { return Err(nowhere(tree, set)) };
    if keys.iter().any(|key| key.is_empty()) {
        return Err(nowhere(tree, set));
    }
    if HEAD_KEYS.contains(first) {
        return Ok(Target { node: tree, rest: keys });
    }
    let known = names(tree);
    let found = match *first {
        "timeline" => entry(tree, rest),
        "links" => link(tree, rest, set),
        // A node as a whole is a map of its kind.
        _ if rest.is_empty() && set.value.entries().is_none() => None,
        name => node(tree, name, rest),
    };
    found.unwrap_or_else(|| Err(nowhere_among(&known, set)))
}

/// The keys of a path. The name of a machine may have points: `prices.instances.m7g.large.price`.
fn keys<'s>(tree: &Node, path: &'s str) -> Vec<&'s str> {
    let split = |path: &'s str| path.split('.').map(str::trim);
    let machine = || {
        let (group, path) = path.strip_prefix("prices.")?.split_once('.')?;
        let machines = tree.get("prices")?.get(group)?.entries()?;
        let within = |name: &str| path.strip_prefix(name)?.strip_prefix('.');
        let rest = machines.iter().find_map(|machine| within(&machine.key.text))?;
        let name = &path[..path.len() - rest.len() - 1];
        Some(["prices", group, name].into_iter().chain(split(rest)).collect())
    };
    machine().unwrap_or_else(|| split(path).collect())
}

type Found<'t, 's> = Option<Result<Target<'t, 's>, Box<Diagnostic>>>;

fn node<'t, 's>(tree: &'t mut Node, name: &str, rest: &[&'s str]) -> Found<'t, 's> {
    let node = tree.get_mut("nodes")?.get_mut(name)?;
    if rest.is_empty() {
        // A whole node is set with its kind, which may be another.
        return Some(Ok(Target { node, rest: Vec::new() }));
    }
    let [Entry { value, .. }] = node.entries_mut()?.as_mut_slice() else { return None };
    Some(Ok(Target { node: value, rest: rest.to_vec() }))
}

fn entry<'t, 's>(tree: &'t mut Node, rest: &[&'s str]) -> Found<'t, 's> {
    let [name, key, ..] = rest else { return None };
    let timeline = tree.get_mut("timeline")?;
    let Value::List(items) = &mut timeline.value else { return None };
    let item = items
        .iter_mut()
        .find(|item| item.get("name").and_then(Node::text).is_some_and(|text| text == *name))?;
    if ENTRY_KEYS.contains(key) {
        return Some(Ok(Target { node: item, rest: rest[1..].to_vec() }));
    }
    let action = item
        .entries_mut()?
        .iter_mut()
        .find(|entry| !ENTRY_KEYS.contains(&entry.key.text.as_str()))?;
    Some(Ok(Target { node: &mut action.value, rest: rest[1..].to_vec() }))
}

/// Links can be set although the file leaves them out.
fn link<'t, 's>(tree: &'t mut Node, rest: &[&'s str], set: &Set) -> Found<'t, 's> {
    let [name, keys @ ..] = rest else { return None };
    let name = spell_link(name);
    let (source, target) = name.split_once(" -> ")?;
    let nodes = tree.get("nodes")?;
    if keys.is_empty() || nodes.get(source).is_none() || nodes.get(target).is_none() {
        return None;
    }
    let empty = || Node { at: set.at, value: Value::Map(Vec::new()) };
    if tree.get("links").is_none_or(Node::is_null) {
        tree.take("links");
        let key = Key { text: "links".to_owned(), at: set.at, path: None };
        tree.entries_mut()?.push(Entry { key, value: empty() });
    }
    let links = tree.get_mut("links")?;
    if links.get(&name).is_none() {
        let key = Key { text: name.clone(), at: set.at, path: Some(set.path.clone()) };
        links.entries_mut()?.push(Entry { key, value: empty() });
    }
    Some(Ok(Target { node: links.get_mut(&name)?, rest: keys.to_vec() }))
}

/// Spells a link as `a -> b`, whatever the spaces.
pub fn spell_link(text: &str) -> String {
    let text = text.replace('→', "->");
    let parts: Vec<&str> = text.split("->").map(str::trim).collect();
    parts.join(" -> ")
}

/// Nothing can be set below a single value, nor beside the key that makes a choice.
fn check_way(node: &Node, rest: &[&str], set: &Set) -> Result<(), Box<Diagnostic>> {
    let mut here = node;
    let mut last = "";
    for key in rest {
        if let Value::Text(text) = &here.value {
            let help = format!("`{last}` is `{}` here; set it as a whole", shown(text));
            let wrong = unmatched(set).context(here.at, "a single value");
            return Err(Box::new(wrong.help(help)));
        }
        let Some(next) = here.get(key) else { return check_choice(here, last, key, set) };
        (here, last) = (next, key);
    }
    Ok(())
}

fn check_choice(here: &Node, last: &str, key: &str, set: &Set) -> Result<(), Box<Diagnostic>> {
    let Some([Entry { key: made, .. }]) = here.entries().map(Vec::as_slice) else { return Ok(()) };
    if !is_choice(&made.text) || is_choice(key) {
        return Ok(());
    }
    let choice = &made.text;
    let help = format!("`{last}` is `{choice}` here; paths name it: `{last}.{choice}.{key}`");
    Err(Box::new(unmatched(set).context(made.at, "the choice made here").help(help)))
}

fn unmatched(set: &Set) -> Diagnostic {
    let message = format!("`set` matches nothing: `{}`", shown(&set.path));
    Diagnostic::error("no-such-path", message).at(set.at)
}

/// The first parts of all paths: nodes and the experiment's own keys.
fn names(tree: &Node) -> Vec<String> {
    let nodes = tree.get("nodes").and_then(Node::entries);
    let mut names: Vec<String> =
        nodes.into_iter().flatten().map(|entry| entry.key.text.clone()).collect();
    names.sort();
    names.extend(entry_names(tree).into_iter().map(|name| format!("timeline.{name}")));
    names
}

fn entry_names(tree: &Node) -> Vec<String> {
    let items = tree.get("timeline").and_then(Node::items);
    let name = |item: &Node| item.get("name").and_then(Node::text).map(str::to_owned);
    items.into_iter().flatten().filter_map(name).collect()
}

fn nowhere(tree: &Node, set: &Set) -> Box<Diagnostic> {
    nowhere_among(&names(tree), set)
}

fn nowhere_among(known: &[String], set: &Set) -> Box<Diagnostic> {
    let message = format!("`set` matches nothing: `{}`", shown(&set.path));
    let wrong = Diagnostic::error("no-such-path", message).at(set.at);
    let known = known.iter().map(String::as_str);
    Box::new(match near(&set.path, known.clone()) {
        Some(path) => {
            let fixed = format!("did you mean `{path}`? {}", listed(known));
            if path.contains('…') {
                wrong.help(fixed)
            } else {
                wrong.help(fixed).fix(set.at, path)
            }
        }
        None => wrong.help(listed(known)),
    })
}

fn listed<'n>(known: impl Iterator<Item = &'n str>) -> String {
    let (entries, nodes): (Vec<&str>, Vec<&str>) =
        known.partition(|name| name.starts_with("timeline."));
    let mut text = match nodes.as_slice() {
        [] => "there are no nodes here".to_owned(),
        nodes => format!("nodes here: {}", suggest::listed(nodes.iter().copied())),
    };
    if !entries.is_empty() {
        text += "; in the timeline: ";
        text += &suggest::listed(entries);
    }
    text
}

/// The path that was probably meant.
fn near<'n>(path: &str, known: impl Iterator<Item = &'n str> + Clone) -> Option<String> {
    if let Some(rest) = path.strip_prefix("nodes.") {
        let (name, keys) = rest.split_once('.')?;
        let keys = keys.split_once('.').map_or(keys, |(_, keys)| keys);
        return Some(format!("{name}.{keys}"));
    }
    let parts = if path.starts_with("timeline.") { 2 } else { 1 };
    let cut = path.match_indices('.').nth(parts - 1).map_or(path.len(), |(place, _)| place);
    let (head, tail) = path.split_at(cut);
    let heads = HEAD_KEYS.into_iter().filter(|_| tail.is_empty());
    let known = known.filter(|_| !tail.is_empty());
    let name = suggest::nearest(head, known.chain(heads))?;
    Some(format!("{name}{tail}"))
}

/// Gives the entries of a timeline that have no name one made from their action: `deploy`,
/// `deploy-2`. They can be addressed by it from then on.
pub fn name_timeline(tree: &mut Node, found: &mut Vec<Diagnostic>) {
    let mut taken = BTreeMap::new();
    let Some(timeline) = tree.get_mut("timeline") else { return };
    let Value::List(items) = &mut timeline.value else { return };
    for item in items.iter() {
        let Some(name) = item.get("name") else { continue };
        let Some(text) = name.text() else { continue };
        if let Some(first) = taken.insert(text.to_owned(), name.at) {
            let message = format!("two entries of the timeline are called `{}`", shown(text));
            let wrong = Diagnostic::error("duplicate-name", message).at(name.at);
            found.push(wrong.context(first, "first here").help("give each a name of its own"));
        }
    }
    for item in items {
        name_entry(item, &mut taken);
    }
}

fn name_entry(item: &mut Node, taken: &mut BTreeMap<String, At>) {
    let at = item.at;
    if item.get("name").is_some_and(|name| !name.is_null()) {
        return;
    }
    item.take("name");
    let Some(entries) = item.entries_mut() else { return };
    let action = entries.iter().find(|entry| entry.key.text != "at");
    let Some(kind) = action.map(|entry| entry.key.text.clone()) else { return };
    let numbered = (2..).map(|number| format!("{kind}-{number}"));
    let name = [kind.clone()].into_iter().chain(numbered).find(|name| !taken.contains_key(name));
    let Some(text) = name else { return };
    taken.insert(text.clone(), at);
    let key = Key { text: "name".to_owned(), at, path: None };
    entries.push(Entry { key, value: Node { at, value: Value::Text(text) } });
}
