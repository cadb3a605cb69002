//! Tree → forms, with all mistakes at once: serde stops at the first, so what is wrong is cut out
//! and the rest is read again, until nothing is wrong or too much was.
use super::{
    diagnostic::Diagnostic,
    experiment::is_choice,
    input::{Input, MOST_ERRORS},
    source::At,
    suggest,
    tree::{Entry, Key, Node},
    typed::{self, Mistake, MistakeKind},
};
use crate::units::shown;
use serde::de::DeserializeOwned;

/// Reads a form from a tree, cutting out what does not fit.
pub fn shape<T: DeserializeOwned>(input: &mut Input<'_>, tree: &mut Node) -> Option<T> {
    for _ in 0..MOST_ERRORS {
        let Mistake { at, kind } = match typed::read(tree) {
            Ok(form) => {
                input.maps = maps(tree);
                return Some(form);
            }
            Err(mistake) => mistake,
        };
        let at = at.unwrap_or(tree.at);
        let way = tree.way(at).unwrap_or_default();
        input.report(explain(tree, &way, at, &kind));
        let (cut, names, title) = (cut(&way, at, &kind), bears_names(&way), title(&way));
        if let Some((from, to)) = slip(&kind)
            && tree.rename(at, from, to)
        {
            continue;
        }
        input.broken |= names;
        input.cut.push(title);
        if !tree.prune(cut) {
            return None;
        }
    }
    None
}

/// Where each map below a key stands, by what messages call it.
fn maps(tree: &Node) -> Vec<(String, At)> {
    fn walk<'t>(node: &'t Node, way: &mut Vec<&'t Key>, all: &mut Vec<(String, At)>) {
        for Entry { key, value } in node.entries().into_iter().flatten() {
            way.push(key);
            if value.entries().is_some() {
                all.push((title(way), key.at));
                walk(value, way, all);
            }
            way.pop();
        }
    }
    let mut all = Vec::new();
    walk(tree, &mut Vec::new(), &mut all);
    all
}

/// What to cut out: what makes a choice goes with the choice.
fn cut(way: &[&Key], at: At, kind: &MistakeKind) -> At {
    let [.., owner, last] = way else { return at };
    let chooses = matches!(kind, MistakeKind::UnknownChoice { .. })
        || is_choice(&last.text) && !matches!(kind, MistakeKind::SecondKey);
    if chooses { owner.at } else { at }
}

/// How messages call what a way leads to, without the choices on the way: `phones.network.rtt`.
fn title(way: &[&Key]) -> String {
    let texts: Vec<&str> = way.iter().map(|key| key.text.as_str()).collect();
    let (heads, rest) = match texts.as_slice() {
        // A name that is also the word of a choice is a name all the same.
        ["nodes" | "links", name, rest @ ..] => (vec![*name], rest),
        ["nodes" | "links"] => (Vec::new(), &[][..]),
        all => (Vec::new(), all),
    };
    let rest = rest.iter().copied().filter(|text| !is_choice(text));
    heads.into_iter().chain(rest).collect::<Vec<_>>().join(".")
}

/// A name that is a slip of the keys, and what was meant: reading goes on with that.
fn slip(kind: &MistakeKind) -> Option<(&str, &'static str)> {
    let (name, known) = match kind {
        MistakeKind::UnknownKey { key, known } => (key, known),
        MistakeKind::UnknownChoice { choice, known } => (choice, known),
        MistakeKind::Missing(_)
        | MistakeKind::NotOne { .. }
        | MistakeKind::SecondKey
        | MistakeKind::NotMap { .. }
        | MistakeKind::NotList(_)
        | MistakeKind::Other(_) => return None,
    };
    suggest::nearest(name, known.iter().copied()).map(|meant| (name.as_str(), meant))
}

/// Keys of an experiment that hold neither nodes nor links.
const EXPERIMENT_KEYS: [&str; 12] = [
    "question",
    "horizon",
    "warm_up",
    "settle",
    "tick",
    "seed",
    "replications",
    "prices",
    "set",
    "timeline",
    "slo",
    "sweep",
];

/// What a mistake is about, in quotation marks.
fn subject(tree: &Node, way: &[&Key], at: At) -> String {
    let texts: Vec<&str> = way.iter().map(|key| key.text.as_str()).collect();
    let path = match texts.as_slice() {
        [] => return "this file".to_owned(),
        ["timeline"] if tree.get("timeline").is_some_and(|list| list.at != at) => {
            return "an entry of `timeline`".to_owned();
        }
        ["nodes", name, _, rest @ ..] if !rest.is_empty() => format!("{name}.{}", rest.join(".")),
        ["nodes" | "links", rest @ ..] if !rest.is_empty() => rest.join("."),
        all => all.join("."),
    };
    format!("`{}`", shown(&path))
}

/// What a key belongs to: how messages call it, and the key to point at beside.
struct Owner {
    called: &'static str,
    key: Option<At>,
    subject: String,
}

/// Whether nodes or links go when what a way leads to is cut out.
fn bears_names(way: &[&Key]) -> bool {
    let texts: Vec<&str> = way.iter().map(|key| key.text.as_str()).collect();
    match texts.as_slice() {
        ["nodes", rest @ ..] => rest.len() <= 2,
        ["links", rest @ ..] => rest.len() <= 1,
        [] => true,
        [key] => !EXPERIMENT_KEYS.contains(key),
        _ => false,
    }
}

fn explain(tree: &Node, way: &[&Key], at: At, kind: &MistakeKind) -> Diagnostic {
    let owner = owner(way);
    let subject = subject(tree, way, at);
    let last = way.last().filter(|_| subject.starts_with('`'));
    let last = last.map_or("-".to_owned(), |key| format!("{}:", shown(&key.text)));
    let wrong = match kind {
        MistakeKind::UnknownKey { key, known } => {
            return match way.last().and_then(|key| key.path.clone()) {
                Some(path) => unknown_path(&path, key, known, at),
                None => unknown_key(&owner, key, known, at),
            };
        }
        MistakeKind::UnknownChoice { choice, known } => {
            let chooser = way.len().checked_sub(2).map(|place| way[place].text.as_str());
            return unknown_choice(chooser, choice, known, at);
        }
        MistakeKind::Missing(key) => {
            Diagnostic::error("missing-key", format!("{subject} needs `{key}`"))
        }
        MistakeKind::NotOne { known, found } => {
            let text = tree.find(at).and_then(Node::text).unwrap_or_default();
            not_one(&subject, known, found, text)
        }
        MistakeKind::SecondKey => {
            Diagnostic::error("second-key", format!("{subject} is a second key in a map of one"))
                .help("the one key says what this is; keep one of them")
        }
        MistakeKind::NotMap { known, found } => not_map(&subject, &last, known, found),
        MistakeKind::NotList(found) => {
            Diagnostic::error("bad-value", format!("{subject} is a list; this is {found}"))
                .help("write `[a, b]`, or one line with `- ` for each")
        }
        MistakeKind::Other(message) => other(&subject, message),
    };
    wrong.at(at)
}

fn owner(way: &[&Key]) -> Owner {
    let texts: Vec<&str> = way.iter().map(|key| key.text.as_str()).collect();
    let tail = |from: usize| texts.get(from..).unwrap_or_default().join(".");
    let key = |place: usize| way.get(place).map(|key| key.at);
    match texts.as_slice() {
        ["nodes", _, kind, _, ..] => Owner { called: called(kind), key: key(1), subject: tail(3) },
        ["nodes", _, ..] => Owner { called: "a node", key: key(1), subject: tail(1) },
        ["links", _, _, ..] => Owner { called: "a link", key: key(1), subject: tail(2) },
        ["timeline", _] => Owner { called: "a timeline entry", key: None, subject: tail(1) },
        ["timeline", "deploy", ..] => Owner { called: "a deploy", key: key(1), subject: tail(2) },
        ["timeline", "crash", ..] => Owner { called: "a crash", key: key(1), subject: tail(2) },
        ["prices", "services", _, _, ..] => {
            Owner { called: "a service", key: key(2), subject: tail(3) }
        }
        ["prices", "instances" | "brokers" | "caches", _, _, ..] => {
            Owner { called: "a machine", key: key(2), subject: tail(3) }
        }
        ["prices", _, ..] => Owner { called: "a price sheet", key: None, subject: tail(1) },
        ["sweep", "axes", _, _, ..] => Owner { called: "an axis", key: key(2), subject: tail(3) },
        ["sweep", _, ..] => Owner { called: "a sweep", key: None, subject: tail(1) },
        [] => Owner { called: "an experiment", key: None, subject: "this file".to_owned() },
        _ => Owner { called: "an experiment", key: None, subject: tail(0) },
    }
}

fn called(kind: &str) -> &'static str {
    match kind {
        "clients" => "a crowd of clients",
        "load_balancer" => "a load balancer",
        "gateway" => "a gateway",
        "managed" => "a managed service",
        "pubsub" => "a pubsub",
        "fanout" => "a fanout",
        "registry" => "a registry",
        "buffer" => "a buffer",
        "source" => "a source",
        _ => "a node",
    }
}

fn unknown_key(owner: &Owner, key: &str, known: &[&'static str], at: At) -> Diagnostic {
    let message = format!("`{}` is not a key of {}", shown(&owner.subject), owner.called);
    let wrong = Diagnostic::error("unknown-key", message).at(at).label("not known here");
    let wrong = wrong.context(owner.key, "in this one");
    if known.is_empty() {
        return wrong.help("nothing can be written here");
    }
    let keys = known.iter().copied();
    match suggest::nearest(key, keys.clone()) {
        Some(name) => wrong.help(format!("did you mean `{name}`?")).fix(at, name),
        None => wrong.help(format!("the keys here: {}", suggest::listed(keys))),
    }
}

fn unknown_path(path: &str, key: &str, known: &[&'static str], at: At) -> Diagnostic {
    let message = format!("`set` matches nothing: `{}`", shown(path));
    let wrong = Diagnostic::error("no-such-path", message).at(at);
    let keys = known.iter().copied();
    let here = format!("the keys there: {}", suggest::listed(keys.clone()));
    match suggest::nearest(key, keys) {
        Some(name) => {
            let before = path.rfind(key).unwrap_or_default();
            let meant = format!("{}{name}{}", &path[..before], &path[before + key.len()..]);
            wrong.help(format!("did you mean `{meant}`? {here}")).fix(at, meant)
        }
        None => wrong.help(here),
    }
}

/// What a set of choices is about, in the singular and the plural.
fn topic(known: &[&'static str]) -> [&'static str; 2] {
    match known {
        [] => ["a map of one key", "choices"],
        known if known.contains(&"gateway") => ["a kind of node", "kinds"],
        known if known.contains(&"lognormal") => ["a law", "laws"],
        known if known.contains(&"consistent_hash") => ["a policy", "policies"],
        known if known.contains(&"values") => ["a form of axis", "forms"],
        _ => ["a form", "forms"],
    }
}

/// What cannot stand in a map of one key; `chooser` is the key in front of the map.
fn unknown_choice(
    chooser: Option<&str>,
    choice: &str,
    known: &[&'static str],
    at: At,
) -> Diagnostic {
    let [one, many] = topic(known);
    let of = chooser.filter(|_| one == "a form").map(|key| format!(" of `{}`", shown(key)));
    let message = format!("`{}` is not {one}{}", shown(choice), of.unwrap_or_default());
    let wrong = Diagnostic::error("unknown-choice", message).at(at);
    let names = known.iter().copied();
    match (suggest::nearest(choice, names.clone()), known) {
        (Some(name), _) => wrong.help(format!("did you mean `{name}`?")).fix(at, name),
        (None, [only]) => wrong.help(format!("write `{only}`, which is the only one")),
        (None, _) => wrong.help(format!("the {many} are {}", suggest::listed(names))),
    }
}

fn not_one(subject: &str, known: &[&'static str], found: &str, text: &str) -> Diagnostic {
    let found = if found == "a map" { "an empty map" } else { found };
    let [one, many] = topic(known);
    let message = format!("{subject} does not say {one}; this is {found}");
    let wrong = Diagnostic::error("bad-value", message);
    let names = suggest::listed(known.iter().copied());
    match (known, suggest::nearest(text, known.iter().copied())) {
        ([], _) => wrong.help("write a single value, or a map of one key that says what it is"),
        (_, Some(meant)) => wrong.help(format!("write `{{ {meant}: {{}} }}`")),
        ([first, ..], None) => {
            wrong.help(format!("write `{{ {first}: {{ … }} }}`; the {many} are {names}"))
        }
    }
}

fn not_map(subject: &str, last: &str, known: &[&'static str], found: &str) -> Diagnostic {
    let message = format!("{subject} is a map of keys; this is {found}");
    let wrong = Diagnostic::error("bad-value", message);
    match known {
        [] => wrong.help("write `key: value`"),
        [first, ..] => wrong.help(format!(
            "write `{last} {{ {first}: … }}`; the keys here: {}",
            suggest::listed(known.iter().copied())
        )),
    }
}

fn other(subject: &str, message: &str) -> Diagnostic {
    let (expected, found) = message
        .strip_prefix("expected ")
        .and_then(|rest| rest.split_once(", found "))
        .unwrap_or(("something else", "not that"));
    let expected = if expected == "a string" { "a single value" } else { expected };
    Diagnostic::error("bad-value", format!("{subject} is {expected}; this is {found}"))
}
