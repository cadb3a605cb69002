//! The timeline: what happens when, to which node.
use super::{Resolved, links::no_node, section::Section};
use crate::{
    engine::{Span, Time, number},
    node::parameters::Parameters,
    scenario::{Action, ActionKind, NodeId},
    spec::{
        At, Diagnostic, Input, Located, Text, Written,
        experiment::{self, Crash, Deploy},
        written::Several,
    },
    units::{Count, Quantity, shown},
};
use serde_json::Value as Json;

/// Names that phases have already.
const RESERVED: [&str; 2] = ["steady", "recovery"];

/// What entries are checked against.
pub(super) struct Frame<'n> {
    /// The nodes of the scenario.
    pub(super) nodes: &'n [Resolved],
    /// Whether all nodes that are written could be read.
    pub(super) whole: bool,
    /// The end of a run.
    pub(super) horizon: Span,
    /// From when on it counts.
    pub(super) warm_up: Span,
}

/// The entries in the order of time, and how they are put down.
pub(super) fn timeline(
    input: &mut Input<'_>,
    frame: &Frame<'_>,
    entries: &[Located<experiment::Action>],
) -> (Vec<Action>, Vec<Json>) {
    let mut all: Vec<(Action, Json)> =
        entries.iter().filter_map(|entry| frame.entry(input, entry)).collect();
    all.sort_by_key(|(action, _)| action.at);
    all.into_iter().unzip()
}

impl Frame<'_> {
    fn entry(
        &self,
        input: &mut Input<'_>,
        Located { value, at }: &Located<experiment::Action>,
    ) -> Option<(Action, Json)> {
        let name = value.name.clone().unwrap_or(Text { value: String::new(), at: *at });
        check_name(input, &name);
        let title = format!("timeline.{}", name.value);
        let mut section = Section::new(input, "action", &title, *at);
        let begin = section.value("at", value.at.as_ref());
        section.put("name", &name.value);
        self.check_time(&mut section, value.at.as_ref());
        let kind = match (&value.deploy, &value.crash) {
            (Some(form), None) => section.inside_as("deploy", |inner| self.deploy(inner, form)),
            (None, Some(form)) => section.inside_as("crash", |inner| self.crash(inner, form)),
            (None, None) => {
                let message = format!("`{title}` says when, but not what");
                let wrong = Diagnostic::error("missing-key", message).at(*at);
                let help = "add `deploy: { node: gateways }` or `crash: { node: gateways, … }`";
                section.input.report(wrong.help(help));
                None
            }
            (Some(_), Some(_)) => {
                let message = format!("`{title}` is two actions at once");
                let wrong = Diagnostic::error("second-key", message).at(*at);
                section.input.report(wrong.help("write an entry for each; times may be equal"));
                None
            }
        }?;
        let doc = Json::Object(section.doc);
        Some((Action { at: Time::from_nanos(begin.nanos()), name: name.value, kind }, doc))
    }

    fn check_time(&self, section: &mut Section<'_, '_>, written: Option<&Written<Span>>) {
        let Some(written) = written else { return };
        let Ok(begin) = written.read() else { return };
        if begin >= self.horizon && self.horizon > Span::ZERO {
            let says =
                format!("is {}, but the run ends at {}", begin.print(), self.horizon.print());
            section.wrong("out-of-range", "at", written.at, &says, "write a longer `horizon`");
        } else if begin < self.warm_up {
            let message = format!(
                "`{}` is {}, before the warm-up of {} has ended",
                section.name_of("at"),
                begin.print(),
                self.warm_up.print()
            );
            let wrong = Diagnostic::warning("before-warm-up", message).at(written.at);
            let help = "messages sent before the end of the warm-up are not counted";
            section.input.report(wrong.help(help));
        }
    }

    fn deploy(&self, section: &mut Section<'_, '_>, form: &Deploy) -> Option<ActionKind> {
        let node = self.pool(section, form.node.as_ref());
        let count = node.map_or(u16::MAX, |(_, count)| count);
        let batch = section.short("batch", form.batch.as_ref(), 1..=count);
        let startup = section.value("startup", form.startup.as_ref());
        Some(ActionKind::Deploy { node: node?.0, batch, startup })
    }

    fn crash(&self, section: &mut Section<'_, '_>, form: &Crash) -> Option<ActionKind> {
        let node = self.pool(section, form.node.as_ref());
        let count = node.map_or(u16::MAX, |(_, count)| count);
        let instances = section.instances(form.instances.as_ref(), count);
        let kind = section.word("kind", form.kind.as_ref());
        let restart = section.or_never("restart", form.restart.as_ref(), Section::value);
        Some(ActionKind::Crash { node: node?.0, instances, kind, restart })
    }

    /// The gateway pool of a name, and how many instances it has.
    fn pool(&self, section: &mut Section<'_, '_>, name: Option<&Text>) -> Option<(NodeId, u16)> {
        let Some(name) = name else {
            section.missing("node", "the name of a gateway pool", "gateways");
            return None;
        };
        section.put("node", &name.value);
        let Some(place) = self.nodes.iter().position(|node| node.name.value == name.value) else {
            if self.whole {
                section.input.report(no_node(self.nodes, &name.value, name.at, is_pool));
            }
            return None;
        };
        let Parameters::Gateway(pool) = &self.nodes[place].parameters else {
            let says = format!("is `{}`, which is no gateway pool", shown(&name.value));
            section.wrong("no-such-node", "node", name.at, &says, "");
            return None;
        };
        // A count that could not be read bounds nothing.
        let count = if pool.count == 0 { u16::MAX } else { pool.count };
        Some((NodeId(number::byte(place)), count))
    }
}

fn is_pool(node: &Resolved) -> bool {
    matches!(node.parameters, Parameters::Gateway(_))
}

impl Section<'_, '_> {
    /// A section within this one that has the defaults of its own name; paths skip its key.
    fn inside_as<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&mut Section<'_, '_>) -> Option<T>,
    ) -> Option<T> {
        let (name, home) = (self.name().to_owned(), self.home());
        let mut inner = Section::new(self.input, key, &name, home);
        let result = read(&mut inner);
        let doc = inner.doc;
        self.doc.insert(key.to_owned(), Json::Object(doc));
        result
    }

    /// Numbers of instances, each once and below `count`.
    fn instances(
        &mut self,
        written: Option<&Located<Several<Written<Count>>>>,
        count: u16,
    ) -> Vec<u16> {
        let Some(Located { value, at }) = written else {
            self.missing("instances", "the numbers of instances, from 0", "[0, 1]");
            return Vec::new();
        };
        let texts: Vec<(&str, At)> = match value {
            Several::One(text) => vec![(text, *at)],
            Several::Many(list) => list.iter().map(|item| (item.text.as_str(), item.at)).collect(),
        };
        let mut instances = Vec::new();
        for (text, at) in texts {
            if let Some(instance) = self.instance(text, at, count, &instances) {
                instances.push(instance);
            }
        }
        if matches!(value, Several::Many(list) if list.is_empty()) {
            self.wrong("out-of-range", "instances", *at, "names nobody", "write `[0]`");
        }
        self.doc.insert("instances".to_owned(), Json::from(instances.clone()));
        instances
    }

    fn instance(&mut self, text: &str, at: At, count: u16, before: &[u16]) -> Option<u16> {
        let number = match Count::read(text) {
            Ok(number) => number,
            Err(why) => {
                self.unreadable::<Count>("instances", at, &why);
                return None;
            }
        };
        let instance = u16::try_from(number.0).ok().filter(|instance| *instance < count);
        match instance {
            None => {
                let says = format!("names {}; instances are 0 to {}", number.0, count - 1);
                self.wrong("out-of-range", "instances", at, &says, "");
                None
            }
            Some(instance) if before.contains(&instance) => {
                self.wrong("duplicate-name", "instances", at, "names one twice", "");
                None
            }
            Some(instance) => Some(instance),
        }
    }
}

fn check_name(input: &mut Input<'_>, name: &Text) {
    let reserved = RESERVED.contains(&name.value.as_str());
    if !name.value.is_empty() && super::is_name(&name.value) && !reserved {
        return;
    }
    let message = format!("`{}` cannot be the name of an entry", shown(&name.value));
    let help = if reserved {
        "a phase of each run has this name; choose another"
    } else {
        "write letters, digits, `-` and `_`, beginning with a letter"
    };
    input.report(Diagnostic::error("bad-name", message).at(name.at).help(help));
}
