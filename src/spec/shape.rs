//! Tree → forms, with all mistakes at once: serde stops at the first, so what is wrong is cut out
//! and the rest is read again, until nothing is wrong or too much was.
use super::{
    diagnostic::Diagnostic,
    input::{Input, MOST_ERRORS},
    source::At,
    suggest,
    tree::{Key, Node},
    typed::{self, Mistake, MistakeKind},
};
use crate::units::shown;
use serde::de::DeserializeOwned;

/// Reads a form from a tree, cutting out what does not fit.
pub fn shape<T: DeserializeOwned>(input: &mut Input<'_>, tree: &mut Node) -> Option<T> {
    for _ in 0..MOST_ERRORS {
        let Mistake { at, kind } = match typed::read(tree) {
            Ok(form) => return Some(form),
            Err(mistake) => mistake,
        };
        let at = at.unwrap_or(tree.at);
        let way = tree.way(at).unwrap_or_default();
        input.broken |= bears_names(&way);
        let wrong = explain(&way, at, &kind);
        input.report(wrong);
        if !tree.prune(at) {
            return None;
        }
    }
    None
}

/// Keys of an experiment that hold neither nodes nor links.
const EXPERIMENT_KEYS: [&str; 10] = [
    "question",
    "horizon",
    "warm_up",
    "tick",
    "seed",
    "replications",
    "set",
    "timeline",
    "slo",
    "sweep",
];

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

fn explain(way: &[&Key], at: At, kind: &MistakeKind) -> Diagnostic {
    let owner = owner(way);
    let subject = shown(&owner.subject);
    let wrong = match kind {
        MistakeKind::UnknownKey { key, known } => {
            return match way.last().and_then(|key| key.path.clone()) {
                Some(path) => unknown_path(&path, key, known, at),
                None => unknown_key(&owner, key, known, at),
            };
        }
        MistakeKind::UnknownChoice { choice, known } => return unknown_choice(choice, known, at),
        MistakeKind::Missing(key) => {
            Diagnostic::error("missing-key", format!("`{subject}` needs `{key}`"))
        }
        MistakeKind::NotOne { known, found } => not_one(&subject, known, found),
        MistakeKind::SecondKey => {
            Diagnostic::error("second-key", format!("`{subject}` is one key too many here"))
                .help("this map has one key, which says what it is; keep one")
        }
        MistakeKind::NotMap { known, found } => not_map(&subject, known, found),
        MistakeKind::NotList(found) => {
            Diagnostic::error("bad-value", format!("`{subject}` is a list; this is {found}"))
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
        "pubsub" => "a pubsub",
        "fanout" => "a fanout",
        "registry" => "a registry",
        "buffer" => "a buffer",
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
        None => wrong.help(format!("the keys here are {}", suggest::listed(keys))),
    }
}

fn unknown_path(path: &str, key: &str, known: &[&'static str], at: At) -> Diagnostic {
    let message = format!("`set` matches nothing: `{}`", shown(path));
    let wrong = Diagnostic::error("no-such-path", message).at(at);
    let keys = known.iter().copied();
    let here = format!("the keys there are {}", suggest::listed(keys.clone()));
    match suggest::nearest(key, keys) {
        Some(name) => {
            let before = path.rfind(key).unwrap_or_default();
            let meant = format!("{}{name}{}", &path[..before], &path[before + key.len()..]);
            wrong.help(format!("did you mean `{meant}`? {here}")).fix(at, meant)
        }
        None => wrong.help(here),
    }
}

fn unknown_choice(choice: &str, known: &[&'static str], at: At) -> Diagnostic {
    let message = format!("`{}` is not one of the choices here", shown(choice));
    let wrong = Diagnostic::error("unknown-choice", message).at(at);
    let names = known.iter().copied();
    match suggest::nearest(choice, names.clone()) {
        Some(name) => wrong.help(format!("did you mean `{name}`?")).fix(at, name),
        None => wrong.help(format!("the choices are {}", suggest::listed(names))),
    }
}

fn not_one(subject: &str, known: &[&'static str], found: &str) -> Diagnostic {
    let found = if found == "a map" { "an empty map" } else { found };
    let message = format!("`{subject}` is a map of one key; this is {found}");
    let wrong = Diagnostic::error("bad-value", message);
    match known {
        [] => wrong.help("write a single value, or a map of one key that says what it is"),
        [first, ..] => wrong.help(format!(
            "write `{{ {first}: {{ … }} }}`; the choices are {}",
            suggest::listed(known.iter().copied())
        )),
    }
}

fn not_map(subject: &str, known: &[&'static str], found: &str) -> Diagnostic {
    let message = format!("`{subject}` is a map of keys; this is {found}");
    let wrong = Diagnostic::error("bad-value", message);
    match known {
        [] => wrong.help("write `key: value`"),
        known => wrong.help(format!("its keys are {}", suggest::listed(known.iter().copied()))),
    }
}

fn other(subject: &str, message: &str) -> Diagnostic {
    let (expected, found) = message
        .strip_prefix("expected ")
        .and_then(|rest| rest.split_once(", found "))
        .unwrap_or(("something else", "not that"));
    let expected = if expected == "a string" { "a single value" } else { expected };
    Diagnostic::error("bad-value", format!("`{subject}` is {expected}; this is {found}"))
}
