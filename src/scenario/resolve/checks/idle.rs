//! Keys that are written and would change nothing where they stand: those of a transport by which
//! nobody goes, of a fallback that nobody needs, of a pool for what never arrives there, and those
//! that another key of the same node turns off.
//!
//! Models are shared: a key of theirs is for all who use them, also for a crowd whose transport an
//! experiment or the command line changes. So a key that depends on the transport of its own crowd
//! is idle only where the file that writes it writes the transport as well, and any other only in
//! the experiment itself or on the command line; and neither where a sweep varies what makes it
//! idle. What says that there is none, such as `lifetime: never`, is idle nowhere.
mod crowds;
mod pools;

use crate::{
    engine::number,
    node::parameters::{Parameters, Transport},
    scenario::{
        NodeId,
        resolve::{links::Topology, nodes::kind_word},
    },
    spec::{At, Diagnostic, Experiment, Input, Node, arguments::COMMAND_LINE, path},
};

/// What is known of a key that may be idle; `F` is what it is judged by.
struct Row<F> {
    /// The key within its node, or the map that holds several such keys.
    key: &'static str,
    /// Whether it changes nothing.
    idle: fn(&F) -> bool,
    /// Why.
    why: &'static str,
    /// What to do about it.
    help: &'static str,
}

/// All that tells which keys are idle.
#[derive(Clone, Copy)]
struct Scene<'s, 'n> {
    topology: &'s Topology<'n>,
    experiment: &'s Experiment,
    /// All that is written.
    tree: &'s Node,
    /// Where the experiment's file begins.
    own: At,
}

/// Warns of such keys; `own` is where the experiment's file begins, and `tree` all that is written.
pub(in crate::scenario::resolve) fn check(
    input: &mut Input<'_>,
    topology: &Topology<'_>,
    (experiment, tree): (&Experiment, &Node),
    own: At,
) {
    let scene = Scene { topology, experiment, tree, own };
    for place in 0..topology.nodes.len() {
        let id = NodeId(number::byte(place));
        match &topology.nodes[place].parameters {
            Parameters::Clients(_) => scene.crowd(input, id),
            Parameters::Gateway(_) => scene.pool(input, id),
            Parameters::LoadBalancer(_) => scene.balancer(input, id),
            Parameters::Registry(_) => scene.registry(input, id),
            Parameters::Buffer(_) => scene.buffer(input, id),
            Parameters::Fanout(_) => scene.fanout(input, id),
            Parameters::Pubsub(_) | Parameters::Source(_) => {}
        }
    }
}

impl<'s> Scene<'s, '_> {
    /// What is written of a node.
    fn form(&self, id: NodeId) -> Option<&'s Node> {
        let node = &self.topology.nodes[usize::from(id.0)];
        self.tree.get("nodes")?.get(&node.name.value)?.get(kind_word(&node.form))
    }

    /// Whether the experiment itself writes at a place, or the command line; a model that is
    /// checked alone is for experiments to come.
    fn is_own(&self, input: &Input<'_>, at: At) -> bool {
        let of_arguments = |at: At| input.sources.of(at).name == COMMAND_LINE;
        let horizon = self.experiment.horizon.as_ref().filter(|it| !of_arguments(it.at));
        let model = horizon.is_none() && self.experiment.has_no_head();
        at.source == self.own.source && !model || of_arguments(at)
    }

    /// Whether an axis of the sweep is one of some keys of a node, something in it, or the node as
    /// a whole.
    fn varies(&self, id: NodeId, keys: &[&str]) -> bool {
        let axes = self.experiment.sweep.iter().flat_map(|sweep| &sweep.axes.0);
        axes.into_iter().any(|(path, _)| {
            let Some(rest) = path.value.strip_prefix(self.topology.name(id)) else { return false };
            let within =
                |key: &&str| rest.strip_prefix('.').is_some_and(|rest| path::is_within(key, rest));
            rest.is_empty() || keys.iter().any(within)
        })
    }

    /// The transports by which users of a crowd come, each with its pool; all of them to all its
    /// pools where a sweep varies that.
    fn ways(&self, crowd: NodeId) -> Vec<(Transport, NodeId)> {
        let ways = self.topology.ways(crowd);
        if !self.varies(crowd, &["transport", "prefer"]) {
            return ways;
        }
        let all = [Transport::Websocket, Transport::Sse, Transport::ShortPoll, Transport::LongPoll];
        ways.iter().flat_map(|&(_, pool)| all.map(|transport| (transport, pool))).collect()
    }

    /// Reports each row that is idle and written where it counts.
    fn report<F>(
        &self,
        input: &mut Input<'_>,
        id: NodeId,
        (rows, facts): (&[Row<F>], &F),
        counts: &dyn Fn(&Input<'_>, At) -> bool,
        context: Option<(At, &str)>,
    ) {
        let (Some(form), name) = (self.form(id), self.topology.name(id)) else { return };
        for row in rows.iter().filter(|row| (row.idle)(facts)) {
            let written = row.key.split('.').try_fold(form, |node, key| node.get(key));
            let mut all = Vec::new();
            written.into_iter().for_each(|node| leaves(node, &mut all));
            let Some(at) = all.into_iter().find(|&at| counts(input, at)) else { continue };
            let message = format!("`{name}.{}` has no effect: {}", row.key, row.why);
            let mut wrong = Diagnostic::warning("without-effect", message).at(at);
            if let Some((at, says)) = context {
                wrong = wrong.context(at, says);
            }
            input.report(wrong.help(row.help));
        }
    }
}

/// Where something is written within a node.
fn leaves(node: &Node, all: &mut Vec<At>) {
    match node.entries() {
        Some(entries) => entries.iter().for_each(|entry| leaves(&entry.value, all)),
        None if node.is_null() => {}
        None => all.push(node.at),
    }
}
