//! What the command line adds to an experiment: parameters, and a sweep. Arguments are a source of
//! their own, one a line, so that mistakes point into them.
use super::{
    compose::Set,
    diagnostic::Diagnostic,
    input::Input,
    source::At,
    tree::{Entry, Key, Node, Value},
    yaml,
};
use crate::units::shown;
use std::collections::BTreeSet;

/// How messages call the arguments.
pub const COMMAND_LINE: &str = "command line";

/// The arguments as they are given.
#[derive(Clone, Copy, Debug, Default)]
pub struct Arguments<'a> {
    /// `path=value`.
    pub sets: &'a [String],
    /// `path=a,b,c`, `path=log:from:to:steps` (also `linear`, `range`), or `path=` and an axis as
    /// in a file.
    pub axes: &'a [String],
    /// `path,path`.
    pub zip: &'a [String],
    /// `path=value,path=value`.
    pub include: &'a [String],
    /// The same.
    pub exclude: &'a [String],
}

/// An argument and where it stands.
struct Line {
    text: String,
    source: u16,
    start: usize,
}

impl Line {
    fn at(&self, start: usize, end: usize) -> At {
        At::new(self.source, self.start + start, self.start + end)
    }

    fn whole(&self) -> At {
        self.at(0, self.text.len())
    }

    fn key(&self, text: &str) -> Key {
        Key { text: text.to_owned(), at: self.whole(), path: None }
    }

    fn part(&self, start: usize, end: usize) -> Node {
        let text = self.text[start..end].trim().to_owned();
        Node { at: self.at(start, end), value: Value::Text(text) }
    }

    fn wrong(&self, input: &mut Input<'_>, message: String, help: &str) {
        input.report(Diagnostic::error("bad-argument", message).at(self.whole()).help(help));
    }
}

impl Arguments<'_> {
    /// The sets, and a tree with the sweep if the arguments give one.
    pub(super) fn read(&self, input: &mut Input<'_>) -> (Vec<Set>, Option<Node>) {
        let [sets, axes, zip, include, exclude] = self.lines(input);
        let sets: Vec<Set> = sets.iter().filter_map(|line| set(input, line)).collect();
        warn_of_repeated(input, &sets);
        let mut sweep = Vec::new();
        if let Some(first) = axes.first() {
            let axes = axes.iter().filter_map(|line| axis(input, line)).collect();
            let value = Node { at: first.whole(), value: Value::Map(axes) };
            sweep.push(Entry { key: first.key("axes"), value });
        }
        let mut list = |name: &str, lines: &[Line], read: &mut dyn FnMut(&Line) -> Option<Node>| {
            let Some(first) = lines.first() else { return };
            let value = Value::List(lines.iter().filter_map(read).collect());
            sweep.push(Entry { key: first.key(name), value: Node { at: first.whole(), value } });
        };
        list("zip", &zip, &mut |line| Some(parts(line)));
        list("include", &include, &mut |line| assignments(input, line));
        list("exclude", &exclude, &mut |line| assignments(input, line));
        let first = sweep.first().map(|entry| entry.value.at);
        let sweep = first.map(|at| {
            let key = Key { text: "sweep".to_owned(), at, path: None };
            let value = Node { at, value: Value::Map(sweep) };
            Node { at, value: Value::Map(vec![Entry { key, value }]) }
        });
        (sets, sweep)
    }

    fn lines(&self, input: &mut Input<'_>) -> [Vec<Line>; 5] {
        let all = [
            ("--set ", self.sets),
            ("--axis ", self.axes),
            ("--zip ", self.zip),
            ("--include ", self.include),
            ("--exclude ", self.exclude),
        ];
        let mut text = String::new();
        let mut starts = Vec::new();
        for (flag, arguments) in all {
            for argument in arguments {
                text += flag;
                starts.push(text.len());
                text += &one_line(argument);
                text.push('\n');
            }
        }
        if starts.is_empty() {
            return [const { Vec::new() }; 5];
        }
        let source = input.add_text(COMMAND_LINE, text);
        input.order.push(source);
        let mut starts = starts.into_iter();
        all.map(|(_, arguments)| {
            let line = |(argument, start): (&String, usize)| {
                let text = one_line(argument);
                Line { text, source, start }
            };
            arguments.iter().zip(starts.by_ref().take(arguments.len())).map(line).collect()
        })
    }
}

fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

fn warn_of_repeated(input: &mut Input<'_>, sets: &[Set]) {
    let mut seen = BTreeSet::new();
    for set in sets {
        if !seen.insert(&set.path) {
            let message = format!("`{}` is set again; the last one counts", shown(&set.path));
            input.report(Diagnostic::warning("set-again", message).at(set.at));
        }
    }
}

fn set(input: &mut Input<'_>, line: &Line) -> Option<Set> {
    assignment(input, line, 0, line.text.len(), "`path=value`: `--set gateways.count=4`")
}

/// `path=value` between two places of a line.
fn assignment(
    input: &mut Input<'_>,
    line: &Line,
    start: usize,
    end: usize,
    form: &str,
) -> Option<Set> {
    let text = &line.text[start..end];
    let Some((path, value)) = text.split_once('=') else {
        let message = format!("`{}` has no `=`", shown(text));
        let wrong = Diagnostic::error("bad-argument", message).at(line.at(start, end));
        input.report(wrong.help(format!("write {form}")));
        return None;
    };
    let at = line.at(start, start + path.len());
    let value_start = line.start + start + path.len() + 1;
    let value = argument_value(input, line.source, value_start, value)?;
    Some(Set { at, path: path.trim().to_owned(), value })
}

/// A value on the command line is a text, unless it opens a list, a map or a quotation.
fn argument_value(input: &mut Input<'_>, source: u16, start: usize, text: &str) -> Option<Node> {
    let at = At::new(source, start, start + text.len());
    if text.starts_with(['{', '[', '"', '\'']) {
        return yaml::parse(text, source, start, &mut input.found);
    }
    let value = match text.trim() {
        "" => {
            let wrong = Diagnostic::error("bad-argument", "nothing stands behind the `=`").at(at);
            input.report(wrong.help("write a value, or `null` to go back to the default"));
            return None;
        }
        "null" | "~" => Value::Null,
        text => Value::Text(text.to_owned()),
    };
    Some(Node { at, value })
}

/// An axis as a file has it.
fn axis(input: &mut Input<'_>, line: &Line) -> Option<Entry> {
    let form = "`path=a,b,c` or `path=log:100k:10M:5` (also `linear:…:…:STEPS`, `range:…:…:STEP`)";
    if let Some((path, rest)) = line.text.split_once('=')
        && rest.starts_with(['{', '['])
        && at_commas(rest).len() > 1
    {
        let key = Key { text: path.trim().to_owned(), at: line.at(0, path.len()), path: None };
        let list = values(input, line, path.len() + 1)?;
        return Some(Entry { key, value: choice(line, "values", list) });
    }
    let Set { at, path, value } = assignment(input, line, 0, line.text.len(), form)?;
    let start = line.text.find('=')? + 1;
    let value = match &value.value {
        Value::Text(text) if !line.text[start..].starts_with(['"', '\'']) => {
            let kind = ["range", "linear", "log"]
                .into_iter()
                .find(|kind| text.strip_prefix(kind).is_some_and(|rest| rest.starts_with(':')));
            match kind {
                Some(kind) => stepped(input, line, start, kind)?,
                None => choice(line, "values", values(input, line, start)?),
            }
        }
        Value::Map(_) => value,
        Value::List(items) => choice(line, "values", items.clone()),
        Value::Null | Value::Text(_) => choice(line, "values", vec![value]),
    };
    Some(Entry { key: Key { text: path, at, path: None }, value })
}

fn choice(line: &Line, key: &str, values: Vec<Node>) -> Node {
    let value = Node { at: line.whole(), value: Value::List(values) };
    Node { at: line.whole(), value: Value::Map(vec![Entry { key: line.key(key), value }]) }
}

/// `log:100k:10M:5`.
fn stepped(input: &mut Input<'_>, line: &Line, start: usize, kind: &str) -> Option<Node> {
    let mut place = start + kind.len() + 1;
    let parts: Vec<(usize, usize)> = line.text[place..]
        .split(':')
        .map(|part| {
            let from = place;
            place += part.len() + 1;
            (from, from + part.len())
        })
        .collect();
    let last = if kind == "range" { "step" } else { "steps" };
    let [from, to, third] = parts.as_slice() else {
        let help = format!("write `{kind}:FROM:TO:{}`", last.to_uppercase());
        line.wrong(input, format!("`{kind}` takes three parts"), &help);
        return None;
    };
    let entry = |name: &str, &(start, end): &(usize, usize)| Entry {
        key: line.key(name),
        value: line.part(start, end),
    };
    let inside = vec![entry("from", from), entry("to", to), entry(last, third)];
    let inside = Node { at: line.whole(), value: Value::Map(inside) };
    let outside = vec![Entry { key: line.key(kind), value: inside }];
    Some(Node { at: line.whole(), value: Value::Map(outside) })
}

/// What stands between the commas of a text; those within braces and brackets belong to a value.
pub fn at_commas(text: &str) -> Vec<&str> {
    let mut depth = 0_u32;
    text.split(|letter| {
        match letter {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ',' && depth == 0
    })
    .collect()
}

/// Values between commas, from `start` to the end of a line: words, lists and maps.
fn values(input: &mut Input<'_>, line: &Line, start: usize) -> Option<Vec<Node>> {
    let mut place = start;
    at_commas(&line.text[start..])
        .into_iter()
        .map(|part| {
            let (from, end) = (place, place + part.len());
            place = end + 1;
            let inner = from + part.len() - part.trim_start().len();
            if !line.text[inner..end].starts_with(['{', '[']) {
                return Some(line.part(from, end));
            }
            let text = line.text[inner..end].trim_end();
            argument_value(input, line.source, line.start + inner, text)
        })
        .collect()
}

/// Paths between commas.
fn parts(line: &Line) -> Node {
    let mut place = 0;
    let part = |part: &str| {
        let from = place;
        place += part.len() + 1;
        line.part(from, from + part.len())
    };
    Node { at: line.whole(), value: Value::List(line.text.split(',').map(part).collect()) }
}

/// `path=value,path=value`, or a map as in a file.
fn assignments(input: &mut Input<'_>, line: &Line) -> Option<Node> {
    if line.text.starts_with('{') {
        return yaml::parse(&line.text, line.source, line.start, &mut input.found);
    }
    let form = "`path=value,path=value`";
    let mut place = 0;
    let mut entries = Vec::new();
    for part in at_commas(&line.text) {
        let (start, end) = (place, place + part.len());
        place = end + 1;
        let Set { at, path, value } = assignment(input, line, start, end, form)?;
        entries.push(Entry { key: Key { text: path, at, path: None }, value });
    }
    Some(Node { at: line.whole(), value: Value::Map(entries) })
}
