//! `squall show`: the resolved scenario as a file that loads again to the same scenario, with every
//! default in it; or where each value comes from.
use super::{BAD_INPUT, FAILED, GOOD, complain, diagnostics, print};
use crate::{
    report::safe::turns,
    scenario::{self, Origin, Scenario},
};
use serde_json::Value;
use std::path::Path;

/// Maps that fit into this width stand in one line.
const WIDTH: usize = 88;

/// What is shown of a scenario, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// A file that loads again.
    Yaml,
    /// The same as JSON.
    Json,
    /// Where each value comes from, as a table.
    Origins,
    /// The same as JSON.
    JsonOrigins,
}

impl Form {
    /// The form that two flags ask for.
    pub fn of(origin: bool, json: bool) -> Self {
        match (origin, json) {
            (false, false) => Self::Yaml,
            (false, true) => Self::Json,
            (true, false) => Self::Origins,
            (true, true) => Self::JsonOrigins,
        }
    }

    fn text(self, scenario: &Scenario) -> String {
        match self {
            Self::Yaml => yaml(scenario),
            Self::Json => format!("{:#}\n", scenario.resolved),
            Self::Origins => origins(&scenario.origins),
            Self::JsonOrigins => format!("{:#}\n", serde_json::json!(scenario.origins)),
        }
    }
}

/// Prints the resolved scenario of an experiment; returns the exit code.
pub fn run(path: &Path, sets: &[String], form: Form) -> u8 {
    let loaded = match scenario::load(path, sets, &|path| std::fs::read(path)) {
        Ok(loaded) => loaded,
        Err(wrong) => {
            diagnostics::eprint(&wrong);
            return BAD_INPUT;
        }
    };
    diagnostics::eprint(&loaded.warnings);
    match print(&form.text(&loaded.scenario)) {
        Ok(()) => GOOD,
        Err(error) => {
            complain(&error);
            FAILED
        }
    }
}

/// One line a value: path, value, who says so, source; a blank line before each node.
pub fn origins(origins: &[Origin]) -> String {
    // What is longer stands out of its column.
    let width = |most: usize, text: fn(&Origin) -> &str| {
        let widths = origins.iter().map(|origin| text(origin).chars().count());
        widths.filter(|width| *width <= most).max().unwrap_or_default()
    };
    let path_width = width(48, |origin| &origin.path);
    let value_width = width(20, |origin| &origin.value);
    let from_width = width(usize::MAX, |origin| origin.from.words());
    let (mut text, mut before) = (String::new(), "");
    for Origin { path, value, from, source } in origins {
        let group =
            path.rsplit_once('.').map_or("", |_| path.split('.').next().unwrap_or_default());
        if group != before {
            text += "\n";
        }
        before = group;
        let value = value.replace(char::is_control, "\u{fffd}");
        let from = from.words();
        text +=
            &format!("{path:path_width$}  {value:value_width$}  {from:from_width$}  {source}\n");
    }
    text
}

/// The resolved scenario as YAML.
pub fn yaml(scenario: &Scenario) -> String {
    let mut printer = Printer { text: String::new(), links: default_links(scenario) };
    if let Value::Object(entries) = &scenario.resolved {
        for (key, value) in entries {
            printer.entry(key, value, 0);
        }
    }
    printer.text
}

/// The links that the file leaves out, as they are written.
fn default_links(scenario: &Scenario) -> Vec<String> {
    let name = |id: scenario::NodeId| &scenario.nodes[usize::from(id.0)].name;
    let defaults = scenario.links.iter().filter(|link| link.by_default);
    defaults.map(|link| format!("{} -> {}", name(link.source), name(link.target))).collect()
}

struct Printer {
    text: String,
    links: Vec<String>,
}

impl Printer {
    fn line(&mut self, line: &str) {
        self.text += line;
        self.text += "\n";
    }

    fn entry(&mut self, key: &str, value: &Value, depth: usize) {
        let indent = "  ".repeat(depth);
        let remark = if self.links.iter().any(|link| link == key) { " # by default" } else { "" };
        let short = flow(value);
        if depth > 0 && indent.len() + key.len() + short.len() + 2 <= WIDTH || is_single(value) {
            return self.line(&format!("{indent}{}: {short}{remark}", scalar(key)));
        }
        self.line(&format!("{indent}{}:{remark}", scalar(key)));
        match value {
            Value::Object(entries) => {
                for (key, value) in entries {
                    self.entry(key, value, depth + 1);
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.line(&format!("{indent}  - {}", flow(item)));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

fn is_single(value: &Value) -> bool {
    match value {
        Value::Object(entries) => entries.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

/// A value in one line.
fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", "))
        }
        Value::Object(entries) if entries.is_empty() => "{}".to_owned(),
        Value::Object(entries) => {
            let pair =
                |(key, value): (&String, &Value)| format!("{}: {}", scalar(key), flow(value));
            format!("{{ {} }}", entries.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
    }
}

/// A text as it is, or in quotation marks (JSON's are YAML's) where it would read otherwise.
fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_./%<=() >-".contains(c);
    let starts = text.starts_with(|c: char| c.is_ascii_alphanumeric());
    let ends = !text.ends_with(' ');
    let null = matches!(text, "null" | "Null" | "NULL");
    if starts && ends && !null && text.chars().all(plain) {
        return text.to_owned();
    }
    // Within quotation marks there is an escape for everything.
    let seen = |c: char| {
        if turns(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() }
    };
    Value::from(text).to_string().chars().map(seen).collect()
}
