//! What can be written, key by key: what it means, what it takes, what it is by default. The forms
//! say the first, as their documentation; the tables of words and defaults say the rest. The
//! schema that editors read and the catalogue that people ask are two views of the same.
mod example;
mod schema;

pub use example::{ACTIONS, example_name};
pub use schema::File;

use super::{
    defaults::{self, Default},
    resolve::words,
};
use crate::spec::{self, Experiment};
use serde_json::{Value as Json, json};
use std::sync::LazyLock;

/// A key that can be written.
#[derive(Clone, PartialEq, Debug)]
pub struct Key {
    /// Its kind of section and its place in it: `gateway.drain.window`, `experiment.seed`,
    /// `deploy.batch`, `links.latency`, `law.lognormal.median`.
    pub name: String,
    /// What it means.
    pub meaning: String,
    /// What can be written: `duration`, `law`, `word`; empty for a map of keys.
    pub value: String,
    /// The words that it takes.
    pub words: Vec<&'static str>,
    /// What it is when nobody writes it; the text of a rule when it follows from others.
    pub default: Option<&'static Default>,
    /// Whether the default is a rule.
    pub by_rule: bool,
}

/// How values are written: their kind, examples, and what they mean.
pub const VALUES: &[(&str, &str, &str)] = &[
    (
        "duration",
        "`250ms` `30s` `1h30min` `2d`",
        "ns, us, ms, s, min, h, d, exact to the nanosecond; `m` alone is refused",
    ),
    (
        "size",
        "`300B` `10KB` `8GiB`",
        "KB, MB, GB, TB are powers of 1,000; KiB, MiB, GiB, TiB of 1,024",
    ),
    ("count", "`64` `100k` `1M` `2G`", "whole"),
    ("rate", "`500/s` `1/min` `10k/s`", "per s, min, h or d"),
    ("bandwidth", "`10KB/s`", "a size per second"),
    ("share", "`20%`", "`0%` to `100%`"),
    ("CPU time per second", "`4.7us/s`", "a share of one core"),
    ("price per hour", "`0.0816 USD/h`", "US dollars"),
    ("price per GB", "`0.09 USD/GB`", "US dollars; a GB is 1,000,000,000 bytes"),
    ("price per GB and month", "`0.1 USD/GB-month`", "US dollars; a GB is 1,000,000,000 bytes"),
    ("date", "`2026-08` `2026-08-31`", "a month or a day"),
    ("number", "`2` `2.5`", "without a unit"),
    ("law", "`40ms`, or a map of one key", "a duration alone is constant"),
    ("word", "`full`", "one of a list"),
];

static KEYS: LazyLock<Vec<Key>> = LazyLock::new(walked);

/// Every key, sections before what they hold.
pub fn keys() -> &'static [Key] {
    &KEYS
}

fn walked() -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    let mut root = spec::schema::of::<Experiment>();
    schema::walk("experiment", &mut root, &mut |name, schema| {
        if keys.iter().all(|key| key.name != name) {
            keys.push(key(name, schema));
        }
    });
    keys
}

fn key(name: &str, schema: &Json) -> Key {
    let text = |key: &str| schema[key].as_str().unwrap_or_default().replace('\n', " ");
    let words = words::of(name);
    let title = text("title");
    let value = match (title.as_str(), words.as_slice()) {
        ("", []) if schema["type"] == json!(["string", "null"]) => "text".to_owned(),
        ("", [_, ..]) => "word".to_owned(),
        _ => title,
    };
    let derived = defaults::derived(name);
    Key {
        name: name.to_owned(),
        meaning: text("description"),
        value,
        words,
        default: defaults::of(name).or(derived),
        by_rule: derived.is_some(),
    }
}
