//! The topology as a graph: which links are written, which follow from the kinds of the nodes, and
//! whether all that a message needs is there.
use super::{Resolved, nodes::role, section::Section};
use crate::{
    engine::{Law, number},
    node::parameters::Transport,
    scenario::{Link, NodeId, defaults},
    spec::{At, Choice, Diagnostic, Input, Located, Named, Text, model, suggest},
    units::shown,
};
use petgraph::{graph::DiGraph, visit::Dfs};
use serde_json::{Map, Value as Json};

/// The pairs of kinds that a link can join, in the order in which defaults are added.
pub const LEGAL: [(&str, &str); 12] = [
    ("clients", "load_balancer"),
    ("load_balancer", "gateway"),
    ("gateway", "pubsub"),
    ("source", "pubsub"),
    ("pubsub", "fanout"),
    ("fanout", "gateway"),
    ("gateway", "registry"),
    ("fanout", "registry"),
    ("gateway", "buffer"),
    ("fanout", "buffer"),
    ("gateway", "inbox"),
    ("fanout", "inbox"),
];

/// A link in the making.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub(super) link: Link,
    /// Where it is written; for a default, the node it starts from.
    pub(super) at: At,
}

/// The nodes and the links between them.
pub(super) struct Topology<'n> {
    pub(super) nodes: &'n [Resolved],
    pub(super) graph: DiGraph<NodeId, Edge>,
    doc: Map<String, Json>,
}

impl<'n> Topology<'n> {
    /// Reads the links and adds those that follow by default.
    pub(super) fn new(
        input: &mut Input<'_>,
        nodes: &'n [Resolved],
        written: &Named<Option<model::Link>>,
    ) -> Self {
        let mut graph = DiGraph::new();
        for place in 0..nodes.len() {
            graph.add_node(NodeId(number::byte(place)));
        }
        let mut topology = Self { nodes, graph, doc: Map::new() };
        for (name, form) in &written.0 {
            topology.write(input, name, form.as_ref());
        }
        topology.add_named(input);
        for (source, target) in LEGAL {
            topology.complete(input, source, target);
        }
        topology
    }

    /// The links in order, and how they are put down.
    pub(super) fn finish(self) -> (Vec<Link>, Map<String, Json>) {
        let (_, edges) = self.graph.into_nodes_edges();
        (edges.into_iter().map(|edge| edge.weight.link).collect(), self.doc)
    }

    fn kind(&self, id: NodeId) -> &'static str {
        role(&self.nodes[usize::from(id.0)].form)
    }

    pub(super) fn name(&self, id: NodeId) -> &'n str {
        &self.nodes[usize::from(id.0)].name.value
    }

    pub(super) fn of_kind(&self, kind: &str) -> Vec<NodeId> {
        self.graph.node_weights().copied().filter(|id| self.kind(*id) == kind).collect()
    }

    /// The link from a node to one of a kind.
    pub(super) fn to(&self, source: NodeId, kind: &str) -> Option<&Edge> {
        self.graph
            .edge_weights()
            .find(|edge| edge.link.source == source && self.kind(edge.link.target) == kind)
    }

    /// The node of a kind that a node leads to.
    pub(super) fn next(&self, source: NodeId, kind: &str) -> Option<NodeId> {
        self.to(source, kind).map(|edge| edge.link.target)
    }

    /// The crowds whose gateways reach a buffer that holds what they miss.
    pub(super) fn resuming(&self) -> Vec<NodeId> {
        let held = |crowd: &NodeId| {
            let (_, pool) = *self.ways(*crowd).first()?;
            let buffer = self.next(pool, "buffer")?;
            let fanout = self.next(pool, "pubsub").and_then(|bus| self.next(bus, "fanout"));
            let filled = fanout.is_none_or(|fanout| self.next(fanout, "buffer") == Some(buffer));
            filled.then_some(())
        };
        self.of_kind("clients").into_iter().filter(|crowd| held(crowd).is_some()).collect()
    }

    /// The crowds whose connections a pool holds.
    pub(super) fn crowds_of(&self, pool: NodeId) -> Vec<NodeId> {
        let held = |crowd: &NodeId| {
            self.next(*crowd, "load_balancer").and_then(|edge| self.next(edge, "gateway"))
        };
        self.of_kind("clients").into_iter().filter(|crowd| held(crowd) == Some(pool)).collect()
    }

    /// The pools of all crowds, and what their connections carry.
    pub(super) fn served(&self) -> Vec<(NodeId, Transport)> {
        let ways = self.of_kind("clients").into_iter().flat_map(|crowd| self.ways(crowd));
        ways.map(|(transport, pool)| (pool, transport)).collect()
    }

    fn write(&mut self, input: &mut Input<'_>, name: &Text, form: Option<&model::Link>) {
        let Some(form) = form else {
            let message = format!("nothing is written for `{}`", shown(&name.value));
            let wrong = Diagnostic::error("bad-link", message).at(name.at);
            input.report(wrong.help("write `{ latency: 1ms }`, or `{}` for the default latency"));
            return;
        };
        let Some((source, target)) = self.ends(input, name) else { return };
        if let Err(wrong) = self.check(source, target, name) {
            input.report(*wrong);
            return;
        }
        let latency = self.latency(input, name, [source, target], form);
        self.add(Link { source, target, latency, by_default: false }, name.at);
    }

    pub(super) fn add(&mut self, link: Link, at: At) {
        let ends = [link.source, link.target].map(|id| u32::from(id.0).into());
        self.graph.add_edge(ends[0], ends[1], Edge { link, at });
    }

    fn ends(&self, input: &mut Input<'_>, name: &Text) -> Option<(NodeId, NodeId)> {
        let Some((source, target)) = name.value.split_once(" -> ") else {
            let message = format!("`{}` is not a link", shown(&name.value));
            let wrong = Diagnostic::error("bad-link", message).at(name.at);
            input.report(wrong.help("write the names of two nodes: `gateways -> bus`"));
            return None;
        };
        let ends = [source, target].map(|end| self.find(input, end, name.at));
        Some((ends[0]?, ends[1]?))
    }

    fn find(&self, input: &mut Input<'_>, name: &str, at: At) -> Option<NodeId> {
        let found = self.nodes.iter().position(|node| node.name.value == name);
        if found.is_none() {
            input.report(no_node(self.nodes, name, at, |_| true));
        }
        found.map(|place| NodeId(number::byte(place)))
    }

    fn check(&self, source: NodeId, target: NodeId, name: &Text) -> Result<(), Box<Diagnostic>> {
        let kinds = (self.kind(source), self.kind(target));
        if source == target {
            let message = format!("`{}` links a node to itself", shown(&name.value));
            return Err(Box::new(Diagnostic::error("illegal-link", message).at(name.at)));
        }
        if !LEGAL.contains(&kinds) {
            return Err(Box::new(self.illegal(source, target, name)));
        }
        let first = self.to(source, kinds.1);
        let Some(first) = first.filter(|_| !self.may_lead(source, target, kinds)) else {
            return Ok(());
        };
        let message = format!(
            "`{}` leads to two nodes of kind {}; one is modelled",
            self.name(source),
            kinds.1
        );
        let wrong = Diagnostic::error("not-modelled", message).at(name.at);
        Err(Box::new(wrong.context(first.at, "first here").help("keep one of the two links")))
    }

    fn illegal(&self, source: NodeId, target: NodeId, name: &Text) -> Diagnostic {
        let (from, to) = (self.kind(source), self.kind(target));
        let message = format!("`{}` cannot be: a {from} does not call a {to}", shown(&name.value));
        let wrong = Diagnostic::error("illegal-link", message).at(name.at);
        if LEGAL.contains(&(to, from)) {
            let (source, target) = (self.name(target), self.name(source));
            return wrong.help(format!(
                "links point from who asks to who is asked: `{source} -> {target}`; answers take \
                 the same way back"
            ));
        }
        let targets = LEGAL.iter().filter(|pair| pair.0 == from).map(|pair| pair.1);
        match suggest::listed(targets).as_str() {
            "" => wrong.help(format!("nothing leads away from a {from}")),
            list => wrong.help(format!("links from {from} lead to: {list}")),
        }
    }

    pub(super) fn latency(
        &mut self,
        input: &mut Input<'_>,
        name: &Text,
        ends: [NodeId; 2],
        form: &model::Link,
    ) -> Option<Law> {
        let kinds = ends.map(|id| self.kind(id));
        let default = default_latency(kinds);
        let title = format!("{} -> {}", self.name(ends[0]), self.name(ends[1]));
        let mut section = Section::new(input, "links", &title, name.at);
        let law = match (&form.latency, kinds[0]) {
            (None, "clients") => None,
            (Some(Located { value: Choice::Plain(text), .. }), "clients") if text == "network" => {
                None
            }
            (Some(Located { at, .. }), "clients") => {
                let help = "write `latency: network`; it is half of `network.rtt` of the clients";
                let says = "is the users' network, which the clients describe";
                section.wrong("bad-link", "latency", *at, says, help);
                None
            }
            (Some(Located { value: Choice::Plain(text), at }), _) if text == "network" => {
                let says = "is `network`, which only links from clients have";
                section.wrong("bad-link", "latency", *at, says, "write a duration or a law");
                None
            }
            (Some(written), _) => Some(section.law("latency", Some(written))),
            (None, _) => Some(section.fixed("latency", default)),
        };
        if law.is_none() {
            section.put("latency", "network");
        }
        let doc = section.doc;
        self.doc.insert(title, Json::Object(doc));
        law
    }

    /// Adds the default links from nodes of one kind to the only node of another.
    fn complete(&mut self, input: &mut Input<'_>, source: &str, target: &str) {
        let targets = self.of_kind(target);
        for id in self.of_kind(source) {
            if self.to(id, target).is_some() {
                continue;
            }
            let at = self.nodes[usize::from(id.0)].name.at;
            match targets.as_slice() {
                [] => {}
                [only] => {
                    let name = Text { value: self.name(id).to_owned(), at };
                    let form = model::Link::default();
                    let latency = self.latency(input, &name, [id, *only], &form);
                    self.add(Link { source: id, target: *only, latency, by_default: true }, at);
                }
                several => input.report(self.ambiguous(id, several).at(at)),
            }
        }
    }

    fn ambiguous(&self, source: NodeId, targets: &[NodeId]) -> Diagnostic {
        let kind = self.kind(targets[0]);
        let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        let message = format!(
            "`{}` has no link to {article} {kind}, and there are {}",
            self.name(source),
            targets.len()
        );
        let choices: Vec<String> = targets
            .iter()
            .map(|target| format!("`{} -> {}`", self.name(source), self.name(*target)))
            .collect();
        let choices = suggest::listed(choices.iter().map(String::as_str));
        Diagnostic::error("ambiguous-link", message)
            .help(format!("say which in `links`: {choices}"))
    }

    /// Reports the nodes that neither users nor sources reach.
    pub(super) fn check_reached(&self, input: &mut Input<'_>) {
        let crowds = self.of_kind("clients");
        if crowds.is_empty() {
            let at = self.nodes.first().map(|node| node.name.at);
            let wrong = Diagnostic::error("no-clients", "there are no clients in this scenario");
            input.report(wrong.at(at).help("add a node `users: { clients: { count: 1k, … } }`"));
            return;
        }
        let mut walk = Dfs::empty(&self.graph);
        for crowd in crowds.into_iter().chain(self.of_kind("source")) {
            walk.stack.push(u32::from(crowd.0).into());
            while walk.next(&self.graph).is_some() {}
        }
        for node in self.graph.node_indices() {
            let id = self.graph[node];
            if walk.discovered.contains(node.index()) {
                continue;
            }
            let message = format!("no user reaches `{}`", self.name(id));
            let sources = LEGAL.iter().filter(|pair| pair.1 == self.kind(id)).map(|pair| pair.0);
            let help = format!("link it from one of: {}; or take it out", suggest::listed(sources));
            let at = self.nodes[usize::from(id.0)].name.at;
            input.report(Diagnostic::error("unreachable-node", message).at(at).help(help));
        }
    }
}

/// The latency of a link that says none.
fn default_latency([source, target]: [&str; 2]) -> &'static str {
    defaults::of(&format!("links.{source} -> {target}")).map_or("0s", |default| default.text)
}

/// The error of a name that no node has.
pub(super) fn no_node(
    nodes: &[Resolved],
    name: &str,
    at: At,
    wanted: impl Fn(&Resolved) -> bool,
) -> Diagnostic {
    let names = nodes.iter().filter(|node| wanted(node)).map(|node| node.name.value.as_str());
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    let wrong = Diagnostic::error("no-such-node", format!("there is no node `{}`", shown(name)));
    let help = suggest::help(name, names.iter().copied(), "nodes here");
    wrong.at(at).help(help)
}
