//! The tree of a text: maps, lists and texts, each of which knows where it stands.
use super::source::At;

/// A value and its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    /// Where it stands.
    pub at: At,
    /// What it is.
    pub value: Value,
}

/// What a node is. Texts are not read further here: `12` is a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// Nothing, or `null`.
    Null,
    /// A single value.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A map, in the order of the text, without doubled keys.
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// What stands behind it.
    pub value: Node,
}

/// A key of a map.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    /// What it says.
    pub text: String,
    /// Where it stands.
    pub at: At,
    /// The whole path, when a `set` put the key here.
    pub path: Option<String>,
}

impl Node {
    /// The entries, when this is a map.
    pub fn entries(&self) -> Option<&Vec<Entry>> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            Value::Null | Value::Text(_) | Value::List(_) => None,
        }
    }

    /// The entries to change, when this is a map.
    pub fn entries_mut(&mut self) -> Option<&mut Vec<Entry>> {
        match &mut self.value {
            Value::Map(entries) => Some(entries),
            Value::Null | Value::Text(_) | Value::List(_) => None,
        }
    }

    /// The entry of a key, when this is a map that has it.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries()?.iter().find(|entry| entry.key.text == key)
    }

    /// The value of a key, when this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value of a key to change.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        let entry = self.entries_mut()?.iter_mut().find(|entry| entry.key.text == key)?;
        Some(&mut entry.value)
    }

    /// Takes the entry of a key out.
    pub fn take(&mut self, key: &str) -> Option<Entry> {
        let entries = self.entries_mut()?;
        let place = entries.iter().position(|entry| entry.key.text == key)?;
        Some(entries.remove(place))
    }

    /// The text, when this is a single value.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The items, when this is a list.
    pub fn items(&self) -> Option<&Vec<Node>> {
        match &self.value {
            Value::List(items) => Some(items),
            Value::Null | Value::Text(_) | Value::Map(_) => None,
        }
    }

    /// Whether nothing is written here.
    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// Lays another tree over this one. Maps merge by key, all else replaces, and `null` deletes.
    ///
    /// Maps of one key that name a choice (`{ constant: … }` over `{ lognormal: … }`) are told by
    /// `is_choice`: another choice replaces.
    pub fn overlay(&mut self, over: Self, is_choice: &dyn Fn(&str) -> bool) {
        let Self { at, value } = over;
        match (&mut self.value, value) {
            (Value::Map(under), Value::Map(entries)) if !chooses(under, &entries, is_choice) => {
                for entry in entries {
                    lay(under, entry, is_choice);
                }
            }
            (_, value) => *self = Self { at, value },
        }
    }

    /// The keys on the way to whatever stands at a place: a key, or a value.
    pub fn way(&self, at: At) -> Option<Vec<&Key>> {
        if self.at == at {
            return Some(Vec::new());
        }
        match &self.value {
            Value::Map(entries) => entries.iter().find_map(|Entry { key, value }| {
                let mut way = if key.at == at { Vec::new() } else { value.way(at)? };
                way.insert(0, key);
                Some(way)
            }),
            Value::List(items) => items.iter().find_map(|item| item.way(at)),
            Value::Null | Value::Text(_) => None,
        }
    }

    /// The value that stands at a place.
    pub fn find(&self, at: At) -> Option<&Self> {
        if self.at == at {
            return Some(self);
        }
        match &self.value {
            Value::Map(entries) => entries.iter().find_map(|entry| entry.value.find(at)),
            Value::List(items) => items.iter().find_map(|item| item.find(at)),
            Value::Null | Value::Text(_) => None,
        }
    }

    /// Renames a key that stands at a place, if its map has no other of the new name.
    pub fn rename(&mut self, at: At, from: &str, to: &str) -> bool {
        match &mut self.value {
            Value::Map(entries) => {
                let place =
                    entries.iter().position(|entry| entry.key.at == at && entry.key.text == from);
                if let Some(place) = place
                    && entries.iter().all(|entry| entry.key.text != to)
                {
                    to.clone_into(&mut entries[place].key.text);
                    return true;
                }
                entries.iter_mut().any(|entry| entry.value.rename(at, from, to))
            }
            Value::List(items) => items.iter_mut().any(|item| item.rename(at, from, to)),
            Value::Null | Value::Text(_) => false,
        }
    }

    /// Takes out all that stands at a place, and says whether there was something.
    pub fn prune(&mut self, at: At) -> bool {
        match &mut self.value {
            Value::Map(entries) => {
                let before = entries.len();
                entries.retain(|entry| entry.key.at != at && entry.value.at != at);
                let less = entries.len() < before;
                entries.iter_mut().fold(less, |less, entry| entry.value.prune(at) || less)
            }
            Value::List(items) => {
                let before = items.len();
                items.retain(|item| item.at != at);
                let less = items.len() < before;
                items.iter_mut().fold(less, |less, item| item.prune(at) || less)
            }
            Value::Null | Value::Text(_) => false,
        }
    }
}

/// Whether one map of one key chooses otherwise than the other.
fn chooses(under: &[Entry], over: &[Entry], is_choice: &dyn Fn(&str) -> bool) -> bool {
    match (under, over) {
        ([under], [over]) => {
            under.key.text != over.key.text
                && is_choice(&under.key.text)
                && is_choice(&over.key.text)
        }
        _ => false,
    }
}

fn lay(under: &mut Vec<Entry>, over: Entry, is_choice: &dyn Fn(&str) -> bool) {
    let Some(place) = under.iter().position(|entry| entry.key.text == over.key.text) else {
        under.push(over);
        return;
    };
    if over.value.is_null() {
        under.remove(place);
    } else {
        under[place].key = over.key;
        under[place].value.overlay(over.value, is_choice);
    }
}
