//! How one resolved input differs from another, as RFC 6902 writes it (JSON Patch): what is added
//! or has another value, and what goes. Lists are replaced whole.
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// One difference. Where it lies is a pointer after RFC 6901.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Change {
    /// A value that is not there, or is another one.
    Add {
        /// Where.
        path: String,
        /// What it is from now on.
        value: Json,
    },
    /// A value that is not there any more.
    Remove {
        /// Where.
        path: String,
    },
}

/// The changes that make one out of the other.
pub fn between(from: &Json, to: &Json) -> Vec<Change> {
    let mut all = Vec::new();
    walk(from, to, "", &mut all);
    all
}

fn walk(from: &Json, to: &Json, path: &str, all: &mut Vec<Change>) {
    let (Json::Object(old), Json::Object(new)) = (from, to) else {
        if from != to {
            all.push(Change::Add { path: path.to_owned(), value: to.clone() });
        }
        return;
    };
    let under = |key: &str| format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
    let gone = old.keys().filter(|key| !new.contains_key(*key));
    all.extend(gone.map(|key| Change::Remove { path: under(key) }));
    for (key, value) in new {
        match old.get(key) {
            Some(known) => walk(known, value, &under(key), all),
            None => all.push(Change::Add { path: under(key), value: value.clone() }),
        }
    }
}

/// The same with changes; one that leads nowhere changes nothing.
pub fn applied(to: &Json, changes: &[Change]) -> Json {
    let mut json = to.clone();
    for change in changes {
        let (Change::Add { path, .. } | Change::Remove { path }) = change;
        let Some((parent, key)) = path.rsplit_once('/') else {
            if let Change::Add { value, .. } = change {
                json = value.clone();
            }
            continue;
        };
        let entries = json.pointer_mut(parent).and_then(Json::as_object_mut);
        let key = key.replace("~1", "/").replace("~0", "~");
        match (entries, change) {
            (Some(entries), Change::Add { value, .. }) => {
                entries.insert(key, value.clone());
            }
            (Some(entries), Change::Remove { .. }) => {
                entries.remove(&key);
            }
            (None, _) => {}
        }
    }
    json
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changes_make_one_out_of_the_other() {
        let nested = json!({ "nodes": { "a/b": { "n": 1, "m": [1, 2] }, "c~": null }, "x": 1 });
        let others = [
            json!({ "nodes": { "a/b": { "n": 2, "m": [1] }, "c~": { "d": 1 } }, "y": null }),
            json!({ "nodes": { "a/b": { "n": null } } }),
            json!({}),
            json!([1]),
            nested.clone(),
        ];
        for other in &others {
            for (from, to) in [(&nested, other), (other, &nested)] {
                let changes = between(from, to);
                assert_eq!(applied(from, &changes), *to, "{changes:?}");
                let text = serde_json::to_string(&changes).unwrap();
                assert_eq!(serde_json::from_str::<Vec<Change>>(&text).unwrap(), changes);
                assert_eq!(changes.is_empty(), from == to);
            }
        }
        let wrong = Change::Remove { path: "/no/where".into() };
        assert_eq!(applied(&nested, &[wrong]), nested);
    }
}
