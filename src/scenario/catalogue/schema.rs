//! The schema of a file as editors read it: the forms' own, completed with words and defaults.
use super::{Key, key};
use crate::{
    scenario::{defaults::Default, resolve},
    spec::{Experiment, experiment::MODEL_KEYS, prices::Prices, schema},
};
use serde_json::{Value as Json, json};

/// A kind of file that has a schema.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum File {
    /// An experiment, with or without nodes of its own.
    Experiment,
    /// A model.
    Model,
    /// A price sheet.
    Prices,
}

impl File {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Experiment, Self::Model, Self::Prices];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Experiment => "experiment",
            Self::Model => "model",
            Self::Prices => "prices",
        }
    }

    /// The JSON Schema of such files.
    pub fn schema(self) -> Json {
        let mut root = schema::of::<Experiment>();
        let extends = root["properties"]["extends"].clone();
        if self == Self::Prices {
            root = schema::of::<Prices>();
            root["properties"]["extends"] = extends;
            walk("prices", &mut root, &mut complete);
        } else {
            walk("experiment", &mut root, &mut complete);
        }
        let description = match self {
            Self::Experiment | Self::Prices => root["description"].take(),
            Self::Model => json!("An architecture: its nodes and the links between them."),
        };
        if self == Self::Model
            && let Some(properties) = root["properties"].as_object_mut()
        {
            properties.retain(|key, _| MODEL_KEYS.contains(&key.as_str()));
        }
        json!({
            "$schema": root["$schema"],
            "title": format!("squall {}", self.name()),
            "description": description,
            "type": "object",
            "properties": root["properties"],
            "additionalProperties": false,
            "definitions": root["definitions"],
        })
    }
}

/// Visits the schema of each key, outer ones first.
pub(super) fn walk(name: &str, schema: &mut Json, visit: &mut dyn FnMut(&str, &mut Json)) {
    level(schema);
    visit(name, schema);
    descend(name, schema, visit);
}

fn descend(name: &str, schema: &mut Json, visit: &mut dyn FnMut(&str, &mut Json)) {
    let Some(schema) = schema.as_object_mut() else { return };
    for (key, part) in schema {
        match (key.as_str(), part) {
            ("properties", Json::Object(properties)) => {
                for (key, property) in properties {
                    walk(&below(name, key), property, visit);
                }
            }
            ("definitions", laws) => walk("law", &mut laws["law"], visit),
            ("patternProperties", Json::Object(forms)) => {
                forms.values_mut().for_each(|form| descend(name, form, visit));
            }
            ("anyOf" | "oneOf", Json::Array(forms)) => {
                for form in forms {
                    explain_choice(form);
                    descend(name, form, visit);
                }
            }
            ("additionalProperties" | "items", form) => descend(name, form, visit),
            _ => {}
        }
    }
}

/// What is said of a choice is said of the key that makes it.
fn explain_choice(form: &mut Json) {
    let said = form["description"].clone();
    let properties = form.get_mut("properties").and_then(Json::as_object_mut);
    let Some(properties) = properties else { return };
    if let [property] = properties.values_mut().collect::<Vec<_>>().as_mut_slice()
        && property.is_object()
        && !said.is_null()
    {
        property["description"] = said;
    }
}

/// Puts `null` beside other forms, where a form that may be left out stands a level lower.
fn level(schema: &mut Json) {
    let null = json!({ "type": "null" });
    let Some([form, none]) = schema["anyOf"].as_array().map(Vec::as_slice) else { return };
    if *none != null {
        return;
    }
    let Some(mut form) = form.as_object().cloned() else { return };
    let key = if form.contains_key("anyOf") { "anyOf" } else { "oneOf" };
    let Some(forms) = form.get_mut(key).and_then(Json::as_array_mut) else { return };
    forms.push(null);
    let Some(schema) = schema.as_object_mut() else { return };
    schema.remove("anyOf");
    for (key, part) in form {
        schema.entry(key).or_insert(part);
    }
}

/// The name of a key in a section: kinds of nodes and actions begin anew.
fn below(section: &str, key: &str) -> String {
    match (section, key) {
        ("experiment", "nodes" | "links" | "timeline" | "sweep" | "prices") | ("nodes", _) => {
            key.to_owned()
        }
        ("timeline", action) if !["at", "name"].contains(&action) => action.to_owned(),
        _ => format!("{section}.{key}"),
    }
}

/// Adds to a schema what its type does not say.
fn complete(name: &str, schema: &mut Json) {
    let Key { meaning, words, default, by_rule, .. } = key(name, schema);
    add_words(schema, &words);
    if name == "timeline" {
        require_one_action(&mut schema["items"]);
    }
    // Nothing written is an empty map; in a file that is laid over another it goes back to the
    // default.
    if schema["type"] == "object" && !["experiment", "prices"].contains(&name) {
        schema["type"] = json!(["object", "null"]);
    } else if schema["type"] == "array" {
        schema["type"] = json!(["array", "null"]);
    }
    let Some(Default { text, source, .. }) = default else { return };
    if by_rule {
        schema["description"] = json!(format!("{meaning} By default: {text}."));
    } else {
        schema["default"] = resolve::json(text);
        schema["description"] = json!(format!("{meaning} By default {text}: {source}."));
    }
}

/// Words stand alone, or beside the texts of a quantity.
fn add_words(schema: &mut Json, words: &[&str]) {
    if words.is_empty() {
        return;
    }
    let beside = schema["title"] == "law" || schema["title"] == schema::WORD_OR_MAP;
    let quantity = if beside { &mut schema["anyOf"][0] } else { schema };
    match quantity["pattern"].as_str() {
        Some(pattern) => {
            quantity["pattern"] = json!(format!("^({})$|{pattern}", words.join("|")));
        }
        None => {
            // A word of digits is a number to YAML.
            let number = |word: &&str| word.parse::<u64>().ok().map(Json::from);
            let spellings = words.iter().flat_map(|word| [Some(json!(word)), number(word)]);
            quantity["enum"] = spellings.flatten().chain([Json::Null]).collect();
        }
    }
}

/// An entry of the timeline says when, and one thing that happens.
fn require_one_action(entry: &mut Json) {
    let keys: Vec<String> =
        entry["properties"].as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect();
    let actions = keys.into_iter().filter(|key| !["at", "name"].contains(&key.as_str()));
    entry["required"] = json!(["at"]);
    entry["oneOf"] = actions.map(|action| json!({ "required": [action] })).collect();
}
