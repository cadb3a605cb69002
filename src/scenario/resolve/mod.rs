//! Spec → scenario: names become ids, units numbers, defaults are filled in, and all that does not
//! fit is reported at once. The resolved document grows beside the scenario, from the same values.
mod arrivals;
mod buses;
mod checks;
mod law;
mod links;
mod managed;
mod nodes;
mod prefer;
mod prices;
mod roles;
mod section;
mod sessions;
mod sources;
mod storms;
mod tabs;
mod tariffs;
mod timeline;
mod visits;
mod ways;
pub(super) mod words;

pub use law::stated_law;
pub use links::LEGAL;
pub use nodes::{MOST_OF_A_CROWD, MOST_PAYLOAD, MOST_USERS};
pub(super) use section::json;
pub use sources::{MOST as MOST_OF_A_SOURCE, MOST_GROUPS};

use super::{Link, Node, NodeId, Scenario, defaults, prices::Prices};
use crate::{
    engine::{Span, Time},
    node::parameters::{Parameters, Resume, Transport},
    spec::{
        At, Diagnostic, Experiment, Input, Node as Tree, Text, experiment::HEAD_KEYS, model::Kind,
    },
    units::{Bytes, Quantity, shown},
};
use links::Topology;
use section::{Section, Word};
use serde_json::{Map, Value as Json};
use tariffs::Outfit;
use timeline::Frame;

/// The code of the error that a file is a model and no experiment.
pub const MODEL_ALONE: &str = "model-alone";

/// Nodes are numbered with 8 bits.
const MOST_NODES: usize = 255;

/// A node's name is a part of paths, file names and draws.
const LONGEST_NAME: usize = 64;

/// Words that begin paths already.
const RESERVED: [&str; 4] = ["nodes", "links", "timeline", "during"];

/// Series with more bins than this are no longer looked at.
const MOST_BINS: u64 = 1_000_000;

/// A node that was read, and its form, which knows the places.
pub(super) struct Resolved {
    pub(super) name: Text,
    pub(super) parameters: Parameters,
    pub(super) form: Kind,
    outfit: Outfit,
    doc: Json,
}

/// What an experiment's file says about it beside its keys.
#[derive(Clone, Debug)]
pub(super) struct Title {
    /// The stem of its file.
    pub(super) name: String,
    /// The headline of its file, or else its name.
    pub(super) question: String,
    /// Where its file begins.
    pub(super) at: At,
}

/// Resolves an experiment, of which `tree` is all that is written. The result counts only when no
/// error was reported.
pub(super) fn resolve(
    input: &mut Input<'_>,
    (experiment, tree): (&Experiment, &Tree),
    title: &Title,
) -> Scenario {
    let mut top = Section::new(input, "experiment", "", title.at);
    let head = top.head(experiment, title);
    let mut doc = top.doc;
    let mut nodes = read_nodes(input, experiment);
    let whole = !input.broken;
    let (links, link_docs) = if whole {
        connect(input, (experiment, tree), title.at, &mut nodes)
    } else {
        Default::default()
    };
    let frame = Frame { nodes: &nodes, whole, horizon: head.horizon, warm_up: head.warm_up };
    let (timeline, entries) = timeline::timeline(input, &frame, &experiment.timeline);
    sessions::check(input, &nodes, &timeline, Time::from_nanos(head.horizon.nanos()));
    arrivals::check(input, &nodes, head.horizon);
    let prices = price(input, experiment, (&mut nodes, &links), &mut doc);
    let slo: Vec<String> = experiment.slo.iter().map(|line| line.value.trim().to_owned()).collect();
    let named = nodes.iter().map(|node| (node.name.value.clone(), node.doc.clone()));
    doc.insert("nodes".to_owned(), Json::Object(named.collect()));
    doc.insert("links".to_owned(), Json::Object(link_docs));
    doc.insert("timeline".to_owned(), Json::from(entries));
    doc.insert("slo".to_owned(), Json::from(slo.clone()));
    Scenario {
        name: title.name.clone(),
        question: head.question,
        horizon: Time::from_nanos(head.horizon.nanos()),
        warm_up: Time::from_nanos(head.warm_up.nanos()),
        settle: head.settle,
        tick: head.tick,
        seed: head.seed,
        replications: head.replications,
        nodes: nodes
            .into_iter()
            .map(|node| Node { name: node.name.value, parameters: node.parameters })
            .collect(),
        links,
        timeline,
        prices,
        slo,
        resolved: Json::Object(doc),
        origins: Vec::new(),
        sets: Vec::new(),
    }
}

/// The keys at the top of an experiment.
struct Head {
    question: String,
    horizon: Span,
    warm_up: Span,
    settle: Span,
    tick: Span,
    seed: u64,
    replications: u32,
}

impl Section<'_, '_> {
    fn head(&mut self, form: &Experiment, title: &Title) -> Head {
        let before = self.input.errors();
        let written = form.question.as_ref().map(|text| text.value.trim().to_owned());
        let question = written.unwrap_or_else(|| title.question.clone());
        self.doc.insert("question".to_owned(), Json::from(question.clone()));
        let head = Head {
            question,
            horizon: self.horizon(form),
            warm_up: self.value("warm_up", form.warm_up.as_ref()),
            settle: self.value("settle", form.settle.as_ref()),
            tick: self.positive("tick", form.tick.as_ref()),
            seed: self.value("seed", form.seed.as_ref()).0,
            replications: self.whole("replications", form.replications.as_ref(), 1..=10_000),
        };
        if self.input.errors() == before {
            self.check_head(form, &head);
        }
        head
    }

    fn horizon(&mut self, form: &Experiment) -> Span {
        if !form.is_model() {
            return self.positive("horizon", form.horizon.as_ref());
        }
        let message = "this is a model and no experiment: it has no `horizon`";
        let wrong = Diagnostic::error(MODEL_ALONE, message).at(self.home());
        let help = "write `horizon: 10min`, here or in an experiment that names this `model`";
        self.input.report(wrong.help(help));
        Span::ZERO
    }

    fn check_head(&mut self, form: &Experiment, head: &Head) {
        let horizon = head.horizon.print();
        if head.warm_up >= head.horizon
            && let Some(written) = &form.warm_up
        {
            let says = format!("is {}, but the run ends at {horizon}", head.warm_up.print());
            let help = "write a longer `horizon` or a shorter `warm_up`";
            self.wrong("out-of-range", "warm_up", written.at, &says, help);
        }
        let bins = head.horizon.nanos() / head.tick.nanos();
        if bins > MOST_BINS {
            let written = form.tick.as_ref().or(form.horizon.as_ref());
            let at = written.map_or(self.home(), |written| written.at);
            let least = Span::from_nanos(head.horizon.nanos().div_ceil(MOST_BINS)).print();
            let says = format!("cuts the {horizon} into {bins} bins; at most {MOST_BINS} are kept");
            self.wrong("out-of-range", "tick", at, &says, &format!("write at least {least}"));
        }
    }
}

fn read_nodes(input: &mut Input<'_>, experiment: &Experiment) -> Vec<Resolved> {
    let mut nodes = Vec::new();
    for (name, form) in &experiment.nodes.0 {
        check_node_name(input, name);
        if nodes.len() == MOST_NODES {
            let message = format!("more than {MOST_NODES} nodes are not modelled");
            input.report(Diagnostic::error("too-large", message).at(name.at));
            break;
        }
        let kind = nodes::kind_word(form);
        let mut section = Section::new(input, kind, &name.value, name.at);
        let parameters = section.node(form);
        let outfit = section.outfit(form);
        let inner = section.doc;
        let mut doc = Map::new();
        doc.insert(kind.to_owned(), Json::Object(inner));
        nodes.push(Resolved {
            name: name.clone(),
            parameters,
            form: form.clone(),
            outfit,
            doc: Json::Object(doc),
        });
    }
    nodes
}

/// Reads the prices, if there are any, and finds what is paid for each node.
fn price(
    input: &mut Input<'_>,
    experiment: &Experiment,
    (nodes, links): (&mut [Resolved], &[Link]),
    doc: &mut Map<String, Json>,
) -> Option<Prices> {
    let Some(form) = &experiment.prices else {
        if !input.broken && !input.cut.iter().any(|cut| cut == "prices") {
            prices::check_slo(input, &experiment.slo);
            prices::check_unpaid(input, nodes);
        }
        return None;
    };
    let before = input.errors();
    let (sheet, written) = prices::read(input, form);
    doc.insert("prices".to_owned(), Json::Object(written));
    if input.errors() > before {
        return None;
    }
    let tariffs = tariffs::tariffs(input, &sheet, nodes, links);
    if tariffs.is_none() {
        prices::check_slo(input, &experiment.slo);
    }
    Some(Prices { name: sheet.name, egress: sheet.egress?, tariffs: tariffs? })
}

fn check_node_name(input: &mut Input<'_>, name: &Text) {
    let reserved =
        RESERVED.contains(&name.value.as_str()) || HEAD_KEYS.contains(&name.value.as_str());
    if is_name(&name.value) && !reserved {
        return;
    }
    let message = format!("`{}` cannot be the name of a node", shown(&name.value));
    let help = if reserved {
        "paths begin with this word already; choose another"
    } else {
        "write letters, digits, `-` and `_`, beginning with a letter, 64 at most"
    };
    input.report(Diagnostic::error("bad-name", message).at(name.at).help(help));
}

/// Whether a text can be a name: paths and file names are made of names.
pub fn is_name(text: &str) -> bool {
    text.len() <= LONGEST_NAME
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// Reads the links, checks what concerns several nodes, and fills in what depends on links.
fn connect(
    input: &mut Input<'_>,
    (experiment, tree): (&Experiment, &Tree),
    own: At,
    nodes: &mut [Resolved],
) -> (Vec<Link>, Map<String, Json>) {
    let before = input.errors();
    let readable = before == 0;
    let topology = Topology::new(input, nodes, &experiment.links);
    if input.errors() == before {
        topology.check_reached(input);
        checks::check(input, &topology, readable);
        // What is wrong comes first: what a key does depends on what others say.
        if input.errors() == 0 {
            checks::idle::check(input, &topology, (experiment, tree), own);
        }
    }
    let whole = input.errors() == before;
    let reached = if whole { sources::reached(input, &topology) } else { Vec::new() };
    let (resuming, served) = (topology.resuming(), topology.served());
    let done = topology.finish();
    for id in resuming {
        nodes[usize::from(id.0)].resume_by_default();
    }
    for (source, crowd) in reached {
        let name = nodes[usize::from(crowd.0)].name.value.clone();
        nodes[usize::from(source.0)].reach(crowd, &name);
    }
    for (pool, transport) in served {
        nodes[usize::from(pool.0)].weigh(transport);
    }
    done
}

impl Resolved {
    /// Puts a word down beside its parameters.
    fn put(&mut self, key: &str, word: &str) {
        let kinds = self.doc.as_object_mut().into_iter().flatten();
        for (_, parameters) in kinds {
            parameters[key] = Json::from(word);
        }
    }

    /// A source reaches the crowd that its links lead to.
    fn reach(&mut self, crowd: NodeId, name: &str) {
        if let Parameters::Source(source) = &mut self.parameters {
            source.crowd = crowd.0;
            self.put("clients", name);
        }
    }

    /// What a connection weighs depends on what it carries, unless that is written.
    fn weigh(&mut self, transport: Transport) {
        let (Parameters::Gateway(gateway), Kind::Gateway(form)) =
            (&mut self.parameters, &self.form)
        else {
            return;
        };
        let more = match transport {
            Transport::Websocket => 0,
            Transport::Sse => 4_000,
            Transport::ShortPoll | Transport::LongPoll => 3_000,
        };
        let default = defaults::of("gateway.memory.per_connection");
        let usual = default.and_then(|default| Bytes::read(default.text).ok());
        if form.memory.per_connection.is_none()
            && let Some(Bytes(usual)) = usual
        {
            // Of several transports the heaviest counts.
            let weight = Bytes(gateway.memory.per_connection.0.max(usual + more));
            gateway.memory.per_connection = weight;
            self.doc["gateway"]["memory"]["per_connection"] = Json::from(weight.print());
        }
    }

    /// A crowd whose gateways reach a buffer resumes unless told not to.
    fn resume_by_default(&mut self) {
        let (Parameters::Clients(clients), Kind::Clients(form)) =
            (&mut self.parameters, &self.form)
        else {
            return;
        };
        if form.resume.is_none() && clients.sessions.is_none() {
            clients.resume = Resume::LastSeenId;
            self.doc["clients"]["resume"] = Json::from(Resume::LastSeenId.word());
        }
    }
}
