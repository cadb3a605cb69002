//! `squall explain`: what a key, a value, a metric, an end of a delivery or a code means. It puts
//! together what the forms, the table of defaults, the glossary and the list of codes say.
use super::{BAD_INPUT, FAILED, GOOD, complain, diagnostics, print};
use crate::{
    record::Cause,
    scenario::catalogue::{self, Key, VALUES},
    spec::{codes, suggest},
    summary::glossary::{self, Described, ENDS, METRICS, STATISTICS},
};

/// What the marks behind sources mean.
const MARKS: [(&str, &str); 5] = [
    ("[P]", "a primary source"),
    ("[S]", "a secondary source"),
    ("[D]", "derived from others"),
    ("[K]", "common knowledge that nobody has checked: a knob, not a fact"),
    ("[squall]", "a choice of this program, without a claim about the world"),
];

/// Lists that have a name of their own.
const LISTS: [(&str, &str); 5] = [
    ("values", "Durations, sizes, rates, laws: how they are written."),
    ("metrics", "What is measured, and can stand in `slo`."),
    ("ends", "How a delivery ends."),
    ("causes", "Why a delivery is lost."),
    ("codes", "What errors and warnings mean."),
];

/// Explains a topic, or lists what there is; returns the exit code.
pub fn run(topic: Option<&str>) -> u8 {
    let text = match topic.map(str::trim) {
        None => Some(contents()),
        Some(topic) => explain(topic),
    };
    let Some(text) = text else {
        complain(&unknown(topic.unwrap_or_default()));
        return BAD_INPUT;
    };
    match print(&text) {
        Ok(()) => GOOD,
        Err(error) => {
            complain(&error);
            FAILED
        }
    }
}

/// All that is known under a name, if anything is.
pub fn explain(topic: &str) -> Option<String> {
    let keys = catalogue::keys();
    let mut found: Vec<String> =
        matching(keys, topic).into_iter().map(|key| of_key(keys, key)).collect();
    found.extend(list(topic));
    let value = VALUES.iter().find(|value| value.0 == topic);
    found.extend(value.map(|(name, written, says)| entry(name, written, says)));
    found.extend(glossary::metric(topic).map(|metric| of_metric(topic, metric)));
    found.extend(of_end(topic));
    found.extend(codes::meaning(topic).map(|says| entry(topic, "code", says)));
    (!found.is_empty()).then(|| found.join("\n"))
}

/// "there is nothing called …", and what was probably meant.
fn unknown(topic: &str) -> String {
    let known = names();
    let nearest = suggest::nearest(topic, known.iter().map(String::as_str));
    let topic = topic.replace(char::is_control, "\u{fffd}");
    let meant = nearest.map(|name| format!("did you mean `{name}`? ")).unwrap_or_default();
    format!("there is nothing called `{topic}`\nhelp: {meant}`squall explain` lists what there is")
}

/// All names, and the ends of keys by which they are found too.
fn names() -> Vec<String> {
    let mut names = Vec::new();
    for key in catalogue::keys() {
        let dots = key.name.match_indices('.').map(|(place, _)| place + 1);
        names.extend([0].into_iter().chain(dots).map(|from| key.name[from..].to_owned()));
    }
    names.extend(METRICS.iter().flat_map(Described::names));
    let fixed = [LISTS.as_slice(), ENDS, codes::CODES].into_iter().flatten().map(|row| row.0);
    names.extend(fixed.chain(VALUES.iter().map(|row| row.0)).map(str::to_owned));
    names.extend(Cause::ALL.map(|cause| cause.name().to_owned()));
    names
}

/// The keys that a topic can mean: `gateway.drain.window`, `gateways.drain.window` (by the name of
/// a node), `drain.window`, `window`.
fn matching<'k>(keys: &'k [Key], topic: &str) -> Vec<&'k Key> {
    let by = |wanted: &dyn Fn(&Key) -> bool| -> Vec<&'k Key> {
        keys.iter().filter(|key| wanted(key)).collect()
    };
    if topic.contains("->") {
        return by(&|key| key.name == "links.latency");
    }
    let inner = ["nodes.", "timeline."].iter().find_map(|head| topic.strip_prefix(head));
    let exact = by(&|key| {
        let name = key.name.strip_prefix("experiment.").unwrap_or(&key.name);
        [Some(name), Some(&key.name)].contains(&Some(topic)) || Some(name) == inner
    });
    if !exact.is_empty() {
        return exact;
    }
    let topic = inner.unwrap_or(topic);
    let ending = by(&|key| key.name.ends_with(&format!(".{topic}")));
    let Some((name, rest)) = topic.split_once('.').filter(|_| ending.is_empty()) else {
        return ending;
    };
    let rest_of = |key: &Key| key.name.split_once('.').is_some_and(|(_, tail)| tail == rest);
    let alike = |key: &Key| {
        let kind = key.name.split('.').next().unwrap_or_default();
        name.starts_with(kind) || catalogue::example_name(kind) == Some(name)
    };
    let of_this_kind = by(&|key| rest_of(key) && alike(key));
    if of_this_kind.is_empty() { by(&rest_of) } else { of_this_kind }
}

fn of_key(keys: &[Key], key: &Key) -> String {
    let parts: Vec<&Key> = keys.iter().filter(|part| is_part(key, part)).collect();
    if !parts.is_empty() {
        let rows =
            parts.into_iter().map(|part| [part.name.clone(), brief(part), part.meaning.clone()]);
        return entry(&key.name, "", &key.meaning) + "\n" + &table(&rows.collect::<Vec<_>>());
    }
    let mut text = entry(&key.name, &key.value, &key.meaning);
    text += "\n";
    let rows: Vec<[String; 2]> = facts(key);
    let width = rows.iter().map(|row| row[0].len()).max().unwrap_or_default();
    for [name, says] in rows {
        text += &format!("  {name:width$}  {says}\n");
    }
    text
}

/// Whether a key stands right in a section.
fn is_part(section: &Key, key: &Key) -> bool {
    let below = key.name.strip_prefix(&section.name).and_then(|rest| rest.strip_prefix('.'));
    match section.name.as_str() {
        "nodes" => {
            key.value.is_empty()
                && key.name == key.name.split('.').next().unwrap_or_default()
                && catalogue::example_name(&key.name).is_some()
        }
        "timeline" => below.is_some() || catalogue::ACTIONS.contains(&key.name.as_str()),
        _ => below.is_some_and(|rest| !rest.contains('.')),
    }
}

/// What a key takes and what it is by default, in a few words.
fn brief(key: &Key) -> String {
    match key.default {
        Some(default) => format!("{}, by default {}", key.value, default.text),
        None => key.value.clone(),
    }
}

/// What is known of a key, line by line.
fn facts(key: &Key) -> Vec<[String; 2]> {
    let mut rows = Vec::new();
    let mut row = |name: &str, says: String| rows.push([name.to_owned(), says]);
    let value = VALUES.iter().find(|value| value.0 == key.value && key.value != "word");
    if let Some((_, written, says)) = value {
        row("written", format!("{written}: {says}"));
    }
    if !key.words.is_empty() {
        let name = if key.value == "word" { "words" } else { "or" };
        row(name, key.words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" "));
    }
    match key.default {
        Some(default) => {
            row("default", default.text.to_owned());
            if !default.source.is_empty() {
                row("source", default.source.to_owned());
            }
            for (mark, says) in MARKS.iter().filter(|mark| default.source.contains(mark.0)) {
                row("", format!("{mark} {says}"));
            }
        }
        None if key.is_required() => row("default", "none: it must be written".to_owned()),
        None => {}
    }
    if let Some([file, argument]) = key.example() {
        row("in a file", file);
        if !argument.is_empty() {
            row("as an argument", format!("--set {argument}"));
        }
    }
    rows
}

fn of_metric(topic: &str, metric: &Described) -> String {
    let mut text = entry(topic, glossary::unit(metric.unit), metric.meaning);
    let statistic = topic.rsplit('.').next().unwrap_or_default();
    if let Some((_, says)) = STATISTICS.iter().find(|known| known.0 == statistic)
        && metric.name.contains('{')
    {
        text += &format!("  {statistic}: {says}.\n");
    }
    if topic.starts_with("during(") {
        text += "  Of what happens while the timeline's entry of that name lasts.\n";
    }
    let cause = topic.strip_prefix("lost.").and_then(of_end);
    text + &cause.map(|cause| format!("\n{cause}")).unwrap_or_default()
}

fn of_end(topic: &str) -> Option<String> {
    let cause = Cause::ALL.into_iter().find(|cause| cause.name() == topic);
    let end = ENDS.iter().find(|end| end.0 == topic);
    let cause = cause.map(|cause| entry(topic, "cause of a loss", glossary::cause(cause)));
    cause.or_else(|| end.map(|(name, says)| entry(name, "end of a delivery", says)))
}

fn list(topic: &str) -> Option<String> {
    let plain = |rows: &[(&str, &str)]| {
        rows.iter()
            .map(|(name, says)| [(*name).to_owned(), String::new(), (*says).to_owned()])
            .collect()
    };
    let rows: Vec<[String; 3]> = match topic {
        "values" => {
            let row = |row: &(&str, &str, &str)| [row.0, row.1, row.2].map(str::to_owned);
            VALUES.iter().map(row).collect()
        }
        "metrics" => METRICS
            .iter()
            .map(|row| [row.name, glossary::unit(row.unit), row.meaning].map(str::to_owned))
            .collect(),
        "ends" => plain(ENDS),
        "causes" => Cause::ALL
            .map(|cause| [cause.name(), "", glossary::cause(cause)].map(str::to_owned))
            .into(),
        "codes" => plain(codes::CODES),
        _ => return None,
    };
    let says = LISTS.iter().find(|list| list.0 == topic).map_or("", |list| list.1);
    Some(entry(topic, "", says) + "\n" + &table(&rows))
}

/// What there is to ask for.
fn contents() -> String {
    let keys = catalogue::keys();
    let sections = keys.iter().filter(|key| !key.name.contains('.'));
    let rows = sections.map(|key| [key.name.clone(), String::new(), key.meaning.clone()]);
    let lists = LISTS.iter().map(|(name, says)| [*name, "", says].map(str::to_owned));
    "`squall explain KEY` says what a key, a metric, a cause or a code means. A key can be told\n\
     by its end (`window`), or by a node's own name (`gateways.drain.window`).\n\n"
        .to_owned()
        + &table(&rows.chain(lists).collect::<Vec<_>>())
}

fn entry(name: &str, kind: &str, says: &str) -> String {
    let kind = if kind.is_empty() { String::new() } else { format!(" ({kind})") };
    let says = diagnostics::wrapped(says).replace('\n', "\n  ");
    format!("{name}{kind}\n  {says}\n")
}

/// Names, what they take, what they mean, in columns; an empty column takes no room.
fn table(rows: &[[String; 3]]) -> String {
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let (first, second) = (width(0), width(1));
    let mut text = String::new();
    for [name, takes, says] in rows {
        let takes = if second > 0 { format!("{takes:second$}  ") } else { String::new() };
        text += format!("  {name:first$}  {takes}{says}").trim_end();
        text += "\n";
    }
    text
}
